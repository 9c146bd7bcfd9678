package jwt_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Public keys and certificates that others write, and crypto/x509 does not read.

type derAlgorithm struct {
	OID        asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

type derPublic struct {
	Algorithm derAlgorithm
	Key       asn1.BitString
}

// certificateOf is a certificate of a key, with a serial number and extensions, and signed by
// nobody.
func certificateOf(t *testing.T, version int, serial int64, key []byte, extensions string) []byte {
	t.Helper()
	type body struct {
		Version    int `asn1:"optional,explicit,default:0,tag:0"`
		Serial     int64
		Signature  derAlgorithm
		Issuer     asn1.RawValue
		Validity   []asn1.RawValue
		Subject    asn1.RawValue
		Key        asn1.RawValue
		Extensions asn1.RawValue `asn1:"optional"`
	}
	algorithm := derAlgorithm{OID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	empty := asn1.RawValue{FullBytes: []byte{0x30, 0}}
	b := body{Version: version, Serial: serial, Signature: algorithm, Issuer: empty, Validity: []asn1.RawValue{empty}, Subject: empty, Key: asn1.RawValue{FullBytes: key}}
	if extensions != "" {
		b.Extensions = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 3, IsCompound: true, Bytes: []byte(extensions)}
	}
	der, err := asn1.Marshal(struct {
		Body      body
		Algorithm derAlgorithm
		Signature asn1.BitString
	}{b, algorithm, asn1.BitString{Bytes: []byte{0}, BitLength: 8}})
	require.NoError(t, err)
	return der
}

func TestParsePEMThatGoRefuses(t *testing.T) {
	public := func(algorithm derAlgorithm, key []byte, bits int) []byte {
		der, err := asn1.Marshal(derPublic{algorithm, asn1.BitString{Bytes: key, BitLength: bits}})
		require.NoError(t, err)
		return der
	}
	rsaOID := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	pkcs1 := x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey)
	noNull := public(derAlgorithm{OID: rsaOID}, pkcs1, 8*len(pkcs1))
	curve := func(alg jwt.Algorithm) derAlgorithm {
		var whole derPublic
		_, err := asn1.Unmarshal(derOf(t, pkixPEM(t, &ecKeys[alg].PublicKey)), &whole)
		require.NoError(t, err)
		return whole.Algorithm
	}
	compressed := func(alg jwt.Algorithm) []byte {
		key := ecKeys[alg].PublicKey
		return elliptic.MarshalCompressed(key.Curve, key.X, key.Y)
	}
	type written struct {
		der []byte
		key any
	}
	read := map[string]written{
		"RSA without NULL":                {noNull, rsaKey()},
		"a certificate, RSA without NULL": {certificateOf(t, 2, 7, noNull, ""), rsaKey()},
	}
	for alg, key := range ecKeys {
		point := compressed(alg)
		der := public(curve(alg), point, 8*len(point))
		pkix := derOf(t, pkixPEM(t, &key.PublicKey))
		read["compressed, "+alg.String()] = written{der, key}
		read["a certificate, compressed, "+alg.String()] = written{certificateOf(t, 2, 7, der, ""), key}
		read["a certificate, negative, "+alg.String()] = written{certificateOf(t, 2, -7, pkix, ""), key}
		read["a certificate, no version, "+alg.String()] = written{certificateOf(t, 0, -7, pkix, ""), key}
		read["a certificate, bad extensions, "+alg.String()] = written{certificateOf(t, 2, 7, pkix, "\x04\x01x"), key}
	}
	for name, c := range read {
		for _, label := range []string{"PUBLIC KEY", "CERTIFICATE"} {
			key, err := jwt.ParsePEM(block(label, c.der))
			require.NoError(t, err, name)
			assert.Equal(t, thumbprintOf(t, c.key), key.Thumbprint(), name)
			assert.False(t, key.IsPrivate(), name)
		}
		_, x509Key := x509.ParsePKIXPublicKey(c.der)
		_, x509Certificate := x509.ParseCertificate(c.der)
		assert.True(t, x509Key != nil && x509Certificate != nil, "%s: crypto/x509 reads it, so the case is moot", name)
	}

	point := compressed(jwt.ES256)
	off := append([]byte(nil), point...)
	for off[32]++; ; off[32]++ { // half of all numbers are no x
		if x, _ := elliptic.UnmarshalCompressed(elliptic.P256(), off); x == nil {
			break
		}
	}
	null := asn1.RawValue{FullBytes: []byte{5, 0}}
	negative := func(key []byte) []byte { return certificateOf(t, 2, -7, key, "") }
	for name, der := range map[string][]byte{
		"a point off its curve": public(curve(jwt.ES256), off, 8*33), "of another curve": public(curve(jwt.ES384), point, 8*33), "no curve": public(derAlgorithm{OID: asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}}, point, 8*33),
		"a longer one": public(curve(jwt.ES256), append([]byte{2, 0}, point[1:]...), 8*34), "of another sign": public(curve(jwt.ES256), append([]byte{5}, point[1:]...), 8*33), "bits left over": public(curve(jwt.ES256), point, 8*33-1), "empty": public(curve(jwt.ES256), nil, 0),
		"RSA, another parameter": public(derAlgorithm{rsaOID, asn1.RawValue{FullBytes: []byte{2, 1, 1}}}, pkcs1, 8*len(pkcs1)), "RSA, cut off": public(derAlgorithm{OID: rsaOID}, pkcs1[:20], 8*20), "RSA, another object": public(derAlgorithm{asn1.ObjectIdentifier{1, 2, 3}, null}, pkcs1, 8*len(pkcs1)),
		"more behind":           append(public(curve(jwt.ES256), point, 8*33), 5, 0),
		"a certificate, no key": negative([]byte{0x30, 0}), "a certificate, a bad key": negative(public(curve(jwt.ES256), off, 8*33)),
		"a request": derForms(t)["request of P-256"].octets[:40],
	} {
		for _, label := range []string{"PUBLIC KEY", "CERTIFICATE"} {
			_, err := jwt.ParsePEM(block(label, der))
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Error(t, err, name)
		}
	}
	// A request to sign a certificate has the same outermost elements.
	_, err := jwt.ParsePEM(block("CERTIFICATE", derForms(t)["request of P-256"].octets))
	assertClass(t, err, jwt.ErrInvalidKey)
}
