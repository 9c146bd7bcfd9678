package jwt

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/epoch"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// When a claims set is in force (RFC 7519, Section 4.1).
//
// The first part checks the forms of the registered claims. The second part, from checkClaims on,
// checks the claims of a token against the policy: first those that WithRequired names, then
// each registered claim in turn. Leeway is applied in checkStart ("iat", "nbf"), checkExpiry
// ("exp") and checkAge, and nowhere else. checkAudience refuses an "aud".

// The forms. Decode and Encode share these rules, so that Encode cannot write what a verifier
// would refuse. i is the node of the claim's value. In checkForm, 0 means that the claim is
// absent.

// date reads a claim that is a date.
func (c claim) date(d *strictjson.Document, i strictjson.Node) (epoch.Seconds, *failure) {
	at, ok := dateAt(d, i)
	if !ok {
		f := noDate(claimTable[c].class, c.name())
		f.text += otherUnit(d.Raw(i))
		return epoch.Seconds{}, f
	}
	return at, nil
}

// dateAt reads a number of seconds. It returns false if the value is no number, or outside
// the years 1 to 9999.
func dateAt(d *strictjson.Document, i strictjson.Node) (epoch.Seconds, bool) {
	if d.Kind(i) != strictjson.Number {
		return epoch.Seconds{}, false
	}
	return epoch.Parse(d.Raw(i))
}

// checkForm refuses a claim that is there and has not the form of its row.
func (c claim) checkForm(d *strictjson.Document, i strictjson.Node) (f *failure) {
	switch row := &claimTable[c]; {
	case i == 0:
	case row.form == formDate:
		_, f = c.date(d, i)
	case row.form == formString && d.Kind(i) != strictjson.String:
		f = noString(row.class, row.name)
	case row.form == formAudience:
		f = checkAudienceForm(d, i)
	}
	return f
}

func checkAudienceForm(d *strictjson.Document, i strictjson.Node) *failure {
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

// isEmptyList reports whether a value is []. An "aud" of [] counts as absent: some issuers
// write it if no audience was requested.
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

// otherUnit guesses the unit of a date that is not in seconds, by its number of digits.
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

// differs finds the identifier of the list that is most similar to got, and says at which index
// the two differ. Often the difference is a slash at the end, which quote may have cut off.
func differs(got []byte, list []string) string {
	best, like := 8, "" // the length of the common prefix must be more than that of https://
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
	return fmt.Sprintf("; they differ from index %d on: %s and %s", best, tail(string(got[best:])), tail(like[best:]))
}

func tail(text string) string {
	if text == "" {
		return "the end"
	}
	return strconv.QuoteToASCII(text[:min(len(text), 16)])
}

// shown quotes a text of a token. Long text is cut before it is copied.
func shown(text []byte) string { return quote(string(text[:min(len(text), 128)])) }

// quoteAudience quotes an "aud" that was checked. Of a long list it quotes the first few.
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

// checkWrittenForms checks the forms of the registered claims before a claims set is signed. text
// is valid JSON, and offsets are those of the values in it. d is scratch memory, to parse an
// "aud".
func checkWrittenForms(d *strictjson.Document, text []byte, offsets *claimOffsets) *failure {
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
			if _, ok := epoch.Parse(number); !ok {
				f := noDate(ErrInvalidOption, row.name)
				f.text += otherUnit(number)
				return f
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

// checkWrittenAudience checks an "aud" before it is signed. d has only the value of "aud", so
// node 0 is that value.
func checkWrittenAudience(d *strictjson.Document) *failure {
	if f := checkAudienceForm(d, 0); f != nil {
		return f
	}
	if isEmptyList(d, 0) {
		return badClaim(ErrInvalidOption, "aud", `"aud" is an empty list, which has no meaning: leave the claim out if there is no audience; in a struct, by the tag omitempty`)
	}
	for e := range d.Elements(0) {
		if d.IsEmpty(e) {
			return badClaim(ErrInvalidOption, "aud", `"aud" has an empty string, which no service can ask for; is a setting missing from the configuration?`)
		}
	}
	return nil
}

// checkClaims checks the claims of a token against the policy: those that are required, and then
// in the order of the table. It stops at the first failure. Expiry does not stop it, and is
// returned separately. The maximum age is checked later: see checkAge.
func (p *decodePolicy) checkClaims(d *strictjson.Document, now epoch.Seconds) (expired *expiry, err *failure) {
	err = p.checkRequired(d)
	if err == nil && p.checks(claimIat) {
		err = p.checkStart(d, claimIat, "issued", now)
	}
	if err == nil && p.checks(claimNbf) {
		// RFC 7519, Section 4.1.5: the date "MUST be after or equal to the not-before
		// date/time".
		err = p.checkStart(d, claimNbf, "valid", now)
	}
	if err == nil && p.checks(claimExp) {
		expired, err = p.checkExpiry(d, now)
	}
	if err == nil && p.checks(claimIss) {
		err = p.checkIssuer(d)
	}
	if err == nil && p.checks(claimAud) {
		err = p.checkAudience(d)
	}
	if err == nil && p.checks(claimSub) {
		err = p.checkSubject(d)
	}
	for c := claimSub + 1; err == nil && int(c) < len(claimTable); c++ { // only their forms
		if p.checks(c) {
			err = p.checkForm(c, d, false)
		}
	}
	return expired, err
}

// checkForm refuses a claim that is there and has another form. If no option asks for the claim,
// the error says how to turn the check off.
func (p *decodePolicy) checkForm(c claim, d *strictjson.Document, isAsked bool) *failure {
	f := c.checkForm(d, c.in(d))
	if f != nil && !isAsked {
		f.text += `; if it may be anything, WithoutCheck("` + f.claim + `") turns the check off`
	}
	return f
}

// checkStart refuses a token if the date in c, "iat" or "nbf", is in the future by more than
// the leeway. It accepts a token without that claim.
func (p *decodePolicy) checkStart(d *strictjson.Document, c claim, what string, now epoch.Seconds) *failure {
	i := c.in(d)
	if i == 0 {
		return nil
	}
	start, f := c.date(d, i)
	if f == nil && start.After(now.Add(p.get(withLeeway).duration)) { // the issuer's clock may be ahead by the leeway
		f = immature(c.name(), what, start, now)
	}
	return f
}

// checkExpiry returns an expiry for a token that has reached its "exp" plus the leeway. RFC
// 7519, Section 4.1.4: the time "MUST be before the expiration date/time", so the second of
// exp itself is too late.
func (p *decodePolicy) checkExpiry(d *strictjson.Document, now epoch.Seconds) (*expiry, *failure) {
	i := claimExp.in(d)
	if i == 0 {
		return nil, nil
	}
	leeway := p.get(withLeeway).duration
	exp, f := claimExp.date(d, i)
	if f != nil || exp.After(now.Add(-leeway)) {
		return nil, f
	}
	return &expiry{claim: "exp", at: exp.Time(), now: now.Time(), leeway: leeway}, nil
}

func immature(name, what string, at, now epoch.Seconds) *failure {
	return badClaim(ErrImmature, name, fmt.Sprintf("the token is %s only in %s (%q is %s); if that is the clocks, allow for it with WithLeeway",
		what, at.Time().Sub(now.Time()).Round(time.Millisecond), name, at.Time().Format(time.RFC3339)))
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

func (p *decodePolicy) checkIssuer(d *strictjson.Document) *failure {
	if f := p.checkForm(claimIss, d, p.has(withIssuer)); f != nil {
		return f
	}
	if !p.has(withIssuer) {
		return nil
	}
	i := claimIss.in(d)
	if i == 0 {
		return missing("iss").wantedBy("WithIssuer")
	}
	iss := d.String(i)
	if contains(p.get(withIssuer).list, iss) {
		return nil
	}
	return badClaim(ErrInvalidIssuer, "iss", `"iss" is `+shown(iss)+", not "+either(p.get(withIssuer).list)+" (WithIssuer)"+differs(iss, p.get(withIssuer).list))
}

func (p *decodePolicy) checkAudience(d *strictjson.Document) *failure {
	i, wanted := claimAud.in(d), p.get(withAudience).list
	if isEmptyList(d, i) {
		i = 0
	}
	switch {
	case i == 0 && p.has(withAudience):
		return missing("aud").wantedBy("WithAudience")
	case i == 0 && p.has(withStrictAudience):
		return missing("aud").wantedBy("WithStrictAudience")
	case i == 0:
		return nil
	}
	if f := p.checkForm(claimAud, d, p.has(withAudience) || p.has(withStrictAudience)); f != nil {
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

func (p *decodePolicy) checkSubject(d *strictjson.Document) *failure {
	if f := p.checkForm(claimSub, d, p.has(withSubject)); f != nil {
		return f
	}
	if !p.has(withSubject) {
		return nil
	}
	i := claimSub.in(d)
	if i == 0 {
		return missing("sub").wantedBy("WithSubject")
	}
	if string(d.String(i)) != p.get(withSubject).text {
		return badClaim(ErrInvalidSubject, "sub", `"sub" is not `+quote(p.get(withSubject).text)+" (WithSubject)")
	}
	return nil
}

// checkAge returns an expiry for a token that has reached the age of WithMaxTokenAge plus the
// leeway. It is called after checkClaims and the check of "typ".
func (p *decodePolicy) checkAge(d *strictjson.Document, now epoch.Seconds) (*expiry, *failure) {
	if !p.has(withMaxTokenAge) {
		return nil, nil
	}
	i := claimIat.in(d)
	if i == 0 {
		return nil, missing("iat").wantedBy("WithMaxTokenAge")
	}
	iat, f := claimIat.date(d, i)
	if f != nil {
		return nil, f
	}
	if end := iat.Add(p.get(withMaxTokenAge).duration); !end.After(now.Add(-p.get(withLeeway).duration)) {
		return &expiry{claim: "iat", at: end.Time(), now: now.Time(), leeway: p.get(withLeeway).duration}, nil
	}
	return nil, nil
}
