package jwt_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// assertNoOctets looks for private octets in a text, in every writing that a
// program might give them: hex, base64 with and without padding at each of the
// three ways of falling into groups, base64url, lists of numbers, one number, and
// as they are. Of long octets any sixteen in a row are looked for.
func assertNoOctets(t testing.TB, text string, secrets ...[]byte) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, secret := range secrets {
		const window = 16
		for i := 0; i == 0 || i+window <= len(secret); i += window {
			part := secret[i:min(i+window, len(secret))]
			if len(part) < 8 {
				continue
			}
			for name, seen := range map[string]bool{
				"hex":             strings.Contains(lower, hex.EncodeToString(part)),
				"octets":          strings.Contains(text, string(part)),
				"decimal list":    strings.Contains(text, strings.Trim(fmt.Sprint(part), "[]")),
				"decimal list ,":  strings.Contains(text, strings.ReplaceAll(strings.Trim(fmt.Sprint(part), "[]"), " ", ",")),
				"decimal list , ": strings.Contains(text, strings.ReplaceAll(strings.Trim(fmt.Sprint(part), "[]"), " ", ", ")),
				"Go syntax":       strings.Contains(text, strings.Trim(fmt.Sprintf("%#v", part)[len("[]byte{"):], "}")),
				"spaced hex":      strings.Contains(lower, fmt.Sprintf("% x", part)),
				"quoted":          strings.Contains(text, strings.Trim(fmt.Sprintf("%q", part), `"`)),
			} {
				if seen {
					t.Errorf("private octets in %s: %s", name, text)
				}
			}
		}
		for shift := range 3 { // base64 of something longer
			if shift >= len(secret) {
				break
			}
			whole := secret[shift:]
			whole = whole[:len(whole)/3*3]
			for i := 0; i+12 <= len(whole); i += 12 {
				part := whole[i : i+12]
				if strings.Contains(text, base64.StdEncoding.EncodeToString(part)) || strings.Contains(text, base64.URLEncoding.EncodeToString(part)) {
					t.Errorf("private octets in base64: %s", text)
				}
			}
		}
		if number := new(big.Int).SetBytes(secret); len(secret) >= 8 {
			for _, base := range []int{2, 8, 10} {
				if strings.Contains(text, number.Text(base)) {
					t.Errorf("private octets as one number: %s", text)
				}
			}
		}
	}
}
