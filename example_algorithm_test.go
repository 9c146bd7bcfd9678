package jwt_test

import (
	"crypto"
	"errors"
	"fmt"
	"log"

	"github.com/token-jwt/jwt"
)

// An allow-list in a settings file, read by encoding/json or a flag.
func ExampleAlgorithm() {
	var allowed jwt.Algorithm
	if err := allowed.UnmarshalText([]byte("RS256|ES256")); err != nil { // flag.TextVar and encoding/json call it
		log.Fatal(err)
	}
	fmt.Println(allowed == jwt.RS256|jwt.ES256)
	fmt.Println(jwt.ES256.Hash() == crypto.SHA256)
	// Output:
	// true
	// true
}

// The algorithm of a client is in a table of the database.
func ExampleParseAlgorithm() {
	for _, name := range []string{"ES256", "none"} {
		alg, err := jwt.ParseAlgorithm(name)
		fmt.Println(alg == jwt.ES256, errors.Is(err, jwt.ErrInvalidOption))
	}
	// Output:
	// true false
	// false true
}

// OpenID Provider metadata list the algorithms that an issuer signs with.
func ExampleParseAlgorithms() {
	supported := []string{"RS256", "ES256"} // id_token_signing_alg_values_supported
	allowed, err := jwt.ParseAlgorithms(supported...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(allowed)
	// Output: RS256|ES256
}
