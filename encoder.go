package jwt

// An Encoder is a service's way of making tokens, prepared once: the key, the
// header, and what is added to each payload. [NewEncoder] makes one. It is
// immutable and safe for concurrent use. The zero value, and a nil pointer, is an
// [ErrInvalidOption] where it is used.
type Encoder struct {
	key    sealed[keyState]
	policy encodePolicy
}

// NewEncoder prepares an encoder. It returns an [ErrInvalidKey] for a key that
// cannot sign, and an [ErrInvalidOption] for options that are wrong or contradict
// one another. One that only [Encode] takes contradicts one that only [Sign]
// takes. It keeps no reference to what it is given.
func NewEncoder[K SigningKey](key K, opts ...EncodeOption) (*Encoder, error) {
	state, err := keptKey(key)
	if err != nil {
		return nil, err
	}
	p, err := readEncodePolicy(state, cloneOptions(opts))
	if err == nil {
		err = p.prepare(state)
	}
	if err != nil {
		return nil, err
	}
	return &Encoder{seal(state), p}, nil
}

var errNoEncoder = badOption("the Encoder is nil or empty; make one with NewEncoder")

// oneShotEncoder is NewEncoder for one call. What it returns refers to what it was
// given.
func oneShotEncoder[K SigningKey](s *scratch, key K, opts []EncodeOption) (*keyState, encodePolicy, error) {
	state, err := signingKey(s, key)
	if err != nil {
		return nil, encodePolicy{}, err
	}
	p, err := readEncodePolicy(state, opts)
	return state, p, err
}

// Encode signs a payload, as the function [Encode] does. An encoder with an option
// that only Sign takes is an [ErrInvalidOption].
func (e *Encoder) Encode(payload any) (string, error) {
	key, p, err := e.prepared()
	if err != nil {
		return "", err
	}
	s := borrow()
	defer s.giveBack()
	return s.encodeText(key, p, payload)
}

// AppendEncode appends to dst the token that [Encoder.Encode] returns, and fails as it
// does. On an error it returns nil, and dst is as it was, up to its length.
func (e *Encoder) AppendEncode(dst []byte, payload any) ([]byte, error) {
	key, p, err := e.prepared()
	if err != nil {
		return nil, err
	}
	s := borrow()
	defer s.giveBack()
	return s.encode(key, p, dst, payload)
}

// Sign signs a payload of any bytes, as the function [Sign] does, however long it is: to
// verify a token of more than 256 KiB, use [WithMaxSize]. An encoder with an option that
// only Encode takes is an [ErrInvalidOption].
func (e *Encoder) Sign(payload []byte) (string, error) {
	key, p, err := e.prepared()
	if err != nil {
		return "", err
	}
	s := borrow()
	defer s.giveBack()
	return s.signText(key, p, payload)
}

// prepared refuses encoders that were not made by NewEncoder.
func (e *Encoder) prepared() (*keyState, *encodePolicy, error) {
	if e == nil || e.key.isEmpty() {
		return nil, nil, errNoEncoder
	}
	return e.key.open(), &e.policy, nil
}
