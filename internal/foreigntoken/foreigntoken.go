// Package foreigntoken finds out what is wrong with the text of a token, for errors. It names
// the likely mistake if it recognizes one. Otherwise it names the first character that is
// wrong, and its index. It is not called for tokens that are accepted.
package foreigntoken

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// Causes has an error of the importer for each cause. The errors are made once, so that
// refusing a token allocates nothing. Causes is safe for concurrent use.
type Causes[E any] struct {
	segments, cutShort, opaque, noValue, twiceEncoded, encrypted, space, pythonBytes, serialization *E

	schemes                    []scheme[E]
	header, payload, signature segment[E]

	newError func(segment, text string) *E

	// strays is a direct-mapped cache of errors that stray made. A faulty client sends many
	// similar tokens, and they should cost little.
	strays [32]atomic.Pointer[strayCause[E]]
}

// A scheme is the beginning of an Authorization header.
type scheme[E any] struct {
	name string
	err  *E
}

// A segment has the errors for a segment in which all characters are valid.
type segment[E any] struct{ letters, padded, unpadded *E }

// New makes the causes. newError returns an error about a segment: "header", "payload" or
// "signature", or "" for the token as a whole.
func New[E any](newError func(segment, text string) *E) *Causes[E] {
	faults := func(name string) segment[E] {
		return segment[E]{
			newError(name, "the "+name+" is not canonical base64url: a character is missing at its end, or the last one has unused bits that are not zero"),
			newError(name, "the "+name+" has '=' padding, and is otherwise right: WithPadding asks for it, in all three segments"),
			newError(name, "the "+name+" is not padded with '=' to a multiple of four characters, which WithPadding asks for"),
		}
	}
	c := &Causes[E]{
		segments:      newError("", "the token does not have three segments with dots between them"),
		cutShort:      newError("", "the token has two segments with a dot between them, and not three: it was cut short, or is not signed"),
		opaque:        newError("", "the token does not have three segments with dots between them: it is no JWT, but perhaps an opaque access token, which only its issuer can look up"),
		noValue:       newError("", `the token does not have three segments, but is the word for no value ("undefined", "null", …): the client sent no token`),
		twiceEncoded:  newError("", "the token does not have three segments, but is the base64 of a whole token: decode it once, and give the result"),
		encrypted:     newError("", "the token has five segments: it is encrypted (JWE), and encrypted tokens are not supported"),
		space:         newError("", "the token has white space at its start or end, a line break perhaps: trim it"),
		pythonBytes:   newError("header", "the token is in b'…', as Python prints bytes: in Python, decode() converts them to text"),
		serialization: newError("header", "the token is JSON, and not three segments with dots between them: only the compact serialization is supported; of a JSON object around a token, give the token alone"),
		header:        faults("header"),
		payload:       faults("payload"),
		signature:     faults("signature"),
		newError:      newError,
	}
	for _, name := range []string{"Bearer", "JWT", "Token", "DPoP", "Authorization"} {
		c.schemes = append(c.schemes, scheme[E]{name, newError("header", `the token starts with "`+name+`", of an Authorization header: cut that off, and give the token alone`)})
	}
	return c
}

// NotThree says what is wrong with a token that does not have three segments.
func (c *Causes[E]) NotThree(token string, dots int) *E {
	if err := c.misread(token); err != nil {
		return err
	}
	if i := strayIn(token, true); i >= 0 {
		return c.stray(token, i, "")
	}
	switch {
	case dots == 4:
		return c.encrypted
	case dots == 1 && strings.HasPrefix(token, "eyJ"): // {"
		return c.cutShort
	case dots < 2:
		return c.opaque
	}
	return c.segments
}

// NotBase64 says what is wrong with a segment. start is its offset in the token. padded is
// true if segments must be padded.
func (c *Causes[E]) NotBase64(token string, start int, text, name string, padded bool) *E {
	if err := c.misread(token); err != nil {
		return err
	}
	bare := strings.TrimRight(text, "=")
	if i := strayIn(bare, false); i >= 0 {
		return c.stray(token, start+i, name)
	}
	errs := &c.signature
	switch name {
	case "header":
		errs = &c.header
	case "payload":
		errs = &c.payload
	}
	switch {
	case padded:
		if len(bare) == len(text) {
			return errs.unpadded
		}
	case len(text)%4 == 0 && len(text)-len(bare) < 3: // its padding is all that is wrong
		return errs.padded
	}
	return errs.letters
}

// misread recognizes text that was given instead of a token.
func (c *Causes[E]) misread(token string) *E {
	for i := range c.schemes {
		if s := &c.schemes[i]; len(token) > len(s.name) && strings.EqualFold(token[:len(s.name)], s.name) && strings.IndexByte(" :%\t", token[len(s.name)]) >= 0 {
			return s.err
		}
	}
	switch trimmed := strings.TrimSpace(token); {
	case strings.HasPrefix(trimmed, "{"):
		return c.serialization
	case trimmed != token:
		return c.space
	case strings.HasPrefix(token, "b'"), strings.HasPrefix(token, `b"`):
		return c.pythonBytes
	case len(token) < 16:
		switch strings.ToLower(token) {
		case "undefined", "null", "none", "nil", "false", "[object object]":
			return c.noValue
		}
	case strings.HasPrefix(token, "ZXlK"): // base64 of eyJ, which is base64url of {"
		text := strings.TrimRight(token, "=")
		inner, err := base64.RawURLEncoding.DecodeString(text[:len(text)/4*4])
		if err == nil && bytes.Count(inner, []byte(".")) >= 2 {
			return c.twiceEncoded
		}
	}
	return nil
}

// isForeign has the bytes that are not in the base64url alphabet.
var isForeign = func() (t [256]bool) {
	for b := range t {
		t[b] = true
	}
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
		t[b] = false
	}
	return
}()

// strayIn returns the index of the first character that is not in base64url, or -1. If dots is
// true, dots are valid too.
func strayIn(text string, dots bool) int {
	for i := range len(text) {
		if isForeign[text[i]] && !(dots && text[i] == '.') {
			return i
		}
	}
	return -1
}

type strayCause[E any] struct {
	letter  rune
	size    int // bytes of the letter: 1 if U+FFFD stands for a byte that is not UTF-8
	at      int
	segment string
	err     *E
}

// stray returns the error for an invalid character of a token.
func (c *Causes[E]) stray(token string, at int, segment string) *E {
	letter, size := utf8.DecodeRuneInString(token[at:])
	slot := &c.strays[(at*7+int(letter)*3+len(segment))%len(c.strays)]
	if cached := slot.Load(); cached != nil && cached.letter == letter && cached.size == size && cached.at == at && cached.segment == segment {
		return cached.err
	}
	where := " at index " + strconv.Itoa(at)
	if segment != "" {
		where += ", in its " + segment
	}
	text := "the token has " + strconv.QuoteRuneToASCII(letter) + where + ", where only base64url and two dots belong" + hint(letter)
	if letter == utf8.RuneError && size == 1 {
		text = "the token has a byte that is not even UTF-8" + where
	}
	err := c.newError(segment, text)
	slot.Store(&strayCause[E]{letter, size, at, segment, err})
	return err
}

// hint says how a character may have got into a token.
func hint(letter rune) string {
	switch letter {
	case '"', '\'':
		return ": cut the quotes off"
	case '%':
		return ": it is percent-encoded, as in a URL; decode that first"
	case '\n', '\r':
		return ": a line break; the token was wrapped, put it on one line"
	case ' ', '\t':
		return ": white space; is there more than the token?"
	case '~':
		return ": it is an SD-JWT, which is not supported; a JWT ends before the '~'"
	case ',':
		return ": is that several tokens, or several values of a header?"
	case ';':
		return ": are those the attributes of a cookie? Give its value alone"
	case '+', '/':
		return ": it is written in base64, and base64url has '-' and '_' there"
	case '=':
		return ": padding, which is only at the end of a segment; or is a name before the token?"
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00a0', '\u00ad':
		return ": an invisible character, copied along"
	}
	return ""
}
