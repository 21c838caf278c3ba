package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newAuditorGrant lets the auditor read the audit log, what AWS Config recorded,
// and the alarms that could not be delivered.
func (a *audit) newAuditorGrant(ctx *pulumi.Context) error {
	_, err := iam.NewRolePolicy(ctx, "auditor", &iam.RolePolicyArgs{
		Name: pulumi.String("audit-log"),
		Role: secure.RoleName(a.security.AuditorRoleARN),
		Policy: iampolicy.Document{Statements: []iampolicy.Statement{
			{
				Sid:       "ReadAuditBucket",
				Effect:    iampolicy.Allow,
				Actions:   []string{"s3:GetBucketLocation", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"},
				Resources: a.recordBuckets(),
			},
			{
				Sid:       "FollowSearches",
				Effect:    iampolicy.Allow,
				Actions:   []string{"logs:GetQueryResults", "logs:StopQuery"}, // have no resource
				Resources: iampolicy.Strings("*"),
			},
			{
				Sid:       "SearchTrailLog",
				Effect:    iampolicy.Allow,
				Actions:   []string{"logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"},
				Resources: pulumi.StringArray{a.logGroup.Arn, pulumi.Sprintf("%s:*", a.logGroup.Arn)},
			},
			{
				Sid:       "ReadUndeliveredAlarms",
				Effect:    iampolicy.Allow,
				Actions:   []string{"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"},
				Resources: iampolicy.Strings(a.undeliveredARN()),
			},
		}}.JSON(),
	}, pulumi.Parent(a))
	return err
}

// recordBuckets are the buckets with their objects that the auditor reads.
func (a *audit) recordBuckets() pulumi.StringArray {
	buckets := pulumi.StringArray{a.bucket.ARN, pulumi.Sprintf("%s/*", a.bucket.ARN)}
	if a.Env.Features.ConfigRecorder {
		records := a.Names.BucketARN(configBucketName)
		buckets = append(buckets, iampolicy.Strings(records, records+"/*")...)
	}
	return buckets
}
