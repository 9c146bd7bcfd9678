package jwt

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Reading: what the other files ask of a document. Members of the object obj
// are gone through as
//
//	for name := obj + 1; name < d.nodes[obj].next; name = d.nodes[name+1].next
//
// where name+1 is the member's value.

// string returns the octets of a string, unescaped, until the next call.
func (d *document) string(i uint32) []byte {
	n := &d.nodes[i]
	if n.escaped {
		return d.unescape(n)
	}
	return d.text[n.start:n.end]
}

func (d *document) unescape(n *node) []byte {
	d.unescaped = appendUnescaped(d.unescaped[:0], d.text[n.start:n.end])
	return d.unescaped
}

// raw returns the text of a value as it stands.
func (d *document) raw(i uint32) []byte {
	n := &d.nodes[i]
	if n.kind == jsonString {
		return d.text[n.start-1 : n.end+1]
	}
	return d.text[n.start:n.end]
}

// member returns the value of that name in the root, or 0 where there is none.
func (d *document) member(name string) uint32 {
	hash := hashName([]byte(name))
	for i := uint32(1); i < d.nodes[0].next; i = d.nodes[i+1].next {
		if d.nodes[i].next == hash && string(d.string(i)) == name {
			return i + 1
		}
	}
	return 0
}

// largeText is the size above which a text is not kept whole for the sake of one string
// in it.
const largeText = 4 << 10

// share makes the text immutable and shared: from now on all strings of the document
// that need no unescaping are cut from one allocation. Not those of a large text: one
// small claim that a program keeps would keep all of it. See window.
func (d *document) share() {
	if d.source == "" && len(d.text) <= largeText {
		d.source = string(d.text)
	}
}

// shared returns a string value, or the text of a number, for the caller to keep; share
// must have been called.
func (d *document) shared(i uint32) string {
	n := &d.nodes[i]
	if n.escaped {
		return string(d.unescape(n))
	}
	if n.start < d.from || int(n.end-d.from) > len(d.source) {
		return d.window(n)
	}
	return d.source[n.start-d.from : n.end-d.from]
}

// window returns a string of a large text. Strings that are not small become copies of
// their own. Small ones are cut from a copy of the text around them, since a copy each
// would make reading slower: whoever keeps one of them keeps less than 1 KB. Such copies
// start small, for texts that have few strings.
func (d *document) window(n *node) string {
	const least, most = 64, 896
	size := int(n.end - n.start)
	if size > most/4 {
		return string(d.text[n.start:n.end])
	}
	size = max(size, min(max(least, 2*len(d.source)), most))
	d.from = n.start
	d.source = string(d.text[n.start:min(int(n.start)+size, len(d.text))])
	return d.source[:n.end-n.start]
}

// number returns the text of a number, and nil of anything else.
func (d *document) number(i uint32) []byte {
	if n := &d.nodes[i]; n.kind == jsonNumber {
		return d.text[n.start:n.end]
	}
	return nil
}

// date returns a number of seconds as what it stands for; false where it is none, or
// lies outside the years 1 to 9999.
func (d *document) date(i uint32) (instant, bool) {
	if d.nodes[i].kind != jsonNumber {
		return instant{}, false
	}
	return parseInstant(d.raw(i))
}

// any returns a value as it lands in an any, memory of its own: a number
// without fraction or exponent as an int64, beyond that range as a json.Number;
// another one as a float64, or a json.Number where no float64 holds it.
func (d *document) any(i uint32) any {
	switch n := &d.nodes[i]; n.kind {
	case jsonObject:
		return d.anyObject(i)
	case jsonArray:
		list := make([]any, 0, d.count(i))
		for e := i + 1; e < n.next; e = d.nodes[e].next {
			list = append(list, d.any(e))
		}
		return list
	case jsonString:
		return d.shared(i)
	case jsonNumber:
		return d.anyNumber(i)
	case jsonTrue:
		return true
	case jsonFalse:
		return false
	}
	return nil
}

func (d *document) anyObject(i uint32) map[string]any {
	m := make(map[string]any, d.count(i)/2)
	for name := i + 1; name < d.nodes[i].next; name = d.nodes[name+1].next {
		m[d.shared(name)] = d.any(name + 1)
	}
	return m
}

func (d *document) anyNumber(i uint32) any {
	text := d.number(i)
	if d.nodes[i].integer {
		if v, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return v
		}
		return json.Number(d.shared(i))
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || v == 0 && !isZero(string(text)) { // too large, or so small that it would become zero
		return json.Number(d.shared(i))
	}
	return v
}

// isZero reports whether a number is exactly zero.
func isZero(number string) bool {
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	return !strings.ContainsAny(mantissa, "123456789")
}

// count returns the number of nodes right below a container: its elements, or
// its members' names and values.
func (d *document) count(i uint32) int {
	n := 0
	for e := i + 1; e < d.nodes[i].next; {
		if n++; d.nodes[i].kind == jsonObject {
			n++
			e++
		}
		e = d.nodes[e].next
	}
	return n
}
