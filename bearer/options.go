package bearer

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// An Option is a setting of [New]. The set is closed: options come from the functions
// of this package alone, and a nil one is a [jwt.ErrInvalidOption]. Given twice, the
// last one wins.
type Option interface{ apply(*Guard) error }

type option func(*Guard) error

func (o option) apply(g *Guard) error { return o(g) }

// WithRealm sets the realm that challenges name (RFC 9110, Section 11.5): what the
// tokens are for, as a person would call it. The default is "api". An empty realm,
// and one that is not printable ASCII, is a [jwt.ErrInvalidOption].
func WithRealm(realm string) Option {
	return option(func(g *Guard) error {
		if !isPrintable(realm) {
			return badOption("WithRealm was given " + strconv.QuoteToASCII(realm) + "; it takes printable ASCII, and not nothing")
		}
		g.realm = "realm=" + quoted(realm)
		return nil
	})
}

// WithOptional lets requests without a token pass [Guard.Handler], and those with
// credentials of another scheme; [FromContext] then finds none, not even one that
// another guard further out verified. A token that is not
// good, or a malformed request, is refused nevertheless. [Guard.Scope] wants a token
// always, and [Guard.Authenticate] returns [ErrNoToken] as without this option.
func WithOptional() Option {
	return option(func(g *Guard) error { g.optional = true; return nil })
}

// WithHeader reads the token from a header of this name, bare, in place of
// Authorization, which is then not looked at: "X-Amzn-Oidc-Data" of AWS load
// balancers, "X-Goog-Iap-Jwt-Assertion" of Google's proxy. An empty header is none; a
// second one is an [ErrInvalidRequest]. A name that is no header name, and that of a
// header with a form of its own such as Authorization or Cookie, is a
// [jwt.ErrInvalidOption].
func WithHeader(name string) Option {
	return option(func(g *Guard) error {
		if !nameChars.all(name) {
			return badOption("WithHeader was given " + strconv.QuoteToASCII(name) + ", which is no name of a header")
		}
		name := http.CanonicalHeaderKey(name)
		switch name {
		case "Authorization", "Proxy-Authorization":
			return badOption("WithHeader was given " + name + ", and takes a bare token; without WithHeader, Authorization is read")
		case "Cookie":
			return badOption("WithHeader was given Cookie; use WithCookie")
		case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Trailer":
			return badOption("WithHeader was given " + name + ", which carries no token")
		}
		g.header = name
		return nil
	})
}

// WithCookie reads the token also from a cookie of this name: where no header, and no
// form, has one. An empty cookie is none; a second one of the name is an
// [ErrInvalidRequest]. A name that no cookie can have is a [jwt.ErrInvalidOption].
//
// Browsers send cookies whichever page asks, so a cookie counts only where
// [http.CrossOriginProtection] lets the request pass; else it is an [ErrCrossOrigin].
// That never refuses GET, HEAD and OPTIONS: they must not change anything, and a
// websocket handshake, which is a GET, must have its Origin checked elsewhere. Set
// such a cookie with HttpOnly, Secure and SameSite, and a name that starts with
// "__Host-".
func WithCookie(name string) Option {
	return option(func(g *Guard) error {
		if !nameChars.all(name) {
			return badOption("WithCookie was given " + strconv.QuoteToASCII(name) + ", which is no name of a cookie")
		}
		g.cookie = name
		return nil
	})
}

// WithForm reads the token also from a form parameter of this name (RFC 6750,
// Section 2.2, which calls it "access_token"), in the body of a POST of type
// application/x-www-form-urlencoded, of at most 1 MiB. An empty value is none; a
// second value, a token in the header as well, a larger form and a malformed one are
// an [ErrInvalidRequest]. The query of the URL is never read. The handler behind can
// read the body as if nobody had. An empty name is a [jwt.ErrInvalidOption].
func WithForm(name string) Option {
	return option(func(g *Guard) error {
		if name == "" {
			return badOption(`WithForm was given ""; RFC 6750 calls the parameter access_token`)
		}
		g.form = name
		return nil
	})
}

// WithResourceMetadata adds to challenges where the metadata of this resource are, as
// "resource_metadata" (RFC 9728, Section 5.1): from there a client learns which
// server issues tokens for it. The URL must be absolute, have neither user info nor a
// fragment, and be of https, or of http to a loopback address; else it is a
// [jwt.ErrInvalidOption].
func WithResourceMetadata(metadata string) Option {
	return option(func(g *Guard) error {
		u, err := url.Parse(metadata)
		switch {
		case err != nil || !isPrintable(metadata) || strings.ContainsAny(metadata, ` "\<>`) || u.Hostname() == "" || u.User != nil || strings.Contains(metadata, "#"):
			return badOption("WithResourceMetadata was given no absolute URL without user info and fragment; wanted is one such as https://api.example/.well-known/oauth-protected-resource")
		case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
			g.metadata = param("resource_metadata", metadata)
			return nil
		}
		return badOption("WithResourceMetadata was given a URL that is neither of https, nor of http to a loopback address")
	})
}

// WithoutExpiry takes tokens without "exp", which never expire. Without it they are
// refused with [jwt.ErrMissingClaim], since who finds one can use it for ever.
func WithoutExpiry() Option {
	return option(func(g *Guard) error { g.withoutExpiry = true; return nil })
}

// AllowBound takes tokens with "cnf" (RFC 7800), which are bound to a key of their
// holder by DPoP or mutual TLS. The guard does not check that key: the program must,
// in a validator ([jwt.WithValidator]) or behind the guard. Without it such tokens are
// refused with [jwt.ErrInvalidToken], since they are no bearer tokens: who finds one
// could use it here.
func AllowBound() Option {
	return option(func(g *Guard) error { g.allowBound = true; return nil })
}

// WithErrorHandler sets what writes the answer to a request that is refused, in place
// of a line of text: a page, or JSON. The headers WWW-Authenticate, Cache-Control and
// X-Content-Type-Options are already set; the handler may add more, and writes the
// body. Where it does not call WriteHeader, the status is sent nevertheless. It is
// not called for requests that pass.
//
// It is also where errors are logged: the guard logs nothing. The text of err has no
// key and no whole token, but may quote a token's issuer, audience and type: do not
// send it to the client. The handler must be safe for concurrent use. A nil one is a
// [jwt.ErrInvalidOption].
func WithErrorHandler(handler func(w http.ResponseWriter, r *http.Request, status int, err error)) Option {
	return option(func(g *Guard) error {
		if handler == nil {
			return badOption("WithErrorHandler was given nil")
		}
		g.errorHandler = handler
		return nil
	})
}

// isPrintable reports whether text is printable ASCII and not empty.
func isPrintable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return text != ""
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
