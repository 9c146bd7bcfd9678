package frameworks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
	"github.com/token-jwt/jwt/conformance/frameworks"
)

// A middleware is that of a guard's Handler or Scope.
type middleware = func(http.Handler) http.Handler

// A framework serves one path, for all methods, behind the middleware: the first for the
// whole service, the others for the route. The handler tells inside what it got, reads
// the form and answers as programs do there.
type framework struct {
	name  string
	serve func(all middleware, route []middleware, got *inside) http.Handler
}

// inside is what the handler behind a guard found.
type inside struct {
	called bool
	token  *jwt.Token
	form   url.Values // that of the body
	rest   string     // what was left of the body: all of it, where it was no form
}

// found keeps what every framework has in common, and returns the answer: the subject
// of the token, or "nobody".
func (i *inside) found(r *http.Request) string {
	i.called = true
	i.form = r.PostForm
	rest, _ := io.ReadAll(r.Body)
	i.rest = string(rest)
	var ok bool
	if i.token, ok = bearer.FromContext(r.Context()); !ok {
		return "nobody"
	}
	return i.token.Claims.Subject()
}

var all = []framework{
	{"net/http", func(all middleware, route []middleware, got *inside) http.Handler {
		handler := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			_, _ = io.WriteString(w, got.found(r))
		}))
		for _, m := range route {
			handler = m(handler)
		}
		mux := http.NewServeMux()
		mux.Handle("/", handler)
		return all(mux)
	}},
	{"chi", func(all middleware, route []middleware, got *inside) http.Handler {
		router := chi.NewRouter()
		router.Use(all)
		router.With(route...).HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			_, _ = io.WriteString(w, got.found(r))
		})
		return router
	}},
	{"gin", func(all middleware, route []middleware, got *inside) http.Handler {
		engine := gin.New()
		engine.Use(frameworks.WrapMiddleware(all))
		handlers := gin.HandlersChain{}
		for _, m := range route {
			handlers = append(handlers, frameworks.WrapMiddleware(m))
		}
		engine.Any("/", append(handlers, func(c *gin.Context) {
			_ = c.PostForm("a")
			c.String(http.StatusOK, got.found(c.Request))
		})...)
		return engine
	}},
	{"echo", func(all middleware, route []middleware, got *inside) http.Handler {
		e := echo.New()
		e.Use(echo.WrapMiddleware(all))
		wrapped := []echo.MiddlewareFunc{}
		for _, m := range route {
			wrapped = append(wrapped, echo.WrapMiddleware(m))
		}
		e.Any("/", func(c *echo.Context) error {
			_ = c.FormValue("a")
			return c.String(http.StatusOK, got.found(c.Request()))
		}, wrapped...)
		return e
	}},
}

var (
	now    = time.Unix(1_800_000_000, 0)
	secret = []byte("a secret of the tests, of 32 bytes or more")
)

// A recorder is a decoder that keeps what it returned.
type recorder struct {
	bearer.Decoder
	calls int
	token *jwt.Token
}

func (d *recorder) DecodeContext(ctx context.Context, token string) (*jwt.Token, error) {
	d.calls++
	t, err := d.Decoder.DecodeContext(ctx, token)
	d.token = t
	return t, err
}

// newGuard makes a guard for HS256, with a validator that finds its back end down for
// one subject.
func newGuard(t *testing.T, opts ...bearer.Option) (*bearer.Guard, *recorder) {
	t.Helper()
	d, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithClock(func() time.Time { return now }),
		jwt.WithValidator(func(_ context.Context, t *jwt.Token) error {
			if t.Claims.Subject() == "unavailable" {
				return jwt.ErrUnavailable
			}
			return nil
		}))
	require.NoError(t, err)
	r := &recorder{Decoder: d}
	g, err := bearer.New(r, opts...)
	require.NoError(t, err)
	return g, r
}

// tokens are those that requests.json names in braces, as bearer's own tests make them.
func tokens(t *testing.T) map[string]string {
	t.Helper()
	encode := func(key []byte, claims jwt.Claims) string {
		token, err := jwt.Encode(claims, key)
		require.NoError(t, err)
		return token
	}
	exp := now.Add(time.Hour).Unix()
	return map[string]string{
		"good":        encode(secret, jwt.Claims{"sub": "alice", "exp": exp}),
		"forged":      encode([]byte("another secret of the tests, of 32 bytes or more"), jwt.Claims{"sub": "alice", "exp": exp}),
		"expired":     encode(secret, jwt.Claims{"sub": "alice", "exp": now.Unix()}),
		"eternal":     encode(secret, jwt.Claims{"sub": "alice"}),
		"bound":       encode(secret, jwt.Claims{"sub": "alice", "exp": exp, "cnf": jwt.Claims{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
		"read":        encode(secret, jwt.Claims{"sub": "alice", "exp": exp, "scope": "openid read"}),
		"scp":         encode(secret, jwt.Claims{"sub": "alice", "exp": exp, "scp": []string{"read", "write"}}),
		"unavailable": encode(secret, jwt.Claims{"sub": "unavailable", "exp": exp}),
	}
}

// guards are the options that requests.json names.
var guards = map[string][]bearer.Option{
	"":                  nil,
	"named":             {bearer.WithRealm(`the "API", \1`), bearer.WithResourceMetadata("https://api.example/.well-known/oauth-protected-resource?v=1")},
	"optional":          {bearer.WithOptional()},
	"eternal":           {bearer.WithoutExpiry()},
	"bound":             {bearer.AllowBound()},
	"header":            {bearer.WithHeader("x-token")},
	"cookie":            {bearer.WithCookie("session")},
	"optional cookie":   {bearer.WithOptional(), bearer.WithCookie("session")},
	"header and cookie": {bearer.WithHeader("X-Token"), bearer.WithCookie("session")},
	"form":              {bearer.WithForm("access_token")},
	"form and cookie":   {bearer.WithForm("access_token"), bearer.WithCookie("session")},
}

// A row is one of requests.json; bearer's tests say what each field is.
type row struct {
	Name      string
	Guard     string
	Scope     []string
	Method    string
	Target    string
	Headers   []string
	Body      string
	Status    int
	Challenge string
	Text      string
}

func readRows(t *testing.T) (rows []row) {
	t.Helper()
	text, err := os.ReadFile("../../bearer/testdata/requests.json")
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&rows))
	require.GreaterOrEqual(t, len(rows), 100)
	return rows
}

// send sends the request of a row, and returns what is answered.
func (r *row) send(t *testing.T, address string, fill *strings.Replacer) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(r.Method, address+"/"+fill.Replace(strings.TrimPrefix(r.Target, "/")), strings.NewReader(fill.Replace(r.Body)))
	require.NoError(t, err)
	for _, header := range r.Headers {
		name, value, ok := strings.Cut(header, ": ")
		require.True(t, ok)
		request.Header.Add(name, fill.Replace(value))
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response, string(body)
}

// check wants the answer of the row.
func (r *row) check(t *testing.T, response *http.Response, body string) {
	t.Helper()
	assert.Equal(t, r.Status, response.StatusCode)
	if r.Challenge == "" {
		assert.Empty(t, response.Header.Values("WWW-Authenticate"))
	} else {
		assert.Equal(t, []string{r.Challenge}, response.Header.Values("WWW-Authenticate"))
	}
	if r.Status != http.StatusOK {
		assert.Equal(t, []string{"no-store"}, response.Header.Values("Cache-Control"))
		assert.Equal(t, []string{"nosniff"}, response.Header.Values("X-Content-Type-Options"))
	}
	assert.Equal(t, r.Text, strings.TrimSuffix(body, "\n"))
}

// checkInside wants the handler to be called where the row says 200, with the token that
// the decoder returned, and with the whole body.
func (r *row) checkInside(t *testing.T, got *inside, d *recorder, fill *strings.Replacer) {
	t.Helper()
	if !assert.Equal(t, r.Status == http.StatusOK, got.called) || !got.called {
		return
	}
	if r.Text == "nobody" {
		assert.Nil(t, got.token)
	} else {
		require.NotNil(t, got.token)
		assert.Same(t, d.token, got.token)
		assert.Equal(t, 1, d.calls)
	}
	body := fill.Replace(r.Body)
	for _, header := range r.Headers {
		if strings.HasPrefix(header, "Content-Type: application/x-www-form-urlencoded") {
			form, err := url.ParseQuery(body)
			require.NoError(t, err)
			assert.Equal(t, form, got.form)
			body = "" // has been read
		}
	}
	assert.Equal(t, body, got.rest)
}

// logged collects all that is logged during a test.
func logged(t *testing.T) *bytes.Buffer {
	t.Helper()
	var all bytes.Buffer
	flags, writer, structured := log.Flags(), log.Writer(), slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&all, &slog.HandlerOptions{Level: slog.LevelDebug})))
	log.SetOutput(&all)
	t.Cleanup(func() {
		slog.SetDefault(structured)
		log.SetOutput(writer)
		log.SetFlags(flags)
	})
	return &all
}

// assertNoToken wants neither a token nor a segment of one in text.
func assertNoToken(t *testing.T, tokens map[string]string, text string) {
	t.Helper()
	for name, token := range tokens {
		for _, segment := range strings.Split(token, ".")[1:] { // the header is the same in all, and no secret
			assert.NotContains(t, text, segment[:16], "a part of the token %q", name)
		}
	}
}

func replacer(tokens map[string]string) *strings.Replacer {
	pairs := []string{}
	for name, token := range tokens {
		pairs = append(pairs, "{"+name+"}", token)
	}
	return strings.NewReplacer(pairs...)
}

// Every framework answers every request as net/http does.
func TestRequests(t *testing.T) {
	tokens := tokens(t)
	fill, logs := replacer(tokens), logged(t)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			for _, r := range readRows(t) {
				t.Run(r.Name, func(t *testing.T) {
					opts, ok := guards[r.Guard]
					require.True(t, ok)
					guard, decoder := newGuard(t, opts...)
					m := guard.Handler
					if r.Scope != nil {
						m = guard.Scope(r.Scope...)
					}
					got := &inside{}
					server := httptest.NewServer(f.serve(m, nil, got))
					response, body := r.send(t, server.URL, fill)
					server.Close() // the handler has returned
					r.check(t, response, body)
					r.checkInside(t, got, decoder, fill)
					var head bytes.Buffer
					require.NoError(t, response.Header.Write(&head))
					assertNoToken(t, tokens, head.String()+body)
				})
			}
		})
	}
	assertNoToken(t, tokens, logs.String())
}

// A guard in two steps answers the same, but for what is up to the program: scopes, and
// requests without a token that may pass.
func TestRequestsInTwoSteps(t *testing.T) {
	tokens := tokens(t)
	fill := replacer(tokens)
	for _, r := range readRows(t) {
		if r.Scope != nil {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			guard, decoder := newGuard(t, guards[r.Guard]...)
			got := &inside{}
			engine := gin.New()
			engine.Use(func(c *gin.Context) {
				token, err := guard.Authenticate(c.Request)
				switch {
				case err == nil:
					c.Request = c.Request.WithContext(bearer.NewContext(c.Request.Context(), token))
				case strings.HasPrefix(r.Guard, "optional") && errors.Is(err, bearer.ErrNoToken):
				default:
					guard.WriteError(c.Writer, c.Request, err)
					c.Abort()
				}
			})
			engine.Any("/", func(c *gin.Context) {
				_ = c.PostForm("a")
				c.String(http.StatusOK, got.found(c.Request))
			})
			server := httptest.NewServer(engine)
			response, body := r.send(t, server.URL, fill)
			server.Close()
			r.check(t, response, body)
			r.checkInside(t, got, decoder, fill)
			assertNoToken(t, tokens, body)
		})
	}
}

// Scopes of a route within a guarded service: the token is verified once, and a
// challenge names what is wanted.
func TestScopesOfRoutes(t *testing.T) {
	tokens := tokens(t)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			for _, tt := range []struct {
				name      string
				token     string
				scopes    [][]string
				status    int
				challenge string
			}{
				{"enough", tokens["scp"], [][]string{{"read"}, {"write"}}, 200, ""},
				{"one of two", tokens["read"], [][]string{{"read", "write"}}, 403, `Bearer realm="api", error="insufficient_scope", scope="read write"`},
				{"none of them", tokens["good"], [][]string{{"read"}}, 403, `Bearer realm="api", error="insufficient_scope", scope="read"`},
				{"impossible", tokens["read"], [][]string{{"read write"}}, 500, ""},
			} {
				t.Run(tt.name, func(t *testing.T) {
					guard, decoder := newGuard(t)
					route := []middleware{}
					for _, scopes := range tt.scopes {
						route = append(route, guard.Scope(scopes...))
					}
					got := &inside{}
					request := httptest.NewRequest(http.MethodGet, "/", nil)
					request.Header.Set("Authorization", "Bearer "+tt.token)
					w := httptest.NewRecorder()
					f.serve(guard.Handler, route, got).ServeHTTP(w, request)
					assert.Equal(t, tt.status, w.Code)
					assert.Equal(t, tt.challenge, w.Header().Get("WWW-Authenticate"))
					assert.Equal(t, tt.status == http.StatusOK, got.called)
					assert.Equal(t, 1, decoder.calls)
					if got.called {
						assert.Same(t, decoder.token, got.token)
					}
				})
			}
		})
	}
}

// Routes that do not exist are guarded too, where the guard is for the whole service.
func TestUnknownRoutes(t *testing.T) {
	good := tokens(t)["good"]
	for _, f := range all[1:] { // of net/http all paths are routes
		t.Run(f.name, func(t *testing.T) {
			guard, _ := newGuard(t)
			got := &inside{}
			service := f.serve(guard.Handler, nil, got)
			for _, authorization := range []string{"", "Bearer " + good} {
				request := httptest.NewRequest(http.MethodGet, "/elsewhere", nil)
				want := http.StatusUnauthorized
				if authorization != "" {
					request.Header.Set("Authorization", authorization)
					want = http.StatusNotFound
				}
				w := httptest.NewRecorder()
				service.ServeHTTP(w, request)
				assert.Equal(t, want, w.Code)
				assert.False(t, got.called)
			}
		})
	}
}

// The context of gin finds the token only where its engine says so.
func TestContextOfGin(t *testing.T) {
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header.Set("Authorization", "Bearer "+tokens(t)["good"])
	for _, fallback := range []bool{false, true} {
		guard, _ := newGuard(t)
		engine := gin.New()
		engine.ContextWithFallback = fallback
		engine.Use(frameworks.WrapMiddleware(guard.Handler))
		engine.GET("/", func(c *gin.Context) {
			_, ok := bearer.FromContext(c)
			assert.Equal(t, fallback, ok)
			_, ok = bearer.FromContext(c.Request.Context())
			assert.True(t, ok)
		})
		w := httptest.NewRecorder()
		engine.ServeHTTP(w, request)
		assert.Equal(t, http.StatusOK, w.Code)
	}
}
