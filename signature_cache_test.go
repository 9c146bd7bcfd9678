package jwt_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// WithSignatureCache: what a cached signature saves, and all that it does not.

// A forgery has a signature that never holds, so that it is accepted where a cache says that it
// does, and nowhere else.
type forgery struct {
	token, input string
	signature    []byte
}

func forgeryOf(header, payload string) forgery {
	f := forgery{input: b64(header) + "." + b64(payload), signature: bytes.Repeat([]byte{1}, 64)}
	f.token = withSignature(f.input, f.signature)
	return f
}

func (f forgery) remember(d *jwt.Decoder, key *jwt.Key, alg jwt.Algorithm) {
	jwt.Remember(d, key, alg, f.input, f.signature)
}

func decodes(t *testing.T, d *jwt.Decoder, token string) {
	t.Helper()
	_, err := d.Decode(token)
	require.NoError(t, err)
}

func refuses(t *testing.T, d *jwt.Decoder, token string, class error) {
	t.Helper()
	claims, err := d.Decode(token)
	assert.Nil(t, claims)
	assertClass(t, err, class)
}

// newEd25519 returns a key with that ID, another one each time.
func newEd25519(t testing.TB, kid string) *jwt.Key {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return mustKey(t, private, jwt.WithKeyID(kid), jwt.WithKeyAlgorithm(jwt.EdDSA))
}

func tokenOf(t testing.TB, key *jwt.Key, payload any, opts ...jwt.EncodeOption) string {
	t.Helper()
	token, err := jwt.Encode(payload, key, opts...)
	require.NoError(t, err)
	return token
}

// For each public-key algorithm a signature that held is in the cache, and one that is there is
// not verified again. For MACs there is no cache, whatever else the decoder takes.
func TestSignatureCache(t *testing.T) {
	for _, alg := range algorithms {
		if !supported(alg) {
			continue
		}
		t.Run(alg.String(), func(t *testing.T) {
			key := keyFor(t, alg)
			token := tokenOf(t, key, jwt.Claims{"sub": "alice"})
			if alg <= jwt.HS512 {
				assert.Equal(t, -1, jwt.Remembered(mustDecoder(t, key, alg, jwt.WithSignatureCache(8))))
				set := mustSet(t, key, keyFor(t, jwt.EdDSA))
				both := mustDecoder(t, set, alg|jwt.EdDSA, jwt.WithSignatureCache(8))
				decodes(t, both, token)
				decodes(t, both, token)
				assert.Zero(t, jwt.Remembered(both))
				decodes(t, both, tokenOf(t, keyFor(t, jwt.EdDSA), jwt.Claims{}))
				assert.Equal(t, 1, jwt.Remembered(both))
				return
			}
			for _, verifier := range []*jwt.Key{key, key.Public(), mustKey(t, key.Public(), jwt.WithKeyID(""))} {
				d := mustDecoder(t, verifier, alg, jwt.WithSignatureCache(8))
				assert.Zero(t, jwt.Remembered(d))
				for range 3 {
					claims, err := d.Decode(token)
					require.NoError(t, err)
					assert.Equal(t, jwt.Claims{"sub": "alice"}, claims)
					assert.Equal(t, 1, jwt.Remembered(d))
				}
				f := forgeryOf(headed(alg), `{"sub":"mallory"}`)
				refuses(t, d, f.token, jwt.ErrInvalidSignature)
				f.remember(d, key, alg) // the private half is the same key
				claims, err := d.Decode(f.token)
				require.NoError(t, err, "the cache was asked")
				assert.Equal(t, "mallory", claims.Subject())
				refuses(t, d, altered(f.token), jwt.ErrInvalidSignature)
			}
		})
	}
}

// A signature is remembered for one key and one algorithm.
func TestSignatureCacheIsByKeyAndAlgorithm(t *testing.T) {
	one, other := mustKey(t, rsaKey()), mustKey(t, &rsa.PublicKey{N: new(big.Int).Add(rsaKey().N, big.NewInt(2)), E: 65537})
	d := mustDecoder(t, mustSet(t, one), jwt.RS256|jwt.PS256|jwt.ES256, jwt.WithSignatureCache(8))
	f := forgeryOf(headed(jwt.RS256), good)
	f.remember(d, other, jwt.RS256)
	f.remember(d, one, jwt.PS256)
	f.remember(d, one, jwt.RS384)
	refuses(t, d, f.token, jwt.ErrInvalidSignature)
	f.remember(d, one, jwt.RS256)
	decodes(t, d, f.token)

	// And the key is chosen first: what does not fit is never asked for.
	f = forgeryOf(headed(jwt.RS512), good)
	f.remember(d, one, jwt.RS512)
	refuses(t, d, f.token, jwt.ErrInvalidAlgorithm)
	f = forgeryOf(headed(jwt.ES256), good)
	f.remember(d, one, jwt.ES256)
	refuses(t, d, f.token, jwt.ErrKeyNotFound)
	f = forgeryOf(`{"alg":"RS256","kid":"another"}`, good)
	f.remember(d, one, jwt.RS256)
	decodes(t, d, f.token) // as its key has no ID
	named := mustDecoder(t, mustSet(t, mustKey(t, one, jwt.WithKeyID("k"))), jwt.RS256, jwt.WithSignatureCache(8))
	f.remember(named, one, jwt.RS256)
	refuses(t, named, f.token, jwt.ErrKeyNotFound)
}

// Of several keys that may be meant, the one that signed is remembered.
func TestSignatureCacheOfKeysWithoutID(t *testing.T) {
	var keys []*jwt.Key
	for range 4 {
		keys = append(keys, newEd25519(t, ""))
	}
	stranger := newEd25519(t, "")
	d := mustDecoder(t, mustSet(t, keys...), jwt.EdDSA, jwt.WithSignatureCache(8))
	for i, key := range keys {
		for range 2 {
			decodes(t, d, tokenOf(t, key, jwt.Claims{"n": i}))
			assert.Equal(t, 2*i+1, jwt.Remembered(d))
		}
		f := forgeryOf(headed(jwt.EdDSA), fmt.Sprintf(`{"n":%d}`, i))
		f.remember(d, stranger, jwt.EdDSA)
		refuses(t, d, f.token, jwt.ErrInvalidSignature)
	}
	d = mustDecoder(t, mustSet(t, keys...), jwt.EdDSA, jwt.WithSignatureCache(8))
	for i, key := range keys {
		f := forgeryOf(headed(jwt.EdDSA), fmt.Sprintf(`{"n":%d}`, i))
		f.remember(d, key, jwt.EdDSA)
		decodes(t, d, f.token)
	}
}

// The same text means nothing to another decoder, not even one of the same option.
func TestSignatureCacheOfAnotherDecoder(t *testing.T) {
	opt := jwt.WithSignatureCache(8)
	one, other := newEd25519(t, "k"), newEd25519(t, "k")
	first, second, third := mustDecoder(t, one, jwt.EdDSA, opt), mustDecoder(t, other, jwt.EdDSA, opt), mustDecoder(t, one, jwt.EdDSA, opt)
	token := tokenOf(t, one, jwt.Claims{"sub": "alice"})
	for range 2 {
		decodes(t, first, token)
		refuses(t, second, token, jwt.ErrInvalidSignature)
	}
	assert.Zero(t, jwt.Remembered(second))
	assert.Zero(t, jwt.Remembered(third))
	f := forgeryOf(headed(jwt.EdDSA), good)
	f.remember(first, one, jwt.EdDSA)
	decodes(t, first, f.token)
	refuses(t, third, f.token, jwt.ErrInvalidSignature)
}

// The oldest entry of a bucket is evicted first, and none before the bucket is full. The option
// says how many buckets there are.
func TestSignatureCacheEviction(t *testing.T) {
	key := newEd25519(t, "")
	for _, n := range []int{1, 2, 3, 4} { // eight entries, in one bucket
		d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(n))
		f := forgeryOf(headed(jwt.EdDSA), good)
		f.remember(d, key, jwt.EdDSA)
		for i := range 7 {
			decodes(t, d, tokenOf(t, key, jwt.Claims{"n": i}))
			f.remember(d, key, jwt.EdDSA) // which is there already
			assert.Equal(t, i+2, jwt.Remembered(d))
		}
		decodes(t, d, f.token)
		decodes(t, d, tokenOf(t, key, jwt.Claims{"n": 7}))
		assert.Equal(t, 8, jwt.Remembered(d))
		refuses(t, d, f.token, jwt.ErrInvalidSignature)
		for i := range 100 { // each is verified again, and remembered
			decodes(t, d, tokenOf(t, key, jwt.Claims{"n": i % 9}))
			assert.Equal(t, 8, jwt.Remembered(d))
		}
	}
}

// A key that left a live set verifies nothing, whatever is cached, and neither does one that took
// its ID. A key that is fetched again is the same key.
func TestSignatureCacheOfALiveSet(t *testing.T) {
	old, next, impostor := newEd25519(t, "old"), newEd25519(t, "next"), newEd25519(t, "old")
	source := &fakeSource{keys: []*jwt.Key{old}}
	set, err := jwt.NewLiveKeySet(source)
	require.NoError(t, err)
	d := mustDecoder(t, set, jwt.EdDSA, jwt.WithSignatureCache(8))
	token := tokenOf(t, old, jwt.Claims{"sub": "alice"})
	f := forgeryOf(`{"alg":"EdDSA","kid":"old"}`, good)
	f.remember(d, old, jwt.EdDSA)
	publish := func(keys ...*jwt.Key) {
		for i, key := range keys { // read again, as a source does
			jwk, err := key.MarshalJSON()
			require.NoError(t, err)
			keys[i], err = jwt.ParseJWK(jwk)
			require.NoError(t, err)
		}
		source.change(func(s *fakeSource) { s.keys = keys })
		require.NoError(t, set.Refresh(t.Context()))
	}
	for range 2 {
		decodes(t, d, token)
		decodes(t, d, f.token)
		publish(old, next)
		decodes(t, d, token)
		decodes(t, d, f.token)
		publish(next)
		refuses(t, d, token, jwt.ErrKeyNotFound)
		refuses(t, d, f.token, jwt.ErrKeyNotFound)
		publish(next, impostor)
		refuses(t, d, token, jwt.ErrInvalidSignature)
		refuses(t, d, f.token, jwt.ErrInvalidSignature)
		publish(old)
	}

	// Where two keys may be meant, one does not stand for what the other signed.
	one, two := newEd25519(t, ""), newEd25519(t, "")
	token = tokenOf(t, two, jwt.Claims{"sub": "alice"})
	for range 2 {
		publish(one, two)
		decodes(t, d, token)
		publish(one)
		refuses(t, d, token, jwt.ErrInvalidSignature)
	}
}

// What depends on the time, the options or the program is checked on every call.
func TestSignatureCacheSavesNoOtherCheck(t *testing.T) {
	key := newEd25519(t, "")
	clock, valid, calls := now, true, 0
	errRevoked := errors.New("revoked")
	d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(8), jwt.WithAudience("api"), jwt.WithMaxTokenAge(time.Hour), jwt.WithClock(func() time.Time { return clock }),
		jwt.WithValidator(func(context.Context, *jwt.Token) error {
			if calls++; !valid {
				return errRevoked
			}
			return nil
		}))
	token := tokenOf(t, key, jwt.Claims{"aud": "api", "iat": now, "nbf": now, "exp": now.Add(time.Minute)})
	decodes(t, d, token)
	decodes(t, d, token)
	assert.Equal(t, 2, calls)

	valid = false
	_, err := d.Decode(token)
	assertClass(t, err, jwt.ErrInvalidToken)
	assert.ErrorIs(t, err, errRevoked)
	valid = true

	clock = now.Add(-time.Second)
	refuses(t, d, token, jwt.ErrImmature)
	clock = now.Add(time.Minute)
	_, err = d.Decode(token)
	assertClass(t, err, jwt.ErrExpired)
	var expired *jwt.ExpiredError
	require.ErrorAs(t, err, &expired)
	assert.NotNil(t, expired.Token, "expiry is all that is wrong")
	clock = now
	decodes(t, d, token)
	assert.Equal(t, 1, jwt.Remembered(d))

	// A token that is refused each time for its claims is remembered for its signature.
	for range 2 {
		refuses(t, d, tokenOf(t, key, jwt.Claims{"aud": "another", "iat": now}), jwt.ErrInvalidAudience)
		assert.Equal(t, 2, jwt.Remembered(d))
	}
}

// Nothing enters that did not verify.
func TestSignatureCacheOfRefusedTokens(t *testing.T) {
	key, other := newEd25519(t, "k"), newEd25519(t, "k")
	d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(8))
	token := tokenOf(t, key, jwt.Claims{"sub": "alice"})
	for name, bad := range map[string]string{
		"signature altered": altered(token), "signature cut off": cutSignature(token), "of another key": tokenOf(t, other, jwt.Claims{}),
		"another algorithm": tokenOf(t, keyFor(t, jwt.ES256), jwt.Claims{}), "no token": "a.b.c", "no signature": b64(headed(jwt.EdDSA)) + "." + b64(good) + ".",
	} {
		for range 2 {
			claims, err := d.Decode(bad)
			assert.Nil(t, claims, name)
			assert.ErrorIs(t, err, jwt.ErrInvalidToken, name)
			assert.Zero(t, jwt.Remembered(d), name)
		}
	}
	decodes(t, d, token)
}

// A cached token with another character anywhere is refused, for what it is refused without a
// cache.
func TestSignatureCacheOfAlteredTokens(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.ES256, jwt.EdDSA} {
		t.Run(alg.String(), func(t *testing.T) {
			key := keyFor(t, alg)
			cached, plain := mustDecoder(t, key, alg, jwt.WithSignatureCache(8)), mustDecoder(t, key, alg)
			token := tokenOf(t, key, jwt.Claims{"sub": "alice"})
			decodes(t, cached, token)
			for i := range token {
				for _, c := range []byte("AQgw_.=") {
					if token[i] == c {
						continue
					}
					other := token[:i] + string(c) + token[i+1:]
					_, want := plain.Decode(other)
					require.Error(t, want)
					claims, err := cached.Decode(other)
					assert.Nil(t, claims)
					assertClass(t, err, classOf(want))
				}
			}
			for _, other := range []string{token + "A", token + "=", token[:len(token)-1], "A" + token, token[1:], token + " "} {
				_, err := cached.Decode(other)
				assert.ErrorIs(t, err, jwt.ErrDecode)
			}
			assert.Equal(t, 1, jwt.Remembered(cached))
			decodes(t, cached, token)
		})
	}
}

// Where the signing input ends is part of what is remembered: characters of the signature are
// not taken for some of the payload.
func TestSignatureCacheKeepsInputAndSignatureApart(t *testing.T) {
	key := newEd25519(t, "")
	d := mustDecoder(t, key, jwt.EdDSA, jwt.WithSignatureCache(8))
	input := b64(headed(jwt.EdDSA)) + "." + b64("{}          ") // 16 characters, so that more may follow
	tail := b64(" \n\t")
	signature := append([]byte(tail), make([]byte, 60)...)
	jwt.Remember(d, key, jwt.EdDSA, input, signature)
	decodes(t, d, withSignature(input, signature))
	refuses(t, d, withSignature(input+tail, signature[len(tail):]), jwt.ErrInvalidSignature)
}

// An ECDSA signature (r, s) has a second form, (r, n-s), that holds too. It is another token,
// which is verified.
func TestSignatureCacheOfTheSecondForm(t *testing.T) {
	key := mustKey(t, ecKeys[jwt.ES256])
	d := mustDecoder(t, key, jwt.ES256, jwt.WithSignatureCache(8))
	token := tokenOf(t, key, jwt.Claims{"sub": "alice"})
	signature := []byte(segmentOf(t, token, 2))
	s := new(big.Int).Sub(elliptic.P256().Params().N, new(big.Int).SetBytes(signature[32:]))
	s.FillBytes(signature[32:])
	second := withSignature(strings.TrimSuffix(cutSignature(token), "."), signature)
	require.NotEqual(t, token, second)
	decodes(t, d, token)
	assert.Equal(t, 1, jwt.Remembered(d))
	decodes(t, d, second)
	assert.Equal(t, 2, jwt.Remembered(d), "it was no hit")
	decodes(t, d, second)
	decodes(t, d, token)
	assert.Equal(t, 2, jwt.Remembered(d))
	refuses(t, d, altered(second), jwt.ErrInvalidSignature)
}

// Many goroutines, one decoder, more tokens than it remembers, and keys that change.
func TestSignatureCacheConcurrently(t *testing.T) {
	old, next := newEd25519(t, "old"), newEd25519(t, "next")
	source := &fakeSource{keys: []*jwt.Key{old, next}}
	set, err := jwt.NewLiveKeySet(source)
	require.NoError(t, err)
	d := mustDecoder(t, set, jwt.EdDSA, jwt.WithSignatureCache(4))
	var tokens, bad []string
	for i := range 24 {
		key := []*jwt.Key{old, next}[i%2]
		tokens = append(tokens, tokenOf(t, key, jwt.Claims{"sub": fmt.Sprint(i)}))
		bad = append(bad, altered(tokens[i]))
	}
	var refreshed sync.WaitGroup
	refreshed.Go(func() {
		for range 20 {
			assert.NoError(t, set.Refresh(t.Context()))
		}
	})
	together(func(g, i int) {
		for k := range 3 {
			n := (g + 5*i + k*k) % len(tokens)
			claims, err := d.Decode(tokens[n])
			if assert.NoError(t, err) {
				assert.Equal(t, fmt.Sprint(n), claims.Subject())
			}
			_, err = d.Decode(bad[n])
			assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
		}
	})
	refreshed.Wait()
	assert.LessOrEqual(t, jwt.Remembered(d), 8)

	// The same new token for all at once is one entry.
	d = mustDecoder(t, set, jwt.EdDSA, jwt.WithSignatureCache(4))
	together(func(int, int) { _, err := d.Decode(tokens[0]); assert.NoError(t, err) })
	assert.Equal(t, 1, jwt.Remembered(d))
}

// Verify has the cache too, for what was signed: beside the token or in it, encoded or not, padded
// or not.
func TestSignatureCacheOfVerify(t *testing.T) {
	key, other := newEd25519(t, ""), newEd25519(t, "")
	payload := []byte("$.02")
	cache := jwt.WithSignatureCache(8)
	for name, tt := range map[string]struct {
		encode []jwt.EncodeOption
		decode []jwt.DecodeOption
		input  string // the payload's part of the signing input
		header string
	}{
		"in the token": {nil, nil, b64("$.02"), `{"alg":"EdDSA"}`},
		"detached":     {[]jwt.EncodeOption{jwt.WithDetached()}, []jwt.DecodeOption{jwt.WithDetachedPayload(payload)}, b64("$.02"), `{"alg":"EdDSA"}`},
		"unencoded":    {[]jwt.EncodeOption{jwt.WithUnencodedPayload()}, []jwt.DecodeOption{jwt.WithDetachedPayload(payload)}, "$.02", `{"alg":"EdDSA","b64":false,"crit":["b64"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := jwt.Sign(payload, key, tt.encode...)
			require.NoError(t, err)
			d := mustDecoder(t, key, jwt.EdDSA, append(tt.decode, cache)...)
			for range 3 {
				got, err := d.Verify(token)
				require.NoError(t, err)
				assert.Equal(t, payload, got)
				clear(got) // it is the caller's
				assert.Equal(t, 1, jwt.Remembered(d))
				_, err = d.Verify(altered(token))
				assertClass(t, err, jwt.ErrInvalidSignature)
			}
			// The cache holds what was signed.
			signature := make([]byte, 64)
			forged := withSignature(b64(tt.header)+"."+strings.Split(token, ".")[1], signature)
			jwt.Remember(d, other, jwt.EdDSA, b64(tt.header)+"."+tt.input, signature)
			_, err = d.Verify(forged)
			assertClass(t, err, jwt.ErrInvalidSignature)
			jwt.Remember(d, key, jwt.EdDSA, b64(tt.header)+"."+tt.input, signature)
			got, err := d.Verify(forged)
			require.NoError(t, err)
			assert.Equal(t, payload, got)
			if len(tt.decode) > 0 {
				another := mustDecoder(t, key, jwt.EdDSA, jwt.WithDetachedPayload([]byte("$.03")), cache)
				for range 2 {
					_, err = another.Verify(token)
					assertClass(t, err, jwt.ErrInvalidSignature)
				}
			}
		})
	}
	t.Run("padded", func(t *testing.T) {
		pad := func(text string) string { return text + strings.Repeat("=", (4-len(text)%4)%4) }
		input := pad(b64(headed(jwt.EdDSA))) + "." + pad(b64(`{"sub":"alice"}`))
		signature, err := jwt.SignOctets(key, jwt.EdDSA, []byte(input))
		require.NoError(t, err)
		token := input + "." + pad(b64(string(signature)))
		d := mustDecoder(t, key, jwt.EdDSA, jwt.WithPadding(), cache)
		for range 3 {
			decodes(t, d, token)
			_, err = d.Verify(token)
			require.NoError(t, err)
			assert.Equal(t, 1, jwt.Remembered(d), "the same signature, whoever asks")
			refuses(t, d, strings.TrimRight(token, "="), jwt.ErrDecode)
			refuses(t, d, strings.ReplaceAll(token, "=", ""), jwt.ErrDecode)
		}
	})
}

// It is for NewDecoder, and takes a number of tokens, not of bytes.
func TestSignatureCacheRefused(t *testing.T) {
	key := keyFor(t, jwt.EdDSA)
	token := tokenOf(t, key, jwt.Claims{})
	opt := jwt.WithSignatureCache(8)
	_, err := jwt.Decode(token, key, jwt.EdDSA, opt)
	assertNames(t, err, "WithSignatureCache")
	assert.Contains(t, err.Error(), "NewDecoder")
	_, err = jwt.DecodeAs[jwt.Claims](token, key, jwt.EdDSA, opt)
	assertNames(t, err, "NewDecoder")
	whole, err := jwt.DecodeComplete(token, key, jwt.EdDSA, opt)
	assert.Nil(t, whole)
	assertNames(t, err, "NewDecoder")
	payload, err := jwt.Verify(claimed(good), secret, jwt.HS256, opt) // with a secret too
	assert.Nil(t, payload)
	assertNames(t, err, "NewDecoder")

	for n, ok := range map[int]bool{-1 << 31: false, -1: false, 0: false, 1: true, 1000: true, 1 << 20: true, 1<<20 + 1: false, 1<<31 - 1: false} {
		for _, alg := range []jwt.Algorithm{jwt.EdDSA, jwt.HS256} {
			if ok && n > 1000 && alg == jwt.EdDSA && testing.Short() {
				continue
			}
			var d *jwt.Decoder
			if alg == jwt.EdDSA {
				d, err = jwt.NewDecoder(key, alg, jwt.WithSignatureCache(n))
			} else {
				d, err = jwt.NewDecoder(secret, alg, jwt.WithSignatureCache(n))
			}
			if !ok {
				assert.Nil(t, d)
				assertNames(t, err, "WithSignatureCache")
				continue
			}
			assert.NoError(t, err)
		}
	}
	_, err = jwt.NewDecoder(key, jwt.EdDSA, jwt.WithSignatureCache(0), opt)
	assertNames(t, err, "WithSignatureCache")
	assert.Contains(t, err.Error(), "1048576")
}
