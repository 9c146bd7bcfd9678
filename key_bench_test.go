package jwt_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What the checks of a raw key cost, each time that it enters: "raw" is the
// generic call with the key of the standard library, "Key" the same with a Key,
// and "prepared" an Encoder or a Decoder.
func BenchmarkRawKeys(b *testing.B) {
	b.Run("HS256", func(b *testing.B) { benchmarkRaw(b, secret, secret, jwt.HS256) })
	b.Run("RS256", func(b *testing.B) { benchmarkRaw(b, rsaKey(), &rsaKey().PublicKey, jwt.RS256) })
	b.Run("PS256", func(b *testing.B) { benchmarkRaw(b, rsaKey(), &rsaKey().PublicKey, jwt.PS256) })
	b.Run("RS256, not precomputed", func(b *testing.B) {
		key := &rsa.PrivateKey{PublicKey: rsaKey().PublicKey, D: rsaKey().D, Primes: rsaKey().Primes}
		benchmarkRaw(b, key, &key.PublicKey, jwt.RS256)
	})
	for _, alg := range []jwt.Algorithm{jwt.ES256, jwt.ES384, jwt.ES512} {
		b.Run(alg.String(), func(b *testing.B) { benchmarkRaw[*ecdsa.PrivateKey](b, ecKeys[alg], &ecKeys[alg].PublicKey, alg) })
	}
	b.Run("EdDSA", func(b *testing.B) { benchmarkRaw(b, edKey, edKey.Public().(ed25519.PublicKey), jwt.EdDSA) })
}

// What the checks of a secret cost where it is seen for the first time: 4,096 are
// remembered, and these are more.
func BenchmarkNewSecrets(b *testing.B) {
	for name, encode := range map[string]func([]byte) []byte{
		"random": func(secret []byte) []byte { return secret }, "base64": encodings["base64"], "hexadecimal": encodings["hexadecimal"],
	} {
		for _, size := range []int{32, 48, 64} {
			secrets := make([][]byte, 1<<16)
			for i := range secrets {
				raw := make([]byte, size)
				rand.Read(raw)
				secrets[i] = encode(raw)
			}
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if _, err := jwt.Sign(nil, secrets[i%len(secrets)]); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func benchmarkRaw[S jwt.SigningKey, V jwt.VerificationKey](b *testing.B, private S, public V, alg jwt.Algorithm) {
	claims := jwt.Claims{"sub": "alice"}
	signer, err := jwt.NewKey(private)
	require.NoError(b, err)
	verifier, err := jwt.NewKey(public)
	require.NoError(b, err)
	encoder, err := jwt.NewEncoder(private, jwt.WithAlgorithm(alg))
	require.NoError(b, err)
	decoder, err := jwt.NewDecoder(public, alg)
	require.NoError(b, err)
	token, err := encoder.Encode(claims)
	require.NoError(b, err)
	for _, bench := range []struct {
		name string
		call func() error
	}{
		{"Encode/raw", func() error { _, err := jwt.Encode(claims, private, jwt.WithAlgorithm(alg)); return err }},
		{"Encode/Key", func() error { _, err := jwt.Encode(claims, signer, jwt.WithAlgorithm(alg)); return err }},
		{"Encode/prepared", func() error { _, err := encoder.Encode(claims); return err }},
		{"Decode/raw", func() error { _, err := jwt.Decode(token, public, alg); return err }},
		{"Decode/Key", func() error { _, err := jwt.Decode(token, verifier, alg); return err }},
		{"Decode/prepared", func() error { _, err := decoder.Decode(token); return err }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bench.call(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a set costs over a single key, and a live one over a fixed one.
func BenchmarkKeySets(b *testing.B) {
	key := secretNamed(b, "k1")
	fixed, err := jwt.NewKeySet(key)
	require.NoError(b, err)
	live, err := jwt.NewLiveKeySet(&fakeSource{keys: []*jwt.Key{key}})
	require.NoError(b, err)
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	require.NoError(b, err)
	for name, set := range map[string]*jwt.KeySet{"fixed": fixed, "live": live} {
		decoder, err := jwt.NewDecoder(set, jwt.HS256)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var into jwt.RegisteredClaims
			for b.Loop() {
				if err := decoder.DecodeInto(token, &into); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
