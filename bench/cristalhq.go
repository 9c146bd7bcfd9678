package main

import (
	"time"

	cjwt "github.com/cristalhq/jwt/v5"
)

// github.com/cristalhq/jwt. Usual: a Verifier and a Builder made once, ParseClaims
// into a struct that embeds RegisteredClaims, and its methods for the checks, which
// it leaves to the program. Fastest: Parse, flat claims read by json.Unmarshal, the
// checks by hand, and the token as bytes.
var cristalhq = library{name: "cristalhq", module: "github.com/cristalhq/jwt/v5", ways: func(m *material) []way {
	verifier := func(alg string) cjwt.Verifier {
		switch alg {
		case es256:
			return must(cjwt.NewVerifierES(cjwt.ES256, &m.ec.PublicKey))
		case rs256:
			return must(cjwt.NewVerifierRS(cjwt.RS256, &m.rsa.PublicKey))
		case eddsa:
			return must(cjwt.NewVerifierEdDSA(m.edPublic()))
		}
		return must(cjwt.NewVerifierHS(cjwt.HS256, m.secret))
	}
	builder := func(alg string) *cjwt.Builder {
		switch alg {
		case es256:
			return cjwt.NewBuilder(must(cjwt.NewSignerES(cjwt.ES256, m.ec)))
		case rs256:
			return cjwt.NewBuilder(must(cjwt.NewSignerRS(cjwt.RS256, m.rsa)))
		case eddsa:
			return cjwt.NewBuilder(must(cjwt.NewSignerEdDSA(m.ed)))
		}
		return cjwt.NewBuilder(must(cjwt.NewSignerHS(cjwt.HS256, m.secret)))
	}
	return []way{{
		name: "usual: ParseClaims, RegisteredClaims",
		verifyMap: func(alg, token string) op {
			v, text := verifier(alg), bytesOf(token)
			var claims map[string]any
			return op{
				run: func() error {
					claims = nil
					if err := cjwt.ParseClaims(text, v, &claims); err != nil {
						return err
					}
					return acceptMap(claims)
				},
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			v, text, claims := verifier(alg), bytesOf(token), new(cristalhqClaims)
			return op{
				run: func() error {
					*claims = cristalhqClaims{}
					if err := cjwt.ParseClaims(text, v, claims); err != nil {
						return err
					}
					return claims.accept()
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			b, claims := builder(alg), &cristalhqClaims{cjwt.RegisteredClaims{
				Issuer: c.Issuer, Subject: c.Subject, Audience: cjwt.Audience{c.Audience}, ID: c.ID,
				ExpiresAt: cjwt.NewNumericDate(time.Unix(c.ExpiresAt, 0)), IssuedAt: cjwt.NewNumericDate(time.Unix(c.IssuedAt, 0)),
			}, c.Profile}
			var token string
			return op{
				run: func() error {
					t, err := b.Build(claims)
					if err != nil {
						return err
					}
					token = t.String()
					return nil
				},
				result: func() any { return token },
			}
		},
		once: func(token string) op {
			text := bytesOf(token)
			var claims map[string]any
			return op{
				run: func() error {
					v, err := cjwt.NewVerifierHS(cjwt.HS256, m.secret)
					if err != nil {
						return err
					}
					claims = nil
					if err := cjwt.ParseClaims(text, v, &claims); err != nil {
						return err
					}
					return acceptMap(claims)
				},
				result: func() any { return claims },
			}
		},
	}, {
		name: "fastest: Parse, json.Unmarshal, flat claims",
		verifyMap: func(alg, token string) op {
			v, text := verifier(alg), bytesOf(token)
			var claims map[string]any
			return op{
				run: func() error {
					t, err := cjwt.Parse(text, v)
					if err != nil {
						return err
					}
					claims = nil
					if err := unmarshal(t.Claims(), &claims); err != nil {
						return err
					}
					return acceptMap(claims)
				},
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			v, text, claims := verifier(alg), bytesOf(token), new(flatClaims)
			return op{
				run: func() error {
					t, err := cjwt.Parse(text, v)
					if err != nil {
						return err
					}
					*claims = flatClaims{}
					if err := unmarshal(t.Claims(), claims); err != nil {
						return err
					}
					return claims.accept()
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			b, claims := builder(alg), &c
			var token []byte
			return op{
				run: func() error {
					t, err := b.Build(claims)
					if err != nil {
						return err
					}
					token = t.Bytes()
					return nil
				},
				result: func() any { return token },
			}
		},
	}}
}}

type cristalhqClaims struct {
	cjwt.RegisteredClaims
	Profile
}

// accept uses the methods that the library gives for it.
func (c *cristalhqClaims) accept() error {
	switch {
	case !c.IsValidAt(time.Now()):
		return errExpired
	case !c.IsIssuer(issuer):
		return errIssuer
	case !c.IsForAudience(audience):
		return errAudience
	}
	return nil
}
