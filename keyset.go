package jwt

import (
	"fmt"
	"log/slog"
)

// A KeySet is several keys, of which each token names one (RFC 7517, Section 5).
// Sets are still to come: giving one to a call is an [ErrInvalidKey] that wraps
// [errors.ErrUnsupported].
type KeySet struct {
	keys []*Key
}

// Format prints how many keys the set has, whatever the verb.
func (s KeySet) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.redacted()) }

// LogValue is what log/slog shows of the set: how many keys it has.
func (s *KeySet) LogValue() slog.Value {
	if s == nil {
		return slog.StringValue("jwt.KeySet(none)")
	}
	return slog.StringValue(s.redacted())
}

func (s KeySet) redacted() string { return fmt.Sprintf("jwt.KeySet(%d keys)", len(s.keys)) }
