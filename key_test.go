package jwt_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// RFC 7518, Section 3.2: a secret has at least the size of the hash.
func TestEverySecretSize(t *testing.T) {
	outsideFIPSOnly(t)
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
			_, encoderErr := jwt.NewEncoder(raw, jwt.WithAlgorithm(alg))
			_, decodeErr := jwt.Decode("", raw, alg)
			_, decoderErr := jwt.NewDecoder(raw, alg)
			_, verifyErr := jwt.Verify("", raw, alg)
			bound, boundErr := jwt.NewKey(raw, jwt.WithKeyAlgorithm(alg))
			if size < least {
				for _, err := range []error{err, encoderErr, decodeErr, decoderErr, verifyErr, boundErr} {
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
				require.NoError(t, encoderErr)
				require.NoError(t, decoderErr)
				assertClass(t, decodeErr, jwt.ErrDecode)
				assertClass(t, verifyErr, jwt.ErrDecode)
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
				weakBound, err := jwt.NewKey(raw, jwt.AllowWeakKey(), jwt.WithKeyAlgorithm(alg))
				require.NoError(t, err)
				_, err = jwt.Decode(token, weakBound, alg)
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
	unbound := mustKey(t, short)
	_, err = jwt.NewDecoder(unbound, jwt.HS384)
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.NewDecoder(unbound, jwt.HS384|jwt.HS256)
	assert.NoError(t, err)
	// A token cannot have the secret used for a hash that it is too short for.
	token, err := jwt.Encode(jwt.Claims{}, mustKey(t, short, jwt.AllowWeakKey()), jwt.WithAlgorithm(jwt.HS384))
	require.NoError(t, err)
	_, err = jwt.Decode(token, unbound, jwt.HS384|jwt.HS256)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
}

// What is no secret, but likely to be given as one.
func TestSecretsRefused(t *testing.T) {
	public, err := mustKey(t, edKey.Public()).MarshalJSON()
	require.NoError(t, err)
	const pem = "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEAtoo\n-----END RSA PUBLIC KEY-----\n"
	for name, tt := range map[string]struct {
		secret string
		says   string
	}{
		"zeros":                    {strings.Repeat("\x00", 64), ""},
		"nothing":                  {"", ""},
		"PEM":                      {pem, "ParsePEM"},
		"PEM after space":          {" \r\n\t" + pem, "ParsePEM"},
		"PEM, its space lost":      {strings.Replace(pem, "BEGIN ", "BEGIN", 1), "ParsePEM"},
		"PEM after a BOM":          {"\ufeff" + pem, "ParsePEM"},
		"PEM after a BOM, space":   {" \ufeff " + pem, "ParsePEM"},
		"PEM after text":           {"Bag Attributes: <No Attributes>\n" + pem, "ParsePEM"}, // as openssl writes some
		"PEM of a key":             {string(pkcs8(t, edKey)), "ParsePEM"},
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
		"a JWK of a public key":    {string(public), "ParseJWK"},
		"a JWK cut off":            {string(public[:len(public)-1]), "ParseJWK"},
		"a JWK Set":                {`{"keys":[{"kty":"oct","k":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA"}]}`, "ParseKeySet"},
		"a JWK Set of a key":       {`{"keys":[` + string(public) + `]}`, "ParseKeySet"},
		"an empty JWK Set":         {`{"keys":[],"something":"that makes it long enough"}`, "ParseKeySet"},
		"a JWK Set, not strict":    {`{"keys":[],"padding":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA",}`, "ParseKeySet"},
		"a JWK Set, escaped":       {`{"\u006beys":[],"padding":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA"}`, "ParseKeySet"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := []byte(tt.secret)
			signing, verifying := signingWays(t, raw), verifyingWays(t, raw, jwt.HS256, "", "")
			for _, err := range slices.Concat(slices.Collect(maps.Values(signing)), slices.Collect(maps.Values(verifying)), []error{weakly(raw)}) {
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
		`{"secret":"thirty-two octets and some more"}`, "----BEGIN thirty-two octets or more",
	} {
		_, err := jwt.NewKey([]byte(text))
		assert.NoError(t, err, text)
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
