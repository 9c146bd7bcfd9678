package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// visible replaces whatever could control a terminal, hide in a line or turn its direction by
// a \u escape: all that is not printable but line breaks. In JSON, where such characters
// can stand in strings alone, the escapes mean the same.
func visible(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			b.WriteString(`\ufffd`) // a byte that is no UTF-8
		case r == '\n' || strconv.IsPrint(r):
			b.WriteRune(r)
		case r > 0xFFFF: // as JSON writes it: in two halves (RFC 8259, Section 7)
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// A colour is a parameter of SGR (ECMA-48, Section 8.3.117).
type colour string

const (
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
	cyan   colour = "36"
	bold   colour = "1"
	loud   colour = "1;33"
)

// A page is text for a person. What does not come from this tool goes through visible.
type page struct {
	text   strings.Builder
	colour bool
}

func newPage(sys *system) *page { return &page{colour: sys.hasColour()} }

func (p *page) paint(c colour, text string) string {
	if !p.colour || c == "" || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// line adds a line, which may be made of what paint returns.
func (p *page) line(parts ...string) {
	p.text.WriteString(strings.Join(parts, ""))
	p.text.WriteByte('\n')
}

func (p *page) heading(text string) {
	p.line()
	p.line(p.paint(bold, text))
}

// A row is a name, a value, and a remark beside it, which may be long.
type row struct {
	name, value, remark string
	colour              colour // of the remark
}

// table adds rows, their values below each other.
func (p *page) table(rows []row) {
	width := 0
	for _, r := range rows {
		width = max(width, min(utf8.RuneCountInString(nameOnScreen(r.name)), 16))
	}
	for _, r := range rows {
		name := nameOnScreen(r.name)
		padding := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(name)))
		value := strings.ReplaceAll(visible(r.value), "\n", "\n"+strings.Repeat(" ", width+4))
		remark := ""
		if r.remark != "" {
			remark = "  " + p.paint(r.colour, visible(r.remark))
		}
		p.line("  ", p.paint(cyan, name), padding, "  ", value, remark)
	}
}

// simpleName is a name that cannot be taken for a value, another row or a heading.
var simpleName = regexp.MustCompile(`^[\w.:/#@$+-]+$`)

// nameOnScreen is the name of a member, in quotes where it is an odd one.
func nameOnScreen(name string) string {
	if simpleName.MatchString(name) {
		return name
	}
	quoted, err := marshal(name)
	if err != nil { // unreachable: any text marshals
		return "?"
	}
	return visible(string(quoted))
}

func (p *page) print(sys *system) error {
	_, err := io.WriteString(sys.stdout, p.text.String())
	return err
}

// printJSON writes a value as indented JSON.
func printJSON(sys *system, value any) error {
	text, err := marshal(value)
	if err != nil {
		return fmt.Errorf("the output: %w", err)
	}
	_, err = io.WriteString(sys.stdout, visible(indented(text))+"\n")
	return err
}

// marshal is json.Marshal without the escapes for HTML.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return bytes.TrimSpace(b.Bytes()), err
}

// onScreen is a JSON text in one line if it is short, else with line breaks.
func onScreen(text []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, text) == nil && (b.Len() <= 60 || b.Bytes()[0] == '"') {
		return b.String()
	}
	return indented(text)
}

// indented is a JSON text with line breaks. Text that is no JSON it returns as it is.
func indented(text []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return string(text)
	}
	return b.String()
}

// A member is one of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// membersOf cuts a JSON object, which the library has checked, in its order.
func membersOf(object []byte) (list []member) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if _, err := dec.Token(); err != nil {
		return nil
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return list
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return list
		}
		list = append(list, member{fmt.Sprint(name), value})
	}
	return list
}
