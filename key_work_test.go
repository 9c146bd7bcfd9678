//go:build !race

package jwt_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What reading a key costs: no 32 KB of JWK, JWK Set, PEM or DER more than 50 ms, and nothing
// that is refused more than 4 times its size of memory, and a megabyte.

// An oddKey is text that is slow to read for those who compute before they look.
type oddKey struct {
	name string
	read func(text []byte) error
	text []byte
}

func readJWK(text []byte) error    { _, err := jwt.ParseJWK(text); return err }
func readPEM(text []byte) error    { _, err := jwt.ParsePEM(text); return err }
func readKeySet(text []byte) error { _, err := jwt.ParseKeySet(text); return err }

// rsaKey8192 is a key of the most bits that sign. Its primes were looked for once, which takes
// many seconds: they are the first from two round numbers on.
var rsaKey8192 = sync.OnceValue(func() *rsa.PrivateKey {
	p := new(big.Int).Add(new(big.Int).SetBit(odd(4096), 4094, 1), big.NewInt(2*1694))
	q := new(big.Int).Add(new(big.Int).SetBit(new(big.Int).SetBit(odd(4096), 4094, 1), 4093, 1), big.NewInt(2*67))
	return rsaOf(p, q)
})

func rsaOf(p, q *big.Int) *rsa.PrivateKey {
	one := big.NewInt(1)
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	return &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), order),
		Primes:    []*big.Int{p, q},
	}
}

// pkcs1Numbers writes an RSA private key of any numbers.
func pkcs1Numbers(numbers ...*big.Int) []byte {
	list := append([]*big.Int{new(big.Int)}, numbers...)
	der, err := asn1.Marshal(list)
	if err != nil {
		panic(err)
	}
	return der
}

// oddKeys are about size bytes each.
func oddKeys(t testing.TB, size int) (all []oddKey) {
	add := func(name string, read func([]byte) error, text string) {
		all = append(all, oddKey{name, read, []byte(text)})
	}
	one, e := big.NewInt(1), big.NewInt(65537)
	jwkOfNumbers := func(n, d, p, q, dp, dq, qi *big.Int) string {
		m := members{"kty": "RSA", "n": number(n), "e": "AQAB", "d": number(d)}
		for name, value := range map[string]*big.Int{"p": p, "q": q, "dp": dp, "dq": dq, "qi": qi} {
			if value != nil {
				m[name] = number(value)
			}
		}
		return string(m.text(t, nil))
	}
	set := func(member string) string {
		return `{"keys":[` + strings.Repeat(member+",", max(0, size/(len(member)+1)-1)) + member + `]}`
	}
	for _, bits := range []uint{8192, 16384} {
		n, p, q := odd(bits), odd(bits/2+1), odd(bits/2)
		product := new(big.Int).Mul(p, q)
		name := map[uint]string{8192: "8192 bits", 16384: "16384 bits"}[bits]
		add("JWK Set, dp = dq = qi = 1, "+name, readKeySet, set(jwkOfNumbers(product, new(big.Int).Sub(product, one), p, q, one, one, one)))
		add("JWK Set, d without primes, "+name, readKeySet, set(jwkOfNumbers(n, new(big.Int).Sub(n, big.NewInt(2)), nil, nil, nil, nil, nil)))
		add("JWK Set, one prime twice, "+name, readKeySet, set(jwkOfNumbers(new(big.Int).Mul(q, q), new(big.Int).Sub(q, one), q, q, nil, nil, nil)))
		add("JWK Set, public, "+name, readKeySet, set(string(members{"kty": "RSA", "n": number(n), "e": "f____w"}.text(t, nil))))
	}
	great := rsaKey8192()
	add("JWK Set, good keys of 8192 bits", readKeySet, set(jwkOfNumbers(great.N, great.D, great.Primes[0], great.Primes[1], nil, nil, nil)))
	add("JWK Set, good keys of 8192 bits without primes", readKeySet, set(jwkOfNumbers(great.N, great.D, nil, nil, nil, nil, nil)))
	add("JWK Set, good keys on P-521", readKeySet, set(string(jwkOf(t, newECKey(elliptic.P521())))))
	add("JWK Set, good keys on P-256", readKeySet, set(string(jwkOf(t, newECKey(elliptic.P256())))))
	add("JWK Set, good Ed25519 keys", readKeySet, set(string(jwkOf(t, edKey))))
	add("JWK Set of certificates", readKeySet, set(string(membersOf(t, jwkOf(t, edKey)).public().text(t, members{"x5c": []string{base64.StdEncoding.EncodeToString(certificateFor(t, edKey).Raw)}}))))
	add("JWK Set of nothings", readKeySet, set(`{}`))
	add("JWK Set, a name many times", readKeySet, `{`+strings.Repeat(`"keys":[],`, size/10)+`"keys":[]}`)
	add("JWK Set in depth", readKeySet, set(strings.Repeat("[", size/2)+strings.Repeat("]", size/2)))
	add("JWK Set, a member of many values", readKeySet, set(`{"kty":[`+strings.Repeat("0,", size/2)+`0]}`))
	add("JWK Set, cut off", readKeySet, `{"keys":[`+strings.Repeat("{},", size/3))
	add("JWK of many values", readJWK, `{"kty":"oct","k":[`+strings.Repeat("0,", size/2)+`0]}`)
	add("JWK of many members", readJWK, `{`+strings.Repeat(`"":0,`, size/5)+`"":0}`)
	add("JWK in depth", readJWK, `{"kty":`+strings.Repeat("[", size))
	long := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, size*3/4))
	add("JWK, n of many bits", readJWK, `{"kty":"RSA","e":"AQAB","n":"`+long+`"}`)
	add("JWK, d of many bits", readJWK, `{"kty":"RSA","e":"AQAB","n":"`+number(odd(8192))+`","d":"`+long+`"}`)
	add("JWK, e of many bits", readJWK, `{"kty":"RSA","n":"AQAB","e":"`+long+`"}`)

	huge := new(big.Int).SetBytes(bytes.Repeat([]byte{0xff}, size*5/16))
	third := new(big.Int).SetBytes(bytes.Repeat([]byte{0xff}, size/12))
	for name, der := range map[string][]byte{
		"n of many bits":          pkcs1Numbers(huge, e, huge, one, one, one, one, one),
		"primes of many bits":     pkcs1Numbers(odd(4096), e, one, huge, huge, one, one, one),
		"everything of many bits": pkcs1Numbers(third, e, third, third, third, third, third, third),
		"e of many bits":          pkcs1Numbers(odd(4096), huge, one, odd(2048), odd(2048), one, one, one),
		"dp = dq = qi = 1":        pkcs1Numbers(new(big.Int).Mul(odd(4096), odd(4097)), e, odd(8000), odd(4097), odd(4096), one, one, one),
		"a good key of 8192 bits": pkcs1Numbers(great.N, e, great.D, great.Primes[0], great.Primes[1], one, one, one),
	} {
		add("PKCS #1, "+name, readPEM, string(block("RSA PRIVATE KEY", der)))
		inner, err := asn1.Marshal(struct {
			Version   int
			Algorithm struct {
				OID  asn1.ObjectIdentifier
				Null asn1.RawValue
			}
			Key []byte
		}{0, struct {
			OID  asn1.ObjectIdentifier
			Null asn1.RawValue
		}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, asn1.NullRawValue}, der})
		require.NoError(t, err)
		add("PKCS #8, "+name, readPEM, string(block("PRIVATE KEY", inner)))
	}
	many, err := asn1.Marshal(struct {
		Version                   int
		N, E, D, P, Q, Dp, Dq, Qi *big.Int
		More                      []struct{ R, D, T *big.Int }
	}{1, huge, e, one, odd(2048), odd(2048), one, one, one, make1(size / 30)})
	require.NoError(t, err)
	add("PKCS #1, many primes", readPEM, string(block("RSA PRIVATE KEY", many)))
	add("PKCS #1, public, of many bits", readPEM, string(block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: huge, E: 3}))))
	add("PEM of many blocks", readPEM, strings.Repeat("-----BEGIN A-----\n", size/18))
	add("PEM without ends", readPEM, strings.Repeat("-----BEGIN A", size/12))
	add("PEM of many ends", readPEM, "-----BEGIN A-----\n"+strings.Repeat("-----END ", size/9))
	add("PEM of many lines", readPEM, strings.Repeat("\n ", size/2))
	add("base64 of much", readPEM, strings.Repeat("LS0t", size/4))
	add("DER in depth", readPEM, string(block("PUBLIC KEY", bytes.Repeat([]byte{0x30, 0x80}, size/3))))
	add("DER of many elements", readPEM, string(block("PUBLIC KEY", append([]byte{0x30, 0x82, byte(size * 5 / 8 >> 8), byte(size * 5 / 8)}, bytes.Repeat([]byte{5, 0}, size*5/16)...))))
	add("PEM of many headers", readPEM, "-----BEGIN PUBLIC KEY-----\n"+headers(size/8)+"\nAAAA\n-----END PUBLIC KEY-----\n")
	// An object identifier of a byte each becomes an int each.
	object := asn1.RawValue{Tag: asn1.TagOID, Bytes: append([]byte{0x2a}, bytes.Repeat([]byte{1}, size*11/16)...)}
	algorithm := []asn1.RawValue{object}
	for label, key := range map[string]any{
		"PRIVATE KEY": struct {
			Version   int
			Algorithm []asn1.RawValue
			Key       []byte
		}{0, algorithm, []byte{1}},
		"PUBLIC KEY": struct {
			Algorithm []asn1.RawValue
			Key       asn1.BitString
		}{algorithm, asn1.BitString{Bytes: []byte{1}, BitLength: 8}},
	} {
		der, err := asn1.Marshal(key)
		require.NoError(t, err)
		add("an object identifier of much, "+label, readPEM, string(block(label, der)))
	}
	template := &x509.Certificate{SerialNumber: one}
	for i := range size / 18 {
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 1 << 14, i}})
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, edKey.Public(), edKey)
	require.NoError(t, err)
	add("a certificate of much", readPEM, string(block("CERTIFICATE", der)))
	other := membersOf(t, jwkOf(t, edNumber(t, 1, ""))).public()
	add("JWK with a certificate of much", readJWK, string(other.text(t, members{"x5c": []string{base64.StdEncoding.EncodeToString(der)}})))
	return all
}

func headers(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "%06x:\n", i)
	}
	return text.String()
}

func make1(n int) []struct{ R, D, T *big.Int } {
	list := make([]struct{ R, D, T *big.Int }, n)
	for i := range list {
		list[i].R, list[i].D, list[i].T = big.NewInt(int64(3+2*i)), big.NewInt(1), big.NewInt(1)
	}
	return list
}

// The bound on time is twenty times what is promised, and one of five readings has to keep
// it, since a busy machine is slow; BenchmarkKeyWork tells how long it takes.
func TestKeyWork(t *testing.T) {
	for _, odd := range oddKeys(t, 32<<10) {
		t.Run(odd.name, func(t *testing.T) {
			assert.Less(t, len(odd.text), 48<<10)
			took := time.Hour
			for try := 0; try < 5 && took >= time.Second; try++ {
				began := time.Now()
				err := odd.read(odd.text)
				took = time.Since(began)
				if err != nil {
					assertClass(t, err, jwt.ErrInvalidKey)
				}
			}
			assert.Less(t, took, time.Second)
		})
	}
}

// What is refused takes little memory, however long it is.
func TestKeyMemory(t *testing.T) {
	for _, size := range []int{32 << 10, 600 << 10} {
		odds := append(oddKeys(t, size),
			oddKey{"JWK Set of a million", readKeySet, []byte(`{"keys":[` + strings.Repeat("{},", 1e6) + `{}]}`)},
			oddKey{"JWK of a million values", readJWK, []byte(`{"kty":[` + strings.Repeat("0,", 1e6) + `0]}`)},
			oddKey{"PEM of a million", readPEM, []byte(strings.Repeat("-----BEGIN A-----\n-----END A-----\n", 1e5))},
		)
		for _, odd := range odds {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := odd.read(odd.text)
			runtime.ReadMemStats(&after)
			if err == nil {
				continue
			}
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4*len(odd.text)+1<<20), "%s, %d", odd.name, size)
		}
	}
}

func TestParseKeySetBounds(t *testing.T) {
	key := string(membersOf(t, jwkOf(t, edNumber(t, 1, "k"))).public().text(t, members{"kid": "k"}))
	many := func(n int) string { return `{"keys":[` + key + strings.Repeat(",{}", n-1) + `]}` }
	set, err := jwt.ParseKeySet([]byte(many(1000)))
	require.NoError(t, err)
	assert.Len(t, set.Skipped(), 999)
	_, err = jwt.Decode(signed(t, edNumber(t, 1, ""), "k"), set, jwt.EdDSA)
	assert.NoError(t, err)
	_, err = jwt.ParseKeySet([]byte(many(1001)))
	assertClass(t, err, jwt.ErrInvalidKey)
	assert.ErrorContains(t, err, "1000")
	_, err = jwt.ParseKeySet([]byte(many(1) + strings.Repeat(" ", 1<<20-len(many(1)))))
	assert.NoError(t, err)
	_, err = jwt.ParseKeySet([]byte(many(1) + strings.Repeat(" ", 1<<20-len(many(1))+1)))
	assertClass(t, err, jwt.ErrInvalidKey)
	assert.ErrorContains(t, err, "1 MiB")
}

// A private key of more than 8192 bits is refused wherever it comes from, and one of so many
// taken.
func TestGreatRSAKeys(t *testing.T) {
	outsideFIPSOnly(t)
	great := rsaKey8192()
	for name, read := range map[string]func() (*jwt.Key, error){
		"JWK": func() (*jwt.Key, error) {
			return jwt.ParseJWK(members{"kty": "RSA", "n": number(great.N), "e": "AQAB", "d": number(great.D)}.text(t, nil))
		},
		"PKCS #1": func() (*jwt.Key, error) {
			return jwt.ParsePEM(block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(great)))
		},
		"PKCS #8": func() (*jwt.Key, error) { return jwt.ParsePEM(pkcs8(t, great)) },
		"raw":     func() (*jwt.Key, error) { return jwt.NewKey(rsaOf(great.Primes[0], great.Primes[1])) },
	} {
		key, err := read()
		require.NoError(t, err, name)
		assert.True(t, key.IsPrivate())
		assert.Equal(t, thumbprintOf(t, &great.PublicKey), key.Thumbprint())
	}
	p, q := odd(4097), odd(4096)
	greater := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: odd(8193), E: 3}, D: big.NewInt(3), Primes: []*big.Int{p, q}}
	for name, err := range map[string]error{
		"JWK":     readJWK(members{"kty": "RSA", "n": number(odd(8193)), "e": "AQAB", "d": "AQAB"}.text(t, nil)),
		"PKCS #1": readPEM(block("RSA PRIVATE KEY", pkcs1Numbers(odd(8193), big.NewInt(3), big.NewInt(3), p, q, p, q, p))),
		"raw":     func() error { _, err := jwt.NewKey(greater); return err }(),
		"Encode":  func() error { _, err := jwt.Encode(jwt.Claims{}, greater); return err }(),
	} {
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.ErrorContains(t, err, "8192", name)
	}
	_, err := jwt.NewKey(&rsa.PublicKey{N: odd(16384), E: 65537})
	assert.NoError(t, err, "public keys may be greater")
}

// The primes of a private key are found from its exponents, whichever multiple of which order
// the private one was made by.
func TestRSAPrimesAreFound(t *testing.T) {
	outsideFIPSOnly(t)
	one := big.NewInt(1)
	for i := range 20 {
		bits := 1024
		if i%5 == 0 {
			bits = 2048
		}
		made, err := rsa.GenerateKey(rand.Reader, bits)
		require.NoError(t, err)
		p, q := made.Primes[0], made.Primes[1]
		p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
		phi := new(big.Int).Mul(p1, q1)
		common := new(big.Int).GCD(nil, nil, p1, q1)
		lambda := new(big.Int).Div(phi, common)
		for name, order := range map[string]*big.Int{"phi": phi, "lambda": lambda} {
			for _, e := range []int64{3, 17, 65537, 1<<31 - 1} {
				d := new(big.Int).ModInverse(big.NewInt(e), order)
				if d == nil { // e divides the order
					continue
				}
				for ; d.Cmp(made.N) < 0; d.Add(d, order) {
					jwk := members{"kty": "RSA", "n": number(made.N), "e": number(big.NewInt(e)), "d": number(d)}
					key, err := jwt.ParseJWK(jwk.text(t, nil), jwt.AllowWeakKey())
					if d.BitLen() <= bits/2 {
						assertClass(t, err, jwt.ErrInvalidKey) // crypto/rsa takes none so small
						continue
					}
					require.NoError(t, err, "%s, e %d", name, e)
					text, err := key.MarshalPrivateJWK()
					require.NoError(t, err)
					var written struct{ P, Q, DP, DQ, QI string }
					require.NoError(t, json.Unmarshal(text, &written))
					assert.ElementsMatch(t, []string{number(p), number(q)}, []string{written.P, written.Q})
					if new(big.Int).Add(d, order).Cmp(made.N) >= 0 && e == 65537 && name == "phi" {
						token, err := jwt.Encode(jwt.Claims{}, key)
						require.NoError(t, err)
						_, err = jwt.Decode(token, key.Public(), jwt.RS256)
						assert.NoError(t, err)
					}
				}
			}
		}
	}
}

func BenchmarkKeyWork(b *testing.B) {
	for _, odd := range oddKeys(b, 32<<10) {
		b.Run(strings.ReplaceAll(odd.name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				odd.read(odd.text)
			}
		})
	}
}
