package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/token-jwt/jwt"
)

// Profiles of tokens that others have written down, as policies.

// An access token by RFC 9068: its type says that it is one, and the claims that the RFC
// requires are asked for.
func Example_accessToken() {
	// Never hard-code a real key; an issuer signs with a private one.
	key := exampleKey()
	encoder, err := jwt.NewEncoder(key,
		jwt.WithType("at+jwt"), jwt.WithIssuer("https://login.example"), jwt.WithAudience("https://orders.example"),
		jwt.WithIssuedAt(), jwt.WithExpiresIn(5*time.Minute), jwt.WithRandomID())
	if err != nil {
		log.Fatal(err)
	}
	decoder, err := jwt.NewDecoder(key, jwt.HS256,
		jwt.WithType("at+jwt"), // RFC 9068, Section 4: another type is refused, an ID token for instance
		jwt.WithIssuer("https://login.example"), jwt.WithAudience("https://orders.example"),
		jwt.WithRequired("exp", "iat", "jti", "sub", "client_id"))
	if err != nil {
		log.Fatal(err)
	}

	token, err := encoder.Encode(jwt.Claims{"sub": "alice", "client_id": "shop", "scope": "orders:read"})
	if err != nil {
		log.Fatal(err)
	}
	claims, err := decoder.Decode(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject(), claims["scope"])

	token, err = encoder.Encode(jwt.Claims{"sub": "alice"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = decoder.Decode(token)
	fmt.Println(err)
	// Output:
	// alice orders:read
	// jwt: the token has no claim "client_id", which WithRequired asks for
}

// A client that authenticates itself with a token of its key, in place of a secret
// (RFC 7523, private_key_jwt). The server takes each token once.
func Example_clientAssertion() {
	client, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID("client-2026"))
	if err != nil {
		log.Fatal(err)
	}
	registered, err := jwt.NewKeySet(client.Public()) // what the server has of the client
	if err != nil {
		log.Fatal(err)
	}
	const tokenEndpoint = "https://login.example/token"

	used := sync.Map{} // a real one forgets what has expired
	once := func(_ context.Context, token *jwt.Token) error {
		if _, again := used.LoadOrStore(token.Claims.ID(), token.Claims.ExpiresAt()); again {
			return errors.New("the assertion was used before")
		}
		return nil
	}
	decoder, err := jwt.NewDecoder(registered, jwt.ES256,
		jwt.WithIssuer("client"), jwt.WithSubject("client"), // RFC 7523, Section 3: both are the client's ID
		jwt.WithAudience(tokenEndpoint), jwt.WithRequired("exp", "jti"), jwt.WithValidator(once))
	if err != nil {
		log.Fatal(err)
	}

	assertion, err := jwt.Encode(jwt.Claims{}, client, jwt.WithIssuer("client"), jwt.WithSubject("client"),
		jwt.WithAudience(tokenEndpoint), jwt.WithIssuedAt(), jwt.WithExpiresIn(time.Minute), jwt.WithRandomID())
	if err != nil {
		log.Fatal(err)
	}
	_, err = decoder.Decode(assertion)
	fmt.Println(err)
	_, err = decoder.Decode(assertion)
	fmt.Println(err)
	// Output:
	// <nil>
	// jwt: a validator refused the token: the assertion was used before
}

// An ID token of OpenID Connect, after a login that sent a nonce. The audience is the
// client, and where the user must have logged in lately, auth_time says when.
func Example_idToken() {
	issuer := exampleKey()       // in place of jwks.Discover("https://login.example")
	const nonce = "n-0S6_WzA2Mj" // random for each login, and kept in the session of the browser

	type idToken struct {
		jwt.RegisteredClaims
		Nonce    string          `json:"nonce"`
		AuthTime jwt.NumericDate `json:"auth_time,omitzero"`
		Email    string          `json:"email,omitempty"`
	}
	token, err := jwt.Encode(idToken{Nonce: nonce, AuthTime: jwt.NewNumericDate(time.Now()), Email: "alice@example.com"}, issuer,
		jwt.WithIssuer("https://login.example"), jwt.WithSubject("24400320"), jwt.WithAudience("client"),
		jwt.WithIssuedAt(), jwt.WithExpiresIn(time.Hour))
	if err != nil {
		log.Fatal(err)
	}

	verify := func(nonce string) (idToken, error) {
		return jwt.DecodeAs[idToken](token, issuer, jwt.HS256,
			jwt.WithIssuer("https://login.example"), jwt.WithAudience("client"),
			jwt.WithRequired("sub", "exp", "iat", "nonce"), // OpenID Connect Core 1.0, Section 2
			jwt.WithLeeway(30*time.Second),
			jwt.WithValidator(func(_ context.Context, t *jwt.Token) error {
				if t.Claims["nonce"] != nonce {
					return errors.New("the nonce is not that of this login")
				}
				login, err := jwt.Get[time.Time](t.Claims, "auth_time")
				if err != nil || t.CheckedAt.Sub(login) > 10*time.Minute {
					return errors.New("the user must log in again")
				}
				return nil
			}))
	}
	user, err := verify(nonce)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Subject, user.Email)
	_, err = verify("that of another login")
	fmt.Println(err)
	// Output:
	// 24400320 alice@example.com
	// jwt: a validator refused the token: the nonce is not that of this login
}

// The life of a set whose source does not say how long it may be used.
func ExampleWithRefreshInterval() {
	fetches := 0
	keys, err := jwt.NewLiveKeySet(countedSource(&fetches), jwt.WithRefreshInterval(time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	for range 1000 {
		if _, err := jwt.Decode(exampleToken(), keys, jwt.HS256); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("fetches:", fetches)
	// Output: fetches: 1
}

// However many tokens with unknown key IDs arrive, they cause one fetch per cooldown.
func ExampleWithCooldown() {
	fetches := 0
	keys, err := jwt.NewLiveKeySet(countedSource(&fetches), jwt.WithCooldown(10*time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	if err := keys.Refresh(context.Background()); err != nil {
		log.Fatal(err)
	}
	stranger, err := jwt.NewKey([]byte("a key that nobody here knows, 32 bytes"), jwt.WithKeyID("unknown"))
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{}, stranger)
	if err != nil {
		log.Fatal(err)
	}
	for range 1000 {
		_, err = jwt.Decode(token, keys, jwt.HS256)
	}
	fmt.Println(errors.Is(err, jwt.ErrKeyNotFound), "fetches:", fetches)
	// Output: true fetches: 2
}

// A source that hangs costs a caller no more than this, or than its own deadline.
func ExampleWithFetchTimeout() {
	hangs := jwt.KeySourceFunc(func(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
		<-ctx.Done()
		return nil, 0, ctx.Err()
	})
	keys, err := jwt.NewLiveKeySet(hangs, jwt.WithFetchTimeout(10*time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	_, err = jwt.Decode(exampleToken(), keys, jwt.HS256)
	fmt.Println(errors.Is(err, jwt.ErrKeySet), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

// At the start of a service, to find a wrong address before the first request does; and
// when somebody says that a key was stolen.
func ExampleKeySet_Refresh() {
	down := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		return nil, 0, errors.New("no such host")
	})
	keys, err := jwt.NewLiveKeySet(down)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(keys.Refresh(context.Background()))
	// Output: jwt: the key set could not be fetched: no such host
}

// countedSource has one key, and counts how often it was asked.
func countedSource(fetches *int) jwt.KeySource {
	return jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		*fetches++
		set, err := jwt.NewKeySet(exampleKey())
		return set, 0, err
	})
}
