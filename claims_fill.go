package jwt

import "reflect"

// Claims sets into types of the program's own.

// A target is where claims are stored: checked before any token is read.
type target struct {
	value reflect.Value
	plan  *plan
}

var errTarget = badOption("the destination must be a non-nil pointer to a struct or to a map with string keys")

// targetOf checks a destination. The type of the one before need not be looked up.
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
	d.share()
	fresh := t.plan.blank()
	defer t.plan.giveBack(fresh)
	if blame, err := d.fill(fresh.value, fresh.slots, t.plan); err != nil {
		return unfitClaim(blame, err)
	}
	t.value.Set(fresh.value)
	return nil
}

// unfitClaim is a claim that does not fit what the program wants it in.
func unfitClaim(name string, err error) *failure {
	f := badClaim(ErrInvalidToken, name, "the claims set does not fit: "+because(err))
	if name != "" {
		f.text = "the claim " + quote(name) + " does not fit: " + because(err)
	}
	return f.causedBy(err)
}
