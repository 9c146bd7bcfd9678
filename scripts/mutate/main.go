// Mutate tests the tests: it breaks the package in many small ways, one at a
// time, and lists those that no test notices.
//
//	go run ./scripts/mutate [-files regexp] [-only regexp] [-workers n] [-min percent]
//
// It stands in the root of the repository, and takes the files that a token to be
// verified gets to. It changes comparisons, arithmetic, bits, && and ||, ++ and
// --, signs; and it makes each condition of an if, or of a switch without a tag,
// always true and always false. All mutants are in one test binary, where an
// environment variable switches one on: a build for each would take hours.
//
// Each test is run alone first, to see which mutants it reaches. Then the tests
// that reach it are run for each mutant, with -test.short, until one fails. A test
// that fails with no mutant on, because it counts what the switches change too, is
// left out and named. A mutant is
//
//   - killed, where a test fails or takes many times as long as it should;
//   - lived, where none does: printed as file:line: function: original -> mutated;
//   - equivalent, where it lives and equivalent.txt tells why nothing can be seen.
//
// The score is killed/(killed+lived). The command fails where it is below -min,
// and where equivalent.txt has a mutant that is not there, or that a test killed.
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
	files   = flag.String("files", "", "only files whose names match")
	only    = flag.String("only", "", "only mutants whose lines match, as they would be printed")
	workers = flag.Int("workers", runtime.GOMAXPROCS(0), "how many mutants run at a time")
	least   = flag.Float64("min", 95, "the least score, in percent")
)

// encodes are the files that no token to be verified gets to.
var encodes = regexp.MustCompile(`^(encoder|policy_encode|json_append|json_text|claims_append|export_conformance)\.go$`)

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
	wanted, err := regexp.Compile(*files)
	if err != nil {
		return err
	}
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	mutants, err := rewrite(scratch, func(name string) bool { return wanted.MatchString(name) && !encodes.MatchString(name) })
	if err != nil {
		return err
	}
	binary := filepath.Join(scratch, "mutants.test")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, "-overlay", filepath.Join(scratch, "overlay.json"), ".").CombinedOutput(); err != nil {
		return fmt.Errorf("the mutants do not compile: %s", out)
	}
	tests, err := measure(binary, filepath.Join(scratch, "sites"))
	if err != nil {
		return err
	}
	mutants = slices.DeleteFunc(mutants, func(m *mutant) bool { return !chosen.MatchString(m.String()) })
	queue := make(chan *mutant)
	var group sync.WaitGroup
	for range *workers {
		group.Go(func() {
			for m := range queue {
				if m.fate = tests.judge(binary, m); m.fate < killed { // to read while the rest runs
					fmt.Fprintln(os.Stderr, m)
				}
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
	return report(mutants)
}

// A test is a test of the package, and what it takes and reaches alone.
type test struct {
	name  string
	took  time.Duration
	sites map[int]bool // the first mutant of each
}

type tests []test

// measure runs each test with no mutant on.
func measure(binary, sites string) (tests, error) {
	out, err := exec.Command(binary, "-test.list", "^[^B]").Output() // no benchmarks
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
	slices.SortStableFunc(list, func(a, b test) int { return int(a.took - b.took) })
	return list, nil
}

func measureOne(binary, sites, name string) test {
	result, took := call(binary, "MUTANT_SITES="+sites, time.Minute, name)
	if result != lived { // perhaps since noting sites takes memory
		result, took = call(binary, "MUTANT=0", time.Minute, name)
	}
	if result != lived {
		fmt.Println("left out, as it fails without a mutant:", name)
		return test{}
	}
	t := test{name, took, map[int]bool{}}
	lines, _ := os.ReadFile(sites) // there is none where none was reached
	for line := range strings.FieldsSeq(string(lines)) {
		site, _ := strconv.Atoi(line)
		t.sites[site] = true
	}
	return t
}

// judge runs the tests that reach a mutant, the quick ones first: few mutants get
// past those.
func (list tests) judge(binary string, m *mutant) fate {
	var groups [3]struct {
		names []string
		took  time.Duration
	}
	for _, t := range list {
		if t.sites[m.site] {
			took := t.took - list[0].took // which is that of starting the binary
			g := &groups[2]
			switch {
			case took < 20*time.Millisecond:
				g = &groups[0]
			case took < 100*time.Millisecond:
				g = &groups[1]
			}
			g.names = append(g.names, t.name)
			g.took += took
		}
	}
	result := notReached
	for _, g := range groups {
		if len(g.names) > 0 && result < killed {
			result, _ = call(binary, "MUTANT="+strconv.Itoa(m.id), 3*time.Second+3*g.took, g.names...)
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

// report prints what lived, and the score.
func report(mutants []*mutant) error {
	known, err := equivalents()
	if err != nil {
		return err
	}
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
			problems = append(problems, errors.New("equivalent.txt has a mutant that was killed: "+m.key()))
		case m.fate == lived:
			fmt.Println(m)
		case m.fate == notReached:
			fmt.Println(m, "(not reached)")
		}
		count[m.fate]++
	}
	for key := range known { // else -files, -only or a build constraint left it out
		file, _, _ := strings.Cut(key, ":")
		if _, err := os.Stat(file); err != nil || *only == "" && mutated[file] {
			problems = append(problems, errors.New("equivalent.txt has a mutant that is not there: "+key))
		}
	}
	dead, alive := count[killed]+count[killedByTime], count[lived]+count[notReached]
	score := 100 * dead / max(1, dead+alive)
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
