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

func main() {
	rounds := flag.Int("rounds", 10, "rounds; the medians of them are reported")
	slot := flag.Duration("slot", 60*time.Millisecond, "how long each way runs in a round")
	filter := flag.String("case", "", "only the cases that match this regular expression")
	peers := flag.String("peer", "", "only the peers that match this regular expression; ours always takes part, and alone with -peer ours")
	quick := flag.Bool("quick", false, "3 rounds of 15 ms, for a first look")
	markdown := flag.Bool("markdown", false, "print the report alone, without progress")
	ways := flag.Bool("ways", false, "list also every way that was measured")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the rounds to this file")
	flag.Parse()
	if *quick {
		*rounds, *slot = 3, 15*time.Millisecond
	}
	if err := run(*rounds, *slot, *filter, *peers, *markdown, *ways, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rounds int, slot time.Duration, filter, peers string, quiet, withWays bool, profile string) error {
	wanted, err := regexp.Compile(filter)
	if err != nil {
		return err
	}
	peer, err := regexp.Compile(peers)
	if err != nil {
		return err
	}
	if rounds < 1 {
		return fmt.Errorf("-rounds %d: at least one is needed", rounds)
	}
	takesPart := func(l *library) bool { return l.name == ours.name || peer.MatchString(l.name) }

	m, r, ways := newMaterial(), report{rounds: rounds, slot: slot}, map[string][]way{}
	cases := casesOf(m)
	for i := range cases {
		if !wanted.MatchString(cases[i].name) {
			continue
		}
		entries, err := m.entriesOf(&cases[i], ways, takesPart)
		if err != nil {
			return err
		}
		r.cases = append(r.cases, entries)
	}
	if r.cases == nil {
		return fmt.Errorf("no case matches %q", filter)
	}
	for _, entries := range r.cases {
		for _, e := range entries {
			e.calibrate(slot)
		}
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	measureAll(r.cases, rounds, func(round int) {
		if !quiet {
			fmt.Fprintf(os.Stderr, "\rround %d of %d", round+1, rounds)
		}
	})
	if !quiet {
		fmt.Fprint(os.Stderr, "\r                    \r")
	}
	r.write(os.Stdout, withWays)
	return nil
}
