package security

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/conformance"
	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/program"
)

var suite = conformance.Suite{Program: Stack, Contract: contract.Security{}}

func TestUnitConformance(t *testing.T) { conformance.Run(t, suite) }

func TestUnitEveryRoleCarriesTheBoundaryAndAShortSession(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	for _, environment := range []string{"local", "full", "minimal"} {
		r := suite.Record(t, environment)
		for _, role := range r.OfType("aws:iam/role:Role") {
			if role.Inputs["permissionsBoundary"] != r.Outputs["boundaryArn"] {
				t.Errorf("%s: role %s has the boundary %v (control IAM-06)", environment, role.Name, role.Inputs["permissionsBoundary"])
			}
			if seconds, ok := role.Inputs["maxSessionDuration"].(float64); !ok || seconds > 3600 {
				t.Errorf("%s: role %s has sessions of %v s (control IAM-12)", environment, role.Name, role.Inputs["maxSessionDuration"])
			}
		}
		for _, attached := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
			arn := attached.Inputs["policyArn"].(string)
			if !strings.Contains(arn, ":policy/ringfence-"+environment+"-") && attached.Name != "support" {
				t.Errorf("%s: %s attaches %s, which is not the estate's own (control IAM-05)", environment, attached.Name, arn)
			}
		}
	}
}

// programOf is what a step of the program gets to work with, without an engine.
func programOf(t *testing.T, environment string) *program.Program {
	t.Helper()
	env, err := config.Load("../../../shared/conformance/testdata", environment, environment)
	if err != nil {
		t.Fatal(err)
	}
	return &program.Program{Env: env, Names: names.New(environment, env.AccountID, env.Region)}
}

// IAM counts characters without white space (IAM User Guide, "IAM and AWS STS
// quotas"). The estate's longest bucket name leaves 15 for the stack's name.
func TestUnitPoliciesFitIAM(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	for _, environment := range []string{"full", "local", "prod"} {
		r := suite.Record(t, environment)
		length := func(policy any) int {
			return len(policy.(string)) + strings.Count(policy.(string), "ringfence-"+environment)*(15-len(environment))
		}
		for _, policy := range r.OfType("aws:iam/policy:Policy") {
			if size := length(policy.Inputs["policy"]); size > 6144 {
				t.Errorf("%s: policy %s has %d characters, and IAM allows 6144", environment, policy.Name, size)
			}
		}
		inline, attached := map[string]int{}, map[string]int{}
		for _, policy := range r.OfType("aws:iam/rolePolicy:RolePolicy") {
			inline[policy.Inputs["role"].(string)] += length(policy.Inputs["policy"])
		}
		for _, a := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
			attached[a.Inputs["role"].(string)]++
		}
		for _, role := range slices.Sorted(maps.Keys(inline)) {
			if inline[role] > 10240 || attached[role] > 10 {
				t.Errorf("%s: %s has %d characters of inline policies and %d attached, and IAM allows 10240 and 10", environment, role, inline[role], attached[role])
			}
		}
		for _, role := range r.OfType("aws:iam/role:Role") {
			if size := length(role.Inputs["assumeRolePolicy"]); size > 2048 {
				t.Errorf("%s: the trust of %s has %d characters, and IAM allows 2048", environment, role.Name, size)
			}
		}
	}
}

// statement is as much of a policy statement as the tests below look at.
type statement struct {
	Sid, Effect                 string
	Action, NotAction, Resource any
	Condition                   map[string]map[string]any
}

// No Allow covers a whole service, no role is handed on without saying to whom,
// and no role is made without the boundary (controls IAM-02, IAM-03, IAM-06 and
// IAM-08).
func TestUnitGrantsAreNarrow(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	for _, environment := range []string{"full", "local"} {
		r := suite.Record(t, environment)
		policies := append(r.OfType("aws:iam/rolePolicy:RolePolicy"), r.OfType("aws:iam/policy:Policy")...)
		for _, policy := range policies {
			if policy.Name == "boundary" {
				continue // a ceiling, not a grant
			}
			var document struct{ Statement []statement }
			if err := json.Unmarshal([]byte(policy.Inputs["policy"].(string)), &document); err != nil {
				t.Fatal(err)
			}
			for _, s := range document.Statement {
				if s.Effect == "Allow" {
					s.isNarrow(t, environment+": "+policy.Name+" "+s.Sid)
				}
			}
		}
	}
}

func (s statement) isNarrow(t *testing.T, id string) {
	t.Helper()
	for _, action := range list(s.Action) {
		switch {
		case strings.Contains(action, "*"):
			t.Errorf("%s allows %s (control IAM-02)", id, action)
		case (action == "kms:Decrypt" || action == "kms:ReEncryptFrom") && slices.Contains(list(s.Resource), "*"):
			t.Errorf("%s allows %s on every key (control IAM-03)", id, action)
		case action == "iam:PassRole":
			if strings.Contains(strings.Join(list(s.Resource), " "), "*") || s.Condition["StringEquals"]["iam:PassedToService"] == nil {
				t.Errorf("%s hands on %v on condition of %v (control IAM-08)", id, s.Resource, s.Condition)
			}
		case slices.Contains([]string{"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"}, action):
			if s.Condition["StringEquals"]["iam:PermissionsBoundary"] == nil {
				t.Errorf("%s allows %s without the boundary (control IAM-06)", id, action)
			}
		}
	}
}

// list takes what IAM writes as one value or as many.
func list(v any) []string {
	if one, ok := v.(string); ok {
		return []string{one}
	}
	var out []string
	many, _ := v.([]any)
	for _, item := range many {
		out = append(out, item.(string))
	}
	return out
}

func TestUnitInstanceProfilesAreForEC2Only(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	profiles := suite.Record(t, "full").OfType("aws:iam/instanceProfile:InstanceProfile")
	var got []string
	for _, p := range profiles {
		got = append(got, p.Name)
	}
	if want := []string{"i2", "p2", "t2"}; !slices.Equal(got, want) {
		t.Errorf("instance profiles for %v, want %v", got, want)
	}
}
