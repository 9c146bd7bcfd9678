package pemkey_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/pemkey"
	"github.com/token-jwt/jwt/internal/rsakey"
)

// What is refused, and how it is said, is tested in pem_test.go of package jwt.

func TestParse(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	must := func(der []byte, err error) []byte {
		require.NoError(t, err)
		return der
	}
	for name, tt := range map[string]struct {
		der  []byte
		want any
	}{
		"PKCS #1":         {x509.MarshalPKCS1PrivateKey(rsaKey), rsakey.Of(rsaKey)},
		"PKCS #1, public": {x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey), &rsaKey.PublicKey},
		"PKCS #8, RSA":    {must(x509.MarshalPKCS8PrivateKey(rsaKey)), rsakey.Of(rsaKey)},
		"PKCS #8, EC":     {must(x509.MarshalPKCS8PrivateKey(ecKey)), ecKey},
		"SEC 1":           {must(x509.MarshalECPrivateKey(ecKey)), ecKey},
		"PKIX":            {must(x509.MarshalPKIXPublicKey(edKey.Public())), edKey.Public()},
	} {
		// What the block holds decides, and not its label.
		key, err := pemkey.Parse(pem.EncodeToMemory(&pem.Block{Type: "KEY", Bytes: tt.der}))
		require.NoError(t, err, name)
		assert.Equal(t, tt.want, key, name)
		key, err = pemkey.Parse(pem.EncodeToMemory(&pem.Block{Type: "KEY", Bytes: tt.der[:len(tt.der)-1]}))
		assert.Error(t, err, name)
		assert.Nil(t, key, name)
	}
	for name, text := range map[string]string{
		"parameters":   "-----BEGIN DH PARAMETERS-----\nMAA=\n-----END DH PARAMETERS-----\n",
		"a long label": "-----BEGIN " + strings.Repeat("A", 1000) + "-----\nMAA=\n-----END " + strings.Repeat("A", 1000) + "-----\n",
	} {
		_, err := pemkey.Parse([]byte(text))
		assert.ErrorIs(t, err, errors.ErrUnsupported, name)
		assert.Less(t, len(err.Error()), 200, name)
	}
	_, err = pemkey.Parse([]byte("-----BEGIN SSH2 PUBLIC KEY-----\nAAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n-----END SSH2 PUBLIC KEY-----\n"))
	assert.ErrorContains(t, err, "SSH")
}
