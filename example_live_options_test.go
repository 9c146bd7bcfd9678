package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/token-jwt/jwt"
)

// How keys are followed comes from settings.
func ExampleLiveOption() {
	const cooldown = 10 * time.Second // a setting of the program; 0 where it is not given

	opts := []jwt.LiveOption{jwt.WithRefreshInterval(10 * time.Minute)}
	if cooldown != 0 {
		opts = append(opts, jwt.WithCooldown(cooldown))
	}
	source := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		return nil, 0, errors.New("connection refused")
	})
	keys, err := jwt.NewLiveKeySet(source, opts...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(errors.Is(keys.Refresh(context.Background()), jwt.ErrKeySet))
	// Output: true
}

// A probe of a service's health: it is well as long as its keys are not older than an hour.
func ExampleFetchReport() {
	var last jwt.FetchReport // of a program: in an atomic.Pointer, as fetches have goroutines of their own
	source := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		return nil, 0, errors.New("connection refused")
	})
	keys, err := jwt.NewLiveKeySet(source, jwt.WithFetchReport(func(r jwt.FetchReport) { last = r }))
	if err != nil {
		log.Fatal(err)
	}

	if err := keys.Refresh(context.Background()); err != nil { // in a program: the first token
		healthy := last.Keys > 0 && time.Since(last.FetchedAt) < time.Hour
		fmt.Println("healthy:", healthy, "because", last.Err)
	}
	// Output: healthy: false because jwt: the key set could not be fetched: connection refused
}
