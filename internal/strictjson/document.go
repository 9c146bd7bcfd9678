// Package strictjson reads and writes JSON (RFC 8259) where two readers must never
// understand one text differently: [Document.Parse] accepts what every other parser
// reads the same way, and [Writer] writes nothing else.
//
// # Reading
//
// A [Document] is one value that was parsed: valid UTF-8, no half surrogate pairs, no
// name twice in an object at any depth (compared after unescaping), at most 64 levels
// deep, numbers of at most 256 characters. Its parts are a [Node] each, of a [Kind]:
// [Document.Members] and [Document.Elements] go through them, [Document.String],
// [Document.Text], [Document.Raw] and [Document.Any] read them, and [Document.Fill]
// stores one in a Go value. What is wrong with a text is a [Fault].
//
// # Go types
//
// A [Plan] is what a Go type is as JSON, computed once a type. The rules are those of
// encoding/json with its tags and interfaces, with these exceptions:
//
//   - Names match exactly: "SUB" never fills a field called "sub". A member that misses
//     its field by case alone is an error that names the tag to write.
//   - A value is filled from zero: nothing of an earlier one remains.
//   - A time.Time is read from a date in the importer's form too; see [Types].
//   - Nothing is bent to fit: text that is not UTF-8, and JSON from a method that is
//     not strictly valid, are errors, not replaced. HTML is not escaped.
//
// # The importer's part
//
// A [Format] holds all that an importer adds: [Types] of its own, and the names of
// members that it wants to find by number, both where they stand in a Document
// ([Document.Find]) and where a Writer put them ([Writer.Offsets]).
//
// # Cost
//
// Parsing allocates nothing once a Document has its memory, and filling plain fields
// allocates only what they hold. Time is linear in the text, whatever the text: for
// duplicate names see names.go. A Format and its Plans are safe for concurrent use; a
// Document and a Writer are for one goroutine.
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
	maxText       = 1 << 30 // what the uint32 offsets of a node can address, with room to spare
)

// A Kind is what a JSON value is.
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

// A Node is a value of a [Document], or the name of a member, by its index in the order
// of the text. The value that was parsed is node 0. No member is, so where a member is
// looked for 0 means that it is absent.
type Node uint32

type node struct {
	start, end uint32 // the text; of a string without its quotes
	next       uint32 // index of the node after this one and all that it holds; of a name its hash
	kind       Kind
	escaped    bool // a string with a backslash in it
	integer    bool // a number without fraction or exponent
}

// A Document is a parsed text. An object's members follow its node, each a name and a
// value; an array's elements too. The zero Document is ready for use, and each parse
// discards what was there before and reuses its memory.
type Document struct {
	text   []byte
	source string // a copy of the text, or of a part of it, that strings are cut from: see Text
	from   uint32 // offset of that part
	nodes  []node
	open   []container
	names  nameSet

	// Exact makes Fill refuse what it would otherwise change: a float must hold a
	// number exactly, an array have as many elements as the list, and null is no
	// element of a list or map whose type cannot tell it from other values.
	Exact bool

	loose     bool   // see ParseLoose
	unescaped []byte // the buffer that String returns
	compared  []byte // a second one, for comparing two escaped names
	fault     *Fault
	faultAt   int // its offset
}

// A container is an object or array that the parser is in.
type container struct {
	node    int
	end     byte   // what closes it
	members int    // of an object: how many names were read
	hashes  uint64 // of an object: a Bloom filter of the hashes of its names
}

// Parse parses one object and nothing after it, and reports whether it is valid. The
// document keeps text, which must not change, until the next parse.
func (d *Document) Parse(text []byte) bool {
	if pos := space(text, 0); pos == len(text) || text[pos] != '{' {
		d.reset(text)
		d.refuse(pos, faultNoObject)
		return false
	}
	return d.ParseValue(text)
}

// ParseValue is [Document.Parse] for one value of any kind.
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

// ParsePrefix is the same for the value that text begins with, whatever follows it.
func (d *Document) ParsePrefix(text []byte) bool { return d.walk(text, 0, 0) >= 0 }

// ParseLoose is [Document.ParseValue] by the grammar alone, as encoding/json has it: names
// may stand twice, and strings have half surrogate pairs or bytes that are not UTF-8. It
// is for texts of which each part is then parsed strictly, so that a fault in one does
// not spoil the others. The document has nodes for the members of an object and for what
// is right below them, at most 10,000 in all; what they hold in turn it passes over.
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
	d.text, d.source, d.from, d.nodes, d.fault = text, "", 0, d.nodes[:0], nil
	d.names.clear()
}

// refuse notes a fault. It returns the offset that stands for one.
func (d *Document) refuse(pos int, fault *Fault) int {
	d.fault, d.faultAt = fault, pos
	return -1
}

// Fault returns what is wrong with the text, where a parse returned false, and its offset.
func (d *Document) Fault() (*Fault, int) { return d.fault, d.faultAt }

// Problem is the fault in words.
func (d *Document) Problem() string {
	return d.fault.String() + " (byte " + strconv.Itoa(d.faultAt) + ")"
}

// value parses the value at pos, with all that it holds, and returns the offset after
// it, or -1 after a fault. depth counts the containers around it. It is one long loop,
// not recursive, as that is the fastest form, and no text can make the stack grow.
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
				n := &d.nodes[min(innermost.node, len(d.nodes)-1)] // less if it was pruned
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

// prune drops the nodes below those that a loose document has. It returns false if there
// are too many.
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
	var hash uint32
	if escaped {
		hash = hashName(d.String(Node(name)))
	} else {
		hash = hashName(d.text[pos+1 : end-1])
	}
	d.nodes[name].next = hash
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

// literal parses one of the three words that are values.
func (d *Document) literal(pos int, word string, kind Kind) int {
	end := pos + len(word)
	if end > len(d.text) || string(d.text[pos:end]) != word {
		return d.refuse(pos, faultNoValue)
	}
	d.add(pos, end, kind, false, false)
	return end
}

// add appends a node that holds no others yet. It is filled in place: making a node and
// copying it costs a fifth of all parsing.
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

// valuesFrom returns how many nodes the rest of the text needs at most: each begins at
// its start, or after one of four characters, and takes two bytes. Growing once costs
// less than growing step by step. But the first step is small, as a fault may be near.
func (d *Document) valuesFrom(start int) int {
	rest := d.text[start:]
	count := func(before string) int { return bytes.Count(rest, []byte(before)) }
	n := max(64, min(1+count("[")+count("{")+count(",")+count(":"), len(rest)/2+1))
	if cap(d.nodes) == 0 {
		n = min(n, 1024)
	}
	return n
}

// A Fault is what may be wrong with a text. There are about twenty of them, each one
// value, so that an importer may keep an error for each.
type Fault struct{ text string }

// String says in a clause what is wrong.
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
	faultTwice    = &Fault{"the same name stands twice in an object"}
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
