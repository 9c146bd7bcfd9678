//go:build go1.27

package jwt

import (
	"crypto"
	"crypto/mldsa"
	"strconv"
)

// ML-DSA-44, ML-DSA-65 and ML-DSA-87 (FIPS 204, RFC 9964), where the standard
// library has them. The message is signed as it is, with an empty context
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

// newMLDSA makes a key of material of crypto/mldsa; false where it is none.
func newMLDSA(material any) (k *keyState, ok bool, err error) {
	switch key := material.(type) {
	case *mldsa.PublicKey:
		k, err = newMLDSAPublic(key)
		return k, true, err
	case *mldsa.PrivateKey:
		if key == nil || *key == (mldsa.PrivateKey{}) {
			return nil, true, badKey("the ML-DSA key is nil or empty")
		}
		if k, err = newMLDSAPublic(key.PublicKey()); err == nil {
			k.signer = key
		}
		return k, true, err
	}
	return nil, false, nil
}

func newMLDSAPublic(key *mldsa.PublicKey) (*keyState, error) {
	if key == nil || *key == (mldsa.PublicKey{}) {
		return nil, badKey("the ML-DSA key is nil or empty")
	}
	alg := algorithmNamed(key.Parameters().String())
	// Such a key is of one algorithm, and its JWK says so (RFC 9964, Section 3).
	return &keyState{kind: alg.String() + " key", public: key, fits: alg, bound: alg}, nil
}

// cloneMLDSA copies a key of crypto/mldsa: its parts cannot be changed, but the
// whole can be overwritten. Anything else it returns as it is.
func cloneMLDSA(key any) any {
	switch key := key.(type) {
	case *mldsa.PublicKey:
		clone := *key
		return &clone
	case *mldsa.PrivateKey:
		clone := *key
		return &clone
	}
	return key
}

// mldsaOctets returns the public key of a state, and the seed of its private half
// where there is one.
func mldsaOctets(k *keyState) (public, seed []byte) {
	if key, ok := k.signer.(*mldsa.PrivateKey); ok {
		seed = key.Bytes()
	}
	return k.public.(*mldsa.PublicKey).Bytes(), seed
}

// parseMLDSA makes the key of octets: a seed where private is not nil, whose
// public key must then be the one given.
func parseMLDSA(alg Algorithm, public, seed []byte) (any, error) {
	p := mldsaParameters(alg)
	key, err := mldsa.NewPublicKey(p, public)
	if err != nil { // which any octets of the right number are not
		return nil, badKey("the public key of " + alg.String() + " has " + strconv.Itoa(len(public)) + " octets, not " + strconv.Itoa(p.PublicKeySize()))
	}
	if seed == nil {
		return key, nil
	}
	if len(seed) != mldsa.PrivateKeySize {
		return nil, badKey("the private key of " + alg.String() + " is not a seed of 32 octets")
	}
	private, err := mldsa.NewPrivateKey(p, seed)
	if err != nil || !private.PublicKey().Equal(key) {
		return nil, badKey("the public half of the " + alg.String() + " key is that of another key")
	}
	return private, nil
}

func (mldsaFamily) generate(alg Algorithm) (any, error) {
	return mldsa.GenerateKey(mldsaParameters(alg))
}

func (mldsaFamily) sign(k *keyState, _ crypto.Hash, dst, input []byte) ([]byte, error) {
	signature, err := k.signOctets(input, crypto.Hash(0))
	if err != nil {
		return nil, err
	}
	return append(dst, signature...), nil
}

func (mldsaFamily) verify(k *keyState, _ crypto.Hash, input, signature []byte) bool {
	key := k.public.(*mldsa.PublicKey)
	return len(signature) == key.Parameters().SignatureSize() && mldsa.Verify(key, input, signature, nil) == nil
}
