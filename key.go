package jwt

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
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

// A Key is a key that was checked once, for any number of calls: a secret, a
// private key, or a public one. It is immutable, shares no memory with what it
// was made from, and is safe for concurrent use. It prints redacted, in every way
// of printing. The zero value is no key: using it is an [ErrInvalidKey].
type Key struct {
	state *keyState // behind a pointer, so that printing a Key by value shows nothing
}

// A keyState is what a Key is made of, and what a raw key becomes for one call.
type keyState struct {
	id       string
	kind     string    // in words
	fits     Algorithm // all that keys of this kind and size can serve
	bound    Algorithm // the one algorithm that it is for, or 0
	signs    Algorithm // what it may sign with, and
	verifies Algorithm // verify, all said and done; see settle

	public crypto.PublicKey // *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey or *mldsa.PublicKey; nil for a secret
	*private

	jwk  jwkMembers    // what its JWK said beside the key
	macs *[3]sync.Pool // keyed HMAC states; nil for a raw key
	seen headerMemory
}

// A private is what nobody may see of a key. It is behind a pointer of its own:
// fmt does not call the Format of a Key in an unexported field, and with a verb
// such as %s it prints what the one pointer there leads to.
type private struct {
	secret []byte        // of HMAC; or
	signer crypto.Signer // the private half of a public key, if there is one;
	opaque bool          // which is code of the caller's, a KMS perhaps
}

// newState makes a state, and room for what is private, in one piece.
func newState(kind string, public crypto.PublicKey, fits Algorithm) *keyState {
	both := new(struct {
		keyState
		room private
	})
	k := &both.keyState
	k.kind, k.public, k.fits, k.private = kind, public, fits, &both.room
	return k
}

// A headerMemory holds the header of the last token whose signature held, to be
// found again by its text: most tokens of a key have the same one.
type headerMemory struct{ atomic.Pointer[knownHeader] }

// A knownHeader is a header segment, and what it says.
type knownHeader struct {
	segment string
	header  *Header
}

// NewKey makes a key of []byte (an HMAC secret), *rsa.PrivateKey,
// *rsa.PublicKey, *ecdsa.PrivateKey, *ecdsa.PublicKey, ed25519.PrivateKey,
// ed25519.PublicKey, another *Key, a [crypto.Signer] whose private half is
// elsewhere (in a KMS or HSM), *x509.Certificate, and where Go has crypto/mldsa
// (1.27) its *mldsa.PrivateKey and *mldsa.PublicKey. A key that comes in an
// interface, such as [crypto.PublicKey], may be any of them.
//
// Whatever is refused is an [ErrInvalidKey]; an option that is wrong by itself is
// an [ErrInvalidOption]. A secret has at least 32 octets (RFC 7518, Section 3.2),
// as many as the hash where the key is bound to an algorithm, and is not all
// zero; text that is a key of another kind (PEM, SSH, a JWK) is no secret. RSA has
// 2048 to 16384 bits. EC is on P-256, P-384 or P-521. The two halves of a private
// key must belong together. A kind of key that is not supported wraps
// [errors.ErrUnsupported].
//
// A crypto.Signer is kept, and its public key read once; it must be safe for
// concurrent use where the key is. Of a certificate the key alone is taken: its
// chain, dates and usage are not checked.
func NewKey(material any, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	return makeKey(material, jwkMembers{}, o)
}

// makeKey makes a key with memory of its own.
func makeKey(material any, jwk jwkMembers, o keyOptions) (*Key, error) {
	var k *keyState
	var err error
	if key, ok := material.(*Key); ok {
		if k, err = key.usable(); err == nil {
			k = k.copy()
		}
	} else if k, err = newKeyState(material, o.weak); err == nil {
		k.detach()
		k.jwk = jwk
	}
	if err != nil {
		return nil, err
	}
	if o.algorithm != 0 {
		if k.fits&o.algorithm == 0 || k.bound != 0 && k.bound != o.algorithm {
			return nil, k.misfit(o.algorithm)
		}
		k.bound = o.algorithm
	}
	if k.fits == 0 { // a secret too short for any algorithm
		return nil, secretTooShort(len(k.secret), HS256)
	}
	if o.hasID {
		k.id = o.id
	}
	k.macs = new([3]sync.Pool)
	k.settle()
	return &Key{state: k}, nil
}

// newKeyState checks whatever a key can be made of. It refers to it.
func newKeyState(material any, weak bool) (*keyState, error) {
	switch m := material.(type) {
	case []byte:
		return newSecret(m, weak)
	case *rsa.PrivateKey:
		return newRSAPrivate(m, weak)
	case *ecdsa.PrivateKey:
		return newECDSAPrivate(m)
	case ed25519.PrivateKey:
		return newEd25519Private(m)
	case *ed25519.PrivateKey: // which would pass for a crypto.Signer of somebody's own
		if m == nil {
			return nil, badKey("the Ed25519 key is nil")
		}
		return newEd25519Private(*m)
	case *x509.Certificate:
		if m == nil {
			return nil, badKey("the certificate is nil")
		}
		return newPublic(m.PublicKey, weak)
	case string:
		return nil, badKey("a string is no key; convert a secret with []byte(secret), and read PEM with ParsePEM")
	case nil:
		return nil, badKey("the key is nil")
	}
	if k, ok, err := newMLDSA(material); ok {
		return k, err
	}
	if signer, ok := material.(crypto.Signer); ok {
		return newOpaque(signer, weak)
	}
	return newPublic(material, weak)
}

// newPublic checks a public key, which no secret can pass for.
func newPublic(material crypto.PublicKey, weak bool) (*keyState, error) {
	switch m := material.(type) {
	case *rsa.PublicKey:
		return newRSAPublic(m, weak)
	case *ecdsa.PublicKey:
		return newECDSAPublic(m)
	case ed25519.PublicKey:
		return newEd25519Public(m)
	case nil:
		return nil, &failure{class: ErrInvalidKey, text: "there is no public key, or one of a kind that is not supported", cause: errors.ErrUnsupported}
	}
	if k, ok, err := newMLDSA(material); ok && (err != nil || k.signer == nil) {
		return k, err
	}
	return nil, &failure{class: ErrInvalidKey, text: fmt.Sprintf("a %T is not a key of a kind that is supported; an RSA or EC key is given as a pointer", material), cause: errors.ErrUnsupported}
}

// newOpaque takes a key whose private half is behind code of the caller's.
func newOpaque(signer crypto.Signer, weak bool) (*keyState, error) {
	if v := reflect.ValueOf(signer); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, badKey("the crypto.Signer is nil")
	}
	k, err := newPublic(signer.Public(), weak)
	if err != nil {
		return nil, err
	}
	k.signer, k.opaque = signer, true
	return k, nil
}

// detach gives a state memory of its own. Only once it was checked can it be
// copied: on parts that are nil or odd, crypto panics.
func (k *keyState) detach() {
	k.secret = bytes.Clone(k.secret)
	k.public = clonePublic(k.public)
	switch key := k.signer.(type) {
	case *rsa.PrivateKey:
		k.signer = cloneRSAPrivate(key)
	case *ecdsa.PrivateKey:
		k.signer, _ = cloneECDSAPrivate(key)
	case ed25519.PrivateKey:
		k.signer = slices.Clone(key)
	default: // code of the caller's, which is kept as it is; or ML-DSA
		k.signer, _ = cloneMLDSA(key).(crypto.Signer)
	}
}

func clonePublic(key crypto.PublicKey) crypto.PublicKey {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return cloneRSAPublic(key)
	case *ecdsa.PublicKey:
		return cloneECDSAPublic(key)
	case ed25519.PublicKey: // not bytes.Clone, whose result would pass for a secret
		return slices.Clone(key)
	default:
		return cloneMLDSA(key)
	}
}

// copy makes a state that shares none of what changes in use.
func (k *keyState) copy() *keyState {
	c := newState(k.kind, k.public, k.fits)
	c.id, c.bound, c.jwk, *c.private = k.id, k.bound, k.jwk, *k.private
	return c
}

// settle says what the key may do, once all is known that bears on it.
func (k *keyState) settle() {
	able := k.fits
	if k.bound != 0 {
		able &= k.bound
	}
	k.signs, k.verifies = 0, 0
	if k.jwk.allows("verify") {
		k.verifies = able
	}
	if k.isPrivate() && k.jwk.allows("sign") {
		k.signs = able
	}
}

func (k *keyState) isPrivate() bool { return k.secret != nil || k.signer != nil }

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
	if err != nil {
		return nil, err
	}
	return makeKey(material, jwkMembers{}, o)
}

// ID returns the key ID ("kid"); "" where the key has none.
func (k *Key) ID() string {
	if state, err := k.usable(); err == nil {
		return state.id
	}
	return ""
}

// Algorithm returns the one algorithm that the key is bound to; 0 where it is
// bound to none.
func (k *Key) Algorithm() Algorithm {
	if state, err := k.usable(); err == nil {
		return state.bound
	}
	return 0
}

// IsPrivate reports whether the key can sign: a secret, or a private key, that of
// a KMS included.
func (k *Key) IsPrivate() bool {
	state, err := k.usable()
	return err == nil && state.isPrivate()
}

// Public returns the public half of the key, with the same ID and algorithm; nil
// for a secret, which has none.
func (k *Key) Public() *Key {
	state, err := k.usable()
	if err != nil || state.public == nil {
		return nil
	}
	public := state.copy()
	public.signer, public.opaque, public.jwk = nil, false, state.jwk.public()
	public.settle()
	return &Key{state: public}
}

// CryptoPublic returns the public half as a type of the standard library:
// *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey or *mldsa.PublicKey, a copy;
// nil for a secret, which has none.
func (k *Key) CryptoPublic() crypto.PublicKey {
	state, err := k.usable()
	if err != nil || state.public == nil {
		return nil
	}
	return clonePublic(state.public)
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
	text := "jwt.Key(" + k.state.kind
	if k.state.public != nil && k.state.signer == nil {
		text += ", public"
	}
	if k.state.id != "" {
		text += ", ID " + quote(k.state.id)
	}
	if k.state.isPrivate() {
		text += ", redacted"
	}
	return text + ")"
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
			if err := checkKeyID(o.id); err != nil {
				return o, err
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

func checkKeyID(id string) error {
	if !utf8.ValidString(id) || len(id) > maxHeader {
		return badOption("a key ID must be valid UTF-8, and fit into a header of 8 KiB")
	}
	return nil
}

// signingKey checks whatever Encode and its kin were given. What it returns
// refers to it.
func signingKey[K SigningKey](key K) (*keyState, error) {
	switch k := any(key).(type) {
	case []byte:
		return settled(newSecret(k, false))
	case *Key:
		return k.usable()
	default:
		return settled(newKeyState(k, false))
	}
}

// keptKey checks a key of any of those types, and makes it fit to outlive the
// call.
func keptKey(key any) (*keyState, error) {
	made, ok := key.(*Key)
	if !ok {
		var err error
		if made, err = makeKey(key, jwkMembers{}, keyOptions{}); err != nil {
			return nil, err
		}
	}
	return made.usable()
}

func settled(k *keyState, err error) (*keyState, error) {
	if err == nil {
		k.settle()
	}
	return k, err
}

// misfit says why the key serves none of the algorithms that are wanted.
func (k *keyState) misfit(wanted Algorithm) error {
	switch {
	case wanted&supportedAlgorithms == 0:
		return unsupportedAlgorithm(wanted)
	case k.bound != 0 && k.bound&wanted == 0:
		return badKey("the key is bound to " + k.bound.String() + " and cannot serve " + wanted.String())
	case k.fits&wanted != 0:
		return badKey("the key's JWK says what it is for, by use or key_ops, and this is not it")
	case k.secret != nil && wanted&hmacAlgorithms != 0:
		short := wanted & hmacAlgorithms
		return secretTooShort(len(k.secret), short&-short)
	case k.secret != nil:
		return badKey("a []byte is an HMAC secret, and " + wanted.String() + " is not signed with one; allow HS256, or use a key of the right kind")
	}
	return badKey("the " + k.kind + " serves " + k.fits.String() + ", and not " + wanted.String())
}

func unsupportedAlgorithm(alg Algorithm) *failure {
	return &failure{class: ErrInvalidKey, text: alg.String() + " is not supported here: it needs Go 1.27, which has crypto/mldsa", cause: errors.ErrUnsupported}
}

// choose returns the algorithm to sign with: the one wanted, or the key's own
// where none is.
func (k *keyState) choose(wanted Algorithm) (Algorithm, error) {
	if !k.isPrivate() {
		return 0, badKey("the key is public, and cannot sign; sign with its private half")
	}
	if wanted == 0 {
		switch wanted = k.bound; {
		case wanted != 0:
		case k.secret != nil:
			wanted = HS256
		default:
			wanted = k.fits & -k.fits // RS256, EdDSA, or the one of the curve
		}
	}
	if k.signs&wanted == 0 {
		return 0, k.misfit(wanted)
	}
	return wanted, nil
}
