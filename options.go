package jwt

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/epoch"
	"github.com/token-jwt/jwt/internal/seen"
)

// An EncodeOption is a setting of [Encode], [Sign] and [NewEncoder]. Only functions of this
// package make options, and a nil option is an [ErrInvalidOption]. If an option is given
// twice, the last one wins. But lists add up, and so do several [WithHeader] of different
// names.
//
// Functions that return an EncodeOption are only for making tokens. Those that return an
// [Option] are for verifying too, and [WithKeyID] is for making keys too.
//
// Options are safe for concurrent use. The values given to an option must not change until
// the calls that use it have returned.
type EncodeOption interface{ forEncoding() }

// A DecodeOption is a setting of [Decode], [Verify] and [NewDecoder]. Only functions of this
// package make options, and a nil option is an [ErrInvalidOption]. If an option is given
// twice, the last one wins. But lists add up, and every [WithValidator] runs.
//
// Functions that return a DecodeOption are only for verifying. Those that return an
// [Option] are for making tokens too: [WithIssuer], [WithSubject], [WithAudience],
// [WithType] and [WithClock].
//
// Options are safe for concurrent use. The values given to an option must not change until
// the calls that use it have returned.
type DecodeOption interface{ forDecoding() }

// A KeyOption is a setting of [NewKey], [ParsePEM], [ParseJWK], [ParseKeySet] and
// [GenerateKey]: [WithKeyID], [WithKeyAlgorithm] or [AllowWeakKey]. Only functions of this
// package make options, and a nil option is an [ErrInvalidOption]. If an option is given
// twice, the last one wins.
type KeyOption interface{ forKeys() }

// An Option is for making and for verifying tokens. An encoder writes the values of
// [WithIssuer], [WithSubject], [WithAudience] and [WithType], and a decoder asks for them.
// Both use [WithClock].
type Option interface {
	EncodeOption
	DecodeOption
}

// A KeyIDOption is the option [WithKeyID], for making keys and for making tokens.
type KeyIDOption interface {
	EncodeOption
	KeyOption
}

// An option is what every option function returns. Its kind has a row in optionRows. At
// compile time, the interface that the function returns decides which calls take it.
//
// All options have this one type. With a type and a method for each option, a call would
// allocate each of its options: escape analysis assumes that a method called through an
// interface keeps its arguments. TestOptionsAllocateNothing checks that.
type option struct {
	kind optionKind

	// The value, in the field of its type. If the option is given twice, list and params add
	// up.
	text      string
	list      []string
	params    []member
	duration  time.Duration
	size      int
	algorithm Algorithm
	time      time.Time
	payload   []byte
	clock     func() time.Time
	check     func(context.Context, *Token) error
	report    func(FetchReport)
	context   func() context.Context // a function, so that the context may outlive the call although the option must not
}

func (*option) forEncoding() {}
func (*option) forDecoding() {}
func (*option) forKeys()     {}
func (*option) forLiveSets() {}

// calls is a set of the calls that take an option.
type calls uint8

const (
	inEncode calls = 1 << iota
	inSign
	inDecode
	inVerify
	inNewKey // and all other functions that make keys
	inNewLiveKeySet

	ofEncoder = inEncode | inSign
	ofDecoder = inDecode | inVerify
	forJWT    = inEncode | inDecode
)

// An optionKind is the index of an option in optionRows and in settings.
type optionKind uint8

const (
	withIssuer optionKind = iota
	withAudience
	withStrictAudience
	withSubject
	withMaxTokenAge
	withType
	withClock
	withKeyID
	withAlgorithm
	withHeader
	withExpiresIn
	withIssuedAt
	withNotBefore
	withRandomID
	withDetached
	withUnencodedPayload
	withRequired
	withLeeway
	withoutCheck
	withValidator
	withContext
	withMaxSize
	withCritical
	withPadding
	withDetachedPayload
	withSignatureCache
	withKeyAlgorithm
	allowWeakKey
	withRefreshInterval
	withMaxStale
	withCooldown
	withFetchTimeout
	withFetchReport

	optionKinds // how many there are
)

// optionRows has a row for each option.
var optionRows = [optionKinds]struct {
	name        string // for errors
	calls       calls  // the calls that take it; other calls refuse it
	checksClaim string // the claim that a decoder then checks, so WithoutCheck of it is a contradiction
}{
	withIssuer:           {"WithIssuer", forJWT, "iss"},
	withAudience:         {"WithAudience", forJWT, "aud"},
	withStrictAudience:   {"WithStrictAudience", inDecode, "aud"},
	withSubject:          {"WithSubject", forJWT, "sub"},
	withMaxTokenAge:      {"WithMaxTokenAge", inDecode, "iat"},
	withType:             {"WithType", ofEncoder | ofDecoder, ""},
	withClock:            {"WithClock", forJWT, ""},
	withKeyID:            {"WithKeyID", ofEncoder | inNewKey, ""},
	withAlgorithm:        {"WithAlgorithm", ofEncoder, ""},
	withHeader:           {"WithHeader", ofEncoder, ""},
	withExpiresIn:        {"WithExpiresIn", inEncode, ""},
	withIssuedAt:         {"WithIssuedAt", inEncode, ""},
	withNotBefore:        {"WithNotBefore", inEncode, ""},
	withRandomID:         {"WithRandomID", inEncode, ""},
	withDetached:         {"WithDetached", inSign, ""},
	withUnencodedPayload: {"WithUnencodedPayload", inSign, ""},
	withRequired:         {"WithRequired", inDecode, ""},
	withLeeway:           {"WithLeeway", inDecode, ""},
	withoutCheck:         {"WithoutCheck", inDecode, ""},
	withValidator:        {"WithValidator", inDecode, ""},
	withContext:          {"WithContext", ofDecoder, ""},
	withMaxSize:          {"WithMaxSize", ofDecoder, ""},
	withCritical:         {"WithCritical", ofDecoder, ""},
	withPadding:          {"WithPadding", ofDecoder, ""},
	withDetachedPayload:  {"WithDetachedPayload", inVerify, ""},
	withSignatureCache:   {"WithSignatureCache", ofDecoder, ""},
	withKeyAlgorithm:     {"WithKeyAlgorithm", inNewKey, ""},
	allowWeakKey:         {"AllowWeakKey", inNewKey, ""},
	withRefreshInterval:  {"WithRefreshInterval", inNewLiveKeySet, ""},
	withMaxStale:         {"WithMaxStale", inNewLiveKeySet, ""},
	withCooldown:         {"WithCooldown", inNewLiveKeySet, ""},
	withFetchTimeout:     {"WithFetchTimeout", inNewLiveKeySet, ""},
	withFetchReport:      {"WithFetchReport", inNewLiveKeySet, ""},
}

// WithType sets the header parameter "typ" (RFC 7515, Section 4.1.9) when encoding. By
// default [Encode] writes "JWT", and [Sign] writes no "typ". WithType("") leaves it out. A
// decoder asks for it, and compares media types: case does not matter and "application/" is
// implied. Another "typ", or none, is an [ErrInvalidType]. Without this option a decoder
// accepts any. A decoder that asks for "" is an [ErrInvalidOption].
func WithType(typ string) Option { return &option{kind: withType, text: typ} }

// WithClock sets the clock. The default is [time.Now]. Each call that needs the time reads
// it once. The function must be safe for concurrent use. [Sign] and [Verify] need no time
// and do not take this option. A nil clock is an [ErrInvalidOption].
//
// It is for tests: they move the clock, so that a token expires without waiting.
func WithClock(now func() time.Time) Option { return &option{kind: withClock, clock: now} }

// WithIssuer adds the claim "iss" (RFC 7519, Section 4.1.1) when encoding, and then takes
// exactly one issuer. A decoder asks for one of these issuers: a token without "iss" is an
// [ErrMissingClaim], one with another "iss" an [ErrInvalidIssuer]. No issuer, "" as issuer,
// and several issuers when encoding are an [ErrInvalidOption].
//
// The decoder accepts each of its keys for each of these issuers. If the issuers have
// different keys, make a decoder for each (see [Issuers]).
func WithIssuer(issuers ...string) Option { return &option{kind: withIssuer, list: issuers} }

// WithSubject adds the claim "sub" (RFC 7519, Section 4.1.2) when encoding. A decoder asks
// for it: a token without "sub" is an [ErrMissingClaim], one with another "sub" an
// [ErrInvalidSubject]. "" as subject is an [ErrInvalidOption].
func WithSubject(subject string) Option { return &option{kind: withSubject, text: subject} }

// WithAudience adds the claim "aud" when encoding: the services that the token is for. For a
// decoder it names the service that verifies. "aud" must contain one of these names:
// otherwise the token is an [ErrInvalidAudience], and an [ErrMissingClaim] if "aud" is absent
// or an empty list. Without this option a token that has an "aud" is refused (RFC 7519,
// Section 4.1.3). No audience, and "" as audience, is an [ErrInvalidOption].
func WithAudience(audiences ...string) Option { return &option{kind: withAudience, list: audiences} }

// WithKeyID sets the ID of a key when the key is made. Each token that the key signs has the
// ID as the header parameter "kid" (RFC 7515, Section 4.1.4). Given to [Encode], [Sign] or
// [NewEncoder], it sets "kid" for a key without an ID. If the key has an ID, any other ID,
// even "", is then an [ErrInvalidOption].
//
// A key made with WithKeyID("") has no ID, even if it is made from a JWK or a key that has
// one.
func WithKeyID(kid string) KeyIDOption { return &option{kind: withKeyID, text: kid} }

// WithAlgorithm sets the algorithm to sign with. The default is the algorithm that the key
// is bound to. If it is bound to none, the default is HS256 for a secret, RS256 for RSA,
// EdDSA for Ed25519, and for EC and ML-DSA the only algorithm that fits. An algorithm that
// does not fit the key is an [ErrInvalidKey], a set of several an [ErrInvalidOption].
func WithAlgorithm(alg Algorithm) EncodeOption { return &option{kind: withAlgorithm, algorithm: alg} }

// WithHeader adds a parameter to the JOSE header (RFC 7515, Section 4). The value
// is anything that marshals to JSON. The parameters that other options write ("alg", "kid",
// "typ", "crit", "b64") are an [ErrInvalidOption]. So are a "cty" of "JWT" in [Encode], and
// a header of more than 16 KiB.
func WithHeader(name string, value any) EncodeOption {
	return &option{kind: withHeader, params: []member{{name, value}}}
}

// WithExpiresIn adds "exp" (RFC 7519, Section 4.1.4): the time of the call plus lifetime.
// The time is rounded down to the second, and lifetime is rounded up to whole seconds. So
// with [WithIssuedAt], "exp" minus "iat" is exactly that lifetime: some verifiers refuse a
// token with a longer one. A lifetime under a second is an [ErrInvalidOption]. So is a
// payload that has an "exp".
func WithExpiresIn(lifetime time.Duration) EncodeOption {
	return &option{kind: withExpiresIn, duration: lifetime}
}

// WithIssuedAt adds "iat" (RFC 7519, Section 4.1.6): the time of the call, rounded
// down to the second. A payload that has an "iat" is an [ErrInvalidOption].
func WithIssuedAt() EncodeOption { return &option{kind: withIssuedAt} }

// WithNotBefore adds "nbf" (RFC 7519, Section 4.1.5): t, rounded down to the second. The
// zero time, a time outside the years 1 to 9999, and a payload that has an "nbf" are an
// [ErrInvalidOption].
func WithNotBefore(t time.Time) EncodeOption { return &option{kind: withNotBefore, time: t} }

// WithRandomID adds "jti" (RFC 7519, Section 4.1.7): 128 random bits in base64url, new for
// each token. A payload that has a "jti" is an [ErrInvalidOption].
func WithRandomID() EncodeOption { return &option{kind: withRandomID} }

// WithDetached makes [Sign] leave the payload out of the token (RFC 7515,
// Appendix F): its middle segment is empty, and the verifier must be given the
// payload with [WithDetachedPayload].
func WithDetached() EncodeOption { return &option{kind: withDetached} }

// WithUnencodedPayload makes [Sign] sign the bytes of the payload instead of their base64url
// (RFC 7797). The header has "b64" false and "crit", and the payload is left out of the
// token as with [WithDetached].
func WithUnencodedPayload() EncodeOption { return &option{kind: withUnencodedPayload} }

// WithStrictAudience asks that "aud" be exactly this one string, and not an array. Another
// "aud" is an [ErrInvalidAudience], none an [ErrMissingClaim]. An audience of "", and using
// [WithAudience] too, is an [ErrInvalidOption].
func WithStrictAudience(audience string) DecodeOption {
	return &option{kind: withStrictAudience, text: audience}
}

// WithRequired asks for claims by name, registered or not. A claim that is absent or null is
// an [ErrMissingClaim] that names it. Without this option a claim is checked only if the
// token has it. So if tokens must expire, ask for "exp". No name at all is an
// [ErrInvalidOption].
func WithRequired(names ...string) DecodeOption { return &option{kind: withRequired, list: names} }

// WithLeeway allows for clocks that differ. A token is accepted for this long after "exp" or
// the maximum age, and this long before "nbf" or "iat". The default is 0. A negative leeway
// is an [ErrInvalidOption]. So is one under a millisecond other than 0, because
// WithLeeway(30) would be 30 nanoseconds: write 30*time.Second.
func WithLeeway(leeway time.Duration) DecodeOption {
	return &option{kind: withLeeway, duration: leeway}
}

// WithMaxTokenAge refuses a token once this much time has passed since its "iat": it is then
// an [ErrExpired]. A token without "iat" is an [ErrMissingClaim]. This is the age of the
// token, whereas OpenID Connect's max_age is about "auth_time", the time of the login. An
// age under a millisecond is an [ErrInvalidOption].
func WithMaxTokenAge(age time.Duration) DecodeOption {
	return &option{kind: withMaxTokenAge, duration: age}
}

// WithoutCheck turns off all checks of the named claims, even that of their type. The names
// are "exp", "nbf", "iat", "iss", "aud", "sub" and "jti". Any other name, a claim that
// another option checks, and no name at all are an [ErrInvalidOption]. [WithRequired] still
// applies.
func WithoutCheck(names ...string) DecodeOption { return &option{kind: withoutCheck, list: names} }

// WithValidator adds a check that the program writes. It runs last, on a token that passed
// all other checks, or whose only fault is that it expired (see [ExpiredError]). Several
// validators run in order, until one returns an error. The error makes the token an
// [ErrInvalidToken]; [errors.Is] and [errors.As] still find it.
//
// Some errors are not the token's fault and become an [ErrUnavailable]: an error that
// matches it, the error of a context that ended, and a net.Error, such as a time-out, a
// refused connection or an unknown DNS name. An [ErrKeySet] stays an ErrKeySet. errors.Is
// and errors.As do not find the other classes of this package in a validator's error, nor
// its detail types: a validator may decode a second token, or parse a key, and their faults
// are not faults of this token.
//
// A validator must not change the token. It must be safe for concurrent use if the calls
// are concurrent. A nil one is an [ErrInvalidOption].
func WithValidator(check func(context.Context, *Token) error) DecodeOption {
	return &option{kind: withValidator, check: check}
}

// WithContext sets the context for validators. The context also bounds how long a call waits
// for a live key set. The default is [context.Background]. A nil context is an
// [ErrInvalidOption]. To give a [Decoder] a context for each call, use
// [Decoder.DecodeContext].
func WithContext(ctx context.Context) DecodeOption {
	return &option{kind: withContext, context: func() context.Context { return ctx }}
}

// WithMaxSize sets the most characters that a token may have; a longer one is an
// [ErrDecode]. The default is 256 KiB. A detached payload does not count. The header may
// always have 16 KiB, decoded. A size under 1 is an [ErrInvalidOption]. [Encode] makes no
// token above the default, so the option is for tokens of [Sign] and of other software.
func WithMaxSize(characters int) DecodeOption { return &option{kind: withMaxSize, size: characters} }

// WithCritical names header parameters that the program itself understands and checks, such
// as those of Open Banking. If a header has "crit" (RFC 7515, Section 4.1.11), the token is
// an [ErrInvalidToken] unless each parameter that "crit" lists is named here and is present
// in the header. This package does nothing else with them. The program reads their values
// with [Header.Param], after [DecodeComplete] or in a validator. [Verify] returns no header,
// so the program then calls [DecodeUnverified] once the signature held.
//
// No name at all, "", the parameters that RFC 7515 and RFC 7518 define, and "b64" are an
// [ErrInvalidOption]. A JWT whose "crit" lists "b64" is always refused. In [Verify], "crit"
// may list "b64" too (see [WithDetachedPayload]).
func WithCritical(names ...string) DecodeOption { return &option{kind: withCritical, list: names} }

// WithPadding asks for canonical '=' padding in all three segments. AWS load balancers write
// it, although RFC 7515 forbids it. A token without it is then an [ErrDecode], so that a
// token still has exactly one text.
func WithPadding() DecodeOption { return &option{kind: withPadding} }

// WithSignatureCache makes a [Decoder] remember the last n tokens whose signature held. For
// the same token again, the decoder computes a SHA-256 instead of the public-key operation,
// which is nearly all the cost of verifying. It is for a service that gets the same access
// tokens again and again.
//
// Nothing but the signature is remembered. Each call makes all other checks anew: "exp",
// "nbf", the audience, the rest of the options, validators. Each call also chooses the key
// before it looks into the cache. So a key that left a live set, or that does not fit the
// token's algorithm, verifies nothing. The cache holds a keyed SHA-256 of each token with
// its signature, and a SHA-256 of the key: no token, no claim and no key. A token that
// differs in one character is another token, and so is one with the second form of an ECDSA
// signature. A token that was refused is not remembered.
//
// [NewDecoder] allocates the memory, 130 bytes for each of the n tokens. It neither grows
// nor shrinks. If more than n tokens are in use, new entries evict old ones, and the evicted
// tokens are verified in full again. No call waits for another. So n should be well above
// the number of tokens that are in use at the same time.
//
// Leave it out where a token comes once, such as an ID token or a client assertion: each
// call then computes a hash for nothing. With secrets it does nothing, as an HMAC costs no
// more than the hash. The cache does not detect that a token is used twice. With or without
// it, only a [WithValidator] can refuse a token that was revoked.
//
// The option is for NewDecoder: in a single call such as [Decode] it is an
// [ErrInvalidOption], and so is n under 1 or above 1,048,576.
func WithSignatureCache(n int) DecodeOption { return &option{kind: withSignatureCache, size: n} }

// WithDetachedPayload gives [Verify] the payload of a token that does not carry it. The
// token was made with [WithDetached] or [WithUnencodedPayload]; "b64" in the header says
// which. "b64" false must be listed in "crit", with nothing but what [WithCritical] names. A
// token that carries a payload is then an [ErrDecode]. Without this option a token whose
// "b64" is false is an ErrDecode.
func WithDetachedPayload(payload []byte) DecodeOption {
	return &option{kind: withDetachedPayload, payload: payload}
}

// WithKeyAlgorithm binds a key to one algorithm: it signs and verifies with no other. An
// algorithm that does not fit the key is an [ErrInvalidKey].
func WithKeyAlgorithm(alg Algorithm) KeyOption {
	return &option{kind: withKeyAlgorithm, algorithm: alg}
}

// AllowWeakKey lowers the minimum key sizes, for use with old systems: secrets from 1 byte,
// RSA from 1024 bits. A secret that is text may then also have white space at its ends. All
// other checks stay.
func AllowWeakKey() KeyOption { return &option{kind: allowWeakKey} }

// fault returns what is wrong with the value of an option, whichever call takes it.
func (o *option) fault() error {
	switch o.kind {
	case withIssuer, withAudience:
		return o.checkList()
	case withSubject, withStrictAudience:
		return o.checkText(o.text)
	case withMaxTokenAge, withLeeway, withRefreshInterval, withMaxStale, withCooldown, withFetchTimeout:
		return o.checkDuration(time.Millisecond)
	case withExpiresIn:
		return o.checkDuration(time.Second)
	case withNotBefore:
		return o.refuse(o.time.IsZero() || !epoch.Of(o.time).InRange(), " needs a time in the years 1 to 9999, and not the zero one")
	case withAlgorithm, withKeyAlgorithm:
		return o.algorithm.checkOne()
	case withHeader:
		return checkParam(o.params[0].name)
	case withRequired:
		return o.refuse(len(o.list) == 0, " names no claim")
	case withoutCheck:
		return o.checkClaims()
	case withCritical:
		return o.checkExtensions()
	case withMaxSize:
		return o.refuse(o.size <= 0, " must be greater than 0")
	case withSignatureCache:
		return o.refuse(o.size < 1 || o.size > seen.MaxTexts, " was given "+strconv.Itoa(o.size)+"; it takes a number of tokens, from 1 to "+strconv.Itoa(seen.MaxTexts))
	case withClock:
		return o.refuse(o.clock == nil, " was given nil; time.Now is the default")
	case withContext:
		return o.refuse(o.context() == nil, " was given nil; context.Background() is the default")
	case withValidator:
		return o.refuse(o.check == nil, " was given nil")
	case withFetchReport:
		return o.refuse(o.report == nil, " was given nil")
	}
	return nil
}

func (o *option) refuse(wrong bool, text string) error {
	if wrong {
		return badOption(optionRows[o.kind].name + text)
	}
	return nil
}

func (o *option) checkText(text string) error {
	return o.refuse(text == "", ` was given ""; is a setting missing from the configuration?`)
}

func (o *option) checkList() error {
	if slices.Contains(o.list, "") {
		return o.checkText("")
	}
	return o.refuse(len(o.list) == 0, " was given an empty list")
}

func (o *option) checkDuration(least time.Duration) error {
	switch d := o.duration; {
	case d == 0 && (o.kind == withLeeway || o.kind == withMaxStale): // 0 turns these off
		return nil
	case d < 0 && o.kind == withExpiresIn:
		return o.refuse(true, " was given "+d.String()+": only a test needs an expired token, and makes one with WithClock set back")
	case d <= -least:
		return o.refuse(true, " was given "+d.String()+", which is negative")
	case d < least:
		return o.refuse(true, " was given "+d.String()+"; it takes a time.Duration, in which 30 means 30ns: write 30*time.Second")
	}
	return nil
}

// checkParam refuses the parameters that other options write.
func checkParam(name string) error {
	switch name {
	case "alg", "kid", "typ":
		return badOption("WithHeader does not set " + quote(name) + "; use WithAlgorithm, WithKeyID or WithType")
	case "crit", "b64":
		return badOption("WithHeader does not set " + quote(name) + "; WithUnencodedPayload sets both")
	}
	return nil
}

// checkClaims refuses names other than those of the registered claims.
func (o *option) checkClaims() error {
	for _, name := range o.list {
		if claimNamed(name) == claimOther {
			return badOption("WithoutCheck was given " + quote(name) + ", which has no check; it takes " + strings.Join(claimNames(), ", "))
		}
	}
	return o.refuse(len(o.list) == 0, " names no claim")
}

// Reading a list of options.

// settings are the options that were given, by kind. They refer to the options, which are on
// the stack of a one-shot call. So nothing that they refer to may be stored on the heap or
// returned. TestOptionsAllocateNothing checks that.
type settings struct {
	given     [optionKinds]*option // nil if the option was not given
	notForJWS string               // an option that was given, and that Sign or Verify does not take
	notForJWT string               // an option that was given, and that Encode or Decode does not take
}

var notGiven option // it is never changed

func (s *settings) has(k optionKind) bool { return s.given[k] != nil }

// get returns the option. If it was not given, all its values are zero.
func (s *settings) get(k optionKind) *option {
	if o := s.given[k]; o != nil {
		return o
	}
	return &notGiven
}

var errForeignOption = badOption("an option is nil, or was not made by this package")

// readSettings checks each of the options by itself. side is the set of calls that share
// them.
func readSettings[O any](side calls, opts []O) (s settings, err error) {
	for _, opt := range opts {
		o, ok := any(opt).(*option)
		if !ok {
			return settings{}, errForeignOption
		}
		if err := o.fault(); err != nil {
			return settings{}, err
		}
		row := &optionRows[o.kind]
		switch takes := row.calls & side; {
		case takes == 0: // a type assertion got it past the compiler
			return settings{}, badOption(row.name + " is an option of other functions, and not of this one")
		case takes == side:
		case takes&forJWT != 0:
			s.notForJWS = row.name
		default:
			s.notForJWT = row.name
		}
		s.given[o.kind] = s.given[o.kind].with(o)
	}
	return s, nil
}

// with merges two options of a kind: it returns the later one, or a new one if their values
// add up. It changes neither, as other goroutines may use them.
func (o *option) with(later *option) *option {
	if o == nil || later.list == nil && later.params == nil {
		return later
	}
	others := slices.DeleteFunc(slices.Clone(o.params), func(p member) bool { return p.name == later.params[0].name })
	return &option{kind: o.kind, list: slices.Concat(o.list, later.list), params: slices.Concat(others, later.params)}
}

// cloneOptions returns copies that share no memory with values that the program may change.
func cloneOptions[O any](opts []O) []O {
	opts = slices.Clone(opts)
	for i, opt := range opts {
		if o, ok := any(opt).(*option); ok {
			clone := *o
			clone.list, clone.payload = slices.Clone(o.list), slices.Clone(o.payload)
			opts[i] = any(&clone).(O)
		}
	}
	return opts
}

// checkCall refuses options that no call can take together: one is only for JWTs, and one
// only for other payloads.
func (s *settings) checkCall(jwt, jws string) error {
	if s.notForJWS != "" && s.notForJWT != "" {
		return contradict(s.notForJWS+", which "+jws+" does not take", s.notForJWT+", which "+jwt+" does not take")
	}
	return nil
}

func contradict(a, b string) error { return badOption("contradictory options: " + a + " and " + b) }

// now reads the clock.
func (s *settings) now() time.Time {
	if clock := s.get(withClock).clock; clock != nil {
		return clock()
	}
	return time.Now()
}

// checkExtensions checks the names of WithCritical. RFC 7515, Section 4.1.11 says of "crit"
// that producers "MUST NOT include Header Parameter names defined by this specification or
// [JWA] for use with JWS".
func (o *option) checkExtensions() error {
	if err := o.checkList(); err != nil {
		return err
	}
	for _, name := range o.list {
		switch name {
		case "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", // RFC 7515
			"enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c": // RFC 7516 and RFC 7518
			return badOption("WithCritical was given " + quote(name) + `, which is no extension, so "crit" never lists it`)
		case "b64":
			return badOption(`WithCritical was given "b64", which a JWT never has; Verify understands it, with WithDetachedPayload`)
		}
	}
	return nil
}
