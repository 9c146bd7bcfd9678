package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// The story takes seconds, so services use keys for one second before they ask for new
// ones, and ask again soon where that failed. By the defaults they do the same in minutes.
const (
	storyMaxAge   = time.Second
	storyCooldown = 200 * time.Millisecond
	storyLifetime = 10 * time.Minute
)

// A cast is who plays. Tests have others play, who do it wrong.
type cast struct {
	keysLife time.Duration // how long the services use keys that they fetched
	patience time.Duration // with what should change soon
	issuer   func(url string) (keyHolder, error)
	service  func(name, issuer string, opts ...jwks.Option) (http.Handler, error)
}

// A keyHolder is an issuer, as those see it who run it.
type keyHolder interface {
	http.Handler
	rotate() error
	revoke() error
}

// rightCast plays it as it should be.
func rightCast(logIn loginCheck, maxAge time.Duration) cast {
	return cast{
		keysLife: max(maxAge, storyCooldown), // a service asks no sooner
		patience: 10 * time.Second,
		issuer: func(url string) (keyHolder, error) {
			return newIssuer(settings{url, logIn, storyLifetime, maxAge, time.Now})
		},
		service: newService,
	}
}

// A story is told by a client, who knows of the three only what they answer, and who can
// stop and start them.
type story struct {
	cast
	client  *http.Client
	out     io.Writer
	issuer  keyHolder
	address string // of the issuer, which it keeps when it is down
	servers map[string]*server
	fetches atomic.Int64 // of keys, by both services
	answers atomic.Int64 // those that were as they should be
}

func tellStory(ctx context.Context, out io.Writer, cast cast) (err error) {
	// A transport of its own, whose connections end with the story.
	transport := &http.Transport{MaxIdleConnsPerHost: callers}
	defer transport.CloseIdleConnections()
	s := &story{
		cast:    cast,
		client:  &http.Client{Transport: transport, Timeout: 30 * time.Second},
		out:     out,
		address: "127.0.0.1:0",
		servers: make(map[string]*server),
	}
	defer func() {
		for name := range s.servers {
			err = errors.Join(err, s.stop(name))
		}
	}()
	if err := s.startIssuer(); err != nil {
		return err
	}
	for _, name := range []string{"orders", "reports"} {
		if err := s.startService(name); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "The issuer is at %s, orders at %s, reports at %s.\n",
		s.servers["issuer"].url, s.servers["orders"].url, s.servers["reports"].url)
	fmt.Fprintln(out, "The two services know the issuer's URL, and nothing else of it.")
	if err := s.tell(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nAll %d answers are as they should be. The services fetched keys %d times.\n", s.answers.Load(), s.fetches.Load())
	return nil
}

// startIssuer starts the issuer, or starts it again: then at the address that it had,
// with the keys that it had.
func (s *story) startIssuer() error {
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	if s.issuer == nil {
		s.address = listener.Addr().String()
		if s.issuer, err = s.cast.issuer(urlOf(listener)); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	s.servers["issuer"] = startServer(listener, s.issuer)
	return nil
}

// startService starts a service that has fetched nothing yet. It is told where the
// issuer is, running or not.
func (s *story) startService(name string) error {
	service, err := s.service(name, "http://"+s.address, jwks.WithLive(
		jwt.WithCooldown(storyCooldown),
		// In place of the log, which is where failed fetches are seen otherwise.
		jwt.WithFetchReport(func(r jwt.FetchReport) {
			if r.Err == nil {
				s.fetches.Add(1)
			}
		})))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.servers[name] = startServer(listener, service)
	return nil
}

func (s *story) stop(name string) error {
	// Connections to it that are idle would fail the next request instead.
	s.client.CloseIdleConnections()
	err := s.servers[name].stop()
	delete(s.servers, name)
	return err
}

// What the three are to answer, to the letter.
const (
	aliceOrders  = `{"service":"orders","user":"alice","items":["a looking glass","two fans"]}`
	aliceReports = `{"service":"reports","user":"alice","items":["the year so far"]}`
	bobOrders    = `{"service":"orders","user":"bob","items":["a looking glass","two fans"]}`

	wrongLogin    = `{"error":"wrong user name or password"}`
	noToken       = `Bearer realm="orders", scope="orders:read"`
	invalidOrders = `Bearer realm="orders", error="invalid_token", scope="orders:read"`
	invalidReport = `Bearer realm="reports", error="invalid_token", scope="reports:read"`
	lacksScope    = `Bearer realm="reports", error="insufficient_scope", scope="reports:read"`
	unavailable   = `Tokens cannot be checked now; try again later`
)

func (s *story) tell(ctx context.Context) error {
	s.chapter("Log in")
	first, err := s.logIn(ctx, "Alice logs in", alice)
	if err != nil {
		return err
	}
	bobToken, err := s.logIn(ctx, "Bob logs in", bob)
	if err != nil {
		return err
	}
	if err := s.play(ctx,
		step{"Alice mistypes her password", "issuer", loginForm("alice", "down the rabbit"), 401, wrongLogin},
	); err != nil {
		return err
	}

	s.chapter("Both services take the token, and nothing else")
	if err := s.play(ctx,
		step{"Alice asks for her orders", "orders", get("orders", first), 200, aliceOrders},
		step{"Alice asks for her reports", "reports", get("reports", first), 200, aliceReports},
		step{"Somebody asks without a token", "orders", get("orders", ""), 401, noToken},
		step{"Somebody changes one character of Alice's token", "orders", get("orders", changed(first)), 401, invalidOrders},
	); err != nil {
		return err
	}

	s.chapter("A scope that lacks")
	if err := s.play(ctx,
		step{"Bob asks for his orders", "orders", get("orders", bobToken), 200, bobOrders},
		step{"Bob asks for reports, which he may not see", "reports", get("reports", bobToken), 403, lacksScope},
	); err != nil {
		return err
	}

	s.chapter(fmt.Sprintf("The keys change %d times, while %d clients call both services", rotations, callers))
	if err := s.underLoad(ctx, first); err != nil {
		return err
	}
	newest, err := s.logIn(ctx, "Alice logs in again", alice)
	if err != nil {
		return err
	}
	if err := s.play(ctx,
		step{"Alice shows that token, of the newest key", "orders", get("orders", newest), 200, aliceOrders},
		step{"Alice shows her first token, of the first key", "reports", get("reports", first), 200, aliceReports},
	); err != nil {
		return err
	}

	s.chapter("The issuer is down")
	if err := s.stop("issuer"); err != nil {
		return err
	}
	// Past the life of the keys, when the services have asked for new ones in vain.
	if err := s.hold(ctx, 2*s.keysLife,
		step{"Alice goes on asking for her orders", "orders", get("orders", newest), 200, aliceOrders},
		step{"and for her reports", "reports", get("reports", first), 200, aliceReports},
	); err != nil {
		return err
	}

	s.chapter("A service is restarted while the issuer is down")
	if err := s.stop("orders"); err != nil {
		return err
	}
	if err := s.startService("orders"); err != nil {
		return err
	}
	if err := s.play(ctx,
		step{"Alice asks for her orders, and nobody can know who she is", "orders", get("orders", newest), 503, unavailable},
		step{"Alice asks for her reports", "reports", get("reports", newest), 200, aliceReports},
	); err != nil {
		return err
	}

	s.chapter("The issuer is back")
	if err := s.startIssuer(); err != nil {
		return err
	}
	if err := s.until(ctx,
		step{"Alice asks for her orders until they are there", "orders", get("orders", newest), 503, unavailable},
		200, aliceOrders,
	); err != nil {
		return err
	}

	s.chapter("A key was stolen, and the issuer removes it")
	if err := s.issuer.revoke(); err != nil {
		return err
	}
	afterwards, err := s.logIn(ctx, "Alice logs in again", alice)
	if err != nil {
		return err
	}
	if err := s.play(ctx,
		step{"Alice shows that token, of a key that was ready", "orders", get("orders", afterwards), 200, aliceOrders},
	); err != nil {
		return err
	}
	if err := s.until(ctx,
		step{"Somebody shows a token of the stolen key, until orders has the new keys", "orders", get("orders", newest), 200, aliceOrders},
		401, invalidOrders,
	); err != nil {
		return err
	}
	if err := s.until(ctx,
		step{"Somebody shows it until reports has the new keys", "reports", get("reports", newest), 200, aliceReports},
		401, invalidReport,
	); err != nil {
		return err
	}
	return s.play(ctx,
		step{"Alice asks for her orders", "orders", get("orders", afterwards), 200, aliceOrders},
		step{"Alice asks for her reports", "reports", get("reports", afterwards), 200, aliceReports},
	)
}
