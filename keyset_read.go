package jwt

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Reading JWK Sets (RFC 7517, Section 5): cutting one into its members, so that what is
// wrong with one is wrong with that one alone.

// mostKeySetMembers bounds the work that a set causes, in reading it and with each token.
const mostKeySetMembers = 1000

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
	var d document
	var keys []setMember
	var skipped []skippedKey
	for place, text := range members {
		k, id, err := d.setMember(text, o)
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

// setMember reads one member, and the ID by which it is called where it cannot be used.
func (d *document) setMember(text []byte, o keyOptions) (k *keyState, id string, err error) {
	if err := d.parseJWK(text); err != nil {
		return nil, "", err
	}
	key, err := d.key(o)
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

// cutKeySet returns the members of the array "keys", which refer to the text. What they are
// is left open.
func cutKeySet(jwks []byte) ([][]byte, error) {
	malformed := func(what string) error { return badKey("the JWK Set " + what) }
	switch {
	case len(jwks) > mostKeyText:
		return nil, malformed("has more than 1 MiB")
	case !json.Valid(jwks):
		if what := notJSON(jwks); what != "" {
			return nil, malformed(what)
		}
		return nil, malformed("is not valid JSON")
	}
	pos := space(jwks, 0)
	if jwks[pos] != '{' {
		if what := notJSON(jwks); what != "" {
			return nil, malformed(what)
		}
		return nil, malformed("is no JSON object")
	}
	var keys []byte
	var names rootNames
	for name, value := range jsonElements(jwks[pos:]) {
		if names.add(name, value); names.keys == 1 && keys == nil {
			keys = value
		}
	}
	switch {
	case names.keys > 1:
		return nil, malformed(`has the member "keys" twice`)
	case names.keys == 0:
		return nil, badKey(names.seem())
	case keys[0] != '[':
		return nil, malformed(`has something in "keys" that is no array`)
	}
	var members [][]byte
	for _, member := range jsonElements(keys) {
		if len(members) == mostKeySetMembers {
			return nil, malformed("has more than " + strconv.Itoa(mostKeySetMembers) + " members")
		}
		members = append(members, member)
	}
	return members, nil
}

// jsonElements goes through the elements of the array, or the members of the object, that valid
// JSON starts with; of an array the names are nil.
func jsonElements(text []byte) func(yield func(name, value []byte) bool) {
	return func(yield func(name, value []byte) bool) {
		isObject := text[0] == '{'
		for pos := space(text, 1); text[pos] != '}' && text[pos] != ']'; {
			var name []byte
			if isObject {
				end := jsonEnd(text, pos)
				name, pos = text[pos:end], space(text, space(text, end)+1)
			}
			end := jsonEnd(text, pos)
			if !yield(name, text[pos:end]) {
				return
			}
			if pos = space(text, end); text[pos] == ',' {
				pos = space(text, pos+1)
			}
		}
	}
}

// jsonEnd returns the position after the value at pos, within an array or object of
// valid JSON.
func jsonEnd(text []byte, pos int) int {
	for depth := 0; ; pos++ {
		switch c := text[pos]; c {
		case '"':
			for pos++; text[pos] != '"'; pos++ {
				if text[pos] == '\\' {
					pos++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ' ', '\t', '\r', '\n', ',', ':':
			continue
		default:
			for bytes.IndexByte([]byte(" \t\r\n,]}"), text[pos+1]) < 0 {
				pos++
			}
		}
		if depth == 0 {
			return pos + 1
		}
	}
}

// rootNames are what the members of an object say about what it is.
type rootNames struct {
	keys         int // how often
	kty, jwksURI bool
	all, pems    int // of members, and of those that are PEM
}

func (r *rootNames) add(name, value []byte) {
	// What encoding/json calls valid may have half a surrogate pair in it, which has no text.
	_, escaped, fault := scanString(name, 0)
	if name = name[1 : len(name)-1]; escaped && fault == 0 {
		name = appendUnescaped(nil, name)
	}
	r.all++
	switch string(name) {
	case "keys":
		r.keys++
	case "kty":
		r.kty = true
	case "jwks_uri":
		r.jwksURI = true
	}
	if bytes.HasPrefix(value, []byte(`"-----BEGIN `)) {
		r.pems++
	}
}

func (r *rootNames) seem() string {
	switch {
	case r.kty:
		return "this is a single JWK; read it with ParseJWK"
	case r.jwksURI:
		return `this is the metadata of an issuer, and no JWK Set; the set is at the address in its "jwks_uri"`
	case r.all > 0 && r.pems == r.all:
		return "this is a map of certificates in PEM, and no JWK Set; Google publishes a set at /oauth2/v3/certs, and ParsePEM reads each certificate"
	}
	return `the JWK Set has no array "keys"`
}

// notJSON says what text seems to be that should be a JSON object; "" where nothing comes to mind.
func notJSON(text []byte) string {
	trimmed := bytes.TrimSpace(text)
	switch {
	case len(trimmed) == 0:
		return "is empty; is the file, or the setting that holds it, missing?"
	case bytes.HasPrefix(text, []byte("\ufeff")):
		return "starts with a byte order mark, which JSON has not; write it without one"
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return "is in UTF-16; JSON is in UTF-8"
	case trimmed[0] == '<':
		return "is HTML or XML: an error page perhaps, or a login"
	case trimmed[0] == '[':
		return `is an array; a set is an object with the array in "keys"`
	case bytes.Contains(text, []byte("-----BEGIN ")) && trimmed[0] == '-':
		return "is PEM; read a key with ParsePEM"
	case bytes.HasPrefix(trimmed, []byte("http://")), bytes.HasPrefix(trimmed, []byte("https://")):
		return "is an address; fetch what is there first"
	}
	return ""
}
