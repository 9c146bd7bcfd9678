package eckey_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/eckey"
)

func newKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

// sizes has the bytes of a coordinate and of the halves of a signature.
var sizes = map[elliptic.Curve]int{elliptic.P256(): 32, elliptic.P384(): 48, elliptic.P521(): 66}

func TestKeys(t *testing.T) {
	for curve, size := range sizes {
		key := newKey(t, curve)
		require.NoError(t, eckey.Check(key))

		clone := eckey.Clone(key)
		assert.True(t, clone.Equal(key))
		assert.True(t, eckey.ClonePublic(&key.PublicKey).Equal(&key.PublicKey))

		x, y := eckey.Coordinates(&key.PublicKey, size)
		assert.Len(t, x, size)
		assert.Len(t, y, size)
		public, err := eckey.Public(curve, x, y)
		require.NoError(t, err)
		assert.True(t, public.Equal(&key.PublicKey))
		_, err = eckey.Public(curve, y, x)
		assert.Error(t, err, "no point on the curve")

		d, err := key.Bytes()
		require.NoError(t, err)
		private, err := eckey.Private(public, d)
		require.NoError(t, err)
		assert.True(t, private.Equal(key))

		other := newKey(t, curve)
		_, err = eckey.Private(&other.PublicKey, d)
		assert.Error(t, err, "halves of two keys")
		for name, d := range map[string][]byte{"zero": make([]byte, size), "too large": bytes.Repeat([]byte{0xff}, size), "short": d[1:]} {
			_, err = eckey.Private(public, d)
			assert.Error(t, err, name)
		}

		mixed := *key
		mixed.PublicKey = other.PublicKey
		assert.Error(t, eckey.Check(&mixed))
		mixed = *key
		mixed.D = new(big.Int).Lsh(big.NewInt(1), uint(8*size+8))
		assert.Error(t, eckey.Check(&mixed))
		mixed.D = nil
		assert.Error(t, eckey.Check(&mixed))
	}
}

func TestFixed(t *testing.T) {
	assert.Equal(t, []byte{0, 0, 1}, eckey.Fixed([]byte{1}, 3))
	assert.Equal(t, []byte{1, 2, 3}, eckey.Fixed([]byte{0, 0, 1, 2, 3}, 3))
	assert.Equal(t, []byte{0, 0}, eckey.Fixed([]byte{}, 2))
	assert.Nil(t, eckey.Fixed([]byte{1, 2, 3}, 2))
}

func TestSignatures(t *testing.T) {
	digest := make([]byte, 32)
	for curve, size := range sizes {
		key := newKey(t, curve)
		for range 50 { // enough for halves with leading zeros and with the top bit
			der, err := ecdsa.SignASN1(rand.Reader, key, digest)
			require.NoError(t, err)
			fixed, ok := eckey.AppendFixed([]byte("before"), der, size)
			require.True(t, ok)
			require.Len(t, fixed, len("before")+2*size)
			back, ok := eckey.AppendDER(nil, fixed[len("before"):])
			require.True(t, ok)
			require.Equal(t, der, back)
			require.LessOrEqual(t, len(back), eckey.MaxDER)
		}
	}
	longest, ok := eckey.AppendDER(nil, bytes.Repeat([]byte{0xff}, 2*66))
	assert.True(t, ok)
	assert.LessOrEqual(t, len(longest), eckey.MaxDER)

	for name, signature := range map[string][]byte{
		"R is zero": append(make([]byte, 32), bytes.Repeat([]byte{1}, 32)...), "S is zero": append(bytes.Repeat([]byte{1}, 32), make([]byte, 32)...),
	} {
		_, ok := eckey.AppendDER(nil, signature)
		assert.False(t, ok, name)
	}
	for name, der := range map[string]string{
		"nothing": "", "no sequence": "020101", "one number": "3003020101", "R is zero": "3006020100020101", "S is zero": "3006020101020100",
		"R below zero": "3006" + "0201ff" + "020101", "something after it": "300602010102010100", "three bytes": "3008" + "0203010000" + "020101",
	} {
		text, err := hex.DecodeString(der)
		require.NoError(t, err)
		_, ok := eckey.AppendFixed(nil, text, 2)
		assert.False(t, ok, name)
	}
}

func TestEd25519(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	assert.NoError(t, eckey.CheckEd25519(public))
	assert.NoError(t, eckey.CheckEd25519Private(private))
	assert.Error(t, eckey.CheckEd25519(public[1:]))
	assert.Error(t, eckey.CheckEd25519Private(private[1:]))
	other := bytes.Clone(private)
	other[40] ^= 1
	assert.Error(t, eckey.CheckEd25519Private(other))

	top := func(first, last byte) ed25519.PublicKey { // a y with ff between
		y := bytes.Repeat([]byte{0xff}, 32)
		y[0], y[31] = first, last
		return y
	}
	assert.Error(t, eckey.CheckEd25519(top(0xed, 0x7f)), "the prime, which is 0")
	assert.Error(t, eckey.CheckEd25519(top(0xf5, 0xff)), "above the prime, with a sign")
	assert.NoError(t, eckey.CheckEd25519(top(0xeb, 0x7f)), "below the prime")
	assert.NoError(t, eckey.CheckEd25519(top(0xff, 0x7e)), "below the prime")
	for _, order := range []byte{0, 1} {
		y := make([]byte, 32)
		y[0] = order
		assert.Error(t, eckey.CheckEd25519(y), "a point of small order")
		y[31] = 0x80
		assert.Error(t, eckey.CheckEd25519(y), "a point of small order, with a sign")
	}
}
