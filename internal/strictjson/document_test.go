package strictjson_test

import (
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// What can be asked of a document, and the other ways to parse.

func parse(t *testing.T, text string) *strictjson.Document {
	t.Helper()
	var d strictjson.Document
	require.True(t, d.Parse([]byte(text)), text)
	return &d
}

func TestNodes(t *testing.T) {
	d := parse(t, `{"a":[1,"\u0062",[],null],"\u0063":{"x":true,"y":false},"e":"","f":[]}`)
	assert.Equal(t, strictjson.Object, d.Kind(0))
	assert.Equal(t, 4, d.Len(0))
	var names []string
	for name, value := range d.Members(0) {
		names = append(names, string(d.String(name))+" "+d.Kind(value).String())
		if len(names) == 3 {
			break
		}
	}
	assert.Equal(t, []string{"a array", "c object", "e string"}, names)
	list := d.Member("a")
	assert.Equal(t, 4, d.Len(list))
	var elements []string
	for e := range d.Elements(list) {
		elements = append(elements, string(d.Raw(e)))
		if len(elements) == 3 {
			break
		}
	}
	assert.Equal(t, []string{`1`, `"\u0062"`, `[]`}, elements)
	assert.Equal(t, `{"x":true,"y":false}`, string(d.Raw(d.Member("c"))))
	assert.Equal(t, 2, d.Len(d.Member("c")))
	assert.Zero(t, d.Member("x"), "a member of another object")
	assert.Zero(t, d.Member("b"), "an element")
	for name, empty := range map[string]bool{"a": false, "c": false, "e": true, "f": true} {
		assert.Equal(t, empty, d.IsEmpty(d.Member(name)), name)
	}
	assert.True(t, parse(t, `{"n":null}`).IsEmpty(2))
	assert.False(t, d.IsEmpty(0))

	d = parse(t, `{"a":["x","\u0078","y","\u0079x"]}`)
	x := d.Member("a") + 1
	assert.True(t, d.Equal(x, x+1))
	assert.True(t, d.Equal(x+1, x))
	assert.False(t, d.Equal(x, x+2))
	assert.False(t, d.Equal(x+1, x+3))
}

// A name has the number of its place in the format, whatever its length, and wherever
// it stands in how many.
func TestNumbered(t *testing.T) {
	names := []string{"a", "auth_time", "exp", "", "é", "a\nb", "exp2"}
	f := strictjson.NewFormat(names, strictjson.Types{})
	for i, name := range names {
		assert.Equal(t, i+1, f.Number(name), name)
	}
	for _, name := range []string{"b", "auth_tim", "Exp", "auth_time2", "exp3"} {
		assert.Zero(t, f.Number(name), name)
	}
	var d strictjson.Document
	found := func() (all []string) {
		for i := range len(names) + 1 {
			if value := d.Numbered(i); value != 0 {
				all = append(all, fmt.Sprint(i, " ", string(d.Raw(value))))
			}
		}
		return all
	}
	assert.Empty(t, found(), "before a parse")
	for range 2 {
		require.True(t, d.ParseNumbered([]byte(`{"x":{"exp":1},"auth_time":1,"a\u000ab":2,"\u0065xp":[3],"":4,"Exp":5}`), f))
		assert.Equal(t, []string{"2 1", "3 [3]", "4 4", "6 2"}, found())
		require.True(t, d.ParseNumbered([]byte(`{"":[{"exp":1}],"a":{"exp":2,"auth_time":3}}`), f))
		assert.Equal(t, []string{`1 {"exp":2,"auth_time":3}`, `4 [{"exp":1}]`}, found(), "only of the root, and nothing of the last text")
		require.True(t, d.Parse([]byte(`{"exp":1}`)))
		assert.Empty(t, found(), "after a parse without numbers")
	}
	// Another format, with more names than buckets.
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprint("name", i))
	}
	f = strictjson.NewFormat(many, strictjson.Types{})
	for i, name := range many {
		assert.Equal(t, i+1, f.Number(name))
	}
	assert.Zero(t, f.Number("name500"))
	require.True(t, d.ParseNumbered([]byte(`{"name499":1,"name500":2,"exp":3}`), f))
	assert.Equal(t, "1", string(d.Raw(d.Numbered(500))))
}

// Short names, which are compared by their hashes alone, and their neighbors.
func TestShortNames(t *testing.T) {
	var names []string
	for _, a := range "aAe\x00\x01" {
		for _, b := range "aAx\x00\x7f" {
			names = append(names, string(a), string([]rune{a, b}), string([]rune{a, b, a}), string([]rune{a, a, b}), string([]rune{b, a, a, b}))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	f := strictjson.NewFormat(names, strictjson.Types{})
	number := map[string]int{}
	for i, name := range names {
		number[name] = i + 1
		assert.Equal(t, i+1, f.Number(name), "%q", name)
	}
	for a := range 128 {
		for b := range 128 {
			for c := range 128 {
				name := string([]byte{byte(a), byte(b), byte(c)})
				if want := number[name]; f.Number(name) != want {
					t.Fatalf("%q has the number %d, not %d", name, f.Number(name), want)
				}
			}
		}
	}
}

// Other names may share a hash: these do. Only the name itself finds a field or a number.
func TestNamesOfOneHash(t *testing.T) {
	type fields struct {
		Six       string `json:"oaiexw"`
		Eight     string `json:"xqiefgbo"`
		Long      string `json:"first_name_of_the_user"`
		OtherLong string `json:"first_namely_the_user"`
	}
	for other, name := range map[string]string{
		"tzswbw": "oaiexw", "vuoyjjkq": "xqiefgbo",
		"first_na:::::::he_user": "first_name_of_the_user", "first_na::::::he_user": "first_namely_the_user",
	} {
		require.Len(t, other, len(name))
		got, err := decodedAs[fields](`{"` + other + `":"a"}`)
		require.NoError(t, err)
		assert.Zero(t, got, other)
		got, err = decodedAs[fields](`{"` + other + `":"a","` + name + `":"b"}`)
		require.NoError(t, err, "they are not twice the same")
		assert.Contains(t, []fields{{Six: "b"}, {Eight: "b"}, {Long: "b"}, {OtherLong: "b"}}, got)
		f := strictjson.NewFormat([]string{name}, strictjson.Types{})
		assert.Equal(t, []int{1, 0}, []int{f.Number(name), f.Number(other)})
	}
}

func TestParseValue(t *testing.T) {
	var d strictjson.Document
	for text, kind := range map[string]strictjson.Kind{
		` {"a":1} `: strictjson.Object, "\t[1]\n": strictjson.Array, `"a"`: strictjson.String, `-1.5e3`: strictjson.Number, `true`: strictjson.True, ` false`: strictjson.False, `null `: strictjson.Null,
		strings.Repeat("[", 64) + strings.Repeat("]", 64): strictjson.Array,
	} {
		require.True(t, d.ParseValue([]byte(text)), text)
		assert.Equal(t, kind, d.Kind(0), text)
		assert.Equal(t, strings.TrimSpace(text), string(d.Raw(0)))
	}
	for _, text := range []string{``, ` `, `1 2`, `truex`, `"a`, `[1`, `]`, `{"a":1,"a":1}`, strings.Repeat("[", 65) + strings.Repeat("]", 65)} {
		assert.False(t, d.ParseValue([]byte(text)), text)
	}
	for text, raw := range map[string]string{`1,2`: `1`, `["a"]}`: `["a"]`, `"a""b"`: `"a"`, `{}}`: `{}`, `12`: `12`, strings.Repeat("[", 64) + strings.Repeat("]", 65): strings.Repeat("[", 64) + strings.Repeat("]", 64)} {
		require.True(t, d.ParsePrefix([]byte(text)), text)
		assert.Equal(t, raw, string(d.Raw(0)))
	}
	for _, text := range []string{``, ` 1`, `,`, `[1`} {
		assert.False(t, d.ParsePrefix([]byte(text)), text)
	}
	fault, at := d.Fault()
	assert.Equal(t, 2, at)
	assert.Contains(t, d.Problem(), fault.String())
	assert.Contains(t, d.Problem(), "byte 2")
}

// Each fault is found where it is, and the parse after it knows nothing of it.
func TestFaults(t *testing.T) {
	many := `{"names":{`
	for i := range 40 {
		many += fmt.Sprintf(`"name%d":%d,`, i, i)
	}
	many += `"last":1}}`
	var d strictjson.Document
	for text, want := range map[string]string{
		``: "object is wanted (byte 0)", ` []`: "object is wanted (byte 1)", `{} x`: "after the JSON value (byte 3)", `{"a":`: "ends where a value is wanted (byte 5)", `{"a":1`: "inside an object or array (byte 6)",
		`{"a":[1}`: "comma or a closing bracket is wanted (byte 7)", `{"a":1,}`: "name in quotes is wanted (byte 7)", `{1:2}`: "name in quotes is wanted (byte 1)", `{"a":1,"\u0061":2}`: "an object has the same name twice (byte 7)",
		`{"a" 1}`: "colon is wanted after a member name (byte 5)", `{"a":tru}`: "JSON value is wanted (byte 5)", `{"a":[1.]}`: "no digits after its point (byte 6)", `{"a":[1e]}`: "no digits in its exponent (byte 6)",
		`{"a":` + strings.Repeat("1", 257) + `}`: "longer than 256 characters (byte 5)", `{"a":"b}`: "no closing quote (byte 5)", `{"ab}`: "no closing quote (byte 1)", `{"a":"bc\x"}`: "invalid escape, or half a surrogate pair (byte 8)",
		"{\"a\":\"b\n\"}": "unescaped control character (byte 7)", "{\"a\":\"b\xff\"}": "not valid UTF-8 (byte 7)", `{"a":` + strings.Repeat("[", 65): "deeper than 64 levels (byte 68)",
	} {
		assert.False(t, d.Parse([]byte(text)), text)
		assert.True(t, strings.HasSuffix(d.Problem(), want), "%s: %s", text, d.Problem())
		assert.Equal(t, text, d.Source(), "nothing of the text before")
		require.True(t, d.Parse([]byte(many)))
		fault, _ := d.Fault()
		assert.Nil(t, fault)
		assert.Equal(t, 41, d.Len(2))
	}
}

// What a strict parse of a part refuses, a loose one of the whole does not look at.
func TestParseLoose(t *testing.T) {
	var d strictjson.Document
	for _, part := range []string{
		`{"a":1,"a":2}`, `"\ud800"`, `"\ude00\ud83d"`, `"\ud83dx"`, "\"\xff\"", `{"\ud800":1,"\ud800":2}`, strings.Repeat("1", 300), strings.Repeat("[", 200) + strings.Repeat("]", 200),
		`[` + strings.Repeat(`{"a":[1]},`, 20_000) + `1]`, `[` + strings.Repeat(`1,`, 20_000) + `1]`, `{"x":{"y":[[1,2],{"z":"\ud800"}]}}`,
	} {
		text := `{"keys":[1,` + part + `,"last"],"` + "a\xff" + `":"x","keys":[[2]]}`
		assert.False(t, d.Parse([]byte(text)))
		require.True(t, d.ParseLoose([]byte(text)), "%.60s", part)
		var found []string
		for name, value := range d.Members(0) {
			found = append(found, string(d.String(name)))
			assert.Equal(t, strictjson.String, d.Kind(name))
			if d.Kind(value) == strictjson.Array {
				for e := range d.Elements(value) {
					found = append(found, string(d.Raw(e)))
				}
			}
		}
		assert.Equal(t, []string{"keys", `1`, part, `"last"`, "a\xff", "keys", `[2]`}, found)
		assert.False(t, d.Parse([]byte(text)), "the next parse is strict again")
	}
	for _, text := range []string{`{"a":[1,]}`, `{"a":"\x"}`, `{"a":"\ud8"}`, `{"a":01}`, "{\"a\":\"\n\"}", `{"a":[1}`, `{"a":{"b":[}]}}`, `{"a":`, strings.Repeat("[", 1001) + strings.Repeat("]", 1001), `[` + strings.Repeat("1,", 9_999) + `1]`} {
		assert.False(t, d.ParseLoose([]byte(text)), "%.60s", text)
	}
	assert.True(t, d.ParseLoose([]byte(strings.Repeat("[", 1000)+strings.Repeat("]", 1000))))
	assert.True(t, d.ParseLoose([]byte(`[`+strings.Repeat("1,", 9_998)+`1]`)))
	assert.True(t, d.ParseLoose([]byte(`{"a":[`+strings.Repeat("[[1],2],", 9_000)+`1]}`)), "what is further below does not count")
}

// Kept strings do not change when the document parses another text.
func TestTextIsKept(t *testing.T) {
	for _, padding := range []int{0, 10_000} {
		var d strictjson.Document
		text := []byte(`{"a":"first","b":"\u0073econd","n":12,"long":"` + strings.Repeat("l", 300) + `","z":"last","p":"` + strings.Repeat("p", padding) + `"}`)
		want := []string{"first", "second", "12", strings.Repeat("l", 300), "last"}
		require.True(t, d.Parse(text))
		var kept []string
		for _, name := range []string{"a", "b", "n", "long", "z"} {
			kept = append(kept, d.Text(d.Member(name)))
		}
		source := d.Source()
		assert.Equal(t, string(text), source)
		assert.Equal(t, source, d.Source())
		clear(text)
		require.True(t, d.Parse([]byte(`{"other":"text of another"}`)))
		assert.Equal(t, "text of another", d.Text(2))
		assert.Equal(t, want, kept)
		assert.Contains(t, source, `"first"`)
		d.Forget()
		_, tables := d.Size()
		assert.Positive(t, tables, "memory is kept for the next")
	}
}

func TestNumberLen(t *testing.T) {
	for text, n := range map[string]int{``: 0, `x`: 0, `-`: 0, `1`: 1, `1,`: 1, `-1.5e+3}`: 7, `01`: 1, `1.`: 0, strings.Repeat("1", 256) + "]": 256, strings.Repeat("1", 257): 0} {
		assert.Equal(t, n, strictjson.NumberLen([]byte(text)), text)
		assert.Equal(t, n > 0 && n == len(text), strictjson.IsNumber([]byte(text)), text)
	}
}

// Every text comes into the parser where its length is checked.
func TestOneWayIntoTheParser(t *testing.T) {
	into := map[string]int{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		if n := len(regexp.MustCompile(`\b(d|inside)\.value\(`).FindAll(text, -1)); n > 0 && !strings.HasSuffix(name, "_test.go") {
			into[name] = n
		}
	}
	assert.Equal(t, map[string]int{"document.go": 1}, into)
}

type moreOfSeveral struct{ F, E, D, C, B, A int }

func TestPlan(t *testing.T) {
	type claims struct {
		Exp  seconds `json:"number"`
		List []*claims
	}
	p := format.Plan(reflect.TypeFor[claims]())
	assert.Same(t, p, format.Plan(reflect.TypeFor[claims]()))
	assert.Same(t, p, format.Plan(reflect.TypeFor[[]*claims]()).Elem.Elem, "made with the struct")
	assert.True(t, p.Is(reflect.Struct))
	assert.False(t, format.Plan(reflect.TypeFor[seconds]()).Is(reflect.Struct), "a date is no object")
	exp, list := p.Fields[0], p.Fields[1]
	assert.Equal(t, []any{"number", 2, true, []int{0}}, []any{exp.Name, exp.Number, exp.Tagged, exp.Index})
	assert.Equal(t, []any{"List", 0, false, []int{1}}, []any{list.Name, list.Number, list.Tagged, list.Index})
	type several struct {
		A, B, C, D, E, F int
	}
	assert.Equal(t, []string{"A", "B", "C", "D", "E", "F"}, format.Plan(reflect.TypeFor[struct {
		Inner struct{}
		several
		*moreOfSeveral
	}]()).Clashes)
	assert.Equal(t, []string{"U"}, format.Plan(reflect.TypeFor[clash]()).Clashes)
}

// A document in a pool does not keep the last text alive.
func TestForget(t *testing.T) {
	var d strictjson.Document
	parse := func() weak.Pointer[byte] {
		text := []byte(`{"a":"` + strings.Repeat("b", 1000) + `"}`)
		require.True(t, d.Parse(text))
		return weak.Make(&text[0])
	}
	text := parse()
	runtime.GC()
	assert.NotNil(t, text.Value())
	d.Forget()
	runtime.GC()
	assert.Nil(t, text.Value())
	runtime.KeepAlive(&d)
}

// Nodes cannot point into a longer text. It is refused before it is read: the memory of this one
// is never touched.
func TestTooLong(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("it needs a gigabyte of addresses")
	}
	var d strictjson.Document
	assert.False(t, d.ParseValue(make([]byte, 1<<30+1)))
	fault, at := d.Fault()
	assert.Contains(t, fault.String(), "1 GiB")
	assert.Zero(t, at)
}
