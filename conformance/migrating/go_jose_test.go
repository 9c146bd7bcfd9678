package migrating

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

var goJose = library{
	name:  "go-jose",
	tasks: [9]func(*work) error{goJoseSign, goJoseVerify, goJoseTyped, goJoseAnswer, goJoseRotate, goJosePEM, goJoseProvider, goJoseGuard, goJoseLog},
	takes: func(token string, secret []byte) error {
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
		if err != nil {
			return err
		}
		var claims jwt.Claims
		if err := parsed.Claims(secret, &claims); err != nil {
			return err
		}
		return claims.Validate(jwt.Expected{Time: time.Now()})
	},
}

func goJoseSign(w *work) error {
	secret := w.secret
	// page: 1
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: secret}, nil)
	if err != nil {
		return err
	}
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Subject: "alice",
		Expiry:  jwt.NewNumericDate(time.Now().Add(15 * time.Minute)),
	}).Serialize()
	// end
	w.token = token
	return err
}

func goJoseVerify(w *work) error {
	secret, token := w.secret, w.token
	// page: 2
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return err
	}
	var claims jwt.Claims
	if err := parsed.Claims(secret, &claims); err != nil {
		return err
	}
	err = claims.ValidateWithLeeway(jwt.Expected{
		Issuer:      "https://login.example",
		AnyAudience: jwt.Audience{"orders"},
		Time:        time.Now(),
	}, 0)
	// end
	w.subject = claims.Subject
	return err
}

func goJoseTyped(w *work) error {
	secret := w.secret
	// page: 3
	type Session struct {
		jwt.Claims
		Roles []string `json:"roles"`
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: secret}, nil)
	if err != nil {
		return err
	}
	token, err := jwt.Signed(signer).Claims(Session{
		Claims: jwt.Claims{Subject: "alice", Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour))},
		Roles:  []string{"editor"},
	}).Serialize()
	if err != nil {
		return err
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return err
	}
	var session Session
	if err := parsed.Claims(secret, &session); err != nil {
		return err
	}
	err = session.Validate(jwt.Expected{Time: time.Now()})
	// end
	w.token, w.subject, w.roles = token, session.Subject, session.Roles
	return err
}

func goJoseAnswer(w *work) error {
	secret, token := w.secret, w.token
	var status int
	var reason string
	// page: 4
	var claims jwt.Claims
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err == nil {
		err = parsed.Claims(secret, &claims)
	}
	if err == nil {
		err = claims.Validate(jwt.Expected{Time: time.Now()})
	}
	switch {
	case err == nil:
		status = 200
	case errors.Is(err, jwt.ErrExpired):
		status, reason = 401, "expired"
	default:
		status, reason = 401, "invalid"
	}
	// end
	w.status, w.reason = status, reason
	return nil
}

func goJoseRotate(w *work) error {
	oldSecret, newSecret, oldToken := w.older, w.newer, w.token
	// page: 5
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: newSecret},
		(&jose.SignerOptions{}).WithHeader("kid", "2026-11"))
	if err != nil {
		return err
	}
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Subject: "alice",
		Expiry:  jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}).Serialize()
	if err != nil {
		return err
	}
	keys := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: newSecret, KeyID: "2026-11"},
		{Key: oldSecret, KeyID: "2026-10"},
	}}
	parsed, err := jwt.ParseSigned(oldToken, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return err
	}
	var claims jwt.Claims
	if err := parsed.Claims(&keys, &claims); err != nil {
		return err
	}
	err = claims.Validate(jwt.Expected{Time: time.Now()})
	// end
	w.token, w.subject = token, claims.Subject
	return err
}

func goJosePEM(w *work) error {
	privatePEM, publicPEM := w.privatePEM, w.publicPEM
	// page: 6
	block, _ := pem.Decode(privatePEM)
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, nil)
	if err != nil {
		return err
	}
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Subject: "alice",
		Expiry:  jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}).Serialize()
	if err != nil {
		return err
	}
	block, _ = pem.Decode(publicPEM)
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return err
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return err
	}
	var claims jwt.Claims
	if err := parsed.Claims(public, &claims); err != nil {
		return err
	}
	err = claims.Validate(jwt.Expected{Time: time.Now()})
	// end
	w.token, w.subject = token, claims.Subject
	return err
}

func goJoseProvider(w *work) error {
	ctx, issuer, token := w.ctx, w.issuer, w.token
	// page: 7
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return err
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: "orders", SupportedSigningAlgs: []string{"RS256", "ES256"}})
	claims, err := verifier.Verify(ctx, token)
	// end
	if err == nil {
		w.subject = claims.Subject
	}
	return err
}

func goJoseGuard(w *work) error {
	secret, mux, orders := w.secret, w.mux, w.orders
	// page: 8
	verify := func(token string) (scope []string, err error) {
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
		if err != nil {
			return nil, err
		}
		var claims struct {
			jwt.Claims
			Scope string `json:"scope"`
		}
		if err := parsed.Claims(secret, &claims); err != nil {
			return nil, err
		}
		return strings.Fields(claims.Scope), claims.ValidateWithLeeway(jwt.Expected{Time: time.Now()}, 0)
	}
	guard := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			scope, err := verify(token)
			if err != nil {
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				http.Error(w, "unauthorized", http.StatusUnauthorized)
				return
			}
			if !slices.Contains(scope, "orders:read") {
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

func goJoseLog(w *work) error {
	secret, r, log := w.secret, w.request, w.log
	// page: 9
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return err
	}
	var claims jwt.Claims
	if err := parsed.Claims(secret, &claims); err != nil {
		return err
	}
	if err := claims.Validate(jwt.Expected{Time: time.Now()}); err != nil {
		return err
	}
	log.Info("request", "path", r.URL.Path, "sub", claims.Subject) // never the header Authorization
	// end
	return nil
}
