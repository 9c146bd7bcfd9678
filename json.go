package jwt

import (
	"bytes"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// The one strict walk over a JSON object (RFC 8259), for JOSE headers and
// claims sets alike. It accepts one object and nothing after it, in valid
// UTF-8, with no lone surrogates, no name twice in an object (compared after
// unescaping), at most 64 levels deep, numbers of at most 256 characters.
// Where RFC 7515, Section 4 and RFC 7519, Section 4 let a parser choose between
// refusing duplicate names and taking the last, this one refuses, at every depth.
//
// What it accepts it cuts into nodes as it goes, so that whoever reads values
// afterwards never meets JSON's syntax again.

const (
	maxJSONDepth  = 64
	maxJSONNumber = 256
	maxJSONText   = 1 << 30 // what a node's uint32 can point into, with room to spare
)

const faultTwice = "the same name stands twice in an object"

type jsonKind uint8

const (
	jsonObject jsonKind = iota
	jsonArray
	jsonString
	jsonNumber
	jsonTrue
	jsonFalse
	jsonNull
)

// A node is one value, or the name of a member, in the order of the text. An
// object's members follow it, each a name and a value; an array's elements too.
type node struct {
	start, end uint32 // the text; of a string without its quotes
	next       uint32 // the node after this one and all that it holds; of a name its hashName
	kind       jsonKind
	escaped    bool // a string with a backslash in it
	integer    bool // a number without fraction or exponent
}

// A document is a JSON object once parse has accepted it. The root is node 0.
// It is made to be used again: parse forgets what was there before.
type document struct {
	text   []byte
	source string // the text again, immutable: what strings are cut from; see share
	nodes  []node
	names  nameSet

	exact     bool   // floats are filled exactly or not at all; see fill
	unescaped []byte // what string returns for an escaped one
	fault     string // what parse found wrong, and where
	faultAt   int
}

// parse checks text and cuts it. The document keeps text until the next parse.
func (d *document) parse(text []byte) bool {
	d.text, d.source, d.nodes, d.fault = text, "", d.nodes[:0], ""
	d.names.clear()
	if len(text) > maxJSONText {
		return d.refuse(0, "the JSON is larger than 1 GiB") >= 0
	}
	pos := d.space(0)
	if pos == len(text) || text[pos] != '{' {
		return d.refuse(pos, "a JSON object is wanted") >= 0
	}
	if pos = d.object(pos, 1); pos < 0 {
		return false
	}
	if pos = d.space(pos); pos != len(text) {
		return d.refuse(pos, "there is something after the JSON object") >= 0
	}
	return true
}

// refuse notes what is wrong; it returns the position that says so.
func (d *document) refuse(pos int, fault string) int {
	d.fault, d.faultAt = fault, pos
	return -1
}

// problem says in words why parse returned false.
func (d *document) problem() string {
	return d.fault + " (octet " + strconv.Itoa(d.faultAt) + ")"
}

// The methods below take the position of what they read and return the one
// after it, or -1 after a fault.

func (d *document) space(pos int) int {
	for pos < len(d.text) && d.text[pos] <= ' ' && isSpace(d.text[pos]) {
		pos++
	}
	return pos
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (d *document) value(pos, depth int) int {
	if pos == len(d.text) {
		return d.refuse(pos, "the JSON ends where a value is wanted")
	}
	switch c := d.text[pos]; c {
	case '"':
		return d.quoted(pos)
	case '{':
		return d.object(pos, depth+1)
	case '[':
		return d.array(pos, depth+1)
	case 't':
		return d.literal(pos, "true", jsonTrue)
	case 'f':
		return d.literal(pos, "false", jsonFalse)
	case 'n':
		return d.literal(pos, "null", jsonNull)
	default:
		return d.number(pos)
	}
}

func (d *document) object(pos, depth int) int {
	if depth > maxJSONDepth {
		return d.refuse(pos, "the JSON is nested deeper than 64 levels")
	}
	self := len(d.nodes)
	d.nodes = append(d.nodes, node{start: uint32(pos), kind: jsonObject})
	var hashes uint64 // a bit for each name's hash; one that is not set was not seen
	pos = d.space(pos + 1)
	for members := 0; ; members++ {
		if pos < len(d.text) && d.text[pos] == '}' && members == 0 {
			break
		}
		if pos == len(d.text) || d.text[pos] != '"' {
			return d.refuse(pos, "a member name in quotes is wanted")
		}
		name, at := len(d.nodes), pos
		if pos = d.quoted(pos); pos < 0 {
			return -1
		}
		hash := hashName(d.string(uint32(name)))
		d.nodes[name].next = hash
		bit := uint64(1) << (hash & 63)
		if (hashes&bit != 0 || members >= fewNames) && d.seen(self, name, members) {
			return d.refuse(at, faultTwice)
		}
		hashes |= bit
		if pos = d.space(pos); pos == len(d.text) || d.text[pos] != ':' {
			return d.refuse(pos, "a colon is wanted after a member name")
		}
		if pos = d.value(d.space(pos+1), depth); pos < 0 {
			return -1
		}
		if pos = d.space(pos); pos == len(d.text) {
			return d.refuse(pos, "the JSON ends inside an object")
		}
		if d.text[pos] == '}' {
			break
		}
		if d.text[pos] != ',' {
			return d.refuse(pos, "a comma or a closing brace is wanted")
		}
		pos = d.space(pos + 1)
	}
	d.nodes[self].end, d.nodes[self].next = uint32(pos+1), uint32(len(d.nodes))
	return pos + 1
}

func (d *document) array(pos, depth int) int {
	if depth > maxJSONDepth {
		return d.refuse(pos, "the JSON is nested deeper than 64 levels")
	}
	self := len(d.nodes)
	d.nodes = append(d.nodes, node{start: uint32(pos), kind: jsonArray})
	pos = d.space(pos + 1)
	if pos < len(d.text) && d.text[pos] == ']' {
		d.nodes[self].end, d.nodes[self].next = uint32(pos+1), uint32(len(d.nodes))
		return pos + 1
	}
	for {
		if pos = d.value(pos, depth); pos < 0 {
			return -1
		}
		if pos = d.space(pos); pos == len(d.text) {
			return d.refuse(pos, "the JSON ends inside an array")
		}
		if d.text[pos] == ']' {
			break
		}
		if d.text[pos] != ',' {
			return d.refuse(pos, "a comma or a closing bracket is wanted")
		}
		pos = d.space(pos + 1)
	}
	d.nodes[self].end, d.nodes[self].next = uint32(pos+1), uint32(len(d.nodes))
	return pos + 1
}

func (d *document) literal(pos int, word string, kind jsonKind) int {
	end := pos + len(word)
	if end > len(d.text) || string(d.text[pos:end]) != word {
		return d.refuse(pos, "a JSON value is wanted")
	}
	d.add(node{start: uint32(pos), end: uint32(end), kind: kind})
	return end
}

// add appends a node that holds no others.
func (d *document) add(n node) {
	n.next = uint32(len(d.nodes) + 1)
	d.nodes = append(d.nodes, n)
}

// number follows RFC 8259, Section 6.
func (d *document) number(pos int) int {
	text, start := d.text, pos
	if text[pos] == '-' {
		pos++
	}
	switch first := pos; {
	case pos < len(text) && text[pos] == '0':
		pos++
	default:
		if pos = digits(text, pos); pos == first {
			return d.refuse(start, "a JSON value is wanted")
		}
	}
	integer := true
	if pos < len(text) && text[pos] == '.' {
		integer = false
		first := pos + 1
		if pos = digits(text, first); pos == first {
			return d.refuse(start, "a number has no digits after its point")
		}
	}
	if pos < len(text) && text[pos]|0x20 == 'e' {
		integer = false
		if pos++; pos < len(text) && (text[pos] == '+' || text[pos] == '-') {
			pos++
		}
		first := pos
		if pos = digits(text, first); pos == first {
			return d.refuse(start, "a number has no digits in its exponent")
		}
	}
	if pos-start > maxJSONNumber {
		return d.refuse(start, "a number is longer than 256 characters")
	}
	d.add(node{start: uint32(start), end: uint32(pos), kind: jsonNumber, integer: integer})
	return pos
}

// isJSONNumber reports whether text is a number and nothing else.
func isJSONNumber(text []byte) bool {
	d := document{text: text}
	return len(text) > 0 && d.number(0) == len(text)
}

// digits returns the position after the digits at pos.
func digits(text []byte, pos int) int {
	for pos < len(text) && text[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// quoted reads a string, from its opening quote to after its closing one.
func (d *document) quoted(pos int) int {
	text := d.text
	start := pos + 1
	escaped := false
	for pos = plain(text, start); ; pos = plain(text, pos) {
		if pos == len(text) {
			return d.refuse(start-1, "a string has no closing quote")
		}
		switch c := text[pos]; {
		case c == '"':
			d.add(node{start: uint32(start), end: uint32(pos), kind: jsonString, escaped: escaped})
			return pos + 1
		case c == '\\':
			escaped = true
			after := escape(text, pos)
			if after < 0 {
				return d.refuse(pos, "a string has an invalid escape, or half a surrogate pair")
			}
			pos = after
		case c < 0x20:
			return d.refuse(pos, "a string has an unescaped control character")
		default:
			r, size := utf8.DecodeRune(text[pos:])
			if r == utf8.RuneError && size == 1 {
				return d.refuse(pos, "a string is not valid UTF-8")
			}
			pos += size
		}
	}
}

// plain returns the position of the first octet from pos on that needs a look:
// a quote, a backslash, a control character or one outside ASCII. It looks at
// eight octets a step.
func plain[T string | []byte](text T, pos int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(text)-pos >= 8; pos += 8 {
		s := text[pos : pos+8]
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		quote, slash := w^ones*'"', w^ones*'\\'
		// Subtracting sets the top bit of each octet below the bound. A borrow
		// may set those above such an octet too, but the lowest is always right.
		special := (quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w | w
		if special &= tops; special != 0 {
			return pos + bits.TrailingZeros64(special)/8
		}
	}
	for ; pos < len(text); pos++ {
		if c := text[pos]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
	}
	return pos
}

// escape returns the position after the escape at pos, or -1. A surrogate
// counts only as half of a pair.
func escape(text []byte, pos int) int {
	if pos+1 >= len(text) {
		return -1
	}
	switch text[pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return pos + 2
	case 'u':
		r := hexRune(text, pos)
		if r < 0 {
			return -1
		}
		if !utf16.IsSurrogate(r) {
			return pos + 6
		}
		if utf16.DecodeRune(r, hexRune(text, pos+6)) != utf8.RuneError {
			return pos + 12
		}
	}
	return -1
}

// hexRune reads \uXXXX at pos; -1 where there is none.
func hexRune(text []byte, pos int) rune {
	if pos+6 > len(text) || text[pos] != '\\' || text[pos+1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range text[pos+2 : pos+6] {
		switch {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return r
}

// appendUnescaped appends what the inside of a JSON string stands for. The
// string has passed quoted.
func appendUnescaped(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		after := i + 2
		switch c := text[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hexRune(text, i)
			after = i + 6
			if utf16.IsSurrogate(r) {
				r = utf16.DecodeRune(r, hexRune(text, after))
				after += 6
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
		text = text[after:]
	}
}
