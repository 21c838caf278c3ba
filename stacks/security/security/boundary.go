package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/boundary"
)

// newBoundary makes the permissions boundary that every role carries (control
// IAM-06).
func (s *security) newBoundary(ctx *pulumi.Context) error {
	var err error
	s.boundary, err = iam.NewPolicy(ctx, boundary.Estate, &iam.PolicyArgs{
		Name:        pulumi.String(s.Names.Of(boundary.Estate)),
		Description: pulumi.String(boundary.EstateDescription),
		Policy:      boundary.OfEstate(s.Env, s.Names).JSON(),
	}, pulumi.Parent(s), s.Standing(s.Names.IAMARN("policy/"+s.Names.Of(boundary.Estate))))
	return err
}
