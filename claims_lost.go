package jwt

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// Mistakes in a program's struct that would silently lose registered claims: the token
// would never expire, or the subject would always be empty.

var (
	registeredClaimsType = reflect.TypeFor[RegisteredClaims]()
	claimsMapType        = reflect.TypeFor[Claims]()
	expiresAt, _         = registeredClaimsType.FieldByName("ExpiresAt")
)

// A claimsType says how a struct holds registered claims, and what is wrong with that. It
// is computed once for each type.
type claimsType struct {
	fault     error // why the struct cannot hold a claims set
	unchecked error // Encode would write a field under a name that no verifier checks

	fields    []claimField // the fields that hold registered claims
	embedded  [][]int      // the field index of each embedded RegisteredClaims, the outermost first
	nested    []nested     // the RegisteredClaims that are inside a named field
	hidden    bool         // another field has the name of one in an embedded RegisteredClaims, and is written instead
	marshaler string       // the embedded type whose MarshalJSON or MarshalText the struct inherits; "" for none
	reader    string       // the same for UnmarshalJSON
}

// A claimField is a field that holds a registered claim.
type claimField struct {
	claim claim
	index []int // the index of the field
	own   bool  // the field is not in an embedded RegisteredClaims
}

// A nested RegisteredClaims is embedded in a struct that is the value of a field.
type nested struct {
	field string
	index []int // the index of its ExpiresAt
}

// claimsTypeOf returns the claimsType of a struct. It is cached in the plan.
func claimsTypeOf(p *strictjson.Plan) *claimsType {
	if c, ok := p.Memo.Load().(*claimsType); ok {
		return c
	}
	c := newClaimsType(p)
	p.Memo.Store(c)
	return c
}

func newClaimsType(p *strictjson.Plan) *claimsType {
	c := &claimsType{}
	type embedded struct {
		typ   reflect.Type
		index []int
	}
	visited := map[reflect.Type]bool{}
	for level := []embedded{{typ: p.Type}}; len(level) > 0; {
		var next []embedded
		for _, e := range level {
			if visited[e.typ] {
				continue
			}
			visited[e.typ] = true
			if e.typ.PkgPath() == registeredClaimsType.PkgPath() && e.typ != registeredClaimsType { // a Token, for example
				c.blame(badOption("a " + e.typ.String() + " is no claims set, so that claims in it would be lost, and an expired token would pass: " +
					"of a token encode the Claims, and decode a whole token with DecodeComplete"))
			}
			for i := range e.typ.NumField() {
				sf := e.typ.Field(i)
				index := append(slices.Clip(e.index), i)
				if sf.Anonymous && len(index) == 1 {
					c.noteMethods(sf.Type)
				}
				if sf.Tag.Get("json") == "-" {
					continue
				}
				flat, inner := strictjson.IsFlat(sf), pointedTo(sf.Type)
				switch {
				case inner == registeredClaimsType && flat:
					c.addRegistered(p, index)
				case inner == registeredClaimsType:
					if sf.Type == inner || sf.Type.Elem() == inner {
						c.addRegistered(nil, index)
					}
					c.blame(namedRegisteredClaims(sf))
				case inner == claimsMapType && flat:
					c.blame(badOption("an embedded jwt.Claims would be a member \"Claims\" of the token, and its claims not those of the token: " +
						"give the struct a field for each claim, and embed jwt.RegisteredClaims"))
				case inner.Kind() != reflect.Struct:
				case flat:
					next = append(next, embedded{inner, index})
				case sf.IsExported() && !strictjson.Marshals(inner):
					for _, rest := range embeddedRegistered(inner) {
						c.nested = append(c.nested, nested{sf.Name, slices.Concat(index, rest, expiresAt.Index)})
					}
				}
			}
		}
		level = next
	}
	for _, f := range p.Fields {
		switch lower := strings.ToLower(f.Name); {
		case f.Number != 0:
			if !c.holds(f.Index) {
				c.fields = append(c.fields, claimField{claim(f.Number), f.Index, true})
			}
		case c.unchecked == nil && !f.Tagged && claimNamed(lower) != claimOther:
			c.unchecked = badOption("the field " + f.Name + " would be the claim " + strconv.Quote(f.Name) + ", which no verifier checks: names match exactly; give it the tag json:\"" +
				lower + "\", or another tag if it is not that claim")
		}
	}
	for _, name := range p.Clashes {
		if claimNamed(name) != claimOther {
			c.blame(badOption("two fields, of embedded structs perhaps, have the name " + strconv.Quote(name) +
				", so that neither is written or read: remove one of them, or put one into the outer struct"))
		}
	}
	return c
}

// blame keeps the first fault.
func (c *claimsType) blame(fault error) {
	if c.fault == nil {
		c.fault = fault
	}
}

// noteMethods notes an embedded type whose methods the struct inherits, unless the struct
// has them itself.
func (c *claimsType) noteMethods(t reflect.Type) {
	name := strings.TrimPrefix(t.String(), "*")
	if c.marshaler == "" && strictjson.Marshals(t) {
		c.marshaler = name
	}
	if c.reader == "" && strictjson.Unmarshals(t) {
		c.reader = name
	}
}

// addRegistered notes a RegisteredClaims: an embedded one of the plan p, or if p is nil a
// named one.
func (c *claimsType) addRegistered(p *strictjson.Plan, index []int) {
	if p != nil {
		c.embedded = append(c.embedded, index)
	}
	for _, f := range jsonFormat.Plan(registeredClaimsType).Fields {
		whole := append(slices.Clip(index), f.Index...)
		c.fields = append(c.fields, claimField{claim(f.Number), whole, p == nil})
		if p != nil && !slices.ContainsFunc(p.Fields, func(other strictjson.Field) bool { return slices.Equal(other.Index, whole) }) {
			c.hidden = true
		}
	}
}

// holds reports whether a field is in an embedded RegisteredClaims.
func (c *claimsType) holds(index []int) bool {
	return slices.ContainsFunc(c.embedded, func(embedded []int) bool { return slices.Equal(embedded, index[:len(index)-1]) })
}

// pointedTo follows pointers, at most 64, as a pointer type can point to itself.
func pointedTo(t reflect.Type) reflect.Type {
	for range 64 {
		if t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	return t
}

// embeddedRegistered returns the index of each RegisteredClaims that a struct embeds.
func embeddedRegistered(t reflect.Type) (found [][]int) {
	for _, sf := range reflect.VisibleFields(t) {
		if sf.Anonymous && pointedTo(sf.Type) == registeredClaimsType {
			found = append(found, sf.Index)
		}
	}
	return found
}

func namedRegisteredClaims(sf reflect.StructField) error {
	what := "jwt.RegisteredClaims as the field " + sf.Name
	if sf.Anonymous {
		what = "jwt.RegisteredClaims embedded with the tag " + quote(string(sf.Tag))
	}
	return badOption(what + " would be one member of the token, and what it holds no claims, so that an expired token passes: " +
		`embed jwt.RegisteredClaims without a name and without a tag, or leave it out with json:"-"`)
}

// lost returns an error if a registered claim is set in the struct v and was not written.
// offsets has the written claims. byMethod says that MarshalJSON or MarshalText wrote them.
func (c *claimsType) lost(v reflect.Value, offsets []uint32, byMethod bool) error {
	for _, f := range c.fields {
		if offsets[f.claim] != 0 || f.own && (!byMethod || c.marshaler == "") { // the program's own method may leave its own fields out
			continue
		}
		field, err := v.FieldByIndexErr(f.index)
		if err != nil || !isSet(field) {
			continue
		}
		name := strconv.Quote(f.claim.name())
		switch {
		case !byMethod:
			return badOption(name + " is set in jwt.RegisteredClaims and would not be written, as another field of the struct has that name: set that one, or remove it")
		case c.marshaler != "":
			return badOption(name + " is set in the payload and would be lost: the embedded " + shortName(c.marshaler) +
				" brings a MarshalJSON or MarshalText, which writes in place of the whole struct; give it a field name, or write a MarshalJSON for the whole")
		}
		return badOption(name + " is set in jwt.RegisteredClaims, and the MarshalJSON of the payload leaves it out: write it there, or do not embed jwt.RegisteredClaims")
	}
	return nil
}

// lostByMethod is lost for a payload that was written by its own method. The payload may be
// a pointer.
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
	for _, f := range c.fields {
		if i := f.claim.in(d); i == 0 || d.IsEmpty(i) || f.own && c.reader == "" {
			continue
		}
		index := f.index
		if !f.own { // one field that is set is enough: UnmarshalJSON does fill RegisteredClaims
			index = index[:len(index)-1]
		}
		if filled, err := v.FieldByIndexErr(index); err == nil && !filled.IsZero() && !reflect.Indirect(filled).IsZero() {
			continue
		}
		text := "the UnmarshalJSON of the struct leaves its jwt.RegisteredClaims empty: fill them there, or do not embed them"
		if c.reader != "" {
			text = "the embedded " + shortName(c.reader) + " brings an UnmarshalJSON, which reads in place of the whole struct and leaves the rest empty; " +
				"give it a field name, or write an UnmarshalJSON for the whole"
		}
		return badClaim(ErrInvalidToken, f.claim.name(), "the claim "+strconv.Quote(f.claim.name())+" would be lost: "+text)
	}
	return nil
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
	c := claimsTypeOf(p)
	if len(c.fields) > 0 {
		return nil // the payload has registered claims itself, so the nested ones are data
	}
	for _, n := range c.nested {
		if date, err := v.FieldByIndexErr(n.index); err == nil && isSet(date) {
			return badOption("the field " + n.field + ` holds jwt.RegisteredClaims with an "exp" that would be no claim of the token, which would never expire: ` +
				"embed the struct without a name and without a tag, or give the token an \"exp\" with WithExpiresIn")
		}
	}
	return nil
}

// isSet reports whether a field has a value that is written as a claim.
func isSet(v reflect.Value) bool {
	if v.Type() == jsonFormat.Date && v.CanInterface() {
		return !v.Interface().(NumericDate).IsZero()
	}
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() > 0
	}
	return !v.IsZero()
}

// shortName cuts long names, such as those of generated types.
func shortName(name string) string {
	if len(name) > 64 {
		return strings.ToValidUTF8(name[:64], "") + "…"
	}
	return name
}
