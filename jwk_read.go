package jwt

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"slices"
	"strings"
)

// Reading JWKs, one or a set of them. After what is common to all kinds of keys
// comes one method for each kind.

// ParseJWK reads one key, public, private or secret, from its JSON form
// (RFC 7517): "kty" of RSA, EC (P-256, P-384, P-521), OKP (Ed25519), oct, or AKP
// (ML-DSA, from Go 1.27). Its "kid" becomes the ID of the key and its "alg" the
// algorithm that the key is bound to, unless options say otherwise; an option
// that contradicts "alg" is an error. A key whose "use" is not "sig", or whose
// "key_ops" lack the operation, parses and refuses to be used.
//
// The JSON is read as strictly as that of tokens, and numbers are canonical. The
// parts of a private key must belong together, and the first certificate of
// "x5c" must carry the same key. An RSA private key has "p", "q", "dp", "dq" and
// "qi" beside "d". Whatever is refused is an [ErrInvalidKey], an option that is
// wrong by itself an [ErrInvalidOption]; a kind of key, a curve or an algorithm that
// is not supported wraps [errors.ErrUnsupported]. No error text holds a private
// member.
func ParseJWK(jwk []byte, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	var d document
	if !d.parse(jwk) {
		return nil, badKey("the JWK is not strictly valid JSON: " + d.problem())
	}
	if d.member("keys") != 0 && d.member("kty") == 0 {
		return nil, badKey("this is a JWK Set; read it with ParseKeySet")
	}
	return d.key(o)
}

// ParseKeySet reads a JWK Set (RFC 7517, Section 5). Members that cannot be used
// are skipped one by one, and [KeySet.Skipped] says why; an empty array parses,
// as an issuer may revoke all its keys. Text without an array "keys", and two
// keys for signatures that share an ID, are an [ErrInvalidKey].
func ParseKeySet(jwks []byte) (*KeySet, error) {
	members, err := cutKeySet(jwks)
	if err != nil {
		return nil, err
	}
	var keys []*Key
	var skipped []skippedKey
	for i, member := range members {
		var d document
		if !d.parse(member) {
			skipped = append(skipped, skippedKey{i, "", badKey("it is not strictly valid JSON: " + d.problem())})
			continue
		}
		key, err := d.key(keyOptions{})
		if err != nil {
			id, _ := (&jwkReader{d: &d}).optionalText("kid")
			skipped = append(skipped, skippedKey{i, id, err})
			continue
		}
		keys = append(keys, key)
	}
	set, err := NewKeySet(keys...)
	if err != nil {
		return nil, err
	}
	set.state.open().skipped = skipped
	return set, nil
}

// cutKeySet returns the members of the array "keys". What they are is left open:
// one that is malformed must not spoil the others.
func cutKeySet(jwks []byte) ([]json.RawMessage, error) {
	malformed := func(what string) error { return badKey("the JWK Set " + what) }
	r := json.NewDecoder(bytes.NewReader(jwks))
	if open, err := r.Token(); err != nil || open != json.Delim('{') {
		return nil, malformed("is no JSON object")
	}
	var members []json.RawMessage
	seen := map[string]bool{}
	for r.More() {
		name, err := r.Token()
		if err != nil {
			return nil, malformed("is not valid JSON")
		}
		// The decoder gives names as strings, or fails.
		text := name.(string)
		if seen[text] {
			return nil, malformed("has the member " + quote(text) + " twice")
		}
		seen[text] = true
		var value json.RawMessage
		if r.Decode(&value) != nil {
			return nil, malformed("is not valid JSON")
		}
		if text == "keys" && (json.Unmarshal(value, &members) != nil || value[0] != '[') {
			return nil, malformed(`has something in "keys" that is no array`)
		}
	}
	if _, err := r.Token(); err != nil {
		return nil, malformed("is not valid JSON")
	}
	if _, err := r.Token(); err != io.EOF {
		return nil, malformed("has something after its JSON object")
	}
	switch {
	case seen["keys"]:
		return members, nil
	case seen["kty"]:
		return nil, badKey("this is a single JWK; read it with ParseJWK")
	}
	return nil, malformed(`has no array "keys"`)
}

// key reads the JWK that the document is.
func (d *document) key(o keyOptions) (*Key, error) {
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
	d   *document
	err error
}

func (r *jwkReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *jwkReader) optionalText(name string) (string, bool) {
	i := r.d.member(name)
	if i == 0 {
		return "", false
	}
	if r.d.nodes[i].kind != jsonString {
		r.fail(badKey(quote(name) + " of the JWK must be a JSON string"))
		return "", false
	}
	return string(r.d.string(i)), true
}

func (r *jwkReader) text(name string) string {
	text, ok := r.optionalText(name)
	if !ok {
		r.fail(badKey("the JWK has no " + quote(name)))
	}
	return text
}

func (r *jwkReader) optionalList(name string) ([]string, bool) {
	i := r.d.member(name)
	if i == 0 {
		return nil, false
	}
	list := []string{}
	for e := i + 1; e < r.d.nodes[i].next && r.d.nodes[i].kind == jsonArray; e = r.d.nodes[e].next {
		if r.d.nodes[e].kind != jsonString {
			break
		}
		list = append(list, string(r.d.string(e)))
	}
	if r.d.nodes[i].kind != jsonArray || len(list) != r.d.count(i) {
		r.fail(badKey(quote(name) + " of the JWK must be an array of JSON strings"))
	}
	return list, true
}

// optionalOctets returns nil where the member is absent.
func (r *jwkReader) optionalOctets(name string) []byte {
	text, ok := r.optionalText(name)
	if !ok {
		return nil
	}
	octets, ok := appendBase64urlDecoded([]byte{}, text)
	if !ok {
		r.fail(badKey(quote(name) + " of the JWK is not canonical base64url"))
	}
	return octets
}

func (r *jwkReader) octets(name string) []byte {
	octets := r.optionalOctets(name)
	if octets == nil {
		r.fail(badKey("the JWK has no " + quote(name)))
	}
	return octets
}

// number reads a Base64urlUInt. RFC 7518, Section 2: "The representation MUST
// utilize the minimum number of octets needed to represent the value."
func (r *jwkReader) number(name string) *big.Int {
	octets := r.octets(name)
	if len(octets) == 0 || octets[0] == 0 && len(octets) > 1 {
		r.fail(badKey(quote(name) + " of the JWK is not a number in the fewest octets"))
	}
	return new(big.Int).SetBytes(octets)
}

// members reads what all kinds of keys share.
func (r *jwkReader) members(o *keyOptions) *jwkMembers {
	jwk := &jwkMembers{}
	if kid, ok := r.optionalText("kid"); ok && !o.hasID {
		o.id, o.hasID = kid, true
		if checkKeyID(kid) != nil {
			r.fail(badKey(`"kid" of the JWK does not fit into a header of 16 KiB`))
		}
	}
	if name, ok := r.optionalText("alg"); ok {
		switch alg := algorithmNamed(name); {
		case alg == 0:
			r.fail(unsupportedKey("the JWK is for the algorithm " + quote(name) + ", which is not supported"))
		case o.algorithm != 0 && o.algorithm != alg:
			r.fail(badKey("the JWK is for " + name + ", and WithKeyAlgorithm says " + o.algorithm.String()))
		default:
			o.algorithm = alg
		}
	}
	jwk.use, jwk.hasUse = r.optionalText("use")
	jwk.ops, jwk.hasOps = r.optionalList("key_ops")
	for i, op := range jwk.ops {
		// RFC 7517, Section 4.3: "Duplicate key operation values MUST NOT be present".
		if slices.Contains(jwk.ops[:i], op) {
			r.fail(badKey(`"key_ops" of the JWK has ` + quote(op) + " twice"))
		}
	}
	jwk.x5u, _ = r.optionalText("x5u")
	jwk.x5t, _ = r.optionalText("x5t")
	jwk.x5tSHA256, _ = r.optionalText("x5t#S256")
	jwk.x5c, _ = r.optionalList("x5c")
	return jwk
}

// material reads the key itself, as NewKey takes it; its own checks come there.
func (r *jwkReader) material(o *keyOptions) any {
	var material any
	var err error
	switch kty := r.text("kty"); kty {
	case "oct":
		material = r.octets("k")
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
	if !e.IsInt64() || int64(int(e.Int64())) != e.Int64() {
		return nil, badKey("the exponent of the RSA key is not an odd number from 3 to 2^31-1")
	}
	public := &rsa.PublicKey{N: n, E: int(e.Int64())}
	if r.d.member("d") == 0 {
		for _, name := range [...]string{"p", "q", "dp", "dq", "qi", "oth"} {
			if r.d.member(name) != 0 {
				return nil, badKey(quote(name) + ` of the JWK is of a private key, and there is no "d"`)
			}
		}
		return public, nil
	}
	if r.err != nil {
		return nil, r.err
	}
	if _, err := newRSAPublic(public, weak); err != nil { // before anything is computed with it
		return nil, err
	}
	if r.d.member("oth") != 0 {
		return nil, unsupportedKey("the RSA key has more than two primes, which is not supported")
	}
	key := &rsa.PrivateKey{PublicKey: *public, D: r.number("d"), Primes: []*big.Int{r.number("p"), r.number("q")}}
	dp, dq, qi := r.number("dp"), r.number("dq"), r.number("qi")
	if r.err != nil {
		return nil, r.err
	}
	// The work is bounded by the modulus, whatever the other numbers are.
	if key.D.Cmp(n) >= 0 || key.Primes[0].Cmp(n) >= 0 || key.Primes[1].Cmp(n) >= 0 ||
		new(big.Int).Mul(key.Primes[0], key.Primes[1]).Cmp(n) != 0 {
		return nil, badKey("the parts of the RSA private key do not belong together")
	}
	key.Precompute()
	if pre := &key.Precomputed; key.Validate() != nil || dp.Cmp(pre.Dp) != 0 || dq.Cmp(pre.Dq) != 0 || qi.Cmp(pre.Qinv) != 0 {
		return nil, badKey("the parts of the RSA private key do not belong together")
	}
	return key, nil
}

func (r *jwkReader) ec() (any, error) {
	name := r.text("crv")
	c := curveWhere(func(c *curve) bool { return c.name == name })
	if c == nil {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, y, d := r.octets("x"), r.octets("y"), r.optionalOctets("d")
	// RFC 7518, Sections 6.2.1.2 and 6.2.2.1: leading zeros are part of it.
	if len(x) != c.size || len(y) != c.size || d != nil && len(d) != c.size {
		return nil, badKey(`"x", "y" and "d" of a JWK on ` + c.name + " must have exactly the octets of the curve")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(c.Curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, badKey("the EC key is no point on its curve " + c.name)
	}
	if d == nil {
		return public, nil
	}
	key, err := ecdsa.ParseRawPrivateKey(c.Curve, d)
	if err != nil || !key.PublicKey.Equal(public) {
		return nil, badKey("the private half of the EC key is out of range, or its public half is that of another key")
	}
	return key, nil
}

func (r *jwkReader) okp() (any, error) {
	if name := r.text("crv"); name != "Ed25519" {
		return nil, unsupportedKey("the JWK is on the curve " + quote(name) + ", which is not supported")
	}
	x, d := r.octets("x"), r.optionalOctets("d")
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
	public, seed := r.octets("pub"), r.optionalOctets("priv")
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
// represented by other members of the JWK."
func (k *keyState) checkCertificate() error {
	if k.jwk == nil || k.jwk.x5c == nil {
		return nil
	}
	if k.public == nil || len(k.jwk.x5c) == 0 {
		return badKey(`"x5c" of the JWK is empty, or stands beside a secret`)
	}
	for i, text := range k.jwk.x5c {
		der, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || strings.ContainsAny(text, "\r\n") {
			return badKey(`"x5c" of the JWK is not canonical base64, which it is in place of base64url (RFC 7517, Section 4.7)`)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return badKey(`"x5c" of the JWK holds something that is no certificate`)
		}
		if i > 0 {
			continue
		}
		public, ok := k.public.(interface{ Equal(crypto.PublicKey) bool })
		if !ok || !public.Equal(certificate.PublicKey) {
			return badKey(`the certificate in "x5c" of the JWK carries another key`)
		}
	}
	return nil
}
