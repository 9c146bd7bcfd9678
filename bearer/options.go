package bearer

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// An Option is a setting of [New]. Only functions of this package make options, and a nil
// option is a [jwt.ErrInvalidOption]. If an option is given twice, the last one wins.
type Option interface{ apply(*Guard) error }

type option func(*Guard) error

func (o option) apply(g *Guard) error { return o(g) }

// WithRealm sets the realm in challenges (RFC 9110, Section 11.5): a name, for people, of
// what the tokens are for. The default is "api". An empty realm, and one that is not
// printable ASCII, is a [jwt.ErrInvalidOption].
func WithRealm(realm string) Option {
	return option(func(g *Guard) error {
		if !isPrintable(realm) {
			return badOption("WithRealm was given " + strconv.QuoteToASCII(realm) + "; it takes printable ASCII, and at least one character")
		}
		g.realm = "realm=" + quoted(realm)
		return nil
	})
}

// WithOptional makes [Guard.Handler] let requests pass that have no token, or credentials of
// another scheme. [FromContext] then returns none, not even one that an outer guard verified.
// A bad token and a malformed request are still refused. [Guard.Scope] always needs a token,
// and [Guard.Authenticate] still returns [ErrNoToken].
func WithOptional() Option {
	return option(func(g *Guard) error { g.optional = true; return nil })
}

// WithHeader reads the token from a header of this name, without the word Bearer, and does
// not read Authorization. Examples are "X-Amzn-Oidc-Data" of AWS load balancers and
// "X-Goog-Iap-Jwt-Assertion" of Google's proxy. An empty header counts as absent. A second one
// is an [ErrInvalidRequest]. A name that no header can have is a [jwt.ErrInvalidOption]. So is
// a header with another syntax, such as Authorization or Cookie.
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

// WithCookie reads the token from a cookie of this name if neither header nor form has one.
// An empty cookie counts as absent. A second cookie of the name is an [ErrInvalidRequest]. A
// name that no cookie can have is a [jwt.ErrInvalidOption].
//
// Browsers send cookies with requests of any page. So the cookie is accepted only if
// [http.CrossOriginProtection] accepts the request; otherwise the request is an
// [ErrCrossOrigin]. CrossOriginProtection never refuses GET, HEAD and OPTIONS, so handlers of
// these must not change anything. A websocket handshake is a GET, so check its Origin
// elsewhere. Set the cookie with HttpOnly, Secure and SameSite, and a name that starts with
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

// WithForm also reads the token from a form parameter of this name (RFC 6750, Section 2.2
// calls it "access_token"). The form is the body of a POST of type
// application/x-www-form-urlencoded, and has at most 1 MiB. An empty value counts as absent. A
// second value, a token in both header and form, a larger form and a malformed one are an
// [ErrInvalidRequest]. The query of the URL is never read. The guarded handler can still read
// the whole body. An empty name is a [jwt.ErrInvalidOption].
func WithForm(name string) Option {
	return option(func(g *Guard) error {
		if name == "" {
			return badOption(`WithForm was given ""; RFC 6750 calls the parameter access_token`)
		}
		g.form = name
		return nil
	})
}

// WithResourceMetadata adds the URL of this resource's metadata to challenges, as
// "resource_metadata" (RFC 9728, Section 5.1). A client reads there which server issues tokens
// for the resource. The URL must be absolute, without user info or fragment, and https, or http
// to a loopback address. Another URL is a [jwt.ErrInvalidOption].
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

// WithoutExpiry accepts tokens without "exp", which never expire. Without this option they are
// refused with [jwt.ErrMissingClaim], because a stolen one could be used for ever.
func WithoutExpiry() Option {
	return option(func(g *Guard) error { g.withoutExpiry = true; return nil })
}

// AllowBound accepts tokens with "cnf" (RFC 7800), which are bound to a key of their holder by
// DPoP or mutual TLS. The guard does not check that key. The program must do it, in a validator
// ([jwt.WithValidator]) or in the guarded handler. Without this option such tokens are refused
// with [jwt.ErrInvalidToken]: they are no bearer tokens, and a stolen one could be used here.
func AllowBound() Option {
	return option(func(g *Guard) error { g.allowBound = true; return nil })
}

// WithErrorHandler sets a function that writes the answer to a refused request, such as a page
// or JSON instead of a line of text. The headers WWW-Authenticate, Cache-Control and
// X-Content-Type-Options are already set. The function may add headers, and writes the body.
// If it does not call WriteHeader, the status is sent anyway. It is not called for requests
// that pass.
//
// With this option the guard logs nothing, so the function should log errors. The text of err
// has no key and no whole token, but may quote a token's issuer, audience and type: do not send
// it to the client. The function must be safe for concurrent use. A nil one is a
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
