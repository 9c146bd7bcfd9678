package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Tokens that the issuer's own key has signed, and that are nevertheless not for orders.
func TestServiceRefuses(t *testing.T) {
	noLeaks(t)
	var i *issuer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { i.ServeHTTP(w, r) }))
	defer server.Close()
	i, err := newIssuer(settings{server.URL, quickLogin, time.Minute, time.Minute, time.Now})
	require.NoError(t, err)
	orders, err := newService("orders", server.URL)
	require.NoError(t, err)

	var (
		claims = jwt.Claims{"sub": "alice", "scope": "orders:read"}
		typ    = jwt.WithType("at+jwt")
		iss    = jwt.WithIssuer(server.URL)
		aud    = jwt.WithAudience("orders")
		exp    = jwt.WithExpiresIn(time.Minute)
	)
	for _, test := range []struct {
		name   string
		claims jwt.Claims
		with   []jwt.EncodeOption
		status int
	}{
		{"as it should be", claims, []jwt.EncodeOption{typ, iss, aud, exp}, 200},
		{"for reports", claims, []jwt.EncodeOption{typ, iss, jwt.WithAudience("reports"), exp}, 401},
		{"for nobody", claims, []jwt.EncodeOption{typ, iss, exp}, 401},
		{"by another issuer", claims, []jwt.EncodeOption{typ, jwt.WithIssuer(server.URL + "/"), aud, exp}, 401},
		{"no access token", claims, []jwt.EncodeOption{iss, aud, exp}, 401},
		{"for ever", claims, []jwt.EncodeOption{typ, iss, aud}, 401},
		{"expired", claims, []jwt.EncodeOption{typ, iss, aud, exp, jwt.WithClock(func() time.Time { return time.Now().Add(-time.Minute) })}, 401},
		{"about nobody", jwt.Claims{"scope": "orders:read"}, []jwt.EncodeOption{typ, iss, aud, exp}, 401},
		{"with another scope", jwt.Claims{"sub": "alice", "scope": "reports:read"}, []jwt.EncodeOption{typ, iss, aud, exp}, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			token, err := jwt.Encode(test.claims, i.current, test.with...)
			require.NoError(t, err)
			r := httptest.NewRequest("GET", "/orders", nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			orders.ServeHTTP(w, r)
			assert.Equal(t, test.status, w.Code)
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, test.status == 200, w.Header().Get("WWW-Authenticate") == "")
		})
	}
}
