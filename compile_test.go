package jwt_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What is fixed must compile: the names of the package, their parameters and what
// they give. A program that stores one in a variable would notice any change.
var (
	_ func(any, []byte, ...jwt.EncodeOption) (string, error)                                 = jwt.Encode
	_ func(string, []byte, jwt.Algorithm, ...jwt.DecodeOption) (jwt.Claims, error)           = jwt.Decode
	_ func(string, *jwt.KeySet, jwt.Algorithm, ...jwt.DecodeOption) (struct{}, error)        = jwt.DecodeAs[struct{}]
	_ func(string, *ecdsa.PublicKey, jwt.Algorithm, ...jwt.DecodeOption) (*jwt.Token, error) = jwt.DecodeComplete
	_ func(ed25519.PrivateKey, ...jwt.EncodeOption) (*jwt.Encoder, error)                    = jwt.NewEncoder
	_ func(*jwt.Encoder, any) (string, error)                                                = (*jwt.Encoder).Encode
	_ func(*jwt.Encoder, []byte, any) ([]byte, error)                                        = (*jwt.Encoder).AppendEncode
	_ func(*jwt.Encoder, []byte) (string, error)                                             = (*jwt.Encoder).Sign
	_ func(ed25519.PublicKey, jwt.Algorithm, ...jwt.DecodeOption) (*jwt.Decoder, error)      = jwt.NewDecoder
	_ func(*jwt.Decoder, string) (jwt.Claims, error)                                         = (*jwt.Decoder).Decode
	_ func(*jwt.Decoder, string, any) error                                                  = (*jwt.Decoder).DecodeInto
	_ func(*jwt.Decoder, string) (*jwt.Token, error)                                         = (*jwt.Decoder).DecodeComplete
	_ func(*jwt.Decoder, context.Context, string) (*jwt.Token, error)                        = (*jwt.Decoder).DecodeContext
	_ func(*jwt.Decoder, string) ([]byte, error)                                             = (*jwt.Decoder).Verify
	_ func([]byte, *rsa.PrivateKey, ...jwt.EncodeOption) (string, error)                     = jwt.Sign
	_ func(string, *rsa.PublicKey, jwt.Algorithm, ...jwt.DecodeOption) ([]byte, error)       = jwt.Verify
	_ func(string) (*jwt.UnverifiedToken, error)                                             = jwt.DecodeUnverified
	_ func(string) (jwt.Algorithm, error)                                                    = jwt.ParseAlgorithm
	_ func(...string) (jwt.Algorithm, error)                                                 = jwt.ParseAlgorithms
	_ func(jwt.Algorithm) crypto.Hash                                                        = jwt.Algorithm.Hash
	_ func(any, ...jwt.KeyOption) (*jwt.Key, error)                                          = jwt.NewKey
	_ func([]byte, ...jwt.KeyOption) (*jwt.Key, error)                                       = jwt.ParsePEM
	_ func([]byte, ...jwt.KeyOption) (*jwt.Key, error)                                       = jwt.ParseJWK
	_ func(jwt.Algorithm, ...jwt.KeyOption) (*jwt.Key, error)                                = jwt.GenerateKey
	_ func(*jwt.Key) string                                                                  = (*jwt.Key).ID
	_ func(*jwt.Key) jwt.Algorithm                                                           = (*jwt.Key).Algorithm
	_ func(*jwt.Key) bool                                                                    = (*jwt.Key).IsPrivate
	_ func(*jwt.Key) *jwt.Key                                                                = (*jwt.Key).Public
	_ func(*jwt.Key) crypto.PublicKey                                                        = (*jwt.Key).CryptoPublic
	_ func(*jwt.Key) string                                                                  = (*jwt.Key).Thumbprint
	_ func(*jwt.Key) ([]byte, error)                                                         = (*jwt.Key).MarshalPrivateJWK
	_ func(...*jwt.Key) (*jwt.KeySet, error)                                                 = jwt.NewKeySet
	_ func([]byte, ...jwt.KeyOption) (*jwt.KeySet, error)                                    = jwt.ParseKeySet
	_ func(*jwt.KeySet) iter.Seq[*jwt.Key]                                                   = (*jwt.KeySet).All
	_ func(*jwt.KeySet, string) (*jwt.Key, bool)                                             = (*jwt.KeySet).Key
	_ func(*jwt.KeySet) []error                                                              = (*jwt.KeySet).Skipped
	_ func(jwt.Claims) string                                                                = jwt.Claims.Issuer
	_ func(jwt.Claims) string                                                                = jwt.Claims.Subject
	_ func(jwt.Claims) string                                                                = jwt.Claims.ID
	_ func(jwt.Claims) jwt.Audience                                                          = jwt.Claims.Audience
	_ func(jwt.Claims) time.Time                                                             = jwt.Claims.ExpiresAt
	_ func(jwt.Claims) time.Time                                                             = jwt.Claims.NotBefore
	_ func(jwt.Claims) time.Time                                                             = jwt.Claims.IssuedAt
	_ func(jwt.Claims, string) (struct{}, error)                                             = jwt.Get[struct{}]
	_ func(time.Time) jwt.NumericDate                                                        = jwt.NewNumericDate
	_ func(*jwt.Token, any) error                                                            = (*jwt.Token).DecodeInto
	_ func(jwt.Header, string) (any, bool)                                                   = jwt.Header.Param
	_ func(string) jwt.Option                                                                = jwt.WithType
	_ func(func() time.Time) jwt.Option                                                      = jwt.WithClock
	_ func(...string) jwt.Option                                                             = jwt.WithIssuer
	_ func(string) jwt.Option                                                                = jwt.WithSubject
	_ func(...string) jwt.Option                                                             = jwt.WithAudience
	_ func(jwt.Algorithm) jwt.EncodeOption                                                   = jwt.WithAlgorithm
	_ func(string, any) jwt.EncodeOption                                                     = jwt.WithHeader
	_ func(time.Duration) jwt.EncodeOption                                                   = jwt.WithExpiresIn
	_ func() jwt.EncodeOption                                                                = jwt.WithIssuedAt
	_ func(time.Time) jwt.EncodeOption                                                       = jwt.WithNotBefore
	_ func() jwt.EncodeOption                                                                = jwt.WithRandomID
	_ func() jwt.EncodeOption                                                                = jwt.WithDetached
	_ func() jwt.EncodeOption                                                                = jwt.WithUnencodedPayload
	_ func(string) jwt.DecodeOption                                                          = jwt.WithStrictAudience
	_ func(...string) jwt.DecodeOption                                                       = jwt.WithRequired
	_ func(time.Duration) jwt.DecodeOption                                                   = jwt.WithLeeway
	_ func(time.Duration) jwt.DecodeOption                                                   = jwt.WithMaxTokenAge
	_ func(...string) jwt.DecodeOption                                                       = jwt.WithoutCheck
	_ func(func(context.Context, *jwt.Token) error) jwt.DecodeOption                         = jwt.WithValidator
	_ func(context.Context) jwt.DecodeOption                                                 = jwt.WithContext
	_ func(int) jwt.DecodeOption                                                             = jwt.WithMaxSize
	_ func(...string) jwt.DecodeOption                                                       = jwt.WithCritical
	_ func() jwt.DecodeOption                                                                = jwt.WithPadding
	_ func(int) jwt.DecodeOption                                                             = jwt.WithSignatureCache
	_ func([]byte) jwt.DecodeOption                                                          = jwt.WithDetachedPayload
	_ func(jwt.Algorithm) jwt.KeyOption                                                      = jwt.WithKeyAlgorithm
	_ func() jwt.KeyOption                                                                   = jwt.AllowWeakKey

	_ func(string) jwt.KeyIDOption                                                 = jwt.WithKeyID
	_ jwt.EncodeOption                                                             = jwt.WithKeyID("")
	_ jwt.KeyOption                                                                = jwt.WithKeyID("")
	_ func(jwt.KeySource, ...jwt.LiveOption) (*jwt.KeySet, error)                  = jwt.NewLiveKeySet
	_ jwt.KeySource                                                                = jwt.KeySourceFunc(nil)
	_ func(jwt.KeySourceFunc, context.Context) (*jwt.KeySet, time.Duration, error) = jwt.KeySourceFunc.Fetch
	_ func(time.Duration) jwt.LiveOption                                           = jwt.WithRefreshInterval
	_ func(time.Duration) jwt.LiveOption                                           = jwt.WithMaxStale
	_ func(time.Duration) jwt.LiveOption                                           = jwt.WithCooldown
	_ func(time.Duration) jwt.LiveOption                                           = jwt.WithFetchTimeout
	_ func(func(jwt.FetchReport)) jwt.LiveOption                                   = jwt.WithFetchReport
	_                                                                              = jwt.FetchReport{Err: error(nil), Took: time.Duration(0), Keys: int(0), FetchedAt: time.Time{}}
	_ func(*jwt.KeySet, context.Context) error                                     = (*jwt.KeySet).Refresh
	_ func(*jwt.KeySet, context.Context) (*jwt.KeySet, error)                      = (*jwt.KeySet).Current
	_                                                                              = jwt.Issuers(map[string]*jwt.Decoder{})
	_ func(jwt.Issuers, context.Context, string) (*jwt.Token, error)               = jwt.Issuers.DecodeContext

	// What is written and read as text, and in JSON.
	_ = []encoding.TextMarshaler{jwt.HS256, jwt.Audience{}, jwt.NumericDate{}}
	_ = []encoding.TextUnmarshaler{new(jwt.Algorithm), &jwt.Audience{}, &jwt.NumericDate{}}
	_ = []json.Marshaler{&jwt.Key{}, &jwt.KeySet{}, jwt.Audience{}, jwt.NumericDate{}}
	_ = []json.Unmarshaler{&jwt.Audience{}, &jwt.NumericDate{}}

	// The fields that programs read and set, and what things are underneath.
	_ = jwt.Token{Header: jwt.Header{}, Claims: map[string]any{}, Payload: []byte{}, Signature: []byte{}}
	_ = jwt.UnverifiedToken{Header: jwt.Header{}, Claims: jwt.Claims{}, Payload: []byte{}}
	_ = jwt.Header{Algorithm: jwt.Algorithm(uint64(1)), Type: "", ContentType: "", KeyID: ""}
	_ = jwt.RegisteredClaims{Issuer: "", Subject: "", Audience: []string{}, ExpiresAt: jwt.NumericDate{Time: time.Time{}}, NotBefore: jwt.NumericDate{}, IssuedAt: jwt.NumericDate{}, ID: ""}
	_ = jwt.InvalidTokenError{Claim: ""}
	_ = jwt.DecodeError{Segment: ""}
	_ = jwt.ExpiredError{ExpiresAt: time.Time{}, Now: time.Time{}, Leeway: time.Duration(0), Token: &jwt.Token{}}
)

// The table above has every function and method, but for those that interfaces of
// the standard library ask for: a new one is not exported by mistake.
func TestExportedFunctions(t *testing.T) {
	table, err := os.ReadFile("compile_test.go")
	require.NoError(t, err)
	asked := regexp.MustCompile(`\.(Error|Unwrap|String|Format|LogValue|(M|Unm)arshal(JSON|Text)|AppendText)$`)
	for _, d := range declarations(parsePackage(t, ".")) {
		if d.kind == token.FUNC && d.file != "export_conformance.go" && isExported(d.name) && !asked.MatchString(d.name) {
			entry := regexp.MustCompile(`= (\(\*)?jwt\.` + strings.Replace(d.name, ".", `\)?\.`, 1) + `\b`)
			assert.True(t, entry.Match(table), "%s: %s is exported, and not in the table", d.file, d.name)
		}
	}
}

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
