package access

import (
	"slices"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// call is an action on a resource, by its name.
type call struct{ action, resource string }

// takeover is what somebody who took over a role tries next: to become somebody
// else, to see more, to start something, and to blind those who watch.
var takeover = []call{
	{"sts:AssumeRole", "role break-glass"},
	{"iam:PassRole", "role break-glass"},
	{"iam:CreateRole", "a role outside the estate"},
	{"iam:PutRolePolicy", "a role outside the estate"},
	{"iam:PutRolePolicy", "role break-glass"},
	{"iam:UpdateAssumeRolePolicy", "role break-glass"},
	{"iam:CreatePolicyVersion", "policy boundary"},
	{"iam:CreateAccessKey", "a user"},
	{"s3:ListAllMyBuckets", allResources},
	{"secretsmanager:GetSecretValue", "a secret"},
	{"ssm:GetParameter", "a parameter"},
	{"lambda:CreateFunction", "a function"},
	{"lambda:InvokeFunction", "a function"},
	{"ec2:RunInstances", "an instance"},
	{"ec2:AuthorizeSecurityGroupEgress", "a security group"},
	{"logs:GetLogEvents", "a stream of log group trail"},
	{"logs:DeleteLogGroup", "log group trail"},
	{"logs:PutRetentionPolicy", "log group trail"},
	{"cloudtrail:StopLogging", "the trail"},
	{"cloudtrail:UpdateTrail", "the trail"},
	{"ec2:DeleteFlowLogs", "flow logs"},
	{"events:DisableRule", "the tamper rule"},
}

// ceiling is what no role can be given.
var ceiling = []call{
	{"iam:CreateRole", "a role outside the estate"},
	{"iam:UpdateAssumeRolePolicy", "role break-glass"},
	{"iam:CreatePolicyVersion", "policy boundary"},
	{"iam:PutRolePolicy", "role preview"},
	{"iam:CreateAccessKey", "a user"},
	{"cloudtrail:StopLogging", "the trail"},
	{"cloudtrail:UpdateTrail", "the trail"},
	{"logs:DeleteLogGroup", "log group trail"},
	{"logs:PutRetentionPolicy", "log group trail"},
	{"s3:DeleteObject", "audit bucket: " + trailRecords},
	{"s3:PutBucketPolicy", "audit bucket"},
}

// account asks what each role can do to the account, with what it has and with
// everything.
func (a *asker) account() {
	for _, c := range takeover {
		a.ask(a.roleNames(), []string{c.action}, []string{c.resource}, "")
	}
	for _, c := range ceiling {
		a.ask(a.givenEverything(), []string{c.action}, []string{c.resource}, "")
	}
	strong := a.givenEverything()
	a.ask(strong, []string{"iam:CreateRole"}, []string{"a new role of the estate"}, "", underBoundary, underAnotherBoundary)
	a.ask(strong, []string{"ec2:RunInstances"}, []string{"an instance"}, "", inAnotherRegion)
	a.ask(strong, []string{"iam:GetRole"}, []string{"a role outside the estate"}, inAnotherRegion)
}

// workloads asks what each role needs to run: its own logs and metrics, images,
// and a place in the VPC.
func (a *asker) workloads() {
	for _, c := range []call{
		{"logs:PutLogEvents", ownLogs}, {"logs:PutLogEvents", "a stream of log group trail"},
		{"ecr:BatchGetImage", "a repository"}, {"ecr:PutImage", "a repository"},
	} {
		a.ask(a.roleNames(), []string{c.action}, []string{c.resource}, "")
	}
	a.ask(a.roleNames(), []string{"cloudwatch:PutMetricData"}, []string{allResources}, underOwnName, underAWSName)
	a.ask(a.roleNames(), []string{"ec2:CreateNetworkInterface"}, []string{"a subnet"}, inTheVPC, inAnotherVPC)
	for _, w := range a.snapshot.Environment.Workloads {
		role := []string{"role " + w.Name}
		a.ask([]string{"data-scientist", administrator}, []string{"iam:PassRole"}, role, "to sagemaker", "to lambda", "to ec2")
	}
	a.ask([]string{"data-scientist"}, []string{"iam:PassRole"}, []string{"role ml-service", "role break-glass", "a role outside the estate"}, "to sagemaker")
}

// models asks who calls which models, and with which guardrail.
func (a *asker) models() {
	resources := slices.Concat(a.modelsListed(), []string{"another model", "an inference profile", "a model of one's own"})
	ways := []string{""}
	if a.snapshot.Environment.Models.Guardrail != "" {
		ways = append(ways, "with the guardrail", "with the guardrail's draft", "with another guardrail")
	}
	invoke := []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}
	a.ask(a.roleNames(), invoke, resources, ways...)
	for _, name := range slices.Concat(a.agents(), []string{"break-glass"}) {
		a.ask([]string{name + givenEverything}, invoke, resources, ways...)
	}
}

func (a *asker) modelsListed() []string {
	var names []string
	for _, id := range a.snapshot.Environment.Models.Allowed {
		names = append(names, "model "+id)
	}
	return names
}

// agents are the workloads that may call models.
func (m *Model) agents() []string {
	var out []string
	for _, w := range m.snapshot.Environment.Workloads {
		if w.RunsOn == config.Bedrock || w.RunsOn == config.Lambda && w.Kind == config.Agent {
			out = append(out, w.Name)
		}
	}
	return out
}

// endpoints asks what passes each endpoint of the VPC. What is asked about is open
// to all, so that only the endpoint can refuse.
func (a *asker) endpoints() {
	who := []string{administrator, foreigner}
	for _, name := range a.named(endpointType, "") {
		for _, c := range throughEach[name] {
			a.ask(who, []string{c.action}, []string{c.resource + openWord, "somebody else's " + c.resource}, throughEndpoint+" "+name)
		}
	}
	models := slices.Concat(a.modelsListed(), []string{"another model", "a model of one's own"})
	a.ask(who, []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}, models, throughEndpoint+" bedrock-runtime")
}

// throughEach is a call to the service of each endpoint.
var throughEach = map[string][]call{
	"bedrock":               {{"bedrock:GetGuardrail", "guardrail"}},
	"bedrock-agent":         {{"bedrock:GetAgent", "agent"}},
	"bedrock-agent-runtime": {{"bedrock:InvokeAgent", "agent alias"}},
	"bedrock-runtime":       {{"bedrock:ApplyGuardrail", "guardrail"}},
	"ec2":                   {{"ec2:StopInstances", "instance"}},
	"ecr.api":               {{"ecr:DescribeImages", "repository"}},
	"ecr.dkr":               {{"ecr:BatchGetImage", "repository"}},
	"kms":                   {{"kms:Decrypt", "key"}},
	"logs":                  {{"logs:GetLogEvents", "log group"}},
	"monitoring":            {{"cloudwatch:DeleteAlarms", "alarm"}},
	"sagemaker.api":         {{"sagemaker:DescribeTrainingJob", "training job"}},
	"sagemaker.runtime":     {{"sagemaker:InvokeEndpoint", "endpoint"}},
	"ssm":                   {{"ssm:GetParameter", "parameter"}},
	"sts":                   {{"sts:GetCallerIdentity", "session"}},
}

// pipeline asks what the roles that are no workload change of the estate.
func (a *asker) pipeline() {
	roles := slices.DeleteFunc(a.notWorkloads(), func(name string) bool { return slices.Contains(outsiders, name) })
	for _, stack := range graph.Names() {
		a.ask(roles, []string{"s3:GetObject", "s3:PutObject"}, []string{"state bucket: state of " + string(stack)}, Outside.Name)
	}
	a.ask(roles, []string{"s3:PutObject"}, []string{"state bucket: locks"}, Outside.Name)
	for _, c := range estateChanges {
		a.ask(roles, []string{c.action}, []string{c.resource}, Outside.Name)
	}
	for _, action := range []string{"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:PutRolePolicy"} {
		resources := []string{"a new role of the estate", "a role outside the estate", "role break-glass", "role deploy-data", "role flow-logs", "role ml-service", "role trail-delivery"}
		a.ask(roles, []string{action}, resources, "", underBoundary)
	}
	a.ask(roles, []string{"iam:PassRole"}, []string{"role trail-delivery", "role flow-logs", "role break-glass"}, "to cloudtrail", "to lambda", "to vpc-flow-logs")
	a.ask(roles, []string{"ec2:DeleteSubnet"}, []string{"a subnet"}, ofTheEstate, ofAnotherEnvironment)
	a.ask(roles, []string{"ec2:CreateSubnet", "ec2:CreateInternetGateway", "ec2:CreateNatGateway"}, []string{"a network resource"}, withTheTags, "")
	a.ask(roles, []string{"ec2:CreateRoute", "ec2:ReplaceNetworkAclEntry", "ec2:ModifyVpcEndpoint", "ec2:AuthorizeSecurityGroupIngress"}, []string{"a network resource"}, ofTheEstate, ofAnotherEnvironment)
}

// estateChanges are changes of what the stacks have made.
var estateChanges = []call{
	{"cloudtrail:DeleteTrail", "the trail"},
	{"cloudtrail:LookupEvents", allResources},
	{"cloudtrail:UpdateTrail", "the trail"},
	{"cloudwatch:PutMetricAlarm", "an alarm"},
	{"events:PutRule", "the tamper rule"},
	{"iam:CreatePolicyVersion", "policy ml-guard-jobs"},
	{"iam:CreatePolicyVersion", "policy ml-guard-keys"},
	{"iam:CreatePolicyVersion", "policy pipeline-read"},
	{"iam:GetRole", "role ml-service"},
	{"iam:UpdateOpenIDConnectProviderThumbprint", "GitHub's provider"},
	{"logs:PutRetentionPolicy", "log group flow-logs"},
	{"sns:Publish", "alarms topic"},
	{"sns:SetTopicAttributes", "alarms topic"},
	{"sqs:ReceiveMessage", "tampering-undelivered queue"},
	{"sqs:SendMessage", "tampering-undelivered queue"},
}
