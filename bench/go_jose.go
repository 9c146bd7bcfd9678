package main

import (
	"encoding/json"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	jjwt "github.com/go-jose/go-jose/v4/jwt"
)

// github.com/go-jose/go-jose. Usual: its package jwt, which reads the claims once
// for itself and once for the program. Fastest: its package jose for the
// signature, encoding/json for the claims, and the checks by hand.
var goJose = library{name: "go-jose", module: "github.com/go-jose/go-jose/v4", ways: func(m *material) []way {
	private := map[string]any{hs256: m.secret, es256: m.ec, rs256: m.rsa, eddsa: m.ed}
	public := map[string]any{hs256: m.secret, es256: &m.ec.PublicKey, rs256: &m.rsa.PublicKey, eddsa: m.ed.Public()}
	expected := func() jjwt.Expected {
		return jjwt.Expected{Issuer: issuer, AnyAudience: jjwt.Audience{audience}, Time: time.Now()}
	}
	signer := func(alg string) jose.Signer {
		return must(jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: private[alg]}, (&jose.SignerOptions{}).WithType("JWT")))
	}
	usualMap := func(alg, token string) op {
		algs, key := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}, public[alg]
		var claims map[string]any
		return op{
			run: func() error {
				t, err := jjwt.ParseSigned(token, algs)
				if err != nil {
					return err
				}
				var registered jjwt.Claims
				claims = nil
				if err := t.Claims(key, &registered, &claims); err != nil {
					return err
				}
				return registered.ValidateWithLeeway(expected(), 0)
			},
			result: func() any { return claims },
		}
	}
	fastMap := func(alg, token string) op {
		algs, key := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}, public[alg]
		var claims map[string]any
		return op{
			run: func() error {
				t, err := jose.ParseSignedCompact(token, algs)
				if err != nil {
					return err
				}
				payload, err := t.Verify(key)
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
		name:      "usual: jwt.ParseSigned, Claims, Validate",
		verifyMap: usualMap,
		verifyStruct: func(alg, token string) op {
			algs, key, claims := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}, public[alg], new(joseClaims)
			return op{
				run: func() error {
					t, err := jjwt.ParseSigned(token, algs)
					if err != nil {
						return err
					}
					*claims = joseClaims{}
					if err := t.Claims(key, claims); err != nil {
						return err
					}
					return claims.ValidateWithLeeway(expected(), 0)
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			s, claims := signer(alg), &joseClaims{jjwt.Claims{
				Issuer: c.Issuer, Subject: c.Subject, Audience: jjwt.Audience{c.Audience}, ID: c.ID,
				Expiry: jjwt.NewNumericDate(time.Unix(c.ExpiresAt, 0)), IssuedAt: jjwt.NewNumericDate(time.Unix(c.IssuedAt, 0)),
			}, c.Profile}
			var token string
			return op{
				run:    func() (err error) { token, err = jjwt.Signed(s).Claims(claims).Serialize(); return err },
				result: func() any { return token },
			}
		},
		once: func(token string) op { return usualMap(hs256, token) },
	}, {
		name:      "fastest: jose.ParseSignedCompact, encoding/json",
		verifyMap: fastMap,
		verifyStruct: func(alg, token string) op {
			algs, key, claims := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}, public[alg], new(flatClaims)
			return op{
				run: func() error {
					t, err := jose.ParseSignedCompact(token, algs)
					if err != nil {
						return err
					}
					payload, err := t.Verify(key)
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
			s, claims := signer(alg), &c
			var token string
			return op{
				run: func() error {
					payload, err := json.Marshal(claims)
					if err != nil {
						return err
					}
					t, err := s.Sign(payload)
					if err != nil {
						return err
					}
					token, err = t.CompactSerialize()
					return err
				},
				result: func() any { return token },
			}
		},
		once: func(token string) op { return fastMap(hs256, token) },
	}}
}}

type joseClaims struct {
	jjwt.Claims
	Profile
}
