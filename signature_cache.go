package jwt

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"
)

// The cache of signatures that held: see WithSignatureCache.
//
// Whether a signature holds depends only on the algorithm, the key, the signing input and the
// signature. An entry has the SHA-256 of all of them, so a hit gives the result that the
// public-key operation would give. Checks that depend on anything else, such as the clock or
// the options, are not cached.

// A signatureCache is a hash table of fixed size. A new entry evicts the oldest one in its
// bucket. No goroutine waits. If two goroutines write to a bucket at the same time, one of
// them gives up. If a bucket changes while a goroutine reads it, the read is a miss. Either
// costs one more public-key operation.
type signatureCache struct {
	seed    [16]byte // so that an issuer cannot make tokens that evict those of another
	buckets []cacheBucket
}

const (
	// cacheWays is how many entries a bucket has.
	cacheWays = 8

	// entriesPerToken is how many entries the cache has for each of the n tokens. Buckets
	// fill unevenly: with one entry for each token, more than half of n tokens in use would
	// evict one another in turn.
	entriesPerToken = 2

	// mostCached is the largest size. The cache then has 130 MiB.
	mostCached = 1 << 20
)

// A cacheBucket is protected by a sequence lock: version is odd while an entry is written,
// and has increased afterwards. version/2 is the number of entries written so far.
type cacheBucket struct {
	version atomic.Uint64
	entries [cacheWays]cacheEntry
}

// A cacheEntry says that one signature holds by one key: see sum and keyState.fingerprint. An
// empty entry is all zeros. No input with such a SHA-256 is known.
type cacheEntry struct {
	signed, key [4]atomic.Uint64
}

// A sum256 is a SHA-256, in words that can be read and written atomically.
type sum256 [4]uint64

func sum256Of(text []byte) (s sum256) {
	sum := sha256.Sum256(text)
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(sum[8*i:])
	}
	return s
}

func newSignatureCache(tokens int) *signatureCache {
	c := &signatureCache{buckets: make([]cacheBucket, (entriesPerToken*tokens+cacheWays-1)/cacheWays)}
	rand.Read(c.seed[:])
	return c
}

// sum returns the SHA-256 of the signing input, the signature, the seed and the algorithm. It
// uses the free capacity of input as a buffer. The length of the input is hashed too, so that
// no other split into input and signature has the same sum.
func (c *signatureCache) sum(alg Algorithm, input *[]byte, signature []byte) sum256 {
	n := len(*input)
	text := append(*input, signature...)
	text = append(text, c.seed[:]...)
	text = binary.LittleEndian.AppendUint64(text, uint64(n))
	text = binary.LittleEndian.AppendUint64(text, uint64(alg))
	*input = text[:n]
	return sum256Of(text)
}

// has reports whether the cache has an entry for the signature and the key. The comparison is
// not constant-time. An attacker does not know the seed, so cannot find tokens with similar
// sums, and learning a part of a sum is of no use.
func (c *signatureCache) has(signed, key sum256) bool {
	b := c.bucket(signed)
	return b.read(func() bool { return b.contains(signed, key) })
}

// add stores an entry for the signature and the key, unless another goroutine just did.
func (c *signatureCache) add(signed, key sum256) {
	b := c.bucket(signed)
	b.write(func(oldest *cacheEntry) bool {
		if b.contains(signed, key) {
			return false
		}
		storeWords(&oldest.signed, signed)
		storeWords(&oldest.key, key)
		return true
	})
}

func (c *signatureCache) bucket(signed sum256) *cacheBucket {
	return &c.buckets[signed[0]%uint64(len(c.buckets))]
}

// read returns the result of f, or false if an entry was written meanwhile.
func (b *cacheBucket) read(f func() bool) bool {
	version := b.version.Load()
	return version&1 == 0 && f() && b.version.Load() == version
}

// write calls f with the oldest entry, unless another goroutine is writing. f reports whether
// it wrote.
func (b *cacheBucket) write(f func(oldest *cacheEntry) bool) {
	version := b.version.Load()
	if version&1 != 0 || !b.version.CompareAndSwap(version, version+1) {
		return
	}
	if f(&b.entries[version/2%cacheWays]) {
		version += 2
	}
	b.version.Store(version)
}

func (b *cacheBucket) contains(signed, key sum256) bool {
	for i := range b.entries {
		if e := &b.entries[i]; equalWords(&e.signed, signed) && equalWords(&e.key, key) {
			return true
		}
	}
	return false
}

func equalWords(words *[4]atomic.Uint64, sum sum256) bool {
	return words[0].Load() == sum[0] && words[1].Load() == sum[1] && words[2].Load() == sum[2] && words[3].Load() == sum[3]
}

func storeWords(words *[4]atomic.Uint64, sum sum256) {
	for i := range sum {
		words[i].Store(sum[i])
	}
}
