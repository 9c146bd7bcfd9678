package jwt_test

import (
	"bytes"
	"crypto/fips140"
	"crypto/rsa"
	"math/big"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The FIPS modes of the Go Cryptographic Module. A program is in one from its start, so each
// test runs itself once more in another process, with GODEBUG.

// inFIPSMode runs the rest of a test in FIPS mode, "on" or "only", and ends it elsewhere.
func inFIPSMode(t *testing.T, mode string) bool {
	t.Helper()
	const child = "JWT_FIPS_CHILD"
	if os.Getenv(child) != "" {
		assert.True(t, fips140.Enabled())
		assert.Equal(t, mode == "only", fips140.Enforced())
		return true
	}
	if testing.Short() {
		t.Skip("it takes a process more")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "GODEBUG=fips140="+mode, child+"="+mode)
	out, err := cmd.CombinedOutput()
	if bytes.HasPrefix(out, []byte("panic: fips140: FIPS 140-3 mode is ")) || bytes.HasPrefix(out, []byte("panic: fips140: no verification checksum")) {
		t.Skipf("this build has no FIPS mode: %s", out) // such as one for js/wasm
	}
	assert.NoError(t, err, "%s", out)
	return false
}

// outsideFIPS skips a test of how raw secrets are keyed elsewhere.
func outsideFIPS(t *testing.T) {
	t.Helper()
	if fips140.Enabled() {
		t.Skip("in FIPS mode crypto/hmac keys raw secrets, anew in each call")
	}
}

// outsideFIPSOnly skips a test of keys that the strictest mode refuses, or that makes its own
// with what is refused.
func outsideFIPSOnly(t *testing.T) {
	t.Helper()
	if fips140.Enforced() {
		t.Skip("FIPS 140-only mode refuses weak keys, small exponents, X25519, and hashes and salts that others take")
	}
}

// In FIPS mode a raw secret is keyed by crypto/hmac and by nothing else.
func TestFIPSMode(t *testing.T) {
	if !inFIPSMode(t, "on") {
		return
	}
	usualKeys(t)
	// Weak keys are as elsewhere.
	weak := mustKey(t, []byte("hunter2"), jwt.AllowWeakKey())
	admit(t, tokenOf(t, weak, jwt.Claims{"a": 1}), weak, jwt.HS256)
	assert.NoError(t, weakly(&rsaWeakKey().PublicKey))
}

// What the mode refuses is a key that cannot serve, and no panic.
func TestFIPSOnlyMode(t *testing.T) {
	if !inFIPSMode(t, "only") {
		return
	}
	usualKeys(t)
	n := rsaKey().N
	for name, material := range map[string]any{
		"13 bytes": make13(), "1024 bits": &rsaWeakKey().PublicKey, "1024 bits, private": rsaWeakKey(),
		"an odd number of bits": &rsa.PublicKey{N: odd(2049), E: 65537}, "exponent 3": &rsa.PublicKey{N: n, E: 3}, "exponent 65535": &rsa.PublicKey{N: n, E: 65535},
	} {
		assertClass(t, weakly(material), jwt.ErrInvalidKey)
		var key *jwt.Key
		fips140.WithoutEnforcement(func() {
			var err error
			key, err = jwt.NewKey(material, jwt.AllowWeakKey())
			require.NoError(t, err, name)
		})
		// Made outside of the mode, such a key serves, or not, but does not panic.
		_, err := jwt.Decode(claimed(good), key, jwt.HS256|jwt.RS256)
		assert.Error(t, err, name)
		if key.IsPrivate() {
			_, _ = jwt.Encode(jwt.Claims{}, key)
		}
	}
	_, err := jwt.Decode(claimed(good), &rsa.PublicKey{N: n, E: 3}, jwt.RS256)
	assertClass(t, err, jwt.ErrInvalidKey)
	assert.NoError(t, weakly(append(make13(), 'n')))
	assert.NoError(t, weakly(&rsa.PublicKey{N: new(big.Int).Set(n), E: 65537}))
}

func make13() []byte { return []byte("thirteen byte") }

// usualKeys signs and verifies by a key of each algorithm, and by raw secrets.
func usualKeys(t *testing.T) {
	for _, alg := range algorithms {
		if !supported(alg) {
			continue
		}
		key := keyFor(t, alg)
		token := tokenOf(t, key, jwt.Claims{"sub": "alice"}, jwt.WithAlgorithm(alg))
		admit(t, token, key, alg)
		_, err := jwt.Decode(altered(token), key, alg)
		assert.ErrorIs(t, err, jwt.ErrInvalidSignature, alg)
	}
	// States of one secret must not serve another.
	for i := range 10 {
		raw := bytes.Repeat([]byte(strconv.Itoa(i)+"0123456789"), 10)
		token, err := jwt.Encode(jwt.Claims{"n": i}, raw)
		require.NoError(t, err)
		admit(t, token, raw, jwt.HS256)
		admit(t, token, mustKey(t, raw), jwt.HS256)
		_, err = jwt.Decode(token, append(raw, 'x'), jwt.HS256)
		assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
	}
}
