package data

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// objectAccess is all that reads or changes an object. Replication is among it:
// nothing is copied into a bucket of this stack but by the replication role.
var objectAccess = []string{
	"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectTagging", "s3:DeleteObjectVersion",
	"s3:DeleteObjectVersionTagging", "s3:GetObject", "s3:GetObjectAttributes", "s3:GetObjectTagging",
	"s3:GetObjectVersion", "s3:GetObjectVersionAttributes", "s3:GetObjectVersionTagging",
	"s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging",
	"s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags", "s3:RestoreObject",
}

// bucketPolicy is what the data bucket denies beyond what every bucket does.
func (d *data) bucketPolicy(bucketARN pulumi.StringOutput) []iampolicy.Statement {
	return slices.Concat(d.onlyThroughEndpoint(bucketARN), d.onlyScanned(bucketARN), d.lockStays(bucketARN))
}

// onlyThroughEndpoint denies the data plane to whoever does not come through
// the endpoint, but for the emergency role and for AWS services that act on
// their own, on a caller's behalf or with a role of this stack (control DAT-14).
// All four conditions must hold for the denial: a key that is absent counts as
// "not the endpoint", "not the role" and "not a service". Whoever runs Pulumi may
// list from anywhere: S3 asks for that permission when Pulumi looks whether the
// bucket is there.
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
	outsiders := pulumi.StringArray{d.security.BreakGlassRoleARN}
	for _, role := range []*iam.Role{d.scanRole, d.replicationRole} {
		if role != nil {
			outsiders = append(outsiders, role.Arn)
		}
	}
	return []iampolicy.Statement{
		outside("DenyObjectsOutsideEndpoint", pulumi.Sprintf("%s/*", bucketARN), outsiders, objectAccess...),
		outside("DenyListingOutsideEndpoint", bucketARN, slices.Concat(outsiders, d.pulumiRoles()),
			"s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"),
	}
}

// pulumiRoles are the roles that run Pulumi on this stack.
func (d *data) pulumiRoles() pulumi.StringArray {
	deploy := lookup(d.security.DeployRoleARNs, string(graph.Data), "stack data has no role that deploys it: deploy stack security first")
	return append(iampolicy.Strings(d.Env.Access.Deployers...), deploy, d.security.PreviewRoleARN, d.security.DriftRoleARN)
}

// lockStays keeps everyone but the emergency role from deleting a locked object,
// which a governance lock would let whoever may bypass it, and from changing its
// lock (control DAT-17).
func (d *data) lockStays(bucketARN pulumi.StringOutput) []iampolicy.Statement {
	if d.Env.Features.DataLockDays == 0 {
		return nil
	}
	return []iampolicy.Statement{{
		Sid:        "DenyUnlocking",
		Effect:     iampolicy.Deny,
		Principals: iampolicy.Everyone(),
		Actions:    []string{"s3:BypassGovernanceRetention", "s3:PutObjectLegalHold", "s3:PutObjectRetention"},
		Resources:  pulumi.StringArray{pulumi.Sprintf("%s/*", bucketARN)},
		Conditions: []iampolicy.Condition{iampolicy.When("ArnNotEquals", "aws:PrincipalArn", d.security.BreakGlassRoleARN)},
	}}
}
