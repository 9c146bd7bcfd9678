package jwt_test

import (
	"context"
	"fmt"
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
		l.source.change(func(s *fakeSource) { s.takes = time.Second }) // else the fetch may be done first
		assertClass(t, l.set.Refresh(ctx), jwt.ErrKeySet)
		time.Sleep(time.Second)
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
		assertClass(t, l.set.Refresh(nil), jwt.ErrInvalidOption) //nolint:staticcheck // a nil context is the subject
		_, err = l.set.Current(nil)                              //nolint:staticcheck // a nil context is the subject
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

// The clock of an option decides on the claims, whatever time it was for the set.
func TestLiveSetAndClock(t *testing.T) {
	bubble(t, "a clock of its own", func(t *testing.T) {
		l := newLiveTrial(t)
		exp := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		token, err := jwt.Encode(jwt.Claims{"exp": exp}, l.k1)
		require.NoError(t, err)
		for range 2 {
			_, err = jwt.Decode(token, l.set, jwt.HS256, at(exp.Add(-time.Second)))
			assert.NoError(t, err)
			_, err = jwt.Decode(token, l.set, jwt.HS256, at(exp))
			assertClass(t, err, jwt.ErrExpired)
			_, err = jwt.Decode(token, l.set, jwt.HS256)
			assert.NoError(t, err)
		}
	})
}
