package review

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
)

// section is a part of the document: a plain text, or lines that are folded
// under a title and may be cut.
type section struct {
	text string

	title string
	lines []string
	// open: the section is unfolded at first.
	open bool
	// diff: the lines are coloured as a difference.
	diff bool
}

// write is the section with its first lines; the others are counted.
func (s section) write(lines int) string {
	if s.text != "" {
		return s.text
	}
	var b strings.Builder
	unfolded, language := "", "text"
	if s.open {
		unfolded = " open"
	}
	if s.diff {
		language = "diff"
	}
	fmt.Fprintf(&b, "\n<details%s><summary>%s</summary>\n\n~~~~~%s\n", unfolded, s.title, language)
	for _, line := range s.lines[:lines] {
		b.WriteString(clean(line) + "\n")
	}
	b.WriteString("~~~~~\n")
	if left := len(s.lines) - lines; left > 0 {
		fmt.Fprintf(&b, "\n**%s cut here** to stay within what a comment holds; the JSON of the preview has all.\n", console.Count(left, "line"))
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// fit writes the sections within a number of characters. Those that are too long
// share what is left: the shortest keep all their lines.
func fit(sections []section, limit int) string {
	lines, sizes := make([]int, len(sections)), make([]int, len(sections))
	whole := 0
	for i, s := range sections {
		lines[i] = len(s.lines)
		sizes[i] = size(s.write(lines[i]))
		whole += sizes[i]
	}
	// The longest section loses lines until all fit.
	for whole > limit {
		longest, length := -1, 0
		for i, n := range sizes {
			if lines[i] > 0 && n > length {
				longest, length = i, n
			}
		}
		if longest < 0 {
			break
		}
		// A quarter at a time, or the last lines one by one.
		lines[longest] -= max(1, lines[longest]/4)
		sizes[longest] = size(sections[longest].write(lines[longest]))
		whole += sizes[longest] - length
	}
	var b strings.Builder
	for i, s := range sections {
		b.WriteString(s.write(lines[i]))
	}
	return b.String()
}

func size(text string) int { return utf8.RuneCountInString(text) }
