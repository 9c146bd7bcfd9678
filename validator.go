package jwt

import (
	"context"
	"errors"
)

// The program's own checks, which run last, and what their errors become.

// validate runs them in the order of the options. A nil ctx stands for that of the policy.
//
// Validators are not added up in the settings as lists are: the sum would be on the heap,
// and with it every closure that is given as a validator.
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

// refusal is a validator's error as one of ours: the token's fault, unless it
// says that something else is down, or that time ran out.
func refusal(err error) error {
	switch {
	case errors.Is(err, ErrKeySet): // of another token's keys
		return &failure{class: ErrKeySet, text: "the token could not be validated: " + because(err), cause: err}
	case isUnavailable(err):
		return &failure{class: ErrUnavailable, text: "the token could not be validated: " + because(err), cause: err}
	}
	return &failure{class: ErrInvalidToken, text: "a validator refused the token: " + because(err), cause: err}
}
