package migrating

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"github.com/golang-jwt/jwt/v5/request"
)

var golangJWT = library{
	name:  "golang-jwt",
	tasks: [9]func(*work) error{golangSign, golangVerify, golangTyped, golangAnswer, golangRotate, golangPEM, golangProvider, golangGuard, golangLog},
	takes: func(token string, secret []byte) error {
		_, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return secret, nil }, jwt.WithValidMethods([]string{"HS256"}))
		return err
	},
}

func golangSign(w *work) error {
	secret := w.secret
	// page: 1
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject:   "alice",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(15 * time.Minute)),
	}).SignedString(secret)
	// end
	w.token = token
	return err
}

func golangVerify(w *work) error {
	secret, token := w.secret, w.token
	// page: 2
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims,
		func(*jwt.Token) (any, error) { return secret, nil },
		jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithIssuer("https://login.example"),
		jwt.WithAudience("orders"),
		jwt.WithExpirationRequired())
	// end
	w.subject, _ = claims.GetSubject()
	return err
}

func golangTyped(w *work) error {
	secret := w.secret
	// page: 3
	type Session struct {
		jwt.RegisteredClaims
		Roles []string `json:"roles"`
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, Session{
		RegisteredClaims: jwt.RegisteredClaims{
			Subject:   "alice",
			ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
		},
		Roles: []string{"editor"},
	}).SignedString(secret)
	if err != nil {
		return err
	}
	var session Session
	_, err = jwt.ParseWithClaims(token, &session,
		func(*jwt.Token) (any, error) { return secret, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())
	// end
	w.token, w.subject, w.roles = token, session.Subject, session.Roles
	return err
}

func golangAnswer(w *work) error {
	secret, token := w.secret, w.token
	var status int
	var reason string
	// page: 4
	_, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return secret, nil },
		jwt.WithValidMethods([]string{"HS256"}))
	switch {
	case err == nil:
		status = 200
	case errors.Is(err, jwt.ErrTokenUnverifiable), errors.Is(err, jwt.ErrInvalidKeyType):
		status = 500
	case errors.Is(err, jwt.ErrTokenExpired):
		status, reason = 401, "expired"
	default:
		status, reason = 401, "invalid"
	}
	// end
	w.status, w.reason = status, reason
	return nil
}

func golangRotate(w *work) error {
	oldSecret, newSecret, oldToken := w.older, w.newer, w.token
	// page: 5
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject:   "alice",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	})
	unsigned.Header["kid"] = "2026-11"
	token, err := unsigned.SignedString(newSecret)
	if err != nil {
		return err
	}
	keys := map[string][]byte{"2026-11": newSecret, "2026-10": oldSecret}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(oldToken, claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		key, ok := keys[kid]
		if !ok {
			return nil, fmt.Errorf("no key %q", kid)
		}
		return key, nil
	}, jwt.WithValidMethods([]string{"HS256"}))
	// end
	w.token = token
	w.subject, _ = claims.GetSubject()
	return err
}

func golangPEM(w *work) error {
	privatePEM, publicPEM := w.privatePEM, w.publicPEM
	// page: 6
	private, err := jwt.ParseRSAPrivateKeyFromPEM(privatePEM)
	if err != nil {
		return err
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Subject:   "alice",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}).SignedString(private)
	if err != nil {
		return err
	}
	public, err := jwt.ParseRSAPublicKeyFromPEM(publicPEM)
	if err != nil {
		return err
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(token, claims,
		func(*jwt.Token) (any, error) { return public, nil },
		jwt.WithValidMethods([]string{"RS256"}))
	// end
	w.token = token
	w.subject, _ = claims.GetSubject()
	return err
}

func golangProvider(w *work) error {
	ctx, issuer, token := w.ctx, w.issuer, w.token
	// page: 7
	keys, err := keyfunc.NewDefaultCtx(ctx, []string{issuer + "/jwks.json"})
	if err != nil {
		return err
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(token, claims, keys.Keyfunc,
		jwt.WithValidMethods([]string{"RS256", "ES256"}),
		jwt.WithIssuer(issuer), jwt.WithAudience("orders"), jwt.WithExpirationRequired())
	// end
	w.subject, _ = claims.GetSubject()
	return err
}

func golangGuard(w *work) error {
	secret, mux, orders := w.secret, w.mux, w.orders
	// page: 8
	guard := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			claims := jwt.MapClaims{}
			_, err := request.ParseFromRequest(r, request.BearerExtractor{},
				func(*jwt.Token) (any, error) { return secret, nil },
				request.WithClaims(claims),
				request.WithParser(jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())))
			if err != nil {
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				http.Error(w, "unauthorized", http.StatusUnauthorized)
				return
			}
			scope, _ := claims["scope"].(string)
			if !slices.Contains(strings.Fields(scope), "orders:read") {
				w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
				http.Error(w, "forbidden", http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	mux.Handle("GET /orders", guard(orders))
	// end
	return nil
}

func golangLog(w *work) error {
	secret, r, log := w.secret, w.request, w.log
	// page: 9
	token, err := request.ParseFromRequest(r, request.BearerExtractor{},
		func(*jwt.Token) (any, error) { return secret, nil },
		request.WithParser(jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}))))
	if err != nil {
		return err
	}
	log.Info("request", "path", r.URL.Path, "claims", token.Claims) // not the Token: it has Raw and Signature
	// end
	return nil
}
