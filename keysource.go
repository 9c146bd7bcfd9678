package jwt

import (
	"context"
	"time"
)

// Where a live key set gets its keys, and what a program says of it.

// A KeySource is where a live key set gets its keys: an HTTP endpoint (see the package
// jwks), a file, a database, a vault. [NewLiveKeySet] makes a set of it.
//
// Fetch returns a fixed set, and how long it may be used without asking again; 0 means
// that the source does not say. Where nothing changed it may return the set of the
// call before. It is called by one goroutine at a time. It must return soon after ctx
// ends: the set starts no second call before it has returned.
type KeySource interface {
	Fetch(ctx context.Context) (set *KeySet, maxAge time.Duration, err error)
}

// A KeySourceFunc is a function as a [KeySource].
type KeySourceFunc func(context.Context) (*KeySet, time.Duration, error)

// Fetch calls the function.
func (f KeySourceFunc) Fetch(ctx context.Context) (*KeySet, time.Duration, error) { return f(ctx) }

// A LiveOption is a setting of [NewLiveKeySet]. The set is closed: options come from
// the functions of this package alone, and a nil one is an [ErrInvalidOption]. Given
// twice, the last one wins.
type LiveOption interface{ forLiveSets() }

// WithRefreshInterval sets the life of a set whose source does not say how long it may
// be used. The default is 5 minutes. A duration under a millisecond is an
// [ErrInvalidOption].
func WithRefreshInterval(d time.Duration) LiveOption {
	return &option{kind: withRefreshInterval, duration: d}
}

// WithMaxStale sets how long beyond its life a set is used while its source is down.
// The default is 24 hours; 0 means that no set is used past its life. A negative
// duration, and another one under a millisecond, is an [ErrInvalidOption].
func WithMaxStale(d time.Duration) LiveOption { return &option{kind: withMaxStale, duration: d} }

// WithCooldown sets the least time between two fetches that unknown key IDs cause, and
// the most between two attempts while the source is down. It is also the least life of
// a set, whatever its source says. The default is 30 seconds. A duration under a
// millisecond is an [ErrInvalidOption].
func WithCooldown(d time.Duration) LiveOption { return &option{kind: withCooldown, duration: d} }

// WithFetchTimeout sets how long one fetch may take. The default is 5 seconds. A
// duration under a millisecond is an [ErrInvalidOption].
func WithFetchTimeout(d time.Duration) LiveOption {
	return &option{kind: withFetchTimeout, duration: d}
}

// WithFetchReport sets a function that is called after each fetch, to log it or to
// count it. Callers that wait for the fetch wait for the function too, so it must
// return soon, and not call [KeySet.Refresh]. It must be safe for concurrent use: the
// next fetch may be over before it has returned. A panic of it is dropped. A nil
// function is an [ErrInvalidOption].
func WithFetchReport(report func(FetchReport)) LiveOption {
	return &option{kind: withFetchReport, report: report}
}

// A FetchReport says how one fetch of a live key set went, and which keys are in use
// after it.
type FetchReport struct {
	Err       error         // nil, or an [ErrKeySet] with what the source answered beneath
	Took      time.Duration // from the call of the source to its answer, or to the timeout
	Keys      int           // how many keys are in use now
	FetchedAt time.Time     // when those were fetched; zero where there are none
}

// NewLiveKeySet makes a set that follows a source, and serves wherever a [*KeySet]
// does. It fetches nothing by itself: the first token that needs a key causes the first
// fetch, and a call that finds the set due causes the next one. Any number of callers
// share one fetch. There is one goroutine during a fetch and none between.
//
// The life of a set is what its source says, but at least the cooldown and at most an
// hour, or else the refresh interval. A little before its end a call starts a fetch and
// does not wait for it. After its end, callers wait for the first attempt. Once that
// failed they get the last good set, until [WithMaxStale] is over; then they get an
// [ErrKeySet]. A fetched set replaces the one before whole: a key that was removed is
// gone. Failed attempts are repeated after a second, then after twice as long each
// time, up to the cooldown.
//
// A token whose "kid" the set does not know causes a fetch, at most one per cooldown
// unless it failed, so that a new key usually works at once. A token with an ID that
// somebody made up uses that fetch too: publish a key before it signs. A signature that
// does not hold causes none.
//
// A caller whose context ends while it waits gets an ErrKeySet with the context's error
// beneath. The context is that of [Decoder.DecodeContext] or [WithContext].
//
// A nil source and a duration that is not positive are an [ErrInvalidOption].
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

// Refresh fetches a live set now, or joins the fetch under way, and returns when it is
// done: nil, or an [ErrKeySet]. A fetch that it joins may have begun before the call, so
// who has just changed the source calls it twice. It does not wait until a failed fetch
// may be repeated.
// Of a fixed set it does nothing. A nil or empty set is an [ErrInvalidKey].
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

// Current returns what a live set holds now, as a fixed set. It fetches as for a token,
// and fails with an [ErrKeySet] as verifying one does. A fixed set returns itself. A
// nil or empty set is an [ErrInvalidKey].
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

// follows returns what makes a set live, or nil for a fixed set.
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
