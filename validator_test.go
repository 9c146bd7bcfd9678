package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

type ctxKey struct{}

func TestValidators(t *testing.T) {
	var ran []string
	validator := func(name string, err error) jwt.DecodeOption {
		return jwt.WithValidator(func(ctx context.Context, token *jwt.Token) error {
			ran = append(ran, name)
			assert.NotNil(t, ctx)
			assert.Equal(t, "alice", token.Claims.Subject())
			assert.Equal(t, jwt.HS256, token.Header.Algorithm)
			assert.Equal(t, `{"sub":"alice","exp":1800000060}`, string(token.Payload))
			return err
		})
	}
	token := claimed(`{"sub":"alice","exp":1800000060}`)
	_, err := jwt.Decode(token, secret, jwt.HS256, at(now), validator("1", nil), validator("2", nil), validator("3", nil))
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2", "3"}, ran, "all, in order")

	ran = nil
	banned := errors.New("banned")
	claims, err := jwt.Decode(token, secret, jwt.HS256, at(now), validator("1", nil), validator("2", fmt.Errorf("user: %w", banned)), validator("3", nil))
	assert.Nil(t, claims)
	assertClass(t, err, jwt.ErrInvalidToken)
	assert.ErrorIs(t, err, banned)
	assert.Contains(t, err.Error(), "banned")
	assert.Equal(t, []string{"1", "2"}, ran, "the first error ends it")

	// It runs last: never on a token that is refused, but for its expiry.
	ran = nil
	for _, opt := range []jwt.DecodeOption{jwt.WithIssuer("i"), jwt.WithSubject("bob"), jwt.WithType("x"), jwt.WithRequired("x"), jwt.WithMaxTokenAge(time.Hour)} {
		_, err = jwt.Decode(token, secret, jwt.HS256, at(now), validator("1", nil), opt)
		assert.ErrorIs(t, err, jwt.ErrInvalidToken)
	}
	_, err = jwt.Decode(altered(token), secret, jwt.HS256, at(now), validator("1", nil))
	assertClass(t, err, jwt.ErrInvalidSignature)
	assert.Empty(t, ran)
	_, err = jwt.Decode(token, secret, jwt.HS256, at(now.Add(time.Hour)), validator("1", banned))
	assertClass(t, err, jwt.ErrExpired)
	assert.NotErrorIs(t, err, banned)
	assert.Equal(t, []string{"1"}, ran)

	// Every call runs them.
	ran = nil
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, at(now), validator("1", banned))
	require.NoError(t, err)
	into := jwt.Claims{"before": true}
	for _, call := range []func() error{
		func() error { _, err := decoder.Decode(token); return err },
		func() error { _, err := decoder.DecodeComplete(token); return err },
		func() error { _, err := decoder.DecodeContext(t.Context(), token); return err },
		func() error { return decoder.DecodeInto(token, &into) },
		func() error {
			_, err := jwt.DecodeAs[jwt.Claims](token, secret, jwt.HS256, at(now), validator("1", banned))
			return err
		},
	} {
		assert.ErrorIs(t, call(), banned)
	}
	assert.Len(t, ran, 5)
	assert.Equal(t, jwt.Claims{"before": true}, into)
}

type roleError struct{ role string }

func (e *roleError) Error() string { return "role " + e.role }

// What a validator answers stays reachable, in the class that it belongs to.
func TestValidatorErrors(t *testing.T) {
	token := claimed(`{}`)
	with := func(err error) error {
		_, got := jwt.Decode(token, secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error { return err }))
		return got
	}
	err := with(&roleError{"guest"})
	assertClass(t, err, jwt.ErrInvalidToken)
	var role *roleError
	require.ErrorAs(t, err, &role)
	assert.Equal(t, "guest", role.role)
	assertClaim(t, err, "")
	assertClaim(t, with(fmt.Errorf("no: %w", &jwt.InvalidTokenError{Claim: "role"})), "role")
	_, absent := jwt.Get[string](nil, "role")
	err = with(absent)
	assert.ErrorIs(t, err, jwt.ErrInvalidToken)
	assert.ErrorIs(t, err, jwt.ErrMissingClaim)
	assertClaim(t, err, "role")

	// What it says is told whole up to 300 octets, and then cut between characters.
	const x = "x"
	for text, says := range map[string]string{
		strings.Repeat(x, 300):        strings.Repeat(x, 300),
		strings.Repeat(x, 301):        strings.Repeat(x, 300) + "…",
		x + strings.Repeat("é", 1000): x + strings.Repeat("é", 149) + "…",
	} {
		err := with(errors.New(text))
		assertClass(t, err, jwt.ErrInvalidToken)
		assert.True(t, strings.HasSuffix(err.Error(), ": "+says), err)
	}

	// Not the token's fault.
	for _, down := range []error{
		jwt.ErrUnavailable, fmt.Errorf("database: %w", jwt.ErrUnavailable), context.Canceled, context.DeadlineExceeded,
		fmt.Errorf("database: %w", context.DeadlineExceeded), errors.Join(errors.New("x"), context.Canceled),
	} {
		err := with(down)
		assertClass(t, err, jwt.ErrUnavailable)
		assert.ErrorIs(t, err, down)
		var invalid *jwt.InvalidTokenError
		assert.False(t, errors.As(err, &invalid), down)
	}
	assertClass(t, with(jwt.ErrKeySet), jwt.ErrKeySet)

	// Our own errors, in whatever wrapping: the text says "jwt: " once.
	var expired error
	_, expired = jwt.Decode(claimed(`{"exp":1}`), secret, jwt.HS256)
	for _, own := range []error{
		jwt.ErrExpired, jwt.ErrInvalidToken, absent, expired, fmt.Errorf("role: %w", absent), jwt.ErrUnavailable, fmt.Errorf("store: %w", jwt.ErrKeySet),
		errors.Join(absent, expired), &jwt.InvalidTokenError{Claim: "x"},
	} {
		err := with(own)
		require.ErrorIs(t, err, own)
		assert.True(t, strings.HasPrefix(err.Error(), "jwt: "), err)
		assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
	}
}

// Validators see the context of the call, else that of the option, else one
// that never ends.
func TestValidatorContext(t *testing.T) {
	var seen any
	look := jwt.WithValidator(func(ctx context.Context, _ *jwt.Token) error {
		seen = ctx.Value(ctxKey{})
		return ctx.Err()
	})
	token := claimed(`{}`)
	option := context.WithValue(t.Context(), ctxKey{}, "option")
	call := context.WithValue(t.Context(), ctxKey{}, "call")
	_, err := jwt.Decode(token, secret, jwt.HS256, look)
	require.NoError(t, err)
	assert.Nil(t, seen)
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithContext(call), jwt.WithContext(option), look)
	require.NoError(t, err)
	_, err = decoder.DecodeComplete(token)
	require.NoError(t, err)
	assert.Equal(t, "option", seen, "the last one wins")
	complete, err := decoder.DecodeContext(call, token)
	require.NoError(t, err)
	assert.Equal(t, "call", seen)
	assert.Equal(t, jwt.HS256, complete.Header.Algorithm)
	ended, cancel := context.WithCancel(call)
	cancel()
	complete, err = decoder.DecodeContext(ended, token)
	assert.Nil(t, complete)
	assertClass(t, err, jwt.ErrUnavailable)
	assert.ErrorIs(t, err, context.Canceled)
}

// All validators see one token, which is the one that the caller gets.
func TestValidatorsSeeOneToken(t *testing.T) {
	var seen []*jwt.Token
	look := jwt.WithValidator(func(_ context.Context, token *jwt.Token) error {
		seen = append(seen, token)
		return nil
	})
	got, err := jwt.DecodeComplete(claimed(`{"sub":"a"}`), secret, jwt.HS256, look, look)
	require.NoError(t, err)
	require.Len(t, seen, 2)
	assert.Same(t, got, seen[0])
	assert.Same(t, got, seen[1])
}

// A validator that decodes another token does not make that one the subject: data
// within reach of errors.As is about the token at hand.
func TestValidatorOfAnotherToken(t *testing.T) {
	inner := claimed(`{"exp":1,"sub":"inner"}`)
	outer := claimed(`{"sub":"outer"}`)
	_, err := jwt.Decode(outer, secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error {
		_, err := jwt.Decode(inner, secret, jwt.HS256)
		return err
	}))
	assert.ErrorIs(t, err, jwt.ErrInvalidToken)
	assert.ErrorIs(t, err, jwt.ErrExpired, "what the validator answered stays within reach")
	var expired *jwt.ExpiredError
	assert.False(t, errors.As(err, &expired))
	var invalid *jwt.InvalidTokenError
	require.ErrorAs(t, err, &invalid)
}

// A validator's error may be a typed nil, a slip that Go makes easy: it refuses.
func TestValidatorOfTypedNil(t *testing.T) {
	for name, answer := range map[string]error{
		"InvalidTokenError": (*jwt.InvalidTokenError)(nil), "DecodeError": (*jwt.DecodeError)(nil), "ExpiredError": (*jwt.ExpiredError)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error { return answer }))
			assert.Nil(t, claims)
			assert.ErrorIs(t, err, jwt.ErrInvalidToken)
		})
	}
}
