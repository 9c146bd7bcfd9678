package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// conditions are where and how the figures of a report were measured.
type conditions struct {
	Date      string
	Go        string
	Platform  string
	CPU       string
	CPUs      int
	Rounds    int
	Slot      time.Duration
	OfCPUTime bool     `json:",omitempty"`
	Others    bool     `json:",omitempty"`
	Versions  []string // of the peers
	Skipped   []string `json:",omitempty"` // which were not measured, and why
}

func (s *settings) here() conditions {
	return conditions{
		Date: time.Now().Format(time.DateOnly), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		CPU: cpuName(), CPUs: runtime.NumCPU(), Rounds: s.rounds, Slot: s.slot, OfCPUTime: s.cpu, Others: s.others,
	}
}

// machine says where, and method how.
func (c *conditions) machine() string {
	return fmt.Sprintf("%s, %s, %s, %s, %d CPUs", c.Date, c.Go, c.Platform, c.CPU, c.CPUs)
}

func (c *conditions) method() string {
	of := ""
	if c.OfCPUTime {
		of = " of CPU time"
	}
	return fmt.Sprintf("Medians of %d interleaved rounds of %v%s", c.Rounds, c.Slot, of)
}

// A result is an entry in a file.
type result struct {
	Case    string
	Library string `json:",omitempty"` // empty for a floor
	Way     string
	Usual   bool      `json:",omitempty"`
	NS      []float64 // of one run, by round
	Allocs  float64
	Bytes   float64
}

type resultsFile struct {
	Conditions conditions
	Results    []result
}

// save writes the report to a file, for load.
func (r *report) save(name string) error {
	file := resultsFile{Conditions: r.conditions}
	for _, entries := range r.cases {
		for _, e := range entries {
			one := result{Case: e.c.name, Way: e.name, Usual: e.usual, NS: e.rounds, Allocs: e.allocs, Bytes: e.bytes}
			if e.l != nil {
				one.Library = e.l.name
			}
			file.Results = append(file.Results, one)
		}
	}
	text, err := json.MarshalIndent(file, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}

// load reads what save wrote, perhaps on another Go release, whose peers may be others.
func (r *report) load(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var file resultsFile
	if err := json.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r.conditions = file.Conditions
	known := map[string]*library{}
	for i := range libraries {
		known[libraries[i].name] = &libraries[i]
	}
	for _, one := range file.Results {
		if len(one.NS) == 0 {
			return fmt.Errorf("%s: %s of %s has no rounds", name, one.Case, one.Library)
		}
		at := slices.IndexFunc(r.cases, func(entries []*entry) bool { return entries[0].c.name == one.Case })
		if at < 0 {
			at = len(r.cases)
			r.cases = append(r.cases, nil)
		}
		e := &entry{c: &benchCase{name: one.Case}, name: one.Way, usual: one.Usual, rounds: one.NS, allocs: one.Allocs, bytes: one.Bytes}
		if one.Library != "" {
			if known[one.Library] == nil {
				known[one.Library] = &library{name: one.Library}
			}
			e.l = known[one.Library]
		}
		r.cases[at] = append(r.cases[at], e)
	}
	if len(r.cases) == 0 {
		return fmt.Errorf("%s has no results", name)
	}
	for _, entries := range r.cases {
		if ourEntry(entries) == nil {
			return fmt.Errorf("%s has no figure of ours for %s", name, entries[0].c.name)
		}
	}
	return nil
}
