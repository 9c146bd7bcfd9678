package jwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/big"
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// mutable makes new copies of a key, with a way to spoil each.
type mutable struct {
	private any // for NewKey
	public  any
	spoil   func()
}

func mutables() map[jwt.Algorithm]func() mutable {
	fresh := map[jwt.Algorithm]func() mutable{
		jwt.RS256: func() mutable {
			good := rsaKey()
			key := &rsa.PrivateKey{
				PublicKey: rsa.PublicKey{N: new(big.Int).Set(good.N), E: good.E},
				D:         new(big.Int).Set(good.D),
				Primes:    []*big.Int{new(big.Int).Set(good.Primes[0]), new(big.Int).Set(good.Primes[1])},
			}
			key.Precompute()
			return mutable{key, &key.PublicKey, func() {
				for _, n := range []*big.Int{key.N, key.D, key.Primes[0], key.Primes[1], key.Precomputed.Dp, key.Precomputed.Dq, key.Precomputed.Qinv} {
					scribble(n)
				}
				key.E = 1
				key.Primes[0] = nil
			}}
		},
		jwt.EdDSA: func() mutable {
			key := append(ed25519.PrivateKey{}, edKey...)
			public := append(ed25519.PublicKey{}, edKey[32:]...)
			return mutable{key, public, func() { clear(key); clear(public) }}
		},
	}
	for alg, good := range ecKeys {
		fresh[alg] = func() mutable {
			key := &ecdsa.PrivateKey{
				PublicKey: ecdsa.PublicKey{Curve: good.Curve, X: new(big.Int).Set(good.X), Y: new(big.Int).Set(good.Y)},
				D:         new(big.Int).Set(good.D),
			}
			return mutable{key, &key.PublicKey, func() {
				scribble(key.X)
				scribble(key.Y)
				scribble(key.D)
				key.Curve = nil
			}}
		}
	}
	return fresh
}

// scribble spoils the very words of a number.
func scribble(n *big.Int) { clear(n.Bits()) }

// Nothing that is made of a key shares memory with it, nor does what it gives out.
func TestKeysAreImmutable(t *testing.T) {
	for alg, fresh := range mutables() {
		t.Run(alg.String(), func(t *testing.T) {
			private, public, certificate := fresh(), fresh(), fresh()
			signer, err := jwt.NewKey(private.private)
			require.NoError(t, err)
			verifier, err := jwt.NewKey(public.public)
			require.NoError(t, err)
			holder := &x509.Certificate{PublicKey: certificate.public}
			certified, err := jwt.NewKey(holder)
			require.NoError(t, err)
			thumbprint := signer.Thumbprint()
			token, err := jwt.Encode(jwt.Claims{}, signer)
			require.NoError(t, err)
			jwk, err := signer.MarshalPrivateJWK()
			require.NoError(t, err)

			encoder, decoder := prepared(t, alg, fresh())
			private.spoil()
			public.spoil()
			certificate.spoil()
			holder.PublicKey = nil
			spoilPublic(signer.CryptoPublic())
			spoilPublic(verifier.CryptoPublic())
			spoilPublic(signer.Public().CryptoPublic())

			for range 2 {
				again, err := jwt.Encode(jwt.Claims{}, signer)
				require.NoError(t, err)
				more, err := encoder.Encode(jwt.Claims{})
				require.NoError(t, err)
				for _, text := range []string{token, again, more} {
					for _, key := range []*jwt.Key{signer, signer.Public(), verifier, certified} {
						_, err = jwt.Decode(text, key, alg)
						assert.NoError(t, err)
					}
					_, err = decoder.Decode(text)
					assert.NoError(t, err)
				}
			}
			assert.Equal(t, thumbprint, signer.Thumbprint())
			same, err := signer.MarshalPrivateJWK()
			require.NoError(t, err)
			assert.Equal(t, string(jwk), string(same))
		})
	}
}

// prepared makes an encoder and a decoder of raw keys, and spoils the keys.
func prepared(t *testing.T, alg jwt.Algorithm, m mutable) (e *jwt.Encoder, d *jwt.Decoder) {
	t.Helper()
	var err, err2 error
	switch key := m.private.(type) {
	case *rsa.PrivateKey:
		e, err = jwt.NewEncoder(key)
		d, err2 = jwt.NewDecoder(&key.PublicKey, alg)
	case *ecdsa.PrivateKey:
		e, err = jwt.NewEncoder(key)
		d, err2 = jwt.NewDecoder(&key.PublicKey, alg)
	case ed25519.PrivateKey:
		e, err = jwt.NewEncoder(key)
		d, err2 = jwt.NewDecoder(m.public.(ed25519.PublicKey), alg)
	}
	require.NoError(t, err)
	require.NoError(t, err2)
	m.spoil()
	return e, d
}

func spoilPublic(key crypto.PublicKey) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		scribble(key.N)
		key.E = 0
	case *ecdsa.PublicKey:
		scribble(key.X)
		scribble(key.Y)
	case ed25519.PublicKey:
		clear(key)
	default:
		panic(fmt.Sprintf("%T", key))
	}
}

// The generic calls read a raw key and leave it as it was.
func TestRawKeysAreNotChanged(t *testing.T) {
	good := rsaKey()
	key := &rsa.PrivateKey{PublicKey: good.PublicKey, D: good.D, Primes: good.Primes} // nothing precomputed
	_, err := jwt.Encode(jwt.Claims{}, key)
	require.NoError(t, err)
	_, err = jwt.NewKey(key)
	require.NoError(t, err)
	assert.Nil(t, key.Precomputed.Dp)
}

// What was given to WithHeader is written once, and then no longer kept.
func TestEncoderLetsGoOfHeaderValues(t *testing.T) {
	encoder, value := func() (*jwt.Encoder, weak.Pointer[[]string]) {
		value := &[]string{"x"}
		encoder, err := jwt.NewEncoder(secret, jwt.WithHeader("x", value))
		require.NoError(t, err)
		return encoder, weak.Make(value)
	}()
	runtime.GC()
	assert.Nil(t, value.Value())
	for range 2 {
		token, err := encoder.Encode(jwt.Claims{})
		require.NoError(t, err)
		assert.Equal(t, `{"alg":"HS256","typ":"JWT","x":["x"]}`, segmentOf(t, token, 0))
		token, err = encoder.Sign(nil)
		require.NoError(t, err)
		assert.Equal(t, `{"alg":"HS256","x":["x"]}`, segmentOf(t, token, 0))
	}
}

// Who hands out public halves does not keep private ones in memory by it.
func TestPublicHalfLetsGoOfThePrivateOne(t *testing.T) {
	type elsewhere struct{ crypto.Signer }
	public, private := func() (*jwt.Key, weak.Pointer[elsewhere]) {
		signer := &elsewhere{edKey}
		key, err := jwt.NewKey(signer)
		require.NoError(t, err)
		return key.Public(), weak.Make(signer)
	}()
	runtime.GC()
	assert.Nil(t, private.Value())
	runtime.KeepAlive(public)
}
