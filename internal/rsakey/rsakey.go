// Package rsakey makes and checks RSA private keys from the numbers in a JWK (RFC 7518, Section
// 6.3.2) or in PKCS #1 (RFC 8017, Appendix A.1.2), at a bounded cost.
//
// An attacker may choose the numbers of a key so that computing with them takes seconds. So
// cheap identities are checked first. Work that grows with the cube of the size is only done
// for numbers that belong together.
package rsakey

import (
	"crypto/rsa"
	"errors"
	"math/big"
	"strconv"
)

const (
	mostBits       = 8192 // the time of a signature grows with the cube of this
	mostCommonBits = 64   // bits of the greatest common divisor of p-1 and q-1, which rarely has more than ten
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
// E and D, the primes P and Q, and the numbers computed from them. All but N and E may be nil.
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

// Private makes a key from the numbers. They must have N, an E that fits an int, and D. RFC
// 7518, Section 6.3.2 allows that all others are missing. So if a prime is missing, the others
// are computed from D. The key shares no memory with the numbers. No error text has a number of
// the key.
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
	if key == nil || key.Validate() != nil { // the error is not returned: it could have numbers of the key
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
		return errors.New("the RSA private key has " + strconv.Itoa(bits) + " bits, and at most 8192 are accepted, so that no key makes a signer slow")
	}
	return nil
}

// check compares the numbers with one another. It uses nothing more expensive than a division:
// first sizes, then products, then remainders.
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

// primes finds the primes of the modulus by the two exponents. It returns nil if D is no private
// exponent of the modulus.
//
// e*d - 1 is a multiple of (p-1)(q-1), which is nearly n. So (e*d - 1)/n is nearly a fraction
// with small terms: at most e, and the common divisor of p-1 and q-1. This fraction is one of
// the convergents of the continued fraction. Each takes a division, and none an exponentiation.
// The terms at least double with every second convergent, so there are few.
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

// Clone copies the numbers that define a private key of two primes, and computes the others
// anew. It computes the inverse of one prime by the other itself: crypto/rsa would use an
// exponentiation, which for large keys takes twenty times as long as everything else. Clone
// returns nil if there is no inverse, which happens if the numbers are not prime.
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
