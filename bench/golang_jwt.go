package main

import (
	"time"

	gjwt "github.com/golang-jwt/jwt/v5"
)

// github.com/golang-jwt/jwt. Usual: Parse and ParseWithClaims with options, as
// its README has it. Fastest: one Parser for all, and claims of a type of one's
// own, whose methods only hand out fields.
var golangJWT = library{name: "golang-jwt", module: "github.com/golang-jwt/jwt/v5", ways: func(m *material) []way {
	private := map[string]any{hs256: m.secret, es256: m.ec, rs256: m.rsa, eddsa: m.ed}
	public := map[string]any{hs256: m.secret, es256: &m.ec.PublicKey, rs256: &m.rsa.PublicKey, eddsa: m.ed.Public()}
	keyfunc := func(alg string) gjwt.Keyfunc {
		key := public[alg]
		return func(*gjwt.Token) (any, error) { return key, nil }
	}
	sign := func(alg string, claims gjwt.Claims) op {
		method, key := gjwt.GetSigningMethod(alg), private[alg]
		var token string
		return op{
			run:    func() (err error) { token, err = gjwt.NewWithClaims(method, claims).SignedString(key); return err },
			result: func() any { return token },
		}
	}
	parser := func(alg string) *gjwt.Parser {
		return gjwt.NewParser(gjwt.WithValidMethods([]string{alg}), gjwt.WithIssuer(issuer), gjwt.WithAudience(audience))
	}
	return []way{{
		name: "usual: ParseWithClaims, RegisteredClaims",
		verifyMap: func(alg, token string) op {
			key := keyfunc(alg)
			var claims gjwt.Claims
			return op{
				run: func() error {
					t, err := gjwt.Parse(token, key, gjwt.WithValidMethods([]string{alg}), gjwt.WithIssuer(issuer), gjwt.WithAudience(audience))
					if err != nil {
						return err
					}
					claims = t.Claims
					return nil
				},
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			key, claims := keyfunc(alg), new(golangClaims)
			return op{
				run: func() error {
					*claims = golangClaims{}
					_, err := gjwt.ParseWithClaims(token, claims, key, gjwt.WithValidMethods([]string{alg}), gjwt.WithIssuer(issuer), gjwt.WithAudience(audience))
					return err
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			return sign(alg, &golangClaims{gjwt.RegisteredClaims{
				Issuer: c.Issuer, Subject: c.Subject, Audience: gjwt.ClaimStrings{c.Audience}, ID: c.ID,
				ExpiresAt: gjwt.NewNumericDate(time.Unix(c.ExpiresAt, 0)), IssuedAt: gjwt.NewNumericDate(time.Unix(c.IssuedAt, 0)),
			}, c.Profile})
		},
		once: func(token string) op {
			var claims gjwt.Claims
			return op{
				run: func() error {
					t, err := gjwt.Parse(token, func(*gjwt.Token) (any, error) { return m.secret, nil },
						gjwt.WithValidMethods([]string{"HS256"}), gjwt.WithIssuer(issuer), gjwt.WithAudience(audience))
					if err != nil {
						return err
					}
					claims = t.Claims
					return nil
				},
				result: func() any { return claims },
			}
		},
	}, {
		name: "fastest: one Parser, claims of one's own",
		verifyMap: func(alg, token string) op {
			p, key := parser(alg), keyfunc(alg)
			var claims gjwt.MapClaims
			return op{
				run: func() error {
					claims = gjwt.MapClaims{}
					_, err := p.ParseWithClaims(token, claims, key)
					return err
				},
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			p, key, claims := parser(alg), keyfunc(alg), new(golangFlat)
			return op{
				run: func() error {
					*claims = golangFlat{}
					_, err := p.ParseWithClaims(token, claims, key)
					return err
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op { return sign(alg, &golangFlat{c}) },
	}}
}}

type golangClaims struct {
	gjwt.RegisteredClaims
	Profile
}

type golangFlat struct{ flatClaims }

func (c *golangFlat) GetExpirationTime() (*gjwt.NumericDate, error) {
	return &gjwt.NumericDate{Time: time.Unix(c.ExpiresAt, 0)}, nil
}

func (c *golangFlat) GetIssuedAt() (*gjwt.NumericDate, error) {
	return &gjwt.NumericDate{Time: time.Unix(c.IssuedAt, 0)}, nil
}
func (c *golangFlat) GetNotBefore() (*gjwt.NumericDate, error) { return nil, nil }
func (c *golangFlat) GetIssuer() (string, error)               { return c.Issuer, nil }
func (c *golangFlat) GetSubject() (string, error)              { return c.Subject, nil }
func (c *golangFlat) GetAudience() (gjwt.ClaimStrings, error) {
	return gjwt.ClaimStrings{c.Audience}, nil
}
