//go:build conformance

package conformance_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

type joseGroup struct {
	origin
	Comment string          `json:"comment"`
	Public  json.RawMessage `json:"public"`
	Private json.RawMessage `json:"private"`
	Tests   []struct {
		about
		JWS json.RawMessage `json:"jws"`
		JWE json.RawMessage `json:"jwe"`
	} `json:"tests"`
}

func (g joseGroup) count() int { return len(g.Tests) }

// hmac is all that a program can allow where the key is a secret.
const hmac = jwt.HS256 | jwt.HS384 | jwt.HS512

// every is all that a careless program could allow at once: what must be refused
// is refused even then.
const every = hmac | jwt.RS256 | jwt.RS384 | jwt.RS512 | jwt.PS256 | jwt.PS384 | jwt.PS512 |
	jwt.ES256 | jwt.ES384 | jwt.ES512 | jwt.EdDSA | jwt.Ed25519 | jwt.MLDSA44 | jwt.MLDSA65 | jwt.MLDSA87

// A decision is a case where this library does not do what the vector's label
// says, and why.
type decision struct {
	verdict verdict
	why     string
	without string // the member of the JWK that is all that stands against the case
}

const (
	boundKey    = `RFC 7517, Section 4.4: "alg" of a key "identifies the algorithm intended for use with the key", and this token is signed with another`
	unknownAlg  = `RFC 7518, Section 3.1 has no such algorithm, and so nothing is signed with a key that is bound to it (RFC 7517, Section 4.4)`
	mixedSet    = `RFC 7517, Section 5 lets a set hold keys of any type. The token's "kid" picks one key, which serves only the algorithms of its type`
	skippedTwin = `RFC 7517, Section 5: members "for which values are out of the supported ranges" are ignored; the second key's "k" has unused bits that are not zero, and is no base64url. See TestDuplicateKeyID`
	zeroSecret  = `RFC 7515, Section 10.1: "A minimum of 128 bits of entropy should be used for all keys", and a secret of zeros has none`
	howMade     = `RFC 7518, Section 3.3: "A key of size 2048 bits or larger MUST be used", and this one is; how its primes were found is for whoever makes keys`
)

// decided are the cases that go against their label, and those that the vectors
// themselves call ambiguous.
var decided = map[string]decision{
	"json_web_signature 346": {verdict: tokenRefused, why: boundKey, without: "alg"},
	"json_web_signature 347": {verdict: keyRefused, why: unknownAlg, without: "alg"},
	"json_web_signature 350": {verdict: tokenRefused, why: boundKey, without: "alg"},
	"json_web_signature 351": {verdict: keyRefused, why: unknownAlg, without: "alg"},
	"json_web_signature 357": {verdict: keyRefused, why: zeroSecret},
	"json_web_signature 358": {verdict: keyRefused, why: zeroSecret},
	"json_web_signature 359": {verdict: keyRefused, why: zeroSecret},
	"json_web_signature 372": {verdict: keyRefused, why: zeroSecret + "; see TestZeroSecret"},
	"json_web_signature 373": {verdict: keyRefused, why: zeroSecret + "; see TestZeroSecret"},
	"json_web_signature 376": {verdict: keyRefused, why: zeroSecret},
	"json_web_signature 377": {verdict: keyRefused, why: zeroSecret},
	"json_web_key 1":         {verdict: accepted, why: mixedSet},
	"json_web_key 4":         {verdict: accepted, why: skippedTwin},
	"json_web_key 7":         {verdict: accepted, why: howMade},
	"json_web_crypto 46":     {verdict: accepted, why: howMade},
	"json_web_crypto 47":     {verdict: accepted, why: mixedSet},
}

func TestJOSE(t *testing.T) {
	const wantAll, wantEncrypted = 510, 34
	want := map[string]tally{
		"json_web_signature": {accepted: 35, keyRefused: 27, tokenRefused: 339},
		"json_web_key":       {accepted: 8, tokenRefused: 18},
		"json_web_crypto":    {accepted: 6, tokenRefused: 43},
	}
	all, encrypted, seen := 0, 0, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		var n tally
		for _, g := range read[joseGroup](t, name) {
			for _, c := range g.Tests {
				all++
				if c.JWE != nil {
					assert.Nil(t, c.JWS)
					encrypted++
					continue
				}
				id := name + " " + strconv.Itoa(c.ID)
				seen[id] = true
				t.Run(id, func(t *testing.T) {
					n.add(judge(t, id, c.about, g.verificationKeys(t), compact(t, c.JWS)))
				})
			}
		}
		t.Logf("%s: %d accepted, %d refused by their key, %d refused", name, n.accepted, n.keyRefused, n.tokenRefused)
		assert.Equal(t, want[name], n, name)
	}
	t.Logf("%d cases in all, %d of them for encryption and set aside, %d decided by a table", all, encrypted, len(decided))
	assert.Equal(t, wantAll, all)
	assert.Equal(t, wantEncrypted, encrypted)
	for id := range decided {
		assert.True(t, seen[id], id)
	}
}

// The cases about base64url have a secret of 32 zeros, and would all be refused
// for that. So they run once more without that check.
func TestZeroSecret(t *testing.T) {
	decided := map[int]verdict{
		// Octet for octet the token of 357, whose label is the other one.
		367: accepted,
		370: accepted,
		// With a '?' in them. RFC 7515, Section 2: base64url is "without the
		// inclusion of any line breaks, whitespace, or other additional characters".
		372: tokenRefused,
		373: tokenRefused,
	}
	const wantAccepted, wantRefused = 7, 14
	key, err := jwt.UncheckedSecret(make([]byte, 32))
	require.NoError(t, err)
	var n tally
	tokens := map[int]string{}
	for _, g := range read[joseGroup](t, "json_web_signature") {
		if g.Comment != "base64" {
			continue
		}
		for _, c := range g.Tests {
			tokens[c.ID] = compact(t, c.JWS)
			want, ok := decided[c.ID]
			if !ok && c.Result != "valid" {
				want = tokenRefused
			}
			got := verifyWith(t, key, nil, tokens[c.ID], hmac)
			assert.Equal(t, want, got, "%d: %s", c.ID, c.Comment)
			n.add(got)
		}
	}
	assert.Equal(t, tokens[357], tokens[367])
	assert.Equal(t, tokens[357], tokens[370])
	t.Logf("secret of zeros: %d accepted, %d refused", n.accepted, n.tokenRefused)
	assert.Equal(t, tally{accepted: wantAccepted, tokenRefused: wantRefused}, n)
}

// Of the set whose two keys have one ID, once both of them are keys, no token that names it is
// taken.
func TestDuplicateKeyID(t *testing.T) {
	for _, g := range read[joseGroup](t, "json_web_key") {
		if g.Comment != "jws_duplicate_kid" {
			continue
		}
		set, err := jwt.ParseKeySet(g.Private)
		require.NoError(t, err)
		require.Len(t, set.Skipped(), 1)
		assert.ErrorIs(t, set.Skipped()[0], jwt.ErrInvalidKey)

		mended := bytes.Replace(g.Private, []byte(`ingge"`), []byte(`inggc"`), 1)
		require.NotEqual(t, []byte(g.Private), mended)
		set, err = jwt.ParseKeySet(mended)
		require.NoError(t, err)
		require.Len(t, set.Skipped(), 1)
		for key := range set.All() {
			token, err := jwt.Encode(jwt.Claims{}, key)
			require.NoError(t, err)
			_, err = jwt.Decode(token, set, key.Algorithm())
			assert.ErrorIs(t, err, jwt.ErrKeyNotFound)
		}
		return
	}
	t.Fatal("no such group")
}

// judge holds a case against its label, or against what is decided of it.
func judge(t *testing.T, id string, c about, keys []json.RawMessage, token string) verdict {
	var got verdict
	for i, key := range keys {
		v := verify(t, key, token, every)
		if bytes.Contains(key, []byte(`"sign, verify"`)) {
			assert.Equal(t, keyRefused, v, "this private key is for one operation, which is no operation: %s", c.Comment)
			continue
		}
		if i > 0 {
			assert.Equal(t, got, v, "the private key verifies what the public one does: %s", c.Comment)
		}
		got = v
		// The one algorithm that the token asks for is no less than every.
		if own := algorithmOf(token); own != 0 {
			assert.Equal(t, v == accepted, verify(t, key, token, own) == accepted, c.Comment)
		}
	}
	d, ok := decided[id]
	switch {
	case ok:
		ambiguous := slices.Contains(c.Flags, "Ambiguous")
		assert.True(t, ambiguous || (d.verdict == accepted) != (c.Result == "valid"), "no decision is needed: %s", c.Comment)
		assert.Equal(t, d.verdict, got, "%s: %s", c.Comment, d.why)
	case c.Result == "valid":
		assert.Equal(t, accepted, got, c.Comment)
	case c.Result == "invalid":
		assert.NotEqual(t, accepted, got, c.Comment)
	default:
		t.Errorf("%q is a label that nothing is decided of: %s", c.Result, c.Comment)
	}
	if d.without != "" {
		for _, key := range keys {
			assert.Equal(t, accepted, verify(t, without(t, key, d.without), token, every), c.Comment)
		}
	}
	return got
}

// verificationKeys are the keys of a group, each of which must do: the public
// one where there is one, and the private one, which holds it.
func (g joseGroup) verificationKeys(t *testing.T) []json.RawMessage {
	var keys []json.RawMessage
	for _, key := range []json.RawMessage{g.Public, g.Private} {
		if key != nil {
			keys = append(keys, key)
		}
	}
	require.NotEmpty(t, keys)
	return keys
}

// compact is the text of a token. One in a JSON serialization (RFC 7515, Section
// 7.2) is given as it stands.
func compact(t *testing.T, jws json.RawMessage) string {
	require.NotEmpty(t, jws)
	if jws[0] == '{' {
		return string(jws)
	}
	var token string
	require.NoError(t, json.Unmarshal(jws, &token))
	return token
}

// algorithmOf is the algorithm that a token asks for, or 0.
func algorithmOf(token string) jwt.Algorithm {
	header, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(header)
	var says struct{ Alg string }
	if err != nil || json.Unmarshal(text, &says) != nil {
		return 0
	}
	alg, _ := jwt.ParseAlgorithm(says.Alg)
	return alg
}

func without(t *testing.T, jwk json.RawMessage, member string) json.RawMessage {
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(jwk, &members))
	require.Contains(t, members, member)
	delete(members, member)
	text, err := json.Marshal(members)
	require.NoError(t, err)
	return text
}

func verify(t *testing.T, jwk json.RawMessage, token string, allowed jwt.Algorithm) verdict {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(jwk, &members))
	if members["keys"] != nil {
		set, err := jwt.ParseKeySet(jwk)
		return verifyWith(t, set, err, token, allowed)
	}
	key, err := jwt.ParseJWK(jwk)
	if err == nil && key.Public() == nil && allowed == every {
		_, err := jwt.Verify(token, key, every)
		assert.ErrorIs(t, err, jwt.ErrInvalidOption, "a secret beside algorithms of public keys")
		allowed = hmac
	}
	return verifyWith(t, key, err, token, allowed)
}

func verifyWith[K jwt.VerificationKey](t *testing.T, key K, err error, token string, allowed jwt.Algorithm) verdict {
	t.Helper()
	if err != nil {
		require.ErrorIs(t, err, jwt.ErrInvalidKey)
		assert.Zero(t, key)
		return keyRefused
	}
	payload, err := jwt.Verify(token, key, allowed)
	if err != nil {
		assert.Nil(t, payload)
		return refusal(t, err)
	}
	want, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	require.NoError(t, err)
	assert.Equal(t, want, payload)
	return accepted
}
