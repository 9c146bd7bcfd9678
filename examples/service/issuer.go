package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

const (
	maxForm = 4 << 10 // bytes of a login form
	// How long a key is published after its last token has ended, for verifiers with
	// slow clocks and for a login that was being answered while the key changed.
	grace = time.Minute
)

// A session is the claims of an access token that the encoder does not add by itself.
type session struct {
	jwt.RegisteredClaims
	Scope    string `json:"scope"`
	ClientID string `json:"client_id"` // RFC 9068 wants it; there is one client here
}

// An issuer lets users log in, and publishes the keys that its tokens are verified
// with. It signs with one key, and replaces it from time to time:
//
//	next     is published already, and signs nothing yet
//	current  signs
//	old      signed once, and is published until its last token has ended
//
// So a service that fetches the published keys now and then has each key before it
// needs it, and for as long. Private keys are in memory here; in production they are
// in a KMS ([jwt.NewKey] takes its crypto.Signer), or in a store that all instances of
// the issuer read.
type issuer struct {
	settings
	handler http.Handler

	encoder   atomic.Pointer[jwt.Encoder] // of the current key
	published atomic.Pointer[http.Handler]

	mu            sync.Mutex // held while keys change
	current, next *jwt.Key
	old           []oldKey
	changed       time.Time
}

type oldKey struct {
	key   *jwt.Key
	until time.Time
}

// settings are what an issuer is made of.
type settings struct {
	url      string // as its tokens say it, and as services are given it
	logIn    loginCheck
	lifetime time.Duration // of tokens
	maxAge   time.Duration // how long services may use the published keys without asking again
	now      func() time.Time
}

func newIssuer(s settings) (*issuer, error) {
	i := &issuer{settings: s}
	var err error
	if i.next, err = newKey(); err != nil {
		return nil, err
	}
	// Nobody has asked for keys yet, so the first one need not be published before.
	if err := i.change(nil); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", i.login)
	mux.HandleFunc("GET /.well-known/openid-configuration", i.metadata)
	mux.HandleFunc("/.well-known/jwks.json", func(w http.ResponseWriter, r *http.Request) {
		(*i.published.Load()).ServeHTTP(w, r)
	})
	i.handler = mux
	return i, nil
}

func newKey() (*jwt.Key, error) { return jwt.GenerateKey(jwt.ES256, jwt.WithKeyID(rand.Text())) }

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) { i.handler.ServeHTTP(w, r) }

// rotate lets the next key sign, and publishes a new next one. Call it now and then, but
// not sooner than the next key was published for maxAge: services that cached the keys
// before would not know it.
func (i *issuer) rotate() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.now()
	if wait := i.maxAge - now.Sub(i.changed); wait > 0 {
		return fmt.Errorf("the next key signs in %v at the earliest: not all services may have it yet", wait)
	}
	old := slices.DeleteFunc(slices.Clone(i.old), func(o oldKey) bool { return !now.Before(o.until) })
	return i.change(append(old, oldKey{i.current, now.Add(i.lifetime + grace)}))
}

// revoke replaces the current key at once, for the day on which it was stolen. Services
// refuse its tokens once they have fetched the keys again, which is after maxAge at the
// latest. Users log in again and notice nothing else, as the next key is ready.
func (i *issuer) revoke() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.change(i.old)
}

// change makes the next key the current one. Of the keys before, those in old are
// published. The caller holds mu. Where it fails, nothing has changed.
func (i *issuer) change(old []oldKey) error {
	next, err := newKey()
	if err != nil {
		return err
	}
	encoder, err := jwt.NewEncoder(i.next,
		jwt.WithType("at+jwt"), // an access token (RFC 9068), so that no other token passes for one
		jwt.WithIssuer(i.url),
		jwt.WithAudience("orders", "reports"),
		jwt.WithIssuedAt(),
		jwt.WithExpiresIn(i.lifetime),
		jwt.WithRandomID(),
		jwt.WithClock(i.now))
	if err != nil {
		return err
	}
	keys := []*jwt.Key{next, i.next}
	for _, o := range old {
		keys = append(keys, o.key)
	}
	set, err := jwt.NewKeySet(keys...)
	if err != nil {
		return err
	}
	handler, err := jwks.Handler(set, i.maxAge) // it publishes their public halves
	if err != nil {
		return err
	}
	i.published.Store(&handler) // first, so that no token is signed by a key that is not there
	i.encoder.Store(encoder)
	i.current, i.next, i.old, i.changed = i.next, next, old, i.now()
	return nil
}

// keepRotating rotates until the context ends.
func (i *issuer) keepRotating(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := i.rotate(); err != nil { // the current key goes on signing
				slog.ErrorContext(ctx, "keys were not rotated", "error", err)
			}
		}
	}
}

// metadata is what services find the keys by (OpenID Connect Discovery 1.0, Section 4).
// A whole OpenID provider says more in it.
func (i *issuer) metadata(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]string{"issuer": i.url, "jwks_uri": i.url + "/.well-known/jwks.json"})
}

// login answers a form of username and password with a token.
func (i *issuer) login(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		if errors.As(err, new(*http.MaxBytesError)) {
			status = http.StatusRequestEntityTooLarge
		}
		reply(w, status, map[string]string{"error": "the form cannot be read"})
		return
	}
	// PostForm is the body alone: a password in an address would be in every log.
	name := r.PostForm.Get("username")
	scope, ok, err := i.logIn(name, r.PostForm.Get("password"))
	if err != nil {
		fail(w, r, err)
		return
	}
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer realm="login"`) // RFC 9110, Section 15.5.2 asks for a challenge
		reply(w, http.StatusUnauthorized, map[string]string{"error": "wrong user name or password"})
		return
	}
	token, err := i.encoder.Load().Encode(session{
		RegisteredClaims: jwt.RegisteredClaims{Subject: name},
		Scope:            scope,
		ClientID:         "example",
	})
	if err != nil {
		fail(w, r, err)
		return
	}
	reply(w, http.StatusOK, map[string]string{"token": token})
}

// fail answers a fault of the program. The user can do nothing about it, so the log
// has what happened.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	slog.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err)
	reply(w, http.StatusInternalServerError, map[string]string{"error": "the service has failed"})
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // a failure here is a client that went away
}
