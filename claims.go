package jwt

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// Claims is a claims set (RFC 7519, Section 4): the members of the JSON object
// that a token carries.
//
// In a decoded one, a number written without fraction or exponent is an int64,
// beyond that range a json.Number; any other number is a float64, or a
// json.Number where no float64 holds it; an object is a map[string]any, an array
// a []any. The methods give the registered claims, [Get] any other one. They also
// read what a program may put there, such as a [time.Time] under "exp".
//
// Where other libraries make each number a float64, claims["user_id"].(float64) is
// common. Here an ID is an int64: that expression panics, and with a second result
// its ok is false and the ID 0. Get[int64](claims, "user_id") reads it, and fails
// where it is something else.
//
// It is a map like any other: safe for concurrent use as long as nobody writes.
type Claims map[string]any

// Issuer returns "iss"; "" where it is absent or no string.
func (c Claims) Issuer() string { return c.text("iss") }

// Subject returns "sub"; "" where it is absent or no string.
func (c Claims) Subject() string { return c.text("sub") }

// ID returns "jti"; "" where it is absent or no string.
func (c Claims) ID() string { return c.text("jti") }

// Audience returns "aud"; nil where it is absent, an empty list, or no string or list
// of strings.
func (c Claims) Audience() Audience {
	switch aud := c["aud"].(type) {
	case string:
		return Audience{aud}
	case []string:
		return append(Audience(nil), aud...)
	case Audience:
		return append(Audience(nil), aud...)
	case []any:
		var list Audience
		for i := range aud {
			one, ok := aud[i].(string)
			if !ok {
				return nil
			}
			list = append(list, one)
		}
		return list
	}
	return nil
}

// ExpiresAt returns "exp"; the zero time where it is absent or no date.
func (c Claims) ExpiresAt() time.Time { return c.date("exp") }

// NotBefore returns "nbf"; the zero time where it is absent or no date.
func (c Claims) NotBefore() time.Time { return c.date("nbf") }

// IssuedAt returns "iat"; the zero time where it is absent or no date.
func (c Claims) IssuedAt() time.Time { return c.date("iat") }

func (c Claims) text(name string) string {
	text, _ := c[name].(string)
	return text
}

func (c Claims) date(name string) time.Time {
	t, _ := dateOf(c[name])
	return t
}

// dateOf reads a date from whatever a token or a program may have put there.
func dateOf(value any) (time.Time, bool) {
	switch v := value.(type) {
	case nil:
		return time.Time{}, false
	case time.Time:
		return v, true
	case NumericDate:
		return v.Time, true
	case *time.Time:
		if v != nil {
			return *v, true
		}
		return time.Time{}, false
	case *NumericDate:
		if v != nil {
			return v.Time, true
		}
		return time.Time{}, false
	case time.Duration: // an integer that is no date
		return time.Time{}, false
	case json.Number:
		if !strictjson.IsNumber([]byte(v)) {
			return time.Time{}, false
		}
		i, ok := parseInstant([]byte(v))
		return i.timeIf(ok)
	}
	var number []byte
	switch v := reflect.ValueOf(value); {
	case v.CanInt():
		number = strconv.AppendInt(nil, v.Int(), 10)
	case v.CanUint():
		number = strconv.AppendUint(nil, v.Uint(), 10)
	case v.CanFloat():
		var err error
		if number, err = new(strictjson.Writer).Append(nil, v.Float()); err != nil {
			return time.Time{}, false
		}
	default:
		return time.Time{}, false
	}
	i, ok := parseInstant(number)
	return i.timeIf(ok)
}

func (i instant) timeIf(ok bool) (time.Time, bool) {
	if !ok {
		return time.Time{}, false
	}
	return i.time(), true
}

// Get returns one claim as a T: a number exactly or not at all, a nested object
// as a struct or map, a date as a [NumericDate] or [time.Time]. It fits values as
// [Decoder.DecodeInto] does, but changes none on the way: a list fits a Go array of
// its length alone, and null is no element of a list or map whose type cannot tell
// it from other values. What it returns shares no memory with c.
//
// A claim that is absent or null is an [ErrMissingClaim]; one that does not fit
// T is an [ErrInvalidToken]. Both name it in [InvalidTokenError].
func Get[T any](c Claims, name string) (T, error) {
	var out, zero T
	value := c[name]
	switch target := any(&out).(type) {
	case *time.Time:
		if t, ok := dateOf(value); ok {
			*target = t
			return out, nil
		}
	case *NumericDate:
		if t, ok := dateOf(value); ok {
			target.Time = t
			return out, nil
		}
	case *string:
		if text, ok := value.(string); ok {
			*target = text
			return out, nil
		}
	}
	if value == nil {
		return zero, missing(name)
	}
	// Everything else goes the way of a token: it is written as JSON, which is parsed
	// and fills the T. In a token it would be in the object of the claims set.
	w := strictjson.Writer{Format: jsonFormat, Depth: 1}
	text, err := w.Append(nil, value)
	d := strictjson.Document{Exact: true}
	if err == nil && !d.ParseValue(text) {
		err = errors.New(d.Problem())
	}
	if err == nil {
		if d.Kind(0) == strictjson.Null {
			return zero, missing(name)
		}
		err = d.Fill(reflect.ValueOf(&out).Elem(), jsonFormat.Plan(reflect.TypeFor[T]()))
	}
	if err != nil {
		return zero, unfitClaim(name, err)
	}
	return out, nil
}

func missing(name string) *failure {
	return badClaim(ErrMissingClaim, name, "the token has no claim "+quote(name))
}

// wantedBy says which option asks for it.
func (f *failure) wantedBy(option string) *failure {
	f.text += ", which " + option + " asks for"
	return f
}

// RegisteredClaims are the seven of RFC 7519, Section 4.1, for embedding into a
// struct with claims of one's own. Absent ones are zero, and zero ones are left
// out when writing. It has no JSON methods, so the fields around it stay. Those
// of a decoded token are checked already, by the policy of its decoder.
//
// Embed it without a field name and without a tag: as a named or tagged field it would
// be one member of the token, and its "exp" no claim, so [Encode] and
// [Decoder.DecodeInto] refuse such a struct with an [ErrInvalidOption]. A type that is
// embedded beside it and has a MarshalJSON would write in place of the whole struct:
// Encode refuses a payload whose MarshalJSON leaves out a claim that is set here.
type RegisteredClaims struct {
	Issuer    string      `json:"iss,omitempty"` // who made the token
	Subject   string      `json:"sub,omitempty"` // whom it speaks of
	Audience  Audience    `json:"aud,omitempty"` // which services it is for
	ExpiresAt NumericDate `json:"exp,omitzero"`  // from then on it is refused
	NotBefore NumericDate `json:"nbf,omitzero"`  // before then it is refused
	IssuedAt  NumericDate `json:"iat,omitzero"`  // when it was made
	ID        string      `json:"jti,omitempty"` // unique to it
}
