package jwt

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// A Token is a token whose signature holds. [DecodeComplete] returns one, validators receive
// one, and [ExpiredError] has one if the token has expired. It shares no memory with other
// tokens.
//
// Package fmt, encoding/json and log/slog show it without its signature, so that a token in
// a log cannot be used. But fmt calls no methods on values in unexported fields of other
// structs: it would print a Token there with its signature. Hold a *Token in such a field:
// fmt prints only its address.
type Token struct {
	Header    Header // the JOSE header
	Claims    Claims // the claims set
	Payload   []byte // the bytes that Claims was read from
	Signature []byte `json:"-"` // the bytes of the signature

	// CheckedAt is the time that the claims were checked against, in UTC. The decoder's
	// clock was read once for all checks of the token. A validator compares other dates
	// with it. It is zero in a token that a program made.
	CheckedAt time.Time `json:"-"`
}

// An UnverifiedToken is the result of [DecodeUnverified]: anyone may have written it. Use it
// to inspect a token, or to choose among decoders that were made beforehand. Then let one of
// them verify the token.
type UnverifiedToken struct {
	Header  Header // the JOSE header; its Algorithm is 0 for an unknown "alg"
	Claims  Claims // the claims set, none of it checked
	Payload []byte // the bytes that Claims was read from
}

// DecodeInto stores the claims in dst, as [Decoder.DecodeInto] does. dst is a non-nil
// pointer to a struct, to a map with string keys, or to a pointer to one of these; anything
// else is an [ErrInvalidOption]. A claim that does not fit is an [ErrInvalidToken] that
// names the claim. On an error dst is unchanged. DecodeInto reads Payload, or if that is nil
// Claims, as in a token that a program made for its tests.
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
		if payload, err = appendClaims(nil, t.Claims, &strictjson.Writer{Format: jsonFormat, Offsets: new(claimOffsets)[:]}); err != nil {
			return err
		}
	}
	var d strictjson.Document
	if !d.ParseNumbered(payload, jsonFormat) {
		return malformed("payload", "the payload is not strictly valid JSON: "+d.Problem())
	}
	return target.fill(&d)
}

// Format prints the header and the claims, and never the signature, whatever the verb.
func (t Token) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), tokenView{t.Header.String(), t.Claims})
}

// LogValue is what log/slog shows of the token: its header and its claims, but never its
// signature. The claims may be personal data.
func (t *Token) LogValue() slog.Value {
	if t == nil {
		return slog.StringValue("jwt.Token(none)")
	}
	return slog.GroupValue(slog.String("header", t.Header.String()), slog.Any("claims", map[string]any(t.Claims)))
}

// A tokenView is what is printed of a token. It has no signature, so nobody can use a token
// that was logged.
type tokenView struct {
	Header string
	Claims Claims
}

// whole returns the token, which the caller may keep. Further calls return the same Token.
func (s *scratch) whole() *Token {
	if s.complete == nil {
		t := s.expiredToken()
		t.Claims = s.claims()
		s.complete = t
	}
	return s.complete
}

// expiredToken returns the token with Claims nil. For an ExpiredError, clone reads the claims
// from the payload.
func (s *scratch) expiredToken() *Token {
	return &Token{Header: *s.header, Payload: slices.Clone(s.claimsJSON), Signature: slices.Clone(s.signature), CheckedAt: s.checkedAt.Time()}
}

// claims returns the claims set, which the caller may keep.
func (s *scratch) claims() Claims {
	if s.complete != nil { // what the validators saw
		return s.complete.Claims
	}
	return s.json.Map(0)
}

// clone returns a copy that shares no memory with t. It returns nil for nil.
func (t *Token) clone() *Token {
	if t == nil {
		return nil
	}
	var d strictjson.Document
	d.Parse(t.Payload)
	return &Token{Header: t.Header, Claims: d.Map(0), Payload: slices.Clone(t.Payload), Signature: slices.Clone(t.Signature), CheckedAt: t.CheckedAt}
}
