package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// readToken returns the token that the argument is, or that standard input has.
func (sys *system) readToken(argument string) (string, error) {
	text := argument
	if argument == "" || argument == "-" {
		var from io.Reader = sys.stdin
		if sys.typed { // to the end of the line, so that Enter suffices
			fmt.Fprint(sys.stderr, "Paste the token, and press Enter: ")
			line, err := bufio.NewReader(io.LimitReader(sys.stdin, maxInput+1)).ReadBytes('\n')
			if err != nil && err != io.EOF {
				return "", fileError("standard input cannot be read: %s", cause(err))
			}
			from = bytes.NewReader(line)
		}
		input, err := readLimited(from, "standard input")
		if err != nil {
			return "", err
		}
		text = string(input)
	}
	token := withoutScheme(text)
	if token == "" {
		return "", usageError("there is no token: give it as an argument or by standard input")
	}
	return token, nil
}

// withoutScheme leaves out what surrounds a token that was copied out of a request:
// "Authorization: Bearer " (RFC 6750, Section 2.1), and white space.
func withoutScheme(text string) string {
	text = strings.TrimSpace(text)
	for _, prefix := range []string{"authorization:", "bearer "} {
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			text = strings.TrimSpace(text[len(prefix):])
		}
	}
	return text
}

// looksLikeToken knows a token where a command is expected.
func looksLikeToken(text string) bool {
	return strings.HasPrefix(withoutScheme(text), "eyJ") || strings.Count(text, ".") >= 2
}
