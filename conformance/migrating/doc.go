// Package migrating holds the code of docs/migrating.md: nine tasks, each written with
// golang-jwt, go-jose, jwx, PyJWT, jsonwebtoken, jose, and with this library; and a small
// service, with this one alone.
//
// A block of the page is the part of a function between the comments "page:" and "end".
// The tests compare the page with these files, run each function, and hold all libraries
// to the same answers. The table of the page, of tokens that are now refused, is checked
// against each library.
//
// The blocks in Python and JavaScript run where scripts/interop installed the libraries.
// With JWT_INTEROP=required in the environment one that is missing is a failure.
package migrating
