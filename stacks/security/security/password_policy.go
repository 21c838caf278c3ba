package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newPasswordPolicy sets the account's password policy (control IAM-27). The
// estate makes no users; the people of break-glass are some.
func (s *security) newPasswordPolicy(ctx *pulumi.Context) error {
	if !s.Env.Features.PasswordPolicy {
		return nil
	}
	_, err := iam.NewAccountPasswordPolicy(ctx, "account", &iam.AccountPasswordPolicyArgs{
		MinimumPasswordLength:      pulumi.Int(14),
		PasswordReusePrevention:    pulumi.Int(24),
		RequireLowercaseCharacters: pulumi.Bool(true),
		RequireUppercaseCharacters: pulumi.Bool(true),
		RequireNumbers:             pulumi.Bool(true),
		RequireSymbols:             pulumi.Bool(true),
		AllowUsersToChangePassword: pulumi.Bool(true),
	}, pulumi.Parent(s))
	return err
}
