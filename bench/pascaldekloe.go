package main

import (
	"crypto"
	"encoding/json"
	"maps"
	"time"

	pjwt "github.com/pascaldekloe/jwt"
)

// github.com/pascaldekloe/jwt. Usual: the function of the algorithm (HMACCheck,
// ECDSACheck, ...), AcceptTemporal and AcceptAudience, the registered claims from its
// Claims, which stand for the map, and the others read from Raw. Its algorithms are
// narrowed to those in use, as its documentation has it: a key does not say which of
// them it is for. Fastest: an HMAC made once, the checks by hand, and the claims of
// the program picked out of Set, because the library reads them in any case. It signs
// a map or its own struct, so that the claims of the program are put into Set.
var pascaldekloe = library{name: "pascaldekloe", module: "github.com/pascaldekloe/jwt", ways: func(m *material) []way {
	maps.DeleteFunc(pjwt.HMACAlgs, isNot(pjwt.HS256))
	maps.DeleteFunc(pjwt.ECDSAAlgs, isNot(pjwt.ES256))
	maps.DeleteFunc(pjwt.RSAAlgs, isNot(pjwt.RS256))
	check := func(alg, token string) func() (*pjwt.Claims, error) {
		text, public := bytesOf(token), m.edPublic()
		switch alg {
		case es256:
			return func() (*pjwt.Claims, error) { return pjwt.ECDSACheck(text, &m.ec.PublicKey) }
		case rs256:
			return func() (*pjwt.Claims, error) { return pjwt.RSACheck(text, &m.rsa.PublicKey) }
		case eddsa:
			return func() (*pjwt.Claims, error) { return pjwt.EdDSACheck(text, public) }
		}
		return func() (*pjwt.Claims, error) { return pjwt.HMACCheck(text, m.secret) }
	}
	fastCheck := func(alg, token string) func() (*pjwt.Claims, error) {
		if alg != hs256 {
			return check(alg, token)
		}
		text, reused := bytesOf(token), must(pjwt.NewHMAC(pjwt.HS256, m.secret))
		return func() (*pjwt.Claims, error) { return reused.Check(text) }
	}
	intoMap := func(check func() (*pjwt.Claims, error), accept func(*pjwt.Claims) error) op {
		var claims *pjwt.Claims
		return op{
			run: func() (err error) {
				if claims, err = check(); err != nil {
					return err
				}
				return accept(claims)
			},
			result: func() any { return pascaldekloeMap(claims) },
		}
	}
	intoStruct := func(check func() (*pjwt.Claims, error), accept func(*pjwt.Claims) error, fill func(*Profile, *pjwt.Claims) error) op {
		claims := new(pascaldekloeClaims)
		return op{
			run: func() error {
				c, err := check()
				if err != nil {
					return err
				}
				if err := accept(c); err != nil {
					return err
				}
				*claims = pascaldekloeClaims{Registered: c.Registered}
				return fill(&claims.Profile, c)
			},
			result: func() any { return claims },
		}
	}
	signed := func(c flatClaims) *pjwt.Claims {
		set := map[string]any{"scope": c.Scope}
		if c.Roles != nil {
			set["roles"] = c.Roles
		}
		if c.Grants != nil {
			set["grants"] = c.Grants
		}
		return &pjwt.Claims{Registered: pjwt.Registered{
			Issuer: c.Issuer, Subject: c.Subject, Audiences: []string{c.Audience}, ID: c.ID,
			Expires: pjwt.NewNumericTime(time.Unix(c.ExpiresAt, 0)), Issued: pjwt.NewNumericTime(time.Unix(c.IssuedAt, 0)),
		}, Set: set}
	}
	signing := func(sign func() ([]byte, error)) op {
		var token []byte
		return op{
			run:    func() (err error) { token, err = sign(); return err },
			result: func() any { return token },
		}
	}
	sign := func(alg string, c flatClaims) op {
		claims := signed(c)
		switch alg {
		case es256:
			return signing(func() ([]byte, error) { return claims.ECDSASign(pjwt.ES256, m.ec) })
		case rs256:
			return signing(func() ([]byte, error) { return claims.RSASign(pjwt.RS256, m.rsa) })
		case eddsa:
			return signing(func() ([]byte, error) { return claims.EdDSASign(m.ed) })
		}
		return signing(func() ([]byte, error) { return claims.HMACSign(pjwt.HS256, m.secret) })
	}
	return []way{{
		name:      "usual: HMACCheck, AcceptTemporal, Raw",
		verifyMap: func(alg, token string) op { return intoMap(check(alg, token), pascaldekloeAccept) },
		verifyStruct: func(alg, token string) op {
			return intoStruct(check(alg, token), pascaldekloeAccept, func(p *Profile, c *pjwt.Claims) error {
				return json.Unmarshal(c.Raw, p)
			})
		},
		sign: sign,
		once: func(token string) op { return intoMap(check(hs256, token), pascaldekloeAccept) },
	}, {
		name:      "fastest: HMAC.Check, Set",
		verifyMap: func(alg, token string) op { return intoMap(fastCheck(alg, token), pascaldekloeFastAccept) },
		verifyStruct: func(alg, token string) op {
			return intoStruct(fastCheck(alg, token), pascaldekloeFastAccept, pascaldekloePick)
		},
		sign: func(alg string, c flatClaims) op {
			if alg != hs256 {
				return sign(alg, c)
			}
			claims, reused := signed(c), must(pjwt.NewHMAC(pjwt.HS256, m.secret))
			return signing(func() ([]byte, error) { return reused.Sign(claims) })
		},
	}}
}}

func isNot(name string) func(string, crypto.Hash) bool {
	return func(other string, _ crypto.Hash) bool { return other != name }
}

type pascaldekloeClaims struct {
	pjwt.Registered
	Profile
}

// pascaldekloeAccept uses the methods that the library gives for it; there is none for
// the issuer.
func pascaldekloeAccept(c *pjwt.Claims) error {
	if err := c.AcceptTemporal(time.Now(), 0); err != nil {
		return err
	}
	switch {
	case c.Issuer != issuer:
		return errIssuer
	case !c.AcceptAudience(audience):
		return errAudience
	}
	return nil
}

func pascaldekloeFastAccept(c *pjwt.Claims) error {
	if c.Expires == nil || len(c.Audiences) != 1 {
		return errAudience
	}
	return accept(int64(*c.Expires), c.Issuer, c.Audiences[0])
}

// pascaldekloePick finds what json.Unmarshal would find in Raw.
func pascaldekloePick(p *Profile, c *pjwt.Claims) error {
	p.Scope, _ = c.String("scope")
	roles, _ := c.Set["roles"].([]any)
	if roles != nil {
		p.Roles = make([]string, len(roles))
	}
	for i, role := range roles {
		p.Roles[i], _ = role.(string)
	}
	grants, _ := c.Set["grants"].([]any)
	if grants != nil {
		p.Grants = make([]Grant, len(grants))
	}
	for i, grant := range grants {
		members, _ := grant.(map[string]any)
		level, _ := members["level"].(float64)
		p.Grants[i].Resource, _ = members["resource"].(string)
		p.Grants[i].Level = int(level)
		p.Grants[i].Write, _ = members["write"].(bool)
	}
	return nil
}

// pascaldekloeMap puts back together what the library holds apart, to be compared.
func pascaldekloeMap(c *pjwt.Claims) map[string]any {
	all := maps.Clone(c.Set)
	registered := must(json.Marshal(c.Registered))
	must(0, json.Unmarshal(registered, &all))
	return all
}
