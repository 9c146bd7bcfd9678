package jwt_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// An rfcExample is a key of an RFC, with what the RFC makes of it.
type rfcExample struct {
	Section       string          `json:"section"`
	Key           json.RawMessage `json:"key"`
	Algorithm     string          `json:"alg"`
	Payload       string          `json:"payload"` // base64url
	Token         string          `json:"token"`
	Deterministic bool            `json:"deterministic"` // whoever signs it writes the same
	Unencoded     bool            `json:"unencoded"`     // RFC 7797: detached, "b64" false
	Thumbprint    string          `json:"thumbprint"`
}

// rfcExamples reads a file of testdata. Line breaks that an RFC puts into a value
// for display are taken out there, and nothing else is changed.
func rfcExamples(t *testing.T, name string) []rfcExample {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var file struct {
		Source   string       `json:"source"`
		Examples []rfcExample `json:"examples"`
	}
	require.NoError(t, decoder.Decode(&file))
	return file.Examples
}

func TestRFCExamples(t *testing.T) {
	for name, count := range map[string]int{
		"rfc7515": 4, // Appendices A.1 to A.4
		"rfc7520": 4, // Sections 4.1 to 4.4
		"rfc7638": 1, // Section 3.1
		"rfc7797": 2, // Section 4
		"rfc8037": 1, // Appendices A.1 to A.5 are one
		"rfc9964": 3, // Appendix A.1
	} {
		t.Run(name, func(t *testing.T) {
			examples := rfcExamples(t, name)
			assert.Len(t, examples, count)
			for _, e := range examples {
				t.Run(e.Section+" "+e.Algorithm, e.check)
			}
		})
	}
}

func (e rfcExample) check(t *testing.T) {
	key, err := jwt.ParseJWK(e.Key)
	if errors.Is(err, errors.ErrUnsupported) {
		assert.True(t, strings.HasPrefix(e.Algorithm, "ML-DSA-"), err)
		assertClass(t, err, jwt.ErrInvalidKey)
		return
	}
	require.NoError(t, err)
	keys := []*jwt.Key{key}
	if public := key.Public(); public != nil {
		keys = append(keys, public)
	}
	for _, key := range keys {
		if e.Thumbprint != "" {
			assert.Equal(t, e.Thumbprint, key.Thumbprint())
			assert.Equal(t, e.Thumbprint, mustKey(t, key, jwt.WithKeyID("another")).Thumbprint(), "whatever stands beside the key")
		}
		if e.Token != "" {
			e.checkToken(t, key)
		}
	}
	if e.Deterministic {
		e.checkSigning(t, key)
	}
}

func (e rfcExample) checkToken(t *testing.T, key *jwt.Key) {
	alg, err := jwt.ParseAlgorithm(e.Algorithm)
	require.NoError(t, err)
	payload, err := base64.RawURLEncoding.DecodeString(e.Payload)
	require.NoError(t, err)
	var opts []jwt.DecodeOption
	if e.Unencoded {
		opts = append(opts, jwt.WithDetachedPayload(payload))
	}
	got, err := jwt.Verify(e.Token, key, alg, opts...)
	require.NoError(t, err)
	assert.Equal(t, payload, got)

	// Neither another signature nor another payload will do.
	cut := strings.LastIndexByte(e.Token, '.') + 1
	signature, err := base64.RawURLEncoding.DecodeString(e.Token[cut:])
	require.NoError(t, err)
	signature[len(signature)/2] ^= 1
	_, err = jwt.Verify(e.Token[:cut]+base64.RawURLEncoding.EncodeToString(signature), key, alg, opts...)
	assertClass(t, err, jwt.ErrInvalidSignature)
	if e.Unencoded {
		_, err = jwt.Verify(e.Token, key, alg, jwt.WithDetachedPayload(append(payload, ' ')))
	} else {
		_, err = jwt.Verify(strings.Replace(e.Token, "."+e.Payload+".", "."+b64(string(payload)+" ")+".", 1), key, alg)
	}
	assertClass(t, err, jwt.ErrInvalidSignature)
}

// checkSigning makes the token again: whole where its header is one that this
// package writes, else from the JWS Signing Input on.
func (e rfcExample) checkSigning(t *testing.T, key *jwt.Key) {
	alg, err := jwt.ParseAlgorithm(e.Algorithm)
	require.NoError(t, err)
	payload, err := base64.RawURLEncoding.DecodeString(e.Payload)
	require.NoError(t, err)
	header, err := base64.RawURLEncoding.DecodeString(e.Token[:strings.IndexByte(e.Token, '.')])
	require.NoError(t, err)
	if bytes.ContainsAny(header, " \r\n") {
		cut := strings.LastIndexByte(e.Token, '.')
		signature, err := jwt.SignOctets(key, alg, []byte(e.Token[:cut]))
		require.NoError(t, err)
		assert.Equal(t, e.Token[cut+1:], base64.RawURLEncoding.EncodeToString(signature))
		return
	}
	opts := []jwt.EncodeOption{jwt.WithAlgorithm(alg)}
	if e.Unencoded {
		opts = append(opts, jwt.WithUnencodedPayload())
	}
	token, err := jwt.Sign(payload, key, opts...)
	require.NoError(t, err)
	assert.Equal(t, e.Token, token)
}

// RFC 9864 has no octets of its own. Its Section 2.2 gives the name "Ed25519" to
// what RFC 8037 calls "EdDSA" with such a key, so the key of RFC 8037, Appendix
// A.1 does for both, and each name must be allowed by itself.
func TestRFC9864(t *testing.T) {
	e := rfcExamples(t, "rfc8037")[0]
	key, err := jwt.ParseJWK(e.Key)
	require.NoError(t, err)
	var jwk struct{ D, X string }
	require.NoError(t, json.Unmarshal(e.Key, &jwk))
	seed, err := base64.RawURLEncoding.DecodeString(jwk.D)
	require.NoError(t, err)
	input := b64(`{"alg":"Ed25519"}`) + "." + e.Payload
	want := input + "." + b64(string(ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(input))))

	payload, err := base64.RawURLEncoding.DecodeString(e.Payload)
	require.NoError(t, err)
	token, err := jwt.Sign(payload, key, jwt.WithAlgorithm(jwt.Ed25519))
	require.NoError(t, err)
	assert.Equal(t, want, token)
	got, err := jwt.Verify(token, key, jwt.Ed25519)
	require.NoError(t, err)
	assert.Equal(t, payload, got)
	_, err = jwt.Verify(token, key, jwt.EdDSA)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)
	_, err = jwt.Verify(e.Token, key, jwt.Ed25519)
	assertClass(t, err, jwt.ErrInvalidAlgorithm)

	// RFC 9864, Section 5: in a JWK the value of "alg" is the new name.
	bound, err := jwt.ParseJWK(bytes.Replace(e.Key, []byte(`{`), []byte(`{"alg":"Ed25519",`), 1))
	require.NoError(t, err)
	assert.Equal(t, jwt.Ed25519, bound.Algorithm())
	_, err = jwt.Verify(token, bound, jwt.Ed25519)
	require.NoError(t, err)
	_, err = jwt.Verify(e.Token, bound, jwt.EdDSA)
	assertClass(t, err, jwt.ErrInvalidKey)
}

// The tokens of the RFCs, their JSON with line breaks and all. Their "exp" is of
// 2011.
func TestRFCTokens(t *testing.T) {
	key, err := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	require.NoError(t, err)
	// RFC 7515, Appendix A.1; RFC 7519, Section 3.1 is the same.
	const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." +
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	claims, err := jwt.Decode(token, key, jwt.HS256, at(time.Unix(1300819379, 0)))
	require.NoError(t, err)
	assert.Equal(t, jwt.Claims{"iss": "joe", "exp": int64(1300819380), "http://example.com/is_root": true}, claims)
	_, err = jwt.Decode(token, key, jwt.HS256)
	assert.ErrorIs(t, err, jwt.ErrExpired)
}
