package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
	"strings"
)

// One JWK to and from a Key (RFC 7517, RFC 7518, Section 6, RFC 8037, Section 2,
// RFC 9964, Section 3), sets of them, and thumbprints (RFC 7638).

// jwkMembers are what a JWK may say beside the key itself (RFC 7517, Section 4).
type jwkMembers struct {
	use       string
	ops       []string
	hasUse    bool
	hasOps    bool
	x5u       string
	x5t       string
	x5tSHA256 string
	x5c       []string
}

// allows reports whether use and key_ops admit an operation.
func (j *jwkMembers) allows(operation string) bool {
	return (!j.hasUse || j.use == "sig") && (!j.hasOps || slices.Contains(j.ops, operation))
}

// public is what they are for the public half: who may sign with the private one
// may verify with this.
func (j jwkMembers) public() jwkMembers {
	if slices.Contains(j.ops, "sign") {
		j.ops = slices.DeleteFunc(slices.Clone(j.ops), func(op string) bool { return op == "sign" })
		if !slices.Contains(j.ops, "verify") {
			j.ops = append(j.ops, "verify")
		}
	}
	return j
}

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
// "qi" beside "d". Whatever is refused is an [ErrInvalidKey]; a kind of key, a
// curve or an algorithm that is not supported wraps [errors.ErrUnsupported]. No
// error text holds a private member.
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
	return d.key(0, o)
}

// ParseKeySet reads a JWK Set (RFC 7517, Section 5). Members that cannot be used
// are skipped one by one, and [KeySet.Skipped] says why; an empty array parses,
// as an issuer may revoke all its keys. Text without an array "keys", and two
// keys for signatures that share an ID, are an [ErrInvalidKey].
func ParseKeySet(jwks []byte) (*KeySet, error) {
	var d document
	if !d.parse(jwks) {
		return nil, badKey("the JWK Set is not strictly valid JSON: " + d.problem())
	}
	list := d.member("keys")
	if list == 0 || d.nodes[list].kind != jsonArray {
		if d.member("kty") != 0 {
			return nil, badKey("this is a single JWK; read it with ParseJWK")
		}
		return nil, badKey(`the JWK Set has no array "keys"`)
	}
	var keys []*Key
	var skipped []skippedKey
	for i := list + 1; i < d.nodes[list].next; i = d.nodes[i].next {
		key, err := d.key(i, keyOptions{})
		if err != nil {
			id, _ := (&jwkReader{d: &d, object: i}).optionalText("kid")
			skipped = append(skipped, skippedKey{id, err})
			continue
		}
		keys = append(keys, key)
	}
	set, err := NewKeySet(keys...)
	if err != nil {
		return nil, err
	}
	set.state.skipped = skipped
	return set, nil
}

// key reads the JWK that is the value i.
func (d *document) key(i uint32, o keyOptions) (*Key, error) {
	if d.nodes[i].kind != jsonObject {
		return nil, badKey("a JWK must be a JSON object")
	}
	r := &jwkReader{d: d, object: i}
	jwk := r.members(&o)
	material := r.material(&o)
	if r.err != nil {
		return nil, r.err
	}
	key, err := makeKey(material, jwk, o)
	if err != nil {
		return nil, err
	}
	if err := key.state.checkCertificate(); err != nil {
		return nil, err
	}
	return key, nil
}

// A jwkReader reads the members of one JWK. After the first error it reads on,
// but nothing counts any more.
type jwkReader struct {
	d      *document
	object uint32
	err    error
}

func (r *jwkReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// find returns the value of a member, or 0.
func (r *jwkReader) find(name string) uint32 {
	if r.d.nodes[r.object].kind == jsonObject {
		for i := r.object + 1; i < r.d.nodes[r.object].next; i = r.d.nodes[i+1].next {
			if string(r.d.string(i)) == name {
				return i + 1
			}
		}
	}
	return 0
}

func (r *jwkReader) optionalText(name string) (string, bool) {
	i := r.find(name)
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
	i := r.find(name)
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
func (r *jwkReader) members(o *keyOptions) (jwk jwkMembers) {
	if kid, ok := r.optionalText("kid"); ok && !o.hasID {
		o.id, o.hasID = kid, true
		if checkKeyID(kid) != nil {
			r.fail(badKey(`"kid" of the JWK does not fit into a header of 8 KiB`))
		}
	}
	if name, ok := r.optionalText("alg"); ok {
		switch alg := algorithmNamed(name); {
		case alg == 0:
			r.fail(&failure{class: ErrInvalidKey, text: "the JWK is for the algorithm " + quote(name) + ", which is not supported", cause: errors.ErrUnsupported})
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
		err = &failure{class: ErrInvalidKey, text: "the JWK is of the kind " + quote(kty) + ", which is not supported", cause: errors.ErrUnsupported}
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
	if r.find("d") == 0 {
		for _, name := range [...]string{"p", "q", "dp", "dq", "qi", "oth"} {
			if r.find(name) != 0 {
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
	if r.find("oth") != 0 {
		return nil, &failure{class: ErrInvalidKey, text: "the RSA key has more than two primes, which is not supported", cause: errors.ErrUnsupported}
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
		return nil, &failure{class: ErrInvalidKey, text: "the JWK is on the curve " + quote(name) + ", which is not supported", cause: errors.ErrUnsupported}
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
		return nil, &failure{class: ErrInvalidKey, text: "the JWK is on the curve " + quote(name) + ", which is not supported", cause: errors.ErrUnsupported}
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
	if k.jwk.x5c == nil {
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

// MarshalJSON writes the public members of the key as a JWK (RFC 7517), with its
// ID and algorithm. A secret has none, and is an [ErrInvalidKey].
func (k *Key) MarshalJSON() ([]byte, error) {
	state, err := k.usable()
	if err != nil {
		return nil, err
	}
	if state.public == nil {
		return nil, badKey("a secret has no public members that JSON could show; MarshalPrivateJWK writes it whole")
	}
	return state.writeJWK(state.jwk.public(), state.publicMembers()), nil
}

// MarshalPrivateJWK writes the whole key as a JWK, its private members or its
// secret included: who reads it can sign. A public key, and one whose private
// half is elsewhere (in a KMS), is an [ErrInvalidKey].
func (k *Key) MarshalPrivateJWK() ([]byte, error) {
	state, err := k.usable()
	switch {
	case err != nil:
		return nil, err
	case state.secret != nil:
		return state.writeJWK(state.jwk, []member{{"kty", "oct"}, {"k", base64urlOf(state.secret)}}), nil
	case state.signer == nil:
		return nil, badKey("the key is public, and has no private members; MarshalJSON writes it")
	case state.opaque:
		return nil, badKey("the private half of the key is behind a crypto.Signer, which does not give it away")
	}
	return state.writeJWK(state.jwk, append(state.publicMembers(), state.privateMembers()...)), nil
}

// Thumbprint returns the JWK thumbprint of the key (RFC 7638) by SHA-256, in
// base64url: the same for both halves of a key, whatever its ID. It is "" for a
// secret, which it would help to guess.
func (k *Key) Thumbprint() string {
	state, err := k.usable()
	if err != nil || state.public == nil {
		return ""
	}
	members := state.publicMembers()
	if members[0].value == "AKP" { // RFC 9964, Section 6: "alg" is one of them
		members = append(members, member{"alg", state.bound.String()})
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	sum := sha256.Sum256(membersJSON(members))
	return base64urlOf(sum[:])
}

// writeJWK writes what the key is, and what is said of it.
func (k *keyState) writeJWK(said jwkMembers, key []member) []byte {
	list := key[:1:1] // kty
	add := func(name string, value any, there bool) {
		if there {
			list = append(list, member{name, value})
		}
	}
	add("kid", k.id, k.id != "")
	add("use", said.use, said.hasUse)
	add("key_ops", said.ops, said.hasOps)
	add("alg", k.bound.String(), k.bound != 0)
	list = append(list, key[1:]...)
	add("x5u", said.x5u, said.x5u != "")
	add("x5t", said.x5t, said.x5t != "")
	add("x5t#S256", said.x5tSHA256, said.x5tSHA256 != "")
	add("x5c", said.x5c, said.x5c != nil)
	return membersJSON(list)
}

// membersJSON writes an object of text that was checked to be valid UTF-8 when it
// came in, so that nothing can fail.
func membersJSON(list []member) []byte {
	var w writer
	text, _ := w.members(nil, list)
	return text
}

// publicMembers start with "kty".
func (k *keyState) publicMembers() []member {
	switch key := k.public.(type) {
	case *rsa.PublicKey:
		return []member{{"kty", "RSA"}, {"n", numberOf(key.N)}, {"e", numberOf(big.NewInt(int64(key.E)))}}
	case *ecdsa.PublicKey:
		c := curveOf(key)
		point, _ := key.Bytes() // 4, then both coordinates in full; it was checked
		return []member{{"kty", "EC"}, {"crv", c.name}, {"x", base64urlOf(point[1 : 1+c.size])}, {"y", base64urlOf(point[1+c.size:])}}
	case ed25519.PublicKey:
		return []member{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64urlOf(key)}}
	}
	public, _ := mldsaOctets(k)
	return []member{{"kty", "AKP"}, {"pub", base64urlOf(public)}}
}

func (k *keyState) privateMembers() []member {
	switch key := k.signer.(type) {
	case *rsa.PrivateKey:
		return []member{{"d", numberOf(key.D)}, {"p", numberOf(key.Primes[0])}, {"q", numberOf(key.Primes[1])},
			{"dp", numberOf(key.Precomputed.Dp)}, {"dq", numberOf(key.Precomputed.Dq)}, {"qi", numberOf(key.Precomputed.Qinv)}}
	case *ecdsa.PrivateKey:
		d, _ := key.Bytes() // as long as the curve's order
		return []member{{"d", base64urlOf(d)}}
	case ed25519.PrivateKey:
		return []member{{"d", base64urlOf(key.Seed())}}
	}
	_, seed := mldsaOctets(k)
	return []member{{"priv", base64urlOf(seed)}}
}

func base64urlOf(octets []byte) string { return string(appendBase64url(nil, octets)) }
func numberOf(n *big.Int) string       { return base64urlOf(n.Bytes()) }
