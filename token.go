package jwt

import (
	"fmt"
	"log/slog"
	"slices"
)

// A Token is a token that was verified, whole: it only ever comes out of a
// successful decode. It prints, and goes to JSON and slog, without its
// signature, so that what is logged cannot be used. It is the caller's own.
type Token struct {
	Header    Header
	Claims    Claims
	Payload   []byte // the octets that Claims was read from
	Signature []byte `json:"-"`
}

// An UnverifiedToken is what a token says of itself: anybody may have written
// it. Use it to look, or to choose among decoders that were made beforehand, and
// then let one of them verify the token.
type UnverifiedToken struct {
	Header  Header
	Claims  Claims
	Payload []byte
}

// DecodeInto stores the claims in a type of the caller's, as [Decoder.DecodeInto]
// does: dst is a non-nil pointer to a struct, to a map with string keys, or to a
// pointer to one, else it is an [ErrInvalidOption]. A claim that does not fit is
// an [ErrInvalidToken] with the claim's name. On an error dst is as it was.
func (t *Token) DecodeInto(dst any) error {
	target, err := targetOf(dst)
	if err != nil {
		return err
	}
	if t == nil {
		return badOption("the token is nil")
	}
	payload := t.Payload
	if payload == nil { // a program made it, for its tests
		if payload, err = appendClaims(nil, t.Claims); err != nil {
			return err
		}
	}
	var d document
	if !d.parse(payload) {
		return malformed("payload", "the payload is not strictly valid JSON: "+d.problem())
	}
	return target.fill(&d)
}

// Format prints the header and the claims, whatever the verb.
func (t Token) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), tokenView{t.Header.String(), t.Claims})
}

// LogValue is what log/slog shows of the token: header and claims.
func (t Token) LogValue() slog.Value {
	return slog.GroupValue(slog.String("header", t.Header.String()), slog.Any("claims", map[string]any(t.Claims)))
}

// A tokenView is a token without what would let it be used.
type tokenView struct {
	Header string
	Claims Claims
}

// clone makes a copy that shares no memory; nil of nil.
func (t *Token) clone() *Token {
	if t == nil {
		return nil
	}
	var d document
	d.parse(t.Payload)
	d.share()
	return &Token{Header: t.Header, Claims: d.object2map(0), Payload: slices.Clone(t.Payload), Signature: slices.Clone(t.Signature)}
}
