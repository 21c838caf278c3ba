package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// anywhere is every IPv4 address. Answers of S3 come from public addresses,
// though over the gateway endpoint, so the list cannot name them.
const anywhere = "0.0.0.0/0"

// answerPorts are the ports that answers come back to, without 3389: no rule
// may open a remote-desktop port to everyone (control NET-08).
var answerPorts = []struct{ from, to int }{{1024, 3388}, {3390, 65535}}

// newNetworkACL puts the private subnets behind a list of their own: HTTPS
// within the VPC, HTTPS out, and the answers. The VPC's default list, which
// allows everything, is emptied.
func (n *network) newNetworkACL(ctx *pulumi.Context) error {
	cidr := n.Env.Network.CIDR
	ingress := ec2.NetworkAclIngressArray{ingressRule(100, cidr, https, https)}
	egress := ec2.NetworkAclEgressArray{egressRule(100, anywhere, https, https)}
	for i, ports := range answerPorts {
		ingress = append(ingress, ingressRule(200+i, anywhere, ports.from, ports.to))
		egress = append(egress, egressRule(200+i, cidr, ports.from, ports.to))
	}
	private, err := ec2.NewNetworkAcl(ctx, "private", &ec2.NetworkAclArgs{
		VpcId:     n.vpc.ID(),
		SubnetIds: n.subnetIDs(),
		Ingress:   ingress,
		Egress:    egress,
		Tags:      n.tags("private"),
	}, pulumi.Parent(n.vpc))
	if err != nil {
		return err
	}
	// Subnets begin in the default list; it is adopted once they have left it.
	_, err = ec2.NewDefaultNetworkAcl(ctx, "default", &ec2.DefaultNetworkAclArgs{
		DefaultNetworkAclId: n.vpc.DefaultNetworkAclId,
		Tags:                n.tags("default-closed"),
	}, pulumi.Parent(n.vpc), pulumi.DependsOn([]pulumi.Resource{private}))
	return err
}

func ingressRule(number int, cidr string, from, to int) ec2.NetworkAclIngressArgs {
	return ec2.NetworkAclIngressArgs{
		RuleNo:    pulumi.Int(number),
		Action:    pulumi.String("allow"),
		Protocol:  pulumi.String("tcp"),
		CidrBlock: pulumi.String(cidr),
		FromPort:  pulumi.Int(from),
		ToPort:    pulumi.Int(to),
	}
}

func egressRule(number int, cidr string, from, to int) ec2.NetworkAclEgressArgs {
	return ec2.NetworkAclEgressArgs{
		RuleNo:    pulumi.Int(number),
		Action:    pulumi.String("allow"),
		Protocol:  pulumi.String("tcp"),
		CidrBlock: pulumi.String(cidr),
		FromPort:  pulumi.Int(from),
		ToPort:    pulumi.Int(to),
	}
}
