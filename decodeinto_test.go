package jwt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// decodedAs reads a payload into a T, by every way there is; all must agree.
func decodedAs[T any](t *testing.T, payload string, opts ...jwt.DecodeOption) (T, error) {
	t.Helper()
	token := claimed(payload)
	opts = append(opts, jwt.WithoutCheck("exp", "nbf", "iat", "aud"))
	got, err := jwt.DecodeAs[T](token, secret, jwt.HS256, opts...)
	decoder, newErr := jwt.NewDecoder(secret, jwt.HS256, opts...)
	require.NoError(t, newErr)
	complete, completeErr := decoder.DecodeComplete(token)
	require.NoError(t, completeErr)
	var into, ofToken T
	intoErr, tokenErr := decoder.DecodeInto(token, &into), complete.DecodeInto(&ofToken)
	assert.Equal(t, got, into)
	assert.Equal(t, got, ofToken)
	assert.Equal(t, fmt.Sprint(err), fmt.Sprint(intoErr))
	assert.Equal(t, fmt.Sprint(err), fmt.Sprint(tokenErr))
	if err != nil {
		assert.Zero(t, got, payload)
	}
	return got, err
}

// Names match exactly: not by case, not by what folds to the same letters.
func TestDecodeIntoNamesAreExact(t *testing.T) {
	type claims struct {
		jwt.RegisteredClaims
		Kind string `json:"kind"`
		Bare string
	}
	got, err := decodedAs[claims](t, `{"SUB":"a","Sub":"b","iſs":"c","ISS":"d","\u212aind":"e","KIND":"f","bare":"g","EXP":1,"Aud":"x"}`)
	require.NoError(t, err)
	assert.Zero(t, got)
	got, err = decodedAs[claims](t, `{"SUB":"a","sub":"b","Bare":"c","BARE":"d","kind":"e","Kind":"f","\u0069\u0073\u0073":"g"}`)
	require.NoError(t, err)
	assert.Equal(t, claims{jwt.RegisteredClaims{Subject: "b", Issuer: "g"}, "e", "c"}, got)
	// Where encoding/json would be fooled: the test is about something.
	var fooled claims
	require.NoError(t, json.Unmarshal([]byte(`{"SUB":"a","iſs":"c"}`), &fooled))
	assert.Equal(t, "a", fooled.Subject)

	// Among many fields names are found by another way.
	type many struct {
		A, B, C, D, E, F, G, H, I string
		Sub                       string `json:"sub"`
	}
	wide, err := decodedAs[many](t, `{"a":"1","SUB":"2","J":"3"}`)
	require.NoError(t, err)
	assert.Zero(t, wide)
	wide, err = decodedAs[many](t, `{"A":"1","sub":"2","I":"3"}`)
	require.NoError(t, err)
	assert.Equal(t, many{A: "1", Sub: "2", I: "3"}, wide)
}

type (
	named    string
	level    int8
	hexByte  byte
	textual  struct{ text string }
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
		hidden   int            //nolint:unused // what an unexported field does is the point
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
	zeroer        struct{ N int }
	pointerZeroer struct{ N int }
)

func (n named) Upper() string { return strings.ToUpper(string(n)) }

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
			got, err := decodedAs[holder[T]](t, payload)
			if wantErr != nil {
				if assert.Error(t, err, "%s, which encoding/json refuses: %v", text, wantErr) {
					assertClass(t, err, jwt.ErrInvalidToken)
					assertClaim(t, err, "v")
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

// agreeWriting wants Encode to write what encoding/json does.
func agreeWriting(t *testing.T, v any) {
	t.Helper()
	pointer := reflect.New(reflect.TypeOf(v))
	pointer.Elem().Set(reflect.ValueOf(v))
	want := asText(t, pointer.Interface())
	assert.Equal(t, want, segmentOf(t, encoded(t, pointer.Interface()), 1))
	assert.Equal(t, want, segmentOf(t, encoded(t, v), 1), "methods of the pointer count, whether or not the payload is one")
	assert.Equal(t, asText(t, map[string]any{"x": v}), segmentOf(t, encoded(t, jwt.Claims{"x": v}), 1))
	list := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(v)), 2, 2).Interface()
	assert.Equal(t, asText(t, map[string]any{"x": list}), segmentOf(t, encoded(t, jwt.Claims{"x": list}), 1))
}

// On documents whose names match exactly, reading and writing agree with
// encoding/json, whatever the type.
func TestDecodeIntoAgreesWithEncodingJSON(t *testing.T) {
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
	agree[recursive](t)
	agree[tags](t)
	agree[struct{}](t)
	agree[textual](t)
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
func TestDecodeIntoBadTag(t *testing.T) {
	type claims struct {
		Field int `json:"a\"b"`
	}
	assert.Equal(t, `{"Field":1}`, segmentOf(t, encoded(t, claims{1}), 1))
	got, err := decodedAs[claims](t, `{"Field":1,"a\"b":2,"a":3}`)
	require.NoError(t, err)
	assert.Equal(t, claims{1}, got)
}

func TestEncodeAgreesWithEncodingJSON(t *testing.T) {
	seven := 7
	for _, v := range []any{
		tags{}, tags{Dash: 1, Odd: 2, NoName: 4, Float: -1.5e-9, Int: -7, Bool: true, Text: "a\"<b", Pointer: &seven, Ignored: []int{}, Empty: map[string]int{}, Struct: inner{1}, ZeroTime: now, Iface: time.Second, Zeroer: zeroer{7}, PZeroer: &zeroer{7}, Thing: pointerZeroer{7}, Kept: []int{}},
		tags{Zeroer: zeroer{1}, PZeroer: &zeroer{}, Thing: pointerZeroer{1}, Float: 1e21, Kept: []int{1}},
		byPointerIn{}, byPointerIn{&Inner{1, 2}, 3}, clash{plainUQ{1, 2}, PlainUC{3, 4}}, clashTagged{plainUQ{1, 2}, PlainUC{3, 4}, taggedU{5}}, twice{A{taggedU{1}}, B{taggedU{2}}}, shadowed{Inner{1, 2}, "x"}, recursive{Name: "a", List: []recursive{{Name: "b"}}, Next: &recursive{}},
		struct{ A, B any }{[]any{1, "a", nil, map[string]any{"x": 1.5}}, map[int]bool{2: true, 10: false}},
		struct{ M map[textual]fromJSON }{map[textual]fromJSON{{"b"}: {"1"}, {"a"}: {"2"}}},
		struct{ M map[*textual]int }{map[*textual]int{nil: 1}},
		struct{ A [2]textual }{}, struct{ P *textual }{&textual{"x"}}, struct{ I fmt.Stringer }{now.UTC()}, struct{ T time.Time }{now.UTC()}, struct{ D time.Duration }{time.Second},
		struct{ F float32 }{1e-7}, struct{ F float32 }{3.4e38}, struct{ F float64 }{-1e-7}, struct{ F float64 }{123456789.125}, struct{ U uintptr }{9},
		struct{ I json.Marshaler }{}, struct{ I json.Marshaler }{fromJSON{"1 , 2"}}, struct{ P *fromJSON }{}, struct{ R json.RawMessage }{json.RawMessage(`{ "a\\\"" : [ 1, 2 ] }`)},
		struct{ B *bool }{new(bool)}, struct{ N json.Number }{"1e5"}, struct{ B big.Int }{*big.NewInt(5)}, struct{ B *big.Int }{big.NewInt(6)}, struct{ M map[string]*big.Int }{map[string]*big.Int{"x": nil}},
		struct{ T encodedByPointer }{}, map[string]encodedByPointer{"x": {}}, struct {
			N json.Number `json:",string"`
		}{"5"}, struct {
			N *string `json:",string"`
		}{},
	} {
		t.Run(fmt.Sprintf("%T", v), func(t *testing.T) { agreeWriting(t, v) })
	}
}

type encodedByPointer struct{ X int }

func (*encodedByPointer) MarshalText() ([]byte, error) { return []byte("by pointer"), nil }

// What this package reads beyond encoding/json: dates and audiences.
func TestDecodeIntoDates(t *testing.T) {
	type claims struct {
		jwt.RegisteredClaims
		AuthTime time.Time        `json:"auth_time"`
		Updated  *time.Time       `json:"updated"`
		Seen     *jwt.NumericDate `json:"seen"`
		For      *jwt.Audience    `json:"for"`
		Many     []jwt.Audience   `json:"many"`
	}
	got, err := decodedAs[claims](t, `{"exp":1800000000.5,"nbf":18e8,"iat":0,"aud":["a","b"],"auth_time":1800000000,"updated":"2026-01-02T03:04:05Z","seen":1.5,"for":"x","many":["a",["b"],[]],"iss":"i","jti":"j"}`)
	require.NoError(t, err)
	updated := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	audience := jwt.Audience{"x"}
	assert.Equal(t, claims{
		jwt.RegisteredClaims{Issuer: "i", ID: "j", Audience: jwt.Audience{"a", "b"}, ExpiresAt: jwt.NumericDate{Time: now.Add(time.Second / 2).UTC()}, NotBefore: jwt.NewNumericDate(now), IssuedAt: jwt.NewNumericDate(time.Unix(0, 0))},
		now.UTC(), &updated, &jwt.NumericDate{Time: time.Unix(1, 5e8).UTC()}, &audience, []jwt.Audience{{"a"}, {"b"}, {}},
	}, got)
	got, err = decodedAs[claims](t, `{"auth_time":null,"updated":null,"seen":null,"for":null,"many":null}`)
	require.NoError(t, err)
	assert.Zero(t, got)
	for claim, payload := range map[string]string{
		"auth_time": `{"auth_time":true}`, "updated": `{"updated":"yesterday"}`, "seen": `{"seen":"1"}`, "for": `{"for":1}`, "many": `{"many":[[1]]}`, "exp": `{"exp":1e12}`,
	} {
		_, err := decodedAs[claims](t, payload)
		assertClass(t, err, jwt.ErrInvalidToken)
		assertClaim(t, err, claim)
		assert.NotContains(t, err.Error(), "yesterday", "claims are not quoted")
	}
	// In the names of a map, a failure is that of its type, once in the text.
	_, err = decodedAs[struct {
		Days map[jwt.NumericDate]int `json:"days"`
	}](t, `{"days":{"x":1}}`)
	assert.ErrorIs(t, err, jwt.ErrInvalidToken)
	assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
}

// A claim that does not fit its field is named, however deep the fault.
func TestDecodeIntoUnfit(t *testing.T) {
	type claims struct {
		Sub  string           `json:"sub"`
		Age  uint8            `json:"age"`
		Deep map[string][]int `json:"deep"`
		Own  fromJSON         `json:"own"`
		Text textual          `json:"text"`
		Chan chan int         `json:"chan"`
		Err  error            `json:"err"`
		Quo  int              `json:"quo,string"`
		By   map[int]int      `json:"by"`
		ByS  map[inner]int    `json:"bys"`
		*inner
	}
	decoder, err := jwt.NewDecoder(secret, jwt.HS256)
	require.NoError(t, err)
	for payload, claim := range map[string]string{
		`{"sub":"new","age":256}`: "age", `{"sub":"new","age":-1}`: "age", `{"sub":"new","age":1.5}`: "age", `{"sub":"new","age":"1"}`: "age",
		`{"sub":"new","deep":{"a":[1,"x"]}}`: "deep", `{"sub":"new","own":{}}`: "own", `{"sub":"new","text":"a"}`: "text", `{"sub":"new","text":1}`: "text",
		`{"sub":"new","chan":1}`: "chan", `{"sub":"new","err":"x"}`: "err", `{"sub":"new","quo":1}`: "quo", `{"sub":"new","quo":"[1]"}`: "quo", `{"sub":"new","by":{"a":1}}`: "by", `{"sub":"new","bys":{"a":1}}`: "bys",
		`{"sub":"new","x":1}`: "x",
	} {
		kept := claims{Sub: "kept", Deep: map[string][]int{"k": {1}}}
		err := decoder.DecodeInto(claimed(payload), &kept)
		assertClass(t, err, jwt.ErrInvalidToken)
		assertClaim(t, err, claim)
		assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
		assert.Equal(t, claims{Sub: "kept", Deep: map[string][]int{"k": {1}}}, kept, "untouched")
		pointer := &kept
		assertClass(t, decoder.DecodeInto(claimed(payload), &pointer), jwt.ErrInvalidToken)
		assert.Same(t, &kept, pointer)
	}
	// What stands behind the methods of a type is reachable.
	type fails struct{ failing }
	_, err = decodedAs[holder[failing]](t, `{"v":1}`)
	assert.ErrorIs(t, err, errFailing)
	assertClaim(t, err, "v")
	_, err = decodedAs[failing](t, `{"v":1}`)
	assert.ErrorIs(t, err, errFailing)
	assertClaim(t, err, "")
	_, err = decodedAs[fails](t, `{}`)
	assert.ErrorIs(t, err, errFailing)
	// A map names the claim too.
	numbers := map[string]int{"kept": 1}
	err = decoder.DecodeInto(claimed(`{"a":1,"b":"x"}`), &numbers)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "b")
	assert.Equal(t, map[string]int{"kept": 1}, numbers)
}

type failing struct{}

var errFailing = errors.New("failing")

func (*failing) UnmarshalJSON([]byte) error { return errFailing }

// A pooled dst never carries one user's rights to the next.
func TestDecodeIntoReplacesWhole(t *testing.T) {
	type claims struct {
		jwt.RegisteredClaims
		*Inner
		Admin  bool            `json:"admin"`
		Roles  []string        `json:"roles"`
		Limits map[string]int  `json:"limits"`
		Any    any             `json:"any"`
		Array  [2]int          `json:"array"`
		Raw    json.RawMessage `json:"raw"`
		Extra  string          `json:"-"`
		hidden int
	}
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithAudience("a"))
	require.NoError(t, err)
	first := claimed(`{"sub":"root","aud":["a","b"],"admin":true,"roles":["x","y"],"limits":{"a":1,"b":2},"any":{"k":1},"array":[1,2],"x":1,"y":2,"raw":[1]}`)
	second := claimed(`{"sub":"guest","aud":"a","roles":["z"],"limits":{"c":3},"array":[9],"any":null,"y":3}`)
	pooled := claims{Extra: "before", hidden: 1}
	require.NoError(t, decoder.DecodeInto(first, &pooled))
	assert.True(t, pooled.Admin)
	assert.Equal(t, "root", pooled.Subject)
	kept := pooled
	require.NoError(t, decoder.DecodeInto(second, &pooled))
	want := claims{RegisteredClaims: jwt.RegisteredClaims{Subject: "guest", Audience: jwt.Audience{"a"}}, Inner: &Inner{Y: 3}, Roles: []string{"z"}, Limits: map[string]int{"c": 3}, Array: [2]int{9, 0}}
	assert.Equal(t, want, pooled)
	// Nor does the second write into what the first one gave.
	assert.Equal(t, []string{"x", "y"}, kept.Roles)
	assert.Equal(t, map[string]int{"a": 1, "b": 2}, kept.Limits)
	assert.Equal(t, &Inner{1, 2}, kept.Inner)
	assert.Equal(t, json.RawMessage(`[1]`), kept.Raw)

	mapped := map[string]any{"admin": true}
	held := mapped
	require.NoError(t, decoder.DecodeInto(second, &mapped))
	assert.NotContains(t, mapped, "admin")
	assert.Equal(t, map[string]any{"admin": true}, held, "the map is new")
	before := &claims{Admin: true}
	pointer := before
	require.NoError(t, decoder.DecodeInto(second, &pointer))
	assert.NotSame(t, before, pointer)
	assert.True(t, before.Admin)
	assert.Equal(t, want, *pointer)
	require.NoError(t, decoder.DecodeInto(claimed(`{"aud":"a"}`), &pointer))
	assert.Equal(t, claims{RegisteredClaims: jwt.RegisteredClaims{Audience: jwt.Audience{"a"}}}, *pointer)
}

// What the checks see is the token's own payload, not the struct's idea of it.
func TestDecodeIntoChecksThePayload(t *testing.T) {
	type claims struct {
		Exp string `json:"-"`
		Sub int    `json:"other"`
	}
	_, err := jwt.DecodeAs[claims](claimed(`{"exp":1}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrExpired)
	_, err = jwt.DecodeAs[claims](claimed(`{"sub":1}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidSubject)
	_, err = jwt.DecodeAs[claims](claimed(`{"EXP":1,"other":2}`), secret, jwt.HS256)
	assert.NoError(t, err)
}

type numericDate = jwt.NumericDate

// An embedded struct that is not exported, though it has a name: where it has
// methods, reflection could not call them, and where it is a pointer, not set it.
func TestDecodeIntoHiddenFields(t *testing.T) {
	type claims struct {
		fromJSON    `json:"json"`
		textual     `json:"text"`
		numericDate `json:"date"`
		*zeroer     `json:"zero,omitzero"`
		plainUQ     `json:"plain"`
		*recursive  `json:"pointer"`
		Shown       int `json:"shown"`
	}
	want := claims{plainUQ: plainUQ{1, 2}, Shown: 3}
	got, err := decodedAs[claims](t, `{"json":[1],"text":"<a>","date":1,"zero":{"N":1},"plain":{"U":1,"Quux":2},"pointer":null,"shown":3}`)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	_, err = decodedAs[claims](t, `{"pointer":{"name":"a"}}`)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "pointer")
	want.fromJSON.text, want.textual.text, want.zeroer = "1", "a", &zeroer{1}
	want.recursive = &recursive{Name: "a"}
	assert.Equal(t, `{"plain":{"U":1,"Quux":2},"pointer":{"name":"a"},"shown":3}`, segmentOf(t, encoded(t, want), 1))
	assert.Equal(t, `{"plain":{"U":1,"Quux":2},"pointer":{"name":"a"},"shown":3}`, segmentOf(t, encoded(t, &want), 1))
}

type (
	pointless   *pointless
	ownMap      map[string]int
	ownPointer  *Inner
	keyedByText map[textual]int
)

func TestDecodeIntoKindsOfDst(t *testing.T) {
	decoder, err := jwt.NewDecoder(secret, jwt.HS256)
	require.NoError(t, err)
	token := claimed(`{"x":1}`)
	complete, err := decoder.DecodeComplete(token)
	require.NoError(t, err)
	var none any
	inner := Inner{}
	pointer := &inner
	var nowhere pointless
	for _, dst := range []any{
		nil, inner, map[string]any{}, jwt.Claims{}, "", 1, (*Inner)(nil), (*jwt.Claims)(nil), &none, new(string), new(int), new([]byte), new([]any), new([1]int), new(chan int), new(func()),
		new(map[int]string), new(map[any]any), new(map[textual]int), new(keyedByText), new(jwt.Audience), new(json.RawMessage), new(json.Number), &[]*Inner{}, func() {}, &nowhere, new(**Inner), new(*string), new(**jwt.Claims),
	} {
		assertClass(t, decoder.DecodeInto(token, dst), jwt.ErrInvalidOption)
		assertClass(t, decoder.DecodeInto("", dst), jwt.ErrInvalidOption)
		assertClass(t, complete.DecodeInto(dst), jwt.ErrInvalidOption)
	}
	for _, dst := range []any{
		&inner, &pointer, &map[string]any{}, new(map[string]any), new(map[named]int), new(jwt.Claims), new(*jwt.Claims), new(ownMap), new(ownPointer), &struct{}{}, new(map[string]json.RawMessage), new(struct{ jwt.RegisteredClaims }),
	} {
		assert.NoError(t, decoder.DecodeInto(token, dst), "%T", dst)
		assert.NoError(t, complete.DecodeInto(dst), "%T", dst)
	}
	assert.Equal(t, Inner{X: 1}, inner)
	for _, as := range []func() error{
		func() error { _, err := jwt.DecodeAs[any](token, secret, jwt.HS256); return err },
		func() error { _, err := jwt.DecodeAs[string](token, secret, jwt.HS256); return err },
		func() error { _, err := jwt.DecodeAs[[]byte](token, secret, jwt.HS256); return err },
		func() error { _, err := jwt.DecodeAs[**Inner](token, secret, jwt.HS256); return err },
	} {
		assertClass(t, as(), jwt.ErrInvalidOption)
	}
	got, err := jwt.DecodeAs[*Inner](token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, &Inner{X: 1}, got)
	whole, err := jwt.DecodeAs[wholeJSON](token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, wholeJSON{`{"x":1}`}, whole)
}

// A wholeJSON reads a claims set by a method of its own.
type wholeJSON struct{ text string }

func (w *wholeJSON) UnmarshalJSON(text []byte) error {
	w.text = string(text)
	return nil
}
