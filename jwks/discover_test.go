package jwks_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// An issuer is a server with metadata and a key set.
type issuer struct {
	*httptest.Server
	metadata, keys                 atomic.Pointer[http.HandlerFunc]
	metadataRequests, keysRequests atomic.Int32
}

func serveIssuer(t testing.TB, path string, keys ...*jwt.Key) *issuer {
	t.Helper()
	i := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+strings.TrimSuffix(path, "/")+"/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		i.metadataRequests.Add(1)
		(*i.metadata.Load())(w, r)
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		i.keysRequests.Add(1)
		(*i.keys.Load())(w, r)
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	i.setMetadata(metadataOf(i.URL+path, i.URL+"/keys"))
	i.setKeys(text(setOf(t, keys...)))
	return i
}

func (i *issuer) setMetadata(h http.HandlerFunc) { i.metadata.Store(&h) }
func (i *issuer) setKeys(h http.HandlerFunc)     { i.keys.Store(&h) }

func metadataOf(issuer, keys string) http.HandlerFunc {
	body, _ := json.Marshal(map[string]any{"issuer": issuer, "jwks_uri": keys, "response_types_supported": []string{"code"}})
	return text(string(body))
}

// Where the metadata are (OpenID Connect Discovery 1.0, Section 4.1).
func TestDiscover(t *testing.T) {
	key := newKey(t, "1")
	for _, path := range []string{"", "/", "/realms/a", "/realms/a/"} {
		server := serveIssuer(t, path, key)
		set, err := jwks.Discover(server.URL + path)
		require.NoError(t, err)
		_, err = jwt.Decode(tokenOf(t, key), set, jwt.ES256)
		assert.NoError(t, err, path)
	}
}

// The metadata are read with each fetch, and an issuer may move its keys.
func TestDiscoverFollowsTheMetadata(t *testing.T) {
	old, moved := newKey(t, "old"), newKey(t, "moved")
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("If-None-Match"), "an ETag of another URL")
		w.Write([]byte(setOf(t, moved)))
	})
	server := serveIssuer(t, "", old)
	server.setKeys(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Write([]byte(setOf(t, old)))
	})
	set, err := jwks.Discover(server.URL)
	require.NoError(t, err)
	require.NoError(t, set.Refresh(t.Context()))
	_, ok := set.Key("old")
	assert.True(t, ok)
	server.setMetadata(metadataOf(server.URL, elsewhere.URL))
	require.NoError(t, set.Refresh(t.Context()))
	_, ok = set.Key("old")
	assert.False(t, ok)
	_, ok = set.Key("moved")
	assert.True(t, ok)
	assert.EqualValues(t, 2, server.metadataRequests.Load())
	assert.EqualValues(t, 1, server.keysRequests.Load())
}

// Both documents are asked for by their ETags. The life is that of the key set.
func TestDiscoverETags(t *testing.T) {
	server := serveIssuer(t, "", newKey(t, "1"))
	var unchanged atomic.Int32
	tagged := func(tag, age string, next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", tag)
			w.Header().Set("Cache-Control", "max-age="+age)
			if r.Header.Get("If-None-Match") == tag {
				unchanged.Add(1)
				w.WriteHeader(http.StatusNotModified)
				return
			}
			next(w, r)
		}
	}
	server.setMetadata(tagged(`"m"`, "1", *server.metadata.Load()))
	server.setKeys(tagged(`"k"`, "600", *server.keys.Load()))
	source, err := jwks.DiscoverSource(server.URL)
	require.NoError(t, err)
	first, life, err := source.Fetch(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 10*time.Minute, life)
	again, life, err := source.Fetch(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 10*time.Minute, life)
	assert.Same(t, first, again)
	assert.EqualValues(t, 2, unchanged.Load())
}

func TestMetadata(t *testing.T) {
	const issuer, uri = "https://login.example", `"jwks_uri":"https://keys.example/jwks"`
	deep := strings.Repeat("[", 20000)
	for body, good := range map[string]bool{
		`{"issuer":"https://login.example",` + uri + `}`:                                                                   true,
		" {\n" + uri + ` , "issuer" : "https:\/\/login.example" , "other" : {"issuer":"x","a":[{}]} , "n" : 1e5 } ` + "\n": true,
		`{"\u0069ssuer":"https://login.example",` + uri + `}`:                                                              true,
		`{"issuer":"https://login.example",` + uri + `,"ISSUER":"x","Jwks_Uri":1,"a":1,"a":2}`:                             true,
		`{"issuer":"https://login.example","jwks_uri":"http://localhost:8080/jwks"}`:                                       true,
		`{"issuer":"https://login.example","jwks_uri":"https://user:word@keys.example/jwks?a=b"}`:                          true,
		`{"issuer":"https://login.example/",` + uri + `}`:                                                                  false,
		`{"issuer":"https://LOGIN.example",` + uri + `}`:                                                                   false,
		`{"issuer":"https://login.example:443",` + uri + `}`:                                                               false,
		`{"issuer":"http://login.example",` + uri + `}`:                                                                    false,
		`{"issuer":" https://login.example",` + uri + `}`:                                                                  false,
		`{"issuer":"https://login.example\u0000",` + uri + `}`:                                                             false,
		`{"issuer":"https://l\u043egin.example",` + uri + `}`:                                                              false,
		`{"issuer":["https://login.example"],` + uri + `}`:                                                                 false,
		`{"issuer":null,` + uri + `}`:                                                                                      false,
		`{"issuer":"",` + uri + `}`:                                                                                        false,
		`{"ISSUER":"https://login.example",` + uri + `}`:                                                                   false,
		`{` + uri + `}`: false,
		`{"issuer":"https://evil.example","issuer":"https://login.example",` + uri + `}`:                         false,
		`{"issuer":"https://login.example","issuer":"https://login.example",` + uri + `}`:                        false,
		`{"issuer":"https://login.example",` + uri + `,` + uri + `}`:                                             false,
		`{"issuer":"https://login.example",` + uri + `,"jwks_\u0075ri":"https://x"}`:                             false,
		`{"issuer":"https://login.example"}`:                                                                     false,
		`{"issuer":"https://login.example","jwks_uri":"http://localho\u017ft/jwks"}`:                             false,
		`{"issuer":"https://login.example","jwks_uri":"https://keys.example/` + strings.Repeat("a", 1979) + `"}`: true,
		`{"issuer":"https://login.example","jwks_uri":"https://keys.example/` + strings.Repeat("a", 1980) + `"}`: false,
		`{"issuer":"https://login.example","Jwks_uri":"https://keys.example/jwks"}`:                              false,
		`{"issuer":"https://login.example","jwks_uri":null}`:                                                     false,
		`{"issuer":"https://login.example","jwks_uri":""}`:                                                       false,
		`{"issuer":"https://login.example","jwks_uri":1}`:                                                        false,
		`{"issuer":"https://login.example","jwks_uri":["https://keys.example"]}`:                                 false,
		`{"issuer":"https://login.example","jwks_uri":"/jwks"}`:                                                  false,
		`{"issuer":"https://login.example","jwks_uri":"//keys.example/jwks"}`:                                    false,
		`{"issuer":"https://login.example","jwks_uri":"http://keys.example/jwks"}`:                               false,
		`{"issuer":"https://login.example","jwks_uri":"http://169.254.169.254/latest"}`:                          false,
		`{"issuer":"https://login.example","jwks_uri":"file:///etc/passwd"}`:                                     false,
		`{"issuer":"https://login.example","jwks_uri":"https://keys.example/#a"}`:                                false,
		`{"issuer":"https://login.example",` + uri + `}{}`:                                                       false,
		`{"issuer":"https://login.example",` + uri + `} x`:                                                       false,
		`{"issuer":"https://login.example",` + uri + `,}`:                                                        false,
		`{"issuer":"https://login.example",` + uri:                                                               false,
		`{"issuer":"https://login.example" ` + uri + `}`:                                                         false,
		`{"issuer":"https://login.example",` + uri + `,"a":` + deep + `}`:                                        false,
		`{"issuer":"https://login.example",` + uri + strings.Repeat(`,"a":1`, 998) + `}`:                         true,
		`{"issuer":"https://login.example",` + uri + strings.Repeat(`,"a":1`, 999) + `}`:                         false,
		`[{"issuer":"https://login.example",` + uri + `}]`:                                                       false,
		"\xef\xbb\xbf" + `{"issuer":"https://login.example",` + uri + `}`:                                        false,
		`{"keys":[]}`:                 false,
		`<html><body>Sign in</body>`:  false,
		`"https://keys.example/jwks"`: false,
		`null`:                        false,
		``:                            false,
	} {
		u, err := jwks.ParseMetadata(issuer, []byte(body))
		assert.Equal(t, good, err == nil, "%.200s: %v", body, err)
		assert.Equal(t, good, u != nil, "%.200s", body)
	}
}

// A fetch that fails at either document is an error that says which, and why.
func TestDiscoverErrors(t *testing.T) {
	key := newKey(t, "1")
	for name, tt := range map[string]struct {
		change func(*issuer)
		says   []string
	}{
		"metadata that are not there": {func(i *issuer) { i.setMetadata(status(404)) }, []string{"/.well-known/openid-configuration", "404", "Remote"}},
		"metadata that are HTML":      {func(i *issuer) { i.setMetadata(text("<html>private")) }, []string{"metadata", "HTML"}},
		"another issuer":              {func(i *issuer) { i.setMetadata(metadataOf(i.URL+"/", i.URL+"/keys")) }, []string{`/"`, `character`}},
		"keys over http": {
			func(i *issuer) { i.setMetadata(metadataOf(i.URL, "http://name:word@keys.example/jwks?private")) },
			[]string{"jwks_uri", "http://keys.example/jwks", "AllowHTTP"},
		},
		"a redirect of the metadata": {func(i *issuer) { i.setMetadata(http.RedirectHandler(i.URL+"/keys", http.StatusFound).ServeHTTP) }, []string{"302", "/keys"}},
		"keys that are not there":    {func(i *issuer) { i.setKeys(status(503)) }, []string{"/keys", "503"}},
		"keys that are none":         {func(i *issuer) { i.setKeys(text("{}")) }, []string{"/keys", "JWK Set"}},
		"metadata of 2 MiB":          {func(i *issuer) { i.setMetadata(text(strings.Repeat(" ", 2<<20))) }, []string{"metadata", "1 MiB"}},
	} {
		server := serveIssuer(t, "", key)
		tt.change(server)
		set, err := jwks.Discover(server.URL, quiet())
		require.NoError(t, err)
		_, err = jwt.Decode(tokenOf(t, key), set, jwt.ES256)
		assertClass(t, jwt.ErrKeySet, err, name)
		for _, words := range tt.says {
			assert.ErrorContains(t, err, words, name)
		}
		assert.NotContains(t, err.Error(), "private", name)
		assert.NotContains(t, err.Error(), "word", name)
	}
}

// Issuers that differ at the end of long paths are shown to that end, in the log too.
func TestDiscoverShowsLongIssuers(t *testing.T) {
	long := "https://login.example/" + strings.Repeat("a", 150)
	set, err := jwks.Discover(long, quiet(), by(func(*http.Request) (*http.Response, error) {
		return response(200, `{"issuer":"`+long+`/","jwks_uri":"https://login.example/jwks"}`), nil
	}))
	require.NoError(t, err)
	err = set.Refresh(t.Context())
	assertClass(t, jwt.ErrKeySet, err)
	assert.ErrorContains(t, err, `"`+long+`/"`)
	assert.ErrorContains(t, err, `"`+long+`"`)
	assert.ErrorContains(t, err, "use Remote")
}

// AllowHTTP is for both addresses.
func TestDiscoverAllowHTTP(t *testing.T) {
	set, err := jwks.Discover("http://login.example", jwks.AllowHTTP(), by(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "keys.example" {
			return response(200, `{"keys":[]}`), nil
		}
		return response(200, `{"issuer":"http://login.example","jwks_uri":"http://keys.example/jwks"}`), nil
	}))
	require.NoError(t, err)
	assert.NoError(t, set.Refresh(t.Context()))
}
