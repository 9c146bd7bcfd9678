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
	"os"
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

// What a hostile token costs. An attacker without a key gets as far as the
// signature: there memory is bounded by the token's own length. With a key, or with
// DecodeUnverified, he gets to the payload: there all work is linear.

// How far a hostile input gets.
const (
	atShape     = iota // refused by its length, its dots or its base64url
	atHeader           // before the signature holds
	atPayload          // behind it: signed by somebody who is trusted, and hostile
	notStopped         // a good token that is as bad as can be
	headerLimit = 16 << 10
)

// A hostileInput makes a token of about n characters, whose kind the name says.
type hostileInput struct {
	name  string
	stage int
	class error
	token func(n int) string
	opts  []jwt.DecodeOption
}

// fill repeats a member or an element, %d in it being a number, between two ends,
// as often as n octets have room for, and cuts the last comma.
func fill(before, each, after string, n int) string {
	out := strings.Builder{}
	out.WriteString(before)
	numbered := strings.Contains(each, "%")
	for i := 0; ; i++ {
		next := each
		if numbered {
			next = fmt.Sprintf(each, i)
		}
		if out.Len()+len(next)+len(after) > n {
			return strings.TrimSuffix(out.String(), ",") + after
		}
		out.WriteString(next)
	}
}

// colliding are names of which neither the length nor the ends tell them apart, nor from
// collided, which is what a program asks for.
const (
	colliding = `"0123456701234567%07d01234567":0,`
	collided  = "0123456701234567-------01234567"
)

// collidedField is a struct that asks for it.
type collidedField struct {
	Field int `json:"0123456701234567-------01234567"`
}

// colliding16 is an object of as many of them as are compared one by one, with
// escapes.
var colliding16 = func() string {
	var names []string
	for i := range 16 {
		names = append(names, fmt.Sprintf(`"\u00612345670%02d12345670":0`, i))
	}
	return "{" + strings.Join(names, ",") + "},"
}()

// ofSeventeen is an object with one name more than are compared one by one: its names
// are kept in the hash set.
var ofSeventeen = func() string {
	var names []string
	for i := range 17 {
		names = append(names, fmt.Sprintf(`"%c":0`, 'a'+i))
	}
	return "{" + strings.Join(names, ",") + "},"
}()

// lined is an array of such objects, with zeros between them, so placed that all their
// slots would be in 17 short windows if a slot's index were the hash of a name plus the
// object's node times step. Half of the n bytes are objects.
func lined(step uint32, n int) string {
	const before, after, nodes = `{"a":[`, `0]}`, 1 + 2*17
	objects := max(1, n/2/len(ofSeventeen))
	slots := uint32(64)
	for slots < uint32(2*17*objects) {
		slots *= 2
	}
	for window := uint32(objects/2 + 1); ; window += window/8 + 1 {
		var out strings.Builder
		out.WriteString(before)
		put := 0
		for node := uint32(3); put < objects && out.Len() < n-len(after); { // 3 is that of the first element
			if node*step%slots < window {
				out.WriteString(ofSeventeen)
				node += nodes
				put++
			} else {
				out.WriteString("0,")
				node++
			}
		}
		if put == objects {
			return out.String() + after
		}
	}
}

var hostileInputs = func() (list []hostileInput) {
	shape := func(name string, token func(n int) string) {
		list = append(list, hostileInput{name, atShape, jwt.ErrDecode, token, nil})
	}
	header := func(name string, class error, before, each, after string) {
		list = append(list, hostileInput{"header of " + name, atHeader, class, func(n int) string {
			return b64(fill(before, each, after, min(n*3/4, headerLimit))) + "." + b64(`{}`) + "." + b64(strings.Repeat("x", 32))
		}, nil})
	}
	payload := func(name string, class error, before, each, after string) {
		stage := atPayload
		if class == nil {
			stage = notStopped
		}
		list = append(list, hostileInput{"payload of " + name, stage, class, func(n int) string {
			return claimed(fill(before, each, after, n*3/4-60))
		}, nil})
	}

	shape("nothing but dots", func(n int) string { return strings.Repeat(".", n) })
	shape("no dot", func(n int) string { return strings.Repeat("A", n) })
	shape("one dot, at the end", func(n int) string { return strings.Repeat("A", n) + "." })
	shape("a fourth segment", func(n int) string { return "e30.e30.e30." + strings.Repeat("A", n) })
	shape("five segments", func(n int) string { return "e30.e30.e30.e30." + strings.Repeat("A", n) })
	shape("a header that is no base64url", func(n int) string { return strings.Repeat("A", min(n, headerLimit)) + "=.e30." })
	shape("a giant header", func(n int) string { return strings.Repeat("A", max(n, 2*headerLimit)) + ".e30." })
	shape("a header of line breaks", func(n int) string { return strings.Repeat("\n", min(n, headerLimit)) + ".e30." })

	header("no JSON", jwt.ErrDecode, "", "x", "")
	header("open arrays", jwt.ErrDecode, `{"alg":`, "[", "")
	header("open objects", jwt.ErrDecode, ``, `{"a":`, "")
	header("tiny arrays", jwt.ErrInvalidSignature, `{"alg":"HS256","x":[`, "[],", "]}")
	header("tiny objects, and not closed", jwt.ErrDecode, `{"alg":"HS256","x":[`, "{},", "]")
	header("distinct names", jwt.ErrInvalidSignature, `{"alg":"HS256",`, `"%d":0,`, "}")
	header("distinct names in escapes", jwt.ErrInvalidSignature, `{"alg":"HS256",`, `"\u0061%d":0,`, "}")
	header("a name twice, at the end", jwt.ErrDecode, `{"a":0,`, `"%d":0,`, `,"a":0}`)
	header("names that collide", jwt.ErrInvalidSignature, `{"alg":"HS256",`, colliding, "}")
	header("names that collide, by sixteen", jwt.ErrInvalidSignature, `{"alg":"HS256","x":[`, colliding16, "]}")
	header("names that are the same", jwt.ErrDecode, `{`, `"a":0,`, "}")
	header("huge numbers", jwt.ErrInvalidSignature, `{"alg":"HS256","x":[`, strings.Repeat("9", 256)+",", "]}")
	header("a number too long", jwt.ErrDecode, `{"alg":"HS256","x":`, "9", "}")
	header("huge exponents", jwt.ErrInvalidSignature, `{"alg":"HS256","x":[`, "1e"+strings.Repeat("9", 200)+",", "]}")
	header("escapes, in all that is kept", jwt.ErrInvalidSignature, `{"alg":"\u0048S256","typ":"\u0061","cty":"\u0061","kid":"`, `\u0061`, `"}`)
	header("a long kid", jwt.ErrInvalidSignature, `{"alg":"HS256","kid":"`, "k", `"}`)
	header("a long alg", jwt.ErrInvalidAlgorithm, `{"alg":"`, "a", `"}`)
	header("a long alg in escapes", jwt.ErrInvalidAlgorithm, `{"alg":"`, `\u00e9`, `"}`)
	header("many critical names", jwt.ErrInvalidToken, `{"alg":"HS256","crit":[`, `"b64",`, `]}`)
	header("a nested token", jwt.ErrDecode, `{"alg":"HS256","cty":"JWT","x":"`, `\u0061`, `"}`)

	sized := func(name string, class error, token func(n int) string) {
		list = append(list, hostileInput{name, atHeader, class, token, nil})
	}
	sized("a payload that nobody signed", jwt.ErrInvalidSignature, func(n int) string {
		return b64(`{"alg":"HS256"}`) + "." + strings.Repeat("A", n-60) + "." + b64(strings.Repeat("x", 32))
	})
	sized("a giant signature", jwt.ErrInvalidSignature, func(n int) string {
		return b64(`{"alg":"HS256"}`) + ".e30." + strings.Repeat("A", n/4*4-24)
	})
	sized("a signature that is no base64url", jwt.ErrDecode, func(n int) string {
		return b64(`{"alg":"HS256"}`) + ".e30." + strings.Repeat("A", n/4*4-24) + "=="
	})
	list = append(list, hostileInput{"a signed payload that is no base64url", atPayload, jwt.ErrDecode, func(n int) string {
		return forgeSegments(b64(`{"alg":"HS256"}`), strings.Repeat("A", n-80)+"\n")
	}, nil})

	for _, p := range []struct {
		name, before, each, after string
		class                     error
	}{
		{"open arrays", `{"a":`, "[", "", jwt.ErrDecode},
		{"open objects", ``, `{"a":`, "", jwt.ErrDecode},
		{"arrays nested in turn", `{"a":[`, strings.Repeat("[", 62) + strings.Repeat("]", 62) + ",", `]}`, nil},
		{"objects nested in turn", `{"a":[`, strings.Repeat(`{"":`, 62) + "0" + strings.Repeat("}", 62) + ",", `]}`, nil},
		{"tiny arrays", `{"a":[`, "[],", "]}", nil},
		{"tiny arrays, and not closed", `{"a":[`, "[],", "]", jwt.ErrDecode},
		{"tiny objects", `{"a":[`, "{},", "]}", nil},
		{"one digit each", `{"a":[`, "0,", "]}", nil},
		{"distinct names", `{`, `"%d":0,`, "}", nil},
		{"distinct names in escapes", `{`, `"\u0061%d":0,`, "}", nil},
		{"distinct names, and the first again", `{"a":0,`, `"%d":0,`, `,"a":0}`, jwt.ErrDecode},
		{"names that collide", `{`, colliding, "}", nil},
		{"names that collide, by sixteen", `{"a":[`, colliding16, "]}", nil},
		{"objects of seventeen names", `{"a":[`, ofSeventeen, "]}", nil},
		{"objects of seventeen names, and not closed", `{"a":[`, ofSeventeen, "]", jwt.ErrDecode},
		{"objects of seventeen names, evenly apart, and not closed", `{"a":[`, ofSeventeen + strings.Repeat("0,", 64-35), "]", jwt.ErrDecode},
		{"objects of seventeen names, evenly apart", `{"a":[`, ofSeventeen + strings.Repeat("0,", 64-35), "]}", nil},
		{"names that are the same", `{`, `"a":0,`, "}", jwt.ErrDecode},
		{"huge numbers", `{"a":[`, strings.Repeat("9", 256) + ",", "]}", nil},
		{"a number too long", `{"a":`, "9", "}", jwt.ErrDecode},
		{"fractions", `{"a":[`, "0." + strings.Repeat("1234567890", 25) + ",", "]}", nil},
		{"huge exponents", `{"a":[`, "1e" + strings.Repeat("9", 254) + ",", "]}", nil},
		{"floats that are hard to read", `{"a":[`, "2.2250738585072012e-308,", "]}", nil},
		{"a huge aud", `{"aud":[`, `"a",`, "]}", jwt.ErrInvalidAudience},
		{"a huge aud in escapes", `{"aud":[`, `"\u0061",`, "]}", jwt.ErrInvalidAudience},
		{"a huge aud of one", `{"aud":"`, `a`, `"}`, jwt.ErrInvalidAudience},
		{"a huge aud, its last a number", `{"aud":[`, `"a",`, ",0]}", jwt.ErrInvalidAudience},
		{"a huge iss", `{"iss":["`, `\u0061`, `"]}`, jwt.ErrInvalidIssuer},
		{"a date far away", `{"exp":1e` + strings.Repeat("9", 253) + `,"a":"`, `a`, `"}`, jwt.ErrDecode},
		{"a long string", `{"a":"`, "a", `"}`, nil},
		{"escapes", `{"a":"`, `\n`, `"}`, nil},
		{"long escapes", `{"a":"`, `\ud83d\ude00`, `"}`, nil},
		{"letters of four octets", `{"a":"`, "😀", `"}`, nil},
		{"empty strings", `{"a":[`, `"",`, `]}`, nil},
		{"strings that end in an octet that is no UTF-8", `{"a":["`, `a`, "\xff\"]}", jwt.ErrDecode},
		{"white space", ` `, " \t\r\n", `{}`, nil},
		{"white space, and nothing", ` `, " \t\r\n", ``, jwt.ErrDecode},
		{"something behind it", `{}`, " ", `x`, jwt.ErrDecode},
	} {
		payload(p.name, p.class, p.before, p.each, p.after)
	}
	aimed := func(name string, payload func(n int) string, opts ...jwt.DecodeOption) {
		list = append(list, hostileInput{"payload of " + name, notStopped, nil, func(n int) string { return claimed(payload(n*3/4 - 60)) }, opts})
	}
	aimed("objects in one window, by the golden ratio", func(n int) string { return lined(0x9e3779b1, n) })
	aimed("objects in one window, by their node", func(n int) string { return lined(1, n) })
	for _, names := range []string{colliding, `"\u00301234567%012d01234567":0,`} {
		aimed("names that collide with one that is required: "+names[:7], func(n int) string {
			return fill(`{`, names, `,"`+collided+`":0}`, n)
		}, jwt.WithRequired(collided))
	}
	return list
}()

func hostileDecoder(t testing.TB, opts ...jwt.DecodeOption) *jwt.Decoder {
	key, err := jwt.NewKey(secret)
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(key, jwt.HS256, append(opts, at(now))...)
	require.NoError(t, err)
	return decoder
}

// cost is what one call allocates when the pools are warm: a server that is
// under attack works from them. The collector would empty them, at times that
// nobody can foretell, so it rests meanwhile.
func cost(call func()) (octets, objects uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // a pool for each of them
	const runs = 5
	for range 3 {
		call()
	}
	octets, objects = math.MaxUint64, math.MaxUint64
	for range runs { // the least of them, as the runtime allocates now and then too
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		call()
		runtime.ReadMemStats(&after)
		octets = min(octets, after.TotalAlloc-before.TotalAlloc)
		objects = min(objects, after.Mallocs-before.Mallocs)
	}
	return octets, objects
}

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

// BenchmarkHostile times each hostile input at doubling sizes; see TestGrowth.
func BenchmarkHostile(b *testing.B) {
	for _, in := range hostileInputs {
		decoder := hostileDecoder(b, in.opts...)
		for _, n := range in.sizes() {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(in.name, " ", "_"), n), func(b *testing.B) {
				token := in.token(n)
				b.SetBytes(int64(len(token)))
				b.ReportAllocs()
				var into collidedField
				for b.Loop() {
					decoder.DecodeInto(token, &into)
				}
			})
		}
	}
}

// sizes double, up to what is read by default.
func (in hostileInput) sizes() (sizes []int) {
	least, most := 1<<10, 256<<10
	switch {
	case strings.Contains(in.name, "giant header"): // which starts where a header ends
		least = 4 * headerLimit
	case strings.Contains(in.name, "header"):
		least, most = 650, headerLimit*4/3
	}
	for n := least; n <= most; n *= 2 {
		sizes = append(sizes, n)
	}
	return sizes
}

// TestGrowth fits a power of the length to the time that each hostile input takes:
// its exponent is at most 1.1. Other work on the machine spoils it, so it runs only
// where JWT_GROWTH is set. scripts/growth counts statements instead, which nothing
// spoils.
func TestGrowth(t *testing.T) {
	if os.Getenv("JWT_GROWTH") == "" {
		t.Skip("a test of time, on a machine that does nothing else; JWT_GROWTH=1 runs it")
	}
	var into collidedField
	for _, in := range hostileInputs {
		t.Run(in.name, func(t *testing.T) {
			decoder := hostileDecoder(t, in.opts...)
			var lengths, times []float64
			for _, n := range in.sizes() {
				token := in.token(n - 100)
				if len(token) < n/2 { // not one whole member had room
					continue
				}
				lengths = append(lengths, float64(len(token)))
				times = append(times, leastTime(func() { decoder.DecodeInto(token, &into) }))
			}
			exponent := slope(lengths, times)
			assert.LessOrEqual(t, exponent, 1.1)
			t.Logf("exponent %.2f: %.0f characters in %.0f ns", exponent, lengths, times)
		})
	}
}

// TestOneHostileInput is one step of scripts/growth: JWT_HOSTILE is the place of an
// input in the list, or "list"; JWT_HOSTILE_SIZE its size, 0 for what is done
// without it.
func TestOneHostileInput(t *testing.T) {
	which := os.Getenv("JWT_HOSTILE")
	if which == "" {
		t.Skip("scripts/growth runs it")
	}
	if which == "list" {
		for i, in := range hostileInputs {
			fmt.Printf("%d\t%v\t%s\n", i, strings.Trim(fmt.Sprint(in.sizes()), "[]"), in.name)
		}
		return
	}
	i, err := strconv.Atoi(which)
	require.NoError(t, err)
	size, err := strconv.Atoi(os.Getenv("JWT_HOSTILE_SIZE"))
	require.NoError(t, err)
	decoder := hostileDecoder(t, hostileInputs[i].opts...)
	if size > 0 {
		token := hostileInputs[i].token(size - 100)
		fmt.Println("length", len(token))
		var into collidedField
		decoder.DecodeInto(token, &into)
	}
}

// leastTime is the least of several runs, in nanoseconds: all that disturbs makes
// it longer.
func leastTime(call func()) float64 {
	runtime.GC()
	least := math.Inf(1)
	for range 9 {
		runs := 0
		began := time.Now()
		for runs == 0 || time.Since(began) < 2*time.Millisecond {
			call()
			runs++
		}
		least = min(least, float64(time.Since(began))/float64(runs))
	}
	return least
}

// slope is that of the straight line through the logarithms, by least squares.
func slope(xs, ys []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range xs {
		x, y := math.Log(xs[i]), math.Log(ys[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	n := float64(len(xs))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
