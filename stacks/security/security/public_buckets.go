package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newPublicBucketBlock blocks public access to every bucket of the account,
// those of others too (control IAM-32).
func (s *security) newPublicBucketBlock(ctx *pulumi.Context) error {
	if !s.Env.Features.BlockPublicBuckets {
		return nil
	}
	_, err := s3.NewAccountPublicAccessBlock(ctx, "account", &s3.AccountPublicAccessBlockArgs{
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, pulumi.Parent(s))
	return err
}
