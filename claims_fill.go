package jwt

import "reflect"

// Claims sets into types of the program's own.

// A target is where claims are stored: checked before any token is read.
type target struct {
	value reflect.Value
	plan  *plan
}

var errTarget = badOption("the destination must be a non-nil pointer to a struct or to a map with string keys")

// targetOf checks a destination. The plan of the one before saves looking it up where
// the type is the same.
func targetOf(dst any, before *plan) (target, error) {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return target{}, errTarget
	}
	v = v.Elem()
	if before != nil && before.typ == v.Type() {
		return target{v, before}, nil
	}
	t := target{v, planOf(v.Type())}
	inner := t.plan
	if inner.kind == planKind(reflect.Pointer) {
		inner = inner.elem
	}
	switch inner.kind {
	case planKind(reflect.Struct):
		if inner.reads == planKind(reflect.Struct) {
			return t, claimsTypeOf(inner).fault
		}
		return t, nil
	case planKind(reflect.Map):
		if inner.key.typ.Kind() == reflect.String {
			return t, nil
		}
	}
	return target{}, errTarget
}

// fill stores the root of a document, or leaves the target as it was.
func (t target) fill(d *document) error {
	fresh := t.plan.blank()
	defer t.plan.giveBack(fresh)
	if err := t.fillBlank(d, fresh); err != nil {
		return err
	}
	t.value.Set(fresh.value)
	return nil
}

// fits returns the error that fill would return, and stores nothing.
func (t target) fits(d *document) error {
	fresh := t.plan.blank()
	defer t.plan.giveBack(fresh)
	return t.fillBlank(d, fresh)
}

func (t target) fillBlank(d *document, fresh *blank) error {
	d.share()
	p, v := t.plan, fresh.value
	if blame, err := d.fill(v, p); err != nil {
		return unfitClaim(blame, err)
	}
	if p.reads == planKind(reflect.Pointer) {
		v, p = v.Elem(), p.elem
	}
	if p.reads == planUnmarshaler && p.kind == planKind(reflect.Struct) { // it has read itself
		if f := claimsTypeOf(p).unread(v, d); f != nil {
			return f
		}
	}
	return nil
}

// A blank is a zero value of a type, to be filled and then copied to where it
// belongs: so what is there stays as it was where filling fails.
type blank struct{ value reflect.Value }

// blank returns a blank of the type. Where the caller's methods cannot have kept
// the address of one it is used again; see giveBack.
func (p *plan) blank() *blank {
	if used, ok := p.blanks.Get().(*blank); ok {
		return used
	}
	return &blank{reflect.New(p.typ).Elem()}
}

// giveBack keeps a blank for the next one, empty again.
func (p *plan) giveBack(b *blank) {
	if p.quiet {
		b.value.SetZero()
		p.blanks.Put(b)
	}
}

// unfitClaim is a claim that does not fit what the program wants it in.
func unfitClaim(name string, err error) *failure {
	f := badClaim(ErrInvalidToken, name, "the claims set does not fit: "+because(err))
	if name != "" {
		f.text = "the claim " + quote(name) + " does not fit: " + because(err) + fittingType(name, err)
	}
	return f.causedBy(err)
}

// fittingType names the type that reads a registered claim in each form that it may have.
func fittingType(name string, err error) string {
	e, ok := err.(*unfit)
	if !ok {
		return ""
	}
	switch c := claimNamed(name); {
	case c == claimAud && (e.kind == jsonString || e.kind == jsonArray) && e.typ != audienceType:
		return "; a jwt.Audience reads one string as well as a list"
	case c.isDate() && e.kind == jsonNumber && e.typ.Kind() != reflect.Struct:
		return "; a jwt.NumericDate reads any date"
	}
	return ""
}
