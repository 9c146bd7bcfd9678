package main

import (
	"slices"
	"time"

	"github.com/token-jwt/jwt"
)

var ours = library{name: "ours", ways: func(m *material) []way {
	options := []jwt.DecodeOption{jwt.WithIssuer(issuer), jwt.WithAudience(audience)}
	decoder := func(alg string, more ...jwt.DecodeOption) *jwt.Decoder {
		options := slices.Concat(options, more)
		switch alg {
		case es256:
			return must(jwt.NewDecoder(&m.ec.PublicKey, jwt.ES256, options...))
		case rs256:
			return must(jwt.NewDecoder(&m.rsa.PublicKey, jwt.RS256, options...))
		case eddsa:
			return must(jwt.NewDecoder(m.edPublic(), jwt.EdDSA, options...))
		}
		return must(jwt.NewDecoder(m.secret, jwt.HS256, options...))
	}
	encoder := func(alg string) *jwt.Encoder {
		switch alg {
		case es256:
			return must(jwt.NewEncoder(m.ec))
		case rs256:
			return must(jwt.NewEncoder(m.rsa))
		case eddsa:
			return must(jwt.NewEncoder(m.ed))
		}
		return must(jwt.NewEncoder(m.secret))
	}
	// Decoders are shared by all goroutines, as a service would.
	decoders := map[string]*jwt.Decoder{}
	shared := func(alg string) *jwt.Decoder {
		if decoders[alg] == nil {
			decoders[alg] = decoder(alg)
		}
		return decoders[alg]
	}
	// Each token is evicted before it comes again.
	inTurn := func(d *jwt.Decoder, alg, token string) op {
		tokens, n, claims := append([]string{token}, m.more[alg]...), -1, new(ourClaims)
		return op{
			run: func() error {
				n = (n + 1) % len(tokens)
				return d.DecodeInto(tokens[n], claims)
			},
			result: func() any { return claims },
		}
	}
	return []way{{
		name: "Decoder, Encoder, RegisteredClaims",
		verifyMap: func(alg, token string) op {
			d := shared(alg)
			var claims jwt.Claims
			return op{
				run:    func() (err error) { claims, err = d.Decode(token); return err },
				result: func() any { return claims },
			}
		},
		verifyStruct: func(alg, token string) op {
			d, claims := shared(alg), new(ourClaims)
			return op{
				run:    func() error { return d.DecodeInto(token, claims) },
				result: func() any { return claims },
			}
		},
		again: func(alg, token string) op {
			d, claims := decoder(alg, jwt.WithSignatureCache(1000)), new(ourClaims)
			return op{
				run:    func() error { return d.DecodeInto(token, claims) },
				result: func() any { return claims },
			}
		},
		newToken: func(alg, token string) op { return inTurn(decoder(alg, jwt.WithSignatureCache(1)), alg, token) },
		sign: func(alg string, c flatClaims) op {
			e, claims := encoder(alg), &ourClaims{jwt.RegisteredClaims{
				Issuer: c.Issuer, Subject: c.Subject, Audience: jwt.Audience{c.Audience}, ID: c.ID,
				ExpiresAt: jwt.NewNumericDate(time.Unix(c.ExpiresAt, 0)), IssuedAt: jwt.NewNumericDate(time.Unix(c.IssuedAt, 0)),
			}, c.Profile}
			var token string
			return op{
				run:    func() (err error) { token, err = e.Encode(claims); return err },
				result: func() any { return token },
			}
		},
		once: func(token string) op {
			var claims jwt.Claims
			return op{
				run: func() (err error) {
					claims, err = jwt.Decode(token, m.secret, jwt.HS256, jwt.WithIssuer(issuer), jwt.WithAudience(audience))
					return err
				},
				result: func() any { return claims },
			}
		},
		guard: func(through string) func(string) op { return ourGuard(shared(hs256), through) },
	}, {
		name: "AppendEncode, flat struct",
		verifyStruct: func(alg, token string) op {
			d, claims := shared(alg), new(flatClaims)
			return op{
				run:    func() error { return d.DecodeInto(token, claims) },
				result: func() any { return claims },
			}
		},
		sign: func(alg string, c flatClaims) op {
			e, claims := encoder(alg), &c
			var token []byte
			return op{
				run:    func() (err error) { token, err = e.AppendEncode(token[:0], claims); return err },
				result: func() any { return token },
			}
		},
	}, {
		name:     withoutCache,
		newToken: func(alg, token string) op { return inTurn(shared(alg), alg, token) },
	}}
}}

// withoutCache is what the cache is held against, for tokens that are new.
const withoutCache = "Decoder without the cache"

type ourClaims struct {
	jwt.RegisteredClaims
	Profile
}
