package access

import "slices"

// The condition keys of SageMaker that say how safe a job, notebook or domain is.
// VolumeKmsKey and OutputKmsKey, without Arn, are deprecated and never match.
const (
	VPCSubnets        = "sagemaker:VpcSubnets"
	VPCSecurityGroups = "sagemaker:VpcSecurityGroupIds"
	NetworkIsolation  = "sagemaker:NetworkIsolation"
	TrafficEncryption = "sagemaker:InterContainerTrafficEncryption"
	VolumeKey         = "sagemaker:VolumeKmsKeyArn"
	OutputKey         = "sagemaker:OutputKmsKeyArn"
	DirectInternet    = "sagemaker:DirectInternetAccess"
	RootAccess        = "sagemaker:RootAccess"
	AppNetwork        = "sagemaker:AppNetworkAccessType"
	InstanceTypes     = "sagemaker:InstanceTypes"
)

// SageMakerAction is an action that knows some of these keys.
type SageMakerAction struct {
	Name string
	// Resource is what the action makes, as the last part of an ARN.
	Resource string
	Keys     []string
}

// Knows reports whether AWS sends a key with the action.
func (a SageMakerAction) Knows(key string) bool { return slices.Contains(a.Keys, key) }

// SageMakerActions are all actions that know one of these keys. A denial on a key
// that an action does not know never fires, and one on its absence always does.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys
// for Amazon SageMaker", as package authorization has it; a test compares.
var SageMakerActions = []SageMakerAction{
	{"sagemaker:CreateApp", "app/x/x/x/x", []string{InstanceTypes}},
	{"sagemaker:CreateAutoMLJob", "automl-job/x", []string{VPCSubnets, VPCSecurityGroups, TrafficEncryption, VolumeKey, OutputKey}},
	{"sagemaker:CreateAutoMLJobV2", "automl-job/x", []string{VPCSubnets, VPCSecurityGroups, TrafficEncryption, VolumeKey, OutputKey}},
	{"sagemaker:CreateCluster", "cluster/x", []string{VPCSubnets, VPCSecurityGroups, InstanceTypes}},
	{"sagemaker:CreateDataQualityJobDefinition", "data-quality-job-definition/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateDomain", "domain/x", []string{VPCSubnets, VPCSecurityGroups, VolumeKey, AppNetwork, InstanceTypes}},
	{"sagemaker:CreateEndpointConfig", "endpoint-config/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, VolumeKey, InstanceTypes}},
	{"sagemaker:CreateHyperParameterTuningJob", "hyper-parameter-tuning-job/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateJob", "job/x/x", []string{VPCSubnets, VPCSecurityGroups, OutputKey}},
	{"sagemaker:CreateLabelingJob", "labeling-job/x", []string{VolumeKey, OutputKey}},
	{"sagemaker:CreateModel", "model/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation}},
	{"sagemaker:CreateModelBiasJobDefinition", "model-bias-job-definition/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateModelExplainabilityJobDefinition", "model-explainability-job-definition/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateModelQualityJobDefinition", "model-quality-job-definition/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateMonitoringSchedule", "monitoring-schedule/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateNotebookInstance", "notebook-instance/x", []string{VPCSubnets, VPCSecurityGroups, VolumeKey, DirectInternet, RootAccess, InstanceTypes}},
	{"sagemaker:CreateProcessingJob", "processing-job/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateSpace", "space/x/x", []string{InstanceTypes}},
	{"sagemaker:CreateTrainingJob", "training-job/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateTransformJob", "transform-job/x", []string{VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:CreateUserProfile", "user-profile/x/x", []string{VPCSecurityGroups, InstanceTypes}},
	{"sagemaker:UpdateCluster", "cluster/x", []string{VPCSubnets, VPCSecurityGroups, InstanceTypes}},
	{"sagemaker:UpdateDomain", "domain/x", []string{VPCSubnets, VPCSecurityGroups, AppNetwork, InstanceTypes}},
	{"sagemaker:UpdateMonitoringSchedule", "monitoring-schedule/x", []string{VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, InstanceTypes}},
	{"sagemaker:UpdateNotebookInstance", "notebook-instance/x", []string{RootAccess, InstanceTypes}},
	{"sagemaker:UpdateSpace", "space/x/x", []string{InstanceTypes}},
	{"sagemaker:UpdateTrainingJob", "training-job/x", []string{InstanceTypes}},
	{"sagemaker:UpdateUserProfile", "user-profile/x/x", []string{VPCSecurityGroups, InstanceTypes}},
}
