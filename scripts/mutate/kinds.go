package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"
)

// Four kinds of mutants: a statement deleted, an error of another class, a
// constant plus one, and a clone made an alias.

// deletable makes the statements of a list mutants that do nothing. Declarations
// stay, as what follows would not compile, and so do calls of panic, which may be
// all that ends a function.
func (e *editor) deletable(list []ast.Stmt) {
	for _, statement := range list {
		switch s := statement.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE || e.words(s.Lhs[0]) == "_" {
				continue
			}
		case *ast.ExprStmt:
			if strings.HasPrefix(e.words(s), "panic(") {
				continue
			}
		case *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt:
		default:
			continue
		}
		e.wrap(statement, fmt.Sprintf("if !mutantOn(%d) { ", e.site(statement, shorten(e.words(statement)), "deleted")), " }")
	}
}

// shorten keeps the text of a mutant to one line that can be read.
func shorten(words string) string {
	if runes := []rune(words); len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return words
}

// plusOne makes a constant integer one more: the whole of an expression that is
// constant, which no other mutant looks into.
func (e *editor) plusOne(n ast.Expr) {
	t := e.types[n].Type
	if basic, ok := t.Underlying().(*types.Basic); !ok || basic.Info()&types.IsInteger == 0 || e.hints[n] || !e.canName(t) || hasLetter(n) {
		return
	}
	original, mutated := e.words(n), e.words(n)+" + 1"
	if parent, ok := e.parents[n].(*ast.BinaryExpr); ok {
		if op := parent.Op; parent.Y == n && (op == token.GEQ || op == token.LSS) || parent.X == n && (op == token.LEQ || op == token.GTR) {
			return // x >= c+1 is x > c, which is a mutant already
		}
		mutated = "(" + mutated + ")"
	}
	if parent, ok := e.parents[n].(ast.Expr); ok && e.offset(parent.End())-e.offset(parent.Pos()) <= 60 { // more can be seen there
		start, end := e.offset(n.Pos()), e.offset(n.End())
		original = e.words(parent)
		mutated = strings.Join(strings.Fields(string(e.text[e.offset(parent.Pos()):start])+mutated+string(e.text[end:e.offset(parent.End())])), " ")
	}
	e.wrap(n, fmt.Sprintf("mutantPlus(%d, %s(", e.site(n, original, mutated), e.typeName(types.Default(t))), "))")
}

// hasLetter reports whether a constant is made of a letter, as '0' is: the one
// after it would be another letter, and not a bound that is one too high.
func hasLetter(n ast.Expr) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		found = found || ok && literal.Kind == token.CHAR
		return true
	})
	return found
}

// canName reports whether the file at hand can write a type by its name.
func (e *editor) canName(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		p := t.Obj().Pkg()
		return p == nil || p == e.of || t.Obj().Exported() && e.imports[p.Path()]
	case *types.Basic:
		return true
	}
	return false
}

var cloner = regexp.MustCompile(`^(bytes|maps|slices|strings)\.Clone$`)

// alias makes a clone the very value that would be cloned: of a function called
// Clone, of append to nothing, and of a method called clone.
func (e *editor) alias(n *ast.CallExpr) {
	switch f := e.words(n.Fun); {
	case cloner.MatchString(f):
		of, _, _ := strings.Cut(f, ".")
		id := e.site(n, e.words(n), e.words(n.Args[0]))
		e.instead[e.offset(n.Fun.Pos())] = [2]string{f, "mutantClone" + of}
		e.replace(n.Lparen, token.LPAREN, fmt.Sprintf("(%d, ", id))
		e.imported[of] = true
	case f == "append" && n.Ellipsis.IsValid() && isNothing(n.Args[0]):
		e.other(n, n.Args[1])
	case strings.HasSuffix(f, ".clone") && len(n.Args) == 0:
		e.other(n, n.Fun.(*ast.SelectorExpr).X)
	}
}

// other makes a mutant of a call that gives one of its operands. It computes the
// operand twice, which must not be a call, nor have another type.
func (e *editor) other(n *ast.CallExpr, operand ast.Expr) {
	x := e.words(operand)
	if !strings.Contains(x, "(") && types.AssignableTo(e.types[operand].Type, e.types[n].Type) {
		e.wrap(n, fmt.Sprintf("mutantOr(%d, ", e.site(n, e.words(n), x)), ", "+x+")")
	}
}

// isNothing reports whether what is appended to n is in memory of its own: x[:0:0],
// T(nil) or T{}.
func isNothing(n ast.Expr) bool {
	switch n := n.(type) {
	case *ast.SliceExpr:
		literal, ok := n.Max.(*ast.BasicLit)
		return ok && literal.Value == "0"
	case *ast.CallExpr:
		if len(n.Args) == 1 {
			name, ok := n.Args[0].(*ast.Ident)
			return ok && name.Name == "nil"
		}
	case *ast.CompositeLit:
		return len(n.Elts) == 0
	}
	return false
}

// className is what the classes of errors are called.
var className = regexp.MustCompile(`^Err[A-Z]`)

// partners finds of each class of errors another, and of each function that
// does nothing but make an error of a class another that takes and gives the same.
// The partner is the next of the same parent, which is what a class is declared
// with; an only child has its parent.
func partners(files []*ast.File, info *types.Info) map[types.Object]string {
	groups := map[string][]types.Object{} // those that may stand for one another
	parent := map[types.Object]string{}
	for _, file := range files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if spec, ok := spec.(*ast.ValueSpec); ok && decl.Tok == token.VAR && className.MatchString(spec.Names[0].Name) {
						object := info.Defs[spec.Names[0]]
						parent[object] = classIn(spec.Values[0])
						groups[parent[object]] = append(groups[parent[object]], object)
					}
				}
			case *ast.FuncDecl:
				if decl.Recv == nil && decl.Body != nil && len(decl.Body.List) == 1 {
					if result, ok := decl.Body.List[0].(*ast.ReturnStmt); ok && len(result.Results) == 1 && isPointer(result.Results[0]) && classIn(result.Results[0]) != "" {
						object := info.Defs[decl.Name]
						groups[object.Type().String()] = append(groups[object.Type().String()], object)
					}
				}
			}
		}
	}
	partner := map[types.Object]string{}
	for _, group := range groups {
		for i, object := range group {
			partner[object] = parent[object]
			if len(group) > 1 {
				partner[object] = group[(i+1)%len(group)].Name()
			}
		}
	}
	return partner
}

// isPointer reports whether an expression is written &T{…}.
func isPointer(n ast.Expr) bool {
	address, ok := n.(*ast.UnaryExpr)
	return ok && address.Op == token.AND
}

// classIn returns the name of the class that an expression has, "" for none.
func classIn(n ast.Expr) string {
	class := ""
	ast.Inspect(n, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok && className.MatchString(name.Name) {
			class = name.Name
		}
		return true
	})
	return class
}

// otherClass makes the name of a class, or of a maker of errors, that of its partner.
func (e *editor) otherClass(n *ast.Ident) {
	if partner := e.partners[e.uses[n]]; partner != "" {
		original, mutated := n.Name, partner
		if call, ok := e.parents[n].(*ast.CallExpr); ok && call.Fun == n {
			words := strings.TrimPrefix(e.words(call), n.Name)
			original, mutated = shorten(original+words), mutated+"(…)"
		}
		e.wrap(n, fmt.Sprintf("mutantOr(%d, ", e.site(n, original, mutated)), ", "+partner+")")
	}
}
