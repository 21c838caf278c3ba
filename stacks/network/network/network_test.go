package network

import (
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/conformance"
	"github.com/ringfence/ringfence/shared/contract"
)

var suite = conformance.Suite{Program: Stack, Contract: contract.Network{}}

func TestUnitConformance(t *testing.T) { conformance.Run(t, suite) }

// What matters most about the network, said once without a golden file.
func TestUnitNothingLeadsToTheInternet(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	for _, environment := range []string{"local", "full", "minimal"} {
		r := suite.Record(t, environment)
		for _, resource := range r.Resources {
			for _, way := range []string{"nternetGateway", "natGateway", "/eip", "ec2/route:", "eering", "transitgateway"} {
				if strings.Contains(resource.Type, way) {
					t.Errorf("%s: %s %s (control NET-01)", environment, resource.Type, resource.Name)
				}
			}
		}
		for _, rule := range append(r.OfType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"), r.OfType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")...) {
			if rule.Inputs["cidrIpv4"] != nil || rule.Inputs["cidrIpv6"] != nil || rule.Inputs["fromPort"] != 443.0 || rule.Inputs["toPort"] != 443.0 {
				t.Errorf("%s: rule %s opens more than HTTPS to a group or S3: %v (controls NET-05 to NET-07)", environment, rule.Name, rule.Inputs)
			}
		}
	}
}

func TestUnitUnavailableEndpointsAreLeftOut(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	endpoints := suite.Record(t, "full").Outputs["endpointIds"].(map[string]any)
	if len(endpoints) != 12 || endpoints["ssm"] == nil || endpoints["bedrock-agent"] != nil || endpoints["bedrock-runtime"] == nil {
		t.Errorf("got %v", endpoints)
	}
}
