package interop

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// What jwks.Remote makes of keys that come through nginx.

// often lets each unknown key ID, and each failure, cause a fetch. Nothing is logged.
var often = jwks.WithLive(jwt.WithCooldown(time.Millisecond), jwt.WithFetchReport(func(jwt.FetchReport) {}))

func TestProxy(t *testing.T) {
	s := newSite(t)
	for _, test := range []struct {
		path          string
		http1         []bool
		protocol      int
		first, second string // what the cache did
	}{
		{"/kept", nil, 2, "MISS", "HIT"},
		{"/asks", nil, 2, "BYPASS", "BYPASS"},
		{"/none", nil, 2, "", ""},
		{"/kept", []bool{true}, 1, "HIT", "HIT"},
		{"/none", []bool{true}, 1, "", ""},
	} {
		t.Run(fmt.Sprintf("%s by HTTP %d", test.path[1:], test.protocol), func(t *testing.T) {
			client, saw := trusting(s.roots, test.http1...)
			source, err := jwks.Source(s.good+test.path+"/jwks.json", client)
			require.NoError(t, err)
			keys, err := jwt.NewLiveKeySet(source)
			require.NoError(t, err)
			require.NoError(t, decode(keys, s.token()))
			first := saw.last()
			assert.Equal(t, 200, first.status)
			assert.Equal(t, test.protocol, first.protocol)
			assert.Equal(t, test.first, first.cache)
			assert.True(t, first.unzipped)
			assert.True(t, strings.HasPrefix(first.etag, "W/"), "gzip makes the ETag a weak one")

			// It is known again.
			one, _, err := source.Fetch(t.Context())
			require.NoError(t, err)
			assert.Equal(t, 304, saw.last().status)
			assert.Equal(t, test.second, saw.last().cache)
			same, life, err := source.Fetch(t.Context())
			require.NoError(t, err)
			assert.Same(t, one, same)
			assert.Equal(t, 600*time.Second, life)
			require.NoError(t, keys.Refresh(t.Context()))
			require.NoError(t, decode(keys, s.token()))
		})
	}

	t.Run("by the package's own client", func(t *testing.T) {
		keys, err := jwks.Remote(s.plain + "/jwks.json")
		require.NoError(t, err)
		require.NoError(t, decode(keys, s.token()))
		require.NoError(t, keys.Refresh(t.Context()))
		require.NoError(t, decode(keys, s.token()))
	})
}

// The metadata of the issuer come the same way.
func TestProxyDiscover(t *testing.T) {
	s := newSite(t)
	client, saw := trusting(s.roots)
	keys, err := jwks.Discover(s.good+"/asks", client)
	require.NoError(t, err)
	require.NoError(t, decode(keys, s.token()))
	assert.Len(t, saw.seen, 2)
}

// The cache answers with the old key until its copy has expired, or until it is told
// to ask.
func TestProxyCache(t *testing.T) {
	s := newSite(t)
	client, saw := trusting(s.roots)

	t.Run("heeds no-cache", func(t *testing.T) {
		keys, err := jwks.Remote(s.good+"/asks/jwks.json", client, often)
		require.NoError(t, err)
		require.NoError(t, decode(keys, s.token()))
		old := s.token()
		s.publish("second")
		require.NoError(t, decode(keys, s.token()))
		assert.Equal(t, "BYPASS", saw.last().cache)
		assert.ErrorIs(t, decode(keys, old), jwt.ErrKeyNotFound)
	})

	t.Run("heeds it not", func(t *testing.T) {
		s.maxAge.Store(1)
		keys, err := jwks.Remote(s.good+"/kept/jwks.json", client, often)
		require.NoError(t, err)
		require.NoError(t, keys.Refresh(t.Context()))
		old := s.token()
		s.publish("third")
		fresh := s.token()
		asked := s.asked.Load()
		require.Eventually(t, func() bool {
			_, err := jwt.Decode(fresh, keys, jwt.ES256, at())
			return err == nil
		}, limit, 20*time.Millisecond)
		assert.NotEqual(t, "HIT", saw.last().cache)
		assert.LessOrEqual(t, s.asked.Load()-asked, int32(2), "the cache, not the issuer, was asked by all the others")
		assert.ErrorIs(t, decode(keys, old), jwt.ErrKeyNotFound)
	})
}

// nginx writes no Age, but keeps that of a cache behind it with the copy.
func TestProxyAge(t *testing.T) {
	s := newSite(t)
	client, saw := trusting(s.roots)
	for _, test := range []struct {
		path, age    string
		maxAge, want time.Duration
		cache        string
	}{
		{"/none", "", 600 * time.Second, 600 * time.Second, ""},
		{"/none", "590", 600 * time.Second, 10 * time.Second, ""},
		{"/asks", "590", 600 * time.Second, 10 * time.Second, "BYPASS"},
		{"/kept", "590", 600 * time.Second, 10 * time.Second, "MISS"},
		{"/kept", "", 0, 10 * time.Second, "HIT"},  // of the copy
		{"/none", "700", 600 * time.Second, 1, ""}, // over: 0 would be "not said"
		{"/none", "5", 0, 1, ""},                   // no-cache
	} {
		s.maxAge.Store(int64(test.maxAge / time.Second))
		s.age.Store(test.age)
		source, err := jwks.Source(s.good+test.path+"/jwks.json", client)
		require.NoError(t, err)
		set, life, err := source.Fetch(t.Context())
		require.NoError(t, err)
		assert.Equal(t, test.want, life, "%+v", test)
		assert.Equal(t, test.cache, saw.last().cache, "%+v", test)
		require.NoError(t, decode(set, s.token()))
	}
}

// While the issuer is down, nginx answers 502.
func TestProxyDown(t *testing.T) {
	s := newSite(t)
	s.maxAge.Store(0) // so that the keys are past their life at once
	client, saw := trusting(s.roots)
	url := s.good + "/asks/jwks.json"
	keys, err := jwks.Remote(url, client, often)
	require.NoError(t, err)
	require.NoError(t, decode(keys, s.token()))
	old := s.token()

	s.down()
	s.publish("second")
	assert.ErrorIs(t, keys.Refresh(t.Context()), jwt.ErrKeySet)
	assert.Equal(t, 502, saw.last().status)
	require.NoError(t, decode(keys, old), "the old keys stay")
	assert.ErrorIs(t, decode(keys, s.token()), jwt.ErrKeySet)
	require.NoError(t, decode(keys, old))
	cold, err := jwks.Remote(url, client, often)
	require.NoError(t, err)
	err = decode(cold, old)
	assert.ErrorIs(t, err, jwt.ErrKeySet)
	assert.NotErrorIs(t, err, jwt.ErrInvalidToken)

	s.up(s.address)
	for _, keys := range []*jwt.KeySet{keys, cold} {
		require.NoError(t, keys.Refresh(t.Context()))
		require.NoError(t, decode(keys, s.token()))
		assert.ErrorIs(t, decode(keys, old), jwt.ErrKeyNotFound)
	}
}

// Who cannot prove its name is asked for nothing.
func TestProxyTLS(t *testing.T) {
	s := newSite(t)
	_, strangers := newAuthority(t)
	ours, saw := trusting(s.roots)
	theirs, _ := trusting(strangers)
	for _, test := range []struct {
		name, url string
		opts      []jwks.Option
		cause     any
	}{
		{"another authority", s.good + "/none", []jwks.Option{theirs}, new(x509.UnknownAuthorityError)},
		{"the system's authorities", s.good + "/none", nil, new(x509.UnknownAuthorityError)},
		{"another name", s.elsewhere, []jwks.Option{ours}, new(x509.HostnameError)},
		{"an expired certificate", s.expired, []jwks.Option{ours}, new(x509.CertificateInvalidError)},
	} {
		t.Run(test.name, func(t *testing.T) {
			keys, err := jwks.Remote(test.url+"/jwks.json", append(test.opts, often)...)
			require.NoError(t, err)
			err = decode(keys, s.token())
			assert.ErrorIs(t, err, jwt.ErrKeySet)
			assert.NotErrorIs(t, err, jwt.ErrInvalidToken)
			assert.ErrorAs(t, err, test.cause)
		})
	}
	assert.Empty(t, saw.seen)
	assert.Zero(t, s.asked.Load())
}
