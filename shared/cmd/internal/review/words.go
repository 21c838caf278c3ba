package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/delta"
	"github.com/ringfence/ringfence/shared/graph"
)

// Headline sums the document up in one line.
func (d Document) Headline() string {
	if d.Problem != "" {
		return "no preview"
	}
	var parts []string
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(len(d.Failed()), "stack fails", "stacks fail")
	count(len(d.Refusals()), "finding stops it", "findings stop it")
	changing := 0
	for _, s := range d.Stacks {
		if Outcome(s) == "changes" {
			changing++
		}
	}
	count(len(d.Losses()), "protected or stateful resource goes", "protected or stateful resources go")
	if d.Security != nil {
		weakened, opened := 0, 0
		for _, c := range d.Security.Controls {
			if c.Standing == delta.Weakened {
				weakened++
			}
		}
		for _, v := range d.Security.Verdicts {
			if v.Opens() && !v.Supposed() {
				opened++
			}
		}
		count(weakened, "control weakened", "controls weakened")
		count(opened, "request newly allowed", "requests newly allowed")
	}
	count(changing, "stack changes", "stacks change")
	if len(parts) == 0 {
		return "no change"
	}
	return strings.Join(parts, ", ")
}

// Counts words what changes in a stack, such as "1 to create, 2 to update".
func Counts(c engine.Changes) string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{c.Created, "create"}, {c.Updated, "update"}, {c.Replaced, "replace"}, {c.Deleted, "delete"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", p.n, p.word))
		}
	}
	if len(parts) == 0 {
		return "no change"
	}
	return strings.Join(parts, ", ")
}

// Line is a change of a resource in one line, its label padded to a width.
func Line(r engine.ResourceChange, width int) string {
	return strings.TrimRight(fmt.Sprintf("%-7s  %-*s  %s", r.Action, width, r.Label, properties(r)), " ")
}

// Width is that of the longest label.
func Width(resources []engine.ResourceChange) int {
	width := 0
	for _, r := range resources {
		width = max(width, len(r.Label))
	}
	return width
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

// String is the loss in one line.
func (l Loss) String() string {
	why := l.What
	if l.Protected {
		why = strings.TrimSuffix("it is protected, so the deployment will stop here; "+why, "; ")
	}
	return fmt.Sprintf("%-7s %s: %s: %s", l.Action, l.Stack, l.Label, why)
}

// Pending names, per stack with values that only a deployment can tell, these
// values and who reads them.
func (d Document) Pending() []string {
	outputs := map[graph.Name][]string{}
	readers := map[graph.Name][]graph.Name{}
	for _, s := range d.Stacks {
		for _, u := range s.Unknown {
			outputs[u.From] = u.Outputs
			readers[u.From] = append(readers[u.From], s.Stack)
		}
	}
	var lines []string
	for _, n := range graph.Names() {
		if len(readers[n]) > 0 {
			lines = append(lines, fmt.Sprintf("Unknown until %s is deployed: %s (read by %s)", n, Outputs(outputs[n]), estate.List(readers[n])))
		}
	}
	return lines
}

// Outputs names outputs that are not known.
func Outputs(names []string) string {
	if len(names) == 0 {
		return "everything, because it is not deployed"
	}
	return strings.Join(names, ", ")
}

// findings words a number of findings.
func findings(n int) string { return console.Count(n, "finding") }
