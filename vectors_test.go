package jwt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
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

// corpus reads the attack corpus, or skips the test where it is not at hand.
func corpus(t *testing.T) []attack {
	t.Helper()
	dir := os.Getenv("JWT_VECTORS")
	if dir == "" {
		dir = filepath.Join("..", "shared", "vectors")
	}
	text, err := os.ReadFile(filepath.Join(dir, "attacks.json"))
	if errors.Is(err, os.ErrNotExist) && os.Getenv("JWT_VECTORS") == "" {
		t.Skip("the attack corpus is not here; JWT_VECTORS names its folder")
	}
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // a new kind of case must not pass by being ignored
	var cases []attack
	require.NoError(t, decoder.Decode(&cases))
	return cases
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

func TestAttacks(t *testing.T) {
	const (
		wantRun     = 298 // cases with a secret
		wantWaiting = 131 // cases for keys that are still to come
	)
	run, waiting := 0, 0
	for _, a := range corpus(t) {
		secret, ok := a.secret()
		if !ok {
			waiting++
			continue
		}
		run++
		t.Run(a.ID, func(t *testing.T) {
			began := time.Now()
			claims, err := jwt.Decode(a.Token, secret, a.allowed(), a.options(t)...)
			assert.Less(t, time.Since(began), time.Second)
			a.check(t, err)
			if err != nil {
				assert.Nil(t, claims)
			}
		})
	}
	t.Logf("attack corpus: %d cases ran, %d wait for other kinds of keys", run, waiting)
	assert.Equal(t, wantRun, run)
	assert.Equal(t, wantWaiting, waiting)
}

// keyRefused tells a case about a key from one about its token.
func (a attack) keyRefused() bool {
	secret, _ := a.secret()
	_, err := jwt.NewDecoder(secret, a.allowed())
	return slices.Contains([]string{"hmac-short-key", "hmac-empty-key", "pem-as-secret"}, a.Class) && err != nil
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
	if err == nil {
		return
	}
	if a.keyRefused() {
		assert.ErrorIs(t, err, jwt.ErrInvalidKey)
	} else {
		assert.ErrorIs(t, err, jwt.ErrInvalidToken)
	}
	assert.True(t, strings.HasPrefix(err.Error(), "jwt: ") && strings.Count(err.Error(), "jwt: ") == 1, err)
}
