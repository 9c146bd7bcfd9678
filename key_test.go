package jwt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// RFC 7518, Section 3.2: a secret has at least the size of the hash.
func TestEverySecretSize(t *testing.T) {
	for _, size := range []int{0, 1, 31, 32, 47, 48, 63, 64, 65, 1000} {
		raw := bytes.Repeat([]byte{'s'}, size)
		key, err := jwt.NewKey(raw)
		if size < 32 {
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Nil(t, key)
		} else {
			require.NoError(t, err)
		}
		weak, weakErr := jwt.NewKey(raw, jwt.AllowWeakKey())
		if size == 0 {
			assertClass(t, weakErr, jwt.ErrInvalidKey)
			assert.Nil(t, weak)
		} else {
			require.NoError(t, weakErr)
		}
		for i, least := range []int{32, 48, 64} {
			alg := hmacs[i]
			token, err := jwt.Encode(jwt.Claims{}, raw, jwt.WithAlgorithm(alg))
			_, decodeErr := jwt.Decode("", raw, alg)
			bound, boundErr := jwt.NewKey(raw, jwt.WithKeyAlgorithm(alg))
			if size < least {
				for _, err := range []error{err, decodeErr, boundErr} {
					assertClass(t, err, jwt.ErrInvalidKey)
				}
				assert.Empty(t, token)
				assert.Nil(t, bound)
				if size >= 32 {
					_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithAlgorithm(alg))
					assertClass(t, err, jwt.ErrInvalidKey)
					_, err = jwt.NewKey(key, jwt.WithKeyAlgorithm(alg))
					assertClass(t, err, jwt.ErrInvalidKey)
					allowed, err := jwt.NewKey(key, jwt.AllowWeakKey(), jwt.WithKeyAlgorithm(alg))
					require.NoError(t, err, "what the error above advises")
					assert.Equal(t, alg, allowed.Algorithm())
					_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithAlgorithm(alg))
					assertClass(t, err, jwt.ErrInvalidKey) // the key that it was made from is as it was
				}
			} else {
				require.NoError(t, err)
				require.NoError(t, boundErr)
				assertClass(t, decodeErr, jwt.ErrDecode)
				_, err = jwt.Decode(token, bound, alg)
				assert.NoError(t, err)
				_, err = jwt.Decode(token, key, alg)
				assert.NoError(t, err)
			}
			if size > 0 { // what is allowed once is allowed in use
				token, err := jwt.Encode(jwt.Claims{}, weak, jwt.WithAlgorithm(alg))
				require.NoError(t, err)
				_, err = jwt.Decode(token, weak, alg)
				assert.NoError(t, err)
			}
		}
	}
	// A set of several takes those that the secret can serve.
	short := secret[:32]
	_, err := jwt.NewDecoder(short, jwt.HS256|jwt.HS512)
	assert.NoError(t, err)
	_, err = jwt.NewDecoder(short, jwt.HS384|jwt.HS512)
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.Decode(forge(`{"alg":"HS512"}`, `{}`), short, jwt.HS256|jwt.HS512)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
}

// What is no secret, but likely to be given as one.
func TestSecretsRefused(t *testing.T) {
	const pem = "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEAtoo\n-----END RSA PUBLIC KEY-----\n"
	for name, tt := range map[string]struct {
		secret string
		says   string
	}{
		"zeros":                    {strings.Repeat("\x00", 64), ""},
		"PEM":                      {pem, "ParsePEM"},
		"PEM after space":          {" \r\n\t" + pem, "ParsePEM"},
		"PEM, its space lost":      {strings.Replace(pem, "BEGIN ", "BEGIN", 1), "ParsePEM"},
		"PEM after a BOM":          {"\ufeff" + pem, "ParsePEM"},
		"PEM after a BOM, space":   {" \ufeff " + pem, "ParsePEM"},
		"a private PEM":            {"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n", "ParsePEM"},
		"an SSH key":               {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== user@host", "ParsePEM"},
		"an SSH RSA key":           {"\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC= user@host", "ParsePEM"},
		"an SSH key, form feed":    {"\fssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== user@host", "ParsePEM"},
		"an SSH key, other space":  {"\u00a0ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== user@host", "ParsePEM"},
		"an SSH key, plain space":  {" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== user@host", "ParsePEM"},
		"a JWK, other space":       {"\u2028{\"kty\":\"oct\",\"k\":\"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA\"}", "ParseJWK"},
		"a JWK, space behind it":   {"{\"\\u006bty\":\"oct\",\"k\":\"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA\"}\u00a0", "ParseJWK"},
		"an SSH EC key":            {"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= user@host", "ParsePEM"},
		"an SSH EC key, space":     {" \n\tecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= user@host", "ParsePEM"},
		"a JWK":                    {`{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs","e":"AQAB"}`, "ParseJWK"},
		"a JWK of a secret":        {`{"k":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA","kty":"oct"}`, "ParseJWK"},
		"a JWK after space":        {"\n {\"kty\" : \"oct\", \"k\" : \"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA\" }\n", "ParseJWK"},
		"a JWK, escaped":           {`{"\u006bty":"oct","k":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA"}`, "ParseJWK"},
		"a JWK, not strictly JSON": {`{"kty":"oct","kty":"oct","k":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA",}`, "ParseJWK"},
		"a JWK Set":                {`{"keys":[{"kty":"oct","k":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA"}]}`, "ParseKeySet"},
		"a JWK Set, not strict":    {`{"keys":[],"padding":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA",}`, "ParseKeySet"},
		"a JWK Set, escaped":       {`{"\u006beys":[],"padding":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA"}`, "ParseKeySet"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := []byte(tt.secret)
			_, newErr := jwt.NewKey(raw)
			_, weakErr := jwt.NewKey(raw, jwt.AllowWeakKey())
			_, encodeErr := jwt.Encode(jwt.Claims{}, raw)
			_, decodeErr := jwt.Decode("", raw, jwt.HS256)
			_, encoderErr := jwt.NewEncoder(raw)
			_, decoderErr := jwt.NewDecoder(raw, jwt.HS256)
			_, signErr := jwt.Sign(nil, raw)
			_, verifyErr := jwt.Verify("", raw, jwt.HS256)
			for _, err := range []error{newErr, weakErr, encodeErr, decodeErr, encoderErr, decoderErr, signErr, verifyErr} {
				assertClass(t, err, jwt.ErrInvalidKey)
				assert.Contains(t, err.Error(), tt.says)
				for _, word := range strings.FieldsFunc(tt.secret, func(r rune) bool { return strings.ContainsRune("\" \n:{}-", r) }) {
					if len(word) > 16 {
						assert.NotContains(t, err.Error(), word)
					}
				}
			}
		})
	}
	// What only looks a little like it is a secret.
	for _, text := range []string{
		"my ssh-rsa secret that is long enough to be one", "{this is a secret and no JSON, long enough too}", `a secret that has "kty" and "keys" in it`, `{"a":"secret in JSON, which has no kty or so"}`, "ecdsa is what this secret speaks of, at length",
	} {
		_, err := jwt.NewKey([]byte(text))
		assert.NoError(t, err, text)
	}
	for _, material := range []any{nil, "a string that is long enough to be a secret", 1, [32]byte{1}, &secret, jwt.Key{}, (*jwt.Key)(nil), new(jwt.Key), errors.New("x")} {
		key, err := jwt.NewKey(material)
		assertClass(t, err, jwt.ErrInvalidKey)
		assert.Nil(t, key)
	}
}

func TestSecretOptions(t *testing.T) {
	key, err := jwt.NewKey(secret)
	require.NoError(t, err)
	assert.Empty(t, key.ID())
	assert.Zero(t, key.Algorithm())
	assert.True(t, key.IsPrivate())
	assert.Nil(t, key.Public())
	assert.Nil(t, key.CryptoPublic())
	assert.Empty(t, key.Thumbprint(), "it would help to guess")

	named, err := jwt.NewKey(key, jwt.WithKeyID("a"), jwt.WithKeyID(`k"1`))
	require.NoError(t, err)
	assert.Equal(t, `k"1`, named.ID())
	assert.Empty(t, key.ID(), "keys are immutable")
	token, err := jwt.Encode(jwt.Claims{}, named)
	require.NoError(t, err)
	assert.Equal(t, `{"alg":"HS256","kid":"k\"1","typ":"JWT"}`, segmentOf(t, token, 0))
	_, err = jwt.Decode(token, secret, jwt.HS256)
	assert.NoError(t, err, "a single key ignores the kid")
	token, err = jwt.Sign(nil, named)
	require.NoError(t, err)
	assert.Equal(t, `{"alg":"HS256","kid":"k\"1"}`, segmentOf(t, token, 0))
	_, err = jwt.Encode(jwt.Claims{}, named, jwt.WithKeyID("other"))
	assertClass(t, err, jwt.ErrInvalidOption)

	bound, err := jwt.NewKey(named, jwt.WithKeyAlgorithm(jwt.HS512), jwt.WithKeyAlgorithm(jwt.HS384))
	require.NoError(t, err)
	assert.Equal(t, jwt.HS384, bound.Algorithm())
	assert.Equal(t, `k"1`, bound.ID(), "what it was made from has one")
	assert.Zero(t, named.Algorithm())
	token, err = jwt.Encode(jwt.Claims{}, bound)
	require.NoError(t, err)
	assert.Contains(t, segmentOf(t, token, 0), `"HS384"`, "it signs with its own")
	_, err = jwt.Decode(token, bound, jwt.HS256|jwt.HS384)
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, bound, jwt.WithAlgorithm(jwt.HS384))
	assert.NoError(t, err)
	_, err = jwt.Encode(jwt.Claims{}, bound, jwt.WithAlgorithm(jwt.HS256))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.NewDecoder(bound, jwt.HS256|jwt.HS512)
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.Decode(claimed(`{}`), bound, jwt.HS256|jwt.HS384)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
	_, err = jwt.NewKey(bound, jwt.WithKeyAlgorithm(jwt.HS256))
	assertClass(t, err, jwt.ErrInvalidKey)
	again, err := jwt.NewKey(bound, jwt.WithKeyID(""))
	require.NoError(t, err)
	assert.Empty(t, again.ID())
	assert.Equal(t, jwt.HS384, again.Algorithm())

	for name, opts := range map[string][]jwt.KeyOption{
		"nil": {nil}, "of another's making": {foreignOption{KeyOption: jwt.AllowWeakKey()}}, "no algorithm": {jwt.WithKeyAlgorithm(0)},
		"several algorithms": {jwt.WithKeyAlgorithm(jwt.HS256 | jwt.HS384)}, "unknown bits": {jwt.WithKeyAlgorithm(1 << 60)},
		"an ID of no UTF-8": {jwt.WithKeyID("\xff")}, "an ID too long": {jwt.WithKeyID(strings.Repeat("k", 16<<10))},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := jwt.NewKey(secret, opts...)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Nil(t, key)
			key, err = jwt.GenerateKey(jwt.HS256, opts...)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Nil(t, key)
		})
	}
	_, err = jwt.NewKey(secret, jwt.WithKeyAlgorithm(jwt.RS256))
	assertClass(t, err, jwt.ErrInvalidKey)
	// The zero value is no key, and says so.
	for _, none := range []*jwt.Key{nil, {}} {
		assert.Empty(t, none.ID())
		assert.Zero(t, none.Algorithm())
		assert.False(t, none.IsPrivate())
		assert.Nil(t, none.Public())
		assert.Nil(t, none.CryptoPublic())
		assert.Empty(t, none.Thumbprint())
	}
	_, err = jwt.Key{}.MarshalJSON()
	assertClass(t, err, jwt.ErrInvalidKey)
}

func TestGenerateSecret(t *testing.T) {
	for _, alg := range hmacs {
		key, err := jwt.GenerateKey(alg)
		require.NoError(t, err)
		assert.Equal(t, alg, key.Algorithm())
		assert.Empty(t, key.ID())
		assert.True(t, key.IsPrivate())
		other, err := jwt.GenerateKey(alg, jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(alg))
		require.NoError(t, err)
		assert.Equal(t, "k", other.ID())
		token, err := jwt.Encode(jwt.Claims{}, key)
		require.NoError(t, err)
		_, err = jwt.Decode(token, key, alg)
		assert.NoError(t, err)
		_, err = jwt.Decode(token, other, alg)
		assertClass(t, err, jwt.ErrInvalidSignature)
	}
	for _, alg := range []jwt.Algorithm{0, jwt.HS256 | jwt.HS384, 1 << 62} {
		key, err := jwt.GenerateKey(alg)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Nil(t, key)
	}
	key, err := jwt.GenerateKey(jwt.HS256, jwt.WithKeyAlgorithm(jwt.HS384))
	assert.Error(t, err, "it cannot be both")
	assert.Nil(t, key)
}

// A key never prints, whatever it is printed by and in.
func TestSecretsPrintRedacted(t *testing.T) {
	key, err := jwt.NewKey(secret, jwt.WithKeyID("the-id"), jwt.WithKeyAlgorithm(jwt.HS256))
	require.NoError(t, err)
	printed := printedBy(t,
		key, *key, []*jwt.Key{key}, map[string]jwt.Key{"k": *key}, struct{ Key *jwt.Key }{key}, struct{ Key jwt.Key }{*key}, struct{ key *jwt.Key }{key}, struct{ Any any }{key},
		(*jwt.Key)(nil), jwt.Key{}, new(jwt.Key), (*jwt.KeySet)(nil), &jwt.KeySet{}, jwt.KeySet{},
	)
	assert.Contains(t, printed, "the-id", "the ID does print")
	assert.Contains(t, fmt.Sprint(key), "redacted")
	assert.Equal(t, fmt.Sprintf("%v", key), fmt.Sprintf("%x", *key))
	assert.NotContains(t, fmt.Sprint(jwt.Key{}, new(jwt.Key)), "secret")
	_, err = json.Marshal(map[string]any{"key": key})
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.Encode(jwt.Claims{"key": key}, secret)
	assert.ErrorIs(t, err, jwt.ErrInvalidOption)
}

// Where fmt can call no method of a key's, it still shows nothing: what holds a
// key in a field that is not exported, an Encoder and a Decoder among them.
func TestSecretsPrintRedactedWithin(t *testing.T) {
	key, err := jwt.NewKey(secret, jwt.WithKeyID("the-id"))
	require.NoError(t, err)
	encoder, err := jwt.NewEncoder(secret)
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(key, jwt.HS256)
	require.NoError(t, err)
	printedBy(t, encoder, *encoder, decoder, *decoder, struct{ key jwt.Key }{*key}, struct{ d jwt.Decoder }{*decoder}, struct{ e *jwt.Encoder }{encoder})
}

// printedBy prints values in every way there is, and wants none of them to show
// the secret.
func printedBy(t *testing.T, values ...any) string {
	t.Helper()
	var all strings.Builder
	forms := []string{
		string(secret[:8]), hex.EncodeToString(secret[:8]), strings.ToUpper(hex.EncodeToString(secret[:8])), fmt.Sprintf("% x", secret[:8]), strings.Trim(fmt.Sprint(secret[:8]), "[]"),
		strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", secret[:8]), "[]byte{"), "}"), strings.Trim(fmt.Sprintf("%o", secret[:8]), "[]"),
		base64.RawStdEncoding.EncodeToString(secret[:6]), base64.RawURLEncoding.EncodeToString(secret[:6]),
	}
	for _, v := range values {
		var printed strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%c", "%U", "%t", "%T", "%p", "%10.3v"} {
			fmt.Fprintf(&printed, verb+"\n", v)
		}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
			slog.New(handler).Info("message", "value", v, slog.Group("group", "value", v))
		}
		text, err := json.Marshal(v)
		fmt.Fprintln(&printed, string(text), err, v, fmt.Errorf("wrapped: %v", v))
		for _, form := range forms {
			assert.False(t, strings.Contains(printed.String(), form), "%T shows %q", v, form)
		}
		all.WriteString(printed.String())
	}
	return all.String()
}

// openssl writes text before some PEM blocks; a secret it is not, for all that.
func TestSecretIsNoPEMAfterText(t *testing.T) {
	text := []byte("Bag Attributes: <No Attributes>\n-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n")
	_, err := jwt.Encode(jwt.Claims{}, text)
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.Decode(claimed(`{}`), text, jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidKey)
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
