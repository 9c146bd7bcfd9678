package main

import (
	"time"

	bjwt "github.com/gbrlsnchs/jwt/v3"
)

// github.com/gbrlsnchs/jwt. Usual: Verify with ValidateHeader, for the algorithm, and
// ValidatePayload, into a struct that embeds Payload; its validators of times hold a
// moment, so that they are made for each token. They read no map, whose checks are by
// hand. Fastest: flat claims, and the checks by hand. Verify reads the claims by
// itself, and nothing else can.
var gbrlsnchs = library{name: "gbrlsnchs", module: "github.com/gbrlsnchs/jwt/v3", ways: func(m *material) []way {
	verifying := func(alg string) bjwt.Algorithm {
		switch alg {
		case es256:
			return bjwt.NewES256(bjwt.ECDSAPublicKey(&m.ec.PublicKey))
		case rs256:
			return bjwt.NewRS256(bjwt.RSAPublicKey(&m.rsa.PublicKey))
		case eddsa:
			return bjwt.NewEd25519(bjwt.Ed25519PublicKey(m.edPublic()))
		}
		return bjwt.NewHS256(m.secret)
	}
	signing := func(alg string) bjwt.Algorithm {
		switch alg {
		case es256:
			return bjwt.NewES256(bjwt.ECDSAPrivateKey(m.ec))
		case rs256:
			return bjwt.NewRS256(bjwt.RSAPrivateKey(m.rsa))
		case eddsa:
			return bjwt.NewEd25519(bjwt.Ed25519PrivateKey(m.ed))
		}
		return bjwt.NewHS256(m.secret)
	}
	sign := func(alg string, claims any) op {
		a := signing(alg)
		var token []byte
		return op{
			run:    func() (err error) { token, err = bjwt.Sign(claims, a); return err },
			result: func() any { return token },
		}
	}
	return []way{{
		name: "usual: Verify, ValidatePayload",
		verifyMap: func(alg, token string) op {
			a, text := verifying(alg), bytesOf(token)
			var claims map[string]any
			return op{
				run: func() error {
					claims = nil
					if _, err := bjwt.Verify(text, a, &claims, bjwt.ValidateHeader); err != nil {
						return err
					}
					return acceptMap(claims)
				},
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			a, text, claims := verifying(alg), bytesOf(token), new(gbrlsnchsClaims)
			iss, aud := bjwt.IssuerValidator(issuer), bjwt.AudienceValidator(bjwt.Audience{audience})
			return op{
				run: func() error {
					*claims = gbrlsnchsClaims{}
					_, err := bjwt.Verify(text, a, claims, bjwt.ValidateHeader,
						bjwt.ValidatePayload(&claims.Payload, bjwt.ExpirationTimeValidator(time.Now()), iss, aud))
					return err
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			return sign(alg, gbrlsnchsClaims{bjwt.Payload{
				Issuer: c.Issuer, Subject: c.Subject, Audience: bjwt.Audience{c.Audience}, JWTID: c.ID,
				ExpirationTime: bjwt.NumericDate(time.Unix(c.ExpiresAt, 0)), IssuedAt: bjwt.NumericDate(time.Unix(c.IssuedAt, 0)),
			}, c.Profile})
		},
		once: func(token string) op {
			text := bytesOf(token)
			var claims map[string]any
			return op{
				run: func() error {
					claims = nil
					if _, err := bjwt.Verify(text, bjwt.NewHS256(m.secret), &claims, bjwt.ValidateHeader); err != nil {
						return err
					}
					return acceptMap(claims)
				},
				result: func() any { return claims },
			}
		},
	}, {
		name: "fastest: Verify, flat claims",
		verifyStruct: func(alg, token string) op {
			a, text, claims := verifying(alg), bytesOf(token), new(flatClaims)
			return op{
				run: func() error {
					*claims = flatClaims{}
					if _, err := bjwt.Verify(text, a, claims, bjwt.ValidateHeader); err != nil {
						return err
					}
					return claims.accept()
				},
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op { return sign(alg, &c) },
	}}
}}

type gbrlsnchsClaims struct {
	bjwt.Payload
	Profile
}
