package jwt

import (
	"crypto"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"math"
	"math/big"
	"strconv"

	"github.com/token-jwt/jwt/internal/jwkmember"
	"github.com/token-jwt/jwt/internal/rsakey"
)

// RS256, RS384 and RS512: RSASSA-PKCS1-v1_5 with SHA-2 (RFC 7518, Section 3.3). At the end of
// the file are PS256, PS384 and PS512, for the same keys. The package rsakey checks private
// keys.

const rsaAlgorithms = RS256 | RS384 | RS512

type rsaFamily struct{}

const (
	leastRSABits     = 2048 // RFC 7518, Section 3.3: "A key of size 2048 bits or larger MUST be used"
	leastWeakRSABits = 1024
	mostRSABits      = 16384 // the time of a verification grows with the square of it
	generatedRSABits = 3072
)

// mostRSACost bounds the RSA keys of a set that are tried for one token: together they may
// cost as much as one key of 16384 bits, or sixteen of 4096 bits.
const mostRSACost = mostRSABits * mostRSABits

// rsaCost is the relative cost of a verification. It is 0 for keys of other kinds: sixteen of
// them cost less than one RSA key of 16384 bits.
func (k *keyState) rsaCost() int {
	key, ok := k.public.(*rsa.PublicKey)
	if !ok {
		return 0
	}
	return key.N.BitLen() * key.N.BitLen()
}

var errRSAExponent = badKey("the exponent of the RSA key is not an odd number from 3 to 2^31-1")

func (rsaFamily) generate(Algorithm) (any, error) {
	return rsa.GenerateKey(rand.Reader, generatedRSABits)
}

func (rsaFamily) newKey(material any, weak bool) (*keyState, error) {
	switch key := material.(type) {
	case *rsa.PublicKey:
		return newRSAPublic(key, weak)
	case *rsa.PrivateKey:
		return newRSAPrivate(key, weak)
	}
	return nil, nil
}

func newRSAPublic(key *rsa.PublicKey, weak bool) (*keyState, error) {
	if key == nil || key.N == nil || key.N.Sign() <= 0 {
		return nil, badKey("the RSA key is nil, or has no modulus")
	}
	least := leastRSABits
	if weak {
		least = leastWeakRSABits
	}
	switch bits := key.N.BitLen(); {
	case bits < least:
		return nil, badKey("the RSA key has " + strconv.Itoa(bits) + " bits, and at least " + strconv.Itoa(least) +
			" are wanted (RFC 7518, Section 3.3); AllowWeakKey accepts keys of old systems, from 1024 bits")
	case bits > mostRSABits:
		return nil, badKey("the RSA key has " + strconv.Itoa(bits) + " bits, and at most 16384 are accepted, so that no key makes a verifier slow")
	case key.N.Bit(0) == 0:
		return nil, badKey("the modulus of the RSA key is even, so it is not the product of two odd primes")
	case key.E < 3 || key.E&1 == 0 || key.E > math.MaxInt32:
		return nil, errRSAExponent
	}
	// crypto/rsa refuses such keys, on verifying without a reason.
	if bits := key.N.BitLen(); (bits < leastRSABits || bits&1 == 1 || key.E <= 1<<16) && fips140.Enforced() {
		return nil, badKey("the RSA key has " + strconv.Itoa(bits) + " bits and the exponent " + strconv.Itoa(key.E) +
			"; FIPS 140-only mode wants an even number of bits, at least 2048, and an exponent of at least 65537, also with AllowWeakKey")
	}
	k := &keyState{family: rsaFamily{}, kind: "RSA key", public: key, fits: rsaAlgorithms}
	for alg := PS256; alg <= PS512; alg <<= 1 {
		// RFC 8017, Section 9.1.1: the encoded message holds hash and salt, each
		// as long as the hash, and two bytes more.
		if (key.N.BitLen()+6)/8 >= 2*alg.row().hash.Size()+2 {
			k.fits |= alg
		}
	}
	return k, nil
}

func newRSAPrivate(key *rsa.PrivateKey, weak bool) (*keyState, error) {
	if key == nil {
		return nil, badKey("the RSA key is nil")
	}
	k, err := newRSAPublic(&key.PublicKey, weak)
	if err != nil {
		return nil, err
	}
	if err := rsakey.Check(key); err != nil {
		return nil, asBadKey(err)
	}
	k.signer = key
	return k, nil
}

// newRSA makes a detached key from the numbers of a JWK or of PKCS #1. If D is present it is a
// private key. The public half is checked before anything is computed with it.
func newRSA(n rsakey.Numbers, weak bool) (*keyState, error) {
	if !n.E.IsInt64() || n.E.Int64() > math.MaxInt32 {
		return nil, errRSAExponent
	}
	k, err := newRSAPublic(&rsa.PublicKey{N: n.N, E: int(n.E.Int64())}, weak)
	if err != nil || n.D == nil {
		return k, err
	}
	key, err := n.Private()
	if err != nil {
		return nil, asBadKey(err)
	}
	k.public, k.signer = &key.PublicKey, key
	return k, nil
}

func (rsaFamily) detach(k *keyState) {
	k.public = rsakey.ClonePublic(k.public.(*rsa.PublicKey))
	if key, ok := k.signer.(*rsa.PrivateKey); ok {
		k.signer = rsakey.Clone(key)
	}
}

func (rsaFamily) kty() string { return "RSA" }

// An rsaMember is a number under its name in a JWK (RFC 7518, Section 6.3).
type rsaMember struct {
	name   string
	number **big.Int
}

// rsaMembers returns the members. The first two are public, the third is "d".
func rsaMembers(n *rsakey.Numbers) [8]rsaMember {
	return [...]rsaMember{{"n", &n.N}, {"e", &n.E}, {"d", &n.D}, {"p", &n.P}, {"q", &n.Q}, {"dp", &n.DP}, {"dq", &n.DQ}, {"qi", &n.QI}}
}

// readJWK reads the members of RFC 7518, Section 6.3. It accepts leading zeros: Section 2
// forbids them, but many issuers write one, as the sign in ASN.1.
func (rsaFamily) readJWK(r *jwkmember.Reader, o *keyOptions) (*keyState, error) {
	if r.Find("oth") != 0 {
		return nil, asBadKey(rsakey.ErrMorePrimes)
	}
	var n rsakey.Numbers
	for i, m := range rsaMembers(&n) {
		number := r.OptionalBytes(m.name)
		switch {
		case number == nil:
		case i > 2 && n.D == nil:
			return nil, badKey(quote(m.name) + ` of the JWK is of a private key, and there is no "d"`)
		default:
			*m.number = new(big.Int).SetBytes(number)
		}
	}
	if n.N == nil || n.E == nil {
		r.Fail(badKey(`the JWK has no "n" or no "e"`))
	}
	if r.Err != nil {
		return nil, r.Err
	}
	return newRSA(n, o.weak)
}

func (rsaFamily) writeJWK(k *keyState) (public, private []jwkmember.Member) {
	n := rsakey.OfPublic(k.public.(*rsa.PublicKey))
	if key, ok := k.signer.(*rsa.PrivateKey); ok {
		n = rsakey.Of(key)
	}
	var list []jwkmember.Member
	for _, m := range rsaMembers(&n) {
		if *m.number != nil {
			list = append(list, jwkmember.Member{Name: m.name, Bytes: (*m.number).Bytes()})
		}
	}
	return list[:2], list[2:]
}

func (rsaFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	var buf [64]byte
	return k.appendSignature(dst, digest(hash, input, &buf), hash)
}

func (rsaFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	key := k.public.(*rsa.PublicKey)
	// RFC 8017, Section 8.2.2: "If the length of the signature S is not k octets,
	// output "invalid signature" and stop."
	if len(signature) != key.Size() {
		return false
	}
	var buf [64]byte
	return rsa.VerifyPKCS1v15(key, hash, digest(hash, input, &buf), signature) == nil
}

// PS256, PS384 and PS512: RSASSA-PSS with SHA-2 (RFC 7518, Section 3.5).

const pssAlgorithms = PS256 | PS384 | PS512

type pssFamily struct{ rsaFamily }

// pssOptions follow RFC 7518, Section 3.5: "The size of the salt value is the same
// size as the hash function output". The same hash is in the mask function.
func pssOptions(hash crypto.Hash) *rsa.PSSOptions {
	return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
}

func (pssFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	var buf [64]byte
	return k.appendSignature(dst, digest(hash, input, &buf), pssOptions(hash))
}

func (pssFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	key := k.public.(*rsa.PublicKey)
	if len(signature) != key.Size() {
		return false
	}
	var buf [64]byte
	return rsa.VerifyPSS(key, hash, digest(hash, input, &buf), signature, pssOptions(hash)) == nil
}
