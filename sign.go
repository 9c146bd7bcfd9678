package jwt

// Where the algorithm families meet: each of them is a file of its own, which
// sees a key and octets. The key is known to fit the algorithm.

func (k *keyState) sign(alg Algorithm, dst, input []byte) ([]byte, error) {
	switch alg.row().family {
	case familyHMAC:
		return k.signHMAC(alg, dst, input), nil
	}
	return dst, k.misfit(alg)
}

func (k *keyState) verify(alg Algorithm, input, signature []byte) bool {
	switch alg.row().family {
	case familyHMAC:
		return k.verifyHMAC(alg, input, signature)
	}
	return false
}
