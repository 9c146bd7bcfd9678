package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/token-jwt/jwt"
)

// The keys are in a file that somebody else rotates, a mounted Kubernetes secret, say.
// Each time the set is due the file is read again.
func ExampleNewLiveKeySet() {
	folder, err := os.MkdirTemp("", "keys")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "keys.json")

	key, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	published, err := jwt.NewKeySet(key)
	if err != nil {
		log.Fatal(err)
	}
	text, err := published.MarshalJSON() // the public halves alone
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		log.Fatal(err)
	}

	source := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, 0, err
		}
		set, err := jwt.ParseKeySet(text)
		return set, 0, err
	})
	keys, err := jwt.NewLiveKeySet(source, jwt.WithRefreshInterval(time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	decoder, err := jwt.NewDecoder(keys, jwt.ES256)
	if err != nil {
		log.Fatal(err)
	}

	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := decoder.Decode(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	// Output: alice
}

// A vault that is down is no fault of the token: answer 503.
func ExampleKeySourceFunc() {
	vault := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		return nil, 0, errors.New("the vault is sealed")
	})
	keys, err := jwt.NewLiveKeySet(vault)
	if err != nil {
		log.Fatal(err)
	}
	_, err = jwt.Decode(exampleToken(), keys, jwt.HS256)
	fmt.Println(errors.Is(err, jwt.ErrKeySet), errors.Is(err, jwt.ErrUnavailable), errors.Is(err, jwt.ErrInvalidToken))
	fmt.Println(err)
	// Output:
	// true true false
	// jwt: the key set could not be fetched: the vault is sealed
}

// For how long are tokens verified while the issuer is down, and how soon is a new key
// known? The defaults are 24 hours and 30 seconds.
func ExampleWithMaxStale() {
	var down bool
	source := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		if down {
			return nil, 0, errors.New("connection refused")
		}
		set, err := jwt.NewKeySet(exampleKey())
		return set, 0, err
	})
	keys, err := jwt.NewLiveKeySet(source,
		jwt.WithRefreshInterval(10*time.Minute),
		jwt.WithMaxStale(2*time.Hour),
		jwt.WithCooldown(10*time.Second),
		jwt.WithFetchTimeout(2*time.Second),
	)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := jwt.Decode(exampleToken(), keys, jwt.HS256); err != nil {
		log.Fatal(err)
	}
	down = true
	_, err = jwt.Decode(exampleToken(), keys, jwt.HS256)
	fmt.Println(err)
	// Output: <nil>
}

// Count fetches, and log those that fail.
func ExampleWithFetchReport() {
	source := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		set, err := jwt.NewKeySet(exampleKey())
		return set, 0, err
	})
	keys, err := jwt.NewLiveKeySet(source, jwt.WithFetchReport(func(r jwt.FetchReport) {
		if r.Err != nil {
			fmt.Println("the old keys are in use since", r.FetchedAt, "because", r.Err)
			return
		}
		fmt.Println("keys in use:", r.Keys)
	}))
	if err != nil {
		log.Fatal(err)
	}
	if err := keys.Refresh(context.Background()); err != nil { // at the start, to find a wrong address early
		log.Fatal(err)
	}
	// Output: keys in use: 1
}

// A fixed copy of what a live set holds: to write it to disk, or to look at it.
func ExampleKeySet_Current() {
	source := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		set, err := jwt.NewKeySet(exampleKey())
		return set, 0, err
	})
	live, err := jwt.NewLiveKeySet(source)
	if err != nil {
		log.Fatal(err)
	}
	fixed, err := live.Current(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for key := range fixed.All() {
		fmt.Println(key.ID())
	}
	// Output: 2026-11
}

// One service takes the tokens of two issuers, each by its own keys.
func ExampleIssuers() {
	login, partner := exampleKey(), []byte("another key for examples, 32 bytes")
	customers, err := jwt.NewDecoder(login, jwt.HS256, jwt.WithIssuer("https://login.example"))
	if err != nil {
		log.Fatal(err)
	}
	partners, err := jwt.NewDecoder(partner, jwt.HS256, jwt.WithIssuer("https://partner.example"), jwt.WithAudience("api"))
	if err != nil {
		log.Fatal(err)
	}
	issuers := jwt.Issuers{
		"https://login.example":   customers,
		"https://partner.example": partners,
	}

	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, login, jwt.WithIssuer("https://login.example"))
	if err != nil {
		log.Fatal(err)
	}
	good, err := issuers.DecodeContext(context.Background(), token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(good.Claims.Subject())

	// The partner's key does not sign for the other issuer.
	forged, err := jwt.Encode(jwt.Claims{"sub": "admin"}, partner, jwt.WithIssuer("https://login.example"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = issuers.DecodeContext(context.Background(), forged)
	fmt.Println(errors.Is(err, jwt.ErrInvalidSignature))
	// Output:
	// alice
	// true
}

// exampleKey is for examples: a real key is random, and never stands in a program.
func exampleKey() *jwt.Key {
	key, err := jwt.NewKey([]byte("a key for examples of 32 octets or more"), jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	return key
}

func exampleToken() string {
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, exampleKey())
	if err != nil {
		log.Fatal(err)
	}
	return token
}
