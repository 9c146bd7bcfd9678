package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

func inspect(args []string, sys *system) error {
	flags := newFlags(sys, "jwt inspect [flags] [TOKEN | -]",
		"Shows what a token says, and which key would be needed to verify it.\n"+
			"Nothing is verified: anybody may have written it. \"jwt verify\" verifies.",
		"pbpaste | jwt inspect")
	asJSON := flags.Bool("json", false, "print one JSON object")
	argument, err := flags.parseOne(args)
	if err != nil {
		return err
	}
	text, err := sys.readToken(argument)
	if err != nil {
		return err
	}
	token, err := jwt.DecodeUnverified(text)
	if err != nil {
		return err
	}
	header, err := token.Header.MarshalJSON()
	if err != nil { // unreachable: the header was decoded
		return err
	}
	v := view{header: header, claims: token.Payload, moments: momentsOf(token.Claims, sys.now())}
	need := neededKey(token.Header)
	if *asJSON {
		return printJSON(sys, struct {
			Verified bool            `json:"verified"`
			Header   json.RawMessage `json:"header"`
			Claims   json.RawMessage `json:"claims"`
			Dates    []moment        `json:"dates"`
			Key      needed          `json:"key"`
		}{false, v.header, v.claims, v.moments, need})
	}
	p := newPage(sys)
	p.line(p.paint(loud, "NOT VERIFIED: anybody may have written this, and the signature was not checked."))
	v.show(p)
	p.heading("Key needed")
	p.line("  ", visible(need.Words))
	for _, warning := range need.Warnings {
		p.line("  ", p.paint(yellow, visible(warning)))
	}
	if need.Kind != "none" {
		p.line("  To verify: jwt verify -h. Take the issuer and the keys from your own configuration,")
		p.line("  and not from this token.")
	}
	return p.print(sys)
}

// A view is what a token says, verified or not.
type view struct {
	header, claims json.RawMessage
	moments        []moment
}

func momentsOf(claims jwt.Claims, now time.Time) []moment {
	list := []moment{}
	for _, name := range dateClaims {
		if _, there := claims[name]; !there {
			continue
		}
		if m, ok := momentOf(claims, name, now); ok {
			list = append(list, m)
		}
	}
	return list
}

func (v *view) show(p *page) {
	p.heading("Header")
	p.table(v.rows(v.header, false))
	p.heading("Claims")
	p.table(v.rows(v.claims, true))
}

// rows are the members of an object, dates with their meaning.
func (v *view) rows(object []byte, areClaims bool) (rows []row) {
	hasExpiry := false
	for _, m := range membersOf(object) {
		r := row{name: m.name, value: onScreen(m.value)}
		for _, date := range v.moments {
			if areClaims && date.Claim == m.name {
				r.remark, r.colour = date.onScreen(), date.colour
			}
		}
		hasExpiry = hasExpiry || m.name == "exp"
		rows = append(rows, r)
	}
	if areClaims && !hasExpiry {
		rows = append(rows, row{name: "exp", value: "absent", remark: "it never expires", colour: yellow})
	}
	return rows
}

// needed is the key that would verify a token.
type needed struct {
	Kind      string   `json:"kind"` // "RSA", "EC P-256", "Ed25519", "ML-DSA-44", "secret", "none", "unknown"
	Algorithm string   `json:"algorithm"`
	KeyID     string   `json:"kid,omitempty"`
	Words     string   `json:"words"`
	Warnings  []string `json:"warnings,omitempty"`
}

func neededKey(header jwt.Header) needed {
	name, _ := header.Param("alg")
	n := needed{KeyID: header.KeyID, Algorithm: fmt.Sprint(name)}
	switch header.Algorithm {
	case jwt.HS256, jwt.HS384, jwt.HS512:
		n.Kind = "secret"
		n.Words = fmt.Sprintf("the secret that the issuer shares, of at least %d bytes (%s)", header.Algorithm.Hash().Size(), n.Algorithm)
	case jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512:
		n.Kind = "RSA"
	case jwt.ES256:
		n.Kind = "EC P-256"
	case jwt.ES384:
		n.Kind = "EC P-384"
	case jwt.ES512:
		n.Kind = "EC P-521"
	case jwt.EdDSA, jwt.Ed25519:
		n.Kind = "Ed25519"
	case jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87:
		n.Kind = n.Algorithm
	default:
		n.Kind, n.Words = "unknown", fmt.Sprintf("unknown: the algorithm %q is none that this tool knows", n.Algorithm)
		if strings.EqualFold(n.Algorithm, "none") {
			n.Kind, n.Words = "none", "none: the token is not signed, and no verifier should accept it"
		}
	}
	if n.Words == "" {
		n.Words = fmt.Sprintf("the public %s key of the issuer (%s)", n.Kind, n.Algorithm)
	}
	if n.KeyID != "" && n.Kind != "none" {
		n.Words += fmt.Sprintf(", which has the ID (kid) %q", n.KeyID)
	}
	n.Warnings = warningsOf(header)
	return n
}

// warningsOf names header parameters that try to choose the key, or that change what the
// token means.
func warningsOf(header jwt.Header) (list []string) {
	for _, name := range []string{"jku", "x5u", "jwk", "x5c"} {
		if _, there := header.Param(name); there {
			list = append(list, fmt.Sprintf("The token brings a key or its address (%s). A forger can do that too, so it is not used.", name))
		}
	}
	if _, there := header.Param("crit"); there {
		list = append(list, "The token needs extensions (crit), and is refused by verifiers that do not know them.")
	}
	if strings.EqualFold(header.ContentType, "JWT") {
		list = append(list, "The token contains another token (cty), and is refused by jwt verify.")
	}
	return list
}
