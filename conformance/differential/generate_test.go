package differential

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// A kase is one token, and what it is held against.
type kase struct {
	seed, number uint64
	token        string
	keys         *keyring
	allowed      []string
	policy       policy
	now          time.Time
	marks        []string // what the generator did, for whoever reads a failure
	salted       bool     // signed by PSS with a salt of another size than the hash
}

// A policy is what all are asked to ask for.
type policy struct {
	issuer, subject, strictAudience, typ string
	audience, required                   []string
	leeway, maxAge                       time.Duration
	padding, anyAudience                 bool
}

// base is the second at which the clocks stand, give or take less than one.
const base = 1_800_000_000

var names = []string{"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}

// usual is how likely an algorithm is among those that a key serves.
var usual = map[string]int{"HS256": 8, "HS384": 2, "HS512": 3, "RS256": 4, "PS256": 3, "EdDSA": 6, "Ed25519": 2}

// A maker makes one case.
type maker struct {
	*rand.Rand
	*kase
}

// generate makes a case of its seed and number alone, so that any can be repeated.
func generate(seed, number uint64) *kase {
	g := &maker{rand.New(rand.NewPCG(seed, number)), &kase{seed: seed, number: number, now: time.Unix(base, 0)}}
	if g.one(4) {
		g.now = g.now.Add(pick(g, []time.Duration{1, time.Millisecond, time.Second / 4, time.Second / 2, time.Second - 1}))
	}
	if g.one(40) {
		g.now = pick(g, []time.Time{
			time.Unix(0, 0), time.Unix(-1, 999_999_999), time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
			time.Unix(base+1<<31, 0), time.Date(2000, 2, 29, 12, 0, 0, 0, time.UTC),
		})
	}
	g.keys = g.keyring()
	signer, alg := g.signer()
	kid := ""
	if signer.kid != "" && (g.keys.set && !g.one(8) || g.one(2)) {
		kid = signer.kid
	}
	d := g.signed(signer, alg, kid)
	g.marks, g.salted = slices.Clone(d.marks), d.salted
	g.allowed = g.allow(alg)
	g.policy = g.ask(d)
	parts := []string{d.segments[0], d.segments[1], base64.RawURLEncoding.EncodeToString(d.signature)}
	signature := d.signature
	for range g.few(70, 24, 6) {
		switch {
		case len(parts) != 3: // no segments any more
		case g.one(3):
			signature = g.spoil(signature, d, signer.material)
			parts[2] = base64.RawURLEncoding.EncodeToString(signature)
		case g.one(2):
			i := g.IntN(3)
			parts[i] = g.respell(parts[i])
		case g.one(3):
			i := g.IntN(2)
			parts[i] = base64.RawURLEncoding.EncodeToString([]byte(g.garble([]string{d.header, d.payload}[i])))
		default:
			parts = g.resegment(parts)
		}
	}
	if g.policy.padding && len(parts) == 3 && !g.one(4) {
		for i, part := range parts {
			parts[i] = part + strings.Repeat("=", (4-len(part)%4)%4)
		}
		if !g.one(6) { // signed as it stands
			parts = []string{parts[0], parts[1], pad(base64.RawURLEncoding.EncodeToString(signer.sign(alg, parts[0]+"."+parts[1])))}
		}
	}
	g.token = strings.Join(parts, ".")
	return g.kase
}

func pad(text string) string { return text + strings.Repeat("=", (4-len(text)%4)%4) }

// one is true once in n times.
func (g *maker) one(n int) bool { return g.IntN(n) == 0 }

func (g *maker) mark(format string, args ...any) {
	g.marks = append(g.marks, fmt.Sprintf(format, args...))
}

func pick[T any](g *maker, list []T) T { return list[g.IntN(len(list))] }

// few is 0, 1, 2, … with these likelihoods.
func (g *maker) few(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	at := g.IntN(sum)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	panic("unreachable")
}

func (g *maker) keyring() *keyring {
	if g.one(25) {
		return pick(g, oddJWKs)
	}
	weights := make([]int, len(keyrings))
	for i, k := range keyrings {
		weights[i] = k.weight
	}
	return keyrings[g.few(weights...)].keyring
}

// signer chooses who signs, and with what: mostly a key of the keyring, with an
// algorithm that it serves.
func (g *maker) signer() (member, string) {
	var able []member
	for _, m := range g.keys.members {
		if m.material != nil {
			able = append(able, m)
		}
	}
	if len(able) == 0 || g.one(30) {
		able = []member{{material: pick(g, []*material{secretA, secretB, edA, p256A, p256B})}}
		g.mark("signed with a foreign key")
	}
	m := pick(g, able)
	if m.kind != "oct" && g.one(40) {
		text := pemOf(m.material)
		if g.one(2) {
			text = []byte(m.text())
		}
		g.mark("signed with the text of the public key")
		return member{material: asSecret("confused", text), kid: m.kid}, pick(g, names[:3])
	}
	if m.alg != "" && !g.one(8) {
		return m, m.alg
	}
	var serves []string
	for _, alg := range names {
		family := alg[:2] == map[string]string{"oct": "HS", "EC": "ES", "OKP": "Ed"}[m.kind]
		if m.serves(alg) || family && (m.kind == "oct" && len(m.secret) < 32 || g.one(20)) {
			serves = append(serves, slices.Repeat([]string{alg}, max(1, usual[alg]))...)
		}
	}
	return m, pick(g, serves)
}

func (g *maker) allow(alg string) []string {
	names := names
	if !g.keys.set && g.keys.members[0].kind == "oct" && !g.one(8) {
		names = names[:3] // beside others a secret is refused whatever the token
	}
	switch g.few(80, 14, 4, 2) {
	case 1:
		list := []string{alg}
		for range 1 + g.IntN(3) {
			if other := pick(g, names); !slices.Contains(list, other) {
				list = append(list, other)
			}
		}
		g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list
	case 2:
		return []string{pick(g, names)}
	case 3:
		return names
	}
	return []string{alg}
}

// A draft is a token before the text is spoiled.
type draft struct {
	header, payload string
	segments        [2]string
	signature       []byte
	alg             string
	claims          []entry
	params          []entry
	marks           []string
	salted          bool
}

// Signing with RSA and on the larger curves is slow, so there are only so many
// drafts of each key and algorithm, which are signed once.
const slowDrafts = 12

var drafts sync.Map

func (g *maker) signed(m member, alg, kid string) *draft {
	if m.kind == "oct" || m.kind == "OKP" || m.material == p256A || m.material == p256B {
		return g.draft(m, alg, kid)
	}
	h := fnv.New64a()
	fmt.Fprint(h, m.name, alg, kid)
	key := [3]uint64{g.seed, h.Sum64(), uint64(g.IntN(slowDrafts))}
	made, ok := drafts.Load(key)
	if !ok {
		other := &maker{rand.New(rand.NewPCG(g.seed^key[1], key[2])), &kase{}}
		made, _ = drafts.LoadOrStore(key, other.draft(m, alg, kid))
	}
	d := *made.(*draft)
	d.marks = append(slices.Clone(g.marks), d.marks...)
	return &d
}

func (g *maker) draft(m member, alg, kid string) *draft {
	d := &draft{alg: alg}
	d.params = append(d.params, entry{`"alg"`, quoted(alg)})
	if !g.one(4) {
		d.params = append(d.params, entry{`"typ"`, pick(g, []string{`"JWT"`, `"JWT"`, `"JWT"`, `"at+jwt"`, `"application/at+jwt"`, `"jwt"`})})
	}
	if kid != "" {
		d.params = append(d.params, entry{`"kid"`, quoted(kid)})
	}
	d.claims = g.claims()
	texts := 0
	spoiled := [2]func(string) string{}
	for range g.few(40, 42, 14, 4) {
		switch {
		case g.one(10):
			texts++
		case g.one(12):
			spoiled[g.IntN(2)] = g.respell
		case g.one(3):
			d.params = g.oddParams(d.params, alg)
		default:
			d.claims = g.oddClaims(d.claims)
		}
	}
	if g.one(6) {
		g.Shuffle(len(d.params), func(i, j int) { d.params[i], d.params[j] = d.params[j], d.params[i] })
	}
	g.Shuffle(len(d.claims), func(i, j int) { d.claims[i], d.claims[j] = d.claims[j], d.claims[i] })
	d.header, d.payload = object(d.params), object(d.claims)
	for range texts {
		if text := pick(g, []*string{&d.header, &d.payload}); true {
			*text = g.garble(*text)
		}
	}
	for i, text := range []string{d.header, d.payload} {
		d.segments[i] = base64.RawURLEncoding.EncodeToString([]byte(text))
		if spoiled[i] != nil {
			d.segments[i] = spoiled[i](d.segments[i])
		}
	}
	input := d.segments[0] + "." + d.segments[1]
	if key, ok := m.signer.(*rsa.PrivateKey); ok && strings.HasPrefix(alg, "PS") && g.one(8) {
		h := hashOf(alg).New()
		h.Write([]byte(input))
		salt := pick(g, []int{8, 20, hashOf(alg).Size() + 1, rsa.PSSSaltLengthAuto})
		d.signature, d.salted = pss(key, hashOf(alg), h.Sum(nil), salt), true
		g.mark("salted with %d octets", salt)
	} else {
		d.signature = m.sign(alg, input)
	}
	d.marks = g.marks
	return d
}

// Policies.

// ask asks mostly for what the token has.
func (g *maker) ask(d *draft) (p policy) {
	var has map[string]json.RawMessage
	json.Unmarshal([]byte(d.payload), &has)
	text := func(name, other string) string {
		var value string
		if json.Unmarshal(has[name], &value) == nil && value != "" && !g.one(12) {
			return value
		}
		return other
	}
	if _, ok := has["iss"]; ok && g.one(2) || g.one(50) {
		p.issuer = text("iss", "issuer")
	}
	if _, ok := has["sub"]; ok && g.one(3) || g.one(50) {
		p.subject = text("sub", "alice")
	}
	if _, ok := has["aud"]; ok && !g.one(6) || !ok && g.one(40) {
		switch g.few(60, 20, 6, 14) {
		case 0:
			p.audience = []string{"service"}
		case 1:
			p.audience = []string{"second", "service"}
		case 2:
			p.audience = []string{"second"}
		case 3:
			p.strictAudience = "service"
		}
	} else if ok && !g.one(3) {
		p.anyAudience = true
	}
	if g.one(3) {
		p.leeway = pick(g, []time.Duration{time.Millisecond, time.Second / 2, time.Second, 30 * time.Second, time.Minute, time.Hour, 200 * 365 * 24 * time.Hour})
	}
	if g.one(10) {
		p.required = append(p.required, pick(g, []string{"exp", "exp", "nbf", "iat", "jti", "sub", "name", "x"}))
	}
	if _, ok := has["iat"]; ok && g.one(8) || g.one(80) {
		p.maxAge = pick(g, []time.Duration{time.Second, 30 * time.Second, time.Minute, time.Hour, 2 * time.Hour, 24 * time.Hour})
	}
	if g.one(10) {
		p.typ = pick(g, []string{"JWT", "JWT", "at+jwt", "application/at+jwt", "jwt"})
	}
	p.padding = g.one(60)
	return p
}
