package network

import (
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/record"
)

// full is the environment with every feature on.
func full(t *testing.T) *record.Recording {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	return suite.Record(t, "full")
}

// one is the only resource of a type.
func one(t *testing.T, r *record.Recording, resourceType string) record.Resource {
	t.Helper()
	found := r.OfType(resourceType)
	if len(found) != 1 {
		t.Fatalf("%d of %s, want one", len(found), resourceType)
	}
	return found[0]
}

// The firewall answers for the listed names only, and stops the query when it
// cannot answer.
func TestUnitDNSFirewallFailsClosed(t *testing.T) {
	r := full(t)
	domains := map[string]any{}
	for _, list := range r.OfType("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList") {
		domains[list.Inputs["name"].(string)] = list.Inputs["domains"]
	}
	rules := r.OfType("aws:route53/resolverFirewallRule:ResolverFirewallRule")
	slices.SortFunc(rules, func(a, b record.Resource) int {
		return int(a.Inputs["priority"].(float64) - b.Inputs["priority"].(float64))
	})
	if len(rules) < 2 {
		t.Fatalf("got %v", rules)
	}
	for i, rule := range rules {
		list := domains[rule.Inputs["firewallDomainListId"].(string)].([]any)
		everything := slices.Contains(list, any("*"))
		if last := i == len(rules)-1; last {
			if !everything || rule.Inputs["action"] != "BLOCK" {
				t.Errorf("the last rule, %s, does not block everything: %v (control NET-23)", rule.Name, rule.Inputs)
			}
		} else if everything || rule.Inputs["action"] != "ALLOW" || len(list) == 0 {
			t.Errorf("rule %s: %v for %v", rule.Name, rule.Inputs["action"], list)
		}
	}
	if closed := one(t, r, "aws:route53/resolverFirewallConfig:ResolverFirewallConfig"); closed.Inputs["firewallFailOpen"] != "DISABLED" || closed.Inputs["resourceId"] != "vpc-vpc" {
		t.Errorf("the firewall fails open: %v (control NET-23)", closed.Inputs)
	}
	if of := one(t, r, "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"); of.Inputs["vpcId"] != "vpc-vpc" {
		t.Errorf("the firewall stands before %v", of.Inputs["vpcId"])
	}
}

func TestUnitDNSQueriesAreLoggedEncrypted(t *testing.T) {
	r := full(t)
	group, ok := r.Find("aws:cloudwatch/logGroup:LogGroup", "dns-queries")
	if !ok || group.Inputs["kmsKeyId"] == nil || group.Inputs["retentionInDays"].(float64) < 365 {
		t.Fatalf("the log group is %v (control NET-23)", group.Inputs)
	}
	const arn = "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/ringfence-full/dns-queries"
	if log := one(t, r, "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig"); log.Inputs["destinationArn"] != arn {
		t.Errorf("queries go to %v", log.Inputs["destinationArn"])
	}
	if of := one(t, r, "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation"); of.Inputs["resourceId"] != "vpc-vpc" {
		t.Errorf("the queries of %v are logged", of.Inputs["resourceId"])
	}
}

// Log delivery writes to the group on behalf of this account, and of no other.
func TestVerdictOnlyOwnDeliveryWritesDNSQueries(t *testing.T) {
	text := one(t, full(t), "aws:cloudwatch/logResourcePolicy:LogResourcePolicy").Inputs["policyDocument"].(string)
	policy, err := iameval.Parse("dns-queries", iameval.ResourcePolicy, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	const account, region = "123456789012", "us-gov-west-1"
	group := "arn:aws-us-gov:logs:" + region + ":" + account + ":log-group:/ringfence-full/"
	for _, tt := range []struct {
		name, service, stream, account, source string
		want                                   iameval.Verdict
	}{
		{"own queries", "delivery.logs.amazonaws.com", "dns-queries:log-stream:vpc", account, account, iameval.Allow},
		{"on behalf of another account", "delivery.logs.amazonaws.com", "dns-queries:log-stream:vpc", "999999999999", account, iameval.ImplicitDeny},
		{"from another account", "delivery.logs.amazonaws.com", "dns-queries:log-stream:vpc", account, "999999999999", iameval.ImplicitDeny},
		{"another service", "sns.amazonaws.com", "dns-queries:log-stream:vpc", account, account, iameval.ImplicitDeny},
		{"another group", "delivery.logs.amazonaws.com", "flow-logs:log-stream:vpc", account, account, iameval.ImplicitDeny},
	} {
		d, err := iameval.Evaluate(iameval.Request{
			Principal: iameval.Service(tt.service), Action: "logs:PutLogEvents", Resource: group + tt.stream,
			Context: iameval.Context{
				"aws:SourceAccount": {tt.account}, "aws:SourceArn": {"arn:aws-us-gov:logs:" + region + ":" + tt.source + ":*"},
			},
		}, iameval.Environment{Resource: policy})
		if err != nil || d.Verdict != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, d, err, tt.want)
		}
	}
}

func TestUnitInternetGatewaysAreBlockedBothWays(t *testing.T) {
	if block := one(t, full(t), "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"); block.Inputs["internetGatewayBlockMode"] != "block-bidirectional" {
		t.Errorf("got %v (control NET-21)", block.Inputs)
	}
}

func TestUnitFeaturesThatAreOffLeaveNothing(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	r := suite.Record(t, "minimal")
	for _, resource := range r.Resources {
		switch resource.Type {
		case "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions", "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
			"aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig", "aws:cloudwatch/logResourcePolicy:LogResourcePolicy":
			t.Errorf("%s %s", resource.Type, resource.Name)
		}
	}
	for _, name := range []string{"ec2", "ssm"} {
		if _, ok := r.Find("aws:ec2/vpcEndpoint:VpcEndpoint", name); ok {
			t.Errorf("endpoint %s", name)
		}
	}
}
