package jwkmember_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/jwkmember"
	"github.com/token-jwt/jwt/internal/strictjson"
)

func read(t *testing.T, text string) *jwkmember.Reader {
	t.Helper()
	var d strictjson.Document
	require.True(t, d.Parse([]byte(text)))
	return &jwkmember.Reader{JWK: &d, NewError: func(text string) error { return errors.New(text) }}
}

func TestTexts(t *testing.T) {
	for value, want := range map[string]struct {
		text     string
		optional bool // OptionalText accepts it
	}{
		`"a"`: {"a", true}, `""`: {"", true}, `null`: {"", true}, `[]`: {"", true},
		`1`: {"", false}, `true`: {"", false}, `{}`: {"", false}, `["a"]`: {"", false},
	} {
		r := read(t, `{"x":`+value+`}`)
		assert.Equal(t, want.text, r.OptionalText("x"), value)
		assert.Equal(t, want.optional, r.Err == nil, value)
		r = read(t, `{"x":`+value+`}`)
		assert.Equal(t, want.text, r.Text("x"), value)
		assert.Equal(t, want.text != "", r.Err == nil, value)
	}
	r := read(t, `{"y":"a"}`)
	assert.Empty(t, r.OptionalText("x"))
	require.NoError(t, r.Err)
	assert.Empty(t, r.Text("x"))
	first := r.Err
	require.Error(t, first)
	r.Fail(errors.New("another"))
	assert.Equal(t, first, r.Err, "the first error is kept")
}

func TestLists(t *testing.T) {
	for value, want := range map[string]struct {
		list []string
		ok   bool
	}{
		`["a","b"]`: {[]string{"a", "b"}, true}, `"a"`: {[]string{"a"}, true}, `[]`: {nil, true}, `null`: {nil, true},
		`["a",1,"b"]`: {[]string{"a"}, false}, `1`: {nil, false}, `{}`: {nil, false},
	} {
		r := read(t, `{"x":`+value+`}`)
		list, ok := r.List("x")
		assert.Equal(t, want.list, list, value)
		assert.Equal(t, want.ok, ok, value)
		assert.NoError(t, r.Err, value)
	}
}

func TestID(t *testing.T) {
	for text, want := range map[string]string{`{"kid":"a"}`: "a", `{"kid":7}`: "7", `{"kid":true}`: "", `{}`: ""} {
		assert.Equal(t, want, read(t, text).ID(), text)
	}
}

func TestMember(t *testing.T) {
	assert.Equal(t, "a", jwkmember.Member{Name: "x", Text: "a"}.Value())
	assert.Equal(t, "AQ", jwkmember.Member{Name: "x", Bytes: []byte{1}}.Value())
	assert.Empty(t, jwkmember.Member{Name: "x", Bytes: []byte{}}.Value())
}

func TestBytes(t *testing.T) {
	long := base64.RawURLEncoding.EncodeToString(make([]byte, 3100))
	for value, want := range map[string]struct {
		bytes          []byte
		secret, public bool // accepted
	}{
		`"AQAB"`: {[]byte{1, 0, 1}, true, true}, `"AQ"`: {[]byte{1}, true, true}, `"AQ=="`: {[]byte{1}, false, true}, `"AQE="`: {[]byte{1, 1}, false, true},
		`"AQ="`: {nil, false, false}, `"AQ==="`: {nil, false, false}, `"AR"`: {nil, false, false}, `"+/+/"`: {nil, false, false}, `"A Q"`: {nil, false, false},
		`1`: {nil, false, false}, `["AQ"]`: {nil, false, false}, `""`: {nil, false, false}, `null`: {nil, false, false},
		`"` + long + `"`: {make([]byte, 3100), true, false},
	} {
		for name, accepted := range map[string]bool{"secret": want.secret, "public": want.public} {
			r := read(t, `{"x":`+value+`}`)
			get := r.Bytes
			if name == "secret" {
				get = r.Secret
			}
			got := get("x")
			assert.Equal(t, accepted, r.Err == nil, "%s %.20s", name, value)
			if accepted {
				assert.Equal(t, want.bytes, got, "%s %.20s", name, value)
			} else {
				assert.Nil(t, got, "%s %.20s", name, value)
			}
		}
	}
	r := read(t, `{"x":null}`)
	assert.Nil(t, r.OptionalBytes("x"))
	assert.Nil(t, r.OptionalBytes("y"))
	require.NoError(t, r.Err)
	assert.Nil(t, r.Bytes("y"))
	assert.Error(t, r.Err)
}
