package jwt

import (
	"context"
	"strings"
)

// Issuers is a service's decoders, one for each issuer whose tokens it takes, by the
// "iss" that they write. Use it where issuers have keys of their own:
//
//	jwt.Issuers{
//		"https://login.example":    customers,
//		"https://partners.example": partners,
//	}
//
// It must not be changed once it is in use, and is then safe for concurrent use.
type Issuers map[string]*Decoder

var (
	errNoIssuers     = badOption("Issuers is empty; give it a Decoder for each issuer whose tokens are taken")
	errUnknownIssuer = badClaim(ErrInvalidIssuer, "iss", `"iss" is none of the issuers whose tokens are taken here (Issuers)`)
)

// DecodeContext verifies a token by the decoder of its "iss", as
// [Decoder.DecodeContext] does. Until then "iss" is only compared: it chooses the
// decoder, whose keys must have signed it.
//
// A token of another issuer is an [ErrInvalidIssuer], one without "iss" an
// [ErrMissingClaim], a nil context and an empty map an [ErrInvalidOption].
func (s Issuers) DecodeContext(ctx context.Context, token string) (*Token, error) {
	if len(s) == 0 {
		return nil, errNoIssuers
	}
	d, f := s.choose(token)
	if f != nil {
		return nil, f
	}
	return d.DecodeContext(ctx, token)
}

// choose reads as little of an unverified token as it can: the form is for the chosen
// decoder to check.
func (s Issuers) choose(untrusted string) (*Decoder, *failure) {
	m := borrow()
	defer m.giveBack()
	c, f := cutCompact(untrusted, s.maxSize(len(untrusted)), false)
	if f != nil {
		return nil, f
	}
	c.padded = strings.HasSuffix(c.payload, "=")
	m.header = new(Header) // what it says is for the decoder to read
	if f := m.readClaims(&c); f != nil {
		return nil, f
	}
	i := m.json.Member("iss")
	if i == 0 {
		return nil, missing("iss").wantedBy("Issuers")
	}
	if f := claimIss.checkForm(&m.json, i); f != nil {
		return nil, f
	}
	d, ok := s[string(m.json.String(i))]
	if !ok {
		return nil, errUnknownIssuer
	}
	return d, nil
}

// maxSize is the most that any of the decoders reads. The usual one is enough for the
// usual token.
func (s Issuers) maxSize(length int) int {
	most := defaultMaxSize
	if length <= most {
		return most
	}
	for _, d := range s {
		if _, p, err := d.prepared(); err == nil {
			most = max(most, p.maxSize)
		}
	}
	return most
}
