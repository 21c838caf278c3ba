// Package assessment takes the evidence of a site: what is deployed or really
// stands, judged by the control catalogue. It reads, and changes nothing.
package assessment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/cmd/internal/catalogue"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/git"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/evidence"
	"github.com/ringfence/ringfence/shared/graph"
)

// Deployed takes the evidence from the state of the last deployment.
func Deployed(ctx context.Context, d *deployment.Deployment, at time.Time) (*evidence.Report, error) {
	survey, err := d.Survey(ctx)
	if err != nil {
		return nil, err
	}
	return newTaking(ctx, d, evidence.Deployed, at).report(d.Site, survey, survey.Deployments())
}

// Live takes the evidence from what really stands, and says how far that is from
// what was deployed.
func Live(ctx context.Context, d *deployment.Deployment, at time.Time) (*evidence.Report, error) {
	survey, err := d.Survey(ctx)
	if err != nil {
		return nil, err
	}
	memory, err := d.Memory(ctx)
	if err != nil {
		return nil, err
	}
	if memory != nil && !memory.Running && memory.Problem == "" {
		return nil, errors.New("the emulator does not run, so nothing stands: ./ringfence up" + d.Flags() + " deploys the estate; --live=false reports what the state says")
	}
	drift, err := d.Drift(ctx, deployment.Selection{Stacks: d.Estate.Names()})
	switch {
	case err != nil:
		return nil, err
	case drift.Result == estate.Interrupted:
		return nil, deployment.ErrInterrupted
	}
	t := newTaking(ctx, d, evidence.Live, at)
	t.Drift = &evidence.Drift{Stacks: []evidence.StackDrift{}}
	stands := map[graph.Name]state.Deployment{}
	for _, s := range drift.Stacks {
		if s.Result != estate.Done {
			return nil, fmt.Errorf("stack %s could not be read, so there is no report: %s. The engine's whole output is in %s", s.Stack, firstLine(s.Error), s.Log)
		}
		stands[s.Stack] = s.Refreshed
		t.Drift.Stacks = append(t.Drift.Stacks, stackDrift(s))
	}
	return t.report(d.Site, survey, stands)
}

func firstLine(lines []string) string {
	if len(lines) == 0 {
		return "no reason given"
	}
	return lines[0]
}

// taking is evidence that is being gathered.
type taking struct {
	evidence.Input
	root string
}

func newTaking(ctx context.Context, d *deployment.Deployment, basis evidence.Basis, at time.Time) *taking {
	t := &taking{root: d.Root}
	t.Basis, t.Name, t.Time = basis, d.Name, at
	checkout := git.Checkout{Root: d.Root}
	if t.Commit = checkout.Head(ctx); t.Commit != "" {
		t.Modified = checkout.Modified(ctx)
	}
	return t
}

// report judges the stacks in these states. One that was not deployed to its end
// is not judged.
func (t *taking) report(site deployment.Site, survey deployment.Survey, judged map[graph.Name]state.Deployment) (*evidence.Report, error) {
	maps.DeleteFunc(judged, func(n graph.Name, _ state.Deployment) bool { return !survey.Complete(n) })
	stands, err := site.Snapshot(judged)
	switch {
	case err != nil:
		return nil, err
	case len(stands.Stacks) == 0:
		return nil, errors.New("nothing is deployed, so there is nothing to report on")
	}
	t.Snapshot = stands
	for _, n := range stands.Stacks {
		t.Stacks = append(t.Stacks, evidence.StackState{Stack: n, Deployed: survey[n].Modified})
	}
	t.Results, t.Exceptions, err = catalogue.Checkout{Root: t.root, Today: t.Time}.JudgeStanding(t.Snapshot)
	if err != nil {
		return nil, err
	}
	t.Access = access.New(t.Snapshot).Matrix()
	return evidence.New(t.Input), nil
}

func stackDrift(s deployment.StackDrift) evidence.StackDrift {
	out := evidence.StackDrift{Stack: s.Stack, Compared: s.Resources, Resources: []evidence.DriftedResource{}}
	for _, d := range s.Drifts {
		r := evidence.DriftedResource{URN: d.URN, Label: d.Label, ID: d.ID, Deleted: d.Deleted}
		for _, p := range d.Properties {
			r.Properties = append(r.Properties, evidence.DriftedProperty{Path: p.Path, Was: shadow.Compact(p.Was), Is: shadow.Compact(p.Is)})
		}
		out.Resources = append(out.Resources, r)
	}
	return out
}
