package jwt_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wrongPrograms are statements that must not compile; each runs where key,
// token and the kinds of keys are at hand. The compiler's message must be about
// what is meant to be wrong.
var wrongPrograms = []struct{ name, statement, says string }{
	{"a string as a signing key", `jwt.Encode(jwt.Claims{}, "a secret")`, "jwt.SigningKey"},
	{"a string as a verification key", `jwt.Decode(token, "a secret", jwt.HS256)`, "jwt.VerificationKey"},
	{"a named string as a key", `jwt.Encode(jwt.Claims{}, text("a secret"))`, "jwt.SigningKey"},
	{"no key", `jwt.Encode(jwt.Claims{}, nil)`, "infer K"},
	{"an ed25519 public key that would pass for a secret", `jwt.Encode(jwt.Claims{}, edPublic)`, "jwt.SigningKey"},
	{"an ed25519 private key to verify with", `jwt.Decode(token, edPrivate, jwt.EdDSA)`, "jwt.VerificationKey"},
	{"a type of the caller's own over octets, to sign", `jwt.Encode(jwt.Claims{}, octets(key))`, "jwt.SigningKey"},
	{"a type of the caller's own over octets, to verify", `jwt.Decode(token, octets(key), jwt.HS256)`, "jwt.VerificationKey"},
	{"octets of another package's type", `jwt.Decode(token, json.RawMessage(key), jwt.HS256)`, "jwt.VerificationKey"},
	{"an array of octets", `jwt.Decode(token, [32]byte{}, jwt.HS256)`, "jwt.VerificationKey"},
	{"an RSA public key by value", `jwt.Decode(token, rsaPublic, jwt.RS256)`, "jwt.VerificationKey"},
	{"an RSA public key to sign with", `jwt.Encode(jwt.Claims{}, &rsaPublic)`, "jwt.SigningKey"},
	{"an RSA private key to verify with", `jwt.Decode(token, rsaPrivate, jwt.RS256)`, "jwt.VerificationKey"},
	{"an EC private key to verify with", `jwt.Decode(token, ecPrivate, jwt.ES256)`, "jwt.VerificationKey"},
	{"an EC public key to sign with", `jwt.Encode(jwt.Claims{}, &ecPrivate.PublicKey)`, "jwt.SigningKey"},
	{"a crypto.Signer, which is an interface", `jwt.Encode(jwt.Claims{}, signer)`, "jwt.SigningKey"},
	{"a crypto.PublicKey, which is an interface", `jwt.Decode(token, signer.Public(), jwt.RS256)`, "jwt.VerificationKey"},
	{"a Key by value", `jwt.Decode(token, *made, jwt.HS256)`, "jwt.VerificationKey"},
	{"a key set to sign with", `jwt.Encode(jwt.Claims{}, set)`, "jwt.SigningKey"},
	{"a key that is any", `jwt.Encode(jwt.Claims{}, any(key))`, "jwt.SigningKey"},
	{"the algorithm as text", `jwt.Decode(token, key, "HS256")`, "jwt.Algorithm"},
	{"the algorithms as a list", `jwt.Decode(token, key, []jwt.Algorithm{jwt.HS256})`, "jwt.Algorithm"},
	{"no algorithm", `jwt.Decode(token, key)`, "not enough arguments"},
	{"an encode option given to Decode", `jwt.Decode(token, key, jwt.HS256, jwt.WithExpiresIn(time.Minute))`, "jwt.DecodeOption"},
	{"a key ID given to Decode", `jwt.Decode(token, key, jwt.HS256, jwt.WithKeyID("k"))`, "jwt.DecodeOption"},
	{"an encode option given to NewDecoder", `jwt.NewDecoder(key, jwt.HS256, jwt.WithDetached())`, "jwt.DecodeOption"},
	{"a decode option given to Encode", `jwt.Encode(jwt.Claims{}, key, jwt.WithLeeway(time.Second))`, "jwt.EncodeOption"},
	{"a decode option given to NewEncoder", `jwt.NewEncoder(key, jwt.WithRequired("exp"))`, "jwt.EncodeOption"},
	{"a key option given to Encode", `jwt.Encode(jwt.Claims{}, key, jwt.AllowWeakKey())`, "jwt.EncodeOption"},
	{"an encode option given to NewKey", `jwt.NewKey(key, jwt.WithIssuedAt())`, "KeyOption"},
	{"an unverified token's claims stored", `unverified.DecodeInto(new(jwt.Claims))`, "DecodeInto"},
	{"an unverified token for a verified one", `takesToken(unverified)`, "*jwt.Token"},
}

const compileHead = `package programs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"time"

	"github.com/token-jwt/jwt"
)

type octets []byte
type text string

var (
	key, token = make([]byte, 32), ""
	edPublic   ed25519.PublicKey
	edPrivate  ed25519.PrivateKey
	rsaPublic  rsa.PublicKey
	rsaPrivate *rsa.PrivateKey
	ecPrivate  *ecdsa.PrivateKey
	signer     crypto.Signer
	made       *jwt.Key
	set        *jwt.KeySet
	unverified *jwt.UnverifiedToken
	_          = json.RawMessage(nil)
	_          = time.Second
)

func takesToken(*jwt.Token) {}

`

// rightProgram is what the wrong ones are near to. It shows that nothing but
// what is meant keeps them from compiling.
const rightProgram = compileHead + `func right() {
	jwt.Encode(jwt.Claims{}, key, jwt.WithExpiresIn(time.Minute), jwt.WithKeyID("k"), jwt.WithIssuer("i"))
	jwt.Decode(token, key, jwt.HS256|jwt.HS384, jwt.WithLeeway(time.Second), jwt.WithIssuer("i"))
	jwt.Encode(jwt.Claims{}, []byte(octets(key)))
	jwt.Encode(jwt.Claims{}, []byte(text("a secret")))
	jwt.Encode(jwt.Claims{}, edPrivate)
	jwt.Decode(token, edPublic, jwt.EdDSA)
	jwt.Encode(jwt.Claims{}, rsaPrivate)
	jwt.Decode(token, &rsaPublic, jwt.RS256)
	jwt.Encode(jwt.Claims{}, ecPrivate)
	jwt.Decode(token, &ecPrivate.PublicKey, jwt.ES256)
	jwt.Encode(jwt.Claims{}, made)
	jwt.Decode(token, made, jwt.HS256)
	jwt.Decode(token, set, jwt.HS256)
	jwt.DecodeAs[jwt.Claims](token, key, jwt.HS256)
	jwt.NewKey(signer, jwt.WithKeyID("k"), jwt.AllowWeakKey())
	jwt.NewKey(signer.Public())
	takesToken(nil)
}
`

// What would be wrong at run time and can be wrong at compile time, is.
func TestDoesNotCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the compiler")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here, and so no compiler to ask:", err)
	}
	dir := t.TempDir()
	compile := func(name, program string) (string, error) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(program), 0o600))
		// Files that are named are a package of the module that the command runs
		// in; -e reports every error, not the first ten.
		command := exec.Command("go", "build", "-gcflags=-e", path)
		output, err := command.CombinedOutput()
		return string(output), err
	}
	output, err := compile("right.go", rightProgram)
	require.NoError(t, err, output)

	program := compileHead
	first := strings.Count(compileHead, "\n") + 1
	for i, wrong := range wrongPrograms {
		program += fmt.Sprintf("func wrong%d() { %s }\n", i, wrong.statement)
	}
	output, err = compile("wrong.go", program)
	var exit *exec.ExitError
	require.True(t, errors.As(err, &exit), "%v: %s", err, output)
	messages := map[int]string{}
	for _, found := range regexp.MustCompile(`(?m)^.*wrong\.go:(\d+):\d+: (.*(?:\n\t.*)*)$`).FindAllStringSubmatch(output, -1) {
		line, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		messages[line] += found[2]
	}
	for i, wrong := range wrongPrograms {
		message, refused := messages[first+i]
		assert.True(t, refused, "%s compiles: %s", wrong.name, wrong.statement)
		assert.Contains(t, message, wrong.says, wrong.name)
		delete(messages, first+i)
	}
	assert.Empty(t, messages, "errors on other lines")
}
