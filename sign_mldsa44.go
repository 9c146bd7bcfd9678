//go:build go1.27

package jwt

import (
	"crypto"
	"crypto/mldsa"
	"strconv"

	"github.com/token-jwt/jwt/internal/jwkmember"
)

// ML-DSA-44, ML-DSA-65 and ML-DSA-87 (FIPS 204, RFC 9964), if the standard library has
// crypto/mldsa. The message is signed without hashing it first, and with an empty context
// (RFC 9964, Section 5).

const supportedAlgorithms = allAlgorithms

type mldsaFamily struct{}

func mldsaParameters(alg Algorithm) mldsa.Parameters {
	switch alg {
	case MLDSA44:
		return mldsa.MLDSA44()
	case MLDSA65:
		return mldsa.MLDSA65()
	default:
		return mldsa.MLDSA87()
	}
}

func (mldsaFamily) generate(alg Algorithm) (any, error) {
	return mldsa.GenerateKey(mldsaParameters(alg))
}

func (mldsaFamily) newKey(material any, _ bool) (*keyState, error) {
	switch key := material.(type) {
	case *mldsa.PublicKey:
		return newMLDSAPublic(key)
	case *mldsa.PrivateKey:
		if key == nil || *key == (mldsa.PrivateKey{}) {
			return nil, errNoMLDSA
		}
		k, err := newMLDSAPublic(key.PublicKey())
		if err == nil {
			k.signer = key
		}
		return k, err
	}
	return nil, nil
}

var errNoMLDSA = badKey("the ML-DSA key is nil or empty")

func newMLDSAPublic(key *mldsa.PublicKey) (*keyState, error) {
	if key == nil || *key == (mldsa.PublicKey{}) {
		return nil, errNoMLDSA
	}
	alg := algorithmNamed(key.Parameters().String())
	// A key is for one algorithm, which its JWK must name (RFC 9964, Section 3).
	return &keyState{family: mldsaFamily{}, kind: alg.String() + " key", public: key, fits: alg, bound: alg}, nil
}

// detach copies the structs, which the caller can overwrite. Their parts cannot be changed.
func (mldsaFamily) detach(k *keyState) {
	public := *k.public.(*mldsa.PublicKey)
	k.public = &public
	if key, ok := k.signer.(*mldsa.PrivateKey); ok {
		private := *key
		k.signer = &private
	}
}

func (mldsaFamily) kty() string { return "AKP" }

// readJWK reads the members of RFC 9964, Section 3: a public key, and for a private key a
// seed.
func (mldsaFamily) readJWK(r *jwkmember.Reader, o *keyOptions) (*keyState, error) {
	alg, public, seed := mldsaOf(r, o), r.Bytes("pub"), r.OptionalBytes("priv")
	if r.Err != nil {
		return nil, r.Err
	}
	p := mldsaParameters(alg)
	key, err := mldsa.NewPublicKey(p, public)
	if err != nil { // any bytes of the right length are a key
		return nil, badKey("the public key of " + alg.String() + " has " + strconv.Itoa(len(public)) + " bytes, not " + strconv.Itoa(p.PublicKeySize()))
	}
	if seed == nil {
		return newMLDSAPublic(key)
	}
	if len(seed) != mldsa.PrivateKeySize {
		return nil, badKey("the private key of " + alg.String() + " is not a seed of 32 bytes")
	}
	private, err := mldsa.NewPrivateKey(p, seed)
	if err != nil || !private.PublicKey().Equal(key) {
		return nil, badKey("the public half of the " + alg.String() + " key is that of another key")
	}
	return mldsaFamily{}.newKey(private, false)
}

func (mldsaFamily) writeJWK(k *keyState) (public, private []jwkmember.Member) {
	if key, ok := k.signer.(*mldsa.PrivateKey); ok {
		private = []jwkmember.Member{{Name: "priv", Bytes: key.Bytes()}}
	}
	return []jwkmember.Member{{Name: "pub", Bytes: k.public.(*mldsa.PublicKey).Bytes()}}, private
}

func (mldsaFamily) sign(k *keyState, _ crypto.Hash, dst, input []byte) ([]byte, error) {
	return k.appendSignature(dst, input, crypto.Hash(0))
}

func (mldsaFamily) verify(k *keyState, _ crypto.Hash, input, signature []byte) bool {
	key := k.public.(*mldsa.PublicKey)
	return len(signature) == key.Parameters().SignatureSize() && mldsa.Verify(key, input, signature, nil) == nil
}
