package jwt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Key sets that follow their source: when they fetch, which callers wait, and which keys are
// used while the source is down.

// A KeySource is where a live key set gets its keys: an HTTP endpoint (see the package
// jwks), a file, a database, a vault. [NewLiveKeySet] makes a set that follows it.
//
// Fetch returns a fixed set, and how long the set may be used without asking again. 0 means
// that the source does not say. If nothing changed, Fetch may return the set of the last
// call. One goroutine at a time calls it. It must return soon after ctx ends: the live set
// does not call it again before it has returned.
type KeySource interface {
	Fetch(ctx context.Context) (set *KeySet, maxAge time.Duration, err error)
}

// A KeySourceFunc is a function as a [KeySource].
type KeySourceFunc func(context.Context) (*KeySet, time.Duration, error)

// Fetch calls the function.
func (f KeySourceFunc) Fetch(ctx context.Context) (*KeySet, time.Duration, error) { return f(ctx) }

// A LiveOption is a setting of [NewLiveKeySet]:
//
//   - [WithRefreshInterval], default 5 minutes: how long a fetched set is used if the source
//     does not say
//   - [WithMaxStale], default 24 hours: how much longer it is used while the source is down
//   - [WithCooldown], default 30 seconds: the least time between fetches for unknown key IDs
//   - [WithFetchTimeout], default 5 seconds: how long one fetch may take
//   - [WithFetchReport], default none: a function that is called after each fetch
//
// Only functions of this package make options, and a nil option is an [ErrInvalidOption]. If
// an option is given twice, the last one wins. A duration under a millisecond is an
// ErrInvalidOption; only WithMaxStale takes 0.
type LiveOption interface{ forLiveSets() }

// WithRefreshInterval sets how long a fetched set is used if the source does not say. The
// default is 5 minutes. A duration under a millisecond is an [ErrInvalidOption].
func WithRefreshInterval(d time.Duration) LiveOption {
	return &option{kind: withRefreshInterval, duration: d}
}

// WithMaxStale sets how long a fetched set is used after the end of its life, while the
// source is down. The default is 24 hours. With 0 no set is used after the end of its life.
// A negative duration, and any other one under a millisecond, is an [ErrInvalidOption].
func WithMaxStale(d time.Duration) LiveOption { return &option{kind: withMaxStale, duration: d} }

// WithCooldown sets three times that bound the load on the source: the least time between two
// fetches that unknown key IDs cause; the longest pause between two attempts while the source
// is down; and the least life of a fetched set, whatever its source says. The default is 30
// seconds. A duration under a millisecond is an [ErrInvalidOption].
func WithCooldown(d time.Duration) LiveOption { return &option{kind: withCooldown, duration: d} }

// WithFetchTimeout sets how long one fetch may take. The default is 5 seconds. A
// duration under a millisecond is an [ErrInvalidOption].
func WithFetchTimeout(d time.Duration) LiveOption {
	return &option{kind: withFetchTimeout, duration: d}
}

// WithFetchReport sets a function that is called after each fetch, to log or count it. The
// callers that wait for the fetch wait for the function too. So it must return soon, and must
// not call [KeySet.Refresh]. It must be safe for concurrent use: the next fetch may end
// before it has returned. If it panics, the panic is recovered and ignored. A nil function is
// an [ErrInvalidOption].
func WithFetchReport(report func(FetchReport)) LiveOption {
	return &option{kind: withFetchReport, report: report}
}

// A FetchReport says how one fetch of a live key set went, and which keys are in use
// after it.
type FetchReport struct {
	Err       error         // nil, or an [ErrKeySet] that wraps the source's error
	Took      time.Duration // from the call of the source to its answer, or to the timeout
	Keys      int           // how many keys are in use now
	FetchedAt time.Time     // when these keys were fetched; zero if there are none
}

// NewLiveKeySet makes a key set that follows a source. Use it like any other [*KeySet].
//
// Calls that verify tokens start the fetches: the first token that needs a key starts the
// first one, and a call that finds the set due for renewal starts the next one. Any number of
// callers share one fetch. A fetch has one goroutine, and between fetches there is none.
//
// The life of a fetched set is what its source says, but at least the cooldown and at most an
// hour. If the source does not say, it is the refresh interval.
//
//   - Shortly before the end of the life, a call starts a fetch and does not wait for it.
//   - After the end, callers wait for one fetch. If it fails, they get the last good set until
//     [WithMaxStale] is over, and then an [ErrKeySet].
//   - A failed fetch is repeated after a second. The pause then doubles each time, up to the
//     cooldown.
//
// A fetched set replaces the last one as a whole: a key that was removed is gone.
//
// A token with an unknown "kid" starts a fetch, so that a new key usually works at once. It
// starts at most one per cooldown, unless the fetch failed. A forged token with an invented
// ID can use up this fetch. So publish a key before it signs. A signature that does not hold
// starts no fetch.
//
// If the context of a waiting caller ends, the caller gets an ErrKeySet that wraps the
// context's error. The context is that of [Decoder.DecodeContext] or [WithContext].
//
// A nil source and a duration that its option does not take are an [ErrInvalidOption].
func NewLiveKeySet(source KeySource, opts ...LiveOption) (*KeySet, error) {
	if f, isFunc := source.(KeySourceFunc); source == nil || isFunc && f == nil {
		return nil, badOption("NewLiveKeySet was given a nil source")
	}
	s, err := readSettings(inNewLiveKeySet, opts)
	if err != nil {
		return nil, err
	}
	duration := func(k optionKind, otherwise time.Duration) time.Duration {
		if s.has(k) {
			return s.get(k).duration
		}
		return otherwise
	}
	return &KeySet{seal(&keySetState{live: &liveSet{
		source:   source,
		interval: duration(withRefreshInterval, 5*time.Minute),
		maxStale: duration(withMaxStale, 24*time.Hour),
		cooldown: duration(withCooldown, 30*time.Second),
		timeout:  duration(withFetchTimeout, 5*time.Second),
		report:   s.get(withFetchReport).report,
	}})}, nil
}

// Refresh fetches a live set now, and waits for the result: nil, or an [ErrKeySet]. If a
// fetch is under way, Refresh waits for that one instead. That fetch may have begun before
// the call, so after a change of the source call Refresh twice. The pause after a failed
// fetch does not apply. For a fixed set Refresh does nothing. A nil or empty set is an
// [ErrInvalidKey].
func (s *KeySet) Refresh(ctx context.Context) error {
	l, err := s.follows(ctx, "Refresh")
	if l == nil {
		return err
	}
	l.mu.Lock()
	f := l.start(time.Now(), true)
	l.mu.Unlock()
	if f == nil {
		return errSourceBusy
	}
	if ended := f.wait(ctx); ended != nil {
		return ended
	}
	if f.failure != nil {
		return f.failure
	}
	return nil
}

// Current returns the keys of a live set as a fixed set. It fetches, waits and fails with an
// [ErrKeySet] as verifying a token does. A fixed set returns itself. A nil or empty set is an
// [ErrInvalidKey].
func (s *KeySet) Current(ctx context.Context) (*KeySet, error) {
	l, err := s.follows(ctx, "Current")
	switch {
	case err != nil:
		return nil, err
	case l == nil:
		return s, nil
	}
	f, failed := l.current(ctx)
	if failed != nil {
		return nil, failed
	}
	return &KeySet{seal(f.keys)}, nil
}

// follows returns the liveSet of a live set, or nil for a fixed set.
func (s *KeySet) follows(ctx context.Context, method string) (*liveSet, error) {
	state, err := s.usable()
	if err == nil && ctx == nil {
		err = badOption(method + " was given a nil context")
	}
	if err != nil {
		return nil, err
	}
	return state.live, nil
}

// A liveSet is the state of a live key set. The fields above mu never change.
type liveSet struct {
	source   KeySource
	interval time.Duration
	maxStale time.Duration
	cooldown time.Duration
	timeout  time.Duration
	report   func(FetchReport)

	latest  atomic.Pointer[fetchedSet] // nil before the first good fetch
	fetches atomic.Uint64              // how many were started

	mu         sync.Mutex
	flight     *flight   // the fetch that callers can wait for, or nil
	busy       bool      // the source has not returned yet, perhaps long after its timeout
	failures   int       // how many fetches failed since the last good one
	failedAt   time.Time // when the last of these failed
	failure    *failure  // why it failed
	pastLife   bool      // one of these failed after the life of the latest set had ended
	askedByKid time.Time // when an unknown key ID last caused a fetch; zero for never
}

// A fetchedSet is one answer of the source.
type fetchedSet struct {
	keys   *keySetState
	number uint64    // of the fetch
	at     time.Time // when the source answered, by the monotonic clock
	wall   int64     // the same by the wall clock, in nanoseconds since 1970
	life   time.Duration
	due    time.Duration // the age from which a call starts the next fetch
}

// A flight is one fetch. Its result is set when done is closed.
type flight struct {
	number  uint64
	began   time.Time
	done    chan struct{}
	fetched *fetchedSet
	failure *failure
}

var errSourceBusy = &failure{class: ErrKeySet, text: "the key set cannot be fetched: its source has not returned from the last call, which timed out"}

// candidates finds the keys to try in the current set. An unknown key ID starts a fetch, if
// the set was fetched before this call began.
func (l *liveSet) candidates(ctx context.Context, alg Algorithm, kid string, dst []*keyState) ([]*keyState, *failure) {
	before := l.fetches.Load()
	f, failed := l.current(ctx)
	for failed == nil {
		found, none := f.keys.candidates(alg, kid, dst)
		if none == nil || f.number > before || !f.keys.lacks(alg, kid) {
			return found, none
		}
		last := f
		if f, failed = l.newer(ctx, last); f == last {
			return nil, none
		}
	}
	return nil, failed
}

// fresh returns the latest set if no fetch is due, and otherwise nil. It takes no lock.
func (l *liveSet) fresh(now time.Time) *fetchedSet {
	if f := l.latest.Load(); f != nil && f.age(now) < f.due {
		return f
	}
	return nil
}

// current returns the set to verify with now. It waits for a fetch only if no set can be
// used, or if the life of the last one is over and no fetch has failed since.
func (l *liveSet) current(ctx context.Context) (*fetchedSet, *failure) {
	now := time.Now()
	if f := l.fresh(now); f != nil {
		return f, nil
	}
	l.mu.Lock()
	last := l.latest.Load()
	if last != nil && last.age(now) < last.due { // another caller was faster
		l.mu.Unlock()
		return last, nil
	}
	under, down := l.start(now, false), l.failure
	served := l.serves(last, now)
	waits := under != nil && !(served && (l.pastLife || last.age(now) < last.life))
	l.mu.Unlock()
	if waits {
		if ended := under.wait(ctx); ended != nil {
			return nil, ended
		}
		if under.failure == nil {
			return under.fetched, nil
		}
		down = under.failure
		served = l.serves(last, time.Now()) // it got older meanwhile
	}
	if served {
		return last, nil
	}
	return nil, down // never nil: if no fetch can start now, an earlier one failed
}

// serves reports whether a set may be used, even though its source is down.
func (l *liveSet) serves(f *fetchedSet, now time.Time) bool {
	return f != nil && (f.age(now) < f.life || f.age(now)-f.life < l.maxStale)
}

// newer returns a set that was fetched after last. It returns last itself during the
// cooldown, and a failure if the source is down.
func (l *liveSet) newer(ctx context.Context, last *fetchedSet) (*fetchedSet, *failure) {
	now := time.Now()
	l.mu.Lock()
	latest, under, down := l.latest.Load(), l.flight, l.failure
	switch {
	case latest != last:
		l.mu.Unlock()
		return latest, nil
	case under != nil: // it may have begun before the key was published; then candidates calls newer again
	case l.failures > 0 || l.askedByKid.IsZero() || now.Sub(l.askedByKid) >= l.cooldown:
		// After a failed fetch the pause for failures applies, not the cooldown. Otherwise
		// tokens of a new key would be refused for a whole cooldown if the issuer was down
		// for a moment.
		if under = l.start(now, false); under != nil {
			l.askedByKid = now
		}
	}
	l.mu.Unlock()
	switch {
	case under == nil && down != nil:
		return nil, down
	case under == nil:
		return last, nil
	}
	if ended := under.wait(ctx); ended != nil {
		return nil, ended
	}
	return under.fetched, under.failure
}

// start returns the fetch under way, or starts one. It returns nil if the source has not
// returned from an earlier call, or during the pause after a failed fetch. atOnce skips the
// pause. The caller holds mu.
func (l *liveSet) start(now time.Time, atOnce bool) *flight {
	if l.flight != nil || l.busy {
		return l.flight
	}
	if l.failures > 0 && !atOnce {
		pause := min(time.Second, l.cooldown)
		for i := 1; i < l.failures && pause < l.cooldown; i++ {
			pause += min(pause, l.cooldown-pause) // does not overflow
		}
		if now.Sub(l.failedAt) < pause {
			return nil
		}
	}
	f := &flight{number: l.fetches.Add(1), began: now, done: make(chan struct{})}
	l.flight, l.busy = f, true
	go l.fetch(f)
	return f
}

// fetch calls the source. It ends when the source returns, which may be after the timeout.
func (l *liveSet) fetch(f *flight) {
	ctx, cancel := context.WithTimeout(context.Background(), l.timeout)
	givenUp := time.AfterFunc(l.timeout, func() {
		l.finish(f, nil, notFetched("its source did not answer within "+l.timeout.String()+" (WithFetchTimeout)", context.DeadlineExceeded))
	})
	var set *fetchedSet
	failed := notFetched("its source ended the goroutine", nil)
	defer func() {
		cancel()
		givenUp.Stop()
		l.mu.Lock()
		l.busy = false
		l.mu.Unlock()
		l.finish(f, set, failed)
	}()
	set, failed = l.ask(ctx)
}

func notFetched(why string, cause error) *failure {
	return &failure{class: ErrKeySet, text: "the key set could not be fetched: " + why, cause: cause}
}

// ask calls the source and checks its answer.
func (l *liveSet) ask(ctx context.Context) (f *fetchedSet, failed *failure) {
	defer func() {
		if problem := recover(); problem != nil {
			f, failed = nil, notFetched("its source panicked: "+because(fmt.Errorf("%v", problem)), nil)
		}
	}()
	set, maxAge, err := l.source.Fetch(ctx)
	if err != nil {
		// The limit is high: the text has no token, but may have long URLs that differ at
		// their ends.
		return nil, notFetched(becauseWithin(2000, err), err)
	}
	keys, err := set.usable()
	switch {
	case err != nil:
		return nil, notFetched("its source returned a nil or empty set, and no error", nil)
	case keys.live != nil:
		return nil, notFetched("its source returned a live set; it must return a fixed one, such as Current gives", nil)
	}
	f = &fetchedSet{keys: keys, life: l.lifeOf(maxAge)}
	// A random time from 4/5 to 7/8 of the life, so that programs that started together do
	// not fetch together. With the default interval there are at most 15 fetches an hour.
	f.due = f.life/5*4 + rand.N(f.life/40*3+1)
	return f, nil
}

// lifeOf bounds the life that a source gives, so that no server can make a program fetch
// all the time, or keep a removed key for days.
func (l *liveSet) lifeOf(maxAge time.Duration) time.Duration {
	if maxAge == 0 {
		return l.interval
	}
	return min(max(maxAge, min(l.cooldown, l.interval)), max(time.Hour, l.interval))
}

// finish stores the result of a fetch, unless the fetch has a result already, and wakes the
// waiting callers.
func (l *liveSet) finish(f *flight, set *fetchedSet, failed *failure) {
	now := time.Now()
	l.mu.Lock()
	if l.flight != f {
		l.mu.Unlock()
		return
	}
	l.flight = nil
	last := l.latest.Load()
	if failed != nil {
		l.failures, l.failedAt, l.failure = l.failures+1, now, failed
		l.pastLife = l.pastLife || last != nil && last.age(now) >= last.life
	} else {
		set.number, set.at, set.wall = f.number, now, now.UnixNano()
		l.failures, l.failure, l.pastLife = 0, nil, false
		l.latest.Store(set)
		last = set
	}
	f.fetched, f.failure = set, failed
	l.mu.Unlock()
	defer close(f.done)
	if l.report == nil {
		return
	}
	defer func() { recover() }()
	report := FetchReport{Took: now.Sub(f.began)}
	if failed != nil {
		report.Err = failed
	}
	if l.serves(last, now) {
		report.Keys, report.FetchedAt = len(last.keys.members), last.at
	}
	l.report(report)
}

// wait returns nil when the fetch is done, and a failure if the caller's context ends before.
func (f *flight) wait(ctx context.Context) *failure {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return foreignFailure(ErrKeySet, "the key set was not fetched before the caller's context ended", ctx.Err())
	}
}

// age is the greater of the ages by the monotonic and by the wall clock: the monotonic clock
// stops while a machine sleeps, and the wall clock can be set. If the wall clock was set back
// to before the fetch, the set counts as due. If now is before the end of the fetch, the age
// is 0: otherwise callers that arrived during a fetch would start another one after it. By the
// wall clock it may be negative for the same reason, as both are read one after the other, and
// a caller may be held up in between.
func (f *fetchedSet) age(now time.Time) time.Duration {
	age := now.Sub(f.at)
	if age < 0 {
		return 0
	}
	wall := time.Duration(now.UnixNano() - f.wall)
	if wall < -time.Second/2 {
		return max(age, f.due)
	}
	return max(age, wall)
}
