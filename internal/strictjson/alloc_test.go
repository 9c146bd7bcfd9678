//go:build !race

// The race detector allocates on its own account, so these run without it.

package strictjson_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/token-jwt/jwt/internal/strictjson"
)

// boxed returns a pointer that stays on the stack where the compiler inlines.
func boxed() *int { return new(int) }

// Bounds of allocations. A count that falls is to be pinned anew.
func TestAllocations(t *testing.T) {
	if testing.AllocsPerRun(10, func() { *boxed() = 1 }) > 0 { // as with -gcflags=-l
		t.Skip("this build is without inlining, and so allocates more")
	}
	type claims struct {
		Iss    string    `json:"iss"`
		Aud    oneOrMore `json:"aud"`
		Number seconds   `json:"number"`
		Admin  bool      `json:"admin"`
		Count  int64     `json:"count,omitempty"`
	}
	text := []byte(`{"iss":"https://issuer.example","aud":"api","number":1800000000,"admin":true,"count":3,"unknown":{"a":[1,2,3]}}`)
	plan := format.Plan(reflect.TypeFor[claims]())
	payload := claims{"https://issuer.example", oneOrMore{"api"}, seconds{now}, true, 3}
	v := reflect.ValueOf(&payload).Elem()
	members := map[string]any{"iss": "https://issuer.example", "aud": []string{"api"}, "number": int64(1_800_000_000), "admin": true}
	buffer, offsets := make([]byte, 0, 1024), make([]uint32, 3)
	var d strictjson.Document
	bad := []byte(`{"a":` + strings.Repeat("[", 65))
	for name, tt := range map[string]struct {
		most float64
		call func() bool
	}{
		"Parse":         {0, func() bool { return d.Parse(text) }},
		"Parse a fault": {0, func() bool { return !d.Parse(bad) }},
		"ParseNumbered": {0, func() bool { return d.ParseNumbered(text, format) && d.Numbered(2) != 0 }},
		"Members": {0, func() bool {
			d.Parse(text)
			n := 0
			for range d.Members(0) {
				n++
			}
			return n == 6
		}},
		"Fill": {2, func() bool { // the strings, and the list
			d.Parse(text)
			s := plan.Scratch()
			defer plan.Release(s)
			return d.Fill(s.Value, plan) == nil
		}},
		"AppendValue": {0, func() bool {
			w := strictjson.Writer{Format: format, Offsets: offsets, Scratch: &d}
			_, err := w.AppendValue(buffer, v, plan)
			return err == nil
		}},
		"AppendMap": {0, func() bool {
			w := strictjson.Writer{Format: format, Offsets: offsets, Scratch: &d}
			_, err := w.AppendMap(buffer, members)
			return err == nil
		}},
		"AddName": {0, func() bool {
			w := strictjson.Writer{Format: format, Offsets: offsets}
			_, err := w.AddName(append(buffer, "{}"...), "number")
			return err == nil
		}},
	} {
		assert.True(t, tt.call(), name)
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { tt.call() }), tt.most, name)
	}
}
