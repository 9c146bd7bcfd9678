package jwt

import (
	"crypto/rand"
	"strings"
	"time"
)

// An Encoder is a service's way of making tokens, prepared once: the key, the
// header, and what is added to each payload. It is immutable and safe for
// concurrent use. The zero value is an [ErrInvalidOption] where it is used.
type Encoder struct {
	key    *keyState
	alg    Algorithm
	policy encodePolicy
	jwt    string // the header segment and its dot, as Encode writes them
	jws    string // as Sign writes them
}

// NewEncoder prepares an encoder. It returns an [ErrInvalidKey] for a key that
// cannot sign, and an [ErrInvalidOption] for options that are wrong, that
// contradict one another, or of which neither Encode nor Sign would take all.
func NewEncoder[K SigningKey](key K, opts ...EncodeOption) (*Encoder, error) {
	state, err := signingKey(key)
	if err != nil {
		return nil, err
	}
	e, err := makeEncoder(state, opts)
	if err != nil {
		return nil, err
	}
	e.key = state.keep()
	return &e, nil
}

// Encode signs a payload, as the function [Encode] does.
func (e *Encoder) Encode(payload any) (string, error) {
	m := borrow()
	defer m.giveBack()
	var err error
	if m.token, err = e.encode(m, m.token[:0], payload); err != nil {
		return "", err
	}
	return string(m.token), nil
}

// AppendEncode appends to dst the token that Encode returns. On an error it
// returns nil, and dst is as it was, up to its length.
func (e *Encoder) AppendEncode(dst []byte, payload any) ([]byte, error) {
	m := borrow()
	defer m.giveBack()
	return e.encode(m, dst, payload)
}

// Sign signs octets, as the function [Sign] does.
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
	params := append(make([]headerParam, 0, 8), headerParam{"alg", e.alg.String()})
	if p.keyID != "" {
		params = append(params, headerParam{"kid", p.keyID})
	}
	if typ != "" {
		params = append(params, headerParam{"typ", typ})
	}
	if p.unencoded {
		// RFC 7797, Section 6: it is critical that a verifier knows of it.
		params = append(params, headerParam{"b64", false}, headerParam{"crit", []string{"b64"}})
	}
	header, err := appendHeader(nil, append(params, p.params...))
	if err != nil {
		return "", err
	}
	return string(append(appendBase64url(nil, header), '.')), nil
}

// addClaims adds what the options say to a claims set in JSON.
func (p *encodePolicy) addClaims(dst []byte) ([]byte, error) {
	if p.jwtOnly == "" {
		return dst, nil
	}
	var added []headerParam
	add := func(name string, value any) { added = append(added, headerParam{name, value}) }
	if len(p.issuer) > 0 {
		add("iss", p.issuer[0])
	}
	if p.hasSub {
		add("sub", p.subject)
	}
	if len(p.audience) > 0 {
		add("aud", Audience(p.audience))
	}
	if p.lifetime != 0 || p.issuedAt {
		now := p.now()
		if p.lifetime != 0 {
			exp := now.Add(p.lifetime)
			if exp.Nanosecond() > 0 {
				exp = exp.Add(time.Second)
			}
			add("exp", exp.Unix())
		}
		if p.issuedAt {
			add("iat", now.Unix())
		}
	}
	if p.notBefore != nil {
		add("nbf", p.notBefore.Unix())
	}
	if p.randomID {
		random := make([]byte, 16)
		rand.Read(random) // never fails: crypto/rand ends the program instead
		add("jti", string(appendBase64url(nil, random)))
	}
	var w writer
	for _, claim := range added {
		if dst = dst[:len(dst)-1]; dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst, _ = appendJSONString(dst, claim.name)
		var err error
		if dst, err = w.any(append(dst, ':'), claim.value); err != nil {
			return dst, badOption("the claim " + quote(claim.name) + " cannot be encoded: " + because(err))
		}
		dst = append(dst, '}')
	}
	return dst, nil
}

// checkClaims refuses a claims set that a verifier would refuse. The payload's
// own part of it ends before own.
func (m *message) checkClaims(own int) error {
	if !m.payload.parse(m.octets) {
		if m.payload.fault == faultTwice && m.payload.faultAt >= own-1 {
			name, _, _ := strings.Cut(string(m.octets[m.payload.faultAt+1:]), `"`)
			return badOption("the payload already carries " + quote(name) + ", which an option adds too; leave one of them out")
		}
		return badOption("the payload and the options together are not claims that a verifier reads: " + m.payload.problem())
	}
	if f := m.payload.checkTypes(); f != nil {
		return &failure{class: ErrInvalidOption, claim: f.claim, text: f.text}
	}
	return nil
}

// appendSignature appends the last dot and the signature of input to dst.
func (e *Encoder) appendSignature(m *message, dst, input []byte) ([]byte, error) {
	var err error
	if m.signature, err = e.key.sign(e.alg, m.signature[:0], input); err != nil {
		return nil, err
	}
	return appendBase64url(append(dst, '.'), m.signature), nil
}
