package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
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
	assertClaim(t, with(fmt.Errorf("no: %w", &jwt.InvalidTokenError{Claim: "role"})), "")
	_, absent := jwt.Get[string](nil, "role")
	err = with(absent)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "")
	assert.ErrorIs(t, err, absent)

	// What it says is told whole up to 300 bytes, and then cut between characters.
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
		require.Error(t, err)
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

// What a validator answers of other tokens and keys says nothing of this one: its
// classes and its data do not pass upwards.
func TestValidatorNestedCalls(t *testing.T) {
	decode := func(payload string, opts ...jwt.DecodeOption) error {
		_, err := jwt.Decode(claimed(payload), secret, jwt.HS256, append(opts, at(now))...)
		return err
	}
	set := mustSet(t, mustKey(t, edKey, jwt.WithKeyID("a")))
	nested := map[string]func() error{
		"an expired token":          func() error { return decode(`{"exp":1}`) },
		"a token of another issuer": func() error { return decode(`{"iss":"a"}`, jwt.WithIssuer("b")) },
		"a token from the future":   func() error { return decode(`{"nbf":1900000000}`) },
		"a token without a claim":   func() error { return decode(`{}`, jwt.WithRequired("sub")) },
		"an altered token":          func() error { _, err := jwt.Decode(altered(claimed(`{}`)), secret, jwt.HS256); return err },
		"no token":                  func() error { _, err := jwt.Decode("", secret, jwt.HS256); return err },
		"another algorithm":         func() error { _, err := jwt.Decode(claimed(`{}`), secret, jwt.HS512); return err },
		"a key that the set lacks": func() error {
			_, err := jwt.Decode(forge(`{"alg":"EdDSA","kid":"b"}`, `{}`), set, jwt.EdDSA)
			return err
		},
		"a jwk out of the token":     func() error { _, err := jwt.ParseJWK([]byte(`{"kty":"RSA","n":"AQAB","e":"AQAB"}`)); return err },
		"PEM out of the token":       func() error { _, err := jwt.ParsePEM([]byte("-----BEGIN")); return err },
		"a secret of the token":      func() error { _, err := jwt.NewKey([]byte("short")); return err },
		"a JWK Set out of the token": func() error { _, err := jwt.ParseKeySet([]byte("{}")); return err },
		"an algorithm of the token":  func() error { _, err := jwt.ParseAlgorithm("none"); return err },
		"an option of the token":     func() error { _, err := jwt.Decode("", secret, jwt.HS256, jwt.WithIssuer("")); return err },
		"a payload for another":      func() error { _, err := jwt.Encode(jwt.Claims{"exp": "soon"}, secret); return err },
		"a claim that does not fit":  func() error { _, err := jwt.Get[int](jwt.Claims{"n": "x"}, "n"); return err },
		"a validator within": func() error {
			return decode(`{}`, jwt.WithValidator(func(context.Context, *jwt.Token) error { return jwt.ErrInvalidKey }))
		},
		"a class that it returns":     func() error { return jwt.ErrInvalidKey },
		"a class of the token's":      func() error { return jwt.ErrMissingClaim },
		"several classes":             func() error { return errors.Join(jwt.ErrInvalidOption, jwt.ErrExpired, jwt.ErrInvalidSignature) },
		"data that it makes":          func() error { return &jwt.ExpiredError{ExpiresAt: now, Token: &jwt.Token{}} },
		"a DecodeError that it makes": func() error { return fmt.Errorf("no: %w", &jwt.DecodeError{Segment: "payload"}) },
	}
	for name, call := range nested {
		t.Run(name, func(t *testing.T) {
			inner := call()
			require.Error(t, inner)
			for wrapping, answer := range map[string]error{"bare": inner, "wrapped": fmt.Errorf("the second: %w", inner), "joined": errors.Join(errors.New("x"), inner)} {
				claims, err := jwt.Decode(claimed(`{"sub":"alice"}`), secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error { return answer }))
				assert.Nil(t, claims, wrapping)
				assertClass(t, err, jwt.ErrInvalidToken)
				assertNoData(t, err)
				assertClaim(t, err, "")
				assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
			}
		})
	}
	// What is no class of ours stays within reach, beneath one too.
	banned := errors.New("banned")
	_, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error {
		return decode(`{}`, jwt.WithValidator(func(context.Context, *jwt.Token) error { return fmt.Errorf("%w: %w", jwt.ErrExpired, banned) }))
	}))
	assertClass(t, err, jwt.ErrInvalidToken)
	assert.ErrorIs(t, err, banned)
	// And unavailability passes through any number of them.
	for _, down := range []error{jwt.ErrUnavailable, jwt.ErrKeySet, context.Canceled} {
		_, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error {
			return decode(`{}`, jwt.WithValidator(func(context.Context, *jwt.Token) error { return fmt.Errorf("%w: %w", jwt.ErrExpired, down) }))
		}))
		class := jwt.ErrUnavailable
		if down == jwt.ErrKeySet {
			class = down
		}
		assertClass(t, err, class)
		assertNoData(t, err)
	}
}

// A network that is down is not the token's fault, and neither is time that ran out,
// whether the validator says so or lets through what package net answered.
func TestValidatorOfANetwork(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	unknown := &net.DNSError{Err: "no such host", Name: "db.example", IsNotFound: true}
	_, missing := os.Open("testdata/there is no such file")
	require.Error(t, missing)
	none := errors.New("no")
	for name, c := range map[string]struct{ err, class error }{
		"connection refused":          {refused, jwt.ErrUnavailable},
		"connection refused, wrapped": {fmt.Errorf("redis: %w", refused), jwt.ErrUnavailable},
		"joined":                      {errors.Join(none, refused), jwt.ErrUnavailable},
		"joined behind a file":        {errors.Join(missing, refused), jwt.ErrUnavailable},
		"joined, deep":                {fmt.Errorf("%w, %w", none, errors.Join(none, fmt.Errorf("x: %w", refused))), jwt.ErrUnavailable},
		"DNS":                         {unknown, jwt.ErrUnavailable},
		"of an HTTP client":           {&url.Error{Op: "Get", URL: "https://db.example", Err: unknown}, jwt.ErrUnavailable},
		"a time-out":                  {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, jwt.ErrUnavailable},
		"a deadline":                  {os.ErrDeadlineExceeded, jwt.ErrUnavailable},
		"a connection that is closed": {&net.OpError{Op: "read", Err: net.ErrClosed}, jwt.ErrUnavailable},
		"an address":                  {&net.AddrError{Err: "missing port", Addr: "db"}, jwt.ErrUnavailable},
		"a net.Error of another's":    {temporary{}, jwt.ErrUnavailable},
		"a number that will pass":     {syscall.EINTR, jwt.ErrUnavailable},
		"no file":                     {missing, jwt.ErrInvalidToken},
		"no file, wrapped":            {fmt.Errorf("revoked: %w", missing), jwt.ErrInvalidToken},
		"a number of the system":      {syscall.ENOENT, jwt.ErrInvalidToken},
		"the end of a file":           {io.EOF, jwt.ErrInvalidToken},
		"half of a net.Error":         {timeoutOnly{}, jwt.ErrInvalidToken},
		"any other":                   {none, jwt.ErrInvalidToken},
		"nothing within":              {wrapsNothing{}, jwt.ErrInvalidToken},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error { return c.err }))
			assert.Nil(t, claims)
			assertClass(t, err, c.class)
			assert.ErrorIs(t, err, c.err, "it stays within reach")
			assertNoData(t, err)
		})
	}
	var op *net.OpError
	_, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error { return refused }))
	require.ErrorAs(t, err, &op)
	assert.Same(t, refused, op)
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
}

type temporary struct{}

func (temporary) Error() string { return "later" }

func (temporary) Timeout() bool { return false }

func (temporary) Temporary() bool { return false }

type timeoutOnly struct{}

func (timeoutOnly) Error() string { return "late" }

func (timeoutOnly) Timeout() bool { return true }

type wrapsNothing struct{}

func (wrapsNothing) Error() string { return "nothing" }

func (wrapsNothing) Unwrap() []error { return []error{nil} }

// An error that Go cannot compare is one like any other.
func TestValidatorOfManyErrors(t *testing.T) {
	_, err := jwt.Decode(claimed(`{}`), secret, jwt.HS256, jwt.WithValidator(func(context.Context, *jwt.Token) error {
		return several{errors.New("a"), errors.New("b")}
	}))
	assertClass(t, err, jwt.ErrInvalidToken)
	assert.NotPanics(t, func() { _ = errors.Is(err, errors.Unwrap(err)) })
	var all several
	require.ErrorAs(t, err, &all)
	assert.Len(t, all, 2)
}

type several []error

func (s several) Error() string { return fmt.Sprint(len(s), " errors") }

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
