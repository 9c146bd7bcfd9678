package jwt

import (
	"bytes"
	"slices"
	"strconv"
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
	source string // the text again, immutable: what strings are cut from; of a large one a part, see share
	from   uint32 // where that part begins
	nodes  []node
	open   []container
	names  nameSet

	exact     bool      // floats are filled exactly or not at all; see setNumber
	unescaped []byte    // what string returns for an escaped one
	compared  []byte    // what a name is compared with, where that is escaped too
	fault     jsonFault // what parse found wrong, and where
	faultAt   int
}

// A container is an object or array that the walk is in.
type container struct {
	node    int
	end     byte   // what closes it
	members int    // of an object: how many names were read
	hashes  uint64 // a bit for each of their hashes: one that is not set was not seen
}

// parse checks text and cuts it. The document keeps text until the next parse.
func (d *document) parse(text []byte) bool {
	if pos := space(text, 0); pos == len(text) || text[pos] != '{' {
		d.reset(text)
		d.refuse(pos, faultNoObject)
	} else if pos = d.walk(text, pos, 0); pos >= 0 && space(text, pos) != len(text) {
		d.refuse(space(text, pos), faultMore)
	}
	return d.fault == 0
}

// walk reads the value at pos of a new text and returns the position after it, or -1
// after a fault. depth counts the containers around it. Texts of any length come in
// here, and leave where nodes cannot point into them.
func (d *document) walk(text []byte, pos, depth int) int {
	d.reset(text)
	if len(text) > maxJSONText {
		return d.refuse(0, faultTooLong)
	}
	return d.value(pos, depth)
}

// reset forgets what was there before.
func (d *document) reset(text []byte) {
	d.text, d.source, d.from, d.nodes, d.fault = text, "", 0, d.nodes[:0], 0
	d.names.clear()
}

// refuse notes what is wrong. It returns the position that says so.
func (d *document) refuse(pos int, fault jsonFault) int {
	d.fault, d.faultAt = fault, pos
	return -1
}

// problem says in words why parse returned false.
func (d *document) problem() string {
	return d.fault.String() + " (octet " + strconv.Itoa(d.faultAt) + ")"
}

// value reads the value at pos, with all that it holds, and returns the position
// after it, or -1 after a fault. depth counts the containers around it.
func (d *document) value(pos, depth int) int {
	text, open := d.text, d.open[:0]
	for {
		if pos == len(text) {
			return d.refuse(pos, faultEnds)
		}
		switch c := text[pos]; c {
		case '"':
			end, escaped, fault := scanString(text, pos)
			if fault != 0 {
				return d.refuse(end, fault)
			}
			d.add(pos+1, end-1, jsonString, escaped, false)
			pos = end
		case '{', '[':
			if depth+len(open) == maxJSONDepth {
				return d.refuse(pos, faultDeep)
			}
			kind, end := jsonObject, byte('}')
			if c == '[' {
				kind, end = jsonArray, ']'
			}
			open = append(open, container{node: len(d.nodes), end: end})
			d.open = open
			d.add(pos, 0, kind, false, false)
			pos = space(text, pos+1)
			if pos < len(text) && text[pos] == end {
				break // it is empty, and closed below
			}
			if kind == jsonObject {
				if pos = d.name(pos, &open[len(open)-1]); pos < 0 {
					return -1
				}
			}
			continue
		case 't':
			pos = d.literal(pos, "true", jsonTrue)
		case 'f':
			pos = d.literal(pos, "false", jsonFalse)
		case 'n':
			pos = d.literal(pos, "null", jsonNull)
		default:
			end, integer, fault := scanNumber(text, pos)
			if fault != 0 {
				return d.refuse(pos, fault)
			}
			d.add(pos, end, jsonNumber, false, integer)
			pos = end
		}
		if pos < 0 {
			return -1
		}
		// A value has ended. Close what ends here too, up to the next value.
		for {
			if len(open) == 0 {
				return pos
			}
			innermost := &open[len(open)-1]
			if pos = space(text, pos); pos == len(text) {
				return d.refuse(pos, faultOpen)
			}
			c := text[pos]
			pos++
			if c == innermost.end {
				n := &d.nodes[innermost.node]
				n.end, n.next = uint32(pos), uint32(len(d.nodes))
				open = open[:len(open)-1]
				continue
			}
			if c != ',' {
				return d.refuse(pos-1, faultComma)
			}
			pos = space(text, pos)
			if innermost.end == '}' {
				if pos = d.name(pos, innermost); pos < 0 {
					return -1
				}
			}
			break
		}
	}
}

// name reads the name of a member of an object and the colon after it, and returns
// the position of the value, or -1 after a fault.
func (d *document) name(pos int, object *container) int {
	if pos == len(d.text) || d.text[pos] != '"' {
		return d.refuse(pos, faultName)
	}
	end, escaped, fault := scanString(d.text, pos)
	if fault != 0 {
		return d.refuse(end, fault)
	}
	name := len(d.nodes)
	d.add(pos+1, end-1, jsonString, escaped, false)
	var hash uint32
	if escaped {
		hash = hashName(d.string(uint32(name)))
	} else {
		hash = hashName(d.text[pos+1 : end-1])
	}
	d.nodes[name].next = hash
	bit := uint64(1) << (hash & 63)
	if (object.hashes&bit != 0 || object.members >= fewNames) && d.seen(object.node, name, object.members) {
		return d.refuse(pos, faultTwice)
	}
	object.hashes |= bit
	object.members++
	if end = space(d.text, end); end == len(d.text) || d.text[end] != ':' {
		return d.refuse(end, faultColon)
	}
	return space(d.text, end+1)
}

// literal reads one of the three words that are values.
func (d *document) literal(pos int, word string, kind jsonKind) int {
	end := pos + len(word)
	if end > len(d.text) || string(d.text[pos:end]) != word {
		return d.refuse(pos, faultNoValue)
	}
	d.add(pos, end, kind, false, false)
	return end
}

// add appends a node that holds no others yet. It is filled in place: a node made
// elsewhere and copied costs a fifth of the whole walk.
func (d *document) add(start, end int, kind jsonKind, escaped, integer bool) {
	at := len(d.nodes)
	if at == cap(d.nodes) {
		d.nodes = slices.Grow(d.nodes, d.valuesFrom(start))
	}
	d.nodes = d.nodes[:at+1]
	n := &d.nodes[at]
	n.start, n.end, n.next = uint32(start), uint32(end), uint32(at+1)
	n.kind, n.escaped, n.integer = kind, escaped, integer
}

// valuesFrom returns how many nodes the rest of the text takes at most: each begins at
// its start, or after one of four characters, and takes two bytes. Growing to that at
// once costs less than growing by and by. But the first step is short, as a fault may be
// near.
func (d *document) valuesFrom(start int) int {
	rest := d.text[start:]
	n := 1
	for _, before := range []string{"[", "{", ",", ":"} {
		n += bytes.Count(rest, []byte(before))
	}
	n = max(64, min(n, len(rest)/2+1))
	if cap(d.nodes) == 0 {
		n = min(n, 1024)
	}
	return n
}
