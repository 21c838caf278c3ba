package security

import "slices"

// The actions of SageMaker that support each condition key of the guards, and no
// others: a denial on a key that an action does not support never fires, and one
// on its absence always does (Service Authorization Reference, "Actions,
// resources, and condition keys for Amazon SageMaker").

// subnetActions support sagemaker:VpcSubnets.
var subnetActions = []string{
	"sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2", "sagemaker:CreateCluster",
	"sagemaker:CreateDataQualityJobDefinition", "sagemaker:CreateDomain", "sagemaker:CreateEndpointConfig",
	"sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateJob", "sagemaker:CreateModel",
	"sagemaker:CreateModelBiasJobDefinition", "sagemaker:CreateModelExplainabilityJobDefinition",
	"sagemaker:CreateModelQualityJobDefinition", "sagemaker:CreateMonitoringSchedule",
	"sagemaker:CreateNotebookInstance", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
	"sagemaker:UpdateCluster", "sagemaker:UpdateDomain", "sagemaker:UpdateMonitoringSchedule",
}

// securityGroupActions support sagemaker:VpcSecurityGroupIds.
var securityGroupActions = slices.Concat(subnetActions, []string{"sagemaker:CreateUserProfile", "sagemaker:UpdateUserProfile"})

// isolationActions support sagemaker:NetworkIsolation.
var isolationActions = []string{
	"sagemaker:CreateDataQualityJobDefinition", "sagemaker:CreateEndpointConfig",
	"sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateModel", "sagemaker:CreateModelBiasJobDefinition",
	"sagemaker:CreateModelExplainabilityJobDefinition", "sagemaker:CreateModelQualityJobDefinition",
	"sagemaker:CreateMonitoringSchedule", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
	"sagemaker:UpdateMonitoringSchedule",
}

// encryptionActions support sagemaker:InterContainerTrafficEncryption.
var encryptionActions = []string{
	"sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2", "sagemaker:CreateDataQualityJobDefinition",
	"sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateModelBiasJobDefinition",
	"sagemaker:CreateModelExplainabilityJobDefinition", "sagemaker:CreateModelQualityJobDefinition",
	"sagemaker:CreateMonitoringSchedule", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
	"sagemaker:UpdateMonitoringSchedule",
}

// instanceActions support sagemaker:InstanceTypes.
var instanceActions = []string{
	"sagemaker:CreateApp", "sagemaker:CreateCluster", "sagemaker:CreateDataQualityJobDefinition",
	"sagemaker:CreateDomain", "sagemaker:CreateEndpointConfig", "sagemaker:CreateHyperParameterTuningJob",
	"sagemaker:CreateModelBiasJobDefinition", "sagemaker:CreateModelExplainabilityJobDefinition",
	"sagemaker:CreateModelQualityJobDefinition", "sagemaker:CreateMonitoringSchedule",
	"sagemaker:CreateNotebookInstance", "sagemaker:CreateProcessingJob", "sagemaker:CreateSpace",
	"sagemaker:CreateTrainingJob", "sagemaker:CreateTransformJob", "sagemaker:CreateUserProfile",
	"sagemaker:UpdateCluster", "sagemaker:UpdateDomain", "sagemaker:UpdateMonitoringSchedule",
	"sagemaker:UpdateNotebookInstance", "sagemaker:UpdateSpace", "sagemaker:UpdateTrainingJob",
	"sagemaker:UpdateUserProfile",
}
