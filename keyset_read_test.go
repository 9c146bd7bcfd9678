package jwt_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestParseKeySet(t *testing.T) {
	good := string(jwkOf(t, edKey))
	for name, text := range map[string]string{
		"nothing": "", "null": "null", "an array": "[" + good + "]", "empty object": "{}", "a JWK": good,
		"keys null": `{"keys":null}`, "keys an object": `{"keys":{}}`, "keys a JWK": `{"keys":` + good + "}", "keys a string": `{"keys":"[]"}`,
		"KEYS": `{"KEYS":[]}`, "keys twice": `{"keys":[],"keys":[]}`, "cut off": `{"keys":[` + good + "]", "text after": `{"keys":[]}x`,
		"BOM": "\ufeff" + `{"keys":[]}`, "comma": `{"keys":[` + good + ",]}",
	} {
		t.Run(name, func(t *testing.T) {
			set, err := jwt.ParseKeySet([]byte(text))
			assert.Nil(t, set)
			assertClass(t, err, jwt.ErrInvalidKey)
		})
	}
	for text, want := range map[string]int{
		`{"keys":[]}`: 0, ` {"keys" : [ ] , "next":"page"} `: 0, `{"k\u0065ys":[` + good + `]}`: 1, `{"\u006beys":[` + good + `]}`: 1, `{"keys":[` + good + ` , 1 ]}`: -1, `{"keys":[` + good + `],"kty":"oct"}`: 1,
		`{"\ud800":1,"keys":[` + good + `],"a\udc00":2,"\ud800\u006b":3}`: 1, // valid for encoding/json
	} {
		set, err := jwt.ParseKeySet([]byte(text))
		require.NoError(t, err, text)
		if want < 0 {
			assert.Len(t, set.Skipped(), 1)
			continue
		}
		assert.Len(t, slices.Collect(set.All()), want)
		assert.Empty(t, set.Skipped())
	}
	_, err := jwt.ParseKeySet([]byte(`{"keys":[` + strings.Repeat("1,", 999) + `1]}`))
	assert.NoError(t, err)
	_, err = jwt.ParseKeySet([]byte(`{"keys":[` + strings.Repeat("1,", 1000) + `1]}`))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.ParseJWK([]byte(`{"keys":[` + good + `]}`))
	assert.ErrorContains(t, err, "ParseKeySet")
	_, err = jwt.ParseKeySet([]byte(good))
	assert.ErrorContains(t, err, "ParseJWK")
	_, err = jwt.ParseKeySet([]byte(`{}`))
	assert.NotContains(t, err.Error(), "ParseJWK")
	_, err = jwt.ParseJWK([]byte(`{}`))
	assert.NotContains(t, err.Error(), "ParseKeySet")
	_, err = jwt.ParseJWK([]byte(`{"keys":[],` + good[1:]))
	assert.NoError(t, err, "a JWK with another member")
	_, err = jwt.ParseJWK([]byte(`{"kty":"oct"}`))
	assert.ErrorContains(t, err, `no "k"`)
	set, err := jwt.ParseKeySet([]byte(`{"keys":[null,1,"x",[],true,{}]}`))
	require.NoError(t, err)
	assert.Len(t, set.Skipped(), 6)

	// What is malformed inside a member is the fault of that member alone.
	for name, member := range map[string]string{
		"twice": `{"kty":"oct","kty":"oct"}`, "not UTF-8": "{\"kid\":\"\xff\"}", "surrogate": `{"kid":"\ud800"}`,
		"too deep": strings.Repeat("[", 70) + strings.Repeat("]", 70), "long number": `{"kty":"x","nn":` + strings.Repeat("1", 300) + `}`,
	} {
		t.Run("member "+name, func(t *testing.T) {
			set, err := jwt.ParseKeySet([]byte(`{"keys":[` + member + "," + good + `]}`))
			require.NoError(t, err)
			assert.Len(t, slices.Collect(set.All()), 1)
			require.Len(t, set.Skipped(), 1)
			assertClass(t, set.Skipped()[0], jwt.ErrInvalidKey)
		})
	}
}

// A set with one AKP, one secp256k1, one oct, one broken and one RSA key verifies RS256.
func TestKeySetOfAllKinds(t *testing.T) {
	rsaPublic := membersOf(t, jwkOf(t, rsaKey())).public()
	octets := func(n int) string { return base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\x02", n))) }
	akp := members{"kty": "AKP", "kid": "akp", "alg": "ML-DSA-44", "pub": octets(1312)}
	list := []string{
		string(akp.text(t, nil)),
		string(members{"kty": "EC", "kid": "koblitz", "crv": "secp256k1", "x": octets(32), "y": octets(32)}.text(t, nil)),
		string(members{"kty": "oct", "kid": "oct", "k": b64(string(secret))}.text(t, nil)),
		string(rsaPublic.text(t, members{"kid": "broken", "n": rsaPublic["n"].(string) + "="})),
		string(rsaPublic.text(t, members{"kid": "rsa"})),
		string(members{"kty": "OKP", "kid": "x", "crv": "X25519", "use": "enc", "x": octets(32)}.text(t, nil)),
		string(members{"kty": "RSA", "kid": 7}.text(t, nil)),
		`"no object"`,
	}
	set, err := jwt.ParseKeySet([]byte(`{"keys":[` + strings.Join(list, ",") + `]}`))
	require.NoError(t, err)

	unsupported := []bool{true, true, false, true, false, false} // AKP, secp256k1, broken, X25519, and two that are none
	if hasMLDSA() {
		unsupported = unsupported[1:]
	}
	require.Len(t, set.Skipped(), len(unsupported))
	for i, reason := range set.Skipped() {
		assertClass(t, reason, jwt.ErrInvalidKey)
		assert.Equal(t, unsupported[i], errors.Is(reason, errors.ErrUnsupported), reason)
		assertNoOctets(t, reason.Error(), secret)
	}
	assert.ErrorContains(t, set.Skipped()[len(unsupported)-2], `("7")`, "a number is no ID, and names it all the same")
	clear(set.Skipped())
	assert.NotNil(t, set.Skipped()[0])

	rsaSigner, err := jwt.NewKey(rsaKey())
	require.NoError(t, err)
	const allowed = jwt.RS256 | jwt.ES256 | jwt.HS256
	decodesAs(t, nil, signed(t, rsaSigner, "rsa"), set, jwt.RS256)
	decodesAs(t, nil, signed(t, rsaSigner, ""), set, allowed)
	decodesAs(t, jwt.ErrInvalidAlgorithm, signed(t, rsaSigner, "oct"), set, allowed)
	secretKey, err := jwt.NewKey(secret)
	require.NoError(t, err)
	decodesAs(t, nil, signed(t, secretKey, "oct"), set, allowed)
	decodesAs(t, jwt.ErrInvalidAlgorithm, signed(t, secretKey, "rsa"), set, allowed)
	decodesAs(t, jwt.ErrInvalidAlgorithm, signed(t, secretKey, "oct"), set, jwt.RS256)

	// A key that was skipped is named, with the reason; and never replaced by another.
	for _, kid := range []string{"broken", "koblitz", "x", "nobody"} {
		token := signed(t, rsaSigner, kid)
		decodesAs(t, jwt.ErrKeyNotFound, token, set, allowed)
		_, err = jwt.Decode(token, set, allowed)
		assert.ErrorContains(t, err, `"`+kid+`"`)
	}
	_, err = jwt.Decode(signed(t, rsaSigner, "broken"), set, allowed)
	assert.ErrorContains(t, err, "base64url")
	_, err = jwt.Decode(signed(t, rsaSigner, "koblitz"), set, allowed)
	assert.ErrorContains(t, err, "secp256k1")

	_, ok := set.Key("broken")
	assert.False(t, ok)
	_, ok = set.Key("")
	assert.False(t, ok)
	key, ok := set.Key("rsa")
	require.True(t, ok)
	assert.Equal(t, rsaSigner.Thumbprint(), key.Thumbprint())
	var ids []string
	for key := range set.All() {
		ids = append(ids, key.ID())
	}
	if hasMLDSA() {
		assert.Equal(t, []string{"akp", "oct", "rsa"}, ids)
	} else {
		assert.Equal(t, []string{"oct", "rsa"}, ids)
	}
	for range set.All() {
		break
	}
	_, err = set.MarshalJSON()
	assertClass(t, err, jwt.ErrInvalidKey)

	// A token of an algorithm that this Go release has not is the token's fault.
	if !hasMLDSA() {
		token := b64(`{"alg":"ML-DSA-44","kid":"akp"}`) + "." + b64("{}") + ".AAAA"
		_, err = jwt.Decode(token, mustSet(t), jwt.MLDSA44)
		assertClass(t, err, jwt.ErrInvalidAlgorithm)
		assert.ErrorIs(t, err, errors.ErrUnsupported)
		_, err = jwt.Decode(token, set, jwt.MLDSA44|jwt.RS256)
		assertClass(t, err, jwt.ErrInvalidAlgorithm)
		assert.ErrorIs(t, err, errors.ErrUnsupported)
		_, err = jwt.Decode(token, set, jwt.MLDSA44) // which no key of the set could serve
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.ErrorIs(t, err, errors.ErrUnsupported)
		_, err = jwt.Decode(token, rsaSigner, jwt.RS256|jwt.MLDSA44)
		assertClass(t, err, jwt.ErrInvalidAlgorithm)
		assert.ErrorIs(t, err, errors.ErrUnsupported)
		_, err = jwt.NewDecoder(rsaSigner, jwt.MLDSA44)
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.ErrorIs(t, err, errors.ErrUnsupported)
	}
}

// A set is published with the public members alone, or not at all.
func TestMarshalKeySet(t *testing.T) {
	rsaSigner, err := jwt.NewKey(rsaKey(), jwt.WithKeyID("r"), jwt.WithKeyAlgorithm(jwt.PS256))
	require.NoError(t, err)
	opaque, err := jwt.NewKey(&kms{key: ecKeys[jwt.ES384]}, jwt.WithKeyID("kms"))
	require.NoError(t, err)
	set := mustSet(t, rsaSigner, edNumber(t, 1, ""), opaque)
	for _, write := range []func() ([]byte, error){set.MarshalJSON, func() ([]byte, error) { return json.Marshal(set) }} {
		text, err := write()
		require.NoError(t, err)
		assertNoOctets(t, string(text), privateNumbers(membersOf(t, jwkOf(t, rsaKey())))...)
		assertNoOctets(t, string(text), fmt.Appendf(nil, "%032d", 1))
		for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "priv", "oth"} {
			assert.NotContains(t, string(text), `"`+name+`":`)
		}
		back, err := jwt.ParseKeySet(text)
		require.NoError(t, err)
		assert.Empty(t, back.Skipped())
		for key := range back.All() {
			assert.False(t, key.IsPrivate())
		}
		decodesAs(t, nil, signed(t, opaque, "kms"), back, jwt.ES384)
		decodesAs(t, nil, signed(t, rsaSigner, "r"), back, jwt.PS256)
		again, err := back.MarshalJSON()
		require.NoError(t, err)
		assert.JSONEq(t, string(text), string(again))
	}
	empty, err := mustSet(t).MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `{"keys":[]}`, string(empty))
}
