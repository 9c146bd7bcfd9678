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
// R and S, each of exactly as many bytes as the curve's order. DER, which
// [crypto.Signer] and the standard library use, never leaves this file.

const ecdsaAlgorithms = ES256 | ES384 | ES512

type ecdsaFamily struct{}

// A curve is a curve of RFC 7518, Section 6.2.1.1, with its one algorithm.
type curve struct {
	elliptic.Curve
	name string
	alg  Algorithm
	size int // bytes of a coordinate, and of each half of a signature
}

var curves = [...]curve{
	{elliptic.P256(), "P-256", ES256, 32},
	{elliptic.P384(), "P-384", ES384, 48},
	{elliptic.P521(), "P-521", ES512, 66},
}

// curveWhere returns a supported curve, or nil.
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

func (c *curve) key(public *ecdsa.PublicKey) *keyState {
	return &keyState{family: ecdsaFamily{}, kind: "EC key on " + c.name, public: public, fits: c.alg}
}

func (c *curve) notOn() error { return badKey("the EC key is no point on its curve " + c.name) }

var errECDSAHalves = badKey("the private half of the EC key is out of range, or its public half is that of another key")

func (ecdsaFamily) generate(alg Algorithm) (any, error) {
	c := curveWhere(func(c *curve) bool { return c.alg == alg })
	return ecdsa.GenerateKey(c.Curve, rand.Reader)
}

func (ecdsaFamily) newKey(material any, _ bool) (*keyState, error) {
	switch key := material.(type) {
	case *ecdsa.PublicKey:
		return newECDSAPublic(key)
	case *ecdsa.PrivateKey:
		return newECDSAPrivate(key)
	}
	return nil, nil
}

func newECDSAPublic(key *ecdsa.PublicKey) (*keyState, error) {
	if key == nil || key.Curve == nil || key.X == nil || key.Y == nil { //nolint:staticcheck // on a nil coordinate Bytes would panic
		return nil, badKey("the EC key is nil, or lacks its curve or a coordinate")
	}
	c := curveOf(key)
	if c == nil {
		return nil, unsupportedKey("the curve of the EC key is not supported; P-256, P-384 and P-521 are")
	}
	if _, err := key.Bytes(); err != nil {
		return nil, c.notOn()
	}
	return c.key(key), nil
}

func newECDSAPrivate(key *ecdsa.PrivateKey) (*keyState, error) {
	if key == nil {
		return nil, badKey("the EC key is nil")
	}
	k, err := newECDSAPublic(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	if key.D == nil { //nolint:staticcheck // on a nil number Bytes would panic
		return nil, badKey("the EC key lacks its private half")
	}
	if own, err := cloneECDSAPrivate(key); err != nil || !own.PublicKey.Equal(&key.PublicKey) {
		return nil, errECDSAHalves
	}
	k.signer = key
	return k, nil
}

// cloneECDSAPrivate makes a new key from the private number alone. The public half of the
// given key must be a point on the curve.
func cloneECDSAPrivate(key *ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	d, err := key.Bytes()
	if err != nil {
		return nil, err
	}
	return ecdsa.ParseRawPrivateKey(key.Curve, d)
}

func (ecdsaFamily) detach(k *keyState) {
	public := k.public.(*ecdsa.PublicKey)
	point, _ := public.Bytes()
	k.public, _ = ecdsa.ParseUncompressedPublicKey(public.Curve, point)
	if key, ok := k.signer.(*ecdsa.PrivateKey); ok {
		k.signer, _ = cloneECDSAPrivate(key)
	}
}

func (ecdsaFamily) kty() string { return "EC" }

// readJWK reads the members of RFC 7518, Section 6.2.
func (ecdsaFamily) readJWK(r *jwkReader, _ *keyOptions) (*keyState, error) {
	name := r.text("crv")
	c := curveWhere(func(c *curve) bool { return c.name == name })
	if c == nil {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, y, d := c.coordinate(r, "x", r.bytes("x")), c.coordinate(r, "y", r.bytes("y")), c.coordinate(r, "d", r.optionalBytes("d"))
	if r.err != nil {
		return nil, r.err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(c.Curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, c.notOn()
	}
	k := c.key(public)
	if d == nil {
		return k, nil
	}
	key, err := ecdsa.ParseRawPrivateKey(c.Curve, d)
	if err != nil || !key.PublicKey.Equal(public) {
		return nil, errECDSAHalves
	}
	k.signer = key
	return k, nil
}

// coordinate gives a number of a JWK the length that RFC 7518, Section 6.2.1.2 asks for, by
// adding or removing leading zeros. An absent number, nil, stays nil.
func (c *curve) coordinate(r *jwkReader, name string, number []byte) []byte {
	if number == nil {
		return nil
	}
	number = bytes.TrimLeft(number, "\x00")
	if len(number) > c.size {
		r.fail(badKey(quote(name) + " of the JWK has more bytes than its curve"))
		return nil
	}
	return append(make([]byte, c.size-len(number), c.size), number...)
}

func (ecdsaFamily) writeJWK(k *keyState) (public, private []jwkMember) {
	key := k.public.(*ecdsa.PublicKey)
	c := curveOf(key)
	point, _ := key.Bytes() // 4, then both coordinates in full length; the key was checked
	if key, ok := k.signer.(*ecdsa.PrivateKey); ok {
		d, _ := key.Bytes() // as long as the curve's order
		private = []jwkMember{{name: "d", bytes: d}}
	}
	return []jwkMember{{name: "crv", text: c.name}, {name: "x", bytes: point[1 : 1+c.size]}, {name: "y", bytes: point[1+c.size:]}}, private
}

func (ecdsaFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	c := curveOf(k.public.(*ecdsa.PublicKey))
	var buf [64]byte
	der, err := k.signDigest(digest(hash, input, &buf), hash)
	if err != nil {
		return nil, err
	}
	var signature struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &signature)
	// FillBytes panics if a number is too long.
	if err != nil || len(rest) > 0 || !fits(signature.R, c.size) || !fits(signature.S, c.size) {
		return nil, badKey("the crypto.Signer answered something that is no ECDSA signature in ASN.1 DER")
	}
	var halves [2 * 66]byte
	signature.R.FillBytes(halves[:c.size])
	signature.S.FillBytes(halves[c.size : 2*c.size])
	return append(dst, halves[:2*c.size]...), nil
}

func fits(n *big.Int, size int) bool { return n.Sign() > 0 && n.BitLen() <= 8*size }

func (ecdsaFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	key := k.public.(*ecdsa.PublicKey)
	c := curveOf(key)
	if len(signature) != 2*c.size {
		return false
	}
	var derBuf [2 * (66 + 3 + 3)]byte
	der, ok := appendDERSignature(derBuf[:0], signature[:c.size], signature[c.size:])
	var buf [64]byte
	return ok && ecdsa.VerifyASN1(key, digest(hash, input, &buf), der)
}

// appendDERSignature appends an ASN.1 SEQUENCE of two INTEGERs. It returns false if a half is
// zero: that is never a valid signature, so do not depend on crypto/ecdsa for it.
func appendDERSignature(dst, r, s []byte) ([]byte, bool) {
	r, s = bytes.TrimLeft(r, "\x00"), bytes.TrimLeft(s, "\x00")
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
