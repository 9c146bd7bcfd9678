package jwt_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// secret serves all three HMAC algorithms. It is no secret: real ones come from
// a random source and never stand in a program.
var secret = []byte("sixty-four octets, which is what HS512 asks for, and not a secret")[:64]

// now is the time of most tests.
var now = time.Unix(1_800_000_000, 0)

// at sets the clock.
func at(t time.Time) jwt.Option { return jwt.WithClock(func() time.Time { return t }) }

// b64 encodes as a token does.
func b64(octets string) string { return base64.RawURLEncoding.EncodeToString([]byte(octets)) }

// forge signs any header and payload with HS256, by the standard library alone.
func forge(header, payload string) string { return forgeSegments(b64(header), b64(payload)) }

// forgeSegments signs segments that are encoded already, or are none.
func forgeSegments(header, payload string) string {
	return header + "." + payload + "." + macOf(sha256.New, header+"."+payload)
}

// macOf is the signature by the secret, with any hash.
func macOf(h func() hash.Hash, input string) string { return macBy(h, secret, input) }

// macBy is the signature by any bytes, where they were taken for a secret.
func macBy(h func() hash.Hash, key []byte, input string) string {
	m := hmac.New(h, key)
	m.Write([]byte(input))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// claimed signs a payload under the usual header.
func claimed(payload string) string { return forge(`{"alg":"HS256","typ":"JWT"}`, payload) }

// encoded is the token of a payload.
func encoded(t *testing.T, payload any, opts ...jwt.EncodeOption) string {
	t.Helper()
	token, err := jwt.Encode(payload, secret, opts...)
	require.NoError(t, err)
	return token
}

// segmentOf returns a segment of a token, decoded: 0 is the header, 1 the payload.
func segmentOf(t *testing.T, token string, n int) string {
	t.Helper()
	segments := strings.Split(token, ".")
	require.Len(t, segments, 3)
	octets, err := base64.RawURLEncoding.Strict().DecodeString(segments[n])
	require.NoError(t, err)
	return string(octets)
}

// altered changes one letter of the signature for another that is as good.
func altered(token string) string {
	i := len(token) - 10
	other := "A"
	if token[i] == 'A' {
		other = "B"
	}
	return token[:i] + other + token[i+1:]
}

// cutSignature leaves a token without its signature, the last dot being there.
func cutSignature(token string) string { return token[:strings.LastIndexByte(token, '.')+1] }

// good is a payload that nothing is wrong with.
const good = `{"sub":"alice"}`

// headed is the least header for an algorithm.
func headed(alg jwt.Algorithm) string { return `{"alg":"` + alg.String() + `"}` }

// forgeWith signs any header and payload with any key.
func forgeWith(t *testing.T, key *jwt.Key, alg jwt.Algorithm, header, payload string) string {
	t.Helper()
	input := b64(header) + "." + b64(payload)
	signature, err := jwt.SignOctets(key, alg, []byte(input))
	require.NoError(t, err)
	return withSignature(input, signature)
}

// withSignature makes a token of a signing input.
func withSignature(input string, signature []byte) string {
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// mustDecoder makes a decoder of what is right.
func mustDecoder[K jwt.VerificationKey](tb testing.TB, key K, alg jwt.Algorithm, opts ...jwt.DecodeOption) *jwt.Decoder {
	tb.Helper()
	d, err := jwt.NewDecoder(key, alg, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// admit is the control of a test that refuses: what is right is accepted.
func admit[K jwt.VerificationKey](t *testing.T, token string, key K, alg jwt.Algorithm, opts ...jwt.DecodeOption) {
	t.Helper()
	_, err := jwt.Decode(token, key, alg, append([]jwt.DecodeOption{at(now)}, opts...)...)
	require.NoError(t, err)
}

// refuse wants exactly that class, and nothing beside it.
func refuse[K jwt.VerificationKey](t *testing.T, class error, token string, key K, alg jwt.Algorithm, opts ...jwt.DecodeOption) {
	t.Helper()
	claims, err := jwt.Decode(token, key, alg, append([]jwt.DecodeOption{at(now)}, opts...)...)
	assert.Nil(t, claims)
	assertClass(t, err, class)
}

// decodedAs reads a payload into a T, by every way there is; all must agree.
func decodedAs[T any](t *testing.T, payload string, opts ...jwt.DecodeOption) (T, error) {
	t.Helper()
	token := claimed(payload)
	opts = append(opts, jwt.WithoutCheck("exp", "nbf", "iat", "aud"))
	got, err := jwt.DecodeAs[T](token, secret, jwt.HS256, opts...)
	decoder, newErr := jwt.NewDecoder(secret, jwt.HS256, opts...)
	require.NoError(t, newErr)
	complete, completeErr := decoder.DecodeComplete(token)
	require.NoError(t, completeErr)
	var into, ofToken T
	intoErr, tokenErr := decoder.DecodeInto(token, &into), complete.DecodeInto(&ofToken)
	assert.Equal(t, got, into)
	assert.Equal(t, got, ofToken)
	assert.Equal(t, fmt.Sprint(err), fmt.Sprint(intoErr))
	assert.Equal(t, fmt.Sprint(err), fmt.Sprint(tokenErr))
	if err != nil {
		assert.Zero(t, got, payload)
	}
	return got, err
}

// deep nests n lists.
func deep(n int) any {
	var v any
	for range n {
		v = []any{v}
	}
	return v
}

// classes are all of them, each with its parent.
var classes = map[error]error{
	jwt.ErrInvalidToken: nil, jwt.ErrDecode: jwt.ErrInvalidToken, jwt.ErrInvalidSignature: jwt.ErrDecode,
	jwt.ErrInvalidAlgorithm: jwt.ErrInvalidToken, jwt.ErrExpired: jwt.ErrInvalidToken, jwt.ErrImmature: jwt.ErrInvalidToken,
	jwt.ErrInvalidIssuedAt: jwt.ErrInvalidToken, jwt.ErrInvalidIssuer: jwt.ErrInvalidToken, jwt.ErrInvalidAudience: jwt.ErrInvalidToken,
	jwt.ErrInvalidSubject: jwt.ErrInvalidToken, jwt.ErrInvalidID: jwt.ErrInvalidToken, jwt.ErrInvalidType: jwt.ErrInvalidToken,
	jwt.ErrMissingClaim: jwt.ErrInvalidToken, jwt.ErrKeyNotFound: jwt.ErrInvalidToken,
	jwt.ErrInvalidKey: nil, jwt.ErrUnavailable: nil, jwt.ErrKeySet: jwt.ErrUnavailable, jwt.ErrInvalidOption: nil,
}

// classOf is the narrowest class that an error matches; nil where it is none of
// ours, and that of another package.
func classOf(err error) (narrowest error) {
	for class := range classes {
		if errors.Is(err, class) && (narrowest == nil || errors.Is(class, narrowest)) {
			narrowest = class
		}
	}
	return narrowest
}

// assertClass wants err to match its class and the parents, and no other class.
func assertClass(t *testing.T, err, class error) {
	t.Helper()
	require.Error(t, err)
	want := map[error]bool{}
	for c := class; c != nil; c = classes[c] {
		want[c] = true
	}
	for c := range classes {
		assert.Equal(t, want[c], errors.Is(err, c), "%v: %v", err, c)
	}
}

// assertClaim wants the error to be about that claim.
func assertClaim(t *testing.T, err error, name string) {
	t.Helper()
	var invalid *jwt.InvalidTokenError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, name, invalid.Claim)
}

// assertNames wants an ErrInvalidOption that names the option to blame.
func assertNames(t *testing.T, err error, option string) {
	t.Helper()
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.Contains(t, err.Error(), option)
}

// assertNoData wants no data of this package but, for a token's fault, what every
// such failure has.
func assertNoData(t *testing.T, err error) {
	t.Helper()
	var invalid *jwt.InvalidTokenError
	var malformed *jwt.DecodeError
	var expired *jwt.ExpiredError
	assert.Equal(t, errors.Is(err, jwt.ErrInvalidToken), errors.As(err, &invalid), err)
	assert.False(t, errors.As(err, &malformed), err)
	assert.False(t, errors.As(err, &expired), err)
}

// assertNoOctets looks for private bytes in a text, in every writing that a
// program might give them: hex, base64 with and without padding at each of the
// three ways of falling into groups, base64url, lists of numbers, one number, and
// as they are. Of long bytes any sixteen in a row are looked for.
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
