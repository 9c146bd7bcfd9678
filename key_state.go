package jwt

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// What a key is made of, and what makes it fit.

// A keyState is what a Key is made of, and what a raw key becomes for one call.
type keyState struct {
	id       string
	kind     string    // in words
	fits     Algorithm // all that keys of this kind and size can serve
	bound    Algorithm // the one algorithm that it is for, or 0
	signs    Algorithm // what it may sign with, all said and done; see settle
	verifies Algorithm // what it may verify with

	secret []byte           // of HMAC; all other kinds have a public half
	public crypto.PublicKey // *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey or *mldsa.PublicKey
	signer crypto.Signer    // the private half; nil of a public key
	opaque bool             // the signer is code of the caller's, a KMS perhaps

	jwk  *jwkMembers   // what its JWK said beside the key; nil where it came from elsewhere
	macs *[3]sync.Pool // keyed HMAC states; nil for a raw key

	fingerprint func() sum256 // of identity, computed once and if wanted; nil for a raw key
}

// A sealed value shows to nobody but who opens it. Behind a pointer it would not be
// enough: where a verb does not fit, or a field is not exported, package fmt passes
// over Format and follows pointers. It does not look into functions.
type sealed[T any] struct{ open func() *T }

func seal[T any](value *T) sealed[T] { return sealed[T]{func() *T { return value }} }

func (s sealed[T]) isEmpty() bool { return s.open == nil }

// makeKey makes a key with memory of its own. A state as material was checked by whoever
// read it, and has such memory already.
func makeKey(material any, jwk *jwkMembers, o keyOptions) (*Key, error) {
	var k *keyState
	var err error
	if key, ok := material.(*Key); ok {
		if k, err = key.usable(); err == nil {
			if k = k.copy(); o.weak && k.secret != nil { // no other key could be weaker than it is
				k.fits = hmacAlgorithms
			}
		}
	} else if read, ok := material.(*keyState); ok {
		k = read
		k.jwk = jwk
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
	k.fingerprint = sync.OnceValue(func() sum256 { return sum256Of([]byte(k.identity())) })
	k.settle()
	return &Key{seal(k)}, nil
}

// signingKey checks whatever Encode and its kin were given. What it returns
// refers to it.
func signingKey[K SigningKey](s *scratch, key K) (*keyState, error) {
	if secret, ok := any(key).([]byte); ok { // by itself, so that it is not put on the heap
		return &s.secret, s.secret.setSecret(secret, false)
	}
	switch k := any(key).(type) {
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
		if made, err = makeKey(key, nil, keyOptions{}); err != nil {
			return nil, err
		}
	}
	return made.usable()
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
		return nil, unsupportedKey("there is no public key, or one of a kind that is not supported")
	}
	if k, ok, err := newMLDSA(material); ok && (err != nil || k.signer == nil) {
		return k, err
	}
	return nil, unsupportedKey(fmt.Sprintf("a %T is not a key of a kind that is supported; an RSA or EC key is given as a pointer", material))
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
	c := *k
	c.macs = nil
	return &c
}

func settled(k *keyState, err error) (*keyState, error) {
	if err == nil {
		k.settle()
	}
	return k, err
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

// checkSecretAlone refuses a secret with an allow-list of HMAC and public-key
// algorithms. Either the secret is a public key, which a forger has too, or the list is
// too wide.
func (k *keyState) checkSecretAlone(allowed Algorithm) error {
	if public := allowed &^ hmacAlgorithms; k.secret != nil && public != 0 && public != allowed {
		return badOption("the key is an HMAC secret, and the allow-list " + allowed.String() + " names " + public.String() + " too, which no secret serves; " +
			"if it was meant to be a public key, read it as one (ParsePEM, ParseJWK, NewKey), else allow " + (allowed & hmacAlgorithms).String() + " alone")
	}
	return nil
}

// misfit says why the key serves none of the algorithms that are wanted.
func (k *keyState) misfit(wanted Algorithm) error {
	switch {
	case wanted&supportedAlgorithms == 0:
		return unsupportedAlgorithm(wanted)
	case k.bound != 0 && k.bound&wanted == 0:
		return badKey("the key is bound to " + k.bound.String() + " and cannot serve " + wanted.String())
	case k.fits&wanted != 0:
		return badKey("the key's JWK says what it is for, and this is not it: " + k.jwk.purpose())
	case k.secret != nil && wanted&hmacAlgorithms != 0:
		short := wanted & hmacAlgorithms
		return secretTooShort(len(k.secret), short&-short)
	case k.secret != nil:
		return badKey("a []byte is an HMAC secret, and " + wanted.String() + " is not signed with one; allow HS256, or use a key of the right kind")
	}
	return badKey("the " + k.kind + " serves " + k.fits.String() + ", and not " + wanted.String())
}

func unsupportedAlgorithm(alg Algorithm) *failure {
	return unsupportedKey(alg.String() + " is not supported here: it needs Go 1.27, which has crypto/mldsa")
}
