package jwt

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"slices"
)

// ES256, ES384 and ES512: ECDSA with SHA-2 (RFC 7518, Section 3.4). A signature is
// R and S, each of exactly as many octets as the curve's order; DER, which
// [crypto.Signer] and the standard library speak, never leaves this file.

const ecdsaAlgorithms = ES256 | ES384 | ES512

type ecdsaFamily struct{}

// A curve is one of RFC 7518, Section 6.2.1.1, and the one algorithm for it.
type curve struct {
	elliptic.Curve
	name string
	alg  Algorithm
	size int // of a coordinate, and of each half of a signature
}

var curves = [...]curve{
	{elliptic.P256(), "P-256", ES256, 32},
	{elliptic.P384(), "P-384", ES384, 48},
	{elliptic.P521(), "P-521", ES512, 66},
}

// curveWhere returns a curve of ours, or nil.
func curveWhere(is func(*curve) bool) *curve {
	for i := range curves {
		if is(&curves[i]) {
			return &curves[i]
		}
	}
	return nil
}

func curveOf(key *ecdsa.PublicKey) *curve {
	return curveWhere(func(c *curve) bool { return c.Curve == key.Curve })
}

func newECDSAPublic(key *ecdsa.PublicKey) (*keyState, error) {
	//lint:ignore SA1019 on a nil coordinate Bytes would panic
	if key == nil || key.Curve == nil || key.X == nil || key.Y == nil {
		return nil, badKey("the EC key is nil, or lacks its curve or a coordinate")
	}
	c := curveOf(key)
	if c == nil {
		return nil, unsupportedKey("the curve of the EC key is not supported; P-256, P-384 and P-521 are")
	}
	if _, err := key.Bytes(); err != nil {
		return nil, badKey("the EC key is no point on its curve " + c.name)
	}
	return &keyState{kind: "EC key on " + c.name, public: key, fits: c.alg}, nil
}

func newECDSAPrivate(key *ecdsa.PrivateKey) (*keyState, error) {
	if key == nil {
		return nil, badKey("the EC key is nil")
	}
	k, err := newECDSAPublic(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	//lint:ignore SA1019 on a nil number Bytes would panic
	if key.D == nil {
		return nil, badKey("the EC key lacks its private half")
	}
	if own, err := cloneECDSAPrivate(key); err != nil || !own.PublicKey.Equal(&key.PublicKey) {
		return nil, badKey("the private half of the EC key is out of range, or its public half is that of another key")
	}
	k.signer = key
	return k, nil
}

// makeECDSA makes a key of numbers that were read, each as long as the curve's, in memory of
// its own; a private one where d is not nil.
func makeECDSA(c *curve, x, y, d []byte) (*keyState, error) {
	public, err := ecdsa.ParseUncompressedPublicKey(c.Curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, badKey("the EC key is no point on its curve " + c.name)
	}
	k := &keyState{kind: "EC key on " + c.name, public: public, fits: c.alg}
	if d == nil {
		return k, nil
	}
	key, err := ecdsa.ParseRawPrivateKey(c.Curve, d)
	if err != nil || !key.PublicKey.Equal(public) {
		return nil, badKey("the private half of the EC key is out of range, or its public half is that of another key")
	}
	k.signer = key
	return k, nil
}

// cloneECDSAPublic copies a key that was checked.
func cloneECDSAPublic(key *ecdsa.PublicKey) *ecdsa.PublicKey {
	point, _ := key.Bytes()
	clone, _ := ecdsa.ParseUncompressedPublicKey(key.Curve, point)
	return clone
}

// cloneECDSAPrivate makes the key that the private half alone says; the public
// half must be a point.
func cloneECDSAPrivate(key *ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	octets, err := key.Bytes()
	if err != nil {
		return nil, err
	}
	return ecdsa.ParseRawPrivateKey(key.Curve, octets)
}

func (ecdsaFamily) generate(alg Algorithm) (any, error) {
	c := curveWhere(func(c *curve) bool { return c.alg == alg })
	return ecdsa.GenerateKey(c.Curve, rand.Reader)
}

func (ecdsaFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	c := curveOf(k.public.(*ecdsa.PublicKey))
	var room [64]byte
	der, err := k.signOctets(digest(hash, input, &room), hash)
	if err != nil {
		return nil, err
	}
	var signature struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &signature)
	// FillBytes panics where a number has no room.
	if err != nil || len(rest) > 0 || !fits(signature.R, c.size) || !fits(signature.S, c.size) {
		return nil, badKey("the crypto.Signer answered something that is no ECDSA signature in ASN.1 DER")
	}
	var halves [2 * 66]byte
	signature.R.FillBytes(halves[:c.size])
	signature.S.FillBytes(halves[c.size : 2*c.size])
	return append(dst, halves[:2*c.size]...), nil
}

func fits(n *big.Int, octets int) bool { return n.Sign() > 0 && n.BitLen() <= 8*octets }

func (ecdsaFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	key := k.public.(*ecdsa.PublicKey)
	c := curveOf(key)
	if len(signature) != 2*c.size {
		return false
	}
	var derRoom [2 * (66 + 3 + 3)]byte
	der, ok := appendDERSignature(derRoom[:0], signature[:c.size], signature[c.size:])
	var room [64]byte
	return ok && ecdsa.VerifyASN1(key, digest(hash, input, &room), der)
}

// appendDERSignature appends an ASN.1 SEQUENCE of two INTEGERs. A half that is
// zero is never right, whatever a primitive makes of it.
func appendDERSignature(dst, r, s []byte) ([]byte, bool) {
	r, s = bytes.TrimLeft(r, "\x00"), bytes.TrimLeft(s, "\x00")
	if len(r) == 0 || len(s) == 0 {
		return dst, false
	}
	length := 4 + len(r) + int(r[0]>>7) + len(s) + int(s[0]>>7)
	dst = append(dst, 0x30)
	if length >= 0x80 { // two numbers of P-521 can take that much
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
