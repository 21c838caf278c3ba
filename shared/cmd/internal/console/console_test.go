package console

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/golden"
)

// check compares a text with a file in testdata. Escape sequences are written
// out, so that a difference can be read.
func check(t *testing.T, name, got string) {
	t.Helper()
	got = strings.NewReplacer("\x1b", "<esc>", "\r", "<cr>").Replace(got)
	golden.Check(t, filepath.Join("testdata", name), []byte(got))
}

// terminal is a console as on a terminal of so many columns, with a clock that
// the test moves.
func terminal(columns int, color bool) (c *Console, out *bytes.Buffer, clock *time.Time) {
	out = &bytes.Buffer{}
	now := time.Unix(0, 0)
	return &Console{
		w: out, live: true, color: color,
		width: func() int { return columns },
		now:   func() time.Time { return now },
	}, out, &now
}

// estate shows a run that has one line in each condition.
func estate(c *Console, clock *time.Time) *Progress {
	p := &Progress{console: c}
	for _, l := range [][2]string{
		{"network", ""}, {"security", "waits for network"}, {"data", "waits for security"}, {"audit", "waits for data"}, {"lab", ""},
	} {
		p.lines = append(p.lines, &line{name: l[0], text: l[1]})
	}
	p.Begin("network", "deploying")
	p.Begin("lab", "deploying")
	*clock = clock.Add(14 * time.Second)
	p.End("network", Good, "38 created in 14.2 s")
	p.End("lab", Bad, "failed after 14.0 s")
	p.Begin("security", "deploying")
	*clock = clock.Add(3 * time.Second)
	p.Update("security", "12 resources done, at work on RolePolicyAttachment churn-training and 3 others")
	p.End("audit", Neutral, "skipped, because lab failed")
	return p
}

func TestUnitLiveDisplay(t *testing.T) {
	for _, tt := range []struct {
		golden  string
		columns int
		color   bool
	}{
		{"live.golden", 100, false},
		{"live-color.golden", 100, true},
		{"live-narrow.golden", 40, false},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			c, out, clock := terminal(tt.columns, tt.color)
			p := estate(c, clock)
			p.draw("")
			p.draw("security: a message above the display")
			check(t, tt.golden, out.String())
		})
	}
}

// A line that wraps would leave the cursor in the wrong place.
func TestUnitLiveLinesNeverWrap(t *testing.T) {
	for columns := 1; columns < 90; columns++ {
		c, out, clock := terminal(columns, false)
		estate(c, clock).draw("")
		for _, l := range strings.Split(out.String(), "\n") {
			text := strings.TrimSuffix(strings.TrimPrefix(l, clearBelow), clearLine)
			if got := len([]rune(text)); got > max(columns, len("    security  ")) {
				t.Fatalf("at %d columns a line has %d: %q", columns, got, text)
			}
		}
	}
}

func TestUnitPlainLinesAreAppended(t *testing.T) {
	out := &bytes.Buffer{}
	c := New(out, func(string) string { return "" })
	p := c.Progress([]string{"network", "security"}, []string{"", "waits for network"})
	p.Begin("network", "deploying")
	p.Update("network", "3 resources done")
	c.Line("tools: something to say meanwhile")
	p.End("network", Bad, "failed after 3.0 s")
	p.End("security", Neutral, "skipped, because network failed")
	p.Close()
	check(t, "plain.golden", out.String())
}

func TestUnitTable(t *testing.T) {
	out := &bytes.Buffer{}
	New(out, os.Getenv).Table(
		[]Column{{Title: "stack"}, {Title: "created", Number: true}, {Title: "result"}},
		[][]string{{"network", "38", "done"}, {"s", "-", ""}},
	)
	check(t, "table.golden", out.String())
}

func TestUnitColorOnlyWhereItIsWanted(t *testing.T) {
	if c := New(&bytes.Buffer{}, func(string) string { return "" }); c.live || c.color {
		t.Error("a buffer was taken for a terminal")
	}
	for _, tt := range []struct {
		variables map[string]string
		live      bool
		color     bool
	}{
		{nil, true, true},
		{map[string]string{"NO_COLOR": "1"}, true, false},
		{map[string]string{"TERM": "dumb"}, false, false},
	} {
		live, color := capabilities(true, func(name string) string { return tt.variables[name] })
		if live != tt.live || color != tt.color {
			t.Errorf("with %v: live %t, color %t", tt.variables, live, color)
		}
	}
}
