package jwt_test

import (
	"context"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The extensions of Open Banking, and a name in another alphabet.
const (
	bankIat = "http://openbanking.org.uk/iat"
	bankIss = "http://openbanking.org.uk/iss"
	bankTan = "http://openbanking.org.uk/tan"
)

var bank = jwt.WithCritical(bankIat, bankIss, bankTan)

// bankHeader has all three beside what is given.
func bankHeader(more string) string {
	return `{"alg":"HS256","` + bankIat + `":1800000000,"` + bankIss + `":"a bank","` + bankTan + `":"openbankingtan.org.uk"` + more + `}`
}

func listed(names ...string) string { return `,"crit":["` + strings.Join(names, `","`) + `"]` }

// A token whose extensions the program knows is accepted, by Decode and Verify alike.
func TestCriticalUnderstood(t *testing.T) {
	escaped := strings.ReplaceAll(bankIat, "/", `\/`)
	for name, c := range map[string]struct {
		header string
		opts   []jwt.DecodeOption
	}{
		"all":                      {bankHeader(listed(bankIat, bankIss, bankTan)), []jwt.DecodeOption{bank}},
		"one of them":              {bankHeader(listed(bankTan)), []jwt.DecodeOption{bank}},
		"named one by one":         {bankHeader(listed(bankTan, bankIat)), []jwt.DecodeOption{jwt.WithCritical(bankIat), jwt.WithCritical("x"), jwt.WithCritical(bankTan)}},
		"named twice":              {bankHeader(listed(bankIat)), []jwt.DecodeOption{jwt.WithCritical(bankIat, bankIat)}},
		"in escapes":               {bankHeader(listed(escaped, bankIss)), []jwt.DecodeOption{bank}},
		"of another alphabet":      {`{"alg":"HS256","größe":null,"crit":["größe"]}`, []jwt.DecodeOption{jwt.WithCritical("größe")}},
		"a claim's name":           {`{"alg":"HS256","exp":1,"crit":["exp"]}`, []jwt.DecodeOption{jwt.WithCritical("exp")}},
		"crit before all others":   {`{"crit":["x"],"x":{"crit":["y"]},"alg":"HS256"}`, []jwt.DecodeOption{jwt.WithCritical("x")}},
		"none, though some may be": {`{"alg":"HS256"}`, []jwt.DecodeOption{bank}},
		"b64 true, not critical":   {bankHeader(`,"b64":true` + listed(bankIat)), []jwt.DecodeOption{bank}},
	} {
		t.Run(name, func(t *testing.T) {
			token := forge(c.header, `{"sub":"alice"}`)
			decoder, err := jwt.NewDecoder(secret, jwt.HS256, c.opts...)
			require.NoError(t, err)
			for range 2 { // the second time the header is known
				claims, err := decoder.Decode(token)
				require.NoError(t, err)
				assert.Equal(t, "alice", claims.Subject())
				octets, err := decoder.Verify(token)
				require.NoError(t, err)
				assert.Equal(t, `{"sub":"alice"}`, string(octets))
			}
			_, err = jwt.Decode(token, secret, jwt.HS256, c.opts...)
			assert.NoError(t, err)
			_, err = jwt.Verify(token, secret, jwt.HS256, c.opts...)
			assert.NoError(t, err)
			if !strings.Contains(c.header, "crit") {
				return
			}
			// A policy without them refuses it, though the header is known by now.
			_, err = jwt.Decode(token, secret, jwt.HS256)
			assertClass(t, err, jwt.ErrInvalidToken)
			_, err = jwt.Verify(token, secret, jwt.HS256)
			assertClass(t, err, jwt.ErrInvalidToken)
			_, err = jwt.Decode(token, secret, jwt.HS256, jwt.WithCritical("other"))
			assertClass(t, err, jwt.ErrInvalidToken)
			_, err = jwt.DecodeUnverified(token)
			assert.NoError(t, err)
		})
	}
	// What the program is to check is at hand.
	token, err := jwt.DecodeComplete(forge(bankHeader(listed(bankIat)), `{}`), secret, jwt.HS256, bank, jwt.WithValidator(func(_ context.Context, token *jwt.Token) error {
		value, ok := token.Header.Param(bankIat)
		assert.True(t, ok)
		assert.Equal(t, int64(1800000000), value)
		return nil
	}))
	require.NoError(t, err)
	list, ok := token.Header.Param("crit")
	assert.True(t, ok)
	assert.Equal(t, []any{bankIat}, list)
}

// Everything else that "crit" may be refuses, whatever is understood.
func TestCriticalRefused(t *testing.T) {
	for name, header := range map[string]string{
		"one that is not named":           bankHeader(`,"x":1` + listed(bankIat, "x")),
		"one that is not there":           bankHeader(listed(bankIat, "absent")),
		"one that is within another":      bankHeader(`,"x":{"absent":1}` + listed("absent")),
		"twice":                           bankHeader(listed(bankIat, bankIat)),
		"twice, once in escapes":          bankHeader(listed(bankIat, bankIss, strings.ReplaceAll(bankIat, "/", `\u002f`))),
		"in another case":                 bankHeader(listed("HTTP" + bankIat[4:])),
		"with a space":                    bankHeader(listed(bankIat + " ")),
		"no string":                       bankHeader(`,"crit":["` + bankIat + `",1]`),
		"null among them":                 bankHeader(`,"null":1,"crit":[null]`),
		"a number that reads as a name":   bankHeader(`,"7":1,"crit":[7]`),
		"true, which reads as a name":     bankHeader(`,"true":1,"crit":[true]`),
		"an array among them":             bankHeader(`,"crit":[["` + bankIat + `"]]`),
		"a string":                        bankHeader(`,"crit":"` + bankIat + `"`),
		"an object":                       bankHeader(`,"crit":{"` + bankIat + `":1}`),
		"empty":                           bankHeader(`,"crit":[]`),
		"an empty object":                 bankHeader(`,"crit":{}`),
		"null":                            bankHeader(`,"crit":null`),
		"true":                            bankHeader(`,"crit":true`),
		"an empty name":                   bankHeader(`,"":1` + listed("")),
		"crit itself":                     bankHeader(listed("crit")),
		"alg":                             bankHeader(listed("alg")),
		"one of another's, among many":    bankHeader(listed(bankIat, bankIss, bankTan, "exp")),
		"b64, which is not in the header": bankHeader(listed("b64", bankIat)),
	} {
		t.Run(name, func(t *testing.T) {
			token := forge(header, `{"sub":"alice"}`)
			opts := []jwt.DecodeOption{bank, jwt.WithCritical("absent", "7", "true", "null")}
			claims, err := jwt.Decode(token, secret, jwt.HS256, opts...)
			assert.Nil(t, claims)
			assertClass(t, err, jwt.ErrInvalidToken)
			octets, err := jwt.Verify(token, secret, jwt.HS256, opts...)
			assert.Nil(t, octets)
			assertClass(t, err, jwt.ErrInvalidToken)
			detached := cutPayload(token)
			octets, err = jwt.Verify(detached, secret, jwt.HS256, append(opts, jwt.WithDetachedPayload([]byte(`{"sub":"alice"}`)))...)
			assert.Nil(t, octets)
			assertClass(t, err, jwt.ErrInvalidToken)
			assert.Less(t, len(err.Error()), 300)
		})
	}
	// In a JWT "b64" is never among them, be it true.
	for _, more := range []string{`,"b64":true` + listed("b64"), `,"b64":true` + listed("b64", bankIat), `,"b64":true` + listed(bankIat, "b64")} {
		_, err := jwt.Decode(forge(bankHeader(more), `{}`), secret, jwt.HS256, bank)
		assertClass(t, err, jwt.ErrInvalidToken)
	}
}

func cutPayload(token string) string {
	header, rest, _ := strings.Cut(token, ".")
	_, signature, _ := strings.Cut(rest, ".")
	return header + ".." + signature
}

// A payload that is not encoded may have other extensions beside it (RFC 7797), as
// the messages of Open Banking had.
func TestCriticalDetached(t *testing.T) {
	const payload = `{"amount":"100.00"}`
	sign := func(header, payload string) string {
		return b64(header) + ".." + macOf(sha256.New, b64(header)+"."+payload)
	}
	beside := jwt.WithDetachedPayload([]byte(payload))
	for _, list := range [][]string{{"b64", bankIat, bankIss, bankTan}, {bankTan, "b64"}, {"b64"}} {
		token := sign(bankHeader(`,"b64":false`+listed(list...)), payload)
		octets, err := jwt.Verify(token, secret, jwt.HS256, beside, bank)
		require.NoError(t, err)
		assert.Equal(t, payload, string(octets))
		_, err = jwt.Verify(token, secret, jwt.HS256, bank)
		assertClass(t, err, jwt.ErrDecode)
		_, err = jwt.Decode(token, secret, jwt.HS256, bank)
		assertClass(t, err, jwt.ErrDecode)
		if len(list) > 1 {
			_, err = jwt.Verify(token, secret, jwt.HS256, beside)
			assertClass(t, err, jwt.ErrInvalidToken)
		}
	}
	// Others alone do not make it unencoded, nor does its absence from the list.
	for _, more := range []string{`,"b64":false` + listed(bankIat), `,"b64":false`} {
		_, err := jwt.Verify(sign(bankHeader(more), payload), secret, jwt.HS256, beside, bank)
		assertClass(t, err, jwt.ErrDecode)
	}
	_, err := jwt.Verify(sign(bankHeader(`,"b64":false`+listed("b64", "b64")), payload), secret, jwt.HS256, beside, bank)
	assertClass(t, err, jwt.ErrInvalidToken)
	// A detached payload that is encoded takes them too.
	octets, err := jwt.Verify(sign(bankHeader(listed(bankIat)), b64(payload)), secret, jwt.HS256, beside, bank)
	require.NoError(t, err)
	assert.Equal(t, payload, string(octets))
}

// What no "crit" may list cannot be understood either.
func TestWithCriticalRefused(t *testing.T) {
	lists := [][]string{{}, {""}, {"x", ""}, {"x", "alg"}}
	for _, name := range strings.Fields("alg jku jwk kid x5u x5c x5t x5t#S256 typ cty crit epk apu apv iv tag p2s p2c enc zip b64") {
		lists = append(lists, []string{name})
	}
	for _, list := range lists {
		_, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithCritical(list...))
		assertNames(t, err, "WithCritical")
		_, err = jwt.Verify(claimed(`{}`), secret, jwt.HS256, jwt.WithCritical(list...))
		assertNames(t, err, "WithCritical")
		decoder, err := jwt.NewDecoder(secret, jwt.HS256, bank, jwt.WithCritical(list...))
		assertNames(t, err, "WithCritical")
		assert.Nil(t, decoder)
	}
	for _, name := range []string{"ALG", "b65", "exp", "x5t#S512", "x", " "} {
		_, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithCritical(name))
		assert.NoError(t, err, name)
	}
	// A decoder keeps a list of its own.
	names := []string{"x"}
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithCritical(names...))
	require.NoError(t, err)
	names[0] = "y"
	_, err = decoder.Decode(forge(`{"alg":"HS256","x":1,"crit":["x"]}`, `{}`))
	assert.NoError(t, err)
	_, err = decoder.Decode(forge(`{"alg":"HS256","y":1,"crit":["y"]}`, `{}`))
	assertClass(t, err, jwt.ErrInvalidToken)
}
