package bearer_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

// The one token that fuzzed requests can be let in with, and one that expired: neither
// has a part in an answer.
const (
	fuzzGood    = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE4MDAwMDM2MDAsInN1YiI6ImFsaWNlIn0.SR7kOvpcrAqaOmUsxe_NPEHELjcfGcanDxr-z2ZfL-w"
	fuzzExpired = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDAwMDAsInN1YiI6ImFsaWNlIn0.j22VQ0PBavidpTxbVA9NdEf5rtFxRng7uILgF27JqfA"
)

// assertAnswer holds what was answered against what may be: 200 only where admitted, else
// a status of the list, a challenge where one belongs, and nothing of the request.
func assertAnswer(t *testing.T, w *httptest.ResponseRecorder, admitted bool, sent ...string) {
	t.Helper()
	switch w.Code {
	case 200:
		if !admitted {
			t.Fatalf("let in with %q", sent)
		}
		return
	case 400, 401:
		if !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), `Bearer realm="api"`) {
			t.Fatalf("%d without a challenge to %q", w.Code, sent)
		}
	case 403:
	default:
		t.Fatalf("%d to %q", w.Code, sent)
	}
	var answer bytes.Buffer
	_ = w.Header().Write(&answer)
	answer.Write(w.Body.Bytes())
	for _, text := range sent {
		for _, token := range append([]string{text, fuzzGood, fuzzExpired}, strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" .;=,\"", r) })...) {
			// Short ones, and the words of the answers, are met by chance.
			if len(token) > 16 && bytes.Contains(answer.Bytes(), []byte(token)) {
				t.Fatalf("%q is in the answer %q", token, answer.String())
			}
		}
	}
}

// passer notes that a request was let in.
type passer struct{ t *testing.T }

func (p passer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if token, ok := bearer.FromContext(r.Context()); ok && token.Claims.Subject() != "alice" {
		p.t.Fatal("another token")
	}
	w.WriteHeader(200)
}

// anyCredentials is the form of Authorization: a scheme, and after a space anything.
var anyCredentials = regexp.MustCompile("(?s)^[-!#$%&'*+.^_`|~0-9A-Za-z]+( .*)?$")

// Whatever stands in Authorization: only "Bearer", spaces and the good token pass, and a
// second header refuses. An optional guard lets in beside it only what has no token.
func FuzzAuthorization(f *testing.F) {
	for _, value := range []string{
		"", "Bearer", "bearer ", "Bearer " + fuzzGood, "BEARER   " + fuzzGood, "Bearer\t" + fuzzGood, " Bearer " + fuzzGood + " ", "Bearer " + fuzzExpired,
		`Bearer "` + fuzzGood + `"`, "Bearer " + fuzzGood + "=", "Bearer " + fuzzGood + ",Bearer " + fuzzGood, fuzzGood, "Basic " + fuzzGood, "DPoP " + fuzzGood,
		"Bearer: " + fuzzGood, "Bearer a.b.c", `Bearer realm="x"`, "Bearer " + strings.Repeat(".", 100), "Bearer \xff\xfe", "\x00", "Bearer \u212a", "Bearer %20",
	} {
		f.Add(value, "", false)
		f.Add(value, "Bearer "+fuzzGood, true)
	}
	g, optional := newGuard(f), newGuard(f, bearer.WithOptional())
	f.Fuzz(func(t *testing.T, first, second string, both bool) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Authorization"] = []string{first}
		if both {
			r.Header["Authorization"] = []string{first, second}
		}
		value := strings.Trim(first, " \t")
		scheme, token, _ := strings.Cut(value, " ")
		good := !both && strings.EqualFold(scheme, "bearer") && isGood(strings.TrimLeft(token, " "))
		assertAnswer(t, serve(g.Handler(passer{t}), r), good, first, second)
		if w := serve(g.Handler(passer{t}), r); good != (w.Code == 200) {
			t.Fatalf("%d to a good token in %q", w.Code, first)
		}
		none := !both && (value == "" || anyCredentials.MatchString(value) && !strings.EqualFold(scheme, "bearer"))
		assertAnswer(t, serve(optional.Handler(passer{t}), r), good || none, first, second)
	})
}

// isGood is what the decoder says, which is fuzzed elsewhere.
func isGood(token string) bool {
	_, err := jwt.Decode(token, secret, jwt.HS256, clock, jwt.WithRequired("exp"))
	return err == nil
}

// Whatever stands in Cookie: only one cookie of the name, with the good token, passes.
func FuzzCookie(f *testing.F) {
	for _, value := range []string{
		"", "session", "session=", "session=" + fuzzGood, "a=b; session=" + fuzzGood + "; c=d", "session=" + fuzzExpired, `session="` + fuzzGood + `"`, `session="` + fuzzGood,
		"session=" + fuzzGood + "; session=" + fuzzGood, "session=; session=" + fuzzGood, "session =" + fuzzGood, "session= " + fuzzGood, "Session=" + fuzzGood,
		"session=" + fuzzGood + "\\", "session=" + fuzzGood + ", a=b", "a=session=" + fuzzGood, ";;;=;=;", "session=a.b.c", "\xff=\xfe", "session=\x00",
	} {
		f.Add(value, "", "", "")
		f.Add(value, "a=b", "same-origin", "")
		f.Add(value, "session="+fuzzGood, "cross-site", "https://evil.example")
	}
	f.Add("session="+fuzzGood+";\rsession", "b=c", "same-origin", "")
	g := newGuard(f, bearer.WithCookie("session"))
	f.Fuzz(func(t *testing.T, first, second, site, origin string) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := httptest.NewRequest(method, "http://api.example/", nil)
			r.Header["Cookie"] = []string{first, second}
			r.Header["Sec-Fetch-Site"] = []string{site}
			r.Header["Origin"] = []string{origin}
			// net/http's own reader, which is more lenient: what passes here, it knows.
			cookies := r.CookiesNamed("session")
			good := len(cookies) == 1 && !cookies[0].Quoted && isGood(cookies[0].Value)
			if method == http.MethodPost {
				good = good && http.NewCrossOriginProtection().Check(r) == nil
			}
			assertAnswer(t, serve(g.Handler(passer{t}), r), good, first, second)
		}
	})
}
