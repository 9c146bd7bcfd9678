package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/token-jwt/jwt/internal/pemkey"
	"github.com/token-jwt/jwt/internal/rsakey"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// A SigningKey is a key that can sign. An interface value, such as a [crypto.Signer] of a
// KMS, goes through [NewKey]. In fields and parameters use [*Key] or [*Encoder], never a
// []byte: Go can assign an ed25519 key to a []byte, which would then be used as a secret.
//
// A []byte is an HMAC secret and nothing else. The list of types is closed and has no "~",
// because an ed25519.PublicKey is a []byte underneath, and must not be inferred to be a
// secret. So a type that you define over []byte does not fit either. If the compiler then
// hints "possibly missing ~", convert the value to []byte.
type SigningKey interface {
	[]byte | *rsa.PrivateKey | *ecdsa.PrivateKey | ed25519.PrivateKey | *Key
}

// A VerificationKey is a key or key set that can verify. An interface value, such as the
// result of Public() of a private key, goes through [NewKey]. In fields and parameters use
// [*Key], [*KeySet] or [*Decoder], never a []byte: Go can assign an ed25519 key to a []byte,
// which would then be used as a secret.
//
// What [SigningKey] says of []byte and "~" holds here too.
type VerificationKey interface {
	[]byte | *rsa.PublicKey | *ecdsa.PublicKey | ed25519.PublicKey | *Key | *KeySet
}

// A Key is a secret, a private key or a public key. It is checked once, when it is made, and
// can then be used for any number of calls. It is immutable, shares no memory with the
// values that it was made from, and is safe for concurrent use. Printing and logging never
// show the key itself. The zero value is no key: using it is an [ErrInvalidKey].
type Key struct {
	state sealed[keyState]
}

// NewKey makes a key from one of these types:
//
//   - []byte, an HMAC secret;
//   - *rsa.PrivateKey, *rsa.PublicKey, *ecdsa.PrivateKey, *ecdsa.PublicKey,
//     ed25519.PrivateKey and ed25519.PublicKey;
//   - *mldsa.PrivateKey and *mldsa.PublicKey of crypto/mldsa, from Go 1.27;
//   - a [crypto.Signer] whose private half is elsewhere, in a KMS or HSM;
//   - *x509.Certificate, of which only the key is used: its chain, dates and usage are not
//     checked;
//   - another *Key, to give it another ID, for example.
//
// The static type may be an interface, such as [crypto.PublicKey].
//
// A key that is refused is an [ErrInvalidKey]; an option that is wrong by itself is an
// [ErrInvalidOption]. A kind of key that is not supported wraps [errors.ErrUnsupported].
// These rules apply:
//
//   - A secret has at least 32 bytes (RFC 7518, Section 3.2), and is not all zero. If it is
//     bound to an algorithm, it has at least as many bytes as the hash.
//   - A secret is not a key of another kind, in any form: PEM, SSH, a JWK or a JWK Set, DER,
//     XML, the 64 bytes of an Ed25519 private key, a point on a curve, a keystore, base64 or
//     hexadecimal digits of any of these, or text that contains one.
//   - A secret that is text has no white space at its ends, such as the line break of a file,
//     unless [AllowWeakKey] is given.
//   - RSA has 2048 to 16384 bits, a private key at most 8192.
//   - EC is on P-256, P-384 or P-521.
//   - The two halves of a private key belong together.
//
// The bytes of a secret are used as given. A secret is often passed around as base64 or
// hexadecimal digits. If the other side decodes these, decode them too, with encoding/base64
// or encoding/hex. If the other side uses the text itself as the secret, do not decode it. If
// the two sides differ in this, every signature fails to hold. So ask the issuer: the look
// of the text does not tell.
//
// The key keeps a crypto.Signer, and reads its public key once. The signer must be safe for
// concurrent use if the key is used concurrently. Each of its signatures is verified before
// it is returned. If the signer fails, the error is an [ErrUnavailable] that wraps the
// signer's error, because the KMS may work again later. But an error that matches
// errors.ErrUnsupported, and a signature that does not hold, are an ErrInvalidKey.
func NewKey(material any, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	return makeKey(material, o)
}

// ParsePEM reads one key from its PEM form (RFC 7468): a private key in PKCS #8, PKCS #1 or
// SEC 1, a public key in PKIX or PKCS #1, or a certificate. Of a certificate only the key is
// used: its chain, dates and usage are not checked. The content of the block decides, and
// not its label. Text around the block is ignored, and so is the block EC PARAMETERS that
// openssl writes first. A second key is an error.
//
// An encrypted key must be decrypted first, and a key in the format of OpenSSH converted. An
// RSA private key has at most 8192 bits. A key that is refused is an [ErrInvalidKey]. So is
// text of more than 1 MiB, and a block of more than 32 KiB. An option that is wrong by itself
// is an [ErrInvalidOption]. The rules of [NewKey] apply too. No error text has bytes of the
// key.
func ParsePEM(text []byte, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	if len(text) > mostKeyText {
		return nil, badKey("the PEM text has more than 1 MiB; give one key, or one certificate")
	}
	material, err := pemkey.Parse(text)
	if err != nil {
		return nil, asBadKey(err)
	}
	numbers, ok := material.(rsakey.Numbers)
	if !ok {
		return makeKey(material, o)
	}
	k, err := newRSA(numbers, o.weak)
	if err != nil {
		return nil, err
	}
	return k.finish(o)
}

// mostKeyText is the most bytes of text that are read as a key or a set of keys.
const mostKeyText = 1 << 20

// GenerateKey makes a new random key for an algorithm, and binds the key to it. A secret has
// the size of the hash, and an RSA key has 3072 bits; for the other algorithms there is one
// size. The key has no ID unless [WithKeyID] sets one. An algorithm that is not supported
// (ML-DSA before Go 1.27) is an [ErrInvalidKey] that wraps [errors.ErrUnsupported]. The empty
// set, and a set of several algorithms, is an [ErrInvalidOption].
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
	if _, ours := err.(*failure); err != nil && !ours { // in a FIPS 140 build, for example
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

// IsPrivate reports whether the key is a secret or a private key, including one in a KMS.
func (k *Key) IsPrivate() bool { return k.shown().isPrivate() }

// Public returns the public half of the key, with the same ID and algorithm. It returns nil
// for a secret, which has no public half.
func (k *Key) Public() *Key {
	state := k.shown()
	if state.public == nil {
		return nil
	}
	public := state.copy()
	public.signer, public.opaque, public.jwk = nil, false, state.jwk.public()
	return public.sealed()
}

// CryptoPublic returns a copy of the public half as a type of the standard library:
// *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey or *mldsa.PublicKey. It returns nil
// for a secret, which has no public half.
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

// shown returns the state for methods that return no error. It is empty if k is no key.
func (k *Key) shown() *keyState {
	state, err := k.usable()
	if err != nil {
		return &keyState{}
	}
	return state
}

// usable returns the state of the key. It refuses a key that this package did not make.
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

// headerReserve is how much of a header a key ID must leave free for the other parameters, so
// that the key can sign.
const headerReserve = 1 << 10

func checkKeyID(id string) error {
	// The length in JSON counts: an escaped character takes up to six bytes.
	text, err := new(strictjson.Writer).AppendString(nil, id)
	if err != nil || len(text) > maxHeader-headerReserve {
		return badOption("a key ID must be valid UTF-8, and have at most " + strconv.Itoa((maxHeader-headerReserve)>>10) + " KiB, so that it fits into a header")
	}
	return nil
}
