package jwt

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// When a claims set is in force (RFC 7519, Section 4.1).

// What each registered claim must be, whoever asks: a verifier, or Encode, so
// that it cannot write what a verifier would refuse. i is the node of its value; for
// checkString 0 if it is absent.

func checkDate(d *strictjson.Document, i strictjson.Node, class error, name string) (instant, *failure) {
	at, ok := dateAt(d, i)
	if !ok {
		f := noDate(class, name)
		f.text += otherUnit(d.Raw(i))
		return instant{}, f
	}
	return at, nil
}

// dateAt reads a number of seconds; false if it is none, or outside the years 1 to 9999.
func dateAt(d *strictjson.Document, i strictjson.Node) (instant, bool) {
	if d.Kind(i) != strictjson.Number {
		return instant{}, false
	}
	return parseInstant(d.Raw(i))
}

func checkString(d *strictjson.Document, i strictjson.Node, class error, name string) *failure {
	if i != 0 && d.Kind(i) != strictjson.String {
		return noString(class, name)
	}
	return nil
}

func checkAudience(d *strictjson.Document, i strictjson.Node) *failure {
	ok := false
	switch d.Kind(i) {
	case strictjson.String:
		ok = !d.IsEmpty(i)
	case strictjson.Array:
		ok = true
		for e := range d.Elements(i) {
			ok = ok && d.Kind(e) == strictjson.String
		}
	}
	if !ok {
		return badClaim(ErrInvalidAudience, "aud", `"aud" must be a JSON string that is not empty, or an array of strings`)
	}
	return nil
}

// isEmptyList reports whether a value is []. An "aud" of it is an absent one: an
// issuer writes it where no audience was asked for.
func isEmptyList(d *strictjson.Document, i strictjson.Node) bool {
	return d.Kind(i) == strictjson.Array && d.IsEmpty(i)
}

func noDate(class error, name string) *failure {
	f := badClaim(class, name, strconv.Quote(name)+" is no date: a JSON number of seconds since 1970 in the years 1 to 9999 is wanted")
	switch class {
	case ErrDecode:
		f.segment = "payload"
	case ErrInvalidOption:
		f.text += "; in a struct, such a field is a NumericDate"
	}
	return f
}

// otherUnit tells a date of today that is not in seconds by its length.
func otherUnit(number []byte) string {
	for _, c := range number {
		if c < '0' || c > '9' {
			return ""
		}
	}
	switch len(number) {
	case 13:
		return "; it looks like milliseconds"
	case 16:
		return "; it looks like microseconds"
	case 19:
		return "; it looks like nanoseconds"
	}
	return ""
}

func noString(class error, name string) *failure {
	return badClaim(class, name, strconv.Quote(name)+" must be a JSON string")
}

// ofAnyType says how to let a claim pass that nobody asked for.
func (f *failure) ofAnyType() *failure {
	f.text += `; where it may be anything, WithoutCheck("` + f.claim + `") turns the check off`
	return f
}

// differs says where an identifier parts from the one of those wanted that it is most
// like: one slash at the end is often all, and that may be beyond what quote shows.
func differs(got []byte, list []string) string {
	best, like := 8, "" // letters in common, https:// among them
	for _, wanted := range list {
		n := 0
		for n < len(got) && n < len(wanted) && got[n] == wanted[n] {
			n++
		}
		if n > best {
			best, like = n, wanted
		}
	}
	if like == "" {
		return ""
	}
	return fmt.Sprintf("; they part at index %d, before %s and %s", best, tail(string(got[best:])), tail(like[best:]))
}

func tail(text string) string {
	if text == "" {
		return "the end"
	}
	return strconv.QuoteToASCII(text[:min(len(text), 16)])
}

// shown quotes what a token says.
func shown(text []byte) string { return quote(string(text[:min(len(text), 128)])) }

// quoteAudience shows an "aud" that was checked: of many, the first few.
func quoteAudience(d *strictjson.Document, i strictjson.Node) string {
	const most = 3
	if d.Kind(i) == strictjson.String {
		return shown(d.String(i))
	}
	text, n := append(make([]byte, 0, 256), '['), 0
	for e := range d.Elements(i) {
		if n > 0 {
			text = append(text, ", "...)
		}
		if n == most {
			text = append(text, "…"...)
			break
		}
		text = append(text, shown(d.String(e))...)
		n++
	}
	return string(append(text, ']'))
}

// checkTypes checks the forms of the registered claims in a claims set that is to be
// signed, and is known to be valid JSON. offsets are those of their values in text. The
// document is for parsing an "aud".
func checkTypes(d *strictjson.Document, text []byte, offsets *claimOffsets) *failure {
	for c, row := range claimTable {
		offset := offsets[c]
		if offset == 0 {
			continue
		}
		value := text[offset:]
		switch row.form {
		case formDate:
			number := value[:strictjson.NumberLen(value)]
			if len(number) == 0 {
				return noDate(ErrInvalidOption, row.name)
			}
			if _, ok := parseInstant(number); !ok {
				return noDate(ErrInvalidOption, row.name)
			}
		case formString:
			if value[0] != '"' {
				return noString(ErrInvalidOption, row.name)
			}
		case formAudience:
			if value[0] == '"' && value[1] != '"' { // a string that is not empty
				continue
			}
			d.ParsePrefix(value)
			if f := checkWrittenAudience(d); f != nil {
				return f
			}
		}
	}
	return nil
}

func checkWrittenAudience(d *strictjson.Document) *failure {
	if f := checkAudience(d, 0); f != nil {
		return f
	}
	if isEmptyList(d, 0) {
		return badClaim(ErrInvalidOption, "aud", `"aud" is an empty list, which says nothing: leave the claim out where there is no audience; in a struct, by the tag omitempty`)
	}
	for e := range d.Elements(0) {
		if d.IsEmpty(e) {
			return badClaim(ErrInvalidOption, "aud", `"aud" has an empty string, which no service can ask for; is a setting missing from the configuration?`)
		}
	}
	return nil
}

// inForce holds the claims of a token against the policy, in the order of the
// reference: required, iat, nbf, exp, iss, aud, sub, jti. Expiry does not stop
// it; it comes back beside what else may be wrong.
func (p *decodePolicy) inForce(d *strictjson.Document, r *claimNodes, now instant) (expired *expiry, err *failure) {
	if err = p.checkRequired(d); err != nil {
		return nil, err
	}
	horizon := now.add(p.get(withLeeway).duration) // what the clocks of others may show already
	if r[claimIat] != 0 && p.checks(claimIat) {
		iat, f := checkDate(d, r[claimIat], ErrInvalidIssuedAt, "iat")
		if f != nil {
			return nil, f
		}
		if iat.after(horizon) {
			return nil, immature("iat", "issued", iat, now)
		}
	}
	if r[claimNbf] != 0 && p.checks(claimNbf) {
		// RFC 7519, Section 4.1.5: the date "MUST be after or equal to the
		// not-before date/time".
		nbf, f := checkDate(d, r[claimNbf], ErrDecode, "nbf")
		if f != nil {
			return nil, f
		}
		if nbf.after(horizon) {
			return nil, immature("nbf", "valid", nbf, now)
		}
	}
	if r[claimExp] != 0 && p.checks(claimExp) {
		// RFC 7519, Section 4.1.4: the date "MUST be before the expiration
		// date/time", so the second of exp itself is too late.
		exp, f := checkDate(d, r[claimExp], ErrDecode, "exp")
		if f != nil {
			return nil, f
		}
		if !exp.after(now.add(-p.get(withLeeway).duration)) {
			expired = &expiry{claim: "exp", at: exp.time(), now: now.time(), leeway: p.get(withLeeway).duration}
		}
	}
	if err = p.checkIssuer(d, r[claimIss]); err != nil {
		return expired, err
	}
	if err = p.checkAudience(d, r[claimAud]); err != nil {
		return expired, err
	}
	if err = p.checkSubject(d, r[claimSub]); err != nil {
		return expired, err
	}
	if p.checks(claimJti) {
		if err = checkString(d, r[claimJti], ErrInvalidID, "jti"); err != nil {
			err.ofAnyType()
		}
	}
	return expired, err
}

func immature(name, what string, at, now instant) *failure {
	return badClaim(ErrImmature, name, fmt.Sprintf("the token is %s only in %s (%q is %s); if that is the clocks, allow for it with WithLeeway",
		what, at.time().Sub(now.time()).Round(time.Millisecond), name, at.time().Format(time.RFC3339)))
}

func (e *expiry) failure() *failure {
	text := fmt.Sprintf("the token expired %s ago, at %s; a new one is needed", e.now.Sub(e.at).Round(time.Millisecond), e.at.Format(time.RFC3339))
	if e.claim == "iat" {
		text = fmt.Sprintf("the token was too old %s ago, at %s, by its %q and WithMaxTokenAge; a new one is needed", e.now.Sub(e.at).Round(time.Millisecond), e.at.Format(time.RFC3339), e.claim)
	}
	if e.leeway == 0 {
		text += " (if that is the clocks, allow for it with WithLeeway)"
	}
	return &failure{class: ErrExpired, claim: e.claim, text: text, expired: e}
}

func (p *decodePolicy) checkRequired(d *strictjson.Document) *failure {
	for _, name := range p.get(withRequired).list {
		if i := d.Member(name); i == 0 || d.Kind(i) == strictjson.Null || name == "aud" && isEmptyList(d, i) {
			return missing(strings.Clone(name)).wantedBy("WithRequired")
		}
	}
	return nil
}

func (p *decodePolicy) checkIssuer(d *strictjson.Document, i strictjson.Node) *failure {
	if !p.checks(claimIss) {
		return nil
	}
	if f := checkString(d, i, ErrInvalidIssuer, "iss"); f != nil {
		if p.has(withIssuer) {
			return f
		}
		return f.ofAnyType()
	}
	if !p.has(withIssuer) {
		return nil
	}
	if i == 0 {
		return missing("iss").wantedBy("WithIssuer")
	}
	iss := d.String(i)
	if contains(p.get(withIssuer).list, iss) {
		return nil
	}
	return badClaim(ErrInvalidIssuer, "iss", `"iss" is `+shown(iss)+", not "+either(p.get(withIssuer).list)+" (WithIssuer)"+differs(iss, p.get(withIssuer).list))
}

func (p *decodePolicy) checkAudience(d *strictjson.Document, i strictjson.Node) *failure {
	wanted := p.get(withAudience).list
	if isEmptyList(d, i) {
		i = 0
	}
	switch {
	case !p.checks(claimAud):
		return nil
	case i == 0 && p.has(withAudience):
		return missing("aud").wantedBy("WithAudience")
	case i == 0 && p.has(withStrictAudience):
		return missing("aud").wantedBy("WithStrictAudience")
	case i == 0:
		return nil
	}
	if f := checkAudience(d, i); f != nil {
		return f
	}
	if p.has(withStrictAudience) {
		if d.Kind(i) == strictjson.String && string(d.String(i)) == p.get(withStrictAudience).text {
			return nil
		}
		return badClaim(ErrInvalidAudience, "aud", `"aud" is `+quoteAudience(d, i)+", not exactly the one string "+quote(p.get(withStrictAudience).text)+" (WithStrictAudience)")
	}
	if !p.has(withAudience) {
		// RFC 7519, Section 4.1.3: "If the principal processing the claim does
		// not identify itself with a value in the "aud" claim when this claim
		// is present, then the JWT MUST be rejected."
		return badClaim(ErrInvalidAudience, "aud", `the token is meant for an audience ("aud"), `+quoteAudience(d, i)+`, and none was asked for; `+
			`name this service with WithAudience, or turn the check off with WithoutCheck("aud")`)
	}
	if d.Kind(i) == strictjson.String {
		if contains(wanted, d.String(i)) {
			return nil
		}
	} else {
		for e := range d.Elements(i) {
			if contains(wanted, d.String(e)) {
				return nil
			}
		}
	}
	text := `"aud" is ` + quoteAudience(d, i) + ", and does not name " + either(wanted) + " (WithAudience): the token is meant for another service"
	if d.Kind(i) == strictjson.String {
		text += differs(d.String(i), wanted)
	}
	return badClaim(ErrInvalidAudience, "aud", text)
}

func (p *decodePolicy) checkSubject(d *strictjson.Document, i strictjson.Node) *failure {
	if !p.checks(claimSub) {
		return nil
	}
	if f := checkString(d, i, ErrInvalidSubject, "sub"); f != nil {
		if p.has(withSubject) {
			return f
		}
		return f.ofAnyType()
	}
	if !p.has(withSubject) {
		return nil
	}
	if i == 0 {
		return missing("sub").wantedBy("WithSubject")
	}
	if string(d.String(i)) != p.get(withSubject).text {
		return badClaim(ErrInvalidSubject, "sub", `"sub" is not `+quote(p.get(withSubject).text)+" (WithSubject)")
	}
	return nil
}

// checkAge holds "iat" against the maximum age.
func (p *decodePolicy) checkAge(d *strictjson.Document, r *claimNodes, now instant) (*expiry, *failure) {
	if !p.has(withMaxTokenAge) {
		return nil, nil
	}
	if r[claimIat] == 0 {
		return nil, missing("iat").wantedBy("WithMaxTokenAge")
	}
	iat, f := checkDate(d, r[claimIat], ErrInvalidIssuedAt, "iat")
	if f != nil {
		return nil, f
	}
	if end := iat.add(p.get(withMaxTokenAge).duration); !end.after(now.add(-p.get(withLeeway).duration)) {
		return &expiry{claim: "iat", at: end.time(), now: now.time(), leeway: p.get(withLeeway).duration}, nil
	}
	return nil, nil
}
