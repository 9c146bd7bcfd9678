package jwt

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/token-jwt/jwt/internal/hmackey"
	"github.com/token-jwt/jwt/internal/seen"
)

// The state of keys: checking, copying, and which algorithms a key can be used with.

// A keyState is the state of a Key. A raw key gets one for the duration of a call.
type keyState struct {
	family   family // by the kind of key: rsaFamily for each RSA key, even if it signs with PS256
	id       string
	kind     string    // the kind of key, for texts
	fits     Algorithm // all algorithms for keys of this kind and size
	bound    Algorithm // the one algorithm that the key is bound to, or 0
	signs    Algorithm // the algorithms that it may sign with; see computeUses
	verifies Algorithm // the algorithms that it may verify with

	secret []byte           // only of HMAC; all other kinds have a public half
	public crypto.PublicKey // *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey or *mldsa.PublicKey
	signer crypto.Signer    // the private half; nil for a public key
	opaque bool             // the signer is the caller's code, perhaps for a KMS

	jwk  *jwkExtras    // other members of the key's JWK; nil if it was not made from a JWK
	macs *hmackey.MACs // nil for a raw key

	fingerprint func() seen.Sum // the hash of identity, computed at most once; nil for a raw key
}

// A sealed value is kept in a closure, which package fmt cannot print. A pointer would not
// be enough: fmt ignores Format and follows pointers if a verb does not fit or a field is
// not exported.
type sealed[T any] struct{ open func() *T }

func seal[T any](value *T) sealed[T] { return sealed[T]{func() *T { return value }} }

func (s sealed[T]) isEmpty() bool { return s.open == nil }

// makeKey makes a key from material, which has one of the types that NewKey takes. The key
// shares no memory with it.
func makeKey(material any, o keyOptions) (*Key, error) {
	key, ok := material.(*Key)
	if !ok {
		k, err := newKeyState(material, o.weak)
		if err != nil {
			return nil, err
		}
		k.family.detach(k)
		return k.finish(o)
	}
	k, err := key.usable()
	if err != nil {
		return nil, err
	}
	if k = k.copy(); o.weak && k.secret != nil { // AllowWeakKey changes nothing for a key of another kind that was accepted
		k.fits = hmacAlgorithms
	}
	return k.finish(o)
}

// finish applies the options to a checked and detached state, and makes the Key.
func (k *keyState) finish(o keyOptions) (*Key, error) {
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
	k.macs = new(hmackey.MACs)
	return k.sealed(), nil
}

// sealed makes a Key of a complete state. Each Key gets its own fingerprint function. If the
// public half of a key shared the function of the private half, it would keep the private half
// in memory.
func (k *keyState) sealed() *Key {
	k.fingerprint = sync.OnceValue(func() seen.Sum { return seen.SumOf([]byte(k.identity())) })
	k.computeUses()
	return &Key{seal(k)}
}

// rawKey checks a key for one call. The state keeps a reference to the key.
func rawKey[K any](s *scratch, key K) (*keyState, error) {
	if secret, ok := any(key).([]byte); ok { // a case for itself, so that it does not escape to the heap
		return &s.secret, s.secret.setSecret(secret, false)
	}
	if k, ok := any(key).(*Key); ok {
		return k.usable()
	}
	k, err := newKeyState(key, false)
	if err == nil {
		k.computeUses()
	}
	return k, err
}

// keptKey checks a key for NewEncoder or NewDecoder. The state shares no memory with the
// key, so it may outlive the call.
func keptKey(key any) (*keyState, error) {
	made, ok := key.(*Key)
	if !ok {
		var err error
		if made, err = makeKey(key, keyOptions{}); err != nil {
			return nil, err
		}
	}
	return made.usable()
}

// A keyring is the key or the set of keys to verify with.
type keyring struct {
	one *keyState
	set *keySetState
}

// verificationKeys checks the key that a verifying function was given, for one call. The
// keyring keeps a reference to the key.
func verificationKeys[K VerificationKey](s *scratch, key K) (keyring, error) {
	if k, ok := any(key).(*KeySet); ok {
		set, err := k.usable()
		return keyring{set: set}, err
	}
	return ring(rawKey(s, key))
}

// keptKeyring does the same for NewDecoder. The keyring shares no memory with the key, so it
// may outlive the call.
func keptKeyring(key any) (keyring, error) {
	if s, ok := key.(*KeySet); ok {
		set, err := s.usable()
		return keyring{set: set}, err
	}
	return ring(keptKey(key))
}

func ring(k *keyState, err error) (keyring, error) { return keyring{one: k}, err }

// serve refuses an allow-list if the key fits none of its algorithms, or if no key of the set
// does. It accepts an empty set and a live one: their keys are only checked with a token.
func (r *keyring) serve(allowed Algorithm) error {
	if r.one == nil {
		if len(r.set.members) > 0 && r.set.serves&allowed == 0 {
			return r.set.misfit(allowed)
		}
		return nil
	}
	if err := r.one.checkSecretAlone(allowed); err != nil {
		return err
	}
	if r.one.verifies&allowed == 0 {
		return r.one.misfit(allowed)
	}
	return nil
}

// candidates appends to dst the keys to try on a token: at least one, and at most
// mostKeysTried. If a live set read the clock and did not wait, *now is that time.
func (r *keyring) candidates(p *decodePolicy, ctx context.Context, now *time.Time, alg Algorithm, kid string, dst []*keyState) ([]*keyState, *failure) {
	switch {
	case alg&supportedAlgorithms == 0:
		f := *unsupportedAlgorithm(alg)
		f.class = ErrInvalidAlgorithm
		return nil, &f
	case r.one == nil && r.set.live != nil:
		*now = time.Now()
		if keys, ok := r.set.live.Fresh(*now); ok {
			if found, none := keys.candidates(alg, kid, dst); none == nil {
				return found, nil
			}
		}
		*now = time.Time{}
		if ctx == nil {
			ctx = p.context()
		}
		return r.set.liveCandidates(ctx, alg, kid, dst)
	case r.one == nil:
		return r.set.candidates(alg, kid, dst)
	case r.one.verifies&alg == 0:
		return nil, &failure{class: ErrInvalidAlgorithm, text: "the token's algorithm " + alg.String() + " is allowed, but not one that the key can serve"}
	}
	return append(dst, r.one), nil
}

// newKeyState checks material, which may have any type. The state keeps a reference to it.
func newKeyState(material any, weak bool) (*keyState, error) {
	switch m := material.(type) {
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
	for _, f := range keyFamilies {
		if k, err := f.newKey(material, weak); k != nil || err != nil {
			return k, err
		}
	}
	if signer, ok := material.(crypto.Signer); ok {
		return newOpaque(signer, weak)
	}
	return newPublic(material, weak)
}

// newPublic checks a public key. It refuses secrets and private keys.
func newPublic(material crypto.PublicKey, weak bool) (*keyState, error) {
	if material == nil {
		return nil, unsupportedKey("there is no public key, or one of a kind that is not supported")
	}
	for _, f := range keyFamilies[1:] {
		if k, err := f.newKey(material, weak); err != nil || k != nil && k.signer == nil {
			return k, err
		}
	}
	return nil, unsupportedKey(fmt.Sprintf("a %T is not a key of a kind that is supported; %s", material, asKey(material)))
}

// asKey returns advice for an error text: how to convert a value of a type that NewKey does not
// take.
func asKey(material any) string {
	elem := reflect.TypeOf(material)
	if elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	switch {
	case elem.Kind() == reflect.String:
		return "convert a secret with []byte(secret), and read PEM with ParsePEM"
	case elem == reflect.TypeFor[ed25519.PublicKey]():
		return "give the ed25519.PublicKey, and not a pointer to it"
	case (elem.Kind() == reflect.Slice || elem.Kind() == reflect.Array) && elem.Elem().Kind() == reflect.Uint8:
		return "only a []byte is a secret: convert it, if it is no key of another kind"
	case elem == reflect.TypeFor[KeySet]():
		return "give the set itself to Decode or NewDecoder, or take a key from it"
	}
	return "an RSA or EC key is given as a pointer"
}

// newOpaque makes the state of a crypto.Signer that is the caller's code.
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

// copy returns a shallow copy, whose fields the caller may change. The copy of a secret shares
// the pools of MAC states until finish gives it its own.
func (k *keyState) copy() *keyState {
	c := *k
	return &c
}

// computeUses sets signs and verifies. It is called after all other fields are set.
func (k *keyState) computeUses() {
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

// choose returns the algorithm to sign with: wanted, or if that is 0 the default of the key.
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

// checkSecretAlone refuses a secret with an allow-list of both HMAC and public-key
// algorithms. Either the list is too wide, or the secret is really a public key, with which
// anyone can forge tokens.
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
		return badKey("the key's JWK does not allow this use: " + k.jwk.purpose())
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
