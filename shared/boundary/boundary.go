// Package boundary holds the permissions boundaries of the estate: the most that
// its roles can ever do, whatever they are granted.
//
// They are plain values of the environment file and the names, so that the stacks
// that make them and the bootstrap of a sandbox, which makes them once for all
// nights, write the same text.
package boundary

import (
	"slices"

	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// The boundaries of the estate: that of all roles, and that of the role which
// delivers the flow logs. The second is narrower and made before the first: see the
// network stack.
const (
	Estate   = "boundary"
	FlowLogs = "flow-logs-boundary"
)

// What AWS shows of them, which nobody can change later.
const (
	EstateDescription   = "The most that any role of the estate can ever do"
	FlowLogsDescription = "The most that the flow-log delivery role can ever do"
)

// OfFlowLogs is the most that the flow-log delivery role can ever do, and exactly
// what it does.
func OfFlowLogs(n names.Names) iampolicy.Document {
	return iampolicy.Document{Statements: []iampolicy.Statement{
		{
			Sid:       "WriteFlowLogs",
			Effect:    iampolicy.Allow,
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: iampolicy.Strings(n.LogGroupARN("flow-logs") + ":*"),
		},
		{
			Sid:       "FindLogGroup",
			Effect:    iampolicy.Allow,
			Actions:   []string{"logs:DescribeLogGroups"}, // cannot be limited to one group
			Resources: iampolicy.Strings("*"),
		},
	}}
}

// OfEstate is a ceiling, not a grant: a role can do what its own policies
// allow and this does not deny.
func OfEstate(e *config.Environment, n names.Names) iampolicy.Document {
	return iampolicy.Document{Statements: slices.Concat(
		[]iampolicy.Statement{{
			Sid:       "Ceiling",
			Effect:    iampolicy.Allow,
			Actions:   []string{"*"},
			Resources: iampolicy.Strings("*"),
		}},
		identity(e, n),
		audit(n),
		perimeter(e, n),
	)}
}

// identity keeps a role from stepping over the boundary: by making
// another role without it, by editing it, by taking it off, by taking over a
// role or user that does not carry it, by making credentials that no role stands
// behind (control IAM-22), or by changing what the pipeline may do.
func identity(e *config.Environment, n names.Names) []iampolicy.Statement {
	self := n.IAMARN("policy/" + n.Of(Estate))
	flowLogs := n.IAMARN("policy/" + n.Of(FlowLogs))
	return []iampolicy.Statement{
		{
			Sid:       "DenyRolesWithoutThisBoundary",
			Effect:    iampolicy.Deny,
			Actions:   roleChanges,
			Resources: iampolicy.Strings("*"),
			// An absent key does not equal the boundary, so it is denied too.
			Conditions: []iampolicy.Condition{iampolicy.Is("StringNotEquals", "iam:PermissionsBoundary", self, flowLogs)},
		},
		{
			Sid:       "DenyTakingOverOthers",
			Effect:    iampolicy.Deny,
			Actions:   takingOver,
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:       "DenyEditingBoundary",
			Effect:    iampolicy.Deny,
			Actions:   []string{"iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"},
			Resources: iampolicy.Strings(pipelinePolicyARNs(e, n)...),
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
			Resources: iampolicy.Strings(pipelineRoleARNs(e, n)...),
		},
		{
			Sid:       "DenyLongTermCredentials",
			Effect:    iampolicy.Deny,
			Actions:   longTermCredentials,
			Resources: iampolicy.Strings("*"),
		},
	}
}

// roleChanges make a role, or change what it may do.
var roleChanges = []string{
	"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
	"iam:PutRole*", // a policy or a boundary; a managed policy has no room for both
}

// takingOver are the calls that take over a role or user without the boundary.
var takingOver = []string{
	"iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:DeleteRolePermissionsBoundary",
	"iam:DeleteUserPermissionsBoundary", "iam:PutGroupPolicy", "iam:PutUserPermissionsBoundary",
	"iam:PutUserPolicy", "iam:UpdateAssumeRolePolicy",
}

// longTermCredentials are the calls that make or use credentials that no role
// stands behind.
var longTermCredentials = []string{
	"bedrock:CallWithBearerToken", "iam:CreateAccessKey", "iam:CreateLoginProfile",
	"iam:CreateServiceSpecificCredential", "iam:CreateUser", "iam:ResetServiceSpecificCredential",
	"iam:UpdateLoginProfile", "sagemaker:CallWithBearerToken",
}

// pipelinePolicyARNs are the policies that decide what the pipeline may do.
func pipelinePolicyARNs(e *config.Environment, n names.Names) []string {
	own := []string{Estate, FlowLogs, "pipeline-read", "pipeline-state"}
	if e.GitHub.Integration {
		own = append(own, integrationPolicies)
	}
	return policyARNs(n, own)
}

func policyARNs(n names.Names, own []string) []string {
	arns := make([]string, len(own))
	for i, name := range own {
		arns[i] = n.IAMARN("policy/" + n.Of(name))
	}
	return arns
}

func pipelineRoleARNs(e *config.Environment, n names.Names) []string {
	roles := []string{"drift", "evidence", "preview"}
	for _, stack := range graph.Names() {
		roles = append(roles, backend.DeployRole(stack))
	}
	if e.GitHub.Integration {
		roles = append(roles, backend.IntegrationRole)
	}
	var arns []string
	for _, role := range roles {
		arns = append(arns, n.IAMARN("role/"+n.Of(role)))
	}
	return arns
}
