package jwt

// The registered claims (RFC 7519, Section 4.1). The table has one row for each, with its
// name and form.

// A claim is the index of a row in claimTable. strictjson numbers the names by it.
// claimOther stands for any other name.
type claim int

// The claims that have rules of their own.
const (
	claimOther claim = iota
	claimIat
	claimNbf
	claimExp
	claimIss
	claimAud
	claimSub
	claimJti
)

// claimTable has the rows in the order in which the claims of a token are checked. PyJWT has the
// same order.
var claimTable = [...]struct {
	name  string
	form  claimForm
	class error // the class of the error if the claim of a token has another form
}{
	claimIat: {"iat", formDate, ErrInvalidIssuedAt},
	claimNbf: {"nbf", formDate, ErrDecode},
	claimExp: {"exp", formDate, ErrDecode},
	claimIss: {"iss", formString, ErrInvalidIssuer},
	claimAud: {"aud", formAudience, ErrInvalidAudience},
	claimSub: {"sub", formString, ErrInvalidSubject},
	claimJti: {"jti", formString, ErrInvalidID},
}

// A claimForm is what the value of a registered claim must be.
type claimForm uint8

const (
	formAny claimForm = iota
	formString
	formDate
	formAudience
)

// claimNames returns the names of the rows after claimOther, in order.
func claimNames() (names []string) {
	for _, row := range claimTable[1:] {
		names = append(names, row.name)
	}
	return names
}

func (c claim) name() string { return claimTable[c].name }

func (c claim) isDate() bool { return claimTable[c].form == formDate }
