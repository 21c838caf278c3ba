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
// "not a service". Deployers may list from anywhere: S3 asks for that permission
// when Pulumi looks whether the bucket is there.
func (d *data) onlyThroughEndpoint(bucketARN pulumi.StringOutput) []iampolicy.Statement {
	outside := func(sid string, resource pulumi.StringInput, but pulumi.StringArray, actions ...string) iampolicy.Statement {
		return iampolicy.Statement{
			Sid:        sid,
			Effect:     iampolicy.Deny,
			Principals: iampolicy.Everyone(),
			Actions:    actions,
			Resources:  pulumi.StringArray{resource},
			Conditions: []iampolicy.Condition{
				iampolicy.When("StringNotEquals", "aws:SourceVpce", d.network.S3EndpointID),
				iampolicy.When("ArnNotEquals", "aws:PrincipalArn", but...),
				iampolicy.Is("BoolIfExists", "aws:PrincipalIsAWSService", "false"),
				iampolicy.Is("BoolIfExists", "aws:ViaAWSService", "false"),
			},
		}
	}
	emergency := pulumi.StringArray{d.security.BreakGlassRoleARN}
	return []iampolicy.Statement{
		outside("DenyObjectsOutsideEndpoint", pulumi.Sprintf("%s/*", bucketARN), emergency,
			"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectTagging", "s3:DeleteObjectVersion",
			"s3:GetObject", "s3:GetObjectAttributes", "s3:GetObjectTagging", "s3:GetObjectVersion",
			"s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging", "s3:RestoreObject"),
		outside("DenyListingOutsideEndpoint", bucketARN, append(emergency, iampolicy.Strings(d.Env.Access.Deployers...)...),
			"s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"),
	}
}
