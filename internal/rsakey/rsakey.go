// Package rsakey makes and checks RSA private keys of the numbers that a JWK has (RFC 7518,
// Section 6.3.2) or PKCS #1 (RFC 8017, Appendix A.1.2), at a bounded cost.
//
// Whoever sends a key may have chosen its numbers so that computing with them takes seconds.
// So cheap identities are checked first: work that grows with the cube of the size is only
// done for numbers that belong together.
package rsakey

import (
	"crypto/rsa"
	"errors"
	"math/big"
	"strconv"
)

const (
	mostBits       = 8192 // the time of a signature grows with the cube of it
	mostCommonBits = 64   // of the greatest common divisor of p-1 and q-1; hardly ever more than ten
)

// ErrMorePrimes is a key of more than two primes.
var ErrMorePrimes error = Unsupported("the RSA key has more than two primes, which is not supported")

// An Unsupported error is about a kind of key that is not supported, and wraps
// [errors.ErrUnsupported].
type Unsupported string

func (e Unsupported) Error() string { return string(e) }

// Unwrap returns [errors.ErrUnsupported].
func (e Unsupported) Unwrap() error { return errors.ErrUnsupported }

var (
	errParts    = errors.New("the parts of the RSA private key do not belong together")
	errNoPrimes = errors.New("the RSA private key has no primes, and its private exponent is not one for its modulus")
	one         = big.NewInt(1)
)

// Numbers are the numbers of a key under their names in a JWK: the modulus N, the exponents
// E and D, the primes P and Q, and what follows from them. All but N and E may be nil.
type Numbers struct{ N, E, D, P, Q, DP, DQ, QI *big.Int }

// Of returns the numbers of a key that was checked. They share its memory.
func Of(key *rsa.PrivateKey) Numbers {
	n := OfPublic(&key.PublicKey)
	n.D, n.P, n.Q = key.D, key.Primes[0], key.Primes[1]
	n.DP, n.DQ, n.QI = key.Precomputed.Dp, key.Precomputed.Dq, key.Precomputed.Qinv
	return n
}

// OfPublic returns the numbers of a public key.
func OfPublic(key *rsa.PublicKey) Numbers { return Numbers{N: key.N, E: big.NewInt(int64(key.E))} }

// Private makes the key that the numbers are, which must have N, an E that is an int, and D.
// Where a prime is missing, RFC 7518, Section 6.3.2 allows all but D to be missing: they are
// computed from it. The key has memory of its own. No error text holds a number of the key.
func (n Numbers) Private() (*rsa.PrivateKey, error) {
	if err := n.checkSize(); err != nil {
		return nil, err
	}
	if n.P == nil || n.Q == nil {
		if n.D.Cmp(n.N) >= 0 {
			return nil, errParts
		}
		n = Numbers{N: n.N, E: n.E, D: n.D}
		if n.P, n.Q = n.primes(); n.P == nil {
			return nil, errNoPrimes
		}
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	public := rsa.PublicKey{N: n.N, E: int(n.E.Int64())}
	key := Clone(&rsa.PrivateKey{PublicKey: public, D: n.D, Primes: []*big.Int{n.P, n.Q}})
	if key == nil || key.Validate() != nil { // whose error could hold numbers of the key
		return nil, errParts
	}
	return key, nil
}

// Check reports what is wrong with a private key, whose public half must have been checked.
func Check(key *rsa.PrivateKey) error {
	switch {
	case len(key.Primes) > 2:
		return ErrMorePrimes
	case key.D == nil, len(key.Primes) < 2, key.Primes[0] == nil, key.Primes[1] == nil:
		return errors.New("the RSA private key lacks its private exponent or its primes")
	}
	n := OfPublic(&key.PublicKey)
	n.D, n.P, n.Q = key.D, key.Primes[0], key.Primes[1]
	if err := n.check(); err != nil {
		return err
	}
	if key.Precomputed.Dp == nil { // Validate would compute it, by an exponentiation
		key = Clone(key)
	}
	if key == nil || key.Validate() != nil {
		return errParts
	}
	return nil
}

func (n *Numbers) checkSize() error {
	if bits := n.N.BitLen(); bits > mostBits {
		return errors.New("the RSA private key has " + strconv.Itoa(bits) + " bits, and at most 8192 are taken, so that none makes a signer slow")
	}
	return nil
}

// check holds the parts against one another, by nothing more expensive than a division: sizes
// before products, products before remainders.
func (n *Numbers) check() error {
	if err := n.checkSize(); err != nil {
		return err
	}
	if n.D.Sign() <= 0 || n.D.Cmp(n.N) >= 0 || n.P.Cmp(one) <= 0 || n.Q.Cmp(one) <= 0 ||
		n.P.BitLen()+n.Q.BitLen() > n.N.BitLen()+1 || new(big.Int).Mul(n.P, n.Q).Cmp(n.N) != 0 {
		return errParts
	}
	for _, half := range [...]struct{ prime, exponent *big.Int }{{n.P, n.DP}, {n.Q, n.DQ}} {
		order := new(big.Int).Sub(half.prime, one)
		exponent := new(big.Int).Mod(n.D, order)
		if half.exponent != nil && half.exponent.Cmp(exponent) != 0 {
			return errParts
		}
		if exponent.Mul(exponent, n.E).Mod(exponent, order).Cmp(one) != 0 {
			return errParts
		}
	}
	if n.QI != nil && (n.QI.Sign() <= 0 || n.QI.Cmp(n.P) >= 0 || new(big.Int).Mod(new(big.Int).Mul(n.QI, n.Q), n.P).Cmp(one) != 0) {
		return errParts
	}
	return nil
}

// primes finds the primes of the modulus by the two exponents; nil where D is none of it.
//
// As e*d - 1 is a multiple of (p-1)(q-1), and that is nearly n, the fraction (e*d - 1)/n is nearly
// one whose terms are small: at most e, and what p-1 and q-1 have in common. It is found among the
// convergents of the continued fraction, a division each, with no exponentiation at all. They
// double with every second one, so there are few of them.
func (n *Numbers) primes() (p, q *big.Int) {
	multiple := new(big.Int).Mul(n.D, n.E)
	multiple.Sub(multiple, one)
	a, b := new(big.Int).Set(multiple), new(big.Int).Set(n.N)
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
		// n - (p-1)(q-1) + 1 is p + q, and with p*q both are the roots of a quadratic equation.
		sum := order.Sub(n.N, order)
		sum.Add(sum, one)
		square := new(big.Int).Mul(sum, sum)
		square.Sub(square, new(big.Int).Lsh(n.N, 2))
		if sum.Sign() <= 0 || square.Sign() < 0 || sum.BitLen() > n.N.BitLen() {
			continue
		}
		difference := square.Sqrt(square)
		p := new(big.Int).Add(sum, difference)
		p.Rsh(p, 1)
		if q := new(big.Int).Sub(sum, p); new(big.Int).Mul(p, q).Cmp(n.N) == 0 {
			return p, q
		}
	}
	return nil, nil
}

// ClonePublic copies a public key.
func ClonePublic(key *rsa.PublicKey) *rsa.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).Set(key.N), E: key.E}
}

// Clone copies what defines a private key of two primes, and computes the rest anew. The
// inverse of one prime by the other is computed here: crypto/rsa would find it by an
// exponentiation, which for great keys takes twenty times as long as all the rest. It
// returns nil if there is no inverse, as for numbers that are not prime.
func Clone(key *rsa.PrivateKey) *rsa.PrivateKey {
	p, q := new(big.Int).Set(key.Primes[0]), new(big.Int).Set(key.Primes[1])
	clone := &rsa.PrivateKey{PublicKey: *ClonePublic(&key.PublicKey), D: new(big.Int).Set(key.D), Primes: []*big.Int{p, q}}
	order := new(big.Int).Sub(p, one)
	clone.Precomputed.Dp = new(big.Int).Mod(key.D, order)
	clone.Precomputed.Dq = new(big.Int).Mod(key.D, order.Sub(q, one))
	if clone.Precomputed.Qinv = new(big.Int).ModInverse(q, p); clone.Precomputed.Qinv == nil {
		return nil
	}
	clone.Precompute()
	return clone
}
