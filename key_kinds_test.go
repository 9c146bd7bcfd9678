package jwt_test

import (
	"crypto"
	"crypto/dsa"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

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
		"a crypto.PublicKey":   {ecKey.Public(), false, &ecKey.PublicKey, jwt.ES256},
		"a crypto.PrivateKey":  {crypto.PrivateKey(edKey), true, edKey.Public(), jwt.EdDSA},
		"a crypto.Signer":      {rsaKey, true, &rsaKey.PublicKey, jwt.RS512},
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
	outsideFIPSOnly(t)
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
		"an array":                      {[32]byte{1}, true},
		"a pointer to a secret":         {&secret, true},
		"an error":                      {errors.New("x"), true},
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
		"an ID of 17000 bytes":  {jwt.WithKeyID(fmt.Sprintf("%17000d", 1))},
		"an ID beside none":     {jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(0)},
		"an ID behind none":     {jwt.WithKeyAlgorithm(0), jwt.WithKeyID("k")},
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

// The longest key ID has 15 KiB in JSON, and fits into a header.
func TestLongestKeyID(t *testing.T) {
	longest := strings.Repeat("k", 15<<10-len(`""`))
	key, err := jwt.NewKey(secret, jwt.WithKeyID(longest))
	require.NoError(t, err)
	token, err := jwt.Encode(jwt.Claims{}, key)
	require.NoError(t, err)
	admit(t, token, key, jwt.HS256)
	for _, id := range []string{longest + "k", strings.Repeat("\x01", 15<<10/6)} { // six characters each
		_, err = jwt.NewKey(secret, jwt.WithKeyID(id))
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Contains(t, err.Error(), "15 KiB")
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
	if _, err := jwt.GenerateKey(jwt.MLDSA44); err != nil { // before Go 1.27
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.ErrorIs(t, err, errors.ErrUnsupported)
		assert.NotContains(t, err.Error(), "cannot be generated", "it is no accident")
	}
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.PS512} {
		if alg == jwt.PS512 && testing.Short() { // one takes long enough
			break
		}
		key, err := jwt.GenerateKey(alg)
		require.NoError(t, err)
		assert.Equal(t, 3072, key.CryptoPublic().(*rsa.PublicKey).N.BitLen())
		assert.Equal(t, alg, key.Algorithm())
	}
}
