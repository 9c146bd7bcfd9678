package jwt_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/token-jwt/jwt"
)

// The table of the cache of signatures: which entries stay, and what is read while one is written.

// The oldest of a bucket goes first, and nothing before the bucket is full.
func TestSignatureCacheEviction(t *testing.T) {
	key := newEd25519(t, "")
	for _, n := range []int{1, 2, 3, 4} { // eight places, in one bucket
		d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(n))
		f := forgeryOf(headed(jwt.EdDSA), good)
		f.remember(d, key, jwt.EdDSA)
		for i := range 7 {
			decodes(t, d, tokenOf(t, key, jwt.Claims{"n": i}))
			f.remember(d, key, jwt.EdDSA) // which is there already
			assert.Equal(t, i+2, jwt.Remembered(d))
		}
		decodes(t, d, f.token)
		decodes(t, d, tokenOf(t, key, jwt.Claims{"n": 7}))
		assert.Equal(t, 8, jwt.Remembered(d))
		refuses(t, d, f.token, jwt.ErrInvalidSignature)
		for i := range 100 { // each is verified again, and remembered
			decodes(t, d, tokenOf(t, key, jwt.Claims{"n": i % 9}))
			assert.Equal(t, 8, jwt.Remembered(d))
		}
	}
}

// The last n tokens are there, or nearly all: buckets fill unevenly.
func TestSignatureCacheRemembersTheLast(t *testing.T) {
	const n = 4000
	key := newEd25519(t, "")
	d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(n))
	header := b64(headed(jwt.EdDSA)) + "."
	signature := make([]byte, 64)
	for i := range 3 * n {
		jwt.Remember(d, key, jwt.EdDSA, header+b64(fmt.Sprintf(`{"n":%d}`, i)), signature)
	}
	assert.LessOrEqual(t, jwt.Remembered(d), 2*n)
	found := 0
	for i := 2 * n; i < 3*n; i++ {
		if _, err := d.Decode(withSignature(header+b64(fmt.Sprintf(`{"n":%d}`, i)), signature)); err == nil {
			found++
		}
	}
	assert.Greater(t, found, n*97/100)
}

// Each cache has a seed, so that nobody can make tokens of his own for the bucket of another's. All
// else of a signature is in its sum.
func TestSignatureCacheIsSeeded(t *testing.T) {
	key := newEd25519(t, "")
	sums := map[[4]uint64]bool{}
	for range 3 {
		d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(8))
		sum := jwt.CachedSum(d, jwt.EdDSA, "a.b", []byte("c"))
		assert.Equal(t, sum, jwt.CachedSum(d, jwt.EdDSA, "a.b", []byte("c")))
		for _, other := range [][4]uint64{
			sum, jwt.CachedSum(d, jwt.Ed25519, "a.b", []byte("c")), jwt.CachedSum(d, jwt.EdDSA, "a.bc", nil),
			jwt.CachedSum(d, jwt.EdDSA, "a.b", nil), jwt.CachedSum(d, jwt.EdDSA, "a.", []byte("bc")),
		} {
			assert.False(t, sums[other])
			sums[other] = true
		}
	}
}

// While a bucket is written, whoever wants it does without: nobody waits.
func TestSignatureCacheWhileWriting(t *testing.T) {
	key := newEd25519(t, "")
	d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(8))
	f := forgeryOf(headed(jwt.EdDSA), good)
	f.remember(d, key, jwt.EdDSA)
	token := tokenOf(t, key, jwt.Claims{"sub": "alice"})
	jwt.WhileWriting(d, func() {
		refuses(t, d, f.token, jwt.ErrInvalidSignature)
		decodes(t, d, token)
		assert.Equal(t, 1, jwt.Remembered(d))
	})
	decodes(t, d, f.token)
	decodes(t, d, token)
	assert.Equal(t, 2, jwt.Remembered(d))
}

// What is read while an entry is written is not used, and no two are written at a time.
func TestSignatureCacheIsNotReadTorn(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	b := jwt.NewSmallCache()
	for range 20 {
		assert.True(t, b.Read(yes))
		assert.False(t, b.Read(no))
		assert.False(t, b.Read(func() bool { return b.Write(yes) }), "written meanwhile")
		assert.True(t, b.Read(func() bool { return b.Write(no) }), "not written")
		assert.True(t, b.Write(func() bool {
			assert.False(t, b.Read(yes), "while it is written")
			assert.False(t, b.Write(yes), "by another one")
			return true
		}))
	}
}

// A sum in words is all of it.
func TestSum256Of(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("abc", 100)} {
		want := sha256.Sum256([]byte(text))
		var got []byte
		for _, word := range jwt.Sum256Of([]byte(text)) {
			got = binary.LittleEndian.AppendUint64(got, word)
		}
		assert.Equal(t, want[:], got)
	}
}

// An entry is compared whole: a sum that differs in one bit is another one.
func TestSignatureCacheComparesAllBits(t *testing.T) {
	c := jwt.NewSmallCache()
	signed, key := [4]uint64{1, 2, 3, 4}, [4]uint64{5, 6, 7, 8}
	c.Add(signed, key)
	assert.True(t, c.Has(signed, key))
	assert.False(t, c.Has(key, signed))
	for word := range 4 {
		for bit := range 64 {
			other := signed
			other[word] ^= 1 << bit
			assert.False(t, c.Has(other, key))
			other = key
			other[word] ^= 1 << bit
			assert.False(t, c.Has(signed, other))
		}
	}
}

// The cache is words, and one list of them: no pointer to a token, a claim or a key.
func TestSignatureCacheHoldsSumsAlone(t *testing.T) {
	var walk func(typ reflect.Type, depth int)
	walk = func(typ reflect.Type, depth int) {
		switch typ.Kind() {
		case reflect.Slice:
			assert.Zero(t, depth)
			walk(typ.Elem(), depth+1)
		case reflect.Array:
			walk(typ.Elem(), depth)
		case reflect.Struct:
			for i := range typ.NumField() {
				walk(typ.Field(i).Type, depth)
			}
		default:
			assert.Contains(t, []reflect.Kind{reflect.Uint8, reflect.Uint64}, typ.Kind())
		}
	}
	walk(jwt.CacheType(), 0)
}
