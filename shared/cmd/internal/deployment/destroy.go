package deployment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/session"
	"github.com/ringfence/ringfence/shared/graph"
)

// Destroy takes the selected stacks down. In the emulator it also removes what
// Pulumi keeps of them.
func (d *Deployment) Destroy(ctx context.Context, selection Selection) (Report, error) {
	begun := time.Now()
	release, err := d.alone(ctx)
	if err != nil {
		return Report{}, interrupted(ctx, err)
	}
	defer release()
	g, err := d.prepareDestroy(ctx)
	if errors.Is(err, errNothing) {
		return d.nothing(begun), nil
	}
	if err != nil {
		return Report{}, err
	}
	defer g.stop()
	if selection.Condition != nil {
		if err := selection.Condition(g.survey); err != nil {
			return Report{}, err
		}
	}
	plan := d.Estate.Destroy(selection.Stacks, selection.Only)
	if err := standing(d.Estate.Standing(plan, g.survey.Standing)); err != nil {
		return Report{}, err
	}
	if plan = d.known(plan, g.survey); len(plan) == 0 && !d.Emulated() {
		d.Console.Line("nothing is deployed: nothing to destroy")
		return d.nothing(begun), nil
	}
	if err := d.checkLocks(g.survey, plan.Stacks()); err != nil {
		return Report{}, err
	}
	destroy := func(ctx context.Context, stack graph.Name, job engine.Job) (engine.Result, error) {
		if known := g.survey[stack]; known.CutOff() {
			if err := d.settleCutOff(ctx, g, stack, job); err != nil {
				return engine.Result{}, err
			}
		}
		result, err := g.engine.Destroy(ctx, job)
		if err != nil || !d.Emulated() {
			return result, err
		}
		if err := g.engine.Remove(ctx, job); err != nil {
			return result, err
		}
		return result, os.RemoveAll(job.Settings)
	}
	report := d.run(ctx, plan, g, operation{name: "destroy", doing: "destroying", do: destroy, words: done}, begun)
	if d.Emulated() && d.State().Empty() {
		// Also after an interrupt: nothing stands that the mark could belong to.
		return report, g.session.End(context.WithoutCancel(ctx))
	}
	return report, nil
}

// errNothing reports that there is nothing to destroy, and that this was said.
var errNothing = errors.New("nothing to destroy")

// nothing is the report of a run that had nothing to do.
func (d *Deployment) nothing(begun time.Time) Report {
	return Report{
		Operation: "destroy", Environment: d.Environment.Name, Name: d.Name,
		Result: estate.Done, Stacks: []StackReport{}, Seconds: seconds(begun),
	}
}

// known leaves the stacks out of a plan that have nothing to destroy. In the
// emulator, a stack that the backend knows without resources is removed too.
func (d *Deployment) known(plan estate.Plan, survey Survey) estate.Plan {
	var stacks []graph.Name
	for _, n := range d.Estate.Names() {
		for _, step := range plan {
			if step.Stack == n && (survey.Standing(n) || d.Emulated() && survey[n].Found) {
				stacks = append(stacks, n)
			}
		}
	}
	return d.Estate.Destroy(stacks, true)
}

// prepareDestroy gets everything ready, or returns errNothing.
func (d *Deployment) prepareDestroy(ctx context.Context) (*ground, error) {
	if d.Emulated() {
		return d.prepareDestroyEmulated(ctx)
	}
	tools, err := d.Machine.Tools(ctx, d.say("tools"))
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	return d.prepareReal(ctx, tools)
}

func (d *Deployment) prepareDestroyEmulated(ctx context.Context) (*ground, error) {
	g := &ground{stop: func() {}}
	emulator, running, err := d.Machine.Emulator(ctx)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	if !running {
		return nil, d.forget("the emulator does not run, and what it held went with it")
	}
	g.emulator, g.session = emulator, d.sessionAt(emulator)
	if err := d.reach(ctx, emulator); err != nil {
		return nil, interrupted(ctx, err)
	}
	finding, err := g.session.Check(ctx, !d.State().Empty())
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	switch finding {
	case session.Foreign:
		return nil, d.foreign(emulator)
	case session.Stale:
		return nil, d.forget("the emulator was restarted or emptied since the last deployment")
	case session.New:
		return nil, d.forget("nothing is deployed")
	}
	if g.survey, err = d.surveyFolder(); err != nil {
		return nil, err
	}
	if err := d.keepStates(); err != nil {
		return nil, err
	}
	if err := d.releaseAbandoned(g.survey); err != nil {
		return nil, err
	}
	tools, err := d.Machine.Tools(ctx, d.say("tools"))
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	g.engine = d.engineAt(emulator, tools)
	// The engine builds a program even where it does not run it. One that does not
	// build is no reason to keep an estate.
	if err := d.addPrograms(ctx, g); err != nil && ctx.Err() != nil {
		return nil, err
	}
	attach, stop, err := d.Machine.Provider(ctx, g.engine.Env)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	g.stop = stop
	if attach != "" {
		g.engine.Env = append(g.engine.Env, attach)
	}
	return g, nil
}

// forget sets the state of what is gone aside, and says why there is nothing to
// do.
func (d *Deployment) forget(why string) error {
	text := why + ": nothing to destroy"
	if !d.State().Empty() {
		aside, err := session.Session{Folder: string(d.State())}.SetAside()
		if err != nil {
			return err
		}
		text += fmt.Sprintf(" (the old state is in %s)", d.Relative(aside))
	}
	d.Console.Line("%s", text)
	return errNothing
}
