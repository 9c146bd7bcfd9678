package jwt

import (
	"reflect"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// What tests reach inside the package.

// ParseJSON walks a text, and returns its members where it is accepted.
func ParseJSON(text []byte) (map[string]any, bool) {
	var d strictjson.Document
	if !d.Parse(text) {
		return nil, false
	}
	return d.Map(0), true
}

// SignOctets signs an input whose header is not one that this package writes.
func SignOctets(key *Key, alg Algorithm, input []byte) ([]byte, error) {
	state, err := key.usable()
	if err != nil {
		return nil, err
	}
	return state.sign(alg, nil, input)
}

// Remember has a decoder's cache say that a signature holds, whether it does or not: a token
// that is accepted for it shows that the cache was asked, and for what.
func Remember(d *Decoder, key *Key, alg Algorithm, input string, signature []byte) {
	text := []byte(input)
	c := d.policy.signatures
	c.Add(c.Sum(&text, signature, uint64(alg)), key.state.open().fingerprint())
}

// Remembered returns how many signatures a decoder's cache holds; -1 where it has none.
func Remembered(d *Decoder) (n int) {
	if d.policy.signatures == nil {
		return -1
	}
	buckets := reflect.ValueOf(d.policy.signatures).Elem().FieldByName("buckets")
	for i := range buckets.Len() {
		entries := buckets.Index(i).FieldByName("entries")
		for j := range entries.Len() {
			if !entries.Index(j).IsZero() {
				n++
			}
		}
	}
	return n
}
