package jwt

import (
	"errors"
	"reflect"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// Storing claims sets in the program's types.

// A target is the variable that claims are stored in. It is checked before a token is read.
type target struct {
	value reflect.Value
	plan  *strictjson.Plan
}

var errTarget = badOption("the destination must be a non-nil pointer to a struct or to a map with string keys")

// targetOf checks a destination. before is the plan of an earlier destination, or nil. If
// the type is the same, no lookup is needed.
func targetOf(dst any, before *strictjson.Plan) (target, error) {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return target{}, errTarget
	}
	v = v.Elem()
	if before != nil && before.Type == v.Type() {
		return target{v, before}, nil
	}
	t := target{v, jsonFormat.Plan(v.Type())}
	inner := t.plan
	if inner.Is(reflect.Pointer) {
		inner = inner.Elem
	}
	switch {
	case inner.Is(reflect.Struct):
		if !inner.ReadsItself {
			return t, claimsTypeOf(inner).fault
		}
		return t, nil
	case inner.Is(reflect.Map) && inner.Key.Type.Kind() == reflect.String:
		return t, nil
	}
	return target{}, errTarget
}

// fill stores a claims set. On an error the target is unchanged.
func (t target) fill(d *strictjson.Document) error {
	scratch := t.plan.Scratch()
	defer t.plan.Release(scratch)
	if err := t.fillScratch(d, scratch.Value); err != nil {
		return err
	}
	t.value.Set(scratch.Value)
	return nil
}

// fits returns the error that fill would return, and stores nothing.
func (t target) fits(d *strictjson.Document) error {
	scratch := t.plan.Scratch()
	defer t.plan.Release(scratch)
	return t.fillScratch(d, scratch.Value)
}

func (t target) fillScratch(d *strictjson.Document, v reflect.Value) error {
	if err := d.Fill(v, t.plan); err != nil {
		var misfit *strictjson.Misfit
		errors.As(err, &misfit)
		return unfitClaim(misfit.Member, err)
	}
	p := t.plan
	if p.Is(reflect.Pointer) && !p.ReadsItself {
		v, p = v.Elem(), p.Elem
	}
	if p.ReadsItself && p.Is(reflect.Struct) {
		if f := claimsTypeOf(p).unread(v, d); f != nil {
			return f
		}
	}
	return nil
}

// unfitClaim is the failure of a claim that does not fit the program's type.
func unfitClaim(name string, err error) *failure {
	f := badClaim(ErrInvalidToken, name, "the claims set does not fit: "+because(err))
	if name != "" {
		f.text = "the claim " + quote(name) + " does not fit: " + because(err) + fittingType(claimNamed(name), err)
	}
	return f.causedBy(err)
}

// fittingType suggests the type that accepts every form of a registered claim.
func fittingType(c claim, err error) string {
	m, ok := err.(*strictjson.Misfit)
	if !ok || m.Type == nil {
		return ""
	}
	switch {
	case claimTable[c].form == formAudience && (m.Kind == strictjson.String || m.Kind == strictjson.Array) && m.Type != jsonFormat.OneOrMore:
		return "; a jwt.Audience reads one string as well as a list"
	case c.isDate() && m.Kind == strictjson.Number && m.Type.Kind() != reflect.Struct:
		return "; a jwt.NumericDate reads any date"
	}
	return ""
}
