package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/token-jwt/jwt"
)

// fuzzKeys are one of each kind, the same in every process of a fuzz run where
// the standard library can make it so.
func fuzzKeys(tb testing.TB) map[string]*jwt.Key {
	keys := map[string]*jwt.Key{}
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.RS256, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.MLDSA44} {
		if supported(alg) {
			keys[alg.String()] = keyFor(tb, alg)
		}
	}
	return keys
}

// checkKeyRefusal holds an error about a key, and what must not be in its text.
func checkKeyRefusal(t *testing.T, err error, private ...string) {
	t.Helper()
	text := err.Error()
	if classOf(err) != jwt.ErrInvalidKey || !strings.HasPrefix(text, "jwt: ") || len(text) > 800 {
		t.Fatalf("of the class %v: %v", classOf(err), err)
	}
	for _, never := range private {
		if len(never) > 12 && strings.Contains(text, never[:12]) {
			t.Fatalf("the text has private members: %v", err)
		}
	}
}

// privateTexts are the members of a JWK that no text may hold.
func privateTexts(jwk []byte) (texts []string) {
	var members map[string]any
	if json.Unmarshal(jwk, &members) == nil {
		for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "priv"} {
			if text, ok := members[name].(string); ok {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// addJWKs adds a JWK of each kind, and with each a member changed.
func addJWKs(f *testing.F, add func(jwk, name, value string)) {
	changes := [][2]string{
		{"", ""},                                          // none
		{"kid", `"k"`}, {"kid", `1`}, {"kid", `"\u0000"`}, // IDs
		{"alg", `"HS512"`}, {"alg", `"none"`}, {"use", `"enc"`}, {"key_ops", `["sign","sign"]`}, {"key_ops", `[]`}, // what it is for
		{"e", `"AQ"`}, {"e", `"AAEAAQ"`}, {"n", `"AA"`}, {"crv", `"P-521"`}, {"x", `""`}, {"y", `"AA"`}, {"d", `"AA"`}, {"k", `""`}, {"pub", `""`}, // numbers that are none
		{"x5c", `[]`}, {"x5c", `["AA=="]`}, {"oth", `[]`}, {"kty", `"oct"`}, {"kty", `null`}, // the rest
	}
	for _, key := range fuzzKeys(f) {
		private, err := key.MarshalPrivateJWK()
		if err != nil {
			f.Fatal(err)
		}
		for i, change := range changes {
			add(string(private), change[0], change[1])
			if public := key.Public(); public != nil && i < 9 {
				text, err := public.MarshalJSON()
				if err != nil {
					f.Fatal(err)
				}
				add(string(text), change[0], change[1])
			}
		}
	}
	for _, a := range corpusSeeds() {
		add(string(a.Key), "", "")
	}
}

// withMember sets one member of a JSON object by hand, so that it may stand twice.
func withMember(object, name, value string) string {
	if end := strings.LastIndexByte(object, '}'); name != "" && end > 0 {
		return object[:end] + "," + strconv.Quote(name) + ":" + value + "}"
	}
	return object
}

// replaced sets one member of a JSON object in place of another of that name.
func replaced(object, name, value string) string {
	var members map[string]json.RawMessage
	if name == "" || json.Unmarshal([]byte(object), &members) != nil || members == nil {
		return object
	}
	delete(members, name)
	text, err := json.Marshal(members)
	if err != nil {
		return object
	}
	return strings.Replace(withMember(string(text), name, value), "{,", "{", 1)
}

// FuzzParseJWK: a JWK is refused as an ErrInvalidKey whose text has no private
// member, or it is a key that signs and verifies, and that is the same after a
// round trip through either of its own JWKs.
func FuzzParseJWK(f *testing.F) {
	addJWKs(f, func(jwk, name, value string) { f.Add(jwk, name, value) })
	f.Fuzz(func(t *testing.T, jwk, name, value string) {
		jwk = replaced(jwk, name, value)
		key, err := jwt.ParseJWK([]byte(jwk))
		if err != nil {
			if key != nil {
				t.Fatalf("a key beside %v", err)
			}
			checkKeyRefusal(t, err, privateTexts([]byte(jwk))...)
			return
		}
		checkKey(t, key)
	})
}

// checkKey holds any key against what all must do.
func checkKey(t *testing.T, key *jwt.Key) {
	t.Helper()
	shown := fmt.Sprintf("%v %+v %#v %s %x", key, *key, key, key, key)
	if public, err := key.MarshalJSON(); err == nil {
		if texts := privateTexts(public); len(texts) > 0 {
			t.Fatalf("private members in %s", public)
		}
		sameKey(t, public, key.Public())
	} else if key.Public() != nil || !errors.Is(err, jwt.ErrInvalidKey) {
		t.Fatal(err)
	}
	private, err := key.MarshalPrivateJWK()
	if err != nil {
		if key.IsPrivate() || !errors.Is(err, jwt.ErrInvalidKey) {
			t.Fatal(err)
		}
		return
	}
	for _, text := range privateTexts(private) {
		if len(text) > 12 && strings.Contains(shown, text[:12]) {
			t.Fatalf("%s prints a private member", shown)
		}
	}
	sameKey(t, private, key)
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil { // for use or key_ops, and nothing else
		if !errors.Is(err, jwt.ErrInvalidKey) {
			t.Fatal(err)
		}
		return
	}
	seen, err := jwt.DecodeUnverified(token)
	if err != nil || seen.Header.KeyID != key.ID() {
		t.Fatalf("%v, %v", seen, err)
	}
	verifier := key
	if public := key.Public(); public != nil {
		verifier = public
	}
	if _, err := jwt.Decode(token, verifier, seen.Header.Algorithm); err != nil && !errors.Is(err, jwt.ErrInvalidKey) {
		t.Fatalf("%s: signed, and then %v", private, err)
	}
}

// sameKey reads a JWK that we wrote, which must be the key that it was made from.
func sameKey(t *testing.T, jwk []byte, key *jwt.Key) {
	t.Helper()
	again, err := jwt.ParseJWK(jwk, jwt.AllowWeakKey())
	if err != nil {
		t.Fatalf("%s was written: %v", jwk, err)
	}
	if again.ID() != key.ID() || again.Algorithm() != key.Algorithm() || again.Thumbprint() != key.Thumbprint() || again.IsPrivate() != key.IsPrivate() {
		t.Fatalf("%s was written from another key: %v, %v", jwk, again, key)
	}
	write := (*jwt.Key).MarshalJSON
	if key.IsPrivate() {
		write = (*jwt.Key).MarshalPrivateJWK
	}
	if second, err := write(again); err != nil || !bytes.Equal(second, jwk) {
		t.Fatalf("%s is written as %s, %v", jwk, second, err)
	}
}

// FuzzParseKeySet: a set is refused as an ErrInvalidKey, or each of its members is
// a key where ParseJWK makes it one, and skipped with a reason where it does not.
func FuzzParseKeySet(f *testing.F) {
	addJWKs(f, func(jwk, name, value string) {
		f.Add(`{"keys":[`+replaced(jwk, name, value)+`]}`, "")
		f.Add(`{"keys":[{"kty":"EC"},7]}`, replaced(jwk, name, value))
	})
	for _, text := range []string{
		`{"keys":[]}`, `{"keys":{}}`, `{}`, `{"keys":null}`, `{"kty":"oct","k":"AA"}`, // no set, or an empty one
		`{"keys":[{"kty":"x","kid":"a"},{"kty":"x","kid":"a"},null,[],"x"]}`, // members that cannot be used
		`{"keys":[],"keys":[]}`, `{"keys":[],"next":{"a":1,"a":2}}`, // strict JSON
		`{"keys":[],"a\ud800":1}`, // half a surrogate pair
	} {
		f.Add(text, "")
		f.Add(text, `{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","kid":"a"}`)
	}
	f.Fuzz(func(t *testing.T, text, member string) {
		if end := strings.LastIndex(text, "]}"); member != "" && end > 0 && text[end-1] != '[' {
			text = text[:end] + "," + member + text[end:]
		}
		set, err := jwt.ParseKeySet([]byte(text))
		if err != nil {
			if set != nil {
				t.Fatalf("a set beside %v", err)
			}
			checkKeyRefusal(t, err)
			return
		}
		var parsed struct {
			Keys []json.RawMessage `json:"keys"`
		}
		if err := json.Unmarshal([]byte(text), &parsed); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		skipped, keys := set.Skipped(), slices.Collect(set.All())
		total := len(keys) + len(skipped)
		var seen []*jwt.Key
		public := true
		for _, raw := range parsed.Keys {
			alone, err := jwt.ParseJWK(raw)
			if err != nil || !verifiesAny(alone) {
				checkKeyRefusal(t, skipped[0], privateTexts(raw)...)
				skipped = skipped[1:]
				continue
			}
			same := func(key *jwt.Key) bool {
				return key.ID() == alone.ID() && key.Thumbprint() == alone.Thumbprint() && key.IsPrivate() == alone.IsPrivate() && key.Algorithm() == alone.Algorithm()
			}
			switch {
			case len(keys) > 0 && same(keys[0]):
				seen, keys = append(seen, keys[0]), keys[1:]
			case !slices.ContainsFunc(seen, same): // or it stood there before
				t.Fatalf("%v is not in the set, whose next is %v", alone, keys)
			}
			if found, ok := set.Key(alone.ID()); alone.ID() != "" && (!ok || found.ID() != alone.ID()) {
				t.Fatalf("%q is not found", alone.ID())
			}
			public = public && alone.Public() != nil
		}
		if len(keys) > 0 || total > 2*len(parsed.Keys) {
			t.Fatalf("%v came from nowhere", keys)
		}
		for _, clash := range skipped {
			checkKeyRefusal(t, clash)
		}
		written, err := set.MarshalJSON()
		if (err == nil) != public {
			t.Fatalf("%s, %v", written, err)
		} else if err != nil {
			checkKeyRefusal(t, err)
		} else if again, err := jwt.ParseKeySet(written); err != nil || len(again.Skipped()) > len(skipped) {
			t.Fatalf("%s was written: %v", written, err)
		}
	})
}

// verifiesAny reports whether a key serves any algorithm.
func verifiesAny(key *jwt.Key) bool {
	return slices.ContainsFunc(algorithms[:], func(alg jwt.Algorithm) bool {
		_, err := jwt.NewDecoder(key, alg)
		return err == nil
	})
}

// FuzzParsePEM: PEM is refused as an ErrInvalidKey, or the key is the one that
// crypto/x509 finds in the block.
func FuzzParsePEM(f *testing.F) {
	types := []string{"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "EC PARAMETERS", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}
	for _, key := range fuzzKeys(f) {
		public := key.CryptoPublic()
		if public == nil {
			continue
		}
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			continue
		}
		for _, kind := range types { // each block under each name
			f.Add(kind, der, "", "")
		}
	}
	der, err := x509.MarshalPKCS8PrivateKey(rsaKey())
	if err != nil {
		f.Fatal(err)
	}
	for _, around := range []string{"", "\n", "text before\n", "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", `\n`} {
		f.Add("PRIVATE KEY", der, around, "")
		f.Add("PRIVATE KEY", der, "", around)
		f.Add("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey()), around, around)
	}
	f.Add("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey), "", "")
	f.Add("x\ny", []byte{}, "", "") // a name that cannot be written
	for _, text := range []string{  // what openssl and ssh-keygen write
		ecWithParameters, ecPKCS8, ecPublic, ecEncryptedPKCS8, ecEncryptedSEC1, ecExplicit, edBag, edPublic, edCertificate, edText, openSSH,
		x25519Private, x25519Public, ed448Private, secp256k1Private, p224Private, dsaPublic,
	} {
		f.Add("", []byte{}, text, "")
		f.Add("", []byte{}, strings.ReplaceAll(text, "\n", `\n`), "")
	}
	f.Fuzz(func(t *testing.T, kind string, der []byte, before, after string) {
		text := []byte(before)
		if kind != "" {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
		}
		text = append(text, after...)
		key, err := jwt.ParsePEM(text)
		if err != nil {
			if key != nil {
				t.Fatalf("a key beside %v", err)
			}
			private := []string{}
			if len(der) > 60 {
				private = append(private, base64.StdEncoding.EncodeToString(der)[40:])
			}
			checkKeyRefusal(t, err, private...)
			return
		}
		checkKey(t, key)
		var lines []byte // which may be indented
		for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\ufeff"))) {
			lines = append(lines, bytes.TrimLeft(line, " \t")...)
		}
		block, rest := pem.Decode(lines)
		if block.Type == "EC PARAMETERS" {
			block, _ = pem.Decode(rest)
		}
		if block.Type == "TRUSTED CERTIFICATE" { // after which there is more
			return
		}
		public := publicOf(block)
		if public == nil && !key.IsPrivate() { // a certificate or a point that crypto/x509 does not read
			return
		}
		if equal, ok := public.(interface{ Equal(crypto.PublicKey) bool }); !ok || !equal.Equal(key.CryptoPublic()) {
			t.Fatalf("%s: %v", text, key)
		}
	})
}

// publicOf reads a block by whatever crypto/x509 has for it, whatever its label.
func publicOf(block *pem.Block) any {
	for _, read := range []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
		func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
		x509.ParsePKIXPublicKey,
		func(der []byte) (any, error) { return x509.ParsePKCS1PublicKey(der) },
		func(der []byte) (any, error) { return x509.ParseCertificate(der) },
	} {
		switch key, err := read(block.Bytes); key := key.(type) {
		case crypto.Signer:
			if err == nil {
				return key.Public()
			}
		case *x509.Certificate:
			if err == nil {
				return key.PublicKey
			}
		default:
			if err == nil {
				return key
			}
		}
	}
	return nil
}
