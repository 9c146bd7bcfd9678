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
	mostPrivateBits  = 8192  // and that of a signature with the cube
	mostCommonBits   = 64    // of what p-1 and q-1 have in common; hardly ever more than ten
	generatedRSABits = 3072
)

// mostRSACost bounds the keys of a set that one token can have tried: as many as cost what
// one of the most bits does, or sixteen of 4096 bits.
const mostRSACost = mostRSABits * mostRSABits

// rsaCost is what a verification costs, beside others; 0 for keys of other kinds, sixteen
// of which cost less than one RSA key of the most bits.
func (k *keyState) rsaCost() int {
	key, ok := k.public.(*rsa.PublicKey)
	if !ok {
		return 0
	}
	return key.N.BitLen() * key.N.BitLen()
}

var errRSAExponent = badKey("the exponent of the RSA key is not an odd number from 3 to 2^31-1")

var errRSAParts = badKey("the parts of the RSA private key do not belong together")

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
		return nil, errRSAExponent
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

// newRSAPrivate refers to the key. Identities that are cheap go first: work that grows with
// the cube of the size is done for keys that hold together alone.
func newRSAPrivate(key *rsa.PrivateKey, weak bool) (*keyState, error) {
	if key == nil {
		return nil, badKey("the RSA key is nil")
	}
	if len(key.Primes) > 2 {
		return nil, errRSAPrimes
	}
	if key.D == nil || len(key.Primes) < 2 || key.Primes[0] == nil || key.Primes[1] == nil {
		return nil, badKey("the RSA private key lacks its private exponent or its primes")
	}
	k, err := newRSAPublic(&key.PublicKey, weak)
	if err != nil {
		return nil, err
	}
	parts := rsaParts{d: key.D, p: key.Primes[0], q: key.Primes[1]}
	if err := parts.check(&key.PublicKey); err != nil {
		return nil, err
	}
	valid := key
	if key.Precomputed.Dp == nil { // Validate would compute it, by an exponentiation
		valid = cloneRSAPrivate(key)
	}
	if valid == nil || valid.Validate() != nil { // whose error could hold numbers of the key
		return nil, errRSAParts
	}
	k.signer = key
	return k, nil
}

var errRSAPrimes = unsupportedKey("the RSA key has more than two primes, which is not supported")

// rsaParts are the numbers of a private key as they were read; all but d may be nil.
type rsaParts struct{ d, p, q, dp, dq, qi *big.Int }

// makeRSAPrivate makes a key of numbers that were read, in memory of its own. Where a
// prime is missing, RFC 7518, Section 6.3.2 lets all but d be: they follow from it.
func makeRSAPrivate(public *rsa.PublicKey, parts rsaParts, weak bool) (*keyState, error) {
	k, err := newRSAPublic(public, weak) // before anything is computed with it
	if err != nil {
		return nil, err
	}
	if public.N.BitLen() > mostPrivateBits { // check says why
		return nil, parts.check(public)
	}
	if parts.p == nil || parts.q == nil {
		if parts.d.Cmp(public.N) >= 0 {
			return nil, errRSAParts
		}
		parts = rsaParts{d: parts.d}
		if parts.p, parts.q = rsaPrimes(public, parts.d); parts.p == nil {
			return nil, badKey("the RSA private key has no primes, and its private exponent is not one for its modulus")
		}
	}
	if err := parts.check(public); err != nil {
		return nil, err
	}
	key := cloneRSAPrivate(&rsa.PrivateKey{PublicKey: *public, D: parts.d, Primes: []*big.Int{parts.p, parts.q}})
	if key == nil || key.Validate() != nil {
		return nil, errRSAParts
	}
	k.public, k.signer = &key.PublicKey, key
	return k, nil
}

// check holds the parts against one another, by nothing dearer than a division: sizes
// before products, products before remainders.
func (r *rsaParts) check(public *rsa.PublicKey) error {
	n := public.N
	if bits := n.BitLen(); bits > mostPrivateBits {
		return badKey("the RSA private key has " + strconv.Itoa(bits) + " bits, and at most 8192 are taken, so that none makes a signer slow")
	}
	one := big.NewInt(1)
	if r.d.Sign() <= 0 || r.d.Cmp(n) >= 0 || r.p.Cmp(one) <= 0 || r.q.Cmp(one) <= 0 || r.p.Cmp(n) >= 0 || r.q.Cmp(n) >= 0 ||
		r.p.BitLen()+r.q.BitLen() > n.BitLen()+1 || new(big.Int).Mul(r.p, r.q).Cmp(n) != 0 {
		return errRSAParts
	}
	e := big.NewInt(int64(public.E))
	for _, half := range [...]struct{ prime, exponent *big.Int }{{r.p, r.dp}, {r.q, r.dq}} {
		order := new(big.Int).Sub(half.prime, one)
		exponent := new(big.Int).Mod(r.d, order)
		if half.exponent != nil && half.exponent.Cmp(exponent) != 0 {
			return errRSAParts
		}
		if exponent.Mul(exponent, e).Mod(exponent, order).Cmp(one) != 0 {
			return errRSAParts
		}
	}
	if r.qi != nil && (r.qi.Sign() <= 0 || r.qi.Cmp(r.p) >= 0 || new(big.Int).Mod(new(big.Int).Mul(r.qi, r.q), r.p).Cmp(one) != 0) {
		return errRSAParts
	}
	return nil
}

// rsaPrimes finds the primes of a modulus by its two exponents; nil where d is none of it.
//
// As e*d - 1 is a multiple of (p-1)(q-1), and that is nearly n, the fraction (e*d - 1)/n is nearly
// one whose terms are small: at most e, and what p-1 and q-1 have in common. It is found among the
// convergents of the continued fraction, a division each, with no exponentiation at all. They
// double with every second one, so there are few of them.
func rsaPrimes(public *rsa.PublicKey, d *big.Int) (p, q *big.Int) {
	n, one := public.N, big.NewInt(1)
	multiple := new(big.Int).Mul(d, big.NewInt(int64(public.E)))
	multiple.Sub(multiple, one)
	a, b := new(big.Int).Set(multiple), new(big.Int).Set(n)
	// The convergents are h/k.
	h, hLast := big.NewInt(1), new(big.Int)
	k, kLast := new(big.Int), big.NewInt(1)
	quotient, rest := new(big.Int), new(big.Int)
	for b.Sign() != 0 && k.BitLen() <= mostCommonBits {
		quotient.QuoRem(a, b, rest)
		a, b, rest = b, rest, a
		hLast.Add(hLast, new(big.Int).Mul(quotient, h))
		kLast.Add(kLast, new(big.Int).Mul(quotient, k))
		h, hLast, k, kLast = hLast, h, kLast, k
		if h.Sign() == 0 {
			continue
		}
		order, left := new(big.Int).QuoRem(new(big.Int).Mul(multiple, k), h, new(big.Int))
		if left.Sign() != 0 {
			continue
		}
		// n - (p-1)(q-1) + 1 is p + q, and with p*q both are the roots of a square equation.
		sum := order.Sub(n, order)
		sum.Add(sum, one)
		square := new(big.Int).Mul(sum, sum)
		square.Sub(square, new(big.Int).Lsh(n, 2))
		if sum.Sign() <= 0 || square.Sign() < 0 || sum.BitLen() > n.BitLen() {
			continue
		}
		difference := square.Sqrt(square)
		p := new(big.Int).Add(sum, difference)
		p.Rsh(p, 1)
		if q := new(big.Int).Sub(sum, p); new(big.Int).Mul(p, q).Cmp(n) == 0 {
			return p, q
		}
	}
	return nil, nil
}

func cloneRSAPublic(key *rsa.PublicKey) *rsa.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).Set(key.N), E: key.E}
}

// cloneRSAPrivate takes over what defines the key, and computes the rest anew. The inverse
// of one prime by the other is computed here: crypto/rsa would find it by an exponentiation,
// which for great keys takes twenty times as long as all the rest. It is nil where there is
// no inverse, as of primes that are none.
func cloneRSAPrivate(key *rsa.PrivateKey) *rsa.PrivateKey {
	p, q := new(big.Int).Set(key.Primes[0]), new(big.Int).Set(key.Primes[1])
	clone := &rsa.PrivateKey{PublicKey: *cloneRSAPublic(&key.PublicKey), D: new(big.Int).Set(key.D), Primes: []*big.Int{p, q}}
	one := big.NewInt(1)
	order := new(big.Int).Sub(p, one)
	clone.Precomputed.Dp = new(big.Int).Mod(key.D, order)
	clone.Precomputed.Dq = new(big.Int).Mod(key.D, order.Sub(q, one))
	if clone.Precomputed.Qinv = new(big.Int).ModInverse(q, p); clone.Precomputed.Qinv == nil {
		return nil
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
