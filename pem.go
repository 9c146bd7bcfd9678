package jwt

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strconv"
	"strings"

	"github.com/token-jwt/jwt/internal/foreignkey"
)

// ParsePEM reads one key from its PEM form (RFC 7468): a private key in PKCS #8,
// PKCS #1 or SEC 1, a public key in PKIX or PKCS #1, or a certificate, of which the
// key alone is taken: its chain, dates and usage are not checked. What the block holds
// decides, and not its label. Text around the block is passed over, and so is the block
// EC PARAMETERS that openssl writes first; a second key is an error.
//
// An encrypted key must be decrypted first, and one in the form of OpenSSH converted. An
// RSA private key has at most 8192 bits. Whatever is refused is an [ErrInvalidKey], text
// of more than 1 MiB and a block of more than 32 KiB included, and an option that is wrong by itself an
// [ErrInvalidOption], as [NewKey] has it; no error text holds octets of the key.
func ParsePEM(text []byte, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	if len(text) > mostKeyText {
		return nil, badKey("the PEM text has more than 1 MiB; give one key, or one certificate")
	}
	block, err := cutPEM(text)
	if err != nil {
		return nil, err
	}
	material, err := parsePEMBlock(block, o.weak)
	if err != nil {
		return nil, err
	}
	return makeKey(material, nil, o)
}

// mostKeyText bounds what is read as a key, or a set of keys.
const mostKeyText = 1 << 20

// mostDER bounds the DER of one key or certificate. The longest keys take a sixth of it.
// Packages encoding/asn1 and crypto/x509 take up to thirty times its size of memory.
const mostDER = 32 << 10

// mostPEMHeaders bounds the headers of a block, for each of which pem.Decode makes an entry
// of a map. An encrypted key has two.
const mostPEMHeaders = 16

// cutPEM returns the one block of a text that holds a key.
func cutPEM(text []byte) (*pem.Block, error) {
	const begin = "-----BEGIN "
	blocks := bytes.Count(text, []byte(begin))
	rest := withoutIndents(text)
	if blocks > 2 { // before time is spent on each
		return nil, badKey("the PEM text has " + strconv.Itoa(blocks) + " blocks; give one key, or one certificate, at a time")
	}
	if hasManyHeaders(text) {
		return nil, badKey("the PEM block has more headers than that of any key")
	}
	block, rest := pem.Decode(rest)
	wanted := 1
	if block != nil && block.Type == "EC PARAMETERS" {
		block, _ = pem.Decode(rest)
		wanted = 2
	}
	switch {
	case block == nil:
		return nil, badKey(notPEM(text))
	case blocks != wanted:
		return nil, badKey("there is another PEM block beside " + quote(block.Type) + ", or a malformed one; give one key, or one certificate, at a time")
	}
	return block, nil
}

// hasManyHeaders counts the colons within each block, as base64 has none.
func hasManyHeaders(text []byte) bool {
	for {
		_, block, found := bytes.Cut(text, []byte("-----BEGIN "))
		if !found {
			return false
		}
		block, text, _ = bytes.Cut(block, []byte("-----END "))
		if bytes.Count(block, []byte(":")) > mostPEMHeaders {
			return true
		}
	}
}

// withoutIndents takes away white space at the starts of lines, as YAML leaves it there, and a
// byte order mark: pem.Decode finds a block at the start of a line alone.
func withoutIndents(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if bytes.HasPrefix(text, []byte("-----")) && !bytes.Contains(text, []byte("\n ")) && !bytes.Contains(text, []byte("\n\t")) {
		return text
	}
	lines := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		lines = append(lines, bytes.TrimLeft(line, " \t")...)
	}
	return lines
}

// notPEM says what the text is instead, and the way out.
func notPEM(text []byte) string {
	trimmed := bytes.TrimSpace(text)
	has := func(part string) bool { return bytes.Contains(text, []byte(part)) }
	starts := func(part string) bool { return bytes.HasPrefix(trimmed, []byte(part)) }
	switch {
	case len(trimmed) == 0:
		return "the PEM text is empty; is the file, or the setting that holds it, missing?"
	case starts("\xff\xfe"), starts("\xfe\xff"), has("-\x00-\x00"):
		return "the PEM text is in UTF-16, as PowerShell writes it; write it in UTF-8"
	case has("-----BEGIN ") && has(`\n`):
		return `the PEM text has the two characters \n where line breaks belong; an environment variable or a JSON file was read without unescaping it`
	case starts("ssh-"), starts("ecdsa-sha2-"), starts("sk-ssh-"), starts("sk-ecdsa-"), has("---- BEGIN SSH2"):
		return "the text is an SSH public key, and no PEM; " + convertSSHPublic
	case has("-----BEGIN ") && !bytes.Contains(trimmed, []byte("\n")):
		return "the PEM text is on one line, and wants line breaks after -----BEGIN …----- and before -----END"
	case starts(`{`):
		return "the text is JSON, and no PEM; read a JWK with ParseJWK, and a set with ParseKeySet"
	case starts("\x30\x82"), starts("\x30\x81"), trimmed[0] == 0x30 && !foreignkey.IsText(trimmed):
		return "the bytes are DER, and no PEM; read them with crypto/x509, and give what it returns to NewKey"
	}
	if inner := fromBase64(trimmed); inner != nil {
		if bytes.Contains(inner, []byte("-----BEGIN ")) {
			return "the text is PEM in base64, as in a Kubernetes secret; decode it first"
		}
		if inner[0] == 0x30 {
			return "the text is the base64 of a key without its PEM lines; decode it, read it with crypto/x509, and give what that returns to NewKey"
		}
	}
	if foreignkey.IsText(trimmed) && len(trimmed) <= 1024 && !has("-----") && bytes.IndexByte(trimmed, '\n') < 0 && (bytes.ContainsAny(trimmed, `/\`) || hasKeySuffix(string(trimmed))) {
		return "the text looks like the path of a file; give what it holds, as by os.ReadFile"
	}
	return "the text holds no PEM block that is whole: -----BEGIN and -----END, each at the start of a line, with base64 between them"
}

// fromBase64 decodes text that may be base64 with line breaks; nil where it is none.
func fromBase64(text []byte) []byte {
	octets := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	if n, err := base64.StdEncoding.Decode(octets, text); err == nil && n > 0 {
		return octets[:n]
	}
	return nil
}

func hasKeySuffix(path string) bool {
	for _, suffix := range [...]string{".pem", ".key", ".crt", ".cer", ".der", ".pub"} {
		if strings.HasSuffix(strings.ToLower(path), suffix) {
			return true
		}
	}
	return false
}

const (
	// Both were tried: ssh-keygen leaves an Ed25519 key in the form of OpenSSH whatever it is told.
	convertSSHPublic  = "convert RSA and ECDSA with ssh-keygen -e -m PKCS8 -f key.pub; for Ed25519 use the package golang.org/x/crypto/ssh, and give the key to NewKey"
	convertSSHPrivate = "convert a copy of an RSA or ECDSA key with ssh-keygen -p -m PKCS8 -f copy; for Ed25519 use ParseRawPrivateKey of golang.org/x/crypto/ssh, and give the key to NewKey"
)

// parsePEMBlock tells by its contents what a block holds. It keeps the errors of crypto/x509
// to itself, whose texts are not ours to vouch for where the key is private.
func parsePEMBlock(block *pem.Block, weak bool) (any, error) {
	name := "the PEM block " + quote(block.Type)
	if len(block.Bytes) > mostDER {
		return nil, badKey(name + " has more than 32 KiB, which no key and hardly a certificate has")
	}
	if block.Headers["DEK-Info"] != "" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, badKey(encryptedPEM)
	}
	if bytes.HasPrefix(block.Bytes, []byte("openssh-key-v1\x00")) {
		return nil, badKey("the key is in the form of OpenSSH; " + convertSSHPrivate)
	}
	if strings.HasPrefix(block.Type, "SSH2 ") {
		return nil, badKey("the PEM block is an SSH public key; " + convertSSHPublic)
	}
	if strings.Contains(block.Type, "RSA-PSS ") { // which openssl writes around PKCS #1
		return nil, isRSAPSS(name)
	}
	if strings.HasSuffix(block.Type, "PARAMETERS") { // those of Diffie-Hellman have the form of an RSA public key
		return nil, unsupportedKey(name + " holds parameters, and no key")
	}
	shape, der := shapeOf(block.Bytes)
	if len(der) < len(block.Bytes) && !(shape == "ssb" && block.Type == "TRUSTED CERTIFICATE") { // openssl says there what it is trusted for
		return nil, badKey(name + " has something after its DER")
	}
	var material any
	var err error
	switch {
	case shape == "iiiiiiiii", shape == "iiiiiiiiis":
		return parsePKCS1(der, weak)
	case strings.HasPrefix(shape, "iso"):
		return parsePKCS8(name, der, weak)
	case strings.HasPrefix(shape, "io"):
		material, err = x509.ParseECPrivateKey(der)
	case shape == "sb":
		material, err = x509.ParsePKIXPublicKey(der)
	case shape == "ii":
		material, err = x509.ParsePKCS1PublicKey(der)
	case shape == "ssb" && !strings.HasSuffix(block.Type, "CERTIFICATE REQUEST"):
		certificate, err := x509.ParseCertificate(der)
		if err != nil || certificate.PublicKey == nil {
			return nil, badDER(name, der)
		}
		return certificate, nil
	case shape == "so":
		return nil, badKey(encryptedPEM)
	case shape == "?":
		return nil, badKey(name + " is malformed: its base64 is not the DER of a key, or is cut off")
	default:
		return nil, unsupportedKey(name + " is not a key or certificate that is supported")
	}
	if err != nil {
		return nil, badDER(name, der)
	}
	return material, nil
}

const encryptedPEM = "the PEM key is encrypted with a pass phrase; decrypt it first, as with openssl pkey"

// badDER says why crypto/x509 would not read it, as far as that can be told.
func badDER(name string, der []byte) error {
	if bytes.Contains(der, oidRSAPSS) {
		return isRSAPSS(name)
	}
	return badKey(name + " is malformed, or of a kind that is not supported (RSA, EC on P-256, P-384 and P-521, and Ed25519 are; ML-DSA from Go 1.27)")
}

func isRSAPSS(name string) error {
	return unsupportedKey(name + " is an RSA key for PSS alone (id-RSASSA-PSS), which is not supported; one made as an ordinary RSA key serves PS256 too")
}

var (
	oidRSA    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSAPSS = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a") // 1.2.840.113549.1.1.10, whole
)

// shapeOf returns the DER SEQUENCE at the start of octets, and a letter for each of its elements:
// i an INTEGER, s a SEQUENCE, o an OCTET STRING, b a BIT STRING, x anything else; "?" where it is
// not whole.
func shapeOf(octets []byte) (shape string, der []byte) {
	var sequence, element asn1.RawValue
	if rest, err := asn1.Unmarshal(octets, &sequence); err != nil || sequence.Tag != asn1.TagSequence || !sequence.IsCompound {
		return "?", octets
	} else {
		der = octets[:len(octets)-len(rest)]
	}
	for rest := sequence.Bytes; len(rest) > 0 && len(shape) <= 10; {
		var err error
		if rest, err = asn1.Unmarshal(rest, &element); err != nil {
			return "?", octets
		}
		letter := "x"
		if element.Class == asn1.ClassUniversal {
			switch element.Tag {
			case asn1.TagInteger:
				letter = "i"
			case asn1.TagSequence:
				letter = "s"
			case asn1.TagOctetString:
				letter = "o"
			case asn1.TagBitString:
				letter = "b"
			}
		}
		shape += letter
	}
	return shape, der
}

// parsePKCS8 reads an RSA key itself: crypto/x509 would compute with its numbers before
// anybody saw how great they are.
func parsePKCS8(name string, der []byte, weak bool) (any, error) {
	var outer struct {
		Version   int
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Key []byte
		// optional attributes and a public key follow, which nobody needs
	}
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, badDER(name, der)
	}
	if outer.Algorithm.OID.Equal(oidRSA) {
		return parsePKCS1(outer.Key, weak)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, badDER(name, der)
	}
	return key, nil
}

// parsePKCS1 reads an RSA private key (RFC 8017, Appendix A.1.2).
func parsePKCS1(der []byte, weak bool) (any, error) {
	var key struct {
		Version       int
		N, E, D, P, Q *big.Int
		Dp, Dq, Qinv  *big.Int
		MorePrimes    asn1.RawValue `asn1:"optional"`
	}
	rest, err := asn1.Unmarshal(der, &key)
	switch {
	case err != nil || len(rest) > 0:
		return nil, badKey("the RSA private key is malformed")
	case len(key.MorePrimes.FullBytes) > 0:
		return nil, errRSAPrimes
	case !key.E.IsInt64() || int64(int(key.E.Int64())) != key.E.Int64():
		return nil, errRSAExponent
	}
	public := &rsa.PublicKey{N: key.N, E: int(key.E.Int64())}
	k, err := makeRSAPrivate(public, rsaParts{key.D, key.P, key.Q, key.Dp, key.Dq, key.Qinv}, weak)
	if err != nil {
		return nil, err
	}
	return k, nil
}
