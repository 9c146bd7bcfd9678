package jwt

// A jsonFault is what the walk may find wrong with a text. 0 is nothing.
type jsonFault uint8

const (
	faultTooLong jsonFault = iota + 1
	faultNoObject
	faultMore
	faultEnds
	faultDeep
	faultOpen
	faultComma
	faultName
	faultTwice
	faultColon
	faultNoValue
	faultPoint
	faultExponent
	faultNumber
	faultQuote
	faultEscape
	faultControl
	faultUTF8

	jsonFaults // how many there are, and one
)

var jsonFaultTexts = [jsonFaults]string{
	faultTooLong:  "the JSON is larger than 1 GiB",
	faultNoObject: "a JSON object is wanted",
	faultMore:     "there is something after the JSON object",
	faultEnds:     "the JSON ends where a value is wanted",
	faultDeep:     "the JSON is nested deeper than 64 levels",
	faultOpen:     "the JSON ends inside an object or array",
	faultComma:    "a comma or a closing bracket is wanted",
	faultName:     "a member name in quotes is wanted",
	faultTwice:    "the same name stands twice in an object",
	faultColon:    "a colon is wanted after a member name",
	faultNoValue:  "a JSON value is wanted",
	faultPoint:    "a number has no digits after its point",
	faultExponent: "a number has no digits in its exponent",
	faultNumber:   "a number is longer than 256 characters",
	faultQuote:    "a string has no closing quote",
	faultEscape:   "a string has an invalid escape, or half a surrogate pair",
	faultControl:  "a string has an unescaped control character",
	faultUTF8:     "a string is not valid UTF-8",
}

func (f jsonFault) String() string { return jsonFaultTexts[f] }
