package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

const testURL = "http://127.0.0.1:1"

// A testClock stands still until a test moves it.
type testClock struct{ time.Time }

func newTestIssuer(t *testing.T) (*issuer, *testClock) {
	t.Helper()
	clock := &testClock{time.Now()}
	i, err := newIssuer(settings{testURL, quickLogin, 10 * time.Minute, time.Minute, func() time.Time { return clock.Time }})
	require.NoError(t, err)
	return i, clock
}

// published returns the keys that the issuer publishes now.
func published(t *testing.T, i *issuer) *jwt.KeySet {
	t.Helper()
	w := ask(i, "GET", "/.well-known/jwks.json", "")
	require.Equal(t, 200, w.Code)
	for _, private := range []string{`"d"`, `"p"`, `"k"`} {
		require.NotContains(t, w.Body.String(), private, "public keys alone")
	}
	keys, err := jwt.ParseKeySet(w.Body.Bytes())
	require.NoError(t, err)
	require.Empty(t, keys.Skipped())
	return keys
}

func tokenOf(t *testing.T, i *issuer) (token, kid string) {
	t.Helper()
	token, err := i.encoder.Load().Encode(jwt.Claims{"sub": "alice"})
	require.NoError(t, err)
	seen, err := jwt.DecodeUnverified(token)
	require.NoError(t, err)
	return token, seen.Header.KeyID
}

func TestRotate(t *testing.T) {
	i, clock := newTestIssuer(t)
	_, first := tokenOf(t, i)

	// The next key is published a maximum age before it signs, and then signs.
	require.Error(t, i.rotate(), "at once")
	clock.Time = clock.Add(time.Minute - 1)
	before := published(t, i)
	require.Error(t, i.rotate(), "a nanosecond too early")
	_, kid := tokenOf(t, i)
	require.Equal(t, first, kid, "nothing has changed")
	clock.Time = clock.Add(1)
	require.NoError(t, i.rotate())
	token, second := tokenOf(t, i)
	require.NotEqual(t, first, second)
	_, err := jwt.Decode(token, before, jwt.ES256, jwt.WithoutCheck("aud"), jwt.WithClock(i.now))
	require.NoError(t, err, "by keys fetched before the rotation")

	// The old one is published until its last token has ended, and no longer.
	retired := clock.Time
	for clock.Time = clock.Add(time.Minute); clock.Before(retired.Add(10*time.Minute + grace)); clock.Time = clock.Add(time.Minute) {
		require.NoError(t, i.rotate())
		_, ok := published(t, i).Key(first)
		require.True(t, ok, "after %v", clock.Sub(retired))
	}
	require.NoError(t, i.rotate())
	_, ok := published(t, i).Key(first)
	assert.False(t, ok)
	_, ok = published(t, i).Key(second)
	assert.True(t, ok)
}

func TestRevoke(t *testing.T) {
	i, clock := newTestIssuer(t)
	_, first := tokenOf(t, i)
	clock.Time = clock.Add(time.Minute)
	require.NoError(t, i.rotate())
	_, stolen := tokenOf(t, i)
	before := published(t, i)

	require.NoError(t, i.revoke(), "at any time")
	keys := published(t, i)
	_, ok := keys.Key(stolen)
	assert.False(t, ok, "the stolen key is gone")
	_, ok = keys.Key(first)
	assert.True(t, ok, "older ones are not")
	token, _ := tokenOf(t, i)
	_, err := jwt.Decode(token, before, jwt.ES256, jwt.WithoutCheck("aud"), jwt.WithClock(i.now))
	assert.NoError(t, err, "the key after it was published already")
}

func TestKeepRotating(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i, err := newIssuer(settings{testURL, nil, 10 * time.Minute, time.Minute, time.Now})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go i.keepRotating(ctx, rotateEvery)
		kids := map[string]bool{}
		for range 12 {
			_, kid := tokenOf(t, i)
			kids[kid] = true
			time.Sleep(rotateEvery) // of the bubble's time, not of ours
			synctest.Wait()
		}
		assert.Len(t, kids, 12)
		cancel()
	})
}

func TestLoginForm(t *testing.T) {
	i, _ := newTestIssuer(t)
	right := url.Values{"username": {"alice"}, "password": {alice.password}}.Encode()
	for _, test := range []struct {
		name                 string
		method, target, form string
		status               int
	}{
		{"right", "POST", "/login", right, 200},
		{"wrong password", "POST", "/login", "username=alice&password=x", 401},
		{"unknown user", "POST", "/login", "username=mallory&password=x", 401},
		{"nobody", "POST", "/login", "username=&password=", 401},
		{"no form", "POST", "/login", "", 401},
		{"not in the address", "POST", "/login?" + right, "", 401},
		{"malformed", "POST", "/login", "username=%zz", 400},
		{"large", "POST", "/login", strings.Repeat("a", maxForm+1), 413},
		{"by GET", "GET", "/login?" + right, "", 405},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := ask(i, test.method, test.target, test.form)
			assert.Equal(t, test.status, w.Code)
			assert.Equal(t, test.status == 401, w.Header().Get("WWW-Authenticate") != "")
			if test.status == 200 {
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			} else {
				assert.NotContains(t, w.Body.String(), "eyJ")
			}
		})
	}
}

func TestLoginTellsNothingOfUsers(t *testing.T) {
	i, _ := newTestIssuer(t)
	i.logIn = testUsers(t).logIn
	timed := func(name string) (time.Duration, int, http.Header, []byte) {
		start := time.Now()
		w := ask(i, "POST", "/login", "password=wrong&username="+name)
		return time.Since(start), w.Code, w.Header(), w.Body.Bytes()
	}
	wrongTime, wrongCode, wrongHeader, wrong := timed("alice")
	for _, name := range []string{"nobody", ""} {
		unknownTime, code, header, body := timed(name)
		assert.Equal(t, wrongCode, code)
		assert.Equal(t, wrongHeader, header)
		assert.True(t, bytes.Equal(wrong, body))
		// A short cut would be a thousand times as fast; the rest is a busy machine.
		assert.Greater(t, unknownTime, wrongTime/10)
	}
}

// Even a password that fits nobody lets nobody in.
func TestNobody(t *testing.T) {
	u := users{"": testUsers(t)["alice"]}
	for _, name := range []string{"", "mallory"} {
		scope, ok, err := u.logIn(name, alice.password)
		require.NoError(t, err)
		assert.False(t, ok)
		assert.Empty(t, scope)
	}
}

func TestMetadata(t *testing.T) {
	i, _ := newTestIssuer(t)
	w := ask(i, "GET", "/.well-known/openid-configuration", "")
	assert.Equal(t, 200, w.Code)
	assert.JSONEq(t, `{"issuer":"`+testURL+`","jwks_uri":"`+testURL+`/.well-known/jwks.json"}`, w.Body.String())
	w = ask(i, "HEAD", "/.well-known/jwks.json", "")
	assert.Equal(t, "application/jwk-set+json", w.Header().Get("Content-Type"))
	assert.Equal(t, "public, max-age=60", w.Header().Get("Cache-Control"))
}

// An issuer that cannot sign blames itself, and tells the user no more.
func TestOwnFault(t *testing.T) {
	i, _ := newTestIssuer(t)
	i.encoder.Store(new(jwt.Encoder))
	w := ask(i, "POST", "/login", url.Values{"username": {"bob"}, "password": {bob.password}}.Encode())
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, `{"error":"the service has failed"}`+"\n", w.Body.String())
}
