package differential

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

var (
	caseCount  = flag.Uint64("cases", 20_000, "how many cases to run")
	caseSeed   = flag.Uint64("seed", 7519, "what the cases are derived from")
	caseNumber = flag.Int64("case", -1, "run this case alone, and tell of it")
)

// pinned is what the default run shows here, so that a change shows that all
// others go along with. Whoever changes the generator counts again.
var pinned = map[error]int{
	nil:                     5591,
	jwt.ErrInvalidSignature: 2011,
	jwt.ErrDecode:           5120,
	jwt.ErrInvalidAlgorithm: 774,
	jwt.ErrExpired:          449,
	jwt.ErrImmature:         271,
	jwt.ErrInvalidIssuedAt:  71,
	jwt.ErrInvalidIssuer:    179,
	jwt.ErrInvalidAudience:  662,
	jwt.ErrInvalidSubject:   314,
	jwt.ErrInvalidID:        26,
	jwt.ErrInvalidType:      401,
	jwt.ErrMissingClaim:     817,
	jwt.ErrKeyNotFound:      377,
	jwt.ErrInvalidToken:     243,
	jwt.ErrInvalidKey:       2553,
	jwt.ErrInvalidOption:    141,
}

// From so many cases on a rule that none of them shows is stale.
const enough = 500_000

// A tally counts what was seen.
type tally struct {
	sync.Mutex
	classes   map[error]int
	agreed    int
	rules     map[string]int
	unsettled map[string]int // by kind
	told      []string       // a few of each kind
}

func TestDifferential(t *testing.T) {
	count := &tally{classes: map[error]int{}, rules: map[string]int{}, unsettled: map[string]int{}}
	if *caseNumber >= 0 {
		k := generate(*caseSeed, uint64(*caseNumber))
		t.Log(k.describe())
		count.run(k, t.Logf)
		require.Empty(t, count.told, strings.Join(count.told, "\n"))
		return
	}
	start := time.Now()
	var group sync.WaitGroup
	workers := uint64(runtime.GOMAXPROCS(0))
	for worker := range workers {
		group.Go(func() {
			for n := worker; n < *caseCount; n += workers {
				count.run(generate(*caseSeed, n), nil)
			}
		})
	}
	group.Wait()
	t.Logf("%d cases in %v, seed %d: %d answers of others agree", *caseCount, time.Since(start).Round(time.Millisecond), *caseSeed, count.agreed)
	t.Logf("%9d  accepted", count.classes[nil])
	for _, class := range classes {
		t.Logf("%9d  %v", count.classes[class], class)
	}
	if *caseCount == 20_000 && *caseSeed == 7519 {
		assert.True(t, maps.Equal(pinned, count.classes), "what is accepted and refused, by class, is no longer what was pinned")
	}
	for _, table := range [][]rule{stricter, wider} {
		t.Log("by rule:")
		for _, r := range table {
			t.Logf("%9d  %s", count.rules[r.says], r.says)
			if *caseCount >= enough {
				assert.NotZero(t, count.rules[r.says], "stale: no case shows any more that %s", r.says)
			}
		}
	}
	for _, one := range count.told {
		t.Error(one)
	}
	for kind, n := range count.unsettled {
		t.Errorf("%d times %s", n, kind)
	}
}

// A rule about an odd JWK explains any answer to it, so that the answer itself is
// held here.
func TestOddJWKs(t *testing.T) {
	for _, k := range oddJWKs {
		m := k.members[0]
		var serves []string
		for _, alg := range names {
			if m.serves(alg) {
				serves = append(serves, alg)
			}
		}
		alg, err := jwt.ParseAlgorithms(serves...)
		require.NoError(t, err)
		_, err = k.decoder(alg, nil)
		if m.odd == nothing || m.odd == tolerated {
			assert.NoError(t, err, k.name)
		} else {
			assert.ErrorIs(t, err, jwt.ErrInvalidKey, k.name)
		}
	}
}

// run asks all, and holds their answers against the rules.
func (c *tally) run(k *kase, tell func(string, ...any)) {
	here := ours(k)
	d := &disagreement{kase: k}
	d.blame(here.err)
	c.Lock()
	c.classes[d.class]++
	c.Unlock()
	if here.err != nil && d.class == nil {
		c.unsettle(d, here, outcome{}, "our error has no class")
	}
	for _, p := range peers {
		if p.noJWK && k.keys.members != nil && k.keys.members[0].odd != nothing {
			continue // it was given the key itself
		}
		d.peer = p
		there := p.ask(k)
		if tell != nil {
			tell("%s %v", p.name, there)
		}
		switch {
		case here.accepts() && there.accepts():
			if fault := here.differs(there.claims); fault != "" {
				c.unsettle(d, here, there, fault)
				continue
			}
			fallthrough
		case here.accepts() == there.accepts():
			c.Lock()
			c.agreed++
			c.Unlock()
			continue
		}
		if d.reading == nil {
			d.reading = read(k.token)
		}
		table := stricter
		if here.accepts() {
			table = wider
		}
		why, ok := explain(table, d)
		if !ok {
			c.unsettle(d, here, there, "no rule says so")
			continue
		}
		if tell != nil {
			tell("here because %s", why)
		}
		c.Lock()
		c.rules[why]++
		c.Unlock()
	}
	if tell != nil {
		tell("here %v", here)
	}
}

// unsettle notes a failure, with all that it takes to repeat it. Of each kind a
// few are told, and the others counted.
func (c *tally) unsettle(d *disagreement, here, there outcome, why string) {
	kind := why + ": here " + brief(here)
	if d.peer != nil {
		kind += ", " + d.peer.name + " " + brief(there)
	}
	c.Lock()
	defer c.Unlock()
	if c.unsettled[kind]++; c.unsettled[kind] > 2 {
		return
	}
	text := kind + "\n" + d.describe() + "\nhere       " + here.String()
	if d.peer != nil {
		text += fmt.Sprintf("\n%-10s %v", d.peer.name, there)
	}
	c.told = append(c.told, text)
}

// brief is an outcome without what differs from case to case.
func brief(o outcome) string {
	if o.accepts() {
		return "accepted"
	}
	for _, class := range classes {
		if errors.Is(o.err, class) {
			return class.Error()
		}
	}
	return "refused"
}

func (k *kase) describe() string {
	var texts []string
	for _, segment := range strings.SplitN(k.token, ".", 3) {
		octets, _ := base64.RawURLEncoding.DecodeString(segment)
		texts = append(texts, fmt.Sprintf("%.300q", octets))
	}
	token := k.token
	if len(token) > 2000 {
		token = token[:2000] + "…"
	}
	return fmt.Sprintf("-seed %d -case %d: %q\ntoken      %s\nkeys       %.300s\nallowed    %v\nclock      %s\nasked for  %+v\nsegments   %s",
		k.seed, k.number, k.marks, token, k.keys.name, k.allowed, k.now.UTC().Format(time.RFC3339Nano), k.policy, strings.Join(texts, " "))
}

// differs says where the claims of another library are not ours.
func (o outcome) differs(there map[string]any) string {
	here := maps.Clone(o.claims)
	there = maps.Clone(there)
	for name, date := range map[string]jwt.NumericDate{"exp": o.dates.Expiry, "nbf": o.dates.NotBefore, "iat": o.dates.IssuedAt} {
		if at, ok := there[name].(time.Time); ok { // to the nanosecond, which no float64 holds
			if !at.Equal(date.Time) {
				return fmt.Sprintf("%q is %v here, and %v there", name, date, at)
			}
			delete(here, name)
			delete(there, name)
		}
	}
	if list, ok := there["aud"].([]string); ok {
		if aud := jwt.Claims(here).Audience(); !slices.Equal(aud, list) {
			return fmt.Sprintf("aud is %q here, and %q there", aud, list)
		}
		delete(here, "aud")
		delete(there, "aud")
	}
	if !equal(here, there) {
		return "the claims are not equal"
	}
	return ""
}

// equal compares a value of ours with one of another library, which keeps the
// text of numbers.
func equal(here, there any) bool {
	switch there := there.(type) {
	case map[string]any:
		object, ok := here.(map[string]any)
		return ok && maps.EqualFunc(object, there, equal)
	case []any:
		list, ok := here.([]any)
		return ok && slices.EqualFunc(list, there, equal)
	case fmt.Stringer: // a number, of either of their types
		return sameNumber(here, there.String())
	}
	return here == there // text, true, false and null
}

// sameNumber compares exactly: an integer of any size, the float64 nearest to
// anything else, or the text itself where there is none.
func sameNumber(here any, there string) bool {
	integer := !strings.ContainsAny(there, ".eE")
	switch here := here.(type) {
	case int64:
		n, ok := new(big.Int).SetString(there, 10)
		return integer && ok && n.Cmp(big.NewInt(here)) == 0
	case float64:
		n, err := strconv.ParseFloat(there, 64)
		return !integer && err == nil && n == here
	case json.Number:
		return string(here) == there
	}
	return false
}
