package data

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
)

// What the Service Authorization Reference lists for SageMaker.
const (
	volumeActions = `CreateAutoMLJob CreateAutoMLJobV2 CreateDataQualityJobDefinition CreateDomain CreateEndpointConfig
		CreateHyperParameterTuningJob CreateLabelingJob CreateModelBiasJobDefinition CreateModelExplainabilityJobDefinition
		CreateModelQualityJobDefinition CreateMonitoringSchedule CreateNotebookInstance CreateProcessingJob
		CreateTrainingJob CreateTransformJob UpdateMonitoringSchedule`
	outputActions = `CreateAutoMLJob CreateAutoMLJobV2 CreateDataQualityJobDefinition CreateHyperParameterTuningJob CreateJob
		CreateLabelingJob CreateModelBiasJobDefinition CreateModelExplainabilityJobDefinition
		CreateModelQualityJobDefinition CreateMonitoringSchedule CreateProcessingJob CreateTrainingJob
		CreateTransformJob UpdateMonitoringSchedule`
)

func sageMaker(names string) []string {
	var out []string
	for _, name := range strings.Fields(names) {
		out = append(out, "sagemaker:"+name)
	}
	return out
}

// guarded asks as a data scientist who may do everything but what the guard denies.
func guarded(t *testing.T) iameval.Environment {
	guard := policyOf(t, full(t), "aws:iam/policy:Policy", "ml-guard-keys", iameval.IdentityPolicy)
	return iameval.Environment{Identity: []*iameval.Policy{everything(t), guard}}
}

// job is a request to SageMaker; empty parts are absent.
func job(volume, output string, instances ...string) iameval.Context {
	c := iameval.Context{}
	for key, value := range map[string]string{"sagemaker:VolumeKmsKeyArn": volume, "sagemaker:OutputKmsKeyArn": output} {
		if value != "" {
			c[key] = []string{value}
		}
	}
	if len(instances) > 0 {
		c["sagemaker:InstanceTypes"] = instances
	}
	return c
}

const foreignKey = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/other"

// With the data key everything passes; with any other key nothing does.
func TestVerdictKeyGuardKnowsOneKey(t *testing.T) {
	e := guarded(t)
	var questions []question
	for _, action := range slices.Concat(sageMaker(volumeActions), sageMaker(outputActions)) {
		questions = append(questions, question{action, role("data-scientist"), action, "*", job(dataKey, dataKey, "ml.m5.xlarge"), "allow"})
	}
	for _, action := range sageMaker(volumeActions) {
		questions = append(questions, question{action + " with another volume key", role("data-scientist"), action, "*", job(foreignKey, dataKey, "ml.m5.xlarge"), "explicit deny"})
	}
	for _, action := range sageMaker(outputActions) {
		questions = append(questions, question{action + " with another output key", role("data-scientist"), action, "*", job(dataKey, foreignKey, "ml.m5.xlarge"), "explicit deny"})
	}
	answers(t, e, questions)
}

// Without a key nothing passes that has a volume, or an output, to encrypt.
func TestVerdictKeyGuardWantsAKey(t *testing.T) {
	e := guarded(t)
	var questions []question
	for _, action := range sageMaker(volumeActions) {
		want := "explicit deny"
		if action == "sagemaker:CreateLabelingJob" {
			want = "allow" // most have no volume, and the request does not say
		}
		questions = append(questions, question{action + " without a volume key", role("data-scientist"), action, "*", job("", dataKey, "ml.m5.xlarge"), want})
	}
	for _, action := range sageMaker(outputActions) {
		questions = append(questions, question{action + " without an output key", role("data-scientist"), action, "*", job(dataKey, "", "ml.m5.xlarge"), "explicit deny"})
	}
	fired := answers(t, e, questions)
	want := []string{"DenyInstanceVolumesWithoutKey", "DenyOutputWithoutDataKey", "DenyScheduledOutputWithoutKey", "DenyVolumesWithoutDataKey"}
	if !slices.Equal(fired, want) {
		t.Errorf("the denials that fired are %v, want %v", fired, want)
	}
}

// What has no volume that takes a key stays possible.
func TestVerdictKeyGuardLeavesLocalStorageAlone(t *testing.T) {
	who := role("data-scientist")
	answers(t, guarded(t), []question{
		{"training on GPUs with local storage", who, "sagemaker:CreateTrainingJob", "*", job("", dataKey, "ml.p4d.24xlarge"), "allow"},
		{"training on several such", who, "sagemaker:CreateTrainingJob", "*", job("", dataKey, "ml.g5.2xlarge", "ml.p5.48xlarge"), "allow"},
		{"training on a mixture", who, "sagemaker:CreateTrainingJob", "*", job("", dataKey, "ml.p4d.24xlarge", "ml.m5.xlarge"), "explicit deny by statement DenyInstanceVolumesWithoutKey"},
		{"training on GPUs with volumes", who, "sagemaker:CreateTrainingJob", "*", job("", dataKey, "ml.p3.2xlarge"), "explicit deny by statement DenyInstanceVolumesWithoutKey"},
		{"serving on GPUs with local storage", who, "sagemaker:CreateEndpointConfig", "*", job("", "", "ml.g4dn.xlarge"), "allow"},
		{"serving without instances", who, "sagemaker:CreateEndpointConfig", "*", job("", ""), "allow"},
		{"schedule of a job definition", who, "sagemaker:CreateMonitoringSchedule", "*", job("", ""), "allow"},
		{"schedule with a job of its own", who, "sagemaker:CreateMonitoringSchedule", "*", job("", "", "ml.m5.xlarge"), "explicit deny by statement DenyInstanceVolumesWithoutKey"},
	})
}

func TestUnitKeyGuardListsEveryAction(t *testing.T) {
	for name, lists := range map[string]struct{ got, want []string }{
		"volumes": {slices.Concat(alwaysWithVolume, volumeByInstance, volumeUnseen), sageMaker(volumeActions)},
		"outputs": {slices.Concat(alwaysWithOutput, schedules), sageMaker(outputActions)},
	} {
		slices.Sort(lists.got)
		if !slices.Equal(lists.got, lists.want) {
			t.Errorf("%s: the guard lists %v, AWS lists %v", name, lists.got, lists.want)
		}
	}
}

// maxPolicy is the most that a managed policy may have, in characters without
// white space (IAM User Guide, "IAM and AWS STS quotas").
const maxPolicy = 6144

func TestUnitKeyGuardFitsAndIsAttached(t *testing.T) {
	r := full(t)
	guard, _ := r.Find("aws:iam/policy:Policy", "ml-guard-keys")
	if size := len(guard.Inputs["policy"].(string)); size > maxPolicy {
		t.Errorf("the guard has %d characters, IAM allows %d", size, maxPolicy)
	}
	var got []string
	for _, attachment := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		if attachment.Inputs["policyArn"] != "arn:aws-us-gov:iam::123456789012:policy/ringfence-full-ml-guard-keys" {
			t.Errorf("%s is attached to %v", attachment.Inputs["policyArn"], attachment.Inputs["role"])
		}
		got = append(got, strings.TrimPrefix(attachment.Inputs["role"].(string), "ringfence-full-"))
	}
	if want := []string{"data-scientist", "i1", "ml-service", "n1", "p1", "t1"}; !slices.Equal(got, want) {
		t.Errorf("the guard is on %v, want %v (control IAM-16)", got, want)
	}
}
