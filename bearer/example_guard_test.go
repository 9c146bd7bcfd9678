package bearer_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

// One guard for a whole service: some paths are open to everybody with a token, one wants a
// scope, and one wants no token at all.
func ExampleGuard() {
	guard, err := bearer.New(exampleDecoder())
	if err != nil {
		log.Fatal(err)
	}
	page := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
	}
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", page("well"))
	mux.Handle("GET /orders", guard.Handler(page("orders")))
	mux.Handle("DELETE /orders", guard.Scope("orders:write")(page("deleted")))

	token := exampleToken(jwt.Claims{"sub": "alice", "scope": "orders:read"}, jwt.WithExpiresIn(time.Minute))
	for _, call := range []string{"GET /healthz", "GET /orders", "DELETE /orders"} {
		var method, path string
		fmt.Sscan(call, &method, &path)
		r := httptest.NewRequest(method, path, nil)
		if path != "/healthz" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		send(mux, r)
	}
	// Output:
	// 200 well
	// 200 orders
	// 403 The access token lacks a scope
	//     Bearer realm="api", error="insufficient_scope", scope="orders:write"
}

// Where the token is comes from settings: a service behind a load balancer of AWS reads
// another header.
func ExampleOption() {
	const behindALB = true // a setting of the program

	opts := []bearer.Option{bearer.WithRealm("orders")}
	if behindALB {
		opts = append(opts, bearer.WithHeader("X-Amzn-Oidc-Data"))
	}
	guard, err := bearer.New(exampleDecoder(), opts...)
	if err != nil {
		log.Fatal(err)
	}
	token := exampleToken(jwt.Claims{"sub": "alice"}, jwt.WithExpiresIn(time.Minute))
	send(guard.Handler(http.HandlerFunc(hello)), get("X-Amzn-Oidc-Data", token))
	// Output:
	// 200 alice
}
