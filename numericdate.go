package jwt

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// A NumericDate is a point in time as "exp", "nbf" and "iat" hold it: a JSON
// number of seconds since 1970-01-01T00:00:00Z, leap seconds left out
// (RFC 7519, Section 2). It reads and writes itself as such a number, in JSON
// and as text, in the years 1 to 9999; a fraction of a second is kept to the
// nanosecond. The zero value marshals as null, which no verifier accepts for a
// date, so give fields of this type the tag omitzero.
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

// UnmarshalJSON reads a JSON number; null leaves n as it was. Anything else is
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

// UnmarshalText reads decimal text, as a JSON number is written. Anything else
// is an [ErrDecode]. A fraction is cut to the nanosecond.
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

// An instant is a number of seconds since 1970 as exact as comparing needs:
// sec + nsec/1e9, and where more is set, by less than a nanosecond later.
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

// add returns i later by d. It stays put at the ends of int64, which only a
// clock gone mad comes near.
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
	if sec < 0 && nsec > 0 { // -1.5 is two seconds before zero and half a second after that
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

// parseInstant reads a JSON number as seconds, digit by digit: a float64 would
// round, and a big number would take as long as its exponent says. The text is
// known to be a JSON number; false means outside the years 1 to 9999.
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
	place := len(whole) - 1 + exponent // the power of ten that the first digit counts
	var i instant
	for _, c := range mantissa {
		if c == '.' {
			continue
		}
		switch digit := int64(c - '0'); {
		case digit == 0:
		case place >= len(powersOfTen):
			return instant{}, false // 1e12 is in the year 33658
		case place >= 0:
			i.sec += digit * powersOfTen[place]
		case place >= -9:
			i.nsec += int32(digit * powersOfTen[place+9])
		default:
			i.more = true
		}
		place--
	}
	if negative {
		i = i.negate()
	}
	return i, i.inRange()
}

// wholeSeconds reads a number of twelve digits at most and nothing else.
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

// cutExponent parts a JSON number at its exponent, which it cuts off at a
// thousand: far more than the 256 characters of a number could make up for.
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

// negate keeps the rule that the fraction counts upwards.
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
