package cli

import (
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/review"
	"github.com/ringfence/ringfence/shared/graph"
)

// printPreview shows what failed, the counts, what becomes of security, then
// what changes in each stack.
func printPreview(c *console.Console, d review.Document) {
	if d.Result == estate.Interrupted {
		c.Line("\nInterrupted. Nothing was changed.")
		return
	}
	for _, s := range d.Failed() {
		printCause(c, "the preview of stack "+string(s.Stack)+" failed", s.Error, s.Log)
	}
	if len(d.Failed()) > 0 {
		c.Line("Nothing was changed. Once the cause is gone, preview again.")
	}
	c.Line("")
	printPreviewTable(c, d)
	printLosses(c, d)
	printSecurity(c, d)
	for _, s := range d.Stacks {
		printResources(c, s.Stack, s.Resources)
	}
	for i, line := range d.Pending() {
		if i == 0 {
			c.Line("")
		}
		c.Line("%s", line)
	}
	for _, s := range d.Stacks {
		printViolations(c, s.Stack, s.Violations)
	}
	printAll(c, "advice", d.Advice())
	printAll(c, "a deployment would be refused", d.Refusals())
}

func printPreviewTable(c *console.Console, d review.Document) {
	columns := []console.Column{{Title: "stack"}}
	for _, title := range []string{"create", "update", "replace", "delete", "same"} {
		columns = append(columns, console.Column{Title: title, Number: true})
	}
	columns = append(columns, console.Column{Title: "result"})
	var rows [][]string
	for _, s := range d.Stacks {
		row := []string{string(s.Stack)}
		for _, count := range []int{s.Created, s.Updated, s.Replaced, s.Deleted, s.Unchanged} {
			row = append(row, number(count))
		}
		rows = append(rows, append(row, review.Outcome(s)))
	}
	c.Table(columns, rows)
}

// printLosses shows what is deleted or replaced and does not come back.
func printLosses(c *console.Console, d review.Document) {
	for i, l := range d.Losses() {
		if i == 0 {
			c.Line("\n%s", c.Emphasis("Deleted or replaced"))
		}
		c.Line("  %s", l)
	}
}

// printSecurity shows what becomes of controls and access.
func printSecurity(c *console.Console, d review.Document) {
	if d.Security.Empty() {
		return
	}
	c.Line("\nSecurity, compared with %s", strings.ReplaceAll(d.Base, "`", ""))
	if d.Security.First {
		c.Line("  Nothing stood before, so all of it is new.")
	}
	for _, part := range d.Security.Parts() {
		c.Line("\n  %s", part.Title)
		for _, line := range part.Lines {
			if strings.HasPrefix(line, "- weakened") || strings.HasPrefix(line, "! ") {
				line = c.Emphasis(line)
			}
			c.Line("  %s", line)
		}
	}
}

// printResources lists what changes in a stack.
func printResources(c *console.Console, stack graph.Name, resources []engine.ResourceChange) {
	if len(resources) == 0 {
		return
	}
	c.Line("\n%s", stack)
	width := review.Width(resources)
	for _, r := range resources {
		line := review.Line(r, width)
		if r.Action == engine.Delete || r.Action == engine.Replace {
			line = c.Emphasis(line[:len("replace")]) + line[len("replace"):]
		}
		c.Line("  %s", line)
	}
}

// printExactness says of every stack whether its preview is exact.
func printExactness(c *console.Console, d review.Document) {
	var rows [][]string
	for _, s := range d.Stacks {
		var why []string
		for _, u := range s.Unknown {
			what := strings.Join(u.Outputs, ", ")
			if what == "" {
				what = "not deployed"
			}
			why = append(why, string(u.From)+": "+what)
		}
		exact := "yes"
		switch {
		case s.Result != estate.Done:
			exact, why = "no", []string{review.Outcome(s)}
		case !s.Exact:
			exact = "no"
		}
		rows = append(rows, []string{string(s.Stack), exact, strings.Join(why, "; ")})
	}
	c.Line("")
	c.Table([]console.Column{{Title: "stack"}, {Title: "exact"}, {Title: "unknown before the deployment"}}, rows)
}

// printViolations shows what the policy packs advise about a stack. What they
// demand is among its errors.
func printViolations(c *console.Console, stack graph.Name, violations []engine.Violation) {
	advice := engine.Advisory(violations)
	if len(advice) == 0 {
		return
	}
	c.Line("\n%s: %s", stack, console.Count(len(advice), "advisory finding"))
	for _, v := range advice {
		c.Line("  %s", v)
	}
}
