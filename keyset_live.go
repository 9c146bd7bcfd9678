package jwt

import (
	"context"
	"time"

	"github.com/token-jwt/jwt/internal/refresh"
)

// Key sets that follow their source. When they fetch, which callers wait, and what is used
// while the source is down is decided in internal/refresh.

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
	timeout := duration(withFetchTimeout, 5*time.Second)
	config := refresh.Config[*keySetState, failure]{
		Fetch:    func(ctx context.Context) (*keySetState, time.Duration, *failure) { return fetchKeys(ctx, source) },
		Interval: duration(withRefreshInterval, 5*time.Minute),
		MaxStale: duration(withMaxStale, 24*time.Hour),
		Cooldown: duration(withCooldown, 30*time.Second),
		Timeout:  timeout,
		Failure:  func(why refresh.Reason, cause error) *failure { return noKeys(why, cause, timeout) },
	}
	if report := s.get(withFetchReport).report; report != nil {
		config.Report = func(r refresh.Report[*keySetState, failure]) { report(fetchReport(r)) }
	}
	return &KeySet{seal(&keySetState{live: refresh.New(config)})}, nil
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
	if failed := l.Refresh(ctx); failed != nil {
		return failed
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
	keys, failed := l.Current(ctx)
	if failed != nil {
		return nil, failed
	}
	return &KeySet{seal(keys)}, nil
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

// A liveSet follows the source of a live key set.
type liveSet = refresh.Value[*keySetState, failure]

// liveCandidates finds the keys to try in the current set. An unknown key ID starts a fetch,
// if the set was fetched before this call began.
func (s *keySetState) liveCandidates(ctx context.Context, alg Algorithm, kid string, dst []*keyState) (found []*keyState, none *failure) {
	failed := s.live.Seek(ctx, func(keys *keySetState) bool {
		found, none = keys.candidates(alg, kid, dst)
		return none == nil || !keys.lacks(alg, kid)
	})
	if failed != nil {
		return nil, failed
	}
	return found, none
}

// fetchKeys calls the source and checks its answer.
func fetchKeys(ctx context.Context, source KeySource) (*keySetState, time.Duration, *failure) {
	set, maxAge, err := source.Fetch(ctx)
	if err != nil {
		// The limit is high: the text has no token, but may have long URLs that differ at
		// their ends.
		return nil, 0, notFetched(becauseWithin(2000, err), err)
	}
	keys, err := set.usable()
	switch {
	case err != nil:
		return nil, 0, notFetched("its source returned a nil or empty set, and no error", nil)
	case keys.live != nil:
		return nil, 0, notFetched("its source returned a live set; it must return a fixed one, such as Current gives", nil)
	}
	return keys, maxAge, nil
}

// noKeys says why a fetch failed, or why a caller got no keys. timeout is that of a fetch.
func noKeys(why refresh.Reason, cause error, timeout time.Duration) *failure {
	switch why {
	case refresh.Panicked:
		return notFetched("its source panicked: "+because(cause), nil)
	case refresh.Exited:
		return notFetched("its source ended the goroutine", nil)
	case refresh.TimedOut:
		return notFetched("its source did not answer within "+timeout.String()+" (WithFetchTimeout)", cause)
	case refresh.Busy:
		return errSourceBusy
	default: // refresh.WaitEnded
		return foreignFailure(ErrKeySet, "the key set was not fetched before the caller's context ended", cause)
	}
}

func notFetched(why string, cause error) *failure {
	return &failure{class: ErrKeySet, text: "the key set could not be fetched: " + why, cause: cause}
}

var errSourceBusy = &failure{class: ErrKeySet, text: "the key set cannot be fetched: its source has not returned from the last call, which timed out"}

// fetchReport is a report for [WithFetchReport].
func fetchReport(r refresh.Report[*keySetState, failure]) FetchReport {
	report := FetchReport{Took: r.Took, FetchedAt: r.FetchedAt}
	if r.Failure != nil {
		report.Err = r.Failure
	}
	if r.Value != nil {
		report.Keys = len(r.Value.members)
	}
	return report
}
