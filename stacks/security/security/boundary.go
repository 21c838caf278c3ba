package security

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

const boundary = "boundary"

// newBoundary makes the permissions boundary that every role carries (control
// IAM-06).
func (s *security) newBoundary(ctx *pulumi.Context) error {
	var err error
	s.boundary, err = iam.NewPolicy(ctx, boundary, &iam.PolicyArgs{
		Name:        pulumi.String(s.Names.Of(boundary)),
		Description: pulumi.String("The most that any role of the estate can ever do"),
		Policy:      boundaryPolicy(s.Env, s.Names).JSON(),
	}, pulumi.Parent(s))
	return err
}

// boundaryPolicy is a ceiling, not a grant: a role can do what its own policies
// allow and this does not deny.
func boundaryPolicy(e *config.Environment, n names.Names) iampolicy.Document {
	return iampolicy.Document{Statements: slices.Concat(
		[]iampolicy.Statement{{
			Sid:       "Ceiling",
			Effect:    iampolicy.Allow,
			Actions:   []string{"*"},
			Resources: iampolicy.Strings("*"),
		}},
		boundaryIdentity(n),
		boundaryAudit(n),
		boundaryPerimeter(e, n),
	)}
}

// boundaryIdentity keeps a role from stepping over the boundary: by making
// another role without it, by editing it, by taking it off, by taking over a
// role or user that does not carry it, by making credentials that no role stands
// behind (control IAM-22), or by changing what the pipeline may do.
func boundaryIdentity(n names.Names) []iampolicy.Statement {
	self := n.IAMARN("policy/" + n.Of(boundary))
	// Narrower than this one, and made before it: see the network stack.
	flowLogs := n.IAMARN("policy/" + n.Of("flow-logs-boundary"))
	return []iampolicy.Statement{
		{
			Sid:    "DenyRolesWithoutThisBoundary",
			Effect: iampolicy.Deny,
			Actions: []string{
				"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
				"iam:PutRole*", // a policy or a boundary; a managed policy has no room for both
			},
			Resources: iampolicy.Strings("*"),
			// An absent key does not equal the boundary, so it is denied too.
			Conditions: []iampolicy.Condition{iampolicy.Is("StringNotEquals", "iam:PermissionsBoundary", self, flowLogs)},
		},
		{
			Sid:    "DenyTakingOverOthers",
			Effect: iampolicy.Deny,
			Actions: []string{
				"iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:DeleteRolePermissionsBoundary",
				"iam:DeleteUserPermissionsBoundary", "iam:PutGroupPolicy", "iam:PutUserPermissionsBoundary",
				"iam:PutUserPolicy", "iam:UpdateAssumeRolePolicy",
			},
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:       "DenyEditingBoundary",
			Effect:    iampolicy.Deny,
			Actions:   []string{"iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"},
			Resources: iampolicy.Strings(self, flowLogs, n.IAMARN("policy/"+n.Of(pipelineRead)), n.IAMARN("policy/"+n.Of(pipelineState))),
		},
		{
			// Who deploys the security stack could else give the pipeline, and so
			// itself, any permission: what the pipeline may do is for a person to
			// change.
			Sid:    "DenyEditingPipeline",
			Effect: iampolicy.Deny,
			Actions: []string{
				"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole*", "iam:DetachRolePolicy", "iam:PutRole*",
			},
			Resources: iampolicy.Strings(pipelineRoleARNs(n)...),
		},
		{
			Sid:    "DenyLongTermCredentials",
			Effect: iampolicy.Deny,
			Actions: []string{
				"bedrock:CallWithBearerToken", "iam:CreateAccessKey", "iam:CreateLoginProfile",
				"iam:CreateServiceSpecificCredential", "iam:CreateUser", "iam:ResetServiceSpecificCredential",
				"iam:UpdateLoginProfile", "sagemaker:CallWithBearerToken",
			},
			Resources: iampolicy.Strings("*"),
		},
	}
}

func pipelineRoleARNs(n names.Names) []string {
	var arns []string
	for _, name := range []string{driftRole, evidenceRole, previewRole} {
		arns = append(arns, n.IAMARN("role/"+n.Of(name)))
	}
	for _, stack := range graph.Names() {
		arns = append(arns, n.IAMARN("role/"+n.Of(deployRole(stack))))
	}
	return arns
}
