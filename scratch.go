package jwt

import (
	"sync"
	"time"
)

// A scratch is the memory that one call works in. It comes from a pool and goes back when
// the call ends, so nothing that a call returns may refer to it.
type scratch struct {
	header       *Header    // of the token that is read
	headerCached bool       // the header comes from the cache
	headerJSON   []byte     // of a header that is read, or written
	headerText   []byte     // the header segment that is written, and its dot
	claimsJSON   []byte     // of a claims set that is read, or written
	json         document   // headerJSON or claimsJSON, whichever was parsed last
	input        []byte     // the signing input
	signature    []byte     // decoded, or just made
	token        []byte     // the token that is written
	now          time.Time  // the machine's time, where a live set was asked without waiting
	checkedAt    instant    // the time that the claims were checked against
	complete     *Token     // for validators and the caller; nil until it is asked for
	written      registered // where the registered claims stand in the claimsJSON that is written
	secret       keyState   // the key that a raw secret becomes
	filled       *plan      // of the type that claims were last stored in: often the next one's
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func borrow() *scratch { return scratches.Get().(*scratch) }

// giveBack clears the scratch and returns it to the pool. Oversized buffers are not
// returned: the limits are what the worst token of the default size needs.
func (s *scratch) giveBack() {
	const text, nodes = 2 * defaultMaxSize, 8 * defaultMaxSize // a value may be two characters, and a node is 16 bytes
	d := &s.json
	if max(cap(s.headerJSON), cap(s.headerText), cap(s.claimsJSON), cap(s.input), cap(s.token), cap(s.signature), cap(d.unescaped), cap(d.compared)) > text ||
		max(16*cap(d.nodes), 8*len(d.names.slots)) > nodes {
		return
	}
	s.header, s.complete, d.source, d.text = nil, nil, "", nil
	if s.secret.secret != nil {
		s.secret = keyState{}
	}
	scratches.Put(s)
}
