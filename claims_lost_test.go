package jwt_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What a program's own type would lose, or leave empty, without a word.

// A writes is a user's type with JSON of its own, as many have. It reads itself too.
type writes struct{ name string }

func (w writes) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]string{"name": w.name}) }
func (w *writes) UnmarshalJSON(text []byte) error {
	var object struct {
		Name string `json:"name"`
	}
	err := json.Unmarshal(text, &object)
	w.name = object.Name
	return err
}

// A writesSubject writes one of the registered claims.
type writesSubject struct{}

func (writesSubject) MarshalJSON() ([]byte, error) { return []byte(`{"sub":"s"}`), nil }

type writesByPointer struct{ name string }

func (w *writesByPointer) MarshalJSON() ([]byte, error) { return writes{w.name}.MarshalJSON() }

// A whole writes and reads all of itself.
type whole struct {
	jwt.RegisteredClaims
	extra string
}

type wholeJSONOf struct {
	jwt.RegisteredClaims
	Extra string `json:"extra"`
}

func (w whole) MarshalJSON() ([]byte, error) {
	return json.Marshal(wholeJSONOf{w.RegisteredClaims, w.extra})
}

func (w *whole) UnmarshalJSON(text []byte) error {
	var all wholeJSONOf
	err := json.Unmarshal(text, &all)
	*w = whole{all.RegisteredClaims, all.Extra}
	return err
}

// A partial forgets "exp", and reads nothing of what it embeds.
type partial struct {
	jwt.RegisteredClaims
	Extra string `json:"extra"`
}

func (p partial) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"sub": p.Subject, "extra": p.Extra})
}

func (p *partial) UnmarshalJSON(text []byte) error {
	var all wholeJSONOf
	err := json.Unmarshal(text, &all)
	p.Extra = all.Extra
	return err
}

type (
	base       struct{ jwt.RegisteredClaims }
	pointing   struct{ *jwt.RegisteredClaims }
	aliased    = jwt.RegisteredClaims
	holdsNamed struct{ Claims jwt.RegisteredClaims }
)

// A readsNoSubject has a field for a claim and passes over it.
type readsNoSubject struct {
	Subject string `json:"sub"`
}

func (*readsNoSubject) UnmarshalJSON([]byte) error { return nil }

// Encode refuses a payload whose JSON methods leave out a claim that is set.
func TestEncodeLosesNothing(t *testing.T) {
	set := jwt.RegisteredClaims{Subject: "s", ExpiresAt: jwt.NewNumericDate(now)}
	expires := jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now)}
	for _, tt := range []struct {
		name    string
		payload any
		says    string // of a refusal; "" where the payload is fine
	}{
		{"promoted", struct {
			jwt.RegisteredClaims
			writes
		}{set, writes{"a"}}, "jwt_test.writes"},
		{"promoted, of a pointer", &struct {
			jwt.RegisteredClaims
			*writes
		}{set, &writes{"a"}}, "field name"},
		{"promoted from a pointer's methods", struct {
			jwt.RegisteredClaims
			writesByPointer
		}{expires, writesByPointer{"a"}}, "jwt_test.writesByPointer"},
		{"promoted, claims behind a pointer", struct {
			*jwt.RegisteredClaims
			writes
		}{&set, writes{"a"}}, "would be lost"},
		{"promoted, claims further in", struct {
			base
			writes
		}{base{expires}, writes{"a"}}, `"exp"`},
		{"promoted, claims further in behind pointers", struct {
			*pointing
			Inner struct{}
			writes
		}{&pointing{&expires}, struct{}{}, writes{"a"}}, `"exp"`},
		{"promoted from further in", struct {
			jwt.RegisteredClaims
			PlainUC
			deeper
		}{RegisteredClaims: set}, "jwt_test.deeper"},
		{"promoted from an interface", struct {
			jwt.RegisteredClaims
			json.Marshaler
		}{set, writes{"a"}}, "json.Marshaler"},
		{"promoted, one of two claims is written", struct {
			jwt.RegisteredClaims
			writesSubject
		}{set, writesSubject{}}, `"exp"`},
		{"promoted, with an embedded key", struct {
			jwt.RegisteredClaims
			*jwt.Key
		}{set, keyFor(t, jwt.ES256).Public()}, "jwt.Key"},
		{"promoted, a field with the tag of a claim", struct {
			Expires jwt.NumericDate `json:"exp"`
			writes
		}{jwt.NewNumericDate(now), writes{"a"}}, `"exp"`},
		{"promoted, named claims", struct {
			Claims jwt.RegisteredClaims
			writes
		}{set, writes{"a"}}, "would be lost"},
		{"promoted, unexported named claims", struct {
			claims *jwt.RegisteredClaims
			writes
		}{&expires, writes{"a"}}, "would be lost"},
		{"promoted, the audience", struct {
			jwt.RegisteredClaims
			writes
		}{jwt.RegisteredClaims{Audience: jwt.Audience{"a"}}, writes{"a"}}, `"aud"`},
		{"its own", partial{set, "x"}, "leaves it out"},
		{"its own, behind a pointer", &partial{set, "x"}, `"exp"`},
		{"hidden by a field", struct {
			jwt.RegisteredClaims
			Expires int64 `json:"exp,omitempty"`
		}{set, 0}, "another field"},
		{"hidden by a field of the struct around", struct {
			base
			Expires *jwt.NumericDate `json:"exp,omitempty"`
		}{base{set}, nil}, `"exp"`},
		{"two that clash", embedding(jwt.RegisteredClaims{}, Second{}), `"sub"`},
		{"twice the same", struct {
			base
			pointing
		}{base{set}, pointing{}}, "two fields"},

		{"promoted, nothing set", struct {
			jwt.RegisteredClaims
			writes
		}{jwt.RegisteredClaims{Audience: jwt.Audience{}}, writes{"a"}}, ""},
		{"promoted, no claims behind the pointer", struct {
			*jwt.RegisteredClaims
			writes
		}{nil, writes{"a"}}, ""},
		{"promoted, all that is set is written", struct {
			jwt.RegisteredClaims
			writesSubject
		}{jwt.RegisteredClaims{Subject: "x"}, writesSubject{}}, ""},
		{"with a field name", struct {
			jwt.RegisteredClaims
			User writes `json:"user"`
		}{set, writes{"a"}}, ""},
		{"two methods at the same depth, of which Go promotes none", struct {
			jwt.RegisteredClaims
			writes
			writesSubject
		}{RegisteredClaims: set}, ""},
		{"its own, whole", whole{set, "x"}, ""},
		{"its own, what it leaves out is not set", partial{jwt.RegisteredClaims{Subject: "s"}, "x"}, ""},
		{"its own, without RegisteredClaims", writes{"a"}, ""},
		{"hidden by a field that is set", struct {
			jwt.RegisteredClaims
			Expires int64 `json:"exp,omitempty"`
		}{set, now.Unix()}, ""},
		{"hidden, both empty", struct {
			jwt.RegisteredClaims
			Expires int64 `json:"exp,omitempty"`
		}{}, ""},
		{"as a value of a map", jwt.Claims{"act": set}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // the second time the type is known
				token, err := jwt.Encode(tt.payload, secret)
				if tt.says == "" {
					require.NoError(t, err)
					continue
				}
				assertClass(t, err, jwt.ErrInvalidOption)
				assert.Empty(t, token)
				assert.Contains(t, err.Error(), tt.says)
				assert.Less(t, len(err.Error()), 300)
			}
		})
	}
}

type deeper struct{ writes }

// DecodeInto refuses to leave RegisteredClaims empty where the token has claims for it.
func TestDecodeIntoLeavesNothingEmpty(t *testing.T) {
	type promoted struct {
		jwt.RegisteredClaims
		writes
	}
	type further struct {
		*base
		writes
	}
	type tagged struct {
		Subject string `json:"sub"`
		writes
	}
	for payload, claim := range map[string]string{`{"sub":"s","name":"a"}`: "sub", `{"exp":1}`: "exp", `{"aud":["a"]}`: "aud", `{"iss":"i","exp":1}`: "iss"} {
		_, err := decodedAs[promoted](t, payload)
		assertClass(t, err, jwt.ErrInvalidToken)
		assertClaim(t, err, claim)
		assert.Contains(t, err.Error(), "jwt_test.writes")
		_, err = decodedAs[*promoted](t, payload)
		assertClass(t, err, jwt.ErrInvalidToken)
		_, err = decodedAs[further](t, payload)
		assertClass(t, err, jwt.ErrInvalidToken)
		assertClaim(t, err, claim)
		_, err = decodedAs[partial](t, payload)
		assertClass(t, err, jwt.ErrInvalidToken)
		assertClaim(t, err, claim)
		_, err = decodedAs[whole](t, payload)
		assert.NoError(t, err)
	}
	_, err := decodedAs[tagged](t, `{"sub":"s","name":"a"}`)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "sub")

	got, err := decodedAs[promoted](t, `{"name":"a","aud":[],"sub":"","iss":""}`)
	require.NoError(t, err, "nothing is lost")
	assert.Equal(t, "a", got.name)
	full, err := decodedAs[whole](t, `{"sub":"s","extra":"x"}`)
	require.NoError(t, err)
	assert.Equal(t, whole{jwt.RegisteredClaims{Subject: "s"}, "x"}, full)
	own, err := decodedAs[writes](t, `{"sub":"s","name":"a"}`)
	require.NoError(t, err, "it has no field for it")
	assert.Equal(t, writes{"a"}, own)
	_, err = decodedAs[readsNoSubject](t, `{"sub":"s"}`)
	require.NoError(t, err, "what its own method does with its own field is its decision")

	// What is there stays, as on any error.
	before := promoted{jwt.RegisteredClaims{Subject: "before"}, writes{"before"}}
	after := before
	decoder := mustDecoder(t, secret, jwt.HS256)
	assertClass(t, decoder.DecodeInto(claimed(`{"sub":"s","name":"a"}`), &after), jwt.ErrInvalidToken)
	assert.Equal(t, before, after)
}

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
			//lint:ignore SA5008 the name "-" is the subject
			C jwt.RegisteredClaims `json:"-,"`
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
	expires := jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))}
	for name, payload := range map[string]any{
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
		"beside claims": struct {
			jwt.RegisteredClaims
			Act base `json:"act"`
		}{Act: base{expires}},
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

// A claim that misses a field without a tag by case alone would leave it empty.
func TestDecodeIntoNamesTheTag(t *testing.T) {
	type User struct{ Name string }
	type bare struct {
		Sub     string
		UserID  int `json:",omitempty"`
		Kind    string
		Straße  string
		User    User
		Tagged  string `json:"tagged"`
		Members []User `json:"members"`
		//lint:ignore U1000 an unexported field is the subject
		ignored string
		Left    string `json:"-"`
	}
	type outer struct {
		bare
		Role string
	}
	type exact struct {
		Role    string
		Another string `json:"role"`
	}
	ofBare := func(t *testing.T, payload string) error { _, err := decodedAs[bare](t, payload); return err }
	ofOuter := func(t *testing.T, payload string) error { _, err := decodedAs[*outer](t, payload); return err }
	ofExact := func(t *testing.T, payload string) error { _, err := decodedAs[exact](t, payload); return err }
	for _, tt := range []struct {
		name    string
		read    func(*testing.T, string) error
		payload string
		claim   string // "" where it is read
		tag     string
	}{
		{"sub", ofBare, `{"sub":"a"}`, "sub", `json:"sub"`},
		{"all in capitals", ofBare, `{"x":1,"SUB":"a"}`, "SUB", `json:"SUB"`},
		{"a tag of options alone", ofBare, `{"userId":1}`, "userId", `json:"userId"`},
		{"escaped", ofBare, `{"\u0073ub":"a"}`, "sub", `json:"sub"`},
		{"null", ofBare, `{"kind":null}`, "kind", `json:"kind"`},
		{"a letter that folds", ofBare, `{"\u212aind":"a"}`, "\u212aind", "Kind"},
		{"a long s", ofBare, `{"ſub":"a"}`, "ſub", "Sub"},
		{"other letters than ASCII", ofBare, `{"STRAßE":"a"}`, "STRAßE", "Straße"},
		{"in a nested struct", ofBare, `{"User":{"name":"a"}}`, "User", `json:"name"`},
		{"in a list of structs", ofBare, `{"members":[{"Name":"a"},{"name":"b"}]}`, "members", `json:"name"`},
		{"of an embedded struct", ofOuter, `{"sub":"a"}`, "sub", `json:"sub"`},
		{"of the struct around", ofOuter, `{"role":"a"}`, "role", `json:"role"`},
		{"the registered claim, with the exact name too", ofBare, `{"Sub":"b","sub":"a"}`, "sub", `json:"sub"`},
		{"the exact name too, of another member", ofOuter, `{"Role":"b","role":"a","sub":"c"}`, "sub", `json:"sub"`},
		{"after another with its exact name", ofBare, `{"kind":"a","Kind":"b","SUB":"c"}`, "SUB", `json:"SUB"`},

		{"exact", ofBare, `{"Sub":"a","UserID":1,"Kind":"b","Straße":"c","User":{"Name":"d"}}`, "", ""},
		{"the exact name too", ofBare, `{"Kind":"a","kind":"b","KIND":"c"}`, "", ""},
		{"the exact name too, behind it", ofBare, `{"kind":"b","Kind":"a"}`, "", ""},
		{"the exact name too, in a nested struct", ofBare, `{"User":{"Name":"a","NAME":"b"}}`, "", ""},
		{"another field has it", ofExact, `{"role":"a"}`, "", ""},
		{"another field has it, and the exact name", ofExact, `{"role":"a","Role":"b"}`, "", ""},
		{"a field with a tag", ofBare, `{"TAGGED":"a","Members":[],"left":1,"Left":2,"ignored":3}`, "", ""},
		{"other letters", ofBare, `{"subs":"a","su":"b","sub_":"c","strasse":"d","":"e","user id":1,"` + strings.Repeat("s", 1000) + `":1}`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.read(t, tt.payload)
			if tt.claim == "" {
				require.NoError(t, err)
				return
			}
			assertClass(t, err, jwt.ErrInvalidToken)
			assertClaim(t, err, tt.claim)
			assert.Contains(t, err.Error(), tt.tag)
			assert.Less(t, len(err.Error()), 300)
		})
	}
	_, err := jwt.Get[User](jwt.Claims{"user": map[string]any{"name": "a"}}, "user")
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "user")
	assert.Contains(t, err.Error(), `json:"name"`)
	_, err = jwt.Get[User](jwt.Claims{"user": map[string]any{"Name": "a", "name": "b"}}, "user")
	assert.NoError(t, err)
}

// However many names miss a field, the time stays linear.
func TestDecodeIntoManyUnknownNames(t *testing.T) {
	type bare struct{ Aaaaaaaaaaaaaaaa string }
	var payload strings.Builder
	payload.WriteString(`{"Aaaaaaaaaaaaaaaa":"x"`)
	for i := range 1 << 14 { // each fits the field but for its case
		payload.WriteString(`,"`)
		for bit := range 16 {
			payload.WriteByte("Aa"[i>>bit&1])
		}
		payload.WriteString(`":0`)
	}
	text := strings.Replace(payload.String(), `,"A`+strings.Repeat("a", 15)+`":0`, "", 1) + "}"
	token := claimed(text)
	decoder := mustDecoder(t, secret, jwt.HS256, jwt.WithMaxSize(1<<20))
	var into bare
	allocated := testing.AllocsPerRun(1, func() { require.NoError(t, decoder.DecodeInto(token, &into)) })
	assert.Equal(t, "x", into.Aaaaaaaaaaaaaaaa)
	assert.Less(t, allocated, 1000.0, "the members are gone through once more, not once more for each")
}

// The text of a misfit names the type that fits.
func TestFittingTypes(t *testing.T) {
	type claims struct {
		Aud []string `json:"aud"`
	}
	type single struct {
		Aud string `json:"aud"`
	}
	type dates struct {
		Exp int64 `json:"exp"`
	}
	_, err := decodedAs[claims](t, `{"aud":"a"}`)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "aud")
	assert.Contains(t, err.Error(), "jwt.Audience")
	got, err := decodedAs[claims](t, `{"aud":["a","b"]}`)
	require.NoError(t, err)
	assert.Equal(t, claims{[]string{"a", "b"}}, got)
	_, err = decodedAs[single](t, `{"aud":["a"]}`)
	assert.ErrorContains(t, err, "jwt.Audience")
	_, err = decodedAs[map[string][]string](t, `{"aud":"a"}`)
	assert.ErrorContains(t, err, "jwt.Audience")
	_, err = jwt.Get[[]string](jwt.Claims{"aud": "a"}, "aud")
	assert.ErrorContains(t, err, "jwt.Audience")
	_, err = decodedAs[dates](t, `{"exp":1.5}`)
	assert.ErrorContains(t, err, "jwt.NumericDate")
	_, err = jwt.Get[[]string](jwt.Claims{"roles": "a"}, "roles")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "jwt.Audience")
	_, err = jwt.Get[jwt.Audience](jwt.Claims{"aud": []any{1}}, "aud")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "reads one string")
}

func TestThreat49_ClaimsLostInSilence(t *testing.T) {
	past := jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(-time.Hour))}
	for _, payload := range []any{
		struct {
			jwt.RegisteredClaims
			writes
		}{past, writes{"a"}},
		struct {
			jwt.RegisteredClaims `json:"claims"`
		}{past},
		struct{ Claims jwt.RegisteredClaims }{past},
		struct{ Claims base }{base{past}},
	} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	_, err := jwt.DecodeAs[struct{ Sub string }](claimed(`{"sub":"alice"}`), secret, jwt.HS256, jwt.WithRequired("sub"))
	assertClass(t, err, jwt.ErrInvalidToken)
	_, err = jwt.DecodeAs[holdsNamed](claimed(`{"Claims":{"exp":1}}`), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidOption)
}

func TestThreat50_LifetimeExactly(t *testing.T) {
	for _, part := range []time.Duration{0, 1, time.Second / 2, time.Second - 1} {
		token := encoded(t, jwt.Claims{}, jwt.WithExpiresIn(time.Hour), jwt.WithIssuedAt(), at(now.Add(part)))
		claims, err := jwt.Decode(token, secret, jwt.HS256, at(now.Add(part)))
		require.NoError(t, err)
		assert.Equal(t, time.Hour, claims.ExpiresAt().Sub(claims.IssuedAt()), part)
	}
}

// A field without a tag, whose name is that of a registered claim but for case, would be a
// claim that nobody checks: a token that never expires.
func TestEncodeWritesNoUncheckedClaim(t *testing.T) {
	for name, payload := range map[string]any{
		"Exp": struct{ Exp int64 }{1},
		"Sub": &struct{ Sub string }{"a"},
		"AUD": struct{ AUD string }{"a"},
		"beside them": struct {
			jwt.RegisteredClaims
			Jti string
		}{Jti: "a"},
		"embedded": struct{ withIss }{withIss{Iss: "a"}},
	} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.ErrorContains(t, err, `json:"`, name)
	}
	for name, payload := range map[string]any{
		"with a tag": struct {
			Exp int64 `json:"exp"`
		}{now.Unix()},
		"with another tag": struct {
			Exp int64 `json:"experience"`
		}{1},
		"with its name": struct {
			Sub string `json:"Sub"`
		}{"a"},
		"left out": struct {
			Sub string `json:"-"`
		}{"a"},
		"deeper":       struct{ User struct{ Sub string } }{},
		"another name": struct{ Subject, ID string }{"a", "b"},
		"in a map":     map[string]any{"Exp": 1},
	} {
		_, err := jwt.Encode(payload, secret)
		assert.NoError(t, err, name)
	}
}

type withIss struct{ Iss string }
