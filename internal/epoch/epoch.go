// Package epoch has points in time as numbers of seconds since 1970-01-01T00:00:00Z, without
// leap seconds, and reads and writes them as decimal numbers without rounding.
package epoch

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// Seconds is a number of seconds since 1970: sec + nsec/1e9. If more is set, it is later by
// less than a nanosecond. That is exact enough for comparisons. The zero value is 1970.
type Seconds struct {
	sec  int64
	nsec int32
	more bool
}

const (
	firstSecond = -62135596800 // 0001-01-01T00:00:00Z
	lastSecond  = 253402300799 // 9999-12-31T23:59:59Z
)

// Of returns the seconds of a time.
func Of(t time.Time) Seconds { return Seconds{sec: t.Unix(), nsec: int32(t.Nanosecond())} }

// Time returns the time in UTC, rounded down to the nanosecond.
func (s Seconds) Time() time.Time { return time.Unix(s.sec, int64(s.nsec)).UTC() }

// InRange reports whether the year is 1 to 9999.
func (s Seconds) InRange() bool { return firstSecond <= s.sec && s.sec <= lastSecond }

// After reports whether s is later than t.
func (s Seconds) After(t Seconds) bool {
	if s.sec != t.sec {
		return s.sec > t.sec
	}
	if s.nsec != t.nsec {
		return s.nsec > t.nsec
	}
	return s.more && !t.more
}

// Add returns s plus d. If the sum overflows int64, it returns the end of the range.
func (s Seconds) Add(d time.Duration) Seconds {
	sec, nsec := int64(d/time.Second), s.nsec+int32(d%time.Second)
	if nsec < 0 {
		sec, nsec = sec-1, nsec+1e9
	} else if nsec >= 1e9 {
		sec, nsec = sec+1, nsec-1e9
	}
	switch sum := s.sec + sec; {
	case sec > 0 && sum < s.sec:
		s.sec = math.MaxInt64
	case sec < 0 && sum > s.sec:
		s.sec = math.MinInt64
	default:
		s.sec = sum
	}
	s.nsec = nsec
	return s
}

// Append appends the number that Parse reads back as s.
func (s Seconds) Append(dst []byte) []byte {
	sec, nsec := s.sec, s.nsec
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

// Parse reads a number digit by digit. A float64 would round, and math/big would need time and
// memory in proportion to the exponent. The text must be a JSON number. Parse returns false if
// it is outside the years 1 to 9999.
func Parse(number []byte) (Seconds, bool) {
	if s, ok := wholeSeconds(number); ok { // as nearly all are
		return s, s.InRange()
	}
	text := number
	negative := text[0] == '-'
	if negative {
		text = text[1:]
	}
	mantissa, exponent := cutExponent(text)
	whole, _, _ := bytes.Cut(mantissa, []byte("."))
	power := len(whole) - 1 + exponent // the power of ten of the first digit
	var s Seconds
	for _, c := range mantissa {
		if c == '.' {
			continue
		}
		switch digit := int64(c - '0'); {
		case digit == 0:
		case power >= len(powersOfTen):
			return Seconds{}, false // 1e12 is in the year 33658
		case power >= 0:
			s.sec += digit * powersOfTen[power]
		case power >= -9:
			s.nsec += int32(digit * powersOfTen[power+9])
		default:
			s.more = true
		}
		power--
	}
	if negative {
		s = s.negate()
	}
	return s, s.InRange()
}

// wholeSeconds reads a number of at most twelve digits, without sign, fraction or exponent.
func wholeSeconds(number []byte) (s Seconds, ok bool) {
	if len(number) > 12 {
		return s, false
	}
	for _, c := range number {
		digit := c - '0'
		if digit > 9 {
			return s, false
		}
		s.sec = s.sec*10 + int64(digit)
	}
	return s, true
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

// negate returns -s. The fraction must stay positive, so it may borrow a second.
func (s Seconds) negate() Seconds {
	s.sec, s.nsec = -s.sec, -s.nsec
	if s.more {
		s.nsec--
	}
	if s.nsec < 0 {
		s.sec, s.nsec = s.sec-1, s.nsec+1e9
	}
	return s
}
