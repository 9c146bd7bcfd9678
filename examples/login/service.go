package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

const (
	lifetime = time.Minute
	issuer   = "https://login.example"
	audience = "https://api.example"
	maxBody  = 16 << 10 // a form, with room for a token
)

// The codes of an answer.
const (
	codeLoggedIn = 1001 // with "token"
	codeGranted  = 1002 // with "data"
	codeRefused  = 1003 // with "error"
)

type answer struct {
	Code  int      `json:"code"`
	Token string   `json:"token,omitempty"`
	Data  *profile `json:"data,omitempty"`
	Error string   `json:"error,omitempty"`
}

// What a request can lack before its token is even looked at.
var (
	errCredentials = errors.New("wrong user name or password")
	errNoToken     = errors.New("no token")
	errTwoTokens   = errors.New("more than one token")
	errBadForm     = errors.New("no form")
)

// A session is the claims of our tokens: all that a service needs to know of a
// user. The encoder adds the other registered claims.
type session struct {
	jwt.RegisteredClaims
	Data profile `json:"data"`
}

// A service lets users log in, and tells whoever shows a token who he is. It
// stores no tokens and no sessions: the key is all it needs.
type service struct {
	users   *users
	encoder *jwt.Encoder
	decoder *jwt.Decoder
}

// newService returns the service as a handler. Services with the same key take
// each other's tokens. Where their clocks may differ, on machines of their own,
// their decoders also want a jwt.WithLeeway.
func newService(key *jwt.Key, users *users, now func() time.Time) (http.Handler, error) {
	encoder, err := jwt.NewEncoder(key,
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithIssuedAt(),
		jwt.WithExpiresIn(lifetime),
		jwt.WithClock(now))
	if err != nil {
		return nil, err
	}
	decoder, err := jwt.NewDecoder(key, jwt.HS256,
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithRequired("exp", "sub", "data"),
		jwt.WithClock(now))
	if err != nil {
		return nil, err
	}
	return (&service{users, encoder, decoder}).handler(), nil
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /me", s.me)
	mux.HandleFunc("GET /me", s.me)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Answers are for one user, and one of them is a token: no cache keeps them.
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux.ServeHTTP(w, r)
	})
}

// login answers a form of username and password with a token.
func (s *service) login(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, r, formError(err))
		return
	}
	// PostForm is the body alone: a password in an address would be in every log.
	user, ok, err := s.users.find(r.PostForm.Get("username"), r.PostForm.Get("password"))
	if err != nil {
		refuse(w, r, err)
		return
	}
	if !ok {
		refuse(w, r, errCredentials)
		return
	}
	token, err := s.encoder.Encode(session{
		RegisteredClaims: jwt.RegisteredClaims{Subject: user.User},
		Data:             user,
	})
	if err != nil {
		refuse(w, r, err)
		return
	}
	reply(w, http.StatusOK, answer{Code: codeLoggedIn, Token: token})
}

// me answers a token with what it says of its user.
func (s *service) me(w http.ResponseWriter, r *http.Request) {
	token, err := tokenOf(r)
	if err != nil {
		refuse(w, r, err)
		return
	}
	var claims session
	if err := s.decoder.DecodeInto(token, &claims); err != nil {
		refuse(w, r, err)
		return
	}
	reply(w, http.StatusOK, answer{Code: codeGranted, Data: &claims.Data})
}

// tokenOf returns the one token of a request: in the header Authorization, or in
// the form field "token" of its body. Never in its address, which lands in logs.
// More than one, or two Authorization headers, is refused even where they are
// equal: a proxy before us may have looked at the other one (RFC 6750, Section 2).
func tokenOf(r *http.Request) (string, error) {
	if err := r.ParseForm(); err != nil {
		return "", formError(err)
	}
	headers, fields := r.Header.Values("Authorization"), r.PostForm["token"]
	if len(headers)+len(fields) > 1 {
		return "", errTwoTokens
	}
	var token string
	if len(fields) > 0 {
		token = fields[0]
	}
	if len(headers) > 0 {
		if scheme, rest, _ := strings.Cut(headers[0], " "); strings.EqualFold(scheme, "Bearer") {
			token = strings.TrimLeft(rest, " ")
		}
	}
	if token == "" {
		return "", errNoToken
	}
	return token, nil
}

func formError(err error) error { return fmt.Errorf("%w: %w", errBadForm, err) }

// verdict is the answer to an error: its status, and a text for the user. The
// library's own text is for the log of a program, not for whoever sent the token.
func verdict(err error) (status int, text string) {
	switch {
	case errors.Is(err, errCredentials):
		return http.StatusUnauthorized, "wrong user name or password"
	case errors.Is(err, errNoToken):
		return http.StatusUnauthorized, "please log in"
	case errors.Is(err, jwt.ErrExpired):
		return http.StatusUnauthorized, "the token has expired, please log in again"
	case errors.Is(err, jwt.ErrInvalidSignature):
		return http.StatusUnauthorized, "the token was tampered with, or signed by somebody else"
	case errors.Is(err, jwt.ErrInvalidToken):
		return http.StatusUnauthorized, "the token is not valid"
	case errors.Is(err, errTwoTokens):
		return http.StatusBadRequest, "send one token, in the header or in the form"
	case errors.As(err, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge, "the form is too large"
	case errors.Is(err, errBadForm):
		return http.StatusBadRequest, "the form cannot be read"
	default: // our own fault: the user can do nothing about it, nor should he know
		return http.StatusInternalServerError, "the service has failed"
	}
}

func refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, text := verdict(err)
	switch status {
	case http.StatusUnauthorized: // RFC 9110, Section 15.5.2 asks for a challenge
		w.Header().Set("WWW-Authenticate", challenge(err))
	case http.StatusInternalServerError:
		slog.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "err", err)
	}
	reply(w, status, answer{Code: codeRefused, Error: text})
}

// challenge tells a client that came without a token from one whose token is bad
// (RFC 6750, Section 3.1).
func challenge(err error) string {
	if errors.Is(err, jwt.ErrInvalidToken) {
		return `Bearer realm="login", error="invalid_token"`
	}
	return `Bearer realm="login"`
}

func reply(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A failure here is a client that went away, and nobody is left to be told.
	_ = json.NewEncoder(w).Encode(a)
}
