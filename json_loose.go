package jwt

import "bytes"

// JSON that is valid, and no more than that: names may be there twice. It is for JWK Sets, of
// which each member is read strictly by itself.

// jsonElements goes through the members of an object, whose names it gives unescaped, or through
// the elements of an array, which have none. The text must be valid JSON; values refer to it.
func jsonElements(text []byte) func(yield func(name, value []byte) bool) {
	return func(yield func(name, value []byte) bool) {
		isObject := text[0] == '{'
		for pos := space(text, 1); text[pos] != '}' && text[pos] != ']'; {
			var name []byte
			if isObject {
				end := jsonEnd(text, pos)
				_, escaped, fault := scanString(text, pos)
				if name = text[pos+1 : end-1]; escaped && fault == 0 { // half a surrogate pair has no text
					name = appendUnescaped(nil, name)
				}
				pos = space(text, space(text, end)+1)
			}
			end := jsonEnd(text, pos)
			if !yield(name, text[pos:end]) {
				return
			}
			if pos = space(text, end); text[pos] == ',' {
				pos = space(text, pos+1)
			}
		}
	}
}

// jsonEnd returns the position after the value at pos, within an array or object of
// valid JSON.
func jsonEnd(text []byte, pos int) int {
	for depth := 0; ; pos++ {
		switch c := text[pos]; c {
		case '"':
			for pos++; text[pos] != '"'; pos++ {
				if text[pos] == '\\' {
					pos++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ' ', '\t', '\r', '\n', ',', ':':
			continue
		default:
			for bytes.IndexByte([]byte(" \t\r\n,]}"), text[pos+1]) < 0 {
				pos++
			}
		}
		if depth == 0 {
			return pos + 1
		}
	}
}
