// Package jwt makes and verifies JSON Web Tokens (JWT, [RFC 7519]), signed in
// the JWS Compact Serialization ([RFC 7515]). [Encode] signs claims with a key,
// and [Decode] verifies a token and returns its claims; most programs need
// nothing else.
//
// [DecodeAs] returns the claims in a struct that the program declares.
// [DecodeComplete] returns the header too. An [Encoder] and a [Decoder] hold the key
// and the options, so that a service states them once. [Sign] and [Verify] are for
// payloads that are not claims. [DecodeUnverified] reads a token and verifies nothing.
//
// The functions, and the keys, encoders, decoders and options that they take, are
// safe for concurrent use.
//
// # Keys
//
// A []byte is an HMAC secret and nothing else. RSA, EC and Ed25519 keys have the types
// of the standard library, and a key of the wrong kind does not compile (see
// [SigningKey] and [VerificationKey]). [NewKey] makes a [Key] of any of them: it is
// checked once, and can have a key ID. A [KeySet] holds several keys. It is fixed
// ([ParseKeySet]), or follows a source ([NewLiveKeySet]); the package jwks follows the
// sets that issuers publish. A key that is too weak for its algorithm is refused, such
// as a secret of less than 32 bytes; [AllowWeakKey] accepts it.
//
// # Claims
//
// A decoder checks the registered claims of RFC 7519, Section 4.1 that a token has:
// "exp", "nbf" and "iat" against the clock, without leeway, and the types of all
// seven. A token that has an "aud" is refused unless [WithAudience] names this
// service. A token without "exp" never expires, unless WithRequired("exp") asks for
// one. Options such as [WithIssuer] and [WithMaxTokenAge] add checks, and
// [WithValidator] adds any check that the program writes.
//
// Encode adds a claim only if an option asks for it: [WithExpiresIn] adds "exp".
//
// # Errors
//
// By [errors.Is] every error matches one of the classes that the package declares.
// An error under [ErrInvalidToken] is the token's fault: a server answers 401.
// [ErrUnavailable] is nobody's fault: 503. [ErrInvalidKey] and [ErrInvalidOption] are
// the program's fault: 500. No token can cause one of these two.
// [errors.As] gives the details, as [InvalidTokenError], [DecodeError] and
// [ExpiredError]. On an error every other result is the zero value.
//
// # Security considerations
//
// A token says which algorithm it is signed with, and an attacker can write anything
// there: "none", or HS256 to have a public key taken for a secret. So the caller names
// the algorithms, the key must be of their kind, and "none" does not exist here. Keys,
// certificates and addresses in a header are never used.
//
// If two services parse a token differently, an attacker can show a different content
// to each. So a token has exactly one text: base64url is canonical, JSON has no
// duplicate names, names match exactly, and nothing may follow the JSON. (An ECDSA
// signature has a second form that holds too, for the same content.) The payload is not
// read before the signature holds, except for the "iss" by which [Issuers] chooses a
// decoder. The work before that is bounded: a token has at most 256 KiB, its header 16
// KiB.
//
// A token that was issued for one purpose may pass for another if no check tells them
// apart. Ask for the issuer and the audience. If one key signs several kinds of tokens,
// ask for the type too (RFC 8725, Sections 3.8 to 3.12).
//
// # Compatibility
//
// Names and behaviour follow PyJWT: the calls, the classes of errors, the order
// of checks. Where PyJWT is lenient, this package is strict. It does not encrypt
// (JWE), does not read JSON serializations of JWS, and fetches nothing that a
// token names. Two other packages use HTTP: jwks fetches and serves key sets, and
// bearer guards handlers.
//
// [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515.html
// [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519.html
package jwt

import (
	"context"
	"slices"
	"time"

	"github.com/token-jwt/jwt/internal/base64url"
	"github.com/token-jwt/jwt/internal/seen"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// Encode returns a token that has payload as its claims and is signed with key. The
// payload is anything that marshals to a JSON object: [Claims], a map with string keys,
// a struct, or a [json.RawMessage]. Dates are seconds since 1970: in a map a [time.Time]
// under "exp", "nbf" or "iat" becomes whole seconds; in a struct, use a [NumericDate].
// To sign bytes that are not claims, use [Sign].
//
// It adds the claims that options ask for ([WithExpiresIn], [WithIssuer], …), and no
// others. Other options set the header ([WithKeyID], [WithType], …). [WithAlgorithm]
// chooses an algorithm other than the key's default.
//
// [Decode] accepts what Encode writes while the token is in force. If the token has an
// "aud", give Decode [WithAudience]. So what no verifier would accept is an
// [ErrInvalidOption]: a registered claim of the wrong type, a claim that both payload and
// an option set, a token of more than 256 KiB. So is a payload whose type would silently
// lose registered claims: see [RegisteredClaims]. A key that cannot sign is an
// [ErrInvalidKey], a signer that fails an [ErrUnavailable] (see [NewKey]).
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Encode[K SigningKey](payload any, key K, opts ...EncodeOption) (string, error) {
	s := borrow()
	defer s.giveBack()
	state, p, err := oneShotEncoder(s, key, opts)
	if err != nil {
		return "", err
	}
	return s.encodeText(state, &p, payload)
}

// Decode verifies a token and returns its claims. The key has one of the types of
// [VerificationKey]. alg is the algorithm that tokens are signed with, or an allow-list
// of several: jwt.RS256|jwt.ES256. The key and the algorithm that the token names are
// only compared with these. A secret with a list such as jwt.RS256|jwt.HS256 is an
// [ErrInvalidOption]: it may be a public key by mistake, with which anyone could sign.
//
// The signature must hold. The time must be before "exp", and not before "nbf" or
// "iat" (RFC 7519, Section 4.1), without leeway. A token that has an "aud" is refused
// unless [WithAudience] asks for it. A claim is checked if the token has it. So a token
// without "exp" never expires, unless WithRequired("exp") asks for one: see
// [WithRequired]. Other options add checks.
//
// For a token that must be refused, it returns an error under [ErrInvalidToken], such
// as [ErrExpired], [ErrInvalidSignature] or [ErrDecode]. An [ErrUnavailable] says that
// the token could not be checked now. An [ErrInvalidKey] or [ErrInvalidOption] is the
// program's fault, and is returned before the token is read.
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Decode[K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) (Claims, error) {
	s := borrow()
	defer s.giveBack()
	keys, p, err := oneShotDecoder(s, key, alg, opts)
	if err != nil {
		return nil, err
	}
	return s.decodeMap(keys, &p, token)
}

// DecodeAs is [Decode] into a type that the caller chooses: a struct, a map with string
// keys, or a pointer to one. Another type is an [ErrInvalidOption]. See
// [Decoder.DecodeInto] for how claims fit fields. All claims of the token are checked,
// whatever fields the type has.
func DecodeAs[T any, K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) (T, error) {
	var out, zero T
	s := borrow()
	defer s.giveBack()
	keys, p, err := oneShotDecoder(s, key, alg, opts)
	if err != nil {
		return zero, err
	}
	if err := s.decodeInto(keys, &p, token, &out); err != nil {
		return zero, err
	}
	return out, nil
}

// DecodeComplete is [Decode], and returns the header, the bytes of the payload and the
// signature too. It fails as Decode does.
func DecodeComplete[K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) (*Token, error) {
	s := borrow()
	defer s.giveBack()
	keys, p, err := oneShotDecoder(s, key, alg, opts)
	if err != nil {
		return nil, err
	}
	return s.decodeWhole(keys, &p, nil, token)
}

// Sign returns a token whose payload is any bytes, possibly none (a JWS, RFC 7515). Its
// header has a "typ" only if [WithType] sets one. It takes [WithAlgorithm], [WithKeyID],
// [WithType], [WithHeader], [WithDetached] and [WithUnencodedPayload]; another option is
// an [ErrInvalidOption]. A key that cannot sign is an [ErrInvalidKey], a signer that
// fails an [ErrUnavailable] (see [NewKey]). The payload may have any size. To verify a
// token of more than 256 KiB, use [WithMaxSize].
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Sign[K SigningKey](payload []byte, key K, opts ...EncodeOption) (string, error) {
	s := borrow()
	defer s.giveBack()
	state, p, err := oneShotEncoder(s, key, opts)
	if err != nil {
		return "", err
	}
	return s.signText(state, &p, payload)
}

// Verify verifies the signature of a token whose payload is any bytes, and returns the
// payload. A payload given by [WithDetachedPayload] is returned as a copy. Verify checks no
// claims, not even "exp". It takes [WithType], [WithMaxSize], [WithPadding],
// [WithCritical], [WithDetachedPayload] and [WithContext]. [Decoder.Verify] takes
// [WithSignatureCache] too. Another option is an [ErrInvalidOption]. Otherwise Verify fails
// as [Decode] does.
//
// It is safe for concurrent use and keeps no reference to what it is given.
func Verify[K VerificationKey](token string, key K, alg Algorithm, opts ...DecodeOption) ([]byte, error) {
	s := borrow()
	defer s.giveBack()
	keys, p, err := oneShotDecoder(s, key, alg, opts)
	if err != nil {
		return nil, err
	}
	return s.verify(keys, &p, token)
}

// DecodeUnverified returns the header and the claims of a token, with nothing verified:
// anyone may have written them, and the token may have expired. Use it to inspect a
// token, or to choose among decoders that were made beforehand. It is as strict about
// the token's form as [Decode], and reads at most 256 KiB. But it accepts "none", "crit"
// and an unknown "alg" (the Algorithm of the header is then 0, and Param("alg") the
// name). Any failure is an [ErrInvalidToken], most of them an [ErrDecode].
//
// It is safe for concurrent use.
func DecodeUnverified(token string) (*UnverifiedToken, error) {
	s := borrow()
	defer s.giveBack()
	c, f := cutCompact(token, defaultMaxSize, false)
	if f != nil {
		return nil, f
	}
	f = s.readHeader(&c)
	switch h := s.header; {
	case f != nil:
	case h.unencoded:
		f = errHeaderB64
	case h.algState == algAbsent:
		f = errAlgAbsent
	case h.algState == algNotText:
		f = errAlgNotText
	default:
		s.signature, f = c.decodeSignature(s.signature[:0])
	}
	if f == nil {
		f = s.readClaims(&c)
	}
	if f != nil {
		return nil, f
	}
	return &UnverifiedToken{Header: *s.header, Claims: s.claims(), Payload: slices.Clone(s.claimsJSON)}, nil
}

// The flows. Each step is one call, and takes the result of the step before.

// encode: payload -> claims set JSON -> signing input -> signature -> token.
func (s *scratch) encode(key *keyState, p *encodePolicy, dst []byte, payload any) ([]byte, error) {
	if p.notForJWT != "" {
		return nil, badOption("Encode does not take " + p.notForJWT)
	}
	header, err := p.headerForJWT(s, key)
	if err != nil {
		return nil, err
	}
	if err := s.writeClaims(p, payload); err != nil {
		return nil, err
	}
	start := len(dst)
	dst = append(dst, header...)
	dst = base64url.AppendEncode(dst, s.claimsJSON)
	if dst, err = s.appendSignature(key, p.algorithm, dst, dst[start:]); err != nil {
		return nil, err
	}
	if len(dst)-start > defaultMaxSize {
		return nil, errTooLong
	}
	return dst, nil
}

// writeClaims writes the claims set, with the claims that options add. It refuses what no
// verifier would accept.
func (s *scratch) writeClaims(p *encodePolicy, payload any) (err error) {
	s.written = claimOffsets{}
	w := strictjson.Writer{Format: jsonFormat, Limit: maxClaims, Scratch: &s.json, Offsets: s.written[:]}
	if s.claimsJSON, err = appendClaims(s.claimsJSON[:0], payload, &w); err != nil {
		return err
	}
	if s.claimsJSON, err = p.addClaims(s.claimsJSON, &s.written); err != nil {
		return err
	}
	if err = nestedExpiry(payload, &s.written); err != nil {
		return err
	}
	if len(s.claimsJSON) > maxClaims {
		return errTooLong
	}
	if f := checkWrittenForms(&s.json, s.claimsJSON, &s.written); f != nil { // no token is at fault here
		return &failure{class: ErrInvalidOption, claim: f.claim, text: f.text}
	}
	return nil
}

// maxClaims is how many bytes of JSON fill 256 KiB of base64url.
const maxClaims = defaultMaxSize / 4 * 3

// sign: payload -> signing input -> signature -> token.
func (s *scratch) sign(key *keyState, p *encodePolicy, dst, payload []byte) ([]byte, error) {
	if p.notForJWS != "" {
		return nil, badOption("Sign does not take " + p.notForJWS)
	}
	header, err := p.headerForJWS(s, key)
	if err != nil {
		return nil, err
	}
	s.input = append(s.input[:0], header...)
	if p.has(withUnencodedPayload) {
		s.input = append(s.input, payload...)
	} else {
		s.input = base64url.AppendEncode(s.input, payload)
	}
	if p.has(withDetached) || p.has(withUnencodedPayload) {
		dst = append(dst, header...)
	} else {
		dst = append(dst, s.input...)
	}
	return s.appendSignature(key, p.algorithm, dst, s.input)
}

// appendSignature appends the last dot and the signature of input.
func (s *scratch) appendSignature(key *keyState, alg Algorithm, dst, input []byte) ([]byte, error) {
	var err error
	if s.signature, err = key.sign(alg, s.signature[:0], input); err != nil {
		return nil, err
	}
	return base64url.AppendEncode(append(dst, '.'), s.signature), nil
}

// decode: token -> cut at the dots -> header -> algorithm allowed? -> key ->
// signature holds? -> claims set -> in force? -> validators. Nothing of the
// payload is read before the signature holds. If ctx is nil, the context of the policy is used.
func (s *scratch) decode(keys keyring, p *decodePolicy, ctx context.Context, token string) error {
	if p.notForJWT != "" {
		return badOption("Decode does not take " + p.notForJWT)
	}
	c, f := cutCompact(token, p.maxSize, p.has(withPadding))
	if f != nil {
		return f
	}
	if f := s.readHeader(&c); f != nil {
		return f
	}
	if f := s.header.checkJWT(); f != nil {
		return f
	}
	if s.header.hasCritical {
		if f := s.checkCritical(p); f != nil {
			return f
		}
	}
	if f := s.authenticate(keys, p, ctx, &c, c.signingInput()); f != nil {
		return f
	}
	if f := s.readClaims(&c); f != nil {
		return f
	}
	return s.accept(p, ctx)
}

// verify takes the same steps as decode up to the signature, with checkJWS instead of checkJWT.
// Then it checks "typ" and returns the bytes of the payload.
func (s *scratch) verify(keys keyring, p *decodePolicy, token string) ([]byte, error) {
	if p.notForJWS != "" {
		return nil, badOption("Verify does not take " + p.notForJWS)
	}
	c, f := cutCompact(token, p.maxSize, p.has(withPadding))
	if f != nil {
		return nil, f
	}
	if f := s.readHeader(&c); f != nil {
		return nil, f
	}
	if f := s.checkJWS(p); f != nil {
		return nil, f
	}
	input := c.signingInput()
	if p.has(withDetachedPayload) {
		if c.payload != "" {
			return nil, errNotDetached
		}
		input = c.detachedInput(p.get(withDetachedPayload).payload, s.header.unencoded)
	}
	if f := s.authenticate(keys, p, nil, &c, input); f != nil {
		return nil, f
	}
	payload := append([]byte{}, p.get(withDetachedPayload).payload...)
	if !p.has(withDetachedPayload) {
		if payload, f = c.decodePayload(payload); f != nil {
			return nil, f
		}
	}
	if p.has(withType) {
		if f := s.header.checkType(p.get(withType).text); f != nil {
			return nil, f
		}
	}
	return payload, nil
}

// readHeader takes the header from the cache, or reads it.
func (s *scratch) readHeader(c *compact) *failure {
	if s.header = findHeader(c.header); s.header != nil && !c.padded {
		s.headerCached = true
		return nil
	}
	s.headerCached = false
	var f *failure
	if s.headerJSON, f = c.decodeHeader(s.headerJSON[:0]); f != nil {
		return f
	}
	s.header, f = parseHeader(s.headerJSON, &s.json)
	return f
}

// checkCritical refuses extensions that the program does not understand.
func (s *scratch) checkCritical(p *decodePolicy) *failure {
	if !p.has(withCritical) {
		return errCritical
	}
	_, f := s.header.checkCritical(&s.json, false, p.understands)
	return f
}

// checkJWS refuses a raw payload, unless it is detached and "crit" lists "b64". It refuses
// extensions that the program does not understand.
func (s *scratch) checkJWS(p *decodePolicy) (f *failure) {
	raw, listed := s.header.unencoded, false
	if raw && !p.has(withDetachedPayload) {
		return errHeaderRaw
	}
	if s.header.hasCritical {
		listed, f = s.header.checkCritical(&s.json, true, p.understands)
	}
	if f == nil && raw && !listed {
		return errHeaderCrit
	}
	return f
}

// authenticate does what decode and verify have in common: it checks the algorithm, finds the
// keys, and verifies the signature.
func (s *scratch) authenticate(keys keyring, p *decodePolicy, ctx context.Context, c *compact, input string) (f *failure) {
	h := s.header
	if f := h.allowed(p.algorithms); f != nil {
		return f
	}
	var buf [mostKeysTried]*keyState
	s.now = time.Time{}
	candidates, f := keys.candidates(p, ctx, &s.now, h.Algorithm, h.KeyID, buf[:0])
	if f != nil {
		return f
	}
	if s.signature, f = c.decodeSignature(s.signature[:0]); f != nil {
		return f
	}
	s.input = append(s.input[:0], input...)
	if !s.holds(p.signatures, candidates) {
		return c.badSignature(h, s.signature)
	}
	if !s.headerCached && !c.padded {
		keepHeader(c.header, h)
	}
	return nil
}

// holds reports whether the signature holds with one of the keys. cache may be nil; see
// WithSignatureCache. Whether a signature holds depends only on the algorithm, the key, the
// signing input and the signature, so a hit gives the result that the public-key operation
// would give. Checks that depend on anything else, such as the clock, are not cached. Nor is a
// MAC: computing it costs no more than the lookup, which hashes the token.
func (s *scratch) holds(cache *seen.Cache, candidates []*keyState) bool {
	if cache == nil || s.header.Algorithm&hmacAlgorithms != 0 {
		return s.verifiedBy(candidates) != nil
	}
	sum := cache.Sum(&s.input, s.signature, uint64(s.header.Algorithm))
	for _, key := range candidates {
		if cache.Has(sum, key.fingerprint()) {
			return true
		}
	}
	key := s.verifiedBy(candidates)
	if key == nil {
		return false
	}
	cache.Add(sum, key.fingerprint())
	return true
}

// verifiedBy returns the first key with which the signature holds, or nil.
func (s *scratch) verifiedBy(candidates []*keyState) *keyState {
	for _, key := range candidates {
		if key.verify(s.header.Algorithm, s.input, s.signature) {
			return key
		}
	}
	return nil
}

// readClaims reads the payload as a claims set.
func (s *scratch) readClaims(c *compact) (f *failure) {
	if s.claimsJSON, f = c.decodePayload(s.claimsJSON[:0]); f != nil {
		return f
	}
	if !s.json.ParseNumbered(s.claimsJSON, jsonFormat) {
		if s.header.hasZip {
			return malformed("payload", `the payload is compressed ("zip" in the header), which is not supported: Verify gives its bytes`)
		}
		return malformed("payload", "the payload is not strictly valid JSON: "+s.json.Problem())
	}
	return nil
}

// accept checks the claims and the type against the policy. If the token has expired, the
// error is always ErrExpired. But the error carries the token only if every other check
// passed, so the other checks run too.
func (s *scratch) accept(p *decodePolicy, ctx context.Context) error {
	expired, err := s.check(p, ctx)
	switch {
	case expired == nil:
		return err
	case err == nil:
		expired.token = s.expiredToken()
	}
	return expired.failure()
}

// check stops at the first check that fails. Expiry does not stop it, and is returned
// separately.
func (s *scratch) check(p *decodePolicy, ctx context.Context) (expired *expiry, err error) {
	now := p.now(s.now)
	s.checkedAt = now
	expired, f := p.checkClaims(&s.json, now)
	if f != nil {
		return expired, f
	}
	if p.has(withType) {
		if f := s.header.checkType(p.get(withType).text); f != nil {
			return expired, f
		}
	}
	tooOld, f := p.checkAge(&s.json, now)
	if f != nil {
		return expired, f
	}
	if expired == nil {
		expired = tooOld
	}
	if p.has(withValidator) {
		err = s.validate(p, ctx)
	}
	return expired, err
}

// What the flows return, for the caller to keep.

func (s *scratch) encodeText(key *keyState, p *encodePolicy, payload any) (string, error) {
	var err error
	if s.token, err = s.encode(key, p, s.token[:0], payload); err != nil {
		return "", err
	}
	return string(s.token), nil
}

func (s *scratch) signText(key *keyState, p *encodePolicy, payload []byte) (string, error) {
	var err error
	if s.token, err = s.sign(key, p, s.token[:0], payload); err != nil {
		return "", err
	}
	return string(s.token), nil
}

func (s *scratch) decodeMap(keys keyring, p *decodePolicy, token string) (Claims, error) {
	if err := s.decode(keys, p, nil, token); err != nil {
		return nil, err
	}
	return s.claims(), nil
}

func (s *scratch) decodeInto(keys keyring, p *decodePolicy, token string, dst any) error {
	target, err := targetOf(dst, s.filled)
	if err != nil {
		return err
	}
	s.filled = target.plan
	if err := s.decode(keys, p, nil, token); err != nil {
		if f, ok := err.(*failure); ok && f.expired != nil && f.expired.token != nil && target.fits(&s.json) != nil {
			f.expired.token = nil // the token has another fault too
		}
		return err
	}
	return target.fill(&s.json)
}

func (s *scratch) decodeWhole(keys keyring, p *decodePolicy, ctx context.Context, token string) (*Token, error) {
	if err := s.decode(keys, p, ctx, token); err != nil {
		return nil, err
	}
	return s.whole(), nil
}
