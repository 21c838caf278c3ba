package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const account = "arn:aws:iam::123456789012:"

// allowing is a policy that allows actions on one resource, under a condition on
// one key where there is one.
func allowing(resource string, condition string, actions ...string) string {
	text := `{"Sid":"Allow","Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"` + resource + `"`
	if condition != "" {
		text += `,"Condition":{` + condition + `}`
	}
	return document(text + "}")
}

func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// worker is an estate with one role, its policies, its boundary and a managed
// policy that it carries.
func worker(boundary string, policies ...string) (*Model, *Role) {
	resource := func(resourceType, name string, properties map[string]any) snapshot.Resource {
		return snapshot.Resource{Stack: graph.Security, Type: resourceType, Name: name, URN: resourceType + "::" + name, Properties: properties}
	}
	role := map[string]any{"name": "worker"}
	s := &snapshot.Snapshot{
		Environment: &config.Environment{Name: "dev", Region: "eu-central-1"},
		Names:       names.New("dev", "123456789012", "eu-central-1"), Stacks: []graph.Name{graph.Security},
		Resources: []snapshot.Resource{
			resource("aws:iam/policy:Policy", "carried", map[string]any{"name": "carried", "policy": allowing("*", "", "logs:PutLogEvents")}),
			resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "carried", map[string]any{"role": "worker", "policyArn": account + "policy/carried"}),
		},
	}
	if boundary != "" {
		role["permissionsBoundary"] = account + "policy/boundary"
		s.Resources = append(s.Resources, resource("aws:iam/policy:Policy", "boundary", map[string]any{"name": "boundary", "policy": boundary}))
	}
	s.Resources = append(s.Resources, resource("aws:iam/role:Role", "worker", role))
	for i, p := range policies {
		name := string(rune('a' + i))
		s.Resources = append(s.Resources, resource("aws:iam/rolePolicy:RolePolicy", name, map[string]any{"role": "worker", "policy": p}))
	}
	m := New(s)
	return m, m.Roles[0]
}

// paths are the names of the paths that a role has.
func paths(t *testing.T, boundary string, policies ...string) []string {
	t.Helper()
	m, role := worker(boundary, policies...)
	found, err := m.Escalations(role)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range found {
		out = append(out, e.Path)
	}
	return out
}

const (
	toLambda    = `"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}`
	ownBoundary = `"StringEquals":{"iam:PermissionsBoundary":"` + account + `policy/boundary"}`
	everything  = `{"Sid":"Ceiling","Effect":"Allow","Action":"*","Resource":"*"}`
)

// deny is a denial for a boundary.
func deny(action, resource, condition string) string {
	return `{"Effect":"Deny","Action":"` + action + `","Resource":"` + resource + `"` + condition + `}`
}

func TestVerdictEscalationsAreFound(t *testing.T) {
	tests := []struct {
		what     string
		boundary string
		policies []string
		want     string
	}{
		{"edits any policy", "", []string{allowing("*", "", "iam:CreatePolicyVersion")}, "iam:CreatePolicyVersion"},
		{"edits the policy it carries", "", []string{allowing(account+"policy/carried", "", "iam:CreatePolicyVersion")}, "iam:CreatePolicyVersion"},
		{"goes back to an older version", "", []string{allowing("*", "", "iam:SetDefaultPolicyVersion")}, "iam:SetDefaultPolicyVersion"},
		{"gives itself a policy", "", []string{allowing(account+"role/worker", "", "iam:PutRolePolicy")}, "iam:PutRolePolicy"},
		{"gives itself a policy, being bounded as demanded", document(everything),
			[]string{allowing(account+"role/worker", ownBoundary, "iam:PutRolePolicy")}, "iam:PutRolePolicy"},
		{"gives a named role a policy", "", []string{allowing(account+"role/auditor", "", "iam:AttachRolePolicy")}, "iam:AttachRolePolicy"},
		{"gives roles of a prefix a policy", "", []string{allowing(account+"role/dev-*", "", "iam:AttachRolePolicy")}, "iam:AttachRolePolicy"},
		{"makes roles without a boundary", "", []string{allowing("*", "", "iam:CreateRole"), allowing("*", "", "iam:PutRolePolicy")}, "iam:CreateRole, iam:PutRolePolicy"},
		{"makes roles with a boundary of its own if there is one", document(everything), []string{allowing("*",
			`"StringEqualsIfExists":{"iam:PermissionsBoundary":"`+account+`policy/boundary"}`, "iam:CreateRole", "iam:PutRolePolicy")}, "iam:CreateRole, iam:PutRolePolicy"},
		{"takes a denial off itself", "", []string{allowing(account+"role/*", "", "iam:DetachRolePolicy")}, "iam:DetachRolePolicy"},
		{"takes its boundary off", document(everything), []string{allowing("*", "", "iam:DeleteRolePermissionsBoundary")}, "iam:DeleteRolePermissionsBoundary"},
		{"lets itself into a named role", "", []string{allowing(account+"role/auditor", "", "iam:UpdateAssumeRolePolicy")}, "iam:UpdateAssumeRolePolicy"},
		{"assumes every role", "", []string{allowing("*", "", "sts:AssumeRole")}, "sts:AssumeRole"},
		{"assumes roles of a prefix", "", []string{allowing(account+"role/dev-*", "", "sts:AssumeRole")}, "sts:AssumeRole"},
		{"makes keys for users", "", []string{allowing(account+"user/*", "", "iam:CreateAccessKey")}, "iam:CreateAccessKey"},
		{"joins a group", "", []string{allowing("*", "", "iam:AddUserToGroup")}, "iam:AddUserToGroup"},
		{"hands any role to a function, in two policies", "",
			[]string{allowing("*", "", "iam:PassRole"), allowing("*", "", "lambda:CreateFunction")}, "iam:PassRole, lambda:CreateFunction"},
		{"hands roles of a prefix to a function", "",
			[]string{allowing(account+"role/dev-*", toLambda, "iam:PassRole"), allowing("*", "", "lambda:CreateFunction")}, "iam:PassRole, lambda:CreateFunction"},
		{"hands any role to an instance", "", []string{allowing("*", "", "iam:PassRole", "ec2:RunInstances")}, "iam:PassRole, ec2:RunInstances"},
		{"hands any role to a training job", "", []string{allowing("*", "", "iam:*", "sagemaker:Create*")}, "iam:PassRole, sagemaker:CreateTrainingJob"},
		{"changes the code of functions", "", []string{allowing("arn:aws:lambda:*:123456789012:function:*", "", "lambda:Update*")}, "lambda:UpdateFunctionCode"},
		{"works on instances", "", []string{allowing("*", "", "ssm:StartSession")}, "ssm:StartSession"},
		{"has all but a few", "", []string{document(`{"Sid":"Most","Effect":"Allow","NotAction":"s3:*","Resource":"*"}`)}, "sts:AssumeRole"},
	}
	for _, tt := range tests {
		if got := paths(t, tt.boundary, tt.policies...); !slices.Contains(got, tt.want) {
			t.Errorf("%s: found %q, want %q among them", tt.what, got, tt.want)
		}
	}
}

func TestVerdictRolesWithoutEscalation(t *testing.T) {
	bounded := document(everything, deny("iam:PutRolePolicy", "*",
		`,"Condition":{"StringNotEquals":{"iam:PermissionsBoundary":"`+account+`policy/boundary"}}`), deny("iam:PutRolePolicy", account+"role/worker", ""))
	tests := []struct {
		what     string
		boundary string
		policies []string
	}{
		{"reads", "", []string{allowing("*", "", "s3:GetObject", "iam:GetRole")}},
		{"hands a named role to a function", "",
			[]string{allowing(account+"role/handler", toLambda, "iam:PassRole"), allowing("*", "", "lambda:CreateFunction")}},
		{"hands any role to functions, and makes none", "", []string{allowing("*", toLambda, "iam:PassRole")}},
		{"hands any role to functions, and makes jobs", "", []string{allowing("*", toLambda, "iam:PassRole"), allowing("*", "", "sagemaker:CreateTrainingJob")}},
		{"makes functions and hands no role", "", []string{allowing("*", "", "lambda:CreateFunction")}},
		{"assumes a named role", "", []string{allowing(account+"role/reader", "", "sts:AssumeRole")}},
		{"gives others policies under the boundary", bounded, []string{allowing(account+"role/*", ownBoundary, "iam:PutRolePolicy")}},
		{"gives policies that the boundary checks", bounded, []string{allowing("*", "", "iam:PutRolePolicy")}},
		{"edits a policy that it does not carry", "", []string{allowing(account+"policy/other", "", "iam:CreatePolicyVersion")}},
		{"may all that its boundary does not", document(`{"Sid":"Logs","Effect":"Allow","Action":"logs:*","Resource":"*"}`), []string{allowing("*", "", "*")}},
	}
	for _, tt := range tests {
		if got := paths(t, tt.boundary, tt.policies...); got != nil {
			t.Errorf("%s: found %q, want none", tt.what, got)
		}
	}
}

// Every path of the table is found in a role that may do all of it, and none when
// one of its steps is missing.
func TestVerdictEveryPathNeedsAllOfItsSteps(t *testing.T) {
	for _, p := range escalationPaths {
		var actions []string
		for _, s := range p.steps {
			actions = append(actions, s.action)
		}
		if got := paths(t, "", allowing("*", "", actions...)); !slices.Contains(got, p.name()) {
			t.Errorf("%s: not found", p.name())
		}
		for i := range actions {
			rest := slices.Delete(slices.Clone(actions), i, i+1)
			if len(rest) == 0 {
				continue
			}
			if got := paths(t, "", allowing("*", "", rest...)); slices.Contains(got, p.name()) {
				t.Errorf("%s: found without %s", p.name(), actions[i])
			}
		}
	}
}

func TestUnitEscalationPathsAreListedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range escalationPaths {
		key := p.name()
		for _, s := range p.steps {
			key += " " + s.service
		}
		if seen[key] {
			t.Errorf("%s stands twice", p.name())
		}
		seen[key] = true
	}
}

func TestUnitEscalationsOfAnUnknownPolicyAreUnknown(t *testing.T) {
	m, role := worker("", snapshot.Unknown)
	if found, err := m.Escalations(role); err == nil {
		t.Errorf("found %v, want an error", found)
	}
}

func TestUnitGrantsOneOf(t *testing.T) {
	tests := []struct {
		s    iameval.Statement
		want bool
	}{
		{iameval.Statement{Effect: iameval.EffectAllow, Actions: []string{"iam:passrole"}}, true},
		{iameval.Statement{Effect: iameval.EffectAllow, Actions: []string{"iam:Pass*"}}, true},
		{iameval.Statement{Effect: iameval.EffectAllow, Actions: []string{"*"}}, true},
		{iameval.Statement{Effect: iameval.EffectAllow, NotActions: []string{"s3:*"}}, true},
		{iameval.Statement{Effect: iameval.EffectAllow, NotActions: []string{"iam:*"}}, false},
		{iameval.Statement{Effect: iameval.EffectAllow, Actions: []string{"iam:Pass?"}}, false},
		{iameval.Statement{Effect: iameval.EffectAllow, Actions: []string{"i"}}, false},
		{iameval.Statement{Effect: iameval.EffectDeny, Actions: []string{"*"}}, false},
	}
	for _, tt := range tests {
		if got := GrantsOneOf(tt.s, "iam:PassRole"); got != tt.want {
			t.Errorf("%v: got %v", tt.s, got)
		}
	}
}
