package deployment

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/cmd/internal/updateplan"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
)

// Preview is what Up would do, as --json prints it. It is the same from run to
// run as long as nothing has changed.
type Preview struct {
	Environment string `json:"environment"`
	// Name is the name of the Pulumi stacks.
	Name string `json:"name"`
	// Result is done, failed or interrupted.
	Result estate.Result `json:"result"`
	// Stacks holds the stacks in the order of their deployment.
	Stacks []StackPreview `json:"stacks"`
	// Findings are the controls that would not hold, judged on what the programs
	// register.
	Findings []controls.Finding `json:"findings,omitempty"`
	// Plan is the folder where all of this was saved, to be deployed as it is;
	// empty when it was not.
	Plan    string  `json:"plan,omitempty"`
	Seconds float64 `json:"-"`
	// Deployed are the states that the preview began with.
	Deployed map[graph.Name]state.Deployment `json:"-"`
}

// StackPreview is what Up would do to one stack.
type StackPreview struct {
	Stack  graph.Name    `json:"stack"`
	Result estate.Result `json:"result"`
	engine.Changes
	// Resources lists what changes, the gravest first.
	Resources []engine.ResourceChange `json:"resources"`
	// Violations lists what the policy packs object to, the mandatory first.
	Violations []engine.Violation `json:"violations,omitempty"`
	// OutputsChange: the stack would export something else than now.
	OutputsChange bool `json:"outputsChange"`
	// ReadsChange: what the stack reads is something else than at its last
	// deployment, or will be. A deployment notes that, even if nothing else comes of it.
	ReadsChange bool `json:"readsChange"`
	// Exact: the stack read nothing that only a deployment can tell.
	Exact bool `json:"exact"`
	// Unknown lists what it read that is not known yet.
	Unknown []Unknown `json:"unknown,omitempty"`
	// SkippedBecause is the stack whose failure is the cause.
	SkippedBecause graph.Name `json:"skippedBecause,omitempty"`
	// Error holds the lines that say why the preview failed.
	Error []string `json:"error,omitempty"`
	// Log is the file with the engine's whole output, from the root.
	Log string `json:"log,omitempty"`
}

// Unknown is an edge of the graph that carries values which are not known
// before a deployment.
type Unknown struct {
	From graph.Name `json:"from"`
	// Outputs names the values. Empty: the stack is not deployed and not part
	// of the preview, so all of its outputs are unknown.
	Outputs []string `json:"outputs"`
}

// Preview says what Up would do to the selected stacks, each previewed with
// what those it depends on would export. Nothing of the site is written.
func (d *Deployment) Preview(ctx context.Context, selection Selection) (p Preview, err error) {
	begun := time.Now()
	if selection.SavePlan != "" {
		if err := updateplan.Check(selection.SavePlan); err != nil {
			return Preview{}, err
		}
	}
	plan := d.Estate.Up(selection.Stacks, selection.Only)
	g, err := d.prepareLook(ctx)
	if err != nil {
		return Preview{}, err
	}
	defer g.stop()
	if selection.SavePlan != "" {
		if err := d.checkSettled(g.survey, plan.Stacks()); err != nil {
			return Preview{}, err
		}
	}
	copied, err := d.replicate(g)
	if err != nil {
		return Preview{}, err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	d.warnOfLocks(g.survey, plan)

	v := viewer{
		replica: copied, deployment: d, ground: g, refresh: selection.Refresh, saves: selection.SavePlan != "",
		results: map[graph.Name]engine.Result{}, carried: map[graph.Name]shadow.Carried{},
	}
	defer v.guess(ctx, plan)()
	report := d.run(ctx, plan, g, operation{
		name: "preview", doing: "previewing", do: v.view, words: foretold, looks: true,
	}, begun)
	p = v.preview(report)
	if v.saves && p.Result == estate.Done {
		if err := v.save(ctx, selection.SavePlan, p); err != nil {
			return Preview{}, err
		}
		p.Plan = selection.SavePlan
	}
	return p, nil
}

// warnOfLocks says which stacks change while they are looked at.
func (d *Deployment) warnOfLocks(survey Survey, plan estate.Plan) {
	for _, n := range plan.Stacks() {
		for _, lock := range survey[n].Locks {
			if !lock.Abandoned() {
				d.Console.Line("%s: %s works on it now, so this is a view of what was there before", n, lock)
			}
		}
	}
}

// viewer previews the stacks of an estate on a copy of their state.
type viewer struct {
	*replica
	deployment *Deployment
	ground     *ground
	refresh    bool
	// saves: every stack's update plan is kept.
	saves   bool
	guesses map[graph.Name]*guess

	mu      sync.Mutex
	results map[graph.Name]engine.Result
	carried map[graph.Name]shadow.Carried
}

// view previews a stack and leaves its outputs for those that read it.
func (v *viewer) view(ctx context.Context, stack graph.Name, job engine.Job) (engine.Result, error) {
	result, guessed, err := v.guessed(stack, job)
	if !guessed {
		result, err = v.look(ctx, stack, job)
	}
	var carried shadow.Carried
	if err == nil && result.Outputs != nil {
		carried, err = v.Carry(stack.Project(), job.Stack, result.Outputs)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.results[stack], v.carried[stack] = result, carried
	return result, err
}

// look previews a stack on the copy as it is now.
func (v *viewer) look(ctx context.Context, stack graph.Name, job engine.Job) (engine.Result, error) {
	leave, err := v.seat(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	defer leave()
	job, err = v.job(stack, job)
	if err != nil {
		return engine.Result{}, err
	}
	job.Refresh = v.refresh
	if v.saves {
		job.SavePlan = v.planFile(stack)
	}
	return v.engine.Preview(ctx, job)
}

// foretold words what would be changed.
func foretold(c engine.Changes) string {
	return summary(c, "to create", "to update", "to replace", "to delete")
}

// preview puts the results together.
func (v *viewer) preview(report Report) Preview {
	p := Preview{
		Environment: report.Environment, Name: report.Name, Result: report.Result,
		Stacks: []StackPreview{}, Seconds: report.Seconds, Deployed: v.ground.survey.Deployments(),
	}
	for _, r := range report.Stacks {
		s := StackPreview{
			Stack: r.Stack, Result: r.Result, Changes: r.Changes, Violations: r.Violations,
			Resources:      append([]engine.ResourceChange{}, v.results[r.Stack].Resources...),
			SkippedBecause: r.SkippedBecause, Error: r.Error, Log: r.Log,
		}
		if _, ran := v.results[r.Stack]; ran {
			s.Unknown, s.OutputsChange, s.ReadsChange = v.unread(r.Stack), v.carried[r.Stack].Changed, v.readsChange(r.Stack)
		}
		s.Exact = r.Result == estate.Done && len(s.Unknown) == 0
		p.Stacks = append(p.Stacks, s)
	}
	return p
}

// readsChange reports whether a stack is behind those it reads, or will be.
func (v *viewer) readsChange(stack graph.Name) bool {
	return slices.ContainsFunc(v.deployment.Estate.DependsOn(stack), func(n graph.Name) bool { return v.carried[n].Changed }) ||
		slices.ContainsFunc(v.deployment.Readings(v.ground.survey, stack), Reading.Stale)
}

// unread lists what a stack reads that is not known before a deployment.
func (v *viewer) unread(stack graph.Name) []Unknown {
	var out []Unknown
	for _, upstream := range v.deployment.Estate.DependsOn(stack) {
		carried, previewed := v.carried[upstream]
		switch {
		case len(carried.Unknown) > 0:
			out = append(out, Unknown{From: upstream, Outputs: carried.Unknown})
		case !previewed && !v.ground.survey.Complete(upstream):
			out = append(out, Unknown{From: upstream, Outputs: []string{}})
		}
	}
	return out
}
