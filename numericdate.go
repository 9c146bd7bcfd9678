package jwt

import (
	"bytes"
	"math"
	"strconv"
	"time"

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
	i := instantOf(n.Time)
	if !i.inRange() {
		return dst, badOption("a date must lie in the years 1 to 9999")
	}
	return i.append(dst), nil
}

// UnmarshalText reads a decimal number in the syntax of JSON. Anything else is an
// [ErrDecode]. A fraction is cut to the nanosecond.
func (n *NumericDate) UnmarshalText(text []byte) error {
	if n == nil {
		return badOption("UnmarshalText was given a nil pointer to read into")
	}
	i, ok := instant{}, strictjson.IsNumber(text)
	if ok {
		i, ok = parseInstant(text)
	}
	if !ok {
		return malformed("", quote(string(text))+" is no date; a number of seconds since 1970 in the years 1 to 9999 is wanted")
	}
	n.Time = i.time()
	return nil
}

// An instant is a number of seconds since 1970: sec + nsec/1e9. If more is set, it is later
// by less than a nanosecond. That is exact enough for comparisons.
type instant struct {
	sec  int64
	nsec int32
	more bool
}

const (
	firstSecond = -62135596800 // 0001-01-01T00:00:00Z
	lastSecond  = 253402300799 // 9999-12-31T23:59:59Z
)

func instantOf(t time.Time) instant { return instant{sec: t.Unix(), nsec: int32(t.Nanosecond())} }

func (i instant) time() time.Time { return time.Unix(i.sec, int64(i.nsec)).UTC() }

func (i instant) inRange() bool { return firstSecond <= i.sec && i.sec <= lastSecond }

// after reports whether i is later than j.
func (i instant) after(j instant) bool {
	if i.sec != j.sec {
		return i.sec > j.sec
	}
	if i.nsec != j.nsec {
		return i.nsec > j.nsec
	}
	return i.more && !j.more
}

// add returns i later by d. If the sum overflows int64, it returns the end of the range.
func (i instant) add(d time.Duration) instant {
	sec, nsec := int64(d/time.Second), i.nsec+int32(d%time.Second)
	if nsec < 0 {
		sec, nsec = sec-1, nsec+1e9
	} else if nsec >= 1e9 {
		sec, nsec = sec+1, nsec-1e9
	}
	switch sum := i.sec + sec; {
	case sec > 0 && sum < i.sec:
		i.sec = math.MaxInt64
	case sec < 0 && sum > i.sec:
		i.sec = math.MinInt64
	default:
		i.sec = sum
	}
	i.nsec = nsec
	return i
}

// append writes the number that parseInstant reads back as i.
func (i instant) append(dst []byte) []byte {
	sec, nsec := i.sec, i.nsec
	if sec < 0 && nsec > 0 { // -1.5 is -2 seconds and +0.5 seconds
		sec, nsec = sec+1, 1e9-nsec
		if sec == 0 {
			dst = append(dst, '-')
		}
	}
	dst = strconv.AppendInt(dst, sec, 10)
	if nsec > 0 {
		fraction := strconv.AppendInt(nil, int64(nsec)+1e9, 10)
		fraction[0] = '.'
		for fraction[len(fraction)-1] == '0' {
			fraction = fraction[:len(fraction)-1]
		}
		dst = append(dst, fraction...)
	}
	return dst
}

// parseInstant reads a JSON number as seconds, digit by digit. A float64 would round, and
// math/big would need time and memory in proportion to the exponent. The text must be a
// JSON number. parseInstant returns false if it is outside the years 1 to 9999.
func parseInstant(number []byte) (instant, bool) {
	if i, ok := wholeSeconds(number); ok { // as nearly all are
		return i, i.inRange()
	}
	text := number
	negative := text[0] == '-'
	if negative {
		text = text[1:]
	}
	mantissa, exponent := cutExponent(text)
	whole, _, _ := bytes.Cut(mantissa, []byte("."))
	power := len(whole) - 1 + exponent // the power of ten of the first digit
	var i instant
	for _, c := range mantissa {
		if c == '.' {
			continue
		}
		switch digit := int64(c - '0'); {
		case digit == 0:
		case power >= len(powersOfTen):
			return instant{}, false // 1e12 is in the year 33658
		case power >= 0:
			i.sec += digit * powersOfTen[power]
		case power >= -9:
			i.nsec += int32(digit * powersOfTen[power+9])
		default:
			i.more = true
		}
		power--
	}
	if negative {
		i = i.negate()
	}
	return i, i.inRange()
}

// wholeSeconds reads a number of at most twelve digits, without sign, fraction or exponent.
func wholeSeconds(number []byte) (i instant, ok bool) {
	if len(number) > 12 {
		return i, false
	}
	for _, c := range number {
		digit := c - '0'
		if digit > 9 {
			return i, false
		}
		i.sec = i.sec*10 + int64(digit)
	}
	return i, true
}

var powersOfTen = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11}

// cutExponent splits a JSON number at its exponent. It limits the exponent to ±1000: a
// number has at most 256 characters, so with such an exponent it is zero, out of range, or
// less than a nanosecond.
func cutExponent(number []byte) (mantissa []byte, exponent int) {
	i := bytes.IndexAny(number, "eE")
	if i < 0 {
		return number, 0
	}
	text := number[i+1:]
	below := text[0] == '-'
	if below || text[0] == '+' {
		text = text[1:]
	}
	for _, c := range text {
		exponent = min(exponent*10+int(c-'0'), 1000)
	}
	if below {
		exponent = -exponent
	}
	return number[:i], exponent
}

// negate returns -i. The fraction must stay positive, so it may borrow a second.
func (i instant) negate() instant {
	i.sec, i.nsec = -i.sec, -i.nsec
	if i.more {
		i.nsec--
	}
	if i.nsec < 0 {
		i.sec, i.nsec = i.sec-1, i.nsec+1e9
	}
	return i
}
