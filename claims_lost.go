package jwt

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/token-jwt/jwt/internal/embedding"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// Mistakes in a program's struct that would silently lose registered claims: the token
// would never expire, or the subject would always be empty. The package embedding finds them.

var claimsFinder = embedding.Finder{
	Format: jsonFormat,
	Set:    reflect.TypeFor[RegisteredClaims](),
	Map:    reflect.TypeFor[Claims](),
	Path:   reflect.TypeFor[RegisteredClaims]().PkgPath(),
}

// A claimsType says how a struct holds registered claims, and what is wrong with that. It
// is computed once for each type.
type claimsType struct {
	*embedding.Struct
	fault     error // why the struct cannot hold a claims set
	unchecked error // Encode would write a field under a name that no verifier checks
}

// claimsTypeOf returns the claimsType of a struct. It is cached in the plan.
func claimsTypeOf(p *strictjson.Plan) *claimsType {
	if c, ok := p.Memo.Load().(*claimsType); ok {
		return c
	}
	c := &claimsType{Struct: claimsFinder.Look(p)}
	switch m := c.Mistake; m.Kind {
	case embedding.Sibling: // a Token, for example
		c.fault = badOption("a " + m.Name + " is no claims set, so that claims in it would be lost, and an expired token would pass: " +
			"of a token encode the Claims, and decode a whole token with DecodeComplete")
	case embedding.Named:
		what := "jwt.RegisteredClaims as the field " + m.Field.Name
		if m.Field.Anonymous {
			what = "jwt.RegisteredClaims embedded with the tag " + quote(string(m.Field.Tag))
		}
		c.fault = badOption(what + " would be one member of the token, and what it holds no claims, so that an expired token passes: " +
			`embed jwt.RegisteredClaims without a name and without a tag, or leave it out with json:"-"`)
	case embedding.EmbeddedMap:
		c.fault = badOption("an embedded jwt.Claims would be a member \"Claims\" of the token, and its claims not those of the token: " +
			"give the struct a field for each claim, and embed jwt.RegisteredClaims")
	case embedding.Clash:
		c.fault = badOption("two fields, of embedded structs perhaps, have the name " + strconv.Quote(m.Name) +
			", so that neither is written or read: remove one of them, or put one into the outer struct")
	}
	if name := c.WrongCase; name != "" {
		c.unchecked = badOption("the field " + name + " would be the claim " + strconv.Quote(name) + ", which no verifier checks: names match exactly; give it the tag json:\"" +
			strings.ToLower(name) + "\", or another tag if it is not that claim")
	}
	p.Memo.Store(c)
	return c
}

// lost returns an error if a registered claim is set in the struct v and was not written.
// offsets has the written claims. byMethod says that MarshalJSON or MarshalText wrote them.
func (c *claimsType) lost(v reflect.Value, offsets []uint32, byMethod bool) error {
	lost := claim(c.Lost(v, offsets, byMethod))
	if lost == claimOther {
		return nil
	}
	name := strconv.Quote(lost.name())
	switch {
	case !byMethod:
		return badOption(name + " is set in jwt.RegisteredClaims and would not be written, as another field of the struct has that name: set that one, or remove it")
	case c.Marshaler != "":
		return badOption(name + " is set in the payload and would be lost: the embedded " + shortName(c.Marshaler) +
			" brings a MarshalJSON or MarshalText, which writes in place of the whole struct; give it a field name, or write a MarshalJSON for the whole")
	}
	return badOption(name + " is set in jwt.RegisteredClaims, and the MarshalJSON of the payload leaves it out: write it there, or do not embed jwt.RegisteredClaims")
}

// lostByMethod does what the method lost does, for a payload that was written by its own
// MarshalJSON or MarshalText. The payload may be a pointer.
func lostByMethod(v reflect.Value, offsets []uint32) error {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	return claimsTypeOf(jsonFormat.Plan(v.Type())).lost(v, offsets, true)
}

// unread returns an error if the UnmarshalJSON of a struct left its RegisteredClaims empty,
// although the document has registered claims.
func (c *claimsType) unread(v reflect.Value, d *strictjson.Document) *failure {
	unread := claim(c.Unread(v, d))
	if unread == claimOther {
		return nil
	}
	text := "the UnmarshalJSON of the struct leaves its jwt.RegisteredClaims empty: fill them there, or do not embed them"
	if c.Reader != "" {
		text = "the embedded " + shortName(c.Reader) + " brings an UnmarshalJSON, which reads in place of the whole struct and leaves the rest empty; " +
			"give it a field name, or write an UnmarshalJSON for the whole"
	}
	return badClaim(ErrInvalidToken, unread.name(), "the claim "+strconv.Quote(unread.name())+" would be lost: "+text)
}

// nestedExpiry returns an error if a payload was written without "exp", and a struct in one
// of its fields embeds a RegisteredClaims that has one. Such a token would never expire.
// offsets has the written claims, including those of options.
func nestedExpiry(payload any, offsets *claimOffsets) error {
	if offsets[claimExp] != 0 {
		return nil
	}
	v := reflect.ValueOf(payload)
	for v.Kind() == reflect.Pointer { // it ends: the payload was written, so no pointer is nil or cyclic
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	p := jsonFormat.Plan(v.Type())
	if p.WritesItself {
		return nil
	}
	if field := claimsTypeOf(p).Nested(v, int(claimExp)); field != "" {
		return badOption("the field " + field + ` holds jwt.RegisteredClaims with an "exp" that would be no claim of the token, which would never expire: ` +
			"embed the struct without a name and without a tag, or give the token an \"exp\" with WithExpiresIn")
	}
	return nil
}

// shortName cuts long names, such as those of generated types.
func shortName(name string) string {
	if len(name) > 64 {
		return strings.ToValidUTF8(name[:64], "") + "…"
	}
	return name
}
