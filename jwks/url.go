package jwks

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkURL reads a URL that keys may be fetched from. Its errors complete a sentence. No error
// has text that could not be parsed, because that may be a part of a password.
func (c *config) checkURL(text string) (*url.URL, error) {
	switch {
	case text == "":
		return nil, errors.New("an empty one was given: is a setting missing?")
	case strings.TrimSpace(text) != text:
		return nil, errors.New("the one given has white space at an end: trim it")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("the one given cannot be parsed; characters that are special in a URL are escaped, in a password too")
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, errors.New("the one given does not begin with https:// and a host (for a file or another store, use jwt.KeySourceFunc)")
	case strings.Contains(text, "#"):
		return nil, errors.New(quote(shown(u)) + " was given with a fragment, which no server sees; a # in a query is written %23")
	case u.Scheme == "http" && !c.allowHTTP && !isLoopback(u.Hostname()):
		return nil, errors.New(quote(shown(u)) + " is http to another machine, so anyone on the network path can replace the keys; use https, or AllowHTTP")
	}
	if isLocalhost(u.Hostname()) {
		u.Host = strings.ToLower(u.Host) // http.ProxyFromEnvironment recognizes only lower case
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, errors.New(quote(shown(u)) + " has a port over 65535")
		}
	}
	return u, nil
}

// isLoopback reports whether a host is this machine. net/http must agree, because otherwise it
// would send the request to a proxy. So an address with a zone is not a loopback address, and
// neither is a name with a letter that only folds to one of "localhost".
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return isLocalhost(host) || err == nil && ip.IsLoopback() && ip.Zone() == ""
}

func isLocalhost(host string) bool { return strings.ToLower(host) == "localhost" }

// shown returns a URL for errors and logs: without user info, query and fragment.
func shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

// repeatsPrivateParts reports whether a text has private parts of a URL: a server may send back
// what it received.
func repeatsPrivateParts(text string, u *url.URL) bool {
	private := []string{u.RawQuery, u.User.String(), u.User.Username()}
	if u.User != nil {
		password, _ := u.User.Password()
		private = append(private, password, base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password)))
	}
	for _, pair := range strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
		const least = 4 // a shorter value would often match by chance
		if _, value, _ := strings.Cut(pair, "="); len(value) >= least {
			decoded, _ := url.QueryUnescape(value)
			private = append(private, value, decoded)
		}
	}
	return slices.ContainsFunc(private, func(part string) bool { return shows(text, part) })
}

// shows reports whether a text has a part. A short part must be a whole word: otherwise a user
// named "a" would be found in most texts.
func shows(text, part string) bool {
	const short = 4
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for at := 0; part != ""; at++ {
		n := strings.Index(text[at:], part)
		if n < 0 {
			return false
		}
		at += n
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(part):])
		if len(part) >= short || !isWord(before) && !isWord(after) {
			return true
		}
	}
	return false
}
