package bearer

import (
	"errors"

	"github.com/token-jwt/jwt"
)

// The classes of errors of this package, for [errors.Is]. A token that is refused is an error
// of package jwt, usually under [jwt.ErrInvalidToken]. [Guard.WriteError] has the answer to
// each class.
var (
	// ErrNoToken is a request without a token, or with credentials of another
	// scheme: 401 without an error code. No token that is refused matches it, so a
	// program may treat such a request as anonymous.
	ErrNoToken = errors.New("bearer: the request has no token")

	// ErrInvalidRequest is a request that has more than one token, or in which the part
	// with the token is malformed: 400, "invalid_request".
	ErrInvalidRequest = errors.New("bearer: the request is malformed")

	// ErrInsufficientScope is a good token that lacks a scope: 403,
	// "insufficient_scope". A validator ([jwt.WithValidator]) may return or wrap it to
	// get this answer.
	ErrInsufficientScope = errors.New("bearer: the token lacks a scope")

	// ErrCrossOrigin is a token in a cookie of a request that comes from another site:
	// 403. See [WithCookie].
	ErrCrossOrigin = errors.New("bearer: the token in the cookie came with a request of another site")
)

// A fault is the type of all other errors of this package. It is immutable.
type fault struct {
	class error  // one of the sentinels, here or in package jwt
	text  string // fixed, or from the program's settings: never from the request
	claim string // of a jwt.InvalidTokenError, if one claim is to blame
	cause error  // another error that errors.Is and errors.As find, or nil
}

func (f *fault) Error() string { return "bearer: " + f.text }

func (f *fault) Is(target error) bool { return errors.Is(f.class, target) }

func (f *fault) Unwrap() error { return f.cause }

// As gives each caller a copy of the data, as errors of package jwt do: the fault is shared.
func (f *fault) As(target any) bool {
	data, ok := target.(**jwt.InvalidTokenError)
	if !ok || !f.Is(jwt.ErrInvalidToken) {
		return false
	}
	*data = &jwt.InvalidTokenError{Claim: f.claim}
	return true
}

// Errors of the request. The texts of ErrInvalidRequest are sent to the client as
// error_description, so they have no quotes and no backslashes (RFC 6750, Section 3).
var (
	errNone        = &fault{class: ErrNoToken, text: `the request has no token: "Authorization: Bearer <token>" is wanted, or what the options say instead`}
	errOtherScheme = &fault{class: ErrNoToken, text: `the Authorization header is of another scheme: "Authorization: Bearer <token>" is wanted (is the word Bearer missing?)`}

	errSecondHeader    = invalidRequest("the header that carries the token is there more than once")
	errMalformedHeader = invalidRequest("the Authorization header is malformed")
	errEmptyHeader     = invalidRequest("the Authorization header has no token after the word Bearer")
	errSecondForm      = invalidRequest("the form has more than one token")
	errSecondCookie    = invalidRequest("there is more than one cookie with a token")
	errTwoTokens       = invalidRequest("there is a token in a header and in the form")
	errQuoted          = invalidRequest("the token is in quotes")
	errNotToken        = invalidRequest("the token has characters that no token has")
	errFormTooLarge    = invalidRequest("the form is too large")
	errMalformedForm   = invalidRequest("the form is malformed")

	errCrossOrigin = &fault{class: ErrCrossOrigin, text: "the token is in a cookie, and the request comes from another site by its Sec-Fetch-Site or Origin header"}
)

// Errors of a token that the decoder accepted.
var (
	errNoExpiry = &fault{
		class: jwt.ErrMissingClaim, claim: "exp",
		text: `the token has no "exp", so it never expires; to accept such tokens, use WithoutExpiry`,
	}
	errBound = &fault{
		class: jwt.ErrInvalidToken, claim: "cnf",
		text: `the token is bound to a key of its holder ("cnf"), which is not checked here; to accept such tokens, check the key and use AllowBound`,
	}
	errNotNone = &fault{class: jwt.ErrInvalidToken, text: "the decoder returned ErrNoToken for a request that has a token"}
)

// Errors of the program.
var (
	errNoGuard     = badOption("the Guard is nil or empty; make one with New")
	errNoRequest   = badOption("the request is nil")
	errNoHandler   = badOption("the handler to guard is nil")
	errNoError     = badOption("WriteError was given no error")
	errNoAnswer    = badOption("the decoder returned neither a token nor an error")
	errHasToken    = badOption("the decoder returned an error that has the token in its text, and so is not shown")
	errForeign     = badOption("an option is nil")
	errNilDecoder  = badOption("New was given a nil decoder; make one with jwt.NewDecoder")
	errNoScopeName = badOption("Scope was given no names; for any good token, use Handler")
)

func invalidRequest(text string) *fault { return &fault{class: ErrInvalidRequest, text: text} }

func badOption(text string) *fault { return &fault{class: jwt.ErrInvalidOption, text: text} }
