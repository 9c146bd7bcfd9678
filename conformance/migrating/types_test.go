package migrating

import (
	"testing"
	"time"

	golang "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What the table of types says of golang-jwt: rows that change what a service does, and
// that no compiler shows.
func TestGolangJWTTypes(t *testing.T) {
	type session struct {
		golang.RegisteredClaims
		UserID int64 `json:"user_id"`
	}
	type ourSession struct {
		jwt.RegisteredClaims
		UserID int64 `json:"user_id"`
	}
	read := func(token string) (theirs, ours error) {
		_, theirs = golang.ParseWithClaims(token, &session{}, func(*golang.Token) (any, error) { return []byte(secret), nil },
			golang.WithValidMethods([]string{"HS256"}))
		_, ours = jwt.DecodeAs[ourSession](token, []byte(secret), jwt.HS256)
		return theirs, ours
	}

	theirs, ours := read(refusal{claims: `{"exp":"1900000000"}`}.make())
	assert.NoError(t, theirs, "a date as text, read into a struct")
	assert.ErrorIs(t, ours, jwt.ErrDecode)

	theirs, ours = read(refusal{claims: `{"user_id":"7"}`}.make())
	assert.ErrorIs(t, theirs, golang.ErrTokenMalformed, "a claim that does not fit the struct")
	assert.ErrorIs(t, ours, jwt.ErrInvalidToken)
	assert.NotErrorIs(t, ours, jwt.ErrDecode)

	tampered := refusal{claims: `{}`, secret: oldSecret}.make()
	theirs, ours = read(tampered)
	assert.NotErrorIs(t, theirs, golang.ErrTokenMalformed)
	assert.ErrorIs(t, ours, jwt.ErrInvalidSignature)
	assert.ErrorIs(t, ours, jwt.ErrDecode)

	token, err := golang.NewWithClaims(golang.SigningMethodHS256, golang.RegisteredClaims{
		Audience:  golang.ClaimStrings{"orders"},
		ExpiresAt: golang.NewNumericDate(time.Now().Add(time.Hour)),
	}).SignedString([]byte(secret))
	require.NoError(t, err)
	assert.Equal(t, []any{"orders"}, audienceOf(t, token))
	token, err = jwt.Encode(jwt.RegisteredClaims{Audience: jwt.Audience{"orders"}}, []byte(secret))
	require.NoError(t, err)
	assert.Equal(t, "orders", audienceOf(t, token))
	token, err = jwt.Encode(jwt.Claims{"aud": []string{"orders"}}, []byte(secret))
	require.NoError(t, err)
	assert.Equal(t, []any{"orders"}, audienceOf(t, token))
}

// audienceOf is "aud" as it stands in a token.
func audienceOf(t *testing.T, token string) any {
	t.Helper()
	got, err := jwt.DecodeUnverified(token)
	require.NoError(t, err)
	return got.Claims["aud"]
}
