package jwt_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestThreat17_CriticalIgnored(t *testing.T) {
	for _, crit := range []string{`["exp"],"exp":1`, `["x"]`, `["b64"]`, `["b64"],"b64":true`, `["alg"]`, `[]`, `null`, `"x"`, `{}`, `[1]`, `["x","x"],"x":1`, `[""]`, `["crit"]`, `true`} {
		refuse(t, jwt.ErrInvalidToken, forge(`{"alg":"HS256","crit":`+crit+`}`, good), secret, jwt.HS256)
	}
	admit(t, forge(`{"alg":"HS256","CRIT":["x"],"x":1}`, good), secret, jwt.HS256) // which is not "crit"
}

func TestThreat18_UnencodedPayload(t *testing.T) {
	raw := `{"sub":"mallory"}`
	header := `{"alg":"HS256","b64":false,"crit":["b64"]}`
	refuse(t, jwt.ErrDecode, forgeSegments(b64(header), raw), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, forge(header, raw), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","b64":false}`, good), secret, jwt.HS256)
	for _, odd := range []string{`null`, `0`, `"false"`, `[]`} {
		refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","b64":`+odd+`}`, good), secret, jwt.HS256)
	}
	admit(t, forge(`{"alg":"HS256","b64":true}`, good), secret, jwt.HS256)
	// The same octets are not both: what was signed encoded does not verify unencoded.
	token, err := jwt.Sign([]byte(raw), secret, jwt.WithUnencodedPayload())
	require.NoError(t, err)
	_, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload([]byte(b64(raw))))
	assertClass(t, err, jwt.ErrInvalidSignature)
	_, err = jwt.Verify(token, secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
}

func TestThreat19_DuplicateNames(t *testing.T) {
	for _, header := range []string{`{"alg":"none","alg":"HS256"}`, `{"alg":"HS256","alg":"none"}`, `{"alg":"HS256","\u0061lg":"none"}`, `{"alg":"HS256","kid":"a","kid":"b"}`, `{"alg":"HS256","x":{"y":1,"y":1}}`} {
		refuse(t, jwt.ErrDecode, forge(header, good), secret, jwt.HS256)
	}
	for _, payload := range []string{`{"exp":1,"exp":1900000000}`, `{"sub":"a","\u0073ub":"b"}`, `{"x":[{"y":{"role":1,"role":2}}]}`, `{"":1,"":2}`, `{"sub":"a","sub":"a"}`} {
		refuse(t, jwt.ErrDecode, claimed(payload), secret, jwt.HS256)
		_, err := jwt.Encode(json.RawMessage(payload), secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

func TestThreat20_FoldedNames(t *testing.T) {
	refuse(t, jwt.ErrInvalidAlgorithm, forge(`{"ALG":"HS256"}`, good), secret, jwt.HS256)
	refuse(t, jwt.ErrMissingClaim, claimed(`{"EXP":1900000000,"Exp":1900000000}`), secret, jwt.HS256, jwt.WithRequired("exp"))
	refuse(t, jwt.ErrExpired, claimed(`{"exp":1,"EXP":1900000000}`), secret, jwt.HS256)
	refuse(t, jwt.ErrMissingClaim, claimed(`{"iſs":"i","ISS":"i"}`), secret, jwt.HS256, jwt.WithIssuer("i"))
	got, err := jwt.DecodeAs[struct {
		jwt.RegisteredClaims
		Kind string `json:"kind"`
	}](claimed(`{"SUB":"mallory","\u017fub":"mallory","\u212aind":"admin","sub":"alice"}`), secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, "alice", got.Subject)
	assert.Empty(t, got.Kind)
}

func TestThreat21_OtherTexts(t *testing.T) {
	payload := `{"sub":"alice!?>~","x":1}`
	header, middle := b64(`{"alg":"HS256","x":1}`), b64(payload)
	admit(t, forgeSegments(header, middle), secret, jwt.HS256)
	signature := macOf(sha256.New, header+"."+middle)
	tried := 0
	for kind := range uint8(7) {
		for where := range uint16(12) {
			for _, token := range []string{
				forgeSegments(otherText(header, kind, where), middle), forgeSegments(header, otherText(middle, kind, where)), header + "." + middle + "." + otherText(signature, kind, where),
			} {
				if token != forgeSegments(header, middle) {
					tried++
					_, err := jwt.Decode(token, secret, jwt.HS256)
					assert.ErrorIs(t, err, jwt.ErrDecode, token)
				}
			}
		}
	}
	assert.Greater(t, tried, 150)
}

func TestThreat22_TrailingData(t *testing.T) {
	for _, after := range []string{"{}", "x", "}", ",", "\x00", `{"sub":"mallory"}`, "//", "null", "\u00a0", "\ufeff", "\v"} {
		refuse(t, jwt.ErrDecode, claimed(good+after), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256"}`+after, good), secret, jwt.HS256)
	}
	admit(t, claimed(good+" \r\n\t"), secret, jwt.HS256)
	for _, lax := range []string{`{'sub':'a'}`, `{sub:"a"}`, `{"sub":"a",}`, `{"x":01}`, `{"x":NaN}`, `{"x":+1}`, `{"x":.5}`, `{/**/}`, `{"x":0x1}`, `{"x":"` + "\n" + `"}`, `{"x":tRue}`, `{"x":1 2}`} {
		refuse(t, jwt.ErrDecode, claimed(lax), secret, jwt.HS256)
	}
}

func TestThreat23_TextThatIsNone(t *testing.T) {
	for _, text := range []string{"\xff", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", `\ud800`, `\udc00`, `\udc00\ud800`, `\ud800\u0041`, "\x1f", "\x00"} {
		refuse(t, jwt.ErrDecode, claimed(`{"sub":"`+text+`"}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, claimed(`{"`+text+`":1}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","x":"`+text+`"}`, good), secret, jwt.HS256)
	}
	refuse(t, jwt.ErrDecode, claimed("\ufeff"+good), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, forge("\ufeff"+`{"alg":"HS256"}`, good), secret, jwt.HS256)
	_, err := jwt.Encode(jwt.Claims{"sub": "\xff"}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)
}

func TestThreat24_NoObject(t *testing.T) {
	for _, text := range []string{"null", "[]", `[{"sub":"a"}]`, `"{}"`, "1", "true", "", " ", "{", "}"} {
		refuse(t, jwt.ErrDecode, claimed(text), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, forge(text, good), secret, jwt.HS256)
	}
	for _, payload := range []any{nil, []int{}, "x", 1, json.RawMessage("null"), (*jwt.RegisteredClaims)(nil), []byte("{}")} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

func TestThreat25_DatesThatAreNone(t *testing.T) {
	for _, value := range []string{`"1900000000"`, `null`, `true`, `[1900000000]`, `{}`, `""`, `"2099-01-01T00:00:00Z"`} {
		refuse(t, jwt.ErrDecode, claimed(`{"exp":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, claimed(`{"nbf":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidIssuedAt, claimed(`{"iat":`+value+`}`), secret, jwt.HS256)
		for _, name := range []string{"exp", "nbf", "iat"} {
			_, err := jwt.Encode(json.RawMessage(`{"`+name+`":`+value+`}`), secret)
			assertClass(t, err, jwt.ErrInvalidOption)
		}
	}
}

func TestThreat26_DatesOutOfRange(t *testing.T) {
	for _, number := range []string{"0", "-0", "0.0", "-1", "1e0", "0e999", "1e-99", "-62135596800"} { // dates, all of them past
		refuse(t, jwt.ErrExpired, claimed(`{"exp":`+number+`}`), secret, jwt.HS256)
	}
	for _, number := range []string{
		"1e999", "-1e999", "9223372036854775807", "9223372036854775808", "18446744073709551616", "253402300800", "1900000000000", "-62135596801", "1e12", "4294967296e9", "1e" + strings.Repeat("9", 250),
	} { // none of them one
		refuse(t, jwt.ErrDecode, claimed(`{"exp":`+number+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, claimed(`{"nbf":`+number+`}`), secret, jwt.HS256)
	}
	admit(t, claimed(`{"exp":253402300799}`), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, claimed(`{"exp":`+strings.Repeat("0", 300)+`}`), secret, jwt.HS256)
}

func TestThreat27_BoundaryOfTime(t *testing.T) {
	refuse(t, jwt.ErrExpired, claimed(`{"exp":1800000000}`), secret, jwt.HS256)
	admit(t, claimed(`{"exp":1800000000.000000001}`), secret, jwt.HS256)
	admit(t, claimed(`{"nbf":1800000000,"iat":1800000000}`), secret, jwt.HS256)
	refuse(t, jwt.ErrImmature, claimed(`{"nbf":1800000000.000000001}`), secret, jwt.HS256)
	admit(t, claimed(`{"exp":1799999941}`), secret, jwt.HS256, jwt.WithLeeway(time.Minute))
	refuse(t, jwt.ErrExpired, claimed(`{"exp":1799999940}`), secret, jwt.HS256, jwt.WithLeeway(time.Minute))
	refuse(t, jwt.ErrInvalidOption, claimed(good), secret, jwt.HS256, jwt.WithLeeway(-time.Minute))
	refuse(t, jwt.ErrInvalidOption, claimed(good), secret, jwt.HS256, jwt.WithLeeway(30))
}

func TestThreat28_IssuerNearly(t *testing.T) {
	const issuer = "https://issuer.example"
	admit(t, claimed(`{"iss":"`+issuer+`"}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
	for _, iss := range []string{`"https://issuer.example/"`, `"https://issuer"`, `"HTTPS://ISSUER.EXAMPLE"`, `"https://issuer.example.attacker.example"`, `"` + issuer + `\u0000"`, `""`} {
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":`+iss+`}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
	}
	for _, iss := range []string{`["` + issuer + `"]`, `{"` + issuer + `":1}`, `null`, `1`, `true`} {
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":`+iss+`}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":`+iss+`}`), secret, jwt.HS256)
	}
	refuse(t, jwt.ErrMissingClaim, claimed(`{}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
	refuse(t, jwt.ErrInvalidOption, claimed(`{}`), secret, jwt.HS256, jwt.WithIssuer(""))
}

func TestThreat29_AudienceUnasked(t *testing.T) {
	admit(t, claimed(`{"aud":["other","api"]}`), secret, jwt.HS256, jwt.WithAudience("api"))
	for _, aud := range []string{`"api"`, `["api"]`, `["a","b"]`} {
		refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":`+aud+`}`), secret, jwt.HS256)
	}
	for _, aud := range []string{`""`, `[""]`, `null`, `1`, `["api",1]`, `[["api"]]`, `{"api":1}`, `"API"`, `"api2"`, `"ap"`, `"api,other"`, `["other"]`} {
		refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":`+aud+`}`), secret, jwt.HS256, jwt.WithAudience("api"))
	}
	refuse(t, jwt.ErrMissingClaim, claimed(`{}`), secret, jwt.HS256, jwt.WithAudience("api"))
	refuse(t, jwt.ErrMissingClaim, claimed(`{"aud":[]}`), secret, jwt.HS256, jwt.WithAudience("api"))
	refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":["api"]}`), secret, jwt.HS256, jwt.WithStrictAudience("api"))
	refuse(t, jwt.ErrInvalidOption, claimed(`{"aud":""}`), secret, jwt.HS256, jwt.WithAudience(""))
}

func TestThreat30_ClaimsOfOtherTypes(t *testing.T) {
	for _, value := range []string{"1", "null", "true", `["alice"]`, `{"alice":1}`} {
		refuse(t, jwt.ErrInvalidSubject, claimed(`{"sub":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidID, claimed(`{"jti":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidSubject, claimed(`{"sub":`+value+`}`), secret, jwt.HS256, jwt.WithSubject("alice"))
		_, err := jwt.DecodeAs[struct{ Role string }](claimed(`{"Role":`+value+`}`), secret, jwt.HS256)
		if value == "null" { // as in encoding/json
			assert.NoError(t, err)
		} else {
			assertClass(t, err, jwt.ErrInvalidToken)
		}
		refuse(t, jwt.ErrMissingClaim, claimed(`{"role":null}`), secret, jwt.HS256, jwt.WithRequired("role"))
	}
}

func TestThreat31_Nesting(t *testing.T) {
	admit(t, claimed(nested(64)), secret, jwt.HS256)
	for _, text := range []string{nested(65), nested(90_000), strings.Repeat(`{"a":`, 30_000), `{"a":` + strings.Repeat("[", 100_000)} {
		refuse(t, jwt.ErrDecode, claimed(text), secret, jwt.HS256)
	}
	refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","x":`+strings.Repeat("[", 64)+strings.Repeat("]", 64)+`}`, good), secret, jwt.HS256)
	deep := any("x")
	for range 100 {
		deep = []any{deep}
	}
	_, err := jwt.Encode(jwt.Claims{"deep": deep}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	_, err = jwt.Encode(jwt.Claims(cyclic), secret)
	assertClass(t, err, jwt.ErrInvalidOption)
}

// TestBounds says what it costs.
func TestThreat32_ManyDots(t *testing.T) {
	for _, token := range []string{".", "..", "...", strings.Repeat(".", 250_000), claimed(good) + strings.Repeat(".", 100_000), strings.Repeat("e30.", 60_000), "." + claimed(good), claimed(good) + "."} {
		refuse(t, jwt.ErrDecode, token, secret, jwt.HS256)
		_, err := jwt.DecodeUnverified(token)
		assertClass(t, err, jwt.ErrDecode)
	}
}

func TestThreat33_WorkBeforeTheSignature(t *testing.T) {
	// Were the payload looked at, it would be another error.
	for _, payload := range []string{"!", b64("{"), b64(`{"exp":1}`), b64(strings.Repeat("[", 1000)), strings.Repeat("A", 200_000)} {
		refuse(t, jwt.ErrInvalidSignature, b64(headed(jwt.HS256))+"."+payload+"."+b64(strings.Repeat("x", 32)), secret, jwt.HS256)
	}
	// A header or a token is long, but for nobody.
	for _, token := range []string{
		forge(`{"alg":"HS256","x":"`+strings.Repeat("x", 17000)+`"}`, good), claimed(`{"x":"` + strings.Repeat("x", 200_000) + `"}`), forge(`{"alg":"HS256","zip":"DEF","p2c":2147483647}`, good) + strings.Repeat("A", 300_000),
	} {
		refuse(t, jwt.ErrDecode, token, secret, jwt.HS256)
	}
	admit(t, forge(`{"alg":"HS256","zip":"DEF","p2c":2147483647}`, good), secret, jwt.HS256) // which mean nothing here
}

// The fuzz targets look further; here is what is known to be odd, for each key.
func TestThreat34_Panics(t *testing.T) {
	for _, alg := range algorithms {
		if !supported(alg) {
			continue
		}
		key := keyFor(t, alg)
		for _, octets := range []int{0, 1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 131, 132, 133, 255, 256, 257, 2420, 3309, 4627, 5000} {
			for _, fill := range []byte{0, 1, 0xff} {
				input := b64(headed(alg)) + "." + b64(good)
				_, err := jwt.Decode(withSignature(input, bytes.Repeat([]byte{fill}, octets)), key, alg)
				require.ErrorIs(t, err, jwt.ErrInvalidSignature)
			}
		}
	}
	for _, h := range hostile {
		_, _ = jwt.DecodeUnverified(h.token)
		_, _ = jwt.Verify(h.token, secret, jwt.HS256)
		_, err := jwt.ParseJWK([]byte(h.token))
		assert.Error(t, err)
		_, err = jwt.ParsePEM([]byte(h.token))
		assert.Error(t, err)
	}
}

func TestThreat35_ErrorsThatMix(t *testing.T) {
	expired := claimed(`{"exp":1,"sub":"alice"}`)
	refuse(t, jwt.ErrExpired, expired, secret, jwt.HS256)
	refuse(t, jwt.ErrInvalidSignature, altered(expired), secret, jwt.HS256) // and it does not say that it has expired
	refuse(t, jwt.ErrInvalidAlgorithm, forge(`{"alg":"none"}`, `{"exp":1}`), secret, jwt.HS256)
	for _, token := range []string{altered(expired), expired, altered(claimed(good)), ""} {
		complete, err := jwt.DecodeComplete(token, secret, jwt.HS256, at(now))
		assert.Error(t, err)
		assert.Nil(t, complete)
		as, err := jwt.DecodeAs[jwt.RegisteredClaims](token, secret, jwt.HS256, at(now))
		assert.Error(t, err)
		assert.Zero(t, as)
	}
	_, err := jwt.Decode(altered(expired), secret, jwt.HS256)
	var detail *jwt.ExpiredError
	assert.False(t, errors.As(err, &detail), "an altered token is no evidence")
}

func TestThreat36_TellingMACs(t *testing.T) {
	text := claimed(`{"sub":"alice","card":"4111111111111111","exp":1}`)
	right := text[strings.LastIndexByte(text, '.')+1:]
	octets, err := base64.RawURLEncoding.DecodeString(right)
	require.NoError(t, err)
	for _, token := range []string{altered(text), cutSignature(text), cutSignature(text) + "AAAA", text, text + "=", forge(`{"alg":"HS384"}`, good)} {
		_, err := jwt.Decode(token, secret, jwt.HS256)
		require.Error(t, err)
		var texts []string
		for e := err; e != nil; e = errors.Unwrap(e) {
			texts = append(texts, e.Error(), fmt.Sprintf("%+v %#v", e, e.Error()))
		}
		for _, never := range []string{right, fmt.Sprintf("%x", octets), string(secret), fmt.Sprintf("%x", secret), "4111111111111111", token[:40]} {
			assert.NotContains(t, strings.Join(texts, "\n"), never)
		}
	}
	// That MACs are compared in constant time shows in the source alone.
	source, err := os.ReadFile("internal/hmackey/mac.go")
	require.NoError(t, err)
	assert.Contains(t, string(source), "hmac.Equal(")
	family, err := os.ReadFile("sign_hs256.go")
	require.NoError(t, err)
	assert.NotContains(t, string(source)+string(family), "bytes.Equal(")
}

// The package fetches nothing, so it cannot be made to.
func TestThreat37_NothingIsFetched(t *testing.T) {
	dirs, err := filepath.Glob("internal/*")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, dir := range append(dirs, ".") {
		for name, file := range parsePackage(t, dir) {
			for _, i := range file.Imports {
				path := importPath(t, i)
				assert.False(t, path == "net" || strings.HasPrefix(path, "net/") || path == "os" || strings.HasPrefix(path, "os/"), "%s of %s imports %s", name, dir, path)
			}
		}
	}
}

func TestThreat38_TokensOfOtherKinds(t *testing.T) {
	typed := func(typ string) string { return forge(`{"alg":"HS256","typ":`+typ+`}`, good) }
	for _, typ := range []string{`"at+jwt"`, `"AT+JWT"`, `"application/at+jwt"`, `"Application/at+JWT"`} {
		admit(t, typed(typ), secret, jwt.HS256, jwt.WithType("at+jwt"))
	}
	for _, typ := range []string{`"JWT"`, `"at"`, `"at+jwt "`, `"text/at+jwt"`, `"id+jwt"`, `""`, `"application/"`, `"a\u0167+jwt"`} {
		refuse(t, jwt.ErrInvalidType, typed(typ), secret, jwt.HS256, jwt.WithType("at+jwt"))
	}
	refuse(t, jwt.ErrInvalidType, forge(`{"alg":"HS256"}`, good), secret, jwt.HS256, jwt.WithType("at+jwt"))
	for _, typ := range []string{`1`, `null`, `["at+jwt"]`} {
		refuse(t, jwt.ErrDecode, typed(typ), secret, jwt.HS256)
	}
}

func TestThreat39_OtherSerializations(t *testing.T) {
	header, payload := b64(headed(jwt.HS256)), b64(good)
	mac := macOf(sha256.New, header+"."+payload)
	for _, text := range []string{
		`{"payload":"` + payload + `","protected":"` + header + `","signature":"` + mac + `"}`,
		`{"payload":"` + payload + `","signatures":[{"protected":"` + header + `","signature":"` + mac + `"}]}`,
		` {"payload":"` + payload + `"}.` + payload + "." + mac,
		`{"` + header + "." + payload + "." + mac + `":1}`,
		header + "." + payload + "." + mac + `{"sub":"mallory"}`,
		b64(`{"alg":"dir","enc":"A256GCM"}`) + "..AAAA.AAAA.AAAA",
		"Bearer " + claimed(good), claimed(good) + "\n", claimed(good) + "~", claimed(good) + "," + claimed(good),
		forge(`{"alg":"HS256","cty":"JWT"}`, good),
	} {
		refuse(t, jwt.ErrDecode, text, secret, jwt.HS256)
	}
	refuse(t, jwt.ErrDecode, claimed(claimed(good)), secret, jwt.HS256) // a token in a token
	refuse(t, jwt.ErrInvalidAlgorithm, forge(`{"alg":"dir","enc":"A256GCM"}`, good), secret, jwt.HS256)
}

// Headers are remembered once their signature held, where a program asks for it signatures are,
// and tokens never: see signature_cache_test.go for the rest.
func TestThreat40_RememberedTokens(t *testing.T) {
	key, other := mustKey(t, secret), mustKey(t, bytes.Repeat([]byte{7}, 64))
	clock := now
	decoder := mustDecoder(t, key, jwt.HS256, jwt.WithClock(func() time.Time { return clock }))
	alice, bob := claimed(`{"sub":"alice","exp":1800000010}`), claimed(`{"sub":"bob","exp":1800000010}`)
	for range 3 {
		for token, subject := range map[string]string{alice: "alice", bob: "bob"} {
			claims, err := decoder.Decode(token)
			require.NoError(t, err)
			assert.Equal(t, subject, claims.Subject())
			refuse(t, jwt.ErrInvalidSignature, token, other, jwt.HS256)
			refuse(t, jwt.ErrInvalidAlgorithm, token, key, jwt.HS512)
		}
		// A good header with what another signed, and the other way round.
		a, b := strings.Split(alice, "."), strings.Split(bob, ".")
		_, err := decoder.Decode(a[0] + "." + a[1] + "." + b[2])
		assertClass(t, err, jwt.ErrInvalidSignature)
		_, err = decoder.Decode(a[0] + "." + b[1] + "." + a[2])
		assertClass(t, err, jwt.ErrInvalidSignature)
	}
	clock = now.Add(time.Minute)
	_, err := decoder.Decode(alice)
	assertClass(t, err, jwt.ErrExpired)

	// One token under a key that another one's cache knows, and parts of two that are cached.
	one, impostor := newEd25519(t, "k"), newEd25519(t, "k")
	clock = now
	cached := mustDecoder(t, one, jwt.EdDSA, jwt.WithSignatureCache(8), jwt.WithClock(func() time.Time { return clock }))
	deceived := mustDecoder(t, impostor, jwt.EdDSA, jwt.WithSignatureCache(8), at(now))
	alice = tokenOf(t, one, jwt.Claims{"sub": "alice", "exp": 1800000010})
	bob = tokenOf(t, one, jwt.Claims{"sub": "bob", "exp": 1800000010})
	a, b := strings.Split(alice, "."), strings.Split(bob, ".")
	for range 3 {
		for token, subject := range map[string]string{alice: "alice", bob: "bob"} {
			claims, err := cached.Decode(token)
			require.NoError(t, err)
			assert.Equal(t, subject, claims.Subject(), "claims are read from the token")
			refuses(t, deceived, token, jwt.ErrInvalidSignature)
		}
		refuses(t, cached, a[0]+"."+a[1]+"."+b[2], jwt.ErrInvalidSignature)
		refuses(t, cached, a[0]+"."+b[1]+"."+a[2], jwt.ErrInvalidSignature)
		refuses(t, cached, b64(`{"alg":"none"}`)+"."+a[1]+"."+a[2], jwt.ErrInvalidAlgorithm)
		refuses(t, cached, b64(`{"alg":"EdDSA","kid":"k"}`)+"."+a[1]+"."+a[2], jwt.ErrInvalidSignature)
	}
	clock = now.Add(time.Minute)
	refuses(t, cached, alice, jwt.ErrExpired)
}

func TestThreat41_InjectionWhenSigning(t *testing.T) {
	for _, text := range []string{`x":0,"admin`, `x","admin":true,"y":"`, `\","admin":true,"y":"`, "x\u0000", "x\",\n\"admin\":true", `</script>`, `x\u0022:0,\u0022admin`} {
		token, err := jwt.Encode(jwt.Claims{text: text, "sub": text}, secret, jwt.WithKeyID(text), jwt.WithHeader(text, text), jwt.WithType(text))
		require.NoError(t, err)
		got, err := jwt.DecodeComplete(token, secret, jwt.HS256)
		require.NoError(t, err)
		assert.Equal(t, jwt.Claims{text: text, "sub": text}, got.Claims)
		assert.Equal(t, text, got.Header.KeyID)
		assert.Equal(t, text, got.Header.Type)
		var header map[string]any
		require.NoError(t, json.Unmarshal([]byte(got.Header.String()), &header))
		assert.Equal(t, map[string]any{"alg": "HS256", "kid": text, "typ": text, text: text}, header)
	}
	for _, raw := range []string{`1,"admin":true`, `1}`, `{"a":1,"a":2}`, `{"a":1}{`, ``, `"\ud800"`} { // JSON of the caller's own, which would be the way in
		_, err := jwt.Encode(jwt.Claims{"x": json.RawMessage(raw)}, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		_, err = jwt.Encode(jwt.Claims{}, secret, jwt.WithHeader("x", json.RawMessage(raw)))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// Nothing of a token or a policy is a pattern.
func TestThreat42_Patterns(t *testing.T) {
	for name, file := range parsePackage(t, ".") {
		for _, i := range file.Imports {
			path := importPath(t, i)
			assert.False(t, path == "regexp" || path == "path" || strings.HasPrefix(path, "path/"), "%s imports %s", name, path)
		}
	}
	for _, pattern := range []string{".*", "https://.*", "^.*$", "*", "%"} {
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":"https://a.example"}`), secret, jwt.HS256, jwt.WithIssuer(pattern))
		refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":"https://a.example"}`), secret, jwt.HS256, jwt.WithAudience(pattern))
		refuse(t, jwt.ErrInvalidSubject, claimed(`{"sub":"https://a.example"}`), secret, jwt.HS256, jwt.WithSubject(pattern))
		admit(t, claimed(`{"iss":"`+pattern+`"}`), secret, jwt.HS256, jwt.WithIssuer(pattern))
	}
}

func TestThreat43_ManyKeysTried(t *testing.T) {
	var keys []*jwt.Key
	for i := range 16 {
		keys = append(keys, mustKey(t, bytes.Repeat([]byte{byte(i + 1)}, 64)))
	}
	right := mustKey(t, secret)
	admit(t, claimed(good), mustSet(t, append(keys[:15:15], right)...), jwt.HS256)
	refuse(t, jwt.ErrInvalidSignature, claimed(good), mustSet(t, keys...), jwt.HS256)
	refuse(t, jwt.ErrKeyNotFound, claimed(good), mustSet(t, append(keys, right)...), jwt.HS256)
	// With a kid that is known it is that one alone.
	named := mustKey(t, bytes.Repeat([]byte{99}, 64), jwt.WithKeyID("k"))
	refuse(t, jwt.ErrInvalidSignature, forge(`{"alg":"HS256","kid":"k"}`, good), mustSet(t, named, right), jwt.HS256)
}

func TestThreat44_PublishedSecrets(t *testing.T) {
	hmacKey := mustKey(t, secret, jwt.WithKeyID("k"))
	for _, value := range []any{hmacKey, mustSet(t, hmacKey), mustSet(t, keyFor(t, jwt.ES256), hmacKey)} {
		text, err := json.Marshal(value)
		assert.Error(t, err)
		assert.Empty(t, text)
		assert.NotContains(t, fmt.Sprint(err), b64(string(secret)))
	}
	assert.Nil(t, hmacKey.Public())
	assert.Nil(t, hmacKey.CryptoPublic())
	assert.Empty(t, hmacKey.Thumbprint())
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.ES256, jwt.EdDSA} {
		text, err := json.Marshal(mustSet(t, keyFor(t, alg)))
		require.NoError(t, err)
		var written struct{ Keys []members }
		require.NoError(t, json.Unmarshal(text, &written))
		require.Len(t, written.Keys, 1)
		assert.Equal(t, written.Keys[0].public(), written.Keys[0], "no private member")
	}
}

func TestThreat49_ClaimsLostInSilence(t *testing.T) {
	past := jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(-time.Hour))}
	for _, payload := range []any{
		struct {
			jwt.RegisteredClaims
			writes
		}{past, writes{"a"}},
		struct {
			jwt.RegisteredClaims `json:"claims"`
		}{past},
		struct{ Claims jwt.RegisteredClaims }{past},
		struct{ Claims base }{base{past}},
	} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	_, err := jwt.DecodeAs[struct{ Sub string }](claimed(`{"sub":"alice"}`), secret, jwt.HS256, jwt.WithRequired("sub"))
	assertClass(t, err, jwt.ErrInvalidToken)
	_, err = jwt.DecodeAs[holdsNamed](claimed(`{"Claims":{"exp":1}}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidOption)
}

func TestThreat50_LifetimeExactly(t *testing.T) {
	for _, part := range []time.Duration{0, 1, time.Second / 2, time.Second - 1} {
		token := encoded(t, jwt.Claims{}, jwt.WithExpiresIn(time.Hour), jwt.WithIssuedAt(), at(now.Add(part)))
		claims, err := jwt.Decode(token, secret, jwt.HS256, at(now.Add(part)))
		require.NoError(t, err)
		assert.Equal(t, time.Hour, claims.ExpiresAt().Sub(claims.IssuedAt()), part)
	}
}
