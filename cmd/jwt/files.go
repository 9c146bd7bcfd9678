package main

import (
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
	f, err := createFile(path, mode, force)
	if errors.Is(err, fs.ErrExist) {
		return fileError("%s exists, and is not overwritten; -force does it", path)
	}
	if err != nil {
		return fileError("%s cannot be written: %s", path, cause(err))
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Close())
	if err == nil && force {
		err = errors.Join(os.Chmod(f.Name(), mode), os.Rename(f.Name(), path))
	}
	if err != nil {
		os.Remove(f.Name())
		return fileError("%s cannot be written: %s", path, cause(err))
	}
	return nil
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
