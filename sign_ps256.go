package jwt

import (
	"crypto"
	"crypto/rsa"
)

// PS256, PS384 and PS512: RSASSA-PSS with SHA-2 (RFC 7518, Section 3.5). Its keys
// are those of RS256.

const pssAlgorithms = PS256 | PS384 | PS512

type pssFamily struct{ rsaFamily }

// pssOptions follow RFC 7518, Section 3.5: "The size of the salt value is the same
// size as the hash function output". The same hash is in the mask function.
func pssOptions(hash crypto.Hash) *rsa.PSSOptions {
	return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
}

func (pssFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	var buf [64]byte
	return k.appendSignature(dst, digest(hash, input, &buf), pssOptions(hash))
}

func (pssFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	key := k.public.(*rsa.PublicKey)
	if len(signature) != key.Size() {
		return false
	}
	var buf [64]byte
	return rsa.VerifyPSS(key, hash, digest(hash, input, &buf), signature, pssOptions(hash)) == nil
}
