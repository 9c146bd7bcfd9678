package jwt_test

import (
	"fmt"
	"log"
	"time"

	"github.com/token-jwt/jwt"
)

// A function of the program's own that makes its decoders, for one key or for a set.
func ExampleVerificationKey() {
	// Never hard-code a real key.
	secret := []byte("a key for examples of 32 bytes or more")
	key, err := jwt.NewKey(secret)
	if err != nil {
		log.Fatal(err)
	}
	keys, err := jwt.NewKeySet(key)
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, secret, jwt.WithExpiresIn(15*time.Minute))
	if err != nil {
		log.Fatal(err)
	}

	byKey, err := newPolicy(key)
	if err != nil {
		log.Fatal(err)
	}
	bySet, err := newPolicy(keys)
	if err != nil {
		log.Fatal(err)
	}
	for _, decoder := range []*jwt.Decoder{byKey, bySet} {
		claims, err := decoder.Decode(token)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(claims.Subject())
	}
	// Output:
	// alice
	// alice
}

func newPolicy[K jwt.VerificationKey](key K) (*jwt.Decoder, error) {
	return jwt.NewDecoder(key, jwt.HS256, jwt.WithRequired("exp"))
}
