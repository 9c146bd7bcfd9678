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
	cpu, guards    bool
	profile        string
}

func main() {
	var s settings
	flag.IntVar(&s.rounds, "rounds", 10, "rounds; the medians of them are reported")
	flag.DurationVar(&s.slot, "slot", 60*time.Millisecond, "how long each way runs in a round")
	flag.StringVar(&s.cases, "case", "", "only the cases that match this regular expression")
	flag.StringVar(&s.peers, "peer", "", "only the peers that match this regular expression; with \"ours\" no peer at all")
	quick := flag.Bool("quick", false, "3 rounds of 15 ms, for a first look")
	flag.BoolVar(&s.markdown, "markdown", false, "print the report for README.md, without progress")
	flag.BoolVar(&s.ways, "ways", false, "list also every way that was measured, with the least and the most of the rounds")
	flag.BoolVar(&s.cpu, "cpu", false, "measure the CPU time of the process instead of the time that passes, for a machine with other work; it says nothing of goroutines side by side")
	flag.BoolVar(&s.guards, "guards", false, "measure the guards of HTTP handlers, in place of the libraries")
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
	wanted, err := regexp.Compile(s.cases)
	if err != nil {
		return err
	}
	peer, err := regexp.Compile(s.peers)
	if err != nil {
		return err
	}
	if s.rounds < 1 || s.slot <= 0 {
		return fmt.Errorf("-rounds %d -slot %v: there would be nothing to measure", s.rounds, s.slot)
	}
	takesPart := func(l *library) bool { return l.name == ours.name || peer.MatchString(l.name) }

	m, r, ways := newMaterial(), report{settings: s}, map[string][]way{}
	cases := casesOf(m)
	if s.guards {
		cases = guardCases(m)
	}
	for i := range cases {
		if !wanted.MatchString(cases[i].name) {
			continue
		}
		entries, err := m.entriesOf(&cases[i], ways, takesPart)
		if err != nil {
			return err
		}
		if s.profile != "" {
			entries = []*entry{ourEntry(entries)}
		}
		r.cases = append(r.cases, entries)
	}
	if r.cases == nil {
		return fmt.Errorf("no case matches %q", s.cases)
	}
	for _, entries := range r.cases {
		for _, e := range entries {
			e.calibrate(s.slot)
		}
	}
	if s.profile != "" {
		f, err := os.Create(s.profile)
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
	if s.cpu {
		now = cpuTime
	}
	measureAll(r.cases, s.rounds, now, func(round int) {
		if !s.markdown {
			fmt.Fprintf(os.Stderr, "\rround %d of %d", round+1, s.rounds)
		}
	})
	if !s.markdown {
		fmt.Fprint(os.Stderr, "\r                    \r")
	}
	r.write(os.Stdout)
	return nil
}
