package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The mutants: found in the syntax tree, and written into the text between what
// stands there, so that lines keep their numbers.

// A mutant is one change at one site.
type mutant struct {
	id       int // what switches it on
	site     int // the id of the first at its site
	file     string
	line     int
	function string
	change   string // original -> mutated
	fate     fate
	killer   string // the last test that failed with it
}

// key names a mutant whatever else changes in its file.
func (m *mutant) key() string { return m.file + ": " + m.function + ": " + m.change }

func (m *mutant) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", m.file, m.line, m.function, m.change)
}

// others are what an operator is changed to.
var others = map[token.Token][]token.Token{
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL}, token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
	token.AND: {token.OR}, token.OR: {token.AND}, token.XOR: {token.AND}, token.AND_NOT: {token.AND},
	token.SHL: {token.SHR}, token.SHR: {token.SHL},
}

// helpers returns the functions that mutated files call.
func helpers(name string, size int) []byte {
	b := bytes.NewBufferString("package " + name + `
import ("bytes"; "cmp"; "fmt"; "maps"; "os"; "slices"; "strconv"; "strings"; "sync"; "sync/atomic")
type mutantInt interface { ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr }
type mutantNumber interface { mutantInt | ~float32 | ~float64 }
var mutantOfRun, _ = strconv.Atoi(os.Getenv("MUTANT"))
var mutantSites = os.Getenv("MUTANT_SITES")
var mutantNotes = mutantSites != ""
var mutantFile = sync.OnceValue(func() *os.File { f, _ := os.OpenFile(mutantSites, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); return f })
func mutantNote(site int) { if !mutantSeen[site].Swap(true) { fmt.Fprintln(mutantFile(), site) } }
func mutant(site int) int { if mutantNotes { mutantNote(site) }; return mutantOfRun } // small enough to be inlined
func mutantOn(n int) bool { return mutant(n) == n }
func mutantIf(n int, cond bool) bool { switch mutant(n) { case n: return true; case n + 1: return false }; return cond }
func mutantMinus[T mutantNumber](n int, x T) T { if mutantOn(n) { return x }; return -x }
func mutantInc[T mutantNumber](n int, x T) T { if mutantOn(n) { return x - 1 }; return x + 1 }
func mutantDec[T mutantNumber](n int, x T) T { if mutantOn(n) { return x + 1 }; return x - 1 }
func mutantPlus[T mutantInt](n int, x T) T { if mutantOn(n) { return x + 1 }; return x }
func mutantOr[T any](n int, x, y T) T { if mutantOn(n) { return y }; return x }
func mutantClonebytes(n int, x []byte) []byte { if mutantOn(n) { return x }; return bytes.Clone(x) }
func mutantClonemaps[M ~map[K]V, K comparable, V any](n int, x M) M { if mutantOn(n) { return x }; return maps.Clone(x) }
func mutantCloneslices[S ~[]E, E any](n int, x S) S { if mutantOn(n) { return x }; return slices.Clone(x) }
func mutantClonestrings(n int, x string) string { if mutantOn(n) { return x }; return strings.Clone(x) }
`)
	fmt.Fprintf(b, "var mutantSeen [%d]atomic.Bool\n", size)
	for op, list := range others {
		params, result := "[T mutantInt](n int, x, y T)", "T"
		switch op {
		case token.EQL, token.NEQ, token.LAND, token.LOR:
			continue // written in place
		case token.LSS, token.LEQ, token.GTR, token.GEQ:
			params, result = "[T cmp.Ordered](n int, x, y T)", "bool"
		case token.ADD, token.SUB, token.MUL, token.QUO:
			params = "[T mutantNumber](n int, x, y T)"
		case token.SHL, token.SHR:
			params = "[T, S mutantInt](n int, x T, y S)"
		}
		fmt.Fprintf(b, "func mutant%d%s %s { switch mutant(n) {", op, params, result)
		for i, other := range list {
			fmt.Fprintf(b, "case n + %d: return x %s y\n", i, other)
		}
		fmt.Fprintf(b, "}; return x %s y }\n", op)
	}
	return b.Bytes()
}

// A goPackage is what the go command says of one.
type goPackage struct {
	ImportPath, Name, Dir, Export string
	GoFiles                       []string
}

// rewrite finds the mutants of those files, and writes into scratch mutated files and the
// overlay.json that makes the go command take them for the packages' own. It returns also
// the folders of the packages whose tests are to be run, the root first.
func rewrite(scratch string, wanted func(name string) bool) ([]*mutant, []string, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Name,Dir,GoFiles,Export", ".", "./internal/...").Output()
	if err != nil {
		return nil, nil, err
	}
	root, err := os.Getwd()
	if err != nil {
		return nil, nil, err
	}
	exports := map[string]string{} // of a path the compiled package, which has the types
	var ours []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			return nil, nil, err
		}
		exports[p.ImportPath] = p.Export
		if dir, err := filepath.Rel(root, p.Dir); err == nil && !strings.HasPrefix(dir, "..") {
			p.Dir = dir
			ours = append(ours, p)
		}
	}
	e := &editor{fset: token.NewFileSet(), times: map[string]int{}}
	imports := importer.ForCompiler(e.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	texts, mutated := map[string][]byte{}, []goPackage{}
	for _, p := range ours {
		count := len(texts)
		if err := e.editPackage(p, imports, wanted, texts); err != nil {
			return nil, nil, err
		}
		if len(texts) > count {
			mutated = append(mutated, p)
		}
	}
	if len(mutated) == 0 {
		return nil, nil, fmt.Errorf("no file matches")
	}
	folders := []string{"."}
	for _, p := range mutated {
		texts[filepath.Join(p.Dir, "mutants.go")] = helpers(p.Name, len(e.mutants)+1)
		if tests, _ := filepath.Glob(filepath.Join(p.Dir, "*_test.go")); p.Dir != "." && tests != nil {
			folders = append(folders, p.Dir)
		}
	}
	replace := map[string]string{}
	for name, text := range texts {
		to := filepath.Join(scratch, strings.ReplaceAll(name, string(filepath.Separator), "_"))
		replace[filepath.Join(root, name)] = to
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return nil, nil, err
		}
	}
	overlay, _ := json.Marshal(map[string]any{"Replace": replace})
	return e.mutants, folders, os.WriteFile(filepath.Join(scratch, "overlay.json"), overlay, 0o600)
}

// editPackage edits the wanted files of a package. texts receives what they become.
func (e *editor) editPackage(p goPackage, imports types.Importer, wanted func(name string) bool, texts map[string][]byte) error {
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(e.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, file)
	}
	e.types, e.uses = map[ast.Expr]types.TypeAndValue{}, map[*ast.Ident]types.Object{}
	info := &types.Info{Types: e.types, Uses: e.uses, Defs: map[*ast.Ident]types.Object{}}
	var err error
	if e.of, err = (&types.Config{Importer: imports}).Check(p.ImportPath, e.fset, parsed, info); err != nil {
		return err
	}
	e.partners = partners(parsed, info)
	for i, name := range p.GoFiles {
		if path := filepath.Join(p.Dir, name); wanted(path) {
			if texts[path], err = e.edit(path, path, parsed[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// An editor notes what is to stand where in one file after the other.
type editor struct {
	fset     *token.FileSet
	of       *types.Package // the one that is edited
	types    map[ast.Expr]types.TypeAndValue
	uses     map[*ast.Ident]types.Object
	partners map[types.Object]string // see there
	mutants  []*mutant
	times    map[string]int // how often a key was given

	file, function   string
	text             []byte
	parents          map[ast.Node]ast.Node
	hints            map[ast.Node]bool // what is only how much memory to have ready
	imports          map[string]bool   // by their paths
	imported         map[string]bool   // by their names: those whose functions were written over
	closing, opening map[int]string    // before what is at an offset; what closes comes first
	instead          map[int][2]string // of an operator, and what stands there for it
}

func (e *editor) edit(name, path string, file *ast.File) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	e.file, e.text, e.closing, e.opening, e.instead = name, text, map[int]string{}, map[int]string{}, map[int][2]string{}
	e.parents, e.hints, e.imports, e.imported = map[ast.Node]ast.Node{}, map[ast.Node]bool{}, map[string]bool{}, map[string]bool{}
	for _, imported := range file.Imports {
		path, _ := strconv.Unquote(imported.Path.Value)
		e.imports[path] = imported.Name == nil
	}
	ast.PreorderStack(file, nil, func(n ast.Node, stack []ast.Node) bool {
		if len(stack) > 0 {
			e.parents[n] = stack[len(stack)-1]
		}
		return true
	})
	for _, decl := range file.Decls {
		e.function = "var"
		if f, ok := decl.(*ast.FuncDecl); ok {
			e.function = f.Name.Name
		}
		ast.Inspect(decl, e.visit)
	}
	var out bytes.Buffer
	for i := 0; i <= len(text); i++ {
		out.WriteString(e.closing[i])
		out.WriteString(e.opening[i])
		if swap, ok := e.instead[i]; ok {
			out.WriteString(swap[1])
			i += len(swap[0]) - 1
		} else if i < len(text) {
			out.WriteByte(text[i])
		}
	}
	for name := range e.imported { // lest an import is not used any more
		fmt.Fprintf(&out, "var _ = %s.%s\n", name, map[string]string{
			"bytes": "Clone", "strings": "Clone", "slices": "Clone[[]int]", "maps": "Clone[map[int]int]",
		}[name])
	}
	return out.Bytes(), nil
}

func (e *editor) offset(pos token.Pos) int { return e.fset.Position(pos).Offset }

// words is the text of a node, in one line.
func (e *editor) words(n ast.Node) string {
	return strings.Join(strings.Fields(string(e.text[e.offset(n.Pos()):e.offset(n.End())])), " ")
}

// wrap puts text around a node, within what is around it already.
func (e *editor) wrap(n ast.Node, before, after string) {
	e.opening[e.offset(n.Pos())] += before
	e.closing[e.offset(n.End())] = after + e.closing[e.offset(n.End())]
}

func (e *editor) replace(at token.Pos, op token.Token, text string) {
	e.instead[e.offset(at)] = [2]string{op.String(), text}
}

// site makes a mutant for each text, and returns the id of the first.
func (e *editor) site(n ast.Node, original string, mutated ...string) int {
	site := len(e.mutants) + 1
	for i, text := range mutated {
		m := &mutant{id: site + i, site: site, file: e.file, line: e.fset.Position(n.Pos()).Line, function: e.function, change: original + " -> " + text}
		if e.times[m.key()]++; e.times[m.key()] > 1 {
			m.change += fmt.Sprintf(" (%d)", e.times[m.key()])
		}
		e.mutants = append(e.mutants, m)
	}
	return site
}

func (e *editor) force(cond ast.Expr, word string) {
	if e.types[cond].Value == nil {
		n := e.site(cond, word+" "+e.words(cond), word+" true", word+" false")
		e.wrap(cond, fmt.Sprintf("mutantIf(%d, ", n), ")")
	}
}

// visit makes the mutants of a node, and reports whether to look into it. What
// the language wants to be constant stays as it is.
func (e *editor) visit(n ast.Node) bool {
	if x, ok := n.(ast.Expr); ok && e.types[x].Value != nil {
		e.plusOne(x)
	}
	switch n := n.(type) {
	case *ast.BlockStmt:
		e.deletable(n.List)
	case *ast.CommClause:
		e.deletable(n.Body)
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.ArrayType, *ast.FuncType:
		return false
	case *ast.KeyValueExpr:
		ast.Inspect(n.Value, e.visit)
		return false
	case *ast.IfStmt:
		e.force(n.Cond, "if")
	case *ast.SwitchStmt:
		for _, clause := range n.Body.List {
			for _, cond := range clause.(*ast.CaseClause).List {
				if n.Tag == nil {
					e.force(cond, "case")
				}
			}
		}
	case *ast.CaseClause:
		for _, label := range n.List {
			if e.types[label].Value == nil {
				ast.Inspect(label, e.visit)
			}
		}
		e.deletable(n.Body)
		for _, statement := range n.Body {
			ast.Inspect(statement, e.visit)
		}
		return false
	case *ast.IncDecStmt:
		other, helper := token.DEC, "Inc"
		if n.Tok == token.DEC {
			other, helper = token.INC, "Dec"
		}
		x := e.words(n.X)
		id := e.site(n, x+n.Tok.String(), x+other.String())
		e.replace(n.TokPos, n.Tok, fmt.Sprintf(" = mutant%s(%d, %s)", helper, id, x))
	case *ast.AssignStmt:
		if op := n.Tok - token.ADD_ASSIGN + token.ADD; n.Tok >= token.ADD_ASSIGN && n.Tok <= token.AND_NOT_ASSIGN && !e.isText(n.Lhs[0]) {
			x, y := e.words(n.Lhs[0]), e.words(n.Rhs[0])
			id := e.site(n, x+" "+op.String()+"= "+y, x+" "+others[op][0].String()+"= "+y)
			e.replace(n.TokPos, n.Tok, fmt.Sprintf("= mutant%d(%d, %s, ", op, id, x))
			e.wrap(n.Rhs[0], "", ")")
		}
	case *ast.UnaryExpr:
		constant := e.types[n].Value != nil
		switch x := e.words(n.X); {
		case n.Op == token.SUB && !constant:
			e.wrap(n.X, fmt.Sprintf("(mutantMinus(%d, ", e.site(n, "-"+x, x)), "))")
			e.replace(n.OpPos, n.Op, "")
		case n.Op == token.SUB: // as in return -1; its type comes from what is around it
			e.wrap(n.X, fmt.Sprintf("(mutantMinus(%d, %s(", e.site(n, "-"+x, x), e.typeName(e.types[n].Type)), ")))")
			e.replace(n.OpPos, n.Op, "")
		case n.Op == token.NOT && !constant:
			e.wrap(n, fmt.Sprintf("(mutantOn(%d) != (", e.site(n, "!"+x, x)), "))")
		}
		return !constant
	case *ast.BinaryExpr:
		if e.types[n].Value != nil {
			return false
		}
		if !e.isText(n) {
			e.binary(n)
		}
	case *ast.CallExpr:
		if name, ok := n.Fun.(*ast.Ident); ok && name.Name == "make" && len(n.Args) == 3 {
			e.hints[n.Args[2]] = true
		}
		e.alias(n)
		return e.types[n].Value == nil
	case *ast.Ident:
		e.otherClass(n)
	case ast.Expr:
		return e.types[n].Value == nil
	}
	return true
}

func (e *editor) binary(n *ast.BinaryExpr) {
	var texts []string
	for _, other := range others[n.Op] {
		texts = append(texts, e.words(n.X)+" "+other.String()+" "+e.words(n.Y))
	}
	id := e.site(n, e.words(n), texts...)
	on := fmt.Sprintf(") != mutantOn(%d))", id)
	switch n.Op {
	case token.EQL, token.NEQ:
		e.wrap(n, "((", on)
	case token.LAND, token.LOR: // by De Morgan, as Y may only be looked at where X lets it
		e.wrap(n, "((", on)
		e.wrap(n.X, "((", on)
		e.wrap(n.Y, "((", on)
	default:
		e.wrap(n, fmt.Sprintf("mutant%d(%d, ", n.Op, id), ")")
		e.replace(n.OpPos, n.Op, ",")
		if n.Op == token.SHL && e.types[n.X].Value != nil { // whose type comes from what is around it
			e.wrap(n.X, e.typeName(e.types[n].Type)+"(", ")")
		}
	}
}

// typeName is how the package's own files write a type.
func (e *editor) typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == e.of {
			return ""
		}
		return p.Name()
	})
}

func (e *editor) isText(n ast.Expr) bool {
	basic, ok := e.types[n].Type.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}
