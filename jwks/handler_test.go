package jwks_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

func ask(h http.Handler, method string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "/.well-known/jwks.json", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t testing.TB, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(body)
}

func handlerOf(t testing.TB, set *jwt.KeySet, maxAge time.Duration) http.Handler {
	t.Helper()
	h, err := jwks.Handler(set, maxAge)
	require.NoError(t, err)
	return h
}

func fixed(t testing.TB, keys ...*jwt.Key) *jwt.KeySet {
	t.Helper()
	set, err := jwt.NewKeySet(keys...)
	require.NoError(t, err)
	return set
}

// following is a live set of whatever a function returns.
func following(t testing.TB, fetch func() (*jwt.KeySet, error)) *jwt.KeySet {
	t.Helper()
	set, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		set, err := fetch()
		return set, 0, err
	}))
	require.NoError(t, err)
	return set
}

func secretKey(t testing.TB) *jwt.Key {
	t.Helper()
	sum := sha256.Sum256([]byte("a secret of the tests"))
	key, err := jwt.NewKey(sum[:], jwt.WithKeyID("secret"))
	require.NoError(t, err)
	return key
}

func TestHandler(t *testing.T) {
	key := newKey(t, "1")
	want := setOf(t, key)
	live := following(t, func() (*jwt.KeySet, error) { return fixed(t, key), nil })
	for name, set := range map[string]*jwt.KeySet{"private": fixed(t, key), "public": fixed(t, key.Public()), "live": live} {
		h := handlerOf(t, set, 90*time.Second+time.Millisecond)
		get := ask(h, http.MethodGet)
		assert.Equal(t, 200, get.StatusCode, name)
		assert.JSONEq(t, want, bodyOf(t, get), name)
		assert.Equal(t, "application/jwk-set+json", get.Header.Get("Content-Type"), name)
		assert.Equal(t, "public, max-age=90", get.Header.Get("Cache-Control"), name)
		assert.Equal(t, "nosniff", get.Header.Get("X-Content-Type-Options"), name)
		tag := get.Header.Get("ETag")
		assert.Regexp(t, `^"[A-Za-z0-9_-]{22}"$`, tag, "strong")
		assert.Equal(t, tag, ask(h, http.MethodGet).Header.Get("ETag"), "the same each time")

		head := ask(h, http.MethodHead)
		assert.Equal(t, 200, head.StatusCode, name)
		assert.Empty(t, bodyOf(t, head), name)
		assert.Equal(t, get.Header, head.Header, name)

		for match, status := range map[string]int{
			tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, `W/"x" ,` + tag + `, "y"`: 304, "*": 304,
			`"x"`: 200, strings.Trim(tag, `"`): 200, "": 200, `"x` + tag: 200,
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				r := ask(h, method, "If-None-Match", match)
				assert.Equal(t, status, r.StatusCode, "%s %s %s", name, method, match)
				assert.Equal(t, tag, r.Header.Get("ETag"))
				assert.Equal(t, "public, max-age=90", r.Header.Get("Cache-Control"))
				if status == 304 {
					assert.Empty(t, bodyOf(t, r))
					assert.Empty(t, r.Header.Get("Content-Type"))
				}
			}
		}
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "PROPFIND"} {
			r := ask(h, method)
			assert.Equal(t, 405, r.StatusCode, "%s %s", name, method)
			assert.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
			assert.NotContains(t, bodyOf(t, r), "keys")
		}
	}
}

func TestHandlerMaxAge(t *testing.T) {
	for maxAge, want := range map[time.Duration]string{
		0: "no-cache", time.Second: "public, max-age=1", time.Hour: "public, max-age=3600", 400 * 24 * time.Hour: "public, max-age=34560000",
	} {
		assert.Equal(t, want, ask(handlerOf(t, fixed(t), maxAge), "GET").Header.Get("Cache-Control"))
	}
	for _, maxAge := range []time.Duration{-1, -time.Hour, 1, 30, time.Second - 1} {
		h, err := jwks.Handler(fixed(t), maxAge)
		assertClass(t, jwt.ErrInvalidOption, err, maxAge)
		assert.Nil(t, h)
	}
}

// No private member is published, and no secret.
func TestHandlerPublishesPublicKeysAlone(t *testing.T) {
	key := newKey(t, "1")
	private, err := key.MarshalPrivateJWK()
	require.NoError(t, err)
	assert.Contains(t, string(private), `"d":`)
	assert.NotContains(t, bodyOf(t, ask(handlerOf(t, fixed(t, key), 0), "GET")), `"d":`)
	assert.Equal(t, `{"keys":[]}`, bodyOf(t, ask(handlerOf(t, fixed(t), 0), "GET")), "all keys may be revoked")

	for name, set := range map[string]*jwt.KeySet{"a secret": fixed(t, key, secretKey(t)), "nil": nil, "a zero set": {}} {
		h, err := jwks.Handler(set, 0)
		assertClass(t, jwt.ErrInvalidKey, err, name)
		assert.Nil(t, h, name)
	}
}

// Of a live set each request gets what is current.
func TestHandlerOfALiveSet(t *testing.T) {
	log := logged(t)
	now, failure := fixed(t, newKey(t, "1")), errors.New("private")
	set := following(t, func() (*jwt.KeySet, error) { return now, failure })
	h := handlerOf(t, set, time.Minute)
	down := ask(h, "GET")
	assert.Equal(t, 503, down.StatusCode)
	assert.Equal(t, "no-store", down.Header.Get("Cache-Control"))
	assert.Empty(t, down.Header.Get("ETag"))
	assert.NotContains(t, bodyOf(t, down), "private", "no details")

	failure = nil
	require.NoError(t, set.Refresh(t.Context()))
	first := ask(h, "GET")
	assert.Equal(t, 200, first.StatusCode)
	assert.Contains(t, bodyOf(t, first), `"kid":"1"`)

	now = fixed(t, newKey(t, "2"))
	require.NoError(t, set.Refresh(t.Context()))
	second := ask(h, "GET", "If-None-Match", first.Header.Get("ETag"))
	assert.Equal(t, 200, second.StatusCode)
	assert.Contains(t, bodyOf(t, second), `"kid":"2"`)
	assert.Empty(t, log.String())

	now = fixed(t, secretKey(t))
	require.NoError(t, set.Refresh(t.Context()))
	for range 3 {
		broken := ask(h, "GET")
		assert.Equal(t, 500, broken.StatusCode)
		assert.NotContains(t, bodyOf(t, broken), "secret", "no details")
	}
	assert.Equal(t, 1, strings.Count(log.String(), "\n"), "logged once: %s", log)
	_, err := jwks.Handler(set, time.Minute)
	assertClass(t, jwt.ErrInvalidKey, err, "known when it is made")

	failure = errors.New("down again")
	require.Error(t, set.Refresh(t.Context()))
	assert.Equal(t, 500, ask(h, "GET").StatusCode, "what was fetched last")
}

// A request that ends while the first fetch is under way gets no keys.
func TestHandlerHeedsTheRequest(t *testing.T) {
	hang := make(chan struct{})
	set, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		<-hang
		return nil, 0, errors.New("late")
	}), jwt.WithFetchTimeout(time.Hour))
	require.NoError(t, err)
	defer close(hang)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(done)
		handlerOf(t, set, 0).ServeHTTP(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
	}()
	select {
	case <-done:
		assert.Equal(t, 503, w.Code)
	case <-time.After(10 * time.Second):
		assert.Fail(t, "the handler waits for the fetch")
	}
}

// Both sides of this package understand each other, 304 included.
func TestHandlerAndRemote(t *testing.T) {
	key := newKey(t, "1")
	var answers []int
	h := handlerOf(t, fixed(t, key), time.Minute)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		answers = append(answers, map[bool]int{true: 304, false: 200}[w.Header().Get("Content-Type") == ""])
	})
	source := sourceAt(t, server.URL)
	first, life, err := source.Fetch(t.Context())
	require.NoError(t, err)
	assert.Equal(t, time.Minute, life)
	_, err = jwt.Decode(tokenOf(t, key), first, jwt.ES256)
	require.NoError(t, err)
	second, life, err := source.Fetch(t.Context())
	require.NoError(t, err)
	assert.Equal(t, time.Minute, life)
	assert.Same(t, first, second)
	assert.Equal(t, []int{200, 304}, answers)
}
