package jwt_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Each algorithm signs what it verifies, with the private and the public half,
// and verifies nothing of any other.
func TestEveryAlgorithm(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(alg.String(), func(t *testing.T) {
			if !supported(alg) {
				key, err := jwt.GenerateKey(alg)
				assert.Nil(t, key)
				assertClass(t, err, jwt.ErrInvalidKey)
				assert.ErrorIs(t, err, errors.ErrUnsupported)
				return
			}
			key := keyFor(t, alg)
			assert.Equal(t, alg, key.Algorithm())
			assert.True(t, key.IsPrivate())
			token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
			require.NoError(t, err)

			verifiers := []*jwt.Key{key}
			if public := key.Public(); public != nil {
				assert.False(t, public.IsPrivate())
				assert.Equal(t, key.ID(), public.ID())
				verifiers = append(verifiers, public)
				_, err := jwt.Encode(jwt.Claims{}, public)
				assertClass(t, err, jwt.ErrInvalidKey)
			} else {
				assert.NotZero(t, alg&(jwt.HS256|jwt.HS384|jwt.HS512))
			}
			for _, verifier := range verifiers {
				got, err := jwt.DecodeComplete(token, verifier, alg)
				require.NoError(t, err)
				assert.Equal(t, alg, got.Header.Algorithm)
				assert.Equal(t, alg.String(), got.Header.KeyID)
				_, err = jwt.Decode(altered(token), verifier, alg)
				assertClass(t, err, jwt.ErrInvalidSignature)
				_, err = jwt.Decode(cutSignature(token), verifier, alg)
				assertClass(t, err, jwt.ErrInvalidSignature)
				for _, other := range algorithms {
					if other == alg {
						continue
					}
					_, err = jwt.Decode(token, verifier, other|alg)
					if slices.Contains(hmacs, alg) && !slices.Contains(hmacs, other) { // a secret, perhaps a public key by mistake
						assertClass(t, err, jwt.ErrInvalidOption)
					} else {
						assert.NoError(t, err)
					}
					_, err = jwt.Decode(token, verifier, other)
					assertClass(t, err, jwt.ErrInvalidKey)
				}
			}
		})
	}
}

// Raw keys of the standard library go into the generic calls as they are.
func TestRawKeys(t *testing.T) {
	rsaKey := rsaKey()
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	claims := jwt.Claims{"sub": "alice"}

	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512} {
		token, err := jwt.Encode(claims, rsaKey, jwt.WithAlgorithm(alg))
		require.NoError(t, err)
		_, err = jwt.Decode(token, &rsaKey.PublicKey, alg)
		assert.NoError(t, err)
	}
	token, err := jwt.Encode(claims, rsaKey)
	require.NoError(t, err)
	_, err = jwt.Decode(token, &rsaKey.PublicKey, jwt.RS256)
	assert.NoError(t, err)

	for alg, curve := range map[jwt.Algorithm]elliptic.Curve{jwt.ES256: elliptic.P256(), jwt.ES384: elliptic.P384(), jwt.ES512: elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		token, err := jwt.Encode(claims, key)
		require.NoError(t, err)
		_, err = jwt.Decode(token, &key.PublicKey, alg)
		assert.NoError(t, err)
	}
	for _, alg := range []jwt.Algorithm{jwt.EdDSA, jwt.Ed25519} {
		token, err = jwt.Encode(claims, edKey, jwt.WithAlgorithm(alg))
		require.NoError(t, err)
		_, err = jwt.Decode(token, edKey.Public().(ed25519.PublicKey), alg)
		assert.NoError(t, err)
	}
	token, err = jwt.Encode(claims, edKey)
	require.NoError(t, err)
	_, err = jwt.Decode(token, edKey.Public().(ed25519.PublicKey), jwt.EdDSA)
	assert.NoError(t, err)
	_, err = jwt.Decode(token, edKey.Public().(ed25519.PublicKey), jwt.Ed25519)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
	assert.Contains(t, err.Error(), "two names")
	_, err = jwt.Decode(forge(headed(jwt.HS256), good), edKey.Public().(ed25519.PublicKey), jwt.EdDSA)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
	assert.NotContains(t, err.Error(), "two names")
}

// R and S may be short. DER writes a length of 128 bytes and more in another way
// than a smaller one, and a signature of P-521 is around there when S is: such
// ones are made backwards, the key for the signature.
func TestShortES512(t *testing.T) {
	input := b64(headed(jwt.ES512)) + "." + b64(good)
	digest := sha512.Sum512([]byte(input))
	order := elliptic.P521().Params().N
	nonce, err := ecdsa.ParseRawPrivateKey(elliptic.P521(), bytes.Repeat([]byte{1}, 66))
	require.NoError(t, err)
	point, err := nonce.PublicKey.Bytes()
	require.NoError(t, err)
	r, k := new(big.Int).SetBytes(point[1:67]), new(big.Int).SetBytes(bytes.Repeat([]byte{1}, 66))
	for octets := 56; octets <= 60; octets++ {
		for _, first := range []byte{0x7f, 0x80} { // the latter has a zero before it in DER
			s := new(big.Int).SetBytes(append([]byte{first}, make([]byte, octets-1)...))
			d := new(big.Int).Sub(new(big.Int).Mul(s, k), new(big.Int).SetBytes(digest[:]))
			d.Mod(d.Mul(d, new(big.Int).ModInverse(r, order)), order)
			private, err := ecdsa.ParseRawPrivateKey(elliptic.P521(), d.FillBytes(make([]byte, 66)))
			require.NoError(t, err)
			signature := append(r.FillBytes(make([]byte, 66)), s.FillBytes(make([]byte, 66))...)
			admit(t, withSignature(input, signature), &private.PublicKey, jwt.ES512)
		}
	}
}

// What is written as a JWK and read again is the same key.
func TestJWKRoundTrip(t *testing.T) {
	for _, alg := range algorithms {
		if !supported(alg) {
			continue
		}
		t.Run(alg.String(), func(t *testing.T) {
			key := keyFor(t, alg)
			text, err := key.MarshalPrivateJWK()
			require.NoError(t, err)
			back, err := jwt.ParseJWK(text)
			require.NoError(t, err)
			again, err := back.MarshalPrivateJWK()
			require.NoError(t, err)
			assert.Equal(t, string(text), string(again))
			assert.Equal(t, key.Thumbprint(), back.Thumbprint())
			token, err := jwt.Encode(jwt.Claims{}, back)
			require.NoError(t, err)

			text, err = key.MarshalJSON()
			if key.Public() == nil {
				assertClass(t, err, jwt.ErrInvalidKey)
				return
			}
			require.NoError(t, err)
			public, err := jwt.ParseJWK(text)
			require.NoError(t, err)
			assert.False(t, public.IsPrivate())
			assert.Equal(t, alg.String(), public.ID())
			_, err = jwt.Decode(token, public, alg)
			assert.NoError(t, err)
		})
	}
}

// A salt of no bytes at all (RFC 8017, Section 9.1.1), which crypto/rsa does not make:
// its PSSSaltLengthAuto is 0.
func TestPSSWithoutSalt(t *testing.T) {
	key := rsaKey()
	for _, alg := range []jwt.Algorithm{jwt.PS256, jwt.PS384, jwt.PS512} {
		t.Run(alg.String(), func(t *testing.T) {
			hash := alg.Hash()
			sign := func(input string, salt []byte) []byte {
				digest := func(parts ...[]byte) []byte {
					h := hash.New()
					for _, part := range parts {
						h.Write(part)
					}
					return h.Sum(nil)
				}
				h := digest(make([]byte, 8), digest([]byte(input)), salt)
				bits := key.N.BitLen() - 1
				em := make([]byte, (bits+7)/8)
				db := em[:len(em)-len(h)-1]
				copy(db[len(db)-len(salt):], salt)
				db[len(db)-len(salt)-1] = 1
				for i, counter := 0, byte(0); i < len(db); counter++ {
					for _, octet := range digest(h, []byte{0, 0, 0, counter}) {
						if i < len(db) {
							db[i] ^= octet
							i++
						}
					}
				}
				db[0] &= 0xff >> (8*len(em) - bits)
				copy(em[len(db):], h)
				em[len(em)-1] = 0xbc
				return new(big.Int).Exp(new(big.Int).SetBytes(em), key.D, key.N).FillBytes(make([]byte, key.Size()))
			}
			input := b64(headed(alg)) + "." + b64(good)
			salt := bytes.Repeat([]byte{7}, hash.Size())
			admit(t, withSignature(input, sign(input, salt)), &key.PublicKey, alg)
			for _, wrong := range [][]byte{nil, salt[:1], salt[1:], append(salt, 7)} {
				signature := sign(input, wrong)
				h := hash.New()
				h.Write([]byte(input))
				require.NoError(t, rsa.VerifyPSS(&key.PublicKey, hash, h.Sum(nil), signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}), "it is what it should be")
				refuse(t, jwt.ErrInvalidSignature, withSignature(input, signature), &key.PublicKey, alg)
			}
		})
	}
}
