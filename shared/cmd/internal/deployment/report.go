package deployment

import (
	"fmt"
	"strings"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

// Report is the result of a run, as --json prints it.
type Report struct {
	Operation   string `json:"operation"`
	Environment string `json:"environment"`
	// Name is the name of the Pulumi stacks.
	Name string `json:"name"`
	// Result is done, failed or interrupted.
	Result estate.Result `json:"result"`
	// Endpoint is the emulator's address; empty for AWS itself.
	Endpoint string `json:"endpoint,omitempty"`
	// Remake is the command that makes the plan of the run anew; empty for a run
	// without a plan.
	Remake string `json:"-"`
	// Given: the emulator is not ours to stop.
	Given   bool    `json:"-"`
	Seconds float64 `json:"seconds"`
	// Stacks holds the stacks of the run in the order of the plan.
	Stacks []StackReport `json:"stacks"`
	// LeftBehind are the ARNs of what carries the environment's tags and is in no
	// state, where the run may have left it.
	LeftBehind []string `json:"leftBehind,omitempty"`
}

// StackReport is the result of one stack.
type StackReport struct {
	Stack  graph.Name    `json:"stack"`
	Result estate.Result `json:"result"`
	engine.Changes
	// Resources lists what was changed, the gravest first.
	Resources []engine.ResourceChange `json:"resources,omitempty"`
	// Violations lists what the policy packs object to.
	Violations []engine.Violation `json:"violations,omitempty"`
	Seconds    float64            `json:"seconds"`
	// SkippedBecause is the stack whose failure is the cause.
	SkippedBecause graph.Name `json:"skippedBecause,omitempty"`
	// Error holds the lines that say why the stack failed.
	Error []string `json:"error,omitempty"`
	// Log is the file with the engine's whole output, from the root.
	Log string `json:"log,omitempty"`
	// Standing counts the resources that stand after an interrupt, and
	// CutOff the operations whose end is not known.
	Standing int `json:"standing,omitempty"`
	CutOff   int `json:"cutOff,omitempty"`
}

// summarize derives the result of a run from those of its stacks.
func summarize(stacks []StackReport) estate.Result {
	result := estate.Done
	for _, s := range stacks {
		switch s.Result {
		case estate.Interrupted, estate.NotStarted:
			return estate.Interrupted
		case estate.Failed:
			result = estate.Failed
		}
	}
	return result
}

// Outcome words how the stack ended, for a table.
func (r StackReport) Outcome() string {
	switch r.Result {
	case estate.Done:
		if r.Changes == (engine.Changes{Unchanged: r.Unchanged}) {
			return "no change"
		}
		return "done"
	case estate.Skipped:
		return "skipped, because " + string(r.SkippedBecause) + " failed"
	default:
		return string(r.Result)
	}
}

// line is the outcome in one line, with what changed.
func (r StackReport) line(words func(engine.Changes) string) string {
	seconds := fmt.Sprintf("%.1f s", r.Seconds)
	switch r.Result {
	case estate.Skipped, estate.NotStarted:
		return r.Outcome()
	case estate.Done:
		return words(r.Changes) + " in " + seconds
	default:
		return r.Outcome() + " after " + seconds
	}
}

// done words what was changed.
func done(c engine.Changes) string {
	return summary(c, "created", "updated", "replaced", "deleted")
}

// summary counts in words. They are those for what is created, updated,
// replaced and deleted.
func summary(c engine.Changes, words ...string) string {
	var parts []string
	for i, count := range []int{c.Created, c.Updated, c.Replaced, c.Deleted} {
		if count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, words[i]))
		}
	}
	if len(parts) == 0 {
		return "no change"
	}
	return strings.Join(parts, ", ")
}

func seconds(since time.Time) float64 {
	return float64(time.Since(since).Round(100*time.Millisecond)) / float64(time.Second)
}
