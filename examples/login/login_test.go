package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Hashes are made to be slow, so the tests share those of one sign-up.
var signUp = sync.OnceValues(func() (*users, error) { return newUsers(alice) })

func testUsers(t *testing.T) *users {
	t.Helper()
	u, err := signUp()
	require.NoError(t, err)
	return u
}

func newTestKey(t *testing.T) *jwt.Key {
	t.Helper()
	key, err := jwt.GenerateKey(jwt.HS256)
	require.NoError(t, err)
	return key
}

func newTestService(t *testing.T, key *jwt.Key, u *users, now func() time.Time) http.Handler {
	t.Helper()
	s, err := newService(key, u, now)
	require.NoError(t, err)
	return s
}

// noLeaks fails a test that leaves goroutines behind. Some take a moment to end
// after their connection was closed.
func noLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 200 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("goroutines were left behind:\n%s", stacks[:runtime.Stack(stacks, true)])
	})
}

func TestStory(t *testing.T) {
	noLeaks(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out))
	assert.Contains(t, out.String(), "All 22 answers are as they should be.")
	assert.NotContains(t, out.String(), "eyJ", "no token is printed")
	assert.NotContains(t, out.String(), "rabbit", "no password is printed")
	assert.NotContains(t, out.String(), bob.password)
}

// What cannot fail shows nothing: the story must notice services that are wrong.
func TestStoryNoticesWrongAnswers(t *testing.T) {
	key, clock := newTestKey(t), newClock()
	start := clock.now()
	a := quickLogin(t, alice, key, clock.now)
	b := quickLogin(t, bob, key, clock.now)

	for _, test := range []struct {
		name string
		a, b http.Handler
		want string // the step that goes wrong
	}{
		{
			"B has another key", a, quickLogin(t, bob, newTestKey(t), clock.now),
			"Alice shows the token of A to B, in the header",
		},
		{
			"B does not see time pass", a, quickLogin(t, bob, key, func() time.Time { return start }),
			"Alice shows her token to B: the answer is 200",
		},
		{"A takes any password", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ParseForm() == nil && r.URL.Path == "/login" {
				r.PostForm.Set("password", alice.password)
			}
			a.ServeHTTP(w, r)
		}), b, "Alice mistypes her password"},
		{"A does not look at tokens", answering(a, func(r *http.Request, _ *httptest.ResponseRecorder) (int, string) {
			if r.URL.Path == "/me" {
				return 200, isAlice + "\n"
			}
			return 0, ""
		}), b, "Bob shows the token of B to A"},
		{"A refuses with status 200", answering(a, func(_ *http.Request, w *httptest.ResponseRecorder) (int, string) {
			return 200, w.Body.String()
		}), b, "Alice mistypes her password: the answer is 200"},
		{"A has one text for all", answering(a, func(_ *http.Request, w *httptest.ResponseRecorder) (int, string) {
			return w.Code, strings.Replace(w.Body.String(), "please log in", "no", 1)
		}), b, "Somebody asks without a token"},
		{"A gives out no token", answering(a, func(*http.Request, *httptest.ResponseRecorder) (int, string) {
			return 200, `{"code":1001}`
		}), b, "Alice logs in at A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeaks(t)
			err := tellStory(t.Context(), io.Discard, test.a, test.b, clock)
			require.ErrorContains(t, err, test.want)
			assert.Less(t, len(err.Error()), 300, "an error holds no whole token")
			assert.NotContains(t, err.Error(), "rabbit")
		})
	}

	t.Run("its context ends", func(t *testing.T) {
		noLeaks(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, tellStory(ctx, io.Discard, a, b, clock), context.Canceled)
	})

	require.NoError(t, tellStory(t.Context(), io.Discard, a, b, clock), "and these are right")
}

// quickLogin is a service with one user, whose password it does not hash: what
// is tested with it is the story, which would otherwise log in for minutes.
func quickLogin(t *testing.T, who newcomer, key *jwt.Key, now func() time.Time) http.Handler {
	t.Helper()
	s := newTestService(t, key, nil, now)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/login" {
			s.ServeHTTP(w, r)
			return
		}
		if r.PostFormValue("username") != who.profile.User || r.PostFormValue("password") != who.password {
			refuse(w, r, errCredentials)
			return
		}
		token, err := jwt.Encode(session{jwt.RegisteredClaims{Subject: who.profile.User}, who.profile}, key,
			jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpiresIn(lifetime), jwt.WithClock(now))
		assert.NoError(t, err)
		reply(w, http.StatusOK, answer{Code: codeLoggedIn, Token: token})
	})
}

// answering serves as h does, but for what change makes of the answer. Status 0
// changes nothing.
func answering(h http.Handler, change func(*http.Request, *httptest.ResponseRecorder) (int, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r)
		status, body := change(r, recorder)
		if status == 0 {
			status, body = recorder.Code, recorder.Body.String()
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func ask(h http.Handler, method, target, form string, authorization ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, a := range authorization {
		r.Header.Add("Authorization", a)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestLoginTellsNothingOfUsers(t *testing.T) {
	h := newTestService(t, newTestKey(t), testUsers(t), time.Now)
	timed := func(name string) (time.Duration, *httptest.ResponseRecorder) {
		start := time.Now()
		w := ask(h, "POST", "/login", "password=wrong&username="+name)
		return time.Since(start), w
	}
	wrongTime, wrong := timed("alice")
	unknownTime, unknown := timed("nobody")

	assert.Equal(t, 401, wrong.Code)
	assert.Equal(t, wrongLogin+"\n", wrong.Body.String())
	assert.Equal(t, wrong.Code, unknown.Code)
	assert.Equal(t, wrong.Body.Bytes(), unknown.Body.Bytes())
	assert.Equal(t, wrong.Header(), unknown.Header())
	// A short cut would be a thousand times as fast; the rest is a busy machine.
	assert.Greater(t, unknownTime, wrongTime/10)
}

// Even a password that fits nobody lets nobody in.
func TestNobody(t *testing.T) {
	p, ok, err := (&users{nobody: testUsers(t).byName["alice"]}).find("mallory", alice.password)
	require.NoError(t, err)
	assert.False(t, ok)
	assert.Zero(t, p)
}

func TestMe(t *testing.T) {
	key, clock := newTestKey(t), newClock()
	h := newTestService(t, key, testUsers(t), clock.now)
	encode := func(payload jwt.Claims, opts ...jwt.EncodeOption) string {
		token, err := jwt.Encode(payload, key, append(opts, jwt.WithClock(clock.now))...)
		require.NoError(t, err)
		return token
	}
	claims := jwt.Claims{"sub": "alice", "data": alice.profile}
	ours := []jwt.EncodeOption{jwt.WithIssuer(issuer), jwt.WithAudience(audience)}
	minute := jwt.WithExpiresIn(time.Minute)
	good := encode(claims, append(ours, minute)...)
	form := url.Values{"token": {good}}.Encode()
	past := encode(jwt.Claims{"sub": "alice", "data": alice.profile, "exp": clock.now()}, ours[0], ours[1])
	pastAltered := strings.Replace(past, ".", "."+base64.RawURLEncoding.EncodeToString([]byte("   ")), 1)

	const (
		oneToken = `{"code":1003,"error":"send one token, in the header or in the form"}`
		badForm  = `{"code":1003,"error":"the form cannot be read"}`
		tooLarge = `{"code":1003,"error":"the form is too large"}`
	)
	for _, test := range []struct {
		name          string
		method        string
		target        string
		form          string
		authorization []string
		status        int
		body          string
	}{
		{"in the header", "GET", "/me", "", []string{"Bearer " + good}, 200, isAlice},
		{"a scheme has no case", "GET", "/me", "", []string{"bearer  " + good}, 200, isAlice},
		{"in the form", "POST", "/me", form, nil, 200, isAlice},
		{"in the header of a POST", "POST", "/me", "", []string{"Bearer " + good}, 200, isAlice},

		{"not in the address", "GET", "/me?" + form, "", nil, 401, noToken},
		{"not in the address of a POST", "POST", "/me?" + form, "", nil, 401, noToken},
		{"another scheme", "GET", "/me", "", []string{"Basic YTpi"}, 401, noToken},
		{"the scheme alone", "GET", "/me", "", []string{"Bearer"}, 401, noToken},
		{"without a scheme", "GET", "/me", "", []string{good}, 401, noToken},

		{"two headers", "GET", "/me", "", []string{"Bearer " + good, "Bearer " + good}, 400, oneToken},
		{"two schemes", "GET", "/me", "", []string{"Basic YTpi", "Bearer " + good}, 400, oneToken},
		{"header and form", "POST", "/me", form, []string{"Bearer " + good}, 400, oneToken},
		{"two fields", "POST", "/me", form + "&" + form, nil, 400, oneToken},
		{"no form", "POST", "/me", "token=%zz", nil, 400, badForm},
		{"a large form", "POST", "/me", "token=" + strings.Repeat("a", maxBody), nil, 413, tooLarge},

		{"two tokens in one header", "GET", "/me", "", []string{"Bearer " + good + ", " + good}, 401, invalid},
		{"expired", "GET", "/me", "", []string{"Bearer " + past}, 401, expired},
		{"altered before expired", "GET", "/me", "", []string{"Bearer " + pastAltered}, 401, tampered},
		{"never expires", "GET", "/me", "", []string{"Bearer " + encode(claims, ours...)}, 401, invalid},
		{"for another service", "GET", "/me", "", []string{"Bearer " + encode(claims, ours[0], jwt.WithAudience("https://other.example"), minute)}, 401, invalid},
		{"for no service", "GET", "/me", "", []string{"Bearer " + encode(claims, ours[0], minute)}, 401, invalid},
		{"by another issuer", "GET", "/me", "", []string{"Bearer " + encode(claims, jwt.WithIssuer("https://other.example"), ours[1], minute)}, 401, invalid},
		{"without data", "GET", "/me", "", []string{"Bearer " + encode(jwt.Claims{"sub": "alice"}, append(ours, minute)...)}, 401, invalid},
		{"data that does not fit", "GET", "/me", "", []string{"Bearer " + encode(jwt.Claims{"sub": "alice", "data": 1}, append(ours, minute)...)}, 401, invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := ask(h, test.method, test.target, test.form, test.authorization...)
			assert.Equal(t, test.status, w.Code)
			assert.Equal(t, test.body+"\n", w.Body.String())
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
			challenge := ""
			switch {
			case test.body == noToken:
				challenge = `Bearer realm="login"`
			case test.status == 401:
				challenge = `Bearer realm="login", error="invalid_token"`
			}
			assert.Equal(t, challenge, w.Header().Get("WWW-Authenticate"))
		})
	}
}

func TestLoginForm(t *testing.T) {
	h := newTestService(t, newTestKey(t), testUsers(t), time.Now)
	right := url.Values{"username": {"alice"}, "password": {alice.password}}.Encode()
	assert.Equal(t, 401, ask(h, "POST", "/login?"+right, "").Code, "not in the address")
	assert.Equal(t, 400, ask(h, "POST", "/login", "username=%zz").Code)
	assert.Equal(t, 413, ask(h, "POST", "/login", strings.Repeat("a", maxBody+1)).Code)
	assert.Equal(t, 405, ask(h, "GET", "/login?"+right, "").Code)
}

// A service that is set up wrongly blames itself, not the user, and says no more.
func TestOwnFault(t *testing.T) {
	const failed = `{"code":1003,"error":"the service has failed"}`
	h := (&service{testUsers(t), new(jwt.Encoder), new(jwt.Decoder)}).handler()
	for _, w := range []*httptest.ResponseRecorder{
		ask(h, "GET", "/me", "", "Bearer a.b.c"),
		ask(h, "POST", "/login", url.Values{"username": {"alice"}, "password": {alice.password}}.Encode()),
	} {
		assert.Equal(t, 500, w.Code)
		assert.Equal(t, failed+"\n", w.Body.String())
	}
}

func TestListen(t *testing.T) {
	noLeaks(t)
	const secret = "a secret for this test alone, and long enough"
	t.Setenv("JWT_SECRET", secret)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-listen", "127.0.0.1:0"}, write)
		write.Close()
		ended <- err
	}()
	lines := bufio.NewReader(read)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	_, address, _ := strings.Cut(strings.TrimSpace(line), "serving at ")
	address, _, _ = strings.Cut(address, ",")
	require.Contains(t, address, "http://127.0.0.1:")

	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s := &story{
		client: &http.Client{Transport: transport, Timeout: 30 * time.Second},
		out:    io.Discard,
		urls:   map[string]string{"A": address},
	}
	token, err := s.logIn(t.Context(), "Alice logs in", "A", alice)
	require.NoError(t, err)
	require.NoError(t, s.play(t.Context(), step{"Alice shows her token", "A", inHeader(token), 200, isAlice}))
	claims, err := jwt.Decode(token, []byte(secret), jwt.HS256, jwt.WithAudience(audience))
	require.NoError(t, err, "the key is the one of the environment")
	assert.Equal(t, "alice", claims.Subject())
	assert.Equal(t, lifetime, claims.ExpiresAt().Sub(claims.IssuedAt()).Truncate(2*time.Second))

	cancel()
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	assert.Equal(t, "stopping\n", string(rest))
	require.NoError(t, <-ended)
	_, _, err = s.send(t.Context(), "A", inHeader(token))
	require.Error(t, err, "nobody listens any more")
}

func TestKeyWithoutSecret(t *testing.T) {
	t.Setenv("JWT_SECRET", "") // so that it is put back afterwards
	require.NoError(t, os.Unsetenv("JWT_SECRET"))
	var out bytes.Buffer
	key, err := environmentKey(&out)
	require.NoError(t, err)
	assert.Equal(t, jwt.HS256, key.Algorithm())
	assert.Contains(t, out.String(), "tokens end with this process")
}

func TestRunRefuses(t *testing.T) {
	assert.ErrorContains(t, run(t.Context(), []string{"story"}, io.Discard), "story")
	for _, secret := range []string{"", "short"} {
		t.Setenv("JWT_SECRET", secret)
		assert.ErrorIs(t, run(t.Context(), []string{"-listen", "127.0.0.1:0"}, io.Discard), jwt.ErrInvalidKey)
	}
	_, err := startServer("127.0.0.1:no-such-port", nil)
	assert.Error(t, err)
}
