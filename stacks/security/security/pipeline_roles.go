package security

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// The names of the pipeline's roles and of the policies that all of them have.
const (
	previewRole   = "preview"
	driftRole     = "drift"
	evidenceRole  = "evidence"
	pipelineRead  = "pipeline-read"
	pipelineState = "pipeline-state"
)

// newPipelineRoles makes the roles of the repository's workflows (controls
// IAM-10 and IAM-11): previews of pull requests and the nightly look for drift
// read, one adds evidence of what was deployed, and each stack has a role of its own
// that deploys it, for workflows that passed the environment's approval.
//
// The roles deploy, they do not destroy: what holds data, keys or records is
// taken down by a person. Nor can they change each other, the boundary or a
// role's trust; a person deploys the security stack when that changes.
func (s *security) newPipelineRoles(ctx *pulumi.Context) error {
	shared, err := s.newPolicies(ctx, []policy{
		{pipelineRead, "Reads how the estate is set up, and no data", s.readEstate()},
		{pipelineState, "Reads the state of all stacks", s.readState()},
	})
	if err != nil {
		return err
	}
	if s.preview, err = s.newPipelineRole(ctx, previewRole, "Previews pull requests", "pull_request", shared); err != nil {
		return err
	}
	if s.drift, err = s.newPipelineRole(ctx, driftRole, "Looks for drift", "ref:refs/heads/main", shared,
		duty{"actors", lookUpActors()}); err != nil {
		return err
	}
	if s.evidence, err = s.newPipelineRole(ctx, evidenceRole, "Adds evidence to the audit bucket", "ref:refs/heads/main", nil,
		duty{"evidence", s.addEvidence()}); err != nil {
		return err
	}
	s.deploy = map[graph.Name]*iam.Role{}
	for _, stack := range graph.Names() {
		if s.deploy[stack], err = s.newPipelineRole(ctx, backend.DeployRole(stack), "Deploys stack "+string(stack), "environment:"+s.Env.Name, shared,
			duty{"state", s.writeState(stack)}, duty{"deploy", s.deployment(stack)}); err != nil {
			return err
		}
	}
	return nil
}

// duty is an inline policy of a role.
type duty struct {
	name       string
	statements []iampolicy.Statement
}

// newPipelineRole makes a role that workflows of the repository assume in one
// situation, see gitHubTrust.
func (s *security) newPipelineRole(ctx *pulumi.Context, name, description, situation string, shared []managed, duties ...duty) (*iam.Role, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:                pulumi.String(s.Names.Of(name)),
		Description:         pulumi.String(description),
		AssumeRolePolicy:    s.gitHubTrust(situation).JSON(),
		PermissionsBoundary: s.boundary.Arn,
		MaxSessionDuration:  pulumi.Int(sessionSeconds),
	}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	if err := attach(ctx, name, role, shared); err != nil {
		return nil, err
	}
	for _, d := range duties {
		if _, err := iam.NewRolePolicy(ctx, name+"-"+d.name, &iam.RolePolicyArgs{
			Name:   pulumi.String(d.name),
			Role:   role.Name,
			Policy: iampolicy.Document{Statements: d.statements}.JSON(),
		}, pulumi.Parent(role)); err != nil {
			return nil, err
		}
	}
	return role, nil
}

// deployment is what it takes to deploy a stack, besides reading.
func (s *security) deployment(stack graph.Name) []iampolicy.Statement {
	statements := map[graph.Name]func() []iampolicy.Statement{
		graph.Network:  s.deployNetwork,
		graph.Security: s.deploySecurity,
		graph.Data:     s.deployData,
		graph.Audit:    s.deployAudit,
	}[stack]()
	return slices.Concat(statements, findOwn(), s.optionalWrites(stack))
}

// findOwn lets a deployment find what one that was cut off has made and not written
// down. AWS answers with names and tags alone.
func findOwn() []iampolicy.Statement {
	return []iampolicy.Statement{allow("FindOwn", []string{"tag:GetResources"}, "*")} // has no resource
}

// lookUpActors lets the look for drift say who changed what, and when.
func lookUpActors() []iampolicy.Statement {
	return []iampolicy.Statement{allow("LookUpWhoChangedWhat", []string{"cloudtrail:LookupEvents"}, "*")} // has no resource
}
