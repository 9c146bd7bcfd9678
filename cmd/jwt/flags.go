package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

// A flagSet is the flags of one command and the text of its -h.
type flagSet struct {
	*flag.FlagSet
	sys      *system
	synopsis string // "jwt verify [flags] [TOKEN | -]"
	about    string
	example  string
	fault    string // what is wrong with the values; package flag would print the value with it
}

func newFlags(sys *system, synopsis, about, example string) *flagSet {
	set := flag.NewFlagSet(synopsis, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return &flagSet{FlagSet: set, sys: sys, synopsis: synopsis, about: about, example: example}
}

// errHelp says that -h was answered, and that nothing is left to do.
var errHelp = errors.New("help was asked for")

// parse reads the flags, which may stand before and after the other arguments, and returns
// those. After "--" there are no flags.
func (f *flagSet) parse(args []string) (rest []string, err error) {
	for {
		err := f.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			f.printHelp(f.sys.stdout)
			return nil, errHelp
		}
		if err != nil {
			return nil, usageError("%s; see %s -h", flagFault(err), f.command())
		}
		if f.fault != "" {
			return nil, usageError("%s; see %s -h", f.fault, f.command())
		}
		left := f.Args()
		if read := len(args) - len(left); read > 0 && args[read-1] == "--" {
			return append(rest, left...), nil
		}
		if len(left) == 0 {
			return rest, nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// parseOne is parse for a command that takes at most one argument.
func (f *flagSet) parseOne(args []string) (string, error) {
	rest, err := f.parse(args)
	switch {
	case err != nil:
		return "", err
	case len(rest) > 1: // not shown, as they may be tokens
		return "", usageError("%d arguments were given, and at most one is wanted; see %s -h", len(rest), f.command())
	case len(rest) == 0:
		return "", nil
	}
	return rest[0], nil
}

// flagFault says what package flag found, without values: what stands in the wrong place may
// be a token or a key.
func flagFault(err error) string {
	text := err.Error()
	name, isUnknown := strings.CutPrefix(text, "flag provided but not defined: ")
	switch {
	case isUnknown && len(name) <= 20:
		return "there is no flag " + name
	case strings.HasPrefix(text, "flag needs an argument: "):
		return text
	}
	return "an argument is no flag, but starts with a dash, or a flag that takes no value was given one"
}

func (f *flagSet) command() string {
	command, _, _ := strings.Cut(f.synopsis, " [")
	return command
}

// text defines a flag with a text. A text that is given twice would silently be the last one, so
// that is an error.
func (f *flagSet) text(name, usage string) *string {
	var value string
	given := false
	f.Func(name, usage, func(text string) error {
		if given {
			f.fault = "-" + name + " was given twice, and takes one value"
		}
		f.wantValue(name, text)
		value, given = text, true
		return nil
	})
	return &value
}

// wantValue refuses an empty value: a shell makes one of a variable that is not set, and then the
// check that was asked for would silently not be made.
func (f *flagSet) wantValue(name, value string) {
	if value == "" {
		f.fault = "-" + name + " was given an empty value; is a variable not set?"
	}
}

// list defines a flag that may be given several times.
func (f *flagSet) list(name, usage string) *[]string {
	var values []string
	f.Func(name, usage, func(text string) error {
		f.wantValue(name, text)
		values = append(values, text)
		return nil
	})
	return &values
}

// duration defines a flag with a duration; 0 where it is not given.
func (f *flagSet) duration(name, usage string) *time.Duration {
	var value time.Duration
	f.Func(name, usage, func(text string) error {
		var err error
		if value, err = time.ParseDuration(text); err != nil || value <= 0 {
			f.fault = "-" + name + " wants a duration with its unit, such as 30s, 15m or 24h"
		}
		return nil
	})
	return &value
}

// names defines a flag with names between commas, which may be given several times.
func (f *flagSet) names(name, usage string) *[]string {
	var values []string
	f.Func(name, usage, func(text string) error {
		for one := range strings.SplitSeq(text, ",") {
			one = strings.TrimSpace(one)
			f.wantValue(name, one)
			values = append(values, one)
		}
		return nil
	})
	return &values
}

// weak defines -allow-weak-key, and returns what it comes to.
func (f *flagSet) weak() func() []jwt.KeyOption {
	given := f.Bool("allow-weak-key", false, "accept keys that are too small for their algorithm, as old\nsystems have them")
	return func() []jwt.KeyOption {
		if *given {
			return []jwt.KeyOption{jwt.AllowWeakKey()}
		}
		return nil
	}
}

func (f *flagSet) printHelp(w io.Writer) {
	fmt.Fprintf(w, "Usage: %s\n\n%s\n\nFlags:\n", f.synopsis, f.about)
	f.VisitAll(func(one *flag.Flag) {
		value, usage := flag.UnquoteUsage(one)
		if isBool, ok := one.Value.(interface{ IsBoolFlag() bool }); ok && isBool.IsBoolFlag() {
			value = ""
		}
		head := strings.TrimSpace("-" + one.Name + " " + value)
		fmt.Fprintf(w, "  %-26s %s\n", head, strings.ReplaceAll(usage, "\n", "\n"+strings.Repeat(" ", 29)))
	})
	fmt.Fprintf(w, "\nExample:\n%s", indent(f.example, "  "))
	fmt.Fprint(w, "\n\"jwt -h\" lists the exit codes.\n")
}

// indent puts a prefix before each line, and ends the text with a line break.
func indent(text, prefix string) string {
	return prefix + strings.ReplaceAll(text, "\n", "\n"+prefix) + "\n"
}
