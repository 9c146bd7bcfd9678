//go:build conformance

package conformance_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A signed is a case whose message anybody can check: all but those for HMAC.
type signed struct {
	about
	Message   octets `json:"msg"`
	Signature octets `json:"sig"`
}

type macGroup struct {
	origin
	KeySize int `json:"keySize"`
	TagSize int `json:"tagSize"`
	Tests   []struct {
		about
		Key     octets `json:"key"`
		Message octets `json:"msg"`
		Tag     octets `json:"tag"`
	} `json:"tests"`
}

type rsaKey struct {
	Modulus  octets `json:"modulus"`
	Exponent octets `json:"publicExponent"`
}

// encoded is one key in several forms, of which each must be the same key.
type encoded struct {
	DER  octets          `json:"publicKeyDer"`
	PEM  string          `json:"publicKeyPem"`
	JWK  json.RawMessage `json:"publicKeyJwk"`
	ASN  octets          `json:"publicKeyAsn"`
	JWK2 json.RawMessage `json:"keyJwk"` // as the vectors of PKCS #1 call it
}

type rsaGroup struct {
	origin
	encoded
	KeySize    int      `json:"keySize"`
	Hash       string   `json:"sha"`
	MGF        string   `json:"mgf"`
	MGFHash    string   `json:"mgfSha"`
	SaltLength int      `json:"sLen"`
	Key        rsaKey   `json:"publicKey"`
	Tests      []signed `json:"tests"`
}

type ecdsaGroup struct {
	origin
	encoded
	Hash string `json:"sha"`
	Key  struct {
		Type         string `json:"type"`
		Curve        string `json:"curve"`
		KeySize      int    `json:"keySize"`
		Uncompressed octets `json:"uncompressed"`
		X            octets `json:"wx"`
		Y            octets `json:"wy"`
	} `json:"publicKey"`
	Tests []signed `json:"tests"`
}

type ed25519Group struct {
	origin
	encoded
	Key struct {
		Type    string `json:"type"`
		Curve   string `json:"curve"`
		KeySize int    `json:"keySize"`
		Octets  octets `json:"pk"`
	} `json:"publicKey"`
	Tests []signed `json:"tests"`
}

type mldsaGroup struct {
	origin
	Key   octets `json:"publicKey"`
	DER   octets `json:"publicKeyDer"`
	Tests []struct {
		signed
		Context octets `json:"ctx"`
	} `json:"tests"`
}

func (g macGroup) count() int     { return len(g.Tests) }
func (g rsaGroup) count() int     { return len(g.Tests) }
func (g ecdsaGroup) count() int   { return len(g.Tests) }
func (g ed25519Group) count() int { return len(g.Tests) }
func (g mldsaGroup) count() int   { return len(g.Tests) }

// A count is how the cases of a file came out. Those outside are for something
// that JOSE does not have, such as another length of salt: they are refused,
// whatever their label.
type count struct {
	tally
	outside int
}

// settle asks the algorithm's row, and holds its answer against the label.
func (n *count) settle(t *testing.T, key *jwt.Key, keyErr error, alg jwt.Algorithm, c about, message, signature []byte, outside bool) {
	t.Helper()
	assert.False(t, bytes.HasPrefix(message, []byte("eyJ")), "%d: this message may be a JWS Signing Input: let Verify have it", c.ID)
	got := keyRefused
	if keyErr != nil {
		assert.ErrorIs(t, keyErr, jwt.ErrInvalidKey)
		assert.Nil(t, key)
	} else {
		ok, err := jwt.VerifyOctets(key, alg, message, signature)
		require.NoError(t, err, "%d", c.ID)
		if got = tokenRefused; ok {
			got = accepted
		}
	}
	switch {
	case outside:
		assert.Equal(t, tokenRefused, got, "%d: %s", c.ID, c.Comment)
		n.outside++
		return
	case c.Result == "valid":
		assert.Equal(t, accepted, got, "%d: %s", c.ID, c.Comment)
	case c.Result == "invalid", c.Result == "acceptable" && slices.Contains(c.Flags, "MissingNull"):
		// RFC 8017, Appendix C: in EMSA-PKCS1-v1_5 the parameters of a SHA-2
		// hash "SHALL have a value of type NULL". A signature without is what
		// the vectors call acceptable, and is refused here.
		assert.NotEqual(t, accepted, got, "%d: %s", c.ID, c.Comment)
	default:
		t.Errorf("%d: %q is a label that nothing is decided of: %s", c.ID, c.Result, c.Comment)
	}
	n.add(got)
}

// run runs the files of one algorithm, and pins what came out.
func run[G group](t *testing.T, want map[string]count, each func(t *testing.T, n *count, file string, g G)) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		t.Run(name, func(t *testing.T) {
			var n count
			for _, g := range read[G](t, name) {
				each(t, &n, name, g)
			}
			t.Logf("%d cases: %d accepted, %d refused by their key, %d refused, %d outside JOSE",
				n.total()+n.outside, n.accepted, n.keyRefused, n.tokenRefused, n.outside)
			assert.Equal(t, want[name], n)
		})
	}
}

func TestHMAC(t *testing.T) {
	algorithms := map[string]jwt.Algorithm{"hmac_sha256": jwt.HS256, "hmac_sha384": jwt.HS384, "hmac_sha512": jwt.HS512}
	run(t, map[string]count{
		"hmac_sha256": {tally: tally{accepted: 33, tokenRefused: 54}, outside: 87},
		"hmac_sha384": {tally: tally{accepted: 33, tokenRefused: 54}, outside: 87},
		"hmac_sha512": {tally: tally{accepted: 33, tokenRefused: 54}, outside: 87},
	}, func(t *testing.T, n *count, file string, g macGroup) {
		alg := algorithms[file]
		for _, c := range g.Tests {
			_, err := jwt.NewKey([]byte(c.Key), jwt.WithKeyAlgorithm(alg))
			if g.KeySize < 8*alg.Hash().Size() {
				assert.ErrorIs(t, err, jwt.ErrInvalidKey, "%d", c.ID)
			} else {
				assert.NoError(t, err, "%d", c.ID)
			}
			key, err := jwt.NewKey([]byte(c.Key), jwt.WithKeyAlgorithm(alg), jwt.AllowWeakKey())
			// RFC 7518, Section 3.2 has no MAC cut short.
			n.settle(t, key, err, alg, c.about, c.Message, c.Tag, g.TagSize != 8*alg.Hash().Size())
		}
	})
}

func TestRSA(t *testing.T) {
	algorithms := map[string]jwt.Algorithm{"SHA-256": jwt.RS256, "SHA-384": jwt.RS384, "SHA-512": jwt.RS512}
	run(t, map[string]count{
		"rsa_signature_2048_sha256": {tally: tally{accepted: 9, tokenRefused: 250}},
		"rsa_signature_2048_sha384": {tally: tally{accepted: 7, tokenRefused: 251}},
		"rsa_signature_2048_sha512": {tally: tally{accepted: 8, tokenRefused: 251}},
		"rsa_signature_3072_sha256": {tally: tally{accepted: 8, tokenRefused: 251}},
		"rsa_signature_3072_sha384": {tally: tally{accepted: 7, tokenRefused: 252}},
		"rsa_signature_3072_sha512": {tally: tally{accepted: 8, tokenRefused: 252}},
		"rsa_signature_4096_sha256": {tally: tally{accepted: 7, tokenRefused: 251}},
		"rsa_signature_4096_sha384": {tally: tally{accepted: 7, tokenRefused: 252}},
		"rsa_signature_4096_sha512": {tally: tally{accepted: 7, tokenRefused: 252}},
		"rsa_signature_8192_sha256": {tally: tally{accepted: 7, tokenRefused: 251}},
		"rsa_signature_8192_sha384": {tally: tally{accepted: 7, tokenRefused: 252}},
		"rsa_signature_8192_sha512": {tally: tally{accepted: 7, tokenRefused: 252}},
	}, func(t *testing.T, n *count, file string, g rsaGroup) {
		alg := algorithms[g.Hash]
		key, err := jwt.NewKey(g.Key.public())
		g.encoded.same(t, key)
		for _, c := range g.Tests {
			n.settle(t, key, err, alg, c.about, c.Message, c.Signature, false)
		}
	})
}

func TestRSAPSS(t *testing.T) {
	algorithms := map[string]jwt.Algorithm{"SHA-256": jwt.PS256, "SHA-384": jwt.PS384, "SHA-512": jwt.PS512}
	run(t, map[string]count{
		"rsa_pss_2048_sha256_mgf1_0":               {tally: tally{accepted: 1}, outside: 102},
		"rsa_pss_2048_sha256_mgf1_32":              {tally: tally{accepted: 63, tokenRefused: 45}},
		"rsa_pss_2048_sha256_mgf1sha1_20":          {outside: 108},
		"rsa_pss_2048_sha384_mgf1_48":              {tally: tally{accepted: 95, tokenRefused: 46}},
		"rsa_pss_2048_sha512_mgf1sha256_32_params": {outside: 178},
		"rsa_pss_3072_sha256_mgf1_32":              {tally: tally{accepted: 63, tokenRefused: 45}},
		"rsa_pss_4096_sha256_mgf1_32":              {tally: tally{accepted: 63, tokenRefused: 45}},
		"rsa_pss_4096_sha384_mgf1_48":              {tally: tally{accepted: 95, tokenRefused: 46}},
		"rsa_pss_4096_sha512_mgf1_32":              {outside: 177},
		"rsa_pss_4096_sha512_mgf1_64":              {tally: tally{accepted: 132, tokenRefused: 47}},
		"rsa_pss_misc":                             {tally: tally{accepted: 3}, outside: 147},
	}, func(t *testing.T, n *count, file string, g rsaGroup) {
		alg := algorithms[g.Hash]
		if alg == 0 { // SHA-1 and SHA-224: there is nothing to ask
			n.outside += len(g.Tests)
			return
		}
		key, err := jwt.NewKey(g.Key.public())
		if strings.HasSuffix(file, "_params") {
			g.encoded = encoded{} // a key that says which salt it wants is of another type
		}
		g.encoded.same(t, key)
		// RFC 7518, Section 3.5: "The size of the salt value is the same size as
		// the hash function output", and MGF1 has the same hash.
		size := alg.Hash().Size()
		ours := g.MGF == "MGF1" && g.MGFHash == g.Hash
		for _, c := range g.Tests {
			outside := !ours || g.SaltLength != size
			if outside && ours && c.Comment == fmt.Sprintf("s_len changed to %d", size) {
				outside, c.Result = false, "valid" // wrong among its neighbours, right here
			}
			n.settle(t, key, err, alg, c.about, c.Message, c.Signature, outside)
		}
	})
}

func TestECDSA(t *testing.T) {
	curves := map[string]struct {
		alg   jwt.Algorithm
		curve elliptic.Curve
	}{
		"secp256r1": {jwt.ES256, elliptic.P256()},
		"secp384r1": {jwt.ES384, elliptic.P384()},
		"secp521r1": {jwt.ES512, elliptic.P521()},
	}
	run(t, map[string]count{
		"ecdsa_secp256r1_sha256_p1363": {tally: tally{accepted: 173, tokenRefused: 89}},
		"ecdsa_secp384r1_sha384_p1363": {tally: tally{accepted: 193, tokenRefused: 87}},
		"ecdsa_secp521r1_sha512_p1363": {tally: tally{accepted: 231, tokenRefused: 87}},
	}, func(t *testing.T, n *count, file string, g ecdsaGroup) {
		c := curves[g.Key.Curve]
		public, err := ecdsa.ParseUncompressedPublicKey(c.curve, g.Key.Uncompressed)
		require.NoError(t, err)
		key, err := jwt.NewKey(public)
		g.encoded.same(t, key)
		for _, test := range g.Tests {
			n.settle(t, key, err, c.alg, test.about, test.Message, test.Signature, false)
		}
	})
}

func TestEd25519(t *testing.T) {
	run(t, map[string]count{"ed25519": {tally: tally{accepted: 88, tokenRefused: 63}}}, func(t *testing.T, n *count, file string, g ed25519Group) {
		key, err := jwt.NewKey(ed25519.PublicKey(g.Key.Octets))
		g.encoded.same(t, key)
		for _, c := range g.Tests {
			n.settle(t, key, err, jwt.Ed25519, c.about, c.Message, c.Signature, false)
		}
	})
}

func TestMLDSA(t *testing.T) {
	if _, err := jwt.GenerateKey(jwt.MLDSA44); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this Go release has no ML-DSA")
	}
	algorithms := map[string]jwt.Algorithm{"mldsa_44_verify": jwt.MLDSA44, "mldsa_65_verify": jwt.MLDSA65, "mldsa_87_verify": jwt.MLDSA87}
	run(t, map[string]count{
		"mldsa_44_verify": {tally: tally{accepted: 75, keyRefused: 4, tokenRefused: 94}, outside: 7},
		"mldsa_65_verify": {tally: tally{accepted: 77, keyRefused: 4, tokenRefused: 122}, outside: 7},
		"mldsa_87_verify": {tally: tally{accepted: 69, keyRefused: 4, tokenRefused: 161}, outside: 7},
	}, func(t *testing.T, n *count, file string, g mldsaGroup) {
		alg := algorithms[file]
		jwk, err := json.Marshal(map[string]string{"kty": "AKP", "alg": alg.String(), "pub": base64.RawURLEncoding.EncodeToString(g.Key)})
		require.NoError(t, err)
		key, err := jwt.ParseJWK(jwk)
		for _, c := range g.Tests {
			// RFC 9964, Section 5: the context is always empty.
			n.settle(t, key, err, alg, c.about, c.Message, c.Signature, len(c.Context) > 0)
		}
	})
}

func (k rsaKey) public() *rsa.PublicKey {
	return &rsa.PublicKey{
		N: new(big.Int).SetBytes(k.Modulus),
		E: int(new(big.Int).SetBytes(k.Exponent).Int64()),
	}
}

// same holds every form of a key against the key itself.
func (e encoded) same(t *testing.T, key *jwt.Key) {
	t.Helper()
	if key == nil {
		return
	}
	if e.PEM != "" {
		other, err := jwt.ParsePEM([]byte(e.PEM))
		require.NoError(t, err)
		assert.Equal(t, key.Thumbprint(), other.Thumbprint())
	}
	for _, jwk := range []json.RawMessage{e.JWK, e.JWK2} {
		if jwk != nil {
			other, err := jwt.ParseJWK(jwk)
			require.NoError(t, err, "%s", jwk)
			assert.Equal(t, key.Thumbprint(), other.Thumbprint())
		}
	}
}
