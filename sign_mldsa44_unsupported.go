//go:build !go1.27

package jwt

import (
	"crypto"

	"github.com/token-jwt/jwt/internal/jwkmember"
)

// ML-DSA if the standard library has no crypto/mldsa. The names parse. Keys are refused, so
// the methods that take a key are never called.

const supportedAlgorithms = allAlgorithms &^ mldsaAlgorithms

type mldsaFamily struct{}

func (mldsaFamily) generate(alg Algorithm) (any, error) { return nil, unsupportedAlgorithm(alg) }
func (mldsaFamily) newKey(any, bool) (*keyState, error) { return nil, nil }
func (mldsaFamily) kty() string                         { return "AKP" }
func (mldsaFamily) readJWK(r *jwkmember.Reader, o *keyOptions) (*keyState, error) {
	if alg := mldsaOf(r, o); r.Err == nil {
		return nil, unsupportedAlgorithm(alg)
	}
	return nil, r.Err
}
func (mldsaFamily) detach(*keyState)                                        {}
func (mldsaFamily) writeJWK(*keyState) (public, private []jwkmember.Member) { return nil, nil }
func (mldsaFamily) sign(k *keyState, _ crypto.Hash, _, _ []byte) ([]byte, error) {
	return nil, unsupportedAlgorithm(k.fits)
}
func (mldsaFamily) verify(*keyState, crypto.Hash, []byte, []byte) bool { return false }
