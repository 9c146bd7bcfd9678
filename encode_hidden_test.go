package jwt_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"log/slog"
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

// A duration is no date, whatever is between it and the name.
func TestEncodeHiddenDurations(t *testing.T) {
	minute := time.Minute
	pointer, behind := &minute, any(time.Minute)
	type holder[T any] struct {
		Exp T `json:"exp"`
	}
	type Dates struct {
		Nbf any `json:"nbf"`
	}
	var whole any = holder[any]{minute}
	for name, payload := range map[string]any{
		"in an interface": holder[any]{minute}, "behind two pointers": holder[**time.Duration]{&pointer}, "a pointer in an interface": holder[any]{pointer},
		"behind a pointer to an interface": jwt.Claims{"exp": &behind}, "embedded": struct{ *Dates }{&Dates{minute}}, "in a payload behind an interface": &whole,
		"under a key that writes itself": map[textKey]any{{"iat"}: minute}, "in a map of durations": map[string]time.Duration{"exp": minute},
	} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Contains(t, err.Error(), "time.Duration", name)
	}
	// What is not there is none.
	for _, payload := range []any{holder[any]{int64(1900000000)}, struct{ *Dates }{}, map[textKey]any{{"x"}: minute}} {
		_, err := jwt.Encode(payload, secret)
		assert.NoError(t, err)
	}
	var loop any
	loop = &loop
	for _, payload := range []any{loop, jwt.Claims{"exp": loop}, holder[any]{loop}} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

type spoken int8

func (s spoken) MarshalJSON() ([]byte, error) { return []byte(`[",",":1,",":2,",":3"]`), nil }

type spelled bool

func (s *spelled) MarshalText() ([]byte, error) { return []byte("yes"), nil }

func (s *spelled) UnmarshalText(text []byte) error {
	*s = string(text) == "yes"
	return nil
}

// The tag option string puts no quotes around what a method wrote.
func TestEncodeQuotesNoMethods(t *testing.T) {
	type claims struct {
		Level  slog.Level  `json:"level,string"`
		Behind *slog.Level `json:"behind,string"`
		Spoken spoken      `json:"spoken,string"`
		Yes    spelled     `json:"yes,string"`
		Number int         `json:"number,string"`
		Nil    *slog.Level `json:"nil,string"`
	}
	level := slog.LevelWarn
	token, err := jwt.Encode(&claims{Behind: &level, Yes: true, Number: 7}, secret)
	require.NoError(t, err)
	assert.Equal(t, `{"level":"INFO","behind":"WARN","spoken":[",",":1,",":2,",":3"],"yes":"yes","number":"7","nil":null}`, segmentOf(t, token, 1))
	_, err = jwt.Decode(token, secret, jwt.HS256)
	assert.NoError(t, err)
	type back struct {
		Level  slog.Level  `json:"level,string"`
		Behind *slog.Level `json:"behind,string"`
		Yes    spelled     `json:"yes,string"`
		Number int         `json:"number,string"`
	}
	got, err := jwt.DecodeAs[back](token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, back{slog.LevelInfo, &level, true, 7}, got)
	// Where such a method cannot be called there are quotes.
	token, err = jwt.Encode(map[textKey]any{{"v"}: struct {
		Yes spelled `json:"yes,string"`
	}{true}}, secret)
	require.NoError(t, err)
	assert.Equal(t, `{"v":{"yes":"true"}}`, segmentOf(t, token, 1))
}

// A degree reads itself, but does not write itself; shout is the other way around.
type (
	degree int
	shout  string
)

func (d *degree) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, (*int)(d)) }

func (s shout) MarshalText() ([]byte, error) { return bytes.ToUpper([]byte(s)), nil }

// What stands in quotes by that option is read from quotes, and nothing else is.
func TestQuotesRoundTrip(t *testing.T) {
	type claims struct {
		Degree degree  `json:"degree,string"`
		Behind *degree `json:"behind,string"`
		Shout  shout   `json:"shout,string"`
	}
	behind := degree(8)
	token, err := jwt.Encode(claims{7, &behind, "hey"}, secret)
	require.NoError(t, err)
	assert.Equal(t, `{"degree":"7","behind":"8","shout":"HEY"}`, segmentOf(t, token, 1))
	got, err := jwt.DecodeAs[claims](token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, claims{7, &behind, "HEY"}, got)
}

// Keys of maps are read by the method that wrote them, whatever others there are.
func TestMapKeysReadByUnmarshalText(t *testing.T) {
	type claims struct {
		Days  map[time.Time]int       `json:"days"`
		Dates map[jwt.NumericDate]int `json:"dates"`
		Algs  map[jwt.Algorithm]int   `json:"algs"`
	}
	day := time.Unix(0, 0).UTC()
	want := claims{map[time.Time]int{day: 1}, map[jwt.NumericDate]int{{Time: day}: 2}, map[jwt.Algorithm]int{jwt.ES256: 3}}
	token, err := jwt.Encode(want, secret)
	require.NoError(t, err)
	got, err := jwt.DecodeAs[claims](token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, want, got)
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
	for z, want := range map[zeroer]string{{7}: `{"m":null,"j":null,"k":null}`, {1}: `{"m":null,"j":null,"z":{"N":1},"k":null}`} {
		assert.Equal(t, want, segmentOf(t, encoded(t, &hidden{Z: z}), 1), "an interface that holds something is asked")
	}
	type names = map[encoding.TextMarshaler]int
	assert.Equal(t, `{"m":{"a":1,"b":2}}`, segmentOf(t, encoded(t, jwt.Claims{"m": names{&textKey{"b"}: 2, textKey{"a"}: 1}}), 1))
	_, err = jwt.Encode(jwt.Claims{"m": names{(*textKey)(nil): 1}}, secret)
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
		"NumericDate null": (*jwt.NumericDate)(nil).UnmarshalJSON([]byte("null")),
		"NumericDate text": (*jwt.NumericDate)(nil).UnmarshalText([]byte("1")),
	} {
		t.Run(name, func(t *testing.T) { assertClass(t, err, jwt.ErrInvalidOption) })
	}
	assertClass(t, (*jwt.InvalidTokenError)(nil), jwt.ErrInvalidToken)
	assertClass(t, (*jwt.DecodeError)(nil), jwt.ErrDecode)
	assertClass(t, (*jwt.ExpiredError)(nil), jwt.ErrExpired)
	assert.NotEmpty(t, (*jwt.ExpiredError)(nil).Error())
}
