// Package contract holds what each stack promises to the others: one Go struct
// per stack, used by the stack that exports it and by those that read it.
//
// A contract becomes flat stack outputs, one per field, and contractVersion.
// Read checks presence and type of every field before the caller creates
// anything, and names stack, field, wanted and found. Contracts hold no
// secrets. Each has a golden file in testdata: changing one is a reviewed act.
package contract

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/graph"
)

// Contract is implemented by the contract of each stack.
type Contract interface {
	// Stack is the stack that exports the contract.
	Stack() graph.Name
	// Version changes when a field changes its meaning without changing its name.
	Version() int
}

// Network is what the network stack exports.
type Network struct {
	// VPCID is the id of the VPC.
	VPCID pulumi.StringOutput `contract:"vpcId"`
	// PrivateSubnetIDs are the ids of the private subnets, in the order of the environment file.
	PrivateSubnetIDs pulumi.StringArrayOutput `contract:"privateSubnetIds"`
	// WorkloadSecurityGroupID is the security group that every workload runs in.
	WorkloadSecurityGroupID pulumi.StringOutput `contract:"workloadSecurityGroupId"`
	// EndpointSecurityGroupID is the security group of the interface endpoints.
	EndpointSecurityGroupID pulumi.StringOutput `contract:"endpointSecurityGroupId"`
	// S3EndpointID is the gateway endpoint that is the only way to the data bucket.
	S3EndpointID pulumi.StringOutput `contract:"s3EndpointId"`
	// EndpointIDs are the interface endpoints' ids by service, such as sagemaker.api.
	EndpointIDs pulumi.StringMapOutput `contract:"endpointIds"`
	// FlowLogGroupARN is the log group of the VPC's flow logs.
	FlowLogGroupARN pulumi.StringOutput `contract:"flowLogGroupArn"`
}

// Stack implements Contract.
func (Network) Stack() graph.Name { return graph.Network }

// Version implements Contract.
func (Network) Version() int { return 1 }

// Security is what the security stack exports.
type Security struct {
	// WorkloadRoleARNs are the workloads' roles by workload name.
	WorkloadRoleARNs pulumi.StringMapOutput `contract:"workloadRoleArns"`
	// InstanceProfileARNs are the instance profiles of the workloads on EC2, by workload name.
	InstanceProfileARNs pulumi.StringMapOutput `contract:"instanceProfileArns"`
	// MLServiceRoleARN is the role of SageMaker jobs that belong to no listed workload.
	MLServiceRoleARN pulumi.StringOutput `contract:"mlServiceRoleArn"`
	// BoundaryARN is the permissions boundary that every role carries.
	BoundaryARN pulumi.StringOutput `contract:"boundaryArn"`
	// AuditorRoleARN may read the audit log.
	AuditorRoleARN pulumi.StringOutput `contract:"auditorRoleArn"`
	// BreakGlassRoleARN is the emergency role.
	BreakGlassRoleARN pulumi.StringOutput `contract:"breakGlassRoleArn"`
	// DataScientistRoleARN is the people's role that starts the workloads' jobs.
	DataScientistRoleARN pulumi.StringOutput `contract:"dataScientistRoleArn"`
	// PreviewRoleARN is the role of previews on pull requests.
	PreviewRoleARN pulumi.StringOutput `contract:"previewRoleArn"`
	// DriftRoleARN is the role of the nightly look for drift.
	DriftRoleARN pulumi.StringOutput `contract:"driftRoleArn"`
	// EvidenceRoleARN is the role that adds reports to the audit bucket.
	EvidenceRoleARN pulumi.StringOutput `contract:"evidenceRoleArn"`
	// DeployRoleARNs are the roles that deploy each stack, by stack.
	DeployRoleARNs pulumi.StringMapOutput `contract:"deployRoleArns"`
}

// Stack implements Contract.
func (Security) Stack() graph.Name { return graph.Security }

// Version implements Contract.
func (Security) Version() int { return 2 }

// Data is what the data stack exports.
type Data struct {
	// DataBucketName is the name of the data bucket.
	DataBucketName pulumi.StringOutput `contract:"dataBucketName"`
	// DataBucketARN is the ARN of the data bucket.
	DataBucketARN pulumi.StringOutput `contract:"dataBucketArn"`
	// DataBucketURL is the s3:// URL of the data bucket, as the AWS CLI and SageMaker take it.
	DataBucketURL pulumi.StringOutput `contract:"dataBucketUrl"`
	// DataKeyARN is the key that encrypts the data bucket and the volumes of SageMaker jobs.
	DataKeyARN pulumi.StringOutput `contract:"dataKeyArn"`
	// LogBucketName is the bucket that receives S3 access logs.
	LogBucketName pulumi.StringOutput `contract:"logBucketName"`
}

// Stack implements Contract.
func (Data) Stack() graph.Name { return graph.Data }

// Version implements Contract.
func (Data) Version() int { return 1 }

// Audit is what the audit stack exports.
type Audit struct {
	// TrailARN is the CloudTrail trail.
	TrailARN pulumi.StringOutput `contract:"trailArn"`
	// AuditBucketName is the bucket that keeps the trail's files.
	AuditBucketName pulumi.StringOutput `contract:"auditBucketName"`
	// AuditKeyARN is the key that encrypts the trail, its log group and the alarm topic.
	AuditKeyARN pulumi.StringOutput `contract:"auditKeyArn"`
	// TrailLogGroupARN is the log group that the alarms watch.
	TrailLogGroupARN pulumi.StringOutput `contract:"trailLogGroupArn"`
	// AlarmTopicARN is the topic of the security alarms.
	AlarmTopicARN pulumi.StringOutput `contract:"alarmTopicArn"`
}

// Stack implements Contract.
func (Audit) Stack() graph.Name { return graph.Audit }

// Version implements Contract.
func (Audit) Version() int { return 1 }
