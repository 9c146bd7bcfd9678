package jwt_test

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// As a named or tagged field RegisteredClaims would be no claims: an expired token
// would pass. The type is refused on both sides, whatever it holds, before any token.
func TestRegisteredClaimsAreEmbedded(t *testing.T) {
	type tagged struct {
		jwt.RegisteredClaims `json:"claims"`
		Name                 string `json:"name"`
	}
	type inner struct {
		Rest jwt.RegisteredClaims `json:"rest,omitzero"`
	}
	for name, dst := range map[string]any{
		"named": &struct{ Claims jwt.RegisteredClaims }{},
		"named and tagged": &struct {
			C jwt.RegisteredClaims `json:"claims"`
		}{},
		"named, omitted": &struct {
			C jwt.RegisteredClaims `json:",omitzero"`
		}{},
		"named, inline": &struct {
			C jwt.RegisteredClaims `json:",inline"`
		}{},
		"named -": &struct {
			C jwt.RegisteredClaims `json:"-,"` //nolint:staticcheck // the name "-" is the subject
		}{},
		"a pointer":           &struct{ Claims *jwt.RegisteredClaims }{},
		"a pointer to one":    &struct{ Claims **jwt.RegisteredClaims }{},
		"an alias":            &struct{ Claims aliased }{},
		"embedded with a tag": &tagged{},
		"pointer with a tag": &struct {
			*jwt.RegisteredClaims `json:"registered"`
		}{},
		"unexported":            &struct{ claims jwt.RegisteredClaims }{},
		"in an embedded struct": &struct{ inner }{},
		"in an embedded pointer": &struct {
			Name string
			*holdsNamed
		}{},
		"beside embedded ones": &struct {
			jwt.RegisteredClaims
			Act *jwt.RegisteredClaims `json:"act"`
		}{},
		"a whole token":                          &jwt.Token{},
		"a pointer to a whole token":             func() any { t := &jwt.Token{}; return &t }(),
		"a whole token, unverified":              &jwt.UnverifiedToken{},
		"a whole token embedded":                 &struct{ *jwt.Token }{},
		"jwt.Claims embedded":                    &struct{ jwt.Claims }{},
		"a pointer to jwt.Claims":                &struct{ *jwt.Claims }{},
		"two embedded with the same tag":         embedding(jwt.RegisteredClaims{}, Second{}),
		"two embedded, neither RegisteredClaims": embedding(First{}, Second{}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jwt.Encode(dst, secret)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Less(t, len(err.Error()), 300)
			decoder := mustDecoder(t, secret, jwt.HS256)
			assertClass(t, decoder.DecodeInto(claimed(`{"exp":1}`), dst), jwt.ErrInvalidOption)
			assertClass(t, decoder.DecodeInto("", dst), jwt.ErrInvalidOption)
			assertClass(t, (&jwt.Token{Payload: []byte(`{}`)}).DecodeInto(dst), jwt.ErrInvalidOption)
		})
	}
	_, err := jwt.DecodeAs[holdsNamed](claimed(`{}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidOption)
	_, err = jwt.DecodeAs[*tagged](claimed(`{}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidOption)

	// The first fault is told.
	for says, payload := range map[string]any{
		"as the field Claims ": &struct {
			Claims jwt.RegisteredClaims
			More   jwt.RegisteredClaims
		}{},
		`embedded with the tag "json:\"claims\""`: tagged{},
		`"Claims" of the token`: &struct {
			jwt.Claims
			More jwt.RegisteredClaims
		}{},
	} {
		_, err = jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Contains(t, err.Error(), says)
		assert.NotContains(t, err.Error(), "cannot be encoded", "it is the type that is wrong")
	}

	for name, dst := range map[string]any{
		"embedded":           &struct{ jwt.RegisteredClaims }{},
		"embedded, an alias": &struct{ aliased }{},
		"a pointer":          &struct{ *jwt.RegisteredClaims }{},
		"options alone": &struct {
			jwt.RegisteredClaims `json:",omitempty"`
		}{},
		"further in": &struct{ base }{},
		"left out": &struct {
			jwt.RegisteredClaims
			Raw jwt.RegisteredClaims  `json:"-"`
			raw *jwt.RegisteredClaims `json:"-"`
		}{},
		"alone": &jwt.RegisteredClaims{},
		"in a list": &struct {
			Before []jwt.RegisteredClaims `json:"before"`
		}{},
		"in a map": &struct {
			By map[string]jwt.RegisteredClaims `json:"by"`
		}{},
		"a member further in": &struct {
			jwt.RegisteredClaims
			Act base       `json:"act"`
			Old holdsNamed `json:"old"`
		}{},
		"a map": &map[string]any{"claims": jwt.RegisteredClaims{}},
		"a jwt.Claims": &struct {
			Extra jwt.Claims `json:"extra"`
		}{},
		"a clash of others": &struct {
			plainUQ
			PlainUC
		}{},
	} {
		t.Run("fine: "+name, func(t *testing.T) {
			_, err := jwt.Encode(dst, secret)
			assert.NoError(t, err)
			assert.NoError(t, mustDecoder(t, secret, jwt.HS256).DecodeInto(claimed(`{"exp":1900000000}`), dst))
		})
	}
}

type (
	First struct {
		Subject string `json:"sub"`
	}
	Second struct {
		Sub string `json:"sub"`
	}
)

// embedding returns a pointer to a struct that embeds the types of its arguments. Where
// their tags clash go vet would tell, had it been written in Go.
func embedding(values ...any) any {
	var fields []reflect.StructField
	for _, v := range values {
		t := reflect.TypeOf(v)
		fields = append(fields, reflect.StructField{Name: t.Name(), Type: t, Anonymous: true})
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

// A struct that embeds RegisteredClaims makes the same mistake one step further in,
// where the token is left without "exp".
func TestEncodeNestedExpiry(t *testing.T) {
	type claims struct {
		Base base   `json:"base"`
		Name string `json:"name"`
	}
	type pointers struct {
		Deep *pointing
		Name string `json:"name"`
	}
	type twice struct {
		Base **base  `json:"base"`
		Deep ***base `json:"deep"`
	}
	expires := jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))}
	pointed, none := &base{expires}, (*base)(nil)
	pointer, toNone := &pointed, &none
	for name, payload := range map[string]any{
		"behind two pointers": twice{Base: pointer}, "behind three": twice{Base: toNone, Deep: &pointer},
		"by value": claims{Base: base{expires}}, "behind a pointer": &claims{Base: base{expires}}, "pointers within": pointers{Deep: &pointing{&expires}},
		"in an embedded struct": struct{ claims }{claims{Base: base{expires}}},
	} {
		_, err := jwt.Encode(payload, secret)
		require.Error(t, err, name)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Less(t, len(err.Error()), 300)
		_, err = jwt.Encode(payload, secret, jwt.WithIssuer("i"))
		assertClass(t, err, jwt.ErrInvalidOption)
		_, err = jwt.Encode(payload, secret, jwt.WithExpiresIn(time.Hour))
		assert.NoError(t, err, "%s: the token expires", name)
	}
	for name, payload := range map[string]any{
		"no exp": claims{Base: base{jwt.RegisteredClaims{Subject: "s"}}}, "nothing there": pointers{}, "nothing there behind a pointer": pointers{Deep: &pointing{}},
		"nothing there behind two pointers": twice{Base: toNone}, "nor behind three": twice{Deep: &toNone}, "no pointers to it": twice{},
		"beside claims": struct {
			jwt.RegisteredClaims
			Act base `json:"act"`
		}{Act: base{expires}},
		"beside one claim": struct {
			Subject string `json:"sub"`
			Base    base   `json:"base"`
		}{Base: base{expires}},
		"in a map": jwt.Claims{"session": base{expires}},
		"that writes itself": struct {
			jwt.RegisteredClaims
			Whole whole `json:"whole"`
		}{Whole: whole{expires, "x"}},
	} {
		_, err := jwt.Encode(payload, secret)
		assert.NoError(t, err, name)
	}
}

type writesByValue struct{ Name string }

func (w writesByValue) MarshalJSON() ([]byte, error)  { return []byte(`{"name":"` + w.Name + `"}`), nil }
func (w *writesByValue) UnmarshalJSON(b []byte) error { w.Name = string(b); return nil }

type textByValue struct{ name string }

func (t textByValue) MarshalText() ([]byte, error)  { return []byte(t.name), nil }
func (t *textByValue) UnmarshalText(b []byte) error { t.name = string(b); return nil }

type zeroByValue struct{ Name string }

func (z zeroByValue) IsZero() bool { return z.Name == "" }

type zeroItself struct{ *zeroByValue }

func (zeroItself) IsZero() bool { return true }

// A method that a struct has from a nil embedded pointer panics when it is called.
func TestMethodsOfNilPointers(t *testing.T) {
	for name, payload := range map[string]any{
		"MarshalJSON": struct {
			jwt.RegisteredClaims
			*writesByValue
		}{},
		"MarshalJSON of an interface": struct{ json.Marshaler }{},
		"MarshalText in a field": struct {
			A struct{ *textByValue } `json:"a"`
		}{},
		"MarshalText of a key": map[struct{ *textByValue }]int{{}: 1},
		"in a claim":           jwt.Claims{"a": struct{ *writesByValue }{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jwt.Encode(payload, secret)
			assertClass(t, err, jwt.ErrInvalidOption)
		})
	}
	assert.Equal(t, claimed(`{"a":{}}`), encoded(t, struct {
		A struct{ *zeroByValue } `json:"a,omitzero"`
		B zeroItself             `json:"b,omitzero"`
	}{}))

	token := encoded(t, jwt.Claims{"name": "alice", "a": "b"})
	whole, err := jwt.DecodeAs[struct{ *writesByValue }](token, secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidToken)
	assert.Nil(t, whole.writesByValue)
	_, err = jwt.DecodeAs[struct {
		A struct{ *textByValue } `json:"a"`
	}](token, secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidToken)
}

type (
	// writes and reads itself, so that its fields are its own affair.
	ownForm struct {
		Session base
		Claims  jwt.RegisteredClaims
	}
	ownSession  struct{ Session base }
	readsItself map[string]string
)

func (ownSession) MarshalJSON() ([]byte, error) { return []byte(`{"form":1}`), nil }
func (ownForm) MarshalJSON() ([]byte, error)    { return []byte(`{"form":1}`), nil }
func (o *ownForm) UnmarshalJSON(b []byte) error { o.Claims.Subject = string(b); return nil }
func (o *readsItself) UnmarshalJSON(text []byte) error {
	*o = readsItself{"read": string(text)}
	return nil
}

// A type with methods of its own is not looked into, whatever it consists of.
func TestOwnForm(t *testing.T) {
	expires := jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))}
	for _, payload := range []any{ownSession{base{expires}}, ownForm{Session: base{expires}}, &ownForm{Claims: expires}} {
		token, err := jwt.Encode(payload, secret)
		require.NoError(t, err)
		assert.Equal(t, claimed(`{"form":1}`), token)
	}
	token := claimed(`{"form":1}`)
	form, err := jwt.DecodeAs[ownForm](token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, `{"form":1}`, form.Claims.Subject)
	list, err := jwt.DecodeAs[readsItself](token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, readsItself{"read": `{"form":1}`}, list)
}

// An error of the payload is not forgotten where fields hide claims.
func TestHiddenClaimsAndAnError(t *testing.T) {
	_, err := jwt.Encode(struct {
		jwt.RegisteredClaims
		Subject string  `json:"sub"`
		F       float64 `json:"f"`
	}{Subject: "alice", F: math.NaN()}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.ErrorContains(t, err, `"f"`)
}

// What is signed is checked to the last claim, whatever is right before it.
func TestEncodeChecksAllForms(t *testing.T) {
	right := map[string]any{"iat": 1, "nbf": 1, "exp": 1, "iss": "a", "aud": []string{"a", "b"}, "sub": "a", "jti": "a"}
	token, err := jwt.Encode(right, secret)
	require.NoError(t, err)
	require.NotEmpty(t, token)
	for name := range right {
		payload := maps.Clone(right)
		payload[name] = []any{1}
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.ErrorContains(t, err, name)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	token, err = jwt.Encode(jwt.Claims{"jti": at}, secret)
	require.NoError(t, err)
	assert.Equal(t, claimed(`{"jti":"2026-01-02T03:04:05Z"}`), token, "only a date becomes a number")
	_, headerAlone := jwt.Decode("eyJhbGciOiJIUzI1NiJ9", secret, jwt.HS256)
	_, opaque := jwt.Decode("an-opaque-token", secret, jwt.HS256)
	assertClass(t, headerAlone, jwt.ErrDecode)
	assert.Equal(t, opaque.Error(), headerAlone.Error(), "where there is no dot, nothing was cut off")
}
