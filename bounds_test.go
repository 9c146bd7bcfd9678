//go:build !race

// The race detector allocates on its own account, so these run without it.

package jwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/big"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestBounds(t *testing.T) {
	for _, in := range hostileInputs {
		t.Run(in.name, func(t *testing.T) {
			decoder := hostileDecoder(t, in.opts...)
			token := in.token(255 << 10)
			into := struct {
				Name string `json:"name"`
			}{"before"}
			err := decoder.DecodeInto(token, &into)
			if in.class != nil {
				assertClass(t, err, in.class)
				assert.Equal(t, "before", into.Name)
			} else {
				require.NoError(t, err)
			}
			octets, objects := cost(func() { decoder.DecodeInto(token, &into) })
			switch in.stage {
			case atShape:
				assert.Zero(t, objects)
			default: // behind the signature too
				assert.LessOrEqual(t, objects, uint64(10))
				assert.LessOrEqual(t, octets, uint64(2*len(token)+1<<10)) // a long kid is a copy beside the header
			}
			t.Logf("%d characters: %d octets in %d allocations", len(token), octets, objects)
		})
	}
}

// A process that has read nothing yet has no memory in its pools.
func TestBoundsOfFirstTokens(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, in := range hostileInputs {
		if in.class == nil {
			continue
		}
		t.Run(in.name, func(t *testing.T) {
			decoder := hostileDecoder(t, in.opts...)
			token := in.token(255 << 10)
			runtime.GC() // twice, to empty the pools
			runtime.GC()
			var before, after runtime.MemStats
			var into struct{}
			runtime.ReadMemStats(&before)
			decoder.DecodeInto(token, &into)
			runtime.ReadMemStats(&after)
			took := after.TotalAlloc - before.TotalAlloc
			assert.LessOrEqual(t, took, uint64(4*len(token)+1<<20))
			t.Logf("%d characters: %d bytes", len(token), took)
		})
	}
}

// The same holds of the other calls, for other keys, and where a policy has more
// to say about what it refuses.
func TestBoundsOfOtherCalls(t *testing.T) {
	var all jwt.Algorithm
	for _, alg := range algorithms {
		all |= alg
	}
	var members []*jwt.Key
	for range 16 {
		members = append(members, mustKey(t, secret))
	}
	full, err := jwt.NewKeySet(members...)
	require.NoError(t, err)
	tooFull, err := jwt.NewKeySet(append(members, mustKey(t, secret))...)
	require.NoError(t, err)
	ec := keyFor(t, jwt.ES256)
	names := make([]string, 50)
	for i := range names {
		names[i] = strings.Repeat(fmt.Sprint(i), 50)
	}
	raw := append([]byte{}, secret...)
	unsigned := func(header string) string { return b64(header) + "." + b64(`{}`) + "." + b64(strings.Repeat("x", 32)) }
	worst, none, plain, mldsa := unsigned(`{"alg":"\u0048S256","typ":"\u0061","cty":"\u0061","kid":"\u0061","jku":"\u0061","x5u":"\u0061","x5t":"\u0061","x":"`+strings.Repeat("x", 8000)+`"}`),
		unsigned(`{"alg":"none"}`), unsigned(`{"alg":"HS256"}`), unsigned(`{"alg":"ML-DSA-44"}`)
	cut := claimed(`{"a":"` + strings.Repeat("a", 100_000) + "\x00")
	for name, call := range map[string]func() error{
		"Verify":                            func() error { _, err := jwt.Verify(worst, members[0], jwt.HS256); return err },
		"Decode with a raw secret":          func() error { _, err := jwt.Decode(worst, raw, jwt.HS256); return err },
		"a set of sixteen":                  func() error { _, err := jwt.Decode(worst, full, jwt.HS256); return err },
		"a set of too many":                 func() error { _, err := jwt.Decode(worst, tooFull, jwt.HS256); return err },
		"no algorithm of a long list":       func() error { _, err := jwt.Decode(none, full, all); return err },
		"an algorithm that the key has not": func() error { _, err := jwt.Decode(mldsa, ec, all); return err },
		"a policy that says much": func() error {
			_, err := jwt.Decode(plain, members[0], jwt.HS256, jwt.WithIssuer(names...), jwt.WithAudience(names...), jwt.WithRequired(names...), at(now))
			return err
		},
		"DecodeUnverified, of a long payload": func() error { _, err := jwt.DecodeUnverified(cut); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "Decode with a raw secret" {
				outsideFIPS(t)
			}
			err := call()
			require.ErrorIs(t, err, jwt.ErrInvalidToken)
			octets, objects := cost(func() { call() })
			assert.LessOrEqual(t, objects, uint64(10))
			assert.LessOrEqual(t, octets, uint64(12<<10))
			t.Logf("%v: %d octets in %d allocations", err, octets, objects)
		})
	}
}

// What crypto/* allocates for a signature that does not hold is its own affair, and
// bounded by the key, not by the token.
func TestBoundsOfSignatures(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(alg.String(), func(t *testing.T) {
			if !supported(alg) {
				t.Skip("this Go release does not have it")
			}
			key := keyFor(t, alg)
			token, err := jwt.Encode(jwt.Claims{"a": strings.Repeat("a", 1000)}, key)
			require.NoError(t, err)
			token = altered(token)
			_, err = jwt.Decode(token, key, alg)
			assertClass(t, err, jwt.ErrInvalidSignature)
			octets, objects := cost(func() { jwt.Decode(token, key, alg) })
			assert.LessOrEqual(t, objects, uint64(30))
			assert.LessOrEqual(t, octets, uint64(2*len(token)+1<<10)) // a long kid is a copy beside the header
			t.Logf("%d characters: %d octets in %d allocations", len(token), octets, objects)
		})
	}
}

// Beside what crypto/* takes for itself, such a refusal keeps the bounds of any other.
func TestBoundsBesideTheSignature(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for _, tt := range []struct {
		alg  jwt.Algorithm
		key  crypto.Signer
		bare func(sum, signature []byte) error
	}{
		{jwt.RS256, rsaKey(), func(sum, signature []byte) error {
			return rsa.VerifyPKCS1v15(&rsaKey().PublicKey, crypto.SHA256, sum, signature)
		}},
		{jwt.PS256, rsaKey(), func(sum, signature []byte) error {
			return rsa.VerifyPSS(&rsaKey().PublicKey, crypto.SHA256, sum, signature, nil)
		}},
		{jwt.ES256, ec, func(sum, signature []byte) error {
			if !ecdsa.VerifyASN1(&ec.PublicKey, sum, signature) {
				return errors.New("it does not hold")
			}
			return nil
		}},
	} {
		t.Run(tt.alg.String(), func(t *testing.T) {
			key, err := jwt.NewKey(tt.key)
			require.NoError(t, err)
			token, err := jwt.Encode(jwt.Claims{"a": strings.Repeat("a", 1000)}, key, jwt.WithAlgorithm(tt.alg))
			require.NoError(t, err)
			token = altered(token)
			sum := sha256.Sum256([]byte(token[:strings.LastIndexByte(token, '.')]))
			signature, err := base64.RawURLEncoding.DecodeString(token[strings.LastIndexByte(token, '.')+1:])
			require.NoError(t, err)
			if tt.alg == jwt.ES256 {
				half := len(signature) / 2
				signature, err = asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])})
				require.NoError(t, err)
			}
			require.Error(t, tt.bare(sum[:], signature))
			bareOctets, bareObjects := cost(func() { tt.bare(sum[:], signature) })
			octets, objects := cost(func() { jwt.Decode(token, key, tt.alg) })
			assert.LessOrEqual(t, objects, bareObjects+10)
			assert.LessOrEqual(t, octets, bareOctets+uint64(len(token)+1<<10))
			t.Logf("%d allocations, of which %d are those of the bare operation", objects, bareObjects)
		})
	}
}

// Where more is read than by default, the bounds are still those of the length.
// What is larger than a pool keeps is made anew for each token, in whole pages.
func TestBoundsWhereMoreIsRead(t *testing.T) {
	const size, page = 2 << 20, 8 << 10
	decoder := hostileDecoder(t, jwt.WithMaxSize(size))
	for _, in := range hostileInputs {
		if in.stage > atHeader || strings.HasPrefix(in.name, "header") { // a header is as long as ever
			continue
		}
		t.Run(in.name, func(t *testing.T) {
			token := in.token(size - 100)
			_, err := decoder.Decode(token)
			assertClass(t, err, in.class)
			octets, objects := cost(func() { decoder.Decode(token) })
			if in.stage == atShape {
				assert.Zero(t, objects)
			}
			assert.LessOrEqual(t, objects, uint64(10))
			assert.LessOrEqual(t, octets, uint64(len(token)+page))
			t.Logf("%d characters: %d octets in %d allocations", len(token), octets, objects)
		})
	}
}

// Memory that one great token needed is not kept for the small ones, be it for its
// octets or for its values; that of an ordinary one is.
func TestGreatMemoryIsNotKept(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what is kept stays kept
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))  // where this goroutine finds it
	decoder := hostileDecoder(t, jwt.WithMaxSize(8<<20))
	for name, tt := range map[string]struct {
		payload string
		kept    bool
	}{
		"octets":   {`{"a":"` + strings.Repeat("a", 2<<20) + `"}`, false},
		"values":   {`{"a":[` + strings.Repeat("0,", 144<<10) + `0]}`, false},
		"ordinary": {`{"a":[` + strings.Repeat("0,", 72<<10) + `0]}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			token := claimed(tt.payload)
			var took uint64
			for range 3 {
				var into struct{}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				require.NoError(t, decoder.DecodeInto(token, &into))
				runtime.ReadMemStats(&after)
				took = after.TotalAlloc - before.TotalAlloc
			}
			assert.Equal(t, tt.kept, took < uint64(len(token)), "%d octets for a token of %d", took, len(token))
		})
	}
}

// A million names, twice the same or all different, are no more than their length.
func TestMillionNames(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads tens of megabytes")
	}
	decoder := hostileDecoder(t, jwt.WithMaxSize(32<<20))
	var names []byte
	for i := range 1_000_000 {
		names = append(strconv.AppendInt(append(names, '"'), int64(i), 10), `":0,`...)
	}
	distinct := string(names)
	for _, tt := range []struct {
		name, payload string
		class         error
	}{
		{"the same", `{` + strings.Repeat(`"a":0,`, 999_999) + `"a":0}`, jwt.ErrDecode},
		{"different", `{` + distinct + `"x":0}`, nil},
		{"different, and the last twice in escapes", `{` + distinct + `"\u003999999":0}`, jwt.ErrDecode},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token := claimed(tt.payload)
			var into struct{}
			began := time.Now()
			err := decoder.DecodeInto(token, &into)
			t.Logf("%d characters in %v", len(token), time.Since(began))
			if tt.class != nil {
				assertClass(t, err, tt.class)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// Objects that aim at the hash set of names cost what others of their size do.
func TestAimedNames(t *testing.T) {
	const size = 3 << 20
	decoder := hostileDecoder(t, jwt.WithMaxSize(8<<20))
	timeOf := func(payload string) float64 {
		token := claimed(payload)
		var into struct{}
		require.NoError(t, decoder.DecodeInto(token, &into))
		least := math.Inf(1)
		for range 2 {
			began := time.Now()
			require.NoError(t, decoder.DecodeInto(token, &into))
			least = min(least, float64(time.Since(began)))
		}
		return least
	}
	plain := timeOf(fill(`{"a":[`, ofSeventeen, "]}", size))
	aimed := timeOf(lined(0x9e3779b1, size))
	assert.Less(t, aimed, 3*plain)
	t.Logf("%.1f ms, others %.1f ms", aimed/1e6, plain/1e6)
}

// A token of very many names does not make those after it slower, which work in the
// same memory.
func TestManyNamesLeaveNothingBehind(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	decoder := hostileDecoder(t, jwt.WithMaxSize(1<<20))
	small := claimed(fill(`{`, `"%d":0,`, "}", 140))
	great := claimed(fill(`{`, `"%d":0,`, "}", 390_000)) // as many as a pool keeps the memory of
	var into struct{}
	decode := func() { require.NoError(t, decoder.DecodeInto(small, &into)) }
	before := leastTime(decode)
	require.NoError(t, decoder.DecodeInto(great, &into))
	after := leastTime(decode)
	assert.Less(t, after, 3*before)
	t.Logf("%.0f ns, then %.0f ns", before, after)
}
