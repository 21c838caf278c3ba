package deployment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/cmd/internal/account"
	"github.com/ringfence/ringfence/shared/cmd/internal/adoption"
	"github.com/ringfence/ringfence/shared/cmd/internal/belongings"
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
	known := g.survey[stack]
	if known.CutOff() {
		if err := d.settleCutOff(ctx, g, stack, job, known.Stack); err != nil {
			return engine.Result{}, err
		}
	}
	if err := d.beforehand(ctx, g, stack, job, adopt); err != nil {
		return engine.Result{}, err
	}
	result, err := g.engine.Up(ctx, job)
	for n := 0; err != nil && len(result.Existing) > 0 && ctx.Err() == nil; n++ {
		found, searched := d.find(ctx, g, result.Existing)
		switch {
		case searched != nil:
			return result, fmt.Errorf("%w\n%w", err, searched)
		case len(found) == 0:
			return result, err
		case !adopt || n == mostAdoptions:
			return result, d.inTheWay(err, found)
		}
		if failed := d.adopt(ctx, g, stack, job, found); failed != nil {
			return result, fmt.Errorf("%w\n%w", err, failed)
		}
		if failed := d.discard(ctx, g, stack, job, urns(found)); failed != nil {
			return result, fmt.Errorf("%w\n%w", err, failed)
		}
		job.Presence = engine.Present
		created := result.Created
		result, err = g.engine.Up(ctx, job)
		result.Created += created
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
	found, err := d.find(ctx, g, foreseen.Creations)
	switch {
	case err != nil || len(found) == 0:
		return err
	case !adopt:
		return d.inTheWay(nil, found)
	}
	if err := d.adopt(ctx, g, stack, job, found); err != nil {
		return err
	}
	return d.discard(ctx, g, stack, job, urns(found))
}

// settleCutOff makes the state of a stack say what stands, after a deployment of
// which nobody knows the end.
func (d *Deployment) settleCutOff(ctx context.Context, g *ground, stack graph.Name, job engine.Job, known state.Stack) error {
	creations, err := known.Deployment.Creations()
	if err != nil {
		return err
	}
	d.Console.Line("%s: the last deployment was cut off: reading what stands", stack)
	fresh := known.Unfinished
	if len(creations) > 0 {
		found, err := d.find(ctx, g, creations)
		if err != nil {
			return err
		}
		if err := d.adopt(ctx, g, stack, job, found); err != nil {
			return err
		}
		fresh = append(fresh, urns(found)...)
	}
	if err := g.engine.Settle(ctx, job); err != nil {
		return err
	}
	return d.discard(ctx, g, stack, job, fresh)
}

// createdOpen are the types that AWS creates open, and that only their creation
// closes: a security group comes with a rule that lets everything out. What was not
// finished is made anew; AWS deletes no group that anything uses.
var createdOpen = []string{"aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"}

// discard deletes what stands open of the resources that were just created or
// found.
func (d *Deployment) discard(ctx context.Context, g *ground, stack graph.Name, job engine.Job, fresh []string) error {
	var open []string
	for _, urn := range fresh {
		if slices.ContainsFunc(createdOpen, func(kind string) bool { return strings.Contains(urn, kind+"::") }) {
			open = append(open, urn)
		}
	}
	if len(open) == 0 {
		return nil
	}
	for _, urn := range open {
		d.Console.Line("%s: %s was not finished: it is made anew", stack, engine.Label(urn))
	}
	return g.engine.Discard(ctx, job, open)
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
		return fmt.Errorf("taking into the state what stands already: %w", err)
	}
	for _, f := range found {
		d.Console.Line("%s: took %s (%s) into the state", stack, engine.Label(f.URN), f.ID)
	}
	return nil
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

// find looks in AWS for what creations have left.
func (d *Deployment) find(ctx context.Context, g *ground, creations []state.Creation) ([]engine.Found, error) {
	cfg, err := d.awsOf(ctx, g)
	if err != nil {
		return nil, err
	}
	survey, err := d.look(ctx, g)
	if err != nil {
		return nil, err
	}
	unknown, err := d.unknown(ctx, survey, cfg)
	if err != nil {
		return nil, err
	}
	return adoption.Finder{
		AWS: cfg, Account: d.Environment.AccountID, Environment: d.Environment.Name, Unknown: unknown,
	}.Find(ctx, creations)
}

func (d *Deployment) awsOf(ctx context.Context, g *ground) (aws.Config, error) {
	if d.Emulated() {
		return account.Emulated(g.emulator.Endpoint, d.Environment.Region, Keys), nil
	}
	return account.Real(ctx, d.Environment.Region)
}

// unknown is what carries the environment's tags and is in the state of no stack,
// whatever name it was deployed under. The survey is of this deployment, as it
// stands now.
func (d *Deployment) unknown(ctx context.Context, survey Survey, cfg aws.Config) ([]belongings.Thing, error) {
	things, err := belongings.Of(ctx, cfg, d.Environment.Name)
	if err != nil {
		return nil, err
	}
	known, err := survey.ids()
	if err != nil {
		return nil, err
	}
	unknown := belongings.Unknown(ctx, cfg, things, known)
	if len(unknown) == 0 {
		return nil, nil
	}
	names, err := d.Names(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		other, err := d.Named(name).Survey(ctx)
		if err != nil {
			return nil, err
		}
		ids, err := other.ids()
		if err != nil {
			return nil, err
		}
		known = append(known, ids...)
	}
	return belongings.Unknown(ctx, cfg, unknown, known), nil
}

// ids are the ids and ARNs that the states of a survey hold.
func (s Survey) ids() ([]string, error) {
	var ids []string
	for _, known := range s {
		contents, err := known.Deployment.Contents()
		if err != nil {
			return nil, err
		}
		ids = append(ids, contents.IDs...)
	}
	return ids, nil
}

// leftBehind adds to a report what AWS has and no state knows, where the run may
// have left it: a call whose answer is lost is made again, and what has no name of
// its own is there twice then.
func (d *Deployment) leftBehind(ctx context.Context, g *ground, report *Report) {
	created := 0
	for _, s := range report.Stacks {
		created += s.Created
	}
	if created == 0 || ctx.Err() != nil {
		return
	}
	cfg, err := d.awsOf(ctx, g)
	var survey Survey
	if err == nil {
		survey, err = d.look(ctx, g)
	}
	var unknown []belongings.Thing
	if err == nil {
		unknown, err = d.unknown(ctx, survey, cfg)
	}
	if err != nil {
		d.Console.Line("whether AWS has anything that no state knows could not be found out: %s", strings.TrimSpace(err.Error()))
		return
	}
	for _, thing := range unknown {
		report.LeftBehind = append(report.LeftBehind, thing.ARN)
	}
}
