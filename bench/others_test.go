package main

import (
	"slices"
	"strings"
	"testing"
)

const interopDir = "../conformance/interop"

// Each of the others that is installed does the work that is measured, and each that
// is not is named.
func TestOthersAreRight(t *testing.T) {
	m := newMaterial()
	ps := startOthers(m, interopDir)
	defer ps.close()
	if len(ps.all)+len(ps.skipped) != 3 {
		t.Errorf("%d run and %d are skipped", len(ps.all), len(ps.skipped))
	}
	ways := map[string][]way{}
	for _, c := range otherCases(m) {
		entries, err := m.entriesOf(&c, ways, append(goLibraries()[:1], ps.libraries()...))
		if err != nil {
			t.Fatal(err)
		}
		if ourEntry(entries) == nil {
			t.Errorf("%s: ours does not take part", c.name)
		}
		for _, p := range ps.all {
			takesPart := slices.ContainsFunc(entries, func(e *entry) bool { return e.l != nil && e.l.name == p.name })
			if wanted := c.alg != eddsa || p.name != "jsonwebtoken"; takesPart != wanted {
				t.Errorf("%s: %s takes part: %v", c.name, p.name, takesPart)
			}
		}
		for _, e := range entries {
			if e.l != nil && e.l != &libraries[0] {
				e.loops[0](2)
			}
		}
	}
	for _, p := range ps.all {
		t.Log(p.version)
		if !strings.HasPrefix(p.version, p.name+" ") {
			t.Errorf("%s calls itself %s", p.name, p.version)
		}
	}
	for _, why := range ps.skipped {
		t.Log(why)
	}
}

// What is not installed is skipped with a reason, and what dies says why.
func TestOthersThatAreMissing(t *testing.T) {
	t.Setenv("JWT_INTEROP_PYTHON", "/no/such/python")
	ps := startOthers(newMaterial(), t.TempDir())
	defer ps.close()
	if len(ps.all) != 0 || len(ps.skipped) != 3 {
		t.Fatalf("%d run and %d are skipped", len(ps.all), len(ps.skipped))
	}
	for i, name := range []string{"PyJWT", "jose", "jsonwebtoken"} {
		if why := ps.skipped[i]; !strings.HasPrefix(why, name+" is not measured (scripts/interop installs it): ") || strings.HasSuffix(why, ": ") {
			t.Errorf("the reason is %q", why)
		}
	}
}
