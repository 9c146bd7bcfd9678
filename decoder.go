package jwt

import (
	"context"
	"reflect"
)

// A Decoder is a service's policy, prepared once: which key, which algorithms,
// and what a token must say. It is immutable and safe for concurrent use. The
// zero value is an [ErrInvalidOption] where it is used.
type Decoder struct {
	key    *keyState
	policy decodePolicy
}

// NewDecoder prepares a decoder. It returns an [ErrInvalidKey] for a key that
// serves none of the algorithms, and an [ErrInvalidOption] for options that are
// wrong, that contradict one another, or of which neither Decode nor Verify
// would take all. It keeps no reference to what it is given.
func NewDecoder[K VerificationKey](key K, alg Algorithm, opts ...DecodeOption) (*Decoder, error) {
	state, err := verificationKey(key)
	if err != nil {
		return nil, err
	}
	d, err := makeDecoder(state, alg, cloneDecodeOptions(opts))
	if err != nil {
		return nil, err
	}
	d.key = state.keep()
	return &d, nil
}

// makeDecoder reads the options. What it returns still refers to them.
func makeDecoder(key *keyState, alg Algorithm, opts []DecodeOption) (Decoder, error) {
	d := Decoder{key: key}
	if err := d.policy.read(alg, opts); err != nil {
		return Decoder{}, err
	}
	if key.fits&alg == 0 {
		return Decoder{}, key.misfit(alg)
	}
	return d, nil
}

// Decode verifies a token and returns its claims, as the function [Decode] does.
func (d *Decoder) Decode(token string) (Claims, error) {
	m := borrow()
	defer m.giveBack()
	if err := d.decode(m, nil, token); err != nil {
		return nil, err
	}
	return m.claims(), nil
}

// DecodeInto verifies a token and stores its claims in dst: a non-nil pointer to
// a struct, to a map with string keys, or to a pointer to one; anything else is
// an [ErrInvalidOption]. It replaces *dst whole: what the token lacks is zero,
// and a map is new. Names match exactly, tags are those of encoding/json. A claim
// that does not fit its field is an [ErrInvalidToken] that names it. On any error
// dst is as it was.
func (d *Decoder) DecodeInto(token string, dst any) error {
	target, err := targetOf(dst)
	if err != nil {
		return err
	}
	m := borrow()
	defer m.giveBack()
	if err := d.decode(m, nil, token); err != nil {
		return err
	}
	return target.fill(&m.payload)
}

// DecodeComplete verifies a token and returns it whole.
func (d *Decoder) DecodeComplete(token string) (*Token, error) {
	m := borrow()
	defer m.giveBack()
	return d.complete(m, nil, token)
}

// DecodeContext is [Decoder.DecodeComplete] with a context for validators and
// live key sets, in place of that of [WithContext]. A nil context is an
// [ErrInvalidOption].
func (d *Decoder) DecodeContext(ctx context.Context, token string) (*Token, error) {
	if ctx == nil {
		return nil, badOption("DecodeContext was given a nil context")
	}
	m := borrow()
	defer m.giveBack()
	return d.complete(m, ctx, token)
}

// Verify verifies a token of any octets, as the function [Verify] does.
func (d *Decoder) Verify(token string) ([]byte, error) {
	m := borrow()
	defer m.giveBack()
	return d.verify(m, token)
}

func (d *Decoder) complete(m *message, ctx context.Context, token string) (*Token, error) {
	if err := d.decode(m, ctx, token); err != nil {
		return nil, err
	}
	return m.whole(), nil
}

// A target is where claims are stored: checked before any token is read.
type target struct {
	value reflect.Value
	plan  *plan
}

func targetOf(dst any) (target, error) {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return target{}, errTarget
	}
	t := target{v.Elem(), planOf(v.Type().Elem())}
	inner := t.plan
	if inner.kind == planKind(reflect.Pointer) {
		inner = inner.elem
	}
	switch inner.typ.Kind() {
	case reflect.Struct:
		return t, nil
	case reflect.Map:
		if inner.key.typ.Kind() == reflect.String {
			return t, nil
		}
	}
	return target{}, errTarget
}

var errTarget = badOption("the destination must be a non-nil pointer to a struct or to a map with string keys")

// fill stores the root of a document, or leaves the target as it was.
func (t target) fill(d *document) error {
	d.share()
	fresh := reflect.New(t.plan.typ).Elem()
	if blame, err := d.fill(0, fresh, t.plan); err != nil {
		return unfitClaim(blame, err)
	}
	t.value.Set(fresh)
	return nil
}
