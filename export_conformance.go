//go:build conformance

package jwt

import "bytes"

// VerifyOctets reports whether signature is a signature of input by key, which must fit alg.
// [Verify] does the same after it has read the header of a token. Published test vectors sign
// messages that are no JWS Signing Input, so they need this function. It exists only with the
// build tag conformance, which only the module conformance sets.
func VerifyOctets(key *Key, alg Algorithm, input, signature []byte) (bool, error) {
	if err := alg.checkOne(); err != nil {
		return false, err
	}
	state, err := key.usable()
	if err != nil {
		return false, err
	}
	if state.verifies&alg == 0 {
		return false, state.misfit(alg)
	}
	return state.verify(alg, input, signature), nil
}

// UncheckedSecret returns a key of any bytes, even if [NewKey] refuses them: some vectors
// have a secret of zeros, for example, and test something else.
func UncheckedSecret(secret []byte) (*Key, error) {
	key, err := NewKey(bytes.Repeat([]byte{1}, len(secret)), AllowWeakKey())
	if err == nil {
		key.state.open().secret = bytes.Clone(secret)
	}
	return key, err
}
