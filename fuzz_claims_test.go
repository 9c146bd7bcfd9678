package jwt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/token-jwt/jwt"
)

// An everyField has fields of all kinds that JSON fits, but for time.Time, which
// we read from a number too.
type everyField struct {
	Bool    bool                    `json:"bool"`
	Int     int8                    `json:"int"`
	Uint    uint8                   `json:"uint"`
	Float   float32                 `json:"float"`
	Text    string                  `json:"text"`
	Bytes   []byte                  `json:"bytes"`
	List    []int                   `json:"list"`
	Words   []string                `json:"words"`
	Map     map[string]int64        `json:"map"`
	Keyed   map[int8]string         `json:"keyed"`
	Point   struct{ X, Y *float64 } `json:"point"`
	Pointer **uint16                `json:"pointer"`
	Array   [2]*string              `json:"array"`
	Grid    [][]bool                `json:"grid"`
	Quoted  int                     `json:"quoted,string"`
	Small   *bool                   `json:"small,string"`
	Raw     json.RawMessage         `json:"raw"`
	Number  json.Number             `json:"number"`
	Any     any                     `json:"any"`
	Embedded
	*Outer `json:"b"`
	Self   []everyField `json:"a"`
}

type Embedded struct {
	X string    `json:"x"`
	Y *Embedded `json:"y"`
}

type Outer struct{ Text, X string }

// fieldNames are all names that a field of everyField, or within, has.
var fieldNames = []string{
	"bool", "int", "uint", "float", "text", "bytes", "list", "words", "map", "keyed", "point", "pointer", "array", "grid",
	"quoted", "small", "raw", "number", "any", "b", "a", "x", "y", "X", "Y", "Text",
}

// FuzzDecodeInto: a struct holds what encoding/json puts there, wherever names
// match exactly, and does not fit where encoding/json says so.
func FuzzDecodeInto(f *testing.F) {
	for _, payload := range jsonSeeds {
		f.Add(payload, false)
	}
	for _, payload := range []string{
		`{"point":{"X":1,"Y":null},"pointer":65535,"array":["a"],"grid":[[true],[],null],"words":["a",null],"keyed":{"-1":"a","127":"b"},"small":"true"}`, // what fits the others
		`{"array":["a","b","c"],"list":[],"map":{},"bytes":[1,2],"number":"1e5","any":-0.0,"b":{"Text":"t","X":"x"},"a":[{"a":[]},{}]}`,                   // and once more
		`{"keyed":{"128":"a"},"quoted":"1.5","number":"x","pointer":-1,"small":"\"x\""}`,                                                                  // what does not
		`{"x":"deep","y":{"y":{"x":"er"}},"quoted":null,"small":"null","raw":null,"text":null}`,                                                           // embedded, and null
	} {
		f.Add(payload, false)
	}
	f.Add("\x07\x0e\x20\x0f\x30\x14\x50\x03\x01\x02\x03\x1b\x00\x05", true) // one to grow
	d := mustDecoder(f, mustKey(f, secret), jwt.HS256, jwt.WithoutCheck("exp", "nbf", "iat", "iss", "aud", "sub", "jti"))
	f.Fuzz(func(t *testing.T, payload string, grow bool) {
		if grow {
			payload = growJSON(payload)
		}
		whole, ok := jwt.ParseJSON([]byte(payload))
		if !ok || len(payload) > 100_000 || foldsToAField(whole) {
			return
		}
		var want everyField
		wantErr := json.Unmarshal([]byte(payload), &want)
		var got everyField
		err := d.DecodeInto(claimed(payload), &got)
		if misfit := new(json.UnmarshalTypeError); err == nil && errors.As(wantErr, &misfit) && misfit.Type == reflect.TypeFor[float64]() {
			return // a number in an any that no float64 holds, which is a json.Number with us
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s: %v, but encoding/json: %v", payload, err, wantErr)
		}
		if err != nil {
			checkRefusal(t, claimed(payload), err)
			if !reflect.ValueOf(got).IsZero() {
				t.Fatalf("%s: %v, and yet %+v", payload, err, got)
			}
			return
		}
		sameAny(t, payload, &got, &want)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s:\n%+v, but encoding/json\n%+v", payload, got, want)
		}
	})
}

// foldsToAField reports whether encoding/json would take a name for a field's
// that is not exactly that.
func foldsToAField(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			for _, field := range fieldNames {
				if name != field && strings.EqualFold(name, field) {
					return true
				}
			}
			if foldsToAField(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if foldsToAField(inner) {
				return true
			}
		}
	}
	return false
}

// sameAny compares the fields that are an any, where numbers are of other types,
// and then empties them.
func sameAny(t *testing.T, payload string, got, want *everyField) {
	t.Helper()
	if !sameValue(got.Any, want.Any) {
		t.Fatalf("%s: %v, but encoding/json %v", payload, got.Any, want.Any)
	}
	got.Any, want.Any = nil, nil
	for i := range min(len(got.Self), len(want.Self)) {
		sameAny(t, payload, &got.Self[i], &want.Self[i])
	}
}

// FuzzEncodeClaims: what Encode writes, Decode accepts as long as it is in force,
// and gives back the same claims, whether they came as a map or as JSON; what
// Encode refuses is an ErrInvalidOption.
func FuzzEncodeClaims(f *testing.F) {
	for _, payload := range jsonSeeds {
		f.Add(payload, false, "", "", uint8(0))
	}
	f.Add(`{"sub":"s"}`, false, `issuer"`, "audience", uint8(0xff)) // options, beside claims of the same names
	f.Add("\x05\x00\x55\x03\x20\x02\x08\x21", true, "i", "a", uint8(0))
	key := mustKey(f, secret)
	f.Fuzz(func(t *testing.T, payload string, grow bool, issuer, audience string, options uint8) {
		if grow {
			payload = growJSON(payload)
		}
		opts := []jwt.EncodeOption{at(now)}
		for i, o := range []jwt.EncodeOption{
			jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithSubject(issuer), jwt.WithExpiresIn(time.Hour),
			jwt.WithIssuedAt(), jwt.WithNotBefore(now), jwt.WithType(audience), jwt.WithRandomID(),
		} {
			if options>>i&1 != 0 {
				opts = append(opts, o)
			}
		}
		token, err := jwt.Encode(json.RawMessage(payload), key, opts...)
		claims, valid := jwt.ParseJSON([]byte(payload))
		if err != nil {
			if classOf(err) != jwt.ErrInvalidOption || token != "" {
				t.Fatalf("%q: %q, %v", payload, token, err)
			}
			if !valid {
				return
			}
		} else if !valid {
			t.Fatalf("%q was written: %q", payload, token)
		}
		if options&0x80 == 0 && valid { // no random ID
			fromMap, mapErr := jwt.Encode(jwt.Claims(claims), key, opts...)
			if classOf(mapErr) != classOf(err) {
				t.Fatalf("%q: %v as JSON, %v as a map", payload, err, mapErr)
			}
			if err == nil {
				checkWritten(t, key, fromMap, claims, options)
			}
		}
		if err == nil {
			checkWritten(t, key, token, claims, options)
		}
	})
}

// checkWritten holds a token against the claims that it was made from.
func checkWritten(t *testing.T, key *jwt.Key, token string, claims map[string]any, options uint8) {
	t.Helper()
	got, err := jwt.Decode(token, key, jwt.HS256, at(now), jwt.WithoutCheck("exp", "nbf", "iat", "aud"))
	if err != nil {
		t.Fatalf("%q was written from %v: %v", token, claims, err)
	}
	for name, value := range claims {
		if !sameValue(got[name], value) {
			t.Fatalf("%q: %q is %v, not %v", token, name, got[name], value)
		}
		delete(got, name)
	}
	for i, name := range []string{"iss", "aud", "sub", "exp", "iat", "nbf", "", "jti"} {
		if options>>i&1 != 0 {
			delete(got, name)
		}
	}
	if len(got) > 0 {
		t.Fatalf("%q has what nobody wrote: %v", token, got)
	}
	opts := []jwt.DecodeOption{at(now), jwt.WithoutCheck("aud")}
	if aud := jwt.Claims(claims).Audience(); len(aud) > 0 && aud[0] != "" {
		opts[1] = jwt.WithAudience(aud...)
		for _, one := range aud {
			if one == "" {
				opts[1] = jwt.WithAudience(aud[0])
			}
		}
	}
	if _, err = jwt.Decode(token, key, jwt.HS256, opts...); err != nil && !errors.Is(err, jwt.ErrExpired) && !errors.Is(err, jwt.ErrImmature) {
		t.Fatalf("%q was written from %v: %v", token, claims, err)
	}
}

// sameValue compares claims before and after: a float64 that is whole is written
// as encoding/json does, without fraction and exponent, and comes back as an integer.
func sameValue(got, want any) bool {
	switch want := want.(type) {
	case float64:
		f, err := strconv.ParseFloat(fmt.Sprint(got), 64)
		_, text := got.(string)
		return err == nil && f == want && !text
	case map[string]any:
		m, ok := got.(map[string]any)
		for name := range want {
			value, there := m[name]
			ok = ok && there && sameValue(value, want[name])
		}
		return ok && len(m) == len(want)
	case []any:
		list, ok := got.([]any)
		ok = ok && len(list) == len(want)
		for i := range want {
			ok = ok && sameValue(list[i], want[i])
		}
		return ok
	}
	return reflect.DeepEqual(got, want)
}

// FuzzHeaderInjection: no kid, typ, header parameter or claim can add, hide or
// change a member. The oracle is encoding/json.
func FuzzHeaderInjection(f *testing.F) {
	for _, text := range []string{
		"plain", "",
		`","alg":"none`, `\","alg":"none`, `":0,"admin`, // out of the quotes, were they not escaped
		"\x00\x1f\x7f\u2028", "é😀", "\xff", "\xed\xa0\x80", // what must be escaped, may be, and cannot be written
		"kid", "alg", "crit", "b64", "typ", "cty", "jwt", // names and values that mean something
		"application/JWT", "K\u212a", `{"a":1,"a":2}`, `[[[[`, "1e999", // and some that look as if
	} {
		f.Add(text, text, text, text, uint8(0))
		f.Add("k", "t", "x", text, uint8(1))
		f.Add("k", "t", text, `{"a":[`+strconv.Quote(text)+`]}`, uint8(1))
		f.Add(text, "JWT", text, text, uint8(2))
	}
	key := mustKey(f, secret)
	f.Fuzz(func(t *testing.T, kid, typ, name, value string, how uint8) {
		var param any = value
		switch how % 3 {
		case 1:
			param = json.RawMessage(value)
		case 2:
			param = map[string]any{value: []string{value}}
		}
		token, err := jwt.Encode(jwt.Claims{name: param}, key, jwt.WithKeyID(kid), jwt.WithType(typ), jwt.WithHeader(name, param))
		if err != nil {
			if classOf(err) != jwt.ErrInvalidOption || token != "" {
				t.Fatalf("%q beside %v", token, err)
			}
			return
		}
		want := map[string]any{"alg": "HS256", name: plainJSON(t, param)}
		if kid != "" {
			want["kid"] = kid
		}
		if typ != "" {
			want["typ"] = typ
		}
		segments := strings.Split(token, ".")
		checkMembers(t, segments[0], want)
		checkMembers(t, segments[1], map[string]any{name: want[name]})
		got, err := jwt.DecodeComplete(token, key, jwt.HS256, at(now), jwt.WithoutCheck("exp", "nbf", "iat", "aud"))
		if err != nil {
			t.Fatalf("%q was written: %v", token, err)
		}
		if got.Header.KeyID != kid || got.Header.Type != typ || got.Header.Algorithm != jwt.HS256 {
			t.Fatalf("%q: %v", token, got.Header)
		}
	})
}

// plainJSON is a value as encoding/json sees it.
func plainJSON(t *testing.T, value any) (plain any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("written, though encoding/json cannot: %v", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

// checkMembers wants a segment to be an object of exactly these members, each once.
func checkMembers(t *testing.T, segment string, want map[string]any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	if names, twice := namesOf(text); twice || len(names) != len(want) {
		t.Fatalf("%s has the members %q, not those of %v", text, names, want)
	}
	if got := plainJSON(t, json.RawMessage(text)); !reflect.DeepEqual(got, any(want)) {
		t.Fatalf("%s is %v, not %v", text, got, want)
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
