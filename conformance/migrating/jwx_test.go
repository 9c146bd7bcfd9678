package migrating

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

var jwx = library{
	name:  "jwx",
	tasks: [9]func(*work) error{jwxSign, jwxVerify, jwxTyped, jwxAnswer, jwxRotate, jwxPEM, jwxProvider, jwxGuard, jwxLog},
	takes: func(token string, secret []byte) error {
		_, err := jwt.Parse([]byte(token), jwt.WithKey(jwa.HS256(), secret))
		return err
	},
}

func jwxSign(w *work) error {
	secret := w.secret
	// page: 1
	unsigned, err := jwt.NewBuilder().
		Subject("alice").
		Expiration(time.Now().Add(15 * time.Minute)).
		Build()
	if err != nil {
		return err
	}
	token, err := jwt.Sign(unsigned, jwt.WithKey(jwa.HS256(), secret))
	// end
	w.token = string(token)
	return err
}

func jwxVerify(w *work) error {
	secret, token := w.secret, []byte(w.token)
	// page: 2
	verified, err := jwt.Parse(token, jwt.WithKey(jwa.HS256(), secret),
		jwt.WithIssuer("https://login.example"),
		jwt.WithAudience("orders"),
		jwt.WithRequiredClaim("exp"))
	// end
	if err == nil {
		w.subject, _ = verified.Subject()
	}
	return err
}

func jwxTyped(w *work) error {
	secret := w.secret
	// page: 3
	unsigned, err := jwt.NewBuilder().
		Subject("alice").
		Expiration(time.Now().Add(time.Hour)).
		Claim("roles", []string{"editor"}).
		Build()
	if err != nil {
		return err
	}
	token, err := jwt.Sign(unsigned, jwt.WithKey(jwa.HS256(), secret))
	if err != nil {
		return err
	}
	verified, err := jwt.Parse(token, jwt.WithKey(jwa.HS256(), secret),
		jwt.WithTypedClaim("roles", []string{}), jwt.WithRequiredClaim("exp"))
	if err != nil {
		return err
	}
	var roles []string
	err = verified.Get("roles", &roles)
	// end
	w.token, w.roles = string(token), roles
	w.subject, _ = verified.Subject()
	return err
}

func jwxAnswer(w *work) error {
	secret, token := w.secret, []byte(w.token)
	var status int
	var reason string
	// page: 4
	_, err := jwt.Parse(token, jwt.WithKey(jwa.HS256(), secret))
	switch {
	case err == nil:
		status = 200
	case errors.Is(err, jwt.TokenExpiredError()):
		status, reason = 401, "expired"
	default:
		status, reason = 401, "invalid"
	}
	// end
	w.status, w.reason = status, reason
	return nil
}

func jwxRotate(w *work) error {
	oldSecret, newSecret, oldToken := w.older, w.newer, []byte(w.token)
	// page: 5
	keys := jwk.NewSet()
	for kid, secret := range map[string][]byte{"2026-10": oldSecret, "2026-11": newSecret} {
		key, err := jwk.Import(secret)
		if err != nil {
			return err
		}
		if err := errors.Join(key.Set(jwk.KeyIDKey, kid), key.Set(jwk.AlgorithmKey, jwa.HS256()), keys.AddKey(key)); err != nil {
			return err
		}
	}
	unsigned, err := jwt.NewBuilder().Subject("alice").Expiration(time.Now().Add(time.Hour)).Build()
	if err != nil {
		return err
	}
	newer, _ := keys.LookupKeyID("2026-11")
	token, err := jwt.Sign(unsigned, jwt.WithKey(jwa.HS256(), newer))
	if err != nil {
		return err
	}
	verified, err := jwt.Parse(oldToken, jwt.WithKeySet(keys))
	// end
	w.token = string(token)
	if err == nil {
		w.subject, _ = verified.Subject()
	}
	return err
}

func jwxPEM(w *work) error {
	privatePEM, publicPEM := w.privatePEM, w.publicPEM
	// page: 6
	private, err := jwk.ParseKey(privatePEM, jwk.WithPEM(true))
	if err != nil {
		return err
	}
	unsigned, err := jwt.NewBuilder().Subject("alice").Expiration(time.Now().Add(time.Hour)).Build()
	if err != nil {
		return err
	}
	token, err := jwt.Sign(unsigned, jwt.WithKey(jwa.RS256(), private))
	if err != nil {
		return err
	}
	public, err := jwk.ParseKey(publicPEM, jwk.WithPEM(true))
	if err != nil {
		return err
	}
	verified, err := jwt.Parse(token, jwt.WithKey(jwa.RS256(), public))
	// end
	w.token = string(token)
	if err == nil {
		w.subject, _ = verified.Subject()
	}
	return err
}

func jwxProvider(w *work) error {
	ctx, issuer, token := w.ctx, w.issuer, []byte(w.token)
	// page: 7
	cache, err := jwk.NewCache(ctx, httprc.NewClient())
	if err != nil {
		return err
	}
	if err := cache.Register(ctx, issuer+"/jwks.json"); err != nil {
		return err
	}
	keys, err := cache.CachedSet(issuer + "/jwks.json")
	if err != nil {
		return err
	}
	verified, err := jwt.Parse(token, jwt.WithKeySet(keys),
		jwt.WithIssuer(issuer), jwt.WithAudience("orders"), jwt.WithRequiredClaim("exp"))
	// end
	if err == nil {
		w.subject, _ = verified.Subject()
	}
	return err
}

func jwxGuard(w *work) error {
	secret, mux, orders := w.secret, w.mux, w.orders
	// page: 8
	guard := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, err := jwt.ParseRequest(r, jwt.WithKey(jwa.HS256(), secret), jwt.WithRequiredClaim("exp"))
			if err != nil {
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				http.Error(w, "unauthorized", http.StatusUnauthorized)
				return
			}
			var scope string
			if token.Get("scope", &scope) != nil || !slices.Contains(strings.Fields(scope), "orders:read") {
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

func jwxLog(w *work) error {
	secret, r, log := w.secret, w.request, w.log
	// page: 9
	token, err := jwt.ParseRequest(r, jwt.WithKey(jwa.HS256(), secret))
	if err != nil {
		return err
	}
	subject, _ := token.Subject()
	log.Info("request", "path", r.URL.Path, "sub", subject) // never the header Authorization
	// end
	return nil
}
