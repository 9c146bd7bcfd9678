//go:build conformance

package conformance_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"testing"

	"github.com/c2sp/wycheproof"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A file is a file of vectors, G its kind of groups.
type file[G group] struct {
	Algorithm     string          `json:"algorithm"`
	Schema        string          `json:"schema"`
	Header        []string        `json:"header"`
	Notes         json.RawMessage `json:"notes"`
	NumberOfTests int             `json:"numberOfTests"`
	Groups        []G             `json:"testGroups"`
}

type group interface{ count() int }

// origin is what every group says of where it comes from.
type origin struct {
	Type   string `json:"type"`
	Source struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"source"`
}

// about is what every case says of itself.
type about struct {
	ID      int      `json:"tcId"`
	Comment string   `json:"comment"`
	Flags   []string `json:"flags"`
	Result  string   `json:"result"`
}

// octets are written in hexadecimal.
type octets []byte

func (o *octets) UnmarshalText(text []byte) error {
	decoded, err := hex.DecodeString(string(text))
	*o = decoded
	return err
}

// read reads a file of vectors whole. An unknown field is fatal, so that no new
// kind of case passes by being ignored.
func read[G group](t *testing.T, name string) []G {
	t.Helper()
	text, err := fs.ReadFile(wycheproof.TestVectors, name+"_test.json")
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var f file[G]
	require.NoError(t, decoder.Decode(&f))
	_, err = decoder.Token()
	require.ErrorIs(t, err, io.EOF)
	cases := 0
	for _, g := range f.Groups {
		cases += g.count()
	}
	require.Equal(t, f.NumberOfTests, cases)
	return f.Groups
}

// A verdict is what this library makes of a case.
type verdict int

const (
	accepted     verdict = iota
	keyRefused           // ParseJWK, NewKey and their kin
	tokenRefused         // or a signature alone
)

// A tally is how many cases came out how.
type tally struct{ accepted, keyRefused, tokenRefused int }

func (n *tally) add(v verdict) {
	switch v {
	case accepted:
		n.accepted++
	case keyRefused:
		n.keyRefused++
	case tokenRefused:
		n.tokenRefused++
	}
}

func (n tally) total() int { return n.accepted + n.keyRefused + n.tokenRefused }

// refusal says who was to blame, and that the error says so too.
func refusal(t *testing.T, err error) verdict {
	t.Helper()
	switch {
	case errors.Is(err, jwt.ErrInvalidKey):
		assert.NotErrorIs(t, err, jwt.ErrInvalidToken)
		return keyRefused
	case errors.Is(err, jwt.ErrInvalidToken):
		return tokenRefused
	}
	t.Errorf("neither the key's fault nor the token's: %v", err)
	return tokenRefused
}
