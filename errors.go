package jwt

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The classes of failure, for errors.Is. A server answers by them: everything
// under [ErrInvalidToken] is the client's fault (401), [ErrUnavailable] is
// nobody's (503), [ErrInvalidKey] and [ErrInvalidOption] are the program's own
// (500). No token, however malformed, can cause one of the last two.
//
// A class matches those it belongs to as well: all from [ErrDecode] to
// [ErrKeyNotFound] are an [ErrInvalidToken], and [ErrInvalidSignature] is an
// [ErrDecode] too, so ask for it first.
var (
	// ErrInvalidToken is every failure that is the token's fault: refuse it.
	ErrInvalidToken error = class(failure{text: "the token is invalid"})

	// ErrDecode is a malformed token: its size, segments, base64url or JSON, a
	// header parameter of the wrong type, or an "exp" or "nbf" that is no date.
	// [DecodeError] says where.
	ErrDecode error = class(failure{text: "the token is malformed", class: ErrInvalidToken})

	// ErrInvalidSignature is a token that was altered, or signed with another key.
	ErrInvalidSignature error = class(failure{text: "the signature does not hold", class: ErrDecode, segment: "signature"})

	// ErrInvalidAlgorithm is an "alg" that is absent, unknown or not allowed.
	ErrInvalidAlgorithm error = class(failure{text: "the algorithm is not allowed", class: ErrInvalidToken})

	// ErrExpired is a good token past its "exp", or past the maximum age: ask
	// the client to log in again, or refresh it (see [ExpiredError]).
	ErrExpired error = class(failure{text: "the token has expired", class: ErrInvalidToken, expired: &expiry{}})

	// ErrImmature is a token from the future, by its "nbf" or "iat". Clocks
	// that disagree are what [WithLeeway] is for.
	ErrImmature error = class(failure{text: "the token is not valid yet", class: ErrInvalidToken})

	// ErrInvalidIssuedAt is an "iat" that is no date.
	ErrInvalidIssuedAt error = class(failure{text: `"iat" is no date`, class: ErrInvalidToken, claim: "iat"})

	// ErrInvalidIssuer is an "iss" that is not the one wanted, or no string.
	ErrInvalidIssuer error = class(failure{text: `"iss" is not the one wanted`, class: ErrInvalidToken, claim: "iss"})

	// ErrInvalidAudience is an "aud" that does not name this service, one that
	// nobody asked for, or one that is no string or array of strings.
	ErrInvalidAudience error = class(failure{text: `"aud" does not name this service`, class: ErrInvalidToken, claim: "aud"})

	// ErrInvalidSubject is a "sub" that is not the one wanted, or no string.
	ErrInvalidSubject error = class(failure{text: `"sub" is not the one wanted`, class: ErrInvalidToken, claim: "sub"})

	// ErrInvalidID is a "jti" that is no string.
	ErrInvalidID error = class(failure{text: `"jti" is no string`, class: ErrInvalidToken, claim: "jti"})

	// ErrInvalidType is a "typ" that is not the one wanted: a token made for
	// another purpose.
	ErrInvalidType error = class(failure{text: `"typ" is not the one wanted`, class: ErrInvalidToken})

	// ErrMissingClaim is a claim that was asked for and is not there;
	// [InvalidTokenError] names it.
	ErrMissingClaim error = class(failure{text: "a claim is missing", class: ErrInvalidToken})

	// ErrKeyNotFound is a token for which the key set holds no key.
	ErrKeyNotFound error = class(failure{text: "no key for this token", class: ErrInvalidToken})

	// ErrInvalidKey is a key that cannot serve: mend the program's configuration.
	ErrInvalidKey error = class(failure{text: "the key cannot serve"})

	// ErrUnavailable is a validator's, a signer's or a key source's back end
	// that is down, or a context that ended: the token may be good, try again
	// later. A validator returns it, or wraps it, to say so; what package net
	// answers says it by itself (see [WithValidator]).
	ErrUnavailable error = class(failure{text: "a service this depends on is unavailable"})

	// ErrKeySet is a live key set that could not be fetched (see [NewLiveKeySet]), or
	// a caller's context that ended while it waited for the fetch. Try again later.
	ErrKeySet error = class(failure{text: "the key set could not be fetched", class: ErrUnavailable})

	// ErrInvalidOption is contradictory or impossible options, or a payload
	// that no verifier would accept: mend the program.
	ErrInvalidOption error = class(failure{text: "an option or argument is invalid"})
)

// InvalidTokenError is the detail of any failure under [ErrInvalidToken], for
// [errors.As]. Each caller gets a copy. A class itself, such as [ErrInvalidIssuer]
// returned by a program, has it too: its Claim is the claim of the class.
type InvalidTokenError struct {
	Claim string // the claim to blame, such as "exp"; "" where it is none
	of    error
}

// DecodeError is the detail of a failure under [ErrDecode], for [errors.As]. Each
// caller gets a copy. A class itself has it too.
type DecodeError struct {
	Segment string // "header", "payload" or "signature"; "" where it is the token as a whole
	of      error
}

// ExpiredError is the detail of [ErrExpired], for [errors.As]. Each caller gets a
// copy. ErrExpired itself, returned by a program, has one with no data.
//
// Token is set only where expiry is all that is wrong with it: the signature
// holds, and so do every other check and the validators, and the claims fit the type
// that was asked for. It is for programs that refresh such tokens; anything else must
// treat the token as refused.
type ExpiredError struct {
	ExpiresAt time.Time     // "exp", or "iat" plus the maximum age
	Now       time.Time     // the clock it was compared with
	Leeway    time.Duration // the leeway that was allowed
	Token     *Token        // the expired token, otherwise good; or nil
	of        error
}

// The data types may also be made by a program, for its tests, and be nil if it returns one
// unchecked. Without a failure beneath they speak for their class.

// Error describes the failure in a line.
func (e *InvalidTokenError) Error() string { return e.Unwrap().Error() }

// Error describes the failure in a line.
func (e *DecodeError) Error() string { return e.Unwrap().Error() }

// Error describes the failure in a line.
func (e *ExpiredError) Error() string { return e.Unwrap().Error() }

// Unwrap gives the failure whole, so that its class can be asked for.
func (e *InvalidTokenError) Unwrap() error {
	if e == nil || e.of == nil {
		return ErrInvalidToken
	}
	return e.of
}

// Unwrap gives the failure whole, so that its class can be asked for.
func (e *DecodeError) Unwrap() error {
	if e == nil || e.of == nil {
		return ErrDecode
	}
	return e.of
}

// Unwrap gives the failure whole, so that its class can be asked for.
func (e *ExpiredError) Unwrap() error {
	if e == nil || e.of == nil {
		return ErrExpired
	}
	return e.of
}

// A failure is every error of this package. The sentinels are failures too, and are the
// classes of all others. A failure is never changed once made, so the commonest ones are
// made once. Callers reach its data only as copies, through As: that of a sentinel too, so
// that a program that returns one keeps the promises of the data types.
type failure struct {
	isClass bool
	class   error  // the sentinel that it belongs to; nil for the outermost ones
	text    string // what happened, what was wanted, what to do
	claim   string
	segment string
	cause   error // what a signer, a validator or a source answered
	expired *expiry
}

// class makes a sentinel.
func class(f failure) error {
	f.isClass = true
	return &f
}

// An expiry is what an [ExpiredError] is made from, again for each caller.
type expiry struct {
	claim   string // "exp", or "iat" for the maximum age
	at, now time.Time
	leeway  time.Duration
	token   *Token // nil unless expiry is all that is wrong
}

func (f *failure) Error() string { return "jwt: " + f.text }

// Is reports whether target is the class of the failure, or one that the class belongs to.
func (f *failure) Is(target error) bool {
	for f.class != nil {
		if f.class == target {
			return true
		}
		f = f.class.(*failure)
	}
	return false
}

// Unwrap returns what other code answered, or the class that a sentinel belongs to.
func (f *failure) Unwrap() error {
	switch {
	case f.cause != nil:
		return &foreign{f.cause}
	case f.isClass:
		return f.class
	}
	return nil
}

// As stores in target the data of the failure, if target is for it.
func (f *failure) As(target any) bool {
	in := func(class error) bool { return class == error(f) || f.Is(class) }
	switch t := target.(type) {
	case **InvalidTokenError:
		if in(ErrInvalidToken) {
			*t = &InvalidTokenError{Claim: f.claim, of: f}
			return true
		}
	case **DecodeError:
		if in(ErrDecode) {
			*t = &DecodeError{Segment: f.segment, of: f}
			return true
		}
	case **ExpiredError:
		if x := f.expired; x != nil {
			*t = &ExpiredError{ExpiresAt: x.at, Now: x.now, Leeway: x.leeway, Token: x.token.clone(), of: f}
			return true
		}
	}
	return false
}

// A foreign error is what other code answered, within reach of errors.Is and
// errors.As, but for the classes and data types of this package. What those say
// must be about the token at hand: a validator may decode a second token, or parse
// a key out of this one, and then neither is this one expired nor the program at
// fault. It has no Unwrap, which would get around that. It is a pointer, as errors.Is
// would panic on comparing two values of which one holds a slice.
type foreign struct{ err error }

func (e *foreign) Error() string { return e.err.Error() }

func (e *foreign) Is(target error) bool {
	f, ours := target.(*failure)
	return !(ours && f.isClass) && errors.Is(e.err, target)
}

func (e *foreign) As(target any) bool {
	switch target.(type) {
	case **InvalidTokenError, **DecodeError, **ExpiredError:
		return false
	}
	return errors.As(e.err, target)
}

// The makers of failures, one for each side.

func malformed(segment, text string) *failure {
	return &failure{class: ErrDecode, segment: segment, text: text}
}

func badClaim(class error, claim, text string) *failure {
	return &failure{class: class, claim: claim, text: text}
}

func badOption(text string) error { return &failure{class: ErrInvalidOption, text: text} }

func badKey(text string) error { return &failure{class: ErrInvalidKey, text: text} }

// unsupportedKey is for what would be right elsewhere, or in a later release.
func unsupportedKey(text string) *failure {
	return &failure{class: ErrInvalidKey, text: text, cause: errors.ErrUnsupported}
}

// asBadKey is what a package beneath this one says of a key.
func asBadKey(err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return unsupportedKey(err.Error())
	}
	return badKey(err.Error())
}

// foreignFailure is what other code answered, with its error beneath.
func foreignFailure(class error, what string, cause error) *failure {
	return &failure{class: class, text: what + ": " + because(cause), cause: cause}
}

// causedBy keeps within reach what a method of the caller's types answered.
func (f *failure) causedBy(err error) *failure {
	f.cause = err
	return f
}

// isUnavailable reports whether an error of other code says that something is down, or
// that time ran out.
func isUnavailable(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || isNetError(err)
}

// isNetError reports whether there is a net.Error in the tree of err: a time-out, a
// refused connection, a name that DNS does not know. It goes by the methods, so
// that programs without a network need not link package net.
//
// The error numbers of the system have these methods too, whatever they are about:
// a file that is missing has one beneath. So a number counts only where it says
// that it will pass. What package net returns is never a bare number.
func isNetError(err error) bool {
	if e, ok := err.(interface {
		Timeout() bool
		Temporary() bool
	}); ok && (reflect.TypeOf(err).Kind() != reflect.Uintptr || e.Temporary()) {
		return true
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return isNetError(e.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), isNetError)
	}
	return false
}

// because is the text of an error of other code, for a text of ours. It may be one of ours
// after all, whose prefix must not stand there twice.
func because(err error) string { return becauseWithin(300, err) } // it may hold what a token says

// becauseWithin is the same of at most so many bytes.
func becauseWithin(most int, err error) string {
	text := strings.ReplaceAll(err.Error(), "jwt: ", "")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// quote makes untrusted text safe to print, and short.
func quote(text string) string {
	const most = 64
	if len(text) <= most {
		return strconv.Quote(text)
	}
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "…"
}
