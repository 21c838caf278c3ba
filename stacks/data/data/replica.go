package data

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// replica is the copy of the data bucket in another region, with a key and an
// access-log bucket of its own there: S3 encrypts with keys of the bucket's
// region, and delivers access logs within it.
type replica struct {
	pulumi.ResourceState

	key    *secure.Key
	bucket *secure.Bucket
}

// newReplica makes the replica (control DAT-26). It is as hard to delete as the
// data bucket, and locked as long.
func (d *data) newReplica(ctx *pulumi.Context) error {
	region := d.Env.Features.ReplicaRegion
	if region == "" {
		return nil
	}
	provider, err := d.ProviderIn(ctx, region, d)
	if err != nil {
		return err
	}
	d.replica = &replica{}
	if err := ctx.RegisterComponentResource("ringfence:data:Replica", "replica", d.replica, pulumi.Parent(d), provider); err != nil {
		return err
	}
	setting := d.Setting()
	setting.Names.Region = region
	if err := d.replica.provision(ctx, d, setting); err != nil {
		return err
	}
	return ctx.RegisterResourceOutputs(d.replica, pulumi.Map{"bucket": d.replica.bucket.Name})
}

func (r *replica) provision(ctx *pulumi.Context, d *data, setting secure.Setting) error {
	var err error
	r.key, err = secure.NewKey(ctx, secure.KeyArgs{
		Setting:     setting,
		Name:        "replica",
		Description: "Encrypts the replica of the data bucket",
		Uses: []iampolicy.Statement{
			d.throughS3("WriteThroughS3", d.replicationRole, setting.Names.ServiceHost("s3"), "kms:Encrypt", "kms:GenerateDataKey"),
		},
	}, pulumi.Parent(r))
	if err != nil {
		return err
	}
	logs, err := secure.NewAccessLogBucket(ctx, secure.AccessLogBucketArgs{
		Setting:       setting,
		Name:          "replica-logs",
		Sources:       []string{setting.Names.BucketARN("replica")},
		BreakGlassARN: d.security.BreakGlassRoleARN,
		KeepDays:      d.Env.Retention.AuditDays,
	}, pulumi.Parent(r))
	if err != nil {
		return err
	}
	args := d.bucketArgs("replica", setting, r.key, logs)
	args.Statements = d.onlyForReplication
	r.bucket, err = secure.NewBucket(ctx, args, pulumi.Parent(r))
	return err
}

// onlyForReplication denies the copies to everyone but S3's replication and the
// emergency role: there is no endpoint in that region to come through.
func (d *data) onlyForReplication(bucketARN pulumi.StringOutput) []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid:        "DenyAllButReplication",
		Effect:     iampolicy.Deny,
		Principals: iampolicy.Everyone(),
		Actions:    objectAccess,
		Resources:  pulumi.StringArray{pulumi.Sprintf("%s/*", bucketARN)},
		Conditions: []iampolicy.Condition{
			iampolicy.When("ArnNotEquals", "aws:PrincipalArn", d.replicationRole.Arn, d.security.BreakGlassRoleARN),
		},
	}}
}
