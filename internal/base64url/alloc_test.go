//go:build !race

package base64url_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/token-jwt/jwt/internal/base64url"
)

// TestAllocations: a buffer with enough capacity is used, and another one is allocated once.
func TestAllocations(t *testing.T) {
	data, dst := make([]byte, 1000), make([]byte, 0, 2000)
	text := base64url.EncodeToString(data)
	for name, tt := range map[string]struct {
		allocations float64
		call        func()
	}{
		"encoding into a buffer":        {0, func() { base64url.AppendEncode(dst, data) }},
		"decoding into a buffer":        {0, func() { base64url.AppendDecode(dst, text) }},
		"encoding without one":          {1, func() { base64url.AppendEncode(nil, data) }},
		"decoding without one":          {1, func() { base64url.AppendDecode(nil, text) }},
		"decoding an impossible length": {0, func() { base64url.AppendDecode(nil, text[:1+len(text)/4*4]) }},
	} {
		assert.Equal(t, tt.allocations, testing.AllocsPerRun(10, tt.call), name)
	}
}
