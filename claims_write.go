package jwt

import (
	"reflect"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// Writing payloads as claims sets.

var (
	errTooLong = badOption("the token would have more than 256 KiB, which no verifier reads by default")
	errBytes   = badOption("the payload is bytes, not claims; convert JSON to a json.RawMessage, and sign other bytes with Sign")
	errNil     = badOption("the payload is a nil pointer; an empty claims set is jwt.Claims{}")
)

// appendClaims writes a payload as the JSON object of a claims set. It stores the offsets of
// the registered claims in w.Offsets. checkWrittenForms then checks their forms.
func appendClaims(dst []byte, payload any, w *strictjson.Writer) ([]byte, error) {
	start := len(dst)
	dst, err := appendPayload(dst, payload, w)
	if err == strictjson.ErrTooLarge {
		return dst, errTooLong
	}
	if err != nil {
		// Keep an ErrInvalidOption of this package. Another class can only come from a
		// method of the payload, which may have decoded a token that expired, for example.
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

func appendPayload(dst []byte, payload any, w *strictjson.Writer) ([]byte, error) {
	switch p := payload.(type) {
	case nil:
		return dst, badOption("the payload is nil; an empty claims set is jwt.Claims{}")
	case []byte:
		return dst, errBytes
	case Claims:
		return w.AppendMap(dst, p)
	case map[string]any:
		return w.AppendMap(dst, p)
	}
	v, p, err := jsonFormat.Follow(reflect.ValueOf(payload))
	switch {
	case err != nil:
		return dst, err
	case v.Kind() == reflect.Pointer && v.IsNil(), v.Kind() == reflect.Interface && v.IsNil():
		return dst, errNil
	case p.UsesMethod(v):
		if dst, err = w.AppendValue(dst, v, p); err == nil {
			err = lostByMethod(v, w.Offsets)
		}
		return dst, err
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return dst, errBytes
	case v.Kind() == reflect.Map && v.IsNil():
		return append(dst, "{}"...), nil
	case p.Is(reflect.Struct):
		return appendStruct(dst, v, p, w)
	}
	return w.AppendValue(dst, v, p)
}

func appendStruct(dst []byte, v reflect.Value, p *strictjson.Plan, w *strictjson.Writer) ([]byte, error) {
	c := claimsTypeOf(p)
	switch {
	case c.fault != nil:
		return dst, c.fault
	case c.unchecked != nil:
		return dst, c.unchecked
	}
	dst, err := w.AppendValue(dst, v, p)
	if err == nil && c.Hidden {
		err = c.lost(v, w.Offsets, false)
	}
	return dst, err
}
