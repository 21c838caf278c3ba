package data

import (
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
)

// Replication reads versions here and writes copies there, and nothing else.
func TestVerdictReplicationOnlyCopies(t *testing.T) {
	r := full(t)
	copier := role("replication")
	own := []*iameval.Policy{policyOf(t, r, "aws:iam/rolePolicy:RolePolicy", "replication", iameval.IdentityPolicy)}
	source := iameval.Environment{Identity: own, Resource: policyOf(t, r, "aws:s3/bucketPolicy:BucketPolicy", "data", iameval.BucketPolicy)}
	answers(t, source, []question{
		{"look at the source", copier, "s3:ListBucket", dataBucket, outside, "allow by statement LookAtSource"},
		{"read a version", copier, "s3:GetObjectVersionForReplication", dataBucket + "/raw/x", outside, "allow by statement ReadVersions"},
		{"read its tags", copier, "s3:GetObjectVersionTagging", dataBucket + "/raw/x", outside, "allow by statement ReadVersions"},
		{"read as a workload does", copier, "s3:GetObject", dataBucket + "/raw/x", outside, "explicit deny by statement DenyUnscannedObjects"},
		{"write to the source", copier, "s3:PutObject", dataBucket + "/raw/x", outside, "implicit deny"},
		{"delete from the source", copier, "s3:DeleteObject", dataBucket + "/raw/x", outside, "implicit deny"},
	})
	target := iameval.Environment{Identity: own, Resource: policyOf(t, r, "aws:s3/bucketPolicy:BucketPolicy", "replica", iameval.BucketPolicy)}
	answers(t, target, []question{
		{"write a copy", copier, "s3:ReplicateObject", copyBucket + "/raw/x", outside, "allow by statement WriteCopies"},
		{"copy a deletion", copier, "s3:ReplicateDelete", copyBucket + "/raw/x", outside, "allow by statement WriteCopies"},
		{"read a copy", copier, "s3:GetObject", copyBucket + "/raw/x", outside, "implicit deny"},
		{"delete a copy for good", copier, "s3:DeleteObjectVersion", copyBucket + "/raw/x", outside, "implicit deny"},
	})
}

// The replica has no endpoint to come through, so nobody works with it.
func TestVerdictReplicaIsShut(t *testing.T) {
	r := full(t)
	target := iameval.Environment{
		Identity: []*iameval.Policy{everything(t)},
		Resource: policyOf(t, r, "aws:s3/bucketPolicy:BucketPolicy", "replica", iameval.BucketPolicy),
	}
	const denied = "explicit deny by statement DenyAllButReplication"
	answers(t, target, []question{
		{"workload reads", role("t1"), "s3:GetObject", copyBucket + "/raw/x", outside, denied},
		{"deployer writes", role("deploy-data"), "s3:PutObject", copyBucket + "/raw/x", outside, denied},
		{"anybody replicates", role("deploy-data"), "s3:ReplicateObject", copyBucket + "/raw/x", outside, denied},
		{"anybody deletes", role("deploy-data"), "s3:DeleteObjectVersion", copyBucket + "/raw/x", outside, denied},
		{"deployer deletes the bucket", role("deploy-data"), "s3:DeleteBucket", copyBucket, outside, "explicit deny by statement DenyBucketDeletion"},
		{"emergency", role("break-glass"), "s3:GetObject", copyBucket + "/raw/x", outside, "allow"},
		{"deployer looks for the bucket", role("deploy-data"), "s3:ListBucket", copyBucket, outside, "allow"},
	})
	key := iameval.Environment{Resource: policyOf(t, r, "aws:kms/key:Key", "replica", iameval.KeyPolicy)}
	there := iameval.Context{"kms:ViaService": {"s3.us-gov-east-1.amazonaws.com"}}
	here := iameval.Context{"kms:ViaService": {"s3.us-gov-west-1.amazonaws.com"}}
	answers(t, key, []question{
		{"replication writes", role("replication"), "kms:Encrypt", copyKey, there, "allow by statement WriteThroughS3"},
		{"replication reads back", role("replication"), "kms:Decrypt", copyKey, there, "implicit deny"},
		{"replication in the other region", role("replication"), "kms:Encrypt", copyKey, here, "implicit deny"},
		{"workload", role("t1"), "kms:Decrypt", copyKey, there, "implicit deny"},
	})
	key.Resource = policyOf(t, r, "aws:kms/key:Key", "data", iameval.KeyPolicy)
	answers(t, key, []question{
		{"replication reads the source", role("replication"), "kms:Decrypt", dataKey, here, "allow by statement CopyThroughS3"},
		{"replication writes to the source", role("replication"), "kms:GenerateDataKey", dataKey, here, "implicit deny"},
	})
}
