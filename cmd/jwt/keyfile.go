package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// The forms in which keys come and go.
const (
	formPEM = "pem"
	formJWK = "jwk"
	formSet = "jwks"
)

// keys are what a KEY argument names: one key or a set.
type keys struct {
	one  *jwt.Key
	set  *jwt.KeySet
	form string
	name string // how errors and notes call it

	isRemote bool // they are fetched when a token needs them
}

// list is every key.
func (k *keys) list() (all []*jwt.Key) {
	if k.one != nil {
		return []*jwt.Key{k.one}
	}
	for key := range k.set.All() {
		all = append(all, key)
	}
	return all
}

var isVariable = regexp.MustCompile(`^env:[A-Z][A-Z0-9_]{0,60}$`)

// nameOf is how errors and notes call a KEY argument: by its name if it is known to be that of a file,
// since it may also be a secret that somebody took for a KEY.
func nameOf(ref string) (string, error) {
	switch {
	case strings.Contains(ref, "-----BEGIN"), strings.HasPrefix(strings.TrimSpace(ref), "{"), strings.HasPrefix(withoutScheme(ref), "eyJ"):
		return "", usageError("a key is given by the name of a file, - or env:NAME, and not as an argument, which other users can see")
	case ref == "-":
		return "standard input", nil
	case strings.Contains(ref, "://"): // a URL, which may have a password
		return "the key", nil
	case isVariable.MatchString(ref):
		return ref, nil
	}
	_, err := os.Stat(ref)
	isFile := err == nil || slices.Contains([]string{".json", ".jwk", ".jwks", ".pem", ".key", ".pub", ".crt", ".cer"}, filepath.Ext(ref))
	if !isFile || len(ref) > 200 {
		return "the key", nil
	}
	return ref, nil
}

var isSSH = regexp.MustCompile(`^\s*(ssh|ecdsa-sha2|sk-ssh)-`)

// readKeys reads a KEY argument that is no URL.
func (sys *system) readKeys(ref string, opts ...jwt.KeyOption) (*keys, error) {
	name, err := nameOf(ref)
	if err != nil {
		return nil, err
	}
	if isURL(ref) {
		return nil, usageError("a URL was given, and a file is wanted here")
	}
	text, err := sys.readRef(ref, name)
	if err != nil {
		return nil, err
	}
	k := &keys{name: name}
	var kind struct {
		Type json.RawMessage `json:"kty"`
	}
	isJSON := bytes.HasPrefix(bytes.TrimSpace(text), []byte("{"))
	fault := encodingFault(text)
	switch {
	case isJSON && json.Unmarshal(text, &kind) == nil && kind.Type != nil:
		k.form = formJWK
		k.one, err = jwt.ParseJWK(text, opts...)
	case isJSON: // ParseKeySet knows what else it may be, such as a discovery document
		k.form = formSet
		k.set, err = jwt.ParseKeySet(text, opts...)
	case bytes.Contains(text, []byte("-----BEGIN")):
		k.form = formPEM
		k.one, err = jwt.ParsePEM(text, opts...)
	case fault != "":
		return nil, keyError("%s %s", name, fault)
	case isSSH.Match(text):
		return nil, keyError("%s holds a key in the form of OpenSSH; ssh-keygen -e -m PKCS8 -f FILE converts those of RSA and ECDSA", name)
	default:
		return nil, keyError("%s holds no PEM, JWK or JWK Set; a shared secret is given by -secret, "+
			"and openssl converts DER (openssl pkey -inform DER)", name)
	}
	if err != nil {
		return nil, at(name, err)
	}
	return k, nil
}

// readSecret reads the argument of -secret, which is never shown.
func (sys *system) readSecret(ref, encoding string, opts ...jwt.KeyOption) (*jwt.Key, error) {
	text, err := sys.readRef(ref, "the secret")
	if err != nil {
		return nil, err
	}
	// Random bytes may start in such a way by chance, but are no text then.
	if fault := encodingFault(text); fault != "" && isText(notOfText.Replace(string(text))) {
		return nil, keyError("the secret %s", fault)
	}
	var secret []byte
	switch encoding {
	case "", "raw":
		secret = text
		if line := strings.TrimRight(string(text), "\r\n"); len(line) < len(text) && isText(line) {
			secret = []byte(line) // the line break is the editor's
		}
	case "base64":
		secret, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	case "base64url":
		secret, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(string(text)), "="))
	case "hex":
		secret, err = hex.DecodeString(strings.TrimSpace(string(text)))
	default:
		return nil, usageError("-secret-encoding is raw, base64, base64url or hex")
	}
	if err != nil { // which would quote the character
		return nil, keyError("the secret is not %s, as -secret-encoding says", encoding)
	}
	key, err := jwt.NewKey(secret, opts...)
	if err != nil {
		return nil, at("the secret", err)
	}
	return key, nil
}

// notOfText is what a text in UTF-16, or with a byte order mark, has beside its characters.
var notOfText = strings.NewReplacer("\xef\xbb\xbf", "", "\xff\xfe", "", "\xfe\xff", "", "\x00", "", "\r", "", "\n", "")

func isText(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func isURL(ref string) bool {
	scheme, _, ok := strings.Cut(ref, "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http"))
}

// remoteKeys are the keys at a URL, or of an issuer. They are fetched when a token needs them.
func remoteKeys(url, issuer string, allowHTTP bool) (*keys, error) {
	opts := []jwks.Option{jwks.WithLive(jwt.WithFetchReport(func(jwt.FetchReport) {}))} // the error suffices
	if allowHTTP {
		opts = append(opts, jwks.AllowHTTP())
	}
	var set *jwt.KeySet
	var err error
	if url != "" {
		set, err = jwks.Remote(url, opts...)
	} else {
		set, err = jwks.Discover(issuer, opts...)
	}
	return &keys{set: set, form: formSet, name: url + issuer, isRemote: true}, err
}

const (
	hmacs = jwt.HS256 | jwt.HS384 | jwt.HS512
	rsas  = jwt.RS256 | jwt.RS384 | jwt.RS512 | jwt.PS256 | jwt.PS384 | jwt.PS512
	// publicKeyAlgorithms are what keys of others may serve: a secret is never published.
	publicKeyAlgorithms = rsas | jwt.ES256 | jwt.ES384 | jwt.ES512 | jwt.EdDSA | jwt.Ed25519 | jwt.MLDSA44 | jwt.MLDSA65 | jwt.MLDSA87
)

// describe says what a key is, and which algorithms it may serve.
func describe(key *jwt.Key) (kind string, fits jwt.Algorithm) {
	switch public := key.CryptoPublic().(type) {
	case nil:
		kind, fits = "secret", hmacs
	case *rsa.PublicKey:
		kind, fits = "RSA, "+strconv.Itoa(public.N.BitLen())+" bits", rsas
	case *ecdsa.PublicKey:
		kind = "EC " + public.Curve.Params().Name
		fits = map[string]jwt.Algorithm{"P-256": jwt.ES256, "P-384": jwt.ES384, "P-521": jwt.ES512}[public.Curve.Params().Name]
	case ed25519.PublicKey:
		kind, fits = "Ed25519", jwt.EdDSA|jwt.Ed25519
	default:
		kind = fmt.Sprint(key.Algorithm()) // ML-DSA, always bound
	}
	if key.Algorithm() != 0 {
		fits = key.Algorithm()
	}
	return kind, fits
}
