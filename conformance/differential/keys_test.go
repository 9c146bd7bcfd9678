package differential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

// Keys are the same in each run: two of RSA are examples of RFCs, all others are
// derived from their names.

// A material is one key, with its private half.
type material struct {
	name   string
	kind   string // its "kty"
	secret []byte
	signer crypto.Signer
	public any // what verifies: the secret, or a public key of the standard library
	fault  string
}

// serves reports whether a key of this kind and size is for an algorithm (RFC
// 7518, Section 3; RFC 8037, Section 3.1; RFC 9864, Section 2.2).
func (m *material) serves(alg string) bool {
	switch m.kind {
	case "oct":
		return strings.HasPrefix(alg, "HS") && len(m.secret) >= hashOf(alg).Size()
	case "RSA":
		return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
	case "EC":
		return alg == map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[m.curve()]
	}
	return alg == "EdDSA" || alg == "Ed25519"
}

func (m *material) curve() string { return m.public.(*ecdsa.PublicKey).Curve.Params().Name }

// short reports whether the key is under the lower bound of its kind, whatever
// the algorithm.
func (m *material) short() bool {
	if rsaKey, ok := m.public.(*rsa.PublicKey); ok {
		return rsaKey.N.BitLen() < 2048
	}
	return m.kind == "oct" && len(m.secret) < 32
}

func hashOf(alg string) crypto.Hash {
	switch alg[2:] {
	case "256":
		return crypto.SHA256
	case "384":
		return crypto.SHA384
	}
	return crypto.SHA512
}

// jwk writes the key as a JWK of its public members.
func (m *material) jwk() map[string]any {
	text := func(octets []byte) string { return base64.RawURLEncoding.EncodeToString(octets) }
	switch k := m.public.(type) {
	case []byte:
		return map[string]any{"kty": "oct", "k": text(k)}
	case *rsa.PublicKey:
		return map[string]any{"kty": "RSA", "n": text(k.N.Bytes()), "e": text(big.NewInt(int64(k.E)).Bytes())}
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		must(err)
		half := len(point) / 2
		return map[string]any{"kty": "EC", "crv": m.curve(), "x": text(point[1 : 1+half]), "y": text(point[1+half:])}
	}
	return map[string]any{"kty": "OKP", "crv": "Ed25519", "x": text(m.public.(ed25519.PublicKey))}
}

// sign signs an input as alg says, whether the key is for it or not.
func (m *material) sign(alg, input string) []byte {
	switch {
	case m.kind == "oct":
		return mac(m.secret, alg, input)
	case m.kind == "OKP":
		if m.signer == nil { // of small order: this holds for any message
			return append(bytes.Clone(m.public.(ed25519.PublicKey)), make([]byte, 32)...)
		}
		signature, err := m.signer.Sign(nil, []byte(input), crypto.Hash(0))
		must(err)
		return signature
	}
	hash := hashOf(alg)
	h := hash.New()
	h.Write([]byte(input))
	sum := h.Sum(nil)
	switch key := m.signer.(type) {
	case *rsa.PrivateKey:
		if strings.HasPrefix(alg, "PS") {
			return pss(key, hash, sum, rsa.PSSSaltLengthEqualsHash)
		}
		signature, err := rsa.SignPKCS1v15(nil, key, hash, sum)
		must(err)
		return signature
	case *ecdsa.PrivateKey:
		der, err := key.Sign(nil, sum, hash) // deterministic without a source of randomness
		must(err)
		r, s := halvesOfDER(der)
		// The halves have the size that alg says, which is not always the curve's.
		size := max(map[string]int{"ES256": 32, "ES384": 48, "ES512": 66}[alg], (key.Curve.Params().BitSize+7)/8)
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	}
	panic("no key to sign with")
}

func mac(secret []byte, alg, input string) []byte {
	h := hmac.New(hashOf(alg).New, secret)
	h.Write([]byte(input))
	return h.Sum(nil)
}

func pss(key *rsa.PrivateKey, hash crypto.Hash, sum []byte, salt int) []byte {
	signature, err := rsa.SignPSS(newSource("salt"), key, hash, sum, &rsa.PSSOptions{SaltLength: salt, Hash: hash})
	must(err)
	return signature
}

// The materials.
var (
	secretA   = secret("secret A", 64)
	secretB   = secret("secret B", 64)
	secret32  = secret("secret of 32 octets", 32)
	secret31  = secret("secret of 31 octets", 31)
	secret5   = secret("secret of 5 octets", 5)
	zeros     = &material{name: "zeros", kind: "oct", secret: make([]byte, 64), public: make([]byte, 64), fault: "zeros"}
	rsaA      = rsaExample("A", "../../testdata/rfc7520.json", "4.1")
	rsaB      = rsaExample("B", "../../testdata/rfc7515.json", "A.2")
	rsaSmall  = rsaDerived("RSA of 1536 bits", 768)
	p256A     = ec("P-256 A", elliptic.P256())
	p256B     = ec("P-256 B", elliptic.P256())
	p384      = ec("P-384", elliptic.P384())
	p521      = ec("P-521", elliptic.P521())
	edA       = ed("Ed25519 A")
	edB       = ed("Ed25519 B")
	edNeutral = &material{name: "Ed25519 of order 1", kind: "OKP", public: append(ed25519.PublicKey{1}, make([]byte, 31)...), fault: "small order"}

	// Public keys as text, taken for secrets.
	rsaText = asSecret("PEM as secret", pemOf(rsaA))
	jwkText = asSecret("JWK as secret", []byte(textOf(edA.jwk())))
)

func secret(name string, size int) *material {
	sum := sha512.Sum512([]byte(name))
	return &material{name: name, kind: "oct", secret: sum[:size], public: sum[:size:size]}
}

func asSecret(name string, text []byte) *material {
	return &material{name: name, kind: "oct", secret: text, public: text, fault: "text of another key"}
}

func ec(name string, curve elliptic.Curve) *material {
	scalar := make([]byte, (curve.Params().BitSize+7)/8)
	newSource(name).Read(scalar)
	scalar[0] = 0 // below the order of each curve
	key, err := ecdsa.ParseRawPrivateKey(curve, scalar)
	must(err)
	return &material{name: name, kind: "EC", signer: key, public: &key.PublicKey}
}

func ed(name string) *material {
	seed := sha256.Sum256([]byte(name))
	key := ed25519.NewKeyFromSeed(seed[:])
	return &material{name: name, kind: "OKP", signer: key, public: key.Public()}
}

func rsaExample(name, path, section string) *material {
	text, err := os.ReadFile(path)
	must(err)
	var file struct {
		Examples []struct {
			Section string
			Key     json.RawMessage
		}
	}
	must(json.Unmarshal(text, &file))
	for _, example := range file.Examples {
		if example.Section == section {
			var key rsa.PrivateKey
			parsed, err := jwk.ParseKey(example.Key)
			must(err)
			must(jwk.Export(parsed, &key))
			return &material{name: "RSA " + name, kind: "RSA", signer: &key, public: &key.PublicKey}
		}
	}
	panic("no example " + section + " in " + path)
}

// rsaDerived makes a key of two primes of that many bits.
func rsaDerived(name string, bits int) *material {
	random := newSource(name)
	prime := func() *big.Int {
		octets := make([]byte, bits/8)
		for {
			random.Read(octets)
			octets[0] |= 0xc0
			octets[len(octets)-1] |= 1
			p := new(big.Int).SetBytes(octets)
			if new(big.Int).Mod(p, big.NewInt(65537)).Int64() != 1 && p.ProbablyPrime(10) {
				return p
			}
		}
	}
	p, q := prime(), prime()
	one := big.NewInt(1)
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: new(big.Int).ModInverse(big.NewInt(65537), order), Primes: []*big.Int{p, q}}
	key.Precompute()
	must(key.Validate())
	return &material{name: name, kind: "RSA", signer: key, public: &key.PublicKey}
}

func pemOf(m *material) []byte {
	der, err := x509.MarshalPKIXPublicKey(m.public)
	must(err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// A source is a stream of octets derived from a name.
type source struct {
	state [32]byte
	left  []byte
}

func newSource(name string) *source { return &source{state: sha256.Sum256([]byte(name))} }

func (s *source) Read(dst []byte) (int, error) {
	for i := range dst {
		if len(s.left) == 0 {
			s.state = sha256.Sum256(s.state[:])
			out := sha256.Sum256(append([]byte("out"), s.state[:]...))
			s.left = out[:]
		}
		dst[i], s.left = s.left[0], s.left[1:]
	}
	return len(dst), nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func textOf(value any) string {
	text, err := json.Marshal(value)
	must(err)
	return string(text)
}
