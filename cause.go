package jwt

import (
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// What was given in place of a token, for the texts of errors. A cause is named only
// where it is known, and else the first character that does not belong, and where. None
// of this is reached by a token that is accepted.

var (
	errSegments      = malformed("", "the token does not have three segments with dots between them")
	errCutShort      = malformed("", "the token has two segments with a dot between them, and not three: it was cut short, or is not signed")
	errOpaque        = malformed("", "the token does not have three segments with dots between them: it is no JWT, but perhaps an opaque access token, which only its issuer can look up")
	errNoValue       = malformed("", `the token does not have three segments, but is the word for no value ("undefined", "null", …): the client sent no token`)
	errTwiceEncoded  = malformed("", "the token does not have three segments, but is the base64 of a whole token: decode it once, and give what is then there")
	errEncrypted     = malformed("", "the token has five segments: it is encrypted (JWE), and encrypted tokens are not supported")
	errSpace         = malformed("", "the token has white space at its start or end, a line break perhaps: trim it")
	errPythonBytes   = malformed("header", "the token stands in b'…', as Python prints bytes: there, decode() makes text of them")
	errSerialization = malformed("header", "the token is JSON, and not three segments with dots between them: only the compact serialization is supported; of a JSON object around a token, give the token alone")
)

// errSchemes are the beginnings of an Authorization header.
var errSchemes = func() (all []scheme) {
	for _, name := range []string{"Bearer", "JWT", "Token", "DPoP", "Authorization"} {
		all = append(all, scheme{name, malformed("header", `the token starts with "`+name+`", of an Authorization header: cut that off, and give the token alone`)})
	}
	return
}()

type scheme struct {
	name string
	err  *failure
}

// A segmentFault has the failures of one segment, made once.
type segmentFault struct{ letters, padded, unpadded *failure }

func faultsOf(segment string) segmentFault {
	return segmentFault{
		malformed(segment, "the "+segment+" is not canonical base64url: a character is missing at its end, or the last one has bits that encode nothing"),
		malformed(segment, "the "+segment+" has '=' padding, and is otherwise right: WithPadding asks for it, in all three segments"),
		malformed(segment, "the "+segment+" is not padded with '=' to a multiple of four characters, which WithPadding asks for"),
	}
}

var headerFault, payloadFault, signatureFault = faultsOf("header"), faultsOf("payload"), faultsOf("signature")

// notThree says what is wrong with a token that does not have three segments.
func notThree(token string, dots int) *failure {
	if f := misread(token); f != nil {
		return f
	}
	if i := strayIn(token, true); i >= 0 {
		return stray(token, i, "")
	}
	switch {
	case dots == 4:
		return errEncrypted
	case dots == 1 && strings.HasPrefix(token, "eyJ"): // {"
		return errCutShort
	case dots < 2:
		return errOpaque
	}
	return errSegments
}

// misread recognizes what stands where a token should.
func misread(token string) *failure {
	for i := range errSchemes {
		if s := &errSchemes[i]; len(token) > len(s.name) && strings.EqualFold(token[:len(s.name)], s.name) && strings.IndexByte(" :%\t", token[len(s.name)]) >= 0 {
			return s.err
		}
	}
	switch strings.TrimSpace(token) {
	case token:
	case "":
		return errSpace
	default:
		if strings.TrimSpace(token)[0] != '{' {
			return errSpace
		}
		return errSerialization
	}
	switch {
	case token[0] == '{':
		return errSerialization
	case strings.HasPrefix(token, "b'"), strings.HasPrefix(token, `b"`):
		return errPythonBytes
	case len(token) < 16:
		switch strings.ToLower(token) {
		case "undefined", "null", "none", "nil", "false", "[object object]":
			return errNoValue
		}
	case strings.HasPrefix(token, "ZXlK"): // base64 of eyJ, which is base64url of {"
		text := strings.TrimRight(token, "=")
		text = text[:len(text)/4*4]
		if inner, ok := appendBase64urlDecoded(nil, text); ok && strings.Count(string(inner), ".") >= 2 {
			return errTwiceEncoded
		}
	}
	return nil
}

// notBase64 says what is wrong with a segment, which starts at that offset of its token.
func (p *decodePolicy) notBase64(token string, start int, segment string, name string, fault *segmentFault) *failure {
	if f := misread(token); f != nil {
		return f
	}
	bare := strings.TrimRight(segment, "=")
	if i := strayIn(bare, false); i >= 0 {
		return stray(token, start+i, name)
	}
	switch {
	case p.has(withPadding):
		if len(bare) == len(segment) {
			return fault.unpadded
		}
	case len(segment)%4 == 0 && len(segment)-len(bare) < 3: // there is padding, else it could be decoded
		return fault.padded
	}
	return fault.letters
}

// strayIn returns the index of the first character that base64url does not have, or -1.
func strayIn(text string, dots bool) int {
	for i := range len(text) {
		if base64urlBits[0][text[i]] == base64urlBad && !(dots && text[i] == '.') {
			return i
		}
	}
	return -1
}

// strays keeps some of the failures that stray made: a client that sends such tokens
// sends many alike, and they should cost little.
var strays [32]atomic.Pointer[strayFault]

type strayFault struct {
	letter  rune
	size    int // of the letter: U+FFFD stands for what is no UTF-8 too
	at      int
	segment string
	failure *failure
}

// stray tells which character of a token does not belong, and where.
func stray(token string, at int, segment string) *failure {
	letter, size := utf8.DecodeRuneInString(token[at:])
	slot := &strays[(at*7+int(letter)*3+len(segment))%len(strays)]
	if known := slot.Load(); known != nil && known.letter == letter && known.size == size && known.at == at && known.segment == segment {
		return known.failure
	}
	where := " at index " + strconv.Itoa(at)
	if segment != "" {
		where += ", in its " + segment
	}
	text := "the token has " + strconv.QuoteRuneToASCII(letter) + where + ", where only base64url and two dots belong"
	switch letter {
	case '"', '\'':
		text += ": cut the quotes off"
	case '%':
		text += ": it is percent-encoded, as in a URL; decode that first"
	case '\n', '\r':
		text += ": a line break; the token was wrapped, put it on one line"
	case ' ', '\t':
		text += ": white space; is there more than the token?"
	case '~':
		text += ": it is an SD-JWT, which is not supported; a JWT ends before the '~'"
	case ',':
		text += ": is that several tokens, or several values of a header?"
	case ';':
		text += ": are those the attributes of a cookie? Give its value alone"
	case '+', '/':
		text += ": it is written in base64, and base64url has '-' and '_' there"
	case '=':
		text += ": padding, which stands at the end of a segment alone; or is a name before the token?"
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00a0', '\u00ad':
		text += ": an invisible character, copied along"
	case utf8.RuneError:
		if size == 1 {
			text = "the token has a byte that is not even UTF-8" + where
		}
	}
	f := malformed(segment, text)
	slot.Store(&strayFault{letter, size, at, segment, f})
	return f
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
