package jwt

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/token-jwt/jwt/internal/epoch"
	"github.com/token-jwt/jwt/internal/seen"
)

// A decodePolicy has the checked options of a decoder.
type decodePolicy struct {
	settings
	algorithms Algorithm
	maxSize    int
	unchecked  [len(claimTable)]bool // the claims that WithoutCheck names
	opts       []DecodeOption        // all options, for the validators: see validate
	signatures *seen.Cache           // for WithSignatureCache, made by NewDecoder; otherwise nil
}

const defaultMaxSize = 256 << 10

func (p *decodePolicy) checks(c claim) bool { return !p.unchecked[c] }

// readDecodePolicy checks the options, and that they do not contradict one another. The
// policy keeps references to them. It is returned as a value: if it were stored through a pointer,
// escape analysis would put the options on the heap (see settings).
func readDecodePolicy(algorithms Algorithm, opts []DecodeOption) (p decodePolicy, err error) {
	if err = algorithms.checkSet(); err != nil {
		return p, err
	}
	if p.settings, err = readSettings(ofDecoder, opts); err != nil {
		return p, err
	}
	p.algorithms, p.maxSize, p.opts = algorithms, defaultMaxSize, opts
	if p.has(withMaxSize) {
		p.maxSize = p.get(withMaxSize).size
	}
	for _, name := range p.get(withoutCheck).list {
		p.unchecked[claimNamed(name)] = true
	}
	return p, p.contradiction()
}

// contradiction refuses options that contradict one another.
func (p *decodePolicy) contradiction() error {
	for _, name := range p.get(withoutCheck).list {
		for kind := range p.given {
			if row := &optionRows[kind]; row.checksClaim == name && p.given[kind] != nil {
				return contradict("WithoutCheck("+strconv.Quote(name)+")", row.name)
			}
		}
	}
	switch {
	case p.has(withAudience) && p.has(withStrictAudience):
		return contradict("WithAudience", "WithStrictAudience")
	case p.has(withType) && p.get(withType).text == "":
		return badOption("WithType needs a type to ask for; leave it out to accept any")
	}
	return p.checkCall("Decode", "Verify")
}

// now returns the time to check a token against. If WithClock is given, that clock decides.
// Otherwise, if this call has already read the machine's clock, read is that time and is used
// again. Otherwise read is zero, and now reads the machine's clock.
func (p *decodePolicy) now(read time.Time) epoch.Seconds {
	if p.get(withClock).clock != nil || read.IsZero() {
		return epoch.Of(p.settings.now())
	}
	return epoch.Of(read)
}

// understands reports whether WithCritical names an extension.
func (p *decodePolicy) understands(name string) bool {
	return slices.Contains(p.get(withCritical).list, name)
}

// context returns the context of WithContext.
func (p *decodePolicy) context() context.Context {
	if given := p.get(withContext).context; given != nil {
		return given()
	}
	return context.Background()
}

// contains does what slices.Contains does, for a text in bytes and without an allocation.
func contains(list []string, text []byte) bool {
	for _, one := range list {
		if one == string(text) {
			return true
		}
	}
	return false
}

// either quotes a list of alternatives. Of a long list it quotes the first few, and counts
// the others.
func either(list []string) string {
	const most = 4
	var all []string
	for _, one := range list[:min(len(list), most)] {
		all = append(all, quote(one))
	}
	text := strings.Join(all, " or ")
	if len(list) > most {
		text += " or " + strconv.Itoa(len(list)-most) + " more"
	}
	return text
}
