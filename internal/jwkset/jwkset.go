// Package jwkset cuts the text of a JWK Set (RFC 7517, Section 5) into the texts of its
// members. If the text is no JWK Set, the error says what it seems to be instead.
package jwkset

import (
	"bytes"
	"cmp"
	"errors"
	"strconv"

	"github.com/token-jwt/jwt/internal/foreignkey"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// mostMembers bounds the work of reading a set, and of searching it for each token.
const mostMembers = 1000

// Members returns the texts of the members of "keys", which are parts of jwks. Only the form
// of the set is checked, so that a malformed member does not affect the others.
func Members(jwks []byte) (members [][]byte, err error) {
	malformed := func(what string) error { return errors.New("the JWK Set " + what) }
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
		return nil, errors.New("this is a map of certificates in PEM, and no JWK Set; Google publishes a set at /oauth2/v3/certs, and ParsePEM reads each certificate")
	case keys == 0:
		return nil, errors.New(instead)
	case d.Kind(keys) != strictjson.Array:
		return nil, malformed(`has something in "keys" that is no array`)
	}
	for member := range d.Elements(keys) {
		if len(members) == mostMembers {
			return nil, malformed("has more than " + strconv.Itoa(mostMembers) + " members")
		}
		members = append(members, d.Raw(member))
	}
	return members, nil
}
