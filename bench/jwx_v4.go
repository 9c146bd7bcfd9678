//go:build go1.27 && jwx4

package main

import (
	"encoding/json/v2"
	"time"

	"github.com/lestrrat-go/jwx/v4/jwa"
	"github.com/lestrrat-go/jwx/v4/jwk"
	"github.com/lestrrat-go/jwx/v4/jws"
	"github.com/lestrrat-go/jwx/v4/jwt"
)

// newer are the peers that only Go 1.27 can build.
var newer = []library{jwxV4}

// github.com/lestrrat-go/jwx/v4, in the ways of its version 3.
var jwxV4 = library{name: "jwx v4", module: "github.com/lestrrat-go/jwx/v4", ways: func(m *material) []way {
	algs := map[string]jwa.SignatureAlgorithm{hs256: jwa.HS256(), es256: jwa.ES256(), rs256: jwa.RS256(), eddsa: jwa.EdDSA()}
	private := map[string]any{hs256: m.secret, es256: m.ec, rs256: m.rsa, eddsa: m.ed}
	public := map[string]any{hs256: m.secret, es256: &m.ec.PublicKey, rs256: &m.rsa.PublicKey, eddsa: m.ed.Public()}
	fastMap := func(alg, token string) op {
		a, key, text := algs[alg], public[alg], bytesOf(token)
		var claims map[string]any
		return op{
			run: func() error {
				payload, err := jws.VerifyCompactFast(key, text, a)
				if err != nil {
					return err
				}
				claims = nil
				if err := unmarshal(payload, &claims); err != nil {
					return err
				}
				return acceptMap(claims)
			},
			result: func() any { return claims },
		}
	}
	return []way{{
		name: "usual: jwt.Parse, jwt.Sign",
		verifyMap: func(alg, token string) op {
			text := bytesOf(token)
			options := []jwt.ParseOption{jwt.WithKey(algs[alg], must(jwk.Import[jwk.Key](public[alg]))), jwt.WithIssuer(issuer), jwt.WithAudience(audience)}
			var claims jwt.Token
			return op{
				run:    func() (err error) { claims, err = jwt.Parse(text, options...); return err },
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			text, claims := bytesOf(token), new(flatClaims)
			options := []jwt.ParseOption{
				jwt.WithKey(algs[alg], must(jwk.Import[jwk.Key](public[alg]))), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
				jwt.WithTypedClaim("roles", []string{}), jwt.WithTypedClaim("grants", []Grant{}),
			}
			return op{
				run: func() error {
					t, err := jwt.Parse(text, options...)
					if err != nil {
						return err
					}
					*claims = flatClaims{}
					claims.Issuer, _ = t.Issuer()
					claims.Subject, _ = t.Subject()
					claims.ID, _ = t.JwtID()
					if aud, _ := t.Audience(); len(aud) > 0 {
						claims.Audience = aud[0]
					}
					exp, _ := t.Expiration()
					iat, _ := t.IssuedAt()
					claims.ExpiresAt, claims.IssuedAt = exp.Unix(), iat.Unix()
					if claims.Scope, err = jwt.Get[string](t, "scope"); err != nil {
						return err
					}
					if t.Has("roles") {
						if claims.Roles, err = jwt.Get[[]string](t, "roles"); err != nil {
							return err
						}
					}
					if t.Has("grants") {
						claims.Grants, err = jwt.Get[[]Grant](t, "grants")
					}
					return err
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			key := jwt.WithKey(algs[alg], must(jwk.Import[jwk.Key](private[alg])))
			exp, iat := time.Unix(c.ExpiresAt, 0), time.Unix(c.IssuedAt, 0)
			var token []byte
			return op{
				run: func() error {
					b := jwt.NewBuilder().Issuer(c.Issuer).Subject(c.Subject).Audience([]string{c.Audience}).
						Expiration(exp).IssuedAt(iat).JwtID(c.ID).Claim("scope", c.Scope)
					if c.Roles != nil {
						b.Claim("roles", c.Roles)
					}
					if c.Grants != nil {
						b.Claim("grants", c.Grants)
					}
					t, err := b.Build()
					if err != nil {
						return err
					}
					token, err = jwt.Sign(t, key)
					return err
				},
				result: func() any { return token },
			}
		},
		once: func(token string) op {
			text := bytesOf(token)
			var claims jwt.Token
			return op{
				run: func() (err error) {
					claims, err = jwt.Parse(text, jwt.WithKey(jwa.HS256(), m.secret), jwt.WithIssuer(issuer), jwt.WithAudience(audience))
					return err
				},
				result: func() any { return claims },
			}
		},
	}, {
		name:      "fastest: jws.VerifyCompactFast, jws.Sign, encoding/json",
		verifyMap: fastMap,
		verifyStruct: func(alg, token string) op {
			a, key, text, claims := algs[alg], public[alg], bytesOf(token), new(flatClaims)
			return op{
				run: func() error {
					payload, err := jws.VerifyCompactFast(key, text, a)
					if err != nil {
						return err
					}
					*claims = flatClaims{}
					if err := unmarshal(payload, claims); err != nil {
						return err
					}
					return claims.accept()
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			key, claims := jws.WithKey(algs[alg], private[alg]), &c
			var token []byte
			return op{
				run: func() error {
					payload, err := json.Marshal(claims)
					if err != nil {
						return err
					}
					token, err = jws.Sign(payload, key)
					return err
				},
				result: func() any { return token },
			}
		},
		once: func(token string) op { return fastMap(hs256, token) },
	}}
}}
