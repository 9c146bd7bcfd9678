//go:build !race

// The race detector allocates on its own account, so these run without it.

package jwt_test

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// BenchmarkHostile times each hostile input at doubling sizes; see TestGrowth.
func BenchmarkHostile(b *testing.B) {
	for _, in := range hostileInputs {
		decoder := hostileDecoder(b, in.opts...)
		for _, n := range in.sizes() {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(in.name, " ", "_"), n), func(b *testing.B) {
				token := in.token(n)
				b.SetBytes(int64(len(token)))
				b.ReportAllocs()
				var into collidedField
				for b.Loop() {
					decoder.DecodeInto(token, &into)
				}
			})
		}
	}
}

// TestGrowth fits a power of the length to the time that each hostile input takes:
// its exponent is at most 1.1. Other work on the machine spoils it, so it runs only
// where JWT_GROWTH is set. scripts/growth counts statements instead, which nothing
// spoils.
func TestGrowth(t *testing.T) {
	if os.Getenv("JWT_GROWTH") == "" {
		t.Skip("a test of time, on a machine that does nothing else; JWT_GROWTH=1 runs it")
	}
	var into collidedField
	for _, in := range hostileInputs {
		t.Run(in.name, func(t *testing.T) {
			decoder := hostileDecoder(t, in.opts...)
			var lengths, times []float64
			for _, n := range in.sizes() {
				token := in.token(n - 100)
				if len(token) < n/2 { // not one whole member had room
					continue
				}
				lengths = append(lengths, float64(len(token)))
				times = append(times, leastTime(func() { decoder.DecodeInto(token, &into) }))
			}
			exponent := slope(lengths, times)
			assert.LessOrEqual(t, exponent, 1.1)
			t.Logf("exponent %.2f: %.0f characters in %.0f ns", exponent, lengths, times)
		})
	}
}

// TestOneHostileInput is one step of scripts/growth: JWT_HOSTILE is the place of an
// input in the list, or "list"; JWT_HOSTILE_SIZE its size, 0 for what is done
// without it.
func TestOneHostileInput(t *testing.T) {
	which := os.Getenv("JWT_HOSTILE")
	if which == "" {
		t.Skip("scripts/growth runs it")
	}
	if which == "list" {
		for i, in := range hostileInputs {
			fmt.Printf("%d\t%v\t%s\n", i, strings.Trim(fmt.Sprint(in.sizes()), "[]"), in.name)
		}
		return
	}
	i, err := strconv.Atoi(which)
	require.NoError(t, err)
	size, err := strconv.Atoi(os.Getenv("JWT_HOSTILE_SIZE"))
	require.NoError(t, err)
	decoder := hostileDecoder(t, hostileInputs[i].opts...)
	if size > 0 {
		token := hostileInputs[i].token(size - 100)
		fmt.Println("length", len(token))
		var into collidedField
		decoder.DecodeInto(token, &into)
	}
}

// leastTime is the least of several runs, in nanoseconds: all that disturbs makes
// it longer.
func leastTime(call func()) float64 {
	runtime.GC()
	least := math.Inf(1)
	for range 9 {
		runs := 0
		began := time.Now()
		for runs == 0 || time.Since(began) < 2*time.Millisecond {
			call()
			runs++
		}
		least = min(least, float64(time.Since(began))/float64(runs))
	}
	return least
}

// slope is that of the straight line through the logarithms, by least squares.
func slope(xs, ys []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range xs {
		x, y := math.Log(xs[i]), math.Log(ys[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	n := float64(len(xs))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
