package data

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

const keyGuard = "ml-guard-keys"

// newKeyGuard keeps whoever starts SageMaker's jobs from encrypting volumes and
// results with any key but the data key, or with none (control IAM-16). It
// stands here and not in the security stack because it names the key.
func (d *data) newKeyGuard(ctx *pulumi.Context) error {
	policy, err := iam.NewPolicy(ctx, keyGuard, &iam.PolicyArgs{
		Name:        pulumi.String(d.Names.Of(keyGuard)),
		Description: pulumi.String("SageMaker encrypts with the data key or not at all"),
		Policy:      keyGuardPolicy(d.key.ARN).JSON(),
	}, pulumi.Parent(d))
	if err != nil {
		return err
	}
	guarded := map[string]pulumi.StringOutput{
		"data-scientist": d.security.DataScientistRoleARN,
		"ml-service":     d.security.MLServiceRoleARN,
	}
	for _, w := range d.Env.Workloads {
		if w.RunsOn == config.SageMaker {
			guarded[w.Name] = d.roleARN(w.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(guarded)) {
		if _, err := iam.NewRolePolicyAttachment(ctx, name, &iam.RolePolicyAttachmentArgs{
			Role:      secure.RoleName(guarded[name]),
			PolicyArn: policy.Arn,
		}, pulumi.Parent(policy)); err != nil {
			return err
		}
	}
	return nil
}

// The actions of SageMaker that know sagemaker:VolumeKmsKeyArn, by when they
// have a volume, and those that know sagemaker:OutputKmsKeyArn (Service
// Authorization Reference, "Actions, resources, and condition keys for Amazon
// SageMaker").
var (
	// alwaysWithVolume are the actions whose volume can always take a key.
	alwaysWithVolume = []string{
		"sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2", "sagemaker:CreateDomain", "sagemaker:CreateNotebookInstance",
	}
	// volumeByInstance are the actions whose volume depends on the instance type:
	// those of localStorage have none that takes a key, and refuse one. A request
	// without an instance type has no volume: a serverless endpoint, or a
	// monitoring schedule that runs a job definition, which was guarded itself.
	volumeByInstance = []string{
		"sagemaker:CreateDataQualityJobDefinition", "sagemaker:CreateEndpointConfig",
		"sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateModelBiasJobDefinition",
		"sagemaker:CreateModelExplainabilityJobDefinition", "sagemaker:CreateModelQualityJobDefinition",
		"sagemaker:CreateMonitoringSchedule", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
		"sagemaker:CreateTransformJob", "sagemaker:UpdateMonitoringSchedule",
	}
	// volumeUnseen is the action that does not show whether it has a volume: a
	// labeling job has one, and takes a key, only with automated labeling. Without
	// a key it must pass; the volume is then encrypted with SageMaker's own.
	volumeUnseen = []string{"sagemaker:CreateLabelingJob"}

	// alwaysWithOutput are the actions that write results in any case.
	alwaysWithOutput = []string{
		"sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2", "sagemaker:CreateDataQualityJobDefinition",
		"sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateJob", "sagemaker:CreateLabelingJob",
		"sagemaker:CreateModelBiasJobDefinition", "sagemaker:CreateModelExplainabilityJobDefinition",
		"sagemaker:CreateModelQualityJobDefinition", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
		"sagemaker:CreateTransformJob",
	}
	// schedules name an output only where they bring their own job, and with it an
	// instance type.
	schedules = []string{"sagemaker:CreateMonitoringSchedule", "sagemaker:UpdateMonitoringSchedule"}
)

// localStorage are the instance types whose only storage is built in and
// encrypted by the instance itself; SageMaker refuses a key for them (SageMaker
// API Reference, "ResourceConfig", VolumeKmsKeyId; EC2 User Guide, "Instance store
// volumes"). A type that is missing here cannot be used until it is added.
var localStorage = []string{
	"ml.*d.*", "ml.*dn.*", "ml.g5.*", "ml.g6.*", "ml.g6e.*", "ml.gr6.*", "ml.p4de.*", "ml.p5.*", "ml.p5e.*", "ml.p5en.*",
	"ml.p6-*", "ml.p6e-*", "ml.trn1.*", "ml.trn1n.*", "ml.trn2.*",
}

// keyGuardPolicy denies twice over: a key that is not the data key, and no key
// where there should be one. A negated operator also holds for a key that is
// absent, so the plain denials of alwaysWithVolume and alwaysWithOutput do both;
// the others ask for the key's presence first.
func keyGuardPolicy(keyARN pulumi.StringOutput) iampolicy.Document {
	const volume, output, instances = "sagemaker:VolumeKmsKeyArn", "sagemaker:OutputKmsKeyArn", "sagemaker:InstanceTypes"
	given := func(key string) iampolicy.Condition { return iampolicy.Is("Null", key, "false") }
	missing := func(key string) iampolicy.Condition { return iampolicy.Is("Null", key, "true") }
	other := func(key string) iampolicy.Condition { return iampolicy.When("ArnNotEquals", key, keyARN) }
	deny := func(sid string, actions []string, conditions ...iampolicy.Condition) iampolicy.Statement {
		return iampolicy.Statement{Sid: sid, Effect: iampolicy.Deny, Actions: actions, Resources: iampolicy.Strings("*"), Conditions: conditions}
	}
	return iampolicy.Document{Statements: []iampolicy.Statement{
		deny("DenyVolumesWithoutDataKey", alwaysWithVolume, other(volume)),
		deny("DenyVolumesWithOtherKey", slices.Concat(volumeByInstance, volumeUnseen), given(volume), other(volume)),
		deny("DenyInstanceVolumesWithoutKey", volumeByInstance, missing(volume),
			iampolicy.Is("ForAnyValue:StringNotLike", instances, localStorage...)),
		deny("DenyOutputWithoutDataKey", alwaysWithOutput, other(output)),
		deny("DenyScheduledOutputWithOtherKey", schedules, given(output), other(output)),
		deny("DenyScheduledOutputWithoutKey", schedules, missing(output), given(instances)),
	}}
}
