package jwt

import (
	"bytes"
	"hash/maphash"
	"strconv"
	"sync/atomic"

	"github.com/token-jwt/jwt/internal/foreignkey"
)

// Which bytes may be an HMAC secret. The package foreignkey recognizes keys of other kinds.

// goodSecrets is a direct-mapped cache of secrets that passed checkSecret, so that a raw
// secret is not checked in every call. It holds a keyed hash of each secret, which does not
// reveal the secret.
var goodSecrets [1 << 12]atomic.Uint64

var secretSeed = maphash.MakeSeed()

// checkSecret refuses bytes that are not secret, such as zeros, or a key of another kind. weak
// is AllowWeakKey, and permits white space at the ends.
func checkSecret(secret []byte, weak bool) error {
	if len(secret) == 0 {
		return badKey("the HMAC secret is empty; is the setting that holds it missing?")
	}
	hash := maphash.Bytes(secretSeed, secret) | 1 // never 0, which marks an empty slot
	slot := &goodSecrets[hash>>1%uint64(len(goodSecrets))]
	if slot.Load() == hash {
		return nil
	}
	if len(bytes.Trim(secret, "\x00")) == 0 {
		return badKey("the HMAC secret is all zero; was it ever filled in?")
	}
	if form := foreignkey.Form(secret); form != "" {
		return badKey("what was given as an HMAC secret is " + form)
	}
	if len(bytes.TrimSpace(secret)) < len(secret) && foreignkey.IsText(secret) {
		if weak {
			return nil // not cached: calls without AllowWeakKey must refuse it
		}
		return badKey("the HMAC secret is text with white space at its start or end, such as the line break of a file; trim it with bytes.TrimSpace, " +
			"or, if the white space belongs to it, use NewKey with AllowWeakKey")
	}
	slot.Store(hash)
	return nil
}

func secretTooShort(length int, alg Algorithm) error {
	size := strconv.Itoa(alg.row().hash.Size())
	return badKey("the HMAC secret has " + strconv.Itoa(length) + " bytes, and " + alg.String() + " needs at least " + size +
		" random ones (RFC 7518, Section 3.2); make one with GenerateKey, or openssl rand -out key " + size + ", " +
		"or allow a weak one with NewKey and AllowWeakKey")
}
