package jwt

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// Filling Go values from a document, as encoding/json would, but for two
// things: names match exactly ("SUB" never fills a field "sub"), and a value is
// always filled afresh, so that nothing of an earlier one shines through. A
// time.Time is read from a NumericDate as well as from RFC 3339 text.

// An unfit error is a value that its field cannot hold.
type unfit struct {
	kind jsonKind
	typ  reflect.Type
	err  error
}

func (e *unfit) Error() string {
	text := "a JSON " + e.kind.String() + " does not fit the Go type " + e.typ.String()
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

func (e *unfit) Unwrap() error { return e.err }

func (k jsonKind) String() string {
	return [...]string{"object", "array", "string", "number", "true", "false", "null"}[k]
}

// fill sets v, which is zero and can be set, from the root; share must have been
// called. It names the member to blame for an error.
func (d *document) fill(v reflect.Value, p *plan) (blame string, err error) {
	switch p.reads {
	case planKind(reflect.Struct):
		return d.fillStruct(0, v, p)
	case planKind(reflect.Map):
		return d.fillMap(0, v, p)
	case planKind(reflect.Pointer):
		v.Set(reflect.New(p.elem.typ))
		return d.fill(v.Elem(), p.elem)
	}
	return "", d.fillValue(0, v, p)
}

func (d *document) fillValue(i uint32, v reflect.Value, p *plan) error {
	n := &d.nodes[i]
	if n.kind == jsonNull && p.reads != planUnmarshaler {
		return nil
	}
	switch p.reads {
	case planKind(reflect.String), planKind(reflect.Bool), planNumericDate, planAudience, planTime:
		if d.fillDirect(i, addressOf(v), p.reads) {
			return nil
		}
	case planKind(reflect.Struct):
		if n.kind == jsonObject {
			_, err := d.fillStruct(i, v, p)
			return err
		}
	case planKind(reflect.Map):
		if n.kind == jsonObject {
			_, err := d.fillMap(i, v, p)
			return err
		}
	case planKind(reflect.Slice), planBytes:
		switch {
		case n.kind == jsonArray:
			return d.fillSlice(i, v, p)
		case n.kind == jsonString && p.elem.typ.Kind() == reflect.Uint8:
			return d.fillOctets(i, v, p)
		}
	case planKind(reflect.Array):
		if n.kind == jsonArray {
			return d.fillArray(i, v, p)
		}
	case planKind(reflect.Pointer):
		if v.CanSet() { // an embedded one that is not exported cannot
			v.Set(reflect.New(p.elem.typ))
			return d.fillValue(i, v.Elem(), p.elem)
		}
	case planKind(reflect.Interface):
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(d.any(i)))
			return nil
		}
	case planNumber:
		if n.kind == jsonNumber {
			v.SetString(d.shared(i))
			return nil
		}
		if text := d.shared(i); n.kind == jsonString && isJSONNumber([]byte(text)) {
			v.SetString(text)
			return nil
		}
	case planUnmarshaler:
		// A copy, because a method that keeps what it was given would
		// otherwise see the next token.
		err := v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(bytes.Clone(d.raw(i)))
		return d.methodError(err, i, p)
	case planTextUnmarshaler:
		if n.kind == jsonString {
			err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(bytes.Clone(d.string(i)))
			return d.methodError(err, i, p)
		}
	default: // a number of Go's, or what JSON cannot hold
		if n.kind == jsonNumber && d.setNumber(v, p, string(d.number(i))) {
			return nil
		}
	}
	return &unfit{n.kind, p.typ, nil}
}

// methodError wraps what a method of the caller's type answered; nil of nil.
func (d *document) methodError(err error, i uint32, p *plan) error {
	if err == nil {
		return nil
	}
	return &unfit{d.nodes[i].kind, p.typ, err}
}

func (d *document) fillStruct(i uint32, v reflect.Value, p *plan) (blame string, err error) {
	base := addressOf(v) // never nil, as v can be set
	var walked *branch   // the one that holder is at the end of
	var sought bool      // names that miss their field were
	holder := v
	for name := i + 1; name < d.nodes[i].next; name = d.nodes[name+1].next {
		f := p.field(d.string(name), d.nodes[name].next)
		if f == nil {
			if p.folded.byName != nil && !sought && p.folded.find(d.string(name)) != nil {
				if blame, err = d.misspelt(i, p); err != nil {
					return blame, err
				}
				sought = true
			}
			continue
		}
		if f.directRead != 0 && d.fillDirect(name+1, f.addressIn(base), f.directRead) {
			continue
		}
		if f.branch != walked {
			if holder, err = f.branch.made(v); err != nil {
				return f.name, err
			}
			walked = f.branch
		}
		if f.unquotes {
			err = d.fillQuoted(name+1, holder.Field(f.last), f.plan)
		} else {
			err = d.fillValue(name+1, holder.Field(f.last), f.plan)
		}
		if err != nil {
			return f.name, err
		}
	}
	return "", nil
}

// made walks to the embedded struct, and makes those on the way that are
// behind nil pointers.
func (b *branch) made(v reflect.Value) (reflect.Value, error) {
	if b == nil {
		return v, nil
	}
	for _, i := range b.index {
		if v = v.Field(i); v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !v.CanSet() {
					return v, errors.New("the embedded pointer to the unexported struct " + v.Type().Elem().String() + " cannot be set; embed it by value")
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
	}
	return v, nil
}

// fillQuoted follows the tag option string: the value stands in quotes.
func (d *document) fillQuoted(i uint32, v reflect.Value, p *plan) error {
	n := &d.nodes[i]
	if n.kind == jsonNull {
		return nil
	}
	if n.kind != jsonString {
		return &unfit{n.kind, p.typ, errors.New("its tag says that it stands in quotes")}
	}
	text := bytes.Clone(d.string(i))
	inside := document{exact: d.exact}
	if inside.walk(text, 0, 0) != len(text) || inside.nodes[0].kind <= jsonArray {
		return &unfit{n.kind, p.typ, errors.New("its tag says that a value stands in the quotes")}
	}
	inside.share()
	return inside.fillValue(0, v, p)
}

func (d *document) fillMap(i uint32, v reflect.Value, p *plan) (blame string, err error) {
	m := reflect.MakeMapWithSize(p.typ, d.count(i)/2)
	for name := i + 1; name < d.nodes[i].next; name = d.nodes[name+1].next {
		key := reflect.New(p.key.typ).Elem()
		err := d.fillKey(name, key, p.key)
		value := reflect.New(p.elem.typ).Elem()
		if err == nil {
			err = d.fillElement(name+1, value, p.elem)
		}
		if err != nil {
			return d.shared(name), err
		}
		m.SetMapIndex(key, value)
	}
	v.Set(m)
	return "", nil
}

func (d *document) fillKey(name uint32, key reflect.Value, p *plan) error {
	switch {
	case p.readsText:
		err := key.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(bytes.Clone(d.string(name)))
		return d.methodError(err, name, p)
	case key.Kind() == reflect.String:
		key.SetString(d.shared(name))
		return nil
	case (key.CanInt() || key.CanUint()) && d.setNumber(key, p, string(d.string(name))):
		return nil
	}
	return &unfit{jsonString, p.typ, nil}
}

func (d *document) fillSlice(i uint32, v reflect.Value, p *plan) error {
	if p.typ == stringsType && d.fillDirect(i, addressOf(v), planStrings) {
		return nil
	}
	n := d.count(i)
	if n == 0 {
		v.Set(reflect.MakeSlice(p.typ, 0, 0))
		return nil
	}
	v.Grow(n)
	v.SetLen(n)
	at := 0
	for e := i + 1; e < d.nodes[i].next; e = d.nodes[e].next {
		if err := d.fillElement(e, v.Index(at), p.elem); err != nil {
			return err
		}
		at++
	}
	return nil
}

// fillArray drops the elements that an array has no room for, and leaves those
// zero that the JSON does not have, but where the document is to be exact.
func (d *document) fillArray(i uint32, v reflect.Value, p *plan) error {
	if n := d.count(i); d.exact && n != v.Len() {
		return &unfit{jsonArray, p.typ, errors.New("it has " + strconv.Itoa(n) + " elements")}
	}
	at := 0
	for e := i + 1; e < d.nodes[i].next && at < v.Len(); e = d.nodes[e].next {
		if err := d.fillElement(e, v.Index(at), p.elem); err != nil {
			return err
		}
		at++
	}
	return nil
}

// fillElement fills an element of a list or a map. Its null is no absent member, so
// where the document is to be exact the type must be able to tell it from other values.
func (d *document) fillElement(i uint32, v reflect.Value, p *plan) error {
	if d.exact && d.nodes[i].kind == jsonNull {
		switch p.reads {
		case planKind(reflect.Pointer), planKind(reflect.Interface), planKind(reflect.Map), planKind(reflect.Slice), planBytes, planAudience, planNumericDate, planUnmarshaler:
		default:
			return &unfit{jsonNull, p.typ, nil}
		}
	}
	return d.fillValue(i, v, p)
}

// fillOctets reads octets as encoding/json writes them.
func (d *document) fillOctets(i uint32, v reflect.Value, p *plan) error {
	octets, err := base64.StdEncoding.AppendDecode([]byte{}, d.string(i))
	if err != nil {
		return &unfit{jsonString, p.typ, err}
	}
	v.SetBytes(octets)
	return nil
}

// setNumber sets a number of any kind if it is in range. A float takes the
// nearest value, but where the document is to be exact.
func (d *document) setNumber(v reflect.Value, p *plan, text string) bool {
	switch {
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
		return true
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil || v.OverflowUint(n) {
			return false
		}
		v.SetUint(n)
		return true
	case v.CanFloat():
		n, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil || v.OverflowFloat(n) || d.exact && !holds(n, text) {
			return false
		}
		v.SetFloat(n)
		return true
	}
	return false
}

// holds reports whether f is no more rounded than a float64 of that text must
// be: exactly the same where the text is an integer, and zero only for zero.
func holds(f float64, text string) bool {
	if strings.ContainsAny(text, ".eE") {
		nearest, err := strconv.ParseFloat(text, 64)
		return err == nil && f == nearest && (f != 0 || isZero(text))
	}
	return f == 0 && isZero(text) || strconv.FormatFloat(f, 'f', 0, 64) == text
}
