package jwt

// A claim is a name of those that RFC 7519, Section 4.1 registers.
type claim uint8

const (
	claimOther claim = iota // all that it does not
	claimIss
	claimSub
	claimAud
	claimExp
	claimNbf
	claimIat
	claimJti
)

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

// registered tells of each claim where it is: in a claims set that was read the
// node of its value, in one that is written the place of its text; 0 where it is
// absent. What stands under claimOther says nothing.
type registered [claimJti + 1]uint32

// A claimSet has a bit for each.
type claimSet uint8

func (s claimSet) has(c claim) bool { return s&(1<<c) != 0 }
