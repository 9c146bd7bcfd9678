package migrating

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// A refusal is a token that this library refuses, a row of the page's table. With the
// options in allow it is taken, unless there are none.
type refusal struct {
	claims  string // "" for {"sub":"alice"}
	secret  string // "" for the usual one
	token   func(token string) string
	class   error
	allow   []jwt.DecodeOption
	weakKey bool // taken with AllowWeakKey
}

// refusals are the rows by their first cell.
func refusals() map[string]refusal {
	now := time.Now().Unix()
	return map[string]refusal{
		"an `aud` that you do not ask for": {claims: `{"sub":"alice","aud":"orders"}`, class: jwt.ErrInvalidAudience,
			allow: []jwt.DecodeOption{jwt.WithAudience("orders")}},
		"`iat` 20 seconds ahead": {claims: fmt.Sprintf(`{"sub":"alice","iat":%d}`, now+20), class: jwt.ErrImmature,
			allow: []jwt.DecodeOption{jwt.WithLeeway(time.Minute)}},
		"`exp` 20 seconds ago": {claims: fmt.Sprintf(`{"sub":"alice","exp":%d}`, now-20), class: jwt.ErrExpired,
			allow: []jwt.DecodeOption{jwt.WithLeeway(time.Minute)}},
		"a date as text: `\"exp\":\"1900000000\"`": {claims: `{"sub":"alice","exp":"1900000000"}`, class: jwt.ErrDecode,
			allow: []jwt.DecodeOption{jwt.WithoutCheck("exp")}},
		"`sub` that is a number": {claims: `{"sub":7}`, class: jwt.ErrInvalidSubject,
			allow: []jwt.DecodeOption{jwt.WithoutCheck("sub")}},
		"`iss` that is a number": {claims: `{"sub":"alice","iss":7}`, class: jwt.ErrInvalidIssuer,
			allow: []jwt.DecodeOption{jwt.WithoutCheck("iss")}},
		"`jti` that is a number": {claims: `{"sub":"alice","jti":7}`, class: jwt.ErrInvalidID,
			allow: []jwt.DecodeOption{jwt.WithoutCheck("jti")}},
		"a claim twice":                 {claims: `{"sub":"alice","role":"a","role":"b"}`, class: jwt.ErrDecode},
		"base64url with `=` at the end": {token: padded, class: jwt.ErrDecode, allow: []jwt.DecodeOption{jwt.WithPadding()}},
		"more than 256 KiB": {claims: `{"sub":"alice","data":"` + strings.Repeat("x", 256<<10) + `"}`, class: jwt.ErrDecode,
			allow: []jwt.DecodeOption{jwt.WithMaxSize(1 << 20)}},
		"a secret under 32 bytes for HS256": {secret: "a short secret", class: jwt.ErrInvalidKey, weakKey: true},
	}
}

// padded is the token with all three segments padded, and signed anew over that text.
func padded(token string) string {
	segments := strings.Split(token, ".")
	for i, segment := range segments[:2] {
		segments[i] = segment + strings.Repeat("=", -len(segment)&3)
	}
	input := segments[0] + "." + segments[1]
	return input + "." + base64.URLEncoding.EncodeToString(hs256(secret, input))
}

// measured is the release of PyJWT that the table was made with: older ones took more.
const measured = "2.15.1"

// The table of the page says what each library makes of these tokens.
func TestRefused(t *testing.T) {
	page, err := os.ReadFile("../../docs/migrating.md")
	require.NoError(t, err)
	rows := table(t, string(page), "| Token, or key |")
	header, rows := rows[0], rows[1:]
	cases := refusals()
	require.Len(t, rows, len(cases), "rows: %v", slices.Sorted(maps.Keys(cases)))

	var takes []map[string]string
	for _, row := range rows {
		r, ok := cases[row[0]]
		require.True(t, ok, "no case %q in %q", row[0], slices.Sorted(maps.Keys(cases)))
		token := r.make()
		takes = append(takes, map[string]string{"token": token, "secret": r.withSecret()})

		key := []byte(r.withSecret())
		_, err := jwt.Decode(token, key, jwt.HS256)
		assert.ErrorIs(t, err, r.class, row[0])
		switch {
		case r.weakKey:
			weak := newKey(t, key, jwt.AllowWeakKey())
			_, err = jwt.Decode(token, weak, jwt.HS256)
			assert.NoError(t, err, row[0])
		case r.allow != nil:
			_, err = jwt.Decode(token, key, jwt.HS256, r.allow...)
			assert.NoError(t, err, row[0])
		}
	}
	check := func(t *testing.T, name string, taken func(i int) bool) {
		column := slices.Index(header, name)
		require.NotEqual(t, -1, column, "%q in %q", name, header)
		for i, row := range rows {
			want := map[bool]string{true: "taken", false: "refused"}[taken(i)]
			assert.Equal(t, want, row[column], "%s: %s", name, row[0])
		}
	}
	for _, l := range libraries[1:] {
		t.Run(l.name, func(t *testing.T) {
			check(t, l.name, func(i int) bool { return l.takes(takes[i]["token"], []byte(takes[i]["secret"])) == nil })
		})
	}
	for _, name := range clients {
		t.Run(name, func(t *testing.T) {
			got := run(t, name, prepare(t), takes)
			if name == "PyJWT" && got.version != measured {
				t.Skipf("the table is of PyJWT %s, and this is %s", measured, got.version)
			}
			check(t, name, func(i int) bool { return got.takes[i].Error == "" })
		})
	}
}

func (r refusal) withSecret() string {
	if r.secret != "" {
		return r.secret
	}
	return secret
}

func (r refusal) make() string {
	claims := r.claims
	if claims == "" {
		claims = `{"sub":"alice"}`
	}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(`{"alg":"HS256"}`)) + "." + encode([]byte(claims))
	token := input + "." + encode(hs256(r.withSecret(), input))
	if r.token != nil {
		return r.token(token)
	}
	return token
}

// table returns the cells of the table whose header begins so.
func table(t *testing.T, page, header string) (rows [][]string) {
	t.Helper()
	_, rest, found := strings.Cut("\n"+page, "\n"+header)
	require.True(t, found, "no table %q", header)
	for line := range strings.SplitSeq(header+rest, "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if strings.HasPrefix(line, "| ---") {
			continue
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	return rows
}
