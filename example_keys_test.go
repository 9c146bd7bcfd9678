package jwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/token-jwt/jwt"
)

// A service that signs has the private key, others have the public one. The key
// pair is that of RFC 8410, Sections 10.1 and 10.3.
func ExampleParsePEM() {
	// Never hard-code a real private key: read it from a file or a vault.
	private, err := jwt.ParsePEM([]byte(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----`))
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, private)
	if err != nil {
		log.Fatal(err)
	}

	public, err := jwt.ParsePEM([]byte(`-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`))
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, public, jwt.EdDSA)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(public)
	fmt.Println(claims.Subject())
	// Output:
	// jwt.Key(Ed25519 key, public)
	// alice
}

// The key is that of RFC 8037, Appendix A.1.
func ExampleParseJWK() {
	// Never hard-code a real private key.
	key, err := jwt.ParseJWK([]byte(`{"kty":"OKP","crv":"Ed25519","kid":"2026-11",
		"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
		"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`), jwt.WithKeyAlgorithm(jwt.EdDSA))
	if err != nil {
		log.Fatal(err)
	}
	public, err := json.Marshal(key) // never the private members
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(public))
	fmt.Println(key.Thumbprint())
	// Output:
	// {"kty":"OKP","kid":"2026-11","alg":"EdDSA","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
	// kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
}

// A new secret, kept as a JWK from one start of the program to the next.
func ExampleGenerateKey() {
	key, err := jwt.GenerateKey(jwt.HS256, jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	stored, err := key.MarshalPrivateJWK() // for a vault: who reads it can sign
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil {
		log.Fatal(err)
	}

	loaded, err := jwt.ParseJWK(stored)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, loaded, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(loaded, loaded.Algorithm())
	fmt.Println(claims.Subject())
	// Output:
	// jwt.Key(HMAC secret, ID "2026-11", redacted) HS256
	// alice
}

// What an issuer publishes, often under /.well-known/jwks.json: of its private keys
// the public halves. The key is that of RFC 8037, Appendix A.1.
func ExampleKeySet_MarshalJSON() {
	// Never hard-code a real private key.
	private, err := jwt.ParseJWK([]byte(`{"kty":"OKP","crv":"Ed25519","kid":"2026-11","alg":"EdDSA",
		"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
		"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	if err != nil {
		log.Fatal(err)
	}
	keys, err := jwt.NewKeySet(private)
	if err != nil {
		log.Fatal(err)
	}
	published, err := json.Marshal(keys)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(published))
	// Output: {"keys":[{"kty":"OKP","kid":"2026-11","alg":"EdDSA","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
}

// An issuer publishes its keys as a JWK Set. Members of a kind that is not
// supported here do not spoil the others.
func ExampleParseKeySet() {
	keys, err := jwt.ParseKeySet([]byte(`{"keys":[
		{"kty":"EC","crv":"secp256k1","kid":"chain","x":"AA","y":"AA"},
		{"kty":"OKP","crv":"Ed25519","kid":"2026-11","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	for key := range keys.All() {
		fmt.Println(key.ID(), key.Algorithm())
	}
	for _, reason := range keys.Skipped() {
		fmt.Println(reason)
	}
	// Output:
	// 2026-11 EdDSA
	// jwt: member 0 of the JWK Set ("chain") cannot be used: the JWK is on the curve "secp256k1", which is not supported
}

// Some issuers publish one key once for each algorithm, or an RSA and an EC key under one
// ID. The algorithm of the token tells which is meant; where it does not, the set says so.
func ExampleParseKeySet_sharedID() {
	keys, err := jwt.ParseKeySet([]byte(`{"keys":[
		{"kty":"OKP","kid":"1","alg":"EdDSA","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
		{"kty":"OKP","kid":"1","alg":"Ed25519","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
		{"kty":"OKP","kid":"1","alg":"EdDSA","crv":"Ed25519","x":"0CsJJQ_VQWLy-raG7XJsTwUKn_Q0CiVS4Io2WKF7JLU"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	for key := range keys.All() {
		fmt.Println(key.ID(), key.Algorithm())
	}
	for _, reason := range keys.Skipped() {
		fmt.Println(reason)
	}
	// Output:
	// 1 EdDSA
	// 1 Ed25519
	// 1 EdDSA
	// jwt: members 0 and 2 of the set are two different keys of the ID "1" that both serve EdDSA: it is not clear which of them is meant, so tokens that name them are refused
}

// A set of an old system, whose secrets are shorter than is safe.
func ExampleParseKeySet_weak() {
	text := []byte(`{"keys":[{"kty":"oct","kid":"old","k":"c2l4dGVlbiBvY3RldHMu"}]}`)
	keys, err := jwt.ParseKeySet(text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(keys.Skipped()), "skipped")
	keys, err = jwt.ParseKeySet(text, jwt.AllowWeakKey())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(keys.Skipped()), "skipped")
	// Output:
	// 1 skipped
	// 0 skipped
}

// To change keys without refusing anybody: publish the new key, wait until every verifier
// has it (see jwks.Handler), only then sign with it, and publish the old one until the
// last of its tokens has expired. examples/service does it with an issuer that serves.
func ExampleNewKeySet_rotation() {
	before, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID("2026-10"))
	if err != nil {
		log.Fatal(err)
	}
	old, err := jwt.Encode(jwt.Claims{"sub": "alice"}, before)
	if err != nil {
		log.Fatal(err)
	}

	after, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	keys, err := jwt.NewKeySet(after.Public(), before.Public())
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "bob"}, after)
	if err != nil {
		log.Fatal(err)
	}

	decoder, err := jwt.NewDecoder(keys, jwt.ES256)
	if err != nil {
		log.Fatal(err)
	}
	for _, token := range []string{old, token} {
		got, err := decoder.DecodeComplete(token)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(got.Claims.Subject(), "by", got.Header.KeyID)
	}
	// Output:
	// alice by 2026-10
	// bob by 2026-11
}

// A secret in a setting is often base64 or hexadecimal digits of random bytes, as from
// openssl rand -base64 64. Whether it is decoded is up to the two sides: they must do
// the same, or no signature of one holds for the other.
func ExampleNewKey_base64() {
	// Never hard-code a real secret: read it from the environment or a vault.
	setting := "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k="
	secret, err := base64.StdEncoding.DecodeString(setting) // or hex.DecodeString
	if err != nil {
		log.Fatal(err)
	}
	decoded, err := jwt.NewKey(secret)
	if err != nil {
		log.Fatal(err)
	}
	asText, err := jwt.NewKey([]byte(setting))
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, decoded)
	if err != nil {
		log.Fatal(err)
	}

	claims, err := jwt.Decode(token, decoded, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	_, err = jwt.Decode(token, asText, jwt.HS256)
	fmt.Println(errors.Is(err, jwt.ErrInvalidSignature))
	// Output:
	// alice
	// true
}

// vault stands for a client of a key management service, whose private key never
// leaves it.
type vault struct{ private *ecdsa.PrivateKey }

func (v vault) Public() crypto.PublicKey { return &v.private.PublicKey }

func (v vault) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return v.private.Sign(random, digest, opts)
}

// A private key of a KMS or HSM comes as a crypto.Signer.
func ExampleNewKey_signer() {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	key, err := jwt.NewKey(vault{private}, jwt.WithKeyID("kms-1"))
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := jwt.Decode(token, key.Public(), jwt.ES256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key)
	fmt.Println(claims.Subject())
	// Output:
	// jwt.Key(EC key on P-256, ID "kms-1", redacted)
	// alice
}
