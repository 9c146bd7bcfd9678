// Package eckey has checks and conversions that crypto/ecdsa and crypto/ed25519 lack. It checks
// that the two halves of a private key belong together, and that an Ed25519 key is not of small
// order. It writes numbers in a fixed length (RFC 7518, Section 6.2), and converts ECDSA
// signatures between their two forms.
package eckey

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"slices"
)

var errHalves = errors.New("the private half of the EC key is out of range, or its public half is that of another key")

// Check returns an error if the halves of a private key do not belong together. The public
// half must be a point on the curve.
func Check(key *ecdsa.PrivateKey) error {
	if key.D == nil { //nolint:staticcheck // on a nil number Bytes would panic
		return errors.New("the EC key lacks its private half")
	}
	d, err := key.Bytes()
	if err != nil {
		return errHalves
	}
	_, err = Private(&key.PublicKey, d)
	return err
}

// Private makes a private key from the private number alone, as long as the order of the
// curve. It returns an error if public is not the public half.
func Private(public *ecdsa.PublicKey, d []byte) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.ParseRawPrivateKey(public.Curve, d)
	if err != nil || !key.PublicKey.Equal(public) {
		return nil, errHalves
	}
	return key, nil
}

// Public makes a public key from its coordinates, each as long as the field of the curve.
func Public(curve elliptic.Curve, x, y []byte) (*ecdsa.PublicKey, error) {
	return ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
}

// Coordinates returns the coordinates of a key that was checked, each size bytes long.
func Coordinates(key *ecdsa.PublicKey, size int) (x, y []byte) {
	point, _ := key.Bytes()
	return point[1 : 1+size], point[1+size:]
}

// Clone copies a private key that was checked.
func Clone(key *ecdsa.PrivateKey) *ecdsa.PrivateKey {
	d, _ := key.Bytes()
	clone, _ := ecdsa.ParseRawPrivateKey(key.Curve, d)
	return clone
}

// ClonePublic copies a public key that was checked.
func ClonePublic(key *ecdsa.PublicKey) *ecdsa.PublicKey {
	point, _ := key.Bytes()
	clone, _ := ecdsa.ParseUncompressedPublicKey(key.Curve, point)
	return clone
}

// Fixed gives a number a length, by adding or removing leading zeros. It returns nil if the
// number is longer.
func Fixed(number []byte, size int) []byte {
	number = bytes.TrimLeft(number, "\x00")
	if len(number) > size {
		return nil
	}
	return append(make([]byte, size-len(number), size), number...)
}
