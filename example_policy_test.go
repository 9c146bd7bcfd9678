package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/token-jwt/jwt"
)

// One key signs two kinds of tokens. Each says what it is, so that neither serves
// as the other (RFC 8725, Section 3.11).
func ExampleWithType() {
	access := jwt.WithType("at+jwt")       // the name that RFC 9068 gives to access tokens
	refresh := jwt.WithType("refresh+jwt") // a name of the program's own

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	sign := func(kind jwt.Option, lifetime time.Duration) string {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, kind, jwt.WithExpiresIn(lifetime))
		if err != nil {
			log.Fatal(err)
		}
		return token
	}

	// The same option asks for what it wrote.
	api, err := jwt.NewDecoder(key, jwt.HS256, access, jwt.WithRequired("sub", "exp"))
	if err != nil {
		log.Fatal(err)
	}
	claims, err := api.Decode(sign(access, 15*time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("access token of", claims.Subject())

	_, err = api.Decode(sign(refresh, 30*24*time.Hour))
	fmt.Println("refresh token refused:", errors.Is(err, jwt.ErrInvalidType))
	// Output:
	// access token of alice
	// refresh token refused: true
}

// A service asks a store about each token, for no longer than the request lasts. A
// store that does not answer makes no token bad.
func ExampleDecoder_DecodeContext() {
	// In a program: a query of a database, with the context.
	isRevoked := func(ctx context.Context, id string) (bool, error) {
		return id == "4711", ctx.Err()
	}

	errRevoked := errors.New("the token was revoked")
	notRevoked := func(ctx context.Context, token *jwt.Token) error {
		revoked, err := isRevoked(ctx, token.Claims.ID())
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", jwt.ErrUnavailable, err)
		case revoked:
			return errRevoked
		}
		return nil
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithRequired("jti", "exp"), jwt.WithValidator(notRevoked))
	if err != nil {
		log.Fatal(err)
	}

	// ctx is that of the request: r.Context() in a handler.
	answer := func(ctx context.Context, id string) {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice", "jti": id}, key, jwt.WithExpiresIn(time.Hour))
		if err != nil {
			log.Fatal(err)
		}
		verified, err := decoder.DecodeContext(ctx, token)
		switch {
		case err == nil:
			fmt.Println("200 welcome,", verified.Claims.Subject())
		case errors.Is(err, jwt.ErrUnavailable):
			fmt.Println("503 try again later")
		case errors.Is(err, jwt.ErrInvalidToken):
			fmt.Println("401 log in again")
		default:
			log.Fatal(err) // the program's own fault
		}
	}

	answer(context.Background(), "4712")
	answer(context.Background(), "4711")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	answer(ended, "4712")
	// Output:
	// 200 welcome, alice
	// 401 log in again
	// 503 try again later
}

// A service decodes each token into a struct of its own.
func ExampleDecoder_DecodeInto() {
	type Session struct {
		jwt.RegisteredClaims
		Roles    []string  `json:"roles"`
		LoggedIn time.Time `json:"auth_time"` // takes seconds since 1970
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithRequired("sub", "exp"))
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice", "roles": []string{"editor"}, "auth_time": 1_800_000_000}, key,
		jwt.WithExpiresIn(time.Hour))
	if err != nil {
		log.Fatal(err)
	}

	// The variable may hold an earlier token: nothing of that is left.
	session := Session{Roles: []string{"author", "owner"}}
	if err := decoder.DecodeInto(token, &session); err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Subject, session.Roles)
	fmt.Println(session.LoggedIn)
	// Output:
	// alice [editor]
	// 2027-01-15 08:00:00 +0000 UTC
}

// A program's own tests set the clock, and wait for nothing.
func ExampleWithClock() {
	now := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	clock := jwt.WithClock(func() time.Time { return now })

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	encoder, err := jwt.NewEncoder(key, jwt.WithExpiresIn(15*time.Minute), clock)
	if err != nil {
		log.Fatal(err)
	}
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithRequired("exp"), clock)
	if err != nil {
		log.Fatal(err)
	}
	token, err := encoder.Encode(jwt.Claims{"sub": "alice"})
	if err != nil {
		log.Fatal(err)
	}

	now = now.Add(15*time.Minute - time.Nanosecond)
	_, err = decoder.Decode(token)
	fmt.Println("expired:", errors.Is(err, jwt.ErrExpired))

	now = now.Add(time.Nanosecond)
	_, err = decoder.Decode(token)
	fmt.Println("expired:", errors.Is(err, jwt.ErrExpired))
	// Output:
	// expired: false
	// expired: true
}

// A bank's tokens carry extensions that must be understood. The program says which
// ones it knows, and checks them.
func ExampleWithCritical() {
	const issuedAt = "http://openbanking.org.uk/iat" // a header parameter: when it was signed
	earliest := int64(1_700_000_000)

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithCritical(issuedAt),
		jwt.WithValidator(func(_ context.Context, token *jwt.Token) error {
			value, _ := token.Header.Param(issuedAt)
			if at, ok := value.(int64); !ok || at < earliest {
				return errors.New("the token was signed too long ago")
			}
			return nil
		}))
	if err != nil {
		log.Fatal(err)
	}

	// {"alg":"HS256","crit":["http://openbanking.org.uk/iat"],"http://openbanking.org.uk/iat":1800000000}
	const token = "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiaHR0cDovL29wZW5iYW5raW5nLm9yZy51ay9pYXQiXSwiaHR0cDovL29wZW5iYW5raW5nLm9yZy51ay9pYXQiOjE4MDAwMDAwMDB9." +
		"eyJzdWIiOiJhbGljZSJ9." +
		"bv3tQa-TJR-foUV-n_IbFC214ayBwdfLtVCo4tbB0e0"
	claims, err := decoder.Decode(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())

	// Whoever does not know the extension must refuse the token.
	_, err = jwt.Decode(token, key, jwt.HS256)
	fmt.Println("refused:", errors.Is(err, jwt.ErrInvalidToken))
	// Output:
	// alice
	// refused: true
}

// A validator compares dates of its own with the time that all other checks were made at.
func ExampleToken_checkedAt() {
	recentLogin := func(_ context.Context, token *jwt.Token) error {
		login, err := jwt.Get[time.Time](token.Claims, "auth_time")
		if err != nil {
			return err
		}
		if age := token.CheckedAt.Sub(login); age > time.Hour {
			return fmt.Errorf("the user logged in %s ago, and not within the hour", age)
		}
		return nil
	}

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 octets or more")
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	clock := jwt.WithClock(func() time.Time { return noon }) // a test's
	for _, login := range []time.Duration{-time.Minute, -90 * time.Minute} {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice", "auth_time": noon.Add(login).Unix()}, key, jwt.WithExpiresIn(time.Hour), clock)
		if err != nil {
			log.Fatal(err)
		}
		_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithValidator(recentLogin), clock)
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// jwt: a validator refused the token: the user logged in 1h30m0s ago, and not within the hour
}

// A service that gets the same access tokens again and again verifies the signature of each of
// them once. All else is checked with every request.
func ExampleWithSignatureCache() {
	key, err := jwt.GenerateKey(jwt.ES256)
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	clock := jwt.WithClock(func() time.Time { return now })
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, clock, jwt.WithExpiresIn(15*time.Minute))
	if err != nil {
		log.Fatal(err)
	}

	// Made once: some thousand users, each with a token or two.
	decoder, err := jwt.NewDecoder(key.Public(), jwt.ES256, jwt.WithRequired("exp"), jwt.WithSignatureCache(10_000), clock)
	if err != nil {
		log.Fatal(err)
	}
	for range 3 { // the signature is verified the first time
		claims, err := decoder.Decode(token)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(claims.Subject())
	}

	now = now.Add(15 * time.Minute)
	_, err = decoder.Decode(token)
	fmt.Println("expired:", errors.Is(err, jwt.ErrExpired))
	// Output:
	// alice
	// alice
	// alice
	// expired: true
}
