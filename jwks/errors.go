package jwks

import (
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/token-jwt/jwt"
)

// A failure is the type of all errors of this package. It matches one class of package jwt, and
// no other. So a cause that would match a second class is not kept.
type failure struct {
	class error
	text  string
	cause error // the error of the network or the client
}

func (f *failure) Error() string        { return "jwt: " + f.text }
func (f *failure) Is(target error) bool { return errors.Is(f.class, target) }
func (f *failure) Unwrap() error        { return f.cause }

func badOption(text string) error { return &failure{class: jwt.ErrInvalidOption, text: text} }

func notFetched(text string, cause error) error {
	for _, class := range []error{jwt.ErrInvalidToken, jwt.ErrInvalidKey, jwt.ErrUnavailable, jwt.ErrInvalidOption} {
		if errors.Is(cause, class) {
			cause = nil
		}
	}
	return &failure{jwt.ErrKeySet, text, cause}
}

// plain prepares the text of another package's error to be part of an error text: one line, and
// short.
func plain(text string) string { return short(inOneLine(text)) }

// inOneLine is plain for texts that are bounded already.
func inOneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ReplaceAll(text, "jwt: ", ""))
}

// quote makes untrusted text safe to print, and short.
func quote(text string) string { return strconv.Quote(short(text)) }

func short(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
