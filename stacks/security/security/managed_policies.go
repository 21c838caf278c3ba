package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// policy is what is written once and attached to several roles.
type policy struct {
	name        string
	description string
	statements  []iampolicy.Statement
}

// managed is a policy as IAM has it.
type managed struct {
	name string
	*iam.Policy
}

func (s *security) newPolicies(ctx *pulumi.Context, policies []policy) ([]managed, error) {
	var made []managed
	for _, p := range policies {
		resource, err := iam.NewPolicy(ctx, p.name, &iam.PolicyArgs{
			Name:        pulumi.String(s.Names.Of(p.name)),
			Description: pulumi.String(p.description),
			Policy:      iampolicy.Document{Statements: p.statements}.JSON(),
		}, pulumi.Parent(s))
		if err != nil {
			return nil, err
		}
		made = append(made, managed{p.name, resource})
	}
	return made, nil
}

// attach attaches managed policies to a role.
func attach(ctx *pulumi.Context, roleName string, role *iam.Role, policies []managed) error {
	for _, policy := range policies {
		if _, err := iam.NewRolePolicyAttachment(ctx, roleName+"-"+policy.name, &iam.RolePolicyAttachmentArgs{
			Role:      role.Name,
			PolicyArn: policy.Arn,
		}, pulumi.Parent(role)); err != nil {
			return err
		}
	}
	return nil
}
