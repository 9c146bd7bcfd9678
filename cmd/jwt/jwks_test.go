package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What is published has no private member, whatever the set was built from.
func TestJWKSBuild(t *testing.T) {
	inFolder(t)
	got := succeeds(t, "jwks build keys/ed.json keys/rsa.pem keys/ec.json", "")
	assert.Equal(t, 3, strings.Count(got.stderr, "has a private key; the set has its public half alone"))
	for _, name := range []string{`"d"`, `"p"`, `"q"`, `"dp"`, `"dq"`, `"qi"`, `"k"`, `"priv"`} {
		assert.NotContains(t, got.stdout, name)
	}
	set, err := jwt.ParseKeySet([]byte(got.stdout))
	require.NoError(t, err)
	assert.Empty(t, set.Skipped())
	ids := []string{}
	for key := range set.All() {
		assert.False(t, key.IsPrivate())
		ids = append(ids, key.ID())
	}
	assert.Equal(t, []string{"2026-12", readKey(t, "rsa.json").Thumbprint(), "2026-11"}, ids)

	require.NoError(t, os.WriteFile("set.json", []byte(got.stdout), 0o600))
	succeeds(t, "jwks check set.json", "")
	for _, key := range []string{"keys/ed.json", "keys/ec.json", "keys/rsa.pem"} {
		succeeds(t, "verify -key set.json", succeeds(t, "sign -no-expiry -key "+key, "").stdout)
	}
	again := succeeds(t, "jwks build set.json keys/ed-public.json", "")
	assert.Equal(t, got.stdout, again.stdout, "equal members are one")
	assert.Empty(t, again.stderr)
}

func TestJWKSBuildRefuses(t *testing.T) {
	inFolder(t)
	require.NoError(t, os.WriteFile("clash.json", []byte(strings.Replace(read(t, "keys/rsa.json"), "2026-10", "same", 1)), 0o600))
	succeeds(t, "key new RS256 -kid same -out other.json", "")
	for line, want := range map[string]int{
		"jwks build": exitUsage,
		"jwks build keys/ed.json keys/secret.json":  exitKey,
		"jwks build keys/mixed.json":                exitKey,
		"jwks build keys/secret.txt":                exitKey,
		"jwks build clash.json other.json":          exitKey,
		"jwks build keys/nowhere.json":              exitFile,
		"jwks build https://login.example/jwks":     exitUsage,
		"jwks build keys/ed.json -out keys/ed.json": exitFile,
	} {
		got := tool(line, "")
		assert.Equal(t, want, got.code, "%s: %s", line, got.stderr)
		assert.Empty(t, got.stdout, line)
	}
}

func TestJWKSCheck(t *testing.T) {
	inFolder(t)
	require.NoError(t, os.WriteFile("ops.json", []byte(`{"keys":[{"kty":"EC","kid":"a","crv":"P-256","key_ops":["deriveKey"],`+
		`"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`), 0o600))
	for line, want := range map[string]int{
		"jwks check": exitUsage,
		"jwks check keys/good.json -issuer https://a.ex": exitUsage,
		"jwks check keys/good.json":                      exitOK,
		"jwks check keys/ed-public.json":                 exitKey,
		"jwks check keys/mixed.json -private":            exitKey,
		"jwks check keys/empty.json":                     exitKey,
		"jwks check ops.json":                            exitKey,
		"jwks check -issuer not-a-url":                   exitUsage,
		"jwks check http://login.example/jwks.json":      exitUsage,
	} {
		got := tool(line, "")
		assert.Equal(t, want, got.code, "%s: %s", line, got.stderr)
	}
	succeeds(t, "jwks check -", read(t, "keys/good.json"))
	private := `{"keys":[` + read(t, "keys/ed.json") + "," + read(t, "keys/secret.json") + "]}"
	assert.Equal(t, exitKey, tool("jwks check -", private).code)
	got := succeeds(t, "jwks check - -private", private)
	assert.NotContains(t, got.stdout, "nWGxne_9WmC6", "the private member")
}
