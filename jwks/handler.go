package jwks

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/token-jwt/jwt"
)

// Handler returns a handler that publishes the public keys of a set as a JWK Set. It answers
// GET and HEAD. Of a private key it publishes the public half. Mount it at any path;
// /.well-known/jwks.json is common.
//
// Clients may use the answer for maxAge, in whole seconds. Then they ask by its ETag whether it
// changed. With 0 they ask each time. Publish a new key before it signs, for longer than maxAge
// and longer than the cooldown of the verifiers ([jwt.WithCooldown], 30 seconds): until then
// they may not have it. A removed key still verifies there for the same time.
//
// Of a live set the handler publishes the current keys at each request, which may be as old as
// the life of the set ([jwt.KeySet.Current]). It answers 503 if there are none. To publish keys
// that change in the program, make a new Handler at each change and swap it, as
// examples/service does.
//
// A secret in the set is a [jwt.ErrInvalidKey], and so is a nil or empty set. If a live set gets
// a secret later, the handler answers 500 and logs that by [slog.Default]. A negative maxAge,
// and any other one under a second, is a [jwt.ErrInvalidOption].
//
// Browsers on pages of other origins can read the keys only if an outer handler sets the CORS
// headers.
func Handler(set *jwt.KeySet, maxAge time.Duration) (http.Handler, error) {
	switch {
	case set == nil:
		return nil, &failure{class: jwt.ErrInvalidKey, text: "Handler was given a nil set; make one with jwt.NewKeySet"}
	case maxAge < 0:
		return nil, badOption("Handler was given a negative maxAge; 0 lets clients ask each time")
	case maxAge > 0 && maxAge < time.Second:
		return nil, badOption(fmt.Sprintf("Handler was given a maxAge of %v, which is under a second: a number without a unit is nanoseconds, write 30*time.Second", maxAge))
	}
	h := &handler{set: set, cacheControl: "no-cache"}
	if maxAge > 0 {
		h.cacheControl = fmt.Sprintf("public, max-age=%d", maxAge/time.Second)
	}
	text, err := set.MarshalJSON()
	switch {
	case err == nil:
		h.fixed = newPage(text)
	case !errors.Is(err, jwt.ErrKeySet): // ErrKeySet is a live set that was not fetched yet
		return nil, err
	}
	return h, nil
}

type handler struct {
	set          *jwt.KeySet
	fixed        *page // for a fixed set; a live one is written for each request
	cacheControl string
	failing      atomic.Bool // the error of the set was logged
}

// A page is the text of a set.
type page struct {
	text []byte
	etag string
}

func newPage(text []byte) *page {
	sum := sha256.Sum256(text)
	return &page{text, `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	set, err := h.set.Current(r.Context())
	if err != nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	p := h.fixed
	if set != h.set { // a fixed set returns itself
		text, err := set.MarshalJSON()
		if err != nil {
			if !h.failing.Swap(true) { // once, because anyone can send any number of requests
				slog.ErrorContext(r.Context(), "jwks: the key set cannot be published", "error", err)
			}
			refuse(w, http.StatusInternalServerError)
			return
		}
		h.failing.Store(false)
		p = newPage(text)
	}
	header := w.Header()
	header.Set("Content-Type", "application/jwk-set+json")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", h.cacheControl)
	header.Set("ETag", p.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.text)) // If-None-Match, HEAD, ranges
}

// refuse answers with the text of a status. Caches must not store it.
func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}
