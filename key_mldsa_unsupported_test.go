//go:build !go1.27

package jwt_test

import (
	"crypto"
	"testing"

	"github.com/token-jwt/jwt"
)

func mldsaSigner(t testing.TB, alg jwt.Algorithm) crypto.Signer {
	t.Helper()
	t.Fatalf("%v needs Go 1.27", alg)
	return nil
}
