package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

// printPreview shows what failed, the counts, then what changes in each stack.
func printPreview(c *console.Console, p deployment.Preview) {
	if p.Result == estate.Interrupted {
		c.Line("\nInterrupted. Nothing was changed.")
		return
	}
	for _, s := range p.Stacks {
		if s.Result == estate.Failed {
			printCause(c, "the preview of stack "+string(s.Stack)+" failed", s.Error, s.Log)
		}
	}
	c.Line("")
	printPreviewTable(c, p)
	for _, s := range p.Stacks {
		printResources(c, s)
	}
	printUnknown(c, p)
	for _, s := range p.Stacks {
		printViolations(c, s.Stack, s.Violations)
	}
}

func printPreviewTable(c *console.Console, p deployment.Preview) {
	columns := []console.Column{{Title: "stack"}}
	for _, title := range []string{"create", "update", "replace", "delete", "same"} {
		columns = append(columns, console.Column{Title: title, Number: true})
	}
	columns = append(columns, console.Column{Title: "result"})
	var rows [][]string
	for _, s := range p.Stacks {
		row := []string{string(s.Stack)}
		for _, count := range []int{s.Created, s.Updated, s.Replaced, s.Deleted, s.Unchanged} {
			row = append(row, number(count))
		}
		rows = append(rows, append(row, foretold(s)))
	}
	c.Table(columns, rows)
}

// foretold words how the preview of a stack ended.
func foretold(s deployment.StackPreview) string {
	switch {
	case s.Result == estate.Skipped:
		return "skipped, because " + string(s.SkippedBecause) + " failed"
	case s.Result != estate.Done:
		return string(s.Result)
	case s.Changes == engine.Changes{Unchanged: s.Unchanged}:
		return "no change"
	default:
		return "changes"
	}
}

// printResources lists what changes in a stack.
func printResources(c *console.Console, s deployment.StackPreview) {
	if len(s.Resources) == 0 {
		return
	}
	c.Line("\n%s", s.Stack)
	width := 0
	for _, r := range s.Resources {
		width = max(width, len(r.Label))
	}
	for _, r := range s.Resources {
		action := fmt.Sprintf("%-7s", r.Action)
		if r.Action == engine.Delete || r.Action == engine.Replace {
			action = c.Emphasis(action)
		}
		c.Line("%s", strings.TrimRight(fmt.Sprintf("  %s  %-*s  %s", action, width, r.Label, properties(r)), " "))
	}
}

// properties names what changes about a resource.
func properties(r engine.ResourceChange) string {
	words := slices.Clone(r.Properties)
	for i, path := range words {
		if end := strings.IndexAny(path+".", ".["); slices.Contains(r.Forces, path[:end]) {
			words[i] += " (forces the replacement)"
		}
	}
	if r.Protected && (r.Action == engine.Delete || r.Action == engine.Replace) {
		words = append([]string{"is protected"}, words...)
	}
	return strings.Join(words, ", ")
}

// printUnknown names the outputs that only a deployment can tell, and the
// stacks for which they are unknown.
func printUnknown(c *console.Console, p deployment.Preview) {
	outputs := map[graph.Name][]string{}
	readers := map[graph.Name][]graph.Name{}
	for _, s := range p.Stacks {
		for _, u := range s.Unknown {
			outputs[u.From] = u.Outputs
			readers[u.From] = append(readers[u.From], s.Stack)
		}
	}
	apart := "\n"
	for _, n := range graph.Names() {
		if len(readers[n]) == 0 {
			continue
		}
		what := strings.Join(outputs[n], ", ")
		if what == "" {
			what = "everything, because it is not deployed"
		}
		c.Line("%sUnknown until %s is deployed: %s (read by %s)", apart, n, what, estate.List(readers[n]))
		apart = ""
	}
}

// printExactness says of every stack whether its preview is exact.
func printExactness(c *console.Console, p deployment.Preview) {
	var rows [][]string
	for _, s := range p.Stacks {
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
			exact, why = "no", []string{foretold(s)}
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
	advice := slices.DeleteFunc(slices.Clone(violations), func(v engine.Violation) bool { return v.Mandatory })
	if len(advice) == 0 {
		return
	}
	c.Line("\n%s: %s", stack, console.Count(len(advice), "advisory finding"))
	for _, v := range advice {
		c.Line("  %s", v)
	}
}
