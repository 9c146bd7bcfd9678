package strictjson_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// What is written, what is noted of it, and what is refused.

func TestAdd(t *testing.T) {
	w := strictjson.Writer{Format: format, Offsets: make([]uint32, 3)}
	text := []byte(`{}`)
	for _, m := range []struct {
		name  string
		value any
	}{{"a\n", 1}, {"number", "x"}, {"list", []string{"é", `"`}}, {"v", map[string]any{"v": nil}}} {
		var err error
		text, err = w.Add(text, m.name, m.value)
		require.NoError(t, err)
	}
	text, err := w.AddName(text, "last")
	require.NoError(t, err)
	text = append(text, "true}"...)
	assert.Equal(t, `{"a\n":1,"number":"x","list":["é","\""],"v":{"v":null},"last":true}`, string(text))
	assert.Equal(t, `{"v":null}`, string(text[w.Offsets[1]:w.Offsets[1]+10]))
	assert.Equal(t, `"x"`, string(text[w.Offsets[2]:w.Offsets[2]+3]))
	for name, value := range map[string]any{"\xff": 1, "a": "\xff", "b": func() {}, "c": deep(64)} {
		_, err := (&strictjson.Writer{Format: format}).Add([]byte(`{}`), name, value)
		assert.ErrorContains(t, err, " holds ", name)
	}
	_, err = (&strictjson.Writer{Format: format}).Append(nil, deepStrings(64))
	assert.Error(t, err)
	_, err = (&strictjson.Writer{Format: format}).Append(nil, deepStrings(63))
	assert.NoError(t, err)
	_, err = (&strictjson.Writer{Format: format}).Add([]byte(`{}`), "c", deep(63))
	assert.NoError(t, err)
}

func deep(n int) (value any) {
	for range n {
		value = []any{value}
	}
	return value
}

// deepStrings is n levels around a list of strings.
func deepStrings(n int) (value any) {
	value = []string{"a"}
	for range n {
		value = []any{value}
	}
	return value
}

// A format without types reads and writes those of Go.
func TestNoTypes(t *testing.T) {
	f := strictjson.NewFormat(nil, strictjson.Types{})
	var d strictjson.Document
	require.True(t, d.ParseValue([]byte(`1`)))
	var date time.Time
	assert.Error(t, d.Fill(reflect.ValueOf(&date).Elem(), f.Plan(reflect.TypeFor[time.Time]())))
	require.True(t, d.ParseValue([]byte(`"2027-01-15T08:00:00Z"`)))
	assert.NoError(t, d.Fill(reflect.ValueOf(&date).Elem(), f.Plan(reflect.TypeFor[time.Time]())))
	assert.True(t, date.Equal(now))
	text, err := (&strictjson.Writer{Format: f}).Append(nil, map[string]any{"date": now, "wait": time.Second, "": 1})
	require.NoError(t, err)
	assert.Equal(t, `{"":1,"date":"2027-01-15T08:00:00Z","wait":1000000000}`, string(text))
}

type (
	writesItself struct{ V, Number int }
	byText       string
)

func (w writesItself) MarshalJSON() ([]byte, error) {
	return []byte(` { "v" : 1 , "number" : "2 3" } `), nil
}
func (b byText) MarshalText() ([]byte, error) { return []byte(b), nil }

// The offsets are those of the outermost object's members, however it is written.
func TestOffsets(t *testing.T) {
	type embedded struct {
		Number []string `json:"number"`
	}
	for name, value := range map[string]any{
		"a map": map[string]any{"number": "2", "v": 1, "x": map[string]any{"v": 3}}, "a map of ints": map[string]int{"v": 1, "number": 2}, "keys as text": map[byText]any{"v": 1, "number": 2},
		"a struct": &struct {
			X inner `json:"x"`
			V int   `json:"v"`
			embedded
		}{V: 1}, "by reflection": struct {
			V      int8    `json:"v"`
			Number *byText `json:"number"`
		}{V: 1}, "writes itself": writesItself{}, "raw": json.RawMessage(`{"number":{"v":2},"v":1,"z":[]}`),
	} {
		w := strictjson.Writer{Format: format, Offsets: make([]uint32, 3)}
		v, p, err := format.Follow(reflect.ValueOf(value))
		require.NoError(t, err)
		text, err := w.AppendValue([]byte("before"), v, p)
		require.NoError(t, err, name)
		var d strictjson.Document
		require.True(t, d.ParseNumbered(text[len("before"):], format))
		for i := 1; i < 3; i++ {
			raw := d.Raw(d.Numbered(i))
			assert.Equal(t, string(raw), string(text[w.Offsets[i]:][:len(raw)]), "%s: %s", name, text)
		}
	}
	// What is no object has no members, and what is inside it none that count.
	for _, value := range []any{[]any{map[string]any{"v": 1}}, json.RawMessage(`[{"v":1}]`), map[string]any{"x": writesItself{}}} {
		w := strictjson.Writer{Format: format, Offsets: make([]uint32, 3)}
		_, err := w.Append(nil, value)
		require.NoError(t, err)
		assert.Equal(t, []uint32{0, 0}, w.Offsets[1:])
	}
}

// The importer decides on the members that have a number, in maps and of durations.
func TestMember(t *testing.T) {
	asked := 0
	f := strictjson.NewFormat([]string{"exp"}, strictjson.Types{Member: func(number int, value any) (any, error) {
		asked++
		assert.Equal(t, 1, number)
		switch value.(type) {
		case time.Duration:
			return nil, errors.New("a duration")
		case int:
			return "replaced", nil
		}
		return value, nil
	}})
	write := func(value any) (string, error) {
		v, p, err := f.Follow(reflect.ValueOf(value))
		require.NoError(t, err)
		text, err := (&strictjson.Writer{Format: f, Offsets: make([]uint32, 2)}).AppendValue(nil, v, p)
		return string(text), err
	}
	for want, value := range map[string]any{
		`{"exp":"replaced","x":1}`: map[string]any{"exp": 5, "x": 1}, `{"exp":"replaced"}`: map[byText]int{"exp": 1},
		`{"x":{"exp":1}}`: map[string]any{"x": map[string]any{"exp": time.Duration(1)}}, `{"x":1}`: struct {
			X time.Duration `json:"x"`
		}{1}, `{"exp":1}`: struct {
			Exp int `json:"exp"`
		}{1},
	} {
		text, err := write(value)
		assert.NoError(t, err)
		assert.Equal(t, want, text)
	}
	assert.Equal(t, 2, asked)
	day := 24 * time.Hour
	for _, value := range []any{
		map[string]any{"exp": day}, map[string]time.Duration{"exp": day}, map[byText]any{"exp": &day}, struct {
			Exp any `json:"exp"`
		}{&day}, &struct {
			Exp *time.Duration `json:"exp"`
		}{&day},
	} {
		_, err := write(value)
		assert.EqualError(t, err, `"exp" holds a duration`)
	}
	text, err := (&strictjson.Writer{Format: f}).Append(nil, map[string]any{"exp": day})
	require.NoError(t, err)
	assert.Equal(t, `{"exp":86400000000000}`, string(text), "nobody asked for offsets")
}

func TestFollow(t *testing.T) {
	type endless *endless
	var nowhere endless
	nowhere = &nowhere
	var ring any
	ring = &ring
	for name, value := range map[string]any{"a type of pointers": nowhere, "an interface that holds itself": ring} {
		_, _, err := format.Follow(reflect.ValueOf(value))
		assert.Error(t, err, name)
	}
	// The longest chain that is followed has 1001 pointers and interfaces, in turn.
	number := 1
	var longest, longer any = &number, number
	for range 500 {
		longest, longer = new(longest), new(longer)
	}
	longer = new(longer)
	_, _, err := format.Follow(reflect.ValueOf(longest))
	require.NoError(t, err)
	_, _, err = format.Follow(reflect.ValueOf(longer))
	assert.Error(t, err)

	plain := &inner{1}
	v, p, err := format.Follow(reflect.ValueOf(&plain))
	require.NoError(t, err)
	assert.True(t, p.Is(reflect.Struct) && v.CanAddr() && !p.UsesMethod(v))
	v, _, err = format.Follow(reflect.ValueOf(inner{1}))
	require.NoError(t, err)
	assert.True(t, v.CanAddr(), "methods of the pointer count")
	v, p, err = format.Follow(reflect.ValueOf(&writesItself{}))
	require.NoError(t, err)
	assert.True(t, p.UsesMethod(v) && v.Kind() == reflect.Pointer)
	v, _, err = format.Follow(reflect.ValueOf((*inner)(nil)))
	require.NoError(t, err)
	assert.True(t, v.IsNil())
}

// Nothing of what is too large is written to its end.
func TestLimit(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, value := range map[string]any{
		"a string": long, "escapes": strings.Repeat("\n", 60), "a list": make([]int, 200), "strings": strings.Split(long, ""), "bytes": []byte(long), "a map": map[string]any{"a": long},
		"raw": json.RawMessage(`"` + long + `"`), "text": byText(long), "any list": []any{long},
	} {
		text, err := (&strictjson.Writer{Format: format, Limit: 100}).Append(nil, value)
		assert.Equal(t, strictjson.ErrTooLarge, err, name)
		assert.Less(t, len(text), 300, name)
	}
	text, err := (&strictjson.Writer{Format: format, Limit: 100}).Append(nil, json.RawMessage(`[ `+strings.Repeat(" ", 1000)+`1]`))
	require.NoError(t, err)
	assert.Equal(t, `[1]`, string(text), "white space does not count")
}

// A limit is met to the byte, whatever the value.
func TestLimitToTheByte(t *testing.T) {
	for name, value := range map[string]any{
		"a string": "abc", "escapes": "a\nb\x01c", "escapes at the end": strings.Repeat("a", 30) + "\n", "an escape first": "\n" + strings.Repeat("a", 30), "a list": []int{1, 2, 3}, "strings": []string{"a", "b"},
		"bytes": []byte("abcd"), "a map": map[string]any{"": 0, "a": 1}, "numbers": map[int]int{1: 2, 3: 4}, "raw": json.RawMessage(`[1,2]`), "any list": []any{"a", []any{}},
		"a struct": struct{ A, B string }{"a", "b"}, "empty": map[string]any{}, "null": []any{nil},
	} {
		all, err := (&strictjson.Writer{Format: format}).Append(nil, value)
		require.NoError(t, err, name)
		text, err := (&strictjson.Writer{Format: format, Limit: len(all)}).Append(nil, value)
		assert.NoError(t, err, name)
		assert.Equal(t, string(all), string(text), name)
	}
}

func TestKeysOfMaps(t *testing.T) {
	assert.Equal(t, `{"200":1}`, encoded(t, map[uint8]int{200: 1}))
	assert.Equal(t, `{"-128":1}`, encoded(t, map[int8]int{-128: 1}))
	for range 20 { // the order of a map's keys differs
		_, err := (&strictjson.Writer{Format: format}).Append(nil, map[sameText]int{{1}: 1, {2}: 2})
		assert.ErrorContains(t, err, "the same name")
		_, err = (&strictjson.Writer{Format: format}).Append(nil, map[sameText]int{{1}: 1, {2}: 2, {-1}: 3})
		assert.ErrorContains(t, err, "the same name")
	}
}

type sameText struct{ N int }

func (s sameText) MarshalText() ([]byte, error) {
	if s.N < 0 {
		return []byte("another"), nil
	}
	return []byte("same"), nil
}

// What a Writer counts while it is inside of something, it takes back.
func TestWriterIsReused(t *testing.T) {
	w := &strictjson.Writer{Format: format}
	for range 100 {
		_, err := w.Add([]byte(`{}`), "a", []any{map[string]any{"a": []int{1}}})
		require.NoError(t, err)
	}
	_, err := w.Append(nil, deep(64))
	assert.NoError(t, err)
	one := 1
	list := make([]*int, 3000)
	for i := range list {
		list[i] = &one
	}
	_, err = w.Append(nil, list)
	assert.NoError(t, err)
	for _, bad := range []any{math.Inf(1), math.Inf(-1), math.NaN(), "\x80", "a\x80", json.Number("1x"), struct {
		F float64 `json:",string"`
	}{math.NaN()}, struct {
		S string `json:",string"`
	}{"\xff"}} {
		_, err := w.Append(nil, bad)
		assert.Error(t, err, "%v", bad)
	}
}

// A Misfit names the member of the root, however deep the value is.
func TestMisfit(t *testing.T) {
	type row struct {
		Deep map[string][]struct{ N int8 }
		Name string
		*inner
	}
	for text, member := range map[string]string{`{"Deep":{"a":[{"N":1},{"N":300}]}}`: "Deep", `{"Name":1}`: "Name", `{"x":1}`: "x", `{"name":"a"}`: "name", `{"Name":"a","deep":{}}`: "deep"} {
		var d strictjson.Document
		require.True(t, d.Parse([]byte(text)))
		var out row
		err := d.Fill(reflect.ValueOf(&out).Elem(), format.Plan(reflect.TypeFor[row]()))
		var misfit *strictjson.Misfit
		require.ErrorAs(t, err, &misfit, text)
		assert.Equal(t, member, misfit.Member)
		assert.NotEmpty(t, misfit.Error())
	}
	// A member beside that of the exact name is one of many, unless it has a number.
	type fields struct{ V, Other string }
	for text, ok := range map[string]bool{`{"Other":"a","other":"b"}`: true, `{"V":"a","v":"b"}`: false, `{"v":"b"}`: false, `{"Ω":1}`: true} {
		_, err := decodedAs[fields](text)
		assert.Equal(t, ok, err == nil, text)
	}
	got, err := decodedAs[fields](`{"Other":"a","other":"b","V":"c"}`)
	require.NoError(t, err)
	assert.Equal(t, fields{"c", "a"}, got)
	_, err = decodedAs[row](`{"x":1}`)
	assert.ErrorContains(t, err, "embed it by value")
	_, err = decodedAs[holder[textual]](`{"v":"x"}`)
	assert.EqualError(t, err, "a JSON string does not fit the Go type strictjson_test.textual: no <")
	_, err = decodedAs[struct{ K string }]("{\"\u212a\":1}") // the sign of kelvin folds to k
	assert.ErrorContains(t, err, "case alone")
}

// What did not fit, and the names in the text, which are cut.
func TestMisfitTexts(t *testing.T) {
	for text, kind := range map[string]strictjson.Kind{`{"Bytes":"*"}`: strictjson.String, `{"ByNumber":{"a":1}}`: strictjson.String, `{"Pair":[1]}`: strictjson.Array} {
		d := strictjson.Document{Exact: true}
		require.True(t, d.Parse([]byte(text)))
		var out struct {
			Bytes    []byte
			ByNumber map[int]int
			Pair     [2]int
		}
		v := reflect.ValueOf(&out).Elem()
		var misfit *strictjson.Misfit
		require.ErrorAs(t, d.Fill(v, format.Plan(v.Type())), &misfit)
		assert.Equal(t, kind, misfit.Kind, text)
	}
	const most = 64
	for length, cut := range map[int]bool{most: false, most + 1: true, most + 2: true} {
		name := strings.Repeat("a", length)
		row := reflect.New(reflect.StructOf([]reflect.StructField{{Name: strings.ToUpper(name), Type: reflect.TypeFor[string]()}})).Elem()
		var d strictjson.Document
		require.True(t, d.Parse([]byte(`{"`+name+`":"a"}`)))
		err := d.Fill(row, format.Plan(row.Type()))
		quoted := `"` + name + `"`
		if cut {
			quoted = `"` + name[:most] + `"…`
		}
		assert.ErrorContains(t, err, quoted+" differs from the Go field "+strings.ToUpper(quoted))
	}
}

type (
	hiddenWrites     struct{ N *int }
	hiddenWritesToo  struct{}
	hiddenReads      struct{}
	hiddenReadsToo   struct{}
	panicsWithFields struct{ N *int }
)

func (hiddenWrites) MarshalJSON() ([]byte, error)     { return []byte("1"), nil }
func (hiddenWritesToo) MarshalJSON() ([]byte, error)  { return []byte("1"), nil }
func (hiddenReads) UnmarshalJSON([]byte) error        { return nil }
func (hiddenReadsToo) UnmarshalJSON([]byte) error     { return nil }
func (panicsWithFields) MarshalJSON() ([]byte, error) { panic("its own") }

// Reflection cannot call a method of an embedded struct that is not exported, so such a field is
// left out. The structs here do not get the methods themselves, as two of their fields have one.
func TestHiddenMethods(t *testing.T) {
	assert.Equal(t, `{"sub":"alice"}`, encoded(t, struct {
		hiddenWrites    `json:"a"`
		hiddenWritesToo `json:"b"`
		Sub             string `json:"sub"`
	}{Sub: "alice"}))
	type reads struct {
		hiddenReads    `json:"a"`
		hiddenReadsToo `json:"b"`
		Sub            string `json:"sub"`
	}
	got, err := decodedAs[reads](`{"a":1,"b":1,"sub":"alice"}`)
	require.NoError(t, err)
	assert.Equal(t, reads{hiddenReads{}, hiddenReadsToo{}, "alice"}, got)
}

// Only the panic of a method that a nil embedded pointer lends becomes an error.
func TestOwnPanic(t *testing.T) {
	assert.PanicsWithValue(t, "its own", func() { encoded(t, panicsWithFields{}) })
}

// A scratch value comes from the pool as zero, and not at all if code of the program may
// still know its address.
func TestScratch(t *testing.T) {
	plan := format.Plan(reflect.TypeFor[Inner]())
	for range 10 {
		s := plan.Scratch()
		assert.True(t, s.Value.IsZero())
		s.Value.Set(reflect.ValueOf(Inner{1, 2}))
		plan.Release(s)
	}
	plan = format.Plan(reflect.TypeFor[struct{ V []map[string]fromJSON }]())
	for range 10 {
		s := plan.Scratch()
		s.Value.Field(0).Set(reflect.ValueOf([]map[string]fromJSON{{}}))
		plan.Release(s)
		assert.Equal(t, 1, s.Value.Field(0).Len(), "it is left alone")
	}
}

func TestExact(t *testing.T) {
	fill := func(text string, into any) error {
		d := strictjson.Document{Exact: true}
		require.True(t, d.ParseValue([]byte(text)))
		v := reflect.ValueOf(into).Elem()
		return d.Fill(v, format.Plan(v.Type()))
	}
	assert.Error(t, fill(`9007199254740993`, new(float64)))
	assert.NoError(t, fill(`9007199254740992`, new(float64)))
	assert.Error(t, fill(`1e-400`, new(float64)))
	assert.Error(t, fill(`0.1`, new(float32)))
	assert.Error(t, fill(`[1,2]`, new([3]int)))
	assert.Error(t, fill(`[null]`, new([]string)))
	assert.Error(t, fill(`{"a":null}`, new(map[string]int)))
	assert.NoError(t, fill(`[null]`, new([]*string)))
	assert.Error(t, fill(`{"list":["a",null]}`, new(struct {
		List []string `json:"list"`
	})))
}
