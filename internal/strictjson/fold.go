package strictjson

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names that miss their field by case alone. encoding/json fills the field "Sub" from
// the member "sub" if the field has no tag. Here names match exactly, so the field would
// silently stay empty: that is an error, which gives the tag to write. The name of a
// field with a tag was chosen, so it is not compared this way.

// foldedNames are the fields of a struct that have no tag, by their folded names.
type foldedNames struct {
	byName  map[string]*Field // nil if there are none
	longest int               // the bytes of the longest name that may fold to one of them
}

func foldNames(fields []Field) (f foldedNames) {
	for i := range fields {
		if fields[i].Tagged {
			continue
		}
		if f.byName == nil {
			f.byName = map[string]*Field{}
		}
		name := appendFolded(nil, []byte(fields[i].Name))
		f.byName[string(name)] = &fields[i]
		f.longest = max(f.longest, utf8.UTFMax*len(name))
	}
	return f
}

// find returns the field without a tag that a name matches if case is ignored, or nil.
func (f *foldedNames) find(name []byte) *Field {
	if len(name) > f.longest {
		return nil
	}
	var buf [64]byte
	return f.byName[string(appendFolded(buf[:0], name))]
}

// appendFolded appends a name such that names that differ in case alone become equal, by
// Unicode's simple case folding as in encoding/json.
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

// misspelt looks for a member of an object that has no field and differs from one in case
// alone. If the field's exact name is there too, the other one is unknown like any; but
// not a name of the format in the root, which the program expects in that field.
func (d *Document) misspelt(object Node, p *Plan) *Misfit {
	filled := map[*Field]bool{}
	for name := range d.Members(object) {
		filled[p.field(d.String(name), d.nodes[name].next)] = true
	}
	for name := range d.Members(object) {
		b, hash := d.String(name), d.nodes[name].next
		f := p.folded.find(b)
		if f == nil || p.field(b, hash) != nil || filled[f] && (object != 0 || find(p.format.names, b, hash) == 0) {
			continue
		}
		text := string(b)
		return &Misfit{Member: text, Err: errors.New(quote(text) + " differs from the Go field " + quote(f.Name) +
			" in case alone, and names match exactly: give the field the tag json:" + quote(text))}
	}
	return nil
}

// quote makes untrusted text safe to print, and short.
func quote(text string) string {
	const most = 64
	if len(text) <= most {
		return strconv.Quote(text)
	}
	return strconv.Quote(strings.ToValidUTF8(text[:most], "")) + "…"
}
