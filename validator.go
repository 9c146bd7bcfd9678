package jwt

import (
	"context"
	"errors"
)

// The program's own checks, which run last, and what their errors become.

// validate runs them in the order of the options. A nil ctx is that of the policy.
func (s *scratch) validate(p *decodePolicy, ctx context.Context) error {
	if ctx == nil {
		ctx = p.context()
	}
	for _, o := range p.opts {
		if check, ok := o.(validatorOption); ok {
			if err := check(ctx, s.whole()); err != nil {
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
