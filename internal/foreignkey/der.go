package foreignkey

import "bytes"

// Recognizing keys and certificates in DER (X.690) by their outermost elements.

// The tags of DER (X.690) that keys are made of.
const (
	derInteger  = 0x02
	derBits     = 0x03
	derOctets   = 0x04
	derObject   = 0x06
	derSequence = 0x30
	derContext0 = 0xa0
	derContext1 = 0xa1
)

// derKey recognizes keys and certificates by the outermost elements of their DER. It reads no
// deeper, so no key costs more than a few steps. It also recognizes keys that crypto/x509 does
// not support, such as those of other curves. Like crypto/x509 it allows unknown elements in
// the sequence, and text after a key in PKCS #8 or SEC 1.
func derKey(secret []byte) form {
	if secret[0] != derSequence {
		return form{}
	}
	_, rest, tail, _ := cutDER(secret)       // if it fails, rest is empty
	whole := len(bytes.TrimSpace(tail)) == 0 // an editor may have added a line break
	var tags [6]byte
	var contents [len(tags)][]byte
	n := 0
	for ; n < len(tags); n++ {
		next := rest
		var ok bool
		if tags[n], contents[n], rest, ok = cutDER(rest); !ok {
			// crypto/x509 accepts an explicit tag that is longer than the element around it.
			if len(next) > 0 && (next[0] == derContext0 || next[0] == derContext1) {
				tags[n] = next[0]
				n++
			}
			break
		}
	}
	is := func(pattern ...byte) bool { return bytes.HasPrefix(tags[:n], pattern) }
	switch {
	case is(derSequence, derBits) && whole && isAlgorithm(contents[0]):
		return formPKIX
	case is(derSequence, derOctets) && whole && isEncryption(contents[0]):
		return formLocked
	case is(derSequence, derSequence, derBits) && whole && isAlgorithm(contents[1]):
		return formX509
	case is(derInteger, derSequence, derOctets) && isAlgorithm(contents[1]):
		return formPKCS8
	case is(derInteger, derOctets, derContext0) || is(derInteger, derOctets, derContext1):
		return formSEC1
	case is(derInteger, derInteger, derInteger, derInteger, derInteger, derInteger) && whole:
		return formRSA
	case is(derInteger, derInteger) && whole && len(contents[1]) <= 8: // not an ECDSA signature, which is longer
		return formPKCS1
	case is(derInteger, derSequence) && whole && bytes.HasPrefix(objectOf(contents[1]), objectPKCS(7)), // PKCS #12
		is(derObject, derContext0) && whole && bytes.HasPrefix(contents[0], objectPKCS(7)):
		return formBundle
	}
	return form{}
}

// isAlgorithm reports whether a sequence begins with an object identifier, as an
// AlgorithmIdentifier does.
func isAlgorithm(sequence []byte) bool { return objectOf(sequence) != nil }

// isEncryption reports whether a sequence begins with an algorithm of PKCS #5 or #12, which
// encrypt private keys. A DigestInfo has the same outermost elements, but another algorithm.
func isEncryption(sequence []byte) bool {
	object := objectOf(sequence)
	return bytes.HasPrefix(object, objectPKCS(5)) || bytes.HasPrefix(object, objectPKCS(12))
}

// objectOf returns the object identifier that a sequence begins with, or nil.
func objectOf(sequence []byte) []byte {
	if tag, object, _, ok := cutDER(sequence); ok && tag == derObject && len(object) > 0 {
		return object
	}
	return nil
}

// objectPKCS returns the start of the object identifiers of PKCS #number: 1.2.840.113549.1.number.
func objectPKCS(number byte) []byte {
	return []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, number}
}

// cutDER cuts off the first element. DER requires the shortest form of a length; cutDER accepts
// longer forms too.
func cutDER(der []byte) (tag byte, contents, rest []byte, ok bool) {
	if len(der) < 2 {
		return 0, nil, nil, false
	}
	tag, length, rest := der[0], uint64(der[1]), der[2:]
	if size := int(length & 0x7f); length >= 0x80 {
		if size == 0 || size > 4 || size > len(rest) {
			return 0, nil, nil, false
		}
		length = 0
		for _, b := range rest[:size] {
			length = length<<8 | uint64(b)
		}
		rest = rest[size:]
	}
	if length > uint64(len(rest)) {
		return 0, nil, nil, false
	}
	return tag, rest[:length], rest[length:], true
}
