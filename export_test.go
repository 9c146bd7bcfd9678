package jwt

import (
	"reflect"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// What the tests of base64url and of the JSON walk need to reach directly.

func AppendBase64url(dst, src []byte) []byte { return appendBase64url(dst, src) }

func AppendBase64urlDecoded(dst []byte, text string) ([]byte, bool) {
	return appendBase64urlDecoded(dst, text)
}

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

// LeftOfRawSecret computes a MAC with a raw secret and returns what the state still
// holds once it is back in the pool: all bytes of arrays in it, its hash included, and
// whether it refers to the secret.
func LeftOfRawSecret(secret, input []byte, alg Algorithm) (left []byte, refers bool) {
	k, err := newSecret(secret, true)
	if err != nil {
		panic(err)
	}
	m := k.takeMAC(alg.Hash())
	m.of(input)
	k.returnMAC(alg.Hash(), m)
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

// ShiftWallClock makes a live set believe that the wall clock jumped since its last
// fetch.
func ShiftWallClock(s *KeySet, jump time.Duration) {
	l := s.state.open().live
	shifted := *l.latest.Load()
	shifted.wall -= int64(jump)
	l.latest.Store(&shifted)
}

// WhileHeld runs a function while callers of a live set that is due have to wait.
func WhileHeld(s *KeySet, f func()) {
	l := s.state.open().live
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// IsDue reports whether a call that read the clock then takes a live set to be due.
func IsDue(s *KeySet, now time.Time) bool {
	f := s.state.open().live.latest.Load()
	return f.age(now) >= f.due
}

// Remember has a decoder's cache say that a signature holds, whether it does or not: a token
// that is accepted for it shows that the cache was asked, and for what.
func Remember(d *Decoder, key *Key, alg Algorithm, input string, signature []byte) {
	text := []byte(input)
	c := d.policy.signatures
	c.add(c.sum(alg, &text, signature), key.state.open().fingerprint())
}

// Remembered returns how many signatures a decoder's cache holds; -1 where it has none.
func Remembered(d *Decoder) (n int) {
	if d.policy.signatures == nil {
		return -1
	}
	for i := range d.policy.signatures.buckets {
		for j := range d.policy.signatures.buckets[i].entries {
			if d.policy.signatures.buckets[i].entries[j].key[0].Load() != 0 {
				n++
			}
		}
	}
	return n
}

// CachedSum returns what a decoder's cache knows a signature by.
func CachedSum(d *Decoder, alg Algorithm, input string, signature []byte) [4]uint64 {
	text := []byte(input)
	return d.policy.signatures.sum(alg, &text, signature)
}

// Sum256Of is SHA-256 in words.
func Sum256Of(text []byte) [4]uint64 { return sum256Of(text) }

// WhileWriting runs a function while an entry of each bucket is being written.
func WhileWriting(d *Decoder, f func()) {
	for i := range d.policy.signatures.buckets {
		b := &d.policy.signatures.buckets[i]
		b.version.Add(1)
		defer b.version.Add(1)
	}
	f()
}

// CacheType is what the cache consists of.
func CacheType() reflect.Type { return reflect.TypeFor[signatureCache]() }

// A SmallCache is one of eight places, all in one bucket.
type SmallCache struct{ cache *signatureCache }

// NewSmallCache makes one.
func NewSmallCache() SmallCache { return SmallCache{newSignatureCache(1)} }

// Has and Add are what a call asks, and tells.
func (c SmallCache) Has(signed, key [4]uint64) bool { return c.cache.has(signed, key) }
func (c SmallCache) Add(signed, key [4]uint64)      { c.cache.add(signed, key) }

// Read is what looks for an entry.
func (c SmallCache) Read(f func() bool) bool { return c.cache.buckets[0].read(f) }

// Write is what adds one. It reports whether f was called.
func (c SmallCache) Write(f func() bool) (called bool) {
	c.cache.buckets[0].write(func(*cacheEntry) bool { called = true; return f() })
	return called
}
