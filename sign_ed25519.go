package jwt

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strconv"
)

// EdDSA and Ed25519: two names for the signatures of Ed25519 keys (RFC 8037,
// Section 3.1 and RFC 9864, Section 2.2).

const ed25519Algorithms = EdDSA | Ed25519

type ed25519Family struct{}

func (ed25519Family) newKey(material any, _ bool) (*keyState, error) {
	switch key := material.(type) {
	case ed25519.PublicKey:
		return newEd25519Public(key)
	case ed25519.PrivateKey:
		return newEd25519Private(key)
	case *ed25519.PrivateKey: // without this case it would count as a crypto.Signer of the caller
		if key == nil {
			return nil, badKey("the Ed25519 key is nil")
		}
		return newEd25519Private(*key)
	}
	return nil, nil
}

func newEd25519Public(key ed25519.PublicKey) (*keyState, error) {
	if len(key) != ed25519.PublicKeySize {
		return nil, badKey("the Ed25519 public key has " + strconv.Itoa(len(key)) + " bytes, not 32")
	}
	if !isUsableEd25519(key) {
		return nil, badKey("the Ed25519 public key is a point of small order, under which forged signatures hold, or is not in canonical form")
	}
	return &keyState{family: ed25519Family{}, kind: "Ed25519 key", public: key, fits: ed25519Algorithms}, nil
}

func newEd25519Private(key ed25519.PrivateKey) (*keyState, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, badKey("the Ed25519 private key has " + strconv.Itoa(len(key)) + " bytes, not 64; a seed of 32 goes through ed25519.NewKeyFromSeed")
	}
	// Signing with the public half of another key would reveal the private half.
	if !bytes.Equal(ed25519.NewKeyFromSeed(key.Seed()), key) {
		return nil, badKey("the last 32 bytes of the Ed25519 private key are the public half of another key")
	}
	k, err := newEd25519Public(ed25519.PublicKey(key[32:]))
	if err == nil {
		k.signer = key
	}
	return k, err
}

// ed25519SmallOrder are the y coordinates of the eight points whose order divides 8, in the
// encoding of RFC 8032, Section 5.1.2, without the sign of x. Under such a public key, one
// signature can hold for any message.
var ed25519SmallOrder = [...]string{
	"0100000000000000000000000000000000000000000000000000000000000000", // order 1
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
	"0000000000000000000000000000000000000000000000000000000000000000", // order 4
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
}

// isUsableEd25519 refuses points of small order. It refuses a y that is not less than the
// prime of the field, as RFC 8032, Section 5.1.3 says; some decoders accept it. It does not
// check that a point with this y exists: if not, no signature holds.
func isUsableEd25519(key []byte) bool {
	y := bytes.Clone(key)
	y[31] &= 0x7f
	if slices.Contains(ed25519SmallOrder[:], hex.EncodeToString(y)) {
		return false
	}
	// The prime is 2^255 - 19: ed, then ff up to the last byte, then 7f.
	for _, b := range y[1:31] {
		if b != 0xff {
			return true
		}
	}
	return y[31] != 0x7f || y[0] < 0xed
}

func (ed25519Family) detach(k *keyState) {
	// Not bytes.Clone: its result is a []byte, which would count as a secret.
	k.public = slices.Clone(k.public.(ed25519.PublicKey))
	if key, ok := k.signer.(ed25519.PrivateKey); ok {
		k.signer = slices.Clone(key)
	}
}

func (ed25519Family) kty() string { return "OKP" }

// readJWK reads the members of RFC 8037, Section 2.
func (ed25519Family) readJWK(r *jwkReader, _ *keyOptions) (*keyState, error) {
	if name := r.text("crv"); name != "Ed25519" {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, d := r.bytes("x"), r.optionalBytes("d")
	switch {
	case r.err != nil:
		return nil, r.err
	case d == nil:
		return newEd25519Public(x)
	case len(d) != ed25519.SeedSize:
		return nil, badKey(`"d" of a JWK on Ed25519 must have 32 bytes`)
	}
	return newEd25519Private(slices.Concat(d, x))
}

func (ed25519Family) writeJWK(k *keyState) (public, private []jwkMember) {
	if key, ok := k.signer.(ed25519.PrivateKey); ok {
		private = []jwkMember{{name: "d", bytes: key.Seed()}}
	}
	return []jwkMember{{name: "crv", text: "Ed25519"}, {name: "x", bytes: k.public.(ed25519.PublicKey)}}, private
}

func (ed25519Family) generate(Algorithm) (any, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return key, err
}

func (ed25519Family) sign(k *keyState, _ crypto.Hash, dst, input []byte) ([]byte, error) {
	return k.appendSignature(dst, input, crypto.Hash(0))
}

func (ed25519Family) verify(k *keyState, _ crypto.Hash, input, signature []byte) bool {
	return len(signature) == ed25519.SignatureSize && ed25519.Verify(k.public.(ed25519.PublicKey), input, signature)
}
