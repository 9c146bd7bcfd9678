package jwkset_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/token-jwt/jwt/internal/jwkset"
)

func TestMembers(t *testing.T) {
	for text, want := range map[string][]string{
		`{"keys":[]}`:                        nil,
		` {"keys":[{"kty":"oct"}, 1 ,[]]} `:  {`{"kty":"oct"}`, "1", "[]"},
		`{"kty":"x","keys":[{"a":1,"a":2}]}`: {`{"a":1,"a":2}`}, // whose duplicate names are for its reader to refuse
	} {
		members, err := jwkset.Members([]byte(text))
		assert.NoError(t, err, text)
		var got []string
		for _, m := range members {
			got = append(got, string(m))
		}
		assert.Equal(t, want, got, text)
	}
	most := strings.Repeat("0,", 999) + "0"
	members, err := jwkset.Members([]byte(`{"keys":[` + most + `]}`))
	assert.NoError(t, err)
	assert.Len(t, members, 1000)
	for text, says := range map[string]string{
		"":                                    "is empty",
		"<html>":                              "the JWK Set ",
		`{"keys":[}`:                          "is not valid JSON",
		`[]`:                                  "is an array",
		`1`:                                   "is no JSON object",
		`{}`:                                  `has no array "keys"`,
		`{"keys":{}}`:                         "that is no array",
		`{"keys":[],"keys":[]}`:               "twice",
		`{"kty":"oct"}`:                       "read it with ParseJWK",
		`{"jwks_uri":"https://a.example"}`:    `"jwks_uri"`,
		`{"a":"-----BEGIN CERTIFICATE-----"}`: "ParsePEM",
		`{"a":"-----BEGIN CERTIFICATE-----","b":"c"}`: `has no array "keys"`,
		`{"keys":[` + most + `,0]}`:                   "more than 1000 members",
	} {
		members, err := jwkset.Members([]byte(text))
		assert.ErrorContains(t, err, says, text)
		assert.Nil(t, members, text)
	}
}
