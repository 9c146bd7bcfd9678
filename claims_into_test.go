package jwt_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Names match exactly: not by case, not by what folds to the same letters.
func TestDecodeIntoNamesAreExact(t *testing.T) {
	type claims struct {
		jwt.RegisteredClaims
		Kind string `json:"kind"`
		Bare string
	}
	got, err := decodedAs[claims](t, `{"SUB":"a","Sub":"b","iſs":"c","ISS":"d","\u212aind":"e","KIND":"f","EXP":1,"Aud":"x"}`)
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
	wide, err := decodedAs[many](t, `{"SUB":"2","J":"3"}`)
	require.NoError(t, err)
	assert.Zero(t, wide)
	wide, err = decodedAs[many](t, `{"A":"1","sub":"2","I":"3"}`)
	require.NoError(t, err)
	assert.Equal(t, many{A: "1", Sub: "2", I: "3"}, wide)
}

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
		now.UTC(), &updated, &jwt.NumericDate{Time: time.Unix(1, 5e8).UTC()}, &audience,
		[]jwt.Audience{{"a"}, {"b"}, {}},
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
		Any   anyText      `json:"any"`
		Names jwt.Audience `json:"names"`
	}
	decoder, err := jwt.NewDecoder(secret, jwt.HS256)
	require.NoError(t, err)
	for payload, claim := range map[string]string{
		`{"sub":"new","age":256}`: "age", `{"sub":"new","age":-1}`: "age", `{"sub":"new","age":1.5}`: "age", `{"sub":"new","age":"1"}`: "age",
		`{"sub":"new","deep":{"a":[1,"x"]}}`: "deep", `{"sub":"new","own":{}}`: "own", `{"sub":"new","text":"a"}`: "text", `{"sub":"new","text":1}`: "text",
		`{"sub":"new","chan":1}`: "chan", `{"sub":"new","err":"x"}`: "err", `{"sub":"new","quo":1}`: "quo", `{"sub":"new","quo":"[1]"}`: "quo", `{"sub":"new","by":{"a":1}}`: "by", `{"sub":"new","bys":{"a":1}}`: "bys",
		`{"sub":"new","x":1}`: "x", `{"sub":"new","any":1}`: "any", `{"sub":"new","any":{}}`: "any", `{"sub":"new","names":["a",null]}`: "names", `{"sub":"new","names":1}`: "names",
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
	assert.Contains(t, err.Error(), `"v"`)
	assert.Contains(t, err.Error(), errFailing.Error())
	assertClaim(t, err, "v")
	_, err = decodedAs[failing](t, `{"v":1}`)
	assert.ErrorIs(t, err, errFailing)
	assert.NotContains(t, err.Error(), `""`)
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

var errFailing = errors.New("it would not")

func (*failing) UnmarshalJSON([]byte) error { return errFailing }

// An anyText takes all texts, and is asked for texts alone.
type anyText string

func (a *anyText) UnmarshalText(text []byte) error { *a = anyText(text); return nil }

// A rememberer's method remembers where it was called.
type rememberer struct{ Text string }

func (r *rememberer) UnmarshalJSON(text []byte) error {
	remembered = append(remembered, r)
	r.Text = string(text)
	return nil
}

var remembered []*rememberer

// A method that keeps the address of what it filled never sees another token there.
func TestDecodeIntoAddressesAreKept(t *testing.T) {
	type field struct{ Of rememberer }
	type array struct{ Of [1]rememberer }
	decoder, err := jwt.NewDecoder(secret, jwt.HS256)
	require.NoError(t, err)
	for _, into := range []func() any{func() any { return new(field) }, func() any { return new(array) }} {
		remembered = nil
		for _, text := range []string{`1`, `2`, `3`} {
			got := into()
			payload := `{"Of":` + text + `}`
			if _, ok := got.(*array); ok {
				payload = `{"Of":[` + text + `]}`
			}
			require.NoError(t, decoder.DecodeInto(claimed(payload), got))
		}
		require.Len(t, remembered, 3)
		for i, text := range []string{`1`, `2`, `3`} {
			assert.Equal(t, text, remembered[i].Text)
		}
	}
}

// What is embedded behind a pointer is made once, wherever its members stand.
func TestDecodeIntoEmbeddedPointer(t *testing.T) {
	type claims struct {
		*Inner
		Share float64 `json:"share"`
	}
	got, err := decodedAs[claims](t, `{"x":1,"share":0.5,"y":2}`)
	require.NoError(t, err)
	assert.Equal(t, claims{&Inner{1, 2}, 0.5}, got)
}

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

// Types without methods are filled in memory that is used again: neither what an
// earlier token put there, nor what one did that was refused half way, comes back.
func TestDecodeIntoLeavesNothingBehind(t *testing.T) {
	type claims struct {
		jwt.RegisteredClaims
		*Inner
		Name   named    `json:"name"`
		Admin  bool     `json:"admin"`
		Count  int      `json:"count"`
		Big    int64    `json:"big"`
		Tiny   level    `json:"tiny"`
		Share  float64  `json:"share"`
		Roles  []string `json:"roles"`
		Groups []inner  `json:"groups"`
		Seen   time.Time
		Any    any
		Quoted int `json:"quoted,string"`
	}
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithAudience("a"), at(now))
	require.NoError(t, err)
	all := `{"iss":"i","sub":"s","aud":["a","b"],"exp":1900000000.5,"nbf":1,"iat":2,"jti":"j","x":1,"y":2,"name":"n","admin":true,"count":-7,` +
		`"big":9007199254740993,"tiny":-128,"share":0.5,"roles":["r",null],"groups":[{"x":1}],"Seen":3,"Any":[1],"quoted":"4"`
	want := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: "i", Subject: "s", Audience: jwt.Audience{"a", "b"}, ID: "j", ExpiresAt: jwt.NumericDate{Time: time.Unix(1900000000, 5e8).UTC()},
			NotBefore: jwt.NewNumericDate(time.Unix(1, 0)), IssuedAt: jwt.NewNumericDate(time.Unix(2, 0)),
		},
		Inner: &Inner{1, 2}, Name: "n", Admin: true, Count: -7, Big: 9007199254740993, Tiny: -128, Share: 0.5,
		Roles: []string{"r", ""}, Groups: []inner{{1}}, Seen: time.Unix(3, 0).UTC(), Any: []any{int64(1)}, Quoted: 4,
	}
	unfit := map[string]string{
		"name": `1`, "admin": `"true"`, "count": `1.5`, "big": `9223372036854775808`, "tiny": `128`, "share": `"0"`, "roles": `["a",1]`, "groups": `[{"x":"1"}]`,
		"Seen": `"no date"`, "quoted": `5`,
	}
	var got, none claims
	for range 3 {
		require.NoError(t, decoder.DecodeInto(claimed(all+`}`), &got))
		assert.Equal(t, want, got)
		for name, value := range unfit {
			// The same name stands there already, so the good one takes another.
			token := claimed(strings.Replace(all, `"`+name+`":`, `"another":`, 1) + `,"` + name + `":` + value + `}`)
			err := decoder.DecodeInto(token, &got)
			assertClass(t, err, jwt.ErrInvalidToken)
			assertClaim(t, err, name)
			assert.Equal(t, want, got, name)
		}
		assertClass(t, decoder.DecodeInto(claimed(`{"aud":{}}`), &none), jwt.ErrInvalidAudience)
		require.NoError(t, decoder.DecodeInto(claimed(`{"aud":"a"}`), &none))
		assert.Equal(t, claims{RegisteredClaims: jwt.RegisteredClaims{Audience: jwt.Audience{"a"}}}, none)
	}
	// Nor are strings and lists shared between those that were filled.
	first := got
	require.NoError(t, decoder.DecodeInto(claimed(strings.ReplaceAll(all, `"r"`, `"other"`)+`}`), &got))
	assert.Equal(t, want, first)
	assert.Equal(t, []string{"other", ""}, got.Roles)
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
	type closed struct {
		level
		within inner
		Shown  int `json:"shown"`
	}
	none, err := decodedAs[closed](t, `{"level":1,"within":{"x":1},"x":1,"shown":3}`)
	require.NoError(t, err)
	assert.Equal(t, closed{Shown: 3}, none)
	assert.Equal(t, `{"shown":3}`, segmentOf(t, encoded(t, closed{1, inner{1}, 3}), 1))
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
		nil, inner,
		map[string]any{},
		jwt.Claims{},
		"", 1, (*Inner)(nil), (*jwt.Claims)(nil), &none, new(string), new(int), new([]byte), new([]any), new([1]int), new(chan int), new(func()),
		new(map[int]string), new(map[any]any), new(map[textual]int), new(keyedByText), new(jwt.Audience), new(json.RawMessage), new(json.Number), &[]*Inner{}, func() {}, &nowhere, new(**Inner), new(*string), new(**jwt.Claims), new(time.Time), new(jwt.NumericDate), new(*time.Time),
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

// A tokenInside decodes a token of its own.
type tokenInside struct{}

func (*tokenInside) UnmarshalJSON([]byte) error { return expiredError() }

// No token can make a claim's own type say that the program is at fault, or that
// the token is other than it is.
func TestDecodeIntoBlamesTheToken(t *testing.T) {
	type wanted struct {
		Algorithm jwt.Algorithm `json:"a"`
	}
	_, err := jwt.DecodeAs[wanted](claimed(`{"a":"no algorithm"}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "a")
	_, err = jwt.Get[jwt.Algorithm](jwt.Claims{"a": "no algorithm"}, "a")
	assertClass(t, err, jwt.ErrInvalidToken)
	got, err := jwt.DecodeAs[wanted](claimed(`{"a":"HS256|ES256"}`), secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, jwt.HS256|jwt.ES256, got.Algorithm)
	_, err = jwt.DecodeAs[holder[tokenInside]](claimed(`{"v":{}}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidToken)
	_, err = jwt.Get[tokenInside](jwt.Claims{"v": 1}, "v")
	assertClass(t, err, jwt.ErrInvalidToken)
}

// A keptText keeps what it was given, which encoding forbids, as text and as a key.
type keptText struct{ text *[]byte }

func (k *keptText) UnmarshalText(text []byte) error { k.text = &text; return nil }

// Methods of the caller's get memory of their own: one that keeps it does not see the
// next token, nor can it change a token that is still read.
func TestDecodeIntoMethodsKeep(t *testing.T) {
	type claims struct {
		Plain   keptText          `json:"plain"`
		Escaped *keptText         `json:"escaped"`
		Keys    map[keptText]bool `json:"keys"`
		Quoted  keeper            `json:"quoted"`
	}
	want := []string{"alice", "bob", "carol", `"\u0064ave"`}
	var got claims
	decoder := mustDecoder(t, secret, jwt.HS256)
	require.NoError(t, decoder.DecodeInto(claimed(`{"plain":"alice","escaped":"\u0062ob","keys":{"carol":true},"quoted":"\u0064ave"}`), &got))
	texts := func() []string {
		list := []string{string(*got.Plain.text), string(*got.Escaped.text)}
		for key := range got.Keys {
			list = append(list, string(*key.text))
		}
		return append(list, string(got.Quoted.Text))
	}
	assert.Equal(t, want, texts())
	useThePools(t)
	assert.Equal(t, want, texts())
}
