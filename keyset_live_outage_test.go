package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

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
		assert.Equal(t, []time.Duration{
			0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second,
			25 * time.Second, 35 * time.Second, 45 * time.Second, 55 * time.Second,
		}, at)
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

func (everything) Error() string { return "everything" }

func (everything) Is(error) bool { return true }

func (everything) As(any) bool { return true }

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
