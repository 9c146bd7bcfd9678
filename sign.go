package jwt

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"errors"

	"github.com/token-jwt/jwt/internal/jwkmember"
)

// The algorithm families.

// A family is a group of algorithms that share a kind of key and a way of signing. Each has a
// file named after its first algorithm. The file knows keys and bytes, but no tokens. To add
// a family, add it to Algorithm.family and, if it has keys of its own, to keyFamilies.
type family interface {
	// generate makes a new key of a type that NewKey takes.
	generate(alg Algorithm) (any, error)

	// newKey checks material of the family's types. The state keeps a reference to it. For
	// material of another family newKey returns nil and no error.
	newKey(material any, weak bool) (*keyState, error)

	// detach copies all memory that the caller could change. The key must have been checked:
	// package crypto panics on parts that are nil or invalid.
	detach(k *keyState)

	// kty is the kind of key in a JWK (RFC 7518, Section 6.1).
	kty() string

	// readJWK makes a checked and detached key from the members for this kind of key.
	readJWK(r *jwkmember.Reader, o *keyOptions) (*keyState, error)

	// writeJWK returns the members for this kind of key, except "kty". It returns private
	// ones only if the private half is in the program.
	writeJWK(k *keyState) (public, private []jwkmember.Member)

	// sign appends the signature of input to dst. hash is that of the algorithm, which
	// must fit the key.
	sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error)

	// verify reports whether signature is a signature of input.
	verify(k *keyState, hash crypto.Hash, input, signature []byte) bool
}

// keyFamilies has one family for each kind of key. For RSA keys it is rsaFamily, and not
// pssFamily. The family of secrets must be the first.
var keyFamilies = [...]family{hmacFamily{}, rsaFamily{}, ecdsaFamily{}, ed25519Family{}, mldsaFamily{}}

// family returns the family of a single algorithm. The default case is ML-DSA.
func (a Algorithm) family() family {
	switch {
	case a&hmacAlgorithms != 0:
		return hmacFamily{}
	case a&rsaAlgorithms != 0:
		return rsaFamily{}
	case a&pssAlgorithms != 0:
		return pssFamily{}
	case a&ecdsaAlgorithms != 0:
		return ecdsaFamily{}
	case a&ed25519Algorithms != 0:
		return ed25519Family{}
	default:
		return mldsaFamily{}
	}
}

func (k *keyState) sign(alg Algorithm, dst, input []byte) ([]byte, error) {
	f, hash := alg.family(), alg.row().hash
	start := len(dst)
	dst, err := f.sign(k, hash, dst, input)
	if err != nil {
		return nil, err
	}
	// The signer is the caller's code, and may be configured for another algorithm. It is
	// better to find out here than at the verifier.
	if k.opaque && !f.verify(k, hash, input, dst[start:]) {
		return nil, badKey("the crypto.Signer's signature does not hold by its own public key for " + alg.String() + "; is it set up for another algorithm?")
	}
	return dst, nil
}

func (k *keyState) verify(alg Algorithm, input, signature []byte) bool {
	return alg.family().verify(k, alg.row().hash, input, signature)
}

// signDigest signs a digest with the private half. For algorithms without a hash, digest is
// the input itself.
func (k *keyState) signDigest(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.opaque { // the signer may keep the slice
		digest = bytes.Clone(digest)
	}
	signature, err := k.signer.Sign(rand.Reader, digest, opts)
	switch {
	case err == nil:
		return signature, nil
	case k.opaque && !errors.Is(err, errors.ErrUnsupported):
		// The signer may work again later. Withdrawn access, an exhausted quota and a broken
		// network cannot be told apart here.
		return nil, foreignFailure(ErrUnavailable, "the crypto.Signer could not sign", err)
	}
	return nil, foreignFailure(ErrInvalidKey, "the key cannot sign", err)
}

// appendSignature does what signDigest does, and appends the signature to dst. It is for
// algorithms with which a token has the signature in the form that a crypto.Signer returns.
func (k *keyState) appendSignature(dst, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	signature, err := k.signDigest(digest, opts)
	return append(dst, signature...), err
}

// digest returns the hash of input. It uses the memory of buf.
func digest(hash crypto.Hash, input []byte, buf *[64]byte) []byte {
	switch hash {
	case crypto.SHA256:
		sum := sha256.Sum256(input)
		return append(buf[:0], sum[:]...)
	case crypto.SHA384:
		sum := sha512.Sum384(input)
		return append(buf[:0], sum[:]...)
	default:
		sum := sha512.Sum512(input)
		return append(buf[:0], sum[:]...)
	}
}

// What both files of ML-DSA share.

const mldsaAlgorithms = MLDSA44 | MLDSA65 | MLDSA87

// mldsaOf returns the algorithm of a JWK of the kind AKP. The JWK must have an "alg"
// (RFC 9964, Section 3).
func mldsaOf(r *jwkmember.Reader, o *keyOptions) Algorithm {
	r.Text("alg")
	if o.algorithm&mldsaAlgorithms == 0 {
		r.Fail(badKey("a JWK of the kind AKP is for ML-DSA, and not for " + o.algorithm.String()))
	}
	return o.algorithm
}
