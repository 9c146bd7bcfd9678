package jwt_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A call with a live set reads the clock once, for the set and for the claims, but not
// where it waited in between: what ended meanwhile has ended.
func TestLiveSetReadsClockAfterWaiting(t *testing.T) {
	for _, tt := range []struct {
		name  string
		wait  func(l *liveTrial)
		token func(l *liveTrial, claims jwt.Claims) (string, error)
	}{
		{"for the first fetch", func(*liveTrial) {}, func(l *liveTrial, c jwt.Claims) (string, error) { return jwt.Encode(c, l.k1) }},
		{
			"for an unknown key ID", func(l *liveTrial) { require.NoError(l.t, l.set.Refresh(l.t.Context())) },
			func(l *liveTrial, c jwt.Claims) (string, error) { return jwt.Encode(c, l.k2) },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLiveTrial(t)
				tt.wait(l)
				l.source.change(func(s *fakeSource) { s.keys, s.takes = append(s.keys, l.k2), 3*time.Second })
				decoder, err := jwt.NewDecoder(l.set, jwt.HS256)
				require.NoError(t, err)
				start := time.Now()
				token, err := tt.token(l, jwt.Claims{"exp": start.Add(2 * time.Second)})
				require.NoError(t, err)
				_, err = decoder.Decode(token)
				assertClass(t, err, jwt.ErrExpired)
				assert.Equal(t, 3*time.Second, time.Since(start), "the call did not wait")

				lasting, err := tt.token(l, jwt.Claims{"exp": start.Add(time.Minute)})
				require.NoError(t, err)
				time.Sleep(time.Second)
				whole, err := decoder.DecodeComplete(lasting)
				require.NoError(t, err)
				assert.Equal(t, start.Add(4*time.Second).UTC(), whole.CheckedAt)
			})
		})
	}
}
