package interop

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
)

// The tokens that TestPyJWTDecides gives to both sides, and what both are asked.

// A kase is one token and how it is to be decoded.
type kase struct {
	form    string // what is odd about the token itself; "" for nothing
	claims  []member
	options decoding
	now     float64
}

// at is the value of a step's claim, or a space.
func (k kase) at(step int) string {
	for _, m := range k.claims {
		if m.name == steps[step] && m.value != "" {
			return m.value
		}
	}
	return " "
}

func (k kase) String() string {
	return fmt.Sprintf("%s %s at %.1f with %+v", k.form, k.payload(), k.now, k.options)
}

func (k kase) payload() string {
	var list []string
	for _, m := range k.claims {
		if m.value != "" {
			list = append(list, fmt.Sprintf("%q:%s", m.name, m.value))
		}
	}
	return "{" + strings.Join(list, ",") + "}"
}

// token makes the token by the standard library alone.
func (k kase) token() string {
	header, payload := `{"alg":"HS256","typ":"JWT"}`, k.payload()
	mac, cut := sha256.New, 0
	insert := func(member string) string {
		return "{" + strings.TrimSuffix(member+","+payload[1:], ",}") + closing(payload)
	}
	switch k.form {
	case "alg not allowed":
		header, mac = `{"alg":"HS384"}`, sha512.New384
	case "alg absent":
		header = `{"typ":"JWT"}`
	case "alg unknown":
		header = `{"alg":"HS1"}`
	case "alg null":
		header = `{"alg":null}`
	case "kid number":
		header = `{"alg":"HS256","kid":7}`
	case "kid null":
		header = `{"alg":"HS256","kid":null}`
	case "kid and alg":
		header = `{"alg":"HS384","kid":7}`
	case "crit unknown", "crit and signature":
		header = `{"alg":"HS256","crit":["exp"],"exp":1}`
	case "crit empty":
		header = `{"alg":"HS256","crit":[]}`
	case "header array":
		header = `["HS256"]`
	case "header text":
		header = `HS256`
	case "payload array":
		payload = "[" + payload + "]"
	case "payload text":
		payload = "{" + payload
	case "payload empty":
		payload = ""
	case "NaN":
		payload = insert(`"x":NaN`)
	case "name twice":
		payload = insert(`"x":1,"x":1`)
	case "byte order mark":
		payload = "\xef\xbb\xbf" + payload
	case "UTF-16":
		payload = strings.Join(strings.Split(payload, ""), "\x00") + "\x00"
	case "padding":
		for len(payload)%3 == 0 {
			payload += " "
		}
	}
	encoding := base64.RawURLEncoding
	head, body := encoding.EncodeToString([]byte(header)), encoding.EncodeToString([]byte(payload))
	if k.form == "padding" {
		body = base64.URLEncoding.EncodeToString([]byte(payload))
	}
	signature := macOf(mac, head+"."+body)
	switch k.form {
	case "other signature", "crit and signature":
		signature = macOf(mac, head+body)
	case "two segments":
		return head + "." + body
	case "trailing bits": // 32 octets leave two bits over
		const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		cut = len(signature) - 1
		signature = signature[:cut] + string(letters[strings.IndexByte(letters, signature[cut])+1])
	}
	return head + "." + body + "." + signature
}

// A member of the claims set, its value as JSON text.
type member struct{ name, value string }

// A decoding is what both sides are asked for.
type decoding struct {
	leeway   float64
	audience []string // given as one string where it holds one and list is not set
	issuer   []string
	list     bool // one audience or issuer as a list
	strict   bool
	subject  string
	require  []string
	off      []string // checks turned off
}

// and asks for both; they are about different claims.
func (d decoding) and(other decoding) decoding {
	d.leeway = max(d.leeway, other.leeway)
	d.audience = append(slices.Clone(d.audience), other.audience...)
	d.issuer = append(slices.Clone(d.issuer), other.issuer...)
	d.list = d.list || other.list
	d.strict = d.strict || other.strict
	d.subject += other.subject
	d.require = append(slices.Clone(d.require), other.require...)
	d.off = append(slices.Clone(d.off), other.off...)
	return d
}

// The cases.

// values of each claim: right, wrong, at the boundary, of the wrong type. ""
// stands for absent.
var values = map[string][]string{
	"iss": {"", `"issuer"`, `"other"`, `"issuer "`, `""`, "7", "null", `["issuer"]`, "{}", "true"},
	"aud": {
		"", `"service"`, `"other"`, `["service"]`, `["other","service"]`, `["other"]`, `["other","second"]`,
		"null", `""`, "[]", "{}", "0", "false", "7", "true", "[7]", `["service",7]`, `[["service"]]`, `{"service":1}`, `[""]`,
	},
	"sub":   {"", `"alice"`, `"bob"`, `""`, "7", "null", `["alice"]`},
	"jti":   {"", `"one"`, `""`, "7", "null", "{}"},
	"nonce": {"", `"n"`, `""`, "null", "0", "[]", "false"},
}

// asks are what makes sense to ask for about each claim.
var asks = map[string][]decoding{
	"iss": {
		{},
		{issuer: []string{"issuer"}},
		{issuer: []string{"issuer"}, list: true},
		{issuer: []string{"second", "issuer"}},
		{off: []string{"iss"}},
		{require: []string{"iss"}},
		{require: []string{"iss"}, issuer: []string{"issuer"}},
		{require: []string{"iss"}, off: []string{"iss"}},
	},
	"aud": {
		{},
		{audience: []string{"service"}},
		{audience: []string{"service"}, list: true},
		{audience: []string{"second", "service"}},
		{audience: []string{"service"}, strict: true},
		{off: []string{"aud"}},
		{require: []string{"aud"}},
		{require: []string{"aud"}, audience: []string{"service"}},
	},
	"sub":   {{}, {subject: "alice"}, {off: []string{"sub"}}, {require: []string{"sub"}}, {require: []string{"sub"}, subject: "alice"}},
	"jti":   {{}, {off: []string{"jti"}}, {require: []string{"jti"}}},
	"nonce": {{}, {require: []string{"nonce"}}, {require: []string{"exp", "nonce"}}},
}

func init() {
	dates := []string{
		"", `"1800000060"`, `"1799999940"`, `"soon"`, `""`, "true", "false", "null", "[]", "{}", "[1800000060]",
		"-1", "0", "1e22", "1e400", "-1e400", "253402300799", "253402300800", "-62135596800", "-62135596801", "18e8", "1800000000.0",
	}
	for _, distance := range []float64{0, 0.5, 1, 29, 29.5, 30, 30.5, 31, 3600} {
		dates = append(dates, fmt.Sprint(int64(clock)+int64(distance))+fraction(distance), fmt.Sprint(int64(clock)-int64(distance)))
		if fraction(distance) != "" {
			dates = append(dates, fmt.Sprint(int64(clock)-int64(distance)-1)+fraction(distance))
		}
	}
	for _, name := range []string{"exp", "nbf", "iat"} {
		values[name] = dates
		asks[name] = []decoding{
			{},
			{leeway: 30},
			{leeway: 0.5},
			{off: []string{name}},
			{require: []string{name}},
			{require: []string{name}, off: []string{name}},
		}
	}
}

func fraction(distance float64) string {
	if distance == math.Trunc(distance) {
		return ""
	}
	return ".5"
}

// faults are one of each step, with what must be asked for to see it.
var faults = []struct {
	claim member
	ask   decoding
}{
	{member{"nonce", ""}, decoding{require: []string{"nonce"}}},
	{member{"nonce", "null"}, decoding{require: []string{"nonce"}}},
	{member{"iat", "1800000031"}, decoding{}},
	{member{"iat", `"soon"`}, decoding{}},
	{member{"nbf", "1800000031"}, decoding{}},
	{member{"nbf", `"soon"`}, decoding{}},
	{member{"exp", "1800000000"}, decoding{}},
	{member{"exp", `"soon"`}, decoding{}},
	{member{"iss", `"other"`}, decoding{issuer: []string{"issuer"}}},
	{member{"iss", ""}, decoding{issuer: []string{"issuer"}}},
	{member{"aud", `"other"`}, decoding{audience: []string{"service"}}},
	{member{"aud", ""}, decoding{audience: []string{"service"}}},
	{member{"aud", `"service"`}, decoding{}},
	{member{"sub", `"bob"`}, decoding{subject: "alice"}},
	{member{"sub", "7"}, decoding{}},
	{member{"jti", "7"}, decoding{}},
}

// forms are what may be odd about a token as a whole.
var forms = []string{
	"other signature", "alg not allowed", "alg absent", "alg unknown", "alg null", "kid number", "kid null", "crit unknown", "crit empty",
	"header array", "header text", "payload array", "payload text", "payload empty", "two segments", "NaN", "byte order mark", "UTF-16", "name twice",
	"padding", "trailing bits",
}

// allCases are each claim alone, each pair of faults, each form with a fault
// behind it, and mixtures drawn by chance, always the same.
func allCases() (cases []kase) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			for _, ask := range asks[name] {
				cases = append(cases, kase{claims: []member{{name, value}}, options: ask, now: clock})
				if isDate(slices.Index(steps, name)) {
					cases = append(cases, kase{claims: []member{{name, value}}, options: ask, now: clock + 0.5})
				}
			}
		}
	}
	for i, first := range faults {
		for _, second := range faults[i+1:] {
			if first.claim.name != second.claim.name {
				cases = append(cases, kase{claims: []member{first.claim, second.claim}, options: first.ask.and(second.ask), now: clock})
			}
		}
	}
	for _, form := range forms {
		cases = append(cases, kase{form: form, now: clock}, kase{form: form, claims: []member{{"nbf", "0"}, {"custom", `"text"`}}, now: clock})
		for _, fault := range faults {
			cases = append(cases, kase{form: form, claims: []member{fault.claim}, options: fault.ask, now: clock})
		}
	}
	for _, one := range faults[1:] { // two forms at once, the header's first
		cases = append(cases, kase{form: "crit and signature", claims: []member{one.claim}, options: one.ask, now: clock},
			kase{form: "kid and alg", claims: []member{one.claim}, options: one.ask, now: clock})
	}
	random := rand.New(rand.NewPCG(7519, 7515))
	names := slices.Sorted(maps.Keys(values))
	for range 3000 {
		k := kase{now: clock}
		for _, name := range names {
			list := values[name]
			switch random.IntN(10) {
			case 0, 1: // any value at all
				k.claims = append(k.claims, member{name, list[random.IntN(len(list))]})
			case 2, 3, 4: // a good one
				good := map[string]string{
					"iss": `"issuer"`, "aud": `"service"`, "sub": `"alice"`, "jti": `"one"`, "nonce": `"n"`,
					"exp": "1800003600", "nbf": "1799999999", "iat": "1800000000",
				}
				k.claims = append(k.claims, member{name, good[name]})
			}
			if random.IntN(3) == 0 {
				k.options = k.options.and(asks[name][random.IntN(len(asks[name]))])
			}
		}
		random.Shuffle(len(k.claims), func(i, j int) { k.claims[i], k.claims[j] = k.claims[j], k.claims[i] })
		cases = append(cases, k)
	}
	return cases
}

func isDate(step int) bool { return step >= stepIssuedAt && step <= stepExpiry }

func isNumber(value string) bool { return strings.ContainsAny(value[:1], "-0123456789") }

func number(value string) float64 {
	f, _, _ := big.ParseFloat(value, 10, 100, big.ToZero)
	n, _ := f.Float64()
	return n
}

func inYears(value string) bool { return number(value) >= -62135596800 && number(value) < 253402300800 }

func closing(payload string) string {
	if payload == "{}" {
		return "}"
	}
	return ""
}

func macOf(h func() hash.Hash, input string) string {
	m := hmac.New(h, secret)
	m.Write([]byte(input))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
