package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A report is what was measured, by case.
type report struct {
	*settings
	cases [][]*entry
}

// find returns the entries of a case.
func (r *report) find(name string) []*entry {
	for _, entries := range r.cases {
		if entries[0].c.name == name {
			return entries
		}
	}
	return nil
}

// ourEntry is ours in its most usual way: no peer loses for not knowing a trick.
func ourEntry(entries []*entry) *entry {
	for _, e := range entries {
		if e.l == &libraries[0] && e.usual {
			return e
		}
	}
	return nil
}

// best is a library's fastest way; of ours, the most usual.
func best(entries []*entry, l *library) *entry {
	if l == &libraries[0] {
		return ourEntry(entries)
	}
	return fastest(entries, func(e *entry) bool { return e.l == l })
}

// fastestPeer is the fastest way of all peers.
func fastestPeer(entries []*entry) *entry {
	return fastest(entries, func(e *entry) bool { return e.l != nil && e.l != &libraries[0] })
}

func fastest(entries []*entry, of func(*entry) bool) *entry {
	var some []*entry
	for _, e := range entries {
		if of(e) {
			some = append(some, e)
		}
	}
	if some == nil {
		return nil
	}
	return slices.MinFunc(some, func(a, b *entry) int { return cmp.Compare(a.ns(), b.ns()) })
}

// floorOf is the sum of the floors of a case; 0 where it has none.
func floorOf(entries []*entry) (sum float64) {
	for _, e := range entries {
		if e.l == nil {
			sum += e.ns()
		}
	}
	return sum
}

// taking are the libraries that were measured.
func (r *report) taking() []*library {
	var some []*library
	for i := range libraries {
		if slices.ContainsFunc(r.cases, func(entries []*entry) bool { return best(entries, &libraries[i]) != nil }) {
			some = append(some, &libraries[i])
		}
	}
	return some
}

func (r *report) write(w io.Writer) {
	of := ""
	if r.cpu {
		of = " of CPU time"
	}
	fmt.Fprintf(w, "%s, %s, %s/%s, %s, %d CPUs. Medians of %d interleaved rounds of %v%s.\n", time.Now().Format(time.DateOnly),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, cpuName(), runtime.NumCPU(), r.rounds, r.slot, of)
	fmt.Fprintf(w, "%s.\n\n", strings.Join(versions(r.taking()), ", "))
	r.writeTimes(w)
	fmt.Fprintln(w)
	r.writeAllocations(w)
	fmt.Fprintln(w)
	r.writeTargets(w)
	if r.ways {
		fmt.Fprintln(w)
		r.writeWays(w)
	}
}

func (r *report) writeTimes(w io.Writer) {
	taking := r.taking()
	t := newTable("time", "floor", "ours", "ours ÷ floor")
	for _, l := range taking[1:] {
		t.head = append(t.head, l.name)
	}
	for _, entries := range r.cases {
		our, floor, peer := ourEntry(entries), floorOf(entries), fastestPeer(entries)
		row := []string{entries[0].c.name, "", duration(our.ns()), ""}
		if floor > 0 {
			row[1], row[3] = duration(floor), ratio(our.ns()/floor)
		}
		for _, l := range taking[1:] {
			cell, e := cannot, best(entries, l)
			if e != nil {
				cell = duration(e.ns()) + " (×" + ratio(e.ns()/our.ns()) + ")"
			}
			if e != nil && e == peer {
				cell = "**" + cell + "**"
			}
			row = append(row, cell)
		}
		t.add(row...)
	}
	t.write(w)
}

func (r *report) writeAllocations(w io.Writer) {
	t := newTable("allocations / octets")
	taking := r.taking()
	for _, l := range taking {
		t.head = append(t.head, l.name)
	}
	for _, entries := range r.cases {
		row := []string{entries[0].c.name}
		for _, l := range taking {
			cell := cannot
			if e := best(entries, l); e != nil {
				cell = fmt.Sprintf("%.0f / %.0f", e.allocs, e.bytes)
			}
			row = append(row, cell)
		}
		t.add(row...)
	}
	t.write(w)
}

// cannot stands for the figure of a library that has no way to do a case.
const cannot = "-"

// writeWays lists everything that was measured.
func (r *report) writeWays(w io.Writer) {
	t := newTable("case", "who", "way", "median", "least", "most", "÷ ours", "allocations", "octets")
	for _, entries := range r.cases {
		our := ourEntry(entries)
		for _, e := range entries {
			who := "floor"
			if e.l != nil {
				who = e.l.name
			}
			t.add(e.c.name, who, e.name, duration(e.ns()), duration(slices.Min(e.rounds)), duration(slices.Max(e.rounds)),
				ratio(e.ns()/our.ns()), fmt.Sprintf("%.0f", e.allocs), fmt.Sprintf("%.0f", e.bytes))
		}
	}
	t.write(w)
}

// duration writes nanoseconds with three digits that count.
func duration(ns float64) string {
	switch {
	case ns >= 1e6:
		return digits(ns/1e6) + " ms"
	case ns >= 1e3:
		return digits(ns/1e3) + " µs"
	}
	return digits(ns) + " ns"
}

func ratio(x float64) string { return fmt.Sprintf("%.2f", x) }

func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// A table is written in Markdown, with its columns in line.
type table struct {
	head []string
	rows [][]string
}

func newTable(head ...string) *table { return &table{head: head} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) {
	width := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)), 3)
		}
	}
	line := func(cells []string) {
		for i, cell := range cells {
			fmt.Fprintf(w, "| %-*s ", width[i], cell)
		}
		fmt.Fprintln(w, "|")
	}
	line(t.head)
	for i, n := range width {
		rule := strings.Repeat("-", n)
		if i > 0 {
			rule = rule[1:] + ":"
		}
		fmt.Fprintf(w, "| %s ", rule)
	}
	fmt.Fprintln(w, "|")
	for _, row := range t.rows {
		line(row)
	}
}

// versions names the peers that were measured, by what the build says.
func versions(taking []*library) []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var all []string
	for _, l := range taking {
		for _, dep := range info.Deps {
			if dep.Path == l.module {
				all = append(all, l.module+" "+dep.Version)
			}
		}
	}
	return all
}

func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown CPU"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}
