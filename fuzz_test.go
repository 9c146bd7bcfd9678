package jwt_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/token-jwt/jwt"
)

// Properties that must hold whatever comes. FuzzBase64url and FuzzJSON stand
// beside the tests of what they are about; scripts/fuzz runs all of them.

// The ways in which a fuzz target makes a token of its parts.
const (
	rawHeader  = 1 << iota // the header is a segment already, not JSON
	rawPayload             // so is the payload
	unsigned               // the signature is the one that was given
	grown                  // the payload is JSON that growJSON makes of the octets
)

// assemble makes a token of parts that the fuzzer changes, so that what is
// behind the signature is reached too.
func assemble(header, payload, signature string, how uint8) string {
	if how&grown != 0 {
		payload = growJSON(payload)
	}
	if how&rawHeader == 0 {
		header = b64(header)
	}
	if how&rawPayload == 0 {
		payload = b64(payload)
	}
	if how&unsigned == 0 {
		return forgeSegments(header, payload)
	}
	return header + "." + payload + "." + signature
}

// addTokens adds whole tokens as seeds: the hostile table, and the corpus where
// it is at hand. Great ones would only slow the fuzzer down.
func addTokens(add func(header, payload, signature string)) {
	tokens := []string{}
	for _, h := range hostile {
		tokens = append(tokens, h.token)
	}
	for _, a := range corpusSeeds() {
		tokens = append(tokens, a.Token)
	}
	for _, token := range tokens {
		if len(token) < 2000 {
			header, rest, _ := strings.Cut(token, ".")
			payload, signature, _ := strings.Cut(rest, ".")
			add(header, payload, signature)
		}
	}
}

// corpusSeeds reads the attack corpus; where it is not there, nothing.
func corpusSeeds() (cases []attack) {
	if text, err := corpusText(ourCorpus, os.Getenv("JWT_VECTORS"), "../shared/vectors"); err == nil {
		if err := json.Unmarshal(text, &cases); err != nil {
			panic(err)
		}
	}
	return cases
}

// jsonSeeds are claims sets, each with the reason why it is one of them.
var jsonSeeds = []string{
	`{}`, // the least there is
	`{"iss":"i","sub":"s","aud":["a","b"],"exp":1800000060,"nbf":1799999999.5,"iat":18e8,"jti":"j"}`, // all that is registered
	`{"exp":1799999999,"iss":1}`,                                    // two faults at once
	`{"exp":1e11,"nbf":-62135596800,"iat":0.000000000000000000001}`, // dates at the ends
	`{"aud":"","sub":null,"jti":{}}`,                                // registered claims of the wrong type
	`{"sub":"\u0073\ud83d\ude00\"\\\/\b\f\n\r\t","\u0065xp":1}`,     // escapes, in a name too
	`{"a":{"b":{"a":[{"b":1},{"b":2}]}},"b":[[[]]]}`,                // the same names in other objects
	`{"a":1,"\u0061":2}`,                                            // a name twice after unescaping
	`{"SUB":"x","Exp":1,"iſs":"y"}`,                                 // names that only fold to registered ones
	`{"n":9223372036854775807,"m":-9223372036854775809,"f":1.7976931348623157e308,"g":1e400,"h":5e-324,"z":-0}`,                 // numbers at the ends
	`{"bool":true,"int":-128,"uint":255,"float":1.5,"text":"t","bytes":"AAE=","list":[1,null,3],"map":{"k":1},"point":{"x":1}}`, // what fits fields
	`{"int":128,"uint":-1,"float":1e39,"bytes":"!","array":[1,2,3],"quoted":"7","raw":{"a":[1]},"any":[1,{"a":null}]}`,          // what does not, and the rest
	"{\"a\":\"\xff\"}",     // not UTF-8
	`{"a":"\ud800"}`,       // half a surrogate pair
	nested(64), nested(65), // on both sides of the bound
	` { "a" : [ ] } `, `{}x`, // space, and something behind
}

// growJSON makes a JSON object of any octets: each decides what comes next, so
// that the fuzzer need not find the syntax, and names meet fields of structs.
func growJSON(entropy string) string {
	names := []string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "a", "b", "", "\\u0061", "\\u0073ub", "x", "y", "bool", "int", "uint", "float", "text",
		"bytes", "list", "map", "point", "pointer", "array", "quoted", "raw", "any", "date", "Embedded", "words", "grid", "number", "keyed", "small",
	}
	values := []string{
		"null", "true", "false", "0", "-0", "1", "-1", "7", "127", "128", "255", "256", "1.5", "1e2", "1e39", "1e400", "-5e-324", "1800000000", "1799999999.5",
		"253402300800", "9223372036854775808", "18446744073709551615", `""`, `"a"`, `"1"`, `"true"`, `"null"`, `"AAE="`, `"AAE"`, `"\ud83d\ude00"`, `"\u0000"`, `"é"`,
	}
	var out strings.Builder
	var value func(depth int)
	next := func() (c byte) {
		if entropy != "" {
			c, entropy = entropy[0], entropy[1:]
		}
		return c
	}
	object := func(depth int) {
		out.WriteByte('{')
		for i := range next() % 8 {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(`"` + names[int(next())%len(names)] + `":`)
			value(depth + 1)
		}
		out.WriteByte('}')
	}
	value = func(depth int) {
		switch c := next(); {
		case c < 40 && depth < 8:
			object(depth)
		case c < 80 && depth < 8:
			out.WriteByte('[')
			for i := range next() % 5 {
				if i > 0 {
					out.WriteByte(',')
				}
				value(depth + 1)
			}
			out.WriteByte(']')
		default:
			out.WriteString(values[int(c)%len(values)])
		}
	}
	object(0)
	return out.String()
}

// checkRefusal holds an error against what every refused token must come back as.
func checkRefusal(t *testing.T, token string, err error) {
	t.Helper()
	switch class := classOf(err); {
	case class == nil, !errors.Is(class, jwt.ErrInvalidToken):
		t.Fatalf("%q: a token caused %v, of the class %v", token, err, class)
	case errors.Is(err, jwt.ErrInvalidKey), errors.Is(err, jwt.ErrInvalidOption), errors.Is(err, jwt.ErrUnavailable):
		t.Fatalf("%q: a token caused %v, which is the program's fault too", token, err)
	}
	var detail *jwt.InvalidTokenError
	if !errors.As(err, &detail) {
		t.Fatalf("%q: %v has no detail", token, err)
	}
	text := err.Error()
	if !strings.HasPrefix(text, "jwt: ") || len(text) > 600 || strings.ContainsFunc(text, unicode.IsControl) {
		t.Fatalf("%q: the text is %q", token, text)
	}
	if signature := token[strings.LastIndexByte(token, '.')+1:]; len(signature) > 20 && strings.Contains(text, signature) || strings.Contains(text, string(secret)) {
		t.Fatalf("%q: the text gives away too much: %s", token, text)
	}
}

// A claimsTarget is filled from tokens by fuzz targets.
type claimsTarget struct {
	jwt.RegisteredClaims
	Text string         `json:"text"`
	List []any          `json:"list"`
	Map  map[string]any `json:"map"`
}

func filledTarget() claimsTarget {
	return claimsTarget{jwt.RegisteredClaims{Audience: jwt.Audience{"before"}}, "before", []any{"before"}, map[string]any{"before": 1}}
}

// FuzzDecode: nothing panics; an error is one of ours and the token's fault; it
// comes with zero results and leaves the destination alone; all calls agree.
func FuzzDecode(f *testing.F) {
	addTokens(func(header, payload, signature string) {
		f.Add(header, payload, signature, uint8(rawHeader|rawPayload|unsigned))
		f.Add(header, payload, "", uint8(rawHeader|rawPayload)) // the same, signed
	})
	for _, payload := range jsonSeeds {
		f.Add(`{"alg":"HS256","typ":"JWT"}`, payload, "", uint8(0))
	}
	for _, header := range []string{
		`{"alg":"HS256","kid":"k","typ":"at+jwt","cty":"json","x5t":"","jku":"","x5u":""}`, // all that is looked at
		`{"alg":"HS384"}`, `{"alg":"none"}`, `{"alg":1}`, // what is not allowed
		`{"alg":"HS256","crit":["b64"],"b64":true}`, `{"alg":"HS256","b64":true}`, // extensions
		`{"\u0061lg":"HS256","\u006bid":"\u006b"}`, // escapes
	} {
		f.Add(header, `{"sub":"s"}`, "", uint8(0))
	}
	f.Add(`{"alg":"HS256"}`, "\x05\x00\x55\x03\x20\x02\x08\x21\x02\xff\x10", "", uint8(grown)) // a payload grown of octets

	key := mustKey(f, secret)
	set, err := jwt.NewKeySet(key)
	if err != nil {
		f.Fatal(err)
	}
	verifier := mustDecoder(f, key, jwt.HS256) // without what is about claims
	decoders := []*jwt.Decoder{
		mustDecoder(f, key, jwt.HS256, at(now)),
		mustDecoder(f, set, jwt.HS256, at(now)), // which must say exactly the same
		mustDecoder(f, key, jwt.HS256|jwt.HS512, at(now), jwt.WithAudience("a"), jwt.WithIssuer("i"), jwt.WithSubject("s"), jwt.WithType("JWT"),
			jwt.WithRequired("jti"), jwt.WithMaxTokenAge(time.Hour), jwt.WithLeeway(time.Minute)),
		mustDecoder(f, key, jwt.HS256, at(now), jwt.WithoutCheck("exp", "nbf", "iat", "iss", "aud", "sub", "jti"), jwt.WithMaxSize(1000)),
		mustDecoder(f, key, jwt.HS256, at(now), jwt.WithPadding(), jwt.WithStrictAudience("a")),
	}
	f.Fuzz(func(t *testing.T, header, payload, signature string, how uint8) {
		token := assemble(header, payload, signature, how)
		var first error
		for i, d := range decoders {
			err := checkDecode(t, d, token)
			if i == 0 {
				first = err
			}
			if i == 1 && classOf(err) != classOf(first) {
				t.Fatalf("%q: %v by the key, %v by a set of it", token, first, err)
			}
		}
		octets, err := verifier.Verify(token)
		switch {
		case err == nil != (octets != nil):
			t.Fatalf("%q: %v beside %v", token, octets, err)
		case err != nil && first == nil:
			t.Fatalf("%q: decoded, but not to be verified: %v", token, err)
		case err != nil:
			checkRefusal(t, token, err)
		}
		seen, err := jwt.DecodeUnverified(token)
		switch {
		case err != nil && seen != nil:
			t.Fatalf("%q: a result beside %v", token, err)
		case err != nil && first == nil:
			t.Fatalf("%q: verified, but not to be looked at: %v", token, err)
		case err != nil:
			checkRefusal(t, token, err)
		}
	})
}

// checkDecode decodes a token by all calls there are.
func checkDecode(t *testing.T, d *jwt.Decoder, token string) error {
	t.Helper()
	claims, err := d.Decode(token)
	complete, completeErr := d.DecodeComplete(token)
	into := filledTarget()
	intoErr := d.DecodeInto(token, &into)
	asMap := map[string]any{"before": 1}
	mapErr := d.DecodeInto(token, &asMap)
	if err != nil {
		checkRefusal(t, token, err)
		if claims != nil || complete != nil || !reflect.DeepEqual(into, filledTarget()) || len(asMap) != 1 {
			t.Fatalf("%q: %v, and yet %v, %v, %v, %v", token, err, claims, complete, into, asMap)
		}
		for _, other := range []error{completeErr, intoErr, mapErr} {
			if classOf(other) != classOf(err) {
				t.Fatalf("%q: %v, %v", token, err, other)
			}
		}
		return err
	}
	if completeErr != nil || mapErr != nil || !reflect.DeepEqual(map[string]any(claims), asMap) || !reflect.DeepEqual(claims, complete.Claims) {
		t.Fatalf("%q: %v and %v, %v and %v", token, claims, complete, asMap, mapErr)
	}
	if intoErr != nil { // a claim need not fit a struct
		checkRefusal(t, token, intoErr)
		if !reflect.DeepEqual(into, filledTarget()) {
			t.Fatalf("%q: %v, and yet %v", token, intoErr, into)
		}
	} else if into.Subject != claims.Subject() || into.ID != claims.ID() || reflect.DeepEqual(into.List, []any{"before"}) && claims["list"] == nil {
		t.Fatalf("%q: %v from %v", token, into, claims)
	}
	return nil
}

// FuzzMalleability: of a token that is accepted each segment's octets encode to
// the very text that came, and no other text of the same octets is accepted,
// not even where somebody signs it.
func FuzzMalleability(f *testing.F) {
	addTokens(func(header, payload, _ string) { f.Add(header, payload, uint8(0), uint16(0)) })
	for kind := range uint8(7) { // each kind of another text, at the end and in the middle
		f.Add(b64(`{"alg":"HS256"}`), b64(`{"sub":"alice"}`), kind, uint16(0xffff))
		f.Add(b64(`{"alg":"HS256","x":1}`), b64(`{"sub":"bob!>?>?"}`), kind, uint16(3))
	}
	d := mustDecoder(f, mustKey(f, secret), jwt.HS256, at(now))
	f.Fuzz(func(t *testing.T, header, payload string, kind uint8, where uint16) {
		token := forgeSegments(header, payload)
		complete, err := d.DecodeComplete(token)
		if err != nil {
			return
		}
		text, err := complete.Header.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if again := b64(string(text)) + "." + b64(string(complete.Payload)) + "." + b64(string(complete.Signature)); again != token {
			t.Fatalf("%q was accepted, and its octets encode to %q", token, again)
		}
		signature := token[strings.LastIndexByte(token, '.')+1:]
		for _, other := range []string{
			forgeSegments(otherText(header, kind, where), payload),
			forgeSegments(header, otherText(payload, kind, where)),
			header + "." + payload + "." + otherText(signature, kind, where),
		} {
			if claims, err := d.Decode(other); other != token && err == nil {
				t.Fatalf("%q was accepted beside %q: %v", other, token, claims)
			}
		}
	})
}

// otherText is a text that a lenient decoder maps to the same octets.
func otherText(segment string, kind uint8, where uint16) string {
	i := int(where) % (len(segment) + 1)
	switch kind % 7 {
	case 0: // a line break, which encoding/base64 passes over
		return segment[:i] + "\n" + segment[i:]
	case 1:
		return segment[:i] + "\r" + segment[i:]
	case 2: // padding
		return segment + strings.Repeat("=", (4-len(segment)%4)%4)
	case 3: // the alphabet of base64
		return strings.NewReplacer("-", "+", "_", "/").Replace(segment)
	case 4: // bits that encode nothing
		if rest := len(segment) % 4; rest > 1 {
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			spare := 1<<(8-2*rest) - 1 // four bits of the second letter, two of the third
			last := strings.IndexByte(alphabet, segment[len(segment)-1])
			return segment[:len(segment)-1] + string(alphabet[last^(1+int(where)%spare)])
		}
	case 5:
		return segment[:i] + " " + segment[i:]
	case 6:
		return segment + "="
	}
	return segment
}
