package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newPublicAccessBlock shuts internet gateways, in both directions, for every
// VPC of the account in this region, also for those that are made later (control
// NET-21).
func (n *network) newPublicAccessBlock(ctx *pulumi.Context) error {
	if !n.Env.Features.BlockPublicVPC {
		return nil
	}
	_, err := ec2.NewVpcBlockPublicAccessOptions(ctx, "region", &ec2.VpcBlockPublicAccessOptionsArgs{
		InternetGatewayBlockMode: pulumi.String("block-bidirectional"),
	}, pulumi.Parent(n))
	return err
}
