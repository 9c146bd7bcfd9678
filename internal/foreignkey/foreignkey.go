// Package foreignkey recognizes keys of other kinds in bytes that were given as an HMAC
// secret: PEM, JWKs, SSH keys, DER, and these keys in other encodings, such as base64 or
// UTF-16.
//
// A []byte is an HMAC secret and nothing else. If a public key were used as a secret, anyone
// could sign. So this package recognizes every common form of keys.
//
// For random secrets this costs nearly nothing: their first bytes match no form, and the rest is
// not read. The time is linear for any input.
package foreignkey

import (
	"bytes"
	"crypto/ed25519"
	"crypto/subtle"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Form says which kind of key the bytes are and how to read it, such as "a JWK; read it with
// ParseJWK". It returns "" for bytes that may be a secret. It is safe for concurrent use.
func Form(secret []byte) string {
	f := formOf(secret, 0)
	if f.what == "" {
		return ""
	}
	return f.what + "; " + f.way
}

// NotJSON says what a text is if it is not the JSON of a key or key set. The result, such as
// "is empty; …", completes "the JWK". NotJSON returns "" for text that it does not recognize.
func NotJSON(text []byte) string {
	trimmed := bytes.TrimSpace(text)
	switch {
	case len(trimmed) == 0:
		return "is empty; is the file, or the setting that holds it, missing?"
	case bytes.HasPrefix(text, []byte("\ufeff")):
		return "starts with a byte order mark, which JSON does not have; write it without one"
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return "is in UTF-16; JSON is in UTF-8"
	case trimmed[0] == '<':
		return "is HTML or XML: an error page perhaps, or a login"
	case trimmed[0] == '[':
		return `is an array; a set is an object with the array in "keys"`
	case bytes.Contains(text, []byte("-----BEGIN ")) && trimmed[0] == '-':
		return "is PEM; read a key with ParsePEM"
	case bytes.HasPrefix(trimmed, []byte("http://")), bytes.HasPrefix(trimmed, []byte("https://")):
		return "is an address; fetch what is there first"
	case trimmed[0] == '{', bytes.Contains(text, []byte("-----BEGIN ")):
	default:
		switch form := Form(text); {
		case form != "" && trimmed[0] == '"':
			return "is no JSON object, but a string; decode it with encoding/json, and read the text that it holds"
		case form != "":
			return "is " + form
		}
	}
	return ""
}

// IsText reports whether all bytes are printable ASCII or white space, and at least one is
// printable, such as a space.
func IsText(text []byte) bool {
	printable := false
	for _, c := range text {
		switch {
		case ' ' <= c && c <= '~':
			printable = true
		case !isWhite(c):
			return false
		}
	}
	return printable
}

func isWhite(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// A form is a kind of key and the way to read it. The zero form is none.
type form struct {
	what string // completes "the HMAC secret is"
	way  string
}

var (
	formPEM     = form{"a key in PEM", "read it with ParsePEM"}
	formJWK     = form{"a JWK", "read it with ParseJWK"}
	formJWKSet  = form{"a JWK Set", "read it with ParseKeySet"}
	formSSH     = form{"an SSH key", "convert it to PEM, and read that with ParsePEM (ssh-keygen -e -m PKCS8 converts public keys of RSA and ECDSA; golang.org/x/crypto/ssh reads all kinds, for NewKey)"}
	formPKIX    = form{"a public key in DER (PKIX)", "read it with crypto/x509, ParsePKIXPublicKey, and give the result to NewKey"}
	formPKCS1   = form{"an RSA public key in DER (PKCS #1)", "read it with crypto/x509, ParsePKCS1PublicKey, and give the result to NewKey"}
	formRSA     = form{"a private key in DER (PKCS #1)", "read it with crypto/x509, ParsePKCS1PrivateKey, and give the result to NewKey"}
	formPKCS8   = form{"a private key in DER (PKCS #8)", "read it with crypto/x509, ParsePKCS8PrivateKey, and give the result to NewKey"}
	formSEC1    = form{"an EC private key in DER (SEC 1)", "read it with crypto/x509, ParseECPrivateKey, and give the result to NewKey"}
	formX509    = form{"a certificate in DER", "read it with crypto/x509, ParseCertificate, and give the result to NewKey"}
	formLocked  = form{"an encrypted private key in DER (PKCS #8)", "decrypt it to PEM with openssl pkey -inform DER, and read that with ParsePEM"}
	formBundle  = form{"a bundle of keys or certificates in DER (PKCS #7 or #12)", "take the key out with openssl pkcs12 or pkcs7, and read its PEM with ParsePEM"}
	formStore   = form{"a keystore of Java", "convert it to PKCS #12 with keytool -importkeystore, take the key out with openssl pkcs12, and read its PEM with ParsePEM"}
	formBlob    = form{"an RSA key in a blob of Windows", "convert it to PEM (in .NET with ExportSubjectPublicKeyInfoPem or ExportPkcs8PrivateKeyPem), and read that with ParsePEM"}
	formXML     = form{"a key in XML", "convert it to PEM (in .NET with ExportSubjectPublicKeyInfoPem or ExportPkcs8PrivateKeyPem), and read that with ParsePEM"}
	formPoint   = form{"an EC public key (a point on its curve)", "read it with crypto/ecdsa, ParseUncompressedPublicKey, and give the result to NewKey"}
	formNamed   = form{"the text of a public or private key of another system", "convert it to PEM or a JWK"}
	formEd25519 = form{"an Ed25519 private key (64 bytes)", "make an ed25519.PrivateKey of the bytes, and give that to NewKey"}
)

const (
	// Forms may be nested: base64 of UTF-16 of PEM, JSON in a JSON string. Real keys are
	// not nested more deeply. Each level reads the text once.
	maxDepth = 8
	// The longest text that is decoded and searched. ParseKeySet reads 1 MiB, and base64
	// and UTF-16 make that longer.
	maxText = 3 << 20
)

// formOf does what Form does. depth is how many other forms were decoded to get secret, such as
// base64.
func formOf(secret []byte, depth int) form {
	if len(secret) < 8 || depth > maxDepth { // no form is shorter
		return form{}
	}
	if isEd25519(secret) {
		return formEd25519
	}
	if f := derKey(secret); f.what != "" {
		return f
	}
	if f := binaryKey(secret); f.what != "" {
		return f
	}
	if isSSHBinary(secret) {
		return formSSH
	}
	if text := utf16Text(secret); text != nil {
		if f := formOf(text, depth+1); f.what != "" {
			return f.within("UTF-16")
		}
	}
	text := trimFront(secret)
	if f := pemLine(text); f.what != "" {
		return f
	}
	if isSSHText(text) {
		return formSSH
	}
	if len(text) == 0 {
		return form{}
	}
	f, encoded := form{}, false
	switch text[0] {
	case '{', '[':
		f = jsonKey(text, depth)
	case '"', '\'':
		if literal, _, ok := cutLiteral(text); ok && len(literal) <= maxText {
			f = formOf(unescape(make([]byte, 0, len(literal)), literal), depth+1)
		}
	default:
		f, encoded = encodedKey(text, depth)
	}
	if f.what == "" && !encoded && depth < maxDepth && len(text) <= maxText && IsText(text[:min(len(text), 8)]) {
		if f = keyInside(text); f.what == "" {
			f = percentKey(text, depth)
		}
	}
	return f
}

func (f form) within(encoding string) form {
	return form{encoding + " of " + f.what, "decode it, and then " + f.way}
}

// trimFront cuts off white space, byte order marks and other invisible characters.
func trimFront(text []byte) []byte {
	if c := text[0]; c > ' ' && c < 0x7f {
		return text
	}
	return bytes.TrimLeftFunc(text, func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsSpace(r) || !unicode.IsGraphic(r))
	})
}

// pemLine searches the text for a line that begins or ends PEM: "-----BEGIN" or "-----END", or
// "---- BEGIN" with four dashes (RFC 4716).
func pemLine(text []byte) form {
	for {
		at := bytes.Index(text, []byte("----"))
		if at < 0 {
			return form{}
		}
		line := text[at:]
		text = bytes.TrimLeft(line, "-")
		label := bytes.TrimLeft(text, " ")
		switch dashes := len(line) - len(text); {
		case dashes == 4 && len(label) == len(text): // neither of them
		case bytes.HasPrefix(label, []byte("BEGIN SSH2")):
			return formSSH
		case bytes.HasPrefix(label, []byte("BEGIN")), bytes.HasPrefix(label, []byte("END")):
			return formPEM
		}
	}
}

// isSSHText recognizes the line of a public key, even after the options in authorized_keys or
// the hosts in known_hosts. It also recognizes files of private keys that are not PEM.
func isSSHText(text []byte) bool {
	if hasSSHType(text) || bytes.HasPrefix(text, []byte("openssh-key-v1\x00")) || bytes.HasPrefix(text, []byte("PuTTY-User-Key-File-")) {
		return true
	}
	// The key is base64 and starts with the length of its type, so with three zero bytes.
	for rest := text; ; rest = rest[1:] {
		at := bytes.Index(rest, []byte("AAAA"))
		if at < 0 {
			return false
		}
		rest = rest[at:]
		before := text[:len(text)-len(rest)]
		if len(before) == 0 || !isWhite(before[len(before)-1]) {
			continue
		}
		before = before[max(0, len(before)-128):] // longer than any type
		before = bytes.TrimRight(before, " \t\r\n")
		if hasSSHType(before[bytes.LastIndexAny(before, " \t\r\n=\"'")+1:]) {
			return true
		}
	}
}

// hasSSHType reports whether text begins with a type of SSH keys.
func hasSSHType(text []byte) bool {
	for _, prefix := range [...]string{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return false
}

// isSSHBinary recognizes the bytes that are base64 in the line of a public key. They begin
// with the length of the type, and the type (RFC 4253, Section 6.6).
func isSSHBinary(secret []byte) bool {
	return secret[0] == 0 && secret[1] == 0 && secret[2] == 0 && int(secret[3]) <= len(secret)-4 && hasSSHType(secret[4:4+int(secret[3])])
}

// utf16Text converts UTF-16 to UTF-8. It recognizes UTF-16 by its byte order mark, or by zero
// bytes between letters. It returns nil for other text.
func utf16Text(b []byte) []byte {
	var high int // which byte of two is the high one
	switch {
	case b[0] == 0xff && b[1] == 0xfe, b[1] == 0 && b[3] == 0:
		high = 1
	case b[0] == 0xfe && b[1] == 0xff, b[0] == 0 && b[2] == 0:
		high = 0
	default:
		return nil
	}
	if len(b) > maxText {
		return nil
	}
	text := make([]byte, 0, len(b)/2*3) // a unit becomes up to three bytes
	for ; len(b) >= 2; b = b[2:] {
		text = utf8.AppendRune(text, rune(b[high])<<8|rune(b[1-high])) // no form has surrogates
	}
	return text
}

// jsonKey searches JSON for members named "kty", and "keys" with an array. The JSON may be
// malformed: duplicate names, single quotes and extra commas do not matter. Names may be
// escaped. A JWK may also be inside a string.
func jsonKey(text []byte, depth int) form {
	for {
		at := bytes.IndexAny(text, `"'`)
		if at < 0 {
			return form{}
		}
		literal, rest, ok := cutLiteral(text[at:])
		if !ok {
			return form{}
		}
		text = rest
		if rest = bytes.TrimLeft(rest, " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
			const most = len(`\u006b\u0065\u0079\u0073`)
			var buf [most]byte
			if len(literal) > most {
				continue
			}
			switch name := unescape(buf[:0], literal); string(name) {
			case "kty":
				return formJWK
			case "keys":
				if value := bytes.TrimLeft(rest[1:], " \t\r\n"); len(value) > 0 && value[0] == '[' {
					return formJWKSet
				}
			}
			continue
		}
		if inner := bytes.TrimLeft(literal, " \t\r\n"); depth < maxDepth && len(inner) <= maxText &&
			len(inner) > 0 && (inner[0] == '{' || inner[0] == '[' || inner[0] == '"' || inner[0] == '\\') {
			if f := jsonKey(unescape(make([]byte, 0, len(inner)), inner), depth+1); f.what != "" {
				return f
			}
		}
	}
}

// cutLiteral cuts off the string at the start of the text, and returns it without its quotes.
func cutLiteral(text []byte) (literal, rest []byte, ok bool) {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return text[1:i], text[i+1:], true
		}
	}
	return nil, nil, false
}

// unescape appends a JSON string to dst without its escapes. Invalid escapes are no error.
func unescape(dst, literal []byte) []byte {
	for i := 0; i < len(literal); i++ {
		c := literal[i]
		if c != '\\' || i+1 == len(literal) {
			dst = append(dst, c)
			continue
		}
		i++
		switch c = literal[i]; c {
		case 'n', 'r', 't', 'b', 'f':
			dst = append(dst, '\n') // any white space will do
		case 'u':
			var r rune
			for j := 0; j < 4 && i+1 < len(literal); j++ {
				i++
				digit, _ := hexDigit(literal[i])
				r = r<<4 | rune(digit)
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// encodedKey looks for a key in base64 or hexadecimal digits. all reports whether the whole
// text is base64; hexadecimal digits are base64 too. For a binary secret, decoding fails at its
// first bytes.
func encodedKey(text []byte, depth int) (f form, all bool) {
	if len(text) > maxText {
		return form{}, false
	}
	key, all := appendBase64(nil, text)
	if all {
		if f = formOf(key, depth+1); f.what != "" {
			return f.within("base64"), true
		}
	}
	if key, ok := decodeHex(text); ok {
		if f = formOf(key, depth+1); f.what != "" {
			return f.within("hexadecimal digits"), all
		}
	}
	return form{}, all
}

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// appendBase64 decodes base64 and base64url, and appends the result to decoded. White space,
// also as the two characters \n, and missing padding do not matter.
func appendBase64(decoded, text []byte) ([]byte, bool) {
	var bits uint32
	letters, padded := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '+':
			c = '-'
		case c == '/':
			c = '_'
		case c == '=':
			padded = true
			continue
		case isWhite(c):
			continue
		case c == '\\' && i+1 < len(text) && (text[i+1] == 'n' || text[i+1] == 'r'):
			i++
			continue
		case c == '\\' && i+1 < len(text) && text[i+1] == '/': // as in JSON
			continue
		}
		letter := strings.IndexByte(base64Letters, c)
		if letter < 0 || padded {
			return nil, false
		}
		bits = bits<<6 | uint32(letter)
		if letters++; letters%4 == 0 {
			if letters == 16 {
				decoded = slices.Grow(decoded, len(text)*3/4) // not a binary secret, so it is worth the allocation
			}
			decoded = append(decoded, byte(bits>>16), byte(bits>>8), byte(bits))
		}
	}
	switch letters % 4 {
	case 2:
		decoded = append(decoded, byte(bits>>4))
	case 3:
		decoded = append(decoded, byte(bits>>10), byte(bits>>2))
	}
	return decoded, true
}

// decodeHex decodes hexadecimal digits, with or without colons and white space between.
func decodeHex(text []byte) ([]byte, bool) {
	if bytes.HasPrefix(text, []byte("0x")) || bytes.HasPrefix(text, []byte(`\x`)) {
		text = text[2:]
	}
	var decoded []byte
	var high byte
	digits := 0
	for _, c := range text {
		if c == ':' || isWhite(c) {
			continue
		}
		digit, ok := hexDigit(c)
		if !ok {
			return nil, false
		}
		if digits++; digits%2 == 0 {
			if digits == 16 {
				decoded = slices.Grow(decoded, len(text)/2)
			}
			decoded = append(decoded, high<<4|digit)
		}
		high = digit
	}
	return decoded, digits%2 == 0
}

func hexDigit(c byte) (digit byte, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// isEd25519 reports whether a secret is an Ed25519 private key in Go's form: the seed followed
// by its public key. To find out, it must compute the public key, which takes longer than
// signing with a secret. It skips that for text, which such a key never is.
func isEd25519(secret []byte) bool {
	return len(secret) == ed25519.PrivateKeySize && !IsText(secret) &&
		subtle.ConstantTimeCompare(ed25519.NewKeyFromSeed(secret[:ed25519.SeedSize]), secret) == 1
}
