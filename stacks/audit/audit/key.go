package audit

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newKey makes the key of the audit log: CloudTrail encrypts with it for this
// trail only, and only the auditor decrypts (controls AUD-03 and AUD-04; AWS
// CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail").
func (a *audit) newKey(ctx *pulumi.Context) error {
	var err error
	a.key, err = secure.NewKey(ctx, secure.KeyArgs{
		Setting:     a.Setting(),
		Name:        "audit",
		Description: "Encrypts the audit log and the security alarms",
		Uses: []iampolicy.Statement{
			{
				Sid:        "EncryptTrail",
				Effect:     iampolicy.Allow,
				Principals: iampolicy.Services("cloudtrail.amazonaws.com"),
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
				Principals: iampolicy.Services("cloudtrail.amazonaws.com"),
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
			secure.LogGroupUse(a.Names, trailName),
			{
				Sid:        "EncryptAlarms",
				Effect:     iampolicy.Allow,
				Principals: iampolicy.Services(alarmPublisher),
				Actions:    []string{"kms:Decrypt", "kms:GenerateDataKey*"},
				Resources:  iampolicy.Strings("*"),
				Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:SourceAccount", a.Names.Account)},
			},
		},
	}, pulumi.Parent(a))
	return err
}
