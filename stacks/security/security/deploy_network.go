package security

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// created are the parts of the network that AWS numbers, and the calls that make
// each.
var created = []struct {
	kind    string
	actions []string
}{
	{"network-acl", []string{"ec2:CreateNetworkAcl"}},
	{"route-table", []string{"ec2:CreateRouteTable"}},
	{"security-group", []string{"ec2:CreateSecurityGroup"}},
	{"security-group-rule", []string{"ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"}},
	{"subnet", []string{"ec2:CreateSubnet"}},
	{"vpc", []string{"ec2:CreateVpc"}},
	{"vpc-endpoint", []string{"ec2:CreateVpcEndpoint"}},
	{"vpc-flow-log", []string{"ec2:CreateFlowLogs"}},
}

// deployNetwork lets a role make parts of the network with this environment's
// tags, and change those that have them; the flow logs, their key and their role
// besides. The role's own boundary is not for the pipeline to change.
func (s *security) deployNetwork() []iampolicy.Statement {
	flowLogs := s.Names.IAMARN("policy/" + s.Names.Of("flow-logs-boundary"))
	keys, groups := []string{"flow-logs"}, []string{"flow-logs"}
	if s.Env.Features.DNSFirewall {
		keys, groups = append(keys, "dns-queries"), append(groups, "dns-queries")
	}
	return slices.Concat(
		s.makeNetwork(),
		s.changeNetwork(),
		[]iampolicy.Statement{s.newKeys()},
		s.ownKeys(s.Names, "", keys...),
		[]iampolicy.Statement{s.ownLogGroups(groups...)},
		s.ownRoles(pulumi.String(flowLogs), "flow-logs"),
		[]iampolicy.Statement{s.handRole("HandRoleToFlowLogs", "vpc-flow-logs.amazonaws.com", "flow-logs")},
	)
}

// makeNetwork names each kind on its own: a call that makes one part and uses
// another must not pass for the other on the tags that it gives to the new one.
func (s *security) makeNetwork() []iampolicy.Statement {
	var statements []iampolicy.Statement
	var kinds, calls []string
	for _, part := range created {
		arn := s.Names.ARN("ec2", part.kind+"/*")
		_, sid, _ := strings.Cut(part.actions[0], ":")
		statements = append(statements, allowIf(sid, s.newTags(), part.actions, arn))
		kinds = append(kinds, arn)
		for _, action := range part.actions {
			calls = append(calls, strings.TrimPrefix(action, "ec2:"))
		}
	}
	tagOnCreation := []iampolicy.Condition{iampolicy.Is("StringEquals", "ec2:CreateAction", calls...)}
	return append(statements, allowIf("TagOnCreation", tagOnCreation, []string{"ec2:CreateTags"}, kinds...))
}

// changeNetwork goes by the tags, but for what AWS makes along with the VPC and
// the zone in which an endpoint's private names lie, which is AWS's own (Service
// Authorization Reference, "Amazon EC2", dependent actions of CreateVpcEndpoint).
func (s *security) changeNetwork() []iampolicy.Statement {
	vpc := pulumi.Sprintf("%s%s", s.Names.ARN("ec2", "vpc/"), s.network.VPCID)
	var kinds []string
	for _, part := range created {
		kinds = append(kinds, s.Names.ARN("ec2", part.kind+"/*"))
	}
	return []iampolicy.Statement{
		allowIf("ChangeOwnNetwork", s.ownTags(), []string{
			"ec2:AssociateRouteTable", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
			"ec2:CreateFlowLogs", "ec2:CreateNetworkAcl", "ec2:CreateNetworkAclEntry", "ec2:CreateRouteTable",
			"ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpcEndpoint",
			"ec2:DeleteFlowLogs", "ec2:DeleteNetworkAcl", "ec2:DeleteNetworkAclEntry", "ec2:DeleteRouteTable",
			"ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
			"ec2:DisassociateRouteTable", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute",
			"ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint", "ec2:ReplaceNetworkAclAssociation",
			"ec2:ReplaceNetworkAclEntry", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
		}, kinds...),
		{
			// The VPC's default list and group come without tags.
			Sid:    "CloseDefaults",
			Effect: iampolicy.Allow,
			Actions: []string{
				"ec2:CreateTags", "ec2:DeleteNetworkAclEntry", "ec2:ReplaceNetworkAclAssociation",
				"ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
			},
			Resources:  iampolicy.Strings(s.Names.ARN("ec2", "network-acl/*"), s.Names.ARN("ec2", "security-group/*")),
			Conditions: []iampolicy.Condition{iampolicy.When("ArnEquals", "ec2:Vpc", vpc)},
		},
		allow("NameEndpoints", []string{"route53:AssociateVPCWithHostedZone"}, "arn:"+s.Names.Partition()+":route53:::hostedzone/*"),
	}
}
