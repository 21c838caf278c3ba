package config

// InterfaceEndpoints are the AWS services that the VPC reaches through an
// interface endpoint, by the last part of the endpoint service's name
// (com.amazonaws.<region>.<name>): what training and inference need to run
// without any way to the internet (controls NET-14 to NET-17).
var InterfaceEndpoints = []string{
	"bedrock",
	"bedrock-agent",
	"bedrock-agent-runtime",
	"bedrock-runtime",
	"ecr.api",
	"ecr.dkr",
	"kms",
	"logs",
	"monitoring",
	"sagemaker.api",
	"sagemaker.runtime",
	"sts",
}

// InstanceEndpoints are added where the feature instanceEndpoints is on (control
// NET-18).
var InstanceEndpoints = []string{"ec2", "ssm"}
