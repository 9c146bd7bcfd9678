// Package hmackey says which bytes may be an HMAC secret, and computes MACs with secrets (RFC
// 2104) by SHA-256, SHA-384 and SHA-512.
package hmackey

import (
	"bytes"
	"crypto/fips140"
	"errors"
	"hash/maphash"
	"strconv"
	"sync/atomic"

	"github.com/token-jwt/jwt/internal/foreignkey"
)

// goodSecrets is a direct-mapped cache of secrets that passed Check, so that a raw secret is not
// checked in every call. It holds a keyed hash of each secret, which does not reveal the secret.
var goodSecrets [1 << 12]atomic.Uint64

var secretSeed = maphash.MakeSeed()

// leastFIPS is the length of the shortest secret with which crypto/hmac does not panic in FIPS
// 140-only mode.
const leastFIPS = 112 / 8

// Check refuses bytes that are no secret: none at all, only zeros, or a key of another kind (see
// the package foreignkey). Unless weak is true, it also refuses text with white space at its
// ends. No error text has bytes of the secret.
func Check(secret []byte, weak bool) error {
	err := check(secret, weak)
	if err == nil && weak && len(secret) < leastFIPS && fips140.Enforced() {
		return errors.New("the HMAC secret has " + strconv.Itoa(len(secret)) + " bytes, and in FIPS 140-only mode at least " +
			strconv.Itoa(leastFIPS) + " are wanted, also with AllowWeakKey")
	}
	return err
}

func check(secret []byte, weak bool) error {
	if len(secret) == 0 {
		return errors.New("the HMAC secret is empty; is the setting that holds it missing?")
	}
	hash := maphash.Bytes(secretSeed, secret) | 1 // never 0, which marks an empty slot
	slot := &goodSecrets[hash>>1%uint64(len(goodSecrets))]
	if slot.Load() == hash {
		return nil
	}
	if len(bytes.Trim(secret, "\x00")) == 0 {
		return errors.New("the HMAC secret is all zero; was it ever filled in?")
	}
	if form := foreignkey.Form(secret); form != "" {
		return errors.New("what was given as an HMAC secret is " + form)
	}
	if len(bytes.TrimSpace(secret)) < len(secret) && foreignkey.IsText(secret) {
		if weak {
			return nil // not cached: calls that are not weak must refuse it
		}
		return errors.New("the HMAC secret is text with white space at its start or end, such as the line break of a file; trim it with bytes.TrimSpace, " +
			"or, if the white space belongs to it, use NewKey with AllowWeakKey")
	}
	slot.Store(hash)
	return nil
}
