package interop

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The reference decides what a token is told: the same tokens and options go to
// PyJWT and to Decode, with the same clock, and both must accept, or refuse with
// the same class of error, at the same check. Where they differ on purpose a
// difference names the reason; what no difference names is a failure.

// clock is the second at which both clocks stand.
const clock = 1_800_000_000

// secret is no secret; both sides must know it.
var secret = []byte("sixty-four octets, which is what HS512 asks for, and not a secret")[:64]

// The steps of a decoding, in the order of the reference.
const (
	stepToken = iota // anything before the claims
	stepRequired
	stepIssuedAt
	stepNotBefore
	stepExpiry
	stepIssuer
	stepAudience
	stepSubject
	stepID
	stepAccepted
)

var steps = []string{"token", "required_claims", "iat", "nbf", "exp", "iss", "aud", "sub", "jti", "accepted"}

// An outcome is what one side made of a case.
type outcome struct {
	class   string // PyJWT's name for it; "" where it accepted
	step    int
	foreign bool // none of PyJWT's own errors
	claims  any
}

func (o outcome) String() string {
	if o.class == "" {
		return "accepts"
	}
	return o.class + " at " + steps[o.step]
}

// classes are PyJWT's names, most specific first.
var classes = []struct {
	ours   error
	theirs string
}{
	{jwt.ErrInvalidSignature, "InvalidSignatureError"},
	{jwt.ErrDecode, "DecodeError"},
	{jwt.ErrExpired, "ExpiredSignatureError"},
	{jwt.ErrImmature, "ImmatureSignatureError"},
	{jwt.ErrInvalidAlgorithm, "InvalidAlgorithmError"},
	{jwt.ErrInvalidAudience, "InvalidAudienceError"},
	{jwt.ErrInvalidIssuer, "InvalidIssuerError"},
	{jwt.ErrInvalidIssuedAt, "InvalidIssuedAtError"},
	{jwt.ErrInvalidSubject, "InvalidSubjectError"},
	{jwt.ErrInvalidID, "InvalidJTIError"},
	{jwt.ErrMissingClaim, "MissingRequiredClaimError"},
	{jwt.ErrInvalidToken, "InvalidTokenError"},
}

// A difference is one that is meant. Ours is then the stricter answer, but for
// those that are either way.
type difference struct {
	reason  string
	since   string // the release of PyJWT that began it; "" where it always stood
	until   string // the release that ended it; "" where it still stands
	patched bool   // distributions have mended it in older releases
	either  bool
	holds   func(k kase, ours, theirs outcome) bool
}

var differences = []difference{
	// What we mean to do otherwise.
	{
		reason: "text and booleans are no dates: NumericDate is a JSON number (RFC 7519, Section 2)",
		holds: func(k kase, ours, _ outcome) bool {
			return isDate(ours.step) && strings.ContainsAny(k.at(ours.step)[:1], `"tf`)
		},
	},
	{
		reason: "dates are those of the years 1 to 9999",
		holds: func(k kase, ours, _ outcome) bool {
			return isDate(ours.step) && isNumber(k.at(ours.step)) && !inYears(k.at(ours.step))
		},
	},
	{
		reason: "a date with a fraction is compared exactly, where they cut it off", either: true,
		holds: func(k kase, ours, theirs outcome) bool {
			step := min(ours.step, theirs.step)
			if !isDate(step) || !isNumber(k.at(step)) {
				return false
			}
			at := number(k.at(step))
			return at != math.Trunc(at) && math.Abs(math.Abs(at-k.now)-k.options.leeway) < 1
		},
	},
	{
		reason: "iss is a string, whether an issuer is asked for or not (RFC 7519, Section 4.1.1)",
		holds: func(k kase, ours, _ outcome) bool {
			return ours.step == stepIssuer && ours.class == "InvalidIssuerError" && k.at(stepIssuer)[0] != '"' && k.options.issuer == nil
		},
	},
	{
		reason: "a subject that is asked for must be there",
		holds: func(k kase, ours, _ outcome) bool {
			return ours.step == stepSubject && ours.class == "MissingRequiredClaimError" && k.options.subject != ""
		},
	},
	{
		reason: "an aud that is null, empty or false is not absent (RFC 7519, Section 4.1.3)",
		holds: func(k kase, ours, theirs outcome) bool {
			return ours.step == stepAudience && ours.class == "InvalidAudienceError" && slices.Contains([]string{"null", `""`, "{}", "0", "false"}, k.at(stepAudience))
		},
	},
	{
		reason: "an aud of no members is an absent one, which is missing where it is required",
		holds: func(k kase, ours, _ outcome) bool {
			return ours.step == stepAudience && ours.class == "MissingRequiredClaimError" && k.at(stepAudience) == "[]" && slices.Contains(k.options.require, "aud")
		},
	},
	{
		reason: "JSON is UTF-8 without byte order mark, without NaN (RFC 8259) and has each name once (RFC 7519, Section 4)",
		holds: func(k kase, ours, _ outcome) bool {
			return ours.class == "DecodeError" && slices.Contains([]string{"NaN", "byte order mark", "UTF-16", "name twice"}, k.form)
		},
	},
	{
		reason: "base64url has no padding (RFC 7515, Section 2)",
		holds:  func(k kase, ours, _ outcome) bool { return ours.class == "DecodeError" && k.form == "padding" },
	},
	{
		reason: "a kid that is null is none: there are issuers that write it so", since: "2.10", either: true,
		holds: func(k kase, _, theirs outcome) bool {
			return theirs.class == "InvalidTokenError" && k.form == "kid null"
		},
	},

	// What older releases of PyJWT did not have yet.
	{
		reason: "a date that is null, an array or an object was an error of Python's", until: "2.15",
		holds: func(k kase, ours, theirs outcome) bool {
			return theirs.foreign && isDate(ours.step) && ours.step == theirs.step && strings.ContainsAny(k.at(ours.step)[:1], "n[{")
		},
	},
	{
		reason: "base64url was read with any trailing bits", until: "2.14",
		holds: func(k kase, ours, _ outcome) bool { return ours.class == "DecodeError" && k.form == "trailing bits" },
	},
	{
		reason: "decode did not look at crit", until: "2.12", patched: true,
		holds: func(k kase, ours, _ outcome) bool {
			return ours.class == "InvalidTokenError" && strings.HasPrefix(k.form, "crit")
		},
	},
	{
		reason: "decode did not look at kid", until: "2.10", patched: true,
		holds: func(k kase, ours, _ outcome) bool {
			return ours.class == "InvalidTokenError" && strings.HasPrefix(k.form, "kid")
		},
	},
	{
		reason: "sub and jti were not looked at", until: "2.10",
		holds: func(k kase, ours, _ outcome) bool { return ours.step == stepSubject || ours.step == stepID },
	},
	{
		reason: "several issuers could not be given", until: "2.9", either: true,
		holds: func(k kase, ours, theirs outcome) bool {
			several := k.options.list || len(k.options.issuer) > 1
			if ours.step == stepIssuer { // one list equals another
				return several && k.at(stepIssuer)[0] == '['
			}
			return several && theirs.step == stepIssuer && theirs.class == "InvalidIssuerError"
		},
	},
	{
		reason: "the strict check of aud did not exist", until: "2.8",
		holds: func(k kase, ours, _ outcome) bool {
			return ours.step == stepAudience && ours.class == "InvalidAudienceError" && k.options.strict
		},
	},
	{
		reason: "the clock was cut to the second", until: "2.7", either: true,
		holds: func(k kase, ours, theirs outcome) bool {
			return k.now != math.Trunc(k.now) && isDate(min(ours.step, theirs.step))
		},
	},
}

// measured are the releases for which each difference is known to show in some
// case, so that none can go stale unseen. One newer than the last of them is
// compared too, but what it does otherwise is only told.
var measured = []string{"2.6.0", "2.10.1", "2.15.1"}

func TestPyJWTDecides(t *testing.T) {
	cases := allCases()
	require.Greater(t, len(cases), 2000)
	for _, reference := range pyjwts {
		t.Run(reference.name, func(t *testing.T) {
			reference.need(t)
			used := map[string]int{}
			agreed := 0
			for _, k := range cases {
				ours, theirs := decodeHere(t, k), decodeThere(t, reference, k)
				reference.ran++
				if ours.class == theirs.class && ours.step == theirs.step {
					if agreed++; ours.class == "" {
						assert.Equal(t, theirs.claims, ours.claims, "the claims of %v", k)
					}
					continue
				}
				i := slices.IndexFunc(differences, func(d difference) bool {
					stricter := ours.class != "" && ours.step <= theirs.step
					return (d.until == "" || reference.olderThan(d.until)) && (d.either || stricter) && d.holds(k, ours, theirs)
				})
				switch {
				case i >= 0:
					used[differences[i].reason]++
				case !reference.olderThan(measured[len(measured)-1]) && reference.Version != measured[len(measured)-1]:
					t.Logf("a newer PyJWT: here %v, there %v: %v", ours, theirs, k)
				default:
					t.Errorf("here %v, there %v: %v", ours, theirs, k)
				}
			}
			t.Logf("PyJWT %s: %d of %d cases agree", reference.Version, agreed, len(cases))
			for _, d := range differences {
				if d.since != "" && reference.olderThan(d.since) || d.until != "" && !reference.olderThan(d.until) {
					continue
				}
				t.Logf("%5d  %s", used[d.reason], d.reason)
				if slices.Contains(measured, reference.Version) && !d.patched {
					assert.NotZero(t, used[d.reason], "no case shows any more: %s", d.reason)
				}
			}
		})
	}
}

// The two sides.

func decodeHere(t *testing.T, k kase) outcome {
	t.Helper()
	seconds, part := math.Modf(k.now)
	opts := []jwt.DecodeOption{jwt.WithClock(func() time.Time { return time.Unix(int64(seconds), int64(part*1e9)) })}
	if k.options.leeway != 0 {
		opts = append(opts, jwt.WithLeeway(time.Duration(k.options.leeway*float64(time.Second))))
	}
	if k.options.strict {
		opts = append(opts, jwt.WithStrictAudience(k.options.audience[0]))
	} else if k.options.audience != nil {
		opts = append(opts, jwt.WithAudience(k.options.audience...))
	}
	if k.options.issuer != nil {
		opts = append(opts, jwt.WithIssuer(k.options.issuer...))
	}
	if k.options.subject != "" {
		opts = append(opts, jwt.WithSubject(k.options.subject))
	}
	if k.options.require != nil {
		opts = append(opts, jwt.WithRequired(k.options.require...))
	}
	if k.options.off != nil {
		opts = append(opts, jwt.WithoutCheck(k.options.off...))
	}
	claims, err := jwt.Decode(k.token(), secret, jwt.HS256, opts...)
	if err == nil {
		text, err := json.Marshal(claims)
		require.NoError(t, err)
		return outcome{step: stepAccepted, claims: value(text)}
	}
	var o outcome
	for _, c := range classes {
		if errors.Is(err, c.ours) {
			o.class = c.theirs
			break
		}
	}
	detail, ok := errors.AsType[*jwt.InvalidTokenError](err)
	require.True(t, ok, "%v: %v", err, k)
	if detail.Claim != "" {
		o.step = max(slices.Index(steps, detail.Claim), 0)
	}
	if o.class == "MissingRequiredClaimError" && slices.Contains(k.options.require, detail.Claim) {
		if at := k.at(max(o.step, 0)); o.step == 0 || at == " " || at == "null" {
			o.step = stepRequired
		}
	}
	return o
}

func decodeThere(t *testing.T, reference *client, k kase) outcome {
	t.Helper()
	options, with := map[string]any{}, map[string]any{}
	for _, name := range k.options.off {
		options["verify_"+name] = false
	}
	if k.options.require != nil {
		options["require"] = k.options.require
	}
	if k.options.strict {
		options["strict_aud"] = true
	}
	with["options"] = options
	if k.options.leeway != 0 {
		with["leeway"] = k.options.leeway
	}
	if list := k.options.audience; list != nil {
		with["audience"] = list
		if len(list) == 1 && !k.options.list {
			with["audience"] = list[0]
		}
	}
	if list := k.options.issuer; list != nil {
		with["issuer"] = list
		if len(list) == 1 && !k.options.list {
			with["issuer"] = list[0]
		}
	}
	if k.options.subject != "" {
		with["subject"] = k.options.subject
	}
	answer := reference.call(t, request{
		Op: "verify", Alg: "HS256", Key: material{"raw", base64.RawURLEncoding.EncodeToString(secret)},
		Token: k.token(), Now: k.now, With: with,
	})
	if answer.Error == "" {
		return outcome{step: stepAccepted, claims: value(answer.Claims)}
	}
	return outcome{class: answer.Error, step: max(slices.Index(steps, answer.Step), 0), foreign: answer.Foreign}
}

// value is what encoding/json makes of claims; nil of those with a number that no
// float64 holds, which Python has no JSON for either.
func value(text []byte) (v any) {
	if json.Unmarshal(text, &v) != nil {
		return nil
	}
	return v
}
