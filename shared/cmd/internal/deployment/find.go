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
	"github.com/ringfence/ringfence/shared/names"
)

// find looks in AWS for what creations of a stack have left and its state can take
// in. Others says, in lines, what stands but is in the state of another deployment
// of the environment.
func (d *Deployment) find(
	ctx context.Context, g *ground, stack graph.Name, creations []state.Creation,
) (found []engine.Found, others []string, err error) {
	cfg, err := d.awsOf(ctx, g)
	if err != nil {
		return nil, nil, err
	}
	survey, err := d.look(ctx, g)
	if err != nil {
		return nil, nil, err
	}
	unknown, err := d.unknown(ctx, survey, cfg)
	if err != nil {
		return nil, nil, err
	}
	found, err = adoption.Finder{
		AWS: cfg, Names: names.New(d.Name, d.Environment.AccountID, d.Environment.Region),
		Environment: d.Environment.Name, Unknown: unknown,
	}.Find(ctx, creations)
	if err != nil || len(found) == 0 {
		return nil, nil, err
	}
	if found, err = fitting(survey[stack].Deployment, found); err != nil {
		return nil, nil, err
	}
	return d.ownerless(ctx, survey, found)
}

// fitting returns what a state can take in: what it does not hold under the same
// URN, such as a resource that is being replaced, and whose provider and parent it
// has, or gets with it. A stack that was never deployed has none.
func fitting(deployment state.Deployment, found []engine.Found) ([]engine.Found, error) {
	held, err := deployment.URNs()
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(slices.Clone(found), func(f engine.Found) bool {
		provider := f.ProviderURN()
		return held[f.URN] || provider != "" && !held[provider]
	})
	for before := -1; len(found) != before; {
		before = len(found)
		has := func(urn string) bool {
			return urn == "" || engine.IsStack(urn) || held[urn] || slices.Contains(urns(found), urn)
		}
		var fits []engine.Found
		for _, f := range found {
			if has(f.Parent) {
				fits = append(fits, f)
			}
		}
		found = fits
	}
	return found, nil
}

// ownerless returns what is in no state of the environment, under any name of its
// stacks, and says of the rest where it is: a name in IAM, an alias or a bucket is
// there once in an account, whoever made it.
func (d *Deployment) ownerless(
	ctx context.Context, own Survey, found []engine.Found,
) (free []engine.Found, others []string, err error) {
	if len(found) == 0 {
		return nil, nil, nil
	}
	owners := map[state.Held]string{}
	if err := own.owners(d.Name, owners); err != nil {
		return nil, nil, err
	}
	names, err := d.Names(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		survey, err := d.Named(name).Survey(ctx)
		if err != nil {
			return nil, nil, err
		}
		if err := survey.owners(name, owners); err != nil {
			return nil, nil, err
		}
	}
	for _, f := range found {
		owner, owned := owners[state.Held{Type: f.Type, ID: f.ID}]
		if !owned && strings.HasPrefix(f.ID, "arn:") {
			owner, owned = owners[state.Held{ARN: f.ID}]
		}
		if owned {
			others = append(others, fmt.Sprintf("%s stands already and is in the state of the stacks named %q: %s", engine.Label(f.URN), owner, f.ID))
			if f.Type == identityProvider {
				others = append(others, "An account has one identity provider for GitHub: let github.providerArn in "+d.File()+
					" name one that no stack of this environment makes")
			}
			continue
		}
		free = append(free, f)
	}
	return free, others, nil
}

const identityProvider = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

// owners notes under which name the states of a survey hold a resource, by its type
// and id, and by its ARN.
func (s Survey) owners(name string, owners map[state.Held]string) error {
	for _, known := range s {
		contents, err := known.Deployment.Contents()
		if err != nil {
			return err
		}
		for _, h := range contents.Held {
			owners[state.Held{Type: h.Type, ID: h.ID}] = name
			if h.ARN != "" {
				owners[state.Held{ARN: h.ARN}] = name
			}
		}
	}
	return nil
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
	known, err := survey.IDs()
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
		ids, err := other.IDs()
		if err != nil {
			return nil, err
		}
		known = append(known, ids...)
	}
	return belongings.Unknown(ctx, cfg, unknown, known), nil
}

// IDs are the ids and ARNs that the states of a survey hold.
func (s Survey) IDs() ([]string, error) {
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
