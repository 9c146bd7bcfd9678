package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/token-jwt/jwt"
)

// The exit codes, by what a script would do about them. The package documentation and
// exitCodesHelp list them.
const (
	exitOK = iota
	exitRefused
	exitUsage
	exitExpired
	exitSignature
	exitMalformed
	exitKey
	exitUnavailable
	exitFile
)

const exitCodesHelp = `
Exit codes:
  0  done: for verify, the token is good
  1  the token is refused: a claim or the type is not as wanted, or it is not valid yet
  2  wrong usage: flags, arguments, claims that cannot be signed
  3  the token has expired, or is older than -max-age
  4  the signature does not hold, no key fits the token, or its algorithm is not allowed
  5  the token is malformed
  6  the key cannot be used; for jwks check, a member cannot, or should not be published
  7  keys could not be fetched
  8  a file could not be read or written
`

// A failure is an error of the tool itself, with its exit code.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

func usageError(format string, args ...any) error {
	return &failure{exitUsage, fmt.Sprintf(format, args...)}
}

func keyError(format string, args ...any) error {
	return &failure{exitKey, fmt.Sprintf(format, args...)}
}

func fileError(format string, args ...any) error {
	return &failure{exitFile, fmt.Sprintf(format, args...)}
}

// at says which of several inputs an error is about.
func at(where string, err error) error {
	return fmt.Errorf("%s: %w", where, trimmed{err})
}

// trimmed is an error without the prefix of its text, which stands in front of the whole.
type trimmed struct{ error }

func (t trimmed) Error() string { return strings.TrimPrefix(t.error.Error(), "jwt: ") }
func (t trimmed) Unwrap() error { return t.error }

// classes are the errors of the library, each before those that include it, with the name
// that verify -json gives them.
var classes = []struct {
	err  error
	code int
	name string
}{
	{jwt.ErrExpired, exitExpired, "expired"},
	{jwt.ErrInvalidSignature, exitSignature, "signature"},
	{jwt.ErrKeyNotFound, exitSignature, "key not found"},
	{jwt.ErrInvalidAlgorithm, exitSignature, "algorithm"},
	{jwt.ErrDecode, exitMalformed, "malformed"},
	{jwt.ErrImmature, exitRefused, "not valid yet"},
	{jwt.ErrInvalidIssuer, exitRefused, "issuer"},
	{jwt.ErrInvalidAudience, exitRefused, "audience"},
	{jwt.ErrInvalidSubject, exitRefused, "subject"},
	{jwt.ErrInvalidType, exitRefused, "type"},
	{jwt.ErrMissingClaim, exitRefused, "missing claim"},
	{jwt.ErrInvalidToken, exitRefused, "refused"},
	{jwt.ErrUnavailable, exitUnavailable, "unavailable"},
	{jwt.ErrInvalidKey, exitKey, "key"},
	{jwt.ErrInvalidOption, exitUsage, "usage"},
}

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if own, ok := errors.AsType[*failure](err); ok {
		return own.code
	}
	for _, c := range classes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return exitFile // what is left: writing the output
}

// className is exitCode in a word, for JSON.
func className(err error) string {
	for _, c := range classes {
		if errors.Is(err, c.err) {
			return c.name
		}
	}
	return "other"
}

// flagNames are the flags of this tool for the options of the library that its errors name.
var flagNames = strings.NewReplacer(
	"openssl rand -out key 32", "openssl rand -out FILE 32",
	"make one with GenerateKey", `make one with "jwt key new HS256"`,
	`a weak one with NewKey and AllowWeakKey`, "a weak one with -allow-weak-key",
	"; golang.org/x/crypto/ssh reads all kinds, for NewKey", "",
	"for Ed25519 use ParseRawPrivateKey of golang.org/x/crypto/ssh, and give the key to NewKey",
	`for Ed25519 make another by "jwt key new EdDSA"`,
	"ParsePEM reads each certificate", "each certificate, as a file, is a KEY",
	"KeySet.Skipped says why", "jwt jwks check says why",
	"(at most 256 KiB, or the size that WithMaxSize sets)", "(at most 256 KiB)",
	"it takes a time.Duration, in which 30 means 30ns: write 30*time.Second", "it takes a longer one, such as 30s",
	"JSON (a json.RawMessage, a json.Number or from MarshalJSON) that is not strictly valid",
	"JSON that is not strictly valid: an object with a name twice, perhaps, or text that is not UTF-8",
	"; WithUnencodedPayload sets both", "",
	"it timed out (by jwt.WithFetchTimeout, the context or the client)", "it timed out",
	"credentials are added by the transport of WithClient", "this tool sends none to an issuer",
	"use Remote with the URL", "use -key with the URL",
	" (for a file or another store, use jwt.KeySourceFunc)", "",
	"Remote needs the URL", "-key needs the URL", "Discover needs the URL", "-issuer needs the URL",
	"AllowHTTP", "-allow-http",
	"AllowWeakKey", "-allow-weak-key",
	"WithAlgorithm", "-alg",
	"WithAudience", "-audience",
	"WithClock", "-now",
	"WithExpiresIn", "-expires-in",
	"WithHeader", "-header",
	"WithIssuer", "-issuer",
	"WithKeyID", "-kid",
	"WithKeyAlgorithm", "-alg",
	"WithLeeway", "-leeway",
	"WithMaxTokenAge", "-max-age",
	"WithPadding", "-padding",
	"WithRequired", "-require",
	"WithStrictAudience", "-strict-audience",
	"WithSubject", "-subject",
	"WithType", "-type",
	"WithoutCheck", "-without-check",
)

// anOption is an option of the library with a name: WithoutCheck("aud").
var anOption = regexp.MustCompile(`\b(With\w+)\("(\w+)"\)`)

// aReader is the advice to call a function of a library, where a flag does it.
var aReader = regexp.MustCompile(`read (it|that|its PEM|a key|a JWK|each certificate)? ?with Parse(?:PEM|JWK|KeySet)\b|` +
	`read it with crypto/x509, Parse\w+, and give the result to NewKey`)

// inFlags is a text of the library in terms of the command line.
func inFlags(text string) string {
	text = anOption.ReplaceAllString(text, "$1 $2")
	text = aReader.ReplaceAllStringFunc(text, func(advice string) string {
		if strings.Contains(advice, "crypto/x509") {
			return "convert it to PEM (openssl pkey, or openssl x509), and give that by -key"
		}
		return "give it by -key"
	})
	return flagNames.Replace(text)
}

// errorLine is what the user reads of an error.
func errorLine(err error) string {
	return visible("jwt: " + inFlags(trimmed{err}.Error()))
}
