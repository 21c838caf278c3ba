package security

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/iameval"
)

// supported are the actions that support each condition key of the guards, in
// AWS's own reference.
func supported() map[string][]string {
	keys := map[string][]string{"bedrock:GuardrailIdentifier": authorization.ActionsWith("bedrock:GuardrailIdentifier")}
	for _, g := range guardedKeys {
		keys[g.key] = authorization.ActionsWith(g.key)
	}
	return keys
}

// A guard on an action that does not support its key is dead, or blocks the
// action for good.
func TestUnitGuardsKnowWhichActionsSupportTheirKeys(t *testing.T) {
	keys := supported()
	for key, got := range map[string][]string{
		"sagemaker:VpcSubnets":                      subnetActions,
		"sagemaker:VpcSecurityGroupIds":             securityGroupActions,
		"sagemaker:NetworkIsolation":                isolationActions,
		"sagemaker:InterContainerTrafficEncryption": encryptionActions,
		"sagemaker:InstanceTypes":                   instanceActions,
		"bedrock:GuardrailIdentifier":               invokeActions,
	} {
		if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, keys[key]) {
			t.Errorf("%s: the guard covers %v\nAWS supports it on %v", key, sorted, keys[key])
		}
	}
}

// guardedKeys says what is right, what is wrong, and which denials answer.
var guardedKeys = []struct {
	key           string
	right, wrong  []string
	absent, other string
}{
	{"sagemaker:VpcSubnets", []string{"subnet-private-a"}, []string{"subnet-private-a", "subnet-foreign"}, "DenyWithoutSubnets", "DenyOtherSubnets"},
	{"sagemaker:VpcSecurityGroupIds", []string{"sg-workloads"}, []string{"sg-workloads", "sg-foreign"}, "DenyWithoutSecurityGroup", "DenyOtherSecurityGroups"},
	{"sagemaker:NetworkIsolation", []string{"true"}, []string{"false"}, "DenyWithoutNetworkIsolation", "DenyWithoutNetworkIsolation"},
	{"sagemaker:InterContainerTrafficEncryption", []string{"true"}, []string{"false"}, "DenyPlainTrafficBetweenContainers", "DenyPlainTrafficBetweenContainers"},
	{"sagemaker:DirectInternetAccess", []string{"Disabled"}, []string{"Enabled"}, "DenyInternet", "DenyInternet"},
	{"sagemaker:RootAccess", []string{"Disabled"}, []string{"Enabled"}, "DenyRoot", "DenyRoot"},
	{"sagemaker:AppNetworkAccessType", []string{"VpcOnly"}, []string{"PublicInternetOnly"}, "DenyPublicDomains", "DenyPublicDomains"},
	{"sagemaker:InstanceTypes", []string{"ml.m5.xlarge", "ml.p4d.24xlarge"}, []string{"ml.m5.xlarge", "ml.p5.48xlarge"}, "DenyWithoutInstanceType", "DenyOtherInstanceTypes"},
}

// Every action that AWS lets a guard see is tried with all as it should be, and
// then with each key in turn left out or wrong: it must pass exactly where the
// action does not support the key (controls IAM-13 to IAM-19).
func TestVerdictGuardsOfSageMaker(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	keys := supported()
	right := iameval.Context{}
	actions := map[string]bool{}
	for _, g := range guardedKeys {
		right[g.key] = g.right
		for _, action := range keys[g.key] {
			actions[action] = true
		}
	}
	tried := 0
	for _, name := range []string{"t1", "n1", "ml-service", "data-scientist"} {
		role := e.strong(name)
		for action := range actions {
			if d := e.ask(role, action, "*", right); d.Verdict != iameval.Allow {
				t.Errorf("%s: %s with all as it should be: %s", name, action, d)
			}
			for _, g := range guardedKeys {
				guarded := slices.Contains(keys[g.key], action)
				absent, wrong := maps.Clone(right), maps.Clone(right)
				delete(absent, g.key)
				wrong[g.key] = g.wrong
				for _, try := range []struct {
					context iameval.Context
					sid     string
				}{{absent, g.absent}, {wrong, g.other}} {
					d := e.ask(role, action, "*", try.context)
					if guarded != (d.Verdict == iameval.ExplicitDeny) || guarded && !by(d, try.sid) {
						t.Errorf("%s: %s with %s %v: %s; the action supports the key: %t", name, action, g.key, try.context[g.key], d, guarded)
					}
					tried++
				}
			}
		}
	}
	t.Logf("%d verdicts", tried)
	// The people's role starts jobs with the grants that it has.
	job := e.arn("sagemaker", "training-job/churn")
	if d := e.ask(e.roles["data-scientist"], "sagemaker:CreateTrainingJob", job, right); d.Verdict != iameval.Allow {
		t.Errorf("data-scientist starts a job as it should be: %s", d)
	}
	if d := e.ask(e.roles["data-scientist"], "sagemaker:CreateTrainingJob", job, nil); d.Verdict != iameval.ExplicitDeny {
		t.Errorf("data-scientist starts a job without anything: %s", d)
	}
}

// Each statement of a guard has a key of its own in the table above.
func TestVerdictNoGuardIsUntested(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	known := []string{"DenyOtherModels", "DenyWithoutGuardrail", "DenyInterfaceElsewhere"} // below, and in tests/access
	for _, g := range guardedKeys {
		known = append(known, g.absent, g.other)
	}
	for _, name := range []string{"t1", "a1"} {
		for _, policy := range e.roles[name].identity {
			for _, sid := range sids(policy) {
				if !slices.Contains(known, sid) {
					t.Errorf("%s: no test makes %s of %s fire", name, sid, policy)
				}
			}
		}
	}
}

// Models outside the list, and calls without the guardrail, are refused whatever
// a role is granted (controls IAM-20 and IAM-21).
func TestVerdictGuardOfBedrock(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	model := func(id string) string {
		return "arn:" + e.partition() + ":bedrock:" + e.region + "::foundation-model/" + id
	}
	guardrail := e.arn("bedrock", "guardrail/abc123")
	listed := model("amazon.nova-lite-v1:0")
	for _, tt := range []struct {
		name, resource, guardrail string
		want                      iameval.Verdict
		sid                       string
	}{
		{"a listed model, the guardrail's draft", listed, guardrail, iameval.Allow, ""},
		{"a listed model, a version of the guardrail", listed, guardrail + ":3", iameval.Allow, ""},
		{"a listed model without guardrail", listed, "", iameval.ExplicitDeny, "DenyWithoutGuardrail"},
		{"a listed model with another guardrail", listed, guardrail + "4", iameval.ExplicitDeny, "DenyWithoutGuardrail"},
		{"another model", model("amazon.nova-pro-v1:0"), guardrail, iameval.ExplicitDeny, "DenyOtherModels"},
		{"a model whose id continues a listed one", listed + "0", guardrail, iameval.ExplicitDeny, "DenyOtherModels"},
		{"a profile that leads to other regions", e.arn("bedrock", "inference-profile/us-gov.amazon.nova-lite-v1:0"), guardrail, iameval.ExplicitDeny, "DenyOtherModels"},
	} {
		context := iameval.Context{}
		if tt.guardrail != "" {
			context["bedrock:GuardrailIdentifier"] = []string{tt.guardrail}
		}
		for _, action := range invokeActions {
			for _, name := range []string{"a1", "a2"} { // on Bedrock, and on Lambda
				if d := e.ask(e.strong(name), action, tt.resource, context); d.Verdict != tt.want || tt.sid != "" && !by(d, tt.sid) {
					t.Errorf("%s: %s %s: %s", name, action, tt.name, d)
				}
				d := e.ask(e.roles[name], action, tt.resource, context)
				if (d.Verdict == iameval.Allow) != (tt.want == iameval.Allow) {
					t.Errorf("%s with its own grants: %s %s: %s", name, action, tt.name, d)
				}
			}
		}
	}
	if d := e.ask(e.roles["a1"], "bedrock:ApplyGuardrail", guardrail, nil); d.Verdict != iameval.Allow {
		t.Errorf("a1 applies the guardrail: %s", d)
	}
}

// Where the file allows no model, an agent gets no grant, and its guard denies
// all.
func TestVerdictNoModelIsAllowedByDefault(t *testing.T) {
	s := &security{Program: programOf(t, "minimal")}
	if grants := s.models(); len(grants) > 0 {
		t.Errorf("grants %v", grants)
	}
	if guard := s.guardModels(); len(guard) != 1 || len(guard[0].Resources) != 1 || len(guard[0].NotResources) > 0 {
		t.Errorf("the guard is %v", guard)
	}
}

func TestUnitGuardsAreOnEveryRoleThatNeedsThem(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	r := suite.Record(t, "full")
	attached := map[string][]string{}
	for _, a := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		role := strings.TrimPrefix(a.Inputs["role"].(string), "ringfence-full-")
		_, policy, _ := strings.Cut(a.Inputs["policyArn"].(string), ":policy/ringfence-full-")
		if strings.HasPrefix(policy, "ml-guard-") {
			attached[role] = append(attached[role], strings.TrimPrefix(policy, "ml-guard-"))
		}
	}
	sageMaker, bedrock := "instances jobs network notebooks", "models"
	want := map[string]string{
		"t1": sageMaker, "p1": sageMaker, "n1": sageMaker, "i1": sageMaker, "ml-service": sageMaker, "data-scientist": sageMaker,
		"a1": bedrock, "a2": bedrock,
	}
	for _, role := range r.OfType("aws:iam/role:Role") {
		if got := strings.Join(slices.Sorted(slices.Values(attached[role.Name])), " "); got != want[role.Name] {
			t.Errorf("%s has the guards %q, want %q", role.Name, got, want[role.Name])
		}
	}
}
