// Package network builds the network stack: a VPC that nothing leaves and
// nothing enters except through AWS's private endpoints, each with a policy
// that stops at the account's border.
package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/program"
)

// Stack is the program of the network stack.
func Stack(ctx *pulumi.Context, p *program.Program) (contract.Contract, error) {
	n := &network{Program: p}
	if err := ctx.RegisterComponentResource("ringfence:network:Network", "network", n, p.Provider); err != nil {
		return nil, err
	}
	for _, provision := range []func(*pulumi.Context) error{
		n.newVPC,
		n.newSecurityGroups,
		n.newNetworkACL,
		n.newGatewayEndpoint,
		n.newInterfaceEndpoints,
		n.newRules,
		n.newFlowLogs,
		n.newDNSQueryLog,
		n.newDNSFirewall,
		n.newPublicAccessBlock,
	} {
		if err := provision(ctx); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterResourceOutputs(n, pulumi.Map{"vpcId": n.vpc.ID()}); err != nil {
		return nil, err
	}
	return n.contract(), nil
}

// network is the component; its fields are filled in the order of the steps above.
type network struct {
	pulumi.ResourceState
	*program.Program

	vpc                *ec2.Vpc
	subnets            []*ec2.Subnet
	routes             *ec2.RouteTable
	workloads          *ec2.SecurityGroup
	endpoints          *ec2.SecurityGroup
	s3Endpoint         *ec2.VpcEndpoint
	interfaceEndpoints map[string]*ec2.VpcEndpoint
	flowLogGroupARN    pulumi.StringOutput
}

func (n *network) contract() contract.Network {
	endpointIDs := pulumi.StringMap{}
	for name, endpoint := range n.interfaceEndpoints {
		endpointIDs[name] = endpoint.ID()
	}
	return contract.Network{
		VPCID:                   n.vpc.ID().ToStringOutput(),
		PrivateSubnetIDs:        n.subnetIDs().ToStringArrayOutput(),
		WorkloadSecurityGroupID: n.workloads.ID().ToStringOutput(),
		EndpointSecurityGroupID: n.endpoints.ID().ToStringOutput(),
		S3EndpointID:            n.s3Endpoint.ID().ToStringOutput(),
		EndpointIDs:             endpointIDs.ToStringMapOutput(),
		FlowLogGroupARN:         n.flowLogGroupARN,
	}
}

// tags names a resource for people; the tags every resource needs are added by
// package program.
func (n *network) tags(name string) pulumi.StringMap {
	return pulumi.StringMap{"Name": pulumi.String(n.Names.Of(name))}
}
