package jwt

import (
	"sync"
	"time"

	"github.com/token-jwt/jwt/internal/epoch"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// A scratch holds the buffers of one call. It is pooled, so nothing that a call returns may
// refer to it.
type scratch struct {
	header       *Header             // of the token that is read
	headerCached bool                // the header comes from the cache
	headerJSON   []byte              // the header that is read or written, in JSON
	headerText   []byte              // the header segment that is written, with its dot
	claimsJSON   []byte              // the claims set that is read or written, in JSON
	json         strictjson.Document // headerJSON or claimsJSON, whichever was parsed last
	input        []byte              // the signing input
	signature    []byte              // decoded, or just made
	token        []byte              // the token that is written
	now          time.Time           // the machine's time, if a live set read the clock and did not wait
	checkedAt    epoch.Seconds       // the time that the claims were checked against
	complete     *Token              // for validators and the caller; nil until one of them needs it
	written      claimOffsets        // offsets of the registered claims in the claimsJSON that is written
	secret       keyState            // the state of a raw secret
	filled       *strictjson.Plan    // cached plan of the type that claims were last stored in
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func borrow() *scratch { return scratches.Get().(*scratch) }

// giveBack clears the scratch and returns it to the pool, unless a buffer is oversized. The
// limits are the largest sizes that a token of the default maximum size can need.
func (s *scratch) giveBack() {
	const text, nodes = 2 * defaultMaxSize, 8 * defaultMaxSize // a value has at least two characters, and a node 16 bytes
	buffers, tables := s.json.Size()
	if max(cap(s.headerJSON), cap(s.headerText), cap(s.claimsJSON), cap(s.input), cap(s.token), cap(s.signature), buffers) > text || tables > nodes {
		return
	}
	s.header, s.complete = nil, nil
	s.json.Forget()
	if s.secret.secret != nil {
		s.secret = keyState{}
	}
	scratches.Put(s)
}
