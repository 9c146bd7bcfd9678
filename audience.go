package jwt

import (
	"bytes"
	"reflect"

	"github.com/token-jwt/jwt/internal/strictjson"
)

// An Audience is the value of "aud": the services that a token is meant for
// (RFC 7519, Section 4.1.3). It reads a string or an array. An Audience of one string is
// written as a string, any other one as an array.
//
// The text form (MarshalText) is the one string. It is the JSON array if there is no string,
// if there are several, or if the one string starts with a bracket.
type Audience []string

// MarshalJSON writes one string, or an array. Text that is not UTF-8 is an
// [ErrInvalidOption].
func (a Audience) MarshalJSON() ([]byte, error) {
	return a.wrote(new(strictjson.Writer).AppendOneOrMore(nil, a))
}

// UnmarshalJSON reads a string or an array of strings; null leaves a unchanged.
// Anything else is an [ErrInvalidAudience].
func (a *Audience) UnmarshalJSON(text []byte) error {
	if a == nil {
		return badOption("UnmarshalJSON was given a nil pointer to read into")
	}
	var d strictjson.Document
	if d.ParseValue(text) && d.Fill(reflect.ValueOf(a).Elem(), jsonFormat.Plan(jsonFormat.OneOrMore)) == nil {
		return nil
	}
	return badClaim(ErrInvalidAudience, "", "an audience is a string or an array of strings")
}

// MarshalText writes the text form. Text that is not UTF-8 is an [ErrInvalidOption].
func (a Audience) MarshalText() ([]byte, error) {
	if len(a) == 1 && len(a[0]) > 0 && a[0][0] != '[' {
		return []byte(a[0]), nil
	}
	list := []string(a) // an Audience of one string would be written as a string
	if list == nil {
		list = []string{}
	}
	return a.wrote(new(strictjson.Writer).Append(nil, list))
}

// UnmarshalText reads the text form. Text that starts with a bracket, but is no array of
// strings, is an [ErrInvalidAudience].
func (a *Audience) UnmarshalText(text []byte) error {
	if a == nil {
		return badOption("UnmarshalText was given a nil pointer to read into")
	}
	if bytes.HasPrefix(text, []byte("[")) {
		return a.UnmarshalJSON(text)
	}
	*a = Audience{string(text)}
	return nil
}

// wrote returns text, or an ErrInvalidOption if the writer returned an error.
func (a Audience) wrote(text []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, &failure{class: ErrInvalidOption, text: "an audience is text that is not valid UTF-8"}
	}
	return text, nil
}
