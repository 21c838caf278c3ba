package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// rolesOfStacks are the service roles of each stack, by the last part of their
// name. The security stack has all others: the workloads', the people's and the
// pipeline's.
var rolesOfStacks = map[graph.Name][]string{
	graph.Network: {"flow-logs"},
	graph.Data:    {"malware-scan", "replication"},
	graph.Audit:   {"config-recorder", "model-invocation-log", "tampering", "trail-delivery"},
}

// changesOfRoles are the actions with which a role is made, changed or deleted.
var changesOfRoles = []string{
	"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
	"iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription",
}

// deployersKeepToTheirRoles wants no deploy role to change the pipeline's roles or
// the service roles of another stack, by its own policies, whatever the boundary
// adds: who can change a role has what it has.
func (in *inspection) deployersKeepToTheirRoles() {
	pipeline := []string{"drift", evidenceRole, "preview"}
	for _, stack := range graph.Names() {
		pipeline = append(pipeline, "deploy-"+string(stack))
	}
	for _, role := range in.roles() {
		stack, deploys := strings.CutPrefix(role.role.Name, in.Names.Of("deploy-"))
		if !deploys {
			continue
		}
		others := slices.Clone(pipeline)
		for _, owner := range graph.Names() {
			if string(owner) != stack {
				others = append(others, rolesOfStacks[owner]...)
			}
		}
		if stack != string(graph.Security) { // grants are given, not roles made
			for _, w := range in.Environment.Workloads {
				role.makesNoRole(w.Name)
			}
		}
		for _, other := range others {
			role.changesNothingOf(other, changesOfRoles)
		}
	}
}

// makesNoRole wants a role not to make or take away a workload's role.
func (r roleSubject) makesNoRole(name string) {
	r.changesNothingOf(name, []string{"iam:CreateRole", "iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription"})
}

// changesNothingOf asks with all that makes such a change pass elsewhere: the
// boundary on the role, and a guard as the policy that is attached.
func (r roleSubject) changesNothingOf(name string, actions []string) {
	arn := r.in.Names.IAMARN("role/" + r.in.Names.Of(name))
	for _, guard := range []string{"ml-guard-keys", "ml-guard-network"} {
		passing := iameval.Context{
			"iam:PermissionsBoundary": {r.in.Names.IAMARN("policy/" + r.in.Names.Of("boundary"))},
			"iam:PolicyARN":           {r.in.Names.IAMARN("policy/" + r.in.Names.Of(guard))},
		}
		for _, action := range actions {
			r.byPoliciesAlone().refuses(r.in.request(action, arn).given("with boundary and guard", passing))
		}
	}
}
