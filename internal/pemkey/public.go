package pemkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
)

// Public keys and certificates. crypto/x509 reads nearly all of them. It refuses some that other
// programs write, for reasons that have nothing to do with the key. This file reads these too.

var errPublic = errors.New("the public key is malformed or not supported")

// parsePKIX reads a public key. Unlike crypto/x509 it accepts an RSA key whose algorithm lacks
// the parameter NULL, and a compressed point on a curve (RFC 5480, Section 2.2).
func parsePKIX(der []byte) (any, error) {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key, nil
	}
	var public struct {
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Key asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &public)
	algorithm, key := &public.Algorithm, public.Key
	switch {
	case err != nil || len(rest) > 0 || key.BitLength != 8*len(key.Bytes):
	case algorithm.OID.Equal(oidRSA) && len(algorithm.Parameters.FullBytes) == 0:
		return x509.ParsePKCS1PublicKey(key.Bytes)
	case algorithm.OID.Equal(oidEC):
		return parseCompressed(algorithm.Parameters.FullBytes, key.Bytes)
	}
	return nil, errPublic
}

var (
	oidEC = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

	// The curves by the DER of their object identifiers (RFC 5480, Section 2.1.1.1).
	curves = map[string]elliptic.Curve{
		"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07": elliptic.P256(),
		"\x06\x05\x2b\x81\x04\x00\x22":             elliptic.P384(),
		"\x06\x05\x2b\x81\x04\x00\x23":             elliptic.P521(),
	}
)

// parseCompressed reads a compressed point (SEC 1, Section 2.3.4).
func parseCompressed(oid, point []byte) (any, error) {
	curve := curves[string(oid)]
	if curve == nil {
		return nil, errPublic
	}
	x, y := elliptic.UnmarshalCompressed(curve, point)
	if x == nil {
		return nil, errPublic
	}
	size := len(point) - 1
	return ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x.FillBytes(make([]byte, size)), y.FillBytes(make([]byte, size))))
}

// parseCertificate returns a certificate. Of one that crypto/x509 refuses, for a negative serial
// number or a malformed extension, it returns the public key: nothing else is needed.
func parseCertificate(der []byte) (any, error) {
	if certificate, err := x509.ParseCertificate(der); err == nil {
		if certificate.PublicKey == nil {
			return nil, errPublic
		}
		return certificate, nil
	}
	// RFC 5280, Section 4.1.
	var certificate struct {
		Body struct {
			Version                                           asn1.RawValue `asn1:"optional,tag:0"`
			Serial, Signature, Issuer, Validity, Subject, Key asn1.RawValue
			// unique identifiers and extensions may follow
		}
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &certificate); err != nil {
		return nil, errPublic
	}
	return parsePKIX(certificate.Body.Key.FullBytes)
}
