package jwt

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/token-jwt/jwt/internal/base64url"
	"github.com/token-jwt/jwt/internal/foreignkey"
	"github.com/token-jwt/jwt/internal/jwkmember"
	"github.com/token-jwt/jwt/internal/pemkey"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// Keys as JWKs (RFC 7517): reading and writing a JWK, the members that all kinds of keys
// share, and thumbprints (RFC 7638). The file of each family has the other members.

// ParseJWK reads one key, public, private or secret, from its JSON form (RFC 7517). "kty" is
// RSA, EC (P-256, P-384, P-521), OKP (Ed25519), oct, or AKP (ML-DSA, from Go 1.27). "kid"
// becomes the ID of the key, unless [WithKeyID] sets another. "alg" binds the key to that
// algorithm; a [WithKeyAlgorithm] that contradicts it is an error.
//
// "use" and "key_ops" limit what the key is for. A key whose "use" is not "sig" or
// "jwt-svid", or whose "key_ops" list neither "verify" nor "sign", parses, but using it is
// an error. A private key signs only if "key_ops" is absent or lists "sign".
//
// Some deviations from the RFC are accepted: null, "" or [] means that an optional member
// is absent; numbers may have extra leading zeros, and coordinates may lack them; base64url
// may be padded, except in a secret. [Key.MarshalJSON] writes all of it canonically. A
// private RSA key has at most 8192 bits, and may lack its primes and the numbers computed
// from them. The parts of a private key must belong together. If the first certificate of
// "x5c" can be read, it must carry the same key.
//
// The JSON has at most 1 MiB, no duplicate names, and nothing after it. Text that is refused
// is an [ErrInvalidKey], an option that is wrong by itself an [ErrInvalidOption]. A kind of
// key, a curve or an algorithm that is not supported wraps [errors.ErrUnsupported]. No error
// text has a private member.
func ParseJWK(jwk []byte, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	if len(jwk) > mostKeyText {
		return nil, badKey("the JWK has more than 1 MiB")
	}
	var d strictjson.Document
	if err := parseJWK(&d, jwk); err != nil {
		if what := foreignkey.NotJSON(jwk); what != "" {
			return nil, badKey("the JWK " + what)
		}
		return nil, err
	}
	if d.Member("keys") != 0 && d.Member("kty") == 0 {
		return nil, badKey("this is a JWK Set; read it with ParseKeySet")
	}
	return readJWK(&d, o)
}

// mostJWKValues bounds the memory for reading a JWK. Real JWKs have a few dozen values at
// most.
const mostJWKValues = 4096

// parseJWK parses the JSON of a JWK.
func parseJWK(d *strictjson.Document, text []byte) error {
	if bytes.Count(text, []byte(","))+bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > mostJWKValues {
		return badKey("the JWK has more than 4096 values")
	}
	if !d.Parse(text) {
		return badKey("the JWK is not strictly valid JSON: " + d.Problem())
	}
	return nil
}

// jwkReaderOf returns a reader of a parsed JWK.
func jwkReaderOf(d *strictjson.Document) *jwkmember.Reader {
	return &jwkmember.Reader{JWK: d, NewError: badKey}
}

// readJWK makes a key from a parsed JWK.
func readJWK(d *strictjson.Document, o keyOptions) (*Key, error) {
	r := jwkReaderOf(d)
	said, kty := readExtras(r, &o), r.Text("kty")
	i := slices.IndexFunc(keyFamilies[:], func(f family) bool { return f.kty() == kty })
	if i < 0 {
		r.Fail(unsupportedKey("the JWK is of the kind " + quote(kty) + ", which is not supported"))
		return nil, r.Err
	}
	k, err := keyFamilies[i].readJWK(r, &o)
	if err != nil {
		r.Fail(err)
	} else {
		k.jwk = said
		readCertificates(r, k)
	}
	if r.Err != nil {
		return nil, r.Err
	}
	return k.finish(o)
}

// jwkExtras are members of a JWK that are not part of the key (RFC 7517, Section 4).
// Absent and empty members are zero.
type jwkExtras struct {
	use          string
	ops          []string
	certificates []member // "x5u", "x5t", "x5t#S256" and "x5c"
}

// readExtras reads what all kinds of keys share.
func readExtras(r *jwkmember.Reader, o *keyOptions) *jwkExtras {
	said := &jwkExtras{}
	if kid := r.OptionalText("kid"); kid != "" && !o.hasID {
		o.id, o.hasID = kid, true
		if err := checkKeyID(kid); err != nil {
			r.Fail(badKey(`"kid" of the JWK is too long: ` + because(err)))
		}
	}
	var ok bool
	said.use = r.OptionalText("use")
	if said.ops, ok = r.List("key_ops"); !ok {
		r.Fail(badKey(`"key_ops" of the JWK must be an array of JSON strings`))
	}
	if name := r.OptionalText("alg"); name != "" {
		switch alg := algorithmNamed(name); {
		case alg == 0:
			r.Fail(unsupportedKey(`"alg" of the JWK is ` + quote(name) + ", which is not supported"))
		case o.algorithm != 0 && o.algorithm != alg:
			r.Fail(badKey(`"alg" of the JWK is ` + name + ", and WithKeyAlgorithm says " + o.algorithm.String()))
		default:
			o.algorithm = alg
		}
	}
	// These are not used. Values of the right type are kept, and written again.
	for _, name := range [...]string{"x5u", "x5t", "x5t#S256"} {
		if i := r.Find(name); r.JWK.Kind(i) == strictjson.String {
			said.certificates = append(said.certificates, member{name, string(r.JWK.String(i))})
		}
	}
	return said
}

// readCertificates reads "x5c", and checks the first certificate. RFC 7517, Section 4.7: "The
// key in the first certificate MUST match the public key represented by other members of the
// JWK." A certificate that cannot be read is ignored, and not written again.
func readCertificates(r *jwkmember.Reader, k *keyState) {
	list, _ := r.List("x5c")
	if len(list) == 0 {
		return
	}
	der, err := base64.StdEncoding.DecodeString(list[0])
	if err != nil || len(der) > pemkey.MaxDER {
		return
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return
	}
	if public, ok := k.public.(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(certificate.PublicKey) {
		r.Fail(badKey(`the certificate in "x5c" of the JWK carries another key`))
	}
	k.jwk.certificates = append(k.jwk.certificates, member{"x5c", list})
}

// allows reports whether "use" and "key_ops" allow an operation, "sign" or "verify". "sign"
// allows verifying too: issuers publish public keys with the "key_ops" of the private half.
func (j *jwkExtras) allows(operation string) bool {
	return j == nil || (j.use == "" || j.use == "sig" || j.use == useSPIFFE) &&
		(len(j.ops) == 0 || slices.Contains(j.ops, operation) || operation == "verify" && slices.Contains(j.ops, "sign"))
}

// useSPIFFE is "use" of a key for JWT-SVIDs (SPIFFE Trust Domain and Bundle, Section 4.2.2).
const useSPIFFE = "jwt-svid"

// purpose quotes "use" and "key_ops", for an error text.
func (j *jwkExtras) purpose() string {
	var said []string
	if j.use != "" {
		said = append(said, `"use" is `+quote(j.use))
	}
	if len(j.ops) > 0 {
		said = append(said, `"key_ops" are `+quote(strings.Join(j.ops, ", ")))
	}
	return strings.Join(said, " and ")
}

// public returns the members for the public half: "sign" in "key_ops" becomes "verify".
func (j *jwkExtras) public() *jwkExtras {
	if j == nil || !slices.Contains(j.ops, "sign") {
		return j
	}
	public := *j
	public.ops = slices.DeleteFunc(slices.Clone(j.ops), func(op string) bool { return op == "sign" })
	if !slices.Contains(public.ops, "verify") {
		public.ops = append(public.ops, "verify")
	}
	return &public
}

// MarshalJSON writes the public members of the key as a JWK (RFC 7517), with its ID and
// algorithm. A secret has no public members, and is an [ErrInvalidKey]. So is the zero Key.
// The receiver is a value, so that encoding/json calls the method for a Key in a struct too.
// encoding/json writes null for a nil *Key.
func (k Key) MarshalJSON() ([]byte, error) {
	state, err := k.usable()
	if err != nil {
		return nil, err
	}
	if state.public == nil {
		return nil, badKey("a secret has no public members that JSON could show; MarshalPrivateJWK writes it whole")
	}
	return state.writeJWK(state.jwk.public(), false), nil
}

// MarshalPrivateJWK writes the whole key as a JWK, including its private members or its
// secret: anyone who reads it can sign. A public key, and a key whose private half is
// elsewhere (in a KMS), is an [ErrInvalidKey].
func (k *Key) MarshalPrivateJWK() ([]byte, error) {
	state, err := k.usable()
	switch {
	case err != nil:
		return nil, err
	case !state.isPrivate():
		return nil, badKey("the key is public, and has no private members; MarshalJSON writes it")
	case state.opaque:
		return nil, badKey("the private half of the key is behind a crypto.Signer, which does not give it away")
	}
	return state.writeJWK(state.jwk, true), nil
}

// Thumbprint returns the JWK thumbprint of the key (RFC 7638) by SHA-256, in base64url. It is
// the same for both halves of a key, and does not depend on the ID. It is "" for a secret,
// because it would help to guess the secret.
func (k *Key) Thumbprint() string {
	state := k.shown()
	if state.public == nil {
		return ""
	}
	members := state.publicMembers()
	if state.fits&mldsaAlgorithms != 0 { // RFC 9964, Section 6: "alg" is one of them
		members = append(members, member{"alg", state.bound.String()})
	}
	sortByName(members)
	sum := sha256.Sum256(membersJSON(members))
	return base64url.EncodeToString(sum[:])
}

func asMembers(list []jwkmember.Member) (members []member) {
	for _, m := range list {
		members = append(members, member{m.Name, m.Value()})
	}
	return members
}

// publicMembers returns "kty" and the public members of the family. A thumbprint is made
// from them.
func (k *keyState) publicMembers() []member {
	public, _ := k.family.writeJWK(k)
	return append([]member{{"kty", k.family.kty()}}, asMembers(public)...)
}

// writeJWK writes a JWK: the members of the key, and "use", "key_ops" and the certificates from
// said. If private is true, it writes the private members too.
func (k *keyState) writeJWK(said *jwkExtras, private bool) []byte {
	if said == nil {
		said = &jwkExtras{}
	}
	key := k.publicMembers()
	list := []member{key[0]}
	add := func(name string, value any, there bool) {
		if there {
			list = append(list, member{name, value})
		}
	}
	add("kid", k.id, k.id != "")
	add("use", said.use, said.use != "")
	add("key_ops", said.ops, len(said.ops) > 0)
	add("alg", k.bound.String(), k.bound != 0)
	list = append(list, key[1:]...)
	if private {
		_, members := k.family.writeJWK(k)
		list = append(list, asMembers(members)...)
	}
	return membersJSON(append(list, said.certificates...))
}

// membersJSON writes an object. All its text was checked to be valid UTF-8 when the key was
// made, so writing cannot fail.
func membersJSON(list []member) []byte {
	text, _ := appendMembers(nil, list, 0)
	return text
}
