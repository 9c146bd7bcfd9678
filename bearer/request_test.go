package bearer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

const formType = "application/x-www-form-urlencoded"

// posted is a form as a server gives it to handlers.
func posted(body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/?access_token=of-the-query", body)
	r.Header.Set("Content-Type", formType)
	return r
}

// closer notes that a body was closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

// The handler behind reads the form, and the body, as if nobody had.
func TestFormStaysReadable(t *testing.T) {
	good := tokens(t)["good"]
	g := newGuard(t, bearer.WithForm("access_token"))
	form := "a=1&access_token=" + good + "&a=2"
	for name, read := range map[string]func(r *http.Request) string{
		"ParseForm": func(r *http.Request) string {
			require.NoError(t, r.ParseForm())
			return "a=" + r.PostForm["a"][0] + "&access_token=" + r.PostFormValue("access_token") + "&a=" + r.PostForm["a"][1]
		},
		"the body": func(r *http.Request) string {
			text, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			return string(text)
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := &closer{Reader: iotest.OneByteReader(strings.NewReader(form))}
			r := posted(body)
			r.Body = body
			for range 2 { // a second time gives the same
				_, err := g.Authenticate(r)
				require.NoError(t, err)
			}
			w := serve(g.Handler(g.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				assert.Equal(t, form, read(r))
				require.NoError(t, r.Body.Close())
			}))), r)
			assert.Equal(t, 200, w.Code)
			assert.True(t, body.closed)
		})
	}
	t.Run("parsed already", func(t *testing.T) {
		r := posted(strings.NewReader(form))
		require.NoError(t, r.ParseForm())
		assert.Equal(t, 200, serve(g.Handler(http.HandlerFunc(hello)), r).Code)
		assert.Equal(t, good, r.PostFormValue("access_token"))
	})
	t.Run("parsed already, none in the body", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodPost, "/?access_token="+good, strings.NewReader("a=b"))
		r.Header.Set("Content-Type", formType)
		require.NoError(t, r.ParseForm())
		require.Equal(t, good, r.FormValue("access_token"))
		_, err := g.Authenticate(r)
		assertClass(t, err, bearer.ErrNoToken)
	})
	t.Run("no body", func(t *testing.T) {
		r := posted(nil)
		r.Body = nil
		_, err := g.Authenticate(r)
		assertClass(t, err, bearer.ErrNoToken)
	})
}

// counting counts what is read of a body.
type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestFormIsBounded(t *testing.T) {
	good := tokens(t)["good"]
	g := newGuard(t, bearer.WithForm("access_token"))
	sized := func(size int) string {
		start := "access_token=" + good + "&a="
		return start + strings.Repeat("x", size-len(start))
	}
	_, err := g.Authenticate(posted(strings.NewReader(sized(1 << 20))))
	require.NoError(t, err)

	body := &counting{Reader: strings.NewReader(sized(16 << 20))}
	r := posted(body)
	_, err = g.Authenticate(r)
	assertClass(t, err, bearer.ErrInvalidRequest)
	assert.LessOrEqual(t, body.n, 1<<20+1)
	text, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	assert.Equal(t, sized(16<<20), string(text), "it is still there for whoever reads on")

	// A lower bound of the program's own, and more fields than net/url takes.
	r = posted(nil)
	r.Body = http.MaxBytesReader(nil, io.NopCloser(strings.NewReader(sized(2000))), 1000)
	_, err = g.Authenticate(r)
	assertClass(t, err, bearer.ErrInvalidRequest)
	_, err = g.Authenticate(posted(strings.NewReader(strings.Repeat("&", 100_000) + "access_token=" + good)))
	assertClass(t, err, bearer.ErrInvalidRequest)
}

func TestFormThatBreaksOff(t *testing.T) {
	good := tokens(t)["good"]
	g := newGuard(t, bearer.WithForm("access_token"), bearer.WithOptional())
	broken := errors.New("broken off")
	body := func() io.Reader {
		return io.MultiReader(strings.NewReader("access_token="+good), iotest.ErrReader(broken))
	}
	_, err := g.Authenticate(posted(body()))
	assertClass(t, err, bearer.ErrInvalidRequest)
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, 400, serve(g.Handler(http.HandlerFunc(hello)), posted(body())).Code)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = g.Authenticate(posted(body()).WithContext(ended))
	assertClass(t, err, jwt.ErrUnavailable)
	assert.Equal(t, 503, serve(g.Handler(http.HandlerFunc(hello)), posted(body()).WithContext(ended)).Code)
}

// What no connection brings, but a program or another server may.
func TestHeaderValues(t *testing.T) {
	good := tokens(t)["good"]
	for _, tt := range []struct {
		name   string
		values []string
		class  error
	}{
		{"white space around", []string{" \tBearer " + good + "\t "}, nil},
		{"white space alone", []string{" \t "}, bearer.ErrNoToken},
		{"the scheme and white space", []string{"Bearer \t"}, bearer.ErrInvalidRequest},
		{"no values", []string{}, bearer.ErrNoToken},
		{"a line break", []string{"Bearer " + good + "\r\n"}, bearer.ErrInvalidRequest},
		{"a line break after the scheme", []string{"Bearer\n" + good}, bearer.ErrInvalidRequest},
		{"a zero byte", []string{"Bearer " + good + "\x00"}, bearer.ErrInvalidRequest},
		{"a space that does not break", []string{"Bearer\u00a0" + good}, bearer.ErrInvalidRequest},
		{"a letter that folds to one of the scheme's", []string{"Be\u0430rer " + good}, bearer.ErrInvalidRequest},
		{"a letter that is not of ASCII", []string{"Bearer " + good + "\u212a"}, bearer.ErrInvalidRequest},
		{"a tab within", []string{"Bearer \t" + good}, bearer.ErrInvalidRequest},
		{"an empty one first", []string{"", "Bearer " + good}, bearer.ErrInvalidRequest},
		{"parameters", []string{`Bearer token="` + good + `"`}, bearer.ErrInvalidRequest},
		{"a parameter", []string{"Bearer token=" + good}, jwt.ErrInvalidToken},
		{"percent", []string{"Bearer " + good + "%20"}, bearer.ErrInvalidRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header["Authorization"] = tt.values
			_, err := newGuard(t).Authenticate(r)
			if tt.class == nil {
				assert.NoError(t, err)
			} else {
				assertClass(t, err, tt.class)
			}
		})
	}
}

func TestCookieValues(t *testing.T) {
	good := tokens(t)["good"]
	for _, tt := range []struct {
		name  string
		lines []string
		class error
	}{
		{"white space around", []string{" \tsession=" + good + "\t ; a=b"}, nil},
		{"without a space between", []string{"a=b;session=" + good + ";c=d"}, nil},
		{"in the second line", []string{"a=b", "session=" + good}, nil},
		{"in both lines", []string{"session=" + good, "session=" + good}, bearer.ErrInvalidRequest},
		{"white space before =", []string{"session =" + good}, nil},
		{"white space after =", []string{"session= " + good}, bearer.ErrInvalidRequest},
		{"no =", []string{"session"}, bearer.ErrNoToken},
		{"no = and again", []string{"session; session=" + good}, bearer.ErrInvalidRequest},
		{"a comma between", []string{"session=" + good + ", a=b"}, bearer.ErrInvalidRequest},
		{"as a value", []string{"a=session=" + good}, bearer.ErrNoToken},
		{"one quote", []string{`session="` + good}, bearer.ErrInvalidRequest},
		{"a quote within", []string{`session=a"b`}, bearer.ErrInvalidRequest},
		{"quotes alone", []string{`session=""`}, bearer.ErrInvalidRequest},
		{"control characters", []string{"session=" + good + "\x01"}, bearer.ErrInvalidRequest},
		{"four thousand others", []string{strings.Repeat("a=b; ", 4000) + "session=" + good}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header["Cookie"] = tt.lines
			_, err := newGuard(t, bearer.WithCookie("session")).Authenticate(r)
			if tt.class == nil {
				assert.NoError(t, err)
			} else {
				assertClass(t, err, tt.class)
			}
		})
	}
}

// Tokens of AWS load balancers have padding in each segment.
func TestPaddedToken(t *testing.T) {
	d, err := jwt.NewDecoder(secret, jwt.HS256, clock, jwt.WithPadding())
	require.NoError(t, err)
	g, err := bearer.New(d, bearer.WithHeader("X-Amzn-Oidc-Data"))
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	// {"alg":"HS256"} and {"sub":"alice","exp":4102444800}, signed with their padding.
	r.Header.Set("X-Amzn-Oidc-Data", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0=.Hhxg5f84pa24LhSrW0pD2E8QV7jdDK-J_et0wVmnXU4=")
	token, err := g.Authenticate(r)
	require.NoError(t, err)
	assert.Equal(t, "alice", token.Claims.Subject())
}
