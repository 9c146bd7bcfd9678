//go:build !race

// The race detector allocates on its own account, so these run without it.

package jwt_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

type measured struct {
	jwt.RegisteredClaims
	Name string `json:"name"`
}

// boxed returns a pointer that stays on the stack where the compiler inlines.
func boxed() *int { return new(int) }

// needsInlining skips a test where the compiler does not inline, as with -gcflags=-l: much
// that an inlined call leaves on the stack is then on the heap.
func needsInlining(t *testing.T) {
	t.Helper()
	if testing.AllocsPerRun(10, func() { *boxed() = 1 }) > 0 {
		t.Skip("this build is without inlining, and so allocates more")
	}
}

// What anybody can send without a key costs no memory at all. These rows stand apart from
// TestAllocations, whose counts a run of scripts/mutate changes.
func TestRefusalsAllocateNothing(t *testing.T) {
	needsInlining(t)
	decoder := mustDecoder(t, secret, jwt.HS256)
	token := claimed(good)
	parts := strings.Split(token, ".")
	admit(t, token, secret, jwt.HS256) // its header is known from now on
	var into jwt.Claims
	for _, tt := range []struct {
		name, token string
		class       error
	}{
		{"empty", "", jwt.ErrDecode},
		{"no dots", strings.Repeat("a", 1000), jwt.ErrDecode},
		{"only dots", strings.Repeat(".", 1000), jwt.ErrDecode},
		{"four segments", token + ".a", jwt.ErrDecode},
		{"encrypted", "a.b.c.d.e", jwt.ErrDecode},
		{"too long", token + strings.Repeat("a", 256<<10), jwt.ErrDecode},
		{"header too long", strings.Repeat("A", 24<<10) + "." + parts[1] + "." + parts[2], jwt.ErrDecode},
		{"header not base64url", "!!!!" + token, jwt.ErrDecode},
		{"header not JSON", b64("{]") + "." + parts[1] + "." + parts[2], jwt.ErrDecode},
		{"header with a name twice", b64(`{"alg":"HS256","alg":"HS256"}`) + "." + parts[1] + "." + parts[2], jwt.ErrDecode},
		{"Bearer left on", "Bearer " + token, jwt.ErrDecode},
		{"line break left on", token + "\n", jwt.ErrDecode},
		{"JSON serialization", `{"signature":"..`, jwt.ErrDecode},
		{"signature padded", token + "=", jwt.ErrDecode},
		{"signature not base64url", cutSignature(token) + strings.Repeat("!", 44), jwt.ErrDecode},
		{"signature altered", altered(token), jwt.ErrInvalidSignature},
		{"signature missing", cutSignature(token), jwt.ErrInvalidSignature},
		{"payload altered", parts[0] + ".A" + parts[1][1:] + "." + parts[2], jwt.ErrInvalidSignature},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Zero(t, testing.AllocsPerRun(100, func() {
				if err := decoder.DecodeInto(tt.token, &into); !errors.Is(err, tt.class) {
					t.Fatal("refused for another reason, or not at all")
				}
			}))
		})
	}
}

// The states of HMAC are taken again, of a key and of raw secrets: a new one takes more.
func TestMACStatesAreTakenAgain(t *testing.T) {
	outsideFIPS(t)
	needsInlining(t)
	encoder, err := jwt.NewEncoder(mustKey(t, secret))
	require.NoError(t, err)
	payload := []byte(good)
	for name, sign := range map[string]func() (string, error){
		"a key": func() (string, error) { return encoder.Sign(payload) }, "a raw secret": func() (string, error) { return jwt.Sign(payload, secret) },
	} {
		got := testing.AllocsPerRun(100, func() {
			if _, err := sign(); err != nil {
				t.Fatal(err)
			}
		})
		assert.Less(t, got, 4.0, name)
	}
}

// Bounds of allocations: what an attacker can make a server do for nothing, and
// what the ordinary path costs. A count that falls is to be pinned anew.
func TestAllocations(t *testing.T) {
	needsInlining(t)
	key, err := jwt.NewKey(secret)
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithAudience("api"), at(now))
	require.NoError(t, err)
	verifier, err := jwt.NewDecoder(key, jwt.HS256)
	require.NoError(t, err)
	encoder, err := jwt.NewEncoder(key)
	require.NoError(t, err)
	payload := &measured{jwt.RegisteredClaims{
		Issuer: "https://issuer.example", Subject: "alice", Audience: jwt.Audience{"api"}, ID: "0123456789abcdef",
		ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute)), NotBefore: jwt.NewNumericDate(now), IssuedAt: jwt.NewNumericDate(now),
	}, "Alice Liddell"}
	token, err := encoder.Encode(payload)
	require.NoError(t, err)
	claims := jwt.Claims{
		"iss": "https://issuer.example", "sub": "alice", "aud": "api", "jti": "0123456789abcdef", "exp": now.Unix() + 60, "nbf": now.Unix(), "iat": now.Unix(),
	}
	ofSeven, err := encoder.Encode(claims)
	require.NoError(t, err)
	parts := strings.Split(token, ".")
	buffer := make([]byte, 0, 2*len(token))
	var into measured
	clock := at(now)
	withID, err := jwt.NewKey(secret, jwt.WithKeyID("k"))
	require.NoError(t, err)
	profile := struct {
		Name string `json:"name"`
	}{"Alice Liddell"}

	decode := func(token string, class error) func() error {
		return func() error {
			if _, err := decoder.Decode(token); !errors.Is(err, class) || err == nil {
				return errors.New("refused for another reason")
			}
			return nil
		}
	}
	// A header that was never seen to hold is read anew each time, which costs two.
	// No other test may have signed it: this ID is random.
	unknown := b64(`{"alg":"HS256","kid":"`+rand.Text()+`"}`) + "." + parts[1] + "."
	require.NoError(t, decoder.DecodeInto(token, &into))
	for _, tt := range []struct {
		name string
		most float64
		call func() error
	}{
		{"signature altered, unknown header", 2, decode(unknown+parts[2], jwt.ErrInvalidSignature)},
		{"signature not base64url, unknown header", 2, decode(unknown+"!", jwt.ErrDecode)},
		{"algorithm none", 5, decode(b64(`{"alg":"none"}`)+"."+parts[1]+".", jwt.ErrInvalidAlgorithm)},
		{"DecodeInto", 2, func() error { return decoder.DecodeInto(token, &into) }},
		{"Decode of 7 claims", 10, func() error { _, err := decoder.Decode(ofSeven); return err }},
		{"Decode of 7 claims, a raw key and options", 10, func() error {
			_, err := jwt.Decode(ofSeven, secret, jwt.HS256, clock, jwt.WithIssuer("https://issuer.example"), jwt.WithAudience("api"), jwt.WithRequired("exp"))
			return err
		}},
		{"AppendEncode", 0, func() error { _, err := encoder.AppendEncode(buffer, payload); return err }},
		{"Encode", 1, func() error { _, err := encoder.Encode(payload); return err }},
		{"Encode of 7 claims", 1, func() error { _, err := encoder.Encode(claims); return err }},
		{"Encode of 7 claims, a raw key", 2, func() error { _, err := jwt.Encode(claims, secret); return err }},
		{"Encode of a struct, a key with an ID and options", 3, func() error {
			_, err := jwt.Encode(&profile, withID, jwt.WithExpiresIn(time.Hour), jwt.WithIssuedAt(), jwt.WithIssuer("https://issuer.example"))
			return err
		}},
		{"Sign, a raw key", 2, func() error { _, err := jwt.Sign(buffer[:100], secret); return err }},
		{"Encoder.Sign", 1, func() error { _, err := encoder.Sign(buffer[:100]); return err }},
		{"Get of a string", 1, func() error { _, err := jwt.Get[string](claims, "iss"); return err }},
		{"Verify", 1, func() error { _, err := verifier.Verify(token); return err }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Contains(tt.name, "a raw key") {
				outsideFIPS(t)
			}
			if strings.HasSuffix(tt.name, "and options") {
				optionsStayOnTheStack(t)
			}
			require.NoError(t, tt.call())
			got := testing.AllocsPerRun(100, func() {
				if err := tt.call(); err != nil {
					t.Fatal(err)
				}
			})
			assert.LessOrEqual(t, got, tt.most)
		})
	}
	assert.Equal(t, *payload, into)
}

// optionsStayOnTheStack skips a test where they do not: with 32 bits, where the compiler
// inlines less, and where it inlines nothing.
func optionsStayOnTheStack(t *testing.T) {
	t.Helper()
	needsInlining(t)
	if strconv.IntSize == 32 {
		t.Skip("with 32 bits the compiler puts options on the heap")
	}
}

// An option costs a one-shot call nothing: it stays on the caller's stack.
func TestOptionsAllocateNothing(t *testing.T) {
	optionsStayOnTheStack(t)
	clock, ctx, extension, payload := func() time.Time { return now }, t.Context(), "ext", []byte("a")
	hour, size := time.Duration(len(extension))*time.Hour, 1000*len(extension) // not constants, which are never allocated
	seen := 0
	for name, call := range map[string]func() error{
		"Decode": func() error {
			_, err := jwt.Decode("", secret, jwt.HS256, jwt.WithType(extension), jwt.WithClock(clock), jwt.WithIssuer(extension, "b"), jwt.WithSubject(extension),
				jwt.WithAudience(extension), jwt.WithRequired(extension, "b"), jwt.WithLeeway(hour), jwt.WithMaxTokenAge(hour), jwt.WithoutCheck("exp", "nbf"),
				jwt.WithValidator(func(context.Context, *jwt.Token) error { seen += size; return nil }),
				jwt.WithContext(ctx), jwt.WithMaxSize(size), jwt.WithCritical(extension), jwt.WithPadding())
			return err
		},
		"Decode, strictly": func() error {
			_, err := jwt.Decode("", secret, jwt.HS256, jwt.WithStrictAudience(extension))
			return err
		},
		"Verify": func() error {
			_, err := jwt.Verify("", secret, jwt.HS256, jwt.WithDetachedPayload(payload))
			return err
		},
		"Encode": func() error {
			_, err := jwt.Encode(nil, secret, jwt.WithAlgorithm(jwt.HS384), jwt.WithExpiresIn(hour), jwt.WithIssuedAt(), jwt.WithNotBefore(now), jwt.WithRandomID(),
				jwt.WithClock(clock), jwt.WithIssuer(extension), jwt.WithSubject(extension), jwt.WithAudience(extension, "b"))
			return err
		},
	} {
		class, least := jwt.ErrDecode, 0.0
		if name == "Encode" {
			class, least = jwt.ErrInvalidOption, testing.AllocsPerRun(100, func() { _, _ = jwt.Encode(nil, secret) })
		}
		require.ErrorIs(t, call(), class, name)
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = call() }), least, name)
	}
	assert.Zero(t, seen)
}

// A live set costs no allocation more than a fixed one.
func TestAllocationsOfLiveSets(t *testing.T) {
	needsInlining(t)
	key := secretNamed(t, "k1")
	fixed, err := jwt.NewKeySet(key)
	require.NoError(t, err)
	live, err := jwt.NewLiveKeySet(&fakeSource{keys: []*jwt.Key{key}})
	require.NoError(t, err)
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	require.NoError(t, err)
	var into measured
	count := func(set *jwt.KeySet) float64 {
		decoder := mustDecoder(t, set, jwt.HS256)
		require.NoError(t, decoder.DecodeInto(token, &into))
		return testing.AllocsPerRun(100, func() { _ = decoder.DecodeInto(token, &into) })
	}
	assert.LessOrEqual(t, count(live), count(fixed))
}

// A token that a Decoder remembers costs no allocation but those of its claims, however its
// algorithm verifies; and to remember one costs none.
func TestAllocationsOfTheSignatureCache(t *testing.T) {
	needsInlining(t)
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.PS256, jwt.ES256, jwt.EdDSA} {
		key := keyFor(t, alg)
		token := tokenOf(t, key, jwt.Claims{"iss": "https://issuer.example", "name": "Alice Liddell"})
		var into measured
		count := func(d *jwt.Decoder, tokens ...string) float64 {
			i := 0
			return testing.AllocsPerRun(100, func() {
				i++
				if err := d.DecodeInto(tokens[i%len(tokens)], &into); err != nil {
					t.Fatal(err)
				}
			})
		}
		cached, plain := mustDecoder(t, key, alg, jwt.WithSignatureCache(8)), mustDecoder(t, key, alg)
		require.NoError(t, cached.DecodeInto(token, &into))
		assert.LessOrEqual(t, count(cached, token), 1.0, "%v: the text of its strings", alg)
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = cached.Verify(token) }), 1.0, alg)

		var many []string // of which each is evicted before it comes again
		for i := range 40 {
			many = append(many, tokenOf(t, key, jwt.Claims{"iss": "https://issuer.example", "name": strings.Repeat("a", i+1)}))
		}
		few := mustDecoder(t, key, alg, jwt.WithSignatureCache(1))
		assert.LessOrEqual(t, count(few, many...), count(plain, many...), alg)
	}
}

// The memory of a cache is allocated with its Decoder, and no more: 130 bytes for each token.
func TestMemoryOfTheSignatureCache(t *testing.T) {
	key := keyFor(t, jwt.EdDSA)
	of := func(opts ...jwt.DecodeOption) uint64 {
		octets, _ := cost(func() { mustDecoder(t, key, jwt.EdDSA, opts...) })
		return octets
	}
	without := of(jwt.WithMaxSize(1000))
	for _, n := range []int{1000, 10_000, 100_000} {
		octets := of(jwt.WithSignatureCache(n)) - without
		assert.GreaterOrEqual(t, octets, uint64(128*n))
		assert.LessOrEqual(t, octets, uint64(130*n+130*n/8+8192), "what the allocator rounds up included")
	}
	octets, _ := cost(func() { mustDecoder(t, secret, jwt.HS256, jwt.WithSignatureCache(100_000)) })
	assert.Less(t, octets, uint64(10_000), "a secret needs none")
}
