package jwt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

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
		ignored string //nolint:unused // an unexported field is the subject
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
	for name, fails := range map[string]func() error{
		"what no date is":    func() error { _, err := decodedAs[dates](t, `{"exp":"1"}`); return err },
		"a list":             func() error { _, err := decodedAs[dates](t, `{"exp":[1]}`); return err },
		"a claim not a date": func() error { _, err := decodedAs[struct{ N int8 }](t, `{"N":1.5}`); return err },
		"a struct": func() error {
			_, err := decodedAs[struct {
				Exp struct{} `json:"exp"`
			}](t, `{"exp":1}`)
			return err
		},
		"a type that no JSON fits": func() error {
			_, err := decodedAs[struct {
				Exp chan int `json:"exp"`
			}](t, `{"exp":{}}`)
			return err
		},
	} {
		err := fails()
		require.Error(t, err, name)
		assertClass(t, err, jwt.ErrInvalidToken)
		assert.NotContains(t, err.Error(), "reads any date", name)
	}
	_, err = jwt.Get[[]string](jwt.Claims{"roles": "a"}, "roles")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "jwt.Audience")
	_, err = jwt.Get[jwt.Audience](jwt.Claims{"aud": []any{1}}, "aud")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "reads one string")
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
