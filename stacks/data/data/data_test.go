package data

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/conformance"
	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/record"
)

var suite = conformance.Suite{Program: Stack, Contract: contract.Data{}}

func TestUnitConformance(t *testing.T) { conformance.Run(t, suite) }

// A workload's grant names its own prefixes and nothing of anybody else's.
func TestUnitGrantsKeepToTheirPrefixes(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	r := suite.Record(t, "local")
	bucket := r.Outputs["dataBucketArn"].(string)
	tests := []struct{ workload, action, want string }{
		{"churn-training", "s3:PutObject", "models/churn/*"},
		{"churn-training", "s3:GetObject", "curated/churn/* models/churn/*"},
		{"churn-features", "s3:PutObject", "curated/churn/*"},
		{"churn-features", "s3:GetObject", "raw/crm/* curated/churn/*"},
		{"support-agent", "s3:GetObject", "knowledge/support/*"},
		{"support-agent", "s3:PutObject", ""},
		{"ml-service", "s3:DeleteObject", "shared/*"},
	}
	for _, tt := range tests {
		policy, ok := r.Find("aws:iam/rolePolicy:RolePolicy", tt.workload)
		if !ok {
			t.Errorf("%s has no grant", tt.workload)
			continue
		}
		var objects []string
		for _, resource := range resourcesOf(t, policy.Inputs["policy"].(string), tt.action) {
			objects = append(objects, strings.TrimPrefix(resource, bucket+"/"))
		}
		if got := strings.Join(objects, " "); got != tt.want {
			t.Errorf("%s may %s on %q, want %q", tt.workload, tt.action, got, tt.want)
		}
	}
}

func TestUnitWorkloadWithoutPrefixesGetsNoGrant(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	if policy, ok := suite.Record(t, "full").Find("aws:iam/rolePolicy:RolePolicy", "a1"); ok {
		t.Errorf("a1 works without data and got %v", policy.Inputs)
	}
}

func TestUnitWorkloadThatSecurityDoesNotKnowIsAnError(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	o := suite.Options(t, "local")
	delete(o.Upstream[graph.Security]["workloadRoleArns"].(map[string]any), "churn-explore")
	_, err := record.Run(Stack, o)
	if err == nil || !strings.Contains(err.Error(), "workload churn-explore has no role: deploy stack security") {
		t.Errorf("got %v", err)
	}
}

// resourcesOf lists what a policy lets an action do its work on.
func resourcesOf(t *testing.T, policy, action string) []string {
	t.Helper()
	var document struct {
		Statement []struct{ Action, Resource any }
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range document.Statement {
		if slices.Contains(list(s.Action), action) {
			out = append(out, list(s.Resource)...)
		}
	}
	return out
}

// list takes what IAM writes as one value or as many.
func list(v any) []string {
	if one, ok := v.(string); ok {
		return []string{one}
	}
	var out []string
	for _, item := range v.([]any) {
		out = append(out, item.(string))
	}
	return out
}
