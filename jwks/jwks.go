// Package jwks follows the keys of an issuer over HTTP, and publishes a program's own:
// JWK Sets (RFC 7517, Section 5). [Remote] is the key set at a URL, and [Discover] that
// of an issuer which publishes OpenID Provider metadata. Both return a [jwt.KeySet]
// that serves wherever another one does:
//
//	keys, err := jwks.Discover("https://login.example")
//	…
//	decoder, err := jwt.NewDecoder(keys, jwt.RS256, jwt.WithIssuer("https://login.example"), jwt.WithAudience("api"))
//
// [Handler] is the other side: it publishes the public keys of a set. [Source] is what
// Remote follows, for programs that put a cache around it or keep a copy.
//
// # Fetching
//
// Nothing is fetched until a token needs a key. [jwt.NewLiveKeySet] says when fetches
// happen after that, who waits for them, and which keys are used while the endpoint is
// down. [WithLive] changes its settings.
//
// A key set may be used for as long as its response says by "max-age", less its "Age"
// (RFC 9111, Section 4.2), within the bounds of a live set. With "no-cache", "no-store"
// or a max-age of 0 that is as short as these bounds allow. Without any of them it is
// the refresh interval.
//
// The server answers 200, or 304 where the set has not changed since its last ETag. Any
// other answer is a failed fetch.
//
// # Errors
//
// A wrong argument or option is a [jwt.ErrInvalidOption]. A fetch that failed is a
// [jwt.ErrKeySet]: answer 503. Texts and logs show no user info and no query of a URL.
//
// A failed fetch is logged by [slog.Default], and so is the first good one after it.
// With [jwt.WithFetchReport] among the options of [WithLive], the program's function is
// called instead, after each fetch.
//
// # Security considerations
//
// Who can change the key set can sign tokens. So a URL is https, or http to this
// machine, and redirects are not followed: they would hand the choice of the keys to
// another host.
//
// A hostile or broken endpoint must not hurt the program. One fetch reads at most 1 MiB
// of a document, after decompression, and 64 KiB of response headers. It ends with its
// timeout, however slowly bytes arrive. No connection and no goroutine is left behind.
//
// Addresses come from the program and from the metadata of the issuer that it named,
// never from a token.
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

// Remote returns a live key set that follows the JWK Set at a URL. It fetches nothing
// by itself: [jwt.KeySet.Refresh] does, for a program that wants its keys at start.
//
// The URL is https, or http to localhost or a loopback address; [AllowHTTP] lifts that.
// User info in it is sent as Basic authentication. Keys too weak for their algorithm
// are skipped. To accept them, follow a source of your own that reads the set by
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

// Discover returns a live key set that follows the keys of an issuer, which its OpenID
// Provider metadata names (OpenID Connect Discovery 1.0, Section 4). The issuer is
// written as in the "iss" of its tokens: https://login.example, without
// /.well-known/openid-configuration.
//
// Each fetch reads the metadata first. Their "issuer" must equal the argument to the
// character, and their "jwks_uri" follows the rule for URLs: https, or http to
// localhost or a loopback address, unless [AllowHTTP] lifts it. A server that publishes
// its metadata elsewhere (RFC 8414) is followed by [Remote], with its "jwks_uri".
//
// Tokens are not checked for the issuer by this: [jwt.WithIssuer] does it.
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

// Source returns what [Remote] follows, to put a cache around it, or to keep a copy on
// disk: [jwt.NewLiveKeySet] then follows that.
//
// Its Fetch makes one request, and takes as long as its context allows. Where the server
// says that nothing changed, it returns the set of the call before. A failure is a
// [jwt.ErrKeySet], a nil context a [jwt.ErrInvalidOption]. It is safe for concurrent
// use.
//
// [WithLive] is for live sets, and a [jwt.ErrInvalidOption] here; so are the wrong
// arguments of Remote.
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

// An Option is a setting of [Remote], [Discover] or [Source]. Options come from the
// functions of this package alone, and a nil one is a [jwt.ErrInvalidOption].
type Option interface{ apply(*config) error }

type (
	clientOption    struct{ client *http.Client }
	liveOption      []jwt.LiveOption
	allowHTTPOption struct{}
)

// WithClient sets the client that fetches: for a certificate authority of the company's
// own, a proxy, credentials, a trace. A copy of it is used, as it is now, that follows
// no redirects, and each request closes its connection. How much of the response
// headers is read is up to its transport ([http.Transport], MaxResponseHeaderBytes).
//
// Without it the client is one that takes the proxy from the environment
// ([http.ProxyFromEnvironment]), trusts the system's certificate authorities and speaks
// HTTP/1.1. A nil client is a [jwt.ErrInvalidOption]. Given twice, the last one wins.
func WithClient(client *http.Client) Option { return clientOption{client} }

func (o clientOption) apply(c *config) error {
	if o.client == nil {
		return badOption("WithClient was given a nil client; leave it out to use the one of this package")
	}
	client := *o.client
	c.client = &client
	return nil
}

// WithLive passes options to [jwt.NewLiveKeySet]: how often keys are fetched, how long
// a fetch may take, who hears of it. Without it, the defaults stand. No option, and a nil
// one, is a [jwt.ErrInvalidOption]. Given twice, all of them count, and the last of a
// kind wins.
func WithLive(opts ...jwt.LiveOption) Option { return liveOption(opts) }

func (o liveOption) apply(c *config) error {
	if len(o) == 0 {
		return badOption("WithLive was given no options")
	}
	c.live = append(c.live, o...)
	return nil
}

// AllowHTTP allows http to any host, for networks that protect the connection by other
// means, as a service mesh does. Who can change what is sent there can sign tokens.
// Without it, http is for this machine alone.
func AllowHTTP() Option { return allowHTTPOption{} }

func (allowHTTPOption) apply(c *config) error {
	c.allowHTTP = true
	return nil
}

// A config is what the options come to.
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

// follow makes a live set. The report that logs comes first, so that one of the
// program's own takes its place.
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

// Format prints where it is, whatever the verb: package fmt would print user info and
// query.
func (r *remote) Format(f fmt.State, _ rune) { fmt.Fprint(f, "jwks.Source("+shown(r.at)+")") }
