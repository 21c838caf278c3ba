package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudtrail"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newTrail makes the trail: every region, and the events of trail_events.go,
// delivered to the bucket with digests and to the log group that the alarms
// watch (controls AUD-01 to AUD-07 and AUD-14).
func (a *audit) newTrail(ctx *pulumi.Context) error {
	var err error
	if a.logGroup, err = secure.NewLogGroup(ctx, secure.LogGroupArgs{
		Setting: a.Setting(),
		Name:    trailName,
		Days:    a.Env.Retention.LogDays,
		Key:     a.key,
	}, pulumi.Parent(a)); err != nil {
		return err
	}
	role, policy, err := a.newDeliveryRole(ctx)
	if err != nil {
		return err
	}
	args := &cloudtrail.TrailArgs{
		Name:                       pulumi.String(a.Names.Of(trailName)),
		S3BucketName:               a.bucket.Name,
		KmsKeyId:                   a.key.ARN,
		CloudWatchLogsGroupArn:     pulumi.Sprintf("%s:*", a.logGroup.Arn),
		CloudWatchLogsRoleArn:      role.Arn,
		EnableLogging:              pulumi.Bool(true),
		EnableLogFileValidation:    pulumi.Bool(true),
		IncludeGlobalServiceEvents: pulumi.Bool(true),
		IsMultiRegionTrail:         pulumi.Bool(true),
	}
	a.chooseEvents(args)
	// CloudTrail checks at once that it can write to bucket and log group.
	a.trail, err = cloudtrail.NewTrail(ctx, trailName, args, pulumi.Parent(a), pulumi.DependsOn([]pulumi.Resource{policy}))
	return err
}

// newDeliveryRole makes the role with which CloudTrail writes to the log group,
// to its own streams only.
func (a *audit) newDeliveryRole(ctx *pulumi.Context) (*iam.Role, *iam.RolePolicy, error) {
	const name = "trail-delivery"
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:                pulumi.String(a.Names.Of(name)),
		Description:         pulumi.String("Delivers the trail to its log group"),
		AssumeRolePolicy:    secure.ServiceTrust(a.Names, cloudTrailService, a.trailARN()).JSON(),
		PermissionsBoundary: a.security.BoundaryARN,
		MaxSessionDuration:  pulumi.Int(3600),
	}, pulumi.Parent(a))
	if err != nil {
		return nil, nil, err
	}
	streams := pulumi.Sprintf("%s:log-stream:%s_CloudTrail_%s*", a.logGroup.Arn, a.Names.Account, a.Names.Region)
	policy, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Name: pulumi.String("delivery"),
		Role: role.Name,
		Policy: iampolicy.Document{Statements: []iampolicy.Statement{{
			Sid:       "WriteTrailStreams",
			Effect:    iampolicy.Allow,
			Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resources: pulumi.StringArray{streams},
		}}}.JSON(),
	}, pulumi.Parent(role))
	return role, policy, err
}
