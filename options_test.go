package jwt_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The clock is read on each call, by what is prepared once too. TestTimeDefaultClock
// has what is read without one.
func TestClockIsReadOnEachCall(t *testing.T) {
	clock := now
	tick := jwt.WithClock(func() time.Time { return clock })
	encoder, err := jwt.NewEncoder(secret, tick, jwt.WithExpiresIn(time.Minute))
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, tick)
	require.NoError(t, err)
	first, err := encoder.Encode(jwt.Claims{})
	require.NoError(t, err)
	_, err = decoder.Decode(first)
	assert.NoError(t, err)
	clock = clock.Add(time.Minute)
	_, err = decoder.Decode(first)
	assertClass(t, err, jwt.ErrExpired)
	second, err := encoder.Encode(jwt.Claims{})
	require.NoError(t, err)
	_, err = decoder.Decode(second)
	assert.NoError(t, err)

	// Once: all that one call says of the time is of the same time.
	reads := 0
	counting := jwt.WithClock(func() time.Time { reads++; return now.Add(time.Duration(reads) * time.Hour) })
	both := encoded(t, jwt.Claims{}, counting, jwt.WithExpiresIn(time.Minute), jwt.WithIssuedAt())
	assert.Equal(t, 1, reads)
	reads = 0
	_, err = jwt.Decode(both, secret, jwt.HS256, counting, jwt.WithMaxTokenAge(time.Minute))
	assert.NoError(t, err)
	assert.Equal(t, 1, reads)
}

type foreignOption struct {
	jwt.EncodeOption
	jwt.DecodeOption
	jwt.KeyOption
}

var noContext context.Context

// An option of the right side may still be one of the other call.
func TestOptionsOnTheWrongCall(t *testing.T) {
	for name, opt := range map[string]jwt.EncodeOption{
		"WithClock": at(now), "WithIssuer": jwt.WithIssuer("a"), "WithSubject": jwt.WithSubject("a"), "WithAudience": jwt.WithAudience("a"),
		"WithExpiresIn": jwt.WithExpiresIn(time.Minute), "WithIssuedAt": jwt.WithIssuedAt(), "WithNotBefore": jwt.WithNotBefore(now), "WithRandomID": jwt.WithRandomID(),
	} {
		token, err := jwt.Sign([]byte("a"), secret, opt)
		assert.Empty(t, token)
		assertNames(t, err, name)
		encoder, err := jwt.NewEncoder(secret, opt)
		require.NoError(t, err)
		_, err = encoder.Sign(nil)
		assertNames(t, err, name)
		_, err = encoder.Encode(jwt.Claims{})
		assert.NoError(t, err)
	}
	for name, opt := range map[string]jwt.EncodeOption{
		"WithDetached": jwt.WithDetached(), "WithUnencodedPayload": jwt.WithUnencodedPayload(), "WithHeader": jwt.WithHeader("cty", "JWT"),
	} {
		token, err := jwt.Encode(jwt.Claims{}, secret, opt)
		assert.Empty(t, token)
		assertNames(t, err, name)
		encoder, err := jwt.NewEncoder(secret, opt)
		require.NoError(t, err)
		_, err = encoder.Encode(jwt.Claims{})
		assertNames(t, err, name)
		_, err = encoder.Sign(nil)
		assert.NoError(t, err)
	}
	token := claimed(`{"iss":"a","sub":"a","iat":1800000000}`)
	for name, opt := range map[string]jwt.DecodeOption{
		"WithClock": at(now), "WithIssuer": jwt.WithIssuer("a"), "WithSubject": jwt.WithSubject("a"), "WithAudience": jwt.WithAudience("a"),
		"WithStrictAudience": jwt.WithStrictAudience("a"), "WithRequired": jwt.WithRequired("a"), "WithLeeway": jwt.WithLeeway(time.Second),
		"WithMaxTokenAge": jwt.WithMaxTokenAge(time.Hour), "WithoutCheck": jwt.WithoutCheck("exp"),
		"WithValidator": jwt.WithValidator(func(context.Context, *jwt.Token) error { return nil }),
	} {
		payload, err := jwt.Verify(token, secret, jwt.HS256, opt)
		assert.Nil(t, payload)
		assertNames(t, err, name)
		decoder, err := jwt.NewDecoder(secret, jwt.HS256, opt)
		require.NoError(t, err)
		_, err = decoder.Verify(token)
		assertNames(t, err, name)
	}
	claims, err := jwt.Decode(token, secret, jwt.HS256, jwt.WithDetachedPayload([]byte("{}")))
	assert.Nil(t, claims)
	assertNames(t, err, "WithDetachedPayload")
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithDetachedPayload([]byte("{}")))
	require.NoError(t, err)
	_, err = decoder.Decode(token)
	assertNames(t, err, "WithDetachedPayload")
	for _, opt := range []jwt.DecodeOption{jwt.WithType("JWT"), jwt.WithMaxSize(1000), jwt.WithContext(t.Context())} {
		_, err = jwt.Verify(token, secret, jwt.HS256, opt)
		assert.NoError(t, err)
	}
	// One is for what is made once, and for both calls of it.
	_, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithSignatureCache(8))
	assertNames(t, err, "WithSignatureCache")
	decoder, err = jwt.NewDecoder(secret, jwt.HS256, jwt.WithSignatureCache(8), at(now))
	require.NoError(t, err)
	_, err = decoder.Decode(token)
	assert.NoError(t, err)
	decoder, err = jwt.NewDecoder(secret, jwt.HS256, jwt.WithSignatureCache(8))
	require.NoError(t, err)
	_, err = decoder.Verify(token)
	assert.NoError(t, err)
	// The last payload is the one that holds.
	detached, err := jwt.Sign([]byte("b"), secret, jwt.WithDetached(), jwt.WithDetached())
	require.NoError(t, err)
	_, err = jwt.Verify(detached, secret, jwt.HS256, jwt.WithDetachedPayload([]byte("a")), jwt.WithDetachedPayload([]byte("b")))
	assert.NoError(t, err)
}
