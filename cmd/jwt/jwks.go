package main

import (
	"context"
	"fmt"

	"github.com/token-jwt/jwt"
)

func jwksBuild(args []string, sys *system) error {
	f := newFlags(sys, "jwt jwks build [flags] KEY...",
		"Writes a JWK Set with the public halves of keys and sets, to publish for those who verify.\n"+
			"Private members are left out, with a note; a secret is refused. A key without an ID (kid) gets\n"+
			"its thumbprint.",
		"jwt jwks build this-month.pem next-month.json -out jwks.json")
	out := f.text("out", "write to this `FILE`; the default is standard output")
	force := f.Bool("force", false, "overwrite the file")
	weak := f.weak()
	refs, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(refs) == 0 {
		return usageError("which keys? name their files; see %s -h", f.command())
	}
	var public []*jwt.Key
	for _, ref := range refs {
		k, err := sys.readKeys(ref, weak()...)
		if err != nil {
			return err
		}
		if k.set != nil && len(k.set.Skipped()) > 0 {
			return at(k.name+", of which nothing is taken", k.set.Skipped()[0])
		}
		for _, key := range k.list() {
			key, err := sys.published(key, k.name)
			if err != nil {
				return err
			}
			public = append(public, key)
		}
	}
	set, err := jwt.NewKeySet(public...)
	if err != nil {
		return err
	}
	text, err := set.MarshalJSON()
	if err != nil {
		return err
	}
	return sys.writeOut(*out, []byte(indented(text)+"\n"), publicMode, *force)
}

// published is what a JWK Set for others has of a key.
func (sys *system) published(key *jwt.Key, name string) (*jwt.Key, error) {
	public := key.Public()
	if public == nil {
		return nil, keyError("%s has a secret, which must not be published: who verifies with it can sign too", name)
	}
	if key.IsPrivate() {
		sys.note("%s has a private key; the set has its public half alone", name)
	}
	if public.ID() != "" {
		return public, nil
	}
	sys.note("%s has a key without an ID; its kid in the set is its thumbprint, so sign with -kid %s", name, public.Thumbprint())
	return jwt.NewKey(public, jwt.WithKeyID(public.Thumbprint()), jwt.AllowWeakKey()) // its size was checked before
}

// A checked is what jwks check says of one member.
type checked struct {
	KeyID      string `json:"kid,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Algorithms string `json:"algorithms,omitempty"`
	Thumbprint string `json:"thumbprint,omitempty"`
	Problem    string `json:"problem,omitempty"`
}

func jwksCheck(args []string, sys *system) error {
	f := newFlags(sys, "jwt jwks check [flags] [KEY]",
		"Says which members of a JWK Set can be used, and for each other one why not. KEY is a file, -,\n"+
			"env:NAME or the https URL of a set. Private keys and secrets are problems, too: such a set\n"+
			"must not be published.",
		"jwt jwks check https://login.example/.well-known/jwks.json\n"+
			"jwt jwks check -issuer https://login.example")
	var (
		issuer    = f.text("issuer", "check the set that this `ISSUER` publishes (OpenID Connect Discovery 1.0)")
		private   = f.Bool("private", false, "the set is not for publishing, and may hold private keys and secrets")
		allowHTTP = f.Bool("allow-http", false, "fetch by http from other machines too")
		weak      = f.weak()
		asJSON    = f.Bool("json", false, "print one JSON object")
	)
	ref, err := f.parseOne(args)
	if err != nil {
		return err
	}
	set, name, err := sys.setToCheck(ref, *issuer, *allowHTTP, weak())
	if err != nil {
		return err
	}
	var usable, unusable []checked
	for key := range set.All() {
		one := check(key, *private)
		if one.Problem == "" {
			usable = append(usable, one)
		} else {
			unusable = append(unusable, one)
		}
	}
	for _, reason := range set.Skipped() {
		unusable = append(unusable, checked{Problem: inFlags(trimmed{reason}.Error())})
	}
	if *asJSON {
		err = printJSON(sys, struct {
			Usable   []checked `json:"usable"`
			Problems []checked `json:"problems"`
		}{append([]checked{}, usable...), append([]checked{}, unusable...)})
	} else {
		err = showChecked(sys, usable, unusable)
	}
	switch {
	case err != nil:
		return err
	case len(unusable) > 0:
		return keyError("%s has problems: %d", name, len(unusable))
	case len(usable) == 0:
		return keyError("%s is empty: no token is good with it", name)
	}
	return nil
}

func (sys *system) setToCheck(ref, issuer string, allowHTTP bool, weak []jwt.KeyOption) (set *jwt.KeySet, name string, err error) {
	if (ref == "") == (issuer == "") {
		return nil, "", usageError("which set? either KEY or -issuer; see jwt jwks check -h")
	}
	if issuer == "" && !isURL(ref) {
		k, err := sys.readKeys(ref, weak...)
		switch {
		case err != nil:
			return nil, "", err
		case k.set == nil:
			return nil, "", keyError("%s is one key, and no JWK Set; jwt jwks build makes a set of it", k.name)
		}
		return k.set, k.name, nil
	}
	k, err := remoteKeys(ref, issuer, allowHTTP)
	if err != nil {
		return nil, "", err
	}
	set, err = k.set.Current(context.Background())
	return set, "the set", err
}

// check looks at a member that was read.
func check(key *jwt.Key, privateAllowed bool) checked {
	kind, fits := describe(key)
	one := checked{KeyID: key.ID(), Kind: kind, Algorithms: fits.String(), Thumbprint: key.Thumbprint()}
	_, err := jwt.NewDecoder(key, fits)
	switch {
	case err != nil: // its "use" or "key_ops", for instance
		one.Problem = inFlags(trimmed{err}.Error())
	case !privateAllowed && key.Public() == nil:
		one.Problem = "a secret: who reads the set can sign; -private if it is not for publishing"
	case !privateAllowed && key.IsPrivate():
		one.Problem = "a private key: who reads the set can sign; jwt jwks build writes the public half, -private if it is not for publishing"
	}
	return one
}

func showChecked(sys *system, usable, unusable []checked) error {
	p := newPage(sys)
	p.line(p.paint(bold, fmt.Sprintf("Members that can be used: %d", len(usable))))
	for _, one := range usable {
		name := "no kid"
		if one.KeyID != "" {
			name = fmt.Sprintf("kid %q", one.KeyID)
		}
		p.line("  ", p.paint(green, "ok"), "  ", visible(fmt.Sprintf("%s, %s, %s", name, one.Kind, one.Algorithms)))
		if one.Thumbprint != "" {
			p.line("      thumbprint ", one.Thumbprint)
		}
	}
	if len(unusable) > 0 {
		p.line()
		p.line(p.paint(bold, fmt.Sprintf("Problems: %d", len(unusable))))
	}
	for _, one := range unusable {
		text := one.Problem
		if one.Kind != "" {
			text = fmt.Sprintf("kid %q, %s: %s", one.KeyID, one.Kind, one.Problem)
		}
		p.line("  ", p.paint(red, "--"), "  ", visible(text))
	}
	return p.print(sys)
}
