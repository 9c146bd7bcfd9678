package epoch_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt/internal/epoch"
)

func TestParse(t *testing.T) {
	for number, want := range map[string]time.Time{
		"0":                        time.Unix(0, 0),
		"-0.0e5":                   time.Unix(0, 0),
		"1800000000":               time.Unix(1800000000, 0),
		"1.8E+9":                   time.Unix(1800000000, 0),
		"18000000000000000e-7":     time.Unix(1800000000, 0),
		"1.9999999999":             time.Unix(1, 999_999_999),
		"-1.5":                     time.Unix(-2, 5e8),
		"-0.0000000001":            time.Unix(-1, 999_999_999),
		"0e99999999999999999999":   time.Unix(0, 0),
		"1e-99999999999999999999":  time.Unix(0, 0),
		"-62135596800":             time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		"253402300799.99999999999": time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
	} {
		seconds, ok := epoch.Parse([]byte(number))
		assert.True(t, ok, number)
		assert.Equal(t, want.UTC(), seconds.Time(), number)
	}
	for _, number := range []string{"253402300800", "-62135596800.0000000001", "1e12", "1e99999999999999999999", "123456789012345678901234567890"} {
		_, ok := epoch.Parse([]byte(number))
		assert.False(t, ok, number)
	}
}

// What Append writes is read back as the same point in time, and is not longer than needed.
func TestAppend(t *testing.T) {
	for want, at := range map[string]time.Time{
		"0": time.Unix(0, 0), "-1": time.Unix(-1, 0), "1800000000.5": time.Unix(1800000000, 5e8), "-0.5": time.Unix(-1, 5e8), "-0.999999999": time.Unix(-1, 1),
		"-1.000000001": time.Unix(-2, 999_999_999), "0.00000012": time.Unix(0, 120), "0.000000001": time.Unix(0, 1),
	} {
		number := epoch.Of(at).Append(nil)
		assert.Equal(t, want, string(number))
		back, ok := epoch.Parse(number)
		assert.True(t, ok, want)
		assert.Equal(t, epoch.Of(at), back, want)
	}
	assert.Equal(t, "a1", string(epoch.Of(time.Unix(1, 0)).Append([]byte("a"))))
}

func TestOrder(t *testing.T) {
	var last epoch.Seconds
	for i, number := range []string{"-1.0000000001", "-1", "-0.9999999999", "0", "0.0000000001", "0.000000001", "1", "1.0000000001"} {
		seconds, ok := epoch.Parse([]byte(number))
		require.True(t, ok)
		assert.False(t, seconds.After(seconds), number)
		if i > 0 {
			assert.True(t, seconds.After(last), number)
			assert.False(t, last.After(seconds), number)
		}
		last = seconds
	}
}

func TestAdd(t *testing.T) {
	at := epoch.Of(time.Unix(10, 5e8))
	for _, d := range []time.Duration{0, 1, -1, time.Second / 2, -time.Second / 2, 5e8 - 1, time.Hour, -time.Hour, math.MaxInt64, math.MinInt64} {
		assert.Equal(t, time.Unix(10, 5e8).Add(d).UTC(), at.Add(d).Time(), d.String())
	}
	// At the ends of int64 the sum stays within the last second.
	end, start := epoch.Of(time.Unix(math.MaxInt64, 0)), epoch.Of(time.Unix(math.MinInt64, 0))
	assert.Equal(t, end, epoch.Of(time.Unix(math.MaxInt64-5, 0)).Add(time.Minute))
	assert.Equal(t, start, epoch.Of(time.Unix(math.MinInt64+5, 0)).Add(-time.Minute))
	assert.False(t, end.After(end.Add(math.MaxInt64)))
	assert.False(t, start.Add(math.MinInt64).After(start.Add(time.Second)))
}
