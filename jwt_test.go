package jwt_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// secret serves all three HMAC algorithms. It is no secret: real ones come from
// a random source and never stand in a program.
var secret = []byte("sixty-four octets, which is what HS512 asks for, and not a secret")[:64]

var now = time.Unix(1_800_000_000, 0)

func at(t time.Time) jwt.Option { return jwt.WithClock(func() time.Time { return t }) }

func b64(octets string) string { return base64.RawURLEncoding.EncodeToString([]byte(octets)) }

// forge signs any header and payload with HS256, by the standard library alone.
func forge(header, payload string) string { return forgeSegments(b64(header), b64(payload)) }

func forgeSegments(header, payload string) string {
	return header + "." + payload + "." + macOf(sha256.New, header+"."+payload)
}

func macOf(h func() hash.Hash, input string) string {
	m := hmac.New(h, secret)
	m.Write([]byte(input))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// claimed signs a payload under the usual header.
func claimed(payload string) string { return forge(`{"alg":"HS256","typ":"JWT"}`, payload) }

func TestRoundTrip(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512} {
		t.Run(alg.String(), func(t *testing.T) {
			payload := jwt.Claims{"data": map[string]any{"name": "SmallStars"}, "n": int64(1) << 60}
			token, err := jwt.Encode(payload, secret, jwt.WithAlgorithm(alg), jwt.WithExpiresIn(time.Minute), at(now))
			require.NoError(t, err)

			claims, err := jwt.Decode(token, secret, alg, at(now))
			require.NoError(t, err)
			assert.Equal(t, jwt.Claims{"data": map[string]any{"name": "SmallStars"}, "n": int64(1) << 60, "exp": now.Unix() + 60}, claims)
			assert.Len(t, payload, 2, "the payload is the caller's")

			hashes := map[jwt.Algorithm]func() hash.Hash{jwt.HS256: sha256.New, jwt.HS384: sha512.New384, jwt.HS512: sha512.New}
			cut := strings.LastIndexByte(token, '.')
			assert.Equal(t, macOf(hashes[alg], token[:cut]), token[cut+1:], "the MAC is that of RFC 7518, Section 3.2")

			for _, other := range []jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512} {
				if other != alg {
					_, err = jwt.Decode(token, secret, other, at(now))
					assert.ErrorIs(t, err, jwt.ErrInvalidAlgorithm)
				}
			}
			_, err = jwt.Decode(token, secret, jwt.HS256|jwt.HS384|jwt.HS512, at(now))
			assert.NoError(t, err)
		})
	}
}

// The tokens of the RFCs, their JSON with line breaks and all. Their "exp" is of
// 2011.
func TestRFCTokens(t *testing.T) {
	key, err := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	require.NoError(t, err)
	// RFC 7515, Appendix A.1; RFC 7519, Section 3.1 is the same.
	const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." +
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	claims, err := jwt.Decode(token, key, jwt.HS256, at(time.Unix(1300819379, 0)))
	require.NoError(t, err)
	assert.Equal(t, jwt.Claims{"iss": "joe", "exp": int64(1300819380), "http://example.com/is_root": true}, claims)
	_, err = jwt.Decode(token, key, jwt.HS256)
	assert.ErrorIs(t, err, jwt.ErrExpired)
}

// What the reference writes for
//
//	jwt.encode({"data": {"name": "SmallStars", "authority": "0"}, "exp": 1800000000}, salt, headers={"typ": "jwt", "alg": "HS256"})
//
// with a typ in lower case.
func TestPyJWTToken(t *testing.T) {
	token := forge(`{"alg":"HS256","typ":"jwt"}`, `{"data":{"name":"SmallStars","authority":"0"},"exp":1800000000}`)
	claims, err := jwt.Decode(token, secret, jwt.HS256, at(now.Add(-time.Second)), jwt.WithType("JWT"))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"name": "SmallStars", "authority": "0"}, claims["data"])
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

// altered changes one letter of the signature for another that is as good.
func altered(token string) string {
	i := len(token) - 10
	other := "A"
	if token[i] == 'A' {
		other = "B"
	}
	return token[:i] + other + token[i+1:]
}

func cutSignature(token string) string { return token[:strings.LastIndexByte(token, '.')+1] }

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

// classes are all of them, each with its parent.
var classes = map[error]error{
	jwt.ErrInvalidToken: nil, jwt.ErrDecode: jwt.ErrInvalidToken, jwt.ErrInvalidSignature: jwt.ErrDecode,
	jwt.ErrInvalidAlgorithm: jwt.ErrInvalidToken, jwt.ErrExpired: jwt.ErrInvalidToken, jwt.ErrImmature: jwt.ErrInvalidToken,
	jwt.ErrInvalidIssuedAt: jwt.ErrInvalidToken, jwt.ErrInvalidIssuer: jwt.ErrInvalidToken, jwt.ErrInvalidAudience: jwt.ErrInvalidToken,
	jwt.ErrInvalidSubject: jwt.ErrInvalidToken, jwt.ErrInvalidID: jwt.ErrInvalidToken, jwt.ErrInvalidType: jwt.ErrInvalidToken,
	jwt.ErrMissingClaim: jwt.ErrInvalidToken, jwt.ErrKeyNotFound: jwt.ErrInvalidToken,
	jwt.ErrInvalidKey: nil, jwt.ErrUnavailable: nil, jwt.ErrKeySet: jwt.ErrUnavailable, jwt.ErrInvalidOption: nil,
}

// assertClass wants err to match its class and the parents, and no other class.
func assertClass(t *testing.T, err, class error) {
	t.Helper()
	require.Error(t, err)
	want := map[error]bool{}
	for c := class; c != nil; c = classes[c] {
		want[c] = true
	}
	for c := range classes {
		assert.Equal(t, want[c], errors.Is(err, c), "%v: %v", err, c)
	}
}

func TestErrorTree(t *testing.T) {
	for class, parent := range classes {
		assertClass(t, class, class)
		assert.Equal(t, parent, errors.Unwrap(class))
		if parent != nil {
			assert.ErrorIs(t, class, parent)
			assert.NotErrorIs(t, parent, class)
		}
	}
	// Data types that a program makes for its tests speak for their class.
	assertClass(t, &jwt.InvalidTokenError{Claim: "role"}, jwt.ErrInvalidToken)
	assertClass(t, &jwt.DecodeError{}, jwt.ErrDecode)
	assertClass(t, &jwt.ExpiredError{}, jwt.ErrExpired)
	assert.NotEmpty(t, (&jwt.ExpiredError{}).Error())
	// A class that a program returns has the data that are promised for it.
	data := map[error][2]string{
		jwt.ErrInvalidIssuer: {"iss"}, jwt.ErrInvalidAudience: {"aud"}, jwt.ErrInvalidSubject: {"sub"}, jwt.ErrInvalidID: {"jti"},
		jwt.ErrInvalidIssuedAt: {"iat"}, jwt.ErrInvalidSignature: {"", "signature"},
	}
	for class := range classes {
		for _, err := range []error{class, fmt.Errorf("mine: %w", class), errors.Join(errors.New("x"), class)} {
			var invalid *jwt.InvalidTokenError
			var malformed *jwt.DecodeError
			var expired *jwt.ExpiredError
			if assert.Equal(t, errors.Is(class, jwt.ErrInvalidToken), errors.As(err, &invalid), class) && invalid != nil {
				assert.Equal(t, data[class][0], invalid.Claim)
				assert.Equal(t, class.Error(), invalid.Error())
				assertClass(t, invalid, class)
				invalid.Claim = "changed" // in a copy
				var again *jwt.InvalidTokenError
				require.ErrorAs(t, err, &again)
				assert.Equal(t, data[class][0], again.Claim)
			}
			if assert.Equal(t, errors.Is(class, jwt.ErrDecode), errors.As(err, &malformed), class) && malformed != nil {
				assert.Equal(t, data[class][1], malformed.Segment)
				assertClass(t, malformed, class)
			}
			if assert.Equal(t, class == jwt.ErrExpired, errors.As(err, &expired), class) && expired != nil {
				assert.Zero(t, expired.ExpiresAt)
				assert.Zero(t, expired.Now)
				assert.Nil(t, expired.Token)
				assertClass(t, expired, class)
			}
		}
	}
	// A key's or an option's fault has no token's data.
	_, err := jwt.Decode("", secret, 0)
	var invalid *jwt.InvalidTokenError
	var malformed *jwt.DecodeError
	var expired *jwt.ExpiredError
	assert.False(t, errors.As(err, &invalid) || errors.As(err, &malformed) || errors.As(err, &expired))
}

func TestDecodeComplete(t *testing.T) {
	token := forge(`{"alg":"HS256","typ":"at+jwt","cty":"json","kid":"k1","x":[1,{"y":1.5}]}`, ` {"sub":"alice","n":12345678901234567890} `)
	got, err := jwt.DecodeComplete(token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, jwt.HS256, got.Header.Algorithm)
	assert.Equal(t, "at+jwt", got.Header.Type)
	assert.Equal(t, "json", got.Header.ContentType)
	assert.Equal(t, "k1", got.Header.KeyID)
	x, ok := got.Header.Param("x")
	assert.True(t, ok)
	assert.Equal(t, []any{int64(1), map[string]any{"y": 1.5}}, x)
	_, ok = got.Header.Param("X")
	assert.False(t, ok)
	assert.Equal(t, jwt.Claims{"sub": "alice", "n": json.Number("12345678901234567890")}, got.Claims)
	assert.Equal(t, ` {"sub":"alice","n":12345678901234567890} `, string(got.Payload))
	assert.Len(t, got.Signature, 32)

	// A long header is whole too.
	long := `{"alg":"HS256","x":"` + strings.Repeat("x", 5000) + `","y":"é"}`
	whole, err := jwt.DecodeComplete(forge(long, `{}`), secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, long, whole.Header.String())
	y, _ := whole.Header.Param("y")
	assert.Equal(t, "é", y)
	_, err = jwt.Decode(forge(strings.Replace(long, `"y":`, `"crit":["y"],"y":`, 1), `{}`), secret, jwt.HS256, jwt.WithCritical("y"))
	assert.NoError(t, err)

	var into struct {
		Sub string `json:"sub"`
		N   uint64 `json:"n"`
	}
	require.NoError(t, got.DecodeInto(&into))
	assert.Equal(t, uint64(12345678901234567890), into.N)
	var narrow struct {
		N int64 `json:"n"`
	}
	err = got.DecodeInto(&narrow)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClass(t, got.DecodeInto(narrow), jwt.ErrInvalidOption)
	assertClass(t, (*jwt.Token)(nil).DecodeInto(&narrow), jwt.ErrInvalidOption)
	assertClass(t, (&jwt.Token{Payload: []byte("[]")}).DecodeInto(&narrow), jwt.ErrDecode)
	require.NoError(t, (&jwt.Token{Claims: jwt.Claims{"sub": "made by hand"}}).DecodeInto(&into))
	assert.Equal(t, "made by hand", into.Sub)
	assertClass(t, (&jwt.Token{Claims: jwt.Claims{"sub": func() {}}}).DecodeInto(&into), jwt.ErrInvalidOption)
}

// A header that a program makes for its tests has just the fields.
func TestHeaderByHand(t *testing.T) {
	h := jwt.Header{Algorithm: jwt.HS256, Type: "JWT", ContentType: "c", KeyID: "k"}
	for name, want := range map[string]any{"alg": "HS256", "typ": "JWT", "cty": "c", "kid": "k"} {
		got, ok := h.Param(name)
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	for _, name := range []string{"alg", "typ", "cty", "kid"} {
		_, ok := jwt.Header{}.Param(name)
		assert.False(t, ok, name)
	}
	_, ok := h.Param("x")
	assert.False(t, ok)
	assert.JSONEq(t, `{"alg":"HS256","typ":"JWT","cty":"c","kid":"k"}`, h.String())
	assert.JSONEq(t, `{"alg":"HS256"}`, jwt.Header{Algorithm: jwt.HS256}.String())
	_, err := jwt.Header{Type: "\xff"}.MarshalJSON()
	assertClass(t, err, jwt.ErrInvalidOption)
}

func TestTokenPrintsWithoutSignature(t *testing.T) {
	text := claimed(`{"sub":"alice"}`)
	token, err := jwt.DecodeComplete(text, secret, jwt.HS256)
	require.NoError(t, err)
	signature := text[strings.LastIndexByte(text, '.')+1:]
	octets := fmt.Sprintf("%d", token.Signature)
	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q"} {
		fmt.Fprintf(&printed, verb+verb+"\n", token, *token)
	}
	asJSON, err := json.Marshal(token)
	require.NoError(t, err)
	printed.Write(asJSON)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
		slog.New(handler).Info("token", "token", token, "value", *token)
	}
	assert.Contains(t, printed.String(), "alice")
	assert.Contains(t, token.LogValue().String(), "alice")
	for _, never := range []string{
		signature, strings.Trim(octets, "[]"), fmt.Sprintf("%x", token.Signature), fmt.Sprintf("%X", token.Signature),
		base64.StdEncoding.EncodeToString(token.Signature), "Signature",
	} {
		assert.NotContains(t, printed.String(), never)
	}
}

// ExpiredError.Token is nil where more is wrong, and may be logged all the same.
func TestNilTokenPrints(t *testing.T) {
	var none *jwt.Token
	var logged strings.Builder
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("expired", "token", none)
	}
	assert.Equal(t, 2, strings.Count(logged.String(), "none"), logged.String())
	assert.NotContains(t, logged.String(), "panic")
	assert.Equal(t, "jwt.Token(none)", none.LogValue().String())
	assert.Equal(t, "<nil>", fmt.Sprint(none))
	text, err := json.Marshal(none)
	require.NoError(t, err)
	assert.Equal(t, "null", string(text))
}

func TestDecodeUnverified(t *testing.T) {
	for name, token := range map[string]string{
		"altered":  claimed(`{"sub":"alice"}`)[:len(claimed(`{"sub":"alice"}`))-4] + "AAAA",
		"none":     b64(`{"alg":"none"}`) + "." + b64(`{"sub":"alice"}`) + ".",
		"unknown":  forge(`{"alg":"ES999"}`, `{"sub":"alice"}`),
		"critical": forge(`{"alg":"HS256","crit":["x"]}`, `{"sub":"alice"}`),
		"expired":  forge(`{"alg":"HS256"}`, `{"sub":"alice","exp":1}`),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := jwt.DecodeUnverified(token)
			require.NoError(t, err)
			assert.Equal(t, "alice", got.Claims.Subject())
			assert.Contains(t, string(got.Payload), "alice")
			alg, ok := got.Header.Param("alg")
			assert.True(t, ok)
			assert.Equal(t, got.Header.Algorithm == 0, alg != "HS256")
		})
	}
	for name, tt := range map[string]struct {
		token string
		class error
	}{
		"shape":            {"a.b", jwt.ErrDecode},
		"header":           {forge(`{"alg":"HS256",}`, `{}`), jwt.ErrDecode},
		"alg absent":       {forge(`{}`, `{}`), jwt.ErrInvalidAlgorithm},
		"alg a number":     {forge(`{"alg":1}`, `{}`), jwt.ErrInvalidAlgorithm},
		"b64":              {forge(`{"alg":"HS256","b64":false}`, `{}`), jwt.ErrDecode},
		"kid":              {forge(`{"alg":"HS256","kid":1}`, `{}`), jwt.ErrInvalidToken},
		"payload":          {claimed(`{"a":1,"a":2}`), jwt.ErrDecode},
		"payload base64":   {forgeSegments(b64(`{"alg":"HS256"}`), "e31"), jwt.ErrDecode},
		"signature base64": {claimed(`{}`) + "=", jwt.ErrDecode},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := jwt.DecodeUnverified(tt.token)
			assert.Nil(t, got)
			assertClass(t, err, tt.class)
		})
	}
}

func TestSignAndVerify(t *testing.T) {
	octets := []byte("any octets \x00\xff, no JSON")
	token, err := jwt.Sign(octets, secret)
	require.NoError(t, err)
	assert.Equal(t, b64(`{"alg":"HS256"}`), token[:strings.IndexByte(token, '.')], "no typ unless it is set")
	got, err := jwt.Verify(token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, octets, got)

	token, err = jwt.Sign(nil, secret, jwt.WithType("x"), jwt.WithKeyID("k"), jwt.WithHeader("cty", "JWT"), jwt.WithAlgorithm(jwt.HS384))
	require.NoError(t, err)
	got, err = jwt.Verify(token, secret, jwt.HS384, jwt.WithType("X"), jwt.WithContext(t.Context()))
	require.NoError(t, err)
	assert.NotNil(t, got)
	assert.Empty(t, got)
	_, err = jwt.Verify(token, secret, jwt.HS384, jwt.WithType("y"))
	assertClass(t, err, jwt.ErrInvalidType)
	_, err = jwt.Decode(token, secret, jwt.HS384)
	assertClass(t, err, jwt.ErrDecode)

	for name, tt := range map[string]struct {
		token string
		class error
	}{
		"shape":     {"a", jwt.ErrDecode},
		"header":    {forge(`[]`, ``), jwt.ErrDecode},
		"b64":       {forge(`{"alg":"HS256","b64":false,"crit":["b64"]}`, ``), jwt.ErrDecode},
		"crit":      {forge(`{"alg":"HS256","crit":["x"]}`, ``), jwt.ErrInvalidToken},
		"crit b64":  {forge(`{"alg":"HS256","crit":["b64"]}`, ``), jwt.ErrInvalidToken},
		"algorithm": {forge(`{"alg":"none"}`, ``), jwt.ErrInvalidAlgorithm},
		"signature": {cutSignature(claimed(``)), jwt.ErrInvalidSignature},
		"payload":   {forgeSegments(b64(`{"alg":"HS256"}`), "e31"), jwt.ErrDecode},
		"no typ":    {claimedWithout(), jwt.ErrInvalidType},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := jwt.Verify(tt.token, secret, jwt.HS256, jwt.WithType("JWT"))
			assert.Nil(t, got)
			assertClass(t, err, tt.class)
		})
	}
	// What is prepared serves both, each with the header that it has alone.
	for name, opts := range map[string][]jwt.EncodeOption{
		"no type": nil, "a type": {jwt.WithType("x")}, "left out": {jwt.WithType("")}, "more": {jwt.WithKeyID("k"), jwt.WithHeader("x", 1), jwt.WithAlgorithm(jwt.HS384)},
	} {
		encoder, err := jwt.NewEncoder(secret, opts...)
		require.NoError(t, err)
		signed, err := jwt.Sign(octets, secret, opts...)
		require.NoError(t, err)
		again, err := encoder.Sign(octets)
		require.NoError(t, err)
		assert.Equal(t, signed, again, name)
		token, err := encoder.Encode(jwt.Claims{})
		require.NoError(t, err)
		assert.Equal(t, encoded(t, jwt.Claims{}, opts...), token, name)
	}
	// An extension that is known, and changes nothing.
	_, err = jwt.Verify(forge(`{"alg":"HS256","b64":true,"crit":["b64"]}`, ``), secret, jwt.HS256)
	assert.NoError(t, err)
}

func claimedWithout() string { return forge(`{"alg":"HS256"}`, `{}`) }

func TestDetached(t *testing.T) {
	payload := []byte("$.02")
	for name, opt := range map[string]jwt.EncodeOption{"encoded": jwt.WithDetached(), "unencoded": jwt.WithUnencodedPayload()} {
		t.Run(name, func(t *testing.T) {
			token, err := jwt.Sign(payload, secret, opt)
			require.NoError(t, err)
			require.Contains(t, token, "..")
			given := []byte("$.02")
			got, err := jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload(given), jwt.WithMaxSize(len(token)))
			require.NoError(t, err)
			assert.Equal(t, payload, got)
			got[0] = '#'
			assert.Equal(t, payload, given, "what is returned is a copy")

			_, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload([]byte("$.03")))
			assertClass(t, err, jwt.ErrInvalidSignature)
			_, err = jwt.Verify(token, secret, jwt.HS256)
			assert.ErrorIs(t, err, jwt.ErrDecode)
			_, err = jwt.Decode(token, secret, jwt.HS256)
			assert.ErrorIs(t, err, jwt.ErrDecode)
		})
	}
	// RFC 7797, Section 4.2, with its key: the token of an unencoded payload.
	key, err := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	require.NoError(t, err)
	const rfc = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"
	got, err := jwt.Verify(rfc, key, jwt.HS256, jwt.WithDetachedPayload(payload))
	require.NoError(t, err)
	assert.Equal(t, payload, got)
	made, err := jwt.Sign(payload, key, jwt.WithUnencodedPayload())
	require.NoError(t, err)
	assert.Equal(t, rfc, made)

	for name, token := range map[string]string{
		"a payload of its own": forge(`{"alg":"HS256"}`, "$.02"),
		"b64 without crit":     forgeSegments(b64(`{"alg":"HS256","b64":false}`), ""),
	} {
		_, err := jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload(payload))
		assertClass(t, err, jwt.ErrDecode)
		_ = name
	}
	_, err = jwt.Verify(forge(`{"alg":"HS256","b64":true,"crit":["b64","x"],"x":1}`, ""), secret, jwt.HS256, jwt.WithDetachedPayload(payload))
	assertClass(t, err, jwt.ErrInvalidToken)
	// "crit" is exactly ["b64"], or nothing is unencoded.
	for _, crit := range []string{`[]`, `["b64","b64"]`, `["b64","x"]`, `["x","b64"]`, `["B64"]`, `"b64"`, `{"b64":1}`, `[["b64"]]`, `null`} {
		header := b64(`{"alg":"HS256","b64":false,"crit":` + crit + `,"x":1}`)
		for _, input := range []string{header + ".$.02", header + "." + b64("$.02")} {
			got, err := jwt.Verify(header+".."+macOf(sha256.New, input), secret, jwt.HS256, jwt.WithDetachedPayload(payload))
			assert.Nil(t, got)
			assert.ErrorIs(t, err, jwt.ErrInvalidToken, crit)
		}
	}
	// An empty payload is a payload.
	token, err := jwt.Sign(nil, secret, jwt.WithDetached())
	require.NoError(t, err)
	got, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload(nil))
	require.NoError(t, err)
	assert.Equal(t, []byte{}, got)
}

func TestPadding(t *testing.T) {
	pad := func(segment string) string { return segment + strings.Repeat("=", (4-len(segment)%4)%4) }
	const header = `{"alg":"HS256","x":"y"}` // which takes padding
	for _, payload := range []string{`{"a":1}`, `{"a":12}`, `{"a":123}`} {
		input := pad(b64(header)) + "." + pad(b64(payload))
		token := input + "." + pad(macOf(sha256.New, input))
		key, err := jwt.NewKey(secret)
		require.NoError(t, err)
		padded, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithPadding())
		require.NoError(t, err)
		plain, err := jwt.NewDecoder(key, jwt.HS256)
		require.NoError(t, err)
		// In this order, so that what one of them remembers of the key's tokens
		// would show in the other.
		_, err = padded.Decode(token)
		assert.NoError(t, err)
		_, err = plain.Decode(token)
		assert.ErrorIs(t, err, jwt.ErrDecode)
		_, err = plain.Decode(input + "." + macOf(sha256.New, input))
		assert.ErrorIs(t, err, jwt.ErrDecode, "the signature without it")
		bare := forge(header, payload)
		_, err = plain.Decode(bare)
		assert.NoError(t, err)
		_, err = padded.Decode(bare)
		assert.ErrorIs(t, err, jwt.ErrDecode)
		_, err = plain.Decode(token)
		assert.ErrorIs(t, err, jwt.ErrDecode)
	}
	for _, segment := range []string{"e30", "e30==", "e31=", "e30=====", "====", "e===", "e30\n", "e3=0"} {
		input := pad(b64(`{"alg":"HS256"}`)) + "." + segment
		_, err := jwt.Decode(input+"."+pad(macOf(sha256.New, input)), secret, jwt.HS256, jwt.WithPadding())
		assert.ErrorIs(t, err, jwt.ErrDecode, segment)
	}
	// A segment that is not padded is not read as an empty one, of which no JSON would tell.
	for _, segment := range []string{"YQ", "YWI", "YWJjZA"} {
		input := pad(b64(`{"alg":"HS256"}`)) + "." + segment
		octets, err := jwt.Verify(input+"."+pad(macOf(sha256.New, input)), secret, jwt.HS256, jwt.WithPadding())
		assert.Nil(t, octets)
		assertClass(t, err, jwt.ErrDecode)
		input = pad(b64(`{"alg":"HS256"}`)) + "." + pad(segment)
		octets, err = jwt.Verify(input+"."+macOf(sha256.New, input), secret, jwt.HS256, jwt.WithPadding())
		assert.Nil(t, octets)
		assertClass(t, err, jwt.ErrDecode)
		octets, err = jwt.Verify(input+"."+pad(macOf(sha256.New, input)), secret, jwt.HS256, jwt.WithPadding())
		require.NoError(t, err)
		assert.Equal(t, pad(segment), base64.URLEncoding.EncodeToString(octets))
	}
	// A detached payload is padded in the signing input too.
	input := pad(b64(`{"alg":"HS256"}`)) + "."
	_, err := jwt.Verify(input+"."+pad(macOf(sha256.New, input+"YQ==")), secret, jwt.HS256, jwt.WithPadding(), jwt.WithDetachedPayload([]byte("a")))
	assert.NoError(t, err)
}

func TestMaxSize(t *testing.T) {
	token := claimed(`{"a":"` + strings.Repeat("a", 300_000) + `"}`)
	_, err := jwt.Decode(token, secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
	_, err = jwt.Decode(token, secret, jwt.HS256, jwt.WithMaxSize(len(token)-1))
	assertClass(t, err, jwt.ErrDecode)
	_, err = jwt.Decode(token, secret, jwt.HS256, jwt.WithMaxSize(len(token)))
	assert.NoError(t, err)
	// To the character: 256 KiB where nothing else is said, and always in DecodeUnverified.
	const most = 256 << 10
	ofLength := func(n int) string {
		header := `{"alg":"HS256","typ":"JWT"}`
		room := n - len(forge(header, ""))
		if room%4 == 1 { // as no base64url has
			header += " "
			room = n - len(forge(header, ""))
		}
		return forge(header, `{"a":"`+strings.Repeat("a", room*3/4-8)+`"}`)
	}
	for n, class := range map[int]error{most - 1: nil, most: nil, most + 1: jwt.ErrDecode, most + 2: jwt.ErrDecode} {
		token := ofLength(n)
		require.Len(t, token, n)
		_, decodeErr := jwt.Decode(token, secret, jwt.HS256)
		_, verifyErr := jwt.Verify(token, secret, jwt.HS256)
		_, lookErr := jwt.DecodeUnverified(token)
		for _, err := range []error{decodeErr, verifyErr, lookErr} {
			if class == nil {
				assert.NoError(t, err, n)
			} else {
				assertClass(t, err, class)
			}
		}
	}
	// The header's own bound is the same whatever the size.
	header := func(n int) string { return `{"alg":"HS256","x":"` + strings.Repeat("x", n-22) + `"}` }
	require.Len(t, header(16384), 16384)
	_, err = jwt.Decode(forge(header(16384), `{}`), secret, jwt.HS256, jwt.WithMaxSize(1<<30))
	assert.NoError(t, err)
	_, err = jwt.Decode(forge(header(16385), `{}`), secret, jwt.HS256, jwt.WithMaxSize(1<<30))
	assertClass(t, err, jwt.ErrDecode)
}

// Zero values and nil pointers of our types are an error where they are used.
func TestZeroValues(t *testing.T) {
	for name, use := range map[string]func() (any, error){
		"nil Key":      func() (any, error) { return jwt.Decode("", (*jwt.Key)(nil), jwt.HS256) },
		"zero Key":     func() (any, error) { return jwt.Decode("", &jwt.Key{}, jwt.HS256) },
		"nil KeySet":   func() (any, error) { return jwt.Decode("", (*jwt.KeySet)(nil), jwt.HS256) },
		"zero KeySet":  func() (any, error) { return jwt.Decode("", &jwt.KeySet{}, jwt.HS256) },
		"nil secret":   func() (any, error) { return jwt.Decode("", []byte(nil), jwt.HS256) },
		"signing with": func() (any, error) { return jwt.Encode(jwt.Claims{}, (*jwt.Key)(nil)) },
		"NewKey of it": func() (any, error) { return jwt.NewKey((*jwt.Key)(nil)) },
		"NewEncoder":   func() (any, error) { return jwt.NewEncoder(&jwt.Key{}) },
		"NewDecoder":   func() (any, error) { return jwt.NewDecoder(&jwt.Key{}, jwt.HS256) },
		"Sign":         func() (any, error) { return jwt.Sign(nil, &jwt.Key{}) },
		"Verify":       func() (any, error) { return jwt.Verify("", &jwt.Key{}, jwt.HS256) },
		"DecodeAs":     func() (any, error) { return jwt.DecodeAs[jwt.Claims]("", &jwt.Key{}, jwt.HS256) },
		"Complete":     func() (any, error) { return jwt.DecodeComplete("", &jwt.Key{}, jwt.HS256) },
		"MarshalJSON":  func() (any, error) { return new(jwt.Key).MarshalJSON() },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := use()
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Empty(t, got)
		})
	}
	for name, use := range map[string]func() (any, error){
		"nil Encoder":       func() (any, error) { return (*jwt.Encoder)(nil).Encode(jwt.Claims{}) },
		"zero Encoder":      func() (any, error) { return new(jwt.Encoder).AppendEncode(nil, jwt.Claims{}) },
		"zero Encoder Sign": func() (any, error) { return new(jwt.Encoder).Sign(nil) },
		"nil Decoder":       func() (any, error) { return (*jwt.Decoder)(nil).Decode("") },
		"zero Decoder":      func() (any, error) { return new(jwt.Decoder).DecodeComplete("") },
		"zero Decoder into": func() (any, error) { return nil, new(jwt.Decoder).DecodeInto("", &struct{}{}) },
		"zero Verify":       func() (any, error) { return new(jwt.Decoder).Verify("") },
		"nil DecodeContext": func() (any, error) { return (*jwt.Decoder)(nil).DecodeContext(t.Context(), "") },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := use()
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Empty(t, got)
		})
	}
}

// One Key, Encoder and Decoder serve many goroutines; run it with -race.
func TestConcurrentUse(t *testing.T) {
	key, err := jwt.NewKey(secret, jwt.WithKeyID("k"))
	require.NoError(t, err)
	encoder, err := jwt.NewEncoder(key, jwt.WithExpiresIn(time.Minute), jwt.WithRandomID())
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithRequired("exp"))
	require.NoError(t, err)
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 100 {
				subject := fmt.Sprint(g, i)
				token, err := encoder.Encode(jwt.Claims{"sub": subject})
				if !assert.NoError(t, err) {
					return
				}
				claims, err := decoder.Decode(token)
				if !assert.NoError(t, err) || !assert.Equal(t, subject, claims.Subject()) {
					return
				}
				_, err = decoder.Decode(altered(token))
				assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
			}
		})
	}
	group.Wait()
}

// Nothing that is returned or kept shares memory with what was given.
func TestNothingIsShared(t *testing.T) {
	raw := append([]byte{}, secret...)
	key, err := jwt.NewKey(raw)
	require.NoError(t, err)
	audiences := []string{"api"}
	detached := []byte("payload")
	decoder, err := jwt.NewDecoder(raw, jwt.HS256, jwt.WithAudience(audiences...), jwt.WithoutCheck("exp"), at(now))
	require.NoError(t, err)
	verifier, err := jwt.NewDecoder(raw, jwt.HS256, jwt.WithDetachedPayload(detached))
	require.NoError(t, err)
	encoder, err := jwt.NewEncoder(raw, jwt.WithAudience(audiences...))
	require.NoError(t, err)
	token, err := encoder.Encode(jwt.Claims{"list": []any{"x"}})
	require.NoError(t, err)
	signed, err := jwt.Sign(detached, key, jwt.WithDetached())
	require.NoError(t, err)

	clear(raw)
	audiences[0] = "other"
	detached[0] = 'P'
	_, err = verifier.Verify(signed)
	assert.NoError(t, err)
	again, err := encoder.Encode(jwt.Claims{"list": []any{"x"}})
	require.NoError(t, err)
	assert.Equal(t, token, again)
	first, err := decoder.DecodeComplete(token)
	require.NoError(t, err)
	_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithAudience("api"))
	assert.NoError(t, err)

	clear(first.Payload)
	clear(first.Signature)
	first.Claims["list"].([]any)[0] = "y"
	clear(first.Claims)
	second, err := decoder.DecodeComplete(token)
	require.NoError(t, err)
	assert.Equal(t, []any{"x"}, second.Claims["list"])
	assert.Equal(t, "api", second.Claims["aud"])
	assert.JSONEq(t, `{"aud":"api","list":["x"]}`, string(second.Payload))
}
