//go:build !race

// The race detector allocates on its own account, so these run without it.

package jwt_test

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

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
