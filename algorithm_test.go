package jwt_test

import (
	"crypto"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The names that IANA registered, with the hash of each that has one.
var algorithmNames = []struct {
	name string
	alg  jwt.Algorithm
	hash crypto.Hash
}{
	{"HS256", jwt.HS256, crypto.SHA256},
	{"HS384", jwt.HS384, crypto.SHA384},
	{"HS512", jwt.HS512, crypto.SHA512},
	{"RS256", jwt.RS256, crypto.SHA256},
	{"RS384", jwt.RS384, crypto.SHA384},
	{"RS512", jwt.RS512, crypto.SHA512},
	{"PS256", jwt.PS256, crypto.SHA256},
	{"PS384", jwt.PS384, crypto.SHA384},
	{"PS512", jwt.PS512, crypto.SHA512},
	{"ES256", jwt.ES256, crypto.SHA256},
	{"ES384", jwt.ES384, crypto.SHA384},
	{"ES512", jwt.ES512, crypto.SHA512},
	{"EdDSA", jwt.EdDSA, 0},
	{"Ed25519", jwt.Ed25519, 0},
	{"ML-DSA-44", jwt.MLDSA44, 0},
	{"ML-DSA-65", jwt.MLDSA65, 0},
	{"ML-DSA-87", jwt.MLDSA87, 0},
}

func TestAlgorithmNames(t *testing.T) {
	var all jwt.Algorithm
	var names []string
	for _, tt := range algorithmNames {
		assert.Zero(t, all&tt.alg, "each has a bit of its own")
		all |= tt.alg
		names = append(names, tt.name)
		got, err := jwt.ParseAlgorithm(tt.name)
		require.NoError(t, err)
		assert.Equal(t, tt.alg, got)
		assert.Equal(t, tt.name, got.String())
		assert.Equal(t, tt.hash, got.Hash())
		text, err := got.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, tt.name, string(text))
		for _, wrong := range []string{strings.ToLower(tt.name), tt.name + " ", " " + tt.name, tt.name + "\x00"} {
			if wrong != tt.name {
				alg, err := jwt.ParseAlgorithm(wrong)
				assertClass(t, err, jwt.ErrInvalidOption)
				assert.Zero(t, alg)
			}
		}
	}
	got, err := jwt.ParseAlgorithms(names...)
	require.NoError(t, err)
	assert.Equal(t, all, got)
	assert.Equal(t, strings.Join(names, "|"), all.String())
	assert.Zero(t, all.Hash())
	for _, wrong := range []string{"", "none", "None", "NONE", "HS1", "ES256K", "Ed448", "MLDSA44", "HS256|HS384", "RSA-OAEP"} {
		alg, err := jwt.ParseAlgorithm(wrong)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Zero(t, alg)
		alg, err = jwt.ParseAlgorithms("HS256", wrong)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Zero(t, alg)
	}
	none, err := jwt.ParseAlgorithms()
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.Zero(t, none)
}

func TestAlgorithmText(t *testing.T) {
	var config struct{ Allowed jwt.Algorithm }
	require.NoError(t, json.Unmarshal([]byte(`{"Allowed":"ES256|RS256|ES256"}`), &config))
	assert.Equal(t, jwt.RS256|jwt.ES256, config.Allowed)
	text, err := json.Marshal(config)
	require.NoError(t, err)
	assert.Equal(t, `{"Allowed":"RS256|ES256"}`, string(text))
	for _, wrong := range []string{"", "|", "HS256|", "hs256", "HS256, HS384", "none"} {
		assertClass(t, config.Allowed.UnmarshalText([]byte(wrong)), jwt.ErrInvalidOption)
		assert.Equal(t, jwt.RS256|jwt.ES256, config.Allowed, "left as it was")
	}
	for alg, want := range map[jwt.Algorithm]string{
		0: "Algorithm(0x0)", 1 << 17: "Algorithm(0x20000)", 1 << 40: "Algorithm(0x10000000000)", jwt.HS256 | 1<<63: "Algorithm(0x8000000000000001)",
	} {
		_, err := alg.MarshalText()
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Equal(t, want, alg.String())
		assert.Zero(t, alg.Hash())
	}
}
