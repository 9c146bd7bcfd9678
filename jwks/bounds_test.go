package jwks_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// What a hostile or broken endpoint can cost, over real connections: memory, time,
// requests, goroutines.

// raw is a server that allocates next to nothing, since what it does counts in the same
// process. Each connection is handed to answer once its request was read.
func raw(t testing.TB, answer func(net.Conn)) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	request := make([]byte, 4096)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Read(request)
			answer(conn)
			conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

// clients are both kinds, which have the same bounds but for headers.
var clients = map[string][]jwks.Option{
	"own":      {quiet(jwt.WithFetchTimeout(time.Minute))},
	"caller's": {quiet(jwt.WithFetchTimeout(time.Minute)), jwks.WithClient(&http.Client{Transport: &http.Transport{}})},
}

// allocated is what a refresh of a set at url allocates.
func allocated(t testing.TB, url string, opts ...jwks.Option) (bytes uint64, err error) {
	t.Helper()
	set := remoteAt(t, url, opts...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = set.Refresh(t.Context())
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}

func TestMemoryIsBounded(t *testing.T) {
	const megabyte = 1_000_000
	block := bytes.Repeat([]byte(" "), 64<<10)
	flood := func(head string, n int) func(net.Conn) {
		return func(conn net.Conn) {
			io.WriteString(conn, head)
			for written := 0; written < n; written += len(block) {
				if _, err := conn.Write(block); err != nil {
					return
				}
			}
		}
	}
	var packed bytes.Buffer // 1 MiB of spaces; a gzip stream may be several, one after the other
	z := gzip.NewWriter(&packed)
	z.Write(bytes.Repeat([]byte(" "), 1<<20))
	z.Close()
	members := []byte(`{"keys":[` + strings.Repeat("{},", (1<<20-13)/3) + `{}]}`)
	header := []byte("X-Filler: " + strings.Repeat("a", 1000) + "\r\n")
	many := []byte("X-A: b\r\n")
	for name, tt := range map[string]struct {
		answer func(net.Conn)
		most   uint64
		own    bool // by the package's own client alone
	}{
		"a body of 512 MiB":                {flood("HTTP/1.1 200 OK\r\nContent-Length: 536870912\r\n\r\n", 512<<20), 2 * megabyte, false},
		"a body of 512 MiB without length": {flood("HTTP/1.1 200 OK\r\n\r\n", 512<<20), 2 * megabyte, false},
		"an error page of 512 MiB":         {flood("HTTP/1.1 500 No\r\nContent-Length: 536870912\r\n\r\n", 512<<20), 2 * megabyte, false},
		"gzip of 256 MiB": {func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
			for range 256 {
				if _, err := conn.Write(packed.Bytes()); err != nil {
					return
				}
			}
		}, 2 * megabyte, false},
		"a length of 1 MiB, and no body": {func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n")
		}, 2 * megabyte, false},
		"1 MiB of empty members": {func(conn net.Conn) {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(members))
			conn.Write(members)
		}, 4 * megabyte, false},
		"9 MiB of headers": {func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			for range 9 << 20 / len(header) {
				if _, err := conn.Write(header); err != nil {
					return
				}
			}
			io.WriteString(conn, "\r\n")
		}, 2 * megabyte, true},
		"headers without end": {flood("HTTP/1.1 200 OK\r\nX: ", 512<<20), 2 * megabyte, true},
		"as many headers as are read": {func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			for range (64<<10 - 200) / len(many) {
				conn.Write(many)
			}
			io.WriteString(conn, "Content-Length: 0\r\n\r\n")
		}, 2 * megabyte, true},
		"answers before the answer": {func(conn net.Conn) {
			for range 100_000 {
				if _, err := io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"); err != nil {
					return
				}
			}
		}, 2 * megabyte, true},
	} {
		for kind, opts := range clients {
			if tt.own && kind != "own" {
				continue
			}
			t.Run(name+", by the "+kind+" client", func(t *testing.T) {
				got, err := allocated(t, raw(t, tt.answer), opts...)
				assertClass(t, jwt.ErrKeySet, err)
				assert.LessOrEqual(t, got, tt.most)
			})
		}
	}
}

// The metadata of an issuer are as bounded.
func TestMemoryForMetadataIsBounded(t *testing.T) {
	const wanted = `{"issuer":"https://login.example","jwks_uri":"https://keys.example"`
	for name, body := range map[string]string{
		"many members":    wanted + strings.Repeat(`,"a":1`, (1<<20-len(wanted)-1)/6) + "}",
		"many duplicates": `{"issuer":"a"` + strings.Repeat(`,"issuer":"a"`, 70_000) + "}",
		"deep":            wanted + `,"a":` + strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000) + "}",
		"a long name":     `{"` + strings.Repeat("a", 1<<20-10) + `":1}`,
	} {
		text := []byte(body)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := jwks.ParseMetadata("https://login.example", text)
		runtime.ReadMemStats(&after)
		assert.Error(t, err, name)
		assert.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(6_000_000), name)
	}
}

// within runs f up to five times until it takes no longer than limit: other programs
// use the processor too.
func within(t testing.TB, limit time.Duration, f func()) {
	t.Helper()
	var took time.Duration
	for range 5 {
		began := time.Now()
		f()
		if took = time.Since(began); took <= limit {
			return
		}
	}
	assert.LessOrEqual(t, took, limit)
}

func hanging(t testing.TB) (url string) {
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	return raw(t, func(net.Conn) { <-end })
}

func TestTimeIsBounded(t *testing.T) {
	t.Run("an endpoint that hangs, and a caller with 200 ms", func(t *testing.T) {
		token := tokenOf(t, newKey(t, "1"))
		within(t, 250*time.Millisecond, func() {
			decoder, err := jwt.NewDecoder(remoteAt(t, hanging(t), quiet()), jwt.ES256)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err = decoder.DecodeContext(ctx, token)
			assertClass(t, jwt.ErrKeySet, err)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
	timed := quiet(jwt.WithFetchTimeout(200 * time.Millisecond))
	for name, answer := range map[string]func(conn net.Conn){
		"an endpoint that hangs": nil,
		"one that hangs in the answer": func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
			conn.Read(make([]byte, 1))
		},
		"one that drips its headers": drip("HTTP/1.1 200 OK\r\nX: "),
		"one that drips its body":    drip("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
		"one that drips chunks":      drip("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"),
	} {
		for kind, opts := range map[string][]jwks.Option{"own": {timed}, "caller's": {timed, jwks.WithClient(&http.Client{Transport: &http.Transport{}})}} {
			t.Run(name+", by the "+kind+" client", func(t *testing.T) {
				token := tokenOf(t, newKey(t, "1"))
				within(t, 2*time.Second, func() { // of a caller without a deadline
					var url string
					if answer == nil {
						url = hanging(t)
					} else {
						url = raw(t, answer)
					}
					_, err := jwt.Decode(token, remoteAt(t, url, opts...), jwt.ES256)
					assertClass(t, jwt.ErrKeySet, err)
					assert.ErrorIs(t, err, context.DeadlineExceeded)
				})
			})
		}
	}
}

// drip sends a byte every few milliseconds, for 30 s.
func drip(head string) func(net.Conn) {
	return func(conn net.Conn) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		io.WriteString(conn, head)
		for range 6000 {
			if _, err := io.WriteString(conn, " "); err != nil {
				return
			}
			<-tick.C
		}
	}
}

func TestFetchesAreBounded(t *testing.T) {
	key := newKey(t, "1")
	server := serve(t, text(setOf(t, key)))
	set := remoteAt(t, server.URL)

	t.Run("50 cold callers", func(t *testing.T) {
		token := tokenOf(t, key)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				_, err := jwt.Decode(token, set, jwt.ES256)
				assert.NoError(t, err)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, server.requests.Load())
	})

	t.Run("1,000 bad signatures under a known kid", func(t *testing.T) {
		server.requests.Store(0)
		token := tokenOf(t, newKey(t, "1"))
		for range 1000 {
			_, err := jwt.Decode(token, set, jwt.ES256)
			assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
		}
		assert.Zero(t, server.requests.Load())
	})

	t.Run("1,000 unknown kids", func(t *testing.T) {
		server.requests.Store(0)
		nameless, err := jwt.GenerateKey(jwt.ES256)
		require.NoError(t, err)
		for i := range 1000 {
			token, err := jwt.Encode(jwt.Claims{}, nameless, jwt.WithKeyID(fmt.Sprint("unknown ", i)))
			require.NoError(t, err)
			_, err = jwt.Decode(token, set, jwt.ES256)
			assert.ErrorIs(t, err, jwt.ErrKeyNotFound)
		}
		assert.LessOrEqual(t, server.requests.Load(), int32(1))
	})
}

// An endpoint that is down at first: few fetches, and it heals by itself.
func TestDownAtStart(t *testing.T) {
	if testing.Short() {
		t.Skip("takes three seconds")
	}
	t.Parallel()
	key := newKey(t, "1")
	server := serve(t, status(500))
	set := remoteAt(t, server.URL, quiet())
	token := tokenOf(t, key)
	began := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if time.Since(began) > 2500*time.Millisecond {
			server.set(text(setOf(t, key)))
		}
		_, err := jwt.Decode(token, set, jwt.ES256)
		if err == nil {
			break
		}
		assertClass(t, jwt.ErrKeySet, err)
		require.Less(t, time.Since(began), 30*time.Second, "the cooldown")
	}
	assert.LessOrEqual(t, server.requests.Load(), int32(3))
}

// A new key is accepted, and a removed one refused, after one fetch.
func TestRotation(t *testing.T) {
	old, next := newKey(t, "old"), newKey(t, "next")
	server := serve(t, text(setOf(t, old)))
	set := remoteAt(t, server.URL)
	_, err := jwt.Decode(tokenOf(t, old), set, jwt.ES256)
	require.NoError(t, err)
	server.set(text(setOf(t, next)))
	_, err = jwt.Decode(tokenOf(t, next), set, jwt.ES256)
	require.NoError(t, err)
	_, err = jwt.Decode(tokenOf(t, old), set, jwt.ES256)
	assert.ErrorIs(t, err, jwt.ErrKeyNotFound)
	assert.EqualValues(t, 2, server.requests.Load())
}

// Whatever the endpoint answers later, the keys of an earlier answer are kept.
func TestKeysAreKept(t *testing.T) {
	key := newKey(t, "1")
	server := serve(t, text(setOf(t, key)))
	set := remoteAt(t, server.URL, quiet())
	require.NoError(t, set.Refresh(t.Context()))
	for name, answer := range map[string]http.HandlerFunc{
		"500": status(500), "garbage": text("garbage"), "{}": text("{}"), "304": status(304), "nothing": text(""),
		"a redirect": http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP,
	} {
		server.set(answer)
		assertClass(t, jwt.ErrKeySet, set.Refresh(t.Context()), name)
		_, err := jwt.Decode(tokenOf(t, key), set, jwt.ES256)
		assert.NoError(t, err, name)
	}
	server.Close()
	assertClass(t, jwt.ErrKeySet, set.Refresh(t.Context()))
	_, err := jwt.Decode(tokenOf(t, key), set, jwt.ES256)
	assert.NoError(t, err)
}

// Clients that nobody uses any more leave nothing behind.
func TestGoroutines(t *testing.T) {
	server := serve(t, text(`{"keys":[]}`))
	huge := raw(t, func(conn net.Conn) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		for i := 0; i < 40; i++ {
			conn.Write(make([]byte, 64<<10))
		}
	})
	broken := serve(t, status(500))
	http2 := httptest.NewUnstartedServer(text(`{"keys":[]}`))
	http2.EnableHTTP2 = true
	http2.StartTLS()
	defer http2.Close()
	before := runtime.NumGoroutine()
	for i := range 100 {
		var opts []jwks.Option
		if i%2 == 0 {
			opts = append(opts, jwks.WithClient(&http.Client{Transport: &http.Transport{}}))
		}
		require.NoError(t, remoteAt(t, server.URL, opts...).Refresh(t.Context()))
	}
	for range 3 {
		require.Error(t, remoteAt(t, huge, quiet()).Refresh(t.Context()))
		require.Error(t, remoteAt(t, broken.URL, quiet()).Refresh(t.Context()))
		require.NoError(t, remoteAt(t, http2.URL, jwks.WithClient(http2.Client())).Refresh(t.Context()))
	}
	began := time.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for runtime.NumGoroutine() > before && time.Since(began) < 10*time.Second { // connections end shortly after their answers
		<-tick.C
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}
