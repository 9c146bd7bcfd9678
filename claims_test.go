package jwt_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestGetters(t *testing.T) {
	claims, err := jwt.Decode(claimed(`{"iss":"i","sub":"s","jti":"j","aud":["a","b"],"exp":1800000000.5,"nbf":1,"iat":-1}`), secret, jwt.HS256,
		jwt.WithAudience("b"), at(now))
	require.NoError(t, err)
	assert.Equal(t, "i", claims.Issuer())
	assert.Equal(t, "s", claims.Subject())
	assert.Equal(t, "j", claims.ID())
	assert.Equal(t, jwt.Audience{"a", "b"}, claims.Audience())
	assert.Equal(t, now.Add(time.Second/2).UTC(), claims.ExpiresAt())
	assert.Equal(t, time.Unix(1, 0).UTC(), claims.NotBefore())
	assert.Equal(t, time.Unix(-1, 0).UTC(), claims.IssuedAt())

	for _, c := range []jwt.Claims{
		nil,
		{},
		{"iss": 1, "sub": nil, "jti": []any{}, "aud": 1, "exp": "1", "nbf": true, "iat": []int{1}},
		{"aud": []any{"a", 1}, "exp": json.Number("x"), "nbf": math.NaN(), "iat": int64(math.MaxInt64)},
		{"exp": (*time.Time)(nil), "nbf": (*jwt.NumericDate)(nil), "iat": time.Minute},
	} {
		assert.Empty(t, c.Issuer())
		assert.Empty(t, c.Subject())
		assert.Empty(t, c.ID())
		assert.Nil(t, c.Audience())
		assert.True(t, c.ExpiresAt().IsZero())
		assert.True(t, c.NotBefore().IsZero())
		assert.True(t, c.IssuedAt().IsZero())
	}
	date := jwt.NewNumericDate(now)
	for _, value := range []any{now, &now, date, &date, now.Unix(), int(now.Unix()) * 1, uint64(now.Unix()), float64(now.Unix()), json.Number("18e8"), json.Number(fmt.Sprintf("1800000000.%0245d", 0))} {
		assert.True(t, jwt.Claims{"exp": value}.ExpiresAt().Equal(now), "%T", value)
	}
	for _, value := range []any{"a", []string{"a"}, jwt.Audience{"a"}, []any{"a"}} {
		claims := jwt.Claims{"aud": value}
		got := claims.Audience()
		assert.Equal(t, jwt.Audience{"a"}, got)
		got[0] = "b"
		assert.Equal(t, jwt.Audience{"a"}, claims.Audience(), "%T: what is given out is a copy", value)
	}
	for _, value := range []any{[]any{}, []string{}, jwt.Audience{}} {
		assert.Nil(t, jwt.Claims{"aud": value}.Audience(), "%T: an empty one is none", value)
	}
}

// A time that a program put there comes back whole, with its zone.
func TestGetTime(t *testing.T) {
	at := now.Add(1).In(time.FixedZone("home", 3600))
	for _, value := range []any{at, &at, jwt.NumericDate{Time: at}} {
		got, err := jwt.Get[time.Time](jwt.Claims{"at": value}, "at")
		require.NoError(t, err)
		assert.Equal(t, at, got, "%T", value)
		date, err := jwt.Get[jwt.NumericDate](jwt.Claims{"at": value}, "at")
		require.NoError(t, err)
		assert.Equal(t, at, date.Time, "%T", value)
	}
}

func TestGet(t *testing.T) {
	type user struct {
		Name string `json:"name"`
		Age  uint8  `json:"age"`
	}
	claims, err := jwt.Decode(claimed(`{"s":"text","n":300,"big":9007199254740993,"f":1.5,"whole":2.0,"tenth":0.1,"huge":18446744073709551615,"u":{"name":"a","age":7,"NAME":"b"},`+
		`"old":{"age":300},"list":["a","b"],"null":null,"exp":1900000000,"at":"2026-01-02T03:04:05Z","yes":true,"ip":"127.0.0.1","endless":1e400}`), secret, jwt.HS256, at(now))
	require.NoError(t, err)
	equal(t, claims, "s", "text")
	equal(t, claims, "n", 300)
	equal(t, claims, "n", int16(300))
	equal(t, claims, "n", uint64(300))
	equal(t, claims, "n", 300.0)
	equal(t, claims, "n", float32(300))
	equal(t, claims, "n", json.Number("300"))
	equal(t, claims, "big", int64(9007199254740993))
	equal(t, claims, "huge", uint64(math.MaxUint64))
	equal(t, claims, "f", 1.5)
	equal(t, claims, "f", float32(1.5))
	equal(t, claims, "tenth", 0.1)
	equal(t, claims, "whole", 2) // 2.0 is exactly 2
	equal(t, claims, "endless", json.Number("1e400"))
	equal(t, claims, "u", user{"a", 7})
	equal(t, claims, "u", &user{"a", 7})
	equal(t, claims, "u", map[string]any{"name": "a", "age": int64(7), "NAME": "b"})
	equal(t, claims, "list", []string{"a", "b"})
	equal(t, claims, "list", [2]string{"a", "b"})
	equal(t, claims, "list", jwt.Audience{"a", "b"})
	equal(t, claims, "s", jwt.Audience{"text"})
	equal(t, claims, "exp", time.Unix(1900000000, 0).UTC())
	equal(t, claims, "exp", jwt.NewNumericDate(time.Unix(1900000000, 0)))
	equal(t, claims, "at", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	equal(t, claims, "yes", true)
	equal(t, claims, "ip", netip.MustParseAddr("127.0.0.1"))
	equal[any](t, claims, "n", int64(300))
	equal[any](t, claims, "s", "text")
	equal(t, jwt.Claims{"t": now}, "t", jwt.NumericDate{Time: now})
	equal(t, jwt.Claims{"n": uint32(7)}, "n", int8(7))

	unfit[uint8](t, claims, "n")
	unfit[int](t, claims, "f")
	unfit[int](t, claims, "s")
	unfit[int](t, claims, "yes")
	unfit[string](t, claims, "n")
	unfit[bool](t, claims, "n")
	unfit[float64](t, claims, "big")
	unfit[float64](t, claims, "endless")
	unfit[float64](t, jwt.Claims{"x": json.Number("1e-400")}, "x")
	equal(t, jwt.Claims{"x": json.Number("-0")}, "x", 0.0)
	equal(t, jwt.Claims{"x": json.Number("0e5")}, "x", 0.0)
	unfit[float32](t, claims, "tenth")
	unfit[int64](t, claims, "huge")
	unfit[user](t, claims, "old")
	unfit[user](t, claims, "list")
	unfit[[]int](t, claims, "list")
	unfit[time.Time](t, claims, "s")
	unfit[time.Time](t, claims, "yes")
	unfit[jwt.NumericDate](t, claims, "at")
	unfit[jwt.Audience](t, claims, "n")
	unfit[chan int](t, claims, "n")
	unfit[error](t, claims, "n")
	unfit[string](t, jwt.Claims{"f": func() {}}, "f")
	equal(t, jwt.Claims{"f": deep(63)}, "f", deep(63)) // the claims set itself is the 64th level
	unfit[any](t, jwt.Claims{"f": deep(64)}, "f")
	unfit[string](t, jwt.Claims{"f": deep(70)}, "f")
	unfit[map[string]int](t, jwt.Claims{"f": map[collides]int{1: 1, 2: 2}}, "f")
	unfit[struct {
		F float32 `json:",string"`
	}](t, jwt.Claims{"f": map[string]any{"F": "0.1"}}, "f") // exactly or not at all, in quotes too

	// Nothing is added to a list and nothing is left out.
	unfit[[1]string](t, claims, "list")
	unfit[[3]string](t, claims, "list")
	unfit[[0]string](t, claims, "list")
	equal(t, jwt.Claims{"l": []int{}}, "l", [0]int{})
	unfit[[][2]int](t, jwt.Claims{"l": [][]int{{1, 2}, {3}}}, "l")
	unfit[struct{ A [1]int }](t, jwt.Claims{"l": map[string]any{"A": []int{1, 2}}}, "l")
	holes := jwt.Claims{"n": []any{1, nil}, "s": []any{"a", nil}, "m": map[string]any{"a": nil}, "l": []any{nil}}
	unfit[[]int](t, holes, "n")
	unfit[[2]int](t, holes, "n")
	unfit[[]string](t, holes, "s")
	unfit[[]named](t, holes, "s")
	unfit[[]netip.Addr](t, holes, "l")
	unfit[[]json.Number](t, holes, "n")
	unfit[map[string]bool](t, holes, "m")
	equal(t, holes, "n", []any{int64(1), nil})
	equal(t, holes, "l", []*int{nil})
	equal(t, holes, "l", [][]int{nil})
	equal(t, holes, "l", []jwt.NumericDate{{}})
	equal(t, holes, "m", map[string]*int{"a": nil})
	equal(t, holes, "m", map[string]map[string]int{"a": nil})
	equal(t, jwt.Claims{"m": map[string]any{"A": nil}}, "m", struct{ A, B int }{}) // a member that is null is an absent one

	for _, name := range []string{"absent", "null"} {
		got, err := jwt.Get[string](claims, name)
		assert.Empty(t, got)
		assertClass(t, err, jwt.ErrMissingClaim)
		assertClaim(t, err, name)
	}
	_, err = jwt.Get[string](jwt.Claims{"p": (*int)(nil)}, "p")
	assertClass(t, err, jwt.ErrMissingClaim)
	_, err = jwt.Get[time.Time](nil, "p")
	assertClass(t, err, jwt.ErrMissingClaim)

	list, err := jwt.Get[[]any](claims, "list")
	require.NoError(t, err)
	list[0] = "changed"
	equal(t, claims, "list", []string{"a", "b"})
}

func equal[T any](t *testing.T, c jwt.Claims, name string, want T) {
	t.Helper()
	got, err := jwt.Get[T](c, name)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func unfit[T any](t *testing.T, c jwt.Claims, name string) {
	t.Helper()
	got, err := jwt.Get[T](c, name)
	assert.Zero(t, got)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, name)
}

func TestNumericDate(t *testing.T) {
	for text, want := range map[string]time.Time{
		"0":                                   time.Unix(0, 0),
		"-0":                                  time.Unix(0, 0),
		"-0.0":                                time.Unix(0, 0),
		"0e9999999999":                        time.Unix(0, 0),
		"1":                                   time.Unix(1, 0),
		"-1":                                  time.Unix(-1, 0),
		"1.5":                                 time.Unix(1, 5e8),
		"-1.5":                                time.Unix(-2, 5e8),
		"-0.5":                                time.Unix(-1, 5e8),
		"18e8":                                now,
		"1.8E+9":                              now,
		"1800000000000e-3":                    now,
		"1800000000.000000001":                now.Add(1),
		"1800000000.0000000019":               now.Add(1),
		"-0.0000000001":                       time.Unix(-1, 999999999),
		"-62135596800":                        time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		"253402300799":                        time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		"253402300799.999999999999":           time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		"0.0000000018e18":                     now,
		"0." + strings.Repeat("0", 250) + "1": time.Unix(0, 0),
		"0." + strings.Repeat("0", 240) + "18e250": now,
	} {
		var date jwt.NumericDate
		require.NoError(t, json.Unmarshal([]byte(text), &date), text)
		assert.Equal(t, want.UTC(), date.Time, text)
		require.NoError(t, date.UnmarshalText([]byte(text)))
		assert.Equal(t, want.UTC(), date.Time, text)
	}
	for _, text := range []string{`"1"`, "true", "[]", "{}", "-62135596801", "-62135596800.0000000001", "253402300800", "1e12", "1e9999999999", "1800000000000", strings.Repeat("1", 300)} {
		date := jwt.NewNumericDate(now)
		err := date.UnmarshalJSON([]byte(text))
		assertClass(t, err, jwt.ErrDecode)
		assert.True(t, date.Equal(now), "left as it was")
	}
	for _, text := range []string{"", " 1", "1 ", "+1", "0x1", "1_000", "NaN", "null", "."} {
		assertClass(t, new(jwt.NumericDate).UnmarshalText([]byte(text)), jwt.ErrDecode)
	}
	for want, date := range map[string]jwt.NumericDate{
		"1800000000":   jwt.NewNumericDate(now.Add(999)),
		"1800000000.5": {Time: now.Add(time.Second / 2)},
		"0.5":          {Time: time.Unix(0, 5e8)},
		"-0.000000001": {Time: time.Unix(-1, 999999999)},
		"-1.5":         {Time: time.Unix(-2, 5e8)},
		"-2":           {Time: time.Unix(-2, 0)},
		"null":         {},
		"253402300799": {Time: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		"-62135596799": {Time: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)},
	} {
		got, err := json.Marshal(date)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
		text, err := date.MarshalText()
		if want == "null" {
			assertClass(t, err, jwt.ErrInvalidOption)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
	}
	date := jwt.NewNumericDate(now)
	require.NoError(t, date.UnmarshalJSON([]byte("null")))
	assert.True(t, date.Equal(now))
	_, err := jwt.NumericDate{Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}.MarshalJSON()
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.True(t, jwt.NewNumericDate(time.Time{}).IsZero())
}

func TestAudience(t *testing.T) {
	for text, audience := range map[string]jwt.Audience{`"a"`: {"a"}, `["a","b"]`: {"a", "b"}, `[]`: {}, `"<&\""`: {`<&"`}} {
		got, err := audience.MarshalJSON()
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
		var back jwt.Audience
		require.NoError(t, back.UnmarshalJSON(got))
		assert.Equal(t, audience, back)
	}
	for text, audience := range map[string]jwt.Audience{`a`: {"a"}, `["a","b"]`: {"a", "b"}, `[]`: {}, `["[a"]`: {"[a"}, `[""]`: {""}, "https://a,b": {"https://a,b"}} {
		got, err := audience.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
		var back jwt.Audience
		require.NoError(t, back.UnmarshalText(got))
		assert.Equal(t, audience, back)
	}
	none, err := jwt.Audience(nil).MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "[]", string(none))
	kept := jwt.Audience{"kept"}
	for _, text := range []string{`1`, `["a",1]`, `{"a":1}`, `"a","x":1`, `"a`, `true`} {
		assertClass(t, kept.UnmarshalJSON([]byte(text)), jwt.ErrInvalidAudience)
	}
	assertClass(t, kept.UnmarshalText([]byte(`[1]`)), jwt.ErrInvalidAudience)
	require.NoError(t, kept.UnmarshalJSON([]byte("null")))
	assert.Equal(t, jwt.Audience{"kept"}, kept)
	_, err = jwt.Audience{"\xff"}.MarshalJSON()
	assertClass(t, err, jwt.ErrInvalidOption)
	_, err = jwt.Audience{"\xff", ""}.MarshalText()
	assertClass(t, err, jwt.ErrInvalidOption)
}
