package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Each flag of the policy asks for what it says: the first line passes, the second does not.
func TestVerifyPolicy(t *testing.T) {
	inFolder(t)
	for name, c := range map[string]struct {
		claims     string
		opts       []jwt.EncodeOption
		pass, fail string
		want       int
	}{
		"issuer":          {`{"iss":"https://a.example"}`, nil, "-issuer https://b.example -issuer https://a.example", "-issuer https://a.example/", exitRefused},
		"audience":        {`{"aud":["x","y"]}`, nil, "-audience z -audience y", "-audience z", exitRefused},
		"strict audience": {`{"aud":"x"}`, nil, "-strict-audience x", "-strict-audience y", exitRefused},
		"an audience":     {`{"aud":"x"}`, nil, "-without-check aud", "", exitRefused},
		"subject":         {`{"sub":"alice"}`, nil, "-subject alice", "-subject Alice", exitRefused},
		"type":            {`{}`, []jwt.EncodeOption{jwt.WithType("at+jwt")}, "-type at+jwt", "-type JWT", exitRefused},
		"required":        {`{"sub":"a","n":1}`, nil, "-require sub,n", "-require sub -require m", exitRefused},
		"leeway":          {`{"exp":1795780790}`, nil, "-leeway 11s", "-leeway 10s", exitExpired},
		"max age":         {`{"iat":1795780740}`, nil, "-max-age 61s", "-max-age 1m", exitExpired},
		"now":             {`{"exp":1795780790}`, nil, "-now 2026-11-27T12:59:49+01:00", "-now 2026-11-27T11:59:50Z", exitExpired},
		"algorithm":       {`{}`, nil, "-alg RS256,EdDSA", "-alg Ed25519", exitKey},
		"without check":   {`{"nbf":1795780801}`, nil, "-without-check nbf", "", exitRefused},
	} {
		t.Run(name, func(t *testing.T) {
			token := signed(t, c.claims, c.opts...)
			got := tool("verify -key keys/ed-public.json "+c.pass, token)
			assert.Equal(t, exitOK, got.code, got.stderr)
			assert.True(t, strings.HasPrefix(got.stdout, "VERIFIED"))
			got = tool("verify -key keys/ed-public.json "+c.fail, token)
			assert.Equal(t, c.want, got.code, got.stderr)
			assert.Empty(t, got.stdout, "nothing of a refused token is shown")
		})
	}
}

func TestVerifyUsage(t *testing.T) {
	inFolder(t)
	token := signed(t, `{}`)
	for line, want := range map[string]string{
		"verify": "which key?",
		"verify -issuer https://a.example -issuer https://b.example": "which key?",
		"verify -key keys/ed.json -secret keys/secret.txt":           "one is wanted",
		"verify -key keys/ed.json -secret-encoding hex":              "-secret",
		"verify -key -":                                           "both",
		"verify -secret - -":                                      "both",
		"verify -key keys/ed.json -now yesterday":                 "-now",
		"verify -key keys/ed.json -leeway 30":                     "30s",
		"verify -key keys/ed.json -leeway -30s":                   "30s",
		"verify -key keys/ed.json -key keys/ec.json":              "twice",
		"verify -key keys/ed.json -alg none":                      "none",
		"verify -key keys/ed.json -alg eddsa":                     "eddsa",
		"verify -key keys/ed.json -without-check exp -require":    "argument",
		"verify -secret keys/secret.txt -secret-encoding base58":  "base64url",
		"verify -secret keys/secret.json -alg RS256 -padding x y": "2 arguments",
		"verify -issuer http://login.example":                     "http",
		"verify -key http://login.example/jwks.json":              "http",
		"verify -key https://login.example -alg HS256":            "-secret",
	} {
		got := tool(line, token)
		assert.Equal(t, exitUsage, got.code, "%s: %s", line, got.stderr)
		assert.Contains(t, got.stderr, want, line)
	}
}

// A key serves algorithms of its kind alone, without -alg too: a public key is no secret.
func TestVerifyKeyConfusion(t *testing.T) {
	inFolder(t)
	for _, file := range []string{"keys/rsa-public.pem", "keys/rsa-public.json", "keys/good.json"} {
		token := succeeds(t, "sign -no-expiry -secret keys/secret.txt", "").stdout
		got := tool("verify -key "+file, token)
		assert.Equal(t, exitSignature, got.code, got.stderr)
		got = tool("verify -secret "+file, token)
		assert.Equal(t, exitKey, got.code, "a public key is no secret: %s", got.stderr)
		assert.Contains(t, got.stderr, "give it by -key")
	}
}

// A set with secrets and public keys serves both, each for its own.
func TestVerifyWithMixedSet(t *testing.T) {
	inFolder(t)
	for _, file := range []string{"ed.json", "ec.json", "rsa.json", "secret.json"} {
		token := succeeds(t, "sign -no-expiry -key keys/"+file, "").stdout
		succeeds(t, "verify -key keys/mixed.json", token)
	}
	text, err := os.ReadFile("keys/good.json")
	require.NoError(t, err)
	token := signed(t, `{}`)
	got := call{args: []string{"verify", "-key", "env:JWKS", token}, env: map[string]string{"JWKS": string(text)}}.run()
	assert.Equal(t, exitOK, got.code, got.stderr)
	got = call{args: []string{"verify", "-key", "-", token}, stdin: string(text)}.run()
	assert.Equal(t, exitOK, got.code, got.stderr)
}

// The issuer's keys are found by its address, and nothing that the token names is fetched.
func TestVerifyRemote(t *testing.T) {
	inFolder(t)
	set, err := os.ReadFile("keys/good.json")
	require.NoError(t, err)
	var asked []string
	var issuer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer, "jwks_uri": issuer + "/jwks.json"})
		case "/jwks.json":
			_, _ = w.Write(set)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	issuer = server.URL
	claims, err := json.Marshal(jwt.Claims{"iss": issuer, "aud": "orders"})
	require.NoError(t, err)
	token := signed(t, string(claims), jwt.WithHeader("jku", issuer+"/evil"))

	succeeds(t, "verify -audience orders -issuer "+issuer, token)
	succeeds(t, "verify -audience orders -key "+issuer+"/jwks.json", token)
	succeeds(t, "jwks check -issuer "+issuer, "")
	succeeds(t, "jwks check "+issuer+"/jwks.json -json", "")
	assert.NotContains(t, asked, "/evil")

	var log bytes.Buffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	got := tool("verify -audience orders -issuer "+issuer+"/", token)
	assert.Equal(t, exitUnavailable, got.code, got.stderr)
	got = tool("verify -json -audience orders -key "+issuer+"/gone.json?secret=hunter2", token)
	assert.Equal(t, exitUnavailable, got.code, got.stderr)
	assert.NotContains(t, got.stdout+got.stderr, "hunter2")
	assert.Contains(t, got.stdout, `"class": "unavailable"`)
	assert.Equal(t, 1, strings.Count(got.stderr, "\n"), "one line")
	assert.Empty(t, log.String(), "and no log beside it")

	asked = nil
	got = tool("inspect", token)
	assert.Equal(t, exitOK, got.code)
	assert.Empty(t, asked, "inspect uses no network")
}

func TestVerifySaysWhatWasNotChecked(t *testing.T) {
	inFolder(t)
	token := signed(t, `{"iss":"i","aud":"a"}`)
	for line, want := range map[string]int{
		"-without-check aud":     4,
		"-audience a":            2,
		"-audience a -issuer i":  1,
		"-strict-audience a":     2,
		"-audience a -leeway 1s": 2,
	} {
		var answer struct {
			Verified  bool
			Unchecked []string
		}
		got := succeeds(t, "verify -json -key keys/ed.json "+line, token)
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
		assert.True(t, answer.Verified)
		assert.Len(t, answer.Unchecked, want, line)
	}
}

// Tokens of AWS load balancers are padded, and signed so.
func TestVerifyPadding(t *testing.T) {
	inFolder(t)
	private, err := cryptoPrivate(readKey(t, "ed.json"))
	require.NoError(t, err)
	padded := base64.URLEncoding.EncodeToString
	input := padded([]byte(`{"alg":"EdDSA"}`)) + "." + padded([]byte(`{"sub":"alice"}`))
	token := input + "." + padded(ed25519.Sign(private.(ed25519.PrivateKey), []byte(input)))
	succeeds(t, "verify -key keys/ed-public.json -padding", token)
	got := tool("verify -key keys/ed-public.json", token)
	assert.Equal(t, exitMalformed, got.code)
	assert.Contains(t, got.stderr, "-padding")
	assert.Equal(t, exitMalformed, tool("verify -key keys/ed-public.json -padding", signed(t, `{"sub":"a"}`)).code)
}
