package jwt

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// When a claims set is in force (RFC 7519, Section 4.1).

// registered finds the registered claims of a claims set, as nodes.
func (d *document) registered() (r registered) {
	for name := uint32(1); name < d.nodes[0].next; name = d.nodes[name+1].next {
		n := &d.nodes[name]
		if n.end-n.start == 3 || n.escaped { // all their names have three letters
			r[claimNamed(d.string(name))] = name + 1
		}
	}
	return r
}

// What each registered claim must be, whoever asks: a verifier, or Encode, so
// that it cannot write what a verifier would refuse. i is the node of its value; for
// checkString 0 where it is absent.

func (d *document) instant(i uint32, class error, name string) (instant, *failure) {
	at, ok := d.date(i)
	if !ok {
		f := noDate(class, name)
		f.text += otherUnit(d.raw(i))
		return instant{}, f
	}
	return at, nil
}

func (d *document) checkString(i uint32, class error, name string) *failure {
	if i != 0 && d.nodes[i].kind != jsonString {
		return noString(class, name)
	}
	return nil
}

func (d *document) checkAudience(i uint32) *failure {
	ok := false
	switch n := &d.nodes[i]; n.kind {
	case jsonString:
		ok = n.start < n.end
	case jsonArray:
		ok = true
		for e := i + 1; e < n.next; e = d.nodes[e].next {
			ok = ok && d.nodes[e].kind == jsonString
		}
	}
	if !ok {
		return badClaim(ErrInvalidAudience, "aud", `"aud" must be a JSON string that is not empty, or an array of strings`)
	}
	return nil
}

// isEmptyList reports whether a value is []. An "aud" of it is an absent one: an
// issuer writes it where no audience was asked for.
func (d *document) isEmptyList(i uint32) bool {
	n := &d.nodes[i]
	return n.kind == jsonArray && n.next == i+1
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
func (d *document) quoteAudience(i uint32) string {
	const most = 3
	if d.nodes[i].kind == jsonString {
		return shown(d.string(i))
	}
	text := append(make([]byte, 0, 256), '[')
	for n, e := 0, i+1; e < d.nodes[i].next; n, e = n+1, e+1 {
		if n > 0 {
			text = append(text, ", "...)
		}
		if n == most {
			text = append(text, "…"...)
			break
		}
		text = append(text, shown(d.string(e))...)
	}
	return string(append(text, ']'))
}

// checkTypes holds a claims set that is to be signed, and is known to be valid JSON,
// against the rules above. r has the positions of its registered claims in text. The
// document is what an "aud" is cut in.
func (d *document) checkTypes(text []byte, r *registered) *failure {
	for _, date := range [...]struct {
		place uint32
		name  string
	}{{r[claimExp], "exp"}, {r[claimNbf], "nbf"}, {r[claimIat], "iat"}} {
		if date.place == 0 {
			continue
		}
		end, _, fault := scanNumber(text, int(date.place))
		if fault != 0 {
			return noDate(ErrInvalidOption, date.name)
		}
		if _, ok := parseInstant(text[date.place:end]); !ok {
			return noDate(ErrInvalidOption, date.name)
		}
	}
	for _, one := range [...]struct {
		place uint32
		name  string
	}{{r[claimIss], "iss"}, {r[claimSub], "sub"}, {r[claimJti], "jti"}} {
		if one.place != 0 && text[one.place] != '"' {
			return noString(ErrInvalidOption, one.name)
		}
	}
	aud := text[r[claimAud]:]
	if r[claimAud] == 0 || aud[0] == '"' && aud[1] != '"' { // absent, or a string that is not empty
		return nil
	}
	d.reset(text)
	d.add(0, len(text), jsonObject, false, false) // so that "aud" is not node 0
	d.value(int(r[claimAud]), 1)
	if f := d.checkAudience(1); f != nil {
		return f
	}
	if d.isEmptyList(1) {
		return badClaim(ErrInvalidOption, "aud", `"aud" is an empty list, which says nothing: leave the claim out where there is no audience; in a struct, by the tag omitempty`)
	}
	for e := uint32(2); d.nodes[1].kind == jsonArray && e < d.nodes[1].next; e++ {
		if d.nodes[e].start == d.nodes[e].end {
			return badClaim(ErrInvalidOption, "aud", `"aud" has an empty string, which no service can ask for; is a setting missing from the configuration?`)
		}
	}
	return nil
}

// inForce holds the claims of a token against the policy, in the order of the
// reference: required, iat, nbf, exp, iss, aud, sub, jti. Expiry does not stop
// it; it comes back beside what else may be wrong.
func (p *decodePolicy) inForce(d *document, r *registered, now instant) (expired *expiry, err *failure) {
	if err = p.checkRequired(d); err != nil {
		return nil, err
	}
	horizon := now.add(p.get(withLeeway).duration) // what the clocks of others may show already
	if r[claimIat] != 0 && p.checks(claimIat) {
		iat, f := d.instant(r[claimIat], ErrInvalidIssuedAt, "iat")
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
		nbf, f := d.instant(r[claimNbf], ErrDecode, "nbf")
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
		exp, f := d.instant(r[claimExp], ErrDecode, "exp")
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
		if err = d.checkString(r[claimJti], ErrInvalidID, "jti"); err != nil {
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

func (p *decodePolicy) checkRequired(d *document) *failure {
	for _, name := range p.get(withRequired).list {
		if i := d.member(name); i == 0 || d.nodes[i].kind == jsonNull || name == "aud" && d.isEmptyList(i) {
			return missing(strings.Clone(name)).wantedBy("WithRequired")
		}
	}
	return nil
}

func (p *decodePolicy) checkIssuer(d *document, i uint32) *failure {
	if !p.checks(claimIss) {
		return nil
	}
	if f := d.checkString(i, ErrInvalidIssuer, "iss"); f != nil {
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
	iss := d.string(i)
	if contains(p.get(withIssuer).list, iss) {
		return nil
	}
	return badClaim(ErrInvalidIssuer, "iss", `"iss" is `+shown(iss)+", not "+either(p.get(withIssuer).list)+" (WithIssuer)"+differs(iss, p.get(withIssuer).list))
}

func (p *decodePolicy) checkAudience(d *document, i uint32) *failure {
	wanted := p.get(withAudience).list
	if i != 0 && d.isEmptyList(i) {
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
	if f := d.checkAudience(i); f != nil {
		return f
	}
	if p.has(withStrictAudience) {
		if d.nodes[i].kind == jsonString && string(d.string(i)) == p.get(withStrictAudience).text {
			return nil
		}
		return badClaim(ErrInvalidAudience, "aud", `"aud" is `+d.quoteAudience(i)+", not exactly the one string "+quote(p.get(withStrictAudience).text)+" (WithStrictAudience)")
	}
	if !p.has(withAudience) {
		// RFC 7519, Section 4.1.3: "If the principal processing the claim does
		// not identify itself with a value in the "aud" claim when this claim
		// is present, then the JWT MUST be rejected."
		return badClaim(ErrInvalidAudience, "aud", `the token is meant for an audience ("aud"), `+d.quoteAudience(i)+`, and none was asked for; `+
			`name this service with WithAudience, or turn the check off with WithoutCheck("aud")`)
	}
	if d.nodes[i].kind == jsonString {
		if contains(wanted, d.string(i)) {
			return nil
		}
	} else {
		for e := i + 1; e < d.nodes[i].next; e = d.nodes[e].next {
			if contains(wanted, d.string(e)) {
				return nil
			}
		}
	}
	text := `"aud" is ` + d.quoteAudience(i) + ", and does not name " + either(wanted) + " (WithAudience): the token is meant for another service"
	if d.nodes[i].kind == jsonString {
		text += differs(d.string(i), wanted)
	}
	return badClaim(ErrInvalidAudience, "aud", text)
}

func (p *decodePolicy) checkSubject(d *document, i uint32) *failure {
	if !p.checks(claimSub) {
		return nil
	}
	if f := d.checkString(i, ErrInvalidSubject, "sub"); f != nil {
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
	if string(d.string(i)) != p.get(withSubject).text {
		return badClaim(ErrInvalidSubject, "sub", `"sub" is not `+quote(p.get(withSubject).text)+" (WithSubject)")
	}
	return nil
}

// checkAge holds "iat" against the maximum age.
func (p *decodePolicy) checkAge(d *document, r *registered, now instant) (*expiry, *failure) {
	if !p.has(withMaxTokenAge) {
		return nil, nil
	}
	if r[claimIat] == 0 {
		return nil, missing("iat").wantedBy("WithMaxTokenAge")
	}
	iat, f := d.instant(r[claimIat], ErrInvalidIssuedAt, "iat")
	if f != nil {
		return nil, f
	}
	if end := iat.add(p.get(withMaxTokenAge).duration); !end.after(now.add(-p.get(withLeeway).duration)) {
		return &expiry{claim: "iat", at: end.time(), now: now.time(), leeway: p.get(withLeeway).duration}, nil
	}
	return nil, nil
}
