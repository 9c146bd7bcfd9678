package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// goName finds names of the library, which mean nothing to a user of the tool.
var goName = regexp.MustCompile(`\b(?:With|Allow|Parse|New|Generate|Marshal)[A-Z]\w+`)

// Each class of error has its exit code, as -h and the manual list them.
func TestExitCodes(t *testing.T) {
	inFolder(t)
	good := signed(t, goodClaims)
	segments := strings.Split(good, ".")
	forged := segments[0] + "." + encoded(strings.Replace(goodClaims, "alice", "admin", 1)) + "." + segments[2]
	for name, c := range map[string]struct {
		line, stdin string
		want        int
	}{
		"good":                 {"verify -key keys/ed-public.json -audience orders", good, exitOK},
		"audience":             {"verify -key keys/ed-public.json -audience billing", good, exitRefused},
		"issuer":               {"verify -key keys/ed-public.json -audience orders -issuer https://other.example", good, exitRefused},
		"subject":              {"verify -key keys/ed-public.json -audience orders -subject bob", good, exitRefused},
		"type":                 {"verify -key keys/ed-public.json -audience orders -type at+jwt", good, exitRefused},
		"missing claim":        {"verify -key keys/ed-public.json -audience orders -require jti", good, exitRefused},
		"not valid yet":        {"verify -key keys/ed-public.json -audience orders -now 2026-11-27T11:00:00Z", good, exitRefused},
		"no command":           {"", "", exitUsage},
		"unknown command":      {"check", "", exitUsage},
		"unknown flag":         {"verify -keys x", good, exitUsage},
		"impossible option":    {"verify -key keys/ed-public.json -audience orders -strict-audience orders", good, exitUsage},
		"impossible claims":    {"sign -key keys/ed.json -expires-in 15m -claim nbf=tomorrow", "", exitUsage},
		"expired":              {"verify -key keys/ed-public.json -audience orders -now 2026-11-27T13:00:00Z", good, exitExpired},
		"too old":              {"verify -key keys/ed-public.json -audience orders -max-age 30s", good, exitExpired},
		"forged":               {"verify -key keys/ed-public.json -audience orders", forged, exitSignature},
		"another key":          {"verify -key keys/rsa-public.pem -alg RS256 -audience orders", strings.Replace(good, segments[0], encoded(`{"alg":"RS256"}`), 1), exitSignature},
		"no key of the set":    {"verify -key keys/good.json -audience orders", strings.Replace(good, segments[0], encoded(`{"alg":"EdDSA","kid":"x"}`), 1), exitSignature},
		"algorithm":            {"verify -key keys/rsa-public.pem -audience orders", good, exitSignature},
		"malformed":            {"verify -key keys/ed-public.json", "x.y.z", exitMalformed},
		"malformed, inspected": {"inspect", "opaque", exitMalformed},
		"encrypted":            {"inspect", "YQ.YQ.YQ.YQ.YQ", exitMalformed},
		"a weak secret":        {"verify -secret env:WEAK", good, exitKey},
		"a key that is none":   {"verify -key keys/README.md", good, exitKey},
		"a set without keys":   {"verify -key keys/empty.json", good, exitKey},
		"algorithm of the key": {"verify -key keys/ed-public.json -alg RS256", good, exitKey},
		"a public key to sign": {"sign -key keys/ed-public.json -expires-in 15m", "", exitKey},
		"members unusable":     {"jwks check keys/mixed.json", "", exitKey},
		"an empty set":         {"jwks check keys/empty.json", "", exitKey},
		"unavailable":          {"verify -key http://127.0.0.1:1/jwks.json -audience orders", good, exitUnavailable},
		"check unavailable":    {"jwks check http://127.0.0.1:1/jwks.json", "", exitUnavailable},
		"no such file":         {"verify -key nowhere.pem", good, exitFile},
		"a folder":             {"verify -key keys", good, exitFile},
		"no such variable":     {"verify -key env:NOTHING", good, exitFile},
		"no folder to write":   {"key new ES256 -out nowhere/key.json", "", exitFile},
		"an existing file":     {"key new ES256 -out keys/ed.json", "", exitFile},
	} {
		t.Run(name, func(t *testing.T) {
			got := call{args: args(c.line), stdin: c.stdin, env: map[string]string{"WEAK": "short"}}.run()
			assert.Equal(t, c.want, got.code, got.stderr)
			if c.want == exitOK {
				return
			}
			lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
			last := lines[len(lines)-1]
			assert.True(t, strings.HasPrefix(last, "jwt: "), last)
			assert.Equal(t, 1, strings.Count(last, "jwt: "), last)
			assert.NotRegexp(t, goName, got.stderr, "flags are named, and no functions of Go")
		})
	}
}

// Whatever goes wrong, no text on a screen has a token, a secret or a private key.
func TestNothingIsEchoed(t *testing.T) {
	inFolder(t)
	good := signed(t, goodClaims)
	segments := strings.Split(good, ".")
	private, err := os.ReadFile("keys/ed.pem")
	require.NoError(t, err)
	privateJWK, err := os.ReadFile("keys/ed.json")
	require.NoError(t, err)
	const secret = "correct-horse-battery-staple"
	short := segments[0] + "." + segments[1][:20] + "." + segments[2][:20]
	for name, arguments := range map[string][]string{
		"a token as command":         {good},
		"a token after key":          {"key", good},
		"a token after jwks":         {"jwks", good},
		"two tokens":                 {"inspect", good, good},
		"a token and a flag":         {"inspect", "-nothing", good},
		"a token as value of a bool": {"inspect", "-json=" + good},
		"a token as duration":        {"verify", "-leeway", good},
		"a token as time":            {"verify", "-key", "keys/ed.json", "-now", good},
		"a token as algorithm":       {"key", "new", good},
		"a token as claims":          {"sign", "-key", "keys/ed.json", "-no-expiry", good},
		"a token as claim":           {"sign", "-key", "keys/ed.json", "-no-expiry", "-claim", good},
		"a token as key":             {"verify", "-key", good, good},
		"a short token as key":       {"verify", "-key", short, good},
		"a secret as flag":           {"verify", "-" + secret, good},
		"a token as set":             {"jwks", "check", good},
		"a token cut short":          {"inspect", good[:len(good)-3] + "="},
		"a token in quotes":          {"inspect", `"` + good + `"`},
		"a token that is refused":    {"verify", "-key", "keys/ed.json", good},
		"a secret as argument":       {"verify", "-secret", secret, good},
		"a secret to sign":           {"sign", "-secret", secret, "-no-expiry"},
		"a secret twice":             {"verify", "-secret", secret, "-secret", secret, good},
		"a secret as variable":       {"verify", "-secret", "env:" + secret, good},
		"a secret behind a flag":     {"verify", "-secret-encoding", secret, "-secret", "keys/secret.txt", good},
		"a secret in base64":         {"verify", "-secret", "env:SECRET", "-secret-encoding", "hex", good},
		"a secret as KEY":            {"verify", "-key", "env:SECRET", good},
		"a secret for KEY":           {"verify", "-key", secret, good},
		"a password in a URL":        {"verify", "-key", "https://user:" + secret + "@127.0.0.1:1/jwks.json", good},
		"a password in a big URL":    {"verify", "-key", "HTTPS://user:" + secret + "@127.0.0.1:1/jwks.json", good},
		"a password for a file":      {"verify", "-key", "ftp://user:" + secret + "@127.0.0.1:1/jwks.json", good},
		"a password for an issuer":   {"verify", "-issuer", "https://user:" + secret + "@127.0.0.1:1", good},
		"a password for a key":       {"key", "public", "HTTPS://user:" + secret + "@127.0.0.1:1/key.pem"},
		"PEM as KEY":                 {"verify", "-key", string(private), good},
		"PEM as argument":            {"key", "public", string(private)},
		"PEM as command":             {string(private)},
		"PEM as secret":              {"verify", "-secret", "keys/ed.pem", good},
		"a JWK as KEY":               {"sign", "-key", string(privateJWK), "-no-expiry"},
		"a JWK as secret":            {"sign", "-secret", "keys/ed.json", "-no-expiry"},
	} {
		t.Run(name, func(t *testing.T) {
			got := call{args: arguments, env: map[string]string{"SECRET": secret}}.run()
			require.NotEqual(t, exitOK, got.code)
			screen := got.stdout + got.stderr
			assert.NotContains(t, screen, segments[1][:20])
			assert.NotContains(t, screen, segments[2][:20])
			assert.NotContains(t, screen, secret)
			assert.NotRegexp(t, goName, screen)
			assert.NotContains(t, screen, "nWGxne_9WmC6", "the private member")
			assert.NotContains(t, screen, strings.Split(string(private), "\n")[1][:20])
		})
	}
}

// What the library advises, in terms of this tool.
func TestAdviceIsInFlags(t *testing.T) {
	inFolder(t)
	for line, want := range map[string]string{
		"verify -key http://login.example/jwks.json":               "-allow-http",
		"verify -issuer https://name@login.example":                "-issuer needs",
		"verify -issuer login.example":                             "-issuer needs",
		"verify -key keys/ed.json -leeway 5ns":                     "such as 30s",
		"sign -key keys/ed.json -expires-in 10ms":                  "such as 30s",
		"sign -key keys/ed.json -no-expiry -header alg=none":       `-header does not set "alg"`,
		`sign -key keys/ed.json -no-expiry -header crit:=["x"]`:    `-header does not set "crit"`,
		`sign -key keys/ed.json -no-expiry {"a":1,"a":2}`:          "a name twice",
		"verify -key keys/ed.json " + strings.Repeat("a", 300_000): "at most 256 KiB",
	} {
		got := tool(line, "x.y.z")
		assert.NotEqual(t, exitOK, got.code)
		assert.Contains(t, got.stderr, want)
		assert.NotRegexp(t, goName, got.stderr)
		assert.NotRegexp(t, `time\.|json\.|jwt\.[A-Z]|Remote|Discover`, got.stderr)
	}
}

// A time-out takes 5 seconds, so only the text of the library is translated here.
func TestTimeOutIsInFlags(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	source, err := jwks.Source(server.URL)
	require.NoError(t, err)
	_, _, err = source.Fetch(ctx)
	assert.Regexp(t, `^jwt: .* did not answer: it timed out$`, errorLine(err))
}

// A variable of a shell that is not set must not turn a check off.
func TestEmptyValues(t *testing.T) {
	inFolder(t)
	token := signed(t, goodClaims)
	for _, name := range []string{"key", "secret", "secret-encoding", "alg", "issuer", "audience", "strict-audience", "subject", "type", "require", "without-check", "leeway", "max-age", "now"} {
		t.Run(name, func(t *testing.T) {
			line := args("verify -key keys/ed.json")
			if name == "key" {
				line = args("verify")
			}
			got := call{args: append(line, "-"+name, "", token)}.run()
			assert.Equal(t, exitUsage, got.code, got.stderr)
			assert.Empty(t, got.stdout)
		})
	}
	got := call{args: append(args("verify -key keys/ed.json -audience orders -require"), "sub,,exp", token)}.run()
	assert.Equal(t, exitUsage, got.code)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("the disk is on fire") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

// Input has an end, whatever it comes from.
func TestInputIsBounded(t *testing.T) {
	inFolder(t)
	require.NoError(t, os.WriteFile("huge", make([]byte, maxInput+1), 0o600))
	for line, stdin := range map[string]io.Reader{
		"inspect":                                  endless{},
		"inspect -":                                broken{},
		"verify -key keys/ed.json":                 endless{},
		"verify -key - x.y.z":                      endless{},
		"verify -secret huge x.y.z":                nil,
		"verify -key huge x.y.z":                   nil,
		"jwks check huge":                          nil,
		"sign -key keys/ed.json -no-expiry -":      endless{},
		"sign -secret - -no-expiry -claim a=b":     broken{},
		"key public -":                             endless{},
		"jwks build keys/ed.json -":                broken{},
		"verify -key keys/ed.json -audience api -": broken{},
	} {
		for _, typed := range []bool{false, true} {
			var stdout, stderr bytes.Buffer
			sys := call{typed: typed}.system(stdin, &stdout, &stderr)
			assert.Equal(t, exitFile, run(args(line), sys), "%s: %s", line, stderr.String())
			assert.Empty(t, stdout.String())
		}
	}
}

// A result that could not be written is no success.
func TestOutputThatFails(t *testing.T) {
	inFolder(t)
	token := signed(t, goodClaims)
	for _, line := range []string{
		"inspect", "inspect -json", "verify -key keys/ed.json -audience orders", "verify -key keys/ed.json -audience orders -json",
		"sign -key keys/ed.json -no-expiry", "key new ES256", "key public keys/ed.json", "key thumbprint keys/ed.json",
		"key thumbprint keys/good.json", "jwks build keys/ed.json", "jwks check keys/good.json",
	} {
		var stderr bytes.Buffer
		assert.Equal(t, exitFile, run(args(line), call{}.system(strings.NewReader(token), broken{}, &stderr)), line)
		assert.Contains(t, stderr.String(), "the disk is full")
	}
}

func TestClassNames(t *testing.T) {
	assert.Equal(t, "expired", className(jwt.ErrExpired))
	assert.Equal(t, "signature", className(jwt.ErrInvalidSignature))
	assert.Equal(t, "malformed", className(jwt.ErrDecode))
	assert.Equal(t, "unavailable", className(jwt.ErrKeySet))
	assert.Equal(t, "other", className(errors.New("x")))
	seen := map[string]bool{}
	for i, c := range classes {
		assert.False(t, seen[c.name], c.name)
		seen[c.name] = true
		for _, later := range classes[i+1:] {
			assert.NotErrorIs(t, later.err, c.err, "%s hides %s", c.name, later.name)
		}
	}
}

// A file that is not there is named, so that a slip is seen.
func TestMissingFilesAreNamed(t *testing.T) {
	inFolder(t)
	for _, line := range []string{"verify -key nowhere.pem", "jwks build keys/ed.json nowhere.jwk", "key public nowhere.json"} {
		got := tool(line, "x.y.z")
		assert.Equal(t, exitFile, got.code)
		assert.Contains(t, got.stderr, "nowhere.")
	}
	assert.Contains(t, tool("verify -key keys", "x.y.z").stderr, "jwt: keys cannot be read")
}

// Other forms of keys, of which the library says which function reads them.
func TestForeignKeys(t *testing.T) {
	inFolder(t)
	block, _ := pem.Decode([]byte(read(t, "keys/rsa.pem")))
	for name, text := range map[string][]byte{
		"der.key":        block.Bytes,
		"ssh.pub":        []byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea a@b\n"),
		"openssh.key":    []byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
		"discovery.json": []byte(`{"issuer":"https://login.example","jwks_uri":"https://login.example/jwks.json"}`),
		"google.json":    []byte(`{"a1":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}`),
		"page.pem":       []byte("<!doctype html><title>Not found</title>"),
		"set.json":       []byte(read(t, "keys/good.json")),
		"two.pem":        []byte(read(t, "keys/rsa-public.pem") + read(t, "keys/ed.pem")),
		"locked.pem":     []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"),
	} {
		require.NoError(t, os.WriteFile(name, text, 0o600))
		for _, line := range []string{"verify -secret ", "sign -no-expiry -key ", "key public ", "jwks check "} {
			got := tool(line+name, "x.y.z")
			if name == "set.json" && line == "jwks check " {
				continue
			}
			assert.NotEqual(t, exitOK, got.code, line+name)
			assert.NotRegexp(t, goName, got.stderr, line+name)
		}
	}
}

func TestIsTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/file")
	require.NoError(t, err)
	defer file.Close()
	assert.False(t, isTerminal(file))
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	defer write.Close()
	assert.False(t, isTerminal(read))
	assert.False(t, isTerminal(write))
}
