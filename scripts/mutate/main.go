// Mutate tests the tests: it breaks the package in many small ways, one at a
// time, and lists those that no test notices.
//
//	go run ./scripts/mutate [-files regexp] [-workers n] [-min percent] [-keep regexp]
//
// Run it in the root of the repository. It takes the files that read and verify
// (all but those that only encode), and changes comparisons, arithmetic, bits,
// && and ||, ++ and --, signs; and it makes each condition of an if, or of a
// switch without a tag, always true and always false. All mutants are compiled
// into one test binary, where an environment variable switches one on: a build
// for each would take ten times as long.
//
// First it runs each test alone, to see how long it takes and which mutants it
// reaches; then it runs for each mutant the tests that reach it, with -test.short,
// until one fails. A test that fails though no mutant is on, since it counts
// allocations that the switches make, is left out and named. A mutant is
//
//   - killed, where a test failed, or ran into its time limit,
//   - lived, where none did: printed as file:line: function: original -> mutated,
//   - equivalent, where it lived and equivalent.txt has it, with the reason.
//
// The score is killed/(killed+lived). The command fails where it is below -min,
// and where equivalent.txt has a mutant that is not there, or that was killed.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	pattern = flag.String("files", "", "mutate only the files whose names match")
	workers = flag.Int("workers", runtime.GOMAXPROCS(0), "how many mutants run at a time")
	least   = flag.Float64("min", 95, "the least score, in percent")
	only    = flag.String("keep", "", "run only the mutants whose lines match, as they would be printed")
)

// onlyEncode are the files that no token to be verified gets to.
var onlyEncode = regexp.MustCompile(`^(encoder|policy_encode|json_append|json_text|claims_append|export_conformance)\.go$`)

func main() {
	flag.Parse()
	scratch, err := os.MkdirTemp("", "mutate")
	if err == nil {
		err = run(scratch)
		os.RemoveAll(scratch)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(scratch string) error {
	wanted, err := regexp.Compile(*pattern)
	if err != nil {
		return err
	}
	source, err := load(func(name string) bool { return wanted.MatchString(name) && !onlyEncode.MatchString(name) })
	if err != nil {
		return err
	}
	mutants, err := source.rewrite(scratch)
	if err != nil {
		return err
	}
	binary := filepath.Join(scratch, "mutants.test")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, "-overlay", filepath.Join(scratch, "overlay.json"), ".").CombinedOutput(); err != nil {
		return fmt.Errorf("the mutants do not compile: %s", out)
	}
	tests, err := measure(binary, scratch)
	if err != nil {
		return err
	}
	keep, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	mutants = slices.DeleteFunc(mutants, func(m *mutant) bool { return !keep.MatchString(m.String()) })
	queue := make(chan *mutant)
	var group sync.WaitGroup
	for range *workers {
		group.Go(func() {
			for m := range queue {
				m.fate = tests.judge(binary, m)
			}
		})
	}
	for i, m := range mutants {
		if i%100 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d mutants\n", i, len(mutants))
		}
		queue <- m
	}
	close(queue)
	group.Wait()
	return report(source, mutants)
}

// A test is one of the package, alone.
type test struct {
	name  string
	took  time.Duration
	sites map[int]bool // where it got to: the first mutant of each
}

type tests []test

// measure runs each test alone, with no mutant on.
func measure(binary, scratch string) (list tests, err error) {
	names, err := exec.Command(binary, "-test.list", ".").Output()
	if err != nil {
		return nil, err
	}
	for name := range strings.FieldsSeq(string(names)) {
		if strings.HasPrefix(name, "Benchmark") {
			continue
		}
		seen := filepath.Join(scratch, "seen")
		result, took := call(binary, "MUTANT_SITES="+seen, time.Minute, name)
		if result != lived { // perhaps since noting sites takes memory
			result, took = call(binary, "MUTANT=0", time.Minute, name)
		}
		if result != lived {
			fmt.Println("left out, as it fails without a mutant:", name)
			continue
		}
		t := test{name, took, map[int]bool{}}
		lines, _ := os.ReadFile(seen) // there is none where no site was reached
		for line := range strings.FieldsSeq(string(lines)) {
			site, _ := strconv.Atoi(line)
			t.sites[site] = true
		}
		os.Remove(seen)
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b test) int { return int(a.took - b.took) })
	return list, nil
}

// judge runs the tests that reach a mutant, the quick ones first: most mutants do
// not survive those.
func (list tests) judge(binary string, m *mutant) fate {
	var groups [3][]string
	var total time.Duration
	for _, t := range list {
		if t.sites[m.site] {
			took := t.took - list[0].took // which is that of starting the binary
			total += took
			switch {
			case took < 20*time.Millisecond:
				groups[0] = append(groups[0], t.name)
			case took < 100*time.Millisecond:
				groups[1] = append(groups[1], t.name)
			default:
				groups[2] = append(groups[2], t.name)
			}
		}
	}
	result := notReached
	for _, names := range groups {
		if len(names) > 0 && result < killed {
			result, _ = call(binary, "MUTANT="+strconv.Itoa(m.id), 5*time.Second+5*total, names...)
		}
	}
	return result
}

// call runs tests with a variable set, and tells how long the processor took. The
// shell stops a mutant that goes on and on, or eats memory.
func call(binary, env string, limit time.Duration, names ...string) (fate, time.Duration) {
	cmd := exec.Command("sh", "-c", `ulimit -v 4194304 2>/dev/null; ulimit -t "$0"; exec "$@"`, strconv.Itoa(int(limit.Seconds())),
		binary, "-test.short", "-test.failfast", "-test.timeout", "2m", "-test.run", "^("+strings.Join(names, "|")+")$")
	cmd.Env = append(os.Environ(), env)
	err := cmd.Run()
	took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	switch {
	case err == nil:
		return lived, took
	case !cmd.ProcessState.Exited():
		return killedByTime, took
	}
	return killed, took
}

type fate int

const (
	notReached fate = iota
	lived
	killed
	killedByTime
)

// report prints what lived, and the score.
func report(source *source, mutants []*mutant) error {
	reasons, err := source.equivalents()
	if err != nil {
		return err
	}
	var count [killedByTime + 1]float64
	var problems []error
	equivalent := 0.0
	for _, m := range mutants {
		_, known := reasons[m.key()]
		delete(reasons, m.key())
		switch {
		case known && m.fate >= killed:
			problems = append(problems, errors.New("equivalent.txt has a mutant that was killed: "+m.key()))
		case known:
			equivalent++
			continue
		case m.fate == lived:
			fmt.Println(m)
		case m.fate == notReached:
			fmt.Println(m, "(not reached)")
		}
		count[m.fate]++
	}
	for key := range reasons {
		if *only == "" {
			problems = append(problems, errors.New("equivalent.txt has a mutant that is not there: "+key))
		}
	}
	dead := count[killed] + count[killedByTime]
	alive := count[lived] + count[notReached]
	score := 100 * dead / max(1, dead+alive)
	fmt.Printf("%d mutants: killed %v, %v of them by time; lived %v, %v of them not reached; equivalent %v\n",
		len(mutants), dead, count[killedByTime], alive, count[notReached], equivalent)
	fmt.Printf("score: %.1f %%; with the equivalent ones as lived: %.1f %%\n", score, 100*dead/max(1, dead+alive+equivalent))
	if score < *least {
		problems = append(problems, fmt.Errorf("the score is below %v %%", *least))
	}
	return errors.Join(problems...)
}

// equivalents reads equivalent.txt: a mutant in a line as it is printed, but for
// the number of the line, and below it the reason, indented.
func (s *source) equivalents() (map[string]bool, error) {
	const path = "scripts/mutate/equivalent.txt"
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	found, last := map[string]bool{}, ""
	for line := range strings.Lines(string(text)) {
		switch line = strings.TrimRight(line, "\n"); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "\t"):
			if last == "" {
				return nil, errors.New(path + ": a reason without a mutant: " + line)
			}
			last = ""
		case last != "":
			return nil, errors.New(path + ": no reason for: " + last)
		default:
			last = line
			name, _, _ := strings.Cut(line, ":")
			if _, err := os.Stat(name); err != nil || s.texts[name] != nil {
				found[line] = true // else -files or a build constraint leaves the file out
			}
		}
	}
	return found, nil
}

// overlay writes files that stand in for those of the package.
func overlay(scratch, dir string, files map[string][]byte) error {
	replace := map[string]string{}
	for name, text := range files {
		replace[filepath.Join(dir, name)] = filepath.Join(scratch, name)
		if err := os.WriteFile(filepath.Join(scratch, name), text, 0o600); err != nil {
			return err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(scratch, "overlay.json"), text, 0o600)
}

// goList is what the go command says of the package: its files, and where the
// compiled form of each package it imports is.
func goList() (dir string, files []string, exports map[string]string, err error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export,DepOnly", ".").Output()
	if err != nil {
		return "", nil, nil, err
	}
	exports = map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath, Dir, Export string
			GoFiles                 []string
			DepOnly                 bool
		}
		if err := d.Decode(&p); err != nil {
			return "", nil, nil, err
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			dir, files = p.Dir, p.GoFiles
		}
	}
	return dir, files, exports, nil
}
