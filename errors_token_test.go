package jwt_test

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What people give in place of a token, after public reports. The text names the cause
// where it is known, and never one that is not.
func TestTokenTexts(t *testing.T) {
	good := claimed(`{"sub":"alice"}`)
	header, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	padded := func(segment string) string { return segment + strings.Repeat("=", (4-len(segment)%4)%4) }
	end := len(good)
	for _, tt := range []struct {
		name, token string
		says        []string
	}{
		{"in quotes", `"` + good + `"`, []string{`'"' at index 0`, "quotes"}},
		{"in single quotes", `'` + good + `'`, []string{`'\''`, "index 0", "quotes"}},
		{"a quote at the end", good + `"`, []string{`'"'`, "index " + strconv.Itoa(end), "quotes"}},
		{"bytes of Python", "b'" + good + "'", []string{"Python", "b'"}},
		{"bytes of Python, double", `b"` + good + `"`, []string{"Python"}},
		{"Bearer", "Bearer " + good, []string{`"Bearer"`, "Authorization"}},
		{"BEARER", "BEARER " + good, []string{`"Bearer"`}},
		{"Bearer: with a colon", "Bearer: " + good, []string{`"Bearer"`}},
		{"Bearer%20", "Bearer%20" + good, []string{`"Bearer"`}},
		{"Bearer and nothing", "Bearer ", []string{`"Bearer"`}},
		{"Bearer alone, which is opaque", "Bearer", []string{"opaque"}},
		{"Bearer of an opaque one", "Bearer abcdef", []string{`"Bearer"`}},
		{"a whole header", "Authorization: Bearer " + good, []string{`"Authorization"`}},
		{"JWT prefix", "JWT " + good, []string{`"JWT"`, "Authorization"}},
		{"DPoP prefix", "DPoP " + good, []string{`"DPoP"`}},
		{"a cookie", good + "; Path=/", []string{"';'", "index " + strconv.Itoa(end), "cookie"}},
		{"a cookie of a domain", good + "; Domain=api.example", []string{"';'", "cookie"}},
		{"a cookie's name", "token=" + good, []string{"'='", "index 5", "name"}},
		{"SD-JWT", good + "~WyJzIiwibiIsIkEiXQ~", []string{"'~'", "index " + strconv.Itoa(end), "SD-JWT"}},
		{"SD-JWT with its key's proof", good + "~WyJzIiwibiIsIkEiXQ~" + good, []string{"'~'", "SD-JWT"}},
		{"two, with a comma", good + ", " + good, []string{"','", "index " + strconv.Itoa(end), "several"}},
		{"two, with a space", good + " " + good, []string{"' '", "index " + strconv.Itoa(end)}},
		{"wrapped in a mail", good[:30] + "\n" + good[30:], []string{`'\n'`, "index 30", "line break"}},
		{"wrapped within the signature", good[:end-9] + "\r\n" + good[end-9:], []string{`'\r'`, "index " + strconv.Itoa(end-9), "line break"}},
		{"a space within the header", good[:10] + " " + good[10:], []string{"' '", "index 10", "white space"}},
		{"a tab at the end", good + "\t", []string{"white space", "trim"}},
		{"zero width space", "\u200b" + good, []string{`'\u200b'`, "index 0", "invisible"}},
		{"byte order mark", "\ufeff" + good, []string{`'\ufeff'`, "index 0", "invisible"}},
		{"no UTF-8", "\xff" + good, []string{"UTF-8", "index 0"}},
		{"a replacement character, after what was none", "\ufffd" + good, []string{`'\ufffd'`, "index 0"}},
		{"percent-encoded", strings.ReplaceAll(good, ".", "%2E"), []string{"'%'", "percent-encoded", "index " + strconv.Itoa(len(header))}},
		{"the other base64", "+" + good[1:], []string{"'+'", "index 0", "header", "base64url"}},
		{"the other base64, in the signature", good[:end-4] + "/" + good[end-3:], []string{"'/'", "index " + strconv.Itoa(end-4), "signature"}},
		{"HTML", "<html><body>a.b.c</body></html>", []string{"'<'", "index 0"}},
		{"padded", padded(header) + "." + padded(payload) + "." + padded(signature), []string{"'='", "signature", "WithPadding"}},
		{"padding too short", b64(`{"alg":"HS256"}x`) + "=." + payload + "." + signature, []string{"header", "character is missing"}},
		{"padding too long", header + "A===." + payload + "." + signature, []string{"header", "character is missing"}},
		{"padded in the header", b64(`{"alg":"HS256"}x`) + "==." + payload + "." + signature, []string{"'='", "header", "WithPadding"}},
		{"padding within", header[:4] + "=" + header[4:] + "." + payload + "." + signature, []string{"'='", "index 4"}},
		{"a letter too many", header + "A." + payload + "." + signature, []string{"header", "character is missing"}},
		{"a letter lost", good[:end-2], []string{"signature", "character is missing"}},
		{"base64 of it", base64.StdEncoding.EncodeToString([]byte(good)), []string{"base64 of a whole token"}},
		{"base64url of it", b64(good), []string{"base64 of a whole token"}},
		{"base64 of a short one", base64.StdEncoding.EncodeToString([]byte("eyJh.e30.AAA")), []string{"base64 of a whole token"}},
		{"base64 of one whose dots are at its end", b64(header + ".e30.AA"), []string{"base64 of a whole token"}},
		{"base64 of it, cut off", b64(good)[:len(b64(good))/4*4-3], []string{"base64 of a whole token"}},
		{"base64 of its start, opaque", base64.StdEncoding.EncodeToString([]byte(header)), []string{"opaque"}},
		{"opaque, of Google", "ya29.a0AfH6SMBx", []string{"no JWT", "opaque access token"}},
		{"opaque", "mF_9B5f-41JqM", []string{"no JWT", "opaque access token"}},
		{"opaque, of GitHub", "gho_16C7e42F292c6912E7710c838347Ae178B4a", []string{"opaque access token"}},
		{"undefined", "undefined", []string{`"undefined"`, "no token"}},
		{"null", "null", []string{`"null"`, "no token"}},
		{"an object", "[object Object]", []string{"no token"}},
		{"two segments", header + "." + payload, []string{"two segments", "cut short"}},
		{"two segments and a space", header + "." + payload + " x", []string{"' '"}},
		{"four segments", good + ".e30", []string{"three segments"}},
		{"encrypted", "eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA", []string{"JWE", "encrypted"}},
		{"encrypted, in quotes", `"eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA"`, []string{`'"'`, "quotes"}},
		{"JSON", `{"payload":"e30","signatures":[]}`, []string{"JSON", "compact"}},
		{"JSON around it", `{"access_token":"` + good + `"}`, []string{"JSON", "token alone"}},
		{"JSON around it, indented", "\n{\n\"access_token\": \"" + good + "\"}\n", []string{"JSON", "token alone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // the second time the failure may be kept from the first
				claims, err := jwt.Decode(tt.token, secret, jwt.HS256, at(now))
				assert.Nil(t, claims)
				assertClass(t, err, jwt.ErrDecode)
				for _, says := range tt.says {
					assert.Contains(t, err.Error(), says)
				}
				assert.Less(t, len(err.Error()), 300)
				for _, never := range []string{good, signature, payload} {
					assert.NotContains(t, err.Error(), never)
				}
				for cause, word := range map[string]string{"JWE": "encrypted", "SD-JWT": "~", "WithPadding": "=", "Python": "b", "cookie": ";", "opaque": "opaque", "Bearer": "earer"} {
					if strings.Contains(err.Error(), cause) {
						assert.Contains(t, strings.ToLower(tt.name+tt.token), strings.ToLower(word), "%q is named", cause)
					}
				}
				_, err = jwt.DecodeUnverified(tt.token)
				assertClass(t, err, jwt.ErrDecode)
			}
		})
	}
	// Where padding is wanted, its lack is what is wrong; and other letters are that.
	for token, says := range map[string][]string{
		good: {"WithPadding", "padded"}, padded(header) + "." + padded(payload) + "." + signature: {"signature", "WithPadding"}, `"` + good: {`'"'`, "index 0"},
		padded(header) + "." + padded(payload) + "." + padded(signature) + "===": {"signature", "canonical"},
	} {
		_, err := jwt.Decode(token, secret, jwt.HS256, jwt.WithPadding())
		assertClass(t, err, jwt.ErrDecode)
		for _, says := range says {
			assert.Contains(t, err.Error(), says, token)
		}
	}
	_, err := jwt.Decode(padded(header)+"."+padded(payload)+"."+padded(signature), secret, jwt.HS256, jwt.WithType("JWT"))
	assertClass(t, err, jwt.ErrDecode)
	assert.Contains(t, err.Error(), "WithPadding")
	// A payload whose signature holds over the text as received.
	_, err = jwt.Verify(forgeSegments(header, "QUJ~"), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
	assert.Contains(t, err.Error(), "'~'")
	assert.Contains(t, err.Error(), "payload")
	_, err = jwt.Decode(forgeSegments(header, payload+"="), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
	assert.Contains(t, err.Error(), "payload")
	// One that is compressed.
	_, err = jwt.Decode(forge(`{"alg":"HS256","zip":"DEF"}`, "\xabV*.M\x02"), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
	assert.Contains(t, err.Error(), `"zip"`)
	assert.Contains(t, err.Error(), "Verify")
	_, err = jwt.Decode(forge(`{"alg":"HS256"}`, "\xabV*.M\x02"), secret, jwt.HS256)
	assert.NotContains(t, err.Error(), "zip")
}

// What shows of a signature that does not hold; only where it does not.
func TestSignatureTexts(t *testing.T) {
	says := func(err error, words ...string) {
		t.Helper()
		assertClass(t, err, jwt.ErrInvalidSignature)
		for _, word := range []string{"DER", "nonce", "white space"} {
			assert.Equal(t, len(words) > 0 && words[0] == word, strings.Contains(err.Error(), word), "%s: %v", word, err)
		}
	}
	for _, alg := range []jwt.Algorithm{jwt.ES256, jwt.ES384, jwt.ES512} {
		key := ecKeys[alg]
		input := b64(headed(alg)) + "." + b64(good)
		h := alg.Hash().New()
		h.Write([]byte(input))
		der, err := key.Sign(rand.Reader, h.Sum(nil), alg.Hash())
		require.NoError(t, err)
		_, err = jwt.Decode(withSignature(input, der), &key.PublicKey, alg)
		says(err, "DER")
		_, err = jwt.Decode(withSignature(input, der[:len(der)-1]), &key.PublicKey, alg)
		says(err)
		_, err = jwt.Decode(withSignature(input, make([]byte, len(der))), &key.PublicKey, alg)
		says(err)
	}
	// The shortest there is has eight bytes.
	for der, word := range map[string]string{"\x30\x06\x02\x01\x01\x02\x01\x01": "DER", "\x30\x05\x02\x01\x01\x02\x00": ""} {
		_, err := jwt.Decode(withSignature(b64(headed(jwt.ES256))+"."+b64(good), []byte(der)), &ecKeys[jwt.ES256].PublicKey, jwt.ES256)
		says(err, strings.Fields(word)...)
	}
	rsaToken := forgeWith(t, mustKey(t, rsaKey()), jwt.RS256, `{"typ":"JWT","nonce":"x","alg":"RS256"}`, good)
	admit(t, rsaToken, &rsaKey().PublicKey, jwt.RS256)
	_, err := jwt.Decode(altered(rsaToken), &rsaKey().PublicKey, jwt.RS256)
	says(err, "nonce")
	assert.Contains(t, err.Error(), "Graph")
	_, err = jwt.Decode(altered(forgeWith(t, mustKey(t, rsaKey()), jwt.RS256, `{"alg":"RS256","x":{"nonce":"x"}}`, good)), &rsaKey().PublicKey, jwt.RS256)
	says(err)
	_, err = jwt.Decode(altered(forge(`{"alg":"HS256","nonce":"x"}`, good)), secret, jwt.HS256)
	says(err)
	header, rest, _ := strings.Cut(claimed(good), ".")
	for _, gap := range []string{"\n", "\r\n", " "} {
		_, err = jwt.Decode(header+"."+rest[:4]+gap+rest[4:], secret, jwt.HS256)
		says(err, "white space")
	}
	_, err = jwt.Decode(altered(claimed(good)), secret, jwt.HS256)
	says(err)
}

// Claims that are not as wanted, after the signature held.
func TestClaimTexts(t *testing.T) {
	const issuer = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
	many := jwt.WithIssuer("https://a", "https://b", "https://c", "https://d", "https://e", "https://f")
	for _, tt := range []struct {
		name, payload string
		opt           jwt.DecodeOption
		class         error
		says, not     []string
	}{
		{"a slash", `{"iss":"https://a.example/"}`, jwt.WithIssuer("https://a.example"), jwt.ErrInvalidIssuer, []string{`is "https://a.example/"`, `not "https://a.example" `, `index 17`, `"/" and the end`, "WithIssuer"}, nil},
		{"a slash too few", `{"iss":"https://a.example"}`, jwt.WithIssuer("https://b.example/", "https://a.example/"), jwt.ErrInvalidIssuer, []string{`the end and "/"`}, nil},
		{"a slash in escapes", `{"iss":"https:\/\/a.example\/"}`, jwt.WithIssuer("https://a.example"), jwt.ErrInvalidIssuer, []string{`is "https://a.example/"`}, nil},
		{"beyond what is shown", `{"iss":"` + strings.TrimSuffix(issuer, "v2.0") + `"}`, jwt.WithIssuer(issuer), jwt.ErrInvalidIssuer, []string{"index 71", `the end and "v2.0"`}, nil},
		{"wholly another", `{"iss":"joe"}`, jwt.WithIssuer("https://a.example"), jwt.ErrInvalidIssuer, []string{`"joe"`}, []string{"index"}},
		{"wholly another, but for its scheme", `{"iss":"https://b.example"}`, jwt.WithIssuer("https://a.example"), jwt.ErrInvalidIssuer, nil, []string{"index"}},
		{"wholly another, but for all after its first letter", `{"iss":"xttps://a.example"}`, jwt.WithIssuer("https://a.example"), jwt.ErrInvalidIssuer, nil, []string{"index"}},
		{"the same but for a port", `{"iss":"https://a"}`, jwt.WithIssuer("https://a:8443"), jwt.ErrInvalidIssuer, []string{"index 9", `the end and ":8443"`}, nil},
		{"the same but for a long path", `{"iss":"https://a.example"}`, jwt.WithIssuer("https://a.example/0123456789abcdef"), jwt.ErrInvalidIssuer, []string{`the end and "/0123456789abcde"`}, nil},
		{"one of four", `{"iss":"joe"}`, jwt.WithIssuer("https://a", "https://b", "https://c", "https://d"), jwt.ErrInvalidIssuer, []string{`"https://c" or "https://d" (`}, []string{"more"}},
		{"one of five", `{"iss":"joe"}`, jwt.WithIssuer("https://a", "https://b", "https://c", "https://d", "https://e"), jwt.ErrInvalidIssuer, []string{`"https://d" or 1 more`}, []string{"https://e"}},
		{"one of many", `{"iss":"joe"}`, many, jwt.ErrInvalidIssuer, []string{`"https://d" or 2 more`}, []string{"https://e"}},
		{"a line break in it", `{"iss":"a\nb"}`, jwt.WithIssuer("a"), jwt.ErrInvalidIssuer, []string{`"a\nb"`}, []string{"\n"}},
		{"a long one", `{"iss":"` + strings.Repeat("é", 5000) + `"}`, jwt.WithIssuer("a"), jwt.ErrInvalidIssuer, []string{strings.Repeat("é", 32) + `"…`}, []string{strings.Repeat("é", 33)}},
		{"an audience", `{"aud":"api://x/"}`, jwt.WithAudience("api://x"), jwt.ErrInvalidAudience, []string{`"api://x/"`, `name "api://x"`, "WithAudience"}, nil},
		{"an audience's slash", `{"aud":"https://api.example/"}`, jwt.WithAudience("https://api.example"), jwt.ErrInvalidAudience, []string{"index 19"}, nil},
		{"audiences", `{"aud":["a","b","c","d"]}`, jwt.WithAudience("x"), jwt.ErrInvalidAudience, []string{`["a", "b", "c", …]`, `"x"`}, []string{`"d"`}},
		{"nobody asked", `{"aud":["a","b"]}`, jwt.WithLeeway(0), jwt.ErrInvalidAudience, []string{`["a", "b"]`, "WithAudience", `WithoutCheck("aud")`}, nil},
		{"strict", `{"aud":["a"]}`, jwt.WithStrictAudience("a"), jwt.ErrInvalidAudience, []string{`["a"]`, `"a" (WithStrictAudience)`}, nil},
		{"typ", `{}`, jwt.WithType("at+jwt"), jwt.ErrInvalidType, []string{`"JWT"`, `"at+jwt"`}, nil},
		{"another subject", `{"sub":"alice@example"}`, jwt.WithSubject("bob"), jwt.ErrInvalidSubject, []string{`"bob"`}, []string{"alice"}},
		{"sub a number", `{"sub":7}`, jwt.WithLeeway(0), jwt.ErrInvalidSubject, []string{`WithoutCheck("sub")`}, nil},
		{"sub a number, and wanted", `{"sub":7}`, jwt.WithSubject("7"), jwt.ErrInvalidSubject, []string{"string"}, []string{"WithoutCheck"}},
		{"iss a number", `{"iss":7}`, jwt.WithLeeway(0), jwt.ErrInvalidIssuer, []string{`WithoutCheck("iss")`}, nil},
		{"iss a number, and wanted", `{"iss":7}`, jwt.WithIssuer("7"), jwt.ErrInvalidIssuer, []string{"string"}, []string{"WithoutCheck"}},
		{"aud a number", `{"aud":7}`, jwt.WithLeeway(0), jwt.ErrInvalidAudience, []string{"array of strings", `WithoutCheck("aud")`}, nil},
		{"aud a number, and wanted", `{"aud":7}`, jwt.WithAudience("7"), jwt.ErrInvalidAudience, []string{"string"}, []string{"WithoutCheck"}},
		{"aud a number, and wanted exactly", `{"aud":7}`, jwt.WithStrictAudience("7"), jwt.ErrInvalidAudience, []string{"string"}, []string{"WithoutCheck"}},
		{"jti a number", `{"jti":7}`, jwt.WithLeeway(0), jwt.ErrInvalidID, []string{`WithoutCheck("jti")`}, nil},
		{"exp in milliseconds", `{"exp":1800000060000}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{`"exp"`, "milliseconds", "seconds since 1970"}, nil},
		{"exp in milliseconds of 2029", `{"exp":1860000000999}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{"milliseconds"}, nil},
		{"nbf in milliseconds", `{"nbf":1500000000000}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{"milliseconds"}, nil},
		{"iat in milliseconds", `{"iat":1500000000000}`, jwt.WithLeeway(0), jwt.ErrInvalidIssuedAt, []string{"milliseconds"}, nil},
		{"exp in microseconds", `{"exp":1800000060000000}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{"microseconds"}, nil},
		{"exp in nanoseconds", `{"exp":1800000060000000000}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{"nanoseconds"}, nil},
		{"exp beyond all", `{"exp":99999999999999}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{"1 to 9999"}, []string{"looks like"}},
		{"exp a text", `{"exp":"1800000060"}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{"number"}, []string{"WithoutCheck", "looks like"}},
		{"exp a long text", `{"exp":"18000000600"}`, jwt.WithLeeway(0), jwt.ErrDecode, []string{"number"}, []string{"looks like"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			claims, err := jwt.Decode(claimed(tt.payload), secret, jwt.HS256, at(now), jwt.WithType("JWT"), tt.opt) // a type that it has turns on nothing else
			assert.Nil(t, claims)
			assertClass(t, err, tt.class)
			for _, says := range tt.says {
				assert.Contains(t, err.Error(), says)
			}
			for _, not := range tt.not {
				assert.NotContains(t, err.Error(), not)
			}
			assert.Less(t, len(err.Error()), 300)
			// Before the signature held nothing of it is told.
			_, err = jwt.Decode(altered(claimed(tt.payload)), secret, jwt.HS256, at(now), tt.opt)
			assertClass(t, err, jwt.ErrInvalidSignature)
			for _, value := range []string{"a.example", "api://", "joe", "alice"} {
				assert.NotContains(t, err.Error(), value)
			}
		})
	}
}

// Where an option is given several times, each is held against the token.
func TestClaimTextsOfSeveralOptions(t *testing.T) {
	for _, wanted := range [][]string{{"https://a.example", "joe"}, {"joe", "https://a.example"}} {
		_, err := jwt.Decode(claimed(`{"iss":"https://a.example/"}`), secret, jwt.HS256, jwt.WithIssuer(wanted[0]), jwt.WithIssuer(wanted[1]))
		assertClass(t, err, jwt.ErrInvalidIssuer)
		assert.Contains(t, err.Error(), "index 17")
		_, err = jwt.Decode(claimed(`{"aud":"https://a.example/"}`), secret, jwt.HS256, jwt.WithAudience(wanted[0]), jwt.WithAudience(wanted[1]))
		assertClass(t, err, jwt.ErrInvalidAudience)
		assert.Contains(t, err.Error(), "index 17")
	}
}

// A duration that is not meant says what was, and how a test does it.
func TestDurationTexts(t *testing.T) {
	for _, d := range []time.Duration{-time.Hour, -time.Second, -1} {
		_, err := jwt.Encode(jwt.Claims{}, secret, jwt.WithExpiresIn(d))
		assertNames(t, err, "WithExpiresIn")
		assert.Contains(t, err.Error(), "WithClock")
	}
	for _, opt := range []jwt.EncodeOption{jwt.WithExpiresIn(30), jwt.WithExpiresIn(0), jwt.WithExpiresIn(time.Second - 1)} {
		_, err := jwt.Encode(jwt.Claims{}, secret, opt)
		assertNames(t, err, "WithExpiresIn")
		assert.Contains(t, err.Error(), "30ns")
	}
	for name, opt := range map[string]func(time.Duration) jwt.DecodeOption{"WithMaxTokenAge": jwt.WithMaxTokenAge, "WithLeeway": jwt.WithLeeway} {
		for d, hasUnit := range map[time.Duration]bool{-time.Hour: true, -time.Millisecond: true, -time.Millisecond + 1: false, -30: false} {
			_, err := jwt.Decode("", secret, jwt.HS256, opt(d))
			assertNames(t, err, name)
			assert.Equal(t, !hasUnit, strings.Contains(err.Error(), "30ns"), "%s: %v", d, err)
			assert.Equal(t, hasUnit, strings.Contains(err.Error(), "negative"), "%s: %v", d, err)
		}
	}
	// It is true what the first one says.
	token, err := jwt.Encode(jwt.Claims{}, secret, jwt.WithExpiresIn(time.Hour), at(now.Add(-2*time.Hour)))
	require.NoError(t, err)
	_, err = jwt.Decode(token, secret, jwt.HS256, at(now))
	assert.True(t, errors.Is(err, jwt.ErrExpired))
}

// White space is named wherever it is in the payload, first too.
func TestWhiteSpaceInPayload(t *testing.T) {
	header, rest, _ := strings.Cut(claimed(`{"sub":"alice"}`), ".")
	payload, signature, _ := strings.Cut(rest, ".")
	for _, wrapped := range []string{"\n" + payload, " " + payload, payload[:3] + "\n" + payload[3:], payload + " "} {
		_, err := jwt.Decode(header+"."+wrapped+"."+signature, secret, jwt.HS256)
		assert.ErrorContains(t, err, "white space", "%q", wrapped)
	}
	_, err := jwt.Decode(header+"."+payload+"."+signature[1:]+"A", secret, jwt.HS256)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "white space")
	assert.NoError(t, errors.Unwrap(err), "there is no other error in it")
}
