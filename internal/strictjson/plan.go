package strictjson

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

// How Go types are written and read, computed once a type: which fields a struct has
// and what they are called, and which methods replace the usual way. The rules are those
// of encoding/json.

// A Format is what an importer adds to JSON: types of its own, and names that it finds by
// number. It holds the plans of all Go types that were read or written by it.
type Format struct {
	Types
	names *nameIndex
	plans sync.Map // reflect.Type to *Plan
}

// Types are the importer's types. A field that is nil has no such type.
type Types struct {
	// Date is a struct that embeds a time.Time and has no other field. It is read from
	// a number by ParseDate, which returns false for a number that is no date, and so is
	// a time.Time. AppendDate writes it.
	Date       reflect.Type
	ParseDate  func(number []byte) (time.Time, bool)
	AppendDate func(dst []byte, date time.Time) ([]byte, error)

	// OneOrMore is a []string that is written as a string where it holds one, and read
	// from a string as well as from an array of strings.
	OneOrMore reflect.Type

	// Member is asked about members of the outermost object that have a number, if
	// Writer.Offsets is set: about each value of a map, and about each time.Duration,
	// which few mean where it is written as an integer. It returns what to write instead.
	// Its error completes the sentence `"name" holds`.
	Member func(number int, value any) (any, error)
}

// NewFormat returns a format in which the first of the names has the number 1. It is safe
// for concurrent use.
func NewFormat(names []string, types Types) *Format {
	return &Format{Types: types, names: newNameIndex(names)}
}

// Number returns the number of a name, or 0.
func (f *Format) Number(name string) int { return f.names.find(bytesOf(name), hashName(bytesOf(name))) }

// A Plan is how one Go type is written and read. Plans are cyclic where types are. The
// exported fields must not be changed.
type Plan struct {
	Type         reflect.Type
	Elem         *Plan    // of a pointer, slice, array or map
	Key          *Plan    // of a map
	Fields       []Field  // of a struct, in the order in which they are written
	Clashes      []string // names that several fields claim, so that none of them has it
	WritesItself bool     // by its MarshalJSON or MarshalText, or that of the pointer to it
	ReadsItself  bool     // by UnmarshalJSON or UnmarshalText

	Memo atomic.Value // for the importer, to keep what it finds out about the type

	format *Format
	form   form
	reads  form // how it is read: as form says, unless it reads itself
	index  *nameIndex
	isZero func(reflect.Value) bool

	marshals     methodSet // that of json.Marshaler
	marshalsText methodSet // that of encoding.TextMarshaler
	readsKey     bool      // UnmarshalText reads it as the key of a map

	pure    bool      // reading it runs no code of the program, which might keep its address
	scratch sync.Pool // of *Scratch
}

// A form is how a type is written or read: as all types of its reflect.Kind are, or in
// one of these ways.
type form uint

const (
	formDate     form = 100 + iota // Types.Date
	formMore                       // Types.OneOrMore
	formTime                       // time.Time
	formNumber                     // json.Number
	formDuration                   // time.Duration
	formBytes                      // a slice of bytes, in base64
	formStrings                    // []string, where it is read and written by its address
	formNone                       // JSON has nothing for the type
	formUnmarshaler
	formTextUnmarshaler
)

// A methodSet is the set that a method is in: that of the type, that of the pointer to it
// alone, or neither.
type methodSet uint8

const (
	ofNone methodSet = iota
	ofPointer
	ofValue
)

// A Field is a struct field that is a member of the struct's object.
type Field struct {
	Name   string
	Number int   // of the name in the format, or 0
	Index  []int // for reflect.Value.FieldByIndex
	Tagged bool  // the name is from a tag

	plan      *Plan
	untagged  []byte // the name that it has without a tag
	prefix    []byte // what is written before the value: a comma, the name in quotes, a colon
	omitEmpty bool
	omitZero  bool
	quoted    bool // the tag option string: the value is written in quotes
	unquotes  bool // and read from them, as no method writes it

	offset      uintptr // from the start of the struct; see prepareDirect
	directRead  form    // how it is read by its address, or 0 for reflection
	directWrite form    // how it is written from there
}

var (
	stringsType         = reflect.TypeFor[[]string]()
	marshalerType       = reflect.TypeFor[json.Marshaler]()
	unmarshalerType     = reflect.TypeFor[json.Unmarshaler]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	zeroerType          = reflect.TypeFor[interface{ IsZero() bool }]()
)

// Plan returns the plan of a type.
func (f *Format) Plan(t reflect.Type) *Plan {
	if p, ok := f.plans.Load(t); ok {
		return p.(*Plan)
	}
	made := planner{f, map[reflect.Type]*Plan{}}
	p := made.plan(t)
	for _, p := range made.plans {
		p.pure = p.isPure(map[*Plan]bool{})
	}
	for t, p := range made.plans { // complete at last, so others may see them
		f.plans.Store(t, p)
	}
	return p
}

// Is reports whether the type is written as those of a kind are, if no method writes it.
func (p *Plan) Is(kind reflect.Kind) bool { return p.form == form(kind) }

// isPure reports whether reading the type runs no method of the program. seen are the
// plans that it need not look at again.
func (p *Plan) isPure(seen map[*Plan]bool) bool {
	if p == nil || seen[p] {
		return true
	}
	seen[p] = true
	for i := range p.Fields {
		if !p.Fields[i].plan.isPure(seen) {
			return false
		}
	}
	return !p.ReadsItself && p.Key.isPure(seen) && p.Elem.isPure(seen)
}

// A planner makes the plans of a type and of all that it is made of, which may be the
// type again.
type planner struct {
	format *Format
	plans  map[reflect.Type]*Plan
}

func (made planner) plan(t reflect.Type) *Plan {
	if p, ok := made.plans[t]; ok {
		return p
	}
	if p, ok := made.format.plans.Load(t); ok {
		return p.(*Plan)
	}
	pointer := reflect.PointerTo(t)
	p := &Plan{
		Type:         t,
		format:       made.format,
		marshals:     methodsOf(t, marshalerType),
		marshalsText: methodsOf(t, textMarshalerType),
		readsKey:     pointer.Implements(textUnmarshalerType),
		isZero:       zeroTest(t),
	}
	made.plans[t] = p
	p.form = made.formOf(p)
	p.reads = p.form
	// The importer's types are read and written without their methods. A time.Time is
	// written by its own, as RFC 3339 text.
	switch p.form {
	case formDate, formMore, formNumber:
		return p
	case formDuration:
		p.reads = form(reflect.Int64)
	}
	p.WritesItself = p.marshals != ofNone || p.marshalsText != ofNone
	switch {
	case p.form == formTime, t.Kind() == reflect.Pointer:
	case pointer.Implements(unmarshalerType):
		p.reads, p.ReadsItself = formUnmarshaler, true
	case p.readsKey:
		p.reads, p.ReadsItself = formTextUnmarshaler, true
	}
	return p
}

// formOf returns the form of a type. It makes the plans of what the type is made of.
func (made planner) formOf(p *Plan) form {
	t := p.Type
	switch t {
	case made.format.Date:
		return formDate
	case reflect.TypeFor[time.Time]():
		return formTime
	case reflect.TypeFor[json.Number]():
		return formNumber
	case reflect.TypeFor[time.Duration]():
		return formDuration
	}
	switch t.Kind() {
	case reflect.Pointer:
		if pointsNowhere(t) {
			return formNone
		}
		p.Elem = made.plan(t.Elem())
	case reflect.Slice, reflect.Array:
		p.Elem = made.plan(t.Elem())
		switch e := p.Elem; {
		case t == made.format.OneOrMore:
			return formMore
		case t.Kind() == reflect.Slice && e.Type.Kind() == reflect.Uint8 && e.marshals == ofNone && e.marshalsText == ofNone:
			return formBytes
		}
	case reflect.Map:
		p.Key, p.Elem = made.plan(t.Key()), made.plan(t.Elem())
	case reflect.Struct:
		p.Fields, p.Clashes = made.fields(t)
		names := make([]string, len(p.Fields))
		for i := range p.Fields {
			names[i] = p.Fields[i].Name
			p.Fields[i].prepareDirect(t)
		}
		p.index = newNameIndex(names)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return formNone
	}
	return form(t.Kind())
}

// Marshals reports whether a type, or the pointer to it, has MarshalJSON or MarshalText.
func Marshals(t reflect.Type) bool {
	return methodsOf(t, marshalerType) != ofNone || methodsOf(t, textMarshalerType) != ofNone
}

// Unmarshals reports whether a type, or the pointer to it, has UnmarshalJSON.
func Unmarshals(t reflect.Type) bool { return methodsOf(t, unmarshalerType) != ofNone }

// methodsOf tells which set has the methods of an interface.
func methodsOf(t, methods reflect.Type) methodSet {
	switch {
	case t.Implements(methods):
		return ofValue
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(methods):
		return ofPointer
	}
	return ofNone
}

// zeroTest returns the test of the tag option omitzero: the type's IsZero if it has one.
func zeroTest(t reflect.Type) func(reflect.Value) bool {
	has := methodsOf(t, zeroerType)
	if has == ofNone {
		return reflect.Value.IsZero
	}
	return func(v reflect.Value) bool {
		return pointsToNothing(v) || asMethods(v, has).(interface{ IsZero() bool }).IsZero()
	}
}

// addressable returns a value, or a copy that has an address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	addressed := reflect.New(v.Type()).Elem()
	addressed.Set(v)
	return addressed
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

// fields returns the members of a struct in their order, and the names that no field has
// as several claim them; see dominant.
func (made planner) fields(t reflect.Type) (kept []Field, clashes []string) {
	var found []Field
	visited := map[reflect.Type]bool{}
	for level := []reflect.StructField{{Type: t}}; len(level) > 0; { // embedded structs of one depth
		var next []reflect.StructField
		for _, e := range level {
			visited[e.Type] = true
		}
		for _, e := range level {
			for i := range e.Type.NumField() {
				sf := e.Type.Field(i)
				sf.Index = append(slices.Clip(e.Index), i)
				inner := structOf(sf.Type)
				switch embeds := sf.Anonymous && inner != nil; {
				case sf.Tag.Get("json") == "-":
				case embeds && IsFlat(sf):
					if !visited[inner] {
						sf.Type = inner
						next = append(next, sf)
					}
				case sf.IsExported(), embeds && !hasMethods(inner):
					found = append(found, made.field(sf))
				}
			}
		}
		level = next
	}
	return dominant(found)
}

func (made planner) field(sf reflect.StructField) Field {
	name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
	f := Field{Name: sf.Name, Index: sf.Index, untagged: []byte(sf.Name), plan: made.plan(sf.Type)}
	if validName(name) {
		f.Name, f.Tagged = name, true
	}
	f.Number = made.format.Number(f.Name)
	f.prefix, _ = new(Writer).AppendString([]byte{','}, f.Name)
	f.prefix = append(f.prefix, ':')
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "omitempty":
			f.omitEmpty = true
		case "omitzero":
			f.omitZero = true
		case "string":
			f.quoted = canBeQuoted(sf.Type)
			f.unquotes = f.quoted && !f.plan.WritesItself
		}
	}
	return f
}

// dominant decides between fields of one name: the one of the least depth has it; of
// those the one with a tag; if that does not decide, none.
func dominant(found []Field) (kept []Field, clashes []string) {
	byName := map[string][]Field{}
	for _, f := range found { // in order of depth
		byName[f.Name] = append(byName[f.Name], f)
	}
	for name, same := range byName {
		same = slices.DeleteFunc(same, func(f Field) bool { return len(f.Index) > len(same[0].Index) })
		if slices.ContainsFunc(same, func(f Field) bool { return f.Tagged }) {
			same = slices.DeleteFunc(same, func(f Field) bool { return !f.Tagged })
		}
		if len(same) == 1 {
			kept = append(kept, same[0])
		} else {
			clashes = append(clashes, name)
		}
	}
	slices.Sort(clashes)
	slices.SortFunc(kept, func(a, b Field) int { return slices.CompareFunc(a.Index, b.Index, cmp.Compare[int]) })
	return kept, clashes
}

// hasMethods reports whether a struct has a method that replaces the usual way. Such an
// embedded field that is not exported is left out, as reflection panics on the call.
func hasMethods(t reflect.Type) bool {
	return slices.ContainsFunc([]reflect.Type{marshalerType, unmarshalerType, textMarshalerType, textUnmarshalerType, zeroerType},
		func(methods reflect.Type) bool { return methodsOf(t, methods) != ofNone })
}

// IsFlat reports whether the members of an embedded field become those of the struct
// around it, if it is a struct: its tag gives it no name.
func IsFlat(sf reflect.StructField) bool {
	name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
	return sf.Anonymous && !validName(name)
}

// structOf returns the struct that a type is or points to, or nil.
func structOf(t reflect.Type) reflect.Type {
	if t = pointed(t); t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// pointed returns what an unnamed pointer points to, and any other type as it is.
func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		return t.Elem()
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

// canBeQuoted reports whether the tag option string has an effect on a type.
func canBeQuoted(t reflect.Type) bool {
	k := pointed(t).Kind()
	return reflect.Bool <= k && k <= reflect.Float64 || k == reflect.String
}

// field returns the field of exactly that name, whose hash is given, or nil.
func (p *Plan) field(name []byte, hash uint32) *Field {
	if i := p.index.find(name, hash); i != 0 {
		return &p.Fields[i-1]
	}
	return nil
}
