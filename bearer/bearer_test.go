package bearer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

// guards are the options that testdata/requests.json names.
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

// A row is a request and what is answered: testdata/requests.json, which other modules
// may run through their frameworks.
type row struct {
	Name      string
	Guard     string   // one of guards
	Scope     []string // where there are any, the guard's Scope in place of its Handler
	Method    string   // GET where empty
	Target    string   // "/" where empty
	Headers   []string // "Name: value", with a {token} in it
	Body      string
	Status    int
	Challenge string // WWW-Authenticate; "" is none
	Text      string // the body, without its line break; of 200 the subject
}

func readRows(t *testing.T) (rows []row) {
	t.Helper()
	text, err := os.ReadFile("testdata/requests.json")
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&rows))
	require.GreaterOrEqual(t, len(rows), 100)
	return rows
}

func (r *row) request(t *testing.T, url string, fill *strings.Replacer) *http.Request {
	t.Helper()
	target := r.Target
	if target == "" {
		target = "/"
	}
	body := io.Reader(http.NoBody)
	if r.Body != "" {
		body = strings.NewReader(fill.Replace(r.Body))
	}
	request, err := http.NewRequest(r.Method, url+fill.Replace(target), body)
	require.NoError(t, err)
	for _, header := range r.Headers {
		name, value, ok := strings.Cut(header, ": ")
		require.True(t, ok)
		request.Header.Add(name, fill.Replace(value))
	}
	return request
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

// assertNoToken wants nothing of the tokens in text: neither whole nor a segment.
func assertNoToken(t *testing.T, tokens map[string]string, where, text string) {
	t.Helper()
	for name, token := range tokens {
		for i, segment := range strings.Split(token, ".") {
			if i > 0 || len(segment) > 40 { // the header is the same in all, and no secret
				assert.NotContains(t, text, segment[:16], "%s has a part of the token %q", where, name)
			}
		}
	}
}

func TestRequests(t *testing.T) {
	all := tokens(t)
	pairs := []string{}
	for name, token := range all {
		pairs = append(pairs, "{"+name+"}", token)
	}
	fill := strings.NewReplacer(pairs...)
	logs := logged(t)
	seen := map[string]bool{}
	for _, r := range readRows(t) {
		require.False(t, seen[r.Name], "two rows %q", r.Name)
		seen[r.Name] = true
		t.Run(r.Name, func(t *testing.T) {
			opts, ok := guards[r.Guard]
			require.True(t, ok)
			guarded := func(opts ...bearer.Option) http.Handler {
				g := newGuard(t, opts...)
				if r.Scope != nil {
					return g.Scope(r.Scope...)(http.HandlerFunc(hello))
				}
				return g.Handler(http.HandlerFunc(hello))
			}
			check := func(response *http.Response, text string) {
				body, err := io.ReadAll(response.Body)
				require.NoError(t, err)
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
				assert.Equal(t, text, strings.TrimSuffix(string(body), "\n"))
				var whole bytes.Buffer
				require.NoError(t, response.Header.Write(&whole))
				whole.Write(body)
				assertNoToken(t, all, "the answer", whole.String())
			}

			// Bare.
			recorder := httptest.NewRecorder()
			guarded(opts...).ServeHTTP(recorder, r.request(t, "http://api.example", fill))
			check(recorder.Result(), r.Text)

			// Over a connection.
			server := httptest.NewServer(guarded(opts...))
			response, err := http.DefaultTransport.RoundTrip(r.request(t, server.URL, fill))
			require.NoError(t, err)
			check(response, r.Text)
			require.NoError(t, response.Body.Close())
			server.Close()

			// With an error handler.
			recorder = httptest.NewRecorder()
			text := r.Text
			called := false
			guarded(append(opts, bearer.WithErrorHandler(func(w http.ResponseWriter, _ *http.Request, status int, err error) {
				called = true
				text = ""
				assert.Equal(t, r.Status, status)
				require.Error(t, err)
				assertNoToken(t, all, "the error", err.Error())
			}))...).ServeHTTP(recorder, r.request(t, "http://api.example", fill))
			assert.Equal(t, r.Status != http.StatusOK, called)
			check(recorder.Result(), text)
		})
	}
	assertNoToken(t, all, "the log", logs.String())
}

// The classes of Authenticate's errors, and that no token comes with one.
func TestAuthenticate(t *testing.T) {
	all := tokens(t)
	request := func(headers ...string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Add(name, value)
		}
		return r
	}
	for _, tt := range []struct {
		name    string
		opts    []bearer.Option
		request *http.Request
		class   error
		claim   string
	}{
		{"no token", nil, request(), bearer.ErrNoToken, ""},
		{"no header at all", nil, &http.Request{}, bearer.ErrNoToken, ""},
		{"no token, optional", []bearer.Option{bearer.WithOptional()}, request(), bearer.ErrNoToken, ""},
		{"another scheme", nil, request("Authorization: Basic x"), bearer.ErrNoToken, ""},
		{"malformed", nil, request("Authorization: Bearer"), bearer.ErrInvalidRequest, ""},
		{"of another site", []bearer.Option{bearer.WithCookie("session")}, request("Cookie: session="+all["good"], "Sec-Fetch-Site: cross-site"), bearer.ErrCrossOrigin, ""},
		{"forged", nil, request("Authorization: Bearer " + all["forged"]), jwt.ErrInvalidSignature, ""},
		{"expired", nil, request("Authorization: Bearer " + all["expired"]), jwt.ErrExpired, "exp"},
		{"without exp", nil, request("Authorization: Bearer " + all["eternal"]), jwt.ErrMissingClaim, "exp"},
		{"bound", nil, request("Authorization: Bearer " + all["bound"]), jwt.ErrInvalidToken, "cnf"},
		{"unavailable", nil, request("Authorization: Bearer " + all["unavailable"]), jwt.ErrUnavailable, ""},
		{"no request", nil, nil, jwt.ErrInvalidOption, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token, err := newGuard(t, tt.opts...).Authenticate(tt.request)
			assert.Nil(t, token)
			assertClass(t, err, tt.class)
			detail, ok := errors.AsType[*jwt.InvalidTokenError](err)
			assert.Equal(t, errors.Is(err, jwt.ErrInvalidToken), ok)
			if ok {
				assert.Equal(t, tt.claim, detail.Claim)
				detail.Claim = "changed" // which nobody else sees
				again, _ := errors.AsType[*jwt.InvalidTokenError](err)
				assert.Equal(t, tt.claim, again.Claim)
			}
		})
	}
	token, err := newGuard(t).Authenticate(request("Authorization: Bearer " + all["good"]))
	require.NoError(t, err)
	assert.Equal(t, "alice", token.Claims.Subject())
}

// What expires is what has an "exp" that is a date, whatever a decoder lets pass.
func TestExpiryAndBindingOfOtherDecoders(t *testing.T) {
	for _, tt := range []struct {
		name   string
		claims jwt.Claims
		want   error
	}{
		{"an int64", jwt.Claims{"exp": int64(1)}, nil},
		{"a fraction", jwt.Claims{"exp": 1.5}, nil},
		{"a time", jwt.Claims{"exp": now}, nil},
		{"a NumericDate", jwt.Claims{"exp": jwt.NewNumericDate(now)}, nil},
		{"text", jwt.Claims{"exp": "never"}, jwt.ErrMissingClaim},
		{"null", jwt.Claims{"exp": nil}, jwt.ErrMissingClaim},
		{"no claims", nil, jwt.ErrMissingClaim},
		{"cnf null", jwt.Claims{"exp": now, "cnf": nil}, nil},
		{"cnf empty", jwt.Claims{"exp": now, "cnf": map[string]any{}}, jwt.ErrInvalidToken},
		{"cnf of another type", jwt.Claims{"exp": now, "cnf": ""}, jwt.ErrInvalidToken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, err := bearer.New(decoderFunc(func(context.Context, string) (*jwt.Token, error) {
				return &jwt.Token{Claims: tt.claims}, nil
			}))
			require.NoError(t, err)
			_, err = g.Authenticate(withToken("opaque"))
			if tt.want == nil {
				assert.NoError(t, err)
			} else {
				assertClass(t, err, tt.want)
			}
		})
	}
}

// The decoder is given the context of the request, and the token as it came.
func TestDecoderIsGivenTheRequest(t *testing.T) {
	type key struct{}
	calls := 0
	g, err := bearer.New(decoderFunc(func(ctx context.Context, token string) (*jwt.Token, error) {
		calls++
		assert.Equal(t, "of the request", ctx.Value(key{}))
		assert.Equal(t, "b64==.~+/", token)
		return &jwt.Token{Claims: jwt.Claims{"sub": "alice", "exp": now}}, nil
	}))
	require.NoError(t, err)
	r := withToken("b64==.~+/")
	w := serve(g.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "of the request", r.Context().Value(key{}), "it is still there behind the guard")
		hello(w, r)
	})), r.WithContext(context.WithValue(r.Context(), key{}, "of the request")))
	assert.Equal(t, "alice\n", w.Body.String())
	assert.Equal(t, 1, calls)
}

// What a decoder's error comes to, whatever else it matches.
func TestAnswersToDecoders(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name   string
		err    error
		ctx    context.Context
		status int
	}{
		{"unavailable", jwt.ErrUnavailable, t.Context(), 503},
		{"a key set", jwt.ErrKeySet, t.Context(), 503},
		{"cancelled", context.Canceled, t.Context(), 503},
		{"too late", context.DeadlineExceeded, t.Context(), 503},
		{"without a reason", errors.New("gave up"), ended, 503},
		{"a bad token, while the context ended", jwt.ErrInvalidSignature, ended, 401},
		{"a key, while the context ended", jwt.ErrInvalidKey, ended, 500},
		{"invalid", jwt.ErrInvalidToken, t.Context(), 401},
		{"expired", jwt.ErrExpired, t.Context(), 401},
		{"a key", jwt.ErrInvalidKey, t.Context(), 500},
		{"an option", jwt.ErrInvalidOption, t.Context(), 500},
		{"anything", errors.New("anything"), t.Context(), 500},
		{"a bad token and a key", errors.Join(jwt.ErrInvalidKey, jwt.ErrInvalidToken), t.Context(), 401},
		{"no token", bearer.ErrNoToken, t.Context(), 401},
		{"no token, wrapped", errors.Join(errors.New("x"), bearer.ErrNoToken), t.Context(), 401},
		{"a scope", bearer.ErrInsufficientScope, t.Context(), 403},
		{"nothing", nil, t.Context(), 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, opts := range [][]bearer.Option{nil, {bearer.WithOptional()}} {
				g, err := bearer.New(decoderFunc(func(context.Context, string) (*jwt.Token, error) { return nil, tt.err }), opts...)
				require.NoError(t, err)
				passed := func(http.ResponseWriter, *http.Request) { assert.Fail(t, "passed") }
				w := serve(g.Handler(http.HandlerFunc(passed)), withToken("a.b.c").WithContext(tt.ctx))
				assert.Equal(t, tt.status, w.Code)
				_, err = g.Authenticate(withToken("a.b.c"))
				assert.Error(t, err)
				assert.NotErrorIs(t, err, bearer.ErrNoToken, "a bad token is not none")
			}
		})
	}
	t.Run("no token, as data", func(t *testing.T) {
		g, err := bearer.New(decoderFunc(func(context.Context, string) (*jwt.Token, error) { return nil, bearer.ErrNoToken }))
		require.NoError(t, err)
		_, err = g.Authenticate(withToken("a.b.c"))
		data, ok := errors.AsType[*jwt.InvalidTokenError](err)
		require.True(t, ok, "as every error under ErrInvalidToken")
		assert.Empty(t, data.Claim)
	})
	t.Run("a token beside an error", func(t *testing.T) {
		g, err := bearer.New(decoderFunc(func(context.Context, string) (*jwt.Token, error) {
			return &jwt.Token{Claims: jwt.Claims{"exp": now}}, jwt.ErrInvalidToken
		}))
		require.NoError(t, err)
		token, err := g.Authenticate(withToken("a.b.c"))
		assert.Nil(t, token)
		assertClass(t, err, jwt.ErrInvalidToken)
	})
	t.Run("a validator that asks for a scope", func(t *testing.T) {
		d, err := jwt.NewDecoder(secret, jwt.HS256, clock, jwt.WithValidator(func(context.Context, *jwt.Token) error { return bearer.ErrInsufficientScope }))
		require.NoError(t, err)
		g, err := bearer.New(d)
		require.NoError(t, err)
		w := serve(g.Handler(http.HandlerFunc(hello)), withToken(tokens(t)["good"]))
		assert.Equal(t, 403, w.Code)
		assert.Equal(t, `Bearer realm="api", error="insufficient_scope"`, w.Header().Get("WWW-Authenticate"))
	})
}

// A guard that was not made by New, and what is nil, answers 500 and does not panic.
func TestNothingToServeWith(t *testing.T) {
	var none *bearer.Guard
	good := newGuard(t)
	for name, h := range map[string]http.Handler{
		"nil: Handler":        none.Handler(http.HandlerFunc(hello)),
		"nil: Scope":          none.Scope("read")(http.HandlerFunc(hello)),
		"zero: Handler":       new(bearer.Guard).Handler(http.HandlerFunc(hello)),
		"zero: Scope":         new(bearer.Guard).Scope("read")(http.HandlerFunc(hello)),
		"Handler of nil":      good.Handler(nil),
		"Handler of a nil":    good.Handler(http.HandlerFunc(nil)),
		"Scope of nil":        good.Scope("read")(nil),
		"Scope of no name":    good.Scope()(http.HandlerFunc(hello)),
		"Scope of an empty":   good.Scope("read", "")(http.HandlerFunc(hello)),
		"Scope with a quote":  good.Scope(`re"ad`)(http.HandlerFunc(hello)),
		"Scope with \\":       good.Scope(`re\ad`)(http.HandlerFunc(hello)),
		"Scope with a tab":    good.Scope("re\tad")(http.HandlerFunc(hello)),
		"Scope not of ASCII":  good.Scope("läse")(http.HandlerFunc(hello)),
		"WriteError of nil":   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { none.WriteError(w, r, bearer.ErrNoToken) }),
		"WriteError of zero":  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { new(bearer.Guard).WriteError(w, r, bearer.ErrNoToken) }),
		"WriteError, no err":  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { good.WriteError(w, r, nil) }),
		"WriteError, no both": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { good.WriteError(w, nil, nil) }),
	} {
		w := serve(h, withToken(tokens(t)["read"]))
		assert.Equal(t, 500, w.Code, name)
		assert.Empty(t, w.Header().Get("WWW-Authenticate"), name)
		assert.Equal(t, "Internal server error\n", w.Body.String(), name)
	}
	for _, g := range []*bearer.Guard{nil, {}} {
		_, err := g.Authenticate(withToken(tokens(t)["good"]))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

func TestContext(t *testing.T) {
	type key struct{}
	var none context.Context
	_, ok := bearer.FromContext(none)
	assert.False(t, ok)
	_, ok = bearer.FromContext(t.Context())
	assert.False(t, ok)
	token := &jwt.Token{Claims: jwt.Claims{"sub": "alice"}}
	ctx := bearer.NewContext(t.Context(), token)
	got, ok := bearer.FromContext(ctx)
	assert.True(t, ok)
	assert.Same(t, token, got)
	got, ok = bearer.FromContext(bearer.NewContext(ctx, nil))
	assert.False(t, ok, "a nil token hides the other")
	assert.Nil(t, got)
	got, ok = bearer.FromContext(bearer.NewContext(none, token))
	assert.True(t, ok)
	assert.Same(t, token, got)

	// Whoever prints a context, or a request with one, prints no signature.
	token.Signature = []byte("a signature")
	r := withToken("x").WithContext(ctx)
	r.Header = nil
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, printed := range []any{ctx, context.WithValue(ctx, key{}, 1), r, *r} {
			text := fmt.Sprintf(verb, printed)
			assert.NotContains(t, text, "a signature")
			assert.NotContains(t, text, fmt.Sprint([]byte("a signature")))
			assert.NotContains(t, text, fmt.Sprintf("%x", "a signature"))
		}
	}

	// A child ends with its parent, and with the cause.
	parent, cancel := context.WithCancelCause(t.Context())
	child, stop := context.WithCancel(bearer.NewContext(parent, token))
	defer stop()
	cause := errors.New("the cause")
	cancel(cause)
	<-child.Done()
	assert.Equal(t, cause, context.Cause(child))
}

// One guard for many goroutines, under -race.
func TestConcurrent(t *testing.T) {
	all := tokens(t)
	g := newGuard(t, bearer.WithForm("access_token"), bearer.WithCookie("session"))
	h := g.Handler(g.Scope("read")(http.HandlerFunc(hello)))
	done := make(chan bool)
	for i := range 8 {
		go func() {
			defer func() { done <- true }()
			name, want := "read", 200
			if i%2 == 1 {
				name, want = "good", 403
			}
			for range 50 {
				assert.Equal(t, want, serve(h, withToken(all[name])).Code)
				r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("access_token="+all[name]))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				assert.Equal(t, want, serve(h, r).Code)
			}
		}()
	}
	for range 8 {
		<-done
	}
}
