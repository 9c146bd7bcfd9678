package jwt

import "slices"

// "crit": extensions without which a token must not be understood (RFC 7515, Section
// 4.1.11). The program understands those that WithCritical names, and nothing else does.

var (
	errCritical = &failure{class: ErrInvalidToken, text: `the header has "crit": it asks for extensions that are not supported here; ` +
		`where the program itself checks them, WithCritical names them`}
	errCriticalB64  = &failure{class: ErrInvalidToken, text: `"crit" lists "b64", which no JWT may have (RFC 7797, Section 7)`}
	errCriticalForm = &failure{class: ErrInvalidToken, text: `"crit" must be an array of strings, not empty and with none of them twice`}
)

// checkExtensions holds the names of WithCritical against what "crit" may list:
// producers "MUST NOT include Header Parameter names defined by this specification or
// [JWA] for use with JWS".
func (o *option) checkExtensions() error {
	if err := o.checkList(); err != nil {
		return err
	}
	for _, name := range o.list {
		switch name {
		case "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", // RFC 7515
			"enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c": // RFC 7516 and RFC 7518
			return badOption("WithCritical was given " + quote(name) + `, which is no extension, so that "crit" never lists it`)
		case "b64":
			return badOption(`WithCritical was given "b64", which a JWT never has; Verify knows it, with WithDetachedPayload`)
		}
	}
	return nil
}

// checkCritical refuses extensions that the program does not understand. With b64,
// that of RFC 7797 may be among the others, and it reports whether it is. The header
// is read again, as the answer depends on the policy, and known headers serve them all.
func (m *message) checkCritical(p *decodePolicy, b64 bool) (hasB64 bool, f *failure) {
	switch {
	case !m.header.hasCritical:
		return false, nil
	case !b64 && !p.has(withCritical):
		return false, errCritical
	}
	d := &m.payload
	m.jsonText = append(m.jsonText[:0], m.header.json...)
	d.parse(m.jsonText)
	list := d.member("crit")
	if d.nodes[list].kind != jsonArray || d.count(list) == 0 {
		return false, errCriticalForm
	}
	// The first name that is not understood, or is there twice, ends it, so a header
	// does not make it longer than the program's own list.
	for i := list + 1; i < d.nodes[list].next; i++ {
		if d.nodes[i].kind != jsonString {
			return false, errCriticalForm
		}
		for other := list + 1; other < i; other++ {
			if d.equal(int(other), int(i)) {
				return false, errCriticalForm
			}
		}
		name := string(d.string(i))
		isB64 := b64 && name == "b64"
		hasB64 = hasB64 || isB64
		switch {
		case !b64 && name == "b64":
			return false, errCriticalB64
		case !isB64 && !slices.Contains(p.get(withCritical).list, name):
			return false, &failure{class: ErrInvalidToken, text: `"crit" asks for the extension ` + quote(name) +
				", which is not supported here; where the program itself checks it, WithCritical names it"}
		case d.member(name) == 0:
			return false, &failure{class: ErrInvalidToken, text: `"crit" lists ` + quote(name) + ", which is not in the header"}
		}
	}
	return hasB64, nil
}
