// Package security builds the security stack: one role per workload, the
// people's roles, those of the pipeline, the permissions boundary that all of
// them carry, the guards of those that use SageMaker or Bedrock, and what guards
// the account as a whole.
//
// Roles get here what their service needs to run at all. What they may do with
// data is granted in the data stack, next to the bucket and the key.
package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/program"
)

// Stack is the program of the security stack.
func Stack(ctx *pulumi.Context, p *program.Program) (contract.Contract, error) {
	network, err := contract.Read[contract.Network](ctx)
	if err != nil {
		return nil, err
	}
	s := &security{Program: p, network: network}
	if err := ctx.RegisterComponentResource("ringfence:security:Security", "security", s, p.Provider); err != nil {
		return nil, err
	}
	for _, provision := range []func(*pulumi.Context) error{
		s.newBoundary,
		s.newGuards,
		s.newWorkloadRoles,
		s.newMLServiceRole,
		s.newAuditor,
		s.newBreakGlass,
		s.newDataScientist,
		s.newSupportRole,
		s.newGitHubProvider,
		s.newPipelineRoles,
		s.newAccessAnalyzers,
		s.newPasswordPolicy,
		s.newInstanceDefaults,
		s.newPublicBucketBlock,
		s.newSecurityContact,
	} {
		if err := provision(ctx); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterResourceOutputs(s, pulumi.Map{"boundaryArn": s.boundary.Arn}); err != nil {
		return nil, err
	}
	return s.contract(), nil
}

// security is the component; its fields are filled in the order of the steps above.
type security struct {
	pulumi.ResourceState
	*program.Program

	network contract.Network

	boundary         *iam.Policy
	workloadRoles    map[string]*iam.Role
	instanceProfiles map[string]*iam.InstanceProfile
	mlService        *iam.Role
	auditor          *iam.Role
	breakGlass       *iam.Role
	dataScientist    *iam.Role

	sageMakerGuards []managed
	bedrockGuards   []managed

	gitHubProviderARN pulumi.StringOutput
	preview           *iam.Role
	drift             *iam.Role
	evidence          *iam.Role
	deploy            map[graph.Name]*iam.Role
}

func (s *security) contract() contract.Security {
	roles, profiles, deploy := pulumi.StringMap{}, pulumi.StringMap{}, pulumi.StringMap{}
	for name, role := range s.workloadRoles {
		roles[name] = s.arn(role, "role/"+s.Names.Of(name))
	}
	for name, profile := range s.instanceProfiles {
		profiles[name] = s.arn(profile, "instance-profile/"+s.Names.Of(name))
	}
	for stack, role := range s.deploy {
		deploy[string(stack)] = role.Arn
	}
	return contract.Security{
		WorkloadRoleARNs:     roles.ToStringMapOutput(),
		InstanceProfileARNs:  profiles.ToStringMapOutput(),
		MLServiceRoleARN:     s.mlService.Arn,
		BoundaryARN:          s.boundary.Arn,
		AuditorRoleARN:       s.auditor.Arn,
		BreakGlassRoleARN:    s.breakGlass.Arn,
		DataScientistRoleARN: s.dataScientist.Arn,
		PreviewRoleARN:       s.preview.Arn,
		DriftRoleARN:         s.drift.Arn,
		EvidenceRoleARN:      s.evidence.Arn,
		DeployRoleARNs:       deploy.ToStringMapOutput(),
	}
}

// arn is the ARN of a resource whose name is fixed, known as soon as the resource
// is registered. A list of what comes with the environment file is made of these:
// with the ARN that AWS gives back, a preview would not know the whole list when
// one is new, and foretell changes of all that reads it.
func (s *security) arn(of pulumi.Resource, resource string) pulumi.StringOutput {
	arn := s.Names.IAMARN(resource)
	return of.URN().ToURNOutput().ApplyT(func(pulumi.URN) string { return arn }).(pulumi.StringOutput)
}
