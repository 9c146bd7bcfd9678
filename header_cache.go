package jwt

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

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
