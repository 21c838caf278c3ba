package review

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/controls"
)

// CommentLimit is how many characters a comment or issue of GitHub holds.
const CommentLimit = 65536

// Markdown writes the document for a comment on GitHub, within a number of
// characters: what failed, the summary, what becomes of security, and a folded
// section per stack. Sections that are too long are cut, and say so.
//
// Whatever comes from the change itself stands in code, where GitHub neither
// renders nor links it.
func (d Document) Markdown(limit int) string {
	head := d.head()
	return head + fit(d.sections(), limit-utf8.RuneCountInString(head))
}

// head is what is never cut.
func (d Document) head() string {
	var b strings.Builder
	name := d.Name
	if d.Environment != "" && d.Environment != d.Name {
		name += " (" + d.Environment + ")"
	}
	fmt.Fprintf(&b, "### %s: %s\n", code(name), d.Headline())
	if d.Problem != "" {
		caution(&b, "There is no preview.", strings.Split(strings.TrimSpace(d.Problem), "\n"))
		return b.String()
	}
	if d.Result == estate.Interrupted {
		caution(&b, "The preview was interrupted.", nil)
		return b.String()
	}
	for _, s := range d.Failed() {
		caution(&b, "The preview of stack "+string(s.Stack)+" failed.", s.Error)
	}
	if refusals := d.Refusals(); len(refusals) > 0 {
		caution(&b, "A deployment would be refused: "+findings(len(refusals))+".", findingLines(refusals))
	}
	if losses := d.Losses(); len(losses) > 0 {
		b.WriteString("\nDeleted or replaced:\n\n```diff\n")
		for _, l := range losses[:min(len(losses), headLines)] {
			fmt.Fprintf(&b, "- %s\n", clean(l.String()))
		}
		more(&b, len(losses)-headLines)
		b.WriteString("```\n")
	}
	b.WriteString("\n| stack | create | update | replace | delete | same | result |\n|---|--:|--:|--:|--:|--:|---|\n")
	for _, s := range d.Stacks {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", s.Stack, number(s.Created), number(s.Updated), number(s.Replaced),
			number(s.Deleted), number(s.Unchanged), Outcome(s))
	}
	return b.String()
}

// headLines is how many lines of one thing stand in the head, and lineLength how
// long each may be.
const headLines, lineLength = 20, 400

// openLines is how long a list on security may be that is not folded.
const openLines = 40

// caution is a box that GitHub draws in red.
func caution(b *strings.Builder, title string, lines []string) {
	fmt.Fprintf(b, "\n> [!CAUTION]\n> **%s**\n", title)
	if len(lines) == 0 {
		return
	}
	b.WriteString("> ~~~~~text\n")
	for _, line := range lines[:min(len(lines), headLines)] {
		fmt.Fprintf(b, "> %s\n", clean(shorten(line)))
	}
	if left := len(lines) - headLines; left > 0 {
		fmt.Fprintf(b, "> … and %d more\n", left)
	}
	b.WriteString("> ~~~~~\n")
}

func more(b *strings.Builder, left int) {
	if left > 0 {
		fmt.Fprintf(b, "… and %d more\n", left)
	}
}

// sections are the parts that may be cut, in their order.
func (d Document) sections() []section {
	var out []section
	if d.Problem != "" || d.Result == estate.Interrupted {
		return nil
	}
	if d.Security != nil {
		out = append(out, d.security()...)
	}
	if pending := d.Pending(); len(pending) > 0 {
		out = append(out, section{title: "Not known before the deployment", lines: pending})
	}
	for _, s := range d.Stacks {
		if lines := stackLines(s); len(lines) > 0 {
			out = append(out, section{title: fmt.Sprintf("<b>%s</b>: %s", s.Stack, Counts(s.Changes)), lines: lines})
		}
	}
	if advice := d.Advice(); len(advice) > 0 {
		out = append(out, section{title: "Advice: " + findings(len(advice)), lines: findingLines(advice)})
	}
	return out
}

// security is what becomes of controls and access.
func (d Document) security() []section {
	out := []section{{text: "\n#### Security, compared with " + d.Base + "\n"}}
	s := d.Security
	switch {
	case s.First:
		out = append(out, section{text: "\nNothing stood before, so all of it is new.\n"})
	case s.Empty():
		return append(out, section{text: "\nNo control, no verdict and no policy statement changes.\n"})
	}
	for _, part := range s.Parts() {
		out = append(out, section{title: part.Title, lines: part.Lines, diff: true, open: len(part.Lines) <= openLines})
	}
	return out
}

// stackLines is what happens in a stack.
func stackLines(s deployment.StackPreview) []string {
	var lines []string
	width := Width(s.Resources)
	for _, r := range s.Resources {
		lines = append(lines, Line(r, width))
	}
	for _, v := range engine.Advisory(s.Violations) {
		lines = append(lines, "advice: "+v.String())
	}
	if len(lines) > 0 && !s.Exact && s.Result == estate.Done {
		lines = append(lines, "This preview is not exact: the stack reads values that are not known before the deployment.")
	}
	return lines
}

func findingLines(list []controls.Finding) []string {
	var lines []string
	for _, f := range list {
		lines = append(lines, f.String(), "  "+f.Remedy)
	}
	return lines
}

// code is a name in code, whatever is in it.
func code(text string) string {
	return "<code>" + html.EscapeString(clean(text)) + "</code>"
}

// clean takes out what ends a line, and what could end the fence around it.
func clean(line string) string {
	line = strings.NewReplacer("\r", " ", "\n", " ", "\x1b", "").Replace(line)
	return fences.ReplaceAllStringFunc(line, func(fence string) string {
		return map[byte]string{'~': "~~~~", '`': "''"}[fence[0]]
	})
}

// fences are as long as those of this document, or longer: those end it too.
var fences = regexp.MustCompile("~{5,}|`{3,}")

func shorten(line string) string {
	if utf8.RuneCountInString(line) <= lineLength {
		return line
	}
	return string([]rune(line)[:lineLength]) + "…"
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
