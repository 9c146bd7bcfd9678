package jwt_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The curve of Ed25519 (RFC 8032, Section 5.1), to find its points by a way that
// is not the library's.
var (
	edPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	edD     = mod(new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), edPrime)))
)

func mod(n *big.Int) *big.Int { return n.Mod(n, edPrime) }

// edDouble returns the y of 2P, given the y of P:
// x^2 = (y^2 - 1) / (d y^2 + 1), and y' = (y^2 + x^2) / (1 - d x^2 y^2).
// It returns nil where no point has that y.
func edDouble(y *big.Int) *big.Int {
	one := big.NewInt(1)
	y2 := mod(new(big.Int).Mul(y, y))
	under := new(big.Int).ModInverse(mod(new(big.Int).Add(new(big.Int).Mul(edD, y2), one)), edPrime)
	if under == nil {
		return nil
	}
	x2 := mod(new(big.Int).Mul(mod(new(big.Int).Sub(y2, one)), under))
	if big.Jacobi(x2, edPrime) < 0 {
		return nil
	}
	dxy := mod(new(big.Int).Mul(edD, new(big.Int).Mul(x2, y2)))
	under = new(big.Int).ModInverse(mod(new(big.Int).Sub(one, dxy)), edPrime)
	if under == nil {
		return nil
	}
	return mod(new(big.Int).Mul(new(big.Int).Add(y2, x2), under))
}

// edEncoding is that of RFC 8032, Section 5.1.2, for a y of any size.
func edEncoding(y *big.Int, sign byte) ed25519.PublicKey {
	octets := y.FillBytes(make([]byte, 32))
	for i := range 16 {
		octets[i], octets[31-i] = octets[31-i], octets[i]
	}
	octets[31] |= sign << 7
	return octets
}

// edSmallOrder finds the y of all points whose order divides 8. Those of order 8
// have x^2 = -y^2, as their double has y = 0 (it is of order 4), and then the curve
// -x^2 + y^2 = 1 + d x^2 y^2 has d y^4 + 2 y^2 - 1 = 0.
func edSmallOrder(t *testing.T) []*big.Int {
	t.Helper()
	one := big.NewInt(1)
	ys := []*big.Int{one, new(big.Int).Sub(edPrime, one), new(big.Int)}
	root := new(big.Int).ModSqrt(mod(new(big.Int).Add(one, edD)), edPrime)
	require.NotNil(t, root)
	for _, r := range []*big.Int{root, new(big.Int).Neg(root)} {
		y2 := mod(new(big.Int).Mul(new(big.Int).Sub(r, one), new(big.Int).ModInverse(edD, edPrime)))
		if y := new(big.Int).ModSqrt(y2, edPrime); y != nil {
			ys = append(ys, y, mod(new(big.Int).Neg(y)))
		}
	}
	return ys
}

func TestEd25519SmallOrder(t *testing.T) {
	ys := edSmallOrder(t)
	require.Len(t, ys, 5, "(0,1), (0,-1), two with y = 0, and four of order 8 with two ys")
	for _, y := range ys {
		eighth := y
		for range 3 {
			require.NotNil(t, eighth)
			eighth = edDouble(eighth)
		}
		require.Zero(t, eighth.Cmp(big.NewInt(1)), "eight times the point is the neutral element")
		for sign := range byte(2) {
			key := edEncoding(y, sign)
			refusePublic(t, hex.EncodeToString(key), key, jwt.EdDSA)
			assertClass(t, weakly(key), jwt.ErrInvalidKey)
		}
	}
	// The same ys again, and all others that 255 bits have room for twice.
	for i := range int64(19) {
		for sign := range byte(2) {
			key := edEncoding(new(big.Int).Add(edPrime, big.NewInt(i)), sign)
			refusePublic(t, "not canonical, "+hex.EncodeToString(key), key, jwt.EdDSA)
			assertClass(t, weakly(key), jwt.ErrInvalidKey)
		}
	}
	// Next to them are ordinary keys. The largest y that a point has is one.
	taken := 0
	for i := int64(2); i < 40; i++ {
		for _, y := range []*big.Int{big.NewInt(i), new(big.Int).Sub(edPrime, big.NewInt(i)), new(big.Int).Sub(edPrime, big.NewInt(i<<8))} {
			if edDouble(y) != nil {
				_, err := jwt.NewKey(edEncoding(y, 1))
				assert.NoError(t, err)
				taken++
			}
		}
	}
	assert.Greater(t, taken, 10)
}

func TestEd25519Checks(t *testing.T) {
	public := edKey.Public().(ed25519.PublicKey)
	for _, n := range []int{0, 1, 31, 33, 64} {
		refusePublic(t, fmt.Sprint("public, ", n), append(append(ed25519.PublicKey{}, public...), public...)[:n:n], jwt.EdDSA)
	}
	refusePublic(t, "public, 33", append(append(ed25519.PublicKey{}, public...), 0), jwt.EdDSA)
	for _, n := range []int{0, 1, 31, 32, 33, 63} {
		refusePrivate(t, fmt.Sprint("private, ", n), edKey[:n:n])
	}
	refusePrivate(t, "private, 65", append(append(ed25519.PrivateKey{}, edKey...), 0))
	refusePrivate(t, "private, zero", make(ed25519.PrivateKey, 64))
	_, other, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	refusePrivate(t, "public half of another", append(append(ed25519.PrivateKey{}, edKey[:32]...), other[32:]...))
	refuseFor(t, "for another algorithm", public, jwt.ES256)
	assertAll(t, signingWays(t, edKey), nil)
}
