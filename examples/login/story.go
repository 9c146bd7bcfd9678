package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/token-jwt/jwt"
)

// A clock stands still until the story moves it, so that nobody has to wait for
// a token to expire.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// newClock starts at a whole second, as "exp" has no finer ones.
func newClock() *clock { return &clock{at: time.Now().Truncate(time.Second)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// playStory makes two services that share nothing but the key, and plays the
// story against them. Alice has an account at A alone, and Bob at B alone.
func playStory(ctx context.Context, out io.Writer) error {
	key, err := jwt.GenerateKey(jwt.HS256)
	if err != nil {
		return err
	}
	usersA, err := newUsers(alice)
	if err != nil {
		return err
	}
	usersB, err := newUsers(bob)
	if err != nil {
		return err
	}
	clock := newClock()
	a, err := newService(key, usersA, clock.now)
	if err != nil {
		return err
	}
	b, err := newService(key, usersB, clock.now)
	if err != nil {
		return err
	}
	return tellStory(ctx, out, a, b, clock)
}

// tellStory serves a and b, and tells what their clients see.
func tellStory(ctx context.Context, out io.Writer, a, b http.Handler, clock *clock) (err error) {
	serverA, err := startServer("127.0.0.1:0", a)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, serverA.stop()) }()
	serverB, err := startServer("127.0.0.1:0", b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, serverB.stop()) }()

	// A transport of its own, whose connections end with the story.
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s := &story{
		client: &http.Client{Transport: transport, Timeout: 30 * time.Second},
		out:    out,
		clock:  clock,
		urls:   map[string]string{"A": serverA.url, "B": serverB.url},
	}
	fmt.Fprintf(out, "Service A is at %s, service B at %s.\n", serverA.url, serverB.url)
	fmt.Fprintln(out, "They share a key and nothing else: Alice has her account at A, Bob has his at B.")
	if err := s.tell(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nAll %d answers are as they should be.\n", s.answers)
	return nil
}

// A story is told by a client, who knows of the services only what they answer.
type story struct {
	client  *http.Client
	out     io.Writer
	clock   *clock
	urls    map[string]string // of the services, by their names
	answers int               // those that were as they should be
}

// What the services are to answer, to the letter.
const (
	isAlice    = `{"code":1002,"data":{"user":"alice","name":"Alice Liddell"}}`
	isBob      = `{"code":1002,"data":{"user":"bob","name":"Bob the Lizard"}}`
	wrongLogin = `{"code":1003,"error":"wrong user name or password"}`
	noToken    = `{"code":1003,"error":"please log in"}`
	expired    = `{"code":1003,"error":"the token has expired, please log in again"}`
	tampered   = `{"code":1003,"error":"the token was tampered with, or signed by somebody else"}`
	invalid    = `{"code":1003,"error":"the token is not valid"}`
)

func (s *story) tell(ctx context.Context) error {
	s.chapter("Logging in")
	aliceToken, err := s.logIn(ctx, "Alice logs in at A", "A", alice)
	if err != nil {
		return err
	}
	bobToken, err := s.logIn(ctx, "Bob logs in at B", "B", bob)
	if err != nil {
		return err
	}
	if err := s.play(ctx,
		step{"Alice mistypes her password", "A", loginForm("alice", "up the rabbit hole"), 401, wrongLogin},
		step{"Somebody without an account gets the same answer", "A", loginForm("mallory", "let me in"), 401, wrongLogin},
		step{"Alice has no account at B", "B", loginForm("alice", alice.password), 401, wrongLogin},
	); err != nil {
		return err
	}

	s.chapter("A token is good wherever the key is")
	if err := s.play(ctx,
		step{"Alice shows her token to A, in the header", "A", inHeader(aliceToken), 200, isAlice},
		step{"Alice shows her token to A, in a form", "A", inForm(aliceToken), 200, isAlice},
		step{"Alice shows the token of A to B, in the header", "B", inHeader(aliceToken), 200, isAlice},
		step{"Alice shows the token of A to B, in a form", "B", inForm(aliceToken), 200, isAlice},
		step{"Bob shows the token of B to A", "A", inHeader(bobToken), 200, isBob},
	); err != nil {
		return err
	}

	forged, err := forge(aliceToken)
	if err != nil {
		return err
	}
	s.chapter("Anything else is refused")
	if err := s.play(ctx,
		step{"Somebody asks without a token", "A", request{method: http.MethodGet, path: "/me"}, 401, noToken},
		step{"Somebody sends a form without a token", "B", inForm(""), 401, noToken},
		step{"Alice makes herself admin in her token", "A", inHeader(forged.tampered), 401, tampered},
		step{"Alice tries that token at B", "B", inForm(forged.tampered), 401, tampered},
		step{"Somebody signs Alice's claims with another key", "A", inHeader(forged.otherKey), 401, tampered},
		step{"Somebody declares the token to be unsigned", "B", inHeader(forged.unsigned), 401, invalid},
		step{"Somebody sends what is no token at all", "A", inForm("open.sesame"), 401, invalid},
	); err != nil {
		return err
	}

	s.chapter("59 seconds have passed")
	s.clock.move(59 * time.Second)
	if err := s.play(ctx,
		step{"Alice shows her token to B", "B", inHeader(aliceToken), 200, isAlice},
	); err != nil {
		return err
	}

	s.chapter("A minute has passed")
	s.clock.move(time.Second)
	if err := s.play(ctx,
		step{"Alice shows her token to A", "A", inHeader(aliceToken), 401, expired},
		step{"Alice shows her token to B", "B", inForm(aliceToken), 401, expired},
	); err != nil {
		return err
	}
	aliceToken, err = s.logIn(ctx, "Alice logs in again", "A", alice)
	if err != nil {
		return err
	}
	return s.play(ctx,
		step{"Alice shows her new token to B", "B", inHeader(aliceToken), 200, isAlice},
	)
}

// forgeries are what others make of a token without having its key.
type forgeries struct{ tampered, otherKey, unsigned string }

func forge(token string) (forgeries, error) {
	seen, err := jwt.DecodeUnverified(token) // claims are no secret: everybody can read them
	if err != nil {
		return forgeries{}, err
	}
	changed := strings.ReplaceAll(string(seen.Payload), `"alice"`, `"admin"`)
	if changed == string(seen.Payload) {
		return forgeries{}, errors.New("the token does not speak of alice")
	}
	segments := strings.Split(token, ".")
	segment := base64.RawURLEncoding.EncodeToString

	key, err := jwt.GenerateKey(jwt.HS256)
	if err != nil {
		return forgeries{}, err
	}
	otherKey, err := jwt.Encode(json.RawMessage(seen.Payload), key)
	if err != nil {
		return forgeries{}, err
	}
	return forgeries{
		tampered: segments[0] + "." + segment([]byte(changed)) + "." + segments[2],
		otherKey: otherKey,
		unsigned: segment([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + segment([]byte(changed)) + ".",
	}, nil
}

// A request is what a client of ours can send.
type request struct {
	method, path string
	bearer       string
	form         url.Values
}

func loginForm(name, password string) request {
	return request{method: http.MethodPost, path: "/login", form: url.Values{"username": {name}, "password": {password}}}
}

func inHeader(token string) request {
	return request{method: http.MethodGet, path: "/me", bearer: token}
}

func inForm(token string) request {
	return request{method: http.MethodPost, path: "/me", form: url.Values{"token": {token}}}
}

// A step is a request, and what is to be answered.
type step struct {
	words   string
	service string
	request request
	status  int
	body    string
}

// play plays steps in order, up to the first whose answer is wrong.
func (s *story) play(ctx context.Context, steps ...step) error {
	for _, step := range steps {
		status, body, err := s.send(ctx, step.service, step.request)
		if err != nil {
			return fmt.Errorf("%s: %w", step.words, err)
		}
		if status != step.status || body != step.body {
			// Cut short, as it may be a token that should not have been given.
			return fmt.Errorf("%s: the answer is %d %.100s, and should be %d %s",
				step.words, status, body, step.status, step.body)
		}
		s.report(step.words, step.service, step.request, status, body)
	}
	return nil
}

// logIn is a step whose answer is not known beforehand. It prints no token, nor
// does an error of it hold one.
func (s *story) logIn(ctx context.Context, words, service string, who newcomer) (string, error) {
	r := loginForm(who.profile.User, who.password)
	status, body, err := s.send(ctx, service, r)
	if err != nil {
		return "", fmt.Errorf("%s: %w", words, err)
	}
	var a struct{ Token string }
	if status != http.StatusOK || json.Unmarshal([]byte(body), &a) != nil || a.Token == "" ||
		body != `{"code":1001,"token":"`+a.Token+`"}` {
		return "", fmt.Errorf("%s: the answer, of status %d, is not a token", words, status)
	}
	s.report(words, service, r, status, fmt.Sprintf("a token of %d characters", len(a.Token)))
	return a.Token, nil
}

func (s *story) send(ctx context.Context, service string, r request) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, r.method, s.urls[service]+r.path, strings.NewReader(r.form.Encode()))
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
	octets, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return 0, "", err
	}
	return resp.StatusCode, strings.TrimSuffix(string(octets), "\n"), nil
}

func (s *story) chapter(title string) { fmt.Fprintf(s.out, "\n%s\n", title) }

func (s *story) report(words, service string, r request, status int, body string) {
	s.answers++
	fmt.Fprintf(s.out, "  %s\n    %s %s at %s: %d, %s\n", words, r.method, r.path, service, status, body)
}
