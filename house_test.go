package jwt_test

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the recipes of CONTRIBUTING.md promise: that a change of one kind is made in the
// places that they name, and in no other. Each test follows a recipe in a copy of the
// source, and runs a program that uses what was added.

// An insertion is lines that are added to a file, above the line that begins with before.
type insertion struct{ file, before, lines string }

// runOverlaid runs a program with the package as it is with some lines more, and returns
// what it printed. Lines can only be added, so no other line is changed.
func runOverlaid(t *testing.T, insertions []insertion, program string) (string, error) {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	sources := map[string]string{}
	for _, i := range insertions {
		source, ok := sources[i.file]
		if !ok {
			text, err := os.ReadFile(i.file)
			require.NoError(t, err)
			source = string(text)
		}
		place := "\n" + i.before
		require.Equal(t, 1, strings.Count(source, place), "one line of %s begins with %q; where do such lines go now? Say so in CONTRIBUTING.md too", i.file, i.before)
		sources[i.file] = strings.Replace(source, place, "\n"+i.lines+"\n"+i.before, 1)
	}
	replace := map[string]string{}
	for file, source := range sources {
		replace[filepath.Join(root, file)] = filepath.Join(dir, file)
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(source), 0o600))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600))
	output, err := exec.Command("go", "run", "-overlay", filepath.Join(dir, "overlay.json"), filepath.Join(dir, "main.go")).CombinedOutput()
	return string(output), err
}

func needsCompiler(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it runs the compiler")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here, and so no compiler to ask:", err)
	}
}

// addedOptions are two options: one for both sides and for JWTs alone, which takes a list,
// and one for Sign alone.
var addedOptions = []insertion{
	// How to add an option: a constant, a row, a function, and what is wrong with its values.
	{"options.go", "\toptionKinds //", "\twithID\n\twithTrace"},
	{"options.go", "\twithFetchReport:  ", "\twithID: {\"WithID\", forJWT, \"jti\"},\n\twithTrace: {\"WithTrace\", inSign, \"\"},"},
	{"options.go", "\tcase withIssuer, withAudience:", "\tcase withID:\n\t\treturn o.checkList()"},
	{"options.go", "// fault ", `// WithID adds the claim "jti" when encoding, and asks for one of them when decoding.
func WithID(ids ...string) Option { return &option{kind: withID, list: ids} }

// WithTrace adds the header parameter "trace".
func WithTrace(id string) EncodeOption { return &option{kind: withTrace, text: id} }
`},
	// Where they count.
	{"policy_encode.go", "\tif p.has(withRandomID) {", "\tif p.has(withID) {\n\t\ta.text(\"jti\", p.get(withID).list[0])\n\t}"},
	{"policy_encode.go", "\tif p.has(withUnencodedPayload) {", "\tif p.has(withTrace) {\n\t\tparams = append(params, member{\"trace\", strings.Clone(p.get(withTrace).text)})\n\t}"},
	{"claims_check.go", "\tfor c := claimSub + 1;", `	if err == nil && p.has(withID) {
		wanted, i := p.get(withID).list, claimJti.in(d)
		switch err = p.checkForm(claimJti, d, true); {
		case err != nil:
		case i == 0:
			err = missing("jti").wantedBy("WithID")
		case !contains(wanted, d.String(i)):
			err = badClaim(ErrInvalidID, "jti", "the token is not "+either(wanted)+" (WithID)")
		}
	}`},
}

// programTail is what the programs check by.
const programTail = `var failed bool

func check(name string, ok bool) {
	if !ok {
		fmt.Println("wrong:", name)
		failed = true
	}
}

func succeeds(name string, err error) { check(fmt.Sprint(name, ": ", err), err == nil) }

func fails(name string, err, class error, says ...string) {
	text := fmt.Sprint(err)
	check(name+": "+text, errors.Is(err, class))
	for _, words := range says {
		check(name+": "+text, strings.Contains(text, words))
	}
}
`

const optionHead = `package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/token-jwt/jwt"
)

var key = []byte("a secret of 32 bytes, for a test")

`

const optionProgram = optionHead + `func main() {
	ids := []string{"id1"}
	one := func(opts ...jwt.Option) []jwt.DecodeOption {
		var all []jwt.DecodeOption
		for _, o := range opts {
			all = append(all, o)
		}
		return all
	}

	// It works in a call.
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithID(ids...))
	succeeds("Encode", err)
	for _, opts := range [][]jwt.DecodeOption{one(jwt.WithID("id1")), one(jwt.WithID("b", "id1")), one(jwt.WithID("id1"), jwt.WithID("b"))} {
		claims, err := jwt.Decode(token, key, jwt.HS256, opts...)
		succeeds("Decode", err)
		check("Decode gives the claim", claims.ID() == "id1")
	}
	_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithID("b"))
	fails("Decode of another", err, jwt.ErrInvalidID, "WithID")
	bare, err := jwt.Encode(jwt.Claims{}, key)
	succeeds("Encode without", err)
	_, err = jwt.Decode(bare, key, jwt.HS256, jwt.WithID("id1"))
	fails("Decode of none", err, jwt.ErrMissingClaim, "WithID")
	_, err = jwt.Decode(token, key, jwt.HS256)
	succeeds("Decode without", err)

	// It works prepared, as a copy.
	encoder, err := jwt.NewEncoder(key, jwt.WithID(ids...))
	succeeds("NewEncoder", err)
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithID(ids...))
	succeeds("NewDecoder", err)
	ids[0] = "changed"
	again, err := encoder.Encode(jwt.Claims{"sub": "alice"})
	succeeds("Encoder.Encode", err)
	check("an Encoder copies the list", again == token)
	_, err = decoder.Decode(token)
	succeeds("Decoder.Decode", err)

	// It contradicts what it cannot stand beside.
	_, err = jwt.Encode(jwt.Claims{"jti": "id2"}, key, jwt.WithID("id1"))
	fails("Encode of a payload with the claim", err, jwt.ErrInvalidOption, "jti")
	_, err = jwt.NewDecoder(key, jwt.HS256, jwt.WithID("id1"), jwt.WithoutCheck("jti"))
	fails("NewDecoder with WithoutCheck", err, jwt.ErrInvalidOption, "WithID", "WithoutCheck")

	// Other calls refuse it, and errors name it.
	_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithID())
	fails("Encode with an empty list", err, jwt.ErrInvalidOption, "WithID")
	_, err = jwt.NewDecoder(key, jwt.HS256, jwt.WithID(""))
	fails("NewDecoder with no text", err, jwt.ErrInvalidOption, "WithID")
	_, err = jwt.Sign(nil, key, jwt.WithID("id1"))
	fails("Sign", err, jwt.ErrInvalidOption, "Sign", "WithID")
	_, err = encoder.Sign(nil)
	fails("Encoder.Sign", err, jwt.ErrInvalidOption, "Sign", "WithID")
	_, err = jwt.Verify(token, key, jwt.HS256, jwt.WithID("id1"))
	fails("Verify", err, jwt.ErrInvalidOption, "Verify", "WithID")
	_, err = decoder.Verify(token)
	fails("Decoder.Verify", err, jwt.ErrInvalidOption, "Verify", "WithID")
	_, err = jwt.NewKey(key, any(jwt.WithID("id1")).(jwt.KeyOption))
	fails("NewKey", err, jwt.ErrInvalidOption, "WithID")

	signed, err := jwt.Sign(nil, key, jwt.WithTrace("t1"))
	succeeds("Sign", err)
	if _, err = jwt.Verify(signed, key, jwt.HS256); true {
		succeeds("Verify", err)
	}
	plain, err := jwt.Sign(nil, key)
	succeeds("Sign without", err)
	check("Sign writes the parameter", len(signed) > len(plain))
	_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithTrace("t1"))
	fails("Encode", err, jwt.ErrInvalidOption, "Encode", "WithTrace")
	_, err = jwt.NewEncoder(key, jwt.WithTrace("t1"), jwt.WithID("id1"))
	fails("NewEncoder with both", err, jwt.ErrInvalidOption, "WithTrace", "WithID")
	_, err = jwt.Verify(signed, key, jwt.HS256, any(jwt.WithTrace("t1")).(jwt.DecodeOption))
	fails("the other side", err, jwt.ErrInvalidOption, "WithTrace")

	// It costs a call no allocation.
	id := fmt.Sprint("id", 1)
	check("it allocates nothing", testing.AllocsPerRun(100, func() { jwt.Decode("", key, jwt.HS256, jwt.WithID(id, "b")) }) == 0)
	if failed {
		os.Exit(1)
	}
}

` + programTail

func TestAddingAnOption(t *testing.T) {
	t.Parallel()
	needsCompiler(t)
	output, err := runOverlaid(t, addedOptions, optionProgram)
	assert.NoError(t, err, output)

	// The compiler keeps it from the other side.
	output, err = runOverlaid(t, addedOptions, `package main

import "github.com/token-jwt/jwt"

func main() { jwt.Verify("", []byte(nil), jwt.HS256, jwt.WithTrace("t1")) }
`)
	assert.Error(t, err)
	assert.Contains(t, output, "jwt.DecodeOption")
}

// Each option has a row under its name, which errors say, and a function of that name.
func TestEveryOptionHasARow(t *testing.T) {
	rows := map[string]string{}
	functions := map[string]bool{}
	kinds := map[string]bool{}
	for _, f := range parsePackage(t, ".") {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Type.Results != nil {
				if result, ok := fn.Type.Results.List[0].Type.(*ast.Ident); ok && strings.HasSuffix(result.Name, "Option") && fn.Name.IsExported() {
					functions[fn.Name.Name] = true
				}
			}
			group, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for n, spec := range group.Specs {
				values, ok := spec.(*ast.ValueSpec)
				switch first, _ := group.Specs[0].(*ast.ValueSpec); {
				case !ok:
				case group.Tok == token.CONST && isIdent(first.Type, "optionKind") && n < len(group.Specs)-1: // the last is their number
					kinds[values.Names[0].Name] = true
				case values.Names[0].Name == "optionRows":
					for _, row := range values.Values[0].(*ast.CompositeLit).Elts {
						row := row.(*ast.KeyValueExpr)
						rows[row.Key.(*ast.Ident).Name] = strings.Trim(row.Value.(*ast.CompositeLit).Elts[0].(*ast.BasicLit).Value, `"`)
					}
				}
			}
		}
	}
	require.NotEmpty(t, rows)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(kinds)), slices.Collect(maps.Keys(rows)), "each optionKind has a row")
	assert.ElementsMatch(t, slices.Collect(maps.Keys(functions)), slices.Collect(maps.Values(rows)), "each row has a function")
	for kind, name := range rows {
		assert.Equal(t, strings.ToUpper(kind[:1])+kind[1:], name)
	}
}

func isIdent(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

// addedClaim is the row of a claim of OpenID Connect, a date.
var addedClaim = []insertion{
	{"claims_table.go", "\tclaimJti\n)", "\tclaimAuthTime"},
	{"claims_table.go", "\tclaimJti: {", "\tclaimAuthTime: {\"auth_time\", formDate, ErrInvalidIssuedAt},"},
}

const claimProgram = `package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

var key = []byte("a secret of 32 bytes, for a test")

func main() {
	// Encode writes it as the others of its form, and refuses what is none.
	token, err := jwt.Encode(jwt.Claims{"auth_time": time.Unix(1800000000, 5)}, key)
	succeeds("Encode", err)
	claims, err := jwt.Decode(token, key, jwt.HS256)
	succeeds("Decode", err)
	check("a time is whole seconds", claims["auth_time"] == int64(1800000000))
	for _, value := range []any{"today", time.Hour, true, nil, 1e300, []int{1}} {
		_, err = jwt.Encode(jwt.Claims{"auth_time": value}, key)
		fails(fmt.Sprintf("Encode of %T", value), err, jwt.ErrInvalidOption, "auth_time")
	}
	_, err = jwt.Encode(struct {
		AuthTime string ` + "`json:\"auth_time\"`" + `
	}{"today"}, key)
	fails("Encode of a struct", err, jwt.ErrInvalidOption, "auth_time")

	// A token of another form is refused by the class of the row, unless the check is off.
	for _, value := range []string{"\"today\"", "true", "null", "{}", "1e300"} {
		token, err := jwt.Sign([]byte("{\"auth_time\":"+value+"}"), key)
		succeeds("Sign", err)
		_, err = jwt.Decode(token, key, jwt.HS256)
		fails("Decode of "+value, err, jwt.ErrInvalidIssuedAt, "auth_time")
		_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithoutCheck("auth_time"))
		succeeds("WithoutCheck of "+value, err)
	}
	_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithoutCheck("nonce"))
	fails("WithoutCheck of another", err, jwt.ErrInvalidOption, "auth_time")
	if failed {
		os.Exit(1)
	}
}

` + programTail

// One row, and no other line.
func TestAddingAClaim(t *testing.T) {
	t.Parallel()
	needsCompiler(t)
	output, err := runOverlaid(t, addedClaim, claimProgram)
	require.NoError(t, err, output)
}
