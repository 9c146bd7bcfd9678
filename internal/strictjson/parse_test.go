package strictjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// parsed parses an object, and returns its members.
func parsed(text []byte) (map[string]any, bool) {
	var d strictjson.Document
	if !d.Parse(text) {
		return nil, false
	}
	return d.Map(0), true
}

func nested(n int) string { return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + `}` }

func TestAccepted(t *testing.T) {
	for text, want := range map[string]map[string]any{
		`{}`:                            {},
		" \t\r\n{ } \n":                 {},
		`{"":""}`:                       {"": ""},
		`{"a":[],"b":{}}`:               {"a": []any{}, "b": map[string]any{}},
		`{"a":[ 1 , "x" ]}`:             {"a": []any{int64(1), "x"}},
		`{"a":true,"b":false,"c":null}`: {"a": true, "b": false, "c": nil},
		`{"a":-0}`:                      {"a": int64(0)},
		`{"a":-0.0}`:                    {"a": 0.0},
		`{"a":0e999}`:                   {"a": 0.0},
		`{"a":9223372036854775807}`:     {"a": int64(1<<63 - 1)},
		`{"a":9223372036854775808}`:     {"a": json.Number("9223372036854775808")},
		`{"a":1.5e3}`:                   {"a": 1500.0},
		`{"a":1E+2}`:                    {"a": 100.0},
		`{"a":1e400}`:                   {"a": json.Number("1e400")},
		`{"a":1e-400}`:                  {"a": json.Number("1e-400")},
		`{"\u0061":"\ud83d\ude00\"\\\/\b\f\n\r\t\u00e9"}`: {"a": "😀\"\\/\b\f\n\r\té"},
		`{"a":"\uABCD\uabcd\u00Ef\uD83D\uDE00"}`:          {"a": "\uabcd\uabcd\u00ef😀"},
		`{"a":"` + "\u007f\ufffd\u2028😀" + `"}`:           {"a": "\u007f\ufffd\u2028😀"},
		`{"a":{"b":1},"b":{"a":1}}`:                       {"a": map[string]any{"b": int64(1)}, "b": map[string]any{"a": int64(1)}},
		`{"a":"twelve characters and more, plain"}`:       {"a": "twelve characters and more, plain"},
	} {
		got, ok := parsed([]byte(text))
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{nested(64), `{"a":` + strings.Repeat("1", 256) + `}`} {
		_, ok := parsed([]byte(text))
		assert.True(t, ok, text)
	}
}

// Wherever a document is cut off, it is refused: strings are looked at in steps, of
// which the last is often a shorter one.
func TestCutOff(t *testing.T) {
	for n := range 40 {
		text := `{"` + strings.Repeat("n", n) + `":"` + strings.Repeat("v", 40-n) + `"}`
		for end := range text {
			_, ok := parsed([]byte(text[:end]))
			assert.False(t, ok, text[:end])
		}
		_, ok := parsed([]byte(text))
		assert.True(t, ok, text)
	}
}

func TestRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "space": " ", "an array": "[]", "null": "null", "a BOM": "\ufeff{}", "a vertical tab": "\v{}",
		"two": "{}{}", "something after": "{} x", "NUL after": "{}\x00", "cut 1": "{", "cut 2": `{"a`, "cut 3": `{"a"`, "cut 4": `{"a":`,
		"cut 5": `{"a":1`, "cut 6": `{"a":1,`, "cut 7": `{"a":[`, "cut 8": `{"a":[1`, "cut 9": `{"a":[1,`, "cut 10": `{"a":tru`, "cut 11": `{"a":"\`, "cut 12": `{"a":"\u00`, "cut 13": `{"a":-`, "cut 14": `{"a":1e`, "cut 15": `{"a":"\ud83d`, "cut 16": `{"a":"\ud83d\u`,
		"comma first": `{,"a":1}`, "comma last": `{"a":1,}`, "commas": `{"a":1,,"b":1}`, "no comma": `{"a":1 "b":1}`, "a semicolon": `{"a":1;"b":1}`, "a bracket for a comma": `{"a":[1}2]}`, "a semicolon in an array": `{"a":[1;2]}`, "no colon": `{"a" 1}`,
		"array comma first": `{"a":[,1]}`, "array comma last": `{"a":[1,]}`, "array no comma": `{"a":[1 2]}`, "closed by the other": `{"a":[1}}`,
		"name a number": `{1:1}`, "name unquoted": `{a:1}`, "name in single quotes": `{'a':1}`, "comment": `{/**/"a":1}`,
		"number 01": `{"a":01}`, "number -": `{"a":-}`, "number +1": `{"a":+1}`, "number .5": `{"a":.5}`, "number 5.": `{"a":5.}`, "number 1e": `{"a":1e}`, "number 1e+": `{"a":1e+}`,
		"number 0x1": `{"a":0x1}`, "NaN": `{"a":NaN}`, "Infinity": `{"a":-Infinity}`, "True": `{"a":True}`, "a long number": `{"a":` + strings.Repeat("1", 257) + `}`,
		"number 1d5": `{"a":1d5}`, "number 1D5": `{"a":1D5}`, "number 1:2": `{"a":1:2}`, "number 1/2": `{"a":1/2}`,
		"escape of a hex digit after 9": `{"a":"\u00:0"}`, "escape of a hex digit before 0": `{"a":"\u00/0"}`, "escape of a hex digit before A": `{"a":"\u00@0"}`, "escape of a hex digit before a": "{\"a\":\"\\u00`0\"}", "escape of a hex digit after F": `{"a":"\u00G0"}`,
		"escape x": `{"a":"\x41"}`, "escape '": `{"a":"\'"}`, "escape U": `{"a":"\U0041"}`, "escape of no hex": `{"a":"\u00g0"}`,
		"name, escape x": `{"a\x41":1}`, "name, escape of no hex": `{"a\u00g0":1}`, "name, cut in an escape": `{"a\`, "name, half a pair": `{"a\ud83d":1}`,
		"high surrogate alone": `{"a":"\ud83d"}`, "low surrogate alone": `{"a":"\ude00"}`, "surrogates swapped": `{"a":"\ude00\ud83d"}`, "high and no low": `{"a":"\ud83d\u0041"}`,
		"surrogate in UTF-8": "{\"a\":\"\xed\xa0\xbd\"}", "overlong": "{\"a\":\"\xc0\x80\"}", "UTF-8 cut": "{\"a\":\"\xe2\x82\"}", "a lone byte in few": "{\"\x80\":1}", "a lone byte": "{\"a\":\"0123456789\x80\"}", "beyond Unicode": "{\"a\":\"\xf5\x80\x80\x80\"}",
		"a line break for a quote": "{\"a\":\"x\n}", "a line break for a quote, and more": "{\"a\":\"x\n,\"b\":1}", "a line break for a quote of a name": "{\"a\n:1}", "a line break for a quote in an array": "{\"a\":[\"x\n]}",
		"a control character": "{\"a\":\"\x1f\"}", "a line break in a string": "{\"a\":\"long enough to be looked at \n by eight\"}", "NUL in a name": "{\"a\x00\":1}",
		"a name twice": `{"a":1,"a":2}`, "escaped twice": `{"a":1,"\u0061":2}`, "empty name twice": `{"":1,"":2}`, "deep twice": `{"x":{"y":[{"a":1,"a":2}]}}`,
		"too deep": nested(65), "much too deep": nested(100_000), "open and deep": strings.Repeat(`{"a":`, 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parsed(slices.Clip([]byte(text))) // so that a look behind the end panics
			assert.False(t, ok)
			assert.Nil(t, got)
		})
	}
}

// Names are found twice wherever they stand among how many, and not confused
// between objects: at 16 the walk goes from comparing to a set.
func TestNamesAmongMany(t *testing.T) {
	for _, n := range []int{1, 2, 15, 16, 17, 18, 31, 32, 33, 200} {
		var names strings.Builder
		for i := range n {
			fmt.Fprintf(&names, `"\u006eame%d":{"name%d":1},`, i, i)
		}
		_, ok := parsed([]byte(`{` + names.String() + `"last":{` + strings.TrimSuffix(names.String(), ",") + `}}`))
		assert.True(t, ok, n)
		for i := range n {
			_, ok := parsed([]byte(`{` + names.String() + fmt.Sprintf(`"name%d":1}`, i)))
			assert.False(t, ok, "%d of %d", i, n)
		}
	}
	// Whatever their hashes are.
	for i := range 300 {
		name := fmt.Sprintf("%x", i*7919)
		_, ok := parsed([]byte(`{"` + name + `":1,"` + name + `":2}`))
		assert.False(t, ok, name)
		var names strings.Builder
		for j := range 18 {
			fmt.Fprintf(&names, `"%s-%d":0,`, name, j)
		}
		_, ok = parsed([]byte(`{` + names.String() + `"` + name + `-0":1}`))
		assert.False(t, ok, name)
		_, ok = parsed([]byte(`{` + names.String() + `"` + name + `":1}`))
		assert.True(t, ok, name)
	}
	// Two that differ where their hash does not see it.
	_, ok := parsed([]byte("{\"aaaaaaaaaaaaaaaa\":1,\"aaaa`aaaiaaaaaaa\":2}"))
	assert.True(t, ok)
	// All names in the set are those of one object or another.
	one := `{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,"o":0,"p":0,"q":0}`
	_, ok = parsed([]byte(`{"list":[` + strings.Repeat(one+",", 200) + one + `]}`))
	assert.True(t, ok)
}

// FuzzJSON: what encoding/json refuses is refused, and of the rest exactly what
// the rules above forbid; on what both accept the values agree.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"a":[1,-2.5e3,"x\u00e9",true,null,{"b":{}}]}`, ` {"n":123456789012345678901} `, // valid
		`{"a":1,"a":2}`, `{"a":{"\u0061":1,"a":2}}`, `{"":1,"":2}`, // a name twice
		nested(64), nested(65), // depth
		`{"a":"\ud800"}`, `{"a":"\ude00\ud83d"}`, `{"\ud83d\ude00":"\ud83d\ude00"}`, `{"a":"\\ud800"}`, `{"a":"\ud83d\\\ude00"}`, // surrogates
		"{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "\ufeff{}", // not UTF-8, or with a mark
		`{"a":1e400}`, `{"a":` + strings.Repeat("1", 256) + `}`, `{"a":0.` + strings.Repeat("1", 255) + `}`, // numbers
		`{}{}`, `{}x`, "{}\x00", `[]`, `null`, ``, ` `, // not one object
		`{"a":01}`, `{"a":+1}`, `{"a":.5}`, `{"a":1.}`, `{"a":NaN}`, `{"a":'b'}`, `{"a":1,}`, `{"a"}`, // no JSON
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := parsed(text)
		if want := json.Valid(text) && !forbidden(text); ok != want {
			t.Fatalf("%q: accepted is %v, want %v", text, ok, want)
		}
		if !ok {
			return
		}
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.UseNumber()
		var want map[string]any
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("accepted %q: %v", text, err)
		}
		if !same(got, want) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	})
}

// forbidden finds in valid JSON what a token must not have, another way than the
// walk does.
func forbidden(text []byte) bool {
	if !utf8.Valid(text) || text[len(text)-len(bytes.TrimLeft(text, " \t\r\n"))] != '{' || halfSurrogate.Match(wholePair.ReplaceAll(escapedSlash.ReplaceAll(text, []byte("--")), nil)) {
		return true
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	for depth := 0; ; {
		token, err := decoder.Token()
		switch {
		case err == io.EOF:
			_, twice := namesOf(text)
			return twice
		case err != nil: // encoding/json has a bound of its own, which is far away
			return true
		case token == json.Delim('{'), token == json.Delim('['):
			depth++
		case token == json.Delim('}'), token == json.Delim(']'):
			depth--
		}
		if number, ok := token.(json.Number); depth > 64 || ok && len(number) > 256 {
			return true
		}
	}
}

// namesOf are those of the outermost object, as encoding/json reads them, and
// whether any object in it has a name twice.
func namesOf(text []byte) (names []string, twice bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var walk func(depth int)
	walk = func(depth int) {
		token, err := decoder.Token()
		if err != nil {
			twice = true
			return
		}
		seen := map[string]bool{}
		for decoder.More() && (token == json.Delim('{') || token == json.Delim('[')) {
			if token == json.Delim('{') {
				name, err := decoder.Token()
				text, ok := name.(string)
				if err != nil || !ok {
					twice = true
					return
				}
				twice = twice || seen[text]
				seen[text] = true
				if depth == 0 {
					names = append(names, text)
				}
			}
			walk(depth + 1)
			if twice {
				return
			}
		}
		if token == json.Delim('{') || token == json.Delim('[') {
			decoder.Token()
		}
	}
	walk(0)
	return names, twice
}

var (
	escapedSlash  = regexp.MustCompile(`\\\\`)
	wholePair     = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)
	halfSurrogate = regexp.MustCompile(`\\u[dD][89a-fA-F]`)
)

// same compares a value of ours with one whose numbers are texts.
func same(got, want any) bool {
	switch want := want.(type) {
	case json.Number:
		if f, ok := got.(float64); ok {
			other, err := want.Float64()
			return err == nil && f == other
		}
		return fmt.Sprint(got) == want.String() || fmt.Sprint(got) == "0" && want == "-0"
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok || len(m) != len(want) {
			return false
		}
		for name := range want {
			if value, ok := m[name]; !ok || !same(value, want[name]) {
				return false
			}
		}
		return true
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !same(list[i], want[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(got, want)
}
