//go:build !race

// The race detector allocates on its own account, so these run without it.

package jwt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/bits"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

type (
	textOf   string // writes itself as text
	jsonOf   string // and as JSON
	quotedOf struct {
		Text string `json:"text,string"`
	}
	keyOf int // a map's key that writes itself
)

func (t textOf) MarshalText() ([]byte, error) { return []byte(t), nil }
func (t jsonOf) MarshalJSON() ([]byte, error) { return []byte(t), nil }
func (k keyOf) MarshalText() ([]byte, error)  { return fmt.Appendf(nil, "%07d", k), nil }

// A payload that makes no token is given up where it passes what fits in one: it is not
// written to its end first.
func TestBoundsOfPayloads(t *testing.T) {
	const n = 1 << 18
	long := strings.Repeat("a", n)
	lines := strings.Repeat("\n", 190_000) // fits but for its escapes
	controls := strings.Repeat("\x01", 190_000)
	octets := []byte(long)
	list := make([]string, n)
	for i := range list {
		list[i] = "a"
	}
	numbers := make([]int, n)
	mixed := make([]any, n)
	byName, byNumber, byText, nested, ofAny := map[string]int{}, map[int]int{}, map[keyOf]bool{}, map[string]any{}, map[string]any{}
	for i := range n / 4 {
		name := fmt.Sprint(i)
		byName[name], byNumber[i], byText[keyOf(i)], ofAny[name] = i, i, true, i
		nested[name] = map[string]any{name: []any{name}}
	}
	zeros := `{"a":[` + strings.Repeat("0,", n) + `0]}`
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC() // twice, to empty the pools
	runtime.GC()
	for name, payload := range map[string]any{
		"a string":                                 jwt.Claims{"a": long},
		"a string of line breaks":                  jwt.Claims{"a": lines},
		"a string of controls":                     jwt.Claims{"a": controls},
		"a string type":                            jwt.Claims{"a": struct{ A textOf2 }{textOf2(long)}},
		"a string field":                           &struct{ A string }{long},
		"a string in quotes":                       quotedOf{long},
		"a list of strings":                        jwt.Claims{"a": list},
		"a field of strings":                       &struct{ A []string }{list},
		"an audience":                              jwt.Claims{"aud": jwt.Audience(list)},
		"a field of an audience":                   &jwt.RegisteredClaims{Audience: list},
		"an audience of one":                       jwt.RegisteredClaims{Audience: jwt.Audience{long}},
		"numbers":                                  jwt.Claims{"a": numbers},
		"an array":                                 &struct{ A *[n]int }{(*[n]int)(numbers)},
		"nulls":                                    jwt.Claims{"a": mixed},
		"structs without fields":                   jwt.Claims{"a": make([]struct{}, n)},
		"octets in base64":                         jwt.Claims{"a": octets},
		"a name":                                   jwt.Claims{long: 0},
		"a name in a map of ints":                  map[string]int{long: 0},
		"many names":                               jwt.Claims(ofAny),
		"many names, within":                       jwt.Claims{"a": ofAny},
		"nested maps":                              nested,
		"a map of ints":                            byName,
		"a map of ints, within":                    jwt.Claims{"a": byName},
		"a map by ints":                            byNumber,
		"a map by ints, within":                    jwt.Claims{"a": byNumber},
		"a map by keys that marshal":               byText,
		"MarshalText":                              jwt.Claims{"a": textOf(long)},
		"MarshalJSON":                              jwt.Claims{"a": jsonOf(zeros)},
		"MarshalJSON, the payload":                 jsonOf(zeros),
		"json.RawMessage":                          jwt.Claims{"a": json.RawMessage(zeros)},
		"json.RawMessage, the payload":             json.RawMessage(zeros),
		"json.RawMessage that is none":             json.RawMessage(strings.Repeat(`{"a":["`, n/7)),
		"json.RawMessage not closed":               json.RawMessage(`{"a":"` + long),
		"many of json.RawMessage":                  jwt.Claims{"a": slicesOf(json.RawMessage("0"), n)},
		"claims that fit, of a type that does not": json.RawMessage(`{"a":[` + strings.Repeat("0,", 95_000) + `0],"exp":"x"}`),
		"claims that fit, with a name twice":       json.RawMessage(`{` + strings.Repeat(`"a":0,`, 30_000) + `"a":0}`),
		"claims that fit, not closed":              json.RawMessage(`{"a":[` + strings.Repeat(ofSeventeen, 1800)),
		"claims that fit, but for the space in which nothing is looked at x": json.RawMessage(`{"a":0` + strings.Repeat(" ", n) + `]`),
	} {
		t.Run(name, func(t *testing.T) {
			took := uint64(0)
			call := func() (err error) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err = jwt.Encode(payload, secret)
				runtime.ReadMemStats(&after)
				took = after.TotalAlloc - before.TotalAlloc
				return err
			}
			assertClass(t, call(), jwt.ErrInvalidOption)
			t.Logf("%d bytes", took)
			most := uint64(2 << 20) // the nodes of 190 KB of JSON among them
			if strings.HasPrefix(name, "many of") {
				most += 24 * n // what calling their methods takes
			}
			assert.Less(t, took, most)
		})
	}
	// White space is not written, so it does not count.
	spaced := json.RawMessage(`{"a":0` + strings.Repeat(" \t\r\n", n/4) + `,"b":" \"\\ "}`)
	token, err := jwt.Encode(spaced, secret)
	require.NoError(t, err)
	claims, err := jwt.Decode(token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.True(t, maps.Equal(claims, jwt.Claims{"a": int64(0), "b": ` "\ `}), claims)
}

type textOf2 string

func slicesOf[T any](v T, n int) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// JSON of the caller's own that nodes cannot point into is refused by its length, before
// it is looked at: this one's memory is never touched.
func TestGreatJSON(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("it needs a gigabyte of addresses")
	}
	great := json.RawMessage(make([]byte, 1<<30+1))
	for name, payload := range map[string]any{"within": jwt.Claims{"a": great}, "the payload": great} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.ErrorContains(t, err, "256 KiB", name)
	}
	_, err := jwt.Get[any](jwt.Claims{"a": great}, "a")
	assertClass(t, err, jwt.ErrInvalidToken)
	assert.ErrorContains(t, err, "more than")
}

// The longest token has 256 KiB to the character, however it is written.
func TestLongestToken(t *testing.T) {
	encoded := func(kid string, n int, opts ...jwt.EncodeOption) (string, error) {
		return jwt.Encode(jwt.Claims{"a": strings.Repeat("a", n)}, secret, append(opts, jwt.WithKeyID(kid))...)
	}
	longest, shortest := 0, 1<<20 // of what passes, and of what does not
	for _, kid := range []string{"k", "ki", "kid", "kids"} {
		for n := 196_500; n < 196_560; n++ {
			token, err := encoded(kid, n)
			header := len(b64(`{"alg":"HS256","kid":"` + kid + `","typ":"JWT"}`))
			length := header + 1 + len(b64(`{"a":"`+strings.Repeat("a", n)+`"}`)) + 1 + 43
			if err != nil {
				assertClass(t, err, jwt.ErrInvalidOption)
				shortest = min(shortest, length)
				continue
			}
			require.Len(t, token, length)
			if len(token) == 256<<10 {
				_, err = jwt.Decode(token, secret, jwt.HS256)
				require.NoError(t, err)
			}
			longest = max(longest, length)
		}
	}
	assert.Equal(t, 256<<10, longest)
	assert.Equal(t, 256<<10+1, shortest)
	// What is there already does not count, and an error leaves nothing.
	encoder, err := jwt.NewEncoder(secret, jwt.WithKeyID("kid"))
	require.NoError(t, err)
	before := bytes.Repeat([]byte("x"), 1000)
	for n := range 200 {
		payload := jwt.Claims{"a": strings.Repeat("a", 196_400+n)}
		token, err := encoder.Encode(payload)
		appended, errAppend := encoder.AppendEncode(bytes.Clone(before), payload)
		assert.Equal(t, err == nil, errAppend == nil)
		if err == nil {
			assert.Equal(t, string(before)+token, string(appended))
		} else {
			assert.Nil(t, appended)
		}
	}
}

// Sign has no limit, nor have the ways in which a program reads claims of its own.
func TestWhatHasNoLimit(t *testing.T) {
	long := strings.Repeat("a", 1<<20)
	claims := jwt.Claims{"a": []any{long}, "m": map[string]any{"b": long}}
	list, err := jwt.Get[[]string](claims, "a")
	require.NoError(t, err)
	assert.Equal(t, []string{long}, list)
	m, err := jwt.Get[struct {
		B string `json:"b"`
	}](claims, "m")
	require.NoError(t, err)
	assert.Equal(t, long, m.B)
	var into struct {
		A []string `json:"a"`
	}
	require.NoError(t, (&jwt.Token{Claims: claims}).DecodeInto(&into))
	assert.Equal(t, []string{long}, into.A)
	token, err := jwt.Sign([]byte(long), secret)
	require.NoError(t, err)
	payload, err := jwt.Verify(token, secret, jwt.HS256, jwt.WithMaxSize(2<<20))
	require.NoError(t, err)
	assert.Equal(t, long, string(payload))
}

// A header is given up as early.
func TestBoundsOfWrittenHeaders(t *testing.T) {
	list := make([]string, 1<<20)
	_, err := jwt.Encode(jwt.Claims{}, secret, jwt.WithHeader("x", list))
	assertClass(t, err, jwt.ErrInvalidOption)
	octets, _ := cost(func() { jwt.Encode(jwt.Claims{}, secret, jwt.WithHeader("x", list)) })
	assert.Less(t, octets, uint64(64<<10))
}

// A claim that a token can just hold can be got, and nothing deeper: its claims set is
// the first of 64 levels.
func TestDepthOfGet(t *testing.T) {
	arrays := func(n int) (value any) {
		for range n {
			value = []any{value}
		}
		return value
	}
	claims, err := jwt.Decode(claimed(nested(64)), secret, jwt.HS256)
	require.NoError(t, err)
	for _, value := range []any{claims["a"], arrays(63), json.RawMessage(strings.Repeat("[", 63) + strings.Repeat("]", 63))} {
		_, err := jwt.Get[any](jwt.Claims{"a": value}, "a")
		assert.NoError(t, err)
	}
	for _, value := range []any{arrays(64), json.RawMessage(strings.Repeat("[", 64) + strings.Repeat("]", 64))} {
		_, err := jwt.Get[any](jwt.Claims{"a": value}, "a")
		assertClass(t, err, jwt.ErrInvalidToken)
	}
}
