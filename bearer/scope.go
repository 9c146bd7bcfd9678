package bearer

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/token-jwt/jwt"
)

// Scopes of tokens (RFC 6749, Section 3.3; RFC 8693, Section 4.2).

// Scope makes a middleware that lets requests pass whose token has all of these
// scopes. Others are answered with [ErrInsufficientScope]; without a token, or with one
// that is not good, as [Guard.Handler] answers, [WithOptional] or not. Within the
// same guard's Handler, or another Scope of it, the token is not verified again.
// Scopes nest: a challenge names those that were wanted further out too.
//
// The scopes of a token are those of its claim "scope", or where that is absent of
// "scp": text with spaces between, or an array of strings. A claim of another type is
// no scope at all.
//
// No name, and one that is no scope (empty, or with a space, a quote, a backslash or
// characters outside printable ASCII) is the program's fault: every request is
// answered with 500.
func (g *Guard) Scope(names ...string) func(http.Handler) http.Handler {
	names = slices.Clone(names)
	joined := strings.Join(names, " ")
	lacks := &fault{class: ErrInsufficientScope, text: "the token lacks a scope; wanted: " + joined}
	bad := checkScope(names)
	return func(next http.Handler) http.Handler {
		if err := g.serves(next); err != nil {
			return g.refusing(err)
		}
		if bad != nil {
			return g.refusing(bad)
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			v, ok := ctx.Value(contextKey{}).(*verified)
			if !ok || v.guard != g {
				t, err := g.Authenticate(r)
				if err != nil {
					g.answer(w, r, err, joined)
					return
				}
				v = &verified{token: t}
			}
			wanted := merged(v.wanted, joined, names)
			if !hasScopes(v.token.Claims, names) {
				g.answer(w, r, lacks, wanted)
				return
			}
			next.ServeHTTP(w, r.WithContext(&verified{ctx, v.token, g, wanted}))
		})
	}
}

// checkScope holds names against scope-token of RFC 6749, Section 3.3.
func checkScope(names []string) error {
	if len(names) == 0 {
		return errNoScopeName
	}
	for _, name := range names {
		if !isPrintable(name) || strings.ContainsAny(name, ` "\`) {
			return badOption("Scope was given " + strconv.QuoteToASCII(name) + ", which no token can have as a scope; several scopes are several arguments")
		}
	}
	return nil
}

// merged adds names to the scopes wanted further out, which are mostly none.
func merged(outer, joined string, names []string) string {
	if outer == "" {
		return joined
	}
	all := strings.Split(outer, " ")
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, " ")
}

// hasScopes reports whether a token has all scopes of names.
func hasScopes(c jwt.Claims, names []string) bool {
	claim := c["scope"]
	if claim == nil {
		claim = c["scp"]
	}
	for _, name := range names {
		if !hasScope(claim, name) {
			return false
		}
	}
	return true
}

func hasScope(claim any, name string) bool {
	switch claim := claim.(type) {
	case string:
		for one := range strings.SplitSeq(claim, " ") {
			if one == name {
				return true
			}
		}
	case []string: // a decoder of the program's own
		return slices.Contains(claim, name)
	case []any:
		found := false
		for _, one := range claim {
			text, ok := one.(string)
			if !ok {
				return false
			}
			found = found || text == name
		}
		return found
	}
	return false
}
