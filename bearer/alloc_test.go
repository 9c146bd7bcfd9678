//go:build !race

// The race detector allocates on its own account, so these run without it.

package bearer_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/bearer"
)

// discard is a ResponseWriter that costs nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func nothing(http.ResponseWriter, *http.Request) {}

// boxed returns a pointer that stays on the stack where the compiler inlines.
func boxed() *int { return new(int) }

// What the guard allocates beside what the decoder does: bounds that must not grow.
func TestAllocations(t *testing.T) {
	if testing.AllocsPerRun(10, func() { *boxed() = 1 }) > 0 { // as with -gcflags=-l
		t.Skip("this build is without inlining, and so allocates more")
	}
	token := tokens(t)["read"]
	d := newDecoder(t)
	ctx := t.Context()
	decode := testing.AllocsPerRun(100, func() {
		if _, err := d.DecodeContext(ctx, token); err != nil {
			t.Fatal(err)
		}
	})
	next := http.HandlerFunc(nothing)
	g := newGuard(t, bearer.WithCookie("session"), bearer.WithForm("access_token"))
	withCookie, err := http.NewRequest(http.MethodGet, "/", nil)
	require.NoError(t, err)
	withCookie.Header.Set("Cookie", "a=b; session="+token)
	many, err := http.NewRequest(http.MethodGet, "/", nil)
	require.NoError(t, err)
	many.Header.Set("Cookie", strings.Repeat("a=b; ", 10_000))
	for _, tt := range []struct {
		name    string
		handler http.Handler
		request *http.Request
		most    float64
	}{
		{"Authenticate", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if _, err := g.Authenticate(r); err != nil {
				t.Fatal(err)
			}
		}), withToken(token), decode},
		{"Handler", g.Handler(next), withToken(token), decode + 2},
		{"Handler, a cookie", g.Handler(next), withCookie, decode + 2},
		{"Scope", g.Scope("read")(next), withToken(token), decode + 2},
		{"Handler and Scope", g.Handler(g.Scope("read")(next)), withToken(token), decode + 4},
		{"optional, without a token", newGuard(t, bearer.WithOptional(), bearer.WithCookie("session")).Handler(next), many, 0},
		{"no token", g.Handler(next), many, 8},
		{"a malformed request", g.Handler(next), withToken(strings.Repeat("\"", 10_000)), 11},
	} {
		w := discard{http.Header{}}
		got := testing.AllocsPerRun(100, func() { tt.handler.ServeHTTP(w, tt.request) })
		assert.LessOrEqual(t, got, tt.most, tt.name)
		t.Logf("%s: %v, of them %v in DecodeContext", tt.name, got, decode)
	}
}
