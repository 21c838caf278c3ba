package controls

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

const roleSubjectKey = "token.actions.githubusercontent.com:sub"

// attach gives a role of the estate one more inline policy.
func attach(role, document string) change {
	return add(graph.Security, "aws:iam/rolePolicy:RolePolicy", "more",
		map[string]any{"name": "more", "role": "ringfence-full-" + role, "policy": document})
}

// allow is a document that allows actions on resources.
func allow(actions, resources string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"More","Effect":"Allow","Action":[` + actions + `],"Resource":[` + resources + `]}]}`
}

// ml adds a resource of SageMaker or Bedrock to the data stack.
func ml(resourceType string, properties map[string]any) change {
	return add(graph.Data, resourceType, "ml", properties)
}

const (
	notebook = "aws:sagemaker/notebookInstance:NotebookInstance"
	model    = "aws:sagemaker/model:Model"
	job      = "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
	domain   = "aws:sagemaker/domain:Domain"
	agent    = "aws:bedrock/agentAgent:AgentAgent"
	dataKey  = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/data"
)

// closedNotebook is a notebook as it should be, with some properties changed.
func closedNotebook(changed map[string]any) map[string]any {
	n := map[string]any{
		"subnetId": "subnet-private-a", "securityGroups": []any{"sg-workloads"}, "kmsKeyId": dataKey,
		"directInternetAccess": "Disabled", "rootAccess": "Disabled", "instanceType": "ml.m5.xlarge",
		"tags": map[string]any{"ControlSet": "ringfence", "DataClassification": "internal", "Environment": "full", "ManagedBy": "pulumi", "Owner": "o"},
	}
	for key, value := range changed {
		n[key] = value
	}
	return n
}

var identityFixtures = []fixture{
	bad("IAM-01", "everything", attach("auditor", allow(`"*"`, `"*"`))),
	bad("IAM-02", "all of S3", attach("auditor", allow(`"s3:*"`, `"arn:aws-us-gov:s3:::x"`))),
	bad("IAM-03", "every key", attach("auditor", allow(`"kms:Decrypt"`, `"*"`))),
	good("IAM-03", "one key", attach("auditor", allow(`"kms:Decrypt"`, `"arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1"`))),
	bad("IAM-04", "a user", add(graph.Security, "aws:iam/user:User", "eve", nil)),
	bad("IAM-04", "an access key", add(graph.Security, "aws:iam/accessKey:AccessKey", "eve", nil)),
	bad("IAM-05", "AdministratorAccess", set("rolePolicyAttachment", "support", "policyArn", "arn:aws-us-gov:iam::aws:policy/AdministratorAccess")),
	bad("IAM-05", "full access to SageMaker", set("rolePolicyAttachment", "support", "policyArn", "arn:aws-us-gov:iam::aws:policy/AmazonSageMakerFullAccess")),
	bad("IAM-06", "a role without it", set("role", "t1", "permissionsBoundary", nil)),
	bad("IAM-06", "roles without it can be made", withoutStatement("policy", "boundary", "policy", "DenyRolesWithoutThisBoundary")),
	bad("IAM-06", "it can be edited", withoutStatement("policy", "boundary", "policy", "DenyEditingBoundary")),
	bad("IAM-06", "others can be taken over", withoutStatement("policy", "boundary", "policy", "DenyTakingOverOthers")),
	bad("IAM-07", "any account", statement("role", "t1", "assumeRolePolicy", "AssumedByService", withoutCondition("aws:SourceAccount"))),
	bad("IAM-07", "everyone", statement("role", "auditor", "assumeRolePolicy", "AssumedByPeople", everybody)),
	bad("IAM-08", "to any service", statement("rolePolicy", "data-scientist", "policy", "HandWorkloadRolesToSageMaker", withoutCondition("iam:PassedToService"))),
	bad("IAM-08", "any role", statement("rolePolicy", "data-scientist", "policy", "HandWorkloadRolesToSageMaker", onResources("*"))),
	bad("IAM-09", "a function with another role", attach("auditor", allow(`"iam:PassRole","lambda:CreateFunction","lambda:InvokeFunction"`, `"*"`))),
	bad("IAM-09", "a command on any instance", attach("auditor", allow(`"ssm:SendCommand"`, `"*"`))),
	bad("IAM-10", "any branch", statement("role", "preview", "assumeRolePolicy", "AssumedByWorkflow", conditionValues(roleSubjectKey, "repo:acme/ringfence:*"))),
	bad("IAM-10", "any audience", statement("role", "preview", "assumeRolePolicy", "AssumedByWorkflow", withoutCondition("token.actions.githubusercontent.com:aud"))),
	bad("IAM-11", "a preview that writes the state", statement("policy", "pipeline-state", "policy", "ReadState", andActions("s3:PutObject"))),
	bad("IAM-11", "evidence that is replaced", statement("rolePolicy", "evidence-evidence", "policy", "AddEvidence", withoutCondition("s3:if-none-match"))),
	bad("IAM-11", "an evidence role that reads", statement("rolePolicy", "evidence-evidence", "policy", "SeeItsLock", andActions("s3:GetObject"))),
	bad("IAM-11", "evidence in any bucket", statement("rolePolicy", "evidence-evidence", "policy", "AddEvidence", onResources("*"))),
	bad("IAM-11", "a deployment by a pull request", statement("role", "deploy-data", "assumeRolePolicy", "AssumedByWorkflow", conditionValues(roleSubjectKey, "repo:acme/ringfence:pull_request"))),
	bad("IAM-12", "half a day", set("role", "deploy-data", "maxSessionDuration", 43200.0)),
	bad("IAM-13", "without subnets", withoutStatement("policy", "ml-guard-network", "policy", "DenyWithoutSubnets")),
	bad("IAM-13", "in another VPC", withoutStatement("policy", "ml-guard-network", "policy", "DenyOtherSubnets")),
	bad("IAM-13", "a job without it", statement("policy", "ml-guard-network", "policy", "DenyWithoutSecurityGroup", butActions("sagemaker:CreateTrainingJob"))),
	bad("IAM-13", "a notebook in another subnet", ml(notebook, closedNotebook(map[string]any{"subnetId": "subnet-other"}))),
	good("IAM-13", "a notebook in a private subnet", ml(notebook, closedNotebook(nil))),
	bad("IAM-14", "an absent key", statement("policy", "ml-guard-jobs", "policy", "DenyWithoutNetworkIsolation", asBool)),
	bad("IAM-14", "a model with a network", ml(model, map[string]any{"enableNetworkIsolation": false})),
	bad("IAM-15", "no denial", withoutStatement("policy", "ml-guard-jobs", "policy", "DenyPlainTrafficBetweenContainers")),
	bad("IAM-15", "a job in plain", ml(job, map[string]any{"networkConfig": map[string]any{"enableInterContainerTrafficEncryption": false}})),
	bad("IAM-16", "no guard on the role", drop("rolePolicyAttachment", "data-scientist")),
	bad("IAM-16", "another key", withoutStatement("policy", "ml-guard-keys", "policy", "DenyVolumesWithOtherKey")),
	bad("IAM-16", "a notebook with AWS's key", ml(notebook, closedNotebook(map[string]any{"kmsKeyId": nil}))),
	bad("IAM-17", "root", withoutStatement("policy", "ml-guard-notebooks", "policy", "DenyRoot")),
	bad("IAM-17", "a notebook on the internet", ml(notebook, closedNotebook(map[string]any{"directInternetAccess": "Enabled"}))),
	bad("IAM-18", "public domains", withoutStatement("policy", "ml-guard-notebooks", "policy", "DenyPublicDomains")),
	bad("IAM-18", "a public domain", ml(domain, map[string]any{"appNetworkAccessType": "PublicInternetOnly"})),
	bad("IAM-19", "any type", withoutStatement("policy", "ml-guard-instances", "policy", "DenyOtherInstanceTypes")),
	bad("IAM-19", "a notebook of another type", ml(notebook, closedNotebook(map[string]any{"instanceType": "ml.p5.48xlarge"}))),
	bad("IAM-20", "any model", withoutStatement("policy", "ml-guard-models", "policy", "DenyOtherModels")),
	bad("IAM-20", "an agent with another model", ml(agent, map[string]any{"foundationModel": "other.model-v1"})),
	bad("IAM-21", "no guardrail", withoutStatement("policy", "ml-guard-models", "policy", "DenyWithoutGuardrail")),
	bad("IAM-22", "keys for Bedrock", withoutStatement("policy", "boundary", "policy", "DenyLongTermCredentials")),
	bad("IAM-23", "any bucket", withoutStatement("policy", "boundary", "policy", "DenyForeignBuckets")),
	bad("IAM-24", "the trail can be stopped", withoutStatement("policy", "boundary", "policy", "DenyBlindingAudit")),
	bad("IAM-24", "keys can be deleted", withoutStatement("policy", "boundary", "policy", "DenyDeletingRecords")),
	bad("IAM-25", "every region", withoutStatement("policy", "boundary", "policy", "DenyOtherRegions")),
	bad("IAM-26", "another's prefix", statement("rolePolicy", "data:t1", "policy", "ReadOwnPrefixes", onResources("arn:aws-us-gov:s3:::ringfence-full-data-123456789012-us-gov-west-1/*"))),
	bad("IAM-26", "a workload without its prefix", withoutStatement("rolePolicy", "data:t1", "policy", "WriteOwnPrefixes")),
	bad("IAM-26", "a scientist who reads data", attach("data-scientist", allow(`"s3:GetObject"`, `"arn:aws-us-gov:s3:::ringfence-full-data-123456789012-us-gov-west-1/*"`))),
	bad("IAM-27", "eight characters", set("accountPasswordPolicy", "account", "minimumPasswordLength", 8.0)),
	bad("IAM-28", "no analyzer", drop("analyzer", "external-access")),
	bad("IAM-29", "after half a year", set("analyzer", "unused-access", "configuration.unusedAccess.unusedAccessAge", 180.0)),
	bad("IAM-30", "nobody", drop("rolePolicyAttachment", "support")),
	bad("IAM-31", "IMDSv1", set("instanceMetadataDefaults", "account", "httpTokens", "optional")),
	bad("IAM-31", "plain volumes", set("encryptionByDefault", "account", "enabled", false)),
	bad("IAM-31", "public snapshots", set("snapshotBlockPublicAccess", "account", "state", "unblocked")),
	bad("IAM-32", "public policies", set("accountPublicAccessBlock", "account", "blockPublicPolicy", false)),
	bad("IAM-33", "nobody", drop("alternativeContact", "security")),
}

// asBool makes conditions on a truth hold only where the key is there.
func asBool(s *iameval.Statement) bool {
	for i := range s.Conditions {
		if s.Conditions[i].Operator == "BoolIfExists" {
			s.Conditions[i].Operator = "Bool"
		}
	}
	return true
}
