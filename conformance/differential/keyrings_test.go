package differential

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/token-jwt/jwt"
)

// A keyring is what a token is verified with: one key, or a set, in the form
// that each library wants.
type keyring struct {
	name    string
	members []member
	set     bool
	weak    bool // AllowWeakKey
	one     *jwt.Key
	many    *jwt.KeySet
	err     error // why it cannot serve here

	jose    any // a key, or a *jose.JSONWebKeySet
	joseErr error
	jwx     any // a key, or a jwk.Set
	jwxErr  error
}

// A member is a key of a keyring, and what its JWK says beside the key.
type member struct {
	*material
	kid, alg, use string
	ops           []string
	raw           string // a JWK that is of no use, in place of all that
	odd           oddity // what is odd about raw, where there is a key in it all the same
}

// An oddity is what is wrong with a JWK that some may read.
type oddity int

const (
	nothing   oddity = iota
	tolerated        // what any key may have that an issuer publishes: see API.md, section 3
	lengthy          // octets that are no base64url, or not as many as there must be
	mistyped         // a member of another type
	misfit           // a member that contradicts the key
	renamed          // names in another case
	malJSON          // no strict JSON
	forgotten        // a member that is missing
)

func (m member) text() string {
	if m.raw != "" {
		return m.raw
	}
	jwk := m.jwk()
	for name, value := range map[string]string{"kid": m.kid, "alg": m.alg, "use": m.use} {
		if value != "" {
			jwk[name] = value
		}
	}
	if m.ops != nil {
		jwk["key_ops"] = m.ops
	}
	return textOf(jwk)
}

// usable reports whether the member may verify signatures at all.
func (m member) usable() bool {
	return m.raw == "" && m.fault == "" && !m.short() && !m.otherwise()
}

// otherwise reports whether "use" or "key_ops" say that the member is for something
// else than signatures. A public key whose one operation is "sign" verifies.
func (m member) otherwise() bool {
	return !slices.Contains([]string{"", "sig", "jwt-svid"}, m.use) || len(m.ops) > 0 && !slices.Contains(m.ops, "verify") && !slices.Contains(m.ops, "sign")
}

// verifies reports whether the member may verify signatures of alg.
func (m member) verifies(alg string) bool {
	return m.usable() && m.serves(alg) && (m.alg == "" || m.alg == alg)
}

// serve reports whether any member may verify signatures of alg.
func (k *keyring) serve(alg string) bool {
	return slices.ContainsFunc(k.members, func(m member) bool { return m.verifies(alg) })
}

// raw is a key of the standard library, or octets.
func raw(m *material, opts ...jwt.KeyOption) *keyring {
	k := &keyring{name: m.name, members: []member{{material: m}}, jose: m.public, jwx: m.public}
	k.one, k.err = jwt.NewKey(m.public, opts...)
	return k
}

// weak is one that AllowWeakKey lets through.
func weak(m *material) *keyring {
	k := raw(m, jwt.AllowWeakKey())
	k.name, k.weak = m.name+", allowed", true
	return k
}

// bound is one that is for a single algorithm.
func bound(m *material, alg jwt.Algorithm) *keyring {
	k := raw(m, jwt.WithKeyAlgorithm(alg))
	k.name, k.members[0].alg = m.name+" bound to "+alg.String(), alg.String()
	return k
}

// single is one JWK.
func single(m member) *keyring {
	text := []byte(m.text())
	k := &keyring{name: "JWK " + m.text(), members: []member{m}}
	k.one, k.err = jwt.ParseJWK(text)
	var joseKey jose.JSONWebKey
	k.joseErr = json.Unmarshal(text, &joseKey)
	k.jose = &joseKey
	k.jwx, k.jwxErr = jwk.ParseKey(text)
	return k
}

// oddJWKs are JWKs with something wrong about each.
var oddJWKs = func() (list []*keyring) {
	add := func(m *material, what oddity, edit ...string) {
		text := strings.NewReplacer(edit...).Replace(textOf(m.jwk()))
		list = append(list, single(member{material: m, raw: text, odd: what}))
	}
	edX, ecX := edA.jwk()["x"].(string), p256A.jwk()["x"].(string)
	k, n := secretA.jwk()["k"].(string), rsaA.jwk()["n"].(string)
	zero := func(text string) string { // a zero in front
		octets, err := base64.RawURLEncoding.DecodeString(text)
		must(err)
		return base64.RawURLEncoding.EncodeToString(append([]byte{0}, octets...))
	}
	add(rsaA, tolerated, `"AQAB"`, `"AAEAAQ"`)
	add(rsaA, lengthy, `"AQAB"`, `"AQAB="`)
	add(rsaA, tolerated, n, zero(n))
	add(secretA, lengthy, k, k+"==")
	add(secretA, lengthy, k, k[:10]+`\n`+k[10:])
	add(secretA, lengthy, k, strings.NewReplacer("-", "+", "_", "/").Replace(k))
	add(edA, tolerated, edX, edX+"=")
	add(edA, lengthy, edX, zero(edX))
	add(p256A, tolerated, ecX, zero(ecX))
	add(p256A, misfit, ecX, p256B.jwk()["x"].(string))
	add(p256A, misfit, "P-256", "P-384")
	for _, m := range []*material{secretA, edA, p256A, rsaA} {
		for _, more := range []string{`"kid":7`, `"alg":7`, `"use":7`, `"use":["sig"]`, `"key_ops":[7]`} {
			add(m, mistyped, "{", "{"+more+",")
		}
		for _, more := range []string{`"alg":"none"`, `"alg":"dir"`, `"alg":"unknown"`, `"alg":"hs256"`, `"use":"SIG"`, `"use":"enc"`, `"key_ops":["encrypt"]`, `"use":"sig","key_ops":["decrypt"]`} {
			add(m, misfit, "{", "{"+more+",")
		}
		for _, more := range []string{
			`"kid":null`, `"alg":null`, `"use":null`, `"key_ops":null`, `"alg":""`, `"use":""`, `"key_ops":[]`, `"x5c":[]`, `"use":"jwt-svid"`, `"key_ops":"verify"`, `"key_ops":["verify","verify"]`,
			`"x5c":"AA"`, `"x5c":["AA"]`, `"x5t":7`, `"x5u":7`,
		} {
			add(m, tolerated, "{", "{"+more+",")
		}
		alg := map[string]string{"oct": "EdDSA", "OKP": "HS256", "EC": "ES384", "RSA": "ES256"}[m.kind]
		add(m, misfit, "{", `{"alg":"`+alg+`",`)
		add(m, renamed, `"kty"`, `"KTY"`)
		add(m, renamed, `"`+m.kind+`"`, `"`+strings.ToLower(m.kind)+`x"`)
		add(m, malJSON, "{", `{"kty":"`+m.kind+`",`)
		add(m, malJSON, "}", "} x")
		add(m, malJSON, "}", ",}")
		add(m, malJSON, "{", "\ufeff{")
		add(m, malJSON, "{", "{\"x\":\"\xff\",")
		add(m, malJSON, "{", `{"x":"\ud800",`)
		add(m, forgotten, `"kty"`, `"ktx"`)
		add(m, nothing, "{", `{"unknown":[1,{"a":null}],"kid":"k",`)
	}
	add(secretA, renamed, `"oct"`, `"OCT"`)
	add(edA, renamed, "Ed25519", "ed25519")
	add(p256A, renamed, "P-256", "p-256")
	add(p256A, forgotten, `"y"`, `"z"`)
	add(rsaA, forgotten, `"e"`, `"f"`)
	return list
}()

// several is a JWK Set.
func several(name string, members ...member) *keyring {
	var texts []string
	for _, m := range members {
		texts = append(texts, m.text())
	}
	text := []byte(`{"keys":[` + strings.Join(texts, ",") + `]}`)
	k := &keyring{name: "set of " + name, members: members, set: true}
	k.many, k.err = jwt.ParseKeySet(text)
	var joseSet jose.JSONWebKeySet
	k.joseErr = json.Unmarshal(text, &joseSet)
	k.jose = &joseSet
	k.jwx, k.jwxErr = jwk.Parse(text, jwk.WithStrictKeySetParsing(false), jwk.WithRejectDuplicateKID(true))
	return k
}

// A choice of keyrings, some of them likelier than others.
type likely struct {
	weight int
	*keyring
}

var keyrings = func() []likely {
	many := make([]member, 0, 20)
	for i := range 17 {
		many = append(many, member{material: ed(fmt.Sprint("one of many ", i))})
	}
	one := func(m *material, kid string) member { return member{material: m, kid: kid} }
	return []likely{
		{200, raw(secretA)},
		{40, raw(secret32)},
		{40, raw(secretB)},
		{140, raw(edA)},
		{20, raw(edB)},
		{40, raw(rsaA)},
		{5, raw(rsaB)},
		{50, raw(p256A)},
		{10, raw(p256B)},
		{5, raw(p384)},
		{2, raw(p521)},
		{4, raw(secret31)},
		{4, raw(secret5)},
		{4, raw(zeros)},
		{4, raw(rsaSmall)},
		{4, raw(edNeutral)},
		{4, raw(rsaText)},
		{4, raw(jwkText)},
		{6, weak(secret31)},
		{6, weak(secret5)},
		{6, weak(rsaSmall)},
		{20, bound(secretA, jwt.HS256)},
		{10, bound(edA, jwt.Ed25519)},
		{5, bound(rsaA, jwt.PS256)},
		{10, bound(secretA, jwt.HS512)},
		{20, single(one(secretA, "a"))},
		{20, single(one(edA, "e"))},
		{5, single(one(rsaA, "r"))},
		{8, single(one(p256A, "p"))},
		{10, single(member{material: secretA, alg: "HS256", use: "sig", ops: []string{"verify"}})},
		{10, single(member{material: edA, alg: "EdDSA", use: "sig"})},
		{5, single(member{material: edA, alg: "Ed25519"})},
		{5, single(member{material: rsaA, alg: "PS256", kid: "r"})},
		{4, single(member{material: secretA, use: "enc"})},
		{4, single(member{material: edA, use: "enc"})},
		{4, single(member{material: edA, ops: []string{"sign"}})},
		{2, single(member{material: edA, ops: []string{}})},
		{2, single(one(secret31, ""))},
		{2, single(one(rsaSmall, ""))},
		{2, single(one(edNeutral, ""))},
		{2, single(one(zeros, ""))},
		{60, several("four kinds", one(secretA, "a"), one(edA, "e"), one(rsaA, "r"), one(p256A, "p"))},
		{30, several("bound keys", member{material: secretA, kid: "a", alg: "HS256"}, member{material: edA, kid: "e", alg: "EdDSA"}, member{material: rsaA, kid: "r", alg: "PS256"},
			member{material: p256A, kid: "p", alg: "ES256"}, member{material: secretB, kid: "b", alg: "HS512"})},
		{30, several("keys without IDs", one(secretA, ""), one(edA, ""), one(p256A, ""))},
		{20, several("keys with IDs and without", one(secretA, "a"), one(secretB, ""), one(edA, "e"), one(edB, ""))},
		{20, several("two of a kind", one(secretA, "a"), one(secretB, "b"), one(edA, "e"), one(edB, "f"))},
		{20, several("one key", one(secretA, "a"))},
		{20, several("one key without an ID", one(edA, ""))},
		{15, several("other keys of those IDs", one(secretB, "a"), one(edB, "e"), one(rsaB, "r"), one(p256B, "p"))},
		{10, several("keys that share IDs", member{material: edA, kid: "s", alg: "EdDSA"}, member{material: edA, kid: "s", alg: "Ed25519"}, one(secretA, "s"), one(p256A, "s"), one(secretB, "t"), one(secretB, "t"), one(edB, "t"))},
		{10, several("keys that say jwt-svid", member{material: p256A, kid: "p", use: "jwt-svid"}, member{material: p256B, kid: "q", use: "x509-svid"}, member{material: edA, use: "jwt-svid"})},
		{10, several("two keys of one ID", one(secretA, "a"), one(secretB, "a"), one(edA, "e"))},
		{10, several("an encryption key of the same ID", member{material: rsaB, kid: "e", use: "enc"}, one(edA, "e"))},
		{10, several("keys for other uses", member{material: edA, kid: "e", use: "enc"}, member{material: secretA, kid: "a", ops: []string{"sign"}}, one(edB, "f"))},
		{10, several("keys of no use", member{raw: `{"kty":"XX","kid":"x"}`}, one(edA, "e"), member{raw: `{"kty":"OKP","crv":"X448","x":"AA","kid":"y"}`}, one(secretA, "a"))},
		{10, several("malformed keys", member{raw: `{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"x"}`}, one(edA, "e"), member{raw: `{"kid":"z"}`}, one(secretA, "a"))},
		{10, several("weak keys", one(secret31, "a"), one(rsaSmall, "r"), one(edNeutral, "e"), one(zeros, "z"), one(edB, "f"))},
		{5, several("nothing")},
		{6, several("seventeen keys", many...)},
	}
}()

// decoder makes a decoder of ours for the keyring.
func (k *keyring) decoder(alg jwt.Algorithm, opts []jwt.DecodeOption) (*jwt.Decoder, error) {
	switch {
	case k.err != nil:
		return nil, k.err
	case k.set:
		return jwt.NewDecoder(k.many, alg, opts...)
	}
	return jwt.NewDecoder(k.one, alg, opts...)
}
