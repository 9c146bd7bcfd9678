package foreignkey_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/foreignkey"
)

// The forms in detail are tested where secrets enter: see secret_test.go of package jwt.

const ed25519SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

const ed25519DER = "MCowBQYDK2VwAyEA+yqqeRXOubRJ0bpQ6ioouxpuAfkL2iRaLR2HaX0YomU="

func TestForm(t *testing.T) {
	for name, tt := range map[string]struct{ text, says string }{
		"PEM":                                    {"-----BEGIN PUBLIC KEY-----\nMCow", "a key in PEM; read it with ParsePEM"},
		"a JWK":                                  {`{"kty":"oct","k":""}`, "a JWK; read it with ParseJWK"},
		"a JWK, a name escaped":                  {`{"\u006bty":"oct"}`, "a JWK; read it with ParseJWK"},
		"a JWK in a JSON string":                 {`"{\"kty\":\"oct\"}"`, "a JWK; read it with ParseJWK"},
		"a JWK Set":                              {`{"keys": []}`, "a JWK Set; read it with ParseKeySet"},
		"SSH":                                    {ed25519SSH, "an SSH key; convert it to PEM"},
		"SSH behind a host":                      {"host.example " + ed25519SSH, "an SSH key; "},
		"PuTTY":                                  {"PuTTY-User-Key-File-3: ssh-ed25519\n", "an SSH key; "},
		"an Ed25519 key":                         {string(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))), "an Ed25519 private key (64 bytes); "},
		"base64 of a JWK":                        {base64.StdEncoding.EncodeToString([]byte(`{"kty":"oct","k":""}`)), "base64 of a JWK; decode it, and then read it with ParseJWK"},
		"digits of a JWK":                        {hex.EncodeToString([]byte(`{"kty":"oct","k":""}`)), "hexadecimal digits of a JWK; decode it, "},
		"PEM, its end":                           {"MCow\n-----END PUBLIC KEY-----", "a key in PEM; "},
		"a JWK in a string, escaped twice":       {`["{\"\\u006bty\":\"oct\"}"]`, "a JWK; "},
		"JWKs in a string, escaped twice":        {`["[{\"\\u006bty\":\"oct\"}]"]`, "a JWK; "},
		"a JWK in a string in a string, escaped": {`["\"{\\\"\\\\u006bty\\\":1}\""]`, "a JWK; "},
		"a JWK in other quotes, escaped":         {`['"{\\"\\\\u006bty\\":1}"']`, "a JWK; "},
		"a JWK after other strings, escaped":     {`{"a":"b","c":["d","{\"\\u006bty\":\"oct\"}"]}`, "a JWK; "},
		"a JWK after white space, escaped":       {`["\n {\"\\u006bty\":\"oct\"}"]`, "a JWK; "},
		"SSH in a JSON string":                   {`"host\n` + ed25519SSH + `"`, "an SSH key; "},
		"percent-encoding":                       {"%7B%22kty%22%3A%22oct%22%7D", "percent-encoding of a JWK; decode it, "},
		"percent-encoded base64":                 {url.QueryEscape(ed25519DER), "percent-encoding of base64 of a public key in DER (PKIX); "},
		"a percent sign besides":                 {"{'kt%79' : 'oct'} 50 %, %zz, %", "percent-encoding of a JWK; "},
		"PASERK":                                 {"k4.public.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjo8", "the text of a public or private key of another system; "},
		"a DID":                                  {"did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "the text of a public or private key of another system; "},
		"minisign":                               {"untrusted comment: minisign public key E7620F1842B4E81F\nRWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", "the text of a public or private key of another system; "},
		"UTF-16 of a JWK":                        {"\xff\xfe" + strings.Join(strings.Split(`{"kty":"oct"}`, ""), "\x00") + "\x00", "UTF-16 of a JWK; "},
	} {
		assert.Truef(t, strings.HasPrefix(foreignkey.Form([]byte(tt.text)), tt.says), "%s: %s", name, foreignkey.Form([]byte(tt.text)))
	}
	for _, secret := range []string{"", "short", "a pass phrase of many words, none of them a key", `{"kid":"a"}`, "----", `"`, "100%25 sure of %20 nothing", "k4.local.", "a did:key:z", `["{}"]`, `["[]", "\\"]`, `{"a":"{\"b\":1}"}`, "k5.public.AAAA", "AAAA", "ssh", `{"keys":1}`, "-----BEG"} {
		assert.Empty(t, foreignkey.Form([]byte(secret)), secret)
	}
}

// inUTF16 writes ASCII as UTF-16, with the byte of the letter first or last.
func inUTF16(text string, first bool) string {
	var b strings.Builder
	for i := range len(text) {
		if !first {
			b.WriteByte(0)
		}
		b.WriteByte(text[i])
		if first {
			b.WriteByte(0)
		}
	}
	return b.String()
}

func TestFormOfUTF16(t *testing.T) {
	const jwk = `{"kty":"oct"}`
	for name, text := range map[string]string{
		"little":       inUTF16(jwk, true),
		"big":          inUTF16(jwk, false),
		"little, mark": "\xff\xfe" + inUTF16(jwk, true),
		"big, mark":    "\xfe\xff" + inUTF16(jwk, false),
	} {
		assert.Contains(t, foreignkey.Form([]byte(text)), "UTF-16 of ", name)
	}
	for name, text := range map[string]string{
		"half a mark":         "\xff\x01\x7b" + inUTF16(jwk, true)[2:],
		"half a mark, big":    "\xfe\x01" + inUTF16(jwk, false),
		"the marks turned":    "\xfe\xfe" + inUTF16(jwk, true),
		"the wrong way round": "\xff\xfe" + inUTF16(jwk, false),
		"one zero":            "{\x00\"k" + jwk,
		"one zero, big":       "\x00{k\"" + jwk,
		"none where it is":    "{\x01\"\x00" + inUTF16(jwk, true),
		"none first":          "\x01{\x00\"" + inUTF16(jwk, false),
		"no zeros":            "12345678",
	} {
		assert.NotContains(t, foreignkey.Form([]byte(text)), "UTF-16", name)
	}
}

func TestFormOfSSHBinary(t *testing.T) {
	const sk = "sk-ecdsa-sha2-nistp256@openssh.com" // its length is no white space, and not cut off
	for text, is := range map[string]bool{
		"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20": true,
		"\x00\x00\x00\x22" + sk + "\x00\x00\x00\x20":  true,
		"\x00\x00\x00\x22" + sk:                       true,
		"\x00\x00\x00\x21" + sk:                       true,
		"\x00\x00\x00\x23" + sk:                       false,
		"\x00\x00\x00\xff" + sk:                       false,
		"A\x00\x00\x22" + sk:                          false,
		"\x00A\x00\x22" + sk:                          false,
		"\x00\x00A\x22" + sk:                          false,
		"\x00\x00\x00\x22A" + sk:                      false,
		"\x00\x00\x00\x22sk-eddsa-sha2":               false,
	} {
		assert.Equal(t, is, strings.HasPrefix(foreignkey.Form([]byte(text)), "an SSH key; "), "%q", text)
	}
}

func TestFormOfContainers(t *testing.T) {
	for start, says := range map[string]string{
		"\xfe\xed\xfe\xed\x00\x00\x00\x02":                 "a keystore of Java; ",
		"\xce\xce\xce\xce\x00\x00\x00\x02":                 "a keystore of Java; ",
		"\x06\x02\x00\x00\x00\xa4\x00\x00RSA1":             "an RSA key in a blob of Windows; ",
		"\x07\x02\x00\x00\x00$\x00\x00RSA2":                "an RSA key in a blob of Windows; ",
		"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07": "a bundle of keys or certificates in DER",
	} {
		assert.True(t, strings.HasPrefix(foreignkey.Form([]byte(start+"more")), says), "%q", start)
		assert.Empty(t, foreignkey.Form([]byte("\x08"+start[1:]+"more")), "%q", start)
		assert.Empty(t, foreignkey.Form([]byte(start[:5]+"\x7f"+start[6:]+"more")), "%q", start)
	}
}

func TestFormOfPoints(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		point, err := key.PublicKey.Bytes()
		require.NoError(t, err)
		assert.Contains(t, foreignkey.Form(point), "a point on its curve")
		point[0]++
		assert.Empty(t, foreignkey.Form(point))
		point[0]--
		point[len(point)-1] ^= 1
		assert.Empty(t, foreignkey.Form(point), "no point")
		assert.Empty(t, foreignkey.Form(append(point, 0)))
	}
}

func TestRandomSecretsHaveNoForm(t *testing.T) {
	secret := make([]byte, 64)
	for range 1000 {
		rand.Read(secret)
		assert.Empty(t, foreignkey.Form(secret), "%x", secret)
		assert.Empty(t, foreignkey.Form([]byte(base64.StdEncoding.EncodeToString(secret))), "%x", secret)
	}
}

// The outermost elements decide, and their tags and lengths are hostile.
func TestFormOfDER(t *testing.T) {
	for name, tt := range map[string]struct{ digits, says string }{
		"PKIX":                      {"300a3005 06032b6570 030100", "a public key in DER (PKIX)"},
		"PKCS #8":                   {"300d 020100 3005 06032b6570 040101", "a private key in DER (PKCS #8)"},
		"PKCS #8, a long length":    {"30810d 020100 3005 06032b6570 040101", "a private key in DER (PKCS #8)"},
		"SEC 1":                     {"300a 020101 040100 a000 0500", "an EC private key in DER (SEC 1)"},
		"SEC 1, a length too great": {"3008 020101 040100 a07f", "an EC private key in DER (SEC 1)"},
		"SEC 1, a length too great behind the key": {"3008 020101 040100 a17f", "an EC private key in DER (SEC 1)"},
		"SEC 1, no length":                         {"3007 020101 040100 a0", "an EC private key in DER (SEC 1)"},
		"PKIX, no bits":                            {"300a3005 06032b6570 020100", ""},
		"a certificate":                            {"300c 3000 3005 06032b6570 030100", "a certificate in DER"},
		"a certificate, more behind":               {"300c 3000 3005 06032b6570 030100 ff", ""},
		"a certificate, no object":                 {"300c 3000 3005 04032b6570 030100", ""},
		"a certificate, a number first":            {"300d 020100 3005 06032b6570 030100", ""},
		"PKCS #8, nothing in a long form":          {"300d 020100 3005 06032b6570 048100", "a private key in DER (PKCS #8)"},
		"PKCS #8, no object":                       {"300d 020100 3005 04032b6570 040101", ""},
		"encrypted":                                {"300f 300a 06082a864886f70d0105 040100", "an encrypted private key in DER (PKCS #8)"},
		"encrypted, by PKCS #12":                   {"300f 300a 06082a864886f70d010c 040100", "an encrypted private key in DER (PKCS #8)"},
		"encrypted, more behind":                   {"300f 300a 06082a864886f70d0105 040100 ff", ""},
		"encrypted, no octets":                     {"300f 300a 06082a864886f70d0105 020100", ""},
		"PKCS #1":                                  {"3012 020100 020101 020102 020103 020104 020105", "a private key in DER (PKCS #1)"},
		"PKCS #1, more behind":                     {"3012 020100 020101 020102 020103 020104 020105 ff", ""},
		"PKCS #1, public, more behind":             {"3006 020103 020101 ff", ""},
		"PKCS #1, public, eight bytes":             {"300d 020103 02080102030405060708", "an RSA public key in DER (PKCS #1)"},
		"PKCS #1, public, nine bytes":              {"300e 020103 0209010203040506070809", ""},
		"PKCS #12":                                 {"3010 020103 300b 06092a864886f70d010701", "a bundle of keys or certificates in DER"},
		"PKCS #12, more behind":                    {"3010 020103 300b 06092a864886f70d010701 ff", ""},
		"PKCS #12, of another kind":                {"3010 020103 300b 06092a864886f70d010501", ""},
		"PKCS #7":                                  {"3010 06092a864886f70d010702 a003040101", "a bundle of keys or certificates in DER"},
		"PKCS #7, more behind":                     {"3010 06092a864886f70d010702 a003040101 ff", ""},
		"PKCS #7, of another kind":                 {"3010 06092a864886f70d010502 a003040101", ""},
		"a length of four bytes":                   {"308400000006 020103 020101", "an RSA public key in DER (PKCS #1)"},
		"PKCS #12, no number first":                {"3010 040103 300b 06092a864886f70d010701", ""},
		"PKCS #7, no content":                      {"3010 06092a864886f70d010702 0403040101", ""},
		"an algorithm of a number":                 {"3008 3003 050100 030100", ""},
		"an algorithm of one byte":                 {"3008 3003 06012a 030100", "a public key in DER (PKIX)"},
		"an algorithm of nothing":                  {"3007 3002 0600 030100", ""},
		"an algorithm that is empty":               {"3005 3000 030100 20", ""},
		"another tag, no length":                   {"3007 020101 040100 a2", ""},
		"PKCS #1, public":                          {"3006 020103 020101", "an RSA public key in DER (PKCS #1)"},
		"a sequence of nothing":                    {"3000 000000000000", ""},
		"a length beyond the end":                  {"307f 020103 020101 00", ""},
		"a length of five bytes":                   {"30850000000006 020103 020101", ""},
		"a length of no end":                       {"3080 020103 020101 0000", ""},
		"a signature of ECDSA":                     {"3016 020901020304050607 0809 0209010203040506070809", ""},
		"a DigestInfo":                             {"300f 3009 0605 2b0e03021a 0500 0402 0102", ""},
		"a length of no end, 128 bytes":            {"30803005 06032b6570 0377" + strings.Repeat("00", 119), ""},
		"an element beyond the end":                {"3006 020103 027f01", ""},
		"PKIX and something behind":                {"300a3005 06032b6570 030100 ff", ""},
		"PKIX and a line break":                    {"300a3005 06032b6570 030100 0d0a", "a public key in DER (PKIX)"},
		"an algorithm with no object":              {"30073002 0500 030100 0000", ""},
	} {
		der, err := hex.DecodeString(strings.ReplaceAll(tt.digits, " ", ""))
		if !assert.NoError(t, err, name) {
			continue
		}
		form := foreignkey.Form(der)
		assert.Truef(t, strings.HasPrefix(form, tt.says) && (form == "") == (tt.says == ""), "%s: %s", name, form)
	}
}

func TestIsText(t *testing.T) {
	for text, is := range map[string]bool{"~": true, "!": true, " ": true, "a b\n\v\f\r\t": true, "\n": false, "": false, "\x7f": false, "a\x1f": false, "a\x08": false, "a\x0e": false, "é": false, "a\x00": false} {
		assert.Equal(t, is, foreignkey.IsText([]byte(text)), "%q", text)
	}
}

func TestNotJSON(t *testing.T) {
	for text, says := range map[string]string{
		"": "is empty", " \n": "is empty", "\ufeff{}": "byte order mark", "\xff\xfe{\x00": "UTF-16", "\xfe\xff\x00{": "UTF-16", "<html>": "HTML", " [{}]": "is an array",
		"-----BEGIN CERTIFICATE-----": "ParsePEM", "https://issuer.example/jwks": "is an address",
		`"{\"kty\":\"oct\"}"`: "no JSON object, but a string", "eyJrdHkiOiJvY3QiLCJrIjoiIn0=": "is base64 of a JWK; decode it", `JWK={"kty":"oct"}`: "is text that contains a JWK; cut it out", ed25519SSH: "is an SSH key",
	} {
		assert.Contains(t, foreignkey.NotJSON([]byte(text)), says)
	}
	for _, text := range []string{`{"keys":[]}`, `{"kty":"oct",}`, "null", "words"} {
		assert.Empty(t, foreignkey.NotJSON([]byte(text)), text)
	}
}
