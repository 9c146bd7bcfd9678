package jwt

import (
	"context"
	"time"
)

// An EncodeOption is a setting of [Encode], [Sign] and [NewEncoder]. The set is
// closed: options come from the functions of this package alone, and a nil one is
// an [ErrInvalidOption]. Given twice, the last one wins, but for those that take a
// list and [WithHeader] of other names, which add up.
//
// Options of three kinds serve here: the functions that give an EncodeOption are for
// making tokens alone, those that give an [Option] for verifying too, and
// [WithKeyID] is for keys as well.
//
// An option made once may serve any number of calls at the same time. What it was
// made from must not change until they have returned.
type EncodeOption interface{ forEncoding() }

// A DecodeOption is a setting of [Decode], [Verify] and [NewDecoder]. The set is
// closed: options come from the functions of this package alone, and a nil one is
// an [ErrInvalidOption]. Given twice, the last one wins, but for those that take a
// list and [WithValidator], which add up.
//
// Beside the functions that give a DecodeOption, which are for verifying alone,
// those that give an [Option] serve here: [WithIssuer], [WithSubject],
// [WithAudience], [WithType] and [WithClock].
//
// An option made once may serve any number of calls at the same time. What it was
// made from must not change until they have returned.
type DecodeOption interface{ forDecoding() }

// A KeyOption is a setting of [NewKey] and its kin. The set is closed: options
// come from the functions of this package alone, and a nil one is an
// [ErrInvalidOption]. Given twice, the last one wins. Beside [AllowWeakKey] and
// [WithKeyAlgorithm] it is [WithKeyID], which is an [EncodeOption] too.
type KeyOption interface{ forKeys() }

// An Option serves both sides: [WithIssuer], [WithSubject], [WithAudience] and
// [WithType], which an encoder writes and a decoder asks for, and [WithClock].
type Option interface {
	EncodeOption
	DecodeOption
}

// A KeyIDOption is what [WithKeyID] gives: it serves the making of keys and that of
// tokens.
type KeyIDOption interface {
	EncodeOption
	KeyOption
}

type (
	typeOption     string
	clockOption    func() time.Time
	issuerOption   []string
	subjectOption  string
	audienceOption []string

	keyIDOption string

	algorithmOption Algorithm
	headerOption    member
	lifetimeOption  time.Duration
	notBeforeOption time.Time
	encodeFlag      uint8

	strictAudienceOption string
	requiredOption       []string
	leewayOption         time.Duration
	maxAgeOption         time.Duration
	withoutOption        []string
	validatorOption      func(context.Context, *Token) error
	contextOption        func() context.Context // a function, as what one returns may escape without the options: see readDecodePolicy
	maxSizeOption        int
	criticalOption       []string
	paddingOption        struct{}
	signatureCacheOption int
	detachedOption       []byte

	keyAlgorithmOption Algorithm
	weakKeyOption      struct{}
)

const (
	issuedAtFlag encodeFlag = iota
	randomIDFlag
	detachedFlag
	unencodedFlag
)

func (typeOption) forEncoding()     {}
func (typeOption) forDecoding()     {}
func (clockOption) forEncoding()    {}
func (clockOption) forDecoding()    {}
func (issuerOption) forEncoding()   {}
func (issuerOption) forDecoding()   {}
func (subjectOption) forEncoding()  {}
func (subjectOption) forDecoding()  {}
func (audienceOption) forEncoding() {}
func (audienceOption) forDecoding() {}

func (keyIDOption) forEncoding() {}
func (keyIDOption) forKeys()     {}

func (algorithmOption) forEncoding() {}
func (headerOption) forEncoding()    {}
func (lifetimeOption) forEncoding()  {}
func (notBeforeOption) forEncoding() {}
func (encodeFlag) forEncoding()      {}

func (strictAudienceOption) forDecoding() {}
func (requiredOption) forDecoding()       {}
func (leewayOption) forDecoding()         {}
func (maxAgeOption) forDecoding()         {}
func (withoutOption) forDecoding()        {}
func (validatorOption) forDecoding()      {}
func (contextOption) forDecoding()        {}
func (maxSizeOption) forDecoding()        {}
func (criticalOption) forDecoding()       {}
func (paddingOption) forDecoding()        {}
func (signatureCacheOption) forDecoding() {}
func (detachedOption) forDecoding()       {}

func (keyAlgorithmOption) forKeys() {}
func (weakKeyOption) forKeys()      {}

// WithType sets or asks for the header parameter "typ" (RFC 7515, Section
// 4.1.9). [Encode] writes "JWT" and [Sign] none unless it is set; WithType("")
// leaves it out. A decoder compares media types: case does not matter and
// "application/" is implied. Another "typ", or none, is an [ErrInvalidType].
// Without this option a decoder accepts any; asking for "" is an
// [ErrInvalidOption].
func WithType(typ string) Option { return typeOption(typ) }

// WithClock sets the clock, which is read once on each call that needs the time.
// The default is [time.Now]. Calls that run at the same time read it at the same
// time. [Sign] and [Verify] need no time and do not take it. A nil clock is an
// [ErrInvalidOption].
//
// A program's own tests set it: a clock that they move makes a token expire
// without waiting.
func WithClock(now func() time.Time) Option { return clockOption(now) }

// WithIssuer adds the claim "iss" (RFC 7519, Section 4.1.1) when encoding, where
// it takes exactly one. A decoder asks for it: a token without "iss" is an
// [ErrMissingClaim], and one whose "iss" equals none of these an
// [ErrInvalidIssuer]. No issuer, "" as one, and several when encoding are an
// [ErrInvalidOption].
//
// Each key of the decoder may sign for each of these issuers: where they have keys
// of their own, make a decoder for each (see [Issuers]).
func WithIssuer(issuers ...string) Option { return issuerOption(issuers) }

// WithSubject adds the claim "sub" (RFC 7519, Section 4.1.2) when encoding. A
// decoder asks for it: a token without "sub" is an [ErrMissingClaim], another
// "sub" an [ErrInvalidSubject]. "" as subject is an [ErrInvalidOption].
func WithSubject(subject string) Option { return subjectOption(subject) }

// WithAudience adds the claim "aud" when encoding: the services that the token
// is for. A decoder says with it which service it is: one of these must be in
// "aud", or the token is an [ErrInvalidAudience]; without "aud", or with an empty list
// there, it is an [ErrMissingClaim]. Without this option a token that has an "aud" is refused
// (RFC 7519, Section 4.1.3). No audience, and "" as one, is an [ErrInvalidOption].
func WithAudience(audiences ...string) Option { return audienceOption(audiences) }

// WithKeyID names a key: when it is made, and so in each token that it signs; or
// for one call of [Encode] or [Sign], or an [Encoder], as the header parameter
// "kid" (RFC 7515, Section 4.1.4). There another ID than the key's own, "" too, is
// an [ErrInvalidOption].
//
// WithKeyID("") is no ID: a key made with it has none, whatever the JWK or the key
// has that it is made from.
func WithKeyID(kid string) KeyIDOption { return keyIDOption(kid) }

// WithAlgorithm sets the one algorithm to sign with. The default is the key's own,
// else HS256 for a secret, RS256 for RSA, EdDSA for Ed25519, and the only one that
// fits for EC and ML-DSA. One that does not fit the key is an [ErrInvalidKey], a set of
// several an [ErrInvalidOption].
func WithAlgorithm(alg Algorithm) EncodeOption { return algorithmOption(alg) }

// WithHeader adds a parameter to the JOSE header (RFC 7515, Section 4). The value
// is anything that marshals to JSON. Those that other options write ("alg",
// "kid", "typ", "crit", "b64") are an [ErrInvalidOption], and so are "cty" of
// "JWT" in [Encode] and a header of more than 16 KiB.
func WithHeader(name string, value any) EncodeOption { return headerOption{name, value} }

// WithExpiresIn adds "exp" (RFC 7519, Section 4.1.4): the time of the call, cut to
// the second, plus lifetime, rounded up to seconds. With [WithIssuedAt] "exp" less
// "iat" is the lifetime exactly, which some verifiers limit. A lifetime under a
// second is an [ErrInvalidOption], and so is a payload that has an "exp" of its own.
func WithExpiresIn(lifetime time.Duration) EncodeOption { return lifetimeOption(lifetime) }

// WithIssuedAt adds "iat" (RFC 7519, Section 4.1.6): the time of the call, rounded
// down to the second. A payload that has an "iat" of its own is an
// [ErrInvalidOption].
func WithIssuedAt() EncodeOption { return issuedAtFlag }

// WithNotBefore adds "nbf" (RFC 7519, Section 4.1.5): t, rounded down to the
// second. The zero time, one outside the years 1 to 9999, and a payload that has
// an "nbf" of its own are an [ErrInvalidOption].
func WithNotBefore(t time.Time) EncodeOption { return notBeforeOption(t) }

// WithRandomID adds "jti" (RFC 7519, Section 4.1.7): 128 random bits in base64url,
// others for each token. A payload that has a "jti" of its own is an
// [ErrInvalidOption].
func WithRandomID() EncodeOption { return randomIDFlag }

// WithDetached makes [Sign] leave the payload out of the token (RFC 7515,
// Appendix F): its middle segment is empty, and the verifier must be given the
// payload with [WithDetachedPayload].
func WithDetached() EncodeOption { return detachedFlag }

// WithUnencodedPayload makes [Sign] sign the payload as it is, not its
// base64url (RFC 7797): the header has "b64" false and "crit", and the payload
// is left out of the token as with [WithDetached].
func WithUnencodedPayload() EncodeOption { return unencodedFlag }

// WithStrictAudience asks that "aud" be exactly this one string: not an array,
// and no other audience beside it. Another "aud" is an [ErrInvalidAudience], none
// an [ErrMissingClaim]. "", and [WithAudience] beside it, is an
// [ErrInvalidOption].
func WithStrictAudience(audience string) DecodeOption { return strictAudienceOption(audience) }

// WithRequired asks for claims by name, of any kind: one that is absent or null is
// an [ErrMissingClaim] that names it. Without it a claim is checked where a token
// has it, so a service whose tokens must expire asks for "exp". No name at all is
// an [ErrInvalidOption].
func WithRequired(names ...string) DecodeOption { return requiredOption(names) }

// WithLeeway allows for clocks that differ, in the checks of "exp", "nbf", "iat"
// and the maximum age: by so much a token may have expired, or be from the future.
// The default is 0. A negative leeway, and one other than 0 that is under a
// millisecond, is an [ErrInvalidOption]: WithLeeway(30) would be 30 nanoseconds.
func WithLeeway(leeway time.Duration) DecodeOption { return leewayOption(leeway) }

// WithMaxTokenAge refuses tokens made so long ago or longer, by their "iat", as an
// [ErrExpired]; a token without "iat" is an [ErrMissingClaim]. It is about the
// token, where OpenID Connect's max_age is about "auth_time", when the user
// logged in. An age under a millisecond is an [ErrInvalidOption].
func WithMaxTokenAge(age time.Duration) DecodeOption { return maxAgeOption(age) }

// WithoutCheck turns off the check of claims by name, that of their type
// included: "exp", "nbf", "iat", "iss", "aud", "sub", "jti". Any other name, one
// that another option asks to check, and no name at all are an
// [ErrInvalidOption]. [WithRequired] still holds.
func WithoutCheck(names ...string) DecodeOption { return withoutOption(names) }

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
	return validatorOption(check)
}

// WithContext sets the context that validators are given, and that bounds how long a call
// waits for a live key set. The default is [context.Background], nil an [ErrInvalidOption].
// A [Decoder] is given one for each call by [Decoder.DecodeContext].
func WithContext(ctx context.Context) DecodeOption {
	if ctx == nil {
		return contextOption(nil)
	}
	return contextOption(func() context.Context { return ctx })
}

// WithMaxSize sets the most characters that a token may have; a longer one is an
// [ErrDecode]. The default is 256 KiB. A detached payload does not count, and the
// header may have 16 KiB decoded, always. A size under 1 is an [ErrInvalidOption].
// It is for tokens of others and of [Sign], as [Encode] makes none of more than the
// default.
func WithMaxSize(characters int) DecodeOption { return maxSizeOption(characters) }

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
func WithCritical(names ...string) DecodeOption { return criticalOption(names) }

// WithPadding asks for '=' padding in all three segments, as AWS load balancers
// write it, though RFC 7515 forbids it: exactly the canonical one. A token
// without it is then an [ErrDecode], so that there is still one text for each
// token.
func WithPadding() DecodeOption { return paddingOption{} }

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
func WithSignatureCache(n int) DecodeOption { return signatureCacheOption(n) }

// WithDetachedPayload gives [Verify] the payload of a token that was signed
// without it (see [WithDetached] and [WithUnencodedPayload], either of which the
// header tells: "b64" false, and "crit" that lists it beside nothing but what
// [WithCritical] names). A token that carries a payload of its own is then an
// [ErrDecode], and without this option one whose "b64" is false.
func WithDetachedPayload(payload []byte) DecodeOption { return detachedOption(payload) }

// WithKeyAlgorithm binds a key to one algorithm: it signs and verifies with that
// one alone. One that does not fit the key is an [ErrInvalidKey].
func WithKeyAlgorithm(alg Algorithm) KeyOption { return keyAlgorithmOption(alg) }

// AllowWeakKey lifts the lower bounds of key sizes, for those who must talk to
// old systems: secrets from 1 octet, RSA from 1024 bits. A secret that is text may
// then have white space at its ends too. Nothing else is lifted.
func AllowWeakKey() KeyOption { return weakKeyOption{} }

// What all options are held against.

var (
	errNilClock      = badOption("WithClock was given nil; time.Now is the default")
	errForeignOption = badOption("an option is nil, or was not made by this package")
)

func checkList(option string, list []string) error {
	if len(list) == 0 {
		return badOption(option + " was given an empty list")
	}
	for _, one := range list {
		if err := checkText(option, one); err != nil {
			return err
		}
	}
	return nil
}

func checkText(option, text string) error {
	if text == "" {
		return badOption(option + ` was given ""; is a setting missing from the configuration?`)
	}
	return nil
}

func checkDuration(option string, d, least time.Duration) error {
	switch {
	case d < 0 && option == "WithExpiresIn":
		return badOption(option + " was given " + d.String() + ": a token that has expired helps nobody but a test, which makes one with WithClock set back")
	case d < 0 && -d >= least:
		return badOption(option + " was given " + d.String() + ", which is negative")
	case d < least:
		return badOption(option + " was given " + d.String() + "; it takes a time.Duration, in which 30 means 30ns: write 30*time.Second")
	}
	return nil
}
