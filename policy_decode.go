package jwt

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A decodePolicy is what the options of a decoder come to.
type decodePolicy struct {
	settings
	algorithms Algorithm
	maxSize    int
	unchecked  [len(claimTable)]bool // the claims that WithoutCheck names
	opts       []DecodeOption        // where the validators are: see validate
	signatures *signatureCache       // of WithSignatureCache, made by NewDecoder; nil for none
}

const defaultMaxSize = 256 << 10

func (p *decodePolicy) checks(c claim) bool { return !p.unchecked[c] }

// readDecodePolicy checks the options, and one against the other. The policy refers to
// them. It is returned as a value: stored through a pointer, the options would be on the
// heap (see settings).
func readDecodePolicy(algorithms Algorithm, opts []DecodeOption) (decodePolicy, error) {
	if err := algorithms.checkSet(); err != nil {
		return decodePolicy{}, err
	}
	s, err := readSettings(ofDecoder, opts)
	if err != nil {
		return decodePolicy{}, err
	}
	p := decodePolicy{settings: s, algorithms: algorithms, maxSize: defaultMaxSize, opts: opts}
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
			if row := &optionRows[kind]; row.asks == name && p.given[kind] != nil {
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

// now reads the clock, unless it is the machine's, and the call has read that already.
func (p *decodePolicy) now(read time.Time) instant {
	if p.get(withClock).clock != nil || read.IsZero() {
		return instantOf(p.settings.now())
	}
	return instantOf(read)
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

// contains is slices.Contains for a text that is no string yet.
func contains(list []string, text []byte) bool {
	for _, one := range list {
		if one == string(text) {
			return true
		}
	}
	return false
}

// either quotes a list of which each would do. It counts those beyond the first few.
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
