package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"slices"
	"strings"
)

// Keys as JWKs (RFC 7517, RFC 7518, Section 6, RFC 8037, Section 2, RFC 9964,
// Section 3): what may stand beside a key, writing one, and thumbprints (RFC 7638).

// jwkMembers are what a JWK may say beside the key itself (RFC 7517, Section 4). What is
// absent is zero, and so is what is empty.
type jwkMembers struct {
	use       string
	ops       []string
	x5u       string
	x5t       string
	x5tSHA256 string
	x5c       []string
}

// allows reports whether use and key_ops admit signing or verifying. Who may sign may
// verify: issuers publish the public half with the key_ops of the private one.
func (j *jwkMembers) allows(operation string) bool {
	return j == nil || (j.use == "" || j.use == "sig" || j.use == useSPIFFE) &&
		(len(j.ops) == 0 || slices.Contains(j.ops, operation) || operation == "verify" && slices.Contains(j.ops, "sign"))
}

// useSPIFFE is "use" of a key for JWT-SVIDs (SPIFFE Trust Domain and Bundle, Section 4.2.2).
const useSPIFFE = "jwt-svid"

// purpose says what the members are that decide what the key is for.
func (j *jwkMembers) purpose() string {
	var said []string
	if j.use != "" {
		said = append(said, `"use" is `+quote(j.use))
	}
	if len(j.ops) > 0 {
		said = append(said, `"key_ops" are `+quote(strings.Join(j.ops, ", ")))
	}
	return strings.Join(said, " and ")
}

// public is what they are for the public half: who may sign with the private one
// may verify with this.
func (j *jwkMembers) public() *jwkMembers {
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

// MarshalJSON writes the public members of the key as a JWK (RFC 7517), with its
// ID and algorithm. A secret has none, and is an [ErrInvalidKey], as is the zero Key. The
// receiver is a value, so that encoding/json finds the method of a Key in a struct too; of
// a nil *Key it writes null.
func (k Key) MarshalJSON() ([]byte, error) {
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
	sortByName(members)
	sum := sha256.Sum256(membersJSON(members))
	return base64urlOf(sum[:])
}

// writeJWK writes what the key is, and what is said of it.
func (k *keyState) writeJWK(said *jwkMembers, key []member) []byte {
	if said == nil {
		said = &jwkMembers{}
	}
	list := key[:1:1] // kty
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
	add("x5u", said.x5u, said.x5u != "")
	add("x5t", said.x5t, said.x5t != "")
	add("x5t#S256", said.x5tSHA256, said.x5tSHA256 != "")
	add("x5c", said.x5c, len(said.x5c) > 0)
	return membersJSON(list)
}

// membersJSON writes an object of text that was checked to be valid UTF-8 when it
// came in, so that nothing can fail.
func membersJSON(list []member) []byte {
	text, _ := appendMembers(nil, list, 0)
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

func numberOf(n *big.Int) string { return base64urlOf(n.Bytes()) }
