// Package jwt makes and verifies JSON Web Tokens (JWT, [RFC 7519]), signed in
// the JWS Compact Serialization ([RFC 7515]). [Encode] signs claims with a key,
// and [Decode] verifies a token and returns its claims; most programs need
// nothing else.
//
// [DecodeAs] returns the claims in a struct of the program's own. An [Encoder]
// and a [Decoder] are the same calls prepared once, as a service's policy.
// [Sign] and [Verify] are for payloads that are not claims. [DecodeUnverified]
// only looks.
//
// # Keys
//
// A []byte is an HMAC secret and nothing else; each other kind of key has a type
// of its own, and a key of the wrong kind does not compile (see [SigningKey] and
// [VerificationKey]). A [Key] is any of them, checked once, with a key ID. A key
// that is too weak for its algorithm is refused; [AllowWeakKey] is the way out.
//
// # Claims
//
// A decoder checks the registered claims of RFC 7519, Section 4.1 wherever they
// are there: "exp", "nbf" and "iat" against the clock, without leeway, and the
// types of all seven. A token that has an "aud" is refused unless [WithAudience]
// names this service. A token without "exp" never expires, unless
// WithRequired("exp") asks for one. Options of [Decode] ask for more.
//
// # Errors
//
// Every error matches one of the classes that the package declares, by
// [errors.Is]: what is under [ErrInvalidToken] is the token's fault, which a
// server answers with 401; [ErrUnavailable] is 503; [ErrInvalidKey] and
// [ErrInvalidOption] are the program's own fault. [errors.As] reaches the details
// by [InvalidTokenError], [DecodeError] and [ExpiredError]. On an error every
// other result is the zero value.
//
// # Security considerations
//
// A token says which algorithm it is signed with, and an attacker may write what
// he likes there: "none", or HS256 to have a public key taken for a secret. So
// the caller names the algorithms, the key must be of their kind, and there is no
// "none" at all. Keys, certificates and addresses in a header are never used.
//
// Parsers that differ let one service see what another does not. So there is
// one text for each token: base64url is canonical, JSON has no name twice, names
// match exactly, and nothing may follow. Nothing of the payload is read before
// the signature holds, and work before that is bounded: a token has at most 256
// KiB, its header 8 KiB.
//
// A token that was issued for one purpose may be good for another if nobody
// looks. Ask for the issuer, the audience and, where several kinds of tokens are
// signed with one key, the type (RFC 8725, Sections 3.8 to 3.12).
//
// # Compatibility
//
// Names and behaviour follow PyJWT: the calls, the classes of errors, the order
// of checks. Where it is lenient, this package is strict. It does not encrypt
// (JWE), does not read JSON serializations of JWS, and fetches nothing that a
// token names.
//
// [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515.html
// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519.html
package jwt

import (
	"context"
	"errors"
	"slices"
)

// Encode returns a token: payload, signed with key. The payload is what
// marshals to a JSON object: [Claims], a map with string keys, a struct, or a
// json.RawMessage. A time.Time under "exp", "nbf" or "iat" of a map becomes whole
// seconds. Options add claims ([WithExpiresIn], [WithIssuer], …) and header
// parameters ([WithKeyID], [WithType], …).
//
// What Encode writes, [Decode] accepts: a registered claim of the wrong type, a
// claim that an option adds too, and whatever else no verifier would take is an
// [ErrInvalidOption]. A key that cannot sign is an [ErrInvalidKey].
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Encode[K SigningKey](payload any, key K, opts ...EncodeOption) (string, error) {
	state, err := signingKey(key)
	if err != nil {
		return "", err
	}
	e, err := makeEncoder(state, opts)
	if err != nil {
		return "", err
	}
	return e.Encode(payload)
}

// Decode verifies a token and returns its claims. The key is one of the types of
// [VerificationKey], and alg the algorithm that tokens are signed with, or an
// allow-list of several: jwt.RS256|jwt.ES256.
//
// The signature must hold, "exp", "nbf" and "iat" must be right by the clock, and
// an "aud" must be asked for with [WithAudience]. A token without "exp" never
// expires, unless WithRequired("exp") asks for one.
//
// It returns an error under [ErrInvalidToken] for a token to be refused: among
// them [ErrExpired], [ErrInvalidSignature] and [ErrDecode]. An [ErrInvalidKey] or
// [ErrInvalidOption] is the program's own fault, and known before the token is
// read.
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Decode[K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) (Claims, error) {
	state, err := verificationKey(key)
	if err != nil {
		return nil, err
	}
	d, err := makeDecoder(state, alg, opts)
	if err != nil {
		return nil, err
	}
	return d.Decode(token)
}

// DecodeAs is [Decode] into a type of the caller's: a struct, a map with string
// keys, or a pointer to one. See [Decoder.DecodeInto] for how claims fit fields.
// The checks are made on the token's own claims, whatever the type has.
func DecodeAs[T any, K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) (T, error) {
	var out, zero T
	state, err := verificationKey(key)
	if err != nil {
		return zero, err
	}
	d, err := makeDecoder(state, alg, opts)
	if err != nil {
		return zero, err
	}
	if err := d.DecodeInto(token, &out); err != nil {
		return zero, err
	}
	return out, nil
}

// DecodeComplete is [Decode] with the header, the payload's octets and the
// signature beside the claims.
func DecodeComplete[K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) (*Token, error) {
	state, err := verificationKey(key)
	if err != nil {
		return nil, err
	}
	d, err := makeDecoder(state, alg, opts)
	if err != nil {
		return nil, err
	}
	return d.DecodeComplete(token)
}

// Sign returns a token whose payload is any octets (a JWS, [RFC 7515]). It takes
// WithAlgorithm, [WithKeyID], WithType, WithHeader, WithDetached and
// WithUnencodedPayload; another option is an [ErrInvalidOption].
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Sign[K SigningKey](payload []byte, key K, opts ...EncodeOption) (string, error) {
	state, err := signingKey(key)
	if err != nil {
		return "", err
	}
	e, err := makeEncoder(state, opts)
	if err != nil {
		return "", err
	}
	return e.Sign(payload)
}

// Verify verifies the signature of a token of any octets, and returns them. It
// looks at no claims. It takes WithType, WithMaxSize, WithPadding,
// WithDetachedPayload and WithContext; another option is an [ErrInvalidOption].
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Verify[K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) ([]byte, error) {
	state, err := verificationKey(key)
	if err != nil {
		return nil, err
	}
	d, err := makeDecoder(state, alg, opts)
	if err != nil {
		return nil, err
	}
	return d.Verify(token)
}

// DecodeUnverified returns what a token says of itself, with nothing verified:
// anybody may have written it. It is as strict about the token's form as Decode,
// but for an unknown "alg" (Header.Algorithm is then 0), "none" and "crit".
func DecodeUnverified(token string) (*UnverifiedToken, error) {
	m := borrow()
	defer m.giveBack()
	p := decodePolicy{maxSize: defaultMaxSize}
	s, f := p.cut(token)
	if f != nil {
		return nil, f
	}
	h, f := m.readHeader(&p, s.header)
	switch {
	case f != nil:
	case h.b64 == b64False:
		f = errHeaderB64
	case h.algState == algAbsent:
		f = errAlgAbsent
	case h.algState == algNotText:
		f = errAlgNotText
	default:
		f = m.readSignature(&p, s.signature)
	}
	if f == nil {
		f = m.readClaims(&p, s.payload)
	}
	if f != nil {
		return nil, f
	}
	return &UnverifiedToken{Header: *h, Claims: m.claims(), Payload: slices.Clone(m.payload.text)}, nil
}

// The flows. Each step is one call, and takes what the step before it gave.

// encode: payload -> claims set JSON -> signing input -> signature -> token.
func (e *Encoder) encode(m *message, dst []byte, payload any) ([]byte, error) {
	if e == nil || e.key == nil {
		return nil, errNoEncoder
	}
	if e.policy.jwsOnly != "" {
		return nil, badOption("Encode does not take " + e.policy.jwsOnly)
	}
	var err error
	if m.octets, err = appendClaims(m.octets[:0], payload); err != nil {
		return nil, err
	}
	own := len(m.octets)
	if m.octets, err = e.policy.addClaims(m.octets); err != nil {
		return nil, err
	}
	if err = m.checkClaims(own); err != nil {
		return nil, err
	}
	start := len(dst)
	dst = append(dst, e.jwt...)
	dst = appendBase64url(dst, m.octets)
	if dst, err = e.appendSignature(m, dst, dst[start:]); err != nil {
		return nil, err
	}
	if len(dst)-start > defaultMaxSize {
		return nil, badOption("the token would have more than 256 KiB, which no verifier reads by default")
	}
	return dst, nil
}

// sign: octets -> signing input -> signature -> token.
func (e *Encoder) sign(m *message, dst, payload []byte) ([]byte, error) {
	if e == nil || e.key == nil {
		return nil, errNoEncoder
	}
	if e.policy.jwtOnly != "" {
		return nil, badOption("Sign does not take " + e.policy.jwtOnly)
	}
	m.octets = append(m.octets[:0], e.jws...)
	if e.policy.unencoded {
		m.octets = append(m.octets, payload...)
	} else {
		m.octets = appendBase64url(m.octets, payload)
	}
	if e.policy.detached {
		dst = append(dst, e.jws...)
	} else {
		dst = append(dst, m.octets...)
	}
	return e.appendSignature(m, dst, m.octets)
}

// decode: token -> cut at the dots -> header -> algorithm allowed? -> key ->
// signature holds? | -> claims set -> in force? -> validators. Nothing of the
// payload is read left of the bar.
func (d *Decoder) decode(m *message, ctx context.Context, token string) error {
	if d == nil || d.key == nil {
		return errNoDecoder
	}
	p := &d.policy
	if p.jwsOnly != "" {
		return badOption("Decode does not take " + p.jwsOnly)
	}
	s, f := p.cut(token)
	if f != nil {
		return f
	}
	h, f := d.header(m, s.header)
	if f != nil {
		return f
	}
	if f := h.checkJWT(); f != nil {
		return f
	}
	if f := d.open(m, h, s, token[:len(s.header)+1+len(s.payload)]); f != nil {
		return f
	}
	if f := m.readClaims(p, s.payload); f != nil {
		return f
	}
	return d.accept(m, ctx)
}

// verify: the same up to the bar, with octets behind it.
func (d *Decoder) verify(m *message, token string) ([]byte, error) {
	if d == nil || d.key == nil {
		return nil, errNoDecoder
	}
	p := &d.policy
	if p.jwtOnly != "" {
		return nil, badOption("Verify does not take " + p.jwtOnly)
	}
	s, f := p.cut(token)
	if f != nil {
		return nil, f
	}
	h, f := d.header(m, s.header)
	if f != nil {
		return nil, f
	}
	if f := h.checkJWS(p.has(hasDetached)); f != nil {
		return nil, f
	}
	input := token[:len(s.header)+1+len(s.payload)]
	if p.has(hasDetached) {
		if s.payload != "" {
			return nil, errNotDetached
		}
		input = token[:len(s.header)+1] + p.detachedInput(h)
	}
	if f := d.open(m, h, s, input); f != nil {
		return nil, f
	}
	payload := append([]byte{}, p.detached...)
	if !p.has(hasDetached) {
		var ok bool
		if payload, ok = p.decodeSegment(payload, s.payload); !ok {
			return nil, errPayloadBase64
		}
	}
	if p.has(hasType) {
		if f := h.checkType(p.typ); f != nil {
			return nil, f
		}
	}
	return payload, nil
}

// open is the middle of both: the algorithm, the key, the signature.
func (d *Decoder) open(m *message, h *Header, s segments, input string) *failure {
	if f := h.allowed(d.policy.algorithms); f != nil {
		return f
	}
	if h.Algorithm&d.key.fits == 0 {
		return &failure{class: ErrInvalidAlgorithm, text: "the token's algorithm " + h.Algorithm.String() + " is allowed, but not one that the key can serve"}
	}
	if f := m.readSignature(&d.policy, s.signature); f != nil {
		return f
	}
	m.octets = append(m.octets[:0], input...)
	if !d.key.verify(h.Algorithm, m.octets, m.signature) {
		return errSignature
	}
	d.remember(s.header, h)
	return nil
}

// accept holds the claims, and then the type, against the policy.
func (d *Decoder) accept(m *message, ctx context.Context) error {
	p := &d.policy
	r := m.payload.registered()
	now := p.now()
	expired, f := p.inForce(&m.payload, &r, now)
	if f == nil && p.has(hasType) {
		f = m.header.checkType(p.typ)
	}
	if f == nil {
		var old *expiry
		if old, f = p.young(&m.payload, &r, now); expired == nil {
			expired = old
		}
	}
	var err error
	if f == nil && p.has(hasValidators) {
		err = d.validate(m, ctx)
	}
	switch {
	case expired != nil:
		if f == nil && err == nil {
			expired.evidence = m.evidence()
		}
		return expired.failure()
	case f != nil:
		return f
	}
	return err
}

// validate runs the program's own checks.
func (d *Decoder) validate(m *message, ctx context.Context) error {
	if ctx == nil {
		ctx = d.policy.ctx
	}
	if ctx == nil {
		ctx = context.Background()
	}
	for check := range d.policy.validators {
		if err := check(ctx, m.whole()); err != nil {
			return refusal(err)
		}
	}
	return nil
}

// refusal is a validator's error as one of ours: the token's fault, unless it
// says that something else is down, or that time ran out.
func refusal(err error) error {
	if errors.Is(err, ErrUnavailable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &failure{class: ErrUnavailable, text: "the token could not be validated: " + because(err), cause: err}
	}
	f := &failure{class: ErrInvalidToken, text: "a validator refused the token: " + because(err), cause: err}
	if detail, ok := errors.AsType[*InvalidTokenError](err); ok {
		f.claim = detail.Claim
	}
	return f
}
