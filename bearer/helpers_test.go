package bearer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

// The time and the secret of all tests.
var (
	now    = time.Unix(1_800_000_000, 0)
	secret = []byte("a secret of the tests, of 32 bytes or more")
	clock  = jwt.WithClock(func() time.Time { return now })
)

// newDecoder makes the decoder of all tests: HS256, and a validator that finds its back
// end down for one subject.
func newDecoder(tb testing.TB) *jwt.Decoder {
	tb.Helper()
	d, err := jwt.NewDecoder(secret, jwt.HS256, clock, jwt.WithValidator(func(_ context.Context, t *jwt.Token) error {
		if t.Claims.Subject() == "unavailable" {
			return jwt.ErrUnavailable
		}
		return nil
	}))
	require.NoError(tb, err)
	return d
}

// newGuard makes a guard with the decoder of all tests.
func newGuard(tb testing.TB, opts ...bearer.Option) *bearer.Guard {
	tb.Helper()
	g, err := bearer.New(newDecoder(tb), opts...)
	require.NoError(tb, err)
	return g
}

// encode makes a token of claims.
func encode(tb testing.TB, claims jwt.Claims) string {
	tb.Helper()
	token, err := jwt.Encode(claims, secret)
	require.NoError(tb, err)
	return token
}

// tokens are those that testdata/requests.json names in braces.
func tokens(tb testing.TB) map[string]string {
	tb.Helper()
	exp := now.Add(time.Hour).Unix()
	good := encode(tb, jwt.Claims{"sub": "alice", "exp": exp})
	forged, err := jwt.Encode(jwt.Claims{"sub": "alice", "exp": exp}, []byte("another secret of the tests, of 32 bytes or more"))
	require.NoError(tb, err)
	return map[string]string{
		"good":        good,
		"forged":      forged,
		"expired":     encode(tb, jwt.Claims{"sub": "alice", "exp": now.Unix()}),
		"eternal":     encode(tb, jwt.Claims{"sub": "alice"}),
		"bound":       encode(tb, jwt.Claims{"sub": "alice", "exp": exp, "cnf": jwt.Claims{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
		"read":        encode(tb, jwt.Claims{"sub": "alice", "exp": exp, "scope": "openid read"}),
		"scp":         encode(tb, jwt.Claims{"sub": "alice", "exp": exp, "scp": []string{"read", "write"}}),
		"unavailable": encode(tb, jwt.Claims{"sub": "unavailable", "exp": exp}),
	}
}

// A decoderFunc is a decoder of a test's own.
type decoderFunc func(context.Context, string) (*jwt.Token, error)

func (f decoderFunc) DecodeContext(ctx context.Context, token string) (*jwt.Token, error) {
	return f(ctx, token)
}

// hello answers with the subject of the token, or "nobody".
func hello(w http.ResponseWriter, r *http.Request) {
	subject := "nobody"
	if t, ok := bearer.FromContext(r.Context()); ok {
		subject = t.Claims.Subject()
	}
	if r.Method != http.MethodHead { // a recorder has what net/http would not send
		_, _ = io.WriteString(w, subject+"\n")
	}
}

// withToken is a request with a token where it usually is.
func withToken(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// serve answers a request without a network.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// assertClass wants err to match its class, and none of the others at the top.
func assertClass(t *testing.T, err, class error) {
	t.Helper()
	require.ErrorIs(t, err, class)
	for _, other := range []error{
		bearer.ErrNoToken, bearer.ErrInvalidRequest, bearer.ErrInsufficientScope, bearer.ErrCrossOrigin,
		jwt.ErrInvalidToken, jwt.ErrInvalidKey, jwt.ErrUnavailable, jwt.ErrInvalidOption,
	} {
		if !errors.Is(class, other) {
			assert.NotErrorIs(t, err, other)
		}
	}
	assert.Equal(t, 1, strings.Count(err.Error(), "bearer: ")+strings.Count(err.Error(), "jwt: "), err.Error())
}
