package jwt_test

import (
	"context"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestKeySetSelection(t *testing.T) {
	a, b, c := edNumber(t, 1, "a"), edNumber(t, 2, "b"), edNumber(t, 3, "c")
	bare1, bare2 := edNumber(t, 4, ""), edNumber(t, 5, "")
	stranger := edNumber(t, 6, "stranger")
	es, err := jwt.NewKey(ecKeys[jwt.ES256], jwt.WithKeyID("es"))
	require.NoError(t, err)
	bound := edNumber(t, 7, "bound", jwt.WithKeyAlgorithm(jwt.Ed25519))
	boundBare := edNumber(t, 8, "", jwt.WithKeyAlgorithm(jwt.Ed25519))
	encOnly, err := jwt.ParseJWK(membersOf(t, jwkOf(t, edNumber(t, 9, ""))).text(t, members{"use": "enc"}))
	require.NoError(t, err)
	encNamed, err := jwt.NewKey(encOnly, jwt.WithKeyID("enc"))
	require.NoError(t, err)
	signOnly, err := jwt.ParseJWK(membersOf(t, jwkOf(t, edNumber(t, 10, ""))).text(t, members{"key_ops": []string{"sign"}}))
	require.NoError(t, err)

	whole := mustSet(t, a, bare1.Public(), es, b.Public(), bare2, bound, boundBare, encOnly, encNamed, signOnly)
	named := mustSet(t, a, b, c, es, encNamed)
	const both = jwt.EdDSA | jwt.ES256
	for _, tt := range []struct {
		name  string
		token string
		set   *jwt.KeySet
		alg   jwt.Algorithm
		class error
	}{
		{"known", signed(t, a, "a"), whole, both, nil},
		{"known, public in the set", signed(t, b, "b"), whole, both, nil},
		{"known, signed by another of the set", signed(t, a, "b"), whole, both, jwt.ErrInvalidSignature},
		{"known, signed by one without an ID", signed(t, bare1, "b"), whole, both, jwt.ErrInvalidSignature},
		{"known, of another kind", signed(t, a, "es"), whole, both, jwt.ErrInvalidAlgorithm},
		{"known, algorithm not allowed", signed(t, a, "a"), whole, jwt.ES256, jwt.ErrInvalidAlgorithm},
		{"no key for any algorithm allowed", signed(t, a, "a"), whole, jwt.RS256 | jwt.HS256, jwt.ErrInvalidKey},
		{"no key for any algorithm allowed, one key", signed(t, a, "a"), mustSet(t, a), jwt.ES256, jwt.ErrInvalidKey},
		{"known, bound to another", signed(t, edNumber(t, 7, ""), "bound"), whole, both, jwt.ErrInvalidAlgorithm},
		{"known, for encryption", signed(t, edNumber(t, 9, ""), "enc"), whole, both, jwt.ErrInvalidAlgorithm},
		{"known in another case", signed(t, a, "A"), named, both, jwt.ErrKeyNotFound},
		{"known but for a space", signed(t, a, "a "), named, both, jwt.ErrKeyNotFound},
		{"unknown, none without an ID", signed(t, a, "z"), named, both, jwt.ErrKeyNotFound},
		{"unknown, one without an ID", signed(t, bare1, "z"), whole, both, nil},
		{"unknown, the other without an ID", signed(t, bare2, "z"), whole, both, nil},
		{"unknown, signed by one with an ID", signed(t, a, "z"), whole, both, jwt.ErrInvalidSignature},
		{"unknown, signed by a stranger", signed(t, stranger, "stranger"), whole, both, jwt.ErrInvalidSignature},
		{"unknown, those without do not fit", signed(t, es, "z"), whole, both, jwt.ErrKeyNotFound},
		{"absent, any", signed(t, a, ""), whole, both, nil},
		{"absent, the last", signed(t, bare2, ""), whole, both, nil},
		{"absent, of another kind", signed(t, es, ""), whole, both, nil},
		{"absent, signed by a stranger", signed(t, stranger, ""), whole, both, jwt.ErrInvalidSignature},
		{"absent, none fits", signed(t, es, ""), mustSet(t, a, b), both, jwt.ErrKeyNotFound},
		{"unknown, none fits nor is without an ID", signed(t, es, "z"), mustSet(t, a, b), both, jwt.ErrKeyNotFound},
		{"absent, bound ones are not tried", signed(t, edNumber(t, 8, ""), ""), whole, both, jwt.ErrInvalidSignature},
		{"absent, bound ones are tried for theirs", signed(t, boundBare, ""), whole, jwt.Ed25519, nil},
		{"absent, unbound ones serve both names", signed(t, a, "", jwt.WithAlgorithm(jwt.Ed25519)), whole, jwt.Ed25519, nil},
		{"absent, those for encryption are not tried", signed(t, edNumber(t, 9, ""), ""), whole, both, jwt.ErrInvalidSignature},
		{"absent, those for signing verify", signed(t, edNumber(t, 10, ""), ""), whole, both, nil},
		{"absent, only for encryption", signed(t, edNumber(t, 9, ""), ""), mustSet(t, encOnly), both, jwt.ErrInvalidKey},
		{"empty set", signed(t, a, "a"), mustSet(t), both, jwt.ErrKeyNotFound},
		{"empty set, absent", signed(t, a, ""), mustSet(t), both, jwt.ErrKeyNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) { decodesAs(t, tt.class, tt.token, tt.set, tt.alg) })
	}

	// "kid": "" and null are none, and another "kid" that is no string is no token.
	for _, kid := range []string{`""`, "null"} {
		input := b64(`{"alg":"EdDSA","kid":`+kid+`}`) + "." + b64(`{"sub":"alice"}`)
		none := input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(fmt.Appendf(nil, "%032d", 1)), []byte(input)))
		decodesAs(t, nil, none, whole, both)
		complete, err := jwt.DecodeComplete(none, whole, both)
		require.NoError(t, err)
		assert.Empty(t, complete.Header.KeyID)
		value, ok := complete.Header.Param("kid")
		assert.True(t, ok, "it is there, for who looks")
		assert.Empty(t, value)
	}
	for _, kid := range []string{"false", "1", `["a"]`, `{"a":1}`} {
		_, err := jwt.Decode(b64(`{"alg":"EdDSA","kid":`+kid+`}`)+"."+b64(`{}`)+".AAAA", whole, both)
		assertClass(t, err, jwt.ErrInvalidToken)
	}

	// A single key ignores the kid of the token.
	_, err = jwt.Decode(signed(t, a, "z"), a, jwt.EdDSA)
	assert.NoError(t, err)
	// The set that verifies says nothing of what is only looked at.
	look, err := jwt.DecodeUnverified(signed(t, stranger, "stranger"))
	require.NoError(t, err)
	assert.Equal(t, "stranger", look.Header.KeyID)
}

// At most 16 keys are tried; where more would be, none is.
func TestKeySetTriesFew(t *testing.T) {
	var bare, named []*jwt.Key
	for i := range 17 {
		bare = append(bare, edNumber(t, i, "").Public())
		named = append(named, edNumber(t, i, fmt.Sprint("k", i)).Public())
	}
	others := []*jwt.Key{}
	for range 20 {
		key, err := jwt.NewKey(newECKey(elliptic.P256()))
		require.NoError(t, err)
		others = append(others, key.Public())
	}
	for i := range 17 {
		token, unknown, known := signed(t, edNumber(t, i, ""), ""), signed(t, edNumber(t, i, ""), "z"), signed(t, edNumber(t, i, ""), fmt.Sprint("k", i))
		if i < 16 {
			sixteen := mustSet(t, slices.Concat(others, bare[:16])...)
			decodesAs(t, nil, token, sixteen, jwt.EdDSA)
			decodesAs(t, nil, unknown, sixteen, jwt.EdDSA)
			decodesAs(t, nil, token, mustSet(t, named[:16]...), jwt.EdDSA)
		}
		decodesAs(t, jwt.ErrKeyNotFound, token, mustSet(t, bare...), jwt.EdDSA)
		decodesAs(t, jwt.ErrKeyNotFound, unknown, mustSet(t, bare...), jwt.EdDSA)
		decodesAs(t, jwt.ErrKeyNotFound, token, mustSet(t, named...), jwt.EdDSA)
		decodesAs(t, nil, known, mustSet(t, named...), jwt.EdDSA)
		decodesAs(t, nil, known, mustSet(t, slices.Concat(bare, named)...), jwt.EdDSA)
	}
	// One key is one, however many IDs it has, and wherever it stands.
	again := []*jwt.Key{edNumber(t, 1, "first")}
	for i := range 17 {
		again = append(again, edNumber(t, 2, fmt.Sprint("k", i)))
	}
	decodesAs(t, nil, signed(t, edNumber(t, 2, ""), ""), mustSet(t, again...), jwt.EdDSA)
	_, err := jwt.Decode(signed(t, edNumber(t, 0, ""), ""), mustSet(t, bare...), jwt.EdDSA)
	assert.ErrorContains(t, err, "16")
}

// Members of one ID are told apart by what fits; where two still do, a token that names them is refused.
func TestKeySetSharedIDs(t *testing.T) {
	with := func(n int, m members) string {
		if m == nil {
			m = members{}
		}
		m["kid"] = "k"
		return string(membersOf(t, jwkOf(t, edNumber(t, n, ""))).public().text(t, m))
	}
	sig := func(n int) string { return with(n, nil) }
	es := mustKey(t, ecKeys[jwt.ES256])
	ec := string(membersOf(t, jwkOf(t, ecKeys[jwt.ES256])).public().text(t, members{"kid": "k"}))
	other := string(membersOf(t, jwkOf(t, edNumber(t, 9, ""))).public().text(t, members{"kid": "other"}))
	const both = jwt.EdDSA | jwt.Ed25519 | jwt.ES256
	unknown := `{"kty":"future","kid":"k"}`
	for name, c := range map[string]struct {
		keys    []string
		clash   bool
		good    int // the key that "k" is
		members int // of the set
		skipped int
	}{
		"two for signatures":                {[]string{sig(1), sig(2), other}, true, 0, 3, 1},
		"three for signatures":              {[]string{sig(1), sig(2), sig(3)}, true, 0, 3, 1},
		"two, of which one is there twice":  {[]string{sig(1), with(1, members{"alg": "EdDSA"}), sig(2)}, true, 0, 3, 1},
		"two, each twice":                   {[]string{sig(1), sig(2), sig(1), sig(2)}, true, 0, 2, 1},
		"the same twice":                    {[]string{sig(1), sig(1)}, false, 1, 1, 0},
		"the same, bound and not":           {[]string{sig(1), with(1, members{"alg": "EdDSA"}), sig(1)}, false, 1, 2, 0},
		"the same for two algorithms":       {[]string{with(1, members{"alg": "EdDSA"}), with(1, members{"alg": "Ed25519"})}, false, 1, 2, 0},
		"of two kinds":                      {[]string{ec, sig(1)}, false, 1, 2, 0},
		"two for two algorithms":            {[]string{with(2, members{"alg": "Ed25519"}), with(1, members{"alg": "EdDSA"})}, false, 1, 2, 0},
		"two of which one is bound":         {[]string{with(1, members{"alg": "EdDSA"}), sig(2)}, true, 0, 2, 1},
		"one for encryption":                {[]string{sig(1), with(2, members{"use": "enc"})}, false, 1, 1, 1},
		"one for encryption first":          {[]string{with(2, members{"use": "enc"}), sig(1)}, false, 1, 1, 1},
		"two for encryption":                {[]string{with(2, members{"use": "enc"}), sig(1), with(3, members{"use": "enc"})}, false, 1, 1, 2},
		"two beside one for encryption":     {[]string{with(2, members{"use": "enc"}), sig(1), sig(3)}, true, 0, 2, 2},
		"one that is public and to sign":    {[]string{with(2, members{"key_ops": []string{"sign"}}), sig(1)}, true, 0, 2, 1},
		"one that may nothing of ours":      {[]string{sig(1), with(2, members{"key_ops": []string{"deriveKey"}})}, false, 1, 1, 1},
		"one of a kind that is unknown":     {[]string{unknown, sig(1), unknown}, false, 1, 1, 2},
		"one that is malformed":             {[]string{with(2, members{"x": "AAAA"}), sig(1)}, false, 1, 1, 1},
		"a broken one and two good ones":    {[]string{with(2, members{"x": "AAAA"}), sig(1), sig(3)}, true, 0, 2, 2},
		"one for an algorithm that is none": {[]string{with(2, members{"alg": "ECDH-ES"}), sig(1)}, false, 1, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := jwt.ParseKeySet([]byte(`{"keys":[` + strings.Join(c.keys, ",") + `]}`))
			require.NoError(t, err)
			assert.Len(t, slices.Collect(set.All()), c.members)
			require.Len(t, set.Skipped(), c.skipped)
			for _, reason := range set.Skipped() {
				assertClass(t, reason, jwt.ErrInvalidKey)
			}
			if c.clash {
				assert.ErrorContains(t, set.Skipped()[c.skipped-1], `"k"`)
				for n := 1; n <= 3; n++ {
					token := signed(t, edNumber(t, n, ""), "k")
					decodesAs(t, jwt.ErrKeyNotFound, token, set, jwt.EdDSA)
					_, err := jwt.Decode(token, set, jwt.EdDSA)
					assert.ErrorContains(t, err, "two different keys")
				}
				decodesAs(t, nil, signed(t, edNumber(t, 1, ""), ""), set, jwt.EdDSA) // which names none
				return
			}
			decodesAs(t, nil, signed(t, edNumber(t, c.good, ""), "k"), set, jwt.EdDSA)
			decodesAs(t, jwt.ErrInvalidSignature, signed(t, edNumber(t, 7, ""), "k"), set, jwt.EdDSA)
			_, ok := set.Key("k")
			assert.True(t, ok)
		})
	}
	// Each of two kinds serves its own, and a clash of others spoils neither.
	set, err := jwt.ParseKeySet([]byte(`{"keys":[` + strings.Join([]string{sig(1), ec, sig(2), other}, ",") + `]}`))
	require.NoError(t, err)
	decodesAs(t, nil, signed(t, es, "k"), set, both)
	decodesAs(t, jwt.ErrKeyNotFound, signed(t, edNumber(t, 1, ""), "k"), set, both)
	decodesAs(t, nil, signed(t, edNumber(t, 9, ""), "other"), set, both)
	key, ok := set.Key("k")
	require.True(t, ok)
	assert.Equal(t, edNumber(t, 1, "").Thumbprint(), key.Thumbprint(), "the first of them")

	// Clashes of two IDs are two.
	two := func(n int) string {
		return string(membersOf(t, jwkOf(t, edNumber(t, n, ""))).public().text(t, members{"kid": "other"}))
	}
	set, err = jwt.ParseKeySet([]byte(`{"keys":[` + strings.Join([]string{sig(1), sig(2), two(3), two(4)}, ",") + `]}`))
	require.NoError(t, err)
	require.Len(t, set.Skipped(), 2)
	assert.ErrorContains(t, set.Skipped()[0], `"k"`)
	assert.ErrorContains(t, set.Skipped()[1], `"other"`)
	// One key without an ID, for an algorithm each time, serves both.
	set = mustSet(t, edNumber(t, 1, "", jwt.WithKeyAlgorithm(jwt.Ed25519)), edNumber(t, 1, "", jwt.WithKeyAlgorithm(jwt.EdDSA)))
	decodesAs(t, nil, signed(t, edNumber(t, 1, ""), ""), set, jwt.EdDSA)
	decodesAs(t, nil, signed(t, edNumber(t, 1, ""), "", jwt.WithAlgorithm(jwt.Ed25519)), set, jwt.Ed25519)
	assert.Len(t, slices.Collect(mustSet(t, edNumber(t, 1, ""), edNumber(t, 2, ""), edNumber(t, 1, "")).All()), 2)
	// Both halves are in a set that has both, and of an ID the first that verifies is shown.
	assert.Len(t, slices.Collect(mustSet(t, edNumber(t, 1, "k"), edNumber(t, 1, "k").Public()).All()), 2)
	encOnly, err := jwt.ParseJWK([]byte(with(2, members{"use": "enc"})))
	require.NoError(t, err)
	for _, keys := range [][]*jwt.Key{{encOnly, edNumber(t, 1, "k"), es}, {edNumber(t, 1, "k"), encOnly}} {
		key, ok = mustSet(t, keys...).Key("k")
		require.True(t, ok)
		assert.Equal(t, edNumber(t, 1, "").Thumbprint(), key.Thumbprint())
	}
	key, ok = mustSet(t, encOnly).Key("k")
	require.True(t, ok)
	assert.Equal(t, encOnly.Thumbprint(), key.Thumbprint())

	// Where the program gave the names, it is told at once.
	for name, c := range map[string]struct {
		keys    []*jwt.Key
		refused bool
	}{
		"two keys":                    {[]*jwt.Key{edNumber(t, 1, "k"), edNumber(t, 2, "k")}, true},
		"two keys, one bound":         {[]*jwt.Key{edNumber(t, 1, "k", jwt.WithKeyAlgorithm(jwt.EdDSA)), edNumber(t, 2, "k")}, true},
		"two keys after another":      {[]*jwt.Key{edNumber(t, 1, "a"), edNumber(t, 1, "k"), edNumber(t, 2, "k").Public()}, true},
		"the same key":                {[]*jwt.Key{edNumber(t, 1, "k"), edNumber(t, 1, "k")}, false},
		"a key and its public half":   {[]*jwt.Key{edNumber(t, 1, "k"), edNumber(t, 1, "k").Public()}, false},
		"the same, once per name":     {[]*jwt.Key{edNumber(t, 1, "k", jwt.WithKeyAlgorithm(jwt.EdDSA)), edNumber(t, 1, "k", jwt.WithKeyAlgorithm(jwt.Ed25519))}, false},
		"two keys, for one name each": {[]*jwt.Key{edNumber(t, 1, "k", jwt.WithKeyAlgorithm(jwt.EdDSA)), edNumber(t, 2, "k", jwt.WithKeyAlgorithm(jwt.Ed25519))}, false},
		"two kinds":                   {[]*jwt.Key{edNumber(t, 1, "k"), mustKey(t, ecKeys[jwt.ES256], jwt.WithKeyID("k"))}, false},
		"two secrets":                 {[]*jwt.Key{mustKey(t, secret, jwt.WithKeyID("k")), mustKey(t, secret[1:], jwt.WithKeyID("k"))}, true},
		"two secrets, for one name":   {[]*jwt.Key{mustKey(t, secret, jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(jwt.HS256)), mustKey(t, secret[1:], jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(jwt.HS256))}, true},
		"one secret":                  {[]*jwt.Key{mustKey(t, secret, jwt.WithKeyID("k")), mustKey(t, secret, jwt.WithKeyID("k"))}, false},
		"without IDs":                 {[]*jwt.Key{edNumber(t, 1, ""), edNumber(t, 2, ""), edNumber(t, 1, "")}, false},
		"nil":                         {[]*jwt.Key{edNumber(t, 1, "k"), nil}, true},
		"empty":                       {[]*jwt.Key{edNumber(t, 1, "k"), {}}, true},
	} {
		set, err := jwt.NewKeySet(c.keys...)
		if c.refused {
			assert.Nil(t, set, name)
			assertClass(t, err, jwt.ErrInvalidKey)
			continue
		}
		require.NoError(t, err, name)
		assert.Empty(t, set.Skipped())
	}
}

// The work of a token is bounded by what its candidates cost, all together.
func TestKeySetTriesCheap(t *testing.T) {
	modulus := func(bits uint, n int64) string {
		return string(members{"kty": "RSA", "e": "AQAB", "n": number(new(big.Int).Add(odd(bits), big.NewInt(2*n)))}.text(t, nil))
	}
	token := b64(`{"alg":"RS256"}`) + "." + b64(`{}`) + ".AAAA"
	for name, c := range map[string]struct {
		bits  []int
		class error
	}{
		"one of 16384":                  {[]int{16384}, jwt.ErrInvalidSignature},
		"sixteen of 4096":               {slices.Repeat([]int{4096}, 16), jwt.ErrInvalidSignature},
		"sixteen of 2048":               {slices.Repeat([]int{2048}, 16), jwt.ErrInvalidSignature},
		"eleven of 2048 and 4 of 4096":  {append(slices.Repeat([]int{2048}, 11), 4096, 4096, 4096, 4096), jwt.ErrInvalidSignature},
		"four of 8192":                  {slices.Repeat([]int{8192}, 4), jwt.ErrInvalidSignature},
		"five of 8192":                  {slices.Repeat([]int{8192}, 5), jwt.ErrKeyNotFound},
		"two of 16384":                  {[]int{16384, 16384}, jwt.ErrKeyNotFound},
		"sixteen of 16384":              {slices.Repeat([]int{16384}, 16), jwt.ErrKeyNotFound},
		"a small one and one of 16384":  {[]int{2048, 16384}, jwt.ErrKeyNotFound},
		"seventeen of 2048":             {slices.Repeat([]int{2048}, 17), jwt.ErrKeyNotFound},
		"sixteen of 4096 and one more":  {append(slices.Repeat([]int{4096}, 16), 2048), jwt.ErrKeyNotFound},
		"fifteen of 4096, one of 4104":  {append(slices.Repeat([]int{4096}, 15), 4104), jwt.ErrKeyNotFound},
		"fifteen of 4096, one of 2048 ": {append(slices.Repeat([]int{4096}, 15), 2048), jwt.ErrInvalidSignature},
	} {
		t.Run(name, func(t *testing.T) {
			var list []string
			for i, bits := range c.bits {
				list = append(list, modulus(uint(bits), int64(i)))
			}
			set, err := jwt.ParseKeySet([]byte(`{"keys":[` + strings.Join(list, ",") + `]}`))
			require.NoError(t, err)
			require.Empty(t, set.Skipped())
			_, err = jwt.Decode(token, set, jwt.RS256)
			assertClass(t, err, c.class)
		})
	}
	// One key, whatever it costs, is one, however often it stands there.
	again := make([]string, 900)
	for i := range again {
		again[i] = string(members{"kty": "RSA", "e": "AQAB", "n": number(odd(4096)), "kid": fmt.Sprint(i)}.text(t, nil))
	}
	set, err := jwt.ParseKeySet([]byte(`{"keys":[` + strings.Join(again, ",") + `]}`))
	require.NoError(t, err)
	assert.Len(t, slices.Collect(set.All()), 900)
	_, err = jwt.Decode(token, set, jwt.RS256)
	assertClass(t, err, jwt.ErrInvalidSignature)
}

// No writing of a public key is ever an HMAC secret, whatever set it stands in.
func TestKeySetIsNeverConfused(t *testing.T) {
	public, err := jwt.NewKey(&rsaKey().PublicKey, jwt.WithKeyID("k"))
	require.NoError(t, err)
	jwk, err := public.MarshalJSON()
	require.NoError(t, err)
	other, err := jwt.NewKey(secret, jwt.WithKeyID("other"))
	require.NoError(t, err)
	bare, err := jwt.NewKey(secret)
	require.NoError(t, err)
	pem := pkixPEM(t, &rsaKey().PublicKey)
	alone := mustSet(t, public)
	for name, octets := range map[string][]byte{
		"modulus": rsaKey().N.Bytes(), "modulus in base64url": []byte(number(rsaKey().N)), "PEM": pem, "PEM without its end": pem[:len(pem)-1], "JWK": jwk,
	} {
		for _, kid := range []string{"k", "other", "z", ""} {
			input := b64(`{"alg":"HS256","kid":"`+kid+`"}`) + "." + b64(`{"sub":"admin"}`)
			token := input + "." + macBy(sha256.New, octets, input)
			for _, set := range []*jwt.KeySet{alone, mustSet(t, public, other), mustSet(t, public, other, bare)} {
				for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.HS256, jwt.HS256 | jwt.RS256 | jwt.PS256} {
					claims, err := jwt.Decode(token, set, alg)
					assert.Nil(t, claims)
					if alg == jwt.HS256 && set == alone {
						assertClass(t, err, jwt.ErrInvalidKey) // no key of it is a secret
						continue
					}
					assert.ErrorIs(t, err, jwt.ErrInvalidToken, name)
				}
			}
		}
	}
}

// Neither the list that a set is made of nor what it gives out is the set's own.
func TestKeySetIsImmutable(t *testing.T) {
	a, b := edNumber(t, 1, "a"), edNumber(t, 2, "b")
	list := []*jwt.Key{a, b}
	set := mustSet(t, list...)
	list[0], list[1] = b, nil
	*a = *b
	text := slices.Concat([]byte(`{"keys":[`), jwkOf(t, edNumber(t, 3, "c")), []byte("]}"))
	parsed, err := jwt.ParseKeySet(text)
	require.NoError(t, err)
	clear(text)
	decodesAs(t, nil, signed(t, edNumber(t, 1, ""), "a"), set, jwt.EdDSA)
	decodesAs(t, nil, signed(t, edNumber(t, 2, ""), "b"), set, jwt.EdDSA)
	decodesAs(t, nil, signed(t, edNumber(t, 3, ""), "c"), parsed, jwt.EdDSA)
	key, ok := set.Key("b")
	require.True(t, ok)
	*key = jwt.Key{}
	for key := range parsed.All() {
		*key = jwt.Key{}
	}
	decodesAs(t, nil, signed(t, edNumber(t, 2, ""), "b"), set, jwt.EdDSA)
	decodesAs(t, nil, signed(t, edNumber(t, 3, ""), "c"), parsed, jwt.EdDSA)
	decodesAs(t, nil, signed(t, edNumber(t, 3, ""), ""), parsed, jwt.EdDSA)
}

func TestNoKeySet(t *testing.T) {
	assert.Equal(t, "jwt.KeySet(none)", fmt.Sprint(jwt.KeySet{}))
	assert.Equal(t, "jwt.KeySet(1 keys)", mustSet(t, edNumber(t, 1, "")).LogValue().String())
	for _, set := range []*jwt.KeySet{nil, {}} {
		assertAll(t, verifyingWays(t, set, jwt.EdDSA, "", ""), jwt.ErrInvalidKey)
		assert.Empty(t, slices.Collect(set.All()))
		assert.Empty(t, set.Skipped())
		assert.Equal(t, "jwt.KeySet(none)", set.LogValue().String())
		_, ok := set.Key("k")
		assert.False(t, ok)
	}
}

// The header that a set remembers is that of the token at hand, or of none.
func TestKeySetHeaderMemory(t *testing.T) {
	a, b := edNumber(t, 1, "a"), edNumber(t, 2, "b")
	set := mustSet(t, a, b)
	first, err := jwt.NewDecoder(set, jwt.EdDSA)
	require.NoError(t, err)
	second, err := jwt.NewDecoder(set, jwt.EdDSA|jwt.Ed25519, jwt.WithType("at+jwt"))
	require.NoError(t, err)
	tokens := map[string]string{"a": signed(t, a, "a", jwt.WithType("at+jwt")), "b": signed(t, b, "b", jwt.WithType("at+jwt"))}
	plain := signed(t, a, "a")
	crossed := tokens["a"][:strings.IndexByte(tokens["a"], '.')] + tokens["b"][strings.IndexByte(tokens["b"], '.'):]
	forged := signed(t, b, "a", jwt.WithType("at+jwt"))
	for range 3 {
		for _, kid := range []string{"a", "b", "a", "a"} {
			for _, decoder := range []*jwt.Decoder{first, second} {
				got, err := decoder.DecodeComplete(tokens[kid])
				require.NoError(t, err)
				assert.Equal(t, kid, got.Header.KeyID)
				for _, bad := range []string{crossed, forged, altered(tokens[kid])} {
					_, err = decoder.Decode(bad)
					assertClass(t, err, jwt.ErrInvalidSignature)
				}
			}
			_, err = first.Decode(plain)
			assert.NoError(t, err)
			_, err = second.Decode(plain)
			assertClass(t, err, jwt.ErrInvalidType)
		}
	}
	// What a decoder may not allow, another's memory does not allow.
	strict, err := jwt.NewDecoder(set, jwt.Ed25519)
	require.NoError(t, err)
	_, err = strict.Decode(plain)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
	_, err = jwt.Decode(plain, set, jwt.EdDSA)
	assert.NoError(t, err)
	// Nor can a caller change it.
	got, err := first.DecodeComplete(tokens["a"])
	require.NoError(t, err)
	got.Header.KeyID, got.Header.Algorithm = "b", jwt.HS256
	_, err = first.Decode(tokens["a"])
	assert.NoError(t, err)
}

// One set serves many goroutines; run it with -race.
func TestKeySetConcurrentUse(t *testing.T) {
	keys := make([]*jwt.Key, 8)
	for i := range keys {
		keys[i] = edNumber(t, i, fmt.Sprint("k", i))
	}
	set := mustSet(t, keys...)
	decoder, err := jwt.NewDecoder(set, jwt.EdDSA)
	require.NoError(t, err)
	var group sync.WaitGroup
	for i, key := range keys {
		token, bare := signed(t, key, key.ID()), signed(t, key, "")
		group.Go(func() {
			for range 20 {
				for _, token := range []string{token, bare} {
					_, err := decoder.DecodeContext(context.Background(), token)
					assert.NoError(t, err)
					_, err = jwt.Decode(token, set, jwt.EdDSA)
					assert.NoError(t, err)
				}
				_, err := decoder.Decode(signed(t, keys[(i+1)%8], key.ID()))
				assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
				_, ok := set.Key(key.ID())
				assert.True(t, ok)
				_, err = json.Marshal(set)
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
}

// A service changes its key: it signs with the new one and still verifies the old.
func TestKeyRotation(t *testing.T) {
	past, present := edNumber(t, 1, "2026-01"), edNumber(t, 2, "2026-02")
	before := mustSet(t, past)
	during := mustSet(t, present, past.Public())
	after := mustSet(t, present)
	old, fresh := signed(t, past, past.ID()), signed(t, present, present.ID())
	decodesAs(t, nil, old, before, jwt.EdDSA)
	decodesAs(t, jwt.ErrKeyNotFound, fresh, before, jwt.EdDSA)
	decodesAs(t, nil, old, during, jwt.EdDSA)
	decodesAs(t, nil, fresh, during, jwt.EdDSA)
	decodesAs(t, jwt.ErrKeyNotFound, old, after, jwt.EdDSA)
	decodesAs(t, nil, fresh, after, jwt.EdDSA)
}
