package jwt_test

import (
	"cmp"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The exported names of each package, locked in testdata/api. A change of the API is a
// decision: JWT_API=update writes the files anew, and the change then shows in a diff.

func TestAPI(t *testing.T) {
	for _, dir := range packages {
		name, text := exportedAPI(t, dir)
		file := filepath.Join("testdata", "api", name+".txt")
		if os.Getenv("JWT_API") == "update" {
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
		locked, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, strings.ReplaceAll(string(locked), "\r\n", "\n"), text, "the exported API of %s has changed; where that is meant: JWT_API=update go test -run TestAPI .", name)
	}
}

// exportedAPI is what go doc shows of a package, without comments and without values of
// variables: the constants and variables, then the functions, then the types with their
// methods, each sorted by name.
func exportedAPI(t *testing.T, dir string) (name, text string) {
	t.Helper()
	p, fset := documented(t, dir)
	var out strings.Builder
	show := func(node ast.Node) {
		ast.Inspect(node, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				n.Doc, n.Body = nil, nil
				if n.Recv != nil {
					n.Recv.List[0].Names = nil // of no interest outside
				}
			case *ast.GenDecl:
				n.Doc = nil
			case *ast.TypeSpec:
				n.Doc, n.Comment = nil, nil
			case *ast.ValueSpec:
				n.Doc, n.Comment = nil, nil
			case *ast.Field:
				n.Doc, n.Comment = nil, nil
			}
			return true
		})
		var b strings.Builder
		require.NoError(t, (&printer.Config{Mode: printer.UseSpaces, Tabwidth: 4}).Fprint(&b, fset, node))
		for line := range strings.SplitSeq(b.String(), "\n") {
			if strings.TrimSpace(line) != "" { // the printer leaves lines where comments were
				out.WriteString(strings.TrimRight(line, " ") + "\n")
			}
		}
	}
	consts, vars, funcs := p.Consts, p.Vars, p.Funcs
	for _, typ := range p.Types { // go doc puts these beside a type, by rules of its own
		consts, vars, funcs = append(consts, typ.Consts...), append(vars, typ.Vars...), append(funcs, typ.Funcs...)
	}
	for _, c := range consts {
		show(c.Decl)
	}
	var names []string
	for _, v := range vars {
		names = append(names, v.Names...)
	}
	slices.Sort(names)
	for _, name := range names { // errors, by TestHouseRules
		out.WriteString("var " + name + " error\n")
	}
	slices.SortFunc(funcs, func(a, b *doc.Func) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range funcs {
		show(f.Decl)
	}
	for _, typ := range p.Types {
		out.WriteString("\n")
		show(typ.Decl)
		for _, m := range typ.Methods {
			show(m.Decl)
		}
	}
	return p.Name, out.String()
}

// documented reads the package in a folder as go/doc does, for this release of Go. The
// examples are with it.
func documented(t *testing.T, dir string) (*doc.Package, *token.FileSet) {
	t.Helper()
	of, err := build.ImportDir(dir, 0)
	require.NoError(t, err)
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range slices.Concat(of.GoFiles, of.XTestGoFiles) {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, root)
	require.NoError(t, err)
	return p, fset
}
