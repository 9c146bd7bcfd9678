package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
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
	dir := os.Getenv("JWT_VECTORS")
	if dir == "" {
		dir = filepath.Join("..", "shared", "vectors")
	}
	if text, err := os.ReadFile(filepath.Join(dir, "attacks.json")); err == nil {
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

// classOf is the narrowest class that an error matches; nil where it is none of
// ours, and that of another package.
func classOf(err error) (narrowest error) {
	for class := range classes {
		if errors.Is(err, class) && (narrowest == nil || errors.Is(class, narrowest)) {
			narrowest = class
		}
	}
	return narrowest
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

func mustKey(tb testing.TB, material any, opts ...jwt.KeyOption) *jwt.Key {
	tb.Helper()
	key, err := jwt.NewKey(material, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func mustDecoder[K jwt.VerificationKey](tb testing.TB, key K, alg jwt.Algorithm, opts ...jwt.DecodeOption) *jwt.Decoder {
	tb.Helper()
	d, err := jwt.NewDecoder(key, alg, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return d
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
	one := mustDecoder(f, key, jwt.HS256, at(now))
	decoders := []*jwt.Decoder{
		one,
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
		octets, err := one.Verify(token)
		if err == nil != (octets != nil) {
			t.Fatalf("%q: %v beside %v", token, octets, err)
		} else if err != nil {
			classOf(err)
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

// An everyField has fields of all kinds that JSON fits, but for time.Time, which
// we read from a number too.
type everyField struct {
	Bool    bool                    `json:"bool"`
	Int     int8                    `json:"int"`
	Uint    uint8                   `json:"uint"`
	Float   float32                 `json:"float"`
	Text    string                  `json:"text"`
	Bytes   []byte                  `json:"bytes"`
	List    []int                   `json:"list"`
	Words   []string                `json:"words"`
	Map     map[string]int64        `json:"map"`
	Keyed   map[int8]string         `json:"keyed"`
	Point   struct{ X, Y *float64 } `json:"point"`
	Pointer **uint16                `json:"pointer"`
	Array   [2]*string              `json:"array"`
	Grid    [][]bool                `json:"grid"`
	Quoted  int                     `json:"quoted,string"`
	Small   *bool                   `json:"small,string"`
	Raw     json.RawMessage         `json:"raw"`
	Number  json.Number             `json:"number"`
	Any     any                     `json:"any"`
	Embedded
	*Outer `json:"b"`
	Self   []everyField `json:"a"`
}

type Embedded struct {
	X string    `json:"x"`
	Y *Embedded `json:"y"`
}

type Outer struct{ Text, X string }

// fieldNames are all names that a field of everyField, or within, has.
var fieldNames = []string{"bool", "int", "uint", "float", "text", "bytes", "list", "words", "map", "keyed", "point", "pointer", "array", "grid",
	"quoted", "small", "raw", "number", "any", "b", "a", "x", "y", "X", "Y", "Text"}

// FuzzDecodeInto: a struct holds what encoding/json puts there, wherever names
// match exactly, and does not fit where encoding/json says so.
func FuzzDecodeInto(f *testing.F) {
	for _, payload := range jsonSeeds {
		f.Add(payload, false)
	}
	for _, payload := range []string{
		`{"point":{"X":1,"Y":null},"pointer":65535,"array":["a"],"grid":[[true],[],null],"words":["a",null],"keyed":{"-1":"a","127":"b"},"small":"true"}`, // what fits the others
		`{"array":["a","b","c"],"list":[],"map":{},"bytes":[1,2],"number":"1e5","any":-0.0,"b":{"Text":"t","X":"x"},"a":[{"a":[]},{}]}`,                   // and once more
		`{"keyed":{"128":"a"},"quoted":"1.5","number":"x","pointer":-1,"small":"\"x\""}`,                                                                  // what does not
		`{"x":"deep","y":{"y":{"x":"er"}},"quoted":null,"small":"null","raw":null,"text":null}`,                                                           // embedded, and null
	} {
		f.Add(payload, false)
	}
	f.Add("\x07\x0e\x20\x0f\x30\x14\x50\x03\x01\x02\x03\x1b\x00\x05", true) // one to grow
	d := mustDecoder(f, mustKey(f, secret), jwt.HS256, jwt.WithoutCheck("exp", "nbf", "iat", "iss", "aud", "sub", "jti"))
	f.Fuzz(func(t *testing.T, payload string, grow bool) {
		if grow {
			payload = growJSON(payload)
		}
		whole, ok := jwt.ParseJSON([]byte(payload))
		if !ok || len(payload) > 100_000 || foldsToAField(whole) {
			return
		}
		var want everyField
		wantErr := json.Unmarshal([]byte(payload), &want)
		var got everyField
		err := d.DecodeInto(claimed(payload), &got)
		if misfit := new(json.UnmarshalTypeError); err == nil && errors.As(wantErr, &misfit) && misfit.Type == reflect.TypeFor[float64]() {
			return // a number in an any that no float64 holds, which is a json.Number with us
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s: %v, but encoding/json: %v", payload, err, wantErr)
		}
		if err != nil {
			checkRefusal(t, claimed(payload), err)
			if !reflect.ValueOf(got).IsZero() {
				t.Fatalf("%s: %v, and yet %+v", payload, err, got)
			}
			return
		}
		sameAny(t, payload, &got, &want)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s:\n%+v, but encoding/json\n%+v", payload, got, want)
		}
	})
}

// foldsToAField reports whether encoding/json would take a name for a field's
// that is not exactly that.
func foldsToAField(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			for _, field := range fieldNames {
				if name != field && strings.EqualFold(name, field) {
					return true
				}
			}
			if foldsToAField(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if foldsToAField(inner) {
				return true
			}
		}
	}
	return false
}

// sameAny compares the fields that are an any, where numbers are of other types,
// and then empties them.
func sameAny(t *testing.T, payload string, got, want *everyField) {
	t.Helper()
	if !sameValue(got.Any, want.Any) {
		t.Fatalf("%s: %v, but encoding/json %v", payload, got.Any, want.Any)
	}
	got.Any, want.Any = nil, nil
	for i := range min(len(got.Self), len(want.Self)) {
		sameAny(t, payload, &got.Self[i], &want.Self[i])
	}
}

// FuzzEncodeClaims: what Encode writes, Decode accepts as long as it is in force,
// and gives back the same claims, whether they came as a map or as JSON; what
// Encode refuses is an ErrInvalidOption.
func FuzzEncodeClaims(f *testing.F) {
	for _, payload := range jsonSeeds {
		f.Add(payload, false, "", "", uint8(0))
	}
	f.Add(`{"sub":"s"}`, false, `issuer"`, "audience", uint8(0xff)) // options, beside claims of the same names
	f.Add("\x05\x00\x55\x03\x20\x02\x08\x21", true, "i", "a", uint8(0))
	key := mustKey(f, secret)
	f.Fuzz(func(t *testing.T, payload string, grow bool, issuer, audience string, options uint8) {
		if grow {
			payload = growJSON(payload)
		}
		opts := []jwt.EncodeOption{at(now)}
		for i, o := range []jwt.EncodeOption{
			jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithSubject(issuer), jwt.WithExpiresIn(time.Hour),
			jwt.WithIssuedAt(), jwt.WithNotBefore(now), jwt.WithType(audience), jwt.WithRandomID(),
		} {
			if options>>i&1 != 0 {
				opts = append(opts, o)
			}
		}
		token, err := jwt.Encode(json.RawMessage(payload), key, opts...)
		claims, valid := jwt.ParseJSON([]byte(payload))
		if err != nil {
			if classOf(err) != jwt.ErrInvalidOption || token != "" {
				t.Fatalf("%q: %q, %v", payload, token, err)
			}
			if !valid {
				return
			}
		} else if !valid {
			t.Fatalf("%q was written: %q", payload, token)
		}
		if options&0x80 == 0 && valid { // no random ID
			fromMap, mapErr := jwt.Encode(jwt.Claims(claims), key, opts...)
			if classOf(mapErr) != classOf(err) {
				t.Fatalf("%q: %v as JSON, %v as a map", payload, err, mapErr)
			}
			if err == nil {
				checkWritten(t, key, fromMap, claims, options)
			}
		}
		if err == nil {
			checkWritten(t, key, token, claims, options)
		}
	})
}

// checkWritten holds a token against the claims that it was made from.
func checkWritten(t *testing.T, key *jwt.Key, token string, claims map[string]any, options uint8) {
	t.Helper()
	got, err := jwt.Decode(token, key, jwt.HS256, at(now), jwt.WithoutCheck("exp", "nbf", "iat", "aud"))
	if err != nil {
		t.Fatalf("%q was written from %v: %v", token, claims, err)
	}
	for name, value := range claims {
		if !sameValue(got[name], value) {
			t.Fatalf("%q: %q is %v, not %v", token, name, got[name], value)
		}
		delete(got, name)
	}
	for i, name := range []string{"iss", "aud", "sub", "exp", "iat", "nbf", "", "jti"} {
		if options>>i&1 != 0 {
			delete(got, name)
		}
	}
	if len(got) > 0 {
		t.Fatalf("%q has what nobody wrote: %v", token, got)
	}
	opts := []jwt.DecodeOption{at(now), jwt.WithoutCheck("aud")}
	if aud := jwt.Claims(claims).Audience(); len(aud) > 0 && aud[0] != "" {
		opts[1] = jwt.WithAudience(aud...)
		for _, one := range aud {
			if one == "" {
				opts[1] = jwt.WithAudience(aud[0])
			}
		}
	}
	if _, err = jwt.Decode(token, key, jwt.HS256, opts...); err != nil && !errors.Is(err, jwt.ErrExpired) && !errors.Is(err, jwt.ErrImmature) {
		t.Fatalf("%q was written from %v: %v", token, claims, err)
	}
}

// sameValue compares claims before and after: a float64 that is whole is written
// as encoding/json does, without fraction and exponent, and comes back as an integer.
func sameValue(got, want any) bool {
	switch want := want.(type) {
	case float64:
		f, err := strconv.ParseFloat(fmt.Sprint(got), 64)
		_, text := got.(string)
		return err == nil && f == want && !text
	case map[string]any:
		m, ok := got.(map[string]any)
		for name := range want {
			value, there := m[name]
			ok = ok && there && sameValue(value, want[name])
		}
		return ok && len(m) == len(want)
	case []any:
		list, ok := got.([]any)
		ok = ok && len(list) == len(want)
		for i := range want {
			ok = ok && sameValue(list[i], want[i])
		}
		return ok
	}
	return reflect.DeepEqual(got, want)
}

// FuzzHeaderInjection: no kid, typ, header parameter or claim can add, hide or
// change a member. The oracle is encoding/json.
func FuzzHeaderInjection(f *testing.F) {
	for _, text := range []string{
		"plain", "",
		`","alg":"none`, `\","alg":"none`, `":0,"admin`, // out of the quotes, were they not escaped
		"\x00\x1f\x7f\u2028", "é😀", "\xff", "\xed\xa0\x80", // what must be escaped, may be, and cannot be written
		"kid", "alg", "crit", "b64", "typ", "cty", "jwt", // names and values that mean something
		"application/JWT", "K\u212a", `{"a":1,"a":2}`, `[[[[`, "1e999", // and some that look as if
	} {
		f.Add(text, text, text, text, uint8(0))
		f.Add("k", "t", "x", text, uint8(1))
		f.Add("k", "t", text, `{"a":[`+strconv.Quote(text)+`]}`, uint8(1))
		f.Add(text, "JWT", text, text, uint8(2))
	}
	key := mustKey(f, secret)
	f.Fuzz(func(t *testing.T, kid, typ, name, value string, how uint8) {
		var param any = value
		switch how % 3 {
		case 1:
			param = json.RawMessage(value)
		case 2:
			param = map[string]any{value: []string{value}}
		}
		token, err := jwt.Encode(jwt.Claims{name: param}, key, jwt.WithKeyID(kid), jwt.WithType(typ), jwt.WithHeader(name, param))
		if err != nil {
			if classOf(err) != jwt.ErrInvalidOption || token != "" {
				t.Fatalf("%q beside %v", token, err)
			}
			return
		}
		want := map[string]any{"alg": "HS256", name: plainJSON(t, param)}
		if kid != "" {
			want["kid"] = kid
		}
		if typ != "" {
			want["typ"] = typ
		}
		segments := strings.Split(token, ".")
		checkMembers(t, segments[0], want)
		checkMembers(t, segments[1], map[string]any{name: want[name]})
		got, err := jwt.DecodeComplete(token, key, jwt.HS256, at(now), jwt.WithoutCheck("exp", "nbf", "iat", "aud"))
		if err != nil {
			t.Fatalf("%q was written: %v", token, err)
		}
		if got.Header.KeyID != kid || got.Header.Type != typ || got.Header.Algorithm != jwt.HS256 {
			t.Fatalf("%q: %v", token, got.Header)
		}
	})
}

// plainJSON is a value as encoding/json sees it.
func plainJSON(t *testing.T, value any) (plain any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("written, though encoding/json cannot: %v", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

// checkMembers wants a segment to be an object of exactly these members, each once.
func checkMembers(t *testing.T, segment string, want map[string]any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	if names, twice := namesOf(text); twice || len(names) != len(want) {
		t.Fatalf("%s has the members %q, not those of %v", text, names, want)
	}
	if got := plainJSON(t, json.RawMessage(text)); !reflect.DeepEqual(got, any(want)) {
		t.Fatalf("%s is %v, not %v", text, got, want)
	}
}

// namesOf are those of the outermost object, as encoding/json reads them, and
// whether any object in it has a name twice.
func namesOf(text []byte) (names []string, twice bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var walk func(depth int)
	walk = func(depth int) {
		token, err := decoder.Token()
		if err != nil {
			twice = true
			return
		}
		seen := map[string]bool{}
		for decoder.More() && (token == json.Delim('{') || token == json.Delim('[')) {
			if token == json.Delim('{') {
				name, err := decoder.Token()
				text, ok := name.(string)
				if err != nil || !ok {
					twice = true
					return
				}
				twice = twice || seen[text]
				seen[text] = true
				if depth == 0 {
					names = append(names, text)
				}
			}
			walk(depth + 1)
			if twice {
				return
			}
		}
		if token == json.Delim('{') || token == json.Delim('[') {
			decoder.Token()
		}
	}
	walk(0)
	return names, twice
}

// fuzzKeys are one of each kind, the same in every process of a fuzz run where
// the standard library can make it so.
func fuzzKeys(tb testing.TB) map[string]*jwt.Key {
	keys := map[string]*jwt.Key{}
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.RS256, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.MLDSA44} {
		if supported(alg) {
			keys[alg.String()] = keyFor(tb, alg)
		}
	}
	return keys
}

// checkKeyRefusal holds an error about a key, and what must not be in its text.
func checkKeyRefusal(t *testing.T, err error, private ...string) {
	t.Helper()
	text := err.Error()
	if classOf(err) != jwt.ErrInvalidKey || !strings.HasPrefix(text, "jwt: ") || len(text) > 800 {
		t.Fatalf("of the class %v: %v", classOf(err), err)
	}
	for _, never := range private {
		if len(never) > 12 && strings.Contains(text, never[:12]) {
			t.Fatalf("the text has private members: %v", err)
		}
	}
}

// privateTexts are the members of a JWK that no text may hold.
func privateTexts(jwk []byte) (texts []string) {
	var members map[string]any
	if json.Unmarshal(jwk, &members) == nil {
		for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "priv"} {
			if text, ok := members[name].(string); ok {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// addJWKs adds a JWK of each kind, and with each a member changed.
func addJWKs(f *testing.F, add func(jwk, name, value string)) {
	changes := [][2]string{
		{"", ""},                                          // none
		{"kid", `"k"`}, {"kid", `1`}, {"kid", `"\u0000"`}, // IDs
		{"alg", `"HS512"`}, {"alg", `"none"`}, {"use", `"enc"`}, {"key_ops", `["sign","sign"]`}, {"key_ops", `[]`}, // what it is for
		{"e", `"AQ"`}, {"e", `"AAEAAQ"`}, {"n", `"AA"`}, {"crv", `"P-521"`}, {"x", `""`}, {"y", `"AA"`}, {"d", `"AA"`}, {"k", `""`}, {"pub", `""`}, // numbers that are none
		{"x5c", `[]`}, {"x5c", `["AA=="]`}, {"oth", `[]`}, {"kty", `"oct"`}, {"kty", `null`}, // the rest
	}
	for _, key := range fuzzKeys(f) {
		private, err := key.MarshalPrivateJWK()
		if err != nil {
			f.Fatal(err)
		}
		for i, change := range changes {
			add(string(private), change[0], change[1])
			if public := key.Public(); public != nil && i < 9 {
				text, err := public.MarshalJSON()
				if err != nil {
					f.Fatal(err)
				}
				add(string(text), change[0], change[1])
			}
		}
	}
	for _, a := range corpusSeeds() {
		add(string(a.Key), "", "")
	}
}

// withMember sets one member of a JSON object by hand, so that it may stand twice.
func withMember(object, name, value string) string {
	if end := strings.LastIndexByte(object, '}'); name != "" && end > 0 {
		return object[:end] + "," + strconv.Quote(name) + ":" + value + "}"
	}
	return object
}

// replaced sets one member of a JSON object in place of another of that name.
func replaced(object, name, value string) string {
	var members map[string]json.RawMessage
	if name == "" || json.Unmarshal([]byte(object), &members) != nil || members == nil {
		return object
	}
	delete(members, name)
	text, err := json.Marshal(members)
	if err != nil {
		return object
	}
	return strings.Replace(withMember(string(text), name, value), "{,", "{", 1)
}

// FuzzParseJWK: a JWK is refused as an ErrInvalidKey whose text has no private
// member, or it is a key that signs and verifies, and that is the same after a
// round trip through either of its own JWKs.
func FuzzParseJWK(f *testing.F) {
	addJWKs(f, func(jwk, name, value string) { f.Add(jwk, name, value) })
	f.Fuzz(func(t *testing.T, jwk, name, value string) {
		jwk = replaced(jwk, name, value)
		key, err := jwt.ParseJWK([]byte(jwk))
		if err != nil {
			if key != nil {
				t.Fatalf("a key beside %v", err)
			}
			checkKeyRefusal(t, err, privateTexts([]byte(jwk))...)
			return
		}
		checkKey(t, key)
	})
}

// checkKey holds any key against what all must do.
func checkKey(t *testing.T, key *jwt.Key) {
	t.Helper()
	shown := fmt.Sprintf("%v %+v %#v %s %x", key, *key, key, key, key)
	if public, err := key.MarshalJSON(); err == nil {
		if texts := privateTexts(public); len(texts) > 0 {
			t.Fatalf("private members in %s", public)
		}
		sameKey(t, public, key.Public())
	} else if key.Public() != nil || !errors.Is(err, jwt.ErrInvalidKey) {
		t.Fatal(err)
	}
	private, err := key.MarshalPrivateJWK()
	if err != nil {
		if key.IsPrivate() || !errors.Is(err, jwt.ErrInvalidKey) {
			t.Fatal(err)
		}
		return
	}
	for _, text := range privateTexts(private) {
		if len(text) > 12 && strings.Contains(shown, text[:12]) {
			t.Fatalf("%s prints a private member", shown)
		}
	}
	sameKey(t, private, key)
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key)
	if err != nil { // for use or key_ops, and nothing else
		if !errors.Is(err, jwt.ErrInvalidKey) {
			t.Fatal(err)
		}
		return
	}
	seen, err := jwt.DecodeUnverified(token)
	if err != nil || seen.Header.KeyID != key.ID() {
		t.Fatalf("%v, %v", seen, err)
	}
	verifier := key
	if public := key.Public(); public != nil {
		verifier = public
	}
	if _, err := jwt.Decode(token, verifier, seen.Header.Algorithm); err != nil && !errors.Is(err, jwt.ErrInvalidKey) {
		t.Fatalf("%s: signed, and then %v", private, err)
	}
}

// sameKey reads a JWK that we wrote, which must be the key that it was made from.
func sameKey(t *testing.T, jwk []byte, key *jwt.Key) {
	t.Helper()
	again, err := jwt.ParseJWK(jwk, jwt.AllowWeakKey())
	if err != nil {
		t.Fatalf("%s was written: %v", jwk, err)
	}
	if again.ID() != key.ID() || again.Algorithm() != key.Algorithm() || again.Thumbprint() != key.Thumbprint() || again.IsPrivate() != key.IsPrivate() {
		t.Fatalf("%s was written from another key: %v, %v", jwk, again, key)
	}
	write := (*jwt.Key).MarshalJSON
	if key.IsPrivate() {
		write = (*jwt.Key).MarshalPrivateJWK
	}
	if second, err := write(again); err != nil || !bytes.Equal(second, jwk) {
		t.Fatalf("%s is written as %s, %v", jwk, second, err)
	}
}

// FuzzParseKeySet: a set is refused as an ErrInvalidKey, or each of its members is
// a key where ParseJWK makes it one, and skipped with a reason where it does not.
func FuzzParseKeySet(f *testing.F) {
	addJWKs(f, func(jwk, name, value string) {
		f.Add(`{"keys":[`+replaced(jwk, name, value)+`]}`, "")
		f.Add(`{"keys":[{"kty":"EC"},7]}`, replaced(jwk, name, value))
	})
	for _, text := range []string{
		`{"keys":[]}`, `{"keys":{}}`, `{}`, `{"keys":null}`, `{"kty":"oct","k":"AA"}`, // no set, or an empty one
		`{"keys":[{"kty":"x","kid":"a"},{"kty":"x","kid":"a"},null,[],"x"]}`, // members that cannot be used
		`{"keys":[],"keys":[]}`, `{"keys":[],"next":{"a":1,"a":2}}`, // strict JSON
		`{"keys":[],"a\ud800":1}`, // half a surrogate pair
	} {
		f.Add(text, "")
		f.Add(text, `{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","kid":"a"}`)
	}
	f.Fuzz(func(t *testing.T, text, member string) {
		if end := strings.LastIndex(text, "]}"); member != "" && end > 0 && text[end-1] != '[' {
			text = text[:end] + "," + member + text[end:]
		}
		set, err := jwt.ParseKeySet([]byte(text))
		if err != nil {
			if set != nil {
				t.Fatalf("a set beside %v", err)
			}
			checkKeyRefusal(t, err)
			return
		}
		var parsed struct {
			Keys []json.RawMessage `json:"keys"`
		}
		if err := json.Unmarshal([]byte(text), &parsed); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		skipped, keys := set.Skipped(), slices.Collect(set.All())
		total := len(keys) + len(skipped)
		var seen []*jwt.Key
		public := true
		for _, raw := range parsed.Keys {
			alone, err := jwt.ParseJWK(raw)
			if err != nil || !verifiesAny(alone) {
				checkKeyRefusal(t, skipped[0], privateTexts(raw)...)
				skipped = skipped[1:]
				continue
			}
			same := func(key *jwt.Key) bool {
				return key.ID() == alone.ID() && key.Thumbprint() == alone.Thumbprint() && key.IsPrivate() == alone.IsPrivate() && key.Algorithm() == alone.Algorithm()
			}
			switch {
			case len(keys) > 0 && same(keys[0]):
				seen, keys = append(seen, keys[0]), keys[1:]
			case !slices.ContainsFunc(seen, same): // or it stood there before
				t.Fatalf("%v is not in the set, whose next is %v", alone, keys)
			}
			if found, ok := set.Key(alone.ID()); alone.ID() != "" && (!ok || found.ID() != alone.ID()) {
				t.Fatalf("%q is not found", alone.ID())
			}
			public = public && alone.Public() != nil
		}
		if len(keys) > 0 || total > 2*len(parsed.Keys) {
			t.Fatalf("%v came from nowhere", keys)
		}
		for _, clash := range skipped {
			checkKeyRefusal(t, clash)
		}
		written, err := set.MarshalJSON()
		if (err == nil) != public {
			t.Fatalf("%s, %v", written, err)
		} else if err != nil {
			checkKeyRefusal(t, err)
		} else if again, err := jwt.ParseKeySet(written); err != nil || len(again.Skipped()) > len(skipped) {
			t.Fatalf("%s was written: %v", written, err)
		}
	})
}

// verifiesAny reports whether a key serves any algorithm.
func verifiesAny(key *jwt.Key) bool {
	return slices.ContainsFunc(algorithms[:], func(alg jwt.Algorithm) bool {
		_, err := jwt.NewDecoder(key, alg)
		return err == nil
	})
}

// FuzzParsePEM: PEM is refused as an ErrInvalidKey, or the key is the one that
// crypto/x509 finds in the block.
func FuzzParsePEM(f *testing.F) {
	types := []string{"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "EC PARAMETERS", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}
	for _, key := range fuzzKeys(f) {
		public := key.CryptoPublic()
		if public == nil {
			continue
		}
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			continue
		}
		for _, kind := range types { // each block under each name
			f.Add(kind, der, "", "")
		}
	}
	der, err := x509.MarshalPKCS8PrivateKey(rsaKey())
	if err != nil {
		f.Fatal(err)
	}
	for _, around := range []string{"", "\n", "text before\n", "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", `\n`} {
		f.Add("PRIVATE KEY", der, around, "")
		f.Add("PRIVATE KEY", der, "", around)
		f.Add("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey()), around, around)
	}
	f.Add("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey), "", "")
	f.Add("x\ny", []byte{}, "", "") // a name that cannot be written
	for _, text := range []string{  // what openssl and ssh-keygen write
		ecWithParameters, ecPKCS8, ecPublic, ecEncryptedPKCS8, ecEncryptedSEC1, ecExplicit, edBag, edPublic, edCertificate, edText, openSSH,
		x25519Private, x25519Public, ed448Private, secp256k1Private, p224Private, dsaPublic,
	} {
		f.Add("", []byte{}, text, "")
		f.Add("", []byte{}, strings.ReplaceAll(text, "\n", `\n`), "")
	}
	f.Fuzz(func(t *testing.T, kind string, der []byte, before, after string) {
		text := []byte(before)
		if kind != "" {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
		}
		text = append(text, after...)
		key, err := jwt.ParsePEM(text)
		if err != nil {
			if key != nil {
				t.Fatalf("a key beside %v", err)
			}
			private := []string{}
			if len(der) > 60 {
				private = append(private, base64.StdEncoding.EncodeToString(der)[40:])
			}
			checkKeyRefusal(t, err, private...)
			return
		}
		checkKey(t, key)
		var lines []byte // which may be indented
		for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\ufeff"))) {
			lines = append(lines, bytes.TrimLeft(line, " \t")...)
		}
		block, rest := pem.Decode(lines)
		if block.Type == "EC PARAMETERS" {
			block, _ = pem.Decode(rest)
		}
		if block.Type == "TRUSTED CERTIFICATE" { // after which there is more
			return
		}
		public := publicOf(block)
		if equal, ok := public.(interface{ Equal(crypto.PublicKey) bool }); !ok || !equal.Equal(key.CryptoPublic()) {
			t.Fatalf("%s: %v", text, key)
		}
	})
}

// publicOf reads a block by whatever crypto/x509 has for it, whatever its label.
func publicOf(block *pem.Block) any {
	for _, read := range []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
		func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
		x509.ParsePKIXPublicKey,
		func(der []byte) (any, error) { return x509.ParsePKCS1PublicKey(der) },
		func(der []byte) (any, error) { return x509.ParseCertificate(der) },
	} {
		switch key, err := read(block.Bytes); key := key.(type) {
		case crypto.Signer:
			if err == nil {
				return key.Public()
			}
		case *x509.Certificate:
			if err == nil {
				return key.PublicKey
			}
		default:
			if err == nil {
				return key
			}
		}
	}
	return nil
}
