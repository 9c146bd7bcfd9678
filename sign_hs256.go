package jwt

import (
	"crypto"
	"crypto/hmac"
	_ "crypto/sha256" // what crypto.SHA256.New needs
	_ "crypto/sha512"
	"hash"
	"math/bits"
)

// HS256, HS384 and HS512: HMAC with SHA-2 (RFC 7518, Section 3.2).

// A mac is a keyed HMAC state, with room for its sum beside it.
type mac struct {
	hash.Hash
	sum [64]byte
}

// takeMAC returns a keyed state that nobody else has. A key that is kept has a
// pool of them for each algorithm: keying costs as much as hashing a small token.
func (k *keyState) takeMAC(alg Algorithm) *mac {
	if k.macs != nil {
		if m, ok := k.macs[bits.TrailingZeros64(uint64(alg))].Get().(*mac); ok {
			return m
		}
	}
	return &mac{Hash: hmac.New(hashMaker(alg.row().hash), k.secret)}
}

func (k *keyState) returnMAC(alg Algorithm, m *mac) {
	if k.macs != nil {
		m.Reset()
		k.macs[bits.TrailingZeros64(uint64(alg))].Put(m)
	}
}

func hashMaker(h crypto.Hash) func() hash.Hash { return h.New }

// signHMAC appends the MAC of input to dst.
func (k *keyState) signHMAC(alg Algorithm, dst, input []byte) []byte {
	m := k.takeMAC(alg)
	defer k.returnMAC(alg, m)
	m.Write(input)
	return append(dst, m.Sum(m.sum[:0])...)
}

// verifyHMAC reports whether signature is the MAC of input, in a time that does
// not tell how much of it is right.
func (k *keyState) verifyHMAC(alg Algorithm, input, signature []byte) bool {
	m := k.takeMAC(alg)
	defer k.returnMAC(alg, m)
	m.Write(input)
	return hmac.Equal(m.Sum(m.sum[:0]), signature)
}
