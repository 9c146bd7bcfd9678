package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"

	"github.com/token-jwt/jwt/internal/eckey"
	"github.com/token-jwt/jwt/internal/jwkmember"
)

// ES256, ES384 and ES512: ECDSA with SHA-2 (RFC 7518, Section 3.4). A signature is R and S,
// each of exactly as many bytes as the curve's order. DER, which [crypto.Signer] and the
// standard library use, never leaves this file. The package eckey has its two forms.

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
	if err := eckey.Check(key); err != nil {
		return nil, asBadKey(err)
	}
	k.signer = key
	return k, nil
}

func (ecdsaFamily) detach(k *keyState) {
	k.public = eckey.ClonePublic(k.public.(*ecdsa.PublicKey))
	if key, ok := k.signer.(*ecdsa.PrivateKey); ok {
		k.signer = eckey.Clone(key)
	}
}

func (ecdsaFamily) kty() string { return "EC" }

// readJWK reads the members of RFC 7518, Section 6.2.
func (ecdsaFamily) readJWK(r *jwkmember.Reader, _ *keyOptions) (*keyState, error) {
	name := r.Text("crv")
	c := curveWhere(func(c *curve) bool { return c.name == name })
	if c == nil {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, y, d := c.coordinate(r, "x", r.Bytes("x")), c.coordinate(r, "y", r.Bytes("y")), c.coordinate(r, "d", r.OptionalBytes("d"))
	if r.Err != nil {
		return nil, r.Err
	}
	public, err := eckey.Public(c.Curve, x, y)
	if err != nil {
		return nil, c.notOn()
	}
	k := c.key(public)
	if d == nil {
		return k, nil
	}
	key, err := eckey.Private(public, d)
	if err != nil {
		return nil, asBadKey(err)
	}
	k.signer = key
	return k, nil
}

// coordinate gives a number of a JWK the length that RFC 7518, Section 6.2.1.2 asks for. An
// absent number, nil, stays nil.
func (c *curve) coordinate(r *jwkmember.Reader, name string, number []byte) []byte {
	if number == nil {
		return nil
	}
	fixed := eckey.Fixed(number, c.size)
	if fixed == nil {
		r.Fail(badKey(quote(name) + " of the JWK has more bytes than its curve"))
	}
	return fixed
}

func (ecdsaFamily) writeJWK(k *keyState) (public, private []jwkmember.Member) {
	key := k.public.(*ecdsa.PublicKey)
	c := curveOf(key)
	x, y := eckey.Coordinates(key, c.size)
	if key, ok := k.signer.(*ecdsa.PrivateKey); ok {
		d, _ := key.Bytes() // as long as the curve's order
		private = []jwkmember.Member{{Name: "d", Bytes: d}}
	}
	return []jwkmember.Member{{Name: "crv", Text: c.name}, {Name: "x", Bytes: x}, {Name: "y", Bytes: y}}, private
}

func (ecdsaFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	c := curveOf(k.public.(*ecdsa.PublicKey))
	var buf [64]byte
	der, err := k.signDigest(digest(hash, input, &buf), hash)
	if err != nil {
		return nil, err
	}
	dst, ok := eckey.AppendFixed(dst, der, c.size)
	if !ok {
		return nil, badKey("the crypto.Signer answered something that is no ECDSA signature in ASN.1 DER")
	}
	return dst, nil
}

func (ecdsaFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	key := k.public.(*ecdsa.PublicKey)
	c := curveOf(key)
	if len(signature) != 2*c.size {
		return false
	}
	var derBuf [eckey.MaxDER]byte
	der, ok := eckey.AppendDER(derBuf[:0], signature)
	var buf [64]byte
	return ok && ecdsa.VerifyASN1(key, digest(hash, input, &buf), der)
}
