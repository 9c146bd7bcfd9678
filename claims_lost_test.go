package jwt_test

import (
	"encoding/json"
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

// A subjectLeftOut writes itself without the claim of its own field, and embeds nothing.
type subjectLeftOut struct {
	Subject string `json:"sub"`
	User    writes `json:"user"`
}

func (s subjectLeftOut) MarshalJSON() ([]byte, error) { return s.User.MarshalJSON() }

// A readsSubject fills one claim of its RegisteredClaims, and no other.
type readsSubject struct{ jwt.RegisteredClaims }

func (r *readsSubject) UnmarshalJSON(text []byte) error {
	var object struct {
		Sub string `json:"sub"`
	}
	err := json.Unmarshal(text, &object)
	r.Subject = object.Sub
	return err
}

// With the name of the package these have 64 letters, and 65.
type (
	namedInSixtyFourLettersAndNotInOneMoreThanThatAsYouSee0  struct{ writes }
	namedInSixtyFourLettersAndNotInOneMoreThanThatAsYouSee01 struct{ writes }
)

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
		{"promoted from a type whose name is as long as is told", struct {
			jwt.RegisteredClaims
			namedInSixtyFourLettersAndNotInOneMoreThanThatAsYouSee0
		}{RegisteredClaims: set}, "jwt_test.namedInSixtyFourLettersAndNotInOneMoreThanThatAsYouSee0 brings"},
		{"promoted from a type with a longer name", struct {
			jwt.RegisteredClaims
			namedInSixtyFourLettersAndNotInOneMoreThanThatAsYouSee01
		}{RegisteredClaims: set}, "jwt_test.namedInSixtyFourLettersAndNotInOneMoreThanThatAsYouSee0… brings"},
		{"two that clash", embedding(jwt.RegisteredClaims{}, Second{}), `"sub"`},
		{"twice the same", struct {
			base
			pointing
		}{base{set}, pointing{}}, "two fields"},

		{"promoted, nothing set", struct {
			jwt.RegisteredClaims
			writes
		}{jwt.RegisteredClaims{Audience: jwt.Audience{}}, writes{"a"}}, ""},
		{"promoted, a date that is zero elsewhere", struct {
			jwt.RegisteredClaims
			writes
		}{jwt.RegisteredClaims{ExpiresAt: jwt.NumericDate{Time: time.Time{}.In(time.FixedZone("", 3600))}}, writes{"a"}}, ""},
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
		{"its own, without the claim of its own field", subjectLeftOut{"s", writes{"a"}}, ""},
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
				assert.NotContains(t, err.Error(), "cannot be encoded", "it is the type that is wrong")
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
		assert.Contains(t, err.Error(), "the UnmarshalJSON of the struct")
		_, err = decodedAs[whole](t, payload)
		assert.NoError(t, err)
	}
	_, err := decodedAs[tagged](t, `{"sub":"s","name":"a"}`)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClaim(t, err, "sub")

	got, err := decodedAs[promoted](t, `{"name":"a","aud":[],"sub":"","iss":""}`)
	require.NoError(t, err, "nothing is lost")
	assert.Equal(t, "a", got.name)
	_, err = decodedAs[struct{ readsSubject }](t, `{"sub":"s","exp":1}`)
	require.NoError(t, err, "it knows of its RegisteredClaims, and leaves out what it does not want")
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
