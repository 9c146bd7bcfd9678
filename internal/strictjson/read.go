package strictjson

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
)

// Reading a parsed document.

// Kind returns the kind of a value.
func (d *Document) Kind(i Node) Kind { return d.nodes[i].kind }

// Members iterates over the members of an object: the nodes of the name and of the value.
func (d *Document) Members(object Node) iter.Seq2[Node, Node] {
	return func(yield func(name, value Node) bool) {
		for name := object + 1; name < d.end(object) && yield(name, name+1); name = d.end(name + 1) {
		}
	}
}

// Elements iterates over the elements of an array.
func (d *Document) Elements(array Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for e := array + 1; e < d.end(array) && yield(e); e = d.end(e) {
		}
	}
}

// end returns the node after a value and its content.
func (d *Document) end(i Node) Node { return Node(d.nodes[i].next) }

// Len returns the number of members of an object, or of elements of an array.
func (d *Document) Len(i Node) (n int) {
	toValue := Node(0) // the distance from the first node of a member or an element to its value
	if d.nodes[i].kind == Object {
		toValue = 1
	}
	for e := i + 1; e < d.end(i); e = d.end(e + toValue) {
		n++
	}
	return n
}

// IsEmpty reports whether a value is null, "" or [].
func (d *Document) IsEmpty(i Node) bool {
	switch n := &d.nodes[i]; n.kind {
	case Null:
		return true
	case String:
		return n.start == n.end
	case Array:
		return d.end(i) == i+1
	}
	return false
}

// Member returns the value of that name in the root, which is an object, or 0.
func (d *Document) Member(name string) Node {
	hash := hashName(bytesOf(name))
	for i, value := range d.Members(0) {
		if d.nodes[i].next == hash && string(d.String(i)) == name {
			return value
		}
	}
	return 0
}

// Numbered returns the value of the root's member whose name has that number in the format of
// [Document.ParseNumbered], or 0. After another parse it is 0.
func (d *Document) Numbered(number int) Node {
	if number < len(d.numbered) {
		return d.numbered[number]
	}
	return 0
}

// String returns an unescaped string. The bytes are valid until the next call.
func (d *Document) String(i Node) []byte {
	n := &d.nodes[i]
	if n.escaped {
		return d.unescape(n)
	}
	return d.text[n.start:n.end]
}

func (d *Document) unescape(n *node) []byte {
	d.unescaped = appendUnescaped(d.unescaped[:0], d.text[n.start:n.end])
	return d.unescaped
}

// Raw returns the JSON of a value. It is a part of the text that was parsed.
func (d *Document) Raw(i Node) []byte {
	n := &d.nodes[i]
	if n.kind == String {
		return d.text[n.start-1 : n.end+1]
	}
	return d.text[n.start:n.end]
}

// largeText is the length up to which all strings are substrings of one copy of the text. For
// a longer text, a small string that a program keeps would keep the whole copy alive.
const largeText = 4 << 10

// Source returns the whole text as a string. What Text returns may be a part of it.
func (d *Document) Source() string {
	if len(d.text) > largeText {
		return string(d.text)
	}
	if d.source == "" {
		d.source = string(d.text)
	}
	return d.source
}

// Text returns an unescaped string, or the text of a number. The caller may keep it. Strings
// share memory, so that a document costs few allocations. But a string keeps at most a few
// KiB of other text alive.
func (d *Document) Text(i Node) string {
	n := &d.nodes[i]
	if n.escaped {
		return string(d.unescape(n))
	}
	if n.start < d.from || int(n.end-d.from) > len(d.source) {
		return d.window(n)
	}
	return d.source[n.start-d.from : n.end-d.from]
}

// window returns a string that is not in the copied part of the text. If the text is short,
// it copies all of it. If the text is large, it copies a long string by itself. For a short
// string it copies a window of the text from there on, because a copy of each string would
// be slower. A short string keeps less than 1 KB alive. The first windows are small, for
// texts with few strings.
func (d *Document) window(n *node) string {
	if len(d.text) <= largeText {
		return d.Source()[n.start:n.end]
	}
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

// Any returns a value as an any, which shares no memory with the text. A number without
// fraction or exponent is an int64, or a json.Number if it is out of range. Any other number
// is a float64, or a json.Number if no float64 holds it.
func (d *Document) Any(i Node) any {
	switch n := &d.nodes[i]; n.kind {
	case Object:
		return d.Map(i)
	case Array:
		list := make([]any, 0, d.Len(i))
		for e := i + 1; e < Node(n.next); e = d.end(e) {
			list = append(list, d.Any(e))
		}
		return list
	case String:
		return d.Text(i)
	case Number:
		return d.anyNumber(i)
	case True, False:
		return n.kind == True
	}
	return nil
}

// Map returns the members of an object. The values are those of [Document.Any].
func (d *Document) Map(object Node) map[string]any {
	m := make(map[string]any, d.Len(object))
	for name := object + 1; name < d.end(object); name = d.end(name + 1) {
		m[d.Text(name)] = d.Any(name + 1)
	}
	return m
}

func (d *Document) anyNumber(i Node) any {
	text := string(d.Raw(i))
	if d.nodes[i].integer {
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return v
		}
	} else if v, err := strconv.ParseFloat(text, 64); err == nil && (v != 0 || isZero(text)) {
		return v
	}
	return json.Number(d.Text(i)) // too large, or so small that it would become zero
}

// isZero reports whether a number is exactly zero.
func isZero(number string) bool {
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	return !strings.ContainsAny(mantissa, "123456789")
}

// Size returns how many bytes the document keeps for the next parse: the size of the largest
// text buffer, and the size of the largest table.
func (d *Document) Size() (text, tables int) {
	return max(cap(d.unescaped), cap(d.compared)), max(16*cap(d.nodes), 8*cap(d.names))
}

// Forget drops the text, and keeps the buffers for the next parse.
func (d *Document) Forget() { d.text, d.source = nil, "" }
