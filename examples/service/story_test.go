package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// Hashes are made to be slow, so the tests share those of one sign-up.
var signUp = sync.OnceValues(func() (users, error) { return newUsers(alice, bob) })

func testUsers(t *testing.T) users {
	t.Helper()
	u, err := signUp()
	require.NoError(t, err)
	return u
}

// noLeaks fails a test that leaves goroutines behind. Some take a moment to end after
// their connection was closed.
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
	assert.Contains(t, out.String(), "answers are as they should be.")
	assert.NotContains(t, out.String(), "eyJ", "no token is printed")
	assert.NotContains(t, out.String(), "rabbit", "no password is printed")
	assert.NotContains(t, out.String(), bob.password)
}

// hurried is the right cast, with keys that services use for 200 ms and passwords that
// are not hashed: what is tested with it is the story, which would take minutes else.
func hurried() cast { return rightCast(quickLogin, 0) }

func quickLogin(name, password string) (string, bool, error) {
	for _, a := range []account{alice, bob} {
		if a.name == name && a.password == password {
			return a.scope, true, nil
		}
	}
	return "", false, nil
}

// What cannot fail shows nothing: the story must notice who plays it wrong.
func TestStoryNoticesWrongAnswers(t *testing.T) {
	for _, test := range []struct {
		name  string
		wrong func(*cast)
		want  string // the step that goes wrong; which of several may depend on how fast the machine is
	}{
		{"the issuer takes any password", wrongIssuer(func(i *issuer) keyHolder {
			return altered{i, answering(i, func(r *http.Request, w *httptest.ResponseRecorder) (int, string) {
				return 200, `{"token":"a.b.c"}` + "\n"
			})}
		}), "Alice mistypes her password: the answer is 200"},
		{"the metadata are another issuer's", wrongIssuer(func(i *issuer) keyHolder {
			return altered{i, answering(i, func(r *http.Request, w *httptest.ResponseRecorder) (int, string) {
				return w.Code, strings.Replace(w.Body.String(), i.url, i.url+"/", 1)
			})}
		}), "Alice asks for her orders: the answer is 503"},
		{"orders does not look at tokens", wrongService("orders", func(*http.Request, *httptest.ResponseRecorder) (int, string) {
			return 200, aliceOrders
		}), "Somebody asks without a token: the answer is 200"},
		{"orders reads no further than the header", wrongService("orders", func(r *http.Request, w *httptest.ResponseRecorder) (int, string) {
			if r.Header.Get("Authorization") == "" {
				return w.Code, w.Body.String()
			}
			return 200, aliceOrders
		}), "Somebody changes one character of Alice's token: the answer is 200"},
		{"reports asks for no scope", wrongService("reports", func(r *http.Request, w *httptest.ResponseRecorder) (int, string) {
			if w.Code == 403 {
				return 200, w.Body.String()
			}
			return w.Code, w.Body.String()
		}), "Bob asks for reports, which he may not see: the answer is 200"},
		{"the issuer drops the old key as it rotates", wrongIssuer(func(i *issuer) keyHolder {
			return forgetful{i}
		}), "while keys change: the answer is 401"},
		{"the issuer signs with a key that it does not publish", wrongIssuer(func(i *issuer) keyHolder {
			return secretive{i}
		}), "(while keys change|of the newest key): the answer is 401"},
		{
			"services drop their keys when the issuer is down", followingBy(jwt.WithMaxStale(0)),
			"for her (orders|reports): the answer is 503",
		},
		{
			"services do not follow the keys", followingBy(jwt.WithRefreshInterval(time.Hour), jwt.WithCooldown(time.Hour)),
			"(newest key|reports|was ready): the answer is|new keys: after 2s the answer is still 200",
		},
		{"orders lets everybody in while it has no keys", wrongService("orders", func(r *http.Request, w *httptest.ResponseRecorder) (int, string) {
			if w.Code == 503 {
				return 200, aliceOrders
			}
			return w.Code, w.Body.String()
		}), "nobody can know who she is: the answer is 200"},
		{"orders does not heal", func(c *cast) {
			var broken atomic.Bool
			wrongService("orders", func(r *http.Request, w *httptest.ResponseRecorder) (int, string) {
				if w.Code == 503 {
					broken.Store(true)
				}
				if broken.Load() {
					return 503, unavailable
				}
				return w.Code, w.Body.String()
			})(c)
		}, "until they are there: after 2s the answer is still 503"},
		{"the issuer goes on publishing the stolen key", wrongIssuer(func(i *issuer) keyHolder {
			return stubborn{i}
		}), "of the stolen key, until orders has the new keys: after 2s the answer is still 200"},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeaks(t)
			cast := hurried()
			cast.patience = 2 * time.Second
			test.wrong(&cast)
			err := tellStory(t.Context(), io.Discard, cast)
			require.Error(t, err)
			require.Regexp(t, test.want, err.Error())
			assert.NotContains(t, err.Error(), "eyJ", "an error holds no token")
			assert.NotContains(t, err.Error(), "rabbit")
		})
	}

	t.Run("its context ends", func(t *testing.T) {
		noLeaks(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, tellStory(ctx, io.Discard, hurried()), context.Canceled)
	})

	require.NoError(t, tellStory(t.Context(), io.Discard, hurried()), "and these are right")
}

func wrongIssuer(change func(*issuer) keyHolder) func(*cast) {
	return func(c *cast) {
		right := c.issuer
		c.issuer = func(url string) (keyHolder, error) {
			i, err := right(url)
			if err != nil {
				return nil, err
			}
			return change(i.(*issuer)), nil
		}
	}
}

type altered struct {
	keyHolder
	handler http.Handler
}

func (a altered) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

type forgetful struct{ *issuer }

func (f forgetful) rotate() error { return f.revoke() }

type stubborn struct{ *issuer }

func (s stubborn) revoke() error { return s.rotate() }

type secretive struct{ *issuer }

func (s secretive) rotate() error {
	published := s.published.Load()
	err := s.issuer.rotate()
	s.published.Store(published)
	return err
}

func wrongService(name string, change func(*http.Request, *httptest.ResponseRecorder) (int, string)) func(*cast) {
	return func(c *cast) {
		right := c.service
		c.service = func(of, issuer string, opts ...jwks.Option) (http.Handler, error) {
			h, err := right(of, issuer, opts...)
			if err != nil || of != name {
				return h, err
			}
			return answering(h, change), nil
		}
	}
}

func followingBy(live ...jwt.LiveOption) func(*cast) {
	return func(c *cast) {
		right := c.service
		c.service = func(name, issuer string, opts ...jwks.Option) (http.Handler, error) {
			return right(name, issuer, append(opts, jwks.WithLive(live...))...)
		}
	}
}

// answering serves as h does, but for what change makes of the answer.
func answering(h http.Handler, change func(*http.Request, *httptest.ResponseRecorder) (int, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r)
		status, body := change(r, recorder)
		if status == recorder.Code {
			w.Header()["Www-Authenticate"] = recorder.Header()["Www-Authenticate"]
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}
