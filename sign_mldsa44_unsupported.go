//go:build !go1.27

package jwt

import "crypto"

// ML-DSA if the standard library has no crypto/mldsa. The names parse. Keys are refused, so
// the methods that take a key are never called.

const supportedAlgorithms = allAlgorithms &^ mldsaAlgorithms

type mldsaFamily struct{}

func (mldsaFamily) generate(alg Algorithm) (any, error) { return nil, unsupportedAlgorithm(alg) }
func (mldsaFamily) newKey(any, bool) (*keyState, error) { return nil, nil }
func (mldsaFamily) kty() string                         { return "AKP" }
func (mldsaFamily) readJWK(r *jwkReader, o *keyOptions) (*keyState, error) {
	if alg := mldsaOf(r, o); r.err == nil {
		return nil, unsupportedAlgorithm(alg)
	}
	return nil, r.err
}
func (mldsaFamily) detach(*keyState)                                 {}
func (mldsaFamily) writeJWK(*keyState) (public, private []jwkMember) { return nil, nil }
func (mldsaFamily) sign(k *keyState, _ crypto.Hash, _, _ []byte) ([]byte, error) {
	return nil, unsupportedAlgorithm(k.fits)
}
func (mldsaFamily) verify(*keyState, crypto.Hash, []byte, []byte) bool { return false }
