package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

// A system is what the tool has of the world around it, so that tests can give it another.
type system struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookupEnv      func(string) (string, bool)
	now            func() time.Time
	typed          bool // standard input is a terminal: a person types
	seen           bool // standard output is a terminal: a person reads
}

func main() {
	os.Exit(run(os.Args[1:], &system{
		stdin:     os.Stdin,
		stdout:    os.Stdout,
		stderr:    os.Stderr,
		lookupEnv: os.LookupEnv,
		now:       time.Now,
		typed:     isTerminal(os.Stdin),
		seen:      isTerminal(os.Stdout),
	}))
}

// isTerminal takes any character device for a terminal. That includes the null device, where
// colours and a prompt do no harm.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// run runs one command and returns its exit code.
func run(args []string, sys *system) int {
	err := dispatch(args, sys)
	if errors.Is(err, errHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(sys.stderr, errorLine(err))
	}
	return exitCode(err)
}

// A command is a word on the command line and what it does with the rest.
type command struct {
	name, does string
	run        func(args []string, sys *system) error
}

var (
	rootCommands = []command{
		{"inspect", "show what a token says, with nothing verified", inspect},
		{"verify", "verify a token against keys and a policy", verify},
		{"sign", "sign claims, and print the token", sign},
		{"key", "make, convert and name keys: new, public, thumbprint, convert", group("key", keyCommands)},
		{"jwks", "build and check JWK Sets: build, check", group("jwks", jwksCommands)},
	}
	keyCommands = []command{
		{"new", "make a key", keyNew},
		{"public", "write the public half of a key", keyPublic},
		{"thumbprint", "print the thumbprint of a key (RFC 7638)", keyThumbprint},
		{"convert", "write a key in another form", keyConvert},
	}
	jwksCommands = []command{
		{"build", "write a JWK Set of public keys, to publish", jwksBuild},
		{"check", "say which members of a JWK Set can be used, and why not", jwksCheck},
	}
)

func dispatch(args []string, sys *system) error {
	if len(args) > 1 && args[0] == "help" { // "help key new" is "key new -h"
		args = append(args[1:len(args):len(args)], "-h")
	}
	return group("", rootCommands)(args, sys)
}

// group returns the function of a command that only chooses among others.
func group(name string, commands []command) func([]string, *system) error {
	return func(args []string, sys *system) error {
		program := "jwt"
		if name != "" {
			program += " " + name
		}
		if len(args) == 0 {
			printCommands(sys.stderr, program, commands)
			return usageError("say which command: see %s -h", program)
		}
		switch args[0] {
		case "-h", "-help", "--help", "help":
			printCommands(sys.stdout, program, commands)
			return nil
		}
		for _, c := range commands {
			if c.name == args[0] {
				return c.run(args[1:], sys)
			}
		}
		if looksLikeToken(args[0]) {
			return usageError("the first argument looks like a token; say jwt inspect TOKEN or jwt verify TOKEN")
		}
		if len(args[0]) > 20 { // what it is cannot be told, so it is not shown
			return usageError("the first argument is no command: see %s -h", program)
		}
		return usageError("there is no command %q: see %s -h", args[0], program)
	}
}

func printCommands(w io.Writer, program string, commands []command) {
	fmt.Fprintf(w, "Usage: %s COMMAND [flags] [arguments]\n\n", program)
	for _, c := range commands {
		fmt.Fprintf(w, "  %-11s %s\n", c.name, c.does)
	}
	fmt.Fprintf(w, "\nThe flags of a command, and an example: %s %s -h\n", program, commands[0].name)
	if program == "jwt" {
		fmt.Fprint(w, exitCodesHelp)
	}
}

// hasColour reports whether the output may have colours. Old consoles of Windows do not know
// them; the terminals that do, set one of these variables.
func (sys *system) hasColour() bool {
	noColour, _ := sys.lookupEnv("NO_COLOR")
	term, hasTerm := sys.lookupEnv("TERM")
	_, isWindowsTerminal := sys.lookupEnv("WT_SESSION")
	if runtime.GOOS == "windows" && !hasTerm && !isWindowsTerminal {
		return false
	}
	return sys.seen && noColour == "" && term != "dumb"
}

// note tells the user something that is no error.
func (sys *system) note(format string, args ...any) {
	fmt.Fprintln(sys.stderr, visible("jwt: note: "+fmt.Sprintf(format, args...)))
}
