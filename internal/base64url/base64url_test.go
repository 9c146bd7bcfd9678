package base64url_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/base64url"
)

// TestBothWays compares both directions with encoding/base64, over lengths that meet every
// step of the loops.
func TestBothWays(t *testing.T) {
	data := make([]byte, 70)
	for i := range data {
		data[i] = byte(i*97 + 13)
	}
	for n := range data {
		want := base64.RawURLEncoding.EncodeToString(data[:n])
		assert.Equal(t, len(want), base64url.EncodedLen(n))
		assert.Equal(t, want, base64url.EncodeToString(data[:n]))
		assert.Equal(t, "kept"+want, string(base64url.AppendEncode([]byte("kept"), data[:n])))
		got, ok := base64url.AppendDecode([]byte("kept"), want)
		require.True(t, ok)
		assert.Equal(t, "kept"+string(data[:n]), string(got))
	}
}

// TestCanonical tries every byte at every offset of texts of several lengths: what is accepted
// must be what encoding its bytes gives.
func TestCanonical(t *testing.T) {
	strict := base64.RawURLEncoding.Strict()
	for n := range 40 {
		text := []byte(base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xfb\x10\xa3", 14)[:n])))
		for i := range text {
			for c := range 256 {
				changed := append([]byte{}, text...)
				changed[i] = byte(c)
				dst := []byte("kept")
				got, ok := base64url.AppendDecode(dst, string(changed))
				want, err := strict.DecodeString(string(changed))
				accepted := err == nil && c != '\n' && c != '\r'
				if !assert.Equal(t, accepted, ok, "%q", changed) {
					return
				}
				if ok {
					assert.Equal(t, "kept"+string(want), string(got))
					assert.Equal(t, changed, base64url.AppendEncode(nil, want))
				} else {
					assert.Equal(t, "kept", string(got))
				}
			}
		}
	}
	for _, text := range []string{"A", "AAAAA", "AB", "AAB", "AA==", "AA=", "=", "A A", "AA\n", "\r\nAA", "+/", "é"} {
		_, ok := base64url.AppendDecode(nil, text)
		assert.False(t, ok, "%q", text)
	}
}

// FuzzBase64url: what is accepted is what encoding gives, and what encoding/base64 accepts
// strictly, except for line breaks, which it skips.
func FuzzBase64url(f *testing.F) {
	for _, text := range []string{"", "AA", "AB", "AAA=", "-_-_", "+/+/", "AAAA\n", strings.Repeat("Zm9v", 9)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := base64url.AppendDecode(nil, text)
		want, err := base64.RawURLEncoding.Strict().DecodeString(text)
		if accepted := err == nil && !strings.ContainsAny(text, "\r\n"); ok != accepted {
			t.Fatalf("%q: accepted is %v, want %v", text, ok, accepted)
		}
		if ok && (string(got) != string(want) || string(base64url.AppendEncode(nil, got)) != text) {
			t.Fatalf("%q: decoded to %q, want %q", text, got, want)
		}
	})
}
