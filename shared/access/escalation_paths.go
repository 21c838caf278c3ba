package access

import "strings"

// escalationPath is a set of requests that together give a role more than it has.
type escalationPath struct{ steps []step }

func (p escalationPath) name() string {
	actions := make([]string, len(p.steps))
	for i, s := range p.steps {
		actions[i] = s.action
	}
	return strings.Join(actions, ", ")
}

// step is one request of a path.
type step struct {
	action string
	on     target
	// service is the one that a role is handed to, of iam:PassRole.
	service string
}

// changesIdentity reports whether a step changes who somebody is or what they may
// do, rather than uses what is there.
func (s step) changesIdentity() bool {
	return strings.HasPrefix(s.action, "iam:") && s.service == ""
}

// target is what a step is about: a kind of resource as ARNs write it, or one of
// the words below.
type target string

const (
	nothing   target = ""
	ownRole   target = "the role itself"
	ownPolicy target = "a policy of the role, or of somebody else"
	someRole  target = "role/"
	someUser  target = "user/"
	someGroup target = "group/"
)

func pathOf(steps ...step) escalationPath { return escalationPath{steps} }

func on(kind target, action string) step { return step{action: action, on: kind} }

// pass hands some role to a service.
func pass(service string) step {
	return step{action: "iam:PassRole", on: someRole, service: service + ".amazonaws.com"}
}

// escalationPaths are the known paths, by what they take over.
//
// Sources: Rhino Security Labs, "AWS IAM Privilege Escalation - Methods and
// Mitigation"; Datadog, pathfinding.cloud; Bishop Fox, iam-vulnerable.
var escalationPaths = []escalationPath{
	// Other permissions for oneself or for whom one can become.
	pathOf(on(ownPolicy, "iam:CreatePolicyVersion")),
	pathOf(on(ownPolicy, "iam:SetDefaultPolicyVersion")),
	pathOf(on(someRole, "iam:AttachRolePolicy")),
	pathOf(on(someRole, "iam:PutRolePolicy")),
	pathOf(on(ownRole, "iam:DeleteRolePolicy")),
	pathOf(on(ownRole, "iam:DetachRolePolicy")),
	pathOf(on(someRole, "iam:DeleteRolePermissionsBoundary")),
	pathOf(on(someRole, "iam:PutRolePermissionsBoundary")),
	pathOf(on(someUser, "iam:AttachUserPolicy")),
	pathOf(on(someUser, "iam:PutUserPolicy")),
	pathOf(on(someUser, "iam:DeleteUserPermissionsBoundary")),
	pathOf(on(someUser, "iam:PutUserPermissionsBoundary")),
	pathOf(on(someGroup, "iam:AttachGroupPolicy")),
	pathOf(on(someGroup, "iam:PutGroupPolicy")),
	pathOf(on(someGroup, "iam:AddUserToGroup")),

	// Becoming somebody else.
	pathOf(on(someRole, "sts:AssumeRole")),
	pathOf(on(someRole, "iam:UpdateAssumeRolePolicy")),
	pathOf(on(someUser, "iam:CreateAccessKey")),
	pathOf(on(someUser, "iam:CreateLoginProfile")),
	pathOf(on(someUser, "iam:UpdateLoginProfile")),
	pathOf(on(someUser, "iam:CreateServiceSpecificCredential")),
	pathOf(on(someUser, "iam:ResetServiceSpecificCredential")),
	pathOf(on(someUser, "iam:UploadSigningCertificate")),
	pathOf(on(someUser, "iam:UploadSSHPublicKey")),
	pathOf(on(someUser, "iam:DeactivateMFADevice")),
	pathOf(on("saml-provider/", "iam:UpdateSAMLProvider")),
	pathOf(on("oidc-provider/", "iam:AddClientIDToOpenIDConnectProvider")),
	pathOf(on("oidc-provider/", "iam:UpdateOpenIDConnectProviderThumbprint")),
	pathOf(on(someRole, "iam:CreateRole"), on(someRole, "iam:AttachRolePolicy")),
	pathOf(on(someRole, "iam:CreateRole"), on(someRole, "iam:PutRolePolicy")),

	// Having a service work with a role of one's choice.
	pathOf(pass("apprunner"), on("service/", "apprunner:CreateService")),
	pathOf(pass("batch"), on("job-definition/", "batch:RegisterJobDefinition"), on("job-definition/", "batch:SubmitJob")),
	pathOf(pass("bedrock-agentcore"), on("code-interpreter-custom/", "bedrock-agentcore:CreateCodeInterpreter"), on("code-interpreter-custom/", "bedrock-agentcore:InvokeCodeInterpreter")),
	pathOf(pass("bedrock"), on("agent/", "bedrock:CreateAgent")),
	pathOf(pass("cloudformation"), on("stack/", "cloudformation:CreateStack")),
	pathOf(pass("cloudformation"), on("stack/", "cloudformation:UpdateStack")),
	pathOf(pass("cloudformation"), on("stackset/", "cloudformation:CreateStackSet"), on("stackset/", "cloudformation:CreateStackInstances")),
	pathOf(pass("codebuild"), on("project/", "codebuild:CreateProject"), on("project/", "codebuild:StartBuild")),
	pathOf(pass("codebuild"), on("project/", "codebuild:UpdateProject"), on("project/", "codebuild:StartBuild")),
	pathOf(pass("codepipeline"), on(nothing, "codepipeline:CreatePipeline")),
	pathOf(pass("datapipeline"), on(nothing, "datapipeline:CreatePipeline"), on(nothing, "datapipeline:PutPipelineDefinition")),
	pathOf(pass("ec2"), on("instance/", "ec2:RunInstances")),
	pathOf(pass("ec2"), on("instance/", "ec2:AssociateIamInstanceProfile")),
	pathOf(pass("ec2"), on("instance/", "ec2:ReplaceIamInstanceProfileAssociation")),
	pathOf(pass("ec2"), on("instance-profile/", "iam:AddRoleToInstanceProfile")),
	pathOf(pass("ec2"), on("spot-fleet-request/", "ec2:RequestSpotFleet")),
	pathOf(pass("ecs-tasks"), on("task-definition/", "ecs:RegisterTaskDefinition"), on("task-definition/", "ecs:RunTask")),
	pathOf(pass("ecs-tasks"), on("task-definition/", "ecs:RegisterTaskDefinition"), on("task-definition/", "ecs:StartTask")),
	pathOf(pass("ecs-tasks"), on("task-definition/", "ecs:RegisterTaskDefinition"), on("service/", "ecs:CreateService")),
	pathOf(pass("ecs-tasks"), on("task-definition/", "ecs:RegisterTaskDefinition"), on("service/", "ecs:UpdateService")),
	pathOf(pass("eks"), on("cluster/", "eks:CreateCluster")),
	pathOf(pass("events"), on("rule/", "events:PutRule"), on("rule/", "events:PutTargets")),
	pathOf(pass("glue"), on(nothing, "glue:CreateDevEndpoint")),
	pathOf(pass("glue"), on("job/", "glue:CreateJob"), on("job/", "glue:StartJobRun")),
	pathOf(pass("glue"), on("job/", "glue:UpdateJob"), on("job/", "glue:StartJobRun")),
	pathOf(pass("glue"), on("session/", "glue:CreateSession"), on("session/", "glue:RunStatement")),
	pathOf(pass("lambda"), on("function:", "lambda:CreateFunction")),
	pathOf(pass("lambda"), on("function:", "lambda:UpdateFunctionConfiguration")),
	pathOf(pass("sagemaker"), on("notebook-instance/", "sagemaker:CreateNotebookInstance")),
	pathOf(pass("sagemaker"), on("training-job/", "sagemaker:CreateTrainingJob")),
	pathOf(pass("sagemaker"), on("processing-job/", "sagemaker:CreateProcessingJob")),
	pathOf(pass("sagemaker"), on("hyper-parameter-tuning-job/", "sagemaker:CreateHyperParameterTuningJob")),
	pathOf(pass("sagemaker"), on("automl-job/", "sagemaker:CreateAutoMLJob")),
	pathOf(pass("sagemaker"), on("model/", "sagemaker:CreateModel"), on("endpoint/", "sagemaker:CreateEndpoint")),
	pathOf(pass("sagemaker"), on("domain/", "sagemaker:CreateDomain")),
	pathOf(pass("sagemaker"), on("user-profile/", "sagemaker:CreateUserProfile")),
	pathOf(pass("sagemaker"), on("pipeline/", "sagemaker:CreatePipeline"), on("pipeline/", "sagemaker:StartPipelineExecution")),
	pathOf(pass("scheduler"), on("schedule/", "scheduler:CreateSchedule")),
	pathOf(pass("ssm"), on("automation-definition/", "ssm:StartAutomationExecution")),
	pathOf(pass("states"), on("stateMachine:", "states:CreateStateMachine"), on("stateMachine:", "states:StartExecution")),

	// Working with the role that something has already.
	pathOf(on("cluster/", "ecs:ExecuteCommand")),
	pathOf(on("instance/", "ec2:ModifyInstanceAttribute"), on("instance/", "ec2:StartInstances"), on("instance/", "ec2:StopInstances")),
	pathOf(on("launch-template/", "ec2:CreateLaunchTemplateVersion"), on("launch-template/", "ec2:ModifyLaunchTemplate")),
	pathOf(on("instance/", "ec2-instance-connect:SendSSHPublicKey")),
	pathOf(on("instance/", "ec2-instance-connect:SendSerialConsoleSSHPublicKey")),
	pathOf(on("stack/", "cloudformation:UpdateStack")),
	pathOf(on("project/", "codebuild:StartBuild")),
	pathOf(on("devEndpoint/", "glue:UpdateDevEndpoint")),
	pathOf(on("function:", "lambda:UpdateFunctionCode")),
	pathOf(on("function:", "lambda:UpdateFunctionConfiguration")),
	pathOf(on("notebook-instance/", "sagemaker:CreatePresignedNotebookInstanceUrl")),
	pathOf(on("user-profile/", "sagemaker:CreatePresignedDomainUrl")),
	pathOf(on("notebook-instance-lifecycle-config/", "sagemaker:CreateNotebookInstanceLifecycleConfig"),
		on("notebook-instance/", "sagemaker:StopNotebookInstance"), on("notebook-instance/", "sagemaker:UpdateNotebookInstance"),
		on("notebook-instance/", "sagemaker:StartNotebookInstance")),
	pathOf(on("notebook-instance-lifecycle-config/", "sagemaker:UpdateNotebookInstanceLifecycleConfig")),
	pathOf(on("instance/", "ssm:SendCommand")),
	pathOf(on("instance/", "ssm:StartSession")),
	pathOf(on("session/", "ssm:ResumeSession")),
	pathOf(on("stateMachine:", "states:UpdateStateMachine")),
	pathOf(on(nothing, "identitystore:CreateGroupMembership")),
	pathOf(on(nothing, "sso:CreateAccountAssignment")),
	pathOf(on(nothing, "sso:PutInlinePolicyToPermissionSet")),
}
