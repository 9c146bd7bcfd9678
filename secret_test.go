package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	randv2 "math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Nothing foreign passes for a secret, and every secret passes.

// A foreign key is no secret; the error says what to read it with.
type foreign struct {
	octets []byte
	says   string
}

// derForms are keys and certificates in DER, by name.
func derForms(t testing.TB) map[string]foreign {
	t.Helper()
	forms := map[string]foreign{}
	add := func(name, says string, der []byte, err error) {
		require.NoError(t, err, name)
		forms[name] = foreign{der, says}
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(), "P-256": ecKeys[jwt.ES256], "P-384": ecKeys[jwt.ES384], "P-521": ecKeys[jwt.ES512], "P-224": p224, "Ed25519": edKey} {
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		add("PKIX of "+name, "ParsePKIXPublicKey", der, err)
		add("PKIX of "+name+", a line break behind", "ParsePKIXPublicKey", append(slices.Clone(der), "\r\n"...), nil)
		der, err = x509.MarshalPKCS8PrivateKey(key)
		add("PKCS #8 of "+name, "ParsePKCS8PrivateKey", der, err)
		add("PKCS #8 of "+name+", a line break behind", "ParsePKCS8PrivateKey", append(slices.Clone(der), '\n'), nil)
		if key, ok := key.(*ecdsa.PrivateKey); ok {
			der, err = x509.MarshalECPrivateKey(key)
			add("SEC 1 of "+name, "ParseECPrivateKey", der, err)
			add("SEC 1 of "+name+", more behind", "ParseECPrivateKey", append(slices.Clone(der), "more"...), nil)
		}
		if name != "P-224" {
			add("certificate of "+name, "ParseCertificate", certificateFor(t, key).Raw, nil)
			der, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "a"}}, key)
			add("request of "+name, "ParseCertificate", der, err)
		}
	}
	add("PKCS #1 of RSA", "ParsePKCS1PrivateKey", x509.MarshalPKCS1PrivateKey(rsaKey()), nil)
	add("PKCS #1, public", "ParsePKCS1PublicKey", x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey), nil)
	add("PKCS #1, of the least size", "ParsePKCS1PublicKey", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: big.NewInt(3), E: 1}), nil)
	// Those that Go does not read are keys all the same, by openssl.
	for name, text := range map[string]string{
		"X25519, private": x25519Private, "X25519": x25519Public, "Ed448, private": ed448Private, "secp256k1": secp256k1PKCS8, "DSA": dsaPublic, "P-256, encrypted": ecEncryptedPKCS8,
	} {
		block, _ := pem.Decode([]byte(text))
		says := map[string]string{"PUBLIC KEY": "ParsePKIXPublicKey", "PRIVATE KEY": "ParsePKCS8PrivateKey", "ENCRYPTED PRIVATE KEY": "ParsePEM"}[block.Type]
		add(name, says, block.Bytes, nil)
	}
	// The outermost elements of what openssl pkcs12 and crl2pkcs7 write.
	type contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}
	// Keys that are in base64 in the answer of a KMS or an issuer, in a setting, or in a list.
	public, err := x509.MarshalPKIXPublicKey(ecKeys[jwt.ES384].Public())
	require.NoError(t, err)
	encoded := base64.StdEncoding.EncodeToString(public)
	for name, text := range map[string]string{
		"AWS KMS": `{"KeyId":"arn:aws:kms:eu-west-1:1:key/a","PublicKey":"` + encoded + `","KeyUsage":"SIGN_VERIFY"}`, "Keycloak's realm": `{"realm":"master","public_key":"` + encoded + `","tokens-not-before":0}`, "a line of settings": "JWT_PUBLIC_KEY=" + encoded, "Python's bytes": "b'" + encoded + "'", "a comma behind": encoded + ",", "a zero behind": encoded + "\x00",
		"PHP's JSON": `{"public_key":"` + strings.ReplaceAll(encoded, "/", `\/`) + `"}`, "JSON in JSON": `{"body":"{\"public_key\":\"` + strings.TrimRight(encoded, "=") + `\"}"}`, "MIME in JSON": `{"public_key":"` + encoded[:64] + `\r\n` + encoded[64:] + `"}`, "Python's list": "['My words', '" + encoded + "']", "percent signs": "key=" + encoded + "%3D%0A",
	} {
		add("PKIX in "+name, "ParsePKIXPublicKey", []byte(text), nil)
	}
	certificate := base64.StdEncoding.EncodeToString(certificateFor(t, edKey).Raw)
	add("a certificate in x5c", "ParseCertificate", []byte(`{"kid":"a","x5c":["`+certificate+`"]}`), nil)
	add("a certificate in Keycloak's settings", "ParseCertificate", []byte("{\n  \"certificate\" : \""+certificate+"\"\n}"), nil)
	// Keys of Java and of Windows, and raw points, as in VAPID.
	for name, start := range map[string]string{"JKS": "\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01", "JCEKS": "\xce\xce\xce\xce\x00\x00\x00\x02\x00\x00\x00\x01"} {
		add(name, "keytool", []byte(start+"\x00\x00\x00\x02\x00\x01a\x00\x00"), nil)
	}
	for name, start := range map[string]string{"public": "\x06\x02\x00\x00\x00\xa4\x00\x00RSA1", "private": "\x07\x02\x00\x00\x00\xa4\x00\x00RSA2", "public, for signatures": "\x06\x02\x00\x00\x00\x24\x00\x00RSA1", "private, for signatures": "\x07\x02\x00\x00\x00\x24\x00\x00RSA2"} {
		add("blob of Windows, "+name, "ParsePEM", []byte(start+"\x00\x08\x00\x00\x01\x00\x01\x00"+string(rsaKey().N.Bytes())), nil)
	}
	for alg, key := range ecKeys {
		point, err := key.PublicKey.Bytes()
		add("point of "+alg.String(), "ParseUncompressedPublicKey", point, err)
	}
	for name, digits := range map[string]string{"PKCS #7": "308006092a864886f70d010702a080", "PKCS #12": "3080020103308006092a864886f70d010701a080"} {
		der, err := hex.DecodeString(digits)
		add(name+", of indefinite length", "openssl", append(der, 0x24, 0x80, 4, 1, 1), err)
	}
	content := contentInfo{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, asn1.RawValue{Class: 2, Tag: 0, IsCompound: true, Bytes: []byte{4, 1, 1}}}
	der, err := asn1.Marshal(content)
	add("PKCS #7", "openssl", der, err)
	der, err = asn1.Marshal(struct {
		Version int
		Safe    contentInfo
	}{3, content})
	add("PKCS #12", "openssl", der, err)
	return forms
}

// textForms are keys as text, or in an encoding of SSH's own, by name.
func textForms(t testing.TB) map[string]foreign {
	t.Helper()
	jwk, err := mustKey(t, edKey.Public()).MarshalJSON()
	require.NoError(t, err)
	quoted, err := json.Marshal(string(jwk))
	require.NoError(t, err)
	text := string(pkixPEM(t, edKey.Public()))
	const edSSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
	const ecSSH = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CL"
	blob, err := base64.StdEncoding.DecodeString(strings.Fields(edSSH)[1])
	require.NoError(t, err)
	private, _ := pem.Decode([]byte(openSSH))
	ed64 := string(edKey)
	forms := map[string]foreign{}
	for says, texts := range map[string]map[string]string{
		"ParsePEM": {
			"PEM": text, "private PEM": string(pkcs8(t, edKey)), "PEM of OpenSSH": openSSH, "PEM after attributes": "Bag Attributes\n    friendlyName: ключ\n" + text,
			"PEM on one line": strings.ReplaceAll(text, "\n", " "), "PEM with literal line breaks": strings.ReplaceAll(text, "\n", `\n`), "PEM without line breaks": strings.ReplaceAll(text, "\n", ""),
			"PEM in a JSON string": `{"private_key":"` + strings.ReplaceAll(text, "\n", `\n`) + `"}`, "PEM, the first line alone": "-----BEGIN PUBLIC KEY-----", "PEM, its first line lost": text[27:],
			"PEM behind a name": "JWT_KEY=" + text, "PEM indented": "    " + strings.ReplaceAll(text, "\n", "\n    "), "PEM of a longer dash": "--" + text, "PEM, dashes lost": text[1:], "PEM after octets": "\x00\xff\x80" + text,
			"PEM in base64 in YAML": "data:\n  tls.crt: " + string(encodings["base64"]([]byte(text))) + "\n  tls.key: \"\"\n", "PEM in base64 in JSON": `{"data":{"tls.crt":"` + string(encodings["base64"]([]byte(text))) + `"}}`, "PEM in a data URL": "data:application/x-pem-file;base64," + string(encodings["base64"]([]byte(text))), "XML of a certificate": "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
			"XML of .NET": "<RSAKeyValue><Modulus>xA7SEU-e0yQH5rm9kbCDN9o3aPIo7HbP7tX6WOocLZAtNfyxSZDU16ksL6W</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>", "XML of .NET, with a declaration": "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<RSAKeyValue>\r\n  <Modulus>xA7S</Modulus></RSAKeyValue>",
			"PGP": "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF", "a line with a space": "----- BEGIN PUBLIC KEY -----\nMCow",
			"SSH Ed25519": edSSH, "SSH ECDSA": ecSSH, "SSH DSA": "ssh-dss AAAAB3NzaC1kc3MAAACBAP", "SSH certificate": "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t",
			"SSH of a token":      "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJ7c",
			"SSH ECDSA, a token":  "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYA",
			"SSH, RFC 4716":       "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"256-bit\"\n" + strings.Fields(edSSH)[1] + "\n---- END SSH2 PUBLIC KEY ----\n",
			"SSH, RFC 4716 cut":   "---- BEGIN SSH2 PUBLIC KEY ----",
			"SSH options":         `command="/bin/true",no-pty ` + edSSH + " alice@host",
			"SSH known hosts":     "github.com,140.82.121.4 " + edSSH,
			"SSH known port":      "[host.example]:2222 " + ecSSH,
			"SSH hashed host":     "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= " + edSSH,
			"SSH authority":       "@cert-authority *.example.com\t" + edSSH,
			"SSH after a comment": "# host:22 SSH-2.0-OpenSSH_9.2\nhost " + edSSH, "SSH, several": "# keys of mine\n\n" + ecSSH + "\n" + edSSH,
			"SSH behind a name": "DEPLOY_KEY=" + edSSH, "SSH behind a name, quoted": "DEPLOY_KEY='" + ecSSH + "'",
			"SSH, two spaces": "host  ssh-ed25519  \tAAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
			"SSH, binary":     string(blob), "SSH type alone, binary": "\x00\x00\x00\x22sk-ecdsa-sha2-nistp256@openssh.com", "SSH of a token, binary": "\x00\x00\x00\x22sk-ecdsa-sha2-nistp256@openssh.com\x00\x00\x00\x08nistp256", "SSH private, binary": string(private.Bytes), "PuTTY": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 2\n",
		},
		"ParseJWK": {
			"JWK": string(jwk), "JWK of a secret": `{"kty":"oct","k":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA"}`, "JWK after a BOM": "\ufeff" + string(jwk), "JWK after space": "\u00a0\r\n\v" + string(jwk),
			"JWK after signs that do not show": "\u200b\u2060\ufeff\x01" + string(jwk), "JWKs": "[" + string(jwk) + "," + string(jwk) + "]", "JWKs, the first is none": "[{},\n" + string(jwk) + "]", "JWKs within": "[[ [" + string(jwk) + "]]]",
			"JWK, quoted": string(quoted), "JWK, quoted twice": fmt.Sprintf("%q", quoted), "JWK in single quotes": "'" + string(jwk) + "'", "JWKs, quoted": "[" + string(quoted) + "]", "JWK, all escaped": allEscaped(string(jwk)), "JWK quoted, space before": " \n" + string(quoted),
			"JWK, escaped name": `{"\u006bt\u0079":"EC","crv":"P-256","x":"","y":""}`, "JWK, one letter escaped": `{"k\u0074y":"OKP","crv":"Ed25519","x":""}`, "JWK, double names": `{"kty":"oct","kty":"RSA","n":"AQAB","n":"AQAB"}`, "JWK, double and escaped": `{"kid":"a","kid":"a","k\u0074y":"RSA"}`,
			"JWK, space before the colon": "{ \"kty\"\t\n: \"RSA\" }", "JWK cut off": string(jwk[:len(jwk)-5]), "JWK, a comma too many": `{"kid":"a",,"kty":"oct",}`, "JWK of Python": `{'kty': 'RSA', 'n': 'AQAB', 'e': 'AQAB'}`, "JWK within": `{"jwk":` + string(jwk) + `}`, "JWK in a member": `{"jwk":` + string(quoted) + `}`,
			"JWK behind a name": "JWT_KEY=" + string(jwk), "JWK behind a name, quoted": "JWT_KEY=" + string(quoted), "JWK behind a name, escaped": `JWT_KEY="` + strings.Trim(string(quoted), `"`) + `"`, "JWK behind a name, in base64": "JWT_KEY=" + string(encodings["base64"](jwk)), "JWK in a program": "export const key = " + string(jwk) + ";", "JWK in YAML": "key:\n  kty: OKP\n  crv: Ed25519\n  x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\n", "JWK printed by Node": "{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }", "JWK printed by Go": "map[crv:P-256 kty:EC x:AQAB y:AQAB]",
			"JWK, no UTF-8": "{\"\xff\":1,\"kty\":\"oct\"}", "JWK and more": string(jwk) + "\n# mine",
		},
		"ParseKeySet": {
			"JWK Set": `{"keys":[` + string(jwk) + `]}`, "empty JWK Set": `{"keys":[]}`, "JWK Set, escaped": `{"\u006b\u0065\u0079\u0073":[]}`, "JWK Set, quoted": `"{\"keys\" : [ ]}"`, "JWK Set, double names": `{"a":1,"a":1,"keys":[],"keys":[]}`, "JWK Set after others": `{"issuer":"a","n":{"x":[1,"}"]},"keys": []}`,
			"JWK Set behind a name, in base64": "JWKS=" + string(encodings["base64"]([]byte(`{"keys":[]}`))),
			"JWK Set, space":                   "\n {\n \"keys\" :\n [ ] }\n", "JWK Sets": `[{"keys":[]}]`,
		},
		"NewKey": {
			"Ed25519, 64 octets": ed64, "Ed25519, RFC 8032": string(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))),
		},
	} {
		for name, text := range texts {
			forms[name] = foreign{[]byte(text), says}
		}
	}
	return forms
}

func allEscaped(text string) string {
	quoted := `"`
	for _, c := range text {
		quoted += fmt.Sprintf(`\u%04x`, c)
	}
	return quoted + `"`
}

// encodings are what a key goes through on its way to a setting.
var encodings = map[string]func([]byte) []byte{
	"base64":                  func(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) },
	"base64, no padding":      func(b []byte) []byte { return []byte(base64.RawStdEncoding.EncodeToString(b)) },
	"base64url":               func(b []byte) []byte { return []byte(base64.URLEncoding.EncodeToString(b)) },
	"base64url, no padding":   func(b []byte) []byte { return []byte(base64.RawURLEncoding.EncodeToString(b)) },
	"base64, 64 a line":       func(b []byte) []byte { return lines(b, 64, "\n") },
	"base64, 76 a line":       func(b []byte) []byte { return lines(b, 76, "\r\n") },
	"base64, short lines":     func(b []byte) []byte { return lines(b, 3, "\n\t ") },
	"base64, literal breaks":  func(b []byte) []byte { return lines(b, 64, `\n`) },
	"base64, space around":    func(b []byte) []byte { return []byte(" \n" + base64.StdEncoding.EncodeToString(b) + "\r\n") },
	"base64, quoted":          func(b []byte) []byte { return []byte(`"` + base64.StdEncoding.EncodeToString(b) + `"`) },
	"hexadecimal":             func(b []byte) []byte { return []byte(hex.EncodeToString(b)) },
	"hexadecimal, upper case": func(b []byte) []byte { return []byte(strings.ToUpper(hex.EncodeToString(b)) + "\n") },
}

func lines(b []byte, width int, end string) []byte {
	var text []byte
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(b)), width) {
		text = append(append(text, line...), end...)
	}
	return text
}

// foreignForms is every form, and every form in every encoding.
func foreignForms(t testing.TB) map[string]foreign {
	t.Helper()
	forms := derForms(t)
	texts := textForms(t)
	for name, f := range texts {
		if binary := strings.Contains(name, "binary") || strings.Contains(name, "octets") || strings.Contains(name, "8032"); !binary {
			forms[name+", UTF-16"] = foreign{utf16Of(f.octets, binaryOrder, true), f.says}
			forms[name+", UTF-16, big"] = foreign{utf16Of(f.octets, binary16Big, true), f.says}
			if f.octets[0] < 0x80 && f.octets[1] < 0x80 {
				forms[name+", UTF-16 without a mark"] = foreign{append(utf16Of(f.octets, binaryOrder, false), '\n'), f.says}
				forms[name+", UTF-16, big, without a mark"] = foreign{utf16Of(f.octets, binary16Big, false), f.says}
			}
		}
	}
	maps.Copy(forms, texts)
	for name, f := range maps.Clone(forms) {
		for encoding, encode := range encodings {
			forms[name+" in "+encoding] = foreign{encode(f.octets), f.says}
		}
	}
	for _, name := range []string{"PKIX of RSA", "certificate of P-256", "PEM", "JWK", "PKCS #8 of Ed25519"} {
		once := forms[name+" in base64"]
		forms[name+" in base64 twice"] = foreign{encodings["base64"](once.octets), once.says}
		forms[name+" in base64, UTF-16"] = foreign{utf16Of(once.octets, binaryOrder, true), once.says}
	}
	return forms
}

var binaryOrder, binary16Big binary.AppendByteOrder = binary.LittleEndian, binary.BigEndian

func TestForeignKeysAreNoSecrets(t *testing.T) {
	forms := foreignForms(t)
	require.Greater(t, len(forms), 1000)
	for name, f := range forms {
		raw := slices.Clone(f.octets)
		_, err := jwt.NewKey(raw, jwt.AllowWeakKey()) // it lifts bounds, and not this
		if classOf(err) != jwt.ErrInvalidKey || !strings.Contains(err.Error(), f.says) {
			t.Errorf("%s is not refused for what it is: %v does not say %s", name, err, f.says)
		}
		assert.Equal(t, f.octets, raw, "%s: written to", name)
		if err != nil && len(raw) > 16 {
			assert.NotContains(t, err.Error(), string(raw[len(raw)/2:len(raw)/2+8]), "%s", name)
		}
	}
}

// Forms are looked for through eight encodings and no more.
func TestForeignKeysDeepWithin(t *testing.T) {
	jwk, err := mustKey(t, edKey.Public()).MarshalJSON()
	require.NoError(t, err)
	for name, encode := range map[string]func([]byte) []byte{
		"base64": encodings["base64"], "hexadecimal": encodings["hexadecimal"], "UTF-16": func(b []byte) []byte { return utf16Of(b, binaryOrder, false) },
		"JSON strings": func(b []byte) []byte { return fmt.Appendf(nil, "%q", b) },
	} {
		within := jwk
		for range 8 {
			within = encode(within)
		}
		_, err := jwt.NewKey(within)
		assert.Equal(t, jwt.ErrInvalidKey, classOf(err), name)
		_, err = jwt.NewKey(encode(within))
		assert.NoError(t, err, name)
	}
	// Nor in more than 3 MiB of an encoding, which no key is.
	const most = 3 << 20
	escaped := strings.ReplaceAll(string(jwk), `"`, `\"`)
	fill := func(text string, length int, filler string) string {
		return text + strings.Repeat(filler, length-len(text))
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(fill(string(jwk), most/4*3, "x")))
	for name, c := range map[string]struct{ most, more string }{
		"a JSON string":             {`"` + fill(escaped, most, "x") + `"`, `"` + fill(escaped, most+1, "x") + `"`},
		"a JSON string in an array": {`["` + fill(escaped, most, "x") + `"]`, `["` + fill(escaped, most+1, "x") + `"]`},
		"base64":                    {encoded, encoded[:most/2] + "\n" + encoded[most/2:]},
		"UTF-16":                    {string(utf16Of([]byte(fill(string(jwk), most/2, "x")), binaryOrder, false)), string(utf16Of([]byte(fill(string(jwk), most/2, "x")), binaryOrder, false)) + "x"},
	} {
		_, err := jwt.NewKey([]byte(c.most))
		assert.Equal(t, jwt.ErrInvalidKey, classOf(err), name)
		_, err = jwt.NewKey([]byte(c.more))
		assert.NoError(t, err, name)
	}
}

// A secret enters by many doors, and each is watched.
func TestForeignKeysAreNoSecretsAnywhere(t *testing.T) {
	forms := derForms(t)
	maps.Copy(forms, textForms(t))
	for name, f := range forms {
		raw := f.octets
		ways := signingWays(t, raw)
		for way, err := range verifyingWays(t, raw, jwt.HS256, "", "") {
			ways["to verify, "+way] = err
		}
		_, ways["Sign"] = jwt.Sign(nil, raw)
		_, ways["Verify"] = jwt.Verify("", raw, jwt.HS256)
		_, ways["NewKey"] = jwt.NewKey(raw)
		_, ways["ParseJWK"] = jwt.ParseJWK([]byte(`{"kty":"oct","k":"` + b64(string(raw)) + `"}`))
		_, ways["ParseJWK, weak"] = jwt.ParseJWK([]byte(`{"kty":"oct","k":"`+b64(string(raw))+`"}`), jwt.AllowWeakKey())
		for way, err := range ways {
			assert.ErrorIs(t, err, jwt.ErrInvalidKey, "%s: %s", name, way)
		}
	}
}

// Who has the public key signs with it what the service takes for its own issuer's.
func TestForgedWithPublicKeys(t *testing.T) {
	outsideFIPSOnly(t)
	forms := foreignForms(t)
	pub := edKey.Public().(ed25519.PublicKey)
	forms["Ed25519, 32 octets"] = foreign{pub, ""}
	forms["modulus"] = foreign{rsaKey().N.Bytes(), ""}
	for name, f := range forms {
		input := b64(`{"alg":"HS256"}`) + "." + b64(`{"sub":"admin"}`)
		m := hmac.New(sha256.New, f.octets)
		m.Write([]byte(input))
		forged := withSignature(input, m.Sum(nil))
		for _, alg := range []jwt.Algorithm{jwt.RS256 | jwt.HS256, jwt.EdDSA | jwt.HS256, jwt.ES256 | jwt.HS256 | jwt.HS512, jwt.HS256 | jwt.MLDSA44, jwt.RS256} {
			claims, err := jwt.Decode(forged, f.octets, alg)
			if claims != nil || !errors.Is(err, jwt.ErrInvalidKey) && !errors.Is(err, jwt.ErrInvalidOption) {
				t.Errorf("accepted: %s, %v: %v, %v", name, alg, claims, err)
			}
		}
	}
}

// A list of HMAC and public-key algorithms is for no secret.
func TestSecretBesidePublicKeyAlgorithms(t *testing.T) {
	key := mustKey(t, secret)
	bound := mustKey(t, secret, jwt.WithKeyAlgorithm(jwt.HS512))
	token := claimed(`{"sub":"alice"}`)
	public := []jwt.Algorithm{
		jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519, jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87,
	}
	all := func(alg jwt.Algorithm, class error) {
		t.Helper()
		ways := verifyingWays(t, secret, alg, token, token)
		for name, key := range map[string]*jwt.Key{"a key": key, "a bound key": bound} {
			for way, err := range verifyingWays(t, key, alg, token, token) {
				ways[name+", "+way] = err
			}
		}
		maps.DeleteFunc(ways, func(way string, _ error) bool { return strings.HasSuffix(way, "NewKey") })
		assertAll(t, ways, class)
	}
	everything := jwt.HS256
	for i, alg := range public {
		all(alg|hmacs[i%3], jwt.ErrInvalidOption)
		everything |= alg
	}
	all(everything, jwt.ErrInvalidOption)
	all(jwt.RS256|jwt.ES256, jwt.ErrInvalidKey) // with nothing left for a secret, its kind is what is wrong
	all(jwt.EdDSA, jwt.ErrInvalidKey)
	_, err := jwt.Decode(token, secret, jwt.RS256|jwt.HS256)
	for _, says := range []string{"RS256", "public key", "allow HS256 alone"} {
		assert.ErrorContains(t, err, says)
	}

	all256 := jwt.HS256 | jwt.HS384 | jwt.HS512
	for _, alg := range []jwt.Algorithm{jwt.HS256, all256} {
		_, err := jwt.Decode(token, secret, alg, at(now))
		assert.NoError(t, err)
		_, err = jwt.Decode(token, key, alg, at(now))
		assert.NoError(t, err)
	}
	// A set has keys of several kinds, and each token names its own.
	set := mustSet(t, mustKey(t, secret, jwt.WithKeyID("a")), mustKey(t, rsaKey().Public(), jwt.WithKeyID("b")))
	_, err = jwt.Decode(forge(`{"alg":"HS256","kid":"a"}`, `{}`), set, jwt.RS256|jwt.HS256, at(now))
	assert.NoError(t, err)
}

// What is no key of another kind is a secret, however much it looks like one.
func TestSecretsPass(t *testing.T) {
	signature, err := ecKeys[jwt.ES256].Sign(rand.Reader, make([]byte, 32), crypto.SHA256)
	require.NoError(t, err)
	der := func(value any) string {
		text, err := asn1.Marshal(value)
		require.NoError(t, err)
		return string(text)
	}
	type algorithm struct{ ID asn1.ObjectIdentifier }
	pkixDER := derForms(t)["PKIX of RSA"].octets
	foreignHalf := slices.Concat(edKey[:32], ed25519.NewKeyFromSeed(make([]byte, 32))[32:])
	flipped := slices.Clone(edKey)
	flipped[63] ^= 0x80
	for name, text := range map[string]string{
		"a passphrase": "correct horse battery staple, and some more", "words of SSH": "my ssh-rsa secret that is long enough to be one", "words of SSH, and letters A": "my ssh-rsa secret is the letters AAAA and more", "words of SSH with letters A": "an ssh-keyAAAA in the middle of words, and more", "ecdsa in words": "ecdsa is what this secret speaks of, at length", "letters A": strings.Repeat("A", 64), "an AAAA record": "host IN AAAA 2001:db8::1 is what it says here", "sk of others": "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789", "sk_live": "sk_live_abcdefghijklmnopqrstuvwxyz0123456789", "three fields": "|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16",
		"dashes": strings.Repeat("-", 64), "dashes and a word": "-----begin-----begin-----begin-----begin", "BEGIN": "BEGIN PUBLIC KEY is what PEM says at its start", "four dashes": "----BEGIN thirty-two octets or more of it",
		"JSON": `{"a":"secret in JSON, which has no kty or so"}`, "JSON with kty as a value": `{"name":"kty","use":"to sign","other":"keys"}`, "JSON with escaped quotes": `{"a":"he said \"kty\": and \"keys\" to her"}`, "JSON with keys that are no array": `{"keys":"there are none here at all, really"}`, "JSON, a list of words": `["kty","keys","and","other","words","of","it"]`, "JSON, a string": `"kty is a word, and so is keys, are they not"`, "JSON, a number": "12345678901234567890123456789012345678901234567890", "almost JSON": "{this is a secret and no JSON, long enough too}", "kty in a text": `a secret that has "kty" and "keys" in it`, "no end": `{"a":"this has no end at all, so it is no JSON`, "an empty string and more": `"" is how this begins, and it is no JSON`, "an apostrophe": `'it has an apostrophe in front, and no end`,
		"a JWT": claimed(`{"sub":"alice"}`), "a URL": "https://alice:password@host.example/path?query=1#fragment", "base64url of a header": b64(`{"alg":"HS256","typ":"JWT","kid":"0123456789"}`), "text in UTF-16": string(utf16Of([]byte("correct horse battery staple, and some more"), binary.LittleEndian, true)),
		"DER of octets": der(struct{ A []byte }{secret}), "DER of ECDSA's signature": string(signature), "DER of a digest": der(struct {
			A algorithm
			B []byte
		}{algorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}, secret[:32]}), "DER of text": der([]string{"a", "b", "c", "and more than that, so that it is long"}),
		"DER cut": string(pkixDER[:len(pkixDER)-1]), "DER and more": string(pkixDER) + "x", "DER, not first": "x" + string(pkixDER), "DER of a time": "0" + strings.Repeat("\x17", 48), "zero text": strings.Repeat("0", 64), "indefinite length": "0\x80" + string(secret), "lengths that overflow": "0\x84\xff\xff\xff\xff" + string(secret), "a length of nothing": "0\x88" + string(secret),
		"64 octets, another's half": string(foreignHalf), "64 octets, a bit flipped": string(flipped), "64 octets, the seed twice": string(edKey[:32]) + string(edKey[:32]), "96 octets, Ed25519 first": string(edKey) + string(edKey[:32]), "Ed25519 in the middle": "\x00" + string(edKey),
		"a point, of another curve": "\x04" + string(pointOf(t, jwt.ES256)[1:64]) + "\x00", "a point, compressed": "\x02" + string(pointOf(t, jwt.ES256)[1:33]), "a point, not first": "\x00" + string(pointOf(t, jwt.ES384)), "a keystore's sign": "\xfe\xed\xfe\xed, and then a text that is long enough", "words and kty": "my kty: is a word, as RSA is, and kty=RSA too", "base64 within, cut off": "key=" + base64.StdEncoding.EncodeToString(pkixDER)[:80], "base64 within, in a word": "key=x" + base64.StdEncoding.EncodeToString(pkixDER), "M and letters": "M" + strings.Repeat("A", 80), "words of XML": "<RSAKey>a pass phrase in angle brackets</RSAKey>", "XML, not first": "a phrase that ends as XML of .NET RSAKeyValue>",
		"SSH, and no length": "ab\x00\x07ssh-rsa is what this says, and no more", "SSH, and half a length": "\x00b\x00\x07ssh-rsa is what this says, and no more", "SSH, and too great a length": "\x00\x00b\x07ssh-rsa is what this says, and no more", "an SSH length beyond the end": "\x00\x00\x00\xff" + string(secret), "an SSH length": "\x00\x00\x00\x07" + string(secret), "zeros, then one": strings.Repeat("\x00", 63) + "\x01", "a mark alone": "\xff\xfe" + string(secret), "all spaces that do not show": strings.Repeat("\u200b", 40),
	} {
		_, err := jwt.NewKey([]byte(text))
		assert.NoError(t, err, name)
		_, err = jwt.NewEncoder([]byte(text))
		assert.NoError(t, err, name)
		token, err := jwt.Encode(jwt.Claims{}, []byte(text))
		assert.NoError(t, err, name)
		for encoding, encode := range encodings {
			if encoded := bytes.TrimSpace(encode([]byte(text))); len(encoded) > 0 {
				_, err = jwt.NewKey(encoded)
				assert.NoError(t, err, "%s in %s", name, encoding)
			}
		}
		_, err = jwt.Decode(token, []byte(text), jwt.HS256)
		assert.NoError(t, err, name)
	}
}

func pointOf(t *testing.T, alg jwt.Algorithm) []byte {
	t.Helper()
	point, err := ecKeys[alg].PublicKey.Bytes()
	require.NoError(t, err)
	return point
}

func TestRandomSecretsPass(t *testing.T) {
	random := randv2.NewChaCha8([32]byte{1})
	for i := range 3000 {
		raw := make([]byte, 32+i%97)
		random.Read(raw)
		switch i % 8 {
		case 0:
			copy(raw, []byte{0x30, byte(len(raw) - 2)}) // a whole SEQUENCE
		case 1:
			copy(raw, []byte{0x30, byte(len(raw) - 2), 0x02, 1, 1}) // that begins as a private key does
		case 2:
			copy(raw, "{\"")
		case 3:
			copy(raw, "[\"\\")
		case 4:
			raw[1], raw[3] = 0, 0 // as UTF-16
		}
		if i%5 == 0 {
			raw = append(raw, make([]byte, 64)...)[:64]
			random.Read(raw[32:])
		}
		_, err := jwt.NewKey(raw)
		require.NoError(t, err, "%x", raw)
		for name, encode := range encodings {
			text := bytes.TrimSpace(encode(raw))
			if _, err := jwt.NewKey(text); err != nil {
				require.NoError(t, err, "%s: %x", name, raw)
			}
		}
	}
}

// A line break at the end of a file is not part of the secret, for the other side at least.
func TestSecretsWithWhiteSpace(t *testing.T) {
	const text = "correct horse battery staple, and some more"
	for name, raw := range map[string]string{
		"a line break": text + "\n", "that of Windows": text + "\r\n", "a space": text + " ", "a tab": text + "\t", "in front": "\n" + text, "a space in front": " " + text, "on both sides": " " + text + " ", "lines": "a line\nand another, which is longer\n",
		"base64": base64.StdEncoding.EncodeToString(secret) + "\n", "hexadecimal": hex.EncodeToString(secret) + "\n", "form feed": text + "\f", "nothing but spaces": strings.Repeat(" ", 40),
	} {
		t.Run(name, func(t *testing.T) {
			allowed, err := jwt.NewKey([]byte(raw), jwt.AllowWeakKey())
			require.NoError(t, err)
			assertAll(t, signingWays(t, []byte(raw)), jwt.ErrInvalidKey) // what one allowed is not allowed for all
			assertAll(t, verifyingWays(t, []byte(raw), jwt.HS256, "", ""), jwt.ErrInvalidKey)
			_, err = jwt.NewKey([]byte(raw))
			assertClass(t, err, jwt.ErrInvalidKey)
			for _, says := range []string{"bytes.TrimSpace", "AllowWeakKey"} {
				assert.ErrorContains(t, err, says)
			}
			assert.NotContains(t, err.Error(), raw[2:12])
			jwk := []byte(`{"kty":"oct","k":"` + b64(raw) + `"}`)
			_, err = jwt.ParseJWK(jwk)
			assertClass(t, err, jwt.ErrInvalidKey)
			_, err = jwt.ParseJWK(jwk, jwt.AllowWeakKey())
			assert.NoError(t, err)
			token, err := jwt.Encode(jwt.Claims{}, allowed)
			require.NoError(t, err)
			_, err = jwt.Decode(token, allowed, jwt.HS256)
			assert.NoError(t, err)
			m := hmac.New(sha256.New, []byte(raw))
			m.Write([]byte(cutSignature(token)[:len(cutSignature(token))-1]))
			assert.Equal(t, withSignature(cutSignature(token)[:len(cutSignature(token))-1], m.Sum(nil)), token, "white space and all")
		})
	}
	for name, raw := range map[string]string{
		"within": "two words\nand\tanother line of them, no more", "binary": "\x80" + text + "\n", "zero": text + "\x00\n", "UTF-8": "пароль, который длиннее, чем надо\n", "none": text, "tabs alone": strings.Repeat("\t", 64), "DEL": text + "\x7f\n",
	} {
		_, err := jwt.NewKey([]byte(raw))
		assert.NoError(t, err, name)
	}
}

// Work on what is no secret, or a long one, grows as its length does.
func TestSecretChecksAreLinear(t *testing.T) {
	for name, unit := range map[string]string{
		"dashes": "----", "A": "AAAA", "spaces and A": " AAAA", "vertical tabs and A": "\vAAAA", "quotes": `["`, "backslashes": `["\`, "quotes within": `"\"`, "apostrophes": "['", "names": `{"kty" `, "kty": "kty ", "kty and quotes": `kty:"`, "words of base64": " MIIB" + strings.Repeat("A", 60), "words of DER": " " + base64.RawStdEncoding.EncodeToString(append([]byte{0x30, 0x81, 0x84}, make([]byte, 0x84)...)), "XML": "<RSA", "base64": "MIIB", "text in base64": "LS0t", "hex": "30", "UTF-16": "-\x00", "UTF-32": "-\x00\x00\x00", "white space": " \n", "line breaks in base64": "M\n",
	} {
		raw := []byte(strings.Repeat(unit, 2<<20/len(unit)))
		before := testing.AllocsPerRun(1, func() { jwt.NewKey(raw, jwt.AllowWeakKey()) }) // quadratic, it would take hours
		assert.Less(t, before, 1000.0, name)
	}
}

// FuzzSecret: whatever crypto/x509 or this package reads as a key is no secret.
func FuzzSecret(f *testing.F) {
	forms := derForms(f)
	maps.Copy(forms, textForms(f))
	for _, form := range forms {
		f.Add(form.octets)
	}
	f.Add(utf16Of([]byte(edPublic), binaryOrder, true))
	f.Add(secret)
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := slices.Clone(raw)
		_, err := jwt.NewKey(raw, jwt.AllowWeakKey())
		if err != nil {
			checkKeyRefusal(t, err)
		}
		if !bytes.Equal(before, raw) {
			t.Fatal("the secret was written to")
		}
		if reader := readerOf(raw); reader != "" {
			if err == nil {
				t.Fatalf("%s reads what NewKey takes for a secret", reader)
			}
			for _, encode := range []string{"base64", "base64url, no padding", "hexadecimal"} {
				if _, err := jwt.NewKey(encodings[encode](raw), jwt.AllowWeakKey()); err == nil {
					t.Fatalf("%s reads what NewKey takes for a secret in %s", reader, encode)
				}
			}
		}
		if _, signErr := jwt.Encode(jwt.Claims{}, raw); err != nil && signErr == nil {
			t.Fatalf("Encode signs with it, and NewKey says %v", err)
		}
	})
}

// readerOf names a function that reads bytes as a key.
func readerOf(raw []byte) string {
	for name, read := range map[string]func() error{
		"ParsePKIXPublicKey":      func() error { _, err := x509.ParsePKIXPublicKey(raw); return err },
		"ParsePKCS1PublicKey":     func() error { _, err := x509.ParsePKCS1PublicKey(raw); return err },
		"ParsePKCS1PrivateKey":    func() error { _, err := x509.ParsePKCS1PrivateKey(raw); return err },
		"ParsePKCS8PrivateKey":    func() error { _, err := x509.ParsePKCS8PrivateKey(raw); return err },
		"ParseECPrivateKey":       func() error { _, err := x509.ParseECPrivateKey(raw); return err },
		"ParseCertificate":        func() error { _, err := x509.ParseCertificate(raw); return err },
		"ParseCertificateRequest": func() error { _, err := x509.ParseCertificateRequest(raw); return err },
		"ParsePEM":                func() error { _, err := jwt.ParsePEM(raw, jwt.AllowWeakKey()); return err },
		"ParseJWK":                func() error { _, err := jwt.ParseJWK(raw, jwt.AllowWeakKey()); return err },
		"ParseKeySet":             func() error { _, err := jwt.ParseKeySet(raw); return err },
		"ed25519": func() error {
			if len(raw) == 64 && bytes.Equal(ed25519.NewKeyFromSeed(raw[:32]), raw) {
				return nil
			}
			return errors.New("no key")
		},
	} {
		if read() == nil {
			return name
		}
	}
	return ""
}
