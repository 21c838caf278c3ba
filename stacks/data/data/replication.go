package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

const replication = "replication"

// newReplicationRole makes the role with which S3 copies the data bucket.
func (d *data) newReplicationRole(ctx *pulumi.Context) error {
	if d.Env.Features.ReplicaRegion == "" {
		return nil
	}
	var err error
	d.replicationRole, err = d.newServiceRole(ctx, replication, "Copies the data bucket to another region", "s3.amazonaws.com")
	return err
}

// replicationUse lets the role open what it copies.
func (d *data) replicationUse() []iampolicy.Statement {
	if d.replicationRole == nil {
		return nil
	}
	return []iampolicy.Statement{
		d.throughS3("CopyThroughS3", d.replicationRole, d.Names.ServiceHost("s3"), "kms:Decrypt"),
	}
}

// newReplication copies every new version of every object, and every deletion,
// to the replica (control DAT-26). What a deletion leaves there is the version
// before it.
func (d *data) newReplication(ctx *pulumi.Context) error {
	if d.replicationRole == nil {
		return nil
	}
	policy, err := iam.NewRolePolicy(ctx, replication, &iam.RolePolicyArgs{
		Name:   pulumi.String("replication"),
		Role:   d.replicationRole.Name,
		Policy: replicationPolicy(d.bucket.ARN, d.replica.bucket.ARN).JSON(),
	}, pulumi.Parent(d.replicationRole))
	if err != nil {
		return err
	}
	enabled := pulumi.String("Enabled")
	_, err = s3.NewBucketReplicationConfig(ctx, "data", &s3.BucketReplicationConfigArgs{
		Bucket: d.bucket.Name,
		Role:   d.replicationRole.Arn,
		Rules: s3.BucketReplicationConfigRuleArray{s3.BucketReplicationConfigRuleArgs{
			Id:                      pulumi.String("everything"),
			Status:                  enabled,
			Filter:                  s3.BucketReplicationConfigRuleFilterArgs{Prefix: pulumi.String("")},
			DeleteMarkerReplication: s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs{Status: enabled},
			SourceSelectionCriteria: s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs{
				SseKmsEncryptedObjects: s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs{Status: enabled},
			},
			Destination: s3.BucketReplicationConfigRuleDestinationArgs{
				Bucket: d.replica.bucket.ARN,
				EncryptionConfiguration: s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs{
					ReplicaKmsKeyId: d.replica.key.ARN,
				},
			},
		}},
	}, pulumi.Parent(d), pulumi.DependsOn([]pulumi.Resource{policy, d.replica.bucket}))
	return err
}

// replicationPolicy lets S3 read versions of one bucket and write them to the
// other, and nothing else (Amazon S3 User Guide, "Setting up permissions for live
// replication"). The keys are granted by their own policies.
func replicationPolicy(from, to pulumi.StringOutput) iampolicy.Document {
	return iampolicy.Document{Statements: []iampolicy.Statement{
		{
			Sid:       "LookAtSource",
			Effect:    iampolicy.Allow,
			Actions:   []string{"s3:GetReplicationConfiguration", "s3:ListBucket"},
			Resources: pulumi.StringArray{from},
		},
		{
			Sid:    "ReadVersions",
			Effect: iampolicy.Allow,
			Actions: []string{
				"s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3:GetObjectVersionAcl",
				"s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging",
			},
			Resources: pulumi.StringArray{pulumi.Sprintf("%s/*", from)},
		},
		{
			Sid:       "WriteCopies",
			Effect:    iampolicy.Allow,
			Actions:   []string{"s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"},
			Resources: pulumi.StringArray{pulumi.Sprintf("%s/*", to)},
		},
	}}
}
