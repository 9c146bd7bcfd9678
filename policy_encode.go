package jwt

import (
	"crypto/rand"
	"slices"
	"strconv"
	"time"
)

// An encodePolicy is what the options of an encoder come to.
type encodePolicy struct {
	algorithm Algorithm
	keyID     string
	hasKeyID  bool
	typ       string
	hasType   bool
	params    []member
	issuer    []string
	audience  []string
	subject   string
	hasSub    bool
	lifetime  time.Duration
	notBefore *time.Time
	issuedAt  bool
	randomID  bool
	detached  bool
	unencoded bool
	clock     func() time.Time
	jwtOnly   string // an option that Sign does not take
	jwsOnly   string // one that Encode does not take
	jwtHeader []byte // the header segment and its dot, as Encode writes them, where prepare was called
	jwsHeader []byte // the same, as Sign writes them
}

// readEncodePolicy reads the options and chooses the algorithm.
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
	p.algorithm, err = key.choose(p.algorithm)
	return p, err
}

// prepare writes the headers that an Encoder needs, once for all its calls.
func (p *encodePolicy) prepare() (err error) {
	if p.jwsOnly == "" {
		p.jwtHeader, err = p.headerForJWT(new(scratch))
	}
	if p.jwtOnly == "" && err == nil {
		p.jwsHeader, err = p.headerForJWS(new(scratch))
	}
	return err
}

// headerForJWT returns the header segment of Encode and its dot. Where it was not
// prepared it is written into the scratch.
func (p *encodePolicy) headerForJWT(s *scratch) ([]byte, error) {
	switch {
	case p.jwtHeader != nil:
		return p.jwtHeader, nil
	case p.hasType:
		return p.headerSegment(s, p.typ)
	}
	return p.headerSegment(s, "JWT")
}

// headerForJWS returns that of Sign, likewise.
func (p *encodePolicy) headerForJWS(s *scratch) ([]byte, error) {
	if p.jwsHeader != nil {
		return p.jwsHeader, nil
	}
	return p.headerSegment(s, p.typ)
}

// read takes the settings of the options, and keeps none of their memory.
func (p *encodePolicy) read(opts []EncodeOption) error {
	for _, o := range opts {
		if err := p.readOne(o); err != nil {
			return err
		}
	}
	for _, param := range p.params {
		if param.name == "cty" && saysNested(param.value) {
			p.jwsOnly = `WithHeader("cty", "JWT")`
		}
	}
	if p.jwtOnly != "" && p.jwsOnly != "" {
		return contradict(p.jwtOnly+", which Sign does not take", p.jwsOnly+", which Encode does not take")
	}
	if len(p.issuer) > 1 {
		return badOption("a token has one issuer, and WithIssuer names several")
	}
	return nil
}

func (p *encodePolicy) readOne(o EncodeOption) error {
	switch o := o.(type) {
	case typeOption:
		p.typ, p.hasType = string(o), true
	case clockOption:
		if o == nil {
			return errNilClock
		}
		p.clock, p.jwtOnly = o, "WithClock"
	case issuerOption:
		p.issuer, p.jwtOnly = append(p.issuer, o...), "WithIssuer"
		return checkList("WithIssuer", o)
	case subjectOption:
		p.subject, p.hasSub, p.jwtOnly = string(o), true, "WithSubject"
		return checkText("WithSubject", string(o))
	case audienceOption:
		p.audience, p.jwtOnly = append(p.audience, o...), "WithAudience"
		return checkList("WithAudience", o)
	case keyIDOption:
		p.keyID, p.hasKeyID = string(o), true
	case algorithmOption:
		p.algorithm = Algorithm(o)
		return p.algorithm.checkOne()
	case headerOption:
		switch o.name {
		case "alg", "kid", "typ":
			return badOption("WithHeader does not set " + quote(o.name) + "; it has an option of its own: WithAlgorithm, WithKeyID, WithType")
		case "crit", "b64":
			return badOption("WithHeader does not set " + quote(o.name) + "; WithUnencodedPayload does, where it is needed")
		}
		p.params = slices.DeleteFunc(p.params, func(other member) bool { return other.name == o.name })
		p.params = append(p.params, member(o))
	case lifetimeOption:
		p.lifetime, p.jwtOnly = time.Duration(o), "WithExpiresIn"
		return checkDuration("WithExpiresIn", p.lifetime, time.Second)
	case notBeforeOption:
		t := time.Time(o)
		p.notBefore, p.jwtOnly = &t, "WithNotBefore"
		if t.IsZero() || !instantOf(t).inRange() {
			return badOption("WithNotBefore needs a time in the years 1 to 9999, and not the zero one")
		}
	case encodeFlag:
		switch o {
		case issuedAtFlag:
			p.issuedAt, p.jwtOnly = true, "WithIssuedAt"
		case randomIDFlag:
			p.randomID, p.jwtOnly = true, "WithRandomID"
		case detachedFlag:
			p.detached, p.jwsOnly = true, "WithDetached"
		case unencodedFlag:
			p.detached, p.unencoded, p.jwsOnly = true, true, "WithUnencodedPayload"
		}
	default:
		return errForeignOption
	}
	return nil
}

func (p *encodePolicy) now() time.Time {
	if p.clock != nil {
		return p.clock()
	}
	return time.Now()
}

// headerSegment writes a header segment and its dot into the scratch. The type is a
// string, or "" for none; it comes in an any, as a member has it, because "JWT" made
// one there costs no allocation.
func (p *encodePolicy) headerSegment(s *scratch, typ any) ([]byte, error) {
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
	var err error
	if s.headerJSON, err = writeHeader(s.headerJSON, append(params, p.params...)); err != nil {
		return nil, err
	}
	if len(p.params) > 0 { // those above are known to be right
		if err = checkHeader(s.headerJSON); err != nil {
			return nil, err
		}
	}
	s.headerText = append(appendBase64url(s.headerText[:0], s.headerJSON), '.')
	return s.headerText, nil
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
		// One reading of the clock, cut to the second, so that "exp" less "iat" is the
		// lifetime exactly: Google and Apple refuse a token of a second more.
		now := p.now().Unix()
		if p.lifetime != 0 {
			seconds := int64(p.lifetime / time.Second)
			if p.lifetime%time.Second > 0 {
				seconds++
			}
			date("exp", now+seconds) // past the range of int64 it wraps to no valid date
		}
		if p.issuedAt {
			date("iat", now)
		}
	}
	if p.notBefore != nil {
		date("nbf", p.notBefore.Unix())
	}
	if p.randomID {
		var random [16]byte
		rand.Read(random[:]) // never fails: crypto/rand ends the program instead
		text("jti", base64urlOf(random[:]))
	}
	return dst, fault
}
