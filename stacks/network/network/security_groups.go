package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const https = 443

// newSecurityGroups makes the groups of the workloads and of the endpoints,
// both without a rule, and empties the VPC's default group, which AWS makes
// open to itself (control NET-04).
func (n *network) newSecurityGroups(ctx *pulumi.Context) error {
	var err error
	if n.workloads, err = ec2.NewSecurityGroup(ctx, "workloads", &ec2.SecurityGroupArgs{
		Name:        pulumi.String(n.Names.Of("workloads")),
		Description: pulumi.String("AI workloads: nothing in, out only to the endpoints"),
		VpcId:       n.vpc.ID(),
		Tags:        n.tags("workloads"),
	}, pulumi.Parent(n.vpc)); err != nil {
		return err
	}
	if n.endpoints, err = ec2.NewSecurityGroup(ctx, "endpoints", &ec2.SecurityGroupArgs{
		Name:        pulumi.String(n.Names.Of("endpoints")),
		Description: pulumi.String("Interface endpoints: HTTPS in from the AI workloads"),
		VpcId:       n.vpc.ID(),
		Tags:        n.tags("endpoints"),
	}, pulumi.Parent(n.vpc)); err != nil {
		return err
	}
	_, err = ec2.NewDefaultSecurityGroup(ctx, "default", &ec2.DefaultSecurityGroupArgs{
		VpcId:   n.vpc.ID(),
		Ingress: ec2.DefaultSecurityGroupIngressArray{},
		Egress:  ec2.DefaultSecurityGroupEgressArray{},
		Tags:    n.tags("default-closed"),
	}, pulumi.Parent(n.vpc))
	return err
}

// newRules opens the only three ways there are: workloads to the endpoints and
// to S3, and the endpoints for the workloads (controls NET-05 to NET-07).
func (n *network) newRules(ctx *pulumi.Context) error {
	if _, err := vpc.NewSecurityGroupEgressRule(ctx, "workloads-to-endpoints", &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId:           n.workloads.ID(),
		ReferencedSecurityGroupId: n.endpoints.ID(),
		IpProtocol:                pulumi.String("tcp"),
		FromPort:                  pulumi.Int(https),
		ToPort:                    pulumi.Int(https),
		Description:               pulumi.String("HTTPS to the interface endpoints"),
		Tags:                      n.tags("workloads-to-endpoints"),
	}, pulumi.Parent(n.workloads)); err != nil {
		return err
	}
	if _, err := vpc.NewSecurityGroupEgressRule(ctx, "workloads-to-s3", &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: n.workloads.ID(),
		PrefixListId:    n.s3Endpoint.PrefixListId,
		IpProtocol:      pulumi.String("tcp"),
		FromPort:        pulumi.Int(https),
		ToPort:          pulumi.Int(https),
		Description:     pulumi.String("HTTPS to S3 through the gateway endpoint"),
		Tags:            n.tags("workloads-to-s3"),
	}, pulumi.Parent(n.workloads)); err != nil {
		return err
	}
	_, err := vpc.NewSecurityGroupIngressRule(ctx, "endpoints-from-workloads", &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId:           n.endpoints.ID(),
		ReferencedSecurityGroupId: n.workloads.ID(),
		IpProtocol:                pulumi.String("tcp"),
		FromPort:                  pulumi.Int(https),
		ToPort:                    pulumi.Int(https),
		Description:               pulumi.String("HTTPS from the AI workloads"),
		Tags:                      n.tags("endpoints-from-workloads"),
	}, pulumi.Parent(n.endpoints))
	return err
}
