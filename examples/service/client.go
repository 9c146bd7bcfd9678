package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What the client of the story can do: send a request once, for a while, until
// something changes, and from many goroutines.

const (
	callers   = 16
	rotations = 3
	pause     = 10 * time.Millisecond // between the calls of one client
)

// A request is what a client can send.
type request struct {
	method, path string
	bearer       string
	form         url.Values
}

func loginForm(name, password string) request {
	return request{method: http.MethodPost, path: "/login", form: url.Values{"username": {name}, "password": {password}}}
}

func get(service, token string) request {
	return request{method: http.MethodGet, path: "/" + service, bearer: token}
}

// changed returns a token of which one character of the claims is another.
func changed(token string) string {
	at := strings.Index(token, ".") + 10
	other := "A"
	if token[at] == 'A' {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}

// A step is a request, and what is to be answered: the challenge of a refusal, or else
// the body.
type step struct {
	words   string
	server  string
	request request
	status  int
	says    string
}

// play plays steps in order, up to the first whose answer is wrong.
func (s *story) play(ctx context.Context, steps ...step) error {
	for _, step := range steps {
		if err := s.check(ctx, step); err != nil {
			return err
		}
		s.report(step, step.status, step.says)
	}
	return nil
}

func (s *story) check(ctx context.Context, step step) error {
	status, says, err := s.send(ctx, step.server, step.request)
	if err != nil {
		return fmt.Errorf("%s: %w", step.words, err)
	}
	if status != step.status || says != step.says {
		return wrongAnswer(step.words, status, says, step.status, step.says)
	}
	s.answers.Add(1)
	return nil
}

// wrongAnswer cuts the answer short, as it may be a token that should not have been given.
func wrongAnswer(words string, status int, says string, wantStatus int, wantSays string) error {
	return fmt.Errorf("%s: the answer is %d %.100s, and should be %d %s", words, status, says, wantStatus, wantSays)
}

// hold repeats steps for a while. No answer may be wrong.
func (s *story) hold(ctx context.Context, d time.Duration, steps ...step) error {
	times := 0
	for end := time.Now().Add(d); time.Now().Before(end); times++ {
		for _, step := range steps {
			if err := s.check(ctx, step); err != nil {
				return err
			}
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
	for _, step := range steps {
		s.report(step, step.status, fmt.Sprintf("%d times: %s", times, step.says))
	}
	return nil
}

// until repeats a step until the answer is another one, which it must be soon. A third
// one is wrong.
func (s *story) until(ctx context.Context, step step, status int, says string) error {
	for start := time.Now(); time.Since(start) < s.patience; {
		gotStatus, got, err := s.send(ctx, step.server, step.request)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", step.words, err)
		case gotStatus == status && got == says:
			s.answers.Add(1)
			s.report(step, status, fmt.Sprintf("%s\n    after %.1f s, and %d before", says, time.Since(start).Seconds(), step.status))
			return nil
		case gotStatus != step.status || got != step.says:
			return wrongAnswer(step.words, gotStatus, got, status, says)
		}
		s.answers.Add(1)
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: after %v the answer is still %d", step.words, s.patience, step.status)
}

// underLoad has many clients call both services while the issuer changes its keys, some
// with the newest token, some with the first. Every answer must be right.
func (s *story) underLoad(ctx context.Context, first string) error {
	ctx, fail := context.WithCancelCause(ctx)
	var newest atomic.Pointer[string]
	newest.Store(&first)
	before, fetchesBefore := s.answers.Load(), s.fetches.Load()
	done := make(chan struct{})
	// again calls f until the load is over.
	again := func(f func() error) {
		for ctx.Err() == nil {
			select {
			case <-done:
				return
			default:
			}
			err := f()
			if err == nil {
				err = wait(ctx, pause)
			}
			if err != nil {
				fail(err) // the first one counts
			}
		}
	}
	var group sync.WaitGroup
	group.Go(func() {
		again(func() error {
			token, err := s.ask(ctx, "Alice logs in while keys change", alice)
			if err != nil {
				return err
			}
			newest.Store(&token)
			return wait(ctx, s.keysLife/4) // as hashing a password takes much of a processor
		})
	})
	for n := range callers {
		group.Go(func() {
			again(func() error {
				token := first
				if n%2 == 0 {
					token = *newest.Load()
				}
				return errors.Join(
					s.check(ctx, step{"Alice asks for her orders while keys change", "orders", get("orders", token), 200, aliceOrders}),
					s.check(ctx, step{"Alice asks for her reports while keys change", "reports", get("reports", token), 200, aliceReports}))
			})
		})
	}
	for range rotations {
		if wait(ctx, s.keysLife+pause) != nil {
			break
		}
		if err := s.issuer.rotate(); err != nil {
			fail(err)
			break
		}
	}
	// Long enough for the services to fetch the last set, too.
	err := wait(ctx, s.keysLife)
	close(done)
	group.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	fail(nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "  %d answers, all of them right, and keys were fetched %d times\n",
		s.answers.Load()-before, s.fetches.Load()-fetchesBefore)
	return nil
}

// wait returns the cause where the context ends before.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// logIn is a step whose answer is not known beforehand. It prints no token, nor does an
// error of it hold one.
func (s *story) logIn(ctx context.Context, words string, who account) (string, error) {
	token, err := s.ask(ctx, words, who)
	if err == nil {
		s.report(step{words: words, server: "issuer", request: loginForm("", "")}, http.StatusOK, fmt.Sprintf("a token of %d characters", len(token)))
	}
	return token, err
}

func (s *story) ask(ctx context.Context, words string, who account) (string, error) {
	status, body, err := s.send(ctx, "issuer", loginForm(who.name, who.password))
	if err != nil {
		return "", fmt.Errorf("%s: %w", words, err)
	}
	var a struct{ Token string }
	if status != http.StatusOK || json.Unmarshal([]byte(body), &a) != nil || a.Token == "" || body != `{"token":"`+a.Token+`"}` {
		return "", fmt.Errorf("%s: the answer, of status %d, is not a token", words, status)
	}
	s.answers.Add(1)
	return a.Token, nil
}

func (s *story) send(ctx context.Context, server string, r request) (status int, says string, err error) {
	req, err := http.NewRequestWithContext(ctx, r.method, s.servers[server].url+r.path, strings.NewReader(r.form.Encode()))
	if err != nil {
		return 0, "", err
	}
	if r.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+r.bearer)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return 0, "", err
	}
	if challenge := resp.Header.Get("WWW-Authenticate"); challenge != "" && server != "issuer" {
		return resp.StatusCode, challenge, nil
	}
	return resp.StatusCode, strings.TrimSuffix(string(body), "\n"), nil
}

func (s *story) chapter(title string) { fmt.Fprintf(s.out, "\n%s\n", title) }

func (s *story) report(step step, status int, says string) {
	r := step.request
	fmt.Fprintf(s.out, "  %s\n    %s %s at %s: %d, %s\n", step.words, r.method, r.path, step.server, status, says)
}
