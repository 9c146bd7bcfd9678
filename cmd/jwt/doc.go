// Command jwt looks at JSON Web Tokens (RFC 7519), verifies and signs them, and makes
// their keys, on this machine: no token needs to be pasted into a web page.
//
//	go install github.com/token-jwt/jwt/cmd/jwt@latest
//
//	jwt inspect [flags] [TOKEN | -]            what a token says, with nothing verified
//	jwt verify [flags] [TOKEN | -]             verify a token against keys and a policy
//	jwt sign [flags] [CLAIMS | -]              sign claims, and print the token
//	jwt key new [flags] ALGORITHM              make a key
//	jwt key public [flags] KEY                 the public half of a key
//	jwt key thumbprint [flags] KEY             the thumbprint of a key (RFC 7638)
//	jwt key convert [flags] KEY                a key in another form
//	jwt jwks build [flags] KEY...              a JWK Set of public keys, to publish
//	jwt jwks check [flags] [KEY]               which members of a JWK Set can be used, and why not
//
// "jwt inspect -h" lists the flags of a command, with an example. Flags may stand before
// and after the other arguments.
//
// # Tokens
//
// A token is an argument, or comes from standard input, which "-" names too:
//
//	pbpaste | jwt inspect
//	jwt verify -key public.pem -audience api < token.txt
//
// Other users of a machine can see the arguments of its programs, and a shell keeps them in
// its history, so give tokens that are still in force by standard input. White space around
// the token and a leading "Bearer" are left out. A terminal cuts pasted lines at 4,095
// characters (macOS: 1,024); give longer tokens by a pipe or a file.
//
// Inspect verifies nothing: anybody may have written what it shows. Only verify tells
// whether a token is good, and only for the keys and the policy that it is given.
//
// # Keys
//
// KEY is the name of a file with a key in PEM, a certificate, a JWK, or a JWK Set. It may
// also be "-" for standard input, env:NAME for an environment variable, and, for verify and
// jwks check, the https URL of a JWK Set.
//
// A shared secret (HS256 and its siblings) is -secret FILE or -secret env:NAME: the bytes of
// the secret, or their base64, base64url or hexadecimal form if -secret-encoding says so. It is
// never an argument. A line break at the end of a secret that is text is left out.
//
// If verify has neither -key nor -secret, it takes the keys that the issuer of -issuer
// publishes (OpenID Connect Discovery 1.0). It never takes keys or addresses from a token.
//
// Files with private keys and secrets are written so that only their owner can read them
// (mode 0600), and no file is overwritten unless -force is given. A private key is not
// printed on a terminal unless -out - asks for it. Public keys can be published; jwks build
// leaves out private members, says so, and refuses secrets.
//
// # Output
//
// Results go to standard output, errors and notes to standard error. On a terminal the
// output has colours, unless NO_COLOR is set, or TERM is "dumb". With -json it is one JSON
// object. Characters of a token that could control a terminal or reorder its text are
// written as \u escapes, in JSON too. No error text contains a token, a secret or a private key.
//
// # Exit codes
//
//	0  done: for verify, the token is good
//	1  the token is refused: a claim or the type is not as wanted, or it is not valid yet
//	2  wrong usage: flags, arguments, claims that cannot be signed
//	3  the token has expired, or is older than -max-age
//	4  the signature does not hold, no key fits the token, or its algorithm is not allowed
//	5  the token is malformed
//	6  the key cannot be used; for jwks check, a member cannot, or should not be published
//	7  keys could not be fetched
//	8  a file could not be read or written
//
// # Examples
//
// Make a key, sign a token for a service, and verify it as the service would:
//
//	jwt key new ES256 -out private.json -public-out public.json
//	jwt sign -key private.json -expires-in 15m -subject alice -audience orders > token.txt
//	jwt verify -key public.json -audience orders -require sub,exp < token.txt
//
// Verify a token of an identity provider, in a script:
//
//	jwt verify -issuer https://login.example -audience orders -json < token.txt
package main
