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

// Answering requests that are refused (RFC 6750, Section 3).

// WriteError answers a request that was refused with err, as [Guard.Handler] does:
//
//	400 invalid_request     ErrInvalidRequest
//	401                     ErrNoToken
//	401 invalid_token       errors under jwt.ErrInvalidToken
//	403 insufficient_scope  ErrInsufficientScope
//	403                     ErrCrossOrigin
//	500                     jwt.ErrInvalidKey, jwt.ErrInvalidOption, any other error, and nil
//	503                     jwt.ErrUnavailable, and a context that ended
//
// It sets WWW-Authenticate if the client can act on it: with 400 and 401, and for a missing
// scope. It also sets Cache-Control and X-Content-Type-Options, but no Retry-After, because
// it cannot know the time. Then it writes a line of text, or calls the handler of
// [WithErrorHandler]. The text is fixed: it has nothing of the request, of err or of a token.
// A 500 is logged by [slog.Default], with err, unless there is such a handler.
//
// A nil or empty guard answers 500. It is safe for concurrent use.
func (g *Guard) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	g.answer(w, r, err, "")
}

// answer is WriteError with the required scopes, separated by spaces.
func (g *Guard) answer(w http.ResponseWriter, r *http.Request, err error, scope string) {
	switch {
	case g == nil || g.decoder == nil:
		g, err = nil, errNoGuard
	case err == nil:
		err = errNoError
	}
	a := answerTo(err, r)
	h := w.Header()
	h.Del("Content-Length") // an outer handler may have set it for another body
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
		slog.Default().ErrorContext(contextOf(r), "bearer: requests cannot be checked", "error", g.withoutToken(r, err))
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(a.status)
	if r == nil || r.Method != http.MethodHead {
		_, _ = io.WriteString(w, a.body+"\n")
	}
}

// withoutToken returns err, unless its text has the token of the request. A decoder that the
// program wrote may return such an error, for instance one with a URL.
func (g *Guard) withoutToken(r *http.Request, err error) error {
	if token, _ := g.read(r); token != "" && strings.Contains(err.Error(), token) {
		return errHasToken
	}
	return err
}

func contextOf(r *http.Request) context.Context {
	if r == nil {
		return context.Background()
	}
	return r.Context()
}

// An answer is the HTTP answer for a class of errors.
type answer struct {
	status      int
	challenge   bool   // whether WWW-Authenticate is sent
	code        string // "error" of the challenge, or ""
	description string // "error_description" of the challenge, or ""
	body        string
}

// answerTo tests the classes in an order that matters if an error matches several. The error
// of a validator is an ErrInvalidToken, but may match another class too. The token's faults
// come before the program's, so that no token causes a 500.
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
		return unavailable // the program's own decoder gave up without an error class
	}
	return answer{http.StatusInternalServerError, false, "", "", "Internal server error"}
}

var unavailable = answer{http.StatusServiceUnavailable, false, "", "", "Tokens cannot be checked now; try again later"}

// challenge returns the value of WWW-Authenticate. RFC 6750, Section 3: the scheme "MUST be
// followed by one or more auth-param values", so there is always a realm.
func (g *Guard) challenge(a answer, scope string) string {
	return "Bearer " + g.realm + param("error", a.code) + param("error_description", a.description) + param("scope", scope) + g.metadata
}

// param returns one more parameter, or "" if it has no value. Values need no escaping; only a
// realm does.
func param(name, value string) string {
	if value == "" {
		return ""
	}
	return ", " + name + `="` + value + `"`
}

// quoted returns a quoted-string of printable ASCII (RFC 9110, Section 5.6.4).
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// A lateWriter sends the right status if an error handler sends none: net/http would send 200.
type lateWriter struct {
	http.ResponseWriter
	status int
	sent   bool
}

func (w *lateWriter) WriteHeader(status int) {
	w.sent = w.sent || status >= 200 // lower ones are not final
	w.ResponseWriter.WriteHeader(status)
}

func (w *lateWriter) Write(p []byte) (int, error) {
	w.sendStatus()
	return w.ResponseWriter.Write(p)
}

// FlushError is for [http.ResponseController]. What is flushed begins with the status.
func (w *lateWriter) FlushError() error {
	w.sendStatus()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for [http.ResponseController], which sets deadlines by it.
func (w *lateWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *lateWriter) sendStatus() {
	if !w.sent {
		w.WriteHeader(w.status)
	}
}
