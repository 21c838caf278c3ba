package controls

import (
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// After a refresh a security group lists all rules that it has. Those that are
// resources of their own are no finding, and any other one is.
func TestVerdictRefreshedGroupsHaveNoRulesButTheirOwn(t *testing.T) {
	for _, c := range []struct{ control, group, property, ruleType string }{
		{"NET-06", "workloads", "egress", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"},
		{"NET-07", "endpoints", "ingress", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"},
	} {
		s := estateOf(t, "local")
		groups := s.OfType("aws:ec2/securityGroup:SecurityGroup")
		group := groups[slices.IndexFunc(groups, func(r *snapshot.Resource) bool { return r.Name == c.group })]
		rules := []any{}
		for _, rule := range s.OfType(c.ruleType) {
			inline := map[string]any{
				"protocol": rule.Get("ipProtocol"), "fromPort": rule.Get("fromPort"), "toPort": rule.Get("toPort"),
				"cidrBlocks": []any{}, "ipv6CidrBlocks": []any{}, "prefixListIds": []any{}, "securityGroups": []any{}, "self": false,
			}
			for list, property := range map[string]string{"prefixListIds": "prefixListId", "securityGroups": "referencedSecurityGroupId"} {
				if peer := rule.Get(property); peer != nil {
					inline[list] = []any{peer}
				}
			}
			rules = append(rules, inline)
		}
		group.Properties[c.property] = rules
		if r := one(t, s, c.control); r.Status != controls.Holds {
			t.Errorf("%s is %s with nothing but its own rules: %v", c.control, r.Status, r.Findings)
		}
		rules[0].(map[string]any)["cidrBlocks"] = []any{"10.0.0.0/8"}
		r := one(t, s, c.control)
		if len(r.Findings) != 1 || r.Findings[0].Resource != group.String() || r.Findings[0].Property != c.property+"[0].cidrBlocks" {
			t.Errorf("%s with a rule that somebody has added: %v", c.control, r.Findings)
		}
		rules[0].(map[string]any)["cidrBlocks"] = []any{}
		rules[0].(map[string]any)["fromPort"] = float64(22)
		if r := one(t, s, c.control); len(r.Findings) == 0 {
			t.Errorf("%s does not see that a rule has other ports", c.control)
		}
	}
}

func one(t *testing.T, s *snapshot.Snapshot, id string) controls.Result {
	t.Helper()
	c, ok := controls.Find(id)
	if !ok {
		t.Fatalf("there is no control %s", id)
	}
	return (&controls.Judgement{}).Of(s, c)[0]
}
