package jwt

import (
	"context"
	"strings"
)

// Issuers maps the "iss" of an issuer to the decoder for its tokens. Use it if a service
// accepts tokens of several issuers that have different keys:
//
//	jwt.Issuers{
//		"https://login.example":    customers,
//		"https://partners.example": partners,
//	}
//
// It is safe for concurrent use if it is not changed while in use.
type Issuers map[string]*Decoder

var (
	errNoIssuers     = badOption("Issuers is empty; give it a Decoder for each issuer whose tokens are taken")
	errUnknownIssuer = badClaim(ErrInvalidIssuer, "iss", `"iss" is none of the issuers whose tokens are taken here (Issuers)`)
)

// DecodeContext chooses the decoder by the "iss" of the token, and verifies the token with
// [Decoder.DecodeContext]. Before the signature is verified, "iss" is used only to choose
// the decoder. The token must be signed with a key of that decoder.
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

// choose returns the decoder for the "iss" of a token. The token is not verified, so choose
// reads as little of it as possible. The decoder checks the rest.
func (s Issuers) choose(untrusted string) (*Decoder, *failure) {
	m := borrow()
	defer m.giveBack()
	c, f := cutCompact(untrusted, s.maxSize(len(untrusted)), false)
	if f != nil {
		return nil, f
	}
	c.padded = strings.HasSuffix(c.payload, "=")
	m.header = new(Header) // the chosen decoder reads the header
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

// maxSize returns the largest maximum size of all decoders. If the token is not longer than
// the default, it returns the default without looking at the decoders.
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
