package rsakey_test

import (
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/rsakey"
)

func TestNumbers(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	one := big.NewInt(1)
	order := new(big.Int).Mul(new(big.Int).Sub(key.Primes[0], one), new(big.Int).Sub(key.Primes[1], one))
	for name, tt := range map[string]struct {
		change func(n *rsakey.Numbers)
		good   bool
	}{
		"all":                      {func(*rsakey.Numbers) {}, true},
		"no primes":                {func(n *rsakey.Numbers) { n.P, n.Q, n.DP, n.DQ, n.QI = nil, nil, nil, nil, nil }, true},
		"one prime":                {func(n *rsakey.Numbers) { n.P = nil }, true},
		"primes alone":             {func(n *rsakey.Numbers) { n.DP, n.DQ, n.QI = nil, nil, nil }, true},
		"d of another":             {func(n *rsakey.Numbers) { n.D = other.D }, false},
		"d, no primes":             {func(n *rsakey.Numbers) { n.D, n.P = other.D, nil }, false},
		"d beyond n":               {func(n *rsakey.Numbers) { n.D, n.P = new(big.Int).Add(n.D, n.N), nil }, false},
		"dp of another, one prime": {func(n *rsakey.Numbers) { n.DP, n.Q = other.Precomputed.Dp, nil }, true}, // computed as well
		"d is 1, no primes":        {func(n *rsakey.Numbers) { n.D, n.P = one, nil }, false},
		"d that leads to a root of less than zero": {func(n *rsakey.Numbers) { n.D, n.P = leadsTo(new(big.Int).Sub(n.N, one)), nil }, false},
		"d whose fraction ends":                    {func(n *rsakey.Numbers) { n.D, n.P = leadsTo(n.N), nil }, false},
		"q is 1, and d agrees": {func(n *rsakey.Numbers) {
			n.P, n.Q, n.DP, n.DQ, n.QI = n.N, one, nil, nil, nil
			n.D = new(big.Int).ModInverse(n.E, new(big.Int).Sub(n.N, one))
		}, false},
		"d below zero":      {func(n *rsakey.Numbers) { n.D = new(big.Int).Sub(n.D, order) }, false},
		"d once around":     {func(n *rsakey.Numbers) { n.D = new(big.Int).Add(n.D, new(big.Int).Add(order, order)) }, false},
		"q is 1":            {func(n *rsakey.Numbers) { n.P, n.Q = n.N, one }, false},
		"qi below zero":     {func(n *rsakey.Numbers) { n.QI = new(big.Int).Sub(n.QI, n.P) }, false},
		"qi once around":    {func(n *rsakey.Numbers) { n.QI = new(big.Int).Add(n.QI, n.P) }, false},
		"d is n, no primes": {func(n *rsakey.Numbers) { n.D, n.P = n.N, nil }, false},
		"d is zero":         {func(n *rsakey.Numbers) { n.D = new(big.Int) }, false},
		"dp of another":     {func(n *rsakey.Numbers) { n.DP = other.Precomputed.Dp }, false},
		"qi is 1":           {func(n *rsakey.Numbers) { n.QI = one }, false},
		"p is 1":            {func(n *rsakey.Numbers) { n.P, n.Q = one, n.N }, false},
		"primes exchanged":  {func(n *rsakey.Numbers) { n.P, n.Q = n.Q, n.P }, false},
		"primes of another": {func(n *rsakey.Numbers) { n.P, n.Q = other.Primes[0], other.Primes[1] }, false},
		"too many bits":     {func(n *rsakey.Numbers) { n.N = new(big.Int).SetBit(n.N, 8192, 1) }, false},
	} {
		n := rsakey.Of(key)
		tt.change(&n)
		made, err := n.Private()
		if !tt.good {
			assert.Error(t, err, name)
			assert.Nil(t, made, name)
			if n.P == nil && n.D.Cmp(n.N) >= 0 {
				assert.ErrorContains(t, err, "belong together", "%s: no primes were looked for", name)
			}
			continue
		}
		require.NoError(t, err, name)
		assert.True(t, made.Equal(key) || strings.HasSuffix(name, "one prime") || name == "no primes", name)
		assert.Zero(t, made.D.Cmp(key.D), name)
		made.N.SetInt64(0)
		made.D.SetInt64(0)
		assert.Equal(t, 2048, key.N.BitLen(), "%s: the key has memory of its own", name)
	}
}

// leadsTo returns an exponent for E = 65537 by which the order, (p-1)(q-1), would be that number.
func leadsTo(order *big.Int) *big.Int {
	e, one := big.NewInt(65537), big.NewInt(1)
	factor := new(big.Int).ModInverse(order, e)
	factor.Sub(e, factor)
	d := factor.Mul(factor, order)
	return d.Div(d.Add(d, one), e)
}

// A size is refused as such, before any work on it.
func TestSize(t *testing.T) {
	n := new(big.Int).SetBit(big.NewInt(1), 8191, 1)
	for name, tt := range map[string]struct {
		n    *big.Int
		says string
	}{"8192 bits": {n, "prime"}, "8193 bits": {new(big.Int).SetBit(big.NewInt(1), 8192, 1), "at most 8192"}} {
		numbers := rsakey.Numbers{N: tt.n, E: big.NewInt(65537), D: big.NewInt(3)}
		_, err := numbers.Private()
		assert.ErrorContains(t, err, tt.says, name)
		p := new(big.Int).SetBit(big.NewInt(1), 4096, 1)
		err = rsakey.Check(&rsa.PrivateKey{PublicKey: rsa.PublicKey{N: tt.n, E: 65537}, D: numbers.D, Primes: []*big.Int{p, p}})
		if name == "8192 bits" {
			assert.ErrorContains(t, err, "belong together")
		} else {
			assert.ErrorContains(t, err, tt.says)
		}
	}
}

// The primes are found where p-1 and q-1 have much in common, and where they are so small that
// their product has a bit less than both together.
func TestPrimesAreFound(t *testing.T) {
	e, one := big.NewInt(65537), big.NewInt(1)
	next := func(common int64, start *big.Int) *big.Int { // a prime that is 1 more than a multiple
		step := big.NewInt(common)
		p := new(big.Int).Mul(new(big.Int).Div(start, step), step)
		for p.Add(p, one); !isPrimeFor(p, e); p.Add(p, step) {
		}
		return p
	}
	for _, common := range []int64{2, 18, 50, 242, 65536} {
		low := new(big.Int).SetBit(new(big.Int), 519, 1)
		high := new(big.Int).SetBit(new(big.Int).Set(low), 517, 1)
		random, err := rand.Int(rand.Reader, new(big.Int).SetBit(new(big.Int), 500, 1))
		require.NoError(t, err)
		p, q := next(common, low.Add(low, random)), next(common, high.Add(high, random))
		pLess, qLess := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
		order := new(big.Int).Mul(pLess, qLess)
		order.Div(order, new(big.Int).GCD(nil, nil, pLess, qLess))
		d := new(big.Int).ModInverse(e, order)
		require.NotNil(t, d)
		n := rsakey.Numbers{N: new(big.Int).Mul(p, q), E: e, D: d}
		require.Equal(t, 1039, n.N.BitLen())
		key, err := n.Private()
		require.NoError(t, err, "%d", common)
		assert.Zero(t, key.Primes[0].Cmp(q), "the greater one first")
		assert.Zero(t, key.Primes[1].Cmp(p))
		assert.NoError(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey, D: d, Primes: key.Primes}))
	}
}

// isPrimeFor reports whether p is a prime of a key with that exponent.
func isPrimeFor(p, e *big.Int) bool {
	return p.ProbablyPrime(10) && new(big.Int).Mod(p, e).Cmp(big.NewInt(1)) != 0
}

// keyOf makes a key of two primes, whose parts agree with one another.
func keyOf(t *testing.T, p, q *big.Int) *rsa.PrivateKey {
	t.Helper()
	one, e := big.NewInt(1), big.NewInt(65537)
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(e, order)
	require.NotNil(t, d)
	return &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: d, Primes: []*big.Int{p, q}}
}

// Numbers that agree with one another make no key where their primes are near each other, as then
// anybody finds them, or are the same.
func TestPrimesThatAreNear(t *testing.T) {
	if fips140.Enforced() {
		t.Skip("crypto/rand makes no primes in FIPS 140-only mode")
	}
	e := big.NewInt(65537)
	prime := func() *big.Int {
		for {
			p, err := rand.Prime(rand.Reader, 512)
			require.NoError(t, err)
			if isPrimeFor(p, e) {
				return p
			}
		}
	}
	p, far := prime(), prime()
	near := new(big.Int).Add(p, big.NewInt(2))
	for !isPrimeFor(near, e) {
		near.Add(near, big.NewInt(2))
	}
	for name, tt := range map[string]struct {
		q    *big.Int
		good bool
	}{"far": {far, true}, "near": {near, false}, "the same": {p, false}} {
		key := keyOf(t, p, tt.q)
		made, err := rsakey.Numbers{N: key.N, E: e, D: key.D, P: p, Q: tt.q}.Private()
		assert.Equal(t, tt.good, err == nil, name)
		assert.Equal(t, tt.good, made != nil, name)
		assert.Equal(t, tt.good, rsakey.Check(key) == nil, name)
	}
}

func TestCheck(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	assert.NoError(t, rsakey.Check(key))
	bare := &rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: key.Primes}
	assert.NoError(t, rsakey.Check(bare))
	assert.Nil(t, bare.Precomputed.Dp, "the key is not written to")
	p, q := key.Primes[0], key.Primes[1]
	assert.Error(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey}))
	assert.Error(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey, Primes: key.Primes}))
	for _, primes := range [][]*big.Int{nil, {p}, {nil, nil}, {p, nil}, {nil, q}} {
		assert.Error(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: primes}))
	}
	mixed := &rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: key.Primes}
	mixed.Precomputed.Dp, mixed.Precomputed.Dq, mixed.Precomputed.Qinv = key.Precomputed.Dq, key.Precomputed.Dq, key.Precomputed.Qinv
	assert.Error(t, rsakey.Check(mixed), "what was computed beforehand is of another key")
	assert.Error(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey, D: big.NewInt(3), Primes: key.Primes}))
	three := &rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: append([]*big.Int{big.NewInt(3)}, key.Primes...)}
	assert.ErrorIs(t, rsakey.Check(three), errors.ErrUnsupported)
	assert.Nil(t, rsakey.Clone(&rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: []*big.Int{big.NewInt(6), big.NewInt(3)}}))
}
