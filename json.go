package jwt

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// What this package adds to JSON. All of its JSON goes through package strictjson.

// jsonFormat has this package's types, and numbers the registered claims by their rows.
var jsonFormat = strictjson.NewFormat(claimNames(), strictjson.Types{
	Date: reflect.TypeFor[NumericDate](),
	ParseDate: func(number []byte) (time.Time, bool) {
		i, ok := parseInstant(number)
		return i.time(), ok
	},
	AppendDate: func(dst []byte, date time.Time) ([]byte, error) { return NumericDate{date}.appendJSON(dst) },
	OneOrMore:  reflect.TypeFor[Audience](),
	Member:     func(number int, value any) (any, error) { return claimValue(claim(number), value) },
})

// Where the registered claims of a claims set are: of one that was read the node of each
// value, of one that is written its offset. 0 is an absent one, and what stands under
// claimOther says nothing.
type (
	claimNodes   [len(claimTable)]strictjson.Node
	claimOffsets [len(claimTable)]uint32
)

func claimNamed(name string) claim { return claim(jsonFormat.Number(name)) }

// claimsOf finds the registered claims of a claims set.
func claimsOf(d *strictjson.Document) (r claimNodes) {
	d.Find(jsonFormat, r[:])
	return r
}

// claimValue returns what is written for the value that a payload has under a registered
// claim: for a time.Time under a date the number of seconds.
func claimValue(c claim, value any) (any, error) {
	if !c.isDate() {
		return value, nil
	}
	switch v := value.(type) {
	case time.Duration:
		return nil, errors.New("a time.Duration, which is no date; use WithExpiresIn, or a time.Time such as time.Now().Add(d)")
	case *time.Time:
		if v != nil {
			return claimValue(c, *v)
		}
	case time.Time:
		if v.IsZero() {
			return nil, errors.New("the zero time.Time; leave the claim out where there is no date")
		}
		return v.Unix(), nil
	}
	return value, nil
}

// A member is a name and a value of an object to be written.
type member struct {
	name  string
	value any
}

func sortByName(list []member) {
	slices.SortFunc(list, func(a, b member) int { return strings.Compare(a.name, b.name) })
}

// appendMembers appends an object of the members, in their order. For limit see
// [strictjson.Writer.Limit].
func appendMembers(dst []byte, list []member, limit int) (text []byte, err error) {
	w := strictjson.Writer{Format: jsonFormat, Limit: limit}
	text = append(dst, "{}"...)
	for _, m := range list {
		if text, err = w.Add(text, m.name, m.value); err != nil {
			break
		}
	}
	return text, err
}
