package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// sessionSeconds is the longest session of a role that a machine or a person
// assumes (control IAM-12).
const sessionSeconds = 3600

// newWorkloadRoles makes a role for every workload of the environment file, and
// an instance profile for those that run on EC2.
func (s *security) newWorkloadRoles(ctx *pulumi.Context) error {
	s.workloadRoles = map[string]*iam.Role{}
	s.instanceProfiles = map[string]*iam.InstanceProfile{}
	for _, w := range s.Env.Workloads {
		role, err := s.newServiceRole(ctx, w.Name, w.RunsOn, w.Kind, string(w.Kind)+" workload on "+string(w.RunsOn), pulumi.StringMap{
			"DataClassification": pulumi.String(string(w.Classification)),
			"Owner":              pulumi.String(w.Owner),
			"Workload":           pulumi.String(w.Name),
		})
		if err != nil {
			return err
		}
		s.workloadRoles[w.Name] = role
		if w.RunsOn != config.EC2 {
			continue
		}
		profile, err := iam.NewInstanceProfile(ctx, w.Name, &iam.InstanceProfileArgs{
			Name: pulumi.String(s.Names.Of(w.Name)),
			Role: role.Name,
		}, pulumi.Parent(role))
		if err != nil {
			return err
		}
		s.instanceProfiles[w.Name] = profile
	}
	return nil
}

// newMLServiceRole makes the role of SageMaker jobs that belong to no listed
// workload, such as a pipeline's glue. Its data is the shared/ prefix.
func (s *security) newMLServiceRole(ctx *pulumi.Context) error {
	var err error
	s.mlService, err = s.newServiceRole(ctx, "ml-service", config.SageMaker, "", "SageMaker jobs that belong to no listed workload", nil)
	return err
}

// newServiceRole makes a role that one AWS service assumes, with what this
// service needs to run at all.
func (s *security) newServiceRole(ctx *pulumi.Context, name string, service config.Service, kind config.Kind, description string, tags pulumi.StringMap) (*iam.Role, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:                pulumi.String(s.Names.Of(name)),
		Description:         pulumi.String(description),
		AssumeRolePolicy:    secure.ServiceTrust(s.Names, service.Principal(), "").JSON(),
		PermissionsBoundary: s.boundary.Arn,
		MaxSessionDuration:  pulumi.Int(sessionSeconds),
		// The data stack attaches a policy to this role and is deployed later, so
		// a workload that is taken out leaves its role with that policy on it.
		ForceDetachPolicies: pulumi.Bool(true),
		Tags:                tags,
	}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	if err := attach(ctx, name, role, s.guardsOf(service, kind)); err != nil {
		return nil, err
	}
	runtime := s.runtime(name, service, kind)
	if len(runtime) == 0 {
		return role, nil // an agent on Bedrock where no model is allowed
	}
	_, err = iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Name:   pulumi.String("runtime"),
		Role:   role.Name,
		Policy: iampolicy.Document{Statements: runtime}.JSON(),
	}, pulumi.Parent(role))
	return role, err
}
