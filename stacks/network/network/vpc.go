package network

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newVPC makes the VPC, its private subnets and their one route table, which
// has no route but the local one (controls NET-01 to NET-03 and NET-12).
func (n *network) newVPC(ctx *pulumi.Context) error {
	var err error
	n.vpc, err = ec2.NewVpc(ctx, "vpc", &ec2.VpcArgs{
		CidrBlock: pulumi.String(n.Env.Network.CIDR),
		// Private DNS of the interface endpoints needs both.
		EnableDnsSupport:   pulumi.Bool(true),
		EnableDnsHostnames: pulumi.Bool(true),
		Tags:               n.tags("vpc"),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	n.routes, err = ec2.NewRouteTable(ctx, "private", &ec2.RouteTableArgs{
		VpcId: n.vpc.ID(),
		Tags:  n.tags("private"),
	}, pulumi.Parent(n.vpc))
	if err != nil {
		return err
	}
	for _, s := range n.Env.Network.Subnets {
		name := "private-" + strings.TrimPrefix(s.Zone, n.Env.Region)
		subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
			VpcId:                       n.vpc.ID(),
			AvailabilityZone:            pulumi.String(s.Zone),
			CidrBlock:                   pulumi.String(s.CIDR),
			MapPublicIpOnLaunch:         pulumi.Bool(false),
			AssignIpv6AddressOnCreation: pulumi.Bool(false),
			Tags:                        n.tags(name),
		}, pulumi.Parent(n.vpc))
		if err != nil {
			return err
		}
		if _, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
			SubnetId:     subnet.ID(),
			RouteTableId: n.routes.ID(),
		}, pulumi.Parent(subnet)); err != nil {
			return err
		}
		n.subnets = append(n.subnets, subnet)
	}
	return nil
}

// subnetIDs are the private subnets' ids, in the order of the environment file.
func (n *network) subnetIDs() pulumi.StringArray {
	ids := make(pulumi.StringArray, len(n.subnets))
	for i, s := range n.subnets {
		ids[i] = s.ID()
	}
	return ids
}
