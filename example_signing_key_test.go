package jwt_test

import (
	"fmt"
	"log"
	"time"

	"github.com/token-jwt/jwt"
)

// A function of the program's own that signs with any kind of key.
func ExampleSigningKey() {
	// Never hard-code a real key.
	token, err := issue("alice", []byte("a key for examples of 32 bytes or more"))
	if err != nil {
		log.Fatal(err)
	}
	said, err := jwt.DecodeUnverified(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(said.Header.Algorithm, said.Claims.Subject())

	key, err := jwt.GenerateKey(jwt.ES256)
	if err != nil {
		log.Fatal(err)
	}
	token, err = issue("bob", key)
	if err != nil {
		log.Fatal(err)
	}
	said, err = jwt.DecodeUnverified(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(said.Header.Algorithm, said.Claims.Subject())
	// Output:
	// HS256 alice
	// ES256 bob
}

func issue[K jwt.SigningKey](subject string, key K) (string, error) {
	return jwt.Encode(jwt.Claims{"sub": subject}, key, jwt.WithExpiresIn(15*time.Minute))
}
