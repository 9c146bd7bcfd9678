package jwt_test

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What a user gets wrong at first has an error that names the way out.
func TestWrongTurns(t *testing.T) {
	good := claimed(`{"sub":"alice"}`)
	decode := func(token string, opts ...jwt.DecodeOption) func() error {
		return func() error { _, err := jwt.Decode(token, secret, jwt.HS256, append(opts, at(now))...); return err }
	}
	encode := func(payload any, opts ...jwt.EncodeOption) func() error {
		return func() error { _, err := jwt.Encode(payload, secret, opts...); return err }
	}
	sign := func(secret string) func() error {
		return func() error { _, err := jwt.Encode(jwt.Claims{}, []byte(secret)); return err }
	}
	readJWK := func(text string) func() error {
		return func() error { _, err := jwt.ParseJWK([]byte(text)); return err }
	}
	newKey := func(material any) func() error {
		return func() error { _, err := jwt.NewKey(material); return err }
	}
	type namedText string
	inSet := func(kid, jwks string) func() error {
		return func() error {
			set, err := jwt.ParseKeySet([]byte(`{"keys":[` + jwks + `]}`))
			require.NoError(t, err)
			_, err = jwt.Decode(forge(`{"alg":"HS256","kid":"`+kid+`"}`, `{}`), set, jwt.HS256)
			return err
		}
	}
	for _, tt := range []struct {
		name  string
		turn  func() error
		class error
		says  []string
	}{
		{"an empty secret", sign(""), jwt.ErrInvalidKey, []string{"empty", "setting"}},
		{"an empty secret to verify with", func() error { _, err := jwt.Decode(good, []byte(nil), jwt.HS256); return err }, jwt.ErrInvalidKey, []string{"empty", "setting"}},
		{"a secret of 6 bytes", sign("secret"), jwt.ErrInvalidKey, []string{"6", "32", "AllowWeakKey"}},
		{"a secret of 6 bytes for NewKey", func() error { _, err := jwt.NewKey([]byte("secret")); return err }, jwt.ErrInvalidKey, []string{"HS256 needs at least 32", "AllowWeakKey"}},
		{"nothing to encode", encode(nil), jwt.ErrInvalidOption, []string{"jwt: the payload is nil", "jwt.Claims{}"}},
		{"a nil pointer to encode", encode((*jwt.RegisteredClaims)(nil)), jwt.ErrInvalidOption, []string{"jwt: the payload is a nil pointer", "jwt.Claims{}"}},
		{"a date of text in a payload", encode(jwt.Claims{"exp": "tomorrow"}), jwt.ErrInvalidOption, []string{"exp", "NumericDate"}},
		{"a secret of zeros", sign(strings.Repeat("\x00", 32)), jwt.ErrInvalidKey, []string{"zero"}},
		{"PEM as a secret", sign("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"), jwt.ErrInvalidKey, []string{"ParsePEM"}},
		{"a JWK as a secret", sign(`{"kty":"oct","k":"c2l4dHktZm91ciBvY3RldHM"}`), jwt.ErrInvalidKey, []string{"ParseJWK"}},
		{"a JWK Set as a secret", sign(`{"keys":[{"kty":"oct","k":"c2l4dHktZm91ciBvY3RldHM"}]}`), jwt.ErrInvalidKey, []string{"ParseKeySet"}},
		{"a string given to NewKey", func() error { _, err := jwt.NewKey("not to be told"); return err }, jwt.ErrInvalidKey, []string{"[]byte", "ParsePEM"}},
		{"PEM of something else", func() error {
			_, err := jwt.ParsePEM([]byte("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"))
			return err
		}, jwt.ErrInvalidKey, []string{"PUBLIC KEY", "malformed"}},
		{"no PEM", func() error { _, err := jwt.ParsePEM([]byte("MCowBQYDK2VwAyEA")); return err }, jwt.ErrInvalidKey, []string{"base64", "PEM lines", "crypto/x509"}},
		{"PEM with four dashes", func() error {
			_, err := jwt.ParsePEM([]byte("---- BEGIN PUBLIC KEY ----\nMAA=\n---- END PUBLIC KEY ----\n"))
			return err
		}, jwt.ErrInvalidKey, []string{"no PEM block", "-----BEGIN"}},
		{"no PEM at all", func() error { _, err := jwt.ParsePEM([]byte("a pass phrase, or what")); return err }, jwt.ErrInvalidKey, []string{"no PEM block", "BEGIN"}},
		{"a secret of a type of its own", newKey(namedBytes(secret)), jwt.ErrInvalidKey, []string{"namedBytes", "only a []byte is a secret"}},
		{"a secret in JSON's type", newKey(json.RawMessage(secret)), jwt.ErrInvalidKey, []string{"only a []byte is a secret"}},
		{"a secret in an array", newKey([64]byte(secret)), jwt.ErrInvalidKey, []string{"only a []byte is a secret"}},
		{"a pointer to a secret", newKey(&secret), jwt.ErrInvalidKey, []string{"only a []byte is a secret"}},
		{"text of a type of its own", newKey(namedText("a pass phrase")), jwt.ErrInvalidKey, []string{"namedText", "[]byte(secret)", "ParsePEM"}},
		{"a pointer to an Ed25519 key", newKey(&ed25519.PublicKey{}), jwt.ErrInvalidKey, []string{"give the ed25519.PublicKey"}},
		{"a set as a key", newKey(&jwt.KeySet{}), jwt.ErrInvalidKey, []string{"NewDecoder"}},
		{"an RSA key by value", newKey(rsaKey().PublicKey), jwt.ErrInvalidKey, []string{"as a pointer"}},
		{"no JWK", readJWK(""), jwt.ErrInvalidKey, []string{"the JWK is empty", "missing"}},
		{"a page as a JWK", readJWK("<html>"), jwt.ErrInvalidKey, []string{"the JWK is HTML"}},
		{"a JWK that is not quite JSON", readJWK(`{"kty":"oct",}`), jwt.ErrInvalidKey, []string{"not strictly valid JSON"}},
		{"a JWK in base64", readJWK(`{"kty":"oct","k":"+/+/"}`), jwt.ErrInvalidKey, []string{`"k"`, "is in base64, and base64url is wanted"}},
		{"a JWK in something else", readJWK(`{"kty":"oct","k":"a b"}`), jwt.ErrInvalidKey, []string{`"k"`, "not canonical base64url"}},
		{"a JWK whose kid is an object", readJWK(`{"kty":"oct","kid":{"a":1}}`), jwt.ErrInvalidKey, []string{`"kid" of the JWK is an object, and must be`}},
		{"a JWK whose kid is an array", readJWK(`{"kty":"oct","kid":["a"]}`), jwt.ErrInvalidKey, []string{`"kid" of the JWK is an array, and must be`}},
		{"a JWK whose kid is true", readJWK(`{"kty":"oct","kid":true}`), jwt.ErrInvalidKey, []string{`"kid" of the JWK is true, and must be`}},
		{"a JWK whose kid is a number", readJWK(`{"kty":"oct","kid":7}`), jwt.ErrInvalidKey, []string{`"kid" of the JWK is the number 7, and must be`}},
		{"a JWK whose secret is a number", readJWK(`{"kty":"oct","k":7}`), jwt.ErrInvalidKey, []string{`"k" of the JWK must be a JSON string`}},
		{"a JWK with a modulus that no key has", readJWK(`{"kty":"RSA","e":"AQAB","n":"` + strings.Repeat("A", 4099) + `"}`), jwt.ErrInvalidKey, []string{`"n"`, "longer than that of any key"}},
		{"a JWK with as many zeros as may be", readJWK(`{"kty":"RSA","e":"AQAB","n":"` + strings.Repeat("A", 4098) + `"}`), jwt.ErrInvalidKey, []string{"modulus"}},
		{"a JWK for ML-DSA without an algorithm", readJWK(`{"kty":"AKP","pub":"AAAA"}`), jwt.ErrInvalidKey, []string{`no "alg"`}},
		{"a JWK of an RSA key without a modulus", readJWK(`{"kty":"RSA","e":"AQAB"}`), jwt.ErrInvalidKey, []string{`no "n"`}},
		{"a nil *Key", func() error { _, err := jwt.Decode(good, (*jwt.Key)(nil), jwt.HS256); return err }, jwt.ErrInvalidKey, []string{"NewKey"}},
		{"a secret for another algorithm", func() error { _, err := jwt.Decode(good, secret, jwt.RS256); return err }, jwt.ErrInvalidKey, []string{"RS256", "[]byte", "HS256"}},
		{"a secret too short for both", func() error { _, err := jwt.Decode(good, secret[:32], jwt.HS384|jwt.HS512); return err }, jwt.ErrInvalidKey, []string{"32 bytes", "HS384 needs at least 48"}},
		{"a public key to sign with", func() error { _, err := jwt.Encode(jwt.Claims{}, mustKey(t, edKey).Public()); return err }, jwt.ErrInvalidKey, []string{"public", "private half"}},
		{"a key for another algorithm", func() error { _, err := jwt.Decode(good, &ecKeys[jwt.ES256].PublicKey, jwt.RS256); return err }, jwt.ErrInvalidKey, []string{"EC key on P-256 serves ES256", "RS256"}},
		{"a key bound to another algorithm", func() error {
			_, err := jwt.Decode(good, mustKey(t, edKey, jwt.WithKeyAlgorithm(jwt.Ed25519)).Public(), jwt.EdDSA)
			return err
		}, jwt.ErrInvalidKey, []string{"bound to Ed25519", "EdDSA"}},
		{"a JWK that is to verify with", func() error {
			key, err := jwt.ParseJWK([]byte(`{"kty":"oct","k":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","alg":"HS256","key_ops":["verify"]}`))
			require.NoError(t, err)
			_, err = jwt.Encode(jwt.Claims{}, key)
			return err
		}, jwt.ErrInvalidKey, []string{`"key_ops" are "verify"`}},
		{"a token without kid for a set of other keys", func() error {
			set, err := jwt.NewKeySet(mustKey(t, edKey, jwt.WithKeyID("k")))
			require.NoError(t, err)
			_, err = jwt.Decode(good, set, jwt.HS256|jwt.EdDSA)
			return err
		}, jwt.ErrKeyNotFound, []string{"no key", "serves", "HS256"}},
		{"a set none of whose keys serves", func() error {
			set, err := jwt.NewKeySet(mustKey(t, edKey), mustKey(t, ecKeys[jwt.ES256]))
			require.NoError(t, err)
			_, err = jwt.NewDecoder(set, jwt.RS256)
			return err
		}, jwt.ErrInvalidKey, []string{"no key", "RS256", "ES256|EdDSA"}},
		{"a set of one key, which does not serve", func() error {
			set, err := jwt.NewKeySet(mustKey(t, edKey))
			require.NoError(t, err)
			_, err = jwt.NewDecoder(set, jwt.RS256)
			return err
		}, jwt.ErrInvalidKey, []string{"the Ed25519 key serves EdDSA", "RS256"}},
		{"a set none of whose keys is to verify", func() error {
			key, err := jwt.ParseJWK([]byte(`{"kty":"oct","k":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","use":"enc"}`))
			require.NoError(t, err)
			named, err := jwt.NewKey(key, jwt.WithKeyID("k"))
			require.NoError(t, err)
			set, err := jwt.NewKeySet(key, named)
			require.NoError(t, err)
			_, err = jwt.NewDecoder(set, jwt.HS256)
			return err
		}, jwt.ErrInvalidKey, []string{"no key of the set is for verifying"}},
		{"a set that had to skip one", inSet("z", `{"kty":"x"}`), jwt.ErrKeyNotFound, []string{`no key "z"`, "member 0 of the JWK Set cannot be used"}},
		{"a set that had to skip some", inSet("z", `{"kty":"x"},{"kty":"y"}`), jwt.ErrKeyNotFound, []string{`no key "z"`, "2 of its members", "KeySet.Skipped"}},
		{"a set that had to skip the key", inSet("a", `{"kty":"x"},{"kty":"y","kid":"a"}`), jwt.ErrKeyNotFound, []string{`was skipped: member 1 of the JWK Set ("a")`, `"y"`}},
		{"no algorithm", func() error { _, err := jwt.Decode(good, secret, 0); return err }, jwt.ErrInvalidOption, []string{"jwt.HS256"}},
		{"a zero Encoder", func() error { _, err := new(jwt.Encoder).Encode(jwt.Claims{}); return err }, jwt.ErrInvalidOption, []string{"NewEncoder"}},
		{"a zero Decoder", func() error { _, err := new(jwt.Decoder).Decode(good); return err }, jwt.ErrInvalidOption, []string{"NewDecoder"}},

		{"Bearer left on", decode("Bearer " + good), jwt.ErrDecode, []string{"Bearer"}},
		{"bearer left on", decode("bearer " + good), jwt.ErrDecode, []string{"Bearer"}},
		{"Bearer and a dot", decode("Bearer ." + good[strings.IndexByte(good, '.')+1:]), jwt.ErrDecode, []string{"Bearer"}},
		{"JSON with dots in it", decode(`{"token":"` + good + `"}`), jwt.ErrDecode, []string{"JSON", "compact"}},
		{"a header of the other base64", decode("+/" + good), jwt.ErrDecode, []string{"header", "base64url"}},
		{"a payload of the other base64", decode(forgeSegments(b64(`{"alg":"HS256"}`), "+/+/")), jwt.ErrDecode, []string{"payload", "base64url"}},
		{"a trailing newline", decode(good + "\n"), jwt.ErrDecode, []string{"line break", "trim"}},
		{"a trailing CR LF", decode(good + "\r\n"), jwt.ErrDecode, []string{"line break", "trim"}},
		{"a leading space", decode(" " + good), jwt.ErrDecode, []string{"space", "trim"}},
		{"no token", decode(""), jwt.ErrDecode, []string{"empty"}},
		{"an encrypted token", decode("a.b.c.d.e"), jwt.ErrDecode, []string{"encrypted"}},
		{"a JSON serialization", decode(`{"payload":"e30","signatures":[]}`), jwt.ErrDecode, []string{"segments"}},
		{"a large token", decode(claimed(`{"a":"` + strings.Repeat("a", 256<<10) + `"}`)), jwt.ErrDecode, []string{"WithMaxSize"}},
		{"a payload that is not quite JSON", decode(claimed(`{"a":1;}`)), jwt.ErrDecode, []string{"comma", "byte 6)"}},
		{"a nested token", decode(forge(`{"alg":"HS256","cty":"JWT"}`, good)), jwt.ErrDecode, []string{"cty"}},
		{"an unencoded payload", func() error {
			_, err := jwt.Verify(forge(`{"alg":"HS256","b64":false,"crit":["b64"]}`, ""), secret, jwt.HS256)
			return err
		}, jwt.ErrDecode, []string{"WithDetachedPayload"}},
		{"extensions, and the program knows none", decode(forge(`{"alg":"HS256","typ":"JWT","x":1,"crit":["x"]}`, "{}"), jwt.WithType("JWT")), jwt.ErrInvalidToken, []string{`"crit"`, "extensions", "WithCritical names them"}},
		{"an extension that the program does not know", decode(forge(`{"alg":"HS256","x":1,"crit":["x"]}`, "{}"), jwt.WithCritical("y")), jwt.ErrInvalidToken, []string{`extension "x"`, "WithCritical names it"}},
		{"an extension with the name of the list", decode(forge(`{"alg":"HS256","crit":["crit"]}`, "{}"), jwt.WithCritical("y")), jwt.ErrInvalidToken, []string{`extension "crit"`}},
		{"the extension that no JWT has", decode(forge(`{"alg":"HS256","b64":true,"crit":["b64"]}`, "{}"), jwt.WithCritical("y")), jwt.ErrInvalidToken, []string{`"b64"`, "no JWT", "RFC 7797"}},
		{"an aud nobody asked for", decode(claimed(`{"aud":"api"}`)), jwt.ErrInvalidAudience, []string{"WithAudience", `WithoutCheck("aud")`}},
		{"an aud of another service", decode(claimed(`{"aud":"api"}`), jwt.WithAudience("web")), jwt.ErrInvalidAudience, []string{`"web"`, "WithAudience"}},
		{"an aud that is a list", decode(claimed(`{"aud":["api"]}`), jwt.WithStrictAudience("api")), jwt.ErrInvalidAudience, []string{"WithStrictAudience"}},
		{"another issuer", decode(claimed(`{"iss":"a"}`), jwt.WithIssuer("b", "c")), jwt.ErrInvalidIssuer, []string{`not "b" or "c" (`, "WithIssuer"}},
		{"another issuer, a long one", decode(claimed(`{"iss":"a"}`), jwt.WithIssuer("a"+strings.Repeat("é", 100))), jwt.ErrInvalidIssuer, []string{`"a` + strings.Repeat("é", 31) + `"… `, "WithIssuer"}},
		{"another subject, of 64 characters", decode(good, jwt.WithSubject(strings.Repeat("b", 64))), jwt.ErrInvalidSubject, []string{`"` + strings.Repeat("b", 64) + `" `}},
		{"another subject, of more", decode(good, jwt.WithSubject(strings.Repeat("b", 65))), jwt.ErrInvalidSubject, []string{`"` + strings.Repeat("b", 64) + `"… `}},
		{"another subject", decode(good, jwt.WithSubject("bob")), jwt.ErrInvalidSubject, []string{`"bob"`, "WithSubject"}},
		{"another type", decode(good, jwt.WithType("at+jwt")), jwt.ErrInvalidType, []string{`"JWT"`, `"at+jwt"`, "WithType"}},
		{"another algorithm", func() error { _, err := jwt.Decode(good, secret, jwt.HS384); return err }, jwt.ErrInvalidAlgorithm, []string{`"HS256"`, "HS384"}},
		{"no type", func() error {
			_, err := jwt.Decode(forge(headed(jwt.HS256), `{}`), secret, jwt.HS256, jwt.WithType("JWT"))
			return err
		}, jwt.ErrInvalidType, []string{`no "typ"`, "WithType"}},
		{"no alg", func() error { _, err := jwt.Decode(forge(`{}`, good), secret, jwt.HS256); return err }, jwt.ErrInvalidAlgorithm, []string{`no "alg"`}},
		{"an alg that is a number", func() error { _, err := jwt.Decode(forge(`{"alg":1}`, good), secret, jwt.HS256); return err }, jwt.ErrInvalidAlgorithm, []string{`"alg" must be a JSON string`}},
		{"no exp", decode(good, jwt.WithRequired("exp")), jwt.ErrMissingClaim, []string{`"exp"`, "WithRequired"}},
		{"no iss", decode(good, jwt.WithIssuer("i")), jwt.ErrMissingClaim, []string{`"iss"`, "WithIssuer"}},
		{"no sub", decode(claimed(`{}`), jwt.WithSubject("s")), jwt.ErrMissingClaim, []string{`"sub"`, "WithSubject"}},
		{"no aud", decode(good, jwt.WithAudience("a")), jwt.ErrMissingClaim, []string{`"aud"`, "WithAudience"}},
		{"no aud for the strict one", decode(good, jwt.WithStrictAudience("a")), jwt.ErrMissingClaim, []string{`"aud"`, "WithStrictAudience"}},
		{"no iat for the age", decode(good, jwt.WithMaxTokenAge(time.Hour)), jwt.ErrMissingClaim, []string{`"iat"`, "WithMaxTokenAge"}},
		{"clocks that differ, exp", decode(claimed(`{"exp":1799999998.5}`)), jwt.ErrExpired, []string{"1.5s", "2027-01-15T07:59:58Z", "WithLeeway"}},
		{"a token that is too old", decode(claimed(`{"iat":1799999990}`), jwt.WithMaxTokenAge(time.Second)), jwt.ErrExpired, []string{"too old 9s ago", `"iat"`, "WithMaxTokenAge"}},
		{"clocks that differ, nbf", decode(claimed(`{"nbf":1800000002}`)), jwt.ErrImmature, []string{" in 2s (", "WithLeeway"}},
		{"clocks that differ, iat", decode(claimed(`{"iat":1800000002}`)), jwt.ErrImmature, []string{" in 2s (", "WithLeeway"}},

		{"a negative leeway", decode(good, jwt.WithLeeway(-time.Second)), jwt.ErrInvalidOption, []string{"WithLeeway"}},
		{"a leeway of 30", decode(good, jwt.WithLeeway(30)), jwt.ErrInvalidOption, []string{"WithLeeway", "30ns", "time.Second"}},
		{"a maximum age of 30", decode(good, jwt.WithMaxTokenAge(30)), jwt.ErrInvalidOption, []string{"WithMaxTokenAge", "30ns", "time.Second"}},
		{"a lifetime of 15", encode(jwt.Claims{}, jwt.WithExpiresIn(15)), jwt.ErrInvalidOption, []string{"WithExpiresIn", "15ns", "30ns", "time.Second"}},
		{"an audience of nothing", decode(good, jwt.WithAudience("")), jwt.ErrInvalidOption, []string{"WithAudience", "configuration"}},
		{"an audience of none", decode(good, jwt.WithAudience()), jwt.ErrInvalidOption, []string{"WithAudience", "empty"}},
		{"WithAudience given to Verify", func() error { _, err := jwt.Verify(good, secret, jwt.HS256, jwt.WithAudience("a")); return err }, jwt.ErrInvalidOption, []string{"Verify", "WithAudience"}},
		{"WithDetachedPayload given to Decode", decode(good, jwt.WithDetachedPayload(nil)), jwt.ErrInvalidOption, []string{"Decode", "WithDetachedPayload"}},
		{"WithExpiresIn given to Sign", func() error { _, err := jwt.Sign(nil, secret, jwt.WithExpiresIn(time.Hour)); return err }, jwt.ErrInvalidOption, []string{"Sign", "WithExpiresIn"}},
		{"a check that is none", decode(good, jwt.WithoutCheck("signature")), jwt.ErrInvalidOption, []string{"WithoutCheck", `"signature"`, "exp"}},
		{"alg by WithHeader", encode(jwt.Claims{}, jwt.WithHeader("alg", "none")), jwt.ErrInvalidOption, []string{"WithHeader", "WithAlgorithm"}},
		{"kid by WithHeader", encode(jwt.Claims{}, jwt.WithHeader("kid", "k")), jwt.ErrInvalidOption, []string{"WithHeader", "WithKeyID"}},

		{"a duration under exp", encode(jwt.Claims{"exp": time.Hour}), jwt.ErrInvalidOption, []string{`"exp"`, "time.Duration", "WithExpiresIn"}},
		{"a duration under exp of a struct", encode(struct {
			Exp time.Duration `json:"exp"`
		}{time.Hour}), jwt.ErrInvalidOption, []string{`"exp"`, "time.Duration", "WithExpiresIn"}},
		{"milliseconds under exp", encode(jwt.Claims{"exp": now.UnixMilli()}), jwt.ErrInvalidOption, []string{`"exp"`, "seconds", "NumericDate", "milliseconds"}},
		{"text under exp", encode(jwt.Claims{"exp": "soon"}), jwt.ErrInvalidOption, []string{`"exp"`, "seconds", "NumericDate"}},
		{"the zero time under exp", encode(jwt.Claims{"exp": time.Time{}}), jwt.ErrInvalidOption, []string{`"exp"`, "zero"}},
		{"a number under sub", encode(jwt.Claims{"sub": 42}), jwt.ErrInvalidOption, []string{`"sub"`, "string"}},
		{"exp in both", encode(jwt.Claims{"exp": now}, jwt.WithExpiresIn(time.Hour)), jwt.ErrInvalidOption, []string{`"exp"`, "option"}},
		{"bytes as claims", encode([]byte(`{}`)), jwt.ErrInvalidOption, []string{"Sign"}},
		{"bytes of another type as claims", encode(namedBytes(`{}`)), jwt.ErrInvalidOption, []string{"Sign"}},
		{"bytes as claims, behind a pointer", encode(&[]byte{'{', '}'}), jwt.ErrInvalidOption, []string{"Sign"}},
		{"nil as claims", encode(nil), jwt.ErrInvalidOption, []string{"jwt.Claims{}"}},
		{"a list as claims", encode([]string{"a"}), jwt.ErrInvalidOption, []string{"JSON object"}},
		{"a channel as a claim", encode(jwt.Claims{"c": make(chan int)}), jwt.ErrInvalidOption, []string{`"c"`}},
		{"a struct that is no pointer", func() error {
			decoder, err := jwt.NewDecoder(secret, jwt.HS256)
			require.NoError(t, err)
			return decoder.DecodeInto(good, jwt.RegisteredClaims{})
		}, jwt.ErrInvalidOption, []string{"pointer"}},
		{"a claim of another type", func() error { _, err := jwt.Get[int](jwt.Claims{"age": "7"}, "age"); return err }, jwt.ErrInvalidToken, []string{`"age"`, "string", "int"}},
		{"a claim that is not there", func() error { _, err := jwt.Get[int](jwt.Claims{}, "age"); return err }, jwt.ErrMissingClaim, []string{`"age"`}},
		{"a name that is none of IANA's", func() error { _, err := jwt.ParseAlgorithm("hs256"); return err }, jwt.ErrInvalidOption, []string{`"hs256"`, "written HS256"}},
		{"none", func() error { _, err := jwt.ParseAlgorithm("none"); return err }, jwt.ErrInvalidOption, []string{`"none"`, "IANA", "HS256"}},
		{"no algorithm for a new key", func() error { _, err := jwt.GenerateKey(0); return err }, jwt.ErrInvalidOption, []string{"no algorithm", "jwt.HS256"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.turn()
			assertClass(t, err, tt.class)
			for _, says := range tt.says {
				assert.Contains(t, err.Error(), says)
			}
			assert.True(t, strings.HasPrefix(err.Error(), "jwt: "), err)
			assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
			assert.Less(t, len(err.Error()), 300)
			for _, never := range []string{string(secret), good, good[strings.LastIndexByte(good, '.')+1:], "not to be told", "c2l4dHkt"} {
				assert.NotContains(t, err.Error(), never)
			}
		})
	}
}
