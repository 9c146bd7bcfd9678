package jwt

import (
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
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
		p.jwtHeader, err = p.headerForJWT(new(scratch), key)
	}
	if p.jwtOnly == "" && err == nil {
		p.jwsHeader, err = p.headerForJWS(new(scratch), key)
	}
	p.given[withHeader] = nil // which has the caller's values, and is written
	return err
}

// headerForJWT returns the header segment of Encode and its dot. Where it was not
// prepared it is written into the scratch.
func (p *encodePolicy) headerForJWT(s *scratch, key *keyState) ([]byte, error) {
	if p.jwtHeader != nil {
		return p.jwtHeader, nil
	}
	return p.headerSegment(s, key, "JWT")
}

// headerForJWS returns that of Sign, likewise.
func (p *encodePolicy) headerForJWS(s *scratch, key *keyState) ([]byte, error) {
	if p.jwsHeader != nil {
		return p.jwsHeader, nil
	}
	return p.headerSegment(s, key, "")
}

// headerSegment writes a header segment and its dot into the scratch. Without WithType it
// has typ, or none where that is "". It is an any, as the value of a member is: made of a
// constant, it costs no allocation.
func (p *encodePolicy) headerSegment(s *scratch, key *keyState, typ any) ([]byte, error) {
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
	if s.headerJSON, err = writeHeader(s.headerJSON, append(params, p.get(withHeader).params...)); err != nil {
		return nil, err
	}
	if p.has(withHeader) { // those above are known to be right
		if err = checkHeader(s.headerJSON); err != nil {
			return nil, err
		}
	}
	s.headerText = append(appendBase64url(s.headerText[:0], s.headerJSON), '.')
	return s.headerText, nil
}

// addClaims adds the claims of the options to a claims set in JSON. r has the offsets of
// its registered claims, and gets those of the added ones.
func (p *encodePolicy) addClaims(dst []byte, r *claimOffsets) ([]byte, error) {
	if p.jwtOnly == "" {
		return dst, nil
	}
	a := claimAdder{dst: dst, offsets: r}
	if p.has(withIssuer) {
		a.text("iss", p.get(withIssuer).list[0])
	}
	if p.has(withSubject) {
		a.text("sub", p.get(withSubject).text)
	}
	if p.has(withAudience) {
		a.begin("aud")
		list, err := Audience(p.get(withAudience).list).MarshalJSON()
		a.dst = append(a.dst, list...)
		a.end("aud", err)
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
			a.date("exp", now+seconds) // past the range of int64 it wraps to no valid date
		}
		if p.has(withIssuedAt) {
			a.date("iat", now)
		}
	}
	if p.has(withNotBefore) {
		a.date("nbf", p.get(withNotBefore).time.Unix())
	}
	if p.has(withRandomID) {
		var random [16]byte
		rand.Read(random[:]) // never fails: crypto/rand ends the program instead
		a.text("jti", base64urlOf(random[:]))
	}
	return a.dst, a.fault
}

// A claimAdder adds members to a JSON object.
type claimAdder struct {
	dst     []byte
	offsets *claimOffsets // of the values
	fault   error         // the first one
}

// begin writes a member up to its value.
func (a *claimAdder) begin(name string) {
	if a.offsets[claimNamed(name)] != 0 && a.fault == nil {
		a.fault = badOption("the payload already carries " + quote(name) + ", which an option adds too; leave one of them out")
	}
	w := strictjson.Writer{Format: jsonFormat, Offsets: a.offsets[:]}
	a.dst, _ = w.AddName(a.dst, name) // the names are ours
}

// end ends the object again. err is what writing the value gave.
func (a *claimAdder) end(name string, err error) {
	if err != nil && a.fault == nil {
		a.fault = badOption("the claim " + quote(name) + " cannot be encoded: " + because(err))
	}
	a.dst = append(a.dst, '}')
}

func (a *claimAdder) text(name, value string) {
	a.begin(name)
	text, err := new(strictjson.Writer).AppendString(a.dst, value)
	a.dst = text
	a.end(name, err)
}

func (a *claimAdder) date(name string, seconds int64) {
	a.begin(name)
	a.dst = strconv.AppendInt(a.dst, seconds, 10)
	a.end(name, nil)
}
