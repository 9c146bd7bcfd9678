//lint:file-ignore SA1019 keys are taken apart and spoiled here, deprecated fields and all

package jwt_test

import (
	"crypto"
	"crypto/dsa"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

var (
	ecKeys = map[jwt.Algorithm]*ecdsa.PrivateKey{
		jwt.ES256: newECKey(elliptic.P256()), jwt.ES384: newECKey(elliptic.P384()), jwt.ES512: newECKey(elliptic.P521()),
	}
	edKey = ed25519.NewKeyFromSeed([]byte("thirty-two octets, to be the seed")[:32])
)

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

func refusePrivate[K jwt.SigningKey](t *testing.T, name string, key K, also ...error) {
	t.Run(name, func(t *testing.T) { assertAll(t, signingWays(t, key), jwt.ErrInvalidKey, also...) })
}

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

func TestNewKeyKinds(t *testing.T) {
	rsaKey, ecKey := rsaKey(), ecKeys[jwt.ES256]
	raw, err := jwt.NewKey(ecKey, jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(jwt.ES256))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		material any
		private  bool
		public   crypto.PublicKey
		alg      jwt.Algorithm // what it signs or verifies
	}{
		"secret":               {secret, true, nil, jwt.HS512},
		"RSA private":          {rsaKey, true, &rsaKey.PublicKey, jwt.PS384},
		"RSA public":           {&rsaKey.PublicKey, false, &rsaKey.PublicKey, jwt.RS256},
		"EC private":           {ecKey, true, &ecKey.PublicKey, jwt.ES256},
		"EC public":            {&ecKey.PublicKey, false, &ecKey.PublicKey, jwt.ES256},
		"Ed25519 private":      {edKey, true, edKey.Public(), jwt.EdDSA},
		"Ed25519 public":       {edKey.Public().(ed25519.PublicKey), false, edKey.Public(), jwt.Ed25519},
		"a crypto.PublicKey":   {crypto.PublicKey(ecKey.Public()), false, &ecKey.PublicKey, jwt.ES256},
		"a crypto.PrivateKey":  {crypto.PrivateKey(edKey), true, edKey.Public(), jwt.EdDSA},
		"a crypto.Signer":      {crypto.Signer(rsaKey), true, &rsaKey.PublicKey, jwt.RS512},
		"*Key":                 {raw, true, &ecKey.PublicKey, jwt.ES256},
		"RSA certificate":      {certificateFor(t, rsaKey), false, &rsaKey.PublicKey, jwt.PS256},
		"EC certificate":       {certificateFor(t, ecKey), false, &ecKey.PublicKey, jwt.ES256},
		"Ed25519 certificate":  {certificateFor(t, edKey), false, edKey.Public(), jwt.EdDSA},
		"*ed25519.PrivateKey":  {&edKey, true, edKey.Public(), jwt.EdDSA},
		"RSA, not precomputed": {&rsa.PrivateKey{PublicKey: rsaKey.PublicKey, D: rsaKey.D, Primes: rsaKey.Primes}, true, &rsaKey.PublicKey, jwt.RS256},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := jwt.NewKey(c.material)
			require.NoError(t, err)
			assert.Equal(t, c.private, key.IsPrivate())
			if c.public == nil {
				assert.Nil(t, key.CryptoPublic())
				assert.Nil(t, key.Public())
			} else {
				assert.True(t, c.public.(interface{ Equal(crypto.PublicKey) bool }).Equal(key.CryptoPublic()))
				assert.False(t, key.Public().IsPrivate())
			}
			signer := key
			if !c.private {
				signer, err = jwt.NewKey(map[string]any{"RS": rsaKey, "PS": rsaKey, "ES": ecKey, "Ed": edKey}[c.alg.String()[:2]])
				require.NoError(t, err)
				_, err = jwt.Encode(jwt.Claims{}, key)
				assertClass(t, err, jwt.ErrInvalidKey)
			}
			token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, signer, jwt.WithAlgorithm(c.alg))
			require.NoError(t, err)
			claims, err := jwt.Decode(token, key, c.alg)
			require.NoError(t, err)
			assert.Equal(t, "alice", claims.Subject())
			if c.private { // Go's own keys are given away where they are asked for, and are not kept as opaque
				_, err = key.MarshalPrivateJWK()
				assert.NoError(t, err)
			}
		})
	}
	same, err := jwt.NewKey(raw)
	require.NoError(t, err)
	assert.Equal(t, "k", same.ID())
	assert.Equal(t, jwt.ES256, same.Algorithm())
	other, err := jwt.NewKey(raw, jwt.WithKeyID("other"))
	require.NoError(t, err)
	assert.Equal(t, "other", other.ID())
	assert.Equal(t, "k", raw.ID())
	_, err = jwt.NewKey(raw, jwt.WithKeyAlgorithm(jwt.ES384))
	assertClass(t, err, jwt.ErrInvalidKey)
	bound, err := jwt.NewKey(edKey, jwt.WithKeyAlgorithm(jwt.EdDSA))
	require.NoError(t, err)
	_, err = jwt.NewKey(bound, jwt.WithKeyAlgorithm(jwt.Ed25519)) // which it fits, but is not for
	assertClass(t, err, jwt.ErrInvalidKey)
}

// namedSecret is what a program may make of a secret, and no key.
type namedSecret []byte

func TestNewKeyRefused(t *testing.T) {
	ecKey := ecKeys[jwt.ES256]
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	itself := &x509.Certificate{}
	itself.PublicKey = itself
	var key jwt.Key
	for name, c := range map[string]struct {
		material    any
		unsupported bool // which errors.ErrUnsupported says
	}{
		"nil":                           {nil, false},
		"a string":                      {string(secret), false},
		"nil []byte":                    {[]byte(nil), false},
		"a named []byte":                {namedSecret(secret), true},
		"a number":                      {42, true},
		"a function":                    {func() {}, true},
		"nil *Key":                      {(*jwt.Key)(nil), false},
		"zero *Key":                     {&key, false},
		"Key by value":                  {key, true},
		"*KeySet":                       {&jwt.KeySet{}, true},
		"rsa.PublicKey by value":        {rsaKey().PublicKey, true},
		"rsa.PrivateKey by value":       {*rsaKey(), true},
		"ecdsa.PublicKey by value":      {ecKey.PublicKey, true},
		"nil *rsa.PrivateKey":           {(*rsa.PrivateKey)(nil), false},
		"nil *rsa.PublicKey":            {(*rsa.PublicKey)(nil), false},
		"nil *ecdsa.PrivateKey":         {(*ecdsa.PrivateKey)(nil), false},
		"nil *ecdsa.PublicKey":          {(*ecdsa.PublicKey)(nil), false},
		"nil ed25519.PrivateKey":        {ed25519.PrivateKey(nil), false},
		"nil ed25519.PublicKey":         {ed25519.PublicKey(nil), false},
		"nil *ed25519.PrivateKey":       {(*ed25519.PrivateKey)(nil), false},
		"short *ed25519.PrivateKey":     {&ed25519.PrivateKey{1, 2, 3}, false},
		"*ed25519.PublicKey":            {&ed25519.PublicKey{}, true},
		"nil *x509.Certificate":         {(*x509.Certificate)(nil), false},
		"X25519 private":                {x25519, true},
		"X25519 public":                 {x25519.PublicKey(), true},
		"DSA public":                    {&dsa.PublicKey{}, true},
		"certificate without a key":     {&x509.Certificate{}, true},
		"certificate of a secret":       {&x509.Certificate{PublicKey: secret}, true},
		"certificate of a string":       {&x509.Certificate{PublicKey: string(secret)}, true},
		"certificate of a private key":  {&x509.Certificate{PublicKey: rsaKey()}, true},
		"certificate of a private EC":   {&x509.Certificate{PublicKey: ecKey}, true},
		"certificate of a private Ed":   {&x509.Certificate{PublicKey: edKey}, true},
		"certificate of a certificate":  {&x509.Certificate{PublicKey: certificateFor(t, ecKey)}, true},
		"certificate of itself":         {itself, true},
		"certificate of a *Key":         {&x509.Certificate{PublicKey: &key}, true},
		"certificate of rsa by value":   {&x509.Certificate{PublicKey: rsaKey().PublicKey}, true},
		"certificate of a weak RSA key": {&x509.Certificate{PublicKey: &rsa.PublicKey{N: odd(1024), E: 65537}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, opts := range [][]jwt.KeyOption{nil, {jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(jwt.HS256)}} {
				key, err := jwt.NewKey(c.material, opts...)
				assert.Nil(t, key)
				assertClass(t, err, jwt.ErrInvalidKey)
				assert.Equal(t, c.unsupported, errors.Is(err, errors.ErrUnsupported), err)
				assert.NotContains(t, err.Error(), "<nil>")
			}
		})
	}
}

func TestKeyOptions(t *testing.T) {
	for name, opts := range map[string][]jwt.KeyOption{
		"nil":                   {nil},
		"no algorithm":          {jwt.WithKeyAlgorithm(0)},
		"two algorithms":        {jwt.WithKeyAlgorithm(jwt.HS256 | jwt.HS384)},
		"no such algorithm":     {jwt.WithKeyAlgorithm(1 << 40)},
		"an ID that is no text": {jwt.WithKeyID("\xff")},
		"an ID of 17000 octets": {jwt.WithKeyID(fmt.Sprintf("%17000d", 1))},
	} {
		t.Run(name, func(t *testing.T) {
			pem, jwk := pkcs8(t, edKey), jwkOf(t, edKey)
			for _, make := range []func() (*jwt.Key, error){
				func() (*jwt.Key, error) { return jwt.NewKey(secret, opts...) },
				func() (*jwt.Key, error) { return jwt.GenerateKey(jwt.HS256, opts...) },
				func() (*jwt.Key, error) { return jwt.ParsePEM(pem, opts...) },
				func() (*jwt.Key, error) { return jwt.ParseJWK(jwk, opts...) },
			} {
				key, err := make()
				assert.Nil(t, key)
				assertClass(t, err, jwt.ErrInvalidOption)
			}
		})
	}
	_, err := jwt.NewKey(edKey, jwt.WithKeyAlgorithm(jwt.RS256))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.NewKey(ecKeys[jwt.ES256], jwt.WithKeyAlgorithm(jwt.ES384))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.GenerateKey(jwt.ES256, jwt.WithKeyAlgorithm(jwt.ES384))
	assertClass(t, err, jwt.ErrInvalidOption)
	for _, alg := range []jwt.Algorithm{0, jwt.RS256 | jwt.PS256, 1 << 40} {
		_, err = jwt.GenerateKey(alg)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	key, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyAlgorithm(jwt.ES256))
	require.NoError(t, err)
	assert.Empty(t, key.ID())
}

// A key whose ID has no room in a header could never sign, and is not made.
func TestLongKeyIDs(t *testing.T) {
	for _, letter := range []string{"k", "é", `"`, "\x00"} {
		least, most := 0, 32<<10 // of letters: accepted, refused
		for least+1 < most {
			middle := (least + most) / 2
			if _, err := jwt.NewKey(secret, jwt.WithKeyID(strings.Repeat(letter, middle))); err == nil {
				least = middle
			} else {
				assertClass(t, err, jwt.ErrInvalidOption)
				most = middle
			}
		}
		longest := strings.Repeat(letter, least)
		assert.Greater(t, least, 1000)
		key, err := jwt.NewKey(edKey, jwt.WithKeyID(longest))
		require.NoError(t, err)
		token, err := jwt.Encode(jwt.Claims{}, key, jwt.WithType(strings.Repeat("t", 900)))
		require.NoError(t, err)
		_, err = jwt.Decode(token, mustSet(t, key), jwt.EdDSA)
		assert.NoError(t, err)
		jwk := membersOf(t, jwkOf(t, edKey))
		_, err = jwt.ParseJWK(jwk.text(t, members{"kid": longest}))
		assert.NoError(t, err)
		_, err = jwt.ParseJWK(jwk.text(t, members{"kid": longest + letter}))
		assertClass(t, err, jwt.ErrInvalidKey)
	}
}

// A key that is bound serves its algorithm alone.
func TestBoundKey(t *testing.T) {
	bound, err := jwt.NewKey(edKey, jwt.WithKeyAlgorithm(jwt.Ed25519))
	require.NoError(t, err)
	token, err := jwt.Encode(jwt.Claims{}, bound)
	require.NoError(t, err)
	_, err = jwt.Decode(token, bound, jwt.Ed25519)
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, bound, jwt.WithAlgorithm(jwt.EdDSA))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.Decode(token, bound, jwt.EdDSA)
	assertClass(t, err, jwt.ErrInvalidKey)
	other, err := jwt.Encode(jwt.Claims{}, edKey)
	require.NoError(t, err)
	_, err = jwt.Decode(other, bound, jwt.EdDSA|jwt.Ed25519)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
	_, err = jwt.Decode(other, bound.Public(), jwt.EdDSA|jwt.Ed25519)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
}

// odd is a number of that many bits that could be a modulus.
func odd(bits uint) *big.Int {
	return new(big.Int).SetBit(new(big.Int).SetBit(new(big.Int), int(bits)-1, 1), 0, 1)
}

func TestRSAPublicChecks(t *testing.T) {
	even := new(big.Int).Sub(rsaKey().N, big.NewInt(1))
	for name, c := range map[string]struct {
		key      *rsa.PublicKey
		weakToo  bool // refused with AllowWeakKey as well
		accepted bool
	}{
		"zero":          {&rsa.PublicKey{}, true, false},
		"no modulus":    {&rsa.PublicKey{E: 65537}, true, false},
		"modulus 0":     {&rsa.PublicKey{N: new(big.Int), E: 65537}, true, false},
		"negative":      {&rsa.PublicKey{N: new(big.Int).Neg(odd(2048)), E: 65537}, true, false},
		"512 bits":      {&rsa.PublicKey{N: odd(512), E: 65537}, true, false},
		"1023 bits":     {&rsa.PublicKey{N: odd(1023), E: 65537}, true, false},
		"1024 bits":     {&rsa.PublicKey{N: odd(1024), E: 65537}, false, false},
		"2047 bits":     {&rsa.PublicKey{N: odd(2047), E: 65537}, false, false},
		"2048 bits":     {&rsa.PublicKey{N: odd(2048), E: 65537}, false, true},
		"16384 bits":    {&rsa.PublicKey{N: odd(16384), E: 65537}, false, true},
		"16385 bits":    {&rsa.PublicKey{N: odd(16385), E: 65537}, true, false},
		"even modulus":  {&rsa.PublicKey{N: even, E: 65537}, true, false},
		"exponent -3":   {&rsa.PublicKey{N: odd(2048), E: -3}, true, false},
		"exponent 0":    {&rsa.PublicKey{N: odd(2048), E: 0}, true, false},
		"exponent 1":    {&rsa.PublicKey{N: odd(2048), E: 1}, true, false},
		"exponent 2":    {&rsa.PublicKey{N: odd(2048), E: 2}, true, false},
		"exponent 3":    {&rsa.PublicKey{N: odd(2048), E: 3}, false, true},
		"exponent 4":    {&rsa.PublicKey{N: odd(2048), E: 4}, true, false},
		"exponent even": {&rsa.PublicKey{N: odd(2048), E: 65536}, true, false},
		"2^31-1":        {&rsa.PublicKey{N: odd(2048), E: 1<<31 - 1}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.accepted {
				_, err := jwt.NewKey(c.key)
				assert.NoError(t, err)
				_, err = jwt.NewDecoder(c.key, jwt.RS256)
				assert.NoError(t, err)
			} else {
				refusePublic(t, "strictly", c.key, jwt.RS256)
			}
			if err := weakly(c.key); c.weakToo {
				assertClass(t, err, jwt.ErrInvalidKey)
			} else {
				assert.NoError(t, err)
			}
		})
	}
	if strconv.IntSize == 64 {
		e := int64(1)<<31 + 1
		refusePublic(t, "2^31+1", &rsa.PublicKey{N: odd(2048), E: int(e)}, jwt.RS256)
		e = int64(1)<<33 + 3 // 3 to whoever takes the lower 32 bits alone
		refusePublic(t, "2^33+3", &rsa.PublicKey{N: odd(2048), E: int(e)}, jwt.RS256)
	}
	refusePublic(t, "nil", (*rsa.PublicKey)(nil), jwt.RS256)
	refuseFor(t, "fits no allowed algorithm", &rsaKey().PublicKey, jwt.ES256)
}

func TestRSAPrivateChecks(t *testing.T) {
	good := rsaKey()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	// change makes a key of its own, without what was precomputed, and spoils it.
	change := func(spoil func(*rsa.PrivateKey)) *rsa.PrivateKey {
		key := &rsa.PrivateKey{
			PublicKey: rsa.PublicKey{N: new(big.Int).Set(good.N), E: good.E},
			D:         new(big.Int).Set(good.D),
			Primes:    []*big.Int{new(big.Int).Set(good.Primes[0]), new(big.Int).Set(good.Primes[1])},
		}
		spoil(key)
		return key
	}
	precomputed := func(spoil func(*rsa.PrivateKey)) *rsa.PrivateKey {
		key := change(func(*rsa.PrivateKey) {})
		key.Precompute()
		spoil(key)
		return key
	}
	assertAll(t, signingWays(t, change(func(*rsa.PrivateKey) {})), nil)
	one := big.NewInt(1)
	for name, key := range map[string]*rsa.PrivateKey{
		"nil":                       nil,
		"zero":                      {},
		"public half nil":           change(func(k *rsa.PrivateKey) { k.PublicKey = rsa.PublicKey{} }),
		"public half of another":    change(func(k *rsa.PrivateKey) { k.PublicKey = other.PublicKey }),
		"the same, precomputed":     precomputed(func(k *rsa.PrivateKey) { k.PublicKey = other.PublicKey }),
		"modulus changed":           precomputed(func(k *rsa.PrivateKey) { k.N.Add(k.N, big.NewInt(2)) }),
		"another exponent":          change(func(k *rsa.PrivateKey) { k.E = 3 }),
		"the same precomputed":      precomputed(func(k *rsa.PrivateKey) { k.E = 3 }),
		"D nil":                     change(func(k *rsa.PrivateKey) { k.D = nil }),
		"D nil, precomputed":        precomputed(func(k *rsa.PrivateKey) { k.D = nil }),
		"D 0":                       change(func(k *rsa.PrivateKey) { k.D = new(big.Int) }),
		"D negative":                change(func(k *rsa.PrivateKey) { k.D.Neg(k.D) }),
		"D too large":               change(func(k *rsa.PrivateKey) { k.D.Add(k.D, k.N) }),
		"D of another":              change(func(k *rsa.PrivateKey) { k.D = other.D }),
		"D of another, precomputed": precomputed(func(k *rsa.PrivateKey) { k.D = other.D }),
		"no primes":                 change(func(k *rsa.PrivateKey) { k.Primes = nil }),
		"no primes, precomputed":    precomputed(func(k *rsa.PrivateKey) { k.Primes = nil }),
		"one prime":                 change(func(k *rsa.PrivateKey) { k.Primes = k.Primes[:1] }),
		"p nil":                     change(func(k *rsa.PrivateKey) { k.Primes[0] = nil }),
		"q nil":                     change(func(k *rsa.PrivateKey) { k.Primes[1] = nil }),
		"q nil, precomputed":        precomputed(func(k *rsa.PrivateKey) { k.Primes[1] = nil }),
		"p and q 0":                 change(func(k *rsa.PrivateKey) { k.Primes = []*big.Int{new(big.Int), new(big.Int)} }),
		"p 1":                       change(func(k *rsa.PrivateKey) { k.Primes = []*big.Int{one, k.N} }),
		"q 1":                       change(func(k *rsa.PrivateKey) { k.Primes = []*big.Int{k.N, one} }),
		"p 2":                       change(func(k *rsa.PrivateKey) { k.Primes[0] = big.NewInt(2) }),
		"p negative":                change(func(k *rsa.PrivateKey) { k.Primes[0].Neg(k.Primes[0]) }),
		"both primes negative":      change(func(k *rsa.PrivateKey) { k.Primes[0].Neg(k.Primes[0]); k.Primes[1].Neg(k.Primes[1]) }),
		"primes of another":         change(func(k *rsa.PrivateKey) { k.Primes = other.Primes }),
		"twice the same prime":      change(func(k *rsa.PrivateKey) { k.Primes[1] = k.Primes[0] }),
		"1024 bits":                 rsaWeakKey(),
	} {
		refusePrivate(t, name, key)
		if name != "1024 bits" {
			assertClass(t, weakly(key), jwt.ErrInvalidKey)
		}
	}
	refusePrivate(t, "three primes", change(func(k *rsa.PrivateKey) { k.Primes = append(k.Primes, one) }), errors.ErrUnsupported)

	// What was precomputed is never trusted: it signs rightly, or not at all.
	for name, spoil := range map[string]func(*rsa.PrivateKey){
		"Dp":   func(k *rsa.PrivateKey) { k.Precomputed.Dp.Add(k.Precomputed.Dp, one) },
		"Dq":   func(k *rsa.PrivateKey) { k.Precomputed.Dq = new(big.Int) },
		"Qinv": func(k *rsa.PrivateKey) { k.Precomputed.Qinv = nil },
	} {
		t.Run("precomputed "+name, func(t *testing.T) {
			for _, key := range []*rsa.PrivateKey{precomputed(spoil), change(func(k *rsa.PrivateKey) {
				k.Precomputed.Dp, k.Precomputed.Dq, k.Precomputed.Qinv = big.NewInt(5), big.NewInt(5), big.NewInt(5)
			})} {
				assertAll(t, signingWays(t, key), jwt.ErrInvalidKey)
			}
		})
	}
}

// rsaWeakKey is one of those of old systems.
func rsaWeakKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		panic(err)
	}
	return key
}

// A key of 1024 bits serves where it is allowed by name, but for the algorithm
// whose signatures do not fit into it (RFC 8017, Section 9.1.1).
func TestWeakRSAKey(t *testing.T) {
	key, err := jwt.NewKey(rsaWeakKey(), jwt.AllowWeakKey())
	require.NoError(t, err)
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384} {
		token, err := jwt.Encode(jwt.Claims{}, key, jwt.WithAlgorithm(alg))
		require.NoError(t, err, alg)
		_, err = jwt.Decode(token, key.Public(), alg)
		assert.NoError(t, err, alg)
	}
	_, err = jwt.NewKey(certificateFor(t, rsaWeakKey()), jwt.AllowWeakKey())
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithAlgorithm(jwt.PS512))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.NewDecoder(key, jwt.PS512)
	assertClass(t, err, jwt.ErrInvalidKey)
	// RFC 8017, Section 9.1.1: PS512 takes 130 octets, and those 1,033 bits.
	for bits, fits := range map[uint]bool{1033: false, 1034: true, 1035: true} {
		_, err := jwt.NewKey(&rsa.PublicKey{N: odd(bits), E: 65537}, jwt.AllowWeakKey(), jwt.WithKeyAlgorithm(jwt.PS512))
		if fits {
			assert.NoError(t, err, bits)
		} else {
			assertClass(t, err, jwt.ErrInvalidKey)
		}
	}
}

// An uncomparableCurve panics when it is compared with another of its type, and
// when it is asked for anything.
type uncomparableCurve struct {
	elliptic.Curve
	_ []int
}

func TestECPublicChecks(t *testing.T) {
	for alg, private := range ecKeys {
		t.Run(alg.String(), func(t *testing.T) {
			good := private.PublicKey
			p := good.Params().P
			add := func(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
			neg := func(a *big.Int) *big.Int { return new(big.Int).Neg(a) }
			key := func(c elliptic.Curve, x, y *big.Int) *ecdsa.PublicKey { return &ecdsa.PublicKey{Curve: c, X: x, Y: y} }
			for name, key := range map[string]*ecdsa.PublicKey{
				"nil":           nil,
				"zero":          {},
				"no curve":      key(nil, good.X, good.Y),
				"X nil":         key(good.Curve, nil, good.Y),
				"Y nil":         key(good.Curve, good.X, nil),
				"infinity":      key(good.Curve, new(big.Int), new(big.Int)),
				"off the curve": key(good.Curve, add(good.X, big.NewInt(1)), good.Y),
				"swapped":       key(good.Curve, good.Y, good.X),
				"X negative":    key(good.Curve, neg(good.X), good.Y),
				"Y negative":    key(good.Curve, good.X, neg(good.Y)),
				"X beyond p":    key(good.Curve, add(good.X, p), good.Y),
				"Y beyond p":    key(good.Curve, good.X, add(good.Y, p)),
				"X huge":        key(good.Curve, new(big.Int).Lsh(good.X, 600), good.Y),
			} {
				refusePublic(t, name, key, alg)
				assertClass(t, weakly(key), jwt.ErrInvalidKey)
			}
			for other := range ecKeys {
				if other != alg {
					refuseFor(t, "on the curve of "+alg.String()+" for "+other.String(), &good, other)
					refusePublic(t, "said to be on the curve of "+other.String(), key(ecKeys[other].Curve, good.X, good.Y), other)
				}
			}
			for name, curve := range map[string]elliptic.Curve{
				"P-224": elliptic.P224(), "own type": uncomparableCurve{}, "own type of ours": uncomparableCurve{Curve: good.Curve},
				"nil parameters": (*elliptic.CurveParams)(nil), "parameters alone": good.Params(),
			} {
				refusePublic(t, name, key(curve, good.X, good.Y), alg, errors.ErrUnsupported)
				refusePrivate(t, name+", private", &ecdsa.PrivateKey{PublicKey: *key(curve, good.X, good.Y), D: private.D}, errors.ErrUnsupported)
			}
			refusePrivate(t, "P-224 key", newECKey(elliptic.P224()), errors.ErrUnsupported)
		})
	}
}

func TestECPrivateChecks(t *testing.T) {
	for alg, good := range ecKeys {
		t.Run(alg.String(), func(t *testing.T) {
			order := good.Params().N
			with := func(d *big.Int) *ecdsa.PrivateKey { return &ecdsa.PrivateKey{PublicKey: good.PublicKey, D: d} }
			another := newECKey(good.Curve)
			for name, key := range map[string]*ecdsa.PrivateKey{
				"nil":                   nil,
				"zero":                  {},
				"D alone":               {D: good.D},
				"D and curve alone":     {PublicKey: ecdsa.PublicKey{Curve: good.Curve}, D: good.D},
				"Y nil":                 {PublicKey: ecdsa.PublicKey{Curve: good.Curve, X: good.X}, D: good.D},
				"D nil":                 with(nil),
				"D 0":                   with(new(big.Int)),
				"D negative":            with(new(big.Int).Neg(good.D)),
				"D is the order":        with(order),
				"D beyond the order":    with(new(big.Int).Add(good.D, order)),
				"D is the other root":   with(new(big.Int).Sub(order, good.D)),
				"D huge":                with(new(big.Int).Lsh(good.D, 600)),
				"D of another":          with(another.D),
				"public half off curve": {PublicKey: ecdsa.PublicKey{Curve: good.Curve, X: good.X, Y: new(big.Int).Add(good.Y, big.NewInt(1))}, D: good.D},
			} {
				refusePrivate(t, name, key)
				assertClass(t, weakly(key), jwt.ErrInvalidKey)
			}
			assertAll(t, signingWays(t, with(good.D)), nil)
		})
	}
}

// The curve of Ed25519 (RFC 8032, Section 5.1), to find its points by a way that
// is not the library's.
var (
	edPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	edD     = mod(new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), edPrime)))
)

func mod(n *big.Int) *big.Int { return n.Mod(n, edPrime) }

// edDouble returns the y of 2P, given the y of P:
// x^2 = (y^2 - 1) / (d y^2 + 1), and y' = (y^2 + x^2) / (1 - d x^2 y^2).
// It returns nil where no point has that y.
func edDouble(y *big.Int) *big.Int {
	one := big.NewInt(1)
	y2 := mod(new(big.Int).Mul(y, y))
	under := new(big.Int).ModInverse(mod(new(big.Int).Add(new(big.Int).Mul(edD, y2), one)), edPrime)
	if under == nil {
		return nil
	}
	x2 := mod(new(big.Int).Mul(mod(new(big.Int).Sub(y2, one)), under))
	if big.Jacobi(x2, edPrime) < 0 {
		return nil
	}
	dxy := mod(new(big.Int).Mul(edD, new(big.Int).Mul(x2, y2)))
	under = new(big.Int).ModInverse(mod(new(big.Int).Sub(one, dxy)), edPrime)
	if under == nil {
		return nil
	}
	return mod(new(big.Int).Mul(new(big.Int).Add(y2, x2), under))
}

// edEncoding is that of RFC 8032, Section 5.1.2, for a y of any size.
func edEncoding(y *big.Int, sign byte) ed25519.PublicKey {
	octets := y.FillBytes(make([]byte, 32))
	for i := range 16 {
		octets[i], octets[31-i] = octets[31-i], octets[i]
	}
	octets[31] |= sign << 7
	return octets
}

// edSmallOrder finds the y of all points whose order divides 8. Those of order 8
// have x^2 = -y^2, as their double has y = 0 (it is of order 4), and then the curve
// -x^2 + y^2 = 1 + d x^2 y^2 has d y^4 + 2 y^2 - 1 = 0.
func edSmallOrder(t *testing.T) []*big.Int {
	t.Helper()
	one := big.NewInt(1)
	ys := []*big.Int{one, new(big.Int).Sub(edPrime, one), new(big.Int)}
	root := new(big.Int).ModSqrt(mod(new(big.Int).Add(one, edD)), edPrime)
	require.NotNil(t, root)
	for _, r := range []*big.Int{root, new(big.Int).Neg(root)} {
		y2 := mod(new(big.Int).Mul(new(big.Int).Sub(r, one), new(big.Int).ModInverse(edD, edPrime)))
		if y := new(big.Int).ModSqrt(y2, edPrime); y != nil {
			ys = append(ys, y, mod(new(big.Int).Neg(y)))
		}
	}
	return ys
}

func TestEd25519SmallOrder(t *testing.T) {
	ys := edSmallOrder(t)
	require.Len(t, ys, 5, "(0,1), (0,-1), two with y = 0, and four of order 8 with two ys")
	for _, y := range ys {
		eighth := y
		for range 3 {
			require.NotNil(t, eighth)
			eighth = edDouble(eighth)
		}
		require.Zero(t, eighth.Cmp(big.NewInt(1)), "eight times the point is the neutral element")
		for sign := range byte(2) {
			key := edEncoding(y, sign)
			refusePublic(t, hex.EncodeToString(key), key, jwt.EdDSA)
			assertClass(t, weakly(key), jwt.ErrInvalidKey)
		}
	}
	// The same ys again, and all others that 255 bits have room for twice.
	for i := range int64(19) {
		for sign := range byte(2) {
			key := edEncoding(new(big.Int).Add(edPrime, big.NewInt(i)), sign)
			refusePublic(t, "not canonical, "+hex.EncodeToString(key), key, jwt.EdDSA)
			assertClass(t, weakly(key), jwt.ErrInvalidKey)
		}
	}
	// Next to them are ordinary keys. The largest y that a point has is one.
	taken := 0
	for i := int64(2); i < 40; i++ {
		for _, y := range []*big.Int{big.NewInt(i), new(big.Int).Sub(edPrime, big.NewInt(i)), new(big.Int).Sub(edPrime, big.NewInt(i<<8))} {
			if edDouble(y) != nil {
				_, err := jwt.NewKey(edEncoding(y, 1))
				assert.NoError(t, err)
				taken++
			}
		}
	}
	assert.Greater(t, taken, 10)
}

func TestEd25519Checks(t *testing.T) {
	public := edKey.Public().(ed25519.PublicKey)
	for _, n := range []int{0, 1, 31, 33, 64} {
		refusePublic(t, fmt.Sprint("public, ", n), append(append(ed25519.PublicKey{}, public...), public...)[:n:n], jwt.EdDSA)
	}
	refusePublic(t, "public, 33", append(append(ed25519.PublicKey{}, public...), 0), jwt.EdDSA)
	for _, n := range []int{0, 1, 31, 32, 33, 63} {
		refusePrivate(t, fmt.Sprint("private, ", n), edKey[:n:n])
	}
	refusePrivate(t, "private, 65", append(append(ed25519.PrivateKey{}, edKey...), 0))
	refusePrivate(t, "private, zero", make(ed25519.PrivateKey, 64))
	_, other, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	refusePrivate(t, "public half of another", append(append(ed25519.PrivateKey{}, edKey[:32]...), other[32:]...))
	refuseFor(t, "for another algorithm", public, jwt.ES256)
	assertAll(t, signingWays(t, edKey), nil)
}

// mutable makes new copies of a key, with a way to spoil each.
type mutable struct {
	private any // for NewKey
	public  any
	spoil   func()
}

func mutables() map[jwt.Algorithm]func() mutable {
	fresh := map[jwt.Algorithm]func() mutable{
		jwt.RS256: func() mutable {
			good := rsaKey()
			key := &rsa.PrivateKey{
				PublicKey: rsa.PublicKey{N: new(big.Int).Set(good.N), E: good.E},
				D:         new(big.Int).Set(good.D),
				Primes:    []*big.Int{new(big.Int).Set(good.Primes[0]), new(big.Int).Set(good.Primes[1])},
			}
			key.Precompute()
			return mutable{key, &key.PublicKey, func() {
				for _, n := range []*big.Int{key.N, key.D, key.Primes[0], key.Primes[1], key.Precomputed.Dp, key.Precomputed.Dq, key.Precomputed.Qinv} {
					scribble(n)
				}
				key.E = 1
				key.Primes[0] = nil
			}}
		},
		jwt.EdDSA: func() mutable {
			key := append(ed25519.PrivateKey{}, edKey...)
			public := append(ed25519.PublicKey{}, edKey[32:]...)
			return mutable{key, public, func() { clear(key); clear(public) }}
		},
	}
	for alg, good := range ecKeys {
		fresh[alg] = func() mutable {
			key := &ecdsa.PrivateKey{
				PublicKey: ecdsa.PublicKey{Curve: good.Curve, X: new(big.Int).Set(good.X), Y: new(big.Int).Set(good.Y)},
				D:         new(big.Int).Set(good.D),
			}
			return mutable{key, &key.PublicKey, func() {
				scribble(key.X)
				scribble(key.Y)
				scribble(key.D)
				key.Curve = nil
			}}
		}
	}
	return fresh
}

// scribble spoils the very words of a number.
func scribble(n *big.Int) { clear(n.Bits()) }

// Nothing that is made of a key shares memory with it, nor does what it gives out.
func TestKeysAreImmutable(t *testing.T) {
	for alg, fresh := range mutables() {
		t.Run(alg.String(), func(t *testing.T) {
			private, public, certificate := fresh(), fresh(), fresh()
			signer, err := jwt.NewKey(private.private)
			require.NoError(t, err)
			verifier, err := jwt.NewKey(public.public)
			require.NoError(t, err)
			holder := &x509.Certificate{PublicKey: certificate.public}
			certified, err := jwt.NewKey(holder)
			require.NoError(t, err)
			thumbprint := signer.Thumbprint()
			token, err := jwt.Encode(jwt.Claims{}, signer)
			require.NoError(t, err)
			jwk, err := signer.MarshalPrivateJWK()
			require.NoError(t, err)

			encoder, decoder := prepared(t, alg, fresh())
			private.spoil()
			public.spoil()
			certificate.spoil()
			holder.PublicKey = nil
			spoilPublic(signer.CryptoPublic())
			spoilPublic(verifier.CryptoPublic())
			spoilPublic(signer.Public().CryptoPublic())

			for range 2 {
				again, err := jwt.Encode(jwt.Claims{}, signer)
				require.NoError(t, err)
				more, err := encoder.Encode(jwt.Claims{})
				require.NoError(t, err)
				for _, text := range []string{token, again, more} {
					for _, key := range []*jwt.Key{signer, signer.Public(), verifier, certified} {
						_, err = jwt.Decode(text, key, alg)
						assert.NoError(t, err)
					}
					_, err = decoder.Decode(text)
					assert.NoError(t, err)
				}
			}
			assert.Equal(t, thumbprint, signer.Thumbprint())
			same, err := signer.MarshalPrivateJWK()
			require.NoError(t, err)
			assert.Equal(t, string(jwk), string(same))
		})
	}
}

// prepared makes an encoder and a decoder of raw keys, and spoils the keys.
func prepared(t *testing.T, alg jwt.Algorithm, m mutable) (e *jwt.Encoder, d *jwt.Decoder) {
	t.Helper()
	var err, err2 error
	switch key := m.private.(type) {
	case *rsa.PrivateKey:
		e, err = jwt.NewEncoder(key)
		d, err2 = jwt.NewDecoder(&key.PublicKey, alg)
	case *ecdsa.PrivateKey:
		e, err = jwt.NewEncoder(key)
		d, err2 = jwt.NewDecoder(&key.PublicKey, alg)
	case ed25519.PrivateKey:
		e, err = jwt.NewEncoder(key)
		d, err2 = jwt.NewDecoder(m.public.(ed25519.PublicKey), alg)
	}
	require.NoError(t, err)
	require.NoError(t, err2)
	m.spoil()
	return e, d
}

func spoilPublic(key crypto.PublicKey) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		scribble(key.N)
		key.E = 0
	case *ecdsa.PublicKey:
		scribble(key.X)
		scribble(key.Y)
	case ed25519.PublicKey:
		clear(key)
	default:
		panic(fmt.Sprintf("%T", key))
	}
}

// The generic calls read a raw key and leave it as it was.
func TestRawKeysAreNotChanged(t *testing.T) {
	good := rsaKey()
	key := &rsa.PrivateKey{PublicKey: good.PublicKey, D: good.D, Primes: good.Primes} // nothing precomputed
	_, err := jwt.Encode(jwt.Claims{}, key)
	require.NoError(t, err)
	_, err = jwt.NewKey(key)
	require.NoError(t, err)
	assert.Nil(t, key.Precomputed.Dp)
}

// Secrets are checked for the algorithm that they are to serve.
func TestSecretSizes(t *testing.T) {
	long := []byte("sixty-four octets, which is what HS512 asks for, and not a secret")
	for alg, least := range map[jwt.Algorithm]int{jwt.HS256: 32, jwt.HS384: 48, jwt.HS512: 64} {
		t.Run(alg.String(), func(t *testing.T) {
			_, err := jwt.NewKey(long[:least], jwt.WithKeyAlgorithm(alg))
			assert.NoError(t, err)
			_, err = jwt.Encode(jwt.Claims{}, long[:least], jwt.WithAlgorithm(alg))
			assert.NoError(t, err)
			short := long[:least-1]
			_, err = jwt.NewKey(short, jwt.WithKeyAlgorithm(alg))
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.Encode(jwt.Claims{}, short, jwt.WithAlgorithm(alg))
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.NewEncoder(short, jwt.WithAlgorithm(alg))
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.Decode("", short, alg)
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.NewDecoder(short, alg)
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.Verify("", short, alg)
			assertClass(t, err, jwt.ErrInvalidKey)

			for _, n := range []int{1, least - 1} {
				weak, err := jwt.NewKey(long[:n], jwt.AllowWeakKey(), jwt.WithKeyAlgorithm(alg))
				require.NoError(t, err)
				token, err := jwt.Encode(jwt.Claims{}, weak)
				require.NoError(t, err)
				_, err = jwt.Decode(token, weak, alg)
				assert.NoError(t, err)
			}
			zero := make([]byte, 64)
			refusePrivate(t, "all zero", zero)
			refusePublic(t, "all zero, to verify", zero, alg)
			assertClass(t, weakly(zero), jwt.ErrInvalidKey)
			assertClass(t, weakly([]byte{}), jwt.ErrInvalidKey)
			refusePrivate(t, "empty", []byte{})
		})
	}
	_, err := jwt.NewKey(long[:31])
	assertClass(t, err, jwt.ErrInvalidKey)
	unbound, err := jwt.NewKey(long[:32])
	require.NoError(t, err)
	_, err = jwt.NewDecoder(unbound, jwt.HS384)
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.NewDecoder(unbound, jwt.HS384|jwt.HS256)
	assert.NoError(t, err)
	// A token cannot have the secret used for a hash that it is too short for.
	token, err := jwt.Encode(jwt.Claims{}, long[:64], jwt.WithAlgorithm(jwt.HS384))
	require.NoError(t, err)
	_, err = jwt.Decode(token, unbound, jwt.HS384|jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
}

// Text that is another key is never taken for a secret, whatever stands before it.
func TestKeyTextIsNoSecret(t *testing.T) {
	pem := string(pkcs8(t, edKey))
	public, err := jwt.NewKey(edKey.Public())
	require.NoError(t, err)
	jwk, err := public.MarshalJSON()
	require.NoError(t, err)
	for name, text := range map[string]string{
		"PEM": pem, "PEM after space": " \r\n\t" + pem, "PEM after a BOM": "\ufeff" + pem,
		"SSH": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPqZ key@host", "SSH after space": "\n ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB",
		"SSH of ECDSA": "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=",
		"JWK":          string(jwk), "JWK after space": "  \n" + string(jwk),
		"JWK, escaped name": `{"k\u0074y":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`,
		"JWK Set":           `{"keys":[` + string(jwk) + `]}`, "empty JWK Set": `{"keys":[],"something":"that makes it long enough"}`,
		"JWK cut off": string(jwk[:len(jwk)-1]),
	} {
		refusePrivate(t, name, []byte(text))
		refusePublic(t, name+", to verify", []byte(text), jwt.HS256)
		assertClass(t, weakly([]byte(text)), jwt.ErrInvalidKey)
	}
	for _, text := range []string{`{"secret":"thirty-two octets and some more"}`, "{thirty-two octets and some more than that}", "----BEGIN thirty-two octets or more"} {
		_, err := jwt.NewKey([]byte(text))
		assert.NoError(t, err)
	}
}

// GenerateKey makes what the algorithm prescribes, a new one each time.
func TestGenerateKey(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519} {
		first, err := jwt.GenerateKey(alg)
		require.NoError(t, err)
		second, err := jwt.GenerateKey(alg)
		require.NoError(t, err)
		one, err := first.MarshalPrivateJWK()
		require.NoError(t, err)
		two, err := second.MarshalPrivateJWK()
		require.NoError(t, err)
		assert.NotEqual(t, string(one), string(two))
		assert.Equal(t, alg, first.Algorithm())
	}
	if testing.Short() {
		return
	}
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.PS512} {
		key, err := jwt.GenerateKey(alg)
		require.NoError(t, err)
		assert.Equal(t, 3072, key.CryptoPublic().(*rsa.PublicKey).N.BitLen())
		assert.Equal(t, alg, key.Algorithm())
	}
}
