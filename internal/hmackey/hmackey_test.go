package hmackey_test

import (
	"bytes"
	"crypto"
	"crypto/fips140"
	"crypto/hmac"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/hmackey"
)

var hashes = []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512}

func TestCheck(t *testing.T) {
	secret := "a secret of 32 bytes, for a test"
	for name, tt := range map[string]struct {
		secret     string
		good, weak bool
	}{
		"text":        {secret, true, true},
		"binary":      {"\x80\x00\n", true, true},
		"empty":       {"", false, false},
		"zeros":       {strings.Repeat("\x00", 32), false, false},
		"a key":       {"-----BEGIN PUBLIC KEY-----\n" + secret + "\n-----END PUBLIC KEY-----", false, false},
		"a line":      {secret + "\n", false, true},
		"an indent":   {" " + secret, false, true},
		"white space": {strings.Repeat(" ", 32), false, true},
	} {
		for range 2 { // the second time it may be cached
			assert.Equal(t, tt.weak, hmackey.Check([]byte(tt.secret), true) == nil, name)
			assert.Equal(t, tt.good, hmackey.Check([]byte(tt.secret), false) == nil, name)
		}
	}
}

// Both ways of computing a MAC agree with crypto/hmac, also if a state comes again.
func TestMACs(t *testing.T) {
	for _, hash := range hashes {
		for _, size := range []int{1, 32, 64, 65, 128, 129, 1000} {
			secret := bytes.Repeat([]byte{byte(size), 0xa5}, size)[:size]
			for name, macs := range map[string]*hmackey.MACs{"kept": new(hmackey.MACs), "for one call": nil} {
				for _, input := range []string{"", "short", strings.Repeat("i", 200), ""} {
					want := hmac.New(hash.New, secret)
					want.Write([]byte(input))
					sum := macs.Append(hash, secret, []byte("before"), []byte(input))
					require.Equal(t, append([]byte("before"), want.Sum(nil)...), sum, name)
					sum = sum[len("before"):]
					require.True(t, macs.Equal(hash, secret, []byte(input), sum), name)
					require.False(t, macs.Equal(hash, secret, []byte(input), sum[1:]), name)
					sum[0] ^= 1
					require.False(t, macs.Equal(hash, secret, []byte(input), sum), name)
				}
			}
		}
	}
}

func TestMACsAreSafeForConcurrentUse(t *testing.T) {
	var kept hmackey.MACs
	secrets := [][]byte{bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 200)}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 200 {
				macs, secret := &kept, secrets[0]
				if i%2 == 1 {
					macs, secret = nil, secrets[i/2%2]
				}
				want := hmac.New(crypto.SHA256.New, secret)
				want.Write([]byte{byte(i)})
				assert.True(t, macs.Equal(crypto.SHA256, secret, []byte{byte(i)}, want.Sum(nil)))
			}
		})
	}
	all.Wait()
}

// A hash keeps what was last written to it, which must not be a raw secret.
func TestRawSecretsAreForgotten(t *testing.T) {
	if fips140.Enabled() {
		t.Skip("in FIPS mode crypto/hmac keys raw secrets, anew in each call")
	}
	for _, hash := range hashes {
		for _, size := range []int{32, 63, 64, 65, 100, 127, 128, 129, 191, 192, 255, 256, 1000} {
			raw := make([]byte, size)
			for i := range raw {
				raw[i] = byte(0x80 + i%0x7d)
			}
			for _, input := range []string{"", "short", strings.Repeat("i", 200)} {
				left, holds := hmackey.LeftOfRawSecret(raw, []byte(input), hash)
				require.Greater(t, len(left), 200, "the block of the hash, the pad and the sum were found")
				assert.False(t, holds, "the secret itself is kept")
				sum := hmac.New(hash.New, raw)
				sum.Write([]byte(input))
				assert.False(t, bytes.Contains(left, sum.Sum(nil)[:8]), "a signature that was never given out")
				for i := range raw[3:] {
					for _, pad := range []byte{0, 0x36, 0x5c} {
						part := []byte{raw[i] ^ pad, raw[i+1] ^ pad, raw[i+2] ^ pad, raw[i+3] ^ pad}
						if bytes.Contains(left, part) {
							require.Fail(t, "left in the pool", "%v, a secret of %d: byte %d", hash, size, i)
						}
					}
				}
			}
		}
	}
}
