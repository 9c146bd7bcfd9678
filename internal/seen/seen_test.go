package seen_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/token-jwt/jwt/internal/seen"
)

// sumOf returns the sum of a number.
func sumOf(n int) seen.Sum { return seen.SumOf(fmt.Append(nil, n)) }

var by = sumOf(-1)

// The oldest entry of a bucket is evicted first, and none before the bucket is full.
func TestEviction(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} { // eight entries, in one bucket
		c := seen.New(n)
		for i := range 8 {
			assert.False(t, c.Has(sumOf(i), by))
			c.Add(sumOf(i), by)
			c.Add(sumOf(0), by) // which is there already
			assert.Equal(t, i+1, c.Len())
		}
		for i := range 100 {
			assert.True(t, c.Has(sumOf(i), by))
			c.Add(sumOf(i+8), by)
			assert.False(t, c.Has(sumOf(i), by))
			assert.True(t, c.Has(sumOf(i+8), by))
			assert.Equal(t, 8, c.Len())
		}
	}
	c := seen.New(5) // two buckets
	for i := range 100 {
		c.Add(sumOf(i), by)
	}
	assert.Equal(t, 16, c.Len())
}

// The last n texts are there, or nearly all: buckets fill unevenly.
func TestTheLastAreThere(t *testing.T) {
	const n = 4000
	c := seen.New(n)
	for i := range 3 * n {
		c.Add(sumOf(i), by)
	}
	assert.LessOrEqual(t, c.Len(), 2*n)
	found := 0
	for i := 2 * n; i < 3*n; i++ {
		if c.Has(sumOf(i), by) {
			found++
		}
	}
	assert.Greater(t, found, n*97/100)
}

// Each cache has a seed, so that nobody can make texts for the bucket of another's. All else of
// a text is in its sum.
func TestSum(t *testing.T) {
	sums := map[seen.Sum]bool{}
	for range 3 {
		c := seen.New(8)
		sum := func(text, second string, kind uint64) seen.Sum {
			buf := []byte(text)
			sum := c.Sum(&buf, []byte(second), kind)
			assert.Equal(t, text, string(buf))
			return sum
		}
		assert.Equal(t, sum("a.b", "c", 1), sum("a.b", "c", 1))
		for _, other := range []seen.Sum{
			sum("a.b", "c", 1), sum("a.b", "c", 2), sum("a.bc", "", 1), sum("a.b", "", 1), sum("a.", "bc", 1), sum("A.b", "c", 1), sum("a.b", "d", 1),
		} {
			assert.False(t, sums[other])
			sums[other] = true
		}
	}
}

// A buffer with enough capacity is used.
func TestSumAllocatesNothing(t *testing.T) {
	c := seen.New(8)
	text, second := make([]byte, 100, 300), make([]byte, 64)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		sum := c.Sum(&text, second, 1)
		c.Add(sum, by)
		c.Has(sum, by)
	}))
}

// A sum in words is all of it.
func TestSumOf(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("abc", 100)} {
		want := sha256.Sum256([]byte(text))
		var got []byte
		for _, word := range seen.SumOf([]byte(text)) {
			got = binary.LittleEndian.AppendUint64(got, word)
		}
		assert.Equal(t, want[:], got)
	}
}

// While a bucket is written, other callers find nothing and add nothing: nobody waits.
func TestWhileWriting(t *testing.T) {
	c := seen.New(8)
	c.Add(sumOf(1), by)
	c.WhileWriting(func() {
		assert.False(t, c.Has(sumOf(1), by))
		c.Add(sumOf(2), by)
	})
	assert.True(t, c.Has(sumOf(1), by))
	assert.False(t, c.Has(sumOf(2), by))
	c.Add(sumOf(2), by)
	assert.True(t, c.Has(sumOf(2), by))
}

// What is read while an entry is written is not used, and no two are written at a time.
func TestIsNotReadTorn(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	c := seen.New(1)
	for range 20 {
		assert.True(t, c.Read(yes))
		assert.False(t, c.Read(no))
		assert.False(t, c.Read(func() bool { return c.Write(yes) }), "written meanwhile")
		assert.True(t, c.Read(func() bool { return c.Write(no) }), "not written")
		assert.True(t, c.Write(func() bool {
			assert.False(t, c.Read(yes), "while it is written")
			assert.False(t, c.Write(yes), "by another one")
			return true
		}))
	}
}

// An entry is compared whole: a sum that differs in one bit is another one.
func TestComparesAllBits(t *testing.T) {
	c := seen.New(1)
	text, by := seen.Sum{1, 2, 3, 4}, seen.Sum{5, 6, 7, 8}
	c.Add(text, by)
	assert.True(t, c.Has(text, by))
	assert.False(t, c.Has(by, text))
	for word := range 4 {
		for bit := range 64 {
			other := text
			other[word] ^= 1 << bit
			assert.False(t, c.Has(other, by))
			other = by
			other[word] ^= 1 << bit
			assert.False(t, c.Has(text, other))
		}
	}
}

// The cache is words, and one list of them: no pointer to a text, or to what checked it.
func TestHoldsSumsAlone(t *testing.T) {
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
	walk(reflect.TypeFor[seen.Cache](), 0)
}
