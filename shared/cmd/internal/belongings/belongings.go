// Package belongings asks AWS what belongs to an environment.
//
// Its rule: what belongs to an environment carries its tags (package program), and
// AWS is asked for them, never a state. AWS lists them by region, and knows no tags
// of IAM there.
package belongings

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
)

// Thing is a resource that carries the tags of an environment.
type Thing struct {
	ARN string
	// Name is its tag Name; empty where it has none.
	Name string
}

// Of returns what carries the tags of an environment. The place of its state is left
// out: no state knows it, and whoever deleted it would lose them all.
func Of(ctx context.Context, cfg aws.Config, environment string) ([]Thing, error) {
	var things []Thing
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(resourcegroupstaggingapi.NewFromConfig(cfg),
		&resourcegroupstaggingapi.GetResourcesInput{
			ResourcesPerPage: aws.Int32(100), // the most there can be
			TagFilters: []types.TagFilter{
				{Key: aws.String("ControlSet"), Values: []string{"ringfence"}},
				{Key: aws.String("Environment"), Values: []string{environment}},
			},
		})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("asking AWS what carries the tags of environment %s: %w", environment, err)
		}
		for _, r := range page.ResourceTagMappingList {
			if slices.ContainsFunc(r.Tags, ofBootstrap) {
				continue
			}
			thing := Thing{ARN: aws.ToString(r.ResourceARN)}
			for _, tag := range r.Tags {
				if aws.ToString(tag.Key) == "Name" {
					thing.Name = aws.ToString(tag.Value)
				}
			}
			things = append(things, thing)
		}
	}
	return things, nil
}

// Unknown returns the things whose ids and ARNs are in no state, without those that
// are on their way out.
func Unknown(ctx context.Context, cfg aws.Config, things []Thing, known []string) []Thing {
	held := map[string]bool{}
	for _, id := range known {
		held[strings.TrimSuffix(id, ":*")] = true
	}
	var unknown []Thing
	for _, t := range things {
		if !held[t.ARN] && !held[t.ID()] && !going(ctx, cfg, t.ARN) {
			unknown = append(unknown, t)
		}
	}
	return unknown
}

// ID is what follows the last slash or colon of the ARN: for most resources, their
// id.
func (t Thing) ID() string { return t.ARN[strings.LastIndexAny(t.ARN, "/:")+1:] }

// ofBootstrap reports whether a tag says that bootstrap made what carries it.
func ofBootstrap(tag types.Tag) bool {
	return aws.ToString(tag.Key) == "ManagedBy" && aws.ToString(tag.Value) == backend.ManagedBy
}

// going reports whether an ARN is of a key that waits for its deletion, as every
// key of a destroyed environment does for at least seven days.
func going(ctx context.Context, cfg aws.Config, arn string) bool {
	if parts := strings.SplitN(arn, ":", 4); len(parts) < 4 || parts[2] != "kms" {
		return false
	}
	key, err := kms.NewFromConfig(cfg).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &arn})
	return err == nil && key.KeyMetadata.KeyState == kmstypes.KeyStatePendingDeletion
}
