package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"iter"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// sec1 writes an EC key as openssl ec does.
func sec1(t testing.TB, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	return block("EC PRIVATE KEY", der)
}

// Every block that holds a key is that key.
func TestParsePEM(t *testing.T) {
	rsaKey := rsaKey()
	// Of the fixtures, by openssl and sha256sum.
	const ecThumbprint, edThumbprint = "NoasDfjdQ_WBMv3PZEeGXJ0nRu_lmHaKBmsE-Zs6ygU", "dV4GyKCOg3rRzRhgNNVGHFovVysj12RUjm6SI-_oLSc"
	cases := map[string]struct {
		text       []byte
		private    bool
		thumbprint string
		alg        jwt.Algorithm
	}{
		"RSA PKCS #8":           {pkcs8(t, rsaKey), true, thumbprintOf(t, rsaKey), jwt.RS256},
		"RSA PKCS #1":           {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), true, thumbprintOf(t, rsaKey), jwt.PS256},
		"RSA PKIX":              {pkixPEM(t, &rsaKey.PublicKey), false, thumbprintOf(t, rsaKey), jwt.RS256},
		"RSA PKCS #1 public":    {block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey)), false, thumbprintOf(t, rsaKey), jwt.RS256},
		"RSA certificate":       {block("CERTIFICATE", certificateFor(t, rsaKey).Raw), false, thumbprintOf(t, rsaKey), jwt.RS256},
		"EC certificate":        {block("CERTIFICATE", certificateFor(t, ecKeys[jwt.ES384]).Raw), false, thumbprintOf(t, ecKeys[jwt.ES384]), jwt.ES384},
		"Ed25519 PKCS #8":       {pkcs8(t, edKey), true, thumbprintOf(t, edKey), jwt.EdDSA},
		"Ed25519 PKIX":          {pkixPEM(t, edKey.Public()), false, thumbprintOf(t, edKey), jwt.EdDSA},
		"openssl ecparam":       {[]byte(ecWithParameters), true, ecThumbprint, jwt.ES256},
		"openssl ec":            {[]byte(ecWithParameters[strings.Index(ecWithParameters, "-----BEGIN EC PRIVATE"):]), true, ecThumbprint, jwt.ES256},
		"openssl pkey":          {[]byte(ecPKCS8), true, ecThumbprint, jwt.ES256},
		"openssl pkey -pubout":  {[]byte(ecPublic), false, ecThumbprint, jwt.ES256},
		"openssl pkcs12 -nodes": {[]byte(edBag), true, edThumbprint, jwt.Ed25519},
		"openssl, Ed25519":      {[]byte(edPublic), false, edThumbprint, jwt.Ed25519},
		"openssl req -x509":     {[]byte(edCertificate), false, edThumbprint, jwt.Ed25519},
	}
	for alg, key := range ecKeys {
		cases[alg.String()+" SEC 1"] = struct {
			text       []byte
			private    bool
			thumbprint string
			alg        jwt.Algorithm
		}{sec1(t, key), true, thumbprintOf(t, key), alg}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bom := []byte("\ufeff")
			crlf := bytes.ReplaceAll(c.text, []byte("\n"), []byte("\r\n"))
			for _, text := range [][]byte{
				c.text, crlf, bytes.TrimSuffix(c.text, []byte("\n")), slices.Concat(bom, c.text), slices.Concat(bom, crlf),
				slices.Concat([]byte("\n\n"), c.text, []byte("\n \t\r\n")), slices.Concat([]byte("a line of text\n"), c.text),
			} {
				text = bytes.Clone(text)
				key, err := jwt.ParsePEM(text, jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(c.alg))
				require.NoError(t, err, "%q", text)
				clear(text) // nothing of it is kept
				assert.Equal(t, c.private, key.IsPrivate())
				assert.Equal(t, c.thumbprint, key.Thumbprint())
				assert.Equal(t, "k", key.ID())
				assert.Equal(t, c.alg, key.Algorithm())
				if !c.private {
					continue
				}
				token, err := jwt.Encode(jwt.Claims{}, key)
				require.NoError(t, err)
				_, err = jwt.Decode(token, key.Public(), c.alg)
				assert.NoError(t, err)
			}
		})
	}
}

func TestParsePEMRefused(t *testing.T) {
	outsideFIPSOnly(t)
	ed := string(pkcs8(t, edKey))
	weak := rsaWeakKey()
	middle := strings.Index(ed, "\n") + 10
	spoiled := func(kind string, der []byte) string { return string(block(kind, der[:len(der)-1])) }
	rsaDER := x509.MarshalPKCS1PrivateKey(rsaKey())
	// A prime and 5, as openssl dhparam -5 writes them: in form an RSA key, whose signatures
	// anybody makes, as its modulus is prime.
	parameters, err := asn1.Marshal([]*big.Int{odd(2048), big.NewInt(5)})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		text        string
		unsupported bool
		hint        string // what the text must name
	}{
		"parameters of Diffie-Hellman": {string(block("DH PARAMETERS", parameters)), true, "parameters"},
		"nothing":                      {"", false, "empty"},
		"no PEM":                       {"thirty-two octets of a secret, or more", false, ""},
		"literal line breaks":          {strings.ReplaceAll(ed, "\n", `\n`), false, `\n`},
		"literal CRLF":                 {strings.ReplaceAll(ed, "\n", `\r\n`), false, `\n`},
		"literal, in quotes":           {`"` + strings.ReplaceAll(ed, "\n", `\n`) + `"`, false, `\n`},
		"on one line":                  {strings.ReplaceAll(ed, "\n", " "), false, "one line"},
		"without its end":              {ed[:strings.Index(ed, "-----END")], false, ""},
		"without its start":            {ed[strings.Index(ed, "\n"):], false, ""},
		"cut off":                      {ed[:middle], false, ""},
		"another end":                  {strings.Replace(ed, "END PRIVATE", "END PUBLIC", 1), false, ""},
		"a character that is none":     {ed[:middle] + "!" + ed[middle:], false, ""},
		"empty block":                  {string(block("PRIVATE KEY", nil)), false, ""},
		"not DER":                      {string(block("PRIVATE KEY", []byte("garbage"))), false, ""},
		"truncated PKCS #8":            {spoiled("PRIVATE KEY", mustDER(t, edKey)), false, ""},
		"truncated PKCS #1":            {spoiled("RSA PRIVATE KEY", rsaDER), false, ""},
		"truncated certificate":        {spoiled("CERTIFICATE", certificateFor(t, edKey).Raw), false, ""},
		"two keys":                     {ed + ed, false, ""},
		"a key and its certificate":    {ed + string(block("CERTIFICATE", certificateFor(t, edKey).Raw)), false, ""},
		"a chain of certificates":      {edCertificate + edCertificate, false, ""},
		"a malformed block before":     {ed[:middle] + "!" + ed[middle:] + string(pkixPEM(t, edKey.Public())), false, ""},
		"a block cut off before":       {ed[:middle] + "\n" + string(pkixPEM(t, edKey.Public())), false, ""},
		"a block cut off after":        {ed + ed[:middle], false, ""},
		"EC PARAMETERS alone":          {ecWithParameters[:strings.Index(ecWithParameters, "-----BEGIN EC PRIVATE")], false, ""},
		"EC PARAMETERS twice":          {ecWithParameters[:strings.Index(ecWithParameters, "-----BEGIN EC PRIVATE")] + ecWithParameters, false, ""},
		"EC PARAMETERS after":          {ecPKCS8 + ecWithParameters[:strings.Index(ecWithParameters, "-----BEGIN EC PRIVATE")], false, ""},
		"EC PARAMETERS and two keys":   {ecWithParameters + ecPKCS8, false, ""},
		"EC PARAMETERS spelled out":    {ecExplicit, false, ""},
		"encrypted PKCS #8":            {ecEncryptedPKCS8, false, "openssl"},
		"encrypted SEC 1":              {ecEncryptedSEC1, false, "openssl"},
		"OpenSSH":                      {openSSH, false, "ssh-keygen"},
		"X25519":                       {x25519Private, true, ""},
		"X25519 public":                {x25519Public, true, ""},
		"P-224":                        {p224Private, true, ""},
		"DSA public":                   {dsaPublic, true, ""},
		"Ed448":                        {ed448Private, false, ""},
		"secp256k1":                    {secp256k1Private, false, ""},
		"secp256k1 PKCS #8":            {secp256k1PKCS8, false, ""},
		"certificate of P-224":         {string(block("CERTIFICATE", certificateFor(t, newECKey(elliptic.P224())).Raw)), true, ""},
		"CERTIFICATE REQUEST":          {string(block("CERTIFICATE REQUEST", requestFor(t, edKey))), true, "CERTIFICATE REQUEST"},
		"a request as a certificate":   {string(block("CERTIFICATE", requestFor(t, edKey))), false, ""},
		"empty SEQUENCE":               {string(block("PRIVATE KEY", []byte{0x30, 0})), true, ""},
		"DER and something after it":   {string(block("PRIVATE KEY", append(mustDER(t, edKey), 0x30, 0))), false, ""},
		"a certificate and more":       {string(block("CERTIFICATE", append(certificateFor(t, edKey).Raw, 0x30, 0))), false, ""},
		"a key said to be trusted":     {string(block("TRUSTED CERTIFICATE", append(mustDER(t, edKey), 0x30, 0))), false, ""},
		"DSA, an old private key":      {string(block("DSA PRIVATE KEY", []byte{0x30, 18, 2, 1, 0, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1})), true, "DSA"},
		"RSA-PSS":                      {string(block("PRIVATE KEY", asRSAPSS(mustDER(t, rsaKey())))), true, "PSS"},
		"RSA-PSS public":               {string(block("PUBLIC KEY", asRSAPSS(derOf(t, pkixPEM(t, &rsaKey().PublicKey))))), true, "PSS"},
		"RSA-PSS PKCS #1":              {string(block("RSA-PSS PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey))), true, "PSS"},
		"RSA-PSS certificate":          {string(block("CERTIFICATE", asRSAPSS(certificateFor(t, rsaKey()).Raw))), true, "PSS"},
		"OpenSSH under another label":  {strings.ReplaceAll(openSSH, "OPENSSH PRIVATE", "PRIVATE"), false, "ssh-keygen"},
		"SSH public, RFC 4716":         {"---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAAIPqZ\n---- END SSH2 PUBLIC KEY ----\n", false, "ssh-keygen"},
		"SSH public, RSA":              {"ssh-rsa AAAAB3NzaC1yc2E= key@host", false, "ssh-keygen"},
		"SSH public, ECDSA":            {"ecdsa-sha2-nistp256 AAAAE2VjZHNh key@host", false, "ssh-keygen"},
		"SSH public, a token of FIDO":  {"sk-ssh-ed25519@openssh.com AAAAGnNr", false, "ssh-keygen"},
		"encrypted, of another label":  {strings.ReplaceAll(ecEncryptedPKCS8, "ENCRYPTED ", ""), false, "openssl"},
		"in quotes":                    {`"` + ed + `"`, false, `'"' right before`},
		"behind a name, in quotes":     {"export KEY='" + ed + "'", false, `'\'' right before`},
		"behind a space of no width":   {"\u200b " + ed, false, `'\u200b' right before`},
		"quoted in a letter":           {"> " + strings.ReplaceAll(ed, "\n", "\n> "), false, `'>' right before`},
		"cut off before the end":       {ed[:len(ed)-30], false, "no line -----END"},
		"white space":                  {" \r\n\t", false, "setting"},
		"a path":                       {"/etc/keys/signing.pem", false, "os.ReadFile"},
		"a path on Windows":            {`C:\keys\new`, false, "os.ReadFile"},
		"the name of a file":           {"signing.KEY\n", false, "os.ReadFile"},
		"a JWK Set":                    {` {"keys":[]}`, false, "ParseKeySet"},
		"PEM in base64":                {base64.StdEncoding.EncodeToString([]byte(ed)), false, "decode it"},
		"PEM in base64, in lines":      {strings.Join(slices.Collect(inLines(base64.StdEncoding.EncodeToString([]byte(ed)))), "\n"), false, "decode it"},
		"base64 without PEM lines":     {base64.StdEncoding.EncodeToString(mustDER(t, edKey)), false, "crypto/x509"},
		"base64 of a large key":        {base64.StdEncoding.EncodeToString(mustDER(t, rsaKey())) + "\n", false, "crypto/x509"},
		"DER":                          {string(mustDER(t, rsaKey())), false, "crypto/x509"},
		"DER, a short one":             {string(mustDER(t, edKey)), false, "crypto/x509"},
		"UTF-16":                       {string(utf16Of([]byte(ed), binary.LittleEndian, true)), false, "UTF-16"},
		"UTF-16 without its mark":      {string(utf16Of([]byte(ed), binary.LittleEndian, false)), false, "UTF-16"},
		"too long":                     {ed + strings.Repeat(" ", 1<<20), false, "1 MiB"},
		"many blocks":                  {strings.Repeat(ed, 1000), false, "1000"},
		"DSA PRIVATE KEY":              {string(block("DSA PRIVATE KEY", []byte{0x30, 0})), true, ""},
		"weak RSA":                     {string(block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weak))), false, "AllowWeakKey"},
		"RSA, its parts of two keys":   {string(pkcs1Mixed(t, rsaKey(), weak)), false, ""},
		"SSH public":                   {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPqZ key@host", false, "x/crypto/ssh"},
		"a JWK":                        {string(jwkOf(t, edKey)), false, "ParseJWK"},
		"small order, Ed25519":         {string(edPKIX(t, make([]byte, 32))), false, ""},
		"short Ed25519":                {string(edPKIX(t, edKey[32:63])), false, ""},
		"an RSA modulus of 16385 bits": {string(block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: odd(16385), E: 65537}))), false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := jwt.ParsePEM([]byte(c.text))
			assert.Nil(t, key)
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Equal(t, c.unsupported, errors.Is(err, errors.ErrUnsupported), err)
			assert.Contains(t, err.Error(), c.hint)
			assert.Less(t, len(err.Error()), 330)
			for _, line := range strings.Split(c.text, "\n") {
				if len(line) > 20 && !strings.HasPrefix(line, "--") {
					assert.NotContains(t, err.Error(), line[:20])
				}
			}
		})
	}
	_, err = jwt.ParsePEM(block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weak)), jwt.AllowWeakKey())
	assert.NoError(t, err)
	_, err = jwt.ParsePEM([]byte(ed), jwt.WithKeyAlgorithm(jwt.RS256))
	assertClass(t, err, jwt.ErrInvalidKey)
	_, err = jwt.ParsePEM(nil)
	assertClass(t, err, jwt.ErrInvalidKey)
}

func mustDER(t testing.TB, key any) []byte {
	t.Helper()
	return derOf(t, pkcs8(t, key))
}

func derOf(t testing.TB, text []byte) []byte {
	t.Helper()
	b, _ := pem.Decode(text)
	require.NotNil(t, b)
	return b.Bytes
}

// asRSAPSS makes an RSA key one for PSS alone, as openssl genpkey -algorithm RSA-PSS does.
func asRSAPSS(der []byte) []byte {
	return bytes.ReplaceAll(der, []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"))
}

func requestFor(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	require.NoError(t, err)
	return der
}

func inLines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 64 && yield(text[:64]) {
			text = text[64:]
		}
		yield(text)
	}
}

// What a block holds decides, whatever its label says.
func TestParsePEMByContents(t *testing.T) {
	labels := []string{
		"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ED25519 PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY", "EC PUBLIC KEY",
		"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "KEY", "private key", "DSA PRIVATE KEY",
	}
	for name, c := range map[string]struct {
		der     []byte
		private bool
		key     any
	}{
		"PKCS #8, RSA":        {mustDER(t, rsaKey()), true, rsaKey()},
		"PKCS #8, EC":         {mustDER(t, ecKeys[jwt.ES256]), true, ecKeys[jwt.ES256]},
		"PKCS #8, Ed25519":    {mustDER(t, edKey), true, edKey},
		"PKCS #1":             {x509.MarshalPKCS1PrivateKey(rsaKey()), true, rsaKey()},
		"SEC 1":               {derOf(t, sec1(t, ecKeys[jwt.ES384])), true, ecKeys[jwt.ES384]},
		"PKIX, RSA":           {derOf(t, pkixPEM(t, &rsaKey().PublicKey)), false, rsaKey()},
		"PKIX, EC":            {derOf(t, pkixPEM(t, &ecKeys[jwt.ES512].PublicKey)), false, ecKeys[jwt.ES512]},
		"PKIX, Ed25519":       {derOf(t, pkixPEM(t, edKey.Public())), false, edKey},
		"PKCS #1, public":     {x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey), false, rsaKey()},
		"a certificate":       {certificateFor(t, ecKeys[jwt.ES256]).Raw, false, ecKeys[jwt.ES256]},
		"an RSA certificate":  {certificateFor(t, rsaKey()).Raw, false, rsaKey()},
		"PKCS #8, secp521r1 ": {mustDER(t, ecKeys[jwt.ES512]), true, ecKeys[jwt.ES512]},
	} {
		t.Run(name, func(t *testing.T) {
			for _, label := range labels {
				key, err := jwt.ParsePEM(block(label, c.der))
				require.NoError(t, err, label)
				assert.Equal(t, c.private, key.IsPrivate(), label)
				assert.Equal(t, thumbprintOf(t, c.key), key.Thumbprint(), label)
			}
		})
	}
	// openssl x509 -trustout writes after the certificate what it is trusted for.
	key, err := jwt.ParsePEM(block("TRUSTED CERTIFICATE", append(certificateFor(t, edKey).Raw, 0x30, 0)))
	require.NoError(t, err)
	assert.Equal(t, thumbprintOf(t, edKey), key.Thumbprint())
	// Text around a block is text, and indents are those of a file in YAML.
	for name, text := range map[string]string{
		"openssl pkey -text": edText, "indented": "  " + strings.ReplaceAll(string(pkcs8(t, edKey)), "\n", "\n  "),
		"with tabs": strings.ReplaceAll("\n"+string(pkcs8(t, edKey)), "\n", "\n\t"), "indented but for the first line": strings.ReplaceAll(string(pkcs8(t, edKey)), "\n", "\r\n    "),
		"blanks at the ends of lines": strings.ReplaceAll(string(pkcs8(t, edKey)), "\n", "  \n"), "a comment after": string(pkcs8(t, edKey)) + "# rotated in March\n",
		"in a list of YAML": "key: |\n  " + strings.ReplaceAll(string(pkcs8(t, edKey)), "\n", "\n  ") + "\nother: x\n",
	} {
		key, err := jwt.ParsePEM([]byte(text))
		require.NoError(t, err, name)
		assert.True(t, key.IsPrivate())
	}
}

// The ways out of the form of OpenSSH that the errors name are ways out.
func TestSSHKeygen(t *testing.T) {
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("ssh-keygen is not here (openssh-client)")
	}
	run := func(args ...string) []byte {
		t.Helper()
		out, err := exec.Command(tool, args...).Output()
		require.NoError(t, err, args)
		return out
	}
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		t.Run(kind, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key")
			run("-q", "-t", kind, "-N", "", "-f", file)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			_, err = jwt.ParsePEM(text)
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.ErrorContains(t, err, "ssh-keygen -p -m PKCS8")
			public, err := os.ReadFile(file + ".pub")
			require.NoError(t, err)
			_, err = jwt.ParsePEM(public)
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.ErrorContains(t, err, "ssh-keygen -e -m PKCS8")

			run("-p", "-m", "PKCS8", "-N", "", "-f", file)
			text, err = os.ReadFile(file)
			require.NoError(t, err)
			key, err := jwt.ParsePEM(text)
			if kind == "ed25519" && err != nil { // which it leaves as it was, so the errors name something else
				assert.ErrorContains(t, err, "x/crypto/ssh")
				return
			}
			require.NoError(t, err)
			assert.True(t, key.IsPrivate())
			converted, err := jwt.ParsePEM(run("-e", "-m", "PKCS8", "-f", file+".pub"))
			require.NoError(t, err)
			assert.Equal(t, key.Thumbprint(), converted.Thumbprint())
		})
	}
}

// pkcs1Mixed writes the modulus of one key and the private parts of another.
func pkcs1Mixed(t *testing.T, one, other *rsa.PrivateKey) []byte {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Version int
		N       any
		E       int
		D, P, Q any
		Dp, Dq  any
		Qinv    any
	}{0, one.N, one.E, other.D, other.Primes[0], other.Primes[1], other.Precomputed.Dp, other.Precomputed.Dq, other.Precomputed.Qinv})
	require.NoError(t, err)
	return block("RSA PRIVATE KEY", der)
}

// edPKIX writes bytes that may be no key at all.
func edPKIX(t *testing.T, octets []byte) []byte {
	t.Helper()
	prefix, err := hex.DecodeString("302a300506032b6570032100")
	require.NoError(t, err)
	prefix[1], prefix[10] = byte(10+len(octets)), byte(1+len(octets))
	return block("PUBLIC KEY", append(prefix, octets...))
}

// What openssl 3.0 and ssh-keygen write. The keys were made for this file.
const (
	// openssl ecparam -name prime256v1 -genkey
	ecWithParameters = `-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIPLiheYoMGt5navFQqIht4aWJSqmZu4TXlQucwIZ3jzVoAoGCCqGSM49
AwEHoUQDQgAEf5OqCj+DHz4et9bjQH/u5uw70T7q8pTkTcnN8g/sjPOr0YdPsVAi
bmwCZj/DblQ05uNZqog302420efqWljxug==
-----END EC PRIVATE KEY-----
`

	// openssl pkey, of the same key
	ecPKCS8 = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8uKF5igwa3mdq8VC
oiG3hpYlKqZm7hNeVC5zAhnePNWhRANCAAR/k6oKP4MfPh631uNAf+7m7DvRPury
lORNyc3yD+yM86vRh0+xUCJubAJmP8NuVDTm41mqiDfTbjbR5+paWPG6
-----END PRIVATE KEY-----
`

	// openssl pkey -pubout, of the same key
	ecPublic = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf5OqCj+DHz4et9bjQH/u5uw70T7q
8pTkTcnN8g/sjPOr0YdPsVAibmwCZj/DblQ05uNZqog302420efqWljxug==
-----END PUBLIC KEY-----
`

	// openssl pkcs8 -topk8, of the same key
	ecEncryptedPKCS8 = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhjrEro5qI11wICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJzKRlOH0hSz4IxR7L2Q/NwEgZDF
GWn+S/2lqitVkoehATh14uQe4bnvMHTLhnjYStH5eRzC8wSyqMYkeV392IBvMYh9
dJdKkH+qn4nCGqnenK3HDDl7ZtqCoWVrZgJ6w5P5kVymlKj1C3/BfMHuCHMLY+iZ
fAzl2YmMbg6hf1ptYjiVWLHjAtj5HBM0gWVWu1AwdDdN7RFyVuuoZIHL8Fudt08=
-----END ENCRYPTED PRIVATE KEY-----
`

	// openssl ec -aes128, of the same key
	ecEncryptedSEC1 = `-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,5F2FA6A36958C28330CF6F1C1D3515DA

nYbUNH6T/2xXqeh9LRlSkP4HmuxsdlegmuSDbbB4YJptoNvE0JYoN3YqZpgz6AaP
rD43vmAQaNYHf/8TLJbWQWLGbLipUGWcO391OrDGO7iJLoofxM9C16a8u316Olke
Sx/xSHmp6HS67yvYJh5+j4PXO8rr9tMrpWJAccAJ5Q4=
-----END EC PRIVATE KEY-----
`

	// openssl ecparam -name prime256v1 -genkey -param_enc explicit
	ecExplicit = `-----BEGIN EC PARAMETERS-----
MIH3AgEBMCwGByqGSM49AQECIQD/////AAAAAQAAAAAAAAAAAAAAAP//////////
/////zBbBCD/////AAAAAQAAAAAAAAAAAAAAAP///////////////AQgWsY12Ko6
k+ez671VdpiGvGUdBrDMU7D2O848PifSYEsDFQDEnTYIhucEk2pmeOETnSa3gZ9+
kARBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tK
fA+eFivOM1drMV7Oy7ZAaDe/UfUCIQD/////AAAAAP//////////vOb6racXnoTz
ucrC/GMlUQIBAQ==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MIIBaAIBAQQgaNRPx3A2bAZ4zpMJoGI5+mtUDkbwJeLfHAR1CjkB/siggfowgfcC
AQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////
MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57Pr
vVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEE
axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W
K84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8
YyVRAgEBoUQDQgAEht7V4jD1wgfhF4LMC6GpVwd9JFlox/IxjXqyuoGGR6N0WpPh
vjJnT7wTifsjPE5CFDo6A0JhsT/Us2i7loxcZg==
-----END EC PRIVATE KEY-----
`

	// openssl pkcs12 -nodes -nocerts
	edBag = `Bag Attributes
    localKeyID: CD 33 5D 71 C5 62 F8 FD 6C 1D 58 CD A2 90 4E C1 4E 79 FD CF 
Key Attributes: <No Attributes>
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBn+KBO/t3Awfib8b52gXYXNSVXcr1dvQOK2Lt+VAvUe
-----END PRIVATE KEY-----
`

	// openssl pkey -pubout, of the same key
	edPublic = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA0CsJJQ/VQWLy+raG7XJsTwUKn/Q0CiVS4Io2WKF7JLU=
-----END PUBLIC KEY-----
`

	// openssl req -x509, of the same key
	edCertificate = `-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAhRzP6naNFhEB9uiKpzwZE5RFoKtbDAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAeFw0yNjExMjUxMDM2MjdaFw0yNjExMjYxMDM2MjdaMA8xDTAL
BgNVBAMMBHRlc3QwKjAFBgMrZXADIQDQKwklD9VBYvL6tobtcmxPBQqf9DQKJVLg
ijZYoXsktaNTMFEwHQYDVR0OBBYEFFU8kxAiNKhGzXkxUwRzfrUwki5TMB8GA1Ud
IwQYMBaAFFU8kxAiNKhGzXkxUwRzfrUwki5TMA8GA1UdEwEB/wQFMAMBAf8wBQYD
K2VwA0EAh9jk4fG3YTgy7EQsOckMfmT0ARif6s3JA2sClZPiCPUfZ8XWs5UUKlsv
BYJP7h32iwfPqsIJBxTsHOo9WuAnDg==
-----END CERTIFICATE-----
`

	// openssl pkey -text, of the same key
	edText = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBn+KBO/t3Awfib8b52gXYXNSVXcr1dvQOK2Lt+VAvUe
-----END PRIVATE KEY-----
ED25519 Private-Key:
priv:
    19:fe:28:13:bf:b7:70:30:7e:26:fc:6f:9d:a0:5d:
    85:cd:49:55:dc:af:57:6f:40:e2:b6:2e:df:95:02:
    f5:1e
pub:
    d0:2b:09:25:0f:d5:41:62:f2:fa:b6:86:ed:72:6c:
    4f:05:0a:9f:f4:34:0a:25:52:e0:8a:36:58:a1:7b:
    24:b5
`

	// ssh-keygen -t ed25519
	openSSH = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBPy4NbImO/jIe7/erCKFK41b1SABB1n7WmigQBg9t/GgAAAIhT6FwNU+hc
DQAAAAtzc2gtZWQyNTUxOQAAACBPy4NbImO/jIe7/erCKFK41b1SABB1n7WmigQBg9t/Gg
AAAED6QkGz97d+xBUVJbFG590bMligc8+Cm371RKjU911PO0/Lg1siY7+Mh7v96sIoUrjV
vVIAEHWftaaKBAGD238aAAAABHRlc3QB
-----END OPENSSH PRIVATE KEY-----
`

	// openssl genpkey -algorithm x25519
	x25519Private = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEICiJNGnO+KXaKW3akyZAIyQBuvaPjSOFctr0p0Ft0NZa
-----END PRIVATE KEY-----
`

	// openssl pkey -pubout, of the same key
	x25519Public = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAvwrLznb9AeE+mW4VQ2Q43nup0qRCmlS+3Y8VppNfryQ=
-----END PUBLIC KEY-----
`

	// openssl genpkey -algorithm ed448
	ed448Private = `-----BEGIN PRIVATE KEY-----
MEcCAQAwBQYDK2VxBDsEOQtMFHK8UpNk0OJm1TL3E2CDMArTADogGItgq1SeYi4x
GNHssOU08H7ImKi5+Sp/HDv65OzTcawcyg==
-----END PRIVATE KEY-----
`

	// openssl ecparam -name secp256k1 -genkey
	secp256k1Private = `-----BEGIN EC PARAMETERS-----
BgUrgQQACg==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHQCAQEEILkm9evVR/qKB/Wyfly9IjKIuUsxTUPmztMeED688+3SoAcGBSuBBAAK
oUQDQgAEzOrAVtTG9FsWmTzikFyqV9YE5nnmyeck6wVeZecELfKYbn+x0cDWmM3w
Y05ZzvhECSAbwmCRavk36EwCFjL4Ug==
-----END EC PRIVATE KEY-----
`

	// openssl pkey, of the same key
	secp256k1PKCS8 = `-----BEGIN PRIVATE KEY-----
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQguSb169VH+ooH9bJ+XL0i
Moi5SzFNQ+bO0x4QPrzz7dKhRANCAATM6sBW1Mb0WxaZPOKQXKpX1gTmeebJ5yTr
BV5l5wQt8phuf7HRwNaYzfBjTlnO+EQJIBvCYJFq+TfoTAIWMvhS
-----END PRIVATE KEY-----
`

	// openssl ecparam -name secp224r1 -genkey -noout
	p224Private = `-----BEGIN EC PRIVATE KEY-----
MGgCAQEEHBepNSWt7KSXsfvOlxUyuVnTzN/nK/ostI7lbpugBwYFK4EEACGhPAM6
AAR/voj0YuvIOkQ20wWVQWj250gu0oRJ5BKvGXQxD+CFIndBnhxGfHxpshw+h5wb
Fu1f0VKHMfubrg==
-----END EC PRIVATE KEY-----
`

	// openssl dsa -pubout
	dsaPublic = `-----BEGIN PUBLIC KEY-----
MIIBvjCCATMGByqGSM44BAEwggEmAoGBAPw6xSQ+vrRs/pjZbOkDqT5/5np8r4Ae
nbF63L7BSkPQgdzbvwcpeueGH6EAnAFP3bmKEBVCfKbjPQAEh1EoXqOc771Y2VdG
MmRqSoZQFkQlQa0DmwJ+8F4CfZPin9pO7nBposJ0fhnQvnAZJD4i6gh0UeQIin/v
aJIMQCmOvc0RAh0A2AHya0kv8raj9LuZd/auRKGqy27//RhIhtEjhQKBgDLoT7JI
dUHGslwrzNnfqPYa/QeDBXs9HQD+iq+tidwU2ewiNN6kjRm1IW5TW7Fzkj0VrCQx
HsgE1j7ZzOnJGaJAXolZ4nURxXYxqZjeVrg6kIKz02sifm5hR2ma39d3rgJqlhPG
1wHbPonO5ET1QUcdBug8VznUHBCHlUMW2OxjA4GEAAKBgATb3eAQKTbOcpmZ6EuG
/R2HqKKxaJutOxV8waT0tyMaLxGXcW7AitvB1ONrcIRjbDRnbjlsoWfseYhEEihi
fxB9KMEGBxDK2jkesJpQjbPOiaDHcOqJVzWnCdFGGLsQlJISCsGQLlnmZXEvPAqh
6Bd7mSXCbDYuURzRx9geCwDa
-----END PUBLIC KEY-----
`
)
