package foreigntoken_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/token-jwt/jwt/internal/foreigntoken"
)

// What the texts say in whole is tested where tokens enter: see errors_token_test.go of package jwt.

type cause struct{ segment, text string }

func causes() *foreigntoken.Causes[cause] {
	return foreigntoken.New(func(segment, text string) *cause { return &cause{segment, text} })
}

func TestNotThree(t *testing.T) {
	c := causes()
	for token, says := range map[string]string{
		"opaque": "opaque access token", "eyJhbGciOiJub25lIn0.e30": "cut short", "a.b.c.d.e": "JWE", "a.b.c.d": "three segments", "undefined": "no value",
		"Bearer a.b.c": `"Bearer"`, "jwt:a": `"JWT"`, " a": "trim it", "\n": "trim it", ` {"payload":""}`: "is JSON", "b'a'": "Python",
		base64.StdEncoding.EncodeToString([]byte("eyJhbGciOiJub25lIn0.e30.AAAA")): "the base64 of a whole token",
		"a\"": "quotes", "a%2e": "percent-encoded", "a\u200bb": "invisible", "a\xffb0123456789abcdef": "not even UTF-8", "ab!": "at index 2", "a b": "white space",
	} {
		err := c.NotThree(token, strings.Count(token, "."))
		assert.Contains(t, err.text, says, token)
		assert.NotContains(t, err.text, "in its", "no segment is known")
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			if c.NotThree(token, strings.Count(token, ".")) != err {
				t.Error("it is made once")
			}
		})-allocsFor(token), token)
	}
}

// allocsFor is what decoding a token in base64 takes.
func allocsFor(token string) float64 {
	if strings.HasPrefix(token, "ZXlK") {
		return 1
	}
	return 0
}

func TestNotBase64(t *testing.T) {
	c := causes()
	for _, tt := range []struct {
		text, name string
		padded     bool
		says       string
	}{
		{"A", "header", false, "the header is not canonical"},
		{"AB", "payload", false, "the payload is not canonical"},
		{"AA==", "signature", false, "WithPadding asks for it"},
		{"AA=", "signature", false, "the signature is not canonical"},
		{"A===", "signature", false, "the signature is not canonical"},
		{"AA", "payload", true, "is not padded"},
		{"AB==", "header", true, "the header is not canonical"},
		{"A!", "payload", false, "at index 11, in its payload"},
	} {
		err := c.NotBase64("0123456789"+tt.text, 10, tt.text, tt.name, tt.padded)
		assert.Equal(t, tt.name, err.segment, tt.text)
		assert.Contains(t, err.text, tt.says, tt.text)
	}
	assert.Equal(t, "header", c.NotBase64("b'AA", 0, "b'AA", "header", false).segment)
}
