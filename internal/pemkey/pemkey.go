// Package pemkey reads one key or certificate in PEM (RFC 7468): a private key in PKCS #8 (RFC
// 5208), PKCS #1 (RFC 8017) or SEC 1 (RFC 5915), or a public key in PKIX (RFC 5280) or PKCS #1.
// It does not compute with the numbers of RSA private keys, which are not checked here.
package pemkey

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/token-jwt/jwt/internal/foreignkey"
	"github.com/token-jwt/jwt/internal/rsakey"
)

// Parse reads the key in text. It returns one of these:
//
//   - rsakey.Numbers for an RSA private key; the numbers are not checked;
//   - an *x509.Certificate, or the public key of a certificate that crypto/x509 refuses;
//   - for any other key, what crypto/x509 returns.
//
// The content of the block decides, and not its label. Text around the block and a block EC
// PARAMETERS are ignored; a second key is an error. A kind of key that is not supported is an
// error that wraps errors.ErrUnsupported. No error text has bytes of the key.
func Parse(text []byte) (any, error) {
	block, err := cutPEM(text)
	if err != nil {
		return nil, err
	}
	return parseBlock(block)
}

// MaxDER is the most bytes of DER for one key or certificate. The longest keys have a sixth of
// it. Packages encoding/asn1 and crypto/x509 may use thirty times as much memory.
const MaxDER = 32 << 10

// mostPEMHeaders is the most headers of a block. pem.Decode puts each into a map. An encrypted
// key has two.
const mostPEMHeaders = 16

// cutPEM returns the one block of the text that has a key.
func cutPEM(text []byte) (*pem.Block, error) {
	const begin = "-----BEGIN "
	blocks := bytes.Count(text, []byte(begin))
	rest := withoutIndents(text)
	if blocks > 2 { // refused before time is spent on each
		return nil, errors.New("the PEM text has " + strconv.Itoa(blocks) + " blocks; give one key, or one certificate, at a time")
	}
	if hasManyHeaders(text) {
		return nil, errors.New("the PEM block has more headers than that of any key")
	}
	block, rest := pem.Decode(rest)
	wanted := 1
	if block != nil && block.Type == "EC PARAMETERS" {
		block, _ = pem.Decode(rest)
		wanted = 2
	}
	switch {
	case block == nil:
		return nil, errors.New(notPEM(text))
	case blocks != wanted:
		return nil, errors.New("there is another PEM block besides " + label(block) + ", or a malformed one; give one key, or one certificate, at a time")
	}
	return block, nil
}

// hasManyHeaders reports whether a block has more than mostPEMHeaders headers. It counts the
// colons: a header has at least one, and base64 has none.
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

// withoutIndents removes a byte order mark, and white space at the start of lines, which may
// come from YAML. pem.Decode finds a block only at the start of a line.
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

// notPEM says what the text is instead, and what to do.
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
	case has("-----BEGIN ") && !bytes.Contains(trimmed, []byte("\n")):
		return "the PEM text is on one line, and wants line breaks after -----BEGIN …----- and before -----END"
	case has("-----BEGIN ") && !has("-----END "):
		return "the PEM text has no line -----END …-----; is it cut off?"
	case before(text) > 0:
		return fmt.Sprintf("the PEM text has %+q right before -----BEGIN, which must be at the start of its line; cut off the quotes, or whatever is there", before(text))
	case !has("-----"):
		if form := foreignkey.Form(text); form != "" && !strings.HasPrefix(form, "a key in PEM") { // PEM with four dashes: see the end of this function
			return "the text is no PEM, but " + form
		}
		if der, err := base64.StdEncoding.DecodeString(string(trimmed)); err == nil && der[0] == 0x30 {
			return "the text is the base64 of a key without its PEM lines, or is cut off; decode it, read it with crypto/x509, and give what that returns to NewKey"
		}
	}
	if foreignkey.IsText(trimmed) && len(trimmed) <= 1024 && !has("-----") && bytes.IndexByte(trimmed, '\n') < 0 && (bytes.ContainsAny(trimmed, `/\`) || hasKeySuffix(string(trimmed))) {
		return "the text looks like the path of a file; give the content of the file, as from os.ReadFile"
	}
	return "the text holds no PEM block that is whole: -----BEGIN and -----END, each at the start of a line, with base64 between them"
}

// before returns the character before -----BEGIN in its line, or 0.
func before(text []byte) rune {
	line, _, found := bytes.Cut(text, []byte("-----BEGIN "))
	line = bytes.TrimRight(line[bytes.LastIndexByte(line, '\n')+1:], " \t")
	if !found || len(line) == 0 {
		return 0
	}
	last, _ := utf8.DecodeLastRune(line)
	return last
}

func hasKeySuffix(path string) bool {
	for _, suffix := range [...]string{".pem", ".key", ".crt", ".cer", ".der", ".pub"} {
		if strings.HasSuffix(strings.ToLower(path), suffix) {
			return true
		}
	}
	return false
}

// convertSSH is advice for error texts. It was tried: ssh-keygen cannot convert an Ed25519 key
// from the format of OpenSSH.
const convertSSH = "convert a copy of an RSA or ECDSA key with ssh-keygen -p -m PKCS8 -f copy; for Ed25519 use ParseRawPrivateKey of golang.org/x/crypto/ssh, and give the key to NewKey"

// label is the label of a block, quoted and not too long to print.
func label(block *pem.Block) string { return fmt.Sprintf("%.64q", block.Type) }

// parseBlock reads a block by its content. It does not return the errors of crypto/x509: their
// texts might have parts of a private key.
func parseBlock(block *pem.Block) (any, error) {
	name := "the PEM block " + label(block)
	if len(block.Bytes) > MaxDER {
		return nil, errors.New(name + " has more than 32 KiB, more than any key and nearly any certificate")
	}
	if block.Headers["DEK-Info"] != "" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, errors.New(encryptedPEM)
	}
	if bytes.HasPrefix(block.Bytes, []byte("openssh-key-v1\x00")) {
		return nil, errors.New("the key is in the form of OpenSSH; " + convertSSH)
	}
	if strings.Contains(block.Type, "RSA-PSS ") { // a label that openssl writes for PKCS #1
		return nil, isRSAPSS(name)
	}
	if strings.HasSuffix(block.Type, "PARAMETERS") { // Diffie-Hellman parameters look like an RSA public key
		return nil, rsakey.Unsupported(name + " holds parameters, and no key")
	}
	shape, der := shapeOf(block.Bytes)
	if len(der) < len(block.Bytes) && !(shape == "ssb" && block.Type == "TRUSTED CERTIFICATE") { // there openssl appends what the certificate is trusted for
		return nil, errors.New(name + " has something after its DER")
	}
	var material any
	var err error
	switch {
	case shape == "iiiiiiiii", shape == "iiiiiiiiis":
		return parsePKCS1(der)
	case strings.HasPrefix(shape, "iso"):
		return parsePKCS8(name, der)
	case strings.HasPrefix(shape, "io"):
		material, err = x509.ParseECPrivateKey(der)
	case shape == "sb":
		material, err = parsePKIX(der)
	case shape == "ii":
		material, err = x509.ParsePKCS1PublicKey(der)
	case shape == "ssb" && !strings.HasSuffix(block.Type, "CERTIFICATE REQUEST"):
		material, err = parseCertificate(der)
	case shape == "so":
		return nil, errors.New(encryptedPEM)
	case shape == "?":
		if form := foreignkey.Form(block.Bytes); form != "" {
			return nil, errors.New(name + " holds " + form)
		}
		return nil, errors.New(name + " is malformed: its base64 is not the DER of a key, or is cut off")
	default:
		return nil, rsakey.Unsupported(name + " is not a key or certificate that is supported")
	}
	if err != nil {
		return nil, badDER(name, der)
	}
	return material, nil
}

const encryptedPEM = "the PEM key is encrypted with a pass phrase; decrypt it first, as with openssl pkey"

// badDER says why crypto/x509 could not read a key, as far as that is clear.
func badDER(name string, der []byte) error {
	if bytes.Contains(der, oidRSAPSS) {
		return isRSAPSS(name)
	}
	return errors.New(name + " is malformed, or of a kind that is not supported (RSA, EC on P-256, P-384 and P-521, and Ed25519 are; ML-DSA from Go 1.27)")
}

func isRSAPSS(name string) error {
	return rsakey.Unsupported(name + " is an RSA key only for PSS (id-RSASSA-PSS), which is not supported; an ordinary RSA key serves PS256 too")
}

var (
	oidRSA    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSAPSS = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a") // 1.2.840.113549.1.1.10, with tag and length
)

// shapeOf returns the DER SEQUENCE at the start of data, and a letter for each of its elements:
// i for an INTEGER, s for a SEQUENCE, o for an OCTET STRING, b for a BIT STRING, x for anything
// else. The shape is "?" if the sequence is incomplete.
func shapeOf(data []byte) (shape string, der []byte) {
	var sequence, element asn1.RawValue
	if rest, err := asn1.Unmarshal(data, &sequence); err != nil || sequence.Tag != asn1.TagSequence || !sequence.IsCompound {
		return "?", data
	} else {
		der = data[:len(data)-len(rest)]
	}
	for rest := sequence.Bytes; len(rest) > 0 && len(shape) <= 10; {
		var err error
		if rest, err = asn1.Unmarshal(rest, &element); err != nil {
			return "?", data
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

// parsePKCS8 reads PKCS #8. For RSA it does not use crypto/x509, which would compute with the
// numbers before their size is checked.
func parsePKCS8(name string, der []byte) (any, error) {
	var outer struct {
		Version   int
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Key []byte
		// optional attributes and a public key follow, which are not needed
	}
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, badDER(name, der)
	}
	if outer.Algorithm.OID.Equal(oidRSA) {
		return parsePKCS1(outer.Key)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, badDER(name, der)
	}
	return key, nil
}

// parsePKCS1 reads an RSA private key (RFC 8017, Appendix A.1.2).
func parsePKCS1(der []byte) (any, error) {
	var key struct {
		Version                   int
		N, E, D, P, Q, DP, DQ, QI *big.Int
		MorePrimes                asn1.RawValue `asn1:"optional"`
	}
	rest, err := asn1.Unmarshal(der, &key)
	switch {
	case err != nil || len(rest) > 0:
		return nil, errors.New("the RSA private key is malformed")
	case len(key.MorePrimes.FullBytes) > 0:
		return nil, rsakey.ErrMorePrimes
	}
	return rsakey.Numbers{N: key.N, E: key.E, D: key.D, P: key.P, Q: key.Q, DP: key.DP, DQ: key.DQ, QI: key.QI}, nil
}
