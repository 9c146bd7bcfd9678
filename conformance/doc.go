// Package conformance holds the published vectors of the project Wycheproof
// against github.com/token-jwt/jwt. It is a module of its own, so that their 100
// MB stay out of the module that programs require.
//
//	go -C conformance test -tags conformance ./...
//
// runs them; with -v it prints the counts, which the tests pin. The JOSE vectors
// go through jwt.ParseJWK, jwt.ParseKeySet and jwt.Verify. The vectors of
// the signature schemes sign arbitrary octets, where a token's are always a
// header, a dot and a payload; so they go through jwt.VerifyOctets, which the
// build tag conformance adds to that package. ML-DSA needs Go 1.27.
//
// The examples of the RFCs need none of this and are tests of the jwt package.
package conformance
