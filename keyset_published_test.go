package jwt_test

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Key sets as those publish them who issue tokens for a living, with keys made here. Each row
// says what becomes of a token that its issuer signed; what else a row is near to stands below it.

// An issuer is a row: its set, and the token by its key k1, unless it says otherwise.
type issuer struct {
	name  string
	keys  []members
	kid   string        // of the token; "" is none
	alg   jwt.Algorithm // that it is signed with
	by    *jwt.Key
	class error // of the token; nil where it is good
	says  string
	skips int
}

func TestIssuers(t *testing.T) {
	rsaA, rsaB := mustKey(t, rsaKey()), mustKey(t, rsaOthers()[0])
	es, es2, es384 := mustKey(t, ecKeys[jwt.ES256]), mustKey(t, newECKey(elliptic.P256())), mustKey(t, ecKeys[jwt.ES384])
	ed := mustKey(t, edKey)
	// of makes a member of a key, as its JWK and what is changed.
	of := func(key *jwt.Key, changes members) members {
		text, err := key.Public().MarshalJSON()
		require.NoError(t, err)
		return membersOf(t, membersOf(t, text).text(t, changes))
	}
	named := func(key *jwt.Key, kid string, more ...string) members {
		changes := members{"kid": kid}
		for i := 0; i < len(more); i += 2 {
			changes[more[i]] = more[i+1]
		}
		return of(key, changes)
	}
	// numbers writes members of a JWK otherwise, all those that are numbers.
	numbers := func(key *jwt.Key, write func(octets []byte) string) members {
		m := named(key, "k1")
		for _, name := range []string{"n", "e", "x", "y"} {
			if m[name] != nil {
				m[name] = write(octetsOf(t, m[name]))
			}
		}
		return m
	}
	raw, padded := base64.RawURLEncoding, base64.URLEncoding
	zeros := func(n int) func([]byte) string {
		return func(octets []byte) string { return raw.EncodeToString(append(make([]byte, n), octets...)) }
	}
	short, shortKey := shortCoordinate(t)
	der := func(key crypto.Signer) string { return base64.StdEncoding.EncodeToString(certificateFor(t, key).Raw) }
	nulls := members{"kid": "k1"}
	for _, name := range []string{"alg", "use", "key_ops", "x5c", "x5t", "x5t#S256", "x5u", "d", "oth", "p", "q", "dp", "dq", "qi"} {
		nulls[name] = jsonNull
	}
	empties := members{"kid": "k1"}
	for name := range nulls {
		empties[name] = ""
	}
	empties["kid"], empties["key_ops"], empties["x5c"], empties["oth"] = "k1", []string{}, []string{}, []string{}
	var google []members
	for i := range 12 {
		google = append(google, named(edNumber(t, i, ""), fmt.Sprint("k", i)))
	}
	many := func(n int) (list []members) {
		for i := range n {
			list = append(list, of(edNumber(t, i+100, ""), nil))
		}
		return list
	}
	other := named(rsaB, "other")

	for _, i := range []issuer{
		// One name, several members.
		{"Keycloak: a key for signatures and one for encryption", []members{named(rsaB, "k2", "alg", "RSA-OAEP", "use", "enc"), named(rsaA, "k1", "alg", "RS256", "use", "sig")}, "k1", jwt.RS256, rsaA, nil, "", 1},
		{"Keycloak: both under one kid", []members{named(rsaB, "k1", "alg", "RSA-OAEP", "use", "enc"), named(rsaA, "k1", "alg", "RS256", "use", "sig")}, "k1", jwt.RS256, rsaA, nil, "", 1},
		{"Keycloak: one key once per algorithm", []members{named(rsaA, "k1", "alg", "RS256"), named(rsaA, "k1", "alg", "RS384"), named(rsaA, "k1", "alg", "PS256")}, "k1", jwt.PS256, rsaA, nil, "", 0},
		{"Keycloak: one key once per algorithm, another one asked for", []members{named(rsaA, "k1", "alg", "RS256"), named(rsaA, "k1", "alg", "RS384"), other}, "k1", jwt.RS512, rsaA, jwt.ErrInvalidAlgorithm, "RS512", 0},
		{"PingAM: RSA and EC under one kid", []members{named(rsaA, "k1"), named(es, "k1"), named(es384, "k1")}, "k1", jwt.ES256, es, nil, "", 0},
		{"PingAM: the other of them", []members{named(rsaA, "k1"), named(es, "k1"), named(es384, "k1")}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"PingAM: two of one kind under one kid", []members{named(rsaA, "k1"), named(rsaB, "k1"), named(es, "k1")}, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, "two different keys", 1},
		{"PingAM: the third of them", []members{named(rsaA, "k1"), named(rsaB, "k1"), named(es, "k1")}, "k1", jwt.ES256, es, nil, "", 1},
		{"a British bank: the same member twice", []members{named(rsaA, "k1", "alg", "PS256"), named(rsaA, "k1", "alg", "PS256")}, "k1", jwt.PS256, rsaA, nil, "", 0},
		{"a British bank: the same member with x5u and without", []members{named(rsaA, "k1", "alg", "PS256", "x5u", "https://example.com/c"), named(rsaA, "k1", "alg", "PS256")}, "k1", jwt.PS256, rsaA, nil, "", 0},
		{"a British bank: a clash of old keys", []members{named(rsaB, "old"), named(mustKey(t, rsaOthers()[1]), "old"), named(rsaA, "k1")}, "k1", jwt.RS256, rsaA, nil, "", 1},
		{"Open Banking: sig and enc by use alone", []members{named(rsaB, "k1", "use", "enc"), named(rsaA, "k1", "use", "sig")}, "k1", jwt.PS256, rsaA, nil, "", 1},
		{"Open Banking: the key of that kid is for encryption", []members{named(rsaA, "k1", "use", "enc"), other}, "k1", jwt.PS256, rsaA, jwt.ErrKeyNotFound, `"use" is "enc"`, 1},
		{"Consumer Data Standards: two keys told apart by alg", []members{named(es, "k1", "alg", "ES256"), named(rsaA, "k1", "alg", "PS256"), named(rsaB, "k1", "alg", "RS256")}, "k1", jwt.PS256, rsaA, nil, "", 0},

		// Numbers.
		{"Java, BigInteger: a zero in front of n", []members{of(rsaA, members{"kid": "k1", "n": zeros(1)(rsaKey().N.Bytes())})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"Java, BigInteger: a zero in front of x and y", []members{numbers(es, zeros(1))}, "k1", jwt.ES256, es, nil, "", 0},
		{"Java, BigInteger: x without the zeros it starts with", []members{short}, "k1", jwt.ES256, shortKey, nil, "", 0},
		{"Java, toByteArray on P-521", []members{numbers(mustKey(t, ecKeys[jwt.ES512]), zeros(1))}, "k1", jwt.ES512, mustKey(t, ecKeys[jwt.ES512]), nil, "", 0},
		{".NET: e in four octets", []members{of(rsaA, members{"kid": "k1", "e": "AAEAAQ"})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{".NET: e in four octets, padded", []members{of(rsaA, members{"kid": "k1", "e": "AAEAAQ=="})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"WSO2: padding", []members{numbers(rsaA, padded.EncodeToString)}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"WSO2: padding of coordinates", []members{numbers(es, padded.EncodeToString)}, "k1", jwt.ES256, es, nil, "", 0},
		{"padding of an Ed25519 key", []members{numbers(ed, padded.EncodeToString)}, "k1", jwt.EdDSA, ed, nil, "", 0},
		{"base64 in place of base64url", []members{of(rsaA, members{"kid": "k1", "n": "+/" + number(rsaKey().N)[2:]})}, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, "base64url", 1},
		{"a coordinate of more octets", []members{numbers(es, func(o []byte) string { return raw.EncodeToString(append([]byte{1}, o...)) })}, "k1", jwt.ES256, es, jwt.ErrKeyNotFound, "more bytes", 1},
		{"an Ed25519 key with a zero in front, which is no number", []members{numbers(ed, zeros(1))}, "k1", jwt.EdDSA, ed, jwt.ErrKeyNotFound, "33", 1},

		// What is null, empty or not to be read.
		{".NET: members that are null", []members{of(rsaA, nulls)}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"SimpleIdServer: members that are empty", []members{of(rsaA, empties)}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"Confluent: kid null, and none in the token", []members{of(rsaA, members{"kid": jsonNull})}, "", jwt.RS256, rsaA, nil, "", 0},
		{"Confluent: kid null, and one in the token", []members{of(rsaA, members{"kid": jsonNull})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"kid empty", []members{named(rsaA, ""), other}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"a kid that is a number", []members{of(rsaA, members{"kid": 17}), other}, "17", jwt.RS256, rsaA, jwt.ErrKeyNotFound, "the number", 1},
		{"a kid that is a number, for another token", []members{of(rsaB, members{"kid": 17}), named(rsaA, "k1")}, "k1", jwt.RS256, rsaA, nil, "", 1},
		{"Entra: x5c and x5t", []members{of(rsaA, members{"kid": "k1", "use": "sig", "x5t": "AAAA", "x5c": []string{der(rsaKey())}})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"Entra: x5c in base64url", []members{of(rsaA, members{"kid": "k1", "x5c": []string{raw.EncodeToString(certificateFor(t, rsaKey()).Raw)}})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"x5c of another key", []members{of(rsaA, members{"kid": "k1", "x5c": []string{der(ecKeys[jwt.ES256])}})}, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, "x5c", 1},
		{"x5c of nothing that is a certificate", []members{of(rsaA, members{"kid": "k1", "x5c": []string{"MIIB"}})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"x5t and x5u that are no strings", []members{of(rsaA, members{"kid": "k1", "x5t": 1, "x5u": []string{"u"}, "x5t#S256": members{}})}, "k1", jwt.RS256, rsaA, nil, "", 0},

		// What a key is for.
		{"SPIFFE: use jwt-svid", []members{named(es, "k1", "use", "jwt-svid"), named(es2, "x", "use", "x509-svid")}, "k1", jwt.ES256, es, nil, "", 1},
		{"SPIFFE: the key of certificates", []members{named(es, "k1", "use", "x509-svid"), named(es2, "k2", "use", "jwt-svid")}, "k1", jwt.ES256, es, jwt.ErrKeyNotFound, "x509-svid", 1},
		{"a public key with key_ops sign", []members{of(rsaA, members{"kid": "k1", "key_ops": []string{"sign"}})}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"Web Crypto: ext and key_ops verify", []members{of(es, members{"kid": "k1", "ext": true, "key_ops": []string{"verify"}})}, "k1", jwt.ES256, es, nil, "", 0},
		{"key_ops twice the same", []members{of(es, members{"kid": "k1", "key_ops": []string{"verify", "verify"}})}, "k1", jwt.ES256, es, nil, "", 0},
		{"key_ops of encryption", []members{of(rsaA, members{"kid": "k1", "key_ops": []string{"wrapKey", "encrypt"}}), other}, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, "wrapKey", 1},
		{"an alg of encryption", []members{named(rsaA, "k1", "alg", "RSA-OAEP-256"), other}, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, "RSA-OAEP-256", 1},
		{"Okta: alg in the JWK, another in the token", []members{named(rsaA, "k1", "alg", "RS256")}, "k1", jwt.RS384, rsaA, jwt.ErrInvalidKey, "RS256", 0},
		{"Okta: the same beside another key", []members{named(rsaA, "k1", "alg", "RS256"), other}, "k1", jwt.RS384, rsaA, jwt.ErrInvalidAlgorithm, "RS256", 0},

		// Which key.
		{"Apple: three keys, one of them named", []members{named(rsaA, "k1", "alg", "RS256"), named(rsaB, "k2", "alg", "RS256"), named(mustKey(t, rsaOthers()[1]), "k3", "alg", "RS256")}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"Google: a dozen keys, and no kid in the token", google, "", jwt.EdDSA, edNumber(t, 7, ""), nil, "", 0},
		{"Auth0: a key that left", []members{named(rsaB, "k2")}, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, `no key "k1"`, 0},
		{"Cognito: a token by another key of the set", []members{named(rsaA, "k1"), named(rsaB, "k2")}, "k2", jwt.RS256, rsaA, jwt.ErrInvalidSignature, "", 0},
		{"GitLab: sixteen keys without kid", append(many(15), of(ed, nil)), "k1", jwt.EdDSA, ed, nil, "", 0},
		{"GitLab: seventeen keys without kid", append(many(16), of(ed, nil)), "k1", jwt.EdDSA, ed, jwt.ErrKeyNotFound, "16", 0},
		{"Hydra: all keys revoked", nil, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, `"k1"`, 0},
		{"Vault: a set of keys that are all unknown", []members{{"kty": "future", "kid": "k1"}, {"kty": "EC", "crv": "secp256k1", "kid": "k2", "x": "AA", "y": "AA"}}, "k1", jwt.RS256, rsaA, jwt.ErrKeyNotFound, "future", 2},
		{"Kubernetes: private members published by mistake", []members{membersOf(t, membersOf(t, jwkOf(t, rsaKey())).text(t, members{"kid": "k1"}))}, "k1", jwt.RS256, rsaA, nil, "", 0},
		{"members nobody knows", []members{of(rsaA, members{"kid": "k1", "iat": 1, "exp": 1.5, "issuer": members{"a": []any{nil, true}}, "ext": jsonNull})}, "k1", jwt.RS256, rsaA, nil, "", 0},
	} {
		t.Run(i.name, func(t *testing.T) {
			list := i.keys
			if list == nil {
				list = []members{}
			}
			text, err := json.Marshal(map[string]any{"keys": list})
			require.NoError(t, err)
			set, err := jwt.ParseKeySet(text)
			require.NoError(t, err)
			require.Len(t, set.Skipped(), i.skips, "%v", set.Skipped())
			for _, reason := range set.Skipped() {
				assertClass(t, reason, jwt.ErrInvalidKey)
				assert.Contains(t, reason.Error(), "member")
			}
			token := signed(t, i.by, i.kid, jwt.WithAlgorithm(i.alg))
			decodesAs(t, i.class, token, set, i.alg)
			if i.class == nil {
				// As the set is written again, canonically, it serves the same tokens.
				written, err := set.MarshalJSON()
				require.NoError(t, err)
				assert.NotRegexp(t, `"[ne]":"AA|"[nexy]":"[^"]*=`, string(written))
				again, err := jwt.ParseKeySet(written)
				require.NoError(t, err)
				decodesAs(t, nil, token, again, i.alg)
				return
			}
			_, err = jwt.Decode(token, set, i.alg)
			assert.ErrorContains(t, err, i.says)
			if i.class == jwt.ErrKeyNotFound && i.skips > 0 {
				var all strings.Builder
				for _, reason := range set.Skipped() {
					fmt.Fprintln(&all, reason)
				}
				assert.Contains(t, all.String(), i.says, "Skipped says it too")
			}
		})
	}
}

var rsaOthers = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return keys
})

// shortCoordinate is a key whose x or y starts with a zero, written without it.
func shortCoordinate(t testing.TB) (members, *jwt.Key) {
	t.Helper()
	for range 5000 {
		key := mustKey(t, newECKey(elliptic.P256()))
		text, err := key.Public().MarshalJSON()
		require.NoError(t, err)
		m := membersOf(t, text)
		x, y := octetsOf(t, m["x"]), octetsOf(t, m["y"])
		if x[0] == 0 || y[0] == 0 {
			m["kid"], m["x"], m["y"] = "k1", number(new(big.Int).SetBytes(x)), number(new(big.Int).SetBytes(y))
			return m, key
		}
	}
	t.Fatal("no coordinate had a leading zero, which one in 128 keys has")
	return nil, nil
}

// A thumbprint is that of what is written, whatever was read.
func TestIssuersThumbprint(t *testing.T) {
	good := membersOf(t, jwkOf(t, rsaKey())).public()
	want := thumbprintOf(t, &rsaKey().PublicKey)
	for name, changes := range map[string]members{
		"zeros":   {"n": base64.RawURLEncoding.EncodeToString(append([]byte{0, 0}, rsaKey().N.Bytes()...)), "e": "AAEAAQ"},
		"padding": {"n": base64.URLEncoding.EncodeToString(rsaKey().N.Bytes()), "e": "AAEAAQ=="}, "nulls": {"d": jsonNull, "kid": jsonNull, "oth": []any{}},
	} {
		key, err := jwt.ParseJWK(good.text(t, changes))
		require.NoError(t, err, name)
		assert.Equal(t, want, key.Thumbprint(), name)
		text, err := key.MarshalJSON()
		require.NoError(t, err)
		assert.Equal(t, good, membersOf(t, text), name)
	}
}

// Private keys as they are kept: their numbers too may have zeros in front, and padding.
func TestIssuersPrivateKeys(t *testing.T) {
	rsaJWK, ecJWK, edJWK := membersOf(t, jwkOf(t, rsaKey())), membersOf(t, jwkOf(t, ecKeys[jwt.ES256])), membersOf(t, jwkOf(t, edKey))
	written := func(m members, write func([]byte) string, names ...string) members {
		changes := members{}
		for _, name := range names {
			changes[name] = write(octetsOf(t, m[name]))
		}
		return changes
	}
	zero := func(o []byte) string { return base64.RawURLEncoding.EncodeToString(append([]byte{0}, o...)) }
	bare := func(o []byte) string { return number(new(big.Int).SetBytes(o)) }
	numbers := []string{"n", "e", "d", "p", "q", "dp", "dq", "qi"}
	without := func(names ...string) members {
		changes := members{}
		for _, name := range names {
			changes[name] = nil
		}
		return changes
	}
	for name, c := range map[string]struct {
		jwk     members
		changes members
	}{
		"RSA with zeros":             {rsaJWK, written(rsaJWK, zero, numbers...)},
		"RSA with padding":           {rsaJWK, written(rsaJWK, base64.URLEncoding.EncodeToString, numbers...)},
		"RSA without primes":         {rsaJWK, without("p", "q", "dp", "dq", "qi")},
		"RSA without exponents":      {rsaJWK, without("dp", "dq", "qi")},
		"RSA without qi":             {rsaJWK, without("qi")},
		"RSA, primes null":           {rsaJWK, members{"p": jsonNull, "q": jsonNull, "dp": jsonNull, "dq": "", "qi": jsonNull, "oth": []any{}}},
		"RSA with p alone":           {rsaJWK, without("q", "dp", "dq", "qi")},
		"EC with zeros":              {ecJWK, written(ecJWK, zero, "x", "y", "d")},
		"EC without zeros":           {ecJWK, written(ecJWK, bare, "x", "y", "d")},
		"EC with padding":            {ecJWK, written(ecJWK, base64.URLEncoding.EncodeToString, "x", "y", "d")},
		"Ed25519 with padding":       {edJWK, written(edJWK, base64.URLEncoding.EncodeToString, "x", "d")},
		"Web Crypto: all operations": {ecJWK, members{"ext": true, "key_ops": []string{"sign", "verify"}}},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := jwt.ParseJWK(c.jwk.text(t, c.changes))
			require.NoError(t, err)
			require.True(t, key.IsPrivate())
			token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
			require.NoError(t, err)
			decodesAs(t, nil, token, mustSet(t, key.Public()), jwt.RS256|jwt.ES256|jwt.EdDSA)
			text, err := key.MarshalPrivateJWK()
			require.NoError(t, err)
			again := membersOf(t, text)
			for _, name := range []string{"n", "e", "x", "y", "d"} {
				assert.Equal(t, c.jwk[name], again[name], name)
			}
			assert.Equal(t, c.jwk["p"] != nil, again["p"] != nil && again["qi"] != nil, "what was missing is written")
		})
	}
}

// What is given in place of a set says what it seems to be.
func TestNoKeySetSeems(t *testing.T) {
	certificate, err := json.Marshal(edCertificate)
	require.NoError(t, err)
	for name, c := range map[string]struct{ text, says string }{
		"nothing":                  {"", "empty"},
		"white space":              {" \n", "empty"},
		"a single JWK":             {string(jwkOf(t, edKey)), "ParseJWK"},
		"a discovery document":     {`{"issuer":"https://example.com","jwks_uri":"https://example.com/jwks.json"}`, "jwks_uri"},
		"Google's certificates":    {`{"a":` + string(certificate) + `,"b":` + string(certificate) + `}`, "certificates"},
		"HTML":                     {"<!DOCTYPE html>\n<html>", "HTML"},
		"a byte order mark":        {"\ufeff" + `{"keys":[]}`, "byte order mark"},
		"UTF-16":                   {string(utf16Of([]byte(`{"keys":[]}`), binary.LittleEndian, true)), "UTF-16"},
		"an array of keys":         {`[` + string(jwkOf(t, edKey)) + `]`, `"keys"`},
		"PEM":                      {string(pkixPEM(t, edKey.Public())), "ParsePEM"},
		"UTF-16, big":              {string(utf16Of([]byte(`{"keys":[]}`), binary.BigEndian, true)), "UTF-16"},
		"an empty object":          {"{}", `no array "keys"`},
		"a certificate of Google":  {`{"a":` + string(certificate) + `}`, "certificates"},
		"PEM within JSON, cut off": {`{"a":"-----BEGIN PUBLIC KEY-----`, "not valid JSON"},
		"PEM after something else": {"x-----BEGIN PUBLIC KEY-----", "not valid JSON"},
		"a dash":                   {"-x", "not valid JSON"},
		"an address without TLS":   {"http://example.com/jwks.json", "address"},
		"an address":               {"https://example.com/jwks.json", "address"},
		"an error":                 {`{"error":"not_found"}`, `no array "keys"`},
		"keys that are no array":   {`{"keys":{"a":1}}`, "no array"},
		"a string":                 {`"{\"keys\":[]}"`, "no JSON object"},
		"cut off":                  {`{"keys":[`, "not valid JSON"},
		"keys, and keys once more": {`{"keys":[],"k\u0065ys":[]}`, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := jwt.ParseKeySet([]byte(c.text))
			assert.Nil(t, set)
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

// Of the options of keys a set takes one.
func TestParseKeySetOptions(t *testing.T) {
	outsideFIPSOnly(t)
	weakKey := mustKey(t, rsaWeakKey(), jwt.AllowWeakKey())
	weak, err := weakKey.Public().MarshalJSON()
	require.NoError(t, err)
	text := []byte(`{"keys":[` + string(weak) + `,{"kty":"oct","kid":"s","k":"c2hvcnQ"}]}`)
	set, err := jwt.ParseKeySet(text)
	require.NoError(t, err)
	assert.Len(t, set.Skipped(), 2)
	set, err = jwt.ParseKeySet(text, jwt.AllowWeakKey())
	require.NoError(t, err)
	assert.Empty(t, set.Skipped())
	decodesAs(t, nil, signed(t, weakKey, ""), set, jwt.RS256)
	for name, opts := range map[string][]jwt.KeyOption{
		"an ID": {jwt.WithKeyID("k")}, "no ID": {jwt.WithKeyID("")}, "an algorithm": {jwt.WithKeyAlgorithm(jwt.RS256)}, "nil": {nil},
		"two": {jwt.AllowWeakKey(), jwt.WithKeyID("k")}, "an algorithm that is none": {jwt.WithKeyAlgorithm(0)},
	} {
		set, err := jwt.ParseKeySet(text, opts...)
		assert.Nil(t, set, name)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// Keys and sets are written by value too, as fields of a struct.
func TestMarshalByValue(t *testing.T) {
	key := mustKey(t, edKey, jwt.WithKeyID("k"))
	want, err := key.MarshalJSON()
	require.NoError(t, err)
	set := mustSet(t, key)
	config := struct {
		Key     jwt.Key
		Pointer *jwt.Key
		Keys    jwt.KeySet
		Nothing *jwt.Key
	}{*key, key, *set, nil}
	text, err := json.Marshal(config)
	require.NoError(t, err)
	assert.JSONEq(t, fmt.Sprintf(`{"Key":%s,"Pointer":%s,"Keys":{"keys":[%s]},"Nothing":null}`, want, want, want), string(text))
	assertNoOctets(t, string(text), edKey.Seed())
	_, err = json.Marshal(map[string]jwt.Key{"zero": {}})
	assertClass(t, err, jwt.ErrInvalidKey)
}
