// Service is what surrounds tokens in production: an issuer whose keys change, and
// services that follow them and guard their handlers.
//
// The issuer signs with ES256, replaces its key from time to time, and publishes the
// keys that its tokens are verified with. Two services, orders and reports, know
// nothing but its URL: they fetch the keys, verify the tokens of requests, and ask for
// a scope each.
//
//	go run ./examples/service
//
// starts the three on free ports of this machine and plays what happens to them, as
// their client: a scope that lacks, keys that change under load, an issuer that is down,
// a key that was stolen. It exits non-zero if any answer is not as it should be.
//
//	go run ./examples/service -listen 127.0.0.1:8080
//
// serves all of it until it is interrupted, with a page to log in, call the services,
// and see what becomes of a token that is changed or expires. -lifetime 10s makes
// tokens that expire soon. By hand:
//
//	curl http://127.0.0.1:8080/.well-known/jwks.json
//	curl -d username=alice --data-urlencode 'password=down the rabbit hole' http://127.0.0.1:8080/login
//	curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/orders
//
// It speaks plain HTTP and its users are known to every reader, so it is for this
// machine alone: an issuer that others reach has TLS, real users, and a limit on
// attempts to log in.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "service:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("service", flag.ContinueOnError)
	listen := flags.String("listen", "", "serve at this `address` until interrupted, instead of playing the story")
	lifetime := flags.Duration("lifetime", 2*time.Minute, "how long a token is valid, when serving")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *listen != "" {
		return serve(ctx, *listen, *lifetime, out)
	}
	users, err := newUsers(alice, bob)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	return tellStory(ctx, out, rightCast(users.logIn, storyMaxAge))
}

// How the keys change while this program serves.
const (
	keysMaxAge  = time.Minute
	rotateEvery = 5 * time.Minute
)

// serve runs the issuer, both services and the page behind one address until the
// context ends, which is no error. The services fetch the issuer's keys over HTTP
// nevertheless, as they would from anywhere.
func serve(ctx context.Context, address string, lifetime time.Duration, out io.Writer) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer listener.Close()
	users, err := newUsers(alice, bob)
	if err != nil {
		return err
	}
	url := urlOf(listener)
	issuer, err := newIssuer(settings{url, users.logIn, lifetime, keysMaxAge, time.Now})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", page())
	mux.Handle("/login", issuer)
	mux.Handle("/.well-known/", issuer)
	for _, name := range []string{"orders", "reports"} {
		service, err := newService(name, url)
		if err != nil {
			return err
		}
		mux.Handle("/"+name, service)
	}

	server := startServer(listener, mux)
	fmt.Fprintf(out, "serving at %s, where alice and bob can log in\n", server.url)
	rotating, stopRotating := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { issuer.keepRotating(rotating, rotateEvery) })
	select {
	case <-ctx.Done():
		fmt.Fprintln(out, "stopping")
	case <-server.done: // it failed, and stop says how
	}
	stopRotating()
	group.Wait()
	return server.stop()
}
