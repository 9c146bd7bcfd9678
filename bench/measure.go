package main

import (
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// An entry is one thing to be measured: a way of a library in a case, or a floor.
type entry struct {
	c     *benchCase
	l     *library // nil for a floor
	name  string   // of the way or the floor
	usual bool     // the first way of its library in this case
	loops []func(n int)

	n      int       // runs of each loop in a slot
	rounds []float64 // ns of one run, by round
	allocs float64
	bytes  float64
}

// entriesOf prepares a case for every library that takes part.
func (m *material) entriesOf(c *benchCase, ways map[string][]way, takePart []*library) ([]*entry, error) {
	var all []*entry
	for _, l := range takePart {
		if l.through != c.through && l.name != ours.name {
			continue
		}
		if ways[l.name] == nil {
			ways[l.name] = l.ways(m)
		}
		usual := true
		for j := range ways[l.name] {
			w := &ways[l.name][j]
			prepare := c.work(w)
			if prepare == nil {
				continue
			}
			if err := m.check(c, l, w); err != nil {
				return nil, err
			}
			e := &entry{c: c, l: l, name: w.name, usual: usual}
			usual = false
			for range max(c.goroutines, 1) {
				e.loops = append(e.loops, prepare(c.token).times)
			}
			all = append(all, e)
		}
	}
	for _, f := range c.floors {
		all = append(all, &entry{c: c, name: f.name, loops: []func(int){func(n int) {
			for range n {
				f.run()
			}
		}}})
	}
	return all, nil
}

// times runs an op so many times.
func (o op) times(n int) {
	if o.loop != nil {
		o.loop(n)
		return
	}
	for range n {
		o.run()
	}
}

// calibrate finds how many runs fill a slot, and counts the allocations.
func (e *entry) calibrate(slot time.Duration) {
	for e.n = 1; ; {
		took := max(e.time(e.n, wall), 1)
		if took >= slot/8 || e.n >= 1<<30 {
			e.n = max(1, int(float64(e.n)*float64(slot)/float64(took)))
			break
		}
		e.n *= int(min(100, max(2, slot/8/took)))
	}
	// Without the collector, which empties pools now and then.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runs := min(max(e.n/4, 1), 100)
	var before, after runtime.MemStats
	for range 2 { // the first time fills the pools again
		runtime.ReadMemStats(&before)
		for _, loop := range e.loops {
			loop(runs)
		}
	}
	runtime.ReadMemStats(&after)
	all := float64(runs * len(e.loops))
	e.allocs = math.Floor(float64(after.Mallocs-before.Mallocs) / all) // as testing.AllocsPerRun
	e.bytes = float64(after.TotalAlloc-before.TotalAlloc) / all
	runtime.GC()
}

// measure fills one slot. What others left behind is collected before, and the
// pools and caches that this emptied are filled again.
func (e *entry) measure(now clock) {
	runtime.GC()
	e.time(e.n/10+1, now)
	e.rounds = append(e.rounds, float64(e.time(e.n, now))/float64(e.n*len(e.loops)))
}

// A clock tells how much time has passed since some time before.
type clock func() time.Duration

var began = time.Now()

func wall() time.Duration { return time.Since(began) }

// time runs all loops at once, n times each.
func (e *entry) time(n int, now clock) time.Duration {
	if len(e.loops) == 1 {
		start := now()
		e.loops[0](n)
		return now() - start
	}
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for _, loop := range e.loops {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-begin
			loop(n)
		})
	}
	ready.Wait()
	start := now()
	close(begin)
	done.Wait()
	return now() - start
}

// ns is the median of the rounds.
func (e *entry) ns() float64 {
	sorted := slices.Sorted(slices.Values(e.rounds))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// measureAll interleaves: in each round every entry gets one slot. The cases are
// shuffled, and within a case what is compared runs close together, in an order
// that is another one each time.
func measureAll(cases [][]*entry, rounds int, now clock, progress func(round int)) {
	for round := range rounds {
		progress(round)
		random := rand.New(rand.NewPCG(1, uint64(round)))
		for _, i := range random.Perm(len(cases)) {
			for _, j := range random.Perm(len(cases[i])) {
				cases[i][j].measure(now)
			}
		}
	}
}
