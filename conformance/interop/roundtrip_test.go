package interop

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// algorithms are those of the matrix; a client has those that it says it has.
var algorithms = []jwt.Algorithm{
	jwt.HS256, jwt.HS384, jwt.HS512, jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512,
	jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519, jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87,
}

// A pair is one key in every form it can travel in.
type pair struct{ private, public []material }

// TestRoundTrip signs there and verifies here, and the other way round, with
// keys made here and keys made there, each travelling in each form.
func TestRoundTrip(t *testing.T) {
	// Keys of two origins, each in two forms (as JWK and PEM; a secret made there
	// and all keys of ML-DSA as JWK alone), in two directions.
	few := map[jwt.Algorithm]int{jwt.HS256: 6, jwt.HS384: 6, jwt.HS512: 6, jwt.MLDSA44: 4, jwt.MLDSA65: 4, jwt.MLDSA87: 4}
	// For each client, how many there are in the algorithms that it must have;
	// Ed25519 by that name, and ML-DSA where both sides have it, come on top.
	pinned := map[*client]int{pyjwtSystem: 98, pyjwtToday: 98, jose: 98, jsonwebtoken: 90}
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			c.need(t)
			ran, sum := 0, 0
			for _, alg := range algorithms {
				if !slices.Contains(c.Algorithms, alg.String()) {
					continue
				}
				t.Run(alg.String(), func(t *testing.T) {
					ours, err := makeHere(t, alg)
					if errors.Is(err, errors.ErrUnsupported) {
						t.Skip("this Go has no crypto/mldsa")
					}
					require.NoError(t, err)
					theirs := makeThere(t, c, alg)
					n := 0
					for _, keys := range []pair{ours, theirs} {
						for i := range keys.private {
							signThere(t, c, alg, keys.private[i], keys.public[i])
							signHere(t, c, alg, keys.private[i], keys.public[i])
							n += 2
						}
					}
					want, ok := few[alg]
					if !ok {
						want = 8
					}
					assert.Equal(t, want, n)
					if ran += n; alg <= jwt.EdDSA {
						sum += n
					}
				})
			}
			assert.Equal(t, pinned[c], sum)
			c.ran += ran
			t.Logf("%s %s: %d tokens made on one side and verified on the other", c.name, c.Version, ran)
		})
	}
}

func signThere(t *testing.T, c *client, alg jwt.Algorithm, private, public material) {
	t.Helper()
	kid := "k/ö 1"
	if c == jsonwebtoken {
		kid = "k/o 1" // its header is Latin-1, where RFC 7515, Section 2 wants UTF-8
	}
	answer := c.succeed(t, request{Op: "sign", Alg: alg.String(), Key: private, Claims: claims(), Header: map[string]any{"kid": kid}})
	decoded, err := jwt.DecodeComplete(answer.Token, read(t, public), alg, at())
	require.NoError(t, err, "%s signed with %s from %s", c.name, alg, private.Form)
	assert.Equal(t, kid, decoded.Header.KeyID)
	assertClaims(t, jsonOf(t, decoded.Claims))
	assertChangesRefused(t, c, alg, answer.Token, public)
}

func signHere(t *testing.T, c *client, alg jwt.Algorithm, private, public material) {
	t.Helper()
	token, err := jwt.Encode(claims(), read(t, private), jwt.WithAlgorithm(alg), jwt.WithKeyID("k/ö 1"))
	require.NoError(t, err, "%s with the key of %s from %s", alg, c.name, private.Form)
	answer := c.succeed(t, request{Op: "verify", Alg: alg.String(), Key: public, Token: token, Now: clock})
	assertClaims(t, answer.Claims)
	assertChangesRefused(t, c, alg, token, public)
}

// assertChangesRefused changes a character of each segment. Both sides must
// refuse that, and as the token's fault.
func assertChangesRefused(t *testing.T, c *client, alg jwt.Algorithm, token string, public material) {
	t.Helper()
	key := read(t, public)
	segments := strings.Split(token, ".")
	require.Len(t, segments, 3)
	for i, name := range []string{"header", "payload", "signature"} {
		changed := slices.Clone(segments)
		letters := []byte(changed[i])
		letters[len(letters)/2] = other(letters[len(letters)/2])
		changed[i] = string(letters)
		text := strings.Join(changed, ".")

		claims, err := jwt.Decode(text, key, alg, at())
		assert.Nil(t, claims)
		if name == "header" { // it may no longer be JSON, or name another algorithm
			assert.ErrorIs(t, err, jwt.ErrInvalidToken)
		} else {
			assert.ErrorIs(t, err, jwt.ErrInvalidSignature, "%s of %s", name, alg)
		}
		answer := c.call(t, request{Op: "verify", Alg: alg.String(), Key: public, Token: text, Now: clock})
		assert.NotEmpty(t, answer.Error, "%s took a changed %s", c.name, name)
		if name == "signature" || name == "payload" && c != jsonwebtoken { // which parses first
			assert.False(t, answer.Foreign, "%s: %s: %s", c.name, answer.Error, answer.Text)
		}
		assert.Empty(t, answer.Claims)
	}
}

func other(letter byte) byte {
	if letter == 'A' {
		return 'B'
	}
	return 'A'
}

// claims are of every JSON type, with names and text that are easily spoiled.
func claims() jwt.Claims {
	return jwt.Claims{
		"iss": "https://issuer.example/?a=1&b=2", "sub": "alice", "jti": "1", "iat": int64(clock), "nbf": int64(clock), "exp": int64(clock + 60),
		"text": "<Grüße>\u2028 \"\\\n\x7f 日本 🔑", "large": int64(1)<<53 - 1, "half": 0.5, "tiny": 5e-324, "minus": int64(-7),
		"yes": true, "nothing": nil, "": "no name", "list": []any{int64(1), "two", []any{}, map[string]any{}},
		"data": map[string]any{"name": "SmallStars", "authority": "0"},
	}
}

func assertClaims(t *testing.T, got []byte) {
	t.Helper()
	assert.JSONEq(t, string(jsonOf(t, claims())), string(got))
}

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

func at() jwt.Option { return jwt.WithClock(func() time.Time { return time.Unix(clock, 0) }) }

// read makes a key of what came.
func read(t *testing.T, m material) (key *jwt.Key) {
	t.Helper()
	var err error
	switch m.Form {
	case "raw":
		octets, e := base64.RawURLEncoding.DecodeString(m.Text)
		require.NoError(t, e)
		key, err = jwt.NewKey(octets)
	case "jwk":
		key, err = jwt.ParseJWK([]byte(m.Text))
	case "pem":
		key, err = jwt.ParsePEM([]byte(m.Text))
	}
	require.NoError(t, err, "%s: %s", m.Form, m.Text)
	return key
}

// makeThere has the client make a key.
func makeThere(t *testing.T, c *client, alg jwt.Algorithm) (p pair) {
	t.Helper()
	answer := c.succeed(t, request{Op: "generate", Alg: alg.String()})
	for _, form := range slices.Sorted(maps.Keys(answer.Pair["private"])) {
		if form == "pem" && alg&(jwt.MLDSA44|jwt.MLDSA65|jwt.MLDSA87) != 0 {
			continue // keys of ML-DSA travel as JWK
		}
		p.private = append(p.private, material{form, answer.Pair["private"][form]})
		p.public = append(p.public, material{form, answer.Pair["public"][form]})
	}
	return p
}

var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// makeHere makes a key, its PEM by crypto/x509, its JWK by ours.
func makeHere(t *testing.T, alg jwt.Algorithm) (p pair, err error) {
	t.Helper()
	var private any
	switch alg {
	case jwt.HS256, jwt.HS384, jwt.HS512:
		key, err := jwt.NewKey(secret)
		require.NoError(t, err)
		jwk, err := key.MarshalPrivateJWK()
		require.NoError(t, err)
		p.private = []material{{"jwk", string(jwk)}, {"raw", base64.RawURLEncoding.EncodeToString(secret)}}
		p.public = p.private
		return p, nil
	case jwt.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jwt.ES384:
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case jwt.ES512:
		private, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case jwt.EdDSA, jwt.Ed25519:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87:
		key, err := jwt.GenerateKey(alg)
		if err != nil {
			return p, err
		}
		p.private, p.public = asJWKs(t, key)
		return p, nil
	default:
		private, err = rsaKey()
	}
	require.NoError(t, err)
	key, err := jwt.NewKey(private)
	require.NoError(t, err)
	p.private, p.public = asJWKs(t, key)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	p.private = append(p.private, pemOf("PRIVATE KEY", der))
	der, err = x509.MarshalPKIXPublicKey(key.CryptoPublic())
	require.NoError(t, err)
	p.public = append(p.public, pemOf("PUBLIC KEY", der))
	return p, nil
}

func asJWKs(t *testing.T, key *jwt.Key) (private, public []material) {
	t.Helper()
	text, err := key.MarshalPrivateJWK()
	require.NoError(t, err)
	private = []material{{"jwk", string(text)}}
	text, err = json.Marshal(key.Public())
	require.NoError(t, err)
	return private, []material{{"jwk", string(text)}}
}

func pemOf(kind string, der []byte) material {
	return material{"pem", string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))}
}
