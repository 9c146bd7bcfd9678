package jwt

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// Headers of tokens whose signature held, so that they need not be read again:
// nearly all tokens that a program sees have one of a few. What a header says
// depends on its text alone, so they serve all keys and policies.

// knownHeaders has a place for each hash. A header takes that of an earlier one.
var knownHeaders [64]atomic.Pointer[knownHeader]

// A knownHeader is a header segment, and what it says.
type knownHeader struct {
	segment string
	header  *Header
}

func placeOfHeader(segment string) *atomic.Pointer[knownHeader] {
	return &knownHeaders[maphash.String(nameSeed, segment)%uint64(len(knownHeaders))]
}

// knownHeader returns nil where the header is to be read.
func (p *decodePolicy) knownHeader(segment string) *Header {
	known := placeOfHeader(segment).Load()
	if known == nil || known.segment != segment || p.has(withPadding) {
		return nil
	}
	return known.header
}

// remember keeps a header that had to be read, and whose signature held. One that was padded is not
// kept: to a policy without padding its text is malformed.
func (p *decodePolicy) remember(segment string, h *Header) {
	if !p.has(withPadding) {
		placeOfHeader(segment).Store(&knownHeader{strings.Clone(segment), h})
	}
}
