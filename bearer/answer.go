package bearer

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/token-jwt/jwt"
)

// What is answered to a request that does not pass (RFC 6750, Section 3).

// WriteError answers a request that was refused with err, as [Guard.Handler] does:
//
//	400 invalid_request     ErrInvalidRequest
//	401                     ErrNoToken
//	401 invalid_token       what is under jwt.ErrInvalidToken
//	403 insufficient_scope  ErrInsufficientScope
//	403                     ErrCrossOrigin
//	500                     jwt.ErrInvalidKey, jwt.ErrInvalidOption, any other error, and nil
//	503                     jwt.ErrUnavailable, and a context that ended
//
// It sets WWW-Authenticate where the client can do something about it: with 400 and 401,
// and for a scope. It sets Cache-Control and X-Content-Type-Options too, but no
// Retry-After, as nobody knows when. Then it writes a line of text, or lets the handler
// of [WithErrorHandler] write. The text is fixed: nothing of the request, of err or of a
// token is in it. A 500 without such a handler is logged by [slog.Default], with err.
//
// A nil or empty guard answers 500. It is safe for concurrent use.
func (g *Guard) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	g.answer(w, r, err, "")
}

// answer is WriteError with the scopes that were wanted, separated by spaces.
func (g *Guard) answer(w http.ResponseWriter, r *http.Request, err error, scope string) {
	switch {
	case g == nil || g.decoder == nil:
		g, err = nil, errNoGuard
	case err == nil:
		err = errNoError
	}
	a := answerTo(err, r)
	h := w.Header()
	h.Del("Content-Length") // of what would have been written
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if a.challenge {
		h.Set("WWW-Authenticate", g.challenge(a, scope))
	}
	if g != nil && g.errorHandler != nil {
		lw := &lateWriter{ResponseWriter: w, status: a.status}
		g.errorHandler(lw, r, a.status, err)
		lw.sendStatus()
		return
	}
	if a.status == http.StatusInternalServerError { // the program's fault, which no client can cause
		slog.Default().ErrorContext(contextOf(r), "bearer: requests cannot be judged", "error", err)
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(a.status)
	if r == nil || r.Method != http.MethodHead {
		_, _ = io.WriteString(w, a.body+"\n")
	}
}

func contextOf(r *http.Request) context.Context {
	if r == nil {
		return context.Background()
	}
	return r.Context()
}

// An answer is what the class of an error comes to.
type answer struct {
	status      int
	challenge   bool   // whether WWW-Authenticate is sent
	code        string // "error" of the challenge, or ""
	description string // "error_description" of the challenge, or ""
	body        string
}

// answerTo asks for the classes in an order that matters where an error matches
// several. A validator's error is an ErrInvalidToken, but may be more. The token's
// fault stands before the program's, so that no token causes a 500.
func answerTo(err error, r *http.Request) answer {
	is := func(class error) bool { return errors.Is(err, class) }
	switch {
	case is(ErrNoToken):
		// RFC 6750, Section 3.1: "If the request lacks any authentication information
		// [...], the resource server SHOULD NOT include an error code or other error
		// information."
		return answer{http.StatusUnauthorized, true, "", "", "A bearer token is needed"}
	case is(ErrInvalidRequest):
		a := answer{http.StatusBadRequest, true, "invalid_request", "", "The request is malformed"}
		if f, ok := errors.AsType[*fault](err); ok && f.class == ErrInvalidRequest {
			a.description = strings.ToUpper(f.text[:1]) + f.text[1:]
			a.body = a.description
		}
		return a
	case is(ErrCrossOrigin):
		return answer{http.StatusForbidden, false, "", "", "The request comes from another site"}
	case is(ErrInsufficientScope):
		return answer{http.StatusForbidden, true, "insufficient_scope", "", "The access token lacks a scope"}
	case is(jwt.ErrUnavailable), is(context.Canceled), is(context.DeadlineExceeded):
		return unavailable
	case is(jwt.ErrExpired):
		return answer{http.StatusUnauthorized, true, "invalid_token", "The access token expired", "The access token expired"}
	case is(jwt.ErrInvalidToken):
		return answer{http.StatusUnauthorized, true, "invalid_token", "", "The access token is invalid"}
	case is(jwt.ErrInvalidKey), is(jwt.ErrInvalidOption):
	case r != nil && r.Context().Err() != nil:
		return unavailable // of a decoder of the program's own, which does not say why it gave up
	}
	return answer{http.StatusInternalServerError, false, "", "", "Internal server error"}
}

var unavailable = answer{http.StatusServiceUnavailable, false, "", "", "Tokens cannot be checked now; try again later"}

// challenge is the value of WWW-Authenticate. RFC 6750, Section 3: the scheme "MUST be
// followed by one or more auth-param values", so there is always a realm.
func (g *Guard) challenge(a answer, scope string) string {
	return "Bearer " + g.realm + param("error", a.code) + param("error_description", a.description) + param("scope", scope) + g.metadata
}

// param is one more parameter, or nothing where it has no value. Only a realm has
// characters to escape.
func param(name, value string) string {
	if value == "" {
		return ""
	}
	return ", " + name + `="` + value + `"`
}

// quoted is a quoted-string of printable ASCII (RFC 9110, Section 5.6.4).
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// A lateWriter sends the right status where an error handler sends none: net/http
// would send 200.
type lateWriter struct {
	http.ResponseWriter
	status int
	sent   bool
}

func (w *lateWriter) WriteHeader(status int) {
	w.sent = w.sent || status >= 200 // those below are not final
	w.ResponseWriter.WriteHeader(status)
}

func (w *lateWriter) Write(p []byte) (int, error) {
	w.sendStatus()
	return w.ResponseWriter.Write(p)
}

func (w *lateWriter) sendStatus() {
	if !w.sent {
		w.WriteHeader(w.status)
	}
}
