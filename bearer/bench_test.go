package bearer_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/token-jwt/jwt/bearer"
)

// Handler, and Scope within it, beside the DecodeContext that they call: the
// difference is what the guard costs.
func BenchmarkGuard(b *testing.B) {
	token := tokens(b)["read"]
	d := newDecoder(b)
	g := newGuard(b)
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	handler, scope := g.Handler(next), g.Handler(g.Scope("read")(next))
	request := withToken(token)
	cookie := httptest.NewRequest(http.MethodGet, "/", nil)
	cookie.Header.Set("Cookie", "a=b; session="+token)
	for _, bb := range []struct {
		name string
		call func(w http.ResponseWriter)
	}{
		{"DecodeContext", func(http.ResponseWriter) { _, _ = d.DecodeContext(b.Context(), token) }},
		{"Handler", func(w http.ResponseWriter) { handler.ServeHTTP(w, request) }},
		{"HandlerAndScope", func(w http.ResponseWriter) { scope.ServeHTTP(w, request) }},
		{"Cookie", func() func(w http.ResponseWriter) {
			h := newGuard(b, bearer.WithCookie("session")).Handler(next)
			return func(w http.ResponseWriter) { h.ServeHTTP(w, cookie) }
		}()},
		{"NoToken", func(w http.ResponseWriter) { handler.ServeHTTP(w, cookie) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			w := httptest.NewRecorder()
			w.Body = nil
			for b.Loop() {
				bb.call(w)
			}
		})
	}
}
