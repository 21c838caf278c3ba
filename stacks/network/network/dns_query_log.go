package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

const dnsQueries = "dns-queries"

// newDNSQueryLog records every name that the VPC asks for, and what it was
// answered, in an encrypted log group (control NET-23).
func (n *network) newDNSQueryLog(ctx *pulumi.Context) error {
	if !n.Env.Features.DNSFirewall {
		return nil
	}
	key, err := secure.NewKey(ctx, secure.KeyArgs{
		Setting:     n.Setting(),
		Name:        dnsQueries,
		Description: "Encrypts the log of the VPC's DNS queries",
		Uses:        []iampolicy.Statement{secure.LogGroupUse(n.Names, dnsQueries)},
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	group, err := secure.NewLogGroup(ctx, secure.LogGroupArgs{
		Setting: n.Setting(),
		Name:    dnsQueries,
		Days:    n.Env.Retention.LogDays,
		Key:     key,
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	delivery, err := n.newLogDelivery(ctx, group)
	if err != nil {
		return err
	}
	log, err := route53.NewResolverQueryLogConfig(ctx, dnsQueries, &route53.ResolverQueryLogConfigArgs{
		Name:           pulumi.String(n.Names.Of(dnsQueries)),
		DestinationArn: group.Arn,
		Tags:           n.tags(dnsQueries),
	}, pulumi.Parent(n.vpc), pulumi.DependsOn([]pulumi.Resource{delivery}))
	if err != nil {
		return err
	}
	_, err = route53.NewResolverQueryLogConfigAssociation(ctx, dnsQueries, &route53.ResolverQueryLogConfigAssociationArgs{
		ResolverQueryLogConfigId: log.ID(),
		ResourceId:               n.vpc.ID(),
	}, pulumi.Parent(log))
	return err
}

// newLogDelivery lets AWS's log delivery write to the group. Without it, AWS
// would add the same statement to a policy of its own making (CloudWatch Logs
// User Guide, "Enable logging from AWS services").
func (n *network) newLogDelivery(ctx *pulumi.Context, group *cloudwatch.LogGroup) (pulumi.Resource, error) {
	return cloudwatch.NewLogResourcePolicy(ctx, dnsQueries, &cloudwatch.LogResourcePolicyArgs{
		PolicyName: pulumi.String(n.Names.Of(dnsQueries)),
		PolicyDocument: iampolicy.Document{Statements: []iampolicy.Statement{{
			Sid:        "WriteDNSQueries",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services("delivery.logs.amazonaws.com"),
			Actions:    []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resources:  iampolicy.Strings(n.Names.LogGroupARN(dnsQueries) + ":log-stream:*"),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("StringEquals", "aws:SourceAccount", n.Names.Account),
				iampolicy.Is("ArnLike", "aws:SourceArn", n.Names.ARN("logs", "*")),
			},
		}}}.JSON(),
	}, pulumi.Parent(group))
}
