package security

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/grants"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

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
		grants.Network(s.Names, s.Env.Name),
		[]iampolicy.Statement{s.closeDefaults(), s.newKeys()},
		s.ownKeys(s.Names, "", keys...),
		[]iampolicy.Statement{s.ownLogGroups(groups...)},
		s.ownRoles(pulumi.String(flowLogs), "flow-logs"),
		[]iampolicy.Statement{s.handRole("HandRoleToFlowLogs", "vpc-flow-logs.amazonaws.com", "flow-logs")},
	)
}

// closeDefaults lets a role empty what AWS makes along with the VPC, which comes
// without tags.
func (s *security) closeDefaults() iampolicy.Statement {
	vpc := pulumi.Sprintf("%s%s", s.Names.ARN("ec2", "vpc/"), s.network.VPCID)
	return iampolicy.Statement{
		Sid:    "CloseDefaults",
		Effect: iampolicy.Allow,
		Actions: []string{
			"ec2:CreateTags", "ec2:DeleteNetworkAclEntry", "ec2:ReplaceNetworkAclAssociation",
			"ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
		},
		Resources:  iampolicy.Strings(s.Names.ARN("ec2", "network-acl/*"), s.Names.ARN("ec2", "security-group/*")),
		Conditions: []iampolicy.Condition{iampolicy.When("ArnEquals", "ec2:Vpc", vpc)},
	}
}
