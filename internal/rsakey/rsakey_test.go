package rsakey_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
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
	for name, tt := range map[string]struct {
		change func(n *rsakey.Numbers)
		good   bool
	}{
		"all":               {func(*rsakey.Numbers) {}, true},
		"no primes":         {func(n *rsakey.Numbers) { n.P, n.Q, n.DP, n.DQ, n.QI = nil, nil, nil, nil, nil }, true},
		"one prime":         {func(n *rsakey.Numbers) { n.P = nil }, true},
		"primes alone":      {func(n *rsakey.Numbers) { n.DP, n.DQ, n.QI = nil, nil, nil }, true},
		"d of another":      {func(n *rsakey.Numbers) { n.D = other.D }, false},
		"d, no primes":      {func(n *rsakey.Numbers) { n.D, n.P = other.D, nil }, false},
		"d beyond n":        {func(n *rsakey.Numbers) { n.D, n.P = new(big.Int).Add(n.D, n.N), nil }, false},
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
			continue
		}
		require.NoError(t, err, name)
		assert.True(t, made.Equal(key) || name == "one prime" || name == "no primes", name)
		assert.Zero(t, made.D.Cmp(key.D), name)
		made.N.SetInt64(0)
		made.D.SetInt64(0)
		assert.Equal(t, 2048, key.N.BitLen(), "%s: the key has memory of its own", name)
	}
}

func TestCheck(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	assert.NoError(t, rsakey.Check(key))
	bare := &rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: key.Primes}
	assert.NoError(t, rsakey.Check(bare))
	assert.Nil(t, bare.Precomputed.Dp, "the key is not written to")
	assert.Error(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey}))
	assert.Error(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: []*big.Int{nil, nil}}))
	assert.Error(t, rsakey.Check(&rsa.PrivateKey{PublicKey: key.PublicKey, D: big.NewInt(3), Primes: key.Primes}))
	three := &rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: append([]*big.Int{big.NewInt(3)}, key.Primes...)}
	assert.ErrorIs(t, rsakey.Check(three), errors.ErrUnsupported)
	assert.Nil(t, rsakey.Clone(&rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: []*big.Int{big.NewInt(6), big.NewInt(3)}}))
}
