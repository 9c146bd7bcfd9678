package jwt_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestRSAPublicChecks(t *testing.T) {
	outsideFIPSOnly(t)
	even := new(big.Int).Sub(rsaKey().N, big.NewInt(1))
	for name, c := range map[string]struct {
		key      *rsa.PublicKey
		weakToo  bool // refused with AllowWeakKey as well
		accepted bool
	}{
		"zero":          {&rsa.PublicKey{}, true, false},
		"no modulus":    {&rsa.PublicKey{E: 65537}, true, false},
		"modulus 0":     {&rsa.PublicKey{N: new(big.Int), E: 65537}, true, false},
		"negative":      {&rsa.PublicKey{N: new(big.Int).Neg(odd(2048)), E: 65537}, true, false},
		"512 bits":      {&rsa.PublicKey{N: odd(512), E: 65537}, true, false},
		"1023 bits":     {&rsa.PublicKey{N: odd(1023), E: 65537}, true, false},
		"1024 bits":     {&rsa.PublicKey{N: odd(1024), E: 65537}, false, false},
		"2047 bits":     {&rsa.PublicKey{N: odd(2047), E: 65537}, false, false},
		"2048 bits":     {&rsa.PublicKey{N: odd(2048), E: 65537}, false, true},
		"16384 bits":    {&rsa.PublicKey{N: odd(16384), E: 65537}, false, true},
		"16385 bits":    {&rsa.PublicKey{N: odd(16385), E: 65537}, true, false},
		"even modulus":  {&rsa.PublicKey{N: even, E: 65537}, true, false},
		"exponent -3":   {&rsa.PublicKey{N: odd(2048), E: -3}, true, false},
		"exponent 0":    {&rsa.PublicKey{N: odd(2048), E: 0}, true, false},
		"exponent 1":    {&rsa.PublicKey{N: odd(2048), E: 1}, true, false},
		"exponent 2":    {&rsa.PublicKey{N: odd(2048), E: 2}, true, false},
		"exponent 3":    {&rsa.PublicKey{N: odd(2048), E: 3}, false, true},
		"exponent 4":    {&rsa.PublicKey{N: odd(2048), E: 4}, true, false},
		"exponent even": {&rsa.PublicKey{N: odd(2048), E: 65536}, true, false},
		"2^31-1":        {&rsa.PublicKey{N: odd(2048), E: 1<<31 - 1}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.accepted {
				_, err := jwt.NewKey(c.key)
				assert.NoError(t, err)
				_, err = jwt.NewDecoder(c.key, jwt.RS256)
				assert.NoError(t, err)
			} else {
				refusePublic(t, "strictly", c.key, jwt.RS256)
			}
			if err := weakly(c.key); c.weakToo {
				assertClass(t, err, jwt.ErrInvalidKey)
			} else {
				assert.NoError(t, err)
			}
		})
	}
	if strconv.IntSize == 64 {
		e := int64(1)<<31 + 1
		refusePublic(t, "2^31+1", &rsa.PublicKey{N: odd(2048), E: int(e)}, jwt.RS256)
		e = int64(1)<<33 + 3 // 3 to whoever takes the lower 32 bits alone
		refusePublic(t, "2^33+3", &rsa.PublicKey{N: odd(2048), E: int(e)}, jwt.RS256)
	}
	refusePublic(t, "nil", (*rsa.PublicKey)(nil), jwt.RS256)
	refuseFor(t, "fits no allowed algorithm", &rsaKey().PublicKey, jwt.ES256)
}

func TestRSAPrivateChecks(t *testing.T) {
	outsideFIPSOnly(t)
	good := rsaKey()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	// change makes a key of its own, without what was precomputed, and spoils it.
	change := func(spoil func(*rsa.PrivateKey)) *rsa.PrivateKey {
		key := &rsa.PrivateKey{
			PublicKey: rsa.PublicKey{N: new(big.Int).Set(good.N), E: good.E},
			D:         new(big.Int).Set(good.D),
			Primes:    []*big.Int{new(big.Int).Set(good.Primes[0]), new(big.Int).Set(good.Primes[1])},
		}
		spoil(key)
		return key
	}
	precomputed := func(spoil func(*rsa.PrivateKey)) *rsa.PrivateKey {
		key := change(func(*rsa.PrivateKey) {})
		key.Precompute()
		spoil(key)
		return key
	}
	assertAll(t, signingWays(t, change(func(*rsa.PrivateKey) {})), nil)
	one := big.NewInt(1)
	for name, key := range map[string]*rsa.PrivateKey{
		"nil":                       nil,
		"zero":                      {},
		"public half nil":           change(func(k *rsa.PrivateKey) { k.PublicKey = rsa.PublicKey{} }),
		"public half of another":    change(func(k *rsa.PrivateKey) { k.PublicKey = other.PublicKey }),
		"the same, precomputed":     precomputed(func(k *rsa.PrivateKey) { k.PublicKey = other.PublicKey }),
		"modulus changed":           precomputed(func(k *rsa.PrivateKey) { k.N.Add(k.N, big.NewInt(2)) }),
		"another exponent":          change(func(k *rsa.PrivateKey) { k.E = 3 }),
		"the same precomputed":      precomputed(func(k *rsa.PrivateKey) { k.E = 3 }),
		"D nil":                     change(func(k *rsa.PrivateKey) { k.D = nil }),
		"D nil, precomputed":        precomputed(func(k *rsa.PrivateKey) { k.D = nil }),
		"D 0":                       change(func(k *rsa.PrivateKey) { k.D = new(big.Int) }),
		"D negative":                change(func(k *rsa.PrivateKey) { k.D.Neg(k.D) }),
		"D too large":               change(func(k *rsa.PrivateKey) { k.D.Add(k.D, k.N) }),
		"D of another":              change(func(k *rsa.PrivateKey) { k.D = other.D }),
		"D of another, precomputed": precomputed(func(k *rsa.PrivateKey) { k.D = other.D }),
		"no primes":                 change(func(k *rsa.PrivateKey) { k.Primes = nil }),
		"no primes, precomputed":    precomputed(func(k *rsa.PrivateKey) { k.Primes = nil }),
		"one prime":                 change(func(k *rsa.PrivateKey) { k.Primes = k.Primes[:1] }),
		"p nil":                     change(func(k *rsa.PrivateKey) { k.Primes[0] = nil }),
		"q nil":                     change(func(k *rsa.PrivateKey) { k.Primes[1] = nil }),
		"q nil, precomputed":        precomputed(func(k *rsa.PrivateKey) { k.Primes[1] = nil }),
		"p and q 0":                 change(func(k *rsa.PrivateKey) { k.Primes = []*big.Int{new(big.Int), new(big.Int)} }),
		"p 1":                       change(func(k *rsa.PrivateKey) { k.Primes = []*big.Int{one, k.N} }),
		"q 1":                       change(func(k *rsa.PrivateKey) { k.Primes = []*big.Int{k.N, one} }),
		"p 2":                       change(func(k *rsa.PrivateKey) { k.Primes[0] = big.NewInt(2) }),
		"p negative":                change(func(k *rsa.PrivateKey) { k.Primes[0].Neg(k.Primes[0]) }),
		"both primes negative":      change(func(k *rsa.PrivateKey) { k.Primes[0].Neg(k.Primes[0]); k.Primes[1].Neg(k.Primes[1]) }),
		"primes of another":         change(func(k *rsa.PrivateKey) { k.Primes = other.Primes }),
		"twice the same prime":      change(func(k *rsa.PrivateKey) { k.Primes[1] = k.Primes[0] }),
		"1024 bits":                 rsaWeakKey(),
	} {
		refusePrivate(t, name, key)
		if name != "1024 bits" {
			assertClass(t, weakly(key), jwt.ErrInvalidKey)
		}
	}
	refusePrivate(t, "three primes", change(func(k *rsa.PrivateKey) { k.Primes = append(k.Primes, one) }), errors.ErrUnsupported)

	// What was precomputed is never trusted: it signs rightly, or not at all.
	for name, spoil := range map[string]func(*rsa.PrivateKey){
		"Dp":   func(k *rsa.PrivateKey) { k.Precomputed.Dp.Add(k.Precomputed.Dp, one) },
		"Dq":   func(k *rsa.PrivateKey) { k.Precomputed.Dq = new(big.Int) },
		"Qinv": func(k *rsa.PrivateKey) { k.Precomputed.Qinv = nil },
	} {
		t.Run("precomputed "+name, func(t *testing.T) {
			for _, key := range []*rsa.PrivateKey{precomputed(spoil), change(func(k *rsa.PrivateKey) {
				k.Precomputed.Dp, k.Precomputed.Dq, k.Precomputed.Qinv = big.NewInt(5), big.NewInt(5), big.NewInt(5)
			})} {
				assertAll(t, signingWays(t, key), jwt.ErrInvalidKey)
			}
		})
	}
}

// A key of 1024 bits serves where it is allowed by name, but for the algorithm
// whose signatures do not fit into it (RFC 8017, Section 9.1.1).
func TestWeakRSAKey(t *testing.T) {
	outsideFIPSOnly(t)
	key, err := jwt.NewKey(rsaWeakKey(), jwt.AllowWeakKey())
	require.NoError(t, err)
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384} {
		token, err := jwt.Encode(jwt.Claims{}, key, jwt.WithAlgorithm(alg))
		require.NoError(t, err, alg)
		_, err = jwt.Decode(token, key.Public(), alg)
		assert.NoError(t, err, alg)
	}
	_, err = jwt.NewKey(certificateFor(t, rsaWeakKey()), jwt.AllowWeakKey())
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithAlgorithm(jwt.PS512))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.NewDecoder(key, jwt.PS512)
	assertClass(t, err, jwt.ErrInvalidKey)
	// RFC 8017, Section 9.1.1: PS512 takes 130 bytes, and those 1,033 bits.
	for bits, fits := range map[uint]bool{1033: false, 1034: true, 1035: true} {
		_, err := jwt.NewKey(&rsa.PublicKey{N: odd(bits), E: 65537}, jwt.AllowWeakKey(), jwt.WithKeyAlgorithm(jwt.PS512))
		if fits {
			assert.NoError(t, err, bits)
		} else {
			assertClass(t, err, jwt.ErrInvalidKey)
		}
	}
}
