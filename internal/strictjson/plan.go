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

// How Go types are written and read, computed once for each type: the fields of a struct and
// their names, and the methods that read or write a type. The rules are those of
// encoding/json.

// A Format has the importer's types, and the names that it finds by number. It caches the
// plans of all Go types that were read or written with it.
type Format struct {
	Types
	names *nameIndex
	plans sync.Map // reflect.Type to *Plan
}

// Types are the importer's types. Each field may be nil.
type Types struct {
	// Date is a struct that embeds a time.Time and has no other field. ParseDate reads a
	// Date, and also a time.Time, from a number. It returns false if the number is no date.
	// AppendDate writes a Date.
	Date       reflect.Type
	ParseDate  func(number []byte) (time.Time, bool)
	AppendDate func(dst []byte, date time.Time) ([]byte, error)

	// OneOrMore is a []string. If it has one string, it is written as a string, otherwise
	// as an array. It is read from a string or an array of strings.
	OneOrMore reflect.Type

	// Member may replace or refuse a value before it is written. If Writer.Offsets is set,
	// it is called for members of the outermost object that have a number: for each value
	// of a map, and for each time.Duration in a struct, which is often a mistake, as it is
	// written as an integer. It returns the value to write. Its error completes the
	// sentence `"name" holds`.
	Member func(number int, value any) (any, error)
}

// NewFormat returns a format. The first of the names has the number 1. The format is safe for
// concurrent use.
func NewFormat(names []string, types Types) *Format {
	return &Format{Types: types, names: newNameIndex(names)}
}

// Number returns the number of a name, or 0.
func (f *Format) Number(name string) int { return f.names.find(bytesOf(name), hashName(bytesOf(name))) }

// A Plan says how one Go type is written and read. Plans may be cyclic, as types may be. The
// exported fields must not be changed.
type Plan struct {
	Type         reflect.Type
	Elem         *Plan    // for a pointer, slice, array or map
	Key          *Plan    // for a map
	Fields       []Field  // for a struct, in the order in which they are written
	Clashes      []string // names that several fields have, so that none of these fields is used
	WritesItself bool     // the type, or the pointer to it, has MarshalJSON or MarshalText
	ReadsItself  bool     // the pointer to it has UnmarshalJSON or UnmarshalText

	Memo atomic.Value // a cache for the importer, for its own facts about the type

	format *Format
	form   form // how it is written
	reads  form // how it is read; differs from form if it reads itself
	index  *nameIndex

	marshals     methodSet // the methods of json.Marshaler
	marshalsText methodSet // the methods of encoding.TextMarshaler
	testsZero    methodSet // the method IsZero
	readsKey     bool      // UnmarshalText reads it as the key of a map

	pure    bool      // reading it runs no user code, which might keep its address
	scratch sync.Pool // of *Scratch
}

// A form says how a type is written or read: like all types of its reflect.Kind, or in one of
// these ways.
type form uint

const (
	formDate     form = 100 + iota // Types.Date
	formMore                       // Types.OneOrMore
	formTime                       // time.Time
	formNumber                     // json.Number
	formDuration                   // time.Duration
	formBytes                      // a slice of bytes, in base64
	formStrings                    // []string, if it is read and written through its address
	formNone                       // a pointer that leads to nothing but pointers
	formUnmarshaler
	formTextUnmarshaler
)

// A Field is a struct field that is a member of the struct's object.
type Field struct {
	Name   string
	Number int   // the number of the name in the format, or 0
	Index  []int // for reflect.Value.FieldByIndex
	Tagged bool  // the name is from a tag

	plan      *Plan
	prefix    []byte // written before the value: a comma, the name in quotes, a colon
	omitEmpty bool
	omitZero  bool
	quoted    bool // tag option string: the value is written in quotes
	unquotes  bool // tag option string: the value is read from quotes; not if a method writes it

	offset      uintptr // from the start of the struct; see prepareDirect
	directRead  form    // how it is read through its address, or 0 for reflection
	directWrite form    // how it is written through its address, or 0 for reflection
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
	for t, p := range made.plans { // all plans are complete now, so other goroutines may use them
		f.plans.Store(t, p)
	}
	return p
}

// Is reports whether the type is written like other types of this kind, unless a method
// writes it.
func (p *Plan) Is(kind reflect.Kind) bool { return p.form == form(kind) }

// isPure reports whether reading the type runs no user code. seen has the plans that were
// visited already.
func (p *Plan) isPure(seen map[*Plan]bool) bool {
	if p == nil || seen[p] {
		return true
	}
	seen[p] = true
	pure := !p.ReadsItself && p.Key.isPure(seen) && p.Elem.isPure(seen)
	for i := range p.Fields {
		pure = pure && p.Fields[i].plan.isPure(seen)
	}
	return pure
}

// A planner makes the plans of a type and of the types in it, which may include the type
// itself.
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
		testsZero:    methodsOf(t, zeroerType),
	}
	p.scratch.New = func() any { return &Scratch{reflect.New(t).Elem()} }
	made.plans[t] = p
	p.form = made.formOf(p)
	p.reads = p.form
	// The importer's types are read and written without their methods. A time.Time is
	// written by its MarshalJSON, as RFC 3339 text.
	if p.form == formDate || p.form == formMore || p.form == formNumber {
		return p
	}
	p.WritesItself = p.marshals != ofNone || p.marshalsText != ofNone
	switch {
	case p.form == formTime:
	case pointer.Implements(unmarshalerType):
		p.reads, p.ReadsItself = formUnmarshaler, true
	case p.readsKey:
		p.reads, p.ReadsItself = formTextUnmarshaler, true
	}
	return p
}

// formOf returns the form of a type. It makes the plans of the types in it.
func (made planner) formOf(p *Plan) form {
	t := p.Type
	switch t {
	case made.format.Date:
		return formDate
	case made.format.OneOrMore:
		return formMore
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
		if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && !Marshals(t.Elem()) {
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
	}
	return form(t.Kind())
}

// pointsNowhere reports whether a pointer type leads to nothing but pointers, such as type P
// *P.
func pointsNowhere(t reflect.Type) bool {
	for range 64 {
		if t = t.Elem(); t.Kind() != reflect.Pointer {
			return false
		}
	}
	return true
}

// fields returns the members of a struct in their order, and the clashing names; see
// dominant.
func (made planner) fields(t reflect.Type) (kept []Field, clashes []string) {
	var found []Field
	depths := map[reflect.Type]int{t: 0} // of each embedded struct the least depth
	embedded := []reflect.StructField{{Type: t}}
	for len(embedded) > 0 {
		e := embedded[0]
		embedded = embedded[1:]
		for sf := range e.Type.Fields() {
			sf.Index = append(slices.Clip(e.Index), sf.Index...)
			inner := pointed(sf.Type)
			switch embeds := sf.Anonymous && inner.Kind() == reflect.Struct; {
			case sf.Tag.Get("json") == "-":
			case embeds && IsFlat(sf):
				if depth, ok := depths[inner]; !ok || depth == len(sf.Index) {
					depths[inner], sf.Type = len(sf.Index), inner
					embedded = append(embedded, sf)
				}
			case sf.IsExported(), embeds && !hasMethods(inner):
				found = append(found, made.field(sf))
			}
		}
	}
	return dominant(found)
}

func (made planner) field(sf reflect.StructField) Field {
	name, options := tagOf(sf)
	f := Field{Name: cmp.Or(name, sf.Name), Tagged: name != "", Index: sf.Index, plan: made.plan(sf.Type)}
	f.Number = made.format.Number(f.Name)
	f.prefix, _ = new(Writer).AppendString([]byte{','}, f.Name)
	f.prefix = append(f.prefix, ':')
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "omitempty":
			f.omitEmpty = true
		case "omitzero":
			f.omitZero = true
		case "string": // it has no effect on other kinds
			k := pointed(sf.Type).Kind()
			f.quoted = reflect.Bool <= k && k <= reflect.Float64 || k == reflect.String
			f.unquotes = f.quoted && !f.plan.WritesItself
		}
	}
	return f
}

// dominant chooses between fields of the same name: the field of the least depth, and among
// these the one with a tag. If several are left, none is used, and the name is a clash.
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

// IsFlat reports whether a field is embedded without a name in its tag. The members of an
// embedded struct then become members of the outer struct.
func IsFlat(sf reflect.StructField) bool {
	name, _ := tagOf(sf)
	return sf.Anonymous && name == ""
}

// tagOf returns the name and the options in the tag of a field. The name is "" if the tag has
// none, or one that encoding/json does not accept.
func tagOf(sf reflect.StructField) (name, options string) {
	name, options, _ = strings.Cut(sf.Tag.Get("json"), ",")
	for _, r := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return "", options
		}
	}
	return name, options
}

// pointed returns what an unnamed pointer points to, and any other type as it is.
func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		return t.Elem()
	}
	return t
}

// field returns the field of exactly that name, or nil. hash is the hash of the name.
func (p *Plan) field(name []byte, hash uint32) *Field {
	if i := p.index.find(name, hash); i != 0 {
		return &p.Fields[i-1]
	}
	return nil
}
