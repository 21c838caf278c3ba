package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/boundary"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

const flowLogs = "flow-logs"

// newFlowLogs records every connection of the VPC, accepted or refused, in an
// encrypted log group (controls NET-09 to NET-11).
func (n *network) newFlowLogs(ctx *pulumi.Context) error {
	key, err := secure.NewKey(ctx, secure.KeyArgs{
		Setting:     n.Setting(),
		Name:        flowLogs,
		Description: "Encrypts the flow logs of the VPC",
		Uses:        []iampolicy.Statement{secure.LogGroupUse(n.Names, flowLogs)},
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	group, err := secure.NewLogGroup(ctx, secure.LogGroupArgs{
		Setting: n.Setting(),
		Name:    flowLogs,
		Days:    n.Env.Retention.LogDays,
		Key:     key,
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	n.flowLogGroupARN = group.Arn
	role, policy, err := n.newDeliveryRole(ctx)
	if err != nil {
		return err
	}
	// EC2 takes no second flow log of the same traffic to the same place, so one that
	// must be replaced goes first; some seconds of traffic are not logged.
	_, err = ec2.NewFlowLog(ctx, "vpc", &ec2.FlowLogArgs{
		VpcId:                  n.vpc.ID(),
		TrafficType:            pulumi.String("ALL"),
		LogDestinationType:     pulumi.String("cloud-watch-logs"),
		LogDestination:         group.Arn,
		IamRoleArn:             role.Arn,
		MaxAggregationInterval: pulumi.Int(60),
		Tags:                   n.tags(flowLogs),
	}, pulumi.Parent(n.vpc), pulumi.DependsOn([]pulumi.Resource{policy}), pulumi.DeleteBeforeReplace(true))
	return err
}

// newDeliveryRole makes the role with which the flow-log service writes to its
// group. The estate's permissions boundary belongs to the security stack,
// which is deployed after this one, so the role gets a boundary of its own,
// and a far narrower one: exactly what its policy grants.
func (n *network) newDeliveryRole(ctx *pulumi.Context) (*iam.Role, *iam.RolePolicy, error) {
	delivery := boundary.OfFlowLogs(n.Names)
	limit, err := iam.NewPolicy(ctx, flowLogs, &iam.PolicyArgs{
		Name:        pulumi.String(n.Names.Of(boundary.FlowLogs)),
		Description: pulumi.String(boundary.FlowLogsDescription),
		Policy:      delivery.JSON(),
	}, pulumi.Parent(n), n.Standing(n.Names.IAMARN("policy/"+n.Names.Of(boundary.FlowLogs))))
	if err != nil {
		return nil, nil, err
	}
	role, err := iam.NewRole(ctx, flowLogs, &iam.RoleArgs{
		Name:                pulumi.String(n.Names.Of(flowLogs)),
		Description:         pulumi.String("Delivers the flow logs of the VPC"),
		AssumeRolePolicy:    secure.ServiceTrust(n.Names, "vpc-flow-logs.amazonaws.com", n.Names.ARN("ec2", "vpc-flow-log/*")).JSON(),
		PermissionsBoundary: limit.Arn,
		MaxSessionDuration:  pulumi.Int(3600),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, nil, err
	}
	policy, err := iam.NewRolePolicy(ctx, flowLogs, &iam.RolePolicyArgs{
		Name:   pulumi.String("delivery"),
		Role:   role.Name,
		Policy: delivery.JSON(),
	}, pulumi.Parent(role))
	return role, policy, err
}
