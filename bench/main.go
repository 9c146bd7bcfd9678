// Command bench measures the library against its peers and against what the
// cryptography itself costs. README.md says how to run it, and what came out.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/pprof"
	"time"
)

type settings struct {
	rounds         int
	slot           time.Duration
	cases, peers   string
	markdown, ways bool
	cpu            bool
	guards, others bool
	interop        string
	plot           string
	save, load     string
	profile        string
}

func main() {
	var s settings
	flag.IntVar(&s.rounds, "rounds", 10, "rounds; the medians of them are reported")
	flag.DurationVar(&s.slot, "slot", 60*time.Millisecond, "how long each way runs in a round")
	flag.StringVar(&s.cases, "case", "", "only the cases that match this regular expression")
	flag.StringVar(&s.peers, "peer", "", "only the peers that match this regular expression; with \"ours\" no peer at all")
	quick := flag.Bool("quick", false, "3 rounds of 15 ms, for a first look")
	flag.BoolVar(&s.markdown, "markdown", false, "print what README.md shows, without progress; the targets go to the standard error")
	flag.BoolVar(&s.ways, "ways", false, "list also every way that was measured, with the least and the most of the rounds")
	flag.BoolVar(&s.cpu, "cpu", false, "measure the CPU time of the process instead of the time that passes, for a machine with other work; it says nothing of goroutines side by side")
	flag.BoolVar(&s.guards, "guards", false, "measure the guards of HTTP handlers, in place of the libraries")
	flag.BoolVar(&s.others, "others", false, "measure PyJWT, jose and jsonwebtoken, in place of the libraries")
	flag.StringVar(&s.interop, "interop", "conformance/interop", "where scripts/interop has installed those of -others")
	flag.StringVar(&s.plot, "plot", "", "write a picture of the times to verify a token to this SVG file")
	flag.StringVar(&s.save, "json", "", "write the results to this file, for -from")
	flag.StringVar(&s.load, "from", "", "report the results in this file, and measure nothing")
	flag.StringVar(&s.profile, "cpuprofile", "", "write a CPU profile of the rounds to this file, and run ours alone, in its usual way")
	flag.Parse()
	if *quick {
		s.rounds, s.slot = 3, 15*time.Millisecond
	}
	if err := s.run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (s *settings) run() error {
	r := report{settings: s}
	var err error
	if s.load != "" {
		err = r.load(s.load)
	} else {
		err = r.measure()
	}
	if err != nil {
		return err
	}
	r.write(os.Stdout)
	targets := os.Stdout
	if s.markdown {
		targets = os.Stderr
	}
	r.writeTargets(targets)
	if s.save != "" {
		if err := r.save(s.save); err != nil {
			return err
		}
	}
	if s.plot != "" {
		return r.writePlot(s.plot)
	}
	return nil
}

// measure prepares the cases and runs them all.
func (r *report) measure() error {
	wanted, err := regexp.Compile(r.settings.cases)
	if err != nil {
		return err
	}
	peer, err := regexp.Compile(r.peers)
	if err != nil {
		return err
	}
	switch {
	case r.rounds < 1 || r.slot <= 0:
		return fmt.Errorf("-rounds %d -slot %v: there would be nothing to measure", r.rounds, r.slot)
	case r.guards && r.others:
		return fmt.Errorf("-guards and -others are two tables: ask for one at a time")
	case r.others && r.cpu:
		return fmt.Errorf("-others with -cpu: the others use the CPU time of their own processes")
	}

	r.conditions = r.here()
	m, ways := newMaterial(), map[string][]way{}
	cases, from := casesOf(m), goLibraries()
	switch {
	case r.guards:
		cases = guardCases(m)
	case r.others:
		processes := startOthers(m, r.interop)
		defer processes.close()
		cases, from = otherCases(m), append(from[:1], processes.libraries()...)
		r.Skipped = processes.skipped
	}
	var takePart []*library
	for _, l := range from {
		if l == &libraries[0] || peer.MatchString(l.name) {
			takePart = append(takePart, l)
		}
	}
	for i := range cases {
		if !wanted.MatchString(cases[i].name) {
			continue
		}
		entries, err := m.entriesOf(&cases[i], ways, takePart)
		if err != nil {
			return err
		}
		if r.profile != "" {
			entries = []*entry{ourEntry(entries)}
		}
		r.cases = append(r.cases, entries)
	}
	if r.cases == nil {
		return fmt.Errorf("no case matches %q", r.settings.cases)
	}
	if r.plot != "" {
		if err := r.canPlot(); err != nil {
			return err
		}
	}
	for _, entries := range r.cases {
		for _, e := range entries {
			e.calibrate(r.slot)
		}
	}
	if r.profile != "" {
		f, err := os.Create(r.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	now := wall
	if r.cpu {
		now = cpuTime
	}
	measureAll(r.cases, r.rounds, now, func(round int) {
		if !r.markdown {
			fmt.Fprintf(os.Stderr, "\rround %d of %d", round+1, r.rounds)
		}
	})
	if !r.markdown {
		fmt.Fprint(os.Stderr, "\r                    \r")
	}
	r.Versions = versions(r.taking())
	return nil
}

// goLibraries are those that are part of this program.
func goLibraries() []*library {
	all := make([]*library, len(libraries))
	for i := range libraries {
		all[i] = &libraries[i]
	}
	return all
}
