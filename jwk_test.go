package jwt_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

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
			"all": {
				"kid": "an \"ID\" \u2028 <&>", "use": "sig", "key_ops": []any{"verify"}, "alg": algs[name],
				"x5u": "https://example.com/c", "x5t": "AAAA", "x5t#S256": "BBBB",
			},
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

				wanted := membersOf(t, membersOf(t, text).public().text(t, nil))
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
		"zero, a value":       jwt.Key{}.MarshalJSON,
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
	_, err = jwt.Encode(jwt.Claims{"key": secretKey}, secret)
	assert.ErrorIs(t, err, jwt.ErrInvalidOption, "nor does a token take it along")
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

// What a JWK is for is told where it decides, and nothing that it does not say.
func TestJWKPurposeTexts(t *testing.T) {
	good := membersOf(t, jwkOf(t, edKey))
	for name, tt := range map[string]struct {
		said      members
		says, not string
	}{
		"use":     {members{"use": "enc"}, `"use" is "enc"`, "key_ops"},
		"key_ops": {members{"key_ops": []any{"encrypt"}}, `"key_ops" are "encrypt"`, `"use"`},
		"both":    {members{"use": "enc", "key_ops": []any{"wrapKey", "encrypt"}}, `"use" is "enc" and "key_ops" are "wrapKey, encrypt"`, ""},
	} {
		key, err := jwt.ParseJWK(good.text(t, tt.said))
		require.NoError(t, err, name)
		_, err = jwt.Encode(jwt.Claims{}, key)
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.Contains(t, err.Error(), tt.says, name)
		if tt.not != "" {
			assert.NotContains(t, err.Error(), tt.not, name)
		}
	}
}

// What is read as a key, or as a set of keys, has at most 1 MiB.
func TestLongestKeyTexts(t *testing.T) {
	for name, tt := range map[string]struct {
		text []byte
		read func([]byte) error
	}{
		"PEM":     {pkcs8(t, edKey), func(text []byte) error { _, err := jwt.ParsePEM(text); return err }},
		"JWK":     {jwkOf(t, edKey), func(text []byte) error { _, err := jwt.ParseJWK(text); return err }},
		"JWK Set": {fmt.Appendf(nil, `{"keys":[%s]}`, jwkOf(t, edKey)), func(text []byte) error { _, err := jwt.ParseKeySet(text); return err }},
	} {
		longest := append(tt.text, bytes.Repeat([]byte(" "), 1<<20-len(tt.text))...)
		assert.NoError(t, tt.read(longest), name)
		err := tt.read(append(longest, ' '))
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.Contains(t, err.Error(), "1 MiB", name)
	}
}
