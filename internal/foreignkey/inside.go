package foreignkey

import (
	"bytes"
	"slices"
	"strings"
)

// Finding a key inside other text: a line of an environment file or of YAML, the answer of a
// KMS or of an issuer, XML.

// base64Starts has the first characters of keys in base64: of "-----BEGIN", {"kty": and {"keys":[
var base64Starts = [...]struct {
	start string
	form  form
}{
	{"LS0tLS1CRUdJTi", formPEM},
	{"eyJrdHkiO", formJWK},
	{"eyJrZXlzIjpb", formJWKSet},
}

// keyInside searches text for a JWK in any notation, for base64 of a key, and for a key in
// XML. A pass phrase has none of these. The time is linear.
func keyInside(text []byte) form {
	f := form{}
	switch {
	case hasJWK(text):
		f = formJWK
	case text[0] == '<' && hasXMLKey(text):
		return formXML
	case isNamedKey(text):
		return formNamed
	default:
		f = derInside(text)
	}
	for _, known := range base64Starts {
		if f.what == "" && bytes.Contains(text, []byte(known.start)) {
			f = known.form.within("base64")
		}
	}
	if f.what == "" {
		return form{}
	}
	return form{"text that contains " + f.what, "cut it out, and then " + f.way}
}

// percentKey looks for a key in text with percent-encoding (RFC 3986, Section 2.1), as in URLs
// and forms.
func percentKey(text []byte, depth int) form {
	if bytes.IndexByte(text, '%') < 0 { // most text is not copied
		return form{}
	}
	plain, decoded := make([]byte, 0, len(text)), false
	for ; len(text) > 0; text = text[1:] {
		if text[0] == '%' && len(text) > 2 {
			high, ok := hexDigit(text[1])
			low, alsoOK := hexDigit(text[2])
			if ok && alsoOK {
				plain, text, decoded = append(plain, high<<4|low), text[2:], true
				continue
			}
		}
		plain = append(plain, text[0])
	}
	if !decoded {
		return form{}
	}
	f := formOf(plain, depth+1)
	if f.what == "" {
		return form{}
	}
	return f.within("percent-encoding")
}

// namedKeys has the first characters of keys that other systems write as text: PASERK, DIDs, and
// what minisign and signify write.
var namedKeys = [...]string{
	"k1.public.", "k2.public.", "k3.public.", "k4.public.", "k1.secret.", "k2.secret.", "k3.secret.", "k4.secret.",
	"did:key:z", "untrusted comment:",
}

func isNamedKey(text []byte) bool {
	return slices.ContainsFunc(namedKeys[:], func(start string) bool { return bytes.HasPrefix(text, []byte(start)) })
}

// hasJWK searches for the name "kty", with quotes or without, and one of its values (RFC 7518,
// Section 6.1): in JSON, YAML, or as a program printed it.
func hasJWK(text []byte) bool {
	for {
		_, rest, found := bytes.Cut(text, []byte("kty"))
		if !found {
			return false
		}
		text = rest
		if rest = cutQuote(rest); len(rest) == 0 || rest[0] != ':' {
			continue
		}
		rest = cutQuote(rest[1:])
		for _, kty := range [...]string{"RSA", "EC", "OKP", "oct", "AKP"} {
			if bytes.HasPrefix(rest, []byte(kty)) {
				return true
			}
		}
	}
}

// cutQuote cuts off white space and a quote, which may be escaped.
func cutQuote(text []byte) []byte {
	text = bytes.TrimPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte(`\`))
	return bytes.TrimLeft(text, "\"' \t\r\n")
}

// hasXMLKey searches for the elements of XML Signature that have keys. .NET writes RSA keys
// as such an element.
func hasXMLKey(text []byte) bool {
	for _, element := range [...]string{"RSAKeyValue>", "ECKeyValue>", "X509Certificate>"} {
		if bytes.Contains(text, []byte(element)) {
			return true
		}
	}
	return false
}

// derInside searches for a word that is base64 of a key or certificate in DER.
func derInside(text []byte) form {
	const shortest = 56 // the shortest key, an Ed25519 public key, has 59 characters
	var buf []byte      // one for all words
	for rest := text; ; {
		at := bytes.IndexByte(rest, 'M') // the first byte of DER is 0x30
		if at < 0 {
			return form{}
		}
		word, begins := rest[at:], at == 0 || !isWordOfBase64(rest[at-1])
		end := 0
		for end < len(word) && isWordOfBase64(word[end]) {
			end++
		}
		rest = word[end:]
		if !begins || end < shortest {
			continue
		}
		der, ok := appendBase64(buf[:0], bytes.TrimRight(word[:end], `\`))
		if buf = der; ok {
			if f := derKey(der); f.what != "" {
				return f.within("base64")
			}
		}
	}
}

// isWordOfBase64 accepts backslashes too: some programs write / as \/ in JSON.
func isWordOfBase64(c byte) bool {
	return c == '+' || c == '/' || c == '\\' || strings.IndexByte(base64Letters, c) >= 0
}
