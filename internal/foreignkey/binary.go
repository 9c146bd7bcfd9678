package foreignkey

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
)

// Recognizing keys in binary forms other than DER.

// containers has the first bytes of file formats for keys, such as keystores.
var containers = [...]struct {
	start string
	form  form
}{
	{"\xfe\xed\xfe\xed\x00\x00\x00", formStore},                                          // JKS
	{"\xce\xce\xce\xce\x00\x00\x00", formStore},                                          // JCEKS
	{"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", formBundle},                     // PKCS #7, of indefinite length
	{"\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", formBundle}, // PKCS #12, of indefinite length
	{"\x06\x02\x00\x00\x00\xa4\x00\x00RSA1", formBlob},                                   // PUBLICKEYBLOB of Windows
	{"\x06\x02\x00\x00\x00\x24\x00\x00RSA1", formBlob},
	{"\x07\x02\x00\x00\x00\xa4\x00\x00RSA2", formBlob}, // PRIVATEKEYBLOB
	{"\x07\x02\x00\x00\x00\x24\x00\x00RSA2", formBlob},
}

// binaryKey recognizes containers, and a point on a curve.
func binaryKey(secret []byte) form {
	for i := range containers {
		if c := &containers[i]; secret[0] == c.start[0] && bytes.HasPrefix(secret, []byte(c.start)) {
			return c.form
		}
	}
	if secret[0] == 4 && isPoint(secret) {
		return formPoint
	}
	return form{}
}

// isPoint reports whether a secret is an EC public key as an uncompressed point (SEC 1, Section
// 2.3.3): ecdsa.PublicKey.Bytes returns it, and VAPID keys are written so. A random secret is
// practically never one. A compressed point cannot be told from a random secret.
func isPoint(secret []byte) bool {
	var curve elliptic.Curve
	switch len(secret) {
	case 1 + 2*32:
		curve = elliptic.P256()
	case 1 + 2*48:
		curve = elliptic.P384()
	case 1 + 2*66:
		curve = elliptic.P521()
	default:
		return false
	}
	_, err := ecdsa.ParseUncompressedPublicKey(curve, secret)
	return err == nil
}
