package migrating

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sections are those of the page, and the file of each that its blocks are cut from.
var sections = []struct{ heading, file, language string }{
	{"## From golang-jwt", "golang_jwt_test.go", "go"},
	{"## From go-jose", "go_jose_test.go", "go"},
	{"## From jwx", "jwx_test.go", "go"},
	{"## From PyJWT", "pyjwt.py", "python"},
	{"## From jsonwebtoken", "jsonwebtoken.mjs", "js"},
	{"## From jose", "jose.mjs", "js"},
}

// Each block of the page is code that the other tests run: for each library and task the
// one before, and then the one after. The service stands above them, once.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/migrating.md")
	require.NoError(t, err)
	after := blocks(t, "ours_test.go")
	for task, most := range map[int]int{1: 1, 2: 3, 7: 12, 8: 15} {
		assert.LessOrEqual(t, strings.Count(after[task], "\n"), most, "lines of task %d", task)
	}
	_, service, found := strings.Cut(string(page), "\n## A service with JSON answers\n")
	require.True(t, found)
	fences := strings.SplitN(service, "```", 3)
	require.Len(t, fences, 3)
	assert.Equal(t, "go\n"+after[10], fences[1], "the service")
	used := 1
	for _, s := range sections {
		_, section, found := strings.Cut(string(page), "\n"+s.heading)
		require.True(t, found, s.heading)
		section, _, _ = strings.Cut(section, "\n## ")
		before := blocks(t, s.file)
		place := 0
		for task := 1; task <= 9; task++ {
			heading := fmt.Sprintf("\n### %d. ", task)
			at := strings.Index(section, heading)
			require.Greater(t, at, place, "%s: task %d", s.heading, task)
			place = at
			_, text, _ := strings.Cut(section[at:], heading)
			text, _, _ = strings.Cut(text, "\n### ")
			fences := strings.Split(text, "```")
			require.Len(t, fences, 5, "%s, task %d: a block before and one after", s.heading, task)
			assert.Equal(t, s.language+"\n"+before[task], fences[1], "%s, task %d, before", s.heading, task)
			assert.Equal(t, "go\n"+after[task], fences[3], "%s, task %d, after", s.heading, task)
			used += 2
		}
	}
	assert.Equal(t, 2*used, strings.Count(string(page), "```"), "there are no other blocks")
}

// Each name of this library in the tables of other names exists.
func TestNames(t *testing.T) {
	page, err := os.ReadFile("../../docs/migrating.md")
	require.NoError(t, err)
	known := map[string]bool{}
	for _, dir := range []string{"../..", "../../jwks", "../../bearer"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					known[n.Name.Name] = true
				case *ast.TypeSpec:
					known[n.Name.Name] = true
				case *ast.ValueSpec:
					for _, name := range n.Names {
						known[name.Name] = true
					}
				case *ast.Field:
					for _, name := range n.Names {
						known[name.Name] = true
					}
				}
				return true
			})
		}
	}
	code := regexp.MustCompile("`([^`]*)`")
	name := regexp.MustCompile(`(?:^|[\s.(,])(?:\w+\.)?([A-Z]\w+)`)
	names := 0
	foreign := []string{"Context", "Signer", "Time", "As", "Now", "Add", "Duration", "Second", "Minute", "Hour", "RawMessage", "Number", "IsZero", "T"}
	check := func(cell string) {
		for _, c := range code.FindAllStringSubmatch(cell, -1) {
			text := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(c[1], `""`)
			for _, n := range name.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(foreign, n[1]) {
					names++
					assert.True(t, known[n[1]], "%s, in %s", n[1], cell)
				}
			}
		}
	}
	for line := range strings.SplitSeq(string(page), "\n") {
		if cells := strings.Split(strings.TrimSuffix(line, " |"), " | "); strings.HasPrefix(line, "| ") && len(cells) > 1 {
			check(cells[len(cells)-1])
		}
	}
	assert.Greater(t, names, 100, "the names were found")
}

// blocks are the parts of a file between "page:" and "end", by task, without indentation.
func blocks(t *testing.T, file string) map[int]string {
	t.Helper()
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	all := map[int]string{}
	var task int
	var indent string
	for line := range strings.SplitSeq(string(source), "\n") {
		text := strings.TrimLeft(line, " \t")
		comment := strings.TrimLeft(text, "/# ")
		switch {
		case text != comment && strings.HasPrefix(comment, "page: "):
			_, err := fmt.Sscanf(comment, "page: %d", &task)
			require.NoError(t, err)
			require.NotContains(t, all, task, "%s: task %d stands there twice", file, task)
			indent = line[:len(line)-len(text)]
			all[task] = ""
		case text != comment && comment == "end":
			task = 0
		case task != 0:
			all[task] += strings.TrimPrefix(line, indent) + "\n"
		}
	}
	if file == "ours_test.go" {
		require.Contains(t, all, 10, "the service")
		require.Len(t, all, 10, file)
	} else {
		require.Len(t, all, 9, file)
	}
	return all
}

func hs256(secret, text string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
