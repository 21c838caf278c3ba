package data

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newAccessLogBucket makes the bucket for the access logs of the data bucket
// and of the audit stack's bucket, which is named by convention because that
// stack comes later.
func (d *data) newAccessLogBucket(ctx *pulumi.Context) error {
	var err error
	d.accessLogs, err = secure.NewAccessLogBucket(ctx, secure.AccessLogBucketArgs{
		Setting:       d.Setting(),
		Name:          "access-logs",
		Sources:       []string{d.Names.BucketARN("data"), d.Names.BucketARN("audit")},
		BreakGlassARN: d.security.BreakGlassRoleARN,
		KeepDays:      d.Env.Retention.AuditDays,
	}, pulumi.Parent(d))
	return err
}

// newBucket makes the data bucket. Its objects can only be reached through the
// network stack's S3 endpoint (control DAT-14).
func (d *data) newBucket(ctx *pulumi.Context) error {
	var err error
	d.bucket, err = secure.NewBucket(ctx, secure.BucketArgs{
		Setting:        d.Setting(),
		Name:           "data",
		Purpose:        "ml-data",
		Classification: string(d.Env.HighestClassification()),
		Key:            d.key,
		AccessLogs:     d.accessLogs.Name,
		BreakGlassARN:  d.security.BreakGlassRoleARN,
		NoncurrentDays: d.Env.Retention.NoncurrentDays,
		Statements:     d.onlyThroughEndpoint,
	}, pulumi.Parent(d))
	return err
}

// onlyThroughEndpoint denies the data plane to whoever does not come through
// the endpoint, but for the emergency role and for AWS services that act on
// their own or on a caller's behalf. All four conditions must hold for the
// denial: a key that is absent counts as "not the endpoint", "not the role" and
// "not a service".
func (d *data) onlyThroughEndpoint(bucketARN pulumi.StringOutput) []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid:        "DenyOutsideEndpoint",
		Effect:     iampolicy.Deny,
		Principals: iampolicy.Everyone(),
		Actions: []string{
			"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject",
			"s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutObject", "s3:RestoreObject",
		},
		Resources: pulumi.StringArray{bucketARN, pulumi.Sprintf("%s/*", bucketARN)},
		Conditions: []iampolicy.Condition{
			iampolicy.When("StringNotEquals", "aws:SourceVpce", d.network.S3EndpointID),
			iampolicy.When("ArnNotEquals", "aws:PrincipalArn", d.security.BreakGlassRoleARN),
			iampolicy.Is("BoolIfExists", "aws:PrincipalIsAWSService", "false"),
			iampolicy.Is("BoolIfExists", "aws:ViaAWSService", "false"),
		},
	}}
}
