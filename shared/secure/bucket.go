package secure

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// BucketArgs describes a bucket. The zero value of every optional field is the
// strict one.
type BucketArgs struct {
	Setting
	// Name is the middle part of the bucket's name: <prefix>-<name>-<account>-<region>.
	Name string
	// Purpose becomes the Purpose tag.
	Purpose string
	// Classification becomes the DataClassification tag; empty takes the
	// environment's own.
	Classification string
	// Key encrypts every object.
	Key *Key
	// AccessLogs is the name of the bucket that receives the access logs.
	AccessLogs pulumi.StringInput
	// BreakGlassARN is the only role that may delete the bucket.
	BreakGlassARN pulumi.StringInput
	// NoncurrentDays is how long a replaced or deleted object can be recovered.
	NoncurrentDays int
	// ExpireDays deletes objects that are as old; 0 keeps them.
	ExpireDays int
	// LockMode is the object-lock mode, GOVERNANCE or COMPLIANCE; empty for none.
	LockMode string
	// LockDays is how long a new object is locked.
	LockDays int
	// OnlyWriter is the one AWS service that writes to the bucket; empty for
	// buckets that workloads write to. A service chooses the encryption of what it
	// delivers itself: CloudTrail's digest files come with S3's own key.
	OnlyWriter string
	// Annex is the part of the bucket that a role adds to instead; nil for none.
	Annex *Annex
	// Statements are added to the bucket policy; they get the bucket's ARN, which
	// is known before the bucket is there.
	Statements func(bucketARN pulumi.StringOutput) []iampolicy.Statement

	// accessLogTarget marks the bucket that receives access logs. It takes no
	// customer-managed key (exception to S3.17: S3 cannot deliver access logs to
	// a bucket with default SSE-KMS) and cannot log to itself.
	accessLogTarget bool
}

// Annex is a part of a bucket with an OnlyWriter that one role has to itself: it adds
// objects, encrypted with the bucket's key, and replaces none.
type Annex struct {
	// Prefix is what the keys of its objects begin with; it ends with a slash.
	Prefix string
	// WriterARN is the role.
	WriterARN pulumi.StringInput
}

// Bucket is a private, encrypted, versioned bucket that only answers over TLS
// and only to principals of its own account (controls DAT-06 to DAT-24).
type Bucket struct {
	pulumi.ResourceState

	// Name is known once the bucket has its policy, so that whoever is told to
	// write to the bucket may.
	Name pulumi.StringOutput
	ARN  pulumi.StringOutput
}

// NewBucket registers a bucket with everything around it.
func NewBucket(ctx *pulumi.Context, args BucketArgs, opts ...pulumi.ResourceOption) (*Bucket, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	b := &Bucket{}
	if err := ctx.RegisterComponentResource("ringfence:secure:Bucket", args.Name, b, opts...); err != nil {
		return nil, err
	}
	tags := pulumi.StringMap{"Purpose": pulumi.String(args.Purpose)}
	if args.Classification != "" {
		tags["DataClassification"] = pulumi.String(args.Classification)
	}
	// A bucket that gets a lock later gets it by its lock configuration. Without
	// IgnoreChanges the bucket would be replaced, with all that it holds.
	bucket, err := s3.NewBucketV2(ctx, args.Name, &s3.BucketV2Args{
		Bucket:            pulumi.String(args.Names.Bucket(args.Name)),
		ForceDestroy:      pulumi.Bool(args.Safeguards.Disposable),
		ObjectLockEnabled: pulumi.Bool(args.LockMode != ""),
		Tags:              tags,
	}, append(args.guarded(b), pulumi.IgnoreChanges([]string{"objectLockEnabled"}))...)
	if err != nil {
		return nil, err
	}
	b.ARN = bucket.Arn
	if err := b.provision(ctx, args, bucket); err != nil {
		return nil, err
	}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{"name": b.Name, "arn": b.ARN})
}

func (a BucketArgs) check() error {
	var errs []error
	fail := func(format string, values ...any) {
		errs = append(errs, fmt.Errorf("bucket "+a.Name+": "+format, values...))
	}
	if name := a.Names.Bucket(a.Name); len(name) > names.MaxBucket {
		fail("its name %s has %d characters and S3 allows %d: shorten the stack's name", name, len(name), names.MaxBucket)
	}
	if !a.accessLogTarget && a.Key == nil {
		fail("needs a customer-managed key (control DAT-08)")
	}
	if !a.accessLogTarget && a.AccessLogs == nil {
		fail("needs a bucket for its access logs (control DAT-20)")
	}
	if a.BreakGlassARN == nil {
		fail("needs the break-glass role, the only one that may delete it (control DAT-24)")
	}
	if a.NoncurrentDays < 1 {
		fail("needs the number of days a deleted object can be recovered (control DAT-19)")
	}
	if a.Annex != nil && (a.OnlyWriter == "" || a.Key == nil || a.Annex.WriterARN == nil || !strings.HasSuffix(a.Annex.Prefix, "/")) {
		fail("an annex needs an OnlyWriter beside it, a key, the role that writes to it, and a prefix that ends with a slash (control AUD-12)")
	}
	if a.LockMode != "" && a.LockDays < 1 {
		fail("object lock %s needs a number of days (control AUD-13)", a.LockMode)
	}
	if a.ExpireDays > 0 && a.ExpireDays < a.LockDays {
		fail("objects would expire after %d days but are locked for %d", a.ExpireDays, a.LockDays)
	}
	return errors.Join(errs...)
}

// provision adds what makes a bucket secure. The policy comes last: it may
// forbid to change what stands before it.
func (b *Bucket) provision(ctx *pulumi.Context, args BucketArgs, bucket *s3.BucketV2) error {
	child := pulumi.Parent(bucket)
	before, err := shut(ctx, args, bucket)
	if err != nil {
		return err
	}
	versioning, err := s3.NewBucketVersioningV2(ctx, args.Name, &s3.BucketVersioningV2Args{
		Bucket:                  bucket.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, child)
	if err != nil {
		return err
	}
	events, err := announce(ctx, args, bucket)
	if err != nil {
		return err
	}
	before = append(before, versioning, events)
	if err := b.encrypt(ctx, args, bucket); err != nil {
		return err
	}
	if err := b.expire(ctx, args, bucket, versioning); err != nil {
		return err
	}
	if args.LockMode != "" {
		lock, err := b.lock(ctx, args, bucket, versioning)
		if err != nil {
			return err
		}
		before = append(before, lock)
	}
	if !args.accessLogTarget {
		if _, err := s3.NewBucketLoggingV2(ctx, args.Name, &s3.BucketLoggingV2Args{
			Bucket:       bucket.ID(),
			TargetBucket: args.AccessLogs,
			TargetPrefix: pulumi.String(args.Name + "/"),
		}, child); err != nil {
			return err
		}
	}
	policy, err := s3.NewBucketPolicy(ctx, args.Name, &s3.BucketPolicyArgs{
		Bucket: bucket.ID(),
		Policy: args.policy().JSON(),
	}, child, pulumi.DependsOn(before))
	if err != nil {
		return err
	}
	b.Name = policy.Bucket
	return nil
}

// shut closes the two ways around the bucket policy: public access and ACLs.
func shut(ctx *pulumi.Context, args BucketArgs, bucket *s3.BucketV2) ([]pulumi.Resource, error) {
	child := pulumi.Parent(bucket)
	public, err := s3.NewBucketPublicAccessBlock(ctx, args.Name, &s3.BucketPublicAccessBlockArgs{
		Bucket:                bucket.ID(),
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, child)
	if err != nil {
		return nil, err
	}
	ownership, err := s3.NewBucketOwnershipControls(ctx, args.Name, &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.ID(),
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, child)
	return []pulumi.Resource{public, ownership}, err
}

// announce has S3 tell EventBridge of everything that happens to an object, so
// that a rule can act on it (control DAT-22). It costs nothing: events of AWS
// services on the default bus are free.
func announce(ctx *pulumi.Context, args BucketArgs, bucket *s3.BucketV2) (pulumi.Resource, error) {
	return s3.NewBucketNotification(ctx, args.Name, &s3.BucketNotificationArgs{
		Bucket:      bucket.ID(),
		Eventbridge: pulumi.Bool(true),
	}, pulumi.Parent(bucket))
}

func (b *Bucket) encrypt(ctx *pulumi.Context, args BucketArgs, bucket *s3.BucketV2) error {
	rule := s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
		ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm: pulumi.String("AES256"),
		},
	}
	if !args.accessLogTarget {
		rule = s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			BucketKeyEnabled: pulumi.Bool(true),
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm:   pulumi.String("aws:kms"),
				KmsMasterKeyId: args.Key.ARN,
			},
		}
	}
	_, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, args.Name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules:  s3.BucketServerSideEncryptionConfigurationV2RuleArray{rule},
	}, pulumi.Parent(bucket))
	return err
}

// expire cleans up what nobody sees: parts of broken uploads, old versions,
// and whole objects where the bucket keeps them for a time only.
func (b *Bucket) expire(ctx *pulumi.Context, args BucketArgs, bucket *s3.BucketV2, versioning pulumi.Resource) error {
	rule := s3.BucketLifecycleConfigurationV2RuleArgs{
		Id:     pulumi.String("clean-up"),
		Status: pulumi.String("Enabled"),
		Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
		AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
			DaysAfterInitiation: pulumi.Int(7),
		},
		NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
			NoncurrentDays: pulumi.Int(args.NoncurrentDays),
		},
	}
	if args.ExpireDays > 0 {
		rule.Expiration = s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(args.ExpireDays)}
	}
	_, err := s3.NewBucketLifecycleConfigurationV2(ctx, args.Name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules:  s3.BucketLifecycleConfigurationV2RuleArray{rule},
	}, pulumi.Parent(bucket), pulumi.DependsOn([]pulumi.Resource{versioning}))
	return err
}

func (b *Bucket) lock(ctx *pulumi.Context, args BucketArgs, bucket *s3.BucketV2, versioning pulumi.Resource) (pulumi.Resource, error) {
	return s3.NewBucketObjectLockConfigurationV2(ctx, args.Name, &s3.BucketObjectLockConfigurationV2Args{
		Bucket: bucket.ID(),
		Rule: s3.BucketObjectLockConfigurationV2RuleArgs{
			DefaultRetention: s3.BucketObjectLockConfigurationV2RuleDefaultRetentionArgs{
				Mode: pulumi.String(args.LockMode),
				Days: pulumi.Int(args.LockDays),
			},
		},
	}, pulumi.Parent(bucket), pulumi.DependsOn([]pulumi.Resource{versioning}))
}
