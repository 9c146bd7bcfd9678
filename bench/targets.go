package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What the library is to reach. The figures of Go 1.27 are lower where its
// encoding/json made the peers faster.

// A target is one figure to reach.
type target struct {
	text    string
	wanted  float64 // on Go 1.26
	newer   float64 // on Go 1.27 and later; 0: the same
	atMost  bool    // else at least
	measure func(r *report) (float64, bool)
}

func targets() []target {
	var all []target
	faster := func(name string, wanted, newer float64) {
		all = append(all, target{text: name + ": times as fast as the fastest peer", wanted: wanted, newer: newer, measure: func(r *report) (float64, bool) {
			return divide(entryTime(fastestPeer(r.find(name))), entryTime(ourEntry(r.find(name))))
		}})
	}
	nearFloor := func(name, of string, wanted float64) {
		all = append(all, target{text: name + ": times " + of, wanted: wanted, atMost: true, measure: func(r *report) (float64, bool) {
			return divide(entryTime(ourEntry(r.find(name))), floorOf(r.find(name)))
		}})
	}
	allocations := func(name, way string, wanted float64) {
		all = append(all, target{text: name + ": allocations, " + way, wanted: wanted, atMost: true, measure: func(r *report) (float64, bool) {
			for _, e := range r.find(name) {
				if e.l == &libraries[0] && (e.usual == (way != "AppendEncode")) {
					return e.allocs, true
				}
			}
			return 0, false
		}})
	}

	faster("verify/struct/195B", 4.5, 2.8)
	faster("verify/map/195B", 4, 2.8)
	faster("sign/struct/195B", 3, 2.6)
	faster("refuse/bad-signature", 3, 2.6)
	faster("once/map/195B", 4, 2.5)
	for _, size := range []string{"4KB", "32KB"} {
		faster("verify/struct/"+size, 4, 2.5)
		faster("verify/map/"+size, 2.5, 2.5)
		faster("sign/struct/"+size, 2, 2)
	}
	nearFloor("verify/struct/195B", "the floors", 2)
	nearFloor("verify/struct/32KB", "the floors", 2.5)
	for _, alg := range algorithms[1:] {
		nearFloor("verify/"+alg, "the bare operation", 1.05)
	}
	for _, alg := range algorithms[1:] {
		faster("verify/"+alg, 1, 1)
	}
	faster("repeat/"+es256, 25, 25)
	faster("repeat/"+eddsa, 20, 20)
	faster("repeat/"+rs256, 12, 12)
	for _, alg := range algorithms[1:] {
		all = append(all, target{text: "new/" + alg + ": times that without the cache", wanted: 1.02, atMost: true, measure: func(r *report) (float64, bool) {
			entries := r.find("new/" + alg)
			return divide(entryTime(ourEntry(entries)), entryTime(withoutCacheOf(entries)))
		}})
	}
	allocations("verify/struct/195B", "DecodeInto", 2)
	allocations("verify/map/195B", "Decode", 11)
	allocations("sign/struct/195B", "AppendEncode", 1)
	allocations("sign/struct/195B", "Encode", 2)
	allocations("refuse/bad-signature", "DecodeInto", 1)
	allocations("refuse/garbage", "DecodeInto", 0)
	allocations("refuse/dots-1MB", "DecodeInto", 0)
	// In the frameworks the wrappers have a cost too, which is not ours.
	name := "guard/" + netHTTP
	all = append(all, target{text: name + ": ns beside DecodeContext", wanted: 1000, atMost: true, measure: func(r *report) (float64, bool) {
		our, floor := entryTime(ourEntry(r.find(name))), floorOf(r.find(name))
		return our - floor, our > 0 && floor > 0
	}}, target{text: name + ": allocations beside DecodeContext", wanted: 6, atMost: true, measure: func(r *report) (float64, bool) {
		our := ourEntry(r.find(name))
		if our == nil {
			return 0, false
		}
		beside := our.allocs
		for _, e := range r.find(name) {
			if e.l == nil {
				beside -= e.allocs
			}
		}
		return beside, true
	}})
	all = append(all, target{text: "two goroutines: times the work of one", wanted: 1.8, measure: func(r *report) (float64, bool) {
		if r.OfCPUTime {
			return 0, false
		}
		return divide(entryTime(ourEntry(r.find("parallel/1"))), entryTime(ourEntry(r.find("parallel/2"))))
	}})
	return all
}

func entryTime(e *entry) float64 {
	if e == nil {
		return 0
	}
	return e.ns()
}

// divide has no result where one of the two was not measured.
func divide(a, b float64) (float64, bool) { return a / b, a > 0 && b > 0 }

// writeTargets lists those that this run can speak of.
func (r *report) writeTargets(w io.Writer) {
	t := newTable("target", "wanted", "measured", "")
	for _, one := range targets() {
		measured, ok := one.measure(r)
		if !ok {
			continue
		}
		wanted, sign, met := one.wanted, "≥ ", false
		if one.newer > 0 && atLeastGo127(r.Go) {
			wanted = one.newer
		}
		if one.atMost {
			sign, met = "≤ ", measured <= wanted
		} else {
			met = measured >= wanted
		}
		verdict := "ok"
		if !met {
			verdict = "NO"
		}
		t.add(one.text, sign+strconv.FormatFloat(wanted, 'g', -1, 64), fmt.Sprintf("%.3g", measured), verdict)
	}
	if t.rows != nil {
		fmt.Fprintln(w)
		t.write(w)
	}
}

func atLeastGo127(version string) bool {
	_, minor, _ := strings.Cut(version, "go1.")
	minor, _, _ = strings.Cut(minor, ".")
	n, err := strconv.Atoi(minor)
	return err != nil || n >= 27 // a development version
}
