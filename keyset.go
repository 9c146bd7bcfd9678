package jwt

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"strconv"
)

// A KeySet is several keys, of which each token names one by its key ID
// (RFC 7517, Section 5). A token with a "kid" is verified with exactly the key of
// that ID; where no member has it, with the members that have no ID; and a token
// without one with every member. Of these only those that fit the algorithm of
// the token are tried, and none where they are more than 16.
//
// It is immutable and safe for concurrent use. It prints redacted, in every way
// of printing. The zero value is no set: using it is an [ErrInvalidKey].
type KeySet struct {
	state sealed[keySetState]
}

type keySetState struct {
	keys    []*keyState // and not Keys, which callers can overwrite
	byID    map[string]*keyState
	skipped []skippedKey

	live *liveSet // where the set follows a source; the rest is then empty
}

// shown is what All, Key and the like show: of a live set what was last fetched.
func (s *keySetState) shown() *keySetState {
	if s.live == nil {
		return s
	}
	if f := s.live.latest.Load(); f != nil {
		return f.keys
	}
	return &keySetState{}
}

// A skippedKey is a member of a JWK Set that could not be used.
type skippedKey struct {
	member int // its place in "keys"
	id     string
	reason error
}

// mostKeysTried bounds the work that one token can cause.
const mostKeysTried = 16

// NewKeySet makes a set of keys, of which private ones verify as their public
// halves do. Two keys for signatures that share an ID, and a nil or empty key, are
// an [ErrInvalidKey]. A set may be empty: no token is good then.
func NewKeySet(keys ...*Key) (*KeySet, error) {
	s := &keySetState{byID: map[string]*keyState{}}
	for i, key := range keys {
		k, err := key.usable()
		if err != nil {
			return nil, badKey("key " + strconv.Itoa(i) + " of the set is nil or empty; make one with NewKey")
		}
		s.keys = append(s.keys, k)
		if k.id == "" {
			continue
		}
		other, ok := s.byID[k.id]
		switch {
		case !ok, !other.usedForSignatures():
			s.byID[k.id] = k
		case k.usedForSignatures():
			return nil, badKey("two keys of the set have the ID " + quote(k.id) + ": which of them is meant by a token would be a guess")
		}
	}
	return &KeySet{seal(s)}, nil
}

func (k *keyState) usedForSignatures() bool { return k.signs|k.verifies != 0 }

// All goes through the keys of the set, in its order; through none of a nil or empty
// one.
func (s *KeySet) All() iter.Seq[*Key] {
	return func(yield func(*Key) bool) {
		set, err := s.usable()
		if err != nil {
			return
		}
		for _, k := range set.shown().keys {
			if !yield(&Key{seal(k)}) {
				return
			}
		}
	}
}

// Key returns the key of that ID, and whether there is one. An empty ID is none.
func (s *KeySet) Key(kid string) (*Key, bool) {
	set, err := s.usable()
	if err != nil {
		return nil, false
	}
	k, ok := set.shown().byID[kid]
	if !ok {
		return nil, false
	}
	return &Key{seal(k)}, true
}

// Skipped returns a reason for each member of a parsed set that could not be
// used, in the order of the set; nil where there is none. Each is an
// [ErrInvalidKey]; a kind of key that is not supported wraps
// [errors.ErrUnsupported]. They are for the log, as [ParseKeySet] does not fail
// for them, not even where all members were skipped.
//
// A key that is not for verifying, by its "use" or "key_ops", is not among them: it
// is in the set, and serves no token.
func (s *KeySet) Skipped() []error {
	set, err := s.usable()
	if err != nil {
		return nil
	}
	var reasons []error
	for _, s := range set.shown().skipped {
		text := "member " + strconv.Itoa(s.member) + " of the JWK Set cannot be used: " + because(s.reason)
		reasons = append(reasons, &failure{class: ErrInvalidKey, text: text, cause: s.reason})
	}
	return reasons
}

// MarshalJSON writes the set as a JWK Set of the public members of its keys
// (RFC 7517, Section 5). A secret in the set is an [ErrInvalidKey]: it is not for
// publishing.
func (s *KeySet) MarshalJSON() ([]byte, error) {
	set, err := s.usable()
	if err != nil {
		return nil, err
	}
	if set.live != nil && set.live.latest.Load() == nil {
		return nil, &failure{class: ErrKeySet, text: "the live key set was not fetched yet; Current fetches it"}
	}
	text := []byte(`{"keys":[`)
	for i, k := range set.shown().keys {
		jwk, err := (&Key{seal(k)}).MarshalJSON()
		if err != nil {
			return nil, badKey("key " + strconv.Itoa(i) + " of the set is a secret, and a set is written to be published")
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, jwk...)
	}
	return append(text, "]}"...), nil
}

// Format prints how many keys the set has, whatever the verb.
func (s KeySet) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.redacted()) }

// LogValue is what log/slog shows of the set: how many keys it has.
func (s *KeySet) LogValue() slog.Value {
	if s == nil {
		return slog.StringValue("jwt.KeySet(none)")
	}
	return slog.StringValue(s.redacted())
}

func (s KeySet) redacted() string {
	set, err := s.usable()
	if err != nil {
		return "jwt.KeySet(none)"
	}
	if set.live != nil {
		return fmt.Sprintf("jwt.KeySet(live, %d keys)", len(set.shown().keys))
	}
	return fmt.Sprintf("jwt.KeySet(%d keys)", len(set.keys))
}

// usable refuses sets that were not made by this package.
func (s *KeySet) usable() (*keySetState, error) {
	if s == nil || s.state.isEmpty() {
		return nil, badKey("the key set is nil or empty; make one with NewKeySet or ParseKeySet")
	}
	return s.state.open(), nil
}

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
		return ring(settled(newKeyState(k, false)))
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

// serve refuses an allow-list none of which the key can serve. Of a set nothing
// can be said before there is a token.
func (r *keyring) serve(allowed Algorithm) error {
	if r.one == nil {
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

func (s *keySetState) candidates(alg Algorithm, kid string, dst []*keyState) ([]*keyState, *failure) {
	if k, ok := s.byID[kid]; ok {
		if k.verifies&alg == 0 {
			return nil, &failure{class: ErrInvalidAlgorithm, text: "the token's algorithm " + alg.String() + " is allowed, but not one that the key " + quote(kid) + " of the set can serve"}
		}
		return append(dst, k), nil
	}
	for _, k := range s.keys {
		if k.verifies&alg == 0 || kid != "" && k.id != "" {
			continue
		}
		if len(dst) == mostKeysTried {
			return nil, keyNotFound("more than 16 keys of the set may be meant by the token, and none was tried; give the keys IDs, and the tokens too")
		}
		dst = append(dst, k)
	}
	if len(dst) > 0 {
		return dst, nil
	}
	if kid == "" {
		return nil, keyNotFound("no key of the set serves the token's algorithm " + alg.String())
	}
	for _, skipped := range s.skipped {
		if skipped.id == kid {
			return nil, keyNotFound("the key " + quote(kid) + " of the set could not be used: " + because(skipped.reason))
		}
	}
	return nil, keyNotFound("the set has no key " + quote(kid))
}

// lacks reports whether no member could be meant by a token of that key ID, not even one
// that was skipped.
func (s *keySetState) lacks(alg Algorithm, kid string) bool {
	if kid == "" || s.byID[kid] != nil {
		return false
	}
	for _, k := range s.keys {
		if k.id == "" && k.verifies&alg != 0 {
			return false
		}
	}
	for _, skipped := range s.skipped {
		if skipped.id == kid {
			return false
		}
	}
	return true
}

func keyNotFound(text string) *failure { return &failure{class: ErrKeyNotFound, text: text} }
