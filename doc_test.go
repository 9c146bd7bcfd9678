package jwt_test

import (
	"go/ast"
	"go/build"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The documentation and the house rules, held over the source itself.

// packages are the folders of those that others may import.
var packages = []string{".", "bearer", "jwks"}

// parsePackage reads the files of a folder that are no tests, whatever their
// build constraints.
func parsePackage(t *testing.T, dir string) map[string]*ast.File {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := map[string]*ast.File{}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.ParseComments)
			require.NoError(t, err)
			files[name] = file
		}
	}
	return files
}

// A declared name is an identifier at the top level of a package, or a method,
// as "Key.ID", and what is written about it.
type declared struct {
	name, file, doc string
	kind            token.Token // FUNC, TYPE, CONST or VAR
	spec            ast.Spec    // nil for FUNC
	grouped         bool        // doc is that of the whole group
}

func declarations(files map[string]*ast.File) (all []declared) {
	for file, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					name = receiver(d.Recv.List[0].Type) + "." + name
				}
				all = append(all, declared{name, file, d.Doc.Text(), token.FUNC, nil, false})
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					var names []*ast.Ident
					var doc *ast.CommentGroup
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						names, doc = []*ast.Ident{spec.Name}, spec.Doc
					case *ast.ValueSpec:
						names, doc = spec.Names, spec.Doc
					}
					grouped := doc == nil && d.Lparen.IsValid()
					if doc == nil {
						doc = d.Doc
					}
					for _, name := range names {
						all = append(all, declared{name.Name, file, doc.Text(), d.Tok, spec, grouped})
					}
				}
			}
		}
	}
	return all
}

func receiver(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	switch generic := e.(type) {
	case *ast.IndexExpr:
		e = generic.X
	case *ast.IndexListExpr:
		e = generic.X
	}
	return e.(*ast.Ident).Name
}

// isExported reports whether every part of a name is.
func isExported(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if !ast.IsExported(part) {
			return false
		}
	}
	return true
}

func TestEveryExportedNameHasADoc(t *testing.T) {
	var all []declared
	for _, dir := range packages {
		ours := declarations(parsePackage(t, dir))
		require.NotEmpty(t, ours)
		all = append(all, ours...)
	}
	for _, d := range all {
		if !isExported(d.name) {
			continue
		}
		own := d.name[strings.LastIndexByte(d.name, '.')+1:]
		switch words := strings.Fields(d.doc); {
		case d.grouped && d.kind == token.CONST:
			assert.NotEmpty(t, words, "%s: %s needs a comment on its group", d.file, d.name)
		case len(words) > 1 && slices.Contains([]string{"A", "An", "The"}, words[0]):
			assert.Equal(t, own, words[1], "%s: the comment on %s starts with its name", d.file, d.name)
		default:
			assert.Equal(t, own, append(words, "nothing")[0], "%s: the comment on %s starts with its name", d.file, d.name)
		}
		spec, ok := d.spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, field := range s.Fields.List {
				for _, name := range field.Names {
					if name.IsExported() {
						assert.NotEmpty(t, field.Doc.Text()+field.Comment.Text(), "%s: the field %s.%s needs a comment", d.file, d.name, name.Name)
					}
				}
			}
		}
	}
}

// A link that leads nowhere is left in brackets as plain text, which is how it
// is found here; map[string]any is none.
var deadLink = regexp.MustCompile(`(?:^|[^\pL\pN\]])\[\*?\pL[\pL\pN_. ]*\]`)

// What a reader must be told, and may not be looking for.
func TestDocsWarn(t *testing.T) {
	docs := map[string]string{}
	for _, d := range declarations(parsePackage(t, ".")) {
		docs[d.name] = strings.Join(strings.Fields(d.doc), " ")
	}
	for name, says := range map[string][]string{
		"SigningKey":      {"An interface value, such as", "goes through [NewKey]", "never a []byte", "HMAC secret and nothing else", `no "~"`, `"possibly missing ~"`},
		"VerificationKey": {"An interface value, such as", "goes through [NewKey]", "never a []byte", `[SigningKey] says of []byte and "~"`},
		"NewKey":          {"chain, dates and usage are not checked"},
		"ParsePEM":        {"chain, dates and usage are not checked"},
		"WithMaxTokenAge": {`max_age is about "auth_time"`},
		"NumericDate":     {"omitzero"},

		"WithSignatureCache": {
			"Nothing but the signature is remembered", "all other checks anew", `"exp", "nbf", the audience`, "validators", "left a live set",
			"no token, no claim and no key", "Leave it out where", "With secrets it does nothing", "is for NewDecoder", "above 1,048,576",
		},
	} {
		place := -1
		for _, words := range says { // in this order: what comes first is read
			at := strings.Index(docs[name], words)
			assert.Greater(t, at, place, "%s: %q", name, words)
			place = at
		}
	}
}

func TestDocLinks(t *testing.T) {
	links := 0
	for _, dir := range packages {
		links += checkLinks(t, parsePackage(t, dir))
	}
	assert.Greater(t, links, 100, "the links were found")
}

func checkLinks(t *testing.T, files map[string]*ast.File) (links int) {
	t.Helper()
	ours := map[string]bool{}
	all := declarations(files)
	for _, d := range all {
		ours[d.name] = isExported(d.name)
	}
	imports := map[string]string{}
	for _, f := range files {
		for _, i := range f.Imports {
			path := importPath(t, i)
			imports[path[strings.LastIndexByte(path, '/')+1:]] = path
		}
	}
	p := comment.Parser{
		LookupSym: func(recv, name string) bool {
			if recv != "" {
				name = recv + "." + name
			}
			return ours[name]
		},
		LookupPackage: func(name string) (string, bool) {
			if path, ok := imports[name]; ok {
				return path, true
			}
			return comment.DefaultLookupPackage(name)
		},
	}
	others := map[string]map[string]bool{}
	check := func(where, text string) {
		walkText(p.Parse(text), func(text comment.Text) {
			switch text := text.(type) {
			case comment.Plain:
				assert.Empty(t, deadLink.FindAllString(string(text), -1), "%s: the link is dead", where)
			case *comment.DocLink:
				links++
				if text.ImportPath == "" || text.Name == "" {
					return
				}
				if others[text.ImportPath] == nil {
					others[text.ImportPath] = map[string]bool{}
					dir := filepath.Join(build.Default.GOROOT, "src", text.ImportPath)
					if text.ImportPath == root {
						dir = "."
					}
					for _, d := range declarations(parsePackage(t, dir)) {
						others[text.ImportPath][d.name] = true
					}
				}
				name := strings.TrimPrefix(text.Recv+"."+text.Name, ".")
				assert.True(t, others[text.ImportPath][name], "%s: %s has no %s", where, text.ImportPath, name)
			}
		})
	}
	for name, f := range files {
		if f.Doc != nil {
			check(name+": package", f.Doc.Text())
		}
	}
	for _, d := range all {
		if isExported(d.name) {
			check(d.file+": "+d.name, d.doc)
		}
	}
	return links
}

// walkText visits all text of a comment but that of code.
func walkText(d *comment.Doc, visit func(comment.Text)) {
	var blocks func(list []comment.Block)
	texts := func(list []comment.Text) {
		for _, text := range list {
			visit(text)
		}
	}
	blocks = func(list []comment.Block) {
		for _, b := range list {
			switch b := b.(type) {
			case *comment.Paragraph:
				texts(b.Text)
			case *comment.Heading:
				texts(b.Text)
			case *comment.List:
				for _, item := range b.Items {
					blocks(item.Content)
				}
			}
		}
	}
	blocks(d.Content)
}

func importPath(t *testing.T, i *ast.ImportSpec) string {
	t.Helper()
	path, err := strconv.Unquote(i.Path.Value)
	require.NoError(t, err)
	return path
}

// root is what the packages beside it import, and which imports none of them.
const root = "github.com/token-jwt/jwt"

// What the packages must not have or know of: see CONTRIBUTING.md. Those below
// internal/ keep the rules too.
func TestHouseRules(t *testing.T) {
	internal, err := filepath.Glob("internal/*")
	require.NoError(t, err)
	var withUnsafe []string
	for _, dir := range slices.Concat(packages, internal) {
		withUnsafe = append(withUnsafe, checkHouseRules(t, dir)...)
	}
	assert.Equal(t, []string{"internal/strictjson/direct.go"}, withUnsafe, "the one file that has a reason to import unsafe")
}

// checkHouseRules returns the files that import unsafe.
func checkHouseRules(t *testing.T, dir string) (withUnsafe []string) {
	t.Helper()
	files := parsePackage(t, dir)
	forHTTP := dir == "bearer" || dir == "jwks"
	for name, f := range files {
		for _, i := range f.Imports {
			path := importPath(t, i)
			first, _, _ := strings.Cut(path, "/")
			ours := strings.HasPrefix(path, root+"/internal/") || path == root && forHTTP
			assert.True(t, ours || !strings.Contains(first, "."), "%s imports %s: the package knows the standard library alone", name, path)
			assert.NotEqual(t, "C", path, "%s imports %s", name, path)
			assert.True(t, path != "net/http" || forHTTP, "%s imports %s", name, path)
			if path == "unsafe" {
				withUnsafe = append(withUnsafe, filepath.Join(dir, name))
			}
		}
	}
	for _, d := range declarations(files) {
		assert.False(t, d.kind == token.FUNC && d.name == "init", "%s has an init", d.file)
		if d.kind == token.VAR && ast.IsExported(d.name) {
			assert.True(t, strings.HasPrefix(d.name, "Err"), "%s exports the variable %s, which anybody could change", d.file, d.name)
		}
	}
	return withUnsafe
}

// Whoever opens the folder finds each file in the plan of the house or in the map
// of the tests.
func TestEveryFileIsOnTheMap(t *testing.T) {
	page, err := os.ReadFile("CONTRIBUTING.md")
	require.NoError(t, err)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	named := regexp.MustCompile("`([a-z0-9_*]+\\.go)`").FindAllStringSubmatch(string(page), -1)
	for _, file := range files {
		assert.True(t, slices.ContainsFunc(named, func(name []string) bool {
			ok, err := filepath.Match(name[1], file)
			return err == nil && ok && strings.HasSuffix(name[1], "_test.go") == strings.HasSuffix(file, "_test.go")
		}), "CONTRIBUTING.md does not say what %s holds", file)
	}
}

// The README's program is the package's example, so it is known to run; and what
// else it shows in Go is part of one.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(string(readme), "\n"), 170, "a README that is read")
	_, program, _ := strings.Cut(string(readme), "```go\n")
	program, _, _ = strings.Cut(program, "```\n")
	examples, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	body := bodyOf(t, string(examples), "Example")
	body, _, _ = strings.Cut(body, "\t// Output:")
	assert.Equal(t, strings.TrimSpace(body), strings.TrimSpace(bodyOf(t, program, "main")))
	blocks := strings.Split(string(readme), "```go\n")[2:]
	require.NotEmpty(t, blocks)
	ofBearer, err := os.ReadFile("bearer/example_test.go")
	require.NoError(t, err)
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "\n```")
		assert.Contains(t, string(examples)+string(ofBearer), "\t"+strings.ReplaceAll(block, "\n", "\n\t"))
	}
}

func bodyOf(t *testing.T, source, name string) string {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", source, parser.ParseComments)
	require.NoError(t, err)
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == name {
			return source[fset.Position(fn.Body.Lbrace).Offset+1 : fset.Position(fn.Body.Rbrace).Offset]
		}
	}
	require.Fail(t, "no function "+name)
	return ""
}
