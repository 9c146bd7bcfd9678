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
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// jwkOf writes a private key or a secret as a JWK.
func jwkOf(t testing.TB, material any) []byte {
	t.Helper()
	key, err := jwt.NewKey(material)
	require.NoError(t, err)
	jwk, err := key.MarshalPrivateJWK()
	require.NoError(t, err)
	return jwk
}

// members are those of a JWK. A nil takes one away.
type members map[string]any

func membersOf(t testing.TB, jwk []byte) members {
	t.Helper()
	var m members
	require.NoError(t, json.Unmarshal(jwk, &m))
	return m
}

// text writes the members, some of them changed.
func (m members) text(t testing.TB, changes members) []byte {
	t.Helper()
	m = maps.Clone(m)
	for name, value := range changes {
		if m[name] = value; value == nil {
			delete(m, name)
		}
	}
	jwk, err := json.Marshal(m)
	require.NoError(t, err)
	return jwk
}

// public leaves the private members out.
func (m members) public() members {
	m = maps.Clone(m)
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "priv"} {
		delete(m, name)
	}
	return m
}

func number(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

func octetsOf(t testing.TB, text any) []byte {
	t.Helper()
	octets, err := base64.RawURLEncoding.Strict().DecodeString(text.(string))
	require.NoError(t, err)
	return octets
}

// jsonNull is a member that is there, and null.
var jsonNull = json.RawMessage("null")

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

// privateNumbers are the octets of a JWK that must not be seen.
func privateNumbers(m members) (secrets [][]byte) {
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "priv"} {
		if text, ok := m[name].(string); ok {
			if octets, err := base64.RawURLEncoding.DecodeString(text); err == nil {
				secrets = append(secrets, octets)
			}
		}
	}
	return secrets
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

// zeroFirst are octets that are no number, with a zero in front.
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
	good := members{"kty": "oct", "k": number(new(big.Int).SetBytes(secret))}
	cases := append(said(), notCanonical(t, good, "k")...)
	cases = slices.DeleteFunc(cases, func(c jwkCase) bool { return c.name == "k a character longer" })
	// What is tolerated in numbers is not in a secret, of which any octet counts.
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
	good := membersOf(t, jwkOf(t, rsaKey()))
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	another := membersOf(t, jwkOf(t, other))
	weak := membersOf(t, jwkOf(t, rsaWeakKeyMade(t)))
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

func rsaWeakKeyMade(t *testing.T) *jwt.Key {
	t.Helper()
	key, err := jwt.NewKey(rsaWeakKey(), jwt.AllowWeakKey())
	require.NoError(t, err)
	return key
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
				jwkCase{"x an octet longer", members{"x": base64.RawURLEncoding.EncodeToString(append([]byte{1}, x...))}, false},
				jwkCase{"x of another beside d", members{"x": another["x"], "y": another["y"]}, false},
				jwkCase{"d of another", members{"d": another["d"]}, false},
				jwkCase{"off the curve", members{"x": another["x"]}, false},
				jwkCase{"x and y swapped", members{"x": good["y"], "y": good["x"]}, false},
				jwkCase{"the other y beside d", members{"y": octets(new(big.Int).Sub(private.Params().P, new(big.Int).SetBytes(octetsOf(t, good["y"]))))}, false},
				jwkCase{"infinity", members{"x": octets(new(big.Int)), "y": octets(new(big.Int)), "d": nil}, false},
				jwkCase{"x is p", members{"x": octets(private.Params().P)}, false},
				jwkCase{"x a short one", members{"x": base64.RawURLEncoding.EncodeToString(x[:len(x)-1])}, false},
				jwkCase{"d a short one", members{"d": base64.RawURLEncoding.EncodeToString(octetsOf(t, good["d"])[:len(x)-1])}, false},
				jwkCase{"an octet of x before y", members{"x": base64.RawURLEncoding.EncodeToString(x[:len(x)-1]), "y": base64.RawURLEncoding.EncodeToString(append(x[len(x)-1:], y...))}, false},
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
		jwkCase{"all 64 octets as d", members{"d": base64.RawURLEncoding.EncodeToString(edKey)}, false},
		jwkCase{"short x", members{"x": base64.RawURLEncoding.EncodeToString(edKey[32:63]), "d": nil}, false},
		jwkCase{"an octet of d before x", members{"d": base64.RawURLEncoding.EncodeToString(edKey[:31]), "x": base64.RawURLEncoding.EncodeToString(edKey[31:])}, false},
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

// "use", "key_ops" and "alg" are honoured, of a key alone and of one in a set.
func TestJWKUse(t *testing.T) {
	private := membersOf(t, jwkOf(t, ecKeys[jwt.ES256]))
	token, err := jwt.Encode(jwt.Claims{}, ecKeys[jwt.ES256], jwt.WithKeyID("k"))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		said            members
		signs, verifies bool
		publicVerifies  bool // the public half of the private key
		written         members
	}{
		"nothing":               {nil, true, true, true, nil},
		"use sig":               {members{"use": "sig"}, true, true, true, members{"use": "sig"}},
		"use jwt-svid":          {members{"use": "jwt-svid"}, true, true, true, members{"use": "jwt-svid"}},
		"use enc":               {members{"use": "enc"}, false, false, false, members{"use": "enc"}},
		"use x509-svid":         {members{"use": "x509-svid"}, false, false, false, members{"use": "x509-svid"}},
		"use of another name":   {members{"use": "SIG"}, false, false, false, members{"use": "SIG"}},
		"use empty":             {members{"use": ""}, true, true, true, members{}},
		"sign":                  {members{"key_ops": []any{"sign"}}, true, true, true, members{"key_ops": []any{"verify"}}},
		"verify":                {members{"key_ops": []any{"verify"}}, false, true, true, members{"key_ops": []any{"verify"}}},
		"both":                  {members{"key_ops": []any{"sign", "verify"}}, true, true, true, members{"key_ops": []any{"verify"}}},
		"both, twice":           {members{"key_ops": []any{"verify", "sign", "verify"}}, true, true, true, members{"key_ops": []any{"verify", "verify"}}},
		"and what we know not":  {members{"key_ops": []any{"proofread", "verify", "sign"}}, true, true, true, members{"key_ops": []any{"proofread", "verify"}}},
		"none":                  {members{"key_ops": []any{}}, true, true, true, members{}},
		"encrypt":               {members{"key_ops": []any{"encrypt", "deriveKey"}}, false, false, false, members{"key_ops": []any{"encrypt", "deriveKey"}}},
		"in capitals":           {members{"key_ops": []any{"SIGN", "VERIFY"}}, false, false, false, members{"key_ops": []any{"SIGN", "VERIFY"}}},
		"use enc and verify":    {members{"use": "enc", "key_ops": []any{"sign", "verify"}}, false, false, false, members{"use": "enc", "key_ops": []any{"verify"}}},
		"use sig and sign":      {members{"use": "sig", "key_ops": []any{"sign"}}, true, true, true, members{"use": "sig", "key_ops": []any{"verify"}}},
		"use sig, key_ops none": {members{"use": "sig", "key_ops": []any{}}, true, true, true, members{"use": "sig"}},
		"alg":                   {members{"alg": "ES256"}, true, true, true, members{"alg": "ES256"}},
	} {
		t.Run(name, func(t *testing.T) {
			said := members{"kid": "k"}
			maps.Copy(said, c.said)
			key, err := jwt.ParseJWK(private.text(t, said))
			require.NoError(t, err)
			verifies := func(want bool, key *jwt.Key) {
				t.Helper()
				decoder, err := jwt.NewDecoder(key, jwt.ES256|jwt.RS256)
				set, setErr := jwt.NewKeySet(key)
				require.NoError(t, setErr)
				_, setErr = jwt.Decode(token, set, jwt.ES256)
				if !want {
					assertClass(t, err, jwt.ErrInvalidKey)
					assertClass(t, setErr, jwt.ErrInvalidKey)
					_, setErr = jwt.Decode(token, mustSet(t, key, mustKey(t, newECKey(elliptic.P256()))), jwt.ES256)
					assertClass(t, setErr, jwt.ErrInvalidAlgorithm)
					return
				}
				require.NoError(t, err)
				assert.NoError(t, setErr)
				_, err = decoder.Decode(token)
				assert.NoError(t, err)
			}
			signs := func(want bool, key *jwt.Key) {
				t.Helper()
				_, err := jwt.Encode(jwt.Claims{}, key)
				if want {
					assert.NoError(t, err)
				} else {
					assertClass(t, err, jwt.ErrInvalidKey)
				}
				_, err = jwt.NewEncoder(key, jwt.WithAlgorithm(jwt.ES256))
				assert.Equal(t, want, err == nil)
			}
			verifies(c.verifies, key)
			signs(c.signs, key)
			verifies(c.publicVerifies, key.Public())
			signs(false, key.Public())
			// Neither a copy nor a binding takes away what the JWK says.
			bound, err := jwt.NewKey(key, jwt.WithKeyAlgorithm(jwt.ES256), jwt.WithKeyID("k"))
			require.NoError(t, err)
			verifies(c.verifies, bound)
			signs(c.signs, bound)
			assert.True(t, key.IsPrivate())

			// What is written is what was read, in both forms.
			whole, err := key.MarshalPrivateJWK()
			require.NoError(t, err)
			want := membersOf(t, private.text(t, said))
			if c.said["use"] == "" {
				delete(want, "use")
			}
			if ops, ok := c.said["key_ops"].([]any); ok && len(ops) == 0 {
				delete(want, "key_ops")
			}
			assert.Equal(t, want, membersOf(t, whole))
			public, err := key.MarshalJSON()
			require.NoError(t, err)
			want = private.public()
			want["kid"] = "k"
			maps.Copy(want, c.written)
			assert.Equal(t, want, membersOf(t, public))
			read, err := jwt.ParseJWK(public)
			require.NoError(t, err)
			verifies(c.publicVerifies, read)
			again, err := read.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, string(public), string(again))
		})
	}
	// A public key that says "sign" verifies, as many issuers publish it; and is written as one that does.
	key, err := jwt.ParseJWK(private.public().text(t, members{"key_ops": []any{"sign"}}))
	require.NoError(t, err)
	_, err = jwt.NewDecoder(key, jwt.ES256)
	assert.NoError(t, err)
	text, err := key.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, []any{"verify"}, membersOf(t, text)["key_ops"])
	// One operation by itself is a list of one.
	key, err = jwt.ParseJWK(private.text(t, members{"key_ops": "verify"}))
	require.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, key)
	assertClass(t, err, jwt.ErrInvalidKey)
	// A secret is private too.
	for op, signs := range map[string]bool{"sign": true, "verify": false} {
		key, err := jwt.ParseJWK(members{"kty": "oct", "k": b64(string(secret)), "key_ops": []string{op}}.text(t, nil))
		require.NoError(t, err)
		_, err = jwt.Encode(jwt.Claims{}, key)
		assert.Equal(t, signs, err == nil)
		_, err = jwt.NewDecoder(key, jwt.HS256)
		assert.NoError(t, err)
	}
}

// What is parsed and written again is the same JWK, in both forms.
func TestJWKIsTheSame(t *testing.T) {
	keys := map[string]members{"oct": membersOf(t, jwkOf(t, secret)), "RSA": membersOf(t, jwkOf(t, rsaKey())), "OKP": membersOf(t, jwkOf(t, edKey))}
	algs := map[string]string{"oct": "HS384", "RSA": "PS512", "OKP": "Ed25519"}
	certificates := map[string]string{
		"RSA": base64.StdEncoding.EncodeToString(certificateFor(t, rsaKey()).Raw),
		"OKP": base64.StdEncoding.EncodeToString(certificateFor(t, edKey).Raw),
	}
	for alg, key := range ecKeys {
		name := key.Params().Name
		keys[name], algs[name] = membersOf(t, jwkOf(t, key)), alg.String()
		certificates[name] = base64.StdEncoding.EncodeToString(certificateFor(t, key).Raw)
	}
	for _, alg := range algorithms[14:] {
		if supported(alg) {
			key := mldsaSigner(t, alg)
			keys[alg.String()], algs[alg.String()] = membersOf(t, jwkOf(t, key)), alg.String()
			certificates[alg.String()] = base64.StdEncoding.EncodeToString(certificateFor(t, key).Raw)
		}
	}
	for name, key := range keys {
		for what, said := range map[string]members{
			"bare": nil,
			"all": {"kid": "an \"ID\" \u2028 <&>", "use": "sig", "key_ops": []any{"verify"}, "alg": algs[name],
				"x5u": "https://example.com/c", "x5t": "AAAA", "x5t#S256": "BBBB"},
			"certificates": {"x5c": []any{certificates[name], certificates["OKP"]}},
		} {
			if what == "certificates" && name == "oct" {
				continue
			}
			t.Run(name+" "+what, func(t *testing.T) {
				text := key.text(t, said)
				made, err := jwt.ParseJWK(text)
				require.NoError(t, err)
				again, err := made.MarshalPrivateJWK()
				require.NoError(t, err)
				assert.Equal(t, membersOf(t, text), membersOf(t, again))
				set, err := jwt.ParseKeySet(slices.Concat([]byte(`{"keys":[`), text, []byte(`]}`)))
				require.NoError(t, err)
				require.Empty(t, set.Skipped())
				if name == "oct" {
					return
				}

				wanted := membersOf(t, members(membersOf(t, text)).public().text(t, nil))
				public, err := json.Marshal(made)
				require.NoError(t, err)
				assert.Equal(t, wanted, membersOf(t, public))
				read, err := jwt.ParseJWK(public)
				require.NoError(t, err)
				assert.False(t, read.IsPrivate())
				public, err = read.MarshalJSON()
				require.NoError(t, err)
				assert.Equal(t, wanted, membersOf(t, public))
				public, err = made.Public().MarshalJSON()
				require.NoError(t, err)
				assert.Equal(t, wanted, membersOf(t, public))
				_, err = read.MarshalPrivateJWK()
				assertClass(t, err, jwt.ErrInvalidKey)
			})
		}
	}
}

func TestMarshalJWKRefused(t *testing.T) {
	secretKey, err := jwt.NewKey(secret)
	require.NoError(t, err)
	public, err := jwt.NewKey(edKey.Public())
	require.NoError(t, err)
	opaque, err := jwt.NewKey(&kms{key: edKey})
	require.NoError(t, err)
	for name, use := range map[string]func() ([]byte, error){
		"secret":              secretKey.MarshalJSON,
		"secret in JSON":      func() ([]byte, error) { return json.Marshal(map[string]any{"key": secretKey}) },
		"zero value in JSON":  func() ([]byte, error) { return json.Marshal(struct{ Key jwt.Key }{}) },
		"secret, a value":     func() ([]byte, error) { return json.Marshal(struct{ Key jwt.Key }{*secretKey}) },
		"set of it, a value":  func() ([]byte, error) { return json.Marshal(struct{ Keys jwt.KeySet }{*mustSet(t, secretKey)}) },
		"zero in JSON":        func() ([]byte, error) { return json.Marshal(&jwt.Key{}) },
		"zero set in JSON":    func() ([]byte, error) { return json.Marshal(&jwt.KeySet{}) },
		"public, as private":  public.MarshalPrivateJWK,
		"signer, as private":  opaque.MarshalPrivateJWK,
		"zero":                new(jwt.Key).MarshalJSON,
		"zero, as private":    new(jwt.Key).MarshalPrivateJWK,
		"nil, as private":     (*jwt.Key)(nil).MarshalPrivateJWK,
		"zero set":            new(jwt.KeySet).MarshalJSON,
		"set of a secret":     mustSet(t, public, secretKey).MarshalJSON,
		"set of it in a JSON": func() ([]byte, error) { return json.Marshal([]any{mustSet(t, secretKey)}) },
	} {
		t.Run(name, func(t *testing.T) {
			text, err := use()
			assert.Nil(t, text)
			assertClass(t, err, jwt.ErrInvalidKey)
			assertNoOctets(t, err.Error(), secret)
		})
	}
	for _, value := range []any{(*jwt.Key)(nil), (*jwt.KeySet)(nil)} {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		assert.Equal(t, "null", string(text))
	}
	for _, key := range []*jwt.Key{nil, {}} {
		assert.Empty(t, key.ID())
		assert.Empty(t, key.Thumbprint())
		assert.Zero(t, key.Algorithm())
		assert.False(t, key.IsPrivate())
		assert.Nil(t, key.Public())
		assert.Nil(t, key.CryptoPublic())
	}
	assert.Empty(t, secretKey.Thumbprint())
}

func mustSet(t testing.TB, keys ...*jwt.Key) *jwt.KeySet {
	t.Helper()
	set, err := jwt.NewKeySet(keys...)
	require.NoError(t, err)
	return set
}

// The first certificate carries the key, or the JWK is refused (RFC 7517, Section 4.7).
func TestJWKCertificates(t *testing.T) {
	der, otherDER := certificateFor(t, edKey).Raw, certificateFor(t, ecKeys[jwt.ES256]).Raw
	own, other := base64.StdEncoding.EncodeToString(der), base64.StdEncoding.EncodeToString(otherDER)
	good := membersOf(t, jwkOf(t, edKey)).public()
	refuseJWKs(t, good, []jwkCase{
		{"of another key", members{"x5c": []string{other}}, false},
		{"of another key first", members{"x5c": []string{other, own}}, false},
		{"of another key, and something else", members{"x5c": []any{other, 1}}, false},
		{"of another key, by itself", members{"x5c": other}, false},
		{"of another key, with a line break", members{"x5c": []string{other[:64] + "\n" + other[64:]}}, false},
	})
	for _, list := range [][]string{{own}, {own, other}, {own, own}, {own, "AAAA"}, {own, "*"}, {own[:64] + "\n" + own[64:]}} {
		key, err := jwt.ParseJWK(good.text(t, members{"x5c": list}))
		require.NoError(t, err)
		assert.False(t, key.IsPrivate())
		text, err := key.MarshalJSON()
		require.NoError(t, err)
		assert.Contains(t, string(text), `"x5c":`)
	}
	// What cannot be read says nothing, and is not written again.
	for name, x5c := range map[string]any{
		"in base64url": []string{strings.NewReplacer("+", "-", "/", "_").Replace(own)}, "null": jsonNull, "a number": 1, "none": []string{},
		"empty": []string{""}, "a number in it": []any{1, other}, "with another at its end": []string{base64.StdEncoding.EncodeToString(slices.Concat(der, otherDER))},
		"in PEM": []string{"-----BEGIN CERTIFICATE-----\n" + own + "\n-----END CERTIFICATE-----"}, "a key": []string{base64.StdEncoding.EncodeToString(mustDER(t, edKey))},
		"cut off": []string{base64.StdEncoding.EncodeToString(der[:80])},
	} {
		key, err := jwt.ParseJWK(good.text(t, members{"x5c": x5c, "x5t": 1, "x5t#S256": []string{}, "x5u": jsonNull}))
		require.NoError(t, err, name)
		text, err := key.MarshalJSON()
		require.NoError(t, err)
		assert.NotContains(t, string(text), `"x5`, name)
	}
	_, err := jwt.ParseJWK(membersOf(t, jwkOf(t, edKey)).text(t, members{"x5c": []string{own}}))
	assert.NoError(t, err)
}

// Thumbprints are those of RFC 7638, Section 3.1 and RFC 8037, Appendix A.3, the
// same for both halves and whatever stands beside the key.
func TestThumbprint(t *testing.T) {
	const rsaN = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs" +
		"tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbO" +
		"pbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
	for want, text := range map[string]string{
		"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs": `{"kty":"RSA","n":"` + rsaN + `","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`,
		"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k": `{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`,
	} {
		key, err := jwt.ParseJWK([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, want, key.Thumbprint())
		assert.Equal(t, want, key.Public().Thumbprint())
		other, err := jwt.NewKey(key, jwt.WithKeyID("other"))
		require.NoError(t, err)
		assert.Equal(t, want, other.Thumbprint())
	}
}
