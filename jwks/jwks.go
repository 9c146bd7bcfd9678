// Package jwks fetches the keys of an issuer over HTTP and keeps them current. It also
// publishes the keys of a program. Both are JWK Sets (RFC 7517, Section 5). [Remote] follows
// the key set at a URL. [Discover] follows the key set of an issuer that publishes OpenID
// Provider metadata. Both return a [jwt.KeySet], which is used like any other:
//
//	keys, err := jwks.Discover("https://login.example")
//	…
//	decoder, err := jwt.NewDecoder(keys, jwt.RS256, jwt.WithIssuer("https://login.example"), jwt.WithAudience("api"))
//
// [Handler] publishes the public keys of a set. [Source] returns the source that Remote
// follows, for programs that put a cache around it or keep a copy.
//
// # Fetching
//
// Nothing is fetched until a token needs a key. [jwt.NewLiveKeySet] says when the next fetches
// happen, which calls wait for them, and which keys are used while the endpoint is down.
// [WithLive] changes its settings.
//
// How long a fetched set is used depends on the headers of the response, within the bounds of a
// live set:
//
//   - "max-age" minus "Age" (RFC 9111, Section 4.2), if it has them
//   - the shortest time that a live set allows, for "no-cache", "no-store" or a max-age of 0
//   - the refresh interval, without any of these
//
// The server answers 200, or 304 if the set has not changed since the last ETag. Any other
// answer is a failed fetch.
//
// # Errors
//
// A wrong argument or option is a [jwt.ErrInvalidOption]. A failed fetch is a [jwt.ErrKeySet]:
// answer 503. Errors and logs never show the user info and the query of a URL.
//
// A failed fetch is logged by [slog.Default], and so is the first good one after it. To
// replace the logging, give [WithLive] a [jwt.WithFetchReport]: its function is called after
// each fetch.
//
// # Security considerations
//
// Anyone who can change the key set can sign tokens. So a URL must be https, or http to this
// machine. Redirects are not followed, because another host could then choose the keys.
//
// A hostile or broken endpoint must not harm the program. One fetch reads at most 1 MiB of a
// document, after decompression, and 64 KiB of response headers. It ends at its timeout,
// however slowly bytes arrive. It leaves no connection and no goroutine behind.
//
// URLs come from the program, and from the metadata of the issuer that the program names. They
// never come from a token.
package jwks

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/token-jwt/jwt"
)

// Remote returns a live key set that follows the JWK Set at a URL. Remote itself fetches
// nothing. A program that needs its keys at start calls [jwt.KeySet.Refresh].
//
// The URL must be https, or http to localhost or a loopback address; [AllowHTTP] allows http to
// any host. User info in the URL is sent as Basic authentication. Keys too weak for their
// algorithm are skipped. To accept them, write a [jwt.KeySource] that reads the set by
// [jwt.ParseKeySet] with [jwt.AllowWeakKey].
//
// Another URL, and a wrong option, is a [jwt.ErrInvalidOption]. The set is safe for
// concurrent use.
func Remote(url string, opts ...Option) (*jwt.KeySet, error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	source, err := c.remote("Remote", url)
	if err != nil {
		return nil, err
	}
	return c.follow(source, shown(source.at))
}

// Discover returns a live key set that follows the keys of an issuer. It finds them by the
// OpenID Provider metadata of the issuer (OpenID Connect Discovery 1.0, Section 4). Write the
// issuer as in the "iss" of its tokens: https://login.example, without
// /.well-known/openid-configuration.
//
// Each fetch reads the metadata first. "issuer" in the metadata must be exactly equal to the
// argument. "jwks_uri" must be https, or http to localhost or a loopback address; [AllowHTTP]
// allows http to any host. If a server publishes its metadata elsewhere (RFC 8414), use
// [Remote] with its "jwks_uri".
//
// Discover does not make a decoder check the issuer of tokens: use [jwt.WithIssuer].
//
// An issuer that is no such URL, or has user info, a query or a fragment, is a
// [jwt.ErrInvalidOption], and so is a wrong option. The set is safe for concurrent use.
func Discover(issuer string, opts ...Option) (*jwt.KeySet, error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	source, err := c.provider("Discover", issuer)
	if err != nil {
		return nil, err
	}
	return c.follow(source, issuer)
}

// Source returns the source that [Remote] follows. A program can put a cache around it, or keep
// a copy on disk, and follow the result with [jwt.NewLiveKeySet].
//
// Its Fetch makes one request, and takes as long as its context allows. If the server says that
// nothing changed, it returns the set of the last call. A failure is a [jwt.ErrKeySet], a nil
// context a [jwt.ErrInvalidOption]. The source is safe for concurrent use.
//
// [WithLive] is only for live sets, so here it is a [jwt.ErrInvalidOption]. So are the
// arguments that Remote refuses.
func Source(url string, opts ...Option) (jwt.KeySource, error) {
	c, err := configure(opts)
	switch {
	case err != nil:
		return nil, err
	case c.live != nil:
		return nil, badOption("Source takes no WithLive: it makes no live set; give these options to jwt.NewLiveKeySet")
	}
	source, err := c.remote("Source", url)
	if err != nil {
		return nil, err
	}
	return source, nil
}

// An Option is a setting of [Remote], [Discover] or [Source]. Only functions of this package
// make options, and a nil option is a [jwt.ErrInvalidOption].
type Option interface{ apply(*config) error }

type (
	clientOption    struct{ client *http.Client }
	liveOption      []jwt.LiveOption
	allowHTTPOption struct{}
)

// WithClient sets the HTTP client. Use it for a private certificate authority, a proxy,
// credentials or tracing. A copy is made at once. The copy follows no redirects, and each
// request closes its connection. The transport decides how much of the response headers is
// read ([http.Transport], MaxResponseHeaderBytes).
//
// The default client takes the proxy from the environment ([http.ProxyFromEnvironment]), trusts
// the system's certificate authorities and uses HTTP/1.1. A nil client is a
// [jwt.ErrInvalidOption]. If the option is given twice, the last one wins.
func WithClient(client *http.Client) Option { return clientOption{client} }

func (o clientOption) apply(c *config) error {
	if o.client == nil {
		return badOption("WithClient was given a nil client; leave it out to use the one of this package")
	}
	client := *o.client
	c.client = &client
	return nil
}

// WithLive passes options to [jwt.NewLiveKeySet]: how often keys are fetched, how long a fetch
// may take, which function gets a report. No option, and a nil one, is a
// [jwt.ErrInvalidOption]. If WithLive is given twice, the lists add up, and the last option of
// a kind wins.
func WithLive(opts ...jwt.LiveOption) Option { return liveOption(opts) }

func (o liveOption) apply(c *config) error {
	if len(o) == 0 {
		return badOption("WithLive was given no options")
	}
	c.live = append(c.live, o...)
	return nil
}

// AllowHTTP allows http to any host, for networks that protect connections by other means, such
// as a service mesh. Anyone who can change the answers can sign tokens. Without this option,
// http is allowed only to this machine.
func AllowHTTP() Option { return allowHTTPOption{} }

func (allowHTTPOption) apply(c *config) error {
	c.allowHTTP = true
	return nil
}

// A config has the settings of the options.
type config struct {
	client    *http.Client
	live      []jwt.LiveOption
	allowHTTP bool
}

func configure(opts []Option) (*config, error) {
	c := &config{client: newClient()}
	for _, o := range opts {
		if o == nil {
			return nil, badOption("an option is nil; leave it out")
		}
		if err := o.apply(c); err != nil {
			return nil, err
		}
	}
	c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

func (c *config) remote(function, text string) (*remote, error) {
	at, err := c.checkURL(text)
	if err != nil {
		return nil, badOption(function + " needs the URL of a JWK Set, and " + err.Error())
	}
	return &remote{at: at, keys: c.keySet()}, nil
}

// follow makes a live set. The report function that logs comes first, so that one from WithLive
// replaces it.
func (c *config) follow(source jwt.KeySource, name string) (*jwt.KeySet, error) {
	logs := jwt.WithFetchReport(logFailures(name))
	return jwt.NewLiveKeySet(source, append([]jwt.LiveOption{logs}, c.live...)...)
}

func logFailures(name string) func(jwt.FetchReport) {
	var down atomic.Bool
	return func(r jwt.FetchReport) {
		switch {
		case r.Err != nil && r.Keys == 0:
			down.Store(true)
			slog.Error("jwks: fetch failed, and there are no keys to verify with", "from", name, "error", r.Err)
		case r.Err != nil:
			down.Store(true)
			slog.Warn("jwks: fetch failed, and the keys of an earlier one are used", "from", name, "error", r.Err, "keys", r.Keys, "fetched_at", r.FetchedAt)
		case down.Swap(false):
			slog.Info("jwks: fetched again", "from", name, "keys", r.Keys)
		}
	}
}

// remote is the source of the key set at one URL.
type remote struct {
	at   *url.URL
	keys document[*jwt.KeySet]
}

func (r *remote) Fetch(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
	return r.keys.fetch(ctx, r.at)
}

// Format prints the URL without its private parts, whatever the verb. Package fmt would print
// the user info and the query.
func (r *remote) Format(f fmt.State, _ rune) { fmt.Fprint(f, "jwks.Source("+shown(r.at)+")") }
