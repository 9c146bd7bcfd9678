package jwt

import (
	"unicode"
	"unicode/utf8"
)

// Names that miss their field by case alone. encoding/json fills the field "Sub" from
// the member "sub" where the field has no tag. Here names match exactly, so the field
// would stay empty without a word: it is an error that gives the tag to write. Fields
// with a tag say what they are called, and have no such names.

// foldedNames are the fields of a struct that have no tag, by their folded names.
type foldedNames struct {
	byName  map[string]*field // nil where there are none
	longest int               // the bytes of the longest name that may fold to one of them
}

func foldNames(fields []field) (f foldedNames) {
	for i := range fields {
		if fields[i].tagged {
			continue
		}
		if f.byName == nil {
			f.byName = map[string]*field{}
		}
		name := appendFolded(nil, []byte(fields[i].name))
		f.byName[string(name)] = &fields[i]
		f.longest = max(f.longest, utf8.UTFMax*len(name))
	}
	return f
}

// find returns the field without a tag that differs from a name in case alone, or nil.
func (f *foldedNames) find(name []byte) *field {
	if len(name) > f.longest {
		return nil
	}
	var buf [64]byte
	return f.byName[string(appendFolded(buf[:0], name))]
}

// appendFolded appends a name such that those that differ in case alone become one, by
// the simple folding of Unicode, as in encoding/json.
func appendFolded(dst, name []byte) []byte {
	for len(name) > 0 {
		if c := name[0]; c < utf8.RuneSelf { // the capital is the least of all
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst, name = append(dst, c), name[1:]
			continue
		}
		r, size := utf8.DecodeRune(name)
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		dst, name = utf8.AppendRune(dst, least), name[size:]
	}
	return dst
}

// misspelt looks for a member of an object that fits no field and differs from one in
// case alone. Where the field's exact name is there too the other one is an unknown
// member like any; but not a registered claim, which the field would be taken for.
func (d *document) misspelt(object uint32, p *plan) (blame string, err error) {
	filled := map[*field]bool{}
	for name := object + 1; name < d.nodes[object].next; name = d.nodes[name+1].next {
		if f := p.field(d.string(name), d.nodes[name].next); f != nil {
			filled[f] = true
		}
	}
	for name := object + 1; name < d.nodes[object].next; name = d.nodes[name+1].next {
		text := d.string(name)
		if p.field(text, d.nodes[name].next) != nil {
			continue
		}
		f := p.folded.find(text)
		if f == nil || filled[f] && (object != 0 || claimNamed(text) == claimOther) {
			continue
		}
		return string(text), &misspeltError{string(text), f.name}
	}
	return "", nil
}

// A misspeltError is a member that misses its field by case.
type misspeltError struct{ name, field string }

func (e *misspeltError) Error() string {
	return quote(e.name) + " differs from the Go field " + quote(e.field) + " in case alone, and names match exactly: give the field the tag json:" + quote(e.name)
}
