package bearer

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/token-jwt/jwt"
)

// Reading the token of a request (RFC 6750, Section 2).

const (
	formType = "application/x-www-form-urlencoded"
	maxForm  = 1 << 20 // bytes, which are read before the request is authenticated
)

// read returns the token of a request, and verifies nothing. It returns an ErrNoToken only for
// a request without a token.
func (g *Guard) read(r *http.Request) (string, error) {
	if g == nil || g.decoder == nil {
		return "", errNoGuard
	}
	if r == nil {
		return "", errNoRequest
	}
	token, err := g.fromHeader(r)
	if err != nil && err != errOtherScheme {
		return "", err
	}
	// RFC 6750, Section 2: "Clients MUST NOT use more than one method to transmit the
	// token in each request." A cookie is no such method, and browsers add it by themselves.
	field, formErr := g.fromForm(r)
	switch {
	case formErr != nil:
		return "", formErr
	case token != "" && field != "":
		return "", errTwoTokens
	case token != "":
		return token, nil
	case field != "":
		return field, nil
	}
	token, cookieErr := g.fromCookie(r)
	switch {
	case cookieErr != nil:
		return "", cookieErr
	case token != "":
		return token, nil
	case err != nil:
		return "", err
	}
	return "", errNone
}

// fromHeader returns "" if the header is absent or empty.
func (g *Guard) fromHeader(r *http.Request) (string, error) {
	name := "Authorization"
	if g.header != "" {
		name = g.header
	}
	values := r.Header[name]
	if len(values) == 0 {
		return "", nil
	}
	if len(values) > 1 {
		return "", errSecondHeader
	}
	// RFC 9110, Section 5.5: white space around a field value is not part of it.
	// HTTP/1.1 servers remove it, others may not.
	value := strings.Trim(values[0], " \t")
	if value == "" || g.header != "" {
		return bare(value)
	}
	return credentials(value)
}

// credentials reads the value of Authorization: "Bearer" 1*SP b64token (RFC 6750, Section
// 2.1). The case of the scheme does not matter (RFC 9110, Section 11.1).
func credentials(value string) (string, error) {
	n := 0
	for n < len(value) && nameChars[value[n]] {
		n++
	}
	scheme, rest := value[:n], value[n:]
	if scheme == "" || rest != "" && rest[0] != ' ' {
		return "", errMalformedHeader
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return "", errOtherScheme
	}
	token := strings.TrimLeft(rest, " ")
	if token == "" {
		return "", errEmptyHeader
	}
	return bare(token)
}

// fromForm returns "" if the form has no token. The body can still be read afterwards.
func (g *Guard) fromForm(r *http.Request) (string, error) {
	if g.form == "" || r.Method != http.MethodPost {
		return "", nil
	}
	// Errors in the parameters of the media type are ignored, as in http.Request.ParseForm.
	// Otherwise the guarded handler could find a token that the guard has not seen.
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != formType {
		return "", nil
	}
	form := r.PostForm // nil unless the form was parsed, and the body read, before
	if form == nil {
		var err error
		if form, err = parseForm(r); err != nil {
			return "", err
		}
	}
	values := form[g.form]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return bare(values[0])
	}
	return "", errSecondForm
}

// parseForm reads the body, and replaces it with a body that can be read again.
func parseForm(r *http.Request) (url.Values, error) {
	if r.Body == nil {
		return nil, nil
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	r.Body = &replayed{io.MultiReader(bytes.NewReader(text), r.Body), r.Body}
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, errFormTooLarge
		}
		if r.Context().Err() != nil {
			return nil, &fault{class: jwt.ErrUnavailable, text: "the context ended while the form was read", cause: err}
		}
		return nil, &fault{class: ErrInvalidRequest, text: "the form could not be read", cause: err}
	}
	if len(text) > maxForm {
		return nil, errFormTooLarge
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, errMalformedForm
	}
	return form, nil
}

// A replayed body returns the bytes that were read of it, and then the rest.
type replayed struct {
	io.Reader
	io.Closer
}

// fromCookie returns "" if the cookie is absent or empty. It does not use
// http.Request.Cookies, which skips malformed values and removes quotes: a bad token would
// count as absent, or as good.
func (g *Guard) fromCookie(r *http.Request) (string, error) {
	if g.cookie == "" {
		return "", nil
	}
	const space = " \t\r\n" // what net/http trims
	found, token := 0, ""
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(strings.Trim(pair, space), "=")
			if strings.TrimRight(name, space) == g.cookie {
				found++
				token = value
			}
		}
	}
	switch {
	case found == 0, found == 1 && token == "":
		return "", nil
	case g.crossOrigin.Check(r) != nil:
		return "", errCrossOrigin
	case found > 1:
		return "", errSecondCookie
	}
	return bare(token)
}

// bare checks the characters of a token. "=" may be anywhere, because AWS load balancers pad
// each segment; the decoder checks that.
func bare(token string) (string, error) {
	switch {
	case token == "", tokenChars.all(token):
		return token, nil
	case token[0] == '"', token[0] == '\'', token[len(token)-1] == '"', token[len(token)-1] == '\'':
		return "", errQuoted
	}
	return "", errNotToken
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

// nameChars are the characters in names of schemes, headers and cookies ("tchar", RFC 9110,
// Section 5.6.2). tokenChars are the characters of tokens ("b64token", RFC 6750, Section
// 2.1).
var (
	nameChars  = setOf(letters + digits + "!#$%&'*+-.^_`|~")
	tokenChars = setOf(letters + digits + "-._~+/=")
)

// A charSet is a set of bytes. It is a table because comparisons would be slow: a token has
// hundreds of characters, and the CPU cannot predict the next one.
type charSet [256]bool

func setOf(chars string) (s charSet) {
	for i := range len(chars) {
		s[chars[i]] = true
	}
	return s
}

// all reports whether text is not empty and has only characters of the set.
func (s *charSet) all(text string) bool {
	for i := range len(text) {
		if !s[text[i]] {
			return false
		}
	}
	return text != ""
}
