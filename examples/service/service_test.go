package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// startServing runs the program with -listen and returns where it is. It is stopped when
// the test ends, or by the function, which returns what else it printed.
func startServing(t *testing.T, args ...string) (address string, stop func() string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), write)
		write.Close()
		ended <- err
	}()
	lines := bufio.NewReader(read)
	line, err := lines.ReadString('\n')
	if err != nil {
		require.NoError(t, <-ended)
	}
	_, address, _ = strings.Cut(line, "serving at ")
	address, _, _ = strings.Cut(address, ",")
	stopped := false
	stop = func() string {
		if stopped {
			return ""
		}
		stopped = true
		cancel()
		rest, err := io.ReadAll(lines)
		require.NoError(t, err)
		require.NoError(t, <-ended)
		return string(rest)
	}
	t.Cleanup(func() { stop() })
	return address, stop
}

func TestServe(t *testing.T) {
	noLeaks(t)
	address, stop := startServing(t, "-lifetime", "90s")
	require.Contains(t, address, "http://127.0.0.1:")
	here := &server{url: address}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s := &story{
		client:  &http.Client{Transport: transport, Timeout: 30 * time.Second},
		out:     io.Discard,
		servers: map[string]*server{"issuer": here, "orders": here, "reports": here},
	}
	token, err := s.logIn(t.Context(), "Bob logs in", bob)
	require.NoError(t, err)
	require.NoError(t, s.play(t.Context(),
		step{"Bob asks for his orders", "orders", get("orders", token), 200, bobOrders},
		step{"Bob asks for reports", "reports", get("reports", token), 403, lacksScope}))

	seen, err := jwt.DecodeUnverified(token)
	require.NoError(t, err)
	assert.Equal(t, "at+jwt", seen.Header.Type)
	assert.Equal(t, address, seen.Claims.Issuer())
	assert.Equal(t, jwt.Audience{"orders", "reports"}, seen.Claims.Audience())
	assert.Equal(t, 90*time.Second, seen.Claims.ExpiresAt().Sub(seen.Claims.IssuedAt()))
	assert.NotEmpty(t, seen.Claims.ID())
	for _, name := range []string{"scope", "client_id"} {
		assert.Contains(t, seen.Claims, name)
	}

	assert.Equal(t, "stopping\n", stop())
	_, _, err = s.send(t.Context(), "orders", get("orders", token))
	require.Error(t, err, "nobody listens any more")
}

func TestRunRefuses(t *testing.T) {
	assert.ErrorContains(t, run(t.Context(), []string{"story"}, io.Discard), "story")
	assert.Error(t, run(t.Context(), []string{"-listen", "127.0.0.1:no-such-port"}, io.Discard))
	assert.ErrorIs(t, run(t.Context(), []string{"-listen", "127.0.0.1:0", "-lifetime", "30ns"}, io.Discard), jwt.ErrInvalidOption)
}

func TestPage(t *testing.T) {
	h := page()
	for path, kind := range map[string]string{
		"/":         "text/html; charset=utf-8",
		"/page.css": "text/css; charset=utf-8",
		"/page.js":  "text/javascript; charset=utf-8",
		"/icon.svg": "image/svg+xml",
	} {
		t.Run(path, func(t *testing.T) {
			w := ask(h, "GET", path, "")
			assert.Equal(t, 200, w.Code)
			assert.Equal(t, kind, w.Header().Get("Content-Type"))
			assert.Equal(t, contentPolicy, w.Header().Get("Content-Security-Policy"))
			assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
			body := strings.Replace(w.Body.String(), "http://www.w3.org/2000/svg", "", 1) // a name, which is not fetched
			assert.NotContains(t, body, "://", "no address elsewhere")
			assert.NotRegexp(t, `(?i)<[^>]*\s(on[a-z]+|style)=`, body, "nothing that the policy forbids")
			assert.NotContains(t, body, "innerHTML")
		})
	}
	assert.Equal(t, 404, ask(h, "GET", "/main.go", "").Code)
	assert.Equal(t, 405, ask(h, "POST", "/", "").Code)
}

func ask(h http.Handler, method, target, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
