// Package jwkmember has the members of a JWK (RFC 7517): texts, lists, and bytes in base64url.
package jwkmember

import (
	"strconv"
	"strings"

	"github.com/token-jwt/jwt/internal/base64url"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// A Reader reads the members of one JWK. The writer of a JWK is trusted, so anything unambiguous
// is accepted, and members that are not needed are not checked. Values that it returns after an
// error must not be used.
type Reader struct {
	JWK      *strictjson.Document    // which was parsed
	NewError func(text string) error // makes the errors of the importer
	Err      error                   // the first error
}

// Fail keeps the first error.
func (r *Reader) Fail(err error) {
	if r.Err == nil {
		r.Err = err
	}
}

// Find returns the member of that name; 0 if it is absent, null, "" or [].
func (r *Reader) Find(name string) strictjson.Node {
	i := r.JWK.Member(name)
	if r.JWK.IsEmpty(i) { // if the member is absent, i is 0: the object itself, which is not empty
		return 0
	}
	return i
}

// OptionalText returns a text. If the member is absent, it returns "" without an error.
func (r *Reader) OptionalText(name string) string {
	i := r.Find(name)
	if i == 0 {
		return ""
	}
	var is string
	switch r.JWK.Kind(i) {
	case strictjson.String:
		return string(r.JWK.String(i))
	case strictjson.Object:
		is = "an object"
	case strictjson.Array:
		is = "an array"
	case strictjson.Number:
		is = "the number " + string(r.JWK.Raw(i))
	default:
		is = string(r.JWK.Raw(i)) // true or false
	}
	r.Fail(r.NewError(strconv.Quote(name) + " of the JWK is " + is + ", and must be a JSON string"))
	return ""
}

// Text returns a text that must not be absent.
func (r *Reader) Text(name string) string {
	text := r.OptionalText(name)
	if text == "" {
		r.Fail(r.NewError("the JWK has no " + strconv.Quote(name)))
	}
	return text
}

// List reads an array of strings, or one string by itself. If there is anything else, it
// returns the strings before it, and false.
func (r *Reader) List(name string) (list []string, ok bool) {
	i := r.Find(name)
	if i == 0 {
		return nil, true
	}
	switch r.JWK.Kind(i) {
	case strictjson.String:
		return []string{string(r.JWK.String(i))}, true
	case strictjson.Array:
		for e := range r.JWK.Elements(i) {
			if r.JWK.Kind(e) != strictjson.String {
				return list, false
			}
			list = append(list, string(r.JWK.String(e)))
		}
		return list, true
	}
	return nil, false
}

// ID returns the "kid" of a JWK that cannot be used, for an error text. It returns a number as
// text: a "kid" must be a string, and the number may be why the JWK cannot be used.
func (r *Reader) ID() string {
	i := r.Find("kid")
	if r.JWK.Kind(i) == strictjson.Number {
		return string(r.JWK.Raw(i))
	}
	return r.OptionalText("kid")
}

// mostJWKBytes is more than the size of the largest member, the modulus of an RSA key of
// 16384 bits, so that some leading zeros fit.
const mostJWKBytes = 3072

// Secret reads a secret, of any length. Padding is refused: the other side more likely uses
// such a text as the secret itself, without decoding it.
func (r *Reader) Secret(name string) []byte { return r.need(name, r.base64url(name, false)) }

// Bytes returns the bytes of a member in base64url, which must not be absent.
func (r *Reader) Bytes(name string) []byte { return r.need(name, r.base64url(name, true)) }

// OptionalBytes returns the bytes of a member in base64url. If the member is absent, it returns
// nil without an error.
func (r *Reader) OptionalBytes(name string) []byte { return r.base64url(name, true) }

func (r *Reader) need(name string, value []byte) []byte {
	if value == nil {
		r.Fail(r.NewError("the JWK has no " + strconv.Quote(name)))
	}
	return value
}

func (r *Reader) base64url(name string, public bool) []byte {
	i := r.Find(name)
	if i == 0 {
		return nil
	}
	if r.JWK.Kind(i) != strictjson.String {
		return r.bad(name, "must be a JSON string")
	}
	if public && len(r.JWK.Raw(i)) > mostJWKBytes/3*4+4 {
		return r.bad(name, "is longer than that of any key that is accepted")
	}
	text := string(r.JWK.String(i))
	if public && len(text)%4 == 0 {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
	}
	value, ok := base64url.AppendDecode([]byte{}, text)
	switch {
	case ok:
		return value
	case strings.ContainsAny(text, "+/"):
		return r.bad(name, "is in base64, and base64url is wanted, which has - and _ in place of + and /")
	}
	return r.bad(name, "is not canonical base64url")
}

func (r *Reader) bad(name, why string) []byte {
	r.Fail(r.NewError(strconv.Quote(name) + " of the JWK " + why))
	return nil
}

// A Member is a member that is part of a key. Its value is a text, or bytes that are written in
// base64url.
type Member struct {
	Name, Text string
	Bytes      []byte // nil for a text
}

// Value returns the value as it is written.
func (m Member) Value() string {
	if m.Bytes != nil {
		return base64url.EncodeToString(m.Bytes)
	}
	return m.Text
}
