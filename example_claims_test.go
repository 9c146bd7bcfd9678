package jwt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/token-jwt/jwt"
)

// An ID in the claims is a large number. It stays exact, and is read by its type.
func ExampleClaims() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{
		"sub":     "alice",
		"exp":     time.Now().Add(time.Hour), // becomes seconds since 1970
		"user_id": int64(9007199254740993),   // 2^53 + 1, which no float64 holds
	}, key)
	if err != nil {
		log.Fatal(err)
	}

	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	id, err := jwt.Get[int64](claims, "user_id")
	if err != nil {
		log.Fatal(err)
	}
	_, isFloat := claims["user_id"].(float64) // as other libraries have it
	fmt.Println(claims.Subject(), id, isFloat)
	// Output: alice 9007199254740993 false
}

// The audiences of a token as one of them, or as several.
func ExampleAudience() {
	type client struct {
		Audience jwt.Audience `json:"aud"`
	}
	for _, audience := range []jwt.Audience{{"orders"}, {"orders", "mail"}} {
		text, err := json.Marshal(client{audience})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(text))
	}

	var read client
	if err := json.Unmarshal([]byte(`{"aud":"orders"}`), &read); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(read.Audience), read.Audience)
	// Output:
	// {"aud":"orders"}
	// {"aud":["orders","mail"]}
	// 1 [orders]
}

// A claim of the program's own that is a date, and may be absent.
func ExampleNumericDate() {
	type Session struct {
		Subject  string          `json:"sub"`
		LoggedIn jwt.NumericDate `json:"auth_time,omitzero"` // omitzero: left out where it is not set
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	for _, payload := range []jwt.Claims{{"sub": "alice", "auth_time": 1_800_000_000}, {"sub": "bob"}} {
		token, err := jwt.Encode(payload, key)
		if err != nil {
			log.Fatal(err)
		}
		session, err := jwt.DecodeAs[Session](token, key, jwt.HS256)
		if err != nil {
			log.Fatal(err)
		}
		if session.LoggedIn.IsZero() {
			fmt.Println(session.Subject, "has not logged in")
			continue
		}
		fmt.Println(session.Subject, "logged in at", session.LoggedIn.Format(time.DateTime))
	}
	// Output:
	// alice logged in at 2027-01-15 08:00:00
	// bob has not logged in
}

// The end of a month as the expiry of a token, in a struct.
func ExampleNewNumericDate() {
	endOfMonth := time.Date(2026, time.December, 1, 0, 0, 0, 0, time.FixedZone("CET", 3600))
	text, err := json.Marshal(jwt.RegisteredClaims{Subject: "alice", ExpiresAt: jwt.NewNumericDate(endOfMonth)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	// Output: {"sub":"alice","exp":1796079600}
}

// A service counts which part of the tokens it refuses is broken.
func ExampleDecodeError() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil {
		log.Fatal(err)
	}
	for _, received := range []string{`"` + token + `"`, token + "%20", "opaque"} {
		_, err := jwt.Decode(received, key, jwt.HS256)
		var malformed *jwt.DecodeError
		if errors.As(err, &malformed) {
			fmt.Printf("malformed: %q\n", malformed.Segment)
		}
	}
	// Output:
	// malformed: "header"
	// malformed: "signature"
	// malformed: ""
}

// A service counts which claims the tokens that it refuses fail for.
func ExampleInvalidTokenError() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	refused := map[string]int{}
	for _, claims := range []jwt.Claims{{"aud": "mail", "exp": int64(4102444800)}, {"aud": "orders"}, {"aud": "orders", "exp": int64(4102444800)}} {
		token, err := jwt.Encode(claims, key)
		if err != nil {
			log.Fatal(err)
		}
		_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithAudience("orders"), jwt.WithRequired("exp"))
		var invalid *jwt.InvalidTokenError
		if errors.As(err, &invalid) {
			refused[invalid.Claim]++
		}
	}
	fmt.Println(refused)
	// Output: map[aud:1 exp:1]
}
