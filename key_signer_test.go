package jwt_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A signer of the caller's own signs in every algorithm of its key.
func TestOpaqueSigner(t *testing.T) {
	for _, alg := range asymmetric() {
		t.Run(alg.String(), func(t *testing.T) {
			k := &kms{key: privateFor(t, alg), ctx: t.Context()}
			key, err := jwt.NewKey(k, jwt.WithKeyID("in the kms"))
			require.NoError(t, err)
			assert.True(t, key.IsPrivate())
			public, err := jwt.NewKey(k.key.Public())
			require.NoError(t, err)
			encoder, err := jwt.NewEncoder(key, jwt.WithAlgorithm(alg))
			require.NoError(t, err)
			for range 3 {
				token, err := encoder.Encode(jwt.Claims{"sub": "alice"})
				require.NoError(t, err)
				for _, verifier := range []*jwt.Key{key, key.Public(), public} {
					got, err := jwt.DecodeComplete(token, verifier, alg)
					require.NoError(t, err)
					assert.Equal(t, "in the kms", got.Header.KeyID)
				}
			}
			signed, err := jwt.Sign([]byte("octets"), key, jwt.WithAlgorithm(alg))
			require.NoError(t, err)
			octets, err := jwt.Verify(signed, public, alg)
			require.NoError(t, err)
			assert.Equal(t, "octets", string(octets))

			bound, err := jwt.NewKey(key, jwt.WithKeyAlgorithm(alg))
			require.NoError(t, err)
			token, err := jwt.Encode(jwt.Claims{}, bound)
			require.NoError(t, err)
			_, err = jwt.Decode(token, public, alg)
			assert.NoError(t, err)
			assert.EqualValues(t, 1, k.publics.Load(), "the public key is read once")

			assert.Equal(t, public.Thumbprint(), key.Thumbprint())
			jwk, err := key.MarshalJSON()
			require.NoError(t, err)
			assert.Contains(t, string(jwk), "in the kms")
			_, err = key.MarshalPrivateJWK()
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.False(t, key.Public().IsPrivate())
			_, err = jwt.Encode(jwt.Claims{}, key.Public())
			assertClass(t, err, jwt.ErrInvalidKey)
		})
	}
}

// A signer may keep what it was given: it is not memory that others use.
func TestOpaqueSignerKeepsItsInput(t *testing.T) {
	for _, alg := range asymmetric() {
		t.Run(alg.String(), func(t *testing.T) {
			private := privateFor(t, alg)
			var kept, copies [][]byte
			k := &kms{key: private, answer: func(input []byte, opts crypto.SignerOpts) []byte {
				kept, copies = append(kept, input), append(copies, bytes.Clone(input))
				signature, err := private.Sign(rand.Reader, input, opts)
				require.NoError(t, err)
				return signature
			}}
			key, err := jwt.NewKey(k)
			require.NoError(t, err)
			for i := range 5 {
				_, err = jwt.Encode(jwt.Claims{"i": i}, key, jwt.WithAlgorithm(alg))
				require.NoError(t, err)
			}
			assert.Equal(t, copies, kept)
		})
	}
}

// errors of a signer: what they are, what they become, and that they are there
// for whoever looks.
func TestOpaqueSignerFails(t *testing.T) {
	denied := errors.New("kms: access denied")
	for name, c := range map[string]struct{ err, class error }{
		"denied":    {denied, jwt.ErrUnavailable}, // which may pass: access is granted by somebody else
		"wrapped":   {fmt.Errorf("region 1: %w", denied), jwt.ErrUnavailable},
		"down":      {fmt.Errorf("%w: 503 (%w)", jwt.ErrUnavailable, denied), jwt.ErrUnavailable},
		"canceled":  {fmt.Errorf("kms: %w (%w)", context.Canceled, denied), jwt.ErrUnavailable},
		"timed out": {errors.Join(denied, context.DeadlineExceeded), jwt.ErrUnavailable},
		// What it cannot do at all, the program has to know.
		"unsupported": {errors.Join(denied, errors.ErrUnsupported), jwt.ErrInvalidKey},
		"unable":      {fmt.Errorf("%w: no PSS here: %w", denied, errors.ErrUnsupported), jwt.ErrInvalidKey},
		// Classes of this package that a signer's answer has within do not pass upwards.
		"a key of its own":     {fmt.Errorf("%w: %w", denied, jwt.ErrInvalidKey), jwt.ErrUnavailable},
		"a token of its own":   {fmt.Errorf("%w: %w", denied, jwt.ErrExpired), jwt.ErrUnavailable},
		"a key set of its own": {fmt.Errorf("%w: %w", denied, jwt.ErrKeySet), jwt.ErrUnavailable},
		"data of ours":         {fmt.Errorf("%w: %w", denied, &jwt.ExpiredError{}), jwt.ErrUnavailable},
	} {
		for _, alg := range asymmetric() {
			t.Run(name+" "+alg.String(), func(t *testing.T) {
				key, err := jwt.NewKey(&kms{key: privateFor(t, alg), err: c.err})
				require.NoError(t, err)
				encoder, err := jwt.NewEncoder(key, jwt.WithAlgorithm(alg))
				require.NoError(t, err)
				token, err := encoder.Encode(jwt.Claims{})
				assert.Empty(t, token)
				assertClass(t, err, c.class)
				assert.ErrorIs(t, err, denied)
				assert.Equal(t, errors.Is(c.err, errors.ErrUnsupported), errors.Is(err, errors.ErrUnsupported))
				assertNoData(t, err)
				appended, err := encoder.AppendEncode([]byte("before"), jwt.Claims{})
				assert.Nil(t, appended)
				assertClass(t, err, c.class)
				token, err = jwt.Sign(nil, key, jwt.WithAlgorithm(alg))
				assert.Empty(t, token)
				assertClass(t, err, c.class)
			})
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	key, err := jwt.NewKey(&kms{key: edKey, ctx: ctx})
	require.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, key)
	require.NoError(t, err)
	cancel()
	_, err = jwt.Encode(jwt.Claims{}, key)
	assertClass(t, err, jwt.ErrUnavailable)
	assert.ErrorIs(t, err, context.Canceled)
}

// A signature that takes its time holds up nobody else.
func TestOpaqueSignerIsSlow(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	key, err := jwt.NewKey(&kms{key: ecKeys[jwt.ES256], asked: asked, release: release})
	require.NoError(t, err)
	token, err := jwt.Encode(jwt.Claims{}, ecKeys[jwt.ES256])
	require.NoError(t, err)
	var group sync.WaitGroup
	tokens := make([]string, 3)
	for i := range tokens {
		group.Go(func() {
			var err error
			tokens[i], err = jwt.Encode(jwt.Claims{"sub": fmt.Sprint(i)}, key)
			assert.NoError(t, err)
		})
		<-asked
	}
	_, err = jwt.Decode(token, key, jwt.ES256) // while all three are waiting
	assert.NoError(t, err)
	close(release)
	group.Wait()
	for i, token := range tokens {
		claims, err := jwt.Decode(token, key, jwt.ES256)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint(i), claims.Subject())
	}
}

// What a signer answers is verified before it becomes a token.
func TestOpaqueSignerAnswersWrongly(t *testing.T) {
	outsideFIPSOnly(t)
	der := func(r, s *big.Int) []byte {
		octets, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		require.NoError(t, err)
		return octets
	}
	halves := func(signature []byte) (r, s *big.Int) {
		var both struct{ R, S *big.Int }
		_, err := asn1.Unmarshal(signature, &both)
		require.NoError(t, err)
		return both.R, both.S
	}
	for _, alg := range asymmetric() {
		t.Run(alg.String(), func(t *testing.T) {
			private := privateFor(t, alg)
			right := func(digest []byte, opts crypto.SignerOpts) []byte {
				signature, err := private.Sign(rand.Reader, digest, opts)
				require.NoError(t, err)
				return signature
			}
			sign := func(answer func(digest []byte, opts crypto.SignerOpts) []byte) error {
				key, err := jwt.NewKey(&kms{key: private, answer: answer})
				require.NoError(t, err)
				token, err := jwt.Encode(jwt.Claims{}, key, jwt.WithAlgorithm(alg))
				if err != nil {
					assert.Empty(t, token)
				}
				return err
			}
			require.NoError(t, sign(right))
			answers := map[string]func(digest []byte, opts crypto.SignerOpts) []byte{
				"nil":     func([]byte, crypto.SignerOpts) []byte { return nil },
				"empty":   func([]byte, crypto.SignerOpts) []byte { return []byte{} },
				"garbage": func([]byte, crypto.SignerOpts) []byte { return []byte("garbage") },
				"zeros":   func(d []byte, o crypto.SignerOpts) []byte { s := right(d, o); clear(s); return s },
				"the digest back": func(d []byte, _ crypto.SignerOpts) []byte {
					return d
				},
				"one byte more":  func(d []byte, o crypto.SignerOpts) []byte { return append(right(d, o), 0) },
				"one byte first": func(d []byte, o crypto.SignerOpts) []byte { return append([]byte{0}, right(d, o)...) },
				"one byte less":  func(d []byte, o crypto.SignerOpts) []byte { s := right(d, o); return s[:len(s)-1] },
				"twice":          func(d []byte, o crypto.SignerOpts) []byte { s := right(d, o); return append(s, s...) },
				"of something else": func(d []byte, o crypto.SignerOpts) []byte {
					other := append([]byte{}, d...)
					other[0] ^= 1
					return right(other, o)
				},
			}
			switch {
			case alg <= jwt.RS512:
				answers["PSS"] = func(d []byte, o crypto.SignerOpts) []byte {
					return right(d, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: o.HashFunc()})
				}
				answers["without a hash"] = func(d []byte, _ crypto.SignerOpts) []byte { return right(d, crypto.Hash(0)) }
				answers["for another hash"] = func(d []byte, o crypto.SignerOpts) []byte {
					other := crypto.SHA256
					if o.HashFunc() == other {
						other = crypto.SHA384
					}
					return right(append(d, d...)[:other.Size()], other)
				}
			case alg <= jwt.PS512:
				answers["PKCS #1"] = func(d []byte, o crypto.SignerOpts) []byte { return right(d, o.HashFunc()) }
				longest := rsaKey().Size() - alg.Hash().Size() - 2 // what rsa.PSSSaltLengthAuto is outside of FIPS mode
				for _, salt := range []int{1, 20, alg.Hash().Size() - 1, alg.Hash().Size() + 1, longest} {
					answers[fmt.Sprint("a salt of ", salt)] = func(d []byte, o crypto.SignerOpts) []byte {
						return right(d, &rsa.PSSOptions{SaltLength: salt, Hash: o.HashFunc()})
					}
				}
			case alg <= jwt.ES512:
				order := ecKeys[alg].Params().N
				size := (order.BitLen() + 7) / 8
				answers["R and S"] = func(d []byte, o crypto.SignerOpts) []byte {
					r, s := halves(right(d, o))
					both := make([]byte, 2*size)
					r.FillBytes(both[:size])
					s.FillBytes(both[size:])
					return both
				}
				odd := map[string]func(r, s *big.Int) (*big.Int, *big.Int){
					"swapped":     func(r, s *big.Int) (*big.Int, *big.Int) { return s, r },
					"R 0":         func(_, s *big.Int) (*big.Int, *big.Int) { return new(big.Int), s },
					"S 0":         func(r, _ *big.Int) (*big.Int, *big.Int) { return r, new(big.Int) },
					"both 0":      func(_, _ *big.Int) (*big.Int, *big.Int) { return new(big.Int), new(big.Int) },
					"R negative":  func(r, s *big.Int) (*big.Int, *big.Int) { return r.Neg(r), s },
					"S negative":  func(r, s *big.Int) (*big.Int, *big.Int) { return r, s.Neg(s) },
					"R beyond":    func(r, s *big.Int) (*big.Int, *big.Int) { return r.Add(r, order), s },
					"S beyond":    func(r, s *big.Int) (*big.Int, *big.Int) { return r, s.Add(s, order) },
					"R is huge":   func(r, s *big.Int) (*big.Int, *big.Int) { return r.Lsh(r, 600), s },
					"S is huge":   func(r, s *big.Int) (*big.Int, *big.Int) { return r, s.Lsh(s, 600) },
					"R is larger": func(r, s *big.Int) (*big.Int, *big.Int) { return r.Lsh(big.NewInt(1), uint(8*size)), s },
				}
				for name, change := range odd {
					answers[name] = func(d []byte, o crypto.SignerOpts) []byte { return der(change(halves(right(d, o)))) }
				}
			}
			for name, answer := range answers {
				t.Run(name, func(t *testing.T) { assertClass(t, sign(answer), jwt.ErrInvalidKey) })
			}
		})
	}
	other, err := jwt.NewKey(&kms{key: newECKey(elliptic.P256()), public: ecKeys[jwt.ES256].Public()})
	require.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, other)
	assertClass(t, err, jwt.ErrInvalidKey)
}

// A signer is known by its public key alone, which is checked as any other.
func TestOpaqueSignerRefused(t *testing.T) {
	outsideFIPSOnly(t)
	var nilSigner *kms
	_, err := jwt.NewKey(nilSigner)
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.NewKey(crypto.Signer(nilSigner))
	assertClass(t, err, jwt.ErrInvalidKey)
	key, err := jwt.NewKey(secret)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		public      any
		unsupported bool
	}{
		"bytes":           {secret, true},
		"a string":        {"octets", true},
		"a *Key":          {key, true},
		"itself":          {&kms{}, true},
		"private RSA":     {rsaKey(), true},
		"private EC":      {ecKeys[jwt.ES256], true},
		"private Ed25519": {edKey, true},
		"RSA by value":    {rsaKey().PublicKey, true},
		"a certificate":   {certificateFor(t, edKey), true},
		"nil RSA":         {(*rsa.PublicKey)(nil), false},
		"weak RSA":        {&rsaWeakKey().PublicKey, false},
		"short Ed25519":   {edKey.Public().(ed25519.PublicKey)[:31], false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jwt.NewKey(&kms{public: c.public})
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Equal(t, c.unsupported, errors.Is(err, errors.ErrUnsupported), err)
		})
	}
	_, err = jwt.NewKey(noPublic{})
	assertClass(t, err, jwt.ErrInvalidKey)
	assert.ErrorIs(t, err, errors.ErrUnsupported)

	weak := rsaWeakKey()
	old, err := jwt.NewKey(&kms{key: weak}, jwt.AllowWeakKey())
	require.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, old)
	assert.NoError(t, err)

	// The public key is the library's own once it was read.
	m := mutables()[jwt.RS256]()
	kept, err := jwt.NewKey(&kms{key: rsaKey(), public: m.public})
	require.NoError(t, err)
	m.spoil()
	token, err := jwt.Encode(jwt.Claims{}, kept)
	require.NoError(t, err)
	_, err = jwt.Decode(token, &rsaKey().PublicKey, jwt.RS256)
	assert.NoError(t, err)
}

// noPublic is a signer that does not know its own key.
type noPublic struct{}

func (noPublic) Public() crypto.PublicKey { return nil }

func (noPublic) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("never reached")
}
