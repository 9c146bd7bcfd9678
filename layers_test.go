package jwt_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who may know whom. A file knows another when it uses a name that is declared
// there: a function, a type, a constant, and also a method or a field.

// A layer is a group of files that may know each other, and others as the table
// says. Every file is in one layer. All may know errors.go.
type layer struct {
	name  string
	files string // names of files; * stands for any letters
	knows string // layers, and packages of the folder internal; "all" is everything
	never string // packages that these files must not import
}

// layers is the table to edit when a file is new, moves, or has to know more.
var layers = []layer{
	{"errors", "errors.go", "token", ""}, // the token of an ExpiredError
	{"algorithm", "algorithm.go", "", ""},
	{"table", "claims_table.go", "", ""},
	{"values", "audience.go numericdate.go", "epoch json strictjson", ""},
	{"json", "json.go", "strictjson table values", ""},

	{"header", "header.go", "algorithm json strictjson", ""},
	{"claims", "claims.go claims_check.go claims_fill.go claims_lost.go claims_write.go", "embedding epoch json options policy strictjson table values", ""},
	{"token", "token.go", "claims flow header json strictjson", ""},
	{"validator", "validator.go", "flow options policy token", ""},

	{"sign", "sign.go sign_*.go", "algorithm eckey hmackey jwkmember key rsakey", "encoding/json encoding/base64 time"},
	{"key", "key.go key_*.go", "algorithm flow header hmackey jwk options pemkey policy rsakey seen set sign strictjson", ""},
	{"jwk", "jwk.go", "algorithm base64url foreignkey json jwkmember key options pemkey sign strictjson", ""},
	{"set", "keyset*.go", "algorithm jwk jwkset key options refresh sign strictjson", ""},

	{"options", "options.go", "algorithm epoch json seen set table token", ""},
	{"policy", "policy_*.go", "algorithm base64url epoch flow header json key options seen strictjson table values", ""},
	{"flow", "jwt.go compact.go scratch.go encoder.go decoder.go issuers.go export_conformance.go", "all", ""},
}

func TestWhoKnowsWhom(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads the source of the standard library")
	}
	parsed := parsePackage(t, ".")
	imports := map[string][]string{}
	for name, file := range parsed {
		imports[name] = nil
		for _, i := range file.Imports {
			imports[name] = append(imports[name], importPath(t, i))
		}
	}
	// Without cgo, which the standard library can do without and the source importer is slow with.
	defer func(enabled bool) { build.Default.CgoEnabled = enabled }(build.Default.CgoEnabled)
	build.Default.CgoEnabled = false
	fset := token.NewFileSet()
	uses := (&sources{fset, importer.ForCompiler(fset, "source", nil), map[string]*types.Package{}}).usesIn(t, ".")
	require.Greater(t, len(uses), 1000)
	for _, problem := range checkLayers(layers, imports, uses) {
		assert.Fail(t, problem)
	}
}

// sources reads packages from their source: those of this module from its folders.
type sources struct {
	fset   *token.FileSet
	others types.Importer
	ours   map[string]*types.Package // those that were read: each is read once, so that its types are the same to all
}

// Import implements [types.Importer].
func (s *sources) Import(path string) (*types.Package, error) {
	dir, ours := strings.CutPrefix(path, root+"/")
	if !ours {
		return s.others.Import(path)
	}
	if s.ours[path] == nil {
		pkg, err := s.check(dir, nil)
		if err != nil {
			return nil, err
		}
		s.ours[path] = pkg
	}
	return s.ours[path], nil
}

// check reads a folder, as far as this Go release has its files.
func (s *sources) check(dir string, info *types.Info) (*types.Package, error) {
	platform := build.Default
	platform.BuildTags = []string{"conformance"}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		ok, err := platform.MatchFile(dir, filepath.Base(name))
		if err != nil {
			return nil, err
		}
		if ok && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(s.fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			files = append(files, file)
		}
	}
	conf := types.Config{Importer: s, IgnoreFuncBodies: info == nil}
	return conf.Check(strings.TrimSuffix(root+"/"+dir, "/."), s.fset, files, info)
}

// A use is that of a name which another file of the package declares.
type use struct{ file, name, of string }

// usesIn returns what the files of a folder use of each other, in their order.
func (s *sources) usesIn(t *testing.T, dir string) []use {
	t.Helper()
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	pkg, err := s.check(dir, info)
	require.NoError(t, err)
	return usesOf(s.fset, pkg, info)
}

// usesOf returns what the files of a package use of each other, in their order.
func usesOf(fset *token.FileSet, pkg *types.Package, info *types.Info) (all []use) {
	idents := slices.SortedFunc(maps.Keys(info.Uses), func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
	for _, ident := range idents {
		object := info.Uses[ident]
		if object.Pkg() != pkg {
			continue
		}
		file, of := filepath.Base(fset.Position(ident.Pos()).Filename), filepath.Base(fset.Position(object.Pos()).Filename)
		if file != of {
			all = append(all, use{file, object.Name(), of})
		}
	}
	return all
}

// checkLayers returns what is wrong: with the table, and with files that know more
// than it says. imports has all files of the package.
func checkLayers(table []layer, imports map[string][]string, uses []use) (problems []string) {
	wrong := func(format string, args ...any) {
		if problem := fmt.Sprintf(format, args...); !slices.Contains(problems, problem) {
			problems = append(problems, problem)
		}
	}
	rows := map[string]layer{}
	for _, row := range table {
		rows[row.name] = row
	}
	layerOf := map[string]string{}
	for _, row := range table {
		for glob := range strings.FieldsSeq(row.files) {
			matched := false
			for file := range imports {
				if ok, _ := filepath.Match(glob, file); !ok {
					continue
				}
				matched = true
				if other, twice := layerOf[file]; twice {
					wrong("%s is in two rows of layers, %q and %q: leave it in one", file, other, row.name)
				}
				layerOf[file] = row.name
			}
			if !matched {
				wrong("no file is called %s: take it out of the row %q of layers, or name the file that it became", glob, row.name)
			}
		}
	}
	files := slices.Sorted(maps.Keys(imports))
	for _, file := range files {
		if layerOf[file] == "" {
			wrong("%s is in no row of layers: add it to the one that it belongs to, or give it one that says whom it may know", file)
		}
	}

	known := map[[2]string]bool{} // what each layer knows of
	check := func(file, what, of string) {
		row := rows[layerOf[file]]
		known[[2]string{row.name, of}] = true
		if of != row.name && of != "errors" && row.knows != "all" && !slices.Contains(strings.Fields(row.knows), of) {
			wrong("%s uses %s: in layers %q may not know %q; do without it, or move it, or allow it there", file, what, row.name, of)
		}
	}
	for _, u := range uses {
		if layerOf[u.file] != "" && layerOf[u.of] != "" {
			check(u.file, u.name+" of "+u.of, layerOf[u.of])
		}
	}
	for _, file := range files {
		for _, path := range imports[file] {
			if below, ours := strings.CutPrefix(path, root+"/internal/"); ours {
				check(file, "package "+path, below)
			}
			if slices.Contains(strings.Fields(rows[layerOf[file]].never), path) {
				wrong("%s imports %s, which no file of the layer %q may", file, path, layerOf[file])
			}
		}
	}
	for _, row := range table {
		for of := range strings.FieldsSeq(row.knows) {
			if of != "all" && !known[[2]string{row.name, of}] {
				wrong("in layers %q may know %q, and does not: take it out", row.name, of)
			}
		}
	}
	return problems
}

// Fields and methods count, whatever gave the value that has them.
func TestLayersSeeMethodsAndFields(t *testing.T) {
	fset := token.NewFileSet()
	var files []*ast.File
	for name, text := range map[string]string{
		"low.go": `package p
			type low struct { field int; inner }
			type inner struct { promoted int }
			type able interface { called() }
			func (*low) method() {}
			func (*low) called() {}
			func function() {}
			const constant = 1`,
		"middle.go": `package p
			type middle = low
			func made() *low { return nil }
			func one() able { return made() }`,
		"high.go": `package p
			func high(local int) {
				made().field = local
				made().method()
				(*middle).method(made())
				_ = made().promoted
				_ = middle{field: local}
				one().called()
				function()
				_ = constant
			}`,
	} {
		file, err := parser.ParseFile(fset, name, text, 0)
		require.NoError(t, err)
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	pkg, err := new(types.Config).Check("p", fset, files, info)
	require.NoError(t, err)
	names := map[string]bool{}
	for _, u := range usesOf(fset, pkg, info) {
		if u.file == "high.go" && u.of == "low.go" {
			names[u.name] = true
		}
	}
	assert.Equal(t, []string{"called", "constant", "field", "function", "method", "promoted"}, slices.Sorted(maps.Keys(names)))
}

// Each way in which the files and the table may differ is told.
func TestLayersSayWhatIsWrong(t *testing.T) {
	low, high := layer{"low", "low*.go", "", "time"}, layer{"high", "high.go", "low", ""}
	imports := map[string][]string{"low.go": {"strings"}, "low_more.go": nil, "high.go": {"time"}}
	uses := []use{{"high.go", "method", "low.go"}, {"low.go", "field", "low_more.go"}}
	with := func(more ...use) []use { return append(slices.Clone(uses), more...) }
	for name, tt := range map[string]struct {
		table   []layer
		imports map[string][]string
		uses    []use
		says    string // "" is nothing
	}{
		"nothing":              {[]layer{low, high}, nil, uses, ""},
		"all may know":         {[]layer{low, {"high", "high.go", "all", ""}}, nil, uses, ""},
		"the other way":        {[]layer{low, high}, nil, with(use{"low.go", "name", "high.go"}), `low.go uses name of high.go: in layers "low" may not know "high"`},
		"nothing may be known": {[]layer{low, {"high", "high.go", "", ""}}, nil, uses, `high.go uses method of low.go: in layers "high" may not know "low"`},
		"errors by all":        {[]layer{low, high, {"errors", "errors.go", "", ""}}, map[string][]string{"errors.go": nil}, with(use{"low.go", "name", "errors.go"}), ""},
		"a file in no row":     {[]layer{low, high}, map[string][]string{"new.go": nil}, uses, "new.go is in no row of layers"},
		"a row without a file": {[]layer{low, {"high", "high.go gone*.go", "low", ""}}, nil, uses, "no file is called gone*.go"},
		"a file in two rows":   {[]layer{low, {"high", "high.go low.go", "low", ""}}, nil, uses, `low.go is in two rows of layers, "low" and "high"`},
		"no longer known":      {[]layer{low, high}, nil, uses[1:], `in layers "high" may know "low", and does not`},
		"an import":            {[]layer{low, high}, map[string][]string{"low.go": {"time"}}, uses, `low.go imports time, which no file of the layer "low" may`},
		"a package of ours":    {[]layer{low, high}, map[string][]string{"low.go": {root + "/internal/p"}}, uses, "low.go uses package " + root + `/internal/p: in layers "low" may not know "p"`},
		"one that is allowed":  {[]layer{{"low", "low*.go", "p", ""}, high}, map[string][]string{"low.go": {root + "/internal/p"}}, uses, ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := maps.Clone(imports)
			maps.Copy(all, tt.imports)
			problems := checkLayers(tt.table, all, tt.uses)
			if tt.says == "" {
				assert.Empty(t, problems)
			} else {
				assert.Contains(t, strings.Join(problems, "\n"), tt.says)
			}
		})
	}
}
