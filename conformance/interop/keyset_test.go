package interop

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A key set that is published here, tokens of each of its keys, and the clients
// that find the key by its ID.
func TestKeySet(t *testing.T) {
	private := map[string]*jwt.Key{}
	var public []*jwt.Key
	used := map[string]jwt.Algorithm{"rs": jwt.RS256, "p256": jwt.ES256, "p384": jwt.ES384, "p521": jwt.ES512, "ed": jwt.EdDSA}
	for kid, alg := range used {
		material, err := makeHere(t, alg)
		require.NoError(t, err)
		key, err := jwt.ParseJWK([]byte(material.private[0].Text), jwt.WithKeyID(kid), jwt.WithKeyAlgorithm(alg))
		require.NoError(t, err)
		private[kid] = key
		public = append(public, key.Public())
	}
	set, err := jwt.NewKeySet(public...)
	require.NoError(t, err)
	text, err := json.Marshal(set)
	require.NoError(t, err)

	for _, c := range []*client{pyjwtSystem, pyjwtToday, jose} {
		t.Run(c.name, func(t *testing.T) {
			c.need(t)
			for kid, alg := range used {
				token, err := jwt.Encode(claims(), private[kid])
				require.NoError(t, err)
				answer := c.succeed(t, request{Op: "verify-set", Alg: alg.String(), Set: string(text), Token: token, Now: clock})
				assertClaims(t, answer.Claims)

				claims, err := jwt.Decode(token, set, alg, at())
				require.NoError(t, err)
				assertClaims(t, jsonOf(t, claims))

				// The ID of another key.
				other := "p256"
				if kid == other {
					other = "p384"
				}
				head, rest, _ := strings.Cut(token, ".")
				header, err := base64.RawURLEncoding.DecodeString(head)
				require.NoError(t, err)
				changed := strings.Replace(string(header), `"kid":"`+kid+`"`, `"kid":"`+other+`"`, 1)
				require.NotEqual(t, string(header), changed)
				moved := base64.RawURLEncoding.EncodeToString([]byte(changed)) + "." + rest
				_, err = jwt.Decode(moved, set, alg, at())
				assert.ErrorIs(t, err, jwt.ErrInvalidAlgorithm)
				assert.NotEmpty(t, c.call(t, request{Op: "verify-set", Alg: alg.String(), Set: string(text), Token: moved, Now: clock}).Error)
				c.ran++
			}
		})
	}
}

// The thumbprint (RFC 7638) of each kind of key is the same on both sides.
func TestThumbprint(t *testing.T) {
	jose.need(t)
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA} {
		key := makeThere(t, jose, alg).public[0]
		require.Equal(t, "jwk", key.Form)
		answer := jose.succeed(t, request{Op: "thumbprint", Key: key})
		assert.Equal(t, answer.Text, read(t, key).Thumbprint(), alg.String())
		jose.ran++
	}
}

// Octets that are no claims, as the payload; left out of the token, and signed
// without base64url (RFC 7797).
func TestOctets(t *testing.T) {
	jose.need(t)
	payload := []byte("any octets: \x00\xff. $.02")
	keys, err := makeHere(t, jwt.ES256)
	require.NoError(t, err)
	private, public := read(t, keys.private[0]), read(t, keys.public[0])
	for _, test := range []struct {
		name   string
		header map[string]any
		sign   []jwt.EncodeOption
		verify []jwt.DecodeOption
	}{
		{"within", map[string]any{}, nil, nil},
		{
			"unencoded",
			map[string]any{"b64": false, "crit": []string{"b64"}},
			[]jwt.EncodeOption{jwt.WithUnencodedPayload()},
			[]jwt.DecodeOption{jwt.WithDetachedPayload(payload)},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			octets := base64.RawURLEncoding.EncodeToString(payload)
			answer := jose.succeed(t, request{Op: "sign-octets", Alg: "ES256", Key: keys.private[0], Octets: octets, Header: test.header})
			got, err := jwt.Verify(answer.Token, public, jwt.ES256, test.verify...)
			require.NoError(t, err)
			assert.Equal(t, payload, got)

			token, err := jwt.Sign(payload, private, append(test.sign, jwt.WithAlgorithm(jwt.ES256))...)
			require.NoError(t, err)
			ask := request{Op: "verify-octets", Alg: "ES256", Key: keys.public[0], Octets: octets, Header: test.header, Token: token}
			answer = jose.succeed(t, ask)
			assert.Equal(t, octets, answer.Text)

			// The same token with other octets.
			changed := append([]byte("A"), payload[1:]...)
			ask.Octets = base64.RawURLEncoding.EncodeToString(changed)
			if test.verify != nil {
				_, err = jwt.Verify(token, public, jwt.ES256, jwt.WithDetachedPayload(changed))
			} else {
				_, err = jwt.Verify(strings.Replace(token, "."+octets+".", "."+ask.Octets+".", 1), public, jwt.ES256)
			}
			assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
			answer = jose.call(t, ask)
			assert.Equal(t, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", answer.Error)
			jose.ran += 2
		})
	}
}
