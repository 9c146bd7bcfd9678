package jwt_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"log"

	"github.com/token-jwt/jwt"
)

// A key is checked once, at the start of a program, and can be logged without harm.
func ExampleKey() {
	key, err := jwt.GenerateKey(jwt.EdDSA, jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key, key.IsPrivate())
	fmt.Println(key.Public(), key.Public().IsPrivate())

	// The public key for another package, such as crypto/x509.
	public, ok := key.CryptoPublic().(ed25519.PublicKey)
	fmt.Println(len(public), ok)
	// Output:
	// jwt.Key(Ed25519 key, ID "2026-11", redacted) true
	// jwt.Key(Ed25519 key, public, ID "2026-11") false
	// 32 true
}

// The ID of a key goes into each token that it signs, so that keys can be changed.
func ExampleWithKeyID() {
	// Never hard-code a real key.
	key, err := jwt.NewKey([]byte("a key for examples of 32 bytes or more"), jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil {
		log.Fatal(err)
	}
	said, err := jwt.DecodeUnverified(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(said.Header)
	// Output: {"alg":"HS256","kid":"2026-11","typ":"JWT"}
}

// One option for both uses: in a key, and in a token that is signed with a raw key.
func ExampleKeyIDOption() {
	id := jwt.WithKeyID("2026-11") // a KeyIDOption

	// Never hard-code a real key.
	secret := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, secret, id)
	if err != nil {
		log.Fatal(err)
	}
	key, err := jwt.NewKey(secret, id)
	if err != nil {
		log.Fatal(err)
	}
	keys, err := jwt.NewKeySet(key)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, keys, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	// Output: alice
}

// Keys of several files are read with the same options, which come from settings.
func ExampleKeyOption() {
	const oldSystem = true // a setting of the program

	opts := []jwt.KeyOption{jwt.WithKeyAlgorithm(jwt.HS256)}
	if oldSystem {
		opts = append(opts, jwt.AllowWeakKey())
	}
	for _, text := range []string{`{"kty":"oct","kid":"1","k":"c2l4dGVlbiBvY3RldHMu"}`, `{"kty":"oct","kid":"2","k":"dGhpcnR5LXR3byBieXRlcyBvZiBhIHNlY3JldCBrZXk"}`} {
		key, err := jwt.ParseJWK([]byte(text), opts...)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(key.ID(), key.Algorithm())
	}
	// Output:
	// 1 HS256
	// 2 HS256
}

// An old system shares a secret of 14 bytes, which anybody with a computer can guess in
// time. It is to be changed; until then it is allowed by name.
func ExampleAllowWeakKey() {
	secret := []byte("a short secret") // never hard-code a real one
	_, err := jwt.NewKey(secret)
	fmt.Println(errors.Is(err, jwt.ErrInvalidKey))

	key, err := jwt.NewKey(secret, jwt.AllowWeakKey())
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil {
		log.Fatal(err)
	}
	_, err = jwt.Decode(token, key, jwt.HS256)
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

// An RSA key would sign with RS256. This one is for PS256 alone, wherever it is used.
func ExampleWithKeyAlgorithm() {
	private, err := jwt.GenerateKey(jwt.PS256)
	if err != nil {
		log.Fatal(err)
	}
	key, err := jwt.NewKey(private.CryptoPublic(), jwt.WithKeyAlgorithm(jwt.PS256))
	if err != nil {
		log.Fatal(err)
	}
	_, err = jwt.NewDecoder(key, jwt.RS256)
	fmt.Println(key.Algorithm(), errors.Is(err, jwt.ErrInvalidKey))
	// Output: PS256 true
}

// A set that is parsed is looked at before it is used.
func ExampleKeySet() {
	keys, err := jwt.ParseKeySet([]byte(`{"keys":[
		{"kty":"OKP","crv":"Ed25519","kid":"2026-11","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
		{"kty":"RSA","kid":"old","n":"AQAB","e":"AQAB"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	key, ok := keys.Key("2026-11")
	fmt.Println(key, ok)
	_, ok = keys.Key("old")
	fmt.Println(ok, len(keys.Skipped()), "skipped")
	// Output:
	// jwt.Key(Ed25519 key, public, ID "2026-11") true
	// false 1 skipped
}
