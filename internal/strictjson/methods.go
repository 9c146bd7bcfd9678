package strictjson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
)

// The program's methods that read and write its types: which types have them, and the calls.

// A methodSet says which type has a method: the type itself, only the pointer to it, or
// neither.
type methodSet uint8

const (
	ofNone methodSet = iota
	ofPointer
	ofValue
)

// Marshals reports whether a type, or the pointer to it, has MarshalJSON or MarshalText.
func Marshals(t reflect.Type) bool {
	return methodsOf(t, marshalerType) != ofNone || methodsOf(t, textMarshalerType) != ofNone
}

// Unmarshals reports whether a type, or the pointer to it, has UnmarshalJSON.
func Unmarshals(t reflect.Type) bool { return methodsOf(t, unmarshalerType) != ofNone }

// methodsOf returns which type has the methods of an interface.
func methodsOf(t, methods reflect.Type) methodSet {
	switch {
	case t.Implements(methods):
		return ofValue
	case reflect.PointerTo(t).Implements(methods):
		return ofPointer
	}
	return ofNone
}

// of returns the value or the pointer to it, whichever has the methods. It returns nil if
// neither does, or if only the pointer does and the value has no address.
func (has methodSet) of(v reflect.Value) any {
	switch {
	case has == ofValue:
		return v.Interface()
	case has == ofPointer && v.CanAddr():
		return v.Addr().Interface()
	}
	return nil
}

// hasMethods reports whether a struct has a method that reads or writes it. If it is embedded
// and not exported, the field is left out, because reflection would panic on the call.
func hasMethods(t reflect.Type) bool {
	return Marshals(t) || Unmarshals(t) || methodsOf(t, textUnmarshalerType) != ofNone || methodsOf(t, zeroerType) != ofNone
}

// UsesMethod reports whether a method writes the value. A method of the pointer type needs
// the address of the value.
func (p *Plan) UsesMethod(v reflect.Value) bool {
	return p.WritesItself && (max(p.marshals, p.marshalsText) == ofValue || v.CanAddr())
}

// byMethod appends a value that a method writes; see UsesMethod.
func (w *Writer) byMethod(dst []byte, v reflect.Value, p *Plan) ([]byte, error) {
	if pointsToNothing(v) {
		return append(dst, "null"...), nil
	}
	if m, ok := p.marshals.of(v).(json.Marshaler); ok {
		return w.marshaler(dst, v, m)
	}
	text, err := called(v, p.marshalsText.of(v).(encoding.TextMarshaler).MarshalText)
	if err != nil {
		return dst, err
	}
	return w.AppendString(dst, string(text))
}

// marshaler appends the result of MarshalJSON. It must be one valid value: other text could
// inject members.
func (w *Writer) marshaler(dst []byte, v reflect.Value, m json.Marshaler) ([]byte, error) {
	text, err := called(v, m.MarshalJSON)
	if err != nil {
		return dst, err
	}
	if len(text) <= maxText && bytes.ContainsAny(text, " \t\r\n") {
		var compact bytes.Buffer
		if json.Compact(&compact, text) != nil {
			return dst, errNotJSON
		}
		text = compact.Bytes()
	}
	if len(text) > maxText || w.exceeds(dst, len(text)) {
		return dst, ErrTooLarge
	}
	d := w.Scratch
	if d == nil {
		d = new(Document)
	}
	if d.walk(text, 0, w.Depth) != len(text) {
		return dst, errNotJSON
	}
	if w.Depth == 0 && w.Offsets != nil && d.Kind(0) == Object {
		for name, value := range d.Members(0) {
			n := w.Format.names.find(d.String(name), d.nodes[name].next)
			w.Offsets[n] = uint32(len(dst)) + d.nodes[value].start
			if d.Kind(value) == String {
				w.Offsets[n]-- // a string node begins after the quote
			}
		}
	}
	return append(dst, text...), nil
}

// isZero is the test for the tag option omitzero: the type's IsZero if it has one.
func (p *Plan) isZero(v reflect.Value) (zero bool) {
	if p.testsZero == ofNone {
		return v.IsZero()
	}
	if pointsToNothing(v) {
		return true
	}
	_, _ = called(v, func() ([]byte, error) { // after its error the value is not zero
		zero = p.testsZero.of(addressable(v)).(interface{ IsZero() bool }).IsZero()
		return nil, nil
	})
	return zero
}

// unmarshalText reads a string, or the name of a member, by UnmarshalText.
func (d *Document) unmarshalText(i Node, v reflect.Value, p *Plan) *Misfit {
	return p.read(d.Kind(i), v, v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText, d.String(i))
}

// read calls a method of the program with a copy of the text: the method may keep it, and the
// buffer is reused.
func (p *Plan) read(kind Kind, v reflect.Value, method func([]byte) error, text []byte) *Misfit {
	if _, err := called(v, func() ([]byte, error) { return nil, method(bytes.Clone(text)) }); err != nil {
		return &Misfit{Kind: kind, Type: p.Type, Err: err}
	}
	return nil
}

var errNilEmbedded = errors.New("a struct whose method comes from an embedded pointer that is nil")

// called calls a method of the value. If v embeds a nil pointer, the method may belong to that
// pointer, so a panic becomes an error. Any other panic passes on to the program.
func called(v reflect.Value, method func() ([]byte, error)) (text []byte, err error) {
	defer func() {
		if embedsNil(v) && recover() != nil {
			text, err = nil, errNilEmbedded
		}
	}()
	return method()
}

// embedsNil reports whether a struct, or the struct that a pointer points to, embeds a nil
// pointer or a nil interface.
func embedsNil(v reflect.Value) bool {
	if v = reflect.Indirect(v); v.Kind() != reflect.Struct {
		return false
	}
	for sf, field := range v.Fields() {
		if sf.Anonymous && (pointsToNothing(field) || embedsNil(field)) {
			return true
		}
	}
	return false
}

// pointsToNothing reports whether a value is a nil pointer, a nil interface, or an interface
// that has a nil pointer. Calling a method of the value would panic.
func pointsToNothing(v reflect.Value) bool {
	if v.Kind() == reflect.Interface {
		if v.IsNil() {
			return true
		}
		v = v.Elem()
	}
	return v.Kind() == reflect.Pointer && v.IsNil()
}
