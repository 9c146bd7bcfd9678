package refresh_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/refresh"
)

// Values over fake time: a bubble of testing/synctest ends only when all its goroutines have,
// so each test in one also checks that none is left. The tests of live key sets, in the
// importer, have more of them.

// A failed is an error of this test.
type failed struct {
	why   refresh.Reason
	cause error
}

const sourceDown refresh.Reason = -1

// A trial is a value that is the number of the fetch, and its source.
type trial struct {
	*refresh.Value[int, failed]
	calls   int
	down    bool
	takes   time.Duration
	maxAge  time.Duration
	instead func() // called in place of an answer
	reports []refresh.Report[int, failed]
}

func newTrial() *trial {
	s := new(trial)
	s.Value = refresh.New(refresh.Config[int, failed]{
		Fetch: func(context.Context) (int, time.Duration, *failed) {
			s.calls++
			if s.instead != nil {
				s.instead()
			}
			time.Sleep(s.takes)
			if s.down {
				return 0, 0, &failed{why: sourceDown}
			}
			return s.calls, s.maxAge, nil
		},
		Interval: 5 * time.Minute,
		MaxStale: 24 * time.Hour,
		Cooldown: 30 * time.Second,
		Timeout:  5 * time.Second,
		Failure:  func(why refresh.Reason, cause error) *failed { return &failed{why, cause} },
		Report:   func(r refresh.Report[int, failed]) { s.reports = append(s.reports, r) },
	})
	return s
}

// gives asserts which fetch the current value is of.
func (s *trial) gives(t *testing.T, want int) {
	t.Helper()
	got, f := s.Current(t.Context())
	require.Nil(t, f)
	assert.Equal(t, want, got)
	synctest.Wait()
}

// fails asserts why there is no current value.
func (s *trial) fails(t *testing.T, why refresh.Reason) *failed {
	t.Helper()
	got, f := s.Current(t.Context())
	require.NotNil(t, f)
	assert.Equal(t, why, f.why)
	assert.Zero(t, got)
	synctest.Wait()
	return f
}

// bubble runs a test over fake time.
func bubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

func TestCurrent(t *testing.T) {
	bubble(t, "is fetched when it is asked for", func(t *testing.T) {
		s := newTrial()
		_, ok := s.Latest()
		assert.False(t, ok)
		_, ok = s.Fresh(time.Now())
		assert.False(t, ok)
		assert.Zero(t, s.calls)
		s.gives(t, 1)
		s.gives(t, 1)
		time.Sleep(4*time.Minute - 1)
		fresh, ok := s.Fresh(time.Now())
		assert.True(t, ok)
		assert.Equal(t, 1, fresh)
	})
	bubble(t, "is fetched anew before its life ends, and nobody waits", func(t *testing.T) {
		s := newTrial()
		s.gives(t, 1)
		time.Sleep(5*time.Minute*7/8 + 1)
		_, ok := s.Fresh(time.Now())
		assert.False(t, ok)
		s.takes = time.Second
		began := time.Now()
		s.gives(t, 1)
		assert.Zero(t, time.Since(began))
		time.Sleep(time.Second)
		synctest.Wait()
		s.gives(t, 2)
		time.Sleep(10 * time.Minute)
		s.gives(t, 3) // which was waited for
	})
	bubble(t, "of a source that is down", func(t *testing.T) {
		s := newTrial()
		s.down = true
		s.fails(t, sourceDown)
		s.down = false
		s.fails(t, sourceDown) // within the pause
		time.Sleep(time.Second)
		s.gives(t, 2)
		s.down = true
		time.Sleep(24*time.Hour + 5*time.Minute - 1)
		s.gives(t, 2)
		latest, ok := s.Latest()
		assert.True(t, ok)
		assert.Equal(t, 2, latest)
		time.Sleep(time.Nanosecond)
		s.fails(t, sourceDown)
		latest, ok = s.Latest()
		assert.True(t, ok)
		assert.Equal(t, 2, latest)
	})
	bubble(t, "that got too old during a wait", func(t *testing.T) {
		s := newTrial()
		s.gives(t, 1)
		s.takes = time.Hour
		time.Sleep(24*time.Hour + 5*time.Minute - time.Second)
		s.fails(t, refresh.TimedOut)
		time.Sleep(time.Hour)
	})
	bubble(t, "reports", func(t *testing.T) {
		s := newTrial()
		s.takes = time.Second
		s.gives(t, 1)
		fetchedAt := time.Now()
		s.takes = time.Hour
		assert.Equal(t, refresh.TimedOut, s.Refresh(t.Context()).why)
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		s.takes, s.down = 0, true
		s.fails(t, sourceDown)
		assert.Equal(t, []refresh.Report[int, failed]{
			{Took: time.Second, Value: 1, FetchedAt: fetchedAt},
			{Failure: &failed{refresh.TimedOut, context.DeadlineExceeded}, Took: 5 * time.Second, Value: 1, FetchedAt: fetchedAt},
			{Failure: &failed{why: sourceDown}},
		}, s.reports)
	})
}

func TestSeek(t *testing.T) {
	// seek asks for the value of a fetch, and returns what it was given.
	seek := func(t *testing.T, s *trial, want int) (given []int) {
		t.Helper()
		assert.Nil(t, s.Seek(t.Context(), func(n int) bool {
			given = append(given, n)
			return n >= want
		}))
		return given
	}
	bubble(t, "starts one fetch in each cooldown", func(t *testing.T) {
		s := newTrial()
		assert.Equal(t, []int{1}, seek(t, s, 9), "it was fetched after the call began")
		assert.Equal(t, []int{1}, seek(t, s, 1))
		assert.Equal(t, []int{1, 2}, seek(t, s, 9))
		assert.Equal(t, []int{2}, seek(t, s, 9))
		time.Sleep(30*time.Second - 1)
		assert.Equal(t, []int{2}, seek(t, s, 9))
		time.Sleep(time.Nanosecond)
		assert.Equal(t, []int{2, 3}, seek(t, s, 9))
	})
	bubble(t, "asks again after a fetch that began before", func(t *testing.T) {
		s := newTrial()
		s.gives(t, 1)
		s.takes = time.Second
		var group sync.WaitGroup
		group.Go(func() { assert.Nil(t, s.Refresh(t.Context())) })
		time.Sleep(time.Millisecond)
		assert.Equal(t, []int{1, 2, 3}, seek(t, s, 9))
		group.Wait()
	})
	bubble(t, "of a source that is down", func(t *testing.T) {
		s := newTrial()
		s.gives(t, 1)
		s.down = true
		var given []int
		f := s.Seek(t.Context(), func(n int) bool { given = append(given, n); return false })
		require.NotNil(t, f)
		assert.Equal(t, sourceDown, f.why)
		assert.Equal(t, []int{1}, given)
		s.down = false
		time.Sleep(time.Second)
		assert.Equal(t, []int{1, 3}, seek(t, s, 9), "the pause of a failed fetch, not the cooldown")
	})
}

func TestReasons(t *testing.T) {
	for name, tt := range map[string]struct {
		instead func()
		want    refresh.Reason
		cause   string
	}{
		"panics":     {func() { panic("boom") }, refresh.Panicked, "boom"},
		"nil panic":  {func() { panic(error(nil)) }, refresh.Panicked, "nil argument"},
		"an error":   {func() { panic(errors.New("boom")) }, refresh.Panicked, "boom"},
		"exits":      {runtime.Goexit, refresh.Exited, ""},
		"hangs":      {func() { time.Sleep(time.Hour) }, refresh.TimedOut, context.DeadlineExceeded.Error()},
		"is in time": {func() { time.Sleep(5*time.Second - 1) }, 0, "none"},
	} {
		bubble(t, name, func(t *testing.T) {
			s := newTrial()
			s.instead = tt.instead
			if tt.cause == "none" {
				s.gives(t, 1)
				return
			}
			f := s.fails(t, tt.want)
			if tt.cause == "" {
				assert.NoError(t, f.cause)
			} else {
				assert.ErrorContains(t, f.cause, tt.cause)
			}
			if tt.want == refresh.TimedOut {
				f = s.Refresh(t.Context())
				require.NotNil(t, f)
				assert.Equal(t, failed{why: refresh.Busy}, *f)
				assert.Equal(t, 1, s.calls, "a second call while the first has not returned")
				time.Sleep(time.Hour)
			}
		})
	}
	bubble(t, "the caller's context ends", func(t *testing.T) {
		s := newTrial()
		s.takes = time.Second
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		want := &failed{refresh.WaitEnded, context.Canceled}
		assert.Equal(t, want, s.Refresh(ctx))
		_, f := s.Current(ctx)
		assert.Equal(t, want, f)
		time.Sleep(time.Second)
		s.gives(t, 1) // the fetch went on
		assert.Equal(t, want, s.Seek(ctx, func(int) bool { return false }))
		time.Sleep(time.Second)
	})
	bubble(t, "none of a report that panics", func(t *testing.T) {
		s := refresh.New(refresh.Config[int, failed]{
			Fetch:    func(context.Context) (int, time.Duration, *failed) { return 1, 0, nil },
			Interval: time.Minute,
			Timeout:  time.Second,
			Failure:  func(why refresh.Reason, cause error) *failed { return &failed{why, cause} },
			Report:   func(refresh.Report[int, failed]) { panic("boom") },
		})
		got, f := s.Current(t.Context())
		assert.Nil(t, f)
		assert.Equal(t, 1, got)
	})
}

// A machine that sleeps stops the monotonic clock; an operator sets the wall clock.
func TestClocks(t *testing.T) {
	for name, jump := range map[string]time.Duration{"a year ahead": 365 * 24 * time.Hour, "a year back": -365 * 24 * time.Hour} {
		bubble(t, name, func(t *testing.T) {
			s := newTrial()
			s.gives(t, 1)
			s.ShiftWallClock(jump)
			_, f := s.Current(t.Context())
			require.Nil(t, f)
			synctest.Wait()
			s.gives(t, 2)
		})
	}
	bubble(t, "read before the fetch was done", func(t *testing.T) {
		s := newTrial()
		before := time.Now()
		time.Sleep(time.Second)
		s.gives(t, 1)
		for _, now := range []time.Time{before, time.Now()} {
			_, ok := s.Fresh(now)
			assert.True(t, ok, "it would start another fetch")
		}
		s.ShiftWallClock(-time.Second / 2)
		_, ok := s.Fresh(time.Now())
		assert.True(t, ok, "a caller that was held up between two clocks")
		s.ShiftWallClock(-1)
		_, ok = s.Fresh(time.Now())
		assert.False(t, ok)
	})
	bubble(t, "back, and the source is down", func(t *testing.T) {
		s := newTrial()
		s.gives(t, 1)
		s.down = true
		s.ShiftWallClock(-time.Hour)
		for range 100 {
			s.gives(t, 1)
			time.Sleep(time.Minute)
		}
	})
	bubble(t, "far ahead, and the source is down", func(t *testing.T) {
		s := newTrial()
		s.gives(t, 1)
		s.down = true
		s.ShiftWallClock(48 * time.Hour)
		s.fails(t, sourceDown)
	})
}

// Callers that found the value due, and had to wait while another fetched it, take that one.
func TestOneFetchForAll(t *testing.T) {
	s := newTrial()
	assert.Nil(t, s.Refresh(t.Context()))
	for range 50 {
		var group sync.WaitGroup
		var started atomic.Int32
		s.ShiftWallClock(-time.Second)
		s.WhileHeld(func() {
			for range 4 {
				group.Go(func() {
					started.Add(1)
					got, f := s.Current(t.Context())
					assert.Nil(t, f)
					assert.Equal(t, 1, got)
				})
			}
			for started.Load() < 4 {
				runtime.Gosched()
			}
			<-time.After(time.Millisecond)
			s.ShiftWallClock(time.Second) // as if it was fetched
		})
		group.Wait()
	}
	assert.Equal(t, 1, s.calls)
}
