package main

import (
	"strconv"
	"time"

	"github.com/token-jwt/jwt"
)

// A moment is what a date of a token means now.
type moment struct {
	Claim  string `json:"claim"`
	Time   string `json:"time,omitempty"` // RFC 3339, in UTC; "" where it is no date
	Words  string `json:"words"`          // "expired 3 min ago"
	colour colour
}

// dateClaims are the claims with dates: those of RFC 7519, OpenID Connect Core 1.0, Section 2
// and Section 5.1, and RFC 8693.
var dateClaims = []string{"exp", "nbf", "iat", "auth_time", "updated_at"}

// momentOf says what a claim means as a date; false where it is none of those.
func momentOf(claims jwt.Claims, name string, now time.Time) (moment, bool) {
	known := false
	for _, date := range dateClaims {
		known = known || date == name
	}
	if !known {
		return moment{}, false
	}
	number, err := jwt.Get[jwt.NumericDate](claims, name) // a time.Time would also take text
	if err != nil {
		words := "no date: seconds since 1970 as a number are wanted"
		if n, err := jwt.Get[float64](claims, name); err == nil && n > 253402300799 {
			words = "no date: beyond the year 9999; are these milliseconds?"
		}
		return moment{name, "", words, red}, true
	}
	date := number.Time
	m := moment{Claim: name, Time: date.UTC().Format(time.RFC3339Nano)}
	past := !date.After(now)
	switch {
	case name == "exp" && past:
		m.Words, m.colour = "expired "+ago(date, now), red
	case name == "exp":
		m.Words, m.colour = "expires in "+length(now, date), green
	case past:
		m.Words = ago(date, now)
	case name == "nbf":
		m.Words, m.colour = "not valid yet, only in "+length(now, date), red
	default:
		m.Words, m.colour = "in the future, by "+length(now, date), red
	}
	return m, true
}

// onScreen is the date and its meaning, for a person.
func (m moment) onScreen() string {
	if m.Time == "" {
		return m.Words
	}
	date, err := time.Parse(time.RFC3339Nano, m.Time)
	if err != nil { // unreachable: it was formatted so
		return m.Words
	}
	return date.Format("2006-01-02 15:04:05.999999999 UTC, ") + m.Words
}

func ago(date, now time.Time) string {
	if now.Sub(date) < time.Second {
		return "just now"
	}
	return length(date, now) + " ago"
}

// length is a time in its greatest unit or two, cut and not rounded: a token that is good for
// 59 seconds is not good for a minute.
func length(from, to time.Time) string {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	d := to.Sub(from)
	switch {
	case d < time.Second:
		return "less than 1 s"
	case d < time.Minute:
		return count(d/time.Second, "s")
	case d < time.Hour:
		return count(d/time.Minute, "min")
	case d < 2*day:
		return pair(count(d/time.Hour, "h"), d%time.Hour/time.Minute, "min")
	case d < 2*year:
		return count(d/day, "days")
	case d < 200*year:
		return count(d/year, "years")
	default: // a Duration ends at 292 years
		return strconv.Itoa(to.Year()-from.Year()) + " years"
	}
}

func count(n time.Duration, unit string) string { return strconv.Itoa(int(n)) + " " + unit }

func pair(greater string, n time.Duration, unit string) string {
	if n == 0 {
		return greater
	}
	return greater + " " + count(n, unit)
}
