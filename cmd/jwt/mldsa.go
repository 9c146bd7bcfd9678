//go:build go1.27

package main

import (
	"crypto"
	"crypto/mldsa"

	"github.com/token-jwt/jwt"
)

// mldsaPrivate makes a private key of its seed (RFC 9964, Section 3).
func mldsaPrivate(alg jwt.Algorithm, seed []byte) (crypto.PrivateKey, error) {
	parameters := map[jwt.Algorithm]mldsa.Parameters{
		jwt.MLDSA44: mldsa.MLDSA44(), jwt.MLDSA65: mldsa.MLDSA65(), jwt.MLDSA87: mldsa.MLDSA87(),
	}
	private, err := mldsa.NewPrivateKey(parameters[alg], seed)
	if err != nil {
		return nil, keyError("the ML-DSA key cannot be converted")
	}
	return private, nil
}
