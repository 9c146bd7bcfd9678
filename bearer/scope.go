package bearer

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/token-jwt/jwt"
)

// Scopes of tokens (RFC 6749, Section 3.3; RFC 8693, Section 4.2).

// Scope makes a middleware that lets a request pass if its token has all of these scopes. If
// the token lacks one, the answer is [ErrInsufficientScope]. A request without a token, or with
// a bad one, is answered as [Guard.Handler] answers without [WithOptional].
//
// Scopes can be nested: a challenge then also names the scopes of the outer middleware. Inside
// Handler or another Scope of the same guard, the token is not verified again.
//
// The scopes of a token are in its claim "scope", or if that is absent in "scp": a text with
// spaces between the scopes, or an array of strings. If the claim has another type, the token
// has no scopes.
//
// No name, and a name that is no scope (empty, or with a space, a quote, a backslash or
// characters outside printable ASCII), is the program's fault: every request is answered with
// 500.
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

// checkScope checks that names are scope-tokens of RFC 6749, Section 3.3.
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

// merged adds names to the scopes of the outer middleware. joined is names with spaces
// between them.
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
	case []string: // only from a decoder that the program wrote
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
