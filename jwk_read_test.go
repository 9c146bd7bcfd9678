package jwt_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A jwkCase changes a good JWK into one that is refused.
type jwkCase struct {
	name        string
	changes     members
	unsupported bool
}

// refuseJWKs wants each change refused, of a key alone and of a member of a set,
// whose other members serve on.
func refuseJWKs(t *testing.T, good members, cases []jwkCase) {
	t.Helper()
	_, err := jwt.ParseJWK(good.text(t, nil))
	require.NoError(t, err)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := good.text(t, c.changes)
			began := time.Now()
			key, err := jwt.ParseJWK(text)
			assert.Less(t, time.Since(began), time.Second)
			assert.Nil(t, key)
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Equal(t, c.unsupported, errors.Is(err, errors.ErrUnsupported), err)
			assertNoOctets(t, err.Error(), privateNumbers(good)...)

			set, err := jwt.ParseKeySet(slices.Concat([]byte(`{"keys":[`), text, []byte(","), jwkOf(t, edKey), []byte("]}")))
			require.NoError(t, err)
			require.Len(t, set.Skipped(), 1)
			assertClass(t, set.Skipped()[0], jwt.ErrInvalidKey)
			assert.Equal(t, c.unsupported, errors.Is(set.Skipped()[0], errors.ErrUnsupported))
			token, err := jwt.Encode(jwt.Claims{}, edKey)
			require.NoError(t, err)
			_, err = jwt.Decode(token, set, jwt.EdDSA)
			assert.NoError(t, err)
		})
	}
}

// notCanonical are changes of a member in base64url that make it another text; of one that
// may be absent, those that do not take it away.
func notCanonical(t *testing.T, good members, names ...string) (cases []jwkCase) {
	t.Helper()
	add := func(name, what string, value any) {
		cases = append(cases, jwkCase{name + " " + what, members{name: value}, false})
	}
	for _, name := range names {
		text := good[name].(string)
		octets := octetsOf(t, text)
		if slices.Contains([]string{"n", "e", "x", "y", "k", "pub"}, name) {
			add(name, "missing", nil)
			add(name, "null", jsonNull)
			add(name, "empty", "")
			add(name, "an empty array", []string{})
		}
		add(name, "a number", 1)
		add(name, "an array", []string{text})
		add(name, "padded too much", base64.URLEncoding.EncodeToString(octets)+"=")
		add(name, "padding alone", "====")
		add(name, "with a space", text+" ")
		add(name, "with a line break", text[:4]+"\n"+text[4:])
		add(name, "in another alphabet", "+/"+text[2:])
		add(name, "a character longer", text+"A")
		if len(text)%4 != 0 { // the last character has bits that say nothing
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			last := strings.IndexByte(alphabet, text[len(text)-1])
			add(name, "with bits left over", text[:len(text)-1]+string(alphabet[last+1]))
		}
	}
	return cases
}

// zeroFirst are bytes that are no number, with a zero in front.
func zeroFirst(t *testing.T, good members, names ...string) (cases []jwkCase) {
	t.Helper()
	for _, name := range names {
		octets := append([]byte{0}, octetsOf(t, good[name])...)
		cases = append(cases, jwkCase{name + " with a zero first", members{name: base64.RawURLEncoding.EncodeToString(octets)}, false})
	}
	return cases
}

// said are the members that all kinds of keys share, in ways that are malformed.
func said() (cases []jwkCase) {
	for name, values := range map[string][]any{
		"kty":     {nil, jsonNull, "", 1, []string{"RSA"}},
		"kid":     {1, true, []string{"k"}, members{}, strings.Repeat("k", 17<<10)},
		"alg":     {1, []string{"ES256"}},
		"use":     {1, []string{"sig"}},
		"key_ops": {1, members{}, []any{1}, []any{"verify", nil}, []any{[]string{"verify"}}},
	} {
		for _, value := range values {
			text, _ := json.Marshal(value)
			cases = append(cases, jwkCase{fmt.Sprintf("%s %.20s", name, text), members{name: value}, false})
		}
	}
	for name, values := range map[string][]string{
		"kty": {"rsa", "ec", "OCT", "EC ", "oct\x00", "okp", "RSA\u212a"},
		"alg": {"none", "hs256", "ES256K", "RSA-OAEP", "RSA-OAEP-256", "A128KW", "ECDH-ES", "dir", "Ed448", "PS256 ", "ML-DSA-44-ES256"},
	} {
		for _, value := range values {
			cases = append(cases, jwkCase{fmt.Sprintf("%s %q", name, value), members{name: value}, true})
		}
	}
	return cases
}

func TestParseJWKSecret(t *testing.T) {
	outsideFIPSOnly(t)
	good := members{"kty": "oct", "k": number(new(big.Int).SetBytes(secret))}
	cases := append(said(), notCanonical(t, good, "k")...)
	cases = slices.DeleteFunc(cases, func(c jwkCase) bool { return c.name == "k a character longer" })
	// What is tolerated in numbers is not in a secret, of which any byte counts.
	cases = append(cases, jwkCase{"k padded", members{"k": base64.URLEncoding.EncodeToString(secret)}, false})
	for name, octets := range map[string][]byte{
		"short": secret[:31], "zero": make([]byte, 64), "PEM": pkcs8(t, edKey), "a JWK": jwkOf(t, edKey),
		"SSH": []byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPqZ key@host"),
	} {
		cases = append(cases, jwkCase{name, members{"k": base64.RawURLEncoding.EncodeToString(octets)}, false})
	}
	cases = append(cases,
		jwkCase{"for RS256", members{"alg": "RS256"}, false},
		jwkCase{"too short for HS512", members{"alg": "HS512", "k": base64.RawURLEncoding.EncodeToString(secret[:63])}, false},
		jwkCase{"with a certificate", members{"x5c": []string{base64.StdEncoding.EncodeToString(certificateFor(t, edKey).Raw)}}, false},
	)
	refuseJWKs(t, good, cases)

	short := good.text(t, members{"k": base64.RawURLEncoding.EncodeToString(secret[:1])})
	key, err := jwt.ParseJWK(short, jwt.AllowWeakKey())
	require.NoError(t, err)
	again, err := key.MarshalPrivateJWK()
	require.NoError(t, err)
	assert.JSONEq(t, string(short), string(again))
}

func TestParseJWKRSA(t *testing.T) {
	outsideFIPSOnly(t)
	good := membersOf(t, jwkOf(t, rsaKey()))
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	another := membersOf(t, jwkOf(t, other))
	weak := membersOf(t, jwkOf(t, mustKey(t, rsaWeakKey(), jwt.AllowWeakKey())))
	huge := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 64<<10)))
	cases := append(said(), notCanonical(t, good, "n", "e", "d", "p", "q", "dp", "dq", "qi")...)
	with := func(from members, names ...string) members {
		changes := members{}
		for _, name := range names {
			changes[name] = from[name]
		}
		return changes
	}
	cases = append(cases,
		jwkCase{"n of another", with(another, "n"), false},
		jwkCase{"n and e of another", with(another, "n", "e"), false},
		jwkCase{"d of another", with(another, "d"), false},
		jwkCase{"p and q of another", with(another, "p", "q"), false},
		jwkCase{"all but n of another", with(another, "d", "p", "q", "dp", "dq", "qi"), false},
		jwkCase{"dp of another", with(another, "dp"), false},
		jwkCase{"dq of another", with(another, "dq"), false},
		jwkCase{"qi of another", with(another, "qi"), false},
		jwkCase{"p and q swapped", members{"p": good["q"], "q": good["p"]}, false},
		jwkCase{"dp and dq swapped", members{"dp": good["dq"], "dq": good["dp"]}, false},
		jwkCase{"d of another without primes", members{"d": another["d"], "p": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil}, false},
		jwkCase{"d is 1 without primes", members{"d": "AQ", "p": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil}, false},
		jwkCase{"d beyond n without primes", members{"d": number(new(big.Int).Add(rsaKey().D, rsaKey().N)), "p": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil}, false},
		jwkCase{"e is 3 without primes", members{"e": "Aw", "p": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil}, false},
		jwkCase{"qi is 1", members{"qi": "AQ"}, false},
		jwkCase{"dp, dq and qi are 1", members{"dp": "AQ", "dq": "AQ", "qi": "AQ"}, false},
		jwkCase{"primes without d", members{"d": nil}, false},
		jwkCase{"p without d", members{"d": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil}, false},
		jwkCase{"qi without d", members{"d": nil, "p": nil, "q": nil, "dp": nil, "dq": nil}, false},
		jwkCase{"p is 1", members{"p": "AQ", "q": good["n"]}, false},
		jwkCase{"q is 1", members{"p": good["n"], "q": "AQ"}, false},
		jwkCase{"p is 0", members{"p": "AA"}, false},
		jwkCase{"d is 0", members{"d": "AA"}, false},
		jwkCase{"d is 1", members{"d": "AQ"}, false},
		jwkCase{"d beyond n", members{"d": number(new(big.Int).Add(rsaKey().D, rsaKey().N))}, false},
		jwkCase{"dp beyond p", members{"dp": number(new(big.Int).Add(rsaKey().Precomputed.Dp, rsaKey().Primes[0]))}, false},
		jwkCase{"p of the wrong sum", members{"p": number(new(big.Int).Add(rsaKey().Primes[0], big.NewInt(2)))}, false},
		jwkCase{"three primes", members{"oth": []any{members{"r": "Aw", "d": "AQ", "t": "AQ"}}}, true},
		jwkCase{"e is 1", members{"e": "AQ"}, false},
		jwkCase{"e is 2", members{"e": "Ag"}, false},
		jwkCase{"e is 0", members{"e": "AA"}, false},
		jwkCase{"e is 3, of another key", members{"e": "Aw"}, false},
		jwkCase{"e is 2^31+1", members{"e": "gAAAAQ"}, false},
		jwkCase{"e is 2^64+1", members{"e": "AQAAAAAAAAAB"}, false},
		jwkCase{"e is 2^64+65537", members{"e": "AQAAAAAAAQAB"}, false}, // whose lower half is the key's own
		jwkCase{"n even", members{"n": number(new(big.Int).Sub(rsaKey().N, big.NewInt(1)))}, false},
		jwkCase{"n of 1024 bits", weak, false},
		jwkCase{"n of 16385 bits", members{"n": number(odd(16385))}, false},
		jwkCase{"n huge", members{"n": huge}, false},
		jwkCase{"e huge", members{"e": huge}, false},
		jwkCase{"d huge", members{"d": huge}, false},
		jwkCase{"p huge", members{"p": huge}, false},
		jwkCase{"q huge", members{"q": huge}, false},
		jwkCase{"p and q huge", members{"p": huge, "q": huge}, false},
		jwkCase{"everything huge", members{"n": huge, "d": huge, "p": huge, "q": huge, "dp": huge, "dq": huge, "qi": huge}, false},
		jwkCase{"dp, dq and qi huge", members{"dp": huge, "dq": huge, "qi": huge}, false},
		jwkCase{"for ES256", members{"alg": "ES256"}, false},
		jwkCase{"for HS256", members{"alg": "HS256"}, false},
		jwkCase{"for ML-DSA-44", members{"alg": "ML-DSA-44"}, !hasMLDSA()},
	)
	refuseJWKs(t, good, cases)
	public := good.public()
	refuseJWKs(t, public, append(notCanonical(t, public, "n", "e"),
		jwkCase{"e is 1", members{"e": "AQ"}, false},
		jwkCase{"e is 2^31+1", members{"e": "gAAAAQ"}, false},
		jwkCase{"e is 2^64+65537", members{"e": "AQAAAAAAAQAB"}, false},
		jwkCase{"n even", members{"n": number(new(big.Int).Sub(rsaKey().N, big.NewInt(1)))}, false},
		jwkCase{"n huge", members{"n": huge}, false},
		jwkCase{"e huge", members{"e": huge}, false},
		jwkCase{"of a secret", members{"kty": "oct"}, false},
	))

	key, err := jwt.ParseJWK(weak.text(t, nil), jwt.AllowWeakKey())
	require.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, key)
	assert.NoError(t, err)
	for _, e := range []string{"Aw", "f____w"} { // 3 and 2^31-1
		_, err = jwt.ParseJWK(public.text(t, members{"e": e}))
		assert.NoError(t, err)
	}
}

func TestParseJWKEC(t *testing.T) {
	for alg, private := range ecKeys {
		t.Run(alg.String(), func(t *testing.T) {
			good := membersOf(t, jwkOf(t, private))
			another := membersOf(t, jwkOf(t, newECKey(private.Curve)))
			octets := func(n *big.Int) string {
				return base64.RawURLEncoding.EncodeToString(n.FillBytes(make([]byte, (private.Params().BitSize+7)/8)))
			}
			x, y := octetsOf(t, good["x"]), octetsOf(t, good["y"])
			cases := append(said(), notCanonical(t, good, "x", "y", "d")...)
			cases = append(cases,
				jwkCase{"crv missing", members{"crv": nil}, false},
				jwkCase{"crv null", members{"crv": jsonNull}, false},
				jwkCase{"crv empty", members{"crv": ""}, false},
				jwkCase{"x a byte longer", members{"x": base64.RawURLEncoding.EncodeToString(append([]byte{1}, x...))}, false},
				jwkCase{"x of another beside d", members{"x": another["x"], "y": another["y"]}, false},
				jwkCase{"d of another", members{"d": another["d"]}, false},
				jwkCase{"off the curve", members{"x": another["x"]}, false},
				jwkCase{"x and y swapped", members{"x": good["y"], "y": good["x"]}, false},
				jwkCase{"the other y beside d", members{"y": octets(new(big.Int).Sub(private.Params().P, new(big.Int).SetBytes(octetsOf(t, good["y"]))))}, false},
				jwkCase{"infinity", members{"x": octets(new(big.Int)), "y": octets(new(big.Int)), "d": nil}, false},
				jwkCase{"x is p", members{"x": octets(private.Params().P)}, false},
				jwkCase{"x a short one", members{"x": base64.RawURLEncoding.EncodeToString(x[:len(x)-1])}, false},
				jwkCase{"d a short one", members{"d": base64.RawURLEncoding.EncodeToString(octetsOf(t, good["d"])[:len(x)-1])}, false},
				jwkCase{"a byte of x before y", members{"x": base64.RawURLEncoding.EncodeToString(x[:len(x)-1]), "y": base64.RawURLEncoding.EncodeToString(append(x[len(x)-1:], y...))}, false},
				jwkCase{"d is 0", members{"d": octets(new(big.Int))}, false},
				jwkCase{"d is the order", members{"d": octets(private.Params().N)}, false},
				jwkCase{"for RS256", members{"alg": "RS256"}, false},
				jwkCase{"for EdDSA", members{"alg": "EdDSA"}, false},
			)
			for _, name := range []string{"p-256", "P256", "P-224", "secp256k1", "X25519", "Ed25519", "Ed448", "brainpoolP256r1"} {
				cases = append(cases, jwkCase{"on " + name, members{"crv": name}, true})
			}
			for other, key := range ecKeys {
				if other != alg {
					cases = append(cases, jwkCase{"on another curve, " + key.Params().Name, members{"crv": key.Params().Name}, false},
						jwkCase{"for another algorithm, " + other.String(), members{"alg": other.String()}, false})
				}
			}
			refuseJWKs(t, good, cases)
			refuseJWKs(t, good.public(), notCanonical(t, good, "x", "y"))
		})
	}
}

// Coordinates with zeros in front have them in a JWK (RFC 7518, Section 6.2.1.2).
func TestJWKLeadingZeros(t *testing.T) {
	found := 0
	for range 20000 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		d, err := key.Bytes()
		require.NoError(t, err)
		point, err := key.PublicKey.Bytes()
		require.NoError(t, err)
		if d[0] != 0 && point[1] != 0 && point[33] != 0 {
			continue
		}
		jwk := membersOf(t, jwkOf(t, key))
		assert.Equal(t, d, octetsOf(t, jwk["d"]))
		assert.Equal(t, point[1:33], octetsOf(t, jwk["x"]))
		assert.Equal(t, point[33:], octetsOf(t, jwk["y"]))
		_, err = jwt.ParseJWK(jwk.text(t, nil))
		assert.NoError(t, err)
		if found++; found == 3 {
			return
		}
	}
	t.Fatal("no key had a leading zero, which some in each thousand have")
}

func TestParseJWKEd25519(t *testing.T) {
	good := membersOf(t, jwkOf(t, edKey))
	_, other, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	another := membersOf(t, jwkOf(t, other))
	cases := append(append(said(), notCanonical(t, good, "x", "d")...), zeroFirst(t, good, "x", "d")...)
	cases = append(cases,
		jwkCase{"crv missing", members{"crv": nil}, false},
		jwkCase{"crv empty", members{"crv": ""}, false},
		jwkCase{"x of another beside d", members{"x": another["x"]}, false},
		jwkCase{"d of another", members{"d": another["d"]}, false},
		jwkCase{"all 64 bytes as d", members{"d": base64.RawURLEncoding.EncodeToString(edKey)}, false},
		jwkCase{"short x", members{"x": base64.RawURLEncoding.EncodeToString(edKey[32:63]), "d": nil}, false},
		jwkCase{"a byte of d before x", members{"d": base64.RawURLEncoding.EncodeToString(edKey[:31]), "x": base64.RawURLEncoding.EncodeToString(edKey[31:])}, false},
		jwkCase{"small order", members{"x": base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "d": nil}, false},
		jwkCase{"for ES256", members{"alg": "ES256"}, false},
		jwkCase{"of the kind EC", members{"kty": "EC"}, true},
	)
	for _, name := range []string{"ed25519", "Ed448", "X25519", "X448", "P-256"} {
		cases = append(cases, jwkCase{"on " + name, members{"crv": name}, true})
	}
	refuseJWKs(t, good, cases)
	refuseJWKs(t, good.public(), notCanonical(t, good, "x"))
}

func TestParseJWKMLDSA(t *testing.T) {
	for _, alg := range []string{"HS256", "EdDSA", "ES256"} {
		_, err := jwt.ParseJWK(fmt.Appendf(nil, `{"kty":"AKP","alg":%q,"pub":"AAAA"}`, alg))
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.NotErrorIs(t, err, errors.ErrUnsupported)
	}
	if !hasMLDSA() {
		for _, alg := range []string{"ML-DSA-44", "ML-DSA-65", "ML-DSA-87"} {
			_, err := jwt.ParseJWK(fmt.Appendf(nil, `{"kty":"AKP","alg":%q,"pub":"AAAA"}`, alg))
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.ErrorIs(t, err, errors.ErrUnsupported)
		}
		return
	}
	for _, alg := range algorithms[14:] {
		t.Run(alg.String(), func(t *testing.T) {
			good := membersOf(t, jwkOf(t, mldsaSigner(t, alg)))
			another := membersOf(t, jwkOf(t, mldsaSigner(t, alg)))
			cases := append(append(said(), notCanonical(t, good, "pub", "priv")...), zeroFirst(t, good, "pub", "priv")...)
			cases = append(cases,
				jwkCase{"alg missing", members{"alg": nil}, false},
				jwkCase{"for EdDSA", members{"alg": "EdDSA"}, false},
				jwkCase{"pub of another beside priv", members{"pub": another["pub"]}, false},
				jwkCase{"priv of another", members{"priv": another["priv"]}, false},
				jwkCase{"short priv", members{"priv": another["priv"].(string)[:40]}, false},
				jwkCase{"priv as an EC key has it", members{"d": good["priv"], "priv": good["priv"].(string) + "AAAA"}, false},
			)
			for _, other := range algorithms[14:] {
				if other != alg {
					cases = append(cases, jwkCase{"for " + other.String(), members{"alg": other.String()}, false})
				}
			}
			refuseJWKs(t, good, cases)
			refuseJWKs(t, good.public(), notCanonical(t, good, "pub"))
			_, err := jwt.ParseJWK(good.text(t, members{"alg": nil}), jwt.WithKeyAlgorithm(alg))
			assertClass(t, err, jwt.ErrInvalidKey) // RFC 9964, Section 3 wants it there
		})
	}
}

// The JSON of a JWK is read as strictly as that of a token.
func TestParseJWKJSON(t *testing.T) {
	good := string(membersOf(t, jwkOf(t, edKey)).public().text(t, nil))
	inner := good[1 : len(good)-1]
	for name, text := range map[string]string{
		"nothing": "", "null": "null", "an array": "[" + good + "]", "a string": `"` + b64(good) + `"`, "two": good + good,
		"cut off": good[:len(good)-1], "BOM": "\ufeff" + good, "text after": good + "x", "comma": "{" + inner + ",}",
		"kty twice": "{" + inner + `,"kty":"OKP"}`, "x twice": `{"x":"AAAA",` + inner + "}", "x twice, escaped": `{"\u0078":"AAAA",` + inner + "}",
		"an unknown member twice": `{"a":{"b":1,"b":2},` + inner + "}",
		"kid not UTF-8":           `{"kid":"` + "\xff" + `",` + inner + "}", "kid a lone surrogate": `{"kid":"\ud800",` + inner + "}",
		"too deep":          `{"a":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + "," + inner + "}",
		"names in capitals": strings.ReplaceAll(good, `"kty"`, `"KTY"`), "empty": "{}", "a set": `{"keys":[` + good + "]}",
	} {
		t.Run(name, func(t *testing.T) {
			key, err := jwt.ParseJWK([]byte(text))
			assert.Nil(t, key)
			assertClass(t, err, jwt.ErrInvalidKey)
		})
	}
	for name, text := range map[string]string{
		"space": " \n" + good + "\t\r\n", "unknown members": `{"ext":true,"iat":1,"a":{"b":[null]},` + inner + "}",
		"escaped names": strings.ReplaceAll(good, `"x"`, `"\u0078"`), "empty kid": `{"kid":"",` + inner + "}",
	} {
		t.Run(name, func(t *testing.T) {
			key, err := jwt.ParseJWK([]byte(text))
			require.NoError(t, err)
			assert.Empty(t, key.ID())
		})
	}
}

// The bounds of a JWK are where they are said to be.
func TestParseJWKBounds(t *testing.T) {
	good := string(membersOf(t, jwkOf(t, edKey)).public().text(t, nil))
	_, err := jwt.ParseJWK([]byte(good + strings.Repeat(" ", 1<<20-len(good))))
	assert.NoError(t, err)
	_, err = jwt.ParseJWK([]byte(good + strings.Repeat(" ", 1<<20+1-len(good))))
	assertClass(t, err, jwt.ErrInvalidKey)
	const most = 4096
	for _, sign := range []string{",", "[", "{"} {
		with := func(n int) []byte { return []byte(`{"a":"` + strings.Repeat(sign, n) + `",` + good[1:]) }
		there := strings.Count(good, ",") + 1 + 1 // and the brace
		_, err = jwt.ParseJWK(with(most - there))
		assert.NoError(t, err, sign)
		_, err = jwt.ParseJWK(with(most - there + 1))
		assertClass(t, err, jwt.ErrInvalidKey)
	}
	const mostDER = 32 << 10
	padded := func(length int) string {
		create := func(padding int) []byte {
			template := &x509.Certificate{SerialNumber: big.NewInt(1), ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: make([]byte, padding)}}}
			der, err := x509.CreateCertificate(rand.Reader, template, template, edKey.Public(), edKey)
			require.NoError(t, err)
			return der
		}
		der := create(length - len(create(length-1000)) + length - 1000)
		require.Len(t, der, length)
		return base64.StdEncoding.EncodeToString(der)
	}
	other := membersOf(t, jwkOf(t, edNumber(t, 1, ""))).public()
	_, err = jwt.ParseJWK(other.text(t, members{"x5c": []string{padded(mostDER)}}))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.ParseJWK(other.text(t, members{"x5c": []string{padded(mostDER + 1)}})) // which is not read
	assert.NoError(t, err)
}

// What options say stands beside what the JWK says, and does not contradict it.
func TestParseJWKOptions(t *testing.T) {
	good := membersOf(t, jwkOf(t, ecKeys[jwt.ES256]))
	key, err := jwt.ParseJWK(good.text(t, members{"kid": "theirs"}), jwt.WithKeyID("ours"), jwt.WithKeyAlgorithm(jwt.ES256))
	require.NoError(t, err)
	assert.Equal(t, "ours", key.ID())
	assert.Equal(t, jwt.ES256, key.Algorithm())
	_, err = jwt.ParseJWK(good.text(t, members{"alg": "ES256"}), jwt.WithKeyAlgorithm(jwt.ES256))
	assert.NoError(t, err)
	ed := membersOf(t, jwkOf(t, edKey))
	_, err = jwt.ParseJWK(ed.text(t, members{"alg": "Ed25519"}), jwt.WithKeyAlgorithm(jwt.EdDSA))
	assertClass(t, err, jwt.ErrInvalidKey)
	assert.NotErrorIs(t, err, errors.ErrUnsupported)
}
