package migrating

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// A library is one in Go: its code for the nine tasks, and its plain call to verify.
type library struct {
	name  string
	tasks [9]func(*work) error
	takes func(token string, secret []byte) error
}

var libraries = []library{ours, golangJWT, goJose, jwx}

// A work is what a task is given, and what it makes of it.
type work struct {
	ctx                   context.Context
	secret, older, newer  []byte
	privatePEM, publicPEM []byte
	issuer, token         string
	request               *http.Request
	mux                   *http.ServeMux
	orders                http.Handler
	log                   *slog.Logger

	subject, reason string
	roles           []string
	status          int
}

// The secrets are for tests. A real one is random, and never stands in a program.
const (
	secret    = "a key for examples of 32 bytes or more"
	oldSecret = "the key of last month, 32 bytes and more"
	newSecret = "the key of this month, 32 bytes and more"
	issuedBy  = "https://login.example"
)

// encode makes the tokens that all libraries are given.
func encode(t *testing.T, key *jwt.Key, claims jwt.Claims, opts ...jwt.EncodeOption) string {
	t.Helper()
	token, err := jwt.Encode(claims, key, opts...)
	require.NoError(t, err)
	return token
}

func newKey(t *testing.T, material any, opts ...jwt.KeyOption) *jwt.Key {
	t.Helper()
	key, err := jwt.NewKey(material, opts...)
	require.NoError(t, err)
	return key
}

// A set is everything that the tasks are given.
type set struct {
	issuer                string
	privatePEM, publicPEM string
	tokens                map[string]string
}

// prepare starts an identity provider and makes the tokens.
func prepare(t *testing.T) set {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	require.NoError(t, err)

	signer := newKey(t, private, jwt.WithKeyID("provider-1"), jwt.WithKeyAlgorithm(jwt.RS256))
	keys, err := jwt.NewKeySet(signer)
	require.NoError(t, err)
	published, err := jwks.Handler(keys, time.Hour)
	require.NoError(t, err)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.Handle("/jwks.json", published)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]string{"issuer": server.URL, "jwks_uri": server.URL + "/jwks.json"})
	})

	key := newKey(t, []byte(secret))
	alice := jwt.Claims{"sub": "alice"}
	hour := jwt.WithExpiresIn(time.Hour)
	yesterday := jwt.WithClock(func() time.Time { return time.Now().Add(-24 * time.Hour) })
	from, to := jwt.WithIssuer(issuedBy), jwt.WithAudience("orders")
	plain := encode(t, key, alice, hour)
	head, _, _ := strings.Cut(plain, ".")
	_, signature, _ := strings.Cut(plain[len(head)+1:], ".")
	other := encode(t, key, jwt.Claims{"sub": "mallory"}, hour)
	payload, _, _ := strings.Cut(other[len(head)+1:], ".")
	return set{
		issuer:     server.URL,
		privatePEM: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		publicPEM:  string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
		tokens: map[string]string{
			"good":             encode(t, key, alice, hour, from, to),
			"audience":         encode(t, key, alice, hour, from, jwt.WithAudience("mail")),
			"otherIssuer":      encode(t, key, alice, hour, jwt.WithIssuer("https://other.example"), to),
			"expired":          encode(t, key, alice, hour, from, to, yesterday),
			"plain":            plain,
			"plainExpired":     encode(t, key, alice, hour, yesterday),
			"tampered":         head + "." + payload + "." + signature,
			"older":            encode(t, newKey(t, []byte(oldSecret), jwt.WithKeyID("2026-10")), alice, hour),
			"provider":         encode(t, signer, alice, hour, jwt.WithIssuer(server.URL), to, jwt.WithIssuedAt()),
			"providerAudience": encode(t, signer, alice, hour, jwt.WithIssuer(server.URL), jwt.WithAudience("mail"), jwt.WithIssuedAt()),
			"scope":            encode(t, key, jwt.Claims{"sub": "alice", "scope": "orders:write orders:read"}, hour),
		},
	}
}

// checkToken verifies by this library what another has made.
func (s set) checkToken(t *testing.T, task int, token string) {
	t.Helper()
	var got *jwt.Token
	var err error
	switch task {
	case 5:
		got, err = jwt.DecodeComplete(token, newKey(t, []byte(newSecret)), jwt.HS256, jwt.WithRequired("exp"))
		require.NoError(t, err)
		assert.Equal(t, "2026-11", got.Header.KeyID)
	case 6:
		public, parseErr := jwt.ParsePEM([]byte(s.publicPEM))
		require.NoError(t, parseErr)
		got, err = jwt.DecodeComplete(token, public, jwt.RS256, jwt.WithRequired("exp"))
	default:
		got, err = jwt.DecodeComplete(token, []byte(secret), jwt.HS256, jwt.WithRequired("exp"))
	}
	require.NoError(t, err)
	assert.Equal(t, "alice", got.Claims.Subject())
	if task == 1 {
		assert.InDelta(t, 15*time.Minute, time.Until(got.Claims.ExpiresAt()), float64(time.Minute))
	}
	if task == 3 {
		roles, err := jwt.Get[[]string](got.Claims, "roles")
		require.NoError(t, err)
		assert.Equal(t, []string{"editor"}, roles)
	}
}

// Each library in Go does the nine tasks, and all answer alike.
func TestTasks(t *testing.T) {
	s := prepare(t)
	for _, l := range libraries {
		t.Run(l.name, func(t *testing.T) {
			do := func(task int, token string) (*work, error) {
				w := &work{ctx: t.Context(), secret: []byte(secret), older: []byte(oldSecret), newer: []byte(newSecret),
					privatePEM: []byte(s.privatePEM), publicPEM: []byte(s.publicPEM), issuer: s.issuer, token: token}
				return w, l.tasks[task-1](w)
			}
			for _, task := range []int{1, 3, 5, 6} {
				w, err := do(task, s.tokens["older"])
				require.NoError(t, err, task)
				s.checkToken(t, task, w.token)
				if task > 1 {
					assert.Equal(t, "alice", w.subject, task)
				}
			}
			for task, tokens := range map[int][]string{2: {"good", "audience", "otherIssuer", "expired"}, 7: {"provider", "providerAudience", "good"}} {
				w, err := do(task, s.tokens[tokens[0]])
				require.NoError(t, err, task)
				assert.Equal(t, "alice", w.subject, task)
				for _, bad := range tokens[1:] {
					_, err := do(task, s.tokens[bad])
					assert.Error(t, err, "task %d, %s", task, bad)
				}
			}
			for token, want := range map[string]work{"plain": {status: 200}, "plainExpired": {status: 401, reason: "expired"}, "tampered": {status: 401, reason: "invalid"}} {
				w, err := do(4, s.tokens[token])
				require.NoError(t, err)
				assert.Equal(t, want.status, w.status, token)
				assert.Equal(t, want.reason, w.reason, token)
			}
			guarded(t, l, s)
			logged(t, l, s)
		})
	}
}

func requestWith(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/orders", nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func guarded(t *testing.T, l library, s set) {
	t.Helper()
	passed := 0
	w := &work{secret: []byte(secret), mux: http.NewServeMux(), orders: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed++ })}
	require.NoError(t, l.tasks[7](w))
	for token, want := range map[string]int{"scope": 200, "": 401, "plainExpired": 401, "tampered": 401, "plain": 403} {
		answer := httptest.NewRecorder()
		w.mux.ServeHTTP(answer, requestWith(s.tokens[token]))
		assert.Equal(t, want, answer.Code, token)
		assert.Equal(t, want != 200, answer.Header().Get("WWW-Authenticate") != "", token)
	}
	assert.Equal(t, 1, passed, "requests that passed")
}

func logged(t *testing.T, l library, s set) {
	t.Helper()
	var out bytes.Buffer
	w := &work{secret: []byte(secret), request: requestWith(s.tokens["plain"]), log: slog.New(slog.NewTextHandler(&out, nil))}
	require.NoError(t, l.tasks[8](w))
	checkLog(t, s.tokens["plain"], out.String())
}

func checkLog(t *testing.T, token, log string) {
	t.Helper()
	assert.Contains(t, log, "alice")
	assert.Contains(t, log, "/orders")
	for part := range strings.SplitSeq(token, ".") {
		assert.NotContains(t, log, part)
	}
}

// The service of the page answers in JSON, and tells an expired token from an invalid one.
func TestService(t *testing.T) {
	key := newKey(t, []byte(secret))
	claims := func(change jwt.Claims) jwt.Claims {
		all := jwt.Claims{"sub": "alice", "user_id": 7, "roles": []string{"editor"}, "scope": "profile"}
		maps.Copy(all, change)
		return all
	}
	hour := jwt.WithExpiresIn(time.Hour)
	var out bytes.Buffer
	w := &work{secret: []byte(secret), mux: http.NewServeMux(), log: slog.New(slog.NewTextHandler(&out, nil))}
	require.NoError(t, oursService(w))
	for name, c := range map[string]struct {
		token  string
		status int
		body   string
	}{
		"good":                {encode(t, key, claims(nil), hour), 200, `{"roles":["editor"],"user":7}`},
		"none":                {"", 401, `{"error":"missing_token"}`},
		"expired":             {encode(t, key, claims(jwt.Claims{"exp": time.Now().Add(-time.Hour)})), 401, `{"error":"token_expired"}`},
		"of another key":      {encode(t, newKey(t, []byte(oldSecret)), claims(nil), hour), 401, `{"error":"invalid_token"}`},
		"malformed":           {"e30", 401, `{"error":"invalid_token"}`},
		"no such character":   {"e30.e30.e3$", 400, `{"error":"invalid_token"}`},
		"without the scope":   {encode(t, key, claims(jwt.Claims{"scope": "mail"}), hour), 403, `{"error":"insufficient_scope"}`},
		"without a user":      {encode(t, key, jwt.Claims{"sub": "alice", "scope": "profile"}, hour), 401, `{"error":"invalid_token"}`},
		"a user that is text": {encode(t, key, claims(jwt.Claims{"user_id": "7"}), hour), 401, `{"error":"invalid_token"}`},
	} {
		r := requestWith(c.token)
		r.URL.Path = "/me"
		answer := httptest.NewRecorder()
		w.mux.ServeHTTP(answer, r)
		assert.Equal(t, c.status, answer.Code, name)
		assert.JSONEq(t, c.body, answer.Body.String(), name)
	}
	assert.Contains(t, out.String(), "msg=refused path=/me")
}
