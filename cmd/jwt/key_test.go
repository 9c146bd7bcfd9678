package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/fips140"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func succeeds(t *testing.T, line, stdin string) answer {
	t.Helper()
	got := tool(line, stdin)
	require.Equal(t, exitOK, got.code, "%s: %s", line, got.stderr)
	return got
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// Each algorithm: a key is made, written in each form, and what one form signs the other verifies.
func TestKeyNew(t *testing.T) {
	for _, alg := range []string{"ES256", "ES384", "ES512", "EdDSA", "Ed25519", "RS256", "PS384", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"} {
		t.Run(alg, func(t *testing.T) {
			inFolder(t)
			made := tool("key new "+alg+" -out private.json -public-out public.json", "")
			if strings.HasPrefix(alg, "ML-DSA") && made.code == exitKey {
				t.Skip("crypto/mldsa is in Go 1.27 and later")
			}
			require.Equal(t, exitOK, made.code, made.stderr)
			assert.Empty(t, made.stdout)
			private, err := jwt.ParseJWK([]byte(read(t, "private.json")))
			require.NoError(t, err)
			assert.Equal(t, alg, private.Algorithm().String())
			assert.Equal(t, private.Thumbprint(), private.ID())
			assert.NotContains(t, read(t, "public.json"), `"d"`)
			assert.NotContains(t, read(t, "public.json"), `"priv"`)

			succeeds(t, "key convert private.json -out private.pem", "")
			succeeds(t, "key public private.pem -out public.pem", "")
			block, rest := pem.Decode([]byte(read(t, "private.pem")))
			require.NotNil(t, block)
			assert.Empty(t, rest)
			_, err = x509.ParsePKCS8PrivateKey(block.Bytes)
			require.NoError(t, err)
			block, _ = pem.Decode([]byte(read(t, "public.pem")))
			_, err = x509.ParsePKIXPublicKey(block.Bytes)
			require.NoError(t, err)

			// Back again it is the same key, with what PEM cannot hold.
			back := succeeds(t, "key convert private.pem -kid "+private.ID()+" -alg "+alg, "").stdout
			assert.Equal(t, read(t, "private.json"), back)

			for _, file := range []string{"private.json", "private.pem", "public.json", "public.pem"} {
				assert.Equal(t, private.Thumbprint()+"\n", succeeds(t, "key thumbprint "+file, "").stdout)
			}
			token := succeeds(t, "sign -key private.pem -expires-in 1m -alg "+alg, "").stdout
			succeeds(t, "verify -key public.json -alg "+alg, token)
			token = succeeds(t, "sign -key private.json -expires-in 1m", "").stdout
			succeeds(t, "verify -key public.pem -alg "+alg, token)
			succeeds(t, "verify -key public.json", token)
		})
	}
}

func TestKeyNewSecret(t *testing.T) {
	inFolder(t)
	succeeds(t, "key new HS512 -out secret.json -kid one", "")
	key, err := jwt.ParseJWK([]byte(read(t, "secret.json")))
	require.NoError(t, err)
	assert.Equal(t, "one", key.ID())
	var jwk struct{ K string }
	require.NoError(t, json.Unmarshal([]byte(read(t, "secret.json")), &jwk))
	secret, err := base64.RawURLEncoding.DecodeString(jwk.K)
	require.NoError(t, err)

	token := succeeds(t, "sign -key secret.json -expires-in 1m", "").stdout
	for form, want := range map[string]string{
		"raw":       string(secret),
		"base64":    base64.StdEncoding.EncodeToString(secret) + "\n",
		"base64url": jwk.K + "\n",
		"hex":       hex.EncodeToString(secret) + "\n",
	} {
		got := succeeds(t, "key convert secret.json -out "+form+" -form "+form, "")
		assert.Contains(t, got.stderr, "holds no algorithm: HS512")
		assert.Equal(t, want, read(t, form))
		succeeds(t, "verify -secret "+form+" -secret-encoding "+form, token)
		if form != "raw" {
			got := call{args: args("verify -secret env:S -secret-encoding " + form), stdin: token, env: map[string]string{"S": want}}.run()
			assert.Equal(t, exitOK, got.code, got.stderr)
		}
	}
	assert.Equal(t, exitKey, tool("key convert secret.json -form pem", "").code)
	assert.Equal(t, exitKey, tool("key new HS256 -public-out public.json -out new.json", "").code)
	assert.NoFileExists(t, "new.json")
	assert.Equal(t, exitKey, tool("key convert keys/ed.json -form hex", "").code)
	assert.Equal(t, exitUsage, tool("key convert keys/ed.json -form der", "").code)
}

// What an editor puts at the end of a file is no part of a secret; what is random is.
func TestSecretFromFile(t *testing.T) {
	inFolder(t)
	require.NoError(t, os.WriteFile("text", []byte(strings.Repeat("a1", 20)), 0o600))
	require.NoError(t, os.WriteFile("line", []byte(strings.Repeat("a1", 20)+"\r\n"), 0o600))
	require.NoError(t, os.WriteFile("random", append(bytes.Repeat([]byte{0xff, 1}, 20), '\n'), 0o600))
	require.NoError(t, os.WriteFile("shorter", bytes.Repeat([]byte{0xff, 1}, 20), 0o600))
	token := succeeds(t, "sign -secret text -no-expiry", "").stdout
	assert.Equal(t, token, succeeds(t, "sign -secret line -no-expiry", "").stdout)
	assert.Equal(t, token, succeeds(t, "sign -secret - -no-expiry", read(t, "line")).stdout)
	assert.NotEqual(t, succeeds(t, "sign -secret shorter -no-expiry", "").stdout, succeeds(t, "sign -secret random -no-expiry", "").stdout)
}

// In what editors and shells of Windows write, the mark at the start is named. It would be a part
// of a secret that nobody sees.
func TestByteOrderMarks(t *testing.T) {
	inFolder(t)
	secret := strings.Repeat("a1", 20)
	inUTF16 := func(text string, order binary.AppendByteOrder) (all string) {
		for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
			all += string(order.AppendUint16(nil, unit))
		}
		return all
	}
	forms := map[string]func(string) string{
		"byte order mark": func(text string) string { return "\ufeff" + text },
		"UTF-16;":         func(text string) string { return inUTF16(text, binary.LittleEndian) },
		"UTF-16":          func(text string) string { return inUTF16(text, binary.BigEndian) },
	}
	for want, form := range forms {
		for _, text := range []string{secret, secret + "\r\n"} {
			require.NoError(t, os.WriteFile("marked", []byte(form(text)), 0o600))
			for _, encoding := range []string{"raw", "base64", "hex"} {
				got := tool("sign -secret marked -no-expiry -secret-encoding "+encoding, "")
				assert.Equal(t, exitKey, got.code)
				assert.Contains(t, got.stderr, want)
				assert.NotContains(t, got.stderr, "a1a1")
			}
		}
		for _, file := range []string{"keys/ed.json", "keys/ed.pem", "keys/good.json"} {
			if want == "byte order mark" && file == "keys/ed.pem" {
				continue // what stands before a block of PEM does not matter
			}
			require.NoError(t, os.WriteFile("marked.json", []byte(form(read(t, file))), 0o600))
			got := tool("key thumbprint marked.json", "")
			assert.Equal(t, exitKey, got.code, file)
			assert.Contains(t, got.stderr, want, file)
		}
		got := tool("sign -key keys/ed.json -no-expiry -", form(`{"sub":"alice"}`))
		assert.Equal(t, exitUsage, got.code)
		assert.Contains(t, got.stderr, want)
	}

	// Random bytes are a secret, however they start.
	for _, start := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		require.NoError(t, os.WriteFile("random", []byte(start+strings.Repeat("\x01\xf0a", 20)), 0o600))
		succeeds(t, "sign -secret random -no-expiry", "")
	}
}

// Where one of two files cannot be written, neither is.
func TestKeyNewWritesBothOrNone(t *testing.T) {
	inFolder(t)
	require.NoError(t, os.WriteFile("old", []byte("old"), 0o600))
	require.NoError(t, os.Mkdir("folder", 0o700))
	for line, want := range map[string]int{
		"-out new -public-out old":                exitFile,
		"-out old -public-out new":                exitFile,
		"-out new -public-out nowhere/public":     exitFile,
		"-out nowhere/private -public-out new":    exitFile,
		"-out new -public-out folder":             exitFile,
		"-out new -public-out folder -force":      exitFile,
		"-out folder -public-out old -force":      exitFile,
		"-out nowhere/a -public-out old -force":   exitFile,
		"-public-out old":                         exitFile,
		"-out new -public-out ./new":              exitUsage,
		"-out new -public-out folder/../new":      exitUsage,
		"-out old -public-out ./old -force":       exitUsage,
		"-out new -public-out new2 -form hex":     exitKey,
		"-out new -public-out new2 -form unknown": exitUsage,
	} {
		got := tool("key new ES256 "+line, "")
		assert.Equal(t, want, got.code, "%s: %s", line, got.stderr)
		assert.Empty(t, got.stdout, line)
		assert.Equal(t, "old", read(t, "old"), line)
		entries, err := os.ReadDir(".")
		require.NoError(t, err)
		assert.Len(t, entries, 3, "%s: keys, folder and old", line)
	}
	succeeds(t, "key new ES256 -out old -public-out new -force", "")
	assert.Contains(t, read(t, "old"), `"d"`)
	assert.NotContains(t, read(t, "new"), `"d"`)
	assert.Contains(t, succeeds(t, "key new ES256 -out private -public-out -", "").stdout, `"kty"`)
}

func TestKeyFiles(t *testing.T) {
	inFolder(t)
	mode := func(file string) fs.FileMode {
		info, err := os.Stat(file)
		require.NoError(t, err)
		return info.Mode().Perm()
	}
	succeeds(t, "key new ES256 -out private.json -public-out public.json", "")
	succeeds(t, "key convert private.json -out private.pem", "")
	succeeds(t, "key convert public.json -out public.pem", "")
	succeeds(t, "jwks build private.json -out set.json", "")
	if runtime.GOOS != "windows" {
		assert.Equal(t, fs.FileMode(0o600), mode("private.json"))
		assert.Equal(t, fs.FileMode(0o600), mode("private.pem"))
		for _, file := range []string{"public.json", "public.pem", "set.json"} {
			assert.Equal(t, fs.FileMode(0o600), mode(file)&0o700, "%s is for everyone, as the umask says", file)
		}
	}

	// No file is overwritten, and none is left half.
	for _, line := range []string{
		"key new ES256 -out private.json", "key new ES256 -out new.json -public-out public.json", "key convert private.json -out private.pem",
		"key public private.json -out public.json", "jwks build public.json -out set.json",
	} {
		before := read(t, "private.json") + read(t, "private.pem") + read(t, "public.json") + read(t, "set.json")
		got := tool(line, "")
		assert.Equal(t, exitFile, got.code, line)
		assert.Contains(t, got.stderr, "-force")
		assert.Equal(t, before, read(t, "private.json")+read(t, "private.pem")+read(t, "public.json")+read(t, "set.json"))
	}

	// With -force a file is replaced, and its old mode with it.
	require.NoError(t, os.Chmod("private.json", 0o644))
	before := read(t, "private.json")
	succeeds(t, "key new ES256 -out private.json -force", "")
	assert.NotEqual(t, before, read(t, "private.json"))
	if runtime.GOOS != "windows" {
		assert.Equal(t, fs.FileMode(0o600), mode("private.json"))
		succeeds(t, "key public private.json -out public.json -force", "")
		assert.Equal(t, fs.FileMode(0o644), mode("public.json"))
		require.NoError(t, os.Symlink("set.json", "link.json"))
		got := tool("key new ES256 -out link.json -force", "")
		assert.Equal(t, exitFile, got.code, "what is no regular file, as /dev/null, is not replaced")
		info, err := os.Lstat("link.json")
		require.NoError(t, err)
		assert.NotZero(t, info.Mode()&fs.ModeSymlink)
	}
	left, err := filepath.Glob(".jwt-*")
	require.NoError(t, err)
	assert.Empty(t, left, "no temporary file is left")
}

// A private key is shown on a terminal only to who says so; a public one is harmless.
func TestKeysOnTheTerminal(t *testing.T) {
	inFolder(t)
	for line, want := range map[string]int{
		"key new ES256":                          exitUsage,
		"key new ES256 -out -":                   exitOK,
		"key convert keys/ed.json":               exitUsage,
		"key convert keys/ed.json -out -":        exitOK,
		"key convert keys/secret.json -form hex": exitUsage,
		"key convert keys/rsa-public.json":       exitOK,
		"key public keys/ed.json":                exitOK,
		"jwks build keys/ed.json":                exitOK,
	} {
		got := call{args: args(line), seen: true}.run()
		assert.Equal(t, want, got.code, line)
		assert.Equal(t, want == exitOK, got.stdout != "", line)
	}
	assert.Contains(t, succeeds(t, "key new ES256", "").stdout, `"d"`, "into a pipe")
}

func TestKeyUsage(t *testing.T) {
	inFolder(t)
	for line, want := range map[string]int{
		"key":                                   exitUsage,
		"key new":                               exitUsage,
		"key new RSA":                           exitUsage,
		"key new es256":                         exitUsage,
		"key new none":                          exitUsage,
		"key new ES256 ES384":                   exitUsage,
		"key new ES256 -kid a -no-kid":          exitUsage,
		"key new ES256 -form der":               exitUsage,
		"key new ES256 -public-out -":           exitUsage,
		"key new ES256 -out a -public-out a":    exitUsage,
		"key public":                            exitUsage,
		"key public keys/good.json":             exitKey,
		"key public keys/secret.json":           exitKey,
		"key public https://login.example":      exitUsage,
		"key convert keys/good.json":            exitKey,
		"key convert keys/ed.json -alg RS256":   exitKey,
		"key convert keys/ed.json -alg nothing": exitUsage,
		"key thumbprint keys/secret.json":       exitKey,
		"key thumbprint":                        exitUsage,
	} {
		got := tool(line, "")
		assert.Equal(t, want, got.code, "%s: %s", line, got.stderr)
		assert.Empty(t, got.stdout, line)
	}
	key, err := jwt.ParseJWK([]byte(succeeds(t, "key new ES256 -no-kid", "").stdout))
	require.NoError(t, err)
	assert.Empty(t, key.ID())
}

// The private half of a key comes as the type that the standard library has for it.
func TestCryptoPrivate(t *testing.T) {
	inFolder(t)
	for file, check := range map[string]func(any) bool{
		"ed.json": func(key any) bool {
			private, ok := key.(ed25519.PrivateKey)
			return ok && private.Public().(ed25519.PublicKey).Equal(readKey(t, "ed.json").CryptoPublic())
		},
		"ec.json": func(key any) bool {
			private, ok := key.(*ecdsa.PrivateKey)
			return ok && private.PublicKey.Equal(readKey(t, "ec.json").CryptoPublic())
		},
		"rsa.json": func(key any) bool {
			private, ok := key.(*rsa.PrivateKey)
			return ok && private.Validate() == nil && private.PublicKey.Equal(readKey(t, "rsa.json").CryptoPublic())
		},
	} {
		private, err := cryptoPrivate(readKey(t, file))
		require.NoError(t, err)
		assert.True(t, check(private), file)
	}
	_, err := cryptoPrivate(readKey(t, "ed-public.json"))
	assert.ErrorIs(t, err, jwt.ErrInvalidKey)
}

// Old systems have keys that nobody should make anew. They are read where -allow-weak-key says so.
func TestWeakKeys(t *testing.T) {
	if fips140.Enforced() {
		t.Skip("FIPS 140-only mode refuses some of them")
	}
	inFolder(t)
	require.NoError(t, os.WriteFile("weak", []byte("hunter2"), 0o600))
	assert.Equal(t, exitKey, tool("sign -secret weak -no-expiry", "").code)
	token := succeeds(t, "sign -secret weak -no-expiry -allow-weak-key", "").stdout
	got := tool("verify -secret weak", token)
	assert.Equal(t, exitKey, got.code)
	assert.Contains(t, got.stderr, "-allow-weak-key")
	succeeds(t, "verify -secret weak -allow-weak-key", token)
}
