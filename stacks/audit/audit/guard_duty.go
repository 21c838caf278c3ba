package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/guardduty"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newGuardDuty looks for threats in the account's own events, and in every access
// to an object (control AUD-36).
func (a *audit) newGuardDuty(ctx *pulumi.Context) error {
	detector, err := guardduty.NewDetector(ctx, "detector", &guardduty.DetectorArgs{
		Enable:                     pulumi.Bool(true),
		FindingPublishingFrequency: pulumi.String("FIFTEEN_MINUTES"),
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	_, err = guardduty.NewDetectorFeature(ctx, "s3", &guardduty.DetectorFeatureArgs{
		DetectorId: detector.ID(),
		Name:       pulumi.String("S3_DATA_EVENTS"),
		Status:     pulumi.String("ENABLED"),
	}, pulumi.Parent(detector))
	return err
}
