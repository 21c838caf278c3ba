package audit

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newKey makes the key of the audit log, of the evidence and of the alarms: each
// service encrypts with it for this estate's own resources only, and only the
// auditor decrypts (controls AUD-03 and AUD-04).
func (a *audit) newKey(ctx *pulumi.Context) error {
	uses := slices.Concat(a.trailUse(), a.evidenceUse(), []iampolicy.Statement{secure.LogGroupUse(a.Names, a.logGroups()...)}, a.alarmUse())
	if a.Env.Features.ConfigRecorder {
		uses = append(uses, a.configUse())
	}
	var err error
	a.key, err = secure.NewKey(ctx, secure.KeyArgs{
		Setting:     a.Setting(),
		Name:        "audit",
		Description: "Encrypts the audit log and the security alarms",
		Uses:        uses,
	}, pulumi.Parent(a))
	return err
}

// logGroups are the log groups that the key encrypts.
func (a *audit) logGroups() []string {
	if a.Env.Features.ModelInvocationLog {
		return []string{trailName, modelInvocationLog}
	}
	return []string{trailName}
}

// trailUse lets CloudTrail encrypt for this trail, and the auditor read it (AWS
// CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail").
func (a *audit) trailUse() []iampolicy.Statement {
	return []iampolicy.Statement{
		{
			Sid:        "EncryptTrail",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(cloudTrailService),
			Actions:    []string{"kms:GenerateDataKey*"},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("StringEquals", "aws:SourceArn", a.trailARN()),
				iampolicy.Is("StringEquals", "kms:EncryptionContext:aws:cloudtrail:arn", a.trailARN()),
			},
		},
		{
			Sid:        "DescribeForTrail",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(cloudTrailService),
			Actions:    []string{"kms:DescribeKey"},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:SourceArn", a.trailARN())},
		},
		{
			Sid:        "ReadTrail",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.AWS(a.security.AuditorRoleARN),
			Actions:    []string{"kms:Decrypt"},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("StringEquals", "kms:CallerAccount", a.Names.Account),
				iampolicy.Is("StringEquals", "kms:ViaService", a.Names.ServiceHost("s3")),
			},
		},
	}
}

// evidenceUse lets the pipeline's evidence role encrypt what it adds to the audit
// bucket, and never read it. Which objects those are is in the role's own policy: a
// condition on the object would be a pattern (KMS.5).
func (a *audit) evidenceUse() []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid:        "EncryptEvidence",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.AWS(a.security.EvidenceRoleARN),
		Actions:    []string{"kms:GenerateDataKey"},
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{
			iampolicy.Is("StringEquals", "kms:CallerAccount", a.Names.Account),
			iampolicy.Is("StringEquals", "kms:ViaService", a.Names.ServiceHost("s3")),
		},
	}}
}

// alarmUse lets those that publish to the alarm topic encrypt what they say, and
// EventBridge what it could not deliver, which the auditor reads.
func (a *audit) alarmUse() []iampolicy.Statement {
	encrypt := []string{"kms:Decrypt", "kms:GenerateDataKey*"}
	return []iampolicy.Statement{
		{
			Sid:        "EncryptAlarms",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(alarmPublisher),
			Actions:    encrypt,
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:SourceAccount", a.Names.Account)},
		},
		{
			Sid:        "EncryptTamperAlarms",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.AWS(a.tamperRole.Arn),
			Actions:    encrypt,
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("StringEquals", "kms:ViaService", a.Names.ServiceHost("sns")),
				iampolicy.Is("StringEquals", "kms:EncryptionContext:aws:sns:topicArn", a.topicARN()),
			},
		},
		{
			Sid:        "EncryptUndeliveredAlarms",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(eventService),
			Actions:    encrypt,
			Resources:  iampolicy.Strings("*"),
			Conditions: a.fromTamperRule(),
		},
		{
			Sid:        "ReadUndeliveredAlarms",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.AWS(a.security.AuditorRoleARN),
			Actions:    []string{"kms:Decrypt"},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("StringEquals", "kms:CallerAccount", a.Names.Account),
				iampolicy.Is("StringEquals", "kms:ViaService", a.Names.ServiceHost("sqs")),
				iampolicy.Is("StringEquals", "kms:EncryptionContext:aws:sqs:arn", a.undeliveredARN()),
			},
		},
	}
}
