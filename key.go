package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/token-jwt/jwt/internal/strictjson"
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

// A Key is a key that was checked once, for any number of calls: a secret, a
// private key, or a public one. It is immutable, shares no memory with what it
// was made from, and is safe for concurrent use. It prints redacted, in every way
// of printing. The zero value is no key: using it is an [ErrInvalidKey].
type Key struct {
	state sealed[keyState]
}

// NewKey makes a key of []byte (an HMAC secret), *rsa.PrivateKey,
// *rsa.PublicKey, *ecdsa.PrivateKey, *ecdsa.PublicKey, ed25519.PrivateKey,
// ed25519.PublicKey, another *Key (for another ID, say), a [crypto.Signer] whose
// private half is elsewhere (in a KMS or HSM), *x509.Certificate, and where Go has
// crypto/mldsa (1.27) its *mldsa.PrivateKey and *mldsa.PublicKey. A key that comes
// in an interface, such as [crypto.PublicKey], may be any of them.
//
// Whatever is refused is an [ErrInvalidKey]; an option that is wrong by itself is
// an [ErrInvalidOption]. A secret has at least 32 bytes (RFC 7518, Section 3.2),
// as many as the hash where the key is bound to an algorithm, and is not all
// zero. A key of another kind is no secret, in whatever form: PEM, SSH, a JWK or a
// set of them, DER, the 64 bytes of an Ed25519 private key, and base64 or
// hexadecimal digits of any of these. Neither is text with white space at an end,
// such as the line break of a file, unless [AllowWeakKey] is given. RSA has
// 2048 to 16384 bits, a private key at most 8192. EC is on P-256, P-384 or P-521. The two halves of a private
// key must belong together. A kind of key that is not supported wraps
// [errors.ErrUnsupported].
//
// The bytes of a secret are used as they are. One that is given as base64 or
// hexadecimal digits must be decoded first, by encoding/base64 or encoding/hex,
// if the other side decodes it too, and must not be if the other side uses the text
// itself. Where the two sides differ in this, all that they see is signatures that
// do not hold. So ask the issuer; a text that merely looks like base64 tells nothing.
//
// A crypto.Signer is kept, and its public key read once; it must be safe for
// concurrent use where the key is. Each of its signatures is verified before it is
// given out. Its failure when signing is an [ErrUnavailable], with its own error
// beneath: the key was there when it was made, and may be again. Only one that
// matches errors.ErrUnsupported, and a signature that does not hold, are an
// ErrInvalidKey. Of a certificate the key alone is taken: its
// chain, dates and usage are not checked.
func NewKey(material any, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	return makeKey(material, o)
}

// GenerateKey makes a new random key for an algorithm, bound to it: a secret of
// the size of the hash, RSA of 3072 bits, or what the algorithm prescribes. It
// has no ID unless [WithKeyID] gives it one. An algorithm that is not supported
// here (ML-DSA, before Go 1.27) is an [ErrInvalidKey] that wraps
// [errors.ErrUnsupported]; what is not one algorithm is an [ErrInvalidOption].
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
	material, err := alg.family().generate(alg)
	if _, ours := err.(*failure); err != nil && !ours { // as a FIPS 140 build may answer
		err = foreignFailure(ErrInvalidKey, "the key cannot be generated", err)
	}
	if err != nil {
		return nil, err
	}
	return makeKey(material, o)
}

// ID returns the key ID ("kid"), or "" if the key has none.
func (k *Key) ID() string { return k.shown().id }

// Algorithm returns the one algorithm that the key is bound to, or 0 if it is
// bound to none.
func (k *Key) Algorithm() Algorithm { return k.shown().bound }

// IsPrivate reports whether the key can sign: a secret, or a private key, that of
// a KMS included.
func (k *Key) IsPrivate() bool { return k.shown().isPrivate() }

// Public returns the public half of the key, with the same ID and algorithm; nil
// for a secret, which has none.
func (k *Key) Public() *Key {
	state := k.shown()
	if state.public == nil {
		return nil
	}
	public := state.copy()
	public.signer, public.opaque, public.jwk = nil, false, state.jwk.public()
	return public.sealed()
}

// CryptoPublic returns the public half as a type of the standard library:
// *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey or *mldsa.PublicKey, a copy;
// nil for a secret, which has none.
func (k *Key) CryptoPublic() crypto.PublicKey {
	state := k.shown().copy()
	if state.public == nil {
		return nil
	}
	state.signer = nil
	state.family.detach(state)
	return state.public
}

// Format prints the kind and the ID of the key, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.redacted()) }

// LogValue is what log/slog shows of the key: its kind and its ID.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.redacted()) }

func (k *Key) redacted() string {
	state := k.shown()
	if state.kind == "" {
		return "jwt.Key(none)"
	}
	text := "jwt.Key(" + state.kind
	if state.public != nil && state.signer == nil {
		text += ", public"
	}
	if state.id != "" {
		text += ", ID " + quote(state.id)
	}
	if state.isPrivate() {
		text += ", redacted"
	}
	return text + ")"
}

// shown is the state that the methods without an error show: empty for no key.
func (k *Key) shown() *keyState {
	state, err := k.usable()
	if err != nil {
		return &keyState{}
	}
	return state
}

// usable refuses keys that were not made by this package.
func (k *Key) usable() (*keyState, error) {
	if k == nil || k.state.isEmpty() {
		return nil, badKey("the key is nil or empty; make one with NewKey")
	}
	return k.state.open(), nil
}

type keyOptions struct {
	id        string
	hasID     bool
	algorithm Algorithm
	weak      bool
}

func readKeyOptions(opts []KeyOption) (keyOptions, error) {
	s, err := readSettings(inNewKey, opts)
	if err == nil && s.has(withKeyID) {
		err = checkKeyID(s.get(withKeyID).text)
	}
	if err != nil {
		return keyOptions{}, err
	}
	return keyOptions{s.get(withKeyID).text, s.has(withKeyID), s.get(withKeyAlgorithm).algorithm, s.has(allowWeakKey)}, nil
}

// roomInHeader is left beside a key ID for the rest of a header, so that a key that was made
// can sign.
const roomInHeader = 1 << 10

func checkKeyID(id string) error {
	// As it is written: an escaped character takes up to six.
	text, err := new(strictjson.Writer).AppendString(nil, id)
	if err != nil || len(text) > maxHeader-roomInHeader {
		return badOption("a key ID must be valid UTF-8, and have at most " + strconv.Itoa((maxHeader-roomInHeader)>>10) + " KiB, so that it fits into a header")
	}
	return nil
}
