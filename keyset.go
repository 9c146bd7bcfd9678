package jwt

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strconv"

	"github.com/token-jwt/jwt/internal/foreignkey"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// A KeySet is several keys, of which each token names one by its key ID
// (RFC 7517, Section 5). A token with a "kid" is verified with the key of
// that ID; where no member has it, with the members that have no ID; and a token
// without one with every member. Of these only those that fit the algorithm of the token
// are tried, each key once. None is where they are more than 16, or RSA keys that
// cost more, all together, than one of 16384 bits, or sixteen of 4096, does.
//
// Members that share an ID are told apart by what fits the algorithm: an RSA and an EC
// key, or one key once for each "alg". Equal ones are one. Where two different keys still
// fit, which is meant would be a guess: see [NewKeySet] and [ParseKeySet].
//
// It is safe for concurrent use. One made by [NewKeySet] or [ParseKeySet] is fixed: it never
// changes. One made by [NewLiveKeySet] follows its source, and its methods show what was last
// fetched. It prints redacted, in every way of printing. The zero value is no set: using it is an [ErrInvalidKey].
type KeySet struct {
	state sealed[keySetState]
}

// A keySetState never changes once it is made, so that it can be swapped for another at
// any time.
type keySetState struct {
	members []setMember
	byID    map[string][]setMember
	serves  Algorithm // what any member verifies with
	skipped []skippedKey
	clashes []clash

	live *liveSet // where the set follows a source; the rest is then empty
}

// A setMember is one key of a set.
type setMember struct {
	*keyState     // and not a Key, which callers can overwrite
	place     int // in what the set was made from
	material  int // the same of all members that are the same key
}

// A skippedKey is a member of a JWK Set that could not be used.
type skippedKey struct {
	place  int // in "keys"
	id     string
	reason error
}

// A clash is two different keys of one ID that serve the same algorithms.
type clash struct {
	id         string
	one, other int // places
	algorithms Algorithm
}

// mostKeySetMembers bounds the work that a set causes, in reading it and with each token.
const mostKeySetMembers = 1000

// mostKeysTried bounds the work that one token can cause; see mostRSACost too.
const mostKeysTried = 16

// NewKeySet makes a set of keys, of which private ones verify as their public
// halves do. Two different keys that share an ID and serve the same algorithm, and a nil
// or empty key, are an [ErrInvalidKey]. A set may be empty: no token is good then.
func NewKeySet(keys ...*Key) (*KeySet, error) {
	states := make([]setMember, len(keys))
	for i, key := range keys {
		k, err := key.usable()
		if err != nil {
			return nil, badKey("key " + strconv.Itoa(i) + " of the set is nil or empty; make one with NewKey")
		}
		states[i] = setMember{keyState: k, place: i}
	}
	s := newKeySetState(states)
	if len(s.clashes) > 0 {
		c := s.clashes[0]
		return nil, badKey("keys " + c.String() + "; give them other IDs, or bind each to an algorithm with WithKeyAlgorithm")
	}
	return &KeySet{seal(s)}, nil
}

// ParseKeySet reads a JWK Set (RFC 7517, Section 5), each member as [ParseJWK] does. Those
// that cannot be used are skipped one by one, and [KeySet.Skipped] says why: a kind of key
// that is not supported, a "use" or "key_ops" of something else than signatures, whatever
// is malformed. Where two different members share an ID and serve the same algorithm, only
// tokens that name them are refused, as an [ErrKeyNotFound], and Skipped has them too. An
// empty array parses, as an issuer may revoke all its keys.
//
// Of the options it takes [AllowWeakKey] alone; another one is an [ErrInvalidOption]. Text
// without an array "keys", of more than 1 MiB or more than 1,000 members is an
// [ErrInvalidKey], which says what the text seems to be instead.
func ParseKeySet(jwks []byte, opts ...KeyOption) (*KeySet, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	if o.hasID || o.algorithm != 0 {
		return nil, badOption("ParseKeySet takes no option but AllowWeakKey: what the keys are called and are for, each member says itself")
	}
	members, err := cutKeySet(jwks)
	if err != nil {
		return nil, err
	}
	var d strictjson.Document
	var keys []setMember
	var skipped []skippedKey
	for place, text := range members {
		k, id, err := readSetMember(&d, text, o)
		if err != nil {
			skipped = append(skipped, skippedKey{place, id, err})
			continue
		}
		keys = append(keys, setMember{keyState: k, place: place})
	}
	set := newKeySetState(keys)
	set.skipped = skipped
	return &KeySet{seal(set)}, nil
}

// readSetMember reads one member, and the ID by which it is called if it cannot be used.
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
		return nil, (&jwkReader{d: d}).name(), err
	}
	return k, "", nil
}

// cutKeySet returns the members of the array "keys", which refer to the text. Only the form of
// the set is checked, so that what is wrong with a member is wrong with that one alone.
func cutKeySet(jwks []byte) (members [][]byte, err error) {
	malformed := func(what string) error { return badKey("the JWK Set " + what) }
	if len(jwks) > mostKeyText {
		return nil, malformed("has more than 1 MiB")
	}
	var d strictjson.Document
	switch {
	case !d.ParseLoose(jwks):
		return nil, malformed(cmp.Or(foreignkey.NotJSON(jwks), "is not valid JSON: "+d.Problem()))
	case d.Kind(0) != strictjson.Object:
		return nil, malformed(cmp.Or(foreignkey.NotJSON(jwks), "is no JSON object"))
	}
	var keys strictjson.Node
	all, pems, instead := 0, 0, `the JWK Set has no array "keys"`
	for name, value := range d.Members(0) {
		switch string(d.String(name)) {
		case "keys":
			if keys != 0 {
				return nil, malformed(`has the member "keys" twice`)
			}
			keys = value
		case "kty":
			instead = "this is a single JWK; read it with ParseJWK"
		case "jwks_uri":
			instead = `this is the metadata of an issuer, and no JWK Set; the set is at the address in its "jwks_uri"`
		}
		if all++; bytes.HasPrefix(d.Raw(value), []byte(`"-----BEGIN `)) {
			pems++
		}
	}
	switch {
	case keys == 0 && all > 0 && pems == all:
		return nil, badKey("this is a map of certificates in PEM, and no JWK Set; Google publishes a set at /oauth2/v3/certs, and ParsePEM reads each certificate")
	case keys == 0:
		return nil, badKey(instead)
	case d.Kind(keys) != strictjson.Array:
		return nil, malformed(`has something in "keys" that is no array`)
	}
	for member := range d.Elements(keys) {
		if len(members) == mostKeySetMembers {
			return nil, malformed("has more than " + strconv.Itoa(mostKeySetMembers) + " members")
		}
		members = append(members, d.Raw(member))
	}
	return members, nil
}

// newKeySetState arranges keys whose states and places are set. Of those that are equal in
// everything the first stays.
func newKeySetState(keys []setMember) *keySetState {
	s := &keySetState{byID: map[string][]setMember{}}
	materials := map[string]int{}
	for _, k := range keys {
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
			s.clash(k)
			s.byID[k.id] = append(s.byID[k.id], k)
		}
	}
	return s
}

// identity is the same text for the same key, whatever its ID and which half of it there is.
func (k *keyState) identity() string {
	if k.secret != nil {
		return "secret " + string(k.secret)
	}
	return string(membersJSON(k.publicMembers()))
}

// equals reports whether two members are the same in all that a set looks at.
func (m setMember) equals(other setMember) bool {
	return m.material == other.material && m.id == other.id && m.verifies == other.verifies && m.signs == other.signs && m.bound == other.bound
}

// clash notes what of a key's algorithms another key of its ID serves too, once for each
// algorithm: which of many keys it is says nothing more.
func (s *keySetState) clash(k setMember) {
	open := k.verifies
	for _, c := range s.clashes {
		if c.id == k.id {
			open &^= c.algorithms
		}
	}
	for _, other := range s.byID[k.id] {
		if open == 0 {
			return
		}
		if both := open & other.verifies; both != 0 && k.material != other.material {
			s.clashes = append(s.clashes, clash{k.id, other.place, k.place, both})
			open &^= both
		}
	}
}

func (c clash) String() string {
	return strconv.Itoa(c.one) + " and " + strconv.Itoa(c.other) + " of the set are two different keys of the ID " + quote(c.id) +
		" that both serve " + c.algorithms.String() + ": which of them is meant would be a guess"
}

// All goes through the keys of the set, in its order; through none of a nil or empty
// one.
func (s *KeySet) All() iter.Seq[*Key] {
	return func(yield func(*Key) bool) {
		for _, k := range s.shown().members {
			if !yield(&Key{seal(k.keyState)}) {
				return
			}
		}
	}
}

// Key returns the key of that ID, and whether there is one. Where several share it, it is
// the first that verifies anything; [KeySet.All] has the others. An empty ID is none.
func (s *KeySet) Key(kid string) (*Key, bool) {
	named := s.shown().byID[kid]
	if len(named) == 0 {
		return nil, false
	}
	first := slices.IndexFunc(named, func(k setMember) bool { return k.verifies != 0 })
	return &Key{seal(named[max(first, 0)].keyState)}, true
}

// Skipped returns a reason for each member of a parsed set that could not be used, in the
// order of the set, and then for each two members that share an ID and cannot be told apart;
// nil where there is none. A reason names the member, and the value that decides: its "use",
// for instance. Each is an [ErrInvalidKey]; a kind of key that is not supported wraps
// [errors.ErrUnsupported]. They are for the log, as [ParseKeySet] does not fail for them, not
// even where all members were skipped.
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
	text := "member " + strconv.Itoa(s.place) + " of the JWK Set"
	if s.id != "" {
		text += " (" + quote(s.id) + ")"
	}
	return text + " cannot be used: " + because(s.reason)
}

// MarshalJSON writes the set as a JWK Set of the public members of its keys
// (RFC 7517, Section 5). A secret in the set is an [ErrInvalidKey]: it is not for
// publishing. The receiver is a value, so that encoding/json finds the method of a KeySet in
// a struct too; of a nil *KeySet it writes null.
func (s KeySet) MarshalJSON() ([]byte, error) {
	set, err := s.usable()
	if err != nil {
		return nil, err
	}
	if set.live != nil && set.live.latest.Load() == nil {
		return nil, &failure{class: ErrKeySet, text: "the live key set was not fetched yet; Current fetches it"}
	}
	text := []byte(`{"keys":[`)
	for i, k := range s.shown().members {
		if k.public == nil {
			return nil, badKey("key " + strconv.Itoa(k.place) + " of the set is a secret, and a set is written to be published")
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
	if set.live != nil {
		return fmt.Sprintf("jwt.KeySet(live, %d keys)", len(s.shown().members))
	}
	return fmt.Sprintf("jwt.KeySet(%d keys)", len(set.members))
}

// shown is the fixed set that the methods without an error show: of a live set what was last
// fetched, and of no set an empty one.
func (s *KeySet) shown() *keySetState {
	set, err := s.usable()
	switch {
	case err != nil:
		return &keySetState{}
	case set.live == nil:
		return set
	}
	if f := set.live.latest.Load(); f != nil {
		return f.keys
	}
	return &keySetState{}
}

// usable refuses sets that were not made by this package.
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
	var tried [mostKeysTried]int // their materials
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

// named chooses of the members that have the token's ID.
func (s *keySetState) named(members []setMember, alg Algorithm, dst []*keyState) ([]*keyState, *failure) {
	var chosen setMember
	for _, k := range members {
		switch {
		case k.verifies&alg == 0:
		case chosen.keyState == nil:
			chosen = k
		case chosen.material != k.material:
			c := clash{k.id, chosen.place, k.place, alg}
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
	for i := range s.skipped {
		if skipped := &s.skipped[i]; kid != "" && skipped.id == kid {
			return keyNotFound("the token's key was skipped: " + skipped.String())
		}
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

// lacks reports whether no member could be meant by a token of that key ID, not even one
// that was skipped.
func (s *keySetState) lacks(alg Algorithm, kid string) bool {
	if kid == "" || s.byID[kid] != nil {
		return false
	}
	for _, k := range s.members {
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
