//go:build !race

// The race detector keeps memory on its own account, so these run without it.

package jwt_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What a program keeps of a token keeps little more alive than itself, however large
// the token: a thousand small strings of tokens of 187 KB are under a megabyte.
func TestKeptStringsKeepLittleAlive(t *testing.T) {
	const n = 1000
	// Most of the claims are one string, or many.
	payload := func(filler, i int) string {
		if filler == 0 {
			return `{"x":"` + strings.Repeat("x", 140_000) + `",` + fmt.Sprintf(`"iss":"https://issuer.example/%d","esc":"\u0061%d","big":1234567890123456789012345%03d,"m":{"name-%d":0},"aud":["a-%d","b"]}`, i, i, i, i, i)
		}
		return `{"x":[` + strings.Repeat(`"small",`, 17_500) + fmt.Sprintf(`"https://issuer.example/%d"],"iss":"https://issuer.example/%d","esc":"\u0061%d","big":1234567890123456789012345%03d,"m":{"name-%d":0},"aud":["a-%d","b"]}`, i, i, i, i, i, i)
	}
	type into struct {
		Issuer string         `json:"iss"`
		Escape string         `json:"esc"`
		Aud    jwt.Audience   `json:"aud"`
		Big    json.Number    `json:"big"`
		M      map[string]int `json:"m"`
	}
	unverified := func(token string) jwt.Claims {
		u, err := jwt.DecodeUnverified(token)
		require.NoError(t, err)
		return u.Claims
	}
	decodeInto := func(token string) (v into) {
		v, err := jwt.DecodeAs[into](token, secret, jwt.HS256, jwt.WithoutCheck("aud"))
		require.NoError(t, err)
		return v
	}
	name := func(m map[string]any) string {
		for name := range m {
			return name
		}
		return ""
	}
	for what, keep := range map[string]func(token string) any{
		"an issuer":           func(token string) any { return unverified(token).Issuer() },
		"an escaped string":   func(token string) any { return unverified(token)["esc"] },
		"an audience":         func(token string) any { return unverified(token).Audience()[0] },
		"a number":            func(token string) any { return unverified(token)["big"] },
		"a map's key":         func(token string) any { return name(unverified(token)["m"].(map[string]any)) },
		"a map":               func(token string) any { return unverified(token)["m"] },
		"a string by Get":     func(token string) any { s, _ := jwt.Get[string](unverified(token), "iss"); return s },
		"a list by Get":       func(token string) any { s, _ := jwt.Get[[]string](unverified(token), "aud"); return s },
		"a field":             func(token string) any { return decodeInto(token).Issuer },
		"an escaped field":    func(token string) any { return decodeInto(token).Escape },
		"a field of strings":  func(token string) any { return decodeInto(token).Aud },
		"a field of a number": func(token string) any { return decodeInto(token).Big },
		"a field's key": func(token string) any {
			for name := range decodeInto(token).M {
				return name
			}
			return nil
		},
		"of Token.DecodeInto": func(token string) any {
			whole, err := jwt.DecodeComplete(token, secret, jwt.HS256, jwt.WithoutCheck("aud"))
			require.NoError(t, err)
			var v into
			require.NoError(t, whole.DecodeInto(&v))
			return v.Issuer
		},
		"of an expired token": func(token string) any {
			_, err := jwt.Decode(claimed(strings.TrimSuffix(segmentOf(t, token, 1), "}")+`,"exp":1}`), secret, jwt.HS256, jwt.WithoutCheck("aud"))
			var expired *jwt.ExpiredError
			require.True(t, errors.As(err, &expired))
			return expired.Token.Claims.Issuer()
		},
	} {
		for filler, name := range []string{"one string", "many strings"} {
			t.Run(what+" of "+name, func(t *testing.T) {
				if testing.Short() {
					t.Skip("it reads hundreds of megabytes")
				}
				runs := n / 50 // and the bound is a fiftieth, with some room
				kept := make([]any, 0, runs)
				keep(claimed(payload(filler, 0))) // what is made once
				before := heap()
				for i := range runs {
					kept = append(kept, keep(claimed(payload(filler, i))))
				}
				after := heap()
				t.Logf("%d bytes for %d", after-before, runs)
				assert.Less(t, after-before, int64(1_000_000/50+10_000))
				runtime.KeepAlive(kept)
			})
		}
	}
}

// heap is what is alive, pools and their victims aside.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// The thousand issuers themselves.
func TestThousandIssuers(t *testing.T) {
	filler := strings.Repeat("x", 140_000)
	issuers := make([]string, 0, 1000)
	before := heap()
	for i := range 1000 {
		u, err := jwt.DecodeUnverified(claimed(fmt.Sprintf(`{"x":%q,"iss":"issuer-%d"}`, filler, i)))
		require.NoError(t, err)
		issuers = append(issuers, u.Claims.Issuer())
	}
	after := heap()
	assert.Less(t, after-before, int64(1_000_000))
	t.Logf("%d bytes", after-before)
	runtime.KeepAlive(issuers)
}

// A key ID keeps no header of 8 KiB alive.
func TestKeptHeaderStrings(t *testing.T) {
	filler := strings.Repeat("x", 7_000)
	for name, keep := range map[string]func(h jwt.Header) any{
		"kid":          func(h jwt.Header) any { return h.KeyID },
		"typ":          func(h jwt.Header) any { return h.Type },
		"cty":          func(h jwt.Header) any { return h.ContentType },
		"a parameter":  func(h jwt.Header) any { p, _ := h.Param("x5u"); return p },
		"one in a map": func(h jwt.Header) any { p, _ := h.Param("m"); return p },
	} {
		t.Run(name, func(t *testing.T) {
			kept := make([]any, 0, 1000)
			before := heap()
			for i := range 1000 {
				u, err := jwt.DecodeUnverified(b64(fmt.Sprintf(`{"alg":"HS256","x":%q,"kid":"k%d","typ":"t%d","cty":"c%d","x5u":"u%d","m":{"m":"%d"}}`, filler, i, i, i, i, i)) + ".e30.")
				require.NoError(t, err)
				kept = append(kept, keep(u.Header))
			}
			after := heap()
			assert.Less(t, after-before, int64(1_000_000))
			t.Logf("%d bytes", after-before)
			runtime.KeepAlive(kept)
		})
	}
}

// Headers in the cache keep no tokens alive.
func TestKeptHeaders(t *testing.T) {
	filler := strings.Repeat("x", 140_000)
	decoder := mustDecoder(t, secret, jwt.HS256)
	before := heap()
	for range 100 { // more than the cache has room for
		_, err := decoder.Verify(forge(fmt.Sprintf(`{"alg":"HS256","kid":%q}`, rand.Text()), filler))
		require.NoError(t, err)
	}
	assert.Less(t, heap()-before, int64(1_000_000))
}

// Strings of texts around the size from which on they are copies are what they were.
func TestStringsOfLargeTexts(t *testing.T) {
	for _, size := range []int{4095, 4096, 4097, 4098, 10_000} {
		for _, n := range []int{0, 1, 63, 64, 65, 191, 192, 193, 767, 768, 769} {
			text := `{"a":[`
			var want []any
			for i := 0; len(text) < size-2*n-100; i++ {
				s := fmt.Sprint(i) + strings.Repeat("ü", n/2) + strings.Repeat("x", n%2)
				text += `"` + s + `","\n",`
				want = append(want, s, "\n")
			}
			text += `0],"x":"`
			text += strings.Repeat("y", size-len(text)-2) + `"}`
			require.Len(t, text, size)
			claims, err := jwt.Decode(claimed(text), secret, jwt.HS256)
			require.NoError(t, err)
			// What is read next must not reach what was read before.
			_, err = jwt.Decode(claimed(strings.ReplaceAll(text, "x", "z")), secret, jwt.HS256)
			require.NoError(t, err)
			assert.Equal(t, append(want, int64(0)), claims["a"])
		}
	}
}

// A secret is not kept after the call: what borrowed it goes back to a pool.
func TestSecretIsLetGo(t *testing.T) {
	token := claimed(`{"sub":"alice"}`)
	call := func() weak.Pointer[byte] {
		own := bytes.Clone(secret)
		_, err := jwt.Decode(token, own, jwt.HS256)
		require.NoError(t, err)
		_, err = jwt.Encode(jwt.Claims{"sub": "alice"}, own)
		require.NoError(t, err)
		return weak.Make(&own[0])
	}
	own := call()
	runtime.GC() // once: what is in a pool survives that
	assert.Nil(t, own.Value())
}
