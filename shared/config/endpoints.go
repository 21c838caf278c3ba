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

// AWSBuckets are the buckets of AWS itself that a workload needs in a region:
// the layers of container images in ECR, and the package repositories of Amazon
// Linux, from which instances get their patches. No other bucket outside the
// account is reached (controls NET-13 and IAM-23).
func AWSBuckets(region string) []string {
	return []string{
		"prod-" + region + "-starport-layer-bucket",
		"al2023-repos-" + region + "-de612dc2",
		"amazonlinux-2-repos-" + region,
	}
}
