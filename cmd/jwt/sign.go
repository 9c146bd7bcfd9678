package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/token-jwt/jwt"
)

// signFlags are what a token is signed with, and what is added to its claims.
type signFlags struct {
	*flagSet
	key, secret, encoding        *string
	weak                         func() []jwt.KeyOption
	algorithm, keyID, typ        *string
	issuer, subject              *string
	audiences, claims, headers   *[]string
	lifetime                     *time.Duration
	noExpiry, noIssued, randomID *bool
}

func newSignFlags(sys *system) *signFlags {
	f := newFlags(sys, "jwt sign [flags] [CLAIMS | -]",
		"Signs claims, and prints the token. CLAIMS is a JSON object; flags add to it. \"iat\" is added\n"+
			"unless CLAIMS has it. A lifetime must be chosen: -expires-in, an \"exp\" in CLAIMS, or -no-expiry.",
		"jwt sign -key private.json -expires-in 15m -subject alice -audience orders \\\n"+
			"  -claim scope=orders:read -claim admin:=false")
	return &signFlags{
		flagSet:   f,
		key:       f.text("key", "the private key: a `KEY` in PEM or a JWK; a file, -, or env:NAME"),
		secret:    f.text("secret", "the shared secret: a `FILE`, or env:NAME"),
		encoding:  f.text("secret-encoding", "`FORM` of the secret: raw (the default), base64, base64url or hex"),
		weak:      f.weak(),
		algorithm: f.text("alg", "sign with the algorithm of this `NAME`, such as PS256; the default\nis that of the key"),
		keyID:     f.text("kid", "the `ID` of the key, for keys in PEM, which have none"),
		typ:       f.text("type", "the `TYPE` (typ), such as at+jwt; the default is JWT"),
		headers:   f.list("header", "a header parameter: `NAME=TEXT`, or NAME:=JSON; several may be given"),
		lifetime:  f.duration("expires-in", "add exp: the token expires after this `DURATION`, such as 15m"),
		noExpiry:  f.Bool("no-expiry", false, "the token never expires"),
		noIssued:  f.Bool("no-issued-at", false, "do not add iat"),
		issuer:    f.text("issuer", "add the `ISSUER` (iss)"),
		subject:   f.text("subject", "add the `SUBJECT` (sub)"),
		audiences: f.list("audience", "add an `AUDIENCE` (aud); several may be given"),
		randomID:  f.Bool("random-id", false, "add a random jti"),
		claims:    f.list("claim", "add a claim: `NAME=TEXT`, or NAME:=JSON; several may be given"),
	}
}

func sign(args []string, sys *system) error {
	f := newSignFlags(sys)
	argument, err := f.parseOne(args)
	if err != nil {
		return err
	}
	if argument == "-" && (*f.key == "-" || *f.secret == "-") {
		return usageError("the key and the claims cannot both come from standard input")
	}
	key, err := f.signingKey()
	if err != nil {
		return err
	}
	claims, has, err := sys.readClaims(argument, *f.claims)
	if err != nil {
		return err
	}
	if countTrue(*f.lifetime != 0, *f.noExpiry, has["exp"]) != 1 {
		return usageError("say one of -expires-in 15m, \"exp\" in the claims, or -no-expiry")
	}
	opts, err := f.options(has["iat"])
	if err != nil {
		return err
	}
	token, err := jwt.Encode(claims, key, opts...)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(sys.stdout, token)
	return err
}

func (f *signFlags) options(hasIssuedAt bool) ([]jwt.EncodeOption, error) {
	opts := []jwt.EncodeOption{jwt.WithClock(f.sys.now)}
	add := func(given bool, opt func() jwt.EncodeOption) {
		if given {
			opts = append(opts, opt())
		}
	}
	add(*f.lifetime != 0, func() jwt.EncodeOption { return jwt.WithExpiresIn(*f.lifetime) })
	add(!*f.noIssued && !hasIssuedAt, jwt.WithIssuedAt)
	add(*f.issuer != "", func() jwt.EncodeOption { return jwt.WithIssuer(*f.issuer) })
	add(*f.subject != "", func() jwt.EncodeOption { return jwt.WithSubject(*f.subject) })
	add(len(*f.audiences) > 0, func() jwt.EncodeOption { return jwt.WithAudience(*f.audiences...) })
	add(*f.randomID, jwt.WithRandomID)
	add(*f.typ != "", func() jwt.EncodeOption { return jwt.WithType(*f.typ) })
	add(*f.keyID != "", func() jwt.EncodeOption { return jwt.WithKeyID(*f.keyID) })
	given := map[string]bool{}
	for _, text := range *f.headers {
		name, value, err := assignment("-header", text)
		if err != nil {
			return nil, err
		}
		if given[name] {
			return nil, usageError("the header parameter %q is given twice", name)
		}
		given[name] = true
		opts = append(opts, jwt.WithHeader(name, value))
	}
	if *f.algorithm != "" {
		alg, err := jwt.ParseAlgorithm(*f.algorithm)
		if err != nil {
			return nil, err
		}
		opts = append(opts, jwt.WithAlgorithm(alg))
	}
	return opts, nil
}

func countTrue(all ...bool) (n int) {
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}

func (f *signFlags) signingKey() (*jwt.Key, error) {
	switch {
	case (*f.key == "") == (*f.secret == ""):
		return nil, usageError("which key? one of -key KEY and -secret FILE; see jwt sign -h")
	case *f.encoding != "" && *f.secret == "":
		return nil, usageError("-secret-encoding is for -secret, which is missing")
	case *f.secret != "":
		return f.sys.readSecret(*f.secret, *f.encoding, f.weak()...)
	}
	k, err := f.sys.readKeys(*f.key, f.weak()...)
	if err != nil {
		return nil, err
	}
	if k.one == nil {
		return nil, keyError("%s is a JWK Set, and one key is wanted to sign", k.name)
	}
	if !k.one.IsPrivate() {
		return nil, keyError("%s is a public key, and cannot sign; its private half is wanted", k.name)
	}
	return k.one, nil
}

// readClaims joins the claims of the argument and of -claim, in this order. The library refuses
// a claim that is there twice.
func (sys *system) readClaims(argument string, more []string) (object json.RawMessage, has map[string]bool, err error) {
	text := []byte(argument)
	if argument == "-" {
		if text, err = readLimited(sys.stdin, "standard input"); err != nil {
			return nil, nil, err
		}
	}
	if text = bytes.TrimSpace(text); len(text) == 0 {
		text = []byte("{}")
	}
	if text[0] != '{' || !json.Valid(text) {
		if looksLikeToken(string(text)) {
			return nil, nil, usageError("the claims look like a token; a JSON object is wanted, such as {\"sub\":\"alice\"}")
		}
		if fault := encodingFault(text); fault != "" {
			return nil, nil, usageError("the text of the claims %s", fault)
		}
		return nil, nil, usageError("the claims are no JSON object, such as {\"sub\":\"alice\"}")
	}
	// The text of the argument stays as it is, so that the library judges every byte of it.
	has = map[string]bool{}
	for _, m := range membersOf(text) {
		has[m.name] = true
	}
	object = bytes.TrimSpace(text[:len(text)-1])
	for _, one := range more {
		name, value, err := assignment("-claim", one)
		if err != nil {
			return nil, nil, err
		}
		if has[name] {
			return nil, nil, usageError("the claim %q is given twice", name)
		}
		quoted, err := marshal(name)
		if err != nil { // unreachable: any text marshals
			return nil, nil, err
		}
		if len(has) > 0 {
			object = append(object, ',')
		}
		has[name] = true
		object = append(append(append(object, quoted...), ':'), value...)
	}
	return append(object, '}'), has, nil
}

// assignment reads NAME=TEXT, or NAME:=JSON. Which of them is never guessed from the value:
// level=1 is a text.
func assignment(flag, text string) (name string, value json.RawMessage, err error) {
	if !utf8.ValidString(text) {
		return "", nil, usageError("%s is not UTF-8", flag)
	}
	name, rest, ok := strings.Cut(text, "=")
	if !ok || name == "" || name == ":" {
		return "", nil, usageError("%s wants NAME=TEXT, or NAME:=JSON", flag)
	}
	if name, isJSON := strings.CutSuffix(name, ":"); isJSON {
		if !json.Valid([]byte(rest)) {
			return "", nil, usageError("%s %s:= wants JSON behind it; for a text write %s=TEXT", flag, name, name)
		}
		return name, json.RawMessage(rest), nil
	}
	value, err = marshal(rest)
	return name, value, err
}
