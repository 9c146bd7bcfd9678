package jwt

import (
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strconv"

	"github.com/token-jwt/jwt/internal/jwkset"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// A KeySet holds several keys (RFC 7517, Section 5). The "kid" of a token decides which keys
// are tried:
//
//   - The set has members with that ID: these are tried.
//   - No member has that ID: the members without an ID are tried.
//   - The token has no "kid": all members are tried.
//
// Only keys that fit the algorithm of the token are tried, each key once. The work for one
// token is bounded. If more than 16 keys would have to be tried, none is, and the token is an
// [ErrKeyNotFound]. The same holds for RSA keys that together cost more than one key of
// 16384 bits, or sixteen of 4096 bits.
//
// Members may share an ID if at most one of them fits each algorithm: an RSA and an EC key,
// or the same key once for each "alg". Equal members count as one. If two different keys of
// one ID fit the same algorithm, it is not clear which one a token means: see [NewKeySet] and
// [ParseKeySet].
//
// A KeySet is safe for concurrent use. A set made by [NewKeySet] or [ParseKeySet] is fixed:
// it never changes. A set made by [NewLiveKeySet] follows its source, and its methods return
// what was fetched last. Printing and logging never show the keys. The zero value is no set:
// using it is an [ErrInvalidKey].
type KeySet struct {
	state sealed[keySetState]
}

// A keySetState is immutable, so that a live set can replace it at any time.
type keySetState struct {
	members []setMember
	byID    map[string][]setMember
	serves  Algorithm // all algorithms that a member verifies with
	skipped []skippedKey
	clashes []clash

	live *liveSet // only of a live set; all other fields are then empty
}

// A setMember is one key of a set.
type setMember struct {
	*keyState     // not a Key, which callers could overwrite
	index     int // in the arguments of NewKeySet, or in "keys"
	material  int // equal for members that are the same key
}

// A skippedKey is a member of a JWK Set that could not be used.
type skippedKey struct {
	index  int // in "keys"
	id     string
	reason error
}

// A clash is two different keys with the same ID that fit the same algorithms.
type clash struct {
	id         string
	one, other int // their indexes
	algorithms Algorithm
}

// mostKeysTried bounds the work that one token can cause; see mostRSACost too.
const mostKeysTried = 16

// NewKeySet makes a set of keys. A private key in it verifies like its public half. Two
// different keys that share an ID and fit the same algorithm are an [ErrInvalidKey], and so
// is a nil or empty key. A set may be empty: it refuses every token.
func NewKeySet(keys ...*Key) (*KeySet, error) {
	members := make([]setMember, len(keys))
	for i, key := range keys {
		k, err := key.usable()
		if err != nil {
			return nil, badKey("key " + strconv.Itoa(i) + " of the set is nil or empty; make one with NewKey")
		}
		members[i] = setMember{keyState: k, index: i}
	}
	s := newKeySetState(members)
	if len(s.clashes) > 0 {
		c := s.clashes[0]
		return nil, badKey("keys " + c.String() + "; give them other IDs, or bind each to an algorithm with WithKeyAlgorithm")
	}
	return &KeySet{seal(s)}, nil
}

// ParseKeySet reads a JWK Set (RFC 7517, Section 5). It reads each member as [ParseJWK] does.
// A member that cannot be used is skipped, and [KeySet.Skipped] says why: it may be a kind of
// key that is not supported, a key that is not for signatures by its "use" or "key_ops", or
// malformed. If two different members share an ID and fit the same algorithm, tokens with
// this ID and algorithm are refused as an [ErrKeyNotFound], and Skipped reports the members.
// An empty array parses, as an issuer may revoke all its keys.
//
// ParseKeySet takes only the option [AllowWeakKey]; another one is an [ErrInvalidOption].
// Text without an array "keys", of more than 1 MiB, or with more than 1,000 members is an
// [ErrInvalidKey]. Its text says what the input seems to be instead.
func ParseKeySet(jwks []byte, opts ...KeyOption) (*KeySet, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	if o.hasID || o.algorithm != 0 {
		return nil, badOption("ParseKeySet takes no option but AllowWeakKey: each member has its own ID and algorithm")
	}
	if len(jwks) > mostKeyText {
		return nil, badKey("the JWK Set has more than 1 MiB")
	}
	texts, err := jwkset.Members(jwks)
	if err != nil {
		return nil, badKey(err.Error())
	}
	var d strictjson.Document
	var members []setMember
	var skipped []skippedKey
	for index, text := range texts {
		k, id, err := readSetMember(&d, text, o)
		if err != nil {
			skipped = append(skipped, skippedKey{index, id, err})
			continue
		}
		members = append(members, setMember{keyState: k, index: index})
	}
	set := newKeySetState(members)
	set.skipped = skipped
	return &KeySet{seal(set)}, nil
}

// readSetMember reads one member. If the member cannot be used, it returns its ID.
func readSetMember(d *strictjson.Document, text []byte, o keyOptions) (k *keyState, id string, err error) {
	if err := parseJWK(d, text); err != nil {
		return nil, "", err
	}
	key, err := readJWK(d, o)
	if err == nil {
		if k, err = key.usable(); k.verifies == 0 {
			err = badKey("it is not for verifying: " + k.jwk.purpose())
		}
	}
	if err != nil {
		return nil, jwkReaderOf(d).ID(), err
	}
	return k, "", nil
}

// newKeySetState makes a set of members that have their states and indexes. Of equal members
// it keeps the first.
func newKeySetState(members []setMember) *keySetState {
	s := &keySetState{byID: map[string][]setMember{}}
	materials := map[string]int{}
	for _, k := range members {
		identity := k.identity()
		material, ok := materials[identity]
		if !ok {
			material = len(materials)
			materials[identity] = material
		}
		k.material = material
		if k.id != "" && slices.ContainsFunc(s.byID[k.id], k.equals) || k.id == "" && ok && slices.ContainsFunc(s.members, k.equals) {
			continue
		}
		s.members = append(s.members, k)
		s.serves |= k.verifies
		if k.id != "" {
			s.addClashes(k)
			s.byID[k.id] = append(s.byID[k.id], k)
		}
	}
	return s
}

// identity returns a text that is the same for equal keys, whatever their IDs. Both halves of a
// key have the same identity.
func (k *keyState) identity() string {
	if k.secret != nil {
		return "secret " + string(k.secret)
	}
	return string(membersJSON(k.publicMembers()))
}

// equals reports whether two members are the same key, with the same ID and uses.
func (m setMember) equals(other setMember) bool {
	return m.material == other.material && m.id == other.id && m.verifies == other.verifies && m.signs == other.signs && m.bound == other.bound
}

// addClashes adds the clashes of a new member with the members before it: at most one clash for
// each ID and algorithm.
func (s *keySetState) addClashes(k setMember) {
	left := k.verifies // the algorithms without a clash yet
	for _, c := range s.clashes {
		if c.id == k.id {
			left &^= c.algorithms
		}
	}
	for _, other := range s.byID[k.id] {
		if left == 0 {
			return
		}
		if both := left & other.verifies; both != 0 && k.material != other.material {
			s.clashes = append(s.clashes, clash{k.id, other.index, k.index, both})
			left &^= both
		}
	}
}

func (c clash) String() string {
	return strconv.Itoa(c.one) + " and " + strconv.Itoa(c.other) + " of the set are two different keys of the ID " + quote(c.id) +
		" that both serve " + c.algorithms.String() + ": it is not clear which of them is meant"
}

// All iterates over the keys of the set, in the order of the set. A nil or empty set has no
// keys.
func (s *KeySet) All() iter.Seq[*Key] {
	return func(yield func(*Key) bool) {
		for _, k := range s.shown().members {
			if !yield(&Key{seal(k.keyState)}) {
				return
			}
		}
	}
}

// Key returns the key of that ID, and whether the set has one. If several keys share the ID,
// it returns the first that can verify; [KeySet.All] has the others. For an empty ID it
// returns false.
func (s *KeySet) Key(kid string) (*Key, bool) {
	named := s.shown().byID[kid]
	if len(named) == 0 {
		return nil, false
	}
	first := slices.IndexFunc(named, func(k setMember) bool { return k.verifies != 0 })
	return &Key{seal(named[max(first, 0)].keyState)}, true
}

// Skipped returns an error for each member of a parsed set that could not be used, in the
// order of the set, and then one for each two members that share an ID and fit the same
// algorithm. It returns nil if there are none. An error names the member and the reason, such
// as its "use". Each is an [ErrInvalidKey]; a kind of key that is not supported wraps
// [errors.ErrUnsupported]. Log these errors: [ParseKeySet] does not fail because of them, even
// if all members were skipped.
func (s *KeySet) Skipped() []error {
	set := s.shown()
	var reasons []error
	for _, s := range set.skipped {
		reasons = append(reasons, &failure{class: ErrInvalidKey, text: s.String(), cause: s.reason})
	}
	for _, c := range set.clashes {
		reasons = append(reasons, badKey("members "+c.String()+", so tokens that name them are refused"))
	}
	return reasons
}

func (s *skippedKey) String() string {
	text := "member " + strconv.Itoa(s.index) + " of the JWK Set"
	if s.id != "" {
		text += " (" + quote(s.id) + ")"
	}
	return text + " cannot be used: " + because(s.reason)
}

// MarshalJSON writes the set as a JWK Set of the public members of its keys (RFC 7517,
// Section 5). A secret in the set is an [ErrInvalidKey], because it must not be published.
// The receiver is a value, so that encoding/json calls the method for a KeySet in a struct
// too. encoding/json writes null for a nil *KeySet.
func (s KeySet) MarshalJSON() ([]byte, error) {
	set, err := s.usable()
	if err != nil {
		return nil, err
	}
	if set = set.latest(); set == nil {
		return nil, &failure{class: ErrKeySet, text: "the live key set was not fetched yet; Current fetches it"}
	}
	text := []byte(`{"keys":[`)
	for i, k := range set.members {
		if k.public == nil {
			return nil, badKey("key " + strconv.Itoa(k.index) + " of the set is a secret, and a set is written to be published")
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, k.writeJWK(k.jwk.public(), false)...)
	}
	return append(text, "]}"...), nil
}

// Format prints how many keys the set has, whatever the verb.
func (s KeySet) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.redacted()) }

// LogValue is what log/slog shows of the set: how many keys it has.
func (s *KeySet) LogValue() slog.Value { return slog.StringValue(s.redacted()) }

func (s *KeySet) redacted() string {
	set, err := s.usable()
	if err != nil {
		return "jwt.KeySet(none)"
	}
	what := ""
	if set.live != nil {
		what = "live, "
	}
	return fmt.Sprintf("jwt.KeySet(%s%d keys)", what, len(s.shown().members))
}

// shown does what latest does, for methods that return no error. If nothing was fetched yet, or
// if s is no set, it returns an empty state.
func (s *KeySet) shown() *keySetState {
	if set, err := s.usable(); err == nil {
		if set = set.latest(); set != nil {
			return set
		}
	}
	return &keySetState{}
}

// latest returns what a live set fetched last, or nil if it fetched nothing yet. A fixed set
// returns itself.
func (s *keySetState) latest() *keySetState {
	if s.live == nil {
		return s
	}
	keys, _ := s.live.Latest()
	return keys
}

// usable returns the state of the set. It refuses a set that this package did not make.
func (s *KeySet) usable() (*keySetState, error) {
	if s == nil || s.state.isEmpty() {
		return nil, badKey("the key set is nil or empty; make one with NewKeySet or ParseKeySet")
	}
	return s.state.open(), nil
}

// misfit says why no key of the set serves any of the algorithms that are wanted.
func (s *keySetState) misfit(wanted Algorithm) error {
	switch {
	case wanted&supportedAlgorithms == 0:
		return unsupportedAlgorithm(wanted)
	case len(s.members) == 1:
		return s.members[0].misfit(wanted)
	case s.serves == 0:
		return badKey("no key of the set is for verifying, by what their JWKs say")
	}
	return badKey("no key of the set serves " + wanted.String() + "; they serve " + s.serves.String())
}

func (s *keySetState) candidates(alg Algorithm, kid string, dst []*keyState) ([]*keyState, *failure) {
	if named := s.byID[kid]; len(named) > 0 {
		return s.named(named, alg, dst)
	}
	var tried [mostKeysTried]int // the materials of the keys in dst
	cost := 0
	for _, k := range s.members {
		if k.verifies&alg == 0 || kid != "" && k.id != "" || slices.Contains(tried[:len(dst)], k.material) {
			continue
		}
		if len(dst) == mostKeysTried {
			return nil, keyNotFound("more than 16 keys of the set may be meant by the token, and none was tried; give the keys IDs, and the tokens too")
		}
		if cost += k.rsaCost(); cost > mostRSACost {
			return nil, keyNotFound("the RSA keys of the set that may be meant by the token cost more, all together, than one of 16384 bits, and none was tried; give the keys IDs, and the tokens too")
		}
		tried[len(dst)] = k.material
		dst = append(dst, k.keyState)
	}
	if len(dst) > 0 {
		return dst, nil
	}
	return nil, s.notFound(alg, kid)
}

// named chooses one of the members that have the token's ID.
func (s *keySetState) named(members []setMember, alg Algorithm, dst []*keyState) ([]*keyState, *failure) {
	var chosen setMember
	for _, k := range members {
		switch {
		case k.verifies&alg == 0:
		case chosen.keyState == nil:
			chosen = k
		case chosen.material != k.material:
			c := clash{k.id, chosen.index, k.index, alg}
			return nil, keyNotFound("members " + c.String())
		}
	}
	if chosen.keyState == nil {
		k := members[0]
		return nil, &failure{class: ErrInvalidAlgorithm, text: "the token's algorithm " + alg.String() + " is allowed, but not one that the key " +
			quote(k.id) + " of the set can serve: " + because(k.misfit(alg))}
	}
	return append(dst, chosen.keyState), nil
}

// notFound says why no key is tried.
func (s *keySetState) notFound(alg Algorithm, kid string) *failure {
	text := "the set has no key " + quote(kid)
	if kid == "" {
		text = "no key of the set serves the token's algorithm " + alg.String()
	}
	if k := s.skippedAs(kid); k != nil {
		return keyNotFound("the token's key was skipped: " + k.String())
	}
	switch len(s.skipped) {
	case 0:
	case 1:
		text += "; " + s.skipped[0].String()
	default:
		text += "; " + strconv.Itoa(len(s.skipped)) + " of its members could not be used, and KeySet.Skipped says why"
	}
	return keyNotFound(text)
}

// lacks reports whether no member of the set can be the key of a token with that key ID: none
// has the ID, no skipped one has it, and no member without an ID fits alg. For an empty ID it
// returns false.
func (s *keySetState) lacks(alg Algorithm, kid string) bool {
	mayMean := func(k setMember) bool { return k.id == "" && k.verifies&alg != 0 }
	return kid != "" && s.byID[kid] == nil && s.skippedAs(kid) == nil && !slices.ContainsFunc(s.members, mayMean)
}

// skippedAs returns the skipped member with that ID, or nil. For an empty ID it returns nil.
func (s *keySetState) skippedAs(kid string) *skippedKey {
	for i := range s.skipped {
		if k := &s.skipped[i]; kid != "" && k.id == kid {
			return k
		}
	}
	return nil
}

func keyNotFound(text string) *failure { return &failure{class: ErrKeyNotFound, text: text} }
