package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ebs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newInstanceDefaults sets, for the whole region, that new volumes are
// encrypted, that instances answer metadata only to sessions (IMDSv2), and that
// no snapshot is shared with everybody (control IAM-31).
func (s *security) newInstanceDefaults(ctx *pulumi.Context) error {
	if !s.Env.Features.InstanceDefaults {
		return nil
	}
	if _, err := ebs.NewEncryptionByDefault(ctx, "account", &ebs.EncryptionByDefaultArgs{
		Enabled: pulumi.Bool(true),
	}, pulumi.Parent(s)); err != nil {
		return err
	}
	if _, err := ec2.NewInstanceMetadataDefaults(ctx, "account", &ec2.InstanceMetadataDefaultsArgs{
		HttpTokens: pulumi.String("required"),
	}, pulumi.Parent(s)); err != nil {
		return err
	}
	_, err := ebs.NewSnapshotBlockPublicAccess(ctx, "account", &ebs.SnapshotBlockPublicAccessArgs{
		State: pulumi.String("block-all-sharing"),
	}, pulumi.Parent(s))
	return err
}
