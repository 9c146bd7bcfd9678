package jwt

import (
	"context"

	"github.com/token-jwt/jwt/internal/seen"
)

// A Decoder verifies tokens with one key or key set, one allow-list of algorithms and one
// list of options. It checks these once for all tokens. [NewDecoder] makes one. It is
// immutable and safe for concurrent use. Using the zero value or a nil pointer is an
// [ErrInvalidOption].
type Decoder struct {
	keys   sealed[keyring]
	policy decodePolicy
}

var errNoDecoder = badOption("the Decoder is nil or empty; make one with NewDecoder")

// NewDecoder makes a decoder. It returns an [ErrInvalidKey] for a key that fits none of the
// algorithms, and for a set that has keys but none that fits. It returns an
// [ErrInvalidOption] for options that are wrong or contradict one another. An option that
// only [Decode] takes contradicts one that only [Verify] takes. A secret contradicts an
// allow-list that has both HMAC and public-key algorithms. NewDecoder keeps no reference to
// its arguments.
func NewDecoder[K VerificationKey](key K, alg Algorithm, opts ...DecodeOption) (*Decoder, error) {
	keys, err := keptKeyring(key)
	if err != nil {
		return nil, err
	}
	p, err := readDecodePolicy(alg, cloneOptions(opts))
	if err != nil {
		return nil, err
	}
	if err := keys.serve(alg); err != nil {
		return nil, err
	}
	if p.has(withSignatureCache) && alg&^hmacAlgorithms != 0 {
		p.signatures = seen.New(p.get(withSignatureCache).size)
	}
	return &Decoder{seal(&keys), p}, nil
}

var errCacheOneShot = badOption("WithSignatureCache is for NewDecoder: a single call has nothing to remember; make a Decoder once, and use it for every token")

// oneShotDecoder does what NewDecoder does, for one call. The results keep references to the
// arguments.
func oneShotDecoder[K VerificationKey](s *scratch, key K, alg Algorithm, opts []DecodeOption) (keys keyring, p decodePolicy, err error) {
	if keys, err = verificationKeys(s, key); err != nil {
		return keys, p, err
	}
	p, err = readDecodePolicy(alg, opts)
	switch {
	case err != nil:
	case p.has(withSignatureCache):
		err = errCacheOneShot
	default:
		err = keys.serve(alg)
	}
	return keys, p, err
}

// prepared returns the keys and the policy. It refuses a decoder that NewDecoder did not make.
func (d *Decoder) prepared() (keyring, *decodePolicy, error) {
	if d == nil || d.keys.isEmpty() {
		return keyring{}, nil, errNoDecoder
	}
	return *d.keys.open(), &d.policy, nil
}

// Decode verifies a token and returns its claims, as the function [Decode] does.
// A token without "exp" never expires, unless [WithRequired] asks for one. A
// decoder with an option that only Verify takes is an [ErrInvalidOption].
func (d *Decoder) Decode(token string) (Claims, error) {
	keys, p, err := d.prepared()
	if err != nil {
		return nil, err
	}
	s := borrow()
	defer s.giveBack()
	return s.decodeMap(keys, p, token)
}

// DecodeInto verifies a token as [Decoder.Decode] does, and stores its claims in dst. dst is
// a non-nil pointer to a struct, to a map with string keys, or to a pointer to one of these;
// anything else is an [ErrInvalidOption]. DecodeInto replaces all of *dst: a field whose
// claim is absent is zero, and a map is new. So nothing of an earlier token is left.
//
// Claims fit fields as in encoding/json, by the same tags and methods, with two differences:
//
//   - Names match exactly: "SUB" never fills a field with the tag "sub". If a field without
//     a tag differs from a claim only in case (Sub and "sub"), it would stay empty. That is
//     an error, which says which tag the field needs.
//   - A [time.Time] accepts seconds since 1970, as a [NumericDate] does, and also the text
//     form of encoding/json. [Encode] writes the text form. So use NumericDate in a struct
//     that is both encoded and decoded.
//
// A claim that does not fit is an [ErrInvalidToken] that names the claim. If the token has
// expired too, the error is an [ErrExpired] without the token. [RegisteredClaims] as a named
// or tagged field is an [ErrInvalidOption]. On any error dst is unchanged.
func (d *Decoder) DecodeInto(token string, dst any) error {
	keys, p, err := d.prepared()
	if err != nil {
		return err
	}
	s := borrow()
	defer s.giveBack()
	return s.decodeInto(keys, p, token, dst)
}

// DecodeComplete verifies a token, and returns its header, claims, payload and signature, as
// the function [DecodeComplete] does.
func (d *Decoder) DecodeComplete(token string) (*Token, error) {
	return d.complete(token, nil)
}

// DecodeContext is [Decoder.DecodeComplete] with a context, usually that of the request. It
// replaces the context of [WithContext]. Validators receive it, and it bounds how long the
// call waits for the keys of a live set. The decoder uses it for nothing else: a context
// that has ended does not by itself make a token invalid. A nil context is an
// [ErrInvalidOption].
func (d *Decoder) DecodeContext(ctx context.Context, token string) (*Token, error) {
	if ctx == nil {
		return nil, badOption("DecodeContext was given a nil context")
	}
	return d.complete(token, ctx)
}

// Verify verifies a token of any bytes, as the function [Verify] does. A decoder
// with an option that only Decode takes is an [ErrInvalidOption].
func (d *Decoder) Verify(token string) ([]byte, error) {
	keys, p, err := d.prepared()
	if err != nil {
		return nil, err
	}
	s := borrow()
	defer s.giveBack()
	return s.verify(keys, p, token)
}

// complete implements DecodeComplete and DecodeContext. If ctx is nil, the context of the
// policy is used.
func (d *Decoder) complete(token string, ctx context.Context) (*Token, error) {
	keys, p, err := d.prepared()
	if err != nil {
		return nil, err
	}
	s := borrow()
	defer s.giveBack()
	return s.decodeWhole(keys, p, ctx, token)
}
