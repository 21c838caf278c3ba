package delta

import (
	"fmt"
	"slices"
)

// Part is one list of a delta in words, with marks as in a difference: "-" for what
// is weakened or goes, "!" for what to look at, "+" for what is gained or comes.
type Part struct {
	Title string
	Lines []string
}

// findingsShown is how many new findings of one control stand in the words; the
// JSON has all.
const findingsShown = 5

// Parts are the controls, the verdicts and the statements in words; lists that are
// empty are left out.
func (d *Delta) Parts() []Part {
	var changed, verdicts, statements []string
	for _, c := range d.Controls {
		changed = append(changed, c.lines()...)
	}
	for _, group := range grouped(d.Verdicts) {
		verdicts = append(verdicts, group.lines()...)
	}
	for _, s := range d.Statements {
		statements = append(statements, s.lines()...)
	}
	var unread []string
	for _, u := range d.Unread {
		unread = append(unread, "! "+u)
	}
	return slices.DeleteFunc([]Part{
		{"Controls: " + counted(len(d.Controls), "change"), changed},
		{"Verdicts: " + counted(len(d.Verdicts), "change"), verdicts},
		{"Policy statements: " + counted(len(d.Statements), "change"), statements},
		{"Not compared", unread},
	}, func(p Part) bool { return len(p.Lines) == 0 })
}

func (c ControlChange) lines() []string {
	mark := map[Standing]string{Weakened: "-", Excepted: "!", Gained: "+"}[c.Standing]
	lines := []string{fmt.Sprintf("%s %s %s (%s) %s", mark, c.Standing, c.Control, c.Severity, c.Title)}
	if len(c.Findings) == 0 {
		lines[0] += fmt.Sprintf(": %s, before: %s", c.Is, c.Was)
	}
	for _, f := range c.Findings[:min(len(c.Findings), findingsShown)] {
		lines = append(lines, fmt.Sprintf("    %s: %s: %s", f.Stack, f.Resource, f.What()))
	}
	if more := len(c.Findings) - findingsShown; more > 0 {
		lines = append(lines, "    and "+counted(more, "finding")+" more")
	}
	return lines
}

func (s StatementChange) lines() []string {
	name := fmt.Sprintf("%s: %s: %s", s.Stack, s.Policy, s.Statement)
	switch s.Kind {
	case Removed:
		return []string{"- " + name + " is removed", "-   " + s.Words}
	case Added:
		return []string{"+ " + name + " is added", "+   " + s.Words}
	}
	lines := []string{"  " + name + " is changed"}
	for _, part := range s.Gone {
		lines = append(lines, "-   "+part)
	}
	for _, part := range s.Come {
		lines = append(lines, "+   "+part)
	}
	return lines
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
