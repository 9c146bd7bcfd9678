package jwt_test

import (
	"context"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// An option asks for what it says, and for nothing else: a token that has just that is
// accepted, and one that lacks it is refused for it.
func TestSingleOptions(t *testing.T) {
	const bare = `{"alg":"HS256"}`
	for name, test := range map[string]struct {
		opt             jwt.DecodeOption
		header, payload string // the least that is accepted
		lacking         string // a payload that is refused, "" where none is
		class           error
	}{
		"no option":         {nil, bare, `{}`, "", nil},
		"type":              {jwt.WithType("JWT"), `{"alg":"HS256","typ":"jwt"}`, `{}`, "", nil},
		"issuer":            {jwt.WithIssuer("i"), bare, `{"iss":"i"}`, `{}`, jwt.ErrMissingClaim},
		"subject":           {jwt.WithSubject("s"), bare, `{"sub":"s"}`, `{}`, jwt.ErrMissingClaim},
		"audience":          {jwt.WithAudience("a"), bare, `{"aud":"a"}`, `{}`, jwt.ErrMissingClaim},
		"strict audience":   {jwt.WithStrictAudience("a"), bare, `{"aud":"a"}`, `{"aud":["a"]}`, jwt.ErrInvalidAudience},
		"required":          {jwt.WithRequired("x"), bare, `{"x":1}`, `{}`, jwt.ErrMissingClaim},
		"leeway":            {jwt.WithLeeway(time.Second), bare, `{}`, `{"exp":1}`, jwt.ErrExpired},
		"maximum age":       {jwt.WithMaxTokenAge(time.Hour), bare, `{"iat":1800000000}`, `{}`, jwt.ErrMissingClaim},
		"maximum age, text": {jwt.WithMaxTokenAge(time.Hour), bare, `{"iat":1800000000}`, `{"iat":"1800000000"}`, jwt.ErrInvalidIssuedAt},
		"without exp":       {jwt.WithoutCheck("exp"), bare, `{"exp":"x"}`, `{"nbf":"x"}`, jwt.ErrDecode},
		"without nbf":       {jwt.WithoutCheck("nbf"), bare, `{"nbf":"x"}`, `{"iat":"x"}`, jwt.ErrInvalidIssuedAt},
		"without iat":       {jwt.WithoutCheck("iat"), bare, `{"iat":"x"}`, `{"exp":"x"}`, jwt.ErrDecode},
		"without iss":       {jwt.WithoutCheck("iss"), bare, `{"iss":1}`, `{"sub":1}`, jwt.ErrInvalidSubject},
		"without aud":       {jwt.WithoutCheck("aud"), bare, `{"aud":1}`, `{"iss":1}`, jwt.ErrInvalidIssuer},
		"without sub":       {jwt.WithoutCheck("sub"), bare, `{"sub":1}`, `{"jti":1}`, jwt.ErrInvalidID},
		"without jti":       {jwt.WithoutCheck("jti"), bare, `{"jti":1}`, `{"aud":1}`, jwt.ErrInvalidAudience},
		"validator":         {jwt.WithValidator(func(context.Context, *jwt.Token) error { return nil }), bare, `{}`, `{"aud":"a"}`, jwt.ErrInvalidAudience},
		"context":           {jwt.WithContext(t.Context()), bare, `{}`, `{"exp":1}`, jwt.ErrExpired},
		"size":              {jwt.WithMaxSize(200), bare, `{}`, `{"x":"` + strings.Repeat("x", 200) + `"}`, jwt.ErrDecode},
		"critical":          {jwt.WithCritical("ext"), `{"alg":"HS256","crit":["ext"],"ext":1}`, `{}`, `{"exp":1}`, jwt.ErrExpired},
	} {
		t.Run(name, func(t *testing.T) {
			opts := []jwt.DecodeOption{at(now)}
			if test.opt != nil {
				opts = append(opts, test.opt)
			}
			_, err := jwt.Decode(forge(test.header, test.payload), secret, jwt.HS256, opts...)
			require.NoError(t, err)
			if test.class != nil {
				_, err = jwt.Decode(forge(test.header, test.lacking), secret, jwt.HS256, opts...)
				assertClass(t, err, test.class)
			}
		})
	}
	// Padding is asked for alone, too.
	pad := func(text string) string { return text + strings.Repeat("=", (4-len(text)%4)%4) }
	input := pad(b64(bare)) + "." + pad(b64(`{"x":1}`))
	token := input + "." + pad(macOf(sha256.New, input))
	_, err := jwt.Decode(token, secret, jwt.HS256, jwt.WithPadding())
	assert.NoError(t, err)
	_, err = jwt.Decode(token, secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
	// A cache of signatures is for a Decoder, and asks for nothing.
	key := keyFor(t, jwt.EdDSA)
	decoder := mustDecoder(t, key, jwt.EdDSA, at(now), jwt.WithSignatureCache(8))
	for range 2 {
		_, err = decoder.Decode(tokenOf(t, key, jwt.Claims{}))
		assert.NoError(t, err)
		_, err = decoder.Decode(tokenOf(t, key, jwt.Claims{"exp": 1}))
		assertClass(t, err, jwt.ErrExpired)
	}
}
