package audit

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

const (
	cloudTrailService = "cloudtrail.amazonaws.com"
	// auditBucketName is the middle part of the audit bucket's name.
	auditBucketName = "audit"
)

// newBucket makes the bucket of the audit log: written by CloudTrail for this
// trail only, changed by nobody, locked outside ephemeral environments
// (controls AUD-10 to AUD-13). Beside the log it keeps the pipeline's reports on
// what stands.
func (a *audit) newBucket(ctx *pulumi.Context) error {
	days := a.Env.Retention.AuditDays
	var err error
	a.bucket, err = secure.NewBucket(ctx, secure.BucketArgs{
		Setting:        a.Setting(),
		Name:           auditBucketName,
		Purpose:        "audit-log",
		Classification: "confidential",
		Key:            a.key,
		AccessLogs:     a.data.LogBucketName,
		BreakGlassARN:  a.security.BreakGlassRoleARN,
		NoncurrentDays: days,
		ExpireDays:     days,
		LockMode:       a.Setting().Safeguards.AuditLock,
		LockDays:       days,
		OnlyWriter:     cloudTrailService,
		Annex:          &secure.Annex{Prefix: config.EvidencePrefix, WriterARN: a.security.EvidenceRoleARN},
		Statements:     a.letCloudTrailWrite,
	}, pulumi.Parent(a))
	return err
}

// letCloudTrailWrite lets CloudTrail write for this trail, and nobody but the
// emergency role tamper: also not the deployer, so a longer lock takes that role.
func (a *audit) letCloudTrailWrite(bucketARN pulumi.StringOutput) []iampolicy.Statement {
	forThisTrail := iampolicy.Is("StringEquals", "aws:SourceArn", a.trailARN())
	everything := pulumi.StringArray{bucketARN, pulumi.Sprintf("%s/*", bucketARN)}
	return []iampolicy.Statement{
		{
			Sid:        "LetCloudTrailCheckBucket",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(cloudTrailService),
			Actions:    []string{"s3:GetBucketAcl"},
			Resources:  pulumi.StringArray{bucketARN},
			Conditions: []iampolicy.Condition{forThisTrail},
		},
		{
			Sid:        "LetCloudTrailWrite",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(cloudTrailService),
			Actions:    []string{"s3:PutObject"},
			Resources:  pulumi.StringArray{pulumi.Sprintf("%s/AWSLogs/%s/*", bucketARN, a.Names.Account)},
			Conditions: []iampolicy.Condition{
				forThisTrail,
				// CloudTrail always sends it (CloudTrail User Guide, "Amazon S3
				// bucket policy for CloudTrail").
				iampolicy.Is("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control"),
			},
		},
		{
			Sid:        "DenyTampering",
			Effect:     iampolicy.Deny,
			Principals: iampolicy.Everyone(),
			Actions: []string{
				"s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion",
				"s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning", "s3:PutObjectLegalHold",
				"s3:PutObjectRetention",
			},
			Resources: everything,
			Conditions: []iampolicy.Condition{
				iampolicy.When("ArnNotEquals", "aws:PrincipalArn", a.security.BreakGlassRoleARN),
			},
		},
	}
}
