package jwt

import (
	"context"
	"errors"
)

// Validators: checks that the program writes. They run last.

// validate runs the validators in the order of the options. If ctx is nil, the context of
// the policy is used.
//
// The settings do not collect the validators in a list, as they do for names. Escape
// analysis would put the list on the heap, and with it every closure given as a validator.
func (s *scratch) validate(p *decodePolicy, ctx context.Context) error {
	if ctx == nil {
		ctx = p.context()
	}
	for _, o := range p.opts {
		if o := o.(*option); o.kind == withValidator {
			if err := o.check(ctx, s.whole()); err != nil {
				return refusal(err)
			}
		}
	}
	return nil
}

// refusal wraps the error of a validator. It is the token's fault, unless a service is down
// or a deadline passed.
func refusal(err error) error {
	switch {
	case errors.Is(err, ErrKeySet): // of another token's keys
		return &failure{class: ErrKeySet, text: "the token could not be validated: " + because(err), cause: err}
	case isUnavailable(err):
		return &failure{class: ErrUnavailable, text: "the token could not be validated: " + because(err), cause: err}
	}
	return &failure{class: ErrInvalidToken, text: "a validator refused the token: " + because(err), cause: err}
}
