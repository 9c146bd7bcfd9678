package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/token-jwt/jwt"
)

// backup is a source that falls back on a copy while the first one is down.
type backup struct {
	first jwt.KeySource
	copy  *jwt.KeySet // read from disk when the program starts
}

func (b backup) Fetch(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
	set, maxAge, err := b.first.Fetch(ctx)
	if err != nil && b.copy != nil {
		return b.copy, time.Minute, nil // ask again soon
	}
	return set, maxAge, err
}

// A source around another source.
func ExampleKeySource() {
	stored, err := jwt.ParseKeySet([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"2026-11","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	down := jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		return nil, 0, errors.New("connection refused")
	})
	keys, err := jwt.NewLiveKeySet(backup{down, stored})
	if err != nil {
		log.Fatal(err)
	}
	if err := keys.Refresh(context.Background()); err != nil {
		log.Fatal(err)
	}
	key, ok := keys.Key("2026-11")
	fmt.Println(key, ok)
	// Output: jwt.Key(Ed25519 key, public, ID "2026-11") true
}
