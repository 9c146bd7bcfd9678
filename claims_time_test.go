package jwt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// Time, to the nanosecond: on which side of each boundary a token is in force.

// ns is a time so many nanoseconds after a second.
func ns(second, nanoseconds int64) time.Time { return time.Unix(second, nanoseconds) }

const (
	t0     = 1_800_000_000
	first  = -62_135_596_800 // 0001-01-01T00:00:00Z
	last   = 253_402_300_799 // 9999-12-31T23:59:59Z
	most   = time.Duration(math.MaxInt64)
	mostS  = int64(most / time.Second) // 292 years, as seconds
	mostNS = int64(most % time.Second) // and the rest
	year   = 365 * 24 * time.Hour
	minute = time.Minute
)

func TestTimeBoundaries(t *testing.T) {
	leeway, age := jwt.WithLeeway(minute), jwt.WithMaxTokenAge(time.Hour)
	huge := jwt.WithLeeway(most)
	for _, tt := range []struct {
		name    string
		payload string
		now     time.Time
		opts    []jwt.DecodeOption
		class   error // nil: in force
	}{
		// RFC 7519, Section 4.1.4: the time "MUST be before the expiration date/time".
		{"exp, a nanosecond before", `{"exp":1800000000}`, ns(t0, -1), nil, nil},
		{"exp, at it", `{"exp":1800000000}`, ns(t0, 0), nil, jwt.ErrExpired},
		{"exp, a nanosecond after", `{"exp":1800000000}`, ns(t0, 1), nil, jwt.ErrExpired},
		{"exp of a nanosecond, at the second", `{"exp":1800000000.000000001}`, ns(t0, 0), nil, nil},
		{"exp of a nanosecond, at it", `{"exp":1800000000.000000001}`, ns(t0, 1), nil, jwt.ErrExpired},
		{"exp of half a nanosecond, at the second", `{"exp":1800000000.0000000005}`, ns(t0, 0), nil, nil},
		{"exp of half a nanosecond, at the nanosecond", `{"exp":1800000000.0000000005}`, ns(t0, 1), nil, jwt.ErrExpired},
		{"exp of nearly nothing", `{"exp":1800000000.` + fmt.Sprintf("%0200d", 1) + `}`, ns(t0, 0), nil, nil},
		{"exp of nearly a second", `{"exp":1799999999.99999999999999999999}`, ns(t0, -1), nil, nil},
		{"exp of nearly a second, at it", `{"exp":1799999999.99999999999999999999}`, ns(t0, 0), nil, jwt.ErrExpired},
		{"exp with an exponent, before", `{"exp":1.8E+9}`, ns(t0, -1), nil, nil},
		{"exp with an exponent, at it", `{"exp":18000000000000000e-7}`, ns(t0, 0), nil, jwt.ErrExpired},
		{"exp with a zero fraction", `{"exp":1800000000.000}`, ns(t0, 0), nil, jwt.ErrExpired},
		{"exp with leeway, a nanosecond before", `{"exp":1800000000}`, ns(t0+60, -1), []jwt.DecodeOption{leeway}, nil},
		{"exp with leeway, at it", `{"exp":1800000000}`, ns(t0+60, 0), []jwt.DecodeOption{leeway}, jwt.ErrExpired},
		{"exp of a fraction with leeway", `{"exp":1800000000.000000001}`, ns(t0+60, 0), []jwt.DecodeOption{leeway}, nil},
		{"exp of a fraction with leeway of one", `{"exp":1800000000.75}`, ns(t0+1, 5e8), []jwt.DecodeOption{jwt.WithLeeway(750 * time.Millisecond)}, jwt.ErrExpired},
		{"exp of a fraction with leeway of one, before", `{"exp":1800000000.75}`, ns(t0+1, 5e8-1), []jwt.DecodeOption{jwt.WithLeeway(750 * time.Millisecond)}, nil},

		// RFC 7519, Section 4.1.5: "MUST be after or equal to the not-before date/time".
		{"nbf, a nanosecond before", `{"nbf":1800000000}`, ns(t0, -1), nil, jwt.ErrImmature},
		{"nbf, at it", `{"nbf":1800000000}`, ns(t0, 0), nil, nil},
		{"nbf of a nanosecond, at the second", `{"nbf":1800000000.000000001}`, ns(t0, 0), nil, jwt.ErrImmature},
		{"nbf of a nanosecond, at it", `{"nbf":1800000000.000000001}`, ns(t0, 1), nil, nil},
		{"nbf of half a nanosecond, at the second", `{"nbf":1800000000.0000000005}`, ns(t0, 0), nil, jwt.ErrImmature},
		{"nbf of half a nanosecond, at the nanosecond", `{"nbf":1800000000.0000000005}`, ns(t0, 1), nil, nil},
		{"nbf with leeway, at it", `{"nbf":1800000000}`, ns(t0-60, 0), []jwt.DecodeOption{leeway}, nil},
		{"nbf with leeway, a nanosecond before", `{"nbf":1800000000}`, ns(t0-60, -1), []jwt.DecodeOption{leeway}, jwt.ErrImmature},

		{"iat, a nanosecond before", `{"iat":1800000000}`, ns(t0, -1), nil, jwt.ErrImmature},
		{"iat, at it", `{"iat":1800000000}`, ns(t0, 0), nil, nil},
		{"iat of half a nanosecond", `{"iat":1800000000.0000000005}`, ns(t0, 0), nil, jwt.ErrImmature},
		{"iat with leeway, at it", `{"iat":1800000000}`, ns(t0-60, 0), []jwt.DecodeOption{leeway}, nil},
		{"iat with leeway, a nanosecond before", `{"iat":1800000000}`, ns(t0-60, -1), []jwt.DecodeOption{leeway}, jwt.ErrImmature},

		// Expired when iat + d <= now - leeway.
		{"age, a nanosecond before", `{"iat":1800000000}`, ns(t0+3600, -1), []jwt.DecodeOption{age}, nil},
		{"age, at it", `{"iat":1800000000}`, ns(t0+3600, 0), []jwt.DecodeOption{age}, jwt.ErrExpired},
		{"age of a fraction", `{"iat":1800000000.000000001}`, ns(t0+3600, 0), []jwt.DecodeOption{age}, nil},
		{"age of half a nanosecond, at the second", `{"iat":1800000000.0000000005}`, ns(t0+3600, 0), []jwt.DecodeOption{age}, nil},
		{"age of half a nanosecond, at the nanosecond", `{"iat":1800000000.0000000005}`, ns(t0+3600, 1), []jwt.DecodeOption{age}, jwt.ErrExpired},
		{"age with leeway, a nanosecond before", `{"iat":1800000000}`, ns(t0+3660, -1), []jwt.DecodeOption{age, leeway}, nil},
		{"age with leeway, at it", `{"iat":1800000000}`, ns(t0+3660, 0), []jwt.DecodeOption{age, leeway}, jwt.ErrExpired},
		{"age of the least", `{"iat":1800000000}`, ns(t0, 1e6), []jwt.DecodeOption{jwt.WithMaxTokenAge(time.Millisecond)}, jwt.ErrExpired},
		{"age of the least, before", `{"iat":1800000000}`, ns(t0, 1e6-1), []jwt.DecodeOption{jwt.WithMaxTokenAge(time.Millisecond)}, nil},

		// The ends of what a date may be.
		{"exp at the end of 9999, before", `{"exp":253402300799}`, ns(last, -1), nil, nil},
		{"exp at the end of 9999, at it", `{"exp":253402300799}`, ns(last, 0), nil, jwt.ErrExpired},
		{"exp at the last nanosecond, before", `{"exp":253402300799.999999999}`, ns(last, 999_999_998), nil, nil},
		{"exp at the last nanosecond, at it", `{"exp":253402300799.999999999}`, ns(last, 999_999_999), nil, jwt.ErrExpired},
		{"exp after the last nanosecond", `{"exp":253402300799.9999999999}`, ns(last, 999_999_999), nil, nil},
		{"exp in the year 10000", `{"exp":253402300800}`, ns(t0, 0), nil, jwt.ErrDecode},
		{"exp in the year 10000, by an exponent", `{"exp":2.534023008e11}`, ns(t0, 0), nil, jwt.ErrDecode},
		{"nbf at the start of the year 1", `{"nbf":-62135596800}`, ns(first, 0), nil, nil},
		{"nbf at the start of the year 1, and a bit", `{"nbf":-62135596799.999999999}`, ns(first, 0), nil, jwt.ErrImmature},
		{"nbf before the year 1", `{"nbf":-62135596800.0000000001}`, ns(t0, 0), nil, jwt.ErrDecode},
		{"nbf before the year 1, by a second", `{"nbf":-62135596801}`, ns(t0, 0), nil, jwt.ErrDecode},
		{"exp at the start of the year 1", `{"exp":-62135596800}`, ns(first, 0), nil, jwt.ErrExpired},
		{"exp at the start of the year 1, before", `{"exp":-62135596800}`, ns(first, -1), nil, nil},
		{"iat at both ends of time", `{"iat":253402300799}`, ns(last, 0), nil, nil},
		{"age from the start of the year 1", `{"iat":-62135596800}`, ns(first, 0).Add(time.Hour), []jwt.DecodeOption{age}, jwt.ErrExpired},
		{"age up to the end of 9999, and beyond", `{"iat":253402300799}`, ns(last, 0).Add(time.Hour - 1), []jwt.DecodeOption{age}, nil},

		// Before 1970 the fraction of a number counts the other way.
		{"exp before 1970, before", `{"exp":-1.5}`, ns(-2, 499_999_999), nil, nil},
		{"exp before 1970, at it", `{"exp":-1.5}`, ns(-2, 5e8), nil, jwt.ErrExpired},
		{"exp before 1970 of half a nanosecond", `{"exp":-1.4999999995}`, ns(-2, 5e8), nil, nil},
		{"exp before 1970 of half a nanosecond less", `{"exp":-1.5000000005}`, ns(-2, 5e8), nil, jwt.ErrExpired},
		{"exp before 1970 of half a nanosecond less, before", `{"exp":-1.5000000005}`, ns(-2, 5e8-1), nil, nil},
		{"nbf before 1970, before", `{"nbf":-0.000000001}`, ns(-1, 999_999_998), nil, jwt.ErrImmature},
		{"nbf before 1970, at it", `{"nbf":-0.000000001}`, ns(-1, 999_999_999), nil, nil},
		{"exp at 1970", `{"exp":0}`, ns(0, -1), nil, nil},
		{"exp at 1970, with a sign", `{"exp":-0.0e5}`, ns(0, 0), nil, jwt.ErrExpired},
		{"a clock before 1970, with leeway", `{"exp":-60}`, ns(0, -1), []jwt.DecodeOption{leeway}, nil},
		{"a clock before 1970, at the end of leeway", `{"exp":-60}`, ns(0, 0), []jwt.DecodeOption{leeway}, jwt.ErrExpired},
		{"age before 1970", `{"iat":-3600.000000001}`, ns(0, -1), []jwt.DecodeOption{age}, jwt.ErrExpired},
		{"age before 1970, before", `{"iat":-3600}`, ns(0, -1), []jwt.DecodeOption{age}, nil},

		// The greatest leeway, which is 292 years, and what it leads to.
		{"great leeway, exp before", fmt.Sprintf(`{"exp":%d}`, t0-mostS), ns(t0, mostNS-1), []jwt.DecodeOption{huge}, nil},
		{"great leeway, exp at it", fmt.Sprintf(`{"exp":%d}`, t0-mostS), ns(t0, mostNS), []jwt.DecodeOption{huge}, jwt.ErrExpired},
		{"great leeway, nbf before", fmt.Sprintf(`{"nbf":%d}`, t0+mostS), ns(t0, -mostNS-1), []jwt.DecodeOption{huge}, jwt.ErrImmature},
		{"great leeway, nbf at it", fmt.Sprintf(`{"nbf":%d}`, t0+mostS), ns(t0, -mostNS), []jwt.DecodeOption{huge}, nil},
		{"great leeway at the end of 9999", `{"exp":253402300799,"nbf":253402300799,"iat":253402300799}`, ns(last, 0), []jwt.DecodeOption{huge}, nil},
		{"great leeway at the start of the year 1", `{"exp":-62135596800,"nbf":-62135596800,"iat":-62135596800}`, ns(first, 0), []jwt.DecodeOption{huge}, nil},
		{"great leeway and age", `{"iat":-62135596800}`, ns(first, 0).Add(most).Add(most - 1), []jwt.DecodeOption{huge, jwt.WithMaxTokenAge(most)}, nil},
		{"great leeway and age, at it", `{"iat":-62135596800}`, ns(first, 0).Add(most).Add(most), []jwt.DecodeOption{huge, jwt.WithMaxTokenAge(most)}, jwt.ErrExpired},
		{"great age at the end of 9999", `{"iat":253402300799}`, ns(last, 0), []jwt.DecodeOption{jwt.WithMaxTokenAge(most)}, nil},

		// Clocks that no calendar has. Nothing wraps around.
		{"a clock in the year 20000", `{"exp":253402300799}`, time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), nil, jwt.ErrExpired},
		{"a clock in the year 20000, with great leeway", `{"exp":253402300799,"nbf":253402300799}`, time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), []jwt.DecodeOption{huge}, jwt.ErrExpired},
		{"a clock before all years", `{"nbf":-62135596800}`, time.Date(-20000, 1, 1, 0, 0, 0, 0, time.UTC), []jwt.DecodeOption{huge}, jwt.ErrImmature},
		{"a clock before all years, exp", `{"exp":-62135596800}`, time.Date(-20000, 1, 1, 0, 0, 0, 0, time.UTC), nil, nil},
		{"the greatest clock, nbf", `{"nbf":253402300799,"iat":253402300799}`, ns(math.MaxInt64, 0), []jwt.DecodeOption{huge}, nil},
		{"the greatest clock, a second of leeway", `{"nbf":253402300799}`, ns(math.MaxInt64, 0), []jwt.DecodeOption{jwt.WithLeeway(time.Second)}, nil},
		{"the greatest clock, exp", `{"exp":253402300799}`, ns(math.MaxInt64, 0), []jwt.DecodeOption{huge}, jwt.ErrExpired},
		{"the least clock, nbf", `{"nbf":-62135596800}`, ns(math.MinInt64, 0), []jwt.DecodeOption{huge}, jwt.ErrImmature},
		{"the least clock, exp", `{"exp":-62135596800}`, ns(math.MinInt64, 0), []jwt.DecodeOption{huge}, nil},
		{"the zero clock", `{"exp":1,"nbf":-62135596800}`, time.Time{}, nil, nil},
		{"a clock of another zone", `{"exp":1800000000}`, ns(t0, -1).In(time.FixedZone("", -12*3600)), nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			claims, err := jwt.Decode(claimed(tt.payload), secret, jwt.HS256, append(tt.opts, at(tt.now))...)
			if tt.class == nil {
				require.NoError(t, err)
				return
			}
			assert.Nil(t, claims)
			assertClass(t, err, tt.class)
			assert.Less(t, len(err.Error()), 300)
		})
	}
}

// Boundaries of the dates, to less than a nanosecond.
func TestLeewayAndAge(t *testing.T) {
	type o = []jwt.DecodeOption
	ten := jwt.WithLeeway(10 * time.Second)
	minute := jwt.WithMaxTokenAge(time.Minute)
	for _, tt := range []struct {
		payload string
		opts    o
		class   error
	}{
		{`{"exp":1800000000.000000001}`, nil, nil},
		{`{"exp":1800000000.0000000001}`, nil, nil},
		{`{"exp":1800000000}`, nil, jwt.ErrExpired},
		{`{"exp":1799999999.999999999}`, nil, jwt.ErrExpired},
		{`{"exp":1799999990}`, o{ten}, jwt.ErrExpired},
		{`{"exp":1799999990.0000000001}`, o{ten}, nil},
		{`{"exp":1799999991}`, o{ten}, nil},
		{`{"exp":1799999991}`, o{ten, jwt.WithLeeway(time.Second)}, jwt.ErrExpired},
		{`{"exp":1799999991}`, o{ten, jwt.WithLeeway(0)}, jwt.ErrExpired},
		{`{"exp":1799999999.9991}`, o{jwt.WithLeeway(time.Millisecond)}, nil},
		{`{"exp":1799999999.999}`, o{jwt.WithLeeway(time.Millisecond)}, jwt.ErrExpired},
		{`{"exp":1799999998.5001}`, o{jwt.WithLeeway(1500 * time.Millisecond)}, nil},
		{`{"nbf":1800000000}`, nil, nil},
		{`{"nbf":1800000000.000000001}`, nil, jwt.ErrImmature},
		{`{"nbf":1800000010}`, o{ten}, nil},
		{`{"nbf":1800000010.0000000001}`, o{ten}, jwt.ErrImmature},
		{`{"iat":1800000000}`, nil, nil},
		{`{"iat":1800000000.000000001}`, nil, jwt.ErrImmature},
		{`{"iat":1800000010}`, o{ten}, nil},
		{`{"iat":1800000010.0000000001}`, o{ten}, jwt.ErrImmature},
		{`{"iat":1799999940}`, o{minute}, jwt.ErrExpired},
		{`{"iat":1799999940.0000000001}`, o{minute}, nil},
		{`{"iat":1799999930}`, o{minute, ten}, jwt.ErrExpired},
		{`{"iat":1799999930.0000000001}`, o{minute, ten}, nil},
		{`{"iat":1799999999.5}`, o{jwt.WithMaxTokenAge(501 * time.Millisecond)}, nil},
		{`{"iat":1799999999.5}`, o{jwt.WithMaxTokenAge(500 * time.Millisecond)}, jwt.ErrExpired},
		{`{"iat":1800000000,"exp":1800000001}`, o{minute}, nil},
		{`{"iat":1800000010,"exp":1800000001}`, o{minute, ten}, nil},
		{`{"exp":253402300799,"nbf":-62135596800}`, o{jwt.WithLeeway(math.MaxInt64)}, nil},
		{`{"exp":-62135596800}`, o{jwt.WithLeeway(math.MaxInt64)}, jwt.ErrExpired},
		{`{"iat":-62135596800}`, o{jwt.WithMaxTokenAge(math.MaxInt64)}, jwt.ErrExpired},
	} {
		_, err := jwt.Decode(claimed(tt.payload), secret, jwt.HS256, append(o{at(now)}, tt.opts...)...)
		if tt.class == nil {
			assert.NoError(t, err, tt.payload)
		} else if assert.Error(t, err, tt.payload) {
			assertClass(t, err, tt.class)
		}
	}
	// A clock gone mad is no reason to accept anything, or to panic.
	for _, seconds := range []int64{math.MaxInt64, math.MaxInt64 - 5} {
		_, err := jwt.Decode(claimed(`{"exp":253402300799}`), secret, jwt.HS256, at(time.Unix(seconds, 0)), ten)
		assertClass(t, err, jwt.ErrExpired)
		_, err = jwt.Decode(claimed(`{"nbf":253402300799}`), secret, jwt.HS256, at(time.Unix(seconds, 0)), ten)
		assert.NoError(t, err)
		_, err = jwt.Decode(claimed(`{"nbf":253402300799}`), secret, jwt.HS256, at(time.Unix(-seconds, 0)), ten)
		assertClass(t, err, jwt.ErrImmature)
		_, err = jwt.Decode(claimed(`{"exp":-62135596800}`), secret, jwt.HS256, at(time.Unix(-seconds, 0)), ten)
		assert.NoError(t, err)
		_, err = jwt.Encode(jwt.Claims{}, secret, at(time.Unix(seconds, 0)), jwt.WithIssuedAt())
		assertClass(t, err, jwt.ErrInvalidOption)
		_, err = jwt.Encode(jwt.Claims{}, secret, at(time.Unix(-seconds, 0)), jwt.WithExpiresIn(time.Second))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// What an ExpiredError says is what was compared.
func TestTimeOfExpiry(t *testing.T) {
	for payload, want := range map[string]time.Time{
		`{"exp":1799999990.000000001}`:                  ns(t0-10, 1),
		`{"exp":-1.5}`:                                  ns(-2, 5e8),
		`{"exp":-62135596800}`:                          ns(first, 0),
		`{"iat":1799990000.25}`:                         ns(t0-10000, 25e7).Add(time.Hour),
		`{"exp":1799999990.123456789,"iat":1799990000}`: ns(t0-10, 123456789), // the earlier check
	} {
		_, err := jwt.Decode(claimed(payload), secret, jwt.HS256, at(now), jwt.WithMaxTokenAge(time.Hour), jwt.WithLeeway(time.Second))
		if !errors.Is(err, jwt.ErrExpired) { // those without "iat"
			_, err = jwt.Decode(claimed(payload), secret, jwt.HS256, at(now), jwt.WithLeeway(time.Second))
		}
		var expired *jwt.ExpiredError
		require.ErrorAs(t, err, &expired, payload)
		assert.True(t, want.Equal(expired.ExpiresAt), "%s: %v", payload, expired.ExpiresAt)
		assert.True(t, now.Equal(expired.Now))
		assert.Equal(t, time.Second, expired.Leeway)
	}
}

// Dates of the calendar come back as they went, in all ways of writing them.
func TestTimeRoundTrip(t *testing.T) {
	for _, date := range []time.Time{
		time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), // the zero time itself is no date
		time.Date(4, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(1582, 10, 10, 0, 0, 0, 0, time.UTC), time.Date(1600, 2, 29, 12, 0, 0, 0, time.UTC),
		time.Date(1900, 2, 28, 23, 59, 59, 0, time.UTC), time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC), // no leap year
		time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), time.Unix(0, 0), time.Date(1972, 6, 30, 23, 59, 60, 0, time.UTC), // a leap second does not count
		time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2027, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2028, 2, 29, 23, 59, 59, 0, time.UTC),
		time.Date(2038, 1, 19, 3, 14, 8, 0, time.UTC), time.Date(2100, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2106, 2, 7, 6, 28, 16, 0, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", 0)), time.Date(2026, 3, 1, 1, 0, 0, 0, time.FixedZone("", 14*3600)),
	} {
		second := date.Unix()
		clock := at(date.Add(-time.Second))
		for name, payload := range map[string]any{
			"time.Time":   jwt.Claims{"exp": date},
			"NumericDate": jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(date)},
			"integer":     jwt.Claims{"exp": second},
			"text":        json.RawMessage(fmt.Sprintf(`{"exp":%d}`, second)),
		} {
			token, err := jwt.Encode(payload, secret)
			require.NoError(t, err, date)
			claims, err := jwt.Decode(token, secret, jwt.HS256, clock)
			require.NoError(t, err, "%s of %v", name, date)
			assert.Equal(t, second, claims["exp"])
			assert.True(t, date.Equal(claims.ExpiresAt()), "%s: %v of %v", name, claims.ExpiresAt(), date)
			into, err := jwt.DecodeAs[jwt.RegisteredClaims](token, secret, jwt.HS256, clock)
			require.NoError(t, err)
			assert.True(t, date.Equal(into.ExpiresAt.Time))
			_, err = jwt.Decode(token, secret, jwt.HS256, at(date))
			assertClass(t, err, jwt.ErrExpired)
		}
	}
	for name, payload := range map[string]any{
		"the zero time": jwt.Claims{"exp": time.Time{}}, "the year 10000": jwt.Claims{"exp": time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"before the year 1": jwt.Claims{"nbf": time.Unix(first, -1)}, "the year 10000 in a NumericDate": jwt.RegisteredClaims{IssuedAt: jwt.NewNumericDate(time.Unix(last+1, 0))},
		"nanoseconds": jwt.Claims{"exp": now.UnixNano()}, "milliseconds": jwt.Claims{"iat": now.UnixMilli()},
	} {
		_, err := jwt.Encode(payload, secret)
		require.Error(t, err, name)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// All dates of a token come from one reading of the clock, cut to the second, before
// 1970 too: it is in force at once, and "exp" less "iat" is the lifetime exactly.
func TestTimeOfEncoding(t *testing.T) {
	for _, tt := range []struct {
		now           time.Time
		lifetime      time.Duration
		exp, iat, nbf int64
	}{
		{ns(t0, 0), minute, t0 + 60, t0, t0},
		{ns(t0, 1), minute, t0 + 60, t0, t0},
		{ns(t0, 999_999_999), minute, t0 + 60, t0, t0},
		{ns(t0, -1), minute, t0 + 59, t0 - 1, t0 - 1},
		{ns(t0, 123_456_789), time.Hour, t0 + 3600, t0, t0},
		{ns(t0, 0), time.Second + 1, t0 + 2, t0, t0},
		{ns(t0, 5e8), 1500 * time.Millisecond, t0 + 2, t0, t0},
		{ns(t0, 999_999_999), time.Second, t0 + 1, t0, t0},
		{ns(-2, 5e8), time.Second, -1, -2, -2},
		{ns(-1, 1), time.Second, 0, -1, -1},
		{ns(first+1, 1), time.Second, first + 2, first + 1, first + 1},
		{ns(last-60, 999_999_999), minute, last, last - 60, last - 60},
		{ns(last-60, 0), minute, last, last - 60, last - 60},
		{ns(t0, 0), most, t0 + mostS + 1, t0, t0},
	} {
		token, err := jwt.Encode(jwt.Claims{}, secret, at(tt.now), jwt.WithExpiresIn(tt.lifetime), jwt.WithIssuedAt(), jwt.WithNotBefore(tt.now))
		require.NoError(t, err, tt.now)
		claims, err := jwt.Decode(token, secret, jwt.HS256, at(tt.now))
		require.NoError(t, err, "%v: in force at once", tt.now)
		assert.Equal(t, jwt.Claims{"exp": tt.exp, "iat": tt.iat, "nbf": tt.nbf}, claims)
		_, err = jwt.Decode(token, secret, jwt.HS256, at(time.Unix(tt.iat, 0).Add(tt.lifetime-1)))
		assert.NoError(t, err, "%v: in force for %v of its own second", tt.now, tt.lifetime)
		if tt.lifetime%time.Second == 0 {
			assert.Equal(t, tt.lifetime, claims.ExpiresAt().Sub(claims.IssuedAt()))
		}
	}
	for name, opts := range map[string][]jwt.EncodeOption{
		"exp behind 9999":      {at(ns(last-59, 0)), jwt.WithExpiresIn(minute)},
		"exp far behind":       {at(ns(last, 0)), jwt.WithExpiresIn(most)},
		"iat before the year":  {at(ns(first, -1)), jwt.WithIssuedAt()},
		"iat of a mad clock":   {at(ns(math.MaxInt64, 0)), jwt.WithIssuedAt()},
		"exp of a mad clock":   {at(ns(math.MaxInt64, 0)), jwt.WithExpiresIn(most)},
		"exp of the least one": {at(ns(math.MinInt64, 0)), jwt.WithExpiresIn(minute)},
		"nbf behind 9999":      {jwt.WithNotBefore(ns(last+1, 0))},
		"nbf before the year":  {jwt.WithNotBefore(ns(first, -1))},
	} {
		token, err := jwt.Encode(jwt.Claims{}, secret, opts...)
		assert.Empty(t, token, name)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// Where no clock is set it is the system's, read for each token.
func TestTimeDefaultClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock stands still until all sleep
		key := mustKey(t, secret)
		opts := []jwt.EncodeOption{jwt.WithExpiresIn(time.Minute), jwt.WithIssuedAt(), jwt.WithNotBefore(time.Now().Add(time.Second))}
		encoder, err := jwt.NewEncoder(key, opts...)
		require.NoError(t, err)
		decoder := mustDecoder(t, key, jwt.HS256, jwt.WithMaxTokenAge(time.Hour))
		aged := mustDecoder(t, key, jwt.HS256, jwt.WithMaxTokenAge(30*time.Second))
		began := time.Now()
		token, err := encoder.Encode(jwt.Claims{})
		require.NoError(t, err)
		assert.Equal(t, encoded(t, jwt.Claims{}, opts...), token)

		for _, step := range []struct {
			after         time.Duration
			class, ofAged error
		}{
			{0, jwt.ErrImmature, jwt.ErrImmature},
			{time.Second - 1, jwt.ErrImmature, jwt.ErrImmature},
			{time.Second, nil, nil},
			{30*time.Second - 1, nil, nil},
			{30 * time.Second, nil, jwt.ErrExpired},
			{time.Minute - 1, nil, jwt.ErrExpired},
			{time.Minute, jwt.ErrExpired, jwt.ErrExpired},
			{100 * year, jwt.ErrExpired, jwt.ErrExpired},
		} {
			time.Sleep(time.Until(began.Add(step.after)))
			_, err := decoder.Decode(token)
			assert.ErrorIs(t, err, step.class, step.after)
			_, err = aged.Decode(token)
			assert.ErrorIs(t, err, step.ofAged, step.after)
			_, err = jwt.Decode(token, secret, jwt.HS256)
			assert.ErrorIs(t, err, step.class, step.after)
		}
		second, err := encoder.Encode(jwt.Claims{})
		require.NoError(t, err)
		_, err = decoder.Decode(second)
		assert.NoError(t, err, "an encoder reads it anew too")
	})
}
