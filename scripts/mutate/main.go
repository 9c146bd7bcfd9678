// Mutate tests the tests: it breaks the package, and those in internal/ that it is made
// of, in many small ways, one at a time, and lists those that no test notices.
//
//	go run ./scripts/mutate [-files regexp] [-tests regexp] [-only regexp] [-since revision] [-part i/n] [-trust] [-list] [-longest duration] [-workers n] [-min percent]
//
// Run it in the root of the repository. The mutants are
//
//   - comparisons, arithmetic, bits, && and ||, ++ and --, and signs changed;
//   - each condition of an if, or of a switch without a tag, always true and always false;
//   - a statement deleted: a call, an assignment, a defer;
//   - an error of another class: the sentinel, or the function that makes the error;
//   - an integer constant plus one;
//   - a clone made an alias of what it should copy.
//
// All mutants are in one test binary, where an environment variable switches one
// on: a build for each would take hours. So what the compiler needs to be constant
// is not mutated: constants, the lengths of arrays, the labels of cases.
//
// Files with a build constraint are mutated where it holds. For ML-DSA:
//
//	GOTOOLCHAIN=go1.27.4 go run ./scripts/mutate -files mldsa
//
// The tests are those of the package and of each of the others that is mutated. Each
// test is run alone first, to see which mutants it reaches. Then the tests
// that reach it are run for each mutant, with -test.short, until one fails: first
// those that killed other mutants of the same function, then the others, the quick
// ones first. A test that fails with no mutant on, because it counts what the
// switches change too, is left out and named. A mutant is
//
//   - killed, if a test fails or takes many times as long as it should;
//   - lived, if none does: printed as file:line: function: original -> mutated;
//   - equivalent, if it lives and equivalent.txt tells why nothing can be seen. One
//     that is killed is judged twice more, and one life is enough.
//
// The score is killed/(killed+lived). The command fails if it is below -min, or if
// equivalent.txt has a mutant that does not exist, or that a test killed.
package main

import (
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
	files   = flag.String("files", "", "only files whose paths match")
	folders = flag.String("tests", "", "only the tests in folders whose paths match; \".\" is the root")
	only    = flag.String("only", "", "only mutants whose lines match, as they would be printed")
	since   = flag.String("since", "", "only mutants that start on lines changed since a git revision")
	part    = flag.String("part", "", "only a share of the mutants, such as 1/4: one in four, from the first on")
	trust   = flag.Bool("trust", false, "run no mutants of equivalent.txt: each would take all tests that reach it")
	list    = flag.Bool("list", false, "print the mutants, and run nothing")
	longest = flag.Duration("longest", time.Minute, "only tests that take at most this long alone: what lives may then die by others")
	workers = flag.Int("workers", runtime.GOMAXPROCS(0), "how many mutants run at a time")
	least   = flag.Float64("min", 95, "the least score, in percent")
)

// notOurs is a file for the tests of other folders.
const notOurs = "export_conformance.go"

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
	known, err := equivalents()
	if err != nil {
		return err
	}
	wanted, err := regexp.Compile(*files)
	if err != nil {
		return err
	}
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	tested, err := regexp.Compile(*folders)
	if err != nil {
		return err
	}
	isWanted, err := wantedLines(*since)
	if err != nil {
		return err
	}
	share, shares := 1, 1
	if _, err := fmt.Sscanf(*part, "%d/%d", &share, &shares); *part != "" && (err != nil || share < 1 || share > shares) {
		return fmt.Errorf("-part is %q, which is not a share such as 1/4", *part)
	}
	mutants, packages, err := rewrite(scratch, func(name string) bool { return wanted.MatchString(name) && name != notOurs })
	if err != nil {
		return err
	}
	mutants = slices.DeleteFunc(mutants, func(m *mutant) bool {
		return !chosen.MatchString(m.String()) || !isWanted(m.file, m.line) || m.id%shares != share%shares
	})
	if *list {
		for _, m := range mutants {
			fmt.Println(m)
		}
		return nil
	}
	var tests tests
	for i, dir := range packages {
		if !tested.MatchString(dir) {
			continue
		}
		binary := filepath.Join(scratch, fmt.Sprint("mutants", i, ".test"))
		if out, err := exec.Command("go", "test", "-c", "-o", binary, "-overlay", filepath.Join(scratch, "overlay.json"), "./"+dir).CombinedOutput(); err != nil {
			return fmt.Errorf("the mutants do not compile: %s", out)
		}
		those, err := measure(binary, dir, filepath.Join(scratch, fmt.Sprint("sites", i)))
		if err != nil {
			return err
		}
		tests = append(tests, those...)
	}
	slices.SortStableFunc(tests, func(a, b test) int { return int(a.took - b.took) })
	queue := make(chan *mutant)
	var group sync.WaitGroup
	for range *workers {
		group.Go(func() {
			for m := range queue {
				m.fate = tests.judge(m)
				if known[m.key()] && m.fate == killed { // a test that a busy machine failed fails only now and then
					m.fate = min(tests.judge(m), tests.judge(m))
				}
				if m.fate < killed && !known[m.key()] { // to read while the rest runs
					fmt.Fprintln(os.Stderr, m)
				}
			}
		})
	}
	for i, m := range mutants {
		if i%100 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d mutants\n", i, len(mutants))
		}
		if !*trust || !known[m.key()] {
			queue <- m
		}
	}
	close(queue)
	group.Wait()
	return report(mutants, known)
}

// A test is a test of a package, and what it takes and reaches alone.
type test struct {
	of    *testBinary
	name  string
	took  time.Duration
	sites map[int]bool // the first mutant of each
}

// A testBinary has the tests of a package, and runs in its folder.
type testBinary struct {
	path, dir string
	starting  time.Duration // what it takes to run no test
}

type tests []test

// measure runs each test with no mutant on.
func measure(path, dir, sites string) (tests, error) {
	binary := &testBinary{path: path, dir: dir}
	out, err := exec.Command(path, "-test.list", "^[^B]").Output() // no benchmarks
	if err != nil {
		return nil, err
	}
	names := strings.Fields(string(out))
	list := make(tests, len(names))
	turns := make(chan struct{}, *workers)
	var group sync.WaitGroup
	for i, name := range names {
		turns <- struct{}{}
		group.Go(func() {
			list[i] = measureOne(binary, sites+name, name)
			<-turns
		})
	}
	group.Wait()
	list = slices.DeleteFunc(list, func(t test) bool { return t.sites == nil })
	if len(list) > 0 {
		binary.starting = slices.MinFunc(list, func(a, b test) int { return int(a.took - b.took) }).took
	}
	return slices.DeleteFunc(list, func(t test) bool { return t.took-binary.starting > *longest }), nil
}

func measureOne(binary *testBinary, sites, name string) test {
	result, took, _ := binary.call("MUTANT_SITES="+sites, time.Minute, name)
	if result != lived { // perhaps since noting sites takes memory
		result, took, _ = binary.call("MUTANT=0", time.Minute, name)
	}
	if result != lived {
		fmt.Println("left out, as it fails without a mutant:", name)
		return test{}
	}
	t := test{binary, name, took, map[int]bool{}}
	lines, _ := os.ReadFile(sites) // there is none where none was reached
	for line := range strings.FieldsSeq(string(lines)) {
		site, _ := strconv.Atoi(line)
		t.sites[site] = true
	}
	return t
}

// killers are the tests that killed mutants of a function, the last one first.
// They are the first to try on its next mutant: most are killed by them, in one
// short process.
type killers struct {
	sync.Mutex
	of map[string][]string
}

var recent = killers{of: map[string][]string{}}

func (k *killers) list(m *mutant) []string {
	k.Lock()
	defer k.Unlock()
	names := k.of[m.file+m.function]
	return slices.Clone(names[:min(4, len(names))])
}

func (k *killers) add(m *mutant, name string) {
	k.Lock()
	defer k.Unlock()
	names := slices.DeleteFunc(k.of[m.file+m.function], func(other string) bool { return other == name })
	k.of[m.file+m.function] = slices.Insert(names, 0, name)
}

// judge runs the tests that reach a mutant in four turns: few mutants get past the
// first two.
func (list tests) judge(m *mutant) fate {
	type turn struct {
		names []string
		took  time.Duration
	}
	var turns [4]map[*testBinary]*turn
	for i := range turns {
		turns[i] = map[*testBinary]*turn{}
	}
	likely := recent.list(m)
	for _, t := range list {
		if t.sites[m.site] {
			took, at := t.took-t.of.starting, 3
			switch {
			case slices.Contains(likely, t.name):
				at = 0
			case took < 20*time.Millisecond:
				at = 1
			case took < 100*time.Millisecond:
				at = 2
			}
			if turns[at][t.of] == nil {
				turns[at][t.of] = &turn{}
			}
			turns[at][t.of].names = append(turns[at][t.of].names, t.name)
			turns[at][t.of].took += took
		}
	}
	result := notReached
	for _, each := range turns {
		for binary, turn := range each {
			if result >= killed {
				return result
			}
			var by string
			if result, _, by = binary.call("MUTANT="+strconv.Itoa(m.id), 2*time.Second+3*turn.took, turn.names...); by != "" {
				recent.add(m, by)
				m.killer = by
			}
		}
	}
	return result
}

type fate int

const (
	notReached fate = iota
	lived
	killed
	killedByTime
)

// failed finds the test that failed in what the binary prints.
var failed = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)

// call runs tests with a variable set, and tells how long the processor took, and
// which test failed if one did. The shell stops a mutant that goes on and on, or
// eats memory; one that waits forever is stopped by the binary itself.
func (b *testBinary) call(env string, limit time.Duration, names ...string) (result fate, took time.Duration, by string) {
	cmd := exec.Command("sh", "-c", `ulimit -v 4194304 2>/dev/null; ulimit -t "$0"; exec "$@"`, strconv.Itoa(int(limit.Seconds())),
		b.path, "-test.short", "-test.failfast", "-test.timeout", "1m", "-test.run", "^("+strings.Join(names, "|")+")$")
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), env)
	out, err := cmd.Output()
	took = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	switch {
	case err == nil:
		return lived, took, ""
	case !cmd.ProcessState.Exited():
		return killedByTime, took, ""
	}
	if match := failed.FindSubmatch(out); match != nil { // not if it panicked outside of a test
		by = string(match[1])
	}
	return killed, took, by
}

// report prints what lived, and the score.
func report(mutants []*mutant, known map[string]bool) error {
	var count [killedByTime + 1]float64
	var problems []error
	mutated := map[string]bool{}
	equivalent := 0.0
	for _, m := range mutants {
		mutated[m.file] = true
		isKnown := known[m.key()]
		delete(known, m.key())
		switch {
		case isKnown && m.fate != killed: // one that takes a longer way may run out of time
			equivalent++
			continue
		case isKnown:
			problems = append(problems, fmt.Errorf("equivalent.txt has a mutant that was killed, by %s: %s", m.killer, m.key()))
		case m.fate == lived:
			fmt.Println(m)
		case m.fate == notReached:
			fmt.Println(m, "(not reached)")
		}
		count[m.fate]++
	}
	whole := *only == "" && *since == "" && *part == ""
	for key := range known { // else a flag or a build constraint left it out
		file, _, _ := strings.Cut(key, ":")
		if _, err := os.Stat(file); err != nil || whole && mutated[file] {
			problems = append(problems, errors.New("equivalent.txt has a mutant that is not there: "+key))
		}
	}
	dead, alive := count[killed]+count[killedByTime], count[lived]+count[notReached]
	score := 100.0
	if dead+alive > 0 {
		score *= dead / (dead + alive)
	}
	fmt.Printf("%d mutants: killed %v, %v of them by time; lived %v, %v of them not reached; equivalent %v\n",
		len(mutants), dead, count[killedByTime], alive, count[notReached], equivalent)
	fmt.Printf("score: %.1f %%; were the equivalent ones counted as lived: %.1f %%\n", score, 100*dead/max(1, dead+alive+equivalent))
	if score < *least {
		problems = append(problems, fmt.Errorf("the score is below %v %%", *least))
	}
	return errors.Join(problems...)
}

// equivalents reads equivalent.txt: a mutant in a line as it is printed, but for
// the number of the line, and below it the reason, indented.
func equivalents() (map[string]bool, error) {
	text, err := os.ReadFile("scripts/mutate/equivalent.txt")
	known, unexplained := map[string]bool{}, ""
	for line := range strings.Lines(string(text)) {
		switch line = strings.TrimRight(line, "\n"); {
		case strings.HasPrefix(line, "\t"):
			unexplained = ""
		case unexplained != "":
			return nil, errors.New("equivalent.txt has no reason for " + unexplained)
		case line != "" && !strings.HasPrefix(line, "#"):
			known[line], unexplained = true, line
		}
	}
	return known, err
}

// hunk is how git diff writes which lines are changed: from where, and how many.
var hunk = regexp.MustCompile(`^@@ -\S+ \+(\d+)(?:,(\d+))? @@`)

// wantedLines reports of a file and a line whether it was changed since a revision
// of git, in the last commits or after; without a revision all were.
func wantedLines(revision string) (func(file string, line int) bool, error) {
	if revision == "" {
		return func(string, int) bool { return true }, nil
	}
	out, err := exec.Command("git", "diff", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", "--unified=0", "--relative", revision, "--", "*.go").Output()
	if err != nil {
		return nil, fmt.Errorf("git diff %s: %w", revision, err)
	}
	changed, file := map[string]map[int]bool{}, ""
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "+++ b/"); ok {
			file = name
			changed[file] = map[int]bool{}
		} else if match := hunk.FindStringSubmatch(line); match != nil {
			first, _ := strconv.Atoi(match[1])
			count := 1
			if match[2] != "" {
				count, _ = strconv.Atoi(match[2])
			}
			for i := range count {
				changed[file][first+i] = true
			}
		}
	}
	return func(file string, line int) bool { return changed[file][line] }, nil
}
