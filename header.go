package jwt

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// maxHeader is the most bytes that a JOSE header may have, decoded. It is read before the
// signature is verified, so its size is bounded.
const maxHeader = 16 << 10

// A Header is a JOSE header (RFC 7515, Section 4). The header of a decoded token has all
// parameters: see [Header.Param]. A header that a program makes for its tests has only
// these fields.
type Header struct {
	Algorithm   Algorithm // "alg"; 0 for an unknown name
	Type        string    // "typ"
	ContentType string    // "cty"
	KeyID       string    // "kid"

	json        string // the whole object
	algName     string
	algState    algState
	unencoded   bool // "b64" is false
	hasType     bool
	hasNonce    bool // "nonce" is a string, as in tokens of Microsoft Graph; for error texts
	hasZip      bool
	hasCritical bool // "crit" is present: see checkCritical
}

type algState uint8

const (
	algText algState = iota
	algAbsent
	algNotText
)

// Param returns any member of a decoded header by its exact name, and whether it is
// present. The value has the Go types of the values in [Claims], and is a copy.
func (h Header) Param(name string) (any, bool) {
	var d strictjson.Document
	if h.json == "" || !d.Parse([]byte(h.json)) {
		switch {
		case name == "alg" && h.Algorithm != 0:
			return h.Algorithm.String(), true
		case name == "typ" && h.Type != "":
			return h.Type, true
		case name == "cty" && h.ContentType != "":
			return h.ContentType, true
		case name == "kid" && h.KeyID != "":
			return h.KeyID, true
		}
		return nil, false
	}
	i := d.Member(name)
	if i == 0 {
		return nil, false
	}
	return d.Any(i), true
}

// String returns the header as MarshalJSON writes it, for printing. It returns "" if that
// fails.
func (h Header) String() string {
	text, _ := h.MarshalJSON()
	return string(text)
}

// MarshalJSON writes the header as it was decoded. If a program made the header, it writes
// the fields; text that is not UTF-8 is then an [ErrInvalidOption].
func (h Header) MarshalJSON() ([]byte, error) {
	if h.json != "" {
		return []byte(h.json), nil
	}
	var params []member
	for _, name := range []string{"alg", "cty", "kid", "typ"} {
		if value, ok := h.Param(name); ok {
			params = append(params, member{name, value})
		}
	}
	text, err := appendMembers(nil, params, 0)
	if err != nil {
		return nil, badOption("the header cannot be encoded: " + because(err))
	}
	return text, nil
}

// Failures without details are allocated once, so that bad headers, which anyone can send,
// cost little.
var (
	errHeaderSize  = malformed("header", "the header has more than 16 KiB")
	errHeaderB64   = malformed("header", `"b64" must be true, or absent, in a JWT (RFC 7797, Section 7)`)
	errHeaderRaw   = malformed("header", `"b64" is false, so the payload is not in the token; give it with WithDetachedPayload`)
	errHeaderCrit  = malformed("header", `"b64" is false, and "crit" does not list it (RFC 7797, Section 6)`)
	errHeaderJWT   = malformed("header", `"cty" is JWT: a token inside a token is not supported`)
	errKeyIDType   = &failure{class: ErrInvalidToken, text: `"kid" must be a JSON string`}
	errAlgAbsent   = &failure{class: ErrInvalidAlgorithm, text: `the header has no "alg"`}
	errAlgNotText  = &failure{class: ErrInvalidAlgorithm, text: `"alg" must be a JSON string`}
	errTypeMissing = &failure{class: ErrInvalidType, text: `the header has no "typ", which WithType asks for`}
)

// errHeaderJSON caches the failure of each JSON fault: *strictjson.Fault to *failure.
var errHeaderJSON sync.Map

func badHeaderJSON(fault *strictjson.Fault) *failure {
	if cached, ok := errHeaderJSON.Load(fault); ok {
		return cached.(*failure)
	}
	f := malformed("header", "the header is not strictly valid JSON: "+fault.String())
	errHeaderJSON.Store(fault, f)
	return f
}

// parseHeader reads a JOSE header strictly, and makes the checks that do not depend on the
// policy. The methods below make the others.
func parseHeader(text []byte, d *strictjson.Document) (*Header, *failure) {
	if !d.Parse(text) {
		fault, _ := d.Fault()
		return nil, badHeaderJSON(fault)
	}
	h := &Header{json: d.Source(), algState: algAbsent}
	for name, i := range d.Members(0) {
		isText := d.Kind(i) == strictjson.String
		switch param := d.String(name); string(param) {
		case "alg":
			h.algState = algNotText
			if isText {
				h.algState, h.algName = algText, d.Text(i)
				h.Algorithm = algorithmNamed(h.algName)
			}
		case "kid":
			switch d.Kind(i) {
			case strictjson.String:
				h.KeyID = d.Text(i)
			case strictjson.Null: // some issuers write this instead of leaving it out
			default:
				return nil, errKeyIDType
			}
		case "typ", "cty", "jku", "x5u", "x5t":
			if !isText {
				return nil, malformed("header", quote(string(param))+" must be a JSON string")
			}
			switch string(param) {
			case "typ":
				h.Type, h.hasType = d.Text(i), true
			case "cty":
				h.ContentType = d.Text(i)
			}
		case "b64":
			switch d.Kind(i) {
			case strictjson.True: // the default
			case strictjson.False:
				h.unencoded = true
			default:
				return nil, malformed("header", `"b64" must be true or false`)
			}
		case "nonce":
			h.hasNonce = isText
		case "zip":
			h.hasZip = true
		case "crit":
			h.hasCritical = true
		}
	}
	return h, nil
}

// checkJWT refuses a header that no JWT may have.
func (h *Header) checkJWT() *failure {
	switch {
	case h.unencoded:
		return errHeaderB64
	case isMediaType(h.ContentType, "JWT"):
		return errHeaderJWT
	}
	return nil
}

// allowed refuses an algorithm that is not among those of the policy.
func (h *Header) allowed(set Algorithm) *failure {
	switch {
	case h.algState == algAbsent:
		return errAlgAbsent
	case h.algState == algNotText:
		return errAlgNotText
	case h.Algorithm&set == 0:
		text := "the token's algorithm " + quote(h.algName) + " is not allowed; allowed is " + set.String()
		if h.Algorithm|set == EdDSA|Ed25519 {
			text += "; they are two names for the same signatures: allow jwt.EdDSA|jwt.Ed25519"
		}
		return &failure{class: ErrInvalidAlgorithm, text: text}
	}
	return nil
}

// checkType refuses a "typ" other than the one wanted.
func (h *Header) checkType(wanted string) *failure {
	switch {
	case !h.hasType:
		return errTypeMissing
	case !isMediaType(h.Type, wanted):
		return &failure{class: ErrInvalidType, text: `"typ" is ` + quote(h.Type) + ", not " + quote(wanted) + " (WithType)"}
	}
	return nil
}

// isMediaType compares two media types as RFC 7515, Section 4.1.9 says: a recipient "MUST
// treat it as if "application/" were prepended to any "typ" value not containing a '/'".
// Case is ignored for ASCII letters only.
func isMediaType(value, wanted string) bool {
	value, wanted = withoutApplication(value), withoutApplication(wanted)
	if len(value) != len(wanted) {
		return false
	}
	for i := range len(value) {
		if lowerASCII(value[i]) != lowerASCII(wanted[i]) {
			return false
		}
	}
	return true
}

// withoutApplication cuts off an "application/" that would be implied.
func withoutApplication(typ string) string {
	const prefix = "application/"
	if len(typ) < len(prefix) || strings.IndexByte(typ[len(prefix):], '/') >= 0 {
		return typ
	}
	for i := range len(prefix) {
		if lowerASCII(typ[i]) != prefix[i] {
			return typ
		}
	}
	return typ[len(prefix):]
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

// writeHeader writes a JOSE header into buf, and overwrites what it holds. It sorts params
// by name, so that the text is the same each time.
func writeHeader(buf []byte, params []member) ([]byte, error) {
	sortByName(params)
	text, err := appendMembers(buf[:0], params, maxHeader)
	if err == strictjson.ErrTooLarge || err == nil && len(text) > maxHeader {
		return text, badOption(errHeaderSize.text + ", which no verifier would read; make its parameters shorter")
	}
	if err != nil {
		return text, (&failure{class: ErrInvalidOption, text: "the header cannot be encoded: " + because(err)}).causedBy(err)
	}
	return text, nil
}

// checkHeader refuses a written header that parseHeader would refuse.
func checkHeader(text []byte) error {
	var d strictjson.Document
	if _, f := parseHeader(text, &d); f != nil {
		return badOption("no verifier would read the header: " + f.text)
	}
	return nil
}

// saysNested reports whether a value of "cty" says that the payload is itself a token.
func saysNested(cty any) bool {
	var d strictjson.Document
	text, err := writeHeader(nil, []member{{"cty", cty}})
	if err != nil {
		return false // writing the header will return the error
	}
	h, f := parseHeader(text, &d)
	return f == nil && isMediaType(h.ContentType, "JWT")
}

// "crit" lists extensions that a verifier must understand, or refuse the token (RFC 7515,
// Section 4.1.11). This package understands none, except "b64" in Verify. The program
// understands those that WithCritical names.

var (
	errCritical = &failure{class: ErrInvalidToken, text: `the header has "crit": it asks for extensions that are not supported here; ` +
		`if the program itself checks them, WithCritical names them`}
	errCriticalB64  = &failure{class: ErrInvalidToken, text: `"crit" lists "b64", which no JWT may have (RFC 7797, Section 7)`}
	errCriticalForm = &failure{class: ErrInvalidToken, text: `"crit" must be an array of strings, not empty and without duplicates`}
)

// checkCritical refuses extensions that are not understood. If b64 is true, "b64" of RFC 7797
// may be listed, and checkCritical reports whether it is. It parses the header again, into d:
// the result depends on the policy, so it cannot be cached with the header.
func (h *Header) checkCritical(d *strictjson.Document, b64 bool, understood func(name string) bool) (hasB64 bool, f *failure) {
	d.Parse([]byte(h.json))
	list := d.Member("crit")
	if d.Kind(list) != strictjson.Array || d.IsEmpty(list) {
		return false, errCriticalForm
	}
	// The loop ends at the first name that is not understood, or is a duplicate. So it runs
	// at most once for each name that the program understands, and once more.
	for i := range d.Elements(list) {
		if d.Kind(i) != strictjson.String {
			return false, errCriticalForm
		}
		for other := list + 1; other < i; other++ {
			if d.Equal(other, i) {
				return false, errCriticalForm
			}
		}
		name := string(d.String(i))
		isB64 := b64 && name == "b64"
		hasB64 = hasB64 || isB64
		switch {
		case !b64 && name == "b64":
			return false, errCriticalB64
		case !isB64 && !understood(name):
			return false, &failure{class: ErrInvalidToken, text: `"crit" asks for the extension ` + quote(name) +
				", which is not supported here; if the program itself checks it, WithCritical names it"}
		case d.Member(name) == 0:
			return false, &failure{class: ErrInvalidToken, text: `"crit" lists ` + quote(name) + ", which is not in the header"}
		}
	}
	return hasB64, nil
}

// The cache of headers. Nearly all tokens that a program sees have one of a few headers. A
// parsed header depends on its text alone, so one cache serves all keys and policies. Only
// headers of tokens whose signature held are cached. Padded headers are not cached: to a
// policy without WithPadding their text is malformed.

// headerCache is direct-mapped: a new entry evicts the old one of its slot.
var headerCache [64]atomic.Pointer[cachedHeader]

var headerSeed = maphash.MakeSeed()

// A cachedHeader is a header segment, and the header that was parsed from it.
type cachedHeader struct {
	segment string
	header  *Header
}

func headerSlot(segment string) *atomic.Pointer[cachedHeader] {
	return &headerCache[maphash.String(headerSeed, segment)%uint64(len(headerCache))]
}

// findHeader returns a header from the cache, or nil.
func findHeader(segment string) *Header {
	if c := headerSlot(segment).Load(); c != nil && c.segment == segment {
		return c.header
	}
	return nil
}

// keepHeader puts a header into the cache.
func keepHeader(segment string, h *Header) {
	headerSlot(segment).Store(&cachedHeader{strings.Clone(segment), h})
}
