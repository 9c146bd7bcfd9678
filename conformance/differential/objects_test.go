package differential

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What headers and claims are made of, as JSON text.

// An entry is a member of an object, name and value as JSON texts.
type entry struct{ name, value string }

func object(entries []entry) string {
	var b strings.Builder
	for i, e := range entries {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(e.name + ":" + e.value)
	}
	return "{" + b.String() + "}"
}

func quoted(text string) string { return textOf(text) }

// Headers.

func (g *maker) oddParams(list []entry, alg string) []entry {
	set := func(name string, values ...string) []entry { return g.set(list, name, pick(g, values)) }
	switch g.IntN(16) {
	case 0:
		return set("alg", quoted(pick(g, names)), quoted(strings.ToLower(alg)), `"none"`, `"None"`, `"NONE"`, `""`, "null", "7", `["`+alg+`"]`, `{"alg":"`+alg+`"}`,
			quoted(alg+" "), quoted(alg+"\x00"), escapedText(alg), `"HS1"`, `"ES256K"`, `"ML-DSA-44"`, `"dir"`, "true")
	case 1:
		g.mark("without alg")
		return slices.DeleteFunc(list, func(e entry) bool { return e.name == `"alg"` })
	case 2, 3:
		return set("typ", `"JWT"`, `"jwt"`, `"application/jwt"`, `"AT+JWT"`, `"Application/AT+JWT"`, `"application/application/at+jwt"`, `"text/at+jwt"`, `"JOSE"`, `""`, `"JWT "`, "7", "null", `["JWT"]`, "{}", "true")
	case 4, 5:
		return set("kid", `"a"`, `"b"`, `"e"`, `"f"`, `"r"`, `"p"`, `"x"`, `"unknown"`, `""`, `"A"`, `"\u0061"`, `"\u0065"`, `"e\u0000"`, `"../../dev/null"`, quoted(strings.Repeat("k", 300)), "7", "null", `["a"]`, "{}", "true")
	case 6:
		g.mark("crit")
		list = append(list, entry{`"crit"`, pick(g, []string{`["exp"]`, `["b64"]`, `["x"]`, "[]", "null", `"b64"`, `["b64","b64"]`, `["alg"]`, "[7]", "{}", "false", `[null]`, `["b64","x"]`, `[""]`})})
		if g.one(2) {
			list = append(list, entry{`"b64"`, pick(g, []string{"true", "false"})})
		}
		return list
	case 7:
		return set("b64", "true", "true", "false", "null", `"false"`, `"true"`, "0", "1", "[]")
	case 8:
		return set("cty", `"JWT"`, `"jwt"`, `"application/jwt"`, `"APPLICATION/JWT"`, `"text/plain"`, `"JWT;x"`, `""`, "7", "null", `["JWT"]`)
	case 9:
		return set(pick(g, []string{"jku", "x5u", "x5t", "x5c", "x5t#S256", "jwk", "epk", "nonce", "zip", "url", "enc", "apu", "p2c", "iss", "exp"}),
			`"https://example.com"`, `"AA"`, `"not base64 ="`, "7", "null", "[]", "{}", "true", `["AA"]`, textOf(edB.jwk()), textOf(secretA.jwk()), `"\u00e9"`)
	case 10:
		return g.twice(list)
	case 11:
		return g.disguise(list, []string{"alg", "kid", "crit", "typ", "b64"}, []string{quoted(pick(g, names)), `"none"`, `"a"`, `["x"]`, "false", "null"})
	case 12:
		return g.escape(list)
	default:
		return append(list, entry{g.name(), g.value(0)})
	}
}

// Claims.

func (g *maker) claims() []entry {
	var list []entry
	add := func(percent int, name string, value func() string) {
		if g.IntN(100) < percent {
			list = append(list, entry{quoted(name), value()})
		}
	}
	add(60, "iss", func() string { return quoted(pick(g, issuers)) })
	add(50, "sub", func() string { return quoted(pick(g, subjects)) })
	add(35, "aud", func() string {
		return pick(g, []string{`"service"`, `"service"`, `["service"]`, `["other","service"]`, `["service","other",""]`, `"\u0073ervice"`})
	})
	add(75, "exp", func() string { return g.date(3600 * 5) })
	add(40, "nbf", func() string { return g.date(-3600 * 5) })
	add(50, "iat", func() string { return g.date(pick(g, []int64{-7200, -7200, -60, -3600, -30})) })
	add(30, "jti", func() string { return quoted(pick(g, []string{"", "1", "9f3c", "ü"})) })
	for range g.few(50, 25, 15, 10) {
		list = append(list, entry{g.name(), g.value(0)})
	}
	return unique(list)
}

var (
	issuers  = []string{"https://issuer.example", "https://issuer.example", "issuer", "Issuer", "issüer"}
	subjects = []string{"alice", "alice", "bob", "", "😀"}
)

// unique drops members whose name another one has; names twice are made on purpose.
func unique(list []entry) []entry {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(e entry) bool {
		var name string
		must(json.Unmarshal([]byte(e.name), &name))
		was := seen[name]
		seen[name] = true
		return was
	})
}

// date writes the second that lies so far from the base, in some form.
func (g *maker) date(distance int64) string {
	second := base + distance
	switch g.few(80, 7, 2, 2, 2, 3, 2, 2) {
	case 1:
		return fmt.Sprintf("%d.%s", second, pick(g, fractionDigits))
	case 2:
		return strconv.FormatFloat(float64(second), 'e', -1, 64)
	case 3:
		return fmt.Sprintf("%d000E-3", second)
	case 4:
		return fmt.Sprintf("%d.%de1", second/10, second%10)
	case 5:
		return fmt.Sprintf("%de0", second)
	case 6:
		return fmt.Sprintf("%d5e-1", second)
	case 7:
		return fmt.Sprintf("0.%d5E+%d", second, len(strconv.FormatInt(second, 10)))
	}
	return strconv.FormatInt(second, 10)
}

var fractionDigits = []string{"5", "25", "000000001", "999999999", "0000000001", "9999999999", "000", "123456789123", "0", "99999999999999999999"}

var oddDates = []string{
	`"1800003600"`, `"soon"`, `""`, "null", "true", "false", "[]", "{}", "[1800003600]", "0", "-1", "-0", "0.0", "1e400", "-1e400", "1e-400", "1e18",
	"253402300799", "253402300799.999999999", "253402300800", "-62135596800", "-62135596801", "-62135596800.5", "9223372036854775807", "9223372036854775808",
	"-9223372036854775808", "18446744073709551616", "4611686018427387904", `"2037-01-01T00:00:00Z"`, "99999999999999999999e-10", "1" + strings.Repeat("0", 255), "1" + strings.Repeat("0", 256), "0." + strings.Repeat("0", 254),
}

func (g *maker) oddClaims(list []entry) []entry {
	set := func(name, value string) []entry { return g.set(list, name, value) }
	switch g.IntN(20) {
	case 0, 1, 2, 3, 4:
		distance := pick(g, []int64{0, 0, 1, 2, 30, 31, 60, 3600}) * pick(g, []int64{1, -1})
		if g.one(3) {
			distance += pick(g, []int64{1, -1})
		}
		name := pick(g, []string{"exp", "exp", "nbf", "iat"})
		if g.one(3) {
			return set(name, fmt.Sprintf("%d.%s", base+distance, pick(g, fractionDigits)))
		}
		return set(name, g.date(distance))
	case 5, 6:
		return set(pick(g, []string{"exp", "nbf", "iat"}), pick(g, oddDates))
	case 7:
		return set(pick(g, []string{"iss", "sub", "jti"}), pick(g, []string{"7", "null", `["issuer"]`, `["alice"]`, "{}", "true", `""`, "1e400", `"\ud83d\ude00"`, `"other"`}))
	case 8, 9:
		return set("aud", pick(g, []string{"null", `""`, "[]", "{}", "7", "true", "false", `[7]`, `["service",7]`, `["service",null]`, `[["service"]]`, `[""]`, `"other"`, `["other"]`, `"Service"`, `"service "`, `{"service":true}`}))
	case 10:
		return g.twice(list)
	case 11:
		return g.disguise(list, []string{"exp", "nbf", "iat", "iss", "aud", "sub", "jti"}, []string{"0", "1", "9999999999", quoted("other"), quoted("alice"), "null", `"service"`})
	case 12:
		return g.escape(list)
	case 13:
		if len(list) > 0 {
			i := g.IntN(len(list))
			g.mark("without %s", list[i].name)
			return slices.Delete(list, i, i+1)
		}
		return list
	case 14:
		g.mark("names of other formats")
		return append(list, entry{pick(g, []string{`"kty"`, `"keys"`, `"payload"`, `"signatures"`, `"ciphertext"`, `"protected"`}), g.value(0)})
	case 15:
		depth := pick(g, []int{10, 61, 62, 63, 64, 65, 66, 100, 400, 5000})
		g.mark("nested %d deep", depth)
		if g.one(2) {
			return append(list, entry{`"deep"`, strings.Repeat("[", depth) + strings.Repeat("]", depth)})
		}
		return append(list, entry{`"deep"`, strings.Repeat(`{"x":`, depth) + "1" + strings.Repeat("}", depth)})
	default:
		return append(list, entry{g.name(), g.value(0)})
	}
}

// set gives a member a value, or adds it.
func (g *maker) set(list []entry, name, value string) []entry {
	g.mark("%s: %.60s", name, value)
	for i, e := range list {
		if e.name == quoted(name) {
			list[i].value = value
			return list
		}
	}
	return append(list, entry{quoted(name), value})
}

// twice repeats a member, with the same value or another one.
func (g *maker) twice(list []entry) []entry {
	if len(list) == 0 {
		return list
	}
	e := list[g.IntN(len(list))]
	g.mark("%s twice", e.name)
	switch g.IntN(4) {
	case 0:
		e.value = g.value(0)
	case 1:
		e.value = pick(g, list).value
	case 2:
		e.name = escapedName(e.name)
	}
	if g.one(3) {
		return append([]entry{e}, list...)
	}
	if g.one(5) { // not in the object itself
		return append(list, entry{`"inner"`, `[{"x":` + e.value + `,"x":0}]`})
	}
	return append(list, e)
}

// disguise adds a member whose name is nearly one of those.
func (g *maker) disguise(list []entry, near, values []string) []entry {
	name := pick(g, near)
	switch g.IntN(5) {
	case 0:
		name = strings.ToUpper(name)
	case 1:
		name = strings.ToUpper(name[:1]) + name[1:]
	case 2:
		name = strings.NewReplacer("k", "\u212a", "s", "\u017f").Replace(name)
	case 3:
		name = pick(g, []string{name + " ", " " + name, name + "\x00", name + "\u200b"})
	case 4:
		name = strings.Replace(name, "i", "\u0131", 1)
	}
	if slices.Contains(near, name) {
		name += "_"
	}
	g.mark("%q", name)
	e := entry{quoted(name), pick(g, values)}
	if g.one(2) {
		return append([]entry{e}, list...)
	}
	return append(list, e)
}

// escape writes the name of a member another way.
func (g *maker) escape(list []entry) []entry {
	if len(list) > 0 {
		i := g.IntN(len(list))
		list[i].name = escapedName(list[i].name)
	}
	return list
}

func escapedName(name string) string {
	var plain string
	must(json.Unmarshal([]byte(name), &plain))
	return escapedText(plain)
}

// escapedText is a JSON string with its first character escaped.
func escapedText(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 || r > 0xffff {
		return quoted(text)
	}
	return fmt.Sprintf(`"\u%04x`, r) + quoted(text[size:])[1:]
}

func (g *maker) name() string {
	return pick(g, []string{`"name"`, `"admin"`, `"scope"`, `"x"`, `""`, `"ü"`, `"\u0000"`, `"a\"b"`, `"😀"`, `"\ud83d\ude00"`, `"<a>"`, `"\u2028"`, `"http://example.com/claim"`, `"nested"`, `"_"`})
}

var numbers = []string{
	"0", "-0", "1", "-1", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
	"18446744073709551616", "1e400", "-1e400", "1e-400", "0.1", "1.0", "1E5", "1e+5", "1e-5", "0e0", "-0.0", "123456789.123456789", "5e-324", "2e-324", "1.7976931348623157e308",
	"1.7976931348623159e308", "100000000000000000000000", "3.141592653589793238462643383279", "0.30000000000000004", "1e5000", "1" + strings.Repeat("0", 255), "1" + strings.Repeat("0", 256),
	"0." + strings.Repeat("3", 254), "0." + strings.Repeat("3", 255),
}

var strs = []string{`""`, `"text"`, `"ü"`, `"\u00fc"`, `"😀"`, `"\ud83d\ude00"`, `"\uD83D\uDE00"`, `"\u0000"`, `"a\nb"`, `"\/"`, `"<&>"`, `"\u2028"`, `"\ufeff"`, `"` + "\ufffd" + `"`, `"\ufffd"`, `"1800000000"`, `"\"\\"`, `"\b\f\t"`, `"` + "\x7f" + `"`}

func (g *maker) value(depth int) string {
	n := 8
	if depth > 3 {
		n = 5
	}
	switch g.IntN(n) {
	case 0, 1:
		return pick(g, numbers)
	case 2, 3:
		return pick(g, strs)
	case 4:
		return pick(g, []string{"true", "false", "null"})
	case 5:
		var list []string
		for range g.IntN(4) {
			list = append(list, g.value(depth+1))
		}
		return "[" + strings.Join(list, ",") + "]"
	default:
		var list []entry
		for range g.IntN(4) {
			list = append(list, entry{g.name(), g.value(depth + 1)})
		}
		return object(unique(list))
	}
}
