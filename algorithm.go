package jwt

import (
	"crypto"
	"math/bits"
	"strconv"
	"strings"
)

// An Algorithm is a set of signature algorithms, one bit each. Some functions take one
// algorithm, others an allow-list of several, such as RS256|ES256. The zero value is the
// empty set, which is always an [ErrInvalidOption]. There is no "none", neither to sign nor
// to verify.
//
// [EdDSA] and [Ed25519] are two names for signatures by Ed25519 keys (RFC 8037
// and RFC 9864): each must be allowed by its name. The ML-DSA algorithms
// (RFC 9964) need a Go release that has crypto/mldsa. With an earlier release their names
// parse, and using them is an error that wraps [errors.ErrUnsupported].
type Algorithm uint64

// The algorithms of RFC 7518, Section 3.1; RFC 8037; RFC 9864 and RFC 9964,
// under the names that IANA registered for them.
const (
	HS256 Algorithm = 1 << iota
	HS384
	HS512
	RS256
	RS384
	RS512
	PS256
	PS384
	PS512
	ES256
	ES384
	ES512
	EdDSA
	Ed25519
	MLDSA44
	MLDSA65
	MLDSA87

	allAlgorithms = 1<<iota - 1
)

// An algorithmRow has what differs between algorithms of a family.
type algorithmRow struct {
	name string
	hash crypto.Hash
}

// algorithmRows has the rows in the order of the bits.
var algorithmRows = [...]algorithmRow{
	{"HS256", crypto.SHA256},
	{"HS384", crypto.SHA384},
	{"HS512", crypto.SHA512},
	{"RS256", crypto.SHA256},
	{"RS384", crypto.SHA384},
	{"RS512", crypto.SHA512},
	{"PS256", crypto.SHA256},
	{"PS384", crypto.SHA384},
	{"PS512", crypto.SHA512},
	{"ES256", crypto.SHA256},
	{"ES384", crypto.SHA384},
	{"ES512", crypto.SHA512},
	{"EdDSA", 0},
	{"Ed25519", 0},
	{"ML-DSA-44", 0},
	{"ML-DSA-65", 0},
	{"ML-DSA-87", 0},
}

// ParseAlgorithm returns the algorithm of that exact IANA name: "ML-DSA-44",
// never "hs256". Any other name, "none" among them, is an [ErrInvalidOption].
func ParseAlgorithm(name string) (Algorithm, error) {
	if a := algorithmNamed(name); a != 0 {
		return a, nil
	}
	for _, row := range algorithmRows {
		if strings.EqualFold(row.name, name) {
			return 0, badOption("unknown algorithm " + quote(name) + "; names are case-sensitive, this one is written " + row.name)
		}
	}
	return 0, badOption("unknown algorithm " + quote(name) + "; the names are those of IANA, such as HS256, RS256 or ES256")
}

// ParseAlgorithms returns the set of several names, such as those in a configuration. No
// name at all is an [ErrInvalidOption], and so is an unknown one.
func ParseAlgorithms(names ...string) (Algorithm, error) {
	if len(names) == 0 {
		return 0, badOption("no algorithm named; name at least one, such as HS256")
	}
	var set Algorithm
	for _, name := range names {
		a, err := ParseAlgorithm(name)
		if err != nil {
			return 0, err
		}
		set |= a
	}
	return set, nil
}

// Hash returns the hash function of a single algorithm. It returns 0 for a set of several,
// and for algorithms without a hash function (Ed25519, ML-DSA).
func (a Algorithm) Hash() crypto.Hash {
	if !a.single() {
		return 0
	}
	return a.row().hash
}

// String returns the IANA name, or several joined by '|'. The empty set, and a set with bits
// that are no algorithm, is Algorithm(0x…).
func (a Algorithm) String() string {
	if a == 0 || a&^allAlgorithms != 0 {
		return "Algorithm(0x" + strconv.FormatUint(uint64(a), 16) + ")"
	}
	if a.single() {
		return a.row().name
	}
	text := append(make([]byte, 0, 128), a.row().name...) // enough for all names
	for a &= a - 1; a != 0; a &= a - 1 {
		text = append(append(text, '|'), a.row().name...)
	}
	return string(text)
}

// MarshalText writes one name, or several joined by '|'. The empty set, and a set with bits
// that are no algorithm, is an [ErrInvalidOption].
func (a Algorithm) MarshalText() ([]byte, error) {
	if err := a.checkSet(); err != nil {
		return nil, err
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText writes. An unknown or empty name is an
// [ErrInvalidOption], and a is then unchanged.
func (a *Algorithm) UnmarshalText(text []byte) error {
	if a == nil {
		return badOption("UnmarshalText was given a nil pointer to read into")
	}
	set, err := ParseAlgorithms(strings.Split(string(text), "|")...)
	if err != nil {
		return err
	}
	*a = set
	return nil
}

// algorithmNamed returns 0 for an unknown name.
func algorithmNamed(name string) Algorithm {
	for i := range algorithmRows {
		if algorithmRows[i].name == name {
			return 1 << i
		}
	}
	return 0
}

func (a Algorithm) single() bool { return a != 0 && a&(a-1) == 0 && a&^allAlgorithms == 0 }

// row returns the row of the lowest bit that is set. At least one must be set.
func (a Algorithm) row() *algorithmRow { return &algorithmRows[bits.TrailingZeros64(uint64(a))] }

// checkSet refuses a set that is empty or has unknown bits.
func (a Algorithm) checkSet() error {
	switch {
	case a == 0:
		return badOption("no algorithm allowed; name the one your tokens are signed with, such as jwt.HS256")
	case a&^allAlgorithms != 0:
		return badOption(a.String() + " has bits that are no algorithm; combine the constants, such as jwt.RS256|jwt.ES256")
	}
	return nil
}

// checkOne refuses a set that is not exactly one algorithm.
func (a Algorithm) checkOne() error {
	if err := a.checkSet(); err != nil {
		return err
	}
	if !a.single() {
		return badOption("one algorithm is wanted here, not " + a.String())
	}
	return nil
}
