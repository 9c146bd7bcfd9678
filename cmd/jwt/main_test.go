package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

var update = flag.Bool("update", false, "write testdata/screens anew")

// noon is when all tests take place.
var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// A call is one run of the tool.
type call struct {
	args  []string
	stdin string
	env   map[string]string
	typed bool
	seen  bool
}

type answer struct {
	stdout, stderr string
	code           int
}

func (c call) run() answer {
	var stdout, stderr bytes.Buffer
	code := run(c.args, c.system(strings.NewReader(c.stdin), &stdout, &stderr))
	return answer{stdout.String(), stderr.String(), code}
}

func (c call) system(stdin io.Reader, stdout, stderr io.Writer) *system {
	return &system{
		stdin: stdin, stdout: stdout, stderr: stderr,
		lookupEnv: func(name string) (string, bool) { value, ok := c.env[name]; return value, ok },
		now:       func() time.Time { return noon },
		typed:     c.typed, seen: c.seen,
	}
}

// tool runs a command without quotes in it, with a standard input.
func tool(line, stdin string) answer {
	return call{args: strings.Fields(line), stdin: stdin}.run()
}

// inFolder makes a test run in a folder of its own, in which keys/ has the keys.
func inFolder(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "keys"), os.DirFS("testdata/keys")))
	t.Chdir(dir)
}

func readKey(t *testing.T, name string) *jwt.Key {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("keys", name))
	require.NoError(t, err)
	key, err := jwt.ParseJWK(text)
	require.NoError(t, err)
	return key
}

// signed is a token of keys/ed.json, whose signatures are always the same.
func signed(t *testing.T, claims string, opts ...jwt.EncodeOption) string {
	t.Helper()
	token, err := jwt.Encode(json.RawMessage(claims), readKey(t, "ed.json"), opts...)
	require.NoError(t, err)
	return token
}

const goodClaims = `{"iss":"https://login.example","sub":"alice","aud":"orders","exp":1795781700,"iat":1795780740,"level":7}`

// The screens of the tool, as a user sees them. testdata/screens has them; -update writes them anew.
func TestScreens(t *testing.T) {
	screens, err := filepath.Abs("testdata/screens")
	require.NoError(t, err)
	inFolder(t)
	good := signed(t, goodClaims)
	old := signed(t, `{"sub":"alice","exp":1795780620,"iat":1795770000,"auth_time":1700000000,"nested":{"roles":["a","b"],"empty":{}}}`)
	odd, err := jwt.Sign([]byte(`{"exp":1795781700000,"nbf":1795867200,"iat":1795790000,"a":"\u001b[31mred",`+
		"\"\u202ename\":\"\u009b2J \U000e0041 \x7f\"}"), readKey(t, "ed.json"),
		jwt.WithHeader("jku", "https://evil.example"), jwt.WithHeader("x", "\x1b]0;title\a"))
	require.NoError(t, err)
	unsigned := "eyJhbGciOiJub25lIn0.e30."
	shared, err := jwt.Encode(json.RawMessage(goodClaims), readKey(t, "secret.json"), jwt.WithAlgorithm(jwt.HS512))
	require.NoError(t, err)

	for name, c := range map[string]call{
		"help":                   {args: args("-h")},
		"help-inspect":           {args: args("inspect -h")},
		"help-verify":            {args: args("help verify")},
		"help-sign":              {args: args("sign --help")},
		"help-key":               {args: args("key -h")},
		"help-key-new":           {args: args("help key new")},
		"help-key-public":        {args: args("key public -h")},
		"help-key-thumbprint":    {args: args("key thumbprint -h")},
		"help-key-convert":       {args: args("key convert -h")},
		"help-jwks":              {args: args("jwks help")},
		"help-jwks-build":        {args: args("jwks build -h")},
		"help-jwks-check":        {args: args("jwks check -h")},
		"nothing":                {},
		"inspect":                {args: args("inspect"), stdin: "Authorization: Bearer " + good + "\n"},
		"inspect-colour":         {args: args("inspect -"), stdin: good, seen: true},
		"inspect-json":           {args: args("inspect -json"), stdin: good},
		"inspect-expired-colour": {args: args("inspect " + old), seen: true},
		"inspect-odd":            {args: args("inspect"), stdin: odd},
		"inspect-odd-json":       {args: args("inspect -json"), stdin: odd},
		"inspect-unsigned":       {args: args("inspect " + unsigned)},
		"inspect-secret":         {args: args("inspect " + shared)},
		"inspect-typed":          {args: args("inspect"), stdin: good + "\nmore that is not read", typed: true},
		"verify":                 {args: args("verify -key keys/ed-public.json -issuer https://login.example -audience orders"), stdin: good},
		"verify-colour":          {args: args("verify -key keys/ed.pem -audience orders"), stdin: good, seen: true},
		"verify-json":            {args: args("verify -json -key keys/good.json -audience orders"), stdin: good},
		"verify-expired":         {args: args("verify -key keys/ed-public.json"), stdin: old},
		"verify-expired-json":    {args: args("verify -key keys/ed-public.json -json"), stdin: old},
		"verify-audience":        {args: args("verify -key keys/ed-public.json"), stdin: good},
		"verify-algorithm":       {args: args("verify -key keys/rsa-public.pem -audience orders"), stdin: good},
		"verify-unsigned":        {args: args("verify -key keys/ed-public.json"), stdin: unsigned},
		"verify-no-key":          {args: args("verify"), stdin: good},
		"sign":                   {args: args("sign -key keys/ed.json -expires-in 15m -subject alice -claim admin:=false -claim level=7 -"), stdin: `{"scope":"orders:read"}`},
		"key-public":             {args: args("key public keys/rsa.pem -form jwk")},
		"key-public-secret":      {args: args("key public keys/secret.json")},
		"key-thumbprint-set":     {args: args("key thumbprint keys/mixed.json")},
		"key-convert":            {args: args("key convert keys/ec.json")},
		"key-new-terminal":       {args: args("key new ES256"), seen: true},
		"jwks-build":             {args: args("jwks build keys/ed.json keys/rsa-public.pem")},
		"jwks-build-secret":      {args: args("jwks build keys/ed-public.json keys/secret.json")},
		"jwks-check":             {args: args("jwks check keys/good.json"), seen: true},
		"jwks-check-mixed":       {args: args("jwks check keys/mixed.json")},
		"jwks-check-json":        {args: args("jwks check -json -private keys/mixed.json")},
		"token-first":            {args: []string{good}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.run()
			screen := fmt.Sprintf("--- stdout\n%s--- stderr\n%s--- exit %d\n", got.stdout, got.stderr, got.code)
			screen = strings.ReplaceAll(screen, "\x1b", "␛") // so that the files are text
			file := filepath.Join(screens, name+".txt")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(screen), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), screen)
			for _, line := range strings.Split(got.stdout+got.stderr, "\n") {
				assert.LessOrEqual(t, len(line), 400, "a line that nobody reads to its end")
			}
		})
	}
}

func args(line string) []string { return strings.Fields(line) }

// Each screen belongs to a test.
func TestNoScreenIsLeftOver(t *testing.T) {
	source, err := os.ReadFile("main_test.go")
	require.NoError(t, err)
	files, err := filepath.Glob("testdata/screens/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		assert.Contains(t, string(source), `"`+name+`":`)
	}
}

// The manual and the help say the same, and the manual has each command.
func TestManual(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(manual), "//\t", "  ")
	codes := strings.TrimSpace(strings.TrimPrefix(exitCodesHelp, "\nExit codes:\n"))
	assert.Contains(t, text, codes)
	for _, words := range []string{"inspect", "verify", "sign", "key new", "key public", "key thumbprint", "key convert", "jwks build", "jwks check"} {
		help := tool(words+" -h", "")
		assert.Equal(t, exitOK, help.code)
		assert.Empty(t, help.stderr)
		synopsis, _, _ := strings.Cut(strings.TrimPrefix(help.stdout, "Usage: "), "\n")
		assert.Contains(t, text, synopsis, "the manual lists the command as its help does")
		assert.Contains(t, help.stdout, "\nExample:\n  ", "%s has an example", words)
	}
}

// What the manual shows can be run as it stands.
func TestManualsExample(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(manual), "as the service would:\n//\n")
	require.True(t, found)
	inFolder(t)
	ran := 0
	for line := range strings.Lines(example) {
		line, isCode := strings.CutPrefix(strings.TrimSpace(line), "//\tjwt ")
		if !isCode {
			break
		}
		line, out, _ := strings.Cut(line, " > ")
		line, in, hasInput := strings.Cut(line, " < ")
		var stdin []byte
		if hasInput {
			stdin, err = os.ReadFile(in)
			require.NoError(t, err)
		}
		got := tool(line, string(stdin))
		require.Equal(t, exitOK, got.code, got.stderr)
		if out != "" {
			require.NoError(t, os.WriteFile(out, []byte(got.stdout), 0o600))
		}
		ran++
	}
	assert.Equal(t, 3, ran)
}

// Every flag in an example of a help is one of its command.
func TestExamplesHaveKnownFlags(t *testing.T) {
	for _, words := range []string{"inspect", "verify", "sign", "key new", "key public", "key thumbprint", "key convert", "jwks build", "jwks check"} {
		help := tool(words+" -h", "").stdout
		flags, example, _ := strings.Cut(help, "\nExample:\n")
		example, _, _ = strings.Cut(example, "\n\n")
		assert.Contains(t, example, "jwt "+words)
		for _, word := range strings.Fields(example) {
			if strings.HasPrefix(word, "-") && len(word) > 1 {
				assert.Contains(t, flags, "\n  "+word, "%s: %s", words, word)
			}
		}
	}
}
