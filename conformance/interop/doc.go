// Package interop holds this library against other people's: PyJWT, jose and
// jsonwebtoken for Node, go-jose, jwx, jwkset, keyfunc and go-oidc for Go. Tokens,
// keys and key sets go both ways, and sets over HTTP, with an nginx in between as well.
//
// Its tests start one process for each that is not Go, and skip those that are not
// installed; scripts/interop installs them. With JWT_INTEROP=required in the
// environment one that is missing is a failure, but for the newest PyJWT.
package interop
