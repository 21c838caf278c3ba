package network

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
)

// newGatewayEndpoint makes the way to S3, attached to the private route table
// (control NET-13).
func (n *network) newGatewayEndpoint(ctx *pulumi.Context) error {
	var err error
	n.s3Endpoint, err = ec2.NewVpcEndpoint(ctx, "s3", &ec2.VpcEndpointArgs{
		VpcId:           n.vpc.ID(),
		ServiceName:     n.endpointService("s3"),
		VpcEndpointType: pulumi.String("Gateway"),
		RouteTableIds:   pulumi.StringArray{n.routes.ID()},
		Policy:          s3EndpointPolicy(n.Names).JSON(),
		Tags:            n.tags("s3"),
	}, pulumi.Parent(n.vpc))
	return err
}

// newInterfaceEndpoints makes the ways to all other services, in every private
// subnet and with private DNS, so that the public names of the services lead
// to them (controls NET-14 to NET-20).
func (n *network) newInterfaceEndpoints(ctx *pulumi.Context) error {
	services := config.InterfaceEndpoints
	if n.Env.Features.InstanceEndpoints {
		services = slices.Concat(services, config.InstanceEndpoints)
	}
	n.interfaceEndpoints = map[string]*ec2.VpcEndpoint{}
	for _, name := range services {
		if slices.Contains(n.Env.Network.UnavailableEndpoints, name) {
			continue
		}
		endpoint, err := ec2.NewVpcEndpoint(ctx, name, &ec2.VpcEndpointArgs{
			VpcId:             n.vpc.ID(),
			ServiceName:       n.endpointService(name),
			VpcEndpointType:   pulumi.String("Interface"),
			PrivateDnsEnabled: pulumi.Bool(true),
			SubnetIds:         n.subnetIDs(),
			SecurityGroupIds:  pulumi.StringArray{n.endpoints.ID()},
			Policy:            interfaceEndpointPolicy(n.Names, name).JSON(),
			Tags:              n.tags(name),
		}, pulumi.Parent(n.vpc))
		if err != nil {
			return err
		}
		n.interfaceEndpoints[name] = endpoint
	}
	return nil
}

func (n *network) endpointService(name string) pulumi.String {
	return pulumi.String("com.amazonaws." + n.Env.Region + "." + name)
}
