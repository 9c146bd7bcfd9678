package jwt

import (
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// A Token is a token whose signature holds, whole: what a successful decode
// returns, what validators are given, and what [ExpiredError] has of one that has
// expired. It is the caller's own.
//
// It prints, and goes to JSON and slog, without its signature, so that what is
// logged cannot be used. But package fmt calls no method of what it finds in an
// unexported field of another struct, and prints a Token there with its signature:
// hold a *Token in such a field, of which fmt prints the address.
type Token struct {
	Header    Header // the JOSE header
	Claims    Claims // the claims set
	Payload   []byte // the octets that Claims was read from
	Signature []byte `json:"-"` // the bytes of the signature

	// CheckedAt is the time that the claims were checked against: what the decoder's
	// clock said, once for all checks of the token, in UTC. A validator compares other
	// dates with it. It is zero in a token that a program made.
	CheckedAt time.Time `json:"-"`
}

// An UnverifiedToken is what a token says of itself, as [DecodeUnverified] reads
// it: anybody may have written it. Use it to look, or to choose among decoders
// that were made beforehand, and then let one of them verify the token.
type UnverifiedToken struct {
	Header  Header // the JOSE header; its Algorithm is 0 for an unknown "alg"
	Claims  Claims // the claims set, none of it checked
	Payload []byte // the octets that Claims was read from
}

// DecodeInto stores the claims in a type of the caller's, as [Decoder.DecodeInto]
// does: dst is a non-nil pointer to a struct, to a map with string keys, or to a
// pointer to one, else it is an [ErrInvalidOption]. A claim that does not fit is
// an [ErrInvalidToken] that names it. On an error dst is as it was. It reads
// Payload, or Claims in a token that a program made for its tests.
func (t *Token) DecodeInto(dst any) error {
	target, err := targetOf(dst, nil)
	if err != nil {
		return err
	}
	if t == nil {
		return badOption("the token is nil")
	}
	payload := t.Payload
	if payload == nil { // a program made it, for its tests
		if payload, err = appendClaims(nil, t.Claims, &writer{places: &registered{}}); err != nil {
			return err
		}
	}
	var d document
	if !d.parse(payload) {
		return malformed("payload", "the payload is not strictly valid JSON: "+d.problem())
	}
	return target.fill(&d)
}

// Format prints the header and the claims, by any verb, and never the signature.
func (t Token) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), tokenView{t.Header.String(), t.Claims})
}

// LogValue is what log/slog shows of the token: its header and its claims, which
// may be personal, and never its signature.
func (t *Token) LogValue() slog.Value {
	if t == nil {
		return slog.StringValue("jwt.Token(none)")
	}
	return slog.GroupValue(slog.String("header", t.Header.String()), slog.Any("claims", map[string]any(t.Claims)))
}

// A tokenView is a token without what would let it be used.
type tokenView struct {
	Header string
	Claims Claims
}

// whole returns the token, for the caller to keep: the same each time.
func (s *scratch) whole() *Token {
	if s.complete == nil {
		t := s.expiredToken()
		t.Claims = s.claims()
		s.complete = t
	}
	return s.complete
}

// expiredToken returns the token without its claims, which clone reads again for
// whoever asks for them.
func (s *scratch) expiredToken() *Token {
	return &Token{Header: *s.header, Payload: slices.Clone(s.json.text), Signature: slices.Clone(s.signature), CheckedAt: s.checkedAt.time()}
}

// claims returns the claims set, for the caller to keep.
func (s *scratch) claims() Claims {
	if s.complete != nil { // what the validators saw
		return s.complete.Claims
	}
	s.json.share()
	return s.json.anyObject(0)
}

// clone makes a copy that shares no memory; nil of nil.
func (t *Token) clone() *Token {
	if t == nil {
		return nil
	}
	var d document
	d.parse(t.Payload)
	d.share()
	return &Token{Header: t.Header, Claims: d.anyObject(0), Payload: slices.Clone(t.Payload), Signature: slices.Clone(t.Signature), CheckedAt: t.CheckedAt}
}
