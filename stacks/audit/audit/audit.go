// Package audit builds the audit stack: a multi-region trail with its own key,
// a bucket for it and for the pipeline's reports that nobody can rewrite, the
// alarms of the CIS AWS Foundations Benchmark over the trail's log group, and an
// alarm on whoever tampers with all this. The services that watch the account (AWS
// Config, Security Hub, GuardDuty, Macie, Inspector) are there where the
// environment turns them on.
package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudtrail"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/shared/secure"
)

// Stack is the program of the audit stack.
func Stack(ctx *pulumi.Context, p *program.Program) (contract.Contract, error) {
	security, err := contract.Read[contract.Security](ctx)
	if err != nil {
		return nil, err
	}
	data, err := contract.Read[contract.Data](ctx)
	if err != nil {
		return nil, err
	}
	a := &audit{Program: p, security: security, data: data}
	if err := ctx.RegisterComponentResource("ringfence:audit:Audit", "audit", a, p.Provider); err != nil {
		return nil, err
	}
	const always = true
	features := p.Env.Features
	for _, step := range []struct {
		on        bool
		provision func(*pulumi.Context) error
	}{
		{always, a.newTamperRole},
		{always, a.newKey},
		{always, a.newBucket},
		{always, a.newTrail},
		{always, a.newTopic},
		{always, a.newAlarms},
		{always, a.newTamperRule},
		{always, a.newAuditorGrant},
		{features.MLAlarms, a.newMLAlarms},
		{features.ModelInvocationLog, a.newModelInvocationLog},
		{features.ConfigRecorder, a.newConfigRecorder},
		{features.SecurityHub, a.newSecurityHub},
		{features.GuardDuty, a.newGuardDuty},
		{features.Macie, a.newMacie},
		{features.Inspector, a.newInspector},
	} {
		if !step.on {
			continue
		}
		if err := step.provision(ctx); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterResourceOutputs(a, pulumi.Map{"trailArn": a.trail.Arn}); err != nil {
		return nil, err
	}
	return contract.Audit{
		TrailARN:         a.trail.Arn,
		AuditBucketName:  a.bucket.Name,
		AuditKeyARN:      a.key.ARN,
		TrailLogGroupARN: a.logGroup.Arn,
		AlarmTopicARN:    a.topic.Arn,
	}, nil
}

// audit is the component; its fields are filled in the order of the steps above.
type audit struct {
	pulumi.ResourceState
	*program.Program

	security contract.Security
	data     contract.Data

	tamperRole *iam.Role
	key        *secure.Key
	bucket     *secure.Bucket
	logGroup   *cloudwatch.LogGroup
	trail      *cloudtrail.Trail
	topic      *sns.Topic
}

// trailName names the trail, its log group and its delivery role.
const trailName = "trail"

// trailARN is known before the trail exists: the key and the bucket name it.
func (a *audit) trailARN() string {
	return a.Names.ARN("cloudtrail", "trail/"+a.Names.Of(trailName))
}
