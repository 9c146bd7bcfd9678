package jwks_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// Helpers of all files, and what the constructors take and refuse.

// classes are those of this package's errors, by name.
var classes = map[string]error{
	"ErrInvalidToken": jwt.ErrInvalidToken, "ErrInvalidKey": jwt.ErrInvalidKey, "ErrUnavailable": jwt.ErrUnavailable,
	"ErrKeySet": jwt.ErrKeySet, "ErrInvalidOption": jwt.ErrInvalidOption,
}

// assertClass asserts that an error is of one class, of its parents, and of no other.
func assertClass(t testing.TB, class, err error, of ...any) {
	t.Helper()
	if !assert.Error(t, err, of...) {
		return
	}
	for name, c := range classes {
		assert.Equal(t, errors.Is(class, c), errors.Is(err, c), "%s: %v %v", name, err, of)
	}
	assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "), err.Error())
	assert.True(t, strings.HasPrefix(err.Error(), "jwt: "), err.Error())
}

// newKey makes a key.
func newKey(t testing.TB, kid string) *jwt.Key {
	t.Helper()
	key, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID(kid))
	require.NoError(t, err)
	return key
}

// setOf is a JWK Set as JSON.
func setOf(t testing.TB, keys ...*jwt.Key) string {
	t.Helper()
	set, err := jwt.NewKeySet(keys...)
	require.NoError(t, err)
	text, err := set.MarshalJSON()
	require.NoError(t, err)
	return string(text)
}

// tokenOf is a token signed with a key.
func tokenOf(t testing.TB, key *jwt.Key) string {
	t.Helper()
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	require.NoError(t, err)
	return token
}

// An endpoint is a server whose answer can be changed, and which counts.
type endpoint struct {
	*httptest.Server
	requests atomic.Int32
	answer   atomic.Pointer[http.HandlerFunc]
}

func (e *endpoint) set(answer http.HandlerFunc) { e.answer.Store(&answer) }

// serve starts an endpoint.
func serve(t testing.TB, answer http.HandlerFunc) *endpoint {
	t.Helper()
	e := &endpoint{}
	e.set(answer)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.requests.Add(1)
		(*e.answer.Load())(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

// text answers with a body.
func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

// status answers with a code alone.
func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// transport answers without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// by has all requests answered by a transport.
func by(f transport) jwks.Option { return jwks.WithClient(&http.Client{Transport: f}) }

// response is one that a transport gives, headers being names and values in turn.
func response(code int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Add(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// sourceAt makes a source of what is right.
func sourceAt(t testing.TB, url string, opts ...jwks.Option) jwt.KeySource {
	t.Helper()
	source, err := jwks.Source(url, opts...)
	require.NoError(t, err)
	return source
}

// remoteAt makes a live set of what is right.
func remoteAt(t testing.TB, url string, opts ...jwks.Option) *jwt.KeySet {
	t.Helper()
	set, err := jwks.Remote(url, opts...)
	require.NoError(t, err)
	return set
}

// quiet keeps failures that are meant out of the log.
func quiet(opts ...jwt.LiveOption) jwks.Option {
	return jwks.WithLive(append([]jwt.LiveOption{jwt.WithFetchReport(func(jwt.FetchReport) {})}, opts...)...)
}

// logged collects what goes to the default logger during a test.
func logged(t *testing.T) *bytes.Buffer {
	var log bytes.Buffer
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	return &log
}
