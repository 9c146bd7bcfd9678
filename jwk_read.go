package jwt

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// Reading JWKs. After what is common to all kinds of keys comes one method for each
// kind. Who writes a JWK is trusted: whatever is unambiguous is read, and what is not
// needed is not looked at.

// ParseJWK reads one key, public, private or secret, from its JSON form
// (RFC 7517): "kty" of RSA, EC (P-256, P-384, P-521), OKP (Ed25519), oct, or AKP
// (ML-DSA, from Go 1.27). Its "kid" becomes the ID of the key and its "alg" the
// algorithm that the key is bound to, unless options say otherwise; an option
// that contradicts "alg" is an error. A key whose "use" is another than "sig" or
// "jwt-svid", or whose "key_ops" name neither "verify" nor "sign", parses and refuses to
// be used; a private one signs only where they are absent or name "sign".
//
// Optional members that are null, "" or [] are absent. Numbers may have leading zeros
// too many, coordinates too few, and base64url may be padded, but for that of a secret;
// [Key.MarshalJSON] writes all of it canonically. A private RSA key, of at most 8192 bits,
// may lack its primes and what follows from them. The parts of a private key must belong
// together, and the first certificate of "x5c" must carry the same key, where it can be
// read at all.
//
// The JSON has no name twice and nothing after it, and at most 1 MiB. Whatever is refused
// is an [ErrInvalidKey], an option that is wrong by itself an [ErrInvalidOption]; a kind of
// key, a curve or an algorithm that is not supported wraps [errors.ErrUnsupported]. No
// error text holds a private member.
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
		if what := notJSON(jwk); what != "" {
			return nil, badKey("the JWK " + what)
		}
		return nil, err
	}
	if d.Member("keys") != 0 && d.Member("kty") == 0 {
		return nil, badKey("this is a JWK Set; read it with ParseKeySet")
	}
	return readJWK(&d, o)
}

// mostJWKValues bounds the memory that reading a JWK takes. The longest known have a few
// dozen.
const mostJWKValues = 4096

// parseJWK cuts the JSON of a JWK.
func parseJWK(d *strictjson.Document, text []byte) error {
	if bytes.Count(text, []byte(","))+bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > mostJWKValues {
		return badKey("the JWK has more than 4096 values")
	}
	if !d.Parse(text) {
		return badKey("the JWK is not strictly valid JSON: " + d.Problem())
	}
	return nil
}

// readJWK reads the JWK that the document is.
func readJWK(d *strictjson.Document, o keyOptions) (*Key, error) {
	r := &jwkReader{d: d}
	jwk := r.members(&o)
	material := r.material(&o)
	if r.err != nil {
		return nil, r.err
	}
	key, err := makeKey(material, jwk, o)
	if err != nil {
		return nil, err
	}
	if err := key.state.open().checkCertificate(); err != nil {
		return nil, err
	}
	return key, nil
}

// A jwkReader reads the members of one JWK. After the first error it reads on,
// but nothing counts any more.
type jwkReader struct {
	d   *strictjson.Document
	err error
}

func (r *jwkReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// find returns the member of that name; 0 where it is absent, null, "" or [].
func (r *jwkReader) find(name string) strictjson.Node {
	i := r.d.Member(name)
	if r.d.IsEmpty(i) { // node 0, of an absent one, is the whole object
		return 0
	}
	return i
}

// optionalText returns "" where the member is absent.
func (r *jwkReader) optionalText(name string) string {
	i := r.find(name)
	if i == 0 {
		return ""
	}
	if r.d.Kind(i) != strictjson.String {
		r.fail(badKey(quote(name) + " of the JWK is " + r.show(i) + ", and must be a JSON string"))
		return ""
	}
	return string(r.d.String(i))
}

// show is a value that is no string, for an error text. It is not asked about private members,
// which are strings or not shown.
func (r *jwkReader) show(i strictjson.Node) string {
	switch r.d.Kind(i) {
	case strictjson.Object:
		return "an object"
	case strictjson.Array:
		return "an array"
	case strictjson.Number:
		return "the number " + string(r.d.Raw(i))
	}
	return string(r.d.Raw(i)) // true or false
}

// id returns what a member of a set is called, for [KeySet.Skipped]: a number too, which is
// no ID and is named as the reason.
func (r *jwkReader) id() string {
	i := r.find("kid")
	if r.d.Kind(i) == strictjson.Number {
		return string(r.d.Raw(i))
	}
	return r.optionalText("kid")
}

func (r *jwkReader) text(name string) string {
	text := r.optionalText(name)
	if text == "" {
		r.fail(badKey("the JWK has no " + quote(name)))
	}
	return text
}

// list reads an array of strings, or one string by itself; false where there is something
// else, with the strings before it.
func (r *jwkReader) list(name string) (list []string, ok bool) {
	i := r.find(name)
	if i == 0 {
		return nil, true
	}
	switch r.d.Kind(i) {
	case strictjson.String:
		return []string{string(r.d.String(i))}, true
	case strictjson.Array:
		for e := range r.d.Elements(i) {
			if r.d.Kind(e) != strictjson.String {
				return list, false
			}
			list = append(list, string(r.d.String(e)))
		}
		return list, true
	}
	return nil, false
}

// quiet reads a text that nobody needs: what is no string is passed over.
func (r *jwkReader) quiet(name string) string {
	if i := r.find(name); i != 0 && r.d.Kind(i) == strictjson.String {
		return string(r.d.String(i))
	}
	return ""
}

// mostJWKOctets is what the greatest member has, the modulus of an RSA key of 16384 bits, with
// room for zeros.
const mostJWKOctets = 3072

// optionalOctets returns nil where the member is absent.
func (r *jwkReader) optionalOctets(name string, padding bool) []byte {
	i := r.find(name)
	if i == 0 {
		return nil
	}
	fail := func(why string) []byte {
		r.fail(badKey(quote(name) + " of the JWK " + why))
		return nil
	}
	if r.d.Kind(i) != strictjson.String {
		return fail("must be a JSON string")
	}
	// Of a secret any length is good.
	if padding && len(r.d.Raw(i)) > mostJWKOctets/3*4+4 {
		return fail("is longer than that of any key that is taken")
	}
	text := string(r.d.String(i))
	if padding && len(text)%4 == 0 {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
	}
	octets, ok := appendBase64urlDecoded([]byte{}, text)
	if !ok && strings.ContainsAny(text, "+/") {
		return fail("is in base64, and base64url is wanted, which has - and _ in place of + and /")
	}
	if !ok {
		return fail("is not canonical base64url")
	}
	return octets
}

func (r *jwkReader) octets(name string) []byte { return r.need(name, r.optionalOctets(name, true)) }

func (r *jwkReader) need(name string, octets []byte) []byte {
	if octets == nil {
		r.fail(badKey("the JWK has no " + quote(name)))
	}
	return octets
}

// number reads a Base64urlUInt; nil where it is absent. RFC 7518, Section 2 wants it in the
// minimum number of octets, and many issuers write a zero in front, for a sign.
func (r *jwkReader) number(name string) *big.Int {
	octets := r.optionalOctets(name, true)
	if octets == nil {
		return nil
	}
	return new(big.Int).SetBytes(octets)
}

// coordinate reads a number in exactly as many octets as are wanted (RFC 7518, Section 6.2.1.2),
// whatever zeros it has in front; nil where it is absent.
func (r *jwkReader) coordinate(name string, size int) []byte {
	octets := r.optionalOctets(name, true)
	if octets == nil {
		return nil
	}
	octets = bytes.TrimLeft(octets, "\x00")
	if len(octets) > size {
		r.fail(badKey(quote(name) + " of the JWK has more bytes than its curve"))
		return nil
	}
	return append(make([]byte, size-len(octets), size), octets...)
}

// members reads what all kinds of keys share.
func (r *jwkReader) members(o *keyOptions) *jwkMembers {
	jwk := &jwkMembers{}
	if kid := r.optionalText("kid"); kid != "" && !o.hasID {
		o.id, o.hasID = kid, true
		if err := checkKeyID(kid); err != nil {
			r.fail(badKey(`"kid" of the JWK is too long: ` + because(err)))
		}
	}
	var ok bool
	jwk.use = r.optionalText("use")
	if jwk.ops, ok = r.list("key_ops"); !ok {
		r.fail(badKey(`"key_ops" of the JWK must be an array of JSON strings`))
	}
	if name := r.optionalText("alg"); name != "" {
		switch alg := algorithmNamed(name); {
		case alg == 0:
			r.fail(unsupportedKey(`"alg" of the JWK is ` + quote(name) + ", which is not supported"))
		case o.algorithm != 0 && o.algorithm != alg:
			r.fail(badKey(`"alg" of the JWK is ` + name + ", and WithKeyAlgorithm says " + o.algorithm.String()))
		default:
			o.algorithm = alg
		}
	}
	// Nobody needs these; what can be read is kept for who reads on.
	jwk.x5u, jwk.x5t, jwk.x5tSHA256 = r.quiet("x5u"), r.quiet("x5t"), r.quiet("x5t#S256")
	jwk.x5c, _ = r.list("x5c")
	return jwk
}

// material reads the key itself, as NewKey takes it; its own checks come there.
func (r *jwkReader) material(o *keyOptions) any {
	var material any
	var err error
	switch kty := r.text("kty"); kty {
	case "oct":
		material = r.need("k", r.optionalOctets("k", false))
	case "RSA":
		material, err = r.rsa(o.weak)
	case "EC":
		material, err = r.ec()
	case "OKP":
		material, err = r.okp()
	case "AKP":
		material, err = r.akp(o)
	default:
		err = unsupportedKey("the JWK is of the kind " + quote(kty) + ", which is not supported")
	}
	if err != nil {
		r.fail(err)
	}
	return material
}

func (r *jwkReader) rsa(weak bool) (any, error) {
	n, e := r.number("n"), r.number("e")
	if n == nil || e == nil {
		r.fail(badKey(`the JWK has no "n" or no "e"`))
		return nil, r.err
	}
	if !e.IsInt64() || int64(int(e.Int64())) != e.Int64() {
		return nil, errRSAExponent
	}
	public := &rsa.PublicKey{N: n, E: int(e.Int64())}
	if r.find("d") == 0 {
		for _, name := range [...]string{"p", "q", "dp", "dq", "qi", "oth"} {
			if r.find(name) != 0 {
				return nil, badKey(quote(name) + ` of the JWK is of a private key, and there is no "d"`)
			}
		}
		return public, nil
	}
	if r.find("oth") != 0 {
		return nil, errRSAPrimes
	}
	parts := rsaParts{r.number("d"), r.number("p"), r.number("q"), r.number("dp"), r.number("dq"), r.number("qi")}
	if r.err != nil {
		return nil, r.err
	}
	k, err := makeRSAPrivate(public, parts, weak)
	if err != nil {
		return nil, err
	}
	return k, nil
}

func (r *jwkReader) ec() (any, error) {
	name := r.text("crv")
	c := curveWhere(func(c *curve) bool { return c.name == name })
	if c == nil {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, y := r.need("x", r.coordinate("x", c.size)), r.need("y", r.coordinate("y", c.size))
	d := r.coordinate("d", c.size)
	if r.err != nil {
		return nil, r.err
	}
	k, err := makeECDSA(c, x, y, d)
	if err != nil {
		return nil, err
	}
	return k, nil
}

func (r *jwkReader) okp() (any, error) {
	if name := r.text("crv"); name != "Ed25519" {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, d := r.octets("x"), r.optionalOctets("d", true)
	if d == nil {
		return ed25519.PublicKey(x), nil
	}
	if len(d) != ed25519.SeedSize {
		return nil, badKey(`"d" of a JWK on Ed25519 must have 32 octets`)
	}
	return ed25519.PrivateKey(slices.Concat(d, x)), nil
}

func (r *jwkReader) akp(o *keyOptions) (any, error) {
	r.text("alg") // RFC 9964, Section 3: it must be there
	public, seed := r.octets("pub"), r.optionalOctets("priv", true)
	if r.err != nil {
		return nil, r.err
	}
	if o.algorithm&(MLDSA44|MLDSA65|MLDSA87) == 0 {
		return nil, badKey("a JWK of the kind AKP is for ML-DSA, and not for " + o.algorithm.String())
	}
	return parseMLDSA(o.algorithm, public, seed)
}

// checkCertificate holds the first certificate of x5c against the key. RFC 7517,
// Section 4.7: "The key in the first certificate MUST match the public key
// represented by other members of the JWK." One that cannot be read says nothing, and is
// not written again.
func (k *keyState) checkCertificate() error {
	if k.jwk == nil || len(k.jwk.x5c) == 0 {
		return nil
	}
	der, err := base64.StdEncoding.DecodeString(k.jwk.x5c[0])
	if err != nil || len(der) > mostDER {
		k.jwk.x5c = nil
		return nil
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		k.jwk.x5c = nil
		return nil
	}
	public, ok := k.public.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(certificate.PublicKey) {
		return badKey(`the certificate in "x5c" of the JWK carries another key`)
	}
	return nil
}
