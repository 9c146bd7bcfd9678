package jwt

import "strings"

// maxHeader is the most octets that a JOSE header may have, decoded: they are
// read before anything is known to be signed.
const maxHeader = 16 << 10

// A Header is a JOSE header (RFC 7515, Section 4). Of a decoded token it is
// complete; one that a program makes for its tests has just these fields.
type Header struct {
	Algorithm   Algorithm // "alg"; 0 for a name that is not known here
	Type        string    // "typ"
	ContentType string    // "cty"
	KeyID       string    // "kid"

	json        string // the whole object
	algName     string
	algState    algState
	unencoded   bool // "b64" is false
	hasType     bool
	hasNonce    bool // a string, as Microsoft Graph has it; for the texts of errors
	hasZip      bool
	hasCritical bool // "crit", whatever it lists: see checkCritical
}

type algState uint8

const (
	algText algState = iota
	algAbsent
	algNotText
)

// Param returns any member of a decoded header by its exact name, and whether it
// is there. The value is of the Go types that [Claims] has, in memory of its own.
func (h Header) Param(name string) (any, bool) {
	var d document
	if h.json == "" || !d.parse([]byte(h.json)) {
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
	i := d.member(name)
	if i == 0 {
		return nil, false
	}
	d.share()
	return d.any(i), true
}

// String returns the header as MarshalJSON writes it, for printing; "" where that
// fails.
func (h Header) String() string {
	text, _ := h.MarshalJSON()
	return string(text)
}

// MarshalJSON writes the header as it was decoded. A header that a program made has
// the members that its fields say; text that is not UTF-8 is an [ErrInvalidOption].
func (h Header) MarshalJSON() ([]byte, error) {
	if h.json != "" {
		return []byte(h.json), nil
	}
	params := map[string]any{}
	for _, name := range []string{"alg", "cty", "kid", "typ"} {
		if value, ok := h.Param(name); ok {
			params[name] = value
		}
	}
	var w writer
	text, err := w.any(nil, params)
	if err != nil {
		return nil, badOption("the header cannot be encoded: " + because(err))
	}
	return text, nil
}

// Failures that need no detail are made once: anybody can send such headers, so they
// cost nothing.
var (
	errHeaderSize  = malformed("header", "the header has more than 16 KiB")
	errHeaderB64   = malformed("header", `"b64" must be true, or absent, in a JWT (RFC 7797, Section 7)`)
	errHeaderRaw   = malformed("header", `"b64" is false: the payload stands beside the token; give it with WithDetachedPayload`)
	errHeaderCrit  = malformed("header", `"b64" is false, and "crit" does not list it (RFC 7797, Section 6)`)
	errHeaderJWT   = malformed("header", `"cty" is JWT: a token inside a token is not supported`)
	errKeyIDType   = &failure{class: ErrInvalidToken, text: `"kid" must be a JSON string`}
	errAlgAbsent   = &failure{class: ErrInvalidAlgorithm, text: `the header has no "alg"`}
	errAlgNotText  = &failure{class: ErrInvalidAlgorithm, text: `"alg" must be a JSON string`}
	errTypeMissing = &failure{class: ErrInvalidType, text: `the header has no "typ", which WithType asks for`}
)

// errHeaderJSON has one for each fault of JSON.
var errHeaderJSON = func() (all [jsonFaults]*failure) {
	for fault := range all {
		all[fault] = malformed("header", "the header is not strictly valid JSON: "+jsonFault(fault).String())
	}
	return
}()

// parseHeader reads a JOSE header strictly, and checks what can be said of it
// alone. What depends on its use is for the methods below.
func parseHeader(text []byte, d *document) (*Header, *failure) {
	if !d.parse(text) {
		return nil, errHeaderJSON[d.fault]
	}
	d.share()
	h := &Header{json: d.source, algState: algAbsent}
	if h.json == "" {
		h.json = string(text)
	}
	for name := uint32(1); name < d.nodes[0].next; name = d.nodes[name+1].next {
		i := name + 1
		isText := d.nodes[i].kind == jsonString
		switch param := d.string(name); string(param) {
		case "alg":
			h.algState = algNotText
			if isText {
				if d.nodes[i].escaped { // a copy, of no more than a text shows
					name := d.string(i)
					h.algState, h.algName = algText, string(name[:min(len(name), 128)])
				} else {
					h.algState, h.algName = algText, d.shared(i)
				}
				h.Algorithm = algorithmNamed(h.algName)
			}
		case "kid":
			switch d.nodes[i].kind {
			case jsonString:
				h.KeyID = d.shared(i)
			case jsonNull: // as some issuers write that there is none
			default:
				return nil, errKeyIDType
			}
		case "typ", "cty", "jku", "x5u", "x5t":
			if !isText {
				return nil, malformed("header", quote(string(param))+" must be a JSON string")
			}
			switch string(param) {
			case "typ":
				h.Type, h.hasType = d.shared(i), true
			case "cty":
				h.ContentType = d.shared(i)
			}
		case "b64":
			switch d.nodes[i].kind {
			case jsonTrue: // as it is without it
			case jsonFalse:
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

// checkJWT refuses what no JWT may have.
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

// isMediaType compares two media types as RFC 7515, Section 4.1.9 has it: a
// recipient "MUST treat it as if "application/" were prepended to any "typ"
// value not containing a '/'". Only the letters of ASCII fold.
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

// withoutApplication cuts "application/" off where it would be implied.
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

// writeHeader writes a JOSE header into room, over what is there, and sorts params by
// their names, so that it is the same text each time.
func writeHeader(room []byte, params []member) ([]byte, error) {
	sortByName(params)
	w := writer{limit: maxHeader}
	text, err := w.members(room[:0], params)
	if err == errTooLarge || err == nil && len(text) > maxHeader {
		return text, badOption(errHeaderSize.text + ", which no verifier would read; make its parameters shorter")
	}
	if err != nil {
		return text, (&failure{class: ErrInvalidOption, text: "the header cannot be encoded: " + because(err)}).causedBy(err)
	}
	return text, nil
}

// checkHeader refuses what parseHeader would.
func checkHeader(text []byte) error {
	var d document
	if _, f := parseHeader(text, &d); f != nil {
		return badOption("no verifier would read the header: " + f.text)
	}
	return nil
}

// saysNested reports whether a value of "cty" would say that the payload is
// itself a token.
func saysNested(cty any) bool {
	var d document
	text, err := writeHeader(nil, []member{{"cty", cty}})
	if err != nil {
		return false // which writing the header will tell
	}
	h, f := parseHeader(text, &d)
	return f == nil && isMediaType(h.ContentType, "JWT")
}

// "crit": extensions without which a token must not be understood (RFC 7515, Section
// 4.1.11). The program understands those that WithCritical names; nothing else does.

var (
	errCritical = &failure{class: ErrInvalidToken, text: `the header has "crit": it asks for extensions that are not supported here; ` +
		`where the program itself checks them, WithCritical names them`}
	errCriticalB64  = &failure{class: ErrInvalidToken, text: `"crit" lists "b64", which no JWT may have (RFC 7797, Section 7)`}
	errCriticalForm = &failure{class: ErrInvalidToken, text: `"crit" must be an array of strings, not empty and with none of them twice`}
)

// checkCritical refuses extensions that are not understood. With b64, that of RFC 7797 may be
// among them, and it reports whether it is. The header is parsed again, into d, as the
// answer depends on the policy, and cached headers serve all policies.
func (h *Header) checkCritical(d *document, b64 bool, understood func(name string) bool) (hasB64 bool, f *failure) {
	d.parse([]byte(h.json))
	list := d.member("crit")
	if d.nodes[list].kind != jsonArray || d.count(list) == 0 {
		return false, errCriticalForm
	}
	// The first name that is not understood, or is there twice, ends it, so a header
	// does not make it longer than the program's own list.
	for i := list + 1; i < d.nodes[list].next; i++ {
		if d.nodes[i].kind != jsonString {
			return false, errCriticalForm
		}
		for other := list + 1; other < i; other++ {
			if d.equal(int(other), int(i)) {
				return false, errCriticalForm
			}
		}
		name := string(d.string(i))
		isB64 := b64 && name == "b64"
		hasB64 = hasB64 || isB64
		switch {
		case !b64 && name == "b64":
			return false, errCriticalB64
		case !isB64 && !understood(name):
			return false, &failure{class: ErrInvalidToken, text: `"crit" asks for the extension ` + quote(name) +
				", which is not supported here; where the program itself checks it, WithCritical names it"}
		case d.member(name) == 0:
			return false, &failure{class: ErrInvalidToken, text: `"crit" lists ` + quote(name) + ", which is not in the header"}
		}
	}
	return hasB64, nil
}
