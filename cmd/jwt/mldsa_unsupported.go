//go:build !go1.27

package main

import (
	"crypto"

	"github.com/token-jwt/jwt"
)

// mldsaPrivate is for Go 1.27 and later. Before, the library makes no such key.
func mldsaPrivate(jwt.Algorithm, []byte) (crypto.PrivateKey, error) {
	return nil, keyError("ML-DSA keys need a tool built with Go 1.27 or later")
}
