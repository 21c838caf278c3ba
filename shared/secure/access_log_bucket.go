package secure

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// AccessLogBucketArgs describes the bucket that receives S3 access logs.
type AccessLogBucketArgs struct {
	Setting
	// Name is the middle part of the bucket's name.
	Name string
	// Sources are the ARNs of the buckets whose access is logged.
	Sources []string
	// BreakGlassARN is the only role that may delete the bucket.
	BreakGlassARN pulumi.StringInput
	// KeepDays is how long the logs are kept, 365 or more.
	KeepDays int
}

// NewAccessLogBucket registers the bucket that receives S3 access logs. Only
// the logging service may write to it, and only for the named buckets (control
// DAT-21; Amazon S3 User Guide, "Permissions for log delivery").
func NewAccessLogBucket(ctx *pulumi.Context, args AccessLogBucketArgs, opts ...pulumi.ResourceOption) (*Bucket, error) {
	const service = "logging.s3.amazonaws.com"
	return NewBucket(ctx, BucketArgs{
		Setting:         args.Setting,
		Name:            args.Name,
		Purpose:         "s3-access-logs",
		BreakGlassARN:   args.BreakGlassARN,
		NoncurrentDays:  30,
		ExpireDays:      args.KeepDays,
		OnlyWriter:      service,
		accessLogTarget: true,
		Statements: func(arn pulumi.StringOutput) []iampolicy.Statement {
			objects := pulumi.StringArray{pulumi.Sprintf("%s/*", arn)}
			return []iampolicy.Statement{
				{
					Sid:        "AllowLogDelivery",
					Effect:     iampolicy.Allow,
					Principals: iampolicy.Services(service),
					Actions:    []string{"s3:PutObject"},
					Resources:  objects,
					Conditions: []iampolicy.Condition{
						iampolicy.Is("ArnEquals", "aws:SourceArn", args.Sources...),
						iampolicy.Is("StringEquals", "aws:SourceAccount", args.Names.Account),
					},
				},
			}
		},
	}, opts...)
}
