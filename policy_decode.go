package jwt

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A decodePolicy is what the options of a decoder come to. It is made on the
// stack of each one-shot call: single settings are copied into it, lists are
// read again from the options where they are needed.
type decodePolicy struct {
	algorithms     Algorithm
	opts           []DecodeOption
	set            policyBits
	unchecked      claimBits
	leeway         time.Duration
	maxAge         time.Duration
	maxSize        int
	clock          func() time.Time
	typ            string
	subject        string
	strictAudience string
	detached       []byte
	cacheSize      int             // of WithSignatureCache, or 0
	signatures     *signatureCache // of that size, made by NewDecoder; nil for none
	jwtOnly        string          // an option that Verify does not take
	jwsOnly        string          // one that Decode does not take
}

const defaultMaxSize = 256 << 10

type policyBits uint16

const (
	hasType policyBits = 1 << iota
	hasIssuers
	hasAudiences
	hasStrictAudience
	hasSubject
	hasRequired
	hasValidators
	hasDetached
	hasPadding
	hasCritical
)

func (p *decodePolicy) has(bit policyBits) bool { return p.set&bit != 0 }
func (p *decodePolicy) checks(c claim) bool     { return !p.unchecked.has(c) }

// readDecodePolicy takes the settings of the options. The policy refers to them.
//
// It is one function that returns a value, and no part of a flow lets go of what
// the policy refers to, so that the options of a one-shot call cost no allocation:
// the compiler sees that they may stay on the caller's stack. alloc_test.go would
// tell.
func readDecodePolicy(algorithms Algorithm, opts []DecodeOption) (decodePolicy, error) {
	p := decodePolicy{algorithms: algorithms, opts: opts, maxSize: defaultMaxSize}
	if err := algorithms.checkSet(); err != nil {
		return decodePolicy{}, err
	}
	for _, o := range opts {
		var err error
		switch o := o.(type) {
		case typeOption:
			if o == "" {
				err = badOption("WithType needs a type to ask for; leave it out to accept any")
			}
			p.typ = string(o)
			p.set |= hasType
		case clockOption:
			if o == nil {
				err = errNilClock
				break
			}
			p.clock, p.jwtOnly = o, "WithClock"
		case issuerOption:
			p.set |= hasIssuers
			p.jwtOnly = "WithIssuer"
			err = checkList("WithIssuer", o)
		case subjectOption:
			p.subject, p.jwtOnly = string(o), "WithSubject"
			p.set |= hasSubject
			err = checkText("WithSubject", string(o))
		case audienceOption:
			p.set |= hasAudiences
			p.jwtOnly = "WithAudience"
			err = checkList("WithAudience", o)
		case strictAudienceOption:
			p.strictAudience, p.jwtOnly = string(o), "WithStrictAudience"
			p.set |= hasStrictAudience
			err = checkText("WithStrictAudience", string(o))
		case requiredOption:
			p.set |= hasRequired
			p.jwtOnly = "WithRequired"
			if len(o) == 0 {
				err = badOption("WithRequired names no claim")
			}
		case leewayOption:
			p.leeway, p.jwtOnly = time.Duration(o), "WithLeeway"
			switch {
			case o < 0:
				err = badOption("WithLeeway is negative; leeway is allowed, not taken away")
			case o > 0:
				err = checkDuration("WithLeeway", p.leeway, time.Millisecond)
			}
		case maxAgeOption:
			p.maxAge, p.jwtOnly = time.Duration(o), "WithMaxTokenAge"
			err = checkDuration("WithMaxTokenAge", p.maxAge, time.Millisecond)
		case withoutOption:
			p.jwtOnly = "WithoutCheck"
			err = p.without(o)
		case validatorOption:
			p.set |= hasValidators
			p.jwtOnly = "WithValidator"
			if o == nil {
				err = badOption("WithValidator was given nil")
			}
		case contextOption:
			if o == nil {
				err = badOption("WithContext was given nil; context.Background() is the default")
			}
		case maxSizeOption:
			p.maxSize = int(o)
			if o <= 0 {
				err = badOption("WithMaxSize must be greater than 0")
			}
		case criticalOption:
			p.set |= hasCritical
			err = checkCriticalNames(o)
		case paddingOption:
			p.set |= hasPadding
		case signatureCacheOption:
			p.cacheSize = int(o)
			if o < 1 || o > mostCached {
				err = badOption("WithSignatureCache was given " + strconv.Itoa(int(o)) + "; it takes a number of tokens, from 1 to " + strconv.Itoa(mostCached))
			}
		case detachedOption:
			p.detached, p.jwsOnly = o, "WithDetachedPayload"
			p.set |= hasDetached
		default:
			err = errForeignOption
		}
		if err != nil {
			return decodePolicy{}, err
		}
	}
	return p, p.contradiction()
}

func (p *decodePolicy) without(names []string) error {
	if len(names) == 0 {
		return badOption("WithoutCheck names no claim")
	}
	for _, name := range names {
		c := claimNamed(name)
		if c == claimOther {
			return badOption("WithoutCheck knows no check of " + quote(name) + "; there are those of exp, nbf, iat, iss, aud, sub and jti")
		}
		p.unchecked |= 1 << c
	}
	return nil
}

// contradiction refuses options that cannot both be meant.
func (p *decodePolicy) contradiction() error {
	switch {
	case !p.checks(claimIss) && p.has(hasIssuers):
		return contradict(`WithoutCheck("iss")`, "WithIssuer")
	case !p.checks(claimAud) && p.has(hasAudiences):
		return contradict(`WithoutCheck("aud")`, "WithAudience")
	case !p.checks(claimAud) && p.has(hasStrictAudience):
		return contradict(`WithoutCheck("aud")`, "WithStrictAudience")
	case !p.checks(claimSub) && p.has(hasSubject):
		return contradict(`WithoutCheck("sub")`, "WithSubject")
	case !p.checks(claimIat) && p.maxAge != 0:
		return contradict(`WithoutCheck("iat")`, "WithMaxTokenAge")
	case p.has(hasAudiences) && p.has(hasStrictAudience):
		return contradict("WithAudience", "WithStrictAudience")
	case p.jwtOnly != "" && p.jwsOnly != "":
		return contradict(p.jwtOnly+", which Verify does not take", p.jwsOnly+", which Decode does not take")
	}
	return nil
}

func contradict(a, b string) error { return badOption("contradictory options: " + a + " and " + b) }

// now reads the clock, unless it is the machine's, and the call has read that already.
func (p *decodePolicy) now(read time.Time) instant {
	switch {
	case p.clock != nil:
		return instantOf(p.clock())
	case read.IsZero():
		return instantOf(time.Now())
	}
	return instantOf(read)
}

// What is not in the policy itself is read again from the options.

func (p *decodePolicy) isIssuer(iss []byte) bool {
	for _, o := range p.opts {
		if list, ok := o.(issuerOption); ok && contains(list, iss) {
			return true
		}
	}
	return false
}

func (p *decodePolicy) isAudience(aud []byte) bool {
	for _, o := range p.opts {
		if list, ok := o.(audienceOption); ok && contains(list, aud) {
			return true
		}
	}
	return false
}

func (p *decodePolicy) isCritical(name string) bool {
	for _, o := range p.opts {
		if list, ok := o.(criticalOption); ok && slices.Contains(list, name) {
			return true
		}
	}
	return false
}

func contains(list []string, text []byte) bool {
	for _, one := range list {
		if one == string(text) {
			return true
		}
	}
	return false
}

// wantedIssuers and wantedAudiences are for error texts.

func (p *decodePolicy) wantedIssuers() string {
	var all []string
	for _, o := range p.opts {
		if list, ok := o.(issuerOption); ok {
			all = appendQuoted(all, list)
		}
	}
	return either(all)
}

func (p *decodePolicy) wantedAudiences() string {
	var all []string
	for _, o := range p.opts {
		if list, ok := o.(audienceOption); ok {
			all = appendQuoted(all, list)
		}
	}
	return either(all)
}

func (p *decodePolicy) differsFromIssuers(iss []byte) (text string) {
	for _, o := range p.opts {
		if list, ok := o.(issuerOption); ok && text == "" {
			text = differs(iss, list)
		}
	}
	return text
}

func (p *decodePolicy) differsFromAudiences(aud []byte) (text string) {
	for _, o := range p.opts {
		if list, ok := o.(audienceOption); ok && text == "" {
			text = differs(aud, list)
		}
	}
	return text
}

func appendQuoted(all, list []string) []string {
	for _, one := range list {
		all = append(all, quote(one))
	}
	return all
}

// either joins what may be, and counts what is beyond the first few.
func either(all []string) string {
	const most = 4
	if len(all) > most {
		return strings.Join(all[:most], " or ") + " or " + strconv.Itoa(len(all)-most) + " more"
	}
	return strings.Join(all, " or ")
}

// context returns what WithContext gave.
func (p *decodePolicy) context() context.Context {
	ctx := context.Background()
	for _, o := range p.opts {
		if given, ok := o.(contextOption); ok {
			ctx = given()
		}
	}
	return ctx
}

// cloneDecodeOptions makes a copy that shares no memory with what a program
// may still change, of what is read again.
func cloneDecodeOptions(opts []DecodeOption) []DecodeOption {
	opts = slices.Clone(opts)
	for i, o := range opts {
		switch o := o.(type) {
		case issuerOption:
			opts[i] = slices.Clone(o)
		case audienceOption:
			opts[i] = slices.Clone(o)
		case requiredOption:
			opts[i] = slices.Clone(o)
		case criticalOption:
			opts[i] = slices.Clone(o)
		case detachedOption:
			opts[i] = slices.Clone(o)
		}
	}
	return opts
}

// checkCriticalNames holds the names of WithCritical against what "crit" may list:
// producers "MUST NOT include Header Parameter names defined by this specification or
// [JWA] for use with JWS".
func checkCriticalNames(names []string) error {
	if err := checkList("WithCritical", names); err != nil {
		return err
	}
	for _, name := range names {
		switch name {
		case "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", // RFC 7515
			"enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c": // RFC 7516 and RFC 7518
			return badOption("WithCritical was given " + quote(name) + `, which is no extension, so that "crit" never lists it`)
		case "b64":
			return badOption(`WithCritical was given "b64", which a JWT never has; Verify knows it, with WithDetachedPayload`)
		}
	}
	return nil
}
