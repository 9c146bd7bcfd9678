package main

import (
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// madeUp is a report of made-up results, of all libraries and one with an awkward name.
func madeUp(cases ...string) *report {
	r := &report{settings: &settings{}, conditions: conditions{
		Date: "2026-01-02", Go: "go1.26.0", Platform: "linux/amd64", CPU: "A & B <C>", CPUs: 2, Rounds: 3, Slot: 15,
		Versions: []string{"one v1", "two v2"},
	}}
	awkward := &library{name: `a<b> & "c"`}
	for _, name := range cases {
		c := &benchCase{name: name}
		entries := []*entry{
			{c: c, l: &libraries[0], name: "usual", usual: true, rounds: []float64{1000, 900, 1100}, allocs: 2, bytes: 224},
			{c: c, l: &libraries[0], name: "not the usual", rounds: []float64{1}},
		}
		for i, l := range append(goLibraries()[1:], awkward) {
			if l.through == "" {
				entries = append(entries, &entry{c: c, l: l, name: "usual", usual: true, rounds: []float64{float64(9000 - i)}},
					&entry{c: c, l: l, name: "fastest", rounds: []float64{float64(5000 - i)}})
			}
		}
		r.cases = append(r.cases, append(entries, &entry{c: c, name: "floor", rounds: []float64{500}}))
	}
	return r
}

// parsed is what stands in a picture.
type parsed struct {
	bars int
	text []string
}

func parse(t *testing.T, svg []byte) parsed {
	t.Helper()
	var p parsed
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	within := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return p
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			within = token.Name.Local
			attribute := map[string]string{}
			for _, a := range token.Attr {
				attribute[a.Name.Local] = a.Value
			}
			if within == "rect" && attribute["class"] != "panel" {
				p.bars++
			}
			if within == "text" && attribute["font-size"] == "" {
				t.Error("a text has no size")
			}
		case xml.CharData:
			if within == "text" && strings.TrimSpace(string(token)) != "" {
				p.text = append(p.text, string(token))
			}
		}
	}
}

func TestPlotHasABarForEachLibrary(t *testing.T) {
	r := madeUp("verify/struct/195B", "repeat/ES256", "verify/ES256", "verify/map/195B")
	groups, err := r.plotGroups()
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t, r.plotSVG(groups))
	taking := r.taking()
	if want := 2*len(taking) + 1; p.bars != want {
		t.Errorf("%d bars, and %d are wanted: each library in both groups, and ours once more", p.bars, want)
	}
	for _, l := range taking[1:] {
		found := 0
		for _, text := range p.text {
			if text == l.name {
				found++
			}
		}
		if found != 2 {
			t.Errorf("%s is named %d times", l.name, found)
		}
	}
	for _, want := range []string{"this library", "this library, seen before", "this library, first time", "1.00 µs"} {
		if !slices.Contains(p.text, want) {
			t.Errorf("no %q in the picture", want)
		}
	}
	whole := strings.Join(p.text, "\n")
	for _, want := range []string{"2026-01-02", "go1.26.0", "A & B <C>", "3 interleaved rounds"} {
		if !strings.Contains(whole, want) {
			t.Errorf("no %q in the caption", want)
		}
	}
	for _, not := range []string{"8.99 µs", "9.00 µs", "1.00 ns"} {
		if strings.Contains(whole, not) {
			t.Errorf("a slower way of a peer, or a faster one of ours, is in the picture: %s", not)
		}
	}
	for _, g := range groups {
		for _, b := range g.bars {
			for _, e := range r.cases[0] {
				if e.l != nil && e.l.name == b.label && e.name == "fastest" && e.ns() != b.ns {
					t.Errorf("the bar of %s has %v and not %v", b.label, b.ns, e.ns())
				}
			}
		}
	}
	if bars := groups[0].bars; !bars[0].ours || !slices.IsSortedFunc(bars[1:], func(a, b bar) int { return int(a.ns - b.ns) }) {
		t.Errorf("the bars are not ours and then the fastest: %v", bars)
	}
}

func TestPlotWithLess(t *testing.T) {
	groups, err := madeUp("verify/struct/195B", "verify/ES256").plotGroups()
	if err != nil || len(groups) != 1 {
		t.Errorf("%d groups without the repeated token: %v", len(groups), err)
	}
	name := filepath.Join(t.TempDir(), "plot.svg")
	if madeUp("verify/map/195B").writePlot(name) == nil {
		t.Error("there is a plot without its first case")
	}
	r := &report{settings: &settings{rounds: 1, slot: 1, cases: "refuse/garbage", plot: name}}
	if r.measure() == nil {
		t.Error("a plot without its first case is found out after everything was measured")
	}
}

// What was saved gives the same report, and the same picture.
func TestResultsAreReadBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "results.json")
	saved := madeUp("verify/struct/195B", "repeat/ES256", "new/ES256", "verify/ES256")
	if err := saved.save(name); err != nil {
		t.Fatal(err)
	}
	loaded := &report{settings: &settings{}}
	if err := loaded.load(name); err != nil {
		t.Fatal(err)
	}
	written := func(r *report) string {
		r.ways = true
		var text strings.Builder
		r.write(&text)
		groups, err := r.plotGroups()
		if err != nil {
			t.Fatal(err)
		}
		return text.String() + string(r.plotSVG(groups))
	}
	if was, is := written(saved), written(loaded); was != is {
		t.Errorf("saved:\n%s\nloaded:\n%s", was, is)
	}
}

func TestResultsThatAreNone(t *testing.T) {
	saved := madeUp("verify/struct/195B")
	for what, spoil := range map[string]func(r *report){
		"no cases":  func(r *report) { r.cases = nil },
		"no ours":   func(r *report) { r.cases[0] = r.cases[0][2:] },
		"no rounds": func(r *report) { r.cases[0][0].rounds = nil },
	} {
		name := filepath.Join(t.TempDir(), "results.json")
		r := &report{cases: [][]*entry{slices.Clone(saved.cases[0])}}
		first := *r.cases[0][0]
		r.cases[0][0] = &first
		spoil(r)
		if err := r.save(name); err != nil {
			t.Fatal(err)
		}
		if (&report{}).load(name) == nil {
			t.Errorf("%s: is read", what)
		}
	}
}
