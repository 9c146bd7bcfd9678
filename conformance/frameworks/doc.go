// Package frameworks shows how package bearer is used with routers and frameworks that
// are not net/http, and tests it there. It is a module, so that their code stays out of
// the module that programs require.
//
// The package has one function, [WrapMiddleware] for gin, which is there to be copied.
// The others need none:
//
//	chi   router.Use(guard.Handler)
//	echo  e.Use(echo.WrapMiddleware(guard.Handler))
//	gin   engine.Use(WrapMiddleware(guard.Handler))
//
// Scopes are asked for in the same way, with guard.Scope("orders:write") in the place of
// guard.Handler. The examples are whole services.
//
//	go -C conformance/frameworks test ./...
//
// runs them, and the requests of bearer/testdata through each framework: each must answer
// as net/http does.
package frameworks
