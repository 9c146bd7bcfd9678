package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// A server is a handler that is being served.
type server struct {
	url  string
	http *http.Server
	done chan struct{} // closed when serving has ended
	err  error         // why it ended, to be read after done
}

// startServer serves what the listener accepts. Whoever starts a server stops it,
// and the listener with it.
func startServer(listener net.Listener, handler http.Handler) *server {
	s := &server{
		url: urlOf(listener),
		http: &http.Server{
			Handler: handler,
			// A client that sends slowly, or nothing, must not hold a connection.
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       10 * time.Second,
			IdleTimeout:       time.Minute,
		},
		done: make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		s.err = s.http.Serve(listener)
	}()
	return s
}

// urlOf is known before anything is served, as an issuer must know its own.
func urlOf(listener net.Listener) string { return "http://" + listener.Addr().String() }

// stop lets requests finish for a while, and returns when serving has ended.
func (s *server) stop() error {
	// Not a child of the context that ended: requests get their time after that.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	<-s.done
	if !errors.Is(s.err, http.ErrServerClosed) {
		err = errors.Join(err, s.err)
	}
	return err
}
