package jwt

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"strconv"

	"github.com/token-jwt/jwt/internal/hmackey"
	"github.com/token-jwt/jwt/internal/jwkmember"
)

// HS256, HS384 and HS512: HMAC with SHA-2 (RFC 7518, Section 3.2). The package hmackey checks
// secrets and computes the MACs.

const hmacAlgorithms = HS256 | HS384 | HS512

type hmacFamily struct{}

func (hmacFamily) newKey(material any, weak bool) (*keyState, error) {
	if secret, ok := material.([]byte); ok {
		return newSecret(secret, weak)
	}
	return nil, nil
}

// newSecret checks an HMAC secret. The state keeps a reference to it.
func newSecret(secret []byte, weak bool) (*keyState, error) {
	k := new(keyState)
	if err := k.setSecret(secret, weak); err != nil {
		return nil, err
	}
	return k, nil
}

// setSecret checks a secret and makes k its state. k keeps a reference to the secret.
func (k *keyState) setSecret(secret []byte, weak bool) error {
	if err := hmackey.Check(secret, weak); err != nil {
		return asBadKey(err)
	}
	*k = keyState{family: hmacFamily{}, kind: "HMAC secret", secret: secret}
	for alg := HS256; alg <= HS512; alg <<= 1 {
		// RFC 7518, Section 3.2: "A key of the same size as the hash output
		// (for instance, 256 bits for "HS256") or larger MUST be used".
		if weak || len(secret) >= alg.row().hash.Size() {
			k.fits |= alg
		}
	}
	k.computeUses()
	return nil
}

func secretTooShort(length int, alg Algorithm) error {
	size := strconv.Itoa(alg.row().hash.Size())
	return badKey("the HMAC secret has " + strconv.Itoa(length) + " bytes, and " + alg.String() + " needs at least " + size +
		" random ones (RFC 7518, Section 3.2); make one with GenerateKey, or openssl rand -out key " + size + ", " +
		"or allow a weak one with NewKey and AllowWeakKey")
}

// generate makes a secret of the size of the hash.
func (hmacFamily) generate(alg Algorithm) (any, error) {
	secret := make([]byte, alg.Hash().Size())
	rand.Read(secret) // never fails: crypto/rand ends the program instead
	return secret, nil
}

func (hmacFamily) detach(k *keyState) { k.secret = bytes.Clone(k.secret) }

func (hmacFamily) kty() string { return "oct" }

// readJWK reads the member of RFC 7518, Section 6.4.
func (hmacFamily) readJWK(r *jwkmember.Reader, o *keyOptions) (*keyState, error) {
	secret := r.Secret("k")
	if r.Err != nil {
		return nil, r.Err
	}
	return newSecret(secret, o.weak)
}

func (hmacFamily) writeJWK(k *keyState) (public, private []jwkmember.Member) {
	return nil, []jwkmember.Member{{Name: "k", Bytes: k.secret}}
}

func (hmacFamily) sign(k *keyState, hash crypto.Hash, dst, input []byte) ([]byte, error) {
	return k.macs.Append(hash, k.secret, dst, input), nil
}

func (hmacFamily) verify(k *keyState, hash crypto.Hash, input, signature []byte) bool {
	return k.macs.Equal(hash, k.secret, input, signature)
}
