package main

import (
	"fmt"
	"io/fs"

	"github.com/token-jwt/jwt"
)

func keyNew(args []string, sys *system) error {
	f := newFlags(sys, "jwt key new [flags] ALGORITHM",
		"Makes a key for an algorithm: ES256, EdDSA, RS256, HS256 and so on, as RFC 7518, RFC 8037,\n"+
			"RFC 9864 and RFC 9964 name them. A public-key pair has its thumbprint as ID (kid), unless\n"+
			"flags say otherwise. Files are written for their owner alone.",
		"jwt key new ES256 -out private.json -public-out public.json\n"+
			"jwt key new HS256 -form base64 -out secret.txt")
	var (
		out       = f.text("out", "write the private key to this `FILE`; - is standard output")
		publicOut = f.text("public-out", "write the public key to this `FILE` too")
		form      = f.text("form", "`FORM` of the key: jwk (the default) or pem; for a secret also raw,\nbase64, base64url or hex")
		keyID     = f.text("kid", "the `ID` of the key (kid)")
		noID      = f.Bool("no-kid", false, "the key has no ID")
		force     = f.Bool("force", false, "overwrite files")
	)
	name, err := f.parseOne(args)
	if err != nil {
		return err
	}
	if name == "" {
		return usageError("for which algorithm? such as ES256; see jwt key new -h")
	}
	if *noID && *keyID != "" {
		return usageError("-kid and -no-kid were given, and one is wanted")
	}
	alg, err := jwt.ParseAlgorithm(name)
	if err != nil {
		return err
	}
	key, err := jwt.GenerateKey(alg, jwt.WithKeyID(*keyID))
	if err != nil {
		return err
	}
	if key.ID() == "" && !*noID && key.Public() != nil {
		if key, err = jwt.NewKey(key, jwt.WithKeyID(key.Thumbprint())); err != nil {
			return err
		}
	}
	return sys.writePair(key, or(*form, formJWK), *out, *publicOut, *force)
}

// writePair writes a new key to out, and its public half to publicOut unless that is "". It
// writes both or neither.
func (sys *system) writePair(key *jwt.Key, form, out, publicOut string, force bool) (err error) {
	if publicOut == "-" && (out == "" || out == "-") || publicOut != "" && isSamePath(publicOut, out) {
		return usageError("-out and -public-out are the same")
	}
	if publicOut != "" && key.Public() == nil {
		return keyError("a secret has no public half: -public-out is for the other algorithms")
	}
	var publicFile *output // made first, so that no private key is written without its public one
	if publicOut != "" && publicOut != "-" {
		if publicFile, err = newOutput(publicOut, publicMode, force); err != nil {
			return err
		}
		defer publicFile.discard()
	}
	made := &keys{one: key, name: "the new key"}
	if err := sys.convert(key, made, form, out, privateMode, force); err != nil || publicOut == "" {
		return err
	}
	text, err := write(key.Public(), form)
	switch {
	case err != nil:
		return err
	case publicFile == nil:
		return sys.writeOut(publicOut, text, publicMode, force)
	}
	return publicFile.finish(text)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// readOne reads the one key that a command is about. A secret that is no JWK is for -secret,
// which these commands do not have.
func (sys *system) readOne(f *flagSet, args []string) (*keys, error) {
	weak := f.weak()
	ref, err := f.parseOne(args)
	if err != nil {
		return nil, err
	}
	if ref == "" {
		return nil, usageError("which key? name its file, - or env:NAME; see %s -h", f.command())
	}
	return sys.readKeys(ref, weak()...)
}

func keyPublic(args []string, sys *system) error {
	f := newFlags(sys, "jwt key public [flags] KEY",
		"Writes the public half of a key, which is for those who verify. Of a certificate it is the\n"+
			"key. A secret has no public half.",
		"jwt key public private.pem -form jwk -out public.json")
	var (
		out   = f.text("out", "write to this `FILE`; the default is standard output")
		form  = f.text("form", "`FORM` of the key: jwk or pem; the default is that of KEY")
		force = f.Bool("force", false, "overwrite the file")
	)
	k, err := sys.readOne(f, args)
	if err != nil {
		return err
	}
	if k.one == nil {
		return keyError("%s is a JWK Set, and one key is wanted; jwt jwks build writes the public half of a set", k.name)
	}
	public := k.one.Public()
	if public == nil {
		return keyError("%s is a secret, which has no public half: who verifies with it can sign too", k.name)
	}
	return sys.convert(public, k, or(*form, k.form), *out, publicMode, *force)
}

func keyConvert(args []string, sys *system) error {
	f := newFlags(sys, "jwt key convert [flags] KEY",
		"Writes a key in another form, private members included: a JWK as PEM, anything else as a JWK.\n"+
			"Private keys become PKCS #8 in PEM, public ones PKIX.",
		"jwt key convert private.pem -kid 2026-11 -out private.json")
	var (
		out       = f.text("out", "write to this `FILE`; the default is standard output")
		form      = f.text("form", "`FORM` of the key: jwk or pem; for a secret also raw, base64,\nbase64url or hex")
		keyID     = f.text("kid", "give the key this `ID` (kid)")
		algorithm = f.text("alg", "bind the key to the algorithm of this `NAME`")
		force     = f.Bool("force", false, "overwrite the file")
	)
	k, err := sys.readOne(f, args)
	if err != nil {
		return err
	}
	if k.one == nil {
		return keyError("%s is a JWK Set, and one key is wanted", k.name)
	}
	var opts []jwt.KeyOption
	if *keyID != "" {
		opts = append(opts, jwt.WithKeyID(*keyID))
	}
	if *algorithm != "" {
		alg, err := jwt.ParseAlgorithm(*algorithm)
		if err != nil {
			return err
		}
		opts = append(opts, jwt.WithKeyAlgorithm(alg))
	}
	key, err := jwt.NewKey(k.one, append(opts, jwt.AllowWeakKey())...) // its size was checked before
	if err != nil {
		return at(k.name, err)
	}
	other := formJWK
	if k.form == formJWK {
		other = formPEM
	}
	var mode fs.FileMode = privateMode
	if !isSecretOrPrivate(key) {
		mode = publicMode
	}
	return sys.convert(key, k, or(*form, other), *out, mode, *force)
}

// isSecretOrPrivate reports whether who reads the key can sign.
func isSecretOrPrivate(key *jwt.Key) bool { return key.Public() == nil || key.IsPrivate() }

func keyThumbprint(args []string, sys *system) error {
	f := newFlags(sys, "jwt key thumbprint [flags] KEY",
		"Prints the thumbprint of a key by SHA-256 (RFC 7638), the same for both of its halves;\n"+
			"of a set one for each key, with its ID. A secret has none, since it would help to guess it.",
		"jwt key thumbprint public.pem")
	k, err := sys.readOne(f, args)
	if err != nil {
		return err
	}
	if k.one != nil {
		if k.one.Thumbprint() == "" {
			return keyError("%s is a secret, which has no thumbprint: it would help to guess the secret", k.name)
		}
		_, err = fmt.Fprintln(sys.stdout, k.one.Thumbprint())
		return err
	}
	p := newPage(sys)
	for _, key := range k.list() {
		p.line(visible(or(key.Thumbprint(), "(a secret has none)") + "  " + fmt.Sprintf("%q", key.ID())))
	}
	return p.print(sys)
}
