package engine

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// Failure says why an operation did not succeed, in the lines that help.
type Failure struct {
	// Lines are the engine's errors, each with the resource it is about.
	Lines []string
}

func (f *Failure) Error() string { return strings.Join(f.Lines, "\n") }

// failure distills an error of the Automation API, which quotes everything the
// CLI printed, into the diagnostics or else the CLI's own last words.
func failure(ctx context.Context, diagnostics []diagnostic, err error) error {
	var lines []string
	for _, d := range diagnostics {
		if l := d.lines(); len(l) > 0 && !slices.Contains(lines, l[0]) {
			lines = append(lines, l...)
		}
	}
	if ctx.Err() != nil {
		return &Failure{Lines: append([]string{"interrupted"}, lines...)}
	}
	if len(lines) == 0 {
		lines = lastWords(err)
	}
	return &Failure{Lines: lines}
}

// wrapping is what the Go SDK puts around the error that a program returns.
var wrapping = regexp.MustCompile(`^(an unhandled error occurred:|program failed:|[0-9]+ errors? occurred:)\s*`)

// saysNothing are the errors that only repeat that there was one.
var saysNothing = map[string]bool{
	"update failed": true, "preview failed": true, "refresh failed": true, "destroy failed": true,
}

// lines shortens a diagnostic: no wrapping that repeats what the table says.
func (d diagnostic) lines() []string {
	text := strings.TrimSpace(d.message)
	for wrapping.MatchString(text) {
		text = wrapping.ReplaceAllString(text, "")
	}
	if text == "" || saysNothing[text] {
		return nil
	}
	lines := trimmed(text)
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimPrefix(line, "\t"), "* ")
	}
	if d.urn != "" && !IsStack(d.urn) {
		lines[0] = Label(d.urn) + ": " + lines[0]
	}
	return lines
}

// lastWords finds the CLI's error in what the Automation API quotes.
func lastWords(err error) []string {
	text := err.Error()
	_, stderr, quoted := strings.Cut(text, "\nstderr: ")
	if !quoted {
		return trimmed(text)
	}
	if at := strings.LastIndex(stderr, "error: "); at >= 0 {
		stderr = stderr[at+len("error: "):]
	}
	if strings.TrimSpace(stderr) == "" {
		first, _, _ := strings.Cut(text, "\n")
		return []string{first + withoutMessage}
	}
	return trimmed(stderr)
}

// withoutMessage ends the only line on a failure that the engine says nothing about.
const withoutMessage = ": the engine ended without a message"

// trimmed splits a text into its lines without the empty ones.
func trimmed(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \t\r\n"); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
