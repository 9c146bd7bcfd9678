package jwt

// An Encoder makes tokens with one key and one list of options. It checks the key and the
// options, and writes the header, once for all tokens. [NewEncoder] makes one. It is
// immutable and safe for concurrent use. Using the zero value or a nil pointer is an
// [ErrInvalidOption].
type Encoder struct {
	key    sealed[keyState]
	policy encodePolicy
}

// NewEncoder makes an encoder. It returns an [ErrInvalidKey] for a key that cannot sign, and
// an [ErrInvalidOption] for options that are wrong or contradict one another. An option that
// only [Encode] takes contradicts one that only [Sign] takes. NewEncoder keeps no reference
// to its arguments.
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

// oneShotEncoder does what NewEncoder does, for one call. The results keep references to the
// arguments.
func oneShotEncoder[K SigningKey](s *scratch, key K, opts []EncodeOption) (state *keyState, p encodePolicy, err error) {
	if state, err = rawKey(s, key); err == nil {
		p, err = readEncodePolicy(state, opts)
	}
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
// does. On an error it returns nil, and the bytes of dst up to its length are unchanged.
func (e *Encoder) AppendEncode(dst []byte, payload any) ([]byte, error) {
	key, p, err := e.prepared()
	if err != nil {
		return nil, err
	}
	s := borrow()
	defer s.giveBack()
	return s.encode(key, p, dst, payload)
}

// Sign signs a payload of any bytes and any size, as the function [Sign] does. To verify a
// token of more than 256 KiB, use [WithMaxSize]. An encoder with an option that only Encode
// takes is an [ErrInvalidOption].
func (e *Encoder) Sign(payload []byte) (string, error) {
	key, p, err := e.prepared()
	if err != nil {
		return "", err
	}
	s := borrow()
	defer s.giveBack()
	return s.signText(key, p, payload)
}

// prepared returns the key and the policy. It refuses an encoder that NewEncoder did not make.
func (e *Encoder) prepared() (*keyState, *encodePolicy, error) {
	if e == nil || e.key.isEmpty() {
		return nil, nil, errNoEncoder
	}
	return e.key.open(), &e.policy, nil
}
