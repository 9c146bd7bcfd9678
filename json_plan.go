package jwt

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
)

// How a Go type is written as JSON and read from it, worked out once a type:
// which fields a struct has and what they are called, which methods stand in
// for the usual way. The rules are those of encoding/json, but for one: names
// match exactly.

// A plan is that of one type. Plans refer to one another as types do.
type plan struct {
	typ  reflect.Type
	kind planKind
	elem *plan // of a pointer, slice, array or map
	key  *plan // of a map

	fields  []field
	byHash  [64]*field // by hashName; see field.other
	clashes []string   // the names that several fields claim, so that none has them
	folded  foldedNames

	asClaims atomic.Value // what the claims set of a token makes of the type; see claims_lost.go

	marshals     method // encoding/json's Marshaler
	marshalsText method
	writesItself bool     // it has one of them, and is not written in a way of ours
	reads        planKind // how it is read: as kind says, but where a method stands in for it
	readsText    bool     // it has UnmarshalText, by which a map's keys are read
	isZero       func(reflect.Value) bool

	quiet  bool      // filling it calls no method of the caller's, so that none can keep its address
	blanks sync.Pool // of quiet types: blanks to be used again
}

// A planKind says how a type is written or read: as types of its [reflect.Kind] are,
// or in one of these ways.
type planKind uint

const (
	planNumericDate planKind = 100 + iota
	planAudience
	planTime
	planNumber          // json.Number
	planBytes           // written as base64
	planStrings         // []string, where it is read and written by its address
	planNone            // a type that JSON cannot hold
	planUnmarshaler     // read by UnmarshalJSON
	planTextUnmarshaler // read by UnmarshalText
)

// A method is had by a type, by the pointer to it alone, or not at all.
type method uint8

const (
	ofNone method = iota
	ofPointer
	ofValue
)

// A field is one member of a struct's object.
type field struct {
	name      string
	claim     claim   // which of those it is in a claims set
	other     *field  // one whose name's hash meets this one's
	prefix    []byte  // what is written before its value: a comma, the name in quotes, a colon
	branch    *branch // the embedded struct that holds it; nil for the struct itself
	last      int     // its place there
	index     []int   // all the way
	plan      *plan
	tagged    bool
	omitEmpty bool
	omitZero  bool
	quoted    bool // the option "string": its value is written in quotes
	unquotes  bool // and read from them, as no method writes it

	offset      uintptr  // from the start of the struct; see prepareDirect
	directRead  planKind // how it is read there by its address, 0 where that takes reflection
	directWrite planKind // how it is written from there
}

// A branch leads to an embedded struct. Fields of the same one share it.
type branch struct{ index []int }

var (
	numericDateType     = reflect.TypeFor[NumericDate]()
	audienceType        = reflect.TypeFor[Audience]()
	stringsType         = reflect.TypeFor[[]string]()
	timeType            = reflect.TypeFor[time.Time]()
	durationType        = reflect.TypeFor[time.Duration]()
	numberType          = reflect.TypeFor[json.Number]()
	marshalerType       = reflect.TypeFor[json.Marshaler]()
	unmarshalerType     = reflect.TypeFor[json.Unmarshaler]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	zeroerType          = reflect.TypeFor[interface{ IsZero() bool }]()
)

var plans sync.Map // reflect.Type to *plan

// planOf returns the plan of a type.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	made := planner{}
	p := made.plan(t)
	for _, p := range made {
		p.quiet = p.isQuiet(map[*plan]bool{})
	}
	for t, p := range made { // whole at last: others may see them now
		plans.Store(t, p)
	}
	return p
}

// isQuiet reports whether no part of a type is filled by a method of its own. It
// passes over what it has looked at already.
func (p *plan) isQuiet(seen map[*plan]bool) bool {
	if p == nil || seen[p] {
		return true
	}
	seen[p] = true
	if p.reads == planUnmarshaler || p.reads == planTextUnmarshaler {
		return false
	}
	for i := range p.fields {
		if !p.fields[i].plan.isQuiet(seen) {
			return false
		}
	}
	return p.key.isQuiet(seen) && p.elem.isQuiet(seen)
}

// A planner holds the plans of one round, so that a type may refer to itself.
type planner map[reflect.Type]*plan

func (made planner) plan(t reflect.Type) *plan {
	if p, ok := made[t]; ok {
		return p
	}
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{
		typ:          t,
		kind:         planKind(t.Kind()),
		marshals:     methodOf(t, marshalerType),
		marshalsText: methodOf(t, textMarshalerType),
		isZero:       zeroOf(t),
	}
	made[t] = p
	made.fit(p)
	p.reads = p.kind
	p.readsText = reflect.PointerTo(t).Implements(textUnmarshalerType)
	// The types known here are read in ways of ours, and but for time.Time written so.
	known := planNumericDate <= p.kind && p.kind < planBytes
	if !known || p.kind == planTime {
		p.writesItself = p.marshals != ofNone || p.marshalsText != ofNone
	}
	if !known {
		switch pointer := reflect.PointerTo(t); {
		case t.Kind() == reflect.Pointer:
		case pointer.Implements(unmarshalerType):
			p.reads = planUnmarshaler
		case pointer.Implements(textUnmarshalerType):
			p.reads = planTextUnmarshaler
		}
	}
	return p
}

// fit works out the kind of a plan, and what the type is made of.
func (made planner) fit(p *plan) {
	t := p.typ
	switch t {
	case numericDateType:
		p.kind = planNumericDate
		return
	case audienceType:
		p.kind = planAudience
		return
	case timeType:
		p.kind = planTime
		return
	case numberType:
		p.kind = planNumber
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		if pointsNowhere(t) {
			p.kind = planNone
			return
		}
		p.elem = made.plan(t.Elem())
	case reflect.Slice, reflect.Array:
		p.elem = made.plan(t.Elem())
		if e := p.elem; t.Kind() == reflect.Slice && e.typ.Kind() == reflect.Uint8 && e.marshals == ofNone && e.marshalsText == ofNone {
			p.kind = planBytes
		}
	case reflect.Map:
		p.key, p.elem = made.plan(t.Key()), made.plan(t.Elem())
	case reflect.Struct:
		p.fields, p.clashes = made.fields(t)
		p.folded = foldNames(p.fields)
		for i := range p.fields {
			f := &p.fields[i]
			f.prepareDirect(t)
			f.claim = claimNamed(f.name)
			slot := &p.byHash[hashName([]byte(f.name))%uint32(len(p.byHash))]
			f.other, *slot = *slot, f
		}
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		p.kind = planNone
	}
}

// methodOf tells who has the methods of an interface.
func methodOf(t, methods reflect.Type) method {
	switch {
	case t.Implements(methods):
		return ofValue
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(methods):
		return ofPointer
	}
	return ofNone
}

// zeroOf returns the test of the tag option omitzero: the type's own IsZero
// where it has one.
func zeroOf(t reflect.Type) func(reflect.Value) bool {
	if t == numericDateType { // as all others, without a look at its methods
		return func(v reflect.Value) bool { return interfaceOf[NumericDate](v).IsZero() }
	}
	switch methodOf(t, zeroerType) {
	case ofValue:
		return func(v reflect.Value) bool {
			if pointsToNothing(v) {
				return true
			}
			if k := v.Kind(); k != reflect.Pointer && k != reflect.Interface && v.CanAddr() {
				v = v.Addr() // which costs no copy
			}
			return v.Interface().(interface{ IsZero() bool }).IsZero()
		}
	case ofPointer:
		return func(v reflect.Value) bool {
			if !v.CanAddr() {
				addressed := reflect.New(t).Elem()
				addressed.Set(v)
				v = addressed
			}
			return v.Addr().Interface().(interface{ IsZero() bool }).IsZero()
		}
	}
	return reflect.Value.IsZero
}

// pointsNowhere reports whether a pointer type only ever leads to pointers.
func pointsNowhere(t reflect.Type) bool {
	for range 64 {
		if t = t.Elem(); t.Kind() != reflect.Pointer {
			return false
		}
	}
	return true
}

// fields returns the members of a struct, in the order in which they stand in
// it. Of several that claim a name, the one of the least depth has it; of those
// the one with a tag; where that does not decide, none, and the name comes back beside.
func (made planner) fields(t reflect.Type) (kept []field, clashes []string) {
	var found []field
	type embedded struct {
		typ   reflect.Type
		index []int
		in    *branch
	}
	visited := map[reflect.Type]bool{}
	for level := []embedded{{typ: t}}; len(level) > 0; {
		var next []embedded
		for _, e := range level {
			visited[e.typ] = true
		}
		for _, e := range level {
			for i := range e.typ.NumField() {
				sf := e.typ.Field(i)
				tag := sf.Tag.Get("json")
				if tag == "-" || !reachable(sf) {
					continue
				}
				name, options, _ := strings.Cut(tag, ",")
				if !validName(name) {
					name = ""
				}
				index := append(slices.Clip(e.index), i)
				if inner := structOf(sf.Type); sf.Anonymous && name == "" && inner != nil {
					if !visited[inner] {
						next = append(next, embedded{inner, index, &branch{index}})
					}
					continue
				}
				if !sf.IsExported() && speaksForItself(structOf(sf.Type)) {
					continue
				}
				f := field{name: name, branch: e.in, last: i, index: index, tagged: name != "", plan: made.plan(sf.Type)}
				if f.name == "" {
					f.name = sf.Name
				}
				for option := range strings.SplitSeq(options, ",") {
					switch option {
					case "omitempty":
						f.omitEmpty = true
					case "omitzero":
						f.omitZero = true
					case "string":
						f.quoted = canBeQuoted(sf.Type)
						f.unquotes = f.quoted && !f.plan.writesItself
					}
				}
				f.prefix, _ = appendJSONString([]byte{','}, f.name)
				f.prefix = append(f.prefix, ':')
				found = append(found, f)
			}
		}
		level = next
	}
	return dominant(found)
}

func dominant(found []field) (kept []field, clashes []string) {
	byName := map[string][]field{}
	for _, f := range found { // in order of depth
		byName[f.name] = append(byName[f.name], f)
	}
	for name, same := range byName {
		same = slices.DeleteFunc(same, func(f field) bool { return len(f.index) > len(same[0].index) })
		if slices.ContainsFunc(same, func(f field) bool { return f.tagged }) {
			same = slices.DeleteFunc(same, func(f field) bool { return !f.tagged })
		}
		if len(same) == 1 {
			kept = append(kept, same[0])
		} else {
			clashes = append(clashes, name)
		}
	}
	slices.Sort(clashes)
	slices.SortFunc(kept, func(a, b field) int { return slices.CompareFunc(a.index, b.index, cmp.Compare[int]) })
	return kept, clashes
}

// usesMethod reports whether a method writes the value: one of the pointer to it
// needs an address.
func (p *plan) usesMethod(v reflect.Value) bool {
	return max(p.marshals, p.marshalsText) == ofValue || p.writesItself && v.CanAddr()
}

// reachable leaves out unexported fields, but for embedded structs, whose own
// fields may be exported.
func reachable(sf reflect.StructField) bool {
	return sf.IsExported() || sf.Anonymous && structOf(sf.Type) != nil
}

// speaksForItself reports whether a struct has a method that stands in for the
// usual way. Such an embedded field that is not exported is left out, for
// reflection would panic where the method is called.
func speaksForItself(t reflect.Type) bool {
	for _, methods := range []reflect.Type{marshalerType, unmarshalerType, textMarshalerType, textUnmarshalerType, zeroerType} {
		if methodOf(t, methods) != ofNone {
			return true
		}
	}
	return false
}

// structOf returns the struct that a type is or points to, or nil.
func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// validName reports whether a tag's name may be one in encoding/json.
func validName(name string) bool {
	for _, r := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return name != ""
}

func canBeQuoted(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// field returns the field of exactly that name, whose hash is given, or nil.
func (p *plan) field(name []byte, hash uint32) *field {
	f := p.byHash[hash%uint32(len(p.byHash))]
	for f != nil && f.name != string(name) {
		f = f.other
	}
	return f
}
