package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newSupportRole makes the role that opens cases with AWS Support, for the
// listed roles (control IAM-30). Security Hub asks for the managed policy of AWS
// itself (IAM.18).
func (s *security) newSupportRole(ctx *pulumi.Context) error {
	if len(s.Env.Features.SupportRole) == 0 {
		return nil
	}
	role, err := s.newTrustedRole(ctx, "support", "Opens cases with AWS Support", s.Env.Features.SupportRole, nil)
	if err != nil {
		return err
	}
	_, err = iam.NewRolePolicyAttachment(ctx, "support", &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.String("arn:" + s.Names.Partition() + ":iam::aws:policy/AWSSupportAccess"),
	}, pulumi.Parent(role))
	return err
}
