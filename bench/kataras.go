package main

import (
	kjwt "github.com/kataras/jwt"
)

// github.com/kataras/jwt. Usual: Verify with Expected, then Claims, which reads
// the payload a second time by a json.Decoder with numbers as text; when signing,
// the registered claims as an option. Fastest: the payload read by json.Unmarshal
// without what Verify has read already, and one struct to sign.
var kataras = library{name: "kataras", module: "github.com/kataras/jwt", ways: func(m *material) []way {
	algs := map[string]kjwt.Alg{hs256: kjwt.HS256, es256: kjwt.ES256, rs256: kjwt.RS256, eddsa: kjwt.EdDSA}
	private := map[string]any{hs256: m.secret, es256: m.ec, rs256: m.rsa, eddsa: m.ed}
	public := map[string]any{hs256: m.secret, es256: &m.ec.PublicKey, rs256: &m.rsa.PublicKey, eddsa: m.ed.Public()}
	expected := kjwt.Expected{Issuer: issuer, Audience: kjwt.Audience{audience}}
	verify := func(alg, token string, claims func() any, read func(*kjwt.VerifiedToken) error) op {
		a, key, text := algs[alg], public[alg], bytesOf(token)
		return op{
			run: func() error {
				t, err := kjwt.Verify(a, key, text, expected)
				if err != nil {
					return err
				}
				return read(t)
			},
			result: claims,
		}
	}
	usualMap := func(alg, token string) op {
		var claims map[string]any
		return verify(alg, token, func() any { return claims }, func(t *kjwt.VerifiedToken) error {
			claims = nil
			return t.Claims(&claims)
		})
	}
	fastMap := func(alg, token string) op {
		var claims map[string]any
		return verify(alg, token, func() any { return claims }, func(t *kjwt.VerifiedToken) error {
			claims = nil
			return unmarshal(t.Payload, &claims)
		})
	}
	return []way{{
		name:      "usual: Verify, Claims",
		verifyMap: usualMap,
		verifyStruct: func(alg, token string) op {
			claims := new(katarasClaims)
			return verify(alg, token, func() any { return claims }, func(t *kjwt.VerifiedToken) error {
				*claims = katarasClaims{}
				return t.Claims(claims)
			})
		},
		sign: func(alg string, c flatClaims) op {
			a, key, claims := algs[alg], private[alg], &c.Profile
			registered := kjwt.Claims{
				Issuer: c.Issuer, Subject: c.Subject, Audience: kjwt.Audience{c.Audience}, ID: c.ID,
				Expiry: c.ExpiresAt, IssuedAt: c.IssuedAt,
			}
			var token []byte
			return op{
				run:    func() (err error) { token, err = kjwt.Sign(a, key, claims, registered); return err },
				result: func() any { return token },
			}
		},
		once: func(token string) op { return usualMap(hs256, token) },
	}, {
		name:      "fastest: Verify, json.Unmarshal; one struct",
		verifyMap: fastMap,
		verifyStruct: func(alg, token string) op {
			claims := new(katarasClaims)
			return verify(alg, token, func() any { return claims }, func(t *kjwt.VerifiedToken) error {
				claims.Claims, claims.Profile = t.StandardClaims, Profile{}
				return unmarshal(t.Payload, &claims.Profile)
			})
		},
		sign: func(alg string, c flatClaims) op {
			a, key, claims := algs[alg], private[alg], &c
			var token []byte
			return op{
				run:    func() (err error) { token, err = kjwt.Sign(a, key, claims); return err },
				result: func() any { return token },
			}
		},
		once: func(token string) op { return fastMap(hs256, token) },
	}}
}}

type katarasClaims struct {
	kjwt.Claims
	Profile
}

// bytesOf gives bytes with no room behind them, so that nobody appends there.
func bytesOf(token string) []byte { return append(make([]byte, 0, len(token)), token...) }
