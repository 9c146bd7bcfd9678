package jwt

import (
	"strings"

	"github.com/token-jwt/jwt/internal/base64url"
	"github.com/token-jwt/jwt/internal/foreigntoken"
)

// The compact serialization (RFC 7515, Section 7.1): three segments, cut at the dots and
// decoded.
//
// The second part of the file finds out what is wrong with the text, for errors. An error
// names the likely mistake if there is one. Otherwise it names the first character that is
// wrong, and its index. No accepted token reaches this part.

// A compact is a token cut at its dots. None of its segments is decoded yet.
type compact struct {
	token                      string
	header, payload, signature string
	padded                     bool // the segments must have '=' padding; see WithPadding
}

// cutCompact cuts a token at its dots.
func cutCompact(token string, maxSize int, padded bool) (c compact, f *failure) {
	if len(token) > maxSize {
		return c, errSize
	}
	var rest string
	var hasFirstDot, hasSecondDot bool
	c.token, c.padded = token, padded
	c.header, rest, hasFirstDot = strings.Cut(token, ".")
	c.payload, c.signature, hasSecondDot = strings.Cut(rest, ".")
	switch {
	case token == "":
		return c, errEmpty
	case !hasFirstDot:
		return c, causes.NotThree(token, 0)
	case !hasSecondDot:
		return c, causes.NotThree(token, 1)
	}
	if more := strings.Count(c.signature, "."); more > 0 {
		return c, causes.NotThree(token, 2+more)
	}
	return c, nil
}

// signingInput returns what is signed: the JWS Signing Input of RFC 7515.
func (c *compact) signingInput() string { return c.token[:len(c.header)+1+len(c.payload)] }

// detachedInput returns what is signed if the payload is detached. The payload is encoded like
// a segment, or if raw is true used as it is (RFC 7797).
func (c *compact) detachedInput(payload []byte, raw bool) string {
	input := []byte(c.token[:len(c.header)+1])
	if raw {
		return string(append(input, payload...))
	}
	start := len(input)
	input = base64url.AppendEncode(input, payload)
	for c.padded && (len(input)-start)%4 != 0 {
		input = append(input, '=')
	}
	return string(input)
}

// decodeHeader appends the bytes of the header segment to dst.
func (c *compact) decodeHeader(dst []byte) ([]byte, *failure) {
	if len(c.header) > base64url.EncodedLen(maxHeader)+2 {
		return dst, errHeaderSize
	}
	dst, ok := c.decode(dst, c.header)
	switch {
	case !ok:
		return dst, c.notBase64(0, c.header, "header")
	case len(dst) > maxHeader:
		return dst, errHeaderSize
	}
	return dst, nil
}

// decodePayload appends the bytes of the payload segment to dst.
func (c *compact) decodePayload(dst []byte) ([]byte, *failure) {
	dst, ok := c.decode(dst, c.payload)
	if !ok {
		return dst, c.notBase64(len(c.header)+1, c.payload, "payload")
	}
	return dst, nil
}

// decodeSignature appends the bytes of the signature segment to dst.
func (c *compact) decodeSignature(dst []byte) ([]byte, *failure) {
	dst, ok := c.decode(dst, c.signature)
	if !ok {
		return dst, c.notBase64(len(c.token)-len(c.signature), c.signature, "signature")
	}
	return dst, nil
}

// decode appends the bytes of one segment to dst. It returns false if the text is not
// canonical base64url.
func (c *compact) decode(dst []byte, text string) ([]byte, bool) {
	if c.padded {
		if len(text)%4 != 0 {
			return dst, false
		}
		// A third '=' is left, and refused: it is not in the alphabet.
		text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
	}
	return base64url.AppendDecode(dst, text)
}

var (
	errSize        = malformed("", "the token is too long (at most 256 KiB, or the size that WithMaxSize sets)")
	errEmpty       = malformed("", "the token is empty")
	errNotDetached = malformed("payload", "the token carries a payload, and WithDetachedPayload gives one too; leave the option out, or use the detached token")
)

// causes finds the likely mistake: JSON, a key or a URL given as a token, for example.
var causes = foreigntoken.New(malformed)

// notBase64 says what is wrong with a segment. start is its offset in the token.
func (c *compact) notBase64(start int, segment, name string) *failure {
	return causes.NotBase64(c.token, start, segment, name, c.padded)
}

// Signatures that do not hold. All but the first name a likely cause.
var (
	errSignature = &failure{
		class: ErrInvalidSignature, segment: "signature",
		text: "the signature does not hold: the token was altered, or signed with another key",
	}
	errSignatureDER = &failure{
		class: ErrInvalidSignature, segment: "signature",
		text: "the signature does not hold: it is in ASN.1 DER, and a JWT has R followed by S instead (RFC 7518, Section 3.4)",
	}
	errSignatureNonce = &failure{
		class: ErrInvalidSignature, segment: "signature",
		text: `the signature does not hold: the header has a "nonce", as tokens for Microsoft Graph have, which nobody but Graph can verify; ask for a token for this service`,
	}
	errSignatureSpace = &failure{
		class: ErrInvalidSignature, segment: "signature",
		text: "the signature does not hold: the payload has white space in it, a line break perhaps; was the token wrapped?",
	}
)

// badSignature guesses why the signature does not hold.
func (c *compact) badSignature(h *Header, signature []byte) *failure {
	switch s := signature; {
	case h.Algorithm&ecdsaAlgorithms != 0 && len(s) >= 8 && s[0] == 0x30 && (int(s[1]) == len(s)-2 && s[2] == 2 || s[1] == 0x81 && int(s[2]) == len(s)-3 && s[3] == 2):
		return errSignatureDER
	case h.hasNonce && h.Algorithm == RS256:
		return errSignatureNonce
	case strings.IndexByte(c.payload, '\n') >= 0, strings.IndexByte(c.payload, ' ') >= 0:
		return errSignatureSpace
	}
	return errSignature
}
