package strictjson

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// Filling Go values from a document.

// A Misfit is a value that its Go type cannot hold.
type Misfit struct {
	Member string       // the name of the root's member that is or contains the value, or ""
	Kind   Kind         // the kind of the value
	Type   reflect.Type // the type that cannot hold it; nil if Err says everything
	Err    error        // the reason, perhaps from a method of the program; or nil
}

func (m *Misfit) Error() string {
	if m.Type == nil {
		return m.Err.Error()
	}
	text := "a JSON " + m.Kind.String() + " does not fit the Go type " + m.Type.String()
	if m.Err != nil {
		text += ": " + m.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (m *Misfit) Unwrap() error { return m.Err }

// A Scratch is a zero value of a type. It is filled, and then copied to the destination, so
// that the destination is unchanged if filling fails.
type Scratch struct{ Value reflect.Value }

// Scratch returns a zero value of the plan's type. Filling a pure type runs no user code that
// could keep the address, so such values are pooled; see Release.
func (p *Plan) Scratch() *Scratch { return p.scratch.Get().(*Scratch) }

// Release returns a scratch value to the pool, if its type is pure.
func (p *Plan) Release(s *Scratch) {
	if p.pure {
		s.Value.SetZero()
		p.scratch.Put(s)
	}
}

// Fill stores the document in v, which must be zero, settable and of the plan's type. An error
// is a [*Misfit]; v may then be partly filled.
func (d *Document) Fill(v reflect.Value, p *Plan) error {
	if m := d.fill(0, v, p); m != nil {
		return m
	}
	return nil
}

// fill is long because it has a case for each form.
func (d *Document) fill(i Node, v reflect.Value, p *Plan) *Misfit {
	n := &d.nodes[i]
	if n.kind == Null && p.reads != formUnmarshaler {
		return nil
	}
	switch p.reads {
	case form(reflect.String), form(reflect.Bool), formDate, formMore, formTime:
		if d.fillDirect(i, addressOf(v), p.reads, p.format) {
			return nil
		}
	case form(reflect.Struct):
		if n.kind == Object {
			return d.fillStruct(i, v, p)
		}
	case form(reflect.Map):
		if n.kind == Object {
			return d.fillMap(i, v, p)
		}
	case form(reflect.Slice), form(reflect.Array), formBytes:
		switch {
		case n.kind == Array:
			return d.fillList(i, v, p)
		case n.kind == String && v.Kind() == reflect.Slice && p.Elem.Type.Kind() == reflect.Uint8:
			b, err := base64.StdEncoding.AppendDecode([]byte{}, d.String(i))
			if err != nil {
				return &Misfit{Kind: String, Type: p.Type, Err: err}
			}
			v.SetBytes(b)
			return nil
		}
	case form(reflect.Pointer):
		if v.CanSet() { // an embedded one that is not exported cannot
			v.Set(reflect.New(p.Elem.Type))
			return d.fill(i, v.Elem(), p.Elem)
		}
	case form(reflect.Interface):
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(d.Any(i)))
			return nil
		}
	case formNumber:
		if text := d.Text(i); n.kind == Number || n.kind == String && IsNumber([]byte(text)) {
			v.SetString(text)
			return nil
		}
	case formUnmarshaler:
		return p.read(n.kind, v, v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON, d.Raw(i))
	case formTextUnmarshaler:
		if n.kind == String {
			return d.unmarshalText(i, v, p)
		}
	default: // a Go number, or a type that JSON has no value for
		if n.kind == Number && d.setNumber(v, string(d.Raw(i))) {
			return nil
		}
	}
	return &Misfit{Kind: n.kind, Type: p.Type}
}

func (d *Document) fillStruct(i Node, v reflect.Value, p *Plan) *Misfit {
	base := addressOf(v) // never nil, as v can be set
	checked := false     // whether misspelt was called
	for name := i + 1; name < d.end(i); name = d.end(name + 1) {
		n := &d.nodes[name]
		text := d.text[n.start:n.end] // as String has it, without a call
		if n.escaped {
			text = d.unescape(n)
		}
		f := p.field(text, n.next)
		if f == nil {
			if !checked && p.fieldIgnoringCase(d.String(name)) != nil {
				if m := d.misspelt(i, p); m != nil {
					return m
				}
				checked = true
			}
			continue
		}
		if f.directRead != 0 && d.fillDirect(name+1, f.addressIn(base), f.directRead, p.format) {
			continue
		}
		fv, ok := f.of(v, true)
		if !ok {
			return &Misfit{Member: f.Name, Err: errors.New("the embedded pointer to the unexported struct " + fv.Type().Elem().String() + " cannot be set; embed it by value")}
		}
		fill := d.fill
		if f.unquotes {
			fill = d.fillQuoted
		}
		if m := fill(name+1, fv, f.plan); m != nil {
			m.Member = f.Name // the outermost struct sets it last
			return m
		}
	}
	return nil
}

// of returns the field of a struct. An embedded pointer on the way may be nil. If allocate is
// true and the pointer can be set, of allocates the struct. Otherwise it returns the pointer
// and false.
func (f *Field) of(v reflect.Value, allocate bool) (reflect.Value, bool) {
	for depth, i := range f.Index {
		if depth > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !allocate || !v.CanSet() {
					return v, false
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// fillQuoted implements the tag option string: the value is in quotes.
func (d *Document) fillQuoted(i Node, v reflect.Value, p *Plan) *Misfit {
	n := &d.nodes[i]
	if n.kind == Null {
		return nil
	}
	if n.kind != String {
		return &Misfit{Kind: n.kind, Type: p.Type, Err: errors.New("its tag says that the value is in quotes")}
	}
	text := d.String(i)
	inside := Document{Exact: d.Exact}
	if inside.walk(text, 0, 0) != len(text) || inside.Kind(0) <= Array {
		return &Misfit{Kind: n.kind, Type: p.Type, Err: errors.New("its tag says that the quotes have a value in them")}
	}
	return inside.fill(0, v, p)
}

func (d *Document) fillMap(i Node, v reflect.Value, p *Plan) *Misfit {
	m := reflect.MakeMapWithSize(p.Type, d.Len(i))
	for name := i + 1; name < d.end(i); name = d.end(name + 1) {
		key, value := reflect.New(p.Key.Type).Elem(), reflect.New(p.Elem.Type).Elem()
		if misfit := cmp.Or(d.fillKey(name, key, p.Key), d.fillElement(name+1, value, p.Elem)); misfit != nil {
			misfit.Member = d.Text(name)
			return misfit
		}
		m.SetMapIndex(key, value)
	}
	v.Set(m)
	return nil
}

func (d *Document) fillKey(name Node, key reflect.Value, p *Plan) *Misfit {
	switch {
	case p.readsKey:
		return d.unmarshalText(name, key, p)
	case key.Kind() == reflect.String:
		key.SetString(d.Text(name))
		return nil
	case (key.CanInt() || key.CanUint()) && d.setNumber(key, string(d.String(name))):
		return nil
	}
	return &Misfit{Kind: String, Type: p.Type}
}

// fillList fills a slice or an array. An array leaves elements beyond its length out, and
// missing ones zero; if the document is Exact, the lengths must be equal.
func (d *Document) fillList(i Node, v reflect.Value, p *Plan) *Misfit {
	n := d.Len(i)
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(p.Type, n, n))
	} else if d.Exact && n != v.Len() {
		return &Misfit{Kind: Array, Type: p.Type, Err: errors.New("it has " + strconv.Itoa(n) + " elements")}
	}
	at := 0
	for e := i + 1; e < d.end(i) && at < v.Len(); e = d.end(e) {
		if m := d.fillElement(e, v.Index(at), p.Elem); m != nil {
			return m
		}
		at++
	}
	return nil
}

// fillElement fills an element of a list or a map. A null element is not the same as an
// absent one, so if the document is Exact, the type must be able to represent null.
func (d *Document) fillElement(i Node, v reflect.Value, p *Plan) *Misfit {
	if d.Exact && d.Kind(i) == Null {
		switch p.reads {
		case form(reflect.Pointer), form(reflect.Interface), form(reflect.Map), form(reflect.Slice), formBytes, formMore, formDate, formUnmarshaler:
		default:
			return &Misfit{Kind: Null, Type: p.Type}
		}
	}
	return d.fill(i, v, p)
}

// setNumber sets a Go number of any kind if the text is in its range. A float takes the
// nearest value, unless the document is Exact.
func (d *Document) setNumber(v reflect.Value, text string) (ok bool) {
	switch {
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if ok = err == nil; ok {
			v.SetInt(n)
		}
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if ok = err == nil; ok {
			v.SetUint(n)
		}
	case v.CanFloat():
		n, err := strconv.ParseFloat(text, v.Type().Bits())
		if ok = err == nil && (!d.Exact || holds(n, text)); ok {
			v.SetFloat(n)
		}
	}
	return ok
}

// holds reports whether f is exact: equal to an integer in the text, or the nearest float64
// to any other number. f is zero only for zero.
func holds(f float64, text string) bool {
	if strings.ContainsAny(text, ".eE") {
		nearest, err := strconv.ParseFloat(text, 64)
		return err == nil && f == nearest && (f != 0 || isZero(text))
	}
	return f == 0 && isZero(text) || strconv.FormatFloat(f, 'f', 0, 64) == text
}

// Names that differ from their field only in case. encoding/json fills the field "Sub" from
// the member "sub" if the field has no tag. Here names match exactly, so the field would
// silently stay empty. That is an error, which says which tag the field needs. Fields with a
// tag are not compared this way: the program chose their names.

// fieldIgnoringCase returns the field without a tag that a name matches, or nil.
func (p *Plan) fieldIgnoringCase(name []byte) *Field {
	for i := range p.Fields {
		if f := &p.Fields[i]; !f.Tagged && bytes.EqualFold(name, bytesOf(f.Name)) {
			return f
		}
	}
	return nil
}

// misspelt looks for a member that has no field and differs from a field only in case. If the
// object also has the exact name of the field, the other member counts as unknown. But a name
// of the Format in the root is an error even then: the program expects it in that field.
func (d *Document) misspelt(object Node, p *Plan) *Misfit {
	filled := map[*Field]bool{}
	for name := range d.Members(object) {
		filled[p.field(d.String(name), d.nodes[name].next)] = true
	}
	for name := range d.Members(object) {
		b, hash := d.String(name), d.nodes[name].next
		f := p.fieldIgnoringCase(b)
		if f == nil || p.field(b, hash) != nil || filled[f] && (object != 0 || p.format.names.find(b, hash) == 0) {
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
