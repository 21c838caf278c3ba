package controls

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The types of the network's resources.
const (
	defaultAclType     = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
	defaultGroupType   = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
	aclType            = "aws:ec2/networkAcl:NetworkAcl"
	aclRuleType        = "aws:ec2/networkAclRule:NetworkAclRule"
	routeType          = "aws:ec2/route:Route"
	routeTableType     = "aws:ec2/routeTable:RouteTable"
	subnetType         = "aws:ec2/subnet:Subnet"
	vpcType            = "aws:ec2/vpc:Vpc"
	peeringType        = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
	queryLogType       = "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig"
	firewallGroupType  = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
	transitGatewayType = "aws:ec2transitgateway/transitGateway:TransitGateway"
)

func noInternet(in *inspection) {
	in.forbid(graph.Network,
		"aws:ec2/internetGateway:InternetGateway", "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
		"aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
		"aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation")
	noDefaultRoute := func(s subject, place string) {
		for _, property := range []string{"destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock"} {
			s.want(place+property, "no route to everywhere", func(v any) bool { return !everywhere(v) })
		}
	}
	for _, r := range in.each(routeType) {
		noDefaultRoute(r, "")
	}
	for _, table := range in.each(routeTableType) {
		table.eachItem("routes", func(place string) { noDefaultRoute(table, place+".") })
	}
}

// everywhere reports whether an address range is every address, however it is
// written.
func everywhere(v any) bool {
	text, _ := v.(string)
	p, err := netip.ParsePrefix(text)
	return err == nil && p.Bits() == 0
}

// eachItem calls f with the path of every item of a list.
func (s subject) eachItem(property string, f func(place string)) {
	switch list := s.Get(property).(type) {
	case string: // not known yet
		s.cannotTell(property, "a list that can be judged")
	case []any:
		for i := range list {
			f(indexed(property, i))
		}
	}
}

func subnetsInTwoZones(in *inspection) {
	subnets := in.required(graph.Network, subnetType)
	if len(subnets) == 0 {
		return
	}
	zones := map[string]bool{}
	for _, s := range subnets {
		if zone, ok := s.Get("availabilityZone").(string); ok {
			zones[zone] = true
		}
		s.isSet("availabilityZone", "a zone")
	}
	if len(zones) < 2 {
		subnets[0].fail("availabilityZone", "subnets in at least two zones", show(len(zones)))
	}
	for _, s := range subnets {
		s.isOneOf("availabilityZone", environmentZones(in)...)
	}
	promised, known := in.Outputs[graph.Network]["privateSubnetIds"].([]any)
	for _, s := range subnets {
		if known && s.ID != "" && !slices.Contains(promised, any(s.ID)) {
			s.fail("id", "a place in the stack's output privateSubnetIds", show(promised))
		}
	}
	if known && len(promised) != len(subnets) {
		subnets[0].fail("", "as many subnets as the stack's output privateSubnetIds promises", show(len(subnets)))
	}
}

// environmentZones are the zones of the environment file.
func environmentZones(in *inspection) []any {
	var out []any
	for _, s := range in.Environment.Network.Subnets {
		out = append(out, s.Zone)
	}
	return out
}

func subnetsGiveNoPublicAddress(in *inspection) {
	for _, s := range in.each(subnetType, "aws:ec2/defaultSubnet:DefaultSubnet") {
		s.isOff("mapPublicIpOnLaunch")
		s.isOff("assignIpv6AddressOnCreation")
	}
}

func vpcResolvesNames(in *inspection) {
	for _, vpc := range in.required(graph.Network, vpcType) {
		vpc.is("enableDnsSupport", true)
		vpc.is("enableDnsHostnames", true)
	}
}

func flowLogsRecordEverything(in *inspection) {
	for _, vpc := range in.required(graph.Network, vpcType) {
		if log, ok := vpc.alongside(flowLogType, "vpcId"); ok {
			log.is("trafficType", "ALL")
			log.refersTo("logDestination", "a log group of the stack", in.ofStack(graph.Network, logGroupType)...)
		}
	}
}

func vpcBlocksPublicAccess(in *inspection) {
	for _, o := range in.required(graph.Network, "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions") {
		o.is("internetGatewayBlockMode", "block-bidirectional")
	}
}

// peeringBits is the widest route over a peering: a subnet, not a network.
const peeringBits = 24

func peeringsAreNarrow(in *inspection) {
	in.each(peeringType)
	for _, r := range in.each(routeType) {
		if empty(r.Get("vpcPeeringConnectionId")) && empty(r.Get("transitGatewayId")) {
			continue
		}
		r.want("destinationCidrBlock", "a route of a /24 or narrower", func(v any) bool {
			text, _ := v.(string)
			p, err := netip.ParsePrefix(text)
			return err == nil && p.Bits() >= peeringBits
		})
	}
	for _, t := range in.each(transitGatewayType) {
		t.want("autoAcceptSharedAttachments", `"disable"`, func(v any) bool { return v == nil || v == "disable" })
	}
}

func dnsIsFiltered(in *inspection) {
	for _, vpc := range in.required(graph.Network, vpcType) {
		if a, ok := vpc.alongside("aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation", "resourceId"); ok {
			a.refersTo("resolverQueryLogConfigId", "a query log configuration", resourcesOf(in.each(queryLogType))...)
		}
		if c, ok := vpc.alongside("aws:route53/resolverFirewallConfig:ResolverFirewallConfig", "resourceId"); ok {
			c.is("firewallFailOpen", "DISABLED")
		}
		if a, ok := vpc.alongside("aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation", "vpcId"); ok {
			a.refersTo("firewallRuleGroupId", "a rule group of the stack", resourcesOf(in.each(firewallGroupType))...)
		}
	}
	for _, c := range in.required(graph.Network, queryLogType) {
		c.refersTo("destinationArn", "a log group of the stack", in.ofStack(graph.Network, logGroupType)...)
	}
	for _, p := range in.required(graph.Network, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy") {
		p.letsQueriesIn()
	}
	blocked := false
	for _, rule := range in.required(graph.Network, "aws:route53/resolverFirewallRule:ResolverFirewallRule") {
		blocked = blocked || rule.Get("action") == "BLOCK"
		rule.refersTo("firewallRuleGroupId", "a rule group of the stack", resourcesOf(in.each(firewallGroupType))...)
		rule.refersTo("firewallDomainListId", "a domain list of the stack", resourcesOf(in.each("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"))...)
		rule.isOneOf("action", "ALLOW", "BLOCK")
	}
	if in.Has(graph.Network) && !blocked {
		in.missing(graph.Network, "a firewall rule that blocks all other names")
	}
}

// letsQueriesIn wants AWS's log delivery to write for this account, and for no
// other.
func (s subject) letsQueriesIn() {
	d, ok := s.policyOn()
	if !ok {
		return
	}
	n := s.in.Names
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		write := service("delivery.logs.amazonaws.com").doing(action).on(n.LogGroupARN("dns-queries")+":log-stream:vpc").with(
			action+" by AWS's log delivery", iameval.Context{"aws:SourceAccount": {n.Account}, "aws:SourceArn": {n.ARN("logs", "x")}})
		d.allows(write)
		d.refusesInstead(write, "aws:SourceAccount", foreignAccount)
		d.instead(write, "aws:SourceArn", n.ARN("logs", "*"), d.foreign("logs", "x"), d.refuses)
	}
}

// resourcesOf are the snapshot's resources of subjects.
func resourcesOf(subjects []subject) []*snapshot.Resource {
	out := make([]*snapshot.Resource, len(subjects))
	for i, s := range subjects {
		out[i] = s.Resource
	}
	return out
}

func indexed(property string, i int) string { return property + "[" + strconv.Itoa(i) + "]" }
