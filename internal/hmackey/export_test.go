package hmackey

import (
	"crypto"
	"reflect"
)

// LeftOfRawSecret computes a MAC with a raw secret and returns what the state still
// holds once it is back in the pool: all bytes of arrays in it, its hash included, and
// whether it refers to the secret.
func LeftOfRawSecret(secret, input []byte, hash crypto.Hash) (left []byte, refers bool) {
	m := (*MACs)(nil).take(hash, secret)
	m.of(input)
	(*MACs)(nil).giveBack(hash, m)
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Interface, reflect.Pointer:
			walk(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Array:
			for i := range v.Len() {
				if e := v.Index(i); e.Kind() == reflect.Uint8 {
					left = append(left, byte(e.Uint()))
				}
			}
		}
	}
	walk(reflect.ValueOf(m))
	return left, m.key != nil
}
