// Login is the flow that tokens were made for, with a real server and client:
// a client sends a user name and password, the server answers with a signed
// token that it need not store, the client sends the token with each request,
// and any service that holds the key says whether it is valid, expired,
// tampered with or malformed.
//
//	go run ./examples/login
//
// starts two services on free ports of this machine, plays the whole story as
// their client, and exits non-zero if any answer is not as it should be.
//
//	go run ./examples/login -listen 127.0.0.1:8080
//
// serves until it is interrupted. The key is the environment's JWT_SECRET, of
// at least 32 octets, or else a random one. The password of alice stands in
// users.go:
//
//	curl -d username=alice --data-urlencode 'password=down the rabbit hole' http://127.0.0.1:8080/login
//	curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/me
//	curl -d token=$TOKEN http://127.0.0.1:8080/me
//
// It speaks plain HTTP and its users are known to every reader, so it is for
// this machine alone: a service that others reach has TLS in front of it, users
// of its own, and a limit on attempts to log in.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/token-jwt/jwt"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "login:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("login", flag.ContinueOnError)
	listen := flags.String("listen", "", "serve at this `address` until interrupted, instead of playing the story")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *listen != "" {
		return serve(ctx, *listen, out)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return playStory(ctx, out)
}

// serve runs one service until the context ends, which is no error.
func serve(ctx context.Context, address string, out io.Writer) error {
	key, err := environmentKey(out)
	if err != nil {
		return err
	}
	users, err := newUsers(alice)
	if err != nil {
		return err
	}
	service, err := newService(key, users, time.Now)
	if err != nil {
		return err
	}
	server, err := startServer(address, service)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "serving at %s, where alice can log in\n", server.url)
	select {
	case <-ctx.Done():
		fmt.Fprintln(out, "stopping")
	case <-server.done: // it failed, and stop says how
	}
	return server.stop()
}

// environmentKey makes the key of JWT_SECRET, or a random one where that is not
// set. Set but empty is a mistake, and an error like any other weak secret.
func environmentKey(out io.Writer) (*jwt.Key, error) {
	secret, ok := os.LookupEnv("JWT_SECRET")
	if !ok {
		fmt.Fprintln(out, "JWT_SECRET is not set: the key is random, and tokens end with this process")
		return jwt.GenerateKey(jwt.HS256)
	}
	key, err := jwt.NewKey([]byte(secret), jwt.WithKeyAlgorithm(jwt.HS256))
	if err != nil {
		return nil, fmt.Errorf("JWT_SECRET: %w", err)
	}
	return key, nil
}
