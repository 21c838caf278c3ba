package janitor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/ringfence/ringfence/shared/backend"
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
	tagged, err := tagged(ctx, cfg, j.Site.Environment.Name)
	if err != nil {
		return nil, err
	}
	for _, arn := range tagged {
		if known[arn] || known[lastPart(arn)] || going(ctx, cfg, arn) {
			continue
		}
		orphans = append(orphans, arn)
	}
	slices.Sort(orphans)
	return orphans, nil
}

// known are the ids and ARNs in the states of all names, other environments'
// among them: a copied tag makes nobody an orphan.
func (j Janitor) known(ctx context.Context, names []string) (map[string]bool, error) {
	known := map[string]bool{}
	for _, name := range names {
		survey, err := j.Site.Named(name).Survey(ctx)
		if err != nil {
			return nil, err
		}
		for _, stack := range survey {
			contents, err := stack.Deployment.Contents()
			if err != nil {
				return nil, err
			}
			for _, id := range contents.IDs {
				known[strings.TrimSuffix(id, ":*")] = true
			}
		}
	}
	return known, nil
}

// tagged are the ARNs of what carries the tags of an environment; see package
// program. The place of its state is left out: no state knows it, and whoever
// deleted it would lose them all.
func tagged(ctx context.Context, cfg aws.Config, environment string) ([]string, error) {
	var arns []string
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(resourcegroupstaggingapi.NewFromConfig(cfg),
		&resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{
			{Key: aws.String("ControlSet"), Values: []string{"ringfence"}},
			{Key: aws.String("Environment"), Values: []string{environment}},
		}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("asking AWS what carries the tags of environment %s: %w", environment, err)
		}
		for _, r := range page.ResourceTagMappingList {
			if !slices.ContainsFunc(r.Tags, ofBootstrap) {
				arns = append(arns, aws.ToString(r.ResourceARN))
			}
		}
	}
	return arns, nil
}

// ofBootstrap reports whether a tag says that bootstrap made what carries it.
func ofBootstrap(tag types.Tag) bool {
	return aws.ToString(tag.Key) == "ManagedBy" && aws.ToString(tag.Value) == backend.ManagedBy
}

// lastPart is what follows the last slash or colon of an ARN: for most
// resources, their id.
func lastPart(arn string) string { return arn[strings.LastIndexAny(arn, "/:")+1:] }

// going reports whether an ARN is of a key that waits for its deletion, as every
// key of a destroyed environment does for at least seven days.
func going(ctx context.Context, cfg aws.Config, arn string) bool {
	if parts := strings.SplitN(arn, ":", 4); len(parts) < 4 || parts[2] != "kms" {
		return false
	}
	key, err := kms.NewFromConfig(cfg).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &arn})
	return err == nil && key.KeyMetadata.KeyState == kmstypes.KeyStatePendingDeletion
}
