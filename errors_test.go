package jwt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestErrorTree(t *testing.T) {
	for class, parent := range classes {
		assertClass(t, class, class)
		assert.Equal(t, parent, errors.Unwrap(class))
		if parent != nil {
			assert.ErrorIs(t, class, parent)
			assert.NotErrorIs(t, parent, class)
		}
	}
	// Data types that a program makes for its tests speak for their class.
	assertClass(t, &jwt.InvalidTokenError{Claim: "role"}, jwt.ErrInvalidToken)
	assertClass(t, &jwt.DecodeError{}, jwt.ErrDecode)
	assertClass(t, &jwt.ExpiredError{}, jwt.ErrExpired)
	assert.NotEmpty(t, (&jwt.ExpiredError{}).Error())
	// A class that a program returns has the data that are promised for it.
	data := map[error][2]string{
		jwt.ErrInvalidIssuer: {"iss"}, jwt.ErrInvalidAudience: {"aud"}, jwt.ErrInvalidSubject: {"sub"}, jwt.ErrInvalidID: {"jti"},
		jwt.ErrInvalidIssuedAt: {"iat"}, jwt.ErrInvalidSignature: {"", "signature"},
	}
	for class := range classes {
		for _, err := range []error{class, fmt.Errorf("mine: %w", class), errors.Join(errors.New("x"), class)} {
			var invalid *jwt.InvalidTokenError
			var malformed *jwt.DecodeError
			var expired *jwt.ExpiredError
			if assert.Equal(t, errors.Is(class, jwt.ErrInvalidToken), errors.As(err, &invalid), class) && invalid != nil {
				assert.Equal(t, data[class][0], invalid.Claim)
				assert.Equal(t, class.Error(), invalid.Error())
				assertClass(t, invalid, class)
				invalid.Claim = "changed" // in a copy
				var again *jwt.InvalidTokenError
				require.ErrorAs(t, err, &again)
				assert.Equal(t, data[class][0], again.Claim)
			}
			if assert.Equal(t, errors.Is(class, jwt.ErrDecode), errors.As(err, &malformed), class) && malformed != nil {
				assert.Equal(t, data[class][1], malformed.Segment)
				assertClass(t, malformed, class)
			}
			if assert.Equal(t, class == jwt.ErrExpired, errors.As(err, &expired), class) && expired != nil {
				assert.Zero(t, expired.ExpiresAt)
				assert.Zero(t, expired.Now)
				assert.Nil(t, expired.Token)
				assertClass(t, expired, class)
			}
		}
	}
	// A key's or an option's fault has no token's data.
	_, err := jwt.Decode("", secret, 0)
	var invalid *jwt.InvalidTokenError
	var malformed *jwt.DecodeError
	var expired *jwt.ExpiredError
	assert.False(t, errors.As(err, &invalid) || errors.As(err, &malformed) || errors.As(err, &expired))
}
