package jwt

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
)

// Where the algorithm families meet.

// A family is the algorithms that share a kind of key and a way of signing. Each
// is a file of its own, named after its first member, which sees keys and octets
// and nothing else. The key is known to fit the algorithm, and hash is the
// algorithm's.
type family interface {
	// generate makes the material of a new key, which NewKey takes.
	generate(alg Algorithm) (any, error)

	// sign appends the signature of input to dst.
	sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error)

	// verify reports whether signature is one of input.
	verify(k *keyState, hash crypto.Hash, input, signature []byte) bool
}

// family returns that of a single algorithm.
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
	// A key of the caller's own is somewhere else, behind code that may have been
	// configured for another algorithm: no verifier is to find that out.
	if k.opaque && !f.verify(k, hash, input, dst[start:]) {
		return nil, badKey("the crypto.Signer's signature does not hold by its own public key for " + alg.String() + "; is it set up for another algorithm?")
	}
	return dst, nil
}

func (k *keyState) verify(alg Algorithm, input, signature []byte) bool {
	return alg.family().verify(k, alg.row().hash, input, signature)
}

// signOctets has the private half sign: a digest, or the input itself where the
// algorithm has no hash of its own.
func (k *keyState) signOctets(octets []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.opaque { // which may keep what it is given
		octets = bytes.Clone(octets)
	}
	signature, err := k.signer.Sign(rand.Reader, octets, opts)
	switch {
	case err == nil:
		return signature, nil
	case k.opaque && !errors.Is(err, errors.ErrUnsupported):
		// It worked for others, and may again: access that was withdrawn, a quota
		// that is used up and a network that is down are not told apart.
		return nil, &failure{class: ErrUnavailable, text: "the crypto.Signer could not sign: " + because(err), cause: err}
	}
	return nil, &failure{class: ErrInvalidKey, text: "the key cannot sign: " + because(err), cause: err}
}

// digest returns the hash of input, in room.
func digest(hash crypto.Hash, input []byte, room *[64]byte) []byte {
	switch hash {
	case crypto.SHA256:
		sum := sha256.Sum256(input)
		return append(room[:0], sum[:]...)
	case crypto.SHA384:
		sum := sha512.Sum384(input)
		return append(room[:0], sum[:]...)
	default:
		sum := sha512.Sum512(input)
		return append(room[:0], sum[:]...)
	}
}
