package bearer_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

// What scopes a token has, by its claims.
func TestScopesOfClaims(t *testing.T) {
	for _, tt := range []struct {
		name   string
		claims jwt.Claims
		wanted []string
		want   bool
	}{
		{"text", jwt.Claims{"scope": "read"}, []string{"read"}, true},
		{"text of several", jwt.Claims{"scope": "openid read write"}, []string{"write", "openid"}, true},
		{"the same name twice", jwt.Claims{"scope": "read"}, []string{"read", "read"}, true},
		{"spaces", jwt.Claims{"scope": "  read  "}, []string{"read"}, true},
		{"a part of a name", jwt.Claims{"scope": "read:all ready read-"}, []string{"read"}, false},
		{"another case", jwt.Claims{"scope": "Read READ"}, []string{"read"}, false},
		{"one of two", jwt.Claims{"scope": "read"}, []string{"read", "write"}, false},
		{"a tab between", jwt.Claims{"scope": "read\twrite"}, []string{"read"}, false},
		{"a comma between", jwt.Claims{"scope": "read,write"}, []string{"read"}, false},
		{"empty", jwt.Claims{"scope": ""}, []string{"read"}, false},
		{"none", jwt.Claims{}, []string{"read"}, false},
		{"an array", jwt.Claims{"scope": []any{"read", "write"}}, []string{"write"}, true},
		{"an array of strings", jwt.Claims{"scope": []string{"read", "write"}}, []string{"write"}, true},
		{"an array without it", jwt.Claims{"scope": []any{"read"}}, []string{"write"}, false},
		{"an empty array", jwt.Claims{"scope": []any{}}, []string{"write"}, false},
		{"an array with a number", jwt.Claims{"scope": []any{"read", int64(1)}}, []string{"read"}, false},
		{"an array in an array", jwt.Claims{"scope": []any{[]any{"read"}}}, []string{"read"}, false},
		{"an object", jwt.Claims{"scope": map[string]any{"read": true}}, []string{"read"}, false},
		{"true", jwt.Claims{"scope": true}, []string{"true"}, false},
		{"scp, text", jwt.Claims{"scp": "read write"}, []string{"write"}, true},
		{"scp, an array", jwt.Claims{"scp": []any{"read", "write"}}, []string{"write"}, true},
		{"scope goes before scp", jwt.Claims{"scope": "read", "scp": "write"}, []string{"write"}, false},
		{"an empty scope goes before scp", jwt.Claims{"scope": "", "scp": "write"}, []string{"write"}, false},
		{"a scope of null is absent", jwt.Claims{"scope": nil, "scp": "write"}, []string{"write"}, true},
		{"other claims", jwt.Claims{"scopes": "read", "Scope": "read", "roles": []any{"read"}}, []string{"read"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.claims["exp"] = int64(1)
			g, err := bearer.New(decoderFunc(func(context.Context, string) (*jwt.Token, error) { return &jwt.Token{Claims: tt.claims}, nil }))
			require.NoError(t, err)
			w := serve(g.Scope(tt.wanted...)(http.HandlerFunc(hello)), withToken("opaque"))
			if tt.want {
				assert.Equal(t, 200, w.Code)
			} else {
				assert.Equal(t, 403, w.Code)
			}
		})
	}
}

// counted is a guard whose decoder counts.
func counted(t *testing.T, claims jwt.Claims, opts ...bearer.Option) (*bearer.Guard, *int) {
	t.Helper()
	calls := new(int)
	g, err := bearer.New(decoderFunc(func(context.Context, string) (*jwt.Token, error) {
		*calls++
		return &jwt.Token{Claims: claims}, nil
	}), opts...)
	require.NoError(t, err)
	return g, calls
}

// Only what the same guard verified counts.
func TestScopeVerifiesOnce(t *testing.T) {
	claims := jwt.Claims{"sub": "alice", "exp": now, "scope": "read write"}
	root := &jwt.Token{Claims: jwt.Claims{"sub": "root", "exp": now, "scope": "read write admin"}}
	hand := http.HandlerFunc(hello)
	g, calls := counted(t, claims)
	other, _ := counted(t, root.Claims)
	optional, _ := counted(t, claims, bearer.WithOptional())
	put := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(bearer.NewContext(r.Context(), root)))
		})
	}
	bare, err := http.NewRequest(http.MethodGet, "/", nil)
	require.NoError(t, err)
	for _, tt := range []struct {
		name      string
		handler   http.Handler
		request   *http.Request
		status    int
		calls     int
		challenge string
	}{
		{"alone", g.Scope("read")(hand), withToken("t"), 200, 1, ""},
		{"within Handler", g.Handler(g.Scope("read")(hand)), withToken("t"), 200, 1, ""},
		{"within Scope", g.Scope("read")(g.Scope("write")(hand)), withToken("t"), 200, 1, ""},
		{"within two", g.Handler(g.Scope("read")(g.Scope("write")(g.Scope("read")(hand)))), withToken("t"), 200, 1, ""},
		{"lacking within Scope", g.Scope("read")(g.Scope("admin", "read")(hand)), withToken("t"), 403, 1, `Bearer realm="api", error="insufficient_scope", scope="read admin"`},
		{"lacking within Handler", g.Handler(g.Scope("admin")(hand)), withToken("t"), 403, 1, `Bearer realm="api", error="insufficient_scope", scope="admin"`},
		{"lacking further out", g.Scope("admin")(g.Scope("read")(hand)), withToken("t"), 403, 1, `Bearer realm="api", error="insufficient_scope", scope="admin"`},
		{"within another guard", other.Handler(g.Scope("admin")(hand)), withToken("t"), 403, 1, `Bearer realm="api", error="insufficient_scope", scope="admin"`},
		{"another guard in between", g.Handler(other.Handler(g.Scope("admin")(hand))), withToken("t"), 403, 2, `Bearer realm="api", error="insufficient_scope", scope="admin"`},
		{"NewContext, without a token", put(g.Scope("admin")(hand)), bare, 401, 0, `Bearer realm="api", scope="admin"`},
		{"NewContext, with another", put(g.Scope("admin")(hand)), withToken("t"), 403, 1, `Bearer realm="api", error="insufficient_scope", scope="admin"`},
		{"NewContext within Handler", g.Handler(put(g.Scope("admin")(hand))), withToken("t"), 403, 2, `Bearer realm="api", error="insufficient_scope", scope="admin"`},
		{"optional, without a token", optional.Handler(optional.Scope("read")(hand)), bare, 401, 0, `Bearer realm="api", scope="read"`},
		{"optional, with one", optional.Handler(optional.Scope("read")(hand)), withToken("t"), 200, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			*calls = 0
			w := serve(tt.handler, tt.request)
			assert.Equal(t, tt.status, w.Code)
			assert.Equal(t, tt.calls, *calls)
			assert.Equal(t, tt.challenge, w.Header().Get("WWW-Authenticate"))
			if tt.status == 200 {
				assert.Equal(t, "alice\n", w.Body.String(), "the token that was verified")
			}
		})
	}
}

// A token of a guard further out, of a proxy for instance, does not stand for one of the
// user that is not there.
func TestOptionalWithinAnotherGuard(t *testing.T) {
	outer, _ := counted(t, jwt.Claims{"sub": "proxy", "exp": now}, bearer.WithHeader("X-Proxy"))
	inner, _ := counted(t, jwt.Claims{"sub": "alice", "exp": now}, bearer.WithOptional())
	h := outer.Handler(inner.Handler(http.HandlerFunc(hello)))
	r := withToken("t")
	r.Header.Set("X-Proxy", "t")
	assert.Equal(t, "alice\n", serve(h, r).Body.String())
	r.Header.Del("Authorization")
	assert.Equal(t, "nobody\n", serve(h, r).Body.String())
	r = r.WithContext(bearer.NewContext(r.Context(), &jwt.Token{Claims: jwt.Claims{"sub": "bob"}}))
	assert.Equal(t, "bob\n", serve(inner.Handler(http.HandlerFunc(hello)), r).Body.String(), "a test may put one in")
}

// What the program gave to Scope may change afterwards.
func TestScopeKeepsNoNames(t *testing.T) {
	g, _ := counted(t, jwt.Claims{"exp": now, "scope": "read"})
	names := []string{"admin"}
	h := g.Scope(names...)(http.HandlerFunc(hello))
	names[0] = "read"
	assert.Equal(t, 403, serve(h, withToken("t")).Code)
}
