package jwt

import (
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/base64url"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// An encodePolicy has the checked options of an encoder.
type encodePolicy struct {
	settings
	algorithm Algorithm
	jwtHeader []byte // only in an Encoder: the header segment with its dot, as Encode writes it
	jwsHeader []byte // the same, as Sign writes it
}

// readEncodePolicy reads the options and chooses the algorithm.
func readEncodePolicy(key *keyState, opts []EncodeOption) (p encodePolicy, err error) {
	if p.settings, err = readSettings(ofEncoder, opts); err != nil {
		return p, err
	}
	for _, param := range p.get(withHeader).params {
		if param.name == "cty" && saysNested(param.value) {
			p.notForJWT = `WithHeader("cty", "JWT")`
		}
	}
	if err = p.checkCall("Encode", "Sign"); err != nil {
		return p, err
	}
	if len(p.get(withIssuer).list) > 1 {
		return p, badOption("a token has one issuer, and WithIssuer names several")
	}
	if id := p.keyID(key); key.id != "" && id != key.id {
		return p, badOption("WithKeyID(" + quote(id) + ") contradicts the key, whose ID is " + quote(key.id))
	}
	p.algorithm, err = key.choose(p.get(withAlgorithm).algorithm)
	return p, err
}

// keyID returns the ID of WithKeyID, otherwise that of the key. The ID is not a field of the
// policy, because it escapes to the heap. Escape analysis treats all fields of a struct alike,
// so all options would be on the heap too.
func (p *encodePolicy) keyID(key *keyState) string {
	if p.has(withKeyID) {
		return strings.Clone(p.get(withKeyID).text)
	}
	return key.id
}

// prepare writes the headers that an Encoder needs, once for all its calls.
func (p *encodePolicy) prepare(key *keyState) (err error) {
	if p.notForJWT == "" {
		p.jwtHeader, err = p.headerForJWT(new(scratch), key)
	}
	if p.notForJWS == "" && err == nil {
		p.jwsHeader, err = p.headerForJWS(new(scratch), key)
	}
	p.given[withHeader] = nil // its values are in the headers now, and the caller may change them
	return err
}

// headerForJWT returns the header segment of Encode, with its dot. If it was not prepared, it
// is written into the scratch.
func (p *encodePolicy) headerForJWT(s *scratch, key *keyState) ([]byte, error) {
	if p.jwtHeader != nil {
		return p.jwtHeader, nil
	}
	return p.headerSegment(s, key, "JWT")
}

// headerForJWS does the same for Sign.
func (p *encodePolicy) headerForJWS(s *scratch, key *keyState) ([]byte, error) {
	if p.jwsHeader != nil {
		return p.jwsHeader, nil
	}
	return p.headerSegment(s, key, "")
}

// headerSegment writes a header segment, with its dot, into the scratch. typ is the default
// of "typ", or "" for none. typ is an any, like the value of a member: the callers pass
// constants, and converting a constant to any needs no allocation.
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
		// RFC 7797, Section 6: a verifier must understand "b64", so "crit" lists it.
		params = append(params, member{"b64", false}, member{"crit", []string{"b64"}})
	}
	var err error
	if s.headerJSON, err = writeHeader(s.headerJSON, append(params, p.get(withHeader).params...)); err != nil {
		return nil, err
	}
	if p.has(withHeader) { // the other parameters are always valid
		if err = checkHeader(s.headerJSON); err != nil {
			return nil, err
		}
	}
	s.headerText = append(base64url.AppendEncode(s.headerText[:0], s.headerJSON), '.')
	return s.headerText, nil
}

// addClaims adds the claims of the options to a claims set in JSON. r has the offsets of its
// registered claims. addClaims stores the offsets of the added ones in r.
func (p *encodePolicy) addClaims(dst []byte, r *claimOffsets) ([]byte, error) {
	if p.notForJWS == "" {
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
		// The clock is read once and rounded down to the second, so that "exp" minus "iat"
		// is exactly the lifetime: Google and Apple refuse a token of a second more.
		now := p.now().Unix()
		if lifetime := p.get(withExpiresIn).duration; lifetime != 0 {
			seconds := int64(lifetime / time.Second)
			if lifetime%time.Second > 0 {
				seconds++
			}
			a.date("exp", now+seconds) // if it overflows, checkWrittenForms refuses the date
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
		a.text("jti", base64url.EncodeToString(random[:]))
	}
	return a.dst, a.fault
}

// A claimAdder adds members to a JSON object.
type claimAdder struct {
	dst     []byte
	offsets *claimOffsets // of the values
	fault   error         // the first one
}

// begin writes the name of a member, so that the value can follow.
func (a *claimAdder) begin(name string) {
	if a.offsets[claimNamed(name)] != 0 && a.fault == nil {
		a.fault = badOption("the payload already carries " + quote(name) + ", which an option adds too; leave one of them out")
	}
	w := strictjson.Writer{Format: jsonFormat, Offsets: a.offsets[:]}
	a.dst, _ = w.AddName(a.dst, name) // the names are constants, so there is no error
}

// end closes the object again. err is the error of writing the value.
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
