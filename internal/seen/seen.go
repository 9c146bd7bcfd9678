// Package seen is a cache of texts that passed a check, such as tokens whose signature held. Each
// entry has two hashes: of the text, and of what it was checked by, such as a key. The cache
// stores nothing but these SHA-256 hashes.
package seen

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"
)

// A Cache is a hash table of fixed size. A new entry evicts the oldest one in its bucket. It is
// safe for concurrent use, and no goroutine waits. If two goroutines write to a bucket at the
// same time, one of them gives up. If a bucket changes while a goroutine reads it, the read is
// a miss. Either costs one more check.
type Cache struct {
	seed    [16]byte // so that nobody can make texts that evict those of another
	buckets []bucket
}

const (
	// MaxTexts is the largest n for New. Such a Cache takes 130 MiB.
	MaxTexts = 1 << 20

	// ways is how many entries a bucket has.
	ways = 8

	// entriesPerText is how many entries the cache has for each of the n texts. Buckets fill
	// unevenly. With one entry for each text, more than half of n texts in use would evict one
	// another again and again.
	entriesPerText = 2
)

// A bucket is protected by a sequence lock: version is odd while an entry is written, and has
// increased afterwards. version/2 is the number of entries written so far.
type bucket struct {
	version atomic.Uint64
	entries [ways]entry
}

// An entry says that the text with one hash passed the check by the thing with the other hash.
// An empty entry is all zeros. No input with such a SHA-256 is known.
type entry struct {
	text, by [4]atomic.Uint64
}

// A Sum is a SHA-256, in words that can be read and written atomically.
type Sum [4]uint64

// SumOf returns the SHA-256 of data.
func SumOf(data []byte) (s Sum) {
	sum := sha256.Sum256(data)
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(sum[8*i:])
	}
	return s
}

// New makes a Cache for n texts. n must be from 1 to MaxTexts.
func New(n int) *Cache {
	c := &Cache{buckets: make([]bucket, (entriesPerText*n+ways-1)/ways)}
	rand.Read(c.seed[:])
	return c
}

// Sum returns the hash of a text for this cache. The text has two parts, *text and second, and a
// kind. The hash is the SHA-256 of all three and of the seed. The length of *text is hashed too,
// so the same bytes split in another place have another hash. Sum uses the free capacity of
// *text as a buffer.
func (c *Cache) Sum(text *[]byte, second []byte, kind uint64) Sum {
	n := len(*text)
	all := append(*text, second...)
	all = append(all, c.seed[:]...)
	all = binary.LittleEndian.AppendUint64(all, uint64(n))
	all = binary.LittleEndian.AppendUint64(all, kind)
	*text = all[:n]
	return SumOf(all)
}

// Has reports whether the cache has an entry for text, checked by by. The comparison is not
// constant-time: an attacker does not know the seed, so cannot find texts with similar hashes,
// and learning a part of a hash is of no use.
func (c *Cache) Has(text, by Sum) bool {
	b := c.bucket(text)
	return b.read(func() bool { return b.contains(text, by) })
}

// Add stores an entry for text, checked by by, unless another goroutine has just stored it.
func (c *Cache) Add(text, by Sum) {
	b := c.bucket(text)
	b.write(func(oldest *entry) bool {
		if b.contains(text, by) {
			return false
		}
		storeWords(&oldest.text, text)
		storeWords(&oldest.by, by)
		return true
	})
}

func (c *Cache) bucket(text Sum) *bucket { return &c.buckets[text[0]%uint64(len(c.buckets))] }

// read returns the result of f, or false if a goroutine wrote to the bucket meanwhile.
func (b *bucket) read(f func() bool) bool {
	version := b.version.Load()
	return version&1 == 0 && f() && b.version.Load() == version
}

// write calls f with the oldest entry, unless another goroutine is writing. f reports whether
// it wrote.
func (b *bucket) write(f func(oldest *entry) bool) {
	version := b.version.Load()
	if version&1 != 0 || !b.version.CompareAndSwap(version, version+1) {
		return
	}
	if f(&b.entries[version/2%ways]) {
		version += 2
	}
	b.version.Store(version)
}

func (b *bucket) contains(text, by Sum) bool {
	for i := range b.entries {
		if e := &b.entries[i]; equalWords(&e.text, text) && equalWords(&e.by, by) {
			return true
		}
	}
	return false
}

func equalWords(words *[4]atomic.Uint64, sum Sum) bool {
	return words[0].Load() == sum[0] && words[1].Load() == sum[1] && words[2].Load() == sum[2] && words[3].Load() == sum[3]
}

func storeWords(words *[4]atomic.Uint64, sum Sum) {
	for i := range sum {
		words[i].Store(sum[i])
	}
}
