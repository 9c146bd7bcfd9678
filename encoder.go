package jwt

import (
	"crypto/rand"
	"strconv"
	"time"
)

// An Encoder is a service's way of making tokens, prepared once: the key, the
// header, and what is added to each payload. [NewEncoder] makes one. It is
// immutable and safe for concurrent use. The zero value, and a nil pointer, is an
// [ErrInvalidOption] where it is used.
type Encoder struct {
	key    *keyState
	alg    Algorithm
	policy encodePolicy
	jwt    string // the header segment and its dot, as Encode writes them
	jws    string // as Sign writes them
}

// NewEncoder prepares an encoder. It returns an [ErrInvalidKey] for a key that
// cannot sign, and an [ErrInvalidOption] for options that are wrong or contradict
// one another. One that only [Encode] takes contradicts one that only [Sign]
// takes. It keeps no reference to what it is given.
func NewEncoder[K SigningKey](key K, opts ...EncodeOption) (*Encoder, error) {
	state, err := keptKey(key)
	if err != nil {
		return nil, err
	}
	e, err := makeEncoder(state, opts)
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// Encode signs a payload, as the function [Encode] does. An encoder with an option
// that only Sign takes is an [ErrInvalidOption].
func (e *Encoder) Encode(payload any) (string, error) {
	m := borrow()
	defer m.giveBack()
	var err error
	if m.token, err = e.encode(m, m.token[:0], payload); err != nil {
		return "", err
	}
	return string(m.token), nil
}

// AppendEncode appends to dst the token that [Encoder.Encode] returns. On an error
// it returns nil, and dst is as it was, up to its length.
func (e *Encoder) AppendEncode(dst []byte, payload any) ([]byte, error) {
	m := borrow()
	defer m.giveBack()
	return e.encode(m, dst, payload)
}

// Sign signs octets, as the function [Sign] does. An encoder with an option that
// only Encode takes is an [ErrInvalidOption].
func (e *Encoder) Sign(payload []byte) (string, error) {
	m := borrow()
	defer m.giveBack()
	var err error
	if m.token, err = e.sign(m, m.token[:0], payload); err != nil {
		return "", err
	}
	return string(m.token), nil
}

// makeEncoder reads the options and writes the header that they come to. What
// it returns still refers to the key.
func makeEncoder(key *keyState, opts []EncodeOption) (Encoder, error) {
	e := Encoder{key: key}
	p := &e.policy
	if err := p.read(opts); err != nil {
		return Encoder{}, err
	}
	if p.hasKeyID && key.id != "" && p.keyID != key.id {
		return Encoder{}, badOption("WithKeyID(" + quote(p.keyID) + ") contradicts the key, whose ID is " + quote(key.id))
	}
	if !p.hasKeyID {
		p.keyID = key.id
	}
	var err error
	if e.alg, err = key.choose(p.algorithm); err != nil {
		return Encoder{}, err
	}
	if p.jwsOnly == "" {
		typ := "JWT"
		if p.hasType {
			typ = p.typ
		}
		if e.jwt, err = e.headerSegment(typ); err != nil {
			return Encoder{}, err
		}
	}
	if p.jwtOnly == "" {
		if e.jws, err = e.headerSegment(p.typ); err != nil {
			return Encoder{}, err
		}
	}
	return e, nil
}

func (e *Encoder) headerSegment(typ string) (string, error) {
	p := &e.policy
	params := append(make([]member, 0, 8), member{"alg", e.alg.String()})
	if p.keyID != "" {
		params = append(params, member{"kid", p.keyID})
	}
	if typ != "" {
		params = append(params, member{"typ", typ})
	}
	if p.unencoded {
		// RFC 7797, Section 6: it is critical that a verifier knows of it.
		params = append(params, member{"b64", false}, member{"crit", []string{"b64"}})
	}
	header, err := appendHeader(nil, append(params, p.params...))
	if err != nil {
		return "", err
	}
	return string(append(appendBase64url(nil, header), '.')), nil
}

// addClaims adds what the options say to a claims set in JSON, whose own claims
// stand where r says.
func (p *encodePolicy) addClaims(dst []byte, r *registered) ([]byte, error) {
	if p.jwtOnly == "" {
		return dst, nil
	}
	var fault error
	// begin makes room for one more member, up to its value.
	begin := func(name string) bool {
		place := placeOf(r, name)
		if *place != 0 && fault == nil {
			fault = badOption("the payload already carries " + quote(name) + ", which an option adds too; leave one of them out")
		}
		if dst = dst[:len(dst)-1]; dst[len(dst)-1] != '{' { // the brace at the end
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), name...), `":`...)
		*place = uint32(len(dst))
		return true
	}
	text := func(name, text string) {
		var err error
		if begin(name); fault == nil {
			if dst, err = appendJSONString(dst, text); err != nil {
				fault = badOption("the claim " + quote(name) + " cannot be encoded: " + err.Error())
			}
		}
		dst = append(dst, '}')
	}
	date := func(name string, t time.Time) {
		begin(name)
		dst = append(strconv.AppendInt(dst, t.Unix(), 10), '}')
	}
	if len(p.issuer) > 0 {
		text("iss", p.issuer[0])
	}
	if p.hasSub {
		text("sub", p.subject)
	}
	if len(p.audience) > 0 {
		begin("aud")
		list, err := Audience(p.audience).MarshalJSON()
		if err != nil && fault == nil {
			fault = badOption(`the claim "aud" cannot be encoded: ` + because(err))
		}
		dst = append(append(dst, list...), '}')
	}
	if p.lifetime != 0 || p.issuedAt {
		now := p.now()
		if p.lifetime != 0 {
			exp := now.Add(p.lifetime)
			if exp.Nanosecond() > 0 {
				exp = exp.Add(time.Second)
			}
			date("exp", exp)
		}
		if p.issuedAt {
			date("iat", now)
		}
	}
	if p.notBefore != nil {
		date("nbf", *p.notBefore)
	}
	if p.randomID {
		var random [16]byte
		rand.Read(random[:]) // never fails: crypto/rand ends the program instead
		text("jti", base64urlOf(random[:]))
	}
	return dst, fault
}

// appendSignature appends the last dot and the signature of input to dst.
func (e *Encoder) appendSignature(m *message, dst, input []byte) ([]byte, error) {
	var err error
	if m.signature, err = e.key.sign(e.alg, m.signature[:0], input); err != nil {
		return nil, err
	}
	return appendBase64url(append(dst, '.'), m.signature), nil
}
