package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What has gone wrong with tokens, a test for each class, so that
//
//	go test -run Threat -v .
//
// reads as a table. Where other tests hold a class in full, these hold its core.

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
		token := input + "." + macBy(sha256.New, octets, input)
		// The public key does not verify MACs, whatever is allowed beside it.
		refuse(t, jwt.ErrInvalidAlgorithm, token, public, jwt.RS256)
		refuse(t, jwt.ErrInvalidAlgorithm, token, public, jwt.RS256|jwt.HS256)
		refuse(t, jwt.ErrInvalidKey, token, public, jwt.HS256)
		refuse(t, jwt.ErrInvalidAlgorithm, token, edPublicKey, jwt.EdDSA|jwt.HS256)
		refuse(t, jwt.ErrInvalidAlgorithm, token, mustSet(t, mustKey(t, public, jwt.WithKeyID(name))), jwt.RS256)
	}
	// And what reads as such a key is no secret.
	for _, octets := range [][]byte{
		asPEM, slices.Concat([]byte(" \n\ufeff"), asPEM), jwk, slices.Concat([]byte("\t"), jwk), fmt.Appendf(nil, `{"keys":[%s]}`, jwk),
		[]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"),
		[]byte("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT"),
	} {
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
	outsideFIPSOnly(t)
	input := b64(headed(jwt.HS256)) + "." + b64(good)
	token := input + "." + macBy(sha256.New, nil, input)
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
		// Nothing else makes a key that is no point.
		off := &ecdsa.PublicKey{Curve: key.Curve, X: new(big.Int).Set(key.X), Y: new(big.Int).Mod(new(big.Int).Add(key.Y, big.NewInt(1)), p.P)}
		for name, public := range map[string]*ecdsa.PublicKey{
			"off the curve": off, "infinity": {Curve: key.Curve, X: new(big.Int), Y: new(big.Int)}, "not reduced": {Curve: key.Curve, X: new(big.Int).Add(key.X, p.P), Y: key.Y},
			"negative": {Curve: key.Curve, X: new(big.Int).Neg(key.X), Y: key.Y}, "no curve": {X: key.X, Y: key.Y}, "no point": {Curve: key.Curve}, "P-224": {Curve: elliptic.P224(), X: key.X, Y: key.Y},
		} {
			_, err := jwt.Decode(claimed(good), public, alg)
			assert.ErrorIs(t, err, jwt.ErrInvalidKey, "%v %s", alg, name)
		}
	}
}

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
	outsideFIPSOnly(t)
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
		// No salt is in TestPSSWithoutSalt. rsa.PSSSaltLengthAuto would not do: in FIPS mode it is the length that is right.
		for name, salt := range map[string]int{"a salt of 20": 20, "the longest salt": key.Size() - sha256.Size - 2} {
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
	outsideFIPSOnly(t)
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

// One for each row of the table.
func TestThreatsAreAllThere(t *testing.T) {
	files, err := filepath.Glob("threats*_test.go")
	require.NoError(t, err)
	var source []byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		source = append(source, text...)
	}
	for n := 1; n <= 50; n++ {
		// 45 to 48 have tests of other names: TestAimedNames, TestKeyWork, TestKeptStringsKeepLittleAlive and TestValidatorNestedCalls.
		if n <= 44 || n > 48 {
			assert.Equal(t, 1, strings.Count(string(source), fmt.Sprintf("\nfunc TestThreat%02d_", n)), n)
		}
	}
}

// nested is an object of n levels.
func nested(n int) string { return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + `}` }
