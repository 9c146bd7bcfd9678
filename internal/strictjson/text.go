package strictjson

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Writing strings, numbers, and lists of strings.

// AppendString appends text in quotes.
func (w *Writer) AppendString(dst []byte, text string) ([]byte, error) {
	if w.exceeds(dst, len(text)) {
		return dst, ErrTooLarge
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
		if n := strings.IndexByte(escapeMeanings, c); n >= 0 {
			dst = append(dst, '\\', escapeLetters[n])
		} else {
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		pos++
		done = pos
		if w.exceeds(dst, len(text)-done) { // escaping alone makes it too large
			return dst, ErrTooLarge
		}
	}
	dst = append(dst, text[done:]...)
	return append(dst, '"'), nil
}

// strings appends an array of strings. It does not use array, which calls a function for each
// element: long lists of strings are common.
func (w *Writer) strings(dst []byte, list []string) ([]byte, error) {
	if w.Depth == maxDepth {
		return dst, errTooDeep
	}
	dst = append(dst, '[')
	var err error
	for i, text := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = w.AppendString(dst, text); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// AppendOneOrMore appends a string if the list has one element, otherwise an array; see
// Types.OneOrMore.
func (w *Writer) AppendOneOrMore(dst []byte, list []string) ([]byte, error) {
	if len(list) == 1 {
		return w.AppendString(dst, list[0])
	}
	return w.strings(dst, list)
}

// appendFloat appends the shortest text that reads back as f. It uses an exponent below 1e-6
// and from 1e21 on, as ECMAScript does.
func appendFloat(dst []byte, f float64, size int) ([]byte, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return dst, errNoJSONFor
	}
	format, abs := byte('f'), math.Abs(f)
	isFar := abs < 1e-6 || abs >= 1e21
	if size == 32 {
		isFar = float32(abs) < 1e-6 || float32(abs) >= 1e21
	}
	if f != 0 && isFar {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, f, format, -1, size)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-09 is written e-9
		dst = dst[:n-1]
	}
	return dst, nil
}
