package jwt_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/token-jwt/jwt"
)

// A server writes the answer with the token into a buffer that it reuses.
func ExampleEncoder() {
	// Never hard-code a real key.
	encoder, err := jwt.NewEncoder([]byte("a key for examples of 32 bytes or more"),
		// Only so that this example gives the same token each time.
		jwt.WithClock(func() time.Time { return time.Unix(1_800_000_000, 0) }),
		jwt.WithExpiresIn(15*time.Minute))
	if err != nil {
		log.Fatal(err)
	}

	buffer := make([]byte, 0, 1024)
	answer := append(buffer[:0], `{"token_type":"Bearer","access_token":"`...)
	answer, err = encoder.AppendEncode(answer, jwt.Claims{"sub": "alice"})
	if err != nil {
		log.Fatal(err)
	}
	answer = append(answer, `"}`...)
	fmt.Println(string(answer))
	// Output: {"token_type":"Bearer","access_token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6MTgwMDAwMDkwMH0.gtcxwZI0QiYW_r_5ApbJc3sa_8D-rPecf0ywkuYxDaw"}
}

// What the tokens of a program have is gathered from its settings.
func ExampleEncodeOption() {
	const staging = true // a setting of the program

	opts := []jwt.EncodeOption{jwt.WithExpiresIn(15 * time.Minute), jwt.WithIssuedAt()}
	if staging {
		opts = append(opts, jwt.WithIssuer("https://login.staging.example"))
	}
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	encoder, err := jwt.NewEncoder(key, opts...)
	if err != nil {
		log.Fatal(err)
	}
	token, err := encoder.Encode(jwt.Claims{"sub": "alice"})
	if err != nil {
		log.Fatal(err)
	}

	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Issuer())
	// Output: https://login.staging.example
}

// The other side wants HS512. A secret signs with HS256 unless it is told otherwise.
func ExampleWithAlgorithm() {
	// HS512 wants 64 bytes. Never hard-code a real key.
	key := []byte("a key for examples that is long enough for HS512, with 64 bytes.")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithAlgorithm(jwt.HS512))
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, key, jwt.HS512)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())

	// An algorithm that the key does not serve is an error, and no silent choice.
	_, err = jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithAlgorithm(jwt.ES256))
	fmt.Println(errors.Is(err, jwt.ErrInvalidKey))
	// Output:
	// alice
	// true
}

// Google and Apple refuse tokens whose lifetime is a second too long. "exp" less "iat" is
// the lifetime exactly.
func ExampleWithExpiresIn() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithIssuedAt(), jwt.WithExpiresIn(time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp", "iat"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.ExpiresAt().Sub(claims.IssuedAt()))

	// 3600 would be nanoseconds.
	_, err = jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(3600))
	fmt.Println(errors.Is(err, jwt.ErrInvalidOption))
	// Output:
	// 1h0m0s
	// true
}

// Who verifies finds the certificate of the key by its SHA-256 hash (RFC 7515, Section
// 4.1.8).
func ExampleWithHeader() {
	certificateHash := [32]byte{1, 2, 3} // sha256.Sum256 of the certificate

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key,
		jwt.WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(certificateHash[:])))
	if err != nil {
		log.Fatal(err)
	}

	decoded, err := jwt.DecodeComplete(token, key, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(decoded.Header)
	// Output: {"alg":"HS256","typ":"JWT","x5t#S256":"AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
}

// A service limits the age of tokens, so its issuer says when they were made.
func ExampleWithIssuedAt() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	noon := time.Date(2026, time.November, 27, 12, 0, 0, 0, time.UTC)
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithIssuedAt(),
		jwt.WithClock(func() time.Time { return noon })) // a test's
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, key, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.IssuedAt())
	// Output: 2026-11-27 12:00:00 +0000 UTC
}

// A ticket that is sold today and opens the door on the day of the concert.
func ExampleWithNotBefore() {
	doors := time.Date(2027, time.May, 1, 18, 0, 0, 0, time.UTC)

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	ticket, err := jwt.Encode(jwt.Claims{"seat": "12F"}, key, jwt.WithNotBefore(doors))
	if err != nil {
		log.Fatal(err)
	}

	for _, when := range []time.Time{doors.Add(-time.Hour), doors} {
		claims, err := jwt.Decode(ticket, key, jwt.HS256, jwt.WithClock(func() time.Time { return when }))
		switch {
		case err == nil:
			fmt.Println("welcome, seat", claims["seat"], "since", claims.NotBefore().Format(time.TimeOnly))
		case errors.Is(err, jwt.ErrImmature):
			fmt.Println("the doors are closed")
		default:
			log.Fatal(err)
		}
	}
	// Output:
	// the doors are closed
	// welcome, seat 12F since 18:00:00
}

// A token that can be revoked has an ID, by which a list of revoked ones is kept.
func ExampleWithRandomID() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	revoked := map[string]bool{}
	for range 2 {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithRandomID(), jwt.WithExpiresIn(time.Hour))
		if err != nil {
			log.Fatal(err)
		}
		claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("jti", "exp"))
		if err != nil {
			log.Fatal(err)
		}
		revoked[claims.ID()] = true
	}
	fmt.Println(len(revoked), "tokens of different IDs")
	// Output: 2 tokens of different IDs
}

// What one side writes the other asks for: both use the same list.
func ExampleOption() {
	agreed := []jwt.Option{
		jwt.WithIssuer("https://login.example"),
		jwt.WithAudience("orders"),
		jwt.WithType("at+jwt"),
	}
	encoding := []jwt.EncodeOption{jwt.WithExpiresIn(time.Minute)}
	decoding := []jwt.DecodeOption{jwt.WithRequired("exp")}
	for _, o := range agreed {
		encoding, decoding = append(encoding, o), append(decoding, o)
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, encoding...)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, key, jwt.HS256, decoding...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	// Output: alice
}

// A link that confirms an address is good for one user alone.
func ExampleWithSubject() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	link, err := jwt.Encode(jwt.Claims{"mail": "alice@example.com"}, key, jwt.WithSubject("alice"), jwt.WithExpiresIn(time.Hour))
	if err != nil {
		log.Fatal(err)
	}

	for _, loggedIn := range []string{"alice", "bob"} {
		_, err := jwt.Decode(link, key, jwt.HS256, jwt.WithSubject(loggedIn), jwt.WithRequired("exp"))
		fmt.Println(loggedIn, errors.Is(err, jwt.ErrInvalidSubject))
	}
	// Output:
	// alice false
	// bob true
}

// A webhook: the signature of the body goes into a header of the request, and the body
// stays as it is.
func ExampleWithDetached() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	body := []byte(`{"event":"paid"}`)
	signature, err := jwt.Sign(body, key, jwt.WithDetached())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("JWT-Signature:", signature)
	// Output: JWT-Signature: eyJhbGciOiJIUzI1NiJ9..W4jfp-5BF8Z0nOe_rN5ZKIS1zKF4b44LWTjmaSb2JR8
}

// A bank wants the body signed as it is, without base64url (RFC 7797).
func ExampleWithUnencodedPayload() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	body := []byte(`{"event":"paid"}`)
	signature, err := jwt.Sign(body, key, jwt.WithUnencodedPayload())
	if err != nil {
		log.Fatal(err)
	}
	_, err = jwt.Verify(signature, key, jwt.HS256, jwt.WithDetachedPayload(body))
	fmt.Println(err)
	// Output: <nil>
}
