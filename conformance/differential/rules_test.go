package differential

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/token-jwt/jwt"
)

// A disagreement is a case that another library answers otherwise.
type disagreement struct {
	*kase
	*reading
	peer    *peer
	class   error  // of our error; nil where we accept
	claim   string // that our error blames
	segment string
}

func (d *disagreement) is(class error) bool { return d.class == class }

// A rule is why we answer as we do: a sentence, with where it is written, and
// when it speaks. The first that holds explains a disagreement.
type rule struct {
	says  string
	needs ability // what the other library lacks, where it refuses
	holds func(d *disagreement) bool
}

// explain returns the first rule that speaks of a disagreement.
func explain(table []rule, d *disagreement) (string, bool) {
	for _, r := range table {
		if (r.needs == always || slices.Contains(d.peer.lacks, r.needs)) && r.holds(d) {
			return r.says, true
		}
	}
	return "", false
}

// stricter are the rules by which we refuse what another accepts. Each looks at
// the class of our error, and at the case as the reading has it.
var stricter = []rule{
	// Segments.
	{"no white space stands around a token: it is base64url and dots (RFC 7515, Section 7.1)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && strings.TrimSpace(d.token) != d.token
	}},
	{"a token has at most 256 KiB, unless WithMaxSize says otherwise (API.md, section 5)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && len(d.token) > 256<<10
	}},
	{"a header has at most 16 KiB (API.md, section 5)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && d.segment == "header" && len(d.segments[0]) > (16<<10)/3*4
	}},
	{"base64url has no line breaks (RFC 7515, Section 2)", always, misspelt("line break")},
	{"WithPadding demands the canonical padding in all segments (API.md, section 5)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && d.policy.padding && slices.ContainsFunc(d.segments, func(s string) bool { return s != pad(strings.TrimRight(s, "=")) })
	}},
	{"base64url has no padding (RFC 7515, Section 2)", always, func(d *disagreement) bool {
		return misspelt("padding")(d) && !d.policy.padding
	}},
	{"base64url has an alphabet of its own (RFC 4648, Section 5)", always, misspelt("alphabet")},
	{"base64url sets no bits that encode nothing (RFC 4648, Section 3.5)", always, misspelt("spare bits")},
	{"the signature is over the text as it was received (RFC 7515, Section 5.2)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidSignature) && (len(d.spelling[0]) > 0 || len(d.spelling[1]) > 0 || d.header.spaced)
	}},

	// JSON.
	{"no name stands twice in an object, at any depth (RFC 7515, Section 4; RFC 7519, Section 4)", always, malformed("twice")},
	{"JSON is valid UTF-8 (RFC 8259, Section 8.1; RFC 7519, Section 7.2)", always, malformed("UTF-8")},
	{"no escape is half of a surrogate pair (RFC 8259, Section 8.2)", always, malformed("surrogate")},
	{"JSON is nested at most 64 levels deep (API.md, section 4)", always, malformed("deep")},
	{"a number has at most 256 characters (API.md, section 4)", always, malformed("long number")},
	{"nothing follows the object (RFC 7519, Section 7.2)", always, malformed("trailing")},
	{"header and claims are objects (RFC 7519, Section 7.2)", always, malformed("no object")},
	{"JSON is that of RFC 8259", always, malformed("syntax")},

	// Headers.
	{"a JWT has no critical extensions: any crit refuses (API.md, section 5; RFC 7515, Section 4.1.11)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidToken) && d.header.has("crit")
	}},
	{"b64 is true or absent in a JWT (RFC 7797, Section 7)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && d.segment == "header" && d.header.has("b64") && string(d.header.members["b64"]) != "true"
	}},
	{"a token inside a token is refused: cty JWT (API.md, section 5)", always, func(d *disagreement) bool {
		cty, _ := d.header.str("cty")
		return d.is(jwt.ErrDecode) && d.segment == "header" && mediaType(cty) == "jwt"
	}},
	{"kid is a string, or null, which is none (RFC 7515, Section 4.1.4; API.md, section 6)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidToken) && d.header.noString("kid") && !d.header.null("kid")
	}},
	{"typ, cty, jku, x5u and x5t are strings (RFC 7515, Sections 4.1.2 to 4.1.10)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && d.segment == "header" && slices.ContainsFunc([]string{"typ", "cty", "jku", "x5u", "x5t"}, d.header.noString)
	}},
	{"a token has an alg, which is a string (RFC 7515, Section 4.1.1)", always, func(d *disagreement) bool {
		_, ok := d.header.str("alg")
		return d.is(jwt.ErrInvalidAlgorithm) && !ok
	}},
	{"alg is one that the caller allows (RFC 8725, Section 3.1)", always, func(d *disagreement) bool {
		alg, ok := d.header.str("alg")
		return d.is(jwt.ErrInvalidAlgorithm) && ok && !slices.Contains(d.allowed, alg)
	}},

	// Keys.
	{"a secret is not held against an allow-list that names algorithms of public keys too (API.md, section 2)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidOption) && !d.keys.set && d.keys.members[0].kind == "oct" && slices.ContainsFunc(d.allowed, func(alg string) bool { return !strings.HasPrefix(alg, "HS") })
	}},
	{"a secret is at least as long as the hash (RFC 7518, Section 3.2)", always, func(d *disagreement) bool {
		return (d.is(jwt.ErrInvalidKey) || d.is(jwt.ErrInvalidAlgorithm)) && !d.keys.set && d.keys.members[0].kind == "oct" && !slices.ContainsFunc(d.usable(), d.keys.members[0].serves)
	}},
	{"a secret is not all zero (API.md, section 3)", always, keyed(func(m member) bool { return m.fault == "zeros" })},
	{"the text of a key of another kind is no secret (API.md, section 3)", always, keyed(func(m member) bool { return m.fault == "text of another key" })},
	{"a key of RSA has at least 2048 bits (RFC 7518, Section 3.3)", always, keyed(func(m member) bool { return m.kind == "RSA" && m.short() })},
	{"no key of Ed25519 is of small order (API.md, section 3)", always, keyed(func(m member) bool { return m.fault == "small order" })},
	{"use and key_ops say what a key is for (RFC 7517, Sections 4.2 and 4.3)", always, keyed(member.otherwise)},
	{"octets of a JWK are base64url, and as many as the key has (RFC 7518, Section 6; RFC 7515, Section 2)", always, oddJWK(lengthy)},
	{"members of a JWK have the types of RFC 7517, Section 4", always, oddJWK(mistyped)},
	{"members of a JWK do not contradict the key (RFC 7517, Section 4)", always, oddJWK(misfit)},
	{"names and values of a JWK are compared exactly (RFC 7517, Section 4)", always, oddJWK(renamed)},
	{"a JWK is as strict JSON as a token (API.md, section 3)", always, oddJWK(malJSON)},
	{"a key that is bound to an algorithm serves that one alone (RFC 7517, Section 4.4)", always, func(d *disagreement) bool {
		m := d.keys.members
		return (d.is(jwt.ErrInvalidKey) || d.is(jwt.ErrInvalidAlgorithm)) && !d.keys.set && m[0].alg != "" && !slices.ContainsFunc(d.usable(), m[0].verifies)
	}},
	{"a curve is for one algorithm (RFC 7518, Section 3.4)", always, func(d *disagreement) bool {
		return (d.is(jwt.ErrInvalidKey) || d.is(jwt.ErrInvalidAlgorithm)) && !d.keys.set && d.keys.members[0].kind == "EC" && !slices.ContainsFunc(d.usable(), d.keys.members[0].serves)
	}},
	{"a set none of whose keys serves what is allowed is the program's fault (API.md, section 3)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidKey) && d.keys.set && !slices.ContainsFunc(d.allowed, d.keys.serve)
	}},
	{"two keys of a set that share an ID serve no token that names it, where both fit (API.md, section 3)", always, func(d *disagreement) bool {
		alg, _ := d.header.str("alg")
		kid, _ := d.header.str("kid")
		var fit []*material
		for _, m := range d.keys.members {
			if m.kid == kid && m.verifies(alg) && !slices.Contains(fit, m.material) {
				fit = append(fit, m.material)
			}
		}
		return d.is(jwt.ErrKeyNotFound) && d.keys.set && kid != "" && len(fit) > 1
	}},
	{"a set offers the key of that kid, if it is one for the algorithm (API.md, section 3)", always, func(d *disagreement) bool {
		alg, _ := d.header.str("alg")
		kid, _ := d.header.str("kid")
		return (d.is(jwt.ErrInvalidAlgorithm) || d.is(jwt.ErrKeyNotFound)) && d.keys.set && kid != "" && slices.ContainsFunc(d.keys.members, func(m member) bool { return m.kid == kid && (m.raw != "" || !m.verifies(alg)) })
	}},
	{"of a set at most 16 keys are tried (API.md, section 3)", always, func(d *disagreement) bool {
		alg, _ := d.header.str("alg")
		fit := 0
		for _, m := range d.keys.members {
			if m.raw == "" && m.verifies(alg) {
				fit++
			}
		}
		return d.is(jwt.ErrKeyNotFound) && fit > 16
	}},
	{"no key of a set that may verify signatures is for the algorithm (API.md, section 3)", always, func(d *disagreement) bool {
		alg, _ := d.header.str("alg")
		return d.is(jwt.ErrKeyNotFound) && !slices.ContainsFunc(d.keys.members, func(m member) bool { return m.raw == "" && m.verifies(alg) })
	}},

	// Signatures.
	{"the salt of PSS has the size of the hash (RFC 7518, Section 3.5)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidSignature) && d.salted
	}},

	{"of a set only keys that may verify signatures of the algorithm are tried (RFC 7517, Sections 4.2 to 4.4; API.md, section 3)", always, func(d *disagreement) bool {
		alg, _ := d.header.str("alg")
		return d.is(jwt.ErrInvalidSignature) && d.keys.set && slices.ContainsFunc(d.keys.members, func(m member) bool { return m.raw == "" && !m.verifies(alg) })
	}},

	// Claims.
	{"a date is a JSON number (RFC 7519, Section 2)", always, func(d *disagreement) bool {
		_, ok := d.claims.number(d.claim)
		return (d.is(jwt.ErrDecode) || d.is(jwt.ErrInvalidIssuedAt)) && isDate(d.claim) && d.claims.has(d.claim) && !ok
	}},
	{"a date lies in the years 1 to 9999 (API.md, section 4)", always, func(d *disagreement) bool {
		at, ok := d.claims.number(d.claim)
		return (d.is(jwt.ErrDecode) || d.is(jwt.ErrInvalidIssuedAt)) && isDate(d.claim) && ok && !inYears(at)
	}},
	{"the time of exp itself is too late (RFC 7519, Section 4.1.4)", always, func(d *disagreement) bool {
		exp, ok := d.claims.number("exp")
		return d.is(jwt.ErrExpired) && d.claim == "exp" && ok && d.distance("exp", exp).Sign() == 0
	}},
	{"dates are compared exactly, fractions and all (RFC 7519, Section 2)", always, func(d *disagreement) bool {
		at, ok := d.claims.number(d.claim)
		return (d.is(jwt.ErrExpired) || d.is(jwt.ErrImmature)) && ok && d.narrow(d.claim, at)
	}},
	{"WithMaxTokenAge counts from iat, and needs it (API.md, section 5)", always, func(d *disagreement) bool {
		iat, ok := d.claims.number("iat")
		tooOld := ok && sum(sum(iat, nanoseconds(d.policy.maxAge)), nanoseconds(d.policy.leeway)).Cmp(instant(d.now)) <= 0
		return d.policy.maxAge != 0 && d.claim == "iat" && (d.is(jwt.ErrMissingClaim) && !d.claims.has("iat") || d.is(jwt.ErrExpired) && tooOld)
	}},
	{"iss is a string, asked for or not (RFC 7519, Section 4.1.1)", always, func(d *disagreement) bool { return d.is(jwt.ErrInvalidIssuer) && d.claims.noString("iss") }},
	{"sub is a string, asked for or not (RFC 7519, Section 4.1.2)", always, func(d *disagreement) bool { return d.is(jwt.ErrInvalidSubject) && d.claims.noString("sub") }},
	{"jti is a string (RFC 7519, Section 4.1.7)", always, func(d *disagreement) bool { return d.is(jwt.ErrInvalidID) && d.claims.noString("jti") }},
	{"aud is a string or strings, and not empty, asked for or not (RFC 7519, Section 4.1.3)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidAudience) && d.claims.has("aud") && !isAudience(d.claims.members["aud"])
	}},
	{"an aud that nobody asked for refuses (RFC 7519, Section 4.1.3)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidAudience) && d.policy.audiences() == nil && !d.policy.anyAudience && d.claims.has("aud")
	}},
	{"WithStrictAudience takes one string alone (API.md, section 5)", always, func(d *disagreement) bool {
		aud, _ := d.claims.str("aud")
		return d.is(jwt.ErrInvalidAudience) && d.policy.strictAudience != "" && aud != d.policy.strictAudience
	}},
	{"WithRequired takes null for absent (API.md, section 5)", always, func(d *disagreement) bool {
		return d.is(jwt.ErrMissingClaim) && slices.Contains(d.policy.required, d.claim) && string(bytes.TrimSpace(d.claims.members[d.claim])) == "null"
	}},
	{"WithType compares media types, and typ must be there (RFC 8725, Section 3.11)", always, func(d *disagreement) bool {
		typ, ok := d.header.str("typ")
		return d.is(jwt.ErrInvalidType) && d.policy.typ != "" && (!ok || mediaType(typ) != mediaType(d.policy.typ))
	}},
}

// wider are the rules by which we accept what another does not serve.
var wider = []rule{
	{"an algorithm goes by its registered name, Ed25519 too (RFC 9864, Section 2.2)", ed25519Name, func(d *disagreement) bool {
		alg, _ := d.header.str("alg")
		return alg == "Ed25519"
	}},
	{"a token without kid is tried with every key of a set (API.md, section 3)", noKeyID, func(d *disagreement) bool {
		kid, _ := d.header.str("kid")
		return d.keys.set && kid == ""
	}},
	{"a kid that no key of a set has is tried with the keys that have no ID (API.md, section 3)", noKeyID, func(d *disagreement) bool {
		kid, _ := d.header.str("kid")
		return d.keys.set && !slices.ContainsFunc(d.keys.members, func(m member) bool { return m.kid == kid }) && slices.ContainsFunc(d.keys.members, func(m member) bool { return m.kid == "" })
	}},
	{"of a set the members that cannot be used are passed over (RFC 7517, Section 5)", oddSets, func(d *disagreement) bool {
		return d.keys.set && slices.ContainsFunc(d.keys.members, func(m member) bool { return m.raw != "" || !m.usable() })
	}},
	{"members of a set that share an ID are told apart by what they serve (API.md, section 3)", sharedIDs, func(d *disagreement) bool {
		seen := set{}
		return d.keys.set && slices.ContainsFunc(d.keys.members, func(m member) bool {
			was := seen[m.kid]
			seen[m.kid] = m.kid != ""
			return was
		})
	}},
	{"a JWK is read as issuers write it: what is empty is absent, what is not needed is not looked at (API.md, section 3)", oddKeys, func(d *disagreement) bool {
		return !d.keys.set && d.keys.members[0].odd == tolerated
	}},
	{"a kid that is null is none (API.md, section 6)", nullKeyID, func(d *disagreement) bool { return d.header.null("kid") }},
	{"AllowWeakKey lets short keys through (API.md, section 3)", weakKeys, func(d *disagreement) bool { return d.keys.weak }},
	{"WithPadding reads padded segments (API.md, section 5)", padded, func(d *disagreement) bool { return d.policy.padding }},
	{"b64 that is true says nothing new (API.md, section 5)", b64True, func(d *disagreement) bool { return string(d.header.members["b64"]) == "true" }},
	{"a header may have white space around its object (RFC 8259, Section 2)", spacedHeader, func(d *disagreement) bool { return d.header.spaced }},
	{"keys, certificates and what else a header has are not looked at (RFC 7515, Section 4)", anyParams, func(d *disagreement) bool {
		return slices.ContainsFunc([]string{"jwk", "x5c", "x5t#S256", "nonce"}, d.header.has)
	}},
	{"a number of a header may be beyond any float64 (RFC 8259, Section 6)", largeParams, func(d *disagreement) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(d.header.members)), func(raw json.RawMessage) bool {
			var value any
			return json.Unmarshal(raw, &value) != nil
		})
	}},
	{"WithoutCheck turns off the check of aud, that of its type included (API.md, section 5)", oddAudience, func(d *disagreement) bool {
		return d.policy.anyAudience && d.claims.has("aud") && !isAudience(d.claims.members["aud"])
	}},
	{"a date may have an exponent (RFC 8259, Section 6)", exponents, func(d *disagreement) bool {
		return slices.ContainsFunc(dates, func(name string) bool { return bytes.ContainsAny(d.claims.members[name], "eE") })
	}},
	{"a date may have a fraction, and is compared exactly (RFC 7519, Section 2)", fractions, func(d *disagreement) bool {
		return slices.ContainsFunc(dates, func(name string) bool {
			at, ok := d.claims.number(name)
			return ok && d.narrow(name, at)
		})
	}},
	{"a date counts beyond the nanosecond (RFC 7519, Section 2)", tinyFractions, func(d *disagreement) bool {
		return slices.ContainsFunc(dates, func(name string) bool {
			at, ok := d.claims.number(name)
			return ok && d.narrow(name, at) && new(big.Rat).Abs(d.distance(name, at)).Cmp(nanoseconds(1)) < 0
		})
	}},
}

var dates = []string{"exp", "nbf", "iat"}

func misspelt(how string) func(d *disagreement) bool {
	return func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && slices.ContainsFunc(d.spelling[:], func(odd set) bool { return odd[how] })
	}
}

func malformed(how string) func(d *disagreement) bool {
	return func(d *disagreement) bool {
		return d.is(jwt.ErrDecode) && (d.segment == "header" && d.header.faults[how] || d.segment == "payload" && d.claims.faults[how])
	}
}

// keyed is a rule about a single key that cannot serve.
func keyed(unfit func(m member) bool) func(d *disagreement) bool {
	return func(d *disagreement) bool {
		return d.is(jwt.ErrInvalidKey) && !d.keys.set && unfit(d.keys.members[0])
	}
}

func oddJWK(what oddity) func(d *disagreement) bool {
	return keyed(func(m member) bool { return m.odd == what })
}

// usable are the algorithms that the token may have: of those allowed the one in
// its header, or all where the error is known before there is a token.
func (d *disagreement) usable() []string {
	if alg, _ := d.header.str("alg"); d.is(jwt.ErrInvalidAlgorithm) {
		return []string{alg}
	}
	return d.allowed
}

func isDate(claim string) bool { return slices.Contains(dates, claim) }

func isAudience(raw json.RawMessage) bool {
	var one string
	if json.Unmarshal(raw, &one) == nil && bytes.HasPrefix(raw, []byte(`"`)) {
		return one != ""
	}
	var list []any
	if json.Unmarshal(raw, &list) != nil || !bytes.HasPrefix(raw, []byte("[")) {
		return false // but an empty one is as if it were absent
	}
	return !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(string); return !ok })
}

// distance is how far a date is from the time at which the answer changes.
func (d *disagreement) distance(name string, at *big.Rat) *big.Rat {
	leeway := nanoseconds(d.policy.leeway)
	if name == "exp" {
		return difference(sum(at, leeway), instant(d.now))
	}
	return difference(at, sum(instant(d.now), leeway))
}

// narrow reports whether a date is within a second of where the answer changes,
// and either of them has a fraction of a second.
func (d *disagreement) narrow(name string, at *big.Rat) bool {
	far := d.distance(name, at)
	return new(big.Rat).Abs(far).Cmp(seconds(1)) < 0 && !(at.IsInt() && d.now.Nanosecond() == 0 && nanoseconds(d.policy.leeway).IsInt())
}

// blame fills in what our error says.
func (d *disagreement) blame(err error) {
	if err == nil {
		return
	}
	for _, class := range classes {
		if errors.Is(err, class) {
			d.class = class
			break
		}
	}
	var invalid *jwt.InvalidTokenError
	if errors.As(err, &invalid) {
		d.claim = invalid.Claim
	}
	var decode *jwt.DecodeError
	if errors.As(err, &decode) {
		d.segment = decode.Segment
	}
}
