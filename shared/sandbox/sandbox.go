// Package sandbox says what stands in the account of an ephemeral environment that
// the workflows deploy and destroy every night: GitHub's OIDC provider, the
// boundaries of the estate, and the role that does it, under a boundary of its own.
//
// All of it outlives every estate, and is made by a person before the first one
// (`ringfence bootstrap`). The estate cannot make its own boundaries there: whoever
// writes the boundary of the roles that they make can make an administrator. The
// values are plain, so what makes it, what checks it and what proves who gets in
// read the same ones.
package sandbox

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/boundary"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// Sandbox is what stands in the account of one environment.
type Sandbox struct {
	env   *config.Environment
	names names.Names
}

// Of is the sandbox of an environment with github.integration.
func Of(env *config.Environment) Sandbox {
	return Sandbox{env: env, names: names.New(env.Name, env.AccountID, env.Region)}
}

// Policy is a managed policy, with its tags.
type Policy struct {
	Name, Description, Text string
	Tags                    map[string]string
}

// Tags are those of what only bootstrap knows. What the estate takes over as it
// stands has the estate's.
func (s Sandbox) Tags() map[string]string {
	tags := s.env.Tags()
	tags["ManagedBy"], tags["Purpose"] = backend.ManagedBy, "nightly-integration"
	return tags
}

// EstateTags are those of what the estate takes over.
func (s Sandbox) EstateTags() map[string]string { return s.env.Tags() }

// Boundaries are the permissions boundaries, of the estate's roles and of the
// integration role.
func (s Sandbox) Boundaries() ([]Policy, error) {
	return s.render([]draft{
		{boundary.Estate, boundary.EstateDescription, boundary.OfEstate(s.env, s.names)},
		{boundary.FlowLogs, boundary.FlowLogsDescription, boundary.OfFlowLogs(s.names)},
		{backend.IntegrationBoundary, "The most that the nightly integration can ever do", boundary.OfIntegration(s.env, s.names)},
	})
}

// draft is a policy to be written.
type draft struct {
	name, description string
	document          iampolicy.Document
}

func (s Sandbox) render(drafts []draft) ([]Policy, error) {
	policies := make([]Policy, len(drafts))
	for i, d := range drafts {
		text, err := d.document.Constant()
		if err != nil {
			return nil, err
		}
		tags := s.Tags()
		if d.name == boundary.Estate || d.name == boundary.FlowLogs {
			tags = s.EstateTags()
		}
		policies[i] = Policy{Name: s.names.Of(d.name), Description: d.description, Text: text, Tags: tags}
	}
	return policies, nil
}

// PolicyARN is the ARN of a policy of the account.
func (s Sandbox) PolicyARN(name string) string { return s.names.IAMARN("policy/" + name) }

// Role names the role of the nightly integration.
func (s Sandbox) Role() string { return s.names.Of(backend.IntegrationRole) }

// RoleARN is its ARN.
func (s Sandbox) RoleARN() string { return s.names.IAMARN("role/" + s.Role()) }

// RoleBoundaryARN is the ARN of its boundary.
func (s Sandbox) RoleBoundaryARN() string {
	return s.PolicyARN(s.names.Of(backend.IntegrationBoundary))
}

// RoleDescription says in AWS what the role is for.
const RoleDescription = "Deploys, tests and destroys the sandbox, by the nightly workflow and the janitor"

// SessionSeconds is how long a session of the role lasts at most (control IAM-12).
const SessionSeconds = 60 * 60

// ProviderARN is the ARN of GitHub's OIDC provider, and Made says whether bootstrap
// makes it: an account has at most one, and an environment file may name it.
func (s Sandbox) ProviderARN() (arn string, made bool) {
	if arn := s.env.GitHub.ProviderARN; arn != "" {
		return arn, false
	}
	return s.names.IAMARN("oidc-provider/" + config.GitHubIssuer), true
}

// Audience is what GitHub's tokens must be made for.
const Audience = "sts.amazonaws.com"

// workflows are the ones that may take the role, on the branch main.
var workflows = []string{"janitor.yml", "nightly.yml"}

// Trust is who may take the role: the two workflows as they are on main, in a job of
// the GitHub environment that is called like this one. AWS compares GitHub's claim
// job_workflow_ref (IAM User Guide, "IAM and AWS STS condition context keys",
// "Available keys for AWS OIDC federation").
func (s Sandbox) Trust() (string, error) {
	provider, _ := s.ProviderARN()
	var refs []string
	for _, file := range workflows {
		refs = append(refs, s.env.GitHub.Repository+"/.github/workflows/"+file+"@refs/heads/main")
	}
	return iampolicy.Document{Statements: []iampolicy.Statement{{
		Sid:        "AssumedByNightAndJanitor",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.Federated(pulumi.String(provider)),
		Actions:    []string{"sts:AssumeRoleWithWebIdentity"},
		Conditions: []iampolicy.Condition{
			iampolicy.Is("StringEquals", config.GitHubIssuer+":aud", Audience),
			iampolicy.Is("StringEquals", config.GitHubIssuer+":job_workflow_ref", refs...),
			iampolicy.Is("StringEquals", config.GitHubIssuer+":sub", s.env.GitHub.Subjects("environment:"+s.env.Name)...),
		},
	}}}.Constant()
}
