package jwt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

type account struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles,omitempty"`
}

type session struct {
	jwt.RegisteredClaims
	account
	Admin bool `json:"admin,omitzero"`
	Note  any  `json:"-"`
}

type (
	namedMap   map[string]any
	namedName  string
	byValue    struct{ text string }
	byPointer  struct{ text string }
	answers    struct{ err error }
	namedBytes []byte
)

func (m byValue) MarshalJSON() ([]byte, error)    { return []byte(m.text), nil }
func (m *byPointer) MarshalJSON() ([]byte, error) { return []byte(m.text), nil }
func (m answers) MarshalJSON() ([]byte, error)    { return nil, m.err }

// Whatever marshals to a JSON object is a payload.
func TestEncodePayloads(t *testing.T) {
	user := &account{"a", nil}
	pointer := &user
	dates := jwt.RegisteredClaims{
		Issuer: "i", Subject: "s", Audience: jwt.Audience{"x", "y"}, ID: "j",
		ExpiresAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now.Add(-time.Second)), IssuedAt: jwt.NumericDate{Time: now.Add(time.Second / 2)},
	}
	for name, tt := range map[string]struct {
		payload any
		want    string
	}{
		"Claims":                    {jwt.Claims{"b": 1, "a": "x"}, `{"a":"x","b":1}`},
		"Claims of none":            {jwt.Claims{}, `{}`},
		"Claims nil":                {jwt.Claims(nil), `{}`},
		"pointer to Claims":         {&jwt.Claims{"a": 1}, `{"a":1}`},
		"a map":                     {map[string]any{"a": map[string]any{"y": 1, "x": []any{nil, true, 1.5}}}, `{"a":{"x":[null,true,1.5],"y":1}}`},
		"a map nil":                 {map[string]any(nil), `{}`},
		"a map of strings":          {map[string]string{"b": "2", "a": "1"}, `{"a":"1","b":"2"}`},
		"a map of strings, nil":     {map[string]string(nil), `{}`},
		"a map of integers, nil":    {map[int]string(nil), `{}`},
		"a map by integers":         {map[int]string{10: "b", 9: "a", -1: "c"}, `{"-1":"c","10":"b","9":"a"}`},
		"a map by uint8":            {map[uint8]int{7: 1}, `{"7":1}`},
		"a map by named strings":    {map[namedName]int{"x": 1}, `{"x":1}`},
		"a map of its own type":     {namedMap{"x": 1}, `{"x":1}`},
		"nil maps and lists within": {jwt.Claims{"m": map[string]any(nil), "l": []any(nil), "s": []string(nil), "n": map[string]int(nil), "b": []byte(nil), "p": (*int)(nil)}, `{"b":null,"l":null,"m":null,"n":null,"p":null,"s":null}`},
		"a struct":                  {account{"a", []string{"x"}}, `{"name":"a","roles":["x"]}`},
		"a pointer":                 {user, `{"name":"a"}`},
		"a pointer to a pointer":    {&pointer, `{"name":"a"}`},
		"a struct of none":          {struct{}{}, `{}`},
		"embedded claims":           {session{RegisteredClaims: dates, account: account{Name: "a"}, Note: func() {}}, `{"iss":"i","sub":"s","aud":["x","y"],"exp":1800000000,"nbf":1799999999,"iat":1800000000.5,"jti":"j","name":"a"}`},
		"embedded claims, pointer":  {&session{Admin: true}, `{"name":"","admin":true}`},
		"claims alone":              {jwt.RegisteredClaims{Audience: jwt.Audience{"x"}}, `{"aud":"x"}`},
		"json.RawMessage":           {json.RawMessage(" {\"a\" : [ 1 ,\t\"\\u0041 b\" ] }\n"), `{"a":[1,"\u0041 b"]}`},
		"pointer to RawMessage":     {&[]json.RawMessage{json.RawMessage(`{"a":1}`)}[0], `{"a":1}`},
		"a json.Marshaler":          {byValue{`{"a": 1}`}, `{"a":1}`},
		"a pointer's Marshaler":     {&byPointer{`{"a":1}`}, `{"a":1}`},
		"a Marshaler without *":     {byPointer{`{"a":1}`}, `{"a":1}`},
		"a Marshaler within":        {jwt.Claims{"x": byValue{` [1, 2]`}, "y": &byPointer{`"y"`}}, `{"x":[1,2],"y":"y"}`},
		"time.Time under dates":     {jwt.Claims{"exp": now.Add(999 * time.Millisecond), "nbf": &now, "iat": time.Unix(-2, 5e8), "at": now.UTC()}, `{"at":"2027-01-15T08:00:00Z","exp":1800000000,"iat":-2,"nbf":1800000000}`},
		"a map of time.Time":        {map[string]time.Time{"exp": now}, `{"exp":1800000000}`},
		"NumericDate":               {jwt.Claims{"exp": jwt.NumericDate{Time: now.Add(time.Second / 4)}, "x": &jwt.NumericDate{}}, `{"exp":1800000000.25,"x":null}`},
		"numbers under dates":       {jwt.Claims{"exp": json.Number("18e8"), "nbf": uint8(1), "iat": 1.5}, `{"exp":18e8,"iat":1.5,"nbf":1}`},
		"numbers":                   {jwt.Claims{"a": int8(-1), "b": uint64(math.MaxUint64), "c": float32(0.1), "d": 1e21, "e": 1e-7, "f": json.Number(""), "g": math.Copysign(0, -1), "h": 5e-324, "i": float32(1e-7), "j": int64(math.MinInt64)}, `{"a":-1,"b":18446744073709551615,"c":0.1,"d":1e+21,"e":1e-7,"f":0,"g":-0,"h":5e-324,"i":1e-7,"j":-9223372036854775808}`},
		"no escaping for HTML":      {jwt.Claims{"<&>": "<script>&amp;\u2028</script>"}, "{\"<&>\":\"<script>&amp;\u2028</script>\"}"},
		"names and values escaped":  {jwt.Claims{`x":0,"admin`: `"},{"` + "\x00\x1f\b\f\n\r\t\\/\u007f"}, `{"x\":0,\"admin":"\"},{\"\u0000\u001f\b\f\n\r\t\\/` + "\u007f" + `"}`},
		"what stands for no text":   {jwt.Claims{"\ufffd": "a\ufffd"}, "{\"\ufffd\":\"a\ufffd\"}"},
		"names of maps escaped":     {map[namedName]string{`"`: `"`}, `{"\"":"\""}`},
		"octets":                    {jwt.Claims{"b": []byte{0xff, 0xfe}, "n": namedBytes("x"), "a": [2]byte{1, 2}}, `{"a":[1,2],"b":"//4=","n":"eA=="}`},
		"registered, other case":    {jwt.Claims{"EXP": "x", "Sub": 1}, `{"EXP":"x","Sub":1}`},
		"unregistered null":         {jwt.Claims{"role": nil}, `{"role":null}`},
		"aud as lists":              {jwt.Claims{"aud": []string{"a"}}, `{"aud":["a"]}`},
		"aud as Audience":           {jwt.Claims{"aud": jwt.Audience{"a"}}, `{"aud":"a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			token := encoded(t, tt.payload)
			assert.Equal(t, tt.want, segmentOf(t, token, 1))
			assert.Equal(t, `{"alg":"HS256","typ":"JWT"}`, segmentOf(t, token, 0))
			for range 10 {
				assert.Equal(t, token, encoded(t, tt.payload), "the same text each time")
			}
			// What Encode writes, Decode accepts, while it is in force.
			var opts []jwt.DecodeOption
			if strings.Contains(tt.want, `"aud"`) {
				opts = append(opts, jwt.WithAudience("a", "x"))
			}
			_, err := jwt.Decode(token, secret, jwt.HS256, append(opts, at(now), jwt.WithoutCheck("exp", "iat"))...)
			assert.NoError(t, err)
		})
	}
}

type (
	nesting  map[string]nesting
	collides int
)

type textMap map[string]any

func (textMap) MarshalText() ([]byte, error) { return []byte("text"), nil }

func (collides) MarshalText() ([]byte, error) { return []byte("same"), nil }

type failingText struct{}

func (failingText) MarshalText() ([]byte, error) { return nil, errors.New("no") }

func nestedMaps(n int) (deep any, typed nesting) {
	deep = map[string]any{}
	for range n {
		deep, typed = map[string]any{"a": deep}, nesting{"a": typed}
	}
	return deep, typed
}

type cyclic struct {
	Next *cyclic `json:"next"`
}

// What no verifier would take is refused when it is made.
func TestEncodeRefuses(t *testing.T) {
	var loop any
	loop = &loop
	ring := &cyclic{}
	ring.Next = ring
	self := map[string]any{}
	self["self"] = self
	list := []any{nil}
	list[0] = list
	deepMaps, typed := nestedMaps(70)
	var nowhere pointless
	for name, payload := range map[string]any{
		"nil": nil, "a nil pointer": (*account)(nil), "a nil pointer to a map": (*jwt.Claims)(nil), "a nil Marshaler": (*byPointer)(nil), "a pointer to nil": new(*account),
		"octets": []byte(`{}`), "octets nil": []byte(nil), "octets of another type": namedBytes(`{}`), "a pointer to octets": &[]byte{'{', '}'}, "a map that is text": textMap{"a": 1}, "a pointer to one": &textMap{"a": 1}, "a string": `{}`, "a number": 1, "true": true, "a list": []any{}, "a list of names": []string{"a"},
		"an array": [1]int{}, "time.Time": now, "NumericDate": jwt.NewNumericDate(now), "Audience": jwt.Audience{"a"}, "json.Number": json.Number("1"),
		"a channel": make(chan int), "a function": func() {}, "a complex number": 1i, "a channel within": jwt.Claims{"a": make(chan int)}, "a function within": struct{ F func() }{},
		"a map by floats": map[float64]int{1: 1}, "a map by structs within": jwt.Claims{"m": map[struct{}]int{{}: 1}},
		"NaN": jwt.Claims{"a": math.NaN()}, "infinity": jwt.Claims{"a": float32(math.Inf(-1))}, "infinity in a struct": struct{ F float64 }{math.Inf(1)},
		"RawMessage nil": json.RawMessage(nil), "RawMessage of a list": json.RawMessage(`[]`), "RawMessage of two": json.RawMessage(`{}{}`), "RawMessage cut": json.RawMessage(`{"a":1`),
		"RawMessage with a name twice": json.RawMessage(`{"a":1,"\u0061":2}`), "RawMessage with a name twice, deep": json.RawMessage(`{"a":[{"b":1,"b":2}]}`), "RawMessage of no UTF-8": json.RawMessage("{\"a\":\"\xff\"}"),
		"RawMessage half a pair": json.RawMessage(`{"a":"\ud800"}`), "RawMessage within": jwt.Claims{"a": json.RawMessage(`1,"admin":true`)}, "RawMessage empty within": jwt.Claims{"a": json.RawMessage{}},
		"Marshaler of a list": byValue{`[]`}, "Marshaler that smuggles": jwt.Claims{"a": byValue{`1,"admin":true`}}, "Marshaler of nothing": byValue{``}, "Marshaler fails": answers{errors.New("no")}, "Marshaler within fails": jwt.Claims{"a": answers{errors.New("no")}},
		"not UTF-8": jwt.Claims{"a": "\xff"}, "a name not UTF-8": jwt.Claims{"\xff": 1}, "a name not UTF-8, deep": jwt.Claims{"a": map[string]any{"\xff": 1}}, "a name not UTF-8 of a map": jwt.Claims{"a": map[string]int{"\xff": 1}}, "half a pair": jwt.Claims{"a": "\xed\xa0\x80"}, "not UTF-8 in a list": struct{ A []string }{[]string{"a", "\xff"}},
		"the lowest byte that is not UTF-8": jwt.Claims{"a": "\x80"}, "the same among others": jwt.Claims{"a": "0123456789\x80 and more"}, "the same in a name": jwt.Claims{"\x80": 1},
		"a bad json.Number": jwt.Claims{"a": json.Number("0x1")}, "a long json.Number": jwt.Claims{"a": json.Number(strings.Repeat("1", 257))}, "json.Number that smuggles": jwt.Claims{"a": json.Number(`1,"b":2`)},
		"too deep": jwt.Claims{"a": deep(64)}, "too deep in structs": cyclic{ring}, "a ring": ring, "a map in itself": self, "a list in itself": list, "a pointer to itself": jwt.Claims{"a": loop}, "a pointer to itself, alone": loop,
		"maps too deep": deepMaps, "maps of a type too deep": typed, "maps too deep within": struct{ M any }{deepMaps}, "a pointer to nowhere": &nowhere, "pointers to nowhere within": jwt.Claims{"p": nowhere, "q": &nowhere},
		"names that collide": map[collides]int{1: 1, 2: 2}, "names that collide within": jwt.Claims{"m": map[collides]int{1: 1, 2: 2}}, "a name that fails": jwt.Claims{"m": map[failingText]int{{}: 1}}, "text that fails": jwt.Claims{"t": failingText{}},
		"NaN in a map": jwt.Claims{"m": map[string]float64{"x": math.NaN()}}, "NaN in quotes": struct {
			F float64 `json:",string"`
		}{math.NaN()}, "not UTF-8 in quotes": struct {
			S string `json:",string"`
		}{"\xff"},
		"too large":      jwt.Claims{"a": strings.Repeat("a", 256<<10)},
		"exp a duration": jwt.Claims{"exp": time.Minute}, "nbf a duration": jwt.Claims{"nbf": new(time.Duration)}, "exp a duration in a struct": struct {
			Exp time.Duration `json:"exp"`
		}{time.Minute}, "iat a duration in a struct": &struct {
			Iat *time.Duration `json:"iat"`
		}{},
		"exp the zero time": jwt.Claims{"exp": time.Time{}}, "exp a nil time": jwt.Claims{"exp": (*time.Time)(nil)}, "exp null": jwt.Claims{"exp": nil}, "exp a zero NumericDate": jwt.Claims{"exp": jwt.NumericDate{}}, "exp text": jwt.Claims{"exp": "1800000000"}, "exp true": jwt.Claims{"exp": true},
		"exp time.Time in a struct": struct {
			Exp time.Time `json:"exp"`
		}{now}, "exp null in a struct": struct {
			Exp jwt.NumericDate `json:"exp"`
		}{},
		"exp too late": jwt.Claims{"exp": int64(253402300800)}, "exp too late, as time": jwt.Claims{"exp": time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "nbf too early": jwt.Claims{"nbf": int64(-62135596801)}, "iat in milliseconds": jwt.Claims{"iat": now.UnixMilli()}, "exp too late, NumericDate": jwt.RegisteredClaims{ExpiresAt: jwt.NumericDate{Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}},
		"sub a number": jwt.Claims{"sub": 1}, "sub null": jwt.Claims{"sub": nil}, "iss a list": jwt.Claims{"iss": []string{"a"}}, "jti a map": jwt.Claims{"jti": jwt.Claims{}}, "jti null": jwt.Claims{"jti": nil}, "iss null": jwt.Claims{"iss": nil}, "iss a number in a struct": struct {
			Iss int `json:"iss"`
		}{},
		"aud a number": jwt.Claims{"aud": 1}, "aud empty": jwt.Claims{"aud": []string{}}, "aud of empty text": jwt.Claims{"aud": ""}, "aud null": jwt.Claims{"aud": nil}, "aud mixed": jwt.Claims{"aud": []any{"a", 1}}, "aud no list": json.RawMessage(`{"aud":{}}`), "aud of none": jwt.Claims{"aud": jwt.Audience{}},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := jwt.Encode(payload, secret)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Empty(t, token)
			assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
			assert.Less(t, len(err.Error()), 300)
			encoder, err := jwt.NewEncoder(secret, jwt.WithIssuedAt())
			require.NoError(t, err)
			dst := append(make([]byte, 0, 1<<20), "kept"...)
			got, err := encoder.AppendEncode(dst, payload)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Nil(t, got)
			assert.Equal(t, "kept", string(dst), "as it was, up to its length")
		})
	}
}

// What a Marshaler answers stays reachable, in a class of the program's fault
// whatever it is.
func TestEncodeMarshalerErrors(t *testing.T) {
	no := errors.New("no")
	_, err := jwt.Encode(jwt.Claims{"a": answers{no}}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.ErrorIs(t, err, no)
	_, err = jwt.Encode(jwt.Claims{}, secret, jwt.WithHeader("x", answers{no}))
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.ErrorIs(t, err, no)
	// But an error of ours would make it another class as well.
	for _, own := range []error{jwt.ErrExpired, expiredError(), jwt.ErrInvalidKey, fmt.Errorf("down: %w", jwt.ErrUnavailable), jwt.ErrInvalidOption} {
		_, err = jwt.Encode(jwt.Claims{}, secret, jwt.WithHeader("x", answers{own}))
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
		for _, payload := range []any{answers{own}, jwt.Claims{"a": answers{own}}, struct{ A answers }{answers{own}}} {
			_, err := jwt.Encode(payload, secret)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err)
		}
	}
}

func expiredError() error {
	_, err := jwt.Decode(claimed(`{"exp":1}`), secret, jwt.HS256)
	return err
}

// A payload that writes itself is held to the same rules, however it writes.
func TestEncodeMarshaledClaims(t *testing.T) {
	good := `{"x":{"sub":1,"exp":null},"iss":"i","\u0073ub":"s\u0000","aud":["a","b"],"exp":18e8,"nbf":-1,"iat":1.5,"jti":""}`
	for _, payload := range []any{json.RawMessage(good), byValue{good}, &byPointer{" " + good + " "}, json.RawMessage(strings.ReplaceAll(good, ":", " : "))} {
		token := encoded(t, payload)
		assert.Equal(t, good, segmentOf(t, token, 1))
		_, err := jwt.Decode(token, secret, jwt.HS256, jwt.WithAudience("b"), jwt.WithSubject("s\x00"), at(time.Unix(2, 0)))
		assert.NoError(t, err)
	}
	for name, values := range map[string][]string{
		"iss": {`1`, `null`, `["a"]`}, "sub": {`1`, `{}`}, "jti": {`true`}, "aud": {`""`, `[]`, `["a",1]`, `null`},
		"exp": {`"1"`, `null`, `1e12`}, "nbf": {`[]`, `-62135596801`}, "iat": {`false`, `"x"`},
	} {
		for _, value := range values {
			for _, text := range []string{`{"` + name + `":` + value + `}`, fmt.Sprintf(`{"a":"b", "\u%04x%s" : %s , "c":[]}`, name[0], name[1:], value)} {
				for _, payload := range []any{json.RawMessage(text), byValue{text}} {
					_, err := jwt.Encode(payload, secret)
					assertClass(t, err, jwt.ErrInvalidOption)
				}
			}
		}
	}
}

// At the limits, and not beyond, Encode and Decode agree.
func TestEncodeLimits(t *testing.T) {
	const most = 256 << 10
	room := most - len(b64(`{"alg":"HS256","typ":"JWT"}`)) - 2 - 43
	size := room*6/8 - len(`{"a":""}`)
	token := encoded(t, jwt.Claims{"a": strings.Repeat("a", size)})
	assert.InDelta(t, most, len(token), 2)
	_, err := jwt.Decode(token, secret, jwt.HS256)
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{"a": strings.Repeat("a", size+2)}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)

	for _, payload := range []any{jwt.Claims{"a": deep(63)}, jwt.Claims{"a": json.Number(strings.Repeat("1", 256))}, jwt.Claims{"a": json.RawMessage(strings.Repeat("[", 63) + strings.Repeat("]", 63))}} {
		_, err := jwt.Decode(encoded(t, payload), secret, jwt.HS256)
		assert.NoError(t, err)
	}
	_, err = jwt.Encode(jwt.Claims{"a": json.RawMessage(strings.Repeat("[", 64) + strings.Repeat("]", 64))}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)

	// Maps and structs have their depth too: 64, and no more.
	for n, refused := range map[int]bool{63: false, 64: true} {
		deepMaps, typed := nestedMaps(n)
		innermost := typed
		for innermost["a"] != nil {
			innermost = innermost["a"]
		}
		innermost["a"] = nesting{}
		structs := &cyclic{}
		for range n {
			structs = &cyclic{structs}
		}
		for _, payload := range []any{deepMaps, typed, *structs, structs} {
			token, err := jwt.Encode(payload, secret)
			if refused {
				assertClass(t, err, jwt.ErrInvalidOption)
				continue
			}
			require.NoError(t, err, "%T", payload)
			_, err = jwt.Decode(token, secret, jwt.HS256)
			assert.NoError(t, err)
		}
	}
	// What stands side by side is not deep, however much of it.
	beside := []any{map[string]any{}, []any{}, []string{}, map[string]int{}, map[int]int{}, struct{}{}, &struct{ A []int }{}, new(any), byValue{`[[1]]`}}
	wide := jwt.Claims{"all": slices.Repeat(beside, 200)}
	for i, one := range beside {
		wide[fmt.Sprint(i)] = slices.Repeat([]any{one}, 200)
	}
	wide["pointers"] = slices.Repeat([]*account{{}}, 200)
	_, err = jwt.Decode(encoded(t, wide), secret, jwt.HS256)
	assert.NoError(t, err)

	// The header: 16 KiB is read, and so it is written.
	value := strings.Repeat("x", 16384-len(`{"alg":"HS256","typ":"JWT","x":""}`))
	token = encoded(t, jwt.Claims{}, jwt.WithHeader("x", value))
	assert.Len(t, segmentOf(t, token, 0), 16384)
	_, err = jwt.Decode(token, secret, jwt.HS256)
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, secret, jwt.WithHeader("x", value+"x"))
	assertClass(t, err, jwt.ErrInvalidOption)
}

// A claim that the payload has and an option adds is never a silent choice.
func TestEncodeCollisions(t *testing.T) {
	for claim, tt := range map[string]struct {
		value any
		opt   jwt.EncodeOption
	}{
		"iss": {"a", jwt.WithIssuer("a")}, "sub": {"a", jwt.WithSubject("a")}, "aud": {"a", jwt.WithAudience("a")}, "jti": {"a", jwt.WithRandomID()},
		"exp": {now, jwt.WithExpiresIn(time.Minute)}, "iat": {now, jwt.WithIssuedAt()}, "nbf": {now, jwt.WithNotBefore(now)},
	} {
		payloads := []any{
			jwt.Claims{claim: tt.value},
			jwt.Claims{claim: nil},
			json.RawMessage(`{"x":{"` + claim + `":1},"` + claim + `":null}`),
			json.RawMessage(fmt.Sprintf(`{"\u%04x%s":null}`, claim[0], claim[1:])),
		}
		for _, payload := range payloads {
			token, err := jwt.Encode(payload, secret, tt.opt, at(now))
			assert.Empty(t, token)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Contains(t, err.Error(), `"`+claim+`"`)
		}
		// Not at the same place, not the same name: no collision.
		_, err := jwt.Encode(jwt.Claims{"x": jwt.Claims{claim: nil}, strings.ToUpper(claim): nil}, secret, tt.opt, at(now))
		assert.NoError(t, err)
	}
	_, err := jwt.Encode(jwt.RegisteredClaims{Issuer: "a"}, secret, jwt.WithIssuer("a"))
	assertClass(t, err, jwt.ErrInvalidOption)
	_, err = jwt.Encode(jwt.RegisteredClaims{}, secret, jwt.WithIssuer("a"))
	assert.NoError(t, err)
	// Among many claims the names are looked up in another way.
	many := jwt.Claims{"iss": "a"}
	for i := range 100 {
		many[fmt.Sprint("claim", i)] = i
	}
	_, err = jwt.Encode(many, secret, jwt.WithSubject("s"))
	assert.NoError(t, err)
	_, err = jwt.Encode(many, secret, jwt.WithIssuer("a"))
	assertClass(t, err, jwt.ErrInvalidOption)
}

// The payload is the caller's own, and is never changed.
func TestEncodeLeavesThePayload(t *testing.T) {
	opts := []jwt.EncodeOption{jwt.WithExpiresIn(time.Minute), jwt.WithIssuer("i"), jwt.WithRandomID()}
	claims := jwt.Claims{"nbf": now, "list": []any{"b", "a"}, "map": map[string]any{"x": 1}}
	before := maps.Clone(claims)
	encoded(t, claims, opts...)
	assert.Equal(t, before, claims)
	raw := json.RawMessage(` { "a" : 1 } `)
	encoded(t, raw, opts...)
	encoded(t, &raw, opts...)
	assert.Equal(t, ` { "a" : 1 } `, string(raw))
	s := session{account: account{"a", []string{"x"}}}
	encoded(t, &s, opts...)
	assert.Equal(t, session{account: account{"a", []string{"x"}}}, s)
	// Nor is what stands before dst's end, nor read from behind it.
	encoder, err := jwt.NewEncoder(secret)
	require.NoError(t, err)
	want, err := encoder.Encode(raw)
	require.NoError(t, err)
	buffer := append(make([]byte, 0, 4096), `{"a":1}`...)
	got, err := encoder.AppendEncode(buffer[:3], json.RawMessage(buffer[:7:7]))
	require.NoError(t, err)
	assert.Equal(t, `{"a`+want, string(got), "a payload that dst overlaps is read first")
	assert.Equal(t, &buffer[0], &got[0])
	_, err = encoder.AppendEncode(make([]byte, 256<<10), json.RawMessage(`{}`))
	require.NoError(t, err, "what stands before is not the token's")
	grown, err := encoder.AppendEncode([]byte("x"), raw)
	require.NoError(t, err)
	assert.Equal(t, "x"+want, string(grown))
}

// What both sides share: a round trip of any claims gives them back.
func FuzzEncode(f *testing.F) {
	f.Add(`x":0,"admin`, "value\x00\"<é", 1.5, int64(-1))
	f.Add("", "\ud7ff\U0010ffff", math.MaxFloat64, int64(math.MaxInt64))
	f.Add("exp", "\xff", 5e-324, int64(0))
	f.Fuzz(func(t *testing.T, name, text string, number float64, n int64) {
		claims := jwt.Claims{name: text, name + "1": map[string]any{text: number}, name + "2": []any{n, text}}
		token, err := jwt.Encode(claims, secret, jwt.WithHeader("x"+name, text))
		if err != nil {
			if !errors.Is(err, jwt.ErrInvalidOption) {
				t.Fatal(err)
			}
			return
		}
		got, err := jwt.DecodeComplete(token, secret, jwt.HS256, jwt.WithoutCheck("aud", "exp", "nbf", "iat"))
		if err != nil {
			t.Fatalf("%q: %v", token, err)
		}
		if value, _ := got.Header.Param("x" + name); value != text {
			t.Fatalf("header %q: %q, not %q", "x"+name, value, text)
		}
		if len(got.Claims) != 3 || got.Claims[name] != text || got.Claims[name+"2"].([]any)[0] != n {
			t.Fatalf("%v, not %v", got.Claims, claims)
		}
		back, err := jwt.Get[map[string]float64](got.Claims, name+"1")
		if err != nil || len(back) != 1 || back[text] != number {
			t.Fatalf("%v, %v, not %v", back, err, number)
		}
	})
}
