package jwt_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The order of checks, which is PyJWT's: of two faults in one token the earlier
// is reported. Users rely on it, as on "expired" never being said of a token whose
// signature does not hold.

// A draft is a token before it is written. It starts without fault.
type draft struct {
	header, payload                                map[string]string // members in JSON
	headerText, headerSegment, payloadText, middle func(string) string
	signature, whole                               func(string) string
}

// token writes a draft and signs it, whatever it is.
func (d *draft) token() string {
	apply := func(change func(string) string, text string) string {
		if change != nil {
			return change(text)
		}
		return text
	}
	object := func(members map[string]string) string {
		var list []string
		for _, name := range slices.Sorted(maps.Keys(members)) {
			list = append(list, `"`+name+`":`+members[name])
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	input := apply(d.headerSegment, b64(apply(d.headerText, object(d.header)))) + "." + apply(d.middle, b64(apply(d.payloadText, object(d.payload))))
	return apply(d.whole, input+"."+apply(d.signature, macOf(sha256.New, input)))
}

// A tokenFault is one thing that is wrong. Two of the same place exclude one another.
type tokenFault struct {
	name    string
	step    int // of the order in API.md; within one nothing is promised
	place   string
	class   error
	claim   string // of the InvalidTokenError
	segment string // of the DecodeError
	verify  bool   // Verify says the same
	make    func(*draft)
}

var errValidator = errors.New("the validator says no")

// tokenFaults are all there are, in the order in which they are to be reported.
var tokenFaults = func() (list []tokenFault) {
	step := 0
	next := func() { step++ }
	add := func(name, place string, class error, make func(*draft)) *tokenFault {
		list = append(list, tokenFault{name: name, step: step, place: place, class: class, make: make})
		return &list[len(list)-1]
	}
	header := func(name, member, value string, class error) {
		f := add(name, member, class, func(d *draft) { d.header[member] = value })
		f.segment, f.verify = "header", true
	}
	claim := func(name, member, value string, class error) {
		f := add(name, member, class, func(d *draft) {
			if d.payload[member] = value; value == "" {
				delete(d.payload, member)
			}
		})
		f.claim = member
		if class == jwt.ErrDecode {
			f.segment = "payload"
		}
	}

	add("too long", "pad", jwt.ErrDecode, func(d *draft) { d.payload["pad"] = `"` + strings.Repeat("a", 3000) + `"` }).verify = true
	next()
	add("four segments", "segments", jwt.ErrDecode, func(d *draft) { d.whole = func(s string) string { return s + ".e30" } }).verify = true
	add("five segments", "segments", jwt.ErrDecode, func(d *draft) { d.whole = func(s string) string { return s + ".e30.e30" } }).verify = true
	next()
	f := add("header not base64url", "header", jwt.ErrDecode, func(d *draft) { d.headerSegment = func(s string) string { return s + "=" } })
	f.segment, f.verify = "header", true
	next()
	f = add("header no JSON", "header", jwt.ErrDecode, func(d *draft) { d.headerText = func(s string) string { return s + "}" } })
	f.segment, f.verify = "header", true
	next()
	header("typ a number", "typ", "1", jwt.ErrDecode)
	header("kid a number", "kid", "1", jwt.ErrInvalidToken)
	header("cty null", "cty", "null", jwt.ErrDecode)
	header("x5u an array", "x5u", "[]", jwt.ErrDecode)
	header("b64 a string", "b64", `"x"`, jwt.ErrDecode)
	next()
	header("b64 false", "b64", "false", jwt.ErrDecode)
	next()
	header("cty JWT", "cty", `"JWT"`, jwt.ErrDecode)
	list[len(list)-1].verify = false // a JWS may hold what it likes
	next()
	header("crit", "crit", `["exp"]`, jwt.ErrInvalidToken)
	header("crit empty", "crit", `[]`, jwt.ErrInvalidToken)
	next()
	header("alg none", "alg", `"none"`, jwt.ErrInvalidAlgorithm)
	header("alg a number", "alg", `1`, jwt.ErrInvalidAlgorithm)
	header("alg of another family", "alg", `"RS256"`, jwt.ErrInvalidAlgorithm)
	next()
	header("alg that the key cannot serve", "alg", `"HS512"`, jwt.ErrInvalidAlgorithm)
	header("key unknown", "kid", `"x"`, jwt.ErrKeyNotFound)
	next()
	f = add("signature not base64url", "signature", jwt.ErrDecode, func(d *draft) { d.signature = func(s string) string { return s + "=" } })
	f.segment, f.verify = "signature", true
	f = add("signature of another", "signature", jwt.ErrInvalidSignature, func(d *draft) { d.signature = altered })
	f.segment, f.verify = "signature", true
	f = add("signature empty", "signature", jwt.ErrInvalidSignature, func(d *draft) { d.signature = func(string) string { return "" } })
	f.segment, f.verify = "signature", true
	next()
	f = add("payload not base64url", "payload", jwt.ErrDecode, func(d *draft) { d.middle = func(s string) string { return s + "=" } })
	f.segment, f.verify = "payload", true
	next()
	add("payload no JSON", "payload", jwt.ErrDecode, func(d *draft) { d.payloadText = func(s string) string { return s + "," } }).segment = "payload"
	add("payload with a name twice", "payload", jwt.ErrDecode, func(d *draft) {
		d.payloadText = func(s string) string { return `{"":0,"":0,` + s[1:] }
	}).segment = "payload"
	next()
	claim("role absent", "role", "", jwt.ErrMissingClaim)
	claim("role null", "role", "null", jwt.ErrMissingClaim)
	next()
	claim("iat a string", "iat", `"x"`, jwt.ErrInvalidIssuedAt)
	claim("iat null", "iat", `null`, jwt.ErrInvalidIssuedAt)
	claim("iat in the future", "iat", "1800000001", jwt.ErrImmature)
	next()
	claim("nbf a string", "nbf", `"x"`, jwt.ErrDecode)
	claim("nbf in the future", "nbf", "1800000001", jwt.ErrImmature)
	next()
	claim("exp true", "exp", `true`, jwt.ErrDecode)
	claim("exp in the past", "exp", "1800000000", jwt.ErrExpired)
	next()
	claim("iss a number", "iss", "1", jwt.ErrInvalidIssuer)
	claim("iss of another", "iss", `"x"`, jwt.ErrInvalidIssuer)
	claim("iss absent", "iss", "", jwt.ErrMissingClaim)
	next()
	claim("aud a number", "aud", "1", jwt.ErrInvalidAudience)
	claim("aud empty", "aud", `""`, jwt.ErrInvalidAudience)
	claim("aud of another", "aud", `["x"]`, jwt.ErrInvalidAudience)
	claim("aud absent", "aud", "", jwt.ErrMissingClaim)
	next()
	claim("sub an array", "sub", `["s"]`, jwt.ErrInvalidSubject)
	claim("sub of another", "sub", `"x"`, jwt.ErrInvalidSubject)
	claim("sub absent", "sub", "", jwt.ErrMissingClaim)
	next()
	claim("jti a number", "jti", "1", jwt.ErrInvalidID)
	next()
	header("typ of another", "typ", `"x"`, jwt.ErrInvalidType)
	add("typ absent", "typ", jwt.ErrInvalidType, func(d *draft) { delete(d.header, "typ") }).verify = true
	next()
	claim("too old", "iat", "1799999940", jwt.ErrExpired)
	claim("of no known age", "iat", "", jwt.ErrMissingClaim)
	next()
	add("refused by a validator", "refuse", jwt.ErrInvalidToken, func(d *draft) { d.payload["refuse"] = "true" })
	return list
}()

func orderDecoder(t *testing.T) (decoder, verifier *jwt.Decoder) {
	t.Helper()
	set, err := jwt.NewKeySet(mustKey(t, secret, jwt.WithKeyID("k"), jwt.WithKeyAlgorithm(jwt.HS256)))
	require.NoError(t, err)
	both := []jwt.DecodeOption{jwt.WithType("at+jwt"), jwt.WithMaxSize(2000)}
	verifier = mustDecoder(t, set, jwt.HS256|jwt.HS512, both...)
	decoder = mustDecoder(t, set, jwt.HS256|jwt.HS512, append(both, at(now), jwt.WithRequired("role"), jwt.WithIssuer("i"), jwt.WithAudience("a"),
		jwt.WithSubject("s"), jwt.WithMaxTokenAge(time.Minute), jwt.WithValidator(func(_ context.Context, token *jwt.Token) error {
			if token.Claims["refuse"] != nil {
				return errValidator
			}
			return nil
		}))...)
	return decoder, verifier
}

func newDraft(faults ...tokenFault) *draft {
	d := &draft{
		header:  map[string]string{"alg": `"HS256"`, "kid": `"k"`, "typ": `"at+jwt"`},
		payload: map[string]string{"role": `"r"`, "iat": "1800000000", "nbf": "1800000000", "exp": "1800000001", "iss": `"i"`, "aud": `["a","b"]`, "sub": `"s"`, "jti": `"j"`},
	}
	for _, f := range faults {
		f.make(d)
	}
	return d
}

func TestOrderOfPairs(t *testing.T) {
	decoder, verifier := orderDecoder(t)
	_, err := decoder.Decode(newDraft().token())
	require.NoError(t, err, "without a fault it is good")
	_, err = verifier.Verify(newDraft().token())
	require.NoError(t, err)

	for _, f := range tokenFaults {
		t.Run(f.name, func(t *testing.T) {
			claims, err := decoder.Decode(newDraft(f).token())
			assert.Nil(t, claims)
			f.check(t, err)
			assert.Equal(t, f.place == "refuse", errors.Is(err, errValidator))
			_, err = verifier.Verify(newDraft(f).token())
			if f.verify {
				f.check(t, err)
			} else {
				assert.NoError(t, err, "Verify looks at no claims")
			}
		})
	}
	pairs := 0
	for i, early := range tokenFaults {
		for _, late := range tokenFaults[i+1:] {
			if early.place == late.place || early.step == late.step {
				continue
			}
			pairs++
			t.Run(early.name+", "+late.name, func(t *testing.T) {
				token := newDraft(early, late).token()
				claims, err := decoder.Decode(token)
				assert.Nil(t, claims)
				early.check(t, err)
				var into struct{ Iss string }
				early.check(t, decoder.DecodeInto(token, &into))
				assert.Zero(t, into)
				if early.verify || late.verify {
					first := early
					if !early.verify {
						first = late
					}
					octets, err := verifier.Verify(token)
					assert.Nil(t, octets)
					first.check(t, err)
				}
				// Of a token that expired the rest was looked at all the same.
				var expired *jwt.ExpiredError
				if early.class == jwt.ErrExpired && assert.ErrorAs(t, err, &expired) {
					assert.Equal(t, late.class == jwt.ErrExpired, expired.Token != nil)
				}
			})
		}
	}
	assert.Greater(t, pairs, 900)
}

// check wants an error to be that of this fault, and of no other.
func (f tokenFault) check(t *testing.T, err error) {
	t.Helper()
	assertClass(t, err, f.class)
	var detail *jwt.InvalidTokenError
	require.ErrorAs(t, err, &detail)
	assert.Equal(t, f.claim, detail.Claim)
	var malformed *jwt.DecodeError
	if errors.As(err, &malformed) {
		assert.Equal(t, f.segment, malformed.Segment)
	}
}

// ExpiredError.Token is there where expiry is all that is wrong.
func TestExpiredAlone(t *testing.T) {
	decoder, _ := orderDecoder(t)
	for _, f := range tokenFaults {
		if f.class == jwt.ErrExpired {
			_, err := decoder.Decode(newDraft(f).token())
			var expired *jwt.ExpiredError
			require.ErrorAs(t, err, &expired)
			require.NotNil(t, expired.Token)
			assert.Equal(t, "s", expired.Token.Claims.Subject())
		}
	}
}
