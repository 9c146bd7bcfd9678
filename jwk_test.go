package jwt_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// jwkOf writes a private key as a JWK.
func jwkOf(t testing.TB, material any) []byte {
	t.Helper()
	key, err := jwt.NewKey(material)
	require.NoError(t, err)
	jwk, err := key.MarshalPrivateJWK()
	require.NoError(t, err)
	return jwk
}
