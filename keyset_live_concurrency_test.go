package jwt_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Callers that come in the moment in which a fetch ends take its set: none is refused,
// and none asks again.
func TestLiveSetAtOnce(t *testing.T) {
	for range 300 {
		l := newLiveTrial(t)
		all := func(token string) {
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() { assert.NoError(t, l.decode(token)) })
			}
			group.Wait()
			assert.Equal(t, 1, l.source.fetches())
		}
		all(l.one)
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k1, l.k2} })
		all(l.two)
		if t.Failed() {
			return
		}
	}
}

// For ten seconds the issuer rotates, is down, hangs and sends garbage. No good token
// is refused, and none of a removed key is accepted after the refresh.
func TestLiveSetUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds of real time")
	}
	const life = 10 * time.Second
	var current atomic.Pointer[[]*jwt.Key] // the newest is the last
	var mode atomic.Int32
	var fetches atomic.Int32
	keys := []*jwt.Key{secretNamed(t, "0")}
	current.Store(&keys)
	set, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
		fetches.Add(1)
		switch mode.Load() {
		case 1:
			return nil, 0, errDown
		case 2:
			<-ctx.Done()
			return nil, 0, ctx.Err()
		case 3:
			set, err := jwt.ParseKeySet([]byte(`{"keys":[{}],"keys":1}`))
			return set, 0, err
		}
		set, err := jwt.NewKeySet(*current.Load()...)
		return set, 0, err
	}), jwt.WithRefreshInterval(400*time.Millisecond), jwt.WithCooldown(50*time.Millisecond), jwt.WithFetchTimeout(100*time.Millisecond))
	require.NoError(t, err)
	decoder := mustDecoder(t, set, jwt.HS256)
	require.NoError(t, set.Refresh(t.Context()))

	ctx, cancel := context.WithTimeout(t.Context(), life)
	defer cancel()
	var group sync.WaitGroup
	var good, removed atomic.Int32
	for range 2 * runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for ctx.Err() == nil {
				list := *current.Load()
				token, err := jwt.Encode(jwt.Claims{}, list[0]) // of the older key, which everybody knows
				if !assert.NoError(t, err) {
					return
				}
				if _, err = decoder.DecodeContext(t.Context(), token); err == nil {
					good.Add(1)
				} else if now := *current.Load(); now[0].ID() == list[0].ID() { // else it was removed meanwhile
					assert.NoError(t, err)
				}
			}
		})
	}
	// The first call may join a fetch that began before the keys changed.
	refresh := func() {
		for good := 0; good < 2; {
			if set.Refresh(t.Context()) == nil {
				good++
			}
		}
	}
	for round := 1; ctx.Err() == nil; round++ {
		old := *current.Load()
		next := []*jwt.Key{old[len(old)-1], secretNamed(t, fmt.Sprint(round))}
		mode.Store(0)
		current.Store(&[]*jwt.Key{old[0], next[len(next)-1]}) // published before it signs
		refresh()
		current.Store(&[]*jwt.Key{next[1]}) // the old one is removed
		refresh()
		gone, err := jwt.Encode(jwt.Claims{}, old[0])
		require.NoError(t, err)
		_, err = decoder.Decode(gone)
		assert.ErrorIs(t, err, jwt.ErrKeyNotFound)
		removed.Add(1)
		mode.Store(int32(round % 4))
		<-time.After(500 * time.Millisecond)
	}
	group.Wait()
	assert.Positive(t, good.Load())
	assert.Positive(t, removed.Load())
	assert.Less(t, int(fetches.Load()), int(life/(50*time.Millisecond))+4*int(removed.Load()))
	t.Logf("%d tokens verified, %d removed keys refused, %d fetches", good.Load(), removed.Load(), fetches.Load())
}
