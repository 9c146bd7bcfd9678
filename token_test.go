package jwt_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Token.CheckedAt is the one reading of the clock that all checks were made with.
func TestTokenCheckedAt(t *testing.T) {
	read := 0
	ticking := jwt.WithClock(func() time.Time { // each reading is later, and in a zone
		read++
		return now.Add(time.Duration(read) * time.Nanosecond).In(time.FixedZone("home", 3600))
	})
	first := now.Add(1).UTC()
	var seen []*jwt.Token
	look := jwt.WithValidator(func(_ context.Context, token *jwt.Token) error {
		seen = append(seen, token)
		return nil
	})
	// In force at the first reading, immature before it.
	token := claimed(`{"sub":"alice","nbf":1800000000.000000001,"exp":1800000000.000000002}`)
	for name, decode := range map[string]func(string, ...jwt.DecodeOption) (*jwt.Token, error){
		"DecodeComplete": func(token string, opts ...jwt.DecodeOption) (*jwt.Token, error) {
			return jwt.DecodeComplete(token, secret, jwt.HS256, opts...)
		},
		"Decoder.DecodeComplete": func(token string, opts ...jwt.DecodeOption) (*jwt.Token, error) {
			return mustDecoder(t, secret, jwt.HS256, opts...).DecodeComplete(token)
		},
		"Decoder.DecodeContext": func(token string, opts ...jwt.DecodeOption) (*jwt.Token, error) {
			return mustDecoder(t, secret, jwt.HS256, opts...).DecodeContext(t.Context(), token)
		},
	} {
		read, seen = 0, nil
		got, err := decode(token, ticking, look, look, jwt.WithLeeway(0))
		require.NoError(t, err, name)
		assert.Equal(t, 1, read, "%s: the clock is read once", name)
		assert.Equal(t, first, got.CheckedAt, name)
		require.Len(t, seen, 2)
		assert.Equal(t, first, seen[0].CheckedAt)

		// What the next token is checked at is its own.
		again, err := decode(claimed(`{"sub":"alice"}`), ticking)
		require.NoError(t, err)
		assert.Equal(t, now.Add(2).UTC(), again.CheckedAt)
		assert.Equal(t, first, got.CheckedAt)

		read = 0
		_, err = decode(claimed(`{"sub":"alice","exp":1800000000}`), ticking)
		var expired *jwt.ExpiredError
		require.ErrorAs(t, err, &expired)
		assert.Equal(t, first, expired.Now)
		require.NotNil(t, expired.Token)
		assert.Equal(t, expired.Now, expired.Token.CheckedAt, name)

		before := time.Now()
		got, err = decode(claimed(`{}`))
		require.NoError(t, err)
		assert.WithinRange(t, got.CheckedAt, before.Add(-time.Microsecond), time.Now(), "the system's clock is the default")
	}
	read, seen = 0, nil
	_, err := jwt.Decode(token, secret, jwt.HS256, ticking, look)
	require.NoError(t, err)
	assert.Equal(t, 1, read)
	assert.Equal(t, first, seen[0].CheckedAt)

	got, err := jwt.DecodeComplete(token, secret, jwt.HS256, at(first))
	require.NoError(t, err)
	text, err := json.Marshal(got)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "Checked")
	assert.NotContains(t, fmt.Sprintf("%+v %s", got, got.LogValue()), "Checked")
}

// A token prints its header and its claims by every verb, wherever package fmt can call
// its method. It must print something: nothing at all would hide the signature too.
func TestTokenPrints(t *testing.T) {
	type shown struct{ Token jwt.Token }
	token, err := jwt.DecodeComplete(claimed(`{"sub":"alice"}`), secret, jwt.HS256)
	require.NoError(t, err)
	octets := strings.Trim(fmt.Sprint(token.Signature), "[]")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%10v"} {
		for _, value := range []any{token, *token, shown{*token}, []*jwt.Token{token}, map[string]jwt.Token{"t": *token}} {
			text := fmt.Sprintf(verb, value)
			for _, part := range []string{"HS256", "sub", "alice"} {
				assert.Equal(t, 1, strings.Count(text, part), "%s of a %T: %s", verb, value, text)
			}
			assert.NotContains(t, text, octets)
			assert.NotContains(t, text, "Signature")
		}
	}
	assert.Contains(t, fmt.Sprintf("%x", token), fmt.Sprintf("%x", "alice"))
	assert.Contains(t, fmt.Sprintf("%+v", token), "Claims:")

	// The doc's way out, where package fmt may not call methods.
	type hidden struct{ token *jwt.Token }
	assert.NotContains(t, fmt.Sprintf("%v %+v", hidden{token}, &hidden{token}), octets)
	type broken struct{ token jwt.Token }
	assert.Contains(t, fmt.Sprint(broken{*token}), octets, "what the doc warns of; where this fails fmt has changed, and so may the doc")
}

// Where a token has expired and does not fit either, expiry is not all that is wrong.
func TestExpiredTokenThatDoesNotFit(t *testing.T) {
	type claims struct {
		jwt.RegisteredClaims
		Level int `json:"level"`
	}
	type bare struct{ Level int }
	type reads struct {
		jwt.RegisteredClaims
		writes
	}
	fits := claimed(`{"sub":"alice","exp":1,"level":7}`)
	unfit := claimed(`{"sub":"alice","exp":1,"level":"7"}`)
	decoder := mustDecoder(t, secret, jwt.HS256, at(now))
	aged := mustDecoder(t, secret, jwt.HS256, at(now), jwt.WithMaxTokenAge(time.Hour))
	for name, tt := range map[string]struct {
		decode func() error
		token  bool
	}{
		"it fits":              {func() error { _, err := jwt.DecodeAs[claims](fits, secret, jwt.HS256); return err }, true},
		"it fits a map":        {func() error { _, err := jwt.DecodeAs[jwt.Claims](unfit, secret, jwt.HS256); return err }, true},
		"a field":              {func() error { _, err := jwt.DecodeAs[claims](unfit, secret, jwt.HS256); return err }, false},
		"behind a pointer":     {func() error { _, err := jwt.DecodeAs[*claims](unfit, secret, jwt.HS256); return err }, false},
		"a map":                {func() error { _, err := jwt.DecodeAs[map[string]int](fits, secret, jwt.HS256); return err }, false},
		"by case":              {func() error { _, err := jwt.DecodeAs[bare](fits, secret, jwt.HS256); return err }, false},
		"what would be lost":   {func() error { _, err := jwt.DecodeAs[reads](fits, secret, jwt.HS256); return err }, false},
		"no type is asked for": {func() error { _, err := decoder.Decode(unfit); return err }, true},
		"DecodeInto": {func() error {
			dst := claims{Level: 1}
			err := decoder.DecodeInto(unfit, &dst)
			assert.Equal(t, claims{Level: 1}, dst)
			return err
		}, false},
		"DecodeInto, it fits": {func() error {
			dst := claims{Level: 1}
			err := decoder.DecodeInto(fits, &dst)
			assert.Equal(t, claims{Level: 1}, dst)
			return err
		}, true},
		"too old": {func() error { return aged.DecodeInto(claimed(`{"iat":1,"level":"7"}`), &claims{}) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.decode()
			assertClass(t, err, jwt.ErrExpired)
			var expired *jwt.ExpiredError
			require.ErrorAs(t, err, &expired)
			assert.Equal(t, tt.token, expired.Token != nil)
			var good claims // nothing of it is left for the next token
			require.NoError(t, decoder.DecodeInto(claimed(`{"iss":"i"}`), &good))
			assert.Equal(t, claims{RegisteredClaims: jwt.RegisteredClaims{Issuer: "i"}}, good)
		})
	}
	err := decoder.DecodeInto(unfit, new(int))
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.False(t, errors.Is(err, jwt.ErrExpired))
}

func TestTokenPrintsWithoutSignature(t *testing.T) {
	text := claimed(`{"sub":"alice"}`)
	token, err := jwt.DecodeComplete(text, secret, jwt.HS256)
	require.NoError(t, err)
	signature := text[strings.LastIndexByte(text, '.')+1:]
	octets := fmt.Sprintf("%d", token.Signature)
	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q"} {
		fmt.Fprintf(&printed, verb+verb+"\n", token, *token)
	}
	asJSON, err := json.Marshal(token)
	require.NoError(t, err)
	printed.Write(asJSON)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
		slog.New(handler).Info("token", "token", token, "value", *token)
	}
	assert.Contains(t, printed.String(), "alice")
	assert.Contains(t, token.LogValue().String(), "alice")
	for _, never := range []string{
		signature, strings.Trim(octets, "[]"), fmt.Sprintf("%x", token.Signature), fmt.Sprintf("%X", token.Signature),
		base64.StdEncoding.EncodeToString(token.Signature), "Signature",
	} {
		assert.NotContains(t, printed.String(), never)
	}
}

// ExpiredError.Token is nil where more is wrong, and may be logged all the same.
func TestNilTokenPrints(t *testing.T) {
	var none *jwt.Token
	var logged strings.Builder
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("expired", "token", none)
	}
	assert.Equal(t, 2, strings.Count(logged.String(), "none"), logged.String())
	assert.NotContains(t, logged.String(), "panic")
	assert.Equal(t, "jwt.Token(none)", none.LogValue().String())
	assert.Equal(t, "<nil>", fmt.Sprint(none))
	text, err := json.Marshal(none)
	require.NoError(t, err)
	assert.Equal(t, "null", string(text))
}
