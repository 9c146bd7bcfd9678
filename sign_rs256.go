package jwt

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"math"
	"math/big"
	"strconv"
)

// RS256, RS384 and RS512: RSASSA-PKCS1-v1_5 with SHA-2 (RFC 7518, Section 3.3);
// and the RSA keys that they share with PS256 and its kin.

const rsaAlgorithms = RS256 | RS384 | RS512

type rsaFamily struct{}

const (
	leastRSABits     = 2048 // RFC 7518, Section 3.3: "A key of size 2048 bits or larger MUST be used"
	leastWeakRSABits = 1024
	mostRSABits      = 16384 // the time of a verification grows with the square of it
	generatedRSABits = 3072
)

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
			" are wanted (RFC 7518, Section 3.3); AllowWeakKey takes those of old systems, from 1024 bits")
	case bits > mostRSABits:
		return nil, badKey("the RSA key has " + strconv.Itoa(bits) + " bits, and at most 16384 are taken, so that none makes a verifier slow")
	case key.N.Bit(0) == 0:
		return nil, badKey("the modulus of the RSA key is even, so it is the product of no two odd primes")
	case key.E < 3 || key.E&1 == 0 || key.E > math.MaxInt32:
		return nil, badKey("the exponent of the RSA key is not an odd number from 3 to 2^31-1")
	}
	k := &keyState{kind: "RSA key", public: key, fits: rsaAlgorithms}
	for alg := PS256; alg <= PS512; alg <<= 1 {
		// RFC 8017, Section 9.1.1: the encoded message holds hash and salt, each
		// as long as the hash, and two octets more.
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
	if len(key.Primes) > 2 {
		return nil, unsupportedKey("the RSA key has more than two primes, which is not supported")
	}
	if key.D == nil || len(key.Primes) < 2 || key.Primes[0] == nil || key.Primes[1] == nil {
		return nil, badKey("the RSA private key lacks its private exponent or its primes")
	}
	// Validate does not look at signs, and its error could hold numbers of the key.
	if key.D.Sign() <= 0 || key.Primes[0].Sign() <= 0 || key.Primes[1].Sign() <= 0 || key.Validate() != nil {
		return nil, badKey("the parts of the RSA private key do not belong together")
	}
	k.signer = key
	return k, nil
}

func cloneRSAPublic(key *rsa.PublicKey) *rsa.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).Set(key.N), E: key.E}
}

// cloneRSAPrivate takes over what defines the key, and computes the rest anew.
func cloneRSAPrivate(key *rsa.PrivateKey) *rsa.PrivateKey {
	clone := &rsa.PrivateKey{
		PublicKey: *cloneRSAPublic(&key.PublicKey),
		D:         new(big.Int).Set(key.D),
		Primes:    []*big.Int{new(big.Int).Set(key.Primes[0]), new(big.Int).Set(key.Primes[1])},
	}
	clone.Precompute()
	return clone
}

func (rsaFamily) generate(Algorithm) (any, error) {
	return rsa.GenerateKey(rand.Reader, generatedRSABits)
}

func (rsaFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	return k.signRSA(dst, input, hash, hash)
}

func (rsaFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	key := k.public.(*rsa.PublicKey)
	// RFC 8017, Section 8.2.2: "If the length of the signature S is not k octets,
	// output "invalid signature" and stop."
	if len(signature) != key.Size() {
		return false
	}
	var room [64]byte
	return rsa.VerifyPKCS1v15(key, hash, digest(hash, input, &room), signature) == nil
}

// signRSA appends a signature of the kind that opts say.
func (k *keyState) signRSA(dst, input []byte, hash crypto.Hash, opts crypto.SignerOpts) ([]byte, error) {
	var room [64]byte
	signature, err := k.signOctets(digest(hash, input, &room), opts)
	if err != nil {
		return nil, err
	}
	return append(dst, signature...), nil
}
