// Package strictjson reads and writes JSON (RFC 8259) so that no two readers understand a
// text differently. [Document.Parse] accepts only texts that every parser reads the same way,
// and [Writer] writes only such texts.
//
// # Reading
//
// A [Document] is one parsed value. Its text is valid UTF-8 without half surrogate pairs. No
// object at any depth has duplicate names (compared after unescaping). The value has at most 64
// levels, and numbers have at most 256 characters. Each part of it is a [Node] of a [Kind].
// [Document.Members] and [Document.Elements] iterate over the parts, [Document.String],
// [Document.Text], [Document.Raw] and [Document.Any] read them, and [Document.Fill] stores
// the document in a Go value. A [Fault] says what is wrong with a text.
//
// # Go types
//
// A [Plan] says how a Go type is read and written. It is computed once for each type. The
// rules are those of encoding/json with its tags and interfaces, with these exceptions:
//
//   - Names match exactly: "SUB" never fills a field called "sub". A member that differs
//     from its field only in case is an error, which says which tag the field needs.
//   - A value is filled from zero: nothing of an earlier value remains.
//   - A time.Time is also read from a date in the importer's form; see [Types].
//   - Invalid text is not repaired: text that is not UTF-8, and JSON from a method that is
//     not strictly valid, are errors. HTML is not escaped.
//
// # The importer's part
//
// A [Format] has everything that an importer adds: its [Types], and the names of members
// that it finds by number, both in a Document ([Document.Numbered]) and in the text of a Writer
// ([Writer.Offsets]).
//
// # Cost
//
// Parsing allocates nothing once a Document has its memory. Filling plain fields allocates
// only what they hold. Time is linear in the length of any text; for duplicate names see
// names.go. A Format and its Plans are safe for concurrent use. A Document and a Writer are
// for one goroutine.
package strictjson

import (
	"bytes"
	"slices"
	"strconv"
)

const (
	maxDepth      = 64
	maxLooseDepth = 1_000
	mostLoose     = 10_000 // nodes
	maxNumber     = 256
	maxText       = 1 << 30 // less than the uint32 offsets of a node can address
)

// A Kind is the kind of a JSON value.
type Kind uint8

// The kinds of values. A name is a String.
const (
	Object Kind = iota
	Array
	String
	Number
	True
	False
	Null
)

// String returns the kind's name in lower case.
func (k Kind) String() string {
	return [...]string{"object", "array", "string", "number", "true", "false", "null"}[k]
}

// A Node is a value of a [Document], or the name of a member: an index in the order of the
// text. The whole value is node 0. A member is never node 0, so lookups of members return 0
// if the member is absent.
type Node uint32

type node struct {
	start, end uint32 // offsets of the text; for a string without its quotes
	next       uint32 // index of the node after this one and its content; for a name the hash of the name
	kind       Kind
	escaped    bool // a string that has a backslash
	integer    bool // a number without fraction or exponent
}

// A Document is a parsed text. The nodes of an object's members, each a name and a value,
// follow its node. So do the nodes of an array's elements. The zero Document is ready for
// use. Each parse discards the last document and reuses its memory.
type Document struct {
	text   []byte
	source string // a copy of the text, or of a part of it; strings are substrings of it: see Text
	from   uint32 // offset of this part
	nodes  []node
	open   []container
	names  []nameSlot // see addName

	// Exact makes Fill refuse values that it would otherwise change. A float must hold a
	// number exactly. An array must have as many elements as the list. A null in a list or
	// map is refused if the element type cannot represent it.
	Exact bool

	format    *Format // whose names the parser looks for in the root, or nil
	numbered  []Node  // the values of these members, by number; 0 if absent
	loose     bool    // see ParseLoose
	unescaped []byte  // the buffer that String returns
	compared  []byte  // a second buffer, to compare two escaped names
	fault     *Fault
	faultAt   int // offset of the fault
}

// A container is an object or array that the parser is in.
type container struct {
	node    int
	end     byte   // the closing bracket
	members int    // only of an object: how many names were read
	hashes  uint64 // only of an object: a Bloom filter of the hashes of its names
}

// Parse parses text as one object, with nothing after it, and reports whether it is valid.
// The document refers to text, which must not change until the next parse.
func (d *Document) Parse(text []byte) bool {
	if pos := space(text, 0); pos == len(text) || text[pos] != '{' {
		d.reset(text)
		d.refuse(pos, faultNoObject)
		return false
	}
	return d.ParseValue(text)
}

// ParseNumbered does what [Document.Parse] does, and also finds the root's members whose names
// have a number in the format: see [Document.Numbered].
func (d *Document) ParseNumbered(text []byte, f *Format) bool {
	if len(d.numbered) != len(f.names.names) {
		d.numbered = make([]Node, len(f.names.names))
	}
	d.format = f
	ok := d.Parse(text)
	d.format = nil
	return ok
}

// ParseValue does what [Document.Parse] does, for one value of any kind.
func (d *Document) ParseValue(text []byte) bool {
	pos := d.walk(text, space(text, 0), 0)
	if pos < 0 {
		return false
	}
	if pos = space(text, pos); pos != len(text) {
		d.refuse(pos, faultMore)
	}
	return d.fault == nil
}

// ParsePrefix parses the value that text begins with, and ignores what follows.
func (d *Document) ParsePrefix(text []byte) bool { return d.walk(text, 0, 0) >= 0 }

// ParseLoose parses one value, with nothing after it, and makes only the checks of
// encoding/json: objects may have duplicate names, and strings may have half surrogate pairs or
// bytes that are not UTF-8. The importer then parses each part strictly, so that a fault in one
// part does not affect the others. The document has nodes for the members of the outermost value
// and for one level below them, at most 10,000 in all. Deeper levels have no nodes.
func (d *Document) ParseLoose(text []byte) bool {
	d.loose = true
	defer func() { d.loose = false }()
	return d.ParseValue(text)
}

// walk parses the value at pos of a new text and returns the offset after it, or -1
// after a fault. depth counts the containers around it.
func (d *Document) walk(text []byte, pos, depth int) int {
	d.reset(text)
	if len(text) > maxText {
		return d.refuse(0, faultTooLong)
	}
	return d.value(pos, depth)
}

func (d *Document) reset(text []byte) {
	d.text, d.source, d.from, d.fault = text, "", 0, nil
	d.nodes, d.names = d.nodes[:0], d.names[:0]
	clear(d.numbered)
}

// refuse records a fault. It returns -1.
func (d *Document) refuse(pos int, fault *Fault) int {
	d.fault, d.faultAt = fault, pos
	return -1
}

// Fault returns what is wrong with the text, and the offset of the fault, after a parse
// returned false.
func (d *Document) Fault() (*Fault, int) { return d.fault, d.faultAt }

// Problem returns a text of the fault and its offset.
func (d *Document) Problem() string {
	return d.fault.String() + " (byte " + strconv.Itoa(d.faultAt) + ")"
}

// value parses the value at pos, with its content, and returns the offset after it, or -1
// after a fault. depth counts the containers around it. The function is long because one loop
// is the fastest form. It is not recursive, so no text can make the stack grow.
func (d *Document) value(pos, depth int) int {
	text, open := d.text, d.open[:0]
	for {
		if pos == len(text) {
			return d.refuse(pos, faultEnds)
		}
		switch c := text[pos]; c {
		case '"':
			end, escaped, fault := scanString(text, pos, d.loose)
			if fault != nil {
				return d.refuse(end, fault)
			}
			d.add(pos+1, end-1, String, escaped, false)
			pos = end
		case '{', '[':
			switch n := depth + len(open); {
			case n == maxDepth && !d.loose:
				return d.refuse(pos, faultDeep)
			case n == maxLooseDepth:
				return d.refuse(pos, faultDeeper)
			}
			kind, end := Object, byte('}')
			if c == '[' {
				kind, end = Array, ']'
			}
			open = append(open, container{node: len(d.nodes), end: end})
			d.open = open
			d.add(pos, 0, kind, false, false)
			pos = space(text, pos+1)
			if pos < len(text) && text[pos] == end {
				break // it is empty, and closed below
			}
			if kind == Object {
				if pos = d.name(pos, &open[len(open)-1]); pos < 0 {
					return -1
				}
			}
			continue
		case 't':
			pos = d.literal(pos, "true", True)
		case 'f':
			pos = d.literal(pos, "false", False)
		case 'n':
			pos = d.literal(pos, "null", Null)
		default:
			end, integer, fault := scanNumber(text, pos)
			if fault != nil && !(d.loose && fault == faultNumber) {
				return d.refuse(pos, fault)
			}
			d.add(pos, end, Number, false, integer)
			pos = end
		}
		if pos < 0 {
			return -1
		}
		if d.loose && !d.prune(open) {
			return d.refuse(pos, faultMany)
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
				n := &d.nodes[min(innermost.node, len(d.nodes)-1)] // prune may have dropped the node
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

// prune drops nodes of levels that ParseLoose leaves out. It returns false if the document
// has too many nodes.
func (d *Document) prune(open []container) bool {
	if len(open) > 2 {
		d.nodes = d.nodes[:min(open[2].node+1, len(d.nodes))]
	}
	return len(d.nodes) <= mostLoose
}

// name parses the name of a member and the colon after it, and returns the offset of
// the value, or -1 after a fault.
func (d *Document) name(pos int, object *container) int {
	if pos == len(d.text) || d.text[pos] != '"' {
		return d.refuse(pos, faultName)
	}
	end, escaped, fault := scanString(d.text, pos, d.loose)
	if fault != nil {
		return d.refuse(end, fault)
	}
	name := len(d.nodes)
	d.add(pos+1, end-1, String, escaped, false)
	text := d.text[pos+1 : end-1]
	if escaped {
		text = d.String(Node(name))
	}
	hash := hashName(text)
	d.nodes[name].next = hash
	if object.node == 0 && d.format != nil {
		if number := d.format.names.find(text, hash); number != 0 {
			d.numbered[number] = Node(name + 1)
		}
	}
	bit := uint64(1) << (hash & 63)
	if (object.hashes&bit != 0 || object.members >= fewNames) && !d.loose && d.seen(object.node, name, object.members) {
		return d.refuse(pos, faultTwice)
	}
	object.hashes |= bit
	object.members++
	if end = space(d.text, end); end == len(d.text) || d.text[end] != ':' {
		return d.refuse(end, faultColon)
	}
	return space(d.text, end+1)
}

// literal parses true, false or null.
func (d *Document) literal(pos int, word string, kind Kind) int {
	end := pos + len(word)
	if end > len(d.text) || string(d.text[pos:end]) != word {
		return d.refuse(pos, faultNoValue)
	}
	d.add(pos, end, kind, false, false)
	return end
}

// add appends a node without content. It sets the fields in place: making a node and copying
// it would cost a fifth of the parsing time.
func (d *Document) add(start, end int, kind Kind, escaped, integer bool) {
	at := len(d.nodes)
	if at == cap(d.nodes) {
		n := 1
		if !d.loose {
			n = d.valuesFrom(start)
		}
		d.nodes = slices.Grow(d.nodes, n)
	}
	d.nodes = d.nodes[:at+1]
	n := &d.nodes[at]
	n.start, n.end, n.next = uint32(start), uint32(end), uint32(at+1)
	n.kind, n.escaped, n.integer = kind, escaped, integer
}

// valuesFrom returns an upper bound of the nodes in the rest of the text: a node begins at
// the start of the rest, or after one of four characters, and has at least two bytes. Growing
// once costs less than growing step by step. But the first step is small, because the text
// may have a fault near its start.
func (d *Document) valuesFrom(start int) int {
	rest := d.text[start:]
	count := func(before string) int { return bytes.Count(rest, []byte(before)) }
	n := max(64, min(1+count("[")+count("{")+count(",")+count(":"), len(rest)/2+1))
	if cap(d.nodes) == 0 {
		n = min(n, 1024)
	}
	return n
}

// A Fault says what is wrong with a text. There are about twenty faults, and each is one
// pointer, so an importer can cache an error for each.
type Fault struct{ text string }

// String returns a clause that says what is wrong.
func (f *Fault) String() string { return f.text }

var (
	faultTooLong  = &Fault{"the JSON is larger than 1 GiB"}
	faultNoObject = &Fault{"a JSON object is wanted"}
	faultMore     = &Fault{"there is something after the JSON value"}
	faultEnds     = &Fault{"the JSON ends where a value is wanted"}
	faultDeep     = &Fault{"the JSON is nested deeper than 64 levels"}
	faultDeeper   = &Fault{"the JSON is nested deeper than 1,000 levels"}
	faultMany     = &Fault{"the JSON has more than 10,000 values"}
	faultOpen     = &Fault{"the JSON ends inside an object or array"}
	faultComma    = &Fault{"a comma or a closing bracket is wanted"}
	faultName     = &Fault{"a member name in quotes is wanted"}
	faultTwice    = &Fault{"an object has the same name twice"}
	faultColon    = &Fault{"a colon is wanted after a member name"}
	faultNoValue  = &Fault{"a JSON value is wanted"}
	faultPoint    = &Fault{"a number has no digits after its point"}
	faultExponent = &Fault{"a number has no digits in its exponent"}
	faultNumber   = &Fault{"a number is longer than 256 characters"}
	faultQuote    = &Fault{"a string has no closing quote"}
	faultEscape   = &Fault{"a string has an invalid escape, or half a surrogate pair"}
	faultControl  = &Fault{"a string has an unescaped control character"}
	faultUTF8     = &Fault{"a string is not valid UTF-8"}
)
