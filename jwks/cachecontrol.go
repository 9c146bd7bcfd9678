package jwks

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How long a response may be used (RFC 9111). A live set is a private cache that fetches again
// early, so only a few of the rules are needed.

// leastLife is shorter than any life of a live set. 0 means that the response does not say.
const leastLife = 1

// lifetime returns the life that Cache-Control gives (RFC 9111, Section 5.2.2), or 0 if it
// gives none. "If directives conflict (e.g., both max-age and no-cache are present), the most
// restrictive directive should be honored" (Section 4.2.1). A max-age that is no number makes
// a response stale.
func lifetime(h http.Header) time.Duration {
	var life time.Duration
	limit := func(d time.Duration) {
		if life == 0 || d < life {
			life = max(d, leastLife)
		}
	}
	for name, value := range directives(strings.Join(h.Values("Cache-Control"), ",")) {
		switch strings.ToLower(name) {
		case "no-cache", "no-store":
			limit(leastLife)
		case "max-age":
			seconds, _ := deltaSeconds(value)
			limit(seconds)
		}
	}
	return life
}

// age returns how long ago the origin server answered, by the header of caches in between
// (Section 5.1). The first member of a list counts. Text that is no number counts as 0.
func age(h http.Header) time.Duration {
	first, _, _ := strings.Cut(h.Get("Age"), ",")
	seconds, _ := deltaSeconds(strings.Trim(first, " \t"))
	return seconds
}

// remaining returns the rest of a lifetime after some of it passed.
func remaining(life, passed time.Duration) time.Duration {
	if life == 0 {
		return 0
	}
	return max(life-passed, leastLife)
}

// directives cuts a field value at the commas outside quoted strings. It removes the quotes of
// values.
func directives(field string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for field != "" {
			end, quoted := 0, false
			for ; end < len(field) && (quoted || field[end] != ','); end++ {
				switch field[end] {
				case '"':
					quoted = !quoted
				case '\\':
					if quoted && end+1 < len(field) {
						end++
					}
				}
			}
			name, value, _ := strings.Cut(field[:end], "=")
			value = strings.Trim(value, " \t")
			if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
				value = value[1 : len(value)-1]
			}
			if !yield(strings.Trim(name, " \t"), value) {
				return
			}
			field = field[min(end+1, len(field)):]
		}
	}
}

// deltaSeconds reads a number of seconds. A number that is too large counts as 2^31 (Section
// 1.2.2).
func deltaSeconds(text string) (time.Duration, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	const most = 1 << 31
	seconds, err := strconv.ParseUint(text, 10, 64)
	if err != nil || seconds > most {
		seconds = most
	}
	return time.Duration(seconds) * time.Second, true
}
