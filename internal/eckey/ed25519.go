package eckey

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
)

// CheckEd25519 returns an error if a public key has another length than 32 bytes, is a point of
// small order, or is not in canonical form. RFC 8032, Section 5.1.3 says that a y must be less
// than the prime of the field, and some decoders accept others. It does not check that a point
// with this y exists: if not, no signature holds.
func CheckEd25519(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return errors.New("the Ed25519 public key has " + strconv.Itoa(len(key)) + " bytes, not 32")
	}
	y := bytes.Clone(key)
	y[31] &= 0x7f
	if slices.Contains(smallOrder[:], hex.EncodeToString(y)) || !belowPrime(y) {
		return errors.New("the Ed25519 public key is a point of small order, under which forged signatures hold, or is not in canonical form")
	}
	return nil
}

// CheckEd25519Private returns an error if the halves of a private key do not belong together.
// Signing with the public half of another key would reveal the private half.
func CheckEd25519Private(key ed25519.PrivateKey) error {
	if len(key) != ed25519.PrivateKeySize {
		return errors.New("the Ed25519 private key has " + strconv.Itoa(len(key)) + " bytes, not 64; a seed of 32 goes through ed25519.NewKeyFromSeed")
	}
	if !bytes.Equal(ed25519.NewKeyFromSeed(key.Seed()), key) {
		return errors.New("the last 32 bytes of the Ed25519 private key are the public half of another key")
	}
	return nil
}

// smallOrder are the y coordinates of the eight points whose order divides 8, in the encoding
// of RFC 8032, Section 5.1.2, without the sign of x. Under such a public key, one signature can
// hold for any message.
var smallOrder = [...]string{
	"0100000000000000000000000000000000000000000000000000000000000000", // order 1
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
	"0000000000000000000000000000000000000000000000000000000000000000", // order 4
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
}

// belowPrime reports whether y is less than 2^255 - 19. y is little-endian, in which this prime
// is ed, then 30 times ff, then 7f.
func belowPrime(y []byte) bool {
	for _, b := range y[1:31] {
		if b != 0xff {
			return true
		}
	}
	return y[31] != 0x7f || y[0] < 0xed
}
