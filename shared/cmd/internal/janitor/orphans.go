package janitor

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/cmd/internal/belongings"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

// lookForOrphans adds them to the report. What was destroyed before stays told
// where AWS does not answer.
func (j Janitor) lookForOrphans(ctx context.Context, cfg aws.Config, names []string, report *Report) {
	orphans, err := j.orphans(ctx, cfg, names)
	switch {
	case ctx.Err() != nil:
		report.Result = estate.Interrupted
	case err != nil:
		report.Result, report.Unseen = estate.Failed, err.Error()
	default:
		report.Orphans = orphans
	}
}

// orphans are the ARNs of what carries the tags of the environment and no state
// knows. AWS lists them for the region of the environment; it knows no tags of
// IAM roles there.
func (j Janitor) orphans(ctx context.Context, cfg aws.Config, names []string) ([]string, error) {
	orphans := []string{}
	known, err := j.known(ctx, names)
	if err != nil {
		return nil, err
	}
	things, err := belongings.Of(ctx, cfg, j.Site.Environment.Name)
	if err != nil {
		return nil, err
	}
	for _, thing := range belongings.Unknown(ctx, cfg, things, known) {
		orphans = append(orphans, thing.ARN)
	}
	slices.Sort(orphans)
	return orphans, nil
}

// known are the ids and ARNs in the states of all names, other environments'
// among them: a copied tag makes nobody an orphan.
func (j Janitor) known(ctx context.Context, names []string) ([]string, error) {
	var known []string
	for _, name := range names {
		survey, err := j.Site.Named(name).Survey(ctx)
		if err != nil {
			return nil, err
		}
		ids, err := survey.IDs()
		if err != nil {
			return nil, err
		}
		known = append(known, ids...)
	}
	return known, nil
}
