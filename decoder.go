package jwt

import "context"

// A Decoder is a service's policy, prepared once: which key, which algorithms,
// and what a token must say. [NewDecoder] makes one. It is immutable and safe for
// concurrent use. The zero value, and a nil pointer, is an [ErrInvalidOption]
// where it is used.
type Decoder struct {
	keys   sealed[keyring]
	policy decodePolicy
}

var errNoDecoder = badOption("the Decoder is nil or empty; make one with NewDecoder")

// NewDecoder prepares a decoder. It returns an [ErrInvalidKey] for a key that
// serves none of the algorithms, or a set with keys none of which does, and an [ErrInvalidOption] for options that are
// wrong or contradict one another. One that only [Decode] takes contradicts one
// that only [Verify] takes, and a secret contradicts an allow-list that names
// public-key algorithms beside those for secrets. It keeps no reference to what it is given.
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
		p.signatures = newSignatureCache(p.get(withSignatureCache).size)
	}
	return &Decoder{seal(&keys), p}, nil
}

var errCacheOneShot = badOption("WithSignatureCache is for NewDecoder: a call by itself has nothing to remember; make a Decoder once, and use it for every token")

// oneShotDecoder is NewDecoder for one call. What it returns refers to what it was given.
func oneShotDecoder[K VerificationKey](s *scratch, key K, alg Algorithm, opts []DecodeOption) (keyring, decodePolicy, error) {
	keys, err := verificationKeys(s, key)
	if err != nil {
		return keyring{}, decodePolicy{}, err
	}
	p, err := readDecodePolicy(alg, opts)
	switch {
	case err != nil:
	case p.has(withSignatureCache):
		err = errCacheOneShot
	default:
		err = keys.serve(alg)
	}
	return keys, p, err
}

// prepared refuses decoders that were not made by NewDecoder.
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

// DecodeInto verifies a token as [Decoder.Decode] does, and stores its claims in dst:
// a non-nil pointer to a struct, to a map with string keys, or to a pointer to one;
// anything else is an [ErrInvalidOption]. It replaces *dst whole: what the token lacks is zero,
// and a map is new, so that nothing of an earlier token is left.
//
// Claims fit fields as in encoding/json, by the same tags and methods, but for
// two things. Names match exactly, so that "SUB" never fills a field "sub"; a claim
// that fits no field, and differs from a field without a tag in case alone ("sub" and
// Sub), is an error that gives the tag to write, as the field would stay empty. And a
// [time.Time], whatever the claim, takes seconds since 1970 as a [NumericDate] does,
// beside the text of encoding/json, which is what [Encode] writes of it: a struct for
// both has fields of type NumericDate. A claim that does not fit is an
// [ErrInvalidToken] that names it; where the token has expired too it is an
// [ErrExpired] without the token. [RegisteredClaims] as a named or tagged field is an
// [ErrInvalidOption]. On any error dst is as it was.
func (d *Decoder) DecodeInto(token string, dst any) error {
	keys, p, err := d.prepared()
	if err != nil {
		return err
	}
	s := borrow()
	defer s.giveBack()
	return s.decodeInto(keys, p, token, dst)
}

// DecodeComplete verifies a token and returns it whole, as the function
// [DecodeComplete] does.
func (d *Decoder) DecodeComplete(token string) (*Token, error) {
	return d.complete(token, nil)
}

// DecodeContext is [Decoder.DecodeComplete] with a context for validators and for live
// key sets, in place of that of [WithContext]: usually that of the request. It bounds
// how long the call waits for keys, and nothing else: a context that has ended refuses no
// token by itself. A nil context is an [ErrInvalidOption].
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

// complete is DecodeComplete and DecodeContext. A nil ctx stands for that of the policy.
func (d *Decoder) complete(token string, ctx context.Context) (*Token, error) {
	keys, p, err := d.prepared()
	if err != nil {
		return nil, err
	}
	s := borrow()
	defer s.giveBack()
	return s.decodeWhole(keys, p, ctx, token)
}
