package jwt

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// What octets may be an HMAC secret.

// checkSecret refuses octets that are no secret, or nobody's.
func checkSecret(secret []byte) error {
	if len(secret) == 0 {
		return badKey("the HMAC secret is empty; is the setting that holds it missing?")
	}
	if maker := keyText(secret); maker != "" {
		return badKey("the HMAC secret is the text of another kind of key, which may well be public; read it with " + maker)
	}
	for _, octet := range secret {
		if octet != 0 {
			return nil
		}
	}
	return badKey("the HMAC secret is all zero; was it ever filled in?")
}

// keyText names the function that reads a key which was given as octets where a
// secret is wanted, and are not empty; "" where they may be a secret.
func keyText(secret []byte) string {
	text := secret
	if c := text[0]; c <= ' ' || c >= utf8.RuneSelf { // white space of any kind perhaps, or a byte order mark
		text = bytes.TrimLeftFunc(text, unicode.IsSpace)
		text = bytes.TrimLeftFunc(bytes.TrimPrefix(text, []byte("\ufeff")), unicode.IsSpace)
	}
	switch {
	case bytes.HasPrefix(text, []byte("-----BEGIN")), bytes.Contains(text, []byte("-----BEGIN ")),
		bytes.HasPrefix(text, []byte("ssh-")), bytes.HasPrefix(text, []byte("ecdsa-sha2-")):
		return "ParsePEM (an SSH key must be converted first: ssh-keygen -e -m PKCS8)"
	case len(text) == 0 || text[0] != '{':
		return ""
	}
	// As JSON, or near enough to it to be meant as such.
	var d document
	valid := d.parse(bytes.TrimSpace(text))
	switch {
	case bytes.Contains(text, []byte(`"keys"`)), valid && d.member("keys") != 0:
		return "ParseKeySet"
	case bytes.Contains(text, []byte(`"kty"`)), valid && d.member("kty") != 0:
		return "ParseJWK"
	}
	return ""
}

func secretTooShort(length int, alg Algorithm) error {
	return badKey("the HMAC secret has " + strconv.Itoa(length) + " octets, and " + alg.String() + " needs at least " +
		strconv.Itoa(alg.row().hash.Size()) + " random ones (RFC 7518, Section 3.2); make one with openssl rand, " +
		"or allow a weak one with NewKey and AllowWeakKey")
}
