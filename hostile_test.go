package jwt_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// hostile is the table that grows by a line for each bug ever seen anywhere:
// what a decoder that asks for nothing must say of a token.
var hostile = []struct {
	name    string
	token   string
	class   error
	segment string // of the DecodeError, where it is one
	claim   string // of the InvalidTokenError
}{
	{"empty", "", jwt.ErrDecode, "", ""},
	{"no dots", "abc", jwt.ErrDecode, "", ""},
	{"one dot", "abc.def", jwt.ErrDecode, "", ""},
	{"four segments", claimed(`{}`) + ".e30", jwt.ErrDecode, "", ""},
	{"encrypted", "a.b.c.d.e", jwt.ErrDecode, "", ""},
	{"six segments", "a.b.c.d.e.f", jwt.ErrDecode, "", ""},
	{"only dots", strings.Repeat(".", 100_000), jwt.ErrDecode, "", ""},
	{"too long", claimed(`{"a":"` + strings.Repeat("a", 200_000) + `"}`), jwt.ErrDecode, "", ""},
	{"Bearer left on", "Bearer " + claimed(`{}`), jwt.ErrDecode, "header", ""},
	{"line break at the end", claimed(`{}`) + "\n", jwt.ErrDecode, "", ""},
	{"space at the start", " " + claimed(`{}`), jwt.ErrDecode, "", ""},
	{"JSON serialization", `{"payload":"e30","protected":"e30","signature":"..`, jwt.ErrDecode, "header", ""},

	{"header empty", forgeSegments("", b64(`{}`)), jwt.ErrDecode, "header", ""},
	{"header not base64url", forgeSegments("e30=", b64(`{}`)), jwt.ErrDecode, "header", ""},
	{"header not canonical", forgeSegments("e31", b64(`{}`)), jwt.ErrDecode, "header", ""},
	{"header no object", forge(`[]`, `{}`), jwt.ErrDecode, "header", ""},
	{"header null", forge(`null`, `{}`), jwt.ErrDecode, "header", ""},
	{"header with a name twice", forge(`{"alg":"HS256","alg":"HS256"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"header with an escaped name twice", forge(`{"alg":"HS256","\u0061lg":"HS256"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"header with two escaped names", forge(`{"alg":"HS256","\u0062":1,"b\u0000":2,"\u0062":3}`, `{}`), jwt.ErrDecode, "header", ""},
	{"header too large", forge(`{"alg":"HS256","x":"`+strings.Repeat("x", 16384)+`"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"header just too large", forge(`{"alg":"HS256","x":"`+strings.Repeat("x", 16384-21)+`"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"typ a number", forge(`{"alg":"HS256","typ":1}`, `{}`), jwt.ErrDecode, "header", ""},
	{"typ null", forge(`{"alg":"HS256","typ":null}`, `{}`), jwt.ErrDecode, "header", ""},
	{"cty a number", forge(`{"alg":"HS256","cty":1}`, `{}`), jwt.ErrDecode, "header", ""},
	{"cty JWT", forge(`{"alg":"HS256","cty":"JWT"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"cty jwt", forge(`{"alg":"HS256","cty":"jwt"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"cty application/jwt", forge(`{"alg":"HS256","cty":"Application/JWT"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"jku no string", forge(`{"alg":"HS256","jku":{}}`, `{}`), jwt.ErrDecode, "header", ""},
	{"x5u no string", forge(`{"alg":"HS256","x5u":[]}`, `{}`), jwt.ErrDecode, "header", ""},
	{"x5t no string", forge(`{"alg":"HS256","x5t":true}`, `{}`), jwt.ErrDecode, "header", ""},
	{"b64 false", forge(`{"alg":"HS256","b64":false}`, `{}`), jwt.ErrDecode, "header", ""},
	{"b64 false, critical", forge(`{"alg":"HS256","b64":false,"crit":["b64"]}`, `{}`), jwt.ErrDecode, "header", ""},
	{"b64 a string", forge(`{"alg":"HS256","b64":"true"}`, `{}`), jwt.ErrDecode, "header", ""},
	{"kid a number", forge(`{"alg":"HS256","kid":1}`, `{}`), jwt.ErrInvalidToken, "", ""},
	{"kid false", forge(`{"alg":"HS256","kid":false}`, `{}`), jwt.ErrInvalidToken, "", ""},
	{"crit unknown", forge(`{"alg":"HS256","crit":["exp"],"exp":1}`, `{}`), jwt.ErrInvalidToken, "", ""},
	{"crit b64", forge(`{"alg":"HS256","crit":["b64"],"b64":true}`, `{}`), jwt.ErrInvalidToken, "", ""},
	{"crit empty", forge(`{"alg":"HS256","crit":[]}`, `{}`), jwt.ErrInvalidToken, "", ""},
	{"crit null", forge(`{"alg":"HS256","crit":null}`, `{}`), jwt.ErrInvalidToken, "", ""},

	{"alg absent", forge(`{"typ":"JWT"}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},
	{"alg null", forge(`{"alg":null}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},
	{"alg an array", forge(`{"alg":["HS256"]}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},
	{"alg empty", forge(`{"alg":""}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},
	{"alg in lower case", forge(`{"alg":"hs256"}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},
	{"alg none", forge(`{"alg":"none"}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},
	{"alg none, unsigned", b64(`{"alg":"none"}`) + "." + b64(`{}`) + ".", jwt.ErrInvalidAlgorithm, "", ""},
	{"alg None, unsigned", b64(`{"alg":"None"}`) + "." + b64(`{}`) + ".", jwt.ErrInvalidAlgorithm, "", ""},
	{"alg of another", forge(`{"alg":"HS384"}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},
	{"alg very long", forge(`{"alg":"`+strings.Repeat("é", 2000)+`"}`, `{}`), jwt.ErrInvalidAlgorithm, "", ""},

	{"signature empty", cutSignature(claimed(`{}`)), jwt.ErrInvalidSignature, "signature", ""},
	{"signature short", claimed(`{}`)[:len(claimed(`{}`))-3], jwt.ErrInvalidSignature, "signature", ""},
	{"signature padded", claimed(`{}`) + "=", jwt.ErrDecode, "signature", ""},
	{"signature of another alphabet", cutSignature(claimed(`{}`)) + "++++", jwt.ErrDecode, "signature", ""},
	{"signature with spare bits", cutSignature(claimed(`{}`)) + "AB", jwt.ErrDecode, "signature", ""},

	{"payload not base64url", forgeSegments(b64(`{"alg":"HS256"}`), "!!!!"), jwt.ErrDecode, "payload", ""},
	{"payload with a line break", forgeSegments(b64(`{"alg":"HS256"}`), "e3\n0"), jwt.ErrDecode, "payload", ""},
	{"payload of one letter", forgeSegments(b64(`{"alg":"HS256"}`), "e"), jwt.ErrDecode, "payload", ""},
	{"payload empty", claimed(``), jwt.ErrDecode, "payload", ""},
	{"payload null", claimed(`null`), jwt.ErrDecode, "payload", ""},
	{"payload an array", claimed(`[{}]`), jwt.ErrDecode, "payload", ""},
	{"payload a string", claimed(`"{}"`), jwt.ErrDecode, "payload", ""},
	{"payload with a BOM", claimed("\ufeff{}"), jwt.ErrDecode, "payload", ""},
	{"payload twice", claimed(`{}{}`), jwt.ErrDecode, "payload", ""},
	{"payload with NUL", claimed("{}\x00"), jwt.ErrDecode, "payload", ""},
	{"payload cut", claimed(`{"a":1`), jwt.ErrDecode, "payload", ""},
	{"payload with a name twice", claimed(`{"sub":"a","sub":"a"}`), jwt.ErrDecode, "payload", ""},
	{"payload with a name twice, deep", claimed(`{"a":[{"b":1,"b":1}]}`), jwt.ErrDecode, "payload", ""},
	{"payload with many names, one twice", claimed(`{` + manyNames(1000) + `"n7":1}`), jwt.ErrDecode, "payload", ""},
	{"payload with many escaped names, one twice", claimed(`{` + manyNames(40) + `"\u006e39":1}`), jwt.ErrDecode, "payload", ""},
	{"payload nested too deep", claimed(`{"a":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`), jwt.ErrDecode, "payload", ""},
	{"payload of UTF-16", claimed("\xff\xfe{\x00}\x00"), jwt.ErrDecode, "payload", ""},

	{"exp a string", claimed(`{"exp":"1800000060"}`), jwt.ErrDecode, "payload", "exp"},
	{"exp null", claimed(`{"exp":null}`), jwt.ErrDecode, "payload", "exp"},
	{"exp true", claimed(`{"exp":true}`), jwt.ErrDecode, "payload", "exp"},
	{"exp an array", claimed(`{"exp":[1800000060]}`), jwt.ErrDecode, "payload", "exp"},
	{"exp in milliseconds", claimed(`{"exp":1800000060000}`), jwt.ErrDecode, "payload", "exp"},
	{"exp in the year 10000", claimed(`{"exp":253402300800}`), jwt.ErrDecode, "payload", "exp"},
	{"exp before the year 1", claimed(`{"exp":-62135596801}`), jwt.ErrDecode, "payload", "exp"},
	{"exp infinite", claimed(`{"exp":1e999}`), jwt.ErrDecode, "payload", "exp"},
	{"exp with a long exponent", claimed(`{"exp":1e` + strings.Repeat("9", 200) + `}`), jwt.ErrDecode, "payload", "exp"},
	{"nbf a string", claimed(`{"nbf":"0"}`), jwt.ErrDecode, "payload", "nbf"},
	{"iat a string", claimed(`{"iat":"0"}`), jwt.ErrInvalidIssuedAt, "", "iat"},
	{"iat null", claimed(`{"iat":null}`), jwt.ErrInvalidIssuedAt, "", "iat"},
	{"expired", claimed(`{"exp":1799999999}`), jwt.ErrExpired, "", "exp"},
	{"expired now", claimed(`{"exp":1800000000}`), jwt.ErrExpired, "", "exp"},
	{"expired at zero", claimed(`{"exp":0}`), jwt.ErrExpired, "", "exp"},
	{"expired below zero", claimed(`{"exp":-1}`), jwt.ErrExpired, "", "exp"},
	{"not yet valid", claimed(`{"nbf":1800000001}`), jwt.ErrImmature, "", "nbf"},
	{"made in the future", claimed(`{"iat":1800000001}`), jwt.ErrImmature, "", "iat"},
	{"not yet valid by a hair", claimed(`{"nbf":1800000000.0000000001}`), jwt.ErrImmature, "", "nbf"},
	{"iss a number", claimed(`{"iss":1}`), jwt.ErrInvalidIssuer, "", "iss"},
	{"iss null", claimed(`{"iss":null}`), jwt.ErrInvalidIssuer, "", "iss"},
	{"sub a number", claimed(`{"sub":1}`), jwt.ErrInvalidSubject, "", "sub"},
	{"jti an object", claimed(`{"jti":{}}`), jwt.ErrInvalidID, "", "jti"},
	{"aud nobody asked for", claimed(`{"aud":"api"}`), jwt.ErrInvalidAudience, "", "aud"},
	{"aud null", claimed(`{"aud":null}`), jwt.ErrInvalidAudience, "", "aud"},
	{"aud empty", claimed(`{"aud":""}`), jwt.ErrInvalidAudience, "", "aud"},
	{"aud of empty text", claimed(`{"aud":""}`), jwt.ErrInvalidAudience, "", "aud"},
	{"aud of numbers", claimed(`{"aud":[1]}`), jwt.ErrInvalidAudience, "", "aud"},
	{"aud an object", claimed(`{"aud":{"api":1}}`), jwt.ErrInvalidAudience, "", "aud"},
}

func manyNames(n int) string {
	var names strings.Builder
	for i := range n {
		fmt.Fprintf(&names, `"n%d":{"n1":0},`, i)
	}
	return names.String()
}

func TestHostile(t *testing.T) {
	key, err := jwt.NewKey(secret)
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(key, jwt.HS256, at(now))
	require.NoError(t, err)
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			claims, err := decoder.Decode(tt.token)
			assert.Nil(t, claims)
			assertClass(t, err, tt.class)
			assert.Less(t, len(err.Error()), 300)
			assert.True(t, strings.HasPrefix(err.Error(), "jwt: "))
			assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "))

			var invalid *jwt.InvalidTokenError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, tt.claim, invalid.Claim)
			assert.Equal(t, err.Error(), invalid.Error())
			assertClass(t, invalid, tt.class)
			invalid.Claim = "changed" // in a copy, as failures are made once for all callers
			assertClaim(t, err, tt.claim)
			var malformed *jwt.DecodeError
			if errors.As(err, &malformed) {
				assert.ErrorIs(t, tt.class, jwt.ErrDecode)
				assert.Equal(t, tt.segment, malformed.Segment)
				assert.Equal(t, err.Error(), malformed.Error())
				malformed.Segment = "changed"
				require.ErrorAs(t, err, &malformed)
				assert.Equal(t, tt.segment, malformed.Segment)
			} else {
				assert.NotErrorIs(t, err, jwt.ErrDecode)
			}

			// The other calls say the same.
			token, err := decoder.DecodeComplete(tt.token)
			assert.Nil(t, token)
			assertClass(t, err, tt.class)
			into := struct{ Sub string }{"before"}
			assertClass(t, decoder.DecodeInto(tt.token, &into), tt.class)
			assert.Equal(t, "before", into.Sub)
			as, err := jwt.DecodeAs[map[string]any](tt.token, secret, jwt.HS256, at(now))
			assert.Nil(t, as)
			assertClass(t, err, tt.class)
		})
	}
}

// Every change of one character must be refused: there is one text per token.
func TestEveryOneCharacterChange(t *testing.T) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\"\x00"
	require.Len(t, letters, 72)
	key, err := jwt.NewKey(secret)
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(key, jwt.HS256, at(now))
	require.NoError(t, err)
	token := claimed(`{"sub":"alice","exp":1800000060}`)
	_, err = decoder.Decode(token)
	require.NoError(t, err)
	tried := 0
	refused := func(changed string) {
		if changed == token {
			return
		}
		tried++
		claims, err := decoder.Decode(changed)
		if !errors.Is(err, jwt.ErrInvalidToken) || claims != nil {
			t.Errorf("%q: %v, %v", changed, claims, err)
		}
	}
	for i := 0; i <= len(token); i++ {
		for _, c := range []byte(letters) {
			refused(token[:i] + string(c) + token[i:])
			if i < len(token) {
				refused(token[:i] + string(c) + token[i+1:])
			}
		}
		if i < len(token) {
			refused(token[:i] + token[i+1:])
		}
	}
	assert.Greater(t, tried, 2*70*len(token))
}
