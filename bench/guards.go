package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	ginjwt "github.com/appleboy/gin-jwt/v2"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/jwtauth/v5"
	gjwt "github.com/golang-jwt/jwt/v5"
	echojwt "github.com/labstack/echo-jwt/v4"
	"github.com/labstack/echo/v4"
	jwxjwt "github.com/lestrrat-go/jwx/v2/jwt"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
)

// Guards: middleware that lets a request with a good token pass. Each of the peers is
// for one framework, and ours is measured there beside it.

// The frameworks. That of jwtauth is chi, whose middleware are those of net/http.
const (
	netHTTP = "net/http"
	ginGin  = "gin"
	echoV4  = "echo"
)

// guards are the peers of the guard, in the order of the report.
var guards = []library{
	{name: "jwtauth", module: "github.com/go-chi/jwtauth/v5", through: netHTTP, ways: jwtauthWays},
	{name: "gin-jwt", module: "github.com/appleboy/gin-jwt/v2", through: ginGin, ways: ginJWTWays},
	{name: "echo-jwt", module: "github.com/labstack/echo-jwt/v4", through: echoV4, ways: echoJWTWays},
}

// guardCases are a table by themselves. Their floors are no work of the standard
// library: they are our DecodeContext, and the framework with a handler that nothing
// guards. What ours takes beside them is the guard.
func guardCases(m *material) []benchCase {
	token, claims := m.tokens["HS256/195B"], m.claims["195B"]
	decoder := must(jwt.NewDecoder(m.secret, jwt.HS256, jwt.WithIssuer(issuer), jwt.WithAudience(audience)))
	var all []benchCase
	for _, through := range []string{netHTTP, ginGin, echoV4} {
		alone := new(behind)
		run := alone.op(unguarded(through, alone), token).run
		all = append(all, benchCase{
			name: "guard/" + through, alg: hs256, token: token, claims: claims, through: through,
			work: func(w *way) func(string) op {
				if w.guard == nil {
					return nil
				}
				return w.guard(through)
			},
			floors: []floor{
				{"DecodeContext", func() { decoder.DecodeContext(context.Background(), token) }},
				{through, func() { run() }},
			},
		})
	}
	return all
}

// behind is the handler behind a guard. It does nothing but keep where the token is, so
// that the check can ask for it.
type behind struct {
	called bool
	ctx    context.Context // of net/http
	gin    *gin.Context
	echo   echo.Context
	err    error // why ours did not call it
}

var errRefused = errors.New("the guard refuses the request")

// op sends a request with a token, the same one each time, and drops the answer.
func (b *behind) op(handler http.Handler, token string, claims ...func() any) op {
	r := must(http.NewRequest(http.MethodGet, "/orders", nil))
	r.Header.Set("Authorization", "Bearer "+token)
	w := &dropped{header: http.Header{}}
	o := op{run: func() error {
		b.called, b.err = false, errRefused
		handler.ServeHTTP(w, r)
		if !b.called {
			return b.err
		}
		return nil
	}}
	for _, c := range claims {
		o.result = c
	}
	return o
}

func (b *behind) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	b.called, b.ctx = true, r.Context()
}

func (b *behind) serveGin(c *gin.Context) { b.called, b.gin, b.ctx = true, c, c.Request.Context() }

func (b *behind) serveEcho(c echo.Context) error {
	b.called, b.echo, b.ctx = true, c, c.Request().Context()
	return nil
}

// A dropped answer costs nothing.
type dropped struct{ header http.Header }

func (d *dropped) Header() http.Header         { return d.header }
func (d *dropped) Write(p []byte) (int, error) { return len(p), nil }
func (d *dropped) WriteHeader(int)             {}

func unguarded(through string, b *behind) http.Handler {
	switch through {
	case ginGin:
		return ginWith(b, func(*gin.Context) {})
	case echoV4:
		return echoWith(b, func(next echo.HandlerFunc) echo.HandlerFunc { return next })
	}
	return b
}

func ginWith(b *behind, middleware gin.HandlerFunc) http.Handler {
	gin.SetMode(gin.ReleaseMode) // else it writes to the standard output
	engine := gin.New()
	engine.Use(middleware)
	engine.GET("/orders", b.serveGin)
	return engine
}

func echoWith(b *behind, middleware echo.MiddlewareFunc) http.Handler {
	e := echo.New()
	e.Use(middleware)
	e.GET("/orders", b.serveEcho)
	return e
}

// ourGuard is ours in each framework, as conformance/frameworks has it.
func ourGuard(d *jwt.Decoder, through string) func(token string) op {
	return func(token string) op {
		b := new(behind)
		guard := must(bearer.New(d, bearer.WithErrorHandler(func(w http.ResponseWriter, _ *http.Request, status int, err error) {
			b.err = err
			w.WriteHeader(status)
		})))
		handler := guard.Handler(b)
		switch through {
		case ginGin:
			handler = ginWith(b, wrapGin(guard.Handler))
		case echoV4:
			handler = echoWith(b, echo.WrapMiddleware(guard.Handler))
		}
		return b.op(handler, token, func() any {
			t, _ := bearer.FromContext(b.ctx)
			return t.Claims
		})
	}
}

func wrapGin(middleware func(http.Handler) http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		passed := false
		middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			passed = true
			c.Request = r
			c.Next()
		})).ServeHTTP(c.Writer, c.Request)
		if !passed {
			c.Abort()
		}
	}
}

// github.com/go-chi/jwtauth, as its README has it: Verifier, and Authenticator within.
func jwtauthWays(m *material) []way {
	auth := jwtauth.New(hs256, m.secret, nil, jwxjwt.WithIssuer(issuer), jwxjwt.WithAudience(audience))
	return []way{{name: "Verifier, Authenticator", guard: func(string) func(string) op {
		return func(token string) op {
			b := new(behind)
			return b.op(jwtauth.Verifier(auth)(jwtauth.Authenticator(auth)(b)), token, func() any {
				_, claims, _ := jwtauth.FromContext(b.ctx)
				for name, claim := range claims {
					if date, ok := claim.(time.Time); ok {
						claims[name] = date.Unix()
					}
				}
				return claims
			})
		}
	}}}
}

// github.com/labstack/echo-jwt. Usual: with the options of the library below, for which
// its Config has ParseTokenFunc. Fastest: one Parser for all, and claims of one's own.
func echoJWTWays(m *material) []way {
	options := []gjwt.ParserOption{gjwt.WithValidMethods([]string{hs256}), gjwt.WithIssuer(issuer), gjwt.WithAudience(audience)}
	key := func(*gjwt.Token) (any, error) { return m.secret, nil }
	parser := gjwt.NewParser(options...)
	guarded := func(parse func(string) (*gjwt.Token, error)) func(string) func(string) op {
		return func(string) func(string) op {
			return func(token string) op {
				b := new(behind)
				middleware := must(echojwt.Config{ParseTokenFunc: func(_ echo.Context, auth string) (any, error) { return parse(auth) }}.ToMiddleware())
				return b.op(echoWith(b, middleware), token, func() any { return b.echo.Get("user").(*gjwt.Token).Claims })
			}
		}
	}
	return []way{
		{name: "usual: ParseTokenFunc with Parse", guard: guarded(func(token string) (*gjwt.Token, error) { return gjwt.Parse(token, key, options...) })},
		{name: "fastest: one Parser, claims of one's own", guard: guarded(func(token string) (*gjwt.Token, error) {
			return parser.ParseWithClaims(token, new(golangFlat), key)
		})},
	}
}

// github.com/appleboy/gin-jwt. The library below knows no issuer and no audience that
// are wanted, so Authorizator compares them.
func ginJWTWays(m *material) []way {
	middleware := must(ginjwt.New(&ginjwt.GinJWTMiddleware{
		SigningAlgorithm: hs256, Key: m.secret,
		Authorizator: func(_ any, c *gin.Context) bool { return acceptMap(ginjwt.ExtractClaims(c)) == nil },
	})).MiddlewareFunc()
	return []way{{name: "MiddlewareFunc", guard: func(string) func(string) op {
		return func(token string) op {
			b := new(behind)
			return b.op(ginWith(b, middleware), token, func() any {
				claims, _ := b.gin.Get("JWT_PAYLOAD")
				return claims
			})
		}
	}}}
}
