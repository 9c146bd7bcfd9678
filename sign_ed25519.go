package jwt

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"slices"

	"github.com/token-jwt/jwt/internal/eckey"
	"github.com/token-jwt/jwt/internal/jwkmember"
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
	if err := eckey.CheckEd25519(key); err != nil {
		return nil, asBadKey(err)
	}
	return &keyState{family: ed25519Family{}, kind: "Ed25519 key", public: key, fits: ed25519Algorithms}, nil
}

func newEd25519Private(key ed25519.PrivateKey) (*keyState, error) {
	if err := eckey.CheckEd25519Private(key); err != nil {
		return nil, asBadKey(err)
	}
	k, err := newEd25519Public(ed25519.PublicKey(key[32:]))
	if err == nil {
		k.signer = key
	}
	return k, err
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
func (ed25519Family) readJWK(r *jwkmember.Reader, _ *keyOptions) (*keyState, error) {
	if name := r.Text("crv"); name != "Ed25519" {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, d := r.Bytes("x"), r.OptionalBytes("d")
	switch {
	case r.Err != nil:
		return nil, r.Err
	case d == nil:
		return newEd25519Public(x)
	case len(d) != ed25519.SeedSize:
		return nil, badKey(`"d" of a JWK on Ed25519 must have 32 bytes`)
	}
	return newEd25519Private(slices.Concat(d, x))
}

func (ed25519Family) writeJWK(k *keyState) (public, private []jwkmember.Member) {
	if key, ok := k.signer.(ed25519.PrivateKey); ok {
		private = []jwkmember.Member{{Name: "d", Bytes: key.Seed()}}
	}
	return []jwkmember.Member{{Name: "crv", Text: "Ed25519"}, {Name: "x", Bytes: k.public.(ed25519.PublicKey)}}, private
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
