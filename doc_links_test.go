package jwt_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	markdownLink = regexp.MustCompile(`\[[^][]*\]\(([^()\s]+)\)`)
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Each link of a page that leads into the repository leads to a file, and to a heading
// where it names one. Addresses on the network are not asked for.
func TestMarkdownLinks(t *testing.T) {
	links := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "bench/*.md"} {
		pages, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			for _, link := range markdownLink.FindAllStringSubmatch(string(text), -1) {
				if strings.Contains(link[1], ":") {
					continue
				}
				links++
				path, heading, _ := strings.Cut(link[1], "#")
				file := page
				if path != "" {
					file = filepath.Join(filepath.Dir(page), filepath.FromSlash(path))
				}
				if _, err := os.Stat(file); !assert.NoError(t, err, "%s: the link %s is dead", page, link[1]) || heading == "" {
					continue
				}
				assert.Contains(t, anchors(t, file), heading, "%s: %s has no such heading", page, file)
			}
		}
	}
	assert.Greater(t, links, 10, "the links were found")
}

// anchors are the headings of a page as links name them.
func anchors(t *testing.T, file string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "#") {
			words := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, "#")))
			all = append(all, strings.ReplaceAll(notInAnchor.ReplaceAllString(words, ""), " ", "-"))
		}
	}
	return all
}
