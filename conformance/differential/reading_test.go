package differential

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/token-jwt/jwt"
)

// A reading is a token as a lenient reader sees it, made without this library:
// what the rules are about.
type reading struct {
	segments []string
	spelling [3]set // what is odd about the base64url of each
	header   text
	claims   text
}

type set map[string]bool

// A text is what should be one strict JSON object.
type text struct {
	faults  set
	spaced  bool                       // white space around it
	members map[string]json.RawMessage // by exact name, the last of each; nil where it cannot be read
}

func read(token string) *reading {
	r := &reading{segments: strings.Split(token, ".")}
	for i, segment := range r.segments {
		if i > 2 {
			break
		}
		octets, odd := respelling(segment)
		r.spelling[i] = odd
		switch i {
		case 0:
			r.header = readText(octets)
		case 1:
			r.claims = readText(octets)
		}
	}
	return r
}

// respelling decodes base64 of any kind, and says what is odd about it.
func respelling(segment string) ([]byte, set) {
	odd := set{}
	note := func(name, cutset string) {
		if strings.ContainsAny(segment, cutset) {
			odd[name] = true
		}
	}
	note("line break", "\r\n")
	note("padding", "=")
	note("alphabet", "+/")
	if strings.Trim(segment, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\r\n") != "" {
		odd["character"] = true
	}
	bare := strings.NewReplacer("\r", "", "\n", "", "=", "", "+", "-", "/", "_").Replace(segment)
	octets, err := base64.RawURLEncoding.DecodeString(bare)
	if err != nil {
		odd["character"] = true
	} else if base64.RawURLEncoding.EncodeToString(octets) != bare {
		odd["spare bits"] = true
	}
	return octets, odd
}

func readText(octets []byte) text {
	t := text{faults: set{}, spaced: len(bytes.Trim(octets, " \t\r\n")) != len(octets)}
	if !utf8.Valid(octets) {
		t.faults["UTF-8"] = true
	}
	if !bytes.HasPrefix(bytes.TrimLeft(octets, " \t\r\n"), []byte("{")) {
		t.faults["no object"] = true
	}
	d := json.NewDecoder(bytes.NewReader(octets))
	var raw json.RawMessage
	if d.Decode(&raw) != nil {
		t.faults["syntax"] = true
		return t
	}
	if len(bytes.TrimLeft(octets[d.InputOffset():], " \t\r\n")) > 0 {
		t.faults["trailing"] = true
	}
	if half(string(raw)) {
		t.faults["surrogate"] = true
	}
	walk(raw, t.faults)
	if !t.faults["no object"] {
		json.Unmarshal(raw, &t.members)
	}
	return t
}

// half reports whether an escape is half of a surrogate pair alone.
func half(raw string) bool {
	unit := func(i int) int64 {
		if i+6 > len(raw) || raw[i:i+2] != `\u` {
			return -1
		}
		u, _ := strconv.ParseInt(raw[i+2:i+6], 16, 32)
		return u
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		switch u := unit(i); {
		case u >= 0xd800 && u < 0xdc00:
			if low := unit(i + 6); low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 6
		case u >= 0xdc00 && u < 0xe000:
			return true
		}
		i++
	}
	return false
}

// walk notes names twice, deep nesting and long numbers.
func walk(raw []byte, faults set) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	type level struct {
		names  set // nil in an array
		inName bool
	}
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return
		}
		var top *level
		if len(levels) > 0 {
			top = &levels[len(levels)-1]
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			levels = levels[:len(levels)-1]
			continue
		}
		if top != nil && top.names != nil {
			if top.inName {
				if name := token.(string); top.names[name] {
					faults["twice"] = true
				} else {
					top.names[name] = true
				}
			}
			top.inName = !top.inName
		}
		switch v := token.(type) {
		case json.Number:
			if len(v) > 256 {
				faults["long number"] = true
			}
		case json.Delim:
			if levels = append(levels, level{}); len(levels) > 64 {
				faults["deep"] = true
			}
			if v == '{' {
				levels[len(levels)-1] = level{set{}, true}
			}
		}
	}
}

// What a member is.

func (t *text) has(name string) bool { _, ok := t.members[name]; return ok }

// str returns a member that is a JSON string.
func (t *text) str(name string) (string, bool) {
	var value any
	json.Unmarshal(t.members[name], &value)
	s, ok := value.(string)
	return s, ok
}

// noString reports whether a member is there and no string.
func (t *text) noString(name string) bool {
	_, ok := t.str(name)
	return t.has(name) && !ok
}

// null reports whether a member is there and null.
func (t *text) null(name string) bool { return string(bytes.TrimSpace(t.members[name])) == "null" }

// number returns a member that is a number, exactly. One beyond any date comes
// back as such.
func (t *text) number(name string) (*big.Rat, bool) {
	raw := string(bytes.TrimSpace(t.members[name]))
	if raw == "" || !strings.ContainsAny(raw[:1], "-0123456789") {
		return nil, false
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(raw), "e"); ok {
		if e, err := strconv.Atoi(exponent); err != nil || e > 300 || e < -600 {
			mantissa, _, _ := strings.Cut(strings.ToLower(raw), "e")
			switch {
			case !strings.ContainsAny(mantissa, "123456789") || strings.HasPrefix(exponent, "-"):
				return new(big.Rat), true
			case raw[0] == '-':
				return new(big.Rat).SetInt64(-1 << 62), true
			}
			return new(big.Rat).SetInt64(1 << 62), true
		}
	}
	return new(big.Rat).SetString(raw)
}

func seconds(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func nanoseconds(d time.Duration) *big.Rat { return big.NewRat(int64(d), int64(time.Second)) }

func instant(t time.Time) *big.Rat {
	return sum(seconds(t.Unix()), nanoseconds(time.Duration(t.Nanosecond())))
}

func sum(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }

func difference(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

// inYears reports whether a date lies in the years 1 to 9999.
func inYears(at *big.Rat) bool {
	return at.Cmp(seconds(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix())) >= 0 && at.Cmp(seconds(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix())) < 0
}

// mediaType is a media type as RFC 7515, Section 4.1.9 compares it.
func mediaType(typ string) string {
	typ = strings.ToLower(typ)
	if rest, ok := strings.CutPrefix(typ, "application/"); ok && !strings.Contains(rest, "/") {
		return rest
	}
	return typ
}

// classes are the classes of error, most specific first.
var classes = []error{
	jwt.ErrInvalidSignature, jwt.ErrDecode, jwt.ErrInvalidAlgorithm, jwt.ErrExpired, jwt.ErrImmature, jwt.ErrInvalidIssuedAt, jwt.ErrInvalidIssuer, jwt.ErrInvalidAudience,
	jwt.ErrInvalidSubject, jwt.ErrInvalidID, jwt.ErrInvalidType, jwt.ErrMissingClaim, jwt.ErrKeyNotFound, jwt.ErrInvalidToken, jwt.ErrInvalidKey, jwt.ErrInvalidOption,
}
