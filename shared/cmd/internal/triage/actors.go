package triage

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
)

const (
	// patience bounds all questions together: AWS answers two a second.
	patience = 30 * time.Second
	// global is where CloudTrail records what is done in IAM, which has no
	// region (AWS CloudTrail User Guide, "About global service events").
	global = "us-east-1"
)

// Name notes at every drifted resource who has changed it since the deployment,
// the gravest first, as far as CloudTrail tells in a moment. What it does not
// tell stays unknown: an answer is worth having, and no drift is kept back for
// want of one.
func Name(ctx context.Context, cfg aws.Config, drift *deployment.Drift) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, d := range Gravest(*drift) {
		stack := find(drift, d)
		since, err := stack.Recorded.Modified()
		if err != nil {
			return
		}
		actor, err := lookUp(ctx, cfg, d.Drift, since)
		if err != nil {
			return // the next question would end alike
		}
		for i := range stack.Drifts {
			if stack.Drifts[i].URN == d.URN {
				stack.Drifts[i].By = actor
			}
		}
	}
}

// find returns the stack of a drifted resource.
func find(drift *deployment.Drift, d Drifted) *deployment.StackDrift {
	for i := range drift.Stacks {
		if drift.Stacks[i].Stack == d.Stack {
			return &drift.Stacks[i]
		}
	}
	return &deployment.StackDrift{}
}

// lookUp asks for the last change of a resource, by its id and then by the last
// part of it: events name some resources by ARN and some by name.
func lookUp(ctx context.Context, cfg aws.Config, d shadow.Drift, since time.Time) (*shadow.Actor, error) {
	client := cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) {
		if strings.HasPrefix(d.Type, "aws:iam/") && !strings.HasPrefix(o.Region, "us-gov-") {
			o.Region = global
		}
	})
	names := []string{d.ID}
	if short := d.ID[strings.LastIndexAny(d.ID, "/:")+1:]; short != "" && short != d.ID {
		names = append(names, short)
	}
	for _, name := range names {
		found, err := client.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			StartTime: &since,
			LookupAttributes: []types.LookupAttribute{
				{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: &name},
			},
		})
		if err != nil {
			return nil, err
		}
		for _, event := range found.Events { // the newest first
			if aws.ToString(event.ReadOnly) == "false" && event.EventTime != nil {
				return &shadow.Actor{
					Name: aws.ToString(event.Username), Event: aws.ToString(event.EventName), Time: event.EventTime.UTC(),
				}, nil
			}
		}
	}
	return nil, nil
}
