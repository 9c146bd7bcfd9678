package frameworks_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v5"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/bearer"
	"github.com/token-jwt/jwt/conformance/frameworks"
)

// A real key comes from the environment or a vault, or from jwks.Remote.
var exampleKey = []byte("a key for examples of 32 bytes or more")

func exampleGuard() *bearer.Guard {
	decoder, err := jwt.NewDecoder(exampleKey, jwt.HS256)
	if err != nil {
		log.Fatal(err)
	}
	guard, err := bearer.New(decoder, bearer.WithRealm("orders"))
	if err != nil {
		log.Fatal(err)
	}
	return guard
}

// call is the client: it reads and writes orders with a token that may only read.
func call(service http.Handler) {
	token, err := jwt.Encode(jwt.Claims{"sub": "alice", "scope": "orders:read"}, exampleKey, jwt.WithExpiresIn(time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	for _, request := range []struct{ method, authorization string }{
		{http.MethodGet, ""},
		{http.MethodGet, "Bearer " + token},
		{http.MethodPost, "Bearer " + token},
	} {
		r := httptest.NewRequest(request.method, "/orders", nil)
		if request.authorization != "" {
			r.Header.Set("Authorization", request.authorization)
		}
		w := httptest.NewRecorder()
		service.ServeHTTP(w, r)
		fmt.Println(request.method, w.Code, strings.TrimSpace(w.Body.String()))
		if challenge := w.Header().Get("WWW-Authenticate"); challenge != "" {
			fmt.Println("   ", challenge)
		}
	}
}

// The middleware of a guard are those of chi.
func Example_chi() {
	guard := exampleGuard()
	router := chi.NewRouter()
	router.Use(guard.Handler)
	router.Get("/orders", func(w http.ResponseWriter, r *http.Request) {
		token, _ := bearer.FromContext(r.Context()) // there is one behind the guard
		fmt.Fprintln(w, "the orders of", token.Claims.Subject())
	})
	router.With(guard.Scope("orders:write")).Post("/orders", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ordered")
	})

	call(router)
	// Output:
	// GET 401 A bearer token is needed
	//     Bearer realm="orders"
	// GET 200 the orders of alice
	// POST 403 The access token lacks a scope
	//     Bearer realm="orders", error="insufficient_scope", scope="orders:write"
}

// Echo brings what turns a middleware of net/http into one of its own.
func Example_echo() {
	guard := exampleGuard()
	e := echo.New()
	e.Use(echo.WrapMiddleware(guard.Handler))
	e.GET("/orders", func(c *echo.Context) error {
		token, _ := bearer.FromContext(c.Request().Context()) // there is one behind the guard
		return c.String(http.StatusOK, "the orders of "+token.Claims.Subject())
	})
	e.POST("/orders", func(c *echo.Context) error {
		return c.String(http.StatusOK, "ordered")
	}, echo.WrapMiddleware(guard.Scope("orders:write")))

	call(e)
	// Output:
	// GET 401 A bearer token is needed
	//     Bearer realm="orders"
	// GET 200 the orders of alice
	// POST 403 The access token lacks a scope
	//     Bearer realm="orders", error="insufficient_scope", scope="orders:write"
}

// Gin needs the few lines of WrapMiddleware. The token is in the context of the request:
// c itself has it only where ContextWithFallback of the engine is set.
func Example_gin() {
	guard := exampleGuard()
	engine := gin.New()
	engine.Use(frameworks.WrapMiddleware(guard.Handler))
	engine.GET("/orders", func(c *gin.Context) {
		token, _ := bearer.FromContext(c.Request.Context()) // there is one behind the guard
		c.String(http.StatusOK, "the orders of "+token.Claims.Subject())
	})
	engine.POST("/orders", frameworks.WrapMiddleware(guard.Scope("orders:write")), func(c *gin.Context) {
		c.String(http.StatusOK, "ordered")
	})

	call(engine)
	// Output:
	// GET 401 A bearer token is needed
	//     Bearer realm="orders"
	// GET 200 the orders of alice
	// POST 403 The access token lacks a scope
	//     Bearer realm="orders", error="insufficient_scope", scope="orders:write"
}

// Where a framework has no http.Handler that could be called, a guard works in two
// steps. Scopes are then up to the program: ErrInsufficientScope is answered with 403.
func Example_twoSteps() {
	guard := exampleGuard()
	authenticated := func(c *gin.Context) {
		token, err := guard.Authenticate(c.Request)
		if err != nil {
			guard.WriteError(c.Writer, c.Request, err)
			c.Abort()
			return
		}
		c.Set("token", token)
	}
	engine := gin.New()
	engine.GET("/orders", authenticated, func(c *gin.Context) {
		token := c.MustGet("token").(*jwt.Token)
		c.String(http.StatusOK, "the orders of "+token.Claims.Subject())
	})
	engine.POST("/orders", authenticated, func(c *gin.Context) {
		if c.MustGet("token").(*jwt.Token).Claims["scope"] != "orders:write" {
			guard.WriteError(c.Writer, c.Request, bearer.ErrInsufficientScope)
			return
		}
		c.String(http.StatusOK, "ordered")
	})

	call(engine)
	// Output:
	// GET 401 A bearer token is needed
	//     Bearer realm="orders"
	// GET 200 the orders of alice
	// POST 403 The access token lacks a scope
	//     Bearer realm="orders", error="insufficient_scope"
}
