package console

import (
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Progress shows pieces of work that run side by side, one line each.
type Progress struct {
	console *Console

	mu    sync.Mutex
	lines []*line
	drawn int // lines on the screen that the next drawing replaces
	frame int
	stop  chan struct{}
	ended sync.WaitGroup
}

type line struct {
	name  string
	text  string
	since time.Time // zero: not begun
	mark  *Mark     // nil: not ended
}

// refresh is how often a live display is drawn.
const refresh = 120 * time.Millisecond

var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// Progress begins to show work: its names, and what each waits for.
func (c *Console) Progress(names, waiting []string) *Progress {
	p := &Progress{console: c, stop: make(chan struct{})}
	for i, n := range names {
		p.lines = append(p.lines, &line{name: n, text: waiting[i]})
	}
	if c.live {
		c.show(p)
		p.ended.Add(1)
		go p.animate()
	}
	return p
}

// Begin says that the work has begun.
func (p *Progress) Begin(name, text string) {
	p.change(name, func(l *line) { l.since, l.text = p.console.now(), text })
	p.say(name, text)
}

// Update says how far the work is. Only a live display shows it.
func (p *Progress) Update(name, text string) {
	p.change(name, func(l *line) { l.text = text })
}

// End says how the work ended.
func (p *Progress) End(name string, mark Mark, text string) {
	p.change(name, func(l *line) { l.mark, l.text = &mark, text })
	p.say(name, text)
}

// Close draws the last state and leaves it on the screen.
func (p *Progress) Close() {
	close(p.stop)
	p.ended.Wait()
	p.console.show(nil)
}

// show makes p the display that lines are written above.
func (c *Console) show(p *Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress = p
}

func (p *Progress) change(name string, how func(*line)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines {
		if l.name == name {
			how(l)
		}
	}
}

// say appends a line where nothing can be drawn in place.
func (p *Progress) say(name, text string) {
	if p.console.live {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.console.Line("%s: %s", name, text)
}

func (p *Progress) animate() {
	defer p.ended.Done()
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	for {
		p.draw("")
		select {
		case <-tick.C:
		case <-p.stop:
			p.draw("")
			return
		}
	}
}

// draw replaces what was drawn before, with a message above it if there is
// one. A line never wraps: the cursor would not find its way back.
func (p *Progress) draw(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	if p.drawn > 0 {
		fmt.Fprintf(&b, "\r"+cursorUp, p.drawn)
	}
	if message != "" {
		b.WriteString(strings.ReplaceAll(message, "\n", clearLine+"\n") + clearLine + "\n")
	}
	nameWidth := 0
	for _, l := range p.lines {
		nameWidth = max(nameWidth, utf8.RuneCountInString(l.name))
	}
	for _, l := range p.lines {
		b.WriteString(p.render(l, nameWidth) + clearLine + "\n")
	}
	p.drawn = len(p.lines)
	p.frame++
	b.WriteString(clearBelow) // what the terminal echoed, such as ^C
	fmt.Fprint(p.console.w, b.String())
}

func (p *Progress) render(l *line, nameWidth int) string {
	name := l.name + strings.Repeat(" ", nameWidth-utf8.RuneCountInString(l.name))
	room := p.console.width() - nameWidth - len("  x    ")
	switch {
	case l.mark != nil:
		return fmt.Sprintf("  %s %s  %s", p.console.mark(*l.mark), name, cut(l.text, room))
	case l.since.IsZero():
		return fmt.Sprintf("    %s  %s", name, p.console.paint(dim, cut(l.text, room)))
	default:
		turn := string(spinner[p.frame%len(spinner)])
		text := fmt.Sprintf("%.0fs  %s", p.console.now().Sub(l.since).Seconds(), l.text)
		return fmt.Sprintf("  %s %s  %s", turn, name, cut(text, room))
	}
}

// cut shortens a text to so many columns.
func cut(text string, columns int) string {
	runes := []rune(text)
	if len(runes) <= columns {
		return text
	}
	if columns < 1 {
		return ""
	}
	return string(runes[:columns-1]) + "…"
}
