package jwks

import (
	"net/url"

	"github.com/token-jwt/jwt"
)

// What tests reach inside the package.

// ParseMetadata reads the metadata of an issuer as Discover does.
func ParseMetadata(issuer string, body []byte) (*url.URL, error) {
	return (&config{}).parseMetadata(issuer, body)
}

// DiscoverSource returns what [Discover] follows.
func DiscoverSource(issuer string) (jwt.KeySource, error) {
	c, err := configure(nil)
	if err != nil {
		return nil, err
	}
	return c.provider("DiscoverSource", issuer)
}
