package jwt_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Types for payloads and destinations. That all types are read and written as
// encoding/json does is a test of internal/strictjson.

type (
	named    string
	level    int8
	textual  struct{ text string }
	fromJSON struct{ text string }
	inner    struct {
		X int `json:"x"`
	}
	Inner struct {
		X int `json:"x"`
		Y int `json:"y"`
	}
	plainUQ   struct{ U, Quux int }
	PlainUC   struct{ U, Corge int }
	recursive struct {
		Name string      `json:"name"`
		List []recursive `json:"list,omitempty"`
		Next *recursive  `json:"next,omitempty"`
		*recursive
	}
	zeroer struct{ N int }
)

func (z zeroer) IsZero() bool { return z.N == 7 }

func (h textual) MarshalText() ([]byte, error) { return []byte("<" + h.text + ">"), nil }
func (h *textual) UnmarshalText(text []byte) error {
	if !bytes.HasPrefix(text, []byte("<")) {
		return errors.New("no <")
	}
	h.text = string(bytes.Trim(text, "<>"))
	text[0] = '#' // which must not be seen by others
	return nil
}

func (f fromJSON) MarshalJSON() ([]byte, error) { return []byte(` [ ` + f.text + ` ] `), nil }
func (f *fromJSON) UnmarshalJSON(text []byte) error {
	if text[0] != '[' {
		return errors.New("no list")
	}
	f.text = string(bytes.TrimSpace(text[1 : len(text)-1]))
	text[0] = '#'
	return nil
}

type holder[T any] struct {
	V T `json:"v"`
}

// A tag whose name encoding/json would not have is passed over: which name it
// then takes differs between Go releases.
func TestDecodeIntoBadTag(t *testing.T) {
	type claims struct {
		Field int `json:"a\"b"`
	}
	assert.Equal(t, `{"Field":1}`, segmentOf(t, encoded(t, claims{1}), 1))
	got, err := decodedAs[claims](t, `{"Field":1,"a\"b":2,"a":3}`)
	require.NoError(t, err)
	assert.Equal(t, claims{1}, got)
}
