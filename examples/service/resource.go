package main

import (
	"net/http"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
	"github.com/token-jwt/jwt/jwks"
)

// newService returns a service that answers GET /name to those whose token has the
// scope name:read. Of the issuer it knows the URL and nothing else: neither keys nor
// users. It fetches the keys when the first token comes, and from then on as they
// change.
func newService(name, issuer string, opts ...jwks.Option) (http.Handler, error) {
	keys, err := jwks.Discover(issuer, opts...)
	if err != nil {
		return nil, err
	}
	decoder, err := jwt.NewDecoder(keys, jwt.ES256,
		jwt.WithIssuer(issuer),
		jwt.WithAudience(name),
		jwt.WithType("at+jwt"),
		jwt.WithRequired("sub"))
	if err != nil {
		return nil, err
	}
	guard, err := bearer.New(decoder, bearer.WithRealm(name))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /"+name, guard.Scope(name+":read")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer.FromContext(r.Context()) // always there: the guard let the request pass
		w.Header().Set("Cache-Control", "no-store") // an answer is for one user
		reply(w, http.StatusOK, resource{name, token.Claims.Subject(), contents[name]})
	})))
	return mux, nil
}

// A resource is what a service has for a user.
type resource struct {
	Service string   `json:"service"`
	User    string   `json:"user"`
	Items   []string `json:"items"`
}

var contents = map[string][]string{
	"orders":  {"a looking glass", "two fans"},
	"reports": {"the year so far"},
}
