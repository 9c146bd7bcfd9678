package jwt

import (
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// JSON texts of single values, and of lists of strings.

// appendCompact appends valid JSON without the space between its tokens.
func appendCompact(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ', '\t', '\n', '\r':
		case '"':
			start := i
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			dst = append(dst, text[start:i+1]...)
		default:
			dst = append(dst, text[i])
		}
	}
	return dst
}

// compactLen is how much of a text appendCompact would append. The text may be no JSON.
func compactLen(text []byte) (n int) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ', '\t', '\n', '\r':
		case '"':
			start := i
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			n += i + 1 - start
		default:
			n++
		}
	}
	return n
}

// appendJSONString appends text in quotes.
func appendJSONString(dst []byte, text string) ([]byte, error) {
	return new(writer).string(dst, text)
}

// string appends text in quotes.
func (w *writer) string(dst []byte, text string) ([]byte, error) {
	if w.exceeds(dst, len(text)) {
		return dst, errTooLarge
	}
	dst = append(dst, '"')
	done := 0
	for pos := 0; ; {
		if pos = plain(text, pos); pos == len(text) {
			break
		}
		c := text[pos]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[pos:])
			if r == utf8.RuneError && size == 1 {
				return dst, errNotUTF8
			}
			pos += size
			continue
		}
		dst = append(dst, text[done:pos]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		pos++
		done = pos
		if w.exceeds(dst, len(text)-done) { // the escapes are what is too much
			return dst, errTooLarge
		}
	}
	dst = append(dst, text[done:]...)
	return append(dst, '"'), nil
}

// appendJSONFloat writes the shortest text that reads back as f, with an
// exponent where ECMAScript has one (below 1e-6, from 1e21 on).
func appendJSONFloat(dst []byte, f float64, size int) ([]byte, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return dst, errNoJSONFor
	}
	format := byte('f')
	small, large := math.Abs(f) < 1e-6, math.Abs(f) >= 1e21
	if size == 32 {
		small, large = float32(math.Abs(f)) < 1e-6, float32(math.Abs(f)) >= 1e21
	}
	if f != 0 && (small || large) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, f, format, -1, size)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-09 is written e-9
		dst = dst[:n-1]
	}
	return dst, nil
}

// appendNumber writes a json.Number, whose empty text is zero.
func appendNumber(dst []byte, text string) ([]byte, error) {
	if text == "" {
		text = "0"
	}
	if len(text) > maxJSONNumber || !isJSONNumber([]byte(text)) {
		return dst, errNotJSON
	}
	return append(dst, text...), nil
}

// strings appends an array of strings. It has its own loop, since long lists of strings
// are common and array calls a function for each element. string looks at the limit.
func (w *writer) strings(dst []byte, list []string) ([]byte, error) {
	if w.depth == maxJSONDepth {
		return dst, errTooDeep
	}
	dst = append(dst, '[')
	var err error
	for i, text := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = w.string(dst, text); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// stringsOrNull appends the same, and null for nil as encoding/json does.
func (w *writer) stringsOrNull(dst []byte, list []string) ([]byte, error) {
	if list == nil {
		return append(dst, "null"...), nil
	}
	return w.strings(dst, list)
}

// audience appends one string where there is one, else an array.
func (w *writer) audience(dst []byte, a Audience) ([]byte, error) {
	if len(a) == 1 {
		return w.string(dst, a[0])
	}
	return w.strings(dst, a)
}

// interfaceOf takes a value out of a reflect.Value, without a copy on the heap
// where it has an address.
func interfaceOf[T any](v reflect.Value) T {
	if v.CanAddr() {
		return *v.Addr().Interface().(*T)
	}
	return v.Interface().(T)
}
