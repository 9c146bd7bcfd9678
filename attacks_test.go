package jwt_test

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/fips140"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// An attack is one case of the corpus, whose README says what the fields mean.
type attack struct {
	ID        string          `json:"id"`
	Class     string          `json:"class"`
	Token     string          `json:"token"`
	Key       json.RawMessage `json:"key"`
	Algorithm string          `json:"alg"`
	Now       float64         `json:"now"`
	Options   struct {
		Issuer   *string  `json:"iss"`
		Audience *string  `json:"aud"`
		Subject  *string  `json:"sub"`
		Type     *string  `json:"typ"`
		Leeway   float64  `json:"leeway"`
		Required []string `json:"require"`
		Allowed  []string `json:"algs"`
	} `json:"options"`
	Expect        string   `json:"expect"`
	Why           string   `json:"why"`
	Needs         []string `json:"needs"`
	Debatable     bool     `json:"debatable"`
	MustReport    string   `json:"must_report"`
	MustNotReport string   `json:"must_not_report"`
}

// ourCorpus is the folder of the corpus in this repository. Who downloads the package has
// neither it nor the other two, as conformance is a module nested in this one.
const ourCorpus = "conformance/testdata"

// corpus reads the attack corpus. Only a downloaded package may be without it.
func corpus(t *testing.T) []attack {
	t.Helper()
	text, err := corpusText(ourCorpus, os.Getenv("JWT_VECTORS"), "../shared/vectors")
	if errors.Is(err, os.ErrNotExist) && !exists(".git") && !exists("conformance") {
		t.Skip("a downloaded package is without the attack corpus; JWT_VECTORS names the folder of one")
	}
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // a new kind of case must not pass by being ignored
	var cases []attack
	require.NoError(t, decoder.Decode(&cases))
	return cases
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// corpusText returns attacks.json of the folder that is named, or else of the usual one, or else
// ours. The error matches os.ErrNotExist where no folder is named and nothing was found. A
// corpus elsewhere that differs from ours is an error, as only one of them can be the newest.
func corpusText(ours, named, usual string) ([]byte, error) {
	const file = "attacks.json"
	elsewhere := filepath.Join(cmp.Or(named, usual), file)
	text, err := os.ReadFile(elsewhere)
	if err != nil && named != "" {
		return nil, fmt.Errorf("the folder that JWT_VECTORS names: %v", err) // which is not a corpus that may be missing
	}
	own, ownErr := os.ReadFile(filepath.Join(ours, file))
	switch {
	case err != nil:
		return own, ownErr
	case ownErr == nil && !bytes.Equal(text, own):
		return nil, fmt.Errorf("%s differs from the copy in %s: copy the newer over the other", elsewhere, ours)
	}
	return text, nil
}

func TestCorpusText(t *testing.T) {
	dir := t.TempDir()
	folder := func(name, text string) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.Mkdir(name, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(name, "attacks.json"), []byte(text), 0o600))
		return name
	}
	old, same, other, none := folder("old", "[1]"), folder("same", "[1]"), folder("other", "[2]"), filepath.Join(dir, "none")
	for _, tt := range []struct {
		name, ours, named, usual, want string
		missing                        bool // whether the test may be skipped
	}{
		{"ours alone", old, "", none, "[1]", false},
		{"the usual one", none, "", other, "[2]", false},
		{"the named one", none, other, old, "[2]", false},
		{"the same in two places", old, "", same, "[1]", false},
		{"named and the same", old, same, other, "[1]", false},
		{"none", none, "", none, "", true},
		{"named and not there", old, none, old, "", false},
		{"the usual one differs", old, "", other, "", false},
		{"the named one differs", old, other, old, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := corpusText(tt.ours, tt.named, tt.usual)
			assert.Equal(t, tt.want, string(text))
			assert.Equal(t, tt.want == "", err != nil, err)
			assert.Equal(t, tt.missing, errors.Is(err, os.ErrNotExist))
		})
	}
}

// keyText returns the JSON text of the key of a case, and whether it is a set.
func (a attack) keyText(t *testing.T) (text []byte, set bool) {
	t.Helper()
	var jwk map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(a.Key, &jwk))
	if raw, ok := jwk["__raw__"]; ok {
		var text string
		require.NoError(t, json.Unmarshal(raw, &text))
		return []byte(text), false
	}
	return a.Key, jwk["keys"] != nil
}

// secret returns the key of a case as a raw secret, if one can express it.
func (a attack) secret() ([]byte, bool) {
	var jwk map[string]any
	if json.Unmarshal(a.Key, &jwk) != nil || jwk["kty"] != "oct" || len(jwk) != 2 {
		return nil, false
	}
	text, ok := jwk["k"].(string)
	if !ok {
		return nil, false
	}
	octets, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return octets, err == nil
}

func (a attack) options(t *testing.T) []jwt.DecodeOption {
	seconds := time.Unix(0, 0).Add(time.Duration(a.Now * float64(time.Second)))
	opts := []jwt.DecodeOption{
		jwt.WithClock(func() time.Time { return seconds }),
		jwt.WithLeeway(time.Duration(a.Options.Leeway * float64(time.Second))),
	}
	o := a.Options
	for _, one := range []struct {
		value  *string
		option func(string) jwt.DecodeOption
	}{
		{o.Issuer, func(s string) jwt.DecodeOption { return jwt.WithIssuer(s) }},
		{o.Audience, func(s string) jwt.DecodeOption { return jwt.WithAudience(s) }},
		{o.Subject, func(s string) jwt.DecodeOption { return jwt.WithSubject(s) }},
		{o.Type, func(s string) jwt.DecodeOption { return jwt.WithType(s) }},
	} {
		if one.value != nil {
			opts = append(opts, one.option(*one.value))
		}
	}
	if len(o.Required) > 0 {
		opts = append(opts, jwt.WithRequired(o.Required...))
	}
	return opts
}

// allowed is the allow-list of a case; names that are no algorithm are left
// out, as a program cannot allow them.
func (a attack) allowed() jwt.Algorithm {
	names := a.Options.Allowed
	if names == nil {
		names = []string{a.Algorithm}
	}
	var set jwt.Algorithm
	for _, name := range names {
		if alg, err := jwt.ParseAlgorithm(name); err == nil {
			set |= alg
		}
	}
	return set
}

// keyAtFault are the classes of attacks on which a key is to blame, sometimes;
// in all others the key must load and serve, and the token be judged.
var keyAtFault = []string{"hmac-empty-key", "hmac-short-key", "pem-as-secret", "ecdsa-curve", "eddsa", "rsa-weak-key", "jwk-metadata", "jwks"}

// otherwise are cases that the contract decides otherwise than the corpus: "n" of a JWK may be
// padded, as the key is the operator's own issuer's, and the number the same.
var otherwise = map[string]string{"jwk-metadata-12-n-padded": "accept"}

// All other cases hold as they are.
func TestAttacks(t *testing.T) {
	cases := corpus(t)
	outcomes := map[string]int{}
	for _, a := range cases {
		if expect, ok := otherwise[a.ID]; ok {
			a.Expect = expect
		}
		if a.Debatable {
			outcomes["debatable"]++
		}
		t.Run(a.ID, func(t *testing.T) {
			began := time.Now()
			var outcome string
			var err error
			run := func() { outcome, err = a.run(t) }
			if a.ID == "valid-28-rs-e3" { // FIPS 140-only mode refuses such an exponent
				fips140.WithoutEnforcement(run)
			} else {
				run()
			}
			assert.Less(t, time.Since(began), time.Second)
			outcomes[outcome]++
			a.check(t, err)
			if outcome == "accepted" || outcome == "token refused" {
				return
			}
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Contains(t, keyAtFault, a.Class)
		})
	}
	t.Logf("attack corpus: %d cases: %v", len(cases), outcomes)
	assert.Len(t, cases, 429)
	assert.Equal(t, map[string]int{"accepted": 80, "token refused": 310, "key refused": 33, "key unfit": 6, "debatable": 55}, outcomes)
}

// run judges a case with its key as it stands, and the same key raw where one can
// express it: both must be of one mind.
func (a attack) run(t *testing.T) (outcome string, err error) {
	t.Helper()
	text, isSet := a.keyText(t)
	if isSet {
		set, err := jwt.ParseKeySet(text)
		if err != nil {
			assert.Nil(t, set)
			return "key refused", err
		}
		claims, err := jwt.Decode(a.Token, set, a.allowed(), a.options(t)...)
		return judged(t, claims, err)
	}
	key, err := jwt.ParseJWK(text)
	if octets, ok := a.secret(); ok {
		_, rawErr := jwt.Decode(a.Token, octets, a.allowed(), a.options(t)...)
		a.check(t, rawErr)
		if err != nil {
			assertClass(t, rawErr, jwt.ErrInvalidKey)
		}
	}
	if err != nil {
		assert.Nil(t, key)
		return "key refused", err
	}
	claims, err := jwt.Decode(a.Token, key, a.allowed(), a.options(t)...)
	var rawErr error
	switch public := key.CryptoPublic().(type) {
	case *rsa.PublicKey:
		_, rawErr = jwt.Decode(a.Token, public, a.allowed(), a.options(t)...)
	case *ecdsa.PublicKey:
		_, rawErr = jwt.Decode(a.Token, public, a.allowed(), a.options(t)...)
	case ed25519.PublicKey:
		_, rawErr = jwt.Decode(a.Token, public, a.allowed(), a.options(t)...)
	}
	if key.CryptoPublic() != nil && a.Class != "jwk-metadata" { // of which a raw key has none
		assert.Equal(t, err, rawErr)
	}
	return judged(t, claims, err)
}

func judged(t *testing.T, claims jwt.Claims, err error) (outcome string, _ error) {
	t.Helper()
	if err == nil {
		assert.NotNil(t, claims)
		return "accepted", nil
	}
	assert.Nil(t, claims)
	if errors.Is(err, jwt.ErrInvalidToken) {
		return "token refused", err
	}
	return "key unfit", err
}

func (a attack) check(t *testing.T, err error) {
	t.Helper()
	switch a.Expect {
	case "accept":
		require.NoError(t, err, a.Why)
	case "reject":
		require.Error(t, err, a.Why)
	default:
		t.Fatalf("unknown expectation %q", a.Expect)
	}
	classes := map[string]error{"expired": jwt.ErrExpired, "notyet": jwt.ErrImmature}
	if a.MustReport != "" {
		require.Contains(t, classes, a.MustReport)
		assert.ErrorIs(t, err, classes[a.MustReport])
	}
	if a.MustNotReport != "" {
		require.Contains(t, classes, a.MustNotReport)
		assert.NotErrorIs(t, err, classes[a.MustNotReport])
	}
	if err != nil {
		assert.True(t, strings.HasPrefix(err.Error(), "jwt: ") && strings.Count(err.Error(), "jwt: ") == 1, err)
	}
}
