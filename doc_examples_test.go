package jwt_test

import (
	"go/ast"
	"go/doc"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// withoutExample are methods that programs do not call by name: package fmt, encoding/json,
// log/slog, errors and, for Fetch, a live set do.
var withoutExample = []string{"AppendText", "Error", "Fetch", "Format", "LogValue", "MarshalJSON", "MarshalText", "String", "UnmarshalJSON", "UnmarshalText", "Unwrap"}

// Each function, type and option has an example, with output, that go doc shows beside it.
// Each method has one too, or is called in another.
func TestEveryNameHasAnExample(t *testing.T) {
	for _, dir := range packages {
		p, _ := documented(t, dir)
		used := map[string]bool{}
		problems := 0
		check := func(name string, examples []*doc.Example) {
			for _, e := range examples {
				ast.Inspect(e.Code, func(n ast.Node) bool {
					if s, ok := n.(*ast.SelectorExpr); ok {
						used[s.Sel.Name] = true
					}
					return true
				})
				if !assert.True(t, e.Output != "" || e.EmptyOutput, "%s: the example %s%s has no output", dir, name, e.Suffix) {
					problems++
				}
			}
		}
		has := func(name string, examples []*doc.Example) {
			check(name, examples)
			if !assert.NotEmpty(t, examples, "%s: %s has no example: func Example%s()", dir, name, name) {
				problems++
			}
		}
		check("package", p.Examples)
		for _, f := range p.Funcs {
			has(f.Name, f.Examples)
		}
		for _, typ := range p.Types {
			has(typ.Name, typ.Examples)
			for _, f := range typ.Funcs {
				has(f.Name, f.Examples)
			}
			for _, m := range typ.Methods {
				check(typ.Name+"_"+m.Name, m.Examples)
			}
		}
		for _, typ := range p.Types {
			for _, m := range typ.Methods {
				if len(m.Examples) == 0 && !slices.Contains(withoutExample, m.Name) && !assert.True(t, used[m.Name], "%s: no example calls %s.%s", dir, typ.Name, m.Name) {
					problems++
				}
			}
		}
		t.Logf("%s: %d without", dir, problems)
	}
}
