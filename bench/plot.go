package main

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// The picture: one bar a library, for the time to verify a token. It is SVG with
// colours of its own for light and dark pages, and no fonts but those of the reader.

// A plotGroup is bars to one scale.
type plotGroup struct {
	title string
	bars  []bar
}

type bar struct {
	label string
	ns    float64
	ours  bool
}

// plotGroups are ours and the fastest way of each peer, the fastest peer first. The
// second group is left out where its cases were not measured.
func (r *report) plotGroups() ([]plotGroup, error) {
	if err := r.canPlot(); err != nil {
		return nil, err
	}
	first := r.find("verify/struct/195B")
	groups := []plotGroup{{"HS256, 195 bytes of claims into a struct", append(ourBar("this library", first), peerBars(first)...)}}
	again, anew := r.find("repeat/"+es256), r.find("verify/"+es256)
	if again != nil && anew != nil {
		bars := append(ourBar("this library, seen before", again), ourBar("this library, first time", anew)...)
		groups = append(groups, plotGroup{"ES256, the same claims (no other library remembers a token)", append(bars, peerBars(anew)...)})
	}
	return groups, nil
}

func (r *report) canPlot() error {
	if r.find("verify/struct/195B") == nil {
		return errors.New("-plot needs the case verify/struct/195B")
	}
	return nil
}

func ourBar(label string, entries []*entry) []bar {
	return []bar{{label, entryTime(ourEntry(entries)), true}}
}

func peerBars(entries []*entry) []bar {
	var peers []*library
	for _, e := range entries {
		if e.l != nil && e.l != &libraries[0] && !slices.Contains(peers, e.l) {
			peers = append(peers, e.l)
		}
	}
	var bars []bar
	for _, l := range peers {
		bars = append(bars, bar{label: l.name, ns: entryTime(best(entries, l))})
	}
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(a.ns, b.ns) })
	return bars
}

// The measures of the picture, in pixels. The column of a README on GitHub is wider
// than it, and a narrower one scales it.
const (
	plotWidth   = 800
	plotMargin  = 20
	plotBarsAt  = 212
	plotNumbers = 132 // room for the number behind the longest bar
	plotRow     = 26
	plotBar     = 16
	plotText    = 14
	plotSmall   = 12
	plotGap     = 18
)

const plotStyle = `
text { font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: #1f2328; }
.panel { fill: #ffffff; stroke: #d1d9e0; }
.small { fill: #59636e; }
.ours { fill: #0969da; }
.peer { fill: #818b98; }
@media (prefers-color-scheme: dark) {
	text { fill: #f0f6fc; }
	.panel { fill: #0d1117; stroke: #3d444d; }
	.small { fill: #9198a1; }
	.ours { fill: #4493f8; }
	.peer { fill: #6e7681; }
}
`

// writePlot writes the picture to a file.
func (r *report) writePlot(name string) error {
	groups, err := r.plotGroups()
	if err != nil {
		return err
	}
	return os.WriteFile(name, r.plotSVG(groups), 0o644)
}

func (r *report) plotSVG(groups []plotGroup) []byte {
	var out bytes.Buffer
	y := plotMargin + plotText
	text := func(x, y, size int, attributes, s string) {
		fmt.Fprintf(&out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\"%s>%s</text>\n", x, y, size, attributes, escaped(s))
	}
	text(plotMargin, y, plotText+2, ` font-weight="600"`, "Time to verify a token, shorter is better")
	y += plotGap / 2
	for _, g := range groups {
		y += plotGap + plotGap/2
		text(plotMargin, y, plotText, ` font-weight="600"`, g.title)
		y += plotGap - plotSmall/2
		longest := slices.MaxFunc(g.bars, func(a, b bar) int { return cmp.Compare(a.ns, b.ns) }).ns
		for i, b := range g.bars {
			class, weight := "peer", ""
			if b.ours {
				class, weight = "ours", ` font-weight="600"`
			}
			width := max(1, b.ns/longest*(plotWidth-plotMargin-plotBarsAt-plotNumbers))
			baseline := y + plotBar/2 + plotText/2 - 2
			text(plotBarsAt-8, baseline, plotText, ` text-anchor="end"`+weight, b.label)
			fmt.Fprintf(&out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n", class, plotBarsAt, y, width, plotBar)
			number := duration(b.ns)
			if i > 0 {
				number += " (×" + digits(b.ns/g.bars[0].ns) + ")"
			}
			text(plotBarsAt+int(width)+8, baseline, plotText, weight, number)
			y += plotRow
		}
	}
	y += plotGap
	for _, line := range []string{
		r.machine() + ". " + r.method() + ".",
		"All make the same checks, each peer in its fastest documented way. (×n): n times the first bar. Made by bench/run -plot.",
	} {
		text(plotMargin, y, plotSmall, ` class="small"`, line)
		y += plotSmall + 6
	}
	height := y - 6 - plotSmall + plotMargin

	var svg bytes.Buffer
	fmt.Fprintf(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %[1]d %[2]d\" role=\"img\" aria-labelledby=\"title desc\">\n", plotWidth, height)
	fmt.Fprintf(&svg, "<title id=\"title\">Time to verify a token, by library</title>\n<desc id=\"desc\">%s</desc>\n<style>%s</style>\n", escaped(described(groups)), plotStyle)
	fmt.Fprintf(&svg, "<rect class=\"panel\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", plotWidth-1, height-1)
	svg.Write(out.Bytes())
	svg.WriteString("</svg>\n")
	return svg.Bytes()
}

// described is the picture in words, for those who do not see it.
func described(groups []plotGroup) string {
	var text strings.Builder
	for _, g := range groups {
		text.WriteString(g.title + ": ")
		for i, b := range g.bars {
			if i > 0 {
				text.WriteString(", ")
			}
			text.WriteString(b.label + " " + duration(b.ns))
		}
		text.WriteString(". ")
	}
	return strings.TrimSpace(text.String())
}

func escaped(s string) string {
	var out bytes.Buffer
	xml.EscapeText(&out, []byte(s)) // fails only where the writer does
	return out.String()
}
