package jwks_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// mayBeFetched is the rule for URLs, put another way: it knows nothing of the package.
func mayBeFetched(u *url.URL) bool {
	if u == nil || u.Hostname() == "" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (strings.ToLower(u.Hostname()) == "localhost" || err == nil && ip.IsLoopback())
}

// Metadata are taken only where encoding/json finds the same members in them, the
// issuer is the one wanted, and the address may be fetched from.
func FuzzMetadata(f *testing.F) {
	const issuer = "https://login.example"
	for _, seed := range []string{
		`{"issuer":"https://login.example","jwks_uri":"https://keys.example/jwks"}`,
		`{"issuer":"https://login.example","jwks_uri":"http://[::1]:80/jwks?a=b","other":[{"issuer":1},null,"\ud83d\ude00",-0.1e+5]}`,
		`{"issuer":"https://login.example","issuer":"https://evil.example","jwks_uri":"https://keys.example"}`,
		`{"\u0069ssuer":"https:\/\/login.example","ISSUER":"x","jwks_uri":"http://user:word@127.0.0.1#"}`,
		`{"issuer":"https://login.example/","jwks_uri":"http://169.254.169.254/"}`,
		`{"issuer":"https://login.example","jwks_uri":"https:keys.example"}`,
		`{"issuer":"https://login.example","jwks_uri":"https://keys.example"}{}`,
		`{"keys":[]}`, "<html>", "\xef\xbb\xbf{}", "[[[[", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := jwks.ParseMetadata(issuer, body)
		if err != nil {
			assert.Nil(t, u)
			assert.Less(t, len(err.Error()), 2000, "bounded, whatever is quoted")
			return
		}
		members := map[string]json.RawMessage{}
		require.NoError(t, json.Unmarshal(body, &members))
		var name, address string
		require.NoError(t, json.Unmarshal(members["issuer"], &name))
		require.NoError(t, json.Unmarshal(members["jwks_uri"], &address))
		assert.Equal(t, issuer, name)
		parsed, err := url.Parse(address)
		require.NoError(t, err)
		assert.Equal(t, parsed, u)
		assert.True(t, mayBeFetched(u), address)
	})
}

// Whatever a server answers, twice: a set is taken only of 200 and a text that is one, or
// of 304 to an ETag that the server gave. No other address is asked.
func FuzzKeySetResponse(f *testing.F) {
	set := setOf(f, newKey(f, "1"))
	f.Add(200, `"1"`, "max-age=60", "5", "", "", set, 304, "")
	f.Add(200, "*", "no-cache", "", "", "", set, 304, "")
	f.Add(200, "W/\"1\"", `a="b\",c", max-age="99999999999999999999"`, "-1", "", "gzip", set, 200, `{"keys":[]}`)
	f.Add(302, "", "", "", "https://evil.example/jwks", "", set, 302, set)
	f.Add(307, "", "", "", "http://[bad", "", "", 200, set)
	f.Add(304, `"1"`, "", "", "", "", "", 304, "")
	f.Add(200, "", "max-age", "1,2", "", "", "<html>", 500, "{}")
	f.Add(100, "", "", "", "", "", "", 999, "")
	f.Fuzz(func(t *testing.T, status int, tag, cacheControl, age, location, coding, body string, then int, thenBody string) {
		const address = "https://name:word@login.example/jwks?tenant=hidden"
		answers := []*http.Response{
			response(status, body, "ETag", tag, "Cache-Control", cacheControl, "Age", age, "Location", location, "Content-Encoding", coding),
			response(then, thenBody, "Cache-Control", cacheControl, "Age", age, "Location", location),
		}
		if coding == "" {
			answers[0].Header.Del("Content-Encoding")
		}
		asked := 0
		var conditional string
		source := sourceAt(t, address, by(func(r *http.Request) (*http.Response, error) {
			require.Equal(t, address, r.URL.String())
			require.Less(t, asked, len(answers))
			conditional = r.Header.Get("If-None-Match")
			asked++
			return answers[asked-1], nil
		}))
		var before *jwt.KeySet
		for i, answer := range answers {
			set, life, err := source.Fetch(t.Context())
			require.Equal(t, i+1, asked, "one request a fetch")
			if err != nil {
				assertClass(t, jwt.ErrKeySet, err)
				assert.Nil(t, set)
				assert.Zero(t, life)
				for _, private := range []string{"name:", "word@", "tenant=", "hidden"} {
					if !strings.Contains(location+coding+body+thenBody, private) {
						assert.NotContains(t, err.Error(), private)
					}
				}
				continue
			}
			assert.GreaterOrEqual(t, life, time.Duration(0))
			assert.LessOrEqual(t, life, 1<<31*time.Second)
			switch answer.StatusCode {
			case 200:
				_, err := jwt.ParseKeySet([]byte([]string{body, thenBody}[i]))
				assert.NoError(t, err)
			case 304:
				assert.NotEmpty(t, conditional)
				assert.Equal(t, tag, conditional)
				assert.NotNil(t, before)
				assert.Same(t, before, set)
			default:
				t.Fatalf("%d was taken", answer.StatusCode)
			}
			before = set
		}
	})
}
