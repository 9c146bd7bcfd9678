package jwt

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
)

// ParsePEM reads one key from its PEM form (RFC 7468): PRIVATE KEY (PKCS #8),
// RSA PRIVATE KEY (PKCS #1), EC PRIVATE KEY (SEC 1), PUBLIC KEY (PKIX), RSA PUBLIC
// KEY (PKCS #1), or CERTIFICATE, of which the key alone is taken: its chain, dates
// and usage are not checked. Text before the block is passed over, and so is the
// block EC PARAMETERS that openssl writes; a second key is an error.
//
// An encrypted key must be decrypted first. Whatever is refused is an
// [ErrInvalidKey], and an option that is wrong by itself an [ErrInvalidOption], as
// [NewKey] has it; no error text holds octets of the key.
func ParsePEM(text []byte, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	// A byte order mark is text before the block, and stands on its line.
	block, rest := pem.Decode(bytes.TrimPrefix(text, []byte("\ufeff")))
	blocks := 1
	if block != nil && block.Type == "EC PARAMETERS" {
		block, rest = pem.Decode(rest)
		blocks = 2
	}
	switch {
	case block == nil && bytes.Contains(text, []byte(`\n`)):
		return nil, badKey(`the PEM text has the two characters \n where line breaks belong; an environment variable or a JSON file was read without unescaping it`)
	case block == nil:
		return nil, badKey("the text holds no PEM block that is whole: -----BEGIN and -----END, each at the start of a line, with base64 between them")
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, badKey("there is something after the PEM block " + quote(block.Type) + "; give one key, or one certificate, at a time")
	case bytes.Count(text, []byte("-----BEGIN ")) != blocks: // pem.Decode passes over it in silence
		return nil, badKey("there is a malformed PEM block before the block " + quote(block.Type) + "; give one key, or one certificate, at a time")
	}
	material, err := parsePEMBlock(block)
	if err != nil {
		return nil, err
	}
	return makeKey(material, nil, o)
}

// parsePEMBlock keeps the errors of crypto/x509 to itself, whose texts are not
// ours to vouch for where the key is private.
func parsePEMBlock(block *pem.Block) (any, error) {
	if block.Headers["DEK-Info"] != "" || block.Type == "ENCRYPTED PRIVATE KEY" {
		return nil, badKey("the PEM key is encrypted with a pass phrase; decrypt it first, as with openssl pkey")
	}
	var material any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		material, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		material, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		material, err = x509.ParseECPrivateKey(block.Bytes)
	case "PUBLIC KEY":
		material, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		material, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		material, err = x509.ParseCertificate(block.Bytes)
	case "OPENSSH PRIVATE KEY":
		return nil, badKey("the key is in the form of OpenSSH; convert a copy of it with ssh-keygen -p -m PKCS8")
	default:
		return nil, unsupportedKey("the PEM block " + quote(block.Type) + " is not a key or certificate that is supported")
	}
	if err != nil {
		return nil, badKey("the PEM block " + quote(block.Type) + " is malformed, or of a kind that is not supported (RSA, EC on P-256, P-384 and P-521, and Ed25519 are; ML-DSA from Go 1.27)")
	}
	return material, nil
}
