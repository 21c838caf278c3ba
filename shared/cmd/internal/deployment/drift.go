package deployment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

// Drift is how far what stands is from what was deployed, as --json prints it.
// It is the same from run to run as long as nothing has changed.
type Drift struct {
	Environment string `json:"environment"`
	// Name is the name of the Pulumi stacks.
	Name string `json:"name"`
	// Result is done, failed or interrupted.
	Result estate.Result `json:"result"`
	// Drifted: something is not as it was deployed.
	Drifted bool `json:"drifted"`
	// Stacks holds the stacks that are deployed, in the order of their
	// deployment.
	Stacks []StackDrift `json:"stacks"`
}

// StackDrift is how far one stack is from what was deployed.
type StackDrift struct {
	Stack  graph.Name    `json:"stack"`
	Result estate.Result `json:"result"`
	// Resources counts those that were compared, and Drifts lists those that
	// differ.
	Resources int            `json:"resources"`
	Drifts    []shadow.Drift `json:"drifts"`
	// Error holds the lines that say why AWS could not be read.
	Error []string `json:"error,omitempty"`
	// Log is the file with the engine's whole output, from the root.
	Log string `json:"log,omitempty"`
	// Recorded is the state of the deployment, and Refreshed what it would be if
	// it said what really stands, empty where AWS could not be read. Secrets are
	// encrypted in both.
	Recorded, Refreshed state.Deployment `json:"-"`
}

// Drift reads what really stands and compares it with what was deployed.
// Nothing of the site is written.
func (d *Deployment) Drift(ctx context.Context, selection Selection) (drift Drift, err error) {
	begun := time.Now()
	g, err := d.prepareDrift(ctx)
	if err != nil {
		return Drift{}, err
	}
	defer g.stop()
	copied, err := d.replicate(g)
	if err != nil {
		return Drift{}, err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()

	var plan estate.Plan // no stack waits for another
	for _, n := range selection.Stacks {
		if g.survey.Standing(n) {
			plan = append(plan, estate.Step{Stack: n})
		}
	}
	r := reader{replica: copied, survey: g.survey, stacks: map[graph.Name]StackDrift{}}
	report := d.run(ctx, plan, g, operation{
		name: "drift", doing: "reading what stands", do: r.read, words: r.words, looks: true,
	}, begun)
	return r.drift(report), nil
}

// prepareDrift gets everything ready to read what stands. An emulator that does
// not run has nothing to read.
func (d *Deployment) prepareDrift(ctx context.Context) (*ground, error) {
	memory, err := d.Memory(ctx)
	switch {
	case err != nil:
		return nil, err
	case memory != nil && memory.Problem != "":
		return nil, errors.New(memory.Problem)
	case memory != nil && memory.Forgotten:
		return nil, fmt.Errorf("the emulator no longer holds what was deployed: ./ringfence up%s builds it anew", d.Flags())
	case memory != nil && !memory.Running:
		return &ground{survey: Survey{}, stop: func() {}}, nil
	}
	return d.prepareLook(ctx)
}

// reader compares the stacks of an estate on a copy of their state.
type reader struct {
	*replica
	survey Survey

	mu     sync.Mutex
	stacks map[graph.Name]StackDrift
}

// read refreshes a stack in the copy and compares.
func (r *reader) read(ctx context.Context, stack graph.Name, job engine.Job) (engine.Result, error) {
	leave, err := r.seat(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	defer leave()
	job, err = r.job(stack, job)
	if err != nil {
		return engine.Result{}, err
	}
	refreshed, err := r.engine.Refresh(ctx, job)
	if err != nil {
		return engine.Result{}, err
	}
	now, _, err := r.Backend().Stack(stack.Project(), job.Stack)
	if err != nil {
		return engine.Result{}, err
	}
	drifts, compared, err := shadow.Compare(r.survey[stack].Deployment, now.Deployment, refreshed.Resources)
	if err != nil {
		return engine.Result{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stacks[stack] = StackDrift{Resources: compared, Drifts: drifts, Refreshed: now.Deployment}
	return tallied(drifts, compared), nil
}

// tallied counts the drifts as an operation's changes.
func tallied(drifts []shadow.Drift, compared int) engine.Result {
	changes := engine.Changes{Unchanged: compared - len(drifts)}
	for _, d := range drifts {
		if d.Deleted {
			changes.Deleted++
		} else {
			changes.Updated++
		}
	}
	return engine.Result{Changes: changes}
}

// words says how far a stack has drifted.
func (*reader) words(c engine.Changes) string {
	if c.Updated+c.Deleted == 0 {
		return "as deployed"
	}
	return summary(c, "", "changed", "", "deleted")
}

// drift puts the results together.
func (r *reader) drift(report Report) Drift {
	drift := Drift{Environment: report.Environment, Name: report.Name, Result: report.Result, Stacks: []StackDrift{}}
	for _, s := range report.Stacks {
		stack := r.stacks[s.Stack]
		stack.Recorded = r.survey[s.Stack].Deployment
		stack.Stack, stack.Result, stack.Error, stack.Log = s.Stack, s.Result, s.Error, s.Log
		stack.Drifts = append([]shadow.Drift{}, stack.Drifts...)
		drift.Drifted = drift.Drifted || len(stack.Drifts) > 0
		drift.Stacks = append(drift.Stacks, stack)
	}
	return drift
}
