package jwks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

func TestURLs(t *testing.T) {
	constructors := map[string]func(string, ...jwks.Option) error{
		"Remote":   func(url string, opts ...jwks.Option) error { _, err := jwks.Remote(url, opts...); return err },
		"Source":   func(url string, opts ...jwks.Option) error { _, err := jwks.Source(url, opts...); return err },
		"Discover": func(url string, opts ...jwks.Option) error { _, err := jwks.Discover(url, opts...); return err },
	}
	for _, tt := range []struct {
		url            string
		good, withHTTP bool // by itself; with AllowHTTP
	}{
		{"https://login.example/jwks", true, true},
		{"HTTPS://LOGIN.EXAMPLE", true, true},
		{"https://login.example:8443/a%20b/", true, true},
		{"https://[2001:db8::1]/jwks", true, true},
		{"http://localhost/jwks", true, true},
		{"http://LocalHost:8080", true, true},
		{"http://127.0.0.1", true, true},
		{"http://127.255.3.4:80/jwks", true, true},
		{"http://[::1]:8080/jwks", true, true},
		{"http://login.example/jwks", false, true},
		{"http://10.0.0.1/jwks", false, true},
		{"http://localhost./jwks", false, true},
		{"http://localho\u017ft/jwks", false, true},
		{"http://localho%C5%BFt/jwks", false, true},
		{"http://%6cocalhost/jwks", false, false},
		{"http://[::1%25eth0]/jwks", false, true},
		{"http://[::ffff:127.0.0.1]/jwks", true, true},
		{"http://[fe80::1%25eth0]/jwks", false, true},
		{"http://127.0.0.1./jwks", false, true},
		{"http://0x7f.1/jwks", false, true},
		{"http://017700000001/jwks", false, true},
		{"http://0.0.0.0/jwks", false, true},
		{"http://[::]/jwks", false, true},
		{"http://127.1/jwks", false, true},
		{"http://2130706433/jwks", false, true},
		{"http://localhost.login.example/jwks", false, true},
		{"http://localhost@login.example/jwks", false, false},
		{"http://login.example/?localhost", false, false},
		{"", false, false},
		{" https://login.example", false, false},
		{"https://login.example/jwks\n", false, false},
		{"https://login.example/\x00", false, false},
		{"https://", false, false},
		{"https:///jwks", false, false},
		{"https://:443/jwks", false, false},
		{"https:login.example", false, false},
		{"https://login.example:port/", false, false},
		{"https://login.example:70000/", false, false},
		{"https://login.example/%zz", false, false},
		{"https://login.example/jwks#keys", false, false},
		{"https://login.example/jwks#", false, false},
		{"login.example/jwks", false, false},
		{"login.example:8080/jwks", false, false},
		{"//login.example/jwks", false, false},
		{"/etc/jwks.json", false, false},
		{"file:///etc/jwks.json", false, false},
		{"ftp://login.example/jwks", false, false},
		{"data:application/json,{}", false, false},
	} {
		for name, make := range constructors {
			if strings.ContainsAny(tt.url, "@?") && name != "Discover" {
				continue // below
			}
			for _, run := range []struct {
				good bool
				opts []jwks.Option
			}{{tt.good, nil}, {tt.withHTTP, []jwks.Option{jwks.AllowHTTP()}}} {
				err := make(tt.url, run.opts...)
				if run.good {
					assert.NoError(t, err, "%s(%q)", name, tt.url)
				} else {
					assertClass(t, jwt.ErrInvalidOption, err, name, tt.url)
				}
			}
		}
	}
	for url, good := range map[string]bool{ // Discover refuses these as issuers
		"https://user:word@login.example/jwks":   true,
		"https://login.example/jwks?tenant=a":    true,
		"http://localhost@login.example/jwks":    false,
		"http://login.example/jwks?u=127.0.0.1":  false,
		"http://login.example\\@localhost/jwks":  false,
		"http://login.example%2f@127.0.0.1/jwks": true, // user info, and then this machine
	} {
		_, err := jwks.Remote(url)
		assert.Equal(t, good, err == nil, "%s: %v", url, err)
		assertClass(t, jwt.ErrInvalidOption, constructors["Discover"](url), url)
	}
	assertClass(t, jwt.ErrInvalidOption, constructors["Discover"]("https://login.example?"))
	assertClass(t, jwt.ErrInvalidOption, constructors["Discover"]("https://login.example/.well-known/openid-configuration"))
	assertClass(t, jwt.ErrInvalidOption, constructors["Discover"]("https://login.example/.well-known/openid-configuration/"))
}

func TestWrongOptions(t *testing.T) {
	const url = "https://login.example/jwks"
	for name, opts := range map[string][]jwks.Option{
		"nil":                    {nil},
		"a nil client":           {jwks.WithClient(nil)},
		"no live option":         {jwks.WithLive()},
		"a nil live option":      {jwks.WithLive(nil)},
		"a wrong live option":    {jwks.WithLive(jwt.WithCooldown(-1))},
		"one of two lists wrong": {jwks.WithLive(jwt.WithCooldown(-1)), jwks.WithLive(jwt.WithCooldown(time.Minute))},
		"one of several wrong":   {jwks.AllowHTTP(), jwks.WithClient(http.DefaultClient), nil},
	} {
		set, err := jwks.Remote(url, opts...)
		assertClass(t, jwt.ErrInvalidOption, err, name)
		assert.Nil(t, set, name)
		set, err = jwks.Discover("https://login.example", opts...)
		assertClass(t, jwt.ErrInvalidOption, err, name)
		assert.Nil(t, set, name)
		source, err := jwks.Source(url, opts...)
		assertClass(t, jwt.ErrInvalidOption, err, name)
		assert.Nil(t, source, name)
	}
	_, err := jwks.Source(url, jwks.WithLive(jwt.WithCooldown(time.Minute)))
	assertClass(t, jwt.ErrInvalidOption, err)
	_, _, err = sourceAt(t, url).Fetch(nil) //nolint:staticcheck // a nil context is the subject
	assertClass(t, jwt.ErrInvalidOption, err)
}

// What a user gets wrong at first has an error that names the way out.
func TestWrongTurns(t *testing.T) {
	remote := func(url string) error { _, err := jwks.Remote(url); return err }
	discover := func(issuer string) error { _, err := jwks.Discover(issuer); return err }
	for _, tt := range []struct {
		err  error
		says []string
	}{
		{remote(""), []string{"Remote", "setting"}},
		{remote("https://login.example/jwks\n"), []string{"trim"}},
		{remote("login.example/jwks"), []string{"https://"}},
		{remote("file:///etc/jwks.json"), []string{"KeySourceFunc"}},
		{remote("http://login.example/jwks"), []string{`"http://login.example/jwks"`, "AllowHTTP"}},
		{remote("https://login.example/jwks?key=a#b"), []string{"%23"}},
		{remote("https://user:pass/word@login.example/jwks"), []string{"escaped", "password"}},
		{discover("https://user:word@login.example"), []string{"Discover", "WithClient"}},
		{discover("https://login.example/.well-known/openid-configuration"), []string{"leave it off"}},
		{discover("http://login.example"), []string{"AllowHTTP"}},
	} {
		assertClass(t, jwt.ErrInvalidOption, tt.err)
		for _, words := range tt.says {
			assert.ErrorContains(t, tt.err, words)
		}
		for _, private := range []string{"word", "user:", "pass/", "key=a"} {
			assert.NotContains(t, strings.ReplaceAll(tt.err.Error(), "in a password too", ""), private)
		}
	}
}

// A Remote works wherever a key set does.
func TestRemote(t *testing.T) {
	key := newKey(t, "1")
	server := serve(t, text(setOf(t, key)))
	set := remoteAt(t, server.URL)
	assert.Zero(t, server.requests.Load(), "nothing is fetched before a token needs it")
	claims, err := jwt.Decode(tokenOf(t, key), set, jwt.ES256)
	require.NoError(t, err)
	assert.Equal(t, "alice", claims.Subject())
	_, err = jwt.Decode(tokenOf(t, newKey(t, "1")), set, jwt.ES256)
	assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
	assert.EqualValues(t, 1, server.requests.Load())
}

// A client and its transport are used, and neither is changed.
func TestWithClient(t *testing.T) {
	key := newKey(t, "1")
	var asked atomic.Int32
	server := httptest.NewTLSServer(text(setOf(t, key)))
	defer server.Close()
	client := server.Client()
	inner := client.Transport
	client.Transport = transport(func(r *http.Request) (*http.Response, error) {
		asked.Add(1)
		return inner.RoundTrip(r)
	})
	set := remoteAt(t, server.URL, jwks.WithClient(http.DefaultClient), jwks.WithClient(client))
	assert.Nil(t, client.CheckRedirect)
	assert.Nil(t, http.DefaultClient.CheckRedirect)
	client.Transport = nil // later changes are the caller's own
	_, err := jwt.Decode(tokenOf(t, key), set, jwt.ES256)
	require.NoError(t, err)
	assert.EqualValues(t, 1, asked.Load())

	// Without the client, the server's authority is not known.
	err = remoteAt(t, server.URL, quiet()).Refresh(t.Context())
	assertClass(t, jwt.ErrKeySet, err)
}

// Other packages change the default transport; that must not reach the keys.
func TestTheDefaultTransportDoesNotMatter(t *testing.T) {
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	http.DefaultTransport = transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("not to be used") })
	server := serve(t, text(`{"keys":[]}`))
	assert.NoError(t, remoteAt(t, server.URL).Refresh(t.Context()))
}

func TestWithLive(t *testing.T) {
	server := serve(t, status(http.StatusTeapot))
	log := logged(t)
	var reports, others []jwt.FetchReport
	set := remoteAt(t, server.URL,
		jwks.WithLive(jwt.WithCooldown(time.Minute), jwt.WithFetchReport(func(r jwt.FetchReport) { others = append(others, r) })),
		jwks.WithLive(jwt.WithFetchReport(func(r jwt.FetchReport) { reports = append(reports, r) })))
	assertClass(t, jwt.ErrKeySet, set.Refresh(t.Context()))
	require.Len(t, reports, 1)
	assertClass(t, jwt.ErrKeySet, reports[0].Err)
	assert.Empty(t, others, "the last one wins")
	assert.Empty(t, log.String(), "a report takes the place of the log")
}

func TestLog(t *testing.T) {
	key := newKey(t, "1")
	server := serve(t, status(http.StatusTeapot))
	log := logged(t)
	address := strings.Replace(server.URL, "http://", "http://name:word@", 1) + "/jwks?tenant=hidden"
	set := remoteAt(t, address)
	lines := func() []string {
		defer log.Reset()
		return strings.Split(strings.TrimSpace(log.String()), "\n")
	}
	require.Error(t, set.Refresh(t.Context()))
	first := lines()
	require.Len(t, first, 1)
	assert.Contains(t, first[0], "level=ERROR")
	assert.Contains(t, first[0], server.URL+"/jwks")
	assert.Contains(t, first[0], "418")
	server.set(text(setOf(t, key)))
	require.NoError(t, set.Refresh(t.Context()))
	assert.Contains(t, strings.Join(lines(), "\n"), "level=INFO")
	require.NoError(t, set.Refresh(t.Context()))
	assert.Equal(t, []string{""}, lines(), "what goes well is not logged")
	server.set(status(http.StatusTeapot))
	require.Error(t, set.Refresh(t.Context()))
	last := lines()
	assert.Contains(t, last[0], "level=WARN", "there are keys to go on with")
	for _, line := range append(first, last...) {
		for _, private := range []string{"name", "word", "tenant", "hidden", "bmFtZTp3b3Jk"} {
			assert.NotContains(t, line, private)
		}
	}
}

// Sources and options print no secret of a URL.
func TestPrinting(t *testing.T) {
	const url = "https://name:word@login.example/jwks?tenant=hidden"
	server := serve(t, text(`{"keys":[]}`))
	address := strings.Replace(server.URL, "http://", "http://name:word@", 1) + "/jwks?tenant=hidden"
	source := sourceAt(t, address)
	_, _, err := source.Fetch(t.Context())
	require.NoError(t, err)
	asJSON, _ := json.Marshal(source)
	printed := string(asJSON)
	for _, value := range []any{source, sourceAt(t, url), remoteAt(t, url), jwks.AllowHTTP(), jwks.WithClient(http.DefaultClient)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
			printed += fmt.Sprintf(verb, value)
		}
	}
	for _, private := range []string{"word", "tenant", "hidden"} {
		assert.NotContains(t, printed, private)
	}
	assert.Contains(t, printed, "jwks.Source(https://login.example/jwks)")
}

// The source is safe for concurrent use, whoever shares it.
func TestConcurrentFetches(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, `{"keys":[]}`)
	})
	source := sourceAt(t, server.URL)
	done := make(chan error)
	for range 8 {
		go func() {
			var err error
			for range 5 {
				_, _, e := source.Fetch(context.Background())
				err = errors.Join(err, e)
			}
			done <- err
		}()
	}
	for range 8 {
		assert.NoError(t, <-done)
	}
}
