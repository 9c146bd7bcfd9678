package jwt_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// ExpiredError has the token where expiry is all that is wrong, and only there.
func TestExpiredError(t *testing.T) {
	type o = []jwt.DecodeOption
	later := now.Add(1500 * time.Millisecond)
	pass := jwt.WithValidator(func(context.Context, *jwt.Token) error { return nil })
	fail := jwt.WithValidator(func(context.Context, *jwt.Token) error { return errors.New("no") })
	down := jwt.WithValidator(func(context.Context, *jwt.Token) error { return jwt.ErrUnavailable })
	for name, tt := range map[string]struct {
		payload   string
		opts      o
		token     bool
		claim     string
		expiresAt time.Time
		leeway    time.Duration
	}{
		"by exp":                    {`{"sub":"a","exp":1800000000}`, nil, true, "exp", now, 0},
		"by a part of a second":     {`{"sub":"a","exp":1800000000.25}`, nil, true, "exp", now.Add(time.Second / 4), 0},
		"with leeway":               {`{"sub":"a","exp":1800000000}`, o{jwt.WithLeeway(time.Second)}, true, "exp", now, time.Second},
		"by age":                    {`{"sub":"a","iat":1799999900}`, o{jwt.WithMaxTokenAge(100 * time.Second)}, true, "iat", now, 0},
		"by both":                   {`{"sub":"a","exp":1800000000,"iat":1}`, o{jwt.WithMaxTokenAge(time.Second)}, true, "exp", now, 0},
		"with a validator":          {`{"sub":"a","exp":1800000000}`, o{pass}, true, "exp", now, 0},
		"all else asked for":        {`{"sub":"a","exp":1800000000,"iss":"i","aud":"x","iat":1799999999}`, o{jwt.WithIssuer("i"), jwt.WithSubject("a"), jwt.WithAudience("x"), jwt.WithType("JWT"), jwt.WithMaxTokenAge(time.Hour), jwt.WithRequired("exp")}, true, "exp", now, 0},
		"another issuer":            {`{"sub":"a","exp":1800000000,"iss":"o"}`, o{jwt.WithIssuer("i")}, false, "exp", now, 0},
		"no issuer":                 {`{"sub":"a","exp":1800000000}`, o{jwt.WithIssuer("i")}, false, "exp", now, 0},
		"another subject":           {`{"sub":"a","exp":1800000000}`, o{jwt.WithSubject("b")}, false, "exp", now, 0},
		"an audience":               {`{"sub":"a","exp":1800000000,"aud":"x"}`, nil, false, "exp", now, 0},
		"a jti of no text":          {`{"sub":"a","exp":1800000000,"jti":1}`, nil, false, "exp", now, 0},
		"another type":              {`{"sub":"a","exp":1800000000}`, o{jwt.WithType("at+jwt")}, false, "exp", now, 0},
		"no iat for the age":        {`{"sub":"a","exp":1800000000}`, o{jwt.WithMaxTokenAge(time.Hour)}, false, "exp", now, 0},
		"a validator says no":       {`{"sub":"a","exp":1800000000}`, o{pass, fail}, false, "exp", now, 0},
		"a validator is down":       {`{"sub":"a","exp":1800000000}`, o{down}, false, "exp", now, 0},
		"by age, a validator fails": {`{"sub":"a","iat":1799999900}`, o{jwt.WithMaxTokenAge(100 * time.Second), fail}, false, "iat", now, 0},
	} {
		t.Run(name, func(t *testing.T) {
			text := claimed(tt.payload)
			decoder, err := jwt.NewDecoder(secret, jwt.HS256, append(o{at(later)}, tt.opts...)...)
			require.NoError(t, err)
			claims, err := decoder.Decode(text)
			assert.Nil(t, claims)
			assertClass(t, err, jwt.ErrExpired)
			assertClaim(t, err, tt.claim)
			var expired *jwt.ExpiredError
			require.ErrorAs(t, err, &expired)
			assert.True(t, expired.ExpiresAt.Equal(tt.expiresAt), expired.ExpiresAt)
			assert.True(t, expired.Now.Equal(later), expired.Now)
			assert.Equal(t, tt.leeway, expired.Leeway)
			assert.Equal(t, tt.leeway == 0, strings.Contains(err.Error(), "WithLeeway"), "advised where there is none")
			assert.Equal(t, tt.claim == "iat", strings.Contains(err.Error(), "WithMaxTokenAge"))
			assert.Equal(t, err.Error(), expired.Error())
			assertClass(t, expired, jwt.ErrExpired)
			if !tt.token {
				assert.Nil(t, expired.Token)
				return
			}
			require.NotNil(t, expired.Token)
			assert.Equal(t, "a", expired.Token.Claims.Subject())
			assert.Equal(t, tt.payload, string(expired.Token.Payload))
			assert.Equal(t, jwt.HS256, expired.Token.Header.Algorithm)
			assert.Len(t, expired.Token.Signature, 32)
			var into struct{ jwt.RegisteredClaims }
			require.NoError(t, expired.Token.DecodeInto(&into))
			assert.Equal(t, "a", into.Subject)

			// A copy for whoever asks: nobody can change what another gets.
			clear(expired.Token.Claims)
			clear(expired.Token.Payload)
			clear(expired.Token.Signature)
			expired.ExpiresAt = time.Time{}
			var again *jwt.ExpiredError
			require.ErrorAs(t, err, &again)
			assert.NotSame(t, expired, again)
			assert.True(t, again.ExpiresAt.Equal(tt.expiresAt))
			assert.Equal(t, "a", again.Token.Claims.Subject())
			assert.Equal(t, tt.payload, string(again.Token.Payload))
			assert.NotEqual(t, make([]byte, 32), again.Token.Signature)

			_, err = decoder.DecodeComplete(text)
			assert.ErrorAs(t, err, &again)
			assert.ErrorAs(t, decoder.DecodeInto(text, &into), &again)
		})
	}
	// What is wrong before the expiry is looked at is the error.
	for payload, class := range map[string]error{
		`{"exp":1800000000,"nbf":1900000000}`: jwt.ErrImmature, `{"exp":1800000000,"iat":1900000000}`: jwt.ErrImmature, `{"exp":1800000000,"nbf":"x"}`: jwt.ErrDecode,
	} {
		_, err := jwt.Decode(claimed(payload), secret, jwt.HS256, at(later))
		assertClass(t, err, class)
		var expired *jwt.ExpiredError
		assert.False(t, errors.As(err, &expired))
	}
}
