package jwt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/subtle"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Keys of other kinds, as bytes. A []byte is an HMAC secret and nothing else: a
// public key that passed for one would let everybody sign. So every form in which
// keys travel is known here.
//
// A random secret must not pay for it. Of each form the first bytes are looked at,
// and only what passes that look is read further. What passed once is not looked at
// again: see checkSecret.

// A foreignForm is what bytes are that were given as a secret. Zero means that they
// may be one.
type foreignForm struct {
	what string // completes "the HMAC secret is"
	way  string // how to read it
}

var (
	formPEM     = foreignForm{"a key in PEM", "read it with ParsePEM"}
	formJWK     = foreignForm{"a JWK", "read it with ParseJWK"}
	formJWKSet  = foreignForm{"a JWK Set", "read it with ParseKeySet"}
	formSSH     = foreignForm{"an SSH key", "convert it to PEM, and read that with ParsePEM (ssh-keygen -e -m PKCS8 converts public keys of RSA and ECDSA; golang.org/x/crypto/ssh reads all kinds, for NewKey)"}
	formPKIX    = foreignForm{"a public key in DER (PKIX)", "read it with crypto/x509, ParsePKIXPublicKey, and give the result to NewKey"}
	formPKCS1   = foreignForm{"an RSA public key in DER (PKCS #1)", "read it with crypto/x509, ParsePKCS1PublicKey, and give the result to NewKey"}
	formRSA     = foreignForm{"a private key in DER (PKCS #1)", "read it with crypto/x509, ParsePKCS1PrivateKey, and give the result to NewKey"}
	formPKCS8   = foreignForm{"a private key in DER (PKCS #8)", "read it with crypto/x509, ParsePKCS8PrivateKey, and give the result to NewKey"}
	formSEC1    = foreignForm{"an EC private key in DER (SEC 1)", "read it with crypto/x509, ParseECPrivateKey, and give the result to NewKey"}
	formX509    = foreignForm{"a certificate in DER", "read it with crypto/x509, ParseCertificate, and give the result to NewKey"}
	formLocked  = foreignForm{"an encrypted private key in DER (PKCS #8)", "decrypt it to PEM with openssl pkey -inform DER, and read that with ParsePEM"}
	formBundle  = foreignForm{"a bundle of keys or certificates in DER (PKCS #7 or #12)", "take the key out with openssl pkcs12 or pkcs7, and read its PEM with ParsePEM"}
	formEd25519 = foreignForm{"an Ed25519 private key (64 bytes)", "make an ed25519.PrivateKey of the bytes, and give that to NewKey"}
)

const (
	// Forms are looked for within forms: base64 of UTF-16 of PEM, JSON in a JSON
	// string. No key goes through more on its way, and each level reads the text once.
	maxForeignDepth = 8
	// The longest text that is decoded to see what is in it. ParseKeySet reads 1 MiB,
	// and base64 and UTF-16 make that longer.
	maxForeignText = 3 << 20
)

// foreignKey returns the form of a key of another kind in what was given as a secret.
// It is asked wherever a secret enters, and the one place that knows the forms. Its
// work is linear, whatever it is given.
func foreignKey(secret []byte) foreignForm { return formOf(secret, 0) }

func formOf(secret []byte, depth int) foreignForm {
	if len(secret) < 8 || depth > maxForeignDepth { // no form is shorter
		return foreignForm{}
	}
	if isEd25519(secret) {
		return formEd25519
	}
	if form := derKey(secret); form.what != "" {
		return form
	}
	if isSSHBinary(secret) {
		return formSSH
	}
	if text := utf16Text(secret); text != nil {
		if form := formOf(text, depth+1); form.what != "" {
			return form.within("UTF-16")
		}
	}
	text := trimFront(secret)
	if form := pemLine(text); form.what != "" {
		return form
	}
	if isSSHText(text) {
		return formSSH
	}
	if len(text) == 0 {
		return foreignForm{}
	}
	switch text[0] {
	case '{', '[':
		return jsonKey(text, depth)
	case '"', '\'':
		if literal, _, ok := cutLiteral(text); ok && len(literal) <= maxForeignText {
			return formOf(unescape(make([]byte, 0, len(literal)), literal), depth+1)
		}
		return foreignForm{}
	}
	return encodedKey(text, depth)
}

func (f foreignForm) within(encoding string) foreignForm {
	return foreignForm{encoding + " of " + f.what, "decode it, and then " + f.way}
}

// trimFront cuts off white space, byte order marks and other signs that do not show.
func trimFront(text []byte) []byte {
	if c := text[0]; c > ' ' && c < 0x7f {
		return text
	}
	return bytes.TrimLeftFunc(text, func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsSpace(r) || !unicode.IsGraphic(r))
	})
}

// pemLine looks for a line like the first or last one of PEM anywhere in the text:
// "-----BEGIN" or "-----END", or "---- BEGIN" with four dashes (RFC 4716).
func pemLine(text []byte) foreignForm {
	for {
		at := bytes.Index(text, []byte("----"))
		if at < 0 {
			return foreignForm{}
		}
		line := text[at:]
		text = bytes.TrimLeft(line, "-")
		label := bytes.TrimLeft(text, " ")
		switch dashes := len(line) - len(text); {
		case dashes == 4 && len(label) == len(text): // neither of both
		case bytes.HasPrefix(label, []byte("BEGIN SSH2")):
			return formSSH
		case bytes.HasPrefix(label, []byte("BEGIN")), bytes.HasPrefix(label, []byte("END")):
			return formPEM
		}
	}
}

// isSSHText knows the line of a public key, also behind the options of authorized_keys
// or the hosts of known_hosts, and files of private keys that are not PEM.
func isSSHText(text []byte) bool {
	if hasSSHType(text) || bytes.HasPrefix(text, []byte("openssh-key-v1\x00")) || bytes.HasPrefix(text, []byte("PuTTY-User-Key-File-")) {
		return true
	}
	// The key itself is base64 of the length of its type, three zero bytes first.
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
		if hasSSHType(before[bytes.LastIndexAny(before, " \t\r\n")+1:]) {
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

// isSSHBinary knows what the base64 in the line of a public key holds: the length of
// the type, and the type (RFC 4253, Section 6.6).
func isSSHBinary(secret []byte) bool {
	return secret[0] == 0 && secret[1] == 0 && secret[2] == 0 && int(secret[3]) <= len(secret)-4 && hasSSHType(secret[4:4+int(secret[3])])
}

// utf16Text is the text in UTF-8 where it looks like UTF-16, by its byte order mark or
// by the zero bytes between letters; nil where it does not.
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
	if len(b) > maxForeignText {
		return nil
	}
	text := make([]byte, 0, len(b)/2*3) // a unit becomes up to three bytes
	for ; len(b) >= 2; b = b[2:] {
		text = utf8.AppendRune(text, rune(b[high])<<8|rune(b[1-high])) // no form has surrogates
	}
	return text
}

// jsonKey looks for members named "kty", and "keys" with an array, in what is JSON or
// nearly so: a name may stand twice, be escaped, or in single quotes; a comma too many
// does not matter. A whole JWK may be in a string.
func jsonKey(text []byte, depth int) foreignForm {
	for {
		at := bytes.IndexAny(text, `"'`)
		if at < 0 {
			return foreignForm{}
		}
		literal, rest, ok := cutLiteral(text[at:])
		if !ok {
			return foreignForm{}
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
		if inner := bytes.TrimLeft(literal, " \t\r\n"); depth < maxForeignDepth && len(inner) <= maxForeignText &&
			len(inner) > 0 && (inner[0] == '{' || inner[0] == '[' || inner[0] == '"' || inner[0] == '\\') {
			if form := jsonKey(unescape(make([]byte, 0, len(inner)), inner), depth+1); form.what != "" {
				return form
			}
		}
	}
}

// cutLiteral cuts off the string that the text begins with, and returns it without its
// quotes.
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

// unescape appends a JSON string to dst without its escapes. It takes any string.
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
			dst = append(dst, '\n') // white space, whichever
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

// encodedKey looks for a key in what may be base64 or hexadecimal digits. Binary
// secrets fail at their first bytes.
func encodedKey(text []byte, depth int) foreignForm {
	if len(text) > maxForeignText {
		return foreignForm{}
	}
	if key, ok := decodeBase64(text); ok {
		if form := formOf(key, depth+1); form.what != "" {
			return form.within("base64")
		}
	}
	if key, ok := decodeHex(text); ok {
		if form := formOf(key, depth+1); form.what != "" {
			return form.within("hexadecimal digits")
		}
	}
	return foreignForm{}
}

// isText reports whether all bytes are printable ASCII or white space, and not all of
// them tabs and the like.
func isText(text []byte) bool {
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

// decodeBase64 decodes base64 and base64url. White space, also as the two characters \n,
// and missing padding do not matter.
func decodeBase64(text []byte) ([]byte, bool) {
	var decoded []byte
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
		}
		letter := base64urlBits[3][c]
		if letter == base64urlBad || padded {
			return nil, false
		}
		bits = bits<<6 | letter
		if letters++; letters%4 == 0 {
			if letters == 16 {
				decoded = slices.Grow(decoded, len(text)*3/4) // it is no binary secret
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

// The tags of DER (X.690) that keys are made of.
const (
	derInteger  = 0x02
	derBits     = 0x03
	derOctets   = 0x04
	derObject   = 0x06
	derSequence = 0x30
	derContext0 = 0xa0
	derContext1 = 0xa1
)

// derKey knows keys and certificates by the outermost elements of their DER. It reads
// no deeper, so that no key costs more than a few steps, and one that crypto/x509 does
// not support (of a curve that Go lacks, say) is known too. Like crypto/x509 it lets
// something follow where the key is in PKCS #8 or SEC 1, and elements that it does not
// know within the sequence.
func derKey(secret []byte) foreignForm {
	if secret[0] != derSequence {
		return foreignForm{}
	}
	_, rest, tail, ok := cutDER(secret)
	if !ok {
		return foreignForm{}
	}
	whole := len(bytes.TrimSpace(tail)) == 0 // an editor may have added a line break
	var tags [6]byte
	var contents [len(tags)][]byte
	n := 0
	for ; n < len(tags); n++ {
		next := rest
		if tags[n], contents[n], rest, ok = cutDER(rest); !ok {
			// crypto/x509 takes an explicit tag whose length goes beyond what is around it.
			if len(next) > 0 && (next[0] == derContext0 || next[0] == derContext1) {
				tags[n] = next[0]
				n++
			}
			break
		}
	}
	is := func(pattern ...byte) bool { return bytes.HasPrefix(tags[:n], pattern) }
	switch {
	case is(derSequence, derBits) && whole && isAlgorithm(contents[0]):
		return formPKIX
	case is(derSequence, derOctets) && whole && isEncryption(contents[0]):
		return formLocked
	case is(derSequence, derSequence, derBits) && whole && isAlgorithm(contents[1]):
		return formX509
	case is(derInteger, derSequence, derOctets) && isAlgorithm(contents[1]):
		return formPKCS8
	case is(derInteger, derOctets, derContext0) || is(derInteger, derOctets, derContext1):
		return formSEC1
	case is(derInteger, derInteger, derInteger, derInteger, derInteger, derInteger) && whole:
		return formRSA
	case is(derInteger, derInteger) && whole && len(contents[1]) <= 8: // as no signature of ECDSA is
		return formPKCS1
	case is(derInteger, derSequence) && whole && bytes.HasPrefix(objectOf(contents[1]), objectPKCS(7)), // PKCS #12
		is(derObject, derContext0) && whole && bytes.HasPrefix(contents[0], objectPKCS(7)):
		return formBundle
	}
	return foreignForm{}
}

// isAlgorithm reports whether a sequence begins with an object identifier, as an
// AlgorithmIdentifier does.
func isAlgorithm(sequence []byte) bool { return objectOf(sequence) != nil }

// isEncryption reports whether it is one of PKCS #5 or #12, with which private keys
// are encrypted. A DigestInfo has the same outermost elements.
func isEncryption(sequence []byte) bool {
	object := objectOf(sequence)
	return bytes.HasPrefix(object, objectPKCS(5)) || bytes.HasPrefix(object, objectPKCS(12))
}

// objectOf returns the object identifier that a sequence begins with, or nil.
func objectOf(sequence []byte) []byte {
	if tag, object, _, ok := cutDER(sequence); ok && tag == derObject && len(object) > 0 {
		return object
	}
	return nil
}

// objectPKCS is the object identifier 1.2.840.113549.1 of PKCS, and a number.
func objectPKCS(number byte) []byte {
	return []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, number}
}

// cutDER cuts off the first element. It reads lengths that DER wants shorter too.
func cutDER(der []byte) (tag byte, contents, rest []byte, ok bool) {
	if len(der) < 2 {
		return 0, nil, nil, false
	}
	tag, length, rest := der[0], uint64(der[1]), der[2:]
	if size := int(length & 0x7f); length >= 0x80 {
		if size == 0 || size > 4 || size > len(rest) {
			return 0, nil, nil, false
		}
		length = 0
		for _, b := range rest[:size] {
			length = length<<8 | uint64(b)
		}
		rest = rest[size:]
	}
	if length > uint64(len(rest)) {
		return 0, nil, nil, false
	}
	return tag, rest[:length], rest[length:], true
}

// isEd25519 reports whether a secret is an Ed25519 private key as Go has it: the seed
// and the public key that belongs to it. Only computing the public key tells, which
// costs more than signing with a secret does. No such key is text all over.
func isEd25519(secret []byte) bool {
	return len(secret) == ed25519.PrivateKeySize && !isText(secret) &&
		subtle.ConstantTimeCompare(ed25519.NewKeyFromSeed(secret[:ed25519.SeedSize]), secret) == 1
}
