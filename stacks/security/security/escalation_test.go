package security

import (
	"maps"
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
)

// The known ways from a few permissions to all of them end at every role of the
// estate (control IAM-09). Each is tried in the most favourable circumstances:
// tags, boundary and service are as a grant could ask for.
func TestVerdictNoRoleRaisesItself(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	for _, name := range slices.Sorted(maps.Keys(e.roles)) {
		self := e.roles[name].arn
		ways := [][2]string{
			{"cloudformation:CreateStack", e.arn("cloudformation", "stack/x/1")},
			{"codebuild:CreateProject", e.arn("codebuild", "project/x")},
			{"datapipeline:CreatePipeline", "*"},
			{"ec2:AssociateIamInstanceProfile", e.arn("ec2", "instance/i-1")},
			{"ec2:RunInstances", e.arn("ec2", "instance/*")},
			{"glue:CreateDevEndpoint", e.arn("glue", "devEndpoint/x")},
			{"iam:AddUserToGroup", e.iam("group/admins")},
			{"iam:AttachGroupPolicy", e.iam("group/admins")},
			{"iam:AttachRolePolicy", self},
			{"iam:AttachUserPolicy", e.iam("user/eve")},
			{"iam:CreateAccessKey", e.iam("user/eve")},
			{"iam:CreateLoginProfile", e.iam("user/eve")},
			{"iam:CreatePolicyVersion", e.iam("policy/ringfence-full-boundary")},
			{"iam:CreatePolicyVersion", e.iam("policy/ringfence-full-pipeline-read")},
			{"iam:DeleteRolePermissionsBoundary", self},
			{"iam:PutGroupPolicy", e.iam("group/admins")},
			{"iam:PutRolePermissionsBoundary", self},
			{"iam:PutRolePolicy", self},
			{"iam:PutUserPolicy", e.iam("user/eve")},
			{"iam:SetDefaultPolicyVersion", e.iam("policy/ringfence-full-boundary")},
			{"iam:UpdateAssumeRolePolicy", e.iam("role/ringfence-full-break-glass")},
			{"iam:UpdateLoginProfile", e.iam("user/eve")},
			{"lambda:CreateFunction", e.arn("lambda", "function:x")},
			{"lambda:UpdateFunctionCode", e.arn("lambda", "function:x")},
			{"sagemaker:CreateNotebookInstance", e.arn("sagemaker", "notebook-instance/x")},
			{"sagemaker:CreatePresignedNotebookInstanceUrl", e.arn("sagemaker", "notebook-instance/x")},
			{"ssm:SendCommand", e.arn("ec2", "instance/i-1")},
			{"ssm:StartSession", e.arn("ec2", "instance/i-1")},
		}
		for _, other := range append([]string{"break-glass", "auditor"}, pipeline...) {
			ways = append(ways, [2]string{"iam:PassRole", e.roles[other].arn})
			if other != name {
				ways = append(ways, [2]string{"sts:AssumeRole", e.roles[other].arn})
			}
		}
		for _, service := range []string{"ec2.amazonaws.com", "lambda.amazonaws.com", "sagemaker.amazonaws.com"} {
			context := iameval.Context{
				"aws:RequestTag/ControlSet": {"ringfence"}, "aws:RequestTag/Environment": {"full"},
				"aws:ResourceTag/ControlSet": {"ringfence"}, "aws:ResourceTag/Environment": {"full"},
				"iam:PassedToService": {service}, "iam:PermissionsBoundary": {e.iam("policy/ringfence-full-boundary")},
				"iam:PolicyARN": {"arn:" + e.partition() + ":iam::aws:policy/AdministratorAccess"},
			}
			for _, way := range ways {
				if d := e.ask(e.roles[name], way[0], way[1], context); d.Verdict == iameval.Allow {
					t.Errorf("%s may %s on %s: %s", name, way[0], way[1], d)
				}
			}
		}
	}
}
