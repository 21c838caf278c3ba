package data

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/secure"
)

// newAccessLogBucket makes the bucket for the access logs of the data bucket
// and of the audit stack's buckets, which are named by convention because that
// stack comes later.
func (d *data) newAccessLogBucket(ctx *pulumi.Context) error {
	sources := []string{d.Names.BucketARN("data"), d.Names.BucketARN("audit")}
	if d.Env.Features.ConfigRecorder {
		sources = append(sources, d.Names.BucketARN("config"))
	}
	var err error
	d.accessLogs, err = secure.NewAccessLogBucket(ctx, secure.AccessLogBucketArgs{
		Setting:       d.Setting(),
		Name:          "access-logs",
		Sources:       sources,
		BreakGlassARN: d.security.BreakGlassRoleARN,
		KeepDays:      d.Env.Retention.AuditDays,
	}, pulumi.Parent(d))
	return err
}

// newBucket makes the data bucket.
func (d *data) newBucket(ctx *pulumi.Context) error {
	args := d.bucketArgs("data", d.Setting(), d.key, d.accessLogs)
	args.Statements = d.bucketPolicy
	var err error
	d.bucket, err = secure.NewBucket(ctx, args, pulumi.Parent(d))
	return err
}

// bucketArgs are what the data bucket and its replica have in common. A lock is
// in governance mode, so that what must be deleted by law can be, in an emergency
// (control DAT-17).
func (d *data) bucketArgs(name string, setting secure.Setting, key *secure.Key, logs *secure.Bucket) secure.BucketArgs {
	args := secure.BucketArgs{
		Setting:        setting,
		Name:           name,
		Purpose:        "ml-data",
		Classification: string(d.Env.HighestClassification()),
		Key:            key,
		AccessLogs:     logs.Name,
		BreakGlassARN:  d.security.BreakGlassRoleARN,
		NoncurrentDays: d.Env.Retention.NoncurrentDays,
	}
	if days := d.Env.Features.DataLockDays; days > 0 {
		args.LockMode, args.LockDays = "GOVERNANCE", days
	}
	return args
}
