package frameworks

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// WrapMiddleware makes a middleware of gin from one of net/http, such as that of
// Handler or Scope of a bearer.Guard, which has the whole behavior of the
// guard: optional tokens, and challenges that name the scopes.
//
// Handlers find the token in the context of the request,
// bearer.FromContext(c.Request.Context()). The gin.Context itself has it only where
// gin.Engine.ContextWithFallback is set.
//
// The middleware must call its handler before it returns, or not at all, and pass on the
// ResponseWriter that it got.
func WrapMiddleware(middleware func(http.Handler) http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		passed := false
		middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			passed = true
			c.Request = r
			c.Next()
		})).ServeHTTP(c.Writer, c.Request)
		if !passed {
			c.Abort() // else gin calls the handlers behind all the same
		}
	}
}
