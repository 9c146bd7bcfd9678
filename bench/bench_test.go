package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Every way does the work of every case: it gives the claims of the good token
// and refuses the bad ones. What is slow to measure is quick to check.
func TestEveryWayIsRight(t *testing.T) {
	m, ways := newMaterial(), map[string][]way{}
	for _, c := range append(casesOf(m), guardCases(m)...) {
		t.Run(c.name, func(t *testing.T) {
			entries, err := m.entriesOf(&c, ways, goLibraries())
			if err != nil {
				t.Fatal(err)
			}
			for i := range libraries {
				wanted := i == 0 || libraries[i].through == c.through
				if slices.ContainsFunc(entries, func(e *entry) bool { return e.l == &libraries[i] }) != wanted {
					t.Errorf("%s takes part: %v", libraries[i].name, !wanted)
				}
			}
		})
	}
}

// A way that does less than its work is found out.
func TestCheckFindsFaults(t *testing.T) {
	m := newMaterial()
	good := m.claims["195B"]
	c := casesOf(m)[0]
	lenient := func() *way {
		return &way{name: "lenient", verifyStruct: func(_, token string) op {
			claims := good
			return op{run: func() error { return nil }, result: func() any { return claims }}
		}}
	}
	err := m.check(&c, &libraries[1], lenient())
	if err == nil || !strings.Contains(err.Error(), "takes a token with a wrong") {
		t.Errorf("a way that accepts everything: %v", err)
	}
	good.Subject = "somebody else"
	err = m.check(&c, &libraries[1], lenient())
	if err == nil || !strings.Contains(err.Error(), "are wanted") {
		t.Errorf("a way that gives other claims: %v", err)
	}
	for name, token := range map[string]any{
		"no token":       "a.b",
		"bad signature":  m.badSig,
		"another's":      m.tokens["ES256/195B"],
		"another expiry": m.expired,
	} {
		if m.verify(hs256, token, m.claims["195B"]) == nil {
			t.Errorf("%s passes for a token that was made well", name)
		}
	}
}

func TestTargetsNameCases(t *testing.T) {
	m := newMaterial()
	r := report{settings: &settings{}}
	for _, c := range append(casesOf(m), guardCases(m)...) {
		r.cases = append(r.cases, []*entry{
			{c: &c, l: &libraries[0], usual: true, rounds: []float64{2}},
			{c: &c, l: &libraries[0], rounds: []float64{2}},
			{c: &c, l: &libraries[0], name: withoutCache, rounds: []float64{2}},
			{c: &c, l: &libraries[1], rounds: []float64{6}},
			{c: &c, name: "floor", rounds: []float64{1}},
		})
	}
	for _, one := range targets() {
		if _, ok := one.measure(&r); !ok {
			t.Errorf("%s: names no case", one.text)
		}
	}
}

func TestMedian(t *testing.T) {
	for want, rounds := range map[float64][]float64{2: {3, 1, 2}, 2.5: {4, 1, 2, 3}, 7: {7}} {
		if got := (&entry{rounds: rounds}).ns(); got != want {
			t.Errorf("the median of %v is %v, and not %v", rounds, want, got)
		}
	}
}

func TestClaimsHaveTheirSize(t *testing.T) {
	for _, s := range sizes {
		claimsOf(s.length, time.Hour) // panics where not
	}
}

// In each round everything is measured once, in an order of that round, and the
// entries of a case stay together.
func TestRoundsAreInterleaved(t *testing.T) {
	const rounds = 4
	var order []string
	var cases [][]*entry
	for _, c := range []string{"a", "b", "c"} {
		var entries []*entry
		for _, e := range []string{"1", "2", "3", "4"} {
			entries = append(entries, &entry{n: 1, loops: []func(int){func(int) {
				if name := c + e; len(order) == 0 || order[len(order)-1] != name { // once more to warm up
					order = append(order, name)
				}
			}}})
		}
		cases = append(cases, entries)
	}
	measureAll(cases, rounds, wall, func(int) {})
	for _, entries := range cases {
		for _, e := range entries {
			if len(e.rounds) != rounds {
				t.Errorf("an entry has %d results of %d rounds", len(e.rounds), rounds)
			}
		}
	}
	if len(order) != rounds*12 {
		t.Fatalf("%d measurements in %d rounds of 12", len(order), rounds)
	}
	seen := map[string]bool{}
	for round := range slices.Chunk(order, 12) {
		seen[strings.Join(round, " ")] = true
		for together := range slices.Chunk(round, 4) {
			for _, name := range together {
				if name[0] != together[0][0] {
					t.Errorf("the cases are mixed: %v", round)
				}
			}
		}
		slices.Sort(round)
		if len(slices.Compact(round)) != 12 {
			t.Errorf("not all of it was measured: %v", round)
		}
	}
	if len(seen) != rounds {
		t.Errorf("%d orders in %d rounds", len(seen), rounds)
	}
}

// A library that cannot do a case is not given a figure.
func TestWhatALibraryCannotDo(t *testing.T) {
	var cases [][]*entry
	for _, name := range []string{"one", "two"} {
		c := benchCase{name: name}
		cases = append(cases, []*entry{{c: &c, l: &libraries[0], usual: true, rounds: []float64{2}}})
	}
	cases[0] = append(cases[0], &entry{c: cases[0][0].c, l: &libraries[1], rounds: []float64{6}})
	r := report{settings: &settings{}, cases: cases}
	var text strings.Builder
	r.writeTimes(&text)
	r.writeAllocations(&text)
	rows := strings.Split(text.String(), "\n")
	if !strings.Contains(rows[2], "×3.00") || !strings.Contains(rows[3], "| - ") || !strings.Contains(rows[7], "| - ") {
		t.Errorf("the tables are\n%s", text.String())
	}
}
