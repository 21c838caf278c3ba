package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cfg"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

const (
	configService = "config.amazonaws.com"
	// configBucketName is the middle part of the bucket's name.
	configBucketName = "config"
	// recorder is the name that AWS gives the one recorder of a region.
	recorder = "default"
)

// newConfigRecorder records the configuration of every resource and judges it by
// a few rules (control AUD-34).
//
// It uses the service-linked role of AWS Config by its fixed name and does not
// create it: an account has one, shared by all its regions and estates, so that
// creating it fails where Config was ever used, and deleting it breaks the
// others. Where there is none yet, once per account:
// aws iam create-service-linked-role --aws-service-name config.amazonaws.com
func (a *audit) newConfigRecorder(ctx *pulumi.Context) error {
	bucket, err := a.newConfigBucket(ctx)
	if err != nil {
		return err
	}
	recorded, err := cfg.NewRecorder(ctx, recorder, &cfg.RecorderArgs{
		Name:    pulumi.String(recorder),
		RoleArn: pulumi.String(a.Names.IAMARN("role/aws-service-role/" + configService + "/AWSServiceRoleForConfig")),
		RecordingGroup: cfg.RecorderRecordingGroupArgs{
			AllSupported:               pulumi.Bool(true),
			IncludeGlobalResourceTypes: pulumi.Bool(true),
		},
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	channel, err := cfg.NewDeliveryChannel(ctx, recorder, &cfg.DeliveryChannelArgs{
		Name:         pulumi.String(recorder),
		S3BucketName: bucket.Name,
		S3KmsKeyArn:  a.key.ARN,
	}, pulumi.Parent(recorded))
	if err != nil {
		return err
	}
	if _, err := cfg.NewRecorderStatus(ctx, recorder, &cfg.RecorderStatusArgs{
		Name:      recorded.Name,
		IsEnabled: pulumi.Bool(true),
		// A recorder without a channel cannot be started.
	}, pulumi.Parent(recorded), pulumi.DependsOn([]pulumi.Resource{channel})); err != nil {
		return err
	}
	return a.newConfigRules(ctx, recorded)
}

// newConfigBucket makes the bucket that AWS Config delivers to. It is not the
// audit bucket: AWS Config cannot deliver to one whose objects are locked by
// default.
func (a *audit) newConfigBucket(ctx *pulumi.Context) (*secure.Bucket, error) {
	return secure.NewBucket(ctx, secure.BucketArgs{
		Setting:        a.Setting(),
		Name:           configBucketName,
		Purpose:        "config-records",
		Key:            a.key,
		AccessLogs:     a.data.LogBucketName,
		BreakGlassARN:  a.security.BreakGlassRoleARN,
		NoncurrentDays: a.Env.Retention.NoncurrentDays,
		ExpireDays:     a.Env.Retention.AuditDays,
		OnlyWriter:     configService,
		Statements:     a.letConfigDeliver,
	}, pulumi.Parent(a))
}

// letConfigDeliver lets AWS Config deliver for this account (AWS Config Developer
// Guide, "Permissions for the Amazon S3 Bucket for the AWS Config Delivery
// Channel"). Its service-linked role may not write to S3, so it comes as the
// service itself.
func (a *audit) letConfigDeliver(bucketARN pulumi.StringOutput) []iampolicy.Statement {
	let := func(sid, action string, resource pulumi.StringInput, more ...iampolicy.Condition) iampolicy.Statement {
		return iampolicy.Statement{
			Sid:        sid,
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(configService),
			Actions:    []string{action},
			Resources:  pulumi.StringArray{resource},
			Conditions: append(more, iampolicy.Is("StringEquals", "aws:SourceAccount", a.Names.Account)),
		}
	}
	return []iampolicy.Statement{
		let("LetConfigCheckBucket", "s3:GetBucketAcl", bucketARN),
		let("LetConfigFindBucket", "s3:ListBucket", bucketARN),
		let("LetConfigDeliver", "s3:PutObject", pulumi.Sprintf("%s/AWSLogs/%s/Config/*", bucketARN, a.Names.Account),
			iampolicy.Is("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control")),
	}
}

// configUse lets AWS Config encrypt what it delivers (AWS Config Developer Guide,
// "Permissions for the KMS Key for the AWS Config Delivery Channel").
func (a *audit) configUse() iampolicy.Statement {
	return iampolicy.Statement{
		Sid:        "EncryptConfigRecords",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.Services(configService),
		Actions:    []string{"kms:Decrypt", "kms:GenerateDataKey"},
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:SourceAccount", a.Names.Account)},
	}
}
