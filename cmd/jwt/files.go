package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The most that is read of one input. The library takes keys of 1 MiB, and tokens of 256 KiB.
const maxInput = 1 << 20

// readLimited reads all of r, and fails where that is more than maxInput.
func readLimited(r io.Reader, what string) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fileError("%s cannot be read: %s", what, cause(err))
	}
	if len(text) > maxInput {
		return nil, fileError("%s has more than 1 MiB, which no token and no key has", what)
	}
	return text, nil
}

// readRef reads what a reference names: "-" for standard input, env:NAME, or a file. The errors
// do not contain the reference itself: it may be a secret that should have been in a file.
func (sys *system) readRef(ref, what string) ([]byte, error) {
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		value, set := sys.lookupEnv(name)
		if !set || value == "" {
			return nil, fileError("%s: the environment variable is not set, or empty", what)
		}
		return []byte(value), nil
	}
	if ref == "-" {
		return readLimited(sys.stdin, what+", standard input,")
	}
	f, err := os.Open(ref)
	if err != nil {
		return nil, fileError("%s cannot be read: %s; it is the name of a file, - or env:NAME", what, cause(err))
	}
	defer f.Close()
	return readLimited(f, what)
}

// encodingFault says what an editor or a shell of Windows did to a text, or "".
func encodingFault(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return "starts with a byte order mark; save it without one"
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return "is in UTF-16; save it in UTF-8"
	}
	return ""
}

// cause is an error of the file system without the path.
func cause(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}

const (
	privateMode = 0o600 // private keys and secrets
	publicMode  = 0o644
)

// writeFile writes a new file. With force it replaces an old one whole, so that neither
// the old mode nor half of the old content is left.
func writeFile(path string, text []byte, mode fs.FileMode, force bool) error {
	f, err := newOutput(path, mode, force)
	if err != nil {
		return err
	}
	return f.finish(text)
}

// An output is a file that can be written, and has nothing in it yet. It lets a command that
// writes two files write none if it cannot write both.
type output struct {
	*os.File
	path  string
	mode  fs.FileMode
	force bool
}

func newOutput(path string, mode fs.FileMode, force bool) (*output, error) {
	f, err := createFile(path, mode, force)
	if errors.Is(err, fs.ErrExist) {
		return nil, fileError("%s exists, and is not overwritten; -force does it", path)
	}
	if err != nil {
		return nil, fileError("%s cannot be written: %s", path, cause(err))
	}
	return &output{f, path, mode, force}, nil
}

// finish writes the text, or leaves no file.
func (o *output) finish(text []byte) error {
	_, err := o.Write(text)
	err = errors.Join(err, o.Close())
	if err == nil && o.force {
		err = errors.Join(os.Chmod(o.Name(), o.mode), os.Rename(o.Name(), o.path))
	}
	if err != nil {
		os.Remove(o.Name())
		return fileError("%s cannot be written: %s", o.path, cause(err))
	}
	return nil
}

// discard leaves no file. After finish, and of nil, it does nothing.
func (o *output) discard() {
	if o != nil && o.Close() == nil {
		os.Remove(o.Name())
	}
}

// isSamePath reports whether two names are of one file.
func isSamePath(a, b string) bool {
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB
}

// createFile opens a new file; with force one beside it, to be renamed.
func createFile(path string, mode fs.FileMode, force bool) (*os.File, error) {
	if !force {
		return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file, and is not replaced") // /dev/null, for instance
	}
	return os.CreateTemp(filepath.Dir(path), ".jwt-*")
}

// writeOut writes to a file, or to standard output where the path is "-" or "". A private
// key goes to a terminal only by "-".
func (sys *system) writeOut(path string, text []byte, mode fs.FileMode, force bool) error {
	switch {
	case path == "" && mode == privateMode && sys.seen:
		return usageError("the key would be shown on the terminal; name a file with -out FILE, or say -out - to see it")
	case path == "" || path == "-":
		_, err := sys.stdout.Write(text)
		return err
	}
	return writeFile(path, text, mode, force)
}
