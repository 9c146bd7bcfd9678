package jwt

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The one JSON writer: every name and value that the package writes is escaped
// here. It writes what encoding/json writes, without its escaping for HTML, and
// refuses where that would bend a value: text that is not UTF-8, and JSON of
// the caller's own that is not strictly valid.

var (
	errNotUTF8   = errors.New("text that is not valid UTF-8")
	errNotJSON   = errors.New("JSON of its own (a json.RawMessage, a json.Number or MarshalJSON) that is not strictly valid")
	errTooDeep   = errors.New("values nested deeper than 64 levels, or that contain themselves")
	errTwoNames  = errors.New("two keys of a map that are written as the same name")
	errNoJSONFor = errors.New("a value that JSON cannot hold")
	errTooLarge  = errors.New("more than is read of a token")
)

// maxHops is how many pointers and interfaces are followed: more hold themselves.
const maxHops = 1000

// A writer appends one value. Its depth and hops bound what contains itself; after an
// error they are wrong, and it is of no more use.
type writer struct {
	depth int // objects and arrays around the value
	hops  int // pointers and interfaces followed

	places *registered // where the registered claims of the outermost object are noted; or nil
	limit  int         // how long the text may get; 0 is no limit. It may be passed by one value
	walks  *document   // what JSON of the caller's own is checked in; made when it is needed
}

func (w *writer) document() *document {
	if w.walks == nil {
		w.walks = new(document)
	}
	return w.walks
}

// exceeds reports whether n more bytes pass the limit. What no verifier would read is
// not written to its end first.
func (w *writer) exceeds(dst []byte, n int) bool { return w.limit > 0 && len(dst)+n > w.limit }

// any appends a value of any type; what is common goes without reflection.
func (w *writer) any(dst []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return w.string(dst, v)
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return appendJSONFloat(dst, v, 64)
	case map[string]any:
		if v == nil {
			return append(dst, "null"...), nil
		}
		return w.object(dst, v)
	case []any:
		if v == nil {
			return append(dst, "null"...), nil
		}
		return w.array(dst, len(v), func(dst []byte, i int) ([]byte, error) { return w.any(dst, v[i]) })
	case []string:
		return w.stringsOrNull(dst, v)
	}
	v := reflect.ValueOf(value)
	return w.value(dst, v, planOf(v.Type()))
}

// object appends the members of a map in the order of their names.
func (w *writer) object(dst []byte, m map[string]any) ([]byte, error) {
	if w.exceeds(dst, leastMember*len(m)) {
		return dst, errTooLarge
	}
	return w.members(dst, sortedMembers(m, make([]member, 0, 16)))
}

// leastMember is how short a member can be: `"":0,`.
const leastMember = 5

// A member is a name and a value of an object to be written.
type member struct {
	name  string
	value any
}

// sortedMembers appends to list, so that a caller's small array serves.
func sortedMembers(m map[string]any, list []member) []member {
	list = slices.Grow(list, len(m))
	for name, value := range m {
		list = append(list, member{name, value})
	}
	sortByName(list)
	return list
}

func sortByName(list []member) {
	slices.SortFunc(list, func(a, b member) int { return strings.Compare(a.name, b.name) })
}

// members appends an object of the members, in their order.
func (w *writer) members(dst []byte, list []member) ([]byte, error) {
	if w.depth++; w.depth > maxJSONDepth {
		return dst, errTooDeep
	}
	dst = append(dst, '{')
	var err error
	for i, m := range list {
		if dst, err = w.name(dst, m.name, i == 0); err == nil {
			if w.notesPlaces() {
				w.places[claimNamed(m.name)] = uint32(len(dst))
			}
			dst, err = w.any(dst, m.value)
		}
		if err != nil {
			return dst, within(m.name, err)
		}
	}
	w.depth--
	return append(dst, '}'), nil
}

// name begins a member: a comma after another one, the name, the colon.
func (w *writer) name(dst []byte, name string, first bool) ([]byte, error) {
	if !first {
		dst = append(dst, ',')
	}
	dst, err := w.string(dst, name)
	return append(dst, ':'), err
}

// notesPlaces reports whether this is the outermost object, and its places are wanted.
func (w *writer) notesPlaces() bool { return w.depth == 1 && w.places != nil }

// A pathError says under which name a value could not be written.
type pathError struct {
	name string
	err  error
}

func (e *pathError) Error() string { return quote(e.name) + " holds " + e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

// within adds the name to an error, the innermost one only, and where a name is to blame.
func within(name string, err error) error {
	if _, ok := err.(*pathError); ok || err == errTooLarge {
		return err
	}
	return &pathError{name, err}
}

// array appends an array of n elements.
func (w *writer) array(dst []byte, n int, element func(dst []byte, i int) ([]byte, error)) ([]byte, error) {
	if w.depth++; w.depth > maxJSONDepth {
		return dst, errTooDeep
	}
	dst = append(dst, '[')
	var err error
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = element(dst, i); err == nil && w.exceeds(dst, 1) {
			err = errTooLarge
		}
		if err != nil {
			return dst, err
		}
	}
	w.depth--
	return append(dst, ']'), nil
}

// value appends a value by its plan.
func (w *writer) value(dst []byte, v reflect.Value, p *plan) ([]byte, error) {
	if p.writesItself {
		switch {
		case p.marshals == ofValue, p.marshals == ofPointer && v.CanAddr():
			return w.marshaler(dst, v, p.marshals)
		case p.marshalsText == ofValue, p.marshalsText == ofPointer && v.CanAddr():
			return w.textMarshaler(dst, v, p.marshalsText)
		}
	}
	switch p.kind {
	case planNumericDate:
		return interfaceOf[NumericDate](v).appendJSON(dst)
	case planAudience:
		return w.audience(dst, interfaceOf[Audience](v))
	case planNumber:
		return appendNumber(dst, v.String())
	case planBytes:
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		if w.exceeds(dst, base64.StdEncoding.EncodedLen(v.Len())) {
			return dst, errTooLarge
		}
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v.Bytes())
		return append(dst, '"'), nil
	case planNone:
		return dst, errNoJSONFor
	case planKind(reflect.Bool):
		return strconv.AppendBool(dst, v.Bool()), nil
	case planKind(reflect.String):
		return w.string(dst, v.String())
	case planKind(reflect.Float32):
		return appendJSONFloat(dst, v.Float(), 32)
	case planKind(reflect.Float64):
		return appendJSONFloat(dst, v.Float(), 64)
	case planKind(reflect.Struct):
		return w.structure(dst, v, p)
	case planKind(reflect.Map):
		return w.mapping(dst, v, p)
	case planKind(reflect.Slice):
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		return w.list(dst, v, p)
	case planKind(reflect.Array):
		return w.list(dst, v, p)
	case planKind(reflect.Pointer), planKind(reflect.Interface):
		return w.indirect(dst, v, p)
	}
	if v.CanInt() {
		return strconv.AppendInt(dst, v.Int(), 10), nil
	}
	return strconv.AppendUint(dst, v.Uint(), 10), nil
}

func (w *writer) list(dst []byte, v reflect.Value, p *plan) ([]byte, error) {
	return w.array(dst, v.Len(), func(dst []byte, i int) ([]byte, error) { return w.value(dst, v.Index(i), p.elem) })
}

func (w *writer) indirect(dst []byte, v reflect.Value, p *plan) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	if w.hops++; w.hops > maxHops {
		return dst, errTooDeep
	}
	elem := p.elem
	if elem == nil {
		elem = planOf(v.Elem().Type())
	}
	dst, err := w.value(dst, v.Elem(), elem)
	w.hops--
	return dst, err
}

func (w *writer) structure(dst []byte, v reflect.Value, p *plan) ([]byte, error) {
	if w.depth++; w.depth > maxJSONDepth {
		return dst, errTooDeep
	}
	start := len(dst)
	base := addressOf(v)
	var walked *branch // the one that holder is at the end of
	holder, there := v, true
	for i := range p.fields {
		f := &p.fields[i]
		var fv reflect.Value
		direct := f.directWrite != 0 && base != nil
		if direct {
			if (f.omitEmpty || f.omitZero) && f.leftOut(f.addressIn(base)) {
				continue
			}
		} else {
			if f.branch != walked {
				walked = f.branch
				holder, there = walked.of(v)
			}
			if !there {
				continue
			}
			fv = holder.Field(f.last)
			if f.omitEmpty && isEmpty(fv) || f.omitZero && f.plan.isZero(fv) {
				continue
			}
		}
		dst = append(dst, f.prefix...)
		if w.notesPlaces() {
			w.places[f.claim] = uint32(len(dst))
		}
		var err error
		switch {
		case direct:
			dst, err = w.valueDirect(dst, f.addressIn(base), f.directWrite)
		case f.quoted:
			dst, err = w.inQuotes(dst, fv, f.plan)
		default:
			dst, err = w.value(dst, fv, f.plan)
		}
		if err != nil {
			return dst, within(f.name, err)
		}
	}
	w.depth--
	if len(dst) == start {
		return append(dst, "{}"...), nil
	}
	dst[start] = '{' // in place of the first comma
	return append(dst, '}'), nil
}

// of walks to the embedded struct; false where a pointer to it is nil.
func (b *branch) of(v reflect.Value) (reflect.Value, bool) {
	if b == nil {
		return v, true
	}
	for _, i := range b.index {
		if v = v.Field(i); v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
	}
	return v, true
}

// isEmpty is the test of the tag option omitempty.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// inQuotes follows the tag option string.
func (w *writer) inQuotes(dst []byte, v reflect.Value, p *plan) ([]byte, error) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		v, p = v.Elem(), p.elem
	}
	if p.usesMethod(v) {
		return w.value(dst, v, p) // a method's text stands as it is
	}
	text, err := w.value(nil, v, p)
	if err != nil {
		return dst, err
	}
	if v.Kind() == reflect.String {
		return w.string(dst, string(text))
	}
	dst = append(append(dst, '"'), text...)
	return append(dst, '"'), nil
}

func (w *writer) mapping(dst []byte, v reflect.Value, p *plan) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	if w.depth++; w.depth > maxJSONDepth {
		return dst, errTooDeep
	}
	if w.exceeds(dst, leastMember*v.Len()) {
		return dst, errTooLarge
	}
	type entry struct {
		name  string
		value reflect.Value
	}
	members := make([]entry, 0, v.Len())
	for key, value := range v.Seq2() {
		name, err := keyName(key, p.key)
		if err != nil {
			return dst, err
		}
		members = append(members, entry{name, value})
	}
	slices.SortFunc(members, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 && m.name == members[i-1].name { // keys may differ and write the same text
			return dst, within(m.name, errTwoNames)
		}
		var err error
		if dst, err = w.name(dst, m.name, i == 0); err == nil {
			dst, err = w.value(dst, m.value, p.elem)
		}
		if err != nil {
			return dst, within(m.name, err)
		}
	}
	w.depth--
	return append(dst, '}'), nil
}

// keyName is a map's key as a name: a string is one, then come MarshalText and
// integers.
func keyName(key reflect.Value, p *plan) (string, error) {
	if key.Kind() == reflect.Interface && p.marshalsText == ofValue {
		if key.IsNil() {
			return "", nil
		}
		key = key.Elem()
	}
	switch {
	case key.Kind() == reflect.String:
		return key.String(), nil
	case p.marshalsText == ofValue:
		if key.Kind() == reflect.Pointer && key.IsNil() {
			return "", nil
		}
		text, err := key.Interface().(encoding.TextMarshaler).MarshalText()
		return string(text), err
	case key.CanInt():
		return strconv.FormatInt(key.Int(), 10), nil
	case key.CanUint():
		return strconv.FormatUint(key.Uint(), 10), nil
	}
	return "", errNoJSONFor
}

// pointsToNothing reports whether a value is a nil pointer, or an interface that is
// nil or holds one: a method of what it points to would panic.
func pointsToNothing(v reflect.Value) bool {
	if v.Kind() == reflect.Interface {
		if v.IsNil() {
			return true
		}
		v = v.Elem()
	}
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// marshaler appends what MarshalJSON gives, if it is one valid value: anything
// else could smuggle members in.
func (w *writer) marshaler(dst []byte, v reflect.Value, has method) ([]byte, error) {
	if pointsToNothing(v) {
		return append(dst, "null"...), nil
	}
	if has == ofPointer {
		v = v.Addr()
	}
	text, err := v.Interface().(json.Marshaler).MarshalJSON()
	if err != nil {
		return dst, err
	}
	size := len(text)
	if size <= maxJSONText && w.exceeds(dst, size) {
		size = compactLen(text)
	}
	if size > maxJSONText || w.exceeds(dst, size) {
		return dst, errTooLarge
	}
	d := w.document()
	if pos := d.walk(text, space(text, 0), w.depth); pos < 0 || space(text, pos) != len(text) {
		return dst, errNotJSON
	}
	return appendCompact(slices.Grow(dst, size), text), nil
}

func (w *writer) textMarshaler(dst []byte, v reflect.Value, has method) ([]byte, error) {
	if pointsToNothing(v) {
		return append(dst, "null"...), nil
	}
	if has == ofPointer {
		v = v.Addr()
	}
	text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		return dst, err
	}
	if w.exceeds(dst, len(text)) {
		return dst, errTooLarge
	}
	return w.string(dst, string(text))
}
