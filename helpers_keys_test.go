package jwt_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// algorithms are all of them, in the order of RFC 7518 and its successors.
var algorithms = []jwt.Algorithm{
	jwt.HS256, jwt.HS384, jwt.HS512, jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512,
	jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519, jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87,
}

// hmacs are those whose key is a secret.
var hmacs = []jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512}

// hasMLDSA reports whether this Go release has crypto/mldsa.
func hasMLDSA() bool { return !strings.HasPrefix(runtime.Version(), "go1.26") }

// supported reports whether this Go release has the algorithm.
func supported(alg jwt.Algorithm) bool {
	return alg&(jwt.MLDSA44|jwt.MLDSA65|jwt.MLDSA87) == 0 || hasMLDSA()
}

// asymmetric are the algorithms that have a public key, as far as they are supported.
func asymmetric() (list []jwt.Algorithm) {
	for _, alg := range algorithms[3:] {
		if supported(alg) {
			list = append(list, alg)
		}
	}
	return list
}

// keyFor returns a key for an algorithm, the same each time: RSA keys are slow
// to make.
func keyFor(t testing.TB, alg jwt.Algorithm) *jwt.Key {
	t.Helper()
	keysMade.Lock()
	defer keysMade.Unlock()
	if keysMade.m[alg] == nil {
		var key *jwt.Key
		var err error
		if alg >= jwt.RS256 && alg <= jwt.PS512 {
			key, err = jwt.NewKey(rsaKey(), jwt.WithKeyAlgorithm(alg), jwt.WithKeyID(alg.String()))
		} else {
			key, err = jwt.GenerateKey(alg, jwt.WithKeyID(alg.String()))
		}
		require.NoError(t, err)
		keysMade.m[alg] = key
	}
	return keysMade.m[alg]
}

// keysMade are those that keyFor has made.
var keysMade = struct {
	sync.Mutex
	m map[jwt.Algorithm]*jwt.Key
}{m: map[jwt.Algorithm]*jwt.Key{}}

// rsaKey is one key for all tests that do not care which.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// rsaWeakKey is one of those of old systems.
func rsaWeakKey() (key *rsa.PrivateKey) {
	fips140.WithoutEnforcement(func() {
		var err error
		if key, err = rsa.GenerateKey(rand.Reader, 1024); err != nil {
			panic(err)
		}
	})
	return key
}

// odd is a number of that many bits that could be a modulus.
func odd(bits uint) *big.Int {
	return new(big.Int).SetBit(new(big.Int).SetBit(new(big.Int), int(bits)-1, 1), 0, 1)
}

// One key for each curve.
var (
	ecKeys = map[jwt.Algorithm]*ecdsa.PrivateKey{
		jwt.ES256: newECKey(elliptic.P256()), jwt.ES384: newECKey(elliptic.P384()), jwt.ES512: newECKey(elliptic.P521()),
	}
	edKey = ed25519.NewKeyFromSeed([]byte("thirty-two octets, to be the seed")[:32])
)

// newECKey makes another one.
func newECKey(curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// certificateFor carries the public half of a key, signed with it.
func certificateFor(t testing.TB, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return certificate
}

// privateFor is the key of the standard library that an algorithm is for.
func privateFor(t *testing.T, alg jwt.Algorithm) crypto.Signer {
	t.Helper()
	switch {
	case alg <= jwt.PS512:
		return rsaKey()
	case alg <= jwt.ES512:
		return ecKeys[alg]
	case alg <= jwt.Ed25519:
		return edKey
	}
	return mldsaSigner(t, alg)
}

// A kms is a key that is elsewhere: none of Go's own types.
type kms struct {
	key    crypto.Signer
	public any // what Public answers in place of the key's own
	ctx    context.Context
	err    error
	answer func(digest []byte, opts crypto.SignerOpts) []byte // in place of a signature

	asked   chan<- struct{} // told of each call,
	release <-chan struct{} // which then takes as long as this says
	publics atomic.Int32
}

func (k *kms) Public() crypto.PublicKey {
	k.publics.Add(1)
	if k.public != nil {
		return k.public
	}
	return k.key.Public()
}

func (k *kms) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.asked != nil {
		k.asked <- struct{}{}
		<-k.release
	}
	if k.ctx != nil && k.ctx.Err() != nil {
		return nil, fmt.Errorf("kms: signing: %w", k.ctx.Err())
	}
	if k.err != nil {
		return []byte("not to be looked at"), k.err
	}
	if k.answer != nil {
		return k.answer(digest, opts), nil
	}
	return k.key.Sign(random, digest, opts)
}

// mustKey makes a key of what is right.
func mustKey(tb testing.TB, material any, opts ...jwt.KeyOption) *jwt.Key {
	tb.Helper()
	key, err := jwt.NewKey(material, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// mustSet makes a set of keys that may be together.
func mustSet(t testing.TB, keys ...*jwt.Key) *jwt.KeySet {
	t.Helper()
	set, err := jwt.NewKeySet(keys...)
	require.NoError(t, err)
	return set
}

// secretNamed is a secret that only its name makes.
func secretNamed(t testing.TB, kid string) *jwt.Key {
	t.Helper()
	key, err := jwt.NewKey([]byte(fmt.Sprintf("%-20s is the name of this key", kid)), jwt.WithKeyID(kid))
	require.NoError(t, err)
	return key
}

// edNumber is a key that no other number gives, with an ID unless it is "".
func edNumber(t testing.TB, n int, id string, opts ...jwt.KeyOption) *jwt.Key {
	t.Helper()
	seed := fmt.Appendf(nil, "%032d", n)
	key, err := jwt.NewKey(ed25519.NewKeyFromSeed(seed), append(opts, jwt.WithKeyID(id))...)
	require.NoError(t, err)
	return key
}

// signed makes a token that names a key ID, whatever the key's own is.
func signed(t testing.TB, key *jwt.Key, kid string, opts ...jwt.EncodeOption) string {
	t.Helper()
	bare, err := jwt.NewKey(key, jwt.WithKeyID(""))
	require.NoError(t, err)
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, bare, append(opts, jwt.WithKeyID(kid))...)
	require.NoError(t, err)
	return token
}

// signingWays gives a key to everything that signs, and returns what came back.
func signingWays[K jwt.SigningKey](t *testing.T, key K) map[string]error {
	t.Helper()
	errs := map[string]error{}
	note := func(way string, result any, err error) {
		errs[way] = err
		if err != nil {
			assert.Empty(t, result, way)
		}
	}
	token, err := jwt.Encode(jwt.Claims{}, key)
	note("Encode", token, err)
	token, err = jwt.Sign([]byte("octets"), key)
	note("Sign", token, err)
	encoder, err := jwt.NewEncoder(key)
	note("NewEncoder", encoder, err)
	made, err := jwt.NewKey(key)
	note("NewKey", made, err)
	return errs
}

// verifyingWays is the same for everything that verifies. The tokens are good.
func verifyingWays[K jwt.VerificationKey](t *testing.T, key K, alg jwt.Algorithm, token, signed string) map[string]error {
	t.Helper()
	errs := map[string]error{}
	note := func(way string, result any, err error) {
		errs[way] = err
		if err != nil {
			assert.Empty(t, result, way)
		}
	}
	claims, err := jwt.Decode(token, key, alg)
	note("Decode", claims, err)
	claims, err = jwt.DecodeAs[jwt.Claims](token, key, alg)
	note("DecodeAs", claims, err)
	whole, err := jwt.DecodeComplete(token, key, alg)
	note("DecodeComplete", whole, err)
	octets, err := jwt.Verify(signed, key, alg)
	note("Verify", octets, err)
	decoder, err := jwt.NewDecoder(key, alg)
	note("NewDecoder", decoder, err)
	made, err := jwt.NewKey(key)
	note("NewKey", made, err)
	return errs
}

// assertAll wants the same class from every way, and the other errors matched too; or no error, where the class is nil.
func assertAll(t *testing.T, errs map[string]error, class error, also ...error) {
	t.Helper()
	for way, err := range errs {
		if class == nil {
			assert.NoError(t, err, way)
			continue
		}
		if assert.Error(t, err, way) {
			assertClass(t, err, class)
		}
		for _, target := range also {
			assert.ErrorIs(t, err, target, way)
		}
	}
}

// refusePrivate wants a key refused by everything that signs.
func refusePrivate[K jwt.SigningKey](t *testing.T, name string, key K, also ...error) {
	t.Run(name, func(t *testing.T) { assertAll(t, signingWays(t, key), jwt.ErrInvalidKey, also...) })
}

// refusePublic wants a key refused by everything that verifies.
func refusePublic[K jwt.VerificationKey](t *testing.T, name string, key K, alg jwt.Algorithm, also ...error) {
	t.Run(name, func(t *testing.T) { assertAll(t, verifyingWays(t, key, alg, "", ""), jwt.ErrInvalidKey, also...) })
}

// refuseFor wants a key that is good refused for an algorithm that it cannot serve.
func refuseFor[K jwt.VerificationKey](t *testing.T, name string, key K, alg jwt.Algorithm) {
	t.Run(name, func(t *testing.T) {
		errs := verifyingWays(t, key, alg, "", "")
		assert.NoError(t, errs["NewKey"])
		delete(errs, "NewKey")
		assertAll(t, errs, jwt.ErrInvalidKey)
	})
}

// weakly reports what AllowWeakKey makes of a key.
func weakly(key any) error {
	_, err := jwt.NewKey(key, jwt.AllowWeakKey())
	return err
}

// decodesAs wants one and the same class from everything that verifies with a set;
// nil where the token is good.
func decodesAs(t *testing.T, class error, token string, set *jwt.KeySet, alg jwt.Algorithm) {
	t.Helper()
	for way, err := range verifyingWays(t, set, alg, token, token) {
		switch {
		case way == "NewDecoder" && class == jwt.ErrInvalidKey:
			assertClass(t, err, class)
		case way == "NewDecoder":
			assert.NoError(t, err, "nothing is known before there is a token")
		case way == "NewKey":
			assertClass(t, err, jwt.ErrInvalidKey)
		case class == nil:
			assert.NoError(t, err, way)
		default:
			assertClass(t, err, class)
		}
	}
	if class == jwt.ErrInvalidKey {
		return
	}
	decoder, err := jwt.NewDecoder(set, alg)
	require.NoError(t, err)
	for range 2 { // the second time the header may be known
		claims, err := decoder.Decode(token)
		if class != nil {
			assert.Nil(t, claims)
			assertClass(t, err, class)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, "alice", claims.Subject())
	}
}

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

// membersOf reads a JWK, or any other object.
func membersOf(t testing.TB, jwk []byte) members {
	t.Helper()
	var m members
	require.NoError(t, json.Unmarshal(jwk, &m))
	return m
}

// privateNumbers are the bytes of a JWK that must not be seen.
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

// number writes a number as a JWK does.
func number(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

// octetsOf reads a member in base64url.
func octetsOf(t testing.TB, text any) []byte {
	t.Helper()
	octets, err := base64.RawURLEncoding.Strict().DecodeString(text.(string))
	require.NoError(t, err)
	return octets
}

// jsonNull is a member that is there, and null.
var jsonNull = json.RawMessage("null")

// pkcs8 writes a private key as openssl does by default.
func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return block("PRIVATE KEY", der)
}

// block is DER as PEM.
func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// pkixPEM writes a public key as openssl does.
func pkixPEM(t testing.TB, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return block("PUBLIC KEY", der)
}

// thumbprintOf is that of a key, whatever its form.
func thumbprintOf(t testing.TB, material any) string {
	t.Helper()
	key, err := jwt.NewKey(material)
	require.NoError(t, err)
	return key.Thumbprint()
}

// utf16Of encodes text, with a byte order mark or without.
func utf16Of(text []byte, order binary.AppendByteOrder, mark bool) []byte {
	units := utf16.Encode([]rune(string(text)))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var octets []byte
	for _, u := range units {
		octets = order.AppendUint16(octets, u)
	}
	return octets
}

// A fakeSource is an issuer that a test changes as it goes.
type fakeSource struct {
	mu     sync.Mutex
	keys   []*jwt.Key
	maxAge time.Duration
	err    error
	takes  time.Duration // how long an answer takes
	deaf   bool          // does not heed the context
	calls  int
	inside int // how many calls are under way
}

func (s *fakeSource) Fetch(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
	s.mu.Lock()
	s.calls++
	s.inside++
	takes, deaf := s.takes, s.deaf
	if s.inside > 1 {
		panic("two calls at a time")
	}
	s.mu.Unlock()
	if deaf {
		time.Sleep(takes)
	} else if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside--
	if ctx.Err() != nil && !deaf {
		return nil, 0, ctx.Err()
	}
	if s.err != nil {
		return nil, 0, s.err
	}
	set, err := jwt.NewKeySet(s.keys...)
	return set, s.maxAge, err
}

// change changes the source, for the calls that follow.
func (s *fakeSource) change(f func(s *fakeSource)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

// fetches returns how many calls there were since the last look.
func (s *fakeSource) fetches() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.calls
	s.calls = 0
	return n
}

func (s *fakeSource) goDown() { s.change(func(s *fakeSource) { s.err = errDown }) }

func (s *fakeSource) comeUp() {
	s.change(func(s *fakeSource) { s.err, s.takes, s.deaf = nil, 0, false })
}

// errDown is what a source says that is down.
var errDown = errors.New("the issuer is down")
