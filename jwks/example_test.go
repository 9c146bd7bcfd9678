package jwks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// serveKeys is an issuer for these examples: its key, and a server that publishes it.
func serveKeys() (*jwt.Key, *httptest.Server) {
	key, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID("2026-11"))
	if err != nil {
		panic(err)
	}
	set, err := jwt.NewKeySet(key)
	if err != nil {
		panic(err)
	}
	handler, err := jwks.Handler(set, time.Hour)
	if err != nil {
		panic(err)
	}
	return key, httptest.NewServer(handler)
}

// A service verifies the tokens of an issuer by the keys that it publishes.
func Example() {
	key, server := serveKeys()
	defer server.Close()

	keys, err := jwks.Remote(server.URL + "/jwks.json") // https://… where it is not this machine
	if err != nil {
		fmt.Println(err)
		return
	}
	decoder, err := jwt.NewDecoder(keys, jwt.ES256, jwt.WithAudience("api"))
	if err != nil {
		fmt.Println(err)
		return
	}

	token, err := jwt.Encode(jwt.Claims{"sub": "alice", "aud": "api"}, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	verified, err := decoder.DecodeContext(context.Background(), token)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verified.Claims.Subject())
	// Output: alice
}

// A program that wants its keys at start, and does not start without them.
func ExampleRemote() {
	_, server := serveKeys()
	defer server.Close()

	keys, err := jwks.Remote(server.URL + "/jwks.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := keys.Refresh(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for key := range keys.All() {
		fmt.Println(key.ID(), key.Algorithm())
	}
	// Output: 2026-11 ES256
}

// While the endpoint is down and no keys were fetched before, the answer is 503.
func ExampleRemote_down() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()

	keys, err := jwks.Remote(server.URL, jwks.WithLive(jwt.WithFetchReport(func(jwt.FetchReport) {})))
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := jwt.GenerateKey(jwt.ES256)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = jwt.Decode(token, keys, jwt.ES256)
	fmt.Println(errors.Is(err, jwt.ErrKeySet), errors.Is(err, jwt.ErrUnavailable), errors.Is(err, jwt.ErrInvalidToken))
	// Output: true true false
}

// The issuer's URL is enough where it publishes OpenID Provider metadata.
func ExampleDiscover() {
	key, server := serveKeys()
	defer server.Close()
	var issuer *httptest.Server
	issuer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{"issuer": issuer.URL, "jwks_uri": server.URL + "/jwks.json"})
	}))
	defer issuer.Close()

	keys, err := jwks.Discover(issuer.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	decoder, err := jwt.NewDecoder(keys, jwt.ES256, jwt.WithIssuer(issuer.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	token, err := jwt.Encode(jwt.Claims{"sub": "alice", "iss": issuer.URL}, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := decoder.Decode(token)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(claims.Subject())
	// Output: alice
}

// A copy on disk lets a service start while the issuer is down.
func ExampleSource() {
	_, server := serveKeys()
	directory, err := os.MkdirTemp("", "keys")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(directory)
	file := filepath.Join(directory, "jwks.json")

	remote, err := jwks.Source(server.URL + "/jwks.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	withCopy := func(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
		set, maxAge, err := remote.Fetch(ctx)
		if err != nil {
			copied, failed := os.ReadFile(file)
			if failed != nil {
				return nil, 0, err
			}
			set, failed = jwt.ParseKeySet(copied)
			return set, time.Minute, failed // ask again in a minute
		}
		text, err := set.MarshalJSON()
		if err != nil {
			return nil, 0, err
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return nil, 0, err
		}
		return set, maxAge, nil
	}
	for range 2 { // the second time, the server is down
		keys, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(withCopy))
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := keys.Refresh(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
		_, ok := keys.Key("2026-11")
		fmt.Println(ok)
		server.Close()
	}
	// Output:
	// true
	// true
}

// A server whose certificate comes from an authority of one's own. httptest's client
// trusts the one of its server.
func ExampleWithClient() {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"keys":[]}`)
	}))
	defer server.Close()

	keys, err := jwks.Remote(server.URL, jwks.WithClient(server.Client()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(keys.Refresh(context.Background()))
	// Output: <nil>
}

// Each fetch is counted, instead of failures being logged.
func ExampleWithLive() {
	_, server := serveKeys()
	defer server.Close()

	report := func(r jwt.FetchReport) {
		fmt.Println("failed:", r.Err != nil, "keys:", r.Keys)
	}
	keys, err := jwks.Remote(server.URL, jwks.WithLive(
		jwt.WithRefreshInterval(time.Minute),
		jwt.WithMaxStale(time.Hour),
		jwt.WithFetchReport(report),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := keys.Refresh(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: failed: false keys: 1
}

// http to another machine must be asked for.
func ExampleAllowHTTP() {
	_, err := jwks.Remote("http://keys.internal/jwks.json")
	fmt.Println(errors.Is(err, jwt.ErrInvalidOption))
	_, err = jwks.Remote("http://keys.internal/jwks.json", jwks.AllowHTTP())
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

// An issuer publishes its public keys.
func ExampleHandler() {
	key, err := jwt.GenerateKey(jwt.Ed25519, jwt.WithKeyID("2026-11"))
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := jwt.NewKeySet(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := jwks.Handler(set, 15*time.Minute)
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/.well-known/jwks.json", handler)

	server := httptest.NewServer(mux)
	defer server.Close()
	response, err := http.Get(server.URL + "/.well-known/jwks.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	fmt.Println(response.StatusCode, response.Header.Get("Content-Type"))
	fmt.Println(response.Header.Get("Cache-Control"))
	// Output:
	// 200 application/jwk-set+json
	// public, max-age=900
}

// A proxy publishes the keys of another server as its own: of a live set, each answer
// has what is current.
func ExampleHandler_live() {
	_, server := serveKeys()
	defer server.Close()

	keys, err := jwks.Remote(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := jwks.Handler(keys, time.Minute)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/jwks.json", nil))
	fmt.Println(answer.Code)
	// Output: 200
}

// An issuer for the tests of your own handlers: five lines, and no stub of this package.
func Example_test() {
	key, _ := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID("test"))
	set, _ := jwt.NewKeySet(key)
	handler, _ := jwks.Handler(set, time.Minute)
	server := httptest.NewServer(handler)
	defer server.Close()

	keys, err := jwks.Remote(server.URL) // what the service under test is given
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := jwt.Decode(token, keys, jwt.ES256)
	fmt.Println(claims.Subject(), err)
	// Output: alice <nil>
}
