package jwt

import (
	"crypto/rand"
	"strconv"
	"strings"
	"time"
)

// An encodePolicy is what the options of an encoder come to.
type encodePolicy struct {
	settings
	algorithm Algorithm
	jwtHeader []byte // of an Encoder: the header segment and its dot, as Encode writes them
	jwsHeader []byte // the same, as Sign writes them
}

// readEncodePolicy reads the options and chooses the algorithm.
func readEncodePolicy(key *keyState, opts []EncodeOption) (encodePolicy, error) {
	s, err := readSettings(ofEncoder, opts)
	if err != nil {
		return encodePolicy{}, err
	}
	p := encodePolicy{settings: s}
	for _, param := range p.get(withHeader).params {
		if param.name == "cty" && saysNested(param.value) {
			p.jwsOnly = `WithHeader("cty", "JWT")`
		}
	}
	if err := p.checkCall("Encode", "Sign"); err != nil {
		return encodePolicy{}, err
	}
	if len(p.get(withIssuer).list) > 1 {
		return encodePolicy{}, badOption("a token has one issuer, and WithIssuer names several")
	}
	if id := p.keyID(key); key.id != "" && id != key.id {
		return encodePolicy{}, badOption("WithKeyID(" + quote(id) + ") contradicts the key, whose ID is " + quote(key.id))
	}
	p.algorithm, err = key.choose(p.get(withAlgorithm).algorithm)
	return p, err
}

// keyID is the ID of WithKeyID, else the key's own. It is not a field of the policy: it is
// stored on the heap, and escape analysis does not tell the fields of a struct apart, so
// all options would be on the heap too.
func (p *encodePolicy) keyID(key *keyState) string {
	if p.has(withKeyID) {
		return strings.Clone(p.get(withKeyID).text)
	}
	return key.id
}

// prepare writes the headers that an Encoder needs, once for all its calls.
func (p *encodePolicy) prepare(key *keyState) (err error) {
	if p.jwsOnly == "" {
		p.jwtHeader, err = p.headerForJWT(new(message), key)
	}
	if p.jwtOnly == "" && err == nil {
		p.jwsHeader, err = p.headerForJWS(new(message), key)
	}
	return err
}

// headerForJWT returns the header segment of Encode and its dot. Where it was not
// prepared it is written into memory of m.
func (p *encodePolicy) headerForJWT(m *message, key *keyState) ([]byte, error) {
	if p.jwtHeader != nil {
		return p.jwtHeader, nil
	}
	return p.headerSegment(m, key, "JWT")
}

// headerForJWS returns that of Sign, likewise.
func (p *encodePolicy) headerForJWS(m *message, key *keyState) ([]byte, error) {
	if p.jwsHeader != nil {
		return p.jwsHeader, nil
	}
	return p.headerSegment(m, key, "")
}

// headerSegment writes a header segment and its dot into memory of m. Without WithType it
// has typ, or none where that is "". It is an any, as the value of a member is: made of a
// constant, it costs no allocation.
func (p *encodePolicy) headerSegment(m *message, key *keyState, typ any) ([]byte, error) {
	params := append(make([]member, 0, 8), member{"alg", p.algorithm.String()})
	if kid := p.keyID(key); kid != "" {
		params = append(params, member{"kid", kid})
	}
	if p.has(withType) {
		typ = strings.Clone(p.get(withType).text)
	}
	if typ != "" {
		params = append(params, member{"typ", typ})
	}
	if p.has(withUnencodedPayload) {
		// RFC 7797, Section 6: it is critical that a verifier knows of it.
		params = append(params, member{"b64", false}, member{"crit", []string{"b64"}})
	}
	var err error
	if m.octets, err = writeHeader(m.octets, append(params, p.get(withHeader).params...)); err != nil {
		return nil, err
	}
	if p.has(withHeader) { // those above are known to be right
		if err = checkHeader(m.octets); err != nil {
			return nil, err
		}
	}
	m.jsonText = append(appendBase64url(m.jsonText[:0], m.octets), '.')
	return m.jsonText, nil
}

// addClaims adds what the options say to a claims set in JSON, whose own claims
// stand where r says.
func (p *encodePolicy) addClaims(dst []byte, r *registered) ([]byte, error) {
	if p.jwtOnly == "" {
		return dst, nil
	}
	var fault error
	// begin makes room for one more member, up to its value.
	begin := func(name string) {
		place := &r[claimNamed(name)]
		if *place != 0 && fault == nil {
			fault = badOption("the payload already carries " + quote(name) + ", which an option adds too; leave one of them out")
		}
		if dst = dst[:len(dst)-1]; dst[len(dst)-1] != '{' { // the brace at the end
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), name...), `":`...)
		*place = uint32(len(dst))
	}
	text := func(name, value string) {
		var err error
		if begin(name); fault == nil {
			if dst, err = appendJSONString(dst, value); err != nil {
				fault = badOption("the claim " + quote(name) + " cannot be encoded: " + err.Error())
			}
		}
		dst = append(dst, '}')
	}
	date := func(name string, seconds int64) {
		begin(name)
		dst = append(strconv.AppendInt(dst, seconds, 10), '}')
	}
	if p.has(withIssuer) {
		text("iss", p.get(withIssuer).list[0])
	}
	if p.has(withSubject) {
		text("sub", p.get(withSubject).text)
	}
	if p.has(withAudience) {
		begin("aud")
		list, err := Audience(p.get(withAudience).list).MarshalJSON()
		if err != nil && fault == nil {
			fault = badOption(`the claim "aud" cannot be encoded: ` + because(err))
		}
		dst = append(append(dst, list...), '}')
	}
	if p.has(withExpiresIn) || p.has(withIssuedAt) {
		// One reading of the clock, cut to the second, so that "exp" less "iat" is the
		// lifetime exactly: Google and Apple refuse a token of a second more.
		now := p.now().Unix()
		if lifetime := p.get(withExpiresIn).duration; lifetime != 0 {
			seconds := int64(lifetime / time.Second)
			if lifetime%time.Second > 0 {
				seconds++
			}
			date("exp", now+seconds) // past the range of int64 it wraps to no valid date
		}
		if p.has(withIssuedAt) {
			date("iat", now)
		}
	}
	if p.has(withNotBefore) {
		date("nbf", p.get(withNotBefore).time.Unix())
	}
	if p.has(withRandomID) {
		var random [16]byte
		rand.Read(random[:]) // never fails: crypto/rand ends the program instead
		text("jti", base64urlOf(random[:]))
	}
	return dst, fault
}
