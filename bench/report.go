package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// A report is what was measured, by case.
type report struct {
	*settings
	conditions
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

// taking are the libraries that were measured, ours first.
func (r *report) taking() []*library {
	var some []*library
	for _, entries := range r.cases {
		for _, e := range entries {
			if e.l != nil && !slices.Contains(some, e.l) {
				some = append(some, e.l)
			}
		}
	}
	return some
}

// write is everything but the targets, which are for ourselves.
func (r *report) write(w io.Writer) {
	fmt.Fprintf(w, "%s. %s.\n", r.machine(), r.method())
	fmt.Fprintf(w, "%s.\n", strings.Join(r.Versions, ", "))
	for _, why := range r.Skipped {
		fmt.Fprintf(w, "%s.\n", why)
	}
	fmt.Fprintln(w)
	r.writeTimes(w)
	r.writeAppend(w)
	r.writeRepeats(w)
	if !r.Others {
		fmt.Fprintln(w)
		r.writeAllocations(w)
	}
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

// writeAppend tells of our fastest way to sign, which is not in the table.
func (r *report) writeAppend(w io.Writer) {
	var figures []string
	for _, size := range sizes {
		of := size.name
		for _, e := range r.find("sign/struct/" + of) {
			if e.l == &libraries[0] && !e.usual {
				figures = append(figures, duration(e.ns())+" ("+of+")")
			}
		}
	}
	if figures != nil {
		fmt.Fprintf(w, "\nOurs in its fastest documented way, `AppendEncode` of a flat struct into a buffer that is used again, is not in the table: signing takes %s.\n", strings.Join(figures, ", "))
	}
}

// writeRepeats holds tokens that come again against those that come for the first time.
func (r *report) writeRepeats(w io.Writer) {
	t := newTable("one token again and again", "ours, again", "ours, for the first time", "the same, without a cache", "fastest peer, each time")
	for _, alg := range algorithms[1:] {
		again, first, peers := r.find("repeat/"+alg), r.find("new/"+alg), r.find("repeat/"+alg)
		if again == nil || first == nil {
			continue
		}
		our := ourEntry(again)
		row := []string{alg, duration(our.ns())}
		for _, e := range []*entry{ourEntry(first), withoutCacheOf(first), fastestPeer(peers)} {
			cell := cannot
			if e != nil {
				cell = duration(e.ns()) + " (×" + ratio(e.ns()/our.ns()) + ")"
				if e.l != &libraries[0] {
					cell = e.l.name + ", " + cell
				}
			}
			row = append(row, cell)
		}
		t.add(row...)
	}
	if t.rows == nil {
		return
	}
	fmt.Fprint(w, "\nNo other library remembers what it verified: in repeat/… and new/… the peers do all of verify/… each time. Ours has WithSignatureCache there, and checks the claims each time.\n\n")
	t.write(w)
}

func withoutCacheOf(entries []*entry) *entry {
	return fastest(entries, func(e *entry) bool { return e.name == withoutCache })
}

func (r *report) writeAllocations(w io.Writer) {
	t := newTable("allocations / bytes")
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
	t := newTable("case", "who", "way", "median", "least", "most", "÷ ours", "allocations", "bytes")
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

// versions names the peers that were measured, by what the build or they themselves say.
func versions(taking []*library) []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	var all []string
	for _, l := range taking {
		if l.version != "" {
			all = append(all, l.version)
		}
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
