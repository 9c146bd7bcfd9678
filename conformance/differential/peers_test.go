package differential

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	josejson "github.com/go-jose/go-jose/v4/json"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	golang "github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/token-jwt/jwt"
)

// An outcome is what one library made of a case: claims, or an error.
type outcome struct {
	claims map[string]any
	dates  struct { // ours alone, to the nanosecond
		Expiry    jwt.NumericDate `json:"exp"`
		NotBefore jwt.NumericDate `json:"nbf"`
		IssuedAt  jwt.NumericDate `json:"iat"`
	}
	err error
}

func (o outcome) accepts() bool { return o.err == nil }

func (o outcome) String() string {
	if o.accepts() {
		return "accepts " + textOf(o.claims)
	}
	return fmt.Sprintf("refuses: %.300q", o.err)
}

// ours is what this library makes of a case.
func ours(k *kase) outcome {
	alg, err := jwt.ParseAlgorithms(k.allowed...)
	must(err)
	opts := []jwt.DecodeOption{jwt.WithClock(func() time.Time { return k.now })}
	p := &k.policy
	if p.issuer != "" {
		opts = append(opts, jwt.WithIssuer(p.issuer))
	}
	if p.subject != "" {
		opts = append(opts, jwt.WithSubject(p.subject))
	}
	if p.audience != nil {
		opts = append(opts, jwt.WithAudience(p.audience...))
	}
	if p.strictAudience != "" {
		opts = append(opts, jwt.WithStrictAudience(p.strictAudience))
	}
	if p.anyAudience {
		opts = append(opts, jwt.WithoutCheck("aud"))
	}
	if p.typ != "" {
		opts = append(opts, jwt.WithType(p.typ))
	}
	if p.required != nil {
		opts = append(opts, jwt.WithRequired(p.required...))
	}
	if p.leeway != 0 {
		opts = append(opts, jwt.WithLeeway(p.leeway))
	}
	if p.maxAge != 0 {
		opts = append(opts, jwt.WithMaxTokenAge(p.maxAge))
	}
	if p.padding {
		opts = append(opts, jwt.WithPadding())
	}
	decoder, err := k.keys.decoder(alg, opts)
	if err != nil {
		return outcome{err: err}
	}
	token, err := decoder.DecodeComplete(k.token)
	if err != nil {
		return outcome{err: err}
	}
	o := outcome{claims: token.Claims}
	o.err = token.DecodeInto(&o.dates)
	return o
}

// A peer is another library.
type peer struct {
	name   string
	lacks  []ability
	verify func(k *kase) outcome
	noJWK  bool // it reads none: programs do
}

// An ability is something that is served here, and not by all.
type ability int

const (
	always        ability = iota
	ed25519Name           // "alg" of Ed25519
	noKeyID               // tokens without "kid", or with one that is not known, for a set
	oddSets               // a set with members that cannot be used
	weakKeys              // keys under the lower bounds, where they are asked for
	padded                // base64url with padding, where it is asked for
	b64True               // "b64" that is true
	anyParams             // header parameters whatever they hold
	largeParams           // numbers in headers that no float64 holds
	spacedHeader          // white space around the object of a header
	exponents             // dates with an exponent
	fractions             // dates with a fraction, exactly
	tinyFractions         // dates with a fraction of a nanosecond
	oddAudience           // "aud" of any type, where the check is turned off
	oddKeys               // JWKs as issuers write them
	sharedIDs             // sets in which keys of different algorithms have one ID
	nullKeyID             // "kid" that is null
)

var peers = []*peer{
	{"golang-jwt", []ability{ed25519Name, largeParams, fractions}, golangJWT, true},
	{"go-jose", []ability{ed25519Name, noKeyID, oddSets, weakKeys, padded, anyParams, largeParams, fractions, oddAudience, oddKeys, sharedIDs}, goJose, false},
	{"jwx", []ability{noKeyID, oddSets, weakKeys, padded, b64True, anyParams, spacedHeader, exponents, tinyFractions, oddAudience, oddKeys, sharedIDs, nullKeyID}, jwxJWT, false},
}

// ask asks a peer; should it panic, it does not accept.
func (p *peer) ask(k *kase) (o outcome) {
	defer func() {
		if fault := recover(); fault != nil {
			o = outcome{err: fmt.Errorf("panic: %v", fault)}
		}
	}()
	return p.verify(k)
}

// Each peer is set to be as strict as its options allow, and to keep numbers and
// dates exactly. Its settings are global.
func init() {
	golang.TimePrecision = time.Nanosecond
	jwx.DecoderSettings(jwx.WithUseNumber(true))
	jwxjwt.Settings(jwxjwt.WithNumericDateParsePrecision(9), jwxjwt.WithNumericDateParsePedantic(true))
}

// What a program does itself, where a library has no option for it.

var errMissing = errors.New("a required claim is missing")

func required(p *policy, has func(name string) bool) error {
	for _, name := range p.required {
		if !has(name) {
			return errMissing
		}
	}
	return nil
}

// audiences are those asked for; strictness is more than others can be asked for.
func (p *policy) audiences() []string {
	if p.strictAudience != "" {
		return []string{p.strictAudience}
	}
	return p.audience
}

func golangJWT(k *kase) outcome {
	p := &k.policy
	opts := []golang.ParserOption{
		golang.WithValidMethods(k.allowed), golang.WithJSONNumber(), golang.WithStrictDecoding(), golang.WithIssuedAt(),
		golang.WithTimeFunc(func() time.Time { return k.now }), golang.WithLeeway(p.leeway), golang.WithIssuer(p.issuer), golang.WithSubject(p.subject), golang.WithAudience(p.audiences()...),
	}
	if p.padding {
		opts = append(opts, golang.WithPaddingAllowed())
	}
	token, err := golang.NewParser(opts...).Parse(k.token, func(token *golang.Token) (any, error) {
		if !k.keys.set {
			return k.keys.members[0].public, nil
		}
		// Which key of a set serves a token is the program's own affair.
		var set, others golang.VerificationKeySet
		kid, _ := token.Header["kid"].(string)
		for _, m := range k.keys.members {
			switch {
			case m.material == nil:
			case kid == "" || m.kid == kid:
				set.Keys = append(set.Keys, m.public)
			case m.kid == "":
				others.Keys = append(others.Keys, m.public)
			}
		}
		if len(set.Keys) == 0 {
			return others, nil
		}
		return set, nil
	})
	if err != nil {
		return outcome{err: err}
	}
	claims := token.Claims.(golang.MapClaims)
	return outcome{claims: claims, err: required(p, func(name string) bool { _, ok := claims[name]; return ok })}
}

// joseClaims keeps the claims whole, as that library reads them.
type joseClaims map[string]any

func (c *joseClaims) UnmarshalJSON(text []byte) error {
	d := josejson.NewDecoder(bytes.NewReader(text))
	d.SetNumberType(josejson.UnmarshalJSONNumber)
	return d.Decode((*map[string]any)(c))
}

func goJose(k *kase) outcome {
	if k.keys.joseErr != nil {
		return outcome{err: k.keys.joseErr}
	}
	var algs []jose.SignatureAlgorithm
	for _, alg := range k.allowed {
		algs = append(algs, jose.SignatureAlgorithm(alg))
	}
	token, err := josejwt.ParseSigned(k.token, algs)
	if err != nil {
		return outcome{err: err}
	}
	var registered josejwt.Claims
	var claims joseClaims
	if err := token.Claims(k.keys.jose, &registered, &claims); err != nil {
		return outcome{err: err}
	}
	p := &k.policy
	err = registered.ValidateWithLeeway(josejwt.Expected{Issuer: p.issuer, Subject: p.subject, AnyAudience: p.audiences(), Time: k.now}, p.leeway)
	if err != nil {
		return outcome{err: err}
	}
	return outcome{claims: claims, err: required(p, func(name string) bool { _, ok := claims[name]; return ok })}
}

func jwxJWT(k *kase) outcome {
	if k.keys.jwxErr != nil {
		return outcome{err: k.keys.jwxErr}
	}
	p := &k.policy
	opts := []jwxjwt.ValidateOption{jwxjwt.WithClock(jwxjwt.ClockFunc(func() time.Time { return k.now })), jwxjwt.WithAcceptableSkew(p.leeway)}
	if p.issuer != "" {
		opts = append(opts, jwxjwt.WithIssuer(p.issuer))
	}
	if p.subject != "" {
		opts = append(opts, jwxjwt.WithSubject(p.subject))
	}
	if wanted := p.audiences(); wanted != nil {
		opts = append(opts, jwxjwt.WithValidator(jwxjwt.ValidatorFunc(func(_ context.Context, token jwxjwt.Token) error {
			if list, _ := token.Audience(); slices.ContainsFunc(list, func(aud string) bool { return slices.Contains(wanted, aud) }) {
				return nil
			}
			return errors.New("the audience is another")
		})))
	}
	for _, name := range p.required {
		opts = append(opts, jwxjwt.WithRequiredClaim(name))
	}
	if p.maxAge != 0 {
		opts = append(opts, jwxjwt.WithMaxDelta(p.maxAge, "", jwxjwt.IssuedAtKey))
	}
	var token jwxjwt.Token
	var err error
	if len(k.allowed) == 1 && !k.keys.set { // the way that is recommended
		alg, ok := jwa.LookupSignatureAlgorithm(k.allowed[0])
		if !ok {
			return outcome{err: errors.New("no such algorithm: " + k.allowed[0])}
		}
		all := []jwxjwt.ParseOption{jwxjwt.WithKey(alg, k.keys.jwx), jwxjwt.WithStrictStringClaims(true), jwxjwt.WithPedantic(true)}
		for _, o := range opts {
			all = append(all, o)
		}
		token, err = jwxjwt.ParseString(k.token, all...)
	} else {
		token, err = jwxSteps(k, opts)
	}
	if err != nil {
		return outcome{err: err}
	}
	claims := map[string]any{}
	for _, name := range token.Keys() {
		var value any
		if err := token.Get(name, &value); err != nil {
			value = nil // null cannot be had
		}
		claims[name] = value
	}
	return outcome{claims: claims}
}

// jwxSteps verifies with all that jws.Verify can be asked for, and then validates.
func jwxSteps(k *kase, validate []jwxjwt.ValidateOption) (jwxjwt.Token, error) {
	opts := []jws.VerifyOption{jws.WithCompact(), jws.WithCritValidation(true), jws.WithAlgorithmMatch(true), jws.WithValidateKey(true)}
	if set, ok := k.keys.jwx.(jwk.Set); ok {
		opts = append(opts, jws.WithKeySet(set, jws.WithInferAlgorithmFromKey(true)))
	} else {
		opts = append(opts, jws.WithKeyProvider(jws.KeyProviderFunc(func(_ context.Context, sink jws.KeySink, _ *jws.Signature, _ *jws.Message) error {
			for _, name := range k.allowed {
				if alg, ok := jwa.LookupSignatureAlgorithm(name); ok {
					sink.Key(alg, k.keys.jwx)
				}
			}
			return nil
		})))
	}
	payload, err := jws.Verify([]byte(strings.TrimSpace(k.token)), opts...)
	if err != nil {
		return nil, err
	}
	token := jwxjwt.New()
	if err := json.Unmarshal(payload, token); err != nil {
		return nil, err
	}
	return token, jwxjwt.Validate(token, validate...)
}
