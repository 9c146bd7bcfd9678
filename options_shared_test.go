package jwt_test

import (
	"context"
	"testing"
	"time"

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
	for name, opt := range map[string]jwt.DecodeOption{
		"WithStrictAudience": jwt.WithStrictAudience("a"), "WithMaxTokenAge": jwt.WithMaxTokenAge(time.Hour), "WithRequired": jwt.WithRequired("exp"),
		"WithLeeway": jwt.WithLeeway(time.Second), "WithoutCheck": jwt.WithoutCheck("aud"), "WithMaxSize": jwt.WithMaxSize(1), "WithCritical": jwt.WithCritical("x"),
		"WithValidator": jwt.WithValidator(func(context.Context, *jwt.Token) error { return nil }), "WithContext": jwt.WithContext(t.Context()),
		"WithPadding": jwt.WithPadding(), "WithDetachedPayload": jwt.WithDetachedPayload(nil), "WithSignatureCache": jwt.WithSignatureCache(8),
		"AllowWeakKey": jwt.AllowWeakKey().(jwt.DecodeOption), "WithKeyAlgorithm": jwt.WithKeyAlgorithm(jwt.HS256).(jwt.DecodeOption),
		"WithCooldown": jwt.WithCooldown(time.Hour).(jwt.DecodeOption), "WithFetchTimeout": jwt.WithFetchTimeout(time.Hour).(jwt.DecodeOption),
		"WithMaxStale": jwt.WithMaxStale(time.Hour).(jwt.DecodeOption), "WithRefreshInterval": jwt.WithRefreshInterval(time.Hour).(jwt.DecodeOption),
		"WithFetchReport": jwt.WithFetchReport(func(jwt.FetchReport) {}).(jwt.DecodeOption),
	} {
		_, err := jwt.Encode(jwt.Claims{}, secret, opt.(jwt.EncodeOption))
		assertNames(t, err, name)
		_, err = jwt.Sign(nil, secret, opt.(jwt.EncodeOption))
		assertNames(t, err, name)
	}
	for name, opt := range map[string]jwt.EncodeOption{
		"WithAlgorithm": jwt.WithAlgorithm(jwt.HS256), "WithHeader": jwt.WithHeader("x", 1), "WithExpiresIn": jwt.WithExpiresIn(time.Hour), "WithIssuedAt": jwt.WithIssuedAt(),
		"WithNotBefore": jwt.WithNotBefore(now), "WithRandomID": jwt.WithRandomID(), "WithDetached": jwt.WithDetached(), "WithUnencodedPayload": jwt.WithUnencodedPayload(),
		"WithKeyID": jwt.WithKeyID("k"), "AllowWeakKey": jwt.AllowWeakKey().(jwt.EncodeOption), "WithCooldown": jwt.WithCooldown(time.Hour).(jwt.EncodeOption),
	} {
		_, err := jwt.Decode("", secret, jwt.HS256, opt.(jwt.DecodeOption))
		assertNames(t, err, name)
		_, err = jwt.Verify("", secret, jwt.HS256, opt.(jwt.DecodeOption))
		assertNames(t, err, name)
	}
	_, err := jwt.NewKey(secret, jwt.WithType("JWT").(jwt.KeyOption))
	assertNames(t, err, "WithType")
	_, err = jwt.NewLiveKeySet(&fakeSource{}, jwt.WithLeeway(0).(jwt.LiveOption))
	assertNames(t, err, "WithLeeway")
}
