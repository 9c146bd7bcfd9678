// Package differential holds this library against three others in Go: golang-jwt,
// go-jose and jwx. A seeded generator makes tokens, keys and policies, most of
// them odd in some way, and gives each to all four, with options that ask for the
// same and with one clock. Where another disagrees, this library must be the
// stricter one, by a rule that the test names; or it accepts what the other does
// not serve, by such a rule too. Anything else fails, with the case to repeat it.
//
//	go -C conformance test ./differential                                runs 20,000 cases
//	go -C conformance test ./differential -cases 1000000                 runs more
//	go -C conformance test ./differential -seed 7 -case 4711 -v          repeats one
//
// scripts/differential runs a million. The rules say what is accepted and refused
// here, and why; what others do is not their subject.
package differential
