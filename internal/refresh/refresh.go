// Package refresh keeps a value up to date that is fetched from a source. It decides when to
// fetch, which callers wait, and what they get while the source is down.
//
// Callers start the fetches: the first caller starts the first one, and a caller that finds
// the value due for renewal starts the next one. Any number of callers share one fetch. A
// fetch has one goroutine, and between fetches there is none.
package refresh

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// A Config says where a value comes from and how long it is used. T is the type of the value,
// *E the type of the errors.
type Config[T, E any] struct {
	// Fetch returns the value, and how long it may be used without asking again; 0 means that
	// the source does not say. One goroutine at a time calls it.
	Fetch func(context.Context) (T, time.Duration, *E)

	Interval time.Duration // the life of a value if the source does not say
	MaxStale time.Duration // how much longer a value is used while the source is down
	Cooldown time.Duration // the least time between fetches that Seek starts, the longest pause after a failed one, the least life
	Timeout  time.Duration // how long one fetch may take

	// Failure makes the error for a reason. cause is nil if the reason has none.
	Failure func(why Reason, cause error) *E

	// Report is called after each fetch, if it is not nil. If it panics, the panic is ignored.
	Report func(Report[T, E])
}

// A Reason is why a fetch failed, or why a caller got no value, if it is not an error of
// Config.Fetch.
type Reason int

const (
	Panicked  Reason = iota // Fetch panicked; the cause has the text
	Exited                  // Fetch ended its goroutine
	TimedOut                // Fetch did not return within the timeout; the cause is context.DeadlineExceeded
	Busy                    // Fetch has not returned from a call that timed out
	WaitEnded               // the caller's context ended; the cause is its error
)

// A Report says how one fetch went, and which value is in use after it.
type Report[T, E any] struct {
	Failure   *E            // nil for a good fetch
	Took      time.Duration // from the call of Fetch to its return, or to the timeout
	Value     T             // the value that is in use now; the zero value if there is none
	FetchedAt time.Time     // when this value was fetched; zero if there is none
}

// A Value follows its source. It is safe for concurrent use.
type Value[T, E any] struct {
	config Config[T, E]

	latest  atomic.Pointer[answer[T]] // nil before the first good fetch
	fetches atomic.Uint64             // how many were started

	mu       sync.Mutex
	underway *fetch[T, E] // the fetch that callers can wait for, or nil
	busy     bool         // Fetch has not returned yet, perhaps long after the timeout
	failures int          // how many fetches failed since the last good one
	failedAt time.Time    // when the last of these failed
	failure  *E           // why it failed
	pastLife bool         // one of these failed after the life of the latest answer had ended
	soughtAt time.Time    // when Seek last started a fetch; zero for never
}

// An answer is a value as the source gave it.
type answer[T any] struct {
	value  T
	number uint64    // the number of the fetch
	at     time.Time // when the source answered, by the monotonic clock
	wall   int64     // the same by the wall clock, in nanoseconds since 1970
	life   time.Duration
	due    time.Duration // the age from which a caller starts the next fetch
}

// A fetch is one call of the source. answer and failure are set when done is closed.
type fetch[T, E any] struct {
	number  uint64
	began   time.Time
	done    chan struct{}
	answer  *answer[T]
	failure *E
}

// New makes a Value. It fetches nothing yet.
func New[T, E any](c Config[T, E]) *Value[T, E] { return &Value[T, E]{config: c} }

// Fresh returns the latest value if no fetch is due, and otherwise false. It takes no lock.
func (v *Value[T, E]) Fresh(now time.Time) (value T, ok bool) {
	if a := v.fresh(now); a != nil {
		return a.value, true
	}
	return value, false
}

// Latest returns the latest value, however old it is, or false if none was fetched yet.
func (v *Value[T, E]) Latest() (value T, ok bool) {
	if a := v.latest.Load(); a != nil {
		return a.value, true
	}
	return value, false
}

// Current returns the value to use now. It waits for a fetch only if no value can be used, or
// if the life of the last one is over and no fetch has failed since.
func (v *Value[T, E]) Current(ctx context.Context) (value T, failed *E) {
	a, failed := v.current(ctx)
	if failed != nil {
		return value, failed
	}
	return a.value, nil
}

// Seek calls found with the current value. As long as found returns false, Seek waits for a newer
// value and calls found again. It stops when found was called with a value whose fetch began after
// the call of Seek, or when the cooldown permits no fetch. It returns an error if a fetch fails or
// if ctx ends.
func (v *Value[T, E]) Seek(ctx context.Context, found func(T) bool) *E {
	before := v.fetches.Load()
	a, failed := v.current(ctx)
	for failed == nil && !found(a.value) && a.number <= before {
		last := a
		if a, failed = v.newer(ctx, last); a == last {
			break
		}
	}
	return failed
}

// Refresh fetches a value now, and waits for it. If a fetch is under way, it waits for that
// one instead. The pause after a failed fetch does not apply.
func (v *Value[T, E]) Refresh(ctx context.Context) *E {
	v.mu.Lock()
	f := v.start(time.Now(), true)
	v.mu.Unlock()
	if f == nil {
		return v.config.Failure(Busy, nil)
	}
	if ended := v.wait(ctx, f); ended != nil {
		return ended
	}
	return f.failure
}

// fresh returns the latest answer if no fetch is due, and otherwise nil.
func (v *Value[T, E]) fresh(now time.Time) *answer[T] {
	if a := v.latest.Load(); a != nil && a.age(now) < a.due {
		return a
	}
	return nil
}

// current does what Current does, but returns the answer and not only its value.
func (v *Value[T, E]) current(ctx context.Context) (*answer[T], *E) {
	now := time.Now()
	if a := v.fresh(now); a != nil {
		return a, nil
	}
	v.mu.Lock()
	if a := v.fresh(now); a != nil { // another caller was faster
		v.mu.Unlock()
		return a, nil
	}
	last := v.latest.Load()
	f, failed := v.start(now, false), v.failure
	served := v.serves(last, now)
	waits := f != nil && !(served && (v.pastLife || last.age(now) < last.life))
	v.mu.Unlock()
	if waits {
		if ended := v.wait(ctx, f); ended != nil {
			return nil, ended
		}
		if f.failure == nil {
			return f.answer, nil
		}
		failed = f.failure
		served = v.serves(last, time.Now()) // it got older meanwhile
	}
	if served {
		return last, nil
	}
	return nil, failed // never nil: if no fetch can start now, an earlier one failed
}

// serves reports whether an answer may be used, even though its source is down.
func (v *Value[T, E]) serves(a *answer[T], now time.Time) bool {
	return a != nil && (a.age(now) < a.life || a.age(now)-a.life < v.config.MaxStale)
}

// newer returns an answer that is newer than last. It returns last itself during the cooldown,
// and an error if the source is down.
func (v *Value[T, E]) newer(ctx context.Context, last *answer[T]) (*answer[T], *E) {
	now := time.Now()
	v.mu.Lock()
	latest, f, failed := v.latest.Load(), v.underway, v.failure
	switch {
	case latest != last:
		v.mu.Unlock()
		return latest, nil
	case f != nil: // it may have begun before the value changed; then Seek calls newer again
	case v.failures > 0 || v.soughtAt.IsZero() || now.Sub(v.soughtAt) >= v.config.Cooldown:
		// After a failed fetch the pause for failures applies, not the cooldown. Otherwise a
		// source that was down for a moment would keep its new value back for a whole cooldown.
		if f = v.start(now, false); f != nil {
			v.soughtAt = now
		}
	}
	v.mu.Unlock()
	switch {
	case f == nil && failed != nil:
		return nil, failed
	case f == nil:
		return last, nil
	}
	if ended := v.wait(ctx, f); ended != nil {
		return nil, ended
	}
	return f.answer, f.failure
}

// start returns the fetch under way, or starts one. It returns nil if the source has not
// returned from an earlier call, or during the pause after a failed fetch. atOnce skips the
// pause. The caller holds mu.
func (v *Value[T, E]) start(now time.Time, atOnce bool) *fetch[T, E] {
	if v.underway != nil || v.busy {
		return v.underway
	}
	if v.failures > 0 && !atOnce && now.Sub(v.failedAt) < v.pause() {
		return nil
	}
	f := &fetch[T, E]{number: v.fetches.Add(1), began: now, done: make(chan struct{})}
	v.underway, v.busy = f, true
	go v.run(f)
	return f
}

// pause is how long to wait after a failed fetch: a second, and twice as long each time, up to
// the cooldown.
func (v *Value[T, E]) pause() time.Duration {
	pause := min(time.Second, v.config.Cooldown)
	for i := 1; i < v.failures && pause < v.config.Cooldown; i++ {
		pause += min(pause, v.config.Cooldown-pause) // does not overflow
	}
	return pause
}

// run calls the source. It ends when the source returns, which may be after the timeout.
func (v *Value[T, E]) run(f *fetch[T, E]) {
	ctx, cancel := context.WithTimeout(context.Background(), v.config.Timeout)
	givenUp := time.AfterFunc(v.config.Timeout, func() {
		v.finish(f, nil, v.config.Failure(TimedOut, context.DeadlineExceeded))
	})
	var a *answer[T]
	failed := v.config.Failure(Exited, nil)
	defer func() {
		cancel()
		givenUp.Stop()
		v.mu.Lock()
		v.busy = false
		v.mu.Unlock()
		v.finish(f, a, failed)
	}()
	a, failed = v.ask(ctx)
}

// ask calls the source, and decides how long its answer is used.
func (v *Value[T, E]) ask(ctx context.Context) (a *answer[T], failed *E) {
	defer func() {
		if problem := recover(); problem != nil {
			a, failed = nil, v.config.Failure(Panicked, fmt.Errorf("%v", problem))
		}
	}()
	value, maxAge, failed := v.config.Fetch(ctx)
	if failed != nil {
		return nil, failed
	}
	a = &answer[T]{value: value, life: v.lifeOf(maxAge)}
	// A random time from 4/5 to 7/8 of the life, so that programs that started together do
	// not fetch together.
	a.due = a.life/5*4 + rand.N(a.life/40*3+1)
	return a, nil
}

// lifeOf bounds the life that a source gives, so that no source can make a program fetch all
// the time, or keep a value for days that was withdrawn.
func (v *Value[T, E]) lifeOf(maxAge time.Duration) time.Duration {
	interval := v.config.Interval
	if maxAge == 0 {
		return interval
	}
	return min(max(maxAge, min(v.config.Cooldown, interval)), max(time.Hour, interval))
}

// finish stores the result of a fetch and wakes the waiting callers. If the fetch has a result
// already, such as a timeout, finish does nothing.
func (v *Value[T, E]) finish(f *fetch[T, E], a *answer[T], failed *E) {
	now := time.Now()
	v.mu.Lock()
	if v.underway != f {
		v.mu.Unlock()
		return
	}
	v.underway = nil
	last := v.latest.Load()
	if failed != nil {
		v.failures, v.failedAt, v.failure = v.failures+1, now, failed
		v.pastLife = v.pastLife || last != nil && last.age(now) >= last.life
	} else {
		a.number, a.at, a.wall = f.number, now, now.UnixNano()
		v.failures, v.failure, v.pastLife = 0, nil, false
		v.latest.Store(a)
		last = a
	}
	f.answer, f.failure = a, failed
	v.mu.Unlock()
	defer close(f.done)
	if v.config.Report == nil {
		return
	}
	defer func() { recover() }()
	report := Report[T, E]{Failure: failed, Took: now.Sub(f.began)}
	if v.serves(last, now) {
		report.Value, report.FetchedAt = last.value, last.at
	}
	v.config.Report(report)
}

// wait returns nil when the fetch is done, and an error if the caller's context ends before.
func (v *Value[T, E]) wait(ctx context.Context, f *fetch[T, E]) *E {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return v.config.Failure(WaitEnded, ctx.Err())
	}
}

// age returns how old the answer is: the greater of its ages by the monotonic and by the wall
// clock. Neither clock is enough: the monotonic clock stops while a machine sleeps, and the wall
// clock can be set.
//
//   - now may be before the end of the fetch. The age is then 0: otherwise callers that arrived
//     during a fetch would start another one after it.
//   - If the wall clock was set back to before the fetch, the answer counts as due. But half a
//     second is tolerated: the two clocks are read one after the other, and the goroutine may be
//     held up in between.
func (a *answer[T]) age(now time.Time) time.Duration {
	age := now.Sub(a.at)
	if age < 0 {
		return 0
	}
	wall := time.Duration(now.UnixNano() - a.wall)
	if wall < -time.Second/2 {
		return max(age, a.due)
	}
	return max(age, wall)
}
