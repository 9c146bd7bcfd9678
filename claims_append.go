package jwt

import (
	"reflect"
	"strconv"
	"time"
)

// Payloads as claims sets in JSON.

// appendClaims writes a payload as the JSON object of a claims set, and notes in
// w.places where its registered claims stand. Whether they are what they must be is for
// checkTypes to say.
func appendClaims(dst []byte, payload any, w *writer) ([]byte, error) {
	start := len(dst)
	dst, err := appendPayload(dst, payload, w)
	if err == errTooLarge {
		return dst, errTooLong
	}
	if err != nil {
		// An error of ours passes, but not one that a method of the payload's got
		// from elsewhere in this package: that a token expired, say.
		if f, ok := err.(*failure); ok && f.class == ErrInvalidOption {
			return dst, err
		}
		return dst, (&failure{class: ErrInvalidOption, text: "the payload cannot be encoded: " + because(err)}).causedBy(err)
	}
	if dst[start] != '{' {
		return dst, badOption("the payload must marshal to a JSON object: jwt.Claims, a struct, or a map with string keys")
	}
	return dst, nil
}

var errTooLong = badOption("the token would have more than 256 KiB, which no verifier reads by default")

var errOctets = badOption("the payload is octets, not claims; JSON of your own is given as a json.RawMessage, other octets to Sign")

func appendPayload(dst []byte, payload any, w *writer) ([]byte, error) {
	switch p := payload.(type) {
	case nil:
		return dst, badOption("the payload is nil; an empty claims set is jwt.Claims{}")
	case []byte:
		return dst, errOctets
	case Claims:
		return appendClaimsMap(dst, p, w)
	case map[string]any:
		return appendClaimsMap(dst, p, w)
	}
	v := reflect.ValueOf(payload)
	p := planOf(v.Type())
	for hops := 0; (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && !p.usesMethod(v); hops++ {
		if v.IsNil() {
			return dst, badOption("the payload is a nil pointer; an empty claims set is jwt.Claims{}")
		}
		if p.kind == planNone || hops > maxHops {
			return dst, errNoJSONFor
		}
		if v = v.Elem(); p.elem != nil {
			p = p.elem
		} else {
			p = planOf(v.Type())
		}
	}
	switch {
	case v.Kind() == reflect.Struct && !v.CanAddr():
		// Methods of the pointer to it count too, so it needs an address.
		addressed := reflect.New(v.Type()).Elem()
		addressed.Set(v)
		v = addressed
	case v.Kind() == reflect.Pointer && v.IsNil():
		return dst, badOption("the payload is a nil pointer; an empty claims set is jwt.Claims{}")
	}
	if p.usesMethod(v) {
		dst, err := appendMarshaled(dst, v, p, w)
		if err == nil {
			err = lostByMethod(v, w.places)
		}
		return dst, err
	}
	switch {
	case p.kind == planBytes:
		return dst, errOctets
	case v.Kind() == reflect.Struct:
		for i := range p.fields {
			f := &p.fields[i]
			// A field that is written directly is a duration by its type, or not at all.
			if !f.claim.isDate() || f.directWrite != 0 && f.plan.typ != durationType {
				continue
			}
			if holder, there := f.branch.of(v); there && isDuration(holder.Field(f.last)) {
				return dst, notADate(f.name)
			}
		}
		c := claimsTypeOf(p)
		switch {
		case c.fault != nil:
			return dst, c.fault
		case c.unchecked != nil:
			return dst, c.unchecked
		}
		dst, err := w.value(dst, v, p)
		if err == nil && c.hidden {
			err = c.lost(v, w.places, false)
		}
		return dst, err
	case v.Kind() == reflect.Map && v.IsNil():
		return append(dst, "{}"...), nil
	case v.Kind() == reflect.Map && w.exceeds(dst, leastMember*v.Len()):
		return dst, errTooLarge
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		m := make(map[string]any, v.Len())
		for key, value := range v.Seq2() {
			m[key.String()] = value.Interface()
		}
		return appendClaimsMap(dst, m, w)
	case v.Kind() == reflect.Map:
		if name, found := durationIn(v, p); found {
			return dst, notADate(name)
		}
	}
	return appendMarshaled(dst, v, p, w)
}

// appendMarshaled writes a payload whose members nobody notes: one that writes itself,
// or a map whose keys are no strings. What was written is read to find them.
func appendMarshaled(dst []byte, v reflect.Value, p *plan, w *writer) ([]byte, error) {
	start, r := len(dst), w.places
	w.places = nil
	dst, err := w.value(dst, v, p)
	if w.places = r; err != nil {
		return dst, err
	}
	d := w.document()
	switch {
	case dst[start] != '{': // which appendClaims tells
	case !d.parse(dst[start:]):
		return dst, errNotJSON
	default:
		*r = d.registered()
		for c, node := range r {
			if n := &d.nodes[node]; node != 0 {
				r[c] = uint32(start) + n.start
				if n.kind == jsonString {
					r[c]-- // its quote
				}
			}
		}
	}
	return dst, err
}

// appendClaimsMap writes a claims set of a map, where dates may be time.Time.
func appendClaimsMap(dst []byte, m map[string]any, w *writer) ([]byte, error) {
	if w.exceeds(dst, leastMember*len(m)) {
		return dst, errTooLarge
	}
	list := sortedMembers(m, make([]member, 0, 16))
	for i := range list {
		if !claimNamed(list[i].name).isDate() {
			continue
		}
		var err error
		if list[i].value, err = unixSeconds(list[i].name, list[i].value); err != nil {
			return dst, err
		}
	}
	return w.members(dst, list)
}

// unixSeconds makes a time.Time under a date's name the number it stands for.
func unixSeconds(name string, value any) (any, error) {
	switch v := value.(type) {
	case *time.Time:
		if v != nil {
			return unixSeconds(name, *v)
		}
	case time.Time:
		if v.IsZero() {
			return nil, badOption(strconv.Quote(name) + " is the zero time.Time; leave the claim out where there is no date")
		}
		return v.Unix(), nil
	default:
		if isDuration(reflect.ValueOf(value)) {
			return nil, notADate(name)
		}
	}
	return value, nil
}

// durationIn looks for a duration under a date's name in a map of any keys.
func durationIn(v reflect.Value, p *plan) (string, bool) {
	for key, value := range v.Seq2() {
		if name, err := keyName(key, p.key); err == nil && claimNamed(name).isDate() && isDuration(value) {
			return name, true
		}
	}
	return "", false
}

// isDuration looks behind pointers and interfaces, as writing does.
func isDuration(v reflect.Value) bool {
	for hops := 0; v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface; hops++ {
		if hops > maxHops { // it holds itself, which writing tells
			return false
		}
		v = v.Elem()
	}
	return v.IsValid() && v.Type() == durationType
}

func notADate(name string) error {
	return badOption(strconv.Quote(name) + " is a time.Duration, not a date; use WithExpiresIn, or a time.Time such as time.Now().Add(d)")
}
