package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What has gone wrong with tokens, a test for each class, so that
//
//	go test -run Threat -v .
//
// reads as a table. Where other tests hold a class in full, these hold its core.

// admit is the control of each test: what is right is accepted.
func admit[K jwt.VerificationKey](t *testing.T, token string, key K, alg jwt.Algorithm, opts ...jwt.DecodeOption) {
	t.Helper()
	_, err := jwt.Decode(token, key, alg, append([]jwt.DecodeOption{at(now)}, opts...)...)
	require.NoError(t, err)
}

// refuse wants exactly that class, and nothing beside it.
func refuse[K jwt.VerificationKey](t *testing.T, class error, token string, key K, alg jwt.Algorithm, opts ...jwt.DecodeOption) {
	t.Helper()
	claims, err := jwt.Decode(token, key, alg, append([]jwt.DecodeOption{at(now)}, opts...)...)
	assert.Nil(t, claims)
	assertClass(t, err, class)
}

// forgeWith signs any header and payload with any key.
func forgeWith(t *testing.T, key *jwt.Key, alg jwt.Algorithm, header, payload string) string {
	t.Helper()
	input := b64(header) + "." + b64(payload)
	signature, err := jwt.SignOctets(key, alg, []byte(input))
	require.NoError(t, err)
	return withSignature(input, signature)
}

func withSignature(input string, signature []byte) string {
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func headed(alg jwt.Algorithm) string { return `{"alg":"` + alg.String() + `"}` }

const good = `{"sub":"alice"}`

func TestThreat01_AlgNone(t *testing.T) {
	admit(t, claimed(good), secret, jwt.HS256)
	for _, name := range []string{"none", "None", "NONE", "nOnE", " none", "none ", "n\u014fne", "none\\u0000"} {
		header := `{"alg":"` + name + `"}`
		refuse(t, jwt.ErrInvalidAlgorithm, b64(header)+"."+b64(good)+".", secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidAlgorithm, forge(header, good), secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidAlgorithm, b64(header)+"."+b64(good)+".", &rsaKey().PublicKey, jwt.RS256)
		_, err := jwt.ParseAlgorithm(name)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	refuse(t, jwt.ErrInvalidOption, claimed(good), secret, 0)
	refuse(t, jwt.ErrInvalidSignature, cutSignature(claimed(good)), secret, jwt.HS256)
}

func TestThreat02_UnknownAlg(t *testing.T) {
	for _, alg := range []string{`"XS256"`, `"HS1"`, `"hs256"`, `"HS256 "`, `""`, `null`, `256`, `["HS256"]`, `{"HS256":1}`, `true`} {
		for _, token := range []string{forge(`{"alg":`+alg+`}`, good), b64(`{"alg":`+alg+`}`) + "." + b64(good) + "."} {
			refuse(t, jwt.ErrInvalidAlgorithm, token, secret, jwt.HS256)
		}
	}
	refuse(t, jwt.ErrInvalidAlgorithm, forge(`{"typ":"JWT"}`, good), secret, jwt.HS256)
	refuse(t, jwt.ErrInvalidAlgorithm, b64(`{}`)+"."+b64(good)+".", secret, jwt.HS256)
}

func TestThreat03_KeyConfusion(t *testing.T) {
	public := &rsaKey().PublicKey
	admit(t, forgeWith(t, mustKey(t, rsaKey()), jwt.RS256, headed(jwt.RS256), good), public, jwt.RS256)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	jwk, err := mustKey(t, public).MarshalJSON()
	require.NoError(t, err)
	edPublicKey := edKey.Public().(ed25519.PublicKey)
	for name, octets := range map[string][]byte{"PEM": asPEM, "PEM without its end": bytes.TrimSpace(asPEM), "DER": der, "JWK": jwk, "modulus": public.N.Bytes(), "Ed25519": edPublicKey} {
		input := b64(headed(jwt.HS256)) + "." + b64(good)
		m := hmac.New(sha256.New, octets)
		m.Write([]byte(input))
		token := withSignature(input, m.Sum(nil))
		// The public key does not verify MACs, whatever is allowed beside it.
		refuse(t, jwt.ErrInvalidAlgorithm, token, public, jwt.RS256)
		refuse(t, jwt.ErrInvalidAlgorithm, token, public, jwt.RS256|jwt.HS256)
		refuse(t, jwt.ErrInvalidKey, token, public, jwt.HS256)
		refuse(t, jwt.ErrInvalidAlgorithm, token, edPublicKey, jwt.EdDSA|jwt.HS256)
		refuse(t, jwt.ErrInvalidAlgorithm, token, mustSet(t, mustKey(t, public, jwt.WithKeyID(name))), jwt.RS256)
	}
	// And what reads as such a key is no secret.
	for _, octets := range [][]byte{asPEM, slices.Concat([]byte(" \n\ufeff"), asPEM), jwk, slices.Concat([]byte("\t"), jwk), fmt.Appendf(nil, `{"keys":[%s]}`, jwk),
		[]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"),
		[]byte("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT")} {
		refuse(t, jwt.ErrInvalidKey, claimed(good), octets, jwt.HS256)
		_, err := jwt.NewKey(octets)
		assertClass(t, err, jwt.ErrInvalidKey)
	}
	assertClass(t, weakly("a string"), jwt.ErrInvalidKey)
}

func TestThreat04_OneAlgorithmDecides(t *testing.T) {
	both := jwt.RS256 | jwt.PS256
	bound := mustKey(t, rsaKey(), jwt.WithKeyAlgorithm(jwt.RS256), jwt.WithKeyID("k"))
	free := mustKey(t, rsaKey())
	rs, ps := forgeWith(t, free, jwt.RS256, headed(jwt.RS256), good), forgeWith(t, free, jwt.PS256, headed(jwt.PS256), good)
	admit(t, rs, bound, both)
	admit(t, ps, free, both)
	refuse(t, jwt.ErrInvalidAlgorithm, ps, bound, both)
	refuse(t, jwt.ErrInvalidAlgorithm, ps, free, jwt.RS256)
	refuse(t, jwt.ErrKeyNotFound, ps, mustSet(t, bound), both)
	refuse(t, jwt.ErrInvalidAlgorithm, forgeWith(t, free, jwt.PS256, `{"alg":"PS256","kid":"k"}`, good), mustSet(t, bound), both)
	// The header says one thing, the signature is another.
	refuse(t, jwt.ErrInvalidSignature, forgeWith(t, free, jwt.PS256, headed(jwt.RS256), good), free, both)
	refuse(t, jwt.ErrInvalidSignature, forgeWith(t, mustKey(t, secret), jwt.HS512, headed(jwt.HS256), good), secret, jwt.HS256|jwt.HS512)
}

func TestThreat05_EmptySecret(t *testing.T) {
	input := b64(headed(jwt.HS256)) + "." + b64(good)
	m := hmac.New(sha256.New, nil)
	m.Write([]byte(input))
	token := withSignature(input, m.Sum(nil))
	for _, empty := range [][]byte{nil, {}, make([]byte, 32), make([]byte, 64)} {
		refuse(t, jwt.ErrInvalidKey, token, empty, jwt.HS256)
		_, err := jwt.Encode(jwt.Claims{}, empty)
		assertClass(t, err, jwt.ErrInvalidKey)
		_, err = jwt.NewKey(empty, jwt.AllowWeakKey())
		assertClass(t, err, jwt.ErrInvalidKey)
		_, err = jwt.ParseJWK([]byte(`{"kty":"oct","k":"`+b64(string(empty))+`"}`), jwt.AllowWeakKey())
		assertClass(t, err, jwt.ErrInvalidKey)
	}
	// A look-up that finds nothing gives no key that would serve.
	missing, found := mustSet(t).Key("x")
	assert.False(t, found)
	refuse(t, jwt.ErrInvalidKey, token, missing, jwt.HS256)
	refuse(t, jwt.ErrKeyNotFound, token, mustSet(t), jwt.HS256)
}

func TestThreat06_ShortSecret(t *testing.T) {
	for alg, size := range map[jwt.Algorithm]int{jwt.HS256: 32, jwt.HS384: 48, jwt.HS512: 64} {
		short, enough := secret[:size-1], secret[:size]
		token, err := jwt.Encode(jwt.Claims{}, enough, jwt.WithAlgorithm(alg))
		require.NoError(t, err)
		admit(t, token, enough, alg)
		refuse(t, jwt.ErrInvalidKey, token, short, alg)
		_, err = jwt.Encode(jwt.Claims{}, short, jwt.WithAlgorithm(alg))
		assertClass(t, err, jwt.ErrInvalidKey)
		_, err = jwt.NewKey(short, jwt.WithKeyAlgorithm(alg))
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.NoError(t, weakly(short), "but for those who ask for it by name")
	}
}

func TestThreat07_SignatureOfZeros(t *testing.T) {
	for alg, key := range ecKeys {
		size := (key.Params().BitSize + 7) / 8
		n := key.Params().N
		number := func(n *big.Int) []byte { return n.FillBytes(make([]byte, size)) }
		zero, one := new(big.Int), big.NewInt(1)
		input := b64(headed(alg)) + "." + b64(good)
		admit(t, forgeWith(t, mustKey(t, key), alg, headed(alg), good), &key.PublicKey, alg)
		for _, r := range []*big.Int{zero, one, n, new(big.Int).Sub(n, one), new(big.Int).Add(n, one), key.Params().P} {
			for _, s := range []*big.Int{zero, one, n, new(big.Int).Sub(n, one), new(big.Int).Add(n, one)} {
				refuse(t, jwt.ErrInvalidSignature, withSignature(input, slices.Concat(number(r), number(s))), &key.PublicKey, alg)
			}
		}
	}
}

func TestThreat08_SizeOfECDSA(t *testing.T) {
	for alg, key := range ecKeys {
		input := b64(headed(alg)) + "." + b64(good)
		signature, err := jwt.SignOctets(mustKey(t, key), alg, []byte(input))
		require.NoError(t, err)
		size := len(signature) / 2
		r, s := signature[:size], signature[size:]
		digest := alg.Hash().New()
		digest.Write([]byte(input))
		der, err := ecdsa.SignASN1(rand.Reader, key, digest.Sum(nil))
		require.NoError(t, err)
		for name, other := range map[string][]byte{
			"DER": der, "one more": append(slices.Clone(signature), 0), "one less": signature[:2*size-1], "half": r, "nothing": {}, "in four halves": slices.Concat(signature, signature),
			"padded": slices.Concat([]byte{0}, r, []byte{0}, s), "zeros before": slices.Concat([]byte{0, 0}, signature), "halves exchanged": slices.Concat(s, r),
			"S padded": slices.Concat(r, []byte{0}, s), "S padded much": slices.Concat(r, make([]byte, 9), s),
		} {
			_, err := jwt.Decode(withSignature(input, other), &key.PublicKey, alg)
			assert.ErrorIs(t, err, jwt.ErrInvalidSignature, "%v %s", alg, name)
		}
		// RFC 7518 knows two signatures of the same content: S and n-S.
		negated := new(big.Int).Sub(key.Params().N, new(big.Int).SetBytes(s)).FillBytes(make([]byte, size))
		admit(t, withSignature(input, slices.Concat(r, negated)), &key.PublicKey, alg)
	}
}

func TestThreat09_CurveMismatch(t *testing.T) {
	for alg, key := range ecKeys {
		for other := range ecKeys {
			if other != alg {
				token := forgeWith(t, mustKey(t, key), alg, headed(other), good)
				refuse(t, jwt.ErrInvalidKey, token, &key.PublicKey, other)
				refuse(t, jwt.ErrInvalidAlgorithm, token, &key.PublicKey, alg|other)
			}
		}
		p := key.Params()
		//lint:ignore SA1019 nothing else makes a key that is no point
		off := &ecdsa.PublicKey{Curve: key.Curve, X: new(big.Int).Set(key.X), Y: mod1(new(big.Int).Add(key.Y, big.NewInt(1)), p.P)}
		for name, public := range map[string]*ecdsa.PublicKey{
			"off the curve": off, "infinity": {Curve: key.Curve, X: new(big.Int), Y: new(big.Int)}, "not reduced": {Curve: key.Curve, X: new(big.Int).Add(key.X, p.P), Y: key.Y},
			"negative": {Curve: key.Curve, X: new(big.Int).Neg(key.X), Y: key.Y}, "no curve": {X: key.X, Y: key.Y}, "no point": {Curve: key.Curve}, "P-224": {Curve: elliptic.P224(), X: key.X, Y: key.Y},
		} {
			_, err := jwt.Decode(claimed(good), public, alg)
			assert.ErrorIs(t, err, jwt.ErrInvalidKey, "%v %s", alg, name)
		}
	}
}

func mod1(n, p *big.Int) *big.Int { return n.Mod(n, p) }

func TestThreat10_MalleableEdDSA(t *testing.T) {
	public := edKey.Public().(ed25519.PublicKey)
	input := b64(headed(jwt.EdDSA)) + "." + b64(good)
	signature := ed25519.Sign(edKey, []byte(input))
	admit(t, withSignature(input, signature), public, jwt.EdDSA)
	// RFC 8032, Section 5.1.7: S is in range. S plus the order is the same equation.
	order, ok := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	require.True(t, ok)
	s := slices.Clone(signature[32:])
	slices.Reverse(s)
	greater := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(greater)
	for name, other := range map[string][]byte{
		"S plus the order": slices.Concat(signature[:32], greater), "zeros": make([]byte, 64), "63 octets": signature[:63], "65 octets": append(slices.Clone(signature), 0), "none": {},
		"neutral R, zero S": append([]byte{1}, make([]byte, 63)...),
	} {
		_, err := jwt.Decode(withSignature(input, other), public, jwt.EdDSA)
		assert.ErrorIs(t, err, jwt.ErrInvalidSignature, name)
	}
	neutral := ed25519.PublicKey(append([]byte{1}, make([]byte, 31)...)) // by which a signature may hold for anything
	for _, key := range []ed25519.PublicKey{nil, {}, public[:31], append(slices.Clone(public), 0), make([]byte, 32), neutral} {
		refuse(t, jwt.ErrInvalidKey, withSignature(input, signature), key, jwt.EdDSA)
	}
	for _, key := range []ed25519.PrivateKey{nil, {}, edKey[:32], append(slices.Clone(edKey), 0), slices.Concat(edKey[:32], ed25519.PrivateKey(neutral))} {
		_, err := jwt.Encode(jwt.Claims{}, key)
		assertClass(t, err, jwt.ErrInvalidKey)
	}
}

func TestThreat11_LenientRSA(t *testing.T) {
	key := rsaKey()
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.PS256} {
		input := b64(headed(alg)) + "." + b64(good)
		digest := sha256.Sum256([]byte(input))
		signature, err := jwt.SignOctets(mustKey(t, key), alg, []byte(input))
		require.NoError(t, err)
		admit(t, withSignature(input, signature), &key.PublicKey, alg)
		other := jwt.RS256 ^ jwt.PS256 ^ alg
		swapped, err := jwt.SignOctets(mustKey(t, key), other, []byte(input))
		require.NoError(t, err)
		bad := map[string][]byte{
			"zeros before": slices.Concat([]byte{0}, signature), "zeros behind": slices.Concat(signature, []byte{0}), "one less": signature[1:], "none": {}, "zero": make([]byte, len(signature)),
			"one":              big.NewInt(1).FillBytes(make([]byte, len(signature))),
			"plus the modulus": new(big.Int).Add(new(big.Int).SetBytes(signature), key.N).Bytes(),
			"the other scheme": swapped,
		}
		for name, salt := range map[string]int{"no salt": 0, "a salt of 20": 20, "the longest salt": rsa.PSSSaltLengthAuto} {
			bad[name], err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: salt})
			require.NoError(t, err)
		}
		bad["PKCS #1 of the digest, and no hash named"], err = rsa.SignPKCS1v15(rand.Reader, key, 0, digest[:])
		require.NoError(t, err)
		for name, octets := range bad {
			_, err := jwt.Decode(withSignature(input, octets), &key.PublicKey, alg)
			assert.ErrorIs(t, err, jwt.ErrInvalidSignature, "%v %s", alg, name)
		}
	}
}

func TestThreat12_WeakRSA(t *testing.T) {
	n := rsaKey().N
	even := new(big.Int).Sub(n, big.NewInt(1))
	for name, key := range map[string]*rsa.PublicKey{
		"1024 bits": &rsaWeakKey().PublicKey, "2047 bits": {N: odd(2047), E: 65537}, "16385 bits": {N: odd(16385), E: 65537}, "even": {N: even, E: 65537}, "zero": {N: new(big.Int), E: 65537},
		"negative": {N: new(big.Int).Neg(n), E: 65537}, "none": {E: 65537}, "e of 0": {N: n}, "e of 1": {N: n, E: 1}, "e of 2": {N: n, E: 2}, "e even": {N: n, E: 65538}, "e negative": {N: n, E: -65537},
	} {
		_, err := jwt.Decode(claimed(good), key, jwt.RS256)
		assert.ErrorIs(t, err, jwt.ErrInvalidKey, name)
	}
	assert.NoError(t, weakly(&rsaWeakKey().PublicKey))
	assert.Error(t, weakly(&rsa.PublicKey{N: n, E: 1}), "no option lifts that")
}

func TestThreat13_KeysInTheHeader(t *testing.T) {
	mine, attackers := mustKey(t, ecKeys[jwt.ES256]), mustKey(t, newECKey(elliptic.P256()))
	jwk, err := attackers.MarshalJSON()
	require.NoError(t, err)
	certificate := base64.StdEncoding.EncodeToString([]byte("no matter"))
	for _, param := range []string{`"jwk":` + string(jwk), `"jku":"https://attacker.example/jwks"`, `"jku":"file:///etc/passwd"`, `"x5u":"https://attacker.example/"`, `"x5c":["` + certificate + `"]`, `"x5t":"AAAA"`} {
		header := `{"alg":"ES256",` + param + `}`
		admit(t, forgeWith(t, mine, jwt.ES256, header, good), mine, jwt.ES256) // it says nothing
		refuse(t, jwt.ErrInvalidSignature, forgeWith(t, attackers, jwt.ES256, header, good), mine, jwt.ES256)
		refuse(t, jwt.ErrInvalidSignature, forgeWith(t, attackers, jwt.ES256, header, good), mustSet(t, mine), jwt.ES256)
		refuse(t, jwt.ErrKeyNotFound, forgeWith(t, attackers, jwt.ES256, header, good), mustSet(t), jwt.ES256)
	}
	_, err = jwt.Decode(forgeWith(t, attackers, jwt.ES256, `{"alg":"ES256","jwk":`+string(jwk)+`}`, good), (*jwt.Key)(nil), jwt.ES256)
	assertClass(t, err, jwt.ErrInvalidKey)
}

func TestThreat14_KeyIDInjection(t *testing.T) {
	key := mustKey(t, secret, jwt.WithKeyID("k"))
	admit(t, forge(`{"alg":"HS256","kid":"k"}`, good), mustSet(t, key), jwt.HS256)
	for _, kid := range []string{"../../dev/null", "/dev/null", "' OR 1=1 --", "K", "k ", "k\\u0000", "", "*", "{{7*7}}", "https://attacker.example/key", strings.Repeat("k", 8000)} {
		class := jwt.ErrKeyNotFound
		if kid == "" { // which is none: all keys may be meant
			admit(t, forge(`{"alg":"HS256","kid":""}`, good), mustSet(t, key), jwt.HS256)
			continue
		}
		refuse(t, class, forge(`{"alg":"HS256","kid":"`+kid+`"}`, good), mustSet(t, key), jwt.HS256)
	}
	// Null is none, as some issuers write it.
	admit(t, forge(`{"alg":"HS256","kid":null}`, good), mustSet(t, key), jwt.HS256)
	for _, kid := range []string{"1", "true", "false", `["k"]`, `{"k":"k"}`} {
		refuse(t, jwt.ErrInvalidToken, forge(`{"alg":"HS256","kid":`+kid+`}`, good), mustSet(t, key), jwt.HS256)
		refuse(t, jwt.ErrInvalidToken, forge(`{"alg":"HS256","kid":`+kid+`}`, good), key, jwt.HS256)
	}
	// A kid leads to one key, and another key of the set does not stand in for it.
	other := mustKey(t, bytes.Repeat([]byte{7}, 64), jwt.WithKeyID("other"))
	refuse(t, jwt.ErrInvalidSignature, forge(`{"alg":"HS256","kid":"other"}`, good), mustSet(t, key, other), jwt.HS256)
}

func TestThreat15_UseOfTheKey(t *testing.T) {
	k := `"kty":"oct","k":"` + b64(string(secret)) + `"`
	for members, fits := range map[string]bool{
		`"use":"sig"`: true, `"key_ops":["verify"]`: true, `"key_ops":["sign","verify"]`: true, `"key_ops":["sign"]`: true, `"alg":"HS256"`: true,
		`"use":""`: true, `"key_ops":[]`: true, `"key_ops":null`: true, // which are absent
		`"use":"enc"`: false, `"use":"SIG"`: false, `"key_ops":["encrypt"]`: false, `"alg":"HS512"`: false,
		`"use":"sig","key_ops":["deriveKey"]`: false,
	} {
		key, err := jwt.ParseJWK([]byte(`{` + k + `,` + members + `}`))
		require.NoError(t, err)
		set, err := jwt.ParseKeySet([]byte(`{"keys":[{` + k + `,` + members + `}]}`))
		require.NoError(t, err)
		if fits {
			admit(t, claimed(good), key, jwt.HS256)
			admit(t, claimed(good), set, jwt.HS256)
			continue
		}
		refuse(t, jwt.ErrInvalidKey, claimed(good), key, jwt.HS256)
		if len(set.Skipped()) == 0 { // a key for HS512, and nothing else to find
			refuse(t, jwt.ErrInvalidKey, claimed(good), set, jwt.HS256)
			continue
		}
		refuse(t, jwt.ErrKeyNotFound, claimed(good), set, jwt.HS256)
	}
}

func TestThreat16_AmbiguousKeySet(t *testing.T) {
	one := `{"kty":"oct","kid":"k","k":"` + b64(string(secret)) + `"}`
	two := `{"kty":"oct","kid":"k","k":"` + b64(strings.Repeat("x", 64)) + `"}`
	// Which of two is meant is nobody's guess.
	set, err := jwt.ParseKeySet([]byte(`{"keys":[` + one + `,` + two + `]}`))
	require.NoError(t, err)
	assert.Len(t, set.Skipped(), 1)
	refuse(t, jwt.ErrKeyNotFound, forge(`{"alg":"HS256","kid":"k"}`, good), set, jwt.HS256)
	admit(t, claimed(good), set, jwt.HS256)
	_, err = jwt.ParseKeySet([]byte(`{"keys":[` + one + `],"keys":[` + two + `]}`))
	assertClass(t, err, jwt.ErrInvalidKey)
	// Of two names in one member neither counts.
	set, err = jwt.ParseKeySet([]byte(`{"keys":[` + strings.Replace(one, `"kid":"k"`, `"kid":"k","kid":"j"`, 1) + `]}`))
	require.NoError(t, err)
	assert.Len(t, set.Skipped(), 1)
	refuse(t, jwt.ErrKeyNotFound, claimed(good), set, jwt.HS256)
	// A bad neighbour is skipped with a reason, and spoils nothing.
	set, err = jwt.ParseKeySet([]byte(`{"keys":[{"kty":"unknown","kid":"k"},{"kty":"RSA","n":"AQAB","e":"AQAB"},null,` + one + `]}`))
	require.NoError(t, err)
	assert.Len(t, set.Skipped(), 3)
	admit(t, forge(`{"alg":"HS256","kid":"k"}`, good), set, jwt.HS256)
	// A skipped key is no other one's stand-in.
	set, err = jwt.ParseKeySet([]byte(`{"keys":[{"kty":"unknown","kid":"k"},` + strings.Replace(one, `"k",`, `"j",`, 1) + `]}`))
	require.NoError(t, err)
	refuse(t, jwt.ErrKeyNotFound, forge(`{"alg":"HS256","kid":"k"}`, good), set, jwt.HS256)
}

func TestThreat17_CriticalIgnored(t *testing.T) {
	for _, crit := range []string{`["exp"],"exp":1`, `["x"]`, `["b64"]`, `["b64"],"b64":true`, `["alg"]`, `[]`, `null`, `"x"`, `{}`, `[1]`, `["x","x"],"x":1`, `[""]`, `["crit"]`, `true`} {
		refuse(t, jwt.ErrInvalidToken, forge(`{"alg":"HS256","crit":`+crit+`}`, good), secret, jwt.HS256)
	}
	admit(t, forge(`{"alg":"HS256","CRIT":["x"],"x":1}`, good), secret, jwt.HS256) // which is not "crit"
}

func TestThreat18_UnencodedPayload(t *testing.T) {
	raw := `{"sub":"mallory"}`
	header := `{"alg":"HS256","b64":false,"crit":["b64"]}`
	refuse(t, jwt.ErrDecode, forgeSegments(b64(header), raw), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, forge(header, raw), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","b64":false}`, good), secret, jwt.HS256)
	for _, odd := range []string{`null`, `0`, `"false"`, `[]`} {
		refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","b64":`+odd+`}`, good), secret, jwt.HS256)
	}
	admit(t, forge(`{"alg":"HS256","b64":true}`, good), secret, jwt.HS256)
	// The same octets are not both: what was signed encoded does not verify unencoded.
	token, err := jwt.Sign([]byte(raw), secret, jwt.WithUnencodedPayload())
	require.NoError(t, err)
	_, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload([]byte(b64(raw))))
	assertClass(t, err, jwt.ErrInvalidSignature)
	_, err = jwt.Verify(token, secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
}

func TestThreat19_DuplicateNames(t *testing.T) {
	for _, header := range []string{`{"alg":"none","alg":"HS256"}`, `{"alg":"HS256","alg":"none"}`, `{"alg":"HS256","\u0061lg":"none"}`, `{"alg":"HS256","kid":"a","kid":"b"}`, `{"alg":"HS256","x":{"y":1,"y":1}}`} {
		refuse(t, jwt.ErrDecode, forge(header, good), secret, jwt.HS256)
	}
	for _, payload := range []string{`{"exp":1,"exp":1900000000}`, `{"sub":"a","\u0073ub":"b"}`, `{"x":[{"y":{"role":1,"role":2}}]}`, `{"":1,"":2}`, `{"sub":"a","sub":"a"}`} {
		refuse(t, jwt.ErrDecode, claimed(payload), secret, jwt.HS256)
		_, err := jwt.Encode(json.RawMessage(payload), secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

func TestThreat20_FoldedNames(t *testing.T) {
	refuse(t, jwt.ErrInvalidAlgorithm, forge(`{"ALG":"HS256"}`, good), secret, jwt.HS256)
	refuse(t, jwt.ErrMissingClaim, claimed(`{"EXP":1900000000,"Exp":1900000000}`), secret, jwt.HS256, jwt.WithRequired("exp"))
	refuse(t, jwt.ErrExpired, claimed(`{"exp":1,"EXP":1900000000}`), secret, jwt.HS256)
	refuse(t, jwt.ErrMissingClaim, claimed(`{"iſs":"i","ISS":"i"}`), secret, jwt.HS256, jwt.WithIssuer("i"))
	got, err := jwt.DecodeAs[struct {
		jwt.RegisteredClaims
		Kind string `json:"kind"`
	}](claimed(`{"SUB":"mallory","\u017fub":"mallory","\u212aind":"admin","sub":"alice"}`), secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, "alice", got.Subject)
	assert.Empty(t, got.Kind)
}

func TestThreat21_OtherTexts(t *testing.T) {
	payload := `{"sub":"alice!?>~","x":1}`
	header, middle := b64(`{"alg":"HS256","x":1}`), b64(payload)
	admit(t, forgeSegments(header, middle), secret, jwt.HS256)
	signature := macOf(sha256.New, header+"."+middle)
	tried := 0
	for kind := range uint8(7) {
		for where := range uint16(12) {
			for _, token := range []string{
				forgeSegments(otherText(header, kind, where), middle), forgeSegments(header, otherText(middle, kind, where)), header + "." + middle + "." + otherText(signature, kind, where),
			} {
				if token != forgeSegments(header, middle) {
					tried++
					_, err := jwt.Decode(token, secret, jwt.HS256)
					assert.ErrorIs(t, err, jwt.ErrDecode, token)
				}
			}
		}
	}
	assert.Greater(t, tried, 150)
}

func TestThreat22_TrailingData(t *testing.T) {
	for _, after := range []string{"{}", "x", "}", ",", "\x00", `{"sub":"mallory"}`, "//", "null", "\u00a0", "\ufeff", "\v"} {
		refuse(t, jwt.ErrDecode, claimed(good+after), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256"}`+after, good), secret, jwt.HS256)
	}
	admit(t, claimed(good+" \r\n\t"), secret, jwt.HS256)
	for _, lax := range []string{`{'sub':'a'}`, `{sub:"a"}`, `{"sub":"a",}`, `{"x":01}`, `{"x":NaN}`, `{"x":+1}`, `{"x":.5}`, `{/**/}`, `{"x":0x1}`, `{"x":"` + "\n" + `"}`, `{"x":tRue}`, `{"x":1 2}`} {
		refuse(t, jwt.ErrDecode, claimed(lax), secret, jwt.HS256)
	}
}

func TestThreat23_TextThatIsNone(t *testing.T) {
	for _, text := range []string{"\xff", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", `\ud800`, `\udc00`, `\udc00\ud800`, `\ud800\u0041`, "\x1f", "\x00"} {
		refuse(t, jwt.ErrDecode, claimed(`{"sub":"`+text+`"}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, claimed(`{"`+text+`":1}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","x":"`+text+`"}`, good), secret, jwt.HS256)
	}
	refuse(t, jwt.ErrDecode, claimed("\ufeff"+good), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, forge("\ufeff"+`{"alg":"HS256"}`, good), secret, jwt.HS256)
	_, err := jwt.Encode(jwt.Claims{"sub": "\xff"}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)
}

func TestThreat24_NoObject(t *testing.T) {
	for _, text := range []string{"null", "[]", `[{"sub":"a"}]`, `"{}"`, "1", "true", "", " ", "{", "}"} {
		refuse(t, jwt.ErrDecode, claimed(text), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, forge(text, good), secret, jwt.HS256)
	}
	for _, payload := range []any{nil, []int{}, "x", 1, json.RawMessage("null"), (*jwt.RegisteredClaims)(nil), []byte("{}")} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

func TestThreat25_DatesThatAreNone(t *testing.T) {
	for _, value := range []string{`"1900000000"`, `null`, `true`, `[1900000000]`, `{}`, `""`, `"2099-01-01T00:00:00Z"`} {
		refuse(t, jwt.ErrDecode, claimed(`{"exp":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, claimed(`{"nbf":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidIssuedAt, claimed(`{"iat":`+value+`}`), secret, jwt.HS256)
		for _, name := range []string{"exp", "nbf", "iat"} {
			_, err := jwt.Encode(json.RawMessage(`{"`+name+`":`+value+`}`), secret)
			assertClass(t, err, jwt.ErrInvalidOption)
		}
	}
}

func TestThreat26_DatesOutOfRange(t *testing.T) {
	for _, number := range []string{"0", "-0", "0.0", "-1", "1e0", "0e999", "1e-99", "-62135596800"} { // dates, all of them past
		refuse(t, jwt.ErrExpired, claimed(`{"exp":`+number+`}`), secret, jwt.HS256)
	}
	for _, number := range []string{
		"1e999", "-1e999", "9223372036854775807", "9223372036854775808", "18446744073709551616", "253402300800", "1900000000000", "-62135596801", "1e12", "4294967296e9", "1e" + strings.Repeat("9", 250),
	} { // none of them one
		refuse(t, jwt.ErrDecode, claimed(`{"exp":`+number+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrDecode, claimed(`{"nbf":`+number+`}`), secret, jwt.HS256)
	}
	admit(t, claimed(`{"exp":253402300799}`), secret, jwt.HS256)
	refuse(t, jwt.ErrDecode, claimed(`{"exp":`+strings.Repeat("0", 300)+`}`), secret, jwt.HS256)
}

func TestThreat27_BoundaryOfTime(t *testing.T) {
	refuse(t, jwt.ErrExpired, claimed(`{"exp":1800000000}`), secret, jwt.HS256)
	admit(t, claimed(`{"exp":1800000000.000000001}`), secret, jwt.HS256)
	admit(t, claimed(`{"nbf":1800000000,"iat":1800000000}`), secret, jwt.HS256)
	refuse(t, jwt.ErrImmature, claimed(`{"nbf":1800000000.000000001}`), secret, jwt.HS256)
	admit(t, claimed(`{"exp":1799999941}`), secret, jwt.HS256, jwt.WithLeeway(time.Minute))
	refuse(t, jwt.ErrExpired, claimed(`{"exp":1799999940}`), secret, jwt.HS256, jwt.WithLeeway(time.Minute))
	refuse(t, jwt.ErrInvalidOption, claimed(good), secret, jwt.HS256, jwt.WithLeeway(-time.Minute))
	refuse(t, jwt.ErrInvalidOption, claimed(good), secret, jwt.HS256, jwt.WithLeeway(30))
}

func TestThreat28_IssuerNearly(t *testing.T) {
	const issuer = "https://issuer.example"
	admit(t, claimed(`{"iss":"`+issuer+`"}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
	for _, iss := range []string{`"https://issuer.example/"`, `"https://issuer"`, `"HTTPS://ISSUER.EXAMPLE"`, `"https://issuer.example.attacker.example"`, `"` + issuer + `\u0000"`, `""`} {
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":`+iss+`}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
	}
	for _, iss := range []string{`["` + issuer + `"]`, `{"` + issuer + `":1}`, `null`, `1`, `true`} {
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":`+iss+`}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":`+iss+`}`), secret, jwt.HS256)
	}
	refuse(t, jwt.ErrMissingClaim, claimed(`{}`), secret, jwt.HS256, jwt.WithIssuer(issuer))
	refuse(t, jwt.ErrInvalidOption, claimed(`{}`), secret, jwt.HS256, jwt.WithIssuer(""))
}

func TestThreat29_AudienceUnasked(t *testing.T) {
	admit(t, claimed(`{"aud":["other","api"]}`), secret, jwt.HS256, jwt.WithAudience("api"))
	for _, aud := range []string{`"api"`, `["api"]`, `["a","b"]`} {
		refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":`+aud+`}`), secret, jwt.HS256)
	}
	for _, aud := range []string{`""`, `[""]`, `null`, `1`, `["api",1]`, `[["api"]]`, `{"api":1}`, `"API"`, `"api2"`, `"ap"`, `"api,other"`, `["other"]`} {
		refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":`+aud+`}`), secret, jwt.HS256, jwt.WithAudience("api"))
	}
	refuse(t, jwt.ErrMissingClaim, claimed(`{}`), secret, jwt.HS256, jwt.WithAudience("api"))
	refuse(t, jwt.ErrMissingClaim, claimed(`{"aud":[]}`), secret, jwt.HS256, jwt.WithAudience("api"))
	refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":["api"]}`), secret, jwt.HS256, jwt.WithStrictAudience("api"))
	refuse(t, jwt.ErrInvalidOption, claimed(`{"aud":""}`), secret, jwt.HS256, jwt.WithAudience(""))
}

func TestThreat30_ClaimsOfOtherTypes(t *testing.T) {
	for _, value := range []string{"1", "null", "true", `["alice"]`, `{"alice":1}`} {
		refuse(t, jwt.ErrInvalidSubject, claimed(`{"sub":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidID, claimed(`{"jti":`+value+`}`), secret, jwt.HS256)
		refuse(t, jwt.ErrInvalidSubject, claimed(`{"sub":`+value+`}`), secret, jwt.HS256, jwt.WithSubject("alice"))
		_, err := jwt.DecodeAs[struct{ Role string }](claimed(`{"Role":`+value+`}`), secret, jwt.HS256)
		if value == "null" { // as in encoding/json
			assert.NoError(t, err)
		} else {
			assertClass(t, err, jwt.ErrInvalidToken)
		}
		refuse(t, jwt.ErrMissingClaim, claimed(`{"role":null}`), secret, jwt.HS256, jwt.WithRequired("role"))
	}
}

func TestThreat31_Nesting(t *testing.T) {
	admit(t, claimed(nested(64)), secret, jwt.HS256)
	for _, text := range []string{nested(65), nested(90_000), strings.Repeat(`{"a":`, 30_000), `{"a":` + strings.Repeat("[", 100_000)} {
		refuse(t, jwt.ErrDecode, claimed(text), secret, jwt.HS256)
	}
	refuse(t, jwt.ErrDecode, forge(`{"alg":"HS256","x":`+strings.Repeat("[", 64)+strings.Repeat("]", 64)+`}`, good), secret, jwt.HS256)
	deep := any("x")
	for range 100 {
		deep = []any{deep}
	}
	_, err := jwt.Encode(jwt.Claims{"deep": deep}, secret)
	assertClass(t, err, jwt.ErrInvalidOption)
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	_, err = jwt.Encode(jwt.Claims(cyclic), secret)
	assertClass(t, err, jwt.ErrInvalidOption)
}

// TestBounds says what it costs.
func TestThreat32_ManyDots(t *testing.T) {
	for _, token := range []string{".", "..", "...", strings.Repeat(".", 250_000), claimed(good) + strings.Repeat(".", 100_000), strings.Repeat("e30.", 60_000), "." + claimed(good), claimed(good) + "."} {
		refuse(t, jwt.ErrDecode, token, secret, jwt.HS256)
		_, err := jwt.DecodeUnverified(token)
		assertClass(t, err, jwt.ErrDecode)
	}
}

func TestThreat33_WorkBeforeTheSignature(t *testing.T) {
	// Were the payload looked at, it would be another error.
	for _, payload := range []string{"!", b64("{"), b64(`{"exp":1}`), b64(strings.Repeat("[", 1000)), strings.Repeat("A", 200_000)} {
		refuse(t, jwt.ErrInvalidSignature, b64(headed(jwt.HS256))+"."+payload+"."+b64(strings.Repeat("x", 32)), secret, jwt.HS256)
	}
	// A header or a token is long, but for nobody.
	for _, token := range []string{
		forge(`{"alg":"HS256","x":"`+strings.Repeat("x", 17000)+`"}`, good), claimed(`{"x":"` + strings.Repeat("x", 200_000) + `"}`), forge(`{"alg":"HS256","zip":"DEF","p2c":2147483647}`, good) + strings.Repeat("A", 300_000),
	} {
		refuse(t, jwt.ErrDecode, token, secret, jwt.HS256)
	}
	admit(t, forge(`{"alg":"HS256","zip":"DEF","p2c":2147483647}`, good), secret, jwt.HS256) // which mean nothing here
}

// The fuzz targets look further; here is what is known to be odd, for each key.
func TestThreat34_Panics(t *testing.T) {
	for _, alg := range algorithms {
		if !supported(alg) {
			continue
		}
		key := keyFor(t, alg)
		for _, octets := range []int{0, 1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 131, 132, 133, 255, 256, 257, 2420, 3309, 4627, 5000} {
			for _, fill := range []byte{0, 1, 0xff} {
				input := b64(headed(alg)) + "." + b64(good)
				_, err := jwt.Decode(withSignature(input, bytes.Repeat([]byte{fill}, octets)), key, alg)
				require.ErrorIs(t, err, jwt.ErrInvalidSignature)
			}
		}
	}
	for _, h := range hostile {
		_, _ = jwt.DecodeUnverified(h.token)
		_, _ = jwt.Verify(h.token, secret, jwt.HS256)
		_, err := jwt.ParseJWK([]byte(h.token))
		assert.Error(t, err)
		_, err = jwt.ParsePEM([]byte(h.token))
		assert.Error(t, err)
	}
}

func TestThreat35_ErrorsThatMix(t *testing.T) {
	expired := claimed(`{"exp":1,"sub":"alice"}`)
	refuse(t, jwt.ErrExpired, expired, secret, jwt.HS256)
	refuse(t, jwt.ErrInvalidSignature, altered(expired), secret, jwt.HS256) // and it does not say that it has expired
	refuse(t, jwt.ErrInvalidAlgorithm, forge(`{"alg":"none"}`, `{"exp":1}`), secret, jwt.HS256)
	for _, token := range []string{altered(expired), expired, altered(claimed(good)), ""} {
		complete, err := jwt.DecodeComplete(token, secret, jwt.HS256, at(now))
		assert.Error(t, err)
		assert.Nil(t, complete)
		as, err := jwt.DecodeAs[jwt.RegisteredClaims](token, secret, jwt.HS256, at(now))
		assert.Error(t, err)
		assert.Zero(t, as)
	}
	_, err := jwt.Decode(altered(expired), secret, jwt.HS256)
	var detail *jwt.ExpiredError
	assert.False(t, errors.As(err, &detail), "an altered token is no evidence")
}

func TestThreat36_TellingMACs(t *testing.T) {
	text := claimed(`{"sub":"alice","card":"4111111111111111","exp":1}`)
	right := text[strings.LastIndexByte(text, '.')+1:]
	octets, err := base64.RawURLEncoding.DecodeString(right)
	require.NoError(t, err)
	for _, token := range []string{altered(text), cutSignature(text), cutSignature(text) + "AAAA", text, text + "=", forge(`{"alg":"HS384"}`, good)} {
		_, err := jwt.Decode(token, secret, jwt.HS256)
		require.Error(t, err)
		var texts []string
		for e := err; e != nil; e = errors.Unwrap(e) {
			texts = append(texts, e.Error(), fmt.Sprintf("%+v %#v", e, e.Error()))
		}
		for _, never := range []string{right, fmt.Sprintf("%x", octets), string(secret), fmt.Sprintf("%x", secret), "4111111111111111", token[:40]} {
			assert.NotContains(t, strings.Join(texts, "\n"), never)
		}
	}
	// That MACs are compared in constant time shows in the source alone.
	source, err := os.ReadFile("sign_hs256.go")
	require.NoError(t, err)
	assert.Contains(t, string(source), "hmac.Equal(")
	assert.NotContains(t, string(source), "bytes.Equal(")
}

// The package fetches nothing, so it cannot be made to.
func TestThreat37_NothingIsFetched(t *testing.T) {
	for name, file := range parsePackage(t, ".") {
		for _, i := range file.Imports {
			path := importPath(t, i)
			assert.False(t, path == "net" || strings.HasPrefix(path, "net/") || path == "os" || strings.HasPrefix(path, "os/"), "%s imports %s", name, path)
		}
	}
}

func TestThreat38_TokensOfOtherKinds(t *testing.T) {
	typed := func(typ string) string { return forge(`{"alg":"HS256","typ":`+typ+`}`, good) }
	for _, typ := range []string{`"at+jwt"`, `"AT+JWT"`, `"application/at+jwt"`, `"Application/at+JWT"`} {
		admit(t, typed(typ), secret, jwt.HS256, jwt.WithType("at+jwt"))
	}
	for _, typ := range []string{`"JWT"`, `"at"`, `"at+jwt "`, `"text/at+jwt"`, `"id+jwt"`, `""`, `"application/"`, `"a\u0167+jwt"`} {
		refuse(t, jwt.ErrInvalidType, typed(typ), secret, jwt.HS256, jwt.WithType("at+jwt"))
	}
	refuse(t, jwt.ErrInvalidType, forge(`{"alg":"HS256"}`, good), secret, jwt.HS256, jwt.WithType("at+jwt"))
	for _, typ := range []string{`1`, `null`, `["at+jwt"]`} {
		refuse(t, jwt.ErrDecode, typed(typ), secret, jwt.HS256)
	}
}

func TestThreat39_OtherSerializations(t *testing.T) {
	header, payload := b64(headed(jwt.HS256)), b64(good)
	mac := macOf(sha256.New, header+"."+payload)
	for _, text := range []string{
		`{"payload":"` + payload + `","protected":"` + header + `","signature":"` + mac + `"}`,
		`{"payload":"` + payload + `","signatures":[{"protected":"` + header + `","signature":"` + mac + `"}]}`,
		` {"payload":"` + payload + `"}.` + payload + "." + mac,
		`{"` + header + "." + payload + "." + mac + `":1}`,
		header + "." + payload + "." + mac + `{"sub":"mallory"}`,
		b64(`{"alg":"dir","enc":"A256GCM"}`) + "..AAAA.AAAA.AAAA",
		"Bearer " + claimed(good), claimed(good) + "\n", claimed(good) + "~", claimed(good) + "," + claimed(good),
		forge(`{"alg":"HS256","cty":"JWT"}`, good),
	} {
		refuse(t, jwt.ErrDecode, text, secret, jwt.HS256)
	}
	refuse(t, jwt.ErrDecode, claimed(claimed(good)), secret, jwt.HS256) // a token in a token
	refuse(t, jwt.ErrInvalidAlgorithm, forge(`{"alg":"dir","enc":"A256GCM"}`, good), secret, jwt.HS256)
}

// Headers are remembered once their signature held, where a program asks for it signatures are,
// and tokens never: see signature_cache_test.go for the rest.
func TestThreat40_RememberedTokens(t *testing.T) {
	key, other := mustKey(t, secret), mustKey(t, bytes.Repeat([]byte{7}, 64))
	clock := now
	decoder := mustDecoder(t, key, jwt.HS256, jwt.WithClock(func() time.Time { return clock }))
	alice, bob := claimed(`{"sub":"alice","exp":1800000010}`), claimed(`{"sub":"bob","exp":1800000010}`)
	for range 3 {
		for token, subject := range map[string]string{alice: "alice", bob: "bob"} {
			claims, err := decoder.Decode(token)
			require.NoError(t, err)
			assert.Equal(t, subject, claims.Subject())
			refuse(t, jwt.ErrInvalidSignature, token, other, jwt.HS256)
			refuse(t, jwt.ErrInvalidAlgorithm, token, key, jwt.HS512)
		}
		// A good header with what another signed, and the other way round.
		a, b := strings.Split(alice, "."), strings.Split(bob, ".")
		_, err := decoder.Decode(a[0] + "." + a[1] + "." + b[2])
		assertClass(t, err, jwt.ErrInvalidSignature)
		_, err = decoder.Decode(a[0] + "." + b[1] + "." + a[2])
		assertClass(t, err, jwt.ErrInvalidSignature)
	}
	clock = now.Add(time.Minute)
	_, err := decoder.Decode(alice)
	assertClass(t, err, jwt.ErrExpired)

	// One token under a key that another one's cache knows, and parts of two that are cached.
	one, impostor := newEd25519(t, "k"), newEd25519(t, "k")
	clock = now
	cached := mustDecoder(t, one, jwt.EdDSA, jwt.WithSignatureCache(8), jwt.WithClock(func() time.Time { return clock }))
	deceived := mustDecoder(t, impostor, jwt.EdDSA, jwt.WithSignatureCache(8), at(now))
	alice = tokenOf(t, one, jwt.Claims{"sub": "alice", "exp": 1800000010})
	bob = tokenOf(t, one, jwt.Claims{"sub": "bob", "exp": 1800000010})
	a, b := strings.Split(alice, "."), strings.Split(bob, ".")
	for range 3 {
		for token, subject := range map[string]string{alice: "alice", bob: "bob"} {
			claims, err := cached.Decode(token)
			require.NoError(t, err)
			assert.Equal(t, subject, claims.Subject(), "claims are read from the token")
			refuses(t, deceived, token, jwt.ErrInvalidSignature)
		}
		refuses(t, cached, a[0]+"."+a[1]+"."+b[2], jwt.ErrInvalidSignature)
		refuses(t, cached, a[0]+"."+b[1]+"."+a[2], jwt.ErrInvalidSignature)
		refuses(t, cached, b64(`{"alg":"none"}`)+"."+a[1]+"."+a[2], jwt.ErrInvalidAlgorithm)
		refuses(t, cached, b64(`{"alg":"EdDSA","kid":"k"}`)+"."+a[1]+"."+a[2], jwt.ErrInvalidSignature)
	}
	clock = now.Add(time.Minute)
	refuses(t, cached, alice, jwt.ErrExpired)
}

func TestThreat41_InjectionWhenSigning(t *testing.T) {
	for _, text := range []string{`x":0,"admin`, `x","admin":true,"y":"`, `\","admin":true,"y":"`, "x\u0000", "x\",\n\"admin\":true", `</script>`, `x\u0022:0,\u0022admin`} {
		token, err := jwt.Encode(jwt.Claims{text: text, "sub": text}, secret, jwt.WithKeyID(text), jwt.WithHeader(text, text), jwt.WithType(text))
		require.NoError(t, err)
		got, err := jwt.DecodeComplete(token, secret, jwt.HS256)
		require.NoError(t, err)
		assert.Equal(t, jwt.Claims{text: text, "sub": text}, got.Claims)
		assert.Equal(t, text, got.Header.KeyID)
		assert.Equal(t, text, got.Header.Type)
		var header map[string]any
		require.NoError(t, json.Unmarshal([]byte(got.Header.String()), &header))
		assert.Equal(t, map[string]any{"alg": "HS256", "kid": text, "typ": text, text: text}, header)
	}
	for _, raw := range []string{`1,"admin":true`, `1}`, `{"a":1,"a":2}`, `{"a":1}{`, ``, `"\ud800"`} { // JSON of the caller's own, which would be the way in
		_, err := jwt.Encode(jwt.Claims{"x": json.RawMessage(raw)}, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		_, err = jwt.Encode(jwt.Claims{}, secret, jwt.WithHeader("x", json.RawMessage(raw)))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// Nothing of a token or a policy is a pattern.
func TestThreat42_Patterns(t *testing.T) {
	for name, file := range parsePackage(t, ".") {
		for _, i := range file.Imports {
			path := importPath(t, i)
			assert.False(t, path == "regexp" || path == "path" || strings.HasPrefix(path, "path/"), "%s imports %s", name, path)
		}
	}
	for _, pattern := range []string{".*", "https://.*", "^.*$", "*", "%"} {
		refuse(t, jwt.ErrInvalidIssuer, claimed(`{"iss":"https://a.example"}`), secret, jwt.HS256, jwt.WithIssuer(pattern))
		refuse(t, jwt.ErrInvalidAudience, claimed(`{"aud":"https://a.example"}`), secret, jwt.HS256, jwt.WithAudience(pattern))
		refuse(t, jwt.ErrInvalidSubject, claimed(`{"sub":"https://a.example"}`), secret, jwt.HS256, jwt.WithSubject(pattern))
		admit(t, claimed(`{"iss":"`+pattern+`"}`), secret, jwt.HS256, jwt.WithIssuer(pattern))
	}
}

func TestThreat43_ManyKeysTried(t *testing.T) {
	var keys []*jwt.Key
	for i := range 16 {
		keys = append(keys, mustKey(t, bytes.Repeat([]byte{byte(i + 1)}, 64)))
	}
	right := mustKey(t, secret)
	admit(t, claimed(good), mustSet(t, append(keys[:15:15], right)...), jwt.HS256)
	refuse(t, jwt.ErrInvalidSignature, claimed(good), mustSet(t, keys...), jwt.HS256)
	refuse(t, jwt.ErrKeyNotFound, claimed(good), mustSet(t, append(keys, right)...), jwt.HS256)
	// With a kid that is known it is that one alone.
	named := mustKey(t, bytes.Repeat([]byte{99}, 64), jwt.WithKeyID("k"))
	refuse(t, jwt.ErrInvalidSignature, forge(`{"alg":"HS256","kid":"k"}`, good), mustSet(t, named, right), jwt.HS256)
}

func TestThreat44_PublishedSecrets(t *testing.T) {
	hmacKey := mustKey(t, secret, jwt.WithKeyID("k"))
	for _, value := range []any{hmacKey, mustSet(t, hmacKey), mustSet(t, keyFor(t, jwt.ES256), hmacKey)} {
		text, err := json.Marshal(value)
		assert.Error(t, err)
		assert.Empty(t, text)
		assert.NotContains(t, fmt.Sprint(err), b64(string(secret)))
	}
	assert.Nil(t, hmacKey.Public())
	assert.Nil(t, hmacKey.CryptoPublic())
	assert.Empty(t, hmacKey.Thumbprint())
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.ES256, jwt.EdDSA} {
		text, err := json.Marshal(mustSet(t, keyFor(t, alg)))
		require.NoError(t, err)
		var written struct{ Keys []members }
		require.NoError(t, json.Unmarshal(text, &written))
		require.Len(t, written.Keys, 1)
		assert.Equal(t, written.Keys[0].public(), written.Keys[0], "no private member")
	}
}

// One for each row of the table.
func TestThreatsAreAllThere(t *testing.T) {
	source, err := os.ReadFile("threats_test.go")
	require.NoError(t, err)
	for i := range 44 {
		assert.Equal(t, 1, strings.Count(string(source), fmt.Sprintf("\nfunc TestThreat%02d_", i+1)), i+1)
	}
}
