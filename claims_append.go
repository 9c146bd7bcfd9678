package jwt

import (
	"reflect"
	"strconv"
	"time"
)

// Payloads as claims sets in JSON.

// appendClaims writes a payload as the JSON object of a claims set, and notes in r
// where its registered claims stand. Whether they are what they must be is for
// checkTypes to say.
func appendClaims(dst []byte, payload any, r *registered) ([]byte, error) {
	start := len(dst)
	dst, err := appendPayload(dst, payload, r)
	if err != nil {
		// An error of ours passes, but not one that a method of the payload's got
		// from elsewhere in this package: that a token expired, say.
		if f, ok := err.(*failure); ok && f.class == ErrInvalidOption {
			return dst, err
		}
		return dst, &failure{class: ErrInvalidOption, text: "the payload cannot be encoded: " + because(err), cause: err}
	}
	if dst[start] != '{' {
		return dst, badOption("the payload must marshal to a JSON object: jwt.Claims, a struct, or a map with string keys")
	}
	return dst, nil
}

func appendPayload(dst []byte, payload any, r *registered) ([]byte, error) {
	switch p := payload.(type) {
	case nil:
		return dst, badOption("the payload is nil; an empty claims set is jwt.Claims{}")
	case []byte:
		return dst, badOption("the payload is octets, not claims; JSON of your own is given as a json.RawMessage, other octets to Sign")
	case Claims:
		return appendClaimsMap(dst, p, r)
	case map[string]any:
		return appendClaimsMap(dst, p, r)
	}
	w := writer{placeOf: placesIn(r)}
	v := reflect.ValueOf(payload)
	p := planOf(v.Type())
	for v.Kind() == reflect.Pointer && p.marshals == ofNone {
		if v.IsNil() {
			return dst, badOption("the payload is a nil pointer; an empty claims set is jwt.Claims{}")
		}
		if p.kind == planNone {
			return dst, errNoJSONFor
		}
		v, p = v.Elem(), p.elem
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
	if p.marshals != ofNone {
		return appendMarshaled(dst, v, p, r)
	}
	switch {
	case v.Kind() == reflect.Struct:
		for i := range p.fields {
			if t := p.fields[i].plan.typ; isDate(p.fields[i].name) && (t == durationType || t.Kind() == reflect.Pointer && t.Elem() == durationType) {
				return dst, notADate(p.fields[i].name)
			}
		}
	case v.Kind() == reflect.Map && v.IsNil():
		return append(dst, "{}"...), nil
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		m := make(map[string]any, v.Len())
		for key, value := range v.Seq2() {
			m[key.String()] = value.Interface()
		}
		return appendClaimsMap(dst, m, r)
	}
	if v.Kind() != reflect.Struct { // whose members are noted as they are written
		return appendMarshaled(dst, v, p, r)
	}
	return w.value(dst, v, p)
}

// appendMarshaled writes a payload that writes itself. What it wrote has to be read
// to know what its members are.
func appendMarshaled(dst []byte, v reflect.Value, p *plan, r *registered) ([]byte, error) {
	start := len(dst)
	var w writer
	dst, err := w.value(dst, v, p)
	var d document
	if err == nil && d.parse(dst[start:]) {
		*r = d.registered()
		for _, place := range [...]*uint32{&r.iss, &r.sub, &r.aud, &r.exp, &r.nbf, &r.iat, &r.jti} {
			if n := &d.nodes[*place]; *place != 0 {
				*place = uint32(start) + n.start
				if n.kind == jsonString {
					*place-- // its quote
				}
			}
		}
	}
	return dst, err
}

// appendClaimsMap writes a claims set of a map, where dates may be time.Time.
func appendClaimsMap(dst []byte, m map[string]any, r *registered) ([]byte, error) {
	list := sortedMembers(m, make([]member, 0, 16))
	for i := range list {
		if !isDate(list[i].name) {
			continue
		}
		var err error
		if list[i].value, err = unixSeconds(list[i].name, list[i].value); err != nil {
			return dst, err
		}
	}
	w := writer{placeOf: placesIn(r)}
	return w.members(dst, list)
}

// placesIn is placeOf as a writer wants it.
func placesIn(r *registered) func(string) *uint32 {
	return func(name string) *uint32 { return placeOf(r, name) }
}

func isDate(name string) bool { return name == "exp" || name == "nbf" || name == "iat" }

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
	case time.Duration, *time.Duration:
		return nil, notADate(name)
	}
	return value, nil
}

func notADate(name string) error {
	return badOption(strconv.Quote(name) + " is a time.Duration, not a date; use WithExpiresIn, or a time.Time such as time.Now().Add(d)")
}
