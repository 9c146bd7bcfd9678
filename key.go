package jwt

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// A SigningKey is what a token can be signed with. An interface value, such as
// a [crypto.Signer] of a KMS, goes through [NewKey]. In fields and parameters
// hold a [*Key] or an [*Encoder], never a []byte: Go assigns an ed25519 key to
// one, and it would then pass for a secret.
//
// A []byte is an HMAC secret and nothing else, ever. The set is closed and has
// no "~": an ed25519.PublicKey is a []byte underneath, and must not be inferred
// to be a secret. So a type of your own over []byte does not fit either; where
// the compiler then hints "possibly missing ~", convert the value instead.
type SigningKey interface {
	[]byte | *rsa.PrivateKey | *ecdsa.PrivateKey | ed25519.PrivateKey | *Key
}

// A VerificationKey is what a signature can be checked with. An interface
// value, such as what Public() of a private key returns, goes through [NewKey].
// In fields and parameters hold a [*Key], a [*KeySet] or a [*Decoder], never a
// []byte: Go assigns an ed25519 key to one, and it would then pass for a secret.
//
// What [SigningKey] says of []byte and "~" holds here too.
type VerificationKey interface {
	[]byte | *rsa.PublicKey | *ecdsa.PublicKey | ed25519.PublicKey | *Key | *KeySet
}

// A Key is a key that was checked once, for any number of calls. It is
// immutable, shares no memory with what it was made from, and is safe for
// concurrent use. It prints redacted, in every way of printing. The zero value
// is no key: using it is an [ErrInvalidKey].
type Key struct {
	state *keyState // behind a pointer, so that printing a Key by value shows nothing
}

// A keyState is what a Key is made of, and what a raw key becomes for one call.
type keyState struct {
	id     string
	bound  Algorithm // the one algorithm that it is for, or 0
	fits   Algorithm // all that it can serve
	secret []byte
	macs   *[3]sync.Pool // keyed HMAC states; nil for a raw key

	// The header of the last token whose signature held, found again by its
	// text: most tokens of a key have the same one.
	lastHeader atomic.Pointer[knownHeader]
}

// A knownHeader is a header segment, and what it says.
type knownHeader struct {
	segment string
	header  *Header
}

// NewKey makes a key of []byte (an HMAC secret), *rsa.PrivateKey,
// *rsa.PublicKey, *ecdsa.PrivateKey, *ecdsa.PublicKey, ed25519.PrivateKey,
// ed25519.PublicKey, another *Key, any [crypto.Signer] (of a KMS or HSM), any
// [crypto.PublicKey] of those types, or *x509.Certificate, whose dates and
// chain are not checked. Everything but secrets is still to come; such a key is
// an [ErrInvalidKey] that wraps [errors.ErrUnsupported].
//
// A secret has at least 32 octets (RFC 7518, Section 3.2), as many as the hash
// where the key is bound to an algorithm, and is not all zero. Text that is a
// key of another kind (PEM, SSH, a JWK) is refused. Whatever is refused is an
// [ErrInvalidKey]; an option that is wrong by itself is an [ErrInvalidOption].
func NewKey(material any, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	var state *keyState
	switch m := material.(type) {
	case []byte:
		state, err = newSecret(bytes.Clone(m), o.weak)
		if err == nil && o.algorithm == 0 && state.fits == 0 {
			err = secretTooShort(len(m), HS256)
		}
	case *Key:
		state, err = m.usable()
		if err == nil {
			state = state.copy()
		}
	case string:
		err = badKey("a string is no key; convert a secret with []byte(secret), and read PEM with ParsePEM")
	case nil:
		err = badKey("the key is nil")
	default:
		err = unsupportedKey(fmt.Sprintf("%T", material))
	}
	if err != nil {
		return nil, err
	}
	return state.finish(o)
}

// finish makes a key of a state that nobody else has.
func (k *keyState) finish(o keyOptions) (*Key, error) {
	if o.algorithm != 0 {
		if k.fits&o.algorithm == 0 {
			return nil, k.misfit(o.algorithm)
		}
		k.bound, k.fits = o.algorithm, o.algorithm
	}
	if o.hasID {
		k.id = o.id
	}
	k.macs = new([3]sync.Pool)
	return &Key{state: k}, nil
}

// copy makes a state that shares none of what changes in use.
func (k *keyState) copy() *keyState {
	return &keyState{id: k.id, bound: k.bound, fits: k.fits, secret: k.secret}
}

// keep makes a raw key's state fit to outlive the call.
func (k *keyState) keep() *keyState {
	if k.macs == nil {
		k.secret = bytes.Clone(k.secret)
		k.macs = new([3]sync.Pool)
	}
	return k
}

// GenerateKey makes a new random key for an algorithm, bound to it. It has no
// ID unless [WithKeyID] gives it one. An HMAC secret has the size of the hash.
// The other kinds of keys are still to come: an [ErrInvalidKey] that wraps
// [errors.ErrUnsupported].
func GenerateKey(alg Algorithm, opts ...KeyOption) (*Key, error) {
	if err := alg.checkOne(); err != nil {
		return nil, err
	}
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	if o.algorithm != 0 && o.algorithm != alg {
		return nil, contradict("a key generated for "+alg.String(), "WithKeyAlgorithm("+o.algorithm.String()+")")
	}
	o.algorithm = alg
	if alg.row().family != familyHMAC {
		return nil, unsupportedKey("key for " + alg.String())
	}
	secret := make([]byte, alg.Hash().Size())
	rand.Read(secret) // never fails: crypto/rand ends the program instead
	state, err := newSecret(secret, false)
	if err != nil {
		return nil, err
	}
	return state.finish(o)
}

// ID returns the key ID ("kid"); "" where the key has none.
func (k *Key) ID() string {
	if state, err := k.usable(); err == nil {
		return state.id
	}
	return ""
}

// Algorithm returns the one algorithm that the key is bound to, or 0.
func (k *Key) Algorithm() Algorithm {
	if state, err := k.usable(); err == nil {
		return state.bound
	}
	return 0
}

// IsPrivate reports whether the key can sign: a secret, or a private key.
func (k *Key) IsPrivate() bool {
	_, err := k.usable()
	return err == nil
}

// Public returns the public half of the key, with the same ID and algorithm; nil
// for a secret, which has none.
func (k *Key) Public() *Key { return nil }

// CryptoPublic returns the public half as a type of the standard library; nil
// for a secret, which has none.
func (k *Key) CryptoPublic() crypto.PublicKey { return nil }

// Thumbprint returns the JWK thumbprint of the key (RFC 7638) by SHA-256, in
// base64url; "" for a secret, which it would help to guess.
func (k *Key) Thumbprint() string { return "" }

// MarshalJSON writes the public members of the key as a JWK (RFC 7517). A secret
// has none, and is an [ErrInvalidKey].
func (k *Key) MarshalJSON() ([]byte, error) {
	if _, err := k.usable(); err != nil {
		return nil, err
	}
	return nil, badKey("a secret has no public members that JSON could show")
}

// Format prints the kind and the ID of the key, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.redacted()) }

// LogValue is what log/slog shows of the key: its kind and its ID.
func (k *Key) LogValue() slog.Value {
	if k == nil {
		return slog.StringValue("jwt.Key(none)")
	}
	return slog.StringValue(k.redacted())
}

func (k Key) redacted() string {
	if k.state == nil {
		return "jwt.Key(none)"
	}
	text := "jwt.Key(secret"
	if k.state.id != "" {
		text += " " + quote(k.state.id)
	}
	return text + ", redacted)"
}

// usable refuses keys that were not made by this package.
func (k *Key) usable() (*keyState, error) {
	if k == nil || k.state == nil {
		return nil, badKey("the key is nil or empty; make one with NewKey")
	}
	return k.state, nil
}

type keyOptions struct {
	id        string
	hasID     bool
	algorithm Algorithm
	weak      bool
}

func readKeyOptions(opts []KeyOption) (o keyOptions, err error) {
	for _, opt := range opts {
		switch opt := opt.(type) {
		case keyIDOption:
			o.id, o.hasID = string(opt), true
			if !utf8.ValidString(o.id) || len(o.id) > maxHeader {
				return o, badOption("a key ID must be valid UTF-8, and fit into a header of 8 KiB")
			}
		case keyAlgorithmOption:
			o.algorithm = Algorithm(opt)
			if err := o.algorithm.checkOne(); err != nil {
				return o, err
			}
		case weakKeyOption:
			o.weak = true
		default:
			return o, errForeignOption
		}
	}
	return o, nil
}

// signingKey checks whatever Encode and its kin were given.
func signingKey[K SigningKey](key K) (*keyState, error) {
	switch k := any(key).(type) {
	case []byte:
		return newSecret(k, false)
	case *Key:
		return k.usable()
	}
	return nil, unsupportedKey(fmt.Sprintf("%T", key))
}

// verificationKey checks whatever Decode and its kin were given.
func verificationKey[K VerificationKey](key K) (*keyState, error) {
	switch k := any(key).(type) {
	case []byte:
		return newSecret(k, false)
	case *Key:
		return k.usable()
	}
	return nil, unsupportedKey(fmt.Sprintf("%T", key))
}

func unsupportedKey(kind string) error {
	return &failure{class: ErrInvalidKey, text: "a " + kind + " is not supported yet", cause: errors.ErrUnsupported}
}

// newSecret checks an HMAC secret, and keeps it.
func newSecret(secret []byte, weak bool) (*keyState, error) {
	if err := checkSecret(secret); err != nil {
		return nil, err
	}
	k := &keyState{secret: secret}
	for alg := HS256; alg <= HS512; alg <<= 1 {
		// RFC 7518, Section 3.2: "A key of the same size as the hash output
		// (for instance, 256 bits for "HS256") or larger MUST be used".
		if weak || len(secret) >= alg.row().hash.Size() {
			k.fits |= alg
		}
	}
	return k, nil
}

// checkSecret refuses octets that are no secret, or nobody's.
func checkSecret(secret []byte) error {
	if len(secret) == 0 {
		return badKey("the HMAC secret is empty; is the setting that holds it missing?")
	}
	if maker := keyText(secret); maker != "" {
		return badKey("the HMAC secret is the text of another kind of key, which may well be public; read it with " + maker)
	}
	for _, octet := range secret {
		if octet != 0 {
			return nil
		}
	}
	return badKey("the HMAC secret is all zero; was it ever filled in?")
}

// keyText names the function that reads a key which was given as octets where a
// secret is wanted; "" where it may be a secret.
func keyText(secret []byte) string {
	text := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(secret), []byte("\ufeff")))
	switch {
	case bytes.HasPrefix(text, []byte("-----BEGIN")), bytes.HasPrefix(text, []byte("ssh-")), bytes.HasPrefix(text, []byte("ecdsa-sha2-")):
		return "ParsePEM (an SSH key must be converted first: ssh-keygen -e -m PKCS8)"
	case len(text) == 0 || text[0] != '{':
		return ""
	}
	// As JSON, or near enough to it to be meant as such.
	var d document
	valid := d.parse(text)
	switch {
	case bytes.Contains(text, []byte(`"keys"`)), valid && d.member("keys") != 0:
		return "ParseKeySet"
	case bytes.Contains(text, []byte(`"kty"`)), valid && d.member("kty") != 0:
		return "ParseJWK"
	}
	return ""
}

// misfit says why a key serves none of the algorithms that are wanted.
func (k *keyState) misfit(wanted Algorithm) error {
	if k.bound != 0 {
		return badKey("the key is bound to " + k.bound.String() + " and cannot serve " + wanted.String())
	}
	if hmac := wanted & (HS256 | HS384 | HS512); hmac != 0 {
		return secretTooShort(len(k.secret), hmac&-hmac)
	}
	return badKey("a []byte is an HMAC secret, and " + wanted.String() + " is not signed with one; allow HS256, or use a key of the right kind")
}

func secretTooShort(length int, alg Algorithm) error {
	return badKey("the HMAC secret has " + strconv.Itoa(length) + " octets, and " + alg.String() + " needs at least " +
		strconv.Itoa(alg.row().hash.Size()) + " random ones (RFC 7518, Section 3.2); make one with openssl rand, " +
		"or allow a weak one with NewKey and AllowWeakKey")
}

// choose returns the algorithm to sign with: the one wanted, or the key's own
// where none is.
func (k *keyState) choose(wanted Algorithm) (Algorithm, error) {
	if wanted == 0 {
		if wanted = k.bound; wanted == 0 {
			wanted = HS256
		}
	}
	if k.fits&wanted == 0 {
		return 0, k.misfit(wanted)
	}
	return wanted, nil
}
