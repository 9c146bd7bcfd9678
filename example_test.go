package jwt_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

func Example() {
	// For this example only. A real key is 32 random bytes or more, and comes
	// from the environment or a vault, not from the source.
	key := []byte("a key for examples of 32 octets or more")

	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(15*time.Minute))
	if err != nil {
		log.Fatal(err)
	}

	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	// Output: alice
}

func ExampleEncode() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")

	claims := jwt.Claims{
		"sub":  "alice",
		"data": map[string]any{"name": "SmallStars", "authority": 0},
	}
	token, err := jwt.Encode(claims, key,
		jwt.WithExpiresIn(15*time.Minute),
		// Only so that this example gives the same token each time.
		jwt.WithClock(func() time.Time { return time.Unix(1_800_000_000, 0) }),
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token)
	// Output: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJkYXRhIjp7ImF1dGhvcml0eSI6MCwibmFtZSI6IlNtYWxsU3RhcnMifSwic3ViIjoiYWxpY2UiLCJleHAiOjE4MDAwMDA5MDB9.gebE8mKRQfUBduRkbZmNyYIxq0ewXGqAOMSx3aVwUzQ
}

func ExampleDecode() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	token := "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." +
		"eyJhZG1pbiI6dHJ1ZSwiZXhwIjo0MTAyNDQ0ODAwLCJzdWIiOiJhbGljZSJ9." +
		"5eCqPXmHtKA1NYWy7yFdtTtJ9beMJ-cu4hT7m9LUXRY"

	// Without WithRequired a token that has no "exp" would be good for ever.
	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	fmt.Println(claims.ExpiresAt())
	fmt.Println(claims["admin"])
	// Output:
	// alice
	// 2100-01-01 00:00:00 +0000 UTC
	// true
}

// What to answer to a token that is not good.
func ExampleDecode_expired() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")

	answer := func(token string) string {
		claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp"))
		switch {
		case err == nil:
			return "200 welcome, " + claims.Subject()
		case errors.Is(err, jwt.ErrExpired):
			return "401 expired: please log in again"
		case errors.Is(err, jwt.ErrInvalidSignature): // before ErrDecode, of which it is one
			return "401 tampered with, or signed with another key"
		case errors.Is(err, jwt.ErrDecode):
			return "401 malformed"
		case errors.Is(err, jwt.ErrInvalidToken):
			return "401 invalid in another way"
		default:
			log.Print(err) // the program's own fault: its key or its options
			return "500 our fault"
		}
	}

	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer(token))

	// The same, made an hour ago.
	expired, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(time.Minute),
		jwt.WithClock(func() time.Time { return time.Now().Add(-time.Hour) }))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer(expired))

	// Other claims under Alice's signature.
	segments := strings.Split(token, ".")
	segments[1] = base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"root","exp":4102444800}`))
	fmt.Println(answer(strings.Join(segments, ".")))

	fmt.Println(answer("not a token"))
	// Output:
	// 200 welcome, alice
	// 401 expired: please log in again
	// 401 tampered with, or signed with another key
	// 401 malformed
}

// A token that expired a short while ago, and is otherwise good, is exchanged
// for a new one.
func ExampleExpiredError() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")

	refresh := func(token string) (string, error) {
		_, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("sub", "exp"))
		if err == nil {
			return token, nil
		}
		var expired *jwt.ExpiredError
		if !errors.As(err, &expired) || expired.Token == nil {
			return "", err // something else is wrong as well
		}
		if expired.Now.Sub(expired.ExpiresAt) > 24*time.Hour {
			return "", err // too late
		}
		// Here a program asks whether the user may still have a token.
		claims := jwt.Claims{"sub": expired.Token.Claims.Subject()}
		return jwt.Encode(claims, key, jwt.WithExpiresIn(15*time.Minute))
	}

	old, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(15*time.Minute),
		jwt.WithClock(func() time.Time { return time.Now().Add(-time.Hour) }))
	if err != nil {
		log.Fatal(err)
	}
	token, err := refresh(old)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	// Output: alice
}

func ExampleDecodeAs() {
	type Session struct {
		Subject string   `json:"sub"`
		Roles   []string `json:"roles"`
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	token, err := jwt.Encode(Session{"alice", []string{"author", "editor"}}, key, jwt.WithExpiresIn(time.Hour))
	if err != nil {
		log.Fatal(err)
	}

	// "exp" is checked although Session has no field for it.
	session, err := jwt.DecodeAs[Session](token, key, jwt.HS256, jwt.WithRequired("sub", "exp"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Subject, session.Roles)
	// Output: alice [author editor]
}

// Claims of one's own beside the registered ones.
func ExampleRegisteredClaims() {
	type Profile struct {
		Name  string `json:"name"`
		Admin bool   `json:"admin,omitempty"`
	}
	type Session struct {
		jwt.RegisteredClaims
		Profile Profile `json:"profile"`
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	token, err := jwt.Encode(Session{
		RegisteredClaims: jwt.RegisteredClaims{
			Subject:   "alice",
			ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
		},
		Profile: Profile{Name: "Alice Liddell"},
	}, key)
	if err != nil {
		log.Fatal(err)
	}

	session, err := jwt.DecodeAs[Session](token, key, jwt.HS256, jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Subject)
	fmt.Println(session.Profile.Name)
	// Output:
	// alice
	// Alice Liddell
}

// A service states its policy once, when it starts.
func ExampleDecoder() {
	// Never hard-code a real key.
	key, err := jwt.NewKey([]byte("a key for examples of 32 octets or more"))
	if err != nil {
		log.Fatal(err)
	}
	decoder, err := jwt.NewDecoder(key, jwt.HS256,
		jwt.WithIssuer("https://login.example"),
		jwt.WithAudience("https://api.example"),
		jwt.WithRequired("sub", "exp"),
		jwt.WithLeeway(30*time.Second),
	)
	if err != nil {
		log.Fatal(err)
	}

	// Any number of goroutines may use the decoder.
	check := func(opts ...jwt.EncodeOption) {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, opts...)
		if err != nil {
			log.Fatal(err)
		}
		claims, err := decoder.Decode(token)
		var refused *jwt.InvalidTokenError
		switch {
		case err == nil:
			fmt.Println("good, of", claims.Subject())
		case errors.As(err, &refused):
			fmt.Println("refused for its", refused.Claim)
		default:
			log.Fatal(err)
		}
	}

	issuer := jwt.WithIssuer("https://login.example")
	check(issuer, jwt.WithAudience("https://api.example"), jwt.WithExpiresIn(time.Hour))
	check(issuer, jwt.WithAudience("https://api.example"))
	check(issuer, jwt.WithAudience("https://mail.example"), jwt.WithExpiresIn(time.Hour))
	// Output:
	// good, of alice
	// refused for its exp
	// refused for its aud
}

// Several issuers, each with its own key. What a token says of itself only chooses among
// decoders that were made beforehand. [Issuers] does this for you.
func ExampleDecodeUnverified() {
	// Never hard-code a real key.
	keys := map[string][]byte{
		"https://login.example":   []byte("a key for examples of 32 octets or more"),
		"https://partner.example": []byte("the key of the partner, not the same one"),
	}
	decoders := map[string]*jwt.Decoder{}
	for issuer, key := range keys {
		decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithIssuer(issuer), jwt.WithRequired("exp"))
		if err != nil {
			log.Fatal(err)
		}
		decoders[issuer] = decoder
	}

	decode := func(token string) (jwt.Claims, error) {
		unverified, err := jwt.DecodeUnverified(token)
		if err != nil {
			return nil, err
		}
		// Anybody may have written this "iss". The decoder verifies it too.
		decoder, ok := decoders[unverified.Claims.Issuer()]
		if !ok {
			return nil, jwt.ErrInvalidIssuer
		}
		return decoder.Decode(token)
	}

	for _, signer := range []string{"https://partner.example", "https://login.example"} {
		token, err := jwt.Encode(jwt.Claims{"iss": "https://partner.example", "sub": "alice"}, keys[signer],
			jwt.WithExpiresIn(time.Hour))
		if err != nil {
			log.Fatal(err)
		}
		claims, err := decode(token)
		switch {
		case err == nil:
			fmt.Println(claims.Subject(), "of", claims.Issuer())
		case errors.Is(err, jwt.ErrInvalidToken):
			fmt.Println("refused")
		default:
			log.Fatal(err)
		}
	}
	// Output:
	// alice of https://partner.example
	// refused
}

func ExampleGet() {
	type Address struct {
		Country string `json:"country"`
	}
	// As Decode returns them.
	claims := jwt.Claims{
		"level":   int64(3),
		"address": map[string]any{"country": "IS"},
	}

	level, err := jwt.Get[int](claims, "level")
	if err != nil {
		log.Fatal(err)
	}
	address, err := jwt.Get[Address](claims, "address")
	if err != nil {
		log.Fatal(err)
	}
	_, err = jwt.Get[[]string](claims, "roles")
	fmt.Println(level, address.Country, errors.Is(err, jwt.ErrMissingClaim))
	// Output: 3 IS true
}

// A payload that is not claims.
func ExampleSign() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")

	token, err := jwt.Sign([]byte("any octets, such as these"), key, jwt.WithType("letter"))
	if err != nil {
		log.Fatal(err)
	}

	payload, err := jwt.Verify(token, key, jwt.HS256, jwt.WithType("letter"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(payload))
	// Output: any octets, such as these
}

// The payload travels beside the token, as the body of a request whose header
// carries the token.
func ExampleSign_detached() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	body := []byte(`{"event":"paid","invoice":4711}`)

	token, err := jwt.Sign(body, key, jwt.WithDetached())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token)

	if _, err := jwt.Verify(token, key, jwt.HS256, jwt.WithDetachedPayload(body)); err != nil {
		log.Fatal(err)
	}
	_, err = jwt.Verify(token, key, jwt.HS256, jwt.WithDetachedPayload([]byte(`{"event":"paid","invoice":4712}`)))
	fmt.Println(errors.Is(err, jwt.ErrInvalidSignature))
	// Output:
	// eyJhbGciOiJIUzI1NiJ9..457blwe_fVgAsxnoaLfp5I-C3_BsLKqksaWtqayRRoM
	// true
}

// A check of the program's own, of a claim that this package knows nothing of.
func ExampleWithValidator() {
	errTenant := errors.New("the token is for another tenant")

	ofThisTenant := func(_ context.Context, token *jwt.Token) error {
		tenant, err := jwt.Get[string](token.Claims, "tenant")
		if err != nil {
			return err // such as an ErrMissingClaim that names it
		}
		if tenant != "acme" {
			return errTenant
		}
		return nil
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithRequired("exp"), jwt.WithValidator(ofThisTenant))
	if err != nil {
		log.Fatal(err)
	}

	for _, tenant := range []string{"acme", "umbrella"} {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice", "tenant": tenant}, key, jwt.WithExpiresIn(time.Hour))
		if err != nil {
			log.Fatal(err)
		}
		_, err = decoder.Decode(token)
		fmt.Println(err == nil, errors.Is(err, jwt.ErrInvalidToken), errors.Is(err, errTenant))
	}
	// Output:
	// true false false
	// false true true
}

// A service that makes tokens states once what they all have.
func ExampleNewEncoder() {
	// Never hard-code a real key.
	key, err := jwt.NewKey([]byte("a key for examples of 32 octets or more"), jwt.WithKeyID("2026-05"))
	if err != nil {
		log.Fatal(err)
	}
	encoder, err := jwt.NewEncoder(key,
		jwt.WithIssuer("https://login.example"),
		jwt.WithAudience("https://api.example"),
		jwt.WithIssuedAt(),
		jwt.WithExpiresIn(15*time.Minute),
		jwt.WithRandomID(),
	)
	if err != nil {
		log.Fatal(err)
	}

	// Any number of goroutines may use the encoder.
	token, err := encoder.Encode(jwt.Claims{"sub": "alice"})
	if err != nil {
		log.Fatal(err)
	}

	complete, err := jwt.DecodeComplete(token, key, jwt.HS256,
		jwt.WithAudience("https://api.example"), jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(complete.Header.KeyID, complete.Claims.Issuer(), complete.Claims.Subject())
	// Output: 2026-05 https://login.example alice
}
