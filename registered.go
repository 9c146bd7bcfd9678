package jwt

// The names of the registered claims (RFC 7519, Section 4.1).

// A claim is one of them, or any other name.
type claim uint8

const (
	claimOther claim = iota // any name that is not registered
	claimIss
	claimSub
	claimAud
	claimExp
	claimNbf
	claimIat
	claimJti
)

// claimNamed returns the claim of that exact name.
func claimNamed[T string | []byte](name T) claim {
	switch string(name) {
	case "iss":
		return claimIss
	case "sub":
		return claimSub
	case "aud":
		return claimAud
	case "exp":
		return claimExp
	case "nbf":
		return claimNbf
	case "iat":
		return claimIat
	case "jti":
		return claimJti
	}
	return claimOther
}

func (c claim) isDate() bool { return claimExp <= c && c <= claimIat }

// registered has for each claim the place of its value, or 0 where it is absent. Of
// a claims set that is read that is the node, of one that is written the position in
// its text. What stands under claimOther says nothing.
type registered [claimJti + 1]uint32

// claimBits has a bit for each claim.
type claimBits uint8

func (b claimBits) has(c claim) bool { return b&(1<<c) != 0 }
