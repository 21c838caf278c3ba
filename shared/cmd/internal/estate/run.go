package estate

import (
	"context"

	"github.com/ringfence/ringfence/shared/graph"
)

// Result is how the work on a stack ended.
type Result string

// The results.
const (
	// Done: the work succeeded.
	Done Result = "done"
	// Failed: the work itself returned an error.
	Failed Result = "failed"
	// Skipped: the work was not begun because something it waits for failed.
	Skipped Result = "skipped"
	// Interrupted: the work was under way when the run was interrupted.
	Interrupted Result = "interrupted"
	// NotStarted: the run was interrupted before the work could begin.
	NotStarted Result = "not started"
)

// Outcome is the end of one step.
type Outcome struct {
	Stack  graph.Name
	Result Result
	// Err says why the work failed or was interrupted.
	Err error
	// Cause is the stack whose failure made this one be skipped.
	Cause graph.Name
}

// Watcher is told of the steps as they begin and end, one call at a time. Steps
// that begin together do so in the order of the plan.
type Watcher struct {
	Begun func(graph.Name)
	Ended func(Outcome)
}

// Run does the work of every step, each as soon as it may begin, and returns
// one outcome per step in the order of the plan. When ctx ends, nothing more
// begins, and Run returns once all that is under way has returned.
func (p Plan) Run(ctx context.Context, work func(context.Context, graph.Name) error, watcher Watcher) []Outcome {
	var (
		known    = map[graph.Name]Outcome{} // steps that have ended
		begun    = map[graph.Name]bool{}
		running  int
		finished = make(chan Outcome)
		end      = func(o Outcome) {
			known[o.Stack] = o
			watcher.Ended(o)
		}
	)
	for {
		for _, step := range p {
			if begun[step.Stack] {
				continue
			}
			outcome, decided := step.before(ctx, known)
			switch {
			case !decided:
				continue
			case outcome.Result != "":
				end(outcome)
			default:
				running++
				watcher.Begun(step.Stack)
				go func() { finished <- do(ctx, step.Stack, work) }()
			}
			begun[step.Stack] = true
		}
		if running == 0 {
			break
		}
		end(<-finished)
		running--
	}
	outcomes := make([]Outcome, len(p))
	for i, step := range p {
		outcomes[i] = known[step.Stack]
	}
	return outcomes
}

// before decides about a step that has not begun: it must wait (not decided),
// may begin (decided, no result), or ends without having begun.
func (s Step) before(ctx context.Context, known map[graph.Name]Outcome) (o Outcome, decided bool) {
	if ctx.Err() != nil {
		return Outcome{Stack: s.Stack, Result: NotStarted}, true
	}
	// The cause is looked for only when everything has ended, so that it does
	// not depend on which of two failures came first.
	for _, n := range s.After {
		if _, ended := known[n]; !ended {
			return Outcome{}, false
		}
	}
	for _, n := range s.After {
		switch earlier := known[n]; earlier.Result {
		case Failed:
			return Outcome{Stack: s.Stack, Result: Skipped, Cause: n}, true
		case Skipped:
			return Outcome{Stack: s.Stack, Result: Skipped, Cause: earlier.Cause}, true
		}
	}
	return Outcome{Stack: s.Stack}, true
}

func do(ctx context.Context, stack graph.Name, work func(context.Context, graph.Name) error) Outcome {
	switch err := work(ctx, stack); {
	case err == nil:
		return Outcome{Stack: stack, Result: Done}
	case ctx.Err() != nil:
		return Outcome{Stack: stack, Result: Interrupted, Err: err}
	default:
		return Outcome{Stack: stack, Result: Failed, Err: err}
	}
}
