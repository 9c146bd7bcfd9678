package main

import (
	"encoding/json"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// github.com/lestrrat-go/jwx/v3. Usual: jwt.Parse with a jwk.Key; its Token
// stands for the map, and gives up its claims one by one to a struct. Fastest:
// what its documentation says under Performance, with the raw key: package jws
// for the signature, encoding/json for the claims, and the checks by hand.
// Package jwsbb, which says that users should not use it, is left alone.
var jwxV3 = library{name: "jwx v3", module: "github.com/lestrrat-go/jwx/v3", ways: func(m *material) []way {
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
			options := []jwt.ParseOption{jwt.WithKey(algs[alg], must(jwk.Import(public[alg]))), jwt.WithIssuer(issuer), jwt.WithAudience(audience)}
			var claims jwt.Token
			return op{
				run:    func() (err error) { claims, err = jwt.Parse(text, options...); return err },
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			text, claims := bytesOf(token), new(flatClaims)
			options := []jwt.ParseOption{
				jwt.WithKey(algs[alg], must(jwk.Import(public[alg]))), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
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
					if err := t.Get("scope", &claims.Scope); err != nil {
						return err
					}
					if t.Has("roles") {
						if err := t.Get("roles", &claims.Roles); err != nil {
							return err
						}
					}
					if t.Has("grants") {
						return t.Get("grants", &claims.Grants)
					}
					return nil
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			key := jwt.WithKey(algs[alg], must(jwk.Import(private[alg])))
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
