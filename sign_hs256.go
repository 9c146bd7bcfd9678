package jwt

import (
	"bytes"
	"crypto"
	"crypto/fips140"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"hash"
	"strconv"
	"sync"
)

// HS256, HS384 and HS512: HMAC with SHA-2 (RFC 7518, Section 3.2).

const hmacAlgorithms = HS256 | HS384 | HS512

const leastFIPSSecret = 112 / 8 // with a shorter one crypto/hmac panics in FIPS 140-only mode

type hmacFamily struct{}

func (hmacFamily) newKey(material any, weak bool) (*keyState, error) {
	if secret, ok := material.([]byte); ok {
		return newSecret(secret, weak)
	}
	return nil, nil
}

// newSecret checks an HMAC secret. The state refers to it.
func newSecret(secret []byte, weak bool) (*keyState, error) {
	k := new(keyState)
	if err := k.setSecret(secret, weak); err != nil {
		return nil, err
	}
	return k, nil
}

// setSecret checks a secret and makes k its state. k refers to the secret.
func (k *keyState) setSecret(secret []byte, weak bool) error {
	if err := checkSecret(secret, weak); err != nil {
		return err
	}
	if len(secret) < leastFIPSSecret && weak && fips140.Enforced() {
		return badKey("the HMAC secret has " + strconv.Itoa(len(secret)) + " bytes, and in FIPS 140-only mode at least " +
			strconv.Itoa(leastFIPSSecret) + " are wanted, also with AllowWeakKey")
	}
	*k = keyState{family: hmacFamily{}, kind: "HMAC secret", secret: secret}
	for alg := HS256; alg <= HS512; alg <<= 1 {
		// RFC 7518, Section 3.2: "A key of the same size as the hash output
		// (for instance, 256 bits for "HS256") or larger MUST be used".
		if weak || len(secret) >= alg.row().hash.Size() {
			k.fits |= alg
		}
	}
	k.computeUses()
	return nil
}

// generate makes a secret of the size of the hash.
func (hmacFamily) generate(alg Algorithm) (any, error) {
	secret := make([]byte, alg.Hash().Size())
	rand.Read(secret) // never fails: crypto/rand ends the program instead
	return secret, nil
}

func (hmacFamily) detach(k *keyState) { k.secret = bytes.Clone(k.secret) }

func (hmacFamily) kty() string { return "oct" }

// readJWK reads the member of RFC 7518, Section 6.4.
func (hmacFamily) readJWK(r *jwkReader, o *keyOptions) (*keyState, error) {
	secret := r.secret("k")
	if r.err != nil {
		return nil, r.err
	}
	return newSecret(secret, o.weak)
}

func (hmacFamily) writeJWK(k *keyState) (public, private []jwkMember) {
	return nil, []jwkMember{{name: "k", bytes: k.secret}}
}

func (hmacFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	m := k.takeMAC(hash)
	defer k.returnMAC(hash, m)
	return append(dst, m.of(input)...), nil
}

// verify compares in constant time.
func (hmacFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	m := k.takeMAC(hash)
	defer k.returnMAC(hash, m)
	return hmac.Equal(m.of(input), signature)
}

// A mac is an HMAC state with a buffer for its sum.
//
// For a Key it is a crypto/hmac, keyed once: keying costs as much as hashing a small token.
// A raw key is used for one call, and keying crypto/hmac takes five allocations. So for a raw
// key the Hash is a plain hash function, and the two steps of RFC 2104 are made here.
type mac struct {
	hash.Hash
	key []byte // the raw key; nil for a Key
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

// ipad is the value of RFC 2104, Section 2, and ipad XOR ipadToOpad is opad. They are as long
// as the longest block.
var ipad, ipadToOpad = filled(0x36), filled(0x36 ^ 0x5c)

func filled(b byte) (pad [128]byte) {
	for i := range pad {
		pad[i] = b
	}
	return pad
}

// rawMACs are the pools of states for raw keys. The pooled states have no key.
var rawMACs [3]sync.Pool

// takeMAC takes a state from a pool, for one goroutine, until returnMAC. A Key has pools, and
// raw keys share rawMACs.
func (k *keyState) takeMAC(hash crypto.Hash) *mac {
	if k.macs == nil && fips140.Enabled() {
		return &mac{Hash: hmac.New(hash.New, k.secret)} // in FIPS mode the HMAC must be that of the Go Cryptographic Module
	}
	pools := k.macs
	if pools == nil {
		pools = &rawMACs
	}
	m, ok := pools[hash-crypto.SHA256].Get().(*mac)
	switch {
	case ok:
	case k.macs == nil:
		m = &mac{Hash: hash.New()}
	case len(k.secret) < leastFIPSSecret:
		m = new(mac)
		// setSecret has let the secret pass, and hmac.New would panic with it.
		fips140.WithoutEnforcement(func() { m.Hash = hmac.New(hash.New, k.secret) })
	default:
		m = &mac{Hash: hmac.New(hash.New, k.secret)}
	}
	if k.macs == nil {
		m.key = k.secret
	}
	return m
}

// returnMAC puts a state back into its pool. It clears the state of a raw key first.
func (k *keyState) returnMAC(hash crypto.Hash, m *mac) {
	m.Reset()
	if k.macs == nil {
		if m.key != nil { // in FIPS mode the key is in the Hash, where nothing clears it
			m.forget()
			rawMACs[hash-crypto.SHA256].Put(m)
		}
		return
	}
	k.macs[hash-crypto.SHA256].Put(m)
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
