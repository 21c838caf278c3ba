package controls

import (
	"maps"
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The types of security groups and their rules.
const (
	groupType       = "aws:ec2/securityGroup:SecurityGroup"
	oldRuleType     = "aws:ec2/securityGroupRule:SecurityGroupRule"
	ingressRuleType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	egressRuleType  = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
)

const https = 443

func defaultGroupIsClosed(in *inspection) {
	for _, vpc := range in.required(graph.Network, vpcType) {
		if group, ok := vpc.alongside(defaultGroupType, "vpcId"); ok {
			group.isEmpty("ingress")
			group.isEmpty("egress")
		}
	}
}

func noIngressFromAnywhere(in *inspection) {
	for _, r := range in.each(ingressRuleType) {
		for _, property := range []string{"cidrIpv4", "cidrIpv6"} {
			r.notEverywhere(property)
		}
	}
	for _, r := range in.each(oldRuleType) {
		if r.Get("type") == "ingress" {
			r.rangesAreNarrow("")
		}
	}
	for _, g := range in.each(groupType, defaultGroupType) {
		g.eachItem("ingress", func(place string) { g.rangesAreNarrow(place + ".") })
	}
}

func (s subject) notEverywhere(property string) {
	s.want(property, "no range of every address", func(v any) bool { return !everywhere(v) })
}

func (s subject) rangesAreNarrow(place string) {
	for _, list := range []string{"cidrBlocks", "ipv6CidrBlocks"} {
		s.eachItem(place+list, s.notEverywhere)
	}
}

// workloadsReachEndpointsOnly looks at every way out of every group: workloads
// share the estate's groups with nobody else.
func workloadsReachEndpointsOnly(in *inspection) {
	s3 := in.gatewayEndpoints()
	groups := resourcesOf(in.each(groupType))
	for _, r := range in.required(graph.Network, egressRuleType) {
		r.isOverHTTPS()
		r.isEmpty("cidrIpv4")
		r.isEmpty("cidrIpv6")
		if !empty(r.Get("prefixListId")) {
			r.isPrefixListOf(s3)
		} else {
			r.refersTo("referencedSecurityGroupId", "a security group of the estate", groups...)
		}
	}
	for _, r := range in.each(oldRuleType) {
		if r.Get("type") == "egress" {
			r.fail("type", "egress rules of their own type, "+egressRuleType, "an old rule")
		}
	}
	for _, g := range in.each(groupType) {
		g.hasNoRulesBeside("egress", egressRuleType)
	}
	workloads := resourcesOf(in.OfTypeNamed(groupType, "workloads"))
	for _, way := range []string{"referencedSecurityGroupId", "prefixListId"} {
		rules := slices.DeleteFunc(in.each(egressRuleType), func(r subject) bool { return empty(r.Get(way)) })
		if in.Has(graph.Network) && len(rules) == 0 {
			in.missing(graph.Network, "a way out by "+way+" ("+egressRuleType+")")
		}
		for _, r := range rules {
			r.refersTo("securityGroupId", "the workload security group", workloads...)
		}
	}
}

// hasRule wants a group to have a rule of the type, if it must.
func (s subject) hasRule(ruleType string, must bool) {
	if must {
		s.alongside(ruleType, "securityGroupId")
	}
}

// peers are the ends of a rule: the list in an inline rule, and the property of a
// rule that is a resource of its own.
var peers = map[string]string{
	"cidrBlocks": "cidrIpv4", "ipv6CidrBlocks": "cidrIpv6", "prefixListIds": "prefixListId", "securityGroups": "referencedSecurityGroupId",
}

// hasNoRulesBeside wants a group to have no rules but those that are resources of
// their own. A refresh lists in the group all rules that it has, these and
// whatever else somebody has added.
func (s subject) hasNoRulesBeside(property, ruleType string) {
	if value := s.Get(property); empty(value) || !snapshot.Known(value) {
		s.isEmpty(property)
		return
	}
	rules := slices.DeleteFunc(s.in.OfType(ruleType), func(r *snapshot.Resource) bool { return !r.Refers("securityGroupId", s.Resource) })
	s.eachItem(property, func(place string) {
		known := false
		for _, list := range slices.Sorted(maps.Keys(peers)) {
			for _, peer := range snapshot.List(s.Get(place + "." + list)) {
				known = true
				if !slices.ContainsFunc(rules, func(r *snapshot.Resource) bool { return s.isRule(place, r) && r.Get(peers[list]) == peer }) {
					s.fail(place+"."+list, "no rule but those of type "+ruleType, peer)
				}
			}
		}
		if !known || s.Get(place+".self") == true {
			s.fail(place, "no rule but those of type "+ruleType, show(s.Get(place)))
		}
	})
}

// isRule reports whether an inline rule has the protocol and the ports of a rule.
func (s subject) isRule(place string, r *snapshot.Resource) bool {
	return s.Get(place+".protocol") == r.Get("ipProtocol") && equal(s.Get(place+".fromPort"), r.Get("fromPort")) && equal(s.Get(place+".toPort"), r.Get("toPort"))
}

func (s subject) isOverHTTPS() {
	s.is("ipProtocol", "tcp")
	s.is("fromPort", https)
	s.is("toPort", https)
}

func (s subject) isPrefixListOf(endpoints []subject) {
	list := s.Get("prefixListId")
	for _, e := range endpoints {
		if s.Refers("prefixListId", e.Resource) || list != snapshot.Unknown && list == e.Get("prefixListId") {
			return
		}
	}
	s.refersTo("prefixListId", "the prefix list of the S3 endpoint")
}

func endpointsAcceptWorkloadsOnly(in *inspection) {
	groups := resourcesOf(in.each(groupType))
	for _, r := range in.required(graph.Network, ingressRuleType) {
		r.isOverHTTPS()
		r.isEmpty("cidrIpv4")
		r.isEmpty("cidrIpv6")
		r.isEmpty("prefixListId")
		r.refersTo("referencedSecurityGroupId", "a security group of the estate", groups...)
	}
	for _, r := range in.each(ingressRuleType, egressRuleType) {
		r.isSet("description", "a description")
	}
	for _, g := range in.each(groupType) {
		g.hasNoRulesBeside("ingress", ingressRuleType)
		g.isSet("description", "a description")
		g.hasRule(ingressRuleType, g.Name == "endpoints")
	}
}

// remotePorts are SSH and remote desktop.
var remotePorts = []float64{22, 3389}

func aclsKeepRemoteAccessOut(in *inspection) {
	for _, acl := range in.required(graph.Network, aclType) {
		acl.isSet("subnetIds", "subnets that use it")
		acl.eachItem("ingress", func(place string) { acl.keepsRemoteAccessOut(place + ".") })
	}
	for _, acl := range in.required(graph.Network, defaultAclType) {
		acl.isEmpty("ingress")
		acl.isEmpty("egress")
	}
	for _, rule := range in.each(aclRuleType) {
		if rule.Get("egress") != true {
			rule.keepsRemoteAccessOut("")
		}
	}
}

// keepsRemoteAccessOut wants an entry not to let everyone reach a port of remote
// access. Inline entries and rules of their own name the verdict differently.
func (s subject) keepsRemoteAccessOut(place string) {
	action := s.Get(place + "action")
	if action == nil {
		action = s.Get(place + "ruleAction")
	}
	if action == "deny" || !everywhere(s.Get(place+"cidrBlock")) && !everywhere(s.Get(place+"ipv6CidrBlock")) {
		return
	}
	from, hasFrom := number(s.Get(place + "fromPort"))
	to, hasTo := number(s.Get(place + "toPort"))
	protocol := s.Get(place + "protocol")
	all := protocol == "-1" || protocol == "all" || !hasFrom || !hasTo
	for _, port := range remotePorts {
		if all || from <= port && port <= to {
			s.fail(place+"fromPort", "no entry that lets everyone reach port "+show(port), show(s.Get(place+"fromPort"))+" to "+show(s.Get(place+"toPort")))
		}
	}
}
