// Package bearer guards HTTP handlers with JSON Web Tokens that are sent as bearer
// tokens ([RFC 6750]). [New] makes a [Guard] from a decoder, and [Guard.Handler] lets
// only requests with a good token pass.
//
// The guarded handler reads the token with [FromContext]; its tests set one with
// [NewContext]. [Guard.Scope] asks for scopes. [Guard.Authenticate] and [Guard.WriteError] do
// the same in two steps, for frameworks and for middleware that the program writes.
//
// # Where the token is
//
// The token is read from "Authorization: Bearer <token>", or with [WithHeader] from another
// header. With [WithForm] it is also read from a form. With [WithCookie] it is read from a
// cookie if neither header nor form has one. It is never read from the query of the URL,
// which ends up in logs. OPTIONS is guarded too: put the middleware that answers CORS
// preflights outside the guard.
//
// # Answers
//
// The answers are those of RFC 6750, Section 3.1; see [Guard.WriteError] for all of them:
//
//   - 401 for a request without a token
//   - 401 "invalid_token" for a token that is refused
//   - 400 "invalid_request" for a request that is malformed or has two tokens
//   - 403 "insufficient_scope" for a token that lacks a scope
//
// The header WWW-Authenticate tells the client why. With [WithResourceMetadata] it also says
// where tokens are issued ([RFC 9728]).
//
// # Security considerations
//
// Anyone who has a bearer token can use it. So a token that never expires is refused unless
// [WithoutExpiry] allows it. A token that is bound to a key is refused unless [AllowBound]
// allows it, because the guard does not check that key.
//
// A browser sends cookies with requests of any page. So a token in a cookie is accepted only
// if [http.CrossOriginProtection] accepts the request.
//
// Others can read answers and logs. So neither has a token. The program's own faults, which
// are answered with 500, are logged by [log/slog.Default] unless [WithErrorHandler] is given;
// the error may quote issuer, audience and type.
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

// A Decoder verifies tokens: a [jwt.Decoder], [jwt.Issuers], or a type of the program. If it
// returns an error the token is refused; see [Guard.WriteError] for the answer to each class.
// It must be safe for concurrent use. Handlers receive the token that it returns, without a
// copy.
type Decoder interface {
	// DecodeContext verifies a token and returns it. The context is that of the request.
	DecodeContext(ctx context.Context, token string) (*jwt.Token, error)
}

// A Guard checks requests with one decoder and one list of options. [New] makes one. It is
// immutable and safe for concurrent use. The zero value, and a nil pointer, answers all
// requests with 500, and is a [jwt.ErrInvalidOption] in [Guard.Authenticate].
type Guard struct {
	decoder       Decoder
	header        string // the canonical name of a header with a bare token; "" is Authorization
	cookie, form  string // "" if not read
	realm         string // as a parameter of challenges
	metadata      string // the same; "" is none
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
			_, err := d.DecodeContext(context.Background(), "") // returns the error for an empty map
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

// canDecode tries to decode an empty token. A decoder that cannot decode returns another
// error before it reads the token.
func canDecode(d *jwt.Decoder) error {
	if _, err := d.Decode(""); !errors.Is(err, jwt.ErrInvalidToken) {
		return err
	}
	return nil
}

// Handler is a middleware. A request with a good token passes to next, which reads the token
// with [FromContext]. Other requests are answered by [Guard.WriteError]. With [WithOptional],
// requests without a token pass too. A nil handler, and a nil or empty guard, answers 500.
func (g *Guard) Handler(next http.Handler) http.Handler {
	if err := g.serves(next); err != nil {
		return g.refusing(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := g.read(r)
		if g.optional && errors.Is(err, ErrNoToken) {
			if v, ok := r.Context().Value(contextKey{}).(*verified); ok && v.guard != nil {
				r = r.WithContext(NewContext(r.Context(), nil)) // the token of another guard was not accepted by this one
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

// Authenticate verifies the token of a request and returns it. It is for frameworks without
// [http.Handler], and for middleware that the program writes. If it fails, answer with
// [Guard.WriteError]. Pass the token on with [NewContext]. Each call verifies the token
// again.
//
// A request without a token is an [ErrNoToken], even with [WithOptional]. Other errors are an
// [ErrInvalidRequest], an [ErrCrossOrigin], or those of the decoder. A nil request, and a nil
// or empty guard, is a [jwt.ErrInvalidOption]. With [WithForm] it reads the body of the
// request, and replaces it with a body that can be read again.
func (g *Guard) Authenticate(r *http.Request) (*jwt.Token, error) {
	text, err := g.read(r)
	if err != nil {
		return nil, err
	}
	return g.verify(r.Context(), text)
}

// verify calls the decoder. Then it checks that the token expires and is not bound to a key.
func (g *Guard) verify(ctx context.Context, token string) (*jwt.Token, error) {
	t, err := g.decoder.DecodeContext(ctx, token)
	switch {
	case err != nil && errors.Is(err, ErrNoToken):
		return nil, errNotNone // not ErrNoToken: callers may let requests without a token pass
	case err != nil:
		return nil, err
	case t == nil:
		return nil, errNoAnswer
	case !g.withoutExpiry && !expires(t.Claims):
		return nil, errNoExpiry
	case !g.allowBound && t.Claims["cnf"] != nil: // null does not bind the token
		return nil, errBound
	}
	return t, nil
}

// expires reports whether a token has an "exp" that is a date. The decoder has compared it
// with the clock.
func expires(c jwt.Claims) bool {
	if _, ok := c["exp"].(int64); ok { // the common case, without an allocation
		return true
	}
	return !c.ExpiresAt().IsZero()
}

// serves returns an error if the guard or the handler is missing.
func (g *Guard) serves(next http.Handler) error {
	switch {
	case g == nil || g.decoder == nil:
		return errNoGuard
	case isNil(next):
		return errNoHandler
	}
	return nil
}

// refusing returns a handler that answers all requests with err.
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
// [NewContext] set. It returns false if the context has none. All callers get the same token,
// so it must not be changed.
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

// NewContext returns a context with a token, which [FromContext] returns. It is for tests of
// handlers, and for middleware that calls [Guard.Authenticate]. [Guard.Scope] does not trust
// this token: it verifies the token of the request, and passes that one on. A nil token hides
// a token of the outer context. A nil context counts as [context.Background].
func NewContext(ctx context.Context, t *jwt.Token) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	return &verified{Context: ctx, token: t}
}

type contextKey struct{}

// A verified context carries a token. It has its own type, because context.WithValue would
// need a second allocation.
type verified struct {
	context.Context
	token  *jwt.Token
	guard  *Guard // the guard that verified the token; nil if NewContext set it
	wanted string // the scopes that Scope has checked, separated by spaces
}

// Value returns the context itself for the key of this package.
func (v *verified) Value(key any) any {
	if _, ok := key.(contextKey); ok {
		return v
	}
	return v.Context.Value(key)
}

// Format prints the context without its token, whatever the verb. Contexts of package context
// do not print their values either.
func (v *verified) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v.WithToken", v.Context) }
