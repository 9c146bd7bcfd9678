package jwt

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// How this package uses strictjson, which reads and writes all of its JSON.

// jsonFormat tells strictjson this package's types, and the names of the registered
// claims. strictjson numbers these names by their rows in claimTable.
var jsonFormat = strictjson.NewFormat(claimNames(), strictjson.Types{
	Date:       reflect.TypeFor[NumericDate](),
	ParseDate:  parseDate,
	AppendDate: func(dst []byte, date time.Time) ([]byte, error) { return NumericDate{date}.appendJSON(dst) },
	OneOrMore:  reflect.TypeFor[Audience](),
	Member:     func(number int, value any) (any, error) { return claimValue(claim(number), value) },
})

// claimOffsets has one offset for each row of claimTable: where the value of the claim begins
// in the claims set that is written. 0 means that the claim is absent. The element of
// claimOther has no meaning.
type claimOffsets [len(claimTable)]uint32

func claimNamed(name string) claim { return claim(jsonFormat.Number(name)) }

// in returns the value of a registered claim in a claims set that was read, or 0.
func (c claim) in(d *strictjson.Document) strictjson.Node { return d.Numbered(int(c)) }

// claimValue converts the value of a registered claim before it is written: a time.Time
// becomes a number of seconds if the claim is a date.
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
			return nil, errors.New("the zero time.Time; leave the claim out if there is no date")
		}
		return v.Unix(), nil
	}
	return value, nil
}

// A member is a name and a value in an object that is written.
type member struct {
	name  string
	value any
}

func sortByName(list []member) {
	slices.SortFunc(list, func(a, b member) int { return strings.Compare(a.name, b.name) })
}

// appendMembers appends an object of the members, in their order. limit is
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
