package deployment

import (
	"context"
	"slices"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/graph"
)

// Up deploys the selected stacks.
func (d *Deployment) Up(ctx context.Context, selection Selection) (Report, error) {
	begun := time.Now()
	if err := d.Owned(); err != nil {
		return Report{}, err
	}
	release, err := d.alone(ctx)
	if err != nil {
		return Report{}, interrupted(ctx, err)
	}
	defer release()
	plan := d.Estate.Up(selection.Stacks, selection.Only)
	kept, err := d.keeping(selection.Plan, plan)
	if err != nil {
		return Report{}, err
	}
	check := func(survey Survey) error {
		if err := missing(d.Estate.Missing(plan, survey.Complete), d.Flags()); err != nil {
			return err
		}
		if err := d.checkLocks(survey, plan.Stacks()); err != nil {
			return err
		}
		return kept.checkStates(survey)
	}
	g, err := d.prepareUp(ctx, check)
	if err != nil {
		return Report{}, err
	}
	defer g.stop()
	if err := kept.checkPrograms(g); err != nil {
		return Report{}, err
	}
	if g.unmarked {
		if err := g.session.Begin(ctx); err != nil {
			return Report{}, interrupted(ctx, err)
		}
	}
	if cfg, err := d.awsOf(ctx, g); err == nil && slices.ContainsFunc(plan.Stacks(), g.survey.has) {
		// Who may not ask for tags deploys all the same.
		g.unknown, _ = d.unknown(ctx, g.survey, cfg)
	}
	up := func(ctx context.Context, stack graph.Name, job engine.Job) (engine.Result, error) {
		job.Refresh = selection.Refresh
		result, err := d.deploy(ctx, g, stack, job, selection, kept)
		if err != nil && result.Refused() && !selection.Refresh {
			err = d.changedByHand(err)
		}
		return result, err
	}
	report := d.run(ctx, plan, g, operation{name: "up", doing: "deploying", do: up, words: done}, begun)
	d.leftBehind(ctx, g, &report)
	if kept != nil {
		report.Remake = kept.anew()
	}
	return report, nil
}

// deploy deploys one stack, as its plan says where there is one.
func (d *Deployment) deploy(
	ctx context.Context, g *ground, stack graph.Name, job engine.Job, selection Selection, kept *keeper,
) (engine.Result, error) {
	if kept != nil {
		result, err := kept.up(ctx, g, stack, job)
		if err != nil && len(result.Existing) > 0 && ctx.Err() == nil {
			_, err = d.refusal(ctx, g, stack, result.Existing, err)
		}
		return result, err
	}
	return d.upAdopting(ctx, g, stack, job, selection.Adopt)
}

// changedByHand adds to a refusal where to look next. The programs were judged
// before anything started; a control that the engine finds broken all the same is
// broken by what stands.
func (d *Deployment) changedByHand(err error) error {
	return &engine.Failure{Lines: []string{
		err.Error(),
		"The code holds this, so something was changed by hand: ./ringfence drift" + d.Flags() + " names it, and " +
			"./ringfence up" + d.Flags() + " --refresh sets it right",
	}}
}

func (d *Deployment) prepareUp(ctx context.Context, check func(Survey) error) (*ground, error) {
	tools, err := d.Machine.Tools(ctx, d.say("tools"))
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	if d.Emulated() {
		return d.prepareEmulated(ctx, tools, func(ctx context.Context, g *ground) error {
			if err := d.freshen(ctx, g); err != nil {
				return err
			}
			return check(g.survey)
		})
	}
	g, err := d.prepareReal(ctx, tools)
	if err != nil {
		return nil, err
	}
	if err := check(g.survey); err != nil {
		return nil, err
	}
	return g, d.addPrograms(ctx, g)
}

// addPrograms builds the stack programs and lets the engine know where they
// are.
func (d *Deployment) addPrograms(ctx context.Context, g *ground) error {
	programs, err := d.Machine.Programs(ctx, d.say("programs"))
	if programs != "" {
		g.engine.Env = append(g.engine.Env, programsVariable+"="+programs)
	}
	return interrupted(ctx, err)
}

// programsVariable tells the language host where the built programs are.
const programsVariable = "RINGFENCE_PROGRAMS"
