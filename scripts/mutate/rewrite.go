package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// The mutants: found in the syntax tree, written into the text between what
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
}

// key names a mutant independently of other edits to its file.
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

// helpers returns the functions that the mutated files call: one for each operator.
func helpers(size int) []byte {
	b := bytes.NewBufferString(`package jwt

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

var (
	mutantOfRun, _ = strconv.Atoi(os.Getenv("MUTANT"))
	mutantSites    = os.Getenv("MUTANT_SITES")
	mutantFile     = sync.OnceValue(func() *os.File { f, _ := os.Create(mutantSites); return f })
)

func mutant(site int) int {
	if mutantSites != "" && !mutantSeen[site].Swap(true) {
		fmt.Fprintln(mutantFile(), site)
	}
	return mutantOfRun
}

func mutantOn(n int) bool { return mutant(n) == n }

func mutantIf(n int, cond bool) bool {
	switch mutant(n) {
	case n:
		return true
	case n + 1:
		return false
	}
	return cond
}

type mutantInt interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type mutantNumber interface{ mutantInt | ~float32 | ~float64 }

func mutantNegative[T mutantNumber](n int, x T) T { if mutantOn(n) { return -x }; return x }
func mutantInc[T mutantNumber](n int, x T) T { if mutantOn(n) { return x - 1 }; return x + 1 }
func mutantDec[T mutantNumber](n int, x T) T { if mutantOn(n) { return x + 1 }; return x - 1 }
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

// A source is the package, and of each file that is to be mutated its text.
type source struct {
	dir   string
	fset  *token.FileSet
	info  *types.Info
	files []*ast.File
	texts map[string][]byte
}

func load(wanted func(name string) bool) (*source, error) {
	dir, names, exports, err := goList()
	if err != nil {
		return nil, err
	}
	s := &source{dir: dir, fset: token.NewFileSet(), texts: map[string][]byte{}}
	s.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	var all []*ast.File
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(s.fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		all = append(all, file)
		if wanted(name) {
			s.files = append(s.files, file)
			s.texts[name] = text
		}
	}
	if len(s.files) == 0 {
		return nil, fmt.Errorf("no file matches")
	}
	imports := importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	_, err = (&types.Config{Importer: imports}).Check("jwt", s.fset, all, s.info)
	return s, err
}

// rewrite writes the mutated files, and what makes the go command take them.
func (s *source) rewrite(scratch string) ([]*mutant, error) {
	var mutants []*mutant
	files := map[string][]byte{}
	for _, file := range s.files {
		name := s.fset.Position(file.Package).Filename
		e := &editor{source: s, name: name, text: s.texts[name], mutants: mutants, times: map[string]int{}, closing: map[int]string{}, opening: map[int]string{}, instead: map[int][2]string{}}
		for _, decl := range file.Decls {
			e.function = "var"
			if f, ok := decl.(*ast.FuncDecl); ok {
				e.function = f.Name.Name
			}
			ast.Inspect(decl, e.visit)
		}
		files[name], mutants = e.result(), e.mutants
	}
	files["mutants.go"] = helpers(len(mutants) + 1)
	return mutants, overlay(scratch, s.dir, files)
}

// An editor notes what is to stand where in one file.
type editor struct {
	*source
	name, function   string
	text             []byte
	mutants          []*mutant
	times            map[string]int    // how often a key was given
	closing, opening map[int]string    // before what is at an offset; what closes comes first
	instead          map[int][2]string // of an operator, and what stands there for it
}

func (e *editor) offset(pos token.Pos) int { return e.fset.Position(pos).Offset }

func (e *editor) words(n ast.Node) string {
	return strings.Join(strings.Fields(string(e.text[e.offset(n.Pos()):e.offset(n.End())])), " ")
}

// wrap puts text around a node, within what is around it already.
func (e *editor) wrap(n ast.Node, before, after string) {
	e.opening[e.offset(n.Pos())] += before
	e.closing[e.offset(n.End())] = after + e.closing[e.offset(n.End())]
}

// site makes a mutant for each text, and returns the id of the first.
func (e *editor) site(n ast.Node, original string, mutated ...string) int {
	site := len(e.mutants) + 1
	for i, text := range mutated {
		m := &mutant{id: site + i, site: site, file: e.name, line: e.fset.Position(n.Pos()).Line, function: e.function, change: original + " -> " + text}
		if e.times[m.key()]++; e.times[m.key()] > 1 {
			m.change += fmt.Sprintf(" (%d)", e.times[m.key()])
		}
		e.mutants = append(e.mutants, m)
	}
	return site
}

func (e *editor) force(cond ast.Expr, word string) {
	if e.info.Types[cond].Value == nil {
		n := e.site(cond, word+" "+e.words(cond), word+" true", word+" false")
		e.wrap(cond, fmt.Sprintf("mutantIf(%d, ", n), ")")
	}
}

// visit makes the mutants of a node, and reports whether to look into it. What
// the language wants to be constant stays as it is.
func (e *editor) visit(n ast.Node) bool {
	switch n := n.(type) {
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
			if e.info.Types[label].Value == nil {
				ast.Inspect(label, e.visit)
			}
		}
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
		e.instead[e.offset(n.TokPos)] = [2]string{n.Tok.String(), fmt.Sprintf(" = mutant%s(%d, %s)", helper, id, x)}
	case *ast.AssignStmt:
		op := n.Tok + token.ADD - token.ADD_ASSIGN
		if n.Tok >= token.ADD_ASSIGN && n.Tok <= token.AND_NOT_ASSIGN && !e.isText(n.Lhs[0]) {
			x, y := e.words(n.Lhs[0]), e.words(n.Rhs[0])
			id := e.site(n, x+" "+n.Tok.String()+" "+y, x+" "+others[op][0].String()+"= "+y)
			e.instead[e.offset(n.TokPos)] = [2]string{n.Tok.String(), fmt.Sprintf("= mutant%d(%d, %s, ", op, id, x)}
			e.wrap(n.Rhs[0], "", ")")
		}
	case ast.Expr:
		return e.visitExpr(n)
	}
	return true
}

func (e *editor) visitExpr(n ast.Expr) bool {
	is := e.info.Types[n]
	switch n := n.(type) {
	case *ast.UnaryExpr:
		x := e.words(n.X)
		switch {
		case n.Op == token.SUB:
			before, after := "", ")"
			if is.Value != nil { // its type comes from what is around it
				before, after = typeName(is.Type)+"(", "))"
			}
			e.wrap(n, fmt.Sprintf("mutantNegative(%d, ", e.site(n, "-"+x, x))+before, after)
		case n.Op == token.NOT && is.Value == nil:
			e.wrap(n, fmt.Sprintf("(mutantOn(%d) != (", e.site(n, "!"+x, x)), "))")
		}
	case *ast.BinaryExpr:
		if is.Value != nil || others[n.Op] == nil || e.isText(n) {
			return is.Value == nil
		}
		var texts []string
		for _, other := range others[n.Op] {
			texts = append(texts, e.words(n.X)+" "+other.String()+" "+e.words(n.Y))
		}
		id := e.site(n, e.words(n), texts...)
		on := fmt.Sprintf(" != mutantOn(%d))", id)
		switch n.Op {
		case token.EQL, token.NEQ:
			e.wrap(n, "((", ")"+on)
		case token.LAND, token.LOR: // by De Morgan, as Y may only be looked at where X lets it
			e.wrap(n, "((", ")"+on)
			e.wrap(n.X, "((", ")"+on)
			e.wrap(n.Y, "((", ")"+on)
		default:
			e.wrap(n, fmt.Sprintf("mutant%d(%d, ", n.Op, id), ")")
			e.instead[e.offset(n.OpPos)] = [2]string{n.Op.String(), ","}
			if n.Op == token.SHL && e.info.Types[n.X].Value != nil {
				e.wrap(n.X, typeName(is.Type)+"(", ")")
			}
		}
	}
	return is.Value == nil
}

// typeName is how the package's own files write a type.
func typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return strings.TrimPrefix(p.Name(), "jwt") })
}

func (e *editor) isText(n ast.Expr) bool {
	basic, ok := e.info.Types[n].Type.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}

// result is the text with all that was noted.
func (e *editor) result() []byte {
	var out bytes.Buffer
	for i := 0; i <= len(e.text); i++ {
		out.WriteString(e.closing[i])
		out.WriteString(e.opening[i])
		if swap, ok := e.instead[i]; ok {
			out.WriteString(swap[1])
			i += len(swap[0]) - 1
		} else if i < len(e.text) {
			out.WriteByte(e.text[i])
		}
	}
	return out.Bytes()
}
