package bearer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
	"github.com/token-jwt/jwt/jwks"
)

// A real key has at least 32 random bytes and comes from the environment or a vault. It
// is never hard-coded.
var exampleKey = []byte("a key for examples of 32 bytes or more")

// exampleDecoder is a service's policy. A service whose issuer has an audience for it
// asks with jwt.WithIssuer and jwt.WithAudience too.
func exampleDecoder() *jwt.Decoder {
	decoder, err := jwt.NewDecoder(exampleKey, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	return decoder
}

// exampleToken is what the issuer would have sent to the client.
func exampleToken(claims jwt.Claims, opts ...jwt.EncodeOption) string {
	token, err := jwt.Encode(claims, exampleKey, opts...)
	if err != nil {
		log.Fatal(err)
	}
	return token
}

// send is the client: it sends a request, and prints what is answered.
func send(h http.Handler, r *http.Request) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
	if challenge := w.Header().Get("WWW-Authenticate"); challenge != "" {
		fmt.Println("   ", challenge)
	}
}

func get(header, value string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set(header, value)
	return r
}

func Example() {
	decoder, err := jwt.NewDecoder(exampleKey, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	guard, err := bearer.New(decoder, bearer.WithRealm("orders"))
	if err != nil {
		log.Fatal(err)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer.FromContext(r.Context()) // there is one behind the guard
		fmt.Fprintln(w, "the orders of", token.Claims.Subject())
	})
	handler := guard.Handler(mux)

	request := httptest.NewRequest(http.MethodGet, "/orders", nil)
	send(handler, request)
	request.Header.Set("Authorization", "Bearer "+exampleToken(jwt.Claims{"sub": "alice"}, jwt.WithExpiresIn(time.Minute)))
	send(handler, request)
	// Output:
	// 401 A bearer token is needed
	//     Bearer realm="orders"
	// 200 the orders of alice
}

// From an issuer's address to a guarded handler.
func Example_issuer() {
	key, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	server := startIssuer(key) // one on this machine, for the example
	defer server.Close()
	issuer := server.URL
	orders := http.HandlerFunc(hello)
	mux := http.NewServeMux()

	keys, err := jwks.Discover(issuer) // the keys that its OpenID Provider metadata names
	if err != nil {
		log.Fatal(err)
	}
	decoder, err := jwt.NewDecoder(keys, jwt.RS256|jwt.ES256, jwt.WithIssuer(issuer), jwt.WithAudience("orders"))
	if err != nil {
		log.Fatal(err)
	}
	guard, err := bearer.New(decoder)
	if err != nil {
		log.Fatal(err)
	}
	mux.Handle("GET /orders", guard.Scope("orders:read")(orders))

	token, err := jwt.Encode(jwt.Claims{"sub": "alice", "scope": "orders:read"}, key,
		jwt.WithIssuer(issuer), jwt.WithAudience("orders"), jwt.WithExpiresIn(time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodGet, "/orders", nil)
	send(mux, request)
	request.Header.Set("Authorization", "Bearer "+token)
	send(mux, request)
	// Output:
	// 401 A bearer token is needed
	//     Bearer realm="api", scope="orders:read"
	// 200 alice
}

// startIssuer publishes a key, and metadata that says where.
func startIssuer(key *jwt.Key) *httptest.Server {
	set, err := jwt.NewKeySet(key)
	if err != nil {
		log.Fatal(err)
	}
	published, err := jwks.Handler(set, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	mux.Handle("/.well-known/jwks.json", published)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{"issuer": server.URL, "jwks_uri": server.URL + "/.well-known/jwks.json"})
	})
	return server
}

func ExampleNew() {
	_, err := bearer.New(nil)
	fmt.Println(errors.Is(err, jwt.ErrInvalidOption))
	guard, err := bearer.New(exampleDecoder(), bearer.WithRealm("orders"))
	fmt.Println(guard != nil, err)
	// Output:
	// true
	// true <nil>
}

// What a client is told, by what is wrong.
func ExampleGuard_Handler() {
	guard, err := bearer.New(exampleDecoder())
	if err != nil {
		log.Fatal(err)
	}
	handler := guard.Handler(http.HandlerFunc(hello))

	alice := jwt.Claims{"sub": "alice"}
	token := exampleToken(alice, jwt.WithExpiresIn(time.Minute))
	send(handler, get("Authorization", "Bearer "+token))
	send(handler, get("Authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="))
	send(handler, get("Authorization", `Bearer "`+token+`"`))
	send(handler, get("Authorization", "Bearer "+token[1:]))
	anHourAgo := jwt.WithClock(func() time.Time { return time.Now().Add(-time.Hour) })
	send(handler, get("Authorization", "Bearer "+exampleToken(alice, jwt.WithExpiresIn(time.Minute), anHourAgo)))
	// Output:
	// 200 alice
	// 401 A bearer token is needed
	//     Bearer realm="api"
	// 400 The token is in quotes
	//     Bearer realm="api", error="invalid_request", error_description="The token is in quotes"
	// 401 The access token is invalid
	//     Bearer realm="api", error="invalid_token"
	// 401 The access token expired
	//     Bearer realm="api", error="invalid_token", error_description="The access token expired"
}

// All of a service needs one scope, and a part of it another. The token is verified once.
func ExampleGuard_Scope() {
	guard, err := bearer.New(exampleDecoder())
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "two orders") })
	mux.Handle("POST /orders", guard.Scope("orders:write")(http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ordered") })))
	handler := guard.Scope("orders:read")(mux)

	token := exampleToken(jwt.Claims{"sub": "alice", "scope": "openid orders:read"}, jwt.WithExpiresIn(time.Minute))
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		request := httptest.NewRequest(method, "/orders", nil)
		request.Header.Set("Authorization", "Bearer "+token)
		send(handler, request)
	}
	// Output:
	// 200 two orders
	// 403 The access token lacks a scope
	//     Bearer realm="api", error="insufficient_scope", scope="orders:read orders:write"
}

// A middleware of the program's own: here one that looks the user up.
func ExampleGuard_Authenticate() {
	guard, err := bearer.New(exampleDecoder())
	if err != nil {
		log.Fatal(err)
	}
	users := map[string]string{"alice": "Alice Liddell"}
	middleware := func(next func(w http.ResponseWriter, r *http.Request, name string)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, err := guard.Authenticate(r)
			if err != nil {
				guard.WriteError(w, r, err)
				return
			}
			name, ok := users[token.Claims.Subject()]
			if !ok {
				http.Error(w, "No such user", http.StatusForbidden)
				return
			}
			next(w, r.WithContext(bearer.NewContext(r.Context(), token)), name)
		})
	}
	handler := middleware(func(w http.ResponseWriter, _ *http.Request, name string) { fmt.Fprintln(w, "hello,", name) })

	for _, subject := range []string{"alice", "bob"} {
		send(handler, get("Authorization", "Bearer "+exampleToken(jwt.Claims{"sub": subject}, jwt.WithExpiresIn(time.Minute))))
	}
	// Output:
	// 200 hello, Alice Liddell
	// 403 No such user
}

// A scope that depends on what is asked for.
func ExampleGuard_WriteError() {
	guard, err := bearer.New(exampleDecoder())
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /shops/{shop}", func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer.FromContext(r.Context())
		if shops, err := jwt.Get[[]string](token.Claims, "shops"); err != nil || !slices.Contains(shops, r.PathValue("shop")) {
			guard.WriteError(w, r, fmt.Errorf("%w: the shop", bearer.ErrInsufficientScope))
			return
		}
		fmt.Fprintln(w, "the shop", r.PathValue("shop"))
	})

	token := exampleToken(jwt.Claims{"sub": "alice", "shops": []string{"tea"}}, jwt.WithExpiresIn(time.Minute))
	for _, shop := range []string{"tea", "hats"} {
		request := httptest.NewRequest(http.MethodGet, "/shops/"+shop, nil)
		request.Header.Set("Authorization", "Bearer "+token)
		send(guard.Handler(mux), request)
	}
	// Output:
	// 200 the shop tea
	// 403 The access token lacks a scope
	//     Bearer realm="api", error="insufficient_scope"
}

// A decoder of the program's own: what is true of all tokens of a service stands in one
// place, here a list of revoked ones.
func ExampleDecoder() {
	revoked := map[string]bool{"token-2": true}
	decoder := exampleDecoder()
	guard, err := bearer.New(decodeFunc(func(ctx context.Context, token string) (*jwt.Token, error) {
		t, err := decoder.DecodeContext(ctx, token)
		if err == nil && revoked[t.Claims.ID()] {
			return nil, fmt.Errorf("%w: it was revoked", jwt.ErrInvalidToken)
		}
		return t, err
	}))
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range []string{"token-1", "token-2"} {
		send(guard.Handler(http.HandlerFunc(hello)), get("Authorization", "Bearer "+exampleToken(jwt.Claims{"sub": "alice", "jti": id}, jwt.WithExpiresIn(time.Minute))))
	}
	// Output:
	// 200 alice
	// 401 The access token is invalid
	//     Bearer realm="api", error="invalid_token"
}

type decodeFunc func(context.Context, string) (*jwt.Token, error)

func (f decodeFunc) DecodeContext(ctx context.Context, token string) (*jwt.Token, error) {
	return f(ctx, token)
}

func ExampleFromContext() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		token, ok := bearer.FromContext(r.Context())
		if !ok { // not behind a guard, or behind an optional one
			fmt.Fprintln(w, "hello, whoever you are")
			return
		}
		var user struct {
			Subject string   `json:"sub"`
			Groups  []string `json:"groups"`
		}
		if err := token.DecodeInto(&user); err != nil {
			http.Error(w, "What groups?", http.StatusForbidden)
			return
		}
		fmt.Fprintln(w, "hello,", user.Subject, "of", user.Groups)
	}

	guard, err := bearer.New(exampleDecoder())
	if err != nil {
		log.Fatal(err)
	}
	token := exampleToken(jwt.Claims{"sub": "alice", "groups": []string{"staff"}}, jwt.WithExpiresIn(time.Minute))
	send(guard.Handler(http.HandlerFunc(handler)), get("Authorization", "Bearer "+token))
	send(http.HandlerFunc(handler), httptest.NewRequest(http.MethodGet, "/", nil))
	// Output:
	// 200 hello, alice of [staff]
	// 200 hello, whoever you are
}

// The test of a handler needs neither a guard nor a key.
func ExampleNewContext() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer.FromContext(r.Context())
		fmt.Fprintln(w, "hello,", token.Claims.Subject())
	}

	ctx := bearer.NewContext(context.Background(), &jwt.Token{Claims: jwt.Claims{"sub": "alice"}})
	send(http.HandlerFunc(handler), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	// Output: 200 hello, alice
}

func ExampleWithRealm() {
	guard, err := bearer.New(exampleDecoder(), bearer.WithRealm("orders of ACME"))
	if err != nil {
		log.Fatal(err)
	}
	send(guard.Handler(http.HandlerFunc(hello)), httptest.NewRequest(http.MethodGet, "/", nil))
	// Output:
	// 401 A bearer token is needed
	//     Bearer realm="orders of ACME"
}

func ExampleWithOptional() {
	guard, err := bearer.New(exampleDecoder(), bearer.WithOptional())
	if err != nil {
		log.Fatal(err)
	}
	handler := guard.Handler(http.HandlerFunc(hello))
	send(handler, httptest.NewRequest(http.MethodGet, "/", nil))
	send(handler, get("Authorization", "Bearer "+exampleToken(jwt.Claims{"sub": "alice"}, jwt.WithExpiresIn(time.Minute))))
	send(handler, get("Authorization", "Bearer a.b.c"))
	// Output:
	// 200 nobody
	// 200 alice
	// 401 The access token is invalid
	//     Bearer realm="api", error="invalid_token"
}

// Google's Identity-Aware Proxy sends a token of its own.
func ExampleWithHeader() {
	guard, err := bearer.New(exampleDecoder(), bearer.WithHeader("X-Goog-Iap-Jwt-Assertion"))
	if err != nil {
		log.Fatal(err)
	}
	handler := guard.Handler(http.HandlerFunc(hello))
	token := exampleToken(jwt.Claims{"sub": "alice"}, jwt.WithExpiresIn(time.Minute))
	send(handler, get("X-Goog-Iap-Jwt-Assertion", token))
	send(handler, get("Authorization", "Bearer "+token))
	// Output:
	// 200 alice
	// 401 A bearer token is needed
	//     Bearer realm="api"
}

func ExampleWithCookie() {
	guard, err := bearer.New(exampleDecoder(), bearer.WithCookie("__Host-session"))
	if err != nil {
		log.Fatal(err)
	}
	handler := guard.Handler(http.HandlerFunc(hello))
	token := exampleToken(jwt.Claims{"sub": "alice"}, jwt.WithExpiresIn(time.Minute))
	for _, site := range []string{"same-origin", "cross-site"} {
		request := httptest.NewRequest(http.MethodPost, "/", nil)
		request.AddCookie(&http.Cookie{Name: "__Host-session", Value: token})
		request.Header.Set("Sec-Fetch-Site", site) // browsers set it
		send(handler, request)
	}
	// Output:
	// 200 alice
	// 403 The request comes from another site
}

func ExampleWithForm() {
	guard, err := bearer.New(exampleDecoder(), bearer.WithForm("access_token"))
	if err != nil {
		log.Fatal(err)
	}
	handler := guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "ordered:", r.PostFormValue("what"))
	}))
	form := url.Values{
		"what":         {"tea"},
		"access_token": {exampleToken(jwt.Claims{"sub": "alice"}, jwt.WithExpiresIn(time.Minute))},
	}
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	send(handler, request)
	// Output: 200 ordered: tea
}

// A client that gets no further learns from the metadata where tokens are issued.
func ExampleWithResourceMetadata() {
	guard, err := bearer.New(exampleDecoder(),
		bearer.WithResourceMetadata("https://api.example/.well-known/oauth-protected-resource"))
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", guard.Handler(http.HandlerFunc(hello)))
	mux.HandleFunc("GET /.well-known/oauth-protected-resource", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"resource":"https://api.example","authorization_servers":["https://login.example"]}`)
	})
	send(mux, httptest.NewRequest(http.MethodGet, "/orders", nil))
	send(mux, httptest.NewRequest(http.MethodGet, "/.well-known/oauth-protected-resource", nil))
	// Output:
	// 401 A bearer token is needed
	//     Bearer realm="api", resource_metadata="https://api.example/.well-known/oauth-protected-resource"
	// 200 {"resource":"https://api.example","authorization_servers":["https://login.example"]}
}

func ExampleWithoutExpiry() {
	token := exampleToken(jwt.Claims{"sub": "a sensor"})
	for _, opts := range [][]bearer.Option{nil, {bearer.WithoutExpiry()}} {
		guard, err := bearer.New(exampleDecoder(), opts...)
		if err != nil {
			log.Fatal(err)
		}
		send(guard.Handler(http.HandlerFunc(hello)), get("Authorization", "Bearer "+token))
	}
	// Output:
	// 401 The access token is invalid
	//     Bearer realm="api", error="invalid_token"
	// 200 a sensor
}

// A token that is bound to a client certificate (RFC 8705): the program compares it with
// that of the connection.
func ExampleAllowBound() {
	guard, err := bearer.New(exampleDecoder(), bearer.AllowBound())
	if err != nil {
		log.Fatal(err)
	}
	const thumbprint = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" // of r.TLS.PeerCertificates[0]
	handler := guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer.FromContext(r.Context())
		cnf, err := jwt.Get[struct {
			Certificate string `json:"x5t#S256"`
		}](token.Claims, "cnf")
		if err != nil || cnf.Certificate != thumbprint {
			guard.WriteError(w, r, jwt.ErrInvalidToken)
			return
		}
		hello(w, r)
	}))
	for _, of := range []string{thumbprint, "that of another certificate"} {
		send(handler, get("Authorization", "Bearer "+exampleToken(jwt.Claims{"sub": "alice", "cnf": map[string]string{"x5t#S256": of}}, jwt.WithExpiresIn(time.Minute))))
	}
	// Output:
	// 200 alice
	// 401 The access token is invalid
	//     Bearer realm="api", error="invalid_token"
}

// Answers as JSON, and a log for what is the program's fault or its back ends'.
func ExampleWithErrorHandler() {
	guard, err := bearer.New(exampleDecoder(), bearer.WithErrorHandler(func(w http.ResponseWriter, _ *http.Request, status int, err error) {
		if status >= 500 {
			log.Print(err)
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "title": http.StatusText(status)})
	}))
	if err != nil {
		log.Fatal(err)
	}
	send(guard.Handler(http.HandlerFunc(hello)), get("Authorization", "Bearer a.b.c"))
	// Output:
	// 401 {"status":401,"title":"Unauthorized"}
	//     Bearer realm="api", error="invalid_token"
}
