// Package grants holds what several roles of the estate are allowed in the same
// words.
//
// Most parts of a network have no name to hold on to: AWS numbers them. The tags that
// package program gives to all stand in for it.
package grants

import (
	"strings"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// OwnTags hold for a resource of an environment.
func OwnTags(environment string) []iampolicy.Condition {
	return tagged("aws:ResourceTag/", environment)
}

// NewTags hold for a request that gives a resource the tags of an environment.
func NewTags(environment string) []iampolicy.Condition {
	return tagged("aws:RequestTag/", environment)
}

func tagged(key, environment string) []iampolicy.Condition {
	return []iampolicy.Condition{
		iampolicy.Is("StringEquals", key+"ControlSet", "ringfence"),
		iampolicy.Is("StringEquals", key+"Environment", environment),
	}
}

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

// Network lets a role make parts of a network with an environment's tags, and change
// and delete those that have them.
//
// It names each kind on its own: a call that makes one part and uses another must not
// pass for the other on the tags that it gives to the new one.
func Network(n names.Names, environment string) []iampolicy.Statement {
	var statements []iampolicy.Statement
	var kinds, calls []string
	for _, part := range created {
		arn := n.ARN("ec2", part.kind+"/*")
		_, sid, _ := strings.Cut(part.actions[0], ":")
		statements = append(statements, allow(sid, NewTags(environment), part.actions, arn))
		kinds = append(kinds, arn)
		for _, action := range part.actions {
			calls = append(calls, strings.TrimPrefix(action, "ec2:"))
		}
	}
	onCreation := []iampolicy.Condition{iampolicy.Is("StringEquals", "ec2:CreateAction", calls...)}
	return append(statements,
		allow("TagOnCreation", onCreation, []string{"ec2:CreateTags"}, kinds...),
		allow("ChangeOwnNetwork", OwnTags(environment), changes, kinds...),
		// The zone in which an endpoint's private names lie is AWS's own (Service
		// Authorization Reference, "Amazon EC2", dependent actions of CreateVpcEndpoint).
		allow("NameEndpoints", nil, []string{"route53:AssociateVPCWithHostedZone"}, "arn:"+n.Partition()+":route53:::hostedzone/*"),
	)
}

// changes are the calls on parts that are there. One that makes a part uses others.
var changes = []string{
	"ec2:AssociateRouteTable", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
	"ec2:CreateFlowLogs", "ec2:CreateNetworkAcl", "ec2:CreateNetworkAclEntry", "ec2:CreateRouteTable",
	"ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpcEndpoint",
	"ec2:DeleteFlowLogs", "ec2:DeleteNetworkAcl", "ec2:DeleteNetworkAclEntry", "ec2:DeleteRouteTable",
	"ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
	"ec2:DisassociateRouteTable", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute",
	"ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint", "ec2:ReplaceNetworkAclAssociation",
	"ec2:ReplaceNetworkAclEntry", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
}

func allow(sid string, conditions []iampolicy.Condition, actions []string, resources ...string) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: sid, Effect: iampolicy.Allow, Actions: actions, Resources: iampolicy.Strings(resources...), Conditions: conditions,
	}
}
