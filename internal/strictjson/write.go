package strictjson

import (
	"cmp"
	"encoding"
	"encoding/base64"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Writing: all names and values are escaped in this file and text.go. The output is that of
// encoding/json, without its escaping for HTML.

// ErrTooLarge is a text that exceeds [Writer.Limit].
var ErrTooLarge = errors.New("more than the limit")

var (
	errNotUTF8   = errors.New("text that is not valid UTF-8")
	errNotJSON   = errors.New("JSON (a json.RawMessage, a json.Number or from MarshalJSON) that is not strictly valid")
	errTooDeep   = errors.New("values nested deeper than 64 levels, or that contain themselves")
	errTwoNames  = errors.New("two keys of a map that are written as the same name")
	errNoJSONFor = errors.New("a value that JSON cannot hold")
)

// maxHops is how many pointers and interfaces are followed. A longer chain is assumed to be
// cyclic.
const maxHops = 1000

// leastMember is the length of the shortest member: `"":0,`.
const leastMember = 5

// A Writer appends one value, or members of one object. After an error it must not be used
// again.
type Writer struct {
	Format  *Format   // required for types other than those of [Document.Any]
	Depth   int       // how many objects and arrays the value is inside
	Limit   int       // the most bytes of the text; one value may exceed it; 0 is no limit
	Scratch *Document // to check JSON from methods of the program; if nil a new one is made each time

	// Offsets receives the offsets of values in the outermost object. The offset of a
	// member is stored under the number of its name in Format. Offsets has one element more
	// than Format has names. The first element has no meaning.
	Offsets []uint32

	hops   int // pointers and interfaces followed
	member int // the number of the member that is written
}

// exceeds reports whether n more bytes exceed the limit. It is called before the bytes are
// written, to avoid useless work.
func (w *Writer) exceeds(dst []byte, n int) bool { return w.Limit > 0 && len(dst)+n > w.Limit }

// Append appends a value of any type.
func (w *Writer) Append(dst []byte, value any) ([]byte, error) {
	switch v := value.(type) { // the common types need no reflection
	case nil:
		return append(dst, "null"...), nil
	case string:
		return w.AppendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return appendFloat(dst, v, 64)
	case map[string]any:
		if v != nil {
			return w.AppendMap(dst, v)
		}
	case []any:
		if v != nil {
			return w.array(dst, len(v), func(dst []byte, i int) ([]byte, error) { return w.Append(dst, v[i]) })
		}
	case []string:
		if v != nil {
			return w.strings(dst, v)
		}
	}
	v := reflect.ValueOf(value)
	return w.AppendValue(dst, v, w.Format.Plan(v.Type()))
}

// Objects. Each member is written with a comma before it. Then leave overwrites the first
// comma with the opening brace.

func (w *Writer) enter() error {
	if w.Depth++; w.Depth > maxDepth {
		return errTooDeep
	}
	return nil
}

// leave ends an object that begins at start.
func (w *Writer) leave(dst []byte, start int) []byte {
	w.Depth--
	if len(dst) == start {
		return append(dst, "{}"...)
	}
	dst[start] = '{'
	return append(dst, '}')
}

// isOutermost reports whether the writer is in the outermost object and has Offsets.
func (w *Writer) isOutermost() bool { return w.Depth == 1 && w.Offsets != nil }

// begin stores the offset of a value in the outermost object.
func (w *Writer) begin(dst []byte, number int) {
	w.member, w.Offsets[number] = number, uint32(len(dst))
}

// replaced returns what Format.Member returns for the value of the current member.
func (w *Writer) replaced(value any) (any, error) {
	if w.member == 0 || w.Format.Member == nil {
		return value, nil
	}
	return w.Format.Member(w.member, value)
}

// AddName adds the name of a member to the object that dst ends with. The caller then appends
// a value and a closing brace.
func (w *Writer) AddName(dst []byte, name string) ([]byte, error) {
	if dst = dst[:len(dst)-1]; dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst, err := w.AppendString(dst, name)
	dst = append(dst, ':')
	if w.Offsets != nil {
		w.begin(dst, w.Format.Number(name))
	}
	return dst, err
}

// Add adds a member to the object that dst ends with.
func (w *Writer) Add(dst []byte, name string, value any) ([]byte, error) {
	dst, err := w.AddName(dst, name)
	if err == nil {
		err = w.enter()
	}
	if err == nil {
		dst, err = w.Append(dst, value)
	}
	w.Depth--
	return append(dst, '}'), within(name, err)
}

// AppendMap appends a map as an object, sorted by name.
func (w *Writer) AppendMap(dst []byte, m map[string]any) ([]byte, error) {
	if w.exceeds(dst, leastMember*len(m)) {
		return dst, ErrTooLarge
	}
	list := slices.Grow(make([]member, 0, 16), len(m)) // 16 members fit on the stack
	for name, value := range m {
		list = append(list, member{name, value})
	}
	return w.members(dst, list)
}

type member struct {
	name  string
	value any
}

// members appends an object of the members, sorted by name.
func (w *Writer) members(dst []byte, list []member) ([]byte, error) {
	start, err := len(dst), w.enter()
	if err != nil {
		return dst, err
	}
	slices.SortFunc(list, func(a, b member) int { return strings.Compare(a.name, b.name) })
	for i, m := range list {
		if i > 0 && m.name == list[i-1].name { // different keys of a map may have the same text
			return dst, within(m.name, errTwoNames)
		}
		dst, err = w.AppendString(append(dst, ','), m.name)
		dst = append(dst, ':')
		if err == nil && w.isOutermost() {
			w.begin(dst, w.Format.Number(m.name))
			m.value, err = w.replaced(m.value)
		}
		if err == nil {
			dst, err = w.Append(dst, m.value)
		}
		if err != nil {
			return dst, within(m.name, err)
		}
	}
	return w.leave(dst, start), nil
}

// A memberError says which member could not be written.
type memberError struct {
	name string
	err  error
}

func (e *memberError) Error() string { return quote(e.name) + " holds " + e.err.Error() }
func (e *memberError) Unwrap() error { return e.err }

// within adds the name of a member to an error. It keeps a name that was already added, and
// returns nil for nil.
func within(name string, err error) error {
	if _, ok := err.(*memberError); ok || err == ErrTooLarge || err == nil {
		return err
	}
	return &memberError{name, err}
}

// array appends an array of n elements.
func (w *Writer) array(dst []byte, n int, element func(dst []byte, i int) ([]byte, error)) ([]byte, error) {
	err := w.enter()
	if err != nil {
		return dst, err
	}
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = element(dst, i); err == nil && w.exceeds(dst, 1) {
			err = ErrTooLarge
		}
		if err != nil {
			return dst, err
		}
	}
	w.Depth--
	return append(dst, ']'), nil
}

// AppendValue appends a value by its plan. It is long because it has a case for each form.
func (w *Writer) AppendValue(dst []byte, v reflect.Value, p *Plan) ([]byte, error) {
	if p.UsesMethod(v) {
		return w.byMethod(dst, v, p)
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		if v.IsNil() && p.form != formMore {
			return append(dst, "null"...), nil
		}
	}
	switch p.form {
	case formDate:
		return w.Format.AppendDate(dst, v.Field(0).Interface().(time.Time))
	case formMore:
		return w.AppendOneOrMore(dst, v.Convert(stringsType).Interface().([]string))
	case formNumber:
		number := cmp.Or(v.String(), "0") // encoding/json writes the empty one as zero
		if !IsNumber([]byte(number)) {
			return dst, errNotJSON
		}
		return append(dst, number...), nil
	case formDuration:
		if w.isOutermost() {
			if _, err := w.replaced(v.Interface()); err != nil {
				return dst, err
			}
		}
	case formBytes:
		if w.exceeds(dst, base64.StdEncoding.EncodedLen(v.Len())) {
			return dst, ErrTooLarge
		}
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes())
		return append(dst, '"'), nil
	case form(reflect.Bool):
		return strconv.AppendBool(dst, v.Bool()), nil
	case form(reflect.String):
		return w.AppendString(dst, v.String())
	case form(reflect.Float32), form(reflect.Float64):
		return appendFloat(dst, v.Float(), v.Type().Bits())
	case form(reflect.Struct):
		return w.structure(dst, v, p)
	case form(reflect.Map):
		return w.mapping(dst, v, p)
	case form(reflect.Slice), form(reflect.Array):
		return w.array(dst, v.Len(), func(dst []byte, i int) ([]byte, error) { return w.AppendValue(dst, v.Index(i), p.Elem) })
	case form(reflect.Pointer), form(reflect.Interface):
		if w.hops++; w.hops > maxHops {
			return dst, errTooDeep
		}
		inside, plan := p.next(v)
		dst, err := w.AppendValue(dst, inside, plan)
		w.hops--
		return dst, err
	}
	switch {
	case v.CanInt():
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case v.CanUint():
		return strconv.AppendUint(dst, v.Uint(), 10), nil
	}
	return dst, errNoJSONFor
}

// next returns the value in a pointer or an interface that is not nil, and the plan of that
// value.
func (p *Plan) next(v reflect.Value) (reflect.Value, *Plan) {
	if v = v.Elem(); p.Elem != nil {
		return v, p.Elem
	}
	return v, p.format.Plan(v.Type())
}

// Follow follows pointers and interfaces, up to a value that writes itself or is no pointer.
// If the result is a struct, it has an address, so that methods of the pointer to it can be
// called. If the result is a pointer, it is nil or writes itself.
func (f *Format) Follow(v reflect.Value) (reflect.Value, *Plan, error) {
	p := f.Plan(v.Type())
	for hops := 0; (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && !p.UsesMethod(v) && !v.IsNil(); hops++ {
		if p.form == formNone || hops > maxHops {
			return v, p, errNoJSONFor
		}
		v, p = p.next(v)
	}
	if v.Kind() == reflect.Struct {
		v = addressable(v)
	}
	return v, p, nil
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

func (w *Writer) structure(dst []byte, v reflect.Value, p *Plan) ([]byte, error) {
	start, err := len(dst), w.enter()
	if err != nil {
		return dst, err
	}
	base := addressOf(v)
	for i := range p.Fields {
		f := &p.Fields[i]
		var fv reflect.Value
		direct := f.directWrite != 0 && base != nil
		if direct {
			if (f.omitEmpty || f.omitZero) && f.leftOut(f.addressIn(base)) {
				continue
			}
		} else {
			var there bool
			if fv, there = f.of(v, false); !there || f.omitEmpty && isEmpty(fv) || f.omitZero && f.plan.isZero(fv) {
				continue
			}
		}
		dst = append(dst, f.prefix...)
		if w.isOutermost() {
			w.begin(dst, f.Number)
		}
		switch {
		case direct:
			dst, err = w.appendDirect(dst, f.addressIn(base), f.directWrite)
		case f.quoted:
			dst, err = w.inQuotes(dst, fv, f.plan)
		default:
			dst, err = w.AppendValue(dst, fv, f.plan)
		}
		if err != nil {
			return dst, within(f.Name, err)
		}
	}
	return w.leave(dst, start), nil
}

// isEmpty is the test for the tag option omitempty.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// inQuotes implements the tag option string.
func (w *Writer) inQuotes(dst []byte, v reflect.Value, p *Plan) ([]byte, error) {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v, p = v.Elem(), p.Elem
	}
	if v.Kind() == reflect.Pointer || p.UsesMethod(v) {
		return w.AppendValue(dst, v, p) // null is not quoted, nor is the text of a method
	}
	text, err := w.AppendValue(nil, v, p)
	if err != nil {
		return dst, err
	}
	return w.AppendString(dst, string(text))
}

func (w *Writer) mapping(dst []byte, v reflect.Value, p *Plan) ([]byte, error) {
	if w.exceeds(dst, leastMember*v.Len()) {
		return dst, ErrTooLarge
	}
	list := make([]member, 0, v.Len())
	for key, value := range v.Seq2() {
		name, err := keyName(key, p.Key)
		if err != nil {
			return dst, err
		}
		list = append(list, member{name, value.Interface()})
	}
	return w.members(dst, list)
}

// keyName converts the key of a map to a name. A string is used as it is, even if it has
// MarshalText. Then come types with MarshalText, then integers.
func keyName(key reflect.Value, p *Plan) (string, error) {
	switch hasText := p.marshalsText == ofValue; {
	case hasText && pointsToNothing(key):
		return "", nil
	case key.Kind() == reflect.String:
		return key.String(), nil
	case hasText:
		text, err := called(key, key.Interface().(encoding.TextMarshaler).MarshalText)
		return string(text), err
	case key.CanInt():
		return strconv.FormatInt(key.Int(), 10), nil
	case key.CanUint():
		return strconv.FormatUint(key.Uint(), 10), nil
	}
	return "", errNoJSONFor
}
