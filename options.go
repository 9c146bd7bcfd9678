package jwt

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An EncodeOption is a setting of [Encode], [Sign] and [NewEncoder]. The set is
// closed: options come from the functions of this package alone, and a nil one is
// an [ErrInvalidOption]. Given twice, the last one wins. Those that take a list add up,
// and so does [WithHeader] for different names.
//
// Functions that return an EncodeOption are for making tokens alone. Those that return an
// [Option] are for verifying too, and [WithKeyID] is for making keys too.
//
// Options are safe for concurrent use. What an option was made from must not change
// until the calls that use it have returned.
type EncodeOption interface{ forEncoding() }

// A DecodeOption is a setting of [Decode], [Verify] and [NewDecoder]. The set is
// closed: options come from the functions of this package alone, and a nil one is
// an [ErrInvalidOption]. Given twice, the last one wins. Those that take a list add up,
// and so does [WithValidator].
//
// Functions that return a DecodeOption are for verifying alone. Those that return an
// [Option] are for making tokens too: [WithIssuer], [WithSubject], [WithAudience],
// [WithType] and [WithClock].
//
// Options are safe for concurrent use. What an option was made from must not change
// until the calls that use it have returned.
type DecodeOption interface{ forDecoding() }

// A KeyOption is a setting of [NewKey], [ParsePEM], [ParseJWK], [ParseKeySet] and
// [GenerateKey]: [WithKeyID], [WithKeyAlgorithm] or [AllowWeakKey]. The set is closed:
// options come from the functions of this package alone, and a nil one is an
// [ErrInvalidOption]. Given twice, the last one wins.
type KeyOption interface{ forKeys() }

// An Option serves both sides: [WithIssuer], [WithSubject], [WithAudience] and
// [WithType], which an encoder writes and a decoder asks for, and [WithClock].
type Option interface {
	EncodeOption
	DecodeOption
}

// A KeyIDOption is the option [WithKeyID], for making keys and for making tokens.
type KeyIDOption interface {
	EncodeOption
	KeyOption
}

// An option is what every option function returns. Its kind has a row in optionRows; the
// interface that the function returns holds it to its side at compile time.
//
// All options are one type. A type for each, with a method that sets it, would cost an
// allocation for each option of a call: the compiler cannot see that a method called
// through an interface keeps nothing. TestOptionsAllocateNothing would tell.
type option struct {
	kind optionKind

	// The values, each in a field of its type. Given twice, lists and parameters add up.
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
	context   func() context.Context // a function, as what it returns may outlive the call, and the options must not
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
	inNewKey // and in all other functions that make keys
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
	name  string // for errors
	calls calls  // that take it; one that serves a side, and is not here, refuses it
	asks  string // the claim that it has a decoder check, so that WithoutCheck contradicts it
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

// WithType sets or asks for the header parameter "typ" (RFC 7515, Section
// 4.1.9). [Encode] writes "JWT" and [Sign] none unless it is set; WithType("")
// leaves it out. A decoder compares media types: case does not matter and
// "application/" is implied. Another "typ", or none, is an [ErrInvalidType].
// Without this option a decoder accepts any; asking for "" is an
// [ErrInvalidOption].
func WithType(typ string) Option { return &option{kind: withType, text: typ} }

// WithClock sets the clock, which is read once on each call that needs the time.
// The default is [time.Now]. The function must be safe for concurrent use. [Sign] and
// [Verify] need no time and do not take it. A nil clock is an [ErrInvalidOption].
//
// A program's own tests set it: a clock that they move makes a token expire
// without waiting.
func WithClock(now func() time.Time) Option { return &option{kind: withClock, clock: now} }

// WithIssuer adds the claim "iss" (RFC 7519, Section 4.1.1) when encoding, where
// it takes exactly one. A decoder asks for it: a token without "iss" is an
// [ErrMissingClaim], and one whose "iss" equals none of these an
// [ErrInvalidIssuer]. No issuer, "" as one, and several when encoding are an
// [ErrInvalidOption].
//
// Each key of the decoder may sign for each of these issuers: where they have keys
// of their own, make a decoder for each (see [Issuers]).
func WithIssuer(issuers ...string) Option { return &option{kind: withIssuer, list: issuers} }

// WithSubject adds the claim "sub" (RFC 7519, Section 4.1.2) when encoding. A
// decoder asks for it: a token without "sub" is an [ErrMissingClaim], another
// "sub" an [ErrInvalidSubject]. "" as subject is an [ErrInvalidOption].
func WithSubject(subject string) Option { return &option{kind: withSubject, text: subject} }

// WithAudience adds the claim "aud" when encoding: the services that the token
// is for. A decoder says with it which service it is: one of these must be in
// "aud", or the token is an [ErrInvalidAudience]; without "aud", or with an empty list
// there, it is an [ErrMissingClaim]. Without this option a token that has an "aud" is refused
// (RFC 7519, Section 4.1.3). No audience, and "" as one, is an [ErrInvalidOption].
func WithAudience(audiences ...string) Option { return &option{kind: withAudience, list: audiences} }

// WithKeyID names a key: when it is made, and so in each token that it signs; or
// for one call of [Encode] or [Sign], or an [Encoder], as the header parameter
// "kid" (RFC 7515, Section 4.1.4). There another ID than the key's own, "" too, is
// an [ErrInvalidOption].
//
// WithKeyID("") is no ID: a key made with it has none, whatever the JWK or the key
// has that it is made from.
func WithKeyID(kid string) KeyIDOption { return &option{kind: withKeyID, text: kid} }

// WithAlgorithm sets the one algorithm to sign with. The default is the key's own,
// else HS256 for a secret, RS256 for RSA, EdDSA for Ed25519, and the only one that
// fits for EC and ML-DSA. One that does not fit the key is an [ErrInvalidKey], a set of
// several an [ErrInvalidOption].
func WithAlgorithm(alg Algorithm) EncodeOption { return &option{kind: withAlgorithm, algorithm: alg} }

// WithHeader adds a parameter to the JOSE header (RFC 7515, Section 4). The value
// is anything that marshals to JSON. Those that other options write ("alg",
// "kid", "typ", "crit", "b64") are an [ErrInvalidOption], and so are "cty" of
// "JWT" in [Encode] and a header of more than 16 KiB.
func WithHeader(name string, value any) EncodeOption {
	return &option{kind: withHeader, params: []member{{name, value}}}
}

// WithExpiresIn adds "exp" (RFC 7519, Section 4.1.4): the time of the call, cut to
// the second, plus lifetime, rounded up to seconds. With [WithIssuedAt] "exp" less
// "iat" is the lifetime exactly, which some verifiers limit. A lifetime under a
// second is an [ErrInvalidOption], and so is a payload that has an "exp" of its own.
func WithExpiresIn(lifetime time.Duration) EncodeOption {
	return &option{kind: withExpiresIn, duration: lifetime}
}

// WithIssuedAt adds "iat" (RFC 7519, Section 4.1.6): the time of the call, rounded
// down to the second. A payload that has an "iat" of its own is an
// [ErrInvalidOption].
func WithIssuedAt() EncodeOption { return &option{kind: withIssuedAt} }

// WithNotBefore adds "nbf" (RFC 7519, Section 4.1.5): t, rounded down to the
// second. The zero time, one outside the years 1 to 9999, and a payload that has
// an "nbf" of its own are an [ErrInvalidOption].
func WithNotBefore(t time.Time) EncodeOption { return &option{kind: withNotBefore, time: t} }

// WithRandomID adds "jti" (RFC 7519, Section 4.1.7): 128 random bits in base64url,
// others for each token. A payload that has a "jti" of its own is an
// [ErrInvalidOption].
func WithRandomID() EncodeOption { return &option{kind: withRandomID} }

// WithDetached makes [Sign] leave the payload out of the token (RFC 7515,
// Appendix F): its middle segment is empty, and the verifier must be given the
// payload with [WithDetachedPayload].
func WithDetached() EncodeOption { return &option{kind: withDetached} }

// WithUnencodedPayload makes [Sign] sign the payload as it is, not its
// base64url (RFC 7797): the header has "b64" false and "crit", and the payload
// is left out of the token as with [WithDetached].
func WithUnencodedPayload() EncodeOption { return &option{kind: withUnencodedPayload} }

// WithStrictAudience asks that "aud" be exactly this one string: not an array,
// and no other audience beside it. Another "aud" is an [ErrInvalidAudience], none
// an [ErrMissingClaim]. "", and [WithAudience] beside it, is an
// [ErrInvalidOption].
func WithStrictAudience(audience string) DecodeOption {
	return &option{kind: withStrictAudience, text: audience}
}

// WithRequired asks for claims by name, of any kind: one that is absent or null is
// an [ErrMissingClaim] that names it. Without it a claim is checked where a token
// has it, so a service whose tokens must expire asks for "exp". No name at all is
// an [ErrInvalidOption].
func WithRequired(names ...string) DecodeOption { return &option{kind: withRequired, list: names} }

// WithLeeway allows for clocks that differ, in the checks of "exp", "nbf", "iat"
// and the maximum age: by so much a token may have expired, or be from the future.
// The default is 0. A negative leeway, and one other than 0 that is under a
// millisecond, is an [ErrInvalidOption]: WithLeeway(30) would be 30 nanoseconds.
func WithLeeway(leeway time.Duration) DecodeOption {
	return &option{kind: withLeeway, duration: leeway}
}

// WithMaxTokenAge refuses tokens made so long ago or longer, by their "iat", as an
// [ErrExpired]; a token without "iat" is an [ErrMissingClaim]. It is about the
// token, where OpenID Connect's max_age is about "auth_time", when the user
// logged in. An age under a millisecond is an [ErrInvalidOption].
func WithMaxTokenAge(age time.Duration) DecodeOption {
	return &option{kind: withMaxTokenAge, duration: age}
}

// WithoutCheck turns off the check of claims by name, that of their type
// included: "exp", "nbf", "iat", "iss", "aud", "sub", "jti". Any other name, one
// that another option asks to check, and no name at all are an
// [ErrInvalidOption]. [WithRequired] still holds.
func WithoutCheck(names ...string) DecodeOption { return &option{kind: withoutCheck, list: names} }

// WithValidator adds a check of the program's own, run last, on a token that is
// otherwise good, or has at most expired (see [ExpiredError]). Several run in
// order, up to the first error. An error makes the token an [ErrInvalidToken] and
// stays reachable by [errors.Is] and [errors.As].
//
// Some errors are not the token's fault and come back as [ErrUnavailable]: one that
// matches it, an [ErrKeySet] (which stays one), that of a context that ended, and a
// net.Error: a time-out, a refused connection, a name that DNS does not know. Other
// classes of this package within the error do not pass upwards, and neither do its
// data types: a validator may decode a second token, or parse a key out of this one,
// and what is wrong with those says nothing of this token.
//
// A validator must not change the token, and must be safe for concurrent use where
// the calls are. A nil one is an [ErrInvalidOption].
func WithValidator(check func(context.Context, *Token) error) DecodeOption {
	return &option{kind: withValidator, check: check}
}

// WithContext sets the context that validators are given, and that bounds how long a call
// waits for a live key set. The default is [context.Background], nil an [ErrInvalidOption].
// A [Decoder] is given one for each call by [Decoder.DecodeContext].
func WithContext(ctx context.Context) DecodeOption {
	return &option{kind: withContext, context: func() context.Context { return ctx }}
}

// WithMaxSize sets the most characters that a token may have; a longer one is an
// [ErrDecode]. The default is 256 KiB. A detached payload does not count, and the
// header may have 16 KiB decoded, always. A size under 1 is an [ErrInvalidOption].
// It is for tokens of others and of [Sign], as [Encode] makes none of more than the
// default.
func WithMaxSize(characters int) DecodeOption { return &option{kind: withMaxSize, size: characters} }

// WithCritical names extensions that the program understands and checks by itself, such
// as those of Open Banking. A token whose header lists any in "crit" (RFC 7515, Section
// 4.1.11) is an [ErrInvalidToken] unless each of them is named here and is in the
// header; this package does nothing with them. [Header.Param] gives their values: in
// [DecodeComplete], or to a [WithValidator]. [Verify] returns none, so there a program
// looks with [DecodeUnverified] once the signature held.
//
// No name at all, "", the parameters of RFC 7515 and RFC 7518 themselves, and "b64" are
// an [ErrInvalidOption]. A JWT whose "crit" lists "b64" is always refused; in [Verify] it
// may stand beside the others (see [WithDetachedPayload]).
func WithCritical(names ...string) DecodeOption { return &option{kind: withCritical, list: names} }

// WithPadding asks for '=' padding in all three segments, as AWS load balancers
// write it, though RFC 7515 forbids it: exactly the canonical one. A token
// without it is then an [ErrDecode], so that there is still one text for each
// token.
func WithPadding() DecodeOption { return &option{kind: withPadding} }

// WithSignatureCache makes a [Decoder] remember the last n tokens whose signature held: the
// same token again costs a SHA-256 of it in place of the public-key operation, which is
// nearly all that verifying costs. It is for a service that gets the same access tokens again
// and again.
//
// Nothing but the signature is remembered. Each call makes all other checks anew: "exp",
// "nbf", the audience, the rest of the options, validators. It chooses the key first, too, so
// that a key that left a live set, or does not serve the token's algorithm, verifies nothing.
// The cache holds a keyed SHA-256 of each token and its signature, and that of the key: no
// token, no claim and no key. A token that differs in one character is another token, and so is
// one with the second form of an ECDSA signature. A token that was refused is not remembered.
//
// The memory is allocated by [NewDecoder], 130 bytes for each of the n tokens, and neither
// grows nor shrinks. Where more than n tokens are in use, new ones take the place of old
// ones, which are then verified as if for the first time, and no call waits for another. So n
// is best well above the number of tokens that are in use at the same time.
//
// Leave it out where a token comes once, such as an ID token or a client assertion: each
// call then computes a hash for nothing. With secrets it does nothing, as an HMAC costs no
// more than the hash. It does not notice that a token is used twice, and a token that was
// revoked is refused by a [WithValidator] alone, as without it.
//
// It is for NewDecoder: in a call that prepares nothing, such as [Decode], it is an
// [ErrInvalidOption], and so is n under 1 or above 1,048,576.
func WithSignatureCache(n int) DecodeOption { return &option{kind: withSignatureCache, size: n} }

// WithDetachedPayload gives [Verify] the payload of a token that was signed
// without it (see [WithDetached] and [WithUnencodedPayload], either of which the
// header tells: "b64" false, and "crit" that lists it beside nothing but what
// [WithCritical] names). A token that carries a payload of its own is then an
// [ErrDecode], and without this option one whose "b64" is false.
func WithDetachedPayload(payload []byte) DecodeOption {
	return &option{kind: withDetachedPayload, payload: payload}
}

// WithKeyAlgorithm binds a key to one algorithm: it signs and verifies with that
// one alone. One that does not fit the key is an [ErrInvalidKey].
func WithKeyAlgorithm(alg Algorithm) KeyOption {
	return &option{kind: withKeyAlgorithm, algorithm: alg}
}

// AllowWeakKey lifts the lower bounds of key sizes, for those who must talk to
// old systems: secrets from 1 byte, RSA from 1024 bits. A secret that is text may
// then have white space at its ends too. Nothing else is lifted.
func AllowWeakKey() KeyOption { return &option{kind: allowWeakKey} }

// fault reports what is wrong with the values of an option, in every call that takes it.
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
		return o.refuse(o.time.IsZero() || !instantOf(o.time).inRange(), " needs a time in the years 1 to 9999, and not the zero one")
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
		return o.refuse(o.size < 1 || o.size > mostCached, " was given "+strconv.Itoa(o.size)+"; it takes a number of tokens, from 1 to "+strconv.Itoa(mostCached))
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
	case d == 0 && (o.kind == withLeeway || o.kind == withMaxStale): // which turns them off
		return nil
	case d < 0 && o.kind == withLeeway:
		return o.refuse(true, " is negative; leeway is allowed, not taken away")
	case d < 0 && o.kind == withExpiresIn:
		return o.refuse(true, " was given "+d.String()+": a token that has expired helps nobody but a test, which makes one with WithClock set back")
	case d < 0 && -d >= least:
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
		return badOption("WithHeader does not set " + quote(name) + "; it has an option of its own: WithAlgorithm, WithKeyID, WithType")
	case "crit", "b64":
		return badOption("WithHeader does not set " + quote(name) + "; WithUnencodedPayload does, where it is needed")
	}
	return nil
}

// checkClaims refuses names of claims that nothing checks unasked.
func (o *option) checkClaims() error {
	for _, name := range o.list {
		if claimNamed(name) == claimOther {
			return badOption("WithoutCheck knows no check of " + quote(name) + "; there are those of " + strings.Join(claimNames(), ", "))
		}
	}
	return o.refuse(len(o.list) == 0, " names no claim")
}

// What options come to.

// settings are the options that were given, by kind. They refer to the options, which are
// on the stack of a one-shot call. So nothing that they refer to may be stored on the heap,
// or returned; TestOptionsAllocateNothing would tell.
type settings struct {
	given   [optionKinds]*option // nil where it was not
	jwtOnly string               // an option that was given, and that Sign or Verify does not take
	jwsOnly string               // one that Encode or Decode does not take
}

var notGiven option // it is never changed

func (s *settings) has(k optionKind) bool { return s.given[k] != nil }

// get returns the option with its values. All of them are zero where it was not given.
func (s *settings) get(k optionKind) *option {
	if o := s.given[k]; o != nil {
		return o
	}
	return &notGiven
}

var errForeignOption = badOption("an option is nil, or was not made by this package")

// readSettings checks the options that a side was given, each by itself.
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
			return settings{}, badOption(row.name + " is an option of other functions than this one")
		case takes == side:
		case takes&forJWT != 0:
			s.jwtOnly = row.name
		default:
			s.jwsOnly = row.name
		}
		s.given[o.kind] = s.given[o.kind].with(o)
	}
	return s, nil
}

// with returns what two options of a kind come to: the later one, or a new one where they
// add up. It changes neither, as other goroutines may use them too.
func (o *option) with(later *option) *option {
	if o == nil || later.list == nil && later.params == nil {
		return later
	}
	others := slices.DeleteFunc(slices.Clone(o.params), func(p member) bool { return p.name == later.params[0].name })
	return &option{kind: o.kind, list: slices.Concat(o.list, later.list), params: slices.Concat(others, later.params)}
}

// cloneOptions returns copies that share no memory with what a program may still change.
func cloneOptions[O any](opts []O) []O {
	opts = slices.Clone(opts)
	for i, opt := range opts {
		if o, ok := any(opt).(*option); ok {
			clone := *o
			clone.list, clone.params, clone.payload = slices.Clone(o.list), slices.Clone(o.params), slices.Clone(o.payload)
			opts[i] = any(&clone).(O)
		}
	}
	return opts
}

// checkCall refuses options where each call of the side refuses one of them.
func (s *settings) checkCall(jwt, jws string) error {
	if s.jwtOnly != "" && s.jwsOnly != "" {
		return contradict(s.jwtOnly+", which "+jws+" does not take", s.jwsOnly+", which "+jwt+" does not take")
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

// checkExtensions holds the names of WithCritical against what "crit" may list:
// producers "MUST NOT include Header Parameter names defined by this specification or
// [JWA] for use with JWS".
func (o *option) checkExtensions() error {
	if err := o.checkList(); err != nil {
		return err
	}
	for _, name := range o.list {
		switch name {
		case "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", // RFC 7515
			"enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c": // RFC 7516 and RFC 7518
			return badOption("WithCritical was given " + quote(name) + `, which is no extension, so that "crit" never lists it`)
		case "b64":
			return badOption(`WithCritical was given "b64", which a JWT never has; Verify knows it, with WithDetachedPayload`)
		}
	}
	return nil
}
