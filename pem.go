package jwt

import (
	"github.com/token-jwt/jwt/internal/pemkey"
	"github.com/token-jwt/jwt/internal/rsakey"
)

// ParsePEM reads one key from its PEM form (RFC 7468): a private key in PKCS #8, PKCS #1 or
// SEC 1, a public key in PKIX or PKCS #1, or a certificate. Of a certificate only the key is
// used: its chain, dates and usage are not checked. The content of the block decides, and
// not its label. Text around the block is ignored, and so is the block EC PARAMETERS that
// openssl writes first. A second key is an error.
//
// An encrypted key must be decrypted first, and a key in the format of OpenSSH converted. An
// RSA private key has at most 8192 bits. A key that is refused is an [ErrInvalidKey]. So is
// text of more than 1 MiB, and a block of more than 32 KiB. An option that is wrong by itself
// is an [ErrInvalidOption]. The rules of [NewKey] apply too. No error text has bytes of the
// key.
func ParsePEM(text []byte, opts ...KeyOption) (*Key, error) {
	o, err := readKeyOptions(opts)
	if err != nil {
		return nil, err
	}
	if len(text) > mostKeyText {
		return nil, badKey("the PEM text has more than 1 MiB; give one key, or one certificate")
	}
	material, err := pemkey.Parse(text)
	if err != nil {
		return nil, asBadKey(err)
	}
	numbers, ok := material.(rsakey.Numbers)
	if !ok {
		return makeKey(material, o)
	}
	k, err := newRSA(numbers, o.weak)
	if err != nil {
		return nil, err
	}
	return k.finish(o)
}

// mostKeyText is the most bytes of text that are read as a key or a set of keys.
const mostKeyText = 1 << 20
