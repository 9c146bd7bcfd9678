package jwt

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"hash"
)

// HS256, HS384 and HS512: HMAC with SHA-2 (RFC 7518, Section 3.2).

const hmacAlgorithms = HS256 | HS384 | HS512

type hmacFamily struct{}

// newSecret checks an HMAC secret, and keeps it.
func newSecret(secret []byte, weak bool) (*keyState, error) {
	if err := checkSecret(secret); err != nil {
		return nil, err
	}
	k := newState("HMAC secret", nil, 0)
	k.secret = secret
	for alg := HS256; alg <= HS512; alg <<= 1 {
		// RFC 7518, Section 3.2: "A key of the same size as the hash output
		// (for instance, 256 bits for "HS256") or larger MUST be used".
		if weak || len(secret) >= alg.row().hash.Size() {
			k.fits |= alg
		}
	}
	return k, nil
}

// generate makes a secret of the size of the hash.
func (hmacFamily) generate(alg Algorithm) (any, error) {
	secret := make([]byte, alg.Hash().Size())
	rand.Read(secret) // never fails: crypto/rand ends the program instead
	return secret, nil
}

// sign appends the MAC of input to dst.
func (hmacFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	m := k.takeMAC(hash)
	defer k.returnMAC(hash, m)
	m.Write(input)
	return append(dst, m.Sum(m.sum[:0])...), nil
}

// verify compares in a time that does not tell how much of signature is right.
func (hmacFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	m := k.takeMAC(hash)
	defer k.returnMAC(hash, m)
	m.Write(input)
	return hmac.Equal(m.Sum(m.sum[:0]), signature)
}

// A mac is a keyed HMAC state, with room for its sum beside it.
type mac struct {
	hash.Hash
	sum [64]byte
}

// takeMAC returns a keyed state that nobody else has. A key that is kept has a
// pool of them for each hash: keying costs as much as hashing a small token.
func (k *keyState) takeMAC(hash crypto.Hash) *mac {
	if k.macs != nil {
		if m, ok := k.macs[hash-crypto.SHA256].Get().(*mac); ok {
			return m
		}
	}
	return &mac{Hash: hmac.New(hash.New, k.secret)}
}

func (k *keyState) returnMAC(hash crypto.Hash, m *mac) {
	if k.macs != nil {
		m.Reset()
		k.macs[hash-crypto.SHA256].Put(m)
	}
}
