// Package console writes for people: on a terminal with lines that change in
// place, elsewhere with plain lines that are only ever appended. What is
// written to something that is not a terminal is the same from run to run,
// apart from the seconds.
package console

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// Console writes to one stream.
type Console struct {
	w     io.Writer
	live  bool
	color bool
	// width is the number of columns of a live terminal.
	width func() int
	// now is the clock; tests stop it.
	now func() time.Time

	mu       sync.Mutex
	progress *Progress // drawn at present, if any
}

// New decides by the stream and the environment how to write: in place on a
// terminal that can move its cursor, in color unless NO_COLOR is set.
func New(w io.Writer, getenv func(string) string) *Console {
	c := &Console{w: w, now: time.Now}
	file, isFile := w.(*os.File)
	c.live, c.color = capabilities(isFile && term.IsTerminal(int(file.Fd())), getenv)
	c.width = func() int {
		columns, _, err := term.GetSize(int(file.Fd()))
		if err != nil || columns <= 0 {
			return 80
		}
		return columns
	}
	return c
}

func capabilities(terminal bool, getenv func(string) string) (live, color bool) {
	live = terminal && getenv("TERM") != "dumb"
	return live, live && getenv("NO_COLOR") == ""
}

// Line writes one line: above a live display, when there is one.
func (c *Console) Line(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	c.mu.Lock()
	progress := c.progress
	if progress == nil {
		fmt.Fprintln(c.w, text)
	}
	c.mu.Unlock()
	if progress != nil {
		progress.draw(text)
	}
}

// Mark says how a piece of work ended.
type Mark int

// The marks.
const (
	Good Mark = iota
	Bad
	Neutral
)

// The escape sequences of ECMA-48 that are used here.
const (
	red, green, dim, plain = "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"
	clearLine, clearBelow  = "\x1b[K", "\x1b[J"
	cursorUp               = "\x1b[%dA"
)

func (c *Console) paint(color, text string) string {
	if !c.color {
		return text
	}
	return color + text + plain
}

func (c *Console) mark(m Mark) string {
	switch m {
	case Good:
		return c.paint(green, "✓")
	case Bad:
		return c.paint(red, "✗")
	default:
		return c.paint(dim, "–")
	}
}

// Emphasis renders the heading of an error.
func (c *Console) Emphasis(text string) string { return c.paint(red, text) }

// Count writes a number of things: 1 resource, 2 resources.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
