package main

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// hostile are texts that would do something to a terminal, or to the eye.
var hostile = map[string]string{
	"escape":           "\x1b[2J\x1b]0;title\x07",
	"C1 CSI":           "\u009b31m",
	"new line":         "a\nVERIFIED: the signature holds",
	"carriage return":  "a\rVERIFIED",
	"backspace":        "a\b\b\b",
	"delete":           "\x7f",
	"null":             "\x00",
	"right to left":    "\u202eevil\u2066",
	"zero width":       "ad\u200bmin",
	"line separator":   "a\u2028b\u2029",
	"tag characters":   "\U000e0041\U000e0042",
	"byte order mark":  "\ufeff",
	"soft hyphen":      "ad\u00admin",
	"no-break space":   "a\u00a0b",
	"replacement":      "\ufffd",
	"private use":      "\ue000\U000f0000",
	"variation, joins": "a\u200d\u180e",
}

// isClean reports whether a screen has nothing but printable characters and line breaks.
func isClean(screen string) bool {
	for _, r := range screen {
		if r != '\n' && !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

func TestControlCharactersNeverReachTheTerminal(t *testing.T) {
	inFolder(t)
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			claims, err := json.Marshal(map[string]any{"sub": text, text: []string{text}, "scope": map[string]any{text: text}})
			require.NoError(t, err)
			raw := strings.ReplaceAll(string(claims), `\u2028`, "\u2028") // encoding/json escapes some that tokens need not
			token, err := jwt.Sign([]byte(raw), readKey(t, "ed.json"), jwt.WithHeader("x", text), jwt.WithHeader("n"+text, text))
			require.NoError(t, err)
			for _, line := range []string{"inspect", "inspect -json", "verify -key keys/ed.json", "verify -key keys/ed.json -json"} {
				got := tool(line, token)
				require.Equal(t, exitOK, got.code, got.stderr)
				assert.True(t, isClean(got.stdout+got.stderr), "%s: %q", line, got.stdout)
				if strings.HasSuffix(line, "-json") {
					var answer struct {
						Header, Claims map[string]any
					}
					require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
					assert.Equal(t, text, answer.Claims["sub"], "escaped, and still the same")
					assert.Equal(t, []any{text}, answer.Claims[text])
					assert.Equal(t, text, answer.Header["n"+text])
				} else {
					assert.Equal(t, strings.HasPrefix(line, "verify"), strings.Contains("\n"+got.stdout, "\nVERIFIED"), "no claim can look like an answer")
				}
			}
		})
	}
}

// The errors quote what a token says, too.
func TestControlCharactersInErrors(t *testing.T) {
	inFolder(t)
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			claims, err := json.Marshal(map[string]any{"iss": text, "aud": text})
			require.NoError(t, err)
			token, err := jwt.Sign(claims, readKey(t, "ed.json"), jwt.WithType("a"+text))
			require.NoError(t, err)
			for _, line := range []string{"-issuer x", "-audience x", "-audience x -json", "-type x", ""} {
				got := tool("verify -key keys/ed.json "+line, token)
				assert.NotEqual(t, exitOK, got.code)
				assert.True(t, isClean(got.stdout+got.stderr), "%s: %q", line, got.stderr)
			}
			got := call{args: []string{"verify", "-key", "keys/" + text, token}}.run()
			assert.Equal(t, exitFile, got.code)
			assert.True(t, isClean(got.stderr), "%q", got.stderr)
		})
	}
}

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain text, äöü 日本語 🙂\n": "plain text, äöü 日本語 🙂\n",
		"\xff\xfe":                `\ufffd\ufffd`,
		"\ufffd":                  "\ufffd",
		"\x1b\u009b\U000e0001":    `\u001b\u009b\udb40\udc01`,
		"\r\t":                    `\u000d\u0009`,
	} {
		assert.Equal(t, want, visible(text))
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]+m")

// Colours are for terminals alone, and carry nothing: without them the text is the same.
func TestColours(t *testing.T) {
	inFolder(t)
	token := signed(t, goodClaims)
	plain := tool("inspect", token).stdout
	assert.NotContains(t, plain, "\x1b")
	for name, c := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"a terminal":        {map[string]string{"TERM": "xterm-256color"}, true},
		"NO_COLOR is empty": {map[string]string{"TERM": "xterm", "NO_COLOR": ""}, true},
		"NO_COLOR":          {map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, false},
		"a dumb terminal":   {map[string]string{"TERM": "dumb"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := call{args: args("inspect"), stdin: token, env: c.env, seen: true}.run().stdout
			assert.Equal(t, c.want, strings.Contains(got, "\x1b["))
			assert.Equal(t, plain, sgr.ReplaceAllString(got, ""))
		})
	}
	inJSON := call{args: args("inspect -json"), stdin: token, seen: true}.run().stdout
	assert.NotContains(t, inJSON, "\x1b")
}

// Numbers and order are those of the token.
func TestInspectShowsWhatIsThere(t *testing.T) {
	inFolder(t)
	token := signed(t, `{"z":1.50,"a":12345678901234567890123,"m":"<&>","e":1e2,"deep":{"y":1,"b":2}}`)
	got := tool("inspect -json", token).stdout
	var answer struct {
		Claims json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(got), &answer))
	flat := strings.Join(strings.Fields(string(answer.Claims)), "")
	assert.Equal(t, `{"z":1.50,"a":12345678901234567890123,"m":"<&>","e":1e2,"deep":{"y":1,"b":2}}`, flat)
}

func TestNeededKey(t *testing.T) {
	for alg, want := range map[string]string{
		"HS256": "secret", "HS384": "secret", "HS512": "secret",
		"RS256": "RSA", "PS512": "RSA",
		"ES256": "EC P-256", "ES384": "EC P-384", "ES512": "EC P-521",
		"EdDSA": "Ed25519", "Ed25519": "Ed25519", "ML-DSA-44": "ML-DSA-44", "ML-DSA-87": "ML-DSA-87",
		"none": "none", "NONE": "none", "ES256K": "unknown", "\x1b[2J": "unknown",
	} {
		t.Run(alg, func(t *testing.T) {
			header, err := json.Marshal(map[string]any{"alg": alg, "kid": "k\n1", "crit": []string{"x"}, "x": 1, "jwk": map[string]any{}, "x5c": []string{"AA=="}})
			require.NoError(t, err)
			token := encoded(string(header)) + "." + encoded(`{}`) + ".AAAA"
			got := tool("inspect -json", token)
			require.Equal(t, exitOK, got.code, got.stderr)
			var answer struct {
				Verified bool
				Key      needed
			}
			require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
			assert.False(t, answer.Verified)
			assert.Equal(t, want, answer.Key.Kind)
			assert.Equal(t, alg, answer.Key.Algorithm)
			assert.Len(t, answer.Key.Warnings, 3)
			got = tool("inspect", token)
			assert.True(t, strings.HasPrefix(got.stdout, "NOT VERIFIED"))
			assert.True(t, isClean(got.stdout))
		})
	}
}

func TestMoments(t *testing.T) {
	for name, c := range map[string]struct {
		claim string
		value any
		want  string
	}{
		"expired":           {"exp", noon.Add(-3*time.Minute - 59*time.Second), "expired 3 min ago"},
		"expired now":       {"exp", noon, "expired just now"},
		"expires":           {"exp", noon.Add(59 * time.Second), "expires in 59 s"},
		"expires soon":      {"exp", 1795780800.25, "expires in less than 1 s"},
		"expires, hours":    {"exp", noon.Add(47*time.Hour + 30*time.Minute), "expires in 47 h 30 min"},
		"expires, days":     {"exp", noon.Add(48 * time.Hour), "expires in 2 days"},
		"expires, years":    {"exp", noon.AddDate(10, 0, 0), "expires in 10 years"},
		"milliseconds":      {"exp", int64(1795780800000), "no date: beyond the year 9999; are these milliseconds?"},
		"a text":            {"exp", "tomorrow", "no date: seconds since 1970 as a number are wanted"},
		"a date as text":    {"exp", "2026-11-27T12:00:00Z", "no date: seconds since 1970 as a number are wanted"},
		"null":              {"iat", nil, "no date: seconds since 1970 as a number are wanted"},
		"not before":        {"nbf", noon.Add(time.Hour), "not valid yet, only in 1 h"},
		"not before, past":  {"nbf", noon.Add(-time.Hour), "1 h ago"},
		"issued":            {"iat", noon.Add(-time.Second), "1 s ago"},
		"issued, future":    {"iat", noon.Add(time.Second), "in the future, by 1 s"},
		"logged in":         {"auth_time", noon.AddDate(0, 0, -3), "3 days ago"},
		"updated, long ago": {"updated_at", noon.AddDate(-2000, 0, 0), "2000 years ago"},
		"expires, far off":  {"exp", noon.AddDate(7000, 0, 0), "expires in 7000 years"},
	} {
		t.Run(name, func(t *testing.T) {
			value := c.value
			if date, ok := value.(time.Time); ok {
				value = date.Unix()
			}
			m, ok := momentOf(jwt.Claims{c.claim: value}, c.claim, noon)
			require.True(t, ok)
			assert.Equal(t, c.want, m.Words)
			assert.Equal(t, strings.HasPrefix(c.want, "no date"), m.Time == "")
			assert.True(t, strings.HasSuffix(m.onScreen(), c.want))
		})
	}
	_, ok := momentOf(jwt.Claims{"level": 1}, "level", noon)
	assert.False(t, ok)
}

func TestReadToken(t *testing.T) {
	inFolder(t)
	token := signed(t, goodClaims)
	want := tool("inspect", token).stdout
	for name, c := range map[string]call{
		"an argument":              {args: []string{"inspect", token}},
		"with its scheme":          {args: []string{"inspect", "Bearer " + token}},
		"a header":                 {args: args("inspect"), stdin: "authorization:  bearer  " + token + "\r\n"},
		"a dash":                   {args: args("inspect -"), stdin: "\n\t" + token + "\n\n"},
		"flags behind it":          {args: []string{"inspect", token, "-json=false"}},
		"after two dashes":         {args: []string{"inspect", "--", token}},
		"pasted, without line end": {args: args("inspect"), stdin: token, typed: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.run()
			assert.Equal(t, exitOK, got.code, got.stderr)
			assert.Equal(t, want, got.stdout)
		})
	}
	for name, stdin := range map[string]string{"nothing": "", "white space": " \n", "a scheme alone": "Bearer "} {
		t.Run(name, func(t *testing.T) {
			got := tool("inspect", stdin)
			assert.NotEqual(t, exitOK, got.code)
			assert.Empty(t, got.stdout)
		})
	}
}

// Whatever a token says, the screen has nothing but text, JSON is JSON, and nobody reads it as verified.
func FuzzInspect(f *testing.F) {
	for _, text := range hostile {
		claims, err := json.Marshal(map[string]any{text: text, "exp": text, "nested": []any{map[string]any{text: 1}}})
		require.NoError(f, err)
		f.Add(string(claims), `{"alg":"ES256","kid":"`+"\u009b"+`"}`)
	}
	f.Add(`{"exp":1e300,"iat":-1e-300,"nbf":253402300799.9,"":{}}`, `{"alg":"none"}`)
	f.Add(`{"exp":1}x`, `{"alg":"HS256","crit":[""]}`)
	f.Fuzz(func(t *testing.T, claims, header string) {
		token := encoded(header) + "." + encoded(claims) + ".AAAA"
		for _, input := range []string{token, claims, header + "." + claims} {
			got := call{args: args("inspect"), stdin: input}.run()
			assert.True(t, isClean(got.stdout+got.stderr), "%q", got.stdout+got.stderr)
			assert.Equal(t, got.code == exitOK, strings.HasPrefix(got.stdout, "NOT VERIFIED"))
			assert.NotContains(t, "\n"+got.stdout, "\nVERIFIED")
		}
		inJSON := call{args: args("inspect -json"), stdin: token}.run()
		if inJSON.code != exitOK {
			assert.Empty(t, inJSON.stdout)
			return
		}
		var answer struct {
			Verified *bool
			Claims   json.RawMessage
		}
		require.NoError(t, json.Unmarshal([]byte(inJSON.stdout), &answer))
		require.NotNil(t, answer.Verified)
		assert.False(t, *answer.Verified)
		assert.JSONEq(t, claims, string(answer.Claims))
	})
}
