package jwt

import (
	"time"

	"github.com/token-jwt/jwt/internal/epoch"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// A NumericDate is the value of "exp", "nbf" and "iat": a point in time, written as a JSON
// number of seconds since 1970-01-01T00:00:00Z, without leap seconds (RFC 7519, Section 2).
// The JSON form and the text form are this number. The year is 1 to 9999, and fractions of a
// second are kept to the nanosecond. The zero value marshals as null, which no verifier
// accepts as a date, so give fields of this type the tag omitzero.
type NumericDate struct{ time.Time }

// NewNumericDate returns t in UTC, rounded down to the second. The zero time gives
// the zero value.
func NewNumericDate(t time.Time) NumericDate {
	if t.IsZero() {
		return NumericDate{}
	}
	return NumericDate{time.Unix(t.Unix(), 0).UTC()}
}

// MarshalJSON writes a JSON number, or null for the zero value. A year outside
// 1 to 9999 is an [ErrInvalidOption].
func (n NumericDate) MarshalJSON() ([]byte, error) {
	return n.appendJSON(nil)
}

func (n NumericDate) appendJSON(dst []byte) ([]byte, error) {
	if n.IsZero() {
		return append(dst, "null"...), nil
	}
	return n.AppendText(dst)
}

// UnmarshalJSON reads a JSON number; null leaves n unchanged. Anything else is
// an [ErrDecode].
func (n *NumericDate) UnmarshalJSON(text []byte) error {
	if n == nil {
		return badOption("UnmarshalJSON was given a nil pointer to read into")
	}
	if string(text) == "null" {
		return nil
	}
	return n.UnmarshalText(text)
}

// MarshalText writes the seconds as decimal text. The zero value and a year
// outside 1 to 9999 are an [ErrInvalidOption].
func (n NumericDate) MarshalText() ([]byte, error) { return n.AppendText(nil) }

// AppendText appends to dst what MarshalText writes. On an error it appends
// nothing.
func (n NumericDate) AppendText(dst []byte) ([]byte, error) {
	if n.IsZero() {
		return dst, badOption("a zero date has no number of seconds; leave the claim out with the tag omitzero")
	}
	seconds := epoch.Of(n.Time)
	if !seconds.InRange() {
		return dst, badOption("a date must lie in the years 1 to 9999")
	}
	return seconds.Append(dst), nil
}

// UnmarshalText reads a decimal number in the syntax of JSON. Anything else is an
// [ErrDecode]. A fraction is cut to the nanosecond.
func (n *NumericDate) UnmarshalText(text []byte) error {
	if n == nil {
		return badOption("UnmarshalText was given a nil pointer to read into")
	}
	date, ok := time.Time{}, strictjson.IsNumber(text)
	if ok {
		date, ok = parseDate(text)
	}
	if !ok {
		return malformed("", quote(string(text))+" is no date; a number of seconds since 1970 in the years 1 to 9999 is wanted")
	}
	n.Time = date
	return nil
}

// parseDate reads a JSON number. It returns false if the date is outside the years 1 to 9999.
func parseDate(number []byte) (time.Time, bool) {
	seconds, ok := epoch.Parse(number)
	if !ok {
		return time.Time{}, false
	}
	return seconds.Time(), true
}
