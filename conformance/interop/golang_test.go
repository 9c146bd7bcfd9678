package interop

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	gojose "github.com/go-jose/go-jose/v4"
	golangjwt "github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"golang.org/x/time/rate"
)

// The other libraries in Go: how each writes a key set, signs, and follows a set at
// a URL. They are modules of this one, and are always there.

// names are the algorithms of the keys in sets, as every library here has them.
var names = []string{"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"}

func (i issued) signer(t *testing.T) crypto.Signer {
	t.Helper()
	block, _ := pem.Decode([]byte(i.private.Text))
	require.NotNil(t, block)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	return key.(crypto.Signer)
}

// A foreigner is a key that no token here is verified with: sets have such members.
func foreigner(t *testing.T) *ecdh.PublicKey {
	t.Helper()
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	return key.PublicKey()
}

func withGoJose(t *testing.T, keys []issued) []byte {
	t.Helper()
	var set gojose.JSONWebKeySet
	for _, k := range keys {
		set.Keys = append(set.Keys, gojose.JSONWebKey{Key: k.signer(t).Public(), KeyID: k.kid, Algorithm: k.alg.String(), Use: "sig"})
	}
	private, err := rsaKey()
	require.NoError(t, err)
	set.Keys = append(set.Keys, gojose.JSONWebKey{Key: private.Public(), KeyID: "foreigner", Algorithm: "RSA-OAEP", Use: "enc"})
	return jsonOf(t, set)
}

func signGoJose(t *testing.T, k issued) string {
	t.Helper()
	key := gojose.SigningKey{Algorithm: gojose.SignatureAlgorithm(k.alg.String()), Key: gojose.JSONWebKey{Key: k.signer(t), KeyID: k.kid}}
	signer, err := gojose.NewSigner(key, nil)
	require.NoError(t, err)
	signed, err := signer.Sign(jsonOf(t, claims()))
	require.NoError(t, err)
	token, err := signed.CompactSerialize()
	require.NoError(t, err)
	return token
}

func asJWX(t *testing.T, k issued) (jwk.Key, jwa.SignatureAlgorithm) {
	t.Helper()
	alg, known := jwa.LookupSignatureAlgorithm(k.alg.String())
	require.True(t, known)
	key, err := jwk.Import(k.signer(t))
	require.NoError(t, err)
	require.NoError(t, key.Set(jwk.KeyIDKey, k.kid))
	require.NoError(t, key.Set(jwk.AlgorithmKey, alg))
	require.NoError(t, key.Set(jwk.KeyUsageKey, jwk.ForSignature))
	return key, alg
}

func withJWX(t *testing.T, keys []issued) []byte {
	t.Helper()
	set := jwk.NewSet()
	for _, k := range keys {
		key, _ := asJWX(t, k)
		require.NoError(t, set.AddKey(key))
	}
	other, err := jwk.Import(foreigner(t))
	require.NoError(t, err)
	require.NoError(t, set.AddKey(other))
	public, err := jwk.PublicSetOf(set)
	require.NoError(t, err)
	return jsonOf(t, public)
}

func signJWX(t *testing.T, k issued) string {
	t.Helper()
	key, alg := asJWX(t, k)
	token, err := jws.Sign(jsonOf(t, claims()), jws.WithKey(alg, key))
	require.NoError(t, err)
	return string(token)
}

func withJWKSet(t *testing.T, keys []issued) []byte {
	t.Helper()
	store := jwkset.NewMemoryStorage()
	add := func(key any, metadata jwkset.JWKMetadataOptions) {
		member, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Metadata: metadata})
		require.NoError(t, err)
		require.NoError(t, store.KeyWrite(t.Context(), member))
	}
	for _, k := range keys {
		add(k.signer(t).Public(), jwkset.JWKMetadataOptions{ALG: jwkset.ALG(k.alg.String()), KID: k.kid, USE: jwkset.UseSig})
	}
	add(foreigner(t), jwkset.JWKMetadataOptions{KID: "foreigner"})
	text, err := store.JSONPublic(t.Context())
	require.NoError(t, err)
	return text
}

func signGolangJWT(t *testing.T, k issued) string {
	t.Helper()
	token := golangjwt.NewWithClaims(golangjwt.GetSigningMethod(k.alg.String()), golangjwt.MapClaims(claims()))
	token.Header["kid"] = k.kid
	text, err := token.SignedString(k.signer(t))
	require.NoError(t, err)
	return text
}

// Followers: a function that verifies tokens by the set at the URL, fetching it as
// the library does.

type verify func(token, alg string) (claims []byte, err error)

var now = func() time.Time { return time.Unix(clock, 0) }

func followKeyfunc(t *testing.T, at string) verify {
	keys, err := keyfunc.NewDefaultOverrideCtx(t.Context(), []string{at}, keyfunc.Override{RefreshUnknownKID: rate.NewLimiter(rate.Inf, 1)})
	require.NoError(t, err)
	return func(token, alg string) ([]byte, error) {
		parsed, err := golangjwt.Parse(token, keys.Keyfunc, golangjwt.WithValidMethods([]string{alg}), golangjwt.WithTimeFunc(now), golangjwt.WithJSONNumber())
		if err != nil {
			return nil, err
		}
		return json.Marshal(parsed.Claims)
	}
}

// followJWX is a jwk.Cache, which knows nothing of tokens: to ask it again when a key
// is missing is up to the program.
func followJWX(t *testing.T, at string) verify {
	cache, err := jwk.NewCache(t.Context(), httprc.NewClient())
	require.NoError(t, err)
	t.Cleanup(func() { cache.Shutdown(context.WithoutCancel(t.Context())) })
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	require.NoError(t, cache.Register(ctx, at))
	return func(token, alg string) ([]byte, error) {
		set, err := cache.Lookup(t.Context(), at)
		if err != nil {
			return nil, err
		}
		payload, err := jws.Verify([]byte(token), jws.WithKeySet(set))
		if err == nil {
			return payload, nil
		}
		if set, err = cache.Refresh(t.Context(), at); err != nil {
			return nil, err
		}
		return jws.Verify([]byte(token), jws.WithKeySet(set))
	}
}

func followOIDC(t *testing.T, at string) verify {
	keys := oidc.NewRemoteKeySet(t.Context(), at)
	verifier := oidc.NewVerifier(claims()["iss"].(string), keys, &oidc.Config{SkipClientIDCheck: true, SupportedSigningAlgs: names, Now: now})
	return func(token, alg string) (claims []byte, err error) {
		id, err := verifier.Verify(t.Context(), token)
		if err != nil {
			return nil, err
		}
		var text json.RawMessage
		return text, id.Claims(&text)
	}
}

// followGoJose reads the set anew for each token, as it has no client.
func followGoJose(t *testing.T, at string) verify {
	client := &http.Client{Timeout: limit}
	return func(token, alg string) ([]byte, error) {
		response, err := client.Get(at)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("the answer was %s", response.Status)
		}
		var set gojose.JSONWebKeySet
		if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
			return nil, err
		}
		signed, err := gojose.ParseSignedCompact(token, []gojose.SignatureAlgorithm{gojose.SignatureAlgorithm(alg)})
		if err != nil {
			return nil, err
		}
		keys := set.Key(signed.Signatures[0].Header.KeyID)
		if len(keys) != 1 {
			return nil, errors.New("not one key of this ID")
		}
		return signed.Verify(keys[0])
	}
}

// algorithm is ParseAlgorithm for what must be one.
func algorithm(t *testing.T, name string) jwt.Algorithm {
	t.Helper()
	alg, err := jwt.ParseAlgorithm(name)
	require.NoError(t, err)
	return alg
}
