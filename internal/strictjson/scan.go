package strictjson

import (
	"bytes"
	"encoding/hex"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Scanning JSON tokens: where each ends, and what is wrong with it. The functions have no
// state except a text and an offset.

// space returns the offset after the white space at pos.
func space(text []byte, pos int) int {
	for pos < len(text) && text[pos] <= ' ' && isSpace(text[pos]) {
		pos++
	}
	return pos
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// scanNumber returns the offset after the number at pos, and whether it has
// neither fraction nor exponent (RFC 8259, Section 6).
func scanNumber(text []byte, pos int) (end int, integer bool, fault *Fault) {
	start := pos
	if text[pos] == '-' {
		pos++
	}
	if pos < len(text) && text[pos] == '0' {
		pos++
	} else if first := pos; true {
		if pos = digits(text, pos); pos == first {
			return start, false, faultNoValue
		}
	}
	integer = true
	if pos < len(text) && text[pos] == '.' {
		integer = false
		first := pos + 1
		if pos = digits(text, first); pos == first {
			return start, false, faultPoint
		}
	}
	if pos < len(text) && text[pos]|0x20 == 'e' {
		integer = false
		if pos++; pos < len(text) && (text[pos] == '+' || text[pos] == '-') {
			pos++
		}
		first := pos
		if pos = digits(text, first); pos == first {
			return start, false, faultExponent
		}
	}
	if pos-start > maxNumber {
		return pos, integer, faultNumber
	}
	return pos, integer, nil
}

// NumberLen returns the length of the JSON number that text begins with, or 0.
func NumberLen(text []byte) int {
	if len(text) > 0 {
		if end, _, fault := scanNumber(text, 0); fault == nil {
			return end
		}
	}
	return 0
}

// IsNumber reports whether text is a JSON number and nothing else.
func IsNumber(text []byte) bool { return len(text) > 0 && NumberLen(text) == len(text) }

// digits returns the offset after the digits at pos.
func digits(text []byte, pos int) int {
	for pos < len(text) && text[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// scanString returns the offset after the closing quote of a string, or the offset of a
// fault. The opening quote is at pos. For loose see ParseLoose.
func scanString(text []byte, pos int, loose bool) (end int, escaped bool, fault *Fault) {
	start := pos
	for pos++; len(text)-pos >= 8; pos += 8 { // the same as in plain; nearly all strings end here
		if special := specials(load(text, pos)); special != 0 {
			if pos += bits.TrailingZeros64(special) / 8; text[pos] == '"' {
				return pos + 1, false, nil
			}
			break
		}
	}
	for pos = plain(text, pos); ; pos = plain(text, pos) {
		if pos == len(text) {
			return start, false, faultQuote
		}
		switch c := text[pos]; {
		case c == '"':
			return pos + 1, escaped, nil
		case c == '\\':
			escaped = true
			_, after := escape(text, pos, loose)
			if after < 0 {
				return pos, false, faultEscape
			}
			pos = after
		case c < 0x20:
			return pos, false, faultControl
		default:
			r, size := utf8.DecodeRune(text[pos:])
			if r == utf8.RuneError && size == 1 && !loose {
				return pos, false, faultUTF8
			}
			pos += size
		}
	}
}

// plain returns the offset of the first special byte from pos on: a quote, a backslash, a
// control character or a byte outside ASCII. It reads eight bytes a step.
func plain[T string | []byte](text T, pos int) int {
	for ; len(text)-pos >= 8; pos += 8 {
		if special := specials(load(text, pos)); special != 0 {
			return pos + bits.TrailingZeros64(special)/8
		}
	}
	if len(text) >= 8 && pos < len(text) {
		// The last eight bytes, without those that were read. The zeros shifted in count as
		// control characters, so the search ends at the end of the text.
		w := load(text, len(text)-8) >> (8 * (8 - (len(text) - pos)))
		return pos + bits.TrailingZeros64(specials(w))/8
	}
	for ; pos < len(text); pos++ {
		if c := text[pos]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
	}
	return pos
}

// load reads eight bytes as a little-endian integer.
func load[T string | []byte](text T, pos int) uint64 {
	s := text[pos : pos+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// specials sets the top bit of each special byte. A subtraction makes ASCII bytes that are too
// small wrap around. That borrows from the next higher byte, whose bit may then be wrong. But
// the lowest bit that is set is always right.
func specials(w uint64) uint64 {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	quote, slash := w^ones*'"', w^ones*'\\'
	return ((quote - ones) | (slash - ones) | (w - ones*0x20) | w) & tops
}

// escape returns the character of the escape at pos, and the offset after it, or -1 if it is
// invalid. A surrogate is valid only in a pair, unless loose is true.
func escape(text []byte, pos int, loose bool) (r rune, after int) {
	if pos+1 >= len(text) {
		return 0, -1
	}
	if n := strings.IndexByte(escapeLetters, text[pos+1]); n >= 0 {
		return rune(escapeMeanings[n]), pos + 2
	}
	r = hexRune(text, pos)
	if utf16.IsSurrogate(r) {
		if pair := utf16.DecodeRune(r, hexRune(text, pos+6)); pair != utf8.RuneError {
			return pair, pos + 12
		}
	}
	if r < 0 || utf16.IsSurrogate(r) && !loose {
		return 0, -1
	}
	return r, pos + 6
}

// hexRune reads \uXXXX at pos. It returns -1 if there is anything else.
func hexRune(text []byte, pos int) rune {
	if pos+6 > len(text) || text[pos] != '\\' || text[pos+1] != 'u' {
		return -1
	}
	var r [2]byte
	if _, err := hex.Decode(r[:], text[pos+2:pos+6]); err != nil {
		return -1
	}
	return rune(r[0])<<8 | rune(r[1])
}

// The second bytes of short escapes, and the characters that they stand for.
const escapeLetters, escapeMeanings = `bfnrt"\/`, "\b\f\n\r\t\"\\/"

// appendUnescaped appends a JSON string without its escapes. text has no quotes around it, and
// was checked by scanString. Half a surrogate pair becomes U+FFFD.
func appendUnescaped(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 {
			return append(dst, text...)
		}
		r, after := escape(text, i, true)
		dst = utf8.AppendRune(append(dst, text[:i]...), r)
		text = text[after:]
	}
}
