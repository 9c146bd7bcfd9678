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
	key    sealed[keyState]
	policy encodePolicy
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
	p, err := readEncodePolicy(state, opts)
	if err != nil {
		return nil, err
	}
	return &Encoder{seal(state), p}, nil
}

// Encode signs a payload, as the function [Encode] does. An encoder with an option
// that only Sign takes is an [ErrInvalidOption].
func (e *Encoder) Encode(payload any) (string, error) {
	key, p, err := e.prepared()
	if err != nil {
		return "", err
	}
	m := borrow()
	defer m.giveBack()
	return m.encodeText(key, p, payload)
}

// AppendEncode appends to dst the token that [Encoder.Encode] returns. On an error
// it returns nil, and dst is as it was, up to its length.
func (e *Encoder) AppendEncode(dst []byte, payload any) ([]byte, error) {
	key, p, err := e.prepared()
	if err != nil {
		return nil, err
	}
	m := borrow()
	defer m.giveBack()
	return m.encode(key, p, dst, payload)
}

// Sign signs octets, as the function [Sign] does. An encoder with an option that
// only Encode takes is an [ErrInvalidOption].
func (e *Encoder) Sign(payload []byte) (string, error) {
	key, p, err := e.prepared()
	if err != nil {
		return "", err
	}
	m := borrow()
	defer m.giveBack()
	return m.signText(key, p, payload)
}

// prepared refuses encoders that were not made by NewEncoder.
func (e *Encoder) prepared() (*keyState, *encodePolicy, error) {
	if e == nil || e.key.isEmpty() {
		return nil, nil, errNoEncoder
	}
	return e.key.open(), &e.policy, nil
}

// readEncodePolicy reads the options, chooses the algorithm, and writes the
// headers that they come to.
func readEncodePolicy(key *keyState, opts []EncodeOption) (encodePolicy, error) {
	var p encodePolicy
	if err := p.read(opts); err != nil {
		return encodePolicy{}, err
	}
	if p.hasKeyID && key.id != "" && p.keyID != key.id {
		return encodePolicy{}, badOption("WithKeyID(" + quote(p.keyID) + ") contradicts the key, whose ID is " + quote(key.id))
	}
	if !p.hasKeyID {
		p.keyID = key.id
	}
	var err error
	if p.algorithm, err = key.choose(p.algorithm); err != nil {
		return encodePolicy{}, err
	}
	if p.jwsOnly == "" {
		typ := "JWT"
		if p.hasType {
			typ = p.typ
		}
		if p.jwtHeader, err = p.headerSegment(typ); err != nil {
			return encodePolicy{}, err
		}
	}
	if p.jwtOnly == "" {
		if p.jwsHeader, err = p.headerSegment(p.typ); err != nil {
			return encodePolicy{}, err
		}
	}
	return p, nil
}

// headerSegment writes a header and the dot after it.
func (p *encodePolicy) headerSegment(typ string) (string, error) {
	params := append(make([]member, 0, 8), member{"alg", p.algorithm.String()})
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
