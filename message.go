package jwt

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// The steps of reading a token, which jwt.go puts in order, the results of both flows,
// and the memory that they work in.

// segments are the three parts of a token, none of them decoded.
type segments struct{ header, payload, signature string }

var (
	errSize        = malformed("", "the token is longer than is read (256 KiB, or what WithMaxSize says)")
	errEmpty       = malformed("", "the token is empty")
	errNotDetached = malformed("payload", "the token carries a payload of its own, beside that of WithDetachedPayload")
)

// cut parts a token at its dots.
func (p *decodePolicy) cut(token string) (s segments, f *failure) {
	if len(token) > p.maxSize {
		return s, errSize
	}
	var rest string
	var one, two bool
	s.header, rest, one = strings.Cut(token, ".")
	s.payload, s.signature, two = strings.Cut(rest, ".")
	switch {
	case token == "":
		return s, errEmpty
	case !one:
		return s, causes.NotThree(token, 0)
	case !two:
		return s, causes.NotThree(token, 1)
	}
	if more := strings.Count(s.signature, "."); more > 0 {
		return s, causes.NotThree(token, 2+more)
	}
	return s, nil
}

// decodeSegment appends the octets of a segment, padded where the policy has it.
func (p *decodePolicy) decodeSegment(dst []byte, text string) ([]byte, bool) {
	if p.has(hasPadding) {
		if len(text)%4 != 0 {
			return dst, false
		}
		// A third '=' is left there, and refused as it is no letter.
		text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
	}
	return appendBase64urlDecoded(dst, text)
}

// detachedInput is what stands behind the first dot of the signing input of a
// detached token.
func (p *decodePolicy) detachedInput(h *Header) string {
	if h.unencoded {
		return string(p.detached)
	}
	text := appendBase64url(nil, p.detached)
	for p.has(hasPadding) && len(text)%4 != 0 {
		text = append(text, '=')
	}
	return string(text)
}

// A message is a token on its way through the steps, and the memory that they
// work in. It is borrowed for one call; nothing that a call returns may refer to it.
type message struct {
	octets    []byte // the signing input; where a header or a claims set is written, its JSON
	token     []byte // what encode and sign write
	header    *Header
	known     bool // it did not have to be read
	signature []byte
	jsonText  []byte     // of the header, then of the claims set; where one is written, the header segment
	payload   document   // jsonText, cut into nodes
	checkedAt instant    // what the clock said when check was called
	complete  *Token     // for the validators and the caller; nil where nobody asked for it
	written   registered // where encode wrote the registered claims
	raw       keyState   // what a raw secret becomes for one call
	filled    *plan      // of the type that claims were last stored in, which is often the next one's
}

var messages = sync.Pool{New: func() any { return new(message) }}

func borrow() *message { return messages.Get().(*message) }

// giveBack forgets what was in the message. Memory that one great token needed is
// not kept for the small ones; what the worst token of the default size needs is,
// as otherwise each of them would cost as much as the first.
func (m *message) giveBack() {
	const text, nodes = 2 * defaultMaxSize, 8 * defaultMaxSize // a value may be two characters, and a node is 16 octets
	d := &m.payload
	if max(cap(m.octets), cap(m.token), cap(m.signature), cap(m.jsonText), cap(d.unescaped), cap(d.compared)) > text ||
		max(16*cap(d.nodes), 8*len(d.names.slots)) > nodes {
		return
	}
	m.header, m.complete, d.source, d.text = nil, nil, "", nil
	if m.raw.secret != nil {
		m.raw = keyState{}
	}
	messages.Put(m)
}

// readHeader reads a header, or finds it known.
func (m *message) readHeader(p *decodePolicy, token string, s segments) *failure {
	segment := s.header
	m.header = p.knownHeader(segment)
	if m.known = m.header != nil; m.known {
		return nil
	}
	if len(segment) > base64urlLen(maxHeader)+2 {
		return errHeaderSize
	}
	var ok bool
	if m.jsonText, ok = p.decodeSegment(m.jsonText[:0], segment); !ok {
		return p.notBase64(token, 0, segment, "header")
	}
	if len(m.jsonText) > maxHeader {
		return errHeaderSize
	}
	var f *failure
	m.header, f = parseHeader(m.jsonText, &m.payload)
	return f
}

// checkJWS refuses what a JWS may not have: a payload that is not encoded, but beside
// the token and where "crit" says so, and extensions that nobody understands.
func (m *message) checkJWS(p *decodePolicy) *failure {
	raw := m.header.unencoded
	if raw && !p.has(hasDetached) {
		return errHeaderRaw
	}
	critical, f := m.checkCritical(p, true)
	if f == nil && raw && !critical {
		return errHeaderCrit
	}
	return f
}

func (m *message) readSignature(p *decodePolicy, token string, s segments) *failure {
	var ok bool
	if m.signature, ok = p.decodeSegment(m.signature[:0], s.signature); !ok {
		return p.notBase64(token, len(token)-len(s.signature), s.signature, "signature")
	}
	return nil
}

// badPayload says what is wrong with the base64url of a payload whose signature held.
func (p *decodePolicy) badPayload(token string, s segments) *failure {
	return p.notBase64(token, len(s.header)+1, s.payload, "payload")
}

func (m *message) readClaims(p *decodePolicy, token string, s segments) *failure {
	var ok bool
	if m.jsonText, ok = p.decodeSegment(m.jsonText[:0], s.payload); !ok {
		return p.badPayload(token, s)
	}
	if !m.payload.parse(m.jsonText) {
		if m.header.hasZip {
			return malformed("payload", `the payload is compressed ("zip" in the header), which is not supported: Verify gives its bytes`)
		}
		return malformed("payload", "the payload is not strictly valid JSON: "+m.payload.problem())
	}
	return nil
}

// claims returns the claims set, for the caller to keep.
func (m *message) claims() Claims {
	if m.complete != nil { // what the validators saw
		return m.complete.Claims
	}
	m.payload.share()
	return m.payload.anyObject(0)
}

// The results of the flows, for the caller to keep.

func (m *message) encodeText(key *keyState, p *encodePolicy, payload any) (string, error) {
	var err error
	if m.token, err = m.encode(key, p, m.token[:0], payload); err != nil {
		return "", err
	}
	return string(m.token), nil
}

func (m *message) signText(key *keyState, p *encodePolicy, payload []byte) (string, error) {
	var err error
	if m.token, err = m.sign(key, p, m.token[:0], payload); err != nil {
		return "", err
	}
	return string(m.token), nil
}

func (m *message) decodeMap(keys keyring, p *decodePolicy, token string) (Claims, error) {
	if err := m.decode(keys, p, nil, token); err != nil {
		return nil, err
	}
	return m.claims(), nil
}

func (m *message) decodeInto(keys keyring, p *decodePolicy, token string, dst any) error {
	target, err := targetOf(dst, m.filled)
	if err != nil {
		return err
	}
	m.filled = target.plan
	if err := m.decode(keys, p, nil, token); err != nil {
		if f, ok := err.(*failure); ok && f.expired != nil && f.expired.evidence != nil && target.fits(&m.payload) != nil {
			f.expired.evidence = nil // expiry is not all that is wrong
		}
		return err
	}
	return target.fill(&m.payload)
}

func (m *message) decodeWhole(keys keyring, p *decodePolicy, ctx context.Context, token string) (*Token, error) {
	if err := m.decode(keys, p, ctx, token); err != nil {
		return nil, err
	}
	return m.whole(), nil
}

// whole returns the token, for the caller to keep: the same each time.
func (m *message) whole() *Token {
	if m.complete == nil {
		m.complete = &Token{
			Claims:    m.claims(),
			Header:    *m.header,
			Payload:   slices.Clone(m.payload.text),
			Signature: slices.Clone(m.signature),
			CheckedAt: m.checkedAt.time(),
		}
	}
	return m.complete
}

// evidence returns the token without its claims, which clone reads again for
// whoever asks for them.
func (m *message) evidence() *Token {
	return &Token{Header: *m.header, Payload: slices.Clone(m.payload.text), Signature: slices.Clone(m.signature), CheckedAt: m.checkedAt.time()}
}
