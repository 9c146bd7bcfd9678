package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Live key sets, over fake time: a bubble of testing/synctest ends only when all its
// goroutines have, so each test here also says that none is left.

// A fakeSource is an issuer that a test changes as it goes.
type fakeSource struct {
	mu     sync.Mutex
	keys   []*jwt.Key
	maxAge time.Duration
	err    error
	takes  time.Duration // how long an answer takes
	deaf   bool          // does not heed the context
	calls  int
	inside int // how many calls are under way
}

func (s *fakeSource) Fetch(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
	s.mu.Lock()
	s.calls++
	s.inside++
	takes, deaf := s.takes, s.deaf
	if s.inside > 1 {
		panic("two calls at a time")
	}
	s.mu.Unlock()
	if deaf {
		time.Sleep(takes)
	} else if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside--
	if ctx.Err() != nil && !deaf {
		return nil, 0, ctx.Err()
	}
	if s.err != nil {
		return nil, 0, s.err
	}
	set, err := jwt.NewKeySet(s.keys...)
	return set, s.maxAge, err
}

// change changes the source, for the calls that follow.
func (s *fakeSource) change(f func(s *fakeSource)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

// fetches returns how many calls there were since the last look.
func (s *fakeSource) fetches() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.calls
	s.calls = 0
	return n
}

var errDown = errors.New("the issuer is down")

func (s *fakeSource) goDown() { s.change(func(s *fakeSource) { s.err = errDown }) }
func (s *fakeSource) comeUp() {
	s.change(func(s *fakeSource) { s.err, s.takes, s.deaf = nil, 0, false })
}

// A liveTrial is a live set of one key, k1, and tokens of it.
type liveTrial struct {
	t      *testing.T
	source *fakeSource
	set    *jwt.KeySet
	k1, k2 *jwt.Key
	one    string // a token of k1
	two    string // a token of k2, which the source does not have at first
}

func newLiveTrial(t *testing.T, opts ...jwt.LiveOption) *liveTrial {
	t.Helper()
	l := &liveTrial{t: t, k1: secretNamed(t, "k1"), k2: secretNamed(t, "k2")}
	l.source = &fakeSource{keys: []*jwt.Key{l.k1}}
	var err error
	l.set, err = jwt.NewLiveKeySet(l.source, opts...)
	require.NoError(t, err)
	l.one, err = jwt.Encode(jwt.Claims{"sub": "alice"}, l.k1)
	require.NoError(t, err)
	l.two, err = jwt.Encode(jwt.Claims{"sub": "alice"}, l.k2)
	require.NoError(t, err)
	return l
}

// secretNamed is a secret that only its name makes.
func secretNamed(t testing.TB, kid string) *jwt.Key {
	t.Helper()
	key, err := jwt.NewKey([]byte(fmt.Sprintf("%-20s is the name of this key", kid)), jwt.WithKeyID(kid))
	require.NoError(t, err)
	return key
}

func (l *liveTrial) decode(token string) error {
	_, err := jwt.Decode(token, l.set, jwt.HS256)
	return err
}

func (l *liveTrial) accepts(token string) {
	l.t.Helper()
	require.NoError(l.t, l.decode(token))
}

func (l *liveTrial) refuses(token string, class error) {
	l.t.Helper()
	assertClass(l.t, l.decode(token), class)
}

// fetched asserts how many fetches there were since the last look.
func (l *liveTrial) fetched(want int) {
	l.t.Helper()
	synctest.Wait()
	require.Equal(l.t, want, l.source.fetches())
}

// bubble runs a test over fake time.
func bubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

func TestLiveSetFetches(t *testing.T) {
	bubble(t, "nothing before the first token", func(t *testing.T) {
		l := newLiveTrial(t)
		time.Sleep(time.Hour)
		l.fetched(0)
		l.accepts(l.one)
		l.fetched(1)
		time.Sleep(time.Hour) // nobody asks, nobody fetches
		l.fetched(0)
	})
	bubble(t, "one for all cold callers", func(t *testing.T) {
		l := newLiveTrial(t)
		l.source.takes = time.Second
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() { assert.NoError(t, l.decode(l.one)) })
		}
		group.Wait()
		l.fetched(1)
	})
	bubble(t, "at most one for unknown key IDs", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.fetched(1)
		var group sync.WaitGroup
		for range 1000 {
			group.Go(func() { assertClass(t, l.decode(l.two), jwt.ErrKeyNotFound) })
		}
		group.Wait()
		l.fetched(1)
	})
	bubble(t, "none for bad signatures", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.fetched(1)
		for range 1000 {
			l.refuses(altered(l.one), jwt.ErrInvalidSignature)
		}
		l.fetched(0)
	})
	bubble(t, "none for a key ID that was skipped or may be a member's without", func(t *testing.T) {
		l := newLiveTrial(t)
		nameless, err := jwt.NewKey(secret)
		require.NoError(t, err)
		l.source.keys = []*jwt.Key{nameless}
		l.refuses(l.two, jwt.ErrInvalidSignature)
		l.fetched(1)
		l.refuses(l.two, jwt.ErrInvalidSignature)
		l.fetched(0)

		skipping, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
			l.source.calls++
			set, err := jwt.ParseKeySet([]byte(`{"keys":[{"kty":"RSA","kid":"k2","alg":"RSA-OAEP","n":"AQAB","e":"AQAB"}]}`))
			return set, 0, err
		}))
		require.NoError(t, err)
		for range 2 {
			_, err = jwt.Decode(l.two, skipping, jwt.HS256)
			assertClass(t, err, jwt.ErrKeyNotFound)
		}
		l.fetched(1)
	})
	bubble(t, "one for a key ID beside others that were skipped, or do not fit", func(t *testing.T) {
		l := newLiveTrial(t)
		l.source.keys = []*jwt.Key{mustKey(t, ecKeys[jwt.ES256]), l.k1} // without an ID, and for another algorithm
		l.accepts(l.one)
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k2} })
		l.accepts(l.two)
		l.fetched(2)

		var has []byte
		skipping, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
			set, err := jwt.ParseKeySet([]byte(`{"keys":[{"kty":"x","kid":"y"},{"kty":"x"}` + string(has) + `]}`))
			return set, 0, err
		}))
		require.NoError(t, err)
		require.NoError(t, skipping.Refresh(t.Context()))
		has = []byte(`,{"kty":"oct","kid":"k2","k":"` + b64(fmt.Sprintf("%-20s is the name of this key", "k2")) + `"}`)
		_, err = jwt.Decode(l.two, skipping, jwt.HS256)
		assert.NoError(t, err)
	})
	bubble(t, "an hour of steady use", func(t *testing.T) {
		for range 20 {
			l := newLiveTrial(t)
			for range 3600 {
				l.accepts(l.one)
				time.Sleep(time.Second)
			}
			synctest.Wait()
			n := l.source.fetches()
			assert.LessOrEqual(t, n, 15)
			assert.GreaterOrEqual(t, n, 3600/300)
		}
	})
	bubble(t, "ten minutes of unknown key IDs", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.fetched(1)
		for range 600 {
			l.refuses(l.two, jwt.ErrKeyNotFound)
			time.Sleep(time.Second)
		}
		synctest.Wait()
		assert.LessOrEqual(t, l.source.fetches(), 20)
	})
	bubble(t, "programs do not ask together", func(t *testing.T) {
		var first, last time.Duration
		for range 100 {
			l := newLiveTrial(t)
			l.accepts(l.one)
			l.fetched(1)
			began := time.Now()
			for l.source.fetches() == 0 {
				time.Sleep(time.Second / 2)
				l.accepts(l.one)
				synctest.Wait()
			}
			age := time.Since(began)
			require.GreaterOrEqual(t, age, 5*time.Minute*3/4)
			require.LessOrEqual(t, age, 5*time.Minute*7/8+time.Second)
			if first == 0 || age < first {
				first = age
			}
			last = max(last, age)
		}
		assert.Greater(t, last-first, 10*time.Second)
	})
}

func TestLiveSetRotation(t *testing.T) {
	bubble(t, "a new key works at once, a removed one ends with the refresh", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k2} })
		l.accepts(l.one) // nobody has asked
		l.accepts(l.two)
		l.refuses(l.one, jwt.ErrKeyNotFound)
	})
	bubble(t, "a regular fetch does not use the cooldown up", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		require.NoError(t, l.set.Refresh(t.Context()))
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k2} })
		l.accepts(l.two)
		l.fetched(3)
	})
	bubble(t, "a second new key waits for the cooldown", func(t *testing.T) {
		l := newLiveTrial(t, jwt.WithCooldown(10*time.Second))
		l.accepts(l.one)
		l.refuses(l.two, jwt.ErrKeyNotFound)
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k2} })
		time.Sleep(10*time.Second - 1)
		l.refuses(l.two, jwt.ErrKeyNotFound)
		time.Sleep(time.Nanosecond)
		l.accepts(l.two)
	})
	bubble(t, "a key that came during the fetch that a call joined", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.change(func(s *fakeSource) { s.takes = time.Second })
		var group sync.WaitGroup
		group.Go(func() { assert.NoError(t, l.set.Refresh(t.Context())) })
		time.Sleep(time.Second / 2)
		group.Go(func() { assert.NoError(t, l.decode(l.two)) })
		time.Sleep(time.Second) // that fetch is over, and did not have the key
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k1, l.k2} })
		group.Wait()
		l.fetched(3)
	})
	bubble(t, "a key replaced under its ID waits for the refresh", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		other, err := jwt.NewKey([]byte("another secret of 32 bytes or more"), jwt.WithKeyID("k1"))
		require.NoError(t, err)
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{other} })
		token, err := jwt.Encode(jwt.Claims{}, other)
		require.NoError(t, err)
		l.refuses(token, jwt.ErrInvalidSignature)
		require.NoError(t, l.set.Refresh(t.Context()))
		l.accepts(token)
		l.refuses(l.one, jwt.ErrInvalidSignature)
	})
}

func TestLiveSetDeadlines(t *testing.T) {
	hangs := func(t *testing.T) *liveTrial {
		l := newLiveTrial(t)
		l.source.takes = time.Hour
		return l
	}
	bubble(t, "a cold caller with a deadline", func(t *testing.T) {
		l := hangs(t)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		began := time.Now()
		for _, call := range []func() error{
			func() error { _, err := jwt.Decode(l.one, l.set, jwt.HS256, jwt.WithContext(ctx)); return err },
			func() error { _, err := jwt.Verify(l.one, l.set, jwt.HS256, jwt.WithContext(ctx)); return err },
			func() error {
				_, err := mustDecoder(t, l.set, jwt.HS256).DecodeContext(ctx, l.one)
				return err
			},
			func() error { return l.set.Refresh(ctx) },
			func() error { _, err := l.set.Current(ctx); return err },
		} {
			err := call()
			assertClass(t, err, jwt.ErrKeySet)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
		assert.Equal(t, 200*time.Millisecond, time.Since(began))
		time.Sleep(5 * time.Second)
		l.fetched(1)
	})
	bubble(t, "a caller with a deadline and an unknown key ID", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.change(func(s *fakeSource) { s.takes = time.Hour })
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := mustDecoder(t, l.set, jwt.HS256).DecodeContext(ctx, l.two)
		assertClass(t, err, jwt.ErrKeySet)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 200*time.Millisecond, time.Since(began))
		time.Sleep(5 * time.Second)
	})
	bubble(t, "a cold caller without one", func(t *testing.T) {
		l := hangs(t)
		began := time.Now()
		err := l.decode(l.one)
		assertClass(t, err, jwt.ErrKeySet)
		assert.Equal(t, 5*time.Second, time.Since(began))
	})
	bubble(t, "an ended context refuses nothing where nobody waits", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := mustDecoder(t, l.set, jwt.HS256).DecodeContext(ctx, l.one)
		assert.NoError(t, err)
		_, err = l.set.Current(ctx)
		assert.NoError(t, err)
		assertClass(t, l.set.Refresh(ctx), jwt.ErrKeySet)
		synctest.Wait()
	})
	bubble(t, "one caller's deadline does not end the fetch of the others", func(t *testing.T) {
		l := newLiveTrial(t)
		l.source.takes = time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var group sync.WaitGroup
		group.Go(func() {
			_, err := jwt.Decode(l.one, l.set, jwt.HS256, jwt.WithContext(ctx))
			assertClass(t, err, jwt.ErrKeySet)
		})
		synctest.Wait()
		l.accepts(l.one)
		group.Wait()
		l.fetched(1)
	})
	bubble(t, "a warm caller does not wait for a set that is due", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.change(func(s *fakeSource) { s.takes = time.Hour })
		time.Sleep(5*time.Minute*7/8 + time.Second)
		began := time.Now()
		l.accepts(l.one)
		assert.Zero(t, time.Since(began))
		l.fetched(2)
		time.Sleep(5 * time.Second)
	})
	bubble(t, "an attempt that failed as its life ended was the first", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		time.Sleep(5 * time.Minute)
		l.accepts(l.one)
		l.fetched(2)
		l.source.change(func(s *fakeSource) { s.takes = time.Hour })
		time.Sleep(time.Second)
		began := time.Now()
		l.accepts(l.one)
		assert.Zero(t, time.Since(began))
		l.fetched(1)
		time.Sleep(5 * time.Second)
	})
	bubble(t, "past its life the first attempt is waited for, and no other", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.change(func(s *fakeSource) { s.takes = time.Hour })
		time.Sleep(5 * time.Minute)
		began := time.Now()
		l.accepts(l.one)
		assert.Equal(t, 5*time.Second, time.Since(began))
		for range 100 {
			began = time.Now()
			l.accepts(l.one)
			assert.Zero(t, time.Since(began))
			time.Sleep(time.Second)
		}
		l.source.comeUp()
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k2} })
		time.Sleep(time.Minute)
		l.accepts(l.one) // and starts the fetch that heals
		synctest.Wait()
		l.refuses(l.one, jwt.ErrKeyNotFound)
	})
}

func TestLiveSetOutage(t *testing.T) {
	bubble(t, "at the start", func(t *testing.T) {
		l := newLiveTrial(t)
		l.source.goDown()
		began := time.Now()
		for time.Since(began) < 3*time.Second {
			err := l.decode(l.one)
			assertClass(t, err, jwt.ErrKeySet)
			assert.ErrorIs(t, err, errDown)
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		assert.LessOrEqual(t, l.source.fetches(), 3)
		l.source.comeUp()
		for l.decode(l.one) != nil {
			time.Sleep(10 * time.Millisecond)
		}
		assert.LessOrEqual(t, time.Since(began), 33*time.Second)
	})
	bubble(t, "back-off", func(t *testing.T) {
		l := newLiveTrial(t, jwt.WithCooldown(10*time.Second))
		l.source.goDown()
		var at []time.Duration
		began := time.Now()
		for time.Since(began) < time.Minute {
			l.refuses(l.one, jwt.ErrKeySet)
			if l.source.fetches() > 0 {
				at = append(at, time.Since(began))
			}
			time.Sleep(time.Second / 4)
		}
		assert.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second,
			25 * time.Second, 35 * time.Second, 45 * time.Second, 55 * time.Second}, at)
		assertClass(t, l.set.Refresh(t.Context()), jwt.ErrKeySet) // does not heed it
		l.fetched(1)
		l.source.comeUp()
		require.NoError(t, l.set.Refresh(t.Context()))
		l.source.goDown() // and it begins anew
		time.Sleep(5 * time.Minute)
		l.accepts(l.one)
		l.fetched(2)
		time.Sleep(time.Second)
		l.accepts(l.one)
		l.fetched(1)
	})
	bubble(t, "a cooldown under a second", func(t *testing.T) {
		l := newLiveTrial(t, jwt.WithCooldown(100*time.Millisecond))
		l.source.goDown()
		for range 11 {
			l.refuses(l.one, jwt.ErrKeySet)
			time.Sleep(100 * time.Millisecond)
		}
		l.fetched(11)
	})
	bubble(t, "of a day", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		time.Sleep(4 * time.Minute)
		l.source.goDown()
		for range 24 * 60 {
			l.accepts(l.one)
			time.Sleep(time.Minute)
		}
		l.source.comeUp()
		l.accepts(l.one)
	})
	bubble(t, "longer than that", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		time.Sleep(24*time.Hour + 5*time.Minute - 1)
		l.accepts(l.one)
		time.Sleep(time.Nanosecond)
		l.refuses(l.one, jwt.ErrKeySet)
		l.refuses(l.two, jwt.ErrKeySet)
		time.Sleep(time.Minute)
		l.source.comeUp()
		l.accepts(l.one)
	})
	bubble(t, "where nothing stale may be served", func(t *testing.T) {
		l := newLiveTrial(t, jwt.WithMaxStale(0))
		l.accepts(l.one)
		l.source.goDown()
		time.Sleep(5*time.Minute - 1)
		l.accepts(l.one)
		time.Sleep(time.Nanosecond)
		l.refuses(l.one, jwt.ErrKeySet)
		l.source.comeUp()
		time.Sleep(2 * time.Second)
		l.accepts(l.one)
	})
	bubble(t, "nothing staler than may be is served after a wait", func(t *testing.T) {
		l := newLiveTrial(t, jwt.WithMaxStale(3*time.Second))
		l.accepts(l.one)
		l.source.change(func(s *fakeSource) { s.takes = time.Hour })
		time.Sleep(5*time.Minute + time.Second)
		l.refuses(l.one, jwt.ErrKeySet) // when the fetch is given up, five seconds later
	})
	bubble(t, "a new key that was asked for in a bad moment", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		l.refuses(l.two, jwt.ErrKeySet)
		l.fetched(2)
		l.source.comeUp()
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k1, l.k2} })
		time.Sleep(time.Second - 1)
		l.refuses(l.two, jwt.ErrKeySet)
		l.fetched(0)
		time.Sleep(time.Nanosecond)
		l.accepts(l.two)
		l.fetched(1)
		l.source.change(func(s *fakeSource) { s.keys = nil })
		require.NoError(t, l.set.Refresh(t.Context()))
		l.fetched(1)
		time.Sleep(30*time.Second - 1) // that fetch counts for the cooldown
		l.refuses(l.two, jwt.ErrKeyNotFound)
		l.fetched(0)
	})
	bubble(t, "a new key, asked for after the source came back sooner", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		assertClass(t, l.set.Refresh(t.Context()), jwt.ErrKeySet)
		l.refuses(l.two, jwt.ErrKeySet) // within the back-off, so that it caused no fetch
		l.fetched(2)
		l.source.comeUp()
		require.NoError(t, l.set.Refresh(t.Context()))
		l.source.change(func(s *fakeSource) { s.keys = []*jwt.Key{l.k1, l.k2} })
		l.accepts(l.two)
		l.fetched(2)
	})
	bubble(t, "unknown key IDs while the issuer is down for an hour", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		for range 3600 {
			l.refuses(l.two, jwt.ErrKeySet)
			time.Sleep(time.Second)
		}
		synctest.Wait()
		assert.LessOrEqual(t, l.source.fetches(), 3600/30+6)
	})
	bubble(t, "a cooldown of centuries", func(t *testing.T) {
		l := newLiveTrial(t, jwt.WithCooldown(1<<63-1))
		l.source.goDown()
		for range 40 {
			assertClass(t, l.set.Refresh(t.Context()), jwt.ErrKeySet)
		}
		l.fetched(40)
		l.refuses(l.one, jwt.ErrKeySet)
		l.fetched(0)
	})
	bubble(t, "unknown key IDs are nobody's fault then", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		l.refuses(l.two, jwt.ErrKeySet)
		l.refuses(l.two, jwt.ErrKeySet) // within the back-off: no fetch
		l.fetched(2)
		l.accepts(l.one)
	})
}

func TestLiveSetLife(t *testing.T) {
	for name, test := range map[string]struct {
		maxAge time.Duration
		opts   []jwt.LiveOption
		life   time.Duration
	}{
		"not said":                       {0, nil, 5 * time.Minute},
		"the interval of the program":    {0, []jwt.LiveOption{jwt.WithRefreshInterval(time.Minute)}, time.Minute},
		"what the source says":           {10 * time.Minute, nil, 10 * time.Minute},
		"less than the cooldown":         {1, nil, 30 * time.Second},
		"negative":                       {-time.Hour, nil, 30 * time.Second},
		"more than an hour":              {48 * time.Hour, nil, time.Hour},
		"an interval of more":            {48 * time.Hour, []jwt.LiveOption{jwt.WithRefreshInterval(6 * time.Hour)}, 6 * time.Hour},
		"an interval below the cooldown": {1, []jwt.LiveOption{jwt.WithRefreshInterval(2 * time.Second)}, 2 * time.Second},
		"not said, below the cooldown":   {0, []jwt.LiveOption{jwt.WithRefreshInterval(2 * time.Second)}, 2 * time.Second},
	} {
		bubble(t, name, func(t *testing.T) {
			l := newLiveTrial(t, append(test.opts, jwt.WithMaxStale(0))...)
			l.source.maxAge = test.maxAge
			l.accepts(l.one)
			l.fetched(1)
			l.source.goDown()
			time.Sleep(test.life*3/4 - 1)
			l.accepts(l.one)
			l.fetched(0)
			time.Sleep(test.life / 8)
			time.Sleep(2 * time.Nanosecond)
			l.accepts(l.one)
			l.fetched(1)
			time.Sleep(test.life - test.life*3/4 - test.life/8 - 2) // a nanosecond before its end
			l.accepts(l.one)
			time.Sleep(time.Nanosecond)
			l.refuses(l.one, jwt.ErrKeySet)
		})
	}
}

// Everything is an error that matches every other.
type everything struct{}

func (everything) Error() string   { return "everything" }
func (everything) Is(error) bool   { return true }
func (everything) As(any) bool     { return true }
func (e everything) Unwrap() error { return jwt.ErrInvalidKey }

// Panicking is an error that cannot be printed.
type panicking struct{}

func (*panicking) Error() string { panic("no text") }

func TestLiveSetBadSources(t *testing.T) {
	var nilFunc jwt.KeySourceFunc
	for name, answer := range map[string]jwt.KeySourceFunc{
		"panics":    func(context.Context) (*jwt.KeySet, time.Duration, error) { panic("boom") },
		"nil panic": func(context.Context) (*jwt.KeySet, time.Duration, error) { panic(error(nil)) },
		"no set":    func(context.Context) (*jwt.KeySet, time.Duration, error) { return nil, 0, nil },
		"zero set":  func(context.Context) (*jwt.KeySet, time.Duration, error) { return new(jwt.KeySet), 0, nil },
		"live set": func(context.Context) (*jwt.KeySet, time.Duration, error) {
			set, err := jwt.NewLiveKeySet(new(fakeSource))
			return set, 0, err
		},
		"ends the goroutine": func(context.Context) (*jwt.KeySet, time.Duration, error) { runtime.Goexit(); return nil, 0, nil },
		"no set of the text": func(context.Context) (*jwt.KeySet, time.Duration, error) {
			set, err := jwt.ParseKeySet([]byte("<html>"))
			return set, 0, err
		},
		"an error beside a set": func(context.Context) (*jwt.KeySet, time.Duration, error) {
			set, _ := jwt.NewKeySet()
			return set, 0, errDown
		},
		"a key, wrapped": func(context.Context) (*jwt.KeySet, time.Duration, error) {
			return nil, 0, fmt.Errorf("wrapped: %w", fmt.Errorf("again: %w", jwt.ErrInvalidKey))
		},
		"a key, joined": func(context.Context) (*jwt.KeySet, time.Duration, error) {
			_, err := jwt.NewKey([]byte("short"))
			return nil, 0, fmt.Errorf("wrapped: %w", errors.Join(errDown, fmt.Errorf("%w %w", jwt.ErrInvalidOption, err)))
		},
		"an error of another live set": func(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
			set, _ := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
				_, err := jwt.ParseKeySet(nil)
				return nil, 0, err
			}))
			return nil, 0, errors.Join(set.Refresh(ctx), jwt.ErrExpired)
		},
		"an error that is everything": func(context.Context) (*jwt.KeySet, time.Duration, error) { return nil, 0, everything{} },
		"an error that panics":        func(context.Context) (*jwt.KeySet, time.Duration, error) { return nil, 0, (*panicking)(nil) },
		"class of a token":            func(context.Context) (*jwt.KeySet, time.Duration, error) { return nil, 0, jwt.ErrInvalidSignature },
	} {
		bubble(t, name, func(t *testing.T) {
			set, err := jwt.NewLiveKeySet(answer)
			require.NoError(t, err)
			l := newLiveTrial(t)
			l.set = set
			l.refuses(l.one, jwt.ErrKeySet)
			assertClass(t, set.Refresh(t.Context()), jwt.ErrKeySet)
			fixed, err := set.Current(t.Context())
			assert.Nil(t, fixed)
			assertClass(t, err, jwt.ErrKeySet)
			for word, says := range map[string]string{"panic": "panicked: boom", "no set": "nil or empty", "zero set": "nil or empty", "live set": "a fixed one"} {
				if name == word || name == word+"s" {
					assert.ErrorContains(t, err, says)
				}
			}
		})
	}
	bubble(t, "a long error", func(t *testing.T) {
		set, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
			return nil, 0, errors.New(strings.Repeat("x", 3000))
		}))
		require.NoError(t, err)
		err = set.Refresh(t.Context())
		assertClass(t, err, jwt.ErrKeySet)
		assert.Equal(t, 2000, strings.Count(err.Error(), "x"))
	})
	bubble(t, "the context of a fetch ends with it", func(t *testing.T) {
		var given context.Context
		set, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
			given = ctx
			set, err := jwt.NewKeySet()
			return set, 0, err
		}))
		require.NoError(t, err)
		require.NoError(t, set.Refresh(t.Context()))
		assert.ErrorIs(t, given.Err(), context.Canceled)
	})
	bubble(t, "a source that is late, and deaf", func(t *testing.T) {
		l := newLiveTrial(t)
		l.source.change(func(s *fakeSource) { s.takes, s.deaf = time.Minute, true })
		began := time.Now()
		l.refuses(l.one, jwt.ErrKeySet)
		assert.Equal(t, 5*time.Second, time.Since(began))
		for time.Since(began) < time.Minute-1 { // no second call before it has returned
			l.refuses(l.one, jwt.ErrKeySet)
			assertClass(t, l.set.Refresh(t.Context()), jwt.ErrKeySet)
			time.Sleep(time.Second - 1)
		}
		l.source.comeUp()
		l.fetched(1)
		time.Sleep(time.Second)
		l.refuses(l.two, jwt.ErrKeyNotFound) // what came late was not taken
		l.fetched(1)
	})
	for name, opts := range map[string][]jwt.LiveOption{
		"nil option": {nil}, "nil report": {jwt.WithFetchReport(nil)},
		"interval 0": {jwt.WithRefreshInterval(0)}, "interval -1": {jwt.WithRefreshInterval(-time.Hour)}, "interval 30": {jwt.WithRefreshInterval(30)},
		"stale -1": {jwt.WithMaxStale(-time.Hour)}, "stale 30": {jwt.WithMaxStale(30)},
		"cooldown 0": {jwt.WithCooldown(0)}, "cooldown -1": {jwt.WithCooldown(-time.Hour)}, "cooldown 30": {jwt.WithCooldown(30)},
		"timeout 0": {jwt.WithFetchTimeout(0)}, "timeout -1": {jwt.WithFetchTimeout(-time.Hour)}, "timeout 30": {jwt.WithFetchTimeout(30)},
	} {
		set, err := jwt.NewLiveKeySet(new(fakeSource), opts...)
		assert.Nil(t, set, name)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	for _, opt := range []jwt.LiveOption{
		jwt.WithRefreshInterval(time.Millisecond), jwt.WithMaxStale(time.Millisecond), jwt.WithMaxStale(0), jwt.WithCooldown(time.Millisecond), jwt.WithFetchTimeout(time.Millisecond),
	} {
		_, err := jwt.NewLiveKeySet(new(fakeSource), opt)
		assert.NoError(t, err)
	}
	for _, source := range []jwt.KeySource{nil, nilFunc} {
		set, err := jwt.NewLiveKeySet(source)
		assert.Nil(t, set)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

func TestLiveSetShows(t *testing.T) {
	bubble(t, "what was last fetched", func(t *testing.T) {
		l := newLiveTrial(t)
		ec := keyFor(t, jwt.ES256)
		l.source.keys = []*jwt.Key{ec}
		for range l.set.All() {
			t.Error("nothing was fetched yet")
		}
		_, ok := l.set.Key(ec.ID())
		assert.False(t, ok)
		assert.Empty(t, l.set.Skipped())
		_, err := l.set.MarshalJSON()
		assertClass(t, err, jwt.ErrKeySet)
		assert.Equal(t, "jwt.KeySet(live, 0 keys)", fmt.Sprint(l.set))
		l.fetched(0)

		fixed, err := l.set.Current(t.Context())
		require.NoError(t, err)
		l.fetched(1)
		for _, set := range []*jwt.KeySet{l.set, fixed} {
			n := 0
			for key := range set.All() {
				assert.Equal(t, ec.Thumbprint(), key.Thumbprint())
				n++
			}
			assert.Equal(t, 1, n)
			_, ok = set.Key(ec.ID())
			assert.True(t, ok)
			text, err := set.MarshalJSON()
			require.NoError(t, err)
			assert.Contains(t, string(text), ec.ID())
		}
		assert.Equal(t, "jwt.KeySet(live, 1 keys)", fmt.Sprintf("%#v", l.set))

		l.source.change(func(s *fakeSource) { s.keys = nil })
		require.NoError(t, l.set.Refresh(t.Context()))
		_, ok = l.set.Key(ec.ID())
		assert.False(t, ok)
		_, ok = fixed.Key(ec.ID())
		assert.True(t, ok, "the fixed set stays as it was")
		l.source.goDown()
		assertClass(t, l.set.Refresh(t.Context()), jwt.ErrKeySet)
		_, err = l.set.MarshalJSON()
		assert.NoError(t, err)
	})
	bubble(t, "fixed and missing sets", func(t *testing.T) {
		fixed, err := jwt.NewKeySet()
		require.NoError(t, err)
		require.NoError(t, fixed.Refresh(t.Context()))
		same, err := fixed.Current(t.Context())
		require.NoError(t, err)
		assert.Same(t, fixed, same)
		for _, set := range []*jwt.KeySet{nil, new(jwt.KeySet)} {
			assertClass(t, set.Refresh(t.Context()), jwt.ErrInvalidKey)
			_, err = set.Current(t.Context())
			assertClass(t, err, jwt.ErrInvalidKey)
		}
		l := newLiveTrial(t)
		//lint:ignore SA1012 a nil context is the subject
		assertClass(t, l.set.Refresh(nil), jwt.ErrInvalidOption)
		//lint:ignore SA1012 a nil context is the subject
		_, err = l.set.Current(nil)
		assertClass(t, err, jwt.ErrInvalidOption)
		l.fetched(0)
	})
}

func TestLiveSetReports(t *testing.T) {
	bubble(t, "each fetch", func(t *testing.T) {
		var reports []jwt.FetchReport
		l := newLiveTrial(t, jwt.WithMaxStale(time.Hour), jwt.WithFetchReport(func(r jwt.FetchReport) { reports = append(reports, r) }))
		report := func() jwt.FetchReport {
			t.Helper()
			synctest.Wait()
			require.Len(t, reports, 1)
			r := reports[0]
			reports = nil
			return r
		}
		l.source.takes = time.Second
		l.accepts(l.one)
		first := report()
		assert.Equal(t, jwt.FetchReport{Took: time.Second, Keys: 1, FetchedAt: time.Now()}, first)
		l.source.change(func(s *fakeSource) { s.takes = time.Hour })
		assertClass(t, l.set.Refresh(t.Context()), jwt.ErrKeySet)
		r := report()
		assertClass(t, r.Err, jwt.ErrKeySet)
		assert.ErrorIs(t, r.Err, context.DeadlineExceeded)
		r.Err = nil
		assert.Equal(t, jwt.FetchReport{Took: 5 * time.Second, Keys: 1, FetchedAt: first.FetchedAt}, r)
		l.source.goDown()
		time.Sleep(2 * time.Hour)
		l.refuses(l.one, jwt.ErrKeySet)
		r = report()
		assertClass(t, r.Err, jwt.ErrKeySet)
		assert.Zero(t, r.Keys, "the last set is too old to be in use")
		assert.Zero(t, r.FetchedAt)
	})
	bubble(t, "a report that panics, or looks", func(t *testing.T) {
		var l *liveTrial
		var seen atomic.Int32
		l = newLiveTrial(t, jwt.WithFetchReport(func(r jwt.FetchReport) {
			if _, err := l.set.Current(t.Context()); err == nil {
				seen.Add(1)
			}
			panic("boom")
		}))
		l.accepts(l.one)
		assert.EqualValues(t, 1, seen.Load())
		l.accepts(l.one)
	})
}

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
	// Those that found it due, and had to wait while another fetched it.
	l := newLiveTrial(t)
	l.accepts(l.one)
	l.source.fetches()
	for range 50 {
		var group sync.WaitGroup
		var started atomic.Int32
		jwt.ShiftWallClock(l.set, -time.Second)
		jwt.WhileHeld(l.set, func() {
			for range 4 {
				group.Go(func() {
					started.Add(1)
					assert.NoError(t, l.decode(l.one))
				})
			}
			for started.Load() < 4 {
				runtime.Gosched()
			}
			<-time.After(time.Millisecond)
			jwt.ShiftWallClock(l.set, time.Second) // as if it was fetched
		})
		group.Wait()
	}
	assert.Zero(t, l.source.fetches())
}

// A machine that sleeps stops the monotonic clock; an operator sets the wall clock.
func TestLiveSetClocks(t *testing.T) {
	for name, jump := range map[string]time.Duration{"a year ahead": 365 * 24 * time.Hour, "a year back": -365 * 24 * time.Hour} {
		bubble(t, name, func(t *testing.T) {
			l := newLiveTrial(t)
			l.accepts(l.one)
			l.fetched(1)
			jwt.ShiftWallClock(l.set, jump)
			l.accepts(l.one)
			l.fetched(1)
			l.accepts(l.one)
			l.fetched(0)
		})
	}
	bubble(t, "a call that read the clock before the fetch was done", func(t *testing.T) {
		l := newLiveTrial(t)
		before := time.Now()
		time.Sleep(time.Second)
		l.accepts(l.one)
		assert.False(t, jwt.IsDue(l.set, before), "it would start another fetch")
		assert.False(t, jwt.IsDue(l.set, time.Now()))
		jwt.ShiftWallClock(l.set, -time.Second)
		assert.True(t, jwt.IsDue(l.set, time.Now()))
	})
	bubble(t, "back, and the source is down", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		jwt.ShiftWallClock(l.set, -time.Hour)
		for range 100 {
			l.accepts(l.one)
			time.Sleep(time.Minute)
		}
	})
	bubble(t, "far ahead, and the source is down", func(t *testing.T) {
		l := newLiveTrial(t)
		l.accepts(l.one)
		l.source.goDown()
		jwt.ShiftWallClock(l.set, 48*time.Hour)
		l.refuses(l.one, jwt.ErrKeySet)
	})
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
