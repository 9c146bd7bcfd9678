package jwt_test

import (
	"encoding"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

type textKey struct{ s string }

func (k textKey) MarshalText() ([]byte, error) { return []byte(k.s), nil }

// A payload behind an interface or with odd keys is checked as any other.
func TestEncodeChecksHiddenClaims(t *testing.T) {
	var hidden any = jwt.Claims{"exp": "abc"}
	for _, payload := range []any{&hidden, map[textKey]any{{"exp"}: "abc"}} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		_, err = jwt.Encode(payload, secret, jwt.WithExpiresIn(time.Hour))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// Nil pointers behind interfaces, whose methods would panic, are null or absent.
func TestEncodeNilBehindInterfaces(t *testing.T) {
	type hidden struct {
		M encoding.TextMarshaler         `json:"m"`
		J json.Marshaler                 `json:"j"`
		Z interface{ IsZero() bool }     `json:"z,omitzero"`
		K map[encoding.TextMarshaler]int `json:"k"`
	}
	token, err := jwt.Encode(hidden{(*time.Time)(nil), (*time.Time)(nil), (*time.Time)(nil), map[encoding.TextMarshaler]int{nil: 1}}, secret)
	require.NoError(t, err)
	got, err := jwt.DecodeComplete(token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, `{"m":null,"j":null,"k":{"":1}}`, string(got.Payload))
	_, err = jwt.Encode(jwt.Claims{"m": map[encoding.TextMarshaler]int{(*textKey)(nil): 1}}, secret)
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{"m": map[any]int{"a": 1}}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)
}

// An audience that no verifier can ask for is not signed.
func TestEncodeEmptyAudience(t *testing.T) {
	for _, aud := range []any{[]string{""}, []string{"api", ""}, ""} {
		_, err := jwt.Encode(jwt.Claims{"aud": aud}, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// Methods of nil pointers to our types are errors, never panics.
func TestNilReceivers(t *testing.T) {
	for name, err := range map[string]error{
		"Algorithm":        (*jwt.Algorithm)(nil).UnmarshalText([]byte("HS256")),
		"Audience JSON":    (*jwt.Audience)(nil).UnmarshalJSON([]byte(`"a"`)),
		"Audience text":    (*jwt.Audience)(nil).UnmarshalText([]byte("a")),
		"NumericDate JSON": (*jwt.NumericDate)(nil).UnmarshalJSON([]byte("1")),
		"NumericDate text": (*jwt.NumericDate)(nil).UnmarshalText([]byte("1")),
	} {
		t.Run(name, func(t *testing.T) { assertClass(t, err, jwt.ErrInvalidOption) })
	}
	assertClass(t, (*jwt.InvalidTokenError)(nil), jwt.ErrInvalidToken)
	assertClass(t, (*jwt.DecodeError)(nil), jwt.ErrDecode)
	assertClass(t, (*jwt.ExpiredError)(nil), jwt.ErrExpired)
	assert.NotEmpty(t, (*jwt.ExpiredError)(nil).Error())
}
