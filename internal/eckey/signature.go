package eckey

import (
	"bytes"
	"encoding/asn1"
	"math/big"
)

// An ECDSA signature in ASN.1 DER, which crypto.Signer and crypto/ecdsa use, and as R and S of
// a fixed length (RFC 7518, Section 3.4).

// MaxDER is the most bytes that AppendDER appends, for P-521.
const MaxDER = 2 * (maxSize + 3 + 3)

// maxSize is the size of R and of S for P-521.
const maxSize = 66

// AppendFixed appends R and S of a signature in DER, each size bytes long. It returns false if
// der is no signature, or if a number is longer or not above zero.
func AppendFixed(dst, der []byte, size int) ([]byte, bool) {
	var signature struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &signature)
	// FillBytes panics if a number is too long.
	if err != nil || len(rest) > 0 || !fits(signature.R, size) || !fits(signature.S, size) {
		return dst, false
	}
	var halves [2 * maxSize]byte
	signature.R.FillBytes(halves[:size])
	signature.S.FillBytes(halves[size : 2*size])
	return append(dst, halves[:2*size]...), true
}

func fits(n *big.Int, size int) bool { return n.Sign() > 0 && n.BitLen() <= 8*size }

// AppendDER appends an ASN.1 SEQUENCE of two INTEGERs: R and S, which are the halves of
// signature. It returns false if one of them is zero: that is never a valid signature, so do
// not depend on crypto/ecdsa for it.
func AppendDER(dst, signature []byte) ([]byte, bool) {
	size := len(signature) / 2
	r, s := bytes.TrimLeft(signature[:size], "\x00"), bytes.TrimLeft(signature[size:], "\x00")
	if len(r) == 0 || len(s) == 0 {
		return dst, false
	}
	length := 4 + len(r) + int(r[0]>>7) + len(s) + int(s[0]>>7)
	dst = append(dst, 0x30)
	if length >= 0x80 { // only for P-521
		dst = append(dst, 0x81)
	}
	dst = append(dst, byte(length))
	for _, half := range [...][]byte{r, s} {
		dst = append(dst, 0x02, byte(len(half))+half[0]>>7)
		if half[0]>>7 == 1 { // the top bit would be the sign
			dst = append(dst, 0)
		}
		dst = append(dst, half...)
	}
	return dst, true
}
