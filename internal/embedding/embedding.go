// Package embedding finds mistakes in structs that embed a certain struct, the set, for its JSON
// members. encoding/json easily loses such members without an error: another field or a method
// may hide them, or the set may be an ordinary field instead of an embedded struct.
package embedding

import (
	"reflect"
	"slices"
	"strings"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// A Finder examines struct types for one set. The members of the set are the watched members.
// A Finder is safe for concurrent use.
type Finder struct {
	Format *strictjson.Format
	Set    reflect.Type // a struct; the names of its members have a number in Format
	Map    reflect.Type // a map type, which may hold the same members
	Path   string       // import path of a package, or ""; for its structs, except the set, see Sibling
}

// A Struct says how a struct type holds watched members, and what is wrong with that.
type Struct struct {
	Mistake Mistake // the first one found

	// WrongCase is the name of a field without a tag that differs from the name of a watched
	// member only in case, or "".
	WrongCase string

	// Hidden is true if another field has the same name as a field of an embedded set, and is
	// written instead of it.
	Hidden bool

	// Marshaler is the name of the embedded type whose MarshalJSON or MarshalText the struct
	// inherits, or "". Reader is the same for UnmarshalJSON.
	Marshaler, Reader string

	finder   *Finder
	members  []member // the fields that hold watched members
	embedded [][]int  // the field index of each embedded set, the outermost first
	nested   []nested // the sets that are inside a named field
}

// A Mistake is a reason why a struct cannot be written or read.
type Mistake struct {
	Kind  Kind
	Field reflect.StructField // for Named
	Name  string              // for Clash the name, for Sibling the type
}

// A Kind is a kind of mistake. None is no mistake.
type Kind int

const (
	None        Kind = iota
	Sibling          // the struct is one of Path, or embeds one
	Named            // the set is a field with a name or a tag, and so one member by itself
	EmbeddedMap      // the map is embedded, and so one member by itself
	Clash            // several fields have the name of a watched member, so that none is used
)

// A member is a field that holds a watched member.
type member struct {
	number int
	index  []int // the index of the field
	own    bool  // the field is not in an embedded set
}

// A nested set is embedded in a struct that is the value of a field.
type nested struct {
	field string // the name of the field
	index []int  // of the field in the outer struct
	set   []int  // of the set in the struct
}

// Look examines the struct type of a plan.
func (f *Finder) Look(p *strictjson.Plan) *Struct {
	s := &Struct{finder: f}
	s.walk(p)
	for _, field := range p.Fields {
		switch {
		case field.Number != 0:
			if !s.embeds(field.Index) {
				s.members = append(s.members, member{field.Number, field.Index, true})
			}
		case s.WrongCase == "" && !field.Tagged && f.Format.Number(strings.ToLower(field.Name)) != 0:
			s.WrongCase = field.Name
		}
	}
	for _, name := range p.Clashes {
		if f.Format.Number(name) != 0 {
			s.blame(Mistake{Kind: Clash, Name: name})
		}
	}
	return s
}

// walk visits all fields of the struct and of the structs that it embeds, breadth first.
func (s *Struct) walk(p *strictjson.Plan) {
	visited := map[reflect.Type]bool{}
	for level := []reflect.StructField{{Type: p.Type}}; len(level) > 0; {
		var next []reflect.StructField
		for _, e := range level {
			if visited[e.Type] {
				continue
			}
			visited[e.Type] = true
			if path := s.finder.Path; path != "" && e.Type.PkgPath() == path && e.Type != s.finder.Set {
				s.blame(Mistake{Kind: Sibling, Name: e.Type.String()})
			}
			for i := range e.Type.NumField() {
				field := e.Type.Field(i)
				field.Index = append(slices.Clip(e.Index), i)
				if inner := s.note(p, field); inner != nil {
					field.Type = inner
					next = append(next, field)
				}
			}
		}
		level = next
	}
}

// note records what it finds in one field. If the field is an embedded struct whose fields walk
// must visit too, it returns the type of that struct, otherwise nil.
func (s *Struct) note(p *strictjson.Plan, field reflect.StructField) reflect.Type {
	if field.Anonymous && len(field.Index) == 1 {
		s.noteMethods(field.Type)
	}
	if field.Tag.Get("json") == "-" {
		return nil
	}
	flat, inner := strictjson.IsFlat(field), pointedTo(field.Type)
	switch {
	case inner == s.finder.Set && flat:
		s.addSet(p, field.Index)
	case inner == s.finder.Set:
		if field.Type == inner || field.Type.Elem() == inner {
			s.addSet(nil, field.Index)
		}
		s.blame(Mistake{Kind: Named, Field: field})
	case inner == s.finder.Map && flat:
		s.blame(Mistake{Kind: EmbeddedMap})
	case inner.Kind() != reflect.Struct:
	case flat:
		return inner
	case field.IsExported() && !strictjson.Marshals(inner):
		for _, sf := range reflect.VisibleFields(inner) {
			if sf.Anonymous && pointedTo(sf.Type) == s.finder.Set {
				s.nested = append(s.nested, nested{field.Name, field.Index, sf.Index})
			}
		}
	}
	return nil
}

// blame records a mistake, unless one was recorded already.
func (s *Struct) blame(m Mistake) {
	if s.Mistake.Kind == None {
		s.Mistake = m
	}
}

// noteMethods records t, an embedded type, if it has the methods. The struct inherits them,
// unless it has such methods of its own; noteMethods does not check that.
func (s *Struct) noteMethods(t reflect.Type) {
	name := strings.TrimPrefix(t.String(), "*")
	if s.Marshaler == "" && strictjson.Marshals(t) {
		s.Marshaler = name
	}
	if s.Reader == "" && strictjson.Unmarshals(t) {
		s.Reader = name
	}
}

// addSet records a set and its members. p is the plan of the struct that embeds the set. If the
// set is not embedded, but an ordinary field, p is nil.
func (s *Struct) addSet(p *strictjson.Plan, index []int) {
	if p != nil {
		s.embedded = append(s.embedded, index)
	}
	for _, f := range s.finder.Format.Plan(s.finder.Set).Fields {
		whole := append(slices.Clip(index), f.Index...)
		s.members = append(s.members, member{f.Number, whole, p == nil})
		if p != nil && !slices.ContainsFunc(p.Fields, func(other strictjson.Field) bool { return slices.Equal(other.Index, whole) }) {
			s.Hidden = true
		}
	}
}

// embeds reports whether a field is in an embedded set.
func (s *Struct) embeds(index []int) bool {
	return slices.ContainsFunc(s.embedded, func(set []int) bool { return slices.Equal(set, index[:len(index)-1]) })
}

// pointedTo follows pointers, at most 64, as a pointer type can point to itself.
func pointedTo(t reflect.Type) reflect.Type {
	for range 64 {
		if t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	return t
}

// Lost returns the number of a watched member that is set in the struct v and was not written,
// or 0. offsets has the written members by number. byMethod says that the MarshalJSON or
// MarshalText of v wrote them.
func (s *Struct) Lost(v reflect.Value, offsets []uint32, byMethod bool) int {
	for _, m := range s.members {
		if offsets[m.number] != 0 || m.own && (!byMethod || s.Marshaler == "") { // the program's own method may leave its own fields out
			continue
		}
		if field, err := v.FieldByIndexErr(m.index); err == nil && s.finder.isSet(field) {
			return m.number
		}
	}
	return 0
}

// Unread returns the number of a watched member that the document has, and that the
// UnmarshalJSON of the struct v did not store, or 0. The document was parsed with the format.
func (s *Struct) Unread(v reflect.Value, d *strictjson.Document) int {
	for _, m := range s.members {
		if i := d.Numbered(m.number); i == 0 || d.IsEmpty(i) || m.own && s.Reader == "" {
			continue
		}
		index := m.index
		if !m.own { // one field that is set is enough: UnmarshalJSON does fill the set
			index = index[:len(index)-1]
		}
		if filled, err := v.FieldByIndexErr(index); err != nil || filled.IsZero() || reflect.Indirect(filled).IsZero() {
			return m.number
		}
	}
	return 0
}

// Nested looks for a field of the struct v that is itself a struct, and that embeds a set in
// which the member of that number has a value. It returns the name of the field, or "". If v has
// watched members itself, it returns "".
func (s *Struct) Nested(v reflect.Value, number int) string {
	if len(s.members) > 0 {
		return "" // the nested members are data
	}
	for _, n := range s.nested {
		set := fieldAt(fieldAt(v, n.index), n.set)
		for _, f := range s.finder.Format.Plan(s.finder.Set).Fields {
			if f.Number == number && set.IsValid() && s.finder.isSet(set.FieldByIndex(f.Index)) {
				return n.field
			}
		}
	}
	return ""
}

// fieldAt returns a field of a struct. It follows pointers on the way to the field, and the field
// itself if it is a pointer. It returns the zero Value if a pointer is nil, or if v is the zero
// Value.
func fieldAt(v reflect.Value, index []int) reflect.Value {
	if !v.IsValid() {
		return v
	}
	v, _ = v.FieldByIndexErr(index)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

// isSet reports whether a field has a value that is written.
func (f *Finder) isSet(v reflect.Value) bool {
	if v.Type() == f.Format.Date && v.CanInterface() {
		return !v.Interface().(interface{ IsZero() bool }).IsZero()
	}
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() > 0
	}
	return !v.IsZero()
}
