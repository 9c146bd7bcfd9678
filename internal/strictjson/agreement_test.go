package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// Agreement with encoding/json, type by type: what users of it expect.

// The types of an importer. Their methods are for encoding/json alone.
type (
	seconds   struct{ time.Time }
	oneOrMore []string
)

var format = strictjson.NewFormat([]string{"v", "number"}, strictjson.Types{
	Date: reflect.TypeFor[seconds](),
	ParseDate: func(number []byte) (time.Time, bool) {
		if !strictjson.IsNumber(number) {
			panic("no number")
		}
		n, err := strconv.ParseInt(string(number), 10, 40)
		return time.Unix(n, 0).UTC(), err == nil
	},
	AppendDate: func(dst []byte, date time.Time) ([]byte, error) {
		if date.IsZero() {
			return append(dst, "null"...), nil
		}
		return strconv.AppendInt(dst, date.Unix(), 10), nil
	},
	OneOrMore: reflect.TypeFor[oneOrMore](),
})

func (s seconds) MarshalJSON() ([]byte, error) { return format.AppendDate(nil, s.Time) }
func (s *seconds) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	if !strictjson.IsNumber(text) {
		return errors.New("no number")
	}
	date, ok := format.ParseDate(text)
	if !ok {
		return errors.New("no date")
	}
	s.Time = date
	return nil
}

func (o oneOrMore) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if len(o) == 1 {
		err := encoder.Encode(o[0])
		return text.Bytes(), err
	}
	err := encoder.Encode(append([]string{}, o...))
	return text.Bytes(), err
}

func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one *string
	if json.Unmarshal(text, &one) == nil {
		if one != nil {
			*o = oneOrMore{*one}
		}
		return nil
	}
	if bytes.Contains(text, []byte("null")) {
		return errors.New("no list of strings")
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// decodedAs fills a T.
func decodedAs[T any](text string) (out T, err error) {
	var d strictjson.Document
	parsed := []byte(text)
	if !d.Parse(parsed) {
		return out, errors.New(d.Problem())
	}
	err = d.Fill(reflect.ValueOf(&out).Elem(), format.Plan(reflect.TypeFor[T]()))
	if string(parsed) != text {
		panic("a method was given the text itself")
	}
	return out, err
}

// encoded writes a value.
func encoded(t *testing.T, value any) string {
	t.Helper()
	v, p, err := format.Follow(reflect.ValueOf(value))
	require.NoError(t, err)
	text, err := (&strictjson.Writer{Format: format}).AppendValue(nil, v, p)
	require.NoError(t, err)
	return string(text)
}

type (
	named    string
	level    int8
	hexByte  byte
	textual  struct{ text string }
	anyText  struct{ text string }
	fromJSON struct{ text string }
	inner    struct {
		X int `json:"x"`
	}
	Inner struct {
		X int `json:"x"`
		Y int `json:"y"`
	}
	other struct {
		Y int `json:"y"`
	}
	shadowed struct {
		Inner
		X string `json:"x"`
	}
	plainUQ struct{ U, Quux int }
	PlainUC struct{ U, Corge int }
	taggedU struct {
		U int `json:"U"`
	}
	clash struct { // nobody has U
		plainUQ
		PlainUC
	}
	clashTagged struct { // the one with the tag has U
		plainUQ
		PlainUC
		taggedU
	}
	twice struct { // by two ways at one depth, so nobody has U
		A
		B
	}
	A           struct{ taggedU }
	B           struct{ taggedU }
	byPointerIn struct {
		*Inner
		Z int `json:"z,omitempty"`
	}
	recursive struct {
		Name string      `json:"name"`
		List []recursive `json:"list,omitempty"`
		Next *recursive  `json:"next,omitempty"`
		*recursive
	}
	tags struct {
		Skipped  int            `json:"-"`
		Dash     int            `json:"-,"`
		Odd      int            `json:"a b"`
		NoName   int            `json:",omitempty"`
		Float    float64        `json:"f,string"`
		Int      int            `json:"i,string"`
		Bool     bool           `json:"b,string"`
		Text     string         `json:"s,string"`
		Pointer  *int           `json:"p,string"`
		Ignored  []int          `json:"l,string"`
		hidden   int            // what an unexported field does is the point
		Empty    map[string]int `json:"e,omitempty"`
		Array    [0]int         `json:"r,omitempty"`
		Struct   inner          `json:"st,omitempty"`
		ZeroTime time.Time      `json:"zt,omitzero"`
		Iface    fmt.Stringer   `json:"if,omitempty"`
		Zeroer   zeroer         `json:"zr,omitzero"`
		PZeroer  *zeroer        `json:"pz,omitzero"`
		Thing    pointerZeroer  `json:"th,omitzero"`
		Kept     []int          `json:"k,omitzero"`
	}
	common struct { // the types that are read and written in place, with each tag
		SN, S1, S2 string
		SE         string `json:",omitempty"`
		SZ         string `json:",omitzero"`
		NN         named
		NE         named   `json:",omitempty"`
		NZ         xIsZero `json:",omitzero"`
		BN         bool
		BE         bool `json:",omitempty"`
		BZ         bool `json:",omitzero"`
		IN         int
		IE         int `json:",omitempty"`
		IZ         int `json:",omitzero"`
		LN         int64
		LE         int64 `json:",omitempty"`
		LZ         int64 `json:",omitzero"`
		AN         []string
		AE         []string `json:",omitempty"`
		AZ         []string `json:",omitzero"`
		DN         seconds
		DE         seconds `json:",omitempty"`
		DZ         seconds `json:",omitzero"`
		UN         oneOrMore
		UE         oneOrMore `json:",omitempty"`
		UZ         oneOrMore `json:",omitzero"`
	}
	commonInside struct { // the same, not at the start of the struct
		Odd bool
		common
		Last int8
	}
	commonBehind struct {
		Odd bool
		*Common
		Last int8
	}
	Common        struct{ common }
	xIsZero       string
	zeroer        struct{ N int }
	pointerZeroer struct{ N int }
)

func (n named) Upper() string { return strings.ToUpper(string(n)) }

func (x xIsZero) IsZero() bool        { return x == "x" }
func (z zeroer) IsZero() bool         { return z.N == 7 }
func (z *pointerZeroer) IsZero() bool { return z.N == 7 }

func (h textual) MarshalText() ([]byte, error) { return []byte("<" + h.text + ">"), nil }
func (h *textual) UnmarshalText(text []byte) error {
	if !bytes.HasPrefix(text, []byte("<")) {
		return errors.New("no <")
	}
	h.text = string(bytes.Trim(text, "<>"))
	text[0] = '#' // which must not be seen by others
	return nil
}

func (a anyText) MarshalText() ([]byte, error) { return []byte(a.text), nil }
func (a *anyText) UnmarshalText(text []byte) error {
	a.text = string(text)
	return nil
}

func (f fromJSON) MarshalJSON() ([]byte, error) { return []byte(` [ ` + f.text + ` ] `), nil }
func (f *fromJSON) UnmarshalJSON(text []byte) error {
	if text[0] != '[' {
		return errors.New("no list")
	}
	f.text = string(bytes.TrimSpace(text[1 : len(text)-1]))
	text[0] = '#'
	return nil
}

type holder[T any] struct {
	V T `json:"v"`
}

var now = time.Unix(1_800_000_000, 0).UTC()

// documents stand wherever the types below may read them.
var documents = []string{
	`null`, `true`, `false`, `0`, `-0`, `1`, `-1`, `127`, `128`, `-128`, `-129`, `255`, `256`, `65536`, `2147483647`, `2147483648`, `4294967296`, `9007199254740993`,
	`9223372036854775807`, `9223372036854775808`, `-9223372036854775808`, `-9223372036854775809`, `18446744073709551615`, `18446744073709551616`,
	`1.0`, `1.5`, `-0.0`, `1e2`, `1E-2`, `0.1`, `3.5e38`, `1e39`, `1e308`, `1e309`, `1e-400`,
	`""`, `"a"`, `"<a>"`, `"\u003ca\ud83d\ude00>"`, `"1"`, `"-1"`, `"1.5"`, `"300"`, `" 1"`, `"1 "`, `"true"`, `"null"`, `"\"x\""`, `"\"1\""`, `"[1]"`, `"{}"`, `"YWJj"`, `"YWJ"`, `"YW\nJj"`, `"Y_-="`, `"127.0.0.1"`,
	`"2026-01-02T03:04:05.6Z"`, `"2026-01-02"`,
	`[]`, `[1]`, `[1,2,3]`, `[1,"a"]`, `["a","b"]`, `[null]`, `[[1],[2,3]]`, `[300]`, `[{"x":1}]`, `[true,1.5,"x",null,{"a":[]}]`,
	`{}`, `{"x":1}`, `{"x":"1"}`, `{"x":1,"y":2,"z":3}`, `{"x":null,"y":null}`, `{"U":1}`, `{"U":1,"Quux":2,"Corge":3}`, `{"1":2,"-3":4}`, `{"01":1}`, `{"+1":1}`, `{"300":1}`, `{"":0}`, `{"<k>":1}`, `{"127.0.0.1":1}`, `{"a":{"b":{"c":1}}}`,
	`{"name":"a","list":[{"name":"b","next":{"name":"c"}}],"next":null}`, `{"name":1}`,
	`{"-":1,"a b":2,"NoName":4,"f":"1.5","i":"-7","b":"true","s":"\"t\"","p":"9","l":[1],"hidden":1,"Skipped":1}`,
	`{"Odd":true,"SN":"s","S1":"\u0073","SE":"se","SZ":"sz","NN":"n","NE":"ne","NZ":"x","BN":true,"BE":true,"BZ":false,"IN":1,"IE":-2,"IZ":0,"LN":3,"LE":-4,"LZ":5,"AN":["a",null],"AE":[],"AZ":["\n"],"DN":1,"DE":1,"DZ":2,"UN":"u","UE":["a","b"],"UZ":[],"Last":-1}`,
	`{"SN":null,"BN":null,"IN":null,"LN":null,"AN":null,"DN":null,"UN":null}`, `{"SN":1}`, `{"BN":"true"}`, `{"IN":1.5}`, `{"LN":"1"}`, `{"AN":[["a"]]}`, `{"AN":["a",1]}`, `{"AN":"a"}`, `{"DN":"1"}`, `{"UN":[null]}`, `{"UN":[["a"]]}`, `{"UN":1}`,
	`{"f":1.5}`, `{"i":"x"}`, `{"i":""}`, `{"b":"1"}`, `{"s":"t"}`, `{"p":null,"f":null,"s":null}`, `{"p":"null","i":"null","s":"null"}`, `{"p":"[1]"}`, `{"i":"1.0"}`, `{"i":" 1"}`, `{"i":"\"1\""}`, `{"s":"\"\\u0041\\n\""}`, `{"zt":"2026-01-02T03:04:05Z","e":{"a":1},"r":[],"st":{"x":1}}`,
}

// oddInAny are numbers that encoding/json rounds, or refuses, in an any.
var oddInAny = map[string]bool{
	`-0`: true, `9007199254740993`: true, `9223372036854775807`: true, `9223372036854775808`: true, `-9223372036854775808`: true, `-9223372036854775809`: true,
	`18446744073709551615`: true, `18446744073709551616`: true, `1e309`: true, `1e-400`: true,
}

// agree reads every document into a T as encoding/json does, and writes back
// what it read as encoding/json does.
func agree[T any](t *testing.T) {
	t.Run(reflect.TypeFor[T]().String(), func(t *testing.T) {
		exactInAny := strings.Contains(reflect.TypeFor[T]().String(), "interface")
		for _, text := range documents {
			if exactInAny && oddInAny[text] {
				continue // TestJSONAccepted says what they are in an any
			}
			payload := `{"v":` + text + `,"w":0}`
			var want holder[T]
			wantErr := json.Unmarshal([]byte(payload), &want)
			got, err := decodedAs[holder[T]](payload)
			if wantErr != nil {
				if assert.Error(t, err, "%s, which encoding/json refuses: %v", text, wantErr) {
					var misfit *strictjson.Misfit
					if assert.ErrorAs(t, err, &misfit) {
						assert.Equal(t, "v", misfit.Member)
					}
				}
				continue
			}
			if assert.NoError(t, err, text) {
				assert.Equal(t, asText(t, want), asText(t, got), text)
				if !exactInAny { // in an any, integers are int64 here
					assert.Equal(t, want, got, text)
				}
				agreeWriting(t, got)
			}
		}
	})
}

func asText(t *testing.T, v any) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(v))
	return strings.TrimSuffix(text.String(), "\n")
}

// agreeWriting wants a Writer to write what encoding/json does.
func agreeWriting(t *testing.T, v any) {
	t.Helper()
	pointer := reflect.New(reflect.TypeOf(v))
	pointer.Elem().Set(reflect.ValueOf(v))
	want := asText(t, pointer.Interface())
	assert.Equal(t, want, encoded(t, pointer.Interface()))
	assert.Equal(t, want, encoded(t, v), "methods of the pointer count, whether or not the payload is one")
	assert.Equal(t, asText(t, map[string]any{"x": v}), encoded(t, map[string]any{"x": v}))
	list := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(v)), 2, 2).Interface()
	assert.Equal(t, asText(t, map[string]any{"x": list}), encoded(t, map[string]any{"x": list}))
}

// On documents whose names match exactly, reading and writing agree with
// encoding/json, whatever the type.
func TestFillAgreesWithEncodingJSON(t *testing.T) {
	agree[bool](t)
	agree[string](t)
	agree[named](t)
	agree[int](t)
	agree[int8](t)
	agree[int16](t)
	agree[int32](t)
	agree[int64](t)
	agree[level](t)
	agree[uint](t)
	agree[uint8](t)
	agree[uint16](t)
	agree[uint32](t)
	agree[uint64](t)
	agree[uintptr](t)
	agree[float32](t)
	agree[float64](t)
	agree[json.Number](t)
	agree[seconds](t)
	agree[*seconds](t)
	agree[[]seconds](t)
	agree[oneOrMore](t)
	agree[[]oneOrMore](t)
	agree[any](t)
	agree[fmt.Stringer](t)
	agree[*int](t)
	agree[**string](t)
	agree[*any](t)
	agree[[]int](t)
	agree[[]int8](t)
	agree[[]string](t)
	agree[[]any](t)
	agree[[]*int](t)
	agree[[][]int](t)
	agree[[]byte](t)
	agree[[]hexByte](t)
	agree[[]textual](t)
	agree[[0]int](t)
	agree[[2]int](t)
	agree[[4]any](t)
	agree[[3]byte](t)
	agree[map[string]any](t)
	agree[map[string]int](t)
	agree[map[named]*int8](t)
	agree[map[int]int](t)
	agree[map[int8]int](t)
	agree[map[uint8]int](t)
	agree[map[textual]int](t)
	agree[map[netip.Addr]int](t)
	agree[map[string]map[string]any](t)
	agree[inner](t)
	agree[*inner](t)
	agree[Inner](t)
	agree[shadowed](t)
	agree[clash](t)
	agree[clashTagged](t)
	agree[twice](t)
	agree[byPointerIn](t)
	agree[struct{ inner }](t)
	agree[struct {
		Inner `json:"x"`
	}](t)
	agree[struct {
		X  int     `json:"x,omitempty"`
		Y  *int    `json:"y,omitzero"`
		V  float64 `json:"z,omitempty"`
		My named   `json:",omitempty"`
	}](t)
	agree[common](t)
	agree[commonInside](t)
	agree[commonBehind](t)
	agree[[]common](t)
	agree[recursive](t)
	agree[tags](t)
	agree[struct{}](t)
	agree[textual](t)
	agree[anyText](t)
	agree[*textual](t)
	agree[fromJSON](t)
	agree[*fromJSON](t)
	agree[json.RawMessage](t)
	agree[big.Int](t)
	agree[*big.Int](t)
	agree[netip.Addr](t)
	agree[struct{ fmt.Stringer }](t)
}

// A tag whose name encoding/json would not have is passed over: which name it
// then takes differs between Go releases.
func TestBadTag(t *testing.T) {
	type claims struct {
		Field int `json:"a\"b"`
	}
	assert.Equal(t, `{"Field":1}`, encoded(t, claims{1}))
	got, err := decodedAs[claims](`{"Field":1,"a\"b":2,"a":3}`)
	require.NoError(t, err)
	assert.Equal(t, claims{1}, got)
}

func TestAppendAgreesWithEncodingJSON(t *testing.T) {
	seven := 7
	date := seconds{now}
	full := common{
		"s", "\"", "é", "se", "sz", "n", "ne", "y", true, true, true, 1, -2, 3, 4, -5, 1 << 60,
		[]string{},
		[]string{"a"},
		[]string{},
		date, date, date,
		oneOrMore{},
		oneOrMore{"a"},
		oneOrMore{"a", "b"},
	}
	for _, v := range []any{
		tags{},
		tags{Dash: 1, Odd: 2, NoName: 4, Float: -1.5e-9, Int: -7, Bool: true, Text: "a\"<b", Pointer: &seven, Ignored: []int{}, Empty: map[string]int{}, Struct: inner{1}, ZeroTime: now, Iface: time.Second, Zeroer: zeroer{7}, PZeroer: &zeroer{7}, Thing: pointerZeroer{7}, Kept: []int{}},
		tags{Zeroer: zeroer{1}, PZeroer: &zeroer{}, Thing: pointerZeroer{1}, Float: 1e21, Kept: []int{1}},
		common{},
		full,
		common{NZ: "x"},
		commonInside{},
		commonInside{true, full, 1},
		commonBehind{},
		commonBehind{true, &Common{full}, 1},
		struct{ V []any }{[]any{full, &full}},
		struct{ V []common }{[]common{full, {}}},
		byPointerIn{},
		byPointerIn{&Inner{1, 2}, 3},
		clash{plainUQ{1, 2}, PlainUC{3, 4}},
		clashTagged{plainUQ{1, 2}, PlainUC{3, 4}, taggedU{5}},
		twice{A{taggedU{1}}, B{taggedU{2}}},
		shadowed{Inner{1, 2}, "x"},
		recursive{Name: "a", List: []recursive{{Name: "b"}}, Next: &recursive{}},
		struct{ A, B any }{[]any{1, "a", nil, map[string]any{"x": 1.5}}, map[int]bool{2: true, 10: false}},
		struct{ M map[textual]fromJSON }{map[textual]fromJSON{{"b"}: {"1"}, {"a"}: {"2"}}},
		struct{ M map[*textual]int }{map[*textual]int{nil: 1}},
		struct{ A [2]textual }{},
		struct{ P *textual }{&textual{"x"}},
		struct{ I fmt.Stringer }{now.UTC()},
		struct{ T time.Time }{now.UTC()},
		struct{ D time.Duration }{time.Second},
		struct{ F []float64 }{[]float64{1e-6, math.Nextafter(1e-6, 0), 1e21, math.Nextafter(1e21, 0), float64(math.Nextafter32(1e-6, 0)), float64(float32(1e-6)), float64(float32(1e21)), float64(math.Nextafter32(1e21, 0)), 1e-10, 1e-9, 1e100}},
		struct{ F []float32 }{[]float32{1e-6, math.Nextafter32(1e-6, 0), math.Nextafter32(1e-6, 1), 1e21, math.Nextafter32(1e21, 0), 1e-10, 1e-9}},
		struct{ F float32 }{1e-7},
		struct{ F float32 }{3.4e38},
		struct{ F float64 }{-1e-7},
		struct{ F float64 }{123456789.125},
		struct{ U uintptr }{9},
		struct{ I json.Marshaler }{},
		struct{ I json.Marshaler }{fromJSON{"1 , 2"}},
		struct{ P *fromJSON }{},
		struct{ R json.RawMessage }{json.RawMessage(`{ "a\\\"" : [ 1, 2 ] }`)},
		struct{ B *bool }{new(bool)},
		struct{ N json.Number }{"1e5"},
		struct{ B big.Int }{*big.NewInt(5)},
		struct{ B *big.Int }{big.NewInt(6)},
		struct{ M map[string]*big.Int }{map[string]*big.Int{"x": nil}},
		struct{ T encodedByPointer }{},
		map[string]encodedByPointer{"x": {}},
		struct{ T encodedByBoth }{},
		map[string]encodedByBoth{"x": {}},
		struct {
			N json.Number `json:",string"`
		}{"5"},
		struct {
			N *string `json:",string"`
		}{},
	} {
		t.Run(fmt.Sprintf("%T", v), func(t *testing.T) { agreeWriting(t, v) })
	}
}

type encodedByPointer struct{ X int }

func (*encodedByPointer) MarshalText() ([]byte, error) { return []byte("by pointer"), nil }

// encodedByBoth is written by MarshalJSON if it has an address, otherwise by MarshalText.
type encodedByBoth struct{ X int }

func (*encodedByBoth) MarshalJSON() ([]byte, error) { return []byte(`["by pointer"]`), nil }
func (encodedByBoth) MarshalText() ([]byte, error)  { return []byte("by value"), nil }
