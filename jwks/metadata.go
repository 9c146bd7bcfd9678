package jwks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

// OpenID Provider metadata (OpenID Connect Discovery 1.0): their URL, and the two members that
// are read.

const wellKnown = "/.well-known/openid-configuration"

const mostURLBytes = 2000 // of a "jwks_uri", because errors and logs show it

// provider is the source of the key set of an issuer. The metadata have the URL of the set.
type provider struct {
	issuer   string
	at       *url.URL // the URL of the metadata
	metadata document[*url.URL]
	keys     document[*jwt.KeySet]
}

func (c *config) provider(function, issuer string) (*provider, error) {
	bad := func(why string) error {
		return badOption(function + " needs the URL of an issuer, as its tokens have it in iss, and " + why)
	}
	u, err := c.checkURL(issuer)
	switch {
	case err != nil:
		return nil, bad(err.Error())
	case u.User != nil:
		return nil, bad(quote(shown(u)) + " was given with user info; credentials are added by the transport of WithClient")
	case strings.Contains(issuer, "?"):
		return nil, bad(quote(shown(u)) + " was given with a query, which no issuer has")
	case strings.HasSuffix(strings.TrimSuffix(issuer, "/"), wellKnown):
		return nil, bad("it was given with " + wellKnown + ", which is added here: leave it off")
	}
	// "If the Issuer value contains a path component, any terminating / MUST be removed
	// before appending /.well-known/openid-configuration" (Section 4.1).
	at, err := url.Parse(strings.TrimSuffix(issuer, "/") + wellKnown)
	if err != nil {
		return nil, bad("the one given cannot be parsed")
	}
	return &provider{
		issuer: issuer,
		at:     at,
		metadata: document[*url.URL]{
			client: c.client,
			what:   "OpenID Provider metadata",
			absent: "; if the issuer has no such metadata, use Remote with the URL of its keys",
			parse:  func(body []byte) (*url.URL, error) { return c.parseMetadata(issuer, body) },
		},
		keys: c.keySet(),
	}, nil
}

// Fetch reads the metadata each time, because an issuer may move its keys.
func (p *provider) Fetch(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
	keysAt, _, err := p.metadata.fetch(ctx, p.at)
	if err != nil {
		return nil, 0, err
	}
	return p.keys.fetch(ctx, keysAt)
}

// parseMetadata returns "jwks_uri". "The issuer value returned MUST be identical to the Issuer
// URL" (Section 4.3). Otherwise one issuer of a host could impersonate another.
func (c *config) parseMetadata(issuer string, body []byte) (*url.URL, error) {
	members, err := stringMembers(body, "issuer", "jwks_uri")
	if err != nil {
		return nil, err
	}
	name, ok := members["issuer"]
	switch {
	case !ok:
		return nil, errors.New(`it has no "issuer"`)
	case name != issuer:
		return nil, errors.New("its issuer is " + quote(name) + ", and " + quote(issuer) + " was asked for; they must be equal in every character: give it as it is there, or use Remote with the URL of the keys")
	}
	text, ok := members["jwks_uri"]
	if !ok {
		return nil, errors.New(`it has no "jwks_uri"`)
	}
	if len(text) > mostURLBytes {
		return nil, errors.New(`its "jwks_uri" has more than 2,000 bytes`)
	}
	u, err := c.checkURL(text)
	if err != nil {
		return nil, errors.New(`its "jwks_uri" must be a URL to fetch keys from, and ` + err.Error())
	}
	return u, nil
}

// stringMembers reads the named members of a JSON object, which must be strings. Names match
// exactly, and duplicates of these names are errors. [json.Unmarshal] would also match ISSUER,
// and use the last of several members. No error text has a value.
func stringMembers(body []byte, names ...string) (map[string]string, error) {
	const most = 1000 // members, as in a JWK Set
	notJSON := errors.New("it is no JSON object" + guess(body))
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, notJSON
	}
	found := map[string]string{}
	var value json.RawMessage
	for n := 0; d.More(); n++ {
		if n == most {
			return nil, errors.New("it has more than 1,000 members")
		}
		token, err := d.Token()
		name, isString := token.(string)
		if err != nil || !isString {
			return nil, notJSON
		}
		if err := d.Decode(&value); err != nil {
			return nil, notJSON
		}
		for _, wanted := range names {
			if name != wanted {
				continue
			}
			if _, twice := found[name]; twice {
				return nil, errors.New("it has " + quote(name) + " twice")
			}
			var text *string
			if err := json.Unmarshal(value, &text); err != nil || text == nil {
				return nil, errors.New(quote(name) + " is no string")
			}
			found[name] = *text
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, notJSON
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, notJSON
	}
	return found, nil
}

// guess guesses what a document is that is not JSON.
func guess(body []byte) string {
	switch start := bytes.TrimSpace(body); {
	case len(start) == 0:
		return ": it is empty"
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		return ": it begins with a byte order mark"
	case start[0] == '<':
		return ": it seems to be HTML"
	}
	return ""
}
