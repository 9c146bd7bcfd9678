package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha512" // HS384, in a token that must be refused
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// What every library gets: the same keys, claims and tokens. The tokens are made
// here, with the standard library alone.

const (
	issuer   = "https://auth.example"
	audience = "https://api.example"
	subject  = "248289761001"
	tokenID  = "f4Q1vX3kqZbT7mLw"
)

// Profile is what the claims hold beside the registered ones.
type Profile struct {
	Scope  string   `json:"scope"`
	Roles  []string `json:"roles,omitempty"`
	Grants []Grant  `json:"grants,omitempty"`
}

// A Grant is a nested object, of which great claims sets have many.
type Grant struct {
	Resource string `json:"resource"`
	Level    int    `json:"level"`
	Write    bool   `json:"write"`
}

// flatClaims is a claims set in the simplest types that hold it: what a program
// that wants to be fast declares.
type flatClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	ExpiresAt int64  `json:"exp"`
	IssuedAt  int64  `json:"iat"`
	ID        string `json:"jti"`
	Profile
}

// accept is what a program must check by itself after a library that only
// verifies signatures.
func (c *flatClaims) accept() error { return accept(c.ExpiresAt, c.Issuer, c.Audience) }

func acceptMap(m map[string]any) error {
	exp, _ := m["exp"].(float64)
	iss, _ := m["iss"].(string)
	aud, _ := m["aud"].(string)
	return accept(int64(exp), iss, aud)
}

func accept(exp int64, iss, aud string) error {
	switch {
	case time.Now().Unix() >= exp:
		return errExpired
	case iss != issuer:
		return errIssuer
	case aud != audience:
		return errAudience
	}
	return nil
}

var (
	errExpired  = errors.New("the token has expired")
	errIssuer   = errors.New("another issuer")
	errAudience = errors.New("another audience")
)

// A size is a claims set of so many bytes of JSON.
type size struct {
	name   string
	length int
}

var sizes = []size{{"195B", 195}, {"4KB", 4 << 10}, {"32KB", 32 << 10}}

// claimsOf fills a claims set up to a size: half of it roles, half of it grants.
func claimsOf(length int, lifetime time.Duration) flatClaims {
	now := time.Now()
	c := flatClaims{
		Issuer: issuer, Subject: subject, Audience: audience, ID: tokenID,
		ExpiresAt: now.Add(lifetime).Unix(), IssuedAt: now.Add(-48 * time.Hour).Unix(),
		Profile: Profile{Scope: "read"},
	}
	used := func() int { return len(must(json.Marshal(c))) }
	for i := 0; used() < length/2-40; i++ {
		role := fmt.Sprintf("team-%04d:reader", i)
		if i%16 == 15 {
			role = fmt.Sprintf("team-%04d:prüfer", i)
		}
		c.Roles = append(c.Roles, role)
	}
	for i := 0; length > 1000 && used() < length-120; i++ {
		c.Grants = append(c.Grants, Grant{Resource: fmt.Sprintf("https://api.example/projects/%05d", i), Level: i % 5, Write: i%2 == 0})
	}
	for filler := " write profile email address phone"; used() < length; filler = filler[1:] + filler[:1] {
		c.Scope += filler[:1]
	}
	if used() != length {
		panic(fmt.Sprintf("claims of %d bytes where %d are wanted", used(), length))
	}
	return c
}

// material is the keys, and the tokens made with them.
type material struct {
	secret  []byte
	ec      *ecdsa.PrivateKey
	rsa     *rsa.PrivateKey
	ed      ed25519.PrivateKey
	claims  map[string]flatClaims // by size
	tokens  map[string]string     // by algorithm and size: "HS256/195B"
	more    map[string][]string   // of 195 bytes, with other IDs, by algorithm
	expired string
	badSig  string
	garbage string
	dots    string
	others  map[string]string // tokens that every way must refuse, by what is wrong with them
}

// The algorithms, each with the tag of the key that it takes.
const (
	hs256 = "HS256"
	es256 = "ES256"
	rs256 = "RS256"
	eddsa = "EdDSA"
)

var algorithms = []string{hs256, es256, rs256, eddsa}

func newMaterial() *material {
	m := &material{
		secret: make([]byte, 64),
		ec:     must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		rsa:    must(rsa.GenerateKey(rand.Reader, 2048)),
		claims: map[string]flatClaims{},
		tokens: map[string]string{},
		others: map[string]string{},
		more:   map[string][]string{},
	}
	rand.Read(m.secret)
	_, m.ed = must2(ed25519.GenerateKey(rand.Reader))
	for _, s := range sizes {
		m.claims[s.name] = claimsOf(s.length, 24*time.Hour)
		for _, alg := range algorithms {
			m.tokens[alg+"/"+s.name] = m.sign(alg, alg, m.claims[s.name])
		}
	}

	small := m.claims["195B"]
	for _, alg := range algorithms[1:] {
		for i := range 32 {
			c := small
			c.ID = fmt.Sprintf("%0*d", len(c.ID), i)
			m.more[alg] = append(m.more[alg], m.sign(alg, alg, c))
		}
	}
	m.badSig = withBadSignature(m.tokens["HS256/195B"])
	m.expired = m.sign(hs256, hs256, claimsOf(195, -time.Hour))
	m.dots = string(repeated('.', 1<<20))
	garbage := repeated('A', len(m.badSig))
	rand.Read(garbage)
	for i := range garbage {
		garbage[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[garbage[i]%64]
	}
	garbage[36], garbage[len(garbage)-44] = '.', '.'
	m.garbage = string(garbage)

	wrong := func(change func(*flatClaims)) string {
		c := small
		change(&c)
		return m.sign(hs256, hs256, c)
	}
	m.others["issuer"] = wrong(func(c *flatClaims) { c.Issuer = "https://evil.example" })
	m.others["audience"] = wrong(func(c *flatClaims) { c.Audience = "https://other.example" })
	m.others["algorithm"] = m.sign("HS384", "HS384", small)
	m.others["signature"] = m.badSig
	m.others["expiry"] = m.expired
	m.others["garbage"] = m.garbage
	m.others["dots"] = m.dots
	return m
}

func (m *material) edPublic() ed25519.PublicKey { return m.ed.Public().(ed25519.PublicKey) }

func withBadSignature(token string) string {
	text := []byte(token)
	at := len(text) - 20
	text[at] ^= 'A' ^ 'B' // stays in the alphabet where it is a letter
	for !(text[at] >= 'A' && text[at] <= 'Z' || text[at] >= 'a' && text[at] <= 'z') {
		text[at] = 'A'
	}
	return string(text)
}

// sign makes a token: alg for the header, with for the signature.
func (m *material) sign(alg, with string, claims any) string {
	input := encode([]byte(`{"alg":"`+alg+`","typ":"JWT"}`)) + "." + encode(must(json.Marshal(claims)))
	return input + "." + encode(m.signature(with, []byte(input)))
}

func (m *material) signature(alg string, input []byte) []byte {
	switch alg {
	case hs256, "HS384":
		h := hmac.New(map[string]crypto.Hash{hs256: crypto.SHA256, "HS384": crypto.SHA384}[alg].New, m.secret)
		h.Write(input)
		return h.Sum(nil)
	case es256:
		r, s := must2(ecdsa.Sign(rand.Reader, m.ec, sha256Of(input)))
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case rs256:
		return must(rsa.SignPKCS1v15(nil, m.rsa, crypto.SHA256, sha256Of(input)))
	case eddsa:
		return ed25519.Sign(m.ed, input)
	}
	panic("no such algorithm: " + alg)
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func repeated(c byte, n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = c
	}
	return text
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func must2[T, U any](v T, w U, err error) (T, U) {
	if err != nil {
		panic(err)
	}
	return v, w
}
