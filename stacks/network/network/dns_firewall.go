package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// dnsRule is a rule of the DNS firewall. Rules are tried in their order; the
// first that knows the name decides.
type dnsRule struct {
	name    string
	action  string
	domains []string
}

// dnsRules answer for names of AWS and of the VPC, and say of all others that
// they do not exist. Nobody but AWS runs name servers below these domains, so a
// question about them carries nothing out. A private zone is a change to this
// list.
var dnsRules = []dnsRule{
	{"aws", "ALLOW", []string{"amazonaws.com", "*.amazonaws.com", "*.api.aws"}},
	{"vpc", "ALLOW", []string{"*.compute.internal", "*.ec2.internal"}},
	{"everything-else", "BLOCK", []string{"*"}},
}

// newDNSFirewall closes the way out that needs no route: a name that is asked
// for reaches the name server of whoever owns it, with what is written in it
// (control NET-23).
func (n *network) newDNSFirewall(ctx *pulumi.Context) error {
	if !n.Env.Features.DNSFirewall {
		return nil
	}
	group, err := route53.NewResolverFirewallRuleGroup(ctx, "dns", &route53.ResolverFirewallRuleGroupArgs{
		Name: pulumi.String(n.Names.Of("dns")),
		Tags: n.tags("dns"),
	}, pulumi.Parent(n.vpc))
	if err != nil {
		return err
	}
	var rules []pulumi.Resource
	for i, r := range dnsRules {
		rule, err := n.newDNSRule(ctx, group, (i+1)*100, r)
		if err != nil {
			return err
		}
		rules = append(rules, rule)
	}
	if _, err := route53.NewResolverFirewallRuleGroupAssociation(ctx, "dns", &route53.ResolverFirewallRuleGroupAssociationArgs{
		Name:                pulumi.String(n.Names.Of("dns")),
		FirewallRuleGroupId: group.ID(),
		VpcId:               n.vpc.ID(),
		Priority:            pulumi.Int(101), // the first that AWS leaves free
		Tags:                n.tags("dns"),
	}, pulumi.Parent(group), pulumi.DependsOn(rules)); err != nil {
		return err
	}
	// A firewall that does not answer stops the query, not the other way round.
	_, err = route53.NewResolverFirewallConfig(ctx, "dns", &route53.ResolverFirewallConfigArgs{
		ResourceId:       n.vpc.ID(),
		FirewallFailOpen: pulumi.String("DISABLED"),
	}, pulumi.Parent(n.vpc))
	return err
}

func (n *network) newDNSRule(ctx *pulumi.Context, group *route53.ResolverFirewallRuleGroup, priority int, r dnsRule) (pulumi.Resource, error) {
	name := "dns-" + r.name
	domains, err := route53.NewResolverFirewallDomainList(ctx, name, &route53.ResolverFirewallDomainListArgs{
		Name:    pulumi.String(n.Names.Of(name)),
		Domains: pulumi.ToStringArray(r.domains),
		Tags:    n.tags(name),
	}, pulumi.Parent(group))
	if err != nil {
		return nil, err
	}
	args := &route53.ResolverFirewallRuleArgs{
		Name:                 pulumi.String(n.Names.Of(name)),
		FirewallRuleGroupId:  group.ID(),
		FirewallDomainListId: domains.ID(),
		Priority:             pulumi.Int(priority),
		Action:               pulumi.String(r.action),
		// A name of AWS that leads on to a name elsewhere is stopped there.
		FirewallDomainRedirectionAction: pulumi.String("INSPECT_REDIRECTION_DOMAIN"),
	}
	if r.action == "BLOCK" {
		args.BlockResponse = pulumi.String("NXDOMAIN")
	}
	return route53.NewResolverFirewallRule(ctx, name, args, pulumi.Parent(domains))
}
