//go:build conformance

package jwt

import "bytes"

// VerifyOctets reports whether signature is that of input by key, which must fit
// alg. It is what [Verify] asks once a token is cut and its header read, and is
// here for published vectors whose messages are no JWS Signing Input. Only the
// build tag conformance shows it, and only the module conformance sets that.
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

// UncheckedSecret is a key of any octets, all zero perhaps, which [NewKey]
// refuses: vectors that have such a secret are about something else.
func UncheckedSecret(secret []byte) (*Key, error) {
	key, err := NewKey(bytes.Repeat([]byte{1}, len(secret)), AllowWeakKey())
	if err == nil {
		key.state.open().secret = bytes.Clone(secret)
	}
	return key, err
}
