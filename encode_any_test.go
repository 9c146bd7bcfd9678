package jwt_test

import (
	"testing"
	"time"

	"github.com/token-jwt/jwt"
)

type textKey struct{ s string }

func (k textKey) MarshalText() ([]byte, error) { return []byte(k.s), nil }

// A payload behind an interface or with odd keys is checked as any other.
func TestEncodeChecksHiddenClaims(t *testing.T) {
	var hidden any = jwt.Claims{"exp": "abc"}
	for _, payload := range []any{&hidden, map[textKey]any{{"exp"}: "abc"}} {
		_, err := jwt.Encode(payload, secret)
		assertClass(t, err, jwt.ErrInvalidOption)
		_, err = jwt.Encode(payload, secret, jwt.WithExpiresIn(time.Hour))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}
