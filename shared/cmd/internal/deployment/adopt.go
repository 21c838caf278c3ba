package deployment

import (
	"context"
	"errors"
	"fmt"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

// mostAdoptions bounds how often a deployment goes on after it has adopted what was
// in its way. What depends on an adopted resource may be in the way next.
const mostAdoptions = 6

// upAdopting deploys a stack, and sees to what an earlier deployment has left that
// no state knows.
//
// Where the state itself says that a creation was cut off, what stands of it is
// taken into the state and what is there is read again: nobody else can have been
// meant. Where AWS refuses a creation because there is such a thing already, it
// may be somebody else's, so that takes adopt.
func (d *Deployment) upAdopting(ctx context.Context, g *ground, stack graph.Name, job engine.Job, adopt bool) (engine.Result, error) {
	unsettled, err := g.survey[stack].unsettled()
	if err != nil {
		return engine.Result{}, err
	}
	if unsettled {
		if err := d.settleCutOff(ctx, g, stack, job); err != nil {
			return engine.Result{}, err
		}
	}
	if err := d.beforehand(ctx, g, stack, job, adopt); err != nil {
		return engine.Result{}, err
	}
	result, err := g.engine.Up(ctx, job)
	for n := 0; err != nil && len(result.Existing) > 0 && ctx.Err() == nil; n++ {
		found, refusal := d.refusal(ctx, g, stack, result.Existing, err)
		if len(found) == 0 || !adopt || n == mostAdoptions {
			return result, refusal
		}
		if failed := d.take(ctx, g, stack, job, found); failed != nil {
			return result, joined(err, failed)
		}
		job.Presence = engine.Present
		earlier := result
		result, err = g.engine.Up(ctx, job)
		result = result.After(earlier)
	}
	return result, err
}

// beforehand looks whether a stack is about to create what stands already: a run
// that was killed may have left what its state does not know of, and AWS makes a
// second one of most things of EC2. It costs a preview, and so it is only done where
// something stands that no state knows.
func (d *Deployment) beforehand(ctx context.Context, g *ground, stack graph.Name, job engine.Job, adopt bool) error {
	if len(g.unknown) == 0 || job.Presence == engine.Absent {
		return nil
	}
	foreseen, err := g.engine.Preview(ctx, job)
	if err != nil || len(foreseen.Creations) == 0 {
		return nil // the deployment fails alike, and says so
	}
	found, _, err := d.find(ctx, g, stack, foreseen.Creations)
	switch {
	case err != nil || len(found) == 0:
		return err
	case !adopt:
		return d.inTheWay(nil, found)
	}
	return d.take(ctx, g, stack, job, found)
}

// settleCutOff makes the state of a stack say what stands, after a deployment of
// which nobody knows the end. What stands open goes first: once the state is settled,
// it no longer says what was not finished.
func (d *Deployment) settleCutOff(ctx context.Context, g *ground, stack graph.Name, job engine.Job) error {
	creations, err := g.survey[stack].Deployment.Creations()
	if err != nil {
		return err
	}
	d.Console.Line("%s: the last deployment was cut off: reading what stands", stack)
	var found []engine.Found
	if len(creations) > 0 {
		if found, _, err = d.find(ctx, g, stack, creations); err != nil {
			return err
		}
	}
	if err := d.take(ctx, g, stack, job, found); err != nil {
		return err
	}
	return g.engine.Settle(ctx, job)
}

// take takes what was found into the state, and deletes what stands open.
func (d *Deployment) take(ctx context.Context, g *ground, stack graph.Name, job engine.Job, found []engine.Found) error {
	if err := d.adopt(ctx, g, stack, job, found); err != nil {
		return err
	}
	return d.discard(ctx, g, stack, job, urns(found))
}

func urns(found []engine.Found) []string {
	var urns []string
	for _, f := range found {
		urns = append(urns, f.URN)
	}
	return urns
}

func (d *Deployment) adopt(ctx context.Context, g *ground, stack graph.Name, job engine.Job, found []engine.Found) error {
	if len(found) == 0 {
		return nil
	}
	if err := g.engine.Adopt(ctx, job, found); err != nil {
		return joined(errors.New("what stands already could not be taken into the state:"), err)
	}
	for _, f := range found {
		d.Console.Line("%s: took %s (%s) into the state", stack, engine.Label(f.URN), f.ID)
	}
	return nil
}

// refusal words why a stack failed whose creations AWS has refused because there is
// such a thing already, and returns what could be taken into the state.
func (d *Deployment) refusal(
	ctx context.Context, g *ground, stack graph.Name, existing []state.Creation, err error,
) ([]engine.Found, error) {
	found, others, failed := d.find(ctx, g, stack, existing)
	switch {
	case failed != nil:
		return nil, joined(err, failed)
	case len(others) > 0:
		err = joined(err, &engine.Failure{Lines: others})
	}
	if len(found) == 0 {
		return nil, err
	}
	return found, d.inTheWay(err, found)
}

// inTheWay adds to an error what stands already, and the way out.
func (d *Deployment) inTheWay(err error, found []engine.Found) error {
	lines := errorLines(err)
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%s stands already and is in no state of this environment: %s", engine.Label(f.URN), f.ID))
	}
	return &engine.Failure{Lines: append(lines,
		"Either an answer of AWS was lost, or somebody has deployed this environment from another backend.",
		fmt.Sprintf("In the first case, take it into the state: ./ringfence up%s --adopt", d.Flags()))}
}
