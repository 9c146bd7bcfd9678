package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"math/big"
	"slices"

	"github.com/token-jwt/jwt"
)

// convert writes a key in a form, and says what that form cannot hold.
func (sys *system) convert(key *jwt.Key, from *keys, form, out string, mode fs.FileMode, force bool) error {
	text, err := write(key, form)
	if err != nil {
		return at(from.name, err)
	}
	if form != formJWK && key.ID() != "" {
		sys.note("the form %s holds no ID: tokens have it only if -kid %q is given to sign", form, key.ID())
	}
	if alg := key.Algorithm(); form != formJWK && slices.Contains(unusual, alg) {
		sys.note("the form %s holds no algorithm: %s is used only if -alg is given to sign", form, alg)
	}
	return sys.writeOut(out, text, mode, force)
}

// unusual are the algorithms that a key of their kind does not sign with unless it is told.
var unusual = []jwt.Algorithm{jwt.HS384, jwt.HS512, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512, jwt.Ed25519}

// write is a key in a form, private members included.
func write(key *jwt.Key, form string) ([]byte, error) {
	isSecret := key.Public() == nil
	switch form {
	case formJWK:
		text, err := writeJWK(key)
		return []byte(indented(text) + "\n"), err
	case formPEM:
		if isSecret {
			return nil, keyError("a secret has no form in PEM; a JWK, raw, base64, base64url and hex can hold it")
		}
		return writePEM(key)
	case "raw", "base64", "base64url", "hex":
		if !isSecret {
			return nil, keyError("the form %s is for secrets; this key is written as jwk or pem", form)
		}
		return writeSecret(key, form)
	}
	return nil, usageError("-form is jwk or pem; for a secret jwk, raw, base64, base64url or hex")
}

func writeJWK(key *jwt.Key) ([]byte, error) {
	if isSecretOrPrivate(key) {
		return key.MarshalPrivateJWK()
	}
	return key.MarshalJSON()
}

func writeSecret(key *jwt.Key, form string) ([]byte, error) {
	members, err := privateMembers(key)
	if err != nil {
		return nil, err
	}
	secret := members["k"]
	switch form {
	case "base64":
		return []byte(base64.StdEncoding.EncodeToString(secret) + "\n"), nil
	case "base64url":
		return []byte(base64.RawURLEncoding.EncodeToString(secret) + "\n"), nil
	case "hex":
		return []byte(hex.EncodeToString(secret) + "\n"), nil
	}
	return secret, nil
}

func writePEM(key *jwt.Key) ([]byte, error) {
	if !key.IsPrivate() {
		der, err := x509.MarshalPKIXPublicKey(key.CryptoPublic())
		if err != nil {
			return nil, keyError("the key has no form in PEM: %v", err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
	}
	private, err := cryptoPrivate(key)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, keyError("the key has no form in PEM")
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// privateMembers are the members of a private JWK that base64url encodes.
func privateMembers(key *jwt.Key) (map[string][]byte, error) {
	text, err := key.MarshalPrivateJWK()
	if err != nil {
		return nil, err
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil { // unreachable: the library wrote it
		return nil, keyError("the key cannot be converted")
	}
	members := map[string][]byte{}
	for _, name := range []string{"k", "n", "e", "d", "p", "q", "priv"} {
		if value, ok := all[name].(string); ok {
			if members[name], err = base64.RawURLEncoding.DecodeString(value); err != nil { // unreachable, too
				return nil, keyError("the key cannot be converted")
			}
		}
	}
	return members, nil
}

// cryptoPrivate is the private half of a key as a type of the standard library. The library has
// the public half alone as such (CryptoPublic), so it is made anew of the JWK.
func cryptoPrivate(key *jwt.Key) (crypto.PrivateKey, error) {
	members, err := privateMembers(key)
	if err != nil {
		return nil, err
	}
	switch public := key.CryptoPublic().(type) {
	case *rsa.PublicKey:
		number := func(name string) *big.Int { return new(big.Int).SetBytes(members[name]) }
		private := &rsa.PrivateKey{PublicKey: *public, D: number("d"), Primes: []*big.Int{number("p"), number("q")}}
		if err := private.Validate(); err != nil {
			return nil, keyError("the RSA key cannot be converted")
		}
		private.Precompute()
		return private, nil
	case *ecdsa.PublicKey:
		return ecdsa.ParseRawPrivateKey(public.Curve, members["d"])
	case ed25519.PublicKey:
		return ed25519.NewKeyFromSeed(members["d"]), nil
	}
	return mldsaPrivate(key.Algorithm(), members["priv"])
}
