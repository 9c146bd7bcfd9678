package hmackey

import (
	"crypto"
	"crypto/fips140"
	"crypto/hmac"
	_ "crypto/sha256" // for hash.New
	_ "crypto/sha512" // for hash.New
	"crypto/subtle"
	"hash"
	"sync"
)

// A mac is an HMAC state with a buffer for its sum. There are two kinds:
//
//   - The state of a secret that is used again stays in a pool of its MACs. Its Hash is a
//     crypto/hmac that is keyed once: keying costs as much as hashing a few hundred bytes.
//   - The state of a raw key, which is used for one call. Keying a crypto/hmac takes five
//     allocations, so its Hash is a plain hash function, and the method of does the two steps of
//     RFC 2104.
type mac struct {
	hash.Hash
	key []byte // the raw key; nil if the Hash is keyed
	pad [128]byte
	sum [64]byte
}

// of returns the MAC of input. It is valid until the next call.
func (m *mac) of(input []byte) []byte {
	if m.key == nil {
		m.Write(input)
		return m.Sum(m.sum[:0])
	}
	key, size := m.key, m.BlockSize()
	if len(key) > size {
		m.Write(key)
		key = m.Sum(m.sum[:0])
		m.Reset()
	}
	// RFC 2104, Section 2: H(K XOR opad, H(K XOR ipad, text))
	m.pad = ipad
	pad := m.pad[:size]
	subtle.XORBytes(pad, pad, key)
	m.Write(pad)
	m.Write(input)
	inner := m.Sum(m.sum[:0])
	m.Reset()
	subtle.XORBytes(pad, pad, ipadToOpad[:])
	m.Write(pad)
	m.Write(inner)
	return m.Sum(m.sum[:0])
}

// ipad and opad are the values of RFC 2104, Section 2; opad is ipad XOR ipadToOpad. Both arrays
// are as long as the largest block.
var ipad, ipadToOpad = filled(0x36), filled(0x36 ^ 0x5c)

func filled(b byte) (pad [128]byte) {
	for i := range pad {
		pad[i] = b
	}
	return pad
}

// MACs has a pool of HMAC states for each hash. All its states are keyed with one secret, so each
// call must be given the same secret. It is safe for concurrent use, and its zero value is ready
// to use. A nil *MACs is for a secret that is used for one call: no trace of the secret stays in
// memory that is pooled.
type MACs struct{ pools [3]sync.Pool }

// oneCall has the pools for all nil *MACs. The states in them have no key.
var oneCall MACs

// Append appends the MAC of input.
func (p *MACs) Append(hash crypto.Hash, secret, dst, input []byte) []byte {
	m := p.take(hash, secret)
	defer p.giveBack(hash, m)
	return append(dst, m.of(input)...)
}

// Equal reports whether sum is the MAC of input. It compares in constant time.
func (p *MACs) Equal(hash crypto.Hash, secret, input, sum []byte) bool {
	m := p.take(hash, secret)
	defer p.giveBack(hash, m)
	return hmac.Equal(m.of(input), sum)
}

// take takes a state from a pool, for one goroutine, until giveBack.
func (p *MACs) take(hash crypto.Hash, secret []byte) *mac {
	pools := p
	if p == nil {
		pools = &oneCall
	}
	if p == nil && fips140.Enabled() {
		return &mac{Hash: hmac.New(hash.New, secret)} // in FIPS mode the HMAC must be that of the Go Cryptographic Module
	}
	m, ok := pools.pools[hash-crypto.SHA256].Get().(*mac)
	switch {
	case ok:
	case p == nil:
		m = &mac{Hash: hash.New()}
	case len(secret) < leastFIPS:
		m = new(mac)
		// In FIPS 140-only mode hmac.New panics for such a short secret. Check has accepted it.
		fips140.WithoutEnforcement(func() { m.Hash = hmac.New(hash.New, secret) })
	default:
		m = &mac{Hash: hmac.New(hash.New, secret)}
	}
	if p == nil {
		m.key = secret
	}
	return m
}

// giveBack puts a state back into its pool. It clears the state of a raw key first.
func (p *MACs) giveBack(hash crypto.Hash, m *mac) {
	m.Reset()
	if p == nil {
		if m.key == nil {
			return // in FIPS mode the key is in the Hash, where nothing clears it
		}
		m.forget()
		p = &oneCall
	}
	p.pools[hash-crypto.SHA256].Put(m)
}

// forget clears all traces of a raw key. A key longer than a block is written to the hash,
// and a hash keeps the end of its input in a buffer, even after Reset. So forget overwrites
// the buffer with zeros, one byte less than a block: these are only copied, not hashed. The
// last byte of the buffer never has a part of a key, because a full block is hashed without
// being copied.
func (m *mac) forget() {
	clear(m.pad[:])
	clear(m.sum[:])
	m.Write(m.pad[:m.BlockSize()-1])
	m.Reset()
	m.key = nil
}
