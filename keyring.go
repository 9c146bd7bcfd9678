package jwt

import "context"

// A keyring is what signatures are verified with: one key, or a set.
type keyring struct {
	one *keyState
	set *keySetState
}

// verificationKeys checks whatever Decode and its kin were given. What it
// returns refers to it.
func verificationKeys[K VerificationKey](m *message, key K) (keyring, error) {
	if secret, ok := any(key).([]byte); ok { // by itself, so that it is not put on the heap
		return ring(&m.raw, m.raw.setSecret(secret, false))
	}
	switch k := any(key).(type) {
	case *Key:
		return ring(k.usable())
	case *KeySet:
		set, err := k.usable()
		return keyring{set: set}, err
	default:
		return ring(rawKey(k))
	}
}

// keptKeyring is the same, fit to outlive the call.
func keptKeyring(key any) (keyring, error) {
	if s, ok := key.(*KeySet); ok {
		set, err := s.usable()
		return keyring{set: set}, err
	}
	return ring(keptKey(key))
}

func ring(k *keyState, err error) (keyring, error) { return keyring{one: k}, err }

// serve refuses an allow-list none of which the key can serve, or any key of a set that has
// some. Of an empty set, and of a live one, nothing can be said before there is a token.
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

// candidates appends to dst the keys that a token's signature may be verified
// with: at least one, and at most mostKeysTried.
func (r *keyring) candidates(p *decodePolicy, ctx context.Context, alg Algorithm, kid string, dst []*keyState) ([]*keyState, *failure) {
	switch {
	case alg&supportedAlgorithms == 0:
		f := *unsupportedAlgorithm(alg)
		f.class = ErrInvalidAlgorithm
		return nil, &f
	case r.one == nil && r.set.live != nil:
		if ctx == nil {
			ctx = p.context()
		}
		return r.set.live.candidates(ctx, alg, kid, dst)
	case r.one == nil:
		return r.set.candidates(alg, kid, dst)
	case r.one.verifies&alg == 0:
		return nil, &failure{class: ErrInvalidAlgorithm, text: "the token's algorithm " + alg.String() + " is allowed, but not one that the key can serve"}
	}
	return append(dst, r.one), nil
}
