package jwt

import (
	"strings"

	"github.com/token-jwt/jwt/internal/foreigntoken"
)

// causes says what was given in place of a token.
var causes = foreigntoken.New(malformed)

// notBase64 says what is wrong with a segment of that name, which starts at an offset of its token.
func (p *decodePolicy) notBase64(token string, start int, segment, name string) *failure {
	return causes.NotBase64(token, start, segment, name, p.has(hasPadding))
}

// Signatures that do not hold, where more is known of it.
var (
	errSignature = &failure{class: ErrInvalidSignature, segment: "signature",
		text: "the signature does not hold: the token was altered, or signed with another key"}
	errSignatureDER = &failure{class: ErrInvalidSignature, segment: "signature",
		text: "the signature does not hold: it is in ASN.1 DER, and a JWT has R and S, one after the other (RFC 7518, Section 3.4)"}
	errSignatureNonce = &failure{class: ErrInvalidSignature, segment: "signature",
		text: `the signature does not hold: the header has a "nonce", as tokens for Microsoft Graph have, which nobody but Graph can verify; ask for a token for this service`}
	errSignatureSpace = &failure{class: ErrInvalidSignature, segment: "signature",
		text: "the signature does not hold: the payload has white space in it, a line break perhaps; was the token wrapped?"}
)

// badSignature says why the signature does not hold, where that shows.
func (m *message) badSignature(payload string) *failure {
	switch s := m.signature; {
	case m.header.Algorithm&ecdsaAlgorithms != 0 && len(s) > 8 && s[0] == 0x30 && (int(s[1]) == len(s)-2 && s[2] == 2 || s[1] == 0x81 && int(s[2]) == len(s)-3 && s[3] == 2):
		return errSignatureDER
	case m.header.hasNonce && m.header.Algorithm == RS256:
		return errSignatureNonce
	case strings.IndexByte(payload, '\n') >= 0, strings.IndexByte(payload, ' ') >= 0:
		return errSignatureSpace
	}
	return errSignature
}
