package jwks_test

import (
	"errors"
	"fmt"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// Within a service mesh, which encrypts by itself, the issuer's address has no https. The
// program allows that by a setting.
func ExampleOption() {
	const url = "http://login.internal/jwks.json"

	var opts []jwks.Option
	_, err := jwks.Remote(url, opts...)
	fmt.Println(errors.Is(err, jwt.ErrInvalidOption))

	const withinMesh = true // a setting of the program
	if withinMesh {
		opts = append(opts, jwks.AllowHTTP())
	}
	_, err = jwks.Remote(url, opts...)
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}
