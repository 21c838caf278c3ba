// Package review makes the one document of a change: what a deployment would do
// to all stacks, and what that does to the security of the estate.
//
// The same document is printed on a terminal, as JSON, and as the Markdown of a
// pull request's comment. The same input gives the same bytes.
package review

import (
	"cmp"
	"slices"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/delta"
	"github.com/ringfence/ringfence/shared/graph"
)

// Document is what a change does to an environment.
type Document struct {
	deployment.Preview
	// Base names what Security compares with, such as "what is deployed".
	Base string `json:"base,omitempty"`
	// Security is what the change does to controls and access; nil where it was
	// not looked at.
	Security *delta.Delta `json:"security,omitempty"`
	// Problem says why there is no preview at all.
	Problem string `json:"problem,omitempty"`
}

// Failed returns the stacks whose preview failed.
func (d Document) Failed() []deployment.StackPreview {
	return slices.DeleteFunc(slices.Clone(d.Stacks), func(s deployment.StackPreview) bool { return s.Result != estate.Failed })
}

// Refusals are the findings for which a deployment would be refused.
func (d Document) Refusals() []controls.Finding { return d.findings(true) }

// Advice are the other findings.
func (d Document) Advice() []controls.Finding { return d.findings(false) }

func (d Document) findings(core bool) []controls.Finding {
	var out []controls.Finding
	for _, f := range d.Findings {
		if c, ok := controls.Find(f.Control); ok && core == (c.Tier == controls.Core) {
			out = append(out, f)
		}
	}
	return out
}

// Loss is a resource whose deletion or replacement loses something, or that is
// protected from both.
type Loss struct {
	Stack graph.Name
	engine.ResourceChange
	// What is lost; empty for a resource that is only protected.
	What string
}

// Losses returns them, the gravest first.
func (d Document) Losses() []Loss {
	var out []Loss
	for _, s := range d.Stacks {
		for _, r := range s.Resources {
			lost := delta.Lost(r.Type)
			if (r.Action == engine.Delete || r.Action == engine.Replace) && (r.Protected || lost != "") {
				out = append(out, Loss{Stack: s.Stack, ResourceChange: r, What: lost})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Loss) int {
		return cmp.Compare(boolean(b.Protected), boolean(a.Protected))
	})
	return out
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Outcome words how the preview of a stack ended.
func Outcome(s deployment.StackPreview) string {
	switch {
	case s.Result == estate.Skipped:
		return "skipped, because " + string(s.SkippedBecause) + " failed"
	case s.Result != estate.Done:
		return string(s.Result)
	case s.Changes == engine.Changes{Unchanged: s.Unchanged} && s.OutputsChange:
		return "outputs change"
	case s.Changes == engine.Changes{Unchanged: s.Unchanged}:
		return "no change"
	default:
		return "changes"
	}
}
