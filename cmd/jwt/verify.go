package main

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

// verifyFlags are the policy that a token is held against, and where its keys are.
type verifyFlags struct {
	*flagSet
	key, secret, encoding   *string
	weak                    func() []jwt.KeyOption
	allowHTTP               *bool
	algorithms              *[]string
	issuers, audiences      *[]string
	strictAudience, subject *string
	typ, now                *string
	required, without       *[]string
	leeway, maxAge          *time.Duration
	padding, asJSON         *bool
}

func newVerifyFlags(sys *system) *verifyFlags {
	f := newFlags(sys, "jwt verify [flags] [TOKEN | -]",
		"Verifies the signature of a token, and its claims against a policy. \"exp\", \"nbf\" and\n"+
			"\"iat\" are checked where the token has them; other claims where flags ask for them. A token\n"+
			"with an audience is refused unless -audience names it.\n\n"+
			"The keys are those of -key or -secret; without both, those that the issuer of -issuer\n"+
			"publishes (OpenID Connect Discovery 1.0). Nothing is taken from the token.",
		"jwt verify -issuer https://login.example -audience orders -require sub,exp < token.txt\n"+
			"jwt verify -key public.pem -alg RS256 -audience orders < token.txt")
	return &verifyFlags{
		flagSet:        f,
		key:            f.text("key", "the public key, or the set: a `KEY` in PEM, a JWK or a JWK Set;\na file, -, env:NAME or the https URL of a JWK Set"),
		secret:         f.text("secret", "the shared secret: a `FILE`, or env:NAME"),
		encoding:       f.text("secret-encoding", "`FORM` of the secret: raw (the default), base64, base64url or hex"),
		weak:           f.weak(),
		allowHTTP:      f.Bool("allow-http", false, "fetch keys by http from other machines too: who can change\nthem on the way can sign tokens"),
		algorithms:     f.names("alg", "allow these algorithms alone: `NAMES` such as RS256,ES256;\nthe default is all that the key serves"),
		issuers:        f.list("issuer", "the `ISSUER` (iss) must be this one; several may be given"),
		audiences:      f.list("audience", "the `AUDIENCE` (aud) must name this one; several may be given"),
		strictAudience: f.text("strict-audience", "the `AUDIENCE` must be exactly this one"),
		subject:        f.text("subject", "the `SUBJECT` (sub) must be this one"),
		typ:            f.text("type", "the `TYPE` (typ) must be this one, such as at+jwt"),
		required:       f.names("require", "these `CLAIMS` must be there, such as sub,exp"),
		without:        f.names("without-check", "do not check these `CLAIMS`, such as aud"),
		leeway:         f.duration("leeway", "allow for clocks that differ by this `DURATION`, such as 30s"),
		maxAge:         f.duration("max-age", "refuse tokens made longer ago (iat) than this `DURATION`"),
		now:            f.text("now", "check dates as of this `TIME`, such as 2026-11-27T17:00:00Z"),
		padding:        f.Bool("padding", false, "the token has = padding, as those of AWS load balancers"),
		asJSON:         f.Bool("json", false, "print one JSON object, of refused tokens too"),
	}
}

func verify(args []string, sys *system) error {
	flags := newVerifyFlags(sys)
	argument, err := flags.parseOne(args)
	if err != nil {
		return err
	}
	clock := sys.now
	if *flags.now != "" {
		at, err := time.Parse(time.RFC3339, *flags.now)
		if err != nil {
			return usageError("-now wants a time such as 2026-11-27T17:00:00Z")
		}
		clock = func() time.Time { return at }
	}
	keys, err := flags.keys(argument)
	if err != nil {
		return err
	}
	decoder, err := flags.decoder(keys, clock)
	if err != nil {
		return err
	}
	text, err := sys.readToken(argument)
	if err != nil {
		return err
	}
	token, err := decoder.DecodeComplete(text)
	if err != nil {
		return flags.refuse(err)
	}
	return flags.accept(token, clock())
}

// keys are where the flags say.
func (f *verifyFlags) keys(argument string) (*keys, error) {
	switch {
	case *f.key != "" && *f.secret != "":
		return nil, usageError("-key and -secret were given, and one is wanted")
	case *f.encoding != "" && *f.secret == "":
		return nil, usageError("-secret-encoding is for -secret, which is missing")
	case (*f.key == "-" || *f.secret == "-") && (argument == "" || argument == "-"):
		return nil, usageError("the key and the token cannot both come from standard input")
	case *f.secret != "":
		secret, err := f.sys.readSecret(*f.secret, *f.encoding, f.weak()...)
		return &keys{one: secret, name: "the secret"}, err
	case isURL(*f.key):
		return remoteKeys(*f.key, "", *f.allowHTTP)
	case *f.key != "":
		k, err := f.sys.readKeys(*f.key, f.weak()...)
		if err == nil && k.one != nil && k.one.IsPrivate() && k.one.Public() != nil {
			f.sys.note("%s is a private key; its public half verifies, and suffices here: see jwt key public -h", k.name)
		}
		return k, err
	case len(*f.issuers) == 1:
		return remoteKeys("", (*f.issuers)[0], *f.allowHTTP)
	}
	return nil, usageError("which key? -key KEY, -secret FILE, or one -issuer URL that publishes its keys; see jwt verify -h")
}

func (f *verifyFlags) decoder(k *keys, clock func() time.Time) (*jwt.Decoder, error) {
	allowed, err := f.allowed(k)
	if err != nil {
		return nil, err
	}
	opts := []jwt.DecodeOption{jwt.WithClock(clock)}
	add := func(given bool, opt func() jwt.DecodeOption) {
		if given {
			opts = append(opts, opt())
		}
	}
	add(len(*f.issuers) > 0, func() jwt.DecodeOption { return jwt.WithIssuer(*f.issuers...) })
	add(len(*f.audiences) > 0, func() jwt.DecodeOption { return jwt.WithAudience(*f.audiences...) })
	add(*f.strictAudience != "", func() jwt.DecodeOption { return jwt.WithStrictAudience(*f.strictAudience) })
	add(*f.subject != "", func() jwt.DecodeOption { return jwt.WithSubject(*f.subject) })
	add(*f.typ != "", func() jwt.DecodeOption { return jwt.WithType(*f.typ) })
	add(len(*f.required) > 0, func() jwt.DecodeOption { return jwt.WithRequired(*f.required...) })
	add(len(*f.without) > 0, func() jwt.DecodeOption { return jwt.WithoutCheck(*f.without...) })
	add(*f.leeway != 0, func() jwt.DecodeOption { return jwt.WithLeeway(*f.leeway) })
	add(*f.maxAge != 0, func() jwt.DecodeOption { return jwt.WithMaxTokenAge(*f.maxAge) })
	add(*f.padding, jwt.WithPadding)
	if k.one != nil {
		return jwt.NewDecoder(k.one, allowed, opts...)
	}
	return jwt.NewDecoder(k.set, allowed, opts...)
}

// allowed are the algorithms of -alg, or all that the keys serve. A key serves the algorithms
// of its kind alone, so that none of these lists lets a public key pass for a secret.
func (f *verifyFlags) allowed(k *keys) (jwt.Algorithm, error) {
	if len(*f.algorithms) > 0 {
		allowed, err := jwt.ParseAlgorithms(*f.algorithms...)
		if k.isRemote && allowed&hmacs != 0 {
			return 0, usageError("-alg has %s, whose key is a secret, and keys that are published are none; give it by -secret", allowed&hmacs)
		}
		return allowed, err
	}
	if k.isRemote {
		return publicKeyAlgorithms, nil
	}
	var all jwt.Algorithm
	for _, key := range k.list() {
		_, fits := describe(key)
		all |= fits
	}
	if all == 0 {
		return 0, keyError("%s has no key that can be used; jwt jwks check says why", k.name)
	}
	return all, nil
}

// refuse reports a token that is not good.
func (f *verifyFlags) refuse(err error) error {
	if expired, ok := errors.AsType[*jwt.ExpiredError](err); ok && expired.Token != nil {
		f.sys.note("the token is good but for its age")
	}
	if !*f.asJSON {
		return err
	}
	return errors.Join(err, printJSON(f.sys, struct {
		Verified bool   `json:"verified"`
		Class    string `json:"class"`
		Error    string `json:"error"`
		ExitCode int    `json:"exitCode"`
	}{false, className(err), strings.TrimPrefix(errorLine(err), "jwt: "), exitCode(err)}))
}

// accept shows a token that is good.
func (f *verifyFlags) accept(token *jwt.Token, now time.Time) error {
	header, err := token.Header.MarshalJSON()
	if err != nil { // unreachable: the header was decoded
		return err
	}
	v := view{header: header, claims: token.Payload, moments: momentsOf(token.Claims, now)}
	unchecked := f.unchecked(token)
	if *f.asJSON {
		return printJSON(f.sys, struct {
			Verified  bool            `json:"verified"`
			Header    json.RawMessage `json:"header"`
			Claims    json.RawMessage `json:"claims"`
			Dates     []moment        `json:"dates"`
			Unchecked []string        `json:"unchecked"`
		}{true, v.header, v.claims, v.moments, unchecked})
	}
	p := newPage(f.sys)
	p.line(p.paint(green, "VERIFIED: the signature holds, and the claims are as wanted."))
	v.show(p)
	if len(unchecked) > 0 {
		p.heading("Not checked")
		for _, line := range unchecked {
			p.line("  ", p.paint(yellow, visible(line)))
		}
	}
	return p.print(f.sys)
}

// unchecked is what a service would usually ask for, and this policy did not.
func (f *verifyFlags) unchecked(token *jwt.Token) []string {
	list := []string{}
	if len(*f.issuers) == 0 {
		list = append(list, "the issuer: -issuer asks for one")
	}
	if len(*f.audiences) == 0 && *f.strictAudience == "" {
		list = append(list, "the audience: -audience asks for one")
	}
	if _, there := token.Claims["exp"]; !there {
		list = append(list, "the expiry, which the token lacks: -require exp refuses such tokens")
	}
	if len(*f.without) > 0 {
		list = append(list, "by -without-check: "+strings.Join(*f.without, ", "))
	}
	return list
}
