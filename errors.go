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

// The classes of errors, for errors.Is. A server chooses its answer by them: all errors
// under [ErrInvalidToken] are the client's fault (401), [ErrUnavailable] is nobody's fault
// (503), [ErrInvalidKey] and [ErrInvalidOption] are the program's fault (500). No token,
// however malformed, can cause one of the last two.
//
// An error also matches the classes that its class belongs to: all from [ErrDecode] to
// [ErrKeyNotFound] belong to [ErrInvalidToken]. [ErrInvalidSignature] belongs to
// [ErrDecode], so test for ErrInvalidSignature first.
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

	// ErrExpired is a token past its "exp", or past the maximum age. Ask the client to
	// log in again, or refresh the token (see [ExpiredError]).
	ErrExpired error = class(failure{text: "the token has expired", class: ErrInvalidToken, expired: &expiry{}})

	// ErrImmature is a token from the future, by its "nbf" or "iat". If the clocks of
	// issuer and verifier differ, use [WithLeeway].
	ErrImmature error = class(failure{text: "the token is not valid yet", class: ErrInvalidToken})

	// ErrInvalidIssuedAt is an "iat" that is no date.
	ErrInvalidIssuedAt error = class(failure{text: `"iat" is no date`, class: ErrInvalidToken, claim: "iat"})

	// ErrInvalidIssuer is an "iss" that is not the one wanted, or no string.
	ErrInvalidIssuer error = class(failure{text: `"iss" is not the one wanted`, class: ErrInvalidToken, claim: "iss"})

	// ErrInvalidAudience is an "aud" that does not name this service, or that is neither a
	// string nor an array of strings. It is also any "aud" if no option asks for one.
	ErrInvalidAudience error = class(failure{text: `"aud" does not name this service`, class: ErrInvalidToken, claim: "aud"})

	// ErrInvalidSubject is a "sub" that is not the one wanted, or no string.
	ErrInvalidSubject error = class(failure{text: `"sub" is not the one wanted`, class: ErrInvalidToken, claim: "sub"})

	// ErrInvalidID is a "jti" that is no string.
	ErrInvalidID error = class(failure{text: `"jti" is no string`, class: ErrInvalidToken, claim: "jti"})

	// ErrInvalidType is a "typ" that is not the one wanted: a token made for
	// another purpose.
	ErrInvalidType error = class(failure{text: `"typ" is not the one wanted`, class: ErrInvalidToken})

	// ErrMissingClaim is a claim that an option asks for, and that the token does not have;
	// [InvalidTokenError] names it.
	ErrMissingClaim error = class(failure{text: "a claim is missing", class: ErrInvalidToken})

	// ErrKeyNotFound is a token for which the key set holds no key.
	ErrKeyNotFound error = class(failure{text: "no key for this token", class: ErrInvalidToken})

	// ErrInvalidKey is a key that cannot be used: correct the program's configuration.
	ErrInvalidKey error = class(failure{text: "the key cannot serve"})

	// ErrUnavailable says that a validator, a signer or a key source could not do its work,
	// or that a context ended. The token may be valid: try again later. A validator returns
	// or wraps it if its back end is down. Errors of package net count as ErrUnavailable
	// without that (see [WithValidator]).
	ErrUnavailable error = class(failure{text: "a service this depends on is unavailable"})

	// ErrKeySet is a live key set that could not be fetched (see [NewLiveKeySet]), or
	// a caller's context that ended while it waited for the fetch. Try again later.
	ErrKeySet error = class(failure{text: "the key set could not be fetched", class: ErrUnavailable})

	// ErrInvalidOption is contradictory or impossible options, or a payload
	// that no verifier would accept: correct the program.
	ErrInvalidOption error = class(failure{text: "an option or argument is invalid"})
)

// InvalidTokenError has the details of an error under [ErrInvalidToken], for [errors.As].
// Each caller gets a copy. A class, such as [ErrInvalidIssuer] returned by a program, has
// them too: its Claim is the claim of the class.
type InvalidTokenError struct {
	Claim string // the claim that caused the error, such as "exp"; "" if no claim did
	of    error
}

// DecodeError has the details of an error under [ErrDecode], for [errors.As]. Each
// caller gets a copy. A class has them too.
type DecodeError struct {
	Segment string // "header", "payload" or "signature"; "" if it is the token as a whole
	of      error
}

// ExpiredError has the details of an [ErrExpired], for [errors.As]. Each caller gets a
// copy. If a program returns ErrExpired itself, all fields are zero.
//
// Token is set only if expiry is the one fault of the token: the signature holds, every
// other check and every validator passed, and the claims fit the type that the caller
// asked for. It is for programs that refresh such tokens; any other program must treat the
// token as refused.
type ExpiredError struct {
	ExpiresAt time.Time     // "exp", or "iat" plus the maximum age
	Now       time.Time     // the clock it was compared with
	Leeway    time.Duration // the leeway that was allowed
	Token     *Token        // the expired token, if it has no other fault; otherwise nil
	of        error
}

// A program can also make the three detail types, for its tests, or return a nil one by
// mistake. Such an error has no failure in "of", and counts as its class.

// Error describes the failure in a line.
func (e *InvalidTokenError) Error() string { return e.Unwrap().Error() }

// Error describes the failure in a line.
func (e *DecodeError) Error() string { return e.Unwrap().Error() }

// Error describes the failure in a line.
func (e *ExpiredError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the error that e has the details of, so that errors.Is finds its class.
func (e *InvalidTokenError) Unwrap() error {
	if e == nil || e.of == nil {
		return ErrInvalidToken
	}
	return e.of
}

// Unwrap returns the error that e has the details of, so that errors.Is finds its class.
func (e *DecodeError) Unwrap() error {
	if e == nil || e.of == nil {
		return ErrDecode
	}
	return e.of
}

// Unwrap returns the error that e has the details of, so that errors.Is finds its class.
func (e *ExpiredError) Unwrap() error {
	if e == nil || e.of == nil {
		return ErrExpired
	}
	return e.of
}

// A failure is the type of all errors of this package. The sentinels are failures too, and
// are the classes of the others. A failure is immutable, so common ones are allocated once.
// Callers get its data only as copies, through As. As works for sentinels too, because a
// program may return one.
type failure struct {
	isClass bool
	class   error  // the sentinel that it belongs to; nil for the top classes
	text    string // what happened, what was wanted, what to do
	claim   string
	segment string
	cause   error // the error that a signer, a validator or a source returned
	expired *expiry
}

// class makes a sentinel.
func class(f failure) error {
	f.isClass = true
	return &f
}

// An expiry has the data of an [ExpiredError], which is made anew for each caller.
type expiry struct {
	claim   string // "exp", or "iat" for the maximum age
	at, now time.Time
	leeway  time.Duration
	token   *Token // nil if the token has another fault
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

// Unwrap returns the error of other code, or the class that a sentinel belongs to.
func (f *failure) Unwrap() error {
	switch {
	case f.cause != nil:
		return &foreign{f.cause}
	case f.isClass:
		return f.class
	}
	return nil
}

// As stores the details of the failure in target, if target has a matching type.
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

// A foreign error wraps an error of other code. errors.Is and errors.As see it, except for
// the classes and detail types of this package, which must be about this token. A validator
// may decode a second token, or parse a key. If that fails, this token did not expire, and
// the program is not at fault.
//
// foreign has no method Unwrap, because errors.Is would then find those classes. It is used
// as a pointer: errors.Is compares values, and would panic if err holds a slice.
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

// Makers of failures.

func malformed(segment, text string) *failure {
	return &failure{class: ErrDecode, segment: segment, text: text}
}

func badClaim(class error, claim, text string) *failure {
	return &failure{class: class, claim: claim, text: text}
}

func badOption(text string) error { return &failure{class: ErrInvalidOption, text: text} }

func badKey(text string) error { return &failure{class: ErrInvalidKey, text: text} }

// unsupportedKey makes the error for a kind of key that other software, or a later release,
// may support.
func unsupportedKey(text string) *failure {
	return &failure{class: ErrInvalidKey, text: text, cause: errors.ErrUnsupported}
}

// asBadKey converts an error of an internal package about a key.
func asBadKey(err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return unsupportedKey(err.Error())
	}
	return badKey(err.Error())
}

// foreignFailure wraps an error of other code.
func foreignFailure(class error, what string, cause error) *failure {
	return &failure{class: class, text: what + ": " + because(cause), cause: cause}
}

// causedBy sets the cause: an error of a method of the caller's type.
func (f *failure) causedBy(err error) *failure {
	f.cause = err
	return f
}

// isUnavailable reports whether an error of other code says that a service is down, or that
// a deadline passed.
func isUnavailable(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || isNetError(err)
}

// isNetError reports whether the tree of err has a net.Error: a time-out, a refused
// connection, an unknown DNS name. It looks for the methods of net.Error, so that programs
// without a network need not link package net.
//
// The error numbers of the system (syscall.Errno) have these methods too. The error for a
// missing file wraps such a number, for example. So a number counts only if it is temporary.
// Package net never returns a bare number.
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

// because returns the text of an error, to be part of another error text. It removes the
// prefix "jwt: ", which must not occur twice, and bounds the length, as the text may come
// from a token.
func because(err error) string { return becauseWithin(300, err) }

// becauseWithin is because with a bound of most bytes.
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
