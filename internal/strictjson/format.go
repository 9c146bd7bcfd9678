package strictjson

import (
	"reflect"
	"sync"
	"time"
)

// A Format is what an importer adds to JSON: types of its own, and names that it finds by
// number. It holds the plans of all Go types that were read or written by it.
type Format struct {
	Types
	names *nameIndex
	plans sync.Map // reflect.Type to *Plan
}

// Types are the importer's types. A field that is nil has no such type.
type Types struct {
	// Date is a struct that embeds a time.Time and has no other field. It is read from
	// a number by ParseDate, which returns false for a number that is no date, and so is
	// a time.Time. AppendDate writes it.
	Date       reflect.Type
	ParseDate  func(number []byte) (time.Time, bool)
	AppendDate func(dst []byte, date time.Time) ([]byte, error)

	// OneOrMore is a []string that is written as a string where it holds one, and read
	// from a string as well as from an array of strings.
	OneOrMore reflect.Type

	// Member is asked about the value of each member of the outermost object that has a
	// number, where Writer.Offsets is set and the value comes from a map whose keys are
	// strings, or is a time.Duration, wherever from. It returns what to write. Its error
	// completes the sentence `"name" holds`.
	Member func(number int, value any) (any, error)
}

// NewFormat returns a format in which the first of the names has the number 1. It is safe
// for concurrent use.
func NewFormat(names []string, types Types) *Format {
	return &Format{Types: types, names: newNameIndex(names)}
}

// Number returns the number of a name, or 0.
func (f *Format) Number(name string) int { return find(f.names, name, hashName(name)) }
