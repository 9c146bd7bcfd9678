package jwt

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The classes of failure, for errors.Is. A server answers by them: everything
// under [ErrInvalidToken] is the client's fault (401), [ErrUnavailable] is
// nobody's (503), [ErrInvalidKey] and [ErrInvalidOption] are the program's own
// (500). No token, however malformed, can cause one of the last two.
var (
	// ErrInvalidToken is every failure that is the token's fault: refuse it.
	ErrInvalidToken error = &class{text: "the token is invalid"}

	// ErrDecode is a malformed token: its segments, base64url or JSON, or an
	// "exp" or "nbf" that is no date.
	ErrDecode error = &class{text: "the token is malformed", parent: ErrInvalidToken}

	// ErrInvalidSignature is a token that was altered, or signed with another key.
	ErrInvalidSignature error = &class{text: "the signature does not hold", parent: ErrDecode}

	// ErrInvalidAlgorithm is an "alg" that is absent, unknown or not allowed.
	ErrInvalidAlgorithm error = &class{text: "the algorithm is not allowed", parent: ErrInvalidToken}

	// ErrExpired is a good token past its "exp", or past the maximum age: ask
	// the client to log in again, or refresh it (see [ExpiredError]).
	ErrExpired error = &class{text: "the token has expired", parent: ErrInvalidToken}

	// ErrImmature is a token from the future, by its "nbf" or "iat". Clocks
	// that disagree are what [WithLeeway] is for.
	ErrImmature error = &class{text: "the token is not valid yet", parent: ErrInvalidToken}

	// ErrInvalidIssuedAt is an "iat" that is no date.
	ErrInvalidIssuedAt error = &class{text: `"iat" is no date`, parent: ErrInvalidToken}

	// ErrInvalidIssuer is an "iss" that is not the one wanted, or no string.
	ErrInvalidIssuer error = &class{text: `"iss" is not the one wanted`, parent: ErrInvalidToken}

	// ErrInvalidAudience is an "aud" that does not name this service, one that
	// nobody asked for, or one that is no string or array of strings.
	ErrInvalidAudience error = &class{text: `"aud" does not name this service`, parent: ErrInvalidToken}

	// ErrInvalidSubject is a "sub" that is not the one wanted, or no string.
	ErrInvalidSubject error = &class{text: `"sub" is not the one wanted`, parent: ErrInvalidToken}

	// ErrInvalidID is a "jti" that is no string.
	ErrInvalidID error = &class{text: `"jti" is no string`, parent: ErrInvalidToken}

	// ErrInvalidType is a "typ" that is not the one wanted: a token made for
	// another purpose.
	ErrInvalidType error = &class{text: `"typ" is not the one wanted`, parent: ErrInvalidToken}

	// ErrMissingClaim is a claim that was asked for and is not there.
	ErrMissingClaim error = &class{text: "a claim is missing", parent: ErrInvalidToken}

	// ErrKeyNotFound is a token for which the key set holds no key.
	ErrKeyNotFound error = &class{text: "no key for this token", parent: ErrInvalidToken}

	// ErrInvalidKey is a key that cannot serve: mend the program's configuration.
	ErrInvalidKey error = &class{text: "the key cannot serve"}

	// ErrUnavailable is a validator's, a signer's or a key source's back end
	// that is down: the token may be good, try again later.
	ErrUnavailable error = &class{text: "a service this depends on is unavailable"}

	// ErrKeySet is a live key set that could not be fetched.
	ErrKeySet error = &class{text: "the key set could not be fetched", parent: ErrUnavailable}

	// ErrInvalidOption is contradictory or impossible options, or a payload
	// that no verifier would accept: mend the program.
	ErrInvalidOption error = &class{text: "an option or argument is invalid"}
)

// InvalidTokenError is the detail of any failure under [ErrInvalidToken], for
// errors.As. Each caller gets a copy of its own.
type InvalidTokenError struct {
	Claim string // the claim to blame, such as "exp"; "" where it is none
	of    *failure
}

// DecodeError is the detail of a failure under [ErrDecode], for errors.As.
type DecodeError struct {
	Segment string // "header", "payload" or "signature"; "" where it is the token as a whole
	of      *failure
}

// ExpiredError is the detail of [ErrExpired], for errors.As.
//
// Token is set only where expiry is all that is wrong with it: the signature
// holds, and so do every other check and the validators. It is for programs
// that refresh such tokens; anything else must treat the token as refused.
type ExpiredError struct {
	ExpiresAt time.Time     // "exp", or "iat" plus the maximum age
	Now       time.Time     // the clock it was compared with
	Leeway    time.Duration // the leeway that was allowed
	Token     *Token        // the expired token, otherwise good; or nil
	of        *failure
}

// Error describes the failure in a line.
func (e *InvalidTokenError) Error() string { return e.of.describe(ErrInvalidToken) }

// Error describes the failure in a line.
func (e *DecodeError) Error() string { return e.of.describe(ErrDecode) }

// Error describes the failure in a line.
func (e *ExpiredError) Error() string { return e.of.describe(ErrExpired) }

// Unwrap gives the failure whole, so that its class can be asked for.
func (e *InvalidTokenError) Unwrap() error { return e.of.or(ErrInvalidToken) }

// Unwrap gives the failure whole, so that its class can be asked for.
func (e *DecodeError) Unwrap() error { return e.of.or(ErrDecode) }

// Unwrap gives the failure whole, so that its class can be asked for.
func (e *ExpiredError) Unwrap() error { return e.of.or(ErrExpired) }

// A class is what the sentinels are. It matches itself and all its parents.
type class struct {
	text   string
	parent error
}

func (c *class) Error() string { return "jwt: " + c.text }
func (c *class) Unwrap() error { return c.parent }

// A failure is every other error of this package. It is never changed once
// made, so the commonest ones are made once; callers reach its data only as
// copies, through As.
type failure struct {
	class   error  // one of the sentinels
	text    string // what happened, what was wanted, what to do
	claim   string
	segment string
	cause   error // what a signer, a validator or a source answered
	expired *expiry
}

// An expiry is what an [ExpiredError] is made from, again for each caller.
type expiry struct {
	claim    string // "exp", or "iat" where it is the maximum age
	at, now  time.Time
	leeway   time.Duration
	evidence *Token // nil unless expiry is all that is wrong
}

func (f *failure) Error() string { return "jwt: " + f.text }

func (f *failure) Is(target error) bool { return inClass(f.class, target) }

func (f *failure) Unwrap() error { return f.cause }

func (f *failure) As(target any) bool {
	switch t := target.(type) {
	case **InvalidTokenError:
		if !inClass(f.class, ErrInvalidToken) {
			return false
		}
		*t = &InvalidTokenError{Claim: f.claim, of: f}
	case **DecodeError:
		if !inClass(f.class, ErrDecode) {
			return false
		}
		*t = &DecodeError{Segment: f.segment, of: f}
	case **ExpiredError:
		if f.expired == nil {
			return false
		}
		x := f.expired
		*t = &ExpiredError{ExpiresAt: x.at, Now: x.now, Leeway: x.leeway, Token: x.evidence.clone(), of: f}
	default:
		return false
	}
	return true
}

// inClass reports whether target is c or one of its parents.
func inClass(c, target error) bool {
	for c != nil {
		if c == target {
			return true
		}
		c = c.(*class).parent
	}
	return false
}

// The exported types may also be made by a program, for its tests: without a
// failure beneath they speak for their class.

func (f *failure) describe(c error) string {
	return f.or(c).Error()
}

func (f *failure) or(c error) error {
	if f == nil {
		return c
	}
	return f
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

// because is the text of an error of somebody else's, for a text of ours: should
// it be one of ours after all, its prefix would stand there twice.
func because(err error) string { return strings.ReplaceAll(err.Error(), "jwt: ", "") }

// quote makes untrusted text safe to print, and short.
func quote(text string) string {
	const most = 40
	if len(text) <= most {
		return strconv.Quote(text)
	}
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "…"
}
