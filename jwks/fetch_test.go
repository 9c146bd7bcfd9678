package jwks_test

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// One request: what is sent, what is taken, and what errors say.

func TestRequest(t *testing.T) {
	seen := make(chan *http.Request, 1)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r
		io.WriteString(w, `{"keys":[]}`)
	})
	address := strings.Replace(server.URL, "http://", "http://name:word@", 1) + "/a%2Fb?tenant=1"
	for name, opts := range map[string][]jwks.Option{"own": nil, "caller's": {jwks.WithClient(&http.Client{})}} {
		_, _, err := sourceAt(t, address, opts...).Fetch(t.Context())
		require.NoError(t, err)
		r := <-seen
		assert.Equal(t, http.MethodGet, r.Method, name)
		assert.Equal(t, "/a%2Fb?tenant=1", r.RequestURI, name)
		assert.Equal(t, []string{"no-cache"}, r.Header["Cache-Control"], name)
		assert.Contains(t, r.Header.Get("Accept"), "application/jwk-set+json", name)
		assert.Contains(t, r.Header.Get("Accept"), "application/json", name)
		assert.Contains(t, r.Header.Get("Accept"), "*/*", name)
		assert.True(t, r.Close, "%s: the connection is not kept", name)
		user, password, _ := r.BasicAuth()
		assert.Equal(t, "name word", user+" "+password, name)
		assert.NotContains(t, r.Header, "If-None-Match", name)
	}
}

// Only 200 is taken, and 304 where it was asked for.
func TestStatus(t *testing.T) {
	for code := 200; code < 600; code++ {
		set, life, err := sourceAt(t, "https://login.example", by(func(*http.Request) (*http.Response, error) {
			return response(code, `{"keys":[]}`, "Cache-Control", "max-age=60"), nil
		})).Fetch(t.Context())
		if code == 200 {
			assert.NoError(t, err)
			assert.NotNil(t, set)
			continue
		}
		assertClass(t, jwt.ErrKeySet, err, code)
		assert.ErrorContains(t, err, fmt.Sprint(code))
		assert.Nil(t, set, code)
		assert.Zero(t, life, code)
	}
}

func TestRedirects(t *testing.T) {
	other := serve(t, text(`{"keys":[]}`))
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{other.URL + "/keys?hidden", "/elsewhere", "", "http://[::1:bad/?hidden", "http://[::1:bad/?\"\\hid", "%zz"} {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if location != "" {
					w.Header().Set("Location", location)
				}
				w.WriteHeader(code)
			})
			followed := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
			for name, opts := range map[string][]jwks.Option{"own": {quiet()}, "caller's": {quiet(), jwks.WithClient(followed)}} {
				server.requests.Store(0)
				err := remoteAt(t, server.URL+"/?\"\\hid", opts...).Refresh(t.Context())
				assertClass(t, jwt.ErrKeySet, err, name, code, location)
				assert.EqualValues(t, 1, server.requests.Load(), name)
				assert.Zero(t, other.requests.Load(), "%s: %d was followed", name, code)
				assert.NotContains(t, err.Error(), "hid")
				if location == other.URL+"/keys?hidden" {
					assert.ErrorContains(t, err, other.URL+"/keys")
				}
			}
			assert.NoError(t, followed.CheckRedirect(nil, nil), "the caller's client is not changed")
		}
	}
}

// Where nothing changed, the set is the one of the call before.
func TestETag(t *testing.T) {
	key, other := newKey(t, "1"), newKey(t, "2")
	var asked []string
	var answer *http.Response
	source := sourceAt(t, "https://login.example", by(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, strings.Join(r.Header["If-None-Match"], "|"))
		return answer, nil
	}))
	fetch := func(r *http.Response) (*jwt.KeySet, time.Duration, error) {
		answer = r
		return source.Fetch(t.Context())
	}
	_, _, err := fetch(response(304, "", "ETag", `"1"`))
	assertClass(t, jwt.ErrKeySet, err, "nothing was asked")
	first, life, err := fetch(response(200, setOf(t, key), "ETag", `"1"`, "Cache-Control", "max-age=60"))
	require.NoError(t, err)
	assert.Equal(t, time.Minute, life)
	same, life, err := fetch(response(304, "", "Cache-Control", "max-age=90", "Age", "10"))
	require.NoError(t, err)
	assert.Same(t, first, same)
	assert.Equal(t, 80*time.Second, life)
	same, life, err = fetch(response(304, "ignored", "Age", "30"))
	require.NoError(t, err)
	assert.Same(t, first, same)
	assert.Equal(t, time.Minute, life, "the max-age before, and Age is that of this answer")
	_, _, err = fetch(response(200, "garbage", "ETag", `"2"`))
	assertClass(t, jwt.ErrKeySet, err)
	same, _, err = fetch(response(200, setOf(t, key), "ETag", `W/"3"`))
	require.NoError(t, err)
	assert.Same(t, first, same, "the same text")
	next, _, err := fetch(response(200, setOf(t, other)))
	require.NoError(t, err)
	assert.NotSame(t, first, next)
	_, _, err = fetch(response(304, ""))
	assertClass(t, jwt.ErrKeySet, err, "there was no ETag")
	assert.Equal(t, []string{"", "", `"1"`, `"1"`, `"1"`, `"1"`, `W/"3"`, ""}, asked)
}

// What is no ETag is not sent back: a * would be answered by 304 for ever.
func TestETagsThatAreNone(t *testing.T) {
	for tag, good := range map[string]bool{
		`"a"`: true, `W/"a"`: true, `""`: true, `"a,b"`: true, `"\"`: true, "\"\xe4\"": true, `"` + strings.Repeat("a", 1000) + `"`: true,
		`*`: false, `a`: false, `"`: false, `"a`: false, `a"`: false, `"a" `: false, `"a", "b"`: false, `"a"b"`: false, `w/"a"`: false, `W/a`: false, `W/*`: false,
		"\"a b\"": false, "\"a\x7f\"": false, "\"\t\"": false, `"` + strings.Repeat("a", 1100) + `"`: false,
	} {
		sent := ""
		source := sourceAt(t, "https://login.example", by(func(r *http.Request) (*http.Response, error) {
			sent = r.Header.Get("If-None-Match")
			return response(200, `{"keys":[]}`, "ETag", tag), nil
		}))
		for range 2 {
			_, _, err := source.Fetch(t.Context())
			require.NoError(t, err)
		}
		if good {
			assert.Equal(t, tag, sent)
		} else {
			assert.Empty(t, sent, tag)
		}
	}
}

// How long a set may be used, by its headers.
func TestMaxAge(t *testing.T) {
	const least = time.Duration(1)
	for _, tt := range []struct {
		headers string
		want    time.Duration
	}{
		{"", 0},
		{"Age: 5", 0},
		{"Cache-Control: public", 0},
		{"Cache-Control: private, must-revalidate, max-age=60, no-transform", time.Minute},
		{"Cache-Control: max-age=60", time.Minute},
		{"Cache-Control: Max-Age=60", time.Minute},
		{`Cache-Control: max-age="60"`, time.Minute},
		{"Cache-Control:  ,max-age=60 ,, ", time.Minute},
		{"Cache-Control: s-maxage=5, max-age=60", time.Minute},
		{"Cache-Control: s-maxage=5", 0},
		{"Cache-Control: max-age=60, stale-while-revalidate=5", time.Minute},
		{"Cache-Control: max-age=0", least},
		{"Cache-Control: no-cache", least},
		{"Cache-Control: No-Store", least},
		{`Cache-Control: no-cache="set-cookie", max-age=60`, least},
		{"Cache-Control: max-age=60, no-cache", least},
		{"Cache-Control: no-store, max-age=60", least},
		{"Cache-Control: max-age=60\nCache-Control: no-cache", least},
		{"Cache-Control: max-age=60\nCache-Control: max-age=30", 30 * time.Second},
		{"Cache-Control: max-age=30, max-age=60", 30 * time.Second},
		{`Cache-Control: ext="no-cache, max-age=1", max-age=60`, time.Minute},
		{`Cache-Control: ext="\", no-store", max-age=60`, time.Minute},
		{`Cache-Control: max-age=60, ext="no-cache`, time.Minute},
		{`Cache-Control: ext="\`, 0},
		{"Cache-Control: xmax-age=60", 0},
		{"Cache-Control: max-age", least},
		{"Cache-Control: max-age=", least},
		{"Cache-Control: max-age=-60", least},
		{"Cache-Control: max-age=+60", least},
		{"Cache-Control: max-age=6e1", least},
		{"Cache-Control: max-age=60s", least},
		{`Cache-Control: max-age="60`, least},
		{"Cache-Control: max-age=2147483649", 1 << 31 * time.Second},
		{"Cache-Control: max-age=9223372036854775808", 1 << 31 * time.Second},
		{"Cache-Control: max-age=99999999999999999999999999", 1 << 31 * time.Second},
		{"Cache-Control: max-age=60\nAge: 20", 40 * time.Second},
		{"Cache-Control: max-age=60\nAge: 60", least},
		{"Cache-Control: max-age=60\nAge: 99999999999999999999999999", least},
		{"Cache-Control: max-age=60\nAge: 20, 50", 40 * time.Second},
		{"Cache-Control: max-age=60\nAge: 20\nAge: 50", 40 * time.Second},
		{"Cache-Control: max-age=60\nAge: -20", time.Minute},
		{"Cache-Control: max-age=60\nAge: old", time.Minute},
		{"Cache-Control: no-cache\nAge: 5", least},
		{"Expires: Thu, 01 Dec 1994 16:00:00 GMT", 0},
	} {
		var headers []string
		for line := range strings.Lines(tt.headers) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			headers = append(headers, name, value)
		}
		_, life, err := sourceAt(t, "https://login.example", by(func(*http.Request) (*http.Response, error) {
			return response(200, `{"keys":[]}`, headers...), nil
		})).Fetch(t.Context())
		require.NoError(t, err)
		assert.Equal(t, tt.want, life, tt.headers)
	}
}

// At most 1 MiB is read, and exactly that is.
func TestSize(t *testing.T) {
	const most = 1 << 20
	set := setOf(t, newKey(t, "1"))
	for size, good := range map[int]bool{len(set): true, 16 << 10: true, 16<<10 + 1: true, most - 1: true, most: true, most + 1: false, 2 * most: false} {
		body := set + strings.Repeat(" ", size-len(set))
		for name, length := range map[string]int64{"known": int64(size), "unknown": -1} {
			got, _, err := sourceAt(t, "https://login.example", by(func(*http.Request) (*http.Response, error) {
				r := response(200, body)
				r.ContentLength = length
				return r, nil
			})).Fetch(t.Context())
			if !good {
				assertClass(t, jwt.ErrKeySet, err, size, name)
				continue
			}
			if assert.NoError(t, err, "%d %s", size, name) {
				_, ok := got.Key("1")
				assert.True(t, ok, "%d %s", size, name)
			}
		}
	}
}

func TestCompression(t *testing.T) {
	body := setOf(t, newKey(t, "1"))
	packed := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, body)
		z.Close()
	}
	server := serve(t, packed)
	_, _, err := sourceAt(t, server.URL).Fetch(t.Context())
	assert.NoError(t, err)
	_, _, err = sourceAt(t, server.URL, jwks.WithClient(&http.Client{Transport: &http.Transport{DisableCompression: true}})).Fetch(t.Context())
	assertClass(t, jwt.ErrKeySet, err)
	assert.ErrorContains(t, err, "gzip")
	for coding, good := range map[string]bool{"br": false, "identity": true, "gzip": false} {
		server.set(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			io.WriteString(w, body)
		})
		_, _, err = sourceAt(t, server.URL).Fetch(t.Context())
		if good {
			assert.NoError(t, err, coding)
		} else {
			assertClass(t, jwt.ErrKeySet, err, coding)
		}
	}
}

// A document that ends early is not taken, though what came may be a set.
func TestCutShort(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, `{"keys":[]}`)
	})
	_, _, err := sourceAt(t, server.URL).Fetch(t.Context())
	assertClass(t, jwt.ErrKeySet, err)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// What is no set says so, and is not repeated.
func TestBodiesThatAreNoSet(t *testing.T) {
	for _, body := range []string{
		"", "private", "<html>private</html>", `"private"`, `["private"]`, "null", `{}`, `{"keys":null}`, `{"keys":{"private":1}}`, `{"keys":"private"}`,
		`{"keys":[]}{"keys":[]}`, `{"keys":[],"keys":[]}`, `{"issuer":"private","jwks_uri":"private"}`, "\xef\xbb\xbf{\"keys\":[]}", `{"keys":[`,
	} {
		_, _, err := sourceAt(t, "https://login.example/jwks", by(func(*http.Request) (*http.Response, error) {
			return response(200, body), nil
		})).Fetch(t.Context())
		assertClass(t, jwt.ErrKeySet, err, body)
		assert.ErrorContains(t, err, "https://login.example/jwks")
		assert.NotContains(t, err.Error(), "private")
	}
}

// What the network answered stays within reach, without what the URL keeps private.
func TestErrors(t *testing.T) {
	refused := "127.0.0.1:1"
	parts := []string{"name", "word", "tenant", "hidden", base64.StdEncoding.EncodeToString([]byte("name:word"))}
	fetch := func(ctx context.Context, host string, opts ...jwks.Option) error {
		_, _, err := sourceAt(t, "http://name:word@"+host+"/jwks?tenant=hidden", opts...).Fetch(ctx)
		assertClass(t, jwt.ErrKeySet, err)
		assert.ErrorContains(t, err, "http://"+host+"/jwks")
		for _, private := range parts {
			assert.NotContains(t, err.Error(), private)
			for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
				assert.NotContains(t, cause.Error(), private)
			}
		}
		return err
	}
	var of *net.OpError
	assert.ErrorAs(t, fetch(t.Context(), refused), &of, "a refused connection")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, fetch(ended, refused), context.Canceled)
	ended, cancel = context.WithTimeout(t.Context(), 0)
	defer cancel()
	assert.ErrorIs(t, fetch(ended, refused), context.DeadlineExceeded)

	// A short name stands in many texts by chance.
	_, _, err := sourceAt(t, "http://a:co@"+refused+"/jwks?r").Fetch(t.Context())
	assert.ErrorAs(t, err, &of)
	assert.ErrorContains(t, err, "did not answer: dial tcp")
	for name, shown := range map[string]bool{"GET a:x": false, "user a": false, "a": false, "(a)": false, "data a": false, "data": true, "aa": true, "\u00e4a": true} {
		_, _, err := sourceAt(t, "http://a:password@"+refused+"/jwks", by(func(*http.Request) (*http.Response, error) { return nil, errors.New(name) })).Fetch(t.Context())
		assert.Equal(t, shown, strings.HasSuffix(err.Error(), "did not answer: "+name), name)
	}

	// Servers that send back what they were sent, where HTTP is expected.
	for _, prefix := range []string{"", "HTTP/1.1 200 OK\r\nX ", "HTTP/1.1 302 Found\r\nLocation: http://[bad/", "HTTP/1.1 302 Found\r\nLocation: %zz"} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				request := make([]byte, 4096)
				n, _ := conn.Read(request)
				io.WriteString(conn, prefix+strings.ReplaceAll(string(request[:n]), "\r\n", " ")+"\r\n\r\n")
				conn.Close()
			}
		}()
		fetch(t.Context(), listener.Addr().String())
		listener.Close()
	}

	// Servers that send back a part of it.
	for _, reply := range []string{
		"HTTP/1.1 200 OK\r\nX " + parts[4], "HTTP/1.1 hidden OK", "HTTP/1.1 200 OK\r\nContent-Length: hidden", "HTTP/1.1 200 OK\r\nContent-Encoding: hidden",
		"HTTP/1.1 302 Found\r\nLocation: /hidden/" + parts[4], "HTTP/1.1 302 Found\r\nLocation: https://hidden.example/", "HTTP/1.1 word OK",
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		go func() {
			if conn, err := listener.Accept(); err == nil {
				_, _ = conn.Read(make([]byte, 4096))
				io.WriteString(conn, reply+"\r\n\r\n")
				conn.Close()
			}
		}()
		fetch(t.Context(), listener.Addr().String())
		listener.Close()
	}

	// A transport without a reason: such an error panics where it is printed.
	fetch(t.Context(), "localhost", by(func(*http.Request) (*http.Response, error) { return nil, &url.Error{Op: "Get"} }))

	// A transport that uses this library has errors of its own.
	for _, inner := range []error{jwt.ErrInvalidKey, jwt.ErrExpired, jwt.ErrInvalidOption, fmt.Errorf("token: %w", jwt.ErrInvalidKey)} {
		fetch(t.Context(), "localhost", by(func(*http.Request) (*http.Response, error) { return nil, inner }))
	}
	// A transport that has the whole URL in its errors.
	for _, inner := range []error{context.DeadlineExceeded, context.Canceled, errors.New("broken")} {
		err := fetch(t.Context(), "localhost", by(func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("GET %s: %w", r.URL, inner) }))
		assert.Equal(t, inner == context.DeadlineExceeded, errors.Is(err, context.DeadlineExceeded))
	}
	own := errors.New("the transport's own\nerror")
	err = fetch(t.Context(), "localhost", by(func(*http.Request) (*http.Response, error) { return nil, own }))
	assert.ErrorIs(t, err, own)
	assert.NotContains(t, err.Error(), "\n")
}

// The package's own client takes the proxy from the environment, which net/http reads
// once in a process: so the request is made in another one.
func TestProxy(t *testing.T) {
	if os.Getenv("JWKS_TEST_CHILD") != "" {
		_, _, err := sourceAt(t, "http://keys.example/jwks", jwks.AllowHTTP()).Fetch(t.Context())
		require.NoError(t, err)
		_, _, err = sourceAt(t, os.Getenv("JWKS_TEST_CHILD")).Fetch(t.Context())
		require.NoError(t, err)
		return
	}
	asked := make(chan string, 2)
	local := serve(t, text(`{"keys":[]}`))
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.RequestURI
		io.WriteString(w, `{"keys":[]}`)
	})
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxy$", "-test.count=1")
	child.Env = append(os.Environ(), "JWKS_TEST_CHILD="+strings.Replace(local.URL, "127.0.0.1", "LocalHost", 1), "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
	output, err := child.CombinedOutput()
	require.NoError(t, err, string(output))
	assert.Equal(t, "http://keys.example/jwks", <-asked)
	assert.Empty(t, asked, "what is on this machine goes through no proxy, in any spelling")
	assert.EqualValues(t, 1, local.requests.Load())
}

// What a server of strange neighbours publishes: the good key works.
func TestStrangeNeighbours(t *testing.T) {
	key := newKey(t, "good")
	good := strings.TrimSuffix(strings.TrimPrefix(setOf(t, key), `{"keys":[`), "]}")
	for name, neighbour := range map[string]string{
		"an unknown type":      `{"kty":"QQ","kid":"x"}`,
		"an unknown curve":     `{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","kid":"x"}`,
		"a malformed key":      `{"kty":"RSA","n":"!","e":"AQAB","kid":"x"}`,
		"a key for encryption": `{"kty":"RSA","use":"enc","alg":"RSA-OAEP","n":"AQAB","e":"AQAB","kid":"x"}`,
		"an unknown algorithm": `{"kty":"EC","alg":"XX","crv":"P-256","x":"AA","y":"AA","kid":"x"}`,
		"an empty object":      `{}`,
	} {
		server := httptest.NewServer(text(`{"keys":[` + neighbour + `,` + good + `]}`))
		_, err := jwt.Decode(tokenOf(t, key), remoteAt(t, server.URL, quiet()), jwt.ES256)
		assert.NoError(t, err, name)
		server.Close()
	}
}
