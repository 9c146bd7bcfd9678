//go:build !go1.27

package jwt

import "crypto"

// ML-DSA where the standard library has no crypto/mldsa: names parse, and keys
// are refused, so that nothing below is ever reached with one.

const supportedAlgorithms = allAlgorithms &^ (MLDSA44 | MLDSA65 | MLDSA87)

type mldsaFamily struct{}

func newMLDSA(any) (*keyState, bool, error)              { return nil, false, nil }
func cloneMLDSA(key any) any                             { return key }
func mldsaOctets(*keyState) (public, seed []byte)        { return nil, nil }
func parseMLDSA(alg Algorithm, _, _ []byte) (any, error) { return nil, unsupportedAlgorithm(alg) }
func (mldsaFamily) generate(alg Algorithm) (any, error)  { return nil, unsupportedAlgorithm(alg) }
func (mldsaFamily) sign(k *keyState, _ crypto.Hash, _, _ []byte) ([]byte, error) {
	return nil, unsupportedAlgorithm(k.fits)
}
func (mldsaFamily) verify(*keyState, crypto.Hash, []byte, []byte) bool { return false }
