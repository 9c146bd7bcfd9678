//go:build go1.27

package jwt_test

import (
	"crypto"
	"crypto/mldsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

var mldsaParameters = map[jwt.Algorithm]mldsa.Parameters{
	jwt.MLDSA44: mldsa.MLDSA44(), jwt.MLDSA65: mldsa.MLDSA65(), jwt.MLDSA87: mldsa.MLDSA87(),
}

func TestMLDSAKeys(t *testing.T) {
	for alg, parameters := range mldsaParameters {
		t.Run(alg.String(), func(t *testing.T) {
			private, err := mldsa.GenerateKey(parameters)
			require.NoError(t, err)
			other, err := mldsa.GenerateKey(parameters)
			require.NoError(t, err)
			public := private.PublicKey()
			signer, err := jwt.NewKey(private)
			require.NoError(t, err)
			verifier, err := jwt.NewKey(crypto.PublicKey(public))
			require.NoError(t, err)
			certified, err := jwt.NewKey(&x509.Certificate{PublicKey: private.PublicKey()})
			require.NoError(t, err)
			assert.True(t, signer.IsPrivate())
			sum := sha256.Sum256(fmt.Appendf(nil, `{"alg":%q,"kty":"AKP","pub":%q}`, alg.String(), b64(string(public.Bytes()))))
			assert.Equal(t, b64(string(sum[:])), signer.Thumbprint(), "RFC 9964, Section 6")
			for _, key := range []*jwt.Key{signer, verifier, certified, signer.Public()} {
				assert.Equal(t, alg, key.Algorithm(), "such a key is of one algorithm")
				assert.Equal(t, signer.Thumbprint(), key.Thumbprint())
				assert.True(t, public.Equal(key.CryptoPublic()))
			}
			_, err = jwt.Encode(jwt.Claims{}, verifier)
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.NewKey(private, jwt.WithKeyAlgorithm(jwt.RS256))
			assertClass(t, err, jwt.ErrInvalidKey)
			for another := range mldsaParameters {
				_, err = jwt.NewKey(private, jwt.WithKeyAlgorithm(another))
				assert.Equal(t, another == alg, err == nil)
				_, err = jwt.NewDecoder(verifier, another)
				assert.Equal(t, another == alg, err == nil)
			}

			// The keys are what they were, whatever becomes of what they were made of.
			*public = *other.PublicKey()
			*private = *other
			*signer.CryptoPublic().(*mldsa.PublicKey) = *other.PublicKey()
			*verifier.CryptoPublic().(*mldsa.PublicKey) = *other.PublicKey()
			token, err := jwt.Encode(jwt.Claims{}, signer)
			require.NoError(t, err)
			for _, key := range []*jwt.Key{signer, verifier, certified, signer.Public()} {
				_, err = jwt.Decode(token, key, alg)
				assert.NoError(t, err)
			}
			text, err := signer.MarshalPrivateJWK()
			require.NoError(t, err)
			same, err := jwt.ParseJWK(text)
			require.NoError(t, err)
			_, err = jwt.Decode(token, same, alg)
			assert.NoError(t, err)
		})
	}
}

func TestMLDSARefused(t *testing.T) {
	for name, material := range map[string]any{
		"nil private":  (*mldsa.PrivateKey)(nil),
		"nil public":   (*mldsa.PublicKey)(nil),
		"zero private": &mldsa.PrivateKey{},
		"zero public":  &mldsa.PublicKey{},
		"certificate":  &x509.Certificate{PublicKey: &mldsa.PublicKey{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jwt.NewKey(material)
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.NotErrorIs(t, err, errors.ErrUnsupported)
		})
	}
	private, err := mldsa.GenerateKey(mldsa.MLDSA44())
	require.NoError(t, err)
	_, err = jwt.NewKey(&x509.Certificate{PublicKey: private})
	assertClass(t, err, jwt.ErrInvalidKey)
}

func mldsaSigner(t testing.TB, alg jwt.Algorithm) crypto.Signer {
	t.Helper()
	key, err := mldsa.GenerateKey(mldsaParameters[alg])
	require.NoError(t, err)
	return key
}

func TestMLDSAInPEM(t *testing.T) {
	for alg := range mldsaParameters {
		private := mldsaSigner(t, alg)
		key, err := jwt.ParsePEM(pkcs8(t, private))
		require.NoError(t, err)
		assert.True(t, key.IsPrivate())
		assert.Equal(t, alg, key.Algorithm())
		public, err := jwt.ParsePEM(pkixPEM(t, private.Public()))
		require.NoError(t, err)
		token, err := jwt.Encode(jwt.Claims{}, key)
		require.NoError(t, err)
		_, err = jwt.Decode(token, public, alg)
		assert.NoError(t, err)
		certified, err := jwt.ParsePEM(block("CERTIFICATE", certificateFor(t, private).Raw))
		require.NoError(t, err)
		assert.Equal(t, key.Thumbprint(), certified.Thumbprint())
	}
}
