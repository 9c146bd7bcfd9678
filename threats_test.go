package jwt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A test for each class of what has gone wrong with tokens, so that
//
//	go test -run Threat -v
//
// reads as a table. Classes 37 and 42 are about fetching keys and about regular
// expressions, of which there are none here.
func TestThreats(t *testing.T) {
	refused := func(t *testing.T, class error, tokens ...string) {
		t.Helper()
		for _, token := range tokens {
			claims, err := jwt.Decode(token, secret, jwt.HS256, at(now))
			assert.Nil(t, claims)
			assertClass(t, err, class)
		}
	}
	noKey := func(t *testing.T, secrets ...string) {
		t.Helper()
		for _, octets := range secrets {
			_, err := jwt.Decode(claimed(`{}`), []byte(octets), jwt.HS256)
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.Encode(jwt.Claims{}, []byte(octets))
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.NewKey([]byte(octets))
			assertClass(t, err, jwt.ErrInvalidKey)
		}
	}
	noJWK := func(t *testing.T, jwks ...string) {
		t.Helper()
		for _, text := range jwks {
			_, err := jwt.ParseJWK([]byte(text))
			assertClass(t, err, jwt.ErrInvalidKey)
		}
	}
	headed := func(header string) string { return forge(header, `{}`) }
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	spki, err := x509.MarshalPKIXPublicKey(&ecKey.PublicKey)
	require.NoError(t, err)
	asPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
	ecToken, err := jwt.Encode(jwt.Claims{}, ecKey)
	require.NoError(t, err)
	ecInput := cutSignature(ecToken)
	ecRefused := func(t *testing.T, signature []byte) {
		t.Helper()
		_, err := jwt.Decode(ecInput+base64.RawURLEncoding.EncodeToString(signature), &ecKey.PublicKey, jwt.ES256)
		assertClass(t, err, jwt.ErrInvalidSignature)
	}

	tests := map[string]func(t *testing.T){
		"01 alg none": func(t *testing.T) {
			for _, alg := range []string{"none", "None", "NONE", "nOnE"} {
				refused(t, jwt.ErrInvalidAlgorithm, b64(`{"alg":"`+alg+`"}`)+"."+b64(`{}`)+".", headed(`{"alg":"`+alg+`"}`))
				_, err := jwt.ParseAlgorithm(alg)
				assertClass(t, err, jwt.ErrInvalidOption)
			}
		},
		"02 unknown alg": func(t *testing.T) {
			refused(t, jwt.ErrInvalidAlgorithm, b64(`{"alg":"HS1"}`)+"."+b64(`{}`)+".", headed(`{}`), headed(`{"alg":""}`), headed(`{"alg":1}`), headed(`{"alg":null}`))
		},
		"03 key confusion": func(t *testing.T) {
			jwk, err := json.Marshal(mustKey(t, &ecKey.PublicKey))
			require.NoError(t, err)
			noKey(t, asPEM, " \n"+asPEM, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ", "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY",
				string(jwk), " "+string(jwk), `{"keys":[`+string(jwk)+`]}`)
			_, err = jwt.Decode(claimed(`{}`), &ecKey.PublicKey, jwt.HS256|jwt.ES256)
			assertClass(t, err, jwt.ErrInvalidAlgorithm)
		},
		"04 allowed alg, other alg used": func(t *testing.T) {
			key, err := jwt.NewKey(secret, jwt.WithKeyAlgorithm(jwt.HS512))
			require.NoError(t, err)
			_, err = jwt.Decode(claimed(`{}`), key, jwt.HS256|jwt.HS512)
			assertClass(t, err, jwt.ErrInvalidAlgorithm)
		},
		"05 empty key":    func(t *testing.T) { noKey(t, "", strings.Repeat("\x00", 64)) },
		"06 short secret": func(t *testing.T) { noKey(t, "secret", strings.Repeat("s", 31)) },
		"07 signature of zeros": func(t *testing.T) {
			order := elliptic.P256().Params().N
			halves := [][]byte{make([]byte, 32), order.FillBytes(make([]byte, 32)), big.NewInt(1).FillBytes(make([]byte, 32))}
			for _, r := range halves {
				for _, s := range halves {
					ecRefused(t, append(append([]byte{}, r...), s...))
				}
			}
		},
		"08 ECDSA length and form": func(t *testing.T) {
			good, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(ecToken, ecInput))
			require.NoError(t, err)
			ecRefused(t, append([]byte{0}, good...))
			ecRefused(t, append(good[:64:64], 0))
			ecRefused(t, good[:63])
			der, err := ecKey.Sign(rand.Reader, make([]byte, 32), nil)
			require.NoError(t, err)
			ecRefused(t, der)
		},
		"09 curves and points": func(t *testing.T) {
			//lint:ignore SA1019 nothing else makes a key that is no point
			off := ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}
			_, err := jwt.Decode(ecToken, &off, jwt.ES256)
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.Decode(ecToken, &ecKey.PublicKey, jwt.ES384)
			assertClass(t, err, jwt.ErrInvalidKey)
		},
		"10 Ed25519 points and sizes": func(t *testing.T) {
			noJWK(t, `{"kty":"OKP","crv":"Ed25519","x":"`+b64("\x01"+strings.Repeat("\x00", 31))+`"}`, `{"kty":"OKP","crv":"Ed25519","x":"`+b64(strings.Repeat("a", 31))+`"}`)
		},
		"11 RSA signature length": func(t *testing.T) {
			token, err := jwt.Encode(jwt.Claims{}, rsaKey(), jwt.WithAlgorithm(jwt.PS256))
			require.NoError(t, err)
			for _, tail := range []string{"AAAA", "A"} {
				_, err = jwt.Decode(token+tail, &rsaKey().PublicKey, jwt.PS256)
				assert.ErrorIs(t, err, jwt.ErrDecode)
			}
		},
		"12 weak RSA": func(t *testing.T) {
			n := base64.RawURLEncoding.EncodeToString(rsaKey().N.Bytes())
			noJWK(t, `{"kty":"RSA","n":"`+n+`","e":"AQ"}`, `{"kty":"RSA","n":"`+n+`","e":"Ag"}`, `{"kty":"RSA","n":"`+n[:100]+`","e":"AQAB"}`)
		},
		"13 keys in headers": func(t *testing.T) {
			jwk := `{"kty":"oct","k":"` + b64("an attacker's secret, of 32 octets") + `"}`
			for _, header := range []string{`"jwk":` + jwk, `"jku":"https://attacker.example"`, `"x5u":"https://attacker.example"`, `"x5c":["AAAA"]`} {
				token := b64(`{"alg":"HS256",`+header+`}`) + "." + b64(`{}`) + "." + b64(strings.Repeat("x", 32))
				refused(t, jwt.ErrInvalidSignature, token)
			}
		},
		"14 kid of another type": func(t *testing.T) {
			refused(t, jwt.ErrInvalidToken, headed(`{"alg":"HS256","kid":1}`), headed(`{"alg":"HS256","kid":{"a":1}}`))
		},
		"15 use, key_ops, alg of a JWK": func(t *testing.T) {
			for _, extra := range []string{`"use":"enc"`, `"key_ops":["sign"]`, `"alg":"HS512"`} {
				key, err := jwt.ParseJWK([]byte(`{"kty":"oct","k":"` + base64.RawURLEncoding.EncodeToString(secret) + `",` + extra + `}`))
				require.NoError(t, err)
				_, err = jwt.Decode(claimed(`{}`), key, jwt.HS256)
				assertClass(t, err, jwt.ErrInvalidKey)
			}
		},
		"16 ambiguous sets": func(t *testing.T) {
			a, b := mustKey(t, secret, jwt.WithKeyID("k")), mustKey(t, []byte(strings.Repeat("b", 64)), jwt.WithKeyID("k"))
			_, err := jwt.NewKeySet(a, b)
			assertClass(t, err, jwt.ErrInvalidKey)
		},
		"17 crit": func(t *testing.T) {
			for _, crit := range []string{`[]`, `null`, `"b64"`, `["x"]`, `["b64"]`, `["alg"]`, `["x","x"]`, `[1]`} {
				refused(t, jwt.ErrInvalidToken, headed(`{"alg":"HS256","x":1,"b64":true,"crit":`+crit+`}`))
			}
		},
		"18 b64": func(t *testing.T) {
			refused(t, jwt.ErrDecode, headed(`{"alg":"HS256","b64":false}`), headed(`{"alg":"HS256","b64":0}`), headed(`{"alg":"HS256","b64":false,"crit":["b64"]}`))
		},
		"19 names twice": func(t *testing.T) {
			refused(t, jwt.ErrDecode, headed(`{"alg":"HS256","alg":"HS256"}`), claimed(`{"a":{"b":1,"\u0062":2}}`), claimed(`{"sub":"a","sub":"a"}`))
		},
		"20 names that look alike": func(t *testing.T) {
			got, err := jwt.DecodeAs[jwt.RegisteredClaims](claimed(`{"SUB":"a","ſub":"b","Iss":"c"}`), secret, jwt.HS256)
			require.NoError(t, err)
			assert.Zero(t, got)
			refused(t, jwt.ErrInvalidAlgorithm, headed(`{"ALG":"HS256"}`))
		},
		"21 other texts of the same octets": func(t *testing.T) {
			token := claimed(`{"a":1}`)
			refused(t, jwt.ErrDecode, token+"=", token+"\n", strings.Replace(token, ".", "\n.", 1), token[:10]+"\r\n"+token[10:])
		},
		"22 trailing data": func(t *testing.T) {
			refused(t, jwt.ErrDecode, claimed(`{}{}`), claimed(`{},`), headed(`{"alg":"HS256"}x`))
		},
		"23 not UTF-8": func(t *testing.T) {
			refused(t, jwt.ErrDecode, claimed("{\"a\":\"\xff\"}"), claimed(`{"a":"\ud800"}`), claimed("\ufeff{}"))
		},
		"24 no object": func(t *testing.T) {
			refused(t, jwt.ErrDecode, claimed(`null`), claimed(`[]`), claimed(`1`), headed(`null`))
		},
		"25 dates of another type": func(t *testing.T) {
			refused(t, jwt.ErrDecode, claimed(`{"exp":"9999999999"}`), claimed(`{"exp":null}`), claimed(`{"nbf":true}`))
			refused(t, jwt.ErrInvalidIssuedAt, claimed(`{"iat":"0"}`))
		},
		"26 dates out of range": func(t *testing.T) {
			refused(t, jwt.ErrDecode, claimed(`{"exp":1e999}`), claimed(`{"exp":253402300800}`), claimed(`{"exp":`+strings.Repeat("9", 300)+`}`))
			refused(t, jwt.ErrExpired, claimed(`{"exp":0}`), claimed(`{"exp":-1}`))
		},
		"27 boundaries": func(t *testing.T) {
			refused(t, jwt.ErrExpired, claimed(`{"exp":1800000000}`))
			refused(t, jwt.ErrImmature, claimed(`{"nbf":1800000000.000000001}`))
		},
		"28 iss": func(t *testing.T) {
			for _, iss := range []string{`"https://a.example.evil"`, `"https://a"`, `["https://a.example"]`, `null`, `""`} {
				_, err := jwt.Decode(claimed(`{"iss":`+iss+`}`), secret, jwt.HS256, jwt.WithIssuer("https://a.example"))
				assertClass(t, err, jwt.ErrInvalidIssuer)
			}
		},
		"29 aud": func(t *testing.T) {
			refused(t, jwt.ErrInvalidAudience, claimed(`{"aud":"api"}`), claimed(`{"aud":[]}`), claimed(`{"aud":""}`), claimed(`{"aud":null}`), claimed(`{"aud":["api",1]}`))
		},
		"30 sub and jti": func(t *testing.T) {
			refused(t, jwt.ErrInvalidSubject, claimed(`{"sub":1}`))
			refused(t, jwt.ErrInvalidID, claimed(`{"jti":1}`))
		},
		"31 nesting": func(t *testing.T) {
			refused(t, jwt.ErrDecode, claimed(nested(65)), headed(`{"alg":"HS256","x":`+nested(64)+`}`))
		},
		"32 many dots": func(t *testing.T) { refused(t, jwt.ErrDecode, strings.Repeat(".", 1<<20), strings.Repeat(".", 1000)) },
		"33 work before the signature": func(t *testing.T) {
			refused(t, jwt.ErrInvalidSignature, b64(`{"alg":"HS256"}`)+"."+b64(`{not JSON`)+"."+b64(strings.Repeat("x", 32)))
			refused(t, jwt.ErrDecode, headed(`{"alg":"HS256","x":"`+strings.Repeat("x", 9000)+`"}`))
		},
		"34 panics": func(t *testing.T) { refused(t, jwt.ErrDecode, "", "..", ".", "a", "\x00.\x00.\x00") },
		"35 one error, no result": func(t *testing.T) {
			token := claimed(`{"exp":1}`)
			refused(t, jwt.ErrInvalidSignature, altered(token))
			refused(t, jwt.ErrExpired, token)
		},
		"36 errors that tell the signature": func(t *testing.T) {
			token := claimed(`{}`)
			_, err := jwt.Decode(altered(token), secret, jwt.HS256)
			require.Error(t, err)
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), token[len(token)-20:])
		},
		"38 typ": func(t *testing.T) {
			for _, header := range []string{`{"alg":"HS256"}`, `{"alg":"HS256","typ":"JWT"}`} {
				_, err := jwt.Decode(headed(header), secret, jwt.HS256, jwt.WithType("at+jwt"))
				assertClass(t, err, jwt.ErrInvalidType)
			}
		},
		"39 other serializations": func(t *testing.T) {
			refused(t, jwt.ErrDecode, `{"payload":"e30"}`, "a.b.c.d.e", forge(`{"alg":"HS256","cty":"JWT"}`, claimed(`{}`)))
		},
		"40 memory of another token": func(t *testing.T) {
			key := mustKey(t, secret)
			_, err := jwt.Decode(claimed(`{"sub":"a"}`), key, jwt.HS256)
			require.NoError(t, err)
			other := claimed(`{"sub":"b"}`)
			_, err = jwt.Decode(cutSignature(other)+strings.TrimPrefix(claimed(`{"sub":"a"}`), cutSignature(claimed(`{"sub":"a"}`))), key, jwt.HS256)
			assertClass(t, err, jwt.ErrInvalidSignature)
		},
		"41 injection when signing": func(t *testing.T) {
			name := `x":0,"admin`
			token, err := jwt.Encode(jwt.Claims{name: true}, secret, jwt.WithHeader(name, name), jwt.WithKeyID(name))
			require.NoError(t, err)
			got, err := jwt.DecodeComplete(token, secret, jwt.HS256)
			require.NoError(t, err)
			assert.Equal(t, jwt.Claims{name: true}, got.Claims)
			assert.Equal(t, name, got.Header.KeyID)
			_, ok := got.Header.Param("admin")
			assert.False(t, ok)
		},
		"43 many keys": func(t *testing.T) {
			var keys []*jwt.Key
			for i := range 17 {
				keys = append(keys, mustKey(t, []byte(fmt.Sprintf("%064d", i))))
			}
			set, err := jwt.NewKeySet(keys...)
			require.NoError(t, err)
			_, err = jwt.Decode(claimed(`{}`), set, jwt.HS256)
			assertClass(t, err, jwt.ErrKeyNotFound)
		},
		"44 publishing secrets": func(t *testing.T) {
			set, err := jwt.NewKeySet(mustKey(t, secret))
			require.NoError(t, err)
			_, err = json.Marshal(set)
			assert.True(t, errors.Is(err, jwt.ErrInvalidKey))
		},
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			tests[name](t)
			assert.Less(t, time.Since(began), 10*time.Second)
		})
	}
}
