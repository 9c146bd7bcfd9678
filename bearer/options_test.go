package bearer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

func TestNewRefuses(t *testing.T) {
	verifier, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithDetachedPayload([]byte("x")))
	require.NoError(t, err)
	var none *jwt.Decoder
	for name, dec := range map[string]bearer.Decoder{
		"nil":                         nil,
		"a nil *jwt.Decoder":          none,
		"a zero jwt.Decoder":          new(jwt.Decoder),
		"a nil func":                  decoderFunc(nil),
		"one for Verify":              verifier,
		"no issuers":                  jwt.Issuers{},
		"nil issuers":                 jwt.Issuers(nil),
		"a nil decoder of an issuer":  jwt.Issuers{"https://a.example": newDecoder(t), "https://b.example": nil},
		"one for Verify of an issuer": jwt.Issuers{"https://a.example": verifier},
	} {
		g, err := bearer.New(dec)
		assert.Nil(t, g, name)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	_, err = bearer.New(jwt.Issuers{"https://a.example": newDecoder(t)})
	assert.NoError(t, err)
	for name, o := range map[string]bearer.Option{
		"a nil option":                 nil,
		"an empty realm":               bearer.WithRealm(""),
		"a realm with a line break":    bearer.WithRealm("a\r\nSet-Cookie: b=c"),
		"a realm not of ASCII":         bearer.WithRealm("Küche"),
		"a header without a name":      bearer.WithHeader(""),
		"a header with a space":        bearer.WithHeader("X Token"),
		"a header with a colon":        bearer.WithHeader("X-Token:"),
		"a header not of ASCII":        bearer.WithHeader("X-Tokén"),
		"the header Authorization":     bearer.WithHeader("authorization"),
		"Proxy-Authorization":          bearer.WithHeader("Proxy-Authorization"),
		"the header Cookie":            bearer.WithHeader("cookie"),
		"the header Host":              bearer.WithHeader("Host"),
		"a cookie without a name":      bearer.WithCookie(""),
		"a cookie with =":              bearer.WithCookie("a=b"),
		"a cookie with a semicolon":    bearer.WithCookie("a;b"),
		"a cookie with a space":        bearer.WithCookie(" a"),
		"a form without a name":        bearer.WithForm(""),
		"no error handler":             bearer.WithErrorHandler(nil),
		"metadata: nothing":            bearer.WithResourceMetadata(""),
		"metadata: a path":             bearer.WithResourceMetadata("/.well-known/oauth-protected-resource"),
		"metadata: no scheme":          bearer.WithResourceMetadata("//api.example/x"),
		"metadata: no host":            bearer.WithResourceMetadata("https:///x"),
		"metadata: a port alone":       bearer.WithResourceMetadata("https://:443/x"),
		"metadata: opaque":             bearer.WithResourceMetadata("https:api.example"),
		"metadata: http":               bearer.WithResourceMetadata("http://api.example/x"),
		"metadata: javascript":         bearer.WithResourceMetadata("javascript://api.example/x"),
		"metadata: user info":          bearer.WithResourceMetadata("https://user:secret@api.example/x"),
		"metadata: a fragment":         bearer.WithResourceMetadata("https://api.example/x#y"),
		"metadata: an empty fragment":  bearer.WithResourceMetadata("https://api.example/x#"),
		"metadata: a quote":            bearer.WithResourceMetadata(`https://api.example/"x`),
		"metadata: a space":            bearer.WithResourceMetadata("https://api.example/x y"),
		"metadata: a line break":       bearer.WithResourceMetadata("https://api.example/x\n"),
		"metadata: not of ASCII":       bearer.WithResourceMetadata("https://api.example/ü"),
		"metadata: a percent too many": bearer.WithResourceMetadata("https://api.example/%zz"),
	} {
		for _, opts := range [][]bearer.Option{{o}, {bearer.WithOptional(), o, bearer.WithRealm("api")}} {
			g, err := bearer.New(newDecoder(t), opts...)
			assert.Nil(t, g, name)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.NotContains(t, err.Error(), "secret")
		}
	}
}

func TestNewTakes(t *testing.T) {
	for name, o := range map[string]bearer.Option{
		"a realm with quotes":  bearer.WithRealm(`a "realm" \`),
		"a name of a cookie":   bearer.WithCookie("__Host-session"),
		"a form of any name":   bearer.WithForm("a b&=\u00fc"),
		"metadata of loopback": bearer.WithResourceMetadata("http://127.0.0.1:8080/x"),
		"metadata of ::1":      bearer.WithResourceMetadata("http://[::1]:8080/x"),
		"of localhost":         bearer.WithResourceMetadata("http://localhost/x"),
		"metadata with a port": bearer.WithResourceMetadata("https://api.example:8443/.well-known/oauth-protected-resource/v1?x=y"),
	} {
		_, err := bearer.New(newDecoder(t), o)
		assert.NoError(t, err, name)
	}
}

// The last of several wins.
func TestOptionsTwice(t *testing.T) {
	g := newGuard(t, bearer.WithRealm("a"), bearer.WithRealm("b"), bearer.WithHeader("X-A"), bearer.WithHeader("X-B"))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("X-A", tokens(t)["good"])
	w := serve(g.Handler(http.HandlerFunc(hello)), r)
	assert.Equal(t, `Bearer realm="b"`, w.Header().Get("WWW-Authenticate"))
	r.Header.Set("X-B", tokens(t)["good"])
	assert.Equal(t, 200, serve(g.Handler(http.HandlerFunc(hello)), r).Code)
}

// The handler gets the status and the error, with the headers set; what it does not
// send is sent for it.
func TestErrorHandler(t *testing.T) {
	for _, tt := range []struct {
		name   string
		handle func(http.ResponseWriter, int)
		status int
		body   string
		kind   string
	}{
		{"nothing", func(http.ResponseWriter, int) {}, 401, "", ""},
		{"a body alone", func(w http.ResponseWriter, status int) { _, _ = io.WriteString(w, "no") }, 401, "no", ""},
		{"JSON", func(w http.ResponseWriter, status int) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]int{"status": status})
		}, 401, `{"status":401}` + "\n", "application/json"},
		{"the status and a body", func(w http.ResponseWriter, status int) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "no")
		}, 401, "no", ""},
		{"another status", func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusNotFound) }, 404, "", ""},
		{"a redirect", func(w http.ResponseWriter, _ int) {
			w.Header().Set("Location", "/login")
			w.WriteHeader(http.StatusSeeOther)
		}, 303, "", ""},
		{"a flush and a body", func(w http.ResponseWriter, _ int) {
			control := http.NewResponseController(w)
			assert.NoError(t, control.SetWriteDeadline(time.Now().Add(time.Minute)))
			assert.NoError(t, control.Flush())
			_, _ = io.WriteString(w, "no")
		}, 401, "no", ""},
		{"hints first", func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusEarlyHints) }, 401, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			g := newGuard(t, bearer.WithErrorHandler(func(w http.ResponseWriter, r *http.Request, status int, err error) {
				calls++
				assert.Equal(t, 401, status)
				assert.ErrorIs(t, err, jwt.ErrExpired)
				assert.Equal(t, "/", r.URL.Path)
				assert.Equal(t, `Bearer realm="api", error="invalid_token", error_description="The access token expired"`, w.Header().Get("WWW-Authenticate"))
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
				tt.handle(w, status)
			}))
			server := httptest.NewServer(g.Handler(http.HandlerFunc(hello)))
			defer server.Close()
			request, err := http.NewRequest(http.MethodGet, server.URL, nil)
			require.NoError(t, err)
			request.Header.Set("Authorization", "Bearer "+tokens(t)["expired"])
			response, err := http.DefaultTransport.RoundTrip(request)
			require.NoError(t, err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			assert.Equal(t, tt.status, response.StatusCode)
			assert.Equal(t, tt.body, string(body))
			if tt.kind != "" {
				assert.Equal(t, tt.kind, response.Header.Get("Content-Type"))
			}
			assert.Equal(t, 1, calls)
		})
	}
	t.Run("not for what passes", func(t *testing.T) {
		g := newGuard(t, bearer.WithOptional(), bearer.WithErrorHandler(func(http.ResponseWriter, *http.Request, int, error) { assert.Fail(t, "called") }))
		h := g.Handler(http.HandlerFunc(hello))
		assert.Equal(t, "nobody\n", serve(h, httptest.NewRequest(http.MethodGet, "/", nil)).Body.String())
		assert.Equal(t, "alice\n", serve(h, withToken(tokens(t)["good"])).Body.String())
	})
}

// WriteError for a program's own checks, behind headers that were for something else.
func TestWriteError(t *testing.T) {
	g := newGuard(t)
	_, noExpiry := g.Authenticate(withToken(tokens(t)["eternal"]))
	for _, tt := range []struct {
		err       error
		status    int
		challenge string
		body      string
	}{
		{bearer.ErrNoToken, 401, `Bearer realm="api"`, "A bearer token is needed\n"},
		{bearer.ErrInvalidRequest, 400, `Bearer realm="api", error="invalid_request"`, "The request is malformed\n"},
		{errors.Join(noExpiry, bearer.ErrInvalidRequest), 400, `Bearer realm="api", error="invalid_request"`, "The request is malformed\n"},
		{bearer.ErrInsufficientScope, 403, `Bearer realm="api", error="insufficient_scope"`, "The access token lacks a scope\n"},
		{bearer.ErrCrossOrigin, 403, "", "The request comes from another site\n"},
		{errors.Join(errors.New("<script>"), jwt.ErrInvalidToken), 401, `Bearer realm="api", error="invalid_token"`, "The access token is invalid\n"},
		{errors.New("<script>"), 500, "", "Internal server error\n"},
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Cache-Control", "max-age=60")
		g.WriteError(w, httptest.NewRequest(http.MethodGet, "/", nil), tt.err)
		assert.Equal(t, tt.status, w.Code)
		assert.Equal(t, tt.challenge, w.Header().Get("WWW-Authenticate"))
		assert.Equal(t, tt.body, w.Body.String())
		assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Empty(t, w.Header().Get("Content-Length"))
	}
}

// The program's own faults are logged once a request, and nothing else is.
func TestFaultsAreLogged(t *testing.T) {
	var text bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&text, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	g, err := bearer.New(newDecoder(t))
	require.NoError(t, err)
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	g.WriteError(httptest.NewRecorder(), request, jwt.ErrInvalidToken)
	g.WriteError(httptest.NewRecorder(), request, jwt.ErrUnavailable)
	assert.Empty(t, text.String())
	g.WriteError(httptest.NewRecorder(), request, jwt.ErrInvalidKey)
	assert.Equal(t, 1, strings.Count(text.String(), "level=ERROR"))
	g.WriteError(httptest.NewRecorder(), nil, nil)
	assert.Equal(t, 2, strings.Count(text.String(), "level=ERROR"))

	// An error of the program's own decoder may have the token.
	text.Reset()
	own, err := bearer.New(decoderFunc(func(_ context.Context, token string) (*jwt.Token, error) {
		return nil, fmt.Errorf("GET https://login.example/check?token=%s: broken", token)
	}), bearer.WithForm("access_token"))
	require.NoError(t, err)
	good := tokens(t)["good"]
	for i, r := range []*http.Request{withToken(good), posted(strings.NewReader("access_token=" + good))} {
		assert.Equal(t, 500, serve(own.Handler(http.HandlerFunc(hello)), r).Code)
		assert.Equal(t, i+1, strings.Count(text.String(), "level=ERROR"))
		assert.NotContains(t, text.String(), good)
		assert.Contains(t, text.String(), "the decoder")
	}

	// The program's own handler is told instead.
	text.Reset()
	g, err = bearer.New(newDecoder(t), bearer.WithErrorHandler(func(w http.ResponseWriter, _ *http.Request, status int, _ error) { w.WriteHeader(status) }))
	require.NoError(t, err)
	g.WriteError(httptest.NewRecorder(), request, jwt.ErrInvalidKey)
	assert.Empty(t, text.String())
}
