// Package bearer guards HTTP handlers with JSON Web Tokens that are sent as bearer
// tokens ([RFC 6750]). [New] makes a [Guard] from a decoder, and [Guard.Handler] lets
// only requests with a good token pass.
//
// The handler behind gets the token with [FromContext]; its tests put one in with
// [NewContext]. [Guard.Scope] asks for scopes. [Guard.Authenticate] and
// [Guard.WriteError] are the same in two steps, for frameworks and for middleware of
// the program's own.
//
// # Where the token is
//
// It is read from "Authorization: Bearer <token>", or with [WithHeader] from another
// header; with [WithForm] also from a form, and with [WithCookie] from a cookie, where
// neither header nor form has one. It is never read from the query of the URL, which
// ends up in logs. OPTIONS is guarded too: put the middleware that answers CORS
// preflights outside the guard.
//
// # Answers
//
// A request without a token is answered with 401, one whose token is not good with 401
// "invalid_token", one that is malformed or has two tokens with 400
// "invalid_request", and one whose token lacks a scope with 403
// "insufficient_scope" (RFC 6750, Section 3.1); see [Guard.WriteError] for the rest. The
// header WWW-Authenticate tells the client why, and with [WithResourceMetadata] where
// tokens are issued ([RFC 9728]).
//
// # Security considerations
//
// Who has a bearer token can use it. So a token that never expires is refused unless
// [WithoutExpiry] allows it, and one that is bound to a key, which somebody would have
// to check, unless [AllowBound] does.
//
// A browser sends cookies whichever page asks. So a token in a cookie counts only where
// [http.CrossOriginProtection] lets the request pass.
//
// Answers and logs are read by others. So nothing of a token is written to either. The
// program's own faults, which are answered with 500, are logged by [log/slog.Default]
// unless [WithErrorHandler] is given; its error may quote issuer, audience and type.
//
// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750.html
// [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728.html
package bearer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/token-jwt/jwt"
)

// A Decoder verifies tokens: a [jwt.Decoder], or one of the program's own. On an error
// the token is refused; see [Guard.WriteError] for the answer to each class. It must be
// safe for concurrent use. The token that it returns is given to handlers as it is.
type Decoder interface {
	// DecodeContext verifies a token and returns it. The context is that of the request.
	DecodeContext(ctx context.Context, token string) (*jwt.Token, error)
}

// A Guard is a service's policy for requests, prepared once: where the token is, and what
// it must have. [New] makes one. It is immutable and safe for concurrent use. The zero value, and a nil pointer, answers all requests
// with 500, and is a [jwt.ErrInvalidOption] in [Guard.Authenticate].
type Guard struct {
	decoder       Decoder
	header        string // with a bare token, canonical; "" is Authorization
	cookie, form  string // "" where not read
	realm         string // as challenges have it
	metadata      string // likewise; "" is none
	optional      bool
	withoutExpiry bool
	allowBound    bool
	errorHandler  func(http.ResponseWriter, *http.Request, int, error)
	crossOrigin   http.CrossOriginProtection
}

// New makes a guard. A nil decoder, a [jwt.Decoder] that is empty or cannot decode (in
// [jwt.Issuers] too), and an option that is wrong is a [jwt.ErrInvalidOption].
func New(dec Decoder, opts ...Option) (*Guard, error) {
	if isNil(dec) {
		return nil, errNilDecoder
	}
	switch d := dec.(type) {
	case *jwt.Decoder:
		if err := canDecode(d); err != nil {
			return nil, err
		}
	case jwt.Issuers:
		if len(d) == 0 {
			_, err := d.DecodeContext(context.Background(), "") // which says so
			return nil, err
		}
		for _, one := range d {
			if err := canDecode(one); err != nil {
				return nil, err
			}
		}
	}
	g := &Guard{decoder: dec, realm: `realm="api"`}
	for _, o := range opts {
		if o == nil {
			return nil, errForeign
		}
		if err := o.apply(g); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// canDecode asks a decoder to decode nothing: one that cannot decode says so before it
// looks at the token.
func canDecode(d *jwt.Decoder) error {
	if _, err := d.Decode(""); !errors.Is(err, jwt.ErrInvalidToken) {
		return err
	}
	return nil
}

// Handler is a middleware: requests with a good token pass to next, which gets the token
// with [FromContext], others are answered as [Guard.WriteError] says. With
// [WithOptional], requests without a token pass too. A nil handler, and a nil or empty
// guard, answers 500.
func (g *Guard) Handler(next http.Handler) http.Handler {
	if err := g.serves(next); err != nil {
		return g.refusing(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := g.read(r)
		if g.optional && errors.Is(err, ErrNoToken) {
			if v, ok := r.Context().Value(contextKey{}).(*verified); ok && v.guard != nil {
				r = r.WithContext(NewContext(r.Context(), nil)) // that of another guard speaks for somebody else
			}
			next.ServeHTTP(w, r)
			return
		}
		var t *jwt.Token
		if err == nil {
			t, err = g.verify(r.Context(), text)
		}
		if err != nil {
			g.WriteError(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(&verified{r.Context(), t, g, ""}))
	})
}

// Authenticate returns the token of a request, verified, for frameworks that have no
// [http.Handler] and for middleware of the program's own; [Guard.WriteError] answers
// where it fails. [NewContext] passes the token on. It verifies each time that it is
// called.
//
// A request without a token is an [ErrNoToken], with [WithOptional] too. Other errors
// are an [ErrInvalidRequest], an [ErrCrossOrigin], or those of the decoder. A nil
// request, and a nil or empty guard, is a [jwt.ErrInvalidOption]. With [WithForm] it
// reads the body of the request, and puts one in its place that gives the same.
func (g *Guard) Authenticate(r *http.Request) (*jwt.Token, error) {
	text, err := g.read(r)
	if err != nil {
		return nil, err
	}
	return g.verify(r.Context(), text)
}

// verify lets the decoder judge, and asks for what makes a bearer token.
func (g *Guard) verify(ctx context.Context, token string) (*jwt.Token, error) {
	t, err := g.decoder.DecodeContext(ctx, token)
	switch {
	case err != nil && errors.Is(err, ErrNoToken):
		return nil, errNotNone // a caller may let requests without a token pass
	case err != nil:
		return nil, err
	case t == nil:
		return nil, errNoAnswer
	case !g.withoutExpiry && !expires(t.Claims):
		return nil, errNoExpiry
	case !g.allowBound && t.Claims["cnf"] != nil: // null binds it to nothing
		return nil, errBound
	}
	return t, nil
}

// expires reports whether a token has an "exp" that is a date. The decoder compared it
// with the clock.
func expires(c jwt.Claims) bool {
	if _, ok := c["exp"].(int64); ok { // what it mostly is, at no cost
		return true
	}
	return !c.ExpiresAt().IsZero()
}

// serves tells why a middleware cannot work.
func (g *Guard) serves(next http.Handler) error {
	switch {
	case g == nil || g.decoder == nil:
		return errNoGuard
	case isNil(next):
		return errNoHandler
	}
	return nil
}

// refusing answers all requests alike.
func (g *Guard) refusing(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.WriteError(w, r, err) })
}

func isNil(value any) bool {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Chan, reflect.Func, reflect.Map, reflect.Pointer, reflect.Slice, reflect.UnsafePointer:
		return v.IsNil()
	}
	return false
}

// FromContext returns the token that [Guard.Handler] or [Guard.Scope] verified, or that
// [NewContext] put in; false where there is none. All who ask get the same token, so it
// must not be changed.
func FromContext(ctx context.Context) (*jwt.Token, bool) {
	if ctx == nil {
		return nil, false
	}
	v, ok := ctx.Value(contextKey{}).(*verified)
	if !ok || v.token == nil {
		return nil, false
	}
	return v.token, true
}

// NewContext returns a context with a token, for tests of handlers, and for middleware
// that calls [Guard.Authenticate]. [FromContext] finds it. [Guard.Scope] does not trust
// it: it verifies the token of the request, and passes that one on. A nil token hides one
// that was there. A nil context is [context.Background].
func NewContext(ctx context.Context, t *jwt.Token) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	return &verified{Context: ctx, token: t}
}

type contextKey struct{}

// A verified context carries a token. A type of ours, and not context.WithValue, so that
// one allocation does.
type verified struct {
	context.Context
	token  *jwt.Token
	guard  *Guard // the guard that verified it; nil where NewContext put it in
	wanted string // the scopes that Scope found in it, separated by spaces
}

// Value gives the context itself to this package.
func (v *verified) Value(key any) any {
	if _, ok := key.(contextKey); ok {
		return v
	}
	return v.Context.Value(key)
}

// Format prints the context without its token, by any verb, as those of package context
// print without their values.
func (v *verified) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v.WithToken", v.Context) }
