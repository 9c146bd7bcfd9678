package jwt

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"
)

// The cache of signatures that held: see WithSignatureCache.
//
// Whether a signature holds depends on the algorithm, the key, the signing input and the
// signature alone. An entry has all of them, by SHA-256: a hit says what the public-key
// operation would say again. What depends on anything else, the clock or the options, is
// not cached.

// A signatureCache is a hash table of fixed size. A new entry evicts the oldest of its bucket.
// Nobody waits: where two goroutines write to one bucket at the same time, one does not write,
// and a reader that a writer disturbs takes it for a miss. Either costs one more public-key
// operation.
type signatureCache struct {
	seed    [16]byte // so that an issuer cannot make tokens that evict those of another
	buckets []cacheBucket
}

const (
	// cacheWays is how many entries a bucket has.
	cacheWays = 8

	// roomPerToken is how many entries the cache has for each token that it was asked to
	// remember. Buckets fill unevenly: with one entry each, more than half of n tokens in
	// use would evict one another in turn.
	roomPerToken = 2

	// mostCached is the largest size, of 130 MiB.
	mostCached = 1 << 20
)

// A cacheBucket is a sequence lock: its version is odd while an entry is written, and another
// one afterwards. Half of it is the count of entries written.
type cacheBucket struct {
	version atomic.Uint64
	entries [cacheWays]cacheEntry
}

// A cacheEntry says that one signature holds by one key: see sum and keyState.fingerprint. An
// empty one is all zeros, which no SHA-256 is known to be.
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
	c := &signatureCache{buckets: make([]cacheBucket, (roomPerToken*tokens+cacheWays-1)/cacheWays)}
	rand.Read(c.seed[:])
	return c
}

// sum returns the sum of what was signed, its signature and the algorithm. It appends to
// input, and takes that away again. The fixed length of what it appends, and the length of
// the input within, say where the signature begins.
func (c *signatureCache) sum(alg Algorithm, input *[]byte, signature []byte) sum256 {
	n := len(*input)
	text := append(*input, signature...)
	text = append(text, c.seed[:]...)
	text = binary.LittleEndian.AppendUint64(text, uint64(n))
	text = binary.LittleEndian.AppendUint64(text, uint64(alg))
	*input = text[:n]
	return sum256Of(text)
}

// has reports whether the signature is known to hold by the key. Sums are compared in time
// that depends on them: without the seed nobody knows which tokens have sums that are alike,
// and half a sum is worth nothing.
func (c *signatureCache) has(signed, key sum256) bool {
	b := c.bucket(signed)
	return b.read(func() bool { return b.contains(signed, key) })
}

// add notes that the signature holds by the key. Another goroutine may have noted it since has.
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

// read returns what f returns, or false where an entry is written meanwhile.
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
