package jwt_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Options that add up, or replace one another, are not changed by the calls that they are
// given to: the next call finds each as it was made.
func TestOptionsStayAsTheyWereMade(t *testing.T) {
	x1, x2, y := jwt.WithHeader("x", 1), jwt.WithHeader("x", 2), jwt.WithHeader("y", 3)
	a, b := jwt.WithAudience("a"), jwt.WithAudience("b")
	opts := []jwt.EncodeOption{x1, x2, y, a, b}
	given := append([]jwt.EncodeOption(nil), opts...)
	for range 2 {
		token := encoded(t, jwt.Claims{}, opts...)
		assert.Equal(t, `{"alg":"HS256","typ":"JWT","x":2,"y":3}`, segmentOf(t, token, 0))
		assert.Equal(t, `{"aud":["a","b"]}`, segmentOf(t, token, 1))
		encoder, err := jwt.NewEncoder(secret, opts...)
		require.NoError(t, err)
		again, err := encoder.Encode(jwt.Claims{})
		require.NoError(t, err)
		assert.Equal(t, token, again)
		assert.Equal(t, `{"alg":"HS256","typ":"JWT","x":1}`, segmentOf(t, encoded(t, jwt.Claims{}, x1), 0))
		assert.Equal(t, `{"aud":"a"}`, segmentOf(t, encoded(t, jwt.Claims{}, a), 1))

		_, err = jwt.Decode(claimed(`{"aud":"b"}`), secret, jwt.HS256, a, b)
		assert.NoError(t, err)
		_, err = jwt.Decode(claimed(`{"aud":"b"}`), secret, jwt.HS256, a)
		assertClass(t, err, jwt.ErrInvalidAudience)
	}
	for i := range opts {
		assert.Same(t, given[i], opts[i], "the caller's list has the caller's options")
	}
}

// An option of the other side does not compile. One that got past the compiler, by a type
// assertion, is refused by its name.
func TestOptionsOfTheOtherSide(t *testing.T) {
	_, err := jwt.Encode(jwt.Claims{}, secret, jwt.WithRequired("exp").(jwt.EncodeOption))
	assertNames(t, err, "WithRequired")
	_, err = jwt.Sign(nil, secret, jwt.WithDetachedPayload(nil).(jwt.EncodeOption))
	assertNames(t, err, "WithDetachedPayload")
	_, err = jwt.Decode("", secret, jwt.HS256, jwt.WithKeyID("k").(jwt.DecodeOption))
	assertNames(t, err, "WithKeyID")
	_, err = jwt.Verify("", secret, jwt.HS256, jwt.AllowWeakKey().(jwt.DecodeOption))
	assertNames(t, err, "AllowWeakKey")
	_, err = jwt.NewKey(secret, jwt.WithType("JWT").(jwt.KeyOption))
	assertNames(t, err, "WithType")
	_, err = jwt.NewLiveKeySet(&fakeSource{}, jwt.WithLeeway(0).(jwt.LiveOption))
	assertNames(t, err, "WithLeeway")
}
