package jwt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"math/big"
	"testing"

	"github.com/token-jwt/jwt"
)

// An uncomparableCurve panics when it is compared with another of its type, and
// when it is asked for anything.
type uncomparableCurve struct {
	elliptic.Curve
	_ []int
}

func TestECPublicChecks(t *testing.T) {
	for alg, private := range ecKeys {
		t.Run(alg.String(), func(t *testing.T) {
			good := private.PublicKey
			p := good.Params().P
			add := func(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
			neg := func(a *big.Int) *big.Int { return new(big.Int).Neg(a) }
			key := func(c elliptic.Curve, x, y *big.Int) *ecdsa.PublicKey { return &ecdsa.PublicKey{Curve: c, X: x, Y: y} }
			for name, key := range map[string]*ecdsa.PublicKey{
				"nil":           nil,
				"zero":          {},
				"no curve":      key(nil, good.X, good.Y),
				"X nil":         key(good.Curve, nil, good.Y),
				"Y nil":         key(good.Curve, good.X, nil),
				"infinity":      key(good.Curve, new(big.Int), new(big.Int)),
				"off the curve": key(good.Curve, add(good.X, big.NewInt(1)), good.Y),
				"swapped":       key(good.Curve, good.Y, good.X),
				"X negative":    key(good.Curve, neg(good.X), good.Y),
				"Y negative":    key(good.Curve, good.X, neg(good.Y)),
				"X beyond p":    key(good.Curve, add(good.X, p), good.Y),
				"Y beyond p":    key(good.Curve, good.X, add(good.Y, p)),
				"X huge":        key(good.Curve, new(big.Int).Lsh(good.X, 600), good.Y),
			} {
				refusePublic(t, name, key, alg)
				assertClass(t, weakly(key), jwt.ErrInvalidKey)
			}
			for other := range ecKeys {
				if other != alg {
					refuseFor(t, "on the curve of "+alg.String()+" for "+other.String(), &good, other)
					refusePublic(t, "said to be on the curve of "+other.String(), key(ecKeys[other].Curve, good.X, good.Y), other)
				}
			}
			for name, curve := range map[string]elliptic.Curve{
				"P-224": elliptic.P224(), "own type": uncomparableCurve{}, "own type of ours": uncomparableCurve{Curve: good.Curve},
				"nil parameters": (*elliptic.CurveParams)(nil), "parameters alone": good.Params(),
			} {
				refusePublic(t, name, key(curve, good.X, good.Y), alg, errors.ErrUnsupported)
				refusePrivate(t, name+", private", &ecdsa.PrivateKey{PublicKey: *key(curve, good.X, good.Y), D: private.D}, errors.ErrUnsupported)
			}
			refusePrivate(t, "P-224 key", newECKey(elliptic.P224()), errors.ErrUnsupported)
		})
	}
}

func TestECPrivateChecks(t *testing.T) {
	for alg, good := range ecKeys {
		t.Run(alg.String(), func(t *testing.T) {
			order := good.Params().N
			with := func(d *big.Int) *ecdsa.PrivateKey { return &ecdsa.PrivateKey{PublicKey: good.PublicKey, D: d} }
			another := newECKey(good.Curve)
			for name, key := range map[string]*ecdsa.PrivateKey{
				"nil":                   nil,
				"zero":                  {},
				"D alone":               {D: good.D},
				"D and curve alone":     {PublicKey: ecdsa.PublicKey{Curve: good.Curve}, D: good.D},
				"Y nil":                 {PublicKey: ecdsa.PublicKey{Curve: good.Curve, X: good.X}, D: good.D},
				"D nil":                 with(nil),
				"D 0":                   with(new(big.Int)),
				"D negative":            with(new(big.Int).Neg(good.D)),
				"D is the order":        with(order),
				"D beyond the order":    with(new(big.Int).Add(good.D, order)),
				"D is the other root":   with(new(big.Int).Sub(order, good.D)),
				"D huge":                with(new(big.Int).Lsh(good.D, 600)),
				"D of another":          with(another.D),
				"public half off curve": {PublicKey: ecdsa.PublicKey{Curve: good.Curve, X: good.X, Y: new(big.Int).Add(good.Y, big.NewInt(1))}, D: good.D},
			} {
				refusePrivate(t, name, key)
				assertClass(t, weakly(key), jwt.ErrInvalidKey)
			}
			assertAll(t, signingWays(t, with(good.D)), nil)
		})
	}
}
