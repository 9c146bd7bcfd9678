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
// The values of decoded claims have these types:
//
//   - a string, a bool or nil;
//   - int64 for a number without fraction or exponent, json.Number if it is out of range;
//   - float64 for any other number, json.Number if no float64 holds it;
//   - map[string]any for an object, []any for an array.
//
// [Claims.Subject] and the other methods return the registered claims, [Get] returns any
// other claim. All of them also read the Go values that a program may put into the map,
// such as a [time.Time] under "exp".
//
// Other libraries decode each number as a float64, so programs contain expressions such as
// claims["user_id"].(float64). Here an ID is an int64. The expression panics, or with a
// second result gives 0 and false. Use Get[int64](claims, "user_id"): it returns the ID,
// or an error if the claim is no integer.
//
// Like any map it is safe for concurrent use as long as no goroutine writes to it.
type Claims map[string]any

// Issuer returns "iss"; "" if it is absent or no string.
func (c Claims) Issuer() string { return c.text("iss") }

// Subject returns "sub"; "" if it is absent or no string.
func (c Claims) Subject() string { return c.text("sub") }

// ID returns "jti"; "" if it is absent or no string.
func (c Claims) ID() string { return c.text("jti") }

// Audience returns "aud"; nil if it is absent, an empty list, or neither a string nor a
// list of strings.
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

// ExpiresAt returns "exp"; the zero time if it is absent or no date.
func (c Claims) ExpiresAt() time.Time { return c.date("exp") }

// NotBefore returns "nbf"; the zero time if it is absent or no date.
func (c Claims) NotBefore() time.Time { return c.date("nbf") }

// IssuedAt returns "iat"; the zero time if it is absent or no date.
func (c Claims) IssuedAt() time.Time { return c.date("iat") }

func (c Claims) text(name string) string {
	text, _ := c[name].(string)
	return text
}

func (c Claims) date(name string) time.Time {
	t, _ := dateOf(c[name])
	return t
}

// dateOf reads a date from any value that a token or a program may have put into Claims.
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
	case time.Duration: // an integer underneath, but not a date
		return time.Time{}, false
	case json.Number:
		if !strictjson.IsNumber([]byte(v)) {
			return time.Time{}, false
		}
		return parseDate([]byte(v))
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
	return parseDate(number)
}

// Get returns one claim as a T. A T may be a struct or map for a nested object, a
// [NumericDate] or [time.Time] for a date. It converts values as [Decoder.DecodeInto]
// does, but loses nothing:
//
//   - A number must be exact in T.
//   - A list fits a Go array of the same length only.
//   - A null inside a list or map fits only if the element type can represent it, such as
//     a pointer: it never becomes a zero value.
//
// The result shares no memory with c.
//
// A claim that is absent or null is an [ErrMissingClaim]; one that does not fit T is an
// [ErrInvalidToken]. Both name the claim in [InvalidTokenError].
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
	// Any other value is written as JSON and read again, as in a token. Depth is 1: in a
	// token the value would be inside the object of the claims set.
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

// wantedBy adds the option that asks for the claim.
func (f *failure) wantedBy(option string) *failure {
	f.text += ", which " + option + " asks for"
	return f
}

// RegisteredClaims are the seven registered claims of RFC 7519, Section 4.1. Embed it in a
// struct that has the program's other claims as fields. Absent claims are zero, and zero
// ones are not written. It has no JSON methods, which would hide the fields around it. In a
// decoded token the claims were already checked by the policy of the decoder.
//
// Embed it without a field name and without a tag. As a named or tagged field it would be
// one member of the token, and its "exp" would not be a claim, so [Encode] and
// [Decoder.DecodeInto] refuse such a struct with an [ErrInvalidOption]. If another embedded
// type has a MarshalJSON, Go uses it for the whole struct. So Encode refuses a payload whose
// MarshalJSON leaves out a claim that is set here.
type RegisteredClaims struct {
	Issuer    string      `json:"iss,omitempty"` // who made the token
	Subject   string      `json:"sub,omitempty"` // whom the token is about
	Audience  Audience    `json:"aud,omitempty"` // which services the token is for
	ExpiresAt NumericDate `json:"exp,omitzero"`  // the token is refused from this time on
	NotBefore NumericDate `json:"nbf,omitzero"`  // the token is refused before this time
	IssuedAt  NumericDate `json:"iat,omitzero"`  // when the token was made
	ID        string      `json:"jti,omitempty"` // a unique ID of the token
}
