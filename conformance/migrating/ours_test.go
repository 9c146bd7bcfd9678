package migrating

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
	"github.com/token-jwt/jwt/jwks"
)

var ours = library{
	name:  "this library",
	tasks: [9]func(*work) error{oursSign, oursVerify, oursTyped, oursAnswer, oursRotate, oursPEM, oursProvider, oursGuard, oursLog},
	takes: func(token string, secret []byte) error {
		_, err := jwt.Decode(token, secret, jwt.HS256)
		return err
	},
}

func oursSign(w *work) error {
	secret := w.secret
	// page: 1
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, secret, jwt.WithExpiresIn(15*time.Minute))
	// end
	w.token = token
	return err
}

func oursVerify(w *work) error {
	secret, token := w.secret, w.token
	// page: 2
	claims, err := jwt.Decode(token, secret, jwt.HS256,
		jwt.WithIssuer("https://login.example"), jwt.WithAudience("orders"),
		jwt.WithRequired("exp"))
	// end
	w.subject = claims.Subject()
	return err
}

func oursTyped(w *work) error {
	secret := w.secret
	// page: 3
	type Session struct {
		jwt.RegisteredClaims
		Roles []string `json:"roles"`
	}
	token, err := jwt.Encode(Session{Roles: []string{"editor"}}, secret,
		jwt.WithSubject("alice"), jwt.WithExpiresIn(time.Hour))
	if err != nil {
		return err
	}
	session, err := jwt.DecodeAs[Session](token, secret, jwt.HS256, jwt.WithRequired("exp"))
	// end
	w.token, w.subject, w.roles = token, session.Subject, session.Roles
	return err
}

func oursAnswer(w *work) error {
	secret, token := w.secret, w.token
	var status int
	var reason string
	// page: 4
	_, err := jwt.Decode(token, secret, jwt.HS256)
	switch {
	case err == nil:
		status = 200
	case errors.Is(err, jwt.ErrExpired):
		status, reason = 401, "expired"
	case errors.Is(err, jwt.ErrInvalidToken):
		status, reason = 401, "invalid"
	case errors.Is(err, jwt.ErrUnavailable):
		status = 503 // a key set that cannot be fetched, say
	default:
		status = 500 // the program's own fault: a key or an option
	}
	// end
	w.status, w.reason = status, reason
	return nil
}

func oursRotate(w *work) error {
	oldSecret, newSecret, oldToken := w.older, w.newer, w.token
	// page: 5
	older, err := jwt.NewKey(oldSecret, jwt.WithKeyID("2026-10"))
	if err != nil {
		return err
	}
	newer, err := jwt.NewKey(newSecret, jwt.WithKeyID("2026-11"))
	if err != nil {
		return err
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, newer, jwt.WithExpiresIn(time.Hour))
	if err != nil {
		return err
	}
	keys, err := jwt.NewKeySet(newer, older)
	if err != nil {
		return err
	}
	claims, err := jwt.Decode(oldToken, keys, jwt.HS256) // the key that its "kid" names
	// end
	w.token, w.subject = token, claims.Subject()
	return err
}

func oursPEM(w *work) error {
	privatePEM, publicPEM := w.privatePEM, w.publicPEM
	// page: 6
	private, err := jwt.ParsePEM(privatePEM)
	if err != nil {
		return err
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, private, jwt.WithExpiresIn(time.Hour))
	if err != nil {
		return err
	}
	public, err := jwt.ParsePEM(publicPEM)
	if err != nil {
		return err
	}
	claims, err := jwt.Decode(token, public, jwt.RS256)
	// end
	w.token, w.subject = token, claims.Subject()
	return err
}

func oursProvider(w *work) error {
	issuer, token := w.issuer, w.token
	// page: 7
	keys, err := jwks.Discover(issuer) // or jwks.Remote with the URL of the keys
	if err != nil {
		return err
	}
	decoder, err := jwt.NewDecoder(keys, jwt.RS256|jwt.ES256,
		jwt.WithIssuer(issuer), jwt.WithAudience("orders"), jwt.WithRequired("exp"))
	if err != nil {
		return err
	}
	claims, err := decoder.Decode(token)
	// end
	w.subject = claims.Subject()
	return err
}

func oursGuard(w *work) error {
	secret, mux, orders := w.secret, w.mux, w.orders
	// page: 8
	decoder, err := jwt.NewDecoder(secret, jwt.HS256)
	if err != nil {
		return err
	}
	guard, err := bearer.New(decoder)
	if err != nil {
		return err
	}
	mux.Handle("GET /orders", guard.Scope("orders:read")(orders))
	// end
	return nil
}

func oursLog(w *work) error {
	secret, r, log := w.secret, w.request, w.log
	decoder, err := jwt.NewDecoder(secret, jwt.HS256)
	if err != nil {
		return err
	}
	guard, err := bearer.New(decoder)
	if err != nil {
		return err
	}
	// page: 9
	token, err := guard.Authenticate(r) // behind a guard: bearer.FromContext(r.Context())
	if err != nil {
		return err
	}
	log.Info("request", "path", r.URL.Path, "token", token) // a Token prints without its signature
	// end
	return nil
}

// oursService is the service of the page, which stands once for all libraries.
func oursService(w *work) error {
	secret, mux, log := w.secret, w.mux, w.log
	// page: 10
	type Session struct {
		jwt.RegisteredClaims
		UserID int64    `json:"user_id"`
		Roles  []string `json:"roles"`
	}
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithRequired("sub", "user_id"))
	if err != nil {
		return err
	}
	answer := func(w http.ResponseWriter, r *http.Request, status int, err error) {
		code := "invalid_token"
		switch {
		case status >= 500:
			code = "unavailable"
		case errors.Is(err, bearer.ErrNoToken):
			code = "missing_token"
		case errors.Is(err, bearer.ErrInsufficientScope):
			code = "insufficient_scope"
		case errors.Is(err, jwt.ErrExpired):
			code = "token_expired" // the client may refresh it
		}
		log.Info("refused", "path", r.URL.Path, "error", err) // for the log, not for the client
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(map[string]string{"error": code})
	}
	guard, err := bearer.New(decoder, bearer.WithErrorHandler(answer))
	if err != nil {
		return err
	}
	me := func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer.FromContext(r.Context()) // there is one behind the guard
		var session Session
		if err := token.DecodeInto(&session); err != nil {
			guard.WriteError(w, r, err) // such as a "user_id" that is a text
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"user": session.UserID, "roles": session.Roles})
	}
	mux.Handle("GET /me", guard.Scope("profile")(http.HandlerFunc(me)))
	// end
	return nil
}
