package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestSign(t *testing.T) {
	inFolder(t)
	for name, c := range map[string]struct {
		line, stdin string
		want        string // the payload
	}{
		"nothing":            {"-no-expiry -no-issued-at", "", `{}`},
		"a lifetime":         {"-expires-in 15m", "", `{"exp":1795781700,"iat":1795780800}`},
		"flags":              {"-no-expiry -no-issued-at -issuer i -subject s -audience a -audience b", "", `{"iss":"i","sub":"s","aud":["a","b"]}`},
		"claims of a flag":   {`-no-expiry -no-issued-at -claim a=1 -claim b:=1 -claim c:={"d":[true]} -claim e= -claim f==`, "", `{"a":"1","b":1,"c":{"d":[true]},"e":"","f":"="}`},
		"an argument":        {`-no-issued-at {"exp":1795781700,"z":1,"a":1.50}`, "", `{"exp":1795781700,"z":1,"a":1.50}`},
		"standard input":     {"-no-issued-at -no-expiry -claim c=d -", ` {"z": 1} ` + "\n", `{"z":1,"c":"d"}`},
		"empty and a flag":   {"-no-expiry -no-issued-at -claim a=b -", " { } ", `{"a":"b"}`},
		"its own iat":        {`-no-expiry {"iat":1}`, "", `{"iat":1}`},
		"a name of URL":      {"-no-expiry -no-issued-at -claim https://a.example/roles=x", "", `{"https://a.example/roles":"x"}`},
		"odd names, values":  {"-no-expiry -no-issued-at -", `{"\u001b\"":"<\n>"}`, `{"\u001b\"":"<\n>"}`},
		"large numbers stay": {"-no-expiry -no-issued-at -claim n:=12345678901234567890", "", `{"n":12345678901234567890}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := succeeds(t, "sign -key keys/ed.json "+c.line, c.stdin)
			assert.Empty(t, got.stderr)
			payload, err := jwt.Verify(strings.TrimSuffix(got.stdout, "\n"), readKey(t, "ed-public.json"), jwt.EdDSA)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(payload))
		})
	}
}

func TestSignHeader(t *testing.T) {
	inFolder(t)
	got := succeeds(t, `sign -key keys/rsa.pem -alg PS256 -kid k -type at+jwt -header a=1 -header b:={"c":1} -no-expiry -random-id`, "")
	token, err := jwt.DecodeComplete(strings.TrimSpace(got.stdout), readKey(t, "rsa-public.json"), jwt.PS256, jwt.WithType("at+jwt"), jwt.WithRequired("jti"), jwt.WithClock(call{}.system(nil, nil, nil).now))
	require.NoError(t, err)
	assert.Equal(t, "k", token.Header.KeyID)
	a, _ := token.Header.Param("a")
	assert.Equal(t, "1", a)
	b, _ := token.Header.Param("b")
	assert.Equal(t, map[string]any{"c": int64(1)}, b)
}

func TestSignRefuses(t *testing.T) {
	inFolder(t)
	for line, want := range map[string]int{
		"sign -expires-in 15m": exitUsage, // no key
		"sign -key keys/ed.json -secret keys/secret.txt -no-expiry":       exitUsage,
		"sign -key keys/ed.json -secret-encoding hex -no-expiry":          exitUsage,
		"sign -key - -no-expiry -":                                        exitUsage,
		"sign -secret - -no-expiry -":                                     exitUsage,
		"sign -key keys/ed.json":                                          exitUsage, // no lifetime
		"sign -key keys/ed.json -expires-in 15":                           exitUsage,
		"sign -key keys/ed.json -expires-in 10ms":                         exitUsage,
		"sign -key keys/ed.json -expires-in 15m -no-expiry":               exitUsage,
		`sign -key keys/ed.json -expires-in 15m {"exp":1}`:                exitUsage,
		"sign -key keys/ed.json -no-expiry -claim sub=a -subject b":       exitUsage,
		"sign -key keys/ed.json -no-expiry -claim a=1 -claim a=2":         exitUsage,
		`sign -key keys/ed.json -no-expiry {"a":1,"a":2}`:                 exitUsage,
		`sign -key keys/ed.json -no-expiry {"a":1}{"b":2}`:                exitUsage,
		`sign -key keys/ed.json -no-expiry {"a":1},"b":2`:                 exitUsage,
		"sign -key keys/ed.json -no-expiry -claim a=1 {\"\xff\":1}":       exitUsage,
		`sign -key keys/ed.json -no-expiry -claim a=1 {"\ud800":1}`:       exitUsage,
		"sign -key keys/ed.json -no-expiry -claim a=\xff":                 exitUsage,
		"sign -key keys/ed.json -no-expiry -claim \xff=a":                 exitUsage,
		"sign -key keys/ed.json -no-expiry -subject \xff":                 exitUsage,
		"sign -key keys/ed.json -no-expiry [1]":                           exitUsage,
		"sign -key keys/ed.json -no-expiry null":                          exitUsage,
		"sign -key keys/ed.json -no-expiry {} {}":                         exitUsage,
		"sign -key keys/ed.json -no-expiry -claim a":                      exitUsage,
		"sign -key keys/ed.json -no-expiry -claim =a":                     exitUsage,
		"sign -key keys/ed.json -no-expiry -claim :=1":                    exitUsage,
		"sign -key keys/ed.json -no-expiry -claim a:=b":                   exitUsage,
		`sign -key keys/ed.json -no-expiry -claim a:=1,"b":2`:             exitUsage,
		`sign -key keys/ed.json -no-expiry -claim a:={"b":1,"b":2}`:       exitUsage,
		"sign -key keys/ed.json -no-expiry -header alg=none":              exitUsage,
		"sign -key keys/ed.json -no-expiry -header a":                     exitUsage,
		"sign -key keys/ed.json -no-expiry -kid other":                    exitUsage,
		"sign -key keys/ed.json -no-expiry -alg none":                     exitUsage,
		"sign -key keys/ed.json -no-expiry -alg RS256":                    exitKey,
		"sign -key keys/good.json -no-expiry":                             exitKey,
		"sign -key keys/ed-public.json -no-expiry":                        exitKey,
		"sign -key keys/rsa-public.pem -no-expiry":                        exitKey,
		"sign -key https://login.example/key.json -no-expiry":             exitUsage,
		"sign -secret keys/secret.txt -secret-encoding base64 -no-expiry": exitKey,
		"sign -secret keys/secret.txt -alg ES256 -no-expiry":              exitKey,
	} {
		got := tool(line, "{}")
		assert.Equal(t, want, got.code, "%s: %s", line, got.stderr)
		assert.Empty(t, got.stdout, line)
	}
}

// The library would refuse it, too, but could not say which claim.
func TestSignNamesTheClaimGivenTwice(t *testing.T) {
	inFolder(t)
	got := tool("sign -key keys/ed.json -no-expiry -claim level=1 -claim level=2", "")
	assert.Contains(t, got.stderr, `"level" is given twice`)
	for _, second := range []string{"x=b", "x:=2", "x=a"} {
		got = tool("sign -key keys/ed.json -no-expiry -header x=a -header "+second, "")
		assert.Equal(t, exitUsage, got.code)
		assert.Contains(t, got.stderr, `"x" is given twice`)
		assert.Empty(t, got.stdout)
	}
}
